/// The one answer in two words; derived from an assessment, never stored with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Headline {
    /// Who could read it.
    pub lock: Lock,
    /// Who wrote it.
    pub seal: Seal,
}

/// Who could read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lock {
    /// Everybody on the way.
    NotEncrypted,
    /// Everything that is shown came out of decryption.
    Encrypted,
    /// It is encrypted, and could not be opened.
    CannotOpen,
}

/// Who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seal {
    /// Nobody says.
    Unsigned,
    /// An intact signature over everything that is shown, by a certificate that is believed to be
    /// that of the From address, with nothing revoked or expired.
    Authenticated,
    /// The same, by a certificate for which some vouch, not enough.
    Partial,
    /// The same, by a certificate for which nobody vouches, or that is another's.
    Unauthenticated,
    /// A signature that does not hold, or one whose key was withdrawn or had ended.
    Broken,
}
