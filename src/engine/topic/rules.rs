//! Rules: what is done by itself to mail that comes into an inbox, once, and what the user may let be done to a whole folder.
//!
//! A rule looks at what is shown of a message, so at the protected subject and not at the one outside. It never sends
//! anything: nobody can make this program answer or forward. Whoever writes a message chooses its From, so a rule that goes
//! by it can be made to act by anybody: [`RuleView::believes_from`] says so, and [`Test::Vouched`] closes that.

mod judge;
mod run;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::EmailAddress;
use crate::engine::profile::{Profile, store_failure};
use crate::engine::view::{FolderId, RowView};
use crate::engine::{Event, Failure};
use crate::store::search::folded;
use crate::store::search::query::{self, Node, Place};
pub use crate::store::{Action, Condition, RuleRecord, Test, TextPlace};

use super::mail::input;
use super::searching::Note;
use super::{Effect, TopicView, Work, searching};

pub(in crate::engine) use run::run_due;
pub use run::{Outcome, on_folder};

/// What the user wants with rules.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum RulesCommand {
    /// Show them.
    Look,
    /// Keep one; a new one (row id 0) comes last.
    Save(Box<RuleRecord>),
    /// Forget one.
    Remove(i64),
    /// Switch one on or off.
    Enable { rule: i64, on: bool },
    /// Put them into another order.
    Order(Vec<i64>),
    /// Run one, or all that are on, on what is in a folder; or only look which messages that would concern.
    Run { rule: Option<i64>, folder: FolderId, is_trial: bool },
    /// Forget what was looked at.
    CloseTrial,
    /// Rules were run on a folder. Sent by the engine to itself.
    Ran,
}

/// The rules.
#[derive(Clone, Debug, Default)]
pub struct RulesView {
    /// In their order.
    pub rules: Vec<RuleView>,
    /// What was looked at, or done, last.
    pub trial: Option<TrialView>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleView {
    /// It.
    pub rule: RuleRecord,
    /// It goes by what stands in From, whoever wrote it.
    pub believes_from: bool,
}

/// Which messages of a folder rules concern.
#[derive(Clone, Debug)]
pub struct TrialView {
    /// The one rule, or all that are on.
    pub rule: Option<i64>,
    /// The folder.
    pub folder: FolderId,
    /// How many messages were looked at.
    pub looked: usize,
    /// How many are concerned.
    pub hits: usize,
    /// The first of them.
    pub rows: Vec<RowView>,
    /// It was done to them; else it was only looked at.
    pub is_done: bool,
    /// Something came of it, and it is the last that can be taken back.
    pub can_undo: bool,
}

pub(super) fn carry_out(work: &Work, command: RulesCommand) -> Result<Effect, Failure> {
    match command {
        RulesCommand::Run { rule, folder, is_trial } => {
            run::beside(work, rule, folder, is_trial);
            return Ok(Effect::Nothing);
        }
        RulesCommand::Ran => return Ok(Effect::Mail),
        RulesCommand::Look => {
            for name in switch_off_broken(&work.profile)? {
                (work.publish)(Event::Done { code: "rule_off", subject: name });
            }
        }
        command => apply(&work.profile, command)?,
    }
    show(work, None)?;
    Ok(Effect::Nothing)
}

pub(super) fn show(work: &Work, trial: Option<TrialView>) -> Result<(), Failure> {
    work.show(TopicView::Rules(Arc::new(RulesView { rules: view(&work.profile)?, trial })));
    Ok(())
}

/// Changes what rules there are.
///
/// # Errors
/// When a rule can't be one, or the store can't be written.
pub fn apply(profile: &Profile, command: RulesCommand) -> Result<(), Failure> {
    let store = &profile.store;
    match command {
        RulesCommand::Save(rule) => {
            check(profile, &rule)?;
            store.save_rule(&rule).map(drop)
        }
        RulesCommand::Remove(id) => store.remove_rule(id),
        RulesCommand::Enable { rule: id, on } => {
            let rules = store.rules().map_err(store_failure)?;
            let rule = rules.iter().find(|rule| rule.id == id).ok_or_else(|| input("", "no_such_rule"))?;
            if on {
                check(profile, rule)?;
                check_tags(profile, rule)?;
            }
            store.enable_rule(id, on)
        }
        RulesCommand::Order(ids) => store.order_rules(&ids),
        RulesCommand::Look | RulesCommand::Run { .. } | RulesCommand::CloseTrial | RulesCommand::Ran => Ok(()),
    }
    .map_err(store_failure)
}

/// The rules as they are shown.
///
/// # Errors
/// When the store can't be read.
pub fn view(profile: &Profile) -> Result<Vec<RuleView>, Failure> {
    let rules = profile.store.rules().map_err(store_failure)?;
    let view = |rule: RuleRecord| RuleView { believes_from: asks_for_from(&rule), rule };
    Ok(rules.into_iter().map(view).collect())
}

/// The rule of that name or number.
///
/// # Errors
/// When there is none.
pub fn find(profile: &Profile, name: &str) -> Result<RuleRecord, Failure> {
    let rules = profile.store.rules().map_err(store_failure)?;
    let fits = |rule: &RuleRecord| rule.name == name || rule.id.to_string() == name;
    rules.into_iter().find(fits).ok_or_else(|| input(name, "no_such_rule"))
}

/// Whether a rule can be one: it has a name, conditions that are understood, and actions that can be carried out.
fn check(profile: &Profile, rule: &RuleRecord) -> Result<(), Failure> {
    let wrong = |source| Err(input(&rule.name, source));
    if rule.name.trim().is_empty() || rule.name.chars().any(char::is_control) {
        return wrong("bad_name");
    }
    // A rule without conditions would be for everything.
    if rule.conditions.is_empty() {
        return wrong("rule_without_condition");
    }
    for condition in &rule.conditions {
        let is_empty = match &condition.test {
            Test::Text { words, .. } => words.trim().is_empty(),
            Test::Query(text) => {
                let query = searching::parse(profile, text, false);
                // What the search would take as something else than it was meant is no good for acting on.
                if !query.notes.is_empty() {
                    return Err(input(text, "rule_query"));
                }
                query.root.is_none()
            }
            _ => false,
        };
        if is_empty {
            return wrong("rule_without_condition");
        }
    }
    if rule.actions.is_empty() {
        return wrong("rule_without_action");
    }
    let folders = profile.store.folders().map_err(store_failure)?;
    if folder_ids(rule).any(|id| folders.iter().all(|folder| folder.id != id)) {
        return wrong("rule_folder_gone");
    }
    Ok(())
}

/// A rule does not bring back a tag that was deleted.
fn check_tags(profile: &Profile, rule: &RuleRecord) -> Result<(), Failure> {
    let known = super::tags::view(profile)?.tags;
    let is_known = |action: &Action| match action {
        Action::Tag(_) => known.iter().any(|tag| action.sets(&tag.keyword)),
        _ => true,
    };
    if rule.actions.iter().all(is_known) { Ok(()) } else { Err(input(&rule.name, "rule_tag_gone")) }
}

fn folder_ids(rule: &RuleRecord) -> impl Iterator<Item = FolderId> + '_ {
    rule.actions.iter().filter_map(|action| match action {
        Action::Move(folder) | Action::Copy(folder) => Some(*folder),
        _ => None,
    })
}

