use super::*;
use crate::crypto::pgp;
use crate::domain::{Draft, Mailbox, Protection, RawMessage, Secret, Technology, TechnologyChoice};
use crate::engine::network::new_message;
use crate::engine::view::MessageId;
use crate::engine::{headless, stateless};
use crate::flow::outgoing;
use crate::store::{AccountRecord, MessageFlags, PopAccess, Popped};

/// Somebody who gets mail, with a key.
struct Lab {
    profile: Profile,
    account: i64,
    inbox: FolderId,
    filed: FolderId,
    me: Mailbox,
    _dir: tempfile::TempDir,
}

fn lab(passphrase: Option<&str>) -> Lab {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), None).unwrap();
    let me = Mailbox::new("Alice", "alice@example.org");
    let pop = PopAccess { host: "pop.example.org".into(), port: 995, leaves: true, before_smtp: false };
    let record = AccountRecord { address: me.address.clone(), pop: Some(pop), ..AccountRecord::default() };
    let account = profile.store.save_account(&record).unwrap();
    let inbox = profile.store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
    let filed = profile.store.ensure_folder(account, "Filed", "Filed", "").unwrap();
    let made =
        pgp::generate(&me.name, &me.email().unwrap(), passphrase.map(Secret::from).as_ref(), profile.now()).unwrap();
    profile.import(&pgp::armored_secret(&made.cert), &[]).unwrap();
    Lab { profile, account, inbox, filed, me, _dir: dir }
}

impl Lab {
    fn encrypted(&self, subject: &str) -> RawMessage {
        let technology = TechnologyChoice::Only(Technology::OpenPgp);
        let draft = Draft {
            from: self.me.clone(),
            to: vec![self.me.clone()],
            subject: subject.into(),
            text: "a word that is secret\n".into(),
            protection: Protection { sign: false, encrypt: true, technology },
            ..Draft::default()
        };
        let at = self.profile.now();
        let plan = outgoing::preflight(&draft, &self.profile.keyring(), &self.profile.policy(at).unwrap());
        let stamp = stateless::stamp(at, &draft.from).unwrap();
        let sealed = outgoing::seal(&plan.approve(true).unwrap(), &self.profile.keyring(), &stamp).unwrap();
        sealed.deliveries[0].bytes.clone()
    }

    /// It is fetched; nothing has looked at it yet.
    fn comes(&self, raw: &RawMessage) -> MessageId {
        let message = new_message(raw, None, MessageFlags::default(), Some(self.profile.now()));
        let before = self.profile.store.messages_of(self.inbox).unwrap();
        let id = hex::encode(openssl::sha::sha256(raw));
        let popped = Popped { unique_id: &id, bytes: raw.len() as u64, was_there: false };
        self.profile.store.add_popped(self.account, self.inbox, popped, &message).unwrap();
        let after = self.profile.store.messages_of(self.inbox).unwrap();
        after.into_iter().find(|one| !before.contains(one)).unwrap().0
    }

    fn text(&self, fields: &str) -> MessageId {
        self.comes(&RawMessage::new(format!("{fields}To: alice@example.org\r\n\r\nHello\r\n").into_bytes()))
    }

    fn rule(&self, tests: impl IntoIterator<Item = Test>) {
        let rule = RuleRecord {
            name: "rule".into(),
            is_enabled: true,
            conditions: tests.into_iter().map(|test| Condition { test, is_not: false }).collect(),
            actions: vec![Action::Move(self.filed)],
            ..RuleRecord::default()
        };
        apply(&self.profile, RulesCommand::Save(Box::new(rule))).unwrap();
    }

    fn is_filed(&self, message: MessageId) -> bool {
        headless::assess_new(&self.profile).unwrap();
        self.profile.store.row(message).unwrap().0 == self.filed
    }
}

fn subject(words: &str) -> Test {
    Test::Text { place: TextPlace::Subject, words: words.into() }
}

fn from(words: &str) -> Test {
    Test::Text { place: TextPlace::From, words: words.into() }
}

