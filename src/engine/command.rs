use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::{Draft, EmailAddress, Fingerprint, RawMessage, Secret, Technology};

use super::Failure;
use super::sending::OutboxCommand;
use super::topic::{Topic, TopicView};
use super::view::{
    AccountForm, ComposerToken, DraftId, FolderId, KeysView, MailboxView, MessageId, OutboxView, PreferencesView,
    PreflightView, ReadingView, RemoteView, SourceView,
};

/// What the user wants; sent by the UI, carried out by the engine.
#[derive(Clone, Debug)]
// The fields are named by the words of the variant's own sentence.
#[allow(missing_docs)]
pub enum Command {
    /// Show a folder's list.
    OpenFolder(FolderId),
    /// Assess and show a message.
    OpenMessage(MessageId),
    /// Try these passphrases on what is locked, and show the open message again.
    Unlock { passphrase: Secret<String> },
    /// Mark as read or unread.
    SetSeen { message: MessageId, seen: bool },
    /// Fetch new mail of every account.
    Synchronise,
    /// Stop the running long work.
    Cancel,
    /// Look at a draft and say per recipient what would happen.
    Preflight(Box<Draft>),
    /// Seal a draft and queue it. Refused if preflight has blockers.
    Send { draft: Box<Draft>, id: Option<DraftId>, token: ComposerToken },
    /// Keep a draft, encrypted at rest; in place of the kept one with that id, or of what was kept under that token.
    SaveDraft { draft: Box<Draft>, id: Option<DraftId>, token: ComposerToken },
    /// Go on with a kept draft.
    OpenDraft(DraftId),
    /// Throw a kept draft away.
    DiscardDraft(DraftId),
    /// Throw the message of a composer away, and what was kept of it.
    Abandon { id: Option<DraftId>, token: ComposerToken },
    /// Make the draft of an answer to the open message.
    Reply { message: MessageId, all: bool },
    /// Make the draft of a forward of the open message.
    Forward(MessageId),
    /// Write an attachment of the open message to a file.
    SaveAttachment { message: MessageId, part: String, to: PathBuf },
    /// Write attachments of the open message into a folder, beside what is there.
    SaveAttachments { message: MessageId, parts: Vec<String>, to: PathBuf },
    /// Open an attachment with the system's program; `confirmed` after the reader was told what it may do.
    OpenAttachment { message: MessageId, part: String, confirmed: bool },
    /// Show the whole source of a message and what its layers open to.
    ShowSource(MessageId),
    /// Write a layer of the source to a file.
    SaveSource { message: MessageId, layer: usize, to: PathBuf },
    /// Write a file that the window made: a printed message.
    WriteFile { to: PathBuf, content: RawMessage },
    /// Read files as attachments of the draft being written in that composer.
    ReadAttachments { paths: Vec<PathBuf>, token: ComposerToken },
    /// Show certificates and keys.
    ListKeys,
    /// Make a key pair.
    GenerateKey { technology: Technology, name: String, address: String, passphrase: Option<Secret<String>> },
    /// Write a PKCS#10 request for an own S/MIME key.
    RequestCertificate { name: String, address: String, passphrase: Option<Secret<String>>, to: PathBuf },
    /// Import every certificate and key of a file.
    ImportKeys { from: PathBuf, passphrase: Option<Secret<String>> },
    /// Export a certificate, or with its secret key (OpenPGP armored; PEM, or PKCS#12 with the secret).
    ExportKey { fingerprint: Fingerprint, secret: bool, passphrase: Option<Secret<String>>, to: PathBuf },
    /// The user compared the fingerprint with the owner (or takes that back).
    SetTrusted { fingerprint: Fingerprint, trusted: bool },
    /// An OpenPGP certificate whose certifications count (or no longer).
    SetTrustRoot { fingerprint: Fingerprint, root: bool },
    /// Create or change an account.
    SaveAccount(Box<AccountForm>),
    /// Try to log in with what the form says, without sending anything.
    TestAccount(Box<AccountForm>),
    /// Open the profile with its passphrase, or make its vault under it.
    OpenProfile { passphrase: Secret<String> },
    /// Keep the choice of language (`en`, `ja`) and look (`system`, `light`, `dark`).
    Remember { language: String, theme: String },
    /// Whose Authentication-Results are believed, and whether SPF, DKIM and DMARC are evaluated here
    /// (which the sending domain's name servers can notice).
    SaveDelivery { authserv_ids: Vec<String>, evaluates_sender: bool },
    /// Load the pictures from the web that the open message asks for, this once.
    LoadRemote(MessageId),
    /// Load those of a sender from now on (or no longer).
    AllowRemote { address: EmailAddress, allowed: bool },
    /// Never load any (or ask again).
    RefuseRemote(bool),
    /// Keep the size of what is read, in percent.
    RememberZoom(u16),
    /// Try a queued submission again now.
    RetrySubmission(i64),
    /// Take a queued submission back, for good.
    CancelSubmission(i64),
    /// Something else about the outbox.
    Outbox(OutboxCommand),
    /// Keep a certificate that came with a message, and the authorities that came with it. Nobody is trusted by that.
    KeepCertificate { message: MessageId, fingerprint: Fingerprint },
    /// Look through the stored messages for the certificates that a message lacks, and keep them, trusting nobody.
    FindCertificate(MessageId),
    /// Make the draft of a question to a message's author, in the window's words: to nobody when it is doubtful who
    /// that is; with one's own certificates for an answer that one can open.
    Ask { message: MessageId, subject: String, text: String, attach: bool },
    /// Move the end of an own OpenPGP key two years from now.
    RenewKey { fingerprint: Fingerprint, passphrase: Option<Secret<String>> },
    /// Read a fingerprint from a picture of its QR code.
    ReadFingerprint(PathBuf),
    /// One of a topic's own commands.
    Topic(Box<Topic>),
    /// Accounts were removed or changed places: sent by the engine to itself.
    AccountsChanged,
    /// Work beside the engine's loop changed keys or trust: what depends on them is shown anew. Sent by the engine to
    /// itself.
    KeysChanged,
}

