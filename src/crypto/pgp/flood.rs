//! What is kept of a certificate on which more stands than anybody needs: whoever likes can put signatures and User IDs
//! on another's certificate and hand it on (CVE-2019-13050), but can't sign in another's name. So beyond what everybody's
//! certificate has, only what is proved counts: what its owner signed, and what those at hand signed.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use sequoia_openpgp::packet::key::{PrimaryRole, PublicParts, UnspecifiedRole};
use sequoia_openpgp::packet::{Key, Packet, Signature, Tag};
use sequoia_openpgp::types::SignatureType;
use sequoia_openpgp::{KeyID, Result};

mod part;

use super::PgpRing;
use super::facts::id;
use part::{Class, Part, digest};

/// Signatures that are taken as they are, and as many parts: few certificates have more.
const FREE: usize = 64;
/// Octets of User IDs, pictures and subkeys that are taken as they are.
const FREE_BYTES: usize = 1 << 20;
/// Certifications by strangers, which nobody here can verify.
pub(super) const MAX_STRANGERS: usize = 500;
/// Certifications by keys that are at hand.
const MAX_KNOWN: usize = 4_000;
/// Certifications by keys that came in the same file.
const MAX_LISTED: usize = 2_000;
/// User IDs, pictures and subkeys that the owner bound.
pub(super) const MAX_PARTS: usize = 500;
/// Octets of them.
const MAX_BYTES: usize = 16 << 20;
/// What cannot be told to be the owner's.
const MAX_LOOSE: usize = 100;

/// A key as it verifies.
pub(super) type Signer = Key<PublicParts, UnspecifiedRole>;

/// Packets of certificates, one after the other, without what is too much.
pub(super) struct Sieve<'a, I> {
    source: I,
    out: VecDeque<Result<Packet>>,
    /// Whose certifications come before those of strangers.
    ring: Option<&'a PgpRing>,
    /// Keys that came in the same file, by key ID.
    listed: Arc<HashMap<u64, Signer>>,
    /// What is kept already, by its hash: that stays.
    held: HashSet<u64>,
    /// How many of these are certifications by others.
    held_by_others: usize,
    hasher: RandomState,
    primary: Option<Key<PublicParts, PrimaryRole>>,
    part: Option<Part>,
    count: Count,
    signers: HashMap<Vec<u8>, Vec<Signer>>,
}

/// How much of one certificate was met and let through.
#[derive(Debug, Default)]
struct Count {
    signatures: usize,
    parts: usize,
    bytes: usize,
    bound: usize,
    bound_bytes: usize,
    loose: usize,
    loose_bytes: usize,
    strangers: usize,
    known: usize,
    listed: usize,
    /// The signatures that were proved, by their hash: said twice is said once.
    seen: HashSet<u64>,
    /// How many of one issuer and kind were let through on one part.
    of_one: HashMap<(u64, Class, bool), usize>,
}

impl<'a, I: Iterator<Item = Result<Packet>>> Sieve<'a, I> {
    pub(super) fn new(source: I, ring: Option<&'a PgpRing>, listed: Arc<HashMap<u64, Signer>>) -> Self {
        Self {
            source,
            out: VecDeque::new(),
            ring,
            listed,
            held: HashSet::new(),
            held_by_others: 0,
            hasher: RandomState::new(),
            primary: None,
            part: None,
            count: Count::default(),
            signers: HashMap::new(),
        }
    }

    /// These packets, of one certificate with so many certifications by others, are kept already.
    pub(super) fn holding(mut self, kept: impl Iterator<Item = Packet>, by_others: usize) -> Self {
        self.held = kept.map(|packet| hash_of(&self.hasher, &packet)).collect();
        self.held_by_others = by_others;
        self
    }

    fn take(&mut self, packet: Packet) {
        match packet {
            Packet::PublicKey(_) | Packet::SecretKey(_) => self.begin(packet),
            Packet::Signature(signature) => self.signature(signature),
            // Signatures that nobody here can read, what a keyring's own program noted for itself (RFC 9580 §5.10), and
            // what is to be ignored.
            Packet::Trust(_) | Packet::Marker(_) | Packet::Padding(_) => self.beside(packet),
            Packet::Unknown(unknown) if unknown.tag() == Tag::Signature => self.beside(unknown.into()),
            Packet::UserID(_)
            | Packet::UserAttribute(_)
            | Packet::PublicSubkey(_)
            | Packet::SecretSubkey(_)
            | Packet::Unknown(_) => {
                self.end_of_part();
                let part = Part::new(packet, &self.hasher);
                self.count.parts += 1;
                self.count.bytes += part.len;
                self.part = Some(part);
            }
            other => {
                self.end_of_part();
                self.out.push_back(Ok(other));
            }
        }
    }

    fn beside(&mut self, packet: Packet) {
        self.count.signatures += 1;
        let is_strict = self.is_strict();
        match &mut self.part {
            _ if is_strict => {}
            Some(part) => part.others.push(packet),
            None => self.out.push_back(Ok(packet)),
        }
    }

    fn begin(&mut self, packet: Packet) {
        self.end_of_part();
        self.count = Count { strangers: self.held_by_others, ..Count::default() };
        self.primary = match &packet {
            Packet::PublicKey(key) => Some(key.clone()),
            Packet::SecretKey(key) => Some(key.clone().take_secret().0),
            _ => None,
        };
        self.part = Some(Part::new(packet, &self.hasher));
    }

    /// More stands on it than on most, or did before: what comes now has to be proved.
    fn is_strict(&self) -> bool {
        !self.held.is_empty()
            || self.count.signatures > FREE
            || self.count.parts > FREE
            || self.count.bytes > FREE_BYTES
    }

