//! Certificates and keyrings of any size and shape: an answer in time and in bounded memory, and a word for what is
//! left out.

mod x509;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use sequoia_openpgp::cert::prelude::{CertBuilder, CipherSuite};
use sequoia_openpgp::crypto::mpi::{MPI, PublicKey};
use sequoia_openpgp::packet::key::{Key4, PublicParts, SubordinateRole};
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::packet::{Key, UserID};
use sequoia_openpgp::serialize::SerializeInto as _;
use sequoia_openpgp::types::{KeyFlags, PublicKeyAlgorithm, SignatureType};
use sequoia_openpgp::{Cert, Packet};

use super::{Answer, program, word};

/// Ten seconds for a user; a build without optimisation on a busy machine gets more.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 90 } else { 10 });
const MEBIBYTE: u64 = 1 << 20;

/// What is said of a flooded certificate.
const FLOODED: &str = "flooded";

/// Runs the program over a file under limits: 128 MiB and so many times the input. What it printed.
fn withstands(arguments: &[&str], file: &Path, times: u64) -> Vec<serde_json::Value> {
    withstands_with(arguments, file, times, 0)
}

/// The same, when so many bytes are given beside the file.
fn withstands_with(arguments: &[&str], file: &Path, times: u64, beside: u64) -> Vec<serde_json::Value> {
    let (output, peak) = bounded(arguments, file);
    let size = std::fs::metadata(file).unwrap().len() + beside;
    assert!(peak <= times * size + 128 * MEBIBYTE, "{}: {} MiB", file.display(), peak / MEBIBYTE);
    assert_eq!(output.code, Some(0), "{}: {}", file.display(), output.error);
    output.documents()
}

/// Runs the program over a file, in time; what it answered, and the most memory that it had, in bytes.
fn bounded(arguments: &[&str], file: &Path) -> (Answer, u64) {
    let (output, errors) = (tempfile::NamedTempFile::new().unwrap(), tempfile::NamedTempFile::new().unwrap());
    let mut child = program()
        .args(arguments)
        .arg(file)
        .args(["--json", "--offline"])
        .stdout(output.reopen().unwrap())
        .stderr(errors.reopen().unwrap())
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let (begin, mut peak) = (Instant::now(), 0);
    let status = loop {
        peak = peak.max(super::withstanding::resident_peak(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begin.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{arguments:?} {}: no answer after {PATIENCE:?}", file.display());
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    eprintln!(
        "{} {name:24} {:>6} KiB {:>6} ms {:>4} MiB",
        arguments.join(" "),
        std::fs::metadata(file).unwrap().len() >> 10,
        begin.elapsed().as_millis(),
        peak / MEBIBYTE
    );
    let output = std::fs::read(output.path()).unwrap();
    (Answer { code: status.code(), output, error: std::fs::read_to_string(errors.path()).unwrap() }, peak)
}

fn made_at() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_704_067_201)
}

fn person(name: &str) -> Cert {
    let builder = CertBuilder::new().set_cipher_suite(CipherSuite::Cv25519).set_creation_time(made_at());
    let builder = builder.add_userid(format!("{name} <{}@example.test>", name.to_lowercase()));
    builder.add_signing_subkey().add_transport_encryption_subkey().generate().unwrap().0
}

fn signer(cert: &Cert) -> sequoia_openpgp::crypto::KeyPair {
    cert.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap()
}

fn public(cert: &Cert) -> Vec<Packet> {
    cert.clone().strip_secret_key_material().into_packets().collect()
}

fn bytes(packets: &[Packet]) -> Vec<u8> {
    packets.iter().flat_map(|packet| packet.to_vec().unwrap()).collect()
}

/// What `heap` gives, put between the certificate's User ID with its binding and the rest; `last` after it.
fn heaped(cert: &Cert, heap: &[u8], last: &[u8]) -> Vec<u8> {
    let mut written = Vec::new();
    for packet in public(cert) {
        let is_binding = matches!(&packet, Packet::Signature(one) if one.typ() == SignatureType::PositiveCertification);
        written.extend(packet.to_vec().unwrap());
        if is_binding {
            written.extend_from_slice(heap);
            written.extend_from_slice(last);
        }
    }
    written
}

/// Bob's certificate with a hundred thousand signatures on it: a third by mallory, a third that say they are carol's, a
/// third that say they are bob's own, all heaped up before the real one of carol's. Who floods need not sign: they
/// differ in nothing but the last octets of the signature itself.
fn flooded(bob: &Cert, carol: &Cert) -> Vec<u8> {
    let mallory = person("Mallory");
    let user_id = bob.userids().next().unwrap().userid().clone();
    let certify = |issuer: &Cert, kind: SignatureType| {
        let builder = SignatureBuilder::new(kind).set_signature_creation_time(made_at()).unwrap();
        Packet::from(user_id.bind(&mut signer(issuer), bob, builder).unwrap()).to_vec().unwrap()
    };
    let mut heap = Vec::new();
    for issuer in [&mallory, carol, bob] {
        let one = certify(issuer, SignatureType::GenericCertification);
        for number in 0..=(100_000_u64 / 3) {
            let mut copy = one.clone();
            let end = copy.len();
            copy[end - 8..].copy_from_slice(&(number | 1 << 62).to_be_bytes());
            heap.extend(copy);
        }
    }
    heaped(bob, &heap, &certify(carol, SignatureType::GenericCertification))
}

fn in_folder(folder: &tempfile::TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// The options of a profile of its own.
fn profile(folder: &tempfile::TempDir) -> Vec<String> {
    let passphrase = in_folder(folder, "passphrase", b"withstand\n");
    let options = ["--profile", "", "--secret-store", "file", "--passphrase-file", ""];
    let mut options: Vec<String> = options.iter().map(ToString::to_string).collect();
    options[1] = folder.path().join("profile").display().to_string();
    options[5] = passphrase.display().to_string();
    options
}

fn with<'a>(options: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
    options.iter().map(String::as_str).chain(more.iter().copied()).collect()
}

#[test]
fn a_certificate_flooded_with_a_hundred_thousand_signatures_is_read_in_time_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (bob, carol) = (person("Bob"), person("Carol"));
    let flood = in_folder(&folder, "flooded.pgp", &flooded(&bob, &carol));
    let shown = withstands(&["cert", "show"], &flood, 10);
    assert_eq!(shown[0]["addresses"], serde_json::json!(["bob@example.test"]));
    assert_eq!(shown[0]["problems"], serde_json::json!(["flooded"]));
    assert_eq!(shown[0]["capabilities"], serde_json::json!(["sign", "encrypt"]));
    // What somebody known vouches for is found among what strangers have heaped up.
    let options = profile(&folder);
    let known = in_folder(&folder, "carol.pgp", &bytes(&public(&carol)));
    withstands(&with(&options, &["cert", "import"]), &known, 10);
    withstands(&with(&options, &["cert", "import"]), &flood, 10);
    // Once more, as an update that comes from a server.
    withstands(&with(&options, &["cert", "import"]), &flood, 10);
    let listed = super::kakitome(with(&options, &["cert", "list", "--json"]));
    assert_eq!(listed.documents().len(), 2);
    let said = super::kakitome(with(&options, &["cert", "list"]));
    assert!(String::from_utf8_lossy(&said.output).contains(FLOODED), "{said:?}");
    super::kakitome(with(&options, &["trust", "root", &carol.fingerprint().to_hex()])).documents();
    let path = super::kakitome(with(&options, &["trust", "path", "bob@example.test", "--json"]));
    assert_eq!(word(&path.document(), "/verdict"), "authenticated");
    let kept = super::kakitome(with(&options, &["cert", "export", &bob.fingerprint().to_hex()]));
    assert!((1_000..200_000).contains(&kept.output.len()), "{} bytes", kept.output.len());
}

