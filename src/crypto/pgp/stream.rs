//! A large armored message is decoded piece by piece, by a thread of its own, beside the decryption of what was decoded.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::domain::base64_lines;

/// Lines of base64 that are worth it, in bytes.
pub(super) const LARGE: usize = 2 << 20;
/// Lines that are decoded at once, in bytes.
const PIECE: usize = 256 << 10;
/// Pieces at the beginning that are decoded before all else: whom the message is for stands there.
const FIRST: usize = 4;
/// Pieces that wait, at most.
const WAITING: usize = 4;

/// Hands over the beginning of what is in lines of base64, and all of it to be read. `None` when the lines turned out to
/// be odd somewhere: what was made of them then counts for nothing.
pub(super) fn decoded<T>(lines: &[u8], work: impl FnOnce(&[u8], Pieces) -> T) -> Option<T> {
    let mut rest = lines;
    let mut beginning = Vec::new();
    for _ in 0..FIRST {
        beginning.extend_from_slice(&next(&mut rest)?);
    }
    let (sender, waiting) = sync_channel(WAITING);
    let is_odd = AtomicBool::new(false);
    let decode = || {
        let sender = sender;
        while !rest.is_empty() {
            let Some(piece) = next(&mut rest) else { return is_odd.store(true, Ordering::Release) };
            if sender.send(piece).is_err() {
                // Nobody reads any more: it is refused already.
                return;
            }
        }
    };
    let made = thread::scope(|scope| {
        let thread = thread::Builder::new().name("armor".to_owned()).spawn_scoped(scope, decode);
        let pieces = Pieces { now: beginning.clone(), at: 0, waiting: Mutex::new(waiting) };
        thread.is_ok().then(|| work(&beginning, pieces))
    });
    made.filter(|_| !is_odd.load(Ordering::Acquire))
}

/// Takes the next lines off, and decodes them.
fn next(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let after = rest.get(PIECE..).and_then(|far| memchr::memchr(b'\n', far));
    let (piece, further) = rest.split_at_checked(after.map_or(rest.len(), |at| PIECE + at + 1))?;
    *rest = further;
    // Padding ends the whole, not a piece.
    let is_padded = piece.trim_ascii_end().ends_with(b"=");
    if is_padded && !further.is_empty() { None } else { base64_lines(piece) }
}

/// What was decoded, to be read.
pub(super) struct Pieces {
    now: Vec<u8>,
    at: usize,
    waiting: Mutex<Receiver<Vec<u8>>>,
}

impl Read for Pieces {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.now.len() {
            let waiting = self.waiting.get_mut().unwrap_or_else(PoisonError::into_inner);
            let Ok(next) = waiting.recv() else { return Ok(0) };
            (self.now, self.at) = (next, 0);
        }
        let mut rest = self.now.get(self.at..).unwrap_or_default();
        let read = rest.read(out)?;
        self.at += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn lines(size: usize, width: usize) -> (Vec<u8>, String) {
        let content: Vec<u8> = (0..size).map(|at| (at * 7 % 251) as u8).collect();
        let digits = STANDARD.encode(&content);
        let lines = digits.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap().to_owned() + "\r\n");
        let lines = lines.collect();
        (content, lines)
    }

    fn read(_: &[u8], mut pieces: Pieces) -> Vec<u8> {
        let mut all = Vec::new();
        pieces.read_to_end(&mut all).unwrap();
        all
    }

    #[test]
    fn all_of_it_is_read_and_its_beginning_is_known_before() {
        for size in [2_000_000, 2_000_001, 2_000_002] {
            let (content, lines) = lines(size, 64);
            let beginning = decoded(lines.as_bytes(), |beginning, _| beginning.to_vec()).unwrap();
            assert!(content.starts_with(&beginning) && beginning.len() > 100_000);
            assert_eq!(decoded(lines.as_bytes(), read), Some(content));
        }
    }

    #[test]
    fn what_is_odd_anywhere_gives_nothing() {
        let (_, text) = lines(2_000_000, 64);
        for at in [0, text.len() / 3, text.len() / 3 * 2, text.len()] {
            let at = at / 66 * 66;
            for odd in ["QQ==\r\n", "Q\r\n", "\u{a0}\r\n"] {
                let odd = format!("{}{odd}{}", &text[..at], &text[at..]);
                assert_eq!(decoded(odd.as_bytes(), read), None, "at {at}");
            }
        }
        let (_, text) = lines(2_000_000, 63);
        assert_eq!(decoded(text.as_bytes(), read), None, "pieces end within a group");
    }
}
