use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use jiff::Timestamp;
use sequoia_openpgp::Cert;
use sequoia_openpgp::armor::Kind;
use sequoia_openpgp::cert::amalgamation::key::PrimaryKey;
use sequoia_openpgp::cert::prelude::ValidErasedKeyAmalgamation;
use sequoia_openpgp::crypto;
use sequoia_openpgp::packet::key;
use sequoia_openpgp::serialize::stream::{Armorer, Encryptor, LiteralWriter, Message, Recipient, Signer};
use sequoia_openpgp::types::{DataFormat, HashAlgorithm, PublicKeyAlgorithm, RevocationStatus, SymmetricAlgorithm};

use crate::crypto::{DetachedSignature, ProtectError};

use super::policy::ReadingPolicy;
use super::unlock::{Unlocked, is_stub};
use super::verify::canonical;
use super::{Access, cert, system_time};

static POLICY: ReadingPolicy = ReadingPolicy;
const HASH: HashAlgorithm = HashAlgorithm::SHA512;

/// Signs a MIME entity (RFC 3156 §5), in its canonical form with CRLF line ends.
///
/// # Errors
/// [`ProtectError::CannotSign`] and `Locked` say what is wrong with the key.
pub fn sign_detached<'a>(
    content: &[u8],
    signer: &Cert,
    access: impl Into<Access<'a>>,
    at: Timestamp,
) -> Result<DetachedSignature, ProtectError> {
    let SigningKey { pair, is_outside } = signing_pair(signer, access.into(), at)?;
    let mut bytes = Vec::new();
    let write = || -> sequoia_openpgp::Result<()> {
        let message = Armorer::new(Message::new(&mut bytes)).kind(Kind::Signature).build()?;
        let signer = Signer::new(message, pair)?.detached().hash_algo(HASH)?.creation_time(system_time(at));
        let mut message = signer.build()?;
        message.write_all(&canonical(content))?;
        message.finalize()
    };
    write().map_err(|error| refused(&error, Some(signer).filter(|_| is_outside)))?;
    Ok(DetachedSignature { bytes, micalg: "pgp-sha512".to_owned() })
}

/// Encrypts for every recipient, and signs inside when there is a signer: one armored object.
///
/// SEIPD version 2 is used only when every certificate advertises it (RFC 9580 §5.2.3.32), else
/// version 1; the cipher is AES-256. The signature names the recipients, so that it can't be
/// passed on to somebody else as if it were for them.
///
/// # Errors
/// [`ProtectError::CannotEncrypt`] names the first recipient to whom nothing can be encrypted at
/// this moment; then nothing is encrypted at all.
pub fn encrypt<'a>(
    content: &[u8],
    recipients: &[Arc<Cert>],
    signer: Option<&Cert>,
    access: impl Into<Access<'a>>,
    at: Timestamp,
) -> Result<Vec<u8>, ProtectError> {
    let mut keys = Vec::new();
    let mut seen = BTreeSet::new();
    for recipient in recipients.iter().filter(|one| seen.insert(one.fingerprint())) {
        let usable = encryption_keys(recipient, at);
        if usable.is_empty() {
            return Err(ProtectError::CannotEncrypt(cert::fingerprint(recipient)));
        }
        keys.extend(usable);
    }
    if keys.is_empty() {
        return Err(ProtectError::Library("no recipient".into()));
    }
    let access = access.into();
    let signing = signer.map(|signer| signing_pair(signer, access, at)).transpose()?;
    let (pair, is_outside) = signing.map(|one| (one.pair, one.is_outside)).unzip();
    let mut bytes = Vec::new();
    let write = || -> sequoia_openpgp::Result<()> {
        let message = Armorer::new(Message::new(&mut bytes)).kind(Kind::Message).build()?;
        let mut message = Encryptor::for_recipients(message, keys.into_iter().map(Recipient::from))
            .symmetric_algo(SymmetricAlgorithm::AES256)
            .build()?;
        if let Some(pair) = pair {
            let mut signer = Signer::new(message, pair)?.hash_algo(HASH)?.creation_time(system_time(at));
            for recipient in recipients {
                signer = signer.add_intended_recipient(recipient);
            }
            message = signer.build()?;
        }
        let mut message = LiteralWriter::new(message).format(DataFormat::Binary).build()?;
        message.write_all(content)?;
        message.finalize()
    };
    write().map_err(|error| refused(&error, signer.filter(|_| is_outside == Some(true))))?;
    Ok(bytes)
}

