use std::fmt::Write as _;

use crate::trust::TrustVerdict;

use super::layout::{Curve, Layout, NODE};
use super::{Edge, Graph, Node, Role};

/// The words on the picture, in a language.
pub struct Captions<'a> {
    /// What the picture is called.
    pub title: &'a str,
    /// What the user is called.
    pub you: &'a str,
    /// What stands on an edge; empty for nothing.
    pub edge: &'a dyn Fn(&Edge) -> String,
    /// What a node is, said in full.
    pub node: &'a dyn Fn(&Node) -> String,
}

/// The colours of the light theme: paper is white wherever it is printed.
mod ink {
    pub(super) const PAPER: &str = "#FBFAF7";
    pub(super) const RAISED: &str = "#FFFFFF";
    pub(super) const LINE: &str = "#B9B4A8";
    pub(super) const INK: &str = "#1E2328";
    pub(super) const SOFT: &str = "#5B636B";
    pub(super) const SEAL: &str = "#B5341F";
    pub(super) const BROKEN: &str = "#8C2F4B";
    pub(super) const INDIGO: &str = "#28456B";
}

/// Letters that a name may have in its box, counting wide ones twice.
const LETTERS: usize = 20;
/// The same for an address, which is set smaller.
const SMALL_LETTERS: usize = 25;

/// The picture as SVG 1.1: whole by itself, nothing of it is fetched, and all text of others is escaped.
pub fn svg(graph: &Graph, layout: &Layout, captions: &Captions) -> String {
    let [width, height] = layout.size;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" font-family=\"'Noto Sans CJK JP', 'Noto Sans', \
         sans-serif\">\n<title>{}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n",
        escaped(captions.title),
        ink::PAPER
    );
    // What is lit lies over what is not.
    for lit in [false, true] {
        for (edge, curve) in graph.edges.iter().zip(&layout.curves).filter(|(edge, _)| edge.is_lit == lit) {
            self::edge(&mut out, edge, curve);
        }
    }
    for (edge, curve) in graph.edges.iter().zip(&layout.curves) {
        label(&mut out, &(captions.edge)(edge), curve);
    }
    for (node, place) in graph.nodes.iter().zip(&layout.places) {
        let _ = writeln!(
            out,
            "<g transform=\"translate({:.1} {:.1})\"><title>{}</title>",
            place.x,
            place.y,
            escaped(&(captions.node)(node))
        );
        self::node(&mut out, node, captions.you);
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

fn edge(out: &mut String, edge: &Edge, curve: &Curve) {
    let [from, one, other, tip] = curve.0.map(|[x, y]| format!("{x:.1} {y:.1}"));
    let (colour, wide) = match (edge.is_lit, edge.kind.counts()) {
        (true, _) => (ink::SEAL, 2.4),
        (false, true) => (ink::LINE, 1.4),
        (false, false) => (ink::BROKEN, 1.2),
    };
    let dashes = if edge.kind.counts() { "" } else { " stroke-dasharray=\"5 4\"" };
    let _ = writeln!(
        out,
        "<path d=\"M {from} C {one}, {other}, {tip}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{wide}\"{dashes}/>"
    );
    let [[x, y], [_, before]] = [curve.0[3], curve.0[2]];
    let back = if before <= y { -7.0 } else { 7.0 };
    let (left, right, foot) = (x - 4.0, x + 4.0, y + back);
    let _ =
        writeln!(out, "<path d=\"M {left:.1} {foot:.1} L {right:.1} {foot:.1} L {x:.1} {y:.1} Z\" fill=\"{colour}\"/>");
}

fn label(out: &mut String, words: &str, curve: &Curve) {
    if words.is_empty() {
        return;
    }
    let [x, y] = curve.at(0.6);
    let wide = width(words) as f32 * 5.8 + 12.0;
    let _ = writeln!(
        out,
        "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{wide:.1}\" height=\"16\" rx=\"4\" fill=\"{}\" stroke=\"{}\"/>\
         <text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"10.5\" fill=\"{}\" text-anchor=\"middle\">{}</text>",
        x - wide / 2.0,
        y - 8.0,
        ink::PAPER,
        ink::LINE,
        y + 3.8,
        ink::SOFT,
        escaped(words)
    );
}

fn node(out: &mut String, node: &Node, you: &str) {
    let [wide, high] = NODE;
    let (edge, stroke) = match node.role {
        Role::You => (ink::INDIGO, 2.0),
        Role::Own | Role::Root | Role::Anchor => (ink::INDIGO, 1.4),
        _ => (ink::LINE, 1.0),
    };
    let _ = writeln!(
        out,
        "<rect width=\"{wide}\" height=\"{high}\" rx=\"8\" fill=\"{}\" stroke=\"{edge}\" stroke-width=\"{stroke}\"/>",
        ink::RAISED
    );
    if node.role == Role::You {
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"15\" font-weight=\"bold\" fill=\"{}\" text-anchor=\"middle\">{}</text>",
            wide / 2.0,
            high / 2.0 + 5.5,
            ink::INDIGO,
            escaped(you)
        );
        return;
    }
    sign(out, node.verdict, matches!(node.role, Role::Anchor | Role::Authority));
    let under = Some(node.below()).filter(|words| !words.is_empty());
    let under = under.or_else(|| node.fingerprint.as_ref().map(|one| one.spaced().chars().take(19).collect()));
    let _ = writeln!(
        out,
        "<text x=\"38\" y=\"23\" font-size=\"13\" font-weight=\"bold\" fill=\"{}\">{}</text>\
         <text x=\"38\" y=\"41\" font-size=\"10.5\" fill=\"{}\">{}</text>",
        ink::INK,
        escaped(&cut(&node.name, LETTERS)),
        ink::SOFT,
        escaped(&cut(&under.unwrap_or_default(), SMALL_LETTERS))
    );
}

