//! What a domain publishes itself: Web Key Directory and DNS.

use std::fmt::Write as _;

use super::*;

const ADVANCED: &str = "openpgpkey.example.test/.well-known/openpgpkey/example.test/hu";

fn zones(records: &[(&str, &str)]) -> SignedDns {
    let web = [
        ("example.test", "openpgpkey A 127.0.0.1"),
        ("example.test", "@ A 127.0.0.1"),
        ("direct.test", "@ A 127.0.0.1"),
    ];
    SignedDns::start(&[&web[..], records].concat())
}

#[test]
fn what_one_person_exports_as_a_directory_another_one_finds_by_either_method() {
    let (server, dns) = (KeyServer::start(), zones(&[]));
    let (alice, bob) = (person("alice"), person("bob"));
    bob.believes(&server.root);
    write_directory(&alice.profile, &alice.key, &server.www()).unwrap();
    let (ways, settings) = ([LookUp::Wkd], FindingSettings::default());
    let search = bob.finds(&settings, "Alice@example.test", &ways, &means(Some(&dns), server.https));
    assert_eq!(outcomes(&search), [Outcome::Found(1)]);
    let [found] = search.found.as_slice() else { panic!("{search:?}") };
    assert_eq!(
        (&found.report.fingerprint, found.source, found.place.as_str()),
        (&alice.key, ProvenanceSource::Wkd, "example.test")
    );
    assert!(!found.is_kept && !found.report.has_secret);
    let asked = server.requests();
    let name = crate::net::wkd::name(&alice.address());
    assert_eq!(asked, format!("GET openpgpkey.example.test/.well-known/openpgpkey/example.test/hu/{name}?l=Alice\n"));
    // Where there is no host for it, the domain itself is asked.
    let direct = certificate(&["Dora <dora@direct.test>"]);
    let dora = EmailAddress::parse("dora@direct.test").unwrap();
    let path = format!(".well-known/openpgpkey/hu/{}", crate::net::wkd::name(&dora));
    server.put("direct.test", &path, &pgp::binary_public(&direct));
    let search = bob.finds(&settings, "dora@direct.test", &ways, &means(Some(&dns), server.https));
    assert_eq!(outcomes(&search), [Outcome::Found(1)]);
    let search = bob.finds(&settings, "nobody@example.test", &ways, &means(Some(&dns), server.https));
    assert_eq!(outcomes(&search), [Outcome::Nothing]);
    let search = bob.finds(&settings, "a@unsigned.test", &ways, &means(Some(&dns), server.https));
    assert_eq!(outcomes(&search), no(NoAnswer::NoSuchHost));
}

#[test]
fn a_domain_speaks_for_its_own_addresses_alone_and_gives_no_secret() {
    let (server, dns, bob) = (KeyServer::start(), zones(&[]), person("bob"));
    bob.believes(&server.root);
    let cert = certificate(&["Mallory <mallory@example.test>", "Victim <victim@other.test>"]);
    let mallory = EmailAddress::parse("mallory@example.test").unwrap();
    let path = format!("{ADVANCED}/{}", crate::net::wkd::name(&mallory));
    let (host, path) = path.split_once('/').unwrap();
    server.put(host, path, &pgp::armored_secret(&cert));
    let means = means(Some(&dns), server.https);
    let search = bob.finds(&FindingSettings::default(), "mallory@example.test", &[LookUp::Wkd], &means);
    let [found] = search.found.as_slice() else { panic!("{search:?}") };
    keep(&bob.profile, found).unwrap();
    let kept = bob.profile.keyring().pgp.find(&found.report.fingerprint).unwrap().clone();
    assert!(!kept.is_tsk());
    let names: Vec<String> = kept.userids().map(|one| one.userid().to_string()).collect();
    assert_eq!(names, ["Mallory <mallory@example.test>"]);
    let met = bob.profile.store.provenance(&found.report.fingerprint).unwrap();
    assert_eq!((met.len(), met[0].source, met[0].detail.as_str()), (1, ProvenanceSource::Wkd, "example.test"));
    assert!(bob.profile.store.trust().unwrap().is_empty(), "keeping is not trusting");
    // A certificate of somebody else at the place of an address is none of it.
    let other = certificate(&["Victim <victim@other.test>"]);
    server.put(host, path, &pgp::binary_public(&other));
    let search = bob.finds(&FindingSettings::default(), "mallory@example.test", &[LookUp::Wkd], &means);
    assert_eq!(outcomes(&search), [Outcome::Nothing]);
}

