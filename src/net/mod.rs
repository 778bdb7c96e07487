//! Sockets: SMTP submission, IMAP, DNS. Bytes in, bytes out.
//! May use: domain.

pub mod dns;
