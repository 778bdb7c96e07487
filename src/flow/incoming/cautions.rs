//! What the reader should know beside the verdicts.

use unicode_normalization::UnicodeNormalization;

use crate::crypto::SignatureOutcome;
use crate::domain::{EmailAddress, Mailbox};
use crate::flow::{Assessment, Caution, CautionCode, Coverage, HeaderScheme, JudgedSignature, Seal};
use crate::message::{self, ParsedMessage, Part};
use crate::sender;
use crate::trust::TrustVerdict;

/// A signature made this much before or after the Date field is worth a word.
const DATE_TOLERANCE_S: i64 = 2 * 24 * 3600;

/// Finds every caution of an assessment. `is_unproven`: something was decrypted of which nothing
/// tells whether it was changed on the way.
pub(super) fn find(assessment: &Assessment, outer: &ParsedMessage, is_unproven: bool) -> Vec<Caution> {
    let mut cautions = Vec::new();
    let mut add = |code, subject: &str| cautions.push(Caution { code, subject: subject.to_owned() });
    match assessment.from.as_slice() {
        [] => add(CautionCode::NoFrom, ""),
        [one] => {
            if one.email().is_none() {
                add(CautionCode::NoFrom, &one.address);
            }
        }
        several => {
            let all: Vec<&str> = several.iter().map(|mailbox| mailbox.address.as_str()).collect();
            add(CautionCode::SeveralFrom, &all.join(", "));
        }
    }
    for mailbox in &assessment.from {
        if holds_other_address(mailbox) {
            add(CautionCode::NameHoldsAddress, &mailbox.name);
        }
        if mailbox.email().is_some_and(|address| sender::is_look_alike(&address)) {
            add(CautionCode::LookAlike, &mailbox.address);
        }
    }
    if let Some(name) = name_outside_certificate(assessment) {
        add(CautionCode::NameNotInCertificate, &name);
    }
    if is_unproven {
        add(CautionCode::NoIntegrity, "");
    }
    let apart = assessment.blocks.iter().any(|block| !block.is_headline)
        || assessment.signatures.iter().any(|signature| signature.coverage == Coverage::Part)
        || assessment.encryption.iter().any(|layer| layer.coverage == Coverage::Part);
    if apart {
        let is_footer = is_list_footer(assessment, outer);
        add(if is_footer { CautionCode::ListFooter } else { CautionCode::Mixture }, "");
    }
    for field in &assessment.header_protection.mismatches {
        let is_outer = field == "from" && assessment.from == outer.from;
        add(if is_outer { CautionCode::FromUnproven } else { CautionCode::HeaderMismatch }, field);
    }
    if let Some(address) = reply_elsewhere(assessment) {
        add(CautionCode::ReplyToElsewhere, &address);
    }
    if let Some(sender) = &outer.sender
        && let Some(other) = sender.email()
        && !assessment.from.iter().any(|from| from.email().as_ref() == Some(&other))
    {
        add(CautionCode::SenderDiffers, &sender.address);
    }
    if assessment.blocks.iter().filter_map(|block| block.html.as_deref()).any(message::has_remote_content) {
        add(CautionCode::RemoteContent, "");
    }
    if date_differs(assessment) {
        add(CautionCode::DateDiffers, "");
    }
    cautions
}

/// A message that came over a mailing list, as one part with an intact signature and nothing but texts below it.
fn is_list_footer(assessment: &Assessment, outer: &ParsedMessage) -> bool {
    let is_list = ["List-Id", "List-Post"].iter().any(|name| !outer.header_values(name).is_empty());
    let [first, rest @ ..] = outer.root.children.as_slice() else { return false };
    let is_within = |path: &str| path == first.path || path.starts_with(&format!("{}.", first.path));
    is_list
        && outer.root.content_type.is("multipart", "mixed")
        && !rest.is_empty()
        && rest.iter().all(Part::is_inline_text)
        && assessment.encryption.is_empty()
        && assessment.signatures.iter().all(|signature| signature.check.outcome == SignatureOutcome::Intact)
        && assessment.blocks.iter().any(|block| is_within(&block.path))
        && assessment.blocks.iter().filter(|block| is_within(&block.path)).all(|block| !block.is_headline)
        && assessment.blocks.iter().filter(|block| !is_within(&block.path)).all(|block| block.is_headline)
}

