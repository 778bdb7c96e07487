//! What a set-up knows so far. The password and what an authorization server gave stay here until they are kept, and never
//! go into what is shown.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::{EmailAddress, Secret};
use crate::engine::topic::Work;
use crate::engine::view::{AccountForm, Grant};
use crate::net::Cancel;

use super::{Beginning, SetupView, Stage};

/// One set-up at a time.
#[derive(Debug, Default)]
pub(in crate::engine) struct Desk(Mutex<Inside>);

#[derive(Debug, Default)]
struct Inside {
    view: SetupView,
    password: Option<Secret<String>>,
    grant: Option<Grant>,
    cancel: Cancel,
}

impl Desk {
    fn with<T>(&self, change: impl FnOnce(&mut Inside) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is shown now.
    pub(super) fn view(&self) -> Arc<SetupView> {
        self.with(|inside| Arc::new(inside.view.clone()))
    }

    /// A new set-up takes the place of the one before.
    pub(super) fn begin(&self, beginning: &Beginning, address: &EmailAddress) {
        self.clear();
        self.with(|inside| {
            inside.password.clone_from(&beginning.password);
            inside.view.stage = Stage::Searching;
            inside.view.form = AccountForm {
                name: beginning.name.trim().to_owned(),
                address: address.as_str().to_owned(),
                user: beginning.user.clone().unwrap_or_else(|| address.as_str().to_owned()),
                smtp_port: 587,
                imap_port: 993,
                ..AccountForm::default()
            };
        });
    }

    /// A form as the user has edited it, for what begins now.
    pub(super) fn take(&self, mut form: AccountForm, stage: Stage) {
        self.with(|inside| {
            if form.id != inside.view.form.id {
                (inside.password, inside.grant) = (None, None);
            }
            if let Some(password) = form.password.take() {
                (inside.password, inside.grant) = (Some(password), None);
                form.oauth = None;
            }
            inside.grant = form.grant.take().or(inside.grant.take());
            inside.view.tries.clear();
            inside.view.strangers.clear();
            (inside.view.stage, inside.view.url) = (stage, None);
            inside.view.form = form;
        });
    }

    /// The form with what it logs in with.
    pub(super) fn whole_form(&self) -> AccountForm {
        self.with(|inside| AccountForm {
            password: inside.password.clone().filter(|_| inside.view.form.oauth.is_none()),
            grant: inside.grant.clone().filter(|_| inside.view.form.oauth.is_some()),
            ..inside.view.form.clone()
        })
    }

    pub(super) fn password(&self) -> Option<Secret<String>> {
        self.with(|inside| inside.password.clone())
    }

    /// The user gave a user name that is not the address.
    pub(super) fn has_own_user(&self) -> bool {
        self.with(|inside| inside.view.form.user != inside.view.form.address)
    }

    pub(super) fn grant(&self, grant: Grant) {
        self.with(|inside| inside.grant = Some(grant));
    }

    /// Changes what is shown.
    pub(super) fn change(&self, change: impl FnOnce(&mut SetupView)) {
        self.with(|inside| change(&mut inside.view));
    }

    /// It is kept elsewhere now.
    pub(super) fn saved(&self) {
        self.with(|inside| {
            *inside = Inside { view: SetupView { stage: Stage::Saved, ..SetupView::default() }, ..Inside::default() };
        });
    }

    /// Stops what goes on; what is known stays.
    pub(super) fn stop(&self) {
        self.with(|inside| {
            inside.cancel.cancel();
            inside.cancel = Cancel::new();
            inside.view.tries.retain(|one| one.outcome.is_some());
            inside.view.url = None;
            if matches!(inside.view.stage, Stage::Searching | Stage::Trying | Stage::SigningIn) {
                inside.view.stage = Stage::Idle;
            }
        });
    }

    /// Stops what goes on, and forgets everything.
    pub(super) fn clear(&self) {
        self.stop();
        self.with(|inside| *inside = Inside::default());
    }

    /// Works beside the loop until it is done or stopped; what went on before is stopped.
    pub(super) fn go(&self, work: &Work, job: impl Future<Output = ()> + Send + 'static) {
        let cancel = self.with(|inside| {
            inside.cancel.cancel();
            inside.cancel = Cancel::new();
            inside.cancel.clone()
        });
        let work = work.clone();
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = cancel.cancelled() => {}
                () = work.cancel.cancelled() => work.profile.setup.stop(),
                () = job => {}
            }
            super::show(&work);
        });
    }
}
