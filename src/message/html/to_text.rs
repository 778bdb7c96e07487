use super::css;
use super::walk::{Element, Visitor, walk};

/// HTML as readable plain text: blocks on lines of their own, cells apart, list items marked, the
/// address of a link after its words when they are not the same, quotations behind `>`. What is
/// hidden, and all that is not text, is left out. Its length is bounded by a small multiple of the input's.
pub fn html_to_text(html: &str) -> String {
    let mut writer = Writer::default();
    walk(html, &mut writer);
    writer.finished()
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Line breaks owed before the next text: 1 ends a line, 2 leaves an empty one.
    breaks: usize,
    /// A space is owed.
    space: bool,
    /// Open lists: the next number, or `None` for bullets.
    lists: Vec<Option<usize>>,
    quotes: usize,
    pre: usize,
    /// Open links: where each points, and where its words begin.
    links: Vec<(String, usize)>,
    /// A cell was closed on this line.
    after_cell: bool,
}

/// Elements without text for a reader.
fn is_silent(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "title"
            | "template"
            | "iframe"
            | "object"
            | "applet"
            | "noembed"
            | "noframes"
            | "select"
            | "textarea"
            | "svg"
            | "math"
            | "audio"
            | "video"
            | "canvas"
            | "map"
    )
}

impl Visitor for Writer {
    fn open(&mut self, element: &Element<'_>) -> bool {
        let name = &*element.name;
        let is_hidden = element.attribute("hidden").is_some() || element.attribute("style").is_some_and(css::is_hiding);
        if is_silent(name) || is_hidden {
            return false;
        }
        match name {
            "br" => self.new_line(),
            "hr" => {
                self.need(1);
                self.word("----");
                self.need(1);
            }
            "img" => {
                if let Some(alt) = element.attribute("alt") {
                    self.prose(alt);
                }
            }
            "a" => {
                let target = element.attribute("href").unwrap_or_default().trim().to_owned();
                self.links.push((target, self.out.len()));
            }
            "ul" | "menu" | "dir" => self.lists.push(None),
            "ol" => self.lists.push(Some(element.attribute("start").and_then(|s| s.parse().ok()).unwrap_or(1))),
            "td" | "th" if self.after_cell => {
                self.after_cell = false;
                if self.breaks == 0 {
                    self.out.push('\t');
                    self.space = false;
                }
            }
            _ => {}
        }
        self.need(breaks_around(name));
        match name {
            "li" => self.item(),
            "blockquote" => self.quotes += 1,
            "pre" => self.pre += 1,
            _ => {}
        }
        true
    }

    fn close(&mut self, name: &str) {
        match name {
            "a" => self.end_link(),
            "ul" | "ol" | "menu" | "dir" => {
                self.lists.pop();
            }
            "td" | "th" => self.after_cell = true,
            "tr" => self.after_cell = false,
            "pre" => self.pre = self.pre.saturating_sub(1),
            _ => {}
        }
        self.need(breaks_around(name));
        if name == "blockquote" {
            self.quotes = self.quotes.saturating_sub(1);
        }
    }

    fn text(&mut self, text: &str) {
        if self.pre == 0 {
            return self.prose(text);
        }
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.new_line();
            }
            if !line.is_empty() {
                self.word(line);
            }
        }
    }
}

impl Writer {
    fn prose(&mut self, text: &str) {
        let is_space = |c: char| c.is_ascii_whitespace();
        self.space |= text.starts_with(is_space);
        for word in text.split_ascii_whitespace() {
            self.word(word);
            self.space = true;
        }
        self.space = text.ends_with(is_space) || text.is_empty() && self.space;
    }

    /// Writes a word, after the breaks and the space that are owed.
    fn word(&mut self, word: &str) {
        if self.breaks > 0 {
            let owed = std::mem::take(&mut self.breaks);
            if !self.out.is_empty() {
                for _ in 0..owed {
                    self.end_line();
                }
            }
            self.out.extend(std::iter::repeat_n("> ", self.quotes.min(MAX_QUOTES)));
        } else if self.out.is_empty() {
            self.out.extend(std::iter::repeat_n("> ", self.quotes.min(MAX_QUOTES)));
        } else if self.space && !self.out.ends_with(char::is_whitespace) {
            self.out.push(' ');
        }
        self.space = false;
        if word.bytes().any(|b| b < b' ' || b == 0x7f || b == 0xc2) {
            self.out.extend(word.chars().filter(|c| !c.is_control() || *c == '\t'));
        } else {
            self.out.push_str(word);
        }
    }

    fn end_line(&mut self) {
        let kept = self.out.trim_end_matches([' ', '\t']).len();
        self.out.truncate(kept);
        self.out.push('\n');
    }

    fn new_line(&mut self) {
        self.breaks = (self.breaks + 1).min(2);
        self.space = false;
        self.after_cell = false;
    }

    fn need(&mut self, breaks: usize) {
        if breaks > 0 {
            self.breaks = self.breaks.max(breaks);
            self.space = false;
            self.after_cell = false;
        }
    }

    fn item(&mut self) {
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}.", *number - 1)
            }
            _ => "\u{2022}".to_owned(),
        };
        self.word(&mark);
        self.space = true;
    }

    /// A link whose words are not its address gets the address written behind it: what is read is
    /// never all that is known of where it leads.
    fn end_link(&mut self) {
        let Some((target, start)) = self.links.pop() else { return };
        let words = self.out.get(start..).unwrap_or_default().trim();
        let is_shown = words == target
            || target.strip_prefix("mailto:").is_some_and(|address| address == words)
            || target.split_once("://").is_some_and(|(_, rest)| rest.trim_end_matches('/') == words);
        let is_worth =
            ["http:", "https:", "mailto:", "ftp:"].iter().any(|s| target.to_ascii_lowercase().starts_with(s));
        if is_worth && !is_shown && !words.is_empty() {
            self.space = true;
            self.word(&format!("<{target}>"));
        }
    }

    fn finished(mut self) -> String {
        let kept = self.out.trim_end().len();
        self.out.truncate(kept);
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }
}

/// Quotation marks on one line; nobody answers more often.
const MAX_QUOTES: usize = 8;

/// How much air an element has around it.
fn breaks_around(name: &str) -> usize {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" | "dl" | "figure" => 2,
        "div" | "table" | "tr" | "ul" | "ol" | "menu" | "li" | "dt" | "dd" | "center" | "section" | "article"
        | "header" | "footer" | "nav" | "main" | "aside" | "address" | "caption" | "form" | "fieldset" | "body"
        | "figcaption" | "details" | "summary" | "option" => 1,
        _ => 0,
    }
}
