//! DMARC policy records and the DNS tree walk that finds them (RFC 9989 §4.7, §4.10).

use super::tags::Tags;
use crate::domain::{DnsFailure, DnsResolver, Record, RecordKind};

/// §4.10: a walk asks at most for this many names.
const NAMES: usize = 8;

/// What the domain asks receivers to do with mail that fails (§4.7, `p`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    None,
    Quarantine,
    Reject,
}

impl Policy {
    fn parse(text: &str) -> Option<Self> {
        [Self::None, Self::Quarantine, Self::Reject].into_iter().find(|policy| text.eq_ignore_ascii_case(policy.word()))
    }

    /// The word of the record.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }
}

/// How near an identifier has to be (§4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alignment {
    Relaxed,
    Strict,
}

/// A record in the public suffix matter (§4.7, `psd`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PublicSuffix {
    Yes,
    No,
    Unknown,
}

/// A policy record.
#[derive(Clone, Debug)]
pub(super) struct PolicyRecord {
    policy: Policy,
    subdomains: Policy,
    missing_subdomains: Policy,
    testing: bool,
    psd: PublicSuffix,
    pub(super) dkim: Alignment,
    pub(super) spf: Alignment,
}

impl PolicyRecord {
    /// `None` for what is no usable DMARC record (§4.7).
    fn parse(text: &[u8]) -> Option<Self> {
        let tags = Tags::parse(text)?;
        if tags.first() != Some(("v", "DMARC1")) {
            return None;
        }
        let word = |name| tags.get(name).map(Policy::parse);
        let broken = [word("p"), word("sp"), word("np")].contains(&Some(None));
        let (policy, subdomains, missing) = match (word("p"), broken) {
            (Some(Some(policy)), false) => (policy, word("sp").flatten(), word("np").flatten()),
            // §4.7: a broken policy counts as none if the domain at least wants reports.
            _ if tags.get("rua").is_some_and(|uri| uri.to_ascii_lowercase().contains("mailto:")) => {
                (Policy::None, None, None)
            }
            _ => return None,
        };
        let alignment = |name| match tags.get(name) {
            Some(word) if word.eq_ignore_ascii_case("s") => Alignment::Strict,
            _ => Alignment::Relaxed,
        };
        let subdomains = subdomains.unwrap_or(policy);
        Some(Self {
            policy,
            subdomains,
            missing_subdomains: missing.unwrap_or(subdomains),
            testing: tags.get("t").is_some_and(|word| word.eq_ignore_ascii_case("y")),
            psd: match tags.get("psd") {
                Some(word) if word.eq_ignore_ascii_case("y") => PublicSuffix::Yes,
                Some(word) if word.eq_ignore_ascii_case("n") => PublicSuffix::No,
                _ => PublicSuffix::Unknown,
            },
            dkim: alignment("adkim"),
            spf: alignment("aspf"),
        })
    }

    /// The policy for the author's domain; one that is tested (`t=y`) counts one step lower (§4.7).
    pub(super) fn policy_for(&self, of_this_name: bool, exists: bool) -> Policy {
        let policy = match (of_this_name, exists) {
            (true, _) => self.policy,
            (false, true) => self.subdomains,
            (false, false) => self.missing_subdomains,
        };
        match (policy, self.testing) {
            (Policy::Reject, true) => Policy::Quarantine,
            (Policy::Quarantine, true) => Policy::None,
            _ => policy,
        }
    }
}

/// The records found on the way from a name to the root, the longest name first.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    start: String,
    found: Vec<(String, PolicyRecord)>,
}

impl Walk {
    /// The organizational domain (§4.10.2).
    pub(super) fn organization(&self) -> &str {
        for (name, record) in &self.found {
            match record.psd {
                PublicSuffix::No => return name,
                PublicSuffix::Yes if *name != self.start => return one_below(name, &self.start),
                _ => {}
            }
        }
        self.found.last().map_or(&self.start, |(name, _)| name)
    }
}

/// The record that applies to the author's domain (§4.10.1): its own, or that of its organization,
/// or that of the public suffix above.
pub(super) fn published<'a>(walk: &'a Walk, author: &str) -> Option<(&'a str, &'a PolicyRecord)> {
    let at =
        |wanted: &str| walk.found.iter().find(|(name, _)| name == wanted).map(|(name, record)| (name.as_str(), record));
    let suffix = || walk.found.iter().find(|(_, record)| record.psd == PublicSuffix::Yes);
    at(author).or_else(|| at(walk.organization())).or_else(|| suffix().map(|(name, record)| (name.as_str(), record)))
}

/// The tree walk (§4.10).
pub(super) async fn walk(domain: &str, resolver: &dyn DnsResolver) -> Result<Walk, DnsFailure> {
    let mut walk = Walk { start: domain.to_owned(), found: Vec::new() };
    let mut name = domain;
    for _ in 0..NAMES {
        if let Some(record) = fetch(name, resolver).await? {
            let last = record.psd != PublicSuffix::Unknown;
            // A record at the top level that doesn't say what it is would make one organization of
            // all domains below it.
            if name.contains('.') || record.psd == PublicSuffix::Yes {
                walk.found.push((name.to_owned(), record));
            }
            if last {
                break;
            }
        }
        let labels = name.split('.').count();
        let dropped = if labels > NAMES { labels - (NAMES - 1) } else { 1 };
        match name.splitn(dropped + 1, '.').nth(dropped) {
            Some(rest) if !rest.is_empty() => name = rest,
            _ => break,
        }
    }
    Ok(walk)
}

/// More than one record counts as none (§4.10).
async fn fetch(domain: &str, resolver: &dyn DnsResolver) -> Result<Option<PolicyRecord>, DnsFailure> {
    let answer = match resolver.lookup(&format!("_dmarc.{domain}"), RecordKind::Txt).await {
        Ok(answer) => answer,
        Err(DnsFailure::NoSuchName) => return Ok(None),
        Err(DnsFailure::Temporary) => return Err(DnsFailure::Temporary),
    };
    let mut texts = answer.iter().filter_map(|record| match record {
        Record::Txt(text) if is_dmarc(text) => Some(text),
        _ => None,
    });
    match (texts.next(), texts.next()) {
        (Some(text), None) => Ok(PolicyRecord::parse(text)),
        _ => Ok(None),
    }
}

/// §4.7: `v=DMARC1`, exactly, comes first.
fn is_dmarc(text: &[u8]) -> bool {
    let end = text.iter().position(|byte| *byte == b';').unwrap_or(text.len());
    let first: Vec<u8> = text.iter().take(end).copied().filter(|byte| !matches!(byte, b' ' | b'\t')).collect();
    first == b"v=DMARC1"
}

/// The name one label longer than a suffix, on the way to a longer name.
fn one_below<'a>(suffix: &str, name: &'a str) -> &'a str {
    let Some(above) = name.strip_suffix(suffix).and_then(|rest| rest.strip_suffix('.')) else { return name };
    let start = above.rfind('.').map_or(0, |dot| dot + 1);
    name.get(start..).unwrap_or(name)
}
