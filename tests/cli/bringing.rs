//! Keys brought from other programs, next to those programs: GnuPG, gpgsm, NSS, sq, tokens.

mod agent;
mod directory;
mod files;
mod gnupg;
mod thunderbird;
mod token;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::peers::text;
use super::profile::Profile;
use super::{Answer, ended};

/// The program over a profile, with more passphrases than the profile's own, and variables of the environment.
fn over(profile: &Profile, passphrases: &[&str], variables: &[(&str, &Path)], args: &[&str]) -> Answer {
    let lines = std::fs::read_to_string(&profile.passphrase).unwrap();
    let own = lines.lines().next().unwrap().to_owned();
    let all = [&[own.as_str()], passphrases].concat().join("\n");
    std::fs::write(&profile.passphrase, format!("{all}\n")).unwrap();
    let mut command = super::program();
    command.args(profile.common()).arg("--json").args(args);
    for (name, value) in variables {
        command.env(name, value);
    }
    ended(&mut command)
}

/// The documents of what came, and of what stayed.
fn sorted(documents: &[Value]) -> (Vec<&Value>, Vec<&Value>) {
    documents.iter().partition(|document| document.get("refused").is_none())
}

/// The one that names an address.
fn of<'a>(documents: &[&'a Value], technology: &str, address: &str) -> &'a Value {
    let is_it = |one: &&&Value| {
        one["technology"] == technology && one["addresses"].as_array().unwrap().iter().any(|it| it == address)
    };
    documents.iter().find(is_it).unwrap_or_else(|| panic!("{technology} of {address}: {documents:#?}"))
}

/// Whether a program is installed; tests/run installs it.
fn needs(program: &str) {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output().unwrap();
    assert!(found.status.success(), "{program} is missing; tests/run installs it");
}

/// Files of a folder with their times and sizes: what was only read is the same afterwards.
fn state(folder: &Path) -> Vec<(String, u64, std::time::SystemTime)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let data = entry.metadata().unwrap();
        if data.is_dir() {
            found.extend(state(&entry.path()));
        } else if data.is_file() {
            found.push((text(&entry.path()).to_owned(), data.len(), data.modified().unwrap()));
        }
    }
    found.sort();
    found
}
