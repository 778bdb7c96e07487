//! Asks for what is new of the certificates that are kept: by fingerprint and never by address, in an order and with
//! pauses that nobody can foresee, so that a server learns as little as can be of whom they belong to.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::crypto::{Keyring, pgp, smime};
use crate::domain::Fingerprint;
use crate::engine::profile::{Profile, store_failure};
use crate::engine::worker::internal;
use crate::engine::{Failure, FailureKind, Retry};
use crate::net::web::{Web, WebError};
use crate::net::{Cancel, hkp, vks};
use crate::store::ProvenanceSource;

use super::{FindingSettings, LookUp, Means, NoAnswer, issuers, no_answer};

/// The longest pause between two questions.
const PAUSE: Duration = Duration::from_secs(4);

/// What became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refreshed {
    /// Certificates that were asked for.
    pub asked: usize,
    /// Those of which something new came.
    pub changed: Vec<Fingerprint>,
    /// Those that turned out to be withdrawn.
    pub revoked: Vec<Fingerprint>,
    /// Questions without an answer.
    pub unanswered: usize,
    /// The user stopped it; what came until then is kept.
    pub is_cancelled: bool,
}

/// A server that answers by fingerprint.
enum Server {
    Vks(Url),
    Hkp(Url),
}

/// Refreshes every certificate that is kept, in the ways that are allowed: OpenPGP certificates from key servers, and
/// for S/MIME the certificates of missing issuers. `tell` hears how many of how many are done.
///
/// # Errors
/// When no way is allowed, or the store can't be written.
pub async fn refresh(
    profile: &Profile,
    settings: &FindingSettings,
    means: &Means,
    cancel: &Cancel,
    tell: impl Fn(usize, usize),
) -> Result<Refreshed, Failure> {
    refresh_with_pauses(profile, settings, means, cancel, PAUSE, tell).await
}

/// The same to its end, for the command line.
///
/// # Errors
/// When no way is allowed, or the store can't be written.
pub async fn refresh_all(
    profile: &Profile,
    settings: &FindingSettings,
    means: &Means,
    tell: impl Fn(usize, usize),
) -> Result<Refreshed, Failure> {
    refresh(profile, settings, means, &Cancel::new(), tell).await
}

pub(super) async fn refresh_with_pauses(
    profile: &Profile,
    settings: &FindingSettings,
    means: &Means,
    cancel: &Cancel,
    pause: Duration,
    tell: impl Fn(usize, usize),
) -> Result<Refreshed, Failure> {
    let fetches_issuers = settings.allowed.contains(&LookUp::Aia);
    let servers = servers(settings);
    if means.is_offline {
        return Err(no_answer(NoAnswer::Offline, ""));
    }
    if servers.is_empty() && !fetches_issuers {
        let source = "nothing_allowed".to_owned();
        return Err(Failure { kind: FailureKind::Input, retry: Retry::Never, subject: String::new(), source });
    }
    let web = means.named_web(profile).map_err(|why| no_answer(why, ""))?;
    let mut todo = todo(profile, !servers.is_empty(), fetches_issuers);
    shuffle(&mut todo)?;
    let (total, mut done) = (todo.len(), Refreshed::default());
    let mut work = Work { profile, web, servers, means, new: Keyring::default(), places: Vec::new() };
    for (number, fingerprint) in todo.iter().enumerate() {
        tell(number, total);
        let one = async {
            if number > 0 {
                tokio::time::sleep(some_of(pause)).await;
            }
            work.one(fingerprint, &mut done).await;
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => {
                done.is_cancelled = true;
                break;
            }
            () = one => done.asked += 1,
        }
    }
    work.keep()?;
    tell(total, total);
    Ok(done)
}

fn servers(settings: &FindingSettings) -> Vec<Server> {
    let mut servers = Vec::new();
    if settings.allowed.contains(&LookUp::Vks) {
        servers.extend(hkp::server(&settings.vks).map(Server::Vks));
    }
    if settings.allowed.contains(&LookUp::Hkp) {
        servers.extend(settings.hkp.iter().filter_map(|server| hkp::server(server)).map(Server::Hkp));
    }
    servers
}

