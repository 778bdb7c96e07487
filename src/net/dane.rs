//! Certificates in the DNS: OPENPGPKEY (RFC 7929) and SMIMEA (RFC 8162). Only what DNSSEC proves is taken, and that is
//! checked here, from the trust anchor on: whoever forwards the answer is not believed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::dnssec::{Proof, TrustAnchors};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::rdata::tlsa::{CertUsage, Matching, Selector};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use tokio::time::timeout;
use unicode_normalization::UnicodeNormalization as _;

use crate::domain::EmailAddress;

use super::dns::{self, DnsSetupError};

/// How long one question may take, with all that its proof asks for.
const QUESTION: Duration = Duration::from_secs(15);
/// Records that are looked at of one answer.
const MAX_RECORDS: usize = 16;
/// Octets of the hash that names an address (RFC 7929 §3, RFC 8162 §3).
const HASHED: usize = 28;

/// Why an answer is not taken. The display form is a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DaneError {
    /// The domain's DNS is not signed, so that anybody on the way could have made the answer.
    #[error("dns_not_signed")]
    NotSigned,
    /// The signatures do not hold: the answer was changed on the way, or the domain's DNS is broken.
    #[error("dns_bogus")]
    Bogus,
    /// No answer came.
    #[error("dns_unreachable")]
    Unreachable,
    /// The address can't be one of the DNS.
    #[error("bad_address")]
    BadAddress,
}

/// What a record holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DaneRecord {
    /// An OpenPGP certificate, binary.
    OpenPgp(Vec<u8>),
    /// An X.509 certificate in DER.
    Smime(Vec<u8>),
}

/// The two kinds of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DaneKind {
    /// OPENPGPKEY.
    OpenPgpKey,
    /// SMIMEA.
    Smimea,
}

/// A resolver that checks every proof itself. Make and use it inside a tokio runtime.
#[derive(Clone)]
pub struct ProvingResolver(TokioResolver);

impl ProvingResolver {
    /// Asks the system's resolvers, or this one. `anchors`: DNSKEY records in place of the root's own keys.
    ///
    /// # Errors
    /// When the resolver can't be set up, or the anchors can't be read.
    pub fn new(server: Option<SocketAddr>, anchors: Option<&str>) -> Result<Self, DnsSetupError> {
        let setup = |error: &dyn std::fmt::Display| DnsSetupError::SystemConfiguration(error.to_string());
        let anchors = anchors.map(str::parse::<TrustAnchors>).transpose().map_err(|error| setup(&error))?;
        let mut builder = dns::builder(server)?.with_trust_anchor(Arc::new(anchors.unwrap_or_default()));
        builder.options_mut().validate = true;
        Ok(Self(builder.build().map_err(|error| setup(&error))?))
    }

    /// The certificates that a domain publishes for an address. None when it proves that there are none.
    ///
    /// # Errors
    /// [`DaneError`] when nothing is proven.
    pub async fn certificates(&self, address: &EmailAddress, kind: DaneKind) -> Result<Vec<DaneRecord>, DaneError> {
        let (local, domain) = address.as_str().rsplit_once('@').ok_or(DaneError::BadAddress)?;
        let found = self.ask(&owner(local, domain, kind)?, kind).await?;
        let lower = local.to_lowercase();
        // The local part counts as it is written (RFC 7929 §3); most people write what others have in small letters.
        if found.is_empty() && lower != local {
            return self.ask(&owner(&lower, domain, kind)?, kind).await;
        }
        Ok(found)
    }

