//! What `inspect --json` says of the own corpus, word for word, in reviewed snapshots (`cargo insta review`).
//!
//! `tests/corpora.rs` holds the headline to the manifest; this holds everything else to what was reviewed.

#![allow(clippy::expect_used)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

#[test]
fn everything_that_inspect_says_of_the_own_corpus_was_reviewed() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let bytes = std::fs::read(corpus.join("manifest.json")).expect("the corpus has a manifest");
    let manifest: Value = serde_json::from_slice(&bytes).expect("the manifest is JSON");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        // One folder, one process: the documents come in the order of the names.
        for document in inspect(&corpus, &manifest) {
            let file = document.get("file").and_then(Value::as_str).unwrap_or_default().to_owned();
            let name = Path::new(&file).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            insta::assert_json_snapshot!(name, document);
        }
    });
}

fn inspect(corpus: &Path, manifest: &Value) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kakitome"));
    command.current_dir(corpus).args([
        "inspect",
        "mail",
        "--json",
        "--offline",
        "--lang",
        "en",
        "--keys",
        "keys",
        "--passphrase-file",
        "passphrases",
    ]);
    let mut given = |option: &str, field: &str| {
        let value = manifest.get(field);
        for one in value.and_then(Value::as_array).into_iter().flatten().chain(value).filter_map(Value::as_str) {
            command.args([option, one]);
        }
    };
    given("--at", "at");
    given("--anchor", "anchors");
    given("--crl", "crls");
    given("--trust-root", "trust_roots");
    given("--authserv-id", "authserv_id");
    let done = command.output().expect("kakitome starts");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let documents = serde_json::Deserializer::from_slice(&done.stdout).into_iter::<Value>();
    documents.map(|document| document.expect("each document is JSON")).collect()
}
