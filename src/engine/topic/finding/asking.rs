//! Looks an address up, in the ways that were chosen, all at once.

use std::net::SocketAddr;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use url::Url;

use crate::crypto::{pgp, smime};
use crate::domain::{EmailAddress, RawMessage};
use crate::engine::profile::Profile;
use crate::net::dane::{DaneError, DaneKind, DaneRecord, ProvingResolver};
use crate::net::dns::NetworkResolver;
use crate::net::ldap::{self, LdapError};
use crate::net::web::{Reach, Web, WebError};
use crate::net::{hkp, vks, wkd};
use crate::store::ProvenanceSource;

use super::{Asked, FindingSettings, FoundCertificate, LookUp, NoAnswer, Outcome, SearchView};

/// Certificates that are shown of one answer.
const MAX_FOUND: usize = 16;

/// What is at hand to ask with.
#[derive(Clone, Debug)]
pub struct Means {
    /// Who answers DNS questions, in place of the system's resolvers.
    pub dns: Option<SocketAddr>,
    /// DNSKEY records that DNSSEC is checked with, in place of the root's own.
    pub anchors: Option<String>,
    /// Nothing may leave.
    pub is_offline: bool,
    /// How far what others name may be reached.
    pub(crate) reach: Reach,
    /// How far servers that the user named may be reached.
    pub(crate) named: Reach,
}

impl Default for Means {
    fn default() -> Self {
        Self { dns: None, anchors: None, is_offline: false, reach: Reach::Public, named: Reach::Named }
    }
}

impl Means {
    /// A way to what others name.
    pub(super) fn web(&self, profile: &Profile) -> Result<Web, NoAnswer> {
        let resolver = match self.dns {
            Some(server) => NetworkResolver::at(server),
            None => NetworkResolver::system(),
        };
        let web = Web::new(&profile.server_roots(), self.reach).map_err(|_| NoAnswer::BadCertificate)?;
        Ok(web.with_names(resolver.map_err(|_| NoAnswer::Unreachable)?))
    }

    /// A way to servers that the user named.
    pub(super) fn named_web(&self, profile: &Profile) -> Result<Web, NoAnswer> {
        let web = Web::new(&profile.server_roots(), self.named).map_err(|_| NoAnswer::BadCertificate)?;
        match self.dns {
            Some(server) => Ok(web.with_names(NetworkResolver::at(server).map_err(|_| NoAnswer::Unreachable)?)),
            None => Ok(web),
        }
    }
}

/// One question.
#[derive(Clone, Debug)]
enum Target {
    Wkd,
    Vks(Url),
    Hkp(Url),
    Dane(DaneKind),
    Ldap(Url),
    /// There is nobody to ask.
    Nobody(NoAnswer),
}

/// Looks an address up in these ways; `tell` hears how far it is. What is found is kept nowhere.
pub async fn ask(
    profile: &Profile,
    settings: &FindingSettings,
    address: &EmailAddress,
    ways: &[LookUp],
    means: &Means,
    tell: impl Fn(&SearchView),
) -> SearchView {
    let questions = questions(settings, address, ways, means);
    let asked =
        questions.iter().map(|(way, place, _)| Asked { way: *way, place: place.clone(), outcome: Outcome::Waiting });
    let mut search =
        SearchView { address: address.clone(), is_running: true, asked: asked.collect(), found: Vec::new() };
    tell(&search);
    let mut answers: FuturesUnordered<_> = questions
        .iter()
        .enumerate()
        .map(|(number, (_, _, target))| async move { (number, one(profile, address, target, means).await) })
        .collect();
    while let Some((number, answer)) = answers.next().await {
        let Some(asked) = search.asked.get_mut(number) else { continue };
        asked.outcome = match &answer {
            Ok(found) if found.is_empty() => Outcome::Nothing,
            Ok(found) => Outcome::Found(found.len()),
            Err(why) => Outcome::NoAnswer(*why),
        };
        search.found.extend(answer.unwrap_or_default());
        tell(&search);
    }
    // In the order of the questions, not of the answers.
    search.found.sort_by_key(|found| (found.source, found.place.clone()));
    search.is_running = false;
    tell(&search);
    search
}

