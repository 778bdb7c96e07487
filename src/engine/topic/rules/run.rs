//! Runs the rules: on what came, once for each message, and on a folder when the user says so.

use crate::engine::command::Progress;
use crate::engine::network::Publish;
use crate::engine::profile::{Profile, store_failure};
use crate::engine::topic::mail::{Step, folder_of};
use crate::engine::topic::{Topic, Work};
use crate::engine::view::{FolderId, Lock, MessageId};
use crate::engine::{Command, Event, Failure, FailureKind, Retry, assessing, reading};
use crate::net::Cancel;
use crate::store::{Action, RuleRecord, RuleSteps, Ruled, StoreError, Unruled};

use super::judge::{Judge, Looked, reads_inside};
use super::{RulesCommand, TrialView, show, switch_off_broken};

/// Messages looked at in one go.
const BATCH: usize = 100;
/// Rows of a trial that are shown.
const MOST_SHOWN: usize = 200;
/// Less is done before anybody could read that it is done.
const WORTH_TELLING: usize = 200;

/// What was done to a folder, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Messages that were looked at.
    pub looked: usize,
    /// Those that rules concern, with the rules' row ids.
    pub hits: Vec<(MessageId, Vec<i64>)>,
    /// Something changed, and it can be taken back.
    pub can_undo: bool,
    /// The user stopped it: the rest was not looked at.
    pub is_cancelled: bool,
}

/// What came of a run on what came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct Arrived {
    /// Messages that something was done to.
    pub done: usize,
    /// Messages that could not be looked at, or to which it could not be done: they stay due.
    pub left: usize,
}

/// Runs the rules on everything that came and was assessed since. Killed at any moment, it goes on with those that are left;
/// one that fails keeps none of the others.
pub(in crate::engine) fn run_due(profile: &Profile, publish: &Publish) -> Result<Arrived, Failure> {
    let store = &profile.store;
    let mut after = 0;
    let mut found = Arrived::default();
    let mut judge: Option<Judge> = None;
    loop {
        let arrivals = store.unruled(after, BATCH).map_err(store_failure)?;
        let Some(last) = arrivals.last() else { break };
        after = last.message;
        if judge.is_none() {
            for name in switch_off_broken(profile)? {
                publish(Event::Done { code: "rule_off", subject: name });
            }
            let rules = store.rules().map_err(store_failure)?;
            judge = Some(Judge::of(profile, rules.into_iter().filter(|rule| rule.is_enabled).collect()));
        }
        let Some(judge) = &judge else { break };
        arrived(profile, judge, &arrivals, &mut found);
    }
    if profile.mail.is_more_left(found.left) {
        publish(Event::Done { code: "rules_left", subject: found.left.to_string() });
    }
    Ok(found)
}

fn is_for(rule: &RuleRecord, arrival: &Unruled) -> bool {
    rule.account.is_none_or(|account| account == arrival.account)
}

fn arrived(profile: &Profile, judge: &Judge, arrivals: &[Unruled], found: &mut Arrived) {
    // What can't be opened yet waits, where what is in it counts.
    let waits = |one: &Unruled| judge.rules.iter().any(|rule| is_for(rule, one) && reads_inside(rule));
    let mut here = Vec::new();
    for one in arrivals {
        if one.is_elsewhere {
            found.count(&act(profile, one, std::iter::empty()));
        } else if !one.is_closed || !waits(one) {
            here.push((one.message, one.bytes));
        }
    }
    for some in assessing::portions(&here) {
        let Ok((looked, places)) = look(profile, judge, some) else {
            found.left += some.len();
            continue;
        };
        // One that makes the program stumble was not looked at.
        found.left += some.len() - looked.len();
        for ((message, _, assessment), places) in looked.iter().zip(places) {
            let Some(one) = arrivals.iter().find(|one| one.message == *message) else { continue };
            // It was opened when it was assessed, and its key is locked by now.
            if assessment.headline.lock == Lock::CannotOpen && waits(one) {
                continue;
            }
            let rules = places.iter().filter_map(|place| judge.rules.get(*place)).filter(|rule| is_for(rule, one));
            found.count(&act(profile, one, rules));
        }
    }
}

impl Arrived {
    fn count(&mut self, acted: &Result<bool, Failure>) {
        match acted {
            Ok(is_done) => self.done += usize::from(*is_done),
            Err(_) => self.left += 1,
        }
    }
}

