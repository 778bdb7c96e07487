//! Backups: they open in gpg, sq and tar without this program, come back on another machine, and nothing is lost on
//! the way, whenever it is killed.

mod setting_up;
mod waiting;

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::peers::{GnuPg, attempt, openssl, run, text};
use super::{Answer, contains, ended, kakitome, of_corpus, program, word, write};

const VAULT: &str = "correct horse battery staple";

/// A profile with a vault, in a folder of its own.
struct Home {
    folder: tempfile::TempDir,
    language: &'static str,
}

impl Home {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), language: "en" }
    }

    /// With both key pairs of dora.
    fn of_dora() -> Self {
        let home = Self::new();
        for technology in ["openpgp", "smime"] {
            home.good(&["key", "generate", "--self-signed", "--technology", technology, "--address", DORA], &[]);
        }
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command with the vault's passphrase on the first line, and these on the next ones.
    fn command(&self, args: &[&str], secrets: &[&str]) -> Command {
        let lines = [&[VAULT], secrets].concat().join("\n");
        let given = write(self.folder.path(), "given", format!("{lines}\n"));
        let mut command = program();
        command.args(args).arg("--profile").arg(self.path("profile")).arg("--passphrase-file").arg(given);
        command.args(["--secret-store", "file", "--offline", "--lang", self.language]);
        command
    }

    fn run(&self, args: &[&str], secrets: &[&str]) -> Answer {
        ended(&mut self.command(args, secrets))
    }

    fn good(&self, args: &[&str], secrets: &[&str]) -> Answer {
        let answer = self.run(args, secrets);
        assert_eq!(answer.code, Some(0), "{args:?}: {}", answer.error);
        answer
    }

    /// The fingerprints of the own keys, sorted.
    fn keys(&self) -> Vec<String> {
        let listed = self.good(&["key", "list", "--json"], &[]).documents();
        let mut keys: Vec<_> = listed.iter().map(|key| word(key, "/fingerprint").to_owned()).collect();
        keys.sort();
        keys
    }

    /// A backup under recovery words, and the words.
    fn backup(&self) -> (PathBuf, String) {
        let (file, code) = (self.path("backup.pgp"), self.path("words"));
        self.good(&["key", "backup", "-o", text(&file), "--code-file", text(&code)], &[]);
        (file, std::fs::read_to_string(code).unwrap().trim_end().to_owned())
    }

    fn restore(&self, file: &Path, secret: &str) -> Value {
        self.good(&["key", "restore", text(file), "--json"], &[secret]).document()
    }
}

const DORA: &str = "dora@example.test";

