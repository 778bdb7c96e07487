use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sequoia_openpgp::cert::prelude::{CertBuilder, CipherSuite};
use sequoia_openpgp::crypto::Password;
use sequoia_openpgp::packet::{Signature, UserID};
use sequoia_openpgp::serialize::Serialize as _;
use sequoia_openpgp::types::{Features, KeyFlags};
use sequoia_openpgp::{Cert, Packet, Profile, armor};

use crate::crypto::{KeyKind, ProtectError};
use crate::domain::{EmailAddress, Secret};

use super::system_time;

/// How long a key lasts when nothing else is asked for: its end can be moved at any time, and a key that was lost
/// ends by itself.
const LIFETIME: SignedDuration = SignedDuration::from_hours(2 * 365 * 24);

/// A new key pair.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The certificate with its secret keys.
    pub cert: Arc<Cert>,
    /// A revocation of it, armored, to be kept apart for the day when the key is lost.
    pub revocation: Vec<u8>,
}

/// What is wanted of a new key.
#[derive(Clone, Copy, Debug)]
pub struct NewKey<'a> {
    /// The person's name; may be empty.
    pub name: &'a str,
    /// The address.
    pub address: &'a EmailAddress,
    /// The kind; one that OpenPGP doesn't have counts as the default.
    pub kind: KeyKind,
    /// How long it lasts, `None` for ever.
    pub lifetime: Option<SignedDuration>,
    /// Protects its secret keys.
    pub passphrase: Option<&'a Secret<String>>,
}

/// The key pair that is made when nothing but its owner is said: version 4, for two years.
///
/// # Errors
/// As [`make`].
pub fn generate(
    name: &str,
    address: &EmailAddress,
    passphrase: Option<&Secret<String>>,
    at: Timestamp,
) -> Result<Generated, ProtectError> {
    make(&NewKey { name, address, kind: KeyKind::V4, lifetime: Some(LIFETIME), passphrase }, at)
}

/// Makes a key pair: a primary key that certifies alone, one subkey for signing, one for encryption. Those of
/// version 4 advertise no more than GnuPG 2.2 reads.
///
/// # Errors
/// [`ProtectError::Library`] when the library refuses.
pub fn make(wanted: &NewKey<'_>, at: Timestamp) -> Result<Generated, ProtectError> {
    let name = wanted.name.trim();
    let user_id = if name.is_empty() {
        UserID::from(format!("<{}>", wanted.address))
    } else {
        UserID::from_address(Some(name), None, wanted.address.as_str()).map_err(refuse)?
    };
    let encryption = KeyFlags::empty().set_transport_encryption().set_storage_encryption();
    let lifetime = wanted.lifetime.and_then(|lifetime| std::time::Duration::try_from(lifetime).ok());
    let builder = of_kind(wanted.kind)
        .map_err(refuse)?
        .set_creation_time(system_time(at))
        .set_validity_period(lifetime)
        .set_primary_key_flags(KeyFlags::empty().set_certification())
        .add_userid(user_id)
        .add_signing_subkey()
        .add_subkey(encryption, None, None)
        .set_password(wanted.passphrase.map(|one| Password::from(one.declassify().as_str())));
    let (cert, revocation) = builder.generate().map_err(refuse)?;
    Ok(Generated { revocation: armored_revocation(&cert, revocation)?, cert: Arc::new(cert) })
}

fn of_kind(kind: KeyKind) -> sequoia_openpgp::Result<CertBuilder<'static>> {
    let fourth = |suite| {
        let builder = CertBuilder::new().set_profile(Profile::RFC4880)?.set_cipher_suite(suite);
        builder.set_features(Features::empty().set_seipdv1())
    };
    let sixth = |suite| Ok(CertBuilder::new().set_profile(Profile::RFC9580)?.set_cipher_suite(suite));
    match kind {
        KeyKind::V6 => sixth(CipherSuite::Cv25519),
        KeyKind::PostQuantum => sixth(CipherSuite::MLDSA65_Ed25519),
        KeyKind::Rsa3072 => fourth(CipherSuite::RSA3k),
        KeyKind::Rsa4096 => fourth(CipherSuite::RSA4k),
        KeyKind::V4 | KeyKind::P256 | KeyKind::P384 => fourth(CipherSuite::Cv25519),
    }
}

/// A revocation as programs keep it in a file of its own.
pub(super) fn armored_revocation(cert: &Cert, revocation: Signature) -> Result<Vec<u8>, ProtectError> {
    let mut armored = Vec::new();
    let header = [("Comment", format!("Revocation of {}", cert.fingerprint()))];
    let io = |error: std::io::Error| ProtectError::Library(error.to_string());
    let mut writer = armor::Writer::with_headers(&mut armored, armor::Kind::PublicKey, header).map_err(io)?;
    Packet::from(revocation).serialize(&mut writer).map_err(refuse)?;
    writer.finalize().map_err(io)?;
    Ok(armored)
}

// By value, so that it can be handed to `map_err`.
#[allow(clippy::needless_pass_by_value)]
fn refuse(error: anyhow::Error) -> ProtectError {
    ProtectError::Library(error.to_string())
}
