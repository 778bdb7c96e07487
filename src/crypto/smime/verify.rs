use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

use der::Decode;
use der::asn1::{GeneralizedTime, ObjectIdentifier, UtcTime};
use jiff::Timestamp;

use crate::crypto::{Certificate, DecryptFailure, Opened, SignatureCheck, SignatureOutcome};
use crate::domain::Technology;

use super::algorithm::{self, Algorithm, Hash, Unverified};
use super::asn1::{self, Cursor, GENERALIZED_TIME, OCTET_STRING, OID, SEQUENCE, SET, UTC_TIME};
use super::content::{canonical, content_info, malformed, unwrap};
use super::signed::{Attribute, SignedData, SignerInfo, attributes as attributes_of};
use super::stapled;
use super::{SmimeRing, X509};

/// Octets of content that the signatures of one object, made over it without attributes, are computed over: each with
/// every certificate that it may mean. For contents that are larger, so many times the content.
const COMPUTED: usize = 256 << 20;
const TIMES: usize = 8;

/// 2017-02-23: two documents of one SHA-1 were published. Judged at this moment or later, a
/// signature over SHA-1 is intact, with the reason `weak_hash`.
const COLLISION: i64 = 1_487_808_000;
const COLLISION_DAY: &str = "2017-02-23";
/// Two texts of one MD5 were shown.
const MD5_COLLISION_DAY: &str = "2004-08-17";

/// Checks the signatures that travel beside a MIME entity (RFC 8551 §3.5.3). Line breaks of the
/// content are made CRLF when they are not. One [`SignatureCheck`] a signer, at least one: an
/// object that promises signatures and has none is `Malformed`.
pub fn detached(content: &[u8], cms: &[u8], ring: &SmimeRing, at: Timestamp) -> Vec<SignatureCheck> {
    let Ok(object) = unwrap(cms) else { return vec![refused(SignatureOutcome::Malformed, "not_cms")] };
    let signed = match content_info(&object) {
        Ok((algorithm::SIGNED_DATA, inside)) => SignedData::read(inside),
        Ok(_) => return vec![refused(SignatureOutcome::Malformed, "not_signed_data")],
        Err(broken) => Err(broken),
    };
    match signed {
        // RFC 8551 §3.5.3: what is inside would be signed, and what is shown would not.
        Ok(signed) if signed.content.is_some() => vec![refused(SignatureOutcome::Malformed, "content_inside")],
        Ok(signed) => {
            let lines = canonical(content);
            let other = matches!(lines, Cow::Owned(_)).then_some(content);
            Checking::of(&signed, &lines, other, ring, at).all()
        }
        Err(broken) => vec![refused(SignatureOutcome::Malformed, broken.0)],
    }
}

/// Opens SignedData that holds its own content (RFC 8551 §3.5.2), and checks its signatures.
///
/// # Errors
/// [`DecryptFailure::Malformed`] when it can't be read or holds no content.
pub fn opaque(cms: &[u8], ring: &SmimeRing, at: Timestamp) -> Result<Opened, DecryptFailure> {
    let object = unwrap(cms).map_err(malformed)?;
    let (content_type, inside) = content_info(&object).map_err(malformed)?;
    if content_type != algorithm::SIGNED_DATA {
        return Err(DecryptFailure::Malformed("not_signed_data".to_owned()));
    }
    let mut signed = SignedData::read(inside).map_err(malformed)?;
    let Some(content) = signed.content.take() else {
        return Err(DecryptFailure::Malformed("no_content".to_owned()));
    };
    let signatures = Checking::of(&signed, &content, None, ring, at).all();
    Ok(Opened { content: content.into_owned(), signatures })
}

/// The certificates in a CMS object or a certs-only message; unreadable ones are passed over.
pub fn certificates(cms: &[u8]) -> Vec<Arc<X509>> {
    let Ok(object) = unwrap(cms) else { return Vec::new() };
    match content_info(&object) {
        Ok((algorithm::SIGNED_DATA, inside)) => SignedData::read(inside).map_or_else(|_| Vec::new(), |s| bundle(&s)),
        _ => Vec::new(),
    }
}

fn bundle(signed: &SignedData<'_>) -> Vec<Arc<X509>> {
    signed.certificates.iter().filter_map(|der| X509::parse(der)).map(Arc::new).collect()
}