/// Every file below a folder, by its name there.
fn files(folder: &Path) -> Vec<String> {
    let listed = run(Command::new("find").arg(folder).args(["-type", "f", "-printf", "%P\n"]), b"");
    String::from_utf8(listed).unwrap().lines().map(str::to_owned).collect()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_backup_opens_with_gpg_or_sq_and_tar_where_there_is_no_kakitome() {
    for language in ["en", "ja"] {
        let home = Home { language, ..Home::of_dora() };
        home.good(&["cert", "import", text(&of_corpus("keys/pgp/bob.asc"))], &[]);
        let (file, code) = (home.path("backup.pgp"), home.path("words"));
        let args = ["key", "backup", "-o", text(&file), "--code-file", text(&code), "--json"];
        let made = home.good(&args, &[]).document();
        assert_eq!((mode(&file), mode(&code)), (0o600, 0o600));
        assert_eq!(made["keys"].as_array().unwrap().len(), 2);
        let words = std::fs::read_to_string(&code).unwrap();
        assert_eq!(words.split_whitespace().count(), 12);
        assert_eq!(words.is_ascii(), language == "en", "{words}");
        let bytes = std::fs::read(&file).unwrap();
        assert!(contains(&bytes, word(&made, "/words")), "the head names the words that open it");

        let gnupg = GnuPg::new();
        let opened = gnupg.gpg(&["--passphrase-file", text(&code), "--decrypt", text(&file)], b"");
        let inside = home.path("inside");
        std::fs::create_dir(&inside).unwrap();
        run(Command::new("tar").arg("-xC").arg(&inside), &opened);
        let names = files(&inside);
        let find = |begin: &str| inside.join(names.iter().find(|name| name.contains(begin)).expect(begin));
        gnupg.import(&find("openpgp/secret/"));
        gnupg.import(&find("openpgp/certificates.asc"));
        let listed = String::from_utf8(gnupg.gpg(&["--with-colons", "--list-keys"], b"")).unwrap();
        assert!(listed.contains(DORA) && listed.contains("bob@example.test"), "{listed}");
        assert!(!gnupg.gpg(&["--local-user", DORA, "--sign"], b"hello").is_empty());
        gnupg.gpg(&["--trust-model", "pgp", "--check-trustdb"], b"");
        gnupg.import(&find("openpgp/revocation/"));
        let key = find("smime/secret/");
        let checked = openssl(&["pkey", "-in", text(&key), "-noout", "-check"], b"");
        assert!(contains(&checked, "is valid"));
        openssl(&["x509", "-in", text(&key), "-noout", "-checkemail", DORA], b"");
        let manifest: Value = serde_json::from_slice(&std::fs::read(find("manifest.json")).unwrap()).unwrap();
        assert_eq!(manifest["schema"], 1);

        // sq asks for the passphrase on a terminal. Composed words open it too, as keyboards give them.
        let by_sq = home.path("by-sq");
        let ask = format!("sq decrypt --output {} {}", text(&by_sq), text(&file));
        let composed: String = unicode_nfc(words.trim_end());
        run(Command::new("script").args(["-qec", &ask, "/dev/null"]), format!("{composed}\n").as_bytes());
        assert_eq!(std::fs::read(&by_sq).unwrap(), opened);
    }
}

/// By another program's hand.
fn unicode_nfc(words: &str) -> String {
    let script = "import sys, unicodedata; sys.stdout.write(unicodedata.normalize('NFC', sys.stdin.read()))";
    let mut python = Command::new("python3");
    String::from_utf8(run(python.env("PYTHONUTF8", "1").args(["-c", script]), words.as_bytes())).unwrap()
}

#[test]
fn everything_comes_back_on_another_machine_and_nothing_comes_twice() {
    let home = Home::of_dora();
    home.good(&["cert", "import", text(&of_corpus("keys/pgp/bob.asc"))], &[]);
    let bob = word(&home.good(&["cert", "list", "--json"], &[]).documents()[0], "/fingerprint").to_owned();
    home.good(&["trust", "root", &bob], &[]);
    let (file, words) = home.backup();

    let other = Home::new();
    let back = other.restore(&file, &words.to_uppercase().replace(' ', "  "));
    assert_eq!(back["restored"]["kind"], "backup");
    assert_eq!((&back["restored"]["certificates"], &back["restored"]["trust"]), (&3.into(), &1.into()), "{back}");
    assert_eq!(other.keys(), home.keys());
    // What was encrypted for the old machine opens on the new one, in both technologies.
    for fingerprint in home.keys() {
        let certificate = home.path(&format!("{fingerprint}.cert"));
        home.good(&["cert", "export", &fingerprint, "-o", text(&certificate)], &[]);
        let secret = other.path(&format!("{fingerprint}.secret"));
        other.good(&["key", "export", "--secret", &fingerprint, "-o", text(&secret)], &["for the file"]);
        let opened = if fingerprint.len() == 40 {
            let gnupg = GnuPg::new();
            gnupg.gpg(&["--import", text(&certificate)], b"");
            let sealed = gnupg.gpg(&["--encrypt", "--recipient", DORA], b"hello");
            gnupg.gpg(&["--passphrase", "for the file", "--import", text(&secret)], b"");
            gnupg.gpg(&["--passphrase", "for the file", "--decrypt"], &sealed)
        } else {
            let sealed = openssl(&["cms", "-encrypt", "-aes256", "-outform", "DER", text(&certificate)], b"hello");
            let key = other.path("key.pem");
            let open = ["pkcs12", "-in", text(&secret), "-passin", "pass:for the file", "-nodes", "-out", text(&key)];
            openssl(&open, b"");
            openssl(&["cms", "-decrypt", "-inform", "DER", "-inkey", text(&key)], &sealed)
        };
        assert!(contains(&opened, "hello"));
    }
    let again = other.restore(&file, &words);
    assert_eq!((&again["restored"]["certificates"], &again["restored"]["trust"]), (&0.into(), &0.into()), "{again}");
    // The new machine's own backup has everything too, under words of its own.
    let (second, second_words) = other.backup();
    let third = Home::new();
    third.restore(&second, &second_words);
    assert_eq!(third.keys(), home.keys());
}

#[test]
fn what_is_newer_here_stays_as_it_is() {
    let home = Home::of_dora();
    let (file, words) = home.backup();
    // Here the key got a passphrase, and another key was made since.
    let other = Home::new();
    let pgp = home.keys().into_iter().find(|key| key.len() == 40).unwrap();
    let secret = home.path("secret.asc");
    home.good(&["key", "export", "--secret", &pgp, "-o", text(&secret)], &["of its own"]);
    other.good(&["key", "import", text(&secret)], &[]);
    other.good(&["key", "generate", "--technology", "openpgp", "--address", "new@example.test"], &[]);
    assert_eq!(other.keys().len(), 2);
    other.restore(&file, &words);
    assert_eq!(other.keys().len(), 3);
    let kept = other.path("kept.asc");
    other.good(&["key", "export", "--secret", &pgp, "-o", text(&kept)], &["ignored, it has one"]);
    let gnupg = GnuPg::new();
    gnupg.gpg(&["--passphrase", "of its own", "--import", text(&kept)], b"");
    let refused = attempt(gnupg.gpg_command().args(["--passphrase", "wrong", "--sign"]), b"hello");
    assert!(!refused.status.success(), "the key lost its passphrase");
    assert!(!gnupg.gpg(&["--passphrase", "of its own", "--sign"], b"hello").is_empty());
}

#[test]
fn each_key_says_when_it_was_backed_up() {
    let home = Home::of_dora();
    let listed = |home: &Home| home.good(&["key", "list", "--json"], &[]).documents();
    assert!(listed(&home).iter().all(|key| key["backed_up_at"].is_null() && key["keeper"] == "profile"));
    home.backup();
    assert!(listed(&home).iter().all(|key| key["backed_up_at"].is_string()));
}

#[test]
fn a_key_with_a_passphrase_of_its_own_keeps_it_in_the_backup() {
    let home = Home::new();
    for technology in ["openpgp", "smime"] {
        let args = ["key", "generate", "--self-signed", "--technology", technology, "--address", DORA];
        home.good(&args, &["of its own"]);
    }
    let (file, words) = home.backup();
    let gnupg = GnuPg::new();
    let opened = gnupg.gpg(&["--passphrase", &words, "--decrypt", text(&file)], b"");
    assert!(contains(&opened, "ENCRYPTED PRIVATE KEY") && !contains(&opened, "-----BEGIN PRIVATE KEY"));
    let other = Home::new();
    other.restore(&file, &words);
    assert_eq!(other.keys(), home.keys());
    let tried = home.good(&["key", "backup", "--rehearse", text(&file), "--json"], &[&words]).document();
    assert_eq!(tried["rehearsal"]["complete"], true, "{tried}");
}

#[test]
fn mistyped_words_are_named_and_what_does_not_open_changes_nothing() {
    let home = Home::of_dora();
    let (file, words) = home.backup();
    let other = Home::new();
    let refused = |file: &Path, secret: &str, wanted: &str| {
        let answer = other.run(&["key", "restore", text(file)], &[secret]);
        let error = answer.refused(1);
        assert!(error.contains(wanted), "{wanted}: {error}");
        // One word may be among those of the sentence itself.
        let two: Vec<&str> = words.split_whitespace().take(2).collect();
        assert!(!error.contains(&two.join(" ")), "{error}");
    };
    let list: Vec<&str> = words.split(' ').collect();
    let mistyped = [&list[..11], &[&format!("{}q", list[11])]].concat().join(" ");
    refused(&file, &mistyped, "word 12");
    refused(&file, &list[..11].join(" "), "11 words");
    refused(&file, &"zoo ".repeat(12), "together");
    let others = "abandon ".repeat(11) + "about";
    refused(&file, &others, "don't open it");
    let bytes = std::fs::read(&file).unwrap();
    let mut damaged = bytes.clone();
    let middle = bytes.len() / 2;
    damaged[middle] = if damaged[middle] == b'A' { b'B' } else { b'A' };
    refused(&write(home.folder.path(), "damaged", damaged), &words, "damaged");
    refused(&write(home.folder.path(), "cut", &bytes[..middle]), &words, "damaged");
    refused(&write(home.folder.path(), "other", "no backup at all"), &words, "no backup");
    let import = other.run(&["key", "import", text(&file)], &[&words]);
    assert!(import.refused(1).contains("key restore"), "{}", import.error);
    assert!(other.keys().is_empty());
}

#[test]
fn a_passphrase_of_ones_own_protects_a_backup_too() {
    let home = Home::of_dora();
    let file = home.path("backup.pgp");
    let nobody = home.run(&["key", "backup", "-o", text(&file)], &[]);
    assert!(nobody.refused(1).contains("--code-file") && !file.exists());
    home.good(&["key", "backup", "-o", text(&file)], &["私だけの長い合い言葉です"]);
    let other = Home::new();
    assert!(other.run(&["key", "restore", text(&file)], &["another"]).refused(1).contains("passphrase"));
    other.restore(&file, "私だけの長い合い言葉です");
    assert_eq!(other.keys(), home.keys());
    let there = home.run(&["key", "backup", "-o", text(&file)], &["私だけの長い合い言葉です"]);
    there.refused(1);
}

#[test]
fn a_rehearsal_tells_what_would_come_back_and_changes_nothing() {
    let home = Home::of_dora();
    let (file, words) = home.backup();
    let tried = |secret: &str| home.run(&["key", "backup", "--rehearse", text(&file), "--json"], &[secret]);
    let first = tried(&words).document();
    assert_eq!(first["rehearsal"]["complete"], true, "{first}");
    home.good(&["key", "generate", "--technology", "openpgp", "--address", "new@example.test"], &[]);
    let before = home.keys();
    let second = tried(&words).document();
    assert_eq!(second["rehearsal"]["complete"], false, "{second}");
    let states: Vec<_> =
        second["rehearsal"]["keys"].as_array().unwrap().iter().map(|key| word(key, "/state")).collect();
    assert_eq!(states.iter().filter(|state| **state == "complete").count(), 2, "{second}");
    assert_eq!(states.iter().filter(|state| **state == "missing").count(), 1, "{second}");
    tried("abandon").refused(1);
    assert_eq!(home.keys(), before);
}

#[test]
fn the_sheet_is_read_by_a_camera_and_by_people_in_both_languages() {
    for (language, title) in [("en", "Recovery sheet"), ("ja", "復元シート")] {
        let home = Home { language, ..Home::of_dora() };
        let (file, sheet, code) = (home.path("backup.pgp"), home.path("sheet.pdf"), home.path("words"));
        let args = ["key", "backup", "-o", text(&file), "--sheet", text(&sheet), "--code-file", text(&code), "--json"];
        let made = home.good(&args, &[]).document();
        assert_eq!(mode(&sheet), 0o600);
        let read = String::from_utf8(run(Command::new("pdftotext").arg("-layout").arg(&sheet).arg("-"), b"")).unwrap();
        let squeezed: String = read.split_whitespace().collect();
        let words = unicode_nfc(&std::fs::read_to_string(&code).unwrap());
        for wanted in words.split_whitespace().chain([title, word(&made, "/words"), "gpg--decrypt", DORA]) {
            let wanted: String = wanted.split_whitespace().collect();
            assert!(squeezed.contains(&wanted), "{wanted}: {read}");
        }
        for key in home.keys() {
            assert!(squeezed.contains(&key), "{key}: {read}");
        }
        assert_eq!(read.matches('\u{c}').count(), 1, "it is one page");
        // As a telephone sees it: not very sharp, a little turned.
        let picture = home.path("sheet");
        run(Command::new("pdftoppm").args(["-r", "110", "-png", "-singlefile"]).arg(&sheet).arg(&picture), b"");
        let (picture, photo) = (picture.with_extension("png"), home.path("photo.jpg"));
        run(Command::new("convert").arg(&picture).args(["-rotate", "4", "-blur", "0x0.6"]).arg(&photo), b"");
        for seen in [&picture, &photo] {
            let other = Home::new();
            other.good(&["key", "restore", text(&file), "--sheet-picture", text(seen)], &[]);
            assert_eq!(other.keys(), home.keys());
        }
        let refused = home.run(&["key", "restore", text(&file), "--sheet-picture", text(&file)], &[]);
        refused.refused(1);
    }
}

#[test]
fn a_setup_message_brings_the_key_to_gpg_and_back() {
    let home = Home::of_dora();
    let (file, code) = (home.path("setup.eml"), home.path("setup-code"));
    let args = ["key", "backup", "--setup-message", text(&file), "--setup-code-file", text(&code)];
    home.good(&args, &[]);
    assert_eq!((mode(&file), mode(&code)), (0o600, 0o600));
    let code = std::fs::read_to_string(&code).unwrap().trim_end().to_owned();
    let message = String::from_utf8(std::fs::read(&file).unwrap()).unwrap();
    // Autocrypt Level 1 §4.4.1.
    for wanted in [
        "Autocrypt-Setup-Message: v1",
        "multipart/mixed",
        "Content-Type: application/autocrypt-setup",
        "Passphrase-Format: numeric9x4",
        &format!("Passphrase-Begin: {}", &code[..2]),
        "To: <dora@example.test>",
    ] {
        assert!(message.contains(wanted), "{wanted}: {message}");
    }
    let begin = message.find("-----BEGIN PGP MESSAGE").unwrap();
    let end = message.find("-----END PGP MESSAGE-----").unwrap() + "-----END PGP MESSAGE-----".len();
    let gnupg = GnuPg::new();
    let (status, inner) = gnupg.gpg_status(&["--passphrase", &code, "--decrypt"], &message.as_bytes()[begin..end]);
    assert!(status.contains("DECRYPTION_INFO 2 7"), "AES-128 with integrity protection: {status}");
    assert!(contains(&inner, "Autocrypt-Prefer-Encrypt: mutual"));
    gnupg.import(&write(home.folder.path(), "inner.asc", inner));
    assert!(!gnupg.gpg(&["--sign"], b"hello").is_empty());

    let other = Home::new();
    let loose = code.replace('-', " ");
    let back = other.restore(&file, &loose);
    assert_eq!(back["restored"]["kind"], "setup_message");
    assert_eq!(other.keys(), home.keys().into_iter().filter(|key| key.len() == 40).collect::<Vec<_>>());
    let wrong: String = code.chars().map(|digit| if digit == '1' { '2' } else { digit }).rev().collect();
    let third = Home::new();
    third.run(&["key", "restore", text(&file)], &[&wrong]).refused(1);
    third.run(&["key", "restore", text(&file)], &["1234"]).refused(1);
    assert!(third.keys().is_empty());
}

#[test]
fn a_setup_message_of_another_program_is_restored() {
    // As gpg makes one: what it gives is what Delta Chat and K-9 hand out.
    let gnupg = GnuPg::new();
    gnupg.gpg(&["--passphrase", "", "--quick-generate-key", "dora@example.test", "ed25519", "sign", "never"], b"");
    let key = gnupg.gpg(&["--armor", "--export-secret-keys", "dora@example.test"], b"");
    let code = "1234-5678-9012-3456-7890-1234-5678-9012-3456";
    let args = ["--armor", "--cipher-algo", "AES128", "--passphrase", code, "--symmetric"];
    let payload = String::from_utf8(gnupg.gpg(&args, &key)).unwrap();
    let payload = payload.replacen("\n\n", "\nPassphrase-Format: numeric9x4\nPassphrase-Begin: 12\n\n", 1);
    let message = format!(
        "From: dora@example.test\r\nTo: dora@example.test\r\nAutocrypt-Setup-Message: v1\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n\
         --b\r\nContent-Type: application/autocrypt-setup\r\n\r\n<html><body><pre>\r\n{payload}\r\n</pre></body></html>\r\n--b--\r\n"
    );
    let home = Home::new();
    let back = home.restore(&write(home.folder.path(), "setup.eml", message), code);
    assert_eq!(back["restored"]["keys"][0]["addresses"][0], DORA, "{back}");
}

#[test]
fn killed_at_any_moment_there_is_the_old_state_or_the_new_one() {
    let home = Home::of_dora();
    let (file, words) = home.backup();
    // Later and later, until it was too late; how fast this machine is at the moment does not matter.
    let began = Instant::now();
    Home::new().restore(&file, &words);
    let step = began.elapsed() / 8;
    let (mut none, mut all) = (0, 0);
    for number in 0..200 {
        let other = Home::new();
        // The profile itself is there before.
        assert!(other.keys().is_empty());
        killed(&mut other.command(&["key", "restore", text(&file)], &[&words]), step * number);
        match other.keys().len() {
            0 => none += 1,
            2 => all += 1,
            some => panic!("{some} of two keys, killed after {:?}", step * number),
        }
        if all == 2 {
            break;
        }
    }
    assert!(none > 1 && all == 2, "{none} {all}");

    let (mut none, mut made) = (0, 0);
    for number in 0..200 {
        let to = home.path(&format!("killed-{number}.pgp"));
        killed(&mut home.command(&["key", "backup", "-o", text(&to)], &[]), step * number);
        if to.exists() {
            made += 1;
            let tried = home.good(&["key", "backup", "--rehearse", text(&to), "--json"], &[&words]).document();
            assert_eq!(tried["rehearsal"]["complete"], true, "{tried}");
        } else {
            none += 1;
        }
        if made == 2 {
            break;
        }
    }
    assert!(none > 1 && made == 2, "{none} {made}");
}

/// Starts a command and kills it.
fn killed(command: &mut Command, after: Duration) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(after);
    let _ = child.kill();
    let _ = child.wait();
}

