//! Accounts and folders, and the way to the other screens.

mod folder;

use egui::{
    CornerRadius, Frame, Id, Margin, Panel, Rect, Response, Role, ScrollArea, Sense, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::engine::Command;
use crate::engine::view::FolderView;

use super::compose;
use super::icons::{self, Icon};
use super::list;
use super::people;
use super::saved;
use super::state::{Screen, State, Views};
use super::theme::{self, palette, size, space};
use super::trust;
use super::widgets::{self, Weight};
use super::words::{Language, Word};

pub use folder::{FoldersState, ask};

/// As many places stand below the folders.
const PLACES: f32 = 6.0;

/// The pane, for F6.
pub fn pane_id() -> Id {
    Id::unique("pane-side")
}

/// Draws the side bar; folded to icons when the window is narrow.
pub fn show(ui: &mut Ui, views: &mut Views, state: &mut State, commands: &mut Vec<Command>, is_folded: bool) {
    let width = if is_folded { size::SIDE_FOLDED } else { size::SIDE };
    let frame = Frame::new().fill(palette(ui).desk).inner_margin(Margin::symmetric(8, 12));
    Panel::left("side").frame(frame).exact_size(width).resizable(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let pane = ui.interact(ui.max_rect(), pane_id(), Sense::focusable_noninteractive());
        pane.widget_info(|| WidgetInfo::labeled(Role::Group, true, state.language.say(Word::Folders)));
        widgets::ring(ui, &pane, ui.max_rect().expand(space::XS));
        write_button(ui, views, state, is_folded);
        ui.add_space(space::M);
        let bottom = PLACES * (size::HIT + 2.0) + space::M;
        let height = (ui.available_height() - bottom).max(0.0);
        ScrollArea::vertical().max_height(height).auto_shrink([false, false]).show(ui, |ui| {
            folders(ui, views, state, commands, is_folded);
        });
        ui.add_space(space::S);
        places(ui, views, state, commands, is_folded);
    });
}

fn write_button(ui: &mut Ui, views: &mut Views, state: &mut State, is_folded: bool) {
    let continues = state.composer.is_some();
    let words = state.language.say(if continues { Word::ContinueWriting } else { Word::Write });
    let clicked = if is_folded {
        widgets::icon_button(ui, Icon::Write, words).clicked()
    } else {
        widgets::button(ui, Some(Icon::Write), words, Weight::Primary).clicked()
    };
    if clicked {
        compose::begin(views, state);
    }
}

fn folders(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>, is_folded: bool) {
    let Some(mailbox) = &views.mailbox else { return };
    let is_searched = saved::is_open(views, state);
    super::inboxes::show(ui, mailbox, state, commands, is_folded);
    for account in &mailbox.accounts {
        if !is_folded {
            let name =
                if account.identity.address.is_empty() { &account.identity.name } else { &account.identity.address };
            ui.add_space(space::XS);
            let (rect, _) =
                ui.allocate_exact_size(vec2(ui.available_width(), size::READING + space::XS), Sense::hover());
            let font = theme::plain(size::CAPTION);
            widgets::line(ui.painter(), rect.shrink2(vec2(space::S, 0.0)), name, font, palette(ui).ink_soft);
        }
        for folder in &account.folders {
            let name = folder_name(state.language, folder);
            let chosen = state.screen == Screen::Mailbox && mailbox.open_folder == Some(folder.id) && !is_searched;
            let icon = Icon::of_role(&folder.role);
            let response = item(ui, icon, name, folder.unread, chosen, is_folded);
            list::over(ui, response.rect, folder.id, views, state);
            folder::menu(ui, &response, (account, folder), state, commands);
            if response.clicked() {
                state.screen = Screen::Mailbox;
                state.reads = false;
                state.search.clear();
                list::leave(state);
                commands.push(Command::OpenFolder(folder.id));
            }
        }
        ui.add_space(space::S);
    }
    saved::side_bar(ui, views, state, commands, is_folded);
}

