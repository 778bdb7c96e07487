//! X.509 certificates that are made to cost: as many, as large and as deep as anybody likes.

use std::path::PathBuf;
use std::time::Instant;

use openssl::asn1::{Asn1Object, Asn1OctetString, Asn1Time};
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Extension, X509Name};

use super::{PATIENCE, in_folder, profile, with, withstands};
use crate::{kakitome, word};

/// What the list says of a bomb.
const LARGE: &str = "too_large";

fn key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn name(text: &str) -> X509Name {
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", text).unwrap();
    name.build()
}

/// A certificate for a person's mail, or of an authority, changed as one likes before it is signed.
struct Make<'a> {
    serial: u32,
    subject: &'a X509Name,
    issuer: &'a X509Name,
    address: Option<&'a str>,
}

impl Make<'_> {
    fn by(&self, key: &PKey<Private>, change: impl FnOnce(&mut X509Builder)) -> X509 {
        let mut builder = X509Builder::new().unwrap();
        builder.set_version(2).unwrap();
        builder.set_serial_number(&BigNum::from_u32(self.serial).unwrap().to_asn1_integer().unwrap()).unwrap();
        builder.set_subject_name(self.subject).unwrap();
        builder.set_issuer_name(self.issuer).unwrap();
        builder.set_pubkey(key).unwrap();
        builder.set_not_before(&Asn1Time::from_unix(1_704_067_200).unwrap()).unwrap();
        builder.set_not_after(&Asn1Time::from_unix(1_893_456_000).unwrap()).unwrap();
        match self.address {
            Some(address) => {
                let mut names = SubjectAlternativeName::new();
                let names = names.email(address).build(&builder.x509v3_context(None, None)).unwrap();
                builder.append_extension(names).unwrap();
                builder.append_extension(ExtendedKeyUsage::new().email_protection().build().unwrap()).unwrap();
            }
            None => builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap(),
        }
        change(&mut builder);
        builder.sign(key, MessageDigest::sha256()).unwrap();
        builder.build()
    }
}

#[test]
fn a_file_of_ten_thousand_x509_certificates_is_shown_and_imported_within_limits() {
    let folder = tempfile::tempdir().unwrap();
    let key = key();
    let mut all = Vec::new();
    for serial in 1..=10_000 {
        let name = name(&format!("Person {serial}"));
        let address = format!("person{serial}@example.test");
        let make = Make { serial, subject: &name, issuer: &name, address: Some(&address) };
        all.extend(make.by(&key, |_| {}).to_pem().unwrap());
    }
    let file = in_folder(&folder, "ten-thousand.pem", &all);
    let shown = withstands(&["cert", "show"], &file, 20);
    assert_eq!(shown.len(), 10_000);
    let options = profile(&folder);
    assert_eq!(withstands(&with(&options, &["cert", "import"]), &file, 20).len(), 10_000);
    let begin = Instant::now();
    assert_eq!(kakitome(with(&options, &["cert", "list", "--json"])).documents().len(), 10_000);
    eprintln!("listed after {:?}", begin.elapsed());
    assert!(begin.elapsed() < PATIENCE);
}

/// Bombs, each with the reason that `path` gives for not going along with it, and whether it is too large to be one.
fn bombs(folder: &tempfile::TempDir) -> Vec<(PathBuf, &'static str, bool)> {
    let (key, bob, address) = (key(), name("Bob"), "bob@example.test");
    let make = Make { serial: 7, subject: &bob, issuer: &bob, address: Some(address) };
    let mut names = SubjectAlternativeName::new();
    for number in 0..100_000 {
        names.email(&format!("bob{number}@example.test"));
    }
    let of_authority = Make { address: None, ..make };
    let names = of_authority.by(&key, |builder| {
        let names = names.build(&builder.x509v3_context(None, None)).unwrap();
        builder.append_extension(names).unwrap();
    });
    let extensions = make.by(&key, |builder| {
        for number in 0..100_000 {
            let oid = Asn1Object::from_str(&format!("1.3.6.1.4.1.99999.{number}")).unwrap();
            let value = Asn1OctetString::new_from_bytes(&[5, 0]).unwrap();
            builder.append_extension(X509Extension::new_from_der(&oid, false, &value).unwrap()).unwrap();
        }
    });
    let mut long = X509Name::builder().unwrap();
    (0..1_500).for_each(|_| long.append_entry_by_text("1.3.6.1.4.1.99999.1", &"name ".repeat(100)).unwrap());
    let long = long.build();
    let name = Make { serial: 7, subject: &long, issuer: &long, address: Some(address) }.by(&key, |_| {});
    let number = |bits: i32| {
        let mut number = BigNum::new().unwrap();
        number.rand(bits, MsbOption::ONE, true).unwrap();
        number
    };
    let rsa = |modulus, exponent| {
        let monster = Rsa::from_public_components(number(modulus), number(exponent)).unwrap();
        let monster = PKey::from_rsa(monster).unwrap();
        make.by(&key, |builder| builder.set_pubkey(&monster).unwrap())
    };
    [
        ("names.pem", names, "too_large", true),
        ("extensions.pem", extensions, "too_large", true),
        ("name.pem", name, "too_large", true),
        ("modulus.pem", rsa(262_144, 17), "no_path", true),
        ("exponent.pem", rsa(16_384, 16_384), "no_path", false),
    ]
    .map(|(file, certificate, reason, is_large)| {
        (in_folder(folder, file, &certificate.to_pem().unwrap()), reason, is_large)
    })
    .to_vec()
}

