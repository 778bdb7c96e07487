//! A profile of Thunderbird, made with NSS's own tools and library: no primary password, and with one.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::super::peers::{GnuPg, openssl, run, text};
use super::super::profile::Profile;
use super::super::{of_corpus, write};
use super::{needs, of, over, sorted, state};

/// Encrypts with NSS itself, as Thunderbird does with the passphrase of its OpenPGP keys.
const HIDE: &str = r"
import base64, ctypes, sys
class Item(ctypes.Structure):
    _fields_ = [('type', ctypes.c_uint), ('data', ctypes.c_void_p), ('len', ctypes.c_uint)]
nss = ctypes.CDLL('libnss3.so')
nss.PK11_GetInternalKeySlot.restype = ctypes.c_void_p
assert nss.NSS_Initialize(('sql:' + sys.argv[1]).encode(), b'', b'', b'secmod.db', 0) == 0
slot = ctypes.c_void_p(nss.PK11_GetInternalKeySlot())
if sys.argv[2]:
    assert nss.PK11_CheckUserPassword(slot, sys.argv[2].encode()) == 0
text = sys.stdin.buffer.read()
held = ctypes.create_string_buffer(text, len(text))
given, hidden = Item(0, ctypes.cast(held, ctypes.c_void_p), len(text)), Item(0, None, 0)
assert nss.PK11SDR_Encrypt(ctypes.byref(Item(0, None, 0)), ctypes.byref(given), ctypes.byref(hidden), None) == 0
print(base64.b64encode(ctypes.string_at(hidden.data, hidden.len)).decode())
";

struct Thunderbird {
    folder: tempfile::TempDir,
}

