//! What each command does.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::crypto::CertificateReport;
use crate::domain::Secret;
use crate::net::Cancel;
use crate::net::web::Reach;
use crate::store::files;
use crate::store::opened::OpenedFiles;

use super::assessing::OpenFolder;
use super::network::{self, Publish};
use super::profile::{Profile, store_failure};
use super::remote::{self, Means, Remote};
use super::view::{FolderId, MessageId, PreferencesView, ReadingView};
use super::worker::internal;
use super::{
    Command, Event, Failure, FailureKind, account, assessing, attachment, keys, reading, remedy, sending, stateless,
};

pub(super) struct Engine {
    profile: Arc<Profile>,
    pub(super) is_demo: bool,
    pub(super) publish: Publish,
    open_folder: OpenFolder,
    open_message: Option<MessageId>,
    /// The same for work beside the loop.
    shown: Arc<AtomicI64>,
    cancel: Cancel,
    is_busy: Arc<tokio::sync::Mutex<()>>,
    /// Held while messages are assessed without being asked.
    assesses: Arc<Mutex<()>>,
    opened: Arc<OpenedFiles>,
    pub(super) remote: Arc<Remote>,
}

impl Engine {
    pub(super) fn new(profile: Profile, is_demo: bool, publish: Publish, opened: Arc<OpenedFiles>) -> Self {
        Self {
            profile: Arc::new(profile),
            is_demo,
            publish,
            open_folder: OpenFolder::default(),
            open_message: None,
            shown: Arc::default(),
            cancel: Cancel::new(),
            is_busy: Arc::new(tokio::sync::Mutex::new(())),
            assesses: Arc::default(),
            opened,
            remote: Remote::new(Reach::Public),
        }
    }

