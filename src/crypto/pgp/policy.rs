use std::time::SystemTime;

use sequoia_openpgp::cert::prelude::ValidErasedKeyAmalgamation;
use sequoia_openpgp::packet::{Packet, Signature, Tag, key};
use sequoia_openpgp::policy::{HashAlgoSecurity, Policy, StandardPolicy};
use sequoia_openpgp::types::{AEADAlgorithm, SignatureType, SymmetricAlgorithm};

/// The library's cut-offs, counted for a signature at the moment at which it says it was made, for
/// a key at the moment at which it is used: what is written now follows those of now.
///
/// A SHA-1 signature over a document from 2011 was not open to collisions then, and its trailer,
/// which the signer's own software wrote, can't be given another date without a second pre-image.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadingPolicy;

impl Policy for ReadingPolicy {
    fn signature(&self, signature: &Signature, needs: HashAlgoSecurity) -> sequoia_openpgp::Result<()> {
        // To refuse a withdrawal because of its hash would make believed what its owner withdrew.
        if is_revocation(signature.typ()) {
            return Ok(());
        }
        let made = signature.signature_creation_time().unwrap_or_else(far_future);
        StandardPolicy::at(made).signature(signature, needs)
    }

    fn key(&self, key: &ValidErasedKeyAmalgamation<key::PublicParts>) -> sequoia_openpgp::Result<()> {
        use sequoia_openpgp::cert::amalgamation::ValidAmalgamation;
        StandardPolicy::at(key.time()).key(key)
    }

    fn symmetric_algorithm(&self, algorithm: SymmetricAlgorithm) -> sequoia_openpgp::Result<()> {
        if algorithm == SymmetricAlgorithm::Unencrypted {
            return StandardPolicy::new().symmetric_algorithm(algorithm);
        }
        Ok(())
    }

    fn aead_algorithm(&self, algorithm: AEADAlgorithm) -> sequoia_openpgp::Result<()> {
        StandardPolicy::new().aead_algorithm(algorithm)
    }

    fn packet(&self, packet: &Packet) -> sequoia_openpgp::Result<()> {
        match packet.tag() {
            // Version 3 signatures: as any other, by their time.
            Tag::Signature => Ok(()),
            _ => StandardPolicy::new().packet(packet),
        }
    }
}

fn is_revocation(kind: SignatureType) -> bool {
    matches!(
        kind,
        SignatureType::KeyRevocation | SignatureType::SubkeyRevocation | SignatureType::CertificationRevocation
    )
}

/// What has no date gets the strictest judgement.
fn far_future() -> SystemTime {
    SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(u64::from(u32::MAX))
}
