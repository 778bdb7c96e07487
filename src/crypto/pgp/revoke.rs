use std::sync::Arc;

use jiff::Timestamp;
use sequoia_openpgp::Cert;
use sequoia_openpgp::cert::CertRevocationBuilder;
use sequoia_openpgp::types::{ReasonForRevocation, RevocationStatus};

use crate::crypto::{ProtectError, RevocationReason};
use crate::domain::Secret;

use super::policy::ReadingPolicy;
use super::unlock::Unlocked;
use super::{cert, system_time, timestamp};

/// Withdraws a whole certificate (RFC 9580 §5.2.1.11). Its secret keys stay in it: they still open old mail.
///
/// # Errors
/// [`ProtectError::CannotSign`] when the secret part of the primary key is not here, `Locked` when none of the
/// passphrases opens it.
pub fn revoke(
    of: &Cert,
    passphrases: &[Secret<String>],
    at: Timestamp,
    reason: RevocationReason,
    text: &str,
) -> Result<Arc<Cert>, ProtectError> {
    let refuse = |error: anyhow::Error| ProtectError::Library(error.to_string());
    let fingerprint = cert::fingerprint(of);
    let primary = of.primary_key().key().clone().parts_into_secret();
    let primary = primary.map_err(|_| ProtectError::CannotSign(fingerprint.clone()))?.role_into_unspecified();
    let open = Unlocked::default().open(&primary, passphrases).ok_or(ProtectError::Locked(fingerprint))?;
    let mut signer = open.into_keypair().map_err(refuse)?;
    let signature = CertRevocationBuilder::new()
        .set_signature_creation_time(system_time(at))
        .and_then(|builder| builder.set_reason_for_revocation(code(reason), text.as_bytes()))
        .and_then(|builder| builder.build(&mut signer, of, None))
        .map_err(refuse)?;
    Ok(Arc::new(of.clone().insert_packets(signature).map_err(refuse)?.0))
}

/// Why and since when its owner has withdrawn a certificate; `None` when it is not withdrawn.
pub fn revocation(of: &Cert, at: Timestamp) -> Option<(RevocationReason, Option<Timestamp>)> {
    let status = of.revocation_status(&ReadingPolicy, system_time(at));
    let RevocationStatus::Revoked(signatures) = status else { return None };
    let first = signatures.first()?;
    let reason = match first.reason_for_revocation().map(|(reason, _)| reason) {
        Some(ReasonForRevocation::KeyCompromised) => RevocationReason::Compromised,
        Some(ReasonForRevocation::KeySuperseded) => RevocationReason::Superseded,
        Some(ReasonForRevocation::KeyRetired) => RevocationReason::Retired,
        _ => RevocationReason::Unspecified,
    };
    Some((reason, first.signature_creation_time().and_then(timestamp)))
}

fn code(reason: RevocationReason) -> ReasonForRevocation {
    match reason {
        RevocationReason::Unspecified => ReasonForRevocation::Unspecified,
        RevocationReason::Compromised => ReasonForRevocation::KeyCompromised,
        RevocationReason::Superseded => ReasonForRevocation::KeySuperseded,
        RevocationReason::Retired => ReasonForRevocation::KeyRetired,
    }
}
