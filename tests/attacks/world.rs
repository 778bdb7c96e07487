//! The people, their keys, and the pieces that messages are put together from.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use kakitome::crypto::smime::{EncryptOptions, Identity, SmimeRing, X509};
use kakitome::crypto::{Keyring, pgp, smime};
use kakitome::domain::{EmailAddress, Fingerprint, Mailbox, RawMessage, Secret};
use kakitome::flow::incoming::{Circumstances, assess};
use kakitome::flow::{Assessment, CautionCode, reply};
use kakitome::message::{self, Limits};
use kakitome::trust::TrustPolicy;

pub const ALICE: &str = "alice@example.test";
pub const BOB: &str = "bob@example.test";
pub const MALLORY: &str = "mallory@example.test";
pub const CAROL: &str = "carol@example.test";

/// What mallory wants to know.
pub const SECRET: &str = "the launch code is 0000";

pub struct World {
    /// What alice has: everybody's certificates, and her own keys.
    pub alices: Keyring,
    /// Everybody's secret keys, to make messages with.
    pub all: Keyring,
    pub policy: TrustPolicy,
}

pub static WORLD: LazyLock<World> = LazyLock::new(World::new);

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn add_all(keyring: &mut Keyring, folder: &Path) {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it is readable").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            add_all(keyring, &path);
        } else {
            let _ = keyring.add(&std::fs::read(&path).expect("it is readable"));
        }
    }
}

impl World {
    fn new() -> Self {
        let at: Timestamp = "2026-11-01T00:00:00Z".parse().expect("a moment");
        let passphrases: Vec<Secret<String>> = std::fs::read_to_string(corpus().join("passphrases"))
            .expect("the passphrases are there")
            .lines()
            .map(|line| Secret::new(line.to_owned()))
            .collect();
        let mut alices = Keyring { passphrases, ..Keyring::default() };
        add_all(&mut alices, &corpus().join("keys"));
        let mut all = alices.clone();
        add_all(&mut all, &corpus().join("secrets"));
        let mut anchors = SmimeRing::default();
        let root = std::fs::read(corpus().join("anchors/root.pem")).expect("the anchor is there");
        anchors.add(&root, &[]).expect("it is a certificate");
        let mut policy = TrustPolicy::nobody(at);
        policy.anchors = anchors.certificates();
        policy.roots.insert(Fingerprint::parse("86711229A404E1C09AC4A9A3204E643BBC38A0B3").expect("a fingerprint"));
        Self { alices, all, policy }
    }

    pub fn at(&self) -> Timestamp {
        self.policy.at
    }

    pub fn assess(&self, message: impl AsRef<[u8]>) -> Assessment {
        self.assess_with(&self.alices, message)
    }

    pub fn assess_with(&self, keyring: &Keyring, message: impl AsRef<[u8]>) -> Assessment {
        assess_under(keyring, &self.policy, message)
    }

    pub fn pgp_cert(&self, who: &str) -> Arc<sequoia_openpgp::Cert> {
        let address = EmailAddress::parse(who).expect("an address");
        let mut found: Vec<_> = self.all.pgp.naming(&address).cloned().collect();
        found.sort_by_key(|cert| !cert.is_tsk());
        found.first().expect("a certificate").clone()
    }

    pub fn smime_identity(&self, who: &str) -> Identity {
        let address = EmailAddress::parse(who).expect("an address");
        let own = self.all.smime.for_signing(&address, self.at());
        own.first().expect("a key").unlock(&self.all.passphrases).expect("it opens")
    }

    pub fn smime_certificate(&self, who: &str) -> Arc<X509> {
        let address = EmailAddress::parse(who).expect("an address");
        self.all.smime.for_encryption(&address, self.at()).first().expect("a certificate").clone()
    }

    /// A detached OpenPGP signature, armored.
    pub fn pgp_signature(&self, who: &str, content: &[u8]) -> Vec<u8> {
        let cert = self.pgp_cert(who);
        pgp::sign_detached(content, &cert, &self.all.passphrases, self.at()).expect("it signs").bytes
    }

    pub fn pgp_signed(&self, who: &str, entity: &[u8]) -> Vec<u8> {
        message::multipart_signed_pgp(entity, &self.pgp_signature(who, entity), "pgp-sha512")
    }

