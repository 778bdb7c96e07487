use sequoia_openpgp::Cert;
use sequoia_openpgp::cert::raw::RawCertParser;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::serialize::SerializeInto;

use crate::crypto::ImportError;

use super::import::Listed;
use super::unlock::{SecretKey, is_stub};
use super::{PgpRing, guarded, import};

/// Nothing larger is one person's certificate.
const MAX_CERT: usize = 32 << 20;

/// What a certificate that comes in adds to what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gain {
    /// It was not known.
    New,
    /// It brings something that was not known: a secret key, a name, another end, a revocation.
    Updated,
    /// Everything of it was known.
    Known,
}

/// Reads a binary keyring one certificate after the other, so that a broken one does not take the others along. `take`
/// gets how many bytes are behind it, and says whether to go on.
///
/// # Errors
/// [`ImportError::Malformed`] when it is no keyring.
pub fn each_cert(
    bytes: &[u8],
    take: &mut dyn FnMut(usize, Result<Cert, ImportError>) -> bool,
) -> Result<(), ImportError> {
    let malformed = || ImportError::Malformed("packets".into());
    let parser = guarded(|| RawCertParser::from_bytes(bytes)).and_then(Result::ok).ok_or_else(malformed)?;
    let listed = guarded(|| import::listed(bytes)).unwrap_or_default();
    let mut behind = 0;
    for raw in parser {
        let cert = match raw {
            Ok(raw) => {
                behind += raw.as_bytes().len();
                one_cert_beside(raw.as_bytes(), &listed)
            }
            Err(_) => Err(malformed()),
        };
        if !take(behind.min(bytes.len()), cert) {
            break;
        }
    }
    Ok(())
}

/// One certificate in binary form.
///
/// # Errors
/// [`ImportError`] when it is none, or too large to be one.
pub fn one_cert(bytes: &[u8]) -> Result<Cert, ImportError> {
    one_cert_beside(bytes, &Listed::default())
}

/// The same, from a file in which there are other keys: what they certified is kept before what others did.
///
/// # Errors
/// As those of [`one_cert`].
pub fn one_cert_beside(bytes: &[u8], listed: &Listed) -> Result<Cert, ImportError> {
    if bytes.len() > MAX_CERT {
        return Err(ImportError::Malformed("length".into()));
    }
    let read = guarded(|| import::certificates_beside(bytes, None, Some(listed)))
        .unwrap_or(Err(ImportError::Malformed("packets".into())))?;
    read.into_iter().next().ok_or(ImportError::Nothing)
}

/// What is known of a certificate and what comes in made one, and what that added. A secret key that is here already
/// stays as it is, under its passphrase.
pub fn combine(known: Option<&Cert>, coming: Cert, ring: Option<&PgpRing>) -> (Cert, Gain) {
    let Some(known) = known else { return (coming, Gain::New) };
    let is_here = |fingerprint: &sequoia_openpgp::Fingerprint, real: bool| {
        known.keys().secret().any(|own| own.key().fingerprint() == *fingerprint && (!real || !is_stub(own.key())))
    };
    let is_wanted = |key: &SecretKey| !is_here(&key.fingerprint(), !is_stub(key));
    let wanted: Vec<_> =
        coming.keys().secret().filter(|key| is_wanted(key.key())).map(|key| key.key().fingerprint()).collect();
    let only_wanted = |cert: Cert| -> Option<Cert> {
        let bytes = cert.as_tsk().set_filter(|key| wanted.contains(&key.fingerprint())).to_vec().ok()?;
        Cert::from_bytes(&bytes).ok()
    };
    let brings_secret = !wanted.is_empty();
    let public = coming.clone().strip_secret_key_material();
    let coming = if brings_secret { only_wanted(coming).unwrap_or(public) } else { public };
    let merged = import::merge(known.clone(), coming, ring);
    let grew = brings_secret || public_form(&merged) != public_form(known);
    if grew { (merged, Gain::Updated) } else { (known.clone(), Gain::Known) }
}

/// The public parts in binary form: what may be given to others, and what is compared.
pub fn public_form(cert: &Cert) -> Vec<u8> {
    cert.clone().strip_secret_key_material().to_vec().unwrap_or_default()
}
