//! The program is killed at random points of a send, on a way where anything may happen: nothing is lost, and nothing goes
//! twice. `KAKITOME_KILLS` says how often (20), `KAKITOME_SEED` where the dice begin.

use std::collections::BTreeMap;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use super::servers::{Dice, Weather};
use super::*;

/// How long one run of the program may take: much longer than any does.
const PATIENCE: Duration = Duration::from_mins(5);
/// So many messages are queued at a time.
const LOAD: usize = 6;

/// Bob's profile, and the weather on the way to his servers.
struct Trial<'s> {
    servers: &'s Servers,
    folder: tempfile::TempDir,
    passed: Arc<AtomicU64>,
    ways: [Weather; 2],
    dice: Dice,
    seed: u64,
    /// The subjects of what was queued.
    subjects: Vec<String>,
}

impl<'s> Trial<'s> {
    fn new(servers: &'s Servers, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("passphrases"), format!("profile passphrase\n{PASSWORD}\n")).unwrap();
        let passed = Arc::new(AtomicU64::new(0));
        let ways = [
            Weather::start(servers.port(Way::Submission), seed, &passed),
            Weather::start(servers.imap_port(), seed.rotate_left(32), &passed),
        ];
        let trial = Self { servers, folder, passed, ways, dice: Dice::new(!seed), seed, subjects: Vec::new() };
        let ports = [0, 1].map(|way: usize| trial.ways[way].port().to_string());
        let ca = servers.ca_file();
        trial.good(&[
            "account",
            "add",
            "bob@example.test",
            "--smtp-host",
            HOST,
            "--smtp-port",
            &ports[0],
            "--imap-host",
            HOST,
            "--imap-port",
            &ports[1],
            "--ca",
            ca.to_str().unwrap(),
        ]);
        trial
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kakitome"));
        command
            .args(["--secret-store", "file", "--lang", "en", "--profile"])
            .arg(self.folder.path().join("profile"))
            .arg("--passphrase-file")
            .arg(self.folder.path().join("passphrases"))
            .args(args)
            .stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn good(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "seed {}: {args:?}: {said}", self.seed);
        String::from_utf8(output.stdout).unwrap()
    }

