//! Certificates on tokens; their secret keys stay there, and are used there.

use std::path::Path;
use std::sync::Arc;

use crate::domain::Technology;
use crate::engine::outside::{AtToken, TokenCertificate, tokens};
use crate::store::OutsideKeyRecord;

use super::SourceKind;
use super::harvest::Harvest;
use super::report::Why;

const KIND: SourceKind = SourceKind::Token;

/// Reads every token that a library speaks to.
pub(super) fn gather(module: &Path, harvest: &mut Harvest) {
    let tokens = match tokens(module) {
        Ok(tokens) => tokens,
        Err(failure) => return harvest.stays(KIND, module, "", (Why::ProgramFailed, failure.to_string())),
    };
    for token in tokens {
        for TokenCertificate { certificate, id, has_key } in token.certificates {
            let fingerprint = certificate.fingerprint.clone();
            harvest.met(fingerprint.clone(), KIND, &token.label);
            harvest.found.smime.add_certificate(Arc::clone(&certificate));
            let place = AtToken {
                module: module.to_owned(),
                label: token.label.clone(),
                serial: token.serial.clone(),
                id: hex::encode(id),
            };
            if let Some(locator) = serde_json::to_string(&place).ok().filter(|_| has_key) {
                let (technology, keeper) = (Technology::Smime, "pkcs11".to_owned());
                harvest.outside.push(OutsideKeyRecord { fingerprint, technology, keeper, locator });
            }
        }
    }
}
