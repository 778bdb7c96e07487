//! Any bytes as input: no panic, no hang, no memory beyond ten times the input and 64 MiB. In a debug
//! build the program alone takes 38 MiB and more, so there it is 28 MiB over what a message of one word takes.
//!
//! Messages of the own corpus are cut, bent and shuffled, the same way at each run; others are built to make a
//! reader run for ever, go too deep or swell.

#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Five seconds for a user; a build without optimisation on a busy machine gets more.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 5 });
const MEBIBYTE: u64 = 1 << 20;
const MUTATIONS: u64 = 10;

#[test]
fn a_message_that_was_cut_or_bent_anywhere_still_gets_an_answer() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let mut count = 0;
    for file in corpus_mail() {
        let whole = std::fs::read(&file).expect("the corpus is there");
        for number in 0..MUTATIONS {
            let name = format!("{}-{number}.eml", file.file_stem().unwrap_or_default().to_string_lossy());
            std::fs::write(folder.path().join(name), mutate(&whole, number, &mut chance)).expect("a temporary file");
            count += 1;
        }
    }
    let ended = inspect(folder.path(), Duration::from_mins(3));
    assert_eq!(ended.code, Some(0), "{}", ended.error);
    let documents = serde_json::Deserializer::from_slice(&ended.output).into_iter::<serde_json::Value>();
    assert_eq!(documents.flatten().count(), count, "one document a message");
}

#[test]
fn messages_built_to_exhaust_a_reader_are_answered_in_time_and_in_little_memory() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut files: Vec<PathBuf> = Vec::new();
    for (name, bytes) in exhausting() {
        let file = folder.path().join(name).with_extension("eml");
        std::fs::write(&file, bytes).expect("a temporary file");
        files.push(file);
    }
    let bombs = std::fs::read_dir(corpus().join("hostile")).expect("the corpus is there");
    files.extend(bombs.flatten().map(|entry| entry.path()));
    let mut wrong = String::new();
    let plain = folder.path().join("plain.eml");
    std::fs::write(&plain, "From: a@example.test\r\n\r\nhi\r\n").expect("a temporary file");
    let base = inspect(&plain, PATIENCE).peak;
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let size = std::fs::metadata(&file).map_or(0, |data| data.len());
        let ended = inspect(&file, PATIENCE);
        let allowed = 10 * size + if cfg!(debug_assertions) { base + 28 * MEBIBYTE } else { 64 * MEBIBYTE };
        eprintln!(
            "{name:24} {:>8} KiB  {:>5} ms  {:>4} MiB",
            size >> 10,
            ended.took.as_millis(),
            ended.peak / MEBIBYTE
        );
        if !matches!(ended.code, Some(0 | 1)) || ended.error.contains("panicked") {
            let _ = writeln!(wrong, "{name}: exit {:?} after {:?}: {}", ended.code, ended.took, ended.error);
        }
        if ended.peak > allowed {
            let _ = writeln!(wrong, "{name}: {} MiB where {} are allowed", ended.peak / MEBIBYTE, allowed / MEBIBYTE);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// (name, bytes) of messages that are legal enough to be begun and never meant to be ended.
fn exhausting() -> Vec<(&'static str, Vec<u8>)> {
    let head = "From: mallory@example.test\r\nTo: alice@example.test\r\nSubject: x\r\nMIME-Version: 1.0\r\n";
    let nest = |depth: usize, kind: &str| {
        let mut message = head.to_owned();
        for level in 0..depth {
            let _ = write!(message, "Content-Type: multipart/{kind}; boundary=b{level}\r\n\r\n--b{level}\r\n");
        }
        message + "\r\ntext\r\n"
    };
    let forwarded = (0..5000)
        .fold(head.to_owned(), |message, _| message + "Content-Type: message/rfc822\r\n\r\nFrom: a@b.test\r\n");
    let parts = |count: usize| {
        let part = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n";
        format!("{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n", part.repeat(count))
    };
    let signed = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\r\n";
    let der = |tag: u8, depth: usize| [tag, 0x80].repeat(depth);
    let p7m = |body: &[u8]| {
        let mut message = format!("{head}Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: binary\r\n\r\n").into_bytes();
        message.extend_from_slice(body);
        message
    };
    let clearsigned =
        "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\nx\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\n=\r\n";
    vec![
        ("deep-mixed", nest(20_000, "mixed").into_bytes()),
        ("deep-signed", nest(20_000, "signed").into_bytes()),
        ("deep-encrypted", nest(20_000, "encrypted").into_bytes()),
        ("deep-forwarded", forwarded.into_bytes()),
        ("many-parts", parts(100_000).into_bytes()),
        ("many-headers", (format!("{head}{}", "X-Header: value\r\n".repeat(200_000)) + "\r\nx\r\n").into_bytes()),
        ("long-header", format!("{head}X-Long: {}\r\n\r\nx\r\n", "a".repeat(4 << 20)).into_bytes()),
        ("folded-header", format!("{head}X-Long: a{}\r\n\r\nx\r\n", "\r\n a".repeat(1 << 20)).into_bytes()),
        ("many-recipients", format!("{head}Cc: {}\r\n\r\nx\r\n", "a <a@b.test>, ".repeat(100_000)).into_bytes()),
        ("comment-in-comment", format!("From: {}a@b.test\r\n\r\nx\r\n", "(".repeat(200_000)).into_bytes()),
        ("encoded-words", format!("Subject: {}\r\n\r\nx\r\n", "=?utf-8?q?=41?= ".repeat(100_000)).into_bytes()),
        ("parameter-pieces", format!("{head}Content-Type: text/plain; {}\r\n\r\nx\r\n", (0..50_000).fold(String::new(), |all, n| all + &format!("name*{n}=a; "))).into_bytes()),
        ("deep-html", format!("{head}Content-Type: text/html\r\n\r\n{}", "<div><b><table><td>".repeat(50_000)).into_bytes()),
        ("many-quotes", format!("{head}\r\n{}", (">".repeat(1000) + " x\r\n").repeat(2000)).into_bytes()),
        ("deep-der", p7m(&der(0x30, 500_000))),
        ("deep-octets", p7m(&der(0x24, 500_000))),
        ("long-der", p7m(&[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF])),
        ("many-clearsigned", format!("{head}\r\n{}", clearsigned.repeat(10_000)).into_bytes()),
        ("many-armor-heads", format!("{head}\r\n{}", "-----BEGIN PGP MESSAGE-----\r\n".repeat(100_000)).into_bytes()),
        ("signed-no-end", format!("{head}Content-Type: multipart/signed; boundary=b; protocol=\"application/pkcs7-signature\"\r\n\r\n{signed}").into_bytes()),
        ("zeros", vec![0; 8 << 20]),
        ("line-ends", b"\r\n".repeat(2 << 20)),
    ]
}

fn mutate(whole: &[u8], kind: u64, chance: &mut Chance) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    if bytes.len() < 4 {
        return bytes;
    }
    let at = chance.below(bytes.len());
    let length = chance.below(bytes.len().min(200)) + 1;
    let end = (at + length).min(bytes.len());
    match kind % 5 {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let piece = bytes[at..end].to_vec();
            let to = chance.below(bytes.len());
            bytes.splice(to..to, piece);
        }
        3 => bytes[at..end].reverse(),
        _ => {
            for _ in 0..8 {
                let one = chance.below(bytes.len());
                bytes[one] ^= 1 << chance.below(8);
            }
        }
    }
    bytes
}

