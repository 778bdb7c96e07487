//! Ends that are moved at a moment that is not the system's, with GnuPG as judge at the same moment.

use jiff::ToSpan;

use super::super::{ReadingPolicy, armored_public, extend, report, system_time};
use super::peers::Gpg;
use super::{address, later, then};
use crate::crypto::KeyKind;
use crate::crypto::pgp::{NewKey, make};
use crate::domain::Timestamp;

/// When gpg, with its clock set, says that each key ends, in seconds.
fn ends_by_gpg(gpg: &Gpg, at: Timestamp) -> Vec<i64> {
    let clock = format!("{}!", at.as_second());
    let listed = gpg.does(&["--faked-system-time", &clock, "--with-colons", "--list-keys"], b"");
    let listed = String::from_utf8(listed).unwrap();
    let keys = listed.lines().filter(|line| line.starts_with("pub:") || line.starts_with("sub:"));
    keys.map(|line| line.split(':').nth(6).unwrap().parse().unwrap_or_default()).collect()
}

/// The clock of the system stands years after this: nothing of it may get in.
#[test]
fn an_end_is_moved_at_whatever_moment_that_is_said_to_be() {
    for (kind, is_read_by_gpg) in [(KeyKind::V4, true), (KeyKind::V6, false)] {
        let lifetime = Some(jiff::SignedDuration::from_hours(40 * 24));
        let key = NewKey { name: "Dora", address: &address("Dora"), kind, lifetime, passphrase: None };
        let made = make(&key, then()).unwrap().cert;
        let mut cert = std::sync::Arc::clone(&made);
        // Within the second in which it was made, and then twice, each later than the other.
        for (moment, end) in [(then(), 400), (later(1.hour()), 500), (later((30 * 24).hours()), 600)] {
            let until = later((end * 24).hours());
            cert = extend(&cert, &[], moment, until).unwrap();
            let soon = moment + 1.second();
            assert_eq!(report(&cert, soon).not_after, Some(until), "{kind:?} {moment}");
            let valid = cert.with_policy(&ReadingPolicy, system_time(soon)).unwrap();
            for key in valid.keys() {
                let made = key.binding_signature().signature_creation_time().unwrap();
                assert!(made >= system_time(moment) && made <= system_time(soon), "{kind:?} {moment}: {made:?}");
                assert_eq!(key.key_expiration_time(), Some(system_time(until)), "{kind:?} {moment}");
            }
            assert!(valid.keys().for_signing().alive().count() == 1 && valid.userids().count() == 1);
            if is_read_by_gpg {
                let gpg = Gpg::new();
                gpg.does(&["--import"], &armored_public(&cert));
                assert_eq!(ends_by_gpg(&gpg, soon), [until.as_second(); 3], "{moment}");
            }
        }
        // Before it was moved, it was not.
        let before = later(1.minute());
        assert_eq!(report(&cert, before).not_after, Some(later((400 * 24).hours())), "{kind:?}");
        let refused = extend(&made, &[], then(), "2023-01-01T00:00:00Z".parse().unwrap());
        assert!(refused.is_err(), "an end before the beginning");
    }
}
