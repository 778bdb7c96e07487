use crate::crypto::pgp::PgpRing;
use crate::trust::TrustPolicy;

/// The depth that has no end (RFC 9580 §5.2.3.21).
const ENDLESS: u8 = 255;

/// Whom certifications that nobody has verified lead to from the roots of a policy: nobody vouches for anyone else, and
/// they need not be read to say so. Found for all at once, in one walk through what is known of the certifications.
#[derive(Debug)]
pub(super) struct Reach(Vec<Option<u8>>);

impl Reach {
    /// That of the roots of a policy in a ring.
    pub(super) fn of(ring: &PgpRing, policy: &TrustPolicy) -> Self {
        // How many more certifications may follow on each, at the most.
        let mut left: Vec<Option<u8>> = vec![None; ring.len()];
        let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); usize::from(ENDLESS) + 1];
        let mut reach = |place: usize, more: u8, waiting: &mut Vec<Vec<usize>>| {
            if let Some(known) = left.get_mut(place)
                && known.is_none_or(|known| known < more)
            {
                *known = Some(more);
                waiting.get_mut(usize::from(more)).into_iter().for_each(|level| level.push(place));
            }
        };
        for root in policy.roots.iter().filter_map(|root| ring.place(root)) {
            reach(root, ENDLESS, &mut waiting);
        }
        let vouched = if waiting.iter().all(Vec::is_empty) { Vec::new() } else { vouched(ring) };
        // Those that reach furthest first: who is met again later is met with less.
        for more in (1..=ENDLESS).rev() {
            while let Some(place) = waiting.get_mut(usize::from(more)).and_then(Vec::pop) {
                let after = if more == ENDLESS { ENDLESS } else { more - 1 };
                for (target, depth) in vouched.get(place).into_iter().flatten() {
                    reach(*target, (*depth).min(after), &mut waiting);
                }
            }
        }
        Self(left)
    }

    /// The certificate at a place of the ring is reached.
    pub(super) fn has(&self, place: usize) -> bool {
        self.0.get(place).is_none_or(Option::is_some)
    }
}

/// For whom each certificate of a ring says to vouch, and how far.
fn vouched(ring: &PgpRing) -> Vec<Vec<(usize, u8)>> {
    let mut vouched = vec![Vec::new(); ring.len()];
    for place in 0..ring.len() {
        let Some(facts) = ring.facts(place) else { continue };
        for (issuer, depth) in ring.vouchers(facts).filter(|(issuer, _)| *issuer != place) {
            if let Some(targets) = vouched.get_mut(issuer) {
                targets.push((place, depth));
            }
        }
    }
    vouched
}
