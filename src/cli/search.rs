//! `search`: finds messages of the profile.

use serde_json::json;

use crate::engine::topic::{saved, searching};
use crate::engine::{Profile, headless};

use super::args::{Common, SearchArgs};
use super::profile::told;
use super::{Problem, keys, output};

/// `search`.
pub(crate) fn run(common: &Common, args: &SearchArgs) -> Result<(), Problem> {
    let (profile, passphrases) = keys::profile(common)?;
    told(common, profile.load_keyring(passphrases))?;
    told(common, headless::assess_new(&profile))?;
    told(common, headless::index_due(&profile))?;
    let text = match &args.saved {
        Some(name) => told(common, saved::find(&profile, name))?.query,
        None => args.query.clone().unwrap_or_default(),
    };
    if let Some(name) = &args.save {
        let command = saved::SavedCommand::Save { name: name.clone(), query: text.clone() };
        told(common, saved::apply(&profile, command))?;
    }
    let query = searching::parse(&profile, &text, false);
    let (found, hits) = told(common, searching::find(&profile, &query, args.limit))?;
    if found.is_anew {
        // It was damaged, and is made anew first.
        told(common, headless::index_due(&profile))?;
        return print(common, &text, &profile, told(common, searching::find(&profile, &query, args.limit))?.1);
    }
    print(common, &text, &profile, hits)
}

fn print(common: &Common, text: &str, profile: &Profile, hits: Vec<searching::Hit>) -> Result<(), Problem> {
    let folders: Vec<_> = told(common, headless::mailbox(profile, None))?
        .accounts
        .into_iter()
        .flat_map(|account| account.folders)
        .map(|folder| (folder.id, folder.name))
        .collect();
    let query = searching::parse(profile, text, false);
    let highlighter = searching::Highlighter::of(&query);
    for hit in hits {
        let row = hit.row;
        let folder =
            folders.iter().find(|(id, _)| *id == hit.folder).map(|(_, name)| name.as_str()).unwrap_or_default();
        if common.json {
            let marks = |text: &str, place| {
                let ranges = highlighter.ranges(text, place).into_iter();
                ranges.map(|range| [range.start, range.end]).collect::<Vec<_>>()
            };
            output::json(&json!({
                "id": row.id,
                "folder": folder,
                "from": { "name": row.from.name, "address": row.from.address },
                "subject": row.subject,
                "preview": row.preview,
                "date": row.date.map(|date| date.to_string()),
                "seen": row.is_seen,
                "keywords": row.keywords.split_whitespace().collect::<Vec<_>>(),
                "lock": row.headline.map(|headline| headline.lock.word()),
                "seal": row.headline.map(|headline| headline.seal.word()),
                "marks": {
                    "subject": marks(&row.subject, searching::Place::Subject),
                    "preview": marks(&row.preview, searching::Place::Body),
                },
            }));
        } else {
            let date = row.date.map(|date| date.to_string()).unwrap_or_default();
            output::line(&format!("{:>6}  {date}  {folder}  {}  {}", row.id, row.from, row.subject));
        }
    }
    Ok(())
}
