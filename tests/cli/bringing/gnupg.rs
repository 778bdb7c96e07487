//! A home of GnuPG and gpgsm.

use serde_json::json;

use super::super::peers::{GnuPg, openssl, text};
use super::super::profile::Profile;
use super::super::{word, write};
use super::{of, over, sorted, state};

/// With own keys with and without a passphrase, and others'.
fn home() -> GnuPg {
    GnuPg::with(&[
        "keys/pgp/alice.secret.asc",
        "keys/pgp/erin.secret.asc",
        "keys/pgp/bob.asc",
        "keys/pgp/carol.asc",
        "keys/pgp/dave.asc",
    ])
}

#[test]
fn a_home_of_gnupg_comes_with_its_keys_its_certificates_and_says_what_is_trusted_there() {
    let (gnupg, profile) = (home(), Profile::new());
    let shown = |who: &str| {
        let shown = super::super::kakitome(["cert", "show", "--json", &format!("keys/pgp/{who}.asc")]).document();
        word(&shown, "/fingerprint").to_owned()
    };
    let (alice, bob, carol) = (shown("alice"), shown("bob"), shown("carol"));
    gnupg.gpg(
        &["--trust-model", "pgp", "--import-ownertrust"],
        format!("{alice}:6:\n{bob}:5:\n{carol}:4:\n").as_bytes(),
    );
    let first = over(&profile, &["open sesame"], &[], &["key", "import", text(gnupg.home())]).documents();
    let (came, stayed) = sorted(&first);
    assert_eq!(stayed, Vec::<&serde_json::Value>::new());
    assert_eq!(came.len(), 5);
    let of_alice = of(&came, "openpgp", "alice@example.test");
    assert_eq!(
        (&of_alice["change"], &of_alice["has_secret"], &of_alice["source"], &of_alice["owner_trust"]),
        (&json!("new"), &json!(true), &json!("gnupg"), &json!({ "level": "ultimate", "taken": true }))
    );
    let of_bob = of(&came, "openpgp", "bob@example.test");
    // Nobody is trusted for being trusted there, unless that is asked for.
    assert_eq!(of_bob["owner_trust"], json!({ "level": "full", "taken": false }));
    assert_eq!(of_bob["has_secret"], json!(false));
    let listed = profile.good(&["key", "list", "--json"]).documents();
    assert_eq!(listed.len(), 2, "{listed:#?}");
    let erin = of(&listed.iter().collect::<Vec<_>>(), "openpgp", "erin@example.test")["fingerprint"].clone();
    // Erin's key is under the passphrase that it had in GnuPG.
    let out = profile.folder.path().join("erin.asc");
    profile.good(&["key", "export", erin.as_str().unwrap(), "--secret", "-o", text(&out)]);
    let other = GnuPg::new();
    other.gpg(&["--passphrase", "open sesame", "--import", text(&out)], b"");
    assert!(!other.gpg(&["--passphrase", "open sesame", "--sign"], b"x").is_empty());

    // A second time everything is known, and with the wish trust is taken.
    let second =
        over(&profile, &["open sesame"], &[], &["key", "import", "--take-trust", text(gnupg.home())]).documents();
    let (came, _) = sorted(&second);
    assert!(came.iter().all(|one| one["change"] == "known"), "{came:#?}");
    assert_eq!(of(&came, "openpgp", "bob@example.test")["owner_trust"], json!({ "level": "full", "taken": true }));
    let of_carol = &of(&came, "openpgp", "carol@example.test")["owner_trust"];
    assert_eq!(of_carol, &json!({ "level": "marginal", "taken": false }));
}

