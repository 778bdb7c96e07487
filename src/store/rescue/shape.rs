//! Where the tables of a database begin, and of which schema it is: from the database itself, or else from what was noted
//! beside it when it was last opened. Nothing of that is secret: the schema is this program's, and the salt is in the
//! file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::types::Value;
use serde::{Deserialize, Serialize};

use super::super::database::migrate_to;
use super::super::{ProfileKey, StoreError, files, schema};
use super::pages::{Codec, Pages, SALT, read_u32};
use super::tree::{Met, Record, Tree, stray_leaf};

const MAP: &str = "profile.map";
/// No map is larger.
const MAX_MAP: u64 = 1 << 20;

/// What is noted beside the database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct Map {
    /// The first bytes of the file, in hex.
    salt: String,
    /// Made with the key: that it is the right one can be known when no page can be read.
    proof: String,
    version: usize,
    roots: BTreeMap<String, u32>,
}

impl Map {
    fn path(dir: &Path) -> PathBuf {
        dir.join(MAP)
    }

    /// `None` when there is none, or none that says anything.
    pub(super) fn read(dir: &Path) -> Result<Option<Self>, StoreError> {
        let path = Self::path(dir);
        if !files::is_there(&path)? {
            return Ok(None);
        }
        Ok(serde_json::from_slice(&files::read(&path, MAX_MAP)?).ok())
    }

    pub(super) fn salt(&self) -> Option<[u8; SALT]> {
        hex::decode(&self.salt).ok()?.try_into().ok()
    }

    /// Whether it is of the database that has this salt, and that was this key's.
    pub(super) fn is_of(&self, codec: &Codec) -> bool {
        codec.proof().is_ok_and(|proof| proof == self.proof)
    }

    /// Notes how the open database lies, if that is not noted yet.
    pub(in crate::store) fn keep(
        dir: &Path,
        database: &Path,
        key: &ProfileKey,
        db: &Connection,
    ) -> Result<(), StoreError> {
        let salt = files::beginning(database, SALT).ok().and_then(|salt| <[u8; SALT]>::try_from(salt).ok());
        let Some(salt) = salt else { return Ok(()) };
        let proof = Codec::new(key, &salt)?.proof()?;
        let version = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let mut statement = db.prepare("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0")?;
        let roots = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let now = Self { salt: hex::encode(salt), proof, version, roots };
        if Self::read(dir).ok().flatten().as_ref() != Some(&now) {
            files::replace(&Self::path(dir), &serde_json::to_vec(&now)?)?;
        }
        Ok(())
    }
}

/// Where what is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) version: usize,
    /// The first page of each table and each index.
    pub(super) roots: BTreeMap<String, u32>,
}

pub(super) fn shape(pages: &Pages, met: &mut Met, map: Option<&Map>) -> Result<Shape, StoreError> {
    let mut found = Shape::default();
    let mut is_whole = false;
    if let Some(first) = pages.page(1) {
        found.version = read_u32(&first, 60).and_then(|version| usize::try_from(version).ok()).unwrap_or(0);
        let mut tree = Tree::table(pages, met, 1);
        while let Some(records) = tree.next_page() {
            found.roots.extend(records.iter().filter_map(root));
        }
        is_whole = tree.unreadable == 0;
    } else {
        met.pages.insert(1);
        met.unreadable.insert(1);
    }
    if !is_whole && let Some(map) = map {
        found.version = map.version;
        for (name, root) in &map.roots {
            found.roots.entry(name.clone()).or_insert(*root);
        }
        is_whole = true;
    }
    if !is_whole {
        for number in 2..=pages.end() {
            let records = stray_leaf(pages, &mut Met::default(), number).unwrap_or_default();
            for (name, root) in records.iter().filter_map(root) {
                met.pages.insert(number);
                found.roots.entry(name).or_insert(root);
            }
        }
    }
    if found.version == 0 {
        found.version = guess(&found.roots)?;
    }
    if found.version > schema::MIGRATIONS.len() {
        return Err(StoreError::NewerProfile);
    }
    Ok(found)
}

/// A row of `sqlite_master`: what it names, and where that begins.
fn root(record: &Record) -> Option<(String, u32)> {
    let [Value::Text(kind), Value::Text(name), Value::Text(_), Value::Integer(root), ..] = &*record.values else {
        return None;
    };
    if !matches!(kind.as_str(), "table" | "index") {
        return None;
    }
    let root = u32::try_from(*root).ok().filter(|root| *root > 0)?;
    Some((name.clone(), root))
}

/// The newest schema that has these tables, or else the one with most of them.
fn guess(roots: &BTreeMap<String, u32>) -> Result<usize, StoreError> {
    let mut best = (0, schema::MIGRATIONS.len());
    for version in (1..=schema::MIGRATIONS.len()).rev() {
        let mut db = Connection::open_in_memory()?;
        migrate_to(&mut db, version)?;
        let mut statement = db.prepare("SELECT name FROM sqlite_master WHERE rootpage > 0")?;
        let names: BTreeSet<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let strange = roots.keys().filter(|name| !names.contains(*name)).count();
        let missing = names.iter().filter(|name| !roots.contains_key(*name)).count();
        let likeness = usize::MAX - strange - missing;
        if likeness > best.0 {
            best = (likeness, version);
        }
    }
    Ok(best.1)
}
