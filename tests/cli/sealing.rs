//! What `seal` writes is opened and verified by the programs of others, and read back by `inspect`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::peers::{GnuPg, openssl, private_key, sq, text};
use super::{contains, headline, inspect, kakitome, mime, of_corpus, word, write};

const BODY: &str = "Hello Alice,\n\nthe offer is 4,200,000 yen.\n\nFrom the desk of\n-- \nボブ\n";
const SUBJECT: &str = "The offer 見積";
const FILE: &str = "見積書.pdf";

/// How a message is to be protected.
#[derive(Clone, Copy, Debug)]
struct Wish {
    sign: bool,
    encrypt: bool,
    rich: bool,
}

const WISHES: [Wish; 6] = [
    Wish { sign: true, encrypt: false, rich: false },
    Wish { sign: true, encrypt: false, rich: true },
    Wish { sign: false, encrypt: true, rich: false },
    Wish { sign: false, encrypt: true, rich: true },
    Wish { sign: true, encrypt: true, rich: false },
    Wish { sign: true, encrypt: true, rich: true },
];

#[test]
fn openpgp_messages_are_opened_and_verified_by_gpg_and_sq() {
    let gnupg = GnuPg::with(&["keys/pgp/alice.secret.asc", "keys/pgp/bob.asc"]);
    for wish in WISHES {
        let keys = ["--cert", "keys/pgp/alice.asc", "--key", "secrets/pgp/bob.secret.asc"];
        let sealed = Sealed::new(wish, "openpgp", "bob", &keys);
        let message = sealed.only();
        let entity =
            if wish.encrypt { gpg_opens(&gnupg, &sealed, &message) } else { gpg_verifies(&gnupg, &sealed, &message) };
        holds_everything(&entity, wish);
        reads_back(&sealed, "openpgp");
    }
}

/// The entity that was encrypted, as gpg and sq both see it.
fn gpg_opens(gnupg: &GnuPg, sealed: &Sealed, message: &[u8]) -> Vec<u8> {
    let armored = mime::content(&mime::parts(message)[1]);
    let (status, opened) = gnupg.gpg_status(&["--decrypt"], &armored);
    assert!(status.contains("DECRYPTION_OKAY"), "{:?}: {status}", sealed.wish);
    assert_eq!(status.contains("GOODSIG"), sealed.wish.sign, "{status}");
    let key = of_corpus("keys/pgp/alice.secret.asc");
    let mut args = vec!["decrypt", "--recipient-key", text(&key)];
    let bob = of_corpus("keys/pgp/bob.asc");
    if sealed.wish.sign {
        args.extend(["--signer-cert", text(&bob)]);
    }
    assert_eq!(sq(&args, &armored), opened, "gpg and sq read the same");
    opened
}

fn gpg_verifies(gnupg: &GnuPg, sealed: &Sealed, message: &[u8]) -> Vec<u8> {
    let parts = mime::parts(message);
    let entity = write(sealed.folder.path(), "entity", &parts[0]);
    let signature = write(sealed.folder.path(), "entity.sig", mime::content(&parts[1]));
    let (status, _) = gnupg.gpg_status(&["--verify", text(&signature), text(&entity)], b"");
    assert!(status.contains("GOODSIG") && status.contains("VALIDSIG"), "{status}");
    let bob = of_corpus("keys/pgp/bob.asc");
    sq(&["verify", "--signer-cert", text(&bob), "--detached", text(&signature), text(&entity)], b"");
    parts[0].clone()
}

#[test]
fn smime_messages_with_rsa_are_opened_and_verified_by_openssl_and_gpgsm() {
    let gnupg = GnuPg::with_authority();
    for wish in WISHES {
        let keys = [
            "--cert",
            "keys/x509/alice.pem",
            "--cert",
            "keys/x509/int.pem",
            "--cert",
            "keys/x509/bob.pem",
            "--key",
            "secrets/x509/bob.key",
        ];
        let sealed = Sealed::new(wish, "smime", "bob", &keys);
        smime_peers_read(&sealed, "alice", Some(&gnupg));
        reads_back(&sealed, "smime");
    }
}

#[test]
fn smime_messages_with_elliptic_curves_are_opened_and_verified_by_openssl_and_gpgsm() {
    let gnupg = GnuPg::with_authority();
    for wish in WISHES {
        let keys = [
            "--cert",
            "keys/x509/alice-ec.pem",
            "--cert",
            "keys/x509/int.pem",
            "--cert",
            "keys/x509/carol.pem",
            "--key",
            "secrets/x509/carol.key",
        ];
        let sealed = Sealed::new(wish, "smime", "carol", &keys);
        // gpgsm 2.2 verifies ECDSA and has no way to import alice's EC key.
        smime_peers_read(&sealed, "alice-ec", (!wish.encrypt).then_some(&gnupg));
        reads_back(&sealed, "smime");
    }
}