/// Numbers that look like chance and are the same at each run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap_or(0)
    }
}

struct Ended {
    /// `None` when it had to be stopped.
    code: Option<i32>,
    output: Vec<u8>,
    error: String,
    took: Duration,
    /// The most memory that was resident, in bytes, as far as it was seen; Linux only, else 0.
    peak: u64,
}

fn inspect(what: &Path, patience: Duration) -> Ended {
    let output = tempfile::NamedTempFile::new().expect("a temporary file");
    let errors = tempfile::NamedTempFile::new().expect("a temporary file");
    let mut child = Command::new(env!("CARGO_BIN_EXE_kakitome"))
        .arg("inspect")
        .arg(what)
        .args([
            "--json",
            "--offline",
            "--at",
            "2026-11-01T00:00:00Z",
            "--keys",
            "keys",
            "--passphrase-file",
            "passphrases",
        ])
        .args(["--anchor", "anchors/root.pem"])
        .current_dir(corpus())
        .stdin(Stdio::null())
        .stdout(output.reopen().expect("a temporary file"))
        .stderr(errors.reopen().expect("a temporary file"))
        .spawn()
        .expect("kakitome starts");
    let (begin, mut peak) = (Instant::now(), 0);
    let code = loop {
        peak = peak.max(resident_peak(child.id()));
        match child.try_wait().expect("a child can be waited for") {
            Some(status) => break status.code(),
            None if begin.elapsed() > patience => {
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    Ended {
        code,
        output: std::fs::read(output.path()).unwrap_or_default(),
        error: String::from_utf8_lossy(&std::fs::read(errors.path()).unwrap_or_default()).trim().to_owned(),
        took: begin.elapsed(),
        peak,
    }
}

fn resident_peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) * 1024
}

fn corpus_mail() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(corpus().join("mail")).expect("the corpus is there");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}
