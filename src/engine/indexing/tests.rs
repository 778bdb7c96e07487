use super::*;
use crate::crypto::pgp;
use crate::domain::{Draft, Mailbox, Protection, RawMessage, Secret, Technology, TechnologyChoice};
use crate::engine::network::new_message;
use crate::engine::topic::searching;
use crate::engine::{headless, stateless};
use crate::flow::outgoing;
use crate::store::{AccountRecord, MessageFlags};

/// Somebody with an account and a key, who writes to themselves.
struct Lab {
    profile: Profile,
    account: i64,
    folder: i64,
    me: Mailbox,
    _dir: tempfile::TempDir,
}

fn lab(passphrase: Option<&str>) -> Lab {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), None).unwrap();
    let me = Mailbox::new("Alice", "alice@example.org");
    let record = AccountRecord { name: me.name.clone(), address: me.address.clone(), ..AccountRecord::default() };
    let account = profile.store.save_account(&record).unwrap();
    let folder = profile.store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
    // Brought in as a file: what is made here is open for the session.
    let made =
        pgp::generate(&me.name, &me.email().unwrap(), passphrase.map(Secret::from).as_ref(), profile.now()).unwrap();
    profile.import(&pgp::armored_secret(&made.cert), &[]).unwrap();
    Lab { profile, account, folder, me, _dir: dir }
}

impl Lab {
    fn encrypted(&self, subject: &str, text: &str) -> RawMessage {
        let technology = TechnologyChoice::Only(Technology::OpenPgp);
        let draft = Draft {
            from: self.me.clone(),
            to: vec![self.me.clone()],
            subject: subject.into(),
            text: text.into(),
            protection: Protection { sign: false, encrypt: true, technology },
            ..Draft::default()
        };
        let at = self.profile.now();
        let plan = outgoing::preflight(&draft, &self.profile.keyring(), &self.profile.policy(at).unwrap());
        let stamp = stateless::stamp(at, &draft.from).unwrap();
        let sealed = outgoing::seal(&plan.approve(true).unwrap(), &self.profile.keyring(), &stamp).unwrap();
        sealed.deliveries[0].bytes.clone()
    }

    fn receives(&self, raw: &RawMessage) -> i64 {
        let message = new_message(raw, None, MessageFlags::default(), Some(self.profile.now()));
        self.profile.store.add_message(self.folder, &message).unwrap().unwrap()
    }

    fn found(&self, query: &str) -> Vec<i64> {
        let query = searching::parse(&self.profile, query, false);
        searching::find(&self.profile, &query, 100).unwrap().0.messages
    }
}

const LETTER: &str = "From: =?utf-8?B?55Sw5Lit?= <tanaka@example.jp>\r\nTo: alice@example.org\r\nSubject: Minutes\r\n\
Date: Sun, 01 Nov 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hello <b>wor</b>ld <span hidden>unseen</span></p>\r\n\
--x\r\nContent-Type: text/plain; charset=utf-8; name=notes.txt\r\nContent-Disposition: attachment; filename=notes.txt\r\n\r\n\
walrus\r\n--x\r\nContent-Type: text/calendar; name=party.ics\r\nContent-Disposition: attachment; filename=party.ics\r\n\r\n\
BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n--x--\r\n";

#[test]
fn what_is_assessed_is_found_as_it_is_shown() {
    let lab = lab(None);
    let plain = lab.receives(&RawMessage::new(LETTER.as_bytes().to_vec()));
    let secret = lab.receives(&lab.encrypted("the hidden subject", "a word that is secret\n"));
    headless::assess_new(&lab.profile).unwrap();
    assert_eq!(lab.profile.store.count_due_for_search().unwrap(), 0);
    for query in ["world", "from:田中", "walrus", "body:walrus", "filename:notes", "has:calendar", "on:2026-11-01"] {
        assert_eq!(lab.found(query), [plain], "{query}");
    }
    assert_eq!(lab.found("unseen"), [0_i64; 0], "what nobody sees is not found");
    for query in ["secret", "subject:hidden", "is:encrypted", "\"hidden subject\" from:alice"] {
        assert_eq!(lab.found(query), [secret], "{query}");
    }
    assert_eq!(lab.found("PGP"), [0_i64; 0], "the ciphertext is not found");
    assert_eq!(lab.found("has:attachment"), [plain]);
}

