//! An authority of one's own: what it issues and withdraws, as openssl and gpgsm see it, and requests that they made.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::keys::Profile;
use super::own_keys::{dora, opened, with_passphrase};
use super::peers::{GnuPg, attempt, openssl, run, text};
use super::{contains, kakitome, word, write};

/// A profile with an authority of its own, the authority, and its certificate in a file.
fn authority(more: &[&str]) -> (Profile, Value, PathBuf) {
    let profile = Profile::new();
    let create = ["authority", "create", "--name", "Family of Dora", "--organisation", "Dora & Co", "--json"];
    let made = profile.run(&[&create[..], more].concat()).document();
    let exported = profile.run(&["cert", "export", word(&made, "/fingerprint")]);
    assert_eq!(exported.code, Some(0), "{}", exported.error);
    let root = write(profile.folder.path(), "root.pem", &exported.output);
    (profile, made, root)
}

/// The revocation list of the profile's authority, in a file.
fn list(profile: &Profile, name: &str) -> PathBuf {
    let file = profile.folder.path().join(name);
    let done = profile.run(&["authority", "crl", "--pem", "-o", text(&file)]);
    assert_eq!(done.code, Some(0), "{}", done.error);
    file
}

/// What openssl says of a certificate under the root and the list, for signing and for encryption.
fn verify(root: &Path, list: &Path, certificate: &Path, purpose: &str) -> (bool, String) {
    let args = ["verify", "-x509_strict", "-crl_check", "-CAfile", text(root), "-CRLfile", text(list)];
    let done = attempt(Command::new("openssl").args(args).args(["-purpose", purpose, text(certificate)]), b"");
    (done.status.success(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

/// Issues for an address; what it is, its certificate, its key.
fn issue(profile: &Profile, address: &str, more: &[&str]) -> (Value, PathBuf, PathBuf) {
    let two = with_passphrase(profile);
    let path = |ending: &str| profile.folder.path().join(format!("{address}.{ending}"));
    let (p12, pem, key) = (path("p12"), path("pem"), path("key"));
    let args = ["authority", "issue", "--address", address, "--name", "Erin", "-o", text(&p12), "--json"];
    let issued = profile.run_with(&two, &[&args[..], more].concat()).document();
    let open = ["pkcs12", "-in", text(&p12), "-passin", "pass:swordfish", "-nodes"];
    openssl(&[&open[..], &["-clcerts", "-nokeys", "-out", text(&pem)]].concat(), b"");
    openssl(&[&open[..], &["-nocerts", "-out", text(&key)]].concat(), b"");
    (issued, pem, key)
}

#[test]
fn what_the_authority_issues_openssl_verifies_until_it_is_withdrawn() {
    // openssl encrypts for curves, and calls certificates on them unsuitable for that.
    let both: &[&str] = &["smimesign", "smimeencrypt"];
    for (kind, of_member, purposes) in [("p256", "rsa3072", both), ("p384", "p256", &both[..1])] {
        let (profile, made, root) = authority(&["--kind", kind, "--crl-url", "http://example.test/family.crl"]);
        let shown = String::from_utf8(openssl(&["x509", "-in", text(&root), "-noout", "-text"], b"")).unwrap();
        for wanted in [
            "CA:TRUE, pathlen:0",
            "Certificate Sign, CRL Sign",
            "E-mail Protection",
            "O = Dora & Co, CN = Family of Dora",
        ] {
            assert!(shown.contains(wanted), "{wanted}: {shown}");
        }
        let (issued, pem, key) = issue(&profile, "erin@example.test", &["--kind", of_member]);
        assert_eq!((word(&issued, "/addresses/0"), &issued["has_secret"]), ("erin@example.test", &json!(false)));
        let shown = String::from_utf8(openssl(&["x509", "-in", text(&pem), "-noout", "-text"], b"")).unwrap();
        for wanted in
            ["CA:FALSE", "Authority Key Identifier", "Subject Key Identifier", "URI:http://example.test/family.crl"]
        {
            assert!(shown.contains(wanted), "{wanted}: {shown}");
        }
        let first = list(&profile, "first.crl");
        for purpose in purposes {
            let (good, told) = verify(&root, &first, &pem, purpose);
            assert!(good, "{kind} {purpose}: {told}");
        }
        let sign =
            ["cms", "-sign", "-binary", "-signer", text(&pem), "-inkey", text(&key), "-outform", "DER", "-nodetach"];
        let signed = openssl(&sign, b"hello");
        let check = ["cms", "-verify", "-inform", "DER", "-binary", "-CAfile", text(&root), "-purpose", "smimesign"];
        assert_eq!(openssl(&check, &signed), b"hello");

        // Withdrawn, with the reason, a higher number and the next update.
        let serial = word(&issued, "/serial").to_owned();
        let withdrawn = profile.run(&["authority", "revoke", &serial, "--reason", "compromised", "--json"]).document();
        assert_eq!(word(&withdrawn, "/reason"), "compromised");
        let second = list(&profile, "second.crl");
        let (good, told) = verify(&root, &second, &pem, "smimesign");
        assert!(!good && told.contains("certificate revoked"), "{kind}: {told}");
        let shown =
            |file: &Path| String::from_utf8(openssl(&["crl", "-in", text(file), "-noout", "-text"], b"")).unwrap();
        let number = |text: &str| -> u32 {
            let after = text.split("X509v3 CRL Number:").nth(1).unwrap();
            after.split_whitespace().next().unwrap().parse().unwrap()
        };
        let (before, after) = (shown(&first), shown(&second));
        assert!(number(&before) < number(&after), "{before}{after}");
        for wanted in [serial.as_str(), "Key Compromise", "Next Update", "X509v3 Authority Key Identifier"] {
            assert!(after.to_uppercase().contains(&wanted.to_uppercase()), "{wanted}: {after}");
        }
        assert!(before.contains("No Revoked Certificates"), "{before}");
        assert!(profile.run(&["authority", "revoke", &serial, "--reason", "retired"]).refused(1).contains("already"));
        profile.run(&["authority", "revoke", "4711", "--reason", "retired"]).refused(1);
        let all = profile.run(&["authority", "list", "--json"]).document();
        assert_eq!((&all["fingerprint"], word(&all, "/issued/0/reason")), (&made["fingerprint"], "compromised"));
    }
}

#[test]
fn ones_own_key_by_ones_own_authority_is_believed_renewed_and_withdrawn() {
    let (profile, made, root) = authority(&["--kind", "p256"]);
    let by = word(&made, "/fingerprint").to_owned();
    let own = ["--technology", "smime", "--authority", &by, "--kind", "p256", "--separate", "--lifetime", "30d"];
    let keys = profile.run(&dora(&own)).documents();
    assert_eq!(keys.iter().map(|one| word(one, "/origin")).collect::<Vec<_>>(), ["own_authority"; 2]);
    let (pem, _) = opened(&profile, &keys[0], "signing");
    let before = list(&profile, "before.crl");
    assert!(verify(&root, &before, &pem, "smimesign").0);
    let fingerprint = word(&keys[0], "/fingerprint").to_owned();
    let renewed = profile.run(&["key", "extend", &fingerprint, "--json"]).document();
    assert_eq!((word(&renewed, "/origin"), word(&renewed, "/use")), ("own_authority", "signing"));
    let (successor, _) = opened(&profile, &renewed, "successor");
    assert!(verify(&root, &before, &successor, "smimesign").0);
    let trusted = profile.run(&["trust", "path", "dora@example.test", "--json"]).documents();
    assert!(trusted.iter().all(|one| one["verdict"] == "authenticated"), "{trusted:?}");

    let revoked = profile.run(&["key", "revoke", &fingerprint, "--reason", "superseded", "--json"]).document();
    assert_eq!((&revoked["revoked"], word(&revoked, "/revocation/reason")), (&json!(true), "superseded"));
    assert!(!verify(&root, &list(&profile, "after.crl"), &pem, "smimesign").0);
    assert!(verify(&root, &list(&profile, "again.crl"), &successor, "smimesign").0);
    assert_eq!(profile.own().iter().filter(|one| one["has_secret"] == true).count(), 4, "three keys and the authority");
}

#[test]
fn requests_of_openssl_and_gpgsm_are_answered_and_the_answer_works_there() {
    let (profile, _, root) = authority(&["--kind", "rsa3072"]);
    let path = |name: &str| profile.folder.path().join(name);
    let crl = list(&profile, "family.crl");
    let (key, csr, answer) = (path("o.key"), path("o.csr"), path("o.pem"));
    let new = ["req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/O=Elsewhere/CN=Frank"];
    let names = [
        "-addext",
        "subjectAltName=email:frank@example.test,DNS:www.example.test",
        "-addext",
        "keyUsage=digitalSignature",
    ];
    openssl(&[&new[..], &names, &["-keyout", text(&key), "-out", text(&csr)]].concat(), b"");
    let issued =
        profile.run(&["authority", "issue", "--request", text(&csr), "-o", text(&answer), "--json"]).document();
    assert_eq!(issued["addresses"], json!(["frank@example.test"]));
    assert!(verify(&root, &crl, &answer, "smimesign").0);
    let shown = String::from_utf8(openssl(&["x509", "-in", text(&answer), "-noout", "-text"], b"")).unwrap();
    assert!(!shown.contains("www.example.test"), "only what mail needs is taken over: {shown}");
    assert!(shown.contains("Digital Signature") && !shown.contains("Key Encipherment"), "{shown}");
    let sign =
        ["cms", "-sign", "-binary", "-signer", text(&answer), "-inkey", text(&key), "-outform", "DER", "-nodetach"];
    let check = ["cms", "-verify", "-inform", "DER", "-binary", "-CAfile", text(&root), "-purpose", "smimesign"];
    assert_eq!(openssl(&check, &openssl(&sign, b"hello")), b"hello");

    // gpgsm asks, takes the answer, signs with it and opens with it.
    let gnupg = GnuPg::new();
    gnupg.trust(&root);
    let wanted = "Key-Type: RSA\nKey-Length: 2048\nKey-Usage: sign, encrypt\nName-DN: CN=Grace\nName-Email: grace@example.test\n%no-protection\n";
    let parameters = write(profile.folder.path(), "parameters", wanted);
    let csr =
        write(profile.folder.path(), "g.csr", gnupg.gpgsm(&["--armor", "--generate-key", text(&parameters)], b""));
    let answer = path("g.pem");
    let issued =
        profile.run(&["authority", "issue", "--request", text(&csr), "-o", text(&answer), "--json"]).document();
    assert_eq!(word(&issued, "/addresses/0"), "grace@example.test");
    gnupg.gpgsm(&["--import", text(&answer)], b"");
    let signed = gnupg.gpgsm(&["--local-user", "grace@example.test", "--sign"], b"hello");
    assert_eq!(openssl(&check, &signed), b"hello");
    let encrypted =
        openssl(&["cms", "-encrypt", "-binary", "-aes-256-cbc", "-outform", "DER", text(&answer)], b"hello");
    let (status, plain) = gnupg.gpgsm_status(&["--decrypt"], &encrypted);
    assert_eq!(plain, b"hello", "{status}");
    // And the other way: a member's file goes into gpgsm.
    let two = with_passphrase(&profile);
    let p12 = path("heidi.p12");
    let args = ["authority", "issue", "--address", "heidi@example.test", "--compatible", "-o", text(&p12), "--json"];
    profile.run_with(&two, &args).document();
    let heidi = GnuPg::new();
    heidi.trust(&root);
    heidi.import_p12(&p12, "swordfish");
    let (status, signed) = heidi.gpgsm_status(&["--sign"], b"hello");
    assert!(status.contains("SIG_CREATED"), "{status}");
    let (status, _) = gnupg.gpgsm_status(&["--verify"], &signed);
    assert!(status.contains("GOODSIG") && status.contains("TRUST_FULLY"), "{status}");
}

#[test]
fn what_is_no_request_for_mail_is_refused() {
    let (profile, _, _) = authority(&["--kind", "p256"]);
    let path = |name: &str| profile.folder.path().join(name);
    let issue = |csr: &Path| {
        let out = path("out.pem");
        profile.run(&["authority", "issue", "--request", text(csr), "-o", text(&out)])
    };
    let request = |name: &str, more: &[&str]| {
        let csr = path(name);
        let new =
            ["req", "-new", "-nodes", "-subj", "/CN=Mallory", "-keyout", text(&path("m.key")), "-out", text(&csr)]
                .map(str::to_owned);
        run(Command::new("openssl").args(new).args(more), b"");
        csr
    };
    let without = request("without.csr", &["-newkey", "rsa:2048"]);
    assert!(issue(&without).refused(1).contains("request_address"));
    let short = request("short.csr", &["-newkey", "rsa:1024", "-addext", "subjectAltName=email:m@example.test"]);
    assert!(issue(&short).refused(1).contains("RSA 1024"));
    let good = request("good.csr", &["-newkey", "rsa:2048", "-addext", "subjectAltName=email:m@example.test"]);
    // Another's key put into a request: its own signature does not hold.
    let mut der = openssl(&["req", "-in", text(&good), "-outform", "DER"], b"");
    let at = der.len() - 300;
    der[at] ^= 1;
    let forged = write(profile.folder.path(), "forged.csr", &der);
    assert!(issue(&forged).refused(1).contains("request_"), "{:?}", issue(&forged));
    issue(&write(profile.folder.path(), "none.csr", b"hello")).refused(1);
    assert_eq!(profile.run(&["authority", "list", "--json"]).document()["issued"], json!([]));
    assert!(!path("out.pem").exists());
}

#[test]
fn an_authority_that_is_prolonged_keeps_its_key_and_what_it_issued() {
    let (profile, made, root) = authority(&["--kind", "p256", "--lifetime", "40d"]);
    let (issued, pem, _) = issue(&profile, "erin@example.test", &["--kind", "p256", "--lifetime", "5y"]);
    // What is issued does not outlast the authority.
    assert_eq!(issued["not_after"], made["not_after"]);
    let later = profile.run(&["authority", "renew", "--json"]).document();
    assert_ne!(later["fingerprint"], made["fingerprint"]);
    let exported = profile.run(&["cert", "export", word(&later, "/fingerprint")]);
    let new_root = write(profile.folder.path(), "new-root.pem", &exported.output);
    let crl = list(&profile, "family.crl");
    for root in [&root, &new_root] {
        let (good, told) = verify(root, &crl, &pem, "smimesign");
        assert!(good, "{told}");
    }
    let all = profile.run(&["authority", "list", "--json"]).documents();
    assert_eq!((all.len(), all[0]["issued"].as_array().unwrap().len()), (1, 1), "{all:?}");
    // A member's certificate is prolonged for the same key, and the old one can still be withdrawn.
    let serial = word(&issued, "/serial").to_owned();
    let renewed = profile.folder.path().join("renewed.pem");
    let again = profile.run(&["authority", "renew", &serial, "-o", text(&renewed), "--json"]).document();
    assert_eq!(again["addresses"], issued["addresses"]);
    assert!(verify(&new_root, &crl, &renewed, "smimesign").0);
    let key = |file: &Path| openssl(&["x509", "-in", text(file), "-noout", "-pubkey"], b"");
    assert_eq!(key(&pem), key(&renewed));
    profile.run(&["authority", "revoke", &serial, "--reason", "superseded", "--json"]).document();
    let crl = list(&profile, "second.crl");
    assert!(!verify(&new_root, &crl, &pem, "smimesign").0 && verify(&new_root, &crl, &renewed, "smimesign").0);
}

#[test]
fn a_member_of_the_family_is_believed_until_the_list_says_no() {
    let (profile, _, root) = authority(&["--kind", "p256"]);
    let (issued, pem, key) = issue(&profile, "erin@example.test", &["--kind", "p256"]);
    let folder = tempfile::tempdir().unwrap();
    let own = write(folder.path(), "own.pem", [std::fs::read(&pem).unwrap(), std::fs::read(&key).unwrap()].concat());
    let body = write(folder.path(), "body", "Hello\n");
    let out = folder.path().join("out");
    let seal = ["seal", "--from", "erin@example.test", "--to", "dora@example.test", "--subject", "x", "--sign"];
    let more = ["--technology", "smime", "--body", text(&body), "--key", text(&own), "-o", text(&out)];
    let done = kakitome([&seal[..], &more].concat());
    assert_eq!(done.code, Some(0), "{}", done.error);
    let delivery = out.join("delivery-1.eml");
    profile.run(&["import", text(&delivery)]);
    let id = profile.run(&["list", "Imported", "--json"]).documents()[0]["id"].to_string();
    let seal = || word(&profile.run(&["show", &id, "--json"]).document(), "/headline/seal").to_owned();
    assert_eq!(seal(), "authenticated");
    // Others believe it with the root and the list that was published.
    let crl = list(&profile, "first.crl");
    let inspect = |crl: &Path| {
        kakitome(["inspect", text(&delivery), "--json", "--anchor", text(&root), "--crl", text(crl)]).document()
    };
    assert_eq!(word(&inspect(&crl), "/headline/seal"), "authenticated");
    profile.run(&["authority", "revoke", word(&issued, "/serial"), "--reason", "compromised"]);
    assert_ne!(seal(), "authenticated", "the profile knows at once");
    assert_ne!(word(&inspect(&list(&profile, "second.crl")), "/headline/seal"), "authenticated");
    assert!(contains(&std::fs::read(&root).unwrap(), "BEGIN CERTIFICATE"));
}
