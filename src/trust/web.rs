//! The web of trust: OpenPGP certifications, by sequoia-wot.

mod reach;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use sequoia_openpgp::packet::UserID;
use sequoia_openpgp::serialize::SerializeInto as _;
use sequoia_openpgp::types::RevocationStatus;
use sequoia_openpgp::{Cert, Fingerprint as PgpFingerprint};
use sequoia_wot::{FULLY_TRUSTED, Network, Root, Roots};

use crate::crypto::pgp::{self, PgpRing, ReadingPolicy};
use crate::domain::{EmailAddress, Fingerprint};

use super::{Judgement, PathStep, StepKind, TrustPath, TrustPolicy, TrustVerdict};
use reach::Reach;

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

/// The seconds around the moment of the policy within which [`judge`] says the same of a certificate.
pub(super) fn holds(cert: &Cert, ring: &PgpRing, policy: &TrustPolicy) -> Range<i64> {
    let mut moments = pgp::Moments::default();
    moments.of_all(cert);
    let own = moments.around(policy.at);
    if policy.roots.is_empty() {
        return own;
    }
    let network = answer(cert, &pgp::user_ids(cert, policy.at), ring, policy).holds;
    own.start.max(network.start)..own.end.min(network.end)
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
    let vouched = answer(cert, user_ids, ring, policy).vouched;
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
    let vouched = if policy.roots.is_empty() { Arc::default() } else { answer(cert, &user_ids, ring, policy).vouched };
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

/// What an answer depends on, beside the moment.
#[derive(PartialEq, Eq, Hash)]
struct Question {
    ring: u64,
    roots: Vec<Fingerprint>,
    amounts: Vec<(Fingerprint, u8)>,
    cert: PgpFingerprint,
    user_ids: Vec<Vec<u8>>,
    /// SHA-256 of a certificate that is not in the ring: another time more may be on it.
    content: Option<[u8; 32]>,
}

impl Question {
    fn new(cert: &Cert, user_ids: &[UserID], ring: &PgpRing, policy: &TrustPolicy) -> Self {
        let content = || openssl::sha::sha256(&cert.to_vec().unwrap_or_default());
        Self {
            ring: ring.generation(),
            roots: policy.roots.iter().cloned().collect(),
            amounts: policy.amounts.iter().map(|(root, amount)| (root.clone(), *amount)).collect(),
            cert: cert.fingerprint(),
            user_ids: user_ids.iter().map(|user_id| user_id.value().to_vec()).collect(),
            content: (!ring.holds(&pgp::fingerprint(cert))).then(content),
        }
    }
}

/// What the network said, and the seconds within which it says the same.
#[derive(Clone)]
struct Answer {
    holds: Range<i64>,
    vouched: Arc<Vec<Vouched>>,
}

static REMEMBERED: Mutex<Option<HashMap<Question, Answer>>> = Mutex::new(None);

/// Asks the network, or remembers what it said.
fn answer(cert: &Cert, user_ids: &[UserID], ring: &PgpRing, policy: &TrustPolicy) -> Answer {
    let user_ids = user_ids.get(..MAX_USER_IDS).unwrap_or(user_ids);
    let question = Question::new(cert, user_ids, ring, policy);
    let known =
        REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|all| all.get(&question).cloned());
    if let Some(known) = known.filter(|known| known.holds.contains(&policy.at.as_second())) {
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

fn ask(cert: &Cert, user_ids: &[UserID], ring: &PgpRing, policy: &TrustPolicy) -> Answer {
    let roots: Vec<PgpFingerprint> = policy.roots.iter().filter_map(|root| root.as_str().parse().ok()).collect();
    let is_in_reach = is_in_reach(&pgp::fingerprint(cert), ring, policy);
    let certs = if is_in_reach { between(&roots, cert, ring) } else { Vec::new() };
    let mut moments = pgp::Moments::default();
    moments.of_all(cert);
    for cert in &certs {
        moments.of_all(cert);
    }
    let mut answer = Answer { holds: moments.around(policy.at), vouched: Arc::default() };
    let at: SystemTime = pgp::system_time(policy.at);
    let certs = certs.iter().map(AsRef::as_ref);
    let Ok(network) = Network::from_cert_refs(certs, &POLICY, at, weighed(&roots, policy)) else {
        return answer;
    };
    let mut vouched = Vec::new();
    for user_id in user_ids {
        let paths = network.authenticate(user_id, cert.fingerprint(), FULLY_TRUSTED);
        let best = paths.iter().max_by_key(|(_, amount)| *amount);
        let mut steps = best.map(|(path, _)| steps(path)).unwrap_or_default();
        // The certificate's own choice of a primary User ID is not what is vouched for.
        if let Some(last) = steps.last_mut() {
            last.name = name_of(Some(user_id));
        }
        vouched.push(Vouched { user_id: user_id.clone(), amount: paths.amount(), steps });
    }
    answer.vouched = Arc::new(vouched);
    answer
}

/// The roots, each with how much its certifications count.
fn weighed(roots: &[PgpFingerprint], policy: &TrustPolicy) -> Roots {
    let amount = |root: &PgpFingerprint| {
        let lesser = policy.amounts.get(&Fingerprint::from_bytes(root.as_bytes()));
        lesser.map_or(FULLY_TRUSTED, |amount| usize::from(*amount))
    };
    Roots::new(roots.iter().map(|root| Root::new(root.clone(), amount(root))))
}

/// The certificates that can lie on a path from a root to the target, going by what certifications
/// say of their issuers and of how far they reach, none of them verified yet: verifying all that strangers wrote
/// about each other takes long. Beyond [`MAX_CERTIFICATIONS`] the network has no answer.
fn between(roots: &[PgpFingerprint], target: &Cert, ring: &PgpRing) -> Vec<Arc<Cert>> {
    let fingerprint = pgp::fingerprint(target);
    let (place, facts) = match ring.place(&fingerprint) {
        Some(place) => (place, None),
        None => (usize::MAX, Some(pgp::Facts::of(target))),
    };
    let own = || Arc::new(target.clone());
    let roots = roots.iter().filter_map(|root| match root {
        root if *root == target.fingerprint() => Some(place),
        root => ring.place(&Fingerprint::from_bytes(root.as_bytes())),
    });
    let search = Search { ring, target: place, facts: facts.as_ref() };
    let places = search.between(&roots.collect::<Vec<_>>());
    let cert = |place: usize| ring.at(place).map_or_else(own, Arc::clone);
    places.into_iter().map(cert).collect()
}

/// Whether certifications that nobody has verified lead from a root of the policy to a certificate of the ring: when
/// not, nobody vouches for it, and it need not be read to say so.
pub(super) fn is_in_reach(fingerprint: &Fingerprint, ring: &PgpRing, policy: &TrustPolicy) -> bool {
    let Some(place) = ring.place(fingerprint) else { return true };
    let of = (ring.generation(), policy.roots.clone());
    let mut known = REACHED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, reach)) = known.as_ref().filter(|(known, _)| *known == of) {
        return reach.has(place);
    }
    let reach = Reach::of(ring, policy);
    let has = reach.has(place);
    *known = Some((of, reach));
    has
}