    async fn ask(&self, name: &Name, kind: DaneKind) -> Result<Vec<DaneRecord>, DaneError> {
        let wanted = match kind {
            DaneKind::OpenPgpKey => RecordType::OPENPGPKEY,
            DaneKind::Smimea => RecordType::SMIMEA,
        };
        let answer = timeout(QUESTION, self.0.lookup(name.clone(), wanted)).await;
        let lookup = match answer.map_err(|_| DaneError::Unreachable)? {
            Ok(lookup) => lookup,
            Err(error) => return explain(&error),
        };
        // The aliases on the way count too.
        for record in lookup.answers().iter().filter(|record| record.record_type() != RecordType::RRSIG) {
            match record.proof {
                Proof::Secure => {}
                Proof::Insecure => return Err(DaneError::NotSigned),
                Proof::Bogus | Proof::Indeterminate => return Err(DaneError::Bogus),
            }
        }
        let records = lookup.answers().iter().take(MAX_RECORDS);
        Ok(records.filter_map(|record| read(&record.data)).collect())
    }
}

/// What it means that there is no answer.
fn explain(error: &NetError) -> Result<Vec<DaneRecord>, DaneError> {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(empty)) => match empty.response_code {
            ResponseCode::NXDomain | ResponseCode::NoError => Ok(Vec::new()),
            // A resolver on the way that checks too says so when the proof does not hold.
            ResponseCode::ServFail => Err(DaneError::Bogus),
            _ => Err(DaneError::Unreachable),
        },
        NetError::Dns(DnsError::Nsec { proof: Proof::Secure, .. }) => Ok(Vec::new()),
        NetError::Dns(DnsError::Nsec { proof: Proof::Insecure, .. }) => Err(DaneError::NotSigned),
        NetError::Dns(DnsError::Nsec { .. } | DnsError::DnssecBogus) => Err(DaneError::Bogus),
        _ => Err(DaneError::Unreachable),
    }
}

/// `hash._openpgpkey.domain` (RFC 7929 §3), `hash._smimecert.domain` (RFC 8162 §3).
fn owner(local: &str, domain: &str, kind: DaneKind) -> Result<Name, DaneError> {
    let unquoted = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let local = unquoted.map_or_else(|| local.to_owned(), |inside| inside.replace("\\\"", "\"").replace("\\\\", "\\"));
    let local: String = local.nfc().collect();
    let digest = openssl::sha::sha256(local.as_bytes());
    let hash = hex::encode(digest.get(..HASHED).unwrap_or_default());
    let domain = idna::domain_to_ascii_strict(domain.trim_end_matches('.')).map_err(|_| DaneError::BadAddress)?;
    let service = match kind {
        DaneKind::OpenPgpKey => "_openpgpkey",
        DaneKind::Smimea => "_smimecert",
    };
    let mut name = Name::from_ascii(format!("{hash}.{service}.{domain}")).map_err(|_| DaneError::BadAddress)?;
    name.set_fqdn(true);
    Ok(name)
}

fn read(data: &RData) -> Option<DaneRecord> {
    match data {
        RData::OPENPGPKEY(record) => Some(DaneRecord::OpenPgp(record.public_key.clone())),
        // Only a whole certificate of a person can be used; hashes and authorities name what would have to be found.
        RData::SMIMEA(record) => {
            let is_persons = matches!(record.cert_usage, CertUsage::PkixEe | CertUsage::DaneEe);
            let is_whole = record.selector == Selector::Full && record.matching == Matching::Raw;
            (is_persons && is_whole).then(|| DaneRecord::Smime(record.cert_data.clone()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_the_name_that_the_standard_gives_it() {
        // The example of RFC 7929 §3.
        let name = owner("hugh", "example.com", DaneKind::OpenPgpKey).unwrap();
        assert_eq!(
            name.to_ascii(),
            "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._openpgpkey.example.com."
        );
        let same = owner("\"hugh\"", "EXAMPLE.com.", DaneKind::OpenPgpKey).unwrap();
        assert_eq!(same, name);
        let smime = owner("chris", "例え.jp", DaneKind::Smimea).unwrap();
        assert!(smime.to_ascii().ends_with("._smimecert.xn--r8jz45g.jp."), "{smime}");
    }
}
