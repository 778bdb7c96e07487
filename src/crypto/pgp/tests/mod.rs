//! OpenPGP against the real peers: GnuPG and sq.

mod gathering;
mod hostile;
mod importing;
mod peers;
mod reading;
mod writing;

use std::sync::Arc;

use jiff::{Span, Timestamp, ToSpan};
use sequoia_openpgp::Cert;

use crate::domain::{EmailAddress, Secret};

use super::{PgpRing, generate};

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

/// A person's key pair without a passphrase.
pub(super) fn person(name: &str) -> Arc<Cert> {
    generate(name, &address(name), None, then()).unwrap().cert
}

pub(super) fn public(cert: &Cert) -> Cert {
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
