//! The web of trust: OpenPGP certifications, by sequoia-wot.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use sequoia_openpgp::packet::UserID;
use sequoia_openpgp::types::RevocationStatus;
use sequoia_openpgp::{Cert, Fingerprint as PgpFingerprint};
use sequoia_wot::{FULLY_TRUSTED, Network, Roots};

use crate::crypto::pgp::{self, PgpRing, ReadingPolicy};
use crate::domain::{EmailAddress, Fingerprint, Timestamp};

use super::{Judgement, PathStep, StepKind, TrustPath, TrustPolicy, TrustVerdict};

static POLICY: ReadingPolicy = ReadingPolicy;
/// User IDs of one certificate that are looked at.
const MAX_USER_IDS: usize = 32;
/// Certifications verified for one answer: a second or two of work.
const MAX_CERTIFICATIONS: usize = 10_000;
/// Certifications looked at, without verifying, for one answer.
const MAX_CLAIMS: usize = 1_000_000;
/// Answers kept: a folder asks for the same few signers again and again.
const MAX_REMEMBERED: usize = 4_096;

/// Says whether an OpenPGP certificate is believed to be that of an address.
///
/// In this order: withdrawn, ended, trusted by the user's own word, vouched for by certifications
/// that lead back to a trust root. Without an address, the best of its User IDs counts.
pub fn judge(cert: &Cert, address: Option<&EmailAddress>, ring: &PgpRing, policy: &TrustPolicy) -> Judgement {
    if let Some(withdrawn) = withdrawn_or_ended(cert, policy) {
        return withdrawn;
    }
    let fingerprint = pgp::fingerprint(cert);
    let user_ids = pgp::user_ids(cert, policy.at);
    let names_it = |user_id: &UserID| address.is_none_or(|address| pgp::address_of(user_id).as_ref() == Some(address));
    if policy.trust_given || policy.direct.contains_key(&fingerprint) {
        let compared = |user_id: &UserID| names_it(user_id) && was_compared(&fingerprint, user_id, policy);
        let found = user_ids.iter().find(|user_id| compared(user_id));
        if found.is_none() && address.is_some() {
            // What the user did not compare, others may vouch for.
            let judgement = by_certifications(cert, &user_ids, names_it, ring, policy);
            if matches!(judgement.verdict, TrustVerdict::Authenticated | TrustVerdict::Partial) {
                return judgement;
            }
        }
        let named = found.or(user_ids.first());
        let is_believed = found.is_some() || address.is_none();
        let reason = if user_ids.iter().any(names_it) { "other_address" } else { "address_missing" };
        let step = PathStep { kind: StepKind::Direct, name: name_of(named), fingerprint };
        let path = TrustPath(vec![step]);
        return if is_believed {
            Judgement { verdict: TrustVerdict::Authenticated, path, reason: None, revoked_at: None }
        } else {
            Judgement { verdict: TrustVerdict::Mismatch, path, reason: code(reason), revoked_at: None }
        };
    }
    by_certifications(cert, &user_ids, names_it, ring, policy)
}

/// Whether the address of a User ID was in the certificate when the user compared it.
fn was_compared(fingerprint: &Fingerprint, user_id: &UserID, policy: &TrustPolicy) -> bool {
    let address = pgp::address_of(user_id);
    let of = |text: &String| pgp::address_of(&UserID::from(text.as_str()));
    let compared = || policy.direct.get(fingerprint).is_some_and(|texts| texts.iter().any(|text| of(text) == address));
    policy.trust_given || compared()
}

fn withdrawn_or_ended(cert: &Cert, policy: &TrustPolicy) -> Option<Judgement> {
    let at = pgp::system_time(policy.at);
    if let RevocationStatus::Revoked(revocations) = cert.revocation_status(&POLICY, at) {
        let first = revocations.iter().filter_map(|one| one.signature_creation_time()).min();
        return Some(Judgement {
            revoked_at: first.and_then(pgp::timestamp),
            ..without_path(TrustVerdict::Revoked, "revoked")
        });
    }
    if cert.primary_key().key().creation_time() > at {
        return Some(without_path(TrustVerdict::Unauthenticated, "not_yet_valid"));
    }
    match cert.with_policy(&POLICY, at) {
        Err(_) => Some(without_path(TrustVerdict::Unauthenticated, "not_bound")),
        Ok(valid) if valid.alive().is_err() => Some(without_path(TrustVerdict::Expired, "expired")),
        Ok(_) => None,
    }
}

