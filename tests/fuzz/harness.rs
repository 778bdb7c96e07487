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
        only_what_escapes_aborts();
    },
    |bytes: &[u8]| {
        if let Some(door) = DOOR.get() {
            door(bytes);
        }
    }
);

/// libfuzzer-sys aborts at any panic. Sequoia panics on some broken packets, and `crypto::pgp` is there to catch that:
/// only a panic of ours, or one that gets out of the door, is a finding.
fn only_what_escapes_aborts() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map_or("", |location| location.file());
        if place.starts_with("src/") || place.starts_with("tests/") {
            before(panic);
        } else {
            eprintln!("panic in a library: {}", panic.location().map(ToString::to_string).unwrap_or_default());
        }
    }));
}
