//! Every code of a reason that a room can give is in that room's list, and each of the list is given by it. The
//! words for the codes of the lists are held complete where the words are.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kakitome::{crypto, flow, sender, trust};

/// Words in the form of a code that are something else.
const CRYPTO_OTHER: &[&str] = &["another_key_version", "no_recipient", "private_key", "asn1", "certificate", "empty"];
/// What is asked of a report, and not given.
const TRUST_OTHER: &[&str] = &["weak_key"];
const FLOW_OTHER: &[&str] = &["cannot_open", "not_encrypted", "weak_hash"];
/// The registry's own words for mechanisms, results and policies (RFC 8601 §2.7).
const SENDER_OTHER: &[&str] = &[
    "arc",
    "bimi",
    "dkim",
    "dmarc",
    "fail",
    "iprev",
    "neutral",
    "none",
    "pass",
    "permerror",
    "policy",
    "quarantine",
    "reject",
    "softfail",
    "spf",
    "temperror",
];

/// Calls whose last argument is a code, also when it is one word.
const GIVE: [&str; 13] = [
    "Broken",
    "Err",
    "Malformed",
    "Not",
    "Unsupported",
    "code",
    "malformed",
    "none",
    "not",
    "permerror",
    "refusal",
    "refused",
    "unreadable",
];

#[test]
fn crypto_gives_the_codes_of_its_list_and_no_others() {
    // What an import or somebody's request says is a failure of its own kind; kinds of keys are no reasons.
    let others = ["import.rs", "keyring.rs", "kind.rs", "reason.rs", "request.rs"];
    hold("crypto", crypto::reason::ALL, CRYPTO_OTHER, &others);
}

#[test]
fn trust_gives_the_codes_of_its_list_and_no_others() {
    hold("trust", trust::reason::ALL, TRUST_OTHER, &["reason.rs"]);
}

#[test]
fn the_story_of_incoming_mail_gives_the_codes_of_its_list_and_no_others() {
    hold("flow/incoming", flow::reason::ALL, FLOW_OTHER, &["reason.rs"]);
}

#[test]
fn sender_gives_the_codes_of_its_list_and_no_others() {
    // What is wrong with a picture is told to who made it, not to a reader.
    hold("sender", sender::reason::ALL, SENDER_OTHER, &["bimi_svg.rs", "reason.rs"]);
}

#[test]
fn the_finder_of_codes_finds_them() {
    let text =
        "x(\"no_path\"); // \"in_comment\"\nErr(\"expired\"); Not(Outcome::Bad, \"policy\"); z(\"word\"); q(\"a b_c\")";
    assert_eq!(given(&without_comments(text)), ["expired", "no_path", "policy"].map(String::from).into());
}

/// Compares a room's list with what its sources give.
fn hold(room: &str, list: &[&str], other: &[&str], leave_out: &[&str]) {
    let mut sorted = list.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted, list, "{room}: the list is in order, each once");
    let mut found = BTreeSet::new();
    let mut all = String::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room)) {
        if leave_out.iter().any(|name| file.ends_with(name)) {
            continue;
        }
        let text = without_comments(&fs::read_to_string(&file).unwrap());
        found.extend(given(&text));
        all.push_str(&text);
    }
    let unlisted: Vec<&String> =
        found.iter().filter(|code| !list.contains(&code.as_str()) && !other.contains(&code.as_str())).collect();
    assert!(unlisted.is_empty(), "{room}: not in its reason.rs: {unlisted:?}");
    let idle: Vec<&&str> = list.iter().filter(|code| !holds(&all, code)).collect();
    assert!(idle.is_empty(), "{room}: in its reason.rs, and given by nothing: {idle:?}");
}

/// As a whole string, or as what comes before a colon in one.
fn holds(text: &str, code: &str) -> bool {
    text.contains(&format!("\"{code}\"")) || text.contains(&format!("\"{code}: "))
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let beside = dir.with_extension("rs");
    found.extend(beside.exists().then_some(beside));
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match (path.is_dir(), name.as_str()) {
            (_, "tests" | "tests.rs") => {}
            (true, _) => found.extend(sources(&path)),
            (false, name) if name.strip_suffix(".rs").is_some() => found.push(path),
            _ => {}
        }
    }
    found
}

/// Without comments, and without the tests at the end.
fn without_comments(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Strings of several words joined by `_`, and single words that stand where a code does.
fn given(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let text = text.replace("'\"'", "").replace("\\\"", "");
    let pieces: Vec<&str> = text.split('"').collect();
    for pair in pieces.chunks(2) {
        let [before, word] = pair else { continue };
        let is_word =
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !is_word || word.starts_with('_') || word.ends_with('_') {
            continue;
        }
        let open = before.rfind('(').map(|at| before.split_at(at).0.trim_end()).unwrap_or_default();
        let gives = GIVE.iter().any(|call| {
            let rest = open.strip_suffix(call);
            rest.is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        });
        let last = before.rsplit('(').next().unwrap_or_default();
        let beside_a_word =
            ["SignatureOutcome::", "SenderWord::", "TrustVerdict::"].iter().any(|kind| last.contains(kind));
        if word.contains('_') || gives || beside_a_word || before.trim_end().ends_with("=>") {
            found.insert((*word).to_owned());
        }
    }
    found
}
