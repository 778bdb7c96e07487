//! Immutable snapshots that a screen draws. Codes and data only: the sentences are the UI's.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{EmailAddress, Fingerprint, Mailbox, RawMessage, Secret, Technology};

pub use super::conversations::{Conversation, Conversations, Seat};
pub use crate::crypto::{CertificateReport, DecryptFailure, Integrity, SignatureCheck, SignatureOutcome, Signer};
pub use crate::flow::{
    Assessment, Caution, CautionCode, Coverage, Encryption, HeaderProtection, HeaderScheme, Headline, JudgedSignature,
    Lock, Seal, ShownBlock, ShownPart,
};
pub use crate::message::calendar::{
    Answer, Attendee, Contact, Frequency, Invitation, Method as CalendarMethod, Moment, Repeats,
};
pub use crate::message::file::{Danger, FileKind, FileReport};
pub use crate::message::{Defect, DefectCode};
pub use crate::net::oauth::{AuthorizationServer, Grant};
pub use crate::sender::is_look_alike;
pub use crate::sender::{Method, SenderResult, SenderWord, Source};
pub use crate::store::{PopAccess, Provenance, ProvenanceSource};
pub use crate::trust::chain::{RevocationCheck, RevocationSource, RevocationStatus};
pub use crate::trust::{Counting, Judgement, PathStep, StepKind, TrustPath, TrustVerdict};

/// Every code that a reason may have, by the room that gives it.
pub mod reasons {
    pub use crate::crypto::reason::ALL as CRYPTO;
    pub use crate::flow::reason::ALL as FLOW;
    pub use crate::sender::reason::ALL as SENDER;
    pub use crate::trust::reason::ALL as TRUST;
}

/// A row id in the store.
pub type FolderId = i64;
/// The folder that stands for the inboxes of all accounts.
pub const ALL_INBOXES: FolderId = -1;
/// A conversation in the store.
pub type ThreadId = i64;
/// A row id in the store.
pub type MessageId = i64;
/// A row id in the store.
pub type DraftId = i64;
/// A message being written: a number that no other one has in this run of the program.
pub type ComposerToken = u64;

/// Accounts, folders and the open list.
#[derive(Clone, Debug, Default)]
pub struct MailboxView {
    /// Accounts in the user's order; `local` folders are those of an account without a server.
    pub accounts: Vec<AccountView>,
    /// The folder whose list this is.
    pub open_folder: Option<FolderId>,
    /// Newest first.
    pub rows: Arc<Vec<RowView>>,
    /// The rows by conversations, where the user wants them so.
    pub conversations: Option<Arc<Conversations>>,
    /// Drafts that are kept, newest first.
    pub drafts: Vec<DraftView>,
    /// Submissions that wait.
    pub waiting: usize,
    /// When it was last synchronised.
    pub synchronised_at: Option<Timestamp>,
    /// True for the demo mailbox: nothing is sent or fetched.
    pub is_demo: bool,
}

/// What the user chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PreferencesView {
    /// `en` or `ja`; `None` as the system is.
    pub language: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: Option<String>,
    /// Whose Authentication-Results are believed (RFC 8601 §2.5).
    pub authserv_ids: Vec<String>,
    /// SPF, DKIM and DMARC are evaluated here over DNS.
    pub evaluates_sender: bool,
    /// Senders whose pictures from the web are loaded, lower-cased.
    pub remote_senders: Vec<String>,
    /// Pictures from the web are never loaded, and nobody is asked.
    pub remote_never: bool,
    /// The size of what is read, in percent; `None` as it is.
    pub zoom: Option<u16>,
    /// For how many seconds a message may be taken back.
    pub undo_seconds: u32,
    /// Lists are shown by conversations.
    pub conversations: bool,
}

/// One draft that is kept.
#[derive(Clone, Debug)]
pub struct DraftView {
    /// Row id.
    pub id: DraftId,
    /// Its subject so far.
    pub subject: String,
    /// Whom it is for so far.
    pub to: Vec<Mailbox>,
    /// When it was last kept.
    pub changed_at: Timestamp,
}

