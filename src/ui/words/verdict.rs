//! What the evidence comes to, in sentences.

use crate::domain::Mailbox;
use crate::engine::view::{
    Assessment, CautionCode, DecryptFailure, JudgedSignature, Lock, Method, Seal, SenderWord, SignatureOutcome,
    TrustVerdict,
};

use super::{Language, Word, fill, short_address, short_name};
use crate::ui::when::Clock;

/// A statement, and what follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// The first sentence: what is.
    pub main: String,
    /// The rest: what that means.
    pub rest: String,
}

impl Sentence {
    /// Fills a template. It is divided before it is filled: a name with a full stop divides nothing.
    pub fn of(language: Language, word: Word, blanks: &[(&str, &str)]) -> Self {
        let template = language.say(word);
        let end = match language {
            Language::English => template.find(". ").map(|at| at + 1),
            Language::Japanese => template.find('。').map(|at| at + '。'.len_utf8()),
        };
        let (main, rest) = template.split_at(end.unwrap_or(template.len()));
        Self { main: fill(main, blanks), rest: fill(rest, blanks) }
    }
}

/// Who could read it.
pub fn lock(language: Language, assessment: &Assessment) -> Sentence {
    let failure = || assessment.encryption.iter().find_map(|layer| layer.failure.as_ref());
    let opened = assessment.encryption.iter().any(|layer| layer.failure.is_none());
    let word = match assessment.headline.lock {
        Lock::Encrypted => Word::LockEncrypted,
        Lock::NotEncrypted if opened => Word::LockPart,
        Lock::NotEncrypted => Word::LockNotEncrypted,
        Lock::CannotOpen => match failure() {
            Some(DecryptFailure::Locked(_)) => Word::LockLocked,
            Some(DecryptFailure::NoKey) | None => Word::LockNoKey,
            Some(DecryptFailure::IntegrityFailed) => Word::LockIntegrity,
            Some(DecryptFailure::NoIntegrity) => Word::LockNoIntegrity,
            Some(DecryptFailure::Unsupported(_)) => Word::LockUnsupported,
            Some(DecryptFailure::Malformed(_)) => Word::LockMalformed,
            Some(DecryptFailure::TooLarge) => Word::LockTooLarge,
        },
    };
    Sentence::of(language, word, &[])
}

/// Who wrote it.
pub fn seal(language: Language, assessment: &Assessment, clock: &Clock) -> Sentence {
    let Some(signature) = deciding(assessment) else { return Sentence::of(language, Word::SealUnsigned, &[]) };
    let name = signer_name(signature);
    let signer = signer_address(signature).unwrap_or_else(|| name.clone());
    let address = from_address(assessment);
    let date = signature.judgement.revoked_at.map(|at| clock.day(language, at)).unwrap_or_default();
    let outcome = signature.check.outcome;
    let word = match assessment.headline.seal {
        Seal::Unsigned if signature.coverage == crate::engine::view::Coverage::Part => Word::SealPart,
        Seal::Unsigned => Word::SealUnsigned,
        Seal::Authenticated => Word::SealAuthenticated,
        Seal::Partial => Word::SealPartial,
        Seal::Unauthenticated => match (outcome, signature.judgement.verdict) {
            (SignatureOutcome::MissingCertificate, _) => Word::SealMissing,
            (_, TrustVerdict::Mismatch) => Word::SealMismatch,
            _ => Word::SealUnauthenticated,
        },
        Seal::Broken => match (outcome, signature.judgement.verdict) {
            (SignatureOutcome::Intact, TrustVerdict::Revoked) if date.is_empty() => Word::SealRevokedUnknown,
            (SignatureOutcome::Intact, TrustVerdict::Revoked) => Word::SealRevoked,
            (SignatureOutcome::Intact, TrustVerdict::Expired) => Word::SealExpired,
            (SignatureOutcome::UnsupportedAlgorithm, _) => Word::SealUnsupported,
            (SignatureOutcome::MissingCertificate, _) => Word::SealMissing,
            (SignatureOutcome::BadKey | SignatureOutcome::UnboundKey, _) => Word::SealBadKey,
            _ => Word::SealBroken,
        },
    };
    Sentence::of(language, word, &[("name", &name), ("address", &address), ("signer", &signer), ("date", &date)])
}

/// The signature that the seal speaks of.
fn deciding(assessment: &Assessment) -> Option<&JudgedSignature> {
    let wanted = |signature: &&JudgedSignature| {
        if signature.around_encryption {
            return false;
        }
        let intact = signature.check.outcome == SignatureOutcome::Intact;
        let verdict = signature.judgement.verdict;
        match assessment.headline.seal {
            Seal::Unsigned => false,
            Seal::Authenticated => intact && verdict == TrustVerdict::Authenticated,
            Seal::Partial => intact && verdict == TrustVerdict::Partial,
            Seal::Unauthenticated => {
                let withdrawn = matches!(verdict, TrustVerdict::Revoked | TrustVerdict::Expired);
                (intact || signature.check.outcome == SignatureOutcome::MissingCertificate) && !withdrawn
            }
            Seal::Broken => !intact || matches!(verdict, TrustVerdict::Revoked | TrustVerdict::Expired),
        }
    };
    assessment.signatures.iter().find(wanted).or_else(|| assessment.signatures.first())
}

