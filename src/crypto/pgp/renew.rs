use std::sync::Arc;

use jiff::Timestamp;
use sequoia_openpgp::Cert;
use sequoia_openpgp::cert::amalgamation::ValidAmalgamation;
use sequoia_openpgp::cert::prelude::ValidErasedKeyAmalgamation;
use sequoia_openpgp::crypto::{KeyPair, Signer};
use sequoia_openpgp::packet::key::PublicParts;
use sequoia_openpgp::types::RevocationStatus;

use crate::crypto::ProtectError;
use crate::domain::Secret;

use super::policy::ReadingPolicy;
use super::unlock::Unlocked;
use super::{cert, system_time};

/// Moves the end of a certificate, and of each of its keys that has an end (RFC 9580 §5.2.3.13). Keys that were
/// withdrawn stay so, and subkeys for signing whose secret part is not here stay as they are.
///
/// # Errors
/// [`ProtectError::CannotSign`] when the secret part of the primary key is not here, `Locked` when none of the
/// passphrases opens it.
pub fn extend(
    of: &Cert,
    passphrases: &[Secret<String>],
    at: Timestamp,
    until: Timestamp,
) -> Result<Arc<Cert>, ProtectError> {
    let refuse = |error: anyhow::Error| ProtectError::Library(error.to_string());
    let end = Some(system_time(until));
    let valid = of.with_policy(&ReadingPolicy, system_time(at)).map_err(refuse)?;
    let mut primary = open(of, &valid.primary_key().into(), passphrases)?;
    let mut signatures = valid.primary_key().set_expiration_time(&mut primary, end).map_err(refuse)?;
    for key in valid.keys().subkeys() {
        let is_revoked = matches!(key.revocation_status(), RevocationStatus::Revoked(_));
        if is_revoked || key.key_expiration_time().is_none() {
            continue;
        }
        let made = if key.for_signing() {
            let Ok(mut own) = open(of, &(&key).into(), passphrases) else { continue };
            key.set_expiration_time(&mut primary, Some(&mut own as &mut dyn Signer), end)
        } else {
            key.set_expiration_time(&mut primary, None, end)
        };
        signatures.extend(made.map_err(refuse)?);
    }
    Ok(Arc::new(of.clone().insert_packets(signatures).map_err(refuse)?.0))
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
