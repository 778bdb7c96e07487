//! Words of a text. Scripts that write words apart are taken by words; the others by pairs of letters, each at the place of
//! its first, with the last letter of a run alone, so that a single letter is the beginning of some token wherever it stands.
//! An address falls into its parts, a number with commas is one number, and each place has exactly one token.

use std::ops::Range;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::letters::{Kind, Letter, Letters};

/// Letters of a word that count.
const LONGEST: usize = 64;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A whole word.
    Word,
    /// Two letters.
    Pair,
    /// One letter of a script that is taken by pairs: at the end of its run.
    Single,
}

/// A token with where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) text: String,
    pub(super) position: usize,
    pub(super) kind: TokenKind,
    /// Its bytes in the text.
    pub(super) range: Range<usize>,
    /// Where its first letter ends.
    pub(super) first_end: usize,
}

/// What tokens are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be found: each run ends with its last letter.
    Text,
    /// To find: that letter is in the pair before, unless it is all there is.
    Query,
}

/// All tokens of a text.
pub(super) fn tokens(text: &str, purpose: Purpose) -> Vec<Placed> {
    Tokens::of(text, purpose).collect()
}

/// The tokens of a text, one by one.
pub(super) struct Tokens<'a> {
    letters: Letters<'a>,
    purpose: Purpose,
    position: usize,
    /// The letter of a run whose pair comes next, and whether it is the run's first.
    run: Option<(Letter, bool)>,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a str, purpose: Purpose) -> Self {
        Self { letters: Letters::of(text), purpose, position: 0, run: None }
    }

    /// The next token's text is put into `into`.
    fn next_into(&mut self, into: &mut String) -> Option<(TokenKind, Range<usize>, usize)> {
        into.clear();
        loop {
            if let Some((first, is_begin)) = self.run {
                let second = self.letters.peek(0).filter(|next| next.kind() == Kind::Gram);
                self.run = second.map(|second| (second, false));
                into.push(first.char);
                if let Some(second) = second {
                    self.letters.next();
                    into.push(second.char);
                    return Some((TokenKind::Pair, first.start..second.end, first.end));
                }
                if self.purpose == Purpose::Text || is_begin {
                    return Some((TokenKind::Single, first.start..first.end, first.end));
                }
                into.clear();
                self.position += 1;
                continue;
            }
            let letter = self.letters.next()?;
            match letter.kind() {
                Kind::Break => {}
                Kind::Gram => self.run = Some((letter, true)),
                Kind::Symbol => {
                    into.push(letter.char);
                    return Some((TokenKind::Word, letter.start..letter.end, letter.end));
                }
                Kind::Word => return Some((TokenKind::Word, letter.start..self.word(letter, into), letter.end)),
            }
        }
    }

    /// Goes on with a word to its end.
    fn word(&mut self, first: Letter, into: &mut String) -> usize {
        into.push(first.char);
        let (mut end, mut count) = (first.end, 1);
        let mut digits = usize::from(first.char.is_ascii_digit());
        let mut is_grouped = false;
        loop {
            let Some(next) = self.letters.peek(0) else { return end };
            if next.kind() == Kind::Word {
                digits += usize::from(next.char.is_ascii_digit());
                if count < LONGEST {
                    into.push(next.char);
                }
                count += 1;
            } else if next.char == ',' && digits == count && (is_grouped || count <= 3) && self.is_group() {
                is_grouped = true;
            } else {
                return end;
            }
            end = next.end;
            self.letters.next();
        }
    }

    /// After a comma: three digits, and not more.
    fn is_group(&mut self) -> bool {
        (1..=3).all(|ahead| self.letters.peek(ahead).is_some_and(|letter| letter.char.is_ascii_digit()))
            && self.letters.peek(4).is_none_or(|letter| letter.kind() != Kind::Word)
    }
}

impl Iterator for Tokens<'_> {
    type Item = Placed;

    fn next(&mut self) -> Option<Placed> {
        let mut text = String::new();
        let (kind, range, first_end) = self.next_into(&mut text)?;
        let position = self.position;
        self.position += 1;
        Some(Placed { text, position, kind, range, first_end })
    }
}

/// For tantivy.
#[derive(Clone, Debug, Default)]
pub(super) struct MailTokenizer;

impl Tokenizer for MailTokenizer {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        Stream { tokens: Tokens::of(text, Purpose::Text), token: Token::default() }
    }
}

/// For tantivy.
pub(super) struct Stream<'a> {
    tokens: Tokens<'a>,
    token: Token,
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        let Some((_, range, _)) = self.tokens.next_into(&mut self.token.text) else { return false };
        self.token.position = self.tokens.position;
        (self.token.offset_from, self.token.offset_to) = (range.start, range.end);
        self.tokens.position += 1;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, purpose: Purpose) -> Vec<String> {
        let tokens = tokens(text, purpose);
        assert!(purpose == Purpose::Query || tokens.iter().enumerate().all(|(at, token)| token.position == at));
        tokens.into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn japanese_is_taken_by_pairs_and_its_last_letter() {
        assert_eq!(words("請求書", Purpose::Text), ["請求", "求書", "書"]);
        assert_eq!(words("請求書", Purpose::Query), ["請求", "求書"]);
        assert_eq!(words("書", Purpose::Query), ["書"]);
        assert_eq!(words("A4サイズ、2枚", Purpose::Text), ["a4", "さい", "いず", "ず", "2", "枚"]);
    }

    #[test]
    fn places_are_the_same_in_what_is_sought_and_what_is_found() {
        let at = |text: &str, purpose| {
            tokens(text, purpose).into_iter().map(|token| (token.position, token.text)).collect::<Vec<_>>()
        };
        let text = at("会議室A4の版", Purpose::Text);
        for wanted in at("会議室A4の版", Purpose::Query) {
            assert!(text.contains(&wanted), "{wanted:?} in {text:?}");
        }
    }

    #[test]
    fn addresses_fall_into_parts_and_numbers_with_commas_do_not() {
        assert_eq!(words("Bob.Smith@mail.example.org", Purpose::Text), ["bob", "smith", "mail", "example", "org"]);
        assert_eq!(words("￥１２３，４５６円 1,234,567.80", Purpose::Text), ["123456", "円", "1234567", "80"]);
        assert_eq!(
            words("1,2,3 12,3456 a,123 1234,567", Purpose::Text),
            ["1", "2", "3", "12", "3456", "a", "123", "1234", "567"]
        );
        assert_eq!(words("2026-11-28", Purpose::Text), ["2026", "11", "28"]);
    }

    #[test]
    fn other_scripts_are_words_or_pairs() {
        assert_eq!(words("Привет, мир! 🎉", Purpose::Text), ["привет", "мир", "🎉"]);
        assert_eq!(words("한국어 메일", Purpose::Query), ["한국", "국어", "메일"]);
        assert_eq!(words("电子邮件", Purpose::Query), ["电子", "子邮", "邮件"]);
    }

    #[test]
    fn a_word_without_end_is_cut() {
        let long = "x".repeat(10_000);
        let found = tokens(&long, Purpose::Text);
        assert_eq!((found.len(), found[0].text.len(), found[0].range.clone()), (1, LONGEST, 0..10_000));
    }
}
