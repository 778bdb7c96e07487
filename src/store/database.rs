use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode};
use zeroize::Zeroizing;

use crate::domain::Secret;

use super::rescue::pages::log_of;
use super::secret::SecretStore;
use super::{StoreError, files, rescue, schema};

pub(super) const DATABASE: &str = "profile.db";
const LOCK: &str = "profile.lock";
/// The name of the profile's key in the secret store.
const KEY_NAME: &str = "profile-key";
const KEY_LENGTH: usize = 32;
/// Decrypting is work for the processor; more threads would take each other's time.
const READERS: usize = 2;

/// The key that the database is encrypted with: 32 random bytes.
#[derive(Clone, Debug)]
pub struct ProfileKey(Secret<Vec<u8>>);

impl ProfileKey {
    /// A new one, from the cryptographic library's generator.
    pub fn generate() -> Result<Self, StoreError> {
        let mut bytes = vec![0; KEY_LENGTH];
        openssl::rand::rand_bytes(&mut bytes)?;
        Ok(Self(Secret::new(bytes)))
    }

    /// The key of the profile in a folder, from its secret store; made and kept there when the
    /// profile is new. A profile whose key is gone is never given another one.
    pub fn obtain(dir: &Path, secrets: &SecretStore) -> Result<Self, StoreError> {
        if let Some(text) = secrets.get(KEY_NAME)? {
            let bytes = hex::decode(text.declassify()).map_err(|_| StoreError::Corrupt("profile_key"))?;
            return Ok(Self(Secret::new(bytes)));
        }
        if files::is_there(&dir.join(DATABASE))? {
            return Err(StoreError::KeyMissing);
        }
        let key = Self::generate()?;
        secrets.set(KEY_NAME, &Secret::new(hex::encode(key.0.declassify())))?;
        Ok(key)
    }

    #[cfg(test)]
    pub(super) fn of_bytes(bytes: Vec<u8>) -> Self {
        Self(Secret::new(bytes))
    }

    /// The key itself, for what other keys are derived from it.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.declassify()
    }
}

/// The profile's database. Every function may be called from any thread; each runs alone.
#[derive(Debug)]
pub struct Store {
    /// They only read what is large, two at once; opened when they are needed first.
    readers: Mutex<Vec<Connection>>,
    connection: Mutex<Connection>,
    /// Held while the whole of it is read or written: one of these at a time.
    upkeep: Mutex<()>,
    /// Changes that connections counted which there are no more.
    changes_before: AtomicU64,
    /// How often findings were forgotten; changed under the connection alone.
    pub(super) forgotten: AtomicU64,
    dir: PathBuf,
    path: PathBuf,
    key: ProfileKey,
    /// Held for as long as the profile is open, so that no second program changes it.
    lock: File,
    /// When the profile was used last, its program did not end as it should.
    was_open: bool,
}

impl Drop for Store {
    fn drop(&mut self) {
        // Before the log goes: without both, it would be missed.
        let _ = files::mark(&self.lock, false);
    }
}

