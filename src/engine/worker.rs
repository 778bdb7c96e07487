//! The engine's thread: takes commands one by one, and lets long work run beside them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::store::opened::{self, OpenedFiles};
use crate::store::secret::SecretStore;

use super::dispatch::Engine;
use super::network::Publish;
use super::profile::{Profile, SecretsIn};
use super::topic::Topic;
use super::topic::storage::{self, Closed, StorageCommand, Wish};
use super::{Command, Event, Failure, FailureKind, Retry, demo};

/// How often the outbox and the servers are looked at without being asked.
const TICK: Duration = Duration::from_secs(30);
/// How many ticks lie between two fetches.
const TICKS_PER_FETCH: u32 = 10;
/// How long what uses the profile may go on when it is to be closed, and how often that is looked at.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(20);

/// What to open.
#[derive(Clone, Debug)]
pub enum Start {
    /// The user's profile.
    Profile {
        /// Its folder.
        dir: PathBuf,
        /// Where its secrets are.
        secrets: SecretsIn,
    },
    /// A mailbox that shows every state; no account, no network; gone at the end.
    Demo,
}

/// The UI's end of the engine. The engine ends when this is dropped.
#[derive(Debug)]
pub struct EngineHandle {
    commands: UnboundedSender<Command>,
    events: Receiver<Event>,
    opened: Arc<OpenedFiles>,
}

impl Drop for EngineHandle {
    fn drop(&mut self) {
        // The program may end before the engine's thread does.
        self.opened.clear();
    }
}

impl EngineHandle {
    /// Asks for something.
    pub fn send(&self, command: Command) {
        // The engine is gone only when the program ends.
        let _ = self.commands.send(command);
    }

    /// What happened, if anything did.
    pub fn try_next(&self) -> Option<Event> {
        self.events.try_recv().ok()
    }
}

/// Starts the engine. `wake` is called after each event: it is the one repaint call of the program.
/// A profile that waits for its passphrase is said so by [`Event::ProfileLocked`], and opened by
/// [`Command::OpenProfile`].
///
/// # Errors
/// When the profile can't be opened at all, or the system gives no thread.
pub fn start(what: &Start, wake: impl Fn() + Send + Sync + 'static) -> Result<EngineHandle, Failure> {
    let (commands, mut inbox) = unbounded_channel();
    let (outbox, events) = channel();
    let publish = publisher(outbox, Arc::new(wake));
    let opening = match what {
        Start::Demo => {
            let (profile, folder) = demo::open()?;
            Opening::Open(Box::new(profile), Some(folder))
        }
        Start::Profile { dir, secrets } => match Profile::open(dir, secrets) {
            Ok(profile) => Opening::Open(Box::new(profile), None),
            Err(failure) if waits_for_passphrase(&failure) => Opening::Locked(dir.clone()),
            Err(failure) if failure.kind == FailureKind::Damaged => Opening::Damaged(dir.clone()),
            Err(failure) => return Err(failure),
        },
    };
    opened::sweep();
    let opened = Arc::new(OpenedFiles::default());
    let opens = Arc::clone(&opened);
    let again = commands.downgrade();
    let mut place = match what {
        Start::Demo => None,
        Start::Profile { dir, secrets } => Some((dir.clone(), secrets.clone())),
    };
    let spawned = std::thread::Builder::new().name("engine".to_owned()).spawn(move || {
        let (opened, keep) = match opening {
            Opening::Open(profile, keep) => (Ok(*profile), keep),
            Opening::Locked(dir) => match unlock_profile(&dir, &mut inbox, &publish) {
                Some((opened, secrets)) => {
                    place = Some((dir, secrets));
                    (opened, None)
                }
                None => return,
            },
            Opening::Damaged(dir) => {
                let secrets = place.as_ref().map_or(SecretsIn::Os, |(_, secrets)| secrets.clone());
                (storage::open_or_repair(&dir, &secrets, Wish::Open, &publish), None)
            }
        };
        let Some(mut profile) = until_open(opened, place.as_ref(), &mut inbox, &publish) else { return };
        loop {
            let store = Arc::downgrade(&profile.store);
            let engine = Engine::new(profile, keep.is_some(), Arc::clone(&publish), Arc::clone(&opens), again.clone());
            let (End::Repair, Some((dir, secrets))) = (run(engine, &mut inbox), &place) else { break };
            // What still goes on beside the engine ends first.
            let began = Instant::now();
            while store.strong_count() > 0 && began.elapsed() < PATIENCE {
                std::thread::sleep(PAUSE);
            }
            let opened = storage::open_or_repair(dir, secrets, Wish::Renew, &publish);
            profile = match until_open(opened, place.as_ref(), &mut inbox, &publish) {
                Some(profile) => profile,
                None => return,
            };
        }
        drop(keep);
    });
    match spawned {
        Ok(_) => Ok(EngineHandle { commands, events, opened }),
        Err(error) => Err(internal(&error.to_string())),
    }
}

