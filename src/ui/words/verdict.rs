//! What the evidence comes to: which row of the table speaks for it, and what fills its blanks.

use crate::domain::Mailbox;
use crate::engine::view::{
    Assessment, Caution, CautionCode, Coverage, Integrity, JudgedSignature, Lock, Method, Seal, SenderResult,
    SenderWord, SignatureOutcome, TrustVerdict,
};

use super::why::{Closed, Delivered, Explained, Extent, Particular, Row};
use super::{Language, fill, short_address, short_name};
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
    pub fn of(language: Language, template: &str, blanks: &[(&str, &str)]) -> Self {
        let end = match language {
            Language::English => template.find(". ").map(|at| at + 1),
            Language::Japanese => template.find('。').map(|at| at + '。'.len_utf8()),
        };
        let (main, rest) = template.split_at(end.unwrap_or(template.len()));
        Self { main: fill(main, blanks), rest: fill(rest, blanks) }
    }
}

/// What is filled into the blanks of the table.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    name: String,
    signer: String,
    address: String,
    on_date: String,
    subject: String,
    domain: String,
}

impl Facts {
    /// Of a message, and of one of its signatures.
    pub fn of(language: Language, assessment: &Assessment, signature: Option<&JudgedSignature>, clock: &Clock) -> Self {
        let name = signature.map(signer_name).unwrap_or_default();
        let day = signature.and_then(|one| one.judgement.revoked_at).map(|at| clock.day(language, at));
        let on_date = day.map(|day| match language {
            Language::English => format!(" on {day}"),
            Language::Japanese => format!("{day}に"),
        });
        Self {
            signer: signature.and_then(signer_address).unwrap_or_else(|| name.clone()),
            name,
            address: from_address(assessment),
            on_date: on_date.unwrap_or_default(),
            domain: delivered(assessment).map(|(_, domain)| domain).unwrap_or_default(),
            subject: String::new(),
        }
    }

    /// The same about a caution's subject.
    pub fn about(&self, caution: &Caution) -> Self {
        Self { subject: short_address(&caution.subject), ..self.clone() }
    }

    /// For a row's sentences.
    pub fn blanks(&self) -> [(&str, &str); 6] {
        [
            ("name", &self.name),
            ("signer", &self.signer),
            ("address", &self.address),
            ("on_date", &self.on_date),
            ("subject", &self.subject),
            ("domain", &self.domain),
        ]
    }
}

/// The row of the lock: who could read it, or why it is not open.
pub fn lock_row(assessment: &Assessment) -> Row {
    let opened = assessment.encryption.iter().any(|layer| layer.failure.is_none());
    match assessment.headline.lock {
        Lock::NotEncrypted if opened => Extent::of_lock(assessment, Coverage::Part).row(),
        Lock::CannotOpen => {
            let failure = assessment.encryption.iter().find_map(|layer| layer.failure.as_ref());
            failure.map_or_else(|| Lock::CannotOpen.row(), |failure| Closed::of(failure).row())
        }
        lock @ (Lock::NotEncrypted | Lock::Encrypted) => lock.row(),
    }
}

/// Who could read it, in the band. What to do stands where the text would be.
pub fn lock(language: Language, assessment: &Assessment) -> Sentence {
    lock_row(assessment).sentence(language, &[])
}

/// The row of the seal: the one that says most to the reader.
pub fn seal_row(assessment: &Assessment) -> Row {
    let seal = assessment.headline.seal;
    let Some(signature) = deciding(assessment) else { return Seal::Unsigned.row() };
    let verdict = signature.judgement.verdict;
    let is_intact = signature.check.outcome == SignatureOutcome::Intact;
    match seal {
        Seal::Unsigned if signature.coverage == Coverage::Part => Extent::of_seal(assessment, Coverage::Part).row(),
        Seal::Unsigned | Seal::Authenticated | Seal::Partial => seal.row(),
        Seal::Unauthenticated | Seal::Broken if !is_intact => match signature.check.outcome {
            SignatureOutcome::BadSignature if particular(signature).is_none() => Seal::Broken.row(),
            _ => outcome_row(signature),
        },
        Seal::Unauthenticated | Seal::Broken => match verdict {
            TrustVerdict::Mismatch | TrustVerdict::Revoked | TrustVerdict::Expired => verdict.row(),
            TrustVerdict::Authenticated | TrustVerdict::Partial | TrustVerdict::Unauthenticated => {
                particular(signature).map_or_else(|| seal.row(), Particular::row)
            }
        },
    }
}

/// Who wrote it, without what to do: that stands in the open evidence.
pub fn seal_alone(language: Language, assessment: &Assessment, clock: &Clock) -> Sentence {
    let facts = Facts::of(language, assessment, deciding(assessment), clock);
    seal_row(assessment).sentence(language, &facts.blanks())
}

