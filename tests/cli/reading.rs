//! What the other programs write is read, in every form that mail has; and one bit turned is noticed.

use std::path::Path;

use serde_json::Value;

use super::peers::{GnuPg, openssl, sq, text};
use super::{headline, inspect, mime, of_corpus, word, write};

const ENTITY: &[u8] = b"Content-Type: text/plain; charset=utf-8\r\n\r\nHello Alice,\r\nthe offer is 4,200,000 yen.\r\n";
const TEXT: &str = "Hello Alice,\nthe offer is 4,200,000 yen.\n";
const BOB: &str = "Bob Baker <bob@example.test>";
const CAROL: &str = "Carol Chen <carol@example.test>";

/// The message reads with this headline, says what bob wrote, and each signature is intact.
fn reads(what: &str, message: &[u8], expected: (&str, &str)) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let read = inspect(&[&write(folder.path(), "x.eml", message)], &[]).document();
    assert_eq!(headline(&read), expected, "{what}: {read}");
    assert_eq!(word(&read, "/text"), TEXT, "{what}");
    for signature in read["signatures"].as_array().unwrap() {
        assert_eq!((&signature["outcome"], &signature["coverage"]), (&"intact".into(), &"whole".into()), "{what}");
    }
    for layer in read["encryption"].as_array().unwrap() {
        assert_eq!((&layer["outcome"], &layer["coverage"]), (&"decrypted".into(), &"whole".into()), "{what}");
    }
    read
}

/// With one bit turned, the message does not keep the headline that it had, wherever the bit is; and what an
/// altered object would say is not shown under a seal or a lock.
fn notices(what: &str, object: &[u8], from: usize, wrap: &dyn Fn(&[u8]) -> Vec<u8>, good: (&str, &str)) {
    let folder = tempfile::tempdir().unwrap();
    let places = 9;
    for place in 0..places {
        let mut bent = object.to_vec();
        let at = from + (bent.len() - from - 1) * place / (places - 1).max(1);
        bent[at.min(object.len() - 1)] ^= 1 << (place % 8);
        write(folder.path(), &format!("{place}.eml"), wrap(&bent));
    }
    for read in inspect(&[folder.path()], &[]).documents() {
        let (lock, seal) = headline(&read);
        let unsealed = good.1 == "unsigned" || seal != good.1;
        let unopened = good.0 == "not_encrypted" || lock != good.0;
        assert!(unsealed || unopened, "{what}: {read}");
        if good.1 == "unsigned" {
            assert_eq!(lock, "cannot_open", "{what}: {read}");
            assert!(!word(&read, "/text").contains("4,200,000"), "{what}: {read}");
        }
    }
}

#[test]
fn signatures_of_gpg_and_sq_are_read() {
    let gnupg = GnuPg::with(&["secrets/pgp/bob.secret.asc"]);
    let bob = of_corpus("secrets/pgp/bob.secret.asc");
    let good = ("not_encrypted", "authenticated");
    let mut made: Vec<(String, Vec<u8>)> = Vec::new();
    for digest in ["SHA256", "SHA384", "SHA512"] {
        let signature = gnupg.gpg(&["--digest-algo", digest, "--armor", "--detach-sign"], ENTITY);
        made.push((format!("gpg {digest}"), signature));
    }
    made.push(("gpg text mode".to_owned(), gnupg.gpg(&["--armor", "--textmode", "--detach-sign"], ENTITY)));
    made.push(("sq".to_owned(), sq(&["sign", "--detached", "--signer-key", text(&bob)], ENTITY)));
    for (what, signature) in made {
        let wrap = |entity: &[u8]| {
            let head =
                "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=cut\r\n\r\n--cut\r\n";
            let part = b"\r\n--cut\r\nContent-Type: application/pgp-signature\r\n\r\n";
            mime::mail(BOB, &[head.as_bytes(), entity, part, &signature, b"\r\n--cut--\r\n"].concat())
        };
        reads(&what, &wrap(ENTITY), good);
        // What is signed, not its MIME header, so that it stays a text.
        notices(&what, ENTITY, 45, &wrap, good);
    }
    let clear = gnupg.gpg(&["--clearsign"], mime::split(ENTITY).1);
    let wrap = |text: &[u8]| mime::mail(BOB, &[b"Content-Type: text/plain\r\n\r\n", text].concat());
    let folder = tempfile::tempdir().unwrap();
    let read = inspect(&[&write(folder.path(), "x.eml", wrap(&clear))], &[]).document();
    assert_eq!((headline(&read), word(&read, "/text")), (good, TEXT.trim_end()));
    let at = clear.windows(5).position(|window| window == b"Hello").unwrap();
    notices(
        "gpg clearsigned",
        &clear[..at + TEXT.len()],
        at,
        &|bent| wrap(&[bent, &clear[at + TEXT.len()..]].concat()),
        good,
    );
}

