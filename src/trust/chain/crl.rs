//! Revocation by lists (RFC 5280 §6.3.3): distribution points, partitioned, indirect and delta
//! lists, and lists signed with another key than the certificate. certval leaves those aside.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use certval::compare_names;
use der::Decode;
use der::asn1::ObjectIdentifier;
use jiff::Timestamp;
use x509_cert::certificate::Rfc5280;
use x509_cert::crl::{CertificateList, RevokedCert};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::AuthorityKeyIdentifier;
use x509_cert::ext::pkix::crl::dp::{DistributionPoint, IssuingDistributionPoint, ReasonFlags, Reasons};
use x509_cert::ext::pkix::crl::{CrlDistributionPoints, CrlReason};
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::name::{Name, RdnSequence};

use crate::crypto::smime::{X509, verify_signed};

use super::RevocationStatus;

/// Distribution points of one certificate that are looked at.
const POINTS: usize = 16;

const NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.20");
const REASON: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");
const HOLD_INSTRUCTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.23");
const INVALIDITY_DATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.24");
const DELTA_INDICATOR: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.27");
const ISSUING_POINT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.28");
const CERTIFICATE_ISSUER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.29");
const AUTHORITY_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");

/// What lists say of one certificate.
pub struct Answer<'a> {
    /// Good: lists for every reason are there, and it is on none.
    pub status: RevocationStatus,
    /// The list that says so.
    pub by: Option<&'a List>,
    /// It is only suspended (RFC 5280 §5.3.1, certificateHold), and may come back.
    pub is_hold: bool,
}

/// A revocation list, decoded.
pub struct List {
    der: Vec<u8>,
    issuer: Name,
    begins: Timestamp,
    ends: Option<Timestamp>,
    number: Option<Vec<u8>>,
    /// Of a delta list: the number of the complete list that it builds on.
    base: Option<Vec<u8>>,
    scope: Option<IssuingDistributionPoint>,
    authority_key: Option<Vec<u8>>,
    entries: HashMap<Vec<u8>, Vec<Entry>>,
    /// By the keys that were asked: large lists are asked about often.
    signed: Mutex<HashMap<Vec<u8>, bool>>,
    /// When it was fetched, if it was.
    pub fetched_at: Option<Timestamp>,
}

struct Entry {
    /// Of an indirect list: whose certificate it is, when not the list's own issuer's.
    issuer: Option<Arc<Name>>,
    date: Option<Timestamp>,
    is_removal: bool,
    is_hold: bool,
}

/// The certificate in question, and who answers for lists about it.
pub struct Question<'a> {
    /// The certificate.
    pub certificate: &'a X509,
    /// The moment that lists have to be good at.
    pub at: Timestamp,
    /// Whether somebody of that name may sign lists about the certificate, and signed this one.
    pub signed: &'a dyn Fn(&List) -> bool,
}

impl List {
    /// Reads a list; `None` when it can't be read, or when it holds something critical that is not
    /// understood: then it must not be used for any certificate (RFC 5280 §5.2, §5.3).
    pub fn parse(der: &[u8]) -> Option<Self> {
        let list = CertificateList::<Rfc5280>::from_der(der).ok()?;
        let body = list.tbs_cert_list;
        if list.signature_algorithm != body.signature {
            return None;
        }
        let extensions = body.crl_extensions.unwrap_or_default();
        let known = [NUMBER, DELTA_INDICATOR, ISSUING_POINT, AUTHORITY_KEY];
        if extensions.iter().any(|extension| extension.critical && !known.contains(&extension.extn_id)) {
            return None;
        }
        let find = |oid| extensions.iter().find(|extension| extension.extn_id == oid).map(|e| e.extn_value.as_bytes());
        let scope = find(ISSUING_POINT).map(IssuingDistributionPoint::from_der).transpose().ok()?;
        let authority_key = find(AUTHORITY_KEY).and_then(|value| AuthorityKeyIdentifier::from_der(value).ok());
        let is_indirect = scope.as_ref().is_some_and(|scope| scope.indirect_crl);
        Some(Self {
            der: der.to_vec(),
            begins: moment(body.this_update)?,
            ends: body.next_update.and_then(moment),
            number: find(NUMBER).map(number),
            base: find(DELTA_INDICATOR).map(number),
            authority_key: authority_key.and_then(|key| key.key_identifier).map(|id| id.as_bytes().to_vec()),
            entries: entries(body.revoked_certificates.unwrap_or_default(), is_indirect)?,
            issuer: body.issuer,
            scope,
            signed: Mutex::default(),
            fetched_at: None,
        })
    }

    /// As it was fetched at a moment.
    pub fn fetched(self, at: Option<Timestamp>) -> Self {
        Self { fetched_at: at, ..self }
    }

    /// Who issued it.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// thisUpdate: when what it says was so.
    pub fn begins(&self) -> Timestamp {
        self.begins
    }

    /// nextUpdate: when there is to be a newer one.
    pub fn ends(&self) -> Option<Timestamp> {
        self.ends
    }

