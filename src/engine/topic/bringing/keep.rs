//! Compares what was read with the profile, says what it adds, and keeps it as a whole.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::crypto::pgp::Gain;
use crate::crypto::smime::{self, Identity};
use crate::crypto::{CertificateReport, Keyring, pgp};
use crate::domain::{Fingerprint, Technology};
use crate::engine::profile::store_failure;
use crate::engine::{Failure, Profile};
use crate::store::{CertificateRecord, Intake, TrustKind};
use crate::trust;

use super::harvest::{Harvest, Watch};
use super::report::{Bringing, Brought, Outcome, TrustHint, TrustLevel, Why};
use super::{SourceKind, Wish};

pub(super) fn keep(profile: &Profile, harvest: Harvest, wish: &Wish, watch: &Watch<'_>) -> Result<Bringing, Failure> {
    let mut keeping = Keeping { profile, known: profile.keyring(), wish, intake: Intake::default(), items: Vec::new() };
    for (index, fingerprint) in harvest.order.iter().enumerate() {
        watch.go_on()?;
        watch.at("", index, harvest.order.len());
        keeping.one(&harvest, fingerprint);
    }
    keeping.beside(&harvest);
    let Keeping { intake, mut items, .. } = keeping;
    items.extend(harvest.stayed);
    if !wish.dry_run {
        let count = intake.certificates.len();
        let goes_on = |done: usize| {
            watch.at("", done, count);
            !watch.cancel.is_cancelled()
        };
        if !profile.store.take_in(&intake, Timestamp::now(), &goes_on).map_err(store_failure)? {
            watch.go_on()?;
        }
        profile.load_keyring(wish.passphrases.clone())?;
        if !wish.sources.iter().all(|(kind, _)| *kind == SourceKind::CertD) {
            profile.give_or_owe(&harvest.order)?;
        }
    }
    Ok(Bringing { items, dry_run: wish.dry_run })
}

struct Keeping<'a> {
    profile: &'a Profile,
    known: Arc<Keyring>,
    wish: &'a Wish,
    intake: Intake,
    items: Vec<Brought>,
}

