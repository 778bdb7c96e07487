use std::io::Read;

use sequoia_openpgp::armor;
use sequoia_openpgp::cert::CertParser;
use sequoia_openpgp::packet::{Packet, Signature, Tag};
use sequoia_openpgp::parse::{PacketParser, PacketParserResult, Parse};
use sequoia_openpgp::types::SignatureType;
use sequoia_openpgp::{Cert, Error};

use crate::crypto::ImportError;

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

/// The binary form of each block, with whether it claims to be a key block.
fn blocks(bytes: &[u8]) -> Vec<(bool, Vec<u8>)> {
    let starts = armor_starts(bytes);
    if starts.is_empty() {
        // RFC 9580 §4.2: the first bit of every packet is set.
        let binary = bytes.first().is_some_and(|byte| byte & 0x80 != 0) && begins_with_cert(bytes);
        return if binary { vec![(true, bytes.to_vec())] } else { Vec::new() };
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
        let mut binary = Vec::new();
        let reader = armor::Reader::from_bytes(text, armor::ReaderMode::Tolerant(None));
        // A wrong checksum or a cut end: what came before it is still looked at.
        let _ = reader.take(MAX_BYTES).read_to_end(&mut binary);
        found.push((true, binary));
    }
    found
}

/// The offsets at which lines begin an armored block.
fn armor_starts(bytes: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(rest) = bytes.get(from..) {
        if rest.starts_with(BEGIN) {
            found.push(from);
            if found.len() >= MAX_BLOCKS {
                break;
            }
        }
        let Some(line) = rest.iter().position(|byte| *byte == b'\n') else { break };
        from += line + 1;
    }
    found
}

fn begins_with_cert(bytes: &[u8]) -> bool {
    let Ok(PacketParserResult::Some(first)) = PacketParser::from_bytes(bytes) else { return false };
    matches!(first.packet.tag(), Tag::PublicKey | Tag::SecretKey | Tag::Signature)
}
