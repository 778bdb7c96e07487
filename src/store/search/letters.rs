//! Text as the search sees it: one width, one case, no accents, one kana, and where each letter came from.
//!
//! NFKC makes full-width Latin, half-width kana, ㈱ and ligatures one with their plain forms, and nothing more: 髙 and 高 are
//! two letters to it. People who bear such a name write it both ways, so the few [variants](variant) that keyboards hardly
//! offer are one here too. Katakana are read as hiragana.

use std::collections::VecDeque;
use std::iter::Peekable;
use std::str::CharIndices;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;

/// What a letter is to the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of a script that writes words apart, or a digit.
    Word,
    /// Of a script that does not: Han, kana, Hangul (whose words carry endings), Thai and its neighbours.
    Gram,
    /// A picture that is a word of its own.
    Symbol,
    /// Between words.
    Break,
}

/// A folded letter, and the bytes of the text that it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) char: char,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Letter {
    pub(super) fn kind(self) -> Kind {
        kind(self.char)
    }
}

/// The folded letters of a text, with any number of them looked at before they are taken.
pub(super) struct Letters<'a> {
    chars: Peekable<CharIndices<'a>>,
    ready: VecDeque<Letter>,
    before: char,
}

impl<'a> Letters<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { chars: text.char_indices().peekable(), ready: VecDeque::new(), before: ' ' }
    }

    /// The letter after so many others.
    pub(super) fn peek(&mut self, ahead: usize) -> Option<Letter> {
        while self.ready.len() <= ahead && self.fill() {}
        self.ready.get(ahead).copied()
    }

    /// Reads a little further; whether there was anything.
    fn fill(&mut self) -> bool {
        let Some((start, char)) = self.chars.next() else { return false };
        let mut end = start + char.len_utf8();
        if char.is_whitespace() {
            self.blank(char, start, end);
        } else if char.is_ascii() {
            while let Some((at, mark)) = self.chars.next_if(|(_, next)| is_accent(*next)) {
                end = at + mark.len_utf8();
            }
            self.push(char.to_ascii_lowercase(), start, end);
        } else if !is_invisible(char) {
            self.cluster(char, start);
        }
        true
    }

    /// Japanese and Chinese have no blanks: a line break between their letters is none either; an empty line is.
    fn blank(&mut self, char: char, start: usize, mut end: usize) {
        let mut lines = usize::from(char == '\n');
        while let Some((at, next)) = self.chars.next_if(|(_, next)| next.is_whitespace()) {
            end = at + next.len_utf8();
            lines += usize::from(next == '\n');
        }
        let after = self.chars.peek().map_or(' ', |(_, next)| *next);
        if !(lines == 1 && joins(self.before) && joins(after)) {
            self.push(' ', start, end);
        }
    }

    /// A letter with the marks that belong to it.
    fn cluster(&mut self, char: char, start: usize) {
        let mut end = start + char.len_utf8();
        let mut whole = String::from(char);
        while let Some((at, next)) = self.chars.next_if(|(_, next)| belongs(*next)) {
            end = at + next.len_utf8();
            if !is_invisible(next) {
                whole.push(next);
            }
        }
        for plain in whole.nfkc().flat_map(char::to_lowercase) {
            if matches!(kind(plain), Kind::Gram) {
                self.push(variant(hiragana(plain)), start, end);
                continue;
            }
            for part in std::iter::once(plain).nfd().filter(|part| !is_accent(*part)) {
                match spelled(part) {
                    Some((first, second)) => {
                        self.push(first, start, end);
                        if let Some(second) = second {
                            self.push(second, start, end);
                        }
                    }
                    None => self.push(part, start, end),
                }
            }
        }
    }

    fn push(&mut self, char: char, start: usize, end: usize) {
        self.before = char;
        self.ready.push_back(Letter { char, start, end });
    }
}

impl Iterator for Letters<'_> {
    type Item = Letter;

    fn next(&mut self) -> Option<Letter> {
        self.peek(0)?;
        self.ready.pop_front()
    }
}

/// A text with nothing but its folded letters, to compare names with.
pub fn folded(text: &str) -> String {
    let letters: String = Letters::of(text).map(|letter| letter.char).collect();
    letters.trim().to_owned()
}

/// What a folded letter is to the search.
pub(super) fn kind(char: char) -> Kind {
    match char {
        'a'..='z' | '0'..='9' | 'A'..='Z' => Kind::Word,
        '\0'..='\u{7f}' | '\u{3000}'..='\u{3004}' | '\u{30a0}' | '\u{30fb}' => Kind::Break,
        // Thai, Lao, Burmese, Hangul, Khmer, radicals, kana, Bopomofo, Hangul letters, Han.
        '\u{e01}'..='\u{e3a}'
        | '\u{e40}'..='\u{e4e}'
        | '\u{e81}'..='\u{ece}'
        | '\u{1000}'..='\u{103f}'
        | '\u{1100}'..='\u{11ff}'
        | '\u{1780}'..='\u{17d3}'
        | '\u{2e80}'..='\u{2fdf}'
        | '\u{3005}'..='\u{3007}'
        | '\u{303b}'
        | '\u{3041}'..='\u{30ff}'
        | '\u{3105}'..='\u{318e}'
        | '\u{31a0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ffdc}'
        | '\u{20000}'..='\u{3ffff}' => Kind::Gram,
        '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{1f300}'..='\u{1faff}' => Kind::Symbol,
        _ if char.is_alphanumeric() => Kind::Word,
        _ => Kind::Break,
    }
}

