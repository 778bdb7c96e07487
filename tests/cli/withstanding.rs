//! Any bytes as input: an answer in time and in little memory. Beside `tests/hostile.rs`, what grows when it is
//! opened, what is cut short, and what only a key holder can build.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use super::peers::{GnuPg, openssl, run, text};
use super::{AT, inspect, mime, of_corpus, program, word, write};

/// Five seconds for a user; a build without optimisation on a busy machine gets more.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 5 });
const MEBIBYTE: u64 = 1 << 20;
const HEAD: &str = "From: mallory@example.test\r\nTo: alice@example.test\r\nSubject: x\r\nMIME-Version: 1.0\r\n";

/// What a message of one word takes, in bytes: 38 MiB in a debug build, and more as the program grows.
static BASE: LazyLock<u64> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    watched(&write(folder.path(), "plain.eml", b"From: a@example.test\r\n\r\nhi\r\n")).0
});

/// Runs `inspect` as alice over a file, under the promise of the product: ten times the input and 64 MiB. In a debug
/// build, whose program alone takes more than half of that, it is 28 MiB over what a message of one word takes.
fn withstands(file: &Path) -> Vec<u8> {
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let begin = Instant::now();
    let (peak, output) = watched(file);
    let beside = if cfg!(debug_assertions) { *BASE + 28 * MEBIBYTE } else { 64 * MEBIBYTE };
    let allowed = 10 * std::fs::metadata(file).unwrap().len() + beside;
    assert!(peak <= allowed, "{name}: {} MiB where {} are allowed", peak / MEBIBYTE, allowed / MEBIBYTE);
    eprintln!("{name:28} {:>6} ms {:>4} MiB", begin.elapsed().as_millis(), peak / MEBIBYTE);
    output
}