#[test]
fn encrypted_messages_of_gpg_and_sq_are_read() {
    let gnupg = GnuPg::with(&["secrets/pgp/bob.secret.asc", "keys/pgp/alice.asc"]);
    let (alice, bob) = (of_corpus("keys/pgp/alice.asc"), of_corpus("secrets/pgp/bob.secret.asc"));
    let gpg = ["--encrypt", "--recipient", "alice@example.test"];
    let to_alice = ["encrypt", "--recipient-cert", text(&alice)];
    let signed = ["--signer-key", text(&bob)];
    let open = ("encrypted", "unsigned");
    let sealed = ("encrypted", "authenticated");
    let made = [
        ("gpg", gnupg.gpg(&gpg, ENTITY), open),
        ("gpg without compression", gnupg.gpg(&[&["--compress-algo", "none"], &gpg[..]].concat(), ENTITY), open),
        ("gpg bzip2", gnupg.gpg(&[&["--compress-algo", "bzip2"], &gpg[..]].concat(), ENTITY), open),
        ("gpg hidden", gnupg.gpg(&["--encrypt", "--hidden-recipient", "alice@example.test"], ENTITY), open),
        ("gpg signed", gnupg.gpg(&[&["--sign"], &gpg[..]].concat(), ENTITY), sealed),
        ("sq", sq(&[&to_alice[..], &["--binary"]].concat(), ENTITY), open),
        ("sq signed", sq(&[&to_alice[..], &["--binary"], &signed[..]].concat(), ENTITY), sealed),
    ];
    for (what, packets, good) in made {
        let wrap = |packets: &[u8]| {
            let armored = gnupg.gpg(&["--enarmor"], packets);
            mime::mail(
                BOB,
                &mime::encrypted(&String::from_utf8(armored).unwrap().replace("ARMORED FILE", "MESSAGE").into_bytes()),
            )
        };
        reads(what, &wrap(&packets), good);
        // Behind the packet that names the recipient: the encrypted data.
        notices(what, &packets, packets.len() / 2, &wrap, good);
    }
}

#[test]
fn an_openpgp_signature_inside_encryption_may_be_a_mime_part_too() {
    let gnupg = GnuPg::with(&["secrets/pgp/bob.secret.asc", "keys/pgp/alice.asc"]);
    let signature = gnupg.gpg(&["--armor", "--detach-sign"], ENTITY);
    let inner = mime::signed(ENTITY, "application/pgp-signature", &signature);
    let packets = gnupg.gpg(&["--armor", "--encrypt", "--recipient", "alice@example.test"], &inner);
    let read = reads("RFC 3156 §6.1", &mime::mail(BOB, &mime::encrypted(&packets)), ("encrypted", "authenticated"));
    assert_eq!(read["signatures"][0]["inside_encryption"], true);
}