/// Letters between which a line break is none: not Hangul, which has blanks.
fn joins(char: char) -> bool {
    kind(char) == Kind::Gram
        && !matches!(char, '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{ac00}'..='\u{d7a3}')
}

/// Belongs to the letter before: a mark, a half-width voicing mark, a vowel or final of Hangul, something invisible.
fn belongs(char: char) -> bool {
    matches!(char, '\u{ff9e}' | '\u{ff9f}' | '\u{1160}'..='\u{11ff}')
        || is_invisible(char)
        || (!char.is_ascii() && canonical_combining_class(char) != 0)
}

/// Marks that are left out: those of Latin, Greek and Cyrillic, and the vowels of Hebrew and Arabic. A voiced kana and a
/// Thai vowel are other letters.
fn is_accent(char: char) -> bool {
    matches!(
        char,
        '\u{300}'..='\u{36f}'
            | '\u{591}'..='\u{5c7}'
            | '\u{610}'..='\u{61a}'
            | '\u{64b}'..='\u{65f}'
            | '\u{670}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}'
    )
}

/// Left out without being a break: soft hyphens, joiners, marks of direction, selectors of a letter's shape.
fn is_invisible(char: char) -> bool {
    matches!(
        char,
        '\u{ad}'
            | '\u{34f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

fn hiragana(char: char) -> char {
    match char {
        '\u{30a1}'..='\u{30f6}' | '\u{30fd}' | '\u{30fe}' => char::from_u32(char as u32 - 0x60).unwrap_or(char),
        _ => char,
    }
}

/// Letters that Unicode takes for plain ones, and people for letters with a mark.
fn spelled(char: char) -> Option<(char, Option<char>)> {
    Some(match char {
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'þ' => ('t', Some('h')),
        'ø' => ('o', None),
        'ł' => ('l', None),
        'đ' | 'ð' => ('d', None),
        'ħ' => ('h', None),
        'ı' => ('i', None),
        'ς' => ('σ', None),
        '’' | '\u{2bc}' => ('\'', None),
        _ => return None,
    })
}

/// Shapes of one letter in names, of which NFKC knows nothing: the one that every keyboard offers.
fn variant(char: char) -> char {
    match char {
        '髙' => '高',
        '﨑' | '嵜' => '崎',
        '𠮷' => '吉',
        '栁' => '柳',
        '濵' | '濱' => '浜',
        '邉' | '邊' => '辺',
        '齋' => '斎',
        '齊' => '斉',
        '澤' => '沢',
        '嶋' | '嶌' => '島',
        '廣' => '広',
        '德' => '徳',
        '櫻' => '桜',
        '曻' => '昇',
        '槗' => '橋',
        '會' => '会',
        '國' => '国',
        '眞' => '真',
        '惠' => '恵',
        '龍' => '竜',
        '瀧' => '滝',
        '壽' => '寿',
        '條' => '条',
        '藏' => '蔵',
        '冨' => '富',
        _ => char,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_case_kana_and_accents_are_one() {
        for (text, plain) in [
            ("ＩＮＶＯＩＣＥ", "invoice"),
            ("ｶﾀｶﾅ", "かたかな"),
            ("カタカナ", "かたかな"),
            ("ﾊﾟｽﾜｰﾄﾞ", "ぱすわーど"),
            ("ハ\u{309a}スワート\u{3099}", "ぱすわーど"),
            ("㈱", "(株)"),
            ("Crème BRÛLÉE", "creme brulee"),
            ("e\u{301}te\u{301}", "ete"),
            ("Straße ΟΔΥΣΣΕΥΣ İstanbul ısı", "strasse οδυσσευσ istanbul isi"),
            ("Øresund Łódź œuvre", "oresund lodz oeuvre"),
            ("co\u{ad}op\u{200b}", "coop"),
            ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}", "한글"),
            ("葛\u{e0100}城", "葛城"),
        ] {
            assert_eq!(folded(text), plain, "{text}");
        }
    }

    #[test]
    fn what_nfkc_does_not_do_is_done_by_the_table_alone() {
        assert_eq!("髙".nfkc().collect::<String>(), "髙", "NFKC leaves this letter as it is");
        assert_eq!((folded("髙橋"), folded("𠮷野家")), ("高橋".to_owned(), "吉野家".to_owned()));
        assert_eq!("\u{fa19}".nfkc().collect::<String>(), "\u{795e}", "and makes this one plain");
        assert_eq!(folded("裏"), "裏", "what is not in the table stays");
    }

    #[test]
    fn a_voiced_kana_and_a_thai_vowel_are_letters_of_their_own() {
        assert_ne!(folded("がき"), folded("かき"));
        assert_ne!(folded("กี"), folded("กิ"));
    }

    #[test]
    fn a_line_break_within_japanese_is_none_and_an_empty_line_is_one() {
        assert_eq!(folded("請求\r\n書"), "請求書");
        assert_eq!(folded("請求\n\n書"), "請求 書");
        assert_eq!(folded("請求 書"), "請求 書");
        assert_eq!(folded("한국\n어"), "한국 어");
        assert_eq!(folded("a\nb"), "a b");
    }

    #[test]
    fn each_letter_knows_whole_characters_of_the_text() {
        let text = "ﬃ Ⅷ ½ ㍿ e\u{301}\u{200b}x İ ｶﾞ 髙\u{e0101}";
        for letter in Letters::of(text) {
            assert!(text.get(letter.start..letter.end).is_some_and(|piece| !piece.is_empty()), "{letter:?}");
        }
    }
}
