//! What is on the screen is shown by the loop and by what goes on beside it: here an older view never takes the place of
//! a newer one, nor of another folder or message that was opened since.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::network::Publish;
use super::profile::Profile;
use super::view::{FolderId, MessageId};
use super::{Event, Failure, reading};

/// The folder whose list is on the screen.
pub(super) type OpenFolder = Arc<Showing<FolderId>>;
/// The message that is on the screen.
pub(super) type OpenMessage = Arc<Showing<MessageId>>;

/// What is open, and which of its views was shown last.
#[derive(Debug, Default)]
pub(super) struct Showing<T>(Mutex<Now<T>>);

#[derive(Debug, Default)]
struct Now<T> {
    open: Option<T>,
    /// How many views were begun.
    begun: u64,
    /// The number of the one that was shown last.
    shown: u64,
}

/// A view that was begun.
#[derive(Debug)]
pub(super) struct Turn<T> {
    /// What it is of.
    pub(super) open: Option<T>,
    number: u64,
}

impl<T: Copy + PartialEq> Showing<T> {
    /// Opens another, which whoever calls this shows then.
    pub(super) fn open(&self, other: Option<T>) {
        self.now().open = other;
    }

    /// What is open.
    pub(super) fn what(&self) -> Option<T> {
        self.now().open
    }

    /// Begins a view. What it consists of is read after that.
    pub(super) fn begin(&self) -> Turn<T> {
        let mut now = self.now();
        now.begun += 1;
        Turn { open: now.open, number: now.begun }
    }

    /// Publishes a view, unless one that was begun later is shown already, or another is open, which whoever opened it
    /// shows; whether it did. Everybody else waits while `publish` runs: nothing is read in it.
    pub(super) fn end(&self, turn: &Turn<T>, publish: impl FnOnce()) -> bool {
        let mut now = self.now();
        let is_newest = now.open == turn.open && now.shown < turn.number;
        if is_newest {
            now.shown = turn.number;
            publish();
        }
        is_newest
    }

    /// Reads a view of what is open and publishes it, as [`Self::end`] does. Nobody waits while it is read.
    pub(super) fn show<V, E>(
        &self,
        read: impl FnOnce(Option<T>) -> Result<V, E>,
        publish: impl FnOnce(V),
    ) -> Result<(), E> {
        let turn = self.begin();
        let view = read(turn.open)?;
        self.end(&turn, || publish(view));
        Ok(())
    }

    fn now(&self) -> MutexGuard<'_, Now<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows the list of the open folder.
pub(super) fn list(
    profile: &Profile,
    publish: &Publish,
    open: &Showing<FolderId>,
    is_demo: bool,
) -> Result<(), Failure> {
    let read = |folder| reading::mailbox(profile, folder, is_demo);
    open.show(read, |view| publish(Event::Mailbox(Arc::new(view))))
}

/// The same from beside the loop: that it can't be read is said when the loop reads it.
pub(super) fn list_beside(profile: &Profile, publish: &Publish, open: &Showing<FolderId>, is_demo: bool) {
    let _ = list(profile, publish, open, is_demo);
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread::ScopedJoinHandle;

    use super::*;

    /// What is read, and what is on the screen: the folder, and how new its list is.
    #[derive(Default)]
    struct Desk {
        showing: Showing<char>,
        screen: Mutex<Vec<(char, u32)>>,
    }

    /// A view that is being read: it waits for what it finds.
    struct Slow<'s> {
        finds: Sender<u32>,
        work: ScopedJoinHandle<'s, Result<(), ()>>,
    }

    impl Desk {
        fn of(open: char) -> Self {
            let desk = Self::default();
            desk.showing.open(Some(open));
            desk
        }

        fn publish(&self, view: (char, u32)) {
            self.screen.lock().unwrap().push(view);
        }

        fn show(&self, version: u32) {
            self.showing.show(|open| Ok::<_, ()>((open.unwrap(), version)), |view| self.publish(view)).unwrap();
        }

        /// Begins a view beside everything else; it has begun when this returns.
        fn begin<'s>(&'s self, scope: &'s std::thread::Scope<'s, '_>) -> Slow<'s> {
            let (finds, found): (Sender<u32>, Receiver<u32>) = channel();
            let (tell, told) = channel();
            let work = scope.spawn(move || {
                let read = |open: Option<char>| {
                    tell.send(()).unwrap();
                    found.recv().map(|version| (open.unwrap(), version)).map_err(|_| ())
                };
                self.showing.show(read, |view| self.publish(view))
            });
            told.recv().unwrap();
            Slow { finds, work }
        }

        fn screen(&self) -> Vec<(char, u32)> {
            self.screen.lock().unwrap().clone()
        }
    }

    impl Slow<'_> {
        fn finds(self, version: u32) {
            self.finds.send(version).unwrap();
            assert_eq!(self.work.join().unwrap(), Ok(()));
        }
    }

    #[test]
    fn what_was_read_of_a_folder_is_not_shown_when_another_was_opened_meanwhile() {
        let desk = Desk::of('x');
        std::thread::scope(|scope| {
            let (before, slow) = (desk.begin(scope), desk.begin(scope));
            // Nobody waits for them.
            desk.showing.open(Some('y'));
            before.finds(1);
            assert_eq!(desk.screen(), [], "whoever opened the other one shows it");
            desk.show(1);
            slow.finds(1);
            assert_eq!(desk.screen(), [('y', 1)]);
            let again = desk.begin(scope);
            desk.showing.open(Some('x'));
            desk.show(2);
            desk.showing.open(Some('y'));
            again.finds(1);
            assert_eq!(desk.screen(), [('y', 1), ('x', 2)], "there and back");
            desk.show(3);
            assert_eq!(desk.screen().last(), Some(&('y', 3)));
        });
    }

    #[test]
    fn an_older_view_does_not_take_the_place_of_a_newer_one() {
        let desk = Desk::of('x');
        std::thread::scope(|scope| {
            let (older, newer, failing) = (desk.begin(scope), desk.begin(scope), desk.begin(scope));
            drop(failing.finds);
            assert_eq!(failing.work.join().unwrap(), Err(()));
            newer.finds(2);
            older.finds(1);
            assert_eq!(desk.screen(), [('x', 2)]);
            // What began earlier and is there earlier is shown, and what began later after it.
            let (first, second) = (desk.begin(scope), desk.begin(scope));
            first.finds(3);
            second.finds(4);
            assert_eq!(desk.screen(), [('x', 2), ('x', 3), ('x', 4)]);
        });
    }

    #[test]
    fn what_was_read_before_another_was_shown_waits_for_nothing_and_is_dropped() {
        let desk = Desk::of('x');
        let turn = desk.showing.begin();
        desk.show(2);
        assert!(!desk.showing.end(&turn, || desk.publish(('x', 1))));
        let turn = desk.showing.begin();
        assert!(desk.showing.end(&turn, || desk.publish(('x', 3))));
        assert_eq!(desk.screen(), [('x', 2), ('x', 3)]);
    }
}
