//! Revocation lists and answers that travel with a signature.

use super::super::asn1::{Cursor, INTEGER, OCTET_STRING, OID, SEQUENCE, SET, element, oid, sequence};
use super::lab::{MESSAGE, lab, soon};
use crate::crypto::smime::{SmimeRing, detached};
use crate::crypto::{SignatureOutcome, Stapled};
use der::asn1::ObjectIdentifier;

/// A signature of Alice's with more in its RevocationInfoChoices, and with an unsigned attribute.
fn with(choices: &[&[u8]], unsigned: &[u8]) -> Vec<u8> {
    let cms = lab().openssl(&[
        "cms",
        "-sign",
        "-binary",
        "-in",
        "message",
        "-signer",
        "alice.pem",
        "-inkey",
        "alice.key",
        "-outform",
        "DER",
    ]);
    let mut outer = Cursor::inside(&cms, SEQUENCE).unwrap();
    let kind = outer.need(OID).unwrap().whole;
    let mut data = Cursor::inside(outer.need(0xa0).unwrap().value, SEQUENCE).unwrap();
    let mut parts: Vec<Vec<u8>> =
        [INTEGER, SET, SEQUENCE, 0xa0].iter().map(|tag| data.need(*tag).unwrap().whole.to_vec()).collect();
    if !choices.is_empty() {
        parts.push(element(0xa1, choices));
    }
    let signer = Cursor::inside(data.need(SET).unwrap().value, SEQUENCE).unwrap();
    let mut fields: Vec<Vec<u8>> = signer.map(|field| field.unwrap().whole.to_vec()).collect();
    if !unsigned.is_empty() {
        fields.push(element(0xa1, &[unsigned]));
    }
    let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
    parts.push(element(SET, &[&sequence(&fields)]));
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    sequence(&[kind, &element(0xa0, &[&sequence(&parts)])])
}

fn list() -> Vec<u8> {
    lab().write(
        "stapled.cnf",
        b"[ca]\ndefault_ca=a\n[a]\ndatabase=stapled.index\ncrlnumber=stapled.number\n\
        default_md=sha256\ndefault_crl_days=20\nprivate_key=ca.key\ncertificate=ca.pem\n",
    );
    lab().write("stapled.index", b"");
    lab().write("stapled.number", b"01\n");
    lab().openssl(&["ca", "-config", "stapled.cnf", "-gencrl", "-out", "stapled.crl"]);
    lab().openssl(&["crl", "-in", "stapled.crl", "-outform", "DER"])
}

fn answer() -> Vec<u8> {
    lab().openssl(&["ocsp", "-issuer", "ca.pem", "-cert", "alice.pem", "-no_nonce", "-reqout", "stapled.request"]);
    lab().write("stapled.index", b"");
    lab().openssl(&[
        "ocsp",
        "-index",
        "stapled.index",
        "-CA",
        "ca.pem",
        "-rsigner",
        "ca.pem",
        "-rkey",
        "ca.key",
        "-reqin",
        "stapled.request",
        "-respout",
        "stapled.response",
        "-ndays",
        "2",
    ]);
    lab().read("stapled.response")
}

/// The BasicOCSPResponse inside an OCSPResponse.
fn basic(answer: &[u8]) -> Vec<u8> {
    let mut outer = Cursor::inside(answer, SEQUENCE).unwrap();
    outer.any().unwrap();
    let mut inside = Cursor::inside(outer.need(0xa0).unwrap().value, SEQUENCE).unwrap();
    inside.need(OID).unwrap();
    inside.need(OCTET_STRING).unwrap().value.to_vec()
}

fn other(kind: &str, info: &[u8]) -> Vec<u8> {
    element(0xa1, &[&oid(ObjectIdentifier::new_unwrap(kind)), info])
}

fn stapled(cms: &[u8]) -> Vec<Stapled> {
    let checks = detached(MESSAGE, cms, &SmimeRing::default(), soon());
    assert_eq!(checks.len(), 1);
    assert_eq!(checks[0].outcome, SignatureOutcome::Intact, "{checks:?}");
    checks[0].stapled.clone()
}

#[test]
fn lists_and_answers_beside_the_certificates_and_in_the_attribute_are_found() {
    let (list, answer) = (list(), answer());
    let values = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.24");
    let lists = element(0xa0, &[&sequence(&[&list])]);
    let answers = element(0xa1, &[&sequence(&[&basic(&answer)])]);
    let attribute = sequence(&[&oid(values), &element(SET, &[&sequence(&[&lists, &answers])])]);
    let (crl, ocsp) = (Stapled::Crl(list.as_slice().into()), Stapled::Ocsp(answer.as_slice().into()));

    assert_eq!(stapled(&with(&[], &[])), []);
    let beside = with(&[&list, &other("1.3.6.1.5.5.7.16.2", &answer)], &[]);
    assert_eq!(stapled(&beside), [crl.clone(), ocsp.clone()]);
    // What openssl puts around the basic answer is what is put around it here.
    assert_eq!(stapled(&with(&[], &attribute)), [crl.clone(), ocsp.clone()]);
    assert_eq!(stapled(&with(&[&list], &attribute)).len(), 3);
    // openssl still reads it, and finds the list.
    lab().write("stapled.p7s", &beside);
    let printed = lab().openssl(&["cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", "stapled.p7s"]);
    let printed = String::from_utf8_lossy(&printed).into_owned();
    assert!(printed.contains("crls:") && printed.contains("1.3.6.1.5.5.7.16.2"), "{printed}");
}

#[test]
fn what_is_stapled_is_bounded_and_what_is_broken_is_passed_over() {
    let list = list();
    let many: Vec<&[u8]> = std::iter::repeat_n(list.as_slice(), 1_000).collect();
    assert!(stapled(&with(&many, &[])).len() <= 32);
    let large = sequence(&[&element(OCTET_STRING, &[&vec![0; 5 << 20]])]);
    assert_eq!(stapled(&with(&[&large, &list], &[])), [Stapled::Crl(list.as_slice().into())]);
    let unknown = other("1.3.6.1.5.5.7.16.99", &list);
    let broken = other("1.3.6.1.5.5.7.16.2", &[0x05, 0x00]);
    assert_eq!(stapled(&with(&[&unknown, &broken, &[0x05, 0x00]], &[])), []);
}