    /// An encrypted object, signed inside or not, armored.
    pub fn pgp_object(&self, content: &[u8], signer: Option<&str>, to: &[&str]) -> Vec<u8> {
        let recipients: Vec<_> = to.iter().map(|who| self.pgp_cert(who)).collect();
        let signer = signer.map(|who| self.pgp_cert(who));
        pgp::encrypt(content, &recipients, signer.as_deref(), &self.all.passphrases, self.at()).expect("it encrypts")
    }

    pub fn pgp_encrypted(&self, entity: &[u8], signer: Option<&str>) -> Vec<u8> {
        message::multipart_encrypted(&self.pgp_object(entity, signer, &[ALICE]))
    }

    pub fn smime_signature(&self, who: &str, content: &[u8]) -> Vec<u8> {
        let identity = self.smime_identity(who);
        smime::sign_detached(content, &identity, &self.all.smime, self.at()).expect("it signs").bytes
    }

    pub fn smime_signed(&self, who: &str, entity: &[u8]) -> Vec<u8> {
        message::multipart_signed_smime(entity, &self.smime_signature(who, entity), "sha-256")
    }

    pub fn smime_opaque(&self, who: &str, entity: &[u8]) -> Vec<u8> {
        let identity = self.smime_identity(who);
        smime::sign_opaque(entity, &identity, &self.all.smime, self.at()).expect("it signs")
    }

    /// SignedData that holds an entity, as an entity.
    pub fn smime_opaque_entity(&self, who: &str, entity: &[u8]) -> Vec<u8> {
        message::pkcs7_mime(&self.smime_opaque(who, entity), "signed-data", "smime.p7m")
    }

    pub fn smime_encrypted(&self, entity: &[u8], authenticated: bool) -> Vec<u8> {
        let der = smime::encrypt(
            entity,
            &[self.smime_certificate(ALICE)],
            EncryptOptions { authenticated, oaep: false },
            self.at(),
        );
        message::pkcs7_mime(&der.expect("it encrypts"), "enveloped-data", "smime.p7m")
    }
}

pub fn assess_under(keyring: &Keyring, policy: &TrustPolicy, message: impl AsRef<[u8]>) -> Assessment {
    let limits = Limits::default();
    let circumstances = Circumstances { keyring, policy, limits: &limits, plaintext_limit: 64 << 20, spool: None };
    assess(&RawMessage::new(message.as_ref().to_vec()), Vec::new(), &circumstances)
}

/// The header of a message from somebody to alice, and an entity.
pub fn mail(from: &str, entity: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "From: {from}\r\nTo: {ALICE}\r\nSubject: Lunch\r\nDate: Sun, 01 Nov 2026 00:00:00 +0000\r\n\
         Message-ID: <1@example.test>\r\nMIME-Version: 1.0\r\n"
    )
    .into_bytes();
    bytes.extend_from_slice(entity);
    bytes
}

pub fn text(words: &str) -> Vec<u8> {
    format!("Content-Type: text/plain; charset=\"utf-8\"\r\n\r\n{words}\r\n").into_bytes()
}

pub fn html(markup: &str) -> Vec<u8> {
    format!("Content-Type: text/html; charset=\"utf-8\"\r\n\r\n{markup}\r\n").into_bytes()
}

