//! Whom the options make believable: anchors, trust roots, revocation lists, a moment.

use serde_json::Value;

use super::peers::text;
use super::{AT, kakitome, mail, manifest, word};

/// Verdict of the first signature and the seal, with exactly these options.
fn judged(name: &str, more: &[&str]) -> (String, String, Value) {
    let message = mail(name);
    let args =
        [&["inspect", text(&message), "--json", "--keys", "keys", "--passphrase-file", "passphrases"], more].concat();
    let read = kakitome(args).document();
    let verdict = word(&read, "/signatures/0/trust/verdict").to_owned();
    (verdict, word(&read, "/headline/seal").to_owned(), read["signatures"][0]["trust"].clone())
}

fn seal(name: &str, more: &[&str]) -> String {
    judged(name, &[&["--at", AT], more].concat()).1
}

fn root() -> String {
    manifest()["trust_roots"][0].as_str().unwrap().to_owned()
}

#[test]
fn without_an_anchor_or_a_root_nobody_is_believed() {
    for name in ["pgp-signed-gpg", "pgp-signed-encrypted-gpg", "smime-detached-openssl", "smime-signed-then-encrypted"]
    {
        assert_eq!(seal(name, &[]), "unauthenticated", "{name}");
    }
}

#[test]
fn certifications_of_a_trust_root_count_as_far_as_they_reach() {
    let root = root();
    let (verdict, seal, trust) = judged("pgp-signed-gpg", &["--at", AT, "--trust-root", &root]);
    assert_eq!((verdict.as_str(), seal.as_str()), ("authenticated", "authenticated"));
    let kinds: Vec<&str> = trust["path"].as_array().unwrap().iter().filter_map(|step| step["kind"].as_str()).collect();
    assert!(!kinds.is_empty() && kinds.iter().all(|kind| *kind == "certification"), "{trust}");
    assert_eq!(trust["path"][0]["fingerprint"], root.as_str());
    let (verdict, seal, _) = judged("pgp-signed-partial", &["--at", AT, "--trust-root", &root]);
    assert_eq!((verdict.as_str(), seal.as_str()), ("partial", "partial"), "trent's amount is 60");
    // bob vouches for nobody; to have him as root is to believe himself alone.
    let bob = super::inspect(&[&mail("pgp-signed-gpg")], &["--at", AT]).document();
    let bob = word(&bob, "/signatures/0/signer/fingerprint").to_owned();
    assert_eq!(judged("pgp-signed-partial", &["--at", AT, "--trust-root", &bob]).1, "unauthenticated");
}

#[test]
fn an_anchor_speaks_for_smime_alone_and_a_root_for_openpgp_alone() {
    let (anchor, root) = (["--anchor", "anchors/root.pem"], root());
    assert_eq!(seal("smime-detached-openssl", &anchor), "authenticated");
    assert_eq!(seal("pgp-signed-gpg", &anchor), "unauthenticated");
    assert_eq!(seal("smime-detached-openssl", &["--trust-root", &root]), "unauthenticated");
    let (_, _, trust) = judged("smime-detached-openssl", &["--at", AT, "--anchor", "anchors/root.pem"]);
    let path = trust["path"].as_array().unwrap();
    assert_eq!(path.len(), 3, "{trust}");
    assert!(path.iter().all(|step| step["kind"] == "ca"));
    assert!(path[0]["name"].as_str().unwrap().contains("Kakitome Test CA"), "from the anchor to the signer");
}

#[test]
fn an_authority_in_the_keys_folder_is_never_an_anchor() {
    // The folder holds the intermediate authority and a self-signed certificate.
    for name in ["smime-detached-openssl", "smime-signed-unauthenticated"] {
        assert_eq!(seal(name, &[]), "unauthenticated", "{name}");
    }
}

#[test]
fn certificates_given_are_trusted_directly_when_asked_for_their_own_addresses() {
    for name in ["pgp-signed-unauthenticated", "smime-detached-openssl", "smime-signed-unauthenticated"] {
        let (verdict, seal, trust) = judged(name, &["--at", AT, "--trust-given"]);
        assert_eq!((verdict.as_str(), seal.as_str()), ("authenticated", "authenticated"), "{name}");
        assert_eq!(trust["path"][0]["kind"], "direct", "{name}: {trust}");
    }
    // A certificate says nothing about the address of somebody else, trusted or not.
    for name in ["pgp-mismatch", "smime-spoofed-from"] {
        assert_eq!(judged(name, &["--at", AT, "--trust-given"]).0, "mismatch", "{name}");
    }
    // What came in the message is not given.
    let message = mail("smime-detached-openssl");
    let read = kakitome(["inspect", text(&message), "--json", "--trust-given", "--at", AT]).document();
    assert_eq!(word(&read, "/headline/seal"), "unauthenticated");
}