/// A display name with an address in it that is not the mailbox's own.
pub(super) fn holds_other_address(mailbox: &Mailbox) -> bool {
    let name: String = mailbox.name.nfkc().collect();
    if !name.contains('@') {
        return false;
    }
    let own = mailbox.email();
    let mut found = name
        .split(|c: char| {
            c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '"' | '\'' | ',' | ';' | ':' | '[' | ']')
        })
        .filter(|word| word.contains('@'))
        .peekable();
    found.peek().is_some() && found.any(|word| EmailAddress::parse(word).as_ref() != own.as_ref() || own.is_none())
}

/// The From name, when an intact whole signature's certificate gives other names.
fn name_outside_certificate(assessment: &Assessment) -> Option<String> {
    let [from] = assessment.from.as_slice() else { return None };
    if from.name.trim().is_empty() {
        return None;
    }
    let whole = || assessment.signatures.iter().filter(|signature| signature.is_whole_and_intact());
    // Where the author's own signature is believed, no other signer vouches for the name.
    let any_believed = whole().any(JudgedSignature::is_believed);
    let mut intact = whole()
        .filter(|signature| !any_believed || signature.is_believed())
        .filter_map(|signature| signature.check.signer.as_ref())
        .peekable();
    intact.peek()?;
    let wanted = folded(&from.name);
    let named = intact.any(|signer| {
        let addresses = signer.addresses.iter().map(|address| folded(address.as_str()));
        signer.names.iter().map(|name| folded(name)).chain(addresses).any(|name| name == wanted)
    });
    (!named).then(|| from.name.clone())
}

/// For comparing names: NFKC, lower case, without punctuation, words in any order
/// (`Yamada, Hanako` and `Hanako Yamada` are one name).
fn folded(name: &str) -> Vec<String> {
    let normal: String = name.nfkc().collect::<String>().to_lowercase();
    let mut words: Vec<String> = normal
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | '"' | '\'' | '(' | ')'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.sort();
    words
}

/// A Reply-To that leads elsewhere than From: to another domain. Where an answer would give away
/// what was encrypted, or seems to go to whom the seal names, one that no believed signature stands for
/// leads elsewhere at the same domain too: mallory may have an address at bob's provider, and can protect
/// the header of what she writes as well as anybody.
fn reply_elsewhere(assessment: &Assessment) -> Option<String> {
    let from = assessment.from.first()?.email()?;
    let is_theirs = |one: &JudgedSignature| one.is_whole_and_intact() && one.is_believed();
    // The older schemes take from outside what is not inside.
    let is_protected =
        assessment.header_protection.scheme == HeaderScheme::Rfc9788 && assessment.signatures.iter().any(is_theirs);
    let is_close = !is_protected && (!assessment.encryption.is_empty() || assessment.headline.seal > Seal::Broken);
    let is_elsewhere = |to: &EmailAddress| to.domain() != from.domain() || is_close && *to != from;
    let other = assessment.reply_to.iter().filter_map(Mailbox::email).find(is_elsewhere)?;
    Some(other.as_str().to_owned())
}

fn date_differs(assessment: &Assessment) -> bool {
    let Some(date) = assessment.date else { return false };
    assessment.signatures.iter().any(|signature| {
        signature.is_whole_and_intact()
            && signature.judgement.verdict != TrustVerdict::Unauthenticated
            && signature.check.signed_at.is_some_and(|at| (at.as_second() - date.as_second()).abs() > DATE_TOLERANCE_S)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_another_address_is_noticed() {
        assert!(holds_other_address(&Mailbox::new("alice@example.test", "mallory@evil.test")));
        assert!(holds_other_address(&Mailbox::new("Alice <alice@example.test>", "mallory@evil.test")));
        assert!(holds_other_address(&Mailbox::new("alice＠example.test", "mallory@evil.test")));
        assert!(!holds_other_address(&Mailbox::new("alice@example.test", "Alice@Example.test")));
        assert!(!holds_other_address(&Mailbox::new("Alice", "alice@example.test")));
    }

    #[test]
    fn names_agree_in_any_order_and_width() {
        assert_eq!(folded("Yamada, Hanako"), folded("hanako YAMADA"));
        assert_eq!(folded("Ａｌｉｃｅ"), folded("alice"));
        assert_ne!(folded("alice"), folded("bob"));
    }
}