    /// Whether a key signed it.
    pub fn is_signed_by(&self, spki: &[u8]) -> bool {
        let known = self.signed.lock().unwrap_or_else(PoisonError::into_inner).get(spki).copied();
        known.unwrap_or_else(|| {
            let holds = verify_signed(&self.der, spki);
            self.signed.lock().unwrap_or_else(PoisonError::into_inner).insert(spki.to_vec(), holds);
            holds
        })
    }

    fn is_current(&self, at: Timestamp) -> bool {
        self.begins <= at && self.ends.is_some_and(|end| at.as_second() <= end.as_second())
    }

    fn entry(&self, certificate: &X509, serial: &[u8]) -> Option<&Entry> {
        let issuer = certificate.certificate.tbs_certificate().issuer();
        self.entries.get(serial)?.iter().find(|entry| match &entry.issuer {
            Some(named) => compare_names(named, issuer),
            None => compare_names(&self.issuer, issuer),
        })
    }

    /// Whether this delta list goes with a complete one (RFC 5280 §5.2.4, §6.3.3 (c)).
    fn completes(&self, complete: &Self) -> bool {
        let (Some(base), Some(number), Some(of_complete)) = (&self.base, &self.number, &complete.number) else {
            return false;
        };
        let before = |one: &[u8], other: &[u8]| (one.len(), one) <= (other.len(), other);
        compare_names(&self.issuer, &complete.issuer)
            && self.scope == complete.scope
            && self.authority_key == complete.authority_key
            && before(base, of_complete)
            && before(of_complete, number)
    }
}

/// The entries by serial number. certificateIssuer holds on until the next one (RFC 5280 §5.3.3).
fn entries(revoked: Vec<RevokedCert<Rfc5280>>, is_indirect: bool) -> Option<HashMap<Vec<u8>, Vec<Entry>>> {
    let known = [REASON, HOLD_INSTRUCTION, INVALIDITY_DATE, CERTIFICATE_ISSUER];
    let mut found: HashMap<Vec<u8>, Vec<Entry>> = HashMap::with_capacity(revoked.len());
    let mut issuer = None;
    for certificate in revoked {
        let extensions: &[Extension] = certificate.crl_entry_extensions.as_deref().unwrap_or_default();
        if extensions.iter().any(|extension| extension.critical && !known.contains(&extension.extn_id)) {
            return None;
        }
        let find = |oid| extensions.iter().find(|extension| extension.extn_id == oid).map(|e| e.extn_value.as_bytes());
        if let Some(names) = find(CERTIFICATE_ISSUER).filter(|_| is_indirect) {
            let names = Vec::<GeneralName>::from_der(names).ok()?;
            issuer = names.into_iter().find_map(|name| match name {
                GeneralName::DirectoryName(name) => Some(Arc::new(name)),
                _ => None,
            });
        }
        let reason = find(REASON).and_then(|value| CrlReason::from_der(value).ok());
        let entry = Entry {
            issuer: issuer.clone(),
            date: moment(certificate.revocation_date),
            is_removal: reason == Some(CrlReason::RemoveFromCRL),
            is_hold: reason == Some(CrlReason::CertificateHold),
        };
        found.entry(certificate.serial_number.as_bytes().to_vec()).or_default().push(entry);
    }
    Some(found)
}

