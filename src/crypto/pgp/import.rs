use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

use sequoia_openpgp::armor;
use sequoia_openpgp::cert::CertParser;
use sequoia_openpgp::cert::amalgamation::key::PrimaryKey as _;
use sequoia_openpgp::cert::raw::RawCertParser;
use sequoia_openpgp::packet::{Packet, Signature, Tag};
use sequoia_openpgp::parse::{PacketParser, PacketParserResult, Parse};
use sequoia_openpgp::types::SignatureType;
use sequoia_openpgp::{Cert, Error};

use crate::crypto::ImportError;

use super::facts::id;
use super::flood::{MAX_PARTS, MAX_STRANGERS, Sieve, Signer};
use super::unlock::is_stub;
use super::{PgpRing, guarded, inline};

/// Certificates read from one file, broken ones counted.
const MAX_CERTS: usize = 50_000;
/// Armored blocks looked at in one file.
const MAX_BLOCKS: usize = 10_000;
/// In a larger file the keys are looked through first: people in it may vouch for each other.
const SMALL: usize = 32 << 10;
/// No armored or binary file of certificates is larger; what goes beyond is not read.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

const BEGIN: &[u8] = b"-----BEGIN PGP ";

/// Keys in the same file, by key ID.
pub type Listed = Arc<HashMap<u64, Signer>>;

/// Every certificate in a file. Of a flooded one is kept what those in the ring say before what strangers say.
pub(super) fn certificates(bytes: &[u8], ring: Option<&PgpRing>) -> Result<Vec<Cert>, ImportError> {
    certificates_beside(bytes, ring, None)
}

/// The same, when the keys of the file that it is a part of are known.
pub(super) fn certificates_beside(
    bytes: &[u8],
    ring: Option<&PgpRing>,
    beside: Option<&Listed>,
) -> Result<Vec<Cert>, ImportError> {
    let mut certs = Vec::new();
    let mut problem = None;
    let mut claims = false;
    for (is_key_block, block) in blocks(bytes) {
        claims |= is_key_block;
        let listed = beside.map_or_else(|| listed(&block), Arc::clone);
        read_certs(&block, ring, listed, &mut certs, &mut problem);
    }
    match problem {
        _ if !certs.is_empty() => Ok(certs),
        Some(problem) if claims => Err(problem),
        None if claims => Err(ImportError::Malformed("empty".into())),
        _ => Err(ImportError::Nothing),
    }
}

/// The certificates in what is kept: all of it.
pub(super) fn kept(bytes: &[u8]) -> Result<Vec<Cert>, ImportError> {
    let parsers =
        blocks(bytes).into_iter().map(|(_, block)| CertParser::from_bytes(&block).map(Iterator::collect::<Vec<_>>));
    let certs: Vec<Cert> = parsers.filter_map(Result::ok).flatten().filter_map(Result::ok).collect();
    if certs.is_empty() { Err(ImportError::Nothing) } else { Ok(certs) }
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
pub(super) fn merge(old: Cert, new: Cert, ring: Option<&PgpRing>) -> Cert {
    let kept = old.clone();
    let open = old.keys().any(|key| key.key().has_unencrypted_secret());
    let (base, better) = if open { (new, old) } else { (old, new) };
    let fallback = better.clone();
    grown(base.merge_public_and_secret(better).unwrap_or(fallback), &kept, ring)
}

/// What is known of a certificate with what came now: nothing of what is known is lost, and a secret key that is known
/// stays as it is, under its own passphrase.
pub fn with_known_secrets(known: &Cert, came: Cert, ring: &PgpRing) -> Cert {
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
    grown(merged.insert_packets(better).map_or(fallback, |(cert, _)| cert), known, Some(ring))
}

/// A certificate without what is too much of that by which it grew.
fn grown(cert: Cert, kept: &Cert, ring: Option<&PgpRing>) -> Cert {
    if !is_flooded(&cert) {
        return cert;
    }
    let fallback = kept.clone();
    let packets = cert.into_tsk().into_packets().map(Ok);
    let sieve = Sieve::new(packets, ring, Arc::default());
    let held = kept.as_tsk().into_packets();
    CertParser::from_iter(sieve.holding(held, by_others(kept))).next().and_then(Result::ok).unwrap_or(fallback)
}

fn read_certs(
    bytes: &[u8],
    ring: Option<&PgpRing>,
    listed: Listed,
    certs: &mut Vec<Cert>,
    problem: &mut Option<ImportError>,
) {
    let Ok(packets) = PacketParser::from_bytes(bytes) else {
        problem.get_or_insert(ImportError::Malformed("packets".into()));
        return;
    };
    let sieve = Sieve::new(Packets::of(packets), ring, listed);
    for cert in CertParser::from_iter(sieve).take(MAX_CERTS) {
        if certs.len() >= MAX_CERTS {
            return;
        }
        match cert {
            Ok(cert) => certs.push(cert),
            Err(error) => {
                problem.get_or_insert(explain(&error));
            }
        }
    }
}

/// The primary keys in a large file, by key ID.
pub(super) fn listed(bytes: &[u8]) -> Listed {
    if bytes.len() > SMALL { Arc::new(primary_keys(bytes).collect()) } else { Listed::default() }
}

fn primary_keys(bytes: &[u8]) -> impl Iterator<Item = (u64, Signer)> {
    let certs = RawCertParser::from_bytes(bytes).into_iter().flatten().take(MAX_CERTS).filter_map(Result::ok);
    certs.map(|raw| raw.primary_key()).map(|key| (id(&key.keyid()), key.role_into_unspecified()))
}

/// The primary keys in the parts of a file, each of one certificate.
pub fn beside<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Listed {
    Arc::new(parts.filter_map(|part| guarded(|| primary_keys(part).next()).flatten()).collect())
}

/// The packets that a parser gives, to the first that it can't go on after.
struct Packets<'a>(Option<PacketParser<'a>>);

impl<'a> Packets<'a> {
    fn of(parser: PacketParserResult<'a>) -> Self {
        Self(parser_of(parser))
    }
}

fn parser_of(result: PacketParserResult<'_>) -> Option<PacketParser<'_>> {
    match result {
        PacketParserResult::Some(parser) => Some(parser),
        PacketParserResult::EOF(_) => None,
    }
}

impl Iterator for Packets<'_> {
    type Item = sequoia_openpgp::Result<Packet>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut parser = self.0.take()?;
        // A signature that we don't understand is kept as it is.
        if matches!(parser.packet, Packet::Unknown(_))
            && let Err(error) = parser.buffer_unread_content()
        {
            return Some(Err(error));
        }
        match parser.next() {
            Ok((packet, rest)) => {
                self.0 = parser_of(rest);
                Some(Ok(packet))
            }
            Err(error) => Some(Err(error)),
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
    by_others(cert) >= MAX_STRANGERS || parts(cert) >= MAX_PARTS
}

/// The most User IDs, subkeys or pictures.
fn parts(cert: &Cert) -> usize {
    cert.userids().count().max(cert.keys().subkeys().count()).max(cert.user_attributes().count())
}

fn by_others(cert: &Cert) -> usize {
    let (ids, pictures, keys) = (cert.userids(), cert.user_attributes(), cert.keys());
    ids.map(|one| one.certifications().count() + one.other_revocations().count()).sum::<usize>()
        + pictures.map(|one| one.certifications().count() + one.other_revocations().count()).sum::<usize>()
        + keys.map(|one| one.certifications().count() + one.other_revocations().count()).sum::<usize>()
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
