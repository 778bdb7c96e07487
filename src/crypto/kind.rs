use crate::domain::Technology;

/// What a new key is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// OpenPGP version 4 with Ed25519 and Curve25519: what every program since GnuPG 2.1 uses.
    V4,
    /// OpenPGP version 6 with Ed25519 and X25519 (RFC 9580).
    V6,
    /// OpenPGP version 6 with ML-DSA-65+Ed25519 and ML-KEM-768+X25519 (RFC 9980).
    PostQuantum,
    /// RSA of 3072 bits; OpenPGP version 4, or X.509.
    Rsa3072,
    /// RSA of 4096 bits; OpenPGP version 4, or X.509.
    Rsa4096,
    /// The curve P-256, X.509.
    P256,
    /// The curve P-384, X.509.
    P384,
}

impl KeyKind {
    /// Those that a technology has, its default first.
    pub fn of(technology: Technology) -> &'static [Self] {
        match technology {
            Technology::OpenPgp => &[Self::V4, Self::V6, Self::PostQuantum, Self::Rsa3072, Self::Rsa4096],
            Technology::Smime => &[Self::Rsa3072, Self::Rsa4096, Self::P256, Self::P384],
        }
    }

    /// What is made when nothing else is asked for.
    pub fn default_of(technology: Technology) -> Self {
        match technology {
            Technology::OpenPgp => Self::V4,
            Technology::Smime => Self::Rsa3072,
        }
    }

    /// Whether a technology has it.
    pub fn fits(self, technology: Technology) -> bool {
        Self::of(technology).contains(&self)
    }

    /// The word used on the command line and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::V4 => "v4",
            Self::V6 => "v6",
            Self::PostQuantum => "pqc",
            Self::Rsa3072 => "rsa3072",
            Self::Rsa4096 => "rsa4096",
            Self::P256 => "p256",
            Self::P384 => "p384",
        }
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::V4, Self::V6, Self::PostQuantum, Self::Rsa3072, Self::Rsa4096, Self::P256, Self::P384];
        all.into_iter().find(|kind| kind.word() == word)
    }
}

/// What a key pair is used for (RFC 8550 §4.4.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyUse {
    /// Signatures and encryption.
    #[default]
    Both,
    /// Signatures alone.
    Signing,
    /// Encryption alone.
    Encryption,
}

impl KeyUse {
    /// The word used on the command line, in JSON and in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Signing => "signing",
            Self::Encryption => "encryption",
        }
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Both, Self::Signing, Self::Encryption].into_iter().find(|one| one.word() == word)
    }

    /// It makes signatures.
    pub fn signs(self) -> bool {
        self != Self::Encryption
    }

    /// Others encrypt to it.
    pub fn encrypts(self) -> bool {
        self != Self::Signing
    }
}

/// Why a key or certificate is withdrawn: what OpenPGP (RFC 9580 §5.2.3.31) and X.509 (RFC 5280 §5.3.1) both know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RevocationReason {
    /// Not said. Counts for all time, as a theft does.
    Unspecified,
    /// Somebody else has the secret key, or may have it. Counts for all time.
    Compromised,
    /// Another one takes its place. What was made before stays good.
    Superseded,
    /// It is no longer used. What was made before stays good.
    Retired,
}

impl RevocationReason {
    /// All of them, the harmless ones first.
    pub const ALL: [Self; 4] = [Self::Superseded, Self::Retired, Self::Compromised, Self::Unspecified];

    /// The word used on the command line, in JSON and in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Compromised => "compromised",
            Self::Superseded => "superseded",
            Self::Retired => "retired",
        }
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }

    /// Signatures made before count no more, either.
    pub fn is_hard(self) -> bool {
        matches!(self, Self::Unspecified | Self::Compromised)
    }
}
