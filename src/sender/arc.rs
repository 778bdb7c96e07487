//! Authenticated Received Chain (RFC 8617): what earlier handlers say they saw. It never raises a verdict.

use super::domain_key::{DomainKey, Refusal, permerror, refusal};
use super::fields::{Canonicalization, Field};
use super::signed::{BodyCovered, Canonical, Signed, algorithm, digits, domain_name, without_signature};
use super::tags::{Tags, base64, is_space};
use super::{Method, SenderResult, SenderWord, Source};
use crate::domain::DnsResolver;

/// §4.2.1: the highest instance.
const INSTANCES: usize = 50;

/// The three fields of one instance.
struct ArcSet<'a> {
    results: Field<'a>,
    message: Field<'a>,
    seal: Field<'a>,
}

/// The chain's state as the last hop finds it (§5.2); the domain is that of the newest seal.
pub(super) async fn evaluate(message: &Canonical<'_>, now: i64, resolver: &dyn DnsResolver) -> SenderResult {
    let newest = message.fields.named("ARC-Seal").next();
    let domain = newest.and_then(|seal| Tags::parse(seal.value).and_then(|tags| tags.get("d").and_then(domain_name)));
    let (result, code) = match validate(message, now, resolver).await {
        Ok(Some(())) => (SenderWord::Pass, None),
        Ok(None) => (SenderWord::None, None),
        Err(Refusal { word: SenderWord::Temperror, code }) => (SenderWord::Temperror, Some(code)),
        // §4.4: a chain only passes or fails.
        Err(Refusal { code, .. }) => (SenderWord::Fail, Some(code)),
    };
    SenderResult {
        method: Method::Arc,
        result,
        domain: domain.unwrap_or_default(),
        policy: None,
        source: Source::Evaluated,
        explanation: code.map(str::to_owned),
    }
}

async fn validate(message: &Canonical<'_>, now: i64, resolver: &dyn DnsResolver) -> Result<Option<()>, Refusal> {
    let sets = collect(message)?;
    let Some(newest) = sets.last() else { return Ok(None) };
    check_states(&sets)?;
    verify_message(message, &newest.message, now, resolver).await?;
    for count in (1..=sets.len()).rev() {
        verify_seal(sets.get(..count).unwrap_or(&[]), resolver).await?;
    }
    Ok(Some(()))
}

/// Each instance from 1 on has exactly one field of each kind (§4.2.2).
fn collect<'a>(message: &Canonical<'a>) -> Result<Vec<ArcSet<'a>>, Refusal> {
    let results = by_instance(message, "ARC-Authentication-Results", results_instance)?;
    let messages = by_instance(message, "ARC-Message-Signature", tagged_instance)?;
    let seals = by_instance(message, "ARC-Seal", tagged_instance)?;
    if results.len() != messages.len() || messages.len() != seals.len() {
        return Err(permerror("chain_incomplete"));
    }
    let sets = results.into_iter().zip(messages).zip(seals);
    Ok(sets.map(|((results, message), seal)| ArcSet { results, message, seal }).collect())
}

fn by_instance<'a>(
    message: &Canonical<'a>,
    name: &str,
    instance: impl Fn(&[u8]) -> Option<usize>,
) -> Result<Vec<Field<'a>>, Refusal> {
    let mut found: Vec<(usize, Field<'a>)> = Vec::new();
    for field in message.fields.named(name) {
        let instance = instance(field.value).filter(|instance| (1..=INSTANCES).contains(instance));
        found.push((instance.ok_or(permerror("instance"))?, field));
        if found.len() > INSTANCES {
            return Err(permerror("chain_too_long"));
        }
    }
    found.sort_by_key(|(instance, _)| *instance);
    if found.iter().enumerate().any(|(index, (instance, _))| *instance != index + 1) {
        return Err(permerror("chain_incomplete"));
    }
    Ok(found.into_iter().map(|(_, field)| field).collect())
}

