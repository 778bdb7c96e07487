//! Keys and certificates in great number: how long the list takes to open, how long a verdict, how much memory.
//!
//! `keys-make FOLDER COUNT` writes a keyring of so many OpenPGP certificates with ten times as many certifications
//! (`ring.pgp`), the fingerprint of the one whose certifications count (`root`), and as many X.509 certificates of one
//! authority (`x509.pem`). `keys FOLDER PROFILE` measures them: each line is a name, a unit and values.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use kakitome::crypto::Certificate;
use kakitome::domain::{EmailAddress, Fingerprint, Secret};
use kakitome::engine::{Command, Event, Profile, SecretsIn, Start, start};
use kakitome::store::TrustKind;
use kakitome::trust::{self, TrustVerdict};
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Name, X509NameBuilder};
use sequoia_openpgp::Cert;
use sequoia_openpgp::cert::prelude::{CertBuilder, CipherSuite};
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::serialize::SerializeInto as _;
use sequoia_openpgp::types::SignatureType;

use super::spread;

/// Certifications on each certificate.
const EACH: u64 = 10;
/// One in so many is an introducer whom the root believes.
const INTRODUCERS: usize = 100;
/// Verdicts that are asked for.
const ASKED: usize = 200;
const PATIENCE: Duration = Duration::from_mins(10);

/// Numbers that look like chance and are the same at each run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}

/// Writes the keyring, unless it is there.
pub fn make(folder: &Path, count: usize) {
    if folder.join("root").exists() {
        return;
    }
    std::fs::create_dir_all(folder).unwrap();
    let halves: Vec<std::ops::Range<usize>> = vec![0..count / 2, count / 2..count];
    let people: Vec<Cert> = std::thread::scope(|scope| {
        let made: Vec<_> =
            halves.into_iter().map(|half| scope.spawn(move || half.map(person).collect::<Vec<_>>())).collect();
        made.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    let root = person(count);
    let step = (count / INTRODUCERS).max(1);
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let mut ring = root.clone().strip_secret_key_material().to_vec().unwrap();
    for (number, target) in people.iter().enumerate() {
        let mut issuers: Vec<(&Cert, u8)> = (1..EACH).map(|_| (&people[chance.below(count)], 0)).collect();
        // Half of them know an introducer; the others only each other.
        let introducer = if number % 2 == 0 { chance.below(count) / step * step } else { chance.below(count) | 1 };
        issuers.push(if number % step == 0 { (&root, 1) } else { (&people[introducer.min(count - 1)], 0) });
        let certifications = issuers.iter().map(|(issuer, depth)| certify(issuer, target, *depth));
        let certified = target.clone().strip_secret_key_material().insert_packets(certifications).unwrap().0;
        ring.extend(certified.to_vec().unwrap());
    }
    std::fs::write(folder.join("ring.pgp"), ring).unwrap();
    std::fs::write(folder.join("x509.pem"), x509(count)).unwrap();
    std::fs::write(folder.join("root"), root.fingerprint().to_hex()).unwrap();
}

fn made_at() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_704_067_201)
}

fn person(number: usize) -> Cert {
    CertBuilder::new()
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_creation_time(made_at())
        .add_userid(format!("Person {number} <person{number}@keys.test>"))
        .add_transport_encryption_subkey()
        .generate()
        .unwrap()
        .0
}

fn certify(issuer: &Cert, target: &Cert, depth: u8) -> sequoia_openpgp::packet::Signature {
    let mut pair = issuer.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let user_id = target.userids().next().unwrap().userid().clone();
    let mut builder = SignatureBuilder::new(SignatureType::GenericCertification)
        .set_signature_creation_time(made_at() + Duration::from_mins(1))
        .unwrap();
    if depth > 0 {
        builder = builder.set_trust_signature(depth, 120).unwrap();
    }
    user_id.bind(&mut pair, target, builder).unwrap()
}

fn x509(count: usize) -> Vec<u8> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = || PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let (authority, person) = (key(), key());
    let named = name("Bench Authority");
    let root = issue(0, &named, &authority, &named, &authority, None);
    let mut all = root.to_pem().unwrap();
    for number in 1..count {
        let address = format!("person{number}@smime.test");
        let one = issue(number, &name(&format!("Person {number}")), &person, &named, &authority, Some(&address));
        all.extend(one.to_pem().unwrap());
    }
    all
}

fn name(text: &str) -> X509Name {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", text).unwrap();
    name.build()
}

fn issue(
    serial: usize,
    subject: &X509Name,
    key: &PKey<Private>,
    issuer: &X509Name,
    signer: &PKey<Private>,
    address: Option<&str>,
) -> X509 {
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    let serial = BigNum::from_u32(u32::try_from(serial).unwrap() + 1).unwrap().to_asn1_integer().unwrap();
    builder.set_serial_number(&serial).unwrap();
    builder.set_subject_name(subject).unwrap();
    builder.set_issuer_name(issuer).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(1_704_067_200).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(1_893_456_000).unwrap()).unwrap();
    match address {
        Some(address) => {
            let mut san = SubjectAlternativeName::new();
            let san = san.email(address).build(&builder.x509v3_context(None, None)).unwrap();
            builder.append_extension(san).unwrap();
            builder.append_extension(ExtendedKeyUsage::new().email_protection().build().unwrap()).unwrap();
        }
        None => builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap(),
    }
    builder.sign(signer, MessageDigest::sha256()).unwrap();
    builder.build()
}