/// Alice knows three people, whom she believes to judge others now and then; each of them vouches for the same one.
#[test]
fn marginal_trust_counts_by_a_third_here_as_it_does_for_gpg_and_only_of_who_is_believed_there() {
    let gnupg = GnuPg::new();
    let make = |name: &str| {
        let user = format!("{name} <{name}@example.test>");
        gnupg.gpg(&["--passphrase", "", "--quick-generate-key", &user, "ed25519", "cert", "never"], b"");
        let listed = gnupg.gpg(&["--with-colons", "--list-keys", &user], b"");
        let listed = String::from_utf8(listed).unwrap();
        let line = listed.lines().find(|line| line.starts_with("fpr:")).unwrap();
        line.split(':').nth(9).unwrap().to_owned()
    };
    let [alice, one, two, three, stranger] = ["alice", "one", "two", "three", "stranger"].map(make);
    let targets = ["by-one", "by-two", "by-three", "by-stranger"].map(make);
    let sign = |by: &str, whom: &str| drop(gnupg.gpg(&["--local-user", by, "--quick-sign-key", whom], b""));
    for introducer in [&one, &two, &three] {
        sign(&alice, introducer);
    }
    for (count, target) in targets.iter().take(3).enumerate() {
        for introducer in [&one, &two, &three].into_iter().take(count + 1) {
            sign(introducer, target);
        }
    }
    // Whom nobody knows vouches, too.
    for introducer in [&one, &two, &stranger] {
        sign(introducer, &targets[3]);
    }
    let trust = [&one, &two, &three, &stranger].map(|who| format!("{who}:4:\n")).concat();
    let others = targets.each_ref().map(|who| format!("{who}:2:\n")).concat();
    let own = format!("{alice}:6:\n{trust}{others}");
    gnupg.gpg(&["--import-ownertrust"], own.as_bytes());
    // Secret keys of the others are here only because they were made here: they say nothing of themselves.
    for who in [&one, &two, &three, &stranger].into_iter().chain(&targets) {
        gnupg.gpg(&["--delete-secret-keys", who], b"");
    }
    let by_pgp = ["--trust-model", "pgp"];
    gnupg.gpg(&[&by_pgp[..], &["--check-trustdb"]].concat(), b"");
    let by_gpg = |target: &str| {
        let listed = gnupg.gpg(&[&by_pgp[..], &["--with-colons", "--list-keys", target]].concat(), b"");
        let listed = String::from_utf8(listed).unwrap();
        let line = listed.lines().find(|line| line.starts_with("pub:")).unwrap();
        line.split(':').nth(1).unwrap().to_owned()
    };
    let gpg_says = targets.each_ref().map(|target| by_gpg(target));
    assert_eq!(gpg_says, ["m", "m", "f", "m"], "three are enough for gpg, and a stranger's word is none");

    let profile = Profile::new();
    let said = over(&profile, &[], &[], &["key", "import", "--take-trust", text(gnupg.home())]).documents();
    let (came, _) = sorted(&said);
    for (name, taken) in [("one", true), ("two", true), ("three", true), ("stranger", false)] {
        let hint = &of(&came, "openpgp", &format!("{name}@example.test"))["owner_trust"];
        assert_eq!(hint, &json!({ "level": "marginal", "taken": taken }), "{name}");
    }
    let verdict = |name: &str| {
        let path = over(&profile, &[], &[], &["trust", "path", &format!("{name}@example.test")]).document();
        word(&path, "/verdict").to_owned()
    };
    let here = ["by-one", "by-two", "by-three", "by-stranger"].map(verdict);
    assert_eq!(here, ["partial", "partial", "authenticated", "partial"]);
    // The picture does not show them as ones who count in full.
    let graph = over(&profile, &[], &[], &["trust", "graph"]).document();
    let nodes = graph["nodes"].as_array().unwrap().iter();
    let mut thirds: Vec<_> = nodes.filter(|node| node["role"] == "third").map(|node| word(node, "/address")).collect();
    thirds.sort_unstable();
    assert_eq!(thirds, ["one@example.test", "three@example.test", "two@example.test"]);
    // It can be taken back.
    over(&profile, &[], &[], &["trust", "introducer", &three, "--retract"]);
    assert_eq!(verdict("by-three"), "partial");
}

#[test]
fn a_key_whose_passphrase_is_not_given_stays_with_the_reason_and_its_certificate_comes() {
    let (gnupg, profile) = (home(), Profile::new());
    // The passphrase of the profile itself is always tried.
    for given in [&[][..], &["wrong"][..]] {
        let why = "wrong_passphrase";
        let said = over(&profile, given, &[], &["key", "import", text(gnupg.home())]).documents();
        let (came, stayed) = sorted(&said);
        assert_eq!(stayed.len(), 1, "{stayed:#?}");
        assert_eq!(stayed[0]["refused"], why);
        assert!(!word(stayed[0], "/text").is_empty());
        assert_eq!(of(&came, "openpgp", "erin@example.test")["has_secret"], json!(false));
        assert_eq!(of(&came, "openpgp", "alice@example.test")["has_secret"], json!(true));
    }
    // Later, with the passphrase, the secret key is added.
    let said = over(&profile, &["open sesame"], &[], &["key", "import", text(gnupg.home())]).documents();
    let (came, _) = sorted(&said);
    let erin = of(&came, "openpgp", "erin@example.test");
    assert_eq!((&erin["change"], &erin["has_secret"]), (&json!("updated"), &json!(true)));
}

