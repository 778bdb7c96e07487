//! What keys do wherever the focus is.

use egui::{Context, Key, KeyboardShortcut, Modifiers};

use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::mail::{MailCommand, MailFlag};
use crate::engine::view::MailboxView;
use crate::ui::state::{Pane, Screen, State, Views};
use crate::ui::{compose, conversation, keys, list, people, print, reading, sidebar};

const fn shortcut(modifiers: Modifiers, key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(modifiers, key)
}

/// Takes the keys of this frame.
pub(super) fn take(ctx: &Context, views: &mut Views, state: &mut State, commands: &mut Vec<Command>) {
    let pressed = |keys: KeyboardShortcut| ctx.input_mut(|input| input.consume_shortcut(&keys));
    if views.locked.is_some() {
        return;
    }
    if pressed(shortcut(Modifiers::COMMAND, Key::N)) {
        compose::begin(views, state);
    }
    if pressed(shortcut(Modifiers::COMMAND, Key::Comma)) {
        state.screen = Screen::Settings;
    }
    // Ctrl+F looks through the message that is open, Ctrl+K through the folder.
    let opens = views.reading.as_ref().is_some_and(|view| state.selected == Some(view.id));
    let searches =
        !opens && pressed(shortcut(Modifiers::COMMAND, Key::F)) || pressed(shortcut(Modifiers::COMMAND, Key::K));
    if state.screen == Screen::Mailbox && searches {
        (state.searches, state.reads) = (true, false);
    }
    state.people.searches |= state.screen == Screen::People && searches;
    if pressed(shortcut(Modifiers::NONE, Key::F6)) {
        next_pane(ctx, state);
    }
    if pressed(shortcut(Modifiers::NONE, Key::F5)) {
        commands.push(Command::Synchronise);
    }
    if ctx.text_edit_focused() || egui::Popup::is_any_open(ctx) {
        return;
    }
    if pressed(shortcut(Modifiers::NONE, Key::Escape)) {
        escape(state);
    }
    if state.screen == Screen::People && state.people.vouch.is_none() && state.keys.dialog == keys::Dialog::None {
        let in_list = ctx.memory(egui::Memory::focused).is_none_or(|id| id == people::pane_id());
        if pressed(shortcut(Modifiers::NONE, Key::J)) || in_list && pressed(shortcut(Modifiers::NONE, Key::ArrowDown)) {
            people::step(views, state, commands, 1);
        }
        if pressed(shortcut(Modifiers::NONE, Key::K)) || in_list && pressed(shortcut(Modifiers::NONE, Key::ArrowUp)) {
            people::step(views, state, commands, -1);
        }
    }
    let is_asking = state.link.is_some() || state.opening.is_some() || state.finding.is_open();
    if state.screen != Screen::Mailbox || is_asking || state.preview.is_open() {
        return;
    }
    let in_list = ctx.memory(egui::Memory::focused).is_none_or(|id| id == list::pane_id());
    conversation::keys(ctx, views, state, commands, in_list);
    if pressed(shortcut(Modifiers::NONE, Key::J)) || in_list && pressed(shortcut(Modifiers::NONE, Key::ArrowDown)) {
        list::step(views, state, commands, 1);
    }
    if pressed(shortcut(Modifiers::NONE, Key::K)) || in_list && pressed(shortcut(Modifiers::NONE, Key::ArrowUp)) {
        list::step(views, state, commands, -1);
    }
    if pressed(shortcut(Modifiers::COMMAND, Key::Z)) {
        commands.push(mail(MailCommand::Undo));
    }
    about_the_message(ctx, views, state, commands);
}

