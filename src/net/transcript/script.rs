//! Follows the two sides of a dialogue as far as it takes to know which of it must not be kept.

use zeroize::{Zeroize as _, Zeroizing};

use super::{HIDDEN, LETTERS, Protocol, Said};

/// Bytes of a line that are looked at; of a longer one its beginning and its end.
const LINE: usize = 8192;

/// Where the dialogue is.
#[derive(Default)]
pub(super) struct Script {
    protocol: Option<Protocol>,
    client: Side,
    server: Side,
    /// Somebody is logging in: until the server's answer, nothing of it is kept. In IMAP the tag of the command.
    login: Option<String>,
    /// What was hidden of this log-in: a server may repeat it.
    hidden: Vec<Zeroizing<String>>,
    /// The client asked for what makes the next answer, or the next bytes of its own, those of a message.
    asks: Asks,
    /// It goes on compressed.
    is_over: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Asks {
    #[default]
    Nothing,
    /// SMTP's DATA.
    Data,
    /// POP3's RETR and TOP.
    Message,
    /// An IMAP literal of so many bytes, once the server says so.
    Literal(u64),
    /// IMAP's COMPRESS, by its tag.
    Compression(String),
}

/// One direction.
struct Side {
    line: Zeroizing<Vec<u8>>,
    content: Content,
}

impl Default for Side {
    fn default() -> Self {
        // It never grows, so that no copy of it is left behind.
        Self { line: Zeroizing::new(Vec::with_capacity(LINE)), content: Content::None }
    }
}

/// What is being skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    None,
    /// So many bytes are left of so many.
    Bytes(u64, u64),
    /// Up to the line that is a dot; so many so far.
    ToDot(u64),
}

impl Side {
    /// Takes the next bytes up to the end of a line or of a content; the rest, and what has ended.
    fn take<'a>(&mut self, bytes: &'a [u8]) -> (&'a [u8], Option<Ended>) {
        if let Content::Bytes(left, total) = self.content {
            let count = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
            let left = left - count as u64;
            self.content = if left == 0 { Content::None } else { Content::Bytes(left, total) };
            let ended = (left == 0).then_some(Ended::Content(total));
            return (bytes.get(count..).unwrap_or_default(), ended);
        }
        let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
        let (now, rest) = bytes.split_at(end);
        for piece in now.chunks(LINE / 4) {
            if self.line.len() + piece.len() > LINE {
                // The end of a line counts as much as its beginning.
                self.line.truncate(LINE / 2);
            }
            self.line.extend_from_slice(piece);
        }
        let Content::ToDot(total) = self.content else {
            return (rest, now.ends_with(b"\n").then_some(Ended::Line));
        };
        let total = total + now.len() as u64;
        self.content = Content::ToDot(total);
        if !now.ends_with(b"\n") {
            return (rest, None);
        }
        let is_dot = matches!(self.line.as_slice(), b".\r\n" | b".\n");
        self.line.zeroize();
        if is_dot {
            self.content = Content::None;
        }
        (rest, is_dot.then_some(Ended::Content(total)))
    }

    /// The line, without its end.
    fn line(&mut self) -> Zeroizing<String> {
        let bytes = self.line.as_slice();
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let line = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
        self.line.zeroize();
        line
    }
}

enum Ended {
    Line,
    Content(u64),
}

impl Script {
    pub(super) fn protocol(&self) -> Option<Protocol> {
        self.protocol
    }

    pub(super) fn sent(&mut self, mut bytes: &[u8]) -> Vec<Said> {
        let mut said = Vec::new();
        while !bytes.is_empty() && !self.is_over {
            let (rest, ended) = self.client.take(bytes);
            bytes = rest;
            match ended {
                Some(Ended::Line) => {
                    let line = self.client.line();
                    said.push(Said::Client(cut(&self.of_client(&line))));
                }
                Some(Ended::Content(total)) => said.push(Said::ClientContent(total)),
                None => {}
            }
        }
        said
    }

