use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::{Attachment, Dispatch, Draft, EmailAddress, Mailbox, Protection, TechnologyChoice};
use crate::engine::Command;
use crate::engine::view::{ComposerToken, DraftId, PreflightView, ReadinessView};

use super::entries::{Entry, Recipients};

/// A longer text is edited only as far as [`HEAD`] until its author wants all of it: laying out every line of a long
/// quotation with each letter that is typed would make the letters wait.
const LONG: usize = 24 << 10;
/// As much of a long text is edited.
const HEAD: usize = 16 << 10;

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
    /// What sets it apart from every other one.
    pub token: ComposerToken,
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
    /// Body, as far as it is edited.
    pub text: String,
    /// What follows it, unchanged.
    pub beyond: Beyond,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Sign, encrypt, with what.
    pub protection: Protection,
    /// How it is to go out.
    pub dispatch: Dispatch,
    /// That is in sight.
    pub shows_dispatch: bool,
    /// The moment to send at, as typed.
    pub moment: String,
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
    confidential: crate::domain::Confidential,
    asked: Option<Asked>,
    /// How often preflight was asked.
    asks: usize,
    pub(super) answer: Option<Answer>,
}

/// The rest of a long text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beyond {
    text: String,
    /// Its lines.
    pub lines: usize,
}

/// What preflight was asked about.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    from: Mailbox,
    recipients: Vec<Mailbox>,
    protection: Protection,
    lacks_subject: bool,
}

/// What is known of a preflight, looked up once.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) preflight: Arc<PreflightView>,
    asks: usize,
    fits: bool,
    places: HashMap<EmailAddress, usize>,
}

impl Answer {
    /// How a recipient gets the message.
    pub(super) fn of(&self, entry: &Entry) -> Option<&ReadinessView> {
        self.preflight.recipients.get(*self.places.get(entry.address()?)?)
    }
}

impl Composer {
    /// An empty message: signed and encrypted unless its author says otherwise.
    pub fn new(from: Mailbox) -> Self {
        let protection = Protection { sign: true, encrypt: true, technology: TechnologyChoice::Auto };
        Self { from, protection, ..Self::default() }
    }

    /// Goes on with a draft.
    pub fn of(draft: Draft) -> Self {
        let (text, beyond) = halved(draft.text);
        Self {
            from: draft.from,
            to: Recipients::of(&draft.to),
            cc: Recipients::of(&draft.cc),
            bcc: Recipients::of(&draft.bcc),
            shows_copies: !draft.cc.is_empty() || !draft.bcc.is_empty(),
            subject: draft.subject,
            text,
            beyond,
            attachments: draft.attachments,
            protection: draft.protection,
            dispatch: draft.dispatch,
            shows_dispatch: draft.dispatch != Dispatch::default(),
            in_reply_to: draft.in_reply_to,
            references: draft.references,
            confidential: draft.confidential,
            is_saved: true,
            ..Self::default()
        }
    }

    /// The message as it stands.
    pub fn draft(&self) -> Draft {
        self.with([self.text.as_str(), &self.beyond.text].concat())
    }

    fn with(&self, text: String) -> Draft {
        Draft {
            from: self.from.clone(),
            to: self.to.mailboxes(),
            cc: self.cc.mailboxes(),
            bcc: self.bcc.mailboxes(),
            subject: self.subject.clone(),
            text,
            html: None,
            attachments: self.attachments.clone(),
            in_reply_to: self.in_reply_to.clone(),
            references: self.references.clone(),
            confidential: self.confidential,
            protection: self.protection,
            dispatch: self.dispatch,
        }
    }

    fn fields(&self) -> [&Recipients; 3] {
        [&self.to, &self.cc, &self.bcc]
    }

    /// Takes all of a long text into the field.
    pub fn edit_all(&mut self) {
        self.text.push_str(&std::mem::take(&mut self.beyond).text);
    }

