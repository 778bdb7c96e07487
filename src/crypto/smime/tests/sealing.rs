use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::lab::{Gpgsm, MESSAGE, PEOPLE, address, lab, soon};
use crate::crypto::smime::{
    EncryptOptions, Pkcs12Form, SmimeRing, decrypt, detached, encrypt, export_identity_pem, export_pkcs12,
    generate_self_signed, is_read_by_gpgsm, opaque, request, sign_detached, sign_opaque,
};
use crate::crypto::{ProtectError, SignatureOutcome};
use crate::domain::Secret;

/// How many files were made: tests run side by side in the lab's one folder, and none writes over another's.
static MADE: AtomicUsize = AtomicUsize::new(0);

/// A PKCS#12 file of somebody in the lab, made by openssl in the form that gpgsm 2.2 reads.
pub fn pkcs12_by_openssl(name: &str, passphrase: &str) -> PathBuf {
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let (key, certificate, out) = (format!("{name}.key"), format!("{name}.pem"), format!("{name}-{number}.p12"));
    let passphrase = format!("pass:{passphrase}");
    lab().openssl(&[
        "pkcs12",
        "-export",
        "-inkey",
        &key,
        "-in",
        &certificate,
        "-certfile",
        "ca.pem",
        "-out",
        &out,
        "-passout",
        &passphrase,
        "-certpbe",
        "PBE-SHA1-3DES",
        "-keypbe",
        "PBE-SHA1-3DES",
    ]);
    lab().path(&out)
}

/// The same, as gpgsm 2.2 reads it or doesn't: it derives other keys for one file in sixty.
pub fn pkcs12_for_gpgsm(name: &str, passphrase: &str, is_read: bool) -> PathBuf {
    let mut files = (0..2_000).map(|_| pkcs12_by_openssl(name, passphrase));
    let fits = |file: &PathBuf| is_read_by_gpgsm(&std::fs::read(file).unwrap(), passphrase) == is_read;
    files.find(fits).expect("one in sixty is the other way")
}

#[test]
fn which_files_gpgsm_can_not_read_is_known_before() {
    let gpgsm = Gpgsm::new();
    for (passphrase, is_read) in [("alma", false), ("alma", true), ("ponte vecchio", false)] {
        let file = pkcs12_for_gpgsm("bob", passphrase, is_read);
        let pass = format!("pass:{passphrase}");
        lab().openssl(&["pkcs12", "-in", file.to_str().unwrap(), "-noout", "-passin", &pass]);
        let imported = gpgsm.try_import_key(&file, passphrase);
        assert_eq!(imported.status.success(), is_read, "{}", String::from_utf8_lossy(&imported.stderr));
    }
}

#[test]
fn openssl_verifies_what_we_sign() {
    let (ring, at) = (lab().ring(&["ca"], &[]), soon());
    for (name, _) in PEOPLE {
        let identity = lab().identity(name);
        let signature = sign_detached(MESSAGE, &identity, &ring, at).unwrap();
        let file = format!("ours-{name}.p7s");
        lab().write(&file, &signature.bytes);
        lab().openssl(&[
            "cms",
            "-verify",
            "-binary",
            "-inform",
            "DER",
            "-in",
            &file,
            "-content",
            "message",
            "-CAfile",
            "ca.pem",
            "-purpose",
            "smimesign",
            "-out",
            "/dev/null",
        ]);
        lab().openssl(&[
            "cms",
            "-verify",
            "-binary",
            "-cades",
            "-inform",
            "DER",
            "-in",
            &file,
            "-content",
            "message",
            "-CAfile",
            "ca.pem",
            "-out",
            "/dev/null",
        ]);
        let checks = detached(MESSAGE, &signature.bytes, &SmimeRing::default(), soon());
        assert_eq!(checks[0].outcome, SignatureOutcome::Intact, "{checks:?}");
        assert_eq!(checks[0].signed_at.unwrap().as_second(), at.as_second());
        let whole = sign_opaque(MESSAGE, &identity, &ring, soon()).unwrap();
        assert_eq!(
            opaque(&whole, &SmimeRing::default(), soon()).unwrap().signatures[0].outcome,
            SignatureOutcome::Intact
        );
        let file = format!("ours-{name}.p7m");
        lab().write(&file, &whole);
        let out = lab().openssl(&["cms", "-verify", "-binary", "-inform", "DER", "-in", &file, "-CAfile", "ca.pem"]);
        assert_eq!(out, MESSAGE);
    }
}

