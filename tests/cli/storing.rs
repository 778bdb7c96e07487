//! `store` and `export --everything`: what is kept is checked, given room back, written out, and repaired.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::peers::text;
use super::profile::Profile;
use super::{contains, word};

const PAGE: u64 = 4096;

fn letter(number: usize) -> String {
    let noise: Vec<String> = (0..300).map(|at| format!("{:x}", (at * number * 7_919 + 13) % 65_521)).collect();
    let noise = noise.concat();
    format!(
        "From: bob@example.test\r\nTo: alice@example.test\r\nSubject: Letter {number}\r\nDate: Sun, 01 Nov 2026 12:00:00 \
         +0000\r\nMessage-ID: <{number}@example.test>\r\n\r\nplain words {noise}\r\n"
    )
}

fn filled(count: usize) -> Profile {
    let profile = Profile::new();
    let folder = profile.folder.path().join("mail");
    fs::create_dir(&folder).unwrap();
    for number in 0..count {
        fs::write(folder.join(format!("{number:03}.eml")), letter(number)).unwrap();
    }
    profile.good(&["import", text(&folder)]);
    profile.good(&["import", text(&folder), "--folder", "Second/One"]);
    profile
}

fn database(profile: &Profile) -> PathBuf {
    profile.dir().join("profile.db")
}

fn spoil(profile: &Profile, page: u64) {
    let mut file = fs::OpenOptions::new().write(true).open(database(profile)).unwrap();
    file.seek(SeekFrom::Start((page - 1) * PAGE + 700)).unwrap();
    file.write_all(b"forgotten").unwrap();
}

fn store(profile: &Profile, what: &str) -> Value {
    profile.good(&["store", what, "--json"]).document()
}

fn files(below: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(below).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() { all.extend(files(&entry.path())) } else { all.push(entry.path()) }
    }
    all.sort();
    all
}