#[test]
fn what_is_closed_is_found_once_it_is_opened_and_stays_so() {
    let lab = lab(Some("sesame"));
    let id = lab.receives(&lab.encrypted("the hidden subject", "a word that is secret\n"));
    headless::assess_new(&lab.profile).unwrap();
    assert_eq!(lab.found("secret OR hidden"), [0_i64; 0]);
    assert_eq!(lab.found("from:alice is:encrypted"), [id]);
    lab.profile.load_keyring(vec![Secret::from("sesame")]).unwrap();
    lab.profile.store.forget_closed().unwrap();
    headless::assess_new(&lab.profile).unwrap();
    assert_eq!((lab.found("secret"), lab.found("subject:hidden")), (vec![id], vec![id]));
    // As after a start, when the key is locked again.
    lab.profile.store.set_headline(id, "cannot_open", "unsigned").unwrap();
    let publish: Publish = std::sync::Arc::new(|_| {});
    let locked = crate::crypto::Keyring::default();
    let raw = lab.profile.store.raw(id).unwrap();
    let closed = assessing::with(&lab.profile, &raw, locked).unwrap();
    assert_eq!(closed.headline.lock, Lock::CannotOpen);
    let due = lab.profile.store.due_for_search_of(id).unwrap().unwrap();
    put(&lab.profile, &due, Some((raw.len(), &closed))).unwrap();
    assert_eq!(catch_up(&lab.profile, &publish, &Cancel::new()).unwrap(), 0);
    assert_eq!(lab.found("secret"), [id]);
}

#[test]
fn decrypted_text_can_be_left_out() {
    let lab = lab(None);
    let plain = lab.receives(&RawMessage::new(LETTER.as_bytes().to_vec()));
    let secret = lab.receives(&lab.encrypted("the hidden subject", "a word that is secret\n"));
    headless::assess_new(&lab.profile).unwrap();
    let address = lab.me.email().unwrap();
    headless::search_decrypted(&lab.profile, &address, false).unwrap();
    assert_eq!((lab.found("secret"), lab.found("hidden"), lab.found("world")), (vec![], vec![], vec![plain]));
    assert_eq!(lab.found("from:alice"), [secret], "who wrote it when is still found");
    assert!(!lab.profile.store.searches_decrypted(lab.account).unwrap());
    headless::search_decrypted(&lab.profile, &address, true).unwrap();
    assert_eq!((lab.found("secret"), lab.found("hidden")), (vec![secret], vec![secret]));
}

#[test]
fn catching_up_can_be_stopped_and_goes_on_where_it_was() {
    let lab = lab(None);
    for number in 0..30 {
        lab.receives(&RawMessage::new(format!("Subject: {number}\r\n\r\nword{number}\r\n").into_bytes()));
    }
    headless::assess_new(&lab.profile).unwrap();
    lab.profile.search.make_anew(&lab.profile.store).unwrap();
    let publish: Publish = std::sync::Arc::new(|_| {});
    let cancel = Cancel::new();
    cancel.cancel();
    assert_eq!(catch_up(&lab.profile, &publish, &cancel).unwrap(), 0);
    assert_eq!((lab.found("").len(), lab.profile.store.count_due_for_search().unwrap()), (0, 30));
    assert_eq!(catch_up(&lab.profile, &publish, &Cancel::new()).unwrap(), 30);
    assert_eq!((lab.found("").len(), lab.found("word7").len()), (30, 1));
}