#[test]
fn openssl_decrypts_what_we_encrypt() {
    for (name, _) in PEOPLE {
        for options in [
            EncryptOptions::default(),
            EncryptOptions { authenticated: true, oaep: false },
            EncryptOptions { authenticated: false, oaep: true },
        ] {
            let recipients = [lab().certificate(name), lab().certificate("bob")];
            let cms = encrypt(MESSAGE, &recipients, options, soon()).unwrap();
            let file = format!("ours-{name}.enc");
            lab().write(&file, &cms);
            let (certificate, key) = (format!("{name}.pem"), format!("{name}.key"));
            let out = lab().openssl(&[
                "cms",
                "-decrypt",
                "-binary",
                "-inform",
                "DER",
                "-in",
                &file,
                "-recip",
                &certificate,
                "-inkey",
                &key,
            ]);
            assert_eq!(out, MESSAGE, "{name} {options:?}");
            let opened = decrypt(&cms, &lab().ring(&[], &[name]), &[], 1 << 20);
            assert_eq!(opened.outcome.unwrap().plaintext, MESSAGE);
        }
    }
}

#[test]
fn gpgsm_verifies_and_decrypts_what_we_write() {
    let gpgsm = Gpgsm::new();
    gpgsm.import_key(&pkcs12_for_gpgsm("alice", "alma", true), "alma");
    gpgsm.import("carol");
    let ring = lab().ring(&["ca"], &[]);
    for name in ["alice", "carol"] {
        let signature = sign_detached(MESSAGE, &lab().identity(name), &ring, jiff::Timestamp::now()).unwrap();
        let file = gpgsm.folder().join("ours.p7s");
        std::fs::write(&file, &signature.bytes).unwrap();
        let output = gpgsm.run(&["--verify", file.to_str().unwrap(), lab().path("message").to_str().unwrap()]);
        assert!(String::from_utf8_lossy(&output.stderr).contains("GOODSIG"), "{output:?}");
    }
    let cms = encrypt(MESSAGE, &[lab().certificate("alice")], EncryptOptions::default(), soon()).unwrap();
    let file = gpgsm.folder().join("ours.p7m");
    std::fs::write(&file, &cms).unwrap();
    assert_eq!(gpgsm.run(&["--decrypt", file.to_str().unwrap()]).stdout, MESSAGE);
}

#[test]
fn a_certificate_that_does_not_allow_it_is_refused_by_name() {
    let grace = lab().identity("grace");
    let error = sign_detached(MESSAGE, &grace, &SmimeRing::default(), soon()).unwrap_err();
    assert_eq!(error, ProtectError::CannotSign(grace.certificate.fingerprint.clone()));
    let frank = lab().certificate("frank");
    let error =
        encrypt(MESSAGE, &[lab().certificate("bob"), frank.clone()], EncryptOptions::default(), soon()).unwrap_err();
    assert_eq!(error, ProtectError::CannotEncrypt(frank.fingerprint.clone()));
    let late = "2199-01-01T00:00:00Z".parse().unwrap();
    assert!(sign_detached(MESSAGE, &lab().identity("alice"), &SmimeRing::default(), late).is_err());
    assert!(encrypt(MESSAGE, &[lab().certificate("bob")], EncryptOptions::default(), late).is_err());
}

