//! An authority of the tests' own.

use std::sync::Arc;

use kakitome::flow::{Assessment, Seal};
use kakitome::trust::TrustPolicy;
use openssl::asn1::{Asn1Integer, Asn1Object, Asn1OctetString, Asn1Time};
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage};
use openssl::x509::{X509, X509Builder, X509Extension, X509Name, X509NameBuilder};

use super::world::{WORLD, assess_under, mail, text};

/// An authority of the test's own, with which any certificate can be issued.
pub struct Authority {
    certificate: X509,
    key: PKey<Private>,
}

impl Authority {
    pub fn new() -> Self {
        let key = new_key();
        let subject = name("Test CA");
        let mut builder = begun(&subject, &subject, &key, 1);
        builder.append_extension(BasicConstraints::new().critical().ca().build().expect("built")).expect("added");
        builder.append_extension(KeyUsage::new().critical().key_cert_sign().build().expect("built")).expect("added");
        builder.sign(&key, MessageDigest::sha256()).expect("signed");
        Self { certificate: builder.build(), key }
    }

    /// `alternative` is the contents of subjectAltName's SEQUENCE.
    pub fn issue(&self, common_name: &str, alternative: Option<&[u8]>, mail: bool) -> (X509, PKey<Private>) {
        let key = new_key();
        let mut builder = begun(&name(common_name), self.certificate.subject_name(), &key, 2);
        builder
            .append_extension(KeyUsage::new().critical().digital_signature().build().expect("built"))
            .expect("added");
        let mut purposes = ExtendedKeyUsage::new();
        let purposes = if mail { purposes.email_protection() } else { purposes.client_auth().code_signing() };
        builder.append_extension(purposes.build().expect("built")).expect("added");
        if let Some(contents) = alternative {
            let value = [&[0x30, u8::try_from(contents.len()).expect("short")], contents].concat();
            let oid = Asn1Object::from_str("2.5.29.17").expect("an identifier");
            let value = Asn1OctetString::new_from_bytes(&value).expect("octets");
            builder.append_extension(X509Extension::new_from_der(&oid, false, &value).expect("built")).expect("added");
        }
        builder.sign(&self.key, MessageDigest::sha256()).expect("signed");
        (builder.build(), key)
    }

    pub fn signed(&self, certificate: &X509, key: &PKey<Private>) -> Vec<u8> {
        use openssl::cms::{CMSOptions, CmsContentInfo};
        let mut more = openssl::stack::Stack::new().expect("a stack");
        more.push(self.certificate.clone()).expect("added");
        let options = CMSOptions::DETACHED | CMSOptions::BINARY;
        let cms = CmsContentInfo::sign(Some(certificate), Some(key), Some(&more), Some(&text("x")), options);
        let der = cms.expect("it signs").to_der().expect("DER");
        kakitome::message::multipart_signed_smime(&text("x"), &der, "sha-256")
    }

    /// Alice takes this authority for an anchor.
    pub fn seal_of(&self, certificate: &X509, key: &PKey<Private>, from: &str) -> Seal {
        self.assess(certificate, key, from).headline.seal
    }

    /// The same, with all that is found.
    pub fn assess(&self, certificate: &X509, key: &PKey<Private>, from: &str) -> Assessment {
        let der = self.certificate.to_der().expect("DER");
        let anchor = kakitome::crypto::smime::X509::parse(&der).expect("a certificate");
        let policy = TrustPolicy { anchors: vec![Arc::new(anchor)], ..TrustPolicy::nobody(now()) };
        assess_under(&WORLD.alices, &policy, mail(from, &self.signed(certificate, key)))
    }
}

/// A certificate that says all that another one says, issuer, serial number and key identifier, over a key of one's own,
/// which it is signed with.
pub fn imitated(original: &X509, address: &str) -> (X509, PKey<Private>) {
    let key = new_key();
    let mut builder = begun(original.subject_name(), original.issuer_name(), &key, 0);
    builder.set_serial_number(original.serial_number()).expect("set");
    builder.append_extension(KeyUsage::new().critical().digital_signature().build().expect("built")).expect("added");
    builder.append_extension(ExtendedKeyUsage::new().email_protection().build().expect("built")).expect("added");
    let mut add = |oid: &str, value: &[u8]| {
        let oid = Asn1Object::from_str(oid).expect("an identifier");
        let value = Asn1OctetString::new_from_bytes(value).expect("octets");
        builder.append_extension(X509Extension::new_from_der(&oid, false, &value).expect("built")).expect("added");
    };
    let length = u8::try_from(address.len()).expect("short");
    add("2.5.29.17", &[&[0x30, length + 2, 0x81, length], address.as_bytes()].concat());
    let identifier = original.subject_key_id().expect("a key identifier").as_slice();
    add("2.5.29.14", &[&[0x04, u8::try_from(identifier.len()).expect("short")], identifier].concat());
    builder.sign(&key, MessageDigest::sha256()).expect("signed");
    (builder.build(), key)
}

/// OpenSSL signs with the clock's time.
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

fn new_key() -> PKey<Private> {
    let group = openssl::ec::EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("a curve");
    PKey::from_ec_key(openssl::ec::EcKey::generate(&group).expect("a key")).expect("a key")
}

fn name(common: &str) -> X509Name {
    let mut builder = X509NameBuilder::new().expect("a builder");
    builder.append_entry_by_text("CN", common).expect("added");
    builder.build()
}

fn begun(
    subject: &openssl::x509::X509NameRef,
    issuer: &openssl::x509::X509NameRef,
    key: &PKey<Private>,
    serial: u32,
) -> X509Builder {
    let mut builder = X509::builder().expect("a builder");
    builder.set_version(2).expect("set");
    let serial = Asn1Integer::from_bn(&BigNum::from_u32(serial).expect("a number")).expect("a number");
    builder.set_serial_number(&serial).expect("set");
    builder.set_subject_name(subject).expect("set");
    builder.set_issuer_name(issuer).expect("set");
    builder.set_pubkey(key).expect("set");
    builder.set_not_before(&Asn1Time::from_unix(now().as_second() - 86_400).expect("a time")).expect("set");
    builder.set_not_after(&Asn1Time::from_unix(now().as_second() + 86_400 * 300).expect("a time")).expect("set");
    builder
}