    /// Leaves the rest of a long text out.
    pub fn leave_out(&mut self) {
        self.beyond = Beyond::default();
        self.is_saved = false;
    }

    /// Adds files.
    pub fn attach(&mut self, files: Vec<Attachment>) {
        self.is_saved = false;
        self.attachments.extend(files);
    }

    /// Nothing was entered.
    pub fn is_untouched(&self) -> bool {
        self.fields().iter().all(|field| field.is_empty())
            && self.subject.is_empty()
            && self.text.is_empty()
            && self.beyond.text.is_empty()
            && self.attachments.is_empty()
    }

    /// Something would be lost without it.
    pub fn is_unsaved(&self) -> bool {
        !self.is_untouched() && !self.is_saved
    }

    /// Somebody is named.
    pub fn has_recipients(&self) -> bool {
        self.fields().iter().any(|field| field.names_somebody())
    }

    /// Takes note of a preflight; what is looked up in it is looked up once.
    pub fn look_at(&mut self, preflight: Option<&Arc<PreflightView>>) {
        let is_known =
            |answer: &Answer, preflight| Arc::ptr_eq(&answer.preflight, preflight) && answer.asks == self.asks;
        let Some(preflight) = preflight else {
            self.answer = None;
            return;
        };
        if self.answer.as_ref().is_some_and(|answer| is_known(answer, preflight)) {
            return;
        }
        let mut places = HashMap::new();
        for (place, ready) in preflight.recipients.iter().enumerate() {
            if let Some(address) = ready.mailbox.email() {
                // The first of each address counts.
                places.entry(address).or_insert(place);
            }
        }
        let (fits, asks) = (self.fits(preflight, &places), self.asks);
        self.answer = Some(Answer { preflight: Arc::clone(preflight), asks, fits, places });
    }

    /// The preflight, if it speaks of the message as it stands, and not of an earlier wish.
    pub fn answered(&self) -> Option<&PreflightView> {
        let answer = self.answer.as_ref().filter(|answer| answer.fits && answer.asks == self.asks)?;
        if self.is_checking { None } else { Some(&answer.preflight) }
    }

    fn fits(&self, preflight: &PreflightView, places: &HashMap<EmailAddress, usize>) -> bool {
        let Protection { sign, encrypt, technology } = self.protection;
        let written: HashSet<EmailAddress> = self.fields().iter().flat_map(|field| field.addresses()).collect();
        let same = written.len() == places.len() && written.iter().all(|address| places.contains_key(address));
        let chosen = |ready: &ReadinessView| match (technology, ready.technology) {
            (TechnologyChoice::Only(wanted), Some(used)) => wanted == used,
            _ => true,
        };
        let as_asked = preflight.is_encrypted == encrypt && preflight.signs_with.is_empty() != sign;
        same && (as_asked || !preflight.blockers.is_empty()) && preflight.recipients.iter().all(chosen)
    }

    /// The first entry that is no address.
    pub fn malformed(&self) -> Option<&str> {
        let [to, cc, bcc] = self.fields();
        let found = to.entries.iter().chain(&cc.entries).chain(&bcc.entries).find(|entry| entry.mailbox().is_none());
        found.map(Entry::text)
    }

    /// What is known of the recipients may be more now.
    pub fn ask_again(&mut self) {
        self.asked = None;
    }

    /// Asks for a preflight when what it depends on has changed.
    pub fn ask_preflight(&mut self, commands: &mut Vec<Command>) {
        if self.asked.as_ref().is_some_and(|asked| self.is_as_asked(asked)) {
            return;
        }
        self.is_saved &= self.asked.is_none();
        self.asks += 1;
        self.asked = Some(Asked {
            from: self.from.clone(),
            recipients: self.fields().iter().flat_map(|field| field.mailboxes()).collect(),
            protection: self.protection,
            lacks_subject: self.subject.trim().is_empty(),
        });
        if self.has_recipients() {
            self.is_checking = true;
            // Nothing of it depends on the rest of a long text.
            commands.push(Command::Preflight(Box::new(self.with(self.text.clone()))));
        } else {
            self.is_checking = false;
        }
    }

