//! The public key of a selector (RFC 6376 §3.6, RFC 8463), over which DKIM and ARC verify.

use mail_auth::common::crypto::{Algorithm, HashAlgorithm};
use mail_auth::common::parse::TxtRecordParser as _;
use mail_auth::common::verify::DomainKey as Verifier;

use super::SenderWord;
use super::tags::Tags;
use crate::domain::{DnsFailure, DnsResolver, Record, RecordKind};

/// Why a signature is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) word: SenderWord,
    pub(super) code: &'static str,
}

/// A result word with a code.
pub(super) const fn refusal(word: SenderWord, code: &'static str) -> Refusal {
    Refusal { word, code }
}

/// What is published, or what is carried, is broken.
pub(super) const fn permerror(code: &'static str) -> Refusal {
    refusal(SenderWord::Permerror, code)
}

/// RFC 8301 §3.2: shorter keys are not believed.
const LEAST_BITS: usize = 1024;
/// Longer ones only cost time.
const MOST_BITS: usize = 8192;

/// A key record that allows one algorithm.
pub(super) struct DomainKey {
    verifier: Verifier,
    algorithm: Algorithm,
    /// `t=s`: the identity's domain must be the signing domain itself.
    pub(super) strict: bool,
    /// `t=y`: the domain is only testing.
    pub(super) testing: bool,
    /// `g=` of RFC 4871, which RFC 6376 dropped; where it stands, it narrows who may sign.
    pub(super) granularity: Option<String>,
}

impl DomainKey {
    /// Looks the key up (§6.1.2).
    pub(super) async fn fetch(
        selector: &str,
        domain: &str,
        algorithm: Algorithm,
        resolver: &dyn DnsResolver,
    ) -> Result<Self, Refusal> {
        let name = format!("{selector}._domainkey.{domain}");
        let answer = match resolver.lookup(&name, RecordKind::Txt).await {
            Ok(answer) => answer,
            Err(DnsFailure::NoSuchName) => return Err(permerror("key_not_found")),
            Err(DnsFailure::Temporary) => return Err(refusal(SenderWord::Temperror, "key_unavailable")),
        };
        let texts: Vec<&Vec<u8>> =
            answer.iter().filter_map(|record| if let Record::Txt(text) = record { Some(text) } else { None }).collect();
        // §6.1.2: of several records the verifier may choose; other records at the name are no keys.
        let is_key = |text: &&&Vec<u8>| Tags::parse(text).is_some_and(|tags| tags.get("p").is_some());
        let text = texts.iter().find(is_key).or(texts.first()).ok_or(permerror("key_not_found"))?;
        Self::parse(text, algorithm)
    }

    fn parse(text: &[u8], algorithm: Algorithm) -> Result<Self, Refusal> {
        let tags = Tags::parse(text).ok_or(permerror("key_syntax"))?;
        if tags.get("v").is_some() && tags.first() != Some(("v", "DKIM1")) {
            return Err(permerror("key_syntax"));
        }
        let kind = tags.get("k").unwrap_or("rsa");
        let wanted = if algorithm == Algorithm::Ed25519Sha256 { "ed25519" } else { "rsa" };
        if !kind.eq_ignore_ascii_case(wanted) {
            return Err(permerror("key_algorithm"));
        }
        let hash = HashAlgorithm::from(algorithm).name();
        if tags.list("h").is_some_and(|hashes| !hashes.iter().any(|h| h.eq_ignore_ascii_case(hash))) {
            return Err(permerror("key_hash"));
        }
        if tags.list("s").is_some_and(|services| !services.iter().any(|s| *s == "*" || s.eq_ignore_ascii_case("email")))
        {
            return Err(permerror("key_service"));
        }
        let public = tags.get("p").ok_or(permerror("key_syntax"))?;
        if public.is_empty() {
            return Err(permerror("key_revoked"));
        }
        if super::tags::base64(public).is_none() {
            return Err(permerror("key_syntax"));
        }
        let verifier =
            Verifier::parse(format!("k={wanted}; p={public}").as_bytes()).map_err(|_| permerror("key_syntax"))?;
        let flags = tags.list("t").unwrap_or_default();
        let key = Self {
            verifier,
            algorithm,
            strict: flags.contains(&"s"),
            testing: flags.contains(&"y"),
            granularity: tags.get("g").map(str::to_owned),
        };
        key.check_size()
    }

    fn check_size(self) -> Result<Self, Refusal> {
        if self.algorithm == Algorithm::Ed25519Sha256 {
            return Ok(self);
        }
        match self.verifier.p.public_key_bits() {
            0 => Err(permerror("key_syntax")),
            LEAST_BITS..=MOST_BITS => Ok(self),
            _ => Err(refusal(SenderWord::Policy, "key_size")),
        }
    }

    /// Verifies a signature over canonical bytes.
    pub(super) fn verify(&self, signed: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        let verified = self.verifier.p.verify_bytes(signed, signature, self.algorithm);
        verified.map_err(|_| refusal(SenderWord::Fail, "bad_signature"))?;
        if self.algorithm == Algorithm::RsaSha1 {
            return Err(refusal(SenderWord::Policy, "algorithm_sha1")); // RFC 8301 §3.1
        }
        Ok(())
    }
}
