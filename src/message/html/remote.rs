use super::css;
use super::walk::{Element, Visitor, walk};

/// Whether an HTML text would fetch anything from the net when it is drawn: images, backgrounds,
/// style sheets, fonts, frames, media, in any attribute or style. A link that is only followed when
/// it is clicked does not count.
pub fn has_remote_content(html: &str) -> bool {
    let mut search = Search { found: false, style: None };
    walk(html, &mut search);
    search.found
}

struct Search {
    found: bool,
    /// The text of the style element at hand.
    style: Option<String>,
}

impl Visitor for Search {
    fn open(&mut self, element: &Element<'_>) -> bool {
        self.found |= element.attributes.iter().any(|(name, value)| is_remote(&element.name, name, value));
        if element.name == "style" {
            self.style = Some(String::new());
        }
        true
    }

    fn close(&mut self, name: &str) {
        if name == "style" {
            self.found |= self.style.take().is_some_and(|sheet| css::is_remote(&sheet));
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(sheet) = &mut self.style {
            sheet.push_str(text);
        }
    }
}

fn is_remote(element: &str, attribute: &str, value: &str) -> bool {
    match attribute {
        "src" | "background" | "poster" | "data" | "lowsrc" | "dynsrc" | "code" | "codebase" | "classid" | "icon"
        | "longdesc" | "manifest" | "profile" | "xlink:href" => is_remote_url(value),
        "srcset" | "imagesrcset" => value.split([',', ' ', '\t', '\n']).any(is_remote_url),
        "style" | "fill" | "stroke" | "filter" | "mask" | "clip-path" | "values" | "from" | "to" => {
            css::is_remote(value)
        }
        "href" => !matches!(element, "a" | "area") && is_remote_url(value),
        "content" => element == "meta" && css::is_remote(value) && value.to_ascii_lowercase().contains("url="),
        "srcdoc" => value.to_ascii_lowercase().contains("http"),
        _ => false,
    }
}

/// As browsers read an address: white space and control characters in it do not count, and `\` is `/`.
pub(super) fn is_remote_url(url: &str) -> bool {
    let plain = scheme_and_start(url);
    ["http:", "https:", "ftp:", "ws:", "wss:", "//"].iter().any(|start| plain.starts_with(start))
}

/// The start of an address, in lower case, without what browsers skip.
pub(super) fn scheme_and_start(url: &str) -> String {
    let kept = url.chars().filter(|c| !c.is_control() && !c.is_whitespace()).take(40);
    kept.map(|c| if c == '\\' { '/' } else { c.to_ascii_lowercase() }).collect()
}
