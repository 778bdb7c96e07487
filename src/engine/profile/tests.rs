use sequoia_openpgp::packet::UserID;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::types::SignatureType;

use crate::crypto::Certificate;
use crate::domain::{EmailAddress, Mailbox, RawMessage};
use crate::engine::view::AccountForm;
use crate::engine::{account, network};
use crate::store::MessageFlags;
use crate::trust::{self, TrustVerdict};

use super::*;

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

/// Mallory's certificate as she gives it, and with bob's address, which she adds later.
fn mallorys() -> (Fingerprint, Vec<u8>, Vec<u8>) {
    let made = pgp::generate("Mallory", &address("mallory@example.test"), None, Timestamp::now()).unwrap();
    let before = made.cert.as_ref().clone();
    let mut pair = before.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let claim = UserID::from("Bob <bob@example.test>");
    let binding = claim.bind(&mut pair, &before, SignatureBuilder::new(SignatureType::PositiveCertification)).unwrap();
    let after = before.clone().insert_packets([sequoia_openpgp::Packet::from(claim), binding.into()]).unwrap().0;
    (pgp::fingerprint(&before), pgp::armored_public(&before), pgp::armored_public(&after))
}

fn verdict(profile: &Profile, fingerprint: &Fingerprint, who: &str) -> TrustVerdict {
    let policy = profile.policy(Timestamp::now() + jiff::SignedDuration::from_secs(5)).unwrap();
    let keyring = profile.keyring();
    let cert = Certificate::Pgp(keyring.pgp.find(fingerprint).unwrap().clone());
    trust::judge(&cert, &[], Some(&address(who)), &keyring, &policy).verdict
}

#[test]
fn an_address_that_is_merged_into_a_compared_certificate_is_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), None).unwrap();
    let (fingerprint, before, after) = mallorys();
    profile.import(&before, &[]).unwrap();
    profile.compare(&fingerprint).unwrap();
    profile.import(&after, &[]).unwrap();
    assert_eq!(verdict(&profile, &fingerprint, "mallory@example.test"), TrustVerdict::Authenticated);
    assert_eq!(verdict(&profile, &fingerprint, "bob@example.test"), TrustVerdict::Mismatch);
    profile.compare(&fingerprint).unwrap();
    assert_eq!(verdict(&profile, &fingerprint, "bob@example.test"), TrustVerdict::Authenticated);
}

#[test]
fn trust_of_an_older_profile_is_for_the_addresses_that_were_there_when_it_was_first_opened() {
    let dir = tempfile::tempdir().unwrap();
    let key = ProfileKey::generate().unwrap();
    let open = || Profile::with(dir.path(), Store::open(dir.path(), &key).unwrap(), &key, None, None).unwrap();
    let (fingerprint, before, after) = mallorys();
    let profile = open();
    profile.import(&before, &[]).unwrap();
    // As a version wrote it that kept the fingerprint alone.
    profile.store.set_trust(&fingerprint, TrustKind::Direct, true).unwrap();
    drop(profile);
    let profile = open();
    profile.import(&after, &[]).unwrap();
    drop(profile);
    let profile = open();
    assert_eq!(verdict(&profile, &fingerprint, "mallory@example.test"), TrustVerdict::Authenticated);
    assert_eq!(verdict(&profile, &fingerprint, "bob@example.test"), TrustVerdict::Mismatch);
}

