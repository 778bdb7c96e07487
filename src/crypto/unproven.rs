use std::io::{ErrorKind, Write};

use zeroize::Zeroizing;

use crate::domain::{Spool, SpoolFile};

use super::DecryptFailure;

/// What opens to more than this waits for its proof outside of memory: it may be small, and made to unpack to anything.
const UNPACKED: usize = 16 << 20;
/// What is encrypted and as long itself waits in memory up to this. Once proven it is there all the same, so for a message
/// of 25 MB, as large as most servers take, the way over the disk would only take time.
pub(super) const LARGE: usize = 27 << 20;

/// How much may come out of an encrypted object, and where it waits when that is much.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'a> {
    /// The most bytes.
    pub limit: usize,
    /// The place for what is large; without one, everything waits in memory.
    pub spool: Option<&'a dyn Spool>,
}

impl From<usize> for Bounds<'_> {
    fn from(limit: usize) -> Self {
        Self { limit, spool: None }
    }
}

/// Plaintext that nobody may see yet: its integrity is not proven. It is lost when dropped.
pub(super) struct Unproven<'a> {
    held: Held,
    length: usize,
    /// The most that waits in memory.
    room: usize,
    bounds: Bounds<'a>,
}

enum Held {
    Memory(Zeroizing<Vec<u8>>),
    Spool(Box<dyn SpoolFile>),
}

impl<'a> Unproven<'a> {
    /// For what a ciphertext of this many bytes opens to.
    pub(super) fn of(ciphertext: usize, bounds: Bounds<'a>) -> Result<Self, DecryptFailure> {
        // What was encrypted is about as long as its ciphertext, unless it was compressed.
        let room = if ciphertext > UNPACKED { LARGE } else { UNPACKED };
        let about = Zeroizing::new(Vec::with_capacity(ciphertext.min(bounds.limit).min(room)));
        let mut new = Self { held: Held::Memory(about), length: 0, room, bounds };
        if ciphertext > LARGE {
            new.leave_memory()?;
        }
        Ok(new)
    }

    /// Takes the next piece. `TooLarge` beyond the limit, and when the system has no room for it.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), DecryptFailure> {
        self.length = self.length.saturating_add(piece.len());
        if self.length > self.bounds.limit {
            return Err(DecryptFailure::TooLarge);
        }
        if self.length > self.room && matches!(self.held, Held::Memory(_)) {
            self.leave_memory()?;
        }
        match &mut self.held {
            Held::Memory(bytes) => bytes.extend_from_slice(piece),
            Held::Spool(file) => file.write_all(piece).map_err(no_room)?,
        }
        Ok(())
    }

    /// Gives the whole. To be called when the object was read to its end and what protects it held.
    pub(super) fn proven(self) -> Result<Vec<u8>, DecryptFailure> {
        match self.held {
            Held::Memory(mut bytes) => Ok(std::mem::take(&mut *bytes)),
            Held::Spool(file) => file.finish().map_err(|error| match error.kind() {
                ErrorKind::InvalidData | ErrorKind::UnexpectedEof => DecryptFailure::IntegrityFailed,
                // It is written while more comes: that there is no room may be known only now.
                _ => no_room(error),
            }),
        }
    }

    fn leave_memory(&mut self) -> Result<(), DecryptFailure> {
        let Some(spool) = self.bounds.spool else { return Ok(()) };
        let mut file = spool.create().map_err(no_room)?;
        if let Held::Memory(bytes) = &self.held {
            file.write_all(bytes).map_err(no_room)?;
        }
        self.held = Held::Spool(file);
        Ok(())
    }
}

fn no_room(_: std::io::Error) -> DecryptFailure {
    DecryptFailure::TooLarge
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Keeps in sight what is written to it and whether that was asked back.
    #[derive(Clone, Debug, Default)]
    struct Glass {
        written: Arc<Mutex<Vec<u8>>>,
        was_read: Arc<Mutex<bool>>,
        is_full: bool,
    }

    impl Spool for Glass {
        fn create(&self) -> io::Result<Box<dyn SpoolFile>> {
            if self.is_full { Err(io::ErrorKind::StorageFull.into()) } else { Ok(Box::new(self.clone())) }
        }
    }

    impl Write for Glass {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.written.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl SpoolFile for Glass {
        fn finish(self: Box<Self>) -> io::Result<Vec<u8>> {
            *self.was_read.lock().unwrap() = true;
            Ok(std::mem::take(&mut self.written.lock().unwrap()))
        }
    }

    fn bounds(spool: &Glass) -> Bounds<'_> {
        Bounds { limit: 3 * LARGE, spool: Some(spool) }
    }

    #[test]
    fn what_is_small_stays_in_memory() {
        let glass = Glass::default();
        let mut unproven = Unproven::of(LARGE, bounds(&glass)).unwrap();
        unproven.push(&vec![7; LARGE]).unwrap();
        assert!(glass.written.lock().unwrap().is_empty());
        assert_eq!(unproven.proven().unwrap(), vec![7; LARGE]);
        assert!(!*glass.was_read.lock().unwrap());
    }

    #[test]
    fn what_is_large_is_written_away_from_its_first_byte_and_read_back_when_proven() {
        let glass = Glass::default();
        let mut unproven = Unproven::of(LARGE + 1, bounds(&glass)).unwrap();
        unproven.push(b"first").unwrap();
        assert_eq!(*glass.written.lock().unwrap(), b"first");
        unproven.push(b" second").unwrap();
        assert!(!*glass.was_read.lock().unwrap());
        assert_eq!(unproven.proven().unwrap(), b"first second");
    }

    #[test]
    fn what_turns_out_to_be_large_leaves_memory() {
        let glass = Glass::default();
        let mut unproven = Unproven::of(1, bounds(&glass)).unwrap();
        unproven.push(&vec![7; UNPACKED]).unwrap();
        assert!(glass.written.lock().unwrap().is_empty());
        unproven.push(b"more").unwrap();
        assert_eq!(glass.written.lock().unwrap().len(), UNPACKED + 4);
        assert_eq!(unproven.proven().unwrap().len(), UNPACKED + 4);
    }

    #[test]
    fn what_is_never_proven_is_never_read_back() {
        let glass = Glass::default();
        let mut unproven = Unproven::of(LARGE + 1, bounds(&glass)).unwrap();
        unproven.push(b"first").unwrap();
        drop(unproven);
        assert!(!*glass.was_read.lock().unwrap());
    }

    #[test]
    fn beyond_the_limit_and_beyond_the_room_of_the_system_it_is_too_large() {
        let mut unproven = Unproven::of(1, 10.into()).unwrap();
        unproven.push(&[7; 10]).unwrap();
        assert_eq!(unproven.push(&[7]), Err(DecryptFailure::TooLarge));
        let full = Glass { is_full: true, ..Glass::default() };
        assert_eq!(Unproven::of(LARGE + 1, bounds(&full)).err(), Some(DecryptFailure::TooLarge));
    }
}
