//! A text made ready for finding: width, case and line breaks don't matter.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;

/// The most places that are found in one text.
pub const MOST: usize = 2_000;

/// A text made ready for finding: letters of one width and case, blanks as one space.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    text: String,
    /// For each byte of the text, where the character it comes from begins in the original, and where it ends.
    from: Vec<(u32, u32)>,
}

/// Of letters that the same code of a Japanese set becomes, here and there, the one that is compared.
fn alike(c: char) -> char {
    match c {
        '\u{301c}' => '~',
        '\u{2212}' => '-',
        '\u{2016}' => '\u{2225}',
        '\u{00a6}' => '|',
        other => other,
    }
}

impl Folded {
    /// Folds a text.
    pub fn of(text: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len()), from: Vec::with_capacity(text.len()) };
        let mut before = '\n';
        let mut blank: Option<(usize, usize)> = None;
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            if c.is_whitespace() || c.is_control() {
                blank = Some((blank.map_or(at, |(start, _)| start), end));
                continue;
            }
            if is_invisible(c) {
                continue;
            }
            if let Some((start, end)) = blank.take() {
                let breaks = text.get(start..end).is_some_and(|blank| blank.contains('\n'));
                // Japanese has no blanks: a line break between its letters is none either.
                if !(breaks && is_wide(before) && is_wide(c)) {
                    folded.push(' ', start, end);
                }
            }
            before = c;
            for part in std::iter::once(alike(c)).nfkd().flat_map(char::to_lowercase) {
                folded.push(part, at, end);
            }
        }
        folded
    }

    fn push(&mut self, c: char, start: usize, end: usize) {
        self.text.push(c);
        let place = (u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX));
        self.from.extend(std::iter::repeat_n(place, c.len_utf8()));
    }

    /// Where words stand in the original, in bytes, from the beginning on.
    pub fn find(&self, words: &str) -> Vec<Range<usize>> {
        let wanted = Self::of(words).text;
        let wanted = wanted.trim();
        if wanted.is_empty() {
            return Vec::new();
        }
        let is_whole =
            |end: usize| !self.text.get(end..).is_some_and(|rest| rest.starts_with(['\u{3099}', '\u{309a}']));
        let places = self.text.match_indices(wanted).filter(|(at, found)| is_whole(at + found.len()));
        let places = places.filter_map(|(at, found)| {
            let (start, _) = self.from.get(at)?;
            let (_, end) = self.from.get(at + found.len() - 1)?;
            Some(*start as usize..*end as usize)
        });
        places.take(MOST).collect()
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(text: &'t str, words: &str) -> Vec<&'t str> {
        Folded::of(text).find(words).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn case_and_width_and_line_breaks_do_not_matter() {
        assert_eq!(found("Invoice, INVOICE, ｉｎｖｏｉｃｅ", "invoice"), ["Invoice", "INVOICE", "ｉｎｖｏｉｃｅ"]);
        assert_eq!(found("ｶﾀｶﾅとカタカナ", "カタカナ"), ["ｶﾀｶﾅ", "カタカナ"]);
        assert_eq!(found("ﾊﾟｽﾜｰﾄﾞ", "パスワード"), ["ﾊﾟｽﾜｰﾄﾞ"]);
        assert_eq!(found("㈱髙橋", "(株)"), ["㈱"]);
        assert_eq!(found("two\n  words", "two words"), ["two\n  words"]);
        assert_eq!(found("請求\n書", "請求書"), ["請求\n書"]);
        assert_eq!(found("café", "CAFE"), ["café"]);
        assert_eq!(found("10:00～12:00 と 10:00〜12:00", "10:00〜12"), ["10:00～12", "10:00〜12"]);
    }

    #[test]
    fn a_voiced_letter_is_another_letter() {
        assert_eq!(found("がき", "か"), Vec::<&str>::new());
        assert_eq!(found("かがみ", "か"), ["か"]);
    }

    #[test]
    fn what_is_found_is_whole_characters_of_the_original() {
        let text = "ﬃ Ⅷ ½ ㍿ e\u{301}\u{200b}x İ";
        for words in ["ffi", "f", "viii", "1", "株式", "ex", "i", "é"] {
            for range in Folded::of(text).find(words) {
                assert!(text.get(range.clone()).is_some(), "{words} {range:?}");
            }
        }
        assert_eq!(found("soft\u{ad}hyphen", "softhyphen"), ["soft\u{ad}hyphen"]);
    }

    #[test]
    fn nothing_is_found_by_nothing_and_not_more_than_can_be_shown() {
        assert_eq!(found("a b c", "  "), Vec::<&str>::new());
        assert_eq!(Folded::of(&"a".repeat(10_000)).find("a").len(), MOST);
    }
}