#[test]
fn what_can_not_be_opened_yet_waits_and_the_subject_outside_counts_for_nothing() {
    let lab = lab(Some("sesame"));
    lab.rule([subject("[...]")]);
    lab.rule([subject("HIDDEN")]);
    let id = lab.comes(&lab.encrypted("the hidden subject"));
    let plain = lab.text("From: bob@example.net\r\nSubject: hidden in the open\r\n");
    assert!(!lab.is_filed(id));
    assert!(lab.is_filed(plain), "others don't wait for it");
    assert_eq!(lab.profile.store.unruled(0, 9).unwrap().len(), 1);
    lab.profile.load_keyring(vec![Secret::from("sesame")]).unwrap();
    lab.profile.store.forget_closed().unwrap();
    assert!(lab.is_filed(id));
    assert!(lab.profile.store.unruled(0, 9).unwrap().is_empty());
    // With the one rule alone that knows the outside.
    let all = lab.profile.store.rules().unwrap();
    lab.profile.store.remove_rule(all[1].id).unwrap();
    let other = lab.comes(&lab.encrypted("another"));
    assert!(!lab.is_filed(other));
}

/// It was opened when it was assessed; then the program was started again, and its key is locked.
#[test]
fn what_was_opened_before_and_is_closed_now_waits() {
    let lab = lab(Some("sesame"));
    lab.rule([subject("[...]")]);
    lab.rule([subject("hidden")]);
    let id = lab.comes(&lab.encrypted("the hidden subject"));
    lab.profile.store.set_headline(id, "encrypted", "unsigned").unwrap();
    assert!(!lab.is_filed(id));
    assert_eq!(lab.profile.store.unruled(0, 9).unwrap().len(), 1);
    let first = lab.profile.store.rules().unwrap()[0].id;
    lab.profile.store.remove_rule(first).unwrap();
    lab.profile.load_keyring(vec![Secret::from("sesame")]).unwrap();
    assert!(lab.is_filed(id));
}

#[test]
fn a_folder_is_looked_through_as_far_as_it_can_be_opened_and_after_it_was_assessed() {
    let lab = lab(Some("sesame"));
    let id = lab.comes(&lab.encrypted("the hidden subject"));
    let rule = |tests: Vec<Test>| {
        let conditions = tests.into_iter().map(|test| Condition { test, is_not: false }).collect();
        let rule = RuleRecord { name: "x".into(), conditions, actions: vec![Action::Star], ..RuleRecord::default() };
        lab.profile.store.save_rule(&rule).unwrap()
    };
    let hits = |rule| headless::run_rules(&lab.profile, (Some(rule), lab.inbox), true).unwrap().hits.len();
    let (outside, encrypted) = (rule(vec![subject("[...]")]), rule(vec![Test::Encrypted]));
    assert_eq!((hits(outside), hits(encrypted)), (0, 1));
    lab.profile.load_keyring(vec![Secret::from("sesame")]).unwrap();
    lab.profile.store.forget_closed().unwrap();
    // Nobody has assessed it since.
    let inside = rule(vec![Test::Query("is:encrypted subject:hidden".into())]);
    assert_eq!((hits(outside), hits(inside)), (0, 1));
    assert_eq!(lab.profile.store.row(id).unwrap().1.subject, "the hidden subject");
}

#[test]
fn a_message_that_can_not_be_read_keeps_none_of_the_others_and_stays_due() {
    let lab = lab(None);
    lab.rule([subject("x")]);
    let spoilt = lab.text("From: a@example.net\r\nSubject: x 1\r\n");
    let sound = lab.text("From: a@example.net\r\nSubject: x 2\r\n");
    for id in [spoilt, sound] {
        lab.profile.store.set_headline(id, "not_encrypted", "unsigned").unwrap();
    }
    lab.profile.store.spoil_source(spoilt).unwrap();
    let told = Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    let publish: crate::engine::network::Publish = Arc::new(move |event| {
        if let Event::Done { code, subject } = event {
            kept.lock().unwrap().push((code, subject));
        }
    });
    assert_eq!(run_due(&lab.profile, &publish).unwrap(), run::Arrived { done: 1, left: 1 });
    assert_eq!(*told.lock().unwrap(), [("rules_left", "1".to_owned())]);
    assert_eq!(lab.profile.store.row(sound).unwrap().0, lab.filed);
    let due = lab.profile.store.unruled(0, 9).unwrap();
    assert_eq!(due.iter().map(|one| one.message).collect::<Vec<_>>(), [spoilt]);
    // It is tried again each time, and told once.
    assert_eq!(run_due(&lab.profile, &publish).unwrap(), run::Arrived { done: 0, left: 1 });
    assert_eq!(told.lock().unwrap().len(), 1);
}