fn smime_peers_read(sealed: &Sealed, reader: &str, gnupg: Option<&GnuPg>) {
    let message = sealed.only();
    let mut entity = message.clone();
    if sealed.wish.encrypt {
        let der = mime::content(&message);
        let key = private_key(sealed.folder.path(), reader);
        let cert = of_corpus(&format!("keys/x509/{reader}.pem"));
        let args = ["cms", "-decrypt", "-inform", "DER", "-binary", "-recip", text(&cert), "-inkey", text(&key)];
        entity = openssl(&args, &der);
        // gpgsm 2.2 knows no AES-GCM, which a message without a signature gets.
        if let Some(gnupg) = gnupg.filter(|_| sealed.wish.sign) {
            let (status, opened) = gnupg.gpgsm_status(&["--decrypt"], &der);
            assert!(status.contains("DECRYPTION_OKAY"), "{:?}: {status}", sealed.wish);
            assert_eq!(opened, entity, "gpgsm and openssl read the same");
        }
    }
    if sealed.wish.sign {
        entity = smime_peers_verify(sealed, &entity, gnupg);
    }
    holds_everything(&entity, sealed.wish);
}

fn smime_peers_verify(sealed: &Sealed, signed: &[u8], gnupg: Option<&GnuPg>) -> Vec<u8> {
    let parts = mime::parts(signed);
    let entity = write(sealed.folder.path(), "entity", &parts[0]);
    let signature = write(sealed.folder.path(), "entity.p7s", mime::content(&parts[1]));
    let root = of_corpus("anchors/root.pem");
    let args = [
        "cms",
        "-verify",
        "-inform",
        "DER",
        "-binary",
        "-in",
        text(&signature),
        "-content",
        text(&entity),
        "-CAfile",
        text(&root),
        "-purpose",
        "smimesign",
    ];
    assert_eq!(openssl(&args, b""), parts[0], "openssl verified what was signed");
    if let Some(gnupg) = gnupg {
        let (status, _) = gnupg.gpgsm_status(&["--verify", text(&signature), text(&entity)], b"");
        assert!(status.contains("GOODSIG"), "{status}");
        assert!(status.contains("TRUST_FULLY"), "{status}");
    }
    parts[0].clone()
}

#[test]
fn recipients_of_both_technologies_get_a_delivery_each_and_both_can_read_it() {
    // carol has OpenPGP alone here, alice S/MIME alone; bob has both.
    let keys = [
        "--cert",
        "keys/pgp/carol.asc",
        "--cert",
        "keys/x509/alice.pem",
        "--cert",
        "keys/x509/int.pem",
        "--cert",
        "keys/x509/bob.pem",
        "--key",
        "secrets/x509/bob.key",
        "--key",
        "secrets/pgp/bob.secret.asc",
    ];
    let wish = Wish { sign: true, encrypt: true, rich: false };
    let sealed =
        Sealed::with(wish, "auto", "bob", &["--to", "alice@example.test", "--to", "carol@example.test"], &keys);
    let technologies: Vec<(&str, &Value)> =
        sealed.deliveries.iter().map(|one| (word(one, "/technology"), &one["recipients"])).collect();
    assert_eq!(
        technologies,
        [
            ("openpgp", &serde_json::json!(["carol@example.test"])),
            ("smime", &serde_json::json!(["alice@example.test"])),
        ]
    );
    let read = inspect(&[&sealed.file(0)], &["--key", "secrets/pgp/carol.secret.asc"]).document();
    assert_eq!(headline(&read), ("encrypted", "authenticated"));
    let read = inspect(&[&sealed.file(1)], &[]).document();
    assert_eq!(headline(&read), ("encrypted", "authenticated"));
    // Both see whom it was for, although each has bytes of their own.
    assert_eq!(read["displayed"]["to"].as_array().map(Vec::len), Some(2));
}