/// What happened; each carries a whole snapshot, and a newer one replaces an older one.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Event {
    /// Accounts, folders and the open list.
    Mailbox(Arc<MailboxView>),
    /// The open message.
    Reading(Arc<ReadingView>),
    /// The source of a message.
    Source(Arc<SourceView>),
    /// What the open message would fetch from the web.
    Remote(Arc<RemoteView>),
    /// What would happen to the draft.
    Preflight(Arc<PreflightView>),
    /// A draft to put into a compose window.
    Compose { draft: Box<Draft>, id: Option<DraftId> },
    /// Files read for the draft being written.
    AttachmentsRead { files: Vec<crate::domain::Attachment>, token: ComposerToken },
    /// The message of this composer was queued: it may close.
    Queued(ComposerToken),
    /// It was not, and why.
    NotQueued { token: ComposerToken, failure: Failure },
    /// The draft of this composer was kept under this id, as it stands here.
    DraftSaved { id: DraftId, token: ComposerToken, draft: Box<Draft> },
    /// Certificates and keys.
    Keys(Arc<KeysView>),
    /// What a picture of a QR code says; `None` when no fingerprint is in it.
    FingerprintRead(Option<crate::domain::Fingerprint>),
    /// What a topic shows.
    Topic(TopicView),
    /// What waits to be sent.
    Outbox(Arc<OutboxView>),
    /// Long work goes on: what, how far (0 to 1), `None` when it has ended.
    Progress(Option<Progress>),
    /// The profile waits for its passphrase (`is_new`: for the one it is to have), because the
    /// system has no keyring or the profile has a vault.
    ProfileLocked { is_new: bool },
    /// What the user chose before.
    Preferences(PreferencesView),
    /// Something was done: a code with a subject (`imported`, `exported`, `account_works`, …).
    Done { code: &'static str, subject: String },
    /// Something could not be done.
    Failed(Failure),
}

/// How far a long work is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// A code: `synchronise`, `send`, `generate_key`, `import`, `find_certificate`, `remote`, `change_mail`.
    pub work: &'static str,
    /// What it is at: a folder, an address.
    pub subject: String,
    /// From 0 to 1; `None` when it can't be known.
    pub fraction: Option<f32>,
}
