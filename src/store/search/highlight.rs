//! Where in a text what was asked for stands.

use std::collections::HashMap;
use std::ops::Range;

use super::query::{Node, Place, Query};
use super::token::{Placed, Purpose, TokenKind, tokens};

/// The most places that are given.
const MOST: usize = 2_000;

/// What a query marks in texts: made once, used for each.
#[derive(Clone, Debug, Default)]
pub struct Highlighter {
    sought: Vec<(Place, Vec<Placed>, bool)>,
}

impl Highlighter {
    /// The words of a query that have to be found; what must not be there is never marked.
    pub fn of(query: &Query) -> Self {
        let mut highlighter = Self::default();
        if let Some(root) = &query.root {
            highlighter.take(root);
        }
        highlighter
    }

    fn take(&mut self, node: &Node) {
        match node {
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().for_each(|node| self.take(node)),
            Node::Text(text) => {
                let found = tokens(&text.words, Purpose::Query);
                if !found.is_empty() {
                    self.sought.push((text.place, found, text.is_prefix));
                }
            }
            _ => {}
        }
    }

    /// There is nothing to mark.
    pub fn is_empty(&self) -> bool {
        self.sought.is_empty()
    }

    /// The bytes of a text that are to be marked: in order, apart from each other, in whole characters. `place` says what
    /// the text is; what is sought elsewhere is not marked.
    pub fn ranges(&self, text: &str, place: Place) -> Vec<Range<usize>> {
        if self.is_empty() {
            return Vec::new();
        }
        let there = tokens(text, Purpose::Text);
        // Where each first token of what is sought stands.
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for token in &there {
            places.entry(token.text.as_str()).or_default().push(token.position);
        }
        let mut found = Vec::new();
        for (_, sought, is_prefix) in self.sought.iter().filter(|(at, ..)| is_within(*at, place)) {
            let Some(first) = sought.first() else { continue };
            let is_plain = sought.len() > 1 && first.kind != TokenKind::Single;
            let starts =
                if is_plain { places.get(first.text.as_str()).cloned() } else { Some((0..there.len()).collect()) };
            for start in starts.unwrap_or_default() {
                found.extend(matched(&there, start, sought, *is_prefix));
                if found.len() >= MOST {
                    break;
                }
            }
        }
        merged(found)
    }
}

fn is_within(sought: Place, place: Place) -> bool {
    sought == Place::Anywhere || sought == place || (sought == Place::To && place == Place::Cc)
}

/// What is sought stands at that token.
fn matched(there: &[Placed], start: usize, sought: &[Placed], is_prefix: bool) -> Option<Range<usize>> {
    let (first, last) = (sought.first()?, sought.last()?);
    let mut range: Option<Range<usize>> = None;
    for token in sought {
        let other = there.get(start + token.position - first.position)?;
        let goes_on = token.kind == TokenKind::Single || (is_prefix && token.position == last.position);
        let fits = if goes_on { other.text.starts_with(&token.text) } else { other.text == token.text };
        if !fits {
            return None;
        }
        let end = if token.kind == TokenKind::Single { other.first_end } else { other.range.end };
        range = Some(range.map_or(other.range.start, |range| range.start)..end);
    }
    range
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged.truncate(MOST);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::search::query::parse;

    fn marked<'t>(query: &str, text: &'t str, place: Place) -> Vec<&'t str> {
        let now = "2026-11-28T09:00:00+09:00[Asia/Tokyo]".parse().unwrap();
        let highlighter = Highlighter::of(&parse(query, &now, true));
        highlighter.ranges(text, place).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn what_the_search_takes_for_the_same_is_marked() {
        for (query, text, found) in [
            ("invoice", "Invoice, ＩＮＶＯＩＣＥ; invoices", vec!["Invoice", "ＩＮＶＯＩＣＥ", "invoices"]),
            ("invoice ", "Invoice, invoices", vec!["Invoice"]),
            ("カタカナ", "ｶﾀｶﾅとかたかな", vec!["ｶﾀｶﾅ", "かたかな"]),
            ("請求書", "御請求\n書と請求、請求書", vec!["請求\n書", "請求書"]),
            ("書 ", "請求書と書類", vec!["書", "書"]),
            ("cafe", "Un café, cafe\u{301}s", vec!["café", "cafe\u{301}s"]),
            ("高橋", "髙橋様", vec!["髙橋"]),
            ("\"two words\"", "two, words; words two", vec!["two, words"]),
            ("a -b c ", "a b c", vec!["a", "c"]),
            ("bob@example.org", "<bob@example.org>", vec!["bob@example.org"]),
            ("12,345", "￥12,345-", vec!["12,345"]),
            ("subject:x y ", "x y", vec!["y"]),
            ("", "x", vec![]),
        ] {
            assert_eq!(marked(query, text, Place::Body), found, "{query}");
        }
        assert_eq!(marked("subject:x ", "x y", Place::Subject), ["x"]);
        assert_eq!(marked("to:x ", "x y", Place::Cc), ["x"]);
    }

    #[test]
    fn marks_are_whole_characters_in_order_and_apart() {
        let text = "ﬃ½㍿ e\u{301}\u{200b}x ｶﾞｶﾞ 髙\u{e0101} 請求書請求書 🎉🎉 aaa";
        for query in ["f", "1", "株", "ex", "が", "高", "請求書 求書 書請", "🎉", "aaa a*"] {
            let now = "2026-11-28T09:00:00+09:00[Asia/Tokyo]".parse().unwrap();
            let ranges = Highlighter::of(&parse(query, &now, true)).ranges(text, Place::Body);
            assert!(ranges.windows(2).all(|two| two[0].end < two[1].start), "{query} {ranges:?}");
            assert!(ranges.iter().all(|range| text.get(range.clone()).is_some()), "{query} {ranges:?}");
        }
    }
}
