//! Who vouches for whom: what is said here counts for gpg and sq-wot, what they say counts here, and all three come to
//! the same answers over one network.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::peers::{GnuPg, attempt, run, sq, text};
use super::profile::Profile;
use super::{word, write};

/// The people, in one GnuPG home, whose keys are there without passphrases.
struct World {
    gpg: GnuPg,
    people: Vec<(&'static str, String)>,
}

impl World {
    fn new(people: &[&'static str]) -> Self {
        let gpg = GnuPg::new();
        let mut made = Vec::new();
        for person in people {
            let user_id = format!("{} <{person}>", name(person));
            gpg.gpg(&["--passphrase", "", "--quick-generate-key", &user_id, "ed25519", "cert,sign", "never"], b"");
            let listed = String::from_utf8(gpg.gpg(&["--with-colons", "--list-keys", person], b"")).unwrap();
            let print = listed.lines().find(|line| line.starts_with("fpr")).unwrap().split(':').nth(9).unwrap();
            made.push((*person, print.to_owned()));
        }
        Self { gpg, people: made }
    }

    fn print(&self, person: &str) -> &str {
        &self.people.iter().find(|(one, _)| *one == person).unwrap().1
    }

    fn public(&self, person: &str) -> Vec<u8> {
        self.gpg.gpg(&["--armor", "--export", self.print(person)], b"")
    }

    /// One vouches for the other as sq makes it: the other's certificate comes back with it, and is kept.
    fn sq_certifies(&self, folder: &Path, by: &str, of: &str, options: &[&str]) {
        let secret = self.gpg.gpg(&["--armor", "--export-secret-keys", self.print(by)], b"");
        let key = write(folder, &format!("{by}.key"), secret);
        let cert = write(folder, &format!("{of}.cert"), self.public(of));
        let user_id = format!("{} <{of}>", name(of));
        let made = sq(&[&["certify"], options, &[text(&key), text(&cert), &user_id]].concat(), b"");
        self.gpg.gpg(&["--import"], &made);
    }

    fn signs(&self, by: &str, of: &str, options: &[&str]) {
        let by = ["--passphrase", "", "--local-user", self.print(by)];
        self.gpg.gpg(&[&by[..], options, &["--quick-sign-key", self.print(of)]].concat(), b"");
    }
}

fn name(address: &str) -> String {
    let local = address.split('@').next().unwrap();
    local[..1].to_uppercase() + &local[1..]
}

/// The word that sq-wot's amounts come to: entirely, in part, or not at all.
fn sq_wot(keyring: &Path, root: &str, person: &str, print: &str) -> &'static str {
    let reaches = |amount: &str| {
        let mut command = Command::new("sq-wot");
        let common = ["--keyring", text(keyring), "--trust-root", root, "authenticate", "--email"];
        let done = attempt(command.args(common).args(["--trust-amount", amount, person, print]), b"");
        assert!(matches!(done.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&done.stderr));
        done.status.success()
    };
    match (reaches("120"), reaches("1")) {
        (true, _) => "authenticated",
        (false, true) => "partial",
        (false, false) => "unauthenticated",
    }
}

/// What `trust path` says of the one OpenPGP certificate of an address.
fn path(profile: &Profile, person: &str) -> Value {
    let found = profile.good(&["trust", "path", person, "--json"]).documents();
    assert_eq!(found.len(), 1, "{person}: {found:?}");
    found[0].clone()
}

fn verdict(profile: &Profile, person: &str) -> String {
    word(&path(profile, person), "/verdict").to_owned()
}

/// A profile with an own key and the certificates of the world; the own fingerprint.
fn at_home(world: &World) -> (Profile, String) {
    let profile = Profile::new();
    profile.good(&["key", "generate", "--technology", "openpgp", "--name", "Alice", "--address", "alice@example.org"]);
    let own = profile.good(&["key", "list", "--json"]).documents();
    let folder = profile.folder.path();
    for (person, _) in &world.people {
        let file = write(folder, &format!("{person}.asc"), world.public(person));
        profile.good(&["cert", "import", text(&file)]);
    }
    (profile, word(&own[0], "/fingerprint").to_owned())
}

/// What the profile gives away of everybody, in one file.
fn given_away(profile: &Profile, world: &World, own: &str) -> PathBuf {
    let mut keyring = Vec::new();
    for print in world.people.iter().map(|(_, print)| print.as_str()).chain([own]) {
        let armored = profile.good(&["cert", "export", print]).output;
        // sq-wot reads one armored block of a file, and any number of binary certificates.
        keyring.extend(world.gpg.gpg(&["--dearmor"], &armored));
    }
    write(profile.folder.path(), "keyring.pgp", keyring)
}

const PEOPLE: [&str; 6] = [
    "bob@example.net",
    "carol@example.net",
    "dave@example.net",
    "ca@example.com",
    "erin@example.com",
    "frank@other.example",
];

#[test]
fn what_is_vouched_for_here_counts_for_gpg_and_sq() {
    let [bob, carol, dave, ca, erin, frank] = PEOPLE;
    let world = World::new(&PEOPLE);
    world.signs(ca, erin, &[]);
    world.signs(ca, frank, &[]);
    let (profile, own) = at_home(&world);
    for person in PEOPLE {
        assert_eq!(verdict(&profile, person), "unauthenticated", "{person}");
    }
    let certify = |person: &str, more: &[&str]| {
        let said =
            profile.good(&[&["trust", "certify", world.print(person), person, "--json"], more].concat()).document();
        assert_eq!(word(&said, "/by"), own);
        said
    };
    assert_eq!(certify(bob, &[])["amount"], 120);
    certify(carol, &["--amount", "60"]);
    certify(dave, &["--local"]);
    let scoped = certify(ca, &["--depth", "1", "--domain", "example.com"]);
    assert_eq!(scoped["scope"], serde_json::json!(["<[^>]+[@.]example\\.com>$"]));
    let wanted = [
        (bob, "authenticated"),
        (carol, "partial"),
        (dave, "authenticated"),
        (ca, "authenticated"),
        (erin, "authenticated"),
        (frank, "unauthenticated"),
    ];
    let keyring = given_away(&profile, &world, &own);
    for (person, verdict_here) in wanted {
        assert_eq!(verdict(&profile, person), verdict_here, "{person}");
        // What is local is not given away.
        let abroad = if person == dave { "unauthenticated" } else { verdict_here };
        assert_eq!(sq_wot(&keyring, &own, person, world.print(person)), abroad, "{person}");
    }
    let way = path(&profile, erin);
    let names: Vec<&str> = way["path"].as_array().unwrap().iter().map(|step| word(step, "/fingerprint")).collect();
    assert_eq!(names, [own.as_str(), world.print(ca), world.print(erin)]);
    assert_eq!(
        (&way["path"][1]["certification"]["depth"], &way["path"][2]["certification"]["amount"]),
        (&1.into(), &120.into())
    );

    let gpg = GnuPg::new();
    gpg.gpg(&["--import", text(&keyring)], b"");
    gpg.gpg(&["--trust-model", "pgp", "--import-ownertrust"], format!("{own}:6:\n").as_bytes());
    let listed = |person: &str| {
        let args = ["--trust-model", "pgp", "--with-colons", "--check-sigs", world.print(person)];
        String::from_utf8(gpg.gpg(&args, b"")).unwrap()
    };
    let own_id = &own[24..];
    let signed = listed(ca);
    let sig = signed.lines().find(|line| line.starts_with("sig:!") && line.contains(own_id)).expect(&signed);
    let fields: Vec<&str> = sig.split(':').collect();
    let scope = fields[8].replace("\\x5c", "\\").replace('"', "");
    assert_eq!((fields[7], scope.as_str()), ("1 120", "<[^>]+[@.]example\\.com>$"), "trust signature and scope: {sig}");
    assert!(!listed(dave).contains(own_id), "a local certification left the profile");
    let validity = |person: &str| {
        let listed = listed(person);
        listed.lines().find(|line| line.starts_with("uid:")).unwrap().split(':').nth(1).unwrap().to_owned()
    };
    assert_eq!([bob, erin, frank].map(validity), ["f", "f", "-"]);
}

#[test]
fn what_is_taken_back_here_counts_no_more_for_gpg_and_sq() {
    let bob = "bob@example.net";
    let world = World::new(&[bob]);
    let (profile, own) = at_home(&world);
    profile.run(&["trust", "retract", world.print(bob)]).refused(1);
    profile.good(&["trust", "certify", world.print(bob), bob]);
    assert_eq!(verdict(&profile, bob), "authenticated");
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let before = now();
    profile.good(&["trust", "retract", world.print(bob), bob]);
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    assert_eq!(verdict(&profile, bob), "unauthenticated");
    let then = profile.good(&["trust", "path", bob, "--at", &before, "--json"]).document();
    assert_eq!(word(&then, "/verdict"), "authenticated", "it counted until then");
    profile.run(&["trust", "retract", world.print(bob)]).refused(1);
    let keyring = given_away(&profile, &world, &own);
    let gpg = GnuPg::new();
    gpg.gpg(&["--import", text(&keyring)], b"");
    let listed = gpg.gpg(&["--with-colons", "--check-sigs", world.print(bob)], b"");
    let listed = String::from_utf8(listed).unwrap();
    assert!(listed.lines().any(|line| line.starts_with("rev:!") && line.contains(&own[24..])), "{listed}");
    // Said again, it counts again.
    profile.good(&["trust", "certify", world.print(bob), bob]);
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    assert_eq!(verdict(&profile, bob), "authenticated");
}

fn now() -> String {
    let done = run(Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%SZ"]), b"");
    String::from_utf8(done).unwrap().trim().to_owned()
}

#[test]
fn a_network_of_gpgs_and_sqs_making_comes_to_the_same_answers() {
    let [root, half, third, meta, company, inside, outside] = [
        "root@example.org",
        "half@example.net",
        "third@example.net",
        "meta@example.net",
        "company@example.com",
        "inside@example.com",
        "outside@other.example",
    ];
    let [far, past, gone, twice] = ["far@example.net", "past@example.net", "gone@example.net", "twice@example.net"];
    let all = [root, half, third, meta, company, inside, outside, far, past, gone, twice];
    let world = World::new(&all);
    let folder = tempfile::tempdir().unwrap();
    let sq_certifies = |by: &str, of: &str, options: &[&str]| world.sq_certifies(folder.path(), by, of, options);
    sq_certifies(root, half, &["--amount", "60", "--depth", "1"]);
    sq_certifies(root, third, &["--amount", "40", "--depth", "1"]);
    sq_certifies(root, meta, &["--depth", "2"]);
    sq_certifies(meta, company, &["--depth", "1", "--regex", "<[^>]+[@.]example\\.com>$"]);
    world.signs(company, inside, &[]);
    world.signs(company, outside, &[]);
    // Beyond what the depth allows.
    world.signs(inside, far, &[]);
    // Two who are trusted in part add up, to less than all of it.
    world.signs(half, twice, &[]);
    world.signs(third, twice, &[]);
    // Ended, and taken back.
    world.signs(root, gone, &[]);
    // Times are in seconds, and what is of the same second as the word that it takes back takes nothing back.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let by = ["--passphrase", "", "--local-user", world.print(root)];
    world.gpg.gpg(&[&by[..], &["--quick-revoke-sig", world.print(gone), world.print(root)]].concat(), b"");
    sq_certifies(root, past, &["--expires-in", "1s"]);
    std::thread::sleep(std::time::Duration::from_millis(2_100));

    let profile = Profile::new();
    let mut keyring = Vec::new();
    for person in all {
        keyring.extend(world.gpg.gpg(&["--dearmor"], &world.public(person)));
    }
    let file = write(folder.path(), "keyring.pgp", keyring);
    profile.good(&["cert", "import", text(&file)]);
    profile.good(&["trust", "root", world.print(root)]);
    let mut seen = std::collections::BTreeSet::new();
    for person in all {
        let here = verdict(&profile, person);
        let there = sq_wot(&file, world.print(root), person, world.print(person));
        // The peer of 2022 does not look at revoked certifications.
        if person == gone {
            assert_eq!(here, "unauthenticated", "{person}");
            continue;
        }
        assert_eq!(here, there, "{person}");
        seen.insert(here);
    }
    assert_eq!(seen.len(), 3, "the network shows every verdict: {seen:?}");
    for (person, wanted) in [
        (half, "partial"),
        (third, "partial"),
        (twice, "partial"),
        (company, "authenticated"),
        (inside, "authenticated"),
        (outside, "unauthenticated"),
        (far, "unauthenticated"),
        (past, "unauthenticated"),
    ] {
        assert_eq!(verdict(&profile, person), wanted, "{person}");
    }
    let graph = profile.good(&["trust", "graph", "--json"]).document();
    let find =
        |person: &str| graph["nodes"].as_array().unwrap().iter().position(|node| node["address"] == person).unwrap();
    let edge = |from: &str, to: &str| {
        let (from, to) = (find(from), find(to));
        graph["edges"].as_array().unwrap().iter().find(|edge| edge["from"] == from && edge["to"] == to).cloned()
    };
    assert_eq!(edge(root, half).unwrap()["certification"]["amount"], 60);
    assert_eq!(edge(root, gone).unwrap()["counts"], false);
    assert_eq!(edge(root, past).unwrap()["counts"], false);
    assert_eq!(edge(company, inside).unwrap()["lit"], true);
    assert_eq!(edge(company, outside).unwrap()["lit"], false, "out of scope");
    assert_eq!(edge(root, far), None);
}

#[test]
fn both_worlds_are_drawn_in_one_picture() {
    let profile = Profile::of_alice();
    profile.good(&["cert", "import", "keys/x509/int.pem", "keys/x509/bob.pem"]);
    let to = profile.folder.path().join("trust.svg");
    profile.good(&["trust", "graph", "-o", text(&to)]);
    let drawn = std::fs::read_to_string(&to).unwrap();
    for wanted in ["<svg ", "Kakitome Test CA", "bob@example.test", "carol@example.test", ">You</text>"] {
        assert!(drawn.contains(wanted), "{wanted}");
    }
    profile.run(&["trust", "graph", "-o", text(&to)]).refused(1);
    assert_eq!(std::fs::read_to_string(&to).unwrap(), drawn, "nothing is overwritten");
    let about = profile.good(&["trust", "graph", "carol@example.test", "--json"]).document();
    let lit = about["edges"].as_array().unwrap().iter().filter(|edge| edge["lit"] == true).count();
    assert!(lit >= 2, "{about}");
    let lines = profile.good(&["trust", "graph"]).output;
    assert!(super::contains(&lines, "You -> "));
}

#[test]
fn a_fingerprint_is_given_in_words_and_what_is_read_out_is_compared() {
    let world = World::new(&["bob@example.net"]);
    let (profile, own) = at_home(&world);
    let sheet = |more: &[&str]| profile.good(&[&["trust", "sheet", &own, "--json"], more].concat()).document();
    let found = sheet(&[]);
    let words: Vec<&str> = found["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(
        (words.len(), word(&found, "/uri"), &found["same"]),
        (15, format!("OPENPGP4FPR:{own}").as_str(), &Value::Null)
    );
    let japanese = sheet(&["--lang", "ja"]);
    assert_ne!(japanese["words"], found["words"]);
    let spoken: Vec<&str> = japanese["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    for text in [words.join(" "), spoken.join("　"), own.to_lowercase(), format!("openpgp4fpr:{own}")] {
        assert_eq!(sheet(&["--with", &text])["same"], true, "{text}");
    }
    assert_eq!(sheet(&["--with", world.print("bob@example.net")])["same"], false);
    profile.run(&["trust", "sheet", &own, "--with", "abandon abandon"]).refused(1);
}

#[test]
fn what_makes_no_sense_is_refused_with_the_reason() {
    let bob = "bob@example.net";
    let world = World::new(&[bob]);
    let (profile, own) = at_home(&world);
    let print = world.print(bob);
    let refused = |args: &[&str]| profile.run(&[&["trust", "certify"], args].concat()).refused(1).to_owned();
    assert!(refused(&[print, "carol@example.net"]).contains("carol@example.net"));
    assert!(refused(&[print, bob, "--domain", "example.com"]).contains("--depth"));
    assert!(refused(&[print, bob, "--depth", "1", "--domain", "no domain"]).contains("no domain"));
    refused(&[print, bob, "--depth", "1", "--regex", "("]);
    refused(&[print, bob, "--expires", "2020-01-01T00:00:00Z"]);
    refused(&[&own, "alice@example.org"]);
    refused(&["A".repeat(40).as_str(), bob]);
    profile.run(&["trust", "certify", print, bob, "--amount", "0"]).refused(2);
    profile.run(&["trust", "certify", print, bob, "--amount", "121"]).refused(2);
    assert_eq!(verdict(&profile, bob), "unauthenticated", "nothing was said");
}