/// The most memory that `inspect` had resident, in bytes, and what it printed.
fn watched(file: &Path) -> (u64, Vec<u8>) {
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let output = tempfile::NamedTempFile::new().unwrap();
    let errors = tempfile::NamedTempFile::new().unwrap();
    let mut child = program()
        .args([
            "inspect",
            text(file),
            "--json",
            "--offline",
            "--at",
            AT,
            "--keys",
            "keys",
            "--anchor",
            "anchors/root.pem",
        ])
        .args(["--passphrase-file", "passphrases"])
        .stdout(output.reopen().unwrap())
        .stderr(errors.reopen().unwrap())
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let (begin, mut peak) = (Instant::now(), 0);
    let status = loop {
        peak = peak.max(resident_peak(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begin.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{name}: no answer after {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let error = std::fs::read_to_string(errors.path()).unwrap();
    assert_eq!(status.code(), Some(0), "{name}: {error}");
    (peak, std::fs::read(output.path()).unwrap())
}

pub(crate) fn resident_peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) * 1024
}

fn document(output: &[u8]) -> serde_json::Value {
    serde_json::from_slice(output).expect("one document")
}

/// A gibibyte of zeros on a program's standard input; what it printed.
fn zeros(command: &mut Command) -> Vec<u8> {
    let mut source = Command::new("head").args(["-c", "1G", "/dev/zero"]).stdout(Stdio::piped()).spawn().unwrap();
    let done = command.stdin(source.stdout.take().unwrap()).output().unwrap();
    source.wait().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

#[test]
fn a_gibibyte_of_zeros_compressed_by_gpg_is_not_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let gnupg = GnuPg::with(&["secrets/pgp/bob.secret.asc", "keys/pgp/alice.asc"]);
    let mut command = gnupg.gpg_command();
    let args = [
        "--compress-algo",
        "zlib",
        "--compress-level",
        "9",
        "--armor",
        "--encrypt",
        "--recipient",
        "alice@example.test",
    ];
    let armored = zeros(command.args(args));
    let file =
        write(folder.path(), "encrypted-bomb.eml", mime::mail("mallory@example.test", &mime::encrypted(&armored)));
    let read = document(&withstands(&file));
    assert_eq!((word(&read, "/headline/lock"), word(&read, "/encryption/0/reason")), ("cannot_open", "too_large"));
    // The same without encryption: anybody can build it.
    let mut command = gnupg.gpg_command();
    let packets = zeros(command.args(["--compress-algo", "zlib", "--compress-level", "9", "--armor", "--store"]));
    let file =
        write(folder.path(), "compressed-bomb.eml", mime::mail("mallory@example.test", &mime::encrypted(&packets)));
    withstands(&file);
    let inline = [b"Content-Type: text/plain\r\n\r\n", &packets[..]].concat();
    withstands(&write(folder.path(), "inline-bomb.eml", mime::mail("mallory@example.test", &inline)));
}

#[test]
fn a_gibibyte_of_zeros_in_compressed_data_of_cms_is_not_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    // OpenSSL without zlib makes none: a zlib stream put into CompressedData (RFC 3274) by hand.
    let deflate = "import sys,zlib\nc=zlib.compressobj(9)\nz=bytes(1<<20)\nw=sys.stdout.buffer.write\nfor i in range(1024): w(c.compress(z))\nw(c.flush())";
    let stream = run(Command::new("python3").args(["-c", deflate]), b"");
    let tlv = |tag: u8, content: &[u8]| {
        let mut out = vec![tag, 0x84];
        out.extend_from_slice(&u32::try_from(content.len()).unwrap().to_be_bytes());
        out.extend_from_slice(content);
        out
    };
    let zlib = [0x30, 0x0d, 0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x03, 0x08];
    let data = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
    let kind = [0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x09];
    let wrapped = |stream: &[u8]| {
        let inner = tlv(0x30, &[&data[..], &tlv(0xa0, &tlv(0x04, stream))].concat());
        let compressed = tlv(0x30, &[&[0x02, 0x01, 0x00][..], &zlib, &inner].concat());
        tlv(0x30, &[&kind[..], &tlv(0xa0, &compressed)].concat())
    };
    let bomb = wrapped(&stream);
    let file = write(
        folder.path(),
        "cms-bomb.eml",
        mime::mail("mallory@example.test", &mime::pkcs7("compressed-data", &bomb)),
    );
    withstands(&file);
    let cert = of_corpus("keys/x509/alice.pem");
    let entity = mime::pkcs7("compressed-data", &bomb);
    let der = openssl(&["cms", "-encrypt", "-binary", "-aes-256-gcm", "-outform", "DER", text(&cert)], &entity);
    withstands(&write(
        folder.path(),
        "enveloped-bomb.eml",
        mime::mail("mallory@example.test", &mime::pkcs7("authEnveloped-data", &der)),
    ));
    // Ordinary compressed data is read; otherwise the bomb proves nothing.
    let make = "import sys,zlib\nsys.stdout.buffer.write(zlib.compress(sys.stdin.buffer.read()))";
    let small = run(Command::new("python3").args(["-c", make]), b"Content-Type: text/plain\r\n\r\nsmall\r\n");
    let file = write(
        folder.path(),
        "small.eml",
        mime::mail("bob@example.test", &mime::pkcs7("compressed-data", &wrapped(&small))),
    );
    assert_eq!(word(&document(&withstands(&file)), "/text"), "small\n");
}

#[test]
fn messages_of_absurd_size_and_depth_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let mut nested = HEAD.to_owned();
    for level in 0..100_000 {
        let _ = write!(nested, "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n");
    }
    let attached: String = "Content-Type: message/rfc822\r\n\r\nSubject: one more\r\n".repeat(300);
    let attached = format!("{HEAD}{attached}Content-Type: text/plain\r\n\r\ninnermost\r\n");
    let signature = "--b\r\nContent-Type: application/pgp-signature\r\n\r\n";
    let many = format!(
        "{HEAD}Content-Type: multipart/signed; boundary=b; protocol=\"application/pgp-signature\"\r\n\r\n--b\r\n\r\nx\r\n{signature}{}--b--\r\n",
        "-----BEGIN PGP SIGNATURE-----\r\n\r\nwsBz\r\n=AAAA\r\n-----END PGP SIGNATURE-----\r\n".repeat(5000)
    );
    let base64 = format!(
        "{HEAD}Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
        "QUFB".repeat(2 << 20)
    );
    for (name, message) in [
        ("nested-100k.eml", nested.into_bytes()),
        ("headers-1m.eml", format!("{HEAD}{}\r\nx\r\n", "A: b\r\n".repeat(1_000_000)).into_bytes()),
        ("line-2m.eml", format!("{HEAD}\r\n{}", "x".repeat(2 << 20)).into_bytes()),
        ("line-2m-html.eml", format!("{HEAD}Content-Type: text/html\r\n\r\n{}", "<a".repeat(1 << 20)).into_bytes()),
        ("base64-8m.eml", base64.into_bytes()),
        (
            "parts-10k.eml",
            format!(
                "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n",
                "--b\r\n\r\nx\r\n".repeat(10_000)
            )
            .into_bytes(),
        ),
        ("rfc822-300.eml", attached.into_bytes()),
        ("signatures-5000.eml", many.into_bytes()),
        ("nul.eml", [HEAD.as_bytes(), b"\0\0\r\n\0", &vec![0; 100_000]].concat()),
    ] {
        let read = document(&withstands(&write(folder.path(), name, message)));
        assert_ne!(word(&read, "/headline/lock"), "encrypted", "{name}");
        assert_ne!(word(&read, "/headline/seal"), "authenticated", "{name}");
    }
}

