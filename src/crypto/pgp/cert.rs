use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use sequoia_openpgp::cert::amalgamation::ValidAmalgamation;
use sequoia_openpgp::cert::prelude::ValidCert;
use sequoia_openpgp::crypto::mpi::PublicKey;
use sequoia_openpgp::packet::{Key, UserID, key};
use sequoia_openpgp::serialize::SerializeInto;
use sequoia_openpgp::types::{PublicKeyAlgorithm, RevocationStatus};
use sequoia_openpgp::{Cert, Error};

use crate::crypto::{Certificate, CertificateReport, Signer};
use crate::domain::{EmailAddress, Fingerprint, Technology};

use super::policy::ReadingPolicy;
use super::unlock::is_stub;
use super::{import, protect, system_time, timestamp};

/// The fingerprint of the primary key.
pub fn fingerprint(cert: &Cert) -> Fingerprint {
    Fingerprint::from_bytes(cert.fingerprint().as_bytes())
}

/// The addresses in the User IDs that are bound at a moment and not withdrawn, the primary first.
pub fn addresses(cert: &Cert, at: Timestamp) -> Vec<EmailAddress> {
    let mut found = Vec::new();
    for user_id in user_ids(cert, at) {
        if let Some(address) = address_of(&user_id)
            && !found.contains(&address)
        {
            found.push(address);
        }
    }
    found
}

/// The personal names in the User IDs that are bound at a moment and not withdrawn.
pub fn names(cert: &Cert, at: Timestamp) -> Vec<String> {
    let mut found = Vec::new();
    for user_id in user_ids(cert, at) {
        if let Ok(Some(name)) = user_id.name()
            && !found.iter().any(|known| known == name)
        {
            found.push(name.to_owned());
        }
    }
    found
}

/// The User IDs that are bound at a moment and not withdrawn, the primary first.
pub(crate) fn user_ids(cert: &Cert, at: Timestamp) -> Vec<UserID> {
    let policy = ReadingPolicy;
    let Ok(cert) = cert.with_policy(&policy, system_time(at)) else { return Vec::new() };
    let primary = cert.primary_userid().ok().map(|one| one.userid().clone());
    let bound = cert.userids().filter(|one| !matches!(one.revocation_status(), RevocationStatus::Revoked(_)));
    let mut found: Vec<UserID> = bound.map(|one| one.userid().clone()).collect();
    found.sort_by_key(|one| Some(one) != primary.as_ref());
    found
}

/// The address that the text of a User ID claims.
pub(crate) fn address_in(user_id: &str) -> Option<EmailAddress> {
    address_of(&UserID::from(user_id))
}

/// The address in a User ID.
pub(crate) fn address_of(user_id: &UserID) -> Option<EmailAddress> {
    EmailAddress::parse(user_id.email().ok().flatten()?)
}

/// The certificate as the signer of something.
pub(super) fn signer(cert: &Arc<Cert>, at: Timestamp) -> Signer {
    // A certificate that has no binding at this moment still has its claims of another one.
    let moment = if addresses(cert, at).is_empty() { newest_moment(cert) } else { at };
    Signer {
        fingerprint: fingerprint(cert),
        addresses: addresses(cert, moment),
        names: names(cert, moment),
        subject: None,
        issuer: None,
        certificate: Some(Certificate::Pgp(Arc::clone(cert))),
    }
}

