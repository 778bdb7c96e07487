use std::process::{Command, Stdio};
use std::sync::Mutex;

use super::*;
use crate::crypto::{Certificate, smime};
use crate::domain::TechnologyChoice;
use crate::engine::network::new_message;
use crate::engine::stateless;
use crate::engine::view::{Seal, TrustVerdict};
use crate::engine::{Command as Wish, EngineHandle, Start, start};
use crate::flow::outgoing;
use crate::store::{AccountRecord, MessageFlags};

/// Somebody with a profile, an account and both keys.
struct Person {
    profile: Profile,
    folder: i64,
    keys: [Fingerprint; 2],
    me: Mailbox,
    _dir: tempfile::TempDir,
}

fn person(name: &str) -> Person {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), None).unwrap();
    let me = Mailbox::new(name, format!("{name}@example.org"));
    let record = AccountRecord { name: me.name.clone(), address: me.address.clone(), ..AccountRecord::default() };
    let account = profile.store.save_account(&record).unwrap();
    let folder = profile.store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
    let keys = [Technology::OpenPgp, Technology::Smime]
        .map(|technology| profile.generate(technology, name, &me.address, None).unwrap());
    Person { profile, folder, keys, me, _dir: dir }
}

impl Person {
    /// What arrives when this person writes to another.
    fn writes(&self, to: &Person, technology: Technology) -> RawMessage {
        let protection = Protection { sign: true, encrypt: false, technology: TechnologyChoice::Only(technology) };
        let draft = Draft {
            from: self.me.clone(),
            to: vec![to.me.clone()],
            subject: "Noon".into(),
            text: "At the bridge.\n".into(),
            protection,
            ..Draft::default()
        };
        let at = self.profile.now();
        let plan = outgoing::preflight(&draft, &self.profile.keyring(), &self.profile.policy(at).unwrap());
        let stamp = stateless::stamp(at, &draft.from).unwrap();
        let sealed = outgoing::seal(&plan.approve(true).unwrap(), &self.profile.keyring(), &stamp).unwrap();
        sealed.deliveries[0].bytes.clone()
    }

    fn receives(&self, raw: &RawMessage) -> MessageId {
        let message = new_message(raw, None, MessageFlags::default(), None);
        self.profile.store.add_message(self.folder, &message).unwrap().unwrap()
    }

    fn seal_of(&self, message: MessageId) -> Seal {
        reading::assess(&self.profile, message).unwrap().1.headline.seal
    }

    fn help_for(&self, message: MessageId) -> Help {
        reading::view(&self.profile, message, false).unwrap().help
    }
}

/// A plain message of somebody with these header lines and this text.
fn plain(from: &Mailbox, header: &str, text: &str) -> RawMessage {
    RawMessage::new(format!("From: {from}\r\nSubject: x\r\nMessage-ID: <1@x>\r\n{header}\r\n{text}\r\n").into_bytes())
}

/// The certificate of somebody, as an Autocrypt field carries it.
fn autocrypt(of: &Person) -> String {
    use base64::Engine as _;
    use sequoia_openpgp::serialize::SerializeInto as _;
    let cert = of.profile.keyring().pgp.find(&of.keys[0]).unwrap().export_to_vec().unwrap();
    let data = base64::engine::general_purpose::STANDARD.encode(cert);
    let lines: Vec<String> = data.as_bytes().chunks(70).map(|line| String::from_utf8_lossy(line).into()).collect();
    format!("Autocrypt: addr={}; keydata=\r\n {}\r\n", of.me.address, lines.join("\r\n "))
}

fn search(who: &Person, message: MessageId) -> (Vec<CertificateReport>, Vec<Event>) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&events);
    let publish: Publish = Arc::new(move |event| noted.lock().unwrap().push(event));
    let found = find(&who.profile, message, &publish, &Cancel::new()).unwrap();
    let events = std::mem::take(&mut *events.lock().unwrap());
    (found, events)
}

