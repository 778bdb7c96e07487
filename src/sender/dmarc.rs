//! DMARC (RFC 9989): does a result of SPF or DKIM speak for the domain shown in From?

use super::dmarc_record::{Alignment, Policy, Walk, published, walk};
use super::{Method, SenderResult, SenderWord, Source};
use crate::domain::{DnsFailure, DnsResolver, RecordKind};

/// The result with the policy that applies.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) result: SenderResult,
    /// Whether failing mail is to be refused or set aside; BIMI wants that (draft §7.2).
    pub(super) enforced: bool,
    /// The organizational domain of the author.
    pub(super) organization: String,
}

/// §5.3. `author` is the one domain of From, or why there is none.
pub(super) async fn evaluate(
    author: Result<String, &'static str>,
    spf: Option<&SenderResult>,
    dkim: &[SenderResult],
    resolver: &dyn DnsResolver,
) -> Outcome {
    let author = match author {
        Ok(author) => author,
        Err(code) => return outcome(SenderWord::Permerror, "", None, Some(code), ""),
    };
    let Ok(found) = walk(&author, resolver).await else {
        return outcome(SenderWord::Temperror, &author, None, Some("policy_unavailable"), &author);
    };
    let organization = found.organization().to_owned();
    let Some((at, record)) = published(&found, &author) else {
        return outcome(SenderWord::None, &author, None, Some("no_record"), &organization);
    };
    let exists = resolver.lookup(&author, RecordKind::A).await != Err(DnsFailure::NoSuchName);
    let policy = record.policy_for(at == author, exists);
    let mut temporary = false;
    let mut aligned = false;
    let identities = spf.into_iter().map(|spf| (spf, record.spf)).chain(dkim.iter().map(|dkim| (dkim, record.dkim)));
    for (result, alignment) in identities {
        match result.result {
            SenderWord::Pass => match is_aligned(&result.domain, &author, &found, alignment, resolver).await {
                Ok(yes) => aligned |= yes,
                Err(_) => temporary = true,
            },
            SenderWord::Temperror => temporary = true,
            _ => {}
        }
        if aligned {
            return outcome(SenderWord::Pass, &author, Some(policy), None, &organization);
        }
    }
    let (word, code) =
        if temporary { (SenderWord::Temperror, "identifier_unavailable") } else { (SenderWord::Fail, "not_aligned") };
    outcome(word, &author, Some(policy), Some(code), &organization)
}

fn outcome(
    result: SenderWord,
    domain: &str,
    policy: Option<Policy>,
    code: Option<&str>,
    organization: &str,
) -> Outcome {
    Outcome {
        result: SenderResult {
            method: Method::Dmarc,
            result,
            domain: domain.to_owned(),
            policy: policy.map(|policy| policy.word().to_owned()),
            source: Source::Evaluated,
            explanation: code.map(str::to_owned),
        },
        enforced: matches!(policy, Some(Policy::Quarantine | Policy::Reject)),
        organization: organization.to_owned(),
    }
}

/// §4.4: the same domain, or under relaxed alignment the same organization (§4.10.2).
async fn is_aligned(
    identifier: &str,
    author: &str,
    found: &Walk,
    alignment: Alignment,
    resolver: &dyn DnsResolver,
) -> Result<bool, DnsFailure> {
    if identifier.eq_ignore_ascii_case(author) {
        return Ok(true);
    }
    // Names of different organizations can't be told without a walk, but names that share no
    // organization's ending can: both must end in the author's organizational domain.
    let organization = found.organization();
    let below =
        identifier == organization || identifier.strip_suffix(organization).is_some_and(|rest| rest.ends_with('.'));
    if alignment == Alignment::Strict || !below {
        return Ok(false);
    }
    Ok(walk(identifier, resolver).await?.organization() == organization)
}