fn tagged_instance(value: &[u8]) -> Option<usize> {
    instance_number(Tags::parse(value)?.get("i")?)
}

/// §4.1.1: `i=` is the first tag, and a semicolon follows.
fn results_instance(value: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(value).ok()?;
    let (first, _) = text.split_once(';')?;
    let (name, number) = first.split_once('=')?;
    (name.trim_matches(is_space) == "i").then(|| instance_number(number.trim_matches(is_space))).flatten()
}

fn instance_number(text: &str) -> Option<usize> {
    digits(text).and_then(|number| usize::try_from(number).ok())
}

/// §5.2 steps 2 and 3: `cv` is `none` in the first set and `pass` in all others.
fn check_states(sets: &[ArcSet<'_>]) -> Result<(), Refusal> {
    for (index, set) in sets.iter().enumerate() {
        let tags = Tags::parse(set.seal.value).ok_or(permerror("seal_syntax"))?;
        match (tags.get("cv"), index) {
            (Some("none"), 0) | (Some("pass"), 1..) => {}
            (Some("fail"), _) => return Err(refusal(SenderWord::Fail, "chain_failed_before")),
            _ => return Err(permerror("chain_state")),
        }
    }
    Ok(())
}

/// §5.2 step 4.
async fn verify_message(
    message: &Canonical<'_>,
    field: &Field<'_>,
    now: i64,
    resolver: &dyn DnsResolver,
) -> Result<(), Refusal> {
    let tags = Tags::parse(field.value).ok_or(permerror("message_signature_syntax"))?;
    let signed = Signed::parse(&tags)?;
    // §4.1.2: a seal is made after the message signature, so it can't be under it.
    if signed.names.iter().any(|name| name.eq_ignore_ascii_case("arc-seal")) {
        return Err(permerror("seal_signed"));
    }
    signed.check_time(now)?;
    let covered = signed.check_body(message)?;
    let key = DomainKey::fetch(signed.selector, &signed.domain, signed.algorithm, resolver).await?;
    key.verify(&signed.header_input(message, field), &signed.signature)?;
    match covered {
        BodyCovered::Whole => Ok(()),
        BodyCovered::Beginning => Err(refusal(SenderWord::Policy, "body_partly_signed")),
    }
}

/// §5.2 step 5: the last of these sets seals them all (§5.1.1).
async fn verify_seal(sets: &[ArcSet<'_>], resolver: &dyn DnsResolver) -> Result<(), Refusal> {
    let Some((newest, older)) = sets.split_last() else { return Ok(()) };
    let tags = Tags::parse(newest.seal.value).ok_or(permerror("seal_syntax"))?;
    if ["h", "bh", "c", "l"].iter().any(|name| tags.get(name).is_some()) {
        return Err(permerror("seal_syntax"));
    }
    if tags.get("t").is_some_and(|time| digits(time).is_none()) {
        return Err(permerror("number_syntax"));
    }
    let algorithm = algorithm(tags.get("a").ok_or(permerror("no_algorithm"))?)?;
    let domain = tags.get("d").and_then(domain_name).ok_or(permerror("domain_syntax"))?;
    let selector = tags.get("s").filter(|selector| domain_name(selector).is_some());
    let selector = selector.ok_or(permerror("selector_syntax"))?;
    let signature = tags.get("b").and_then(base64).ok_or(permerror("signature_syntax"))?;
    let key = DomainKey::fetch(selector, &domain, algorithm, resolver).await?;
    let mut input = Vec::new();
    let mut add = |field: &Field<'_>| {
        Canonicalization::Relaxed.field(field, &mut input);
        input.extend_from_slice(b"\r\n");
    };
    for set in older {
        add(&set.results);
        add(&set.message);
        add(&set.seal);
    }
    add(&newest.results);
    add(&newest.message);
    let bare = without_signature(newest.seal.value);
    Canonicalization::Relaxed.field(&Field { name: newest.seal.name, value: &bare }, &mut input);
    key.verify(&input, &signature)
}
