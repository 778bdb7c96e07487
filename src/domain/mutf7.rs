//! Modified UTF-7 (RFC 3501 §5.1.3): names in any script as ASCII.

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

const BASE64: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// A folder's name for people, out of modified UTF-7 (RFC 3501 §5.1.3). What is not well-formed
/// stays as it is.
pub fn decode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let Some((encoded, following)) = after.split_once('-') else {
            out.push('&');
            rest = after;
            continue;
        };
        match (encoded.is_empty(), utf16(encoded)) {
            (true, _) => out.push('&'),
            (false, Some(text)) => out.push_str(&text),
            (false, None) => {
                out.push('&');
                out.push_str(encoded);
                out.push('-');
            }
        }
        rest = following;
    }
    out.push_str(rest);
    out
}

fn utf16(encoded: &str) -> Option<String> {
    let bytes = BASE64.decode(encoded).ok()?;
    let units = bytes.chunks(2).map(|pair| pair.try_into().map(u16::from_be_bytes).ok());
    String::from_utf16(&units.collect::<Option<Vec<u16>>>()?).ok()
}

/// A folder's name for the server, in modified UTF-7.
pub fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut pending: Vec<u8> = Vec::new();
    let flush = |pending: &mut Vec<u8>, out: &mut String| {
        if !pending.is_empty() {
            out.push('&');
            out.push_str(&BASE64.encode(&*pending));
            out.push('-');
            pending.clear();
        }
    };
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            flush(&mut pending, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            pending.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    flush(&mut pending, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_in_any_script_go_to_the_server_and_back() {
        for (name, path) in [
            ("INBOX", "INBOX"),
            ("書留", "&Zvh1WQ-"),
            ("R&D", "R&-D"),
            ("送信/2026", "&kAFP4Q-/2026"),
            ("😀", "&2D3eAA-"),
        ] {
            assert_eq!(encode(name), path);
            assert_eq!(decode(path), name);
        }
    }

    #[test]
    fn a_name_that_is_not_well_formed_stays_as_it_is() {
        for odd in ["&", "a&b", "&!!-x", "&Z-", "&2D0-"] {
            assert_eq!(decode(odd), odd);
        }
    }
}
