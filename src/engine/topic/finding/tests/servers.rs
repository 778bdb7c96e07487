//! Key servers: publishing, confirming, finding, refreshing, next to gpg.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use sequoia_openpgp::parse::Parse as _;

use super::*;
use crate::engine::stateless::block_on;
use crate::net::Cancel;

fn settings(server: &KeyServer, allowed: &[LookUp]) -> FindingSettings {
    FindingSettings {
        vks: server.url(),
        hkp: vec![server.url()],
        allowed: allowed.iter().copied().collect(),
        ..FindingSettings::default()
    }
}

/// A reader clicks on the link in a confirmation mail.
fn click(server: &KeyServer, token: &str) {
    let url = format!("http://localhost:{}/verify/{token}", server.http);
    let url = url::Url::parse(&url).unwrap();
    let web = crate::net::web::Web::new(&[], Reach::Anywhere).unwrap();
    let schemes = crate::net::web::Schemes::HttpToo;
    let fetch = crate::net::web::Fetch { schemes, ..crate::net::web::Fetch::new(&url, 100) };
    block_on(web.fetch(&fetch)).unwrap().unwrap();
}

#[test]
fn an_address_is_found_at_a_verifying_server_only_after_its_owner_answered_the_mail() {
    let server = KeyServer::start();
    let (alice, bob) = (person("alice"), person("bob"));
    alice.believes(&server.root);
    bob.believes(&server.root);
    let (settings, means) = (settings(&server, &[]), Means::default());
    let find = || outcomes(&bob.finds(&settings, "alice@example.test", &[LookUp::Vks], &means));
    assert_eq!(find(), [Outcome::Nothing]);
    let view = block_on(publish(&alice.profile, &settings, &alice.key, LookUp::Vks, &means)).unwrap().unwrap();
    assert_eq!(view.unpublished, [alice.address()]);
    assert_eq!(find(), [Outcome::Nothing], "uploaded is not confirmed");
    let hers = [alice.address()];
    let confirmed = confirm(&alice.profile, &settings, &view, &hers, "ja", &means);
    let view = block_on(confirmed).unwrap().unwrap();
    assert_eq!((view.pending.as_slice(), view.unpublished.len()), (&[alice.address()][..], 0));
    let mails = server.mails();
    assert_eq!((mails.len(), mails[0][0].as_str(), mails[0][2].as_str()), (1, "alice@example.test", "ja"));
    assert_eq!(find(), [Outcome::Nothing], "asked is not answered");
    click(&server, &mails[0][1]);
    assert_eq!(find(), [Outcome::Found(1)]);
    let refused = block_on(publish(&bob.profile, &settings, &alice.key, LookUp::Vks, &means)).unwrap();
    assert_eq!(refused.unwrap_err().source, "not_an_own_key");
}