#[test]
fn a_revocation_list_withdraws_and_without_it_nothing_is_known() {
    let anchor = ["--anchor", "anchors/root.pem"];
    let (verdict, seal, _) = judged("smime-signed-revoked", &[&anchor[..], &["--at", AT, "--crl", "crl"]].concat());
    assert_eq!((verdict.as_str(), seal.as_str()), ("revoked", "broken"));
    let (verdict, ..) = judged("smime-signed-revoked", &[&anchor[..], &["--at", AT, "--crl", "crl/int.crl"]].concat());
    assert_eq!(verdict, "revoked");
    assert_eq!(judged("smime-signed-revoked", &[&anchor[..], &["--at", AT]].concat()).0, "authenticated");
    // The list of another authority says nothing about this certificate, and who gives lists wants to know.
    let (verdict, _, trust) =
        judged("smime-signed-revoked", &[&anchor[..], &["--at", AT, "--crl", "crl/root.crl"]].concat());
    assert_eq!((verdict.as_str(), trust["reason"].as_str()), ("unauthenticated", Some("revocation_unknown")));
    // Others that the same authority vouches for stay as they were.
    assert_eq!(
        judged("smime-detached-openssl", &[&anchor[..], &["--at", AT, "--crl", "crl"]].concat()).0,
        "authenticated"
    );
}

#[test]
fn a_certificate_counts_at_the_moment_that_is_asked_about() {
    let root = root();
    let trust = ["--anchor", "anchors/root.pem", "--trust-root", &root];
    for name in ["pgp-signed-expired", "smime-signed-expired"] {
        let before = judged(name, &[&trust[..], &["--at", "2026-05-15T00:00:00Z"]].concat());
        assert_eq!((before.0.as_str(), before.1.as_str()), ("authenticated", "authenticated"), "{name}");
        let after = judged(name, &[&trust[..], &["--at", AT]].concat());
        assert_eq!((after.0.as_str(), after.1.as_str()), ("expired", "unauthenticated"), "{name}");
    }
    // Moments may be written with an offset.
    let east = judged("smime-signed-expired", &[&trust[..], &["--at", "2026-05-15T09:00:00+09:00"]].concat());
    assert_eq!(east.0, "authenticated");
}

#[test]
fn a_path_is_validated_for_a_purpose_an_address_and_a_moment() {
    let path = |more: &[&str]| {
        let args =
            [&["path"], more, &["--anchor", "anchors/root.pem", "--intermediate", "keys/x509/int.pem", "--json"]];
        kakitome(args.concat()).document()
    };
    let good = path(&["keys/x509/bob.pem", "--at", AT, "--purpose", "sign", "--address", "bob@example.test"]);
    assert_eq!((&good["verdict"], &good["reason"]), (&"valid".into(), &Value::Null), "{good}");
    assert_eq!(good["path"].as_array().map(Vec::len), Some(3));
    assert!(good["policies"].is_array());
    for step in good["path"].as_array().unwrap() {
        assert!(!word(step, "/subject").is_empty() && word(step, "/fingerprint").len() >= 40);
    }
    let bad: [&[&str]; 7] = [
        &["keys/x509/bob.pem", "--at", AT, "--address", "alice@example.test"],
        &["keys/x509/dave.pem", "--at", AT],
        &["keys/x509/eve.pem", "--at", AT, "--crl", "crl"],
        &["keys/x509/selfsigned.pem", "--at", AT],
        &["secrets/x509/impostor.pem", "--at", AT],
        &["keys/x509/carol-tls.pem", "--at", AT, "--purpose", "sign"],
        &["keys/x509/bob.pem", "--at", "2023-01-01T00:00:00Z"],
    ];
    for args in bad {
        let found = path(args);
        assert_eq!(found["verdict"], "invalid", "{args:?}");
        assert!(found["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{args:?}: {found}");
    }
    let alone = ["path", "keys/x509/bob.pem", "--anchor", "anchors/root.pem", "--json", "--at", AT];
    assert_eq!(kakitome(alone).document()["verdict"], "invalid", "the intermediate is missing");
    let hard = path(&["keys/x509/bob.pem", "--at", AT, "--revocation", "hard"]);
    assert_eq!(hard["verdict"], "invalid", "nothing is known about revocation: {hard}");
    let hard = path(&["keys/x509/bob.pem", "--at", AT, "--revocation", "hard", "--crl", "crl"]);
    assert_eq!(hard["verdict"], "valid", "{hard}");
}

#[test]
fn certificates_and_keys_are_described() {
    let show = |files: &[&str]| kakitome([&["cert", "show", "--json", "--at", AT], files].concat()).documents();
    let bob = &show(&["keys/pgp/bob.asc"])[0];
    assert_eq!(
        (&bob["technology"], &bob["has_secret"], &bob["revoked"]),
        (&"openpgp".into(), &false.into(), &false.into())
    );
    assert_eq!(bob["addresses"], serde_json::json!(["bob@example.test"]));
    assert_eq!(bob["capabilities"], serde_json::json!(["sign", "encrypt"]));
    assert_eq!(show(&["keys/pgp/eve.asc"])[0]["revoked"], true);
    assert!(show(&["keys/pgp/dave.asc"])[0]["problems"].to_string().contains("expired"));
    assert_eq!(show(&["keys/pgp/alice.secret.asc"])[0]["has_secret"], true);
    let erin = &show(&["keys/pgp/erin.secret.asc"])[0];
    assert_eq!((&erin["has_secret"], &erin["locked"]), (&true.into(), &true.into()));
    let x509 = &show(&["keys/x509/bob.pem"])[0];
    assert_eq!(x509["technology"], "smime");
    assert!(word(x509, "/subject").contains("Bob Baker") && word(x509, "/issuer").contains("Intermediate"));
    assert_eq!(show(&["keys/pgp/bob.asc", "keys/x509/bob.pem"]).len(), 2);
    assert!(kakitome(["cert", "show", "manifest.json"]).refused(1).contains("manifest.json"));
}
