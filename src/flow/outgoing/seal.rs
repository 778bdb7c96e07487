//! Builds a planned message once, protects it, and freezes the bytes.

use jiff::Timestamp;

use crate::crypto::{Certificate, Keyring, ProtectError, pgp, smime};
use crate::domain::{EmailAddress, Envelope, Mailbox, RawMessage, Technology};
use crate::message::{self as build, HeaderProtectionMode, HeaderSet, OBSCURED_SUBJECT};

use super::SendPlan;
use super::preflight::{Encrypt, OwnKey, PlannedDelivery};

/// Readers who are told of each other: no more fields are looked at by those who get them.
const MAX_GOSSIP: usize = 32;

/// What makes a message this one; chosen by the engine, since nothing here is random or has a clock.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// Date, and the moment of signing.
    pub at: Timestamp,
    /// Without angle brackets, unguessable on the left.
    pub message_id: String,
    /// The value of an `Autocrypt` field: the author's certificate, for the header that everybody sees.
    pub autocrypt: Option<String>,
    /// Readers of the same message are told each other's certificates, within the encryption.
    pub gossips: bool,
}

/// Bytes for one or more recipients.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// For SMTP.
    pub envelope: Envelope,
    /// Sealed; nothing alters them any more.
    pub bytes: RawMessage,
    /// What they are encrypted with.
    pub technology: Option<Technology>,
}

/// A message ready for the outbox.
#[derive(Clone, Debug)]
pub struct OutgoingMessage {
    /// One or more.
    pub deliveries: Vec<Delivery>,
    /// What is kept in the Sent folder; protected like the first delivery.
    pub sent_copy: RawMessage,
}

/// Why a plan could not be sealed.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SealError {
    /// Signing or encrypting did not work.
    #[error(transparent)]
    Protect(#[from] ProtectError),
    /// The author's address is not one.
    #[error("the author has no address")]
    NoAuthor,
    /// The plan reaches nobody.
    #[error("nobody is reached")]
    Nobody,
    /// The plan names keys of another technology than its own.
    #[error("the keys are of another technology")]
    Mixed,
}

/// Seals a plan.
///
/// # Errors
/// [`SealError`]; nothing may be sent then.
pub fn seal(plan: &SendPlan, keyring: &Keyring, stamp: &Stamp) -> Result<OutgoingMessage, SealError> {
    let sender = plan.draft.from.email().ok_or(SealError::NoAuthor)?;
    let mut deliveries = Vec::with_capacity(plan.deliveries.len());
    let mut sent_copy = None;
    for planned in &plan.deliveries {
        let bytes = RawMessage::new(one(plan, planned, keyring, stamp)?);
        if !planned.is_bcc && sent_copy.is_none() {
            sent_copy = Some(bytes.clone());
        }
        let envelope = Envelope { sender: sender.clone(), recipients: planned.recipients.clone() };
        let technology = planned.encrypt.as_ref().map(|encrypt| encrypt.technology);
        deliveries.push(Delivery { envelope, bytes, technology });
    }
    let sent_copy =
        sent_copy.or_else(|| deliveries.first().map(|delivery| delivery.bytes.clone())).ok_or(SealError::Nobody)?;
    Ok(OutgoingMessage { deliveries, sent_copy })
}

fn one(plan: &SendPlan, planned: &PlannedDelivery, keyring: &Keyring, stamp: &Stamp) -> Result<Vec<u8>, SealError> {
    let mut headers = headers(plan, stamp);
    // An answer in the clear names no message that was hidden in an encryption.
    if planned.encrypt.is_none() && headers.hidden.thread {
        headers.in_reply_to = None;
        headers.references.clear();
    }
    let mode = match (&planned.encrypt, &planned.sign) {
        (Some(_), _) => Some(HeaderProtectionMode::Cipher),
        (None, Some(_)) => Some(HeaderProtectionMode::Clear),
        (None, None) => None,
    };
    // Inside alone: only the readers learn of it.
    let headers = HeaderSet { extra: gossip(plan, planned, stamp), ..headers };
    let entity = build::payload(&plan.draft, &headers, mode);
    // Outside alone: the payload need not repeat it, and nothing there has to be hidden.
    let headers = HeaderSet { extra: announced(stamp), ..headers };
    let Some(encrypt) = &planned.encrypt else {
        let entity = match planned.sign.as_deref() {
            Some(key) => signed(&entity, key, keyring, stamp.at)?,
            None => entity,
        };
        return Ok(build::message(&headers, None, &entity));
    };
    let entity = encrypted(&entity, planned.sign.as_deref(), encrypt, keyring, stamp.at)?;
    Ok(build::message(&headers, Some(OBSCURED_SUBJECT), &entity))
}

fn headers(plan: &SendPlan, stamp: &Stamp) -> HeaderSet {
    let draft = &plan.draft;
    HeaderSet {
        from: vec![draft.from.clone()],
        to: draft.to.clone(),
        cc: draft.cc.clone(),
        reply_to: Vec::new(),
        subject: draft.subject.clone(),
        date: stamp.at,
        message_id: stamp.message_id.clone(),
        in_reply_to: draft.in_reply_to.clone(),
        references: draft.references.clone(),
        hidden: draft.confidential,
        user_agent: None,
        extra: Vec::new(),
    }
}

fn announced(stamp: &Stamp) -> Vec<(String, String)> {
    stamp.autocrypt.iter().map(|value| ("Autocrypt".to_owned(), value.clone())).collect()
}

