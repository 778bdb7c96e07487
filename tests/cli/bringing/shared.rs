//! The certificate directory that OpenPGP programs share, next to sq.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::super::peers::{run, text};
use super::super::profile::Profile;
use super::super::{of_corpus, word};
use super::{of, over, sorted};

/// sq, with this directory and nothing of the user's.
fn sq(directory: &Path, args: &[&str]) -> String {
    let mut command = Command::new("sq");
    command.env("PGP_CERT_D", directory).env("HOME", directory).args(args);
    String::from_utf8(run(&mut command, b"")).unwrap()
}

#[test]
fn what_is_known_here_sq_finds_and_what_sq_knows_is_known_here() {
    let (profile, folder) = (Profile::new(), tempfile::tempdir().unwrap());
    let directory = folder.path().join("pgp.cert.d");
    sq(&directory, &["import", text(&of_corpus("keys/pgp/carol.asc"))]);
    // Until it is switched on, nothing goes there.
    profile.good(&["key", "import", "keys/pgp/alice.secret.asc"]);
    let alice = word(&profile.good(&["key", "list", "--json"]).document(), "/fingerprint").to_owned();
    let print = sq(&directory, &["export"]);
    assert!(!print.is_empty());
    let there = || sq(&directory, &["export"]).len();
    let before = there();
    let said = over(&profile, &[], &[], &["cert", "share", "on", "--folder", text(&directory)]).documents();
    assert_eq!((&said[0]["shared"], &said[0]["folder"]), (&json!(true), &json!(text(&directory))));
    let (came, _) = sorted(&said[1..]);
    assert_eq!(of(&came, "openpgp", "carol@example.test")["source"], json!("cert-d"));
    assert!(there() > before);
    // Ours is there, without its secret part.
    let ours = directory.join(alice[..2].to_lowercase()).join(alice[2..].to_lowercase());
    let bytes = std::fs::read(&ours).unwrap();
    let shown = super::super::kakitome(["cert", "show", "--json", text(&ours)]).document();
    assert_eq!((&shown["fingerprint"], &shown["has_secret"]), (&json!(alice), &json!(false)));
    assert!(!bytes.is_empty());
    // What comes later goes there, too; and what sq takes in is known here.
    profile.good(&["cert", "import", "keys/pgp/bob.asc"]);
    let bob = super::super::kakitome(["cert", "show", "--json", "keys/pgp/bob.asc"]).document();
    let bob = word(&bob, "/fingerprint").to_owned();
    assert!(directory.join(bob[..2].to_lowercase()).join(bob[2..].to_lowercase()).is_file());
    sq(&directory, &["import", text(&of_corpus("keys/pgp/dave.asc"))]);
    let listed = profile.good(&["cert", "list", "--json"]).documents();
    let dave = of(&listed.iter().collect::<Vec<_>>(), "openpgp", "dave@example.test");
    // Nothing is believed for being there.
    let path = profile.good(&["trust", "path", "dave@example.test", "--json"]).documents();
    assert!(path.iter().all(|one| one["verdict"] == "unauthenticated"), "{dave} {path:#?}");
    // Switched off, neither side sees the other any more.
    profile.good(&["cert", "share", "off"]);
    profile.good(&["cert", "import", "keys/pgp/trent.asc"]);
    sq(&directory, &["import", text(&of_corpus("keys/pgp/eve.asc"))]);
    let listed = profile.good(&["cert", "list", "--json"]).documents();
    assert!(listed.iter().all(|one| one["addresses"][0] != "eve@example.test"));
    let trent = super::super::kakitome(["cert", "show", "--json", "keys/pgp/trent.asc"]).document();
    let trent = word(&trent, "/fingerprint");
    assert!(!directory.join(trent[..2].to_lowercase()).join(trent[2..].to_lowercase()).exists());
}

#[test]
fn a_program_that_names_the_directory_in_its_environment_uses_it() {
    let (profile, folder) = (Profile::new(), tempfile::tempdir().unwrap());
    let directory = folder.path().join("pgp.cert.d");
    sq(&directory, &["import", text(&of_corpus("keys/pgp/carol.asc"))]);
    let listed = over(&profile, &[], &[("PGP_CERT_D", &directory)], &["cert", "list"]).documents();
    assert_eq!(listed.len(), 1, "{listed:#?}");
}