#[test]
fn a_certificate_that_came_in_the_seal_is_kept_and_trusted_by_nobody() {
    let (alice, bob) = (person("alice"), person("bob"));
    let id = bob.receives(&alice.writes(&bob, Technology::Smime));
    assert_eq!(bob.seal_of(id), Seal::Unauthenticated);
    let help = bob.help_for(id);
    assert_eq!(help.carried.iter().map(|one| &one.fingerprint).collect::<Vec<_>>(), [&alice.keys[1]]);
    assert!(help.kept.is_empty());
    keep(&bob.profile, id, &alice.keys[1]).unwrap();
    let help = bob.help_for(id);
    assert_eq!((help.carried.len(), help.kept), (0, vec![alice.keys[1].clone()]));
    assert_eq!(bob.seal_of(id), Seal::Unauthenticated, "keeping is not trusting");
    let judged = &reading::assess(&bob.profile, id).unwrap().1.signatures[0];
    assert_eq!(judged.judgement.verdict, TrustVerdict::Unauthenticated);
}

#[test]
fn a_key_in_the_header_or_in_a_file_is_offered_and_its_secret_part_is_left_out() {
    let (alice, bob, carol) = (person("alice"), person("bob"), person("carol"));
    let header = bob.receives(&plain(&alice.me, &autocrypt(&alice), "hello"));
    assert_eq!(bob.help_for(header).carried[0].fingerprint, alice.keys[0]);
    // Carol attached her secret key by accident.
    let secret = carol.profile.export(&carol.keys[0], true, None).unwrap();
    let text = String::from_utf8(secret).unwrap().replace('\n', "\r\n");
    let file = bob.receives(&plain(&carol.me, "Content-Type: application/pgp-keys\r\n", &text));
    keep(&bob.profile, file, &carol.keys[0]).unwrap();
    let kept = bob.profile.keyring().report(&carol.keys[0], bob.profile.now()).unwrap();
    assert!(!kept.has_secret);
    assert!(keep(&bob.profile, file, &alice.keys[0]).is_err(), "it did not come with this message");
}

#[test]
fn a_missing_openpgp_certificate_is_found_in_another_message_of_the_same_author() {
    let (alice, bob, carol) = (person("alice"), person("bob"), person("carol"));
    let sealed = bob.receives(&alice.writes(&bob, Technology::OpenPgp));
    let missing = |id| missing(&reading::assess(&bob.profile, id).unwrap().1);
    assert_eq!(missing(sealed), 1);
    bob.receives(&plain(&carol.me, &autocrypt(&carol), "mine"));
    assert!(search(&bob, sealed).0.is_empty());
    assert!(bob.profile.keyring().pgp.find(&carol.keys[0]).is_none(), "what does not fit is not kept");
    bob.receives(&plain(&alice.me, &autocrypt(&alice), "mine"));
    let (found, events) = search(&bob, sealed);
    assert_eq!(found.iter().map(|one| &one.fingerprint).collect::<Vec<_>>(), [&alice.keys[0]]);
    assert!(events.iter().any(|event| matches!(event, Event::Progress(Some(one)) if one.work == "find_certificate")));
    assert_eq!((missing(sealed), bob.seal_of(sealed)), (0, Seal::Unauthenticated));
}

#[test]
fn a_missing_x509_certificate_is_found_in_another_signature() {
    use openssl::cms::{CMSOptions, CmsContentInfo};
    let (alice, bob) = (person("alice"), person("bob"));
    let pem = alice.profile.export(&alice.keys[1], true, Some(&Secret::from("x"))).unwrap();
    let p12 = openssl::pkcs12::Pkcs12::from_der(&pem).unwrap().parse2("x").unwrap();
    let content = b"Content-Type: text/plain\r\n\r\nAt the bridge.\r\n";
    let options = CMSOptions::DETACHED | CMSOptions::BINARY | CMSOptions::CMS_NOCERTS;
    let signed = CmsContentInfo::sign(p12.cert.as_deref(), p12.pkey.as_deref(), None, Some(content), options).unwrap();
    let signature = openssl::base64::encode_block(&signed.to_der().unwrap());
    let lines: Vec<String> = signature.as_bytes().chunks(72).map(|line| String::from_utf8_lossy(line).into()).collect();
    let raw = format!(
        "From: {}\r\nContent-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\r\n\r\n--b\r\n{}\r\n--b\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        alice.me,
        String::from_utf8_lossy(content),
        lines.join("\r\n")
    );
    let sealed = bob.receives(&RawMessage::new(raw.into_bytes()));
    assert_eq!(missing(&reading::assess(&bob.profile, sealed).unwrap().1), 1);
    assert!(search(&bob, sealed).0.is_empty());
    bob.receives(&alice.writes(&bob, Technology::Smime));
    assert_eq!(search(&bob, sealed).0[0].fingerprint, alice.keys[1]);
    assert_eq!(missing(&reading::assess(&bob.profile, sealed).unwrap().1), 0);
}

