//! The seeds of the fuzzer, and every input that once made a door fail, as ordinary tests: see `tests/fuzz/run`.

#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[path = "fuzz/doors.rs"]
mod doors;

/// For one small input, in a build without optimisation on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
const LARGEST: u64 = 4096;

#[test]
fn every_seed_goes_through_its_door_and_comes_back() {
    let mut wrong = Vec::new();
    for (name, door) in doors::DOORS {
        for file in seeds(name) {
            let bytes = fs::read(&file).expect("a seed can be read");
            let start = Instant::now();
            let has_passed = catch_unwind(|| door(&bytes)).is_ok();
            if !has_passed || start.elapsed() > PATIENCE {
                wrong.push(format!("{}: {:?}", file.display(), start.elapsed()));
            }
        }
    }
    assert!(wrong.is_empty(), "these fail or take too long:\n{}", wrong.join("\n"));
}

#[test]
fn a_seed_that_was_cut_off_anywhere_comes_back_too() {
    for (name, door) in doors::DOORS {
        for file in seeds(name) {
            let bytes = fs::read(&file).expect("a seed can be read");
            for eighths in 1..8 {
                door(&bytes[..bytes.len() * eighths / 8]);
            }
        }
    }
}

#[test]
fn every_door_has_small_seeds_and_every_seed_has_a_door() {
    let folders: Vec<String> = entries(&root()).iter().map(|folder| file_name(folder)).collect();
    let mut names: Vec<String> = doors::DOORS.iter().map(|(name, _)| (*name).to_owned()).collect();
    names.sort();
    assert_eq!(folders, names, "the folders of tests/fuzz/seeds and the doors");
    for name in names {
        let files = seeds(&name);
        assert!(files.len() >= 8, "{name} has few seeds");
        for file in files {
            let size = fs::metadata(&file).expect("a seed can be read").len();
            assert!(size <= LARGEST, "{} is larger than the fuzzer takes", file.display());
        }
    }
}

#[test]
fn the_script_runs_every_door() {
    let script = fs::read_to_string(root().with_file_name("run")).expect("tests/fuzz/run is there");
    for (name, _) in doors::DOORS {
        assert!(script.contains(&format!("[{name}]=")), "tests/fuzz/run does not know {name}");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds")
}

fn seeds(door: &str) -> Vec<PathBuf> {
    entries(&root().join(door))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder of seeds").flatten().map(|entry| entry.path()).collect();
    found.sort();
    found
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
