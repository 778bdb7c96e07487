//! A query as the index carries it out.

use std::collections::HashSet;
use std::ops::Bound;
use std::sync::Arc;

use tantivy::query::{
    AllQuery, BooleanQuery, ConstScorer, EnableScoring, Explanation, InvertedIndexRangeQuery, Occur, PhrasePrefixQuery,
    PhraseQuery, Query as Search, RangeQuery, Scorer, TermQuery, Weight,
};
use tantivy::schema::{Field, IndexRecordOption, Term};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError};

use super::document::{Fields, MESSAGE};
use super::query::{Fact, Node, Text};
use super::token::{Placed, Purpose, TokenKind, tokens};

/// The most words that one beginning within a phrase is taken for.
const MOST_ENDINGS: u32 = 500;
/// Letters that a beginning has to have: every message has a word that begins with an `e`.
const LEAST_BEGINNING: usize = 2;

/// Answers what the database knows: the messages of which a fact is so.
pub(super) type Facts<'a> = dyn FnMut(&Fact) -> Result<HashSet<i64>, crate::store::StoreError> + 'a;

/// What of a query the index can carry out; `None` for what says nothing, such as a word without letters.
pub(super) fn plan(
    node: &Node,
    fields: &Fields,
    facts: &mut Facts<'_>,
) -> Result<Option<Box<dyn Search>>, crate::store::StoreError> {
    Ok(match node {
        Node::All(nodes) => {
            let mut parts = Vec::new();
            for node in nodes {
                // One that is not to be is taken from the rest, and not from everything.
                let (inner, occur) = match node {
                    Node::Not(inner) => (inner.as_ref(), Occur::MustNot),
                    _ => (node, Occur::Must),
                };
                parts.extend(plan(inner, fields, facts)?.map(|part| (occur, part)));
            }
            all(parts)
        }
        Node::Any(nodes) => {
            let mut parts = Vec::new();
            for node in nodes {
                parts.extend(plan(node, fields, facts)?.map(|part| (Occur::Should, part)));
            }
            joined(parts)
        }
        Node::Not(inner) => plan(inner, fields, facts)?.and_then(|part| all(vec![(Occur::MustNot, part)])),
        Node::Text(text) => words(text, fields),
        Node::Has(kind) => Some(exactly(Term::from_field_text(fields.kind, kind))),
        Node::Fact(fact) => Some(Box::new(Among(Arc::new(facts(fact)?)))),
        Node::Date(from, to) => {
            let term = |at: jiff::Timestamp| Term::from_field_i64(fields.date, at.as_millisecond());
            range(from.map_or(Bound::Unbounded, |at| Bound::Included(term(at))), to.map(term))
        }
        Node::Size(from, to) => {
            let term = |size: u64| Term::from_field_u64(fields.size, size);
            range(from.map_or(Bound::Unbounded, |size| Bound::Excluded(term(size))), to.map(term))
        }
    })
}

fn all(mut parts: Vec<(Occur, Box<dyn Search>)>) -> Option<Box<dyn Search>> {
    if !parts.is_empty() && parts.iter().all(|(occur, _)| *occur == Occur::MustNot) {
        parts.push((Occur::Must, Box::new(AllQuery)));
    }
    joined(parts)
}

fn joined(mut parts: Vec<(Occur, Box<dyn Search>)>) -> Option<Box<dyn Search>> {
    match parts.len() {
        0 | 1 => parts.pop().map(|(_, part)| part),
        _ => Some(Box::new(BooleanQuery::new(parts))),
    }
}

fn range(from: Bound<Term>, to: Option<Term>) -> Option<Box<dyn Search>> {
    let to = to.map_or(Bound::Unbounded, Bound::Excluded);
    (from != Bound::Unbounded || to != Bound::Unbounded).then(|| Box::new(RangeQuery::new(from, to)) as Box<dyn Search>)
}

fn exactly(term: Term) -> Box<dyn Search> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

/// Words one after the other, in any field of their place.
fn words(text: &Text, fields: &Fields) -> Option<Box<dyn Search>> {
    let sought = Sought::of(text)?;
    let places = fields.at(text.place).into_iter();
    joined(places.filter_map(|field| sought.within(field)).map(|part| (Occur::Should, part)).collect())
}