/// The seal's sign: each verdict has a shape of its own. An authority has a square, since it seals nothing here.
fn sign(out: &mut String, verdict: TrustVerdict, is_authority: bool) {
    let (x, y) = (20.0, NODE[1] / 2.0);
    if is_authority {
        let _ = writeln!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"15\" height=\"15\" rx=\"2\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"/>\
             <path d=\"M 16.5 27.5 l 2.6 2.6 l 4.6 -5.2\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.6\"/>",
            x - 7.5,
            y - 7.5,
            ink::INDIGO,
            ink::INDIGO
        );
        return;
    }
    let circle = |fill: &str, colour: &str, dashes: &str| {
        format!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"8\" fill=\"{fill}\" stroke=\"{colour}\" stroke-width=\"1.6\"{dashes}/>"
        )
    };
    let drawn = match verdict {
        TrustVerdict::Authenticated => format!(
            "{}<path d=\"M 16 27.2 l 3 3 l 5 -6\" fill=\"none\" stroke=\"#FFFFFF\" stroke-width=\"1.8\"/>",
            circle(ink::SEAL, ink::SEAL, "")
        ),
        TrustVerdict::Partial => {
            format!("{}<path d=\"M 20 19 A 8 8 0 0 0 20 35 Z\" fill=\"{}\"/>", circle("none", ink::SEAL, ""), ink::SEAL)
        }
        TrustVerdict::Unauthenticated => circle("none", ink::SOFT, " stroke-dasharray=\"3 2.6\""),
        TrustVerdict::Mismatch | TrustVerdict::Revoked | TrustVerdict::Expired => format!(
            "{}<path d=\"M 15 22 L 25 32 M 25 22 L 15 32\" stroke=\"{}\" stroke-width=\"1.8\"/>",
            circle("none", ink::BROKEN, ""),
            ink::BROKEN
        ),
    };
    let _ = writeln!(out, "{drawn}");
}

/// Letters, those of East Asia counted twice.
fn width(text: &str) -> usize {
    text.chars().map(letter).sum()
}

fn letter(c: char) -> usize {
    if matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}')
    {
        2
    } else {
        1
    }
}

/// Text of others for one short line: as long as its box, nothing invisible, nothing that turns the direction.
fn cut(text: &str, letters: usize) -> String {
    let clean: String = text.chars().filter(|c| !is_odd(*c)).collect();
    if width(&clean) <= letters {
        return clean;
    }
    let mut out = String::new();
    let mut used = 0;
    for c in clean.chars() {
        used += letter(c);
        if used >= letters {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}' | '\u{fffe}' | '\u{ffff}')
}

/// Text for XML 1.0: what it may not hold is left out, what would be markup is escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_odd(*c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}
