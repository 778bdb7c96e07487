//! The databases of NSS (Thunderbird, Firefox), and what Thunderbird keeps beside them: read, never changed.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use super::StoreError;

/// Rows that are looked at in one table.
const MAX_ROWS: usize = 20_000;

/// An object of NSS: its attributes (PKCS #11) by number. Secret ones are encrypted.
#[derive(Clone, Debug, Default)]
pub struct NssObject(HashMap<u32, Vec<u8>>);

impl NssObject {
    /// An attribute's bytes.
    pub fn get(&self, attribute: u32) -> Option<&[u8]> {
        self.0.get(&attribute).map(Vec::as_slice)
    }

    /// An attribute that is a number.
    pub fn number(&self, attribute: u32) -> Option<u32> {
        self.get(attribute)?.first_chunk::<4>().map(|four| u32::from_be_bytes(*four))
    }
}

/// The secret keys of a profile (`key4.db`), encrypted.
#[derive(Clone, Debug, Default)]
pub struct NssKeys {
    /// Goes into every key derivation.
    pub salt: Vec<u8>,
    /// A known text, encrypted: shows whether a password is right.
    pub check: Vec<u8>,
    /// The keys.
    pub objects: Vec<NssObject>,
}

/// Reads `key4.db`.
pub fn keys(path: &Path) -> Result<NssKeys, StoreError> {
    let db = open(path)?;
    let query = "SELECT item1, item2 FROM metaData WHERE id = 'password'";
    let found = db.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?)));
    let (salt, check) = match found {
        Ok(both) => both,
        // A profile in which no key was ever made.
        Err(rusqlite::Error::QueryReturnedNoRows) => return Ok(NssKeys::default()),
        Err(error) => return Err(error.into()),
    };
    Ok(NssKeys { salt, check, objects: objects(&db, "nssPrivate")? })
}

/// Reads the public objects of `cert9.db`, certificates among them.
pub fn public(path: &Path) -> Result<Vec<NssObject>, StoreError> {
    objects(&open(path)?, "nssPublic")
}

/// What the user of Thunderbird decided of OpenPGP certificates (`openpgp.sqlite`): fingerprint and word.
pub fn acceptance(path: &Path) -> Result<Vec<(String, String)>, StoreError> {
    let db = open(path)?;
    let mut statement = db.prepare("SELECT fpr, decision FROM acceptance_decision LIMIT 20000")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Opens a database of another program, which may be running.
fn open(path: &Path) -> Result<Connection, StoreError> {
    if !path.is_file() {
        return Err(StoreError::NotFound);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.execute_batch("PRAGMA cipher_log_level = NONE; PRAGMA trusted_schema = OFF; PRAGMA query_only = ON")?;
    db.busy_timeout(std::time::Duration::from_secs(2))?;
    Ok(db)
}

fn objects(db: &Connection, table: &str) -> Result<Vec<NssObject>, StoreError> {
    let mut statement = db.prepare(&format!("SELECT * FROM {table} LIMIT {MAX_ROWS}"))?;
    // The columns are named by the numbers of the attributes.
    let numbers: Vec<Option<u32>> = statement
        .column_names()
        .iter()
        .map(|name| name.strip_prefix('a').and_then(|digits| u32::from_str_radix(digits, 16).ok()))
        .collect();
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut object = NssObject::default();
        for (index, number) in numbers.iter().enumerate() {
            if let (Some(number), Value::Blob(bytes)) = (number, row.get::<_, Value>(index)?) {
                object.0.insert(*number, bytes);
            }
        }
        found.push(object);
    }
    Ok(found)
}
