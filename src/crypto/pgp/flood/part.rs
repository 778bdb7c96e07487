//! One part of a certificate with the signatures that stand after it.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::RandomState;

use sequoia_openpgp::packet::key::{PrimaryRole, PublicParts};
use sequoia_openpgp::packet::{Key, Packet, Signature};
use sequoia_openpgp::serialize::SerializeInto as _;
use sequoia_openpgp::types::SignatureType;

use super::{hash_of, is_revocation};

/// So many signatures are gathered before the older ones of each issuer are let go.
const GATHERED: usize = 2_048;

/// Why a signature is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Class {
    /// The owner's, verified.
    Own,
    /// Of a key that is at hand, verified.
    Known,
    /// It was kept before.
    Held,
    /// One of the first: nobody looked at it.
    Free,
    /// Of a key that came in the same file, verified.
    Listed,
    /// Of a key that is not at hand.
    Stranger,
}

impl Class {
    /// It was verified.
    pub(super) fn is_proved(self) -> bool {
        matches!(self, Self::Own | Self::Known | Self::Listed)
    }

    /// The most, newest first, of one issuer on one part; as many revocations.
    pub(super) fn most(self) -> usize {
        match self {
            Self::Own => 64,
            Self::Known | Self::Listed => 8,
            Self::Held | Self::Free | Self::Stranger => usize::MAX,
        }
    }
}

/// The primary key, a subkey, a User ID or a picture.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) packet: Packet,
    pub(super) hash: u64,
    pub(super) len: usize,
    /// Each with what its issuer is told apart by.
    pub(super) signatures: Vec<(Class, u64, Signature)>,
    /// What else stands there.
    pub(super) others: Vec<Packet>,
}

impl Part {
    pub(super) fn new(packet: Packet, hasher: &RandomState) -> Self {
        let (hash, len) = (hash_of(hasher, &packet), packet.serialized_len());
        Self { packet, hash, len, signatures: Vec::new(), others: Vec::new() }
    }

    pub(super) fn add(&mut self, class: Class, issuer: u64, signature: Signature) {
        self.signatures.push((class, issuer, signature));
        if self.signatures.len().is_multiple_of(GATHERED) {
            self.newest();
        }
    }

    /// Of each issuer what is newest; the owner's before those of people at hand, and strangers' last.
    pub(super) fn newest(&mut self) {
        if !self.signatures.iter().any(|(class, ..)| class.is_proved()) {
            return;
        }
        self.signatures
            .sort_by_cached_key(|(class, _, signature)| (*class, Reverse(signature.signature_creation_time())));
        let mut counts: HashMap<(Class, u64, bool), usize> = HashMap::new();
        self.signatures.retain(|(class, issuer, signature)| {
            let count = counts.entry((*class, *issuer, is_revocation(signature))).or_default();
            *count += 1;
            *count <= class.most()
        });
    }

    /// Its owner says that it is theirs.
    pub(super) fn is_bound(&self) -> bool {
        self.signatures.iter().any(|(class, ..)| *class == Class::Own)
    }
}

/// What a signature is made over (RFC 9580 §5.2.4) when it stands after this part; `None` when none of its type stands
/// there.
pub(super) fn digest(signature: &Signature, primary: &Key<PublicParts, PrimaryRole>, part: &Packet) -> Option<Vec<u8>> {
    let mut context = signature.hash_algo().context().ok()?.for_signature(signature.version());
    let hash = &mut context;
    match (signature.typ(), part) {
        // They are about the primary key wherever they stand.
        (SignatureType::DirectKey | SignatureType::KeyRevocation, _) => signature.hash_direct_key(hash, primary),
        (SignatureType::CertificationApproval, Packet::UserID(id)) => signature.hash_userid_approval(hash, primary, id),
        (SignatureType::CertificationApproval, Packet::UserAttribute(picture)) => {
            signature.hash_user_attribute_approval(hash, primary, picture)
        }
        (_, Packet::UserID(id)) => signature.hash_userid_binding(hash, primary, id),
        (_, Packet::UserAttribute(picture)) => signature.hash_user_attribute_binding(hash, primary, picture),
        (_, Packet::PublicSubkey(key)) => signature.hash_subkey_binding(hash, primary, key),
        (_, Packet::SecretSubkey(key)) => signature.hash_subkey_binding(hash, primary, key),
        _ => return None,
    }
    .ok()?;
    context.into_digest().ok()
}
