use super::lab::{lab, soon};
use crate::crypto::ImportError;
use crate::crypto::smime::SmimeRing;
use crate::domain::Secret;

#[test]
fn every_form_of_certificates_is_read() {
    lab().openssl(&["x509", "-in", "alice.pem", "-outform", "DER", "-out", "alice.der"]);
    for form in ["DER", "PEM"] {
        lab().openssl(&[
            "crl2pkcs7",
            "-nocrl",
            "-certfile",
            "alice.pem",
            "-certfile",
            "ca.pem",
            "-outform",
            form,
            "-out",
            "b.p7b",
        ]);
        assert_eq!(SmimeRing::default().add(&lab().read("b.p7b"), &[]).unwrap().len(), 2);
    }
    assert_eq!(SmimeRing::default().add(&lab().read("alice.der"), &[]).unwrap().len(), 1);
    let several = [lab().read("alice.pem"), b"in between\n".to_vec(), lab().read("bob.pem")].concat();
    assert_eq!(SmimeRing::default().add(&several, &[]).unwrap().len(), 2);
}

#[test]
fn every_form_of_keys_is_read_and_joined_to_its_certificate() {
    let certificate = lab().read("bob.pem");
    let traditional = lab().openssl(&["rsa", "-in", "bob.key", "-traditional"]);
    let old = lab().openssl(&["rsa", "-in", "bob.key", "-traditional", "-aes128", "-passout", "pass:x y"]);
    let pkcs8 = lab().openssl(&["pkcs8", "-topk8", "-in", "bob.key", "-passout", "pass:x y", "-outform", "DER"]);
    let plain = lab().openssl(&["pkcs8", "-topk8", "-nocrypt", "-in", "bob.key", "-outform", "DER"]);
    for key in [traditional, old, pkcs8, plain] {
        for certificate_first in [true, false] {
            let mut ring = SmimeRing::default();
            let mut files = [&certificate, &key];
            if !certificate_first {
                files.reverse();
            }
            for file in files {
                ring.add(file, &[Secret::from("no"), Secret::from("x y")]).unwrap();
            }
            assert_eq!(ring.own().len(), 1);
        }
    }
}

#[test]
fn old_and_new_pkcs12_are_read() {
    for more in [
        &[][..],
        &["-legacy"],
        &["-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES"],
        &["-legacy", "-certpbe", "PBE-SHA1-3DES"],
        &["-certpbe", "NONE", "-keypbe", "AES-256-CBC"],
        &["-nomac"],
    ] {
        let mut arguments = vec![
            "pkcs12",
            "-export",
            "-inkey",
            "bob.key",
            "-in",
            "bob.pem",
            "-certfile",
            "ca.pem",
            "-passout",
            "pass:päß",
            "-out",
            "forms.p12",
        ];
        arguments.extend(more);
        lab().openssl(&arguments);
        let file = lab().read("forms.p12");
        let mut ring = SmimeRing::default();
        let reports = ring.add(&file, &[Secret::from("päß")]).unwrap_or_else(|why| panic!("{more:?} {why}"));
        assert_eq!((reports.len(), ring.own().len()), (2, 1), "{more:?}");
        assert_eq!(SmimeRing::default().add(&file, &[Secret::from("pass")]).unwrap_err(), ImportError::WrongPassphrase);
    }
}

