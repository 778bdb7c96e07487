//! Certificates and keyrings of any size and shape: an answer in time and in bounded memory, and a word for what is
//! left out.

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

use super::{program, word};

/// Ten seconds for a user; a build without optimisation on a busy machine gets more.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 90 } else { 10 });
const MEBIBYTE: u64 = 1 << 20;

/// Runs the program over a file under limits: 128 MiB and so many times the input. What it printed.
fn withstands(arguments: &[&str], file: &Path, times: u64) -> Vec<serde_json::Value> {
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
    let error = std::fs::read_to_string(errors.path()).unwrap();
    assert_eq!(status.code(), Some(0), "{}: {error}", file.display());
    let size = std::fs::metadata(file).unwrap().len();
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    eprintln!(
        "{} {name:24} {:>6} KiB {:>6} ms {:>4} MiB",
        arguments.join(" "),
        size >> 10,
        begin.elapsed().as_millis(),
        peak / MEBIBYTE
    );
    assert!(peak <= times * size + 128 * MEBIBYTE, "{name}: {} MiB", peak / MEBIBYTE);
    let text = std::fs::read(output.path()).unwrap();
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("each line is a JSON document")).collect()
}

fn made_at() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_704_067_201)
}

fn person(name: &str) -> Cert {
    let builder = CertBuilder::new().set_cipher_suite(CipherSuite::Cv25519).set_creation_time(made_at());
    let builder = builder.add_userid(format!("{name} <{}@example.test>", name.to_lowercase()));
    builder.add_transport_encryption_subkey().generate().unwrap().0
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

/// Bob with so many certifications by mallory, and after them one by carol. Only one of mallory's was really made:
/// nobody can verify them all, and who floods need not sign.
fn flooded(count: usize, carol: &Cert) -> Vec<u8> {
    let (bob, mallory) = (person("Bob"), person("Mallory"));
    let user_id = bob.userids().next().unwrap().userid().clone();
    let certify = |issuer: &Cert| {
        let builder = SignatureBuilder::new(SignatureType::GenericCertification);
        let builder = builder.set_signature_creation_time(made_at()).unwrap();
        user_id.bind(&mut signer(issuer), &bob, builder).unwrap()
    };
    let one = Packet::from(certify(&mallory)).to_vec().unwrap();
    let mut packets = Vec::new();
    for packet in public(&bob) {
        let is_binding = matches!(&packet, Packet::Signature(one) if one.typ() == SignatureType::PositiveCertification);
        packets.extend(packet.to_vec().unwrap());
        if is_binding {
            for number in 0..count {
                let mut copy = one.clone();
                let end = copy.len();
                // Other octets in the signature itself: nothing is the same as another.
                copy[end - 8..].copy_from_slice(&(number as u64 | 1 << 62).to_be_bytes());
                packets.extend(copy);
            }
            packets.extend(Packet::from(certify(carol)).to_vec().unwrap());
        }
    }
    packets
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
fn a_certificate_flooded_with_a_hundred_thousand_certifications_is_read_in_time_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let carol = person("Carol");
    let flood = in_folder(&folder, "flooded.pgp", &flooded(100_000, &carol));
    let shown = withstands(&["cert", "show"], &flood, 10);
    assert_eq!(shown[0]["addresses"], serde_json::json!(["bob@example.test"]));
    assert_eq!(shown[0]["problems"], serde_json::json!(["flooded"]));
    assert_eq!(shown[0]["capabilities"], serde_json::json!(["sign", "encrypt"]));
    // What somebody known vouches for is found among what strangers have heaped up.
    let options = profile(&folder);
    let known = in_folder(&folder, "carol.pgp", &carol.clone().strip_secret_key_material().to_vec().unwrap());
    withstands(&with(&options, &["cert", "import"]), &known, 10);
    withstands(&with(&options, &["cert", "import"]), &flood, 10);
    let listed = super::kakitome(&with(&options, &["cert", "list", "--json"]));
    assert_eq!(listed.documents().len(), 2);
    super::kakitome(&with(&options, &["trust", "root", &carol.fingerprint().to_hex()])).documents();
    let path = super::kakitome(&with(&options, &["trust", "path", "bob@example.test", "--json"]));
    assert_eq!(word(&path.document(), "/verdict"), "authenticated");
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
    assert_eq!(super::kakitome(&with(&options, &["cert", "list", "--json"])).documents().len(), people.len());
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

#[test]
fn a_file_of_ten_thousand_x509_certificates_is_shown_and_imported_within_limits() {
    let folder = tempfile::tempdir().unwrap();
    let file = in_folder(&folder, "ten-thousand.pem", &x509(10_000));
    let shown = withstands(&["cert", "show"], &file, 20);
    assert_eq!(shown.len(), 10_000);
    let options = profile(&folder);
    assert_eq!(withstands(&with(&options, &["cert", "import"]), &file, 20).len(), 10_000);
    let begin = Instant::now();
    assert_eq!(super::kakitome(&with(&options, &["cert", "list", "--json"])).documents().len(), 10_000);
    eprintln!("listed after {:?}", begin.elapsed());
    assert!(begin.elapsed() < PATIENCE);
}

/// Certificates of one key, in PEM, each for an address of its own.
fn x509(count: u32) -> Vec<u8> {
    use openssl::asn1::Asn1Time;
    use openssl::bn::BigNum;
    use openssl::ec::{EcGroup, EcKey};
    use openssl::hash::MessageDigest;
    use openssl::nid::Nid;
    use openssl::pkey::PKey;
    use openssl::x509::extension::{ExtendedKeyUsage, SubjectAlternativeName};
    use openssl::x509::{X509Builder, X509NameBuilder};
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let (begin, end) = (Asn1Time::from_unix(1_704_067_200).unwrap(), Asn1Time::from_unix(1_893_456_000).unwrap());
    let mut all = Vec::new();
    for number in 0..count {
        let mut name = X509NameBuilder::new().unwrap();
        name.append_entry_by_text("CN", &format!("Person {number}")).unwrap();
        let name = name.build();
        let mut builder = X509Builder::new().unwrap();
        builder.set_version(2).unwrap();
        builder.set_serial_number(&BigNum::from_u32(number + 1).unwrap().to_asn1_integer().unwrap()).unwrap();
        builder.set_subject_name(&name).unwrap();
        builder.set_issuer_name(&name).unwrap();
        builder.set_pubkey(&key).unwrap();
        builder.set_not_before(&begin).unwrap();
        builder.set_not_after(&end).unwrap();
        let mut san = SubjectAlternativeName::new();
        let address = san.email(&format!("person{number}@example.test"));
        let address = address.build(&builder.x509v3_context(None, None)).unwrap();
        builder.append_extension(address).unwrap();
        builder.append_extension(ExtendedKeyUsage::new().email_protection().build().unwrap()).unwrap();
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        all.extend(builder.build().to_pem().unwrap());
    }
    all
}