/// `openssl cms` with bob's (RSA) or carol's (EC) key.
fn cms_sign(who: &str, more: &[&str]) -> Vec<u8> {
    let (cert, key) = (of_corpus(&format!("keys/x509/{who}.pem")), of_corpus(&format!("secrets/x509/{who}.key")));
    let int = of_corpus("keys/x509/int.pem");
    let args = [
        &[
            "cms",
            "-sign",
            "-binary",
            "-outform",
            "DER",
            "-signer",
            text(&cert),
            "-inkey",
            text(&key),
            "-certfile",
            text(&int),
        ],
        more,
    ];
    openssl(&args.concat(), ENTITY)
}

#[test]
fn detached_signatures_of_openssl_and_gpgsm_are_read() {
    let good = ("not_encrypted", "authenticated");
    let gnupg = gpgsm_of_bob();
    let pss = ["-keyopt", "rsa_padding_mode:pss"];
    let made = [
        ("RSA", BOB, cms_sign("bob", &[])),
        ("RSA SHA-512", BOB, cms_sign("bob", &["-md", "sha512"])),
        ("RSASSA-PSS", BOB, cms_sign("bob", &pss)),
        ("RSASSA-PSS SHA-384", BOB, cms_sign("bob", &[&pss[..], &["-md", "sha384"]].concat())),
        ("without signed attributes", BOB, cms_sign("bob", &["-noattr"])),
        ("key identifier", BOB, cms_sign("bob", &["-keyid"])),
        ("CAdES", BOB, cms_sign("bob", &["-cades"])),
        ("ECDSA", CAROL, cms_sign("carol", &[])),
        ("ECDSA SHA-384", CAROL, cms_sign("carol", &["-md", "sha384"])),
        ("gpgsm", BOB, gnupg.gpgsm(&["--detach-sign", "--local-user", "bob@example.test"], ENTITY)),
    ];
    for (what, from, der) in made {
        let wrap = |entity: &[u8]| mime::mail(from, &mime::signed(entity, "application/pkcs7-signature", &der));
        reads(what, &wrap(ENTITY), good);
        notices(what, ENTITY, 45, &wrap, good);
    }
}

#[test]
fn opaque_signatures_of_openssl_are_read_in_der_and_ber() {
    for (what, from, der) in [
        ("DER", BOB, cms_sign("bob", &["-nodetach"])),
        ("BER", BOB, cms_sign("bob", &["-nodetach", "-stream"])),
        ("ECDSA", CAROL, cms_sign("carol", &["-nodetach", "-stream"])),
        ("PSS", BOB, cms_sign("bob", &["-nodetach", "-keyopt", "rsa_padding_mode:pss"])),
    ] {
        let good = ("not_encrypted", "authenticated");
        let wrap = |der: &[u8]| mime::mail(from, &mime::pkcs7("signed-data", der));
        reads(what, &wrap(&der), good);
        let at = der.windows(5).position(|window| window == b"Hello").unwrap();
        let (object, rest) = der.split_at(at + 40);
        notices(what, object, at, &|bent| wrap(&[bent, rest].concat()), good);
    }
    // The last bytes of SignedData are the signature itself.
    let der = cms_sign("bob", &["-nodetach"]);
    let wrap = |der: &[u8]| mime::mail(BOB, &mime::pkcs7("signed-data", der));
    notices("signature value", &der, der.len() - 200, &wrap, ("not_encrypted", "authenticated"));
}

fn gpgsm_of_bob() -> GnuPg {
    let gnupg = GnuPg::with_authority();
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = (of_corpus("keys/x509/bob.pem"), of_corpus("secrets/x509/bob.key"));
    let p12 = folder.path().join("bob.p12");
    let make = || {
        let files = ["-in", text(&cert), "-inkey", text(&key), "-out", text(&p12)];
        openssl(&[&["pkcs12", "-export", "-legacy", "-passout", "pass:x"][..], &files].concat(), b"");
        p12.clone()
    };
    gnupg.import_p12_of(make, "x");
    gnupg
}

