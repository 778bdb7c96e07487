//! Lists by conversations, the inboxes of several accounts as one, and the conversation of a message.

use serde_json::{Value, json};

use super::peers::text;
use super::profile::Profile;
use super::word;

fn letter(number: usize, subject: &str, references: &str) -> String {
    format!(
        "From: Bob <bob@example.test>\nTo: alice@example.test\nSubject: {subject}\n\
         Date: Sun, 01 Nov 2026 12:0{number}:00 +0000\nMessage-ID: <{number}@example.test>\n{references}\nHello\n"
    )
}

fn imported() -> Profile {
    let profile = Profile::new();
    let folder = profile.folder.path().join("mail");
    std::fs::create_dir(&folder).unwrap();
    let letters = [
        // The newest is imported first.
        letter(5, "Re: Minutes", "In-Reply-To: <2@example.test>\n"),
        letter(4, "Another matter", ""),
        letter(3, "Re: Minutes", "References: <1@example.test> <gone@example.test>\n"),
        letter(2, "Re: Minutes", "References: <1@example.test>\n"),
        letter(1, "Minutes", ""),
    ];
    for (nth, letter) in letters.iter().enumerate() {
        std::fs::write(folder.join(format!("{nth}.eml")), letter).unwrap();
    }
    profile.good(&["import", text(&folder)]);
    profile
}

fn rows(profile: &Profile, args: &[&str]) -> Vec<Value> {
    profile.good(&[&["list"], args, &["--json"]].concat()).documents()
}

/// The number in a letter's date.
fn number(row: &Value) -> u64 {
    word(row, "/date").split(':').nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_list_by_conversations_has_answers_below_what_they_answer() {
    let profile = imported();
    let threaded = rows(&profile, &["Imported", "--threads"]);
    let shown: Vec<_> = threaded.iter().map(|row| (number(row), row["depth"].as_u64().unwrap())).collect();
    assert_eq!(shown, [(1, 0), (2, 1), (5, 2), (3, 1), (4, 0)]);
    let id = |number: usize| &threaded.iter().find(|row| self::number(row) == number as u64).unwrap()["id"];
    assert_eq!(threaded[0]["parent"], json!(null));
    assert_eq!((&threaded[2]["parent"], &threaded[3]["parent"]), (id(2), id(1)), "what is missing is stepped over");
    let threads: Vec<_> = threaded.iter().map(|row| row["thread"].as_i64().unwrap()).collect();
    assert!(threads[..4].iter().all(|thread| *thread == threads[0]) && threads[4] != threads[0]);

    let flat = rows(&profile, &["Imported"]);
    assert_eq!(flat.iter().map(number).collect::<Vec<_>>(), [5, 4, 3, 2, 1]);
    assert!(flat.iter().all(|row| row["depth"].is_null() && row["thread"].is_i64()));
    assert_eq!(rows(&profile, &["Imported", "--threads", "--limit", "1"]).len(), 4, "a limit of conversations");

    let lines = String::from_utf8(profile.good(&["list", "Imported", "--threads"]).output).unwrap();
    let indents: Vec<usize> = lines.lines().map(|line| line.find("Bob").unwrap()).collect();
    assert_eq!(indents.iter().map(|at| at - indents[0]).collect::<Vec<_>>(), [0, 2, 4, 2, 0], "{lines}");

    let shown = profile.good(&["show", &id(2).to_string(), "--json"]).document();
    assert_eq!(shown["thread"]["id"], threaded[0]["thread"]);
    let messages: Vec<_> =
        shown["thread"]["messages"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(messages, threaded[..4].iter().map(|row| row["id"].clone()).collect::<Vec<_>>());
}

#[test]
fn a_list_needs_a_folder_or_all_inboxes() {
    let profile = imported();
    profile.run(&["list"]).refused(2);
    profile.run(&["list", "Imported", "--inboxes"]).refused(2);
    assert_eq!(rows(&profile, &["--inboxes"]).len(), 0, "nothing here is an inbox");
}
