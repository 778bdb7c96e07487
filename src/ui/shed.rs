//! Where snapshots go that were replaced: a list of many rows or the content of large files takes longer to give back
//! than a frame has, so a thread of its own does that.

use std::sync::mpsc::{Sender, channel};

/// The thread, started with the first thing that is thrown away.
#[derive(Default)]
pub struct Shed(Option<Sender<Box<dyn Send>>>);

impl Shed {
    /// Drops something elsewhere; here, if there is no thread.
    pub fn throw(&mut self, old: impl Send + 'static) {
        let thread = self.0.get_or_insert_with(|| {
            let (thread, thrown) = channel::<Box<dyn Send>>();
            // Without a thread the other end is gone, and what is sent comes back and is dropped here.
            let _ =
                std::thread::Builder::new().name("shed".to_owned()).spawn(move || thrown.into_iter().for_each(drop));
            thread
        });
        let _ = thread.send(Box::new(old));
    }
}
