//! Backups in the window: the reminder, and the dialogs that make, try and restore them.

mod making;
mod opening;
mod setup;

use std::path::PathBuf;

use egui::{Context, Margin, Response, TextEdit, Ui};
use zeroize::Zeroize as _;

use crate::domain::{Fingerprint, Technology};
use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::backup::words::List;
use crate::engine::topic::backup::{BackupCommand, BackupView, Outcome, SetupText, sheet::Sheet};
use crate::engine::topic::own_keys::KeyPlace;
use crate::engine::view::KeyView;

use super::files::Purpose;
use super::icons::{self, Icon};
use super::state::{State, Views};
use super::theme::{palette, size, space};
use super::welcome::Stage;
use super::widgets::{self, Weight};
use super::words::{Language, Word, one_line};

pub use making::{body, check, is_kept, switch};

/// Which dialog is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Dialog {
    /// None.
    #[default]
    None,
    /// Make a backup.
    Make,
    /// Try one.
    Rehearse,
    /// Restore one.
    Restore,
    /// Write a Setup Message.
    Setup(Fingerprint),
}

/// A file that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Where the backup goes.
    Save,
    /// Where the sheet goes.
    Sheet,
    /// A backup.
    Open,
    /// A picture of the sheet.
    Picture,
    /// Where a Setup Message goes.
    Setup,
}

impl Choice {
    /// Whether the file is there already.
    pub fn is_read(self) -> bool {
        matches!(self, Self::Open | Self::Picture)
    }
}

/// Backups between frames. What is secret in it goes when the dialog does.
#[derive(Default)]
pub struct BackupState {
    /// The open dialog.
    pub dialog: Dialog,
    /// The words, once they were asked for.
    pub sheet: Option<Sheet>,
    /// What came of the last command.
    pub outcome: Option<Outcome>,
    /// A command goes on.
    pub is_busy: bool,
    file: String,
    sheet_file: String,
    picture: String,
    typed: String,
    again: String,
    check: [String; 2],
    own_passphrase: bool,
    has_asked: bool,
    is_saved: bool,
    is_sheet_saved: bool,
    drawing: Option<making::Drawing>,
}

impl Drop for BackupState {
    fn drop(&mut self) {
        self.typed.zeroize();
        self.again.zeroize();
        self.check.zeroize();
    }
}

impl BackupState {
    /// Closes the open dialog; gives whether there was one.
    pub fn close(&mut self) -> bool {
        let was_open = self.dialog != Dialog::None;
        *self = Self::default();
        was_open
    }

    fn open(&mut self, dialog: Dialog) {
        self.close();
        self.dialog = dialog;
    }
}

/// What stands in a Setup Message.
pub fn setup_text(language: Language) -> SetupText {
    let say = |word| language.say(word).to_owned();
    SetupText { subject: say(Word::SetupSubject), body: say(Word::SetupBody) }
}

/// A command about backups.
pub fn command(command: BackupCommand) -> Command {
    Command::Topic(Box::new(Topic::Backup(command)))
}

/// Takes note of what the engine says.
pub fn take(state: &mut State, view: &BackupView) {
    let backup = &mut state.backup;
    if let Some(sheet) = &view.sheet {
        backup.sheet = Some(sheet.clone());
    }
    let Some(outcome) = &view.outcome else { return };
    backup.is_busy = false;
    match outcome {
        Outcome::Begun => {
            state.welcome.stage = Stage::Backup;
            state.welcome.is_making = false;
            state.backup.close();
            state.focuses = true;
            return;
        }
        Outcome::Made(_) => backup.is_saved = true,
        Outcome::SheetWritten(_) => backup.is_sheet_saved = true,
        Outcome::SetupMessage(..) | Outcome::Rehearsed(_) | Outcome::Restored(_) => {}
    }
    state.backup.outcome = Some(outcome.clone());
}

fn list(language: Language) -> List {
    match language {
        Language::English => List::English,
        Language::Japanese => List::Japanese,
    }
}