/// A multipart whose type is written as it is given.
pub fn multipart(kind: &str, parts: &[&[u8]]) -> Vec<u8> {
    let boundary = format!("outer{}{}", parts.len(), parts.iter().map(|part| part.len()).sum::<usize>());
    let mut bytes = format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\n").into_bytes();
    for part in parts {
        bytes.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        bytes.extend_from_slice(part);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    bytes
}

pub fn cautioned(found: &Assessment, code: CautionCode) -> bool {
    found.cautions.iter().any(|caution| caution.code == code)
}

/// All that is drawn or quoted.
pub fn shown(found: &Assessment) -> String {
    let all = found.blocks.iter().flat_map(|block| [block.text.as_str(), block.html.as_deref().unwrap_or_default()]);
    all.collect::<Vec<_>>().join("\n")
}

/// What an answer of any kind would quote.
pub fn quoted(found: &Assessment) -> String {
    let me = Mailbox::new("", ALICE);
    [reply::Answer::Reply, reply::Answer::ReplyAll, reply::Answer::Forward]
        .map(|answer| reply::draft(found, &me, answer).text)
        .join("\n")
}

pub fn signature_part(kind: &str, signature: &[u8]) -> Vec<u8> {
    let encoded = openssl::base64::encode_block(signature);
    format!("Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n").into_bytes()
}

pub fn body_of(kind: &str, body: &str) -> String {
    format!("Content-Type: {kind}\r\n\r\n{}", body.replace('\n', "\r\n"))
}

/// SignedData without content and without any signer (RFC 8551 §3.8).
pub fn certs_only() -> Vec<u8> {
    let der = |tag: u8, body: &[u8]| {
        let mut out = vec![tag, 0x82, u8::try_from(body.len() >> 8).expect("short"), body.len().to_le_bytes()[0]];
        out.extend_from_slice(body);
        out
    };
    let oid = |last: u8| vec![0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, last];
    let certificate = WORLD.smime_certificate(BOB);
    let body =
        [vec![0x02, 0x01, 0x01], der(0x31, &[]), der(0x30, &oid(1)), der(0xa0, &certificate.der), der(0x31, &[])]
            .concat();
    der(0x30, &[oid(2), der(0xa0, &der(0x30, &body))].concat())
}

/// The packets with the session key of an armored message, and the body of its encrypted packet of
/// version 1 (RFC 9580 §5.13.1), the version first.
pub fn pgp_packets(armored: &[u8]) -> (Vec<u8>, Vec<u8>) {
    use sequoia_openpgp::parse::Parse;
    use sequoia_openpgp::serialize::SerializeInto;
    let (mut keys, mut body) = (Vec::new(), vec![1]);
    for packet in sequoia_openpgp::PacketPile::from_bytes(armored).expect("packets").into_children() {
        match &packet {
            sequoia_openpgp::Packet::SEIP(sequoia_openpgp::packet::SEIP::V1(container)) => match container.body() {
                sequoia_openpgp::packet::Body::Unprocessed(bytes) => body.extend_from_slice(bytes),
                _ => panic!("it is not opened"),
            },
            _ => keys.extend(packet.to_vec().expect("bytes")),
        }
    }
    (keys, body)
}

/// The same, put together again: a packet of any tag behind those with the session key; armored.
pub fn pgp_written(keys: &[u8], tag: u8, body: &[u8]) -> Vec<u8> {
    let mut writer =
        sequoia_openpgp::armor::Writer::new(Vec::new(), sequoia_openpgp::armor::Kind::Message).expect("a writer");
    let length = u32::try_from(body.len()).expect("short").to_be_bytes();
    for piece in [keys, &[0xc0 | tag, 0xff], &length, body] {
        std::io::Write::write_all(&mut writer, piece).expect("written");
    }
    writer.finalize().expect("armor")
}

/// As much DER as is needed to take objects apart and put them together anew.
pub mod der {
    /// Tag, contents and what follows.
    pub fn split(bytes: &[u8]) -> (u8, &[u8], &[u8]) {
        let (start, length) = match bytes[1] {
            short @ 0..=0x7f => (2, usize::from(short)),
            long => {
                let count = usize::from(long & 0x7f);
                (2 + count, bytes[2..2 + count].iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
            }
        };
        (bytes[0], &bytes[start..start + length], &bytes[start + length..])
    }

    /// The values within a constructed one, each with its tag.
    pub fn children(value: &[u8]) -> Vec<Vec<u8>> {
        let (_, mut rest, _) = split(value);
        let mut found = Vec::new();
        while !rest.is_empty() {
            let (_, _, after) = split(rest);
            found.push(rest[..rest.len() - after.len()].to_vec());
            rest = after;
        }
        found
    }

    /// A value.
    pub fn value(tag: u8, contents: &[u8]) -> Vec<u8> {
        let length = contents.len().to_be_bytes();
        let length = &length[length.iter().position(|byte| *byte != 0).unwrap_or(length.len() - 1)..];
        let mut out = vec![tag];
        if let [short @ 0..=0x7f] = length {
            out.push(*short);
        } else {
            out.push(0x80 | u8::try_from(length.len()).expect("short"));
            out.extend_from_slice(length);
        }
        out.extend_from_slice(contents);
        out
    }
}
