//! What survives a restart: the encrypted SQLite database, the outbox, the keyring of the system. The only SQL.
//! May use: domain.

mod account;
mod autocrypt;
mod certificate;
mod database;
mod draft;
mod error;
pub mod files;
mod folder;
mod message;
pub mod opened;
mod outbox;
mod own_keys;
mod provenance;
mod schema;
pub mod secret;
mod setting;
pub mod spool;
#[cfg(test)]
mod tests;

pub use account::AccountRecord;
pub use autocrypt::AutocryptPeer;
pub use certificate::{CertificateRecord, TrustKind};
pub use database::{ProfileKey, Store};
pub use draft::DraftRecord;
pub use error::StoreError;
pub use folder::FolderRecord;
pub use message::{AssessedRow, MessageFlags, MessageRow, NewMessage};
pub use outbox::{NewSubmission, SentCopy, SubmissionRow, SubmissionState};
pub use own_keys::{AuthorityRecord, IssuedRecord, KeyRecords, WaitingKey};
pub use provenance::{Provenance, ProvenanceSource};
