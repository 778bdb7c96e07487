//! Mail that was made by others, read by the `kakitome` program.
//!
//! The own corpus under `tests/corpus` was made by gpg, gpgsm, sq and openssl; each message has its expected
//! outcome in `manifest.json`. The foreign sets lie outside the repository, in `KAKITOME_CORPORA` (or in
//! `../shared/corpora`), because their licences differ; where they are not, that test says so and passes.

#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Nothing may take longer, whatever its bytes are.
const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn every_message_of_the_own_corpus_is_judged_as_its_manifest_says() {
    let corpus = own_corpus();
    let manifest = read_json(&corpus.join("manifest.json"));
    let cases = list(&manifest["cases"]);
    let wrong = in_parallel(cases, |case| {
        let mut options = own_options(&manifest);
        if case["args"]["passphrases"] != Value::Bool(false) {
            options.extend(["--passphrase-file".to_owned(), text(&manifest["passphrases"])]);
        }
        let answer = inspect(&corpus, &text(&case["file"]), &options);
        let Some(found) = answer.document else { return vec![format!("no answer: {}", answer.error)] };
        differences(&case["expect"], &found)
    });
    report(cases, &wrong);
}

#[test]
fn the_sending_domains_word_is_evaluated_from_the_zone_and_read_from_the_trusted_server() {
    let corpus = own_corpus();
    let manifest = read_json(&corpus.join("manifest.json"));
    let cases: Vec<Value> =
        list(&manifest["cases"]).iter().filter(|case| case["expect"]["sender"].is_object()).cloned().collect();
    assert!(!cases.is_empty());
    let wrong = in_parallel(&cases, |case| {
        let arguments =
            ["evaluate", &text(&case["file"]), "--zone", &text(&manifest["zone"]), "--json"].map(str::to_owned);
        let answer = run(&corpus, &arguments);
        let Some(found) = answer.document else { return vec![format!("no answer: {}", answer.error)] };
        let mut wrong = Vec::new();
        for (method, result) in case["expect"]["sender"].as_object().into_iter().flatten() {
            let got: Vec<&Value> = list(&found["sender"])
                .iter()
                .filter(|one| one["method"] == method.as_str())
                .map(|one| &one["result"])
                .collect();
            if !got.contains(&result) {
                wrong.push(format!("{method}: wanted {result}, got {got:?}"));
            }
        }
        wrong
    });
    report(&cases, &wrong);
}

#[test]
fn every_message_of_the_demo_mailbox_shows_the_lock_and_the_seal_that_it_is_there_for() {
    let folder = root().join("assets/demo");
    let demo = read_json(&folder.join("demo.json"));
    let passphrases = tempfile::NamedTempFile::new().expect("a temporary file");
    let known: Vec<String> = list(&demo["passphrases"]).iter().map(text).collect();
    std::fs::write(passphrases.path(), known.join("\n")).expect("a temporary file");
    let mut options = vec!["--passphrase-file".to_owned(), passphrases.path().to_string_lossy().into_owned()];
    let lists = [("--key", "keys"), ("--anchor", "anchors"), ("--crl", "crls"), ("--trust-root", "trust_roots")];
    for (option, field) in lists {
        options.extend(list(&demo[field]).iter().flat_map(|value| [option.to_owned(), text(value)]));
    }
    options.extend(["--at".to_owned(), text(&demo["at"])]);
    // What is trusted directly is the profile's to say, and `inspect` has none.
    let cases: Vec<Value> = list(&demo["messages"])
        .iter()
        .filter(|case| !text(&case["note"]).contains("trusted directly"))
        .cloned()
        .collect();
    let wrong = in_parallel(&cases, |case| {
        let answer = inspect(&folder, &text(&case["file"]), &options);
        let Some(found) = answer.document else { return vec![format!("no answer: {}", answer.error)] };
        differences(case, &found)
    });
    report(&cases, &wrong);
}

#[test]
fn no_foreign_message_is_believed_wrongly_and_none_ends_the_program() {
    let corpora = std::env::var_os("KAKITOME_CORPORA").map_or_else(|| root().join("../shared/corpora"), PathBuf::from);
    let Ok(entries) = std::fs::read_dir(&corpora) else {
        eprintln!("skipped: no foreign sets in {} (KAKITOME_CORPORA names the folder)", corpora.display());
        return;
    };
    let mut sets: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.join("manifest.json").is_file()).collect();
    sets.sort();
    let (mut broken, mut right, mut judged) = (Vec::new(), 0, 0);
    for set in &sets {
        let score = grade(set);
        let name = set.file_name().unwrap_or_default().to_string_lossy();
        eprintln!("{name:30} {:>3} gates broken {:>4}/{}", score.broken.len(), score.right, score.judged);
        broken.extend(score.broken);
        (right, judged) = (right + score.right, judged + score.judged);
    }
    eprintln!("{} gates broken, score {right}/{judged} (mail and PKCS#12 sets)", broken.len());
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

