//! What the search has found, and what is to be said of it.

use egui::Ui;

use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::searching::{Note, NoteKind, SearchCommand, SearchView};

use super::state::{State, Views};
use super::widgets;
use super::words::{Language, Word, one_line};

/// Asks the engine when something else is to be found than before.
pub fn ask(state: &mut State, commands: &mut Vec<Command>) {
    if state.searched == state.search {
        return;
    }
    state.searched.clone_from(&state.search);
    if !state.search.trim().is_empty() {
        look(commands, state.search.clone());
    }
}

/// Asks the engine what there is; with no words, how it stands with the search.
pub fn look(commands: &mut Vec<Command>, query: String) {
    commands.push(Command::Topic(Box::new(Topic::Search(SearchCommand::Look { query }))));
}

/// What was found; what was found for the words as they were a moment ago, while the engine is at it.
pub fn of<'a>(views: &'a Views, search: &str) -> Option<&'a SearchView> {
    let view = views.topics.search.as_deref()?;
    let is_near = search.starts_with(&view.query) || view.query.starts_with(search);
    (is_near && !view.query.trim().is_empty()).then_some(view)
}

/// Below the field, when there is something to say.
pub fn hint(ui: &mut Ui, views: &Views, state: &State) {
    let Some(view) = of(views, &state.search).filter(|_| !state.search.trim().is_empty()) else { return };
    let language = state.language;
    let words = match (view.notes.first(), view.due) {
        (Some(one), _) => note(language, one, &view.query),
        (None, 1..) => language.fill(Word::SearchDue, &[("count", &view.due.to_string())]),
        (None, 0) if view.total > view.rows.len() => {
            let (shown, total) = (view.rows.len().to_string(), view.total.to_string());
            language.fill(Word::SearchMore, &[("shown", &shown), ("total", &total)])
        }
        _ => return,
    };
    egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 4)).show(ui, |ui| widgets::caption(ui, words));
}

/// What is the matter with a piece of a query.
pub fn note(language: Language, note: &Note, query: &str) -> String {
    let word = match note.kind {
        NoteKind::UnknownField => Word::SearchUnknownField,
        NoteKind::UnknownValue => Word::SearchUnknownValue,
        NoteKind::NotADate => Word::SearchNotADate,
        NoteKind::NotASize => Word::SearchNotASize,
        NoteKind::OpenQuotation => Word::SearchOpenQuotation,
        NoteKind::Parenthesis => Word::SearchParenthesis,
        NoteKind::TooLong => Word::SearchTooLong,
    };
    language.fill(word, &[("what", &one_line(query.get(note.at.clone()).unwrap_or_default()))])
}

/// Whether what was decrypted of an account's mail may be found.
pub fn choice(ui: &mut Ui, views: &Views, account: i64, language: Language, commands: &mut Vec<Command>) {
    let Some(view) = &views.topics.search else { return };
    let mut searches = !view.without_decrypted.contains(&account);
    if ui.checkbox(&mut searches, language.say(Word::SearchDecrypted)).changed() {
        commands.push(Command::Topic(Box::new(Topic::Search(SearchCommand::SetDecrypted { account, searches }))));
    }
    widgets::caption(ui, language.say(Word::SearchDecryptedHint));
}
