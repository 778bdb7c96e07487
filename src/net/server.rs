use crate::domain::Secret;

use super::NetError;

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
}

impl Server {
    /// A server whose TLS starts as its port number says.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port, security: Security::for_port(port), extra_roots: Vec::new() }
    }

    /// The same server, believing these authorities too.
    #[must_use]
    pub fn with_roots(mut self, roots: Vec<Vec<u8>>) -> Self {
        self.extra_roots = roots;
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
}

impl Security {
    /// 465 and 993 start with TLS from the first byte; everywhere else STARTTLS is required.
    pub fn for_port(port: u16) -> Self {
        if matches!(port, 465 | 993) { Self::Implicit } else { Self::StartTls }
    }
}

/// What a user logs in with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: Secret<String>,
}