    pub(super) fn heard(&mut self, mut bytes: &[u8]) -> Vec<Said> {
        let mut said = Vec::new();
        while !bytes.is_empty() && !self.is_over {
            let (rest, ended) = self.server.take(bytes);
            bytes = rest;
            match ended {
                Some(Ended::Line) => {
                    let line = self.server.line();
                    said.push(Said::Server(cut(&self.of_server(&line))));
                }
                Some(Ended::Content(total)) => said.push(Said::ServerContent(total)),
                None => {}
            }
            if self.is_over {
                said.push(Said::Compressed);
            }
        }
        said
    }

    /// What was left unfinished when the connection ended.
    pub(super) fn end(&mut self) -> Vec<Said> {
        let mut said = Vec::new();
        for (side, is_client) in [(&mut self.client, true), (&mut self.server, false)] {
            let count = match side.content {
                Content::Bytes(left, total) => total - left,
                Content::ToDot(total) => total,
                Content::None => continue,
            };
            said.push(if is_client { Said::ClientContent(count) } else { Said::ServerContent(count) });
            side.content = Content::None;
        }
        said
    }

    /// A line of the client as it may be kept.
    fn of_client(&mut self, line: &str) -> String {
        if self.login.is_some() {
            // RFC 4954 §4, 5034 §4: the client gives up.
            return if line == "*" { line.to_owned() } else { self.hide(line) };
        }
        match self.protocol {
            Some(Protocol::Smtp) => self.of_smtp_client(line),
            Some(Protocol::Imap) => self.of_imap_client(line),
            Some(Protocol::Pop3) => self.of_pop_client(line),
            None => HIDDEN.to_owned(),
        }
    }

    fn of_smtp_client(&mut self, line: &str) -> String {
        let (word, rest) = split(line);
        match word.to_ascii_uppercase().as_str() {
            "AUTH" => self.log_in(word, rest, String::new()),
            "DATA" => {
                self.asks = Asks::Data;
                line.to_owned()
            }
            _ => line.to_owned(),
        }
    }

    fn of_pop_client(&mut self, line: &str) -> String {
        let (word, rest) = split(line);
        match word.to_ascii_uppercase().as_str() {
            "AUTH" if !rest.is_empty() => self.log_in(word, rest, String::new()),
            "PASS" | "APOP" => {
                self.login = Some(String::new());
                format!("{word} {}", self.hide(rest))
            }
            "RETR" | "TOP" => {
                self.asks = Asks::Message;
                line.to_owned()
            }
            _ => line.to_owned(),
        }
    }

    fn of_imap_client(&mut self, line: &str) -> String {
        let (tag, rest) = split(line);
        let (word, arguments) = split(rest);
        match word.to_ascii_uppercase().as_str() {
            "LOGIN" => {
                self.login = Some(tag.to_owned());
                let arguments: Vec<&str> = arguments.split(' ').collect();
                for one in &arguments {
                    self.hide(one.trim_matches('"'));
                }
                return format!("{tag} {word} {HIDDEN}");
            }
            "AUTHENTICATE" => {
                let said = self.log_in(word, arguments, tag.to_owned());
                return format!("{tag} {said}");
            }
            "COMPRESS" => self.asks = Asks::Compression(tag.to_owned()),
            _ => {
                if let Some((count, is_at_once)) = literal(line) {
                    if is_at_once {
                        self.client.content = Content::Bytes(count, count);
                    } else {
                        self.asks = Asks::Literal(count);
                    }
                }
            }
        }
        line.to_owned()
    }

    /// `AUTH` or `AUTHENTICATE`: the mechanism may be known, nothing else.
    fn log_in(&mut self, word: &str, rest: &str, tag: String) -> String {
        self.login = Some(tag);
        let (mechanism, first) = split(rest);
        if first.is_empty() || first == "=" {
            return format!("{word} {rest}");
        }
        format!("{word} {mechanism} {}", self.hide(first))
    }

    fn hide(&mut self, words: &str) -> String {
        if words.len() >= 4 {
            self.hidden.push(Zeroizing::new(words.to_owned()));
        }
        HIDDEN.to_owned()
    }

