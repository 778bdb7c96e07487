use std::fmt::Debug;
use std::io::{self, Write};

/// Where something large waits while nothing is known of it yet.
pub trait Spool: Sync + Debug {
    /// A new place, empty. What was written is gone when it is dropped.
    ///
    /// # Errors
    /// Those of the system.
    fn create(&self) -> io::Result<Box<dyn SpoolFile>>;
}

/// One such place: written once, then read back as a whole.
pub trait SpoolFile: Write + Send {
    /// Everything that was written; the place is gone then.
    ///
    /// # Errors
    /// Those of the system, and [`io::ErrorKind::InvalidData`] for bytes that are not what was written.
    fn finish(self: Box<Self>) -> io::Result<Vec<u8>>;
}
