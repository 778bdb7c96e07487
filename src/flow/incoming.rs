//! The story of a message that comes in: parse, peel the layers that enclose it, show what is in
//! them, judge who signed, and say it all side by side.
//!
//! The layers that enclose the whole message from its root are its *cryptographic envelope*, what
//! is inside them its *payload* (RFC 9787 §4.1). Only they make the headline. Protected parts
//! elsewhere in the tree are looked at too, and shown apart.

mod cautions;
mod identity;
mod imitation;
mod intent;
mod layer;
mod payload;
mod peel;
mod unobtrusive;

use crate::crypto::Keyring;
use crate::domain::{RawMessage, Spool};
use crate::message::{self, Limits};
use crate::sender::SenderResult;
use crate::trust::TrustPolicy;

use super::{Assessment, Coverage, Headline, JudgedSignature, Lock, Seal};
use identity::Identity;

/// Layers may open to so many times the message's size, and so much beside it: honest mail
/// compresses less, and what is made to exhaust a reader gets no further.
const MAX_RATIO: usize = 4;
const SMALL: usize = 12 << 20;

/// What a message is assessed with.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// Certificates, keys and passphrases.
    pub keyring: &'a Keyring,
    /// Whom the user trusts, and the moment.
    pub policy: &'a TrustPolicy,
    /// How much is looked at.
    pub limits: &'a Limits,
    /// The most bytes that all layers together may open to.
    pub plaintext_limit: usize,
    /// Where a large plaintext waits until its integrity is proven; without one, in memory.
    pub spool: Option<&'a dyn Spool>,
}

/// What each of the layers around a message opened to, outermost first, with the path of the part that it came out of.
/// The last may hold another one that stays closed.
pub fn opened(raw: &RawMessage, circumstances: &Circumstances) -> Vec<(String, RawMessage)> {
    let outer = message::parse(raw, circumstances.limits);
    let mut budget = circumstances.plaintext_limit.min(raw.len().saturating_mul(MAX_RATIO) + SMALL);
    peel::envelope(&outer, circumstances, &mut budget).opened
}

/// Assesses a message. Never fails: what could not be evaluated is said in the assessment.
pub fn assess(raw: &RawMessage, sender: Vec<SenderResult>, circumstances: &Circumstances) -> Assessment {
    let outer = message::parse(raw, circumstances.limits);
    let mut budget = circumstances.plaintext_limit.min(raw.len().saturating_mul(MAX_RATIO) + SMALL);
    let envelope = peel::envelope(&outer, circumstances, &mut budget);
    let mut identity = identity::displayed(&outer, &envelope);
    let judge = |identity: &Identity| {
        let from = identity.single_from();
        identity::judge_all(&envelope.signatures, Coverage::Whole, from.as_ref(), circumstances)
    };
    let mut signatures = judge(&identity);
    if !signatures.iter().any(JudgedSignature::is_believed) && identity.fall_back_on(&outer) {
        signatures = judge(&identity);
    }
    let from = identity.single_from();
    let payload = payload::show(&outer, &envelope, &identity, circumstances, &mut budget);
    signatures.extend(identity::judge_all(&payload.signatures, Coverage::Part, from.as_ref(), circumstances));

    let intents = intent::find(&outer, &envelope, &identity, circumstances);
    let headline = Headline {
        lock: Lock::of(envelope.encryption.iter().map(|layer| layer.failure.is_none())),
        seal: Seal::of(signatures.iter().filter(|signature| !signature.around_encryption).map(|signature| {
            let seal = Seal::of_signature(signature.check.outcome, signature.coverage, signature.judgement.verdict);
            if signature.is_weak() { seal.min(Seal::Unauthenticated) } else { seal }
        })),
    };
    let is_unproven = envelope.is_unproven || payload.is_unproven;
    let gossip = envelope.gossip();
    let mut encryption = envelope.encryption;
    encryption.extend(payload.encryption);
    let mut defects = outer.defects.clone();
    defects.extend(envelope.defects);
    defects.extend(payload.defects);

    let mut assessment = Assessment {
        from: identity.from,
        to: identity.to,
        cc: identity.cc,
        reply_to: identity.reply_to,
        subject: identity.subject,
        date: identity.date,
        message_id: identity.message_id,
        references: identity.references,
        headline,
        encryption,
        signatures,
        header_protection: identity.protection,
        sender,
        cautions: Vec::new(),
        defects,
        parts: payload.parts,
        text: payload.text,
        blocks: payload.blocks,
        gossip,
    };
    assessment.cautions = cautions::find(&assessment, &outer, is_unproven);
    assessment.cautions.extend(imitation::find(&assessment.from, circumstances.keyring));
    assessment.cautions.extend(intents);
    assessment
}
