use crate::crypto::SignatureOutcome;
use crate::trust::TrustVerdict;

use super::Coverage;

/// The one answer in two words; derived from an assessment, never stored without it.
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

/// Who wrote it. The order is that of how much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Seal {
    /// Nobody says.
    Unsigned,
    /// A signature that does not hold, or one whose key was withdrawn.
    Broken,
    /// A signature over everything that is shown, by a certificate for which nobody vouches, that
    /// is another's, that had ended, or that is not at hand.
    Unauthenticated,
    /// An intact signature over everything that is shown, by a certificate for which some vouch,
    /// not enough.
    Partial,
    /// An intact signature over everything that is shown, by a certificate that is believed to be
    /// that of the From address, with nothing revoked or expired.
    Authenticated,
}

impl Lock {
    /// The word on the command line and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotEncrypted => "not_encrypted",
            Self::Encrypted => "encrypted",
            Self::CannotOpen => "cannot_open",
        }
    }

    /// From the layers that enclose the whole message, outermost first: each opened or not.
    pub fn of(layers: impl IntoIterator<Item = bool>) -> Self {
        layers.into_iter().fold(Self::NotEncrypted, |lock, opened| match (lock, opened) {
            (Self::CannotOpen, _) | (_, false) => Self::CannotOpen,
            _ => Self::Encrypted,
        })
    }

    /// The reverse of [`Lock::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::NotEncrypted, Self::Encrypted, Self::CannotOpen].into_iter().find(|lock| lock.word() == word)
    }
}

impl Seal {
    /// The word on the command line and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Authenticated => "authenticated",
            Self::Partial => "partial",
            Self::Unauthenticated => "unauthenticated",
            Self::Broken => "broken",
        }
    }

    /// The reverse of [`Seal::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Unsigned, Self::Authenticated, Self::Partial, Self::Unauthenticated, Self::Broken]
            .into_iter()
            .find(|seal| seal.word() == word)
    }

    /// What one signature is worth. One that covers only a part says nothing about the message
    /// (RFC 9787 §4.4).
    pub fn of_signature(outcome: SignatureOutcome, coverage: Coverage, verdict: TrustVerdict) -> Self {
        if coverage == Coverage::Part {
            return Self::Unsigned;
        }
        match outcome {
            SignatureOutcome::Intact => match verdict {
                TrustVerdict::Authenticated => Self::Authenticated,
                TrustVerdict::Partial => Self::Partial,
                TrustVerdict::Unauthenticated | TrustVerdict::Mismatch | TrustVerdict::Expired => Self::Unauthenticated,
                TrustVerdict::Revoked => Self::Broken,
            },
            SignatureOutcome::MissingCertificate | SignatureOutcome::UnsupportedAlgorithm => Self::Unauthenticated,
            SignatureOutcome::BadSignature
            | SignatureOutcome::Malformed
            | SignatureOutcome::UnboundKey
            | SignatureOutcome::BadKey => Self::Broken,
        }
    }

    /// One answer for several signatures over the same content: a broken one breaks it, since what
    /// is right and what is wrong of such a message nobody can tell; else the best counts, so that a
    /// second signer who can't be checked takes nothing from the first.
    pub fn of(signatures: impl IntoIterator<Item = Self>) -> Self {
        signatures.into_iter().fold(Self::Unsigned, |seal, next| match (seal, next) {
            (Self::Broken, _) | (_, Self::Broken) => Self::Broken,
            _ => seal.max(next),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTCOMES: [SignatureOutcome; 7] = [
        SignatureOutcome::Intact,
        SignatureOutcome::BadSignature,
        SignatureOutcome::Malformed,
        SignatureOutcome::UnsupportedAlgorithm,
        SignatureOutcome::UnboundKey,
        SignatureOutcome::BadKey,
        SignatureOutcome::MissingCertificate,
    ];
    const VERDICTS: [TrustVerdict; 6] = [
        TrustVerdict::Authenticated,
        TrustVerdict::Partial,
        TrustVerdict::Unauthenticated,
        TrustVerdict::Mismatch,
        TrustVerdict::Revoked,
        TrustVerdict::Expired,
    ];

    #[test]
    fn only_an_intact_whole_signature_of_an_authenticated_certificate_is_authenticated() {
        for outcome in OUTCOMES {
            for verdict in VERDICTS {
                for coverage in [Coverage::Whole, Coverage::Part] {
                    let seal = Seal::of_signature(outcome, coverage, verdict);
                    let due = outcome == SignatureOutcome::Intact
                        && coverage == Coverage::Whole
                        && verdict == TrustVerdict::Authenticated;
                    assert_eq!(seal == Seal::Authenticated, due, "{outcome:?} {coverage:?} {verdict:?}");
                    if coverage == Coverage::Part {
                        assert_eq!(seal, Seal::Unsigned, "{outcome:?} {verdict:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_table_of_whole_signatures() {
        use SignatureOutcome as O;
        use TrustVerdict as V;
        let table = [
            (O::Intact, V::Partial, Seal::Partial),
            (O::Intact, V::Unauthenticated, Seal::Unauthenticated),
            (O::Intact, V::Mismatch, Seal::Unauthenticated),
            (O::Intact, V::Expired, Seal::Unauthenticated),
            (O::Intact, V::Revoked, Seal::Broken),
            (O::BadSignature, V::Authenticated, Seal::Broken),
            (O::Malformed, V::Authenticated, Seal::Broken),
            (O::BadKey, V::Authenticated, Seal::Broken),
            (O::UnboundKey, V::Authenticated, Seal::Broken),
            (O::UnsupportedAlgorithm, V::Authenticated, Seal::Unauthenticated),
            (O::MissingCertificate, V::Unauthenticated, Seal::Unauthenticated),
        ];
        for (outcome, verdict, seal) in table {
            assert_eq!(Seal::of_signature(outcome, Coverage::Whole, verdict), seal, "{outcome:?} {verdict:?}");
        }
    }

    #[test]
    fn a_broken_signature_beside_a_good_one_breaks_the_seal() {
        assert_eq!(Seal::of([Seal::Authenticated, Seal::Broken]), Seal::Broken);
        assert_eq!(Seal::of([Seal::Broken, Seal::Authenticated]), Seal::Broken);
        assert_eq!(Seal::of([Seal::Unauthenticated, Seal::Authenticated]), Seal::Authenticated);
        assert_eq!(Seal::of([Seal::Unsigned, Seal::Partial]), Seal::Partial);
        assert_eq!(Seal::of([]), Seal::Unsigned);
    }

    #[test]
    fn one_closed_layer_keeps_the_message_closed() {
        assert_eq!(Lock::of([]), Lock::NotEncrypted);
        assert_eq!(Lock::of([true]), Lock::Encrypted);
        assert_eq!(Lock::of([true, true]), Lock::Encrypted);
        assert_eq!(Lock::of([true, false]), Lock::CannotOpen);
        assert_eq!(Lock::of([false]), Lock::CannotOpen);
    }
}