/// A check of something that is no signature, or none that could be read.
fn refused(outcome: SignatureOutcome, reason: &str) -> SignatureCheck {
    SignatureCheck {
        technology: Technology::Smime,
        outcome,
        signer: None,
        signed_at: None,
        hash: None,
        bundled: Vec::new(),
        stapled: Vec::new(),
        reason: Some(reason.to_owned()),
    }
}

/// All that the signatures of one object are looked at with.
struct Checking<'a> {
    signed: &'a SignedData<'a>,
    content: &'a [u8],
    /// The content with its line breaks as they came.
    other: Option<&'a [u8]>,
    bundled: Vec<Arc<X509>>,
    ring: &'a SmimeRing,
    at: Timestamp,
    /// The content's hashes, each computed once: many signers of a long content cost no more than one.
    digests: RefCell<Vec<(Hash, Digests)>>,
    /// Octets of content that may still be computed over.
    left: Cell<usize>,
}

/// The digests of the content, and of the content with its line breaks as they came.
type Digests = Vec<Vec<u8>>;

/// What is left of a signature that does not hold: what to call it, and a code.
type Refusal = (SignatureOutcome, String);

impl<'a> Checking<'a> {
    fn of(
        signed: &'a SignedData<'a>,
        content: &'a [u8],
        other: Option<&'a [u8]>,
        ring: &'a SmimeRing,
        at: Timestamp,
    ) -> Self {
        let left = Cell::new(COMPUTED.max(content.len().saturating_mul(TIMES)));
        Self { signed, content, other, bundled: bundle(signed), ring, at, digests: RefCell::default(), left }
    }

    /// Each signer by itself; none inherits another's result.
    fn all(&self) -> Vec<SignatureCheck> {
        if self.signed.signers.is_empty() {
            return vec![refused(SignatureOutcome::Malformed, "no_signer")];
        }
        self.signed.signers.iter().map(|signer| self.one(signer)).collect()
    }

    fn one(&self, info: &SignerInfo<'_>) -> SignatureCheck {
        let hash = Hash::of(info.hash.oid);
        let attributes = info.signed_attributes.map(attributes_of).transpose();
        let mut check = SignatureCheck {
            bundled: self.bundled.iter().cloned().map(Certificate::X509).collect(),
            stapled: stapled::of(self.signed),
            hash: hash.map(|hash| hash.name.to_owned()),
            ..refused(SignatureOutcome::Intact, "")
        };
        check.reason = None;
        let refusal = match &attributes {
            Ok(attributes) => {
                check.signed_at = attributes.as_deref().and_then(signing_time);
                self.structure(info, attributes.as_deref()).err()
            }
            Err(broken) => Some((SignatureOutcome::Malformed, broken.0.to_owned())),
        };
        let candidates = self.candidates(info);
        check.signer = candidates.first().map(X509::signer);
        if let Some((outcome, reason)) = refusal {
            check.outcome = outcome;
            check.reason = Some(reason);
            return check;
        }
        let attributes = attributes.ok().flatten();
        match self.digested(info, hash, attributes.as_deref()) {
            Ok(message) => self.by_any(info, hash, attributes.as_deref(), &message, &candidates, &mut check),
            Err((outcome, reason)) => {
                check.outcome = outcome;
                check.reason = Some(reason);
            }
        }
        check
    }

