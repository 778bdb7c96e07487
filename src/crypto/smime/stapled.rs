//! Revocation information that travels with a signature: in RevocationInfoChoices (RFC 5652 §10.2.1, RFC 5940) and
//! in the attribute of the CAdES long forms (RFC 5126 §6.3.4).

use std::sync::Arc;

use der::asn1::ObjectIdentifier;

use crate::crypto::Stapled;

use super::asn1::{Broken, Cursor, OCTET_STRING, SEQUENCE, element, oid, sequence};
use super::signed::{SignedData, attributes};

/// id-ri-ocsp-response (RFC 5940 §2.1).
const OCSP_RESPONSE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.16.2");
/// id-aa-ets-revocationValues (RFC 5126 §6.3.4).
const REVOCATION_VALUES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.24");
/// id-pkix-ocsp-basic (RFC 6960 §4.2.1).
const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");

/// What is looked at of one object: so many, and so many bytes together. Whoever signed chose it.
const MOST: usize = 32;
const BYTES: usize = 4 << 20;

/// The lists and answers of an object; what can't be read is passed over.
pub fn of(signed: &SignedData<'_>) -> Vec<Stapled> {
    let mut found = Vec::new();
    for choice in &signed.revocations {
        match choice.tag {
            SEQUENCE => found.push(Stapled::Crl(Arc::from(choice.whole))),
            0xa1 => found.extend(other(Cursor::new(choice.value)).ok().flatten()),
            _ => {}
        }
    }
    for signer in &signed.signers {
        // A broken attribute that nobody signed says nothing of the signature.
        let unsigned = signer.unsigned_attributes.map(attributes).transpose().ok().flatten().unwrap_or_default();
        for attribute in unsigned.iter().filter(|attribute| attribute.oid == REVOCATION_VALUES) {
            for value in &attribute.values {
                let _ = values(Cursor::new(value.value), &mut found);
            }
        }
    }
    let mut left = BYTES;
    found.retain(|stapled| {
        let fits = stapled.bytes().len() <= left;
        left -= if fits { stapled.bytes().len() } else { 0 };
        fits
    });
    found.truncate(MOST);
    found
}

/// OtherRevocationInfoFormat (RFC 5652 §10.2.1).
fn other(mut from: Cursor<'_>) -> Result<Option<Stapled>, Broken> {
    if from.oid()? != OCSP_RESPONSE {
        return Ok(None);
    }
    Ok(Some(Stapled::Ocsp(Arc::from(from.need(SEQUENCE)?.whole))))
}

/// RevocationValues (RFC 5126 §6.3.4).
fn values(mut from: Cursor<'_>, found: &mut Vec<Stapled>) -> Result<(), Broken> {
    if let Some(lists) = from.maybe(0xa0)? {
        for list in Cursor::new(lists.value).enter(SEQUENCE)?.take(MOST) {
            found.push(Stapled::Crl(Arc::from(list?.whole)));
        }
    }
    if let Some(answers) = from.maybe(0xa1)? {
        for basic in Cursor::new(answers.value).enter(SEQUENCE)?.take(MOST) {
            found.push(Stapled::Ocsp(Arc::from(whole_answer(basic?.whole))));
        }
    }
    Ok(())
}

/// An OCSPResponse around a BasicOCSPResponse (RFC 6960 §4.2.1).
fn whole_answer(basic: &[u8]) -> Vec<u8> {
    let successful = [0x0a, 0x01, 0x00];
    let inside = sequence(&[&oid(BASIC), &element(OCTET_STRING, &[basic])]);
    sequence(&[&successful, &element(0xa0, &[&inside])])
}
