//! What each command does.

mod drafts;
mod keys;
mod mail;
mod message;
mod outbox;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc::WeakUnboundedSender;

use crate::net::Cancel;
use crate::net::web::Reach;
use crate::store::opened::OpenedFiles;

use super::network::Publish;
use super::profile::{Profile, store_failure};
use super::receiving::{self, GRACE, Scope, Terms};
use super::remote::{self, Means, Remote};
use super::showing::{self, OpenFolder, OpenMessage};
use super::topic::news;
use super::view::{ALL_INBOXES, MessageId, PreferencesView};
use super::worker::internal;
use super::{
    Command, Event, Failure, FailureKind, account, assessing, attachment, conversations, reading, remedy, sending,
};

pub(super) struct Engine {
    profile: Arc<Profile>,
    again: WeakUnboundedSender<Command>,
    pub(super) is_demo: bool,
    pub(super) publish: Publish,
    open_folder: OpenFolder,
    open_message: OpenMessage,
    cancel: Cancel,
    is_busy: Arc<tokio::sync::Mutex<()>>,
    /// Held while something is sent: fetching, which may take long, keeps nothing from going.
    is_sending: Arc<tokio::sync::Mutex<()>>,
    /// Held while copies are filed, which keeps nothing from going either.
    is_filing: Arc<tokio::sync::Mutex<()>>,
    /// Held while messages are assessed without being asked.
    assesses: Arc<Mutex<()>>,
    opened: Arc<OpenedFiles>,
    composed: drafts::Composed,
    pub(super) remote: Arc<Remote>,
    mail: Arc<mail::Desk>,
}

impl Engine {
    pub(super) fn new(
        profile: Profile,
        is_demo: bool,
        publish: Publish,
        opened: Arc<OpenedFiles>,
        again: WeakUnboundedSender<Command>,
    ) -> Self {
        Self {
            profile: Arc::new(profile),
            again,
            is_demo,
            publish,
            open_folder: OpenFolder::default(),
            open_message: OpenMessage::default(),
            cancel: Cancel::new(),
            is_busy: Arc::default(),
            is_sending: Arc::default(),
            is_filing: Arc::default(),
            assesses: Arc::default(),
            opened,
            composed: drafts::Composed::default(),
            remote: Remote::new(Reach::Public),
            mail: Arc::default(),
        }
    }