fn by_certifications(
    cert: &Cert,
    user_ids: &[UserID],
    names_it: impl Fn(&UserID) -> bool,
    ring: &PgpRing,
    policy: &TrustPolicy,
) -> Judgement {
    let nobody = || without_path(TrustVerdict::Unauthenticated, "no_path");
    if policy.roots.is_empty() {
        return nobody();
    }
    let vouched = vouched(cert, user_ids, ring, policy);
    let best = |wanted: bool| {
        let asked = vouched.iter().filter(|one| names_it(&one.user_id) == wanted);
        asked.max_by_key(|one| one.amount).filter(|one| one.amount > 0)
    };
    let (verdict, found, reason) = match (best(true), best(false)) {
        (Some(found), _) if found.amount >= FULLY_TRUSTED => (TrustVerdict::Authenticated, found, None),
        (Some(found), _) => (TrustVerdict::Partial, found, code("not_enough")),
        (None, Some(found)) if found.amount >= FULLY_TRUSTED => {
            let named = user_ids.iter().any(&names_it);
            (TrustVerdict::Mismatch, found, code(if named { "other_address" } else { "address_missing" }))
        }
        _ => return nobody(),
    };
    Judgement { verdict, path: TrustPath(found.steps.clone()), reason, revoked_at: None }
}

/// The User IDs of a certificate for which somebody vouches: the user's own word, or certifications.
pub(super) fn vouched_for(cert: &Cert, ring: &PgpRing, policy: &TrustPolicy) -> Vec<UserID> {
    let user_ids = pgp::user_ids(cert, policy.at);
    if policy.trust_given {
        return user_ids;
    }
    // A name counts only as it was compared, and not another with the same address.
    let texts = policy.direct.get(&pgp::fingerprint(cert));
    let compared = |one: &UserID| texts.is_some_and(|texts| texts.contains(&*String::from_utf8_lossy(one.value())));
    let vouched = if policy.roots.is_empty() { Vec::new() } else { vouched(cert, &user_ids, ring, policy) };
    let by_others = |one: &UserID| vouched.iter().any(|other| other.user_id == *one && other.amount > 0);
    user_ids.into_iter().filter(|one| compared(one) || by_others(one)).collect()
}

/// How much the network vouches for one User ID of a certificate.
#[derive(Clone)]
struct Vouched {
    user_id: UserID,
    amount: usize,
    steps: Vec<PathStep>,
}

/// What an answer depends on.
#[derive(PartialEq, Eq, Hash)]
struct Question {
    ring: u64,
    at: Timestamp,
    roots: Vec<Fingerprint>,
    cert: PgpFingerprint,
}

static REMEMBERED: Mutex<Option<HashMap<Question, Vec<Vouched>>>> = Mutex::new(None);

/// Asks the network, or remembers what it said.
fn vouched(cert: &Cert, user_ids: &[UserID], ring: &PgpRing, policy: &TrustPolicy) -> Vec<Vouched> {
    let question = Question {
        ring: ring.generation(),
        at: policy.at,
        roots: policy.roots.iter().cloned().collect(),
        cert: cert.fingerprint(),
    };
    let known =
        REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|all| all.get(&question).cloned());
    if let Some(known) = known {
        return known;
    }
    let answer = ask(cert, user_ids, ring, policy);
    let mut all = REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner);
    let all = all.get_or_insert_default();
    if all.len() >= MAX_REMEMBERED {
        all.clear();
    }
    all.insert(question, answer.clone());
    answer
}

