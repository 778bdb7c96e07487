//! A certification authority and three servers' certificates, new for each run.

use std::fs;
use std::path::Path;

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Name};

const DAY: i64 = 24 * 60 * 60;

/// Writes `ca.pem`, and key and certificate of `good` (for localhost and 127.0.0.1), `expired` and
/// `wrong` (for another name). Returns the authority's certificate in DER.
#[allow(dead_code)]
pub fn write(dir: &Path) -> Vec<u8> {
    let now = now_in_seconds();
    let (ca, key) = authority(dir);
    server(dir, "good", &["localhost"], (now - DAY, now + 5 * DAY), (&ca, &key));
    server(dir, "expired", &["localhost"], (now - 5 * DAY, now - DAY), (&ca, &key));
    server(dir, "wrong", &["mail.mallory.test"], (now - DAY, now + 5 * DAY), (&ca, &key));
    ca.to_der().unwrap()
}

/// Writes `ca.pem`, and key and certificate of one server with these names. Returns the authority's certificate in DER.
#[allow(dead_code)]
pub fn write_for(dir: &Path, file: &str, names: &[&str]) -> Vec<u8> {
    let now = now_in_seconds();
    let (ca, key) = authority(dir);
    server(dir, file, names, (now - DAY, now + 5 * DAY), (&ca, &key));
    ca.to_der().unwrap()
}

fn authority(dir: &Path) -> (X509, PKey<Private>) {
    let now = now_in_seconds();
    let key = key();
    let mut builder = builder("Kakitome Test CA", now - DAY, now + 10 * DAY, &key);
    builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    builder.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build().unwrap()).unwrap();
    builder.set_issuer_name(&name("Kakitome Test CA")).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    let ca = builder.build();
    fs::write(dir.join("ca.pem"), ca.to_pem().unwrap()).unwrap();
    (ca, key)
}

fn server(dir: &Path, file: &str, names: &[&str], (from, until): (i64, i64), (ca, ca_key): (&X509, &PKey<Private>)) {
    let key = key();
    let mut builder = builder(names[0], from, until, &key);
    let mut san = SubjectAlternativeName::new();
    for name in names {
        san.dns(name);
    }
    if names.contains(&"localhost") {
        san.ip("127.0.0.1");
    }
    let san = san.build(&builder.x509v3_context(Some(ca), None)).unwrap();
    builder.append_extension(san).unwrap();
    builder.append_extension(BasicConstraints::new().critical().build().unwrap()).unwrap();
    builder.append_extension(KeyUsage::new().critical().digital_signature().build().unwrap()).unwrap();
    builder.append_extension(ExtendedKeyUsage::new().server_auth().build().unwrap()).unwrap();
    builder.set_issuer_name(ca.subject_name()).unwrap();
    builder.sign(ca_key, MessageDigest::sha256()).unwrap();
    fs::write(dir.join(format!("{file}.pem")), builder.build().to_pem().unwrap()).unwrap();
    fs::write(dir.join(format!("{file}.key")), key.private_key_to_pem_pkcs8().unwrap()).unwrap();
}

fn key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn builder(subject: &str, from: i64, until: i64, key: &PKey<Private>) -> X509Builder {
    let mut builder = X509Builder::new().unwrap();
    let mut serial = BigNum::new().unwrap();
    serial.rand(120, MsbOption::ONE, false).unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&name(subject)).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(from).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(until).unwrap()).unwrap();
    builder.set_pubkey(key).unwrap();
    builder
}

fn name(text: &str) -> X509Name {
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", text).unwrap();
    name.build()
}

fn now_in_seconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}
