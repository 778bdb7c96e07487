use std::fmt;

use serde::{Deserialize, Serialize};

/// The two technologies that protect mail from one person to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Technology {
    /// RFC 9580 in the MIME forms of RFC 3156.
    #[serde(rename = "openpgp")]
    OpenPgp,
    /// RFC 8551 over CMS, RFC 5652.
    Smime,
}

impl Technology {
    /// The word used on the command line and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::OpenPgp => "openpgp",
            Self::Smime => "smime",
        }
    }
}

/// The full fingerprint of a certificate, in upper-case hexadecimal: for OpenPGP that of the
/// primary key (RFC 9580 §5.5.4), for X.509 the SHA-256 of the DER form. Never a short id.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// From bytes, as a hash function gives them.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(hex::encode_upper(bytes))
    }

    /// Reads hexadecimal, with or without spaces and colons; `None` unless it has the length of a
    /// full fingerprint (20 or 32 bytes).
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | ':' | '\u{a0}')).collect();
        let digits = digits.strip_prefix("0x").unwrap_or(&digits).to_ascii_uppercase();
        let full = matches!(digits.len(), 40 | 64) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        full.then_some(Self(digits))
    }

    /// Upper-case hexadecimal without spaces.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In groups of four digits, for reading aloud.
    pub fn spaced(&self) -> String {
        let mut out = String::with_capacity(self.0.len() * 5 / 4);
        for (index, digit) in self.0.chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                out.push(' ');
            }
            out.push(digit);
        }
        out
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