// What a message should be

/// What differs between an `expect` of the manifest and a document of `inspect`. A list in place of a word
/// means any of these.
fn differences(expect: &Value, found: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut same = |what: &str, want: &Value, got: &Value| {
        let good = want == got || want.as_array().is_some_and(|any| any.contains(got));
        if !good && !want.is_null() {
            wrong.push(format!("{what}: wanted {want}, got {got}"));
        }
    };
    same("lock", &expect["lock"], &found["headline"]["lock"]);
    same("seal", &expect["seal"], &found["headline"]["seal"]);
    same("subject", &expect["subject"], &found["displayed"]["subject"]);
    same("scheme", &expect["scheme"], &found["header_protection"]["scheme"]);
    same("mismatches", &expect["mismatches"], &found["header_protection"]["mismatches"]);
    same("displayed From", &expect["displayed_from"], &found["displayed"]["from"][0]["address"]);
    same("confidential", &expect["confidential"], &found["header_protection"]["confidential"]);
    for (what, at, path) in [
        ("outcomes", "signatures", "/outcome"),
        ("coverages", "signatures", "/coverage"),
        ("verdicts", "signatures", "/trust/verdict"),
        ("encryption", "encryption", "/outcome"),
        ("integrity", "encryption", "/integrity"),
        ("reasons", "signatures", "/reason"),
    ] {
        for (number, want) in list(&expect[what]).iter().enumerate() {
            let got = found[at][number].pointer(path).unwrap_or(&Value::Null);
            same(&format!("{what} {number}"), want, got);
        }
    }
    let codes: Vec<String> = list(&found["cautions"]).iter().map(|caution| text(&caution["code"])).collect();
    for code in list(&expect["cautions"]).iter().map(text).filter(|code| !codes.contains(code)) {
        wrong.push(format!("caution {code} is missing from {codes:?}"));
    }
    let codes: Vec<String> = list(&found["defects"]).iter().map(|defect| text(&defect["code"])).collect();
    for code in list(&expect["defects"]).iter().map(text).filter(|code| !codes.contains(code)) {
        wrong.push(format!("defect {code} is missing from {codes:?}"));
    }
    let lacks = text(&expect["text_lacks"]);
    if !lacks.is_empty() && text(&found["text"]).contains(&lacks) {
        wrong.push(format!("the text holds {lacks:?}"));
    }
    let names: Vec<String> = list(&found["parts"]).iter().map(|part| text(&part["filename"])).collect();
    for name in list(&expect["files"]).iter().map(text).filter(|name| !names.contains(name)) {
        wrong.push(format!("file {name} is missing from {names:?}"));
    }
    let wanted = text(&expect["text_contains"]);
    if !text(&found["text"]).contains(&wanted) {
        wrong.push(format!("the text does not hold {wanted:?}"));
    }
    if expect["lock"] == "cannot_open" && text(&found["text"]).contains("4,200,000") {
        wrong.push("text is shown that could not be opened".to_owned());
    }
    wrong
}

fn own_options(manifest: &Value) -> Vec<String> {
    let mut options = vec!["--keys".to_owned(), text(&manifest["keys"]), "--at".to_owned(), text(&manifest["at"])];
    for (option, field) in [("--anchor", "anchors"), ("--crl", "crls"), ("--trust-root", "trust_roots")] {
        for value in list(&manifest[field]) {
            options.extend([option.to_owned(), text(value)]);
        }
    }
    options.extend(["--authserv-id".to_owned(), text(&manifest["authserv_id"])]);
    options
}

fn report(cases: &[Value], wrong: &[Vec<String>]) {
    let mut lines = String::new();
    for (case, wrong) in cases.iter().zip(wrong).filter(|(_, wrong)| !wrong.is_empty()) {
        let _ = writeln!(lines, "{} ({}): {}", text(&case["file"]), text(&case["note"]), wrong.join("; "));
    }
    let good = wrong.iter().filter(|wrong| wrong.is_empty()).count();
    assert!(lines.is_empty(), "{good} of {} are right; these are not:\n{lines}", cases.len());
}

// Foreign sets

#[derive(Default)]
struct Score {
    broken: Vec<String>,
    right: usize,
    judged: usize,
}

