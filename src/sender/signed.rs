//! What DKIM-Signature and ARC-Message-Signature share: tags, body hash, header hash (RFC 6376 §3.5, §3.7).

use std::sync::OnceLock;

use mail_auth::common::crypto::{Algorithm, HashAlgorithm};

use super::SenderWord;
use super::domain_key::{Refusal, permerror, refusal};
use super::fields::{Canonicalization, Field, Fields};
use super::tags::{Tags, base64, is_space};

/// More signed names than any signer writes only cost time.
const SIGNED_NAMES: usize = 256;

/// The fields that RFC 5322 §3.6 and RFC 2045 allow once.
const ONCE: [&str; 12] = [
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// A message with its canonical bodies, made once.
pub(super) struct Canonical<'a> {
    pub(super) fields: Fields<'a>,
    simple: OnceLock<Vec<u8>>,
    relaxed: OnceLock<Vec<u8>>,
}

impl<'a> Canonical<'a> {
    /// Of a message on the wire.
    pub(super) fn new(raw: &'a [u8]) -> Self {
        Self { fields: Fields::split(raw), simple: OnceLock::new(), relaxed: OnceLock::new() }
    }

    fn body(&self, how: Canonicalization) -> &[u8] {
        let cell = if how == Canonicalization::Simple { &self.simple } else { &self.relaxed };
        cell.get_or_init(|| how.body(self.fields.body))
    }
}

/// The tags of a signature over header fields and body.
#[derive(Debug)]
pub(super) struct Signed<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) domain: String,
    pub(super) selector: &'a str,
    pub(super) signature: Vec<u8>,
    body_hash: Vec<u8>,
    header_form: Canonicalization,
    body_form: Canonicalization,
    pub(super) names: Vec<&'a str>,
    length: Option<usize>,
    expires: Option<i64>,
}

/// How much of the body a good hash covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyCovered {
    Whole,
    Beginning,
}

impl<'a> Signed<'a> {
    /// Reads the tags (RFC 6376 §3.5); `i` is left to the callers, which use it differently.
    pub(super) fn parse(tags: &Tags<'a>) -> Result<Self, Refusal> {
        let need = |name, code| tags.get(name).filter(|value| !value.is_empty()).ok_or(permerror(code));
        let algorithm = algorithm(need("a", "no_algorithm")?)?;
        let domain = domain_name(need("d", "no_domain")?).ok_or(permerror("domain_syntax"))?;
        let selector = need("s", "no_selector")?;
        domain_name(selector).ok_or(permerror("selector_syntax"))?;
        let (header_form, body_form) = forms(tags.get("c"))?;
        let names = tags.list("h").filter(|names| !names.iter().any(|name| name.is_empty()));
        let names = names.filter(|names| names.len() <= SIGNED_NAMES).ok_or(permerror("no_signed_fields"))?;
        let methods = tags.list("q").unwrap_or_else(|| vec!["dns/txt"]);
        if !methods.iter().any(|method| method.eq_ignore_ascii_case("dns/txt")) {
            return Err(permerror("key_query_method"));
        }
        let number = |name| match tags.get(name) {
            None => Ok(None),
            Some(text) => digits(text).map(Some).ok_or(permerror("number_syntax")),
        };
        let (signed_at, expires) = (number("t")?, number("x")?);
        if signed_at.zip(expires).is_some_and(|(signed, expires)| expires <= signed) {
            return Err(permerror("expires_before_signed"));
        }
        Ok(Self {
            algorithm,
            domain,
            selector,
            signature: base64(need("b", "no_signature")?).ok_or(permerror("signature_syntax"))?,
            body_hash: base64(need("bh", "no_body_hash")?).ok_or(permerror("body_hash_syntax"))?,
            header_form,
            body_form,
            names,
            length: number("l")?.map(|length| usize::try_from(length).unwrap_or(usize::MAX)),
            expires,
        })
    }

    /// Seconds since 1970 (§3.5, `x=`).
    pub(super) fn check_time(&self, now: i64) -> Result<(), Refusal> {
        match self.expires {
            Some(expires) if expires < now => Err(refusal(SenderWord::Fail, "signature_expired")),
            _ => Ok(()),
        }
    }

