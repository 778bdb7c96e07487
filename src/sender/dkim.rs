//! DomainKeys Identified Mail (RFC 6376, RFC 8301, RFC 8463): every signature of a message.

use super::domain_key::{DomainKey, Refusal, permerror, refusal};
use super::fields::Field;
use super::signed::{BodyCovered, Canonical, Signed};
use super::tags::{Tags, is_space};
use super::{Method, SenderResult, SenderWord, Source};
use crate::domain::DnsResolver;

/// Signatures looked at; what comes after is refused unseen (§8.4: an attacker may add any number).
const SIGNATURES: usize = 16;

/// One result a signature, in the order of the fields; one `none` when there is no signature.
pub(super) async fn evaluate(message: &Canonical<'_>, now: i64, resolver: &dyn DnsResolver) -> Vec<SenderResult> {
    let mut results = Vec::new();
    for (index, field) in message.fields.named("DKIM-Signature").enumerate() {
        if index == SIGNATURES {
            results.push(answer(SenderWord::Policy, String::new(), Some("too_many_signatures")));
            break;
        }
        let domain = Tags::parse(field.value).and_then(|tags| tags.get("d").and_then(super::signed::domain_name));
        let domain = domain.unwrap_or_default();
        results.push(match verify(message, &field, now, resolver).await {
            Ok(testing) => answer(SenderWord::Pass, domain, testing.then_some("testing")),
            Err(Refusal { word, code }) => answer(word, domain, Some(code)),
        });
    }
    if results.is_empty() {
        results.push(answer(SenderWord::None, String::new(), Some("no_signature")));
    }
    results
}

fn answer(result: SenderWord, domain: String, code: Option<&str>) -> SenderResult {
    let explanation = code.map(str::to_owned);
    SenderResult { method: Method::Dkim, result, domain, policy: None, source: Source::Evaluated, explanation }
}

/// §6.1. Gives whether the key is only being tested.
async fn verify(
    message: &Canonical<'_>,
    field: &Field<'_>,
    now: i64,
    resolver: &dyn DnsResolver,
) -> Result<bool, Refusal> {
    let tags = Tags::parse(field.value).ok_or(permerror("tag_syntax"))?;
    if tags.get("v") != Some("1") {
        return Err(permerror("version"));
    }
    let signed = Signed::parse(&tags)?;
    if !signed.names.iter().any(|name| name.eq_ignore_ascii_case("from")) {
        return Err(permerror("from_not_signed"));
    }
    let identity = identity(tags.get("i"), &signed.domain)?;
    signed.check_repeated(&message.fields)?;
    signed.check_time(now)?;
    let covered = signed.check_body(message)?;
    let key = DomainKey::fetch(signed.selector, &signed.domain, signed.algorithm, resolver).await?;
    if key.strict && identity.domain != signed.domain {
        return Err(permerror("identity_not_domain"));
    }
    if key.granularity.as_deref().is_some_and(|pattern| !matches_granularity(pattern, &identity.local)) {
        return Err(permerror("identity_not_granted"));
    }
    key.verify(&signed.header_input(message, field), &signed.signature)?;
    // §8.2: with l= anybody may append what the reader then sees.
    if covered == BodyCovered::Beginning {
        return Err(refusal(SenderWord::Policy, "body_partly_signed"));
    }
    Ok(key.testing)
}

/// The agent or user (`i=`), whose domain is the signing domain or below it.
struct Identity {
    local: String,
    domain: String,
}

fn identity(text: Option<&str>, signing_domain: &str) -> Result<Identity, Refusal> {
    let Some(text) = text else {
        return Ok(Identity { local: String::new(), domain: signing_domain.to_owned() });
    };
    let decoded = quoted_printable(text).ok_or(permerror("identity_syntax"))?;
    let (local, domain) = decoded.rsplit_once('@').ok_or(permerror("identity_syntax"))?;
    let domain = mail_auth::common::to_a_label(domain).into_owned();
    let within =
        domain == signing_domain || domain.strip_suffix(signing_domain).is_some_and(|rest| rest.ends_with('.'));
    if !within {
        return Err(permerror("identity_not_in_domain"));
    }
    Ok(Identity { local: local.to_owned(), domain })
}

/// dkim-quoted-printable (§2.11); white space is ignored.
fn quoted_printable(text: &str) -> Option<String> {
    let mut bytes = text.bytes().filter(|byte| !is_space(char::from(*byte)));
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
        out.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(out).ok()
}

/// RFC 4871 §3.6.1, `g=`: one `*` stands for anything; an empty one grants nobody.
fn matches_granularity(pattern: &str, local: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            local.len() >= start.len() + end.len() && local.starts_with(start) && local.ends_with(end)
        }
        None => !pattern.is_empty() && pattern == local,
    }
}