/// The keys that other mail programs have taught: R or Ctrl+R, Ctrl+Shift+R, Ctrl+L, Ctrl+P, M, S for a star, A to archive,
/// Delete, and Shift+J for junk.
fn about_the_message(ctx: &Context, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(message) = views.reading.as_ref().map(|view| view.id).filter(|id| state.selected == Some(*id)) else {
        return;
    };
    let pressed = |modifiers, key| ctx.input_mut(|input| input.consume_shortcut(&shortcut(modifiers, key)));
    if pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::R) {
        commands.push(Command::Reply { message, all: true });
    }
    if pressed(Modifiers::COMMAND, Key::R) || pressed(Modifiers::NONE, Key::R) {
        commands.push(Command::Reply { message, all: false });
    }
    if pressed(Modifiers::COMMAND, Key::P)
        && let Some(view) = &views.reading
    {
        print::ask(ctx, view, state);
    }
    if pressed(Modifiers::COMMAND, Key::L) {
        commands.push(Command::Forward(message));
    }
    let rows = views.mailbox.as_ref().map(|mailbox| mailbox.rows.as_slice()).unwrap_or_default();
    if let Some(row) = rows.iter().find(|row| row.id == message) {
        if pressed(Modifiers::NONE, Key::M) {
            let all =
                views.mailbox.as_ref().map_or(vec![message], |all| conversation::messages_of(all, state, message));
            commands.extend(all.into_iter().map(|message| Command::SetSeen { message, seen: !row.is_seen }));
        }
        if pressed(Modifiers::NONE, Key::S) {
            let on = !row.is_flagged;
            commands.push(mail(MailCommand::SetFlag { messages: vec![message], flag: MailFlag::Flagged, on }));
        }
    }
    let messages = views.mailbox.as_ref().map_or(vec![message], |all| conversation::messages_of(all, state, message));
    if pressed(Modifiers::NONE, Key::A) {
        leave(views, state, commands, MailCommand::Archive(messages));
    } else if pressed(Modifiers::NONE, Key::Delete) || pressed(Modifiers::NONE, Key::Backspace) {
        leave(views, state, commands, MailCommand::Delete(messages));
    } else if pressed(Modifiers::SHIFT, Key::J) {
        let is_junk = views.mailbox.as_ref().is_some_and(|mailbox| role(mailbox) == "junk");
        // Junk is told of the message that was read, and of no other.
        leave(views, state, commands, MailCommand::Spam { messages: vec![message], spam: !is_junk });
    }
}

fn mail(command: MailCommand) -> Command {
    Command::Topic(Box::new(Topic::Mail(command)))
}

/// The role of the folder that is open.
fn role(mailbox: &MailboxView) -> &str {
    let mut folders = mailbox.accounts.iter().flat_map(|account| &account.folders);
    folders.find(|folder| Some(folder.id) == mailbox.open_folder).map_or("", |folder| &folder.role)
}

/// The open message leaves its folder: the next one is opened.
fn leave(views: &Views, state: &mut State, commands: &mut Vec<Command>, command: MailCommand) {
    let before = state.selected;
    list::step(views, state, commands, 1);
    if state.selected == before {
        list::step(views, state, commands, -1);
    }
    commands.push(mail(command));
}

fn escape(state: &mut State) {
    if state.link.take().is_some() || state.opening.take().is_some() {
        return;
    }
    if state.finding.close() {
        return;
    }
    if state.preview.is_open() {
        state.preview.close();
        return;
    }
    match state.screen {
        Screen::Compose => compose::ask_discard(state),
        Screen::Mailbox if state.reader.find.is_open => state.reader.find.close(),
        Screen::Mailbox if state.drawer => state.drawer = false,
        Screen::Mailbox => state.reads = false,
        Screen::Keys | Screen::People | Screen::Trust if state.keys.close_dialog() => {}
        Screen::People if state.people.vouch.take().is_some() => {}
        _ => state.screen = Screen::Mailbox,
    }
}

fn next_pane(ctx: &Context, state: &mut State) {
    state.pane = match state.pane {
        Pane::Side => Pane::List,
        Pane::List => Pane::Reading,
        Pane::Reading => Pane::Side,
    };
    let id = match state.pane {
        Pane::Side => sidebar::pane_id(),
        Pane::List => list::pane_id(),
        Pane::Reading => reading::pane_id(),
    };
    ctx.memory_mut(|memory| memory.request_focus(id));
}
