//! Ten thousand strangers who vouch for each other: nobody but those on the way is read.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sequoia_openpgp::serialize::SerializeInto as _;

use crate::crypto::{CertificateSource, Facts, Kept, Keyring};
use crate::domain::Technology;

use super::*;

const STRANGERS: u64 = 10_000;
const CERTIFICATIONS: u64 = 100_000;

/// The bytes of alice's, bob's and carol's certificates, and how often they, or a stranger's, were asked for.
struct Shelf {
    known: HashMap<Fingerprint, Vec<u8>>,
    asked: AtomicUsize,
}

impl CertificateSource for Shelf {
    fn bytes(&self, _: Technology, fingerprint: &Fingerprint) -> Option<Vec<u8>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.known.get(fingerprint).cloned()
    }
}

fn stranger(index: u64) -> Fingerprint {
    Fingerprint::from_bytes(&[&[7; 12][..], &index.to_be_bytes()].concat())
}

/// Alice, bob for whom she vouches, carol for whom only strangers do, and the strangers, none of them read yet.
fn crowd() -> (Keyring, Arc<Shelf>, [Cert; 3]) {
    let (alice, carol) = (person("Alice"), person("Carol"));
    let bob = certifies(&alice, person("Bob"), 0, 120);
    let known: HashMap<_, _> =
        [&alice, &bob, &carol].map(|cert| (pgp::fingerprint(cert), cert.to_vec().unwrap())).into_iter().collect();
    let shelf = Arc::new(Shelf { known, asked: AtomicUsize::new(0) });
    let source: Arc<dyn CertificateSource> = Arc::clone(&shelf) as _;
    let mut read = Keyring::default();
    for cert in [&alice, &bob, &carol] {
        read.pgp.add_cert((*cert).clone().strip_secret_key_material());
    }
    let kept = |cert: &Cert| read.kept(&pgp::fingerprint(cert), later()).unwrap();
    let mut people = [kept(&alice), kept(&bob), kept(&carol)];
    let mut strangers: Vec<Kept> = (0..STRANGERS).map(|index| renamed(&people[2], index)).collect();
    let mut chance = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |end: u64| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        chance % end
    };
    for _ in 0..CERTIFICATIONS {
        let (issuer, target) = (below(STRANGERS), usize::try_from(below(STRANGERS)).unwrap());
        vouch(&mut strangers[target], issuer, [0, 0, 1, 255][usize::try_from(below(4)).unwrap()]);
    }
    for index in 0..100 {
        vouch(&mut people[1], index, 0);
        vouch(&mut people[2], index, 255);
    }
    let mut keyring = Keyring::default();
    for kept in people.into_iter().chain(strangers) {
        keyring.add_unread(kept, &source);
    }
    (keyring, shelf, [alice, bob, carol])
}

fn renamed(like: &Kept, index: u64) -> Kept {
    let mut report = (*like.described.report).clone();
    report.fingerprint = stranger(index);
    let mut kept = like.clone();
    kept.described.report = Arc::new(report);
    let Facts::Pgp(facts) = &mut kept.facts else { panic!() };
    facts.keys = vec![key_of(index)];
    facts.addresses.clear();
    kept
}

fn key_of(index: u64) -> u64 {
    u64::from_be_bytes(*b"stranger") ^ index
}

fn vouch(kept: &mut Kept, issuer: u64, depth: u8) {
    let Facts::Pgp(facts) = &mut kept.facts else { panic!() };
    facts.vouchers.push((key_of(issuer), depth));
}

#[test]
fn among_ten_thousand_nobody_is_read_but_those_on_the_way() {
    let (keyring, shelf, [alice, bob, carol]) = crowd();
    let policy = rooted(&[&alice]);
    let verdict = |cert: &Cert, name: &str| judge(cert, Some(&address(name)), &keyring.pgp, &policy).verdict;
    assert_eq!(verdict(&bob, "Bob"), TrustVerdict::Authenticated);
    assert_eq!(verdict(&carol, "Carol"), TrustVerdict::Unauthenticated);
    // Alice and bob.
    assert_eq!(shelf.asked.load(Ordering::Relaxed), 2);
    let fastest = |work: &dyn Fn()| {
        let times = (0..10).map(|_| {
            let began = Instant::now();
            work();
            began.elapsed()
        });
        times.min().unwrap()
    };
    let warm = fastest(&|| assert_eq!(verdict(&bob, "Bob"), TrustVerdict::Authenticated));
    assert!(warm < Duration::from_millis(5), "{warm:?}");
    let reached = || {
        // With another policy in between: nothing is remembered.
        let reached = keyring.pgp.fingerprints().filter(|one| is_in_reach(one, &keyring.pgp, &policy)).count();
        assert!(is_in_reach(&pgp::fingerprint(&carol), &keyring.pgp, &rooted(&[&carol])));
        reached
    };
    assert_eq!(reached(), 2, "alice and bob");
    assert_eq!(shelf.asked.load(Ordering::Relaxed), 2);
    // Without the optimiser it takes many times what it takes with it.
    let opened = fastest(&|| assert_eq!(reached(), 2));
    assert!(opened < Duration::from_secs(2), "{opened:?}");
}
