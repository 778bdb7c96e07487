//! The commands over a profile: what goes in comes out, one program at a time, nothing for others to read.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::peers::{run, text};
use super::{Answer, contains, corpus, kakitome, mail, manifest, of_corpus, private, program, word, write};

const PASSPHRASE: &str = "correct horse battery staple";

pub(crate) struct Profile {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) passphrase: PathBuf,
}

impl Profile {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let passphrase = write(folder.path(), "passphrase", format!("{PASSPHRASE}\n"));
        Self { folder, passphrase }
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.folder.path().join("profile")
    }

    pub(crate) fn common(&self) -> Vec<String> {
        let (dir, passphrase) = (self.dir(), self.passphrase.clone());
        [
            "--profile",
            text(&dir),
            "--secret-store",
            "file",
            "--passphrase-file",
            text(&passphrase),
            "--offline",
            "--lang",
            "en",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    pub(crate) fn run(&self, args: &[&str]) -> Answer {
        kakitome(self.common().iter().map(String::as_str).chain(args.iter().copied()))
    }

    pub(crate) fn good(&self, args: &[&str]) -> Answer {
        let answer = self.run(args);
        assert_eq!(answer.code, Some(0), "{args:?}: {}", answer.error);
        answer
    }

    /// With alice's keys and anchor, whom she trusts, and the corpus's mail in a folder.
    pub(super) fn of_alice() -> Self {
        let profile = Self::new();
        let passphrases = std::fs::read_to_string(of_corpus("passphrases")).unwrap();
        std::fs::write(&profile.passphrase, format!("{PASSPHRASE}\n{passphrases}")).unwrap();
        let secret = private(profile.folder.path(), "keys/pgp/alice.secret.asc");
        profile.good(&["key", "import", "keys/p12/alice.p12", "keys/p12/alice-ec.p12", text(&secret)]);
        profile.good(&[
            "cert",
            "import",
            "keys/pgp/bob.asc",
            "keys/pgp/carol.asc",
            "keys/pgp/trent.asc",
            "anchors/root.pem",
        ]);
        let certs = profile.good(&["cert", "list", "--json"]).documents();
        let root = certs.iter().find(|one| one["subject"].to_string().contains("Kakitome Test CA")).unwrap();
        profile.good(&["trust", "anchor", word(root, "/fingerprint")]);
        profile.good(&["trust", "root", manifest()["trust_roots"][0].as_str().unwrap()]);
        profile
    }
}

fn find<'a>(rows: &'a [Value], file: &str) -> &'a Value {
    let subject = super::inspect(&[&mail(file)], &[]).document()["displayed"]["subject"].clone();
    rows.iter().find(|row| row["subject"] == subject).unwrap_or_else(|| panic!("{file}: {subject}"))
}

