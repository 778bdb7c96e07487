//! Which authorities count, and what they say today, next to openssl.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::keys::Profile;
use super::own_net::{PUBLIC, within};
use super::peers::{attempt, text};
use super::{AT, of_corpus, word, write};

impl Profile {
    fn good(&self, args: &[&str]) -> Vec<Value> {
        self.run(args).documents()
    }

    /// The verdict on an address's only S/MIME certificate, and its reason.
    fn verdict(&self, address: &str, at: &[&str]) -> (String, Value) {
        let path = self.run(&[&["trust", "path", address, "--json"][..], at].concat()).document();
        (word(&path, "/verdict").to_owned(), path["reason"].clone())
    }
}

fn used(anchors: &[Value]) -> usize {
    anchors.iter().filter(|anchor| anchor["used"] == true).count()
}

#[test]
fn sets_of_anchors_and_each_of_them_are_switched_and_an_own_root_too() {
    let profile = Profile::new();
    let list = || profile.good(&["authority", "anchors", "--json"]);
    let of = |anchors: &[Value], set: &str| {
        anchors.iter().filter(|one| one["sets"].as_array().unwrap().contains(&json!(set))).count()
    };
    let first = list();
    assert!(of(&first, "mozilla") > 90 && used(&first) == of(&first, "mozilla"), "Mozilla's set counts at first");
    let switch = |which: &str, state: &str| {
        let done = profile.run(&["authority", "anchor", which, state]);
        assert_eq!((done.code, done.output.len()), (Some(0), 0), "{which} {state}: {}", done.error);
        used(&list())
    };
    assert_eq!(switch("mozilla", "off"), 0);
    let one = word(&first[0], "/fingerprint").to_owned();
    assert_eq!((switch(&one, "on"), switch("mozilla", "default")), (1, of(&first, "mozilla")));
    assert_eq!((switch(&one, "off"), switch(&one, "default")), (used(&first) - 1, used(&first)));
    assert_eq!(switch("platform", "on"), first.len());
    switch("platform", "off");
    let unknown = profile.run(&["authority", "anchor", &"0".repeat(64), "on"]);
    assert!(unknown.refused(1).contains("0000"), "{}", unknown.error);
    assert_eq!(profile.run(&["authority", "anchor", "mozilla", "maybe"]).code, Some(2));

    // A root of one's own, as the corpus has it.
    let (at, alice) = (["--at", AT], "alice@example.test");
    for name in ["alice", "int"] {
        profile.good(&["cert", "import", "--json", text(&of_corpus(&format!("keys/x509/{name}.pem")))]);
    }
    let root = profile.good(&["cert", "import", "--json", text(&of_corpus("anchors/root.pem"))]);
    let root = word(&root[0], "/fingerprint").to_owned();
    assert_eq!(profile.verdict(alice, &at).0, "unauthenticated");
    assert_eq!(profile.run(&["trust", "anchor", &root]).code, Some(0));
    assert_eq!(profile.verdict(alice, &at), ("authenticated".to_owned(), Value::Null));
    let own = list().into_iter().find(|one| one["fingerprint"] == root.as_str()).unwrap();
    assert_eq!((&own["sets"], &own["used"]), (&json!(["own"]), &json!(true)));
    switch(&root, "off");
    assert_eq!(profile.verdict(alice, &at), ("unauthenticated".to_owned(), json!("no_path")));
    switch(&root, "on");
    assert_eq!(profile.verdict(alice, &at).0, "authenticated");

    // What nobody says is let pass or not.
    let rule = |more: &[&str]| profile.run(&[&["authority", "revocation", "--json"][..], more].concat()).document();
    assert_eq!((&rule(&[])["ask"], &rule(&[])["rule"]), (&json!(false), &json!("soft")));
    assert_eq!(rule(&["--rule", "hard"])["rule"], "hard");
    assert_eq!(profile.verdict(alice, &at), ("unauthenticated".to_owned(), json!("revocation_unknown")));
    assert_eq!((&rule(&["--ask", "on"])["ask"], &rule(&[])["rule"]), (&json!(true), &json!("hard")));
    rule(&["--rule", "soft", "--ask", "off"]);
    assert_eq!(profile.verdict(alice, &at).0, "authenticated");
    let offline = profile.run(&["authority", "refresh", "--offline"]);
    assert!(offline.refused(1).contains("--offline"), "{}", offline.error);
}

