mod addresses;
mod hostile;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, KeyUsage};
use openssl::x509::{X509 as OpenSslX509, X509Name};

use super::{PathReport, PathRequest, Purpose, holds, judge, validate};
use crate::crypto::smime::tests::lab::{address, lab, soon};
use crate::crypto::smime::{SmimeRing, X509, generate_self_signed};
use crate::trust::{Glance, Judgement, Revocation, StepKind, TrustPolicy, TrustVerdict};

fn by_the_lab(certificate: &Arc<X509>, who: &str, change: impl Fn(&mut TrustPolicy)) -> Judgement {
    let mut policy = TrustPolicy::nobody(soon());
    policy.anchors = vec![lab().certificate("ca")];
    change(&mut policy);
    judge(certificate, &[], Some(&address(who)), &lab().ring(&["alice", "bob"], &[]), &policy)
}

#[test]
fn a_path_to_an_anchor_authenticates_the_addresses_in_the_certificate() {
    let alice = lab().certificate("alice");
    let judged = by_the_lab(&alice, "alice", |_| ());
    assert_eq!((judged.verdict, judged.reason), (TrustVerdict::Authenticated, None));
    let names: Vec<_> = judged.path.0.iter().map(|step| (step.kind, step.name.as_str())).collect();
    assert_eq!(names, [(StepKind::Ca, "CN=Example Mail CA,O=Example"), (StepKind::Ca, "CN=alice,O=Example")]);
    let judged = by_the_lab(&alice, "mallory", |_| ());
    assert_eq!((judged.verdict, judged.reason.as_deref()), (TrustVerdict::Mismatch, Some("address_missing")));
}

#[test]
fn without_an_anchor_there_is_no_path_and_after_its_end_it_has_expired() {
    let alice = lab().certificate("alice");
    let judged = by_the_lab(&alice, "alice", |policy| policy.anchors.clear());
    assert_eq!((judged.verdict, judged.reason.as_deref()), (TrustVerdict::Unauthenticated, Some("no_path")));
    let judged = by_the_lab(&alice, "alice", |policy| policy.at = "2199-01-01T00:00:00Z".parse().unwrap());
    assert_eq!((judged.verdict, judged.reason.as_deref()), (TrustVerdict::Expired, Some("expired")));
    let judged = by_the_lab(&alice, "alice", |policy| policy.at = "2001-01-01T00:00:00Z".parse().unwrap());
    assert_eq!((judged.verdict, judged.reason.as_deref()), (TrustVerdict::Expired, Some("not_yet_valid")));
}

#[test]
fn a_verdict_holds_until_one_of_the_certificates_begins_or_ends() {
    let (alice, ca) = (lab().certificate("alice"), lab().certificate("ca"));
    let ring = lab().ring(&["alice", "bob"], &[]);
    let mut policy = TrustPolicy::nobody(soon());
    policy.anchors = vec![ca.clone()];
    let end = alice.not_after().min(ca.not_after()).as_second() + 1;
    let begin = alice.not_before().max(ca.not_before()).as_second();
    assert_eq!(holds(&alice, &ring, &policy), begin..end);
    for moment in [begin - 1, begin, end - 1, end] {
        policy.at = Timestamp::from_second(moment).unwrap();
        let judged = judge(&alice, &[], Some(&address("alice")), &ring, &policy);
        assert_eq!(judged.verdict == TrustVerdict::Authenticated, (begin..end).contains(&moment), "{moment}");
        assert!(holds(&alice, &ring, &policy).contains(&moment));
        assert_eq!(holds(&alice, &ring, &policy) == (begin..end), (begin..end).contains(&moment));
    }
    policy.crls.push(lists().0.into());
    let minute = holds(&alice, &ring, &policy);
    assert!(minute.contains(&policy.at.as_second()) && minute.end - minute.start == 60);
}