/// The certificates of those in To and Cc whom an OpenPGP delivery is encrypted to, for each other, so that all can
/// answer to all (Autocrypt Level 1, §2.3.2). Who is in Bcc has a delivery of their own, in which nothing is told.
fn gossip(plan: &SendPlan, planned: &PlannedDelivery, stamp: &Stamp) -> Vec<(String, String)> {
    let Some(encrypt) = planned.encrypt.as_ref().filter(|_| stamp.gossips && !planned.is_bcc) else {
        return Vec::new();
    };
    let author = plan.draft.from.email();
    let mut told: Vec<(EmailAddress, String)> = Vec::new();
    for address in plan.draft.to.iter().chain(&plan.draft.cc).filter_map(Mailbox::email) {
        // One's own goes along in the header, where one's own wishes stand too.
        let is_reader = planned.recipients.contains(&address) && Some(&address) != author.as_ref();
        if !is_reader || told.iter().any(|(known, _)| *known == address) {
            continue;
        }
        let value = encrypt.certificates.iter().find_map(|certificate| match certificate {
            Certificate::Pgp(cert) => pgp::autocrypt_value(cert, &address, stamp.at, false),
            Certificate::X509(_) => None,
        });
        told.extend(value.map(|value| (address, value)));
    }
    // A single reader has nobody to be told of; a message to a crowd would be made of nothing else.
    if told.len() < 2 || told.len() > MAX_GOSSIP {
        return Vec::new();
    }
    told.into_iter().map(|(_, value)| ("Autocrypt-Gossip".to_owned(), value)).collect()
}

fn signed(entity: &[u8], key: &OwnKey, keyring: &Keyring, at: Timestamp) -> Result<Vec<u8>, SealError> {
    match key {
        OwnKey::Pgp(cert) => {
            let signature = pgp::sign_detached(entity, cert, keyring, at)?;
            Ok(build::multipart_signed_pgp(entity, &signature.bytes, &signature.micalg))
        }
        OwnKey::Smime(certificate) => {
            let identity = own_identity(keyring, certificate)?;
            let signature = smime::sign_detached(entity, &identity, &keyring.smime, at)?;
            Ok(build::multipart_signed_smime(entity, &signature.bytes, &signature.micalg))
        }
    }
}

/// Signs inside, then encrypts: OpenPGP in one object, S/MIME as a signed entity in an envelope.
fn encrypted(
    entity: &[u8],
    sign: Option<&OwnKey>,
    encrypt: &Encrypt,
    keyring: &Keyring,
    at: Timestamp,
) -> Result<Vec<u8>, SealError> {
    match encrypt.technology {
        Technology::OpenPgp => {
            let recipients: Vec<_> = encrypt
                .certificates
                .iter()
                .filter_map(|certificate| match certificate {
                    Certificate::Pgp(cert) => Some(cert.clone()),
                    Certificate::X509(_) => None,
                })
                .collect();
            let signer = match sign {
                Some(OwnKey::Pgp(cert)) => Some(cert.as_ref()),
                // A plan that says "sign" is never sealed without.
                Some(OwnKey::Smime(_)) => return Err(SealError::Mixed),
                None => None,
            };
            all_or_nothing(recipients.len(), encrypt)?;
            let armored = pgp::encrypt(entity, &recipients, signer, keyring, at)?;
            Ok(build::multipart_encrypted(&armored))
        }
        Technology::Smime => {
            let recipients: Vec<_> = encrypt
                .certificates
                .iter()
                .filter_map(|certificate| match certificate {
                    Certificate::X509(certificate) => Some(certificate.clone()),
                    Certificate::Pgp(_) => None,
                })
                .collect();
            all_or_nothing(recipients.len(), encrypt)?;
            let inner = match sign {
                Some(key) => signed(entity, key, keyring, at)?,
                None => entity.to_vec(),
            };
            // With a signature inside, EnvelopedData is what every program reads; without one, only
            // AuthEnvelopedData tells of changes on the way (RFC 8551 §2.4.3).
            let authenticated = sign.is_none();
            let der = smime::encrypt(&inner, &recipients, smime::EncryptOptions { authenticated, oaep: false }, at)?;
            let kind = if authenticated { "authEnveloped-data" } else { "enveloped-data" };
            Ok(build::pkcs7_mime(&der, kind, "smime.p7m"))
        }
    }
}

/// Nobody is left out of an encryption in silence.
fn all_or_nothing(found: usize, encrypt: &Encrypt) -> Result<(), SealError> {
    if found == encrypt.certificates.len() { Ok(()) } else { Err(SealError::Mixed) }
}

fn own_identity(keyring: &Keyring, certificate: &smime::X509) -> Result<smime::Identity, SealError> {
    let found = keyring.smime.own().iter().find(|own| own.certificate.fingerprint == certificate.fingerprint);
    let own = found.ok_or_else(|| ProtectError::CannotSign(certificate.fingerprint.clone()))?;
    own.unlock(&keyring.passphrases).ok_or_else(|| ProtectError::Locked(certificate.fingerprint.clone()).into())
}

/// The addresses of a set of deliveries, for progress and for the outbox.
impl OutgoingMessage {
    /// Everybody it goes to.
    pub fn recipients(&self) -> impl Iterator<Item = &EmailAddress> {
        self.deliveries.iter().flat_map(|delivery| &delivery.envelope.recipients)
    }
}