#[test]
fn rules_that_did_nothing_leave_what_can_be_taken_back_alone() {
    let lab = lab(None);
    let id = lab.text("From: a@example.net\r\nSubject: other\r\n");
    let moved = crate::engine::topic::mail::MailCommand::Move { messages: vec![id], to: lab.filed };
    headless::mail(&lab.profile, moved).unwrap();
    lab.rule([subject("x")]);
    let done = headless::run_rules(&lab.profile, (None, lab.inbox), false).unwrap();
    assert!(!done.can_undo);
    headless::mail(&lab.profile, crate::engine::topic::mail::MailCommand::Undo).unwrap();
    assert_eq!(lab.profile.store.row(id).unwrap().0, lab.inbox);
}

#[test]
fn what_needs_not_be_opened_does_not_wait() {
    let lab = lab(Some("sesame"));
    lab.rule([Test::Encrypted]);
    let id = lab.comes(&lab.encrypted("the hidden subject"));
    assert!(lab.is_filed(id));
}

/// Rules read what the search may not: nothing of it is kept.
#[test]
fn a_query_is_answered_by_what_is_decrypted_also_where_the_index_has_none_of_it() {
    let lab = lab(None);
    headless::search_decrypted(&lab.profile, &lab.me.email().unwrap(), false).unwrap();
    lab.rule([Test::Query("\"word that is secret\" subject:hidden -from:bob".into())]);
    let id = lab.comes(&lab.encrypted("the hidden subject"));
    assert!(lab.is_filed(id));
    assert!(!lab.is_filed(lab.comes(&lab.encrypted("the open subject"))));
}

#[test]
fn a_sender_that_anybody_can_write_does_not_meet_a_rule_for_those_that_are_vouched_for() {
    let lab = lab(None);
    lab.profile.store.set_setting("authserv_ids", &["mx.example.org"]).unwrap();
    lab.rule([from("bank.example"), Test::Vouched]);
    let says = |result: &str, from: &str| {
        lab.text(&format!(
            "Authentication-Results: mx.example.org; {result}\r\nFrom: {from}\r\nSubject: {result}{from}\r\n"
        ))
    };
    let good = says("dmarc=pass header.from=bank.example", "News <news@bank.example>");
    let wrong = [
        says("dmarc=fail header.from=bank.example", "news@bank.example"),
        says("spf=pass smtp.mailfrom=bank.example", "news@bank.example"),
        says("dmarc=pass header.from=evil.example", "news@bank.example"),
        says("dmarc=pass header.from=evil.example", "\"news@bank.example\" <x@evil.example>"),
        says("dmarc=pass header.from=evil.example", "\"bank.example\" <x@evil.example>"),
        says("dmarc=pass header.from=evil.example", "bank.example@evil.example"),
        says("dmarc=pass header.from=bank.example.evil.example", "news@bank.example.evil.example"),
        says("dmarc=pass header.from=notbank.example", "news@notbank.example"),
        lab.text(
            "Authentication-Results: mx.evil.example; dmarc=pass header.from=bank.example\r\nFrom: a@bank.example\r\n",
        ),
    ];
    assert!(lab.is_filed(good));
    for id in wrong {
        assert!(!lab.is_filed(id), "{:?}", lab.profile.store.row(id).unwrap());
    }
}

