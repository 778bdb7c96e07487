//! What OpenSSL signs is what we cut out, and what we put together is what OpenSSL verifies.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::read;
use crate::domain::{Draft, Mailbox};
use crate::message::{HeaderSet, message, multipart_signed_smime, payload};

fn openssl(folder: &Path, arguments: &[&str]) {
    let done = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn with_key() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let make = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
        "-subj",
        "/CN=alice",
    ];
    openssl(folder.path(), &make);
    folder
}

#[test]
fn openssl_verifies_the_bytes_that_are_cut_out_of_its_own_message() {
    let folder = with_key();
    let entity = "Content-Type: multipart/mixed; boundary=x\r\n\r\npreamble\r\n--x\r\n\r\none\r\n\r\n--x\r\n\r\n--x--\r\nepilogue\r\n\r\n";
    fs::write(folder.path().join("entity"), entity).unwrap();
    openssl(
        folder.path(),
        &["cms", "-sign", "-binary", "-in", "entity", "-signer", "cert.pem", "-inkey", "key.pem", "-out", "signed.eml"],
    );
    let message = read(&fs::read(folder.path().join("signed.eml")).unwrap());
    let [content, signature] = message.root.children.as_slice() else { panic!("two parts") };
    assert_eq!(&message.raw[content.whole.clone()], entity.as_bytes());
    fs::write(folder.path().join("content"), &message.raw[content.whole.clone()]).unwrap();
    fs::write(folder.path().join("signature"), signature.decoded(&message.raw)).unwrap();
    openssl(
        folder.path(),
        &[
            "cms",
            "-verify",
            "-binary",
            "-noverify",
            "-inform",
            "DER",
            "-in",
            "signature",
            "-content",
            "content",
            "-out",
            "/dev/null",
        ],
    );
}

#[test]
fn openssl_verifies_what_is_put_together_here() {
    let folder = with_key();
    let headers = HeaderSet {
        from: vec![Mailbox::new("Alice", "alice@example.org")],
        subject: "署名".to_owned(),
        ..HeaderSet::default()
    };
    let draft = Draft { text: "From here \nこんにちは\n.\n".to_owned(), ..Draft::default() };
    let entity = payload(&draft, &headers, None);
    fs::write(folder.path().join("entity"), &entity).unwrap();
    openssl(
        folder.path(),
        &[
            "cms",
            "-sign",
            "-binary",
            "-in",
            "entity",
            "-signer",
            "cert.pem",
            "-inkey",
            "key.pem",
            "-outform",
            "DER",
            "-out",
            "signature",
        ],
    );
    let signature = fs::read(folder.path().join("signature")).unwrap();
    let whole = message(&headers, None, &multipart_signed_smime(&entity, &signature, "sha-256"));
    fs::write(folder.path().join("whole.eml"), whole).unwrap();
    openssl(folder.path(), &["cms", "-verify", "-noverify", "-in", "whole.eml", "-out", "/dev/null"]);
}
