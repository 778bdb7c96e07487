//! Tags, kept searches and rules, by what they are called: row ids mean something else in another database.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde_json::{Map, Value as Json, json};

use super::super::StoreError;
use super::read;

/// What these tables are called; each has a form of its own here.
pub(super) const TABLES: [&str; 3] = ["rule", "saved_search", "tag"];

type Row = Map<String, Json>;

/// The rows of one of the tables.
pub(super) fn out(db: &Connection, table: &str) -> Result<Vec<Row>, StoreError> {
    let mut rows = read(db, table)?;
    for row in &mut rows {
        row.remove("id");
        if table == "rule" {
            name_places(db, row)?;
        }
    }
    Ok(rows)
}

/// Puts all of them in; accounts are there already.
pub(super) fn back(transaction: &Transaction<'_>, rows: &super::Rows) -> Result<(), StoreError> {
    let of = |table: &str| {
        let mut rows: Vec<&Row> = rows.0.get(table).into_iter().flatten().collect();
        rows.sort_by_key(|row| number(row, "position"));
        rows
    };
    tags(transaction, &of("tag"))?;
    for row in of("saved_search") {
        transaction.execute(
            "INSERT INTO saved_search (name, query, position)
             VALUES (?1, ?2, (SELECT coalesce(max(position), 0) + 1 FROM saved_search)) ON CONFLICT (name) DO NOTHING",
            [word(row, "name"), word(row, "query")],
        )?;
    }
    for row in of("rule") {
        rule(transaction, row)?;
    }
    Ok(())
}

fn word<'r>(row: &'r Row, name: &str) -> &'r str {
    row.get(name).and_then(Json::as_str).unwrap_or_default()
}

fn number(row: &Row, name: &str) -> i64 {
    row.get(name).and_then(Json::as_i64).unwrap_or_default()
}

/// As every profile has it from its beginning.
const AS_SEEDED: &str =
    "tag.name = '' AND tag.keyword LIKE '$label_' AND tag.colour + 1 = CAST(substr(tag.keyword, 7) AS INTEGER)";

/// A tag that is there stays, unless nobody has touched it yet. No name is there twice.
fn tags(transaction: &Transaction<'_>, rows: &[&Row]) -> Result<(), StoreError> {
    let touched = format!("SELECT EXISTS (SELECT 1 FROM tag WHERE NOT ({AS_SEEDED} AND position = colour + 1))");
    let is_fresh = !transaction.query_row(&touched, [], |row| row.get::<_, bool>(0))?;
    let put = format!(
        "INSERT INTO tag (keyword, name, colour, position)
         SELECT ?1, ?2, ?3, CASE WHEN ?4 THEN ?5 ELSE (SELECT coalesce(max(position), 0) + 1 FROM tag) END
         WHERE ?2 = '' OR NOT EXISTS (SELECT 1 FROM tag WHERE lower(name) = lower(?2) AND keyword <> ?1)
         ON CONFLICT (keyword) DO UPDATE SET name = excluded.name, colour = excluded.colour,
             position = CASE WHEN ?4 THEN excluded.position ELSE position END WHERE {AS_SEEDED}"
    );
    for row in rows {
        let values =
            params![word(row, "keyword"), word(row, "name"), number(row, "colour"), is_fresh, number(row, "position")];
        transaction.execute(&put, values)?;
    }
    Ok(())
}

/// Puts the account and the folders of a rule beside it, in place of their row ids.
fn name_places(db: &Connection, row: &mut Row) -> Result<(), StoreError> {
    if let Some(account) = row.remove("account").as_ref().and_then(Json::as_i64) {
        let query = "SELECT address, smtp_host FROM account WHERE id = ?1";
        let names = |row: &rusqlite::Row<'_>| {
            Ok(json!({ "address": row.get::<_, String>(0)?, "smtp_host": row.get::<_, String>(1)? }))
        };
        row.insert("account".to_owned(), db.query_row(query, [account], names)?);
    }
    let mut folders = Map::new();
    for id in body(row).iter_mut().flat_map(folder_ids).map(|id| id.clone()) {
        let Some(id) = id.as_i64() else { continue };
        let query = "SELECT address, smtp_host, path, folder.name, role, delimiter FROM folder
            JOIN account ON account.id = folder.account WHERE folder.id = ?1";
        let names = |row: &rusqlite::Row<'_>| {
            let text = |column: usize| row.get::<_, String>(column);
            Ok(json!({
                "address": text(0)?, "smtp_host": text(1)?, "path": text(2)?,
                "name": text(3)?, "role": text(4)?, "delimiter": text(5)?,
            }))
        };
        if let Some(named) = db.query_row(query, [id], names).optional()? {
            folders.insert(id.to_string(), named);
        }
    }
    row.insert("folders".to_owned(), Json::Object(folders));
    Ok(())
}

