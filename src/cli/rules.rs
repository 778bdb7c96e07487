//! `tag`, `searches`, `rule`.

use serde_json::{Value, json};

use crate::engine::topic::rules::{self, Action, Condition, RuleRecord, RulesCommand, Test, TextPlace};
use crate::engine::topic::saved::{self, SavedCommand};
use crate::engine::topic::tags::{self, TagView};
use crate::engine::{Profile, headless};

use super::args::{Colour, Common, RuleCommand, RuleOptions, SearchesCommand, TagCommand};
use super::profile::{find_folder, told};
use super::{Problem, keys, mail, output, words};

const COLOURS: [(Colour, &str); 8] = [
    (Colour::Red, "red"),
    (Colour::Amber, "amber"),
    (Colour::Green, "green"),
    (Colour::Blue, "blue"),
    (Colour::Violet, "violet"),
    (Colour::Teal, "teal"),
    (Colour::Brown, "brown"),
    (Colour::Grey, "grey"),
];

/// The names of the tags that other programs have made known, in English and Japanese.
const KNOWN: [(&str, &str); 5] =
    [("Important", "重要"), ("Work", "仕事"), ("Personal", "プライベート"), ("To do", "やること"), ("Later", "後で")];

/// What a tag is called.
fn name_of(common: &Common, tag: &TagView) -> String {
    let known = tags::known_meaning(&tag.keyword).and_then(|at| KNOWN.get(at));
    match known {
        Some((english, japanese)) if tag.name.is_empty() => words::pick(words::lang(common), english, japanese),
        _ => tag.name.clone(),
    }
}

/// `tag`.
pub(crate) fn tag(common: &Common, command: &TagCommand) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let find = |name: &str| told(common, tags::find(&profile, name));
    let number =
        |colour: Colour| COLOURS.iter().zip(0_u8..).find(|((one, _), _)| *one == colour).map_or(0, |(_, at)| at);
    let of = |keyword: &str| {
        told(common, tags::view(&profile)).map(|view| view.tags.into_iter().find(|tag| tag.keyword == keyword))
    };
    let command = match command {
        TagCommand::List => return list_tags(common, &profile),
        TagCommand::Add { name, colour } => {
            tags::TagCommand::Create { name: name.clone(), colour: number(*colour), messages: Vec::new() }
        }
        TagCommand::Rename { tag, name } => {
            let keyword = find(tag)?;
            let colour = of(&keyword)?.and_then(|tag| tag.colour).unwrap_or(number(Colour::Grey));
            tags::TagCommand::Change { keyword, name: name.clone(), colour }
        }
        TagCommand::Colour { tag, colour } => {
            let keyword = find(tag)?;
            let tag = of(&keyword)?;
            let name = tag.map(|tag| tag.name).unwrap_or_default();
            tags::TagCommand::Change { keyword, name, colour: number(*colour) }
        }
        TagCommand::Remove { tag } => tags::TagCommand::Remove(find(tag)?),
    };
    let clears = matches!(command, tags::TagCommand::Remove(_));
    let used = match &command {
        tags::TagCommand::Remove(keyword) => of(keyword)?.map(|tag| tag.rules).unwrap_or_default(),
        _ => Vec::new(),
    };
    told(common, tags::apply(&profile, command))?;
    if !used.is_empty() {
        let names = used.join(", ");
        output::error(&words::pick(
            words::lang(common),
            &format!("rules that set this tag are off now: {names}"),
            &format!("このタグを付けるルールをオフにしました：{names}"),
        ));
    }
    if clears { mail::run(common, &profile, Vec::new()) } else { Ok(()) }
}

