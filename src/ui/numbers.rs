//! Numbers for the texts of the open message, so that what was found out about one is known again.
//!
//! Hashing a text takes longer the longer it is, and a frame has no time for it. So a text is known by the assessment
//! that holds it; only when the same message is assessed anew, its texts are compared with those of before.

use std::collections::HashMap;
use std::sync::Arc;

use crate::engine::view::{Assessment, MessageId};

/// The numbers given, by the path of the block.
#[derive(Default)]
pub struct Numbers {
    message: Option<MessageId>,
    known: HashMap<String, u64>,
    /// The assessment before this one, and its numbers; none of another message's.
    before: Option<(Arc<Assessment>, HashMap<String, u64>)>,
    last: u64,
}

impl Numbers {
    /// Another assessment is shown than `before`.
    pub fn change(&mut self, message: MessageId, before: Option<Arc<Assessment>>) {
        let known = std::mem::take(&mut self.known);
        let known = if self.message.replace(message) == Some(message) { known } else { HashMap::new() };
        self.before = before.map(|assessment| (assessment, known));
    }

    /// The texts that are shown have their numbers: what was compared with is given back, to be dropped where that
    /// may take its time.
    pub fn settle(&mut self) -> Option<Arc<Assessment>> {
        self.before.take().map(|(assessment, _)| assessment)
    }

    /// The number of a block's text.
    pub fn of(&mut self, path: &str, text: &str) -> u64 {
        if let Some(number) = self.known.get(path) {
            return *number;
        }
        let same = self.before.as_ref().and_then(|(assessment, numbers)| {
            let block = assessment.blocks.iter().find(|block| block.path == path)?;
            numbers.get(path).copied().filter(|_| block.text == text)
        });
        let number = same.unwrap_or_else(|| {
            self.last += 1;
            self.last
        });
        self.known.insert(path.to_owned(), number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::growth::reading;

    fn assessment(text: &str) -> Arc<Assessment> {
        reading(text).assessment
    }

    #[test]
    fn a_text_keeps_its_number_until_it_is_another_or_in_another_message() {
        let mut numbers = Numbers::default();
        numbers.change(1, None);
        let (one, two) = (numbers.of("1", "hello"), numbers.of("2", "hello"));
        assert_ne!(one, two);
        assert_eq!(numbers.of("1", "hello"), one);
        numbers.change(1, Some(assessment("hello")));
        assert_eq!(numbers.of("1", "hello"), one, "assessed anew");
        assert!(numbers.settle().is_some() && numbers.settle().is_none());
        numbers.change(1, Some(assessment("hello")));
        assert!(![one, two].contains(&numbers.of("1", "opened")), "another text");
        numbers.change(2, Some(assessment("hello")));
        assert!(![one, two].contains(&numbers.of("1", "hello")), "another message");
    }
}