/// Whether mail can be encrypted to the certificate at a moment.
pub(super) fn can_encrypt(cert: &Cert, at: Timestamp) -> bool {
    !encryption_keys(cert, at).is_empty()
}

/// Whether the certificate has a key that signs at a moment, be its secret part here or not.
pub(super) fn can_sign(cert: &Cert, at: Timestamp) -> bool {
    !signing_keys(cert, at).is_empty()
}

/// The keys to encrypt mail to: every one that is usable, since the recipient may have different
/// ones on different devices; only the post-quantum ones when there are any (RFC 9980).
fn encryption_keys(cert: &Cert, at: Timestamp) -> Vec<ValidErasedKeyAmalgamation<'_, key::PublicParts>> {
    let Some(valid) = usable(cert, at) else { return Vec::new() };
    let keys = valid.keys().supported().alive().revoked(false).for_transport_encryption();
    let keys: Vec<_> = keys.collect();
    let is_pq = |key: &ValidErasedKeyAmalgamation<key::PublicParts>| {
        matches!(key.key().pk_algo(), PublicKeyAlgorithm::MLKEM768_X25519 | PublicKeyAlgorithm::MLKEM1024_X448)
    };
    if keys.iter().any(is_pq) { keys.into_iter().filter(|key| is_pq(key)).collect() } else { keys }
}

/// The keys that sign, subkeys first, newest first.
fn signing_keys(cert: &Cert, at: Timestamp) -> Vec<ValidErasedKeyAmalgamation<'_, key::PublicParts>> {
    let Some(valid) = usable(cert, at) else { return Vec::new() };
    let mut keys: Vec<_> = valid.keys().supported().alive().revoked(false).for_signing().collect();
    keys.sort_by_key(|key| (key.primary(), std::cmp::Reverse(key.key().creation_time())));
    keys
}

/// The certificate at a moment, unless it has ended or was withdrawn.
fn usable(cert: &Cert, at: Timestamp) -> Option<sequoia_openpgp::cert::prelude::ValidCert<'_>> {
    let valid = cert.with_policy(&POLICY, system_time(at)).ok()?;
    let revoked = matches!(valid.revocation_status(), RevocationStatus::Revoked(_));
    (valid.alive().is_ok() && !revoked).then_some(valid)
}

/// What signs.
struct SigningKey {
    pair: Box<dyn crypto::Signer + Send + Sync>,
    /// Somebody else keeps it.
    is_outside: bool,
}

fn signing_pair(cert: &Cert, access: Access<'_>, at: Timestamp) -> Result<SigningKey, ProtectError> {
    let unlocked = Unlocked::default();
    let mut locked = false;
    for valid in signing_keys(cert, at) {
        let Ok(secret) = valid.key().clone().parts_into_secret() else { continue };
        match unlocked.open(&secret, access.passphrases) {
            Some(open) => {
                let pair = Box::new(open.into_keypair().map_err(|error| library(&error))?);
                return Ok(SigningKey { pair, is_outside: false });
            }
            None => locked |= !is_stub(&secret),
        }
    }
    if let Some(keeper) = access.ring.and_then(|ring| ring.keeper(cert)) {
        for valid in signing_keys(cert, at) {
            if let Some(pair) = keeper.signer(valid.key(), access.passphrases) {
                return Ok(SigningKey { pair, is_outside: true });
            }
        }
    }
    let fingerprint = cert::fingerprint(cert);
    Err(if locked { ProtectError::Locked(fingerprint) } else { ProtectError::CannotSign(fingerprint) })
}

/// A keeper that does not sign is locked, or its card is not there.
fn refused(error: &anyhow::Error, outside: Option<&Cert>) -> ProtectError {
    outside.map_or_else(|| library(error), |cert| ProtectError::Locked(cert::fingerprint(cert)))
}

fn library(error: &anyhow::Error) -> ProtectError {
    ProtectError::Library(error.to_string())
}