fn list_tags(common: &Common, profile: &Profile) -> Result<(), Problem> {
    for tag in told(common, tags::view(profile))?.tags {
        let count = told(common, profile.store.with_keyword(&tag.keyword))?.len();
        let name = name_of(common, &tag);
        let colour = tag.colour.and_then(|at| COLOURS.get(usize::from(at))).map(|(_, word)| *word);
        if common.json {
            let own = json!({ "keyword": tag.keyword, "name": name, "colour": colour, "messages": count });
            output::json(&own);
        } else {
            output::line(&format!("{count:>6}  {name}  {}  {}", tag.keyword, colour.unwrap_or("-")));
        }
    }
    Ok(())
}

/// `searches`.
pub(crate) fn searches(common: &Common, command: &SearchesCommand) -> Result<(), Problem> {
    let (profile, passphrases) = keys::profile(common)?;
    let find = |name: &str| told(common, saved::find(&profile, name)).map(|search| search.id);
    match command {
        SearchesCommand::List => {
            told(common, profile.load_keyring(passphrases))?;
            told(common, headless::assess_new(&profile))?;
            told(common, headless::index_due(&profile))?;
            for search in told(common, saved::view(&profile))?.searches {
                if common.json {
                    output::json(&json!({
                        "id": search.id, "name": search.name, "query": search.query, "unread": search.unread,
                    }));
                } else {
                    output::line(&format!("{:>6}  {}  {}  {}", search.id, search.name, search.unread, search.query));
                }
            }
            Ok(())
        }
        SearchesCommand::Rename { search, name } => {
            let command = SavedCommand::Rename { id: find(search)?, name: name.clone() };
            told(common, saved::apply(&profile, command))
        }
        SearchesCommand::Remove { search } => told(common, saved::apply(&profile, SavedCommand::Remove(find(search)?))),
    }
}

/// `rule`.
pub(crate) fn rule(common: &Common, command: &RuleCommand) -> Result<(), Problem> {
    let (profile, passphrases) = keys::profile(common)?;
    told(common, profile.load_keyring(passphrases))?;
    let find = |name: &str| told(common, rules::find(&profile, name)).map(|rule| rule.id);
    let command = match command {
        RuleCommand::List => return list_rules(common, &profile),
        RuleCommand::Add(options) => return add(common, &profile, options),
        RuleCommand::Remove { rule } => RulesCommand::Remove(find(rule)?),
        RuleCommand::Enable { rule } => RulesCommand::Enable { rule: find(rule)?, on: true },
        RuleCommand::Disable { rule } => RulesCommand::Enable { rule: find(rule)?, on: false },
        RuleCommand::Run { folder, rule, dry_run } => {
            let rule = rule.as_deref().map(find).transpose()?;
            return run(common, &profile, (rule, folder), *dry_run);
        }
    };
    told(common, rules::apply(&profile, command))
}

fn add(common: &Common, profile: &Profile, options: &RuleOptions) -> Result<(), Problem> {
    let account = match &options.account {
        Some(address) => {
            let accounts = told(common, headless::mailbox(profile, None))?.accounts;
            let fits = accounts.iter().find(|one| one.identity.address.eq_ignore_ascii_case(address.as_str()));
            Some(fits.ok_or("there is no such account; `account list` names them")?.id)
        }
        None => None,
    };
    let mut rule = RuleRecord {
        name: options.name.clone(),
        is_enabled: !options.off,
        account,
        is_any: options.any,
        conditions: conditions(options),
        ..RuleRecord::default()
    };
    rule.actions = actions(common, profile, options)?;
    let believes = rules::asks_for_from(&rule);
    told(common, rules::apply(profile, RulesCommand::Save(Box::new(rule))))?;
    if believes {
        output::error(&words::pick(
            words::lang(common),
            "anybody can write this sender into a message; --authenticated asks for somebody who vouches for it, which counts for a whole address or a domain",
            "差出人はだれでも書けます。--authenticated を付けると、保証のある差出人だけが対象になります（アドレス全体かドメインで指定した場合）",
        ));
    }
    Ok(())
}