/// One account in the side bar.
#[derive(Clone, Debug, Default)]
pub struct AccountView {
    /// Row id.
    pub id: i64,
    /// Its own mailbox; used as From.
    pub identity: Mailbox,
    /// As it was filled in, without the password.
    pub form: AccountForm,
    /// Its folders.
    pub folders: Vec<FolderView>,
}

/// One folder in the side bar.
#[derive(Clone, Debug, Default)]
pub struct FolderView {
    /// Row id.
    pub id: FolderId,
    /// Its name on the server.
    pub name: String,
    /// `inbox`, `drafts`, `sent`, `archive`, `junk`, `trash` or empty (RFC 6154).
    pub role: String,
    /// Unread messages.
    pub unread: usize,
    /// All messages.
    pub total: usize,
    /// Messages that stay on the server, because they are too large to be kept here.
    pub too_large: usize,
}

/// One message in the list.
#[derive(Clone, Debug, Default)]
pub struct RowView {
    /// Row id.
    pub id: MessageId,
    /// Who it says it is from.
    pub from: Mailbox,
    /// The subject (the protected one once the message was opened).
    pub subject: String,
    /// The first words of the body; empty until known.
    pub preview: String,
    /// Its Date, or when it came.
    pub date: Option<Timestamp>,
    /// Was read.
    pub is_seen: bool,
    /// Was marked.
    pub is_flagged: bool,
    /// Has attachments.
    pub has_attachments: bool,
    /// Its keywords, parted by spaces.
    pub keywords: Box<str>,
    /// What was found when it was last assessed; `None` before.
    pub headline: Option<Headline>,
    /// The folder that it is in.
    pub folder: FolderId,
    /// Its conversation; `None` until that is known.
    pub thread: Option<ThreadId>,
}

/// The open message: the assessment, and what can be drawn of it.
#[derive(Clone, Debug)]
pub struct ReadingView {
    /// Row id.
    pub id: MessageId,
    /// All axes, nothing merged: lock, seal, evidence, sender, parts, text, html.
    pub assessment: Arc<Assessment>,
    /// Files of the message: those that the pane offers to save.
    pub attachments: Vec<AttachmentView>,
    /// Parts that are shown as a card: invitations and contacts.
    pub cards: Vec<CardView>,
    /// The fingerprint of a key that could be unlocked to open it.
    pub locked_key: Option<Fingerprint>,
    /// The message source, decoded leniently for display (at most 1 MiB).
    pub source: Arc<str>,
    /// What can be done about what was found.
    pub help: Help,
}

/// What is at hand to do something about what was found in a message.
#[derive(Clone, Debug, Default)]
pub struct Help {
    /// Certificates that came with the message and are not kept.
    pub carried: Vec<CertificateReport>,
    /// The signers whose certificates are kept.
    pub kept: Vec<Fingerprint>,
    /// The user's own keys for the address of the message's account.
    pub own: Vec<CertificateReport>,
    /// It is doubtful to whom an answer to the author would go.
    pub is_author_doubtful: bool,
    /// What was seen of the author's certificates before.
    pub sightings: Vec<SightingView>,
    /// Whether it arrived, or what it says of another message.
    pub delivery: DeliveryView,
}

/// What a message reports of a delivery, or what was reported of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryView {
    /// What it reports.
    pub report: Option<crate::message::DeliveryReport>,
    /// The report knows the name that only this program and the servers on the way know: it is about a message sent from
    /// here.
    pub is_ours: bool,
    /// What was reported of it, if it was sent from here.
    pub known: Vec<crate::store::DeliveryRecord>,
}

/// A certificate that an address was seen to sign with: trust on first use, which is never more than that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SightingView {
    /// Of the certificate.
    pub fingerprint: Fingerprint,
    /// Of the certificate.
    pub technology: Technology,
    /// When the first such message arrived.
    pub first_at: Timestamp,
    /// When the last one did.
    pub last_at: Timestamp,
    /// How many different messages.
    pub messages: usize,
}

