use crate::domain::{EmailAddress, Mailbox};

/// Whom a message goes to, as written; read once, when it is entered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    text: String,
    mailbox: Option<Mailbox>,
    address: Option<EmailAddress>,
    /// How wide its name is, in points, once it was in sight.
    pub(in crate::ui) width: Option<f32>,
}

impl Entry {
    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it says, if it is well-formed.
    pub fn mailbox(&self) -> Option<&Mailbox> {
        self.mailbox.as_ref()
    }

    /// The address in it.
    pub fn address(&self) -> Option<&EmailAddress> {
        self.address.as_ref()
    }
}

impl From<&Mailbox> for Entry {
    fn from(mailbox: &Mailbox) -> Self {
        match mailbox.email() {
            Some(address) => {
                let (text, mailbox) = (mailbox.to_string(), Some(mailbox.clone()));
                Self { text, mailbox, address: Some(address), width: None }
            }
            None => Self::from(mailbox.to_string()),
        }
    }
}

impl From<String> for Entry {
    fn from(text: String) -> Self {
        let mailbox = Mailbox::parse(&text);
        let address = mailbox.as_ref().and_then(Mailbox::email);
        Self { text, mailbox, address, width: None }
    }
}

impl From<&str> for Entry {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl PartialEq<&str> for Entry {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

/// One field of recipients: what was entered, and what is being typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recipients {
    /// Entries as they were written; those that are no addresses stay in sight until they are mended.
    pub entries: Vec<Entry>,
    /// What is being typed.
    pub typing: String,
    /// All of many are shown.
    pub(in crate::ui) shows_all: bool,
}

impl Recipients {
    pub(super) fn of(mailboxes: &[Mailbox]) -> Self {
        Self { entries: mailboxes.iter().map(Entry::from).collect(), ..Self::default() }
    }

    /// Takes what was typed as entries: everything before a comma or semicolon, or all of it.
    pub fn settle(&mut self, all: bool) {
        let typed = std::mem::take(&mut self.typing);
        let mut pieces = split(&typed);
        if !all {
            pieces.pop().unwrap_or_default().trim_start().clone_into(&mut self.typing);
        }
        let pieces = pieces.iter().map(|piece| piece.trim()).filter(|piece| !piece.is_empty());
        self.entries.extend(pieces.map(Entry::from));
    }

    /// The well-formed ones, what is still being typed included.
    pub fn mailboxes(&self) -> Vec<Mailbox> {
        let entered = self.entries.iter().filter_map(Entry::mailbox).cloned();
        entered.chain(self.being_typed()).collect()
    }

    /// The addresses of the well-formed ones.
    pub(super) fn addresses(&self) -> impl Iterator<Item = EmailAddress> {
        let entered = self.entries.iter().filter_map(Entry::address).cloned();
        entered.chain(self.being_typed().and_then(|mailbox| mailbox.email()))
    }

    /// Whether these are the well-formed ones, in this order; gives how many of them were of this field.
    pub(super) fn begins(&self, known: &[Mailbox]) -> Option<usize> {
        let mut count = 0;
        for mailbox in self.entries.iter().filter_map(Entry::mailbox) {
            if known.get(count) != Some(mailbox) {
                return None;
            }
            count += 1;
        }
        if let Some(mailbox) = self.being_typed() {
            if known.get(count) != Some(&mailbox) {
                return None;
            }
            count += 1;
        }
        Some(count)
    }

    /// Nothing was entered.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.typing.trim().is_empty()
    }

    /// Somebody is named.
    pub fn names_somebody(&self) -> bool {
        self.entries.iter().any(|entry| entry.mailbox.is_some()) || self.being_typed().is_some()
    }

    fn being_typed(&self) -> Option<Mailbox> {
        let typing = self.typing.trim();
        if typing.is_empty() { None } else { Mailbox::parse(typing) }
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