#[test]
fn files_that_hold_nothing_say_so() {
    for (bytes, error) in [
        (&b""[..], ImportError::Nothing),
        (b"hello", ImportError::Nothing),
        (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            ImportError::Malformed("certificate".to_owned()),
        ),
        (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n-----END PGP PUBLIC KEY BLOCK-----\n", ImportError::Nothing),
    ] {
        assert_eq!(SmimeRing::default().add(bytes, &[]).unwrap_err(), error);
    }
}

#[test]
fn a_certificate_is_described_and_found_by_address() {
    let ring = lab().ring(&["alice", "bob", "frank", "grace"], &[]);
    let alice = ring.for_encryption(&super::lab::address("Alice"), soon());
    assert_eq!(alice.len(), 1);
    let report = alice[0].report(false, false, soon());
    assert_eq!((report.names, report.algorithms), (vec!["alice".to_owned()], vec!["RSA 2048".to_owned()]));
    assert_eq!(report.subject.as_deref(), Some("CN=alice,O=Example"));
    assert!(ring.for_encryption(&super::lab::address("frank"), soon()).is_empty(), "Ed25519 can't receive");
    assert!(ring.for_encryption(&super::lab::address("grace"), soon()).len() == 1);
    assert!(ring.for_encryption(&super::lab::address("alice"), "2199-01-01T00:00:00Z".parse().unwrap()).is_empty());
}

#[test]
fn key_derivation_without_end_is_refused_at_once() {
    use super::super::asn1::{element, sequence};
    let salt = element(4, &[b"saltsalt"]);
    let rounds = element(2, &[&[0x7f, 0xff, 0xff, 0xff]]);
    let pbkdf2 = hex::decode("06092a864886f70d01050c").unwrap();
    let pbes2 = hex::decode("06092a864886f70d01050d").unwrap();
    let aes = sequence(&[&hex::decode("060960864801650304012a").unwrap(), &element(4, &[&[0; 16]])]);
    let parameters = sequence(&[&sequence(&[&pbkdf2, &sequence(&[&salt, &rounds])]), &aes]);
    let key = sequence(&[&sequence(&[&pbes2, &parameters]), &element(4, &[&[0; 64]])]);
    let started = std::time::Instant::now();
    assert!(SmimeRing::default().add(&key, &[Secret::from("x")]).is_err());
    // So many rounds would take hours.
    assert!(started.elapsed().as_secs() < 30);
}

#[test]
fn rounds_of_key_derivation_are_found_wherever_openssl_would_find_them() {
    use super::super::asn1::{OCTET_STRING, element, integer, sequence};
    let salt = element(OCTET_STRING, &[b"saltsalt"]);
    let pbkdf2 = sequence(&[&salt, &element(2, &[&[0x7f, 0xff, 0xff, 0xff]])]);
    // Little memory, and 2^17 times 2^17 steps.
    let many = element(2, &[&[2, 0, 0]]);
    let scrypt = sequence(&[&salt, &many, &integer(1), &many]);
    let indefinite = [&[0x30, 0x80], &*pbkdf2, &[0, 0]].concat();
    let (left, right) = pbkdf2.split_at(pbkdf2.len() / 2);
    let pieces = element(0x24, &[&element(OCTET_STRING, &[left]), &element(OCTET_STRING, &[right])]);
    for (what, content) in [
        ("PBKDF2", element(OCTET_STRING, &[&pbkdf2])),
        ("scrypt", element(OCTET_STRING, &[&scrypt])),
        ("BER in a string", element(OCTET_STRING, &[&indefinite])),
        ("a string in pieces", pieces),
    ] {
        let data = hex::decode("06092a864886f70d010701").unwrap();
        let pfx = sequence(&[&integer(3), &sequence(&[&data, &element(0xa0, &[&content])])]);
        let refused = SmimeRing::default().add(&pfx, &[]).unwrap_err();
        assert!(matches!(refused, ImportError::Unsupported(_)), "{what}: {refused}");
    }
    // A key length after the iterations (RFC 8018 appendix A.2) does not multiply them.
    let modest = sequence(&[&salt, &element(2, &[&[9, 0, 0]]), &integer(32)]);
    let data = hex::decode("06092a864886f70d010701").unwrap();
    let content = element(OCTET_STRING, &[&modest]);
    let pfx = sequence(&[&integer(3), &sequence(&[&data, &element(0xa0, &[&content])])]);
    assert!(!matches!(SmimeRing::default().add(&pfx, &[]).unwrap_err(), ImportError::Unsupported(_)));
}

#[test]
fn a_file_of_blocks_that_never_end_takes_linear_time() {
    let started = std::time::Instant::now();
    for piece in
        ["-----BEGIN X-----", "-----BEGIN ", "-----BEGIN X-----\nAAAA\n-----END Y-----\n", "-----", "-----BEGIN X\n"]
    {
        let file = piece.repeat(2_000_000 / piece.len());
        assert!(SmimeRing::default().add(file.as_bytes(), &[]).is_err(), "{piece}");
    }
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

#[test]
fn a_block_is_found_after_ones_that_are_broken() {
    let pem = super::super::export_pem(lab().ring(&["alice"], &[]).certificates().first().unwrap());
    let pem = String::from_utf8(pem).unwrap();
    for before in
        ["-----BEGIN X\n", "-----BEGIN X-----\nAAAA\n", "-----BEGIN X-----\nAAAA\n-----END Y-----\n", "-----\n"]
    {
        let found = SmimeRing::default().add(format!("{before}{pem}").as_bytes(), &[]);
        assert!(found.is_ok_and(|found| found.len() == 1), "{before}");
    }
}
