use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::crypto::{Certificate, pgp, smime};
use crate::domain::Technology;
use crate::engine::SecretsIn;
use crate::trust::{self, TrustVerdict};

fn days(number: i64) -> SignedDuration {
    SignedDuration::from_hours(number * 24)
}

fn now() -> Timestamp {
    "2026-11-28T12:00:00Z".parse().unwrap()
}

/// A profile that stands at a moment.
fn profile(at: Timestamp) -> (tempfile::TempDir, Profile) {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(folder.path(), Some(at)).unwrap();
    (folder, profile)
}

fn dora(kind: KeyKind) -> NewKeys {
    let smime = NewCertificate { kind, is_separate: false, from: CertificateFrom::Itself };
    NewKeys { smime: Some(smime), ..NewKeys::both("Dora", "dora@example.test") }
}

fn family() -> NewAuthority {
    NewAuthority {
        name: "Family".to_owned(),
        organisation: String::new(),
        kind: KeyKind::P256,
        path_length: 0,
        days: AUTHORITY_DAYS,
        list_url: String::new(),
        passphrase: None,
    }
}

#[test]
fn a_step_that_fails_leaves_nothing_behind() {
    let (_folder, profile) = profile(now());
    let from = CertificateFrom::Authority(Fingerprint::from_bytes(&[7; 32]));
    let smime = Some(NewCertificate { kind: KeyKind::P256, is_separate: true, from });
    let failure = make(&profile, &NewKeys { smime, ..dora(KeyKind::P256) }).unwrap_err();
    assert_eq!((failure.kind, failure.source.as_str()), (FailureKind::Input, "unknown_authority"));
    assert!(view(&profile).unwrap().keys.is_empty(), "the OpenPGP key of the same step was made first");
    for wrong in [NewKeys { openpgp: Some(KeyKind::P256), ..dora(KeyKind::P256) }, dora(KeyKind::V6)] {
        assert_eq!(make(&profile, &wrong).unwrap_err().source, "kind_of_other_technology");
    }
    assert_eq!(
        make(&profile, &NewKeys { address: "nobody".into(), ..dora(KeyKind::P256) }).unwrap_err().source,
        "bad_address"
    );
    assert!(view(&profile).unwrap().keys.is_empty());
}

