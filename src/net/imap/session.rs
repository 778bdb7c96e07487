use async_imap::imap_proto::{Capability, Response, Status};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::login::{self, Capabilities};
use super::wire::Wire;
use super::{Credentials, ImapError, Server};

/// Saying goodbye is a courtesy and is not waited for any longer.
const LOGOUT: std::time::Duration = std::time::Duration::from_secs(3);

/// A mailbox that somebody is logged in to.
pub struct Session {
    pub(super) imap: async_imap::Session<Wire>,
    pub(super) capabilities: Capabilities,
    /// The server tells in the answer to SELECT what happened since (RFC 7162 §3.2.3).
    pub(super) has_qresync: bool,
    /// The server counts changes (RFC 7162 §3.1).
    pub(super) has_condstore: bool,
}

impl Session {
    /// Connects over TLS, checks the certificate, and logs in by the strongest mechanism on offer.
    pub async fn log_in(server: &Server, credentials: &Credentials) -> Result<Self, ImapError> {
        let (imap, capabilities) = Box::pin(login::log_in(server, credentials)).await?;
        let mut session = Self { imap, capabilities, has_qresync: false, has_condstore: false };
        session.learn().await?;
        Ok(session)
    }

    /// What can be done after logging in is often more than before (RFC 3501 §6.2.3).
    async fn learn(&mut self) -> Result<(), ImapError> {
        let mut found = Vec::new();
        self.run("CAPABILITY", |response| {
            if let Response::Capabilities(capabilities) = response {
                found.extend(capabilities.iter().map(|capability| match capability {
                    Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
                    Capability::Auth(name) => format!("AUTH={}", name.to_ascii_uppercase()),
                    Capability::Atom(name) => name.to_ascii_uppercase(),
                }));
            }
        })
        .await?;
        if !found.is_empty() {
            self.capabilities = Capabilities::of(found);
        }
        Ok(())
    }

    /// Makes the session fit for synchronising: says which program this is and no more (RFC 2971), asks for changes to
    /// be counted (RFC 7162 §3.1.8, §3.2.3), and has everything compressed (RFC 4978), each where it is offered.
    pub async fn prepare(&mut self) -> Result<(), ImapError> {
        if self.capabilities.has("ID") {
            let version = env!("CARGO_PKG_VERSION");
            refusable(self.run(&format!("ID (\"name\" \"Kakitome\" \"version\" \"{version}\")"), |_| {}).await)?;
        }
        self.has_condstore = self.capabilities.has("CONDSTORE") || self.capabilities.has("QRESYNC");
        if self.capabilities.has("QRESYNC") && self.capabilities.has("ENABLE") {
            self.has_qresync = refusable(self.run("ENABLE QRESYNC", |_| {}).await)?;
        }
        if self.capabilities.has("COMPRESS=DEFLATE") && refusable(self.run("COMPRESS DEFLATE", |_| {}).await)? {
            self.imap.get_mut().start_deflate();
        }
        Ok(())
    }

    /// Whether both sides compress.
    pub fn is_compressed(&self) -> bool {
        self.imap.get_ref().is_deflated()
    }

    /// Whether the server offers something, in upper case.
    pub fn offers(&self, capability: &str) -> bool {
        self.capabilities.has(capability)
    }

    /// Says goodbye.
    pub async fn log_out(mut self) {
        let _ = timeout(LOGOUT, self.imap.logout()).await;
    }