#[test]
fn mail_of_one_whose_certificate_was_flooded_is_read_in_time_and_so_is_mail_that_carries_it() {
    let folder = tempfile::tempdir().unwrap();
    let (bob, carol) = (person("Bob"), person("Carol"));
    let flooded = flooded(&bob, &carol);
    let flood = in_folder(&folder, "flooded.pgp", &flooded);
    let key = in_folder(&folder, "bob.secret.pgp", &bob.as_tsk().to_vec().unwrap());
    let body = in_folder(&folder, "body.txt", b"It is I.\n");
    let sealed = folder.path().join("sealed");
    let paths = [&key, &body, &sealed].map(|path| path.display().to_string());
    let seal = ["seal", "--from", "bob@example.test", "--to", "alice@example.test", "--subject", "x", "--sign"];
    let more = ["--technology", "openpgp", "--key", &paths[0], "--body", &paths[1], "-o", &paths[2]];
    let made = super::kakitome(seal.iter().chain(&more));
    assert_eq!(made.code, Some(0), "{}", made.error);
    let mail = std::fs::read_dir(&sealed).unwrap().next().unwrap().unwrap().path();
    let flood = flood.display().to_string();
    let read = |mail: &Path, times| {
        withstands_with(&["inspect", "--cert", &flood, "--trust-given"], mail, times, flooded.len() as u64)
    };
    let report = read(&mail, 10).remove(0);
    assert_eq!(word(&report, "/signatures/0/outcome"), "intact", "{report}");
    assert_eq!(word(&report, "/headline/seal"), "authenticated", "{report}");
    // A mail with the certificate as a file.
    let armored = openssl::base64::encode_block(&flooded);
    let lines: Vec<&str> = armored.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let carries = format!(
        "From: bob@example.test\r\nTo: alice@example.test\r\nSubject: my key\r\nMIME-Version: 1.0\r\n\
         Content-Type: application/pgp-keys; name=bob.pgp\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        lines.join("\r\n")
    );
    let carries = in_folder(&folder, "carries.eml", carries.as_bytes());
    assert_eq!(read(&carries, 10).len(), 1);
}

