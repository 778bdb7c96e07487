//! Own keys beside their certificates: what was made together is kept together, what waits for an authority's answer,
//! and what an authority of one's own issued.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};

use crate::domain::Fingerprint;

use super::certificate::{self, CertificateRecord};
use super::database::{millis, timestamp};
use super::{Store, StoreError};

/// A key whose certificate an authority was asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct WaitingKey {
    /// SHA-256 of its SubjectPublicKeyInfo, in hexadecimal.
    pub key: String,
    /// The name that the request gives.
    pub name: String,
    /// The address that the request gives.
    pub address: String,
    /// What it is to be used for: `both`, `signing`, `encryption`.
    pub usage: String,
    /// The SubjectPublicKeyInfo.
    pub spki: Vec<u8>,
    /// The request, PEM.
    pub request: Vec<u8>,
    /// The secret key, PKCS #8 under a passphrase, PEM.
    pub secret: Vec<u8>,
    /// What opens the secret key, when it was given no passphrase of its own.
    pub passphrase: Option<String>,
    /// When it was made.
    pub made_at: Timestamp,
}

impl std::fmt::Debug for WaitingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WaitingKey({} {})", self.address, self.key)
    }
}

/// A certificate that an authority of one's own issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedRecord {
    /// The authority.
    pub authority: Fingerprint,
    /// The serial number in hexadecimal.
    pub serial: String,
    /// The certificate.
    pub fingerprint: Fingerprint,
    /// Whose it is, for the list.
    pub name: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub not_after: Timestamp,
    /// When it was withdrawn, and why.
    pub revoked: Option<(Timestamp, String)>,
}

/// What an authority of one's own needs beside its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityRecord {
    /// The authority.
    pub fingerprint: Fingerprint,
    /// Where its revocation list is published; may be empty.
    pub list_url: String,
    /// The number of the newest list; 0 when there was none.
    pub list_number: u32,
    /// The newest list, DER.
    pub list: Option<Vec<u8>>,
    /// When the newest list was made, and when the next one has to be.
    pub list_times: Option<(Timestamp, Timestamp)>,
}

/// Everything that one step makes: kept as a whole or not at all.
#[derive(Clone, Debug, Default)]
pub struct KeyRecords {
    /// Certificates with or without their secret keys.
    pub certificates: Vec<CertificateRecord>,
    /// Revocations of OpenPGP keys, armored, made at their birth.
    pub revocations: Vec<(Fingerprint, String)>,
    /// Keys that wait from now on.
    pub waiting: Vec<WaitingKey>,
    /// Keys that wait no more.
    pub answered: Vec<String>,
    /// What was issued, or withdrawn.
    pub issued: Vec<IssuedRecord>,
    /// Authorities, new or changed.
    pub authorities: Vec<AuthorityRecord>,
    /// Authorities that are believed from now on.
    pub anchors: Vec<Fingerprint>,
    /// An authority whose certificate was replaced: what the old one issued is the new one's.
    pub succeeded: Vec<(Fingerprint, Fingerprint)>,
}

