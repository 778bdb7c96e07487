//! The commands about keys, certificates and trust.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use crate::crypto::{CertificateReport, DecryptFailure};
use crate::domain::{Fingerprint, Secret};
use crate::engine::network::Publish;
use crate::engine::profile::{Profile, store_failure};
use crate::engine::topic::{self, Effect, Work, authorities, own_keys};
use crate::engine::view::MessageId;
use crate::engine::worker::internal;
use crate::engine::{Command, Event, Failure, FailureKind, keys, reading, remedy, sheet};
use crate::store::files;

use super::Engine;

/// A picture of a QR code is not larger.
const MOST_OF_A_PICTURE: u64 = 32 << 20;

impl Engine {
    /// The commands of the keys screen.
    pub(super) fn keys(&mut self, command: Command) -> Result<(), Failure> {
        let profile = Arc::clone(&self.profile);
        match command {
            Command::GenerateKey { technology, name, address, passphrase } => {
                let made = keys::generate(&profile, technology, &name, &address, passphrase.as_ref())?;
                self.done("generated", &made.spaced());
            }
            Command::RequestCertificate { name, address, passphrase, to } => {
                keys::request(&profile, &name, &address, passphrase.as_ref(), &to)?;
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
            Command::ReadFingerprint(path) => {
                let found = sheet::read_picture(&files::read(&path, MOST_OF_A_PICTURE).map_err(store_failure)?);
                (self.publish)(Event::FingerprintRead(found));
                return Ok(());
            }
            Command::KeysChanged => self.judge_anew()?,
            Command::Topic(topic) => match topic::carry_out(&self.topic_work(), *topic)? {
                Effect::Nothing => return Ok(()),
                Effect::Mail => {
                    self.mail_changed();
                    return Ok(());
                }
                Effect::List => {
                    self.show_preferences();
                    self.show_mailbox();
                    return Ok(());
                }
                Effect::Noticed(account) => {
                    self.receive(Some(account), Duration::ZERO);
                    return Ok(());
                }
                Effect::Tell => {
                    self.receive(None, Duration::ZERO);
                    return Ok(());
                }
                Effect::Keys => self.judge_anew()?,
            },
            _ => {}
        }
        self.show_keys()?;
        own_keys::beside_show(&self.topic_work());
        // What is believed may have changed: the open message is judged anew.
        self.open_message.what().map_or(Ok(()), |message| self.show_message(message))
    }

    /// The list at once, with what is known of it; what is not known yet follows.
    fn show_keys(&self) -> Result<(), Failure> {
        show_keys(&self.profile, &self.publish)
    }

    /// What the topics work with.
    pub(in crate::engine) fn topic_work(&self) -> Work {
        Work {
            profile: Arc::clone(&self.profile),
            publish: Arc::clone(&self.publish),
            cancel: self.cancel.clone(),
            is_demo: self.is_demo,
            again: self.again.clone(),
        }
    }

    pub(super) fn unlock(&mut self, passphrase: Secret<String>) -> Result<(), Failure> {
        // A token counts wrong PINs: what was typed for something else is never tried on it.
        if self.waits_for_token() {
            self.profile.keepers.offer(&passphrase);
        }
        self.profile.load_keyring(vec![passphrase])?;
        self.show_keys()?;
        self.profile.store.forget_closed().map_err(store_failure)?;
        self.assess();
        self.open_message.what().map_or(Ok(()), |message| self.show_message(message))
    }

    /// Whether the open message is closed because a token waits for its PIN.
    fn waits_for_token(&self) -> bool {
        let Some(message) = self.open_message.what() else { return false };
        let Ok((_, assessment)) = reading::assess(&self.profile, message) else { return false };
        let keyring = self.profile.keyring();
        let is_on_token = |fingerprint: &Fingerprint| {
            keyring.smime.own().iter().any(|own| own.is_outside() && own.certificate.fingerprint == *fingerprint)
        };
        let waits = |failure: &DecryptFailure| matches!(failure, DecryptFailure::Locked(key) if is_on_token(key));
        assessment.encryption.iter().any(|layer| layer.failure.as_ref().is_some_and(waits))
    }

    /// Reads what other OpenPGP programs put into the shared directory, beside the loop.
    pub(in crate::engine) fn refresh_shared(&self) {
        let (profile, again) = (Arc::clone(&self.profile), self.again.clone());
        if self.is_demo {
            return;
        }
        tokio::task::spawn_blocking(move || {
            // What is too much does no harm until the next start.
            let _ = authorities::remove_old(&profile, profile.now());
            // That it can't be read now is no reason not to work; it is read with the next start.
            let Ok(brought) = profile.refresh_shared() else { return };
            if let Some(commands) = again.upgrade().filter(|_| !brought.items.is_empty()) {
                let _ = commands.send(Command::KeysChanged);
            }
        });
    }

    /// Another certificate or another trust may change every seal of the list.
    pub(super) fn judge_anew(&self) -> Result<(), Failure> {
        self.profile.store.forget_seals().map_err(store_failure)?;
        self.profile.store.forget_closed().map_err(store_failure)?;
        self.assess();
        Ok(())
    }

    /// Looks for a certificate beside the loop: the window goes on meanwhile, and can stop it.
    pub(super) fn find_certificate(&self, message: MessageId) {
        let (profile, publish, cancel) = (Arc::clone(&self.profile), Arc::clone(&self.publish), self.cancel.clone());
        let (open, is_demo) = (Arc::clone(&self.open_message), self.is_demo);
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
            let _ = show_keys(&profile, &publish);
            // Another message may have been opened meanwhile, or is while this one is looked at; that one stays.
            let turn = open.begin();
            if turn.open == Some(message)
                && let Ok(view) = reading::view(&profile, message, is_demo)
            {
                open.end(&turn, || publish(Event::Reading(Arc::new(view))));
            }
        });
    }
}

fn show_keys(profile: &Arc<Profile>, publish: &Publish) -> Result<(), Failure> {
    let view = keys::view(profile)?;
    let is_whole = view.others.iter().all(|one| one.verdict.is_some());
    publish(Event::Keys(Arc::new(view)));
    if !is_whole {
        let (profile, publish) = (Arc::clone(profile), Arc::clone(publish));
        tokio::task::spawn_blocking(move || {
            let work = || keys::judge_rest(&profile, &publish);
            let outcome = std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(internal("panic")));
            if let Err(failure) = outcome {
                publish(Event::Failed(failure));
            }
        });
    }
    Ok(())
}

/// What a certificate is called: an address, else a name, else its fingerprint.
fn called(report: &CertificateReport) -> String {
    let address = report.addresses.first().map(ToString::to_string);
    address.or_else(|| report.names.first().cloned()).unwrap_or_else(|| report.fingerprint.spaced())
}