    /// Carries one command out. A panic in it becomes a failure, and the engine goes on.
    pub(super) fn carry_out(&mut self, command: Command) {
        let handed = drafts::handed_over(&command);
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| self.one(command)));
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => self.failed(handed, failure),
            Err(_) => self.failed(handed, internal("panic")),
        }
    }

    fn one(&mut self, command: Command) -> Result<(), Failure> {
        match command {
            Command::OpenFolder(folder) => {
                self.open_folder.open(Some(folder));
                self.show_mailbox_at_first();
                Ok(())
            }
            Command::OpenMessage(message) => {
                self.open_message.open(Some(message));
                self.show_message(message)
            }
            Command::Unlock { passphrase } => self.unlock(passphrase),
            Command::SetSeen { message, seen } => {
                self.profile.store.mark(message, "\\Seen", seen).map_err(store_failure)?;
                self.mail_changed();
                Ok(())
            }
            Command::Synchronise => {
                self.work(true);
                Ok(())
            }
            Command::Cancel => {
                self.cancel.cancel();
                self.cancel = Cancel::new();
                self.remote.cancel();
                Ok(())
            }
            Command::LoadRemote(_) | Command::AllowRemote { .. } | Command::RefuseRemote(_) => self.remote(command),
            Command::RememberZoom(zoom) => self.profile.store.set_setting("zoom", &zoom).map_err(store_failure),
            other => self.writing(other),
        }
    }

    /// Pictures from the web.
    fn remote(&self, command: Command) -> Result<(), Failure> {
        let means = self.means();
        match command {
            Command::LoadRemote(message) => self.remote.load(&means, message),
            Command::AllowRemote { address, allowed } => self.remote.allow(&means, &address, allowed)?,
            Command::RefuseRemote(never) => self.remote.refuse(&means, never)?,
            _ => {}
        }
        self.show_preferences();
        Ok(())
    }

    pub(super) fn means(&self) -> Means {
        Means { profile: Arc::clone(&self.profile), publish: Arc::clone(&self.publish), is_demo: self.is_demo }
    }

    /// The commands of the composer and the outbox.
    fn writing(&mut self, command: Command) -> Result<(), Failure> {
        match command {
            Command::Preflight(draft) => {
                let view = sending::preflight(&self.profile, &draft)?;
                (self.publish)(Event::Preflight(Arc::new(view)));
                Ok(())
            }
            Command::Send { .. }
            | Command::SaveDraft { .. }
            | Command::OpenDraft(_)
            | Command::DiscardDraft(_)
            | Command::Abandon { .. } => self.drafts(command),
            Command::SaveDelivery { authserv_ids, evaluates_sender } => {
                let store = &self.profile.store;
                store.set_setting("authserv_ids", &authserv_ids).map_err(store_failure)?;
                store.set_setting("evaluates_sender", &evaluates_sender).map_err(store_failure)?;
                self.show_preferences();
                self.open_message.what().map_or(Ok(()), |message| self.show_message(message))
            }
            Command::Remember { language, theme } => {
                self.profile.store.set_setting("preferences", &(language, theme)).map_err(store_failure)
            }
            Command::Reply { message, all } => self.answer(message, all, false),
            Command::Forward(message) => self.answer(message, false, true),
            Command::ReadAttachments { paths, token } => {
                let files = sending::read_attachments(&paths)?;
                (self.publish)(Event::AttachmentsRead { files, token });
                Ok(())
            }
            Command::RetrySubmission(_) | Command::CancelSubmission(_) | Command::Outbox(_) => self.outbox(&command),
            Command::SaveAccount(form) => {
                let id = account::save(&self.profile, &form, self.is_demo)?;
                // What waits because of the account need not wait any longer.
                self.profile.store.hurry(id, jiff::Timestamp::now()).map_err(store_failure)?;
                self.done("account_saved", &form.address);
                self.show_mailbox();
                self.work(true);
                Ok(())
            }
            Command::AccountsChanged => {
                // The open folder may be gone.
                let open = self.open_folder.what();
                let folders = self.profile.store.folders().map_err(store_failure)?;
                if open.is_some_and(|open| open != ALL_INBOXES && folders.iter().all(|folder| folder.id != open)) {
                    self.open_folder.open(None);
                }
                if !self.is_demo {
                    self.watch();
                }
                // Other addresses are the user's own now: what is believed may have changed.
                self.assess();
                self.show_outbox()
            }
            Command::TestAccount(form) => {
                self.test_account(form);
                Ok(())
            }
            other => self.helping(other),
        }
    }

    /// The commands below an explanation that leave the keys as they are.
    fn helping(&mut self, command: Command) -> Result<(), Failure> {
        match command {
            Command::Ask { message, subject, text, attach } => {
                let draft = Box::new(remedy::ask(&self.profile, message, subject, text, attach)?);
                (self.publish)(Event::Compose { draft, id: None });
                Ok(())
            }
            Command::FindCertificate(message) => {
                self.find_certificate(message);
                Ok(())
            }
            other => self.files(other),
        }
    }

    /// The commands about the files of a message and its source.
    fn files(&mut self, command: Command) -> Result<(), Failure> {
        let is_mine = matches!(
            command,
            Command::SaveAttachment { .. }
                | Command::SaveAttachments { .. }
                | Command::OpenAttachment { .. }
                | Command::ShowSource(_)
                | Command::SaveSource { .. }
                | Command::WriteFile { .. }
        );
        if !is_mine {
            return self.keys(command);
        }
        if let Some(event) = attachment::carry_out(&self.profile, &self.opened, command)? {
            (self.publish)(event);
        }
        Ok(())
    }

    fn answer(&self, message: MessageId, all: bool, forward: bool) -> Result<(), Failure> {
        let draft = reading::answer(&self.profile, message, all, forward)?;
        (self.publish)(Event::Compose { draft: Box::new(draft), id: None });
        Ok(())
    }

    fn done(&self, code: &'static str, subject: &str) {
        (self.publish)(Event::Done { code, subject: subject.to_owned() });
    }

    pub(super) fn show_preferences(&self) {
        let (language, theme) = self.profile.store.setting::<(String, String)>("preferences").ok().flatten().unzip();
        let (authserv_ids, evaluates_sender) = self.profile.delivery();
        let view = PreferencesView {
            language,
            theme,
            authserv_ids,
            evaluates_sender,
            remote_senders: remote::senders(&self.profile).into_iter().collect(),
            remote_never: remote::never(&self.profile),
            zoom: self.profile.store.setting("zoom").ok().flatten(),
            undo_seconds: sending::undo_seconds(&self.profile),
            conversations: conversations::is_wanted(&self.profile),
        };
        (self.publish)(Event::Preferences(view));
    }

    /// The beginning of a long list, and then all of it.
    pub(super) fn show_mailbox_at_first(&self) {
        let read = |folder| reading::beginning(&self.profile, folder, self.is_demo).ok().flatten().ok_or(());
        // A short list has none; that it can't be read is said when all of it is.
        let _ = self.open_folder.show(read, |view| (self.publish)(Event::Mailbox(Arc::new(view))));
        self.show_mailbox();
    }

    pub(super) fn show_mailbox(&self) {
        if let Err(failure) = showing::list(&self.profile, &self.publish, &self.open_folder, self.is_demo) {
            (self.publish)(Event::Failed(failure));
        }
    }

    /// Assesses messages beside the loop, so that the list shows their protected subjects.
    pub(super) fn assess(&self) {
        let (profile, publish) = (&self.profile, &self.publish);
        assessing::beside(profile, publish, &self.cancel, &self.open_folder, &self.assesses, self.is_demo, |_, _| {});
    }

    /// Sends what is due and, if asked, fetches what is new, beside the loop; one such work of each kind at a time.
    pub(super) fn work(&self, fetch: bool) {
        if self.is_demo {
            return;
        }
        self.watch();
        if !fetch && self.profile.store.untold().is_ok_and(|count| count > 0) {
            self.receive(None, Duration::ZERO);
        }
        self.send_due();
        if !fetch {
            return;
        }
        // When it runs already, the servers are looked at again when it ends; it may end between these two lines.
        self.mail.want();
        let Ok(turn) = Arc::clone(&self.is_busy).try_lock_owned() else { return };
        self.mail.is_wanted();
        let (profile, publish, cancel) = (Arc::clone(&self.profile), Arc::clone(&self.publish), self.cancel.clone());
        let (open_folder, assesses) = (Arc::clone(&self.open_folder), Arc::clone(&self.assesses));
        let (desk, again) = (Arc::clone(&self.mail), self.again.clone());
        tokio::spawn(async move {
            let arrived = mail::shows(&profile, &publish, &open_folder);
            let terms = Terms {
                profile: &profile,
                publish: &publish,
                once: &publish,
                cancel: &cancel,
                grace: GRACE,
                arrived: &arrived,
            };
            let outcome = receiving::accounts(&terms, None, Scope::Everything).await.map(|_| ());
            publish(Event::Progress(None));
            if let Err(failure) = outcome
                && failure.kind != FailureKind::Cancelled
            {
                publish(Event::Failed(failure));
            }
            showing::list_beside(&profile, &publish, &open_folder, false);
            // Only then is it known which of it a rule has filed, and what may be named.
            assessing::beside(&profile, &publish, &cancel, &open_folder, &assesses, false, news::tell);
            drop(turn);
            if let (true, Some(commands)) = (desk.is_wanted(), again.upgrade()) {
                // The engine is gone only when the program ends.
                let _ = commands.send(Command::Synchronise);
            }
        });
    }

    fn test_account(&self, form: Box<super::view::AccountForm>) {
        let (profile, publish) = (Arc::clone(&self.profile), Arc::clone(&self.publish));
        if self.is_demo {
            return;
        }
        tokio::spawn(async move {
            match account::test(&profile, &form).await {
                Ok(()) => publish(Event::Done { code: "account_works", subject: form.address.clone() }),
                Err(failure) => publish(Event::Failed(failure)),
            }
        });
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.cancel.cancel();
        self.mail.cancel();
    }
}
