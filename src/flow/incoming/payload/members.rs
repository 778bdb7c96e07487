//! The parts of a multipart one after the other, where a list or a server on the way has taken apart what belonged
//! together: a signature above its part, a ciphertext without the multipart/encrypted around it.

use crate::crypto::SignatureCheck;
use crate::message::{Defect, DefectCode, ParsedMessage, Part};

use super::super::layer;
use super::super::peel::{self, Inside, join};
use super::super::unobtrusive;
use super::{MAX_APART, Protection, Showing};

impl Showing<'_, '_> {
    /// Shows each member; those that are protected by themselves apart.
    pub(super) fn members(&mut self, message: &ParsedMessage, part: &Part, prefix: &str, protection: Protection) {
        let mut before: Option<&Part> = None;
        for child in &part.children {
            let is_ciphertext = before.replace(child).is_some_and(|before| layer::is_torn_pair(part, before, child));
            if self.apart < MAX_APART && !protection.is_forwarded {
                if is_ciphertext && self.layers_below(message, child, prefix, protection) {
                    continue;
                }
                if unobtrusive::is_signed(message, child) {
                    // It counts whatever comes of it: each costs public key operations.
                    self.apart += 1;
                    let checks = unobtrusive::checks(message, child, self.circumstances);
                    if !checks.is_empty() {
                        self.sealed(message, child, prefix, protection, checks);
                        continue;
                    }
                    let part = join(prefix, &child.path);
                    self.out.defects.push(Defect { code: DefectCode::LostSignature, part });
                }
            }
            self.part(message, child, prefix, protection);
        }
    }

    /// A part whose own header holds signatures over it.
    fn sealed(
        &mut self,
        message: &ParsedMessage,
        part: &Part,
        prefix: &str,
        protection: Protection,
        checks: Vec<SignatureCheck>,
    ) {
        let mut envelope = peel::peel(message, part, prefix, true, self.circumstances, self.budget);
        envelope.sign_around(checks);
        let inner = self.below(&envelope, protection);
        match &envelope.inside {
            Inside::Same(path) if *path == part.path => self.part(message, part, prefix, inner),
            inside => self.inside(message, prefix, inside, inner),
        }
        self.take_layers(envelope);
    }
}
