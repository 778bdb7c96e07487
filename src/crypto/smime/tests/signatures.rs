use super::lab::{Gpgsm, MESSAGE, PEOPLE, lab, soon};
use crate::crypto::smime::{CmsKind, SmimeRing, detached, kind, opaque};
use crate::crypto::{SignatureCheck, SignatureOutcome};

fn by_openssl(name: &str, more: &[&str]) -> Vec<u8> {
    let (certificate, key) = (format!("{name}.pem"), format!("{name}.key"));
    let mut arguments =
        vec!["cms", "-sign", "-binary", "-in", "message", "-signer", &certificate, "-inkey", &key, "-outform", "DER"];
    arguments.extend(more);
    lab().openssl(&arguments)
}

fn only(checks: &[SignatureCheck]) -> &SignatureCheck {
    assert_eq!(checks.len(), 1, "{checks:?}");
    &checks[0]
}

#[test]
fn what_openssl_signs_is_intact_with_every_key_and_hash() {
    for (name, _) in PEOPLE {
        for hash in ["sha256", "sha384", "sha512"] {
            let cms = by_openssl(name, &["-md", hash]);
            let checks = detached(MESSAGE, &cms, &SmimeRing::default(), soon());
            let check = only(&checks);
            assert_eq!(check.outcome, SignatureOutcome::Intact, "{name} {hash} {check:?}");
            assert_eq!(check.hash.as_deref(), Some(hash.to_uppercase().as_str()));
            assert_eq!(check.signer.as_ref().unwrap().addresses, [super::lab::address(name)]);
            assert!(check.signed_at.is_some() && check.reason.is_none());
        }
    }
}

#[test]
fn pss_and_ed25519_and_attributeless_signatures_are_intact() {
    for more in [
        &["-keyopt", "rsa_padding_mode:pss"][..],
        &["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:20", "-md", "sha512"],
        &["-noattr"],
        &["-keyid"],
        &["-nosmimecap", "-cades"],
    ] {
        let cms = by_openssl("alice", more);
        let checks = detached(MESSAGE, &cms, &SmimeRing::default(), soon());
        assert_eq!(only(&checks).outcome, SignatureOutcome::Intact, "{more:?} {checks:?}");
    }
    let identity = lab().identity("frank");
    let cms = super::super::sign_detached(MESSAGE, &identity, &SmimeRing::default(), soon()).unwrap();
    assert_eq!(only(&detached(MESSAGE, &cms.bytes, &SmimeRing::default(), soon())).outcome, SignatureOutcome::Intact);
    let mut other = MESSAGE.to_vec();
    other[60] ^= 1;
    assert_ne!(only(&detached(&other, &cms.bytes, &SmimeRing::default(), soon())).outcome, SignatureOutcome::Intact);
}

#[test]
fn line_feeds_alone_are_read_as_line_breaks() {
    let cms = by_openssl("alice", &[]);
    let unix = String::from_utf8(MESSAGE.to_vec()).unwrap().replace("\r\n", "\n");
    let checks = detached(unix.as_bytes(), &cms, &SmimeRing::default(), soon());
    assert_eq!(only(&checks).outcome, SignatureOutcome::Intact);
}

#[test]
fn ber_with_indefinite_lengths_is_read() {
    let cms = by_openssl("alice", &["-stream", "-nodetach"]);
    assert_eq!(cms.get(1), Some(&0x80), "openssl -stream writes indefinite lengths");
    assert_eq!(kind(&cms), CmsKind::SignedData);
    let opened = opaque(&cms, &SmimeRing::default(), soon()).unwrap();
    assert_eq!(opened.content, MESSAGE);
    assert_eq!(only(&opened.signatures).outcome, SignatureOutcome::Intact);
}

#[test]
fn altered_content_altered_signature_and_altered_attributes_are_bad() {
    let cms = by_openssl("alice", &[]);
    let mut content = MESSAGE.to_vec();
    content[50] ^= 1;
    let check = detached(&content, &cms, &SmimeRing::default(), soon());
    assert_eq!(only(&check).outcome, SignatureOutcome::BadSignature);
    assert_eq!(only(&check).reason.as_deref(), Some("digest_mismatch"));
    let mut altered = cms.clone();
    *altered.last_mut().unwrap() ^= 1;
    let check = detached(MESSAGE, &altered, &SmimeRing::default(), soon());
    assert_eq!(only(&check).outcome, SignatureOutcome::BadSignature);
    // The signing time is signed: a digit of its year changed.
    let at = cms.windows(2).rposition(|pair| pair == [0x17, 0x0d]).unwrap() + 3;
    let mut altered = cms.clone();
    altered[at] = if altered[at] == b'9' { b'8' } else { altered[at] + 1 };
    assert_eq!(
        only(&detached(MESSAGE, &altered, &SmimeRing::default(), soon())).outcome,
        SignatureOutcome::BadSignature
    );
}