#[test]
fn blind_copies_have_a_delivery_of_their_own_and_show_nowhere_else() {
    for (technology, names) in [("openpgp", ["alice", "carol", "mallory"]), ("smime", ["alice", "carol", "mallory"])] {
        let folder = if technology == "openpgp" { "pgp" } else { "x509" };
        let ending = if technology == "openpgp" { "asc" } else { "pem" };
        let certs: Vec<String> = names.iter().map(|name| format!("keys/{folder}/{name}.{ending}")).collect();
        let mut keys =
            vec!["--cert", "keys/x509/bob.pem", "--key", "secrets/x509/bob.key", "--key", "secrets/pgp/bob.secret.asc"];
        for cert in &certs {
            keys.extend(["--cert", cert]);
        }
        let to = [
            "--to",
            "alice@example.test",
            "--cc",
            "carol@example.test",
            "--bcc",
            "Mallory Moss <mallory@example.test>",
        ];
        let wish = Wish { sign: true, encrypt: true, rich: false };
        let sealed = Sealed::with(wish, technology, "bob", &to, &keys);
        let recipients: Vec<&Value> = sealed.deliveries.iter().map(|one| &one["recipients"]).collect();
        assert_eq!(
            recipients,
            [
                &serde_json::json!(["alice@example.test", "carol@example.test"]),
                &serde_json::json!(["mallory@example.test"])
            ]
        );
        let secret =
            if technology == "openpgp" { "secrets/pgp/mallory.secret.asc" } else { "secrets/x509/mallory.key" };
        // mallory's key does not open what alice and carol got, and nothing in it names her.
        let others = inspect(&[&sealed.file(0)], &["--key", secret]).document();
        assert_eq!(others["encryption"][0]["outcome"], "decrypted", "alice's key is there");
        let bytes = sealed.bytes(0);
        assert!(!contains(&bytes, "mallory") && !contains(&bytes, "Mallory"));
        assert!(!others.to_string().to_lowercase().contains("mallory"), "{others}");
        let alone =
            kakitome(["inspect", text(&sealed.file(0)), "--json", "--key", secret, "--cert", &certs[2]]).document();
        assert_eq!(headline(&alone).0, "cannot_open", "{technology}");
        let hers =
            kakitome(["inspect", text(&sealed.file(1)), "--json", "--key", secret, "--cert", &certs[2]]).document();
        assert_eq!(hers["text"], BODY, "{technology}");
        assert!(mime::field(&sealed.bytes(1), "Bcc").is_none());
    }
}

#[test]
fn blind_copies_of_a_message_that_is_only_signed_show_nowhere_in_it() {
    let to = ["--to", "alice@example.test", "--bcc", "mallory@example.test"];
    let wish = Wish { sign: true, encrypt: false, rich: false };
    let sealed = Sealed::with(wish, "openpgp", "bob", &to, &["--key", "secrets/pgp/bob.secret.asc"]);
    let reached: Vec<&str> = sealed
        .deliveries
        .iter()
        .flat_map(|one| one["recipients"].as_array().unwrap())
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(reached, ["alice@example.test", "mallory@example.test"]);
    for number in 0..sealed.deliveries.len() {
        assert!(!contains(&sealed.bytes(number), "mallory"));
    }
}

#[test]
fn lines_that_mail_servers_change_are_protected_before_they_are_signed() {
    let folder = tempfile::tempdir().unwrap();
    let body = "From the start\n.\n..dots\ntrailing blanks   \n\ttab\n日本語の長い行".to_owned()
        + &"あ".repeat(400)
        + "\n\n\n";
    let body_file = write(folder.path(), "body.txt", &body);
    let out = folder.path().join("out");
    let done = kakitome([
        "seal",
        "--from",
        "bob@example.test",
        "--to",
        "alice@example.test",
        "--subject",
        "x",
        "--body",
        text(&body_file),
        "--sign",
        "--technology",
        "openpgp",
        "--key",
        "secrets/pgp/bob.secret.asc",
        "-o",
        text(&out),
    ]);
    assert_eq!(done.code, Some(0), "{}", done.error);
    let bytes = std::fs::read(out.join("delivery-1.eml")).unwrap();
    for line in bytes.split(|byte| *byte == b'\n') {
        assert!(line.len() <= 999 && line.is_ascii(), "a line that some server would change");
        assert!(!line.starts_with(b"From ") && !line.ends_with(b" \r"), "{}", String::from_utf8_lossy(line));
    }
    let read = inspect(&[&out.join("delivery-1.eml")], &[]).document();
    assert_eq!(read["text"], body);
    assert_eq!(read["signatures"][0]["outcome"], "intact");
}

#[test]
fn names_and_domains_of_every_script_travel_in_ascii() {
    let folder = tempfile::tempdir().unwrap();
    let body = write(folder.path(), "body.txt", "x\n");
    let out = folder.path().join("out");
    let done = kakitome([
        "seal",
        "--from",
        "Bob \"the\" Baker <bob@example.test>",
        "--to",
        "山田 花子 <alice@例え.テスト>",
        "--subject",
        "件名",
        "--body",
        text(&body),
        "-o",
        text(&out),
    ]);
    assert_eq!(done.code, Some(0), "{}", done.error);
    let file = out.join("delivery-1.eml");
    assert!(std::fs::read(&file).unwrap().is_ascii());
    let read = inspect(&[&file], &[]).document();
    assert_eq!(word(&read, "/displayed/to/0/address"), "alice@xn--r8jz45g.xn--zckzah");
    assert_eq!(word(&read, "/displayed/to/0/name"), "山田 花子");
    assert_eq!(word(&read, "/displayed/from/0/name"), "Bob \"the\" Baker");
}