    /// Carries one command out. A panic in it becomes a failure, and the engine goes on.
    pub(super) fn carry_out(&mut self, command: Command) {
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| self.one(command)));
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => (self.publish)(Event::Failed(failure)),
            Err(_) => (self.publish)(Event::Failed(internal("panic"))),
        }
    }

    fn one(&mut self, command: Command) -> Result<(), Failure> {
        match command {
            Command::OpenFolder(folder) => {
                *self.open_folder.lock().unwrap_or_else(PoisonError::into_inner) = Some(folder);
                self.show_mailbox();
                Ok(())
            }
            Command::OpenMessage(message) => {
                self.open_message = Some(message);
                self.shown.store(message, Ordering::Relaxed);
                self.show_message(message)
            }
            Command::Unlock { passphrase } => self.unlock(passphrase),
            Command::SetSeen { message, seen } => {
                self.profile.store.set_seen(message, seen).map_err(store_failure)?;
                network::note_seen(&self.profile, message, seen)?;
                self.show_mailbox();
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
            Command::Send { draft, id } => {
                sending::send(&self.profile, &draft, self.is_demo)?;
                if let Some(id) = id {
                    // It is in the outbox now; a draft that stays would be sent twice.
                    self.profile.store.remove_draft(id).map_err(store_failure)?;
                }
                (self.publish)(Event::Queued);
                self.show_outbox()?;
                self.work(false);
                Ok(())
            }
            Command::SaveDraft { draft, id } => {
                let id = sending::save_draft(&self.profile, id, &draft)?;
                (self.publish)(Event::DraftSaved(id));
                self.show_mailbox();
                Ok(())
            }
            Command::OpenDraft(id) => {
                let draft = Box::new(sending::draft(&self.profile, id)?);
                (self.publish)(Event::Compose { draft, id: Some(id) });
                Ok(())
            }
            Command::DiscardDraft(id) => {
                self.profile.store.remove_draft(id).map_err(store_failure)?;
                self.show_mailbox();
                Ok(())
            }
            Command::SaveDelivery { authserv_ids, evaluates_sender } => {
                let store = &self.profile.store;
                store.set_setting("authserv_ids", &authserv_ids).map_err(store_failure)?;
                store.set_setting("evaluates_sender", &evaluates_sender).map_err(store_failure)?;
                self.show_preferences();
                self.open_message.map_or(Ok(()), |message| self.show_message(message))
            }
            Command::Remember { language, theme } => {
                self.profile.store.set_setting("preferences", &(language, theme)).map_err(store_failure)
            }
            Command::Reply { message, all } => self.answer(message, all, false),
            Command::Forward(message) => self.answer(message, false, true),
            Command::ReadAttachments(paths) => {
                let read = sending::read_attachments(&paths)?;
                (self.publish)(Event::AttachmentsRead(read));
                Ok(())
            }
            Command::RetrySubmission(id) => {
                self.profile.store.requeue(id).map_err(store_failure)?;
                self.show_outbox()?;
                self.work(false);
                Ok(())
            }
            Command::CancelSubmission(id) => {
                self.profile.store.remove_submission(id).map_err(store_failure)?;
                self.show_outbox()
            }
            Command::SaveAccount(form) => {
                account::save(&self.profile, &form, self.is_demo)?;
                self.done("account_saved", &form.address);
                self.show_mailbox();
                self.work(true);
                Ok(())
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

    /// The commands of the keys screen.
    fn keys(&mut self, command: Command) -> Result<(), Failure> {
        let profile = Arc::clone(&self.profile);
        match command {
            Command::GenerateKey { technology, name, address, passphrase } => {
                let made = keys::generate(&profile, technology, &name, &address, passphrase.as_ref())?;
                self.done("generated", &made.spaced());
            }
            Command::RequestCertificate { name, address, passphrase, to } => {
                keys::request(&name, &address, passphrase.as_ref(), &to)?;
                self.done("exported", &to.display().to_string());
            }
            Command::ImportKeys { from, passphrase } => {
                let found = keys::import(&profile, &from, passphrase.as_ref())?;
                self.judge_anew()?;
                self.done("imported", &found.to_string());
            }
            Command::ExportKey { fingerprint, secret, passphrase, to } => {
                let bytes = profile.export(&fingerprint, secret, passphrase.as_ref())?;
                files::write_new(&to, &bytes).map_err(store_failure)?;
                self.done("exported", &to.display().to_string());
            }
            Command::KeepCertificate { message, fingerprint } => {
                let kept = remedy::keep(&profile, message, &fingerprint)?;
                self.judge_anew()?;
                self.done("certificate_kept", &called(&kept));
            }
            Command::RenewKey { fingerprint, passphrase } => {
                let renewed = remedy::renew(&profile, &fingerprint, passphrase.as_ref())?;
                self.done("key_renewed", &called(&renewed));
            }
            Command::SetTrusted { fingerprint, trusted } => {
                keys::set_trusted(&profile, &fingerprint, trusted)?;
                self.judge_anew()?;
            }
            Command::SetTrustRoot { fingerprint, root } => {
                keys::set_root(&profile, &fingerprint, root)?;
                self.judge_anew()?;
            }
            _ => {}
        }
        (self.publish)(Event::Keys(Arc::new(keys::view(&self.profile)?)));
        // What is believed may have changed: the open message is judged anew.
        self.open_message.map_or(Ok(()), |message| self.show_message(message))
    }

    fn answer(&self, message: MessageId, all: bool, forward: bool) -> Result<(), Failure> {
        let draft = reading::answer(&self.profile, message, all, forward)?;
        (self.publish)(Event::Compose { draft: Box::new(draft), id: None });
        Ok(())
    }

    fn unlock(&mut self, passphrase: Secret<String>) -> Result<(), Failure> {
        self.profile.load_keyring(vec![passphrase])?;
        (self.publish)(Event::Keys(Arc::new(keys::view(&self.profile)?)));
        self.profile.store.forget_closed().map_err(store_failure)?;
        self.assess();
        self.open_message.map_or(Ok(()), |message| self.show_message(message))
    }

    fn done(&self, code: &'static str, subject: &str) {
        (self.publish)(Event::Done { code, subject: subject.to_owned() });
    }

    fn show_message(&self, message: MessageId) -> Result<(), Failure> {
        self.remote.open(message);
        let view = reading::view(&self.profile, message, self.is_demo)?;
        (self.publish)(Event::Reading(Arc::new(view.clone())));
        self.remote.shown(&self.means(), message, &view.assessment);
        self.show_mailbox();
        self.evaluate_sender(view);
        Ok(())
    }

    /// Asks DNS who vouches for an open message, beside the loop, and shows it again with the answers.
    fn evaluate_sender(&self, mut view: ReadingView) {
        let (trusted, evaluates) = self.profile.delivery();
        if self.is_demo || !evaluates {
            return;
        }
        let (profile, publish) = (Arc::clone(&self.profile), Arc::clone(&self.publish));
        let (remote, means) = (Arc::clone(&self.remote), self.means());
        tokio::spawn(async move {
            let Ok(raw) = profile.store.raw(view.id) else { return };
            let found = stateless::evaluate_sender(&raw, &trusted, None, profile.now()).await;
            let mut assessment = (*view.assessment).clone();
            assessment.sender.extend(found);
            view.assessment = Arc::new(assessment);
            publish(Event::Reading(Arc::new(view.clone())));
            remote.shown_again(&means, view.id, &view.assessment);
        });
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
        };
        (self.publish)(Event::Preferences(view));
    }

    pub(super) fn show_mailbox(&self) {
        match reading::mailbox(&self.profile, self.open_folder(), self.is_demo) {
            Ok(view) => (self.publish)(Event::Mailbox(Arc::new(view))),
            Err(failure) => (self.publish)(Event::Failed(failure)),
        }
    }

    fn open_folder(&self) -> Option<FolderId> {
        *self.open_folder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Assesses messages beside the loop, so that the list shows their protected subjects.
    fn assess(&self) {
        let (profile, publish) = (&self.profile, &self.publish);
        assessing::beside(profile, publish, &self.cancel, &self.open_folder, &self.assesses, self.is_demo);
    }

    /// Another certificate or another trust may change every seal of the list.
    fn judge_anew(&self) -> Result<(), Failure> {
        self.profile.store.forget_seals().map_err(store_failure)?;
        self.profile.store.forget_closed().map_err(store_failure)?;
        self.assess();
        Ok(())
    }

    fn show_outbox(&self) -> Result<(), Failure> {
        (self.publish)(Event::Outbox(Arc::new(sending::outbox(&self.profile)?)));
        self.show_mailbox();
        Ok(())
    }

    /// Sends what is due and, if asked, fetches what is new, beside the loop; one such work at a time.
    pub(super) fn work(&self, fetch: bool) {
        if self.is_demo {
            return;
        }
        let Ok(turn) = Arc::clone(&self.is_busy).try_lock_owned() else {
            // It runs already; the outbox is looked at again when it ends.
            return;
        };
        let (profile, publish, cancel) = (Arc::clone(&self.profile), Arc::clone(&self.publish), self.cancel.clone());
        let (open_folder, assesses) = (Arc::clone(&self.open_folder), Arc::clone(&self.assesses));
        tokio::spawn(async move {
            let _turn = turn;
            let mut outcome = network::send_due(&profile, &publish).await;
            if fetch && outcome.is_ok() {
                outcome = network::synchronise(&profile, &publish, &cancel).await.map(|_| ());
                if outcome.is_ok() {
                    let _ = profile.store.set_setting("synchronised_at", &jiff::Timestamp::now());
                }
                // What was queued meanwhile must not wait for the next tick.
                if outcome.is_ok() {
                    outcome = network::send_due(&profile, &publish).await;
                }
            }
            publish(Event::Progress(None));
            if let Err(failure) = outcome
                && failure.kind != FailureKind::Cancelled
            {
                publish(Event::Failed(failure));
            }
            if let Ok(view) = sending::outbox(&profile) {
                publish(Event::Outbox(Arc::new(view)));
            }
            let folder = *open_folder.lock().unwrap_or_else(PoisonError::into_inner);
            if let Ok(view) = reading::mailbox(&profile, folder, false) {
                publish(Event::Mailbox(Arc::new(view)));
            }
            assessing::beside(&profile, &publish, &cancel, &open_folder, &assesses, false);
        });
    }

    /// Looks for a certificate beside the loop: the window goes on meanwhile, and can stop it.
    fn find_certificate(&self, message: MessageId) {
        let (profile, publish, cancel) = (Arc::clone(&self.profile), Arc::clone(&self.publish), self.cancel.clone());
        let (shown, is_demo) = (Arc::clone(&self.shown), self.is_demo);
        tokio::task::spawn_blocking(move || {
            let work = || remedy::find(&profile, message, &publish, &cancel);
            let outcome = std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(internal("panic")));
            publish(Event::Progress(None));
            match outcome {
                Ok(found) => {
                    let names: Vec<String> = found.iter().map(called).collect();
                    let code = if found.is_empty() { "certificate_not_found" } else { "certificate_found" };
                    publish(Event::Done { code, subject: names.join(", ") });
                }
                Err(failure) if failure.kind == FailureKind::Cancelled => {}
                Err(failure) => publish(Event::Failed(failure)),
            }
            if let Ok(view) = keys::view(&profile) {
                publish(Event::Keys(Arc::new(view)));
            }
            // Another message may have been opened meanwhile; that one stays.
            if shown.load(Ordering::Relaxed) == message
                && let Ok(view) = reading::view(&profile, message, is_demo)
            {
                publish(Event::Reading(Arc::new(view)));
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

/// What a certificate is called: an address, else a name, else its fingerprint.
fn called(report: &CertificateReport) -> String {
    let address = report.addresses.first().map(ToString::to_string);
    address.or_else(|| report.names.first().cloned()).unwrap_or_else(|| report.fingerprint.spaced())
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
