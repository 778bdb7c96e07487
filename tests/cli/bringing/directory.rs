//! The certificate directory that OpenPGP programs share, next to the library that sq reads and writes it with
//! (Debian's own sq is older than the directory).

use std::path::Path;
use std::sync::Arc;

use sequoia_cert_store::{CertStore, LazyCert, Store as _, StoreUpdate as _};
use sequoia_openpgp::Cert;
use sequoia_openpgp::parse::Parse as _;
use serde_json::json;

use super::super::peers::text;
use super::super::profile::Profile;
use super::super::{of_corpus, private, word};
use super::{of, over, sorted};

/// sq takes a certificate in.
fn sq_imports(directory: &Path, file: &str) {
    std::fs::create_dir_all(directory).unwrap();
    let store = CertStore::open(directory).unwrap();
    let cert = Cert::from_file(of_corpus(file)).unwrap();
    store.update(Arc::new(LazyCert::from(cert))).unwrap();
}

/// What sq knows under a fingerprint.
fn sq_knows(directory: &Path, fingerprint: &str) -> Option<Cert> {
    let store = CertStore::open_readonly(directory).unwrap();
    let found = store.lookup_by_cert_fpr(&fingerprint.parse().unwrap()).ok()?;
    Some(found.to_cert().unwrap().clone())
}

fn print(who: &str) -> String {
    let shown = super::super::kakitome(["cert", "show", "--json", &format!("keys/pgp/{who}.asc")]).document();
    word(&shown, "/fingerprint").to_owned()
}

#[test]
fn what_is_known_here_sq_finds_and_what_sq_knows_is_known_here() {
    let (profile, folder) = (Profile::new(), tempfile::tempdir().unwrap());
    let directory = folder.path().join("pgp.cert.d");
    sq_imports(&directory, "keys/pgp/carol.asc");
    // Until it is switched on, nothing goes there.
    profile.good(&["key", "import", text(&private(folder.path(), "keys/pgp/alice.secret.asc"))]);
    let alice = print("alice");
    assert!(sq_knows(&directory, &alice).is_none());
    let said = over(&profile, &[], &[], &["cert", "share", "on", "--folder", text(&directory)]).documents();
    assert_eq!((&said[0]["shared"], &said[0]["folder"]), (&json!(true), &json!(text(&directory))));
    let (came, _) = sorted(&said[1..]);
    assert_eq!(of(&came, "openpgp", "carol@example.test")["source"], json!("cert-d"));
    // Ours is there, without its secret part.
    let ours = sq_knows(&directory, &alice).expect("alice is there");
    assert!(!ours.is_tsk());
    let bytes = std::fs::read(directory.join(alice[..2].to_lowercase()).join(alice[2..].to_lowercase())).unwrap();
    assert!(!Cert::from_bytes(&bytes).unwrap().is_tsk());
    // What comes later goes there, too; and what sq takes in is known here.
    profile.good(&["cert", "import", "keys/pgp/bob.asc"]);
    assert!(sq_knows(&directory, &print("bob")).is_some());
    sq_imports(&directory, "keys/pgp/dave.asc");
    let listed = profile.good(&["cert", "list", "--json"]).documents();
    of(&listed.iter().collect::<Vec<_>>(), "openpgp", "dave@example.test");
    // Nothing is believed for being there.
    let path = profile.good(&["trust", "path", "dave@example.test", "--json"]).documents();
    assert!(!path.is_empty() && path.iter().all(|one| one["verdict"] != "authenticated"), "{path:#?}");
    // Switched off, neither side sees the other any more.
    profile.good(&["cert", "share", "off"]);
    profile.good(&["cert", "import", "keys/pgp/trent.asc"]);
    sq_imports(&directory, "keys/pgp/eve.asc");
    let listed = profile.good(&["cert", "list", "--json"]).documents();
    assert!(listed.iter().all(|one| one["fingerprint"] != print("eve")));
    assert!(sq_knows(&directory, &print("trent")).is_none());
}

#[test]
fn a_program_that_names_the_directory_in_its_environment_uses_it() {
    let (profile, folder) = (Profile::new(), tempfile::tempdir().unwrap());
    let directory = folder.path().join("pgp.cert.d");
    sq_imports(&directory, "keys/pgp/carol.asc");
    let listed = over(&profile, &[], &[("PGP_CERT_D", &directory)], &["cert", "list"]).documents();
    assert_eq!(listed.len(), 1, "{listed:#?}");
}