    /// The rules that need no mathematics (RFC 5652 §5.1, §5.3, §11).
    fn structure(&self, info: &SignerInfo<'_>, attributes: Option<&[Attribute<'_>]>) -> Result<(), Refusal> {
        let malformed = |code: &str| Err((SignatureOutcome::Malformed, code.to_owned()));
        if !self.signed.hashes.contains(&info.hash.oid) {
            return malformed("digest_not_listed");
        }
        // RFC 8551 §2.4.2: mail is id-data; receipts, programs and lists are not mail.
        if self.signed.content_type != algorithm::DATA {
            return malformed("content_type");
        }
        let Some(attributes) = attributes else {
            // In either form that a signature is accepted over: a digest may hold what looks like a line break.
            let is_disguised = self.contents().any(are_attributes);
            return if is_disguised { malformed("attributes_as_content") } else { Ok(()) };
        };
        for required in [algorithm::CONTENT_TYPE, algorithm::MESSAGE_DIGEST] {
            if single(attributes, required).is_none() {
                return malformed("attribute_missing_or_repeated");
            }
        }
        if attributes.iter().any(|a| a.oid == algorithm::SIGNING_TIME)
            && single(attributes, algorithm::SIGNING_TIME).is_none()
        {
            return malformed("attribute_repeated");
        }
        let stated = single(attributes, algorithm::CONTENT_TYPE);
        let stated = stated.filter(|value| value.tag == OID).and_then(|v| ObjectIdentifier::from_bytes(v.value).ok());
        if stated == Some(self.signed.content_type) { Ok(()) } else { malformed("content_type_mismatch") }
    }

    /// Bundled certificates and those at hand that the signature may mean.
    fn candidates(&self, info: &SignerInfo<'_>) -> Vec<Arc<X509>> {
        let mut found: Vec<Arc<X509>> = Vec::new();
        for certificate in self.bundled.iter().chain(self.ring.named(info.signer)) {
            if found.len() < 8 && info.signer.names(certificate) && !found.contains(certificate) {
                found.push(certificate.clone());
            }
        }
        found
    }

    /// The octets that the signature is over (RFC 5652 §5.4), the content's hash compared.
    fn digested(
        &self,
        info: &SignerInfo<'_>,
        hash: Option<Hash>,
        attributes: Option<&[Attribute<'_>]>,
    ) -> Result<Vec<Cow<'a, [u8]>>, Refusal> {
        let (Some(attributes), Some(set)) = (attributes, info.signed_attributes) else {
            return Ok(self.contents().map(Cow::Borrowed).collect());
        };
        let unsupported = || {
            let reason = match hash.filter(|hash| hash.is_broken()) {
                Some(_) => format!("weak_hash: MD5, {MD5_COLLISION_DAY}"),
                None => format!("hash: {}", info.hash.oid),
            };
            (SignatureOutcome::UnsupportedAlgorithm, reason)
        };
        let hash = hash.filter(|hash| !hash.is_broken()).ok_or_else(unsupported)?;
        let stated = single(attributes, algorithm::MESSAGE_DIGEST);
        let stated = stated.filter(|value| value.tag == OCTET_STRING).map(|value| value.value);
        let digests = self.digests(hash).ok_or_else(unsupported)?;
        if digests.iter().any(|digest| stated == Some(digest.as_slice())) {
            // §5.4: the DER encoding is signed. Some sign what they sent, in whatever order.
            let sorted = Cursor::new(set).map_while(Result::ok).map(|one| one.whole.to_vec()).collect();
            let mut messages = vec![asn1::element(SET, &[set]), asn1::set_of(SET, sorted)];
            messages.dedup();
            Ok(messages.into_iter().map(Cow::Owned).collect())
        } else {
            Err((SignatureOutcome::BadSignature, "digest_mismatch".to_owned()))
        }
    }

    fn contents(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        std::iter::once(self.content).chain(self.other)
    }

    fn digests(&self, hash: Hash) -> Option<Digests> {
        let known = self.digests.borrow().iter().find(|(of, _)| *of == hash).map(|(_, digests)| digests.clone());
        if known.is_some() {
            return known;
        }
        let digests: Digests = self.contents().map(|content| hash.of_bytes(content)).collect::<Option<_>>()?;
        self.digests.borrow_mut().push((hash, digests.clone()));
        Some(digests)
    }

    /// Takes what a signature is computed over from what is left; whether there was enough.
    fn affords(&self, messages: &[Cow<'_, [u8]>]) -> bool {
        let needed: usize = messages.iter().map(|message| message.len()).sum();
        let left = self.left.get().checked_sub(needed);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Tries the certificates that the signature may mean; the first that fits makes it intact.
    fn by_any(
        &self,
        info: &SignerInfo<'_>,
        hash: Option<Hash>,
        attributes: Option<&[Attribute<'_>]>,
        messages: &[Cow<'_, [u8]>],
        candidates: &[Arc<X509>],
        check: &mut SignatureCheck,
    ) {
        let mut refusal =
            (SignatureOutcome::MissingCertificate, format!("missing_certificate: {}", info.signer.describe()));
        for certificate in candidates {
            if !self.affords(messages) {
                refusal = (SignatureOutcome::Malformed, "too_many_signers".to_owned());
                break;
            }
            let result = messages
                .iter()
                .map(|message| algorithm::verify(info.algorithm, hash, certificate.spki(), message, &info.signature))
                .reduce(Result::or)
                .unwrap_or(Err(Unverified::Bad));
            refusal = match result {
                Err(Unverified::Bad) => (SignatureOutcome::BadSignature, "signature_mismatch".to_owned()),
                Err(Unverified::Key) => (SignatureOutcome::BadKey, "key_algorithm".to_owned()),
                Err(Unverified::Weak(bits)) => {
                    (SignatureOutcome::UnsupportedAlgorithm, format!("weak_key: RSA {bits}"))
                }
                Err(Unverified::Unsupported) => (SignatureOutcome::UnsupportedAlgorithm, name_of(info.algorithm)),
                Ok(used) => {
                    let Err(refusal) = bound(certificate, attributes) else {
                        check.signer = Some(certificate.signer());
                        let weak = hash.is_some_and(Hash::is_weak) || used.is_some_and(Hash::is_weak);
                        check.reason = (weak && self.at.as_second() >= COLLISION)
                            .then(|| format!("weak_hash: SHA1, {COLLISION_DAY}"));
                        return;
                    };
                    refusal
                }
            };
        }
        check.outcome = refusal.0;
        check.reason = Some(refusal.1);
    }
}

/// Attributes that somebody signed, offered as if they were the content.
fn are_attributes(content: &[u8]) -> bool {
    Cursor::new(content).need(SET).is_ok_and(|set| {
        attributes_of(set.value).is_ok_and(|found| found.iter().any(|one| one.oid == algorithm::MESSAGE_DIGEST))
    })
}

/// Whether the key was able to make this signature, for this certificate.
fn bound(certificate: &X509, attributes: Option<&[Attribute<'_>]>) -> Result<(), Refusal> {
    if !certificate.may_sign() {
        return Err((SignatureOutcome::BadKey, "wrong_key_usage".to_owned()));
    }
    let attributes = attributes.unwrap_or_default();
    let named = attributes.iter().filter(|attribute| {
        matches!(attribute.oid, algorithm::SIGNING_CERTIFICATE | algorithm::SIGNING_CERTIFICATE_V2)
    });
    for attribute in named {
        let fits = attribute.values.len() == 1
            && attribute.values.first().is_some_and(|value| names_certificate(attribute.oid, value.whole, certificate));
        if !fits {
            return Err((SignatureOutcome::UnboundKey, "signing_certificate_mismatch".to_owned()));
        }
    }
    Ok(())
}

/// The value of an attribute that has to occur once, with one value (RFC 5652 §11.1 to §11.3).
fn single<'a>(attributes: &[Attribute<'a>], oid: ObjectIdentifier) -> Option<asn1::Tlv<'a>> {
    let mut found = attributes.iter().filter(|attribute| attribute.oid == oid);
    match (found.next(), found.next()) {
        (Some(attribute), None) if attribute.values.len() == 1 => attribute.values.first().copied(),
        _ => None,
    }
}

/// signingTime (RFC 5652 §11.3).
fn signing_time(attributes: &[Attribute<'_>]) -> Option<Timestamp> {
    let value = single(attributes, algorithm::SIGNING_TIME)?;
    let since = match value.tag {
        UTC_TIME => UtcTime::from_der(value.whole).ok()?.to_unix_duration(),
        GENERALIZED_TIME => GeneralizedTime::from_der(value.whole).ok()?.to_unix_duration(),
        _ => return None,
    };
    Timestamp::from_second(i64::try_from(since.as_secs()).ok()?).ok()
}

/// Whether a signingCertificate attribute names this certificate first (RFC 5035 §5.4, RFC 2634 §5.4).
fn names_certificate(oid: ObjectIdentifier, value: &[u8], certificate: &X509) -> bool {
    let read = || -> Result<bool, asn1::Broken> {
        let mut first = Cursor::inside(value, SEQUENCE)?.enter(SEQUENCE)?.enter(SEQUENCE)?;
        let hash = match first.maybe(SEQUENCE)? {
            Some(identifier) => Hash::of(Algorithm::of(identifier)?.oid),
            None if oid == algorithm::SIGNING_CERTIFICATE_V2 => Some(Hash::SHA256),
            None => Some(Hash::SHA1),
        };
        let stated = first.need(OCTET_STRING)?.value;
        Ok(hash.and_then(|hash| hash.of_bytes(&certificate.der)).is_some_and(|digest| digest == stated))
    };
    read().unwrap_or(false)
}

fn name_of(algorithm: Algorithm<'_>) -> String {
    format!("algorithm: {}", algorithm.oid)
}