#[test]
fn the_users_own_word_authenticates_until_the_certificate_ends() {
    let identity = generate_self_signed("Alice", &address("alice"), Timestamp::now()).unwrap();
    let mut ring = SmimeRing::default();
    ring.add_identity(identity.clone());
    let mut policy = TrustPolicy::nobody(soon());
    let ask = |policy: &TrustPolicy, who: &str| judge(&identity.certificate, &[], Some(&address(who)), &ring, policy);
    assert_eq!(ask(&policy, "alice").verdict, TrustVerdict::Unauthenticated);
    policy.direct.insert(identity.certificate.fingerprint.clone(), std::collections::BTreeSet::new());
    let judged = ask(&policy, "alice");
    assert_eq!(judged.verdict, TrustVerdict::Authenticated);
    assert_eq!(judged.path.0[0].kind, StepKind::Direct);
    assert_eq!(ask(&policy, "bob").verdict, TrustVerdict::Mismatch);
    policy.direct.clear();
    policy.trust_given = true;
    assert_eq!(ask(&policy, "alice").verdict, TrustVerdict::Authenticated);
    policy.at = "2199-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(ask(&policy, "alice").verdict, TrustVerdict::Expired);
    let elsewhere = judge(&identity.certificate, &[], Some(&address("alice")), &SmimeRing::default(), &policy);
    assert_ne!(elsewhere.verdict, TrustVerdict::Authenticated, "what came along was not given");
}

/// Lists of the lab's authority: before and after it withdrew dave's certificate.
fn lists() -> (Vec<u8>, Vec<u8>) {
    static LISTS: std::sync::LazyLock<(Vec<u8>, Vec<u8>)> = std::sync::LazyLock::new(make_lists);
    LISTS.clone()
}

fn make_lists() -> (Vec<u8>, Vec<u8>) {
    let config = b"[ca]\ndefault_ca=a\n[a]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=20\n\
        private_key=ca.key\ncertificate=ca.pem\n";
    lab().write("ca.cnf", config);
    lab().write("index", b"");
    lab().write("number", b"01\n");
    lab().openssl(&["ca", "-config", "ca.cnf", "-gencrl", "-out", "before.crl"]);
    lab().openssl(&["ca", "-config", "ca.cnf", "-revoke", "dave.pem", "-crl_reason", "keyCompromise"]);
    lab().openssl(&["ca", "-config", "ca.cnf", "-gencrl", "-out", "after.crl"]);
    (lab().read("before.crl"), lab().read("after.crl"))
}

#[test]
fn a_withdrawn_certificate_is_revoked_by_list_and_by_response() {
    let (before, after) = lists();
    let dave = lab().certificate("dave");
    let with = |crl: &[u8], revocation| {
        by_the_lab(&dave, "dave", |policy| {
            policy.crls = vec![crl.into()];
            policy.revocation = revocation;
        })
    };
    assert_eq!(with(&before, Revocation::Hard).verdict, TrustVerdict::Authenticated);
    let judged = with(&after, Revocation::Soft);
    assert_eq!(judged.verdict, TrustVerdict::Revoked);
    assert!(judged.revoked_at.is_some_and(|at| at < soon()), "{judged:?}");
    assert_eq!(with(&after, Revocation::Off).verdict, TrustVerdict::Authenticated);
    let without = by_the_lab(&dave, "dave", |policy| policy.revocation = Revocation::Hard);
    assert_eq!(
        (without.verdict, without.reason.as_deref()),
        (TrustVerdict::Unauthenticated, Some("revocation_unknown"))
    );
    let alice = by_the_lab(&lab().certificate("alice"), "alice", |policy| {
        policy.crls = vec![after.as_slice().into()];
        policy.revocation = Revocation::Hard;
    });
    assert_eq!(alice.verdict, TrustVerdict::Authenticated);
    // A withdrawn certificate stays so however it is vouched for, and after its end.
    let judged = by_the_lab(&dave, "dave", |policy| {
        policy.crls = vec![after.as_slice().into()];
        policy.direct.insert(dave.fingerprint.clone(), std::collections::BTreeSet::new());
    });
    assert_eq!(judged.verdict, TrustVerdict::Revoked);

    for (name, verdict) in [("dave", TrustVerdict::Revoked), ("carol", TrustVerdict::Authenticated)] {
        if name == "carol" {
            lab().openssl(&["ca", "-config", "ca.cnf", "-valid", "carol.pem"]);
        }
        let file = format!("{name}.pem");
        lab().openssl(&[
            "ocsp",
            "-index",
            "index",
            "-CA",
            "ca.pem",
            "-rsigner",
            "ca.pem",
            "-rkey",
            "ca.key",
            "-issuer",
            "ca.pem",
            "-cert",
            &file,
            "-no_nonce",
            "-respout",
            "response",
            "-ndays",
            "5",
            "-reqout",
            "request",
        ]);
        lab().openssl(&[
            "ocsp", "-index", "index", "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key", "-reqin", "request",
            "-respout", "response", "-ndays", "5",
        ]);
        let judged = by_the_lab(&lab().certificate(name), name, |policy| {
            policy.ocsp = vec![lab().read("response").into()];
            policy.revocation = Revocation::Hard;
        });
        assert_eq!(judged.verdict, verdict, "{name} {judged:?}");
    }
}