impl Store {
    /// Opens the profile in a folder, making it when it is new. Submissions that were under way when
    /// the program last ended are queued again or, if the message had begun to go, are uncertain.
    pub fn open(dir: &Path, key: &ProfileKey) -> Result<Self, StoreError> {
        files::create_private_dir(dir)?;
        let lock = lock(dir)?;
        rescue::finish(dir)?;
        let was_open = files::is_marked(&lock)?;
        rescue::look(dir, key, was_open)?;
        let path = dir.join(DATABASE);
        files::create_private_file(&path)?;
        let mut connection = Connection::open(&path)?;
        if let Err(error) = begin(&mut connection, key) {
            // Closing writes the log into the file and removes it: with the mark, it would be missed.
            files::mark(&lock, false)?;
            drop(connection);
            // What could not be closed properly is still as it was left.
            files::mark(&lock, was_open && files::is_there(&log_of(&path))?)?;
            return Err(error);
        }
        if was_open {
            // What was left of a torn transaction is never taken for one that was damaged later. It may be done later, too.
            let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
        // It only helps a repair, and a profile can be used without.
        let _ = rescue::Map::keep(dir, &path, key, &connection);
        files::mark(&lock, true)?;
        let (readers, connection) = (Mutex::default(), Mutex::new(connection));
        let store = Self {
            readers,
            connection,
            upkeep: Mutex::default(),
            changes_before: AtomicU64::new(0),
            forgotten: AtomicU64::new(0),
            dir: dir.to_owned(),
            path,
            key: key.clone(),
            lock,
            was_open,
        };
        store.recover_outbox()?;
        Ok(store)
    }

    /// The connection. A job that panicked while holding it left no transaction open: those roll
    /// back when they are dropped.
    pub(super) fn db(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the program that used the profile last did not end as it should.
    pub fn was_open(&self) -> bool {
        self.was_open
    }

    /// Connections for reading what is large, as many as there can be: beside [`Store::db`], so that what the list needs
    /// stays in its memory.
    pub(super) fn readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = READERS.saturating_sub(readers.len());
        readers.extend((0..missing).map_while(|_| self.reader().ok()));
        readers
    }

    /// Held by what reads or writes the whole database.
    pub(super) fn upkeep(&self) -> MutexGuard<'_, ()> {
        self.upkeep.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The profile's folder, and the database in it.
    pub(super) fn place(&self) -> (&Path, &Path) {
        (&self.dir, &self.path)
    }

    /// From now on something can't be done, such as `DELETE ON account`, as if the disk were full.
    #[cfg(test)]
    pub(crate) fn refuse(&self, what: &str) {
        let refuse = format!("CREATE TRIGGER refused BEFORE {what} BEGIN SELECT RAISE(FAIL, 'full'); END");
        self.db().execute_batch(&refuse).unwrap();
    }

    /// It can be done again.
    #[cfg(test)]
    pub(crate) fn allow(&self) {
        self.db().execute_batch("DROP TRIGGER refused").unwrap();
    }

    /// The key that the database is under.
    pub(super) fn key(&self) -> &ProfileKey {
        &self.key
    }

    /// A number that is another one after everything that was written: while it is the same, so is what was read.
    pub fn version(&self) -> u64 {
        let changes = self.db().total_changes();
        self.changes_before.load(Ordering::Relaxed) + changes
    }

    /// Closes the database, puts the one that is whole ([`rescue::REBUILT`]) into its place, and opens that. When it can't
    /// be put there, the old one is open again, and the other one gone.
    pub(super) fn exchange(&self, mut db: MutexGuard<'_, Connection>) -> Result<(), StoreError> {
        // Made first: whatever fails from here on, there is a connection, if only to nothing.
        let spare = Connection::open_in_memory()?;
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.clear();
        files::mark(&self.lock, false)?;
        self.changes_before.fetch_add(db.total_changes() + 1, Ordering::Relaxed);
        drop(std::mem::replace(&mut *db, spare));
        let put = rescue::finish(&self.dir);
        let gone = match &put {
            Ok(()) => Ok(()),
            // Else it would take the place, one day, of what is written from now on.
            Err(_) => files::remove_if_there(&self.dir.join(rescue::REBUILT)),
        };
        let mut fresh = Connection::open(&self.path)?;
        begin(&mut fresh, &self.key)?;
        *db = fresh;
        files::mark(&self.lock, true)?;
        let _ = rescue::Map::keep(&self.dir, &self.path, &self.key, &db);
        put.and(gone)
    }

    pub(super) fn reader(&self) -> Result<Connection, StoreError> {
        let connection = Connection::open(&self.path)?;
        unlock(&connection, &self.key)?;
        connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -2000")?;
        Ok(connection)
    }
}

/// So often a profile that is in use is asked for again, after [`NEXT_TRY`] each.
const TRIES: usize = 30;
const NEXT_TRY: Duration = Duration::from_millis(20);

/// A process that was just started from the one that had the profile holds its lock until it is another program: a moment.
pub(super) fn lock(dir: &Path) -> Result<File, StoreError> {
    let file = files::create_private_file(&dir.join(LOCK))?;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(NEXT_TRY),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
    Err(StoreError::InUse)
}

pub(super) fn unlock(connection: &Connection, key: &ProfileKey) -> Result<(), StoreError> {
    // SQLCipher writes to standard error by itself; errors come back as values.
    connection.execute_batch("PRAGMA cipher_log_level = NONE")?;
    let pragma = Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", &*Zeroizing::new(hex::encode(key.0.declassify()))));
    connection.execute_batch(&pragma)?;
    match connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get::<_, i64>(0)) {
        Ok(_) => {}
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => return Err(StoreError::WrongKey),
        Err(error) => return Err(error.into()),
    }
    connection.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;
         PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;",
    )?;
    Ok(())
}

/// Unlocks a database, and brings it to the newest schema.
fn begin(connection: &mut Connection, key: &ProfileKey) -> Result<(), StoreError> {
    unlock(connection, key)?;
    migrate_to(connection, usize::MAX)
}

/// Brings a database to that version of its schema, or to the newest.
pub(super) fn migrate_to(connection: &mut Connection, version: usize) -> Result<(), StoreError> {
    let done: usize = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if done > schema::MIGRATIONS.len() {
        return Err(StoreError::NewerProfile);
    }
    for (number, migration) in schema::MIGRATIONS.iter().enumerate().take(version).skip(done) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", number + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

/// A time as it is kept.
pub(super) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// A time as it was kept; one that is out of range counts as the beginning of time.
pub(super) fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}