/// An authority by openssl whose certificates say where its list is, on a web server that ends with this value.
struct Authority {
    folder: tempfile::TempDir,
    server: Child,
}

impl Authority {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("python3");
        command.args(["-u", "-m", "http.server", "8080", "--bind", PUBLIC]).current_dir(folder.path());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().expect("Python is installed");
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let new = Self { folder, server };
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        let root = ["req", "-x509", "-days", "30", "-subj", "/CN=Lab CA", "-keyout", "ca.key", "-out", "ca.pem"];
        new.openssl(&[&root[..], &key].concat());
        let request = ["req", "-subj", "/CN=Alice", "-keyout", "alice.key", "-out", "alice.csr"];
        new.openssl(&[&request[..], &key].concat());
        new.write(
            "ext",
            &format!(
                "subjectAltName=email:alice@example.test\nextendedKeyUsage=emailProtection\n\
             crlDistributionPoints=URI:http://{PUBLIC}:8080/ca.crl\n"
            ),
        );
        let sign = ["x509", "-req", "-in", "alice.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "4096"];
        new.openssl(&[&sign[..], &["-days", "20", "-extfile", "ext", "-out", "alice.pem"]].concat());
        let config = "[ca]\ndefault_ca=a\n[a]\ndatabase=index\nserial=serial\ncrlnumber=number\ndefault_md=sha256\n\
                      default_crl_days=20\nprivate_key=ca.key\ncertificate=ca.pem\n";
        for (name, text) in [("ca.cnf", config), ("index", ""), ("serial", "2000\n"), ("number", "01\n")] {
            new.write(name, text);
        }
        new.publish();
        new
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        write(self.folder.path(), name, text);
    }

    fn openssl(&self, args: &[&str]) {
        let done = attempt(Command::new("openssl").args(args).current_dir(self.folder.path()), b"");
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn publish(&self) {
        self.openssl(&["ca", "-config", "ca.cnf", "-gencrl", "-out", "list.pem"]);
        self.openssl(&["crl", "-in", "list.pem", "-outform", "DER", "-out", "ca.crl"]);
    }

    /// A profile that knows alice, and the authority as its own root.
    fn reader(&self) -> Profile {
        let profile = Profile::new();
        profile.good(&["cert", "import", "--json", text(&self.path("alice.pem"))]);
        let root = profile.good(&["cert", "import", "--json", text(&self.path("ca.pem"))]);
        assert_eq!(profile.run(&["trust", "anchor", word(&root[0], "/fingerprint")]).code, Some(0));
        profile
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn authorities_are_asked_now_and_their_word_counts() {
    within("authorities::authorities_are_asked_now_and_their_word_counts", || {
        let authority = Authority::new();
        let (profile, alice) = (authority.reader(), "alice@example.test");
        profile.run(&["authority", "revocation", "--rule", "hard"]);
        assert_eq!(profile.verdict(alice, &[]).1, json!("revocation_unknown"));
        let refresh = |profile: &Profile| profile.run(&["authority", "refresh", "--json"]).document();
        let done = refresh(&profile);
        let check = &done["certificates"][0];
        assert_eq!(
            (&done["came"], &check["status"], &check["by"]),
            (&json!(1), &json!("good"), &json!("crl")),
            "{done}"
        );
        assert_eq!(profile.verdict(alice, &[]), ("authenticated".to_owned(), Value::Null));
        assert_eq!(refresh(&profile)["came"], 0, "the list counts until there is to be a newer one");

        authority.openssl(&["ca", "-config", "ca.cnf", "-revoke", "alice.pem"]);
        authority.publish();
        let judge = ["verify", "-crl_check", "-CAfile", "ca.pem", "-CRLfile", "list.pem", "alice.pem"];
        let judged = attempt(Command::new("openssl").args(judge).current_dir(authority.folder.path()), b"");
        assert!(!judged.status.success(), "openssl says so too");
        let other = authority.reader();
        let done = refresh(&other);
        assert_eq!(done["certificates"][0]["status"], "revoked", "{done}");
        assert_eq!(other.verdict(alice, &[]).0, "revoked");
        let said = other.run(&["authority", "refresh", "--lang", "ja"]);
        assert!(String::from_utf8_lossy(&said.output).contains("revoked"), "{}", said.error);
    });
}
