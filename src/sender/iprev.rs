//! Does the address lead to a name that leads back (RFC 8601 §3)?

use std::net::IpAddr;

use super::zone::reverse_name;
use super::{Method, SenderResult, SenderWord, Source};
use crate::domain::{DnsFailure, DnsResolver, Record, RecordKind};

/// Names looked at.
const NAMES: usize = 10;

/// The domain of a pass is the name that led back.
pub(super) async fn evaluate(ip: IpAddr, resolver: &dyn DnsResolver) -> SenderResult {
    let ip = ip.to_canonical();
    let (result, domain, code) = match resolver.lookup(&reverse_name(ip), RecordKind::Ptr).await {
        Err(DnsFailure::Temporary) => (SenderWord::Temperror, String::new(), Some("dns_temporary_failure")),
        Err(DnsFailure::NoSuchName) => (SenderWord::Permerror, String::new(), Some("no_name")),
        Ok(names) => forward(ip, &names, resolver).await,
    };
    let explanation = code.map(str::to_owned);
    SenderResult { method: Method::Iprev, result, domain, policy: None, source: Source::Evaluated, explanation }
}

async fn forward(
    ip: IpAddr,
    names: &[Record],
    resolver: &dyn DnsResolver,
) -> (SenderWord, String, Option<&'static str>) {
    let kind = if ip.is_ipv4() { RecordKind::A } else { RecordKind::Aaaa };
    let mut temporary = false;
    for record in names.iter().take(NAMES) {
        let Record::Ptr(name) = record else { continue };
        match resolver.lookup(name, kind).await {
            Ok(addresses) if addresses.iter().any(|record| is_address(record, ip)) => {
                return (SenderWord::Pass, name.clone(), None);
            }
            Err(DnsFailure::Temporary) => temporary = true,
            _ => {}
        }
    }
    if temporary {
        (SenderWord::Temperror, String::new(), Some("dns_temporary_failure"))
    } else {
        (SenderWord::Fail, String::new(), Some("name_does_not_lead_back"))
    }
}

fn is_address(record: &Record, ip: IpAddr) -> bool {
    match record {
        Record::A(v4) => ip == *v4,
        Record::Aaaa(v6) => ip == *v6,
        _ => false,
    }
}
