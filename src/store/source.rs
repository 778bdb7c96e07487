//! Messages as they came, deflated. A large one is kept in pieces, which two threads read at once: decrypting the
//! database and inflating take most of the time that opening it takes.

use std::io::{Read as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::domain::RawMessage;

use super::{Store, StoreError};

/// Messages that are no smaller are kept in pieces of so many bytes.
const PIECE: usize = 1 << 20;
/// No piece is larger.
const MAX_PIECE: usize = 16 << 20;

impl Store {
    /// The message as it came.
    pub fn raw(&self, id: i64) -> Result<RawMessage, StoreError> {
        let db = self.db();
        let query = "SELECT id, size, deflated FROM raw WHERE id = (SELECT raw FROM message WHERE id = ?1)";
        let found: Option<(i64, u64, Vec<u8>)> =
            db.query_row(query, [id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        let (raw, size, kept) = found.ok_or(StoreError::NotFound)?;
        // Nothing deflates to nothing.
        let bytes = if kept.is_empty() { self.gathered(db, raw, size)? } else { unpacked(kept, size)? };
        Ok(RawMessage::new(bytes))
    }

    /// The SHA-256 of the message as it came.
    pub fn digest(&self, id: i64) -> Result<[u8; 32], StoreError> {
        let query = "SELECT sha256 FROM raw WHERE id = (SELECT raw FROM message WHERE id = ?1)";
        let kept: Option<Vec<u8>> = self.db().query_row(query, [id], |row| row.get(0)).optional()?;
        kept.ok_or(StoreError::NotFound)?.try_into().map_err(|_| CORRUPT)
    }

    /// Makes a message another one than came, as a defect would.
    #[cfg(test)]
    pub(crate) fn falsify(&self, id: i64, bytes: &[u8]) {
        let update = "UPDATE raw SET size = ?2, deflated = ?3 WHERE id = (SELECT raw FROM message WHERE id = ?1)";
        self.db().execute(update, params![id, bytes.len(), deflate(bytes).unwrap()]).unwrap();
    }

    /// A message that is kept in pieces.
    fn gathered(&self, db: MutexGuard<'_, Connection>, raw: i64, size: u64) -> Result<Vec<u8>, StoreError> {
        let mut statement = db.prepare_cached("SELECT size FROM raw_piece WHERE raw = ?1 ORDER BY number")?;
        let lengths: Vec<usize> = statement.query_map([raw], |row| row.get(0))?.collect::<Result<_, _>>()?;
        drop(statement);
        let is_odd = |length: &usize| *length > MAX_PIECE;
        if lengths.iter().any(is_odd) || lengths.iter().sum::<usize>() as u64 != size {
            return Err(CORRUPT);
        }
        let mut bytes = vec![0; lengths.iter().sum()];
        let mut rest = bytes.as_mut_slice();
        let mut places = Vec::with_capacity(lengths.len());
        for length in lengths {
            let (place, after) = rest.split_at_mut_checked(length).ok_or(CORRUPT)?;
            places.push(place);
            rest = after;
        }
        let places = Mutex::new(places.into_iter().enumerate());
        let places = &places;
        let mut readers = self.readers();
        let Some((first, others)) = readers.split_first_mut() else {
            fill(&db, raw, places)?;
            return Ok(bytes);
        };
        drop(db);
        std::thread::scope(|scope| {
            let others: Vec<_> = others.iter_mut().map(|db| scope.spawn(move || fill(db, raw, places))).collect();
            let own = fill(first, raw, places);
            others.into_iter().fold(own, |so_far, other| so_far.and(other.join().unwrap_or(Err(CORRUPT))))
        })?;
        Ok(bytes)
    }
}

const CORRUPT: StoreError = StoreError::Corrupt("raw");

/// Whether a source that is kept is all there and is what it was.
pub(super) fn is_sound(db: &Connection, raw: i64) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached("SELECT size, deflated, sha256 FROM raw WHERE id = ?1")?;
    let found: Option<(u64, Vec<u8>, Vec<u8>)> =
        statement.query_row([raw], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let Some((size, kept, digest)) = found else { return Ok(false) };
    let mut hash = openssl::sha::Sha256::new();
    if !kept.is_empty() {
        let Ok(bytes) = unpacked(kept, size) else { return Ok(false) };
        hash.update(&bytes);
        return Ok(hash.finish()[..] == digest);
    }
    let mut statement = db.prepare_cached("SELECT number, size, kept FROM raw_piece WHERE raw = ?1 ORDER BY number")?;
    let mut rows = statement.query([raw])?;
    let (mut number, mut total) = (0, 0);
    while let Some(row) = rows.next()? {
        let length: usize = row.get(1)?;
        if row.get::<_, i64>(0)? != number || length > MAX_PIECE {
            return Ok(false);
        }
        let mut place = vec![0; length];
        if unpack(row.get_ref(2)?.as_blob().map_err(|_| CORRUPT)?, &mut place).is_err() {
            return Ok(false);
        }
        hash.update(&place);
        number += 1;
        total += length as u64;
    }
    Ok(total == size && hash.finish()[..] == digest)
}

/// Reads one piece after another into its place, until none is left.
fn fill<'a>(
    db: &Connection,
    raw: i64,
    places: &Mutex<impl Iterator<Item = (usize, &'a mut [u8])>>,
) -> Result<(), StoreError> {
    let mut piece = db.prepare_cached("SELECT kept FROM raw_piece WHERE raw = ?1 AND number = ?2")?;
    loop {
        let next = places.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some((number, place)) = next else { return Ok(()) };
        let mut rows = piece.query(params![raw, number])?;
        let row = rows.next()?.ok_or(CORRUPT)?;
        unpack(row.get_ref(0)?.as_blob().map_err(|_| CORRUPT)?, place)?;
    }
}

/// A message on its way into the store, deflated.
#[derive(Clone, Debug)]
pub(super) struct Source {
    digest: [u8; 32],
    whole: Vec<u8>,
    /// `None` for one that is kept as it is.
    pieces: Vec<Option<Vec<u8>>>,
}

impl Source {
    /// Without the database: this takes long.
    pub(super) fn of(raw: &[u8]) -> Result<Self, StoreError> {
        let is_large = raw.len() >= PIECE;
        let piece = |piece: &[u8]| {
            let deflated = deflate(piece)?;
            // Files in base64 shrink by a quarter or so, and inflating them would take longer than all else.
            let is_plain = deflated.len() > piece.len() / 10 * 7;
            Ok((!is_plain).then_some(deflated))
        };
        Ok(Self {
            digest: openssl::sha::sha256(raw),
            whole: if is_large { Vec::new() } else { deflate(raw)? },
            pieces: raw.chunks(PIECE).filter(|_| is_large).map(piece).collect::<Result<_, StoreError>>()?,
        })
    }

    /// Whether an account has this very message.
    pub(super) fn is_in(&self, transaction: &Transaction<'_>, account: i64) -> Result<bool, StoreError> {
        let mut there = transaction.prepare_cached(
            "SELECT 1 FROM raw JOIN message ON message.raw = raw.id JOIN folder ON folder.id = message.folder
             WHERE sha256 = ?1 AND folder.account = ?2",
        )?;
        Ok(there.exists(params![&self.digest[..], account])?)
    }

    /// Keeps the message that it is of, once for every copy of the same bytes; its row id.
    pub(super) fn keep(&self, transaction: &Transaction<'_>, raw: &[u8]) -> Result<i64, StoreError> {
        let mut known = transaction.prepare_cached("SELECT id FROM raw WHERE sha256 = ?1")?;
        if let Some(id) = known.query_row([&self.digest[..]], |row| row.get(0)).optional()? {
            return Ok(id);
        }
        let mut insert = transaction.prepare_cached("INSERT INTO raw (sha256, size, deflated) VALUES (?1, ?2, ?3)")?;
        insert.execute(params![&self.digest[..], raw.len(), self.whole])?;
        let id = transaction.last_insert_rowid();
        let query = "INSERT INTO raw_piece (raw, number, size, kept) VALUES (?1, ?2, ?3, ?4)";
        let mut insert = transaction.prepare_cached(query)?;
        for (number, (piece, kept)) in raw.chunks(PIECE).zip(&self.pieces).enumerate() {
            insert.execute(params![id, number, piece.len(), kept.as_deref().unwrap_or(piece)])?;
        }
        Ok(id)
    }
}

/// A piece, which is as it was when it is as long as it was.
fn unpack(kept: &[u8], place: &mut [u8]) -> Result<(), StoreError> {
    if kept.len() == place.len() {
        place.copy_from_slice(kept);
        return Ok(());
    }
    let mut decoder = DeflateDecoder::new(kept);
    decoder.read_exact(place).map_err(|_| CORRUPT)?;
    let has_more = decoder.read(&mut [0]).map_or(true, |more| more > 0);
    if has_more { Err(CORRUPT) } else { Ok(()) }
}

/// A message that was kept whole, of so many bytes. Large ones, of profiles before there were pieces, may be as they were.
fn unpacked(kept: Vec<u8>, size: u64) -> Result<Vec<u8>, StoreError> {
    match inflate(&kept, size) {
        // No mail is a stream that inflates to its own length.
        Err(_) if kept.len() as u64 == size => Ok(kept),
        other => other,
    }
}

fn deflate(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::fast());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn inflate(deflated: &[u8], size: u64) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0).min(64 << 20));
    DeflateDecoder::new(deflated).take(size.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == size { Ok(bytes) } else { Err(CORRUPT) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ProfileKey;

    /// What hardly deflates, what does, and both.
    fn messages() -> Vec<Vec<u8>> {
        let random: Vec<u8> =
            (0_u32..800_000).flat_map(|n| n.wrapping_mul(0x9e37_79b1).rotate_left(n % 31).to_be_bytes()).collect();
        let file = format!("Subject: a file\r\n\r\n{}\r\n", openssl::base64::encode_block(&random)).into_bytes();
        let text = "A line of a letter.\r\n".repeat(200_000).into_bytes();
        let sizes = [0, 1, 1_000, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE];
        let mut all: Vec<_> = [&file, &text].iter().flat_map(|one| sizes.map(|size| one[..size].to_vec())).collect();
        all.push([file, text].concat());
        all
    }

    fn store() -> (tempfile::TempDir, Store, i64) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &ProfileKey::of_bytes(vec![7; 32])).unwrap();
        let db = store.db();
        db.execute_batch(
            "INSERT INTO account (name, address, smtp_host, smtp_port, imap_host, imap_port, user)
                 VALUES ('', '', '', 1, '', 1, '');
             INSERT INTO folder (account, path, name, role) VALUES (1, '', '', '')",
        )
        .unwrap();
        let folder = db.last_insert_rowid();
        drop(db);
        (dir, store, folder)
    }

    fn add(store: &Store, folder: i64, uid: i64, raw: i64) -> i64 {
        let query =
            "INSERT INTO message (folder, uid, raw, is_seen, is_flagged, is_answered, has_attachments, position,
                from_name, from_address, subject, preview) VALUES (?1, ?2, ?3, 0, 0, 0, 0, 0, '', '', '', '')";
        store.db().execute(query, params![folder, uid, raw]).unwrap();
        store.db().last_insert_rowid()
    }

    fn kept(store: &Store, bytes: &[u8]) -> i64 {
        let mut db = store.db();
        let transaction = db.transaction().unwrap();
        let raw = Source::of(bytes).unwrap().keep(&transaction, bytes).unwrap();
        transaction.commit().unwrap();
        raw
    }

    fn count(store: &Store, table: &str) -> i64 {
        store.db().query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn what_is_kept_comes_back_as_it_was_and_is_gone_with_its_last_message() {
        let (_dir, store, folder) = store();
        let mut ids = Vec::new();
        for (uid, bytes) in (1..).zip(messages()) {
            let raw = kept(&store, &bytes);
            assert_eq!(kept(&store, &bytes), raw, "the same bytes are there already");
            let id = add(&store, folder, uid, raw);
            assert!(*store.raw(id).unwrap() == bytes[..], "{}", bytes.len());
            ids.push(id);
        }
        assert!(count(&store, "raw_piece") > 10);
        for id in ids {
            store.remove_message(id).unwrap();
        }
        assert_eq!((count(&store, "raw"), count(&store, "raw_piece")), (0, 0));
    }

    #[test]
    fn files_are_not_inflated_and_texts_take_little_room() {
        let (_dir, store, _) = store();
        let sizes = |bytes: &[u8]| -> (usize, usize) {
            let raw = kept(&store, bytes);
            let query = "SELECT sum(size), sum(length(kept)) FROM raw_piece WHERE raw = ?1";
            store.db().query_row(query, [raw], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
        };
        let all = messages();
        let (file, text) = (&all[6], &all[13]);
        assert_eq!(sizes(file), (3 * PIECE, 3 * PIECE));
        let (size, kept) = sizes(text);
        assert!(size == 3 * PIECE && kept < PIECE / 10, "{kept}");
    }

    #[test]
    fn what_is_damaged_or_missing_is_said_and_what_was_kept_whole_is_read() {
        let (_dir, store, folder) = store();
        let bytes = &messages()[13];
        let raw = kept(&store, bytes);
        let id = add(&store, folder, 1, raw);
        for damage in [
            "UPDATE raw_piece SET size = size + 1 WHERE number = 1",
            "UPDATE raw_piece SET size = size - 1 WHERE number = 1",
            "UPDATE raw_piece SET size = size + 1 WHERE number = 0; UPDATE raw_piece SET size = size - 1 WHERE number = 1",
            "UPDATE raw_piece SET kept = substr(kept, 1, length(kept) / 2) WHERE number = 2",
            "DELETE FROM raw_piece WHERE number = 2",
            "DELETE FROM raw_piece",
        ] {
            let db = store.db();
            db.execute_batch("CREATE TEMP TABLE sound AS SELECT * FROM raw_piece").unwrap();
            db.execute_batch(damage).unwrap();
            drop(db);
            assert!(matches!(store.raw(id), Err(StoreError::Corrupt("raw"))), "{damage}");
            let back = "DELETE FROM raw_piece; INSERT INTO raw_piece SELECT * FROM temp.sound; DROP TABLE temp.sound";
            store.db().execute_batch(back).unwrap();
            assert!(*store.raw(id).unwrap() == bytes[..], "after {damage}");
        }
        store.db().execute("DELETE FROM raw_piece", []).unwrap();
        for whole in [bytes.clone(), deflate(bytes).unwrap()] {
            store.db().execute("UPDATE raw SET deflated = ?1", [whole]).unwrap();
            assert!(*store.raw(id).unwrap() == bytes[..]);
        }
        store.db().execute("UPDATE raw SET deflated = ?1", [&bytes[1..]]).unwrap();
        assert!(store.raw(id).is_err(), "cut off on the disk");
    }
}