#[test]
fn a_certificate_for_web_servers_is_not_for_mail() {
    lab().write("web.ext", b"subjectAltName=email:web@example.org\nextendedKeyUsage=serverAuth\n");
    lab().openssl(&[
        "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "web.key", "-out", "web.csr", "-subj", "/CN=web",
    ]);
    lab().openssl(&[
        "x509",
        "-req",
        "-in",
        "web.csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-set_serial",
        "77",
        "-days",
        "9",
        "-extfile",
        "web.ext",
        "-out",
        "web.pem",
    ]);
    let judged = by_the_lab(&lab().certificate("web"), "web", |_| ());
    assert_eq!((judged.verdict, judged.reason.as_deref()), (TrustVerdict::Unauthenticated, Some("not_for_email")));
}

/// An authority made in memory: name and key.
struct Authority {
    name: X509Name,
    key: PKey<Private>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut subject = X509Name::builder().unwrap();
        subject.append_entry_by_nid(Nid::COMMONNAME, name).unwrap();
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        Self { name: subject.build(), key: PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap() }
    }

    fn certify(&self, other: &Self, serial: u32, extensions: &[&str]) -> Arc<X509> {
        self.certify_with(other, serial, extensions, |_| ())
    }

    fn certify_with(
        &self,
        other: &Self,
        serial: u32,
        extensions: &[&str],
        change: impl FnOnce(&mut openssl::x509::X509Builder),
    ) -> Arc<X509> {
        let mut builder = OpenSslX509::builder().unwrap();
        builder.set_version(2).unwrap();
        let serial = Asn1Integer::from_bn(&BigNum::from_u32(serial).unwrap()).unwrap();
        builder.set_serial_number(&serial).unwrap();
        builder.set_issuer_name(&self.name).unwrap();
        builder.set_subject_name(&other.name).unwrap();
        builder.set_pubkey(&other.key).unwrap();
        builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
        builder.set_not_after(&Asn1Time::days_from_now(9).unwrap()).unwrap();
        if !extensions.contains(&"leaf") {
            builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
            builder.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build().unwrap()).unwrap();
        }
        for extension in extensions.iter().filter_map(|text| text.split_once('=')) {
            if extension.0 == "subjectAltName" {
                builder.append_extension(alternative_names(extension.1)).unwrap();
                continue;
            }
            #[expect(deprecated, reason = "the only way to write name constraints")]
            let made = openssl::x509::X509Extension::new(None, None, extension.0, extension.1).unwrap();
            builder.append_extension(made).unwrap();
        }
        change(&mut builder);
        builder.sign(&self.key, MessageDigest::sha256()).unwrap();
        Arc::new(X509::parse(&builder.build().to_der().unwrap()).unwrap())
    }
}

/// subjectAltName with names of several forms, in UTF-8, which openssl's own notation can't write.
fn alternative_names(text: &str) -> openssl::x509::X509Extension {
    let oid = |text: &str| openssl::asn1::Asn1Object::from_str(text).unwrap();
    let wrap = |tag: u8, inside: &[u8]| [&[tag, u8::try_from(inside.len()).unwrap()], inside].concat();
    let name = |name: &str| match name.split_once(':').unwrap() {
        ("email", address) => wrap(0x81, address.as_bytes()),
        ("DNS", host) => wrap(0x82, host.as_bytes()),
        ("otherName", rest) => {
            let (kind, value) = rest.split_once(";UTF8:").unwrap();
            let value = wrap(0xa0, &wrap(0x0c, value.as_bytes()));
            wrap(0xa0, &[wrap(0x06, oid(kind).as_slice()), value].concat())
        }
        other => panic!("{other:?}"),
    };
    let names = text.split(',').flat_map(name).collect::<Vec<u8>>();
    let sequence =
        if names.len() < 128 { wrap(0x30, &names) } else { [&[0x30, 0x81, names.len() as u8], &*names].concat() };
    let value = openssl::asn1::Asn1OctetString::new_from_bytes(&sequence).unwrap();
    openssl::x509::X509Extension::new_from_der(&oid("2.5.29.17"), false, &value).unwrap()
}

