use jiff::Timestamp;

use crate::crypto::{Integrity, SignatureCheck, SignatureOutcome};
use crate::domain::{Mailbox, RawMessage, Technology};
use crate::message::Defect;
use crate::sender::SenderResult;
use crate::trust::{Judgement, TrustVerdict};

use super::Headline;

/// Everything known about one message, all axes side by side, nothing merged.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// From, as shown: the protected one where there is one.
    pub from: Vec<Mailbox>,
    /// To, as shown.
    pub to: Vec<Mailbox>,
    /// Cc, as shown.
    pub cc: Vec<Mailbox>,
    /// Reply-To, as shown.
    pub reply_to: Vec<Mailbox>,
    /// Subject, as shown.
    pub subject: String,
    /// Date, as shown.
    pub date: Option<Timestamp>,
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// References, oldest first; where there are none, the first of In-Reply-To. Without angle brackets.
    pub references: Vec<String>,
    /// The one answer, derived from all of this.
    pub headline: Headline,
    /// Each encrypted layer or part, outermost first.
    pub encryption: Vec<Encryption>,
    /// Each signature, outermost first.
    pub signatures: Vec<JudgedSignature>,
    /// What the headers' protection says.
    pub header_protection: HeaderProtection,
    /// Who vouched for the delivery.
    pub sender: Vec<SenderResult>,
    /// What the reader should know.
    pub cautions: Vec<Caution>,
    /// What was broken.
    pub defects: Vec<Defect>,
    /// Every part, in order, with what protects it.
    pub parts: Vec<ShownPart>,
    /// What the reading pane draws, in order. The first is the body; those that differ in
    /// protection are apart and are never joined.
    pub blocks: Vec<ShownBlock>,
    /// The body as plain text: all blocks that an answer may quote.
    pub text: String,
    /// `Autocrypt-Gossip` fields of what was encrypted as a whole (Autocrypt Level 1, §2.1.2).
    pub gossip: Vec<String>,
}

/// How much of what is shown is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of it.
    Whole,
    /// Some of it; the rest is shown apart.
    Part,
}

/// One encrypted layer.
#[derive(Clone, Debug)]
pub struct Encryption {
    /// Which technology.
    pub technology: Technology,
    /// How much of the message it is.
    pub coverage: Coverage,
    /// The cipher's name; empty when it was not opened.
    pub cipher: String,
    /// What protects it from alteration.
    pub integrity: Option<Integrity>,
    /// Whom it is for.
    pub recipients: Vec<String>,
    /// `None` when it was opened.
    pub failure: Option<crate::crypto::DecryptFailure>,
}

/// One signature, with its mathematics, its coverage and its trust.
#[derive(Clone, Debug)]
pub struct JudgedSignature {
    /// The mathematics.
    pub check: SignatureCheck,
    /// How much of what is shown it covers.
    pub coverage: Coverage,
    /// It was made before the encryption, inside it.
    pub inside_encryption: bool,
    /// It is over a ciphertext. Anybody can take off such a signature and put on another, and need
    /// not know what is encrypted: it says nothing of who wrote it.
    pub around_encryption: bool,
    /// Whose it is.
    pub judgement: Judgement,
}

impl JudgedSignature {
    /// The mathematics hold, over everything that is shown.
    pub(super) fn is_whole_and_intact(&self) -> bool {
        self.coverage == Coverage::Whole && !self.around_encryption && self.check.outcome == SignatureOutcome::Intact
    }

    /// The mathematics hold, but others could have made the same hash (SHA-1).
    pub(super) fn is_weak(&self) -> bool {
        is_weak(&self.check)
    }

    /// Some reason to believe that it was made by the address shown as From.
    pub(super) fn is_believed(&self) -> bool {
        self.check.outcome == SignatureOutcome::Intact
            && !self.is_weak()
            && !self.around_encryption
            && matches!(self.judgement.verdict, TrustVerdict::Authenticated | TrustVerdict::Partial)
    }
}

/// A signature holds, but others could have made the same hash (SHA-1).
pub(super) fn is_weak(check: &SignatureCheck) -> bool {
    check.reason.as_deref().is_some_and(|reason| reason.starts_with("weak_hash"))
}