/// Tokens one after the other: with what of them may go on.
struct Sought {
    /// Those that are known, at their places.
    known: Vec<(usize, String)>,
    /// Those of which the beginning is known.
    beginnings: Vec<(usize, String)>,
}

impl Sought {
    fn of(text: &Text) -> Option<Self> {
        let found = tokens(&text.words, Purpose::Query);
        let last = found.last()?.position;
        let goes_on = |token: &Placed| match token.kind {
            TokenKind::Single => true,
            TokenKind::Pair => false,
            TokenKind::Word => {
                text.is_prefix && token.position == last && token.text.chars().count() >= LEAST_BEGINNING
            }
        };
        let (beginnings, known): (Vec<_>, Vec<_>) = found.into_iter().partition(goes_on);
        let place = |tokens: Vec<Placed>| tokens.into_iter().map(|token| (token.position, token.text)).collect();
        Some(Self { known: place(without_overlaps(known)), beginnings: place(beginnings) })
    }

    fn within(&self, field: Field) -> Option<Box<dyn Search>> {
        let term = |text: &str| Term::from_field_text(field, text);
        let placed = |tokens: &[(usize, String)]| -> Vec<(usize, Term)> {
            tokens.iter().map(|(at, text)| (*at, term(text))).collect()
        };
        let mut beginnings = self.beginnings.as_slice();
        let mut parts: Vec<(Occur, Box<dyn Search>)> = Vec::new();
        let ends_open = beginnings.last().is_some_and(|(at, _)| self.known.iter().all(|(known, _)| known < at));
        match (self.known.as_slice(), beginnings) {
            ([], _) => {}
            (known, [before @ .., last]) if ends_open => {
                let mut phrase = placed(known);
                phrase.push((last.0, term(&last.1)));
                let mut query = PhrasePrefixQuery::new_with_offset(phrase);
                query.set_max_expansions(MOST_ENDINGS);
                parts.push((Occur::Must, Box::new(query)));
                beginnings = before;
            }
            ([(_, only)], _) => parts.push((Occur::Must, exactly(term(only)))),
            (known, _) => parts.push((Occur::Must, Box::new(PhraseQuery::new_with_offset(placed(known))))),
        }
        // A beginning in the midst of a phrase has to be there, wherever.
        for (_, text) in beginnings {
            let end = format!("{text}\u{10ffff}");
            let range = InvertedIndexRangeQuery::new(Bound::Included(term(text)), Bound::Included(term(&end)));
            parts.push((Occur::Must, Box::new(range)));
        }
        joined(parts)
    }
}

/// Pairs that share no letter say as much as all: 請求 and 書の say what 請求, 求書 and 書の do. The last of a run stays.
fn without_overlaps(tokens: Vec<Placed>) -> Vec<Placed> {
    let mut kept: Vec<Placed> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let touches = |other: &Placed| other.kind == TokenKind::Pair && other.range.start < token.range.end;
        let is_between = token.kind == TokenKind::Pair
            && kept.last().is_some_and(|last| {
                last.kind == TokenKind::Pair
                    && last.position + 1 == token.position
                    && last.range.end > token.range.start
            })
            && tokens.peek().is_some_and(touches);
        if !is_between {
            kept.push(token);
        }
    }
    kept
}

/// Messages that the database named.
#[derive(Clone, Debug)]
pub(super) struct Among(pub(super) Arc<HashSet<i64>>);

impl Search for Among {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for Among {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let ids = reader.fast_fields().u64(MESSAGE)?;
        let is_named = |doc: &DocId| ids.first(*doc).is_some_and(|id| self.0.contains(&id.cast_signed()));
        let docs: Vec<DocId> =
            if self.0.is_empty() { Vec::new() } else { (0..reader.max_doc()).filter(is_named).collect() };
        Ok(Box::new(ConstScorer::new(Docs { docs, at: 0 }, boost)))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument(String::new()))
    }
}

/// Documents in order.
struct Docs {
    docs: Vec<DocId>,
    at: usize,
}

impl DocSet for Docs {
    fn advance(&mut self) -> DocId {
        self.at += 1;
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.docs.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        self.docs.len() as u32
    }
}
