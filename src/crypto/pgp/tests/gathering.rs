//! What comes in beside what is known.

use sequoia_openpgp::parse::Parse as _;
use sequoia_openpgp::serialize::SerializeInto as _;

use super::super::{Gain, combine, each_cert, opened_by, protected_by, unlockable};
use super::*;

#[test]
fn what_comes_in_adds_what_was_not_known_and_takes_nothing_away() {
    let alice = person("Alice");
    let (first, gain) = combine(None, public(&alice), None);
    assert_eq!((gain, first.is_tsk()), (Gain::New, false));
    let (whole, gain) = combine(Some(&first), (*alice).clone(), None);
    assert_eq!((gain, whole.is_tsk()), (Gain::Updated, true));
    let (again, gain) = combine(Some(&whole), public(&alice), None);
    assert_eq!((gain, again.is_tsk()), (Gain::Known, true));
}

#[test]
fn a_secret_key_that_is_here_stays_under_its_own_passphrase() {
    let alice = person("Alice");
    let (here, coming) =
        (protected_by(&alice, &secret("mine")).unwrap(), protected_by(&alice, &secret("another")).unwrap());
    let (kept, gain) = combine(Some(&here), coming.clone(), None);
    assert_eq!(gain, Gain::Known);
    assert!(unlockable(&kept, &[secret("mine")]) && !unlockable(&kept, &[secret("another")]));
    // Only what is missing is taken: here the primary key, without which the other one was.
    let primary = alice.fingerprint();
    let without = here.as_tsk().set_filter(|key| key.fingerprint() != primary).to_vec().unwrap();
    let without = Cert::from_bytes(&without).unwrap();
    assert_eq!(without.keys().secret().count() + 1, alice.keys().secret().count());
    let (kept, gain) = combine(Some(&without), coming, None);
    assert_eq!((gain, kept.keys().secret().count()), (Gain::Updated, alice.keys().secret().count()));
    let open = opened_by(&kept, &secret("another")).unwrap();
    assert_eq!(open.keys().unencrypted_secret().count(), 1);
}

#[test]
fn a_broken_certificate_does_not_take_the_others_along() {
    let people = ["Alice", "Bob", "Carol"].map(|name| public(&person(name)).to_vec().unwrap());
    let [alice, bob, carol] = &people;
    let mut broken = bob.clone();
    // The version of its primary key, after the head of the packet: one that does not exist.
    broken[2] = 99;
    let mut keyring = [alice.as_slice(), &broken, carol].concat();
    let mut seen = (0, 0);
    let mut last = 0;
    each_cert(&keyring, &mut |behind, cert| {
        assert!(behind >= last && behind <= keyring.len());
        last = behind;
        if cert.is_ok() {
            seen.0 += 1;
        } else {
            seen.1 += 1;
        }
        true
    })
    .unwrap();
    assert_eq!(seen.0, 2);
    assert!(seen.1 >= 1);
    // Whoever reads it may stop.
    let mut count = 0;
    keyring.truncate(alice.len());
    keyring.extend(carol);
    each_cert(&keyring, &mut |_, _| {
        count += 1;
        false
    })
    .unwrap();
    assert_eq!(count, 1);
}
