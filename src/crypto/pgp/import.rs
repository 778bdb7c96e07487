use std::io::Read;

use sequoia_openpgp::armor;
use sequoia_openpgp::cert::CertParser;
use sequoia_openpgp::cert::amalgamation::key::PrimaryKey as _;
use sequoia_openpgp::packet::{Packet, Signature, Tag};
use sequoia_openpgp::parse::{PacketParser, PacketParserResult, Parse};
use sequoia_openpgp::types::SignatureType;
use sequoia_openpgp::{Cert, Error};

use crate::crypto::ImportError;

use super::inline;
use super::unlock::is_stub;

/// Certificates read from one file, broken ones counted.
const MAX_CERTS: usize = 50_000;
/// Armored blocks looked at in one file.
const MAX_BLOCKS: usize = 10_000;
/// Certifications by others kept on one certificate: a flooded one (CVE-2019-13050) has 100,000.
const MAX_CERTIFICATIONS: usize = 500;
/// No armored or binary file of certificates is larger; what goes beyond is not read.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

const BEGIN: &[u8] = b"-----BEGIN PGP ";

/// Every certificate in a file.
pub(super) fn certificates(bytes: &[u8]) -> Result<Vec<Cert>, ImportError> {
    let mut certs = Vec::new();
    let mut problem = None;
    let mut claims = false;
    for (is_key_block, block) in blocks(bytes) {
        claims |= is_key_block;
        read_certs(&block, &mut certs, &mut problem);
    }
    match problem {
        _ if !certs.is_empty() => Ok(certs),
        Some(problem) if claims => Err(problem),
        None if claims => Err(ImportError::Malformed("empty".into())),
        _ => Err(ImportError::Nothing),
    }
}

/// Every key revocation that stands outside of a certificate.
pub(super) fn revocations(bytes: &[u8]) -> Vec<Signature> {
    let mut found = Vec::new();
    for (_, block) in blocks(bytes) {
        let mut packets = PacketParser::from_bytes(&block);
        while let Ok(PacketParserResult::Some(packet)) = packets {
            let Ok((packet, rest)) = packet.next() else { break };
            match packet {
                Packet::Signature(signature) if signature.typ() == SignatureType::KeyRevocation => {
                    found.push(signature);
                }
                Packet::Signature(_) => {}
                // It belongs to a certificate: `certificates` is for those.
                _ => break,
            }
            packets = Ok(rest);
            if found.len() >= 100 {
                break;
            }
        }
    }
    found
}

/// Two states of one certificate made one. A secret key without a passphrase is preferred to the
/// same key with one: whoever gave it to us gave it to be used.
pub(super) fn merge(old: Cert, new: Cert) -> Cert {
    let open = old.keys().any(|key| key.key().has_unencrypted_secret());
    let (base, better) = if open { (new, old) } else { (old, new) };
    let fallback = better.clone();
    slim(base.merge_public_and_secret(better).unwrap_or(fallback))
}

/// What is known of a certificate with what came now: nothing of what is known is lost, and a secret key that is known
/// stays as it is, under its own passphrase.
pub fn with_known_secrets(known: &Cert, came: Cert) -> Cert {
    // Where the known secret is only said to be elsewhere (on a card), the real one is the better.
    let mut better: Vec<Packet> = Vec::new();
    for key in known.keys().secret().filter(|key| is_stub(key.key())) {
        let real = came.keys().secret().find(|one| one.key().fingerprint() == key.key().fingerprint());
        if let Some(real) = real.filter(|one| !is_stub(one.key())) {
            let is_primary = real.primary();
            let real = real.key().clone();
            better.push(if is_primary { real.role_into_primary().into() } else { real.role_into_subordinate().into() });
        }
    }
    let merged = came.merge_public_and_secret(known.clone()).unwrap_or_else(|_| known.clone());
    let fallback = merged.clone();
    slim(merged.insert_packets(better).map_or(fallback, |(cert, _)| cert))
}

fn read_certs(bytes: &[u8], certs: &mut Vec<Cert>, problem: &mut Option<ImportError>) {
    let Ok(parser) = CertParser::from_bytes(bytes) else {
        problem.get_or_insert(ImportError::Malformed("packets".into()));
        return;
    };
    for cert in parser.take(MAX_CERTS) {
        if certs.len() >= MAX_CERTS {
            return;
        }
        match cert {
            Ok(cert) => certs.push(slim(cert)),
            Err(error) => {
                problem.get_or_insert(explain(&error));
            }
        }
    }
}