#[test]
fn a_sound_profile_is_said_to_be_sound_and_compacting_keeps_every_message() {
    let profile = filled(60);
    profile.good(&["search", "letter"]);
    let check = store(&profile, "check");
    assert_eq!((&check["verdict"], &check["findings"], &check["messages"]), (&json!("sound"), &json!([]), &json!(60)));
    let ids: Vec<String> =
        profile.good(&["list", "Imported", "--json"]).documents().iter().map(|row| row["id"].to_string()).collect();
    let gone: Vec<&str> = ids.iter().take(50).map(String::as_str).collect();
    for again in [&["delete"][..], &["delete"]] {
        profile.good(&[again, &gone].concat());
    }
    profile.good(&["folder", "delete", "Second/One"]);
    let before = store(&profile, "size");
    let done = store(&profile, "compact");
    let after = store(&profile, "size");
    assert!(before["free"].as_u64() > after["free"].as_u64(), "{before} {after}");
    assert!(done["after"].as_u64() < done["before"].as_u64(), "{done}");
    assert_eq!(database(&profile).metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(profile.good(&["list", "Imported", "--json"]).documents().len(), 10);
    let source = profile.good(&["show", &ids[55], "--source"]);
    assert!(contains(&source.output, "plain words"));
    assert_eq!(store(&profile, "check")["verdict"], "sound");
    assert_eq!(profile.good(&["search", "letter", "--json"]).documents().len(), 10);
    for file in files(&profile.dir()) {
        assert!(!contains(&fs::read(&file).unwrap(), "plain words"), "{file:?}");
    }
}

#[test]
fn damage_is_told_by_every_command_and_repaired_by_one() {
    let profile = filled(120);
    spoil(&profile, 1);
    let refused = profile.run(&["list", "Imported"]);
    assert!(refused.refused(1).contains("store repair"), "{}", refused.error);
    let check = store(&profile, "check");
    assert_eq!(check["verdict"], "damaged");
    assert!(check["findings"].to_string().contains("\"header\""), "{check}");
    let report = store(&profile, "repair");
    assert_eq!((&report["unreadable"], &report["gone"], &report["lost_keys"]), (&json!(1), &json!(0), &json!([])));
    let kept = PathBuf::from(word(&report, "/kept_as"));
    assert!(kept.file_name().unwrap().to_string_lossy().starts_with("profile.db.damaged-"));
    assert_eq!(store(&profile, "check")["verdict"], "sound");
    assert_eq!(profile.good(&["list", "Imported", "--limit", "500", "--json"]).documents().len(), 120);

    // In the middle: what is not in those pages is there as it was.
    let pages = database(&profile).metadata().unwrap().len() / PAGE;
    for page in [pages / 3, pages / 2, pages * 3 / 4] {
        spoil(&profile, page);
    }
    assert_eq!(store(&profile, "check")["verdict"], "damaged");
    let report = store(&profile, "repair");
    assert_eq!(report["unreadable"], 3);
    assert_eq!(store(&profile, "check")["verdict"], "sound");
    let rows = profile.good(&["list", "Imported", "--limit", "500", "--json"]).documents().len();
    let told = report["tables"]["message"]["lost"].as_u64().unwrap() + report["gone"].as_u64().unwrap();
    assert!(rows >= 100 && 2 * 120 - rows as u64 * 2 <= told + 40, "{rows} {report}");
    for file in files(&profile.dir()) {
        assert!(!contains(&fs::read(&file).unwrap(), "plain words"), "{file:?}");
    }
}

#[test]
fn a_database_that_is_gone_or_can_not_be_repaired_is_told() {
    let profile = filled(3);
    spoil(&profile, 1);
    let hindrance = profile.dir().join("profile.db.building-wal");
    fs::create_dir(&hindrance).unwrap();
    let before = fs::read(database(&profile)).unwrap();
    let refused = profile.run(&["store", "repair"]);
    assert!(refused.refused(1).contains("the database is as it was"), "{}", refused.error);
    assert!(fs::read(database(&profile)).unwrap() == before);
    fs::remove_dir(&hindrance).unwrap();
    fs::remove_file(database(&profile)).unwrap();
    let refused = profile.run(&["list", "Imported"]);
    assert!(refused.refused(1).contains("store repair"), "{}", refused.error);
    assert!(!database(&profile).exists());
    let told = profile.good(&["store", "repair"]);
    assert!(contains(&told.output, "the profile begins empty"));
}

#[test]
fn everything_is_written_out_and_can_be_read_by_another_profile() {
    let profile = filled(12);
    profile.good(&["key", "generate", "--name", "Alice", "--address", "alice@example.test", "--technology", "openpgp"]);
    let password = profile.folder.path().join("two");
    fs::write(&password, format!("{}a password\n", fs::read_to_string(&profile.passphrase).unwrap())).unwrap();
    profile.good(&[
        "account",
        "add",
        "alice@example.test",
        "--smtp-host",
        "smtp.example.test",
        "--imap-host",
        "imap.example.test",
        "--passphrase-file",
        text(&password),
    ]);
    for form in ["maildir", "mbox"] {
        let to = profile.folder.path().join(form);
        let done = profile.good(&["export", "--everything", text(&to), "--as", form, "--json"]).document();
        assert_eq!((&done["messages"], &done["unreadable"], &done["keys_left"]), (&json!(24), &json!([]), &json!(1)));
        let accounts: Value = serde_json::from_slice(&fs::read(to.join("accounts.json")).unwrap()).unwrap();
        assert_eq!(accounts["accounts"][0]["imap"]["host"], "imap.example.test");
        for file in files(&to) {
            let bytes = fs::read(&file).unwrap();
            assert!(!contains(&bytes, "a password") && !contains(&bytes, "PRIVATE KEY"), "{file:?}");
        }
        let said = profile.good(&[
            "export",
            "--everything",
            text(&profile.folder.path().join(format!("{form}2"))),
            "--as",
            form,
        ]);
        assert!(contains(&said.output, "key backup"));
        // In a folder that has something in it nothing is written.
        profile.run(&["export", "--everything", text(&to)]).refused(1);
        let other = Profile::new();
        for entry in fs::read_dir(&to).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
            for file in files(&entry.path()) {
                other.good(&["import", text(&file)]);
            }
        }
        let rows = other.good(&["list", "Imported", "--limit", "500", "--json"]).documents();
        assert_eq!(rows.len(), 24, "{form}");
        let id = rows.iter().find(|row| row["subject"] == "Letter 7").unwrap()["id"].to_string();
        let source = String::from_utf8(other.good(&["show", &id, "--source"]).output).unwrap();
        let letter = letter(7);
        let line = letter.lines().find(|line| line.starts_with("plain words")).unwrap();
        assert!(source.lines().any(|one| one == line), "{form}");
    }
}
