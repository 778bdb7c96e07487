//! Keys on tokens: SoftHSM's, made by its own programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::super::peers::{openssl, run, text};
use super::super::profile::Profile;
use super::super::{ended, program, word, write};
use super::{needs, of, over, sorted};

const PIN: &str = "4821";

/// A token with an RSA key and one on P-256, each with a certificate of an authority.
struct SoftHsm {
    folder: tempfile::TempDir,
    module: PathBuf,
}

impl SoftHsm {
    fn new() -> Self {
        for program in ["softhsm2-util", "pkcs11-tool"] {
            needs(program);
        }
        let module = [
            "/usr/lib/softhsm/libsofthsm2.so",
            "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
            "/usr/lib64/pkcs11/libsofthsm2.so",
        ]
        .map(PathBuf::from)
        .into_iter()
        .find(|path| path.exists())
        .expect("SoftHSM's library");
        let this = Self { folder: tempfile::tempdir().unwrap(), module };
        std::fs::create_dir(this.path("tokens")).unwrap();
        let conf = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            text(&this.path("tokens"))
        );
        write(this.folder.path(), "softhsm2.conf", conf);
        let init = ["--init-token", "--free", "--label", "Alice's card", "--so-pin", "12345678", "--pin", PIN];
        this.command("softhsm2-util", &init);
        let (ca, key) = (this.path("ca.pem"), this.path("ca.key"));
        let subject = ["-days", "9000", "-subj", "/CN=Card CA"];
        let files = ["-keyout", text(&key), "-out", text(&ca)];
        let args = [&["req", "-x509", "-newkey", "rsa:2048", "-nodes"][..], &subject, &files].concat();
        openssl(&args, b"");
        this.person("rsa", "rsa:2048", "01");
        this.person("ec", "EC:prime256v1", "02");
        this
    }

    /// A key that the token makes, and a certificate for it.
    fn person(&self, name: &str, kind: &str, id: &str) {
        let pin = ["--login", "--pin", PIN];
        let uses = ["--usage-sign", "--usage-decrypt", "--usage-derive"];
        let key = ["--keypairgen", "--key-type", kind, "--id", id, "--label", name];
        self.tool(&[&pin[..], &key, &uses].concat());
        let public = self.path("public.der");
        self.tool(&["--read-object", "--type", "pubkey", "--id", id, "--output-file", text(&public)]);
        let extensions = format!(
            "subjectAltName=email:{name}@example.test\nbasicConstraints=critical,CA:FALSE\nextendedKeyUsage=emailProtection\n"
        );
        let extensions = write(self.folder.path(), "ext", extensions);
        let subject = format!("/CN={name}");
        let request =
            openssl(&["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-subj", &subject], b"");
        let (ca, key) = (self.path("ca.pem"), self.path("ca.key"));
        let (certificate, der) = (self.path(&format!("{name}.pem")), self.path("certificate.der"));
        let by = ["-CA", text(&ca), "-CAkey", text(&key), "-force_pubkey", text(&public), "-keyform", "DER"];
        let what = ["-extfile", text(&extensions), "-out", text(&certificate)];
        openssl(&[&["x509", "-req", "-days", "9000"][..], &by, &what].concat(), &request);
        openssl(&["x509", "-in", text(&certificate), "-outform", "DER", "-out", text(&der)], b"");
        let object = ["--write-object", text(&der), "--type", "cert", "--id", id, "--label", name];
        self.tool(&[&pin[..], &object].concat());
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn conf(&self) -> PathBuf {
        self.path("softhsm2.conf")
    }

    fn command(&self, name: &str, args: &[&str]) -> Vec<u8> {
        run(Command::new(name).env("SOFTHSM2_CONF", self.conf()).args(args), b"")
    }

    fn tool(&self, args: &[&str]) -> Vec<u8> {
        self.command("pkcs11-tool", &[&["--module", text(&self.module)], args].concat())
    }

    fn pin(&self, pin: &str) -> PathBuf {
        write(self.folder.path(), "pin", format!("{pin}\n"))
    }

    /// The program with the token at hand.
    fn kakitome(&self, args: &[&str]) -> super::super::Answer {
        ended(program().env("SOFTHSM2_CONF", self.conf()).args(args))
    }
}

/// openssl finds the signature good, by the authority.
fn openssl_verifies(token: &SoftHsm, mail: &Path) {
    let out = openssl(&["cms", "-verify", "-in", text(mail), "-CAfile", text(&token.path("ca.pem"))], b"");
    assert!(String::from_utf8_lossy(&out).contains("hello"));
}