#[test]
fn a_signer_that_is_not_at_hand_is_missing_and_found_in_the_ring() {
    let cms = by_openssl("bob", &["-nocerts"]);
    let check = detached(MESSAGE, &cms, &SmimeRing::default(), soon());
    assert_eq!(only(&check).outcome, SignatureOutcome::MissingCertificate);
    assert!(only(&check).signer.is_none());
    let check = detached(MESSAGE, &cms, &lab().ring(&["alice", "bob"], &[]), soon());
    assert_eq!(only(&check).outcome, SignatureOutcome::Intact);
}

#[test]
fn each_signer_is_judged_alone() {
    let arguments = ["-signer", "bob.pem", "-inkey", "bob.key"];
    let mut cms = by_openssl("alice", &arguments);
    let checks = detached(MESSAGE, &cms, &SmimeRing::default(), soon());
    assert_eq!(checks.iter().map(|check| check.outcome).collect::<Vec<_>>(), [SignatureOutcome::Intact; 2]);
    *cms.last_mut().unwrap() ^= 1;
    let checks = detached(MESSAGE, &cms, &SmimeRing::default(), soon());
    assert_eq!(checks.iter().filter(|check| check.outcome == SignatureOutcome::Intact).count(), 1);
    assert_eq!(checks.iter().filter(|check| check.outcome == SignatureOutcome::BadSignature).count(), 1);
}

#[test]
fn a_key_that_may_not_sign_makes_no_good_signature() {
    let cms = by_openssl("grace", &[]);
    assert_eq!(only(&detached(MESSAGE, &cms, &SmimeRing::default(), soon())).outcome, SignatureOutcome::BadKey);
}

#[test]
fn content_hidden_in_a_detached_signature_is_refused() {
    let cms = by_openssl("alice", &["-nodetach"]);
    let check = detached(MESSAGE, &cms, &SmimeRing::default(), soon());
    assert_eq!(only(&check).outcome, SignatureOutcome::Malformed);
    assert_eq!(only(&check).reason.as_deref(), Some("content_inside"));
}

#[test]
fn certificates_alone_are_no_signature() {
    lab().openssl(&[
        "crl2pkcs7",
        "-nocrl",
        "-certfile",
        "alice.pem",
        "-certfile",
        "ca.pem",
        "-outform",
        "DER",
        "-out",
        "certs.p7c",
    ]);
    let bundle = lab().read("certs.p7c");
    assert_eq!(kind(&bundle), CmsKind::CertsOnly);
    assert_eq!(super::super::certificates(&bundle).len(), 2);
    assert!(opaque(&bundle, &SmimeRing::default(), soon()).is_err());
    assert_eq!(only(&detached(MESSAGE, &bundle, &SmimeRing::default(), soon())).outcome, SignatureOutcome::Malformed);
}

#[test]
fn sha1_is_said_to_be_weak_and_md5_says_nothing() {
    let check = detached(MESSAGE, &by_openssl("alice", &["-md", "sha1"]), &SmimeRing::default(), soon());
    assert_eq!(only(&check).reason.as_deref(), Some("weak_hash: SHA1, 2017-02-23"));
    let check = detached(MESSAGE, &by_openssl("alice", &["-md", "md5"]), &SmimeRing::default(), soon());
    assert_eq!(only(&check).outcome, SignatureOutcome::UnsupportedAlgorithm);
    assert_eq!(only(&check).reason.as_deref(), Some("weak_hash: MD5, 2004-08-17"));
}

#[test]
fn what_gpgsm_signs_is_intact() {
    let gpgsm = Gpgsm::new();
    // gpgsm 2.2 can't import a PKCS#12 file with an elliptic-curve key.
    for name in ["alice", "bob"] {
        gpgsm.import_key(&super::sealing::pkcs12_for_gpgsm(name, "alma", true), "alma");
        for detach in [true, false] {
            let out = gpgsm.folder().join("out.p7m");
            let message = lab().path("message");
            let user = format!("<{name}@example.org>");
            let mut arguments = vec!["--local-user", &user, "--output", out.to_str().unwrap()];
            arguments.extend(if detach { ["--sign", "--detach-sign"] } else { ["--sign", "--sign"] }.last());
            arguments.push(message.to_str().unwrap());
            gpgsm.run(&arguments);
            let cms = std::fs::read(&out).unwrap();
            if detach {
                assert_eq!(
                    only(&detached(MESSAGE, &cms, &SmimeRing::default(), soon())).outcome,
                    SignatureOutcome::Intact
                );
            } else {
                let opened = opaque(&cms, &SmimeRing::default(), soon()).unwrap();
                assert_eq!(opened.content, MESSAGE);
                assert_eq!(only(&opened.signatures).outcome, SignatureOutcome::Intact);
            }
        }
    }
}
