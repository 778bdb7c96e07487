//! Who the message says it is from, what is protected of that, and who signed.

use jiff::Timestamp;

use crate::crypto::{Certificate, SignatureCheck, Signer};
use crate::domain::{EmailAddress, Mailbox};
use crate::flow::{Coverage, HeaderProtection, HeaderScheme, JudgedSignature};
use crate::message::{self, ParsedMessage, ProtectionScheme};
use crate::trust::{self, Judgement, StepKind, TrustPath, TrustPolicy, TrustVerdict};

use super::Circumstances;
use super::cautions::holds_other_address;
use super::peel::{Envelope, Found, Inside, find};

/// Fields whose values a reader is shown.
const SHOWN: [&str; 7] = ["from", "sender", "reply-to", "to", "cc", "subject", "date"];

/// The header fields as they are shown.
#[derive(Debug)]
pub(super) struct Identity {
    pub from: Vec<Mailbox>,
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    pub reply_to: Vec<Mailbox>,
    pub subject: String,
    pub date: Option<Timestamp>,
    pub message_id: Option<String>,
    pub references: Vec<String>,
    pub protection: HeaderProtection,
    /// The payload is a whole message, which is shown in place of it.
    pub is_wrapped: bool,
}

impl Identity {
    /// The one address that the message is from; `None` when there are several, or none.
    pub fn single_from(&self) -> Option<EmailAddress> {
        match self.from.as_slice() {
            [one] => one.email(),
            _ => None,
        }
    }
}

impl Identity {
    /// Takes From from the outer header again, when another address is protected: of a protected
    /// From no believed signature stands for, the outer one, which the delivery is evaluated for,
    /// is the lesser claim (RFC 9788 §4.4). Says whether that changed anything.
    pub fn fall_back_on(&mut self, outer: &ParsedMessage) -> bool {
        let addresses = |mailboxes: &[Mailbox]| mailboxes.iter().map(Mailbox::email).collect::<Vec<_>>();
        if addresses(&outer.from) == addresses(&self.from) {
            return false;
        }
        self.from.clone_from(&outer.from);
        self.protection.confidential.retain(|field| field != "from");
        if !self.protection.mismatches.iter().any(|field| field == "from") {
            self.protection.mismatches.insert(0, "from".to_owned());
        }
        true
    }
}

/// The protected fields where the envelope protects any, else the outer ones (RFC 9788 §4).
pub(super) fn displayed(outer: &ParsedMessage, envelope: &Envelope) -> Identity {
    let payload = match &envelope.inside {
        _ if !envelope.is_signed && !envelope.is_decrypted => None,
        Inside::Same(path) => find(&outer.root, path).map(|part| (&outer.raw, part)),
        Inside::Entity { entity, start, .. } => find(&entity.root, start).map(|part| (&entity.raw, part)),
        Inside::Text { .. } | Inside::Closed => None,
    };
    let Some((raw, part)) = payload else { return of_outer(outer) };
    let fields = message::protected_headers(outer, raw, part, envelope.is_decrypted);
    let scheme = match fields.scheme {
        ProtectionScheme::None => return of_outer(outer),
        ProtectionScheme::Rfc9788 => HeaderScheme::Rfc9788,
        ProtectionScheme::Legacy => HeaderScheme::Legacy,
    };
    // Servers on the way may add or change what nobody is shown.
    let mut mismatches = fields.mismatches;
    mismatches.retain(|field| SHOWN.contains(&field.as_str()));
    Identity {
        from: fields.from,
        to: fields.to,
        cc: fields.cc,
        reply_to: fields.reply_to,
        subject: fields.subject,
        date: fields.date,
        message_id: fields.message_id,
        references: fields.references,
        protection: HeaderProtection { scheme, confidential: fields.confidential, mismatches },
        is_wrapped: fields.is_wrapped,
    }
}

fn of_outer(outer: &ParsedMessage) -> Identity {
    Identity {
        from: outer.from.clone(),
        to: outer.to.clone(),
        cc: outer.cc.clone(),
        reply_to: outer.reply_to.clone(),
        subject: outer.subject.clone(),
        date: outer.date,
        message_id: outer.message_id.clone(),
        references: outer.references.clone(),
        protection: HeaderProtection::default(),
        is_wrapped: false,
    }
}

