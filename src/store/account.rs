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
    /// The POP3 server, if there is one.
    pub pop: Option<PopAccess>,
}

/// A POP3 server, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PopAccess {
    /// Its host name.
    pub host: String,
    /// 995 (implicit TLS) or 110 (STLS).
    pub port: u16,
    /// What was fetched stays on the server; else it is deleted there once it is kept here.
    pub leaves: bool,
    /// The submission server wants a log-in here first (POP before SMTP).
    pub before_smtp: bool,
}

impl AccountRecord {
    /// The name of its password in the secret store.
    pub fn secret_name(&self) -> String {
        format!("account-{}", self.id)
    }

    /// It receives by POP3: with IMAP there would be two of everything.
    pub fn receives_by_pop(&self) -> bool {
        self.imap_host.is_empty() && self.pop.is_some()
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
        let none = PopAccess { host: String::new(), port: 995, leaves: true, before_smtp: false };
        let pop = record.pop.as_ref().unwrap_or(&none);
        db.execute(
            "INSERT INTO account (id, name, address, smtp_host, smtp_port, imap_host, imap_port, user,
                 pop_host, pop_port, pop_leaves, pop_before_smtp)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (id) DO UPDATE SET name = ?2, address = ?3, smtp_host = ?4, smtp_port = ?5,
                 imap_host = ?6, imap_port = ?7, user = ?8, pop_host = ?9, pop_port = ?10, pop_leaves = ?11,
                 pop_before_smtp = ?12",
            params![
                id,
                record.name,
                record.address,
                record.smtp_host,
                record.smtp_port,
                record.imap_host,
                record.imap_port,
                record.user,
                pop.host,
                pop.port,
                pop.leaves,
                pop.before_smtp,
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
        pop: Some(PopAccess {
            host: row.get("pop_host")?,
            port: row.get("pop_port")?,
            leaves: row.get("pop_leaves")?,
            before_smtp: row.get("pop_before_smtp")?,
        })
        .filter(|pop| !pop.host.is_empty()),
    })
}
