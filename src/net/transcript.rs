//! What was said to servers and by them, line by line, so that a user can look at it: kept in memory, the last
//! dialogues only, and nothing of what opens an account or was written in a message.

mod script;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use script::Script;

/// As many dialogues are kept.
const DIALOGUES: usize = 40;
/// So many entries from the beginning of a dialogue, where servers are told apart and logged in to…
const FIRST: usize = 160;
/// … and so many from its end, where it went wrong.
const LAST: usize = 240;
/// Letters of a line.
const LETTERS: usize = 300;
/// In the place of what is not for anybody to read.
pub const HIDDEN: &str = "••••••";

/// The protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Submission (RFC 6409).
    Smtp,
    /// RFC 3501, 9051.
    Imap,
    /// RFC 1939.
    Pop3,
}

impl Protocol {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Smtp => "SMTP",
            Self::Imap => "IMAP",
            Self::Pop3 => "POP3",
        }
    }
}

/// One thing that was said or happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A line to the server; [`HIDDEN`] stands for secrets.
    Client(String),
    /// A line from the server.
    Server(String),
    /// So many bytes of a message went to the server; what they were is not kept.
    ClientContent(u64),
    /// So many bytes of a message came.
    ServerContent(u64),
    /// The connection stands.
    Connected,
    /// From here on everything is encrypted: the version of TLS.
    Encrypted(String),
    /// From here on the two compress, and it is not followed any further.
    Compressed,
    /// It went wrong before anything could be said: the error's code, and the detail of a lower layer.
    Failed {
        /// The code.
        code: String,
        /// The detail.
        detail: String,
    },
    /// The server ended the connection.
    ServerClosed,
    /// The connection was ended on this side.
    Closed,
}

/// An entry with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Since the dialogue began.
    pub after: SignedDuration,
    /// What was said.
    pub said: Said,
}

/// One connection from its beginning to its end, or to now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialogue {
    /// Counts up while the program runs.
    pub number: u64,
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// When it began.
    pub began: Timestamp,
    /// What is spoken, once the server has said something.
    pub protocol: Option<Protocol>,
    /// The beginning, or all of it.
    pub first: Vec<Entry>,
    /// How many entries were left out after that.
    pub left_out: usize,
    /// The end.
    pub last: VecDeque<Entry>,
}

impl Dialogue {
    fn add(&mut self, said: Said) {
        let entry = Entry { after: Timestamp::now().duration_since(self.began), said };
        if self.first.len() < FIRST {
            self.first.push(entry);
            return;
        }
        if self.last.len() == LAST {
            self.last.pop_front();
            self.left_out += 1;
        }
        self.last.push_back(entry);
    }

    /// Every entry that is kept, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.first.iter().chain(&self.last)
    }

    /// It did not come to an end that was wanted on this side.
    pub fn has_failed(&self) -> bool {
        self.entries().any(|entry| match &entry.said {
            Said::Failed { .. } => true,
            Said::Server(line) => self.protocol.is_some_and(|protocol| script::is_refusal(protocol, line)),
            _ => false,
        })
    }
}

/// The last dialogues of a profile; every clone is the same list.
#[derive(Clone, Debug, Default)]
pub struct Transcripts(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    begun: u64,
    dialogues: VecDeque<Arc<Mutex<Dialogue>>>,
}

impl PartialEq for Transcripts {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Transcripts {}

impl Transcripts {
    /// What is kept now, the newest first.
    pub fn dialogues(&self) -> Vec<Dialogue> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.dialogues.iter().rev().map(|one| one.lock().unwrap_or_else(PoisonError::into_inner).clone()).collect()
    }

    /// Keeps a dialogue as if it had been led: lines that begin with `C: ` or `S: `, and for anything else that it was
    /// encrypted from there on by that version of TLS. For the demo, and for tests.
    pub fn rehearse(&self, host: &str, port: u16, lines: &[&str]) {
        let mut recorder = self.begin(host, port);
        recorder.note(Said::Connected);
        for line in lines {
            match (line.strip_prefix("C: "), line.strip_prefix("S: ")) {
                (Some(client), _) => recorder.sent(format!("{client}\r\n").as_bytes()),
                (_, Some(server)) => recorder.heard(format!("{server}\r\n").as_bytes()),
                _ => recorder.note(Said::Encrypted((*line).to_owned())),
            }
        }
    }

    pub(super) fn begin(&self, host: &str, port: u16) -> Recorder {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.begun += 1;
        let dialogue = Dialogue {
            number: kept.begun,
            host: host.to_owned(),
            port,
            began: Timestamp::now(),
            protocol: None,
            first: Vec::new(),
            left_out: 0,
            last: VecDeque::new(),
        };
        let dialogue = Arc::new(Mutex::new(dialogue));
        if kept.dialogues.len() == DIALOGUES {
            kept.dialogues.pop_front();
        }
        kept.dialogues.push_back(Arc::clone(&dialogue));
        Recorder { dialogue, script: Script::default(), is_broken: false }
    }
}

/// Listens to one connection.
pub(super) struct Recorder {
    dialogue: Arc<Mutex<Dialogue>>,
    script: Script,
    is_broken: bool,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What is not a whole line yet may be a secret.
        f.write_str("Recorder(…)")
    }
}

impl Recorder {
    /// These bytes went to the server.
    pub(super) fn sent(&mut self, bytes: &[u8]) {
        let said = self.script.sent(bytes);
        self.keep(said);
    }

    /// These bytes came from the server.
    pub(super) fn heard(&mut self, bytes: &[u8]) {
        let said = self.script.heard(bytes);
        self.keep(said);
    }

    /// Something happened.
    pub(super) fn note(&mut self, said: Said) {
        self.keep(vec![said]);
    }

    /// The connection ended by itself; said once.
    pub(super) fn broke(&mut self, said: Said) {
        if !std::mem::replace(&mut self.is_broken, true) {
            let left = self.script.end();
            self.keep(left);
            self.note(said);
        }
    }

    fn keep(&mut self, said: Vec<Said>) {
        if said.is_empty() {
            return;
        }
        let mut dialogue = self.dialogue.lock().unwrap_or_else(PoisonError::into_inner);
        dialogue.protocol = self.script.protocol();
        for one in said {
            dialogue.add(one);
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.broke(Said::Closed);
    }
}