fn cms_encrypt(entity: &[u8], whom: &str, more: &[&str]) -> Vec<u8> {
    let cert = of_corpus(&format!("keys/x509/{whom}.pem"));
    let args = [&["cms", "-encrypt", "-binary", "-outform", "DER"], more, &["-recip", text(&cert)]];
    openssl(&args.concat(), entity)
}

#[test]
fn enveloped_messages_of_openssl_and_gpgsm_are_read() {
    let gnupg = GnuPg::with_authority();
    let made = [
        ("AES-128", cms_encrypt(ENTITY, "alice", &["-aes-128-cbc"])),
        ("AES-192", cms_encrypt(ENTITY, "alice", &["-aes-192-cbc"])),
        ("AES-256", cms_encrypt(ENTITY, "alice", &["-aes-256-cbc"])),
        ("3DES", cms_encrypt(ENTITY, "alice", &["-des3"])),
        ("BER", cms_encrypt(ENTITY, "alice", &["-aes-256-cbc", "-stream"])),
        ("key identifier", cms_encrypt(ENTITY, "alice", &["-aes-256-cbc", "-keyid"])),
        ("ECDH", cms_encrypt(ENTITY, "alice-ec", &["-aes-256-cbc"])),
        ("ECDH AES-128", cms_encrypt(ENTITY, "alice-ec", &["-aes-128-cbc"])),
        ("gpgsm", gnupg.gpgsm(&["--encrypt", "--recipient", "0x64AFD81A", "--cipher-algo", "AES256"], ENTITY)),
    ];
    for (what, der) in made {
        let read = reads(what, &mime::mail(BOB, &mime::pkcs7("enveloped-data", &der)), ("encrypted", "unsigned"));
        assert_eq!(word(&read, "/encryption/0/integrity"), "none", "{what}");
        assert!(read["cautions"].as_array().unwrap().iter().any(|one| one["code"] == "no_integrity"), "{what}");
    }
}

#[test]
fn oaep_is_read() {
    let cert = of_corpus("keys/x509/alice.pem");
    for (what, more) in [
        ("SHA-1", &["-keyopt", "rsa_padding_mode:oaep"][..]),
        ("SHA-256", &["-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"]),
        ("SHA-512", &["-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha512"]),
    ] {
        let args = [&["cms", "-encrypt", "-binary", "-outform", "DER", "-aes-256-cbc", "-recip", text(&cert)], more];
        let der = openssl(&args.concat(), ENTITY);
        reads(what, &mime::mail(BOB, &mime::pkcs7("enveloped-data", &der)), ("encrypted", "unsigned"));
    }
}

#[test]
fn authenticated_envelopes_are_read_and_one_bit_turned_closes_them() {
    for (what, der) in [
        ("AES-128-GCM", cms_encrypt(ENTITY, "alice", &["-aes-128-gcm"])),
        ("AES-256-GCM", cms_encrypt(ENTITY, "alice", &["-aes-256-gcm"])),
        ("AES-256-GCM, ECDH", cms_encrypt(ENTITY, "alice-ec", &["-aes-256-gcm"])),
    ] {
        let good = ("encrypted", "unsigned");
        let wrap = |der: &[u8]| mime::mail(BOB, &mime::pkcs7("authEnveloped-data", der));
        let read = reads(what, &wrap(&der), good);
        assert_eq!(word(&read, "/encryption/0/integrity"), "auth_enveloped");
        // The content, its tag, and the key that is wrapped before them.
        notices(what, &der, der.len() - 100, &wrap, good);
    }
}