#[test]
fn what_ends_is_said_before_and_no_more_once_it_is_renewed() {
    let (_folder, profile) = profile(now());
    make(&profile, &dora(KeyKind::P256)).unwrap();
    let fresh = view(&profile).unwrap();
    assert!(fresh.ending.is_empty() && fresh.keys.iter().all(|key| !key.is_due && key.days_left == Some(730)));

    let (_folder, mut profile) = self::profile(now());
    make(&profile, &NewKeys { days: Some(40), ..dora(KeyKind::P256) }).unwrap();
    let soon = view(&profile).unwrap();
    assert_eq!(soon.ending.iter().map(|one| (one.is_own, one.days_left)).collect::<Vec<_>>(), [(true, 40); 2]);
    // A later second than that of the first signatures, whatever the system's clock says.
    profile.fixed_at = Some(now() + SignedDuration::from_secs(120));
    for key in &soon.keys {
        assert!(key.is_due);
        assert!(matches!(renew(&profile, &Renewal::of(&key.report.fingerprint)), Ok(Renewed::Certificate(_))));
    }
    let later = view(&profile).unwrap();
    assert!(later.ending.is_empty(), "{:?}", later.ending);
    let smime: Vec<_> = later.keys.iter().filter(|key| key.report.technology == Technology::Smime).collect();
    assert_eq!(smime.iter().map(|key| key.is_succeeded).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_correspondents_end_is_watched_unless_there_is_a_newer_key() {
    let (_folder, profile) = profile(now());
    let address = EmailAddress::parse("bob@example.test").unwrap();
    let add = |lasting: i64, kind| {
        let key = pgp::NewKey { name: "Bob", address: &address, kind, lifetime: Some(days(lasting)), passphrase: None };
        let made = pgp::make(&key, now()).unwrap();
        profile.import(&pgp::armored_public(&made.cert), &[]).unwrap();
    };
    add(20, KeyKind::V4);
    let ending = view(&profile).unwrap().ending;
    assert_eq!(ending.iter().map(|one| (one.is_own, one.days_left)).collect::<Vec<_>>(), [(false, 20)]);
    assert_eq!(ending[0].whose, "bob@example.test");
    add(400, KeyKind::V6);
    assert!(view(&profile).unwrap().ending.is_empty());
}

#[test]
fn no_renewal_and_no_withdrawal_takes_away_a_secret_that_opens_old_mail() {
    let (_folder, profile) = profile(now());
    let made = create_authority(&profile, &family()).unwrap();
    let from = CertificateFrom::Authority(made.fingerprint);
    let wanted = NewKeys {
        smime: Some(NewCertificate { kind: KeyKind::P256, is_separate: true, from }),
        passphrase: Some(Secret::from("swordfish")),
        ..dora(KeyKind::P256)
    };
    make(&profile, &wanted).unwrap();
    let keyring = profile.keyring();
    let cert = keyring.pgp.own().next().unwrap().clone();
    let encryption = keyring.smime.for_encryption(&EmailAddress::parse("dora@example.test").unwrap(), now()).remove(0);
    let pgp_mail = pgp::encrypt(b"old", std::slice::from_ref(&cert), None, &[], now()).unwrap();
    let options = smime::EncryptOptions::default();
    let smime_mail = smime::encrypt(b"old", std::slice::from_ref(&encryption), options, now()).unwrap();
    let passphrase = Some(Secret::from("swordfish"));
    let opens = |what: &str| {
        // As after a restart: from what is in the store.
        profile.load_keyring(vec![Secret::from("swordfish")]).unwrap();
        let keyring = profile.keyring();
        let opened = pgp::decrypt(&pgp_mail, &keyring.pgp, &keyring.passphrases, now(), 1 << 20);
        assert_eq!(opened.outcome.unwrap().plaintext, b"old", "{what}");
        let opened = smime::decrypt(&smime_mail, &keyring.smime, &keyring.passphrases, 1 << 20);
        assert_eq!(opened.outcome.unwrap().plaintext, b"old", "{what}");
    };
    opens("at first");
    let mut fingerprint = encryption.fingerprint.clone();
    for keeps_key in [true, false] {
        let wanted = Renewal { keeps_key, passphrase: passphrase.clone(), ..Renewal::of(&fingerprint) };
        let Ok(Renewed::Certificate(report)) = renew(&profile, &wanted) else { panic!("it is renewed") };
        assert!(report.can_encrypt && !report.can_sign, "for the same use");
        fingerprint = report.fingerprint;
        opens("renewed");
    }
    let own = pgp::fingerprint(&cert);
    renew(&profile, &Renewal { passphrase: passphrase.clone(), ..Renewal::of(&own) }).unwrap();
    opens("extended");
    for (fingerprint, reason) in
        [(own, RevocationReason::Compromised), (encryption.fingerprint.clone(), RevocationReason::Superseded)]
    {
        let passphrase = passphrase.clone();
        let wanted = Withdrawal { fingerprint, reason, text: String::new(), passphrase, uses_kept: false };
        revoke(&profile, &wanted).unwrap();
        opens("withdrawn");
    }
    // A key under a passphrase of its own never leaves it by being renewed.
    for own in Profile::keyring(&profile).smime.own().iter().filter(|own| !own.certificate.is_authority()) {
        let kept = profile.store.smime_secret(&own.certificate.fingerprint).unwrap().unwrap();
        let mut ring = smime::SmimeRing::default();
        let brought = ring.add(&kept, std::slice::from_ref(profile.key_passphrase())).unwrap();
        assert!(brought[0].report.is_locked, "the profile alone does not open it");
    }
}

#[test]
fn an_answer_finds_the_key_that_waits_and_nothing_else_does() {
    let (_one, asks) = profile(now());
    let (_two, answers) = profile(now());
    create_authority(&answers, &family()).unwrap();
    let smime = NewCertificate { kind: KeyKind::P256, is_separate: true, from: CertificateFrom::Request };
    let made = make(&asks, &NewKeys { openpgp: None, smime: Some(smime), ..dora(KeyKind::P256) }).unwrap();
    assert_eq!((made.fingerprints.len(), made.requests.len()), (0, 2));
    // What opens them lies beside them, and so in a backup, which does not hold the profile's own secret.
    for one in asks.store.waiting_keys().unwrap() {
        let opens = |passphrase: &Secret<String>| {
            smime::SmimeRing::default().add(&one.secret, std::slice::from_ref(passphrase)).is_ok()
        };
        assert!(opens(&Secret::new(one.passphrase.clone().unwrap())) && !opens(asks.key_passphrase()));
    }
    let issued = |request: &WaitingKey| {
        let to = To::Request(RawMessage::new(request.request.clone()));
        issue(&answers, &Issued { authority: None, to, days: 365, passphrase: None }).unwrap()
    };
    // Somebody else's certificate answers nothing.
    let (_three, other) = profile(now());
    make(&other, &dora(KeyKind::P256)).unwrap();
    let theirs = view(&other).unwrap().keys.into_iter().find(|key| key.report.technology == Technology::Smime).unwrap();
    asks.import(&other.export(&theirs.report.fingerprint, false, None).unwrap(), &[]).unwrap();
    assert_eq!((view(&asks).unwrap().waiting.len(), view(&asks).unwrap().keys.len()), (2, 0));
    for (left, request) in [(1, &made.requests[0]), (0, &made.requests[1])] {
        let (answer, report) = issued(request);
        let taken = asks.import(&answer, &[]).unwrap();
        let own = taken.iter().find(|one| one.fingerprint == report.fingerprint).unwrap();
        assert!(own.has_secret && !own.is_locked);
        assert_eq!(view(&asks).unwrap().waiting.len(), left);
    }
    let uses: Vec<_> = view(&asks).unwrap().keys.iter().map(|key| key.usage).collect();
    assert_eq!(uses, [Some(KeyUse::Signing), Some(KeyUse::Encryption)]);
    // The profile that issued them has them as anybody's.
    assert!(view(&answers).unwrap().keys.is_empty());
    assert_eq!(view(&answers).unwrap().authorities[0].issued.len(), 2);
}

#[test]
fn what_the_own_authority_withdraws_is_believed_no_more_at_once() {
    let (_folder, profile) = profile(now());
    create_authority(&profile, &family()).unwrap();
    let to = To::Person {
        name: "Erin".into(),
        address: "erin@example.test".into(),
        kind: KeyKind::P256,
        usage: KeyUse::Both,
        file_passphrase: Secret::from("swordfish"),
        form: Pkcs12Form::Modern,
    };
    let (_, report) = issue(&profile, &Issued { authority: None, to, days: 365, passphrase: None }).unwrap();
    let verdict = || {
        let keyring = profile.keyring();
        let certificate = Certificate::X509(keyring.smime.find(&report.fingerprint).unwrap().clone());
        let policy = profile.policy(now()).unwrap();
        trust::judge(&certificate, &[], report.addresses.first(), &keyring, &policy).verdict
    };
    assert_eq!(verdict(), TrustVerdict::Authenticated);
    let serial = view(&profile).unwrap().authorities[0].issued[0].serial.clone();
    revoke_issued(&profile, None, &serial, RevocationReason::Compromised, None).unwrap();
    assert_eq!(verdict(), TrustVerdict::Revoked);
}

#[test]
fn a_number_of_a_list_is_never_used_twice() {
    let (_folder, profile) = profile(now());
    let made = create_authority(&profile, &family()).unwrap();
    let numbers: Vec<u32> = (0..3)
        .map(|_| {
            publish(&profile, None, LIST_DAYS, None).unwrap();
            lists(&profile, &made.fingerprint).unwrap().unwrap().list_number
        })
        .collect();
    assert_eq!(numbers, [2, 3, 4], "the first was made with the authority");
}

#[test]
fn each_key_says_whether_it_is_in_the_last_backup_and_a_later_one_is_not() {
    use crate::engine::topic::backup::{self, Protection};
    let (folder, profile) = profile(now());
    make(&profile, &dora(KeyKind::P256)).unwrap();
    create_authority(&profile, &family()).unwrap();
    let when = |profile: &Profile| {
        let view = view(profile).unwrap();
        let keys = view.keys.iter().map(|key| (key.place.clone(), key.backed_up_at.is_some()));
        let authorities = view.authorities.iter().map(|one| (KeyPlace::Here, one.backed_up_at.is_some()));
        keys.chain(authorities).collect::<Vec<_>>()
    };
    assert_eq!(when(&profile), [(KeyPlace::Here, false), (KeyPlace::Here, false), (KeyPlace::Here, false)]);
    let words = Protection::Passphrase(Secret::from("a long passphrase for a backup"));
    backup::make(&profile, &folder.path().join("backup.pgp"), &words, false).unwrap();
    assert_eq!(when(&profile), [(KeyPlace::Here, true), (KeyPlace::Here, true), (KeyPlace::Here, true)]);
    make(&profile, &NewKeys { smime: None, ..NewKeys::both("Dora", "dora@work.test") }).unwrap();
    assert_eq!(when(&profile).iter().filter(|(_, is_backed_up)| !is_backed_up).count(), 1, "the new one");
}

#[test]
fn an_authority_whose_key_is_closed_says_so_and_issues_with_its_passphrase_alone() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = SecretsIn::File(Secret::from("of the profile"));
    let open = || Profile::open(&folder.path().join("profile"), &secrets).unwrap();
    let passphrase = Secret::from("swordfish");
    let first = open();
    let wanted = NewAuthority { passphrase: Some(passphrase.clone()), ..family() };
    let report = create_authority(&first, &wanted).unwrap();
    assert!(!view(&first).unwrap().authorities[0].needs_passphrase, "it was typed in this session");
    drop(first);
    let profile = open();
    assert!(view(&profile).unwrap().authorities[0].needs_passphrase);
    let to = To::Person {
        name: "Bob".to_owned(),
        address: "bob@example.test".to_owned(),
        kind: KeyKind::P256,
        usage: KeyUse::Both,
        file_passphrase: Secret::from("for the file"),
        form: Pkcs12Form::Modern,
    };
    let wanted = |passphrase| Issued {
        authority: Some(report.fingerprint.clone()),
        to: to.clone(),
        days: LIFETIME_DAYS,
        passphrase,
    };
    let failure = issue(&profile, &wanted(None)).unwrap_err();
    assert_eq!(failure.kind, FailureKind::WrongPassphrase);
    issue(&profile, &wanted(Some(passphrase.clone()))).unwrap();
    // For a request that somebody made, as the window does it.
    let made = make(
        &profile,
        &NewKeys {
            openpgp: None,
            smime: Some(NewCertificate { kind: KeyKind::P256, is_separate: false, from: CertificateFrom::Request }),
            ..NewKeys::both("Carol", "carol@example.test")
        },
    )
    .unwrap();
    let (request, file) = (folder.path().join("request.pem"), folder.path().join("carol.pem"));
    write_requests(&made.requests, &request).unwrap();
    let command = |passphrase| OwnKeysCommand::IssueForFile {
        authority: report.fingerprint.clone(),
        request: request.clone(),
        passphrase,
        to: file.clone(),
    };
    assert_eq!(carry_out_long(&profile, command(None)).unwrap_err().kind, FailureKind::WrongPassphrase);
    assert!(!file.exists());
    carry_out_long(&profile, command(Some(passphrase))).unwrap();
    assert!(file.exists());
}