/// What the open message would fetch from the web.
#[derive(Clone, Debug)]
pub struct RemoteView {
    /// Row id.
    pub message: MessageId,
    /// How it stands.
    pub state: RemoteState,
    /// Pictures that are to be had over TLS.
    pub pictures: usize,
    /// Pictures that are only to be had without; they are never loaded.
    pub unencrypted: usize,
    /// Pictures that could not be loaded.
    pub failed: usize,
    /// The author, when somebody vouches for the address: may be let for good.
    pub sender: Option<EmailAddress>,
    /// The author was.
    pub is_sender_allowed: bool,
    /// What was loaded, by address.
    pub loaded: Arc<HashMap<String, RawMessage>>,
}

/// How it stands with pictures from the web.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteState {
    /// The message asks for none.
    Nothing,
    /// Not loaded until the user says so.
    Blocked,
    /// Not loaded, since the user never wants any.
    Never,
    /// Never loaded, since something in the message is or was encrypted.
    Forbidden,
    /// Being loaded.
    Loading,
    /// Loaded, as far as it could be.
    Loaded,
}

/// A file in a message.
#[derive(Clone, Debug)]
pub struct AttachmentView {
    /// The part's path.
    pub part: String,
    /// A name that can do no harm: one component, visible, never empty.
    pub name: String,
    /// The declared media type.
    pub media_type: String,
    /// Decoded size in bytes.
    pub bytes: usize,
    /// It was inside the encryption.
    pub decrypted: bool,
    /// It is covered by the seal.
    pub signed: bool,
    /// It is a picture that is drawn in its place among the texts.
    pub in_place: bool,
    /// What it is by its content, and what opening it may do.
    pub report: FileReport,
}

/// A part that is shown as a card, with what protects it.
#[derive(Clone, Debug)]
pub struct CardView {
    /// The part's path.
    pub part: String,
    /// It was inside the encryption.
    pub decrypted: bool,
    /// It is covered by the seal.
    pub signed: bool,
    /// What is on it.
    pub content: CardContent,
}

/// What is on a card.
#[derive(Clone, Debug)]
pub enum CardContent {
    /// An event.
    Invitation(Box<Invitation>),
    /// People.
    Contacts(Vec<Contact>),
}

/// The source of a message: as it came, and as its layers opened to.
#[derive(Clone, Debug)]
pub struct SourceView {
    /// Row id of the message.
    pub id: MessageId,
    /// Outermost first; the first is the message as it came.
    pub layers: Vec<SourceLayer>,
}

/// One layer of a source.
#[derive(Clone, Debug)]
pub struct SourceLayer {
    /// The path of the part that it came out of; empty for the message itself.
    pub path: String,
    /// Its bytes.
    pub content: crate::domain::RawMessage,
    /// Where each line to be drawn begins; long ones are broken.
    pub lines: Arc<Vec<u32>>,
}

/// What would happen to a draft.
#[derive(Clone, Debug, Default)]
pub struct PreflightView {
    /// Per recipient, in order.
    pub recipients: Vec<ReadinessView>,
    /// Will be signed, and by which technology per delivery.
    pub signs_with: Vec<Technology>,
    /// Will be encrypted for everybody.
    pub is_encrypted: bool,
    /// The subject will be hidden.
    pub hides_subject: bool,
    /// Stand in the way: code and recipient (`no_certificate`, `certificate_expired`, `no_signing_key`, …).
    pub blockers: Vec<(String, String)>,
    /// May be confirmed: code and recipient (`unauthenticated_certificate`, `bcc_own_delivery`, …).
    pub cautions: Vec<(String, String)>,
}

/// How one recipient is reached.
#[derive(Clone, Debug)]
pub struct ReadinessView {
    /// Who.
    pub mailbox: Mailbox,
    /// With which technology, `None` when it goes in the clear or can't go.
    pub technology: Option<Technology>,
    /// The certificate used.
    pub fingerprint: Option<Fingerprint>,
    /// Whether it is believed to be theirs.
    pub verdict: Option<TrustVerdict>,
}