/// Does something; how long this thread computed, however much else the machine does.
fn computing<T>(what: impl FnOnce() -> T) -> (T, Duration) {
    let now = || {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
    };
    let started = now();
    let outcome = what();
    (outcome, now().saturating_sub(started))
}

fn ask(certificate: &Arc<X509>, intermediates: &[Arc<X509>], anchor: &Arc<X509>) -> PathReport {
    let mut request = PathRequest::new(certificate.clone(), soon());
    request.intermediates = intermediates.to_vec();
    request.anchors = vec![anchor.clone()];
    request.purpose = Purpose::Sign;
    validate(&request)
}

#[test]
fn name_constraints_hold_for_mail_addresses() {
    let (root, middle, bob) = (Authority::new("Root"), Authority::new("Middle"), Authority::new("Bob"));
    let anchor = root.certify(&root, 1, &[]);
    let within = root.certify(&middle, 2, &["nameConstraints=critical,permitted;email:example.org"]);
    let good = middle.certify(&bob, 3, &["leaf", "subjectAltName=email:bob@example.org"]);
    let bad = middle.certify(&bob, 4, &["leaf", "subjectAltName=email:bob@example.com"]);
    let report = ask(&good, std::slice::from_ref(&within), &anchor);
    assert!(report.valid, "{report:?}");
    assert_eq!(report.path.len(), 3);
    assert_eq!(ask(&bad, &[within], &anchor).reason.as_deref(), Some("name_constraints"));
}

#[test]
fn who_is_no_authority_can_not_vouch() {
    let (root, bob, mallory) = (Authority::new("Root"), Authority::new("Bob"), Authority::new("Mallory"));
    let anchor = root.certify(&root, 1, &[]);
    let of_bob = root.certify(&bob, 2, &["leaf"]);
    let forged = bob.certify(&mallory, 3, &["leaf", "subjectAltName=email:alice@example.org"]);
    let report = ask(&forged, &[of_bob], &anchor);
    assert_eq!((report.valid, report.reason.as_deref()), (false, Some("not_an_authority")));
    // The name of the root without its key.
    let forged = Authority::new("Root").certify(&mallory, 4, &["leaf"]);
    assert_eq!(ask(&forged, &[], &anchor).reason.as_deref(), Some("no_path"));
}

#[test]
fn authorities_that_certify_each_other_in_circles_cost_little_time() {
    let circle: Vec<_> = (0..12).map(|index| Authority::new(&format!("Circle {index}"))).collect();
    let mut intermediates = Vec::new();
    for (number, one) in circle.iter().enumerate() {
        for other in &circle {
            intermediates.push(one.certify(other, 100 + number as u32, &[]));
        }
    }
    // A thousand certificates of one name that none of its keys made.
    let (fake, name) = (Authority::new("Circle 0"), Authority::new("Nobody"));
    for serial in 0..1000 {
        intermediates.push(name.certify(&fake, serial + 1, &[]));
    }
    let bob = Authority::new("Bob");
    let leaf = circle[0].certify(&bob, 7, &["leaf", "subjectAltName=email:bob@example.org"]);
    let root = Authority::new("Root");
    let anchor = root.certify(&root, 1, &[]);
    let (report, took) = computing(|| ask(&leaf, &intermediates, &anchor));
    assert!(!report.valid);
    assert!(took.as_secs() < 3, "{took:?}");
    // A short way out of the circle is found among all that.
    intermediates.push(root.certify(&circle[3], 9, &[]));
    let report = ask(&leaf, &intermediates, &root.certify(&root, 1, &[]));
    assert!(report.valid || report.reason.as_deref() == Some("too_many_paths"), "{report:?}");
}

#[test]
fn of_several_paths_the_one_that_holds_is_taken() {
    let (root, other, middle, bob) =
        (Authority::new("Root"), Authority::new("Other"), Authority::new("Middle"), Authority::new("Bob"));
    let leaf = middle.certify(&bob, 3, &["leaf", "subjectAltName=email:bob@example.org"]);
    let bad = root.certify(&middle, 2, &["nameConstraints=critical,permitted;email:example.net"]);
    let good = other.certify(&middle, 2, &[]);
    let mut request = PathRequest::new(leaf, soon());
    request.anchors = vec![root.certify(&root, 1, &[]), other.certify(&other, 1, &[])];
    request.intermediates = vec![bad, good];
    let report = validate(&request);
    assert!(report.valid && report.path[0].0 == "CN=Other", "{report:?}");
}

