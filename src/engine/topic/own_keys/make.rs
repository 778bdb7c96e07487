use jiff::SignedDuration;

use crate::crypto::smime::{self, Identity, KeyPair, Subject};
use crate::crypto::{KeyKind, KeyUse, Keyring, pgp};
use crate::domain::{EmailAddress, Fingerprint, Secret, Technology};
use crate::engine::Failure;
use crate::engine::profile::{Profile, store_failure};
use crate::store::{KeyRecords, WaitingKey};

use super::{authority, email, input, period, protect};

/// Keys to be made: all of them, or none.
#[derive(Clone, Debug)]
pub struct NewKeys {
    /// The person's name; may be empty.
    pub name: String,
    /// The address.
    pub address: String,
    /// An OpenPGP key of this kind.
    pub openpgp: Option<KeyKind>,
    /// An S/MIME key, or two.
    pub smime: Option<NewCertificate>,
    /// How long they last; `None` for no end (OpenPGP), and for a very long time (S/MIME).
    pub days: Option<u32>,
    /// Protects the secret keys; without it the profile alone does.
    pub passphrase: Option<Secret<String>>,
}

/// How an S/MIME key is made.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCertificate {
    /// Its kind.
    pub kind: KeyKind,
    /// One pair for signatures, another for encryption.
    pub is_separate: bool,
    /// Who issues the certificate.
    pub from: CertificateFrom,
}

/// Who issues a certificate.
#[derive(Clone, Debug, PartialEq)]
pub enum CertificateFrom {
    /// It is self-signed.
    Itself,
    /// An authority of the user's own.
    Authority(Fingerprint),
    /// An authority elsewhere: the key waits for its answer.
    Request,
}

/// What was made.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// Keys with certificates.
    pub fingerprints: Vec<Fingerprint>,
    /// Requests; their keys wait in the profile.
    pub requests: Vec<WaitingKey>,
}

impl NewKeys {
    /// Both pairs as most people want them.
    pub fn both(name: &str, address: &str) -> Self {
        Self {
            name: name.to_owned(),
            address: address.to_owned(),
            openpgp: Some(KeyKind::default_of(Technology::OpenPgp)),
            smime: Some(NewCertificate {
                kind: KeyKind::default_of(Technology::Smime),
                is_separate: false,
                from: CertificateFrom::Itself,
            }),
            days: Some(super::LIFETIME_DAYS),
            passphrase: None,
        }
    }
}

/// Makes keys and keeps them in one transaction: killed at any moment, there are all of them or none.
///
/// # Errors
/// When the address is none, an authority is not there or locked, or the cryptographic library refuses.
pub fn make(profile: &Profile, wanted: &NewKeys) -> Result<Made, Failure> {
    let address = email(&wanted.address)?;
    let passphrase = wanted.passphrase.as_ref();
    let mut ring = Keyring { passphrases: passphrase.cloned().into_iter().collect(), ..Keyring::default() };
    let mut new = KeyRecords::default();
    let mut made = Made::default();
    if let Some(kind) = wanted.openpgp {
        let fingerprint = openpgp(profile, wanted, kind, &address, &mut ring, &mut new)?;
        made.fingerprints.push(fingerprint);
    }
    if let Some(certificate) = &wanted.smime {
        smime_pairs(profile, wanted, certificate, &address, &mut ring, &mut new)?;
        made.fingerprints.extend(ring.smime.own().iter().map(|own| own.certificate.fingerprint.clone()));
    }
    made.requests.clone_from(&new.waiting);
    new.certificates = profile.records(&ring, passphrase, "generated")?;
    profile.keep_records(&new, passphrase)?;
    Ok(made)
}

fn openpgp(
    profile: &Profile,
    wanted: &NewKeys,
    kind: KeyKind,
    address: &EmailAddress,
    ring: &mut Keyring,
    new: &mut KeyRecords,
) -> Result<Fingerprint, Failure> {
    if !kind.fits(Technology::OpenPgp) {
        return Err(input(kind.word(), "kind_of_other_technology"));
    }
    let lifetime = wanted.days.map(|days| SignedDuration::from_hours(i64::from(days) * 24));
    let key = pgp::NewKey { name: &wanted.name, address, kind, lifetime, passphrase: wanted.passphrase.as_ref() };
    let generated = pgp::make(&key, profile.now()).map_err(protect)?;
    let fingerprint = pgp::fingerprint(&generated.cert);
    new.revocations.push((fingerprint.clone(), String::from_utf8_lossy(&generated.revocation).into_owned()));
    ring.pgp.add_cert((*generated.cert).clone());
    Ok(fingerprint)
}

