use encoding_rs::Encoding;

use super::iso2022;

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
    let Some(encoding) = by_label(&name) else {
        return by_parser(&name, bytes).unwrap_or_else(|| Decoded { text: guess(bytes), is_sound: false });
    };
    if encoding.is_ascii_compatible() && !is_eight_bit && iso2022::is_announced(bytes) {
        return Decoded { text: iso2022::decode(bytes).text, is_sound: false };
    }
    let (text, _, had_errors) = encoding.decode(bytes);
    Decoded { text: text.into_owned(), is_sound: !had_errors }
}

/// Text whose charset nobody declared: UTF-8, else ISO-2022-JP, Shift_JIS or EUC-JP if it reads as
/// Japanese, else windows-1252.
pub(in super::super) fn guess(bytes: &[u8]) -> String {
    if iso2022::is_announced(bytes) {
        return iso2022::decode(bytes).text;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.trim_start_matches('\u{feff}').to_owned();
    }
    let sample = sample(bytes);
    let japanese = [encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP]
        .into_iter()
        .map(|encoding| {
            let (text, had_errors) = encoding.decode_without_bom_handling(sample);
            (if had_errors { 0 } else { likeness(&text) }, encoding)
        })
        .filter(|(score, _)| *score > 0)
        .max_by_key(|(score, _)| *score);
    if let Some((_, encoding)) = japanese {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    // Almost UTF-8 (one damaged character) is UTF-8.
    let lossy = String::from_utf8_lossy(sample);
    let damaged = lossy.chars().filter(|c| *c == '\u{fffd}').count();
    let other = lossy.chars().filter(|c| !c.is_ascii() && *c != '\u{fffd}').count();
    if other > damaged * 2 {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
}

/// Enough of a text to guess by: from its first line that is not ASCII, to the end of a word.
fn sample(bytes: &[u8]) -> &[u8] {
    const LENGTH: usize = 64 * 1024;
    let first = bytes.iter().position(|b| !b.is_ascii()).unwrap_or_default();
    let before = bytes.get(..first).unwrap_or_default();
    let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1).max(first.saturating_sub(LENGTH / 2));
    let rest = bytes.get(start..).unwrap_or_default();
    match rest.get(..LENGTH) {
        Some(cut) => cut.iter().rposition(u8::is_ascii_whitespace).and_then(|end| cut.get(..end)).unwrap_or(cut),
        None => rest,
    }
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
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        10_000 => "macintosh".to_owned(),
        10_007 => "x-mac-cyrillic".to_owned(),
        20_127 => "us-ascii".to_owned(),
        20_866 => "koi8-r".to_owned(),
        20_932 | 51_932 => "euc-jp".to_owned(),
        21_866 => "koi8-u".to_owned(),
        28_591..=28_606 => format!("iso-8859-{}", page - 28_590),
        50_220..=50_222 => "iso-2022-jp".to_owned(),
        51_949 => "euc-kr".to_owned(),
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

/// How much a text decoded as Japanese looks like it; 0 is not at all.
fn likeness(text: &str) -> usize {
    let (mut kana, mut run, mut longest, mut odd) = (0_usize, 0_usize, 0_usize, 0_usize);
    for c in text.chars() {
        let is_kana = matches!(c, '\u{3041}'..='\u{30ff}');
        let is_wide = is_kana
            || matches!(c, '\u{3000}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{2160}'..='\u{217f}' | '\u{2460}'..='\u{24ff}' | '\u{3200}'..='\u{33ff}' | '\u{ff01}'..='\u{ff5e}');
        match c {
            '\u{e000}'..='\u{f8ff}' | '\u{80}'..='\u{9f}' => return 0,
            '\u{ff61}'..='\u{ff9f}' => odd += 1,
            _ => {}
        }
        kana += usize::from(is_kana);
        run = if is_wide { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    if longest < 2 && kana == 0 && odd < 3 {
        return 0;
    }
    (1 + kana * 4 + longest).saturating_sub(odd * 2).max(usize::from(odd >= 3 && kana + longest == 0))
}