fn look(
    profile: &Profile,
    judge: &Judge,
    some: &[(MessageId, u64)],
) -> Result<(Vec<Looked>, Vec<Vec<usize>>), Failure> {
    let looked = assessing::Tools::of(profile)?.look_at_all(profile, some);
    let places = judge.judge(profile, &looked)?;
    Ok((looked, places))
}

/// Does to a message that came what the rules say that it meets; whether that was anything.
fn act<'r>(profile: &Profile, one: &Unruled, rules: impl Iterator<Item = &'r RuleRecord>) -> Result<bool, Failure> {
    let (steps, _) = steps(rules, "inbox", &|role| folder_of(profile, one.account, role))?;
    match profile.store.rule_arrival(one.message, &steps, profile.now()) {
        Ok(done) => Ok(done.is_some() && !steps.is_empty()),
        // It is gone meanwhile.
        Err(StoreError::NotFound) => Ok(false),
        Err(error) => Err(store_failure(error)),
    }
}

/// What rules do together to a message in a folder of that role, and which of them: the first that moves it says where to.
/// `find` finds the folder of a role, or plans it.
fn steps<'r>(
    rules: impl Iterator<Item = &'r RuleRecord>,
    role: &str,
    find: &dyn Fn(&str) -> Result<FolderId, Failure>,
) -> Result<(RuleSteps, Vec<i64>), Failure> {
    let mut steps = RuleSteps::default();
    let mut who = Vec::new();
    let flag = |steps: &mut RuleSteps, word: &str, is_on: bool| {
        if steps.flags.iter().all(|(other, _)| !other.eq_ignore_ascii_case(word)) {
            steps.flags.push((word.to_owned(), is_on));
        }
    };
    for rule in rules {
        who.push(rule.id);
        for action in &rule.actions {
            match action {
                Action::Move(folder) => {
                    steps.to.get_or_insert(*folder);
                }
                Action::Copy(folder) if !steps.copies.contains(folder) => steps.copies.push(*folder),
                Action::Tag(keyword) => flag(&mut steps, keyword, true),
                Action::Star => flag(&mut steps, "\\Flagged", true),
                Action::Read => flag(&mut steps, "\\Seen", true),
                Action::Junk => {
                    flag(&mut steps, "$Junk", true);
                    flag(&mut steps, "$NotJunk", false);
                    if steps.to.is_none() {
                        steps.to = Some(find("junk")?);
                    }
                }
                // What is in the trash stays there: no rule deletes for good.
                Action::Delete if role != "trash" && steps.to.is_none() => {
                    steps.to = Some(find("trash")?);
                }
                Action::Copy(_) | Action::Delete | Action::Stop => {}
            }
        }
        if rule.actions.contains(&Action::Stop) {
            break;
        }
    }
    Ok((steps, who))
}

/// Runs a rule (on or off), or all that are on, on what is in a folder; a trial changes nothing. What was done can be
/// taken back as a whole. `told` is called with the number of messages that were looked at, and of all.
///
/// # Errors
/// When the store can't be read or written; what was done until then stays, and can be taken back.
pub fn on_folder(
    profile: &Profile,
    (rule, folder): (Option<i64>, FolderId),
    is_trial: bool,
    cancel: &Cancel,
    told: &dyn Fn(usize, usize),
) -> Result<Outcome, Failure> {
    let mut taken_back = Vec::new();
    let mut outcome = look_through(profile, (rule, folder), is_trial, (cancel, told), &mut |message, steps| {
        match profile.store.rule_message((message, folder), steps, profile.now()) {
            Ok(done) => {
                taken_back.extend(undoing(message, done));
                Ok(true)
            }
            // It is gone, or somebody put it elsewhere meanwhile.
            Err(StoreError::NotFound) => Ok(false),
            Err(error) => Err(store_failure(error)),
        }
    });
    // What was done before stays the last that can be taken back, when this did nothing.
    if !taken_back.is_empty() {
        outcome = outcome.map(|outcome| Outcome { can_undo: true, ..outcome });
        profile.mail.keep(taken_back);
    }
    outcome
}