#[test]
fn names_extensions_and_keys_of_monstrous_size_are_answered_in_time_and_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (root, other) = (name("Root"), key());
    let anchor = Make { serial: 1, subject: &root, issuer: &root, address: None }.by(&other, |_| {});
    let anchor = in_folder(&folder, "anchor.pem", &anchor.to_pem().unwrap()).display().to_string();
    let options = profile(&folder);
    for (bomb, reason, is_large) in bombs(&folder) {
        let shown = withstands(&["cert", "show"], &bomb, 20);
        let problems = shown[0]["problems"].as_array().unwrap();
        assert_eq!(problems.contains(&"too_large".into()), is_large, "{} {problems:?}", bomb.display());
        assert!(shown[0]["addresses"].as_array().unwrap().len() <= 101);
        let path = withstands(&["path", "--anchor", &anchor], &bomb, 20);
        assert_eq!(word(&path[0], "/verdict"), "invalid");
        assert_eq!(word(&path[0], "/reason"), reason, "{}", bomb.display());
        withstands(&with(&options, &["cert", "import"]), &bomb, 20);
    }
    // Kept, each is listed with its word, and none is believed.
    let listed = kakitome(with(&options, &["cert", "list"]));
    let said = String::from_utf8(listed.output).unwrap();
    assert_eq!(said.matches(LARGE).count(), 4, "{said}");
    let path = kakitome(with(&options, &["trust", "path", "bob@example.test", "--json"]));
    for found in path.documents() {
        assert_eq!(word(&found, "/verdict"), "unauthenticated", "{found}");
    }
}

/// A chain of ten thousand authorities below the anchor, and circles of authorities beside it.
#[test]
fn a_chain_of_ten_thousand_and_authorities_in_circles_are_given_up_on_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let key = key();
    let names: Vec<X509Name> = (0..10_000).map(|depth| name(&format!("Deep {depth}"))).collect();
    let authority = |subject: &X509Name, issuer: &X509Name, serial| {
        Make { serial, subject, issuer, address: None }.by(&key, |_| {}).to_pem().unwrap()
    };
    let anchor = in_folder(&folder, "anchor.pem", &authority(&names[0], &names[0], 1)).display().to_string();
    let chain: Vec<u8> = names.windows(2).flat_map(|pair| authority(&pair[1], &pair[0], 2)).collect();
    let circle = &names[..11];
    let circles: Vec<u8> = circle
        .iter()
        .flat_map(|one| circle.iter().zip(100..).map(move |(other, serial)| (one, other, serial)))
        .flat_map(|(one, other, serial)| authority(other, one, serial))
        .collect();
    let elsewhere = name("Elsewhere");
    let beside = in_folder(&folder, "elsewhere.pem", &authority(&elsewhere, &elsewhere, 1)).display().to_string();
    for (between, issuer, anchor, reason) in
        [(chain, &names[9_999], &anchor, "path_too_long"), (circles, &circle[0], &beside, "too_many_paths")]
    {
        let bob = Make { serial: 7, subject: &name("Bob"), issuer, address: Some("bob@example.test") };
        let bob = in_folder(&folder, "bob.pem", &bob.by(&key, |_| {}).to_pem().unwrap()).display().to_string();
        let between = in_folder(&folder, "between.pem", &between);
        let report = withstands(&["path", &bob, "--anchor", anchor, "--intermediate"], &between, 40);
        assert_eq!((word(&report[0], "/verdict"), word(&report[0], "/reason")), ("invalid", reason));
    }
}
