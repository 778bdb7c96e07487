use std::collections::HashMap;
use std::io::Read;

use sequoia_openpgp::armor;
use sequoia_openpgp::cert::CertParser;
use sequoia_openpgp::packet::{Packet, Signature, Tag};
use sequoia_openpgp::parse::{PacketParser, PacketParserResult, Parse};
use sequoia_openpgp::types::SignatureType;
use sequoia_openpgp::{Cert, Error, KeyHandle};

use crate::crypto::ImportError;

use super::inline;

/// Certificates read from one file, broken ones counted.
const MAX_CERTS: usize = 50_000;
/// Armored blocks looked at in one file.
const MAX_BLOCKS: usize = 10_000;
/// Certifications by strangers kept on one certificate: a flooded one (CVE-2019-13050) has 100,000.
const MAX_CERTIFICATIONS: usize = 500;
/// Certifications kept that say they are by somebody whose certificate is at hand.
const MAX_KNOWN: usize = 2_000;
/// User IDs, subkeys and pictures kept on one certificate, of each.
const MAX_PARTS: usize = 500;
/// No armored or binary file of certificates is larger; what goes beyond is not read.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

const BEGIN: &[u8] = b"-----BEGIN PGP ";

/// Whether a certificate of this key is at hand: what it vouches for may count.
pub(super) type IsKnown<'a> = &'a dyn Fn(&KeyHandle) -> bool;

/// Every certificate in a file. Of a flooded one is kept what those at hand say before what strangers say.
pub(super) fn certificates(bytes: &[u8], is_known: IsKnown<'_>) -> Result<Vec<Cert>, ImportError> {
    let mut certs = Vec::new();
    let mut problem = None;
    let mut claims = false;
    for (is_key_block, block) in blocks(bytes) {
        claims |= is_key_block;
        read_certs(&block, is_known, &mut certs, &mut problem);
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
pub(super) fn merge(old: Cert, new: Cert, is_known: IsKnown<'_>) -> Cert {
    let open = old.keys().any(|key| key.key().has_unencrypted_secret());
    let (base, better) = if open { (new, old) } else { (old, new) };
    let fallback = better.clone();
    slim(base.merge_public_and_secret(better).unwrap_or(fallback), is_known)
}

fn read_certs(bytes: &[u8], is_known: IsKnown<'_>, certs: &mut Vec<Cert>, problem: &mut Option<ImportError>) {
    let Ok(parser) = CertParser::from_bytes(bytes) else {
        problem.get_or_insert(ImportError::Malformed("packets".into()));
        return;
    };
    for cert in parser.take(MAX_CERTS) {
        if certs.len() >= MAX_CERTS {
            return;
        }
        match cert {
            Ok(cert) => certs.push(slim(cert, is_known)),
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

/// Whether as much by others, or of its owner, is on a certificate as is kept: then more was left out, or would be.
pub(super) fn is_flooded(cert: &Cert) -> bool {
    by_others(cert) >= MAX_CERTIFICATIONS || parts(cert) >= MAX_PARTS
}

/// The most User IDs, subkeys or pictures.
fn parts(cert: &Cert) -> usize {
    cert.userids().count().max(cert.keys().subkeys().count()).max(cert.user_attributes().count())
}

fn by_others(cert: &Cert) -> usize {
    cert.userids().map(|one| one.certifications().count()).sum::<usize>()
        + cert.user_attributes().map(|one| one.certifications().count()).sum::<usize>()
        + cert.keys().map(|one| one.certifications().count()).sum::<usize>()
}

/// Drops from a flooded certificate certifications by others, and what is more than anybody needs of the rest.
fn slim(cert: Cert, is_known: IsKnown<'_>) -> Cert {
    if by_others(&cert) <= MAX_CERTIFICATIONS && parts(&cert) <= MAX_PARTS {
        return cert;
    }
    let own = cert.key_handle();
    let (mut strangers, mut known, mut counts) = (MAX_CERTIFICATIONS, MAX_KNOWN, HashMap::new());
    let mut is_dropped = false;
    let spend = |left: &mut usize| {
        let is_there = *left > 0;
        *left = left.saturating_sub(1);
        is_there
    };
    let backup = cert.clone();
    let keep = |packet: &Packet| {
        let Packet::Signature(signature) = packet else {
            let count: &mut usize = counts.entry(packet.tag()).or_default();
            *count += 1;
            is_dropped = *count > MAX_PARTS;
            return !is_dropped;
        };
        let issuers = signature.get_issuers();
        let is_own = issuers.iter().any(|issuer| issuer.aliases(&own));
        let left = if issuers.iter().any(is_known) { &mut known } else { &mut strangers };
        !is_dropped && (is_own || spend(left))
    };
    // The iterator must be Send + Sync, a counting filter is not: it is collected here.
    let packets: Vec<Packet> = cert.into_tsk().into_packets().filter(keep).collect();
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