/// The message as the composer would have built it, before protection.
fn holds_everything(entity: &[u8], wish: Wish) {
    let text = String::from_utf8_lossy(entity);
    assert!(text.contains("4,200,000") || contains(&mime_text(entity), "4,200,000"), "{text}");
    let subject = mime::field(entity, "Subject").expect("the protected subject");
    assert!(subject.starts_with("=?utf-8?"), "{subject}");
    assert_eq!(text.contains("text/html"), wish.rich);
    assert_eq!(text.contains("%E8%A6%8B%E7%A9%8D%E6%9B%B8.pdf"), wish.rich, "{text}");
}

/// Every base64 leaf, opened.
fn mime_text(entity: &[u8]) -> Vec<u8> {
    match mime::field(entity, "Content-Type") {
        Some(kind) if kind.starts_with("multipart/") => {
            mime::parts(entity).iter().flat_map(|part| mime_text(part)).collect()
        }
        _ => mime::content(entity),
    }
}

/// alice reads with `inspect` what bob or carol sealed.
fn reads_back(sealed: &Sealed, technology: &str) {
    let wish = sealed.wish;
    let outer = mime::field(&sealed.only(), "Subject").unwrap();
    assert_eq!(outer == "[...]", wish.encrypt, "{outer}");
    let read = inspect(&[&sealed.file(0)], &[]).document();
    let lock = if wish.encrypt { "encrypted" } else { "not_encrypted" };
    let seal = if wish.sign { "authenticated" } else { "unsigned" };
    assert_eq!(headline(&read), (lock, seal), "{wish:?} {read}");
    assert_eq!(read["text"], BODY);
    assert_eq!(word(&read, "/displayed/subject"), SUBJECT);
    assert_eq!(word(&read, "/header_protection/scheme"), "rfc9788");
    let confidential = if wish.encrypt { serde_json::json!(["subject"]) } else { serde_json::json!([]) };
    assert_eq!(read["header_protection"]["confidential"], confidential);
    for layer in read["encryption"].as_array().unwrap().iter().chain(read["signatures"].as_array().unwrap()) {
        assert_eq!(layer["technology"], technology);
        assert_eq!(layer["coverage"], "whole");
    }
    assert_eq!(read["cautions"], serde_json::json!([]), "{wish:?}");
    assert_eq!(read["defects"], serde_json::json!([]));
    let names: Vec<&str> =
        read["parts"].as_array().unwrap().iter().filter_map(|part| part["filename"].as_str()).collect();
    assert_eq!(names.contains(&FILE), wish.rich, "{names:?}");
}

/// What one run of `seal` wrote.
struct Sealed {
    folder: tempfile::TempDir,
    wish: Wish,
    deliveries: Vec<Value>,
}

impl Sealed {
    fn new(wish: Wish, technology: &str, from: &str, keys: &[&str]) -> Self {
        let sealed = Self::with(wish, technology, from, &["--to", "Alice Archer <alice@example.test>"], keys);
        assert_eq!(sealed.deliveries.len(), 1);
        sealed
    }

    fn with(wish: Wish, technology: &str, from: &str, to: &[&str], keys: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let body = write(folder.path(), "body.txt", BODY);
        let html = write(
            folder.path(),
            "body.html",
            format!("<p>Hello <b>Alice</b></p><p>4,200,000</p>{}", "<br>".repeat(300)),
        );
        let file = write(folder.path(), FILE, b"%PDF-1.4 \x00\x01\xff");
        let (out, author) = (folder.path().join("out"), format!("{from}@example.test"));
        let mut args = vec![
            "seal",
            "--json",
            "--from",
            &author,
            "--subject",
            SUBJECT,
            "--body",
            text(&body),
            "--technology",
            technology,
            "--anchor",
            "anchors/root.pem",
            "-o",
            text(&out),
        ];
        args.extend(to);
        args.extend(keys);
        if wish.sign {
            args.push("--sign");
        }
        if wish.encrypt {
            args.push("--encrypt");
        }
        if wish.rich {
            args.extend(["--html", text(&html), "--attach", text(&file)]);
        }
        let deliveries = kakitome(args).documents();
        Self { folder, wish, deliveries }
    }

    fn file(&self, number: usize) -> PathBuf {
        Path::new(word(&self.deliveries[number], "/file")).to_owned()
    }

    fn bytes(&self, number: usize) -> Vec<u8> {
        std::fs::read(self.file(number)).unwrap()
    }

    fn only(&self) -> Vec<u8> {
        self.bytes(0)
    }
}