#[test]
fn signed_and_encrypted_smime_is_read_in_each_order_and_one_bit_turned_breaks_it() {
    let sealed = ("encrypted", "authenticated");
    let inner = mime::signed(ENTITY, "application/pkcs7-signature", &cms_sign("bob", &[]));
    let opaque = mime::pkcs7("signed-data", &cms_sign("bob", &["-nodetach", "-stream"]));
    for (what, entity, cipher, kind) in [
        ("multipart/signed in EnvelopedData", &inner, "-aes-256-cbc", "enveloped-data"),
        ("opaque in EnvelopedData", &opaque, "-aes-128-cbc", "enveloped-data"),
        ("opaque in AuthEnvelopedData", &opaque, "-aes-256-gcm", "authEnveloped-data"),
    ] {
        let der = cms_encrypt(entity, "alice", &[cipher]);
        let wrap = |der: &[u8]| mime::mail(BOB, &mime::pkcs7(kind, der));
        let read = reads(what, &wrap(&der), sealed);
        assert_eq!(read["signatures"][0]["inside_encryption"], true, "{what}");
        assert!(!read["cautions"].to_string().contains("no_integrity"), "a signature inside makes up for it");
        notices(what, &der, der.len() / 2, &wrap, sealed);
    }
    let triple = mime::pkcs7("enveloped-data", &cms_encrypt(&inner, "alice", &["-aes-256-cbc"]));
    let folder = tempfile::tempdir().unwrap();
    let signature = sign_file(folder.path(), &triple);
    let read = reads(
        "signed, encrypted, signed",
        &mime::mail(BOB, &mime::signed(&triple, "application/pkcs7-signature", &signature)),
        sealed,
    );
    assert_eq!(read["signatures"].as_array().map(Vec::len), Some(2));
}

fn sign_file(folder: &Path, entity: &[u8]) -> Vec<u8> {
    let (cert, key) = (of_corpus("keys/x509/bob.pem"), of_corpus("secrets/x509/bob.key"));
    let input = write(folder, "entity", entity);
    openssl(
        &[
            "cms",
            "-sign",
            "-binary",
            "-outform",
            "DER",
            "-signer",
            text(&cert),
            "-inkey",
            text(&key),
            "-in",
            text(&input),
        ],
        b"",
    )
}

#[test]
fn a_cipher_that_is_not_known_is_named() {
    let gnupg = GnuPg::with(&["keys/pgp/alice.asc"]);
    let args = ["--armor", "--encrypt", "--cipher-algo", "CAMELLIA256", "--recipient", "alice@example.test"];
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "x.eml", mime::mail(BOB, &mime::encrypted(&gnupg.gpg(&args, ENTITY))));
    let read = inspect(&[&file], &[]).document();
    // A build whose library has Camellia opens it.
    if headline(&read).0 != "encrypted" {
        assert_eq!(word(&read, "/encryption/0/reason"), "unsupported:Camellia-256", "{read}");
    }
}

#[test]
fn inline_texts_are_shown_without_control_characters_and_in_their_charset() {
    let gnupg = GnuPg::with(&["secrets/pgp/bob.secret.asc", "keys/pgp/alice.asc"]);
    let folder = tempfile::tempdir().unwrap();
    let shown = |armored: &[u8], charset: &str| {
        let head = format!("Content-Type: text/plain; charset={charset}\r\n\r\n").into_bytes();
        let file = write(folder.path(), "x.eml", mime::mail(BOB, &[&head[..], armored].concat()));
        word(&inspect(&[&file], &[]).document(), "/text").trim_end().to_owned()
    };
    let to_alice = ["--armor", "--encrypt", "--recipient", "alice@example.test"];
    assert_eq!(shown(&gnupg.gpg(&to_alice, b"red \x1b[31malert\x07\r\nline\r\n"), "utf-8"), "red [31malert\nline");
    assert_eq!(shown(&gnupg.gpg(&["--clearsign"], b"red \x1b[31malert\r\nline\r\n"), "utf-8"), "red [31malert\nline");
    let japanese = b"\x1b$B2q5D\x1b(B\n";
    assert_eq!(shown(&gnupg.gpg(&to_alice, japanese), "iso-2022-jp"), "会議");
    assert_eq!(shown(&gnupg.gpg(&["--clearsign"], japanese), "iso-2022-jp"), "会議");
}
