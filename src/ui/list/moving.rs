//! The question into which folder messages are to be moved or copied: its name is typed, or it is chosen.

use egui::{Context, Key, Modifiers, Rect, Role, ScrollArea, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::engine::Command;
use crate::engine::view::{FolderId, MailboxView, MessageId};
use crate::ui::confirm;
use crate::ui::icons::{self, Icon};
use crate::ui::sidebar::folder_name;
use crate::ui::state::{State, Views};
use crate::ui::theme::{self, palette, size, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word, one_line};

use super::actions;

/// How high the list of folders is.
const HEIGHT: f32 = 320.0;

/// The question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moving {
    messages: Vec<MessageId>,
    copies: bool,
    typed: String,
    cursor: usize,
    /// It was drawn before.
    is_shown: bool,
}

impl Moving {
    /// For these messages.
    pub(super) fn of(messages: Vec<MessageId>, copies: bool) -> Self {
        Self { messages, copies, ..Self::default() }
    }
}

/// A folder that can be chosen.
struct Target<'a> {
    id: FolderId,
    role: &'a str,
    name: &'a str,
    account: &'a str,
}

/// Draws it while it is asked.
pub fn show(ctx: &Context, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(mut moving) = state.list.moving.take() else { return };
    let Some(mailbox) = views.mailbox.clone() else { return };
    let language = state.language;
    let mut chosen = None;
    let answer = confirm::dialog(ctx, "move-to", |ui| {
        let title = if moving.copies { Word::CopyTitle } else { Word::MoveTitle };
        let count = moving.messages.len().to_string();
        widgets::title(ui, language.fill(title, &[("count", &count)]));
        let (by, enters) = ui.input_mut(|input| {
            let down = input.consume_key(Modifiers::NONE, Key::ArrowDown);
            let up = input.consume_key(Modifiers::NONE, Key::ArrowUp);
            (isize::from(down) - isize::from(up), input.consume_key(Modifiers::NONE, Key::Enter))
        });
        let before = moving.typed.clone();
        let field = widgets::field(ui, language.say(Word::FilterFolders), &mut moving.typed, "");
        if !std::mem::replace(&mut moving.is_shown, true) {
            field.request_focus();
        }
        // What was typed in this very moment counts, also for the key that comes after it.
        let targets = targets(language, &mailbox, &moving);
        let moves = by != 0;
        moving.cursor = moving.cursor.saturating_add_signed(by).min(targets.len().saturating_sub(1));
        if moving.typed != before {
            moving.cursor = 0;
        }
        chosen = folders(ui, &targets, moving.cursor, moves);
        if enters {
            chosen = chosen.or_else(|| targets.get(moving.cursor).map(|target| target.id));
        }
        if targets.is_empty() {
            widgets::soft(ui, language.say(Word::NoSuchFolder));
        }
        ui.add_space(space::XS);
        let mut answer = None;
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            if widgets::button(ui, None, language.say(Word::Cancel), Weight::Plain).clicked() {
                answer = Some(false);
            }
        });
        answer
    });
    match (chosen, answer) {
        (Some(to), _) => actions::put(moving.messages, to, moving.copies, views, state, commands),
        (None, Some(_)) => {}
        (None, None) => state.list.moving = Some(moving),
    }
}

/// The folders whose names hold what was typed; without it, all but the one that is open.
fn targets<'a>(language: Language, mailbox: &'a MailboxView, moving: &Moving) -> Vec<Target<'a>> {
    let wanted = moving.typed.trim().to_lowercase();
    let mut found = Vec::new();
    for account in &mailbox.accounts {
        let address = &account.identity.address;
        let address = if address.is_empty() { &account.identity.name } else { address };
        for folder in &account.folders {
            let name = folder_name(language, folder);
            let is_there = |text: &str| text.to_lowercase().contains(&wanted);
            let is_wanted = is_there(name) || is_there(&folder.name) || is_there(&folder.role);
            if is_wanted && (moving.copies || mailbox.open_folder != Some(folder.id)) {
                found.push(Target { id: folder.id, role: &folder.role, name, account: address });
            }
        }
    }
    // What begins with it is meant sooner.
    found.sort_by_key(|target| !target.name.to_lowercase().starts_with(&wanted));
    found
}

/// Draws the folders; which of them was clicked.
fn folders(ui: &mut Ui, targets: &[Target<'_>], cursor: usize, follows: bool) -> Option<FolderId> {
    let mut chosen = None;
    let height = HEIGHT.min((ui.ctx().content_rect().height() - 260.0).max(120.0));
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().id_salt("move-to").max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        for (nth, target) in targets.iter().enumerate() {
            let (rect, clicked) = folder(ui, target, nth == cursor);
            if nth == cursor && follows {
                ui.scroll_to_rect(rect, None);
            }
            if clicked {
                chosen = Some(target.id);
            }
        }
    });
    ui.spacing_mut().item_spacing.y = space::M;
    chosen
}

fn folder(ui: &mut Ui, target: &Target<'_>, is_next: bool) -> (Rect, bool) {
    let colours = palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::HIT + space::XS), Sense::click());
    let spoken = format!("{}, {}", one_line(target.name), one_line(target.account));
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_next, &spoken));
    if is_next || response.hovered() {
        let fill = if is_next { colours.selected } else { colours.hover };
        ui.painter().rect_filled(rect, egui::CornerRadius::same(size::RADIUS), fill);
    }
    let square = Rect::from_center_size(pos2(rect.left() + space::L, rect.center().y), Vec2::splat(size::ICON));
    icons::paint(ui, Icon::of_role(target.role), square, colours.ink_soft);
    let (left, right) = (square.right() + space::S, rect.right() - space::S);
    let middle = left + (right - left) * 0.55;
    let name = Rect::from_min_max(pos2(left, rect.top()), pos2(middle - space::S, rect.bottom()));
    let account = Rect::from_min_max(pos2(middle, rect.top()), pos2(right, rect.bottom()));
    widgets::line(ui.painter(), name, &one_line(target.name), theme::plain(size::BODY), colours.ink);
    let address = one_line(target.account);
    widgets::line(ui.painter(), account, &address, theme::plain(size::CAPTION), colours.ink_soft);
    widgets::ring(ui, &response, rect);
    (rect, response.clicked())
}