    /// Runs a command and hands over every response until its own; a connection that ends before
    /// is an error, never an empty answer.
    pub(super) async fn run(
        &mut self,
        command: &str,
        mut on: impl FnMut(&Response<'_>) + Send,
    ) -> Result<(), ImapError> {
        let id = self.imap.run_command(command).await.map_err(broken)?;
        loop {
            let response = self.imap.read_response().await.map_err(ImapError::unreachable)?;
            let Some(response) = response else { return Err(ImapError::unreachable("closed")) };
            match response.parsed() {
                Response::Done { tag, status, outcome } if *tag == id => {
                    on(response.parsed());
                    return finish(status, outcome.information.as_deref());
                }
                other => on(other),
            }
        }
    }

    /// Runs a command whose last argument is a literal (RFC 3501 §4.3).
    pub(super) async fn run_with_literal(
        &mut self,
        command: &str,
        literal: &[u8],
        mut on: impl FnMut(&Response<'_>) + Send,
    ) -> Result<(), ImapError> {
        let id = self.imap.run_command(&format!("{command} {{{}}}", literal.len())).await.map_err(broken)?;
        loop {
            let response = self.imap.read_response().await.map_err(ImapError::unreachable)?;
            let Some(response) = response else { return Err(ImapError::unreachable("closed")) };
            match response.parsed() {
                Response::Continue(_) => {
                    let stream = self.imap.get_mut();
                    stream.write_all(literal).await.map_err(ImapError::unreachable)?;
                    stream.write_all(b"\r\n").await.map_err(ImapError::unreachable)?;
                    stream.flush().await.map_err(ImapError::unreachable)?;
                }
                Response::Done { tag, status, outcome } if *tag == id => {
                    on(response.parsed());
                    return finish(status, outcome.information.as_deref());
                }
                other => on(other),
            }
        }
    }
}

/// A server may refuse what it offers; that is not the end.
fn refusable(outcome: Result<(), ImapError>) -> Result<bool, ImapError> {
    match outcome {
        Ok(()) => Ok(true),
        Err(ImapError::Rejected { .. } | ImapError::Deferred { .. } | ImapError::Protocol { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

pub(super) fn finish(status: &Status, information: Option<&str>) -> Result<(), ImapError> {
    let text = information.unwrap_or_default().to_owned();
    match status {
        Status::Ok => Ok(()),
        // RFC 5530 §3: these pass.
        Status::No if ["[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]"].iter().any(|code| text.starts_with(code)) => {
            Err(ImapError::Deferred { code: 0, text, recipient: None })
        }
        Status::No => Err(ImapError::Rejected { code: 0, text, recipient: None }),
        _ => Err(ImapError::protocol(text)),
    }
}

/// The only reason for a `NO` to a command that names a folder, as far as the user can tell.
pub(super) fn no_folder(error: ImapError) -> ImapError {
    match error {
        ImapError::Rejected { text, .. } => ImapError::NoFolder { reply: text },
        other => other,
    }
}

/// What a `NO` to a message that was to be put into a folder is about: `TRYCREATE` (RFC 3501 §6.3.11) or `NONEXISTENT`
/// (RFC 5530 §3) say that the folder is not there, and nothing else does.
pub(super) fn not_put(error: ImapError, is_to_be_created: bool) -> ImapError {
    match error {
        ImapError::Rejected { text, .. } if is_to_be_created || says(&text, "NONEXISTENT") => {
            ImapError::NoFolder { reply: text }
        }
        ImapError::Rejected { text, .. } if says(&text, "OVERQUOTA") => ImapError::OverQuota { reply: text },
        other => other,
    }
}

/// Whether a `NO` says that what was asked for can never be done (`CANNOT`, `LIMIT`, `NOPERM`, RFC 5530 §3), or it could
/// not even be asked for. Without such a word it may be done another time.
pub fn is_never(error: &ImapError) -> bool {
    match error {
        ImapError::Rejected { text, .. } => {
            text == BAD_FLAG || ["CANNOT", "LIMIT", "NOPERM"].iter().any(|code| says(text, code))
        }
        _ => false,
    }
}

/// What is no flag is not said to a server.
pub(super) const BAD_FLAG: &str = "bad_flag";

fn says(text: &str, code: &str) -> bool {
    let rest = text.strip_prefix('[').and_then(|rest| rest.get(..code.len()).zip(rest.get(code.len()..)));
    rest.is_some_and(|(word, rest)| word.eq_ignore_ascii_case(code) && rest.starts_with([']', ' ']))
}

pub(super) fn broken(error: async_imap::error::Error) -> ImapError {
    ImapError::unreachable(error)
}

/// A quoted string (RFC 3501 §4.3); nothing in it can end the line.
pub(super) fn quote(text: &str) -> Result<String, ImapError> {
    if text.contains(['\r', '\n', '\0']) {
        return Err(ImapError::NoFolder { reply: String::new() });
    }
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_so_is_a_folder_that_is_not_there() {
        let no = |text: &str| ImapError::Rejected { code: 0, text: text.to_owned(), recipient: None };
        assert!(matches!(not_put(no("No such mailbox"), true), ImapError::NoFolder { .. }));
        assert!(matches!(not_put(no("[NONEXISTENT] no"), false), ImapError::NoFolder { .. }));
        assert!(matches!(not_put(no("[nonexistent]"), false), ImapError::NoFolder { .. }));
        assert!(matches!(not_put(no("[OVERQUOTA] Quota exceeded"), false), ImapError::OverQuota { .. }));
        for other in ["[NOPERM] no", "[LIMIT] no", "[NONEXISTENTIAL] no", "too large", "", "[", "[NONEXISTEN"] {
            assert!(matches!(not_put(no(other), false), ImapError::Rejected { .. }), "{other}");
        }
        assert!(matches!(not_put(ImapError::protocol("x"), true), ImapError::Protocol { .. }));
    }

    #[test]
    fn a_refusal_is_for_ever_only_where_the_server_says_so() {
        let no = |text: &str| ImapError::Rejected { code: 0, text: text.to_owned(), recipient: None };
        for never in ["[CANNOT] Keyword length too long", "[limit] too many keywords", "[NOPERM] read only", BAD_FLAG] {
            assert!(is_never(&no(never)), "{never}");
        }
        for later in ["", "Try again", "[INUSE] not now", "[OVERQUOTA] full", "CANNOT", "[CANNOTAL] x"] {
            assert!(!is_never(&no(later)), "{later}");
        }
        assert!(!is_never(&ImapError::protocol("[CANNOT]")));
    }

    #[test]
    fn a_folder_name_can_not_end_the_command() {
        assert_eq!(quote("a\"b\\c").unwrap(), "\"a\\\"b\\\\c\"");
        assert!(quote("INBOX\r\nk9 DELETE x").is_err());
    }
}
