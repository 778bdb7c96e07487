use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memchr;

use crate::domain::base64_lines;

/// A `Content-Transfer-Encoding` (RFC 2045 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `7bit`, `8bit`, `binary`, or none.
    Identity,
    /// `base64`.
    Base64,
    /// `quoted-printable`.
    QuotedPrintable,
    /// `x-uuencode` and its relatives.
    Uuencode,
    /// Another word: the bytes are taken as they are.
    Unknown,
}

impl Encoding {
    pub(in super::super) fn named(value: &str) -> Self {
        let word = value.split([';', '(']).next().unwrap_or_default();
        let word = word.trim().trim_matches('"').to_ascii_lowercase();
        match word.as_str() {
            "" | "7bit" | "8bit" | "binary" | "7-bit" | "8-bit" => Self::Identity,
            "base64" => Self::Base64,
            "quoted-printable" => Self::QuotedPrintable,
            "x-uuencode" | "x-uue" | "uuencode" | "x-uu" => Self::Uuencode,
            _ => Self::Unknown,
        }
    }

    /// Decodes leniently; the result is never longer than what went in.
    pub fn decode(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Identity | Self::Unknown => bytes.to_vec(),
            Self::Base64 => base64(bytes),
            Self::QuotedPrintable => quoted_printable(bytes),
            Self::Uuencode => uuencoded(bytes),
        }
    }

    /// Whether bytes keep to the encoding.
    pub(in super::super) fn is_kept_by(self, bytes: &[u8]) -> bool {
        match self {
            Self::Identity | Self::Uuencode => true,
            Self::Unknown => false,
            Self::Base64 => {
                let (first, second) = bytes.split_at(if bytes.len() < LARGE { 0 } else { bytes.len() / 2 });
                let (one, other) = std::thread::scope(|scope| {
                    let first = (!first.is_empty()).then(|| scope.spawn(|| tally(first)));
                    let second = tally(second);
                    (first.map_or((0, 0), |thread| thread.join().unwrap_or_default()), second)
                });
                let (sextets, others) = (one.0 + other.0, one.1 + other.1);
                sextets + others == bytes.len() && sextets % 4 != 1
            }
            Self::QuotedPrintable => {
                let mut rest = bytes;
                while let Some(at) = memchr(b'=', rest) {
                    rest = rest.get(at + 1..).unwrap_or_default();
                    if !matches!(rest, [] | [b'\r' | b'\n' | b' ' | b'\t', ..]) && hex_pair(rest).is_none() {
                        return false;
                    }
                }
                true
            }
        }
    }
}

/// Base64 as it is found: strange bytes are skipped; after the padding only what is base64 to the
/// end is taken (pieces put together), never a footer that a list has added.
pub(in super::super) fn base64(bytes: &[u8]) -> Vec<u8> {
    if let Some(decoded) = base64_lines(bytes) {
        return decoded;
    }
    let mut decoded = Vec::with_capacity(bytes.len() / 4 * 3 + 3);
    let (mut quad, mut filled, mut was_padded) = (0_u32, 0_u32, false);
    let mut rest = bytes;
    while let [byte, tail @ ..] = rest {
        if filled == 0
            && let Some(length) = whole_line(rest, &mut decoded)
        {
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        let bits = sextet(*byte);
        if bits < 64 {
            quad = quad << 6 | u32::from(bits);
            filled += 1;
            if filled == 4 {
                decoded.extend(quad.to_be_bytes().into_iter().skip(1));
                (quad, filled) = (0, 0);
            }
        } else if *byte == b'=' && filled > 1 {
            flush(&mut decoded, quad, filled);
            (quad, filled) = (0, 0);
            let goes_on = was_padded || rest.iter().all(|b| sextet(*b) < 64 || b.is_ascii_whitespace() || *b == b'=');
            was_padded = true;
            if !goes_on {
                return decoded;
            }
        }
        rest = tail;
    }
    flush(&mut decoded, quad, filled);
    decoded
}

/// Decodes one line of nothing but groups of four, as almost all lines are; its length with the break.
fn whole_line(bytes: &[u8], decoded: &mut Vec<u8>) -> Option<usize> {
    let end = memchr(b'\n', bytes.get(..LINE).unwrap_or(bytes))?;
    let line = bytes.get(..end)?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() || line.len() % 4 != 0 || line.last() == Some(&b'=') {
        return None;
    }
    let before = decoded.len();
    let is_whole = STANDARD.decode_vec(line, decoded).is_ok();
    if !is_whole {
        decoded.truncate(before);
    }
    is_whole.then_some(end + 1)
}

/// Longer lines are not worth looking for their end.
const LINE: usize = 1_024;

/// What an unfinished group of four still says.
fn flush(decoded: &mut Vec<u8>, quad: u32, filled: u32) {
    let [_, first, second, _] = (quad << (6 * (4 - filled.min(4)))).to_be_bytes();
    if filled >= 2 {
        decoded.push(first);
    }
    if filled >= 3 {
        decoded.push(second);
    }
}

/// The six bits that a character stands for; no less than 64 when it stands for none.
fn sextet(byte: u8) -> u8 {
    SEXTETS.get(usize::from(byte)).copied().unwrap_or(NONE)
}

const NONE: u8 = 0xff;

// An index beyond the table would already be an error while compiling.
#[allow(clippy::indexing_slicing)]
static SEXTETS: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [NONE; 256];
    let mut at = 0;
    while at < alphabet.len() {
        table[alphabet[at] as usize] = at as u8;
        at += 1;
    }
    table
};

