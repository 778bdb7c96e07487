use std::ops::Range;

use jiff::Timestamp;

use crate::domain::{Mailbox, RawMessage};

use super::text::Encoding;

/// How much of a message is looked at; what goes beyond is left as it is and named as a defect.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Multiparts and messages within each other.
    pub depth: usize,
    /// Parts in one message.
    pub parts: usize,
    /// Header fields in one part.
    pub headers: usize,
    /// Bytes of one header field.
    pub header_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 30, parts: 2_000, headers: 2_000, header_bytes: 256 * 1024 }
    }
}

/// A message (or, inside an encryption, a MIME entity) as a tree over its own bytes.
/// Parsing never fails: what is broken is a [`Defect`].
#[derive(Clone, Debug)]
pub struct ParsedMessage {
    /// The bytes that every range below counts in.
    pub raw: RawMessage,
    /// `From`, every mailbox of every such field, groups flattened.
    pub from: Vec<Mailbox>,
    /// `Sender`.
    pub sender: Option<Mailbox>,
    /// `Reply-To`.
    pub reply_to: Vec<Mailbox>,
    /// `To`.
    pub to: Vec<Mailbox>,
    /// `Cc`.
    pub cc: Vec<Mailbox>,
    /// `Subject`, decoded; control and bidirectional-override characters removed.
    pub subject: String,
    /// `Date`.
    pub date: Option<Timestamp>,
    /// `Message-ID` without angle brackets.
    pub message_id: Option<String>,
    /// `References`, oldest first; where there are none, the first of `In-Reply-To` (RFC 5256 §3). Without angle brackets.
    pub references: Vec<String>,
    /// The whole tree; its path is "1" when it is a leaf, and "" when it is a multipart.
    pub root: Part,
    /// What was broken.
    pub defects: Vec<Defect>,
}

/// One node of the MIME tree (RFC 2045).
#[derive(Clone, Debug)]
pub struct Part {
    /// As IMAP numbers parts (RFC 3501 §6.4.5): "1", "1.2"; a multipart root is "".
    pub path: String,
    /// The declared type, `text/plain` when there is none.
    pub content_type: ContentType,
    /// `Content-Disposition: attachment`.
    pub is_attachment: bool,
    /// The file name, RFC 2231 and RFC 2047 decoded, without any directory.
    pub filename: Option<String>,
    /// `Content-ID` without angle brackets.
    pub content_id: Option<String>,
    /// The header block with its closing empty line.
    pub header: Range<usize>,
    /// The body, still in its transfer encoding, without the line break before the next boundary.
    pub body: Range<usize>,
    /// Header and body: exactly the octets that a multipart/signed covers (RFC 1847 §2.1). In a
    /// part whose header block is directly followed by a delimiter, the empty line belongs to that
    /// delimiter (RFC 2046 §5.1.1), so that this ends before `header` does.
    pub whole: Range<usize>,
    /// `Content-Transfer-Encoding`; [`Encoding::Identity`] on a multipart, whatever it declares.
    pub transfer_encoding: Encoding,
    /// The parts of a multipart, in order.
    pub children: Vec<Part>,
    /// The message in a message/rfc822 part, over its own bytes.
    pub nested: Option<Box<ParsedMessage>>,
    /// The content of a text of ordinary length that had to be decoded while parsing.
    pub(super) content: Option<RawMessage>,
}

/// A `Content-Type` field (RFC 2045 §5.1), names lower-cased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType {
    /// Such as `text`.
    pub kind: String,
    /// Such as `plain`.
    pub subtype: String,
    /// Names lower-cased, values as written.
    pub parameters: Vec<(String, String)>,
}

impl ContentType {
    /// `text/plain`, which a part is that says nothing else.
    pub(super) fn plain(parameters: Vec<(String, String)>) -> Self {
        Self { kind: "text".to_owned(), subtype: "plain".to_owned(), parameters }
    }

    /// Whether this is `kind/subtype`, both in lower case.
    pub fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind == kind && self.subtype == subtype
    }

    /// A parameter's value.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl std::fmt::Display for ContentType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind, self.subtype)
    }
}

/// Something in a message that a standard forbids, and that was read all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// What kind.
    pub code: DefectCode,
    /// The path of the part it is in.
    pub part: String,
}

/// The kinds of defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DefectCode {
    /// A multipart without its closing delimiter.
    MissingEndBoundary,
    /// A multipart without a boundary parameter, or whose boundary never occurs.
    MissingBoundary,
    /// Line feeds without carriage returns inside CRLF text.
    BareLineFeed,
    /// A transfer encoding that does not decode, or is unknown.
    BadTransferEncoding,
    /// A charset that is unknown, or bytes that are not in it.
    BadCharset,
    /// A field that may occur once occurs again (From, Subject, Date, To, …).
    DuplicateHeader,
    /// Bytes above 127 in a header that does not decode as UTF-8.
    EightBitHeader,
    /// A NUL byte in a header or a text.
    NulByte,
    /// A line in a header block that is no field.
    MalformedHeader,
    /// No From field, or one without an address.
    MissingFrom,
    /// A piece of a message that was sent in several (message/partial, RFC 2046 §5.2.2).
    PartialMessage,
    /// A pointer to content that is not in the message (message/external-body, RFC 2046 §5.2.3).
    ExternalBody,
    /// Limits were reached; what lies beyond is not shown.
    LimitReached,
    /// A server on the way made another multipart of a multipart/encrypted; it was opened all the same.
    MangledEncryption,
    /// An unobtrusive signature does not fit what arrived; the message counts as one without.
    LostSignature,
}
