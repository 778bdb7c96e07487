use crate::domain::percent_decoded;

use super::css;
use super::walk::{Element, Visitor, walk};

/// The most addresses that are looked for in one text.
const MOST: usize = 1_000;

/// The addresses of pictures that an HTML text would fetch from the net, in order, each once, as
/// they are written: images, backgrounds, and `url()` of styles save those of fonts and sheets.
pub fn remote_pictures(html: &str) -> Vec<String> {
    let mut search = Search { found: Vec::new(), style: None };
    walk(html, &mut search);
    search.found
}

/// Whether HTML draws the part with a Content-ID (`cid:`, RFC 2392).
pub fn names_cid(html: &str, id: &str) -> bool {
    let mut names = Names { id, is_found: false, is_style: false };
    walk(html, &mut names);
    names.is_found
}

struct Names<'a> {
    id: &'a str,
    is_found: bool,
    is_style: bool,
}

impl Names<'_> {
    /// Looks through addresses, and through styles with addresses in them.
    fn look(&mut self, text: &str) {
        let lower = text.to_ascii_lowercase();
        self.is_found |= lower.match_indices("cid:").any(|(at, _)| {
            let rest = text.get(at + 4..).unwrap_or_default();
            let end = rest.find(['"', '\'', ')', ' ', ',']).unwrap_or(rest.len());
            percent_decoded(rest.get(..end).unwrap_or_default()) == self.id
        });
    }
}

impl Visitor for Names<'_> {
    fn open(&mut self, element: &Element) -> bool {
        for (name, value) in &element.attributes {
            if matches!(&**name, "src" | "background" | "style") {
                self.look(value);
            }
        }
        self.is_style = element.name == "style";
        true
    }

    fn close(&mut self, _: &str) {
        self.is_style = false;
    }

    fn text(&mut self, text: &str) {
        if self.is_style {
            self.look(text);
        }
    }
}

struct Search {
    found: Vec<String>,
    /// The text of the style element at hand.
    style: Option<String>,
}

impl Visitor for Search {
    fn open(&mut self, element: &Element) -> bool {
        for (name, value) in &element.attributes {
            match &**name {
                "src" if element.name == "img" => self.add(value),
                "background" => self.add(value),
                "style" => self.add_styles(value),
                _ => {}
            }
        }
        if element.name == "style" {
            self.style = Some(String::new());
        }
        true
    }

    fn close(&mut self, name: &str) {
        if name == "style"
            && let Some(sheet) = self.style.take()
        {
            self.add_styles(&sheet);
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(sheet) = &mut self.style {
            sheet.push_str(text);
        }
    }
}

impl Search {
    fn add(&mut self, address: &str) {
        let address = address.trim();
        let is_new = self.found.len() < MOST && !self.found.iter().any(|known| known == address);
        if is_new && super::remote::is_remote_url(address) {
            self.found.push(address.to_owned());
        }
    }

    fn add_styles(&mut self, css: &str) {
        // What is in a comment is not drawn, and what reaches out to nobody has no pictures there.
        if !css::is_remote(css) {
            return;
        }
        let css = &css::without_comments(css);
        let lower = css.to_ascii_lowercase();
        let (mut from, mut passed, mut rule) = (0, 0, Rule::default());
        while let Some(at) = lower.get(from..).and_then(|rest| rest.find("url(")) {
            let start = from + at + 4;
            let rest = css.get(start..).unwrap_or_default();
            let Some(length) = rest.find(')') else { return };
            let inside = rest.get(..length).unwrap_or_default().trim().trim_matches(['"', '\'']);
            rule.go_on(lower.get(passed..start).unwrap_or_default());
            // What is written with escapes stays unloaded: nobody writes honest addresses so.
            if !inside.contains('\\') && !rule.is_for_others() {
                self.add(inside);
            }
            (from, passed) = (start + length, start);
        }
    }
}

/// What a place in a style sheet belongs to, found in one way through it.
#[derive(Default)]
struct Rule {
    is_font: bool,
    is_sheet: bool,
}

impl Rule {
    /// Goes past a piece of the sheet, in lower case.
    fn go_on(&mut self, passed: &str) {
        let mut block = passed;
        if let Some(end) = passed.rfind('}') {
            block = passed.get(end..).unwrap_or_default();
            *self = Self::default();
        }
        let mut rule = block;
        if let Some(end) = block.rfind(';') {
            rule = block.get(end..).unwrap_or_default();
            self.is_sheet = false;
        }
        self.is_font |= block.contains("@font-face");
        self.is_sheet |= rule.contains("@import") || rule.contains("@namespace");
    }

    /// Whether what follows belongs to a font or to another sheet.
    fn is_for_others(&self) -> bool {
        self.is_font || self.is_sheet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_found_wherever_html_names_them_and_each_once() {
        let html = "<style>td{background:url('https://a.example/1.png')} @font-face{font-family:x;src:url(https://a.example/f.woff)}\
            p{background-image:URL( \"//a.example/2.png\" )}</style><img src=' https://a.example/3.png?a=1&amp;b=2 '>\
            <table background=http://a.example/4.png><td style='background:url(https://a.example/1.png)'>\
            <img src=cid:x><img src='data:image/png;base64,AAAA'><img src=/relative.png><a href='https://a.example/no'>x</a>\
            <link rel=stylesheet href='https://a.example/s.css'><p style=\"background:url(\\68ttps://a.example/e.png)\">";
        let mut found = remote_pictures(html);
        found.sort();
        let wanted = [
            "//a.example/2.png",
            "http://a.example/4.png",
            "https://a.example/1.png",
            "https://a.example/3.png?a=1&b=2",
        ];
        assert_eq!(found, wanted);
        for nothing in [
            "/* url(https://a.example/c.png) */",
            "/* a */ p{} /* url(//a.example",
            "p{background:url(ws://a.example)}",
        ] {
            assert!(remote_pictures(&format!("<style>{nothing}</style>")).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn a_letter_of_nothing_but_addresses_ends() {
        let html = (0..20_000).map(|n| format!("<img src=https://a.example/{n}>")).collect::<Vec<_>>().concat();
        assert_eq!(remote_pictures(&html).len(), MOST);
        remote_pictures(&format!("<style>{}", "url(".repeat(100_000)));
        let start = std::time::Instant::now();
        remote_pictures(&format!("<style>{}", "url(x) ".repeat(100_000)));
        assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    }
}
