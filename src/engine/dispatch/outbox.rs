//! The commands of the outbox, and sending beside the loop.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::profile::store_failure;
use crate::engine::worker::internal;
use crate::engine::{Command, Event, Failure, sending, showing};

use super::Engine;

/// While something is being sent, the outbox is looked at again after this time.
const BUSY: Duration = Duration::from_secs(1);

impl Engine {
    pub(super) fn outbox(&self, command: &Command) -> Result<(), Failure> {
        let store = &self.profile.store;
        match command {
            Command::RetrySubmission(id) => store.requeue(*id).map_err(store_failure)?,
            Command::CancelSubmission(id) => store.remove_submission(*id).map_err(store_failure)?,
            Command::Outbox(command) => {
                if let Some(event) = sending::carry_out(&self.profile, *command)? {
                    (self.publish)(event);
                }
                self.show_preferences();
            }
            _ => {}
        }
        self.show_outbox()?;
        self.work(false);
        Ok(())
    }

    pub(super) fn show_outbox(&self) -> Result<(), Failure> {
        (self.publish)(Event::Outbox(Arc::new(sending::outbox(&self.profile)?)));
        self.show_mailbox();
        Ok(())
    }

    /// How long the outbox may be left alone.
    pub(in crate::engine) fn until_due(&self) -> Duration {
        if self.is_demo {
            return sending::LONGEST_LOOK;
        }
        if self.is_sending.try_lock().is_err() { BUSY } else { sending::until_due(&self.profile) }
    }

    /// Sends what is due, beside the loop; then files the copies of what was accepted, beside that.
    pub(in crate::engine) fn send_due(&self) {
        let Ok(turn) = Arc::clone(&self.is_sending).try_lock_owned() else { return };
        if self.is_demo {
            return;
        }
        let (profile, publish) = (Arc::clone(&self.profile), Arc::clone(&self.publish));
        let (open_folder, is_filing) = (Arc::clone(&self.open_folder), Arc::clone(&self.is_filing));
        let again = self.again.clone();
        let told = Arc::clone(&publish);
        let work = tokio::spawn(async move {
            let sent = sending::send_due(&profile, &publish).await;
            drop(turn);
            let filed = match is_filing.try_lock() {
                Ok(_turn) => sending::file_copies(&profile, &publish, false).await,
                Err(_) => Ok(0),
            };
            if matches!((&sent, &filed), (Ok(sending::Sent { tried: 0, .. }), Ok(0))) {
                return;
            }
            let has_filed = filed.as_ref().is_ok_and(|count| *count > 0);
            for failure in [sent.err(), filed.err()].into_iter().flatten() {
                publish(Event::Failed(failure));
            }
            if let Ok(view) = sending::outbox(&profile) {
                publish(Event::Outbox(Arc::new(view)));
            }
            showing::list_beside(&profile, &publish, &open_folder, false);
            // The copies are on the servers now, and are shown once they are fetched from there.
            if let Some(commands) = again.upgrade().filter(|_| has_filed) {
                let _ = commands.send(Command::Synchronise);
            }
        });
        tokio::spawn(async move {
            // What it was at is found when the outbox is looked at next.
            if work.await.is_err_and(|error| error.is_panic()) {
                told(Event::Progress(None));
                told(Event::Failed(internal("panic")));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;
    use crate::domain::{EmailAddress, Envelope, RawMessage};
    use crate::engine::FailureKind;
    use crate::engine::network::Publish;
    use crate::engine::profile::Profile;
    use crate::engine::view::OutboxView;
    use crate::store::{AccountRecord, NewSubmission};

    /// An engine with a submission of an account without a password; sending it makes the program stumble once.
    fn stumbling() -> (tempfile::TempDir, Engine, UnboundedReceiver<Event>) {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::fleeting(dir.path(), None).unwrap();
        let sender = EmailAddress::parse("alice@example.org").unwrap();
        let envelope = Envelope { recipients: vec![sender.clone()], sender };
        let message = RawMessage::new(b"Subject: x\r\n\r\nhello\r\n".to_vec());
        let account = profile.store.save_account(&AccountRecord::default()).unwrap();
        let new = NewSubmission { account, envelope, message, sent_copy: None };
        profile.store.enqueue(&[new], jiff::Timestamp::now()).unwrap();
        let (tell, told) = unbounded_channel();
        let has_stumbled = AtomicBool::new(false);
        let publish: Publish = Arc::new(move |event| {
            let is_sending = matches!(&event, Event::Progress(Some(progress)) if progress.work == "send");
            assert!(!is_sending || has_stumbled.swap(true, Ordering::Relaxed), "stumbles");
            let _ = tell.send(event);
        });
        let engine = Engine::new(profile, false, publish, Arc::default(), unbounded_channel().0.downgrade());
        (dir, engine, told)
    }

    async fn until<T>(told: &mut UnboundedReceiver<Event>, wanted: impl Fn(Event) -> Option<T>) -> T {
        let heard = async {
            loop {
                if let Some(found) = wanted(told.recv().await.unwrap()) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), heard).await.unwrap()
    }

    #[tokio::test]
    async fn when_sending_stumbles_it_is_said_and_the_message_does_not_stay_as_being_sent() {
        let (_dir, engine, mut told) = stumbling();
        engine.send_due();
        let failed = |event| if let Event::Failed(failure) = event { Some(failure) } else { None };
        let failure = until(&mut told, failed).await;
        assert_eq!((failure.kind, failure.source.as_str()), (FailureKind::Internal, "panic"));
        engine.send_due();
        let is = |view: &OutboxView, word: &str| view.submissions.iter().all(|one| one.state == word);
        until(&mut told, |event| match event {
            Event::Outbox(view) => is(&view, "deferred").then_some(()),
            _ => None,
        })
        .await;
        let id = sending::outbox(&engine.profile).unwrap().submissions[0].id;
        engine.outbox(&Command::CancelSubmission(id)).unwrap();
        assert!(sending::outbox(&engine.profile).unwrap().submissions.is_empty());
    }
}
