//! Tags, searches that are kept, and rules, as scripts meet them.

use serde_json::{Value, json};

use super::peers::text;
use super::profile::Profile;
use super::{mail, word};

const MAIL: [&str; 4] = ["pgp-signed-encrypted-hp", "smime-signed-encrypted-hp", "japanese-iso-2022-jp", "plain"];

fn imported() -> Profile {
    let profile = Profile::of_alice();
    let folder = profile.folder.path().join("mail");
    std::fs::create_dir(&folder).unwrap();
    for name in MAIL {
        std::fs::copy(mail(name), folder.join(format!("{name}.eml"))).unwrap();
    }
    assert_eq!(profile.good(&["import", text(&folder)]).output, b"4\n");
    profile
}

fn ids(profile: &Profile, query: &str) -> Vec<i64> {
    let mut ids: Vec<i64> =
        profile.good(&["search", query, "--json"]).documents().iter().map(|one| one["id"].as_i64().unwrap()).collect();
    ids.sort_unstable();
    ids
}

fn tag_called(profile: &Profile, name: &str) -> Value {
    let tags = profile.good(&["tag", "list", "--json"]).documents();
    tags.iter().find(|tag| tag["name"] == name).unwrap_or_else(|| panic!("{name}: {tags:?}")).clone()
}

#[test]
fn a_tag_is_made_set_found_renamed_and_removed() {
    let profile = imported();
    let known: Vec<Value> = profile.good(&["tag", "list", "--json", "--lang", "en"]).documents();
    let names: Vec<&str> = known.iter().map(|tag| word(tag, "/name")).collect();
    assert_eq!(names, ["Important", "Work", "Personal", "To do", "Later"]);
    assert_eq!(known[0]["keyword"], "$label1");
    profile.good(&["tag", "add", "書留", "--colour", "teal"]);
    assert_eq!(tag_called(&profile, "書留")["keyword"].as_str().unwrap().to_ascii_lowercase(), "&zvh1wq-");
    assert_eq!(profile.run(&["tag", "add", "書留"]).code, Some(1), "there is one");
    let offers = ids(&profile, "subject:offer");
    assert_eq!(offers.len(), 2);
    let first = offers[0].to_string();
    profile.good(&["flag", &first, "--tag", "書留", "--tag", "Important"]);
    assert_eq!(ids(&profile, "tag:書留"), [offers[0]]);
    assert_eq!(ids(&profile, "tag:重要 tag:\"書留\""), [offers[0]]);
    assert_eq!(ids(&profile, "subject:offer -tag:書留"), [offers[1]]);
    assert_eq!(tag_called(&profile, "書留")["messages"], json!(1));
    profile.good(&["tag", "rename", "書留", "Registered"]);
    assert_eq!(ids(&profile, "tag:registered"), [offers[0]]);
    profile.good(&["flag", &first, "--tag", "Registered", "--off"]);
    assert!(ids(&profile, "tag:registered").is_empty());
    assert_eq!(ids(&profile, "tag:important"), [offers[0]]);
    // What nobody named is there under its own name.
    profile.good(&["flag", &first, "--set", "Server-Made", "--set", "$MDNSent"]);
    assert_eq!(tag_called(&profile, "Server-Made")["colour"], Value::Null);
    profile.good(&["tag", "remove", "Server-Made"]);
    assert!(ids(&profile, "tag:Server-Made").is_empty());
    let refused = profile.run(&["flag", &first, "--tag", "Nothing"]);
    assert!(refused.refused(1).contains("Nothing"), "{}", refused.error);
    assert_eq!(profile.run(&["flag", &first, "--off"]).code, Some(2));
}

#[test]
fn a_search_is_kept_under_a_name() {
    let profile = imported();
    let offers = ids(&profile, "subject:offer is:encrypted");
    profile.good(&["search", "subject:offer is:encrypted", "--save", "Offers"]);
    let saved = profile.good(&["searches", "list", "--json"]).documents();
    assert_eq!(saved.len(), 1);
    assert_eq!((&saved[0]["name"], &saved[0]["unread"]), (&json!("Offers"), &json!(2)));
    profile.good(&["flag", &offers[0].to_string(), "--set", "seen"]);
    assert_eq!(profile.good(&["searches", "list", "--json"]).document()["unread"], json!(1));
    assert_eq!(profile.good(&["search", "--saved", "Offers", "--json"]).documents().len(), 2);
    profile.good(&["searches", "rename", "Offers", "申し出"]);
    assert_eq!(profile.good(&["search", "--saved", "申し出", "--json"]).documents().len(), 2);
    profile.good(&["searches", "remove", "申し出"]);
    profile.run(&["search", "--saved", "申し出"]).refused(1);
    profile.run(&["search"]).refused(2);
    profile.run(&["search", "word", "--saved", "x"]).refused(2);
}