#[test]
fn gpg_finds_at_the_same_server_what_is_handed_to_it_and_what_gpg_sends_is_found_here() {
    let server = KeyServer::start();
    let (alice, bob) = (person("alice"), person("bob"));
    alice.believes(&server.root);
    bob.believes(&server.root);
    let (settings, means) = (settings(&server, &[]), Means::default());
    let view = block_on(publish(&alice.profile, &settings, &alice.key, LookUp::Hkp, &means)).unwrap().unwrap();
    assert_eq!(view.published, [alice.address()]);
    let home = tempfile::tempdir().unwrap();
    let gpg = |arguments: &[&str]| {
        let keyserver = format!("hkp://127.0.0.1:{}", server.http);
        let mut command = Command::new("gpg");
        command.arg("--homedir").arg(home.path()).args(["--batch", "--keyserver", &keyserver]).args(arguments);
        let output = command.output().expect("GnuPG is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    gpg(&["--recv-keys", alice.key.as_str()]);
    let listed = gpg(&["--with-colons", "--list-keys", "alice@example.test"]);
    assert!(String::from_utf8(listed).unwrap().contains(alice.key.as_str()));
    let generate =
        ["--passphrase", "", "--quick-generate-key", "Gina <gina@example.test>", "default", "default", "never"];
    gpg(&generate);
    let listed = String::from_utf8(gpg(&["--with-colons", "--list-keys", "gina@example.test"])).unwrap();
    let gina =
        listed.lines().find_map(|line| line.strip_prefix("fpr:::::::::")).unwrap().trim_end_matches(':').to_owned();
    gpg(&["--send-keys", &gina]);
    let search = bob.finds(&settings, "gina@example.test", &[LookUp::Hkp], &means);
    assert_eq!(search.found.iter().map(|found| found.report.fingerprint.as_str()).collect::<Vec<_>>(), [gina.as_str()]);
    let _ = Command::new("gpgconf").arg("--homedir").arg(home.path()).args(["--kill", "all"]).output();
}

#[test]
fn sq_gets_from_the_same_server_what_is_handed_to_it() {
    let server = KeyServer::start();
    let alice = person("alice");
    alice.believes(&server.root);
    let settings = settings(&server, &[]);
    block_on(publish(&alice.profile, &settings, &alice.key, LookUp::Hkp, &Means::default())).unwrap().unwrap();
    let url = format!("hkp://127.0.0.1:{}", server.http);
    let mut command = Command::new("sq");
    command.args(["keyserver", "--server", &url, "--policy", "insecure", "get", "--output", "-", alice.key.as_str()]);
    let mut output = command.output().expect("sq is installed");
    if !output.status.success() {
        // The policy stood before the server in older versions.
        let mut command = Command::new("sq");
        command.args(["keyserver", "--policy", "insecure", "--server", &url, "get", alice.key.as_str()]);
        output = command.output().unwrap();
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let got = sequoia_openpgp::Cert::from_bytes(&output.stdout).unwrap();
    assert_eq!(pgp::fingerprint(&got), alice.key);
}

#[test]
fn refreshing_asks_by_fingerprint_brings_withdrawals_and_loses_none_and_touches_no_secret() {
    let server = KeyServer::start();
    let (alice, bob, carol) = (person("alice"), person("bob"), person("carol"));
    for person in [&alice, &bob, &carol] {
        person.believes(&server.root);
    }
    let keep_of = |who: &Person| {
        let mut ring = Keyring::default();
        ring.pgp.add_cert((*who.cert()).clone().strip_secret_key_material());
        bob.profile.keep(&ring, None, "imported").unwrap();
    };
    keep_of(&alice);
    keep_of(&carol);
    let settings = settings(&server, &[LookUp::Hkp]);
    let means = Means::default();
    let refresh = |settings: &FindingSettings| {
        let (cancel, pause) = (Cancel::new(), Duration::ZERO);
        let work = refreshing::refresh_with_pauses(&bob.profile, settings, &means, &cancel, pause, |_, _| {});
        block_on(work).unwrap()
    };
    let refused = refresh(&FindingSettings { allowed: BTreeSet::new(), ..settings.clone() });
    assert_eq!(refused.unwrap_err().source, "nothing_allowed");
    assert_eq!(server.requests(), "", "nothing is asked that was not allowed");
    // Alice withdraws her key, and publishes that.
    let revocation: String = alice.profile.store.setting(&format!("revocation-{}", alice.key)).unwrap().unwrap();
    let mut withdrawn = (*alice.profile.keyring()).clone();
    withdrawn.add(revocation.as_bytes()).unwrap();
    alice.profile.keep(&withdrawn, None, "imported").unwrap();
    block_on(publish(&alice.profile, &settings, &alice.key, LookUp::Hkp, &means)).unwrap().unwrap();
    let before = bob.profile.store.certificates().unwrap().len();
    let done = refresh(&settings).unwrap();
    assert_eq!((done.asked, done.unanswered), (3, 0), "also one's own");
    assert_eq!((&done.changed, &done.revoked), (&vec![alice.key.clone()], &vec![alice.key.clone()]));
    let asked = server.requests();
    assert!(!asked.contains("%40") && !asked.contains("@example"), "no address is told: {asked}");
    for key in [&alice.key, &bob.key, &carol.key] {
        assert!(asked.contains(&format!("search=0x{key}")), "{asked}");
    }
    assert_eq!(bob.profile.store.certificates().unwrap().len(), before);
    let now = bob.profile.now();
    let is_revoked = |of: &Person| bob.profile.keyring().report(&of.key, now).unwrap().is_revoked;
    assert!(is_revoked(&alice) && !is_revoked(&carol));
    assert!(bob.cert().is_tsk());
    // An older state that is found later does not undo it.
    let old = FoundCertificate {
        report: pgp::report(&carol.profile.keyring().pgp.find(&carol.key).unwrap().clone(), now),
        source: ProvenanceSource::Hkp,
        place: "localhost".to_owned(),
        is_kept: false,
        content: RawMessage::new(pgp::binary_public(&carol.cert())),
    };
    keep(&bob.profile, &old).unwrap();
    keep_of(&person_as(&alice));
    assert!(is_revoked(&alice));
    assert_eq!(bob.profile.store.provenance(&alice.key).unwrap()[0].source, ProvenanceSource::Hkp);
}

/// The same person as she was before she withdrew her key.
fn person_as(alice: &Person) -> Person {
    let other = person("alice");
    let cert = (*alice.cert()).clone();
    let packets = cert.into_tsk().into_packets().filter(|packet| {
        !matches!(packet, sequoia_openpgp::Packet::Signature(one) if one.typ() == sequoia_openpgp::types::SignatureType::KeyRevocation)
    });
    let packets: Vec<_> = packets.collect();
    let unrevoked = sequoia_openpgp::Cert::from_packets(packets.into_iter()).unwrap();
    let mut ring = Keyring::default();
    ring.pgp.add_cert(unrevoked);
    other.profile.keep(&ring, None, "imported").unwrap();
    assert!(!other.profile.keyring().report(&alice.key, other.profile.now()).unwrap().is_revoked);
    Person { key: alice.key.clone(), ..other }
}

#[test]
fn an_update_that_was_flooded_brings_the_withdrawal_and_what_is_said_by_those_at_hand() {
    use crate::crypto::pgp::tests::flooding::{concat, forged, on_user_id, packets, vouch, with};
    use crate::crypto::pgp::tests::{person as someone, public};
    let server = KeyServer::start();
    let bob = person("bob");
    bob.believes(&server.root);
    let [alice, carol, dave, mallory] = ["Alice", "Carol", "Dave", "Mallory"].map(someone);
    let (of_carol, of_dave) = (vouch(&carol, &alice), vouch(&dave, &alice));
    let mut ring = Keyring::default();
    ring.pgp.add_cert(public(&alice).insert_packets([of_dave.clone()]).unwrap().0);
    ring.pgp.add_cert(public(&carol));
    bob.profile.keep(&ring, None, "imported").unwrap();
    // She withdrew her key, carol certified it, and mallory put thousands of signatures before both: strangers', and
    // such as say that they are hers and carol's.
    let key = alice.primary_key().key().clone().parts_into_secret().unwrap();
    let reason = sequoia_openpgp::types::ReasonForRevocation::KeyRetired;
    let withdrawal = alice.revoke(&mut key.into_keypair().unwrap(), reason, b"").unwrap();
    let binding = alice.userids().next().unwrap().self_signatures().next().unwrap().clone();
    let heap = [&vouch(&mallory, &alice), &of_carol, &binding].map(|one| concat(forged(one, 3_000))).concat();
    let last = [packets(std::slice::from_ref(&of_carol)), packets(&[withdrawal])].concat();
    let flooded = with(&public(&alice), &heap, &last);
    // With a checksum: GnuPG, which reads it at the server, does not find the end of an armor without.
    let kind = sequoia_openpgp::armor::Kind::PublicKey;
    let mut writer = sequoia_openpgp::armor::Writer::new(Vec::new(), kind).unwrap();
    std::io::Write::write_all(&mut writer, &flooded).unwrap();
    let armored = String::from_utf8(writer.finalize().unwrap()).unwrap();
    let web = crate::net::web::Web::new(&bob.profile.server_roots(), Reach::Anywhere).unwrap();
    let url = url::Url::parse(&server.url()).unwrap();
    block_on(crate::net::hkp::submit(&web, &url, &armored)).unwrap().unwrap();
    let (settings, means) = (settings(&server, &[LookUp::Hkp]), Means::default());
    let (cancel, pause) = (Cancel::new(), Duration::ZERO);
    let work = refreshing::refresh_with_pauses(&bob.profile, &settings, &means, &cancel, pause, |_, _| {});
    let done = block_on(work).unwrap().unwrap();
    assert_eq!(done.revoked, [pgp::fingerprint(&alice)]);
    let keyring = bob.profile.keyring();
    let kept = on_user_id(keyring.pgp.find(&pgp::fingerprint(&alice)).unwrap());
    for wanted in [of_carol, of_dave] {
        assert!(kept.iter().any(|one| one.normalized_eq(&wanted)));
    }
    assert!(kept.len() <= 520, "{}", kept.len());
}

#[test]
fn refreshing_stops_when_it_is_told_to() {
    let server = KeyServer::start();
    let bob = person("bob");
    bob.believes(&server.root);
    let settings = settings(&server, &[LookUp::Hkp]);
    let cancel = Cancel::new();
    cancel.cancel();
    let means = Means::default();
    let work = refreshing::refresh_with_pauses(&bob.profile, &settings, &means, &cancel, Duration::ZERO, |_, _| {});
    let done = block_on(work).unwrap().unwrap();
    assert!(done.is_cancelled && done.asked == 0);
    assert_eq!(server.requests(), "");
}

#[test]
fn only_servers_with_tls_can_be_named() {
    let bob = person("bob");
    let with = |change: &dyn Fn(&mut FindingSettings)| {
        let mut settings = FindingSettings::default();
        change(&mut settings);
        settings.save(&bob.profile).map_err(|failure| failure.subject)
    };
    assert!(FindingSettings::of(&bob.profile).allowed.is_empty(), "nothing is asked before it is allowed");
    assert_eq!(with(&|one| one.hkp = vec!["hkp://keys.example.org".into()]), Err("hkp://keys.example.org".into()));
    assert_eq!(with(&|one| one.vks = "http://keys.example.org".into()), Err("http://keys.example.org".into()));
    assert_eq!(with(&|one| one.ldap = vec!["ldap.example.org".into()]), Err("ldap.example.org".into()));
    assert_eq!(with(&|one| one.ldap = vec!["ldaps://ldap.example.org/dc=org".into()]), Ok(()));
}