#[test]
fn a_dry_run_needs_no_profile_and_leaves_none_and_the_home_as_it_was() {
    let gnupg = home();
    gnupg.gpg(&["--check-trustdb"], b"");
    let before = state(gnupg.home());
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("profile");
    let args = ["--profile", text(&place), "--json", "key", "import", "--dry-run", "--public-only", text(gnupg.home())];
    let said = super::super::kakitome(args).documents();
    assert_eq!(sorted(&said).0.len(), 5);
    assert!(!place.exists());
    assert_eq!(state(gnupg.home()), before);
    let args = ["--profile", text(&place), "--json", "key", "import", "--dry-run", text(gnupg.home())];
    let said = super::super::kakitome(args).documents();
    assert!(sorted(&said).1.iter().any(|one| one["refused"] == "passphrase_needed"), "{said:#?}");
    // Secret keys, too, can be looked at: the wrong passphrase is told before anything is done.
    let passphrase = write(folder.path(), "given", "open sesame\n");
    let args = [
        "--json",
        "--passphrase-file",
        text(&passphrase),
        "key",
        "import",
        "--dry-run",
        text(gnupg.home()),
        "--profile",
        text(&place),
    ];
    let said = super::super::kakitome(args).documents();
    assert_eq!(of(&sorted(&said).0, "openpgp", "erin@example.test")["has_secret"], json!(true));
    assert!(!place.exists());
}

#[test]
fn what_is_expired_or_revoked_there_comes_as_that() {
    let (gnupg, profile) = (GnuPg::new(), Profile::new());
    for (name, expiry) in [("old@example.test", "seconds=1"), ("gone@example.test", "never")] {
        gnupg.gpg(&["--passphrase", "", "--quick-generate-key", name, "ed25519", "sign", expiry], b"");
    }
    let listed = String::from_utf8(gnupg.gpg(&["--with-colons", "--list-keys", "gone@example.test"], b"")).unwrap();
    let gone = listed.lines().find_map(|line| line.strip_prefix("fpr:::::::::")).unwrap().trim_end_matches(':');
    let made = std::fs::read_to_string(gnupg.home().join(format!("openpgp-revocs.d/{gone}.rev"))).unwrap();
    gnupg.gpg(&["--import"], made.replace(":-----BEGIN", "-----BEGIN").as_bytes());
    std::thread::sleep(std::time::Duration::from_secs(2));
    let said = over(&profile, &[], &[], &["key", "import", text(gnupg.home())]).documents();
    let (came, stayed) = sorted(&said);
    assert_eq!(stayed.len(), 0, "{stayed:#?}");
    assert_eq!(of(&came, "openpgp", "gone@example.test")["revoked"], json!(true));
    assert_eq!(of(&came, "openpgp", "old@example.test")["problems"], json!(["expired"]));
}

#[test]
fn gpgsm_gives_its_keys_and_says_which_roots_it_trusts() {
    let (gnupg, profile) = (GnuPg::with_authority(), Profile::new());
    let said = over(&profile, &["wonderland"], &[], &["key", "import", text(gnupg.home())]).documents();
    let (came, stayed) = sorted(&said);
    assert_eq!(stayed.len(), 0, "{stayed:#?}");
    let alice: Vec<_> = came.iter().filter(|one| one["has_secret"] == true).collect();
    assert_eq!(alice.len(), 1, "{came:#?}");
    assert!(alice.iter().all(|one| one["source"] == "gpgsm" && one["technology"] == "smime"));
    let root = came.iter().find(|one| one["owner_trust"]["level"] == "anchor").expect("the root is in trustlist.txt");
    assert_eq!(root["owner_trust"]["taken"], json!(false));
    // What openssl encrypts to alice now opens here.
    let entity = b"Content-Type: text/plain\r\n\r\nhello\r\n";
    let certificate = profile.folder.path().join("alice.pem");
    profile.good(&["cert", "export", word(alice[0], "/fingerprint"), "-o", text(&certificate)]);
    let mail = openssl(
        &[
            "cms",
            "-encrypt",
            "-aes256",
            "-from",
            "b@example.test",
            "-to",
            "alice@example.test",
            "-subject",
            "x",
            text(&certificate),
        ],
        entity,
    );
    let file = write(profile.folder.path(), "x.eml", mail);
    profile.good(&["import", text(&file)]);
    let shown = over(&profile, &["wonderland"], &[], &["show", "1"]).document();
    assert_eq!(word(&shown, "/headline/lock"), "encrypted");
    // Taken as an anchor only with the wish.
    let said = over(&profile, &["wonderland"], &[], &["key", "import", "--take-trust", text(gnupg.home())]).documents();
    let root = said.iter().find(|one| one["owner_trust"]["level"] == "anchor").unwrap();
    assert_eq!(root["owner_trust"]["taken"], json!(true));
    let path = over(&profile, &[], &[], &["trust", "path", "bob@example.test"]).documents();
    assert!(path.iter().any(|one| one["verdict"] == "authenticated"), "{path:#?}");
}