/// Why a backup is due.
pub fn due(views: &Views, state: &State) -> Option<Word> {
    let own = &views.keys.as_ref()?.own;
    let view = views.topics.backup.as_ref()?;
    if own.is_empty() || view.later_until.is_some_and(|until| until > state.clock.now()) {
        return None;
    }
    let Some(last) = &view.last else {
        let is_any = own.iter().any(|key| !is_elsewhere(views, &key.report.fingerprint));
        return is_any.then_some(Word::NoBackup);
    };
    let is_in = |fingerprint: &Fingerprint| last.keys.iter().any(|known| known == fingerprint.as_str());
    let is_safe = |fingerprint: &Fingerprint| is_in(fingerprint) || is_elsewhere(views, fingerprint);
    (!own.iter().all(|key| is_safe(&key.report.fingerprint))).then_some(Word::NewerKeys)
}

/// An agent or a token keeps the key: no backup of this program can hold it.
fn is_elsewhere(views: &Views, fingerprint: &Fingerprint) -> bool {
    let own = views.topics.own_keys.as_ref().map(|view| view.keys.as_slice()).unwrap_or_default();
    own.iter().any(|key| key.report.fingerprint == *fingerprint && key.place != KeyPlace::Here)
}

/// Above one's own keys: what is due, or when the last backup was made; and what can be done.
pub fn strip(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(view) = views.topics.backup.clone() else { return };
    let language = state.language;
    let due = due(views, state);
    let edge = if due.is_some() { palette(ui).amber } else { palette(ui).line };
    ui.scope(|ui| {
        ui.set_max_width(size::MEASURE + 80.0);
        widgets::card_with(ui, edge, |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            match (due, &view.last) {
                (Some(word), _) => widgets::signed_line(ui, Icon::Caution, palette(ui).amber, language.say(word)),
                (None, Some(last)) => {
                    let made = language.fill(Word::LastBackup, &[("date", &state.clock.day(language, last.made_at))]);
                    let tried = match view.rehearsed_at {
                        Some(at) => language.fill(Word::LastRehearsal, &[("date", &state.clock.day(language, at))]),
                        None => language.say(Word::NeverRehearsed).to_owned(),
                    };
                    let words = format!("{made}  ·  {tried}");
                    widgets::signed_line(ui, Icon::Check, palette(ui).pine, words);
                    widgets::caption(ui, one_line(&last.file));
                }
                // Put off.
                (None, None) => {
                    widgets::signed_line(ui, Icon::Save, palette(ui).ink_soft, language.say(Word::BackupDue));
                }
            }
            ui.horizontal_wrapped(|ui| buttons(ui, views, state, commands, due.is_some()));
        });
    });
    ui.add_space(space::M);
}

fn buttons(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>, is_due: bool) {
    let language = state.language;
    let has_keys = views.keys.as_ref().is_some_and(|keys| !keys.own.is_empty());
    let (word, weight) = if is_due { (Word::MakeBackup, Weight::Primary) } else { (Word::NewBackup, Weight::Plain) };
    if has_keys && widgets::button(ui, Some(Icon::Save), language.say(word), weight).clicked() {
        begin(state);
    }
    if is_due && widgets::button(ui, None, language.say(Word::Later), Weight::Quiet).clicked() {
        commands.push(command(BackupCommand::Later));
    }
    let last = views.topics.backup.as_ref().and_then(|view| view.last.as_ref());
    if let Some(file) = last.map(|last| last.file.clone())
        && has_keys
        && widgets::button(ui, Some(Icon::Check), language.say(Word::TryBackup), Weight::Quiet).clicked()
    {
        state.backup.open(Dialog::Rehearse);
        state.backup.file = file;
        state.focuses = true;
    }
    if widgets::button(ui, Some(Icon::Import), language.say(Word::RestoreBackup), Weight::Quiet).clicked() {
        begin_restore(state);
    }
    let own = views.keys.as_ref().map(|keys| keys.own.as_slice()).unwrap_or_default();
    let is_given =
        |key: &&KeyView| key.report.technology == Technology::OpenPgp && !is_elsewhere(views, &key.report.fingerprint);
    let pgp = own.iter().find(is_given);
    if let Some(key) = pgp
        && widgets::button(ui, Some(Icon::Forward), language.say(Word::OtherDevice), Weight::Quiet).clicked()
    {
        state.backup.open(Dialog::Setup(key.report.fingerprint.clone()));
        state.focuses = true;
    }
}