    fn is_as_asked(&self, asked: &Asked) -> bool {
        let mut rest = asked.recipients.as_slice();
        for field in self.fields() {
            let Some(after) = field.begins(rest).and_then(|count| rest.get(count..)) else { return false };
            rest = after;
        }
        rest.is_empty()
            && asked.from == self.from
            && asked.protection == self.protection
            && asked.lacks_subject == self.subject.trim().is_empty()
    }
}

/// What of a text is edited, and what follows it: to the end of a line.
fn halved(mut text: String) -> (String, Beyond) {
    if text.len() <= LONG {
        return (text, Beyond::default());
    }
    let near = text.as_bytes().iter().skip(HEAD).position(|byte| *byte == b'\n').map(|at| HEAD + at + 1);
    let mut end = near.filter(|end| *end <= LONG).unwrap_or(HEAD);
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let text_beyond = text.split_off(end);
    let lines = text_beyond.lines().count();
    (text, Beyond { text: text_beyond, lines })
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
        assert_eq!(composer.malformed(), Some("bob at example"));
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

    #[test]
    fn of_a_long_text_the_beginning_is_edited_and_nothing_is_lost() {
        for text in ["書留 a line of a letter\n".repeat(4_000), "書".repeat(20_000), "short\n".to_owned()] {
            let composer = Composer::of(Draft { text: text.clone(), ..Draft::default() });
            assert!(composer.text.len() <= LONG + 4);
            assert_eq!(composer.draft().text, text);
            assert_eq!(
                composer.beyond.lines,
                text.lines().count() - composer.text.lines().count()
                    + usize::from(!composer.text.ends_with('\n') && !composer.beyond.text.is_empty())
            );
            let mut whole = composer.clone();
            whole.edit_all();
            assert_eq!((whole.text, whole.beyond), (text, Beyond::default()));
            let mut less = composer.clone();
            less.leave_out();
            assert_eq!(less.draft().text, composer.text);
        }
    }

    #[test]
    fn an_answer_counts_for_the_recipients_that_were_asked_about_and_no_others() {
        let mut composer = Composer::new(Mailbox::new("Alice", "alice@example.org"));
        composer.to = typed("Bob <bob@example.org>, carol@example.org");
        composer.ask_preflight(&mut Vec::new());
        let ready = |address: &str| ReadinessView {
            mailbox: Mailbox::new("", address),
            technology: Some(crate::domain::Technology::OpenPgp),
            fingerprint: None,
            verdict: None,
        };
        let view = |addresses: &[&str]| {
            Arc::new(PreflightView {
                recipients: addresses.iter().map(|one| ready(one)).collect(),
                signs_with: vec![crate::domain::Technology::OpenPgp],
                is_encrypted: true,
                ..PreflightView::default()
            })
        };
        let both = view(&["bob@example.org", "carol@example.org"]);
        composer.look_at(Some(&both));
        assert!(composer.answered().is_none(), "it was not answered yet");
        composer.is_checking = false;
        assert!(composer.answered().is_some());
        let answer = composer.answer.as_ref().unwrap();
        assert!(answer.of(&composer.to.entries[1]).is_some() && answer.of(&Entry::from("dora@example.org")).is_none());
        for others in [&["bob@example.org"][..], &["bob@example.org", "mallory@evil.example"]] {
            composer.look_at(Some(&view(others)));
            assert!(composer.answered().is_none(), "{others:?}");
        }
        composer.to.entries.push("dora@example.org".into());
        composer.ask_preflight(&mut Vec::new());
        composer.look_at(Some(&both));
        composer.is_checking = false;
        assert!(composer.answered().is_none(), "somebody came in since");
    }
}
