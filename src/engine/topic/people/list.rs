use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::crypto::{Certificate, CertificateReport, Keyring};
use crate::domain::{EmailAddress, Fingerprint, Mailbox, Technology};
use crate::engine::Failure;
use crate::engine::profile::{Profile, store_failure};
use crate::engine::sighting::{self, Standing};
use crate::store::{Correspondence, Sighting};
use crate::trust::{self, TrustPolicy, TrustVerdict};

use super::Person;

/// Of so many it is said at once whether they are believed; of more only when they come in sight.
const AT_ONCE: usize = 150;

/// Everybody of whom a certificate is known or was seen, by name.
pub(super) fn all(profile: &Profile) -> Result<Vec<Person>, Failure> {
    let at = profile.now();
    let reports = profile.reports(at);
    let own: BTreeSet<EmailAddress> =
        reports.iter().filter(|one| one.has_secret).flat_map(|one| one.addresses.iter().cloned()).collect();
    let compared = sighting::compared(profile)?;
    let mut people: BTreeMap<EmailAddress, Person> = BTreeMap::new();
    for report in reports.iter().filter(|report| !report.has_secret) {
        for address in report.addresses.iter().filter(|address| !own.contains(address)) {
            let person = people.entry(address.clone()).or_insert_with(|| nobody(address));
            person.certificates.push((report.technology, report.fingerprint.clone()));
            call(person, report, compared.contains(&report.fingerprint));
        }
    }
    seen(profile, &mut people, &own)?;
    let mut people = joined(people, &reports, &profile.policy(at)?);
    let mut counted: HashMap<String, Correspondence> =
        profile.store.correspondents().map_err(store_failure)?.into_iter().collect();
    for person in &mut people {
        let all = std::iter::once(&person.address).chain(&person.others);
        let of_each: Vec<Correspondence> = all.filter_map(|address| counted.remove(address.canonical())).collect();
        person.correspondence = sum(&of_each);
    }
    people.sort_by_cached_key(|person| {
        let name = if person.name.is_empty() { person.address.canonical() } else { &person.name };
        (!person.is_in_question, name.to_lowercase(), person.address.clone())
    });
    if people.len() <= AT_ONCE {
        judge(profile, &mut people)?;
    }
    Ok(people)
}

fn nobody(address: &EmailAddress) -> Person {
    Person {
        address: address.clone(),
        others: Vec::new(),
        name: String::new(),
        certificates: Vec::new(),
        verdict: None,
        is_in_question: false,
        correspondence: Correspondence::default(),
    }
}

/// The name in a certificate that was compared counts before that in any other.
fn call(person: &mut Person, report: &CertificateReport, is_compared: bool) {
    if let Some(name) = report.names.first().filter(|_| is_compared || person.name.is_empty()) {
        person.name.clone_from(name);
    }
}

/// Those who were seen to sign, also with certificates that are not kept, and whether one of them is in question.
fn seen(
    profile: &Profile,
    people: &mut BTreeMap<EmailAddress, Person>,
    own: &BTreeSet<EmailAddress>,
) -> Result<(), Failure> {
    let answers = sighting::answers(profile)?;
    let mut of_address: HashMap<EmailAddress, Vec<Sighting>> = HashMap::new();
    for sighting in profile.store.sightings().map_err(store_failure)? {
        of_address.entry(sighting.seen.address.clone()).or_default().push(sighting);
    }
    for (address, sightings) in of_address.into_iter().filter(|(address, _)| !own.contains(address)) {
        let person = people.entry(address.clone()).or_insert_with(|| nobody(&address));
        let settled = sighting::settled(profile, &sightings)?;
        for one in &sightings {
            let known = (one.seen.technology, one.seen.fingerprint.clone());
            if !person.certificates.contains(&known) {
                person.certificates.push(known);
            }
            let standing = sighting::standing(&sightings, &one.seen, &answers, &settled);
            person.is_in_question |= matches!(standing, Standing::Changed(_));
        }
    }
    Ok(())
}

/// Addresses that a compared certificate names together are one person. What other certificates name together is only
/// their word: it could put one person's address on the card of another.
fn joined(people: BTreeMap<EmailAddress, Person>, reports: &[CertificateReport], policy: &TrustPolicy) -> Vec<Person> {
    let mut people = people;
    for report in reports.iter().filter(|one| !one.has_secret) {
        let Some(borne) = policy.direct.get(&report.fingerprint) else { continue };
        let was_there = |address: &&EmailAddress| {
            let in_it = |text: &String| Mailbox::parse(text).and_then(|one| one.email()).as_ref() == Some(*address);
            report.technology == Technology::Smime || borne.iter().any(in_it)
        };
        let together: Vec<&EmailAddress> = report.addresses.iter().filter(was_there).collect();
        let [first, rest @ ..] = together.as_slice() else { continue };
        // The first may stand on another card already.
        let home = people.iter().find(|(address, person)| address == first || person.others.contains(first));
        let Some(home) = home.map(|(address, _)| address.clone()) else { continue };
        for other in rest.iter().filter(|other| ***other != home) {
            let Some(joining) = people.remove(*other) else { continue };
            let Some(person) = people.get_mut(&home) else { continue };
            person.others.push(joining.address);
            person.others.extend(joining.others);
            person.is_in_question |= joining.is_in_question;
            for one in joining.certificates {
                if !person.certificates.contains(&one) {
                    person.certificates.push(one);
                }
            }
        }
    }
    people.into_values().collect()
}

pub(super) fn sum(all: &[Correspondence]) -> Correspondence {
    Correspondence {
        messages: all.iter().map(|one| one.messages).sum(),
        first_at: all.iter().filter_map(|one| one.first_at).min(),
        last_at: all.iter().filter_map(|one| one.last_at).max(),
    }
}

/// Says of these the best that is to be said of their certificates.
pub(super) fn judge(profile: &Profile, people: &mut [Person]) -> Result<(), Failure> {
    let keyring = profile.keyring();
    let policy = profile.policy(profile.now())?;
    for person in people {
        let verdicts = person.certificates.iter().filter_map(|(technology, fingerprint)| {
            let certificate = find(&keyring, *technology, fingerprint)?;
            Some(best(&certificate, person, &keyring, &policy))
        });
        person.verdict = Some(verdicts.min_by_key(|one| rank(*one)).unwrap_or(TrustVerdict::Unauthenticated));
    }
    Ok(())
}

fn best(certificate: &Certificate, person: &Person, keyring: &Keyring, policy: &TrustPolicy) -> TrustVerdict {
    let all = std::iter::once(&person.address).chain(&person.others);
    let verdicts = all.map(|address| trust::judge(certificate, &[], Some(address), keyring, policy).verdict);
    verdicts.min_by_key(|one| rank(*one)).unwrap_or(TrustVerdict::Unauthenticated)
}

/// The most believed first.
pub(super) fn rank(verdict: TrustVerdict) -> u8 {
    match verdict {
        TrustVerdict::Authenticated => 0,
        TrustVerdict::Partial => 1,
        TrustVerdict::Unauthenticated => 2,
        TrustVerdict::Mismatch => 3,
        TrustVerdict::Expired => 4,
        TrustVerdict::Revoked => 5,
    }
}

pub(super) fn find(keyring: &Keyring, technology: Technology, fingerprint: &Fingerprint) -> Option<Certificate> {
    match technology {
        Technology::OpenPgp => keyring.pgp.find(fingerprint).cloned().map(Certificate::Pgp),
        Technology::Smime => keyring.smime.find(fingerprint).cloned().map(Certificate::X509),
    }
}