fn questions(
    settings: &FindingSettings,
    address: &EmailAddress,
    ways: &[LookUp],
    means: &Means,
) -> Vec<(LookUp, String, Target)> {
    let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
    let mut all = Vec::new();
    for way in LookUp::BY_ADDRESS.into_iter().filter(|way| ways.contains(way)) {
        let before = all.len();
        match way {
            LookUp::Wkd => all.push((way, address.domain().to_owned(), Target::Wkd)),
            LookUp::Vks => all.extend(hkp::server(&settings.vks).map(|url| (way, host(&url), Target::Vks(url)))),
            LookUp::Hkp => {
                let servers = settings.hkp.iter().filter_map(|server| hkp::server(server));
                all.extend(servers.map(|url| (way, host(&url), Target::Hkp(url))));
            }
            LookUp::Dane => {
                for (kind, name) in [(DaneKind::OpenPgpKey, "_openpgpkey"), (DaneKind::Smimea, "_smimecert")] {
                    all.push((way, format!("{name}.{}", address.domain()), Target::Dane(kind)));
                }
            }
            LookUp::Ldap => {
                let servers = settings.ldap.iter().filter_map(|server| ldap::server(server));
                all.extend(servers.map(|url| (way, host(&url), Target::Ldap(url))));
            }
            LookUp::Aia => {}
        }
        if all.len() == before {
            all.push((way, String::new(), Target::Nobody(NoAnswer::NoServer)));
        }
    }
    if means.is_offline {
        for (_, _, target) in &mut all {
            *target = Target::Nobody(NoAnswer::Offline);
        }
    }
    all
}

async fn one(
    profile: &Profile,
    address: &EmailAddress,
    target: &Target,
    means: &Means,
) -> Result<Vec<FoundCertificate>, NoAnswer> {
    let gather = Gather { profile, address };
    match target {
        Target::Wkd => {
            let published = wkd::certificates(&means.web(profile)?, address).await.map_err(web_error)?;
            let found = published.map(|one| gather.cut(&one.bytes, ProvenanceSource::Wkd, address.domain()));
            Ok(found.unwrap_or_default())
        }
        Target::Vks(url) => {
            let answer = vks::by_address(&means.named_web(profile)?, url, address).await.map_err(web_error)?;
            Ok(gather.whole(&answer.unwrap_or_default(), ProvenanceSource::Vks, url))
        }
        Target::Hkp(url) => {
            let answer = hkp::by_address(&means.named_web(profile)?, url, address).await.map_err(web_error)?;
            Ok(gather.whole(&answer.unwrap_or_default(), ProvenanceSource::Hkp, url))
        }
        Target::Dane(kind) => {
            let resolver = ProvingResolver::new(means.dns, means.anchors.as_deref());
            let resolver = resolver.map_err(|_| NoAnswer::Unreachable)?;
            let records = resolver.certificates(address, *kind).await.map_err(dane_error)?;
            let found = records.iter().flat_map(|record| match record {
                DaneRecord::OpenPgp(bytes) => gather.cut(bytes, ProvenanceSource::Dane, address.domain()),
                DaneRecord::Smime(der) => gather.x509(der, ProvenanceSource::Dane, address.domain()),
            });
            Ok(found.take(MAX_FOUND).collect())
        }
        Target::Ldap(url) => {
            let answer =
                ldap::certificates(url, &profile.server_roots(), address).await.map_err(|why| ldap_error(&why))?;
            let place = url.host_str().unwrap_or_default();
            let mut found: Vec<FoundCertificate> = Vec::new();
            for one in answer.iter().flat_map(|bytes| gather.x509(bytes, ProvenanceSource::Ldap, place)) {
                // The same certificate stands in both attributes; the one with its chain is worth more.
                let same = found.iter_mut().find(|known| known.report.fingerprint == one.report.fingerprint);
                match same {
                    Some(known) if known.content.len() < one.content.len() => *known = one,
                    Some(_) => {}
                    None => found.push(one),
                }
            }
            found.truncate(MAX_FOUND);
            Ok(found)
        }
        Target::Nobody(why) => Err(*why),
    }
}

