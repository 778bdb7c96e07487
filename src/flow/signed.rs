use crate::domain::{EmailAddress, Mailbox};
use crate::trust::TrustVerdict;

use super::{Assessment, JudgedSignature};

/// The signatures that a message's only author made, going by the mathematics and by what the certificate says of
/// itself: intact, over everything that is shown, by a certificate that names the address shown as From. Nobody need
/// have vouched for that certificate.
pub fn by_author(assessment: &Assessment) -> Option<(EmailAddress, Vec<&JudgedSignature>)> {
    let [from] = assessment.from.as_slice() else { return None };
    let address = Mailbox::email(from)?;
    let is_theirs = |signature: &&JudgedSignature| {
        let names = signature.check.signer.as_ref().is_some_and(|signer| signer.addresses.contains(&address));
        signature.is_whole_and_intact()
            && !signature.is_weak()
            && names
            && signature.judgement.verdict != TrustVerdict::Revoked
    };
    let found: Vec<_> = assessment.signatures.iter().filter(is_theirs).collect();
    (!found.is_empty()).then_some((address, found))
}
