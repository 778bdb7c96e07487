//! Making a backup: the words, the sheet, the file, and the check that somebody has the words.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use egui::{Context, Grid, Ui};

use crate::domain::Secret;
use crate::engine::Command;
use crate::engine::topic::backup::{BackupCommand, sheet::Sheet, words};
use crate::engine::{Failure, FailureKind, Retry};
use crate::ui::confirm;
use crate::ui::icons::{self, Icon};
use crate::ui::state::{State, Views};
use crate::ui::theme::{self, palette, size, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word};

use super::{Action, Choice, Dialog, command, failure, list, path_row};

/// The shortest passphrase of one's own: guessing goes fast, since others hold the file.
const SHORTEST: usize = 16;
/// Words beside each other.
const COLUMNS: usize = 3;

/// A sheet that is being drawn beside the window.
pub struct Drawing {
    to: PathBuf,
    result: Receiver<Option<Vec<u8>>>,
}

/// The dialog.
pub fn dialog(ctx: &Context, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let answer = confirm::dialog(ctx, "backup", |ui| {
        widgets::title(ui, language.say(Word::BackupTitle));
        body(ui, views, state, commands);
        others(ui, state, commands);
        failure(ui, views, state);
        confirm::answers_if(ui, language, state.backup.is_saved, Word::Finish, Weight::Primary)
    });
    if answer.is_some() && state.backup.dialog == Dialog::Make {
        state.backup.close();
    }
}

/// The backup is written and somebody has what opens it.
pub fn is_kept(state: &State) -> bool {
    let backup = &state.backup;
    backup.is_saved && (backup.own_passphrase || checks(state).iter().all(|right| *right))
}

/// The words, the sheet and the file; the third of the first screens has them too.
pub fn body(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    widgets::soft(ui, language.say(Word::BackupHint));
    let Some(sheet) = state.backup.sheet.clone() else {
        if !std::mem::replace(&mut state.backup.has_asked, true) {
            commands.push(command(BackupCommand::ShowWords { list: list(language) }));
        }
        widgets::soft(ui, language.say(Word::Loading));
        return;
    };
    propose_files(views, state);
    if state.backup.own_passphrase {
        passphrase(ui, state);
    } else {
        words_card(ui, language, &sheet);
        let words = language.say(Word::SaveSheet);
        let can = !state.backup.sheet_file.trim().is_empty();
        let action = Action { words, weight: Weight::Plain, can };
        let done = state.backup.is_sheet_saved.then(|| language.say(Word::SheetSaved));
        let (_, button) =
            path_row(ui, state, Word::SheetFile, Choice::Sheet, |backup| &mut backup.sheet_file, Some(&action), done);
        if let Some(button) = button {
            state.focus_first(&button);
            if button.clicked() && state.backup.drawing.is_none() {
                draw(state, sheet.clone());
            }
        }
    }
    let weight = if state.backup.is_saved { Weight::Plain } else { Weight::Primary };
    let action = Action { words: language.say(Word::SaveBackup), weight, can: can_save(state) };
    let done = state.backup.is_saved.then(|| language.say(Word::BackupSaved));
    let (_, button) =
        path_row(ui, state, Word::BackupFile, Choice::Save, |backup| &mut backup.file, Some(&action), done);
    if button.is_some_and(|button| button.clicked()) && !state.backup.is_busy {
        save(state, commands);
    }
}

/// A passphrase instead of the words, and other words.
fn others(ui: &mut Ui, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    ui.horizontal_wrapped(|ui| {
        switch(ui, state);
        if state.backup.own_passphrase {
            return;
        }
        let new = widgets::button(ui, None, language.say(Word::NewWords), Weight::Quiet);
        if new.on_hover_text(language.say(Word::NewWordsHint)).clicked() {
            state.backup.is_saved = false;
            commands.push(command(BackupCommand::RenewWords { list: list(language) }));
        }
    });
}

/// From the words to a passphrase of one's own, and back.
pub fn switch(ui: &mut Ui, state: &mut State) {
    let word = if state.backup.own_passphrase { Word::UseWords } else { Word::OwnPassphrase };
    if widgets::button(ui, None, state.language.say(word), Weight::Quiet).clicked() {
        state.backup.own_passphrase = !state.backup.own_passphrase;
        state.backup.is_saved = false;
    }
}

fn can_save(state: &State) -> bool {
    let backup = &state.backup;
    let is_protected =
        !backup.own_passphrase || backup.typed.chars().count() >= SHORTEST && backup.typed == backup.again;
    is_protected && !backup.file.trim().is_empty()
}

fn save(state: &mut State, commands: &mut Vec<Command>) {
    let backup = &mut state.backup;
    (backup.is_busy, backup.is_saved) = (true, false);
    let passphrase = backup.own_passphrase.then(|| Secret::from(backup.typed.as_str()));
    commands.push(command(BackupCommand::Make { to: PathBuf::from(backup.file.trim()), passphrase }));
}

fn propose_files(views: &Views, state: &mut State) {
    let folder = views.topics.backup.as_ref().and_then(|view| view.folder.clone()).unwrap_or_default();
    let day = state.clock.iso_day();
    let propose = |field: &mut String, name: String| {
        if field.is_empty() {
            *field = folder.join(name).to_string_lossy().into_owned();
        }
    };
    // Only once: a field that was emptied by hand stays so while it has the focus.
    if state.backup.sheet_file.is_empty() && state.backup.file.is_empty() {
        propose(&mut state.backup.file, format!("kakitome-backup-{day}.pgp"));
        propose(&mut state.backup.sheet_file, format!("kakitome-recovery-sheet-{day}.pdf"));
    }
}