#[test]
fn certificates_are_read_only_when_they_are_needed_and_are_the_same_then() {
    let dir = tempfile::tempdir().unwrap();
    let key = ProfileKey::generate().unwrap();
    let open = || Profile::with(dir.path(), Store::open(dir.path(), &key).unwrap(), &key, None, None).unwrap();
    let profile = open();
    let made =
        |name: &str| pgp::generate(name, &address(&format!("{name}@example.test")), None, Timestamp::now()).unwrap();
    let (bob, own) = (made("bob"), made("alice"));
    let carol = smime::generate_self_signed("Carol", &address("carol@example.test"), Timestamp::now()).unwrap();
    profile.import(&pgp::armored_public(&bob.cert), &[]).unwrap();
    profile.import(&pgp::armored_secret(&own.cert), &[]).unwrap();
    profile.import(&smime::export_pem(&carol.certificate), &[]).unwrap();
    let at = profile.now();
    let mut before = profile.reports(at);
    drop(profile);
    let profile = open();
    let keyring = profile.keyring();
    let mut after = profile.reports(at);
    for reports in [&mut before, &mut after] {
        reports.sort_by_key(|report| report.fingerprint.clone());
    }
    assert_eq!(before, after);
    assert_eq!(keyring.pgp.own().count(), 1);
    assert_eq!(keyring.naming(&address("bob@example.test")).len(), 1);
    let read = keyring.pgp.find(&pgp::fingerprint(&bob.cert)).unwrap();
    assert_eq!(**read, (*bob.cert).clone().strip_secret_key_material());
    assert_eq!(keyring.smime.find(&carol.certificate.fingerprint).unwrap().der, carol.certificate.der);
    assert_eq!(keyring.smime.for_encryption(&address("carol@example.test"), at).len(), 1);
    // What is forgotten is found no more, neither now nor later.
    profile.remove(&pgp::fingerprint(&bob.cert)).unwrap();
    assert!(profile.keyring().naming(&address("bob@example.test")).is_empty());
    profile.load_keyring(Vec::new()).unwrap();
    assert_eq!((profile.keyring().pgp.len(), profile.keyring().smime.len()), (1, 1));
}

#[test]
fn a_revocation_that_comes_later_is_in_the_list_at_once_and_after_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let key = ProfileKey::generate().unwrap();
    let open = || Profile::with(dir.path(), Store::open(dir.path(), &key).unwrap(), &key, None, None).unwrap();
    let made = pgp::generate("Bob", &address("bob@example.test"), None, Timestamp::now()).unwrap();
    let profile = open();
    profile.import(&pgp::armored_public(&made.cert), &[]).unwrap();
    drop(profile);
    let profile = open();
    let mut withdrawn = pgp::PgpRing::default();
    withdrawn.add(&pgp::armored_public(&made.cert)).unwrap();
    withdrawn.withdraw(&made.revocation).unwrap();
    profile.import(&pgp::armored_public(&withdrawn.certs()[0]), &[]).unwrap();
    let later = Timestamp::now() + jiff::SignedDuration::from_secs(5);
    assert!(profile.reports(later)[0].is_revoked);
    drop(profile);
    assert!(open().reports(later)[0].is_revoked);
}

#[test]
fn summaries_of_another_version_are_made_anew_and_what_can_not_be_read_stands_in_nobodys_way() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), None).unwrap();
    let bob = pgp::generate("Bob", &address("bob@example.test"), None, Timestamp::now()).unwrap().cert;
    profile.import(&pgp::armored_public(&bob), &[]).unwrap();
    let fingerprint = pgp::fingerprint(&bob);
    let kept = profile.store.certificates().unwrap();
    profile.store.put_summaries(&[(&kept[0], "{}".to_owned())]).unwrap();
    let broken = crate::store::CertificateRecord {
        technology: Technology::OpenPgp,
        fingerprint: Fingerprint::from_bytes(&[7; 20]),
        bytes: b"nothing".to_vec(),
        has_secret: false,
        added_at: Timestamp::now(),
        origin: "imported".to_owned(),
    };
    profile.store.put_certificate(&broken).unwrap();
    profile.load_keyring(Vec::new()).unwrap();
    assert_eq!(profile.keyring().pgp.len(), 1);
    assert!(profile.keyring().pgp.find(&fingerprint).is_some());
    assert_eq!(profile.store.summaries().unwrap().len(), 2);
    assert!(profile.store.unsummarised(10).unwrap().is_empty());
}