fn smime_pairs(
    profile: &Profile,
    wanted: &NewKeys,
    certificate: &NewCertificate,
    address: &EmailAddress,
    ring: &mut Keyring,
    new: &mut KeyRecords,
) -> Result<(), Failure> {
    if !certificate.kind.fits(Technology::Smime) {
        return Err(input(certificate.kind.word(), "kind_of_other_technology"));
    }
    let uses: &[KeyUse] =
        if certificate.is_separate { &[KeyUse::Signing, KeyUse::Encryption] } else { &[KeyUse::Both] };
    let subject = Subject { name: &wanted.name, organisation: "", addresses: std::slice::from_ref(address) };
    for usage in uses {
        let key = KeyPair::generate(certificate.kind).map_err(protect)?;
        match &certificate.from {
            CertificateFrom::Itself => {
                let own = key.self_signed(&subject, *usage, period(profile, wanted.days)).map_err(protect)?;
                ring.smime.add_identity(own);
            }
            CertificateFrom::Authority(fingerprint) => {
                let authority = authority::find(profile, Some(fingerprint), wanted.passphrase.as_ref())?;
                let spki = key.public().map_err(protect)?;
                let period = period(profile, wanted.days);
                let issued = authority.issue(&subject, *usage, &spki, period).map_err(protect)?;
                new.issued.push(authority.record_of(&issued, profile.now()));
                ring.smime.add_identity(key.with(issued));
            }
            CertificateFrom::Request => new.waiting.push(waiting(profile, wanted, &subject, *usage, &key)?),
        }
    }
    Ok(())
}

fn waiting(
    profile: &Profile,
    wanted: &NewKeys,
    subject: &Subject<'_>,
    usage: KeyUse,
    key: &KeyPair,
) -> Result<WaitingKey, Failure> {
    let secret = wanted.passphrase.as_ref().map(|passphrase| key.to_pem(passphrase)).transpose().map_err(protect)?;
    waiting_key(profile, subject, usage, key, secret)
}

/// A request whose key waits: under its owner's passphrase, or under one that lies beside it, which is as good as the
/// profile's own and goes along into a backup.
pub(super) fn waiting_key(
    profile: &Profile,
    subject: &Subject<'_>,
    usage: KeyUse,
    key: &KeyPair,
    secret: Option<Vec<u8>>,
) -> Result<WaitingKey, Failure> {
    let spki = key.public().map_err(protect)?;
    let (secret, passphrase) = if let Some(secret) = secret {
        (secret, None)
    } else {
        let mut random = [0_u8; 32];
        openssl::rand::rand_bytes(&mut random).map_err(|error| store_failure(error.into()))?;
        let made = hex::encode(random);
        (key.to_pem(&Secret::from(made.as_str())).map_err(protect)?, Some(made))
    };
    Ok(WaitingKey {
        key: hex::encode_upper(openssl::sha::sha256(&spki)),
        name: subject.name.to_owned(),
        address: subject.addresses.first().map(ToString::to_string).unwrap_or_default(),
        usage: usage.word().to_owned(),
        request: key.request(subject, usage).map_err(protect)?,
        spki,
        secret,
        passphrase,
        made_at: profile.now(),
    })
}

/// The open form of an own identity.
pub(super) fn opened(
    profile: &Profile,
    fingerprint: &Fingerprint,
    passphrase: Option<&Secret<String>>,
) -> Result<Identity, Failure> {
    let keyring = profile.keyring();
    let own = keyring.smime.own().iter().find(|own| own.certificate.fingerprint == *fingerprint);
    let own = own.ok_or_else(|| input(&fingerprint.spaced(), "unknown_fingerprint"))?;
    let locked = || protect(crate::crypto::ProtectError::Locked(fingerprint.clone()));
    own.unlock(&super::passphrases(profile, passphrase)).ok_or_else(locked)
}

/// The kind of key that an X.509 certificate has.
pub(super) fn kind_of(certificate: &smime::X509) -> KeyKind {
    match smime::key_name(certificate.spki()).as_str() {
        "RSA 4096" => KeyKind::Rsa4096,
        "P-256" => KeyKind::P256,
        "P-384" => KeyKind::P384,
        _ => KeyKind::Rsa3072,
    }
}
