//! Brand Indicators for Message Identification (draft-brand-indicators-for-message-identification):
//! whether the author's domain publishes an indicator, and whether it may be looked at.

use super::dmarc::Outcome;
use super::fields::Fields;
use super::signed::domain_name;
use super::tags::Tags;
use super::{Method, SenderResult, SenderWord, Source};
use crate::domain::{DnsFailure, DnsResolver, Record, RecordKind};

/// The record's result. It never passes here: that takes a mark certificate that was validated.
/// `neutral` with `indicator_not_validated` says that a logo is offered and DMARC allows it.
pub(super) async fn evaluate(fields: &Fields<'_>, dmarc: &Outcome, resolver: &dyn DnsResolver) -> SenderResult {
    let author = dmarc.result.domain.as_str();
    let (result, code) = if author.is_empty() {
        (SenderWord::None, "no_author_domain")
    } else if dmarc.result.result != SenderWord::Pass {
        (SenderWord::None, "dmarc_not_passed")
    } else if !dmarc.enforced {
        (SenderWord::None, "dmarc_not_enforced")
    } else {
        look_up(fields, author, &dmarc.organization, resolver).await
    };
    SenderResult {
        method: Method::Bimi,
        result,
        domain: author.to_owned(),
        policy: None,
        source: Source::Evaluated,
        explanation: Some(code.to_owned()),
    }
}

async fn look_up(
    fields: &Fields<'_>,
    author: &str,
    organization: &str,
    resolver: &dyn DnsResolver,
) -> (SenderWord, &'static str) {
    let Some(selector) = selector(fields) else { return (SenderWord::Permerror, "selector_syntax") };
    for domain in [author, organization] {
        match resolver.lookup(&format!("{selector}._bimi.{domain}"), RecordKind::Txt).await {
            Err(DnsFailure::Temporary) => return (SenderWord::Temperror, "record_unavailable"),
            Err(DnsFailure::NoSuchName) => {}
            Ok(answer) => {
                let mut texts = answer.iter().filter_map(|record| match record {
                    Record::Txt(text) if text.starts_with(b"v=BIMI1") => Some(text),
                    _ => None,
                });
                match (texts.next(), texts.next()) {
                    (Some(text), None) => return read(text),
                    (Some(_), Some(_)) => return (SenderWord::Permerror, "multiple_records"),
                    (None, _) => {}
                }
            }
        }
    }
    (SenderWord::None, "no_record")
}

/// The BIMI-Selector field, or `default`.
fn selector(fields: &Fields<'_>) -> Option<String> {
    let mut found = fields.named("BIMI-Selector");
    match (found.next(), found.next()) {
        (None, _) => Some("default".to_owned()),
        (Some(field), None) => {
            let tags = Tags::parse(field.value)?;
            (tags.first() == Some(("v", "BIMI1"))).then(|| tags.get("s").and_then(domain_name)).flatten()
        }
        (Some(_), Some(_)) => None,
    }
}

fn read(text: &[u8]) -> (SenderWord, &'static str) {
    let Some(tags) = Tags::parse(text).filter(|tags| tags.first() == Some(("v", "BIMI1"))) else {
        return (SenderWord::Permerror, "record_syntax");
    };
    match (tags.get("l"), tags.get("a")) {
        (Some(""), None | Some("")) => (SenderWord::None, "declined"),
        (Some(location), _) if location.starts_with("https://") => (SenderWord::Neutral, "indicator_not_validated"),
        (None | Some(""), Some(evidence)) if evidence.starts_with("https://") => {
            (SenderWord::Neutral, "indicator_not_validated")
        }
        _ => (SenderWord::Permerror, "record_syntax"),
    }
}
