use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;
use sequoia_openpgp::cert::amalgamation::key::PrimaryKey;
use sequoia_openpgp::cert::amalgamation::{ValidAmalgamation, ValidateAmalgamation};
use sequoia_openpgp::cert::prelude::ValidErasedKeyAmalgamation;
use sequoia_openpgp::packet::{Signature, key};
use sequoia_openpgp::parse::PacketParser;
use sequoia_openpgp::parse::stream::{
    MessageLayer, MessageStructure, VerificationError, VerificationHelper, VerificationResult,
};
use sequoia_openpgp::policy::{HashAlgoSecurity, Policy};
use sequoia_openpgp::types::{RevocationStatus, RevocationType};
use sequoia_openpgp::{Cert, Error, KeyHandle};

use crate::crypto::{SignatureCheck, SignatureOutcome, Signer};
use crate::domain::{Fingerprint, Technology};

use super::policy::ReadingPolicy;
use super::{PgpRing, cert, policy, timestamp};

/// Signatures on one object; each may cost a public key operation for each certificate tried.
const MAX_SIGNATURES: usize = 64;
/// Certificates tried for one issuer: more than one holds the same key only by accident or malice.
const MAX_CERTS_PER_ISSUER: usize = 8;
/// Moments tried to find the binding of a key whose older self-signatures are gone.
const MAX_MOMENTS: usize = 32;

/// Collects what the library finds about the signatures of one object.
pub(super) struct Checker<'a> {
    ring: &'a PgpRing,
    /// The latest moment at which a signature may have been made.
    latest: SystemTime,
    seen: usize,
    /// Whose key opened the message, when it was encrypted.
    pub(super) recipient: Option<sequoia_openpgp::Fingerprint>,
    /// Each signature, in order.
    pub(super) checks: Vec<SignatureCheck>,
    /// What the message is made of, from the outside in.
    pub(super) layers: Vec<Layer>,
}

/// One layer of a message (RFC 9580 §10.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    Compressed,
    Encrypted { cipher: String, is_aead: bool },
    Signed,
}

impl<'a> Checker<'a> {
    pub(super) fn new(ring: &'a PgpRing, latest: SystemTime) -> Self {
        Self { ring, latest, seen: 0, recipient: None, checks: Vec::new(), layers: Vec::new() }
    }

    fn judge(&self, result: &VerificationResult) -> SignatureCheck {
        match result {
            Ok(good) => {
                let not = Verdict::Not(SignatureOutcome::BadSignature, "not_intended_recipient");
                let verdict = if self.is_meant_for_us(good.sig) { Verdict::Intact } else { not };
                about(good.sig, Some(good.ka.cert()), self.ring, verdict)
            }
            Err(VerificationError::MissingKey { sig }) => {
                about(sig, None, self.ring, Verdict::Not(SignatureOutcome::MissingCertificate, "no_certificate"))
            }
            Err(VerificationError::UnboundKey { sig, cert, error }) => {
                about(sig, Some(cert), self.ring, self.unbound(sig, cert, error))
            }
            Err(VerificationError::BadKey { sig, ka, .. }) => {
                about(sig, Some(ka.cert()), self.ring, self.by_key(sig, ka))
            }
            Err(VerificationError::BadSignature { sig, ka, error }) => {
                about(sig, Some(ka.cert()), self.ring, bad(sig, error))
            }
            Err(VerificationError::MalformedSignature { sig, .. }) => {
                about(sig, None, self.ring, Verdict::Not(SignatureOutcome::Malformed, "no_creation_time"))
            }
            Err(VerificationError::UnknownSignature { sig }) => unknown(sig),
            Err(_) => unreadable(SignatureOutcome::Malformed, "unknown"),
        }
    }

    /// No binding was accepted at the moment of the signature. Software that renews a key often
    /// drops the older self-signatures: the oldest binding that is left counts then, if the key is
    /// older than the signature.
    fn unbound(&self, signature: &Signature, cert: &Cert, error: &anyhow::Error) -> Verdict {
        let Some(made) = signature.signature_creation_time() else {
            return Verdict::Not(SignatureOutcome::Malformed, "no_creation_time");
        };
        let mut weak = None;
        for key in cert.keys().key_handles(signature.get_issuers()) {
            weak = weak.or_else(|| policy::since(policy::weak_since(key.key())?, &cert::algorithm(key.key())));
            if key.key().creation_time() > made || cert.primary_key().key().creation_time() > made {
                return Verdict::Not(SignatureOutcome::BadKey, "made_before_key");
            }
            for moment in later_moments(cert, made) {
                if let Ok(valid) = key.clone().with_policy(&ReadingPolicy, moment) {
                    return self.by_key(signature, &valid);
                }
            }
        }
        if let Some(which) = weak {
            return Verdict::Old("weak_key", which);
        }
        if error.chain().any(|cause| cause.to_string().contains("asymmetric algorithm")) {
            return Verdict::Not(SignatureOutcome::UnsupportedAlgorithm, "weak_key");
        }
        Verdict::Not(SignatureOutcome::UnboundKey, "no_binding")
    }