#[test]
fn a_new_identity_signs_decrypts_and_travels_to_both_peers() {
    let at = jiff::Timestamp::now();
    let identity = generate_self_signed("Alice Ä. Liddell", &address("alice"), at).unwrap();
    let report = identity.certificate.report(true, false, at);
    assert_eq!(report.addresses, [address("alice")]);
    assert_eq!(report.names, ["Alice Ä. Liddell"]);
    assert_eq!(report.algorithms, ["RSA 3072"]);
    assert!(report.can_sign && report.can_encrypt && report.problems.is_empty(), "{report:?}");
    assert!(!identity.certificate.report(true, false, at + jiff::SignedDuration::from_hours(24 * 731)).can_sign);

    let cms = encrypt(MESSAGE, std::slice::from_ref(&identity.certificate), EncryptOptions::default(), soon()).unwrap();
    let passphrase = Secret::from("ponte vecchio");
    let p12 = export_pkcs12(&identity, &SmimeRing::default(), &passphrase, Pkcs12Form::Modern).unwrap();
    let mut ring = SmimeRing::default();
    assert!(ring.add(&p12, &[Secret::from("wrong")]).is_err());
    assert!(ring.add(&p12, &[Secret::from("wrong"), passphrase.clone()]).unwrap()[0].report.has_secret);
    assert_eq!(decrypt(&cms, &ring, &[], 1 << 20).outcome.unwrap().plaintext, MESSAGE);

    let mut ring = SmimeRing::default();
    let pem = export_identity_pem(&identity, &passphrase).unwrap();
    assert!(ring.add(&pem, &[]).unwrap()[0].report.is_locked);
    assert_eq!(decrypt(&cms, &ring, std::slice::from_ref(&passphrase), 1 << 20).outcome.unwrap().plaintext, MESSAGE);

    lab().write("new.p12", &p12);
    lab().openssl(&["pkcs12", "-in", "new.p12", "-passin", "pass:ponte vecchio", "-nodes", "-out", "new.all"]);
    lab().write("new.enc", &cms);
    let out = lab().openssl(&["cms", "-decrypt", "-binary", "-inform", "DER", "-in", "new.enc", "-recip", "new.all"]);
    assert_eq!(out, MESSAGE);
    let gpgsm = Gpgsm::new();
    let old = export_pkcs12(&identity, &SmimeRing::default(), &passphrase, Pkcs12Form::Compatible).unwrap();
    lab().write("old.p12", &old);
    gpgsm.import_key(&lab().path("old.p12"), "ponte vecchio");
    assert_eq!(gpgsm.run(&["--decrypt", lab().path("new.enc").to_str().unwrap()]).stdout, MESSAGE);
}

#[test]
fn a_request_names_the_address_and_its_key_waits_under_the_passphrase() {
    let (request, key) = request("Bob", &address("bob"), &Secret::from("ponte")).unwrap();
    lab().write("request.pem", &request);
    let text = lab().openssl(&["req", "-in", "request.pem", "-noout", "-text", "-verify"]);
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("email:bob@example.org") && text.contains("E-mail Protection"), "{text}");
    lab().write("request.ext", b"subjectAltName=email:bob@example.org\n");
    lab().openssl(&[
        "x509",
        "-req",
        "-in",
        "request.pem",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        "5",
        "-extfile",
        "request.ext",
        "-out",
        "request.crt",
    ]);
    let mut ring = SmimeRing::default();
    assert!(ring.add(&key, &[]).is_err());
    ring.add(&key, &[Secret::from("ponte")]).unwrap();
    let imported = ring.add(&lab().read("request.crt"), &[]).unwrap();
    assert!(imported[0].report.has_secret, "the key waited for its certificate");
}

#[test]
fn x25519_keys_receive() {
    lab().openssl(&["genpkey", "-algorithm", "X25519", "-out", "heidi.key"]);
    lab().openssl(&["pkey", "-in", "heidi.key", "-pubout", "-out", "heidi.pub"]);
    lab().write("heidi.ext", b"subjectAltName=email:heidi@example.org\nkeyUsage=critical,keyAgreement\n");
    lab().openssl(&[
        "x509",
        "-req",
        "-in",
        "alice.csr",
        "-force_pubkey",
        "heidi.pub",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-set_serial",
        "4711",
        "-days",
        "5",
        "-extfile",
        "heidi.ext",
        "-out",
        "heidi.pem",
    ]);
    let ring = lab().ring(&[], &["heidi"]);
    let heidi = ring.for_encryption(&address("heidi"), soon());
    for authenticated in [true, false] {
        let cms = encrypt(MESSAGE, &heidi, EncryptOptions { authenticated, oaep: false }, soon()).unwrap();
        assert_eq!(decrypt(&cms, &ring, &[], 1 << 20).outcome.unwrap().plaintext, MESSAGE);
    }
    assert!(!heidi[0].report(true, false, soon()).can_sign);
}
