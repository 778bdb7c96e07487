/// Why something could not be kept or found. The display form is a code, with the lower layer's words.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another program has this profile open.
    #[error("in_use")]
    InUse,
    /// The profile's key does not open its database.
    #[error("wrong_key")]
    WrongKey,
    /// The profile has a database, and its key is gone.
    #[error("key_missing")]
    KeyMissing,
    /// The passphrase does not open the vault.
    #[error("wrong_passphrase")]
    WrongPassphrase,
    /// The system's keyring did not answer, or there is none.
    #[error("keyring: {0}")]
    Keyring(String),
    /// The profile was written by a newer version of the program.
    #[error("newer_profile")]
    NewerProfile,
    /// A file is not what it should be, or was tampered with.
    #[error("corrupt: {0}")]
    Corrupt(&'static str),
    /// The database can't be used as it is, and can be repaired ([`super::rescue::repair`]): `header`, `truncated`, `missing`,
    /// `wal`, `wal_missing` or `page`.
    #[error("damaged: {0}")]
    Damaged(&'static str),
    /// There is too little room on the disk, in bytes.
    #[error("no_space: {needed} {free}")]
    NoSpace {
        /// So much is needed.
        needed: u64,
        /// So much is there.
        free: u64,
    },
    /// A file is bigger than the caller can use.
    #[error("too_big")]
    TooBig,
    /// There is no such row.
    #[error("not_found")]
    NotFound,
    /// The file system.
    #[error("file: {0}")]
    File(#[from] std::io::Error),
    /// The database.
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    /// A record could not be written as, or read from, JSON.
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
    /// The cryptographic library.
    #[error("cipher: {0}")]
    Cipher(#[from] openssl::error::ErrorStack),
}

impl StoreError {
    /// Whether the database is damaged, as opposed to a row, a disk or a program that is not as it should be.
    pub fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match self {
            Self::Damaged(_) => true,
            Self::Database(error) => matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)),
            _ => false,
        }
    }
}