/// What was protected of the header fields (RFC 9788).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderProtection {
    /// How.
    pub scheme: HeaderScheme,
    /// The fields whose values only the recipients could read, lower-case.
    pub confidential: Vec<String>,
    /// The fields whose outer value differs without that being meant, lower-case.
    pub mismatches: Vec<String>,
}

/// The scheme of header protection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeaderScheme {
    /// None.
    #[default]
    None,
    /// `hp="clear"` or `hp="cipher"`.
    Rfc9788,
    /// `protected-headers="v1"`, or a wrapped message/rfc822.
    Legacy,
}

/// Something the reader should know, with what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caution {
    /// What kind.
    pub code: CautionCode,
    /// What it is about: a name, a part. May be empty.
    pub subject: String,
}

/// The kinds of caution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CautionCode {
    /// The display name is not in the certificate.
    NameNotInCertificate,
    /// The display name holds another address.
    NameHoldsAddress,
    /// EnvelopedData without an intact signature inside.
    NoIntegrity,
    /// Several From addresses.
    SeveralFrom,
    /// No From address, or a broken one.
    NoFrom,
    /// Parts of the message are not covered by its seal or its encryption; they are shown apart.
    Mixture,
    /// An outer header field differs from the protected one.
    HeaderMismatch,
    /// Reply-To leads to another domain or, from what was encrypted or sealed, unsealed, to another address.
    ReplyToElsewhere,
    /// The message would load content from the web.
    RemoteContent,
    /// A signature was made a good while before or after the Date field.
    DateDiffers,
    /// The From address looks like another's (mixed scripts).
    LookAlike,
    /// The Sender field names another address than From.
    SenderDiffers,
    /// The From address reads like that of somebody whose certificate is known.
    ImitatesKnown,
    /// Its author sent it in the clear (`hp="clear"`); the encryption was put around it later.
    EncryptedLater,
    /// Its author sent it encrypted (`hp="cipher"`), and it came without.
    EncryptionRemoved,
    /// The sealed header names others as recipients, and not the reader.
    AddressedToOthers,
    /// What stands beside the sealed part may be a mailing list's; in place of [`CautionCode::Mixture`].
    ListFooter,
    /// The protected From is another one, and no believed signature stands for it: the outer one is shown (RFC 9788
    /// §4.4); in place of [`CautionCode::HeaderMismatch`].
    FromUnproven,
    /// Another certificate than before signs for the From address, and the user was not heard about it.
    KeyChanged,
    /// A certificate signs for the From address that the user said is not theirs.
    KeyRefused,
}

/// One part of the message with what protects it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownPart {
    /// Its path; parts inside an encryption continue the path of the encrypted part.
    pub path: String,
    /// `type/subtype`.
    pub media_type: String,
    /// A name without any directory.
    pub filename: Option<String>,
    /// Decoded size.
    pub bytes: usize,
    /// An intact signature of the message's seal covers it, or, of a part that is shown apart, one
    /// that is believed to be of the address shown as From.
    pub signed: bool,
    /// It came out of decryption.
    pub decrypted: bool,
    /// Its text is part of what the pane shows.
    pub shown: bool,
    /// It is offered as a file.
    pub is_file: bool,
    /// Its author did not set it apart as an attachment (RFC 2183 §2.1): it may be drawn in its place.
    pub is_inline: bool,
    /// Content-ID, for `cid:`.
    pub content_id: Option<String>,
    /// The layer it lies in: 0 is the envelope of the message, each layer below it, and each message
    /// within, has a number of its own.
    pub layer: usize,
    /// The decoded content; shared.
    pub content: RawMessage,
}

/// One block of the reading pane: text and, if there is one, the HTML of the same content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownBlock {
    /// The part it comes from.
    pub path: String,
    /// Plain text; of HTML when there is no other.
    pub text: String,
    /// HTML as it was written; drawn without network.
    pub html: Option<String>,
    /// Covered by the seal; see [`ShownPart::signed`].
    pub signed: bool,
    /// Came out of decryption.
    pub decrypted: bool,
    /// It belongs to what the headline speaks of; others are shown apart, below.
    pub is_headline: bool,
    /// An answer may quote it: nothing was decrypted for it alone, and all of it is seen.
    pub is_quotable: bool,
    /// The layer it lies in; see [`ShownPart::layer`].
    pub layer: usize,
}
