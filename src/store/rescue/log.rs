//! The write-ahead log: pages that were written and are not in the file yet (<https://sqlite.org/walformat.html>). After a
//! crash its last transaction may be there in part: that one never happened, and nothing is wrong. A bad one that others
//! follow is another thing: whoever began those had seen it whole.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::Path;

use super::super::StoreError;
use super::pages::{Codec, PAGE, Page, at, read_u32};

const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const FRAME: u64 = (FRAME_HEADER + PAGE) as u64;
/// The first salt counts how often the log was begun anew: what is at most so much older was written before that.
const OLDEST: u32 = 1 << 20;

/// The log of a database.
pub(super) struct Log {
    file: File,
    /// Of each page the places of its forms, the newest last; and whether that is good.
    frames: HashMap<u32, (Vec<u64>, bool)>,
    /// Pages of the database after the last transaction; 0 for none.
    pub(super) pages: u32,
    /// The last page of which there is a good form.
    pub(super) last: u32,
    /// Something that was written for good can't be read.
    pub(super) is_broken: bool,
}

/// The header of a frame, and its page as it is sealed.
type Parts = (Vec<u8>, Vec<u8>);

/// A page in the log.
struct Frame {
    number: u32,
    place: u64,
    is_sound: bool,
}

/// What was written at once, as far as the frames tell.
#[derive(Default)]
struct Transaction {
    frames: Vec<Frame>,
    /// Pages of the database after it; 0 when its end is not there.
    pages: u32,
    has_gap: bool,
}

/// Whose a frame is.
enum Origin {
    Ours,
    /// Of a log that was in the file before this one, or never written.
    Older,
    /// It says nothing that can be believed.
    Unknown,
}

/// What the log's header says.
struct Terms {
    salts: Vec<u8>,
    is_big: bool,
    length: u64,
}

impl Log {
    /// `None` when there is none, or nothing in it. `in_file`: the pages that the file has.
    pub(super) fn open(path: &Path, codec: &Codec, in_file: u32) -> Result<Option<Self>, StoreError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let length = file.metadata()?.len();
        if length == 0 {
            return Ok(None);
        }
        let mut log = Self { file, frames: HashMap::new(), pages: 0, last: 0, is_broken: false };
        let header = at(&log.file, 0, LOG_HEADER).ok().filter(|header| is_log(header));
        let Some(header) = header else {
            // Until the first transaction is there, a header that is not written yet is no harm.
            log.is_broken = length >= LOG_HEADER as u64 + FRAME;
            return Ok(Some(log));
        };
        log.read(&header, codec, (length, in_file))?;
        Ok(Some(log))
    }

    /// As SQLite reads it: as far as the sums fit, and no further than the last transaction that is whole.
    fn read(&mut self, header: &[u8], codec: &Codec, (length, in_file): (u64, u32)) -> Result<(), StoreError> {
        let terms = Terms {
            salts: header.get(16..24).unwrap_or_default().to_vec(),
            is_big: header.get(3) == Some(&0x83),
            length,
        };
        let mut sums = checksum((0, 0), header.get(..24).unwrap_or_default(), terms.is_big);
        let mut begun = Transaction::default();
        let mut start = LOG_HEADER as u64;
        while let Some((head, sealed)) = self.frame(start, &terms)? {
            let next = checksum(sums, head.get(..8).unwrap_or_default(), terms.is_big);
            let next = checksum(next, &sealed, terms.is_big);
            let is_chained = (read_u32(&head, 16), read_u32(&head, 20)) == (Some(next.0), Some(next.1));
            if !is_chained || head.get(8..16) != Some(&*terms.salts) {
                return self.read_behind(start, begun, &terms, (codec, in_file));
            }
            sums = next;
            begun.add(&head, start, true);
            if begun.pages > 0 {
                self.pages = begun.pages;
                self.take(std::mem::take(&mut begun).frames, u32::MAX);
            }
            start += FRAME;
        }
        Ok(())
    }

    /// What lies behind a frame that does not fit, and begins with it. `begun`: what came before it in its transaction.
    fn read_behind(
        &mut self,
        mut start: u64,
        begun: Transaction,
        terms: &Terms,
        (codec, in_file): (&Codec, u32),
    ) -> Result<(), StoreError> {
        let (mut all, mut last, mut is_over) = (Vec::new(), begun, false);
        while let Some((head, sealed)) = self.frame(start, terms)? {
            match terms.origin(&head) {
                Origin::Ours => {
                    if is_over {
                        all.push(std::mem::take(&mut last));
                    }
                    let number = read_u32(&head, 0).unwrap_or(0);
                    last.add(&head, start, codec.is_sound(number, &sealed));
                    is_over = last.pages > 0;
                }
                Origin::Older => last.has_gap = true,
                // It may have been the end of its transaction.
                Origin::Unknown => (last.has_gap, is_over) = (true, true),
            }
            start += FRAME;
        }
        // Nothing is written before what came before it is on the disk: only the last transaction may be there in part.
        self.is_broken = !all.is_empty();
        if self.is_broken {
            all.extend(Some(last).filter(Transaction::is_whole));
            self.take_unchained(all, in_file);
        }
        Ok(())
    }

    /// What the sums don't vouch for: each good page does for itself, and nothing does for the numbers beside it.
    fn take_unchained(&mut self, transactions: Vec<Transaction>, in_file: u32) {
        let frames = transactions.iter().flat_map(|one| &one.frames);
        let good = frames.filter(|frame| frame.is_sound).map(|frame| frame.number).max().unwrap_or(0);
        let most = in_file.max(self.last).max(good);
        for transaction in transactions {
            // No database of this program's shrinks while it is in use.
            self.pages = self.pages.max(transaction.pages.min(most));
            self.take(transaction.frames, most);
        }
    }

    fn take(&mut self, frames: Vec<Frame>, most: u32) {
        for frame in frames.into_iter().filter(|frame| (1..=most).contains(&frame.number)) {
            let (places, is_good) = self.frames.entry(frame.number).or_default();
            places.push(frame.place);
            *is_good = frame.is_sound;
            if frame.is_sound {
                self.last = self.last.max(frame.number);
            }
        }
    }

    /// What is at a place; `None` behind the last frame.
    fn frame(&self, start: u64, terms: &Terms) -> Result<Option<Parts>, StoreError> {
        if start + FRAME > terms.length {
            return Ok(None);
        }
        let mut head = at(&self.file, start, FRAME_HEADER + PAGE)?;
        let sealed = head.split_off(FRAME_HEADER);
        Ok(Some((head, sealed)))
    }

    /// Whether there is a form of the page.
    pub(super) fn holds(&self, number: u32) -> bool {
        self.frames.contains_key(&number)
    }

    /// The newest form of a page that can be read.
    pub(super) fn page(&self, number: u32, codec: &Codec) -> Option<Page> {
        let (places, _) = self.frames.get(&number)?;
        places.iter().rev().find_map(|place| codec.open(number, &at(&self.file, *place, PAGE).ok()?))
    }

    /// Whether the newest form of a page is good.
    pub(super) fn is_sound(&self, number: u32) -> bool {
        self.frames.get(&number).is_some_and(|(_, is_sound)| *is_sound)
    }
}

