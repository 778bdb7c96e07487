//! Charsets of seven bits from before 8-bit mail, which no browser knows any more.

use encoding_rs::{EUC_KR, GBK};

use super::charset::Decoded;

/// ISO-2022-KR (RFC 1557): Korean between shift-out and shift-in.
pub(super) fn korean(bytes: &[u8]) -> Decoded {
    let mut euc = Vec::with_capacity(bytes.len());
    let mut is_shifted = false;
    let mut rest = bytes;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        match *byte {
            0x0e => is_shifted = true,
            0x0f => is_shifted = false,
            0x1b if tail.starts_with(b"$)C") => rest = tail.get(3..).unwrap_or_default(),
            b'\n' => {
                is_shifted = false;
                euc.push(b'\n');
            }
            c @ 0x21..=0x7e if is_shifted => euc.push(c | 0x80),
            c => euc.push(c),
        }
    }
    decoded(EUC_KR, &euc)
}

/// HZ (RFC 1843): Chinese between `~{` and `~}`.
pub(super) fn hz(bytes: &[u8]) -> Decoded {
    let mut euc = Vec::with_capacity(bytes.len());
    let mut is_shifted = false;
    let mut rest = bytes;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        match (*byte, tail.first()) {
            (b'~', Some(mark @ (b'{' | b'}'))) => {
                is_shifted = *mark == b'{';
                rest = tail.get(1..).unwrap_or_default();
            }
            (b'~', Some(mark @ (b'~' | b'\n'))) if !is_shifted => {
                euc.extend((*mark == b'~').then_some(b'~'));
                rest = tail.get(1..).unwrap_or_default();
            }
            (b'\n', _) => {
                is_shifted = false;
                euc.push(b'\n');
            }
            (c @ 0x21..=0x7e, _) if is_shifted => euc.push(c | 0x80),
            (c, _) => euc.push(c),
        }
    }
    decoded(GBK, &euc)
}

fn decoded(encoding: &'static encoding_rs::Encoding, euc: &[u8]) -> Decoded {
    let (text, had_errors) = encoding.decode_without_bom_handling(euc);
    Decoded { text: text.into_owned(), is_sound: !had_errors }
}
