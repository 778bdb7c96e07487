use rusqlite::{Row, params};

use crate::domain::Mailbox;

use super::arrivals::no_news;
use super::moved::MAILBOXES;
use super::resync::nobody_to_tell;
use super::setting::{SYNCHRONISED, no_member};
use super::{Store, StoreError};

/// An account. Its password is in the secret store, under [`AccountRecord::secret_name`]; where it signs in with OAuth 2.0,
/// what renews its access is there under [`AccountRecord::grant_name`].
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
    /// The user name for sending; empty where it is the same.
    pub smtp_user: String,
    /// Other addresses that it may send as, each with its name.
    pub identities: Vec<Mailbox>,
    /// The authorization server that it signs in at (JSON of the engine's); empty where it has a password.
    pub oauth: String,
    /// What the authorization server gave counts no longer: the user has to sign in again.
    pub is_signed_out: bool,
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

    /// The name, in the secret store, of what renews its access (the refresh token, RFC 6749 §1.5).
    pub fn grant_name(&self) -> String {
        format!("account-{}-grant", self.id)
    }

    /// The mailbox that it receives from by IMAP: whose, and where.
    pub fn imap_mailbox(&self) -> Option<String> {
        let host = self.imap_host.to_ascii_lowercase();
        (!host.is_empty()).then(|| format!("{} {host}", self.user))
    }

    /// It receives by POP3: with IMAP there would be two of everything.
    pub fn receives_by_pop(&self) -> bool {
        self.imap_host.is_empty() && self.pop.is_some()
    }
}

impl Store {
    /// Every account, in the user's order.
    pub fn accounts(&self) -> Result<Vec<AccountRecord>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT * FROM account ORDER BY position, id")?;
        let rows = statement.query_map([], account)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Creates an account (id 0) or changes one; its row id.
    pub fn save_account(&self, record: &AccountRecord) -> Result<i64, StoreError> {
        let db = self.db();
        let id = if record.id == 0 { None } else { Some(record.id) };
        let none = PopAccess { host: String::new(), port: 995, leaves: true, before_smtp: false };
        let pop = record.pop.as_ref().unwrap_or(&none);
        let identities: Vec<_> = record.identities.iter().map(|one| (&one.name, &one.address)).collect();
        db.execute(
            "INSERT INTO account (id, name, address, smtp_host, smtp_port, imap_host, imap_port, user,
                 pop_host, pop_port, pop_leaves, pop_before_smtp, smtp_user, identities, oauth, signed_out, position)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                 (SELECT coalesce(max(position), 0) + 1 FROM account))
             ON CONFLICT (id) DO UPDATE SET name = ?2, address = ?3, smtp_host = ?4, smtp_port = ?5,
                 imap_host = ?6, imap_port = ?7, user = ?8, pop_host = ?9, pop_port = ?10, pop_leaves = ?11,
                 pop_before_smtp = ?12, smtp_user = ?13, identities = ?14, oauth = ?15, signed_out = ?16",
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
                record.smtp_user,
                serde_json::to_string(&identities)?,
                record.oauth,
                record.is_signed_out,
            ],
        )?;
        Ok(id.unwrap_or_else(|| db.last_insert_rowid()))
    }

    /// Notes whether the user has to sign in again at the account's authorization server.
    pub fn set_signed_out(&self, id: i64, is_signed_out: bool) -> Result<(), StoreError> {
        self.db().execute("UPDATE account SET signed_out = ?2 WHERE id = ?1", params![id, is_signed_out])?;
        Ok(())
    }

    /// Puts the accounts into this order; those that are not named come after them, as they were.
    pub fn order_accounts(&self, ids: &[i64]) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let length = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        transaction.execute("UPDATE account SET position = position + ?1", [length])?;
        for (position, id) in (0_i64..).zip(ids) {
            transaction.execute("UPDATE account SET position = ?2 WHERE id = ?1", params![id, position])?;
        }
        Ok(transaction.commit()?)
    }

    /// Removes an account with its folders, messages and submissions (not its secret).
    pub fn remove_account(&self, id: i64) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        no_news(&transaction, id)?;
        no_member(&transaction, SYNCHRONISED, id)?;
        no_member(&transaction, MAILBOXES, id)?;
        for sql in [
            // What was to be brought here from elsewhere is shown there again.
            "UPDATE folder SET modseq = 0, uid_next = 0 WHERE id IN (SELECT placing.folder FROM placing
                 JOIN message ON message.id = placing.message JOIN folder AS here ON here.id = message.folder
                 WHERE here.account = ?1)",
            "DELETE FROM account WHERE id = ?1",
        ] {
            transaction.execute(sql, [id])?;
        }
        nobody_to_tell(&transaction)?;
        Ok(transaction.commit()?)
    }
}

fn account(row: &Row<'_>) -> rusqlite::Result<AccountRecord> {
    // A list that can't be read is none: the address itself is beside it.
    let identities: Vec<(String, String)> =
        serde_json::from_str(&row.get::<_, String>("identities")?).unwrap_or_default();
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
        smtp_user: row.get("smtp_user")?,
        identities: identities.into_iter().map(|(name, address)| Mailbox::new(name, address)).collect(),
        oauth: row.get("oauth")?,
        is_signed_out: row.get("signed_out")?,
    })
}