    /// The key is known, and the library did not come to the mathematics because of its state. A
    /// certificate that was withdrawn for good is told apart: there the mathematics may hold, and
    /// `trust` says that it is revoked.
    fn by_key(&self, signature: &Signature, key: &ValidErasedKeyAmalgamation<key::PublicParts>) -> Verdict {
        if let Some(weak) = weak_hash(signature) {
            return weak;
        }
        if let Err(error) = signature
            .verify_document(key.key())
            .and_then(|()| signature.signature_alive(self.latest, std::time::Duration::ZERO))
        {
            return bad(signature, &error);
        }
        if !self.is_meant_for_us(signature) {
            return Verdict::Not(SignatureOutcome::BadSignature, "not_intended_recipient");
        }
        let not = |reason| Verdict::Not(SignatureOutcome::BadKey, reason);
        if key.valid_cert().alive().is_err() || key.alive().is_err() {
            return not("key_expired");
        }
        if matches!(key.revocation_status(), RevocationStatus::Revoked(_)) && !key.primary() {
            return not("key_revoked");
        }
        if !key.for_signing() {
            return not("not_for_signing");
        }
        match key.valid_cert().revocation_status() {
            RevocationStatus::Revoked(revocations) if revocations.iter().any(|one| is_hard(one)) => Verdict::Intact,
            RevocationStatus::Revoked(_) => not("key_revoked"),
            _ => Verdict::Intact,
        }
    }

    /// A signature that names its recipients is passed on to nobody else (RFC 9580 §5.2.3.36): one of them is whose
    /// key opened it. Where another layer was around it, or none is left, one of them is the reader.
    fn is_meant_for_us(&self, signature: &Signature) -> bool {
        let mut named = signature.intended_recipients().peekable();
        named.peek().is_none()
            || match &self.recipient {
                Some(us) => named.any(|one| one == us),
                None => named.any(|one| self.ring.own().any(|own| own.fingerprint() == *one)),
            }
    }
}

impl VerificationHelper for Checker<'_> {
    fn inspect(&mut self, packet: &PacketParser) -> sequoia_openpgp::Result<()> {
        use sequoia_openpgp::packet::Tag;
        if matches!(packet.packet.tag(), Tag::Signature | Tag::OnePassSig) {
            self.seen += 1;
        }
        if self.seen > 2 * MAX_SIGNATURES {
            return Err(Error::MalformedMessage("too many signatures".into()).into());
        }
        Ok(())
    }

    fn get_certs(&mut self, issuers: &[KeyHandle]) -> sequoia_openpgp::Result<Vec<Cert>> {
        let holders = issuers.iter().flat_map(|one| self.ring.holding(one).into_iter().take(MAX_CERTS_PER_ISSUER));
        Ok(holders.map(|cert| cert.as_ref().clone()).collect())
    }

    fn check(&mut self, structure: MessageStructure) -> sequoia_openpgp::Result<()> {
        for layer in structure {
            self.layers.push(match layer {
                MessageLayer::Compression { .. } => Layer::Compressed,
                MessageLayer::Encryption { sym_algo, aead_algo } => {
                    Layer::Encrypted { cipher: super::decrypt::cipher_name(sym_algo), is_aead: aead_algo.is_some() }
                }
                MessageLayer::SignatureGroup { results } => {
                    for result in results {
                        let check = self.judge(&result);
                        self.checks.push(check);
                    }
                    Layer::Signed
                }
            });
        }
        Ok(())
    }
}

/// A signature object of which nothing can be said but that it is broken.
pub(super) fn unreadable(outcome: SignatureOutcome, reason: &str) -> SignatureCheck {
    SignatureCheck {
        technology: Technology::OpenPgp,
        outcome,
        signer: None,
        signed_at: None,
        hash: None,
        bundled: Vec::new(),
        stapled: Vec::new(),
        reason: Some(reason.to_owned()),
    }
}