fn words_card(ui: &mut Ui, language: Language, sheet: &Sheet) {
    widgets::card(ui, |ui| {
        ui.horizontal(|ui| {
            widgets::emphasis(ui, language.say(Word::RecoveryWords));
            widgets::caption(ui, language.fill(Word::WordsNumber, &[("id", &sheet.id)]));
        });
        ui.spacing_mut().interact_size.y = 0.0;
        let words = sheet.words();
        let rows = words.len().div_ceil(COLUMNS).max(1);
        let width = ui.available_width() / COLUMNS as f32 - space::M;
        Grid::new("recovery-words").num_columns(COLUMNS).min_col_width(width).spacing([space::M, space::XS]).show(
            ui,
            |ui| {
                for row in 0..rows {
                    for column in 0..COLUMNS {
                        let number = column * rows + row;
                        if let Some(word) = words.get(number) {
                            numbered(ui, number + 1, word);
                        }
                    }
                    ui.end_row();
                }
            },
        );
    });
}

fn numbered(ui: &mut Ui, number: usize, word: &str) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let (rect, _) = ui.allocate_exact_size(egui::vec2(20.0, size::READING * 1.3), egui::Sense::empty());
        let soft = palette(ui).ink_soft;
        let at = rect.right_center();
        ui.painter().text(at, egui::Align2::RIGHT_CENTER, number.to_string(), theme::plain(size::CAPTION), soft);
        let ink = palette(ui).ink;
        widgets::text(ui, word, theme::strong(size::READING), ink);
    });
}

fn passphrase(ui: &mut Ui, state: &mut State) {
    let language = state.language;
    widgets::soft(ui, language.fill(Word::OwnPassphraseHint, &[("count", &SHORTEST.to_string())]));
    widgets::secret_field(ui, language.say(Word::BackupPassphrase), &mut state.backup.typed);
    widgets::secret_field(ui, language.say(Word::ProfilePassphraseAgain), &mut state.backup.again);
    if !state.backup.again.is_empty() && state.backup.typed != state.backup.again {
        widgets::caption(ui, language.say(Word::PassphrasesDiffer));
    }
}

/// The two words that are asked for: one of each half.
const ASKED: [usize; 2] = [4, 9];

fn checks(state: &State) -> [bool; 2] {
    let Some(sheet) = &state.backup.sheet else { return [false; 2] };
    let [one, two] = &state.backup.check;
    let [first, second] = ASKED;
    [words::is_word(&sheet.phrase, first, one), words::is_word(&sheet.phrase, second, two)]
}

/// Asks for two of the words: somebody has them elsewhere than on this screen.
pub fn check(ui: &mut Ui, state: &mut State) {
    if state.backup.own_passphrase || state.backup.sheet.is_none() {
        return;
    }
    let language = state.language;
    widgets::soft(ui, language.say(Word::CheckWords));
    let right = checks(state);
    ui.columns(ASKED.len(), |columns| {
        let fields = ASKED.into_iter().zip(&mut state.backup.check).zip(right);
        for (ui, ((number, typed), right)) in columns.iter_mut().zip(fields) {
            let label = language.fill(Word::WordNumber, &[("number", &number.to_string())]);
            let field = widgets::field(ui, &label, typed, "");
            if right {
                let at = field.rect.right_center() - egui::vec2(size::ICON, 0.0);
                let square = egui::Rect::from_center_size(at, egui::Vec2::splat(size::ICON));
                icons::paint(ui, Icon::Check, square, palette(ui).pine);
            }
        }
    });
}

/// Draws the sheet in a thread of its own.
fn draw(state: &mut State, sheet: Sheet) {
    let (sender, result) = channel();
    let language = state.language;
    let work = move || {
        let drawn = std::panic::AssertUnwindSafe(|| crate::ui::print::recovery_sheet(&sheet, language));
        let _ = sender.send(std::panic::catch_unwind(drawn).unwrap_or_default());
    };
    state.backup.is_sheet_saved = false;
    let to = PathBuf::from(state.backup.sheet_file.trim());
    if std::thread::Builder::new().name("sheet".to_owned()).stack_size(64 << 20).spawn(work).is_ok() {
        state.backup.drawing = Some(Drawing { to, result });
    }
}

/// Hands the drawn sheet over.
pub fn go_on(ctx: &Context, views: &mut Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(drawing) = &state.backup.drawing else { return };
    match drawing.result.try_recv() {
        Err(TryRecvError::Empty) => {
            ctx.request_repaint_after(Duration::from_millis(50));
            return;
        }
        Ok(Some(pages)) => {
            let content = Secret::new(pages);
            commands.push(command(BackupCommand::WriteSheet { to: drawing.to.clone(), content }));
        }
        Ok(None) | Err(TryRecvError::Disconnected) => views.failure = Some(not_drawn()),
    }
    state.backup.drawing = None;
}

fn not_drawn() -> Failure {
    let (subject, source) = (String::new(), "sheet".to_owned());
    Failure { kind: FailureKind::Internal, retry: Retry::Never, subject, source }
}