#[test]
fn the_policy_is_read_again_when_the_trust_changes_and_only_then() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), None).unwrap();
    let (fingerprint, before, _) = mallorys();
    profile.import(&before, &[]).unwrap();
    let stamp = profile.policy_stamp().unwrap();
    profile.store.set_setting("zoom", &120).unwrap();
    assert_eq!(profile.policy_stamp().unwrap(), stamp);
    profile.compare(&fingerprint).unwrap();
    assert_ne!(profile.policy_stamp().unwrap(), stamp);
    assert!(profile.policy(profile.now()).unwrap().direct.contains_key(&fingerprint));
    profile.store.set_trust(&fingerprint, TrustKind::Direct, false).unwrap();
    assert!(profile.policy(profile.now()).unwrap().direct.is_empty());
}

/// Mallory gives alice "bob's certificate", with its secret key in the file.
#[test]
fn a_secret_key_in_a_file_makes_nobody_of_its_name_believed() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), None).unwrap();
    let record = |address: &str| crate::store::AccountRecord { address: address.into(), ..Default::default() };
    profile.store.save_account(&record("alice@example.test")).unwrap();
    for who in ["bob@example.test", "alice@example.test"] {
        let is_mine = who.starts_with("alice");
        let made = pgp::generate("Somebody", &address(who), None, Timestamp::now()).unwrap();
        profile.import(&pgp::armored_secret(&made.cert), &[]).unwrap();
        let fingerprint = pgp::fingerprint(&made.cert);
        assert!(profile.keyring().pgp.own().any(|own| pgp::fingerprint(own) == fingerprint));
        assert_eq!(verdict(&profile, &fingerprint, who) == TrustVerdict::Authenticated, is_mine, "{who}");
    }
    // What was made here, and what has become an address of an account, is the user's own.
    let here = profile.generate(Technology::OpenPgp, "Alice", "old@example.test", None).unwrap();
    assert_eq!(verdict(&profile, &here, "old@example.test"), TrustVerdict::Authenticated);
    let before = profile.policy_stamp().unwrap();
    profile.store.save_account(&record("bob@example.test")).unwrap();
    assert_ne!(profile.policy_stamp().unwrap(), before);
}

#[test]
fn another_address_of_ones_own_has_the_rows_judged_anew() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), None).unwrap();
    let mut form = AccountForm {
        address: "alice@example.test".into(),
        smtp_host: "mail.example.test".into(),
        smtp_port: 587,
        imap_host: "mail.example.test".into(),
        imap_port: 993,
        ..AccountForm::default()
    };
    form.id = Some(account::save(&profile, &form, false).unwrap());
    let inbox = profile.store.folders().unwrap()[0].id;
    let raw = RawMessage::new(b"From: bob@example.test\r\n\r\nHello\r\n".to_vec());
    let message = network::new_message(&raw, None, MessageFlags::default(), None);
    let id = profile.store.add_message(inbox, &message).unwrap().unwrap();
    let is_judged_anew = |change: &mut dyn FnMut()| {
        profile.store.set_headline(id, "not_encrypted", "unauthenticated").unwrap();
        change();
        profile.store.row(id).unwrap().1.lock.is_none()
    };
    form.smtp_port = 465;
    let save = |form: &AccountForm| account::save(&profile, form, false).unwrap();
    assert!(!is_judged_anew(&mut || _ = save(&form)), "no address");
    form.identities = vec![Mailbox::new("Alice", "office@example.test")];
    assert!(is_judged_anew(&mut || _ = save(&form)));
    let second = AccountForm { id: None, address: "bob@example.test".into(), ..form.clone() };
    let mut added = 0;
    assert!(is_judged_anew(&mut || added = save(&second)));
    assert!(is_judged_anew(&mut || drop(account::remove(&profile, added).unwrap())));
}
