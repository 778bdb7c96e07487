//! SQLite's trees, read without SQLite (<https://sqlite.org/fileformat2.html>): every row that is in a page that can be
//! read. Nothing in a page is believed that would lead out of it, or twice to the same page.

use std::collections::HashSet;

use rusqlite::types::Value;

use super::pages::{Page, Pages, USABLE, read_u32};

const INTERIOR_INDEX: u8 = 2;
const INTERIOR_TABLE: u8 = 5;
const LEAF_INDEX: u8 = 10;
const LEAF_TABLE: u8 = 13;
/// No record is larger.
const MAX_RECORD: u64 = 1 << 30;

/// A row of a table, or an entry of an index.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// The row's number; 0 for an entry of an index.
    pub(super) rowid: i64,
    /// The values that could be read, from the first on.
    pub(super) values: Vec<Value>,
    /// All of them are here.
    pub(super) is_whole: bool,
}

/// What was met on the way through the file.
#[derive(Debug, Default)]
pub(super) struct Met {
    /// Pages that belong to something.
    pub(super) pages: HashSet<u32>,
    /// Pages that something leads to and that can't be read.
    pub(super) unreadable: HashSet<u32>,
}

/// What can be read of a tree, page by page.
pub(super) struct Tree<'a> {
    pages: &'a Pages,
    met: &'a mut Met,
    is_index: bool,
    waiting: Vec<u32>,
    /// Pages of this tree that could not be read.
    pub(super) unreadable: usize,
}

impl<'a> Tree<'a> {
    pub(super) fn table(pages: &'a Pages, met: &'a mut Met, root: u32) -> Self {
        Self { pages, met, is_index: false, waiting: vec![root], unreadable: 0 }
    }

    pub(super) fn index(pages: &'a Pages, met: &'a mut Met, root: u32) -> Self {
        Self { pages, met, is_index: true, waiting: vec![root], unreadable: 0 }
    }

    /// The records of the next page; `None` when there is no page more.
    pub(super) fn next_page(&mut self) -> Option<Vec<Record>> {
        let number = self.waiting.pop()?;
        if number == 0 || !self.met.pages.insert(number) {
            return Some(Vec::new());
        }
        let leaf = self.pages.page(number).and_then(|page| Node::of(number, page));
        let Some(node) = leaf.filter(|node| node.is_index() == self.is_index) else {
            self.met.unreadable.insert(number);
            self.unreadable += 1;
            return Some(Vec::new());
        };
        let (children, records) = node.read(self.pages, self.met);
        self.waiting.extend(children.into_iter().rev());
        Some(records)
    }
}

/// The records of a leaf of a table that nothing leads to.
pub(super) fn stray_leaf(pages: &Pages, met: &mut Met, number: u32) -> Option<Vec<Record>> {
    let node = Node::of(number, pages.page(number)?).filter(|node| node.kind == LEAF_TABLE)?;
    Some(node.read(pages, met).1)
}

/// The pages that are free; `None` when that can't be known.
pub(in crate::store) fn free_pages(pages: &Pages) -> Option<HashSet<u32>> {
    let first = pages.page(1)?;
    let (mut trunk, count) = (read_u32(&first, 32)?, read_u32(&first, 36)?);
    let mut free = HashSet::new();
    while trunk != 0 {
        if !free.insert(trunk) {
            return None;
        }
        let page = pages.page(trunk)?;
        let leaves = usize::try_from(read_u32(&page, 4)?).ok()?.min(USABLE / 4);
        for leaf in 0..leaves {
            free.insert(read_u32(&page, 8 + 4 * leaf)?);
        }
        trunk = read_u32(&page, 0)?;
    }
    (free.len() == usize::try_from(count).ok()?).then_some(free)
}

/// A page of a tree.
struct Node {
    page: Page,
    kind: u8,
    /// Where its header begins.
    from: usize,
    cells: usize,
}

impl Node {
    fn of(number: u32, page: Page) -> Option<Self> {
        let from = if number == 1 { 100 } else { 0 };
        let kind = *page.get(from)?;
        let is_known = matches!(kind, INTERIOR_INDEX | INTERIOR_TABLE | LEAF_INDEX | LEAF_TABLE);
        let cells = usize::from(read_u16(&page, from + 3)?);
        (is_known && cells <= USABLE / 2).then_some(Self { page, kind, from, cells })
    }

    fn is_index(&self) -> bool {
        matches!(self.kind, INTERIOR_INDEX | LEAF_INDEX)
    }

    fn is_leaf(&self) -> bool {
        matches!(self.kind, LEAF_INDEX | LEAF_TABLE)
    }

