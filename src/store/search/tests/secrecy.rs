use std::fs;
use std::path::Path;

use super::*;

/// Whether bytes stand anywhere in the files of a folder, or in their names.
fn is_readable(folder: &Path, wanted: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        path.to_string_lossy().as_bytes().windows(wanted.len()).any(|window| window == wanted)
            || if path.is_dir() {
                is_readable(&path, wanted)
            } else if path.ends_with("profile.map") {
                // It names the tables of the schema, the same in every profile.
                wanted != b"subject" && fs::read(&path).unwrap().windows(wanted.len()).any(|window| window == wanted)
            } else {
                fs::read(&path).unwrap().windows(wanted.len()).any(|window| window == wanted)
            }
    })
}

#[test]
fn nothing_can_be_read_at_rest() {
    let lab = Lab::new();
    let id = lab.message(lab.folder, "encrypted", "x");
    lab.work(|_| SearchDocument {
        from: vec![Mailbox::new("Rumpelstilzchen", "rumpel@example.test")],
        subject: "quellwolke".into(),
        body: vec!["quellwolke ".repeat(5_000), "請求書".into()],
        ..text("", 1)
    });
    assert_eq!(lab.found("quellwolke rumpelstilzchen 請求書"), [id]);
    assert!(lab.index.vocabulary(&lab.store).contains("quellwolke"), "the test looks for what is there");
    let words = ["quellwolke", "rumpel", "請求", "subject", "segments", "opstamp"];
    for word in words {
        assert!(!is_readable(lab.dir.path(), word.as_bytes()), "{word}");
    }
    let files = lab.index.files_of(&lab.store);
    assert!(fs::read_dir(&files).unwrap().count() > 3);
    #[cfg(unix)]
    for path in [&files, files.parent().unwrap()] {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o77, 0, "{path:?}");
    }
}

#[test]
fn what_was_decrypted_can_be_taken_out_and_comes_back() {
    let lab = Lab::new();
    let record = AccountRecord { address: "bob@example.test".into(), ..AccountRecord::default() };
    let other = lab.store.save_account(&record).unwrap();
    let theirs = lab.store.ensure_folder(other, "INBOX", "INBOX", "inbox").unwrap();
    let plain = lab.message(lab.folder, "not_encrypted", "1");
    let secret = lab.message(lab.folder, "encrypted", "2");
    let foreign = lab.message(theirs, "encrypted", "3");
    let document = |id: i64| {
        let account = if id == foreign { other } else { lab.account };
        let is_in = lab.store.searches_decrypted(account).unwrap();
        match (id == plain, is_in) {
            (true, _) => text("everybody plainword", 1),
            (false, true) => SearchDocument { is_decrypted: true, ..text(&format!("everybody secret{id}"), 1) },
            (false, false) => SearchDocument { is_reduced: true, ..text("everybody", 1) },
        }
    };
    lab.work(document);
    assert_eq!(lab.found("everybody").len(), 3);
    lab.store.set_searches_decrypted(lab.account, false).unwrap();
    lab.index.forget_decrypted(&lab.store, lab.account).unwrap();
    let words = lab.index.vocabulary(&lab.store);
    assert!(!words.contains(&format!("secret{secret}")), "it is in no file any more: {words:?}");
    assert!(words.contains(&format!("secret{foreign}")) && words.contains("plainword"));
    lab.work(document);
    assert_eq!(lab.found("everybody").len(), 3, "what was not decrypted is still found");
    assert_eq!(lab.found(&format!("secret{secret}")), [0_i64; 0]);
    let lab = lab.again();
    assert!(!lab.store.searches_decrypted(lab.account).unwrap() && lab.store.searches_decrypted(other).unwrap());
    assert!(lab.index.check(&lab.store).unwrap());
    lab.store.set_searches_decrypted(lab.account, true).unwrap();
    assert_eq!(lab.store.count_due_for_search().unwrap(), 1);
    lab.work(|id| SearchDocument { is_decrypted: true, ..text(&format!("everybody secret{id}"), 1) });
    assert_eq!(lab.found(&format!("secret{secret}")), [secret]);
}
