//! "Why?": the evidence behind the band, as four cards in the order in which it was found.

use egui::{Align, Color32, Frame, Layout, Margin, Rect, ScrollArea, Sense, Stroke, Ui, Vec2, pos2, vec2};

use crate::engine::view::{
    Assessment, Encryption, HeaderScheme, Integrity, JudgedSignature, Lock, ReadingView, Seal, SenderResult,
    SenderWord, SignatureOutcome, Source, StepKind, TrustVerdict,
};

use super::icons::{self, Icon};
use super::reading;
use super::state::{State, Views};
use super::theme::{self, palette, size, space};
use super::widgets;
use super::words::reason::{self, About};
use super::words::verdict;
use super::words::{Language, Word, codes, one_line};

/// Signatures, layers, results and stations that are drawn of each.
const SHOWN: usize = 30;

/// Draws the drawer for the open message.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State) {
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
            encryption(ui, language, &view.assessment);
            signatures(ui, &view, state);
            trust(ui, &view.assessment, state);
            delivery(ui, language, &view.assessment);
            technical(ui, language, &view.assessment);
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

fn encryption(ui: &mut Ui, language: Language, assessment: &Assessment) {
    headed(ui, language, Word::Encryption, |ui| {
        let lock = assessment.headline.lock;
        let colour = icons::lock_colour(ui, lock);
        reading::sign(ui, Icon::of_lock(lock), colour, &verdict::lock(language, assessment));
        if lock == Lock::NotEncrypted && !assessment.encryption.is_empty() {
            widgets::soft(ui, language.say(Word::PartlyEncrypted));
        }
        for (index, layer) in assessment.encryption.iter().take(SHOWN).enumerate() {
            widgets::hairline(ui);
            self::layer(ui, language, layer, index);
        }
        let hidden = &assessment.header_protection.confidential;
        if !hidden.is_empty() {
            let names: Vec<_> = hidden.iter().map(|name| codes::field(language, name)).collect();
            widgets::soft(ui, language.fill(Word::HiddenFields, &[("fields", &names.join(", "))]));
        }
    });
}