#[test]
fn messages_that_are_imported_are_listed_shown_and_exported_byte_by_byte() {
    let profile = Profile::of_alice();
    let names = ["pgp-signed-encrypted-hp", "smime-signed-encrypted-hp", "japanese-iso-2022-jp", "japanese-shift-jis"];
    let folder = profile.folder.path().join("mail");
    std::fs::create_dir(&folder).unwrap();
    for name in names {
        std::fs::copy(mail(name), folder.join(format!("{name}.eml"))).unwrap();
    }
    assert_eq!(profile.good(&["import", text(&folder)]).output, b"4\n");
    let folders = profile.good(&["folder", "list", "--json"]).documents();
    let imported = folders.iter().find(|one| one["name"] == "Imported").unwrap();
    assert_eq!((&imported["total"], &imported["unread"]), (&json!(4), &json!(4)));
    let rows = profile.good(&["list", "Imported", "--json"]).documents();
    assert_eq!(rows.len(), 4);
    let japanese = find(&rows, "japanese-iso-2022-jp");
    assert_eq!(japanese["from"]["address"], "bob@example.test");
    assert!(japanese["subject"].as_str().unwrap().contains("㈱髙橋"));

    // The list shows the inside of what is encrypted, before anybody opened it, and never the outside.
    assert!(rows.iter().all(|row| row["subject"] != "[...]"), "{rows:?}");
    let inside: Vec<&Value> = rows.iter().filter(|row| row["subject"] == "The offer").collect();
    assert_eq!(inside.len(), 2);
    for row in inside {
        assert_eq!((word(row, "/lock"), word(row, "/seal")), ("encrypted", "authenticated"), "{row}");
        assert!(word(row, "/preview").contains("4,200,000"), "{row}");
        let shown = profile.good(&["show", &row["id"].to_string(), "--json"]).document();
        assert_eq!(super::headline(&shown), ("encrypted", "authenticated"), "{shown}");
        assert_eq!(word(&shown, "/displayed/subject"), "The offer");
        assert!(word(&shown, "/text").contains("4,200,000"));
    }

    let out = profile.folder.path().join("out");
    profile.good(&["export", "Imported", text(&out)]);
    let mut exported: Vec<Vec<u8>> = Vec::new();
    for entry in std::fs::read_dir(&out).unwrap().flatten() {
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "mail is for its owner alone");
        exported.push(std::fs::read(entry.path()).unwrap());
    }
    let mut originals: Vec<Vec<u8>> = names.iter().map(|name| std::fs::read(mail(name)).unwrap()).collect();
    exported.sort();
    originals.sort();
    assert!(exported == originals, "every byte comes back");
    for row in &rows {
        let source = profile.good(&["show", &row["id"].to_string(), "--source"]);
        assert!(originals.contains(&source.output), "{row}");
    }
}

#[test]
fn an_mbox_is_imported_message_by_message() {
    let profile = Profile::new();
    let mbox = write(
        profile.folder.path(),
        "old.mbox",
        "From a@b Tue Sep 15 09:00:00 2026\nSubject: 1\n\n>From here\n\nFrom a@b Tue Sep 15 09:00:00 2026\nSubject: 2\n\ny\n",
    );
    assert_eq!(profile.good(&["import", text(&mbox), "--folder", "Old"]).output, b"2\n");
    let rows = profile.good(&["list", "old", "--json"]).documents();
    let mut subjects: Vec<&str> = rows.iter().map(|row| word(row, "/subject")).collect();
    subjects.sort_unstable();
    assert_eq!(subjects, ["1", "2"]);
}

#[test]
fn nothing_that_is_kept_can_be_read_without_the_passphrase_or_by_others() {
    let profile = Profile::of_alice();
    profile.good(&["account", "add", "alice@example.test", "--smtp-host", "mail.example.test"]);
    profile.good(&["import", "mail/plain.eml"]);
    let secrets = [
        "Tuesday at ten",
        "bob@example.test",
        "mail.example.test",
        "PRIVATE KEY",
        "wonderland",
        "open sesame",
        PASSPHRASE,
    ];
    let mut files = 0;
    walk(&profile.dir(), &mut |path| {
        let data = std::fs::metadata(path).unwrap();
        assert_eq!(data.permissions().mode() & 0o077, 0, "{}", path.display());
        if data.is_file() {
            files += 1;
            let bytes = std::fs::read(path).unwrap();
            for secret in secrets {
                assert!(!contains(&bytes, secret), "{} holds {secret:?}", path.display());
            }
        }
    });
    assert!(files > 1);
    let wrong = write(profile.folder.path(), "wrong", "wrong\n");
    let dir = profile.dir();
    let common = ["--profile", text(&dir), "--secret-store", "file", "--lang", "en"];
    let answer = kakitome([&common[..], &["--passphrase-file", text(&wrong), "key", "list"]].concat());
    assert!(answer.refused(1).contains("passphrase"), "{}", answer.error);
    let answer = kakitome([&common[..], &["key", "list"]].concat());
    assert!(answer.refused(1).contains("--passphrase-file"), "{}", answer.error);
    let empty = write(profile.folder.path(), "empty", "\n");
    let other = profile.folder.path().join("other");
    let args = ["--profile", text(&other), "--secret-store", "file", "--passphrase-file", text(&empty), "key", "list"];
    assert!(kakitome(args).refused(1).contains("empty passphrase"));
    // The vault is found without being named.
    let answer =
        kakitome(["--profile", text(&dir), "--passphrase-file", text(&profile.passphrase), "key", "list", "--json"]);
    assert_eq!(answer.documents().len(), 3);
}