    fn signature(&mut self, signature: Signature) {
        self.count.signatures += 1;
        let is_strict = self.is_strict();
        let hash = signature_hash(&self.hasher, &signature);
        let class = match (self.held.contains(&hash), is_strict) {
            (true, _) => Some((Class::Held, 0)),
            (false, false) => Some((Class::Free, 0)),
            (false, true) => self.class(&signature),
        };
        let Some((class, issuer)) = class else { return };
        if class.is_proved() && !self.count.seen.insert(hash) {
            return;
        }
        match class {
            Class::Stranger if self.count.strangers >= MAX_STRANGERS => return,
            Class::Stranger => self.count.strangers += 1,
            Class::Free if !self.is_own(&signature) => self.count.strangers += 1,
            _ => {}
        }
        match &mut self.part {
            Some(part) => part.add(class, issuer, signature),
            None => self.out.push_back(Ok(signature.into())),
        }
    }

    fn is_own(&self, signature: &Signature) -> bool {
        let issuers = signature.get_issuers();
        let own = self.primary.as_ref().map(Key::key_handle);
        issuers.is_empty() || own.is_some_and(|own| issuers.iter().any(|issuer| issuer.aliases(&own)))
    }

    /// Whose signature it is; `None` when it is not what it says that it is.
    fn class(&mut self, signature: &Signature) -> Option<(Class, u64)> {
        let (primary, part) = (self.primary.as_ref()?, self.part.as_ref()?);
        let digest = digest(signature, primary, &part.packet)?;
        if digest.get(..2) != Some(&signature.digest_prefix()[..]) {
            return None;
        }
        if self.is_own(signature) {
            return signature.verify_digest(primary, &digest).is_ok().then_some((Class::Own, 0));
        }
        let mut is_at_hand = false;
        for issuer in signature.get_issuers() {
            let ring = self.ring;
            let known = self.signers.entry(issuer.as_bytes().to_vec());
            let known = known.or_insert_with(|| ring.map(|ring| ring.signers(&issuer)).unwrap_or_default());
            is_at_hand |= !known.is_empty();
            if known.iter().any(|key| signature.verify_digest(key, &digest).is_ok()) {
                return Some((Class::Known, self.hasher.hash_one(issuer.as_bytes())));
            }
            let listed = self.listed.get(&id(&KeyID::from(&issuer)));
            is_at_hand |= listed.is_some();
            if listed.is_some_and(|key| signature.verify_digest(key, &digest).is_ok()) {
                return Some((Class::Listed, self.hasher.hash_one(issuer.as_bytes())));
            }
        }
        (!is_at_hand).then_some((Class::Stranger, 0))
    }

    /// Lets through what is kept of the part that ends here.
    fn end_of_part(&mut self) {
        let Some(mut part) = self.part.take() else { return };
        part.newest();
        let is_strict = self.is_strict();
        let is_held = self.held.contains(&part.hash);
        let is_primary = matches!(part.packet.tag(), Tag::PublicKey | Tag::SecretKey);
        let count = &mut self.count;
        if is_strict && !is_primary && !is_held {
            let (number, bytes, most, most_bytes) = if part.is_bound() {
                (&mut count.bound, &mut count.bound_bytes, MAX_PARTS, MAX_BYTES)
            } else {
                (&mut count.loose, &mut count.loose_bytes, MAX_LOOSE, FREE_BYTES)
            };
            if *number >= most || *bytes + part.len > most_bytes {
                return;
            }
            *number += 1;
            *bytes += part.len;
        }
        self.out.push_back(Ok(part.packet));
        for (class, issuer, signature) in part.signatures {
            let is_revocation = is_revocation(&signature);
            let key = (self.hasher.hash_one((part.hash, issuer)), class, is_revocation);
            let of_one = count.of_one.entry(key).or_default();
            let total = match class {
                Class::Known => Some((&mut count.known, MAX_KNOWN)),
                Class::Listed => Some((&mut count.listed, MAX_LISTED)),
                _ => None,
            };
            if class.is_proved() && *of_one >= class.most() || total.as_ref().is_some_and(|(now, most)| **now >= *most)
            {
                continue;
            }
            *of_one += 1;
            if let Some((now, _)) = total {
                *now += 1;
            }
            self.out.push_back(Ok(signature.into()));
        }
        self.out.extend(part.others.into_iter().map(Ok));
    }
}

impl<I: Iterator<Item = Result<Packet>>> Iterator for Sieve<'_, I> {
    type Item = Result<Packet>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(ready) = self.out.pop_front() {
                return Some(ready);
            }
            match self.source.next() {
                Some(Ok(packet)) => self.take(packet),
                Some(Err(error)) => {
                    self.end_of_part();
                    self.out.push_back(Err(error));
                }
                None => {
                    self.end_of_part();
                    return self.out.pop_front();
                }
            }
        }
    }
}

/// Of a packet, but for what anybody could change of it without becoming a forger.
pub(super) fn hash_of(state: &RandomState, packet: &Packet) -> u64 {
    let mut hasher = state.build_hasher();
    match packet {
        Packet::Signature(signature) => return signature_hash(state, signature),
        other => other.normalized_hash(&mut hasher),
    }
    std::hash::Hasher::finish(&hasher)
}

fn signature_hash(state: &RandomState, signature: &Signature) -> u64 {
    let mut hasher = state.build_hasher();
    signature.normalized_hash(&mut hasher);
    std::hash::Hasher::finish(&hasher)
}

pub(super) fn is_revocation(signature: &Signature) -> bool {
    use SignatureType::{CertificationRevocation, KeyRevocation, SubkeyRevocation};
    matches!(signature.typ(), KeyRevocation | SubkeyRevocation | CertificationRevocation)
}