fn layer(ui: &mut Ui, language: Language, layer: &Encryption, index: usize) {
    facts(ui, |ui| {
        widgets::fact(ui, language.say(Word::Technology), technology(layer.technology));
        widgets::fact(ui, language.say(Word::Cipher), &layer.cipher);
        let integrity = match layer.integrity {
            Some(Integrity::None) => language.say(Word::IntegrityNone),
            Some(_) => language.say(Word::IntegrityKept),
            None => "",
        };
        widgets::fact(ui, language.say(Word::Alteration), integrity);
    });
    widgets::folded(ui, &format!("layer-{index}"), language.say(Word::TechnicalDetail), |ui| {
        let form = match layer.integrity {
            Some(Integrity::Seipd1) => "SEIPD v1 (MDC)",
            Some(Integrity::Seipd2) => "SEIPD v2 (AEAD)",
            Some(Integrity::AuthEnveloped) => "CMS AuthEnvelopedData",
            Some(Integrity::None) => "CMS EnvelopedData",
            None => "",
        };
        widgets::fact(ui, language.say(Word::Form), form);
        if let Some(failure) = &layer.failure {
            widgets::fact(ui, language.say(Word::Reason), &format!("{failure:?}"));
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

fn signatures(ui: &mut Ui, view: &ReadingView, state: &State) {
    let language = state.language;
    let assessment = &view.assessment;
    headed(ui, language, Word::Signature, |ui| {
        let seal = assessment.headline.seal;
        let colour = icons::seal_colour(ui, seal);
        reading::sign(ui, Icon::of_seal(seal), colour, &verdict::seal(language, assessment, &state.clock));
        // A seal says nothing of fields that it does not cover (RFC 9788 §1).
        if !matches!(seal, Seal::Unsigned | Seal::Broken) && assessment.header_protection.scheme == HeaderScheme::None {
            widgets::soft(ui, language.say(Word::OutsideSeal));
        }
        for (index, signature) in assessment.signatures.iter().take(SHOWN).enumerate() {
            widgets::hairline(ui);
            self::signature(ui, signature, index, state);
        }
    });
}

fn signature(ui: &mut Ui, signature: &JudgedSignature, index: usize, state: &State) {
    let language = state.language;
    let check = &signature.check;
    let (icon, colour, word) = match check.outcome {
        SignatureOutcome::Intact => (Icon::Check, palette(ui).ink_soft, Word::OutcomeIntact),
        SignatureOutcome::BadSignature => (Icon::Caution, palette(ui).plum, Word::OutcomeBad),
        SignatureOutcome::Malformed => (Icon::Caution, palette(ui).plum, Word::OutcomeMalformed),
        SignatureOutcome::UnsupportedAlgorithm => (Icon::Caution, palette(ui).amber, Word::OutcomeUnsupported),
        SignatureOutcome::UnboundKey => (Icon::Caution, palette(ui).plum, Word::OutcomeUnbound),
        SignatureOutcome::BadKey => (Icon::Caution, palette(ui).plum, Word::OutcomeBadKey),
        SignatureOutcome::MissingCertificate => (Icon::Caution, palette(ui).amber, Word::OutcomeMissing),
    };
    widgets::signed_line(ui, icon, colour, language.say(word));
    facts(ui, |ui| {
        widgets::fact(ui, language.say(Word::Technology), technology(check.technology));
        if let Some(signer) = &check.signer {
            widgets::fact(ui, language.say(Word::Signer), &one_line(&signer.names.join(", ")));
            let addresses: Vec<_> = signer.addresses.iter().map(|address| one_line(address.as_str())).collect();
            widgets::fact(ui, language.say(Word::AddressesOfKey), &addresses.join(", "));
        }
        if let Some(at) = check.signed_at {
            widgets::fact(ui, language.say(Word::SignedAt), &state.clock.full(language, at));
        }
        if signature.coverage == crate::engine::view::Coverage::Part {
            widgets::soft(ui, language.say(Word::CoversPart));
        }
    });
    widgets::folded(ui, &format!("signature-{index}"), language.say(Word::TechnicalDetail), |ui| {
        widgets::fact(ui, language.say(Word::Hash), check.hash.as_deref().unwrap_or_default());
        widgets::fact(ui, language.say(Word::Reason), check.reason.as_deref().unwrap_or_default());
        if let Some(signer) = &check.signer {
            widgets::caption(ui, language.say(Word::Fingerprint));
            widgets::fingerprint(ui, &signer.fingerprint.spaced());
            widgets::fact(ui, language.say(Word::Subject), &one_line(signer.subject.as_deref().unwrap_or_default()));
            widgets::fact(ui, language.say(Word::Issuer), &one_line(signer.issuer.as_deref().unwrap_or_default()));
        }
        let place = if signature.inside_encryption { Word::InsideEncryption } else { Word::OutsideEncryption };
        widgets::soft(ui, language.say(place));
    });
}

/// The path from what is trusted to the key, drawn from top to bottom.
fn trust(ui: &mut Ui, assessment: &Assessment, state: &State) {
    let language = state.language;
    headed(ui, language, Word::TrustPath, |ui| {
        if assessment.signatures.is_empty() {
            widgets::soft(ui, language.say(Word::NoSignerToTrust));
        }
        for (index, signature) in assessment.signatures.iter().take(SHOWN).enumerate() {
            if index > 0 {
                widgets::hairline(ui);
            }
            let judgement = &signature.judgement;
            widgets::body(ui, verdict::trust(language, signature, assessment, &state.clock));
            path(ui, language, signature);
            let code = judgement.reason.as_deref().unwrap_or_default();
            if !code.is_empty() {
                widgets::fact(ui, language.say(Word::Reason), &reason::reason(language, About::Trust, code));
            }
        }
    });
}

fn path(ui: &mut Ui, language: Language, signature: &JudgedSignature) {
    let colours = palette(ui);
    let steps = &signature.judgement.path.0;
    let signer = signature.check.signer.as_ref();
    let mut stations: Vec<(String, &str, String)> = Vec::new();
    if !steps.is_empty() {
        stations.push((language.say(Word::You).to_owned(), "", String::new()));
    }
    for step in steps.iter().take(SHOWN) {
        let how = language.say(match step.kind {
            StepKind::Direct => Word::StepDirect,
            StepKind::Certification => Word::StepCertification,
            StepKind::Ca => Word::StepCa,
        });
        stations.push((one_line(&step.name), how, step.fingerprint.spaced()));
    }
    let ends_at_signer = signer.is_some_and(|signer| steps.last().is_some_and(|s| s.fingerprint == signer.fingerprint));
    if let Some(signer) = signer.filter(|_| !ends_at_signer) {
        let name = signer.names.first().cloned().or_else(|| signer.addresses.first().map(ToString::to_string));
        let how = if steps.is_empty() { language.say(Word::StepNobody) } else { "" };
        stations.push((one_line(&name.unwrap_or_default()), how, signer.fingerprint.spaced()));
    }
    let colour = match signature.judgement.verdict {
        TrustVerdict::Authenticated => colours.vermilion,
        TrustVerdict::Revoked | TrustVerdict::Expired => colours.plum,
        _ => colours.ink_soft,
    };
    let last = stations.len().saturating_sub(1);
    for (index, (name, how, fingerprint)) in stations.iter().enumerate() {
        station(ui, index < last, index == last, colour, |ui| {
            widgets::emphasis(ui, name.clone());
            if !how.is_empty() {
                widgets::caption(ui, *how);
            }
        })
        .on_hover_text(fingerprint.clone());
    }
}

/// One station of a way: a dot, the line to the next, and words.
fn station(
    ui: &mut Ui,
    goes_on: bool,
    is_filled: bool,
    colour: Color32,
    words: impl FnOnce(&mut Ui),
) -> egui::Response {
    let line = palette(ui).line;
    let inner = ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::M;
        let (dot, _) = ui.allocate_exact_size(vec2(size::ICON, size::BODY * 1.45), Sense::empty());
        let block = ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            words(ui);
        });
        (dot, block.response.rect)
    });
    let (dot, block) = inner.inner;
    let bottom = block.bottom().max(dot.bottom()) + ui.spacing().item_spacing.y;
    if goes_on {
        ui.painter().vline(dot.center().x, dot.center().y + 7.0..=bottom + 4.0, Stroke::new(1.5, line));
    }
    if is_filled {
        ui.painter().circle_filled(dot.center(), 5.0, colour);
    } else {
        ui.painter().circle_stroke(dot.center(), 4.5, Stroke::new(1.5, colour));
    }
    inner.response.interact(Sense::hover())
}

