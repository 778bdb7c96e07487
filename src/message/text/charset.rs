use encoding_rs::Encoding;

use super::guess::guess;
use super::{iso2022, shifted};

/// Bytes made text, and whether every one of them was in the charset.
pub(in super::super) struct Decoded {
    pub(in super::super) text: String,
    pub(in super::super) is_sound: bool,
}

/// Decodes a text in its declared charset (RFC 2046 §4.1.2). Without a label, or with one that is
/// evidently wrong, the charset is guessed. UTF-7 is never decoded: it hides what a filter would
/// see, and nothing has written it for twenty years.
pub(in super::super) fn decode(bytes: &[u8], label: Option<&str>) -> Decoded {
    let name = label.map(|l| l.trim().trim_matches(['"', '\'']).to_ascii_lowercase()).unwrap_or_default();
    let is_eight_bit = !bytes.is_ascii();
    if name.contains("utf-7") || name.contains("utf7") {
        return Decoded { text: String::from_utf8_lossy(bytes).into_owned(), is_sound: false };
    }
    if is_jis(&name) {
        return if is_eight_bit && !bytes.contains(&0x1b) { guessed(bytes) } else { iso2022::decode(bytes) };
    }
    if name.is_empty() || is_ascii_name(&name) {
        return Decoded { text: guess(bytes), is_sound: !is_eight_bit || name.is_empty() && is_utf8(bytes) };
    }
    match name.as_str() {
        "iso-2022-kr" | "csiso2022kr" => return shifted::korean(bytes),
        "hz-gb-2312" | "hz" => return shifted::hz(bytes),
        _ => {}
    }
    let Some(encoding) = by_label(&name) else {
        return by_parser(&name, bytes).unwrap_or_else(|| guessed(bytes));
    };
    if encoding.is_ascii_compatible() && !is_eight_bit && iso2022::is_announced(bytes) {
        return Decoded { text: iso2022::decode(bytes).text, is_sound: false };
    }
    if !encoding.is_ascii_compatible() {
        return wide(encoding, &name, bytes);
    }
    let (text, _, had_errors) = encoding.decode(bytes);
    if had_errors && is_eight_bit {
        return mended(text.into_owned(), bytes);
    }
    if is_eight_bit && encoding.is_single_byte() && is_plainly_utf8(bytes) {
        return guessed(bytes);
    }
    Decoded { text: text.into_owned(), is_sound: !had_errors }
}

/// UTF-16. Without a byte order mark its order is told by where the zeros are; text without any
/// is not UTF-16.
fn wide(encoding: &'static Encoding, name: &str, bytes: &[u8]) -> Decoded {
    let has_mark = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).take(1_000).filter(|b| **b == 0).count();
    if !has_mark && zeros(0) == 0 && zeros(1) == 0 && is_utf8(bytes) {
        return guessed(bytes);
    }
    let encoding = match name {
        "utf-16" | "utf16" | "unicode" if zeros(0) > zeros(1) => encoding_rs::UTF_16BE,
        _ => encoding,
    };
    let (text, _, had_errors) = encoding.decode(bytes);
    Decoded { text: text.into_owned(), is_sound: !had_errors }
}

/// Text that is not in its declared charset: a little damage stays what it is, more of it means
/// that the label is wrong.
fn mended(text: String, bytes: &[u8]) -> Decoded {
    let damage = |text: &str| text.chars().filter(|c| *c == '\u{fffd}').count();
    let found = damage(&text);
    let foreign = text.chars().filter(|c| !c.is_ascii()).count();
    if !is_utf8(bytes) && found * 10 <= foreign {
        return Decoded { text, is_sound: false };
    }
    let other = guess(bytes);
    Decoded { text: if damage(&other) < found { other } else { text }, is_sound: false }
}

/// Bytes that are UTF-8 by no accident: two letters of a single-byte charset make one such sequence
/// now and then, but hardly all that there are, and hardly ever three.
fn is_plainly_utf8(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let long = text.chars().filter(|c| c.len_utf8() > 2).count();
    let short = text.chars().filter(|c| c.len_utf8() == 2).count();
    long >= 2 || long + short >= 4
}

