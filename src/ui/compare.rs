//! The sheet on which two people compare their fingerprints: as words, as digits, as QR codes, or by what one sent.

use std::path::PathBuf;

use egui::{Align, Color32, Frame, Id, Layout, Margin, Modal, Rect, Role, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::domain::{Fingerprint, Technology};
use crate::engine::sheet::{self, Tongue};
use crate::engine::view::CertificateReport;

use super::confirm;
use super::files::Purpose;
use super::icons::Icon;
use super::state::{State, Views};
use super::theme::{self, palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word};

/// The sheet's width.
const SHEET: f32 = 740.0;
/// The side of a QR code.
const CODE: f32 = 168.0;

/// The width of a word's number.
const NUMBER: f32 = 18.0;

/// The form that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Words to read aloud.
    #[default]
    Words,
    /// Groups of digits.
    Digits,
    /// A code to photograph.
    Code,
}

/// The sheet between frames.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// The form that is shown.
    pub form: Form,
    /// What the owner read out or sent.
    pub entry: String,
    /// The words of the other language are shown.
    pub is_other_tongue: bool,
    /// Every group was compared.
    pub is_compared: bool,
}

/// Asks to compare a certificate's fingerprint with its owner.
pub fn dialog(ctx: &egui::Context, views: &Views, state: &mut State, theirs: &Fingerprint, name: &str) -> Option<bool> {
    let modal = Modal::new(Id::unique(("dialog", "compare")));
    let style = ctx.global_style();
    let response = modal.frame(Frame::popup(&style).inner_margin(Margin::same(20))).show(ctx, |ui| {
        ui.set_width(SHEET);
        ui.spacing_mut().item_spacing.y = space::S;
        sheet(ui, views, state, theirs, name)
    });
    response.inner.or_else(|| response.should_close().then_some(false))
}

/// A picture of a code is read in the engine; its fingerprint comes back as an event.
pub fn read_picture(path: PathBuf) -> crate::engine::Command {
    crate::engine::Command::ReadFingerprint(path)
}

fn sheet(ui: &mut Ui, views: &Views, state: &mut State, theirs: &Fingerprint, name: &str) -> Option<bool> {
    let language = state.language;
    widgets::title(ui, language.fill(Word::CompareTitle, &[("name", name)]));
    widgets::soft(ui, language.fill(Word::CompareHint, &[("name", name)]));
    ui.horizontal_wrapped(|ui| {
        let form = &mut state.keys.sheet.form;
        for (one, word) in
            [(Form::Words, Word::CompareWords), (Form::Digits, Word::CompareDigits), (Form::Code, Word::CompareCode)]
        {
            if widgets::choice(ui, *form == one, language.say(word)).clicked() {
                *form = one;
            }
        }
        if *form == Form::Words {
            ui.add_space(space::M);
            ui.checkbox(&mut state.keys.sheet.is_other_tongue, language.say(Word::CompareOtherWords));
        }
    });
    let of = technology(views, theirs);
    let mine = own(views, of);
    ui.columns(2, |columns| {
        let [left, right] = columns else { return };
        for (ui, head, print) in [(left, Word::CompareTheirs, Some(theirs)), (right, Word::CompareMine, mine)] {
            // Columns would stretch the words of a sentence over the line.
            ui.with_layout(Layout::top_down(Align::Min), |ui| column(ui, head, print, of, state));
        }
    });
    let bits = (theirs.as_str().len() * 4).to_string();
    match state.keys.sheet.form {
        Form::Words => widgets::caption(ui, language.fill(Word::CompareWordsHint, &[("bits", &bits)])),
        Form::Digits => widgets::caption(ui, ""),
        Form::Code => widgets::caption(ui, language.say(Word::CompareCodeHint)),
    };
    let is_same = entry(ui, state, theirs);
    if is_same != Some(true) {
        ui.checkbox(&mut state.keys.sheet.is_compared, language.say(Word::CompareDone));
    }
    // What was found to be another one is never marked as compared.
    let can = is_same.unwrap_or(state.keys.sheet.is_compared);
    confirm::answers_if(ui, language, can, Word::Trust, Weight::Primary)
}