impl Keeping<'_> {
    fn one(&mut self, harvest: &Harvest, fingerprint: &Fingerprint) {
        let places = harvest.places.get(fingerprint).map(Vec::as_slice).unwrap_or_default();
        let Some((source, from)) = places.first().cloned() else { return };
        let came = match harvest.found.pgp.find(fingerprint) {
            Some(_) => Ok(self.pgp(harvest, fingerprint)),
            None => self.x509(harvest, fingerprint),
        };
        let outcome = match came {
            Ok(Some((mut report, gain))) => {
                let outside = harvest.outside.iter().any(|key| key.fingerprint == *fingerprint);
                report.has_secret |= outside;
                for (kind, detail) in places {
                    self.intake.provenance.push((fingerprint.clone(), kind.word(), detail.clone()));
                }
                let trust = self.trust(harvest, &report);
                Outcome::Came { report: Box::new(report), gain, outside, trust }
            }
            Ok(None) => return,
            Err(why) => Outcome::Stayed { subject: fingerprint.to_string(), why, detail: String::new() },
        };
        self.items.push(Brought { source, from, outcome });
    }

    fn pgp(&mut self, harvest: &Harvest, fingerprint: &Fingerprint) -> Option<(CertificateReport, Gain)> {
        let coming = harvest.found.pgp.find(fingerprint)?;
        let known = self.known.pgp.find(fingerprint);
        let (cert, gain) = pgp::combine(known.map(|cert| &**cert), (**coming).clone(), Some(&self.known.pgp));
        if gain != Gain::Known {
            let bytes = pgp::armored_secret(&cert);
            self.put(Technology::OpenPgp, fingerprint, bytes, cert.is_tsk(), harvest);
        }
        Some((pgp::report(&cert, self.profile.now()), gain))
    }

    fn x509(&mut self, harvest: &Harvest, fingerprint: &Fingerprint) -> Result<Option<(CertificateReport, Gain)>, Why> {
        let Some(coming) = harvest.found.smime.find(fingerprint) else { return Ok(None) };
        let known = Arc::clone(&self.known);
        let (brings, has) = (own(&harvest.found, fingerprint), own(&known, fingerprint));
        let is_known = self.known.smime.find(fingerprint).is_some();
        let gain = match (is_known, brings, has) {
            (false, ..) => Gain::New,
            (true, Some(_), None) => Gain::Updated,
            (true, ..) => Gain::Known,
        };
        if gain != Gain::Known {
            let passphrase = self.wish.passphrases.first().unwrap_or(self.profile.key_passphrase());
            let bytes = match brings {
                Some(identity) => smime::export_identity_pem(identity, passphrase).map_err(|_| Why::WrongPassphrase)?,
                None => smime::export_pem(coming),
            };
            self.put(Technology::Smime, fingerprint, bytes, brings.is_some(), harvest);
        }
        let has_secret = brings.or(has).is_some();
        Ok(Some((coming.report(has_secret, false, self.profile.now()), gain)))
    }

    fn put(
        &mut self,
        technology: Technology,
        fingerprint: &Fingerprint,
        bytes: Vec<u8>,
        has_secret: bool,
        harvest: &Harvest,
    ) {
        let first = harvest.places.get(fingerprint).and_then(|places| places.first());
        let origin = first.map_or(SourceKind::Files, |(kind, _)| *kind).word().to_owned();
        let (fingerprint, added_at) = (fingerprint.clone(), Timestamp::now());
        self.intake.certificates.push(CertificateRecord {
            technology,
            fingerprint,
            bytes,
            has_secret,
            added_at,
            origin,
        });
    }

    /// What the other program trusts is told; it counts here only if the user wants that.
    fn trust(&mut self, harvest: &Harvest, report: &CertificateReport) -> Option<TrustHint> {
        let level = *harvest.trust.get(&report.fingerprint)?;
        let kind = match level {
            // One's own count by being one's own.
            TrustLevel::Ultimate if report.has_secret => return Some(TrustHint { level, taken: true }),
            TrustLevel::Ultimate | TrustLevel::Full => TrustKind::Root,
            TrustLevel::Anchor => TrustKind::Anchor,
            TrustLevel::Verified => TrustKind::Direct,
            TrustLevel::Marginal if harvest.believed.contains(&report.fingerprint) => TrustKind::Introducer,
            TrustLevel::Marginal | TrustLevel::Never | TrustLevel::Accepted => {
                return Some(TrustHint { level, taken: false });
            }
        };
        let taken = self.wish.takes_trust && !report.is_revoked;
        if taken {
            let borne = if kind == TrustKind::Direct {
                trust::borne(&report.fingerprint, &harvest.found, self.profile.now())
            } else {
                BTreeSet::new()
            };
            self.intake.trust.push((report.fingerprint.clone(), kind, borne));
        }
        Some(TrustHint { level, taken })
    }

    /// What belongs to keys that came.
    fn beside(&mut self, harvest: &Harvest) {
        let came = |fingerprint: &Fingerprint| {
            harvest.found.pgp.find(fingerprint).is_some() || harvest.found.smime.find(fingerprint).is_some()
        };
        self.intake.outside.extend(harvest.outside.iter().filter(|key| came(&key.fingerprint)).cloned());
        for (fingerprint, armor) in &harvest.revocations {
            if let Ok(json) = serde_json::to_string(armor) {
                self.intake.settings.push((format!("revocation-{fingerprint}"), json));
            }
        }
    }
}

fn own<'a>(ring: &'a Keyring, fingerprint: &Fingerprint) -> Option<&'a Identity> {
    ring.smime.own().iter().find(|own| own.certificate.fingerprint == *fingerprint)
}