    /// A line of the server as it may be kept.
    fn of_server(&mut self, line: &str) -> String {
        let protocol = *self.protocol.get_or_insert(match line.as_bytes() {
            [b'*', b' ', ..] => Protocol::Imap,
            [b'+' | b'-', ..] => Protocol::Pop3,
            _ => Protocol::Smtp,
        });
        if let Some(tag) = self.login.clone() {
            return self.of_login(protocol, &tag, line);
        }
        let asks = std::mem::take(&mut self.asks);
        match (protocol, &asks) {
            (Protocol::Smtp, Asks::Data) if line.starts_with("354") => self.client.content = Content::ToDot(0),
            (Protocol::Pop3, Asks::Message) if line.starts_with("+OK") => self.server.content = Content::ToDot(0),
            (Protocol::Imap, Asks::Literal(count)) if line.starts_with('+') => {
                self.client.content = if *count == 0 { Content::None } else { Content::Bytes(*count, *count) };
            }
            (Protocol::Imap, Asks::Compression(tag)) if line.strip_prefix(tag.as_str()).is_some() => {
                let is_done = line.get(tag.len() + 1..).is_some_and(|rest| rest.to_ascii_uppercase().starts_with("OK"));
                self.is_over = is_done;
            }
            // Lines that come between a question and its answer leave it open; in SMTP and POP3 there are none.
            (Protocol::Imap, Asks::Literal(_) | Asks::Compression(_)) if line.starts_with('*') => self.asks = asks,
            _ => {}
        }
        if protocol == Protocol::Imap
            && let Some((count, _)) = literal(line).filter(|(count, _)| *count > 0)
        {
            self.server.content = Content::Bytes(count, count);
        }
        line.to_owned()
    }

    /// What the server says to somebody who logs in: challenges are hidden, and so is what it repeats.
    fn of_login(&mut self, protocol: Protocol, tag: &str, line: &str) -> String {
        let is_untagged = protocol == Protocol::Imap && line.starts_with('*');
        let (word, rest) = split(line);
        let is_challenge = match protocol {
            Protocol::Smtp => line.starts_with("334"),
            Protocol::Imap | Protocol::Pop3 => word == "+",
        };
        if is_challenge {
            return if rest.is_empty() { line.to_owned() } else { format!("{word} {HIDDEN}") };
        }
        let mut kept = line.to_owned();
        for hidden in &self.hidden {
            kept = kept.replace(hidden.as_str(), HIDDEN);
        }
        let is_last = match protocol {
            Protocol::Smtp => line.as_bytes().get(3) != Some(&b'-'),
            Protocol::Imap => !is_untagged && word == tag,
            Protocol::Pop3 => true,
        };
        if is_last {
            self.login = None;
            self.hidden.clear();
        }
        kept
    }
}

/// The first word, and what follows it.
fn split(line: &str) -> (&str, &str) {
    line.split_once(' ').unwrap_or((line, ""))
}

/// The literal that a line ends with (RFC 3501 §4.3, RFC 7888): its bytes, and whether they follow without being asked for.
fn literal(line: &str) -> Option<(u64, bool)> {
    let inner = line.strip_suffix('}')?;
    let (_, count) = inner.rsplit_once('{')?;
    let (count, is_at_once) = count.strip_suffix(['+', '-']).map_or((count, false), |count| (count, true));
    Some((count.parse().ok()?, is_at_once))
}

/// As much of a line as is kept, and nothing in it that moves a cursor.
fn cut(line: &str) -> String {
    let mut kept: String =
        line.chars().take(LETTERS).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    if line.chars().nth(LETTERS).is_some() {
        kept.push('…');
    }
    kept
}

/// Whether a server's line refuses something.
pub(super) fn is_refusal(protocol: Protocol, line: &str) -> bool {
    let second = line.split(' ').nth(1).unwrap_or_default();
    match protocol {
        Protocol::Smtp => matches!(line.as_bytes(), [b'4' | b'5', b'0'..=b'9', b'0'..=b'9', ..]),
        Protocol::Imap => !line.starts_with('*') && ["NO", "BAD"].iter().any(|word| second.eq_ignore_ascii_case(word)),
        Protocol::Pop3 => line.starts_with("-ERR"),
    }
}
