//! Trust on first use, as it is seen: which certificate signs for an address, since when, and whether another one came.
//! It never makes anybody believed.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{EmailAddress, Fingerprint, Timestamp};
use crate::flow::{self, Assessment, Caution, CautionCode};
use crate::store::{KeyChange, Seen, Sighting};

use super::profile::{Profile, store_failure};
use super::view::SightingView;
use super::{Failure, certify};

/// How a certificate stands that signs for an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It was the first, or the user said that it is theirs.
    Known,
    /// Another one was there before it, and the user was not heard.
    Changed(Box<Sighting>),
    /// The user said that it is not theirs.
    Refused,
}

/// Notes who signed a message of the store, and adds the caution when it is another certificate than before.
pub(super) fn look(profile: &Profile, message: i64, assessment: &mut Assessment) -> Result<(), Failure> {
    let Some((address, signatures)) = flow::by_author(assessment) else { return Ok(()) };
    let keyring = profile.keyring();
    // A secret key that came in a file is not the user's own by that.
    let policy = profile.policy(profile.now())?;
    let is_own = |fingerprint: &Fingerprint| {
        policy.direct.contains_key(fingerprint)
            && (keyring.pgp.find(fingerprint).is_some_and(|cert| keyring.pgp.is_own(cert))
                || keyring.smime.own().iter().any(|own| own.certificate.fingerprint == *fingerprint))
    };
    let mut seen = Vec::new();
    for signature in signatures {
        let Some(signer) = signature.check.signer.as_ref().filter(|signer| !is_own(&signer.fingerprint)) else {
            continue;
        };
        seen.push(Seen {
            address: address.clone(),
            technology: signature.check.technology,
            fingerprint: signer.fingerprint.clone(),
        });
    }
    for one in &seen {
        profile.store.note_sighting(message, one, profile.now()).map_err(store_failure)?;
    }
    let known = profile.store.sightings_of(&address).map_err(store_failure)?;
    let answers = answers(profile)?;
    if known.len() < 2 && !answers.iter().any(|one| one.address == address && !one.is_accepted) {
        return Ok(());
    }
    let settled = settled(profile, &known)?;
    for one in &seen {
        let code = match standing(&known, one, &answers, &settled) {
            Standing::Known => continue,
            Standing::Changed(_) => CautionCode::KeyChanged,
            Standing::Refused => CautionCode::KeyRefused,
        };
        assessment.cautions.push(Caution { code, subject: address.to_string() });
    }
    Ok(())
}

/// How a certificate stands beside the others that were seen for its address in its technology.
pub(super) fn standing(of_address: &[Sighting], seen: &Seen, answers: &[KeyChange], settled: &Settled) -> Standing {
    let answer = |fingerprint: &Fingerprint| {
        let mut said = answers.iter().rev();
        said.find(|one| one.address == seen.address && one.fingerprint == *fingerprint).map(|one| one.is_accepted)
    };
    match answer(&seen.fingerprint) {
        Some(true) => return Standing::Known,
        Some(false) => return Standing::Refused,
        None if settled.contains_key(&seen.fingerprint) => return Standing::Known,
        None => {}
    }
    let others = || {
        let alike = of_address.iter().filter(|one| one.seen.technology == seen.technology);
        // What the user refused says nothing of who they are.
        alike.filter(|one| answer(&one.seen.fingerprint) != Some(false))
    };
    // The one that an own key vouched for by then is theirs, also when it was not seen itself before this one.
    let first_at = of_address.iter().find(|one| one.seen == *seen).map(|one| one.first_at);
    let was_sure = |print: &Fingerprint| settled.get(print).copied().flatten().is_some_and(|at| Some(at) <= first_at);
    let sure = others().find(|one| was_sure(&one.seen.fingerprint));
    let is_other = |one: &&Sighting| one.seen.fingerprint != seen.fingerprint;
    let before = sure.or_else(|| others().take_while(is_other).next());
    before.map_or(Standing::Known, |one| Standing::Changed(Box::new(one.clone())))
}

/// What the user said of other certificates.
pub(super) fn answers(profile: &Profile) -> Result<Vec<KeyChange>, Failure> {
    profile.store.key_changes().map_err(store_failure)
}

/// Certificates that the user compared with their owner.
pub(super) fn compared(profile: &Profile) -> Result<BTreeSet<Fingerprint>, Failure> {
    let trust = profile.store.trust().map_err(store_failure)?;
    Ok(trust.into_iter().filter(|(_, kind)| *kind == crate::store::TrustKind::Direct).map(|(one, _)| one).collect())
}

/// Certificates that the user's own word is behind, and since when, if that is known.
pub(super) type Settled = BTreeMap<Fingerprint, Option<Timestamp>>;

/// Those of several certificates that the user's own word is behind: compared, or vouched for by an own key. No question
/// is left about them. The word of others, also of an authority, does not take the question away.
pub(super) fn settled(profile: &Profile, sightings: &[Sighting]) -> Result<Settled, Failure> {
    let mut settled: Settled = compared(profile)?.into_iter().map(|print| (print, None)).collect();
    if sightings.len() > 1 {
        let (keyring, at) = (profile.keyring(), profile.now());
        for print in sightings.iter().map(|one| &one.seen.fingerprint) {
            if let Some(word) = certify::own_word(&keyring, print, at) {
                settled.insert(print.clone(), Some(word.made_at));
            }
        }
    }
    Ok(settled)
}

/// What was seen of the signers of a message.
pub(super) fn of_message(profile: &Profile, assessment: &Assessment) -> Result<Vec<SightingView>, Failure> {
    let Some((address, signatures)) = flow::by_author(assessment) else { return Ok(Vec::new()) };
    let known = of_address(profile, &address)?;
    let signer = |print: &Fingerprint| {
        signatures.iter().any(|one| one.check.signer.as_ref().is_some_and(|signer| signer.fingerprint == *print))
    };
    Ok(known.iter().filter(|one| signer(&one.seen.fingerprint)).map(shown).collect())
}

pub(super) fn of_address(profile: &Profile, address: &EmailAddress) -> Result<Vec<Sighting>, Failure> {
    profile.store.sightings_of(address).map_err(store_failure)
}

pub(super) fn shown(sighting: &Sighting) -> SightingView {
    SightingView {
        fingerprint: sighting.seen.fingerprint.clone(),
        technology: sighting.seen.technology,
        first_at: sighting.first_at,
        last_at: sighting.last_at,
        messages: sighting.messages,
    }
}
