//! "Why?": the evidence behind the band, as four cards in the order in which it was found. Each card says in one
//! sentence what was found, then what to do, with the buttons for it; facts below, technical detail folded.

mod delivery;
mod seal;
mod way;

use egui::{Align, Frame, Layout, Margin, Rect, ScrollArea, Sense, Stroke, Ui, Vec2, pos2, vec2};

use crate::engine::Command;
use crate::engine::view::{CautionCode, Coverage, Encryption, JudgedSignature, Lock, ReadingView, RemoteState};

pub use way::station;

use super::icons::{self, Icon};
use super::reading;
use super::remedies::{Desk, Offered};
use super::state::{State, Views};
use super::theme::{self, palette, size, space};
use super::widgets;
use super::words::reason::{self, About};
use super::words::verdict::{self, Facts};
use super::words::why::{Closed, Explained, Extent, OwnKey, Row};
use super::words::{Language, Word, codes, one_line};

/// Signatures, layers, results and stations that are drawn of each.
const SHOWN: usize = 30;

/// What every card is drawn with.
struct Page<'a> {
    views: &'a Views,
    view: &'a ReadingView,
    state: &'a mut State,
    commands: &'a mut Vec<Command>,
    offered: Offered,
}

impl Page<'_> {
    /// What fills the blanks of sentences about a signature.
    fn facts(&self, signature: Option<&JudgedSignature>) -> Facts {
        Facts::of(self.state.language, &self.view.assessment, signature, &self.state.clock)
    }

    /// What to do, and the buttons for it; that there is nothing to do is said for the headline alone.
    fn advise(
        &mut self,
        ui: &mut Ui,
        row: &Row,
        facts: &Facts,
        signature: Option<&JudgedSignature>,
        is_headline: bool,
    ) {
        if is_headline || !row.is_calm() {
            widgets::soft(ui, row.advice(self.state.language, &facts.blanks()));
        }
        self.offer(ui, row, signature);
    }

    /// The buttons for what can be done that are not there yet.
    fn offer(&mut self, ui: &mut Ui, row: &Row, signature: Option<&JudgedSignature>) {
        let desk = Desk { views: self.views, view: self.view, signature };
        desk.show_new(ui, row.remedies, &mut self.offered, self.state, self.commands);
    }

    /// Something beside the headline: what it means and what to do, in soft letters.
    fn note(&mut self, ui: &mut Ui, row: &Row) {
        widgets::soft(ui, row.means(self.state.language, &[]));
        self.advise(ui, row, &Facts::default(), None, false);
    }
}

/// Draws the drawer for the open message.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(view) = views.reading.clone().filter(|view| state.selected == Some(view.id)) else { return };
    let language = state.language;
    let whole = ui.max_rect();
    ui.painter().vline(whole.left() + 0.5, whole.y_range(), Stroke::new(1.0, palette(ui).line));
    Frame::new().inner_margin(Margin { left: 16, right: 12, top: 12, bottom: 8 }).show(ui, |ui| {
        ui.horizontal(|ui| {
            widgets::title(ui, language.say(Word::Evidence));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if widgets::icon_button(ui, Icon::Close, language.say(Word::HideWhy)).clicked() {
                    state.drawer = false;
                }
            });
        });
    });
    ScrollArea::vertical().id_salt(("evidence", view.id)).auto_shrink([false, false]).show(ui, |ui| {
        Frame::new().inner_margin(Margin { left: 16, right: 16, top: 0, bottom: 16 }).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::M;
            let mut page = Page { views, view: &view, state, commands, offered: Offered::default() };
            cautions(ui, &mut page);
            encryption(ui, &mut page);
            seal::signatures(ui, &mut page);
            seal::trust(ui, &mut page);
            delivery::delivery(ui, &mut page);
            technical(ui, &mut page);
        });
    });
}

fn headed<R>(ui: &mut Ui, language: Language, word: Word, add: impl FnOnce(&mut Ui) -> R) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        let ink = palette(ui).ink_soft;
        widgets::text(ui, language.say(word), theme::strong(size::CAPTION), ink);
        widgets::card(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            add(ui)
        });
    });
}

/// What the reader should know beside the verdicts, before the cards.
fn cautions(ui: &mut Ui, page: &mut Page) {
    let (language, view) = (page.state.language, page.view);
    let mut said = Vec::new();
    // That pictures are not loaded is true only until they are.
    let is_fetched = page.views.remote.as_ref().is_some_and(|remote| {
        remote.message == view.id && matches!(remote.state, RemoteState::Loading | RemoteState::Loaded)
    });
    let is_true = |code| code != CautionCode::RemoteContent || !is_fetched;
    let mut rows = verdict::caution_rows(&view.assessment, is_true);
    rows.retain(|(row, facts)| {
        let words = row.means(language, &facts.blanks());
        let is_new = !said.contains(&words);
        said.push(words);
        is_new
    });
    if rows.is_empty() {
        return;
    }
    headed(ui, language, Word::Cautions, |ui| {
        for (index, (row, facts)) in rows.iter().take(SHOWN).enumerate() {
            if index > 0 {
                widgets::hairline(ui);
            }
            widgets::signed_line(ui, Icon::Caution, palette(ui).amber, row.means(language, &facts.blanks()));
            page.advise(ui, row, facts, None, false);
        }
    });
}

