use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Store, StoreError};

impl Store {
    /// A setting, `None` when it was never set or is of an older shape.
    pub fn setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StoreError> {
        let db = self.db();
        let query = "SELECT value FROM setting WHERE name = ?1";
        let value: Option<String> = db.query_row(query, [name], |row| row.get(0)).optional()?;
        Ok(value.and_then(|json| serde_json::from_str(&json).ok()))
    }

    /// Keeps a setting.
    pub fn set_setting<T: Serialize>(&self, name: &str, value: &T) -> Result<(), StoreError> {
        let json = serde_json::to_string(value)?;
        self.db().execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)", params![name, json])?;
        Ok(())
    }

    /// When each account was last synchronised to the end, by row ids.
    pub fn synchronised(&self) -> Result<BTreeMap<i64, Timestamp>, StoreError> {
        Ok(self.setting(SYNCHRONISED)?.unwrap_or_default())
    }

    /// An account was synchronised to the end.
    pub fn note_synchronised(&self, account: i64, at: Timestamp) -> Result<(), StoreError> {
        set_member(&self.db(), SYNCHRONISED, account, &at)
    }
}

/// Sets what a setting has for one account, in one step: others may be set at the same moment.
pub(super) fn set_member<T: Serialize>(db: &Connection, name: &str, account: i64, value: &T) -> Result<(), StoreError> {
    let keep = "INSERT INTO setting (name, value) SELECT ?1, json_object(?2, json(?3)) WHERE true
         ON CONFLICT (name) DO UPDATE SET value = json_set(value, '$.\"' || ?2 || '\"', json(?3))";
    db.execute(keep, params![name, account.to_string(), serde_json::to_string(value)?])?;
    Ok(())
}

/// What a setting has for one account is forgotten.
pub(super) fn no_member(db: &Connection, name: &str, account: i64) -> Result<(), StoreError> {
    let forget =
        "UPDATE setting SET value = json_remove(value, '$.\"' || ?2 || '\"') WHERE name = ?1 AND json_valid(value)";
    db.execute(forget, params![name, account])?;
    Ok(())
}

/// The setting; an account that is removed takes its part along.
pub(super) const SYNCHRONISED: &str = "synchronised";