fn places(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>, is_folded: bool) {
    let waiting = views.mailbox.as_ref().map_or(0, |mailbox| mailbox.waiting);
    let drafts = views.mailbox.as_ref().map_or(0, |mailbox| mailbox.drafts.len());
    let entries = [
        (Icon::Write, Word::KeptDrafts, Screen::Drafts, drafts),
        (Icon::Person, Word::People, Screen::People, 0),
        (Icon::Keys, Word::MyKeys, Screen::Keys, 0),
        (Icon::Trust, Word::TrustScreen, Screen::Trust, 0),
        (Icon::Outbox, Word::Outbox, Screen::Outbox, waiting),
        (Icon::Settings, Word::Settings, Screen::Settings, 0),
    ];
    for (icon, word, screen, count) in entries {
        if item(ui, icon, state.language.say(word), count, place(state) == screen, is_folded).clicked() {
            match screen {
                Screen::Keys => {
                    state.keys.shows_others = false;
                    commands.push(Command::ListKeys);
                }
                Screen::People => people::enter(state, commands),
                // What the search may know is among the settings.
                Screen::Settings => {
                    super::found::look(commands, String::new());
                    super::news::look(commands);
                }
                Screen::Trust => trust::enter(state, commands, None),
                _ => {}
            }
            state.screen = screen;
        }
    }
}

/// The place that a screen belongs to: all certificates are those of people, and keys come from other programs to one's
/// own.
fn place(state: &State) -> Screen {
    match state.screen {
        Screen::Keys if state.keys.shows_others => Screen::People,
        Screen::Bringing => Screen::Keys,
        Screen::Transcript => Screen::Settings,
        screen => screen,
    }
}

/// The reader's word for a folder with a role, else its own name.
pub fn folder_name(language: Language, folder: &FolderView) -> &str {
    let word = match folder.role.as_str() {
        "inbox" => Word::Inbox,
        "drafts" => Word::Drafts,
        "sent" => Word::Sent,
        "archive" => Word::Archive,
        "junk" => Word::Junk,
        "trash" => Word::Trash,
        _ => return &folder.name,
    };
    language.say(word)
}

/// One entry of the side bar.
pub fn item(ui: &mut Ui, icon: Icon, name: &str, count: usize, chosen: bool, is_folded: bool) -> Response {
    let colours = palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::HIT), Sense::click());
    let spoken = if count > 0 { format!("{name}, {count}") } else { name.to_owned() };
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, &spoken));
    let fill = match (chosen, response.hovered()) {
        (true, _) => Some(colours.selected),
        (false, true) => Some(colours.hover),
        (false, false) => None,
    };
    if let Some(fill) = fill {
        ui.painter().rect_filled(rect, CornerRadius::same(size::RADIUS), fill);
    }
    let colour = if chosen { colours.indigo } else { colours.ink_soft };
    let square = Rect::from_center_size(pos2(rect.left() + space::L, rect.center().y), Vec2::splat(size::ICON));
    icons::paint(ui, icon, square, colour);
    let mut right = rect.right() - space::S;
    if count > 0 {
        let font = theme::strong(size::CAPTION);
        let galley = ui.painter().layout_no_wrap(count.to_string(), font, colours.indigo);
        if is_folded {
            ui.painter().circle_filled(square.right_top(), 3.5, colours.indigo);
        } else {
            right -= galley.size().x;
            ui.painter().galley(pos2(right, rect.center().y - galley.size().y / 2.0), galley, colours.indigo);
            right -= space::S;
        }
    }
    if !is_folded {
        let words = Rect::from_min_max(pos2(square.right() + space::S, rect.top()), pos2(right, rect.bottom()));
        let font = if count > 0 || chosen { theme::strong(size::BODY) } else { theme::plain(size::BODY) };
        widgets::line(ui.painter(), words, name, font, colours.ink);
    }
    widgets::ring(ui, &response, rect);
    if is_folded { response.on_hover_text(spoken) } else { response }
}