#[test]
fn a_token_signs_what_openssl_verifies_and_opens_what_openssl_encrypts() {
    let token = SoftHsm::new();
    let listed = token.kakitome(&["token", "list", "--module", text(&token.module), "--json"]).document();
    assert_eq!((word(&listed, "/label"), listed["certificates"].as_array().unwrap().len()), ("Alice's card", 2));
    let (pin, body) = (token.pin(PIN), write(token.folder.path(), "body", "hello\n"));
    for name in ["rsa", "ec"] {
        let out = token.path(&format!("out-{name}"));
        let from = format!("{name}@example.test");
        let sealed = token.kakitome(&[
            "seal",
            "--from",
            &from,
            "--to",
            "x@example.test",
            "--subject",
            "x",
            "--sign",
            "--technology",
            "smime",
            "--body",
            text(&body),
            "-o",
            text(&out),
            "--token",
            text(&token.module),
            "--pin-file",
            text(&pin),
            "--offline",
        ]);
        assert_eq!(sealed.code, Some(0), "{}", sealed.error);
        openssl_verifies(&token, &std::fs::read_dir(&out).unwrap().flatten().next().unwrap().path());
        let certificate = token.path(&format!("{name}.pem"));
        let ways: &[&[&str]] = if name == "rsa" { &[&[], &["-keyopt", "rsa_padding_mode:oaep"]] } else { &[&[]] };
        for way in ways {
            let mut args = vec![
                "cms",
                "-encrypt",
                "-aes256",
                "-from",
                "b@example.test",
                "-to",
                &from,
                "-subject",
                "x",
                "-recip",
                text(&certificate),
            ];
            args.extend(*way);
            let mail =
                write(token.folder.path(), "x.eml", openssl(&args, b"Content-Type: text/plain\r\n\r\nhello\r\n"));
            let with = [
                "inspect",
                text(&mail),
                "--json",
                "--offline",
                "--token",
                text(&token.module),
                "--pin-file",
                text(&pin),
            ];
            let opened = token.kakitome(&with).document();
            assert_eq!(opened["encryption"][0]["outcome"], "decrypted", "{name} {way:?} {opened:#?}");
            assert_eq!(word(&opened, "/text").trim(), "hello");
            // Without the PIN it is locked, and nothing asks the token.
            let locked = token.kakitome(&with[..6]).document();
            assert_eq!(locked["encryption"][0]["outcome"], "locked", "{locked:#?}");
        }
    }
}

#[test]
fn a_profile_uses_the_keys_of_a_token_and_keeps_no_pin() {
    let (token, profile) = (SoftHsm::new(), Profile::new());
    let conf = token.conf();
    let with: [(&str, &Path); 1] = [("SOFTHSM2_CONF", &conf)];
    let said = over(&profile, &[], &with, &["token", "use", "--module", text(&token.module)]).documents();
    let (came, _) = sorted(&said);
    let rsa = of(&came, "smime", "rsa@example.test");
    assert_eq!((&rsa["outside"], &rsa["source"]), (&json!(true), &json!("pkcs11")));
    let certificate = token.path("rsa.pem");
    let mail = openssl(
        &[
            "cms",
            "-encrypt",
            "-aes256",
            "-from",
            "b@example.test",
            "-to",
            "rsa@example.test",
            "-subject",
            "x",
            text(&certificate),
        ],
        b"Content-Type: text/plain\r\n\r\nhello\r\n",
    );
    let file = write(profile.folder.path(), "x.eml", mail);
    over(&profile, &[], &with, &["import", text(&file)]);
    let show = |pin: Option<&str>| {
        let pin = pin.map(|pin| token.pin(pin));
        let mut args = vec!["show", "1"];
        if let Some(pin) = &pin {
            args.extend(["--pin-file", text(pin)]);
        }
        over(&profile, &[], &with, &args).document()
    };
    assert_eq!(show(None)["encryption"][0]["outcome"], "locked");
    assert_eq!(show(Some("0000"))["encryption"][0]["outcome"], "locked");
    assert_eq!(show(Some(PIN))["encryption"][0]["outcome"], "decrypted");
    // It is not there the next time.
    assert_eq!(show(None)["encryption"][0]["outcome"], "locked");
    // Forgotten, it opens no more; the certificate stays.
    let print = word(rsa, "/fingerprint");
    over(&profile, &[], &with, &["token", "forget", print]);
    assert_eq!(show(Some(PIN))["encryption"][0]["outcome"], "failed");
}

#[test]
fn a_wrong_pin_and_a_library_that_is_none_are_told_in_one_line() {
    let token = SoftHsm::new();
    let pin = token.pin("0000");
    let mail = write(token.folder.path(), "x.eml", "From: a@example.test\r\n\r\nx");
    let args = ["inspect", text(&mail), "--token", text(&token.module), "--pin-file", text(&pin), "--lang", "en"];
    assert!(token.kakitome(&args).refused(1).contains("PIN"));
    let none = write(token.folder.path(), "none.so", "x");
    assert!(token.kakitome(&["token", "list", "--module", text(&none)]).refused(1).contains("library"));
}
