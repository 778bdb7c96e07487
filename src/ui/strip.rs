//! Above the open message: the messages of its conversation, wherever they are, and the way from one to the next.

use egui::{Align, CornerRadius, Frame, Layout, Margin, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2};
use egui::{WidgetInfo, pos2, vec2};

use crate::engine::Command;
use crate::engine::topic::threads::{ThreadMessage, ThreadView, ThreadsCommand};
use crate::engine::view::{ALL_INBOXES, FolderView, MailboxView};

use super::icons::{self, Icon};
use super::state::{State, Views};
use super::theme::{self, palette, size, space};
use super::words::{Word, one_line, short_name};
use super::{conversation, list, sidebar, widgets};

/// The widest name in the strip.
const WIDEST: f32 = 150.0;

/// Asks for the conversation of the message that was selected, and again when the mailbox is another.
pub fn ask(views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let (Some(mailbox), Some(message)) = (&views.mailbox, state.selected) else { return };
    let now = (message, std::sync::Arc::as_ptr(mailbox).addr());
    if state.threads.asked == Some(now) {
        return;
    }
    let known = conversation::of_selected(views, state).is_some();
    let found = views.topics.search.iter().flat_map(|view| view.rows.iter());
    let row = mailbox.rows.iter().chain(found).find(|row| row.id == message);
    if known || row.is_some_and(|row| row.thread.is_some()) {
        state.threads.asked = Some(now);
        let everywhere = mailbox.open_folder == Some(ALL_INBOXES);
        commands.push(conversation::command(ThreadsCommand::Look { message, everywhere }));
    }
}

/// The messages of the conversation that is read, the oldest first; none where the message is alone.
fn messages<'a>(views: &'a Views, state: &State) -> Vec<&'a ThreadMessage> {
    let view: Option<&ThreadView> = views.topics.thread.as_deref();
    let Some(view) = view.filter(|_| conversation::of_selected(views, state).is_some()) else { return Vec::new() };
    let mut all: Vec<&ThreadMessage> = view.messages.iter().collect();
    all.sort_by_key(|one| (one.row.date, one.row.id));
    if all.len() > 1 { all } else { Vec::new() }
}

/// Goes to a later message of the conversation, or an earlier one.
pub fn step(views: &Views, state: &mut State, commands: &mut Vec<Command>, by: isize) {
    let all = messages(views, state);
    let Some(at) = all.iter().position(|one| Some(one.row.id) == state.selected) else { return };
    if let Some(next) = at.checked_add_signed(by).and_then(|next| all.get(next)) {
        list::open(&next.row, state, commands);
        state.follows = true;
    }
}

/// Draws the strip, when there is more than one message.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let all = messages(views, state);
    let Some(at) = all.iter().position(|one| Some(one.row.id) == state.selected) else { return };
    let language = state.language;
    let mut goes = None;
    Frame::new().inner_margin(Margin { left: 16, right: 16, top: 6, bottom: 6 }).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            for (icon, word, by) in [(Icon::ChevronUp, Word::ThreadBack, -1), (Icon::ChevronDown, Word::ThreadOn, 1)] {
                let can = at.checked_add_signed(by).is_some_and(|next| next < all.len());
                ui.add_enabled_ui(can, |ui| {
                    if widgets::icon_button(ui, icon, language.say(word)).clicked() {
                        goes = Some(by);
                    }
                });
            }
            let place = [("place", &*(at + 1).to_string()), ("count", &*all.len().to_string())];
            widgets::caption(ui, language.fill(Word::ThreadPlace, &place));
            ui.add_space(space::XS);
            ScrollArea::horizontal().id_salt("conversation").max_height(size::HIT).auto_shrink([false, true]).show(
                ui,
                |ui| {
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        for (nth, one) in all.iter().enumerate() {
                            if chip(ui, one, nth == at, views.mailbox.as_deref(), state) {
                                goes = Some(nth.cast_signed() - at.cast_signed());
                            }
                        }
                    });
                },
            );
        });
    });
    ui.add_space(-space::S);
    widgets::hairline(ui);
    if let Some(by) = goes {
        step(views, state, commands, by);
    }
}

/// One message: where it is, if that is another folder, who wrote it and when.
fn chip(ui: &mut Ui, one: &ThreadMessage, chosen: bool, mailbox: Option<&MailboxView>, state: &mut State) -> bool {
    let colours = palette(ui);
    let row = &one.row;
    let folder = mailbox.and_then(|mailbox| elsewhere(mailbox, row.folder));
    let name = short_name(if row.from.name.is_empty() { &row.from.address } else { &row.from.name });
    let date = row.date.map(|date| state.clock.brief(state.language, date)).unwrap_or_default();
    let ink = if chosen { colours.ink } else { colours.ink_soft };
    let font = if row.is_seen { theme::plain(size::CAPTION) } else { theme::strong(size::CAPTION) };
    let when = ui.painter().layout_no_wrap(date.clone(), theme::plain(size::CAPTION), colours.ink_soft);
    let who = ui.painter().layout_no_wrap(name.clone(), font.clone(), ink).size().x.min(WIDEST);
    let icon_room = if folder.is_some() { size::ICON + space::XS } else { 0.0 };
    let wanted = vec2(space::S + icon_room + who + space::S + when.size().x + space::S, size::HIT);
    let (rect, response) = ui.allocate_exact_size(wanted, Sense::click());
    let where_is = folder.map(|folder| sidebar::folder_name(state.language, folder).to_owned()).unwrap_or_default();
    let unread = if row.is_seen { "" } else { state.language.say(Word::Unread) };
    let words: Vec<&str> = [&*name, &*date, &*where_is, unread].into_iter().filter(|word| !word.is_empty()).collect();
    let spoken = words.join(", ");
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, chosen, &spoken));
    let fill = match (chosen, response.hovered()) {
        (true, _) => colours.selected,
        (false, true) => colours.hover,
        (false, false) => colours.raised,
    };
    let edge = Stroke::new(1.0, if chosen { colours.indigo } else { colours.line });
    ui.painter().rect(rect, CornerRadius::same(size::RADIUS), fill, edge, StrokeKind::Inside);
    let mut x = rect.left() + space::S;
    if let Some(folder) = folder {
        let square = Rect::from_center_size(pos2(x + size::ICON / 2.0, rect.center().y), Vec2::splat(size::ICON));
        icons::paint(ui, Icon::of_role(&folder.role), square, ink);
        x += icon_room;
    }
    let place = Rect::from_min_max(pos2(x, rect.top()), pos2(x + who + 1.0, rect.bottom()));
    widgets::line(ui.painter(), place, &name, font, ink);
    let at = pos2(rect.right() - space::S - when.size().x, rect.center().y - when.size().y / 2.0);
    ui.painter().galley(at, when, colours.ink_soft);
    widgets::ring(ui, &response, rect);
    if chosen && state.follows {
        response.scroll_to_me(None);
    }
    let clicked = response.clicked();
    response.on_hover_text(format!("{spoken}\n{}", one_line(&row.subject)));
    clicked
}

/// The folder of a message that is not in the one that is open.
fn elsewhere(mailbox: &MailboxView, folder: i64) -> Option<&FolderView> {
    let found = mailbox.accounts.iter().flat_map(|account| &account.folders).find(|one| one.id == folder)?;
    let is_here = match mailbox.open_folder {
        Some(ALL_INBOXES) => found.role == "inbox",
        open => open == Some(folder),
    };
    (!is_here).then_some(found)
}
