//! Certificates that are looked up and published, next to gpg and sq, on servers of loopback.

#[path = "../servers/keys.rs"]
#[allow(unreachable_pub)]
mod lab;
#[path = "../servers/pki.rs"]
#[allow(unreachable_pub)]
mod pki;
#[path = "../servers/ports.rs"]
#[allow(unreachable_pub, clippy::panic)]
mod ports;

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use lab::{KeyServer, SignedDns, Sks};

use super::own_net::{PUBLIC, system, within};
use super::peers::{GnuPg, sq, text};
use super::{Answer, ended, program, word, write};

/// Somebody with a profile in a folder.
struct Home {
    folder: tempfile::TempDir,
    root: Option<std::path::PathBuf>,
}

impl Home {
    fn new(root: Option<&Path>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "passphrase", "swordfish\n");
        Self { folder, root: root.map(Path::to_owned) }
    }

    fn run(&self, args: &[&str]) -> Answer {
        let mut command = program();
        command.arg("--profile").arg(self.folder.path().join("profile")).args(["--secret-store", "file", "--lang=en"]);
        command.arg("--passphrase-file").arg(self.folder.path().join("passphrase")).args(args);
        if let Some(root) = &self.root {
            command.env("SSL_CERT_FILE", root).env_remove("SSL_CERT_DIR");
        }
        ended(&mut command)
    }

    fn generate(&self, name: &str) -> String {
        let address = format!("{name}@example.test");
        let made = ["key", "generate", "--technology", "openpgp", "--name", name, "--address", &address, "--json"];
        word(&self.run(&made).document(), "/fingerprint").to_owned()
    }
}

#[test]
fn a_certificate_is_published_found_kept_listed_refreshed_and_removed() {
    let server = KeyServer::start();
    let (alice, bob) = (Home::new(Some(&server.root_file())), Home::new(Some(&server.root_file())));
    let (key, own, url) = (alice.generate("alice"), bob.generate("bob"), server.url());
    let find = ["cert", "find", "alice@example.test", "--json"];
    let error = bob.run(&find).refused(1).to_owned();
    assert!(error.contains("--via"), "{error}");
    let via = ["--via", "hkp", "--hkp-server", &url];
    assert_eq!(bob.run(&[&find[..], &via].concat()).document()["asked"][0]["outcome"], "nothing");
    bob.run(&[&find[..], &["--via", "hkp", "--hkp-server", "hkp://localhost"]].concat()).refused(1);
    let published = alice.run(&["key", "publish", &key, "--hkp", "--hkp-server", &url, "--json"]).document();
    assert_eq!((word(&published, "/way"), word(&published, "/fingerprint")), ("hkp", key.as_str()));
    let before = server.requests();
    let offline = bob.run(&[&find[..], &via, &["--offline"]].concat()).document();
    assert_eq!((word(&offline, "/asked/0/reason"), server.requests()), ("offline", before));
    let found = bob.run(&[&find[..], &via, &["--import"]].concat()).document();
    assert_eq!(word(&found, "/found/0/fingerprint"), key);
    assert_eq!((word(&found, "/found/0/source"), word(&found, "/found/0/place")), ("hkp", "localhost"));
    let listed = bob.run(&["cert", "list", "--json"]).document();
    assert_eq!(word(&listed, "/fingerprint"), key);
    assert_eq!((word(&listed, "/provenance/0/source"), &listed["has_secret"]), ("hkp", &Value::Bool(false)));
    let path = bob.run(&["trust", "path", "alice@example.test", "--json"]).document();
    assert_eq!(word(&path, "/verdict"), "unauthenticated", "found is not trusted");
    bob.run(&["cert", "refresh", "--json"]).refused(1);
    let fresh = bob.run(&[&["cert", "refresh", "--json"][..], &via].concat()).document();
    assert_eq!((&fresh["asked"], &fresh["changed"]), (&Value::from(2), &Value::Array(vec![])));
    bob.run(&["cert", "remove", &own]).refused(1);
    assert_eq!(bob.run(&["cert", "remove", &key]).code, Some(0));
    assert!(bob.run(&["cert", "list", "--json"]).documents().is_empty());
}

