//! Who wrote it, and how the signer's key is vouched for.

use egui::Ui;

use crate::engine::view::{
    Coverage, HeaderScheme, JudgedSignature, Lock, Seal, SignatureOutcome, StepKind, TrustVerdict,
};
use crate::ui::icons::{self, Icon};
use crate::ui::reading;
use crate::ui::theme::palette;
use crate::ui::widgets;
use crate::ui::words::reason::{self, About};
use crate::ui::words::why::{Explained, Extent};
use crate::ui::words::{Language, Word, one_line, verdict};

use super::way::station;
use super::{Page, SHOWN, facts, headed, technology};

/// The card of the signatures.
pub(super) fn signatures(ui: &mut Ui, page: &mut Page) {
    let (language, view) = (page.state.language, page.view);
    let assessment = &view.assessment;
    headed(ui, language, Word::Signature, |ui| {
        let seal = assessment.headline.seal;
        let (row, deciding) = (verdict::seal_row(assessment), verdict::deciding(assessment));
        let filled = page.facts(deciding);
        let colour = icons::seal_colour(ui, seal);
        reading::sign(ui, Icon::of_seal(seal), colour, &row.sentence(language, &filled.blanks()));
        page.advise(ui, &row, &filled, deciding, true);
        // A seal says nothing of fields that it does not cover (RFC 9788 §1).
        let is_protected =
            !matches!(seal, Seal::Unsigned | Seal::Broken) || assessment.headline.lock == Lock::Encrypted;
        if is_protected {
            let scheme: HeaderScheme = assessment.header_protection.scheme;
            page.note(ui, &scheme.row());
        }
        for (index, signature) in assessment.signatures.iter().take(SHOWN).enumerate() {
            widgets::hairline(ui);
            self::signature(ui, page, signature, index);
        }
    });
}

fn signature(ui: &mut Ui, page: &mut Page, signature: &JudgedSignature, index: usize) {
    let language = page.state.language;
    let check = &signature.check;
    let (icon, colour) = match check.outcome {
        SignatureOutcome::Intact => (Icon::Check, palette(ui).ink_soft),
        SignatureOutcome::UnsupportedAlgorithm | SignatureOutcome::MissingCertificate => {
            (Icon::Caution, palette(ui).amber)
        }
        SignatureOutcome::BadSignature
        | SignatureOutcome::Malformed
        | SignatureOutcome::UnboundKey
        | SignatureOutcome::BadKey => (Icon::Caution, palette(ui).plum),
    };
    let (row, filled) = (verdict::outcome_row(signature), page.facts(Some(signature)));
    // What the headline has said is not said again.
    if row != verdict::seal_row(&page.view.assessment) {
        widgets::signed_line(ui, icon, colour, row.means(language, &filled.blanks()));
        page.advise(ui, &row, &filled, Some(signature), false);
    }
    facts(ui, |ui| {
        widgets::fact(ui, language.say(Word::Technology), technology(check.technology));
        if let Some(signer) = &check.signer {
            widgets::fact(ui, language.say(Word::Signer), &one_line(&signer.names.join(", ")));
            let addresses: Vec<_> = signer.addresses.iter().map(|address| one_line(address.as_str())).collect();
            widgets::fact(ui, language.say(Word::AddressesOfKey), &addresses.join(", "));
        }
        if let Some(at) = check.signed_at {
            widgets::fact(ui, language.say(Word::SignedAt), &page.state.clock.full(language, at));
        }
    });
    if signature.coverage == Coverage::Part {
        page.note(ui, &Extent::of_seal(&page.view.assessment, signature.coverage).row());
    }
    widgets::folded(ui, &format!("signature-{index}"), language.say(Word::TechnicalDetail), |ui| {
        widgets::fact(ui, language.say(Word::Hash), check.hash.as_deref().unwrap_or_default());
        if let Some(code) = check.reason.as_deref().filter(|code| !code.is_empty()) {
            widgets::fact(ui, language.say(Word::Reason), &reason::reason(language, About::Seal, code));
        }
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

/// The card of the path from what is trusted to the key, drawn from top to bottom.
pub(super) fn trust(ui: &mut Ui, page: &mut Page) {
    let (language, view) = (page.state.language, page.view);
    headed(ui, language, Word::TrustPath, |ui| {
        let signatures = &view.assessment.signatures;
        if signatures.is_empty() {
            widgets::soft(ui, language.say(Word::NoSignerToTrust));
        }
        for (index, signature) in signatures.iter().take(SHOWN).enumerate() {
            if index > 0 {
                widgets::hairline(ui);
            }
            let judgement = &signature.judgement;
            let (row, filled) = (judgement.verdict.row(), page.facts(Some(signature)));
            widgets::body(ui, row.means(language, &filled.blanks()));
            path(ui, language, signature);
            sighting(ui, page, signature);
            crate::ui::authorities::checked::show(ui, page.views, signature, page.state, page.commands);
            let code = judgement.reason.as_deref().unwrap_or_default();
            if !code.is_empty() {
                widgets::fact(ui, language.say(Word::Reason), &reason::reason(language, About::Trust, code));
            }
            if row != verdict::seal_row(&view.assessment) {
                page.advise(ui, &row, &filled, Some(signature), false);
            }
        }
        crate::ui::remedies::carried(ui, view, language, page.commands);
    });
}

/// Trust on first use, said as what it is.
fn sighting(ui: &mut Ui, page: &Page, signature: &JudgedSignature) {
    let signer = signature.check.signer.as_ref().map(|signer| &signer.fingerprint);
    let mut known = page.view.help.sightings.iter();
    let Some(seen) = known.find(|one| Some(&one.fingerprint) == signer) else { return };
    let language = page.state.language;
    let day = page.state.clock.day(language, seen.first_at);
    widgets::caption(
        ui,
        match seen.messages {
            0 | 1 => language.fill(Word::SeenOnce, &[("day", &day)]),
            count => language.fill(Word::SeenSince, &[("day", &day), ("count", &count.to_string())]),
        },
    );
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
        let is_signer = signer.is_some_and(|signer| signer.fingerprint == step.fingerprint);
        let how = language.say(match step.kind {
            StepKind::Direct => Word::StepDirect,
            StepKind::Certification | StepKind::Ca if is_signer => Word::StepSigner,
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