fn conditions(options: &RuleOptions) -> Vec<Condition> {
    let text = |place: TextPlace, all: &[String]| -> Vec<Test> {
        all.iter().map(|words| Test::Text { place, words: words.clone() }).collect()
    };
    let sender = |method: &str, result: &Option<String>| {
        result.clone().map(|result| Test::Sender { method: method.to_owned(), result })
    };
    let mut tests = text(TextPlace::From, &options.from);
    tests.extend(text(TextPlace::To, &options.to));
    tests.extend(text(TextPlace::Subject, &options.subject));
    tests.extend(text(TextPlace::ListId, &options.list_id));
    tests.extend(options.query.iter().cloned().map(Test::Query));
    let switches = [
        (options.has_attachment, Test::Attachments),
        (options.signed, Test::Signed),
        (options.encrypted, Test::Encrypted),
        (options.authenticated, Test::Vouched),
    ];
    tests.extend(switches.into_iter().filter(|(is_on, _)| *is_on).map(|(_, test)| test));
    tests.extend(options.seal.clone().map(Test::Seal));
    for (method, result) in [("spf", &options.spf), ("dkim", &options.dkim), ("dmarc", &options.dmarc)] {
        tests.extend(sender(method, result));
    }
    tests.into_iter().map(|test| Condition { test, is_not: false }).collect()
}

fn actions(common: &Common, profile: &Profile, options: &RuleOptions) -> Result<Vec<Action>, Problem> {
    let folder = |name: &str| find_folder(common, profile, name).map(|folder| folder.id);
    let mut actions = Vec::new();
    for name in &options.tag {
        actions.push(Action::Tag(told(common, tags::find(profile, name))?));
    }
    for name in &options.copy {
        actions.push(Action::Copy(folder(name)?));
    }
    if let Some(name) = &options.place {
        actions.push(Action::Move(folder(name)?));
    }
    let switches = [
        (options.star, Action::Star),
        (options.read, Action::Read),
        (options.junk, Action::Junk),
        (options.delete, Action::Delete),
        (options.stop, Action::Stop),
    ];
    actions.extend(switches.into_iter().filter(|(is_on, _)| *is_on).map(|(_, action)| action));
    Ok(actions)
}

fn list_rules(common: &Common, profile: &Profile) -> Result<(), Problem> {
    told(common, rules::apply(profile, RulesCommand::Look))?;
    for one in told(common, rules::view(profile))? {
        let rule = one.rule;
        if common.json {
            output::json(&json!({
                "id": rule.id,
                "name": rule.name,
                "enabled": rule.is_enabled,
                "trouble": if rule.trouble.is_empty() { Value::Null } else { json!(rule.trouble) },
                "account": rule.account,
                "any": rule.is_any,
                "believes_from": one.believes_from,
                "conditions": rule.conditions,
                "actions": rule.actions,
            }));
        } else {
            let state = if rule.is_enabled { "on" } else { "off" };
            output::line(format!("{:>6}  {state:<3}  {}  {}", rule.id, rule.name, rule.trouble).trim_end());
        }
    }
    Ok(())
}

fn run(common: &Common, profile: &Profile, (rule, folder): (Option<i64>, &str), is_trial: bool) -> Result<(), Problem> {
    let folder = find_folder(common, profile, folder)?.id;
    let before: Vec<_> = told(common, profile.store.rows(folder, usize::MAX, 0))?;
    let outcome = told(common, headless::run_rules(profile, (rule, folder), is_trial))?;
    for (id, rules) in &outcome.hits {
        let row = before.iter().find(|row| row.id == *id);
        let subject = row.map(|row| row.subject.as_str()).unwrap_or_default();
        if common.json {
            output::json(&json!({ "id": id, "subject": subject, "rules": rules, "done": !is_trial }));
        } else {
            output::line(&format!("{id:>6}  {subject}"));
        }
    }
    if is_trial || common.json {
        return Ok(());
    }
    mail::run(common, profile, Vec::new())
}
