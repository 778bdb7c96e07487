use rusqlite::{Row, params};

use super::{Store, StoreError};

/// An account. Its password is in the secret store, under [`AccountRecord::secret_name`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountRecord {
    /// Row id; 0 for a new one.
    pub id: i64,
    /// The display name used as From.
    pub name: String,
    /// The address used as From.
    pub address: String,
    /// The submission server's host name; empty for an account without servers.
    pub smtp_host: String,
    /// Its port.
    pub smtp_port: u16,
    /// The IMAP server's host name; empty for an account without servers.
    pub imap_host: String,
    /// Its port.
    pub imap_port: u16,
    /// The user name for both.
    pub user: String,
}

impl AccountRecord {
    /// The name of its password in the secret store.
    pub fn secret_name(&self) -> String {
        format!("account-{}", self.id)
    }
}

impl Store {
    /// Every account, oldest first.
    pub fn accounts(&self) -> Result<Vec<AccountRecord>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT * FROM account ORDER BY id")?;
        let rows = statement.query_map([], account)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Creates an account (id 0) or changes one; its row id.
    pub fn save_account(&self, record: &AccountRecord) -> Result<i64, StoreError> {
        let db = self.db();
        let id = if record.id == 0 { None } else { Some(record.id) };
        db.execute(
            "INSERT INTO account (id, name, address, smtp_host, smtp_port, imap_host, imap_port, user)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET name = ?2, address = ?3, smtp_host = ?4, smtp_port = ?5,
                 imap_host = ?6, imap_port = ?7, user = ?8",
            params![
                id,
                record.name,
                record.address,
                record.smtp_host,
                record.smtp_port,
                record.imap_host,
                record.imap_port,
                record.user
            ],
        )?;
        Ok(id.unwrap_or_else(|| db.last_insert_rowid()))
    }

    /// Removes an account with its folders, messages and submissions (not its secret).
    pub fn remove_account(&self, id: i64) -> Result<(), StoreError> {
        self.db().execute("DELETE FROM account WHERE id = ?1", [id])?;
        Ok(())
    }
}

fn account(row: &Row<'_>) -> rusqlite::Result<AccountRecord> {
    Ok(AccountRecord {
        id: row.get("id")?,
        name: row.get("name")?,
        address: row.get("address")?,
        smtp_host: row.get("smtp_host")?,
        smtp_port: row.get("smtp_port")?,
        imap_host: row.get("imap_host")?,
        imap_port: row.get("imap_port")?,
        user: row.get("user")?,
    })
}
