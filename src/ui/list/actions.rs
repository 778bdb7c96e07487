//! What is done with messages of the list: the same by key, by button, in the menu of a row and by dragging.

use egui::{Ui, vec2};

use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::mail::{MailCommand, MailFlag};
use crate::engine::view::{FolderId, MailboxView, MessageId};
use crate::ui::confirm;
use crate::ui::conversation;
use crate::ui::icons::Icon;
use crate::ui::state::{State, Views};
use crate::ui::theme::space;
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word};

use super::moving::Moving;
use super::select::{self, Ids, Sums};
use super::{Shown, rows_of};

/// What can be done with messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Into the account's archive.
    Archive,
    /// Into the trash.
    Delete,
    /// For good: it is in the trash already.
    DeleteForGood,
    /// Among the junk.
    Junk,
    /// Back out of it.
    NotJunk,
    /// Into a folder that is asked for.
    Move,
    /// A copy of it, likewise.
    Copy,
    /// Was read.
    Read,
    /// Was not.
    Unread,
    /// Is marked.
    Star,
    /// Is not.
    Unstar,
}

impl Act {
    /// Its drawing.
    pub fn icon(self) -> Icon {
        match self {
            Self::Archive => Icon::Archive,
            Self::Delete | Self::DeleteForGood => Icon::Trash,
            Self::Junk => Icon::Junk,
            Self::NotJunk => Icon::Inbox,
            Self::Move => Icon::Move,
            Self::Copy => Icon::Folder,
            Self::Read => Icon::MailOpen,
            Self::Unread => Icon::Unread,
            Self::Star => Icon::Star,
            Self::Unstar => Icon::Starred,
        }
    }

    /// Its name.
    pub fn name(self, language: Language) -> &'static str {
        language.say(match self {
            Self::Archive => Word::ActArchive,
            Self::Delete => Word::ActDelete,
            Self::DeleteForGood => Word::ActDeleteForGood,
            Self::Junk => Word::ActJunk,
            Self::NotJunk => Word::ActNotJunk,
            Self::Move => Word::ActMove,
            Self::Copy => Word::ActCopy,
            Self::Read => Word::ActRead,
            Self::Unread => Word::ActUnread,
            Self::Star => Word::ActStar,
            Self::Unstar => Word::ActUnstar,
        })
    }

    /// The key that does it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Archive => "A",
            Self::Delete | Self::DeleteForGood => "Del",
            Self::Junk | Self::NotJunk => "Shift+J",
            Self::Move => "V",
            Self::Copy => "Y",
            Self::Read | Self::Unread => "M",
            Self::Star | Self::Unstar => "S",
        }
    }
}

/// The role of the folder that is open.
fn role(mailbox: &MailboxView) -> &str {
    let mut folders = mailbox.accounts.iter().flat_map(|account| &account.folders);
    folders.find(|folder| Some(folder.id) == mailbox.open_folder).map_or("", |folder| &folder.role)
}

/// What is offered for messages that stand so.
pub fn offered(views: &Views, sums: Sums) -> Vec<Act> {
    let role = views.mailbox.as_deref().map_or("", role);
    let mut acts = Vec::with_capacity(7);
    if role != "archive" {
        acts.push(Act::Archive);
    }
    match role {
        "junk" => acts.push(Act::NotJunk),
        "drafts" | "sent" => {}
        _ => acts.push(Act::Junk),
    }
    acts.push(if role == "trash" { Act::DeleteForGood } else { Act::Delete });
    acts.extend([Act::Move, read(sums), star(sums)]);
    acts
}

/// What the key for reading does: unread only when all were read.
pub(super) fn read(sums: Sums) -> Act {
    if sums.seen < sums.listed { Act::Read } else { Act::Unread }
}

/// What the key for stars does.
pub(super) fn star(sums: Sums) -> Act {
    if sums.flagged < sums.listed || sums.listed == 0 { Act::Star } else { Act::Unstar }
}

/// What the key for junk does here.
pub(super) fn junk(views: &Views) -> Act {
    if views.mailbox.as_deref().is_some_and(|mailbox| role(mailbox) == "junk") { Act::NotJunk } else { Act::Junk }
}

/// The messages that are selected, from the top of the list down.
pub fn selected(views: &Views, state: &mut State) -> Vec<MessageId> {
    if !state.list.selected.is_many() {
        return state
            .selected
            .filter(|_| state.list.selected.sums().listed > 0 || is_read(views, state))
            .into_iter()
            .collect();
    }
    let Some(mailbox) = &views.mailbox else { return Vec::new() };
    let shown = Shown::of(views, mailbox, state);
    rows_of(&shown).map(|row| row.id).filter(|id| state.list.selected.contains(*id)).collect()
}

/// The message is open where the reader sees it, though the list does not have it.
fn is_read(views: &Views, state: &State) -> bool {
    let is_hidden = state.list.is_narrow && !state.reads;
    views.reading.as_ref().is_some_and(|view| state.selected == Some(view.id)) && !is_hidden
}

/// Does it with what is selected.
pub fn act(act: Act, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let messages = selected(views, state);
    act_on(act, messages, views, state, commands);
}