#[test]
fn conditions_are_met_all_or_any_and_may_be_turned_round() {
    let lab = lab(None);
    let not = |test| Condition { test, is_not: true };
    let is = |test| Condition { test, is_not: false };
    let list = || Test::Text { place: TextPlace::ListId, words: "dev.example.net".into() };
    let rule = |is_any, conditions| RuleRecord {
        name: "x".into(),
        is_any,
        conditions,
        actions: vec![Action::Star],
        ..RuleRecord::default()
    };
    let both = lab.text("From: a@example.net\r\nSubject: Re: minutes\r\nList-Id: Developers <dev.example.net>\r\n");
    let one = lab.text("From: b@example.net\r\nSubject: minutes\r\n");
    let none = lab.text("From: c@example.net\r\nSubject: 議事録\r\n");
    let hits = |record: RuleRecord| -> Vec<MessageId> {
        let id = lab.profile.store.save_rule(&record).unwrap();
        let found = headless::run_rules(&lab.profile, (Some(id), lab.inbox), true).unwrap();
        let mut found: Vec<MessageId> = found.hits.into_iter().map(|(id, _)| id).collect();
        found.sort_unstable();
        found
    };
    assert_eq!(hits(rule(false, vec![is(subject("Minutes")), is(list())])), [both]);
    assert_eq!(hits(rule(true, vec![is(subject("Minutes")), is(list())])), [both, one]);
    assert_eq!(hits(rule(false, vec![is(subject("minutes")), not(list())])), [one]);
    assert_eq!(hits(rule(false, vec![not(Test::Query("minutes".into()))])), [none]);
    // Two queries in one rule, and full-width letters.
    let queries = vec![not(Test::Query("subject:議事録".into())), is(Test::Query("from:ａ".into()))];
    assert_eq!(hits(rule(false, queries)), [both]);
    assert_eq!(hits(rule(false, vec![is(Test::Attachments)])), [0_i64; 0]);
    assert_eq!(hits(rule(false, vec![is(Test::Seal("unsigned".into()))])), [both, one, none]);
}

#[test]
fn the_first_rule_that_moves_says_where_to_and_none_comes_after_one_that_stops() {
    let lab = lab(None);
    let record = |name: &str, actions| RuleRecord {
        name: name.into(),
        is_enabled: true,
        conditions: vec![Condition { test: subject("x"), is_not: false }],
        actions,
        ..RuleRecord::default()
    };
    let save = |rule| apply(&lab.profile, RulesCommand::Save(Box::new(rule))).unwrap();
    save(record("first", vec![Action::Move(lab.filed), Action::Tag("one".into())]));
    save(record("second", vec![Action::Delete, Action::Tag("two".into()), Action::Stop]));
    save(record("third", vec![Action::Tag("three".into()), Action::Read]));
    let id = lab.text("From: a@example.net\r\nSubject: x\r\n");
    assert!(lab.is_filed(id));
    assert_eq!(lab.profile.store.keywords(id).unwrap(), ["one", "two"]);
    assert!(!lab.profile.store.row(id).unwrap().1.flags.is_seen);
}

#[test]
fn junk_is_marked_as_such_and_what_is_in_the_trash_is_never_deleted_for_good() {
    let lab = lab(None);
    let record = |actions| RuleRecord {
        name: "x".into(),
        conditions: vec![Condition { test: subject("x"), is_not: false }],
        actions,
        ..RuleRecord::default()
    };
    let id = lab.text("From: a@example.net\r\nSubject: x\r\n");
    let run = |rule: RuleRecord, folder| {
        let rule = lab.profile.store.save_rule(&rule).unwrap();
        headless::run_rules(&lab.profile, (Some(rule), folder), false).unwrap().hits.len()
    };
    let role = || {
        let folder = lab.profile.store.row(id).unwrap().0;
        let folders = lab.profile.store.folders().unwrap();
        folders.into_iter().find(|one| one.id == folder).map(|one| one.role).unwrap()
    };
    assert_eq!(run(record(vec![Action::Junk]), lab.inbox), 1);
    assert_eq!((role().as_str(), lab.profile.store.keywords(id).unwrap()), ("junk", vec!["$Junk".to_owned()]));
    assert_eq!(run(record(vec![Action::Delete]), lab.profile.store.row(id).unwrap().0), 1);
    assert_eq!(role(), "trash");
    assert_eq!(run(record(vec![Action::Delete]), lab.profile.store.row(id).unwrap().0), 1);
    assert_eq!(role(), "trash");
}

