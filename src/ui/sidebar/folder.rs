//! What is done with a folder: its menu, and the questions that follow from it.

use egui::{Context, Response, Ui};

use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::mail::MailCommand;
use crate::engine::view::{AccountView, FolderId, FolderView};
use crate::ui::confirm;
use crate::ui::icons::Icon;
use crate::ui::menu::{self, Entry, Opened};
use crate::ui::state::{State, Views};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Word, one_line};

/// The folders between frames.
#[derive(Clone, Debug, Default)]
pub struct FoldersState {
    menu: Option<(FolderId, Opened)>,
    asked: Option<Asked>,
}

impl FoldersState {
    /// Something is asked before it is done.
    pub fn is_asking(&self) -> bool {
        self.asked.is_some()
    }

    /// Takes the question back; whether there was one.
    pub fn close(&mut self) -> bool {
        self.asked.take().is_some()
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
enum Asked {
    /// The name of a new folder; whether the field had the focus already.
    New { account: i64, parent: Option<FolderId>, name: String, is_shown: bool },
    /// Another name for one.
    Rename { folder: FolderId, name: String, is_shown: bool },
    /// Whether it is to go with everything in it; what is opened then.
    Delete { folder: FolderId, name: String, total: usize, instead: Option<FolderId> },
}

/// What the menu offers.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Choice {
    AllRead,
    New,
    NewBelow,
    Rename,
    Delete,
}

impl Choice {
    fn entry(self, state: &State) -> Entry<'static, Self> {
        let (icon, word) = match self {
            Self::AllRead => (Icon::MailOpen, Word::FolderAllRead),
            Self::New => (Icon::Plus, Word::FolderNew),
            Self::NewBelow => (Icon::Plus, Word::FolderNewBelow),
            Self::Rename => (Icon::Write, Word::FolderRename),
            Self::Delete => (Icon::Trash, Word::FolderDelete),
        };
        Entry { icon, words: state.language.say(word), key: "", meaning: self }
    }
}

/// The menu of a folder's line, under the pointer's other button or the menu key.
pub(super) fn menu(
    ui: &Ui,
    response: &Response,
    (account, folder): (&AccountView, &FolderView),
    state: &mut State,
    commands: &mut Vec<Command>,
) {
    let by_key = state.list.asks_menu && response.has_focus();
    if by_key || response.secondary_clicked() {
        state.list.asks_menu = false;
        state.folders.menu = Some((folder.id, Opened::of(ui, response.rect, by_key)));
    }
    let Some((_, opened)) = state.folders.menu.filter(|(id, _)| *id == folder.id) else { return };
    let mut choices = Vec::with_capacity(5);
    if folder.unread > 0 {
        choices.push(Choice::AllRead);
    }
    choices.push(Choice::New);
    if !account.form.imap_host.is_empty() {
        choices.push(Choice::NewBelow);
    }
    if folder.role.is_empty() {
        choices.extend([Choice::Rename, Choice::Delete]);
    }
    let entries: Vec<_> = choices.into_iter().map(|choice| choice.entry(state)).collect();
    let (opened, chosen) = menu::show(ui, "folder", opened, &entries);
    state.folders.menu = opened.map(|opened| (folder.id, opened));
    let new = |parent| Asked::New { account: account.id, parent, name: String::new(), is_shown: false };
    match chosen {
        None => {}
        Some(Choice::AllRead) => {
            state.list.undoes = "all_read";
            commands.push(mail(MailCommand::ReadAll(folder.id)));
        }
        Some(Choice::New) => state.folders.asked = Some(new(None)),
        Some(Choice::NewBelow) => state.folders.asked = Some(new(Some(folder.id))),
        Some(Choice::Rename) => {
            let name = folder.name.clone();
            state.folders.asked = Some(Asked::Rename { folder: folder.id, name, is_shown: false });
        }
        Some(Choice::Delete) => {
            let instead = account.folders.iter().find(|one| one.role == "inbox" && one.id != folder.id);
            let (name, instead) = (folder.name.clone(), instead.map(|one| one.id));
            state.folders.asked = Some(Asked::Delete { folder: folder.id, name, total: folder.total, instead });
        }
    }
}

fn mail(command: MailCommand) -> Command {
    Command::Topic(Box::new(Topic::Mail(command)))
}

/// Draws what is asked.
pub fn ask(ctx: &Context, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(mut asked) = state.folders.asked.take() else { return };
    let language = state.language;
    let answer = confirm::dialog(ctx, "folder", |ui| match &mut asked {
        Asked::New { name, is_shown, .. } => {
            widgets::title(ui, language.say(Word::FolderNew));
            named(ui, (name, is_shown), Word::FolderMake, state)
        }
        Asked::Rename { name, is_shown, .. } => {
            widgets::title(ui, language.say(Word::FolderRename));
            named(ui, (name, is_shown), Word::FolderRename, state)
        }
        Asked::Delete { name, total, .. } => {
            widgets::title(ui, language.fill(Word::FolderDeleteTitle, &[("name", &one_line(name))]));
            widgets::soft(ui, language.fill(Word::FolderDeleteHint, &[("count", &total.to_string())]));
            confirm::answers(ui, language, Word::FolderDelete, Weight::Danger)
        }
    });
    match answer {
        None => state.folders.asked = Some(asked),
        Some(false) => {}
        Some(true) => carry_out(asked, views, commands),
    }
}

fn carry_out(asked: Asked, views: &Views, commands: &mut Vec<Command>) {
    match asked {
        Asked::New { account, parent, name, .. } => {
            commands.push(mail(MailCommand::CreateFolder { account, parent, name: name.trim().to_owned() }));
        }
        Asked::Rename { folder, name, .. } => {
            commands.push(mail(MailCommand::RenameFolder { folder, name: name.trim().to_owned() }));
        }
        Asked::Delete { folder, instead, .. } => {
            let is_open = views.mailbox.as_ref().is_some_and(|mailbox| mailbox.open_folder == Some(folder));
            commands.push(mail(MailCommand::DeleteFolder(folder)));
            if let Some(instead) = instead.filter(|_| is_open) {
                commands.push(Command::OpenFolder(instead));
            }
        }
    }
}

/// A field for a name, and the answers.
fn named(ui: &mut Ui, (name, is_shown): (&mut String, &mut bool), yes: Word, state: &State) -> Option<bool> {
    let field = widgets::field(ui, state.language.say(Word::FolderName), name, "");
    if !std::mem::replace(is_shown, true) {
        field.request_focus();
        // Another name was typed there before: what is typed now goes on behind this one.
        egui::text_edit::TextEditState::default().store(ui.ctx(), field.id);
    }
    let can = !name.trim().is_empty();
    let entered = can && confirm::is_entered(ui);
    confirm::answers_if(ui, state.language, can, yes, Weight::Primary).or(entered.then_some(true))
}
