use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use sequoia_openpgp::Cert;
use sequoia_openpgp::cert::ValidCert;
use sequoia_openpgp::cert::amalgamation::ValidAmalgamation;
use sequoia_openpgp::cert::prelude::ValidErasedKeyAmalgamation;
use sequoia_openpgp::crypto::KeyPair;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::packet::key::PublicParts;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::packet::signature::subpacket::SubpacketTag;
use sequoia_openpgp::types::{RevocationStatus, SignatureType};

use crate::crypto::ProtectError;
use crate::domain::Secret;

use super::policy::ReadingPolicy;
use super::unlock::Unlocked;
use super::{cert, system_time};

/// Moves the end of a certificate, and of each of its keys that has an end (RFC 9580 §5.2.3.13). Keys that were
/// withdrawn stay so, and subkeys for signing whose secret part is not here stay as they are. What is signed is signed
/// at the given moment, or in the second after what it takes the place of: of two of the same second neither is newer.
///
/// The library has a function of that name, which asks the system's clock. Here time is an argument.
///
/// # Errors
/// [`ProtectError::CannotSign`] when the secret part of the primary key is not here, `Locked` when none of the
/// passphrases opens it, `Library` when the end lies before the beginning.
pub fn extend(
    of: &Cert,
    passphrases: &[Secret<String>],
    at: Timestamp,
    until: Timestamp,
) -> Result<Arc<Cert>, ProtectError> {
    let refuse = |error: anyhow::Error| ProtectError::Library(error.to_string());
    let valid = of.with_policy(&ReadingPolicy, system_time(at)).map_err(refuse)?;
    let mut primary = open(of, &valid.primary_key().into(), passphrases)?;
    let mut signatures = whole(&valid, &mut primary, at, until).map_err(refuse)?;
    for key in valid.keys().subkeys() {
        let is_revoked = matches!(key.revocation_status(), RevocationStatus::Revoked(_));
        if is_revoked || key.key_expiration_time().is_none() {
            continue;
        }
        let made_at = after(key.binding_signature(), at);
        let mut builder = again(key.binding_signature(), made_at, key.key().creation_time(), until).map_err(refuse)?;
        if key.for_signing() {
            let Ok(mut own) = open(of, &(&key).into(), passphrases) else { continue };
            // §5.2.1.11: the key that signs says itself that it belongs here.
            let back = SignatureBuilder::new(SignatureType::PrimaryKeyBinding)
                .set_signature_creation_time(made_at)
                .and_then(|back| {
                    back.sign_primary_key_binding(&mut own, of.primary_key().key(), key.key().role_as_subordinate())
                });
            builder = back.and_then(|back| builder.set_embedded_signature(back)).map_err(refuse)?;
        }
        let made = builder.sign_subkey_binding(&mut primary, of.primary_key().key(), key.key().role_as_subordinate());
        signatures.push(made.map_err(refuse)?);
    }
    Ok(Arc::new(of.clone().insert_packets(signatures).map_err(refuse)?.0))
}

/// What says when the primary key ends: a direct key signature, and one on each User ID, since certificates are handed
/// on with some of them or none. Which one is the primary stays as it is.
fn whole(
    valid: &ValidCert<'_>,
    primary: &mut KeyPair,
    at: Timestamp,
    until: Timestamp,
) -> sequoia_openpgp::Result<Vec<Signature>> {
    let began = valid.primary_key().key().creation_time();
    let before = valid.primary_key();
    let direct = match valid.direct_key_signature() {
        Ok(direct) => again(direct, after(direct, at), began, until)?,
        Err(_) => direct_of(before.binding_signature(), at, began, until)?,
    };
    let mut signatures = vec![direct.sign_direct_key(primary, None)?];
    let first = valid.primary_userid().ok().map(|first| first.userid().clone());
    for user_id in valid.userids().revoked(false) {
        let bound = user_id.binding_signature();
        let builder = again(bound, after(bound, at), began, until)?;
        let builder = builder.set_primary_userid(first.as_ref() == Some(user_id.userid()))?;
        signatures.push(builder.sign_userid_binding(primary, valid.cert().primary_key().key(), user_id.userid())?);
    }
    Ok(signatures)
}

/// A direct key signature that says what the primary User ID's says of the key.
fn direct_of(
    bound: &Signature,
    at: Timestamp,
    began: SystemTime,
    until: Timestamp,
) -> sequoia_openpgp::Result<SignatureBuilder> {
    let mut builder = again(bound, after(bound, at), began, until)?.set_type(SignatureType::DirectKey);
    for of_user_id in [
        SubpacketTag::ExportableCertification,
        SubpacketTag::Revocable,
        SubpacketTag::TrustSignature,
        SubpacketTag::RegularExpression,
        SubpacketTag::PrimaryUserID,
        SubpacketTag::SignersUserID,
        SubpacketTag::ReasonForRevocation,
        SubpacketTag::SignatureTarget,
        SubpacketTag::EmbeddedSignature,
    ] {
        builder.hashed_area_mut().remove_all(of_user_id);
    }
    Ok(builder)
}

/// The same said again at a moment, with another end.
fn again(
    before: &Signature,
    made_at: SystemTime,
    began: SystemTime,
    until: Timestamp,
) -> sequoia_openpgp::Result<SignatureBuilder> {
    let lasting = system_time(until).duration_since(began)?;
    SignatureBuilder::from(before.clone()).set_signature_creation_time(made_at)?.set_key_validity_period(lasting)
}

/// The moment, but later than a signature that counts until then.
fn after(before: &Signature, at: Timestamp) -> SystemTime {
    let next = before.signature_creation_time().map(|made| made + Duration::from_secs(1));
    next.unwrap_or(UNIX_EPOCH).max(system_time(at))
}

/// The secret part of a key, opened by one of the passphrases.
pub(super) fn open(
    of: &Cert,
    key: &ValidErasedKeyAmalgamation<'_, PublicParts>,
    passphrases: &[Secret<String>],
) -> Result<KeyPair, ProtectError> {
    let fingerprint = cert::fingerprint(of);
    let secret = key.key().clone().parts_into_secret().map_err(|_| ProtectError::CannotSign(fingerprint.clone()))?;
    let open = Unlocked::default().open(&secret, passphrases).ok_or(ProtectError::Locked(fingerprint))?;
    open.into_keypair().map_err(|error| ProtectError::Library(error.to_string()))
}
