//! Trying a backup, and restoring one: a file and what opens it.

use std::path::PathBuf;

use egui::{Context, Margin, ScrollArea, TextEdit, Ui};
use zeroize::Zeroize as _;

use crate::domain::Secret;
use crate::engine::Command;
use crate::engine::topic::backup::words::{self, Slip};
use crate::engine::topic::backup::{Back, BackupCommand, Found, Key, Outcome, Rehearsal};
use crate::engine::view::CertificateReport;
use crate::ui::confirm;
use crate::ui::evidence::technology;
use crate::ui::icons::Icon;
use crate::ui::state::{State, Views};
use crate::ui::theme::{palette, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word, one_line};

use super::{Choice, command, failure, path_row};

/// The tallest that a list of keys grows, in points.
const LIST: f32 = 220.0;

/// The dialog; `restores`, or only tries.
pub fn dialog(ctx: &Context, views: &Views, state: &mut State, commands: &mut Vec<Command>, restores: bool) {
    let language = state.language;
    let name = if restores { "restore" } else { "rehearse" };
    let answer = confirm::dialog(ctx, name, |ui| {
        let title = if restores { Word::RestoreBackup } else { Word::TryBackup };
        widgets::title(ui, language.say(title));
        match state.backup.outcome.clone() {
            Some(Outcome::Rehearsed(found)) if !restores => rehearsed(ui, state, &found),
            Some(Outcome::Restored(back)) if restores => restored(ui, language, &back),
            _ => return form(ui, views, state, restores),
        }
        let close = ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            widgets::button(ui, None, language.say(Word::Close), Weight::Primary).clicked()
        });
        close.inner.then_some(false)
    });
    match answer {
        Some(true) => send(state, commands, restores),
        Some(false) => {
            state.backup.close();
        }
        None => {}
    }
}

fn form(ui: &mut Ui, views: &Views, state: &mut State, restores: bool) -> Option<bool> {
    let language = state.language;
    widgets::soft(ui, language.say(if restores { Word::RestoreHint } else { Word::TryHint }));
    let (file, _) = path_row(ui, state, Word::BackupFile, Choice::Open, |backup| &mut backup.file, None, None);
    state.focus_first(&file);
    typed(ui, state);
    path_row(ui, state, Word::OrPicture, Choice::Picture, |backup| &mut backup.picture, None, None);
    let backup = &state.backup;
    if !backup.is_busy {
        failure(ui, views, state);
    }
    let opens = !backup.typed.trim().is_empty() || !backup.picture.trim().is_empty();
    let can = opens && !backup.file.trim().is_empty() && !backup.is_busy;
    let yes = if restores { Word::RestoreNow } else { Word::TryNow };
    confirm::answers_if(ui, language, can, yes, Weight::Primary)
}

/// Two lines for what opens it, and what is wrong with it as far as words are meant.
fn typed(ui: &mut Ui, state: &mut State) {
    let language = state.language;
    ui.spacing_mut().item_spacing.y = 2.0;
    let name = widgets::caption(ui, language.say(Word::WhatOpens));
    let edit = TextEdit::multiline(&mut state.backup.typed)
        .id_salt("what-opens")
        .desired_rows(2)
        .margin(Margin::symmetric(8, 5))
        .desired_width(f32::INFINITY);
    ui.add(edit).labelled_by(name.id);
    ui.spacing_mut().item_spacing.y = space::S;
    let typed = &state.backup.typed;
    if !words::looks_like_words(typed) {
        return;
    }
    let colours = palette(ui);
    match words::read(typed) {
        Ok(_) => widgets::signed_line(ui, Icon::Check, colours.pine, language.say(Word::WordsFit)),
        Err(slip) => widgets::signed_line(ui, Icon::Caution, colours.amber, self::slip(language, &slip)),
    }
}

fn slip(language: Language, slip: &Slip) -> String {
    match slip {
        Slip::Unknown { number, word, near } => {
            let template = if near.is_some() { Word::SlipNear } else { Word::SlipUnknown };
            let near = near.as_deref().unwrap_or_default();
            language.fill(template, &[("number", &number.to_string()), ("word", &one_line(word)), ("near", near)])
        }
        Slip::Count(count) => language.fill(Word::SlipCount, &[("count", &count.to_string())]),
        Slip::Checksum => language.say(Word::SlipChecksum).to_owned(),
    }
}

fn send(state: &mut State, commands: &mut Vec<Command>, restores: bool) {
    let backup = &mut state.backup;
    let picture = backup.picture.trim();
    let with = if backup.typed.trim().is_empty() {
        Key::Sheet(PathBuf::from(picture))
    } else {
        Key::Typed(Secret::from(backup.typed.as_str()))
    };
    let from = PathBuf::from(backup.file.trim());
    backup.is_busy = true;
    let asked = if restores { BackupCommand::Restore { from, with } } else { BackupCommand::Rehearse { from, with } };
    commands.push(command(asked));
}

fn rehearsed(ui: &mut Ui, state: &mut State, found: &Rehearsal) {
    let language = state.language;
    state.backup.typed.zeroize();
    let date = state.clock.day(language, found.made_at);
    let colours = palette(ui);
    let (icon, colour, word) = if found.is_complete() {
        (Icon::Check, colours.pine, Word::TriedWell)
    } else {
        (Icon::Caution, colours.amber, Word::TriedLacking)
    };
    widgets::signed_line(ui, icon, colour, language.fill(word, &[("date", &date)]));
    list(ui, |ui| {
        for key in &found.keys {
            let word = match key.found {
                Found::Complete => Word::KeyComplete,
                Found::Locked => Word::KeyLockedInside,
                Found::Different => Word::KeyDifferent,
                Found::Missing => Word::KeyMissing,
            };
            one(ui, &key.report, language.say(word));
        }
    });
}

fn restored(ui: &mut Ui, language: Language, back: &Back) {
    let colours = palette(ui);
    widgets::signed_line(ui, Icon::Check, colours.pine, language.say(Word::Restored));
    list(ui, |ui| {
        for key in &back.keys {
            one(ui, key, "");
        }
    });
    let [certificates, trust, accounts] = [back.certificates, back.trust, back.accounts].map(|count| count.to_string());
    let blanks = [("certificates", certificates.as_str()), ("trust", trust.as_str()), ("accounts", accounts.as_str())];
    widgets::caption(ui, language.fill(Word::RestoredCounts, &blanks));
}

fn list(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt("backup-keys").max_height(LIST).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        add(ui);
    });
}

fn one(ui: &mut Ui, report: &CertificateReport, words: &str) {
    let name = report.addresses.first().map(ToString::to_string).or_else(|| report.names.first().cloned());
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.horizontal_wrapped(|ui| {
            widgets::emphasis(ui, one_line(&name.unwrap_or_default()));
            widgets::tag(ui, technology(report.technology));
        });
        if !words.is_empty() {
            widgets::soft(ui, words);
        }
        widgets::fingerprint(ui, &report.fingerprint.spaced());
    });
}
