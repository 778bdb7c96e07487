use std::future::Future;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::pin::Pin;

/// The kinds of resource record that the program asks for (RFC 1035 §3.2.2, RFC 3596).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordKind {
    /// Text.
    Txt,
    /// An IPv4 address.
    A,
    /// An IPv6 address.
    Aaaa,
    /// A mail exchanger.
    Mx,
    /// The name of an address.
    Ptr,
}

/// One resource record's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// The strings of one TXT record, put together without anything between.
    Txt(Vec<u8>),
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// Preference and host name, without a trailing dot.
    Mx(u16, String),
    /// A host name, without a trailing dot.
    Ptr(String),
}

/// Why there is no answer. A name that exists without such records is an empty answer instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsFailure {
    /// NXDOMAIN, or a name that can't exist.
    NoSuchName,
    /// A time-out, SERVFAIL or no network: asking again later may help.
    Temporary,
}

/// What a look-up gives.
pub type DnsAnswer = Result<Vec<Record>, DnsFailure>;

/// Whoever answers DNS questions: a resolver on the network, or a zone in a file.
pub trait DnsResolver: Send + Sync {
    /// Asks for the records of a kind at an absolute name, written without a trailing dot.
    fn lookup<'a>(&'a self, name: &'a str, kind: RecordKind) -> Pin<Box<dyn Future<Output = DnsAnswer> + Send + 'a>>;
}