impl Thunderbird {
    fn new(password: &str) -> Self {
        for program in ["certutil", "pk12util", "python3"] {
            needs(program);
        }
        let this = Self { folder: tempfile::tempdir().unwrap() };
        let at = format!("sql:{}", text(&this.dir()));
        std::fs::create_dir(this.dir()).unwrap();
        // As Thunderbird makes it.
        std::fs::set_permissions(this.dir(), std::fs::Permissions::from_mode(0o700)).unwrap();
        let pass = this.write("password", &format!("{password}\n"));
        run(Command::new("certutil").args(["-N", "-d", &at, "-f", text(&pass)]), b"");
        for (name, algorithm) in
            [("rsa", &["rsa:2048"][..]), ("ec", &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"][..])]
        {
            let (key, certificate, p12) = (this.path("key"), this.path("certificate"), this.path("p12"));
            let subject = format!("/CN={name}");
            let address = format!("subjectAltName=email:{name}@example.test");
            let mut args = vec!["req", "-x509", "-newkey"];
            args.extend(algorithm);
            args.extend(["-nodes", "-days", "9000", "-keyout", text(&key), "-out", text(&certificate)]);
            args.extend(["-subj", &subject, "-addext", &address]);
            openssl(&args, b"");
            openssl(
                &[
                    "pkcs12",
                    "-export",
                    "-in",
                    text(&certificate),
                    "-inkey",
                    text(&key),
                    "-out",
                    text(&p12),
                    "-passout",
                    "pass:x",
                ],
                b"",
            );
            run(Command::new("pk12util").args(["-i", text(&p12), "-d", &at, "-W", "x", "-k", text(&pass)]), b"");
        }
        let other = of_corpus("keys/x509/carol.pem");
        run(
            Command::new("certutil").args([
                "-A",
                "-d",
                &at,
                "-n",
                "carol",
                "-t",
                ",,",
                "-a",
                "-i",
                text(&other),
                "-f",
                text(&pass),
            ]),
            b"",
        );
        this.openpgp(password);
        this
    }

    /// Keyrings as RNP leaves them: the secret one under a passphrase that NSS hides.
    fn openpgp(&self, password: &str) {
        let gnupg = GnuPg::new();
        gnupg.gpg(
            &[
                "--passphrase",
                "made by Thunderbird",
                "--quick-generate-key",
                "Tilda <tilda@example.test>",
                "rsa2048",
                "default",
                "never",
            ],
            b"",
        );
        let secret = gnupg.gpg(&["--passphrase", "made by Thunderbird", "--export-secret-keys"], b"");
        std::fs::write(self.dir().join("secring.gpg"), secret).unwrap();
        gnupg.import(&of_corpus("keys/pgp/bob.asc"));
        gnupg.import(&of_corpus("keys/pgp/carol.asc"));
        std::fs::write(self.dir().join("pubring.gpg"), gnupg.gpg(&["--export"], b"")).unwrap();
        let hidden =
            run(Command::new("python3").args(["-c", HIDE, text(&self.dir()), password]), b"made by Thunderbird");
        std::fs::write(self.dir().join("encrypted-openpgp-passphrase.txt"), hidden).unwrap();
        let print = |who: &str| {
            let shown = super::super::kakitome(["cert", "show", "--json", &format!("keys/pgp/{who}.asc")]).document();
            shown["fingerprint"].as_str().unwrap().to_lowercase()
        };
        let table = format!(
            "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\ndb.executescript('''CREATE TABLE acceptance_email (fpr text not null, email text not null, unique(fpr, email));\nCREATE TABLE acceptance_decision (fpr text not null, decision text not null, unique(fpr));\nINSERT INTO acceptance_decision VALUES ('{}', 'verified'), ('{}', 'unverified');''')",
            print("bob"),
            print("carol")
        );
        run(Command::new("python3").args(["-c", &table, text(&self.dir().join("openpgp.sqlite"))]), b"");
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().join("abcd.default")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        write(self.folder.path(), name, content)
    }
}

/// Everything came.
fn is_whole(said: &[serde_json::Value]) {
    let (came, stayed) = sorted(said);
    assert_eq!(stayed.len(), 0, "{stayed:#?}");
    for (technology, address, has_secret) in [
        ("smime", "rsa@example.test", true),
        ("smime", "ec@example.test", true),
        ("smime", "carol@example.test", false),
        ("openpgp", "tilda@example.test", true),
        ("openpgp", "bob@example.test", false),
    ] {
        let one = of(&came, technology, address);
        assert_eq!((&one["has_secret"], &one["source"]), (&json!(has_secret), &json!("thunderbird")), "{address}");
    }
}

#[test]
fn a_profile_without_a_primary_password_gives_everything_by_itself() {
    let (thunderbird, profile) = (Thunderbird::new(""), Profile::new());
    let before = state(&thunderbird.dir());
    let said = over(&profile, &[], &[], &["key", "import", text(&thunderbird.dir())]).documents();
    is_whole(&said);
    assert_eq!(state(&thunderbird.dir()), before);
    // Its mail comes with `import`, without its indexes.
    let inbox = thunderbird.dir().join("Mail/Local Folders");
    std::fs::create_dir_all(&inbox).unwrap();
    write(&inbox, "Inbox", "From - Sun Nov  1 00:00:00 2026\nFrom: a@example.test\nSubject: x\n\nhello\n");
    write(&inbox, "Inbox.msf", "// <!-- index -->\n");
    let other = Profile::new();
    let imported = other.good(&["import", text(&thunderbird.dir())]);
    assert!(String::from_utf8_lossy(&imported.output).trim_end().ends_with("\n1"), "{imported:?}");
    assert_eq!(other.good(&["key", "list", "--json"]).documents().len(), 3);
    let (came, _) = sorted(&said);
    let trust = |address: &str| of(&came, "openpgp", address)["owner_trust"].clone();
    assert_eq!(trust("bob@example.test"), json!({ "level": "verified", "taken": false }));
    assert_eq!(trust("carol@example.test"), json!({ "level": "accepted", "taken": false }));
    // The keys work: what others encrypt opens.
    opens(&profile, &thunderbird);
}

fn opens(profile: &Profile, thunderbird: &Thunderbird) {
    let listed = profile.good(&["key", "list", "--json"]).documents();
    assert_eq!(listed.len(), 3, "{listed:#?}");
    for name in ["rsa", "ec"] {
        let own =
            of(&listed.iter().collect::<Vec<_>>(), "smime", &format!("{name}@example.test"))["fingerprint"].clone();
        let certificate = thunderbird.path(&format!("{name}.pem"));
        profile.good(&["cert", "export", own.as_str().unwrap(), "-o", text(&certificate)]);
        let mail = openssl(
            &[
                "cms",
                "-encrypt",
                "-aes256",
                "-from",
                "b@example.test",
                "-to",
                "a@example.test",
                "-subject",
                "x",
                text(&certificate),
            ],
            b"Content-Type: text/plain\r\n\r\nhello\r\n",
        );
        profile.good(&["import", text(&write(profile.folder.path(), "x.eml", mail))]);
    }
    for id in ["1", "2"] {
        let shown = profile.good(&["show", id, "--json"]).document();
        assert_eq!(shown["encryption"][0]["outcome"], "decrypted", "{shown:#?}");
    }
    let tilda = of(&listed.iter().collect::<Vec<_>>(), "openpgp", "tilda@example.test")["fingerprint"].clone();
    let out = thunderbird.path("tilda.asc");
    let args = ["key", "export", tilda.as_str().unwrap(), "--secret", "-o", text(&out)];
    profile.good(&args);
    let gnupg = GnuPg::new();
    // It was open here, so that it goes out under the passphrase given; not under one that nobody knows.
    let passphrase = std::fs::read_to_string(&profile.passphrase).unwrap().lines().next().unwrap().to_owned();
    gnupg.gpg(&["--passphrase", &passphrase, "--import", text(&out)], b"");
    assert!(!gnupg.gpg(&["--passphrase", &passphrase, "--sign"], b"x").is_empty());
}

#[test]
fn a_profile_with_a_primary_password_opens_with_it_alone() {
    let thunderbird = Thunderbird::new("primary");
    for given in [&[][..], &["other"][..]] {
        let why = "wrong_passphrase";
        let profile = Profile::new();
        let said = over(&profile, given, &[], &["key", "import", text(&thunderbird.dir())]).documents();
        let (came, stayed) = sorted(&said);
        assert!(stayed.iter().any(|one| one["subject"] == "key4.db" && one["refused"] == why), "{stayed:#?}");
        assert_eq!(of(&came, "smime", "rsa@example.test")["has_secret"], json!(false));
        assert_eq!(profile.good(&["key", "list", "--json"]).documents().len(), 0);
    }
    let said =
        over(&Profile::new(), &["other", "primary"], &[], &["key", "import", text(&thunderbird.dir())]).documents();
    is_whole(&said);
}

#[test]
fn the_folder_above_the_profiles_is_enough() {
    let thunderbird = Thunderbird::new("");
    thunderbird.write("profiles.ini", "[Profile0]\nPath=abcd.default\n");
    let said =
        over(&Profile::new(), &[], &[], &["key", "import", text(Path::new(thunderbird.folder.path()))]).documents();
    is_whole(&said);
}