impl Transaction {
    fn add(&mut self, head: &[u8], start: u64, is_sound: bool) {
        let (number, commits) = (read_u32(head, 0).unwrap_or(0), read_u32(head, 4).unwrap_or(0));
        self.frames.push(Frame { number, place: start + FRAME_HEADER as u64, is_sound });
        self.pages = commits;
    }

    fn is_whole(&self) -> bool {
        self.pages > 0 && !self.has_gap && self.frames.iter().all(|frame| frame.is_sound)
    }
}

impl Terms {
    fn origin(&self, head: &[u8]) -> Origin {
        if head.get(8..16) == Some(&*self.salts) {
            return Origin::Ours;
        }
        let count = |bytes: &[u8], from| read_u32(bytes, from).unwrap_or(0);
        let age = count(&self.salts, 0).wrapping_sub(count(head, 8));
        let is_empty = head.iter().all(|byte| *byte == 0);
        if is_empty || (1..OLDEST).contains(&age) { Origin::Older } else { Origin::Unknown }
    }
}

fn is_log(header: &[u8]) -> bool {
    let magic = read_u32(header, 0).unwrap_or(0);
    let sums = checksum((0, 0), header.get(..24).unwrap_or_default(), magic == 0x377f_0683);
    matches!(magic, 0x377f_0682 | 0x377f_0683)
        && read_u32(header, 8) == Some(PAGE as u32)
        && (read_u32(header, 24), read_u32(header, 28)) == (Some(sums.0), Some(sums.1))
}

fn checksum((mut first, mut second): (u32, u32), bytes: &[u8], is_big: bool) -> (u32, u32) {
    let word = |word: &[u8; 4]| if is_big { u32::from_be_bytes(*word) } else { u32::from_le_bytes(*word) };
    for [one, other] in bytes.as_chunks::<4>().0.as_chunks::<2>().0 {
        first = first.wrapping_add(word(one)).wrapping_add(second);
        second = second.wrapping_add(word(other)).wrapping_add(first);
    }
    (first, second)
}
