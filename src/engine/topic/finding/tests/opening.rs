//! The whole program opens a message whose certificate has an issuer that is not here.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use super::organisation::Chain;
use super::*;
use crate::domain::Secret;
use crate::engine::network::new_message;
use crate::engine::profile::SecretsIn;
use crate::engine::topic::Topic;
use crate::engine::view::{ReadingView, Seal};
use crate::engine::{Command, EngineHandle, Event, Start, start};
use crate::store::{MessageFlags, TrustKind};

/// An address of the public internet, which in a network of its own leads to this computer. What a message names is
/// never looked for on this computer itself.
const PUBLIC: &str = "45.33.0.1";
/// Set in the network of its own.
const INSIDE: &str = "KAKITOME_TEST_INSIDE";
const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn opening_a_message_fetches_the_missing_issuer_when_that_is_allowed_and_the_seal_is_found() {
    if std::env::var_os(INSIDE).is_some() {
        return opened_in_a_network_of_its_own();
    }
    let name = "engine::topic::finding::tests::opening::\
                opening_a_message_fetches_the_missing_issuer_when_that_is_allowed_and_the_seal_is_found";
    let mut command = Process::new("unshare");
    command.arg("--net").arg(std::env::current_exe().unwrap()).args(["--exact", name, "--nocapture"]);
    let done = command.env(INSIDE, "1").output().expect("util-linux is installed");
    if String::from_utf8_lossy(&done.stderr).contains("unshare failed") {
        assert!(std::env::var_os("CI").is_none(), "a network of its own needs root: {done:?}");
        eprintln!("SKIPPED: a network of its own needs root; run the tests as root to run this one");
        return;
    }
    let said = [done.stdout.as_slice(), &done.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
}

/// A web server; it ends with this value.
struct Web(Child, std::path::PathBuf);

impl Web {
    fn of(folder: &Path) -> Self {
        let log = folder.join("log");
        let mut command = Process::new("python3");
        command.args(["-u", "-m", "http.server", "8080", "--bind", PUBLIC]).current_dir(folder);
        command.stdout(Stdio::piped()).stderr(std::fs::File::create(&log).unwrap());
        let mut server = command.spawn().expect("Python is installed");
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("Serving"), "{line}");
        Self(server, log)
    }

    fn requests(&self) -> usize {
        std::fs::read_to_string(&self.1).unwrap().matches("\"GET /ca.cer").count()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until the open message looks like that.
fn reads(engine: &EngineHandle, wanted: impl Fn(&ReadingView) -> bool) -> Arc<ReadingView> {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        match engine.try_next() {
            Some(Event::Reading(view)) if wanted(&view) => return view,
            Some(Event::Failed(failure)) => panic!("{failure:?}"),
            Some(_) => {}
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    panic!("it did not come to that in {PATIENCE:?}");
}

fn opened_in_a_network_of_its_own() {
    for arguments in [&["link", "set", "lo", "up"][..], &["address", "add", &format!("{PUBLIC}/32"), "dev", "lo"]] {
        assert!(Process::new("ip").args(arguments).status().expect("iproute2 is installed").success());
    }
    let chain = Chain::new(&format!("http://{PUBLIC}:8080/ca.cer"));
    let www = tempfile::tempdir().unwrap();
    std::fs::write(www.path().join("ca.cer"), chain.der("between")).unwrap();
    let web = Web::of(www.path());
    std::fs::write(chain.folder.path().join("body"), "Content-Type: text/plain\r\n\r\nhello\r\n").unwrap();
    let sign = ["cms", "-sign", "-in", "body", "-signer", "alice.pem", "-inkey", "alice.key", "-md", "sha256"];
    let head = ["-from", "alice@example.test", "-to", "bob@example.test", "-subject", "x"];
    let raw = RawMessage::new(chain.openssl(&[&sign[..], &head].concat()));

    let folder = tempfile::tempdir().unwrap();
    let secrets = SecretsIn::File(Secret::from("swordfish"));
    let profile = Profile::open(folder.path(), &secrets).unwrap();
    let root = profile.import(&chain.der("root"), &[]).unwrap();
    profile.store.set_trust(&root[0].fingerprint, TrustKind::Anchor, true).unwrap();
    let account = profile.store.save_account(&AccountRecord::default()).unwrap();
    let inbox = profile.store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
    let message = new_message(&raw, None, MessageFlags::default(), None);
    let id = profile.store.add_message(inbox, &message).unwrap().unwrap();
    drop(profile);

    let engine = start(&Start::Profile { dir: folder.path().to_owned(), secrets: secrets.clone() }, || ()).unwrap();
    for _ in 0..2 {
        engine.send(Command::OpenMessage(id));
        let view = reads(&engine, |view| view.id == id);
        assert_eq!(view.assessment.headline.seal, Seal::Unauthenticated);
        let trust = &view.assessment.signatures[0].judgement;
        assert_eq!(trust.reason.as_deref(), Some("no_path"), "{trust:?}");
    }
    assert_eq!(web.requests(), 0, "nothing is fetched that was not allowed");

    let allowed = std::collections::BTreeSet::from([LookUp::Aia]);
    let settings = FindingSettings { allowed, ..FindingSettings::default() };
    engine.send(Command::Topic(Box::new(Topic::Finding(FindingCommand::Save(Box::new(settings))))));
    engine.send(Command::OpenMessage(id));
    let view = reads(&engine, |view| view.id == id && view.assessment.headline.seal == Seal::Authenticated);
    let path: Vec<_> = view.assessment.signatures[0].judgement.path.0.iter().map(|step| step.name.clone()).collect();
    assert_eq!((path.len(), web.requests()), (3, 1), "{path:?}");
    drop(engine);
    // Its thread ends a moment later.
    let end = Instant::now() + PATIENCE;
    let profile = loop {
        match Profile::open(folder.path(), &secrets) {
            Ok(profile) => break profile,
            Err(failure) => assert!(Instant::now() < end, "{failure:?}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let between = &chain.certificate("between").fingerprint;
    let met = profile.store.provenance(between).unwrap();
    assert_eq!(
        met.iter().map(|place| (place.source, place.detail.as_str())).collect::<Vec<_>>(),
        [(ProvenanceSource::Aia, PUBLIC)]
    );
}
