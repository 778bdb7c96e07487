//! libFuzzer at one door: `tests/fuzz/run` builds and starts this.

#![no_main]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

mod doors;

static DOOR: OnceLock<fn(&[u8])> = OnceLock::new();

fuzz_target!(
    init: {
        let name = std::env::var("DOOR").unwrap_or_default();
        let door = doors::DOORS.iter().find(|(known, _)| *known == name);
        DOOR.set(door.expect("DOOR names a door").1).expect("set once");
        only_what_nobody_catches_aborts();
    },
    |bytes: &[u8]| {
        if let Some(door) = DOOR.get() {
            door(bytes);
        }
    }
);

/// libfuzzer-sys aborts at any panic. The readers of OpenPGP packets and of calendars panic on some broken input, and
/// the rooms that use them are there to catch that; any other panic, or one that gets out of the door, is a finding.
fn only_what_nobody_catches_aborts() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        if ["/sequoia-openpgp-", "/calcard-"].iter().any(|caught| place.contains(caught)) {
            eprintln!("panic in a library: {place}");
        } else {
            before(panic);
        }
    }));
}