enum Opening {
    Open(Box<Profile>, Option<tempfile::TempDir>),
    Locked(PathBuf),
    Damaged(PathBuf),
}

/// Why the engine's loop has ended.
enum End {
    /// The window is closed.
    Closed,
    /// The profile is to be repaired and opened again.
    Repair,
}

/// The passphrase of a vault may help: there is a vault, or no keyring to do without one.
fn waits_for_passphrase(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::ProfileLocked | FailureKind::SecretStore)
}

/// Waits, when no profile is open, until one is that was repaired; `None` when the window was closed before.
fn until_open(
    mut opened: Result<Profile, Closed>,
    place: Option<&(PathBuf, SecretsIn)>,
    inbox: &mut UnboundedReceiver<Command>,
    publish: &Publish,
) -> Option<Profile> {
    loop {
        match opened {
            Ok(profile) => return Some(profile),
            Err(closed) => storage::show_closed(publish, closed),
        }
        let (dir, secrets) = place?;
        while !is_repair(&inbox.blocking_recv()?) {}
        opened = storage::open_or_repair(dir, secrets, Wish::Repair, publish);
    }
}

/// Waits until a passphrase opens the profile, or only its damage stands in the way; `None` when the window was closed
/// before.
fn unlock_profile(
    dir: &Path,
    inbox: &mut UnboundedReceiver<Command>,
    publish: &Publish,
) -> Option<(Result<Profile, Closed>, SecretsIn)> {
    publish(Event::ProfileLocked { is_new: !SecretStore::has_file(dir) });
    loop {
        let Command::OpenProfile { passphrase } = inbox.blocking_recv()? else { continue };
        let secrets = SecretsIn::File(passphrase);
        match storage::open_or_repair(dir, &secrets, Wish::Open, publish) {
            Err(Closed::Unopened(failure)) => publish(Event::Failed(failure)),
            opened => return Some((opened, secrets)),
        }
    }
}

fn publisher(outbox: Sender<Event>, wake: Arc<dyn Fn() + Send + Sync>) -> Publish {
    // `mpsc::Sender` can be shared between threads; each event wakes the UI once.
    Arc::new(move |event| {
        if outbox.send(event).is_ok() {
            wake();
        }
    })
}

fn run(mut engine: Engine, inbox: &mut UnboundedReceiver<Command>) -> End {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            (engine.publish)(Event::Failed(internal(&error.to_string())));
            return End::Closed;
        }
    };
    let end = runtime.block_on(async move {
        storage::begin(&engine.topic_work());
        engine.show_preferences();
        engine.show_tags();
        engine.show_mailbox_at_first();
        engine.refresh_shared();
        // The search may have something to catch up on, server or no server.
        engine.assess();
        let mut tick = tokio::time::interval(TICK);
        let mut ticks: u32 = 0;
        loop {
            let due = tokio::time::sleep(engine.until_due());
            tokio::select! {
                command = inbox.recv() => {
                    let Some(command) = command else { break End::Closed };
                    if is_repair(&command) && !engine.is_demo {
                        break End::Repair;
                    }
                    engine.carry_out(command);
                }
                () = due => engine.send_due(),
                _ = tick.tick() => {
                    if !engine.is_demo {
                        engine.work(ticks.is_multiple_of(TICKS_PER_FETCH));
                    }
                    ticks = ticks.wrapping_add(1);
                }
            }
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(2));
    end
}

fn is_repair(command: &Command) -> bool {
    let Command::Topic(topic) = command else { return false };
    matches!(**topic, Topic::Storage(StorageCommand::Repair))
}

pub(super) fn internal(detail: &str) -> Failure {
    Failure { kind: FailureKind::Internal, retry: Retry::Now, subject: String::new(), source: detail.to_owned() }
}