/// Takes of an answer what is of the address.
struct Gather<'a> {
    profile: &'a Profile,
    address: &'a EmailAddress,
}

impl Gather<'_> {
    /// OpenPGP certificates, each with the address's User IDs alone: whoever published them speaks for no other.
    fn cut(&self, bytes: &[u8], source: ProvenanceSource, place: &str) -> Vec<FoundCertificate> {
        let certs = pgp::found(bytes, &self.profile.keyring().pgp)
            .into_iter()
            .filter_map(|cert| pgp::only_for(&cert, self.address));
        certs.take(MAX_FOUND).map(|cert| self.pgp(&cert, source, place)).collect()
    }

    /// OpenPGP certificates as they are, if they name the address.
    fn whole(&self, bytes: &[u8], source: ProvenanceSource, server: &Url) -> Vec<FoundCertificate> {
        let certs = pgp::found(bytes, &self.profile.keyring().pgp)
            .into_iter()
            .filter(|cert| pgp::only_for(cert, self.address).is_some());
        certs.take(MAX_FOUND).map(|cert| self.pgp(&cert, source, server.host_str().unwrap_or_default())).collect()
    }

    fn pgp(&self, cert: &sequoia_openpgp::Cert, source: ProvenanceSource, place: &str) -> FoundCertificate {
        let report = pgp::report(cert, self.profile.now());
        let is_kept = self.profile.keyring().pgp.find(&report.fingerprint).is_some();
        let content = RawMessage::new(pgp::binary_public(cert));
        FoundCertificate { report, source, place: place.to_owned(), is_kept, content }
    }

    /// Certificates of persons that name the address, each with the authorities that came along.
    fn x509(&self, bytes: &[u8], source: ProvenanceSource, place: &str) -> Vec<FoundCertificate> {
        let all = smime::found(bytes);
        let (authorities, persons): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.is_authority());
        let theirs = persons.into_iter().filter(|one| one.addresses().contains(self.address));
        let describe = |one: std::sync::Arc<smime::X509>| {
            let report = one.report(false, false, self.profile.now());
            let is_kept = self.profile.keyring().smime.find(&one.fingerprint).is_some();
            let parts = std::iter::once(&one).chain(&authorities).map(|one| smime::export_pem(one));
            let content = RawMessage::new(parts.collect::<Vec<_>>().concat());
            FoundCertificate { report, source, place: place.to_owned(), is_kept, content }
        };
        theirs.take(MAX_FOUND).map(describe).collect()
    }
}

// By value, so that it can be handed to `map_err`.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn web_error(error: WebError) -> NoAnswer {
    match error {
        WebError::NotHttps | WebError::BadAddress => NoAnswer::BadAddress,
        WebError::PrivateAddress => NoAnswer::PrivateAddress,
        WebError::NoSuchHost => NoAnswer::NoSuchHost,
        WebError::Unreachable => NoAnswer::Unreachable,
        WebError::BadCertificate => NoAnswer::BadCertificate,
        WebError::TooManyRedirects | WebError::NotAPicture | WebError::Protocol => NoAnswer::Protocol,
        WebError::Status(_) => NoAnswer::Refused,
        WebError::TooLarge => NoAnswer::TooLarge,
        WebError::TimedOut => NoAnswer::TimedOut,
    }
}

#[allow(clippy::needless_pass_by_value)]
fn dane_error(error: DaneError) -> NoAnswer {
    match error {
        DaneError::NotSigned => NoAnswer::DnsNotSigned,
        DaneError::Bogus => NoAnswer::DnsBogus,
        DaneError::Unreachable => NoAnswer::Unreachable,
        DaneError::BadAddress => NoAnswer::BadAddress,
    }
}

fn ldap_error(error: &LdapError) -> NoAnswer {
    match error {
        LdapError::Unreachable => NoAnswer::Unreachable,
        LdapError::BadCertificate => NoAnswer::BadCertificate,
        LdapError::NoStartTls => NoAnswer::NoStartTls,
        LdapError::Refused(_) => NoAnswer::Refused,
        LdapError::TimedOut => NoAnswer::TimedOut,
        LdapError::Protocol => NoAnswer::Protocol,
    }
}
