use std::time::SystemTime;

use sequoia_openpgp::cert::prelude::ValidErasedKeyAmalgamation;
use sequoia_openpgp::packet::{Key, Packet, Signature, Tag, key};
use sequoia_openpgp::policy::{AsymmetricAlgorithm, HashAlgoSecurity, Policy, StandardPolicy};
use sequoia_openpgp::types::{AEADAlgorithm, HashAlgorithm, PublicKeyAlgorithm, SignatureType, SymmetricAlgorithm};

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

/// Since when a hash is not accepted over what somebody else may have written.
pub(super) fn refused_since(hash: HashAlgorithm) -> Option<SystemTime> {
    StandardPolicy::new().hash_cutoff(hash, HashAlgoSecurity::CollisionResistance)
}

/// Since when a key of this kind and length is not accepted; `None` when it is.
pub(super) fn weak_since<P: key::KeyParts, R: key::KeyRole>(key: &Key<P, R>) -> Option<SystemTime> {
    let bits = key.mpis().bits().unwrap_or(0);
    #[allow(deprecated)] // they are only refused
    let kind = match key.pk_algo() {
        PublicKeyAlgorithm::RSAEncryptSign | PublicKeyAlgorithm::RSASign if bits < 2048 => AsymmetricAlgorithm::RSA1024,
        PublicKeyAlgorithm::DSA if bits < 2048 => AsymmetricAlgorithm::DSA1024,
        _ => return None,
    };
    StandardPolicy::new().asymmetric_algo_cutoff(kind)
}

/// What goes on after a reason's colon: a name, and the day from which on it counts no more.
pub(super) fn since(moment: SystemTime, name: &str) -> Option<String> {
    let day = super::timestamp(moment)?.strftime("%Y-%m-%d");
    Some(format!("{name}, {day}"))
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
