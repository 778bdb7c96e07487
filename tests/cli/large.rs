//! Large encrypted messages: opened in an encrypted temporary, shown only when their integrity is proven, in little
//! memory.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use kakitome::crypto::{Keyring, pgp, smime};
use kakitome::domain::Timestamp;
use kakitome::message;

use super::{ALICE, AT, Answer, contains, headline, of_corpus, program, write};

/// Bytes of the whole message.
const SIZE: usize = 40_000_000;
/// What the attachment repeats.
const LINE: &str = "the secret offer of bob to alice: 4,200,000 yen, until tomorrow\r\n";
const MEBIBYTE: u64 = 1 << 20;

#[test]
fn a_large_openpgp_message_is_shown_when_proven_and_stays_closed_when_altered() {
    let armored = pgp::encrypt(&entity(), &[alice_pgp()], None, &[], at()).unwrap();
    opens(&of_bob(&message::multipart_encrypted(&armored)));
    let mut altered = armored;
    let near_end = altered.len() - 1000;
    let place = (near_end..altered.len()).find(|at| altered[*at].is_ascii_alphabetic()).unwrap();
    altered[place] ^= 1;
    stays_closed(&of_bob(&message::multipart_encrypted(&altered)), "integrity_failed");
}

#[test]
fn a_large_authenticated_smime_message_is_shown_when_proven_and_stays_closed_when_altered() {
    smime_message(true, 1000);
}

#[test]
fn a_large_smime_message_without_authentication_is_shown_and_stays_closed_when_its_padding_is_wrong() {
    smime_message(false, 1);
}

fn smime_message(authenticated: bool, altered_before_end: usize) {
    let options = smime::EncryptOptions { authenticated, ..smime::EncryptOptions::default() };
    let der = smime::encrypt(&entity(), &[alice_x509()], options, at()).unwrap();
    let wrap = |der: &[u8]| of_bob(&message::pkcs7_mime(der, "enveloped-data", "smime.p7m"));
    opens(&wrap(&der));
    let mut altered = der;
    let place = altered.len() - altered_before_end;
    altered[place] ^= 1;
    stays_closed(&wrap(&altered), "integrity_failed");
}

#[test]
fn a_large_message_stays_closed_when_there_is_no_place_for_the_temporary() {
    let armored = pgp::encrypt(&entity(), &[alice_pgp()], None, &[], at()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "large.eml", of_bob(&message::multipart_encrypted(&armored)));
    let watched = watch(&file, &folder.path().join("nowhere"));
    is_closed(&watched.answer, "too_large");
}

fn opens(message: &[u8]) {
    let (watched, size) = inspected(message);
    let document = watched.answer.document();
    assert_eq!(headline(&document).0, "encrypted", "{document}");
    assert_eq!(document["text"], "Hello Alice,\n");
    let file = document["parts"].as_array().unwrap().iter().find(|part| part["filename"] == "offer.txt").unwrap();
    assert_eq!(file["decrypted"], true);
    assert_eq!(file["bytes"], attachment().len());
    if cfg!(target_os = "linux") {
        // It is looked into now and then: how much of it is seen depends on what else the machine does.
        assert!(watched.temporary > 0, "nothing in the temporary");
        let taken = watched.peak - idle();
        assert!(taken < size * 31 / 10, "{} MiB for {} MiB", taken / MEBIBYTE, size / MEBIBYTE);
    }
}

/// The memory that the program itself takes, most of it its own pages: for a message of a few words.
fn idle() -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "small.eml", of_bob(b"Content-Type: text/plain\r\n\r\nHello Alice,\r\n"));
    let watched = watch(&file, folder.path());
    assert_eq!(watched.answer.document()["text"], "Hello Alice,\n");
    watched.peak
}

fn stays_closed(message: &[u8], reason: &str) {
    let (watched, _) = inspected(message);
    is_closed(&watched.answer, reason);
    if cfg!(target_os = "linux") {
        // It is looked into now and then: how much of it is seen depends on what else the machine does.
        assert!(watched.temporary > 0, "nothing in the temporary");
    }
}

fn is_closed(answer: &Answer, reason: &str) {
    assert!(!contains(&answer.output, "secret offer") && !contains(&answer.output, "Hello Alice"));
    let document = answer.document();
    assert_eq!(headline(&document).0, "cannot_open", "{document}");
    assert_eq!(document["encryption"][0]["reason"], reason, "{document}");
    assert_eq!(document["text"], "");
    let parts = document["parts"].as_array().unwrap();
    assert!(parts.iter().all(|part| part["decrypted"] == false && part["filename"] != "offer.txt"), "{document}");
}

