//! The charset of a text that does not say it, or says it wrong.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_JP, SHIFT_JIS, WINDOWS_1252};

use super::iso2022;

/// Text whose charset nobody declared: ISO-2022-JP if it announces itself, UTF-8 if it is that,
/// Shift_JIS or EUC-JP if it reads as Japanese; else what a detector finds in it, and windows-1252
/// where there is too little to find anything in.
pub(in super::super) fn guess(bytes: &[u8]) -> String {
    if iso2022::is_announced(bytes) {
        return iso2022::decode(bytes).text;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.trim_start_matches('\u{feff}').to_owned();
    }
    let sample = sample(bytes);
    if let Some(encoding) = japanese(sample) {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    // Almost UTF-8 (one damaged character) is UTF-8.
    let lossy = String::from_utf8_lossy(sample);
    let damaged = lossy.chars().filter(|c| *c == '\u{fffd}').count();
    let other = lossy.chars().filter(|c| !c.is_ascii() && *c != '\u{fffd}').count();
    if other > damaged * 2 {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    detected(sample).unwrap_or(WINDOWS_1252).decode_without_bom_handling(bytes).0.into_owned()
}

/// What a detector finds, when there is enough to look at and it fits.
fn detected(sample: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    const ENOUGH: usize = 5;
    if sample.iter().filter(|b| !b.is_ascii()).take(ENOUGH).count() < ENOUGH {
        return None;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    encoding.decode_without_bom_handling_and_without_replacement(sample).is_some().then_some(encoding)
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

/// Shift_JIS or EUC-JP, whichever reads more like Japanese. Without any full-width kana it may as
/// well be Chinese, Korean or Russian: then the detector has a say, unless the text is as short as
/// a name, of which only people can tell.
fn japanese(sample: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    const SHORT: usize = 8;
    let (likeness, encoding) = [SHIFT_JIS, EUC_JP]
        .into_iter()
        .map(|encoding| {
            let (text, had_errors) = encoding.decode_without_bom_handling(sample);
            (if had_errors { Likeness::default() } else { Likeness::of(&text) }, encoding)
        })
        .filter(|(likeness, _)| likeness.score > 0)
        .max_by_key(|(likeness, _)| likeness.score)?;
    if likeness.kana > 0 || likeness.wide > 0 && likeness.wide <= SHORT && likeness.half_width == 0 {
        return Some(encoding);
    }
    match detected(sample) {
        Some(other) if other != SHIFT_JIS && other != EUC_JP => None,
        _ => Some(encoding),
    }
}

/// How much a text decoded as Japanese looks like it.
#[derive(Default)]
struct Likeness {
    /// 0 is not at all.
    score: usize,
    kana: usize,
    wide: usize,
    half_width: usize,
}

impl Likeness {
    fn of(text: &str) -> Self {
        let mut found = Self::default();
        let (mut run, mut longest) = (0_usize, 0_usize);
        for c in text.chars() {
            let is_kana = matches!(c, '\u{3041}'..='\u{30ff}');
            let is_wide = is_kana
                || matches!(c, '\u{3000}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{2160}'..='\u{217f}' | '\u{2460}'..='\u{24ff}' | '\u{3200}'..='\u{33ff}' | '\u{ff01}'..='\u{ff5e}');
            match c {
                '\u{e000}'..='\u{f8ff}' | '\u{80}'..='\u{9f}' => return Self::default(),
                '\u{ff61}'..='\u{ff9f}' => found.half_width += 1,
                _ => {}
            }
            found.kana += usize::from(is_kana);
            found.wide += usize::from(is_wide);
            run = if is_wide { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        let (kana, odd) = (found.kana, found.half_width);
        if longest < 2 && kana == 0 && odd < 3 {
            return Self::default();
        }
        found.score =
            (1 + kana * 4 + longest).saturating_sub(odd * 2).max(usize::from(odd >= 3 && kana + longest == 0));
        found
    }
}