#[test]
fn a_rule_goes_by_what_is_protected_and_a_trial_changes_nothing() {
    let profile = imported();
    profile.good(&["tag", "add", "Offers"]);
    let offers = ids(&profile, "subject:offer");
    let filed =
        profile.good(&["rule", "add", "offers", "--subject", "the OFFER", "--tag", "Offers", "--star", "--read"]);
    assert!(filed.error.is_empty(), "{}", filed.error);
    let trial = profile.good(&["rule", "run", "Imported", "--dry-run", "--json"]).documents();
    let hit: Vec<i64> = trial.iter().map(|one| one["id"].as_i64().unwrap()).collect();
    assert_eq!(hit, offers);
    assert!(trial.iter().all(|one| one["subject"] == "The offer" && one["done"] == false));
    assert!(ids(&profile, "tag:Offers").is_empty());
    profile.good(&["rule", "run", "Imported"]);
    assert_eq!(ids(&profile, "tag:Offers is:flagged is:read"), offers);

    // Whoever writes From is not who wrote the message: it is said, and can be closed.
    let open = profile.good(&["rule", "add", "from bob", "--from", "bob@", "--copy", "Imported"]);
    assert!(open.error.contains("--authenticated"), "{}", open.error);
    let closed =
        profile.good(&["rule", "add", "really bob", "--from", "bob@example.test", "--authenticated", "--star"]);
    assert!(closed.error.is_empty(), "{}", closed.error);
    // A part of an address is in many addresses, each of which somebody may vouch for.
    let part = profile.good(&["rule", "add", "some bob", "--from", "bob@", "--authenticated", "--star"]);
    assert!(part.error.contains("whole address"), "{}", part.error);
    profile.good(&["rule", "remove", "some bob"]);
    let run = |name: &str| {
        profile.good(&["rule", "run", "Imported", "--rule", name, "--dry-run", "--json"]).documents().len()
    };
    let from_bob = ids(&profile, "from:bob").len();
    let vouched = ids(&profile, "from:bob is:authenticated").len();
    assert!(vouched < from_bob, "{vouched} of {from_bob}");
    assert_eq!((run("from bob"), run("really bob")), (from_bob, vouched));

    let rules = profile.good(&["rule", "list", "--json"]).documents();
    assert_eq!(
        rules.iter().map(|rule| &rule["believes_from"]).collect::<Vec<_>>(),
        [&json!(false), &json!(true), &json!(false)]
    );
    assert_eq!(
        rules[0]["conditions"],
        json!([{ "test": { "text": { "place": "subject", "words": "the OFFER" } }, "is_not": false }])
    );
    profile.good(&["rule", "disable", "offers"]);
    assert_eq!(profile.good(&["rule", "list", "--json"]).documents()[0]["enabled"], json!(false));
    profile.good(&["rule", "remove", "from bob"]);
    assert_eq!(profile.good(&["rule", "list", "--json"]).documents().len(), 2);

    // A tag that is deleted does not come back by a rule.
    profile.good(&["rule", "enable", "offers"]);
    let removed = profile.good(&["tag", "remove", "Offers"]);
    assert!(removed.error.contains("offers") && !removed.error.contains("really bob"), "{}", removed.error);
    assert!(ids(&profile, "is:flagged is:read tag:Offers").is_empty());
    let off = profile.good(&["rule", "list", "--json"]).documents().remove(0);
    assert_eq!((&off["enabled"], &off["trouble"]), (&json!(false), &json!("tag_gone")));
    let refused = profile.run(&["rule", "enable", "offers"]);
    assert!(refused.code == Some(1) && refused.error.contains("rule_tag_gone"), "{}", refused.error);
}

#[test]
fn a_rule_that_could_do_what_nobody_meant_is_refused() {
    let profile = imported();
    for wrong in [
        &["rule", "add", "all", "--star"][..],
        &["rule", "add", "nothing", "--subject", "x"],
        &["rule", "add", "typo", "--query", "subjet:x", "--delete"],
        &["rule", "add", "typo", "--query", "before:soon", "--delete"],
        &["rule", "add", "empty", "--from", " ", "--junk"],
        &["rule", "add", "", "--from", "x", "--junk"],
        &["rule", "add", "nowhere", "--from", "x", "--move", "No such folder"],
        &["rule", "add", "untagged", "--from", "x", "--tag", "No such tag"],
        &["rule", "run", "Imported", "--rule", "none"],
    ] {
        profile.run(wrong).refused(1);
    }
    let typo = profile.run(&["rule", "add", "typo", "--query", "subjet:x", "--delete", "--lang", "en"]);
    assert!(typo.error.contains("the search does not understand"), "{}", typo.error);
    profile.run(&["rule", "add", "x", "--dmarc", "maybe", "--star"]).refused(2);
    assert!(profile.good(&["rule", "list"]).output.is_empty());
    let by_query = profile.good(&["rule", "add", "by query", "--query", "from:bob OR from:carol", "--star"]);
    assert!(by_query.error.contains("--authenticated"), "{}", by_query.error);
}
