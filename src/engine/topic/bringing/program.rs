//! Runs the programs of others: what goes in by a pipe, never by an argument, and what comes out within limits.

use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::domain::Secret;

use super::detect::gnupg_home;
use super::harvest::Watch;

/// No program gives more at once.
const MAX_OUTPUT: u64 = 256 << 20;
/// What it says beside that.
const MAX_WORDS: u64 = 64 << 10;
/// How often a wish to stop is looked at.
const PULSE: Duration = Duration::from_millis(100);

/// What a program gave.
#[derive(Debug)]
pub(super) struct Ran {
    /// It ended well.
    pub(super) is_good: bool,
    /// Its output.
    pub(super) output: Vec<u8>,
    /// What it said beside that.
    pub(super) words: String,
}

/// Why a program gave nothing.
#[derive(Debug)]
pub(super) enum NotRun {
    /// It is not installed.
    Missing,
    /// It could not be started, or was stopped; or gave too much.
    Stopped(String),
}

/// A program of GnuPG's over a home, which asks nothing of the user by itself.
pub(super) fn of_gnupg(program: &str, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("--homedir").arg(home).args(["--batch", "--no-tty"]);
    // What it says is compared here and there, so it is to be English.
    command.env("LC_ALL", "C.UTF-8").env("LANGUAGE", "C").env_remove("GNUPGHOME").env_remove("GPG_TTY");
    command
}

/// The agent of a home while secret keys are asked for: one that was not there before is not left behind, except for
/// the user's own home, where every program of GnuPG's leaves it.
pub(super) struct Agent<'a> {
    home: &'a Path,
    watch: &'a Watch<'a>,
    is_new: bool,
}

impl<'a> Agent<'a> {
    /// Looks whether it is there.
    pub(super) fn of(home: &'a Path, watch: &'a Watch<'a>) -> Self {
        let is_own = gnupg_home().is_some_and(|own| own == home);
        let mut ask = Command::new("gpg-connect-agent");
        ask.arg("--homedir").arg(home).args(["--no-autostart", "/bye"]).env("LC_ALL", "C.UTF-8").env("LANGUAGE", "C");
        let is_new = !is_own && run(&mut ask, None, watch).is_ok_and(|ran| ran.words.contains("no gpg-agent running"));
        Self { home, watch, is_new }
    }
}

impl Drop for Agent<'_> {
    fn drop(&mut self) {
        if self.is_new {
            let mut end = Command::new("gpgconf");
            // It ends by itself, too, when its home is gone.
            let _ = run(end.arg("--homedir").arg(self.home).args(["--kill", "gpg-agent"]), None, self.watch);
        }
    }
}

/// Runs it to its end; `input` goes to its standard input.
pub(super) fn run(command: &mut Command, input: Option<&Secret<String>>, watch: &Watch<'_>) -> Result<Ran, NotRun> {
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => NotRun::Missing,
        _ => NotRun::Stopped(error.to_string()),
    })?;
    if let Some((secret, mut pipe)) = input.zip(child.stdin.take()) {
        // A passphrase fits into a pipe's buffer; a program that reads none of it has ended.
        let _ = pipe.write_all(secret.declassify().as_bytes()).and_then(|()| pipe.write_all(b"\n"));
    }
    let read = collect(&mut child, watch);
    let is_too_much = read.as_ref().is_some_and(|(output, _)| output.len() as u64 > MAX_OUTPUT);
    if read.is_none() || is_too_much {
        // It may have ended by itself meanwhile.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| NotRun::Stopped(error.to_string()))?;
    let (output, words) = read.ok_or_else(|| NotRun::Stopped(String::new()))?;
    if is_too_much {
        return Err(NotRun::Stopped("too_much".to_owned()));
    }
    Ok(Ran { is_good: status.success(), output, words: String::from_utf8_lossy(&words).into_owned() })
}

/// Both outputs; `None` when the user stops it.
fn collect(child: &mut Child, watch: &Watch<'_>) -> Option<(Vec<u8>, Vec<u8>)> {
    let (tell, told) = channel();
    let (output, words) = (child.stdout.take()?, child.stderr.take()?);
    let other = tell.clone();
    std::thread::spawn(move || other.send((false, read(words, MAX_WORDS))));
    std::thread::spawn(move || tell.send((true, read(output, MAX_OUTPUT + 1))));
    let mut both = (None, None);
    while both.0.is_none() || both.1.is_none() {
        match told.recv_timeout(PULSE) {
            Ok((true, bytes)) => both.0 = Some(bytes),
            Ok((false, bytes)) => both.1 = Some(bytes),
            Err(RecvTimeoutError::Timeout) if watch.cancel.is_cancelled() => return None,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    both.0.zip(both.1)
}

fn read(from: impl Read, limit: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What came before it broke is looked at.
    let _ = from.take(limit).read_to_end(&mut bytes);
    bytes
}

/// The last thing that a program said, for the folded part.
pub(super) fn last_words(words: &str) -> String {
    words.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().chars().take(300).collect()
}