fn encryption(ui: &mut Ui, page: &mut Page) {
    let (language, view) = (page.state.language, page.view);
    let assessment = &view.assessment;
    headed(ui, language, Word::Encryption, |ui| {
        let lock = assessment.headline.lock;
        let row = verdict::lock_row(assessment);
        let colour = icons::lock_colour(ui, lock);
        reading::sign(ui, Icon::of_lock(lock), colour, &row.sentence(language, &[]));
        page.advise(ui, &row, &Facts::default(), None, true);
        if let Some(own) = own_key(view) {
            page.note(ui, &own.row());
        }
        for (index, layer) in assessment.encryption.iter().take(SHOWN).enumerate() {
            widgets::hairline(ui);
            self::layer(ui, page, layer, index, &row);
        }
        let hidden = &assessment.header_protection.confidential;
        if !hidden.is_empty() {
            let names: Vec<_> = hidden.iter().map(|name| codes::field(language, name)).collect();
            widgets::soft(ui, language.fill(Word::HiddenFields, &[("fields", &names.join(", "))]));
        }
    });
}

/// What is to be said of the user's own keys for this message's account, if anything.
fn own_key(view: &ReadingView) -> Option<OwnKey> {
    let own = &view.help.own;
    let is_ended = |code: &String| code == "expired";
    match own.as_slice() {
        [] => Some(OwnKey::None),
        _ if own.iter().any(|report| report.can_encrypt) => None,
        _ => own.iter().any(|report| report.problems.iter().any(is_ended)).then_some(OwnKey::Expired),
    }
}

fn layer(ui: &mut Ui, page: &mut Page, layer: &Encryption, index: usize, headline: &Row) {
    let language = page.state.language;
    facts(ui, |ui| {
        widgets::fact(ui, language.say(Word::Technology), technology(layer.technology));
        widgets::fact(ui, language.say(Word::Cipher), &layer.cipher);
    });
    let failed = layer.failure.as_ref().map(|failure| Closed::of(failure).row());
    let extent =
        (layer.coverage == Coverage::Part).then(|| Extent::of_lock(&page.view.assessment, layer.coverage).row());
    let integrity = layer.integrity.map(Explained::row);
    for row in [failed, extent, integrity].into_iter().flatten().filter(|row| row != headline) {
        page.note(ui, &row);
    }
    widgets::folded(ui, &format!("layer-{index}"), language.say(Word::TechnicalDetail), |ui| {
        let form = layer.integrity.map(verdict::integrity_form).unwrap_or_default();
        widgets::fact(ui, language.say(Word::Form), form);
        let code = layer.failure.as_ref().map(Closed::code).unwrap_or_default();
        if !code.is_empty() {
            widgets::fact(ui, language.say(Word::Reason), &reason::reason(language, About::Seal, code));
        }
        widgets::caption(ui, language.say(Word::EncryptedFor));
        for recipient in layer.recipients.iter().take(40) {
            widgets::fingerprint(ui, &one_line(recipient));
        }
    });
}

fn facts(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ui.spacing_mut().item_spacing.y = space::XS;
    add(ui);
    ui.spacing_mut().item_spacing.y = space::S;
}

/// The technology's own name: the same in every language.
pub fn technology(technology: crate::domain::Technology) -> &'static str {
    match technology {
        crate::domain::Technology::OpenPgp => "OpenPGP",
        crate::domain::Technology::Smime => "S/MIME",
    }
}

fn technical(ui: &mut Ui, page: &mut Page) {
    let (language, view) = (page.state.language, page.view);
    let assessment = &view.assessment;
    if !assessment.defects.is_empty() {
        let mut codes: Vec<_> = assessment.defects.iter().map(|defect| defect.code).collect();
        codes.sort_unstable();
        codes.dedup();
        widgets::folded(ui, "defects", language.say(Word::DefectsOfMessage), |ui| {
            for code in codes {
                let row = code.row();
                widgets::signed_line(ui, Icon::Caution, palette(ui).amber, row.means(language, &[]));
                page.advise(ui, &row, &Facts::default(), None, false);
            }
        });
    }
    if assessment.parts.is_empty() {
        return;
    }
    widgets::folded(ui, "parts", language.say(Word::PartsOfMessage), |ui| {
        for part in assessment.parts.iter().take(200) {
            let (rect, _) =
                ui.allocate_exact_size(vec2(ui.available_width(), size::READING + space::S), Sense::hover());
            let name = part.filename.as_deref().map(one_line).unwrap_or_default();
            let words = format!("{}  {}  {}", part.path, part.media_type, name);
            let square =
                |x: f32| Rect::from_center_size(pos2(rect.right() - x, rect.center().y), Vec2::splat(size::ICON));
            let locks = if part.decrypted { Lock::Encrypted } else { Lock::NotEncrypted };
            icons::paint(ui, Icon::of_lock(locks), square(size::ICON * 1.7), icons::lock_colour(ui, locks));
            let seal = if part.signed { Icon::Check } else { Icon::SealUnsigned };
            icons::paint(ui, seal, square(size::ICON / 2.0), palette(ui).ink_soft);
            let words_rect = rect.with_max_x(rect.right() - 2.5 * size::ICON);
            widgets::line(ui.painter(), words_rect, &words, theme::plain(size::CAPTION), palette(ui).ink);
        }
    });
}
