//! Finding words in the open message.

mod bar;
mod folded;

use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use egui::Context;

pub use bar::{keys, show};
use folded::Folded;

/// Texts up to this size are made ready at once; larger ones beside the drawing, in bytes.
const AT_ONCE: usize = 32_000;
/// The most texts of a message that are looked through.
const TEXTS: usize = 80;

/// The state of finding.
#[derive(Default)]
pub struct Find {
    /// The bar is shown.
    pub is_open: bool,
    /// What is looked for.
    pub words: String,
    /// The field takes the focus with the next frame.
    pub focuses: bool,
    texts: Vec<Text>,
    /// How many of them this frame has shown so far.
    shown: usize,
    /// The place at hand, among all.
    current: usize,
    /// The place at hand is to be brought into sight.
    follows: bool,
}

/// One text of the message, in the order of the pane.
struct Text {
    block: String,
    version: u64,
    ready: Ready,
    found: Vec<Range<usize>>,
    words: String,
}

enum Ready {
    Not(Receiver<Folded>),
    Now(Folded),
}

/// What is marked in one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Every place.
    pub found: Vec<Range<usize>>,
    /// The one at hand.
    pub current: Option<Range<usize>>,
    /// It is to be brought into sight.
    pub follows: bool,
}

impl Find {
    /// Shows the bar, and asks for words.
    pub fn open(&mut self) {
        (self.is_open, self.focuses, self.follows) = (true, true, true);
    }

    /// Takes the bar and the marks away.
    pub fn close(&mut self) {
        self.is_open = false;
        self.texts.clear();
    }

    /// Begins a frame.
    pub fn begin(&mut self) {
        self.shown = 0;
    }

    /// Ends a frame: texts that it did not show are not looked through.
    pub fn end(&mut self) {
        self.texts.truncate(self.shown);
        self.current = self.current.min(self.count().saturating_sub(1));
    }

    /// Looks through a text that is shown now. `version` is another when the text is another.
    pub fn marks(&mut self, ctx: &Context, block: &str, version: u64, text: &str) -> Marks {
        if !self.is_open || self.shown >= TEXTS {
            return Marks::default();
        }
        let index = self.shown;
        self.shown += 1;
        let is_same = |known: &Text| known.block == block && known.version == version;
        if !self.texts.get(index).is_some_and(is_same) {
            self.texts.truncate(index);
            let (block, words) = (block.to_owned(), String::new());
            self.texts.push(Text { block, version, ready: Ready::of(ctx, text), found: Vec::new(), words });
        }
        let before: usize = self.texts.iter().take(index).map(|text| text.found.len()).sum();
        let Some(text) = self.texts.get_mut(index) else { return Marks::default() };
        text.look(&self.words);
        let current = self.current.checked_sub(before).and_then(|at| text.found.get(at)).cloned();
        // Only once: afterwards the reader scrolls.
        let follows = current.is_some() && std::mem::take(&mut self.follows);
        Marks { found: text.found.clone(), current, follows }
    }

    /// How many places there are.
    pub fn count(&self) -> usize {
        self.texts.iter().map(|text| text.found.len()).sum()
    }

    /// Which of them is at hand, from 1 on.
    pub fn position(&self) -> usize {
        (self.current + 1).min(self.count())
    }

    /// Goes to another place, round the ends.
    pub fn step(&mut self, by: isize) {
        let count = self.count();
        if count > 0 {
            self.current = (self.current.min(count - 1) + count).wrapping_add_signed(by) % count;
            self.follows = true;
        }
    }

    /// What is at hand was not brought into sight yet: the next frame tries again.
    pub fn insist(&mut self) {
        self.follows = true;
    }

    /// The words were changed: begins again.
    pub fn restart(&mut self) {
        (self.current, self.follows) = (0, true);
    }

    /// Large texts are still made ready.
    pub fn is_working(&self) -> bool {
        self.texts.iter().any(|text| matches!(text.ready, Ready::Not(_)))
    }
}

impl Text {
    fn look(&mut self, words: &str) {
        if let Ready::Not(result) = &self.ready
            && let Ok(folded) = result.try_recv()
        {
            self.ready = Ready::Now(folded);
            self.words.clear();
        }
        if let Ready::Now(folded) = &self.ready
            && self.words != words
        {
            words.clone_into(&mut self.words);
            self.found = folded.find(words);
        }
    }
}

impl Ready {
    fn of(ctx: &Context, text: &str) -> Self {
        if text.len() <= AT_ONCE {
            return Self::Now(Folded::of(text));
        }
        let (sender, result) = channel();
        let (text, ctx): (Arc<str>, Context) = (text.into(), ctx.clone());
        std::thread::spawn(move || {
            let _ = sender.send(Folded::of(&text));
            ctx.request_repaint_after(Duration::from_millis(1));
        });
        Self::Not(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(find: &mut Find, texts: &[&str]) -> Vec<Marks> {
        let ctx = Context::default();
        find.begin();
        let shown = texts.iter().enumerate().map(|(at, text)| find.marks(&ctx, &at.to_string(), 0, text)).collect();
        find.end();
        shown
    }

    #[test]
    fn one_goes_from_place_to_place_over_all_texts_and_round() {
        let mut find = Find { words: "a".to_owned(), ..Find::default() };
        find.open();
        let texts = ["a b a", "none", "A"];
        let marks = frame(&mut find, &texts);
        assert_eq!((find.count(), find.position()), (3, 1));
        assert_eq!((marks[0].current.clone(), marks[0].follows), (Some(0..1), true));
        assert!(!frame(&mut find, &texts)[0].follows, "the reader may scroll away");
        find.step(1);
        find.step(1);
        let marks = frame(&mut find, &texts);
        assert_eq!((find.position(), marks[0].current.clone(), marks[2].current.clone()), (3, None, Some(0..1)));
        find.step(1);
        assert_eq!(find.position(), 1);
        find.step(-1);
        assert_eq!(find.position(), 3);
        assert_eq!(frame(&mut find, &texts[..1]).len(), 1);
        assert_eq!((find.count(), find.position()), (2, 2), "a text that is gone holds no place");
    }

    #[test]
    fn a_large_text_is_looked_through_beside_the_drawing() {
        let mut find = Find { words: "needle".to_owned(), ..Find::default() };
        find.open();
        let text = format!("{} needle", "hay ".repeat(200_000));
        frame(&mut find, &[&text]);
        assert!(find.is_working());
        for _ in 0..200 {
            frame(&mut find, &[&text]);
            if !find.is_working() {
                break;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        assert_eq!(find.count(), 1);
    }

    #[test]
    fn nothing_is_marked_when_the_bar_is_closed() {
        let mut find = Find { words: "a".to_owned(), ..Find::default() };
        assert_eq!(frame(&mut find, &["a"]), [Marks::default()]);
    }
}
