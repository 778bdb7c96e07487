/// One token of RTF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `{`
    Open,
    /// `}`
    Close,
    /// `\word` with its number.
    Word(&'a str, Option<i32>),
    /// `\` before a character that is no letter.
    Symbol(u8),
    /// A byte of text, written as itself or as `\'hh`.
    Byte(u8),
}

/// The tokens of an RTF text, one after the other.
pub(super) struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn control(&mut self) -> Option<Token<'a>> {
        let letters = self.rest.iter().take(32).take_while(|b| b.is_ascii_alphabetic()).count();
        if letters > 0 {
            return Some(self.word(letters));
        }
        let [byte, tail @ ..] = self.rest else { return None };
        self.rest = tail;
        if *byte == b'\''
            && let Some(value) = super::super::text::hex_pair(tail)
        {
            self.rest = tail.get(2..).unwrap_or_default();
            return Some(Token::Byte(value));
        }
        Some(Token::Symbol(*byte))
    }

    fn word(&mut self, letters: usize) -> Token<'a> {
        let (name, tail) = self.rest.split_at_checked(letters).unwrap_or_default();
        let name = std::str::from_utf8(name).unwrap_or_default();
        let sign = usize::from(tail.first() == Some(&b'-'));
        let digits = tail.iter().skip(sign).take(10).take_while(|b| b.is_ascii_digit()).count();
        let length = if digits > 0 { sign + digits } else { 0 };
        let number = tail.get(..length).and_then(|n| std::str::from_utf8(n).ok()).and_then(|n| n.parse().ok());
        let tail = tail.get(length..).unwrap_or_default();
        self.rest = tail.strip_prefix(b" ").unwrap_or(tail);
        if name == "bin" {
            let skipped = usize::try_from(number.unwrap_or_default()).unwrap_or_default();
            self.rest = self.rest.get(skipped..).unwrap_or_default();
        }
        Token::Word(name, number)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let [byte, tail @ ..] = self.rest else { return None };
            self.rest = tail;
            return match byte {
                b'{' => Some(Token::Open),
                b'}' => Some(Token::Close),
                b'\\' => self.control(),
                b'\r' | b'\n' | 0 => continue,
                byte => Some(Token::Byte(*byte)),
            };
        }
    }
}