fn look_through(
    profile: &Profile,
    (rule, folder): (Option<i64>, FolderId),
    is_trial: bool,
    (cancel, told): (&Cancel, &dyn Fn(usize, usize)),
    act: &mut dyn FnMut(MessageId, &RuleSteps) -> Result<bool, Failure>,
) -> Result<Outcome, Failure> {
    let store = &profile.store;
    let folders = store.folders().map_err(store_failure)?;
    let place = folders.iter().find(|one| one.id == folder);
    let (account, kind) = place.map(|one| (one.account, one.role.clone())).unwrap_or_default();
    let is_meant = |one: &RuleRecord| match rule {
        Some(id) => one.id == id,
        None => one.is_enabled && one.account.is_none_or(|wanted| wanted == account),
    };
    switch_off_broken(profile)?;
    let rules: Vec<RuleRecord> = store
        .rules()
        .map_err(store_failure)?
        .into_iter()
        .filter(|one| is_meant(one) && one.trouble.is_empty())
        .collect();
    let judge = Judge::of(profile, rules);
    assessing::unseen(profile, folder, cancel)?;
    let mut outcome = Outcome::default();
    let all = store.messages_of(folder).map_err(store_failure)?;
    for some in all.chunks(BATCH).flat_map(assessing::portions) {
        if cancel.is_cancelled() {
            outcome.is_cancelled = true;
            break;
        }
        let (looked, places) = look(profile, &judge, some)?;
        for ((message, _, assessment), places) in looked.iter().zip(places) {
            // What stands outside of what can't be opened is nothing to go by.
            let is_closed = assessment.headline.lock == Lock::CannotOpen;
            let met = places.iter().filter_map(|place| judge.rules.get(*place));
            let met = met.filter(|rule| !is_closed || !reads_inside(rule));
            // A trial makes no folder either.
            let find = |role: &str| if is_trial { Ok(folder) } else { folder_of(profile, account, role) };
            let (steps, who) = steps(met, &kind, &find)?;
            if who.is_empty() {
                continue;
            }
            if !is_trial && !act(*message, &steps)? {
                continue;
            }
            outcome.hits.push((*message, who));
        }
        outcome.looked += some.len();
        told(outcome.looked, all.len());
    }
    Ok(outcome)
}

/// What takes back what was done to a message.
fn undoing(message: MessageId, done: Ruled) -> impl Iterator<Item = Step> {
    let flags = done.flags.into_iter().map(move |(flag, was)| Step::Flag { message, flag, was });
    let copies = done.copies.into_iter().map(Step::Uncopy);
    flags.chain(copies).chain(done.from.map(|folder| Step::Place { message, folder }))
}

/// The same beside the engine's loop, with progress, and shown when it has ended.
pub(super) fn beside(work: &Work, rule: Option<i64>, folder: FolderId, is_trial: bool) {
    let work = work.clone();
    tokio::task::spawn_blocking(move || {
        let told = |done: usize, all: usize| {
            if all >= WORTH_TELLING {
                let fraction = Some(done as f32 / all.max(1) as f32);
                (work.publish)(Event::Progress(Some(Progress { work: "rules", subject: done.to_string(), fraction })));
            }
        };
        let outcome = on_folder(&work.profile, (rule, folder), is_trial, &work.cancel, &told);
        (work.publish)(Event::Progress(None));
        let shown = outcome.and_then(|outcome| {
            if outcome.can_undo {
                let subject = outcome.hits.len().to_string();
                (work.publish)(Event::Done { code: "ruled", subject });
            }
            let row =
                |(id, _): &(MessageId, Vec<i64>)| work.profile.store.row(*id).ok().map(|(_, row)| reading::row(row));
            let rows = outcome.hits.iter().take(MOST_SHOWN).filter_map(row).collect();
            let (looked, hits) = (outcome.looked, outcome.hits.len());
            let can_undo = outcome.can_undo;
            show(&work, Some(TrialView { rule, folder, looked, hits, rows, is_done: !is_trial, can_undo }))?;
            if outcome.is_cancelled {
                let (kind, source) = (FailureKind::Cancelled, "rules".to_owned());
                return Err(Failure { kind, retry: Retry::Now, subject: String::new(), source });
            }
            Ok(())
        });
        if let Err(failure) = shown {
            (work.publish)(Event::Failed(failure));
        }
        if let Some(commands) = work.again.upgrade().filter(|_| !is_trial) {
            // The engine is gone only when the program ends.
            let _ = commands.send(Command::Topic(Box::new(Topic::Rules(RulesCommand::Ran))));
        }
    });
}
