//! Of which message anything may be fetched, and whose address is good enough to remember.

use crate::domain::EmailAddress;
use crate::engine::view::{Assessment, CautionCode, Method, Seal, SenderWord};

/// Nothing is ever fetched of a message with anything encrypted in it, opened or not. Who alters
/// the ciphertext, or puts a part of their own beside it, could have its content carried away in
/// the address of a picture; and whoever encrypts does not mean to tell the world when it is read.
pub(super) fn is_forbidden(assessment: &Assessment) -> bool {
    !assessment.encryption.is_empty()
        || assessment.parts.iter().any(|part| part.decrypted)
        || assessment.blocks.iter().any(|block| block.decrypted)
}

/// The author, when somebody vouches for the address: its seal is authenticated, or the domain
/// passed DMARC. Anybody can write the address of another, and would be let in by its name.
pub(in crate::engine) fn vouched(assessment: &Assessment) -> Option<EmailAddress> {
    let [author] = assessment.from.as_slice() else { return None };
    let address = EmailAddress::parse(&author.address)?;
    let is_odd = |code| {
        use CautionCode::{ImitatesKnown, LookAlike, NameHoldsAddress, NoFrom, SeveralFrom};
        matches!(code, ImitatesKnown | LookAlike | NameHoldsAddress | NoFrom | SeveralFrom)
    };
    if assessment.cautions.iter().any(|caution| is_odd(caution.code)) {
        return None;
    }
    let mut dmarc = assessment.sender.iter().filter(|result| result.method == Method::Dmarc).peekable();
    let passes = dmarc.peek().is_some()
        && dmarc.all(|one| one.result == SenderWord::Pass && is_same_domain(&one.domain, address.domain()));
    (passes || assessment.headline.seal == Seal::Authenticated).then_some(address)
}

/// One domain, written as servers write it or as people do.
fn is_same_domain(one: &str, other: &str) -> bool {
    let wire = |domain: &str| idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_lowercase());
    wire(one) == wire(other)
}
