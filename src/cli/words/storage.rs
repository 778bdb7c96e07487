//! What `store` says.

use std::fmt::Write as _;

use crate::engine::topic::storage::{CheckReport, Compacted, Exported, Gravity, RepairReport, Sizes};

use super::super::args::Lang;
use super::pick;

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

pub(crate) fn sizes(sizes: &Sizes, lang: Lang) -> String {
    let rows = [
        (sizes.mail, "mail", "メール"),
        (sizes.search, "search index", "検索の索引"),
        (sizes.free, "free", "空き"),
        (sizes.damaged, "damaged databases, kept", "残してある壊れたデータベース"),
        (sizes.other, "lists, keys and the rest", "一覧・鍵・その他"),
        (sizes.total(), "all", "合計"),
    ];
    let line = |(bytes, english, japanese): &(u64, &str, &str)| {
        format!("{:>10}  {}", size(*bytes), pick(lang, english, japanese))
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub(crate) fn verdict(report: &CheckReport, lang: Lang) -> String {
    match report.gravity() {
        Some(Gravity::Damage) => pick(
            lang,
            "the database is damaged; `store repair` keeps what can be read and lets the servers send the rest again",
            "データベースが壊れています。`store repair` で読める分を残し、残りはサーバーから取り直せます",
        ),
        _ => format!(
            "{} ({} pages, {} messages)",
            pick(lang, "everything is sound", "異常はありません"),
            report.pages,
            report.messages
        ),
    }
}

pub(crate) fn finding(code: &str, lang: Lang) -> String {
    let (english, japanese) = match code {
        "page" => ("pages that can't be read", "読めないページ"),
        "structure" => ("places where the database contradicts itself", "データベース内部の食い違い"),
        "reference" => ("rows that refer to something lost", "失われたものを指す行"),
        "message_without_source" => ("messages whose text is missing", "本文のないメール"),
        "source" => ("messages that are not what was stored", "保存時と内容が違うメール"),
        "unused_source" => (
            "texts of no message; `store compact` removes them",
            "どのメールのものでもない本文。`store compact` で消せます",
        ),
        "search" => ("the search index was damaged and is made anew", "検索の索引が壊れていたため、作り直します"),
        "search_stray" => ("entries of the search index that nothing belongs to", "対応するメールのない索引の項目"),
        "header" => ("the beginning of the database can't be read", "データベースの先頭が読めません"),
        "truncated" => ("the end of the database is missing", "データベースの末尾がありません"),
        "missing" => ("the database is gone", "データベースがありません"),
        "wal" => ("the newest changes can't be read", "最新の変更が読めません"),
        "wal_missing" => ("the newest changes are gone", "最新の変更がありません"),
        _ => ("something else", "その他"),
    };
    pick(lang, english, japanese)
}

pub(crate) fn compacted(done: &Compacted, lang: Lang) -> String {
    format!("{} → {}  {}", size(done.before), size(done.after), pick(lang, "done", "完了"))
}

pub(crate) fn exported(done: &Exported, lang: Lang) -> String {
    let mut text = match lang {
        Lang::En => format!("{} messages in {} folders and {} drafts", done.messages, done.folders, done.drafts),
        Lang::Ja => format!("メール{}通（{}フォルダー）、下書き{}通", done.messages, done.folders, done.drafts),
    };
    if !done.unreadable.is_empty() {
        let _ = match lang {
            Lang::En => write!(text, "; {} could not be read", done.unreadable.len()),
            Lang::Ja => write!(text, "。{}通は読めませんでした", done.unreadable.len()),
        };
    }
    if !done.differing.is_empty() {
        let _ = match lang {
            Lang::En => write!(text, "; {} are not what was stored", done.differing.len()),
            Lang::Ja => write!(text, "。{}通は保存したときと内容が違います", done.differing.len()),
        };
    }
    if done.keys > 0 {
        text += &pick(
            lang,
            "; keys are not among them: `key backup` writes them under their own protection",
            "。鍵は含まれません。`key backup` で保護したまま書き出せます",
        );
    }
    text
}

pub(crate) fn unrepaired(lang: Lang) -> String {
    pick(lang, "it was not repaired, and the database is as it was", "修復していません。データベースは元のままです")
}

pub(crate) fn repaired(report: &RepairReport, lang: Lang) -> String {
    let name = report.kept_as.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let lost = report.lost_rows();
    let mut lines = vec![match lang {
        Lang::En => {
            format!("{} of {} pages could not be read; {lost} rows are lost", report.unreadable, report.pages)
        }
        Lang::Ja => {
            format!("{}ページのうち{}ページが読めず、{lost}行が失われました", report.pages, report.unreadable)
        }
    }];
    if !name.is_empty() {
        lines.push(match lang {
            Lang::En => format!("the damaged database is {name}"),
            Lang::Ja => format!("壊れたデータベースは {name} にあります"),
        });
    }
    let counts = [
        (report.fetched_again, "messages come again with the next sync", "通は次の同期で取り直します"),
        (report.recovered, "messages are in the folder Recovered", "通は Recovered フォルダーにあります"),
        (report.gone, "messages are lost", "通は失われました"),
        (
            report.uncertain,
            "messages may have been sent; the outbox asks",
            "通は送信済みかもしれません。送信トレイで選べます",
        ),
        (report.drafts_back, "messages that waited to be sent are drafts again", "通の送信待ちは下書きに戻りました"),
        (
            report.lost_keys.len() as u64,
            "own keys are lost; put them back with key restore",
            "個の自分の鍵が失われました。key restore で戻せます",
        ),
    ];
    for (count, english, japanese) in counts.into_iter().filter(|(count, ..)| *count > 0) {
        lines.push(match lang {
            Lang::En => format!("{count} {english}"),
            Lang::Ja => format!("{count}{japanese}"),
        });
    }
    if report.may_lack_keys {
        lines.push(pick(
            lang,
            "own keys may be lost; compare with `key list`, and put them back with key restore",
            "自分の鍵が失われた可能性があります。`key list` で確かめ、key restore で戻せます",
        ));
    }
    if report.is_empty() {
        lines.push(pick(
            lang,
            "nothing could be read: the profile begins empty",
            "何も読めなかったため、空の状態から始まります",
        ));
    }
    for (table, counts) in report.tables.iter().filter(|(_, counts)| counts.lost > 0 || !counts.is_exact) {
        let more = if counts.is_exact { "" } else { "+" };
        lines.push(format!("  {table}: {} / -{}{more}", counts.kept, counts.lost));
    }
    lines.join("\n")
}