#[test]
fn a_directory_that_is_hostile_or_private_gives_nothing() {
    let (server, dns, bob) = (KeyServer::start(), zones(&[]), person("bob"));
    let find = |address: &str, means: &Means| {
        outcomes(&bob.finds(&FindingSettings::default(), address, &[LookUp::Wkd], means))
    };
    let open = means(Some(&dns), server.https);
    assert_eq!(find("a@example.test", &open), no(NoAnswer::BadCertificate), "an authority that nobody knows");
    bob.believes(&server.root);
    assert_eq!(find("a@example.test", &open), [Outcome::Nothing]);
    let public = Means { reach: Reach::Public, ..open.clone() };
    assert_eq!(find("a@example.test", &public), no(NoAnswer::PrivateAddress));
    let offline = Means { is_offline: true, ..open.clone() };
    let before = server.requests();
    assert_eq!(find("a@example.test", &offline), no(NoAnswer::Offline));
    assert_eq!(server.requests(), before);
    let large = EmailAddress::parse("large@example.test").unwrap();
    let path = format!(".well-known/openpgpkey/example.test/hu/{}", crate::net::wkd::name(&large));
    server.put("openpgpkey.example.test", &path, &vec![0x99; 3 << 20]);
    assert_eq!(find("large@example.test", &open), no(NoAnswer::TooLarge));
}

#[test]
fn the_dns_is_believed_when_it_is_signed_from_the_root_on_and_refused_with_the_reason_when_not() {
    let (alice, bob) = (person("alice"), person("bob"));
    let smime = bob.profile.generate(Technology::Smime, "Bob", "bob@example.test", None).unwrap();
    let der = bob.profile.keyring().smime.find(&smime).unwrap().der.to_vec();
    let hash = |local: &str| hex::encode(&sha256(local.as_bytes())[..28]);
    let key = openssl::base64::encode_block(&pgp::binary_public(&alice.cert()));
    let mut record = String::new();
    let _ = write!(record, "{}._openpgpkey OPENPGPKEY {key}", hash("alice"));
    let person = format!("{}._smimecert SMIMEA 3 0 0 {}", hash("bob"), hex::encode(&der));
    // A hash of a certificate, and an authority's: neither is one that mail could be encrypted to.
    let digest = format!("{}._smimecert SMIMEA 3 0 1 {}", hash("carol"), hex::encode(sha256(&der)));
    let anchor = format!("{}._smimecert SMIMEA 2 0 0 {}", hash("dave"), hex::encode(&der));
    let dns = SignedDns::start(&[
        ("example.test", &record),
        ("unsigned.test", &record),
        ("bogus.test", &record),
        ("example.test", &person),
        ("example.test", &digest),
        ("example.test", &anchor),
    ]);
    let carol = super::person("carol");
    let find = |address: &str, means: &Means| {
        let search = carol.finds(&FindingSettings::default(), address, &[LookUp::Dane], means);
        let places: Vec<_> = search.found.iter().map(|found| found.report.fingerprint.clone()).collect();
        (outcomes(&search), places)
    };
    let good = means(Some(&dns), 1);
    assert_eq!(find("alice@example.test", &good), (vec![Outcome::Found(1), Outcome::Nothing], vec![alice.key.clone()]));
    assert_eq!(find("ALICE@example.test", &good).1, vec![alice.key.clone()], "most write it in small letters");
    assert_eq!(find("bob@example.test", &good), (vec![Outcome::Nothing, Outcome::Found(1)], vec![smime]));
    for nobody in ["carol@example.test", "dave@example.test", "erin@example.test"] {
        assert_eq!(find(nobody, &good).0, [Outcome::Nothing; 2], "{nobody}");
    }
    let refused = |why| vec![Outcome::NoAnswer(why); 2];
    let unsigned = find("alice@unsigned.test", &good).0;
    assert_eq!(unsigned[0], Outcome::NoAnswer(NoAnswer::DnsNotSigned));
    let bogus = find("alice@bogus.test", &good).0;
    assert_eq!(bogus, refused(NoAnswer::DnsBogus));
    // The same answers from a resolver that says they are good prove nothing without the right anchor.
    let wrong = Means { anchors: None, ..good.clone() };
    assert_eq!(find("alice@example.test", &wrong).0, refused(NoAnswer::DnsBogus));
}
