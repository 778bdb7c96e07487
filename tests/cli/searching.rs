//! Searching: over what is protected, too, and nothing of it readable on the disk.

use std::path::Path;

use serde_json::{Value, json};

use super::peers::text;
use super::profile::Profile;
use super::{contains, mail, word};

fn imported() -> Profile {
    let profile = Profile::of_alice();
    let folder = profile.folder.path().join("mail");
    std::fs::create_dir(&folder).unwrap();
    for name in ["pgp-signed-encrypted-hp", "smime-signed-encrypted-hp", "japanese-iso-2022-jp", "plain"] {
        std::fs::copy(mail(name), folder.join(format!("{name}.eml"))).unwrap();
    }
    assert_eq!(profile.good(&["import", text(&folder)]).output, b"4\n");
    profile
}

fn found(profile: &Profile, query: &str) -> Vec<Value> {
    profile.good(&["search", query, "--json"]).documents()
}

#[test]
fn what_is_encrypted_is_found_by_what_is_in_it() {
    let profile = imported();
    let offers = found(&profile, "subject:offer is:encrypted");
    assert_eq!(offers.len(), 2, "{offers:?}");
    for offer in &offers {
        assert_eq!((word(offer, "/subject"), word(offer, "/folder")), ("The offer", "Imported"));
        assert_eq!((word(offer, "/lock"), word(offer, "/seal")), ("encrypted", "authenticated"));
        assert_eq!(offer["marks"]["subject"], json!([[4, 9]]));
    }
    assert_eq!(found(&profile, "4,200,000 is:signed").len(), 2);
    assert_eq!(found(&profile, "髙橋").len(), 1);
    assert_eq!(found(&profile, "ｆｒｏｍ：bob 高橋").len(), 1, "every keyboard has this letter");
    assert_eq!(found(&profile, "-is:encrypted folder:imported").len(), 2);
    assert_eq!(found(&profile, "no:such word").len(), 0);
    assert_eq!(profile.good(&["search", "offer", "--limit", "1", "--json"]).documents().len(), 1);
    let line = profile.good(&["search", "offer"]).output;
    assert_eq!(line.split(|byte| *byte == b'\n').count(), 3);
    is_unreadable(&profile.dir(), &["offer", "髙橋", "4200000"]);
}

#[test]
fn what_was_decrypted_can_be_taken_out_of_the_index() {
    let profile = imported();
    assert_eq!(found(&profile, "offer").len(), 2);
    // The folder of messages without a server has an account without an address: another is needed to say so.
    let refused = profile.run(&["account", "search", "nobody@example.test", "--decrypted", "off"]);
    assert_eq!(refused.code, Some(1), "{}", refused.error);
    assert_eq!(profile.run(&["account", "search", "nobody@example.test"]).code, Some(2));
    assert_eq!(found(&profile, "offer").len(), 2);
}

#[test]
fn a_damaged_index_is_made_anew_before_it_answers() {
    let profile = imported();
    assert_eq!(found(&profile, "offer").len(), 2);
    let mut damaged = 0;
    visit(&profile.dir().join("search"), &mut |path| {
        let mut bytes = std::fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(path, bytes).unwrap();
        damaged += 1;
    });
    assert!(damaged > 3);
    assert_eq!(found(&profile, "offer").len(), 2);
}

fn is_unreadable(folder: &Path, words: &[&str]) {
    visit(folder, &mut |path| {
        let bytes = std::fs::read(path).unwrap();
        for word in words {
            assert!(!contains(&bytes, word), "{} in {}", word, path.display());
        }
    });
}

fn visit(folder: &Path, what: &mut dyn FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() { visit(&entry.path(), what) } else { what(&entry.path()) }
    }
}
