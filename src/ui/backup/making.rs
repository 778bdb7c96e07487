//! Making a backup: the words, the sheet, the file, and the check that somebody has the words.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use egui::{Context, Grid, Ui};

use crate::domain::Secret;
use crate::engine::Command;
use crate::engine::topic::backup::{BackupCommand, Outcome, sheet::Sheet, words};
use crate::engine::{Failure, FailureKind, Retry};
use crate::ui::confirm;
use crate::ui::icons::{self, Icon};
use crate::ui::state::{State, Views};
use crate::ui::theme::{self, palette, size, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Word, one_line};

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
        failure(ui, views, state);
        let can = is_kept(state);
        confirm::answers_if(ui, language, can, Word::Finish, Weight::Primary)
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

/// Everything of the dialog between its title and its answers; the third of the first screens has it too.
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
        words_card(ui, state, &sheet, commands);
        let words = language.say(Word::SaveSheet);
        let can = !state.backup.sheet_file.trim().is_empty();
        let action = Action { words, weight: Weight::Plain, can };
        let (_, button) =
            path_row(ui, state, Word::SheetFile, Choice::Sheet, |backup| &mut backup.sheet_file, Some(&action));
        if let Some(button) = button {
            state.focus_first(&button);
            if button.clicked() && state.backup.drawing.is_none() {
                draw(state, sheet.clone());
            }
        }
        if state.backup.is_sheet_saved {
            done(ui, language.say(Word::SheetSaved));
        }
    }
    let weight = if state.backup.is_saved { Weight::Plain } else { Weight::Primary };
    let action = Action { words: language.say(Word::SaveBackup), weight, can: can_save(state) };
    let (_, button) = path_row(ui, state, Word::BackupFile, Choice::Save, |backup| &mut backup.file, Some(&action));
    if button.is_some_and(|button| button.clicked()) && !state.backup.is_busy {
        save(state, commands);
    }
    if state.backup.is_saved {
        let file = match &state.backup.outcome {
            Some(Outcome::Made(made)) => made.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            _ => String::new(),
        };
        done(ui, format!("{}  {}", language.say(Word::BackupSaved), one_line(&file)));
    }
    if !state.backup.own_passphrase {
        check(ui, state);
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

fn words_card(ui: &mut Ui, state: &mut State, sheet: &Sheet, commands: &mut Vec<Command>) {
    let language = state.language;
    widgets::card(ui, |ui| {
        ui.horizontal(|ui| {
            widgets::emphasis(ui, language.say(Word::RecoveryWords));
            widgets::caption(ui, language.fill(Word::WordsNumber, &[("id", &sheet.id)]));
        });
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
    ui.horizontal_wrapped(|ui| {
        if widgets::button(ui, None, language.say(Word::OwnPassphrase), Weight::Quiet).clicked() {
            state.backup.own_passphrase = true;
            state.backup.is_saved = false;
        }
        let new = widgets::button(ui, None, language.say(Word::NewWords), Weight::Quiet);
        if new.on_hover_text(language.say(Word::NewWordsHint)).clicked() {
            state.backup.is_saved = false;
            state.backup.check = Default::default();
            commands.push(command(BackupCommand::RenewWords { list: list(language) }));
        }
    });
}

fn numbered(ui: &mut Ui, number: usize, word: &str) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let (rect, _) = ui.allocate_exact_size(egui::vec2(20.0, size::READING * 1.45), egui::Sense::empty());
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
    if widgets::button(ui, None, language.say(Word::UseWords), Weight::Quiet).clicked() {
        state.backup.own_passphrase = false;
        state.backup.is_saved = false;
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

fn check(ui: &mut Ui, state: &mut State) {
    let language = state.language;
    widgets::soft(ui, language.say(Word::CheckWords));
    let right = checks(state);
    ui.horizontal(|ui| {
        let width = (ui.available_width() - space::L) / 2.0 - size::ICON - space::S;
        for ((number, typed), right) in ASKED.into_iter().zip(&mut state.backup.check).zip(right) {
            ui.allocate_ui_with_layout(egui::vec2(width, 0.0), egui::Layout::top_down(egui::Align::Min), |ui| {
                ui.set_width(width);
                let label = language.fill(Word::WordNumber, &[("number", &number.to_string())]);
                widgets::field(ui, &label, typed, "");
            });
            let (rect, _) = ui.allocate_exact_size(egui::vec2(size::ICON, size::HIT), egui::Sense::empty());
            if right {
                let square = egui::Rect::from_center_size(rect.center() + egui::vec2(0.0, space::S), rect.size());
                let square = egui::Rect::from_center_size(square.center(), egui::Vec2::splat(size::ICON));
                icons::paint(ui, Icon::Check, square, palette(ui).pine);
            }
        }
    });
}

fn done(ui: &mut Ui, words: impl Into<String>) {
    widgets::signed_line(ui, Icon::Check, palette(ui).pine, words);
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
