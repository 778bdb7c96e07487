//! What `tests/bench` measures inside one process: `speed assess FOLDER KEYS…`, `speed mail-parser FOLDER`, `speed grow`,
//! `speed keys FOLDER PROFILE`, `speed search MESSAGES`, `speed threads MESSAGES`, `speed find PROFILE PASSPHRASE-FILE QUERIES`, `speed scroll
//! PROFILE PASSPHRASE-FILE`, `speed window FOLDER KEYS…`. Seconds of processor time, so that what else runs on the machine counts little.

#![allow(
    clippy::unchecked_time_subtraction,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs
)]

mod find;
mod grow;
mod keys;
mod mail;
mod search;
mod threads;
mod window;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let what = arguments.first().cloned().unwrap_or_default();
    let rest = arguments.split_off(1.min(arguments.len()));
    match what.as_str() {
        "assess" => mail::assess(Path::new(&rest[0]), &rest[1..]),
        "mail-parser" => mail::mail_parser(Path::new(&rest[0])),
        "grow" => grow::run(),
        "keys-make" => keys::make(Path::new(&rest[0]), rest[1].parse().unwrap()),
        "keys" => keys::run(Path::new(&rest[0]), Path::new(&rest[1])),
        "find" => find::run(Path::new(&rest[0]), Path::new(&rest[1]), Path::new(&rest[2])),
        "scroll" => window::scroll(Path::new(&rest[0]), Path::new(&rest[1])),
        "search" => search::run(rest.first().map_or(10_000, |count| count.parse().unwrap())),
        "threads" => threads::run(rest.first().map_or(100_000, |count| count.parse().unwrap())),
        "window" => window::run(Path::new(&rest[0]), &rest[1..]),
        _ => println!(
            "speed assess FOLDER KEYS… | mail-parser FOLDER | grow | keys-make FOLDER COUNT | keys FOLDER PROFILE | search MESSAGES | threads MESSAGES | find PROFILE PASSPHRASE-FILE QUERIES | scroll PROFILE PASSPHRASE-FILE | window FOLDER KEYS…"
        ),
    }
}

/// Processor time of this thread.
pub fn thread_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// Processor time of all threads.
pub fn process_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// The files of a folder, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

/// The value in the middle, and beside it the ones at 99 of a hundred and at the end.
pub fn spread(times: &mut [Duration]) -> [f64; 3] {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1000.0;
    [at(0.5), at(0.99), at(1.0)]
}
