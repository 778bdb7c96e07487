use rusqlite::{OptionalExtension as _, params};
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
}