/// Opens the dialog that makes a backup.
pub fn begin(state: &mut State) {
    state.backup.open(Dialog::Make);
    state.focuses = true;
}

/// Opens the dialog that restores one.
pub fn begin_restore(state: &mut State) {
    state.backup.open(Dialog::Restore);
    state.focuses = true;
}

/// In the line at the bottom: that no backup is there.
pub fn reminder(ui: &mut Ui, views: &Views, state: &mut State) {
    // The first screens speak of it themselves.
    if due(views, state).is_none() || state.welcome.stage == Stage::Backup {
        return;
    }
    // The line is filled from the right.
    if widgets::button(ui, None, state.language.say(Word::BackupDue), Weight::Quiet).clicked() {
        begin(state);
    }
    icons::show(ui, Icon::Caution, size::ICON, palette(ui).amber);
}

/// A file was chosen.
pub fn chosen(state: &mut State, choice: Choice, path: &std::path::Path) {
    let path = path.to_string_lossy().into_owned();
    let backup = &mut state.backup;
    match choice {
        Choice::Save | Choice::Open | Choice::Setup => backup.file = path,
        Choice::Sheet => backup.sheet_file = path,
        Choice::Picture => backup.picture = path,
    }
}

/// Draws the open dialog.
pub fn dialogs(ctx: &Context, views: &mut Views, state: &mut State, commands: &mut Vec<Command>) {
    making::go_on(ctx, views, state, commands);
    let before = commands.len();
    match state.backup.dialog.clone() {
        Dialog::None => return,
        Dialog::Make => making::dialog(ctx, views, state, commands),
        Dialog::Rehearse => opening::dialog(ctx, views, state, commands, false),
        Dialog::Restore => opening::dialog(ctx, views, state, commands, true),
        Dialog::Setup(fingerprint) => setup::dialog(ctx, views, state, commands, &fingerprint),
    }
    if commands.len() > before {
        // What is asked for anew has not failed yet.
        views.failure = None;
    }
}

/// A button beside a path.
struct Action<'a> {
    words: &'a str,
    weight: Weight,
    can: bool,
}

/// A path, a button that opens the system's dialog for it, and perhaps one that does something with it; beside the
/// label, what was done. Gives the field, and that button.
fn path_row(
    ui: &mut Ui,
    state: &mut State,
    label: Word,
    choice: Choice,
    value: fn(&mut BackupState) -> &mut String,
    action: Option<&Action<'_>>,
    done: Option<&str>,
) -> (Response, Option<Response>) {
    let language = state.language;
    let spacing = std::mem::replace(&mut ui.spacing_mut().item_spacing.y, 2.0);
    let name = ui.horizontal(|ui| {
        let name = widgets::caption(ui, language.say(label));
        if let Some(words) = done {
            icons::show(ui, Icon::Check, size::ICON, palette(ui).pine);
            widgets::caption(ui, words);
        }
        name
    });
    let name = name.inner;
    let row = ui.horizontal(|ui| {
        let own = action.map_or(0.0, |action| widgets::button_width(ui, action.words, action.weight) + space::S);
        let width = (ui.available_width() - own - size::HIT - space::S).max(80.0);
        let edit = TextEdit::singleline(value(&mut state.backup))
            .id_salt(("path", label))
            .margin(Margin::symmetric(8, 5))
            .desired_width(width);
        let field = ui.add(edit).labelled_by(name.id);
        if widgets::icon_button(ui, Icon::Folder, language.say(Word::ChooseFile)).clicked() {
            let name = PathBuf::from(value(&mut state.backup).as_str());
            let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
            state.ask_file(ui.ctx(), Purpose::Backup(choice), language.say(label), &name);
        }
        let button = action.map(|action| widgets::button_if(ui, action.can, None, action.words, action.weight));
        (field, button)
    });
    ui.spacing_mut().item_spacing.y = spacing;
    ui.add_space((spacing - 2.0).max(0.0));
    row.inner
}

/// What could not be done, inside of a dialog that covers the line at the bottom.
fn failure(ui: &mut Ui, views: &Views, state: &State) {
    if let Some(failure) = &views.failure {
        let (happened, now) = super::words::failure::sentences(state.language, failure);
        widgets::signed_line(ui, Icon::Caution, palette(ui).plum, happened);
        widgets::soft(ui, now);
    }
}