#[test]
fn a_search_that_is_stopped_keeps_nothing() {
    let (alice, bob) = (person("alice"), person("bob"));
    let sealed = bob.receives(&alice.writes(&bob, Technology::OpenPgp));
    bob.receives(&plain(&alice.me, &autocrypt(&alice), "mine"));
    let (cancel, publish): (Cancel, Publish) = (Cancel::new(), Arc::new(|_| {}));
    cancel.cancel();
    let stopped = find(&bob.profile, sealed, &publish, &cancel).unwrap_err();
    assert_eq!(stopped.kind, FailureKind::Cancelled);
    assert!(bob.profile.keyring().pgp.find(&alice.keys[0]).is_none());
}

#[test]
fn a_question_goes_to_the_author_with_certificates_that_can_be_read_elsewhere() {
    let (alice, bob) = (person("alice"), person("bob"));
    let id = bob.receives(&plain(&alice.me, "", "hello"));
    let draft = ask(&bob.profile, id, "About your message".into(), "Hello".into(), true).unwrap();
    assert_eq!((&draft.from, &draft.to), (&bob.me, &vec![alice.me.clone()]));
    assert_eq!(draft.in_reply_to.as_deref(), Some("1@x"));
    assert_eq!((draft.protection.sign, draft.protection.encrypt), (true, false), "alice has no key here");
    let names: Vec<&str> = draft.attachments.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["certificate.asc", "certificate.cer"]);
    for file in &draft.attachments {
        let mut ring = Keyring::default();
        let [one] = ring.add(&file.bytes).unwrap().try_into().unwrap();
        assert!(!one.report.has_secret && one.report.can_encrypt, "{:?}", one.report);
    }
    // With alice's certificate the question is asked in secret.
    bob.profile.import(&alice.profile.export(&alice.keys[0], false, None).unwrap(), &[]).unwrap();
    assert!(ask(&bob.profile, id, String::new(), String::new(), false).unwrap().protection.encrypt);
}

#[test]
fn a_question_goes_to_nobody_when_it_is_doubtful_who_wrote() {
    let bob = person("bob");
    for from in [
        "\"service@bank.example\" <mallory@evil.example>",
        "alice@example.org, mallory@evil.example",
        "nobody at all",
        "alice@ехаmple.org",
        "Bob <bob@exarnple.org>",
    ] {
        let raw = format!("From: {from}\r\nSubject: x\r\n\r\nhello\r\n");
        let id = bob.receives(&RawMessage::new(raw.into_bytes()));
        let draft = ask(&bob.profile, id, "x".into(), "y".into(), false).unwrap();
        assert!(draft.to.is_empty() && bob.help_for(id).is_author_doubtful, "{from}");
        assert!(!draft.protection.encrypt, "there is nobody to encrypt for");
    }
}

#[test]
fn without_a_key_of_ones_own_no_certificate_is_promised() {
    let (alice, bob) = (person("alice"), person("bob"));
    for key in &bob.keys {
        bob.profile.store.remove_certificate(key).unwrap();
    }
    bob.profile.load_keyring(Vec::new()).unwrap();
    let id = bob.receives(&plain(&alice.me, "", "hello"));
    assert!(bob.help_for(id).own.is_empty());
    assert!(ask(&bob.profile, id, String::new(), String::new(), true).is_err());
}

