use std::ops::Deref;
use std::sync::Arc;

use super::EmailAddress;

/// A message exactly as it came or as it will go: its bytes, never altered.
#[derive(Clone, PartialEq, Eq)]
pub struct RawMessage(Arc<Vec<u8>>);

impl RawMessage {
    /// Takes bytes as they are.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Arc::new(bytes.into()))
    }
}

impl Deref for RawMessage {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for RawMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawMessage({} bytes)", self.0.len())
    }
}

/// Who a delivery is from and for, as SMTP says it (RFC 5321 §2.3.1); header fields play no part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The reverse-path.
    pub sender: EmailAddress,
    /// The forward-paths, at least one.
    pub recipients: Vec<EmailAddress>,
}
