//! `print` makes a PDF file that other programs read.

use std::process::Command;

use super::peers::text;
use super::{AT, kakitome, mail};

fn read(path: &std::path::Path) -> String {
    let done = Command::new("pdftotext").args(["-layout", text(path), "-"]).output().expect("pdftotext is installed");
    assert!(done.status.success() && done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn a_message_is_printed_with_what_protected_it() {
    let folder = tempfile::tempdir().unwrap();
    for (lang, words) in
        [("en", ["Encrypted.", "Only you and the other recipients"]), ("ja", ["暗号化されています。", "差出人"])]
    {
        let to = folder.path().join(format!("{lang}.pdf"));
        let file = mail("pgp-signed-encrypted-hp");
        let args = ["--lang", lang, "print", text(&file), "-o", text(&to), "--keys", "keys", "--at", AT];
        let answer = kakitome([&args[..], &["--passphrase-file", "passphrases"]].concat());
        assert_eq!(answer.code, Some(0), "{}", answer.error);
        let printed = read(&to);
        for word in words.iter().chain(&["The offer", "bob@example.test", "the offer is 4,200,000 yen"]) {
            assert!(printed.contains(word), "{word}: {printed}");
        }
    }
}

#[test]
fn nothing_is_written_over_and_what_is_missing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("a.pdf");
    std::fs::write(&to, "mine").unwrap();
    let file = mail("plain");
    let answer = kakitome(["print", text(&file), "-o", text(&to)]);
    assert_eq!(answer.code, Some(1), "{answer:?}");
    assert!(answer.error.contains("choose another name"), "{}", answer.error);
    assert_eq!(std::fs::read(&to).unwrap(), b"mine");
    let gone = folder.path().join("gone.eml");
    kakitome(["print", text(&gone), "-o", text(&folder.path().join("b.pdf"))]).refused(1);
    kakitome(["print", text(&file)]).refused(2);
}