#[test]
fn a_key_that_gpg_made_and_that_has_ended_is_renewed_and_gpg_agrees() {
    let home = tempfile::Builder::new().prefix("gpg").tempdir().unwrap();
    let gpg = |arguments: &[&str], input: &[u8]| {
        use std::io::Write as _;
        let common = ["--batch", "--pinentry-mode", "loopback", "--passphrase", "correct horse"];
        let mut command = Command::new("gpg");
        command.arg("--homedir").arg(home.path()).args(common).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let past = "20240101T000000";
    gpg(&["--faked-system-time", past, "--quick-gen-key", "bob <bob@example.org>", "default", "default", "30d"], b"");
    let listed = gpg(&["--with-colons", "--list-keys"], b"");
    let print = listed.lines().find(|line| line.starts_with("fpr")).unwrap().split(':').nth(9).unwrap().to_owned();
    gpg(&["--faked-system-time", past, "--quick-set-expire", &print, "30d", "*"], b"");
    let secret = gpg(&["--armor", "--export-secret-keys", &print], b"");

    let bob = person("bob");
    let report = bob.profile.import(secret.as_bytes(), &[]).unwrap().remove(0);
    let at = bob.profile.now();
    let before = bob.profile.keyring().report(&report.fingerprint, at).unwrap();
    assert!(before.problems.contains(&"expired".to_owned()) && !before.can_encrypt, "{before:?}");
    let locked = renew(&bob.profile, &report.fingerprint, None).unwrap_err();
    assert_eq!(locked.kind, FailureKind::WrongPassphrase);
    let after = renew(&bob.profile, &report.fingerprint, Some(&Secret::from("correct horse"))).unwrap();
    assert!(after.problems.is_empty() && after.can_sign && after.can_encrypt && after.has_secret, "{after:?}");

    gpg(&["--import"], &bob.profile.export(&report.fingerprint, false, None).unwrap());
    let listed = gpg(&["--with-colons", "--list-keys", &print], b"");
    for kind in ["pub", "sub"] {
        let line = listed.lines().find(|line| line.starts_with(kind)).unwrap();
        let fields: Vec<&str> = line.split(':').collect();
        let years = (fields[6].parse::<i64>().unwrap() - at.as_second()) / (365 * 24 * 3600);
        assert!(fields[1] != "e" && (1..=2).contains(&years), "{line}");
    }
    gpg(&["--trust-model", "always", "--encrypt", "--recipient", &print], b"to bob again");
    let _ = Command::new("gpgconf").arg("--homedir").arg(home.path()).args(["--kill", "all"]).status();
}

#[test]
fn a_certificate_in_an_object_that_is_no_message_is_read_all_the_same() {
    let (alice, bob) = (person("alice"), person("bob"));
    let certificate = alice.profile.keyring().smime.find(&alice.keys[1]).unwrap().clone();
    let pem = String::from_utf8(smime::export_pem(&certificate)).unwrap().replace('\n', "\r\n");
    let header = "Content-Type: application/octet-stream; name=alice.crt\r\n";
    let id = bob.receives(&plain(&alice.me, header, &pem));
    assert_eq!(bob.help_for(id).carried[0].fingerprint, Certificate::X509(certificate).fingerprint());
}

/// What the demo's engine answers to a wish, once something of it is what is waited for.
fn answer<T>(engine: &EngineHandle, wish: Wish, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
    engine.send(wish);
    let end = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while std::time::Instant::now() < end {
        match engine.try_next() {
            Some(Event::Failed(failure)) => panic!("{failure:?}"),
            Some(event) => {
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
            None => std::thread::sleep(std::time::Duration::from_millis(10)),
        }
    }
    panic!("nothing came");
}

#[test]
fn the_engine_carries_out_what_the_buttons_ask_for_and_shows_what_came_of_it() {
    let engine = start(&Start::Demo, || {}).unwrap();
    let rows = answer(&engine, Wish::ListKeys, |event| match event {
        Event::Mailbox(view) => Some(Arc::clone(&view.rows)),
        _ => None,
    });
    let id = rows[0].id;
    let draft = answer(
        &engine,
        Wish::Ask { message: id, subject: "About it".into(), text: "Hello".into(), attach: true },
        |event| match event {
            Event::Compose { draft, .. } => Some(draft),
            _ => None,
        },
    );
    assert_eq!((draft.text.as_str(), draft.attachments.len()), ("Hello", 2));
    let done = |event| match event {
        Event::Done { code, .. } => Some(code),
        _ => None,
    };
    assert_eq!(answer(&engine, Wish::FindCertificate(id), done), "certificate_not_found");
    // A certificate that came along with a message of the demo is kept, and the message is shown anew.
    let carried = rows.iter().find_map(|row| {
        let view = answer(&engine, Wish::OpenMessage(row.id), |event| match event {
            Event::Reading(view) if view.id == row.id => Some(view),
            _ => None,
        });
        view.help.carried.first().map(|report| (row.id, report.fingerprint.clone()))
    });
    let (message, fingerprint) = carried.expect("some message of the demo carries a certificate");
    let wish = Wish::KeepCertificate { message, fingerprint: fingerprint.clone() };
    assert_eq!(answer(&engine, wish, done), "certificate_kept");
    let shown = answer(&engine, Wish::OpenMessage(message), |event| match event {
        Event::Reading(view) if view.id == message => Some(view),
        _ => None,
    });
    assert!(shown.help.carried.iter().all(|report| report.fingerprint != fingerprint));
}
