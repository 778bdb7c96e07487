//! The web, as far as the program goes there by itself: pictures that a letter asks for, certificates, and what
//! authorities publish. Little is said of who asks, and no more is taken than was reckoned with.

mod address;
mod exchange;
mod fetch;
#[cfg(test)]
#[path = "web/tests/lab.rs"]
pub(crate) mod lab;
mod picture;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_rustls::TlsConnector;

use super::dns::NetworkResolver;
use super::{NetError, tls};

pub use fetch::{Fetch, Schemes};
pub use picture::LARGEST;

/// Why something was not loaded. The display form is a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebError {
    /// The address, or one that a server sent us to, is not one of HTTPS (or of HTTP, where that will do).
    #[error("not_https")]
    NotHttps,
    /// The address names no host, names a user, or a port that other services use.
    #[error("bad_address")]
    BadAddress,
    /// The host is this computer or one of the local network.
    #[error("private_address")]
    PrivateAddress,
    /// The DNS says that there is no such host. Only a [`Web`] with a resolver of its own can tell.
    #[error("no_such_host")]
    NoSuchHost,
    /// No connection, or it broke.
    #[error("unreachable")]
    Unreachable,
    /// TLS could not be agreed on, or the certificate is not the right one.
    #[error("bad_certificate")]
    BadCertificate,
    /// The server sent us on too often.
    #[error("too_many_redirects")]
    TooManyRedirects,
    /// The server has no such thing, or does not give it.
    #[error("status")]
    Status(u16),
    /// It is larger than it may be.
    #[error("too_large")]
    TooLarge,
    /// It is not a picture of a kind that is drawn here, whatever its label says.
    #[error("not_a_picture")]
    NotAPicture,
    /// It took too long.
    #[error("timed_out")]
    TimedOut,
    /// The server broke the protocol.
    #[error("protocol")]
    Protocol,
}

/// Where connections may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To public addresses alone.
    Public,
    /// To this computer and its network too: for a server that the user named. What a message or a certificate names
    /// is never reached so.
    Named,
    /// To this computer too: for servers of tests. A program that is shipped has no such thing.
    #[cfg(test)]
    Anywhere,
    /// The same, and the ports of the web stand for this one.
    #[cfg(test)]
    Port(u16),
}

/// Bytes that the pictures of one message may still take.
#[derive(Debug)]
pub struct Budget(AtomicUsize);

impl Budget {
    /// So many bytes.
    pub fn new(bytes: usize) -> Self {
        Self(AtomicUsize::new(bytes))
    }

    /// Takes bytes off; `false` when there are not so many left.
    fn take(&self, bytes: usize) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }
}

/// A way to the web for one piece of work. It keeps nothing: no cookies, no cache, and TLS sessions only as long as
/// it lives.
pub struct Web {
    connector: TlsConnector,
    reach: Reach,
    /// Who is asked for hosts; the system when there is none.
    names: Option<NetworkResolver>,
}

impl Web {
    /// Believes the platform's authorities and these.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub fn new(extra_roots: &[Vec<u8>], reach: Reach) -> Result<Self, NetError> {
        Ok(Self { connector: tls::connector(extra_roots)?, reach, names: None })
    }

    /// The same, with hosts looked up by this resolver, which can tell that there is none of a name.
    #[must_use]
    pub fn with_names(mut self, resolver: NetworkResolver) -> Self {
        self.names = Some(resolver);
        self
    }
}