#[test]
fn a_key_that_others_can_read_is_refused_unless_a_passphrase_is_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let given = write(folder.path(), "p", "swordfish\n");
    let keys = folder.path().join("keys");
    let make = |more: &[&str]| {
        let args = ["key", "generate", "--technology", "openpgp", "--address", DORA, "-o", text(&keys)];
        assert_eq!(kakitome([&args, more].concat()).code, Some(0));
    };
    make(&[]);
    let key = keys.join("dora_example.test.secret.asc");
    let open_to = |mode| std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
    for mode in [0o640, 0o604, 0o644] {
        open_to(mode);
        let home = Home::new();
        let error = home.run(&["key", "import", text(&key)], &[]).refused(1).to_owned();
        assert!(error.contains("chmod 600") && error.contains(text(&key)), "{error}");
        assert!(home.keys().is_empty());
        open_to(0o600);
        home.good(&["key", "import", text(&key)], &[]);
        assert_eq!(home.keys().len(), 1);
    }
    // A bare key of openssl's, and one in PKCS#12 without a passphrase.
    let bare = folder.path().join("bare.pem");
    openssl(&["genpkey", "-algorithm", "RSA", "-out", text(&bare)], b"");
    std::fs::set_permissions(&bare, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(Home::new().run(&["key", "import", text(&bare)], &[]).refused(1).contains("chmod 600"));
    // Under a passphrase it may lie anywhere.
    std::fs::remove_dir_all(&keys).unwrap();
    make(&["--passphrase-file", text(&given)]);
    open_to(0o644);
    Home::new().good(&["key", "import", text(&key)], &[]);
}

