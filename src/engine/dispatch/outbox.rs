//! The commands of the outbox, and sending beside the loop.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crate::engine::profile::store_failure;
use crate::engine::{Command, Event, Failure, reading, sending};

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
        tokio::spawn(async move {
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
            let folder = *open_folder.lock().unwrap_or_else(PoisonError::into_inner);
            if let Ok(view) = reading::mailbox(&profile, folder, false) {
                publish(Event::Mailbox(Arc::new(view)));
            }
            // The copies are on the servers now, and are shown once they are fetched from there.
            if let Some(commands) = again.upgrade().filter(|_| has_filed) {
                let _ = commands.send(Command::Synchronise);
            }
        });
    }
}
