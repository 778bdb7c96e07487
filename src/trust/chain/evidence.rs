//! Revocation lists and answers as they came, read once, when they are first asked.

use std::fmt;
use std::sync::{Arc, OnceLock};

use certval::ocsp::{BasicOcspResponse, CertStatus, OcspResponse, SingleResponse};
use der::asn1::ObjectIdentifier;
use der::{Decode, Encode};
use jiff::Timestamp;

use crate::crypto::smime::{X509, pem_contents};

use super::crl::List;

/// id-pkix-ocsp-basic (RFC 6960 §4.2.1).
const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");
/// No list is larger, in bytes; those of the largest authorities have 10 MB.
const LARGEST_LIST: usize = 24 << 20;
/// No answer is larger, in bytes, says more, or brings more certificates; each costs a signature check.
const LARGEST_ANSWER: usize = 256 << 10;
const SINGLES: usize = 256;
const RESPONDERS: usize = 8;

/// A file of certificate revocation lists (RFC 5280 §5), DER or PEM.
#[derive(Clone)]
pub struct Crl(Arc<Kept<Vec<List>>>);

/// An OCSP response (RFC 6960 §4.2), DER.
#[derive(Clone)]
pub struct OcspAnswer(Arc<Kept<Option<Answers>>>);

impl PartialEq for Crl {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_same(&other.0)
    }
}

impl PartialEq for OcspAnswer {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_same(&other.0)
    }
}

impl<T> Kept<T> {
    /// The same bytes, fetched at the same moment.
    fn is_same(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || self.fetched_at == other.fetched_at && self.bytes == other.bytes
    }
}

struct Kept<T> {
    bytes: Arc<[u8]>,
    fetched_at: Option<Timestamp>,
    read: OnceLock<T>,
}

/// What an OCSP response says, before anybody looked at who says it.
pub(super) struct Answers {
    pub produced_at: Option<Timestamp>,
    /// The certificates that came along, of those who may have given it.
    pub responders: Vec<X509>,
    pub singles: Vec<SingleResponse>,
}

impl Crl {
    /// As it was fetched at a moment.
    pub fn fetched(bytes: impl Into<Arc<[u8]>>, at: Timestamp) -> Self {
        Self(Arc::new(Kept::new(bytes.into(), Some(at))))
    }

    /// The bytes, as they came.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.0.bytes
    }

    /// When the next one is due, of the list that is renewed first; `None` when nothing can be read of it.
    pub fn next_update(&self) -> Option<Timestamp> {
        self.lists().iter().filter_map(List::ends).min()
    }

    /// Whether it holds a list that can be read.
    pub fn is_readable(&self) -> bool {
        !self.lists().is_empty()
    }

    pub(super) fn lists(&self) -> &[List] {
        self.0.read.get_or_init(|| {
            if self.0.bytes.len() > LARGEST_LIST {
                return Vec::new();
            }
            let read = pem_contents(&self.0.bytes, "X509 CRL").into_iter().filter_map(|der| List::parse(&der));
            read.map(|list| list.fetched(self.0.fetched_at)).collect()
        })
    }
}

impl OcspAnswer {
    /// As it was fetched at a moment.
    pub fn fetched(bytes: impl Into<Arc<[u8]>>, at: Timestamp) -> Self {
        Self(Arc::new(Kept::new(bytes.into(), Some(at))))
    }

    /// The bytes, as they came.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.0.bytes
    }

    /// When it was fetched, if it was.
    pub fn fetched_at(&self) -> Option<Timestamp> {
        self.0.fetched_at
    }

    /// Whether it is an answer that says something: no error, and not only that nothing is known.
    pub fn says_something(&self) -> bool {
        let says = |single: &SingleResponse| !matches!(single.cert_status, CertStatus::Unknown(_));
        self.answers().is_some_and(|answers| answers.singles.iter().any(says))
    }

    /// When the next one is due.
    pub fn next_update(&self) -> Option<Timestamp> {
        let singles = self.answers().map(|answers| answers.singles.as_slice()).unwrap_or_default();
        singles.iter().filter_map(|single| single.next_update.as_ref()).filter_map(moment).min()
    }

    pub(super) fn answers(&self) -> Option<&Answers> {
        self.0.read.get_or_init(|| read(&self.0.bytes)).as_ref()
    }
}

fn read(bytes: &[u8]) -> Option<Answers> {
    if bytes.len() > LARGEST_ANSWER {
        return None;
    }
    let inside = OcspResponse::from_der(bytes).ok()?.response_bytes.filter(|inside| inside.response_type == BASIC)?;
    let basic = BasicOcspResponse::from_der(inside.response.as_bytes()).ok()?;
    let data = basic.tbs_response_data;
    let certificates = basic.certs.unwrap_or_default();
    if data.responses.len() > SINGLES || certificates.len() > RESPONDERS {
        return None;
    }
    let responders = certificates.iter().filter_map(|certificate| X509::parse(&certificate.to_der().ok()?)).collect();
    Some(Answers { produced_at: moment(&data.produced_at), responders, singles: data.responses })
}

/// A moment of an answer.
pub(super) fn moment(time: &certval::ocsp::OcspGeneralizedTime) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(time.0.to_unix_duration().as_secs()).ok()?).ok()
}

impl<T> Kept<T> {
    fn new(bytes: Arc<[u8]>, fetched_at: Option<Timestamp>) -> Self {
        Self { bytes, fetched_at, read: OnceLock::new() }
    }
}

impl<T: Into<Arc<[u8]>>> From<T> for Crl {
    fn from(bytes: T) -> Self {
        Self(Arc::new(Kept::new(bytes.into(), None)))
    }
}

impl<T: Into<Arc<[u8]>>> From<T> for OcspAnswer {
    fn from(bytes: T) -> Self {
        Self(Arc::new(Kept::new(bytes.into(), None)))
    }
}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crl({} bytes)", self.0.bytes.len())
    }
}

impl fmt::Debug for OcspAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OcspAnswer({} bytes)", self.0.bytes.len())
    }
}
