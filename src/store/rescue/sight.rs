//! How a database looks before SQLite opens it: whose it is, and whether it can be used as it is.

use std::path::Path;

use super::super::database::{self, DATABASE};
use super::super::{ProfileKey, StoreError, files};
use super::pages::{Codec, Pages, SALT, log_of};
use super::shape::Map;

/// So many pages are tried for whether the key is the right one.
const TRIED: u32 = 64;

/// How a database looks before it is opened.
pub(super) struct Sight {
    pub(super) codec: Codec,
    pub(super) map: Option<Map>,
    /// Why it can't be used as it is.
    damage: Option<&'static str>,
    /// It may be older than when it was used last.
    pub(super) is_stale: bool,
}

/// Looks at a database before SQLite does, which would take a log that is damaged in its middle for a shorter one.
/// `was_open`: it was not closed when it was used last.
pub(in crate::store) fn look(dir: &Path, key: &ProfileKey, was_open: bool) -> Result<(), StoreError> {
    match sight(dir, key, was_open)?.and_then(|sight| sight.damage) {
        Some(code) => Err(StoreError::Damaged(code)),
        None => Ok(()),
    }
}

/// Why a database that nobody has open can't be used as it is, if it can't.
pub(in crate::store) fn damage(dir: &Path, key: &ProfileKey) -> Result<Option<&'static str>, StoreError> {
    let lock = database::lock(dir)?;
    Ok(sight(dir, key, files::is_marked(&lock)?)?.and_then(|sight| sight.damage))
}

/// The pages of a database that nobody has open, if there are any of this key's.
pub(in crate::store) fn pages_of(dir: &Path, key: &ProfileKey) -> Result<Option<Pages>, StoreError> {
    let Some(sight) = sight(dir, key, false)? else { return Err(StoreError::WrongKey) };
    let path = dir.join(DATABASE);
    if files::is_there(&path)? { Ok(Some(Pages::open(&path, sight.codec)?)) } else { Ok(None) }
}

/// Whether there was a database, and nothing is left of it: a repair would begin an empty one.
pub fn is_missing(dir: &Path) -> Result<bool, StoreError> {
    Ok(files::length_of(&dir.join(DATABASE))? == 0 && Map::read(dir)?.is_some())
}

/// `None` when there is nothing to look at, or when it is not this key's.
pub(super) fn sight(dir: &Path, key: &ProfileKey, was_open: bool) -> Result<Option<Sight>, StoreError> {
    let path = dir.join(DATABASE);
    let length = files::length_of(&path)?;
    let map = match Map::read(dir) {
        // Whether there was a database, nobody knows then.
        Err(error) if length == 0 => return Err(error),
        other => other.ok().flatten(),
    };
    if length == 0 {
        return missing(key, map);
    }
    let lacks_log = was_open && !files::is_there(&log_of(&path))?;
    let Some((codec, map)) = codec(&path, key, map)? else { return Ok(None) };
    let (codec, pages) = (codec.clone(), Pages::open(&path, codec)?);
    let damage = if !(pages.is_sound(1) && pages.has_own_salt()) {
        Some("header")
    } else if pages.is_cut_off() {
        Some("truncated")
    } else if pages.is_stale() {
        Some("wal")
    } else if lacks_log {
        Some("wal_missing")
    } else {
        None
    };
    // The log holds what was done last: that a message went out, perhaps. It is gone when the program did not end as it
    // should and there is none. The map is written whenever a profile is opened: where it is gone, files of the profile
    // were lost or left behind, and the log may have been among them. Who believes too much here sends twice.
    let is_stale = lacks_log || pages.is_stale() || map.is_none();
    Ok(Some(Sight { codec, map, damage, is_stale }))
}

/// A database that is gone, of which there is a map.
fn missing(key: &ProfileKey, map: Option<Map>) -> Result<Option<Sight>, StoreError> {
    let Some((map, salt)) = map.and_then(|map| map.salt().map(|salt| (map, salt))) else { return Ok(None) };
    let codec = Codec::new(key, &salt)?;
    let is_ours = map.is_of(&codec);
    Ok(is_ours.then_some(Sight { codec, map: Some(map), damage: Some("missing"), is_stale: true }))
}

/// What opens the pages of a database, and the map that belongs to it. The file's own salt tells; where that is damaged, the
/// map's, which is another database's unless a page opens with it.
fn codec(path: &Path, key: &ProfileKey, map: Option<Map>) -> Result<Option<(Codec, Option<Map>)>, StoreError> {
    let beginning = files::beginning_of(path, SALT)?;
    if let Ok(salt) = <[u8; SALT]>::try_from(&*beginning) {
        let codec = Codec::new(key, &salt)?;
        let map = map.clone().filter(|map| map.salt() == Some(salt) && map.is_of(&codec));
        // The proof is the key's and this very database's.
        if map.is_some() || Pages::open(path, codec.clone())?.has_sound_page(TRIED) {
            return Ok(Some((codec, map)));
        }
    }
    let Some((map, salt)) = map.and_then(|map| map.salt().map(|salt| (map, salt))) else { return Ok(None) };
    let codec = Codec::new(key, &salt)?;
    // A file of nothing, or of the first bytes alone, is no other database either.
    let is_trace = beginning.iter().all(|byte| *byte == 0) || beginning.len() < SALT && salt.starts_with(&beginning);
    let is_its = map.is_of(&codec) && (is_trace || Pages::open(path, codec.clone())?.has_sound_page(u32::MAX));
    Ok(is_its.then_some((codec, Some(map))))
}
