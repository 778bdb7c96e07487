use std::net::IpAddr;

use super::dmarc;
use super::fields::on_the_wire;
use super::signed::Canonical;
use super::{Method, SenderResult, SenderWord, Source};
use super::{arc, author, bimi, dkim, iprev, spf};
use crate::domain::{DnsResolver, EmailAddress, Timestamp};

/// More header fields than this are not looked through: nothing of such a message is believed.
const FIELDS: usize = 4_000;
/// Nor is a header longer than this: every signature and every seal reads it again.
const HEADER_BYTES: usize = 1024 * 1024;

/// What is known about the delivery beyond the message itself. What is not known is not judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The address that handed the message in.
    pub ip: Option<IpAddr>,
    /// The name it gave (EHLO or HELO).
    pub helo: Option<String>,
    /// MAIL FROM, without angle brackets; empty for a bounce.
    pub mail_from: Option<String>,
    /// The addresses that the reader is shown as From. Where they are given, DMARC judges only if
    /// they name the same domain as the strict reading of the From field does.
    pub shown: Option<Vec<EmailAddress>>,
}

/// Evaluates SPF, DKIM, DMARC, ARC, BIMI and iprev of one message at a moment. SPF and iprev need
/// [`Evidence::ip`] and are left out without it.
pub async fn evaluate(raw: &[u8], evidence: &Evidence, at: Timestamp, resolver: &dyn DnsResolver) -> Vec<SenderResult> {
    let raw = on_the_wire(raw);
    let message = Canonical::new(&raw);
    if message.fields.list.len() > FIELDS || message.fields.header_bytes > HEADER_BYTES {
        return [Method::Dkim, Method::Dmarc, Method::Arc].map(too_many_fields).into();
    }
    let now = at.as_second();
    let mut results = Vec::new();
    let spf = evaluate_spf(evidence, resolver).await;
    results.extend(spf.clone());
    let dkim = dkim::evaluate(&message, now, resolver).await;
    results.extend(dkim.clone());
    let author = author::domain(&message.fields, evidence.shown.as_deref());
    let dmarc = dmarc::evaluate(author, spf.as_ref(), &dkim, resolver).await;
    results.push(dmarc.result.clone());
    results.push(arc::evaluate(&message, now, resolver).await);
    results.push(bimi::evaluate(&message.fields, &dmarc, resolver).await);
    if let Some(ip) = evidence.ip {
        results.push(iprev::evaluate(ip, resolver).await);
    }
    results
}

/// SPF alone, which needs no message; `None` without an address.
pub async fn evaluate_spf(evidence: &Evidence, resolver: &dyn DnsResolver) -> Option<SenderResult> {
    let ip = evidence.ip?;
    let helo = evidence.helo.as_deref().unwrap_or("");
    let mail_from = evidence.mail_from.as_deref().unwrap_or("");
    Some(spf::evaluate(ip, helo, mail_from, resolver).await)
}

fn too_many_fields(method: Method) -> SenderResult {
    SenderResult {
        method,
        result: SenderWord::Policy,
        domain: String::new(),
        policy: None,
        source: Source::Evaluated,
        explanation: Some("too_many_fields".to_owned()),
    }
}