/// Inspects a message, and sees that no temporary held plaintext and that none is left.
fn inspected(message: &[u8]) -> (Watched, u64) {
    assert!(message.len() > SIZE, "{}", message.len());
    let folder = tempfile::tempdir().unwrap();
    let temporary = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "large.eml", message);
    let watched = watch(&file, temporary.path());
    let left: Vec<_> = std::fs::read_dir(temporary.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    eprintln!(
        "{} MiB, {} ms, {} MiB of memory, {} MiB in the temporary",
        message.len() as u64 / MEBIBYTE,
        watched.took.as_millis(),
        watched.peak / MEBIBYTE,
        watched.temporary / MEBIBYTE
    );
    (watched, message.len() as u64)
}

/// What was seen of a process.
struct Watched {
    answer: Answer,
    took: std::time::Duration,
    /// The most memory that was resident, in bytes; Linux only, else 0.
    peak: u64,
    /// The most bytes that a temporary had; Linux only, else 0.
    temporary: u64,
}

/// Inspects as alice, with this folder for temporary files, and looks into those while they exist.
fn watch(file: &Path, temporary: &Path) -> Watched {
    let output = tempfile::NamedTempFile::new().unwrap();
    let errors = tempfile::NamedTempFile::new().unwrap();
    let begin = std::time::Instant::now();
    let mut child = program()
        .arg("inspect")
        .arg(file)
        .args(ALICE)
        .args(["--passphrase-file", "passphrases", "--at", AT])
        .env("TMPDIR", temporary)
        .stdout(Stdio::from(output.reopen().unwrap()))
        .stderr(Stdio::from(errors.reopen().unwrap()))
        .spawn()
        .expect("kakitome starts");
    let (mut peak, mut sizes) = (0, BTreeMap::new());
    let status = loop {
        peak = peak.max(resident_peak(child.id()));
        look_into(child.id(), temporary, &mut sizes);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    };
    let answer = Answer {
        code: status.code(),
        output: std::fs::read(output.path()).unwrap(),
        error: std::fs::read_to_string(errors.path()).unwrap(),
    };
    Watched { answer, took: begin.elapsed(), peak, temporary: sizes.into_values().max().unwrap_or(0) }
}

/// The temporaries that a process has open have no name any more: they are found by its descriptors.
fn look_into(process: u32, temporary: &Path, sizes: &mut BTreeMap<std::ffi::OsString, u64>) {
    let Ok(descriptors) = std::fs::read_dir(format!("/proc/{process}/fd")) else { return };
    for descriptor in descriptors.flatten() {
        if !std::fs::read_link(descriptor.path()).is_ok_and(|target| target.starts_with(temporary)) {
            continue;
        }
        let Ok(mut file) = std::fs::File::open(descriptor.path()) else { continue };
        let size = file.metadata().map_or(0, |data| data.len());
        let seen = sizes.entry(descriptor.file_name()).or_default();
        if size > *seen {
            *seen = size;
            let mut begin = Vec::new();
            let _ = (&mut file).take(MEBIBYTE / 4).read_to_end(&mut begin);
            assert!(!contains(&begin, "secret") && !contains(&begin, "Content-Type"), "plaintext in the temporary");
        }
    }
}

fn resident_peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) * 1024
}

fn attachment() -> String {
    LINE.repeat(SIZE / 4 * 3 / LINE.len())
}

fn entity() -> Vec<u8> {
    format!(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello Alice,\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=offer.txt\r\n\r\n{}\r\n--b--\r\n",
        attachment()
    )
    .into_bytes()
}

fn of_bob(entity: &[u8]) -> Vec<u8> {
    let head = "From: bob@example.test\r\nTo: alice@example.test\r\nSubject: offer\r\nMIME-Version: 1.0\r\n";
    [head.as_bytes(), entity].concat()
}

fn at() -> Timestamp {
    AT.parse().unwrap()
}

fn keyring(certificate: &str) -> Keyring {
    let mut keyring = Keyring::default();
    keyring.add(&std::fs::read(of_corpus(certificate)).unwrap()).unwrap();
    keyring
}

fn alice_pgp() -> Arc<sequoia_openpgp::Cert> {
    Arc::clone(&keyring("keys/pgp/alice.asc").pgp.certs()[0])
}

fn alice_x509() -> Arc<smime::X509> {
    Arc::clone(&keyring("keys/x509/alice.pem").smime.certificates()[0])
}