/// Measures a keyring that [`make`] made, in a profile that is made in an empty folder.
pub fn run(folder: &Path, home: &Path) {
    let secrets = || SecretsIn::File(Secret::new("bench".to_owned()));
    let root: Fingerprint = Fingerprint::parse(&std::fs::read_to_string(folder.join("root")).unwrap()).unwrap();
    let profile = Profile::open(home, &secrets()).unwrap();
    for (name, file) in [("import OpenPGP", "ring.pgp"), ("import X.509", "x509.pem")] {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let begin = Instant::now();
        let found = profile.import(&bytes, &[]).unwrap();
        println!("{name} ({})\ts\t{:.1}", found.len(), begin.elapsed().as_secs_f64());
        if let Some(authority) = found.first().filter(|_| file == "x509.pem") {
            profile.store.set_trust(&authority.fingerprint, TrustKind::Anchor, true).unwrap();
        }
    }
    profile.store.set_trust(&root, TrustKind::Root, true).unwrap();
    drop(profile);
    let count = verdicts(home, &secrets());
    list(home, &secrets(), count);
}

/// How long a verdict takes: the policy, the certificates of an address, the judgement of each.
fn verdicts(home: &Path, secrets: &SecretsIn) -> usize {
    let begin = Instant::now();
    let profile = Profile::open(home, secrets).unwrap();
    println!("open the profile\tms\t{:.0}", begin.elapsed().as_secs_f64() * 1000.0);
    let again = Instant::now();
    profile.load_keyring(Vec::new()).unwrap();
    println!("of that the keyring\tms\t{:.0}", again.elapsed().as_secs_f64() * 1000.0);
    println!("memory with the keyring\tMiB\t{}", resident());
    let keyring = profile.keyring();
    let (pgp, x509) = (keyring.pgp.len(), keyring.smime.len());
    for (name, domain, count) in [("OpenPGP", "keys.test", pgp - 1), ("X.509", "smime.test", x509)] {
        let (mut cold, mut warm, mut believed) = (Vec::new(), Vec::new(), 0);
        for step in 0..ASKED {
            let address = format!("person{}@{domain}", 1 + step * (count - 1) / ASKED);
            let address = EmailAddress::parse(&address).unwrap();
            for times in [&mut cold, &mut warm] {
                let begin = Instant::now();
                let verdict = verdict(&profile, &address);
                times.push(begin.elapsed());
                believed += usize::from(verdict == TrustVerdict::Authenticated);
            }
        }
        println!("believed of {ASKED} ({name})\t\t{}", believed / 2);
        for (which, times) in [("cold", &mut cold), ("warm", &mut warm)] {
            let [median, most, worst] = spread(times);
            println!("verdict {which} ({name}): median, 99 %, worst\tms\t{median:.2}\t{most:.2}\t{worst:.2}");
        }
    }
    println!("memory after the verdicts\tMiB\t{}", resident());
    pgp + x509
}

fn verdict(profile: &Profile, address: &EmailAddress) -> TrustVerdict {
    let policy = profile.policy(profile.now()).unwrap();
    let keyring = profile.keyring();
    let found: Vec<Certificate> = keyring.naming(address);
    trust::judge(&found[0], &[], Some(address), &keyring, &policy).verdict
}

/// How long the key list takes to open in a started engine, and until every verdict in it is there.
fn list(home: &Path, secrets: &SecretsIn, count: usize) {
    let what = Start::Profile { dir: home.to_owned(), secrets: secrets.clone() };
    let engine = start(&what, || {}).unwrap();
    let mut firsts = Vec::new();
    for turn in 0..7 {
        let begin = Instant::now();
        engine.send(Command::ListKeys);
        let mut first = None;
        loop {
            let Some(event) = engine.try_next() else {
                assert!(begin.elapsed() < PATIENCE, "no list");
                std::thread::sleep(Duration::from_micros(200));
                continue;
            };
            let Event::Keys(view) = event else { continue };
            assert_eq!(view.others.len(), count);
            first.get_or_insert_with(|| begin.elapsed());
            let missing = view.others.iter().filter(|one| one.verdict.is_none()).count();
            if turn == 0 && missing > 0 {
                continue;
            }
            break;
        }
        if turn == 0 {
            println!("key list opens at first\tms\t{:.0}", first.unwrap().as_secs_f64() * 1000.0);
            println!("with every verdict\ts\t{:.1}", begin.elapsed().as_secs_f64());
        } else {
            firsts.push(first.unwrap());
        }
    }
    let [median, _, worst] = spread(&mut firsts);
    println!("key list opens again: median, worst\tms\t{median:.0}\t{worst:.0}");
    println!("memory with the list\tMiB\t{}", resident());
    drop(engine);
    super::window::keys(&Arc::new(what));
}

/// Memory that is in use now, in MiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1024
}
