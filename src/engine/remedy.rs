//! What can be done about what was found in a message: keep the certificate that came with it, look for the one it
//! lacks, ask its author, renew an own key.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::crypto::{CertificateReport, Keyring, SignatureOutcome, pgp};
use crate::domain::{
    Attachment, Draft, EmailAddress, Fingerprint, Mailbox, Protection, RawMessage, Secret, Technology,
};
use crate::flow::{Assessment, CautionCode, JudgedSignature, reply};
use crate::net::Cancel;

use super::network::Publish;
use super::profile::{Profile, store_failure};
use super::topic::own_keys::{self, Renewal, Renewed};
use super::view::{Help, MessageId};
use super::{Event, Failure, FailureKind, Progress, Retry, assessing, carried, reading, sending};

/// As many certificates are looked at in a search.
const MAX_FOUND: usize = 4_000;
/// As many messages are looked through.
const MAX_MESSAGES: usize = 200_000;

/// What is at hand for a message.
pub(super) fn help(
    profile: &Profile,
    message: MessageId,
    raw: &RawMessage,
    assessment: &Assessment,
) -> Result<Help, Failure> {
    let at = profile.now();
    let keyring = profile.keyring();
    let is_kept = |fingerprint: &Fingerprint| keyring.holds(fingerprint);
    let signers = assessment.signatures.iter().filter_map(|signature| signature.check.signer.as_ref());
    let kept = signers.map(|signer| signer.fingerprint.clone()).filter(is_kept).collect();
    let came = carried::by_assessed(raw, assessment);
    let carried = fingerprints(&came).into_iter().filter(|one| !is_kept(one));
    let carried = carried.filter_map(|one| came.report(&one, at)).collect();
    let own = own_keys(profile, &reading::account_of(profile, message)?, at);
    let sightings = super::sighting::of_message(profile, assessment)?;
    let delivery = super::delivered::view(profile, raw)?;
    Ok(Help { carried, kept, own, is_author_doubtful: author(assessment).is_none(), sightings, delivery })
}

fn fingerprints(keyring: &Keyring) -> Vec<Fingerprint> {
    keyring.pgp.fingerprints().chain(keyring.smime.fingerprints()).cloned().collect()
}

/// The user's own keys for an address, those that can be used before those that can't.
fn own_keys(profile: &Profile, me: &Mailbox, at: Timestamp) -> Vec<CertificateReport> {
    let Some(address) = me.email() else { return Vec::new() };
    let keyring = profile.keyring();
    let pgp = keyring.pgp.own().map(|cert| pgp::fingerprint(cert));
    let prints = pgp.chain(keyring.smime.own().iter().map(|own| own.certificate.fingerprint.clone()));
    let mut own: Vec<_> = prints.filter_map(|one| keyring.report(&one, at)).collect();
    own.retain(|report| report.addresses.contains(&address));
    own.sort_by_key(|report| !report.can_encrypt);
    own
}

/// Whom a question to the author goes to: nobody, when what is shown as From may mislead about it.
fn author(assessment: &Assessment) -> Option<&Mailbox> {
    let misleads = |code| {
        matches!(
            code,
            CautionCode::SeveralFrom
                | CautionCode::NoFrom
                | CautionCode::NameHoldsAddress
                | CautionCode::LookAlike
                | CautionCode::ImitatesKnown
        )
    };
    let is_doubtful = assessment.cautions.iter().any(|caution| misleads(caution.code))
        || assessment.header_protection.mismatches.iter().any(|field| field == "from");
    match assessment.from.as_slice() {
        [one] if !is_doubtful && one.email().is_some() => Some(one),
        _ => None,
    }
}

/// Keeps a certificate that came with a message; gives what it is.
pub(super) fn keep(
    profile: &Profile,
    message: MessageId,
    fingerprint: &Fingerprint,
) -> Result<CertificateReport, Failure> {
    let (raw, assessment) = reading::assess(profile, message)?;
    let came = carried::by_assessed(&raw, &assessment);
    let report = came.report(fingerprint, profile.now()).ok_or_else(|| input("no_such_certificate"))?;
    profile.keep(&only(&came, fingerprint), None, "message")?;
    Ok(report)
}