fn walk(path: &Path, visit: &mut dyn FnMut(&Path)) {
    visit(path);
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap().flatten() {
            walk(&entry.path(), visit);
        }
    }
}

#[test]
fn a_second_program_on_the_same_profile_is_told_so_in_one_line() {
    let profile = Profile::new();
    profile.good(&["key", "list"]);
    // The first waits for a message that does not come yet.
    let pipe = profile.folder.path().join("pipe.eml");
    run(Command::new("mkfifo").arg(&pipe), b"");
    let mut first = program()
        .args(profile.common())
        .args(["import", text(&pipe)])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // A pipe can be opened for writing as soon as the first reads it, and it has the profile by then.
    let (opened, ready) = std::sync::mpsc::channel();
    let path = pipe.clone();
    std::thread::spawn(move || opened.send(std::fs::OpenOptions::new().write(true).open(path)));
    let mut writer = ready.recv_timeout(Duration::from_mins(1)).expect("the first reads the pipe").unwrap();
    let second = profile.run(&["folder", "list"]);
    assert!(second.refused(1).contains("another program"), "{}", second.error);
    writer.write_all(&std::fs::read(mail("plain")).unwrap()).unwrap();
    drop(writer);
    assert!(first.wait().unwrap().success());
    profile.good(&["folder", "list"]);
}

#[test]
fn accounts_are_added_listed_and_removed_with_what_belongs_to_them() {
    let profile = Profile::new();
    let add = ["account", "add", "alice@example.test", "--name", "Alice", "--smtp-host", "mail.example.test"];
    profile.good(&add);
    let listed = profile.good(&["account", "list", "--json"]).document();
    assert_eq!((word(&listed, "/address"), word(&listed, "/name")), ("alice@example.test", "Alice"));
    let op25b = profile.run(&["account", "add", "bob@example.test", "--smtp-host", "x", "--smtp-port", "25"]);
    assert!(op25b.refused(1).contains("587"));
    profile.run(&["account", "add", "nobody", "--smtp-host", "x"]).refused(2);
    assert!(profile.run(&["account", "remove", "bob@example.test"]).refused(1).contains("bob@example.test"));
    assert!(profile.run(&["account", "test", "alice@example.test"]).refused(1).contains("--offline"));
    profile.good(&["account", "remove", "alice@example.test"]);
    assert!(profile.good(&["account", "list", "--json"]).documents().is_empty());
}

#[test]
fn what_is_sent_waits_in_the_outbox_without_its_blind_copies_and_can_be_taken_back() {
    let profile = Profile::new();
    profile.good(&["account", "add", "alice@example.test", "--smtp-host", "mail.example.test"]);
    let message = "From: alice@example.test\r\nTo: bob@example.test\r\nBcc: carol@example.test,\r\n dave@example.test\r\nSubject: x\r\n\r\ny\r\n";
    let file = write(profile.folder.path(), "x.eml", message);
    profile.good(&["send", text(&file)]);
    let waiting = profile.good(&["outbox", "list", "--json"]).document();
    assert_eq!(waiting["recipients"], json!(["bob@example.test", "carol@example.test", "dave@example.test"]));
    assert_eq!(word(&waiting, "/state"), "queued");
    assert!(
        profile.run(&["send", "mail/plain.eml"]).refused(1).contains("bob@example.test"),
        "bob has no account here"
    );
    assert!(profile.run(&["send", "no-such.eml"]).refused(1).contains("no-such.eml"));
    let nobody = write(profile.folder.path(), "n.eml", "From: alice@example.test\r\nSubject: x\r\n\r\ny\r\n");
    profile.run(&["send", text(&nobody)]).refused(1);
    profile.run(&["outbox", "cancel", "99"]).refused(1);
    profile.good(&["outbox", "cancel", &waiting["id"].to_string()]);
    assert!(profile.good(&["outbox", "list", "--json"]).documents().is_empty());
}