/// The way of the message from server to server, as far as somebody vouches for it.
fn delivery(ui: &mut Ui, language: Language, assessment: &Assessment) {
    headed(ui, language, Word::Delivery, |ui| {
        match verdict::delivery(language, assessment) {
            Some((_, words)) => widgets::body(ui, words),
            None => widgets::body(ui, language.say(Word::DeliveryUnknown)),
        };
        widgets::caption(ui, language.say(Word::DeliveryIsNotSeal));
        for (index, result) in assessment.sender.iter().take(SHOWN).enumerate() {
            mechanism(ui, language, result, index + 1 < assessment.sender.len());
        }
    });
}

fn mechanism(ui: &mut Ui, language: Language, result: &SenderResult, goes_on: bool) {
    let colours = palette(ui);
    let colour = match result.result {
        SenderWord::Pass => colours.pine,
        SenderWord::Fail | SenderWord::Permerror | SenderWord::Policy => colours.plum,
        SenderWord::Softfail | SenderWord::Temperror => colours.amber,
        SenderWord::Neutral | SenderWord::None => colours.ink_soft,
    };
    let (name, what) = codes::method(language, result.method);
    station(ui, goes_on, result.result == SenderWord::Pass, colour, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.spacing_mut().interact_size.y = 0.0;
            widgets::emphasis(ui, name);
            widgets::text(ui, codes::sender_word(language, result.result), theme::plain(size::BODY), colour);
            widgets::soft(ui, one_line(&result.domain));
        });
        widgets::caption(ui, what);
        let by = match &result.source {
            Source::Evaluated => language.say(Word::EvaluatedHere).to_owned(),
            Source::Reported { authserv_id } => language.fill(Word::ReportedBy, &[("server", &one_line(authserv_id))]),
        };
        widgets::caption(ui, by);
        if let Some(policy) = &result.policy {
            widgets::caption(ui, language.fill(Word::PolicyIs, &[("policy", policy)]));
        }
        if let Some(why) = &result.explanation {
            widgets::caption(ui, reason::reason(language, About::Delivery, why));
        }
    });
}

fn technical(ui: &mut Ui, language: Language, assessment: &Assessment) {
    if assessment.parts.is_empty() && assessment.defects.is_empty() {
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
        for defect in assessment.defects.iter().take(50) {
            widgets::caption(ui, format!("{}  {}", defect.part, codes::defect(language, defect.code)));
        }
    });
}