fn ask(cert: &Cert, user_ids: &[UserID], ring: &PgpRing, policy: &TrustPolicy) -> Vec<Vouched> {
    let roots: Vec<PgpFingerprint> = policy.roots.iter().filter_map(|root| root.as_str().parse().ok()).collect();
    let certs = between(&roots, cert, ring);
    let at: SystemTime = pgp::system_time(policy.at);
    let certs = certs.iter().map(AsRef::as_ref);
    let Ok(network) = Network::from_cert_refs(certs, &POLICY, at, Roots::from(roots.as_slice())) else {
        return Vec::new();
    };
    let mut answers = Vec::new();
    for user_id in user_ids.iter().take(MAX_USER_IDS) {
        let paths = network.authenticate(user_id, cert.fingerprint(), FULLY_TRUSTED);
        let best = paths.iter().max_by_key(|(_, amount)| *amount);
        let mut steps = best.map(|(path, _)| steps(path)).unwrap_or_default();
        // The certificate's own choice of a primary User ID is not what is vouched for.
        if let Some(last) = steps.last_mut() {
            last.name = name_of(Some(user_id));
        }
        answers.push(Vouched { user_id: user_id.clone(), amount: paths.amount(), steps });
    }
    answers
}

/// The certificates that can lie on a path from a root to the target, going by what certifications
/// say of their issuers, none of them verified yet: verifying all that strangers wrote about each
/// other takes long. Beyond [`MAX_CERTIFICATIONS`] the network has no answer.
fn between(roots: &[PgpFingerprint], target: &Cert, ring: &PgpRing) -> Vec<Arc<Cert>> {
    let own = || Arc::new(target.clone());
    let start = ring.find(&pgp::fingerprint(target)).map_or_else(own, Arc::clone);
    let mut known = HashMap::from([(start.fingerprint(), Arc::clone(&start))]);
    let mut vouched_by: HashMap<PgpFingerprint, Vec<PgpFingerprint>> = HashMap::new();
    let mut queue = vec![start];
    let mut seen = 0_usize;
    while let Some(cert) = queue.pop() {
        for issuer in pgp::certifiers(&cert, ring) {
            seen += 1;
            vouched_by.entry(issuer.fingerprint()).or_default().push(cert.fingerprint());
            if known.insert(issuer.fingerprint(), Arc::clone(issuer)).is_none() {
                queue.push(Arc::clone(issuer));
            }
        }
        if seen > MAX_CLAIMS {
            return Vec::new();
        }
    }
    let mut reached = HashSet::new();
    let mut queue: Vec<_> = roots.iter().filter(|root| known.contains_key(root)).cloned().collect();
    let mut certifications = 0;
    while let Some(fingerprint) = queue.pop() {
        if !reached.insert(fingerprint.clone()) {
            continue;
        }
        let next = vouched_by.get(&fingerprint).map_or(&[][..], Vec::as_slice);
        certifications += next.len();
        queue.extend(next.iter().cloned());
    }
    if certifications > MAX_CERTIFICATIONS {
        return Vec::new();
    }
    known.into_iter().filter(|(fingerprint, _)| reached.contains(fingerprint)).map(|(_, cert)| cert).collect()
}

/// The stations, from the root to the certificate.
fn steps(path: &sequoia_wot::Path) -> Vec<PathStep> {
    let stations: Vec<_> = path.certificates().collect();
    let kind = if stations.len() <= 1 { StepKind::Direct } else { StepKind::Certification };
    let step = |station: &sequoia_wot::CertSynopsis| PathStep {
        kind,
        name: name_of(station.primary_userid().map(|one| one.userid().clone()).as_ref()),
        fingerprint: Fingerprint::from_bytes(station.fingerprint().as_bytes()),
    };
    stations.into_iter().map(step).collect()
}

/// A User ID as text, without what could disturb the screen.
fn name_of(user_id: Option<&UserID>) -> String {
    let text = user_id.map(|one| String::from_utf8_lossy(one.value()).into_owned()).unwrap_or_default();
    text.chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .collect()
}

fn without_path(verdict: TrustVerdict, reason: &str) -> Judgement {
    Judgement { verdict, path: TrustPath::default(), reason: code(reason), revoked_at: None }
}

#[allow(clippy::unnecessary_wraps)]
fn code(reason: &str) -> Option<String> {
    Some(reason.to_owned())
}

#[cfg(test)]
mod tests;
