//! What survives a restart: the encrypted SQLite database, the search index, the outbox, the keyring of the system. The only
//! SQL.
//! May use: domain.

mod account;
mod arrivals;
mod autocrypt;
mod backup;
mod certificate;
pub mod check;
mod compact;
mod database;
mod delivery;
mod draft;
pub mod elsewhere;
mod error;
mod evidence;
pub mod files;
mod folder;
mod intake;
mod message;
mod moved;
pub mod nss;
pub mod opened;
mod outbox;
mod outside;
mod own_keys;
mod pending;
mod popped;
mod provenance;
pub mod rescue;
mod resync;
mod roster;
mod rule;
mod saved_search;
mod schema;
pub mod search;
pub mod secret;
mod setting;
mod sighting;
mod source;
pub mod spool;
mod tag;
#[cfg(test)]
mod tests;
mod thread;

pub use account::{AccountRecord, PopAccess};
pub use arrivals::Arrivals;
pub use autocrypt::AutocryptPeer;
pub use backup::{Restored, Rows};
pub use certificate::{CertificateRecord, TrustKind};
pub use compact::{Compacted, Sizes};
pub use database::{ProfileKey, Store};
pub use delivery::DeliveryRecord;
pub use draft::DraftRecord;
pub use error::StoreError;
pub use evidence::{EvidenceKind, EvidenceRecord};
pub use folder::FolderRecord;
pub use intake::Intake;
pub use message::{AssessedRow, MessageFlags, MessageRow, NewMessage, Noted, ReadyMessage};
pub use outbox::{
    Aside, Batch, Hold, LONGEST_UNDO, LONGEST_WAIT, NewSubmission, SentCopy, SubmissionRow, SubmissionState,
};
pub use outside::OutsideKeyRecord;
pub use own_keys::{AuthorityRecord, IssuedRecord, KeyRecords, WaitingKey};
pub use pending::{Mark, Placing, Way};
pub use popped::Popped;
pub use provenance::{Provenance, ProvenanceSource};
pub use resync::{FolderNews, Gone, LARGEST, ServerFlags, Unnumbered};
pub use roster::{FolderState, LIMBO};
pub use rule::{Action, Condition, RuleRecord, RuleSteps, Ruled, Test, TextPlace, Unruled};
pub use saved_search::SavedSearch;
pub use sighting::{Correspondence, KeyChange, Seen, Sighting};
pub use tag::{COLOURS, RemovedTag, TagRecord, is_system_keyword, is_tag_called, known_meaning};
pub use thread::ConversationRow;