    /// The pages below it, and the records in it.
    fn read(&self, pages: &Pages, met: &mut Met) -> (Vec<u32>, Vec<Record>) {
        let pointers = self.from + if self.is_leaf() { 8 } else { 12 };
        let (mut children, mut records) = (Vec::new(), Vec::new());
        for cell in 0..self.cells {
            let Some(mut place) = read_u16(&self.page, pointers + 2 * cell).map(usize::from) else { break };
            if !self.is_leaf() {
                children.extend(read_u32(&self.page, place));
                place += 4;
            }
            if self.kind != INTERIOR_TABLE {
                records.extend(self.record(place, pages, met));
            }
        }
        if !self.is_leaf() {
            children.extend(read_u32(&self.page, self.from + 8));
        }
        (children, records)
    }

    fn record(&self, place: usize, pages: &Pages, met: &mut Met) -> Option<Record> {
        let bytes = self.page.get(place..)?;
        let (length, bytes) = varint(bytes)?;
        let (rowid, bytes) = if self.kind == LEAF_TABLE { varint(bytes)? } else { (0, bytes) };
        let length = usize::try_from(u64::try_from(length).ok().filter(|length| *length <= MAX_RECORD)?).ok()?;
        let most = if self.kind == LEAF_TABLE { USABLE - 35 } else { (USABLE - 12) * 64 / 255 - 23 };
        let here = if length <= most { length } else { local(length, most) };
        let mut payload = bytes.get(..here)?.to_vec();
        if here < length {
            let mut next = read_u32(bytes, here)?;
            while payload.len() < length && next != 0 && met.pages.insert(next) {
                let Some(page) = pages.page(next) else {
                    met.unreadable.insert(next);
                    break;
                };
                let rest = page.get(4..)?;
                payload.extend_from_slice(rest.get(..(length - payload.len()).min(rest.len()))?);
                next = read_u32(&page, 0)?;
            }
        }
        Some(parse(rowid, &payload, length))
    }
}

/// How much of a large record is in its own page.
fn local(length: usize, most: usize) -> usize {
    let least = (USABLE - 12) * 32 / 255 - 23;
    let here = least + (length - least) % (USABLE - 4);
    if here <= most { here } else { least }
}

/// The values of a record of which perhaps only the beginning is there.
fn parse(rowid: i64, payload: &[u8], length: usize) -> Record {
    let mut record = Record { rowid, values: Vec::new(), is_whole: false };
    let Some((header, mut types)) = varint(payload) else { return record };
    let Some(header) = usize::try_from(header).ok().filter(|header| *header <= payload.len()) else { return record };
    types = types.get(..header.saturating_sub(payload.len() - types.len())).unwrap_or_default();
    let mut body = payload.get(header..).unwrap_or_default();
    while !types.is_empty() {
        let Some((kind, rest)) = varint(types) else { return record };
        let Some((value, after)) = value(kind, body) else { return record };
        record.values.push(value);
        (types, body) = (rest, after);
    }
    record.is_whole = payload.len() == length;
    record
}

fn value(kind: i64, body: &[u8]) -> Option<(Value, &[u8])> {
    let length = match kind {
        0 | 8 | 9 => 0,
        1..=4 => usize::try_from(kind).ok()?,
        5 => 6,
        6 | 7 => 8,
        12.. => usize::try_from((kind - 12) / 2).ok()?,
        _ => return None,
    };
    let (bytes, rest) = body.split_at_checked(length)?;
    let value = match kind {
        0 => Value::Null,
        1..=6 => Value::Integer(integer(bytes)),
        7 => Value::Real(f64::from_bits(integer(bytes).cast_unsigned())),
        8 => Value::Integer(0),
        9 => Value::Integer(1),
        kind if kind % 2 == 0 => Value::Blob(bytes.to_vec()),
        _ => Value::Text(String::from_utf8(bytes.to_vec()).ok()?),
    };
    Some((value, rest))
}

fn integer(bytes: &[u8]) -> i64 {
    let start = if bytes.first().is_some_and(|first| *first >= 0x80) { -1 } else { 0 };
    bytes.iter().fold(start, |number, byte| (number << 8) | i64::from(*byte))
}

/// One to nine bytes, seven bits each, but for the ninth.
fn varint(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let mut number = 0_u64;
    for (place, byte) in bytes.iter().take(9).enumerate() {
        if place == 8 {
            return Some((((number << 8) | u64::from(*byte)).cast_signed(), bytes.get(9..)?));
        }
        number = (number << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number.cast_signed(), bytes.get(place + 1..)?));
        }
    }
    None
}

fn read_u16(bytes: &[u8], from: usize) -> Option<u16> {
    bytes.get(from..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}
