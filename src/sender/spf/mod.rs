//! Sender Policy Framework (RFC 7208): may this address send mail for this domain?

mod macros;
mod record;

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use self::macros::{MacroString, Values};
use self::record::{Directive, Mechanism, Prefix, Qualifier, is_spf};
use super::signed::domain_name;
use super::zone::reverse_name;
use super::{Method, SenderResult, SenderWord, Source};
use crate::domain::{DnsFailure, DnsResolver, Record, RecordKind};

/// §4.6.4: terms that ask the DNS.
const LOOKUPS: u32 = 10;
/// §4.6.4: answers with nothing in them.
const VOID_LOOKUPS: u32 = 2;
/// §4.6.4: hosts of one `mx`, names of one `ptr`.
const HOSTS: usize = 10;

/// Evaluates SPF for one connection. The MAIL FROM domain is judged; without one (a bounce) the HELO
/// name, with the local part `postmaster` (§2.4).
pub async fn evaluate(ip: IpAddr, helo: &str, mail_from: &str, resolver: &dyn DnsResolver) -> SenderResult {
    let sender = mail_from.trim().trim_start_matches('<').trim_end_matches('>');
    let (local, domain) = match sender.rsplit_once('@') {
        Some((local, domain)) => (if local.is_empty() { "postmaster" } else { local }, domain),
        None if sender.is_empty() => ("postmaster", helo),
        None => ("postmaster", sender),
    };
    let domain = domain_name(domain.trim_end_matches('.')).unwrap_or_default();
    let mut session = Session {
        // §5: an IPv4-mapped address is an IPv4 address.
        ip: ip.to_canonical(),
        helo,
        local,
        sender_domain: &domain,
        resolver,
        lookups: 0,
        voids: 0,
    };
    let (result, explanation) = match session.check_host(domain.clone()).await {
        Ok(word) => (word, None),
        Err(why) => (why.word, Some(why.code.to_owned())),
    };
    SenderResult { method: Method::Spf, result, domain, policy: None, source: Source::Evaluated, explanation }
}

/// An evaluation that ended without a mechanism's answer.
#[derive(Clone, Copy, Debug)]
struct Stop {
    word: SenderWord,
    code: &'static str,
}

const fn permerror(code: &'static str) -> Stop {
    Stop { word: SenderWord::Permerror, code }
}

const TEMPERROR: Stop = Stop { word: SenderWord::Temperror, code: "dns_temporary_failure" };

type Verdict = Result<SenderWord, Stop>;

struct Session<'a> {
    ip: IpAddr,
    helo: &'a str,
    local: &'a str,
    sender_domain: &'a str,
    resolver: &'a dyn DnsResolver,
    lookups: u32,
    voids: u32,
}

