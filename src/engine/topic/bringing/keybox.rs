//! GnuPG's keybox (`pubring.kbx`), read without GnuPG.

use sequoia_gpg_agent::sequoia_ipc::Keygrip;
use sequoia_gpg_agent::sequoia_ipc::keybox::{Keybox, KeyboxRecord};
use sequoia_openpgp::Cert;
use sequoia_openpgp::crypto::mpi::{MPI, PublicKey};
use sequoia_openpgp::types::Curve;

use crate::crypto::smime::X509;
use crate::crypto::{ImportError, pgp};

/// What is in one record.
pub(super) enum Record {
    /// A certificate of OpenPGP.
    Pgp(Box<Cert>),
    /// A certificate of X.509.
    X509(Box<X509>),
}

/// Reads each record; `take` gets how many bytes are behind it, and says whether to go on. Damage in one record is
/// told and passed over.
pub(super) fn each(
    bytes: &[u8],
    wants: fn(&KeyboxRecord) -> bool,
    take: &mut dyn FnMut(usize, Result<Record, ImportError>) -> bool,
) -> Result<(), ImportError> {
    let malformed = || ImportError::Malformed("keybox".to_owned());
    let beside = primary_keys(bytes);
    for record in Keybox::from_bytes(bytes).map_err(|_| malformed())? {
        let Ok(record) = record else {
            // Where the next one begins is not known any more.
            take(bytes.len(), Err(malformed()));
            break;
        };
        if !wants(&record) {
            continue;
        }
        let read = match &record {
            KeyboxRecord::OpenPGP(one) => {
                let data = one.data_section().map_err(|_| malformed());
                data.and_then(|data| pgp::one_cert_beside(data, &beside)).map(|cert| Record::Pgp(Box::new(cert)))
            }
            _ => content(bytes, record.offset())
                .and_then(X509::parse)
                .map(|certificate| Record::X509(Box::new(certificate)))
                .ok_or_else(malformed),
        };
        if !take(record.offset().min(bytes.len()), read) {
            break;
        }
    }
    Ok(())
}

/// The primary keys of OpenPGP certificates: they may vouch for each other.
fn primary_keys(bytes: &[u8]) -> pgp::Listed {
    let mut found = Vec::new();
    let records = Keybox::from_bytes(bytes).into_iter().flatten().map_while(Result::ok);
    for record in records {
        if let KeyboxRecord::OpenPGP(one) = &record
            && let Ok(data) = one.data_section()
        {
            found.push(data.to_vec());
        }
    }
    pgp::beside(found.iter().map(Vec::as_slice))
}

/// The records of OpenPGP.
pub(super) fn is_pgp(record: &KeyboxRecord) -> bool {
    matches!(record, KeyboxRecord::OpenPGP(_))
}

/// The records of X.509.
pub(super) fn is_x509(record: &KeyboxRecord) -> bool {
    matches!(record, KeyboxRecord::X509(_))
}

/// What a record is about: where it begins there, and its length, are two numbers of its head.
fn content(bytes: &[u8], record: usize) -> Option<&[u8]> {
    let record = bytes.get(record..)?;
    let number = |at: usize| {
        let four = record.get(at..at.checked_add(4)?)?.first_chunk::<4>()?;
        usize::try_from(u32::from_be_bytes(*four)).ok()
    };
    let (begin, length) = (number(8)?, number(12)?);
    record.get(begin..begin.checked_add(length)?)
}

/// The names under which GnuPG's agent keeps the secret parts of a certificate.
pub(super) fn grips(cert: &Cert) -> Vec<String> {
    cert.keys().filter_map(|key| Keygrip::of(key.key().mpis()).ok()).map(|grip| grip.to_string()).collect()
}

/// The same of an X.509 certificate.
pub(super) fn grip(certificate: &X509) -> Option<String> {
    let key = openssl::pkey::PKey::public_key_from_der(certificate.spki()).ok()?;
    let public = if let Ok(rsa) = key.rsa() {
        PublicKey::RSA { e: MPI::new(&rsa.e().to_vec()), n: MPI::new(&rsa.n().to_vec()) }
    } else {
        let ec = key.ec_key().ok()?;
        let curve = match ec.group().curve_name()? {
            openssl::nid::Nid::X9_62_PRIME256V1 => Curve::NistP256,
            openssl::nid::Nid::SECP384R1 => Curve::NistP384,
            openssl::nid::Nid::SECP521R1 => Curve::NistP521,
            _ => return None,
        };
        let mut context = openssl::bn::BigNumContext::new().ok()?;
        let form = openssl::ec::PointConversionForm::UNCOMPRESSED;
        let point = ec.public_key().to_bytes(ec.group(), form, &mut context).ok()?;
        PublicKey::ECDSA { curve, q: MPI::new(&point) }
    };
    Keygrip::of(&public).ok().map(|grip| grip.to_string())
}
