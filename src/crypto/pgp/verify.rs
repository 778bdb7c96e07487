use std::borrow::Cow;
use std::io::{self, ErrorKind, Read};
use std::time::Duration;

use jiff::Timestamp;
use sequoia_openpgp::Error;
use sequoia_openpgp::packet::{Packet, Tag};
use sequoia_openpgp::parse::stream::{DetachedVerifierBuilder, VerifierBuilder};
use sequoia_openpgp::parse::{PacketParser, PacketParserResult, Parse};
use zeroize::Zeroizing;

use crate::crypto::unproven::Unproven;
use crate::crypto::{DecryptFailure, Opened, SignatureCheck, SignatureOutcome};

use super::outcome::{Checker, Layer, unreadable};
use super::policy::ReadingPolicy;
use super::{PgpRing, guarded, inline, system_time};

/// Clocks differ: a signature from a little in the future is not refused.
pub(super) const CLOCK_SKEW: Duration = Duration::from_mins(30);
/// Released to us in steps, which stay in the processor's memory; nothing is given on before the end.
pub(super) const BUFFER: usize = 256 << 10;

/// Verifies the signatures over a MIME entity (RFC 3156 §5). Lines ended by a bare LF are hashed
/// as CRLF, as they were on the way.
///
/// There is always at least one check: an object that holds no signature is `Malformed`.
pub fn detached(content: &[u8], signature: &[u8], ring: &PgpRing, at: Timestamp) -> Vec<SignatureCheck> {
    let canonical = canonical(content);
    let checks = detached_as_is(&canonical, signature, ring, at);
    let is_bad = |check: &SignatureCheck| check.outcome == SignatureOutcome::BadSignature;
    if matches!(canonical, Cow::Borrowed(_)) || !checks.iter().any(is_bad) {
        return checks;
    }
    // Some programs sign what they have on disk. It is the same text, as it came.
    let stored = detached_as_is(content, signature, ring, at);
    let better = |(first, second): (SignatureCheck, SignatureCheck)| if is_bad(&first) { second } else { first };
    if stored.len() == checks.len() { checks.into_iter().zip(stored).map(better).collect() } else { checks }
}

fn detached_as_is(content: &[u8], signature: &[u8], ring: &PgpRing, at: Timestamp) -> Vec<SignatureCheck> {
    let signature = inline::tidy_armor(signature);
    let moment = system_time(at) + CLOCK_SKEW;
    let checker = Checker::new(ring, moment);
    let checks = guarded(|| {
        DetachedVerifierBuilder::from_bytes(&*signature)
            .and_then(|builder| builder.with_policy(&ReadingPolicy, moment, checker))
            .and_then(|mut verifier| {
                verifier.verify_bytes(content)?;
                Ok(verifier.into_helper().checks)
            })
    });
    match checks {
        Some(Ok(checks)) if !checks.is_empty() => with_versions(checks, &signature),
        _ => vec![unreadable(SignatureOutcome::Malformed, "no_signature")],
    }
}

/// Says of signatures whose version the library does not know which one it is. Versions 3, 4 and 6 are OpenPGP's
/// (RFC 9580 §5.2); 5 is LibrePGP's.
fn with_versions(mut checks: Vec<SignatureCheck>, object: &[u8]) -> Vec<SignatureCheck> {
    let mut odd = checks.iter_mut().filter(|check| check.reason.as_deref() == Some("version"));
    let mut packets = PacketParser::from_bytes(object);
    while let Ok(PacketParserResult::Some(mut parser)) = packets {
        if matches!(&parser.packet, Packet::Unknown(unknown) if unknown.tag() == Tag::Signature) {
            let Some(check) = odd.next() else { break };
            let mut version = [0];
            check.reason = match parser.read_exact(&mut version).map(|()| version) {
                Ok([5]) => Some("librepgp_signature".to_owned()),
                Ok([other]) => Some(format!("version: {other}")),
                Err(_) => Some("version".to_owned()),
            };
        }
        packets = parser.next().map(|(_, rest)| rest);
    }
    checks
}

/// Opens a signed message that holds its own content: a one-pass or old-style signed message,
/// compressed or not (RFC 9580 §10.3), or the cleartext signature framework (§7), of which the
/// content is only what is signed. A message without any signature opens with none.
///
/// # Errors
/// [`DecryptFailure::Malformed`] when it is no such message (`encrypted`, …), `TooLarge` when it
/// grows beyond ten times its size and 64 MiB.
pub fn signed_message(bytes: &[u8], ring: &PgpRing, at: Timestamp) -> Result<Opened, DecryptFailure> {
    signed_message_within(bytes, ring, at, bytes.len().saturating_mul(10).saturating_add(64 << 20))
}

