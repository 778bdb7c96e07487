//! The tokens of an HTML text as balanced elements. There is no tree: memory and time stay linear
//! on hostile input, and what is written out again is nested no deeper than a renderer can bear.

use std::borrow::Cow;

use super::tokens::{Attributes, Token, Tokens};

/// Told of every element and text, in order; each `open` that answered `true` gets its `close`.
pub(super) trait Visitor {
    /// A start tag. `false`: the element and all within it are left out.
    fn open(&mut self, element: &Element<'_>) -> bool;
    /// The end of an element that was not left out; void elements end at once.
    fn close(&mut self, name: &str);
    /// Text that is not within something left out.
    fn text(&mut self, text: &str);
}

/// A start tag, its names in lower case.
pub(super) struct Element<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) attributes: Attributes<'a>,
}

impl Element<'_> {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }
}

/// Reads a whole text.
pub(super) fn walk(html: &str, visitor: &mut impl Visitor) {
    let mut walker = Walker { visitor, open: Vec::new(), counts: vec![0; 256], hidden: 0 };
    for token in Tokens::new(html) {
        match token {
            Token::Text(text) if walker.hidden == 0 => walker.visitor.text(&text),
            Token::Text(_) => {}
            Token::Start { name, attributes } => walker.start(Element { name, attributes }),
            Token::End(name) => walker.end(&name),
        }
    }
    walker.close_to(0);
}

/// Deeper elements are flattened: only their content is left.
const MAX_DEPTH: usize = 200;

/// How far up an implied end tag looks for its element.
const LOOK_BACK: usize = 24;

const VOID: [&str; 15] = [
    "area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];

pub(super) fn is_void(name: &str) -> bool {
    VOID.contains(&name)
}

struct Walker<'v, 'a, V> {
    visitor: &'v mut V,
    /// Open elements, each with whether it is shown.
    open: Vec<(Cow<'a, str>, bool)>,
    /// How many of them have names of each kind (see [`kind`]): most end tags without a start are known by it.
    counts: Vec<usize>,
    /// How many of the open elements are left out.
    hidden: usize,
}

impl<'a, V: Visitor> Walker<'_, 'a, V> {
    fn start(&mut self, element: Element<'a>) {
        self.close_implied(&element.name);
        if is_void(&element.name) {
            if self.hidden == 0 && self.visitor.open(&element) {
                self.visitor.close(&element.name);
            }
        } else if self.open.len() < MAX_DEPTH || super::tokens::is_raw(&element.name) {
            let is_shown = self.hidden == 0 && self.visitor.open(&element);
            self.hidden += usize::from(!is_shown);
            if let Some(count) = self.counts.get_mut(kind(&element.name)) {
                *count += 1;
            }
            self.open.push((element.name, is_shown));
        }
    }

    fn end(&mut self, name: &str) {
        if self.counts.get(kind(name)).is_some_and(|count| *count > 0)
            && let Some(at) = self.open.iter().rposition(|(open, _)| open == name)
        {
            // A cell does not end by an end tag of something around its table.
            let is_inner = |(open, _): &(Cow<'_, str>, bool)| open == "table";
            let crosses = !matches!(name, "table" | "body" | "html" | "div" | "center");
            if crosses && self.open.iter().skip(at + 1).any(is_inner) {
                return;
            }
            self.close_to(at);
        }
    }

    /// Some elements end where another begins (HTML Standard, "optional tags").
    fn close_implied(&mut self, name: &str) {
        let (ended, barriers): (&[&str], &[&str]) = match name {
            "li" => (&["li"], &["ul", "ol", "menu", "table"]),
            "dt" | "dd" => (&["dt", "dd"], &["dl", "table"]),
            "option" | "optgroup" => (&["option"], &["select"]),
            "td" | "th" => (&["td", "th"], &["table", "tr"]),
            "tr" => (&["tr"], &["table"]),
            "tbody" | "thead" | "tfoot" => (&["tbody", "thead", "tfoot"], &["table"]),
            "p" | "div" | "table" | "ul" | "ol" | "dl" | "pre" | "blockquote" | "hr" | "h1" | "h2" | "h3" | "h4"
            | "h5" | "h6" | "center" => (&["p"], &["table", "td", "th", "div", "li", "blockquote", "button"]),
            _ => return,
        };
        let near = self.open.iter().enumerate().rev().take(LOOK_BACK);
        let found = near
            .take_while(|(_, (open, _))| !barriers.contains(&&**open))
            .find(|(_, (open, _))| ended.contains(&&**open))
            .map(|(at, _)| at);
        if let Some(at) = found {
            self.close_to(at);
        }
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            let Some((name, is_shown)) = self.open.pop() else { return };
            if let Some(count) = self.counts.get_mut(kind(&name)) {
                *count -= 1;
            }
            if is_shown {
                self.visitor.close(&name);
            } else {
                self.hidden -= 1;
            }
        }
    }
}

/// A number below 256 that is the same for the same name.
fn kind(name: &str) -> usize {
    usize::from(name.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)))
}
