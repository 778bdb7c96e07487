use crate::domain::Secret;

use super::NetError;
use super::transcript::Transcripts;

/// A server and how TLS starts there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Host name or address; the certificate must be for it.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// How TLS starts; there is no way without.
    pub security: Security,
    /// Authorities that are believed beside the platform's: certificates in DER.
    pub extra_roots: Vec<Vec<u8>>,
    /// Where what is said is kept; `None`: nowhere.
    pub transcripts: Option<Transcripts>,
}

impl Server {
    /// A server whose TLS starts as its port number says.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port, security: Security::for_port(port), extra_roots: Vec::new(), transcripts: None }
    }

    /// The same server, believing these authorities too.
    #[must_use]
    pub fn with_roots(mut self, roots: Vec<Vec<u8>>) -> Self {
        self.extra_roots = roots;
        self
    }

    /// The same server; what is said with it is kept there.
    #[must_use]
    pub fn with_transcripts(mut self, transcripts: &Transcripts) -> Self {
        self.transcripts = Some(transcripts.clone());
        self
    }

    /// The same server, with TLS started in that way whatever the port number says.
    #[must_use]
    pub fn with_security(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    /// Port 25 is refused before anything else happens.
    pub(super) fn check_port(&self) -> Result<(), NetError> {
        if self.port == 25 { Err(NetError::Port25) } else { Ok(()) }
    }
}

/// How TLS starts (RFC 8314 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Security {
    /// In the clear until STARTTLS, which must succeed before anything else is said.
    StartTls,
    /// From the first byte.
    Implicit,
    /// As the server does it, which is seen by who speaks first. Both ways lead to TLS, so nobody on the way gains.
    Either,
}

impl Security {
    /// 465, 993 and 995 start with TLS from the first byte; 587, 143 and 110 need STARTTLS; any other port may do either.
    pub fn for_port(port: u16) -> Self {
        match port {
            465 | 993 | 995 => Self::Implicit,
            587 | 143 | 110 | 25 => Self::StartTls,
            _ => Self::Either,
        }
    }

    /// Whether a server that starts TLS like this is reached by what a port number says.
    pub fn is_usual_at(self, port: u16) -> bool {
        let usual = Self::for_port(port);
        usual == self || usual == Self::Either
    }
}

/// What a user logs in with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user name.
    pub user: String,
    /// What goes with it.
    pub proof: Proof,
}

impl Credentials {
    /// A user and the password.
    pub fn password(user: impl Into<String>, password: impl Into<Secret<String>>) -> Self {
        Self { user: user.into(), proof: Proof::Password(password.into()) }
    }

    /// A user and an access token of OAuth 2.0.
    pub fn token(user: impl Into<String>, token: impl Into<Secret<String>>) -> Self {
        Self { user: user.into(), proof: Proof::Token(token.into()) }
    }
}

/// What shows that it is the user.
#[derive(Clone, Debug)]
pub enum Proof {
    /// A password, or the pass phrase of one-time passwords.
    Password(Secret<String>),
    /// An access token (RFC 6750).
    Token(Secret<String>),
}

impl Proof {
    pub(super) fn secret(&self) -> &Secret<String> {
        match self {
            Self::Password(secret) | Self::Token(secret) => secret,
        }
    }
}