/// Whose the certificate says it is: a name, else an address, else the subject.
pub fn signer_name(signature: &JudgedSignature) -> String {
    let Some(signer) = &signature.check.signer else { return "?".to_owned() };
    let name = signer.names.iter().find(|name| !name.trim().is_empty()).cloned();
    let name = name.or_else(|| signer.addresses.first().map(ToString::to_string)).or_else(|| signer.subject.clone());
    let name = short_name(&name.unwrap_or_default());
    if name.is_empty() { signer.fingerprint.spaced() } else { name }
}

fn signer_address(signature: &JudgedSignature) -> Option<String> {
    signature.check.signer.as_ref()?.addresses.first().map(|address| short_address(address.as_str()))
}

fn from_address(assessment: &Assessment) -> String {
    assessment.from.first().map(|from| short_address(&from.address)).unwrap_or_default()
}

/// Whether a signer's key is believed to be theirs.
pub fn trust(language: Language, signature: &JudgedSignature, assessment: &Assessment, clock: &Clock) -> String {
    let word = match signature.judgement.verdict {
        TrustVerdict::Authenticated => Word::TrustAuthenticated,
        TrustVerdict::Partial => Word::TrustPartial,
        TrustVerdict::Unauthenticated => Word::TrustNone,
        TrustVerdict::Mismatch => Word::TrustMismatch,
        TrustVerdict::Revoked => Word::TrustRevoked,
        TrustVerdict::Expired => Word::TrustExpired,
    };
    let words = language.fill(word, &[("name", &signer_name(signature)), ("address", &from_address(assessment))]);
    match signature.judgement.revoked_at {
        Some(at) => format!("{words} {}", clock.day(language, at)),
        None => words,
    }
}

/// Whether the domain in From vouches for the delivery, if anything is known of that.
///
/// Without DMARC, a signature or a server of another domain than the one in From confirms nothing.
pub fn delivery(language: Language, assessment: &Assessment) -> Option<(bool, String)> {
    let results = &assessment.sender;
    let of = |method| results.iter().find(|result| result.method == method);
    let vouches = |method| results.iter().find(|result| result.method == method && result.result == SenderWord::Pass);
    let (passes, result) = match of(Method::Dmarc) {
        Some(result) if result.result == SenderWord::Pass => (true, result),
        Some(result) if result.result == SenderWord::Fail => (false, result),
        _ => match vouches(Method::Dkim).or_else(|| vouches(Method::Spf)) {
            Some(result) => (true, result),
            None => (false, of(Method::Dkim).or_else(|| of(Method::Spf)).filter(|r| r.result == SenderWord::Fail)?),
        },
    };
    let domain = short_address(&result.domain);
    if domain.is_empty() {
        return None;
    }
    let author = assessment.from.first().and_then(Mailbox::email);
    let is_theirs = author.is_none_or(|author| are_related(author.domain(), &domain.to_lowercase()));
    let word = match (passes, is_theirs) {
        (true, true) => Word::DeliveryPass,
        (true, false) => Word::DeliveryOther,
        (false, _) => Word::DeliveryFail,
    };
    Some((passes && is_theirs, language.fill(word, &[("domain", &domain)])))
}

/// One domain is the other, or lies below it.
fn are_related(one: &str, other: &str) -> bool {
    let below = |name: &str, above: &str| name.strip_suffix(above).is_some_and(|head| head.ends_with('.'));
    one == other || below(one, other) || below(other, one)
}

/// What the reader should know, in order, each once.
pub fn cautions(language: Language, assessment: &Assessment) -> Vec<String> {
    let address = from_address(assessment);
    let mut words: Vec<String> = Vec::new();
    // Remote content has a line of its own, with what can be done about it.
    let others = assessment.cautions.iter().filter(|caution| caution.code != CautionCode::RemoteContent);
    for caution in others.take(100) {
        let blanks = [("subject", short_address(&caution.subject)), ("address", address.clone())];
        let blanks: Vec<(&str, &str)> = blanks.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let sentence = language.fill(caution_word(caution.code), &blanks);
        if !words.contains(&sentence) {
            words.push(sentence);
        }
    }
    words
}

fn caution_word(code: CautionCode) -> Word {
    match code {
        CautionCode::NameNotInCertificate => Word::CautionNameNotInCertificate,
        CautionCode::NameHoldsAddress => Word::CautionNameHoldsAddress,
        CautionCode::NoIntegrity => Word::CautionNoIntegrity,
        CautionCode::SeveralFrom => Word::CautionSeveralFrom,
        CautionCode::NoFrom => Word::CautionNoFrom,
        CautionCode::Mixture => Word::CautionMixture,
        CautionCode::HeaderMismatch => Word::CautionHeaderMismatch,
        CautionCode::ReplyToElsewhere => Word::CautionReplyTo,
        CautionCode::RemoteContent => Word::RemoteBlocked,
        CautionCode::DateDiffers => Word::CautionDateDiffers,
        CautionCode::LookAlike => Word::CautionLookAlike,
        CautionCode::SenderDiffers => Word::CautionSenderDiffers,
    }
}