/// One certificate of a keyring; one of X.509 with the authorities that are there.
fn only(keyring: &Keyring, fingerprint: &Fingerprint) -> Keyring {
    let mut one = Keyring::default();
    if let Some(cert) = keyring.pgp.find(fingerprint) {
        one.pgp.add_cert((**cert).clone().strip_secret_key_material());
    }
    if let Some(certificate) = keyring.smime.find(fingerprint) {
        one.smime.add_certificate(Arc::clone(certificate));
        for authority in keyring.smime.authorities() {
            one.smime.add_certificate(Arc::clone(authority));
        }
    }
    one
}

/// Looks through the stored messages for the certificates that the signatures of a message lack, and keeps them.
/// Those of the same author are looked at first.
pub(super) fn find(
    profile: &Profile,
    message: MessageId,
    publish: &Publish,
    cancel: &Cancel,
) -> Result<Vec<CertificateReport>, Failure> {
    let (raw, assessment) = reading::assess(profile, message)?;
    if missing(&assessment) == 0 {
        return Ok(Vec::new());
    }
    let author = assessment.from.first().and_then(Mailbox::email);
    let (near, far) = stored(profile, author.as_ref())?;
    let total = (near.len() + far.len()).max(1);
    let mut candidates = Keyring::default();
    let mut done = 0_usize;
    for messages in [near, far] {
        for id in messages {
            if cancel.is_cancelled() {
                return Err(Failure { kind: FailureKind::Cancelled, ..input("") });
            }
            if done.is_multiple_of(32) {
                let fraction = Some(done as f32 / total as f32);
                publish(Event::Progress(Some(Progress { work: "find_certificate", subject: String::new(), fraction })));
            }
            done += 1;
            // One that was removed meanwhile takes nothing from the others.
            if let Ok(stored) = profile.store.raw(id) {
                take(&mut candidates, &carried::by_message(&stored));
            }
        }
        let found = fitting(profile, &raw, &assessment, &candidates)?;
        if !found.is_empty() {
            return found.iter().map(|fingerprint| keep_one(profile, &candidates, fingerprint)).collect();
        }
    }
    Ok(Vec::new())
}

fn keep_one(profile: &Profile, from: &Keyring, fingerprint: &Fingerprint) -> Result<CertificateReport, Failure> {
    let report = from.report(fingerprint, profile.now()).ok_or_else(|| input("no_such_certificate"))?;
    profile.keep(&only(from, fingerprint), None, "message")?;
    Ok(report)
}

fn missing(assessment: &Assessment) -> usize {
    assessment.signatures.iter().filter(|signature| is_missing(signature)).count()
}

fn is_missing(signature: &JudgedSignature) -> bool {
    signature.check.outcome == SignatureOutcome::MissingCertificate
}

/// Every stored message: those that say they are from an address, and the others.
fn stored(profile: &Profile, author: Option<&EmailAddress>) -> Result<(Vec<MessageId>, Vec<MessageId>), Failure> {
    let mut of_author = Vec::new();
    let mut of_others = Vec::new();
    for folder in profile.store.folders().map_err(store_failure)? {
        for row in profile.store.rows(folder.id, MAX_MESSAGES, 0).map_err(store_failure)? {
            let is_theirs = author.is_some() && row.from.email().as_ref() == author;
            if is_theirs { of_author.push(row.id) } else { of_others.push(row.id) }
        }
    }
    Ok((of_author, of_others))
}

fn take(candidates: &mut Keyring, more: &Keyring) {
    if candidates.pgp.len() + candidates.smime.len() >= MAX_FOUND {
        return;
    }
    for cert in &more.pgp.certs() {
        candidates.pgp.add_cert((**cert).clone());
    }
    for certificate in more.smime.certificates() {
        candidates.smime.add_certificate(certificate);
    }
}