/// With a real one of the older kind, to which anybody may bring anything.
#[test]
fn a_certificate_goes_to_a_key_server_and_what_others_put_on_it_comes_back() {
    let server = Sks::start(&GnuPg::with(&["keys/pgp/carol.asc"]).gpg(&["--export"], b""));
    let (alice, bob) = (Home::new(Some(&server.root_file())), Home::new(Some(&server.root_file())));
    let (key, url) = (alice.generate("alice"), server.url());
    let via = ["--via", "hkp", "--hkp-server", &url];
    let find = |who: &str| bob.run(&[&["cert", "find", who, "--json"][..], &via, &["--import"]].concat()).document();
    assert_eq!(word(&find("alice@example.test"), "/asked/0/outcome"), "nothing");
    assert_eq!(word(&find("carol@example.test"), "/asked/0/outcome"), "found");
    let published = alice.run(&["key", "publish", &key, "--hkp", "--hkp-server", &url, "--json"]).document();
    assert_eq!(word(&published, "/fingerprint"), key);
    let found = find("alice@example.test");
    assert_eq!((word(&found, "/found/0/fingerprint"), word(&found, "/found/0/source")), (key.as_str(), "hkp"));
    // Alice withdraws it; the server hears of that, and so does bob.
    assert_eq!(alice.run(&["key", "revoke", &key, "--reason", "retired"]).code, Some(0));
    assert_eq!(alice.run(&["key", "publish", &key, "--hkp", "--hkp-server", &url]).code, Some(0));
    let fresh = bob.run(&[&["cert", "refresh", "--json"][..], &via].concat()).document();
    assert!(fresh["changed"].to_string().contains(&key), "{fresh}");
}

#[test]
fn what_was_allowed_once_needs_no_more_words() {
    let server = KeyServer::start();
    let bob = Home::new(Some(&server.root_file()));
    let url = server.url();
    let first = ["cert", "find", "alice@example.test", "--json", "--via", "vks", "--vks-server", &url, "--remember"];
    assert_eq!(bob.run(&first).document()["asked"][0]["way"], "vks");
    let second = bob.run(&["cert", "find", "carol@example.test", "--json"]).document();
    assert_eq!((word(&second, "/asked/0/way"), word(&second, "/asked/0/place")), ("vks", "localhost"));
    assert!(server.requests().contains("/vks/v1/by-email/carol@example.test"), "{}", server.requests());
}

/// The folder that `key publish --wkd` writes, on a web server at port 443 with the names of the domain, in a network
/// of its own, where nothing else is: this program, gpg and sq find the certificate there without a word of help.
#[test]
fn gpg_and_sq_find_what_was_written_for_a_web_server() {
    within("finding::gpg_and_sq_find_what_was_written_for_a_web_server", found_by_everybody);
}

fn found_by_everybody() {
    let here: SocketAddr = "127.0.0.1:53".parse().unwrap();
    let host = format!("openpgpkey A {PUBLIC}");
    let _dns = SignedDns::start_at(here, &[("example.test", &host)]);
    let server = KeyServer::start_at(Some(&format!("{PUBLIC}:443")));
    let files = tempfile::tempdir().unwrap();
    let resolver = write(files.path(), "resolv.conf", "nameserver 127.0.0.1\n");
    system("mount", &["--bind", text(&resolver), "/etc/resolv.conf"]);
    system("mount", &["--bind", text(&server.root_file()), "/etc/ssl/certs/ca-certificates.crt"]);
    let (alice, bob) = (Home::new(None), Home::new(Some(&server.root_file())));
    let key = alice.generate("alice");
    assert_eq!(alice.run(&["key", "publish", &key, "--wkd", text(&server.www())]).code, Some(0));
    let found = bob.run(&["cert", "find", "alice@example.test", "--via", "wkd", "--json"]).document();
    assert_eq!(
        (word(&found, "/asked/0/outcome"), word(&found, "/found/0/fingerprint")),
        ("found", key.as_str()),
        "{found}"
    );
    let home = tempfile::tempdir().unwrap();
    let gpg = Command::new("gpg")
        .env("GNUPGHOME", home.path())
        .args(["--batch", "--auto-key-locate", "clear,wkd", "--with-colons", "--locate-keys", "alice@example.test"])
        .output()
        .unwrap();
    let _ = Command::new("gpgconf").env("GNUPGHOME", home.path()).args(["--kill", "all"]).output();
    let listed = String::from_utf8_lossy(&gpg.stdout);
    assert!(listed.contains(&key), "{listed}{}", String::from_utf8_lossy(&gpg.stderr));
    let got = sq(&["wkd", "get", "alice@example.test"], b"");
    let described = sq(&["inspect"], &got);
    let described = String::from_utf8_lossy(&described);
    assert!(described.contains(&key), "{described}");
}
