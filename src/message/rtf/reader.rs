use super::super::text::{decode_bytes, label_of_code_page};
use super::fonts::Fonts;
use super::tokens::{Token, Tokens};

/// What an RTF text was around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Content {
    /// HTML encapsulated in RTF (MS-OXRTFEX §2.1.3).
    Html(String),
    /// Plain text encapsulated in RTF, or the text of the RTF itself.
    Text(String),
}

/// Groups within each other that are told apart; what is deeper is not read.
const MAX_DEPTH: usize = 1_000;

/// Reads an RTF text. `None` when it is none.
pub(in super::super) fn read(rtf: &[u8]) -> Option<Content> {
    if !rtf.trim_ascii_start().starts_with(b"{\\rtf") {
        return None;
    }
    let mut reader = Reader::default();
    for token in Tokens::new(rtf) {
        match token {
            Token::Open => reader.open(),
            Token::Close => reader.close(),
            Token::Word(word, number) => reader.word(word, number),
            Token::Symbol(symbol) => reader.symbol(symbol),
            Token::Byte(byte) => reader.byte(byte),
        }
    }
    reader.flush();
    Some(if reader.is_html { Content::Html(reader.out) } else { Content::Text(reader.out) })
}

/// Where text goes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Destination {
    #[default]
    Body,
    /// A piece of the HTML that is encapsulated.
    HtmlTag,
    FontTable,
    Nowhere,
}

/// What holds in a group and in the groups in it.
#[derive(Clone, Copy, Default)]
struct Group {
    destination: Destination,
    /// Text that is in the RTF alone: the HTML says it in its own way.
    is_rtf_alone: bool,
    font: Option<i32>,
    /// `\uc`: how many bytes after a `\u` stand in for it.
    stand_ins: Option<usize>,
}

#[derive(Default)]
struct Reader {
    out: String,
    is_html: bool,
    group: Group,
    around: Vec<Group>,
    /// Groups open beyond the limit.
    too_deep: usize,
    /// `\*` was read: the next word names a destination that one may skip.
    is_optional: bool,
    fonts: Fonts,
    /// Text not yet decoded: a character may be several bytes.
    bytes: Vec<u8>,
    /// The first half of a character that UTF-16 writes in two.
    high: Option<u16>,
    /// Bytes still to be left out after a `\u`.
    skipped: usize,
}

impl Reader {
    fn open(&mut self) {
        self.flush();
        if self.around.len() < MAX_DEPTH {
            self.around.push(self.group);
        } else {
            self.too_deep += 1;
        }
    }

    fn close(&mut self) {
        self.flush();
        self.is_optional = false;
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if let Some(around) = self.around.pop() {
            self.group = around;
        }
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        if word == "u" {
            return self.unicode(number.unwrap_or_default());
        }
        self.flush();
        let is_optional = std::mem::take(&mut self.is_optional);
        match word {
            "fromhtml" => self.is_html = number != Some(0),
            "htmlrtf" => self.group.is_rtf_alone = number != Some(0),
            "ansicpg" => self.fonts.document = number.and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0),
            "deff" => self.fonts.default = number.unwrap_or_default(),
            "uc" => self.group.stand_ins = number.and_then(|n| usize::try_from(n).ok()).map(|n| n.min(8)),
            "plain" => self.group.font = None,
            "htmltag" => self.group.destination = Destination::HtmlTag,
            "fonttbl" => self.group.destination = Destination::FontTable,
            _ if self.group.destination == Destination::FontTable => {
                self.fonts.describe(word, number.unwrap_or_default());
            }
            "f" => self.group.font = number,
            _ if is_optional || SILENT.contains(&word) => self.group.destination = Destination::Nowhere,
            _ => {
                if let Some(text) = character(word) {
                    self.write(text);
                }
            }
        }
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'*' => self.is_optional = true,
            b'\\' | b'{' | b'}' => self.byte(symbol),
            b'~' => self.write_after("\u{a0}"),
            b'_' => self.write_after("\u{2011}"),
            b'\r' | b'\n' => self.write_after("\n"),
            b'\t' => self.write_after("\t"),
            _ => {}
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.skipped > 0 {
            self.skipped -= 1;
        } else if self.is_written() {
            self.bytes.push(byte);
        }
    }

    fn is_written(&self) -> bool {
        self.too_deep == 0
            && !self.group.is_rtf_alone
            && matches!(self.group.destination, Destination::Body | Destination::HtmlTag)
    }

    fn write_after(&mut self, text: &str) {
        self.flush();
        self.write(text);
    }

    fn write(&mut self, text: &str) {
        if self.is_written() {
            self.out.push_str(text);
        }
    }

    /// `\u` with a signed UTF-16 unit.
    fn unicode(&mut self, number: i32) {
        self.flush_bytes();
        self.skipped = self.group.stand_ins.unwrap_or(1);
        let unit = u16::try_from(number.rem_euclid(0x1_0000)).unwrap_or_default();
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        let units = [self.high.take().unwrap_or(unit), unit];
        let is_pair = units.first() != units.last();
        let units = units.get(usize::from(!is_pair)..).unwrap_or_default();
        let text = String::from_utf16_lossy(units);
        self.write(&text);
    }

    fn flush_bytes(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let page = self.fonts.page(self.group.font);
        let text = decode_bytes(&std::mem::take(&mut self.bytes), Some(&label_of_code_page(page)));
        self.out.push_str(&text);
    }

    fn flush(&mut self) {
        self.flush_bytes();
        (self.skipped, self.high) = (0, None);
    }
}

/// Destinations without text for a reader that need not be announced as such.
const SILENT: [&str; 13] = [
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "header",
    "headerl",
    "headerr",
    "headerf",
    "footer",
    "footerl",
    "footerr",
    "footerf",
];

/// The character that a control word stands for.
fn character(word: &str) -> Option<&'static str> {
    Some(match word {
        "par" | "line" | "sect" | "page" | "row" => "\n",
        "tab" | "cell" => "\t",
        "lquote" => "\u{2018}",
        "rquote" => "\u{2019}",
        "ldblquote" => "\u{201c}",
        "rdblquote" => "\u{201d}",
        "bullet" => "\u{2022}",
        "endash" => "\u{2013}",
        "emdash" => "\u{2014}",
        "emspace" | "enspace" | "qmspace" => " ",
        _ => return None,
    })
}