/// Switches off the rules whose folder is gone; their names.
pub(in crate::engine) fn switch_off_broken(profile: &Profile) -> Result<Vec<String>, Failure> {
    let rules = profile.store.rules().map_err(store_failure)?;
    if rules.iter().all(|rule| !rule.is_enabled) {
        return Ok(Vec::new());
    }
    let folders = profile.store.folders().map_err(store_failure)?;
    let mut off = Vec::new();
    for rule in rules.iter().filter(|rule| rule.is_enabled) {
        if folder_ids(rule).any(|id| folders.iter().all(|folder| folder.id != id)) {
            profile.store.break_rule(rule.id, "folder_gone").map_err(store_failure)?;
            off.push(rule.name.clone());
        }
    }
    Ok(off)
}

/// What in a query the search would take as something else than it was meant: no rule has such a one.
pub fn slips(text: &str) -> Vec<Note> {
    query::parse(text, &Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC), false).notes
}

/// Whether a rule goes by From without anybody who vouches for it. Vouched for is an address, and so its domain: never a
/// name, and no part of either.
pub fn asks_for_from(rule: &RuleRecord) -> bool {
    // The moment is nothing to a sender.
    let epoch = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    let is_closed = is_vouched(rule);
    let asks = |condition: &Condition| {
        !condition.is_not
            && match &condition.test {
                Test::Text { place: TextPlace::From, words } => !(is_closed && vouchable(words).is_some()),
                Test::Query(text) => query::parse(text, &epoch, false).root.as_ref().is_some_and(names_from),
                _ => false,
            }
    };
    rule.conditions.iter().any(asks)
}

/// Whether a rule is only met where somebody vouches for the address in From.
fn is_vouched(rule: &RuleRecord) -> bool {
    let vouches = |condition: &Condition| {
        let vouched = match &condition.test {
            Test::Vouched => true,
            Test::Seal(word) => word == "authenticated",
            _ => false,
        };
        vouched && !condition.is_not
    };
    !rule.is_any && rule.conditions.iter().any(vouches)
}

/// What of a sender somebody can vouch for.
enum Vouchable {
    Address(EmailAddress),
    /// All addresses at a domain and below it.
    Domain(String),
}

impl Vouchable {
    fn is(&self, address: &EmailAddress) -> bool {
        match self {
            Self::Address(wanted) => wanted == address,
            Self::Domain(wanted) => {
                let domain = on_the_wire(address.domain());
                domain.strip_suffix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
        }
    }
}

/// The address, or the domain with or without an `@` before it, that words are.
fn vouchable(words: &str) -> Option<Vouchable> {
    let words = folded(words.trim());
    let domain = words.strip_prefix('@').unwrap_or(&words);
    let (local, domain) = domain.rsplit_once('@').map_or((None, domain), |(local, domain)| (Some(local), domain));
    if !domain.contains('.') || domain.starts_with('.') || domain.ends_with('.') {
        return None;
    }
    match local {
        Some(local) => EmailAddress::parse(&format!("{local}@{domain}")).map(Vouchable::Address),
        None => EmailAddress::parse(&format!("x@{domain}")).map(|_| Vouchable::Domain(on_the_wire(domain))),
    }
}

/// A domain as servers write it.
fn on_the_wire(domain: &str) -> String {
    idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_lowercase())
}

fn names_from(node: &Node) -> bool {
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().any(names_from),
        Node::Text(text) => text.place == Place::From,
        _ => false,
    }
}
