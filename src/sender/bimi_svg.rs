//! SVG Tiny Portable/Secure (draft-svg-tiny-ps-abrotman): the only images that a brand indicator may be.

use roxmltree::{Document, Node};

/// Draft §2: a logo should be at most 32 KiB.
const BYTES: usize = 32 * 1024;
/// Elements within each other; no logo comes near it.
const DEPTH: usize = 64;
const SVG: &str = "http://www.w3.org/2000/svg";
const XLINK: &str = "http://www.w3.org/1999/xlink";

/// The elements of the profile. Whatever can run, move, link or load is not among them.
const ELEMENTS: [&str; 25] = [
    "circle",
    "defs",
    "desc",
    "ellipse",
    "font",
    "font-face",
    "g",
    "glyph",
    "hkern",
    "line",
    "linearGradient",
    "metadata",
    "missing-glyph",
    "path",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "solidColor",
    "stop",
    "svg",
    "text",
    "textArea",
    "title",
    "use",
];

/// Checks a brand indicator. Drawing it then needs no network and runs nothing.
///
/// # Errors
/// The reason as a code, such as `no_title` or `external_reference`.
pub fn check_svg(bytes: &[u8]) -> Result<(), &'static str> {
    if bytes.len() > BYTES {
        return Err("too_large");
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "not_utf8")?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    check_depth(text)?;
    let options = roxmltree::ParsingOptions { allow_dtd: false, nodes_limit: 20_000 };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => "document_type",
        _ => "not_xml",
    })?;
    check_root(&document.root_element())?;
    for node in document.descendants() {
        check_node(&node)?;
    }
    Ok(())
}

/// The parser recurses, so that the depth is bounded before it. What is not well-formed is left to it,
/// as it stops there too.
fn check_depth(text: &str) -> Result<(), &'static str> {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some((_, tag)) = rest.split_once('<') {
        let skipped =
            [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>")].into_iter().find(|(start, _)| tag.starts_with(start));
        if let Some((start, end)) = skipped {
            rest = tag.get(start.len()..).and_then(|inside| inside.split_once(end)).map_or("", |(_, after)| after);
            continue;
        }
        if tag.starts_with('!') {
            return Err("document_type");
        }
        let Some(end) = tag_end(tag) else { return Ok(()) };
        let (inside, after) = tag.split_at_checked(end).unwrap_or((tag, ""));
        rest = after;
        if inside.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !inside.ends_with('/') {
            depth += 1;
        }
        if depth > DEPTH {
            return Err("too_deep");
        }
    }
    Ok(())
}

/// Where the `>` of a tag stands, outside quoted values.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// Draft §2: what the root must and must not say.
fn check_root(root: &Node<'_, '_>) -> Result<(), &'static str> {
    if root.tag_name().name() != "svg" || root.tag_name().namespace() != Some(SVG) {
        return Err("not_svg");
    }
    if root.attribute("baseProfile") != Some("tiny-ps") {
        return Err("base_profile");
    }
    if root.attribute("version") != Some("1.2") {
        return Err("version");
    }
    if root.attribute("x").is_some() || root.attribute("y").is_some() {
        return Err("root_position");
    }
    let square = root.attribute("viewBox").is_some_and(is_square);
    if !square {
        return Err("view_box");
    }
    let mut titles = root.children().filter(|node| node.has_tag_name((SVG, "title")));
    match (titles.next(), titles.next()) {
        (Some(title), None) if title.text().is_some_and(|text| !text.trim().is_empty()) => Ok(()),
        _ => Err("no_title"),
    }
}

fn is_square(view_box: &str) -> bool {
    let numbers: Option<Vec<f64>> = (view_box.split([' ', ',', '\t', '\n', '\r']).filter(|part| !part.is_empty()))
        .map(|part| part.parse::<f64>().ok().filter(|number| number.is_finite()))
        .collect();
    match numbers.as_deref() {
        Some([_, _, width, height]) => *width > 0.0 && (width - height).abs() <= width * 0.001,
        _ => false,
    }
}

fn check_node(node: &Node<'_, '_>) -> Result<(), &'static str> {
    if node.is_pi() {
        return Err("processing_instruction");
    }
    if !node.is_element() {
        return Ok(());
    }
    let name = node.tag_name();
    // Metadata may hold anything (RDF, mostly): nobody draws it.
    if node.ancestors().skip(1).any(|above| above.has_tag_name((SVG, "metadata"))) {
        return check_attributes(node);
    }
    if name.namespace() != Some(SVG) || !ELEMENTS.contains(&name.name()) {
        return Err("element_not_allowed");
    }
    if name.name() == "svg" && node.parent_element().is_some() {
        return Err("element_not_allowed");
    }
    check_attributes(node)
}

fn check_attributes(node: &Node<'_, '_>) -> Result<(), &'static str> {
    for attribute in node.attributes() {
        let (name, value) = (attribute.name(), attribute.value());
        if name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("on")) {
            return Err("event_handler");
        }
        let is_link = name == "href" || attribute.namespace() == Some(XLINK) && name != "title";
        if is_link && !value.trim().starts_with('#') {
            return Err("external_reference");
        }
        if name == "style" || name == "base" {
            return Err("attribute_not_allowed");
        }
        let references = value.to_ascii_lowercase();
        let mut urls = references.split("url(").skip(1);
        if urls.any(|url| !url.trim_start_matches([' ', '\'', '"']).starts_with('#')) {
            return Err("external_reference");
        }
    }
    Ok(())
}