/// Certificates that something new may be known of.
fn todo(profile: &Profile, pgp: bool, smime: bool) -> Vec<Fingerprint> {
    let keyring = profile.keyring();
    let certs = keyring.pgp.fingerprints().filter(|_| pgp).cloned();
    let lacks = |one: &&Arc<smime::X509>| smime && smime::last_known(one, &keyring.smime).is_some();
    let all = if smime { keyring.smime.certificates() } else { Vec::new() };
    let persons = all.iter().filter(lacks).map(|one| one.fingerprint.clone());
    certs.chain(persons).collect()
}

struct Work<'a> {
    profile: &'a Profile,
    web: Web,
    servers: Vec<Server>,
    means: &'a Means,
    /// What is to be kept.
    new: Keyring,
    places: Vec<(Fingerprint, ProvenanceSource, String)>,
}

impl Work<'_> {
    async fn one(&mut self, fingerprint: &Fingerprint, done: &mut Refreshed) {
        let keyring = self.profile.keyring();
        if let Some(certificate) = keyring.smime.find(fingerprint) {
            let found = issuers::fetch(self.profile, self.means, certificate).await;
            for (issuer, place) in found {
                self.places.push((issuer.fingerprint.clone(), ProvenanceSource::Aia, place));
                done.changed.push(issuer.fingerprint.clone());
                self.new.smime.add_certificate(issuer);
            }
            return;
        }
        let Some(before) = keyring.pgp.find(fingerprint) else { return };
        let mut merged = pgp::PgpRing::beside(Arc::clone(&keyring));
        merged.add_cert((**before).clone());
        for server in &self.servers {
            let (answer, source, url) = match server {
                Server::Vks(url) => {
                    (vks::by_fingerprint(&self.web, url, fingerprint).await, ProvenanceSource::Vks, url)
                }
                Server::Hkp(url) => {
                    (hkp::by_fingerprint(&self.web, url, fingerprint).await, ProvenanceSource::Hkp, url)
                }
            };
            let Ok(bytes) =
                answer.or_else(|why: WebError| if why == WebError::Status(404) { Ok(None) } else { Err(why) })
            else {
                done.unanswered += 1;
                continue;
            };
            // Nothing but the certificate that was asked for.
            let found = pgp::found(&bytes.unwrap_or_default(), &keyring.pgp).into_iter();
            for cert in found.filter(|cert| pgp::fingerprint(cert) == *fingerprint) {
                let place = url.host_str().unwrap_or_default().to_owned();
                self.places.push((fingerprint.clone(), source, place));
                merged.add_cert(cert);
            }
        }
        let Some(after) = merged.find(fingerprint).filter(|after| *after != before) else { return };
        let at = self.profile.now();
        if pgp::report(after, at).is_revoked && !pgp::report(before, at).is_revoked {
            done.revoked.push(fingerprint.clone());
        }
        done.changed.push(fingerprint.clone());
        self.new.pgp.add_cert((**after).clone());
    }

    /// All at once: the keyring is read anew but once.
    fn keep(self) -> Result<(), Failure> {
        let at = self.profile.now();
        if !self.new.pgp.is_empty() || !self.new.smime.is_empty() {
            self.profile.keep(&self.new, None, "refreshed")?;
        }
        for (fingerprint, source, place) in &self.places {
            self.profile.store.note_provenance(fingerprint, *source, place, at).map_err(store_failure)?;
        }
        Ok(())
    }
}

fn shuffle(all: &mut [Fingerprint]) -> Result<(), Failure> {
    for last in (1..all.len()).rev() {
        let mut random = [0_u8; 8];
        openssl::rand::rand_bytes(&mut random).map_err(|error| internal(&error.to_string()))?;
        all.swap(last, (u64::from_le_bytes(random) % (last as u64 + 1)) as usize);
    }
    Ok(())
}

/// Any part of a pause.
fn some_of(pause: Duration) -> Duration {
    let mut random = [0_u8; 4];
    // Without random bytes it is a whole one.
    let part = openssl::rand::rand_bytes(&mut random).map_or(u32::MAX, |()| u32::from_le_bytes(random));
    pause.mul_f64(f64::from(part) / f64::from(u32::MAX))
}
