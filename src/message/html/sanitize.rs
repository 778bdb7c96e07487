use super::css;
use super::remote::scheme_and_start;
use super::walk::{Element, Visitor, is_void, walk};

/// HTML that is safe to hand to the renderer: layout and inline styles stay; scripts, frames,
/// forms, plug-ins, refreshes, imported style sheets and event handlers go. The result is balanced,
/// every text in it escaped, and no deeper than a renderer can bear. Remote images stay in it: it
/// is the renderer's provider that never fetches them.
pub fn sanitize_html(html: &str) -> String {
    let mut writer = Writer { out: String::with_capacity(html.len()), style: None };
    walk(html, &mut writer);
    writer.out
}

/// Elements that are kept. Others give way to their content, except for [`is_dropped`].
#[rustfmt::skip]
fn is_kept(element: &str) -> bool {
    matches!(element,
        "a" | "abbr" | "acronym" | "address" | "article" | "aside" | "b" | "bdi" | "bdo" | "big" | "blockquote"
        | "body" | "br" | "caption" | "center" | "cite" | "code" | "col" | "colgroup" | "dd" | "del" | "details"
        | "dfn" | "dir" | "div" | "dl" | "dt" | "em" | "figcaption" | "figure" | "font" | "footer" | "h1" | "h2"
        | "h3" | "h4" | "h5" | "h6" | "header" | "hr" | "i" | "img" | "ins" | "kbd" | "li" | "main" | "mark" | "menu"
        | "nav" | "ol" | "p" | "picture" | "pre" | "q" | "rp" | "rt" | "ruby" | "s" | "samp" | "section" | "small"
        | "span" | "strike" | "strong" | "sub" | "summary" | "sup" | "table" | "tbody" | "td" | "tfoot" | "th"
        | "thead" | "time" | "tr" | "tt" | "u" | "ul" | "var" | "wbr")
}

/// Elements that go with all that is in them.
#[rustfmt::skip]
fn is_dropped(element: &str) -> bool {
    matches!(element,
        "script" | "iframe" | "object" | "embed" | "applet" | "frame" | "frameset" | "noframes" | "noembed" | "meta"
        | "base" | "link" | "svg" | "math" | "template" | "title" | "textarea" | "select" | "input" | "audio"
        | "video" | "source" | "track" | "canvas" | "param" | "area" | "map" | "xmp" | "plaintext")
}

/// Attributes that only lay out and describe; those with addresses and styles are looked into.
#[rustfmt::skip]
fn is_harmless(attribute: &str) -> bool {
    matches!(attribute,
        "abbr" | "align" | "alt" | "bgcolor" | "border" | "bordercolor" | "cellpadding" | "cellspacing" | "char"
        | "class" | "clear" | "color" | "cols" | "colspan" | "datetime" | "dir" | "face" | "frame" | "headers"
        | "height" | "hidden" | "hspace" | "id" | "lang" | "link" | "name" | "noshade" | "nowrap" | "open" | "reversed"
        | "rowspan" | "rules" | "scope" | "size" | "span" | "start" | "summary" | "text" | "title" | "type"
        | "valign" | "value" | "vspace" | "width")
}

struct Writer {
    out: String,
    style: Option<String>,
}

impl Visitor for Writer {
    fn open(&mut self, element: &Element<'_>) -> bool {
        let name = &*element.name;
        if is_dropped(name) {
            return false;
        }
        if name == "style" {
            self.style = Some(String::new());
        } else if is_kept(name) {
            self.out.push('<');
            self.out.push_str(name);
            for (key, value) in &element.attributes {
                self.attribute(name, key, value);
            }
            self.out.push('>');
        }
        true
    }

    fn close(&mut self, name: &str) {
        if name == "style" {
            let sheet = css::sheet(&self.style.take().unwrap_or_default());
            self.out.push_str("<style>");
            self.out.push_str(&sheet);
            self.out.push_str("</style>");
        } else if is_kept(name) && !is_void(name) {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
    }

    fn text(&mut self, text: &str) {
        match &mut self.style {
            Some(sheet) => sheet.push_str(text),
            None => escape(text, &mut self.out),
        }
    }
}

impl Writer {
    fn attribute(&mut self, element: &str, name: &str, value: &str) {
        let is_allowed = match name {
            "href" => {
                let start = scheme_and_start(value);
                element == "a"
                    && (start.starts_with('#')
                        || ["http:", "https:", "mailto:", "tel:", "ftp:"].iter().any(|s| start.starts_with(s)))
            }
            "src" => element == "img" && is_image_address(&scheme_and_start(value)),
            "background" => is_image_address(&scheme_and_start(value)),
            "style" => !(css::is_too_deep(value) || value.contains('\\') && css::is_remote(value)),
            _ => is_harmless(name),
        };
        if is_allowed {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            // As browsers read a NUL here: were it dropped, what stands around it could become an address.
            escape(&value.replace('\0', "\u{fffd}"), &mut self.out);
            self.out.push('"');
        }
    }
}

/// A part of the message, an image written in place, or one on the net (which nothing fetches).
/// A nested SVG could hold anything.
fn is_image_address(start: &str) -> bool {
    ["cid:", "http:", "https:", "//"].iter().any(|s| start.starts_with(s))
        || start.starts_with("data:image/") && !start.starts_with("data:image/svg")
}

fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| matches!(b, b'&' | b'<' | b'>' | b'"' | b'\0')) {
        let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        out.push_str(match tail.as_bytes().first() {
            Some(b'&') => "&amp;",
            Some(b'<') => "&lt;",
            Some(b'>') => "&gt;",
            Some(b'"') => "&quot;",
            _ => "",
        });
        rest = tail.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
}
