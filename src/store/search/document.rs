//! What the index holds of a message.

use jiff::Timestamp;
use tantivy::TantivyDocument;
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};

use crate::domain::Mailbox;

use super::query::Place;

/// Changes with the fields and with how text is folded and taken apart: an index of another form is made anew.
pub(super) const FORM: i64 = 1;
/// The name of the tokenizer.
pub(super) const TOKENIZER: &str = "mail";
/// Text of a message that is looked at, in bytes: of its body, and as much again of its files.
const MOST_TEXT: usize = 1 << 20;

/// What is to be found of a message: as it is shown, with what its protection covers and not what stands outside of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchDocument {
    /// Who it is from.
    pub from: Vec<Mailbox>,
    /// Whom it is to.
    pub to: Vec<Mailbox>,
    /// Who gets a copy.
    pub cc: Vec<Mailbox>,
    /// The subject.
    pub subject: String,
    /// The texts that are shown, apart from each other.
    pub body: Vec<String>,
    /// The names of its files.
    pub files: Vec<String>,
    /// What stands in those that are text.
    pub attached: Vec<String>,
    /// The kinds of its files, as `has:` names them.
    pub kinds: Vec<&'static str>,
    /// Its date, or when it came.
    pub date: Option<Timestamp>,
    /// Bytes of the message.
    pub size: u64,
    /// Something of this came out of decryption.
    pub is_decrypted: bool,
    /// Something that came out of decryption was left out.
    pub is_reduced: bool,
}

/// The fields of the index.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) schema: Schema,
    pub(super) message: Field,
    pub(super) account: Field,
    pub(super) is_decrypted: Field,
    pub(super) date: Field,
    pub(super) size: Field,
    pub(super) kind: Field,
    from: Field,
    to: Field,
    cc: Field,
    subject: Field,
    body: Field,
    files: Field,
    attached: Field,
}

/// Fast fields, by name.
pub(super) const MESSAGE: &str = "message";
pub(super) const DATE: &str = "date";

impl Fields {
    pub(super) fn new() -> Self {
        let mut builder = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions)
            .set_fieldnorms(false);
        let text = TextOptions::default().set_indexing_options(indexing);
        let message = builder.add_u64_field(MESSAGE, INDEXED | FAST);
        let account = builder.add_u64_field("account", INDEXED);
        let is_decrypted = builder.add_u64_field("is_decrypted", INDEXED);
        let date = builder.add_i64_field(DATE, FAST);
        let size = builder.add_u64_field("size", FAST);
        let kind = builder.add_text_field("kind", STRING);
        let mut texts = |name: &str| builder.add_text_field(name, text.clone());
        let (from, to, cc) = (texts("from"), texts("to"), texts("cc"));
        let (subject, body, files, attached) = (texts("subject"), texts("body"), texts("files"), texts("attached"));
        let schema = builder.build();
        Self { schema, message, account, is_decrypted, date, size, kind, from, to, cc, subject, body, files, attached }
    }

    /// The fields of text at a place.
    pub(super) fn at(&self, place: Place) -> Vec<Field> {
        match place {
            Place::Anywhere => {
                vec![self.subject, self.body, self.from, self.to, self.cc, self.files, self.attached]
            }
            Place::From => vec![self.from],
            Place::To => vec![self.to, self.cc],
            Place::Cc => vec![self.cc],
            Place::Subject => vec![self.subject],
            Place::Body => vec![self.body, self.attached],
            Place::Filename => vec![self.files],
        }
    }

    pub(super) fn document(&self, message: i64, account: i64, from: &SearchDocument) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_u64(self.message, message.cast_unsigned());
        document.add_u64(self.account, account.cast_unsigned());
        document.add_u64(self.is_decrypted, u64::from(from.is_decrypted));
        document.add_i64(self.date, from.date.map_or(0, Timestamp::as_millisecond));
        document.add_u64(self.size, from.size);
        for kind in &from.kinds {
            document.add_text(self.kind, kind);
        }
        for (field, mailboxes) in [(self.from, &from.from), (self.to, &from.to), (self.cc, &from.cc)] {
            for mailbox in mailboxes {
                document.add_text(field, &mailbox.name);
                document.add_text(field, &mailbox.address);
            }
        }
        document.add_text(self.subject, &from.subject);
        for name in &from.files {
            document.add_text(self.files, name);
        }
        for (field, texts) in [(self.body, &from.body), (self.attached, &from.attached)] {
            let mut left = MOST_TEXT;
            for text in texts {
                let taken = head(text, left);
                left -= taken.len();
                document.add_text(field, taken);
            }
        }
        document
    }
}

/// The beginning of a text, in whole characters.
fn head(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or(text)
}
