//! Showing the open message, and what the DNS says of it later.

use std::sync::Arc;

use crate::domain::RawMessage;
use crate::engine::profile::Profile;
use crate::engine::remote::Means;
use crate::engine::showing::Showing;
use crate::engine::topic::{authorities, finding};
use crate::engine::view::{MessageId, ReadingView};
use crate::engine::{Event, Failure, reading, stateless};
use crate::sender::SenderResult;

use super::Engine;

/// The policy's stamp, and the keyrings': what an assessment rests on.
type Trust = (Option<u64>, u64, u64);

fn trust_of(profile: &Profile) -> Trust {
    let keyring = profile.keyring();
    (profile.policy_stamp().ok(), keyring.pgp.generation(), keyring.smime.generation())
}

/// A message about which the DNS was asked.
struct Asked {
    /// As it was shown then.
    view: ReadingView,
    trust: Trust,
    /// The servers whose word was taken for it.
    trusted: Vec<String>,
}

impl Engine {
    pub(super) fn show_message(&self, message: MessageId) -> Result<(), Failure> {
        self.remote.open(message);
        let trust = trust_of(&self.profile);
        let turn = self.open_message.begin();
        let found = reading::look(&self.profile, message)?;
        self.open_message.end(&turn, || (self.publish)(Event::Reading(Arc::new(found.view.clone()))));
        reading::settle(&self.profile, &found)?;
        let (raw, view) = (found.raw, found.view);
        self.remote.shown(&self.means(), message, &view.assessment);
        authorities::shown(&self.topic_work(), &view);
        self.show_mailbox();
        finding::complete(&self.topic_work(), &view.assessment);
        self.evaluate_sender(raw, view, trust);
        Ok(())
    }

    /// Asks DNS who vouches for an open message, beside the loop, and shows it again with the answers.
    fn evaluate_sender(&self, raw: RawMessage, view: ReadingView, trust: Trust) {
        let (trusted, evaluates) = self.profile.delivery();
        if self.is_demo || !evaluates {
            return;
        }
        let (remote, means, open) = (Arc::clone(&self.remote), self.means(), Arc::clone(&self.open_message));
        let asked = Asked { view, trust, trusted };
        tokio::spawn(async move {
            let found = stateless::evaluate_sender(&raw, &asked.trusted, None, means.profile.now()).await;
            if let Some(view) = show_again(&means, &open, asked, found) {
                remote.shown_again(&means, view.id, &view.assessment);
            }
        });
    }
}

/// Shows a message again with what the DNS said of it, if it is still the open one.
fn show_again(
    means: &Means,
    open: &Showing<MessageId>,
    asked: Asked,
    found: Vec<SenderResult>,
) -> Option<Arc<ReadingView>> {
    let turn = open.begin();
    let Asked { mut view, trust, trusted } = asked;
    // Whoever changes what is asked shows the message anew, and asks again.
    if turn.open != Some(view.id) || means.profile.delivery() != (trusted, true) {
        return None;
    }
    // Answers of the DNS hold whoever is trusted; what was judged before that changed does not.
    if trust_of(&means.profile) != trust {
        view = reading::look(&means.profile, view.id).ok()?.view;
    }
    let mut assessment = (*view.assessment).clone();
    assessment.sender.extend(found);
    view.assessment = Arc::new(assessment);
    let view = Arc::new(view);
    let publish = || (means.publish)(Event::Reading(Arc::clone(&view)));
    open.end(&turn, publish).then(|| Arc::clone(&view))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::engine::network::new_message;
    use crate::store::{AccountRecord, MessageFlags};

    /// A profile with two messages, the first of which is open and was asked about, and what is published.
    struct Desk {
        means: Means,
        open: Showing<MessageId>,
        ids: Vec<MessageId>,
        published: Arc<Mutex<Vec<String>>>,
        _folder: tempfile::TempDir,
    }

    impl Desk {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let profile = Profile::fleeting(folder.path(), None).unwrap();
            profile.store.set_setting("evaluates_sender", &true).unwrap();
            let account = profile.store.save_account(&AccountRecord::default()).unwrap();
            let inbox = profile.store.ensure_folder(account, "INBOX", "Inbox", "inbox").unwrap();
            let keep = |subject: &str| {
                let raw = format!("From: bob@example.org\r\nSubject: {subject}\r\n\r\nhello\r\n");
                let message = new_message(&RawMessage::new(raw.into_bytes()), None, MessageFlags::default(), None);
                profile.store.add_message(inbox, &message).unwrap().unwrap()
            };
            let ids: Vec<MessageId> = ["first", "second"].into_iter().map(keep).collect();
            let published = Arc::<Mutex<Vec<String>>>::default();
            let screen = Arc::clone(&published);
            let publish = move |event| {
                if let Event::Reading(view) = event {
                    screen.lock().unwrap().push(view.assessment.subject.clone());
                }
            };
            let open = Showing::default();
            open.open(Some(ids[0]));
            let means = Means { profile: Arc::new(profile), publish: Arc::new(publish), is_demo: false };
            Self { means, open, ids, published, _folder: folder }
        }

        /// What was shown of the first one, which says that it is that.
        fn asked(&self) -> Asked {
            let mut view = reading::look(&self.means.profile, self.ids[0]).unwrap().view;
            let mut assessment = (*view.assessment).clone();
            assessment.subject = "as it was shown".to_owned();
            view.assessment = Arc::new(assessment);
            Asked { view, trust: trust_of(&self.means.profile), trusted: Vec::new() }
        }

        /// What is shown when the DNS has answered.
        fn answered(&self, asked: Asked) -> Option<String> {
            let shown = show_again(&self.means, &self.open, asked, Vec::new()).is_some();
            let last = self.published.lock().unwrap().pop();
            assert_eq!(last.is_some(), shown);
            last
        }
    }

    #[test]
    fn what_the_dns_says_late_is_not_shown_over_another_message_nor_when_it_was_asked_otherwise() {
        let desk = Desk::new();
        assert_eq!(desk.answered(desk.asked()).as_deref(), Some("as it was shown"));
        let (profile, asked) = (&desk.means.profile, desk.asked());
        profile.store.set_setting("evaluates_sender", &false).unwrap();
        assert_eq!(desk.answered(asked), None, "nobody is to be asked now");
        profile.store.set_setting("evaluates_sender", &true).unwrap();
        profile.store.set_setting("authserv_ids", &["mx.example.org"]).unwrap();
        assert_eq!(desk.answered(desk.asked()), None, "another server is believed now");
        profile.store.set_setting("authserv_ids", &Vec::<String>::new()).unwrap();
        let of_before = Asked { trust: (None, 0, 0), ..desk.asked() };
        assert_eq!(desk.answered(of_before).as_deref(), Some("first"), "another trust: it is looked at again");
        let asked = desk.asked();
        desk.open.open(Some(desk.ids[1]));
        assert_eq!(desk.answered(asked), None);
    }
}