    /// §8.15: of a field that a message has only once, a second one would be shown in the place of
    /// the signed one.
    pub(super) fn check_repeated(&self, fields: &Fields<'_>) -> Result<(), Refusal> {
        let repeated = ONCE.iter().any(|name| {
            let signed = self.names.iter().filter(|signed| signed.eq_ignore_ascii_case(name)).count();
            signed > 0 && fields.named(name).count() > signed
        });
        if repeated { Err(permerror("signed_field_repeated")) } else { Ok(()) }
    }

    /// Compares the body hash (§3.7).
    pub(super) fn check_body(&self, message: &Canonical<'_>) -> Result<BodyCovered, Refusal> {
        let body = message.body(self.body_form);
        let covered = match self.length {
            None => body,
            Some(length) => body.get(..length).ok_or(permerror("body_length_beyond_end"))?,
        };
        if HashAlgorithm::from(self.algorithm).hash(covered).as_ref() != self.body_hash {
            return Err(refusal(SenderWord::Fail, "body_hash_mismatch"));
        }
        Ok(if covered.len() == body.len() { BodyCovered::Whole } else { BodyCovered::Beginning })
    }

    /// The bytes that the signature is over (§3.7): the named fields from below, then the signature's own.
    pub(super) fn header_input(&self, message: &Canonical<'_>, own: &Field<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        let mut used: Vec<(&str, usize)> = Vec::new();
        for name in &self.names {
            let earlier = used.iter().position(|(other, _)| other.eq_ignore_ascii_case(name));
            let slot = earlier.unwrap_or_else(|| {
                used.push((name, 0));
                used.len() - 1
            });
            let Some((_, taken)) = used.get_mut(slot) else { continue };
            let field = message.fields.list.iter().rev().filter(|field| field.is(name)).nth(*taken);
            *taken += 1;
            if let Some(field) = field {
                self.header_form.field(field, &mut out);
                out.extend_from_slice(b"\r\n");
            }
        }
        let bare = without_signature(own.value);
        self.header_form.field(&Field { name: own.name, value: &bare }, &mut out);
        out
    }
}

/// `a=`. RSA with SHA-1 is verified, so that a broken signature is told from an outdated one, and
/// then refused (RFC 8301 §3.1) by [`DomainKey::verify`](super::domain_key::DomainKey::verify).
pub(super) fn algorithm(text: &str) -> Result<Algorithm, Refusal> {
    match text {
        "rsa-sha256" => Ok(Algorithm::RsaSha256),
        "ed25519-sha256" => Ok(Algorithm::Ed25519Sha256),
        "rsa-sha1" => Ok(Algorithm::RsaSha1),
        _ => Err(permerror("algorithm_unknown")),
    }
}

/// `c=`, `simple/simple` by default.
fn forms(text: Option<&str>) -> Result<(Canonicalization, Canonicalization), Refusal> {
    let (header, body) = text.map_or(("simple", "simple"), |text| text.split_once('/').unwrap_or((text, "simple")));
    let form = |word: &str| match word {
        "simple" => Ok(Canonicalization::Simple),
        "relaxed" => Ok(Canonicalization::Relaxed),
        _ => Err(permerror("canonicalization_unknown")),
    };
    Ok((form(header)?, form(body)?))
}

/// Up to 12 digits for a time, more for a length (§3.5).
pub(super) fn digits(text: &str) -> Option<i64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// A domain name with A-labels, in lower case; `None` if it can't be one.
pub(super) fn domain_name(text: &str) -> Option<String> {
    let name = mail_auth::common::to_a_label(text).into_owned();
    let well_formed = name.len() <= 253
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        });
    well_formed.then_some(name)
}

/// The field's value with the value of `b` taken out, all else as it is (§3.5).
pub(super) fn without_signature(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    for (index, tag) in value.split(|byte| *byte == b';').enumerate() {
        if index > 0 {
            out.push(b';');
        }
        let equals = tag.iter().position(|byte| *byte == b'=');
        let name = equals.and_then(|at| tag.get(..at)).unwrap_or(&[]);
        let is_b = name.iter().filter(|byte| !is_space(char::from(**byte))).eq([b'b'].iter());
        match equals {
            Some(at) if is_b => out.extend_from_slice(tag.get(..=at).unwrap_or(tag)),
            _ => out.extend_from_slice(tag),
        }
    }
    out
}