/// The same; `TooLarge` when it grows beyond `limit` bytes.
///
/// # Errors
/// As [`signed_message`].
pub fn signed_message_within(
    bytes: &[u8],
    ring: &PgpRing,
    at: Timestamp,
    limit: usize,
) -> Result<Opened, DecryptFailure> {
    guarded(|| open_signed(bytes, ring, at, limit)).unwrap_or_else(|| Err(DecryptFailure::Malformed("library".into())))
}

fn open_signed(bytes: &[u8], ring: &PgpRing, at: Timestamp, limit: usize) -> Result<Opened, DecryptFailure> {
    let is_cleartext = inline::is_cleartext(bytes);
    if is_cleartext && !inline::has_only_hash_headers(bytes) {
        return Err(DecryptFailure::Malformed("cleartext_header".into()));
    }
    let bytes = if is_cleartext { Cow::Borrowed(bytes) } else { inline::tidy_armor(bytes) };
    let moment = system_time(at) + CLOCK_SKEW;
    let mut verifier = VerifierBuilder::from_bytes(&*bytes)
        .map(|builder| builder.buffer_size(BUFFER))
        .and_then(|builder| builder.with_policy(&ReadingPolicy, moment, Checker::new(ring, moment)))
        .map_err(|error| explain(&error))?;
    let mut content = Unproven::of(bytes.len(), limit.into())?;
    read_all(&mut verifier, &mut content)?;
    if !verifier.message_processed() {
        return Err(DecryptFailure::Malformed("incomplete".into()));
    }
    let checker = verifier.into_helper();
    if checker.layers.iter().any(|layer| matches!(layer, Layer::Encrypted { .. })) {
        return Err(DecryptFailure::Malformed("encrypted".into()));
    }
    Ok(Opened { content: content.proven()?, signatures: checker.checks })
}

/// Reads to the end or fails as a whole.
pub(super) fn read_all(reader: &mut impl Read, into: &mut Unproven<'_>) -> Result<(), DecryptFailure> {
    let mut piece = Zeroizing::new(vec![0; 64 << 10]);
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(read) => into.push(piece.get(..read).unwrap_or_default())?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(explain_io(&error)),
        }
    }
}

/// The library puts its own errors into those of the reader.
fn explain_io(error: &io::Error) -> DecryptFailure {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    let chained =
        std::iter::successors(error.get_ref().map(|inner| inner as &(dyn std::error::Error + 'static)), |cause| {
            cause.source()
        })
        .find_map(|cause| cause.downcast_ref::<Error>());
    inner.or(chained).map_or(DecryptFailure::Malformed("packets".into()), explain_one)
}

/// The library's error as ours.
pub(super) fn explain(error: &anyhow::Error) -> DecryptFailure {
    error.downcast_ref::<Error>().map_or(DecryptFailure::Malformed("packets".into()), explain_one)
}

fn explain_one(error: &Error) -> DecryptFailure {
    match error {
        Error::ManipulatedMessage => DecryptFailure::IntegrityFailed,
        Error::UnsupportedCompressionAlgorithm(one) => DecryptFailure::Unsupported(one.to_string()),
        Error::UnsupportedSymmetricAlgorithm(one) => DecryptFailure::Unsupported(one.to_string()),
        Error::UnsupportedAEADAlgorithm(one) => DecryptFailure::Unsupported(one.to_string()),
        Error::UnsupportedPacketType(one) => DecryptFailure::Unsupported(one.to_string()),
        Error::PolicyViolation(what, _) => DecryptFailure::Unsupported(what.clone()),
        Error::MalformedMessage(_) => DecryptFailure::Malformed("structure".into()),
        Error::PacketTooLarge(..) => DecryptFailure::TooLarge,
        _ => DecryptFailure::Malformed("packets".into()),
    }
}

/// CRLF line ends (RFC 3156 §5); a copy only if there is a bare LF.
pub(super) fn canonical(content: &[u8]) -> Cow<'_, [u8]> {
    let is_bare = |index: usize| index == 0 || content.get(index - 1) != Some(&b'\r');
    let bare = content.iter().enumerate().filter(|(index, byte)| **byte == b'\n' && is_bare(*index)).count();
    if bare == 0 {
        return Cow::Borrowed(content);
    }
    let mut out = Vec::with_capacity(content.len() + bare);
    for (index, byte) in content.iter().enumerate() {
        if *byte == b'\n' && is_bare(index) {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    Cow::Owned(out)
}
