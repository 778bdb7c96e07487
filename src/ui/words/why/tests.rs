use std::collections::HashSet;

use super::*;
use crate::engine::FailureKind;
use crate::engine::view::{
    CautionCode, DefectCode, HeaderScheme, Integrity, Lock, Method, Seal, SenderWord, SignatureOutcome, TrustVerdict,
    reasons,
};

const LANGUAGES: [Language; 2] = [Language::English, Language::Japanese];

/// Every row of the table with the name of its form.
fn table() -> Vec<(String, Row)> {
    fn of<K: Explained>() -> Vec<(String, Row)> {
        let kind = std::any::type_name::<K>().rsplit("::").next().unwrap_or_default().to_owned();
        K::all().into_iter().map(|form| (format!("{kind}::{form:?}"), form.row())).collect()
    }
    let rows = [
        of::<Lock>(),
        of::<Closed>(),
        of::<Integrity>(),
        of::<HeaderScheme>(),
        of::<Extent>(),
        of::<OwnKey>(),
        of::<Seal>(),
        of::<TrustVerdict>(),
        of::<SignatureOutcome>(),
        of::<Particular>(),
        of::<CautionCode>(),
        of::<DefectCode>(),
        of::<Delivered>(),
        of::<(Method, SenderWord)>(),
        of::<FailureKind>(),
        of::<crate::engine::topic::bringing::Why>(),
    ];
    rows.into_iter().flatten().collect()
}

fn blanks(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = text.split('{').skip(1).filter_map(|tail| Some(tail.split_once('}')?.0)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[test]
fn every_form_of_every_kind_is_listed_once() {
    let names: Vec<String> = table().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
    // The number of forms in the types' own sources: one that is added and not listed is noticed here, should the
    // compiler ever let it pass.
    let declared = |source: &str, name: &str| {
        let body = source.split(&format!("pub enum {name} {{")).nth(1).and_then(|rest| rest.split("\n}").next());
        let lines = body.unwrap_or_default().lines().map(str::trim);
        lines.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase())).count()
    };
    let flow = include_str!("../../../flow/assessment.rs");
    let crypto = include_str!("../../../crypto/check.rs");
    for (source, name) in [
        (flow, "CautionCode"),
        (flow, "HeaderScheme"),
        (crypto, "SignatureOutcome"),
        (crypto, "Integrity"),
        (include_str!("../../../flow/headline.rs"), "Lock"),
        (include_str!("../../../flow/headline.rs"), "Seal"),
        (include_str!("../../../trust/judge.rs"), "TrustVerdict"),
        (include_str!("../../../message/part.rs"), "DefectCode"),
        (include_str!("../../../engine/failure.rs"), "FailureKind"),
        (include_str!("../../../engine/topic/bringing/report.rs"), "Why"),
    ] {
        let listed = names.iter().filter(|listed| listed.starts_with(&format!("{name}::"))).count();
        assert!(listed > 0 && listed == declared(source, name), "{name}: {listed}");
    }
    let sender = include_str!("../../../sender/result.rs");
    let pairs = names.iter().filter(|name| name.contains('(')).count();
    assert_eq!(pairs, declared(sender, "Method") * declared(sender, "SenderWord"));
}

#[test]
fn every_row_says_what_it_means_and_what_to_do_in_both_languages() {
    let is_japanese = |c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
    for (name, row) in table() {
        for text in [row.means, row.advice] {
            let [english, japanese] = text;
            assert!(english.ends_with('.') && english.starts_with(|c: char| !c.is_lowercase()), "{name}: {english}");
            assert!(!english.chars().any(is_japanese), "{name}: {english}");
            assert!(japanese.ends_with('。') && japanese.chars().any(is_japanese), "{name}: {japanese}");
            assert_eq!(blanks(english), blanks(japanese), "{name}");
        }
        assert_ne!(row.means, row.advice, "{name}");
    }
}

#[test]
fn the_table_speaks_calmly_and_blames_nobody() {
    for (name, row) in table() {
        for text in [row.means, row.advice] {
            let [english, japanese] = text;
            for wrong in ["!", "secure", " safe", " valid ", "please", "error", "invalid", "you must", "your fault"] {
                assert!(!english.to_lowercase().contains(wrong), "{name}: {english}");
            }
            for wrong in ["！", "安全", "エラー", "不正", "間違え"] {
                assert!(!japanese.contains(wrong), "{name}: {japanese}");
            }
            // です・ます throughout.
            for sentence in japanese.split('。').filter(|one| !one.is_empty()) {
                let polite = ["です", "ます", "ません", "ました", "でした", "ください"];
                let sentence = sentence.trim_end_matches("（{subject}）").trim_end_matches("{subject}");
                assert!(polite.iter().any(|end| sentence.ends_with(end)), "{name}: {sentence}");
            }
            assert!(japanese.matches("ください").count() < 2, "{name}: {japanese}");
        }
    }
}

#[test]
fn the_blanks_are_those_that_are_filled() {
    let known = ["name", "signer", "address", "on_date", "subject", "domain"];
    for (name, row) in table() {
        for text in row.means.into_iter().chain(row.advice) {
            assert!(blanks(text).iter().all(|blank| known.contains(blank)), "{name}: {text}");
        }
    }
}

#[test]
fn what_has_nothing_to_do_offers_nothing_to_press_and_what_is_broken_does() {
    for (name, row) in table() {
        let [english, _] = row.advice;
        if english == "There is nothing to do." {
            assert!(row.remedies.iter().all(|remedy| *remedy == Remedy::Keep), "{name}");
        }
        let set: HashSet<_> = row.remedies.iter().collect();
        assert_eq!(set.len(), row.remedies.len(), "{name}");
    }
    for form in Closed::all() {
        assert!(!form.row().remedies.is_empty(), "{form:?}: somebody has to be able to do something");
    }
}

#[test]
fn every_remedy_is_offered_by_some_row() {
    use Question as Q;
    let offered: HashSet<Remedy> = table().iter().flat_map(|(_, row)| row.remedies).copied().collect();
    let questions = [Q::Resend, Q::Smaller, Q::Certificate, Q::CannotOpen, Q::NewKey, Q::Newer, Q::Confirm, Q::Encrypt];
    let others = [
        Remedy::Unlock,
        Remedy::Import,
        Remedy::Keep,
        Remedy::Find,
        Remedy::Compare,
        Remedy::Renew,
        Remedy::MakeKey,
        Remedy::Card,
        Remedy::Source,
    ];
    for remedy in questions.map(Remedy::Ask).into_iter().chain(others) {
        assert!(offered.contains(&remedy), "{remedy:?}");
    }
}

#[test]
fn what_a_code_says_beyond_its_outcome_is_of_a_code_that_exists() {
    let codes = reasons::CRYPTO.iter().chain(reasons::FLOW);
    let reached: HashSet<String> =
        codes.filter_map(|code| Particular::of(code)).map(|one| format!("{one:?}")).collect();
    for form in Particular::all() {
        assert!(reached.contains(&format!("{form:?}")), "{form:?}: no code leads to it");
    }
}

#[test]
fn the_statement_and_the_rest_are_told_apart_in_both_languages() {
    for language in LANGUAGES {
        let sentence = Seal::Unauthenticated.row().whole(language, &[("name", "Mr. Bob Ross. Really")]);
        let whole = format!("{}{}", sentence.main, sentence.rest);
        assert!(whole.contains("Mr. Bob Ross. Really") && !sentence.main.contains("Bob"), "{whole}");
    }
}