#[test]
fn trust_is_given_explained_and_taken_back() {
    let profile = Profile::of_alice();
    let path = |address: &str| profile.good(&["trust", "path", address, "--json"]).documents();
    let bob = path("bob@example.test");
    let pgp = bob.iter().find(|one| word(one, "/fingerprint").len() == 40).unwrap();
    assert_eq!(word(pgp, "/verdict"), "authenticated", "alice certified bob: {bob:?}");
    let carol = path("carol@example.test");
    assert_eq!(word(&carol[0], "/verdict"), "partial", "{carol:?}");
    let fingerprint = word(&carol[0], "/fingerprint").to_owned();
    profile.good(&["trust", "direct", &fingerprint]);
    let carol = path("carol@example.test");
    assert_eq!((word(&carol[0], "/verdict"), word(&carol[0], "/path/0/kind")), ("authenticated", "direct"));
    profile.good(&["trust", "direct", &fingerprint, "--retract"]);
    assert_eq!(word(&path("carol@example.test")[0], "/verdict"), "partial");
    let unknown = profile.run(&["trust", "direct", &"A".repeat(40)]);
    assert!(unknown.refused(1).contains("import it first"));
}

#[test]
fn what_is_not_there_is_named_and_never_a_broken_profile() {
    let profile = Profile::new();
    profile.good(&["key", "list"]);
    let unknown = "A".repeat(40);
    let missing: [&[&str]; 6] = [
        &["show", "4711"],
        &["list", "No such folder"],
        &["export", "No such folder", "out"],
        &["outbox", "retry", "4711"],
        &["key", "export", &unknown],
        &["cert", "export", &unknown],
    ];
    for args in missing {
        let answer = profile.run(args);
        let line = answer.refused(1);
        assert!(!line.contains("restore") && !line.contains("Input:"), "{args:?}: {line}");
    }
    assert!(profile.run(&["import", "no-such.eml"]).refused(1).contains("no-such.eml"));
    assert!(profile.run(&["key", "import", "manifest.json"]).refused(1).contains("manifest.json"));
}

#[test]
fn what_the_stateless_commands_do_leaves_no_profile_behind() {
    let home = tempfile::tempdir().unwrap();
    let mut command = program();
    command
        .env("HOME", home.path())
        .env_remove("XDG_DATA_HOME")
        .args(["inspect", text(&corpus().join("mail/plain.eml"))]);
    assert_eq!(super::ended(&mut command).code, Some(0));
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn a_key_or_trust_that_comes_later_changes_what_the_list_says_of_mail_that_is_there() {
    let profile = Profile::new();
    profile.good(&["import", text(&mail("pgp-signed-encrypted-hp"))]);
    let row = |profile: &Profile| profile.good(&["list", "Imported", "--json"]).document();
    let said = |row: &Value| ["subject", "lock", "seal"].map(|key| row[key].as_str().unwrap_or_default().to_owned());
    assert_eq!(said(&row(&profile)), ["[...]", "cannot_open", "unsigned"]);
    let secret = private(profile.folder.path(), "keys/pgp/alice.secret.asc");
    profile.good(&["key", "import", text(&secret)]);
    assert_eq!(said(&row(&profile)), ["The offer", "encrypted", "unauthenticated"]);
    profile.good(&["cert", "import", "keys/pgp/bob.asc"]);
    profile.good(&["trust", "root", manifest()["trust_roots"][0].as_str().unwrap()]);
    assert_eq!(said(&row(&profile)), ["The offer", "encrypted", "authenticated"]);
    profile.good(&["trust", "root", manifest()["trust_roots"][0].as_str().unwrap(), "--retract"]);
    assert_eq!(said(&row(&profile)), ["The offer", "encrypted", "unauthenticated"]);
}