#[test]
fn other_programs_keys_are_found_and_counted_without_any_program() {
    let gnupg = home();
    let none = tempfile::tempdir().unwrap();
    let mut command = super::super::program();
    command
        .args(["key", "sources", "--json"])
        .env("GNUPGHOME", gnupg.home())
        .env("PATH", none.path())
        .env("HOME", none.path());
    let found = super::super::ended(&mut command).documents();
    let gnupg_found = found.iter().find(|one| one["source"] == "gnupg").unwrap();
    assert_eq!((&gnupg_found["keys"], &gnupg_found["certificates"]), (&json!(2), &json!(3)));
    // Without gpg the certificates come, and for the keys it says what is missing.
    let mut command = super::super::program();
    command.args(["key", "import", "--dry-run", "--json", text(gnupg.home()), "--profile", "/nonexistent/none"]);
    let said = super::super::ended(command.env("PATH", none.path())).documents();
    let (came, stayed) = sorted(&said);
    assert_eq!(came.len(), 5);
    assert!(!stayed.is_empty() && stayed.iter().all(|one| one["refused"] == "program_missing"), "{stayed:#?}");
}

/// A keyring of 50 MB, and one that is killed on the way: the profile is as it was, or has all of it.
#[test]
fn a_keyring_of_fifty_megabytes_comes_and_a_kill_on_the_way_leaves_all_or_nothing() {
    let (profile, folder) = (Profile::new(), tempfile::tempdir().unwrap());
    let (home, count) = large(folder.path());
    profile.good(&["key", "import", "keys/pgp/alice.asc"]);
    let known = profile.good(&["cert", "list", "--json"]).documents().len();
    for wait in [40, 400, 1_200] {
        let mut command = super::super::program();
        command.args(profile.common()).args(["key", "import", text(&home)]);
        let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let ended = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        let now = profile.good(&["cert", "list", "--json"]).documents().len();
        assert!(now == known && !ended || now == known + count, "{now} after {wait} ms");
    }
    let said = over(&profile, &[], &[], &["key", "import", text(&home)]).documents();
    let (came, stayed) = sorted(&said);
    assert_eq!((came.len(), stayed.len()), (count, 0));
    assert_eq!(profile.good(&["cert", "list", "--json"]).documents().len(), known + count);
}

/// Certificates with certifications by many, as a key server of the old kind gives them: 50 MB.
fn large(folder: &std::path::Path) -> (std::path::PathBuf, usize) {
    use sequoia_openpgp::cert::CertBuilder;
    use sequoia_openpgp::packet::signature::SignatureBuilder;
    use sequoia_openpgp::serialize::SerializeInto as _;
    use sequoia_openpgp::types::SignatureType;
    let home = folder.join("home");
    std::fs::create_dir(&home).unwrap();
    let make = |name: &str| CertBuilder::new().add_userid(format!("{name}@example.test")).generate().unwrap().0;
    let other = make("other");
    let mut signer = other.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let mut keyring = Vec::new();
    let count = 50;
    for index in 0..count {
        let cert = make(&format!("many-{index}"));
        let user_id = cert.userids().next().unwrap().userid().clone();
        let mut bytes = cert.strip_secret_key_material().to_vec().unwrap();
        for number in 0..25 {
            // A certification with a long notation stands for many short ones.
            let certification = SignatureBuilder::new(SignatureType::GenericCertification)
                .set_notation("n@example.test", vec![b'a' + number; 42_000], None, false)
                .unwrap()
                .sign_userid_binding(&mut signer, None, &user_id)
                .unwrap();
            bytes.extend(sequoia_openpgp::Packet::from(certification).to_vec().unwrap());
        }
        keyring.extend(bytes);
    }
    assert!(keyring.len() > 48 << 20, "{}", keyring.len());
    std::fs::write(home.join("pubring.gpg"), keyring).unwrap();
    (home, count)
}

#[test]
fn no_agent_is_left_behind_by_an_import() {
    let (gnupg, profile) = (home(), Profile::new());
    let is_running = || {
        let mut ask = std::process::Command::new("gpg-connect-agent");
        ask.args(["--homedir", text(gnupg.home()), "--no-autostart", "/bye"]).env("LC_ALL", "C.UTF-8");
        !String::from_utf8_lossy(&ask.output().unwrap().stderr).contains("no gpg-agent running")
    };
    let end = std::process::Command::new("gpgconf").args(["--homedir", text(gnupg.home()), "--kill", "all"]).output();
    assert!(end.unwrap().status.success() && !is_running());
    over(&profile, &["open sesame"], &[], &["key", "import", text(gnupg.home())]).documents();
    assert!(!is_running());
}
