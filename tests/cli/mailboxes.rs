//! Mail in files: Maildir with its folders and flags, mbox with what its programs note in it, in and out, next to
//! Python's `mailbox`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::peers::text;
use super::profile::Profile;

fn letter(number: usize, more: &str) -> String {
    format!(
        "From: bob@example.test\nTo: alice@example.test\nSubject: Letter {number}\n{more}Date: Sun, 01 Nov 2026 12:0{number}:00 \
         +0000\nMessage-ID: <{number}@example.test>\n\nHello\n\nFrom here on\n>From there on\n"
    )
}

fn put(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn maildir(root: &Path) {
    for folder in ["cur", "new", "tmp", ".Work.2026/cur", ".Work.2026/new", ".&ZeVnLA-/cur", ".&ZeVnLA-/new"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    put(&root.join("cur/1.a.host:2,FS"), &letter(1, ""));
    put(&root.join("cur/2.b.host:2,RS"), &letter(2, ""));
    put(&root.join("new/3.c.host"), &letter(3, ""));
    put(&root.join("tmp/4.d.host"), "not yet whole");
    put(&root.join(".Work.2026/cur/5.e.host:2,S"), &letter(5, ""));
    put(&root.join(".&ZeVnLA-/new/6.f.host"), &letter(6, ""));
    // Deeper, as other programs lay them out.
    fs::create_dir_all(root.join("Lists/Rust/new")).unwrap();
    put(&root.join("Lists/Rust/cur/7.g.host:2,S"), &letter(7, ""));
}

/// Name, unread and total of each folder of the profile that holds anything.
fn folders(profile: &Profile) -> Vec<Value> {
    let folders = profile.good(&["folder", "list", "--json"]).documents();
    let shown = folders.iter().filter(|folder| folder["total"] != 0);
    let mut shown: Vec<_> = shown.map(|one| json!([one["name"], one["unread"], one["total"]])).collect();
    shown.sort_by_key(ToString::to_string);
    shown
}

/// What Python's `mailbox` says of the messages: subject, and flags as it names them.
fn by_python(kind: &str, path: &Path) -> Value {
    let script = "import json, mailbox, sys\nbox = getattr(mailbox, sys.argv[1])(sys.argv[2], create=False)\n\
        print(json.dumps(sorted([m['Subject'], ''.join(sorted(m.get_flags())), m.get_payload()] for m in box)))";
    let output = Command::new("python3").args(["-c", script, kind, text(path)]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_maildir_comes_with_its_folders_and_flags_and_goes_again() {
    let (profile, folder) = (Profile::new(), tempfile::tempdir().unwrap());
    let root = folder.path().join("Maildir");
    maildir(&root);
    assert_eq!(profile.good(&["import", text(&root), "--folder", "Old"]).output, b"6\n");
    let all = [
        json!(["Old", 1, 3]),
        json!(["Old/Lists/Rust", 0, 1]),
        json!(["Old/Work/2026", 0, 1]),
        json!(["Old/日本", 1, 1]),
    ];
    assert_eq!(folders(&profile), all);

    let (out, file) = (folder.path().join("out"), folder.path().join("out.mbox"));
    profile.good(&["export", "Old", text(&out), "--as", "maildir"]);
    let body = "Hello\n\nFrom here on\n>From there on\n";
    let flags =
        [("Letter 1", "FS"), ("Letter 2", "RS"), ("Letter 3", "")].map(|(name, flags)| json!([name, flags, body]));
    assert_eq!(by_python("Maildir", &out), json!(flags));
    profile.good(&["export", "Old", text(&file), "--as", "mbox"]);
    // Python undoes no quotation of mbox.
    let quoted = "Hello\n\n>From here on\n>>From there on\n";
    let flags =
        [("Letter 1", "FOR"), ("Letter 2", "AOR"), ("Letter 3", "O")].map(|(name, flags)| json!([name, flags, quoted]));
    assert_eq!(by_python("mbox", &file), json!(flags));
    assert_eq!(profile.run(&["export", "Old", text(&file), "--as", "mbox"]).code, Some(1), "nothing is written over");

    let (other, again) = (Profile::new(), folder.path().join("again"));
    other.good(&["import", text(&file), "--folder", "Old"]);
    assert_eq!(folders(&other), [json!(["Old", 1, 3])]);
    other.good(&["export", "Old", text(&again), "--as", "maildir"]);
    let flags =
        [("Letter 1", "FS"), ("Letter 2", "RS"), ("Letter 3", "")].map(|(name, flags)| json!([name, flags, body]));
    assert_eq!(by_python("Maildir", &again), json!(flags), "the same after both ways");
}

#[test]
fn what_thunderbird_deleted_in_an_mbox_does_not_come_back() {
    let (profile, folder) = (Profile::new(), tempfile::tempdir().unwrap());
    let file = folder.path().join("Inbox");
    let statuses = [(1, "0001"), (2, "0009"), (3, "0000"), (4, "0005")];
    let entry = |(number, bits)| {
        format!("From - Sun Nov  1 12:00:00 2026\n{}\n", letter(number, &format!("X-Mozilla-Status: {bits}\n")))
    };
    fs::write(&file, statuses.map(entry).concat()).unwrap();
    assert_eq!(profile.good(&["import", text(&file)]).output, b"3\n");
    assert_eq!(folders(&profile), [json!(["Imported", 1, 3])]);
}

#[test]
fn what_an_mbox_marks_as_deleted_is_left_out_and_counted_and_an_empty_one_is_no_message() {
    let (profile, folder) = (Profile::new(), tempfile::tempdir().unwrap());
    let path = folder.path().join("box");
    let one = |(bits, number)| format!("From x\n{}\n", letter(number, &format!("X-Mozilla-Status: {bits}\n")));
    let mbox = [("0009", 1), ("0001", 2), ("0008", 3)].map(one).concat();
    put(&path, &mbox);
    put(&folder.path().join("empty.mbox"), "");
    let answer = profile.good(&["import", text(&path), text(&folder.path().join("empty.mbox"))]);
    assert_eq!(String::from_utf8_lossy(&answer.output).trim(), "1");
    assert!(answer.error.contains("2 messages") && answer.error.contains("X-Mozilla-Status"), "{}", answer.error);
    assert_eq!(folders(&profile), [json!(["Imported", 0, 1])]);
}