#[test]
fn no_secret_is_in_arguments_or_output_and_no_core_file_is_written() {
    let home = Home::of_dora();
    let (file, words) = home.backup();
    // The program waits for its passphrases, and is looked at meanwhile.
    let pipe = home.path("pipe");
    run(Command::new("mkfifo").arg(&pipe), b"");
    let mut command = program();
    command.args(["key", "restore", text(&file), "-v", "--secret-store", "file", "--passphrase-file", text(&pipe)]);
    command.arg("--profile").arg(home.path("elsewhere")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let proc = PathBuf::from(format!("/proc/{}", child.id()));
    // It opens the file after it has forbidden core files, and this waits for that.
    let mut answer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    let limits = std::fs::read_to_string(proc.join("limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    for name in ["cmdline", "environ"] {
        let seen = std::fs::read(proc.join(name)).unwrap();
        assert!(!contains(&seen, VAULT) && !contains(&seen, &words), "{name}");
    }
    answer.write_all(format!("{VAULT}\n{words}\n").as_bytes()).unwrap();
    drop(answer);
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let said = [done.stdout, done.stderr].concat();
    let first = words.split(' ').next().unwrap();
    for secret in [VAULT, words.as_str(), "PRIVATE KEY"] {
        assert!(!contains(&said, secret), "{}", String::from_utf8_lossy(&said));
    }
    // Nor in the profile, in the backup, or in a file left behind.
    for name in files(home.folder.path()) {
        if matches!(name.as_str(), "given" | "words") {
            continue;
        }
        let bytes = std::fs::read(home.path(&name)).unwrap();
        for secret in [VAULT, words.as_str(), "-----BEGIN PRIVATE KEY", "PRIVATE KEY BLOCK"] {
            assert!(!contains(&bytes, secret), "{name}: {first}");
        }
    }
}