impl Question<'_> {
    /// What the lists say (RFC 5280 §6.3.3).
    pub fn answer<'l>(&self, lists: &[&'l List]) -> Answer<'l> {
        let points = self.points();
        let mut covered = ReasonFlags::default();
        let mut newest: Option<&List> = None;
        for point in &points {
            for list in lists.iter().filter(|list| list.base.is_none()) {
                let reasons = self.reasons(point, list).filter(|reasons| !covered.contains(*reasons));
                let Some(reasons) = reasons.filter(|_| list.is_current(self.at)) else { continue };
                if !(self.signed)(list) {
                    continue;
                }
                if let Some(entry) = self.listed(list, lists) {
                    return revoked(entry, list);
                }
                covered |= reasons;
                newest = Some(list);
            }
        }
        if covered.contains(every_reason()) {
            return Answer { status: RevocationStatus::Good, by: newest, is_hold: false };
        }
        let nothing = Answer { status: RevocationStatus::Unknown, by: None, is_hold: false };
        self.stale(&points, lists).unwrap_or(nothing)
    }

    /// A list that is no longer current proves nothing good any more; but who was withdrawn for good stays so, also
    /// when the authority stops saying it (RFC 5280 §3.3: entries may leave the list after the certificate's end).
    fn stale<'l>(&self, points: &[DistributionPoint], lists: &[&'l List]) -> Option<Answer<'l>> {
        let serial = self.certificate.certificate.tbs_certificate().serial_number().as_bytes();
        let old = lists.iter().filter(|list| list.base.is_none() && list.begins <= self.at);
        old.filter(|list| points.iter().any(|point| self.reasons(point, list).is_some())).find_map(|list| {
            let entry = list.entry(self.certificate, serial).filter(|entry| !entry.is_removal && !entry.is_hold)?;
            (self.signed)(list).then(|| revoked(entry, list))
        })
    }

    /// The distribution points of the certificate, and one that stands for lists that it does not point to, but that
    /// its issuer issued.
    fn points(&self) -> Vec<DistributionPoint> {
        let stated = self.certificate.certificate.tbs_certificate().get_extension::<CrlDistributionPoints>();
        let mut points = stated.ok().flatten().map(|(_, points)| points.0).unwrap_or_default();
        points.truncate(POINTS);
        points.push(DistributionPoint { distribution_point: None, reasons: None, crl_issuer: None });
        points
    }

    /// The reasons that a list answers for, if it is one for this certificate (§6.3.3 (b), (d)).
    fn reasons(&self, point: &DistributionPoint, list: &List) -> Option<ReasonFlags> {
        let issuer = self.certificate.certificate.tbs_certificate().issuer();
        let scope = list.scope.as_ref();
        let by = directory_names(point.crl_issuer.as_deref().unwrap_or_default());
        let right_issuer = if point.crl_issuer.is_some() {
            scope.is_some_and(|scope| scope.indirect_crl) && by.iter().any(|name| compare_names(name, &list.issuer))
        } else {
            compare_names(issuer, &list.issuer)
        };
        if !right_issuer {
            return None;
        }
        let stated = point.reasons.unwrap_or_else(every_reason) & every_reason();
        let Some(scope) = scope else { return Some(stated) };
        let authority = self.certificate.is_authority();
        let other_kind = scope.only_contains_attribute_certs
            || scope.only_contains_user_certs && authority
            || scope.only_contains_ca_certs && !authority;
        if other_kind || !self.same_point(point, scope, list) {
            return None;
        }
        Some(stated & scope.only_some_reasons.unwrap_or_else(every_reason))
    }

    /// Whether one of the names of the list's point is one of the certificate's (§6.3.3 (b) (2) (i)).
    fn same_point(&self, point: &DistributionPoint, scope: &IssuingDistributionPoint, list: &List) -> bool {
        let Some(of_list) = &scope.distribution_point else { return true };
        let issuer = self.certificate.certificate.tbs_certificate().issuer();
        let issuers = point.crl_issuer.clone().unwrap_or_else(|| vec![GeneralName::DirectoryName(issuer.clone())]);
        let of_certificate = match &point.distribution_point {
            Some(name) => directory_names(&issuers).iter().flat_map(|by| full_names(name, by)).collect(),
            None => issuers,
        };
        let of_list = full_names(of_list, &list.issuer);
        of_list.iter().any(|name| of_certificate.iter().any(|other| same_name(name, other)))
    }

    /// The certificate's entry, if it is on the list as the newest delta leaves it.
    fn listed<'l>(&self, list: &'l List, lists: &[&'l List]) -> Option<&'l Entry> {
        let serial = self.certificate.certificate.tbs_certificate().serial_number().as_bytes();
        let fits = |delta: &&&List| delta.completes(list) && delta.is_current(self.at) && (self.signed)(delta);
        let newest = lists.iter().filter(fits).max_by_key(|delta| delta.number.as_ref().map(|n| (n.len(), n.clone())));
        let changed = newest.and_then(|delta| delta.entry(self.certificate, serial));
        changed.or_else(|| list.entry(self.certificate, serial)).filter(|entry| !entry.is_removal)
    }
}

fn revoked<'l>(entry: &Entry, list: &'l List) -> Answer<'l> {
    Answer { status: RevocationStatus::Revoked(entry.date), by: Some(list), is_hold: entry.is_hold }
}

fn every_reason() -> ReasonFlags {
    ReasonFlags::full() - Reasons::Unused
}

/// A distribution point's names, relative ones below the issuer of the list.
fn full_names(name: &DistributionPointName, issuer: &Name) -> Vec<GeneralName> {
    match name {
        DistributionPointName::FullName(names) => names.clone(),
        DistributionPointName::NameRelativeToCRLIssuer(last) => {
            let mut whole: RdnSequence = issuer.clone().into();
            whole.push(last.clone());
            vec![GeneralName::DirectoryName(Name::hazmat_from_rdn_sequence(whole))]
        }
    }
}

fn directory_names(names: &[GeneralName]) -> Vec<&Name> {
    names
        .iter()
        .filter_map(|name| if let GeneralName::DirectoryName(name) = name { Some(name) } else { None })
        .collect()
}

fn same_name(one: &GeneralName, other: &GeneralName) -> bool {
    match (one, other) {
        (GeneralName::DirectoryName(one), GeneralName::DirectoryName(other)) => compare_names(one, other),
        _ => one == other,
    }
}

/// The octets of an INTEGER without leading zeros.
fn number(encoded: &[u8]) -> Vec<u8> {
    let number = der::asn1::Uint::from_der(encoded).map(|number| number.as_bytes().to_vec()).unwrap_or_default();
    number.into_iter().skip_while(|&byte| byte == 0).collect()
}

fn moment(time: x509_cert::time::Time) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(time.to_unix_duration().as_secs()).ok()?).ok()
}
