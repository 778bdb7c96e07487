//! What a backup takes out of the database beside certificates, and puts into another one in a single transaction.

mod kept;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Transaction, params, params_from_iter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::database::millis;
use super::{CertificateRecord, Store, StoreError};

/// Mail, what is fetched again, what a backup has in a form of its own, and what is only told of certificates as they
/// are here. Every other table goes along, also one that is added later.
const LEFT_OUT: [&str; 29] = [
    "account",
    "arriving",
    "awaited",
    "certificate",
    "delivery",
    "discard",
    "draft",
    "draft_attachment",
    "evidence",
    "folder",
    "indexed",
    "known_id",
    "local_keyword",
    "marked",
    "message",
    "next_thread",
    "outbox",
    "piece",
    "placing",
    "popped",
    "posted",
    "raw",
    "raw_piece",
    "ruled",
    "search_index",
    "summary",
    "threaded",
    "unindexed",
    "unruled",
];
/// Settings of this profile alone: its own secret, what it has fetched and said of its accounts (by their row ids), and what is
/// known of its backups.
const OWN_SETTINGS: [&str; 5] =
    ["key-passphrase", "last-message-id", "news_until", "synchronised", "tags-stay-here-told"];
const OWN_PREFIX: &str = "backup-";

/// Rows of tables, as JSON; binary values are `{"hex": "…"}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rows(pub BTreeMap<String, Vec<Map<String, Json>>>);

/// How much came back that was not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Certificates and keys that are new here or have more in them than before.
    pub certificates: usize,
    /// Decisions about trust.
    pub trust: usize,
    /// Accounts, without their passwords.
    pub accounts: usize,
}

impl Store {
    /// Everything beside mail and certificates: trust decisions, settings, what is known of certificates and people,
    /// accounts without their row ids.
    pub fn rows_beside_mail(&self) -> Result<Rows, StoreError> {
        let db = self.db();
        let mut rows = BTreeMap::new();
        for table in tables(&db)? {
            let mut all = read(&db, &table)?;
            if table == "setting" {
                all.retain(|row| row.get("name").and_then(Json::as_str).is_some_and(|name| !is_own_setting(name)));
            }
            rows.insert(table, all);
        }
        for table in kept::TABLES {
            rows.insert(table.to_owned(), kept::out(&db, table)?);
        }
        let mut accounts = read(&db, "account")?;
        for account in &mut accounts {
            account.remove("id");
        }
        rows.insert("account".to_owned(), accounts);
        Ok(Rows(rows))
    }

    /// Puts certificates (in place of those with their fingerprints) and rows in, all or nothing. A row that is there
    /// already stays as it is; tables and columns that are not known here are passed over.
    pub fn restore(&self, certificates: &[CertificateRecord], rows: &Rows) -> Result<Restored, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let mut restored = Restored::default();
        for record in certificates {
            restored.certificates += usize::from(put(&transaction, record)?);
        }
        let known = tables(&transaction)?;
        for (table, all) in rows.0.iter().filter(|(table, _)| known.contains(table)) {
            let columns = columns(&transaction, table)?;
            for row in all {
                let is_own = table == "setting" && row.get("name").and_then(Json::as_str).is_none_or(is_own_setting);
                if !is_own && insert(&transaction, table, &columns, row)? && table == "trust" {
                    restored.trust += 1;
                }
            }
        }
        let columns = columns(&transaction, "account")?;
        for row in rows.0.get("account").into_iter().flatten() {
            let word = |name: &str| row.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
            let (address, host) = (word("address"), word("smtp_host"));
            let query = "SELECT count(*) FROM account WHERE address = ?1 COLLATE NOCASE AND smtp_host = ?2";
            let there: i64 = transaction.query_row(query, params![address, host], |row| row.get(0))?;
            if there == 0 && insert(&transaction, "account", &columns, row)? {
                restored.accounts += 1;
            }
        }
        kept::back(&transaction, rows)?;
        transaction.commit()?;
        Ok(restored)
    }
}

/// Keeps a certificate; one without a secret key never replaces one with it.
fn put(transaction: &Transaction<'_>, record: &CertificateRecord) -> Result<bool, StoreError> {
    let changed = transaction.execute(
        "INSERT INTO certificate (technology, fingerprint, bytes, has_secret, added_at, origin)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (technology, fingerprint) DO UPDATE SET bytes = ?3, has_secret = ?4,
             origin = CASE WHEN has_secret < ?4 THEN ?6 ELSE origin END
             WHERE has_secret <= ?4 AND bytes <> ?3",
        params![
            record.technology.word(),
            record.fingerprint.as_str(),
            record.bytes,
            record.has_secret,
            millis(record.added_at),
            record.origin
        ],
    )?;
    Ok(changed > 0)
}

fn is_own_setting(name: &str) -> bool {
    OWN_SETTINGS.contains(&name) || name.starts_with(OWN_PREFIX)
}

/// The tables that go along, by name. Names come from the schema, never from a file.
fn tables(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")?;
    let names: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let has_own_form = |name: &str| LEFT_OUT.contains(&name) || kept::TABLES.contains(&name);
    let goes = |name: &String| !name.starts_with("sqlite_") && !has_own_form(name);
    Ok(names.into_iter().filter(goes).collect())
}

fn columns(db: &Connection, table: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = db.prepare("SELECT name FROM pragma_table_info(?1)")?;
    Ok(statement.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn read(db: &Connection, table: &str) -> Result<Vec<Map<String, Json>>, StoreError> {
    let mut statement = db.prepare(&format!("SELECT * FROM \"{table}\""))?;
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let mut object = Map::new();
        for (number, name) in names.iter().enumerate() {
            object.insert(name.clone(), to_json(row.get_ref(number)?));
        }
        all.push(object);
    }
    Ok(all)
}

/// Whether the row was not there.
fn insert(
    transaction: &Transaction<'_>,
    table: &str,
    columns: &[String],
    row: &Map<String, Json>,
) -> Result<bool, StoreError> {
    let known: Vec<(&String, Value)> =
        columns.iter().filter_map(|name| row.get(name).map(|value| (name, from_json(value)))).collect();
    if known.is_empty() {
        return Ok(false);
    }
    let names: Vec<String> = known.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let blanks: Vec<String> = (1..=known.len()).map(|number| format!("?{number}")).collect();
    let text = format!("INSERT OR IGNORE INTO \"{table}\" ({}) VALUES ({})", names.join(", "), blanks.join(", "));
    let values = known.into_iter().map(|(_, value)| value);
    Ok(transaction.execute(&text, params_from_iter(values))? > 0)
}

fn to_json(value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null => Json::Null,
        ValueRef::Integer(number) => json!(number),
        ValueRef::Real(number) => json!(number),
        ValueRef::Text(text) => Json::String(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => json!({ "hex": hex::encode(bytes) }),
    }
}

fn from_json(value: &Json) -> Value {
    match value {
        Json::Bool(flag) => Value::Integer(i64::from(*flag)),
        Json::Number(number) => number.as_i64().map_or(Value::Real(number.as_f64().unwrap_or(0.0)), Value::Integer),
        Json::String(text) => Value::Text(text.clone()),
        Json::Object(object) => {
            let bytes = object.get("hex").and_then(Json::as_str).and_then(|text| hex::decode(text).ok());
            bytes.map_or(Value::Null, Value::Blob)
        }
        Json::Null | Json::Array(_) => Value::Null,
    }
}