#[test]
fn five_thousand_signatures_of_one_message_are_bounded_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let entity = b"Content-Type: text/plain\r\n\r\nHello\r\n";
    let gnupg = GnuPg::with(&["secrets/pgp/bob.secret.asc"]);
    let one = gnupg.gpg(&["--detach-sign"], entity);
    let all = one.repeat(5000);
    let armored = gnupg.gpg(&["--enarmor"], &all);
    let armored = String::from_utf8(armored).unwrap().replace("ARMORED FILE", "SIGNATURE");
    let head = "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=cut\r\n\r\n--cut\r\n";
    let part = b"\r\n--cut\r\nContent-Type: application/pgp-signature\r\n\r\n";
    let entity = [head.as_bytes(), entity, part, armored.as_bytes(), b"\r\n--cut--\r\n"].concat();
    withstands(&write(folder.path(), "pgp-5000-signatures.eml", mime::mail("bob@example.test", &entity)));
}

#[test]
fn random_bytes_are_no_message_and_no_problem() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for number in 0..40 {
        let bytes: Vec<u8> = (0..20_000)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state.to_le_bytes()[3]
            })
            .collect();
        let heads = [
            "",
            HEAD,
            "Content-Type: application/pkcs7-mime\r\n\r\n",
            "Content-Type: text/html; charset=iso-2022-jp\r\n\r\n",
        ];
        write(folder.path(), &format!("{number:02}.eml"), [heads[number % heads.len()].as_bytes(), &bytes].concat());
    }
    assert_eq!(inspect(&[folder.path()], &[]).documents().len(), 40);
    for technology in ["openpgp", "smime"] {
        assert_eq!(inspect(&[folder.path()], &["--as", technology]).documents().len(), 40);
        let content = folder.path().join("00.eml");
        assert_eq!(inspect(&[folder.path()], &["--as", technology, "--content", text(&content)]).documents().len(), 40);
    }
}

#[test]
fn no_message_cut_short_is_believed_more_than_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    for entry in std::fs::read_dir(of_corpus("mail")).unwrap().flatten() {
        let whole = std::fs::read(entry.path()).unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        for place in 0..20 {
            write(folder.path(), &format!("{place:02}-{name}"), &whole[..whole.len() * place / 20]);
            count += 1;
        }
    }
    let begin = Instant::now();
    let documents = inspect(&[folder.path()], &["--at", AT, "--crl", "crl"]).documents();
    eprintln!("{count} cut messages: {:?}", begin.elapsed());
    assert_eq!(documents.len(), count);
    let whole = inspect(&[&of_corpus("mail")], &["--at", AT, "--crl", "crl"]).documents();
    let of_whole = |name: &str| whole.iter().find(|one| word(one, "/file").ends_with(name)).unwrap();
    for document in &documents {
        let name = word(document, "/file").rsplit('/').next().unwrap();
        let original = of_whole(&format!("/{}", &name[3..]));
        if word(document, "/headline/seal") == "authenticated" {
            assert_eq!(word(original, "/headline/seal"), "authenticated", "{name}");
            assert_eq!(document["text"], original["text"], "{name}: less text under the same seal");
        }
        if word(document, "/headline/lock") == "encrypted" {
            assert_eq!(word(original, "/headline/lock"), "encrypted", "{name}");
            assert_eq!(document["text"], original["text"], "{name}");
        }
    }
}

#[test]
fn key_files_of_any_bytes_are_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("empty", Vec::new()),
        ("zeros", vec![0; 100_000]),
        ("der", [0x30, 0x80].repeat(50_000)),
        ("long", vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
        ("armor", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQGN\n-----END PGP PUBLIC KEY BLOCK-----\n".to_vec()),
        ("pem", b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n".repeat(1000)),
        ("pkcs8", b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n".to_vec()),
    ] {
        let file = write(folder.path(), name, bytes);
        for args in [&["cert", "show"][..], &["key", "import", "--dry-run"]] {
            let begin = Instant::now();
            let answer = super::kakitome([args, &[text(&file)]].concat());
            assert!(answer.refused(1).contains(name), "{}", answer.error);
            assert!(begin.elapsed() < PATIENCE);
        }
    }
    for entry in ["keys/p12/alice.p12", "keys/pgp/alice.secret.asc", "keys/x509/bob.pem", "keys/pgp/bob.asc"] {
        let whole = std::fs::read(of_corpus(entry)).unwrap();
        for place in 0..20 {
            let file = write(folder.path(), "cut", &whole[..whole.len() * place / 20]);
            let answer = super::kakitome(["cert", "show", "--passphrase-file", "passphrases", text(&file)]);
            assert!(
                matches!(answer.code, Some(0 | 1)) && !answer.error.contains("panicked"),
                "{entry} {place}: {answer:?}"
            );
        }
    }
}