/// Who wrote it, in the band: with what to do, when there is something to be done.
pub fn seal(language: Language, assessment: &Assessment, clock: &Clock) -> Sentence {
    let facts = Facts::of(language, assessment, deciding(assessment), clock);
    let row = seal_row(assessment);
    match assessment.headline.seal {
        Seal::Unauthenticated | Seal::Broken => row.whole(language, &facts.blanks()),
        Seal::Unsigned | Seal::Partial | Seal::Authenticated => row.sentence(language, &facts.blanks()),
    }
}

/// The row of one signature: of its reason, when that says more than the outcome.
pub fn outcome_row(signature: &JudgedSignature) -> Row {
    particular(signature).map_or_else(|| signature.check.outcome.row(), Particular::row)
}

fn particular(signature: &JudgedSignature) -> Option<Particular> {
    let code = signature.check.reason.as_deref()?;
    Particular::of(code.split(':').next().unwrap_or_default())
}

/// The signature that the seal speaks of.
pub fn deciding(assessment: &Assessment) -> Option<&JudgedSignature> {
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
                let says_little = matches!(
                    signature.check.outcome,
                    SignatureOutcome::MissingCertificate | SignatureOutcome::UnsupportedAlgorithm
                );
                says_little || intact && verdict != TrustVerdict::Revoked
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

/// What the delivery comes to, and the domain that this is about.
///
/// Without DMARC, a signature or a server of another domain than the one in From confirms nothing.
pub fn delivered(assessment: &Assessment) -> Option<(Delivered, String)> {
    let results = &assessment.sender;
    // The first that decides: what a server of one's own found when the message came stands before what is found now,
    // when keys may have been changed.
    let decides = |one: &&SenderResult| matches!(one.result, SenderWord::Pass | SenderWord::Fail);
    let dmarc = results.iter().filter(|one| one.method == Method::Dmarc).find(decides);
    let vouches = |method| results.iter().find(|result| result.method == method && result.result == SenderWord::Pass);
    let denies =
        |word| results.iter().find(|one| matches!(one.method, Method::Dkim | Method::Spf) && one.result == word);
    let found = dmarc.map(|result| (result.result == SenderWord::Pass, result));
    let found = found.or_else(|| vouches(Method::Dkim).map(|result| (true, result)));
    let found = found.or_else(|| vouches(Method::Spf).map(|result| (true, result)));
    let (passes, result) = match found {
        Some(found) => found,
        None => (false, denies(SenderWord::Fail).or_else(|| denies(SenderWord::Softfail))?),
    };
    let domain = short_address(&result.domain);
    if domain.is_empty() {
        return None;
    }
    let author = assessment.from.first().and_then(Mailbox::email);
    let is_theirs =
        author.is_some_and(|author| are_related(&on_the_wire(author.domain()), &on_the_wire(&result.domain)));
    let found = match (passes, is_theirs) {
        (true, true) => Delivered::Confirmed,
        (true, false) => Delivered::ByAnother,
        (false, _) => Delivered::Unconfirmed,
    };
    Some((found, domain))
}

/// A domain as servers write it.
fn on_the_wire(domain: &str) -> String {
    idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_lowercase())
}

/// One domain is the other, or lies below it.
fn are_related(one: &str, other: &str) -> bool {
    let below = |name: &str, above: &str| name.strip_suffix(above).is_some_and(|head| head.ends_with('.'));
    one == other || below(one, other) || below(other, one)
}

/// Whether the domain in From vouches for the delivery, if anything is known of that.
pub fn delivery(language: Language, assessment: &Assessment) -> Option<(bool, String)> {
    let (found, domain) = delivered(assessment)?;
    Some((found == Delivered::Confirmed, found.row().means(language, &[("domain", &domain)])))
}

/// What the reader should know, in order, each once.
pub fn cautions(language: Language, assessment: &Assessment) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    // Remote content has a line of its own, with what can be done about it.
    for (row, facts) in caution_rows(assessment, |code| code != CautionCode::RemoteContent) {
        let sentence = row.means(language, &facts.blanks());
        if !words.contains(&sentence) {
            words.push(sentence);
        }
    }
    words
}

/// The rows of those cautions that are wanted, with what fills them.
pub fn caution_rows(assessment: &Assessment, is_wanted: impl Fn(CautionCode) -> bool) -> Vec<(Row, Facts)> {
    let facts = Facts { address: from_address(assessment), ..Facts::default() };
    let wanted = assessment.cautions.iter().filter(|caution| is_wanted(caution.code)).take(100);
    wanted.map(|caution| (caution.code.row(), facts.about(caution))).collect()
}

/// The name of what protects from alteration, as its standard has it.
pub fn integrity_form(integrity: Integrity) -> &'static str {
    match integrity {
        Integrity::Seipd1 => "SEIPD v1 (MDC)",
        Integrity::Seipd2 => "SEIPD v2 (AEAD)",
        Integrity::AuthEnveloped => "CMS AuthEnvelopedData",
        Integrity::None => "CMS EnvelopedData",
    }
}
