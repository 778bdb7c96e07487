//! What survives a restart: the encrypted SQLite database, the outbox, the keyring of the system. The only SQL.
//! May use: domain.