#[test]
fn a_rule_for_one_account_leaves_the_others_alone() {
    let lab = lab(None);
    let other =
        lab.profile.store.save_account(&AccountRecord { address: "b@example.org".into(), ..AccountRecord::default() });
    let rule = RuleRecord {
        name: "other".into(),
        is_enabled: true,
        account: Some(other.unwrap()),
        conditions: vec![Condition { test: subject("x"), is_not: false }],
        actions: vec![Action::Move(lab.filed)],
        ..RuleRecord::default()
    };
    apply(&lab.profile, RulesCommand::Save(Box::new(rule))).unwrap();
    let id = lab.text("From: a@example.net\r\nSubject: x\r\n");
    assert!(!lab.is_filed(id));
    assert!(lab.profile.store.unruled(0, 9).unwrap().is_empty(), "it was looked at all the same");
    assert!(headless::run_rules(&lab.profile, (None, lab.inbox), true).unwrap().hits.is_empty());
}

#[test]
fn a_run_that_is_stopped_leaves_the_rest_and_can_be_taken_back() {
    let lab = lab(None);
    for number in 0..250 {
        lab.text(&format!("From: a@example.net\r\nSubject: x {number}\r\n"));
    }
    lab.rule([subject("x")]);
    let cancel = crate::net::Cancel::new();
    let told = |_: usize, _: usize| cancel.cancel();
    let done = on_folder(&lab.profile, (None, lab.inbox), false, &cancel, &told).unwrap();
    assert!(done.is_cancelled && done.looked > 0 && done.looked < 250, "{}", done.looked);
    let filed = || lab.profile.store.messages_of(lab.filed).unwrap().len();
    assert_eq!(filed(), done.hits.len());
    headless::mail(&lab.profile, crate::engine::topic::mail::MailCommand::Undo).unwrap();
    assert_eq!(filed(), 0);
}

#[test]
fn who_goes_by_the_sender_is_known_however_it_is_asked() {
    let rule = |is_any, tests: Vec<Test>| RuleRecord {
        is_any,
        conditions: tests.into_iter().map(|test| Condition { test, is_not: false }).collect(),
        ..RuleRecord::default()
    };
    let query = |text: &str| Test::Query(text.into());
    for open in [
        rule(false, vec![from("bob")]),
        rule(false, vec![query("subject:x (from:bob OR from:carol)")]),
        rule(false, vec![query("差出人：bob")]),
        rule(true, vec![from("bob"), Test::Vouched]),
        rule(false, vec![from("bob"), Test::Sender { method: "spf".into(), result: "pass".into() }]),
        rule(false, vec![from("bob"), Test::Seal("partial".into())]),
        // A name, and a part of an address, is anybody's.
        rule(false, vec![from("bob"), Test::Vouched]),
        rule(false, vec![from("Bob Ross"), Test::Vouched]),
        rule(false, vec![from("amazon."), Test::Vouched]),
        rule(false, vec![from("info@mail"), Test::Vouched]),
        rule(false, vec![query("from:bob@example.org"), Test::Seal("authenticated".into())]),
    ] {
        assert!(asks_for_from(&open), "{open:?}");
    }
    for closed in [
        rule(false, vec![from("bob@example.org"), Test::Vouched]),
        rule(false, vec![from("@example.org"), Test::Seal("authenticated".into())]),
        rule(false, vec![from("example.org"), Test::Vouched]),
        rule(false, vec![from("ｅｘａｍｐｌｅ.org"), Test::Vouched]),
        rule(false, vec![subject("bob"), query("to:bob -from:carol")]),
    ] {
        assert!(!asks_for_from(&closed), "{closed:?}");
    }
}
