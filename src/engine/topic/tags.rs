//! Tags: the user's names and colours for keywords, which go along with the messages to the server and to other programs.

use std::sync::Arc;

use crate::domain::{decoded_keyword, keyword_of};
use crate::engine::network::Publish;
use crate::engine::profile::{Profile, store_failure};
use crate::engine::view::MessageId;
use crate::engine::{Event, Failure};
pub use crate::store::{COLOURS, is_system_keyword, known_meaning};
use crate::store::{RuleRecord, TagRecord, is_tag_called};

use super::mail::{self, input};
use super::{Effect, TopicView, Work, rules};

/// Letters of a name, at most.
const LONGEST_NAME: usize = 60;
/// The accounts, by row id, of which it was said that their tags stay here.
const TOLD: &str = "tags-stay-here-told";

/// What the user wants with tags. Setting and clearing one is [`super::mail::MailCommand::SetFlag`].
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum TagCommand {
    /// Show them.
    Look,
    /// Make one, and set it on these.
    Create { name: String, colour: u8, messages: Vec<MessageId> },
    /// Give one another name and colour; its keyword stays.
    Change { keyword: String, name: String, colour: u8 },
    /// Clear one on every message, and forget it.
    Remove(String),
    /// Put them into another order.
    Order(Vec<String>),
    /// Clear every tag of these.
    Clear(Vec<MessageId>),
}

/// The tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagsView {
    /// Those with a name or colour of the user's in the user's order, then those that are only found on messages.
    pub tags: Vec<TagView>,
    /// The addresses of accounts whose servers don't take all of them: there, some stay here alone.
    pub local: Vec<String>,
}

/// One tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagView {
    /// As IMAP has it.
    pub keyword: String,
    /// What it is called; empty for the meaning that is known of it ([`known_meaning`]).
    pub name: String,
    /// Its colour, below [`COLOURS`]; `None` for one that the user gave none.
    pub colour: Option<u8>,
    /// The names of the rules that set it. They are switched off with it: they would bring it back.
    pub rules: Vec<String>,
}

pub(super) fn carry_out(work: &Work, command: TagCommand) -> Result<Effect, Failure> {
    let is_removal = matches!(command, TagCommand::Remove(_));
    let changes_mail = matches!(command, TagCommand::Create { .. } | TagCommand::Remove(_) | TagCommand::Clear(_));
    if let Some((code, count)) = apply(&work.profile, command)? {
        (work.publish)(Event::Done { code, subject: count.to_string() });
    }
    work.show(TopicView::Tags(Arc::new(view(&work.profile)?)));
    if is_removal {
        rules::show(work, None)?;
    }
    Ok(if changes_mail { Effect::Mail } else { Effect::Nothing })
}

/// Does it here; the code of what was done, and to how many, where the user should be told so.
///
/// # Errors
/// When a name is none, or taken, or the store can't be written.
pub fn apply(profile: &Profile, command: TagCommand) -> Result<Option<(&'static str, usize)>, Failure> {
    let store = &profile.store;
    match command {
        TagCommand::Look => {}
        TagCommand::Create { name, colour, messages } => {
            let keyword = create(profile, &name, colour)?;
            let steps = mail::mark(profile, &messages, &keyword, true)?;
            if !messages.is_empty() {
                profile.mail.keep(steps);
            }
        }
        TagCommand::Change { keyword, name, colour } => {
            let is_known = name.is_empty() && known_meaning(&keyword).is_some();
            let name = if is_known { name } else { checked(profile, &name, Some(&keyword))? };
            store.save_tag(&TagRecord { keyword, name, colour: colour % COLOURS }).map_err(store_failure)?;
        }
        TagCommand::Remove(keyword) => {
            let removed = store.remove_tag(&keyword).map_err(store_failure)?;
            return Ok(Some(("tag_removed", removed.messages)));
        }
        TagCommand::Order(keywords) => store.order_tags(&keywords).map_err(store_failure)?,
        TagCommand::Clear(messages) => {
            let mut steps = Vec::new();
            for message in messages {
                for keyword in store.keywords(message).map_err(store_failure)? {
                    if !is_system_keyword(&keyword) {
                        steps.extend(mail::mark(profile, &[message], &keyword, false)?);
                    }
                }
            }
            if !steps.is_empty() {
                profile.mail.keep(steps);
            }
        }
    }
    Ok(None)
}

