//! The inboxes of all accounts as one list.

use egui::{Color32, Rect, Ui, pos2};

use crate::engine::Command;
use crate::engine::view::{ALL_INBOXES, AccountView, MailboxView, RowView};

use super::icons::Icon;
use super::list;
use super::sidebar;
use super::state::{Screen, State};
use super::theme::{palette, space};
use super::words::{Word, one_line};

/// The entry at the top of the side bar, where there are several.
pub fn show(ui: &mut Ui, mailbox: &MailboxView, state: &mut State, commands: &mut Vec<Command>, is_folded: bool) {
    let inboxes =
        || mailbox.accounts.iter().flat_map(|account| &account.folders).filter(|folder| folder.role == "inbox");
    if inboxes().count() < 2 {
        return;
    }
    let unread = inboxes().map(|folder| folder.unread).sum();
    let chosen = state.screen == Screen::Mailbox && mailbox.open_folder == Some(ALL_INBOXES);
    let name = state.language.say(Word::AllInboxes);
    if sidebar::item(ui, Icon::Inboxes, name, unread, chosen, is_folded).clicked() {
        state.screen = Screen::Mailbox;
        state.reads = false;
        state.search.clear();
        list::leave(state);
        commands.push(Command::OpenFolder(ALL_INBOXES));
    }
    ui.add_space(space::S);
}

/// The account of a row, where those of several are shown together.
pub fn account_of<'a>(mailbox: &'a MailboxView, row: &RowView) -> Option<&'a AccountView> {
    let is_home = |account: &&AccountView| account.folders.iter().any(|folder| folder.id == row.folder);
    mailbox.accounts.iter().find(is_home).filter(|_| mailbox.open_folder == Some(ALL_INBOXES))
}

/// Says whose a row is.
pub fn say(spoken: &mut String, mailbox: Option<&MailboxView>, row: &RowView) {
    if let Some(account) = mailbox.and_then(|mailbox| account_of(mailbox, row)) {
        spoken.push_str(", ");
        spoken.push_str(&one_line(&account.identity.address));
    }
}

/// A line in the account's colour at the right edge of its rows, beside its words.
pub fn mark(ui: &Ui, rect: Rect, mailbox: Option<&MailboxView>, row: &RowView) {
    let Some(mailbox) = mailbox else { return };
    let Some(account) = account_of(mailbox, row) else { return };
    let place = mailbox.accounts.iter().position(|one| one.id == account.id).unwrap_or_default();
    let line =
        Rect::from_min_max(pos2(rect.right() - 5.0, rect.top() + 6.0), pos2(rect.right() - 2.0, rect.bottom() - 6.0));
    ui.painter().rect_filled(line, 1.5, colour(ui, place));
}

fn colour(ui: &Ui, place: usize) -> Color32 {
    let colours = palette(ui);
    match place % 5 {
        0 => colours.indigo,
        1 => colours.amber,
        2 => colours.pine,
        3 => colours.plum,
        _ => colours.ink_soft,
    }
}