/// Those of the candidates with which a signature that lacked a certificate lacks it no more.
fn fitting(
    profile: &Profile,
    raw: &RawMessage,
    before: &Assessment,
    candidates: &Keyring,
) -> Result<BTreeSet<Fingerprint>, Failure> {
    let known = profile.keyring();
    let mut keyring = (*known).clone();
    take(&mut keyring, candidates);
    let after = assessing::with(profile, raw, keyring)?;
    // One that only bears the right name, and whose key did not make the signature, fits nothing.
    let fits = |outcome| matches!(outcome, SignatureOutcome::Intact | SignatureOutcome::BadKey);
    let pairs = before.signatures.iter().zip(&after.signatures);
    let found = pairs.filter(|(before, after)| is_missing(before) && fits(after.check.outcome));
    let signers = found.filter_map(|(_, after)| after.check.signer.as_ref());
    let is_new = |one: &Fingerprint| known.pgp.find(one).is_none() && known.smime.find(one).is_none();
    Ok(signers.map(|signer| signer.fingerprint.clone()).filter(is_new).collect())
}

/// The draft of a question to the author of a message.
pub(super) fn ask(
    profile: &Profile,
    message: MessageId,
    subject: String,
    text: String,
    attach: bool,
) -> Result<Draft, Failure> {
    let (_, assessment) = reading::assess(profile, message)?;
    let me = reading::account_of(profile, message)?;
    let own = own_keys(profile, &me, profile.now());
    let attachments = if attach { certificates_to_give(profile, &own)? } else { Vec::new() };
    if attach && attachments.is_empty() {
        return Err(input("no_own_certificate"));
    }
    let mut references = assessment.references.clone();
    references.extend(assessment.message_id.clone());
    let mut draft = Draft {
        from: me,
        to: author(&assessment).cloned().into_iter().collect(),
        subject,
        text,
        attachments,
        in_reply_to: assessment.message_id.clone(),
        references,
        confidential: reply::confidential(&assessment),
        ..Draft::default()
    };
    // Protected as far as it can be: whoever is asked for a certificate can't be written to in secret yet.
    let with = |sign, encrypt| Protection { sign, encrypt, ..Protection::default() };
    for protection in [with(true, true), with(true, false)] {
        let wanted = Draft { protection, ..draft.clone() };
        let has_recipient = !wanted.to.is_empty();
        if sending::preflight(profile, &wanted)?
            .blockers
            .iter()
            .all(|(code, _)| !has_recipient && code == "no_recipients")
            && (has_recipient || !protection.encrypt)
        {
            draft.protection = protection;
            break;
        }
    }
    Ok(draft)
}

/// One's own certificates that mail can be encrypted to, one of each technology.
fn certificates_to_give(profile: &Profile, own: &[CertificateReport]) -> Result<Vec<Attachment>, Failure> {
    let usable = |technology| own.iter().find(|one| one.technology == technology && one.can_encrypt);
    let mut files = Vec::new();
    let mut add = |name: &str, media_type: &str, bytes: Arc<[u8]>| {
        files.push(Attachment { name: name.to_owned(), media_type: media_type.to_owned(), bytes });
    };
    if let Some(report) = usable(Technology::OpenPgp) {
        let bytes = profile.export(&report.fingerprint, false, None)?;
        add("certificate.asc", "application/pgp-keys", bytes.into());
    }
    let keyring = profile.keyring();
    if let Some(certificate) = usable(Technology::Smime).and_then(|report| keyring.smime.find(&report.fingerprint)) {
        // RFC 2585 §4.1: one certificate, DER.
        add("certificate.cer", "application/pkix-cert", certificate.der.to_vec().into());
    }
    Ok(files)
}

/// Moves the end of an own OpenPGP key; gives what it is then.
pub(super) fn renew(
    profile: &Profile,
    fingerprint: &Fingerprint,
    passphrase: Option<&Secret<String>>,
) -> Result<CertificateReport, Failure> {
    if profile.keyring().pgp.find(fingerprint).is_none() {
        return Err(input("unknown_fingerprint"));
    }
    let renewal = Renewal { passphrase: passphrase.cloned(), ..Renewal::of(fingerprint) };
    match own_keys::renew(profile, &renewal)? {
        Renewed::Certificate(report) => Ok(report),
        Renewed::Request(_) => Err(input("unknown_fingerprint")),
    }
}

fn input(source: &str) -> Failure {
    Failure { kind: FailureKind::Input, retry: Retry::Never, subject: String::new(), source: source.to_owned() }
}

#[cfg(test)]
mod tests;