fn explain(error: &anyhow::Error) -> ImportError {
    match error.downcast_ref::<Error>() {
        Some(Error::UnsupportedCert(..)) => ImportError::Unsupported("another_key_version".into()),
        Some(Error::UnsupportedPublicKeyAlgorithm(algorithm)) => ImportError::Unsupported(algorithm.to_string()),
        _ => ImportError::Malformed("packets".into()),
    }
}

/// Drops certifications by others from a certificate that was flooded with them.
fn slim(cert: Cert) -> Cert {
    let foreign = cert.userids().map(|one| one.certifications().count()).sum::<usize>()
        + cert.user_attributes().map(|one| one.certifications().count()).sum::<usize>()
        + cert.keys().subkeys().map(|one| one.certifications().count()).sum::<usize>();
    if foreign <= MAX_CERTIFICATIONS {
        return cert;
    }
    let own = cert.key_handle();
    let mut left = MAX_CERTIFICATIONS;
    let backup = cert.clone();
    let packets = cert.into_tsk().into_packets().filter(|packet| {
        let Packet::Signature(signature) = packet else { return true };
        if signature.get_issuers().iter().any(|issuer| issuer.aliases(&own)) {
            return true;
        }
        left = left.saturating_sub(1);
        left > 0
    });
    // The iterator must be Send + Sync, a counting filter is: it is collected here.
    let packets: Vec<Packet> = packets.collect();
    Cert::from_packets(packets.into_iter()).unwrap_or(backup)
}

/// The binary form of each block, with whether it begins as a certificate does.
fn blocks(bytes: &[u8]) -> Vec<(bool, Vec<u8>)> {
    let starts = armor_starts(bytes);
    if starts.is_empty() {
        // RFC 9580 §4.2: the first bit of every packet is set.
        let binary = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
        return match first_tag(bytes) {
            Some(tag @ (Tag::PublicKey | Tag::SecretKey | Tag::Signature)) if binary => {
                vec![(tag != Tag::Signature, bytes.to_vec())]
            }
            _ => Vec::new(),
        };
    }
    let mut found = Vec::new();
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(bytes.len());
        let Some(text) = bytes.get(*start..end) else { continue };
        let is_key = text
            .get(BEGIN.len()..)
            .is_some_and(|rest| rest.starts_with(b"PUBLIC KEY BLOCK") || rest.starts_with(b"PRIVATE KEY BLOCK"));
        if !is_key {
            continue;
        }
        let text = without_headers(&inline::tidy_armor(text));
        let mut binary = Vec::new();
        let reader = armor::Reader::from_bytes(&text, armor::ReaderMode::Tolerant(None));
        // A wrong checksum or a cut end: what came before it is still looked at.
        let _ = reader.take(MAX_BYTES).read_to_end(&mut binary);
        found.push((first_tag(&binary) != Some(Tag::Signature), binary));
    }
    found
}

/// Armor without its headers and empty lines, which people put in the wrong places: what is left
/// is what is needed. No line of base64 holds a colon.
fn without_headers(text: &[u8]) -> Vec<u8> {
    let lines = text.split(|byte| *byte == b'\n');
    let mut kept = lines.filter(|line| !line.is_empty() && !line.contains(&b':'));
    let mut out = [kept.next().unwrap_or_default(), b"\n\n"].concat();
    for line in kept {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out
}

/// The offsets at which lines begin an armored block.
fn armor_starts(bytes: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(rest) = bytes.get(from..) {
        // A byte order mark, or an indent by a mail program. GnuPG puts a colon before the
        // revocations that it keeps, so that nobody takes them in by accident.
        let indent = if rest.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let blanks = rest.get(indent..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
        let start = indent + blanks.count();
        if rest.get(start..).is_some_and(|line| line.starts_with(BEGIN)) {
            found.push(from + start);
            if found.len() >= MAX_BLOCKS {
                break;
            }
        }
        let Some(line) = rest.iter().position(|byte| *byte == b'\n') else { break };
        from += line + 1;
    }
    found
}

fn first_tag(bytes: &[u8]) -> Option<Tag> {
    match PacketParser::from_bytes(bytes) {
        Ok(PacketParserResult::Some(first)) => Some(first.packet.tag()),
        _ => None,
    }
}