/// Judges the certificate of each signature for the address shown as From.
pub(super) fn judge_all(
    found: &[Found],
    coverage: Coverage,
    from: Option<&EmailAddress>,
    circumstances: &Circumstances,
) -> Vec<JudgedSignature> {
    let judge = |found: &Found| {
        let mut check = found.check.clone();
        let certificate = check.signer.as_ref().and_then(|signer| signer.certificate.as_ref());
        let stapled = (!check.stapled.is_empty()).then(|| circumstances.policy.with_stapled(&check.stapled));
        let (keyring, policy) = (circumstances.keyring, stapled.as_ref().unwrap_or(circumstances.policy));
        let judgement = match (certificate, from) {
            (Some(certificate), Some(from)) => trust::judge(certificate, &check.bundled, Some(from), keyring, policy),
            // Without one address that it is from, no certificate can be that of the sender.
            (Some(certificate), None) => {
                at_most_mismatch(trust::judge(certificate, &check.bundled, None, keyring, policy))
            }
            (None, _) => unknown(),
        };
        let judgement = heard(judgement, &check, from, policy);
        if let Some(signer) = &mut check.signer {
            believed(signer, &judgement, from, circumstances);
        }
        JudgedSignature {
            check,
            coverage,
            inside_encryption: found.inside_encryption,
            around_encryption: found.around_encryption,
            judgement,
        }
    };
    found.iter().map(judge).collect()
}

/// Leaves of what a believed certificate says of its owner what is believed of it: anybody can add
/// a User ID with another's name to a certificate that others vouch for.
fn believed(signer: &mut Signer, judgement: &Judgement, from: Option<&EmailAddress>, circumstances: &Circumstances) {
    let asked = match judgement.verdict {
        TrustVerdict::Authenticated | TrustVerdict::Partial => from,
        TrustVerdict::Mismatch => None,
        _ => return,
    };
    if let Some(Certificate::Pgp(cert)) = &signer.certificate {
        let known = trust::believed_user_ids(cert, asked, circumstances.keyring, circumstances.policy);
        signer.names = known.iter().filter_map(|one| one.name.clone()).collect();
        let is_known = |address: &EmailAddress| known.iter().any(|one| one.address.as_ref() == Some(address));
        signer.addresses.sort_by_key(|address| !is_known(address));
    } else if let Some(from) = asked {
        signer.addresses.sort_by_key(|address| address != from);
    }
    let own = signer.addresses.first().map(ToString::to_string).unwrap_or_default();
    signer.names.retain(|name| !holds_other_address(&Mailbox::new(name.clone(), own.clone())));
}

/// What the user said of a key counts more than what others say: one that they said is not this author's, is not.
fn heard(judgement: Judgement, check: &SignatureCheck, from: Option<&EmailAddress>, policy: &TrustPolicy) -> Judgement {
    let is_refused = || {
        let about = (from?.canonical().to_owned(), check.signer.as_ref()?.fingerprint.clone());
        policy.answers.get(&about).map(|is_accepted| !is_accepted)
    };
    match judgement.verdict {
        // Who compared it with its owner said so themselves.
        _ if judgement.path.0.first().is_some_and(|step| step.kind == StepKind::Direct) => judgement,
        TrustVerdict::Authenticated | TrustVerdict::Partial if is_refused() == Some(true) => Judgement {
            verdict: TrustVerdict::Unauthenticated,
            path: TrustPath::default(),
            reason: Some("key_refused".to_owned()),
            revoked_at: None,
        },
        _ => judgement,
    }
}

fn at_most_mismatch(judgement: Judgement) -> Judgement {
    match judgement.verdict {
        TrustVerdict::Authenticated | TrustVerdict::Partial => {
            Judgement { verdict: TrustVerdict::Mismatch, reason: Some("no_single_from".to_owned()), ..judgement }
        }
        _ => judgement,
    }
}

fn unknown() -> Judgement {
    Judgement {
        verdict: TrustVerdict::Unauthenticated,
        path: TrustPath::default(),
        reason: Some("no_certificate".to_owned()),
        revoked_at: None,
    }
}