/// Intact, or not and why.
enum Verdict {
    Intact,
    Not(SignatureOutcome, &'static str),
    /// An algorithm too old: its name, and since when it is not accepted.
    Old(&'static str, String),
}

fn about(signature: &Signature, cert: Option<&Cert>, ring: &PgpRing, verdict: Verdict) -> SignatureCheck {
    let signed_at = signature.signature_creation_time().and_then(timestamp);
    let known = cert.map(|cert| {
        let shared = ring.find(&cert::fingerprint(cert)).map_or_else(|| Arc::new(cert.clone()), Arc::clone);
        cert::signer(&shared, signed_at.unwrap_or(Timestamp::UNIX_EPOCH))
    });
    let (outcome, reason) = match verdict {
        Verdict::Intact => (SignatureOutcome::Intact, None),
        Verdict::Not(outcome, reason) => (outcome, Some(reason.to_owned())),
        Verdict::Old(reason, which) => (SignatureOutcome::UnsupportedAlgorithm, Some(format!("{reason}: {which}"))),
    };
    SignatureCheck {
        technology: Technology::OpenPgp,
        outcome,
        signer: known.or_else(|| named(signature)),
        signed_at,
        hash: Some(signature.hash_algo().to_string()),
        bundled: Vec::new(),
        stapled: Vec::new(),
        reason,
    }
}

/// The signer as the signature alone names it. A key ID is not enough: it can be made to collide.
fn named(signature: &Signature) -> Option<Signer> {
    let fingerprint = signature.issuer_fingerprints().next()?;
    Some(Signer {
        fingerprint: Fingerprint::from_bytes(fingerprint.as_bytes()),
        addresses: Vec::new(),
        names: Vec::new(),
        subject: None,
        issuer: None,
        certificate: None,
    })
}

/// The signature does not hold, or is not accepted.
fn bad(signature: &Signature, error: &anyhow::Error) -> Verdict {
    if let Some(weak) = weak_hash(signature) {
        return weak;
    }
    let (outcome, reason) = match error.downcast_ref::<Error>() {
        Some(Error::NotYetLive(_)) => (SignatureOutcome::BadSignature, "made_in_future"),
        Some(Error::Expired(_)) => (SignatureOutcome::BadSignature, "signature_expired"),
        Some(Error::UnsupportedPublicKeyAlgorithm(_) | Error::UnsupportedEllipticCurve(_)) => {
            (SignatureOutcome::UnsupportedAlgorithm, "key_algorithm")
        }
        Some(Error::UnsupportedHashAlgorithm(_)) => (SignatureOutcome::UnsupportedAlgorithm, "hash_algorithm"),
        Some(Error::PolicyViolation(..)) => (SignatureOutcome::UnsupportedAlgorithm, "policy"),
        Some(Error::BadSignature(text)) if text.contains("intended recipient") => {
            (SignatureOutcome::BadSignature, "not_intended_recipient")
        }
        _ => (SignatureOutcome::BadSignature, "digest_mismatch"),
    };
    Verdict::Not(outcome, reason)
}

/// A hash that says nothing about a document, at the time at which the signature was made.
fn weak_hash(signature: &Signature) -> Option<Verdict> {
    if !signature.hash_algo().is_supported() {
        return Some(Verdict::Not(SignatureOutcome::UnsupportedAlgorithm, "hash_algorithm"));
    }
    let refused = ReadingPolicy.signature(signature, HashAlgoSecurity::CollisionResistance).err()?;
    if refused.chain().any(|cause| cause.to_string().contains("critical")) {
        return Some(Verdict::Not(SignatureOutcome::UnsupportedAlgorithm, "critical_subpacket"));
    }
    let hash = signature.hash_algo();
    let named = policy::refused_since(hash).and_then(|moment| policy::since(moment, &hash.to_string()));
    Some(match named {
        Some(which) => Verdict::Old("weak_hash", which),
        None => Verdict::Not(SignatureOutcome::UnsupportedAlgorithm, "weak_hash"),
    })
}

/// A withdrawal that reaches back: the key may have been in other hands before (RFC 9580 §5.2.3.31).
fn is_hard(revocation: &Signature) -> bool {
    revocation.reason_for_revocation().is_none_or(|(reason, _)| reason.revocation_type() == RevocationType::Hard)
}

/// When self-signatures were made after a moment, in order.
fn later_moments(cert: &Cert, after: SystemTime) -> Vec<SystemTime> {
    let of_keys = cert.keys().flat_map(|one| one.self_signatures().collect::<Vec<_>>());
    let of_ids = cert.userids().flat_map(|one| one.self_signatures().collect::<Vec<_>>());
    let mut moments: Vec<_> =
        of_keys.chain(of_ids).filter_map(|one| one.signature_creation_time()).filter(|time| *time > after).collect();
    moments.sort_unstable();
    moments.dedup();
    moments.truncate(MAX_MOMENTS);
    moments
}

/// A signature packet that the library could not take apart.
fn unknown(packet: &sequoia_openpgp::packet::Unknown) -> SignatureCheck {
    let (outcome, reason) = match packet.error().downcast_ref::<Error>() {
        Some(Error::UnsupportedSignatureType(_)) => (SignatureOutcome::UnsupportedAlgorithm, "type"),
        Some(Error::UnsupportedPublicKeyAlgorithm(_)) => (SignatureOutcome::UnsupportedAlgorithm, "key_algorithm"),
        Some(Error::UnsupportedHashAlgorithm(_)) => (SignatureOutcome::UnsupportedAlgorithm, "hash_algorithm"),
        Some(Error::UnsupportedPacketType(_)) => (SignatureOutcome::UnsupportedAlgorithm, "version"),
        Some(Error::MalformedPacket(what)) if what == "unknown version" => {
            (SignatureOutcome::UnsupportedAlgorithm, "version")
        }
        _ => (SignatureOutcome::Malformed, "packet"),
    };
    unreadable(outcome, reason)
}
