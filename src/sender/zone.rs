use std::collections::HashMap;
use std::future::{Future, ready};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::pin::Pin;

use serde_json::Value;

use super::SenderError;
use crate::domain::{DnsAnswer, DnsFailure, DnsResolver, Record, RecordKind};

/// Aliases followed before a zone is taken for a loop.
const ALIASES: usize = 8;

/// A set of names that answers instead of the DNS, so that an evaluation can be repeated exactly.
/// A name that is not in it does not exist.
#[derive(Clone, Debug, Default)]
pub struct Zone(HashMap<String, Entry>);

#[derive(Clone, Debug)]
enum Entry {
    Fails(DnsFailure),
    Has { records: Vec<Record>, alias: Option<String> },
}

impl Zone {
    /// Reads the JSON form: `{"name.": {"TXT": ["…"], "MX": [[10, "…"]]}, "other.": "TIMEOUT"}`.
    ///
    /// # Errors
    /// When it is not JSON of that form; the offending name is given.
    pub fn parse(json: &[u8]) -> Result<Self, SenderError> {
        let names: HashMap<String, Value> =
            serde_json::from_slice(json).map_err(|error| SenderError::Zone(error.to_string()))?;
        let mut zone = Self::default();
        for (name, value) in names {
            let entry = read_entry(&value).ok_or_else(|| SenderError::Zone(name.clone()))?;
            zone.0.insert(key(&name), entry);
        }
        Ok(zone)
    }

    /// Adds a TXT record.
    #[must_use]
    pub fn with_txt(mut self, name: &str, text: &str) -> Self {
        let entry = self.0.entry(key(name)).or_insert_with(|| Entry::Has { records: Vec::new(), alias: None });
        if let Entry::Has { records, .. } = entry {
            records.push(Record::Txt(text.as_bytes().to_vec()));
        }
        self
    }

    fn answer(&self, name: &str, kind: RecordKind) -> DnsAnswer {
        let mut name = key(name);
        for _ in 0..ALIASES {
            match self.0.get(&name) {
                None => return Err(DnsFailure::NoSuchName),
                Some(Entry::Fails(failure)) => return Err(*failure),
                Some(Entry::Has { alias: Some(other), .. }) => name = key(other),
                Some(Entry::Has { records, .. }) => {
                    return Ok(records.iter().filter(|record| kind_of(record) == kind).cloned().collect());
                }
            }
        }
        Ok(Vec::new())
    }
}

impl DnsResolver for Zone {
    fn lookup<'a>(&'a self, name: &'a str, kind: RecordKind) -> Pin<Box<dyn Future<Output = DnsAnswer> + Send + 'a>> {
        Box::pin(ready(self.answer(name, kind)))
    }
}

/// A resolver without a network: every question fails for now, so that nothing is judged by silence.
#[derive(Clone, Copy, Debug, Default)]
pub struct Offline;

impl DnsResolver for Offline {
    fn lookup<'a>(&'a self, _name: &'a str, _kind: RecordKind) -> Pin<Box<dyn Future<Output = DnsAnswer> + Send + 'a>> {
        Box::pin(ready(Err(DnsFailure::Temporary)))
    }
}

/// The name that holds an address's PTR record (RFC 1035 §3.5, RFC 3596 §2.5).
pub(super) fn reverse_name(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(v6) => {
            let nibbles = v6.octets().into_iter().rev().map(|byte| format!("{:x}.{:x}.", byte & 15, byte >> 4));
            nibbles.collect::<String>() + "ip6.arpa"
        }
    }
}

fn key(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn kind_of(record: &Record) -> RecordKind {
    match record {
        Record::Txt(_) => RecordKind::Txt,
        Record::A(_) => RecordKind::A,
        Record::Aaaa(_) => RecordKind::Aaaa,
        Record::Mx(..) => RecordKind::Mx,
        Record::Ptr(_) => RecordKind::Ptr,
    }
}

fn read_entry(value: &Value) -> Option<Entry> {
    if let Some(word) = value.as_str() {
        return match word {
            "NXDOMAIN" => Some(Entry::Fails(DnsFailure::NoSuchName)),
            "TIMEOUT" | "SERVFAIL" => Some(Entry::Fails(DnsFailure::Temporary)),
            _ => None,
        };
    }
    let (mut records, mut alias) = (Vec::new(), None);
    for (kind, values) in value.as_object()? {
        for value in values.as_array()? {
            match kind.as_str() {
                "CNAME" => alias = Some(value.as_str()?.to_owned()),
                "TXT" | "A" | "AAAA" | "MX" | "PTR" => records.push(read_record(kind, value)?),
                _ => {} // Nobody here asks for it.
            }
        }
    }
    Some(Entry::Has { records, alias })
}

fn read_record(kind: &str, value: &Value) -> Option<Record> {
    let text = || value.as_str().map(str::to_owned);
    Some(match kind {
        "TXT" => Record::Txt(match value.as_array() {
            Some(parts) => parts.iter().filter_map(Value::as_str).collect::<String>().into_bytes(),
            None => text()?.into_bytes(),
        }),
        "A" => Record::A(text()?.parse::<Ipv4Addr>().ok()?),
        "AAAA" => Record::Aaaa(text()?.parse::<Ipv6Addr>().ok()?),
        "MX" => {
            let pair = value.as_array()?;
            let preference = u16::try_from(pair.first()?.as_u64()?).ok()?;
            Record::Mx(preference, key(pair.get(1)?.as_str()?))
        }
        "PTR" => Record::Ptr(key(&text()?)),
        _ => return None,
    })
}
