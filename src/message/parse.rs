use std::collections::BTreeSet;

use crate::domain::RawMessage;

use super::displayed::Displayed;
use super::header;
use super::part::{Defect, DefectCode, Limits, ParsedMessage};
use super::tree;

/// Reads a message, or a MIME entity, as a tree over its own bytes (RFC 5322, RFC 2045–2049).
/// It never fails, takes linear time, and keeps within `limits`; what is broken becomes a defect.
pub fn parse(raw: &RawMessage, limits: &Limits) -> ParsedMessage {
    let mut budget = Budget {
        limits: *limits,
        parts: limits.parts,
        nested_bytes: raw.len().saturating_mul(NESTED_RATIO),
        mailboxes: MAX_MAILBOXES,
    };
    parse_within(raw, &mut budget, 0)
}

/// Messages within messages are decoded copies: all of them together may be this many times as
/// large as the outermost.
const NESTED_RATIO: usize = 3;

/// Addresses shown of one message.
pub(super) const MAX_MAILBOXES: usize = 20_000;

/// What is left of the limits: one for a message and all messages within it.
pub(super) struct Budget {
    pub(super) limits: Limits,
    pub(super) parts: usize,
    pub(super) nested_bytes: usize,
    pub(super) mailboxes: usize,
}

impl Budget {
    pub(super) fn caps(&self) -> header::Caps {
        header::Caps { fields: self.limits.headers, bytes: self.limits.header_bytes }
    }
}

/// Defects found, each once a part.
#[derive(Default)]
pub(super) struct Defects(BTreeSet<(String, DefectCode)>);

impl Defects {
    pub(super) fn add(&mut self, code: DefectCode, part: &str) {
        self.0.insert((part.to_owned(), code));
    }

    fn into_vec(self) -> Vec<Defect> {
        self.0.into_iter().map(|(part, code)| Defect { code, part }).collect()
    }
}

/// Messages that are worth a second thread, in bytes.
const LARGE: usize = 4 << 20;

/// Reads one message at a depth of others.
pub(super) fn parse_within(raw: &RawMessage, budget: &mut Budget, depth: usize) -> ParsedMessage {
    let mut defects = Defects::default();
    let (root, fields, is_mixed) = std::thread::scope(|scope| {
        // Both look at every byte.
        let mixed = (raw.len() >= LARGE).then(|| scope.spawn(|| has_mixed_line_ends(raw)));
        let (root, fields) = tree::read(raw, budget, depth, &mut defects);
        let is_mixed = mixed.map_or_else(|| has_mixed_line_ends(raw), |thread| thread.join().unwrap_or(false));
        (root, fields, is_mixed)
    });
    let at = root.path.clone();
    for name in ONCE {
        if fields.iter().filter(|field| field.is(raw, name)).count() > 1 {
            defects.add(DefectCode::DuplicateHeader, &at);
        }
    }
    if is_mixed {
        defects.add(DefectCode::BareLineFeed, &at);
    }
    let shown = Displayed::of(raw, &fields, &mut budget.mailboxes);
    if budget.mailboxes == 0 {
        defects.add(DefectCode::LimitReached, &at);
    }
    if !shown.from.iter().any(|mailbox| mailbox.email().is_some()) {
        defects.add(DefectCode::MissingFrom, &at);
    }
    ParsedMessage {
        raw: raw.clone(),
        from: shown.from,
        sender: shown.sender,
        reply_to: shown.reply_to,
        to: shown.to,
        cc: shown.cc,
        subject: shown.subject.unwrap_or_default(),
        date: shown.date,
        message_id: shown.message_id,
        references: shown.references,
        root,
        defects: defects.into_vec(),
    }
}

/// Fields that may occur once (RFC 5322 §3.6, RFC 2045 §3).
const ONCE: [&str; 14] = [
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Disposition",
];

/// Without an early end, so that it is done in wide instructions: almost no message is so.
fn has_mixed_line_ends(raw: &[u8]) -> bool {
    const PIECE: usize = u8::MAX as usize;
    let count = |(first, second): (&[u8], &[u8])| {
        first.iter().zip(second).fold((0_u8, 0_u8), |(pairs, breaks), (first, second)| {
            let is_break = *second == b'\n';
            (pairs + u8::from((*first == b'\r') & is_break), breaks + u8::from(is_break))
        })
    };
    let seconds = raw.get(1..).unwrap_or_default().chunks(PIECE);
    let (mut pairs, mut breaks) = (0, usize::from(raw.first() == Some(&b'\n')));
    for (of_pairs, of_breaks) in raw.chunks(PIECE).zip(seconds).map(count) {
        pairs += usize::from(of_pairs);
        breaks += usize::from(of_breaks);
    }
    pairs > 0 && breaks > pairs
}