/// Texts that are worth a second thread, in bytes.
const LARGE: usize = 4 << 20;

/// How many bytes are digits, and how many may stand between and after them; in pieces that the compiler makes wide
/// instructions of.
fn tally(bytes: &[u8]) -> (usize, usize) {
    let piece = |piece: &[u8]| {
        piece.iter().fold((0_u8, 0_u8), |(sextets, others), b| {
            let is_sextet = b.is_ascii_alphanumeric() || *b == b'+' || *b == b'/';
            let is_other = b.is_ascii_whitespace() || *b == b'=';
            (sextets + u8::from(is_sextet), others + u8::from(is_other))
        })
    };
    bytes
        .chunks(usize::from(u8::MAX))
        .map(piece)
        .fold((0, 0), |(sextets, others), (more, further)| (sextets + usize::from(more), others + usize::from(further)))
}

/// Quoted-printable (RFC 2045 §6.7); what is no escape stays as it is.
fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let last = if bytes.contains(&b'\n') { b'\n' } else { b'\r' };
    for line in bytes.split_inclusive(|b| *b == last) {
        let ending = if line.ends_with(b"\r\n") { 2 } else { usize::from(line.ends_with(&[last])) };
        let (text, end) = line.split_at_checked(line.len() - ending).unwrap_or((line, b""));
        // White space before the end of a line was added on the way.
        let text = text.trim_ascii_end();
        let (text, is_soft) = text.strip_suffix(b"=").map_or((text, false), |text| (text, true));
        let mut rest = text;
        while let Some(at) = memchr(b'=', rest) {
            decoded.extend_from_slice(rest.get(..at).unwrap_or_default());
            rest = rest.get(at + 1..).unwrap_or_default();
            if let Some(byte) = hex_pair(rest) {
                decoded.push(byte);
                rest = rest.get(2..).unwrap_or_default();
            } else {
                decoded.push(b'=');
            }
        }
        decoded.extend_from_slice(rest);
        if !is_soft {
            decoded.extend_from_slice(end);
        }
    }
    decoded
}

/// The byte that two hexadecimal digits write.
pub(in super::super) fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let [high, low, ..] = bytes else { return None };
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    Some(digit(*high)? << 4 | digit(*low)?)
}

/// The lines between `begin` and `end`.
fn uuencoded(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let lines = bytes.split(|b| *b == b'\n').skip_while(|line| !line.starts_with(b"begin ")).skip(1);
    for line in lines {
        let line = line.trim_ascii_end();
        let Some((length, data)) = line.split_first() else { break };
        if line == b"end" || *length == b'`' {
            break;
        }
        let wanted = usize::from(length.wrapping_sub(32) & 63);
        let bits = |b: Option<&u8>| u32::from(b.map_or(0, |b| b.wrapping_sub(32) & 63));
        let triples = data.chunks(4).flat_map(|quad| {
            let value = (0..4).fold(0, |value, i| value << 6 | bits(quad.get(i)));
            value.to_be_bytes().into_iter().skip(1)
        });
        decoded.extend(triples.take(wanted));
    }
    decoded
}
