//! The command line as scripts meet it: the program itself, on files, next to gpg, gpgsm, sq and openssl.
//!
//! The people and their keys are of `tests/corpus`; everybody's homes are temporary folders of their own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod authorities;
mod backup;
mod bringing;
mod contract;
mod evaluating;
mod finding;
mod keyrings;
mod keys;
mod large;
mod looking;
mod mailboxes;
mod mailing;
mod mime;
mod outgoing;
mod own_authority;
mod own_keys;
mod own_net;
mod peers;
mod printing;
mod profile;
mod reading;
mod refusing;
mod replying;
mod sealing;
mod searching;
mod storing;
mod streams;
mod trusting;
mod vouching;
mod withstanding;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The moment at which the corpus is judged.
const AT: &str = "2026-11-01T00:00:00Z";

/// What the program answered.
#[derive(Debug)]
struct Answer {
    code: Option<i32>,
    output: Vec<u8>,
    error: String,
}

impl Answer {
    /// The JSON documents printed; the program must have ended well.
    fn documents(&self) -> Vec<Value> {
        assert_eq!(self.code, Some(0), "{}", self.error);
        let lines = self.output.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).expect("each line is a JSON document")).collect()
    }

    /// The one JSON document printed.
    fn document(&self) -> Value {
        let mut documents = self.documents();
        assert_eq!(documents.len(), 1, "{documents:?}");
        documents.remove(0)
    }

    /// The program ended with this code and told why in one line.
    fn refused(&self, code: i32) -> &str {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.error.trim_end().lines().count(), 1, "one line: {}", self.error);
        assert!(self.error.starts_with("kakitome: "), "{}", self.error);
        assert!(!self.error.contains("panicked"), "{}", self.error);
        &self.error
    }
}

/// The program, in the corpus's folder, without a profile and without this machine's language.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kakitome"));
    command
        .current_dir(corpus())
        .env_remove("KAKITOME_PROFILE")
        .env("HOME", "/nonexistent")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null());
    command
}

fn kakitome<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(args: I) -> Answer {
    ended(program().args(args))
}

fn ended(command: &mut Command) -> Answer {
    let done = command.output().expect("kakitome starts");
    Answer { code: done.status.code(), output: done.stdout, error: String::from_utf8_lossy(&done.stderr).into_owned() }
}

/// `inspect --json` as alice: with her keys, her anchor and her own certificate as trust root.
fn inspect(files: &[&Path], more: &[&str]) -> Answer {
    let files = files.iter().map(|file| file.as_os_str());
    let mut command = program();
    command.arg("inspect").args(files).args(ALICE).args(more);
    if !more.contains(&"--passphrase-file") {
        command.args(["--passphrase-file", "passphrases"]);
    }
    ended(&mut command)
}

/// What alice has.
const ALICE: [&str; 9] = [
    "--json",
    "--offline",
    "--keys",
    "keys",
    "--anchor",
    "anchors/root.pem",
    "--trust-root",
    "86711229A404E1C09AC4A9A3204E643BBC38A0B3",
    "--lang=en",
];

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// A file of the corpus.
fn of_corpus(name: &str) -> PathBuf {
    corpus().join(name)
}

fn mail(name: &str) -> PathBuf {
    of_corpus(&format!("mail/{name}.eml"))
}

fn manifest() -> Value {
    serde_json::from_slice(&std::fs::read(of_corpus("manifest.json")).unwrap()).unwrap()
}

/// A word of a document, found by its JSON pointer.
fn word<'a>(document: &'a Value, pointer: &str) -> &'a str {
    document.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {document}"))
}

/// Both words of a headline.
fn headline(document: &Value) -> (&str, &str) {
    (word(document, "/headline/lock"), word(document, "/headline/seal"))
}

/// A file for its owner alone, as a key without a passphrase has to lie.
fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a temporary file");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("an own file");
    path
}

/// A copy of a file of the corpus for its owner alone: those of the corpus are for everybody.
fn private(folder: &Path, name: &str) -> PathBuf {
    let file = Path::new(name).file_name().and_then(OsStr::to_str).expect("a name");
    write(folder, file, std::fs::read(of_corpus(name)).expect("a file of the corpus"))
}

fn contains(bytes: &[u8], wanted: &str) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted.as_bytes())
}
