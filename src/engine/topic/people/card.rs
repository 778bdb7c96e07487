use jiff::Timestamp;

use crate::crypto::{CertificateReport, Keyring};
use crate::domain::{EmailAddress, Fingerprint, Technology};
use crate::engine::Failure;
use crate::engine::certify;
use crate::engine::graph::{EdgeKind, stations};
use crate::engine::profile::{Profile, store_failure};
use crate::engine::sighting::{self, Standing};
use crate::engine::view::{Judgement, TrustPath, TrustVerdict};
use crate::store::{KeyChange, Sighting};
use crate::trust::{self, TrustPolicy};

use super::{CertificateCard, KeyQuestion, Person, PersonCard, list};

/// The card of an address.
pub(super) fn of(profile: &Profile, people: &[Person], address: &EmailAddress) -> Result<PersonCard, Failure> {
    let listed = people.iter().find(|person| person.address == *address || person.others.contains(address));
    let mut person = listed.cloned().unwrap_or_else(|| Person {
        address: address.clone(),
        others: Vec::new(),
        name: String::new(),
        certificates: Vec::new(),
        verdict: None,
        is_in_question: false,
        correspondence: crate::store::Correspondence::default(),
    });
    list::judge(profile, std::slice::from_mut(&mut person))?;
    let addresses: Vec<EmailAddress> = std::iter::once(&person.address).chain(&person.others).cloned().collect();
    let mut counted = Vec::new();
    let mut sightings = Vec::new();
    for address in &addresses {
        counted.push(profile.store.correspondence(address).map_err(store_failure)?);
        sightings.extend(sighting::of_address(profile, address)?);
    }
    person.correspondence = list::sum(&counted);
    let desk = Desk {
        profile,
        keyring: &profile.keyring(),
        policy: &profile.policy(profile.now())?,
        answers: &sighting::answers(profile)?,
        sightings: &sightings,
        addresses: &addresses,
    };
    let mut certificates: Vec<_> =
        person.certificates.iter().map(|(technology, print)| desk.certificate(*technology, print)).collect();
    certificates.sort_by_key(|one| (list::rank(one.judgement.verdict), std::cmp::Reverse(last(one))));
    let settled = sighting::settled(profile, &sightings)?;
    let questions = sightings.iter().filter_map(|one| desk.question(one, &settled)).collect();
    Ok(PersonCard { person, certificates, questions, certifiers: super::super::certifying::certifiers(profile) })
}

fn last(card: &CertificateCard) -> Option<Timestamp> {
    card.sighting.as_ref().map(|sighting| sighting.last_at)
}

struct Desk<'a> {
    profile: &'a Profile,
    keyring: &'a Keyring,
    policy: &'a TrustPolicy,
    answers: &'a [KeyChange],
    sightings: &'a [Sighting],
    addresses: &'a [EmailAddress],
}

impl Desk<'_> {
    fn certificate(&self, technology: Technology, fingerprint: &Fingerprint) -> CertificateCard {
        let at = self.policy.at;
        let found = list::find(self.keyring, technology, fingerprint);
        let judgement = found.as_ref().and_then(|certificate| {
            let judge = |address| trust::judge(certificate, &[], Some(address), self.keyring, self.policy);
            self.addresses.iter().map(judge).min_by_key(|one| list::rank(one.verdict))
        });
        let judgement = judgement.unwrap_or_else(unknown);
        let vouched = certify::own_word(self.keyring, fingerprint, at).map(|one| EdgeKind::Certification {
            vouching: one.vouching,
            made_at: one.made_at,
            state: one.state,
        });
        let sighting = self.sightings.iter().find(|one| one.seen.fingerprint == *fingerprint);
        let mut said = self.answers.iter().rev();
        let about = |one: &&KeyChange| one.fingerprint == *fingerprint && self.addresses.contains(&one.address);
        CertificateCard {
            report: self.keyring.report(fingerprint, at).unwrap_or_else(|| self.only_seen(technology, fingerprint)),
            stations: stations(&judgement.path.0, self.keyring, at),
            judgement,
            is_compared: self.policy.direct.contains_key(fingerprint),
            counts: self.policy.counting(fingerprint),
            vouched,
            sighting: sighting.map(sighting::shown),
            answer: said.find(about).map(|one| one.is_accepted),
            provenance: self.profile.store.provenance(fingerprint).unwrap_or_default(),
            is_kept: found.is_some(),
        }
    }

    /// A certificate that came with a message and is not kept.
    fn only_seen(&self, technology: Technology, fingerprint: &Fingerprint) -> CertificateReport {
        let named = self.sightings.iter().filter(|one| one.seen.fingerprint == *fingerprint);
        CertificateReport {
            technology,
            fingerprint: fingerprint.clone(),
            addresses: named.map(|one| one.seen.address.clone()).collect(),
            names: Vec::new(),
            subject: None,
            issuer: None,
            has_secret: false,
            is_locked: false,
            can_sign: false,
            can_encrypt: false,
            algorithms: Vec::new(),
            not_before: None,
            not_after: None,
            is_revoked: false,
            problems: Vec::new(),
        }
    }

    fn question(&self, sighting: &Sighting, settled: &sighting::Settled) -> Option<KeyQuestion> {
        let of_address: Vec<Sighting> =
            self.sightings.iter().filter(|one| one.seen.address == sighting.seen.address).cloned().collect();
        match sighting::standing(&of_address, &sighting.seen, self.answers, settled) {
            Standing::Changed(before) => Some(KeyQuestion {
                address: sighting.seen.address.clone(),
                new: sighting::shown(sighting),
                before: sighting::shown(&before),
            }),
            Standing::Known | Standing::Refused => None,
        }
    }
}

fn unknown() -> Judgement {
    Judgement { verdict: TrustVerdict::Unauthenticated, path: TrustPath::default(), reason: None, revoked_at: None }
}