/// What the owner read out or sent; whether it is the same.
fn entry(ui: &mut Ui, state: &mut State, theirs: &Fingerprint) -> Option<bool> {
    let language = state.language;
    ui.horizontal_top(|ui| {
        let words = language.say(Word::ComparePicture).to_owned();
        let words = ui.painter().layout_no_wrap(words, theme::plain(size::BODY), Color32::PLACEHOLDER);
        let button = words.size().x + size::ICON + space::S + space::M * 2.0;
        ui.scope(|ui| {
            ui.set_width(SHEET - button - space::S);
            let field = widgets::field(ui, language.say(Word::CompareEntry), &mut state.keys.sheet.entry, "");
            state.focus_first(&field);
        });
        ui.vertical(|ui| {
            ui.add_space(size::CAPTION * 1.45 + 4.0);
            if widgets::button(ui, Some(Icon::Picture), language.say(Word::ComparePicture), Weight::Plain).clicked() {
                state.ask_file(ui.ctx(), Purpose::CompareCode, language.say(Word::ComparePicture), "");
            }
        });
    });
    if state.keys.sheet.entry.trim().is_empty() {
        return None;
    }
    let colours = palette(ui);
    let (icon, colour, word, same) = match sheet::read(&state.keys.sheet.entry) {
        Some(print) if print == *theirs => (Icon::Check, colours.pine, Word::CompareSame, Some(true)),
        Some(_) => (Icon::Caution, colours.plum, Word::CompareOther, Some(false)),
        None => (Icon::Caution, colours.amber, Word::CompareUnread, None),
    };
    widgets::signed_line(ui, icon, colour, language.say(word));
    same
}

fn column(ui: &mut Ui, head: Word, print: Option<&Fingerprint>, of: Technology, state: &State) {
    let language = state.language;
    widgets::caption(ui, language.say(head));
    widgets::card(ui, |ui| {
        ui.set_min_height(if state.keys.sheet.form == Form::Code { CODE } else { 112.0 });
        let Some(print) = print else {
            widgets::soft(ui, language.say(Word::CompareNoMine));
            return;
        };
        match state.keys.sheet.form {
            Form::Words => words(ui, print, tongue(language, state.keys.sheet.is_other_tongue)),
            Form::Digits => widgets::fingerprint_lines(ui, &print.spaced()),
            Form::Code => code(ui, print, of, language.say(Word::CompareCode)),
        }
    });
}

fn tongue(language: Language, is_other: bool) -> Tongue {
    match (language, is_other) {
        (Language::English, false) | (Language::Japanese, true) => Tongue::English,
        (Language::English, true) | (Language::Japanese, false) => Tongue::Japanese,
    }
}

/// Numbered, in columns that are read from top to bottom.
fn words(ui: &mut Ui, print: &Fingerprint, tongue: Tongue) {
    let all = sheet::words(print, tongue);
    let rows = all.len().div_ceil(3).max(1);
    let colours = palette(ui);
    let wide = ui.available_width() / 3.0;
    let line = size::BODY * 1.5;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), rows as f32 * line), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, all.join(" ")));
    for (nth, word) in all.iter().enumerate() {
        let corner = pos2(rect.left() + (nth / rows) as f32 * wide, rect.top() + (nth % rows) as f32 * line);
        let number = Rect::from_min_size(corner, vec2(NUMBER, line));
        widgets::line(ui.painter(), number, &(nth + 1).to_string(), theme::plain(11.0), colours.ink_soft);
        let place = Rect::from_min_size(corner + vec2(NUMBER, 0.0), vec2(wide - NUMBER - 2.0, line));
        widgets::line(ui.painter(), place, word, theme::plain(size::BODY), colours.ink);
    }
}

/// Dark on white in either theme: cameras want that.
fn code(ui: &mut Ui, print: &Fingerprint, of: Technology, name: &str) {
    let Some(modules) = sheet::modules(print, of) else { return };
    ui.vertical_centered(|ui| {
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(CODE), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
        ui.painter().rect_filled(rect, 0.0, Color32::WHITE);
        // Four modules around it stay white.
        let module = (CODE / (modules.side + 8) as f32).floor().max(1.0);
        let corner = rect.center() - Vec2::splat(module * modules.side as f32 / 2.0);
        for (nth, _) in modules.dark.iter().enumerate().filter(|(_, dark)| **dark) {
            let at = corner + vec2((nth % modules.side) as f32 * module, (nth / modules.side) as f32 * module);
            ui.painter().rect_filled(Rect::from_min_size(at, Vec2::splat(module)), 0.0, Color32::BLACK);
        }
    });
}

fn reports(views: &Views) -> impl Iterator<Item = &CertificateReport> {
    let own = views.keys.iter().flat_map(|keys| &keys.own).map(|key| &key.report);
    own.chain(views.keys.iter().flat_map(|keys| keys.others.iter()).map(|key| &*key.report))
}

fn technology(views: &Views, print: &Fingerprint) -> Technology {
    let known = reports(views).find(|report| report.fingerprint == *print).map(|report| report.technology);
    known.unwrap_or(if print.as_str().len() == 40 { Technology::OpenPgp } else { Technology::Smime })
}

/// One's own key to read out: one of the same technology that can be used.
fn own(views: &Views, of: Technology) -> Option<&Fingerprint> {
    let own = views.keys.iter().flat_map(|keys| &keys.own).filter(|key| key.report.technology == of);
    own.min_by_key(|key| (!key.report.problems.is_empty(), !key.report.can_sign)).map(|key| &key.report.fingerprint)
}