impl Session<'_> {
    /// check_host() of §4; boxed, because `include` and `redirect` come back here (at most ten times).
    fn check_host(&mut self, domain: String) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        Box::pin(async move {
            let none = |code| Stop { word: SenderWord::None, code };
            if !is_domain(&domain) {
                return Err(none("no_domain"));
            }
            let record = self.fetch(&domain).await?.ok_or(none("no_record"))?;
            let record = record::Record::parse(&record).map_err(|_| permerror("syntax"))?;
            for Directive { qualifier, mechanism } in &record.directives {
                if self.matches(mechanism, &domain).await? {
                    return Ok(match qualifier {
                        Qualifier::Pass => SenderWord::Pass,
                        Qualifier::Fail => SenderWord::Fail,
                        Qualifier::Softfail => SenderWord::Softfail,
                        Qualifier::Neutral => SenderWord::Neutral,
                    });
                }
            }
            let Some(redirect) = &record.redirect else {
                return Ok(SenderWord::Neutral); // §4.7
            };
            self.count()?;
            let target = self.expand(redirect, &domain).await?;
            match self.check_host(target).await {
                Err(Stop { word: SenderWord::None, .. }) => Err(permerror("redirect_without_record")), // §6.1
                verdict => verdict,
            }
        })
    }

    /// §4.4, §4.5.
    async fn fetch(&self, domain: &str) -> Result<Option<Vec<u8>>, Stop> {
        let answer = match self.resolver.lookup(domain, RecordKind::Txt).await {
            Ok(answer) => answer,
            Err(DnsFailure::NoSuchName) => return Ok(None),
            Err(DnsFailure::Temporary) => return Err(TEMPERROR),
        };
        let mut records = answer.into_iter().filter_map(|record| match record {
            Record::Txt(text) if is_spf(&text) => Some(text),
            _ => None,
        });
        match (records.next(), records.next()) {
            (_, Some(_)) => Err(permerror("multiple_records")),
            (record, None) => Ok(record),
        }
    }

    async fn matches(&mut self, mechanism: &Mechanism, domain: &str) -> Result<bool, Stop> {
        match mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Ip4(network, bits) => Ok(within(self.ip, IpAddr::V4(*network), *bits)),
            Mechanism::Ip6(network, bits) => Ok(within(self.ip, IpAddr::V6(*network), *bits)),
            Mechanism::Include(target) => {
                self.count()?;
                let target = self.expand(target, domain).await?;
                match self.check_host(target).await {
                    Ok(word) => Ok(word == SenderWord::Pass),
                    Err(Stop { word: SenderWord::None, .. }) => Err(permerror("include_without_record")), // §5.2
                    Err(stop) => Err(stop),
                }
            }
            Mechanism::A(target, prefix) => {
                self.count()?;
                let target = self.target(target.as_ref(), domain).await?;
                self.host_matches(&target, *prefix, true).await
            }
            Mechanism::Mx(target, prefix) => {
                self.count()?;
                let target = self.target(target.as_ref(), domain).await?;
                self.mx_matches(&target, *prefix).await
            }
            Mechanism::Ptr(target) => {
                self.count()?;
                let target = self.target(target.as_ref(), domain).await?;
                let names = self.validated_names(Some(&target)).await?;
                Ok(names.iter().any(|name| is_at_or_below(name, &target)))
            }
            Mechanism::Exists(target) => {
                self.count()?;
                let target = self.expand(target, domain).await?;
                Ok(!self.ask(&target, RecordKind::A, true).await?.is_empty()) // §5.7: A, for IPv6 too
            }
        }
    }

    async fn mx_matches(&mut self, target: &str, prefix: Prefix) -> Result<bool, Stop> {
        let mut hosts: Vec<(u16, String)> = (self.ask(target, RecordKind::Mx, true).await?.into_iter())
            .filter_map(
                |record| if let Record::Mx(preference, host) = record { Some((preference, host)) } else { None },
            )
            .collect();
        if hosts.len() > HOSTS {
            return Err(permerror("too_many_hosts"));
        }
        hosts.sort_unstable();
        for (_, host) in hosts {
            // A host of the other address family answers nothing; that is no mistake of the domain.
            if self.host_matches(&host, prefix, false).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn host_matches(&mut self, host: &str, prefix: Prefix, counts: bool) -> Result<bool, Stop> {
        let (kind, bits) = if self.ip.is_ipv4() { (RecordKind::A, prefix.v4) } else { (RecordKind::Aaaa, prefix.v6) };
        let answer = self.ask(host, kind, counts).await?;
        Ok(answer.iter().filter_map(address_of).any(|address| within(self.ip, address, bits)))
    }

    /// §5.5: the names of the address that lead back to it. Failures of the DNS only lose names.
    /// With a wish, names at or below it come first.
    async fn validated_names(&mut self, wish: Option<&str>) -> Result<Vec<String>, Stop> {
        let answer = self.resolver.lookup(&reverse_name(self.ip), RecordKind::Ptr).await.unwrap_or_default();
        if answer.is_empty() {
            self.count_void()?;
        }
        let kind = if self.ip.is_ipv4() { RecordKind::A } else { RecordKind::Aaaa };
        let mut names = Vec::new();
        for record in answer.into_iter().take(HOSTS) {
            let Record::Ptr(name) = record else { continue };
            let addresses = self.resolver.lookup(&name, kind).await.unwrap_or_default();
            if addresses.iter().filter_map(address_of).any(|address| address == self.ip) {
                names.push(name);
            }
        }
        if let Some(wish) = wish {
            names.sort_by_key(|name| (!name.eq_ignore_ascii_case(wish), !is_at_or_below(name, wish)));
        }
        Ok(names)
    }

    async fn target(&mut self, target: Option<&MacroString>, domain: &str) -> Result<String, Stop> {
        match target {
            Some(target) => self.expand(target, domain).await,
            None => Ok(domain.to_owned()),
        }
    }

    async fn expand(&mut self, text: &MacroString, domain: &str) -> Result<String, Stop> {
        let validated = if text.needs_validated_name() {
            self.validated_names(Some(domain)).await?.into_iter().next()
        } else {
            None
        };
        Ok(text.expand(&Values {
            sender_local: self.local,
            sender_domain: self.sender_domain,
            domain,
            ip: self.ip,
            helo: self.helo,
            validated: validated.as_deref().unwrap_or("unknown"),
        }))
    }

    /// One question of a term. A name that can't be in the DNS is not in it (§4.8).
    async fn ask(&mut self, name: &str, kind: RecordKind, counts: bool) -> Result<Vec<Record>, Stop> {
        let answer = if is_name(name) { self.resolver.lookup(name, kind).await } else { Err(DnsFailure::NoSuchName) };
        match answer {
            Err(DnsFailure::Temporary) => Err(TEMPERROR),
            Ok(answer) if !answer.is_empty() => Ok(answer),
            Ok(_) | Err(DnsFailure::NoSuchName) => {
                if counts {
                    self.count_void()?;
                }
                Ok(Vec::new())
            }
        }
    }

    fn count(&mut self) -> Result<(), Stop> {
        self.lookups += 1;
        if self.lookups > LOOKUPS { Err(permerror("too_many_lookups")) } else { Ok(()) }
    }

    fn count_void(&mut self) -> Result<(), Stop> {
        self.voids += 1;
        if self.voids > VOID_LOOKUPS { Err(permerror("too_many_void_lookups")) } else { Ok(()) }
    }
}

/// §4.3: a fully qualified name of at least two labels.
fn is_domain(domain: &str) -> bool {
    is_name(domain) && domain.contains('.') && !domain.starts_with('[')
}

fn is_name(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(|label| (1..=63).contains(&label.len()))
}

fn is_at_or_below(name: &str, domain: &str) -> bool {
    let (name, domain) = (name.to_ascii_lowercase(), domain.trim_end_matches('.').to_ascii_lowercase());
    name == domain || name.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'))
}

fn address_of(record: &Record) -> Option<IpAddr> {
    match record {
        Record::A(v4) => Some(IpAddr::V4(*v4)),
        Record::Aaaa(v6) => Some(IpAddr::V6(*v6)),
        _ => None,
    }
}

/// Whether an address lies in a network of the same family (§5.6).
fn within(ip: IpAddr, network: IpAddr, bits: u8) -> bool {
    match (ip, network) {
        (IpAddr::V4(ip), IpAddr::V4(network)) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(bits.into())).unwrap_or(0);
            (ip.to_bits() ^ network.to_bits()) & mask == 0
        }
        (IpAddr::V6(ip), IpAddr::V6(network)) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(bits.into())).unwrap_or(0);
            (ip.to_bits() ^ network.to_bits()) & mask == 0
        }
        _ => false,
    }
}
