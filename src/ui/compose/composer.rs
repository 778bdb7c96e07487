use std::collections::{BTreeSet, HashMap};

use crate::domain::{Attachment, Draft, EmailAddress, Mailbox, Protection, TechnologyChoice};
use crate::engine::Command;
use crate::engine::view::{DraftId, PreflightView, ReadinessView};

/// One field of recipients: what was entered, and what is being typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recipients {
    /// Entries as they were written; those that are no addresses stay in sight until they are mended.
    pub entries: Vec<String>,
    /// What is being typed.
    pub typing: String,
    /// How wide the names are that were in sight, in points.
    pub(in crate::ui) widths: HashMap<String, f32>,
}

impl Recipients {
    fn of(mailboxes: &[Mailbox]) -> Self {
        Self { entries: mailboxes.iter().map(ToString::to_string).collect(), ..Self::default() }
    }

    /// Takes what was typed as entries: everything before a comma or semicolon, or all of it.
    pub fn settle(&mut self, all: bool) {
        let typed = std::mem::take(&mut self.typing);
        let mut pieces = split(&typed);
        if !all {
            pieces.pop().unwrap_or_default().trim_start().clone_into(&mut self.typing);
        }
        self.entries.extend(pieces.into_iter().map(|piece| piece.trim().to_owned()).filter(|piece| !piece.is_empty()));
    }

    /// The well-formed ones, what is still being typed included.
    pub fn mailboxes(&self) -> Vec<Mailbox> {
        self.all().filter_map(Mailbox::parse).collect()
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        let typing = Some(self.typing.trim()).filter(|typing| !typing.is_empty());
        self.entries.iter().map(String::as_str).chain(typing)
    }
}

/// At commas and semicolons that don't stand in quotation marks.
fn split(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= c == '"';
        match c {
            ',' | ';' | '\n' | '、' if !quoted => pieces.push(String::new()),
            c => {
                if let Some(piece) = pieces.last_mut() {
                    piece.push(c);
                }
            }
        }
    }
    pieces
}

/// What the composer asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether to throw the message away.
    Discard,
    /// Whether to send in spite of cautions.
    Send,
}

/// A message being written.
#[derive(Clone, Debug, Default)]
pub struct Composer {
    /// The kept draft that this goes on with.
    pub id: Option<DraftId>,
    /// The author.
    pub from: Mailbox,
    /// To.
    pub to: Recipients,
    /// Cc.
    pub cc: Recipients,
    /// Bcc.
    pub bcc: Recipients,
    /// Cc and Bcc are in sight.
    pub shows_copies: bool,
    /// Subject.
    pub subject: String,
    /// Body.
    pub text: String,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Sign, encrypt, with what.
    pub protection: Protection,
    /// Preflight was asked and has not answered.
    pub is_checking: bool,
    /// It was handed over for sending.
    pub is_sending: bool,
    /// Sending failed because the author's key is locked.
    pub is_locked: bool,
    /// The draft was kept as it is.
    pub is_saved: bool,
    /// Each recipient's way is in sight from the beginning.
    pub unfolds: bool,
    /// An open question.
    pub question: Option<Question>,
    in_reply_to: Option<String>,
    references: Vec<String>,
    asked: Option<(String, Vec<Mailbox>, Protection, bool)>,
}

impl Composer {
    /// An empty message: signed and encrypted unless its author says otherwise.
    pub fn new(from: Mailbox) -> Self {
        let protection = Protection { sign: true, encrypt: true, technology: TechnologyChoice::Auto };
        Self { from, protection, ..Self::default() }
    }

    /// Goes on with a draft.
    pub fn of(draft: Draft) -> Self {
        Self {
            from: draft.from,
            to: Recipients::of(&draft.to),
            cc: Recipients::of(&draft.cc),
            bcc: Recipients::of(&draft.bcc),
            shows_copies: !draft.cc.is_empty() || !draft.bcc.is_empty(),
            subject: draft.subject,
            text: draft.text,
            attachments: draft.attachments,
            protection: draft.protection,
            in_reply_to: draft.in_reply_to,
            references: draft.references,
            is_saved: true,
            ..Self::default()
        }
    }

    /// The message as it stands.
    pub fn draft(&self) -> Draft {
        Draft {
            from: self.from.clone(),
            to: self.to.mailboxes(),
            cc: self.cc.mailboxes(),
            bcc: self.bcc.mailboxes(),
            subject: self.subject.clone(),
            text: self.text.clone(),
            html: None,
            attachments: self.attachments.clone(),
            in_reply_to: self.in_reply_to.clone(),
            references: self.references.clone(),
            protection: self.protection,
        }
    }

