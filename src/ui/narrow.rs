//! The rows that the search leaves of the list, looked for a piece at a time: a folder of any size never holds a frame up.

use std::sync::{Arc, Weak};

use crate::engine::view::RowView;

/// Bytes of text that one call looks at: far less than a millisecond. A frame calls some times.
const PIECE: usize = 1 << 14;
/// Text that is not ASCII takes so many times as long.
const WIDE: usize = 8;

/// What was found so far.
#[derive(Debug, Default)]
pub struct Narrowed {
    /// The list that was looked at, which is not kept alive by that.
    rows: Weak<Vec<RowView>>,
    wanted: String,
    looked_at: usize,
    found: Arc<Vec<usize>>,
}

impl Narrowed {
    /// Goes on looking in a list; the places of what fits so far, and whether that is all.
    pub fn look(&mut self, rows: &Arc<Vec<RowView>>, search: &str) -> (Arc<Vec<usize>>, bool) {
        let wanted = search.trim().to_lowercase();
        if self.wanted != wanted || !std::ptr::eq(self.rows.as_ptr(), Arc::as_ptr(rows)) {
            *self = Self { rows: Arc::downgrade(rows), wanted, ..Self::default() };
        }
        let found = Arc::make_mut(&mut self.found);
        let mut left = PIECE;
        for row in rows.iter().skip(self.looked_at) {
            if left == 0 {
                break;
            }
            let texts = [&row.from.name, &row.from.address, &row.subject, &row.preview];
            let is_there = texts.into_iter().any(|text| holds(text, &self.wanted, &mut left));
            if is_there {
                found.push(self.looked_at);
            }
            self.looked_at += 1;
        }
        (Arc::clone(&self.found), self.looked_at >= rows.len())
    }
}

/// Whether a text holds a word in lower case, in whatever case.
fn holds(text: &str, wanted: &str, left: &mut usize) -> bool {
    if !text.is_ascii() {
        *left = left.saturating_sub(text.len() * WIDE);
        return text.to_lowercase().contains(wanted);
    }
    *left = left.saturating_sub(text.len() + 1);
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    let Some(first) = wanted.first() else { return true };
    memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text)
        .any(|at| text.get(at..at + wanted.len()).is_some_and(|piece| piece.eq_ignore_ascii_case(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Mailbox;

    fn row(subject: &str) -> RowView {
        RowView {
            id: 1,
            from: Mailbox::new("Bob", "bob@example.test"),
            subject: subject.to_owned(),
            preview: String::new(),
            date: None,
            is_seen: true,
            is_flagged: false,
            has_attachments: false,
            keywords: Box::default(),
            headline: None,
            ..RowView::default()
        }
    }

    #[test]
    fn words_are_found_in_any_case_and_script() {
        let rows = Arc::new(vec![row("Minutes of May"), row("ÉTÉ"), row("請求書"), row("")]);
        let mut narrowed = Narrowed::default();
        let mut at = |search: &str| narrowed.look(&rows, search).0.to_vec();
        assert_eq!(at(" MINutes "), [0]);
        assert_eq!(at("été"), [1]);
        assert_eq!(at("請求"), [2]);
        assert_eq!(at("BOB@"), [0, 1, 2, 3]);
        assert_eq!(at("nothing"), [0_usize; 0]);
    }

    #[test]
    fn a_long_list_is_looked_at_in_pieces_and_all_of_it() {
        let rows = Arc::new((0..100_000).map(|n| row(&format!("Letter {n}"))).collect::<Vec<_>>());
        let mut narrowed = Narrowed::default();
        let (first, is_all) = narrowed.look(&rows, "letter 99");
        assert!(!is_all && first.len() < 1_111, "{}", first.len());
        let found = loop {
            if let (found, true) = narrowed.look(&rows, "letter 99") {
                break found;
            }
        };
        assert_eq!(found.len(), 1_111);
        assert_eq!(narrowed.look(&rows, "letter 99").0, found, "what is known is not looked for again");
        let other = Arc::new(vec![row("Letter 99")]);
        assert_eq!(narrowed.look(&other, "letter 99").0.to_vec(), [0], "another list is looked at anew");
    }
}
