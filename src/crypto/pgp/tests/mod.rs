//! OpenPGP against the real peers: GnuPG and sq.

pub(crate) mod flooding;
mod gathering;
mod hostile;
mod importing;
mod peers;
mod reading;
mod renewing;
mod writing;

use std::sync::Arc;

use jiff::{Span, Timestamp, ToSpan};
use sequoia_openpgp::Cert;

use crate::domain::{EmailAddress, Secret};

use crate::crypto::KeyKind;

use super::{NewKey, PgpRing, make};

pub(super) const ENTITY: &[u8] =
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nDear bob,\r\n- dashes and trailing space \r\nFrom here\r\n";

/// The moment at which the people here made their keys.
pub(super) fn then() -> Timestamp {
    "2024-01-15T12:00:00Z".parse().unwrap()
}

pub(super) fn later(span: Span) -> Timestamp {
    then() + span
}

pub(super) fn a_year_later() -> Timestamp {
    later((365 * 24).hours())
}

pub(super) fn address(name: &str) -> EmailAddress {
    EmailAddress::parse(&format!("{}@kakitome.example", name.to_lowercase())).unwrap()
}

/// A person's key pair without a passphrase and without an end.
pub(crate) fn person(name: &str) -> Arc<Cert> {
    let key = NewKey { name, address: &address(name), kind: KeyKind::V4, lifetime: None, passphrase: None };
    make(&key, then()).unwrap().cert
}

/// The key that a person signs with.
pub(super) fn signing_key(cert: &Cert) -> sequoia_openpgp::crypto::KeyPair {
    let valid = cert.with_policy(&super::ReadingPolicy, super::system_time(then())).unwrap();
    let key = valid.keys().for_signing().secret().next().unwrap();
    key.key().clone().into_keypair().unwrap()
}

pub(crate) fn public(cert: &Cert) -> Cert {
    cert.clone().strip_secret_key_material()
}

pub(super) fn ring(certs: &[&Cert]) -> PgpRing {
    let mut ring = PgpRing::default();
    for cert in certs {
        ring.add_cert((*cert).clone());
    }
    ring
}

pub(super) fn secret(text: &str) -> Secret<String> {
    Secret::from(text)
}