#[test]
fn a_keyring_of_fifty_megabytes_is_shown_and_imported_within_limits() {
    let folder = tempfile::tempdir().unwrap();
    // Certificates with a picture each are large, and quick to make.
    let people: Vec<Vec<u8>> = (0..200).map(|number| bytes(&public(&person(&format!("Person{number}"))))).collect();
    let picture = photo(262_144);
    let mut ring = Vec::new();
    for person in &people {
        ring.extend_from_slice(person);
        ring.extend_from_slice(&picture);
    }
    assert!(ring.len() > 50 << 20);
    let file = in_folder(&folder, "large.pgp", &ring);
    assert_eq!(withstands(&["cert", "show"], &file, 6).len(), people.len());
    let options = profile(&folder);
    assert_eq!(withstands(&with(&options, &["cert", "import"]), &file, 6).len(), people.len());
    assert_eq!(super::kakitome(with(&options, &["cert", "list", "--json"])).documents().len(), people.len());
}

/// A User Attribute of so many octets (RFC 9580 §5.12) that nobody signed.
fn photo(size: usize) -> Vec<u8> {
    let length = u32::try_from(size).unwrap();
    let head = [&[0xd1, 0xff][..], &(length + 5).to_be_bytes(), &[0xff], &length.to_be_bytes()].concat();
    let mut packet = head;
    packet.push(1);
    packet.resize(packet.len() + size - 1, 7);
    packet
}

#[test]
fn thousands_of_user_ids_and_subkeys_huge_numbers_and_nesting_are_answered_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let bob = person("Bob");
    let mut pair = signer(&bob);
    let builder =
        || SignatureBuilder::new(SignatureType::PositiveCertification).set_signature_creation_time(made_at()).unwrap();
    let mut many_ids = public(&bob);
    for number in 0..3_000 {
        let user_id = UserID::from(format!("Bob <bob{number}@example.test>"));
        let binding = user_id.bind(&mut pair, &bob, builder()).unwrap();
        many_ids.extend([Packet::from(user_id), binding.into()]);
    }
    let file = in_folder(&folder, "user-ids.pgp", &bytes(&many_ids));
    assert_eq!(withstands(&["cert", "show"], &file, 20).len(), 1);

    let mut many_keys = public(&bob);
    let subkey = bob.keys().subkeys().next().unwrap().key().clone();
    let flags = KeyFlags::empty().set_transport_encryption();
    let of_key = SignatureBuilder::new(SignatureType::SubkeyBinding).set_signature_creation_time(made_at()).unwrap();
    let binding = subkey.bind(&mut pair, &bob, of_key.set_key_flags(flags).unwrap()).unwrap();
    for number in 0..3_000_u64 {
        let mut copy = subkey.clone();
        copy.set_creation_time(made_at() + Duration::from_secs(number + 1)).unwrap();
        many_keys.extend([Packet::from(copy), binding.clone().into()]);
    }
    let file = in_folder(&folder, "subkeys.pgp", &bytes(&many_keys));
    assert_eq!(withstands(&["cert", "show"], &file, 20).len(), 1);

    let mut huge = public(&bob);
    let number = MPI::new(&vec![0xff; 8191]);
    let mpis = PublicKey::RSA { e: number.clone(), n: number };
    let key: Key<PublicParts, SubordinateRole> =
        Key4::new(made_at(), PublicKeyAlgorithm::RSAEncryptSign, mpis).unwrap().into();
    huge.extend([Packet::from(key), binding.clone().into()]);
    let file = in_folder(&folder, "huge-numbers.pgp", &bytes(&huge));
    assert_eq!(withstands(&["cert", "show"], &file, 20).len(), 1);

    let mut inside = bytes(&public(&bob));
    for _ in 0..64 {
        // A compressed data packet (RFC 9580 §5.6), raw DEFLATE.
        let mut body = flate2::write::DeflateEncoder::new(vec![1], flate2::Compression::fast());
        std::io::Write::write_all(&mut body, &inside).unwrap();
        let body = body.finish().unwrap();
        inside = [&[0xc8, 0xff][..], &u32::try_from(body.len()).unwrap().to_be_bytes(), &body].concat();
    }
    let nested = [bytes(&public(&bob)), inside].concat();
    let file = in_folder(&folder, "nested.pgp", &nested);
    assert_eq!(withstands(&["cert", "show"], &file, 20).len(), 1);
}
