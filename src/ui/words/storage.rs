//! What is kept, in words.

use crate::engine::topic::storage::{Closed, RepairReport};

use super::{Language, Word, failure};

/// How it sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Good,
    /// Something is to be looked at.
    Care,
    /// Something is lost.
    Lost,
}

/// What long work is at.
pub fn stage(language: Language, work: &str, stage: &str) -> &'static str {
    language.say(match (work, stage) {
        ("check", "structure") => Word::StageStructure,
        ("check", "sources") => Word::StageSources,
        ("check" | "compact", "search") => Word::StageSearch,
        ("compact", _) => Word::StageCopy,
        ("export_all", _) => Word::StageExport,
        ("repair", _) => Word::StageRepair,
        _ => Word::StagePages,
    })
}

/// What a check found, and how often.
pub fn finding(language: Language, code: &str, count: u64) -> String {
    let word = match code {
        "page" => Word::FoundPages,
        "structure" => Word::FoundStructure,
        "reference" => Word::FoundReferences,
        "message_without_source" => Word::FoundWithoutSource,
        "source" => Word::FoundSources,
        "unused_source" => Word::FoundUnused,
        "search" => Word::FoundSearch,
        "search_stray" => Word::FoundStray,
        "header" => Word::FoundHeader,
        "truncated" => Word::FoundTruncated,
        "missing" => Word::FoundMissing,
        "wal" | "wal_missing" => Word::FoundNewest,
        _ => Word::FoundOther,
    };
    language.fill(word, &[("count", &count.to_string())])
}

/// Why no profile is open: what happened, and what to do now.
pub fn closed(language: Language, why: &Closed) -> (&'static str, Vec<String>) {
    let say = |word| language.say(word).to_owned();
    match why {
        Closed::Missing => (language.say(Word::MissingTitle), vec![say(Word::MissingHint), say(Word::MissingLost)]),
        Closed::Unopened(why) => {
            let (happened, now) = failure::sentences(language, why);
            (language.say(Word::ClosedTitle), vec![happened, now])
        }
        Closed::Unrepaired(why) => {
            let (happened, now) = failure::sentences(language, why);
            (language.say(Word::UnrepairedTitle), vec![happened, now, say(Word::UnrepairedHint)])
        }
    }
}

/// What a repair did, line by line.
pub fn repaired(language: Language, report: &RepairReport) -> Vec<(Tone, String)> {
    let mut lines = Vec::new();
    let mut line = |tone, count: u64, word| {
        if count > 0 {
            lines.push((tone, language.fill(word, &[("count", &count.to_string())])));
        }
    };
    let kept = report.tables.get("message").map_or(0, |table| table.kept);
    line(Tone::Lost, u64::from(report.is_empty()), Word::RepairedNothing);
    line(Tone::Good, kept, Word::RepairedKept);
    line(Tone::Good, report.fetched_again, Word::RepairedFetched);
    line(Tone::Care, report.recovered, Word::RepairedUnplaced);
    line(Tone::Care, report.uncertain, Word::RepairedUncertain);
    line(Tone::Care, report.drafts_back, Word::RepairedDrafts);
    line(Tone::Lost, report.gone, Word::RepairedGone);
    line(Tone::Lost, report.lost_keys.len() as u64, Word::RepairedKeys);
    line(Tone::Care, u64::from(report.may_lack_keys), Word::RepairedMayLackKeys);
    line(Tone::Care, u64::from(report.is_stale), Word::RepairedStale);
    lines
}
