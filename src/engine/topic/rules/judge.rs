//! Which rules a message meets.

use std::collections::HashSet;

use crate::domain::{Mailbox, RawMessage};
use crate::engine::profile::{Profile, store_failure};
use crate::engine::remote::permission;
use crate::engine::view::{Assessment, Lock, MessageId, Seal};
use crate::engine::{Failure, indexing};
use crate::message::{self, Limits};
use crate::store::search::query::Query;
use crate::store::search::{folded, matching};
use crate::store::{Condition, RuleRecord, Test, TextPlace};

use super::super::searching;

/// A message that was looked at.
pub(super) type Looked = (MessageId, RawMessage, Assessment);

/// The rules, ready to judge by.
pub(super) struct Judge {
    pub(super) rules: Vec<RuleRecord>,
    queries: Vec<Query>,
}

impl Judge {
    pub(super) fn of(profile: &Profile, rules: Vec<RuleRecord>) -> Self {
        let queries = texts(&rules).map(|text| searching::parse(profile, text, false)).collect();
        Self { rules, queries }
    }

    /// For each of some messages the places of the rules that it meets, by their conditions alone.
    pub(super) fn judge(&self, profile: &Profile, looked: &[Looked]) -> Result<Vec<Vec<usize>>, Failure> {
        let found = if self.queries.is_empty() {
            Vec::new()
        } else {
            let document = |(id, raw, assessment): &Looked| {
                let mut document = indexing::document(assessment, true);
                document.size = raw.len() as u64;
                document.date = profile.store.row(*id).ok().and_then(|(_, row)| row.date);
                (*id, document)
            };
            let documents: Vec<_> = looked.iter().map(document).collect();
            matching(&profile.store, &documents, &self.queries).map_err(store_failure)?
        };
        Ok(looked.iter().map(|one| self.of_message(one, &found)).collect())
    }

    fn of_message(&self, looked: &Looked, found: &[HashSet<MessageId>]) -> Vec<usize> {
        let mut queries = found.iter();
        let mut met = Vec::new();
        for (place, rule) in self.rules.iter().enumerate() {
            let is_vouched = super::is_vouched(rule);
            // Each condition is asked: those with a query take theirs.
            let answers: Vec<bool> = rule
                .conditions
                .iter()
                .map(|condition| {
                    let is_found = match &condition.test {
                        Test::Query(_) => queries.next().is_some_and(|ids| ids.contains(&looked.0)),
                        _ => false,
                    };
                    holds(condition, looked, is_found, is_vouched)
                })
                .collect();
            let is_met = if rule.is_any { answers.contains(&true) } else { !answers.contains(&false) };
            if is_met && !answers.is_empty() {
                met.push(place);
            }
        }
        met
    }
}

/// The queries of the rules, in their order.
fn texts(rules: &[RuleRecord]) -> impl Iterator<Item = &str> {
    rules.iter().flat_map(|rule| &rule.conditions).filter_map(|condition| match &condition.test {
        Test::Query(text) => Some(text.as_str()),
        _ => None,
    })
}

/// Whether a rule needs what is known only of a message that can be opened.
pub(super) fn reads_inside(rule: &RuleRecord) -> bool {
    let is_outside = |condition: &Condition| {
        matches!(condition.test, Test::Encrypted | Test::Sender { .. } | Test::Text { place: TextPlace::ListId, .. })
    };
    !rule.conditions.iter().all(is_outside)
}

fn holds(condition: &Condition, (_, raw, found): &Looked, is_found: bool, is_vouched: bool) -> bool {
    let headline = found.headline;
    let is_so = match &condition.test {
        Test::Query(_) => is_found,
        // Where somebody vouches for the address, it is the address that is asked for, and not what stands around it.
        // Where it must not be asked for, what reads like it is left alone, too.
        Test::Text { place: TextPlace::From, words }
            if is_vouched && !condition.is_not && super::vouchable(words).is_some() =>
        {
            let wanted = super::vouchable(words);
            let author = found.from.first().and_then(Mailbox::email).filter(|_| found.from.len() == 1);
            author.is_some_and(|author| wanted.is_some_and(|wanted| wanted.is(&author)))
        }
        Test::Text { place, words } => {
            let wanted = folded(words);
            values(*place, raw, found).iter().any(|value| folded(value).contains(&wanted))
        }
        Test::Attachments => found.parts.iter().any(|part| part.is_file && part.content_id.is_none()),
        // A signature that does not hold is none (RFC 9787).
        Test::Signed => matches!(headline.seal, Seal::Authenticated | Seal::Partial | Seal::Unauthenticated),
        Test::Encrypted => headline.lock != Lock::NotEncrypted,
        Test::Vouched => permission::vouched(found).is_some(),
        Test::Seal(word) => headline.seal.word() == word,
        Test::Sender { method, result } => {
            found.sender.iter().any(|one| one.method.word() == method && one.result.word() == result)
        }
    };
    is_so != condition.is_not
}

fn values(place: TextPlace, raw: &RawMessage, found: &Assessment) -> Vec<String> {
    let all = |mailboxes: &[Mailbox]| mailboxes.iter().map(ToString::to_string).collect();
    match place {
        TextPlace::From => all(&found.from),
        TextPlace::To => found.to.iter().chain(&found.cc).map(ToString::to_string).collect(),
        TextPlace::Subject => vec![found.subject.clone()],
        TextPlace::ListId => message::parse(raw, &Limits::default()).header_values("List-Id"),
    }
}