/// What a rule says; `None` when that can't be read.
fn body(row: &Row) -> Option<Json> {
    serde_json::from_str(word(row, "body")).ok()
}

/// The folders that the actions of a rule name.
fn folder_ids(body: &mut Json) -> impl Iterator<Item = &mut Json> {
    let actions = body.get_mut("actions").and_then(Json::as_array_mut).into_iter().flatten();
    let filed = actions.filter_map(Json::as_object_mut).flat_map(Map::iter_mut);
    filed.filter(|(action, _)| matches!(action.as_str(), "move" | "copy")).map(|(_, folder)| folder)
}

/// A rule comes last, unless it is there. One whose folder can't be had is switched off.
fn rule(transaction: &Transaction<'_>, row: &Row) -> Result<(), StoreError> {
    let Some(mut body) = body(row) else { return Ok(()) };
    let account = match row.get("account").and_then(Json::as_object) {
        Some(named) => match account(transaction, named)? {
            Some(account) => Some(account),
            // Without its account it would be for the mail of all.
            None => return Ok(()),
        },
        None => None,
    };
    let mut trouble = word(row, "trouble");
    for id in folder_ids(&mut body) {
        let named = row.get("folders").and_then(|all| all.get(id.to_string())).and_then(Json::as_object);
        let found = named.map(|named| folder(transaction, named)).transpose()?.flatten();
        if found.is_none() {
            trouble = "folder_gone";
        }
        *id = json!(found.unwrap_or(0));
    }
    let name = word(row, "name");
    let mut alike = transaction.prepare_cached("SELECT body FROM rule WHERE name = ?1 AND account IS ?2")?;
    let alike: Vec<String> = alike.query_map(params![name, account], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if alike.iter().any(|there| serde_json::from_str(there).is_ok_and(|there: Json| there == body)) {
        return Ok(());
    }
    let is_enabled = number(row, "is_enabled") != 0 && trouble.is_empty();
    transaction.execute(
        "INSERT INTO rule (name, position, is_enabled, account, body, trouble)
         VALUES (?1, (SELECT coalesce(max(position), 0) + 1 FROM rule), ?2, ?3, ?4, ?5)",
        params![name, is_enabled, account, body.to_string(), trouble],
    )?;
    Ok(())
}

fn account(transaction: &Transaction<'_>, named: &Row) -> Result<Option<i64>, StoreError> {
    let query = "SELECT id FROM account WHERE address = ?1 COLLATE NOCASE AND smtp_host = ?2";
    let values = [word(named, "address"), word(named, "smtp_host")];
    Ok(transaction.query_row(query, values, |row| row.get(0)).optional()?)
}

/// The folder of that name: the account's one with its role, or its path. Until the server was asked it is taken to be there.
fn folder(transaction: &Transaction<'_>, named: &Row) -> Result<Option<i64>, StoreError> {
    let Some(account) = account(transaction, named)? else { return Ok(None) };
    let (path, role) = (word(named, "path"), word(named, "role"));
    let query = "SELECT id FROM folder WHERE account = ?1 AND (path = ?2 OR role = ?3 AND ?3 <> '')
        ORDER BY role = ?3 AND ?3 <> '' DESC";
    let found: Option<i64> = transaction.query_row(query, params![account, path, role], |row| row.get(0)).optional()?;
    if found.is_some() || path.is_empty() {
        return Ok(found);
    }
    transaction.execute(
        "INSERT INTO folder (account, path, name, role, delimiter) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![account, path, word(named, "name"), role, word(named, "delimiter")],
    )?;
    Ok(Some(transaction.last_insert_rowid()))
}