/// The moment of the newest self-signature: the last state of a certificate that its owner made.
pub(crate) fn newest_moment(cert: &Cert) -> Timestamp {
    let of_ids =
        cert.userids().filter_map(|one| one.self_signatures().filter_map(|s| s.signature_creation_time()).max());
    let of_keys = cert.keys().filter_map(|one| one.self_signatures().filter_map(|s| s.signature_creation_time()).max());
    let newest = of_ids.chain(of_keys).max().unwrap_or_else(|| cert.primary_key().key().creation_time());
    timestamp(newest).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Describes a certificate at a moment.
pub fn report(cert: &Cert, at: Timestamp) -> CertificateReport {
    let policy = ReadingPolicy;
    let bound = cert.with_policy(&policy, system_time(at));
    let valid = bound.as_ref().ok();
    let addresses = addresses(cert, at);
    let is_revoked = is_revoked(cert, at);
    let created = timestamp(cert.primary_key().key().creation_time());
    CertificateReport {
        technology: Technology::OpenPgp,
        fingerprint: fingerprint(cert),
        names: names(cert, at),
        subject: None,
        issuer: None,
        has_secret: cert.is_tsk(),
        is_locked: is_locked(cert),
        can_sign: protect::can_sign(cert, at),
        can_encrypt: protect::can_encrypt(cert, at),
        algorithms: cert.keys().map(|key| algorithm(key.key())).collect(),
        not_before: created,
        not_after: valid.and_then(|valid| timestamp(valid.primary_key().key_expiration_time()?)),
        is_revoked,
        problems: problems(cert, &bound, at, is_revoked, &addresses),
        addresses,
    }
}

/// Whether there are secret keys, and a passphrase is on all of them.
fn is_locked(cert: &Cert) -> bool {
    let here = || cert.keys().secret().filter(|key| !is_stub(key.key()));
    here().next().is_some() && here().all(|key| !key.key().has_unencrypted_secret())
}

/// Whether its owner has withdrawn it: a soft withdrawal counts from its date on (RFC 9580 §5.2.3.31).
pub(crate) fn is_revoked(cert: &Cert, at: Timestamp) -> bool {
    matches!(cert.revocation_status(&ReadingPolicy, system_time(at)), RevocationStatus::Revoked(_))
}

fn problems(
    cert: &Cert,
    bound: &sequoia_openpgp::Result<ValidCert>,
    at: Timestamp,
    is_revoked: bool,
    addresses: &[EmailAddress],
) -> Vec<String> {
    let mut codes = BTreeSet::new();
    let created = cert.primary_key().key().creation_time();
    if is_revoked {
        codes.insert("revoked");
    }
    match bound {
        _ if created > system_time(at) => {
            codes.insert("not_yet_valid");
        }
        Ok(valid) if valid.alive().is_err() => {
            codes.insert("expired");
        }
        Ok(_) => {}
        Err(_) if is_weak(cert.primary_key().key().role_as_unspecified()) => {
            codes.insert("weak_key");
        }
        Err(error) => {
            let by_policy = |cause: &(dyn std::error::Error + 'static)| {
                matches!(cause.downcast_ref::<Error>(), Some(Error::PolicyViolation(..)))
            };
            codes.insert(if error.chain().any(by_policy) { "weak_algorithm" } else { "not_bound" });
        }
    }
    if import::is_flooded(cert) {
        codes.insert("flooded");
    }
    if addresses.is_empty() {
        codes.insert("no_address");
    }
    if cert.keys().subkeys().any(|key| is_weak(key.key().role_as_unspecified())) {
        codes.insert("weak_key");
    }
    codes.into_iter().map(str::to_owned).collect()
}

/// Too short for today, or of a kind that is given up.
fn is_weak(key: &Key<key::PublicParts, key::UnspecifiedRole>) -> bool {
    #[allow(deprecated)]
    match key.pk_algo() {
        PublicKeyAlgorithm::RSAEncryptSign | PublicKeyAlgorithm::RSASign | PublicKeyAlgorithm::RSAEncrypt => {
            key.mpis().bits().is_some_and(|bits| bits < 2048)
        }
        PublicKeyAlgorithm::DSA => key.mpis().bits().is_some_and(|bits| bits < 2048),
        PublicKeyAlgorithm::ElGamalEncrypt | PublicKeyAlgorithm::ElGamalEncryptSign => true,
        _ => false,
    }
}

/// `Ed25519`, `RSA 3072`, …
pub(super) fn algorithm<P: key::KeyParts, R: key::KeyRole>(key: &Key<P, R>) -> String {
    #[allow(deprecated)]
    let name = match key.pk_algo() {
        PublicKeyAlgorithm::RSAEncryptSign | PublicKeyAlgorithm::RSASign | PublicKeyAlgorithm::RSAEncrypt => "RSA",
        PublicKeyAlgorithm::ElGamalEncrypt | PublicKeyAlgorithm::ElGamalEncryptSign => "ElGamal",
        PublicKeyAlgorithm::DSA => "DSA",
        PublicKeyAlgorithm::EdDSA => "Ed25519",
        PublicKeyAlgorithm::ECDSA | PublicKeyAlgorithm::ECDH => {
            return match key.mpis() {
                PublicKey::ECDSA { curve, .. } => format!("ECDSA {curve}"),
                PublicKey::ECDH { curve, .. } => format!("ECDH {curve}"),
                _ => key.pk_algo().to_string(),
            };
        }
        other => return other.to_string(),
    };
    match key.mpis().bits() {
        Some(bits) if name != "Ed25519" => format!("{name} {bits}"),
        _ => name.to_owned(),
    }
}

/// The certificate without secret keys, armored, for giving away. Certifications that are marked
/// as local stay here (RFC 9580 §5.2.3.19).
pub fn armored_public(cert: &Cert) -> Vec<u8> {
    cert.armored().export_to_vec().unwrap_or_default()
}

/// The certificate with its secret keys, armored, for a backup.
pub fn armored_secret(cert: &Cert) -> Vec<u8> {
    cert.as_tsk().armored().to_vec().unwrap_or_default()
}

/// The certificate without secret keys, with everything else that is here, for keeping.
pub fn binary(cert: &Cert) -> Vec<u8> {
    cert.to_vec().unwrap_or_default()
}