/// One set: a gate is an attack that is believed, a crash or a hang; the score counts what the original
/// suites, gpg and openssl say.
fn grade(set: &Path) -> Score {
    let manifest = read_json(&set.join("manifest.json"));
    let name = text(&manifest["set"]);
    // These have no files of their own, but suites inside one file; the sender room has tests for its kind.
    if ["spf-rfc7208", "arc-validation", "dkim-mail-dkim", "bimi", "x509-limbo"].contains(&name.as_str()) {
        return Score::default();
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let passphrases = folder.path().join("passphrases");
    let known = "nss\ntest12345678\npassword\nabc\ntestpassword\n1234\ntest\nsecret\nsesame\n";
    std::fs::write(&passphrases, known).expect("a temporary file");
    let cases = list(&manifest["cases"]);
    let rows = in_parallel(cases, |case| {
        let file = text(&case["file"]);
        if name == "pkcs12" {
            return judge_p12(set, case, folder.path());
        }
        if !set.join(&file).is_file() {
            return vec![];
        }
        let answer = if is_mail(&file) {
            let mut options = foreign_options(&name, set);
            options.extend(["--trust-given", "--passphrase-file", &passphrases.to_string_lossy()].map(str::to_owned));
            inspect(set, &file, &options)
        } else {
            run(set, &["cert".to_owned(), "show".to_owned(), file.clone(), "--json".to_owned()])
        };
        let mut rows = vec![Row::gate(!answer.crashed, &answer.error)];
        if is_mail(&file) {
            rows.extend(judge_mail(&case["expect"], answer.document.as_ref()));
        }
        rows
    });
    let mut score = Score::default();
    for (case, rows) in cases.iter().zip(rows) {
        for row in rows {
            if row.is_gate && !row.good {
                score.broken.push(format!("{name}/{}: {}", text(&case["file"]), row.why));
            }
            score.judged += usize::from(!row.is_gate);
            score.right += usize::from(!row.is_gate && row.good);
        }
    }
    score
}

struct Row {
    is_gate: bool,
    good: bool,
    why: String,
}

impl Row {
    fn gate(good: bool, why: &str) -> Self {
        Self { is_gate: true, good, why: why.to_owned() }
    }

    fn score(good: bool) -> Self {
        Self { is_gate: false, good, why: String::new() }
    }
}

fn judge_mail(expect: &Value, found: Option<&Value>) -> Vec<Row> {
    let oracle = &expect["oracle"];
    let Some(found) = found else {
        return if oracle.is_object() { vec![Row::score(false)] } else { vec![] };
    };
    let mut rows = Vec::new();
    let signatures: Vec<&Value> = list(&found["signatures"]).iter().collect();
    let whole: Vec<&Value> = signatures.iter().copied().filter(|one| one["coverage"] == "whole").collect();
    let lock = text(&found["headline"]["lock"]);
    let is_encrypted = oracle["root_encrypted"] == true;
    if expect["kind"] == "attack" {
        rows.push(Row::gate(!is_believed(found, oracle), "an attack carries the seal 'authenticated'"));
        if oracle.is_object() && !is_encrypted {
            rows.push(Row::gate(lock != "encrypted", "an attack shows the lock 'encrypted'"));
        }
    }
    if oracle.is_object() {
        rows.extend(judge_signature(&text(&oracle["root_signature"]), &whole).map(Row::score));
        match (is_encrypted, text(&oracle["decrypt"]).as_str()) {
            (true, "ok") => rows.push(Row::score(lock == "encrypted")),
            (true, "fail") => rows.push(Row::score(lock == "cannot_open")),
            (false, _) if lock == "encrypted" => rows.push(Row::score(false)),
            _ => {}
        }
    }
    if let Some(wanted) = expect["text_contains"].as_str() {
        rows.push(Row::score(text(&found["text"]).contains(wanted)));
    }
    if let Some(chain) =
        expect["chain"].as_str().filter(|_| ["", "-policy anyPolicy"].contains(&text(&expect["args"]).as_str()))
    {
        let intact = signatures.iter().filter(|one| one["outcome"] == "intact");
        let holds = intact
            .map(|one| text(&one["trust"]["verdict"]))
            .any(|verdict| ["authenticated", "mismatch"].contains(&verdict.as_str()));
        rows.push(Row::score(holds == (chain == "valid")));
    }
    rows
}

/// The seal stands, and it is not that the signer really is the one From address with the false name cautioned.
fn is_believed(found: &Value, oracle: &Value) -> bool {
    if found["headline"]["seal"] != "authenticated" {
        return false;
    }
    let shown: Vec<String> =
        list(&found["displayed"]["from"]).iter().map(|from| text(&from["address"]).to_lowercase()).collect();
    let signers: String = list(&oracle["signer"]).iter().map(text).collect::<Vec<_>>().join(" ").to_lowercase();
    let is_own = matches!(shown.as_slice(), [one] if !one.is_empty() && signers.contains(one.as_str()));
    !(oracle["root_signature"] == "good" && is_own && !list(&found["cautions"]).is_empty())
}

fn judge_signature(wanted: &str, whole: &[&Value]) -> Option<bool> {
    let has = |outcome: &str| whole.iter().any(|one| one["outcome"] == outcome);
    let verdict = |verdict: &str| whole.iter().any(|one| one["trust"]["verdict"] == verdict);
    match wanted {
        "none" => Some(!has("intact")),
        "good" => Some(has("intact")),
        "bad" => Some(!whole.is_empty() && !has("intact")),
        "unknown-key" => Some(has("missing_certificate")),
        "expired-or-revoked" => Some(verdict("revoked") || verdict("expired") || has("bad_key") || has("unbound_key")),
        _ => None,
    }
}

fn judge_p12(set: &Path, case: &Value, folder: &Path) -> Vec<Row> {
    let Some(loads) = case["expect"]["loads"].as_bool() else { return vec![] };
    let file = text(&case["file"]);
    let passphrase = folder.join(file.replace(['/', '\\'], "_"));
    std::fs::write(&passphrase, text(&case["expect"]["password"]) + "\n").expect("a temporary file");
    let arguments = ["key", "import", &file, "--dry-run", "--json", "--passphrase-file", &passphrase.to_string_lossy()]
        .map(str::to_owned);
    let answer = run(set, &arguments);
    vec![Row::gate(!answer.crashed, &answer.error), Row::score(answer.done == loads)]
}

fn foreign_options(name: &str, set: &Path) -> Vec<String> {
    let mut options: Vec<&str> = match name {
        "tb-smime" => vec!["--anchor", "keys/TestCA.pem"],
        "johnny-fired" | "covert-content" => vec!["--at", "2019-05-01T00:00:00Z"],
        "protected-headers-autocrypt" => vec!["--anchor", "keys/sample-ca.pem"],
        "pkits-smime" => vec!["--anchor", "certs/TrustAnchorRootCertificate.crt", "--crl", "crls"],
        _ => vec![],
    };
    if std::fs::read_dir(set.join("keys")).is_ok_and(|mut keys| keys.next().is_some()) {
        options.extend(["--keys", "keys"]);
    }
    options.into_iter().map(str::to_owned).collect()
}

fn is_mail(file: &str) -> bool {
    let file = file.to_lowercase();
    [".eml", ".mbox", ".msg", ".txt", ".message"].iter().any(|end| file.ends_with(end))
}

// Running the program

struct Answer {
    /// The first JSON document it printed.
    document: Option<Value>,
    /// Exit code 0.
    done: bool,
    /// A panic, a hang, or an exit code that the command line does not know.
    crashed: bool,
    error: String,
}

fn inspect(folder: &Path, file: &str, options: &[String]) -> Answer {
    let mut arguments = ["inspect", file, "--json", "--offline"].map(str::to_owned).to_vec();
    arguments.extend_from_slice(options);
    run(folder, &arguments)
}

fn run(folder: &Path, arguments: &[String]) -> Answer {
    let output = tempfile::NamedTempFile::new().expect("a temporary file");
    let errors = tempfile::NamedTempFile::new().expect("a temporary file");
    let mut child = Command::new(env!("CARGO_BIN_EXE_kakitome"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(output.reopen().expect("a temporary file"))
        .stderr(errors.reopen().expect("a temporary file"))
        .spawn()
        .expect("kakitome starts");
    let begin = Instant::now();
    let status = loop {
        match child.try_wait().expect("a child can be waited for") {
            Some(status) => break Some(status),
            None if begin.elapsed() > PATIENCE => {
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(4)),
        }
    };
    let error = String::from_utf8_lossy(&std::fs::read(errors.path()).unwrap_or_default()).trim().to_owned();
    let printed = std::fs::read(output.path()).unwrap_or_default();
    let code = status.and_then(|status| status.code());
    Answer {
        document: serde_json::Deserializer::from_slice(&printed).into_iter::<Value>().next().and_then(Result::ok),
        done: code == Some(0),
        crashed: !matches!(code, Some(0 | 1)) || error.contains("panicked at"),
        error: status.map_or_else(|| "hangs".to_owned(), |status| format!("{status} {error}")),
    }
}

/// The same work for every case, on as many threads as there are processors; the answers keep their order.
fn in_parallel<T: Send>(cases: &[Value], work: impl Fn(&Value) -> T + Sync) -> Vec<T> {
    let next = Mutex::new(0_usize);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let number = {
                        let mut next = next.lock().expect("no thread panics here");
                        *next += 1;
                        *next - 1
                    };
                    let Some(case) = cases.get(number) else { break };
                    let answer = work(case);
                    done.lock().expect("no thread panics here").push((number, answer));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no thread panics here");
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, answer)| answer).collect()
}

// Reading manifests

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn own_corpus() -> PathBuf {
    root().join("tests/corpus")
}

fn read_json(file: &Path) -> Value {
    let bytes = std::fs::read(file).expect("a manifest");
    serde_json::from_slice(&bytes).expect("a manifest is JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The string in a value; empty when there is none.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