/// xorshift64*: the same on every machine.
fn alter(original: &[u8], state: &mut u64) -> Vec<u8> {
    let mut below = |end: usize| {
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
    };
    let mut bytes = original.to_vec();
    for _ in 0..=below(2) {
        let at = below(bytes.len());
        match below(4) {
            0 => bytes[at] ^= 1 << below(8),
            1 => bytes[at] = [0, 0x80, 0xff, 0x30][below(4)],
            2 => bytes.truncate(at.max(1)),
            _ => bytes.insert(at, 0x30),
        }
    }
    bytes
}

#[test]
fn altered_certificates_lists_and_responses_never_panic_and_never_help() {
    let (before, _) = lists();
    let list = openssl::x509::X509Crl::from_pem(&before).unwrap().to_der().unwrap();
    lab().openssl(&[
        "ocsp",
        "-index",
        "index",
        "-CA",
        "ca.pem",
        "-rsigner",
        "ca.pem",
        "-rkey",
        "ca.key",
        "-issuer",
        "ca.pem",
        "-cert",
        "erin.pem",
        "-no_nonce",
        "-reqout",
        "request.erin",
    ]);
    lab().openssl(&[
        "ocsp",
        "-index",
        "index",
        "-CA",
        "ca.pem",
        "-rsigner",
        "ca.pem",
        "-rkey",
        "ca.key",
        "-reqin",
        "request.erin",
        "-respout",
        "response.erin",
        "-ndays",
        "5",
    ]);
    let (response, erin) = (lab().read("response.erin"), lab().certificate("erin"));
    let mut state = 4711;
    for _ in 0..300 {
        if let Some(other) = X509::parse(&alter(&erin.der, &mut state)).filter(|other| other.der != erin.der) {
            assert_ne!(by_the_lab(&Arc::new(other), "erin", |_| ()).verdict, TrustVerdict::Authenticated);
        }
        by_the_lab(&erin, "erin", |policy| {
            policy.crls = vec![alter(&list, &mut state.clone()).into()];
            policy.ocsp = vec![alter(&response, &mut state.clone()).into()];
            policy.revocation = Revocation::Hard;
        });
        state = state.wrapping_mul(31).wrapping_add(7);
    }
}

#[test]
fn at_a_glance_a_certificate_whose_issuers_lead_nowhere_is_nobodys() {
    let [root, mid, leaf, other] = ["Root", "Mid", "Leaf", "Other"].map(Authority::new);
    let anchor = root.certify(&root, 1, &[]);
    let mail = ["leaf", "subjectAltName=email:leaf@kakitome.example"];
    let below = mid.certify(&leaf, 3, &mail);
    let apart = other.certify(&other, 4, &mail);
    let mut keyring = crate::crypto::Keyring::default();
    for certificate in [&anchor, &root.certify(&mid, 2, &[]), &below, &apart] {
        keyring.smime.add_certificate(Arc::clone(certificate));
    }
    let told = |certificate: &Arc<X509>, anchors: &[&Arc<X509>]| {
        let mut policy = TrustPolicy::nobody(soon());
        policy.anchors = anchors.iter().map(|anchor| Arc::clone(anchor)).collect();
        let report = certificate.report(false, false, policy.at);
        let verdict = Glance::new(&keyring, &policy).verdict(&report);
        let read = judge(certificate, &[], report.addresses.first(), &keyring.smime, &policy).verdict;
        assert!(verdict.is_none_or(|verdict| verdict == read), "{verdict:?} and {read:?}");
        (verdict, read)
    };
    let nobodys = (Some(TrustVerdict::Unauthenticated), TrustVerdict::Unauthenticated);
    assert_eq!(told(&below, &[&anchor]), (None, TrustVerdict::Authenticated));
    assert_eq!(told(&apart, &[&anchor]), nobodys);
    assert_eq!(told(&below, &[&apart]), nobodys);
    assert_eq!(told(&below, &[]), nobodys);
    assert_eq!(told(&apart, &[&apart]).0, None, "an anchor itself");
}
