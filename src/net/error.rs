use crate::domain::EmailAddress;

/// Why a server did not do what was asked. The display form is a code; see [`NetError::detail`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// Port 25 is for servers among themselves; providers block it for everybody else (OP25B).
    #[error("port_25")]
    Port25,
    /// The server's name is not a host name or an address.
    #[error("bad_host_name")]
    BadHostName,
    /// No connection, or it broke before anything was handed over.
    #[error("unreachable")]
    Unreachable {
        /// The system's words.
        detail: String,
    },
    /// STARTTLS is not offered, was removed on the way, or is refused. Nothing was sent.
    #[error("no_start_tls")]
    NoStartTls {
        /// The server's reply; empty when it did not offer STARTTLS.
        reply: String,
    },
    /// The certificate is not the right one. Nothing was sent.
    #[error("bad_certificate")]
    BadCertificate {
        /// What is wrong with it.
        why: CertificateProblem,
        /// The TLS library's words.
        detail: String,
    },
    /// TLS could not be agreed on for another reason. Nothing was sent.
    #[error("tls")]
    Tls {
        /// The TLS library's words.
        detail: String,
    },
    /// The server offers no way to log in that is known here.
    #[error("no_login_method")]
    NoLoginMethod,
    /// User name or password were refused.
    #[error("login_refused")]
    LoginRefused {
        /// The server's reply.
        reply: String,
    },
    /// What was asked of the server to prove that it knows the password (SCRAM, RFC 5802 §3) came out wrong, or did
    /// not come: it may be somebody else's. The password was not handed over.
    #[error("server_unproven")]
    ServerUnproven,
    /// Refused for good (5yz, or NO in IMAP).
    #[error("rejected")]
    Rejected {
        /// The reply code; 0 in IMAP.
        code: u16,
        /// The server's words.
        text: String,
        /// The recipient that was refused, if it was one.
        recipient: Option<EmailAddress>,
    },
    /// The mailbox is full (OVERQUOTA, RFC 5530 §3).
    #[error("over_quota")]
    OverQuota {
        /// The server's reply.
        reply: String,
    },
    /// Refused for now (4yz).
    #[error("deferred")]
    Deferred {
        /// The reply code; 0 in IMAP.
        code: u16,
        /// The server's words.
        text: String,
        /// The recipient that was refused, if it was one.
        recipient: Option<EmailAddress>,
    },
    /// The connection broke after the end of the message was sent and before the answer came:
    /// nobody knows whether it will be delivered.
    #[error("uncertain")]
    Uncertain {
        /// The system's words.
        detail: String,
    },
    /// The message has a bare CR or LF, which servers disagree about (RFC 5321 §2.3.8).
    #[error("not_canonical")]
    NotCanonical,
    /// The server can't carry a message that is not 7-bit (RFC 6152). Nothing was sent.
    #[error("not_ascii")]
    NotAscii,
    /// The server can't carry an address or a header that is not ASCII (RFC 6531). Nothing was sent.
    #[error("no_smtputf8")]
    NoUtf8,
    /// The message is larger than the server takes (RFC 1870). Nothing was sent.
    #[error("too_big")]
    TooBig {
        /// Its limit in bytes.
        limit: u64,
    },
    /// TLS is required all the way, and the server does not promise that (RFC 8689). Nothing was sent.
    #[error("no_requiretls")]
    NoRequireTls,
    /// Every one of several recipients was refused.
    #[error("refused")]
    AllRefused {
        /// Each with the server's words.
        refused: Vec<Refusal>,
    },
    /// An address can't be written in an SMTP command.
    #[error("bad_address")]
    BadAddress {
        /// Which one.
        address: EmailAddress,
    },
    /// There is no such folder on the server.
    #[error("no_folder")]
    NoFolder {
        /// The server's reply.
        reply: String,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The server broke the protocol.
    #[error("protocol")]
    Protocol {
        /// What was seen.
        detail: String,
    },
}

impl NetError {
    /// What a lower layer or the server said, for the technical part of a message; may be empty.
    pub fn detail(&self) -> String {
        match self {
            Self::Unreachable { detail }
            | Self::Tls { detail }
            | Self::Uncertain { detail }
            | Self::Protocol { detail }
            | Self::BadCertificate { detail, .. } => detail.clone(),
            Self::NoStartTls { reply }
            | Self::LoginRefused { reply }
            | Self::NoFolder { reply }
            | Self::OverQuota { reply } => reply.clone(),
            Self::Rejected { code: 0, text, .. } | Self::Deferred { code: 0, text, .. } => text.clone(),
            Self::Rejected { code, text, .. } | Self::Deferred { code, text, .. } => format!("{code} {text}"),
            Self::BadAddress { address } => address.to_string(),
            Self::TooBig { limit } => limit.to_string(),
            Self::AllRefused { refused } => refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
            _ => String::new(),
        }
    }

    pub(super) fn unreachable(detail: impl std::fmt::Display) -> Self {
        Self::Unreachable { detail: detail.to_string() }
    }

    pub(super) fn protocol(detail: impl std::fmt::Display) -> Self {
        Self::Protocol { detail: detail.to_string() }
    }

    /// A refusal with an SMTP reply code (RFC 5321 §4.2.1).
    pub(super) fn from_reply(code: u16, text: String, recipient: Option<EmailAddress>) -> Self {
        match code {
            400..=499 => Self::Deferred { code, text, recipient },
            500..=599 => Self::Rejected { code, text, recipient },
            _ => Self::protocol(format!("{code} {text}")),
        }
    }
}

/// A recipient that a submission server did not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Who.
    pub recipient: EmailAddress,
    /// The reply code.
    pub code: u16,
    /// The server's words.
    pub text: String,
}

impl Refusal {
    /// Trying again does not help (RFC 5321 §4.2.1).
    pub fn is_permanent(&self) -> bool {
        self.code >= 500
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} {}", self.recipient, self.code, self.text)
    }
}

/// What is wrong with a server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificateProblem {
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It is for another server.
    WrongName,
    /// No known authority issued it.
    UnknownIssuer,
    /// It was revoked.
    Revoked,
    /// Something else: a broken signature, another purpose.
    Other,
}

impl CertificateProblem {
    /// The code shown with an error.
    pub fn code(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::WrongName => "wrong_name",
            Self::UnknownIssuer => "unknown_issuer",
            Self::Revoked => "revoked",
            Self::Other => "other",
        }
    }
}