/// Text put back into a charset: raw characters inside of an encoded-word are in its charset.
pub(super) fn encode(text: &str, label: &str) -> Vec<u8> {
    match by_label(&label.to_ascii_lowercase()) {
        Some(encoding) if encoding.output_encoding() == encoding => encoding.encode(text).0.into_owned(),
        _ => text.as_bytes().to_vec(),
    }
}

/// The charset that an HTML text names for itself in its first kilobyte.
pub(in super::super) fn html_label(bytes: &[u8]) -> Option<String> {
    let head: String = bytes.iter().take(1024).map(|b| char::from(b.to_ascii_lowercase())).collect();
    let (_, rest) = head.split_once("charset=")?;
    let label: String = rest
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    // UTF-16 cannot announce itself in ASCII.
    (!label.is_empty() && !label.starts_with("utf-16")).then_some(label)
}

/// The name of a Windows code page, as [`decode`] knows it.
pub(in super::super) fn label_of_code_page(page: u32) -> String {
    match page {
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 | 51_949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        10_000 => "macintosh".to_owned(),
        10_007 => "x-mac-cyrillic".to_owned(),
        20_127 => "us-ascii".to_owned(),
        20_866 => "koi8-r".to_owned(),
        20_932 | 51_932 => "euc-jp".to_owned(),
        21_866 => "koi8-u".to_owned(),
        28_591..=28_606 => format!("iso-8859-{}", page - 28_590),
        50_220..=50_222 => "iso-2022-jp".to_owned(),
        52_936 | 54_936 => "gb18030".to_owned(),
        1200 => "utf-16le".to_owned(),
        65_001 => "utf-8".to_owned(),
        874 | 1250..=1258 => format!("windows-{page}"),
        _ => format!("cp{page}"),
    }
}

fn guessed(bytes: &[u8]) -> Decoded {
    Decoded { text: guess(bytes), is_sound: false }
}

fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
}

/// ISO-2022-JP and all that is sent under such names (RFC 1468, CP5022x, ISO-2022-JP-MS).
fn is_jis(name: &str) -> bool {
    name.starts_with("iso-2022-jp")
        || matches!(name, "csiso2022jp" | "csiso2022jp2" | "cp50220" | "cp50221" | "cp50222" | "iso2022jp" | "jis")
}

fn is_ascii_name(name: &str) -> bool {
    matches!(
        name,
        "us-ascii" | "ascii" | "ansi_x3.4-1968" | "iso646-us" | "us" | "unknown-8bit" | "x-unknown" | "default"
    )
}

fn by_label(name: &str) -> Option<&'static Encoding> {
    let name = match name {
        "cp932" | "ms932" | "x-ms-cp932" | "shift-jis-2004" | "shift_jisx0213" | "shift_jis-2004" | "mskanji" => {
            "shift_jis"
        }
        "eucjp" | "cp51932" | "eucjp-ms" | "euc-jp-ms" | "eucjp-win" | "euc-jisx0213" => "euc-jp",
        "cp936" | "ms936" => "gbk",
        "cp949" | "ms949" => "euc-kr",
        "cp950" | "ms950" => "big5",
        "latin-1" => "latin1",
        other => other,
    };
    Encoding::for_label_no_replacement(name.as_bytes()).or_else(|| {
        let page = name.strip_prefix("cp").or_else(|| name.strip_prefix("windows"))?.trim_start_matches('-');
        Encoding::for_label_no_replacement(format!("windows-{page}").as_bytes())
    })
}

/// A few DOS code pages that no browser knows.
fn by_parser(name: &str, bytes: &[u8]) -> Option<Decoded> {
    let decoder = mail_parser::decoders::charsets::map::charset_decoder(name.as_bytes())?;
    Some(Decoded { text: decoder(bytes), is_sound: true })
}