    fn recipients(&self) -> Vec<Mailbox> {
        [&self.to, &self.cc, &self.bcc].into_iter().flat_map(Recipients::mailboxes).collect()
    }

    /// Adds files.
    pub fn attach(&mut self, files: Vec<Attachment>) {
        self.is_saved = false;
        self.attachments.extend(files);
    }

    /// Nothing was entered.
    pub fn is_untouched(&self) -> bool {
        let fields = [&self.to, &self.cc, &self.bcc];
        fields.iter().all(|field| field.all().next().is_none())
            && self.subject.is_empty()
            && self.text.is_empty()
            && self.attachments.is_empty()
    }

    /// Something would be lost without it.
    pub fn is_unsaved(&self) -> bool {
        !self.is_untouched() && !self.is_saved
    }

    /// Somebody is named.
    pub fn has_recipients(&self) -> bool {
        [&self.to, &self.cc, &self.bcc].iter().any(|field| field.all().any(|entry| Mailbox::parse(entry).is_some()))
    }

    /// Whether a preflight speaks of the message as it stands, and not of an earlier wish.
    pub fn fits(&self, preflight: &PreflightView) -> bool {
        let Protection { sign, encrypt, technology } = self.protection;
        let addresses = |mailboxes: &mut dyn Iterator<Item = &Mailbox>| -> BTreeSet<EmailAddress> {
            mailboxes.filter_map(Mailbox::email).collect()
        };
        let same = addresses(&mut self.recipients().iter())
            == addresses(&mut preflight.recipients.iter().map(|recipient| &recipient.mailbox));
        let chosen = |ready: &ReadinessView| match (technology, ready.technology) {
            (TechnologyChoice::Only(wanted), Some(used)) => wanted == used,
            _ => true,
        };
        let as_asked = preflight.is_encrypted == encrypt && preflight.signs_with.is_empty() != sign;
        same && (as_asked || !preflight.blockers.is_empty()) && preflight.recipients.iter().all(chosen)
    }

    /// The first entry that is no address.
    pub fn malformed(&self) -> Option<String> {
        let wrong = |field: &Recipients| field.entries.iter().find(|entry| Mailbox::parse(entry).is_none()).cloned();
        [&self.to, &self.cc, &self.bcc].into_iter().find_map(wrong)
    }

    /// What is known of the recipients may be more now.
    pub fn ask_again(&mut self) {
        self.asked = None;
    }

    /// Asks for a preflight when what it depends on has changed.
    pub fn ask_preflight(&mut self, commands: &mut Vec<Command>) {
        let now = (self.from.to_string(), self.recipients(), self.protection, self.subject.trim().is_empty());
        if self.asked.as_ref() == Some(&now) {
            return;
        }
        self.is_saved &= self.asked.is_none();
        self.asked = Some(now);
        if self.has_recipients() {
            self.is_checking = true;
            commands.push(Command::Preflight(Box::new(self.draft())));
        } else {
            self.is_checking = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Recipients {
        let mut field = Recipients { typing: text.to_owned(), ..Recipients::default() };
        field.settle(true);
        field
    }

    #[test]
    fn recipients_are_read_as_a_person_types_them() {
        let field = typed("bob@example.org, \"Carol, the third\" <carol@example.org>; 花子 <hanako@example.jp>");
        let mailboxes = field.mailboxes();
        let addresses: Vec<_> = mailboxes.iter().map(|mailbox| mailbox.address.as_str()).collect();
        assert_eq!(addresses, ["bob@example.org", "carol@example.org", "hanako@example.jp"]);
        assert_eq!(mailboxes[1].name, "Carol, the third");
    }

    #[test]
    fn what_is_no_address_stays_in_sight_and_never_becomes_a_recipient() {
        let mut composer = Composer::new(Mailbox::new("Alice", "alice@example.org"));
        composer.to = typed("bob@example.org, bob at example");
        assert_eq!(composer.malformed().as_deref(), Some("bob at example"));
        assert_eq!(composer.draft().to.len(), 1);
    }

    #[test]
    fn preflight_is_asked_again_when_a_recipient_or_the_protection_changes_and_only_then() {
        let mut composer = Composer::new(Mailbox::new("Alice", "alice@example.org"));
        let mut commands = Vec::new();
        composer.ask_preflight(&mut commands);
        assert!(commands.is_empty(), "there is nobody to look at");
        composer.to = typed("bob@example.org");
        composer.ask_preflight(&mut commands);
        composer.text.push_str("hello");
        composer.ask_preflight(&mut commands);
        assert_eq!(commands.len(), 1);
        composer.protection.encrypt = false;
        composer.ask_preflight(&mut commands);
        assert_eq!(commands.len(), 2);
        assert!(composer.is_checking);
    }
}