    fn rows(&self) -> Vec<Value> {
        let lines = self.good(&["outbox", "list", "--json"]);
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Writes a message of some size, and returns its file.
    fn write(&mut self) -> (String, std::path::PathBuf) {
        let subject = format!("killed {} {}", self.seed, self.subjects.len());
        let path = self.folder.path().join(format!("{}.eml", self.subjects.len()));
        let lines = self.dice.below(2_000) as usize;
        let id = subject.replace(' ', ".");
        let text = format!(
            "From: bob@example.test\r\nTo: mallory@example.test\r\nSubject: {subject}\r\nMessage-ID: <{id}@example.test>\r\n\r\n{}",
            ".a line that begins with a dot\r\n".repeat(lines)
        );
        std::fs::write(&path, text).unwrap();
        self.subjects.push(subject.clone());
        (subject, path)
    }

    /// Queues messages; the program is killed while it does, sometimes. What it says is queued is queued.
    fn queue(&mut self) {
        for _ in 0..LOAD {
            let (subject, path) = self.write();
            let path = path.to_str().unwrap().to_owned();
            if self.dice.below(4) == 0 {
                let mut child = spawn(&mut self.command(&["send", "--offline", &path]));
                std::thread::sleep(Duration::from_millis(self.dice.below(400)));
                let _ = child.kill();
                let has_said_so = child.wait().unwrap().success();
                let count = self.rows().iter().filter(|row| row["subject"] == subject.as_str()).count();
                assert!(count <= 1 && (count == 1 || !has_said_so), "seed {}: {subject}: {count}", self.seed);
                if count == 1 {
                    continue;
                }
            }
            self.good(&["send", "--offline", &path]);
        }
    }

    /// Sends what waits, and kills the program after a random number of pieces have passed; whether it was killed.
    fn send_and_kill(&mut self) -> bool {
        let mut child = spawn(&mut self.sending());
        let target = self.passed.load(Ordering::SeqCst) + 1 + self.dice.below(150);
        let end = Instant::now() + PATIENCE;
        while self.passed.load(Ordering::SeqCst) < target {
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(Instant::now() < end, "seed {}: the program does not end", self.seed);
            std::thread::sleep(Duration::from_millis(1));
        }
        // Somewhere behind that.
        std::thread::sleep(Duration::from_micros(self.dice.below(3_000)));
        let _ = child.kill();
        child.wait().unwrap().code().is_none()
    }

    /// What sends everything that waits, whenever its turn would be.
    fn sending(&self) -> Command {
        let deferred: Vec<String> =
            self.rows().iter().filter(|row| row["state"] == "deferred").map(|row| row["id"].to_string()).collect();
        if deferred.is_empty() {
            return self.command(&["outbox", "send"]);
        }
        let args: Vec<&str> = ["outbox", "retry"].into_iter().chain(deferred.iter().map(String::as_str)).collect();
        self.command(&args)
    }

    /// Without any more weather until everything has come to an end: what is uncertain.
    fn settle(&self) -> Vec<String> {
        for way in &self.ways {
            way.set_calm(true);
        }
        let end = Instant::now() + PATIENCE;
        loop {
            let output = self.sending().output().unwrap();
            let rows = self.rows();
            let state = |row: &Value| row["state"].as_str().unwrap().to_owned();
            if rows.iter().all(|row| state(row) == "uncertain") && output.status.success() {
                return rows.iter().map(|row| row["subject"].as_str().unwrap().to_owned()).collect();
            }
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(Instant::now() < end, "seed {}: {rows:?} {said}", self.seed);
        }
    }

    /// How often each message is in a folder.
    fn counts(&self, name: &str, folder: &str) -> BTreeMap<String, usize> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let all = runtime.block_on(fetch_all(&imap(self.servers), name, folder));
        let mut counts = BTreeMap::new();
        for one in &all {
            for subject in &self.subjects {
                if contains(&one.bytes, format!("Subject: {subject}\r\n").as_bytes()) {
                    *counts.entry(subject.clone()).or_default() += 1;
                }
            }
        }
        counts
    }
}

fn spawn(command: &mut Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn killed_at_random_points_of_a_send_nothing_is_lost_and_nothing_goes_twice() {
    let Some(servers) = servers() else { return };
    let (kills, seed) = (number("KAKITOME_KILLS", 20), number("KAKITOME_SEED", 20_261_128));
    let mut trial = Trial::new(servers, seed);
    let (mut killed, mut rounds) = (0, 0);
    while killed < kills {
        rounds += 1;
        assert!(rounds < 20 * kills + 100, "seed {seed}: it is hardly ever killed");
        if trial.rows().iter().filter(|row| row["state"] != "uncertain").count() == 0 {
            trial.queue();
        }
        killed += u64::from(trial.send_and_kill());
    }
    let uncertain = trial.settle();
    let end = Instant::now() + PATIENCE;
    let came = loop {
        let came = trial.counts("mallory", "INBOX");
        let is_there = |subject: &String| came.contains_key(subject) || uncertain.contains(subject);
        if trial.subjects.iter().all(is_there) && servers.is_all_delivered() {
            break trial.counts("mallory", "INBOX");
        }
        let missing: Vec<_> = trial.subjects.iter().filter(|one| !is_there(one)).collect();
        assert!(Instant::now() < end, "seed {seed}: lost: {missing:?}");
        std::thread::sleep(Duration::from_millis(200));
    };
    let twice: Vec<_> = came.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "seed {seed}: {twice:?}");
    let filed = trial.counts("bob", "Sent");
    for subject in &trial.subjects {
        let expected = usize::from(!uncertain.contains(subject));
        let count = filed.get(subject).copied().unwrap_or(0);
        assert_eq!(count, expected, "seed {seed}: copies of {subject}");
    }
    // What is uncertain is so for a reason that is rare: the time between the end of a message and its answer.
    assert!(uncertain.len() as u64 <= 2 * kills, "{uncertain:?}");
    eprintln!(
        "{killed} kills in {rounds} runs, {} messages, {} of them uncertain, {} of those delivered",
        trial.subjects.len(),
        uncertain.len(),
        uncertain.iter().filter(|one| came.contains_key(*one)).count()
    );
}