/// A keyring, by its generation, and the roots in it.
type Ground = (u64, BTreeSet<Fingerprint>);

/// That of the newest keyring and roots: a list asks for one certificate after the other.
static REACHED: Mutex<Option<(Ground, Reach)>> = Mutex::new(None);

/// A search through what is known of certifications, without reading any.
struct Search<'a> {
    ring: &'a PgpRing,
    /// The place of the target; one beyond all when it is not in the ring.
    target: usize,
    /// What is known of a target that is not in the ring.
    facts: Option<&'a pgp::Facts>,
}

impl Search<'_> {
    /// Who says to vouch for whom, on all ways that end at the target: a certificate so many steps away from it counts
    /// as an introducer only by trust signatures that reach as far. `None` when the search is too long.
    fn backwards(&self) -> Option<HashMap<usize, Vec<usize>>> {
        let mut vouched_by: HashMap<usize, Vec<usize>> = HashMap::from([(self.target, Vec::new())]);
        let (mut level, mut steps, mut seen) = (vec![self.target], 0_u8, 0_usize);
        while !level.is_empty() {
            let mut next = Vec::new();
            for place in level {
                let facts = if place == self.target { self.facts } else { None };
                let Some(facts) = facts.or_else(|| self.ring.facts(place)) else { continue };
                let vouchers = self.ring.vouchers(facts).filter(|(_, depth)| *depth >= steps);
                for (issuer, _) in vouchers.filter(|(issuer, _)| *issuer != place) {
                    seen += 1;
                    let known = vouched_by.entry(issuer).or_insert_with(|| {
                        next.push(issuer);
                        Vec::new()
                    });
                    known.push(place);
                }
                if seen > MAX_CLAIMS {
                    return None;
                }
            }
            level = next;
            steps = steps.saturating_add(1);
        }
        Some(vouched_by)
    }

    /// The places between roots and the target, both included.
    fn between(&self, roots: &[usize]) -> HashSet<usize> {
        let Some(vouched_by) = self.backwards() else { return HashSet::new() };
        let mut reached = HashSet::new();
        let mut queue: Vec<usize> = roots.iter().copied().filter(|root| vouched_by.contains_key(root)).collect();
        let mut certifications = 0;
        while let Some(place) = queue.pop() {
            if !reached.insert(place) {
                continue;
            }
            let next = vouched_by.get(&place).map_or(&[][..], Vec::as_slice);
            certifications += next.len();
            queue.extend(next);
        }
        if certifications > MAX_CERTIFICATIONS { HashSet::new() } else { reached }
    }
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