/// The tags as they are shown.
///
/// # Errors
/// When the store can't be read.
pub fn view(profile: &Profile) -> Result<TagsView, Failure> {
    let store = &profile.store;
    let named = store.tags().map_err(store_failure)?;
    let found = store.keywords_in_use().map_err(store_failure)?;
    let rules = store.rules().map_err(store_failure)?;
    let is_named = |keyword: &str| named.iter().any(|tag| tag.keyword.eq_ignore_ascii_case(keyword));
    let mut others: Vec<String> =
        found.into_iter().filter(|keyword| !is_system_keyword(keyword) && !is_named(keyword)).collect();
    others.sort_by_key(|keyword| keyword.to_ascii_lowercase());
    others.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
    let tags = named
        .iter()
        .map(|tag| (tag.keyword.clone(), tag.name.clone(), Some(tag.colour)))
        .chain(others.into_iter().map(|keyword| (keyword.clone(), name_of(&keyword), None)))
        .map(|(keyword, name, colour)| TagView { rules: setting(&rules, &keyword), keyword, name, colour })
        .collect();
    let keeps = store.keeps_local().map_err(store_failure)?;
    let accounts = store.accounts().map_err(store_failure)?;
    let local = accounts.into_iter().filter(|account| keeps.contains(&account.id)).map(|account| account.address);
    Ok(TagsView { tags, local: local.collect() })
}

/// The names of the rules that set a tag.
fn setting(rules: &[RuleRecord], keyword: &str) -> Vec<String> {
    let sets = |rule: &&RuleRecord| rule.actions.iter().any(|action| action.sets(keyword));
    rules.iter().filter(sets).map(|rule| rule.name.clone()).collect()
}

/// What a keyword that nobody named is called: empty for the meaning that is known of it.
pub fn name_of(keyword: &str) -> String {
    if known_meaning(keyword).is_some() { String::new() } else { decoded_keyword(keyword) }
}

/// The keyword of the tag that is called so.
///
/// # Errors
/// When there is none.
pub fn find(profile: &Profile, name: &str) -> Result<String, Failure> {
    let all = view(profile)?.tags;
    let called = |tag: &&TagView| {
        let record = TagRecord { keyword: tag.keyword.clone(), name: tag.name.clone(), colour: 0 };
        is_tag_called(&record, name)
    };
    all.iter().find(called).map(|tag| tag.keyword.clone()).ok_or_else(|| input(name, "no_such_tag"))
}

/// Makes a tag; its keyword.
fn create(profile: &Profile, name: &str, colour: u8) -> Result<String, Failure> {
    let name = checked(profile, name, None)?;
    let named = profile.store.tags().map_err(store_failure)?;
    let mut keyword = keyword_of(&name);
    // As Thunderbird does it; names that were cut, or differ in what no keyword can hold, come to the same one.
    while is_system_keyword(&keyword) || named.iter().any(|tag| tag.keyword.eq_ignore_ascii_case(&keyword)) {
        keyword.push('A');
    }
    let tag = TagRecord { keyword, name, colour: colour % COLOURS };
    profile.store.save_tag(&tag).map_err(store_failure)?;
    Ok(tag.keyword)
}

/// A name that a tag may have: one line, and no other tag's.
fn checked(profile: &Profile, name: &str, of: Option<&str>) -> Result<String, Failure> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.chars().any(char::is_control) || name.chars().count() > LONGEST_NAME || keyword_of(&name).is_empty() {
        return Err(input(&name, "bad_tag_name"));
    }
    let tags = profile.store.tags().map_err(store_failure)?;
    let is_other = |tag: &&TagRecord| of.is_none_or(|keyword| !tag.keyword.eq_ignore_ascii_case(keyword));
    let by_name = |tag: &TagRecord| {
        let nameless = TagRecord { keyword: String::new(), ..tag.clone() };
        if tag.name.is_empty() { is_tag_called(tag, &name) } else { is_tag_called(&nameless, &name) }
    };
    if tags.iter().filter(is_other).any(by_name) { Err(input(&name, "tag_exists")) } else { Ok(name) }
}

/// Says once for each account that its server does not take the tags that were set.
pub(in crate::engine) fn say_local(profile: &Profile, publish: &Publish) {
    for address in newly_local(profile).unwrap_or_default() {
        publish(Event::Done { code: "tags_stay_here", subject: address });
    }
}

/// The addresses of the accounts of which that is to be said; it is said only once.
///
/// # Errors
/// When the store can't be read or written.
pub fn newly_local(profile: &Profile) -> Result<Vec<String>, Failure> {
    let store = &profile.store;
    let keeps = store.keeps_local().map_err(store_failure)?;
    if keeps.is_empty() {
        return Ok(Vec::new());
    }
    let mut told: Vec<i64> = store.setting(TOLD).map_err(store_failure)?.unwrap_or_default();
    let new: Vec<i64> = keeps.into_iter().filter(|account| !told.contains(account)).collect();
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let accounts = store.accounts().map_err(store_failure)?;
    told.extend(&new);
    store.set_setting(TOLD, &told).map_err(store_failure)?;
    Ok(accounts.into_iter().filter(|account| new.contains(&account.id)).map(|account| account.address).collect())
}