/// Certificates and keys.
#[derive(Clone, Debug, Default)]
pub struct KeysView {
    /// The user's own, with secret keys.
    pub own: Vec<KeyView>,
    /// Correspondents' certificates and authorities: there may be many thousands.
    pub others: Arc<Vec<KeySummary>>,
}

/// One certificate of somebody else, as far as a list needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeySummary {
    /// What it says.
    pub report: Arc<CertificateReport>,
    /// Whether it is believed for its first address; `None` while that is being looked into: then a newer view follows.
    pub verdict: Option<TrustVerdict>,
    /// The user compared it with its owner.
    pub is_trusted: bool,
    /// How far its certifications count.
    pub counts: Counting,
    /// Where it was met, the oldest place first.
    pub met: Vec<Provenance>,
}

impl KeySummary {
    /// As a whole, with nobody's word for it while it was not looked into.
    pub fn to_view(&self) -> KeyView {
        KeyView {
            report: (*self.report).clone(),
            verdict: self.verdict.unwrap_or(TrustVerdict::Unauthenticated),
            is_trusted: self.is_trusted,
            counts: self.counts,
            met: self.met.clone(),
        }
    }
}

/// One certificate or key.
#[derive(Clone, Debug)]
pub struct KeyView {
    /// What it says.
    pub report: CertificateReport,
    /// Whether it is believed for its first address.
    pub verdict: TrustVerdict,
    /// The user compared it with its owner.
    pub is_trusted: bool,
    /// How far its certifications count.
    pub counts: Counting,
    /// Where it was met, the oldest place first.
    pub met: Vec<Provenance>,
}

/// What waits to be sent.
#[derive(Clone, Debug, Default)]
pub struct OutboxView {
    /// Oldest first.
    pub submissions: Vec<SubmissionView>,
}

/// One delivery in the outbox.
#[derive(Clone, Debug, Default)]
pub struct SubmissionView {
    /// Row id.
    pub id: i64,
    /// For whom.
    pub recipients: Vec<String>,
    /// `queued`, `sending`, `deferred`, `rejected`, `expired`, `uncertain`, `accepted`.
    pub state: String,
    /// The server's last words; of several recipients one line each.
    pub detail: String,
    /// When it is tried again.
    pub retry_at: Option<Timestamp>,
    /// The message's deliveries all have the same number here.
    pub batch: i64,
    /// The message's subject.
    pub subject: String,
    /// What keeps it: `undo` while its author may take it back, `later` until the moment chosen, else nothing.
    pub hold: &'static str,
    /// Until when.
    pub held_until: Option<Timestamp>,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was queued.
    pub created_at: Option<Timestamp>,
    /// Reports of its delivery are asked for.
    pub reports: bool,
    /// It may only go where TLS is promised all the way.
    pub requires_tls: bool,
    /// The draft that it was made of is kept.
    pub has_draft: bool,
}

/// An account as the user fills it in.
#[derive(Clone, Debug, Default)]
pub struct AccountForm {
    /// `None` for a new one.
    pub id: Option<i64>,
    /// The display name.
    pub name: String,
    /// The address, used as From.
    pub address: String,
    /// The submission server's host name.
    pub smtp_host: String,
    /// 587 (STARTTLS) or 465 (implicit TLS). 25 is refused.
    pub smtp_port: u16,
    /// The IMAP server's host name.
    pub imap_host: String,
    /// 993 (implicit TLS) or 143 (STARTTLS).
    pub imap_port: u16,
    /// The user name for both, or for receiving alone.
    pub user: String,
    /// The POP3 server: received from when there is no IMAP server.
    pub pop: Option<PopAccess>,
    /// The user name for sending; empty where it is the same.
    pub smtp_user: String,
    /// Other addresses that it may send as.
    pub identities: Vec<Mailbox>,
    /// Where it signs in (OAuth 2.0); `None` where it has a password.
    pub oauth: Option<AuthorizationServer>,
    /// The user has to sign in there again.
    pub is_signed_out: bool,
    /// The password; `None` keeps the stored one.
    pub password: Option<Secret<String>>,
    /// What the authorization server just gave; `None` keeps what is stored.
    pub grant: Option<Grant>,
}