impl Store {
    /// Keeps everything of one step in one transaction.
    pub fn keep_keys(&self, new: &KeyRecords) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for record in &new.certificates {
            certificate::put(&transaction, record)?;
        }
        for (fingerprint, revocation) in &new.revocations {
            transaction.execute(
                "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)",
                params![revocation_name(fingerprint), serde_json::to_string(revocation)?],
            )?;
        }
        for one in &new.waiting {
            transaction.execute(
                "INSERT OR REPLACE INTO waiting_key
                     (key, name, address, usage, spki, request, secret, passphrase, made_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    one.key,
                    one.name,
                    one.address,
                    one.usage,
                    one.spki,
                    one.request,
                    one.secret,
                    one.passphrase,
                    millis(one.made_at)
                ],
            )?;
        }
        for key in &new.answered {
            transaction.execute("DELETE FROM waiting_key WHERE key = ?1", [key])?;
        }
        for (old, successor) in &new.succeeded {
            let both = [old.as_str(), successor.as_str()];
            transaction.execute("UPDATE issued SET authority = ?2 WHERE authority = ?1", both)?;
            transaction.execute("DELETE FROM authority WHERE fingerprint = ?1", [old.as_str()])?;
        }
        new.issued.iter().try_for_each(|one| put_issued(&transaction, one))?;
        new.authorities.iter().try_for_each(|one| put_authority(&transaction, one))?;
        for anchor in &new.anchors {
            transaction
                .execute("INSERT OR IGNORE INTO trust (fingerprint, kind) VALUES (?1, 'anchor')", [anchor.as_str()])?;
        }
        Ok(transaction.commit()?)
    }

    /// The revocation of an own OpenPGP key that was made at its birth, armored.
    pub fn kept_revocation(&self, fingerprint: &Fingerprint) -> Result<Option<String>, StoreError> {
        self.setting(&revocation_name(fingerprint))
    }

    /// The keys that wait for an authority's answer, oldest first.
    pub fn waiting_keys(&self) -> Result<Vec<WaitingKey>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT key, name, address, usage, spki, request, secret, passphrase, made_at FROM waiting_key
             ORDER BY made_at, rowid",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(WaitingKey {
                key: row.get(0)?,
                name: row.get(1)?,
                address: row.get(2)?,
                usage: row.get(3)?,
                spki: row.get(4)?,
                request: row.get(5)?,
                secret: row.get(6)?,
                passphrase: row.get(7)?,
                made_at: timestamp(row.get(8)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// An own S/MIME key with its certificate, as it is kept: PEM, the key under its passphrase.
    pub fn smime_secret(&self, fingerprint: &Fingerprint) -> Result<Option<Vec<u8>>, StoreError> {
        let db = self.db();
        let query = "SELECT bytes FROM certificate WHERE technology = 'smime' AND fingerprint = ?1 AND has_secret = 1";
        Ok(db.query_row(query, [fingerprint.as_str()], |row| row.get(0)).optional()?)
    }

    /// Gives a request up: its key is gone then.
    pub fn discard_waiting(&self, key: &str) -> Result<(), StoreError> {
        let gone = self.db().execute("DELETE FROM waiting_key WHERE key = ?1", [key])?;
        if gone == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// What an authority issued, newest first.
    pub fn issued(&self, authority: &Fingerprint) -> Result<Vec<IssuedRecord>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT serial, fingerprint, name, issued_at, not_after, revoked_at, reason FROM issued
             WHERE authority = ?1 ORDER BY issued_at DESC, rowid DESC",
        )?;
        let mut rows = statement.query([authority.as_str()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let fingerprint = Fingerprint::parse(&row.get::<_, String>(1)?).ok_or(StoreError::Corrupt("issued"))?;
            let revoked_at: Option<i64> = row.get(5)?;
            let reason: Option<String> = row.get(6)?;
            found.push(IssuedRecord {
                authority: authority.clone(),
                serial: row.get(0)?,
                fingerprint,
                name: row.get(2)?,
                issued_at: timestamp(row.get(3)?),
                not_after: timestamp(row.get(4)?),
                revoked: revoked_at.map(|at| (timestamp(at), reason.unwrap_or_default())),
            });
        }
        Ok(found)
    }

    /// What is known of an authority of one's own.
    pub fn authority(&self, fingerprint: &Fingerprint) -> Result<Option<AuthorityRecord>, StoreError> {
        let db = self.db();
        let query = "SELECT list_url, list_number, list, list_at, list_next_at FROM authority WHERE fingerprint = ?1";
        let read = |row: &Row<'_>| {
            let times: (Option<i64>, Option<i64>) = (row.get(3)?, row.get(4)?);
            Ok(AuthorityRecord {
                fingerprint: fingerprint.clone(),
                list_url: row.get(0)?,
                list_number: row.get(1)?,
                list: row.get(2)?,
                list_times: times.0.zip(times.1).map(|(at, next)| (timestamp(at), timestamp(next))),
            })
        };
        Ok(db.query_row(query, [fingerprint.as_str()], read).optional()?)
    }

    /// The newest revocation lists of one's own authorities, DER.
    pub fn own_lists(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT list FROM authority WHERE list IS NOT NULL")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn revocation_name(fingerprint: &Fingerprint) -> String {
    format!("revocation-{fingerprint}")
}

fn put_issued(db: &rusqlite::Connection, one: &IssuedRecord) -> Result<(), StoreError> {
    db.execute(
        "INSERT OR REPLACE INTO issued
             (authority, serial, fingerprint, name, issued_at, not_after, revoked_at, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            one.authority.as_str(),
            one.serial,
            one.fingerprint.as_str(),
            one.name,
            millis(one.issued_at),
            millis(one.not_after),
            one.revoked.as_ref().map(|(at, _)| millis(*at)),
            one.revoked.as_ref().map(|(_, reason)| reason)
        ],
    )?;
    Ok(())
}

fn put_authority(db: &rusqlite::Connection, one: &AuthorityRecord) -> Result<(), StoreError> {
    db.execute(
        "INSERT OR REPLACE INTO authority (fingerprint, list_url, list_number, list, list_at, list_next_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            one.fingerprint.as_str(),
            one.list_url,
            one.list_number,
            one.list,
            one.list_times.map(|(at, _)| millis(at)),
            one.list_times.map(|(_, next)| millis(next))
        ],
    )?;
    Ok(())
}