/// Does it with these messages.
pub fn act_on(act: Act, messages: Vec<MessageId>, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    // Junk is told of the message that was read, and of no other.
    let is_junk = matches!(act, Act::Junk | Act::NotJunk);
    let messages = if is_junk { messages } else { meant(messages, views, state) };
    if messages.is_empty() {
        return;
    }
    let flag = |flag, on| (MailCommand::SetFlag { messages: messages.clone(), flag, on }, "");
    let (command, code) = match act {
        Act::Move | Act::Copy => {
            state.list.moving = Some(Moving::of(messages, act == Act::Copy));
            return;
        }
        Act::Read | Act::Unread => {
            // What the reader says last counts.
            state.list.lingers = state.list.lingers.filter(|_| !is_about_selected(state, &messages));
            flag(MailFlag::Seen, act == Act::Read)
        }
        Act::Star | Act::Unstar => flag(MailFlag::Flagged, act == Act::Star),
        Act::Archive => (MailCommand::Archive(messages.clone()), "archived"),
        Act::Delete => (MailCommand::Delete(messages.clone()), "deleted"),
        Act::DeleteForGood => {
            state.list.purging = Some(messages);
            return;
        }
        Act::Junk => (MailCommand::Spam { messages: messages.clone(), spam: true }, "marked_spam"),
        Act::NotJunk => (MailCommand::Spam { messages: messages.clone(), spam: false }, "marked_not_spam"),
    };
    if !code.is_empty() {
        leave(&messages, views, state, commands);
    }
    state.list.undoes = code;
    commands.push(mail(command));
}

/// What is done with the row of a closed conversation is done with all of it that is in the list.
fn meant(messages: Vec<MessageId>, views: &Views, state: &State) -> Vec<MessageId> {
    match &views.mailbox {
        Some(mailbox) => conversation::stand_for(mailbox, state, messages),
        None => messages,
    }
}

/// What the key for deleting does here.
pub(super) fn delete(views: &Views) -> Act {
    if views.mailbox.as_deref().is_some_and(|mailbox| role(mailbox) == "trash") {
        Act::DeleteForGood
    } else {
        Act::Delete
    }
}

/// Asks before messages are deleted for good.
pub(super) fn ask_purge(ctx: &egui::Context, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(messages) = state.list.purging.take() else { return };
    let language = state.language;
    let answer = confirm::dialog(ctx, "purge", |ui| {
        let count = messages.len().to_string();
        widgets::title(ui, language.fill(Word::PurgeTitle, &[("count", &count)]));
        widgets::soft(ui, language.say(Word::PurgeHint));
        confirm::answers(ui, language, Word::ActDeleteForGood, Weight::Danger)
    });
    match answer {
        None => state.list.purging = Some(messages),
        Some(false) => {}
        Some(true) => {
            leave(&messages, views, state, commands);
            state.list.undoes = "";
            commands.push(mail(MailCommand::DeleteForGood(messages)));
        }
    }
}

/// Moves or copies these messages into a folder.
pub(super) fn put(
    messages: Vec<MessageId>,
    to: FolderId,
    copies: bool,
    views: &Views,
    state: &mut State,
    commands: &mut Vec<Command>,
) {
    let messages = meant(messages, views, state);
    if messages.is_empty() {
        return;
    }
    if copies {
        state.list.undoes = "copied";
        commands.push(mail(MailCommand::Copy { messages, to }));
        return;
    }
    if views.mailbox.as_ref().is_none_or(|mailbox| mailbox.open_folder != Some(to)) {
        leave(&messages, views, state, commands);
    }
    state.list.undoes = "moved";
    commands.push(mail(MailCommand::Move { messages, to }));
}

/// Takes the last of it back.
pub fn undo(state: &mut State, commands: &mut Vec<Command>) {
    state.list.undoes = "";
    commands.push(mail(MailCommand::Undo));
}

pub(super) fn mail(command: MailCommand) -> Command {
    Command::Topic(Box::new(Topic::Mail(command)))
}

fn is_about_selected(state: &State, messages: &[MessageId]) -> bool {
    messages.iter().any(|id| select::is_selected(state, *id))
}

/// These messages leave the list: when they were selected, the next one that stays is opened, which does not count as
/// read at once.
fn leave(messages: &[MessageId], views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(mailbox) = views.mailbox.as_ref().filter(|_| is_about_selected(state, messages)) else { return };
    let shown = Shown::of(views, mailbox, state);
    let leaving: Ids = messages.iter().copied().collect();
    select::show(select::after(&shown, &leaving), state, commands);
}

/// The buttons for what is selected, as icons.
pub fn buttons(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    for one in offered(views, state.list.selected.sums()) {
        if widgets::icon_button(ui, one.icon(), one.name(state.language)).clicked() {
            act(one, views, state, commands);
        }
    }
}

/// The same with their words, where there is room.
pub fn named_buttons(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::S, space::S);
        for one in offered(views, state.list.selected.sums()) {
            if widgets::button(ui, Some(one.icon()), one.name(language), Weight::Plain).clicked() {
                act(one, views, state, commands);
            }
        }
    });
}

/// Beside what was done last, while that is what would be taken back.
pub fn undo_button(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let is_last = views.notice.as_ref().is_some_and(|notice| notice.code == state.list.undoes);
    if is_last && widgets::button(ui, None, state.language.say(Word::ActUndo), Weight::Plain).clicked() {
        undo(state, commands);
    }
}
