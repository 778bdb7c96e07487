//! Certificates that are made to cost, or to lead astray.

use openssl::asn1::{Asn1Object, Asn1OctetString, Asn1Type};
use openssl::rsa::Rsa;
use openssl::x509::X509Extension;
use openssl::x509::extension::SubjectAlternativeName;

use super::*;

/// How long any one question may take, in milliseconds, in a program that is not optimised and beside others.
const PATIENCE: u128 = 3_000;

fn within_patience<T>(what: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let outcome = what();
    let took = started.elapsed().as_millis();
    assert!(took < PATIENCE, "{took} ms");
    outcome
}

fn named(name: &str, like: &Authority) -> Authority {
    let mut subject = X509Name::builder().unwrap();
    subject.append_entry_by_nid(Nid::COMMONNAME, name).unwrap();
    Authority { name: subject.build(), key: like.key.clone() }
}

#[test]
fn eleven_authorities_that_all_certify_each_other_are_given_up_on() {
    // As many ways as eleven have orders, forty million, and none of them too long.
    let circle: Vec<_> = (0..11).map(|index| Authority::new(&format!("Circle {index}"))).collect();
    let mut intermediates = Vec::new();
    for one in &circle {
        for (number, other) in circle.iter().enumerate() {
            intermediates.push(one.certify(other, 100 + number as u32, &[]));
        }
    }
    let (bob, root) = (Authority::new("Bob"), Authority::new("Root"));
    let leaf = circle[0].certify(&bob, 7, &["leaf", "subjectAltName=email:bob@example.org"]);
    let anchor = root.certify(&root, 1, &[]);
    let report = within_patience(|| ask(&leaf, &intermediates, &anchor));
    assert_eq!(report.reason.as_deref(), Some("too_many_paths"));
}

#[test]
fn two_authorities_that_certify_each_other_lead_out_where_there_is_a_way_out() {
    let (one, other) = (Authority::new("One"), Authority::new("Other"));
    let (root, bob) = (Authority::new("Root"), Authority::new("Bob"));
    let leaf = one.certify(&bob, 7, &["leaf", "subjectAltName=email:bob@example.org"]);
    let mut intermediates = vec![one.certify(&other, 2, &[]), other.certify(&one, 3, &[]), one.certify(&one, 4, &[])];
    let anchor = root.certify(&root, 1, &[]);
    assert_eq!(ask(&leaf, &intermediates, &anchor).reason.as_deref(), Some("no_path"));
    intermediates.push(root.certify(&other, 5, &[]));
    let report = ask(&leaf, &intermediates, &anchor);
    assert!(report.valid, "{report:?}");
    let names: Vec<_> = report.path.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["CN=Root", "CN=Other", "CN=One", "CN=Bob"]);
}

#[test]
fn a_chain_of_ten_thousand_is_not_followed_and_a_short_way_beside_it_is() {
    let root = Authority::new("Root");
    let names: Vec<_> = (0..10_000).map(|depth| named(&format!("Deep {depth}"), &root)).collect();
    let mut intermediates: Vec<_> = names.windows(2).map(|pair| pair[0].certify(&pair[1], 5, &[])).collect();
    intermediates.push(root.certify(&names[0], 5, &[]));
    let bob = Authority::new("Bob");
    let last = names.last().unwrap();
    let leaf = last.certify(&bob, 7, &["leaf", "subjectAltName=email:bob@example.org"]);
    let anchor = root.certify(&root, 1, &[]);
    let report = within_patience(|| ask(&leaf, &intermediates, &anchor));
    assert_eq!((report.valid, report.reason.as_deref()), (false, Some("path_too_long")));
    intermediates.push(root.certify(last, 6, &[]));
    let report = within_patience(|| ask(&leaf, &intermediates, &anchor));
    assert!(report.valid && report.path.len() == 3, "{report:?}");
}

#[test]
fn a_certificate_with_a_hundred_thousand_names_is_too_large() {
    let (root, bob) = (Authority::new("Root"), Authority::new("Bob"));
    let mut names = SubjectAlternativeName::new();
    for number in 0..100_000 {
        names.email(&format!("bob{number}@example.org"));
    }
    let leaf = root.certify_with(&bob, 7, &["leaf"], |builder| {
        let extension = names.build(&builder.x509v3_context(None, None)).unwrap();
        builder.append_extension(extension).unwrap();
    });
    assert!(leaf.der.len() > 2_000_000);
    let anchor = root.certify(&root, 1, &[]);
    let report = within_patience(|| ask(&leaf, &[], &anchor));
    assert_eq!(report.reason.as_deref(), Some("too_large"));
    let mut policy = TrustPolicy::nobody(soon());
    policy.anchors = vec![anchor];
    let who = crate::domain::EmailAddress::parse("bob7@example.org").unwrap();
    let judged = within_patience(|| judge(&leaf, &[], Some(&who), &SmimeRing::default(), &policy));
    assert_eq!((judged.verdict, judged.reason.as_deref()), (TrustVerdict::Unauthenticated, Some("too_large")));
}

#[test]
fn a_certificate_with_a_hundred_thousand_extensions_is_too_large_and_one_with_a_thousand_too_complex() {
    let (root, bob) = (Authority::new("Root"), Authority::new("Bob"));
    let anchor = root.certify(&root, 1, &[]);
    for (count, reason) in [(100_000, "too_large"), (1_000, "too_complex")] {
        let made = |of: &Authority, extensions: &[&str]| {
            root.certify_with(of, 7, extensions, |builder| {
                for number in 0..count {
                    let oid = Asn1Object::from_str(&format!("1.3.6.1.4.1.99999.{number}")).unwrap();
                    let value = Asn1OctetString::new_from_bytes(&[5, 0]).unwrap();
                    builder.append_extension(X509Extension::new_from_der(&oid, false, &value).unwrap()).unwrap();
                }
            })
        };
        let leaf = made(&bob, &["leaf", "subjectAltName=email:bob@example.org"]);
        let report = within_patience(|| ask(&leaf, &[], &anchor));
        assert_eq!(report.reason.as_deref(), Some(reason), "{count}");
        // The same between anchor and certificate.
        let middle = Authority::new("Middle");
        let below = middle.certify(&bob, 8, &["leaf", "subjectAltName=email:bob@example.org"]);
        let report = within_patience(|| ask(&below, &[made(&middle, &[])], &anchor));
        assert!(!report.valid, "{report:?}");
        assert_eq!(report.reason.as_deref(), Some(if count > 1_000 { "no_path" } else { reason }), "{count}");
    }
}

#[test]
fn keys_of_monstrous_size_cost_no_time() {
    let (root, bob) = (Authority::new("Root"), Authority::new("Bob"));
    let anchor = root.certify(&root, 1, &[]);
    let number = |bits: i32| {
        let mut number = BigNum::new().unwrap();
        number.rand(bits, openssl::bn::MsbOption::ONE, true).unwrap();
        number
    };
    for (modulus, exponent) in [(65_536, 17), (16_384, 16_384), (16_384, 64), (3_072, 3_071)] {
        let rsa = Rsa::from_public_components(number(modulus), number(exponent)).unwrap();
        let monster = PKey::from_rsa(rsa).unwrap();
        let middle = Authority::new("Middle");
        let huge = root.certify_with(&middle, 2, &[], |builder| builder.set_pubkey(&monster).unwrap());
        // Many that its key did not make.
        let signed: Vec<_> = (0..40)
            .map(|serial| {
                let below = Authority::new("Below");
                root_signed_as(&middle, &below, serial)
            })
            .collect();
        let below = Authority::new("Below");
        let leaf = below.certify(&bob, 3, &["leaf", "subjectAltName=email:bob@example.org"]);
        let mut intermediates = signed;
        intermediates.push(huge);
        let report = within_patience(|| ask(&leaf, &intermediates, &anchor));
        assert!(!report.valid, "{modulus} {exponent}");
    }
}

/// As if an RSA key had signed: the algorithm is RSA's, the signature noise.
fn root_signed_as(issuer: &Authority, subject: &Authority, serial: u32) -> Arc<X509> {
    let rsa = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
    let of_issuer = Authority { name: issuer.name.to_owned().unwrap(), key: rsa };
    of_issuer.certify(subject, serial + 1, &[])
}

#[test]
fn constraints_hold_for_addresses_that_are_not_ascii() {
    let (root, middle, bob) = (Authority::new("Root"), Authority::new("Middle"), Authority::new("Bob"));
    let anchor = root.certify(&root, 1, &[]);
    let eai = |address: &str| {
        let name = format!("subjectAltName=otherName:1.3.6.1.5.5.7.8.9;UTF8:{address}");
        middle.certify(&bob, 3, &["leaf", &name])
    };
    let within = |constraints: &str| root.certify(&middle, 2, &[&format!("nameConstraints=critical,{constraints}")]);
    let reason = |leaf: &Arc<X509>, constraints: &str| ask(leaf, &[within(constraints)], &anchor).reason;
    let refused = Some("name_constraints".to_owned());
    for (constraints, address, expected) in [
        ("permitted;email:xn--r8jz45g.jp", "書留@例え.jp", None),
        ("permitted;email:xn--r8jz45g.jp", "書留@XN--R8JZ45G.jp", None),
        ("permitted;email:xn--r8jz45g.jp", "書留@sub.例え.jp", refused.clone()),
        ("permitted;email:.xn--r8jz45g.jp", "書留@sub.例え.jp", None),
        ("permitted;email:.xn--r8jz45g.jp", "書留@例え.jp", refused.clone()),
        ("permitted;email:example.org", "書留@example.com", refused.clone()),
        ("permitted;email:example.org", "書留@notexample.org", refused.clone()),
        ("permitted;email:example.org", "書留@example.org", None),
        ("permitted;email:.example.org", "書留@mail.example.org", None),
        ("excluded;email:.example.org", "書留@mail.example.org", refused.clone()),
        ("excluded;email:example.org", "書留@example.org", refused.clone()),
        ("excluded;email:example.org", "書留@example.com", None),
        ("permitted;email:alice@example.org", "書留@example.org", refused.clone()),
    ] {
        assert_eq!(reason(&eai(address), constraints), expected, "{constraints} {address}");
    }
}

#[test]
fn constraints_hold_for_an_address_in_the_subject_in_whatever_string() {
    let (root, middle) = (Authority::new("Root"), Authority::new("Middle"));
    let anchor = root.certify(&root, 1, &[]);
    let within = root.certify(&middle, 2, &["nameConstraints=critical,permitted;email:example.org"]);
    for kind in [Asn1Type::IA5STRING, Asn1Type::UTF8STRING, Asn1Type::PRINTABLESTRING, Asn1Type::T61STRING] {
        for (address, is_valid) in [("bob@example.org", true), ("bob@example.com", false)] {
            let mut subject = X509Name::builder().unwrap();
            subject.append_entry_by_nid(Nid::COMMONNAME, "Bob").unwrap();
            subject.append_entry_by_nid_with_type(Nid::PKCS9_EMAILADDRESS, address, kind).unwrap();
            let bob = Authority { name: subject.build(), key: middle.key.clone() };
            let leaf = middle.certify(&bob, 3, &["leaf"]);
            assert_eq!(leaf.addresses().len(), 1, "{kind:?}");
            let report = ask(&leaf, std::slice::from_ref(&within), &anchor);
            assert_eq!(report.valid, is_valid, "{kind:?} {address} {report:?}");
            if !is_valid {
                assert_eq!(report.reason.as_deref(), Some("name_constraints"));
            }
        }
    }
}

#[test]
fn constraints_of_two_authorities_both_hold() {
    let (root, upper, lower, bob) =
        (Authority::new("Root"), Authority::new("Upper"), Authority::new("Lower"), Authority::new("Bob"));
    let anchor = root.certify(&root, 1, &[]);
    let upper_within = root.certify(&upper, 2, &["nameConstraints=critical,permitted;email:.example.org"]);
    let lower_within = upper.certify(
        &lower,
        3,
        &["nameConstraints=critical,permitted;email:mail.example.org,permitted;email:example.com"],
    );
    let leaf = |name: &str| lower.certify(&bob, 4, &["leaf", &format!("subjectAltName={name}")]);
    for (name, is_valid) in [
        ("email:bob@mail.example.org", true),
        ("otherName:1.3.6.1.5.5.7.8.9;UTF8:書@mail.example.org", true),
        ("email:bob@example.com", false),
        ("otherName:1.3.6.1.5.5.7.8.9;UTF8:書@example.com", false),
        ("otherName:1.3.6.1.5.5.7.8.9;UTF8:書@other.example.org", false),
    ] {
        let report = ask(&leaf(name), &[upper_within.clone(), lower_within.clone()], &anchor);
        assert_eq!(report.valid, is_valid, "{name} {report:?}");
    }
}

#[test]
fn directory_names_are_constrained_too() {
    let (root, middle) = (Authority::new("Root"), Authority::new("Middle"));
    let anchor = root.certify(&root, 1, &[]);
    let within = root.certify_with(&middle, 2, &[], |builder| {
        // NameConstraints with permittedSubtrees of O=Example.
        let mut subject = X509Name::builder().unwrap();
        subject.append_entry_by_nid(Nid::ORGANIZATIONNAME, "Example").unwrap();
        let name = subject.build().to_der().unwrap();
        let wrap = |tag: u8, inside: &[u8]| [&[tag, inside.len() as u8], inside].concat();
        let subtrees = wrap(0xa0, &wrap(0x30, &wrap(0xa4, &name)));
        let value = Asn1OctetString::new_from_bytes(&wrap(0x30, &subtrees)).unwrap();
        let oid = Asn1Object::from_str("2.5.29.30").unwrap();
        builder.append_extension(X509Extension::new_from_der(&oid, true, &value).unwrap()).unwrap();
    });
    for (organisation, is_valid) in [("Example", true), ("Elsewhere", false)] {
        let mut subject = X509Name::builder().unwrap();
        subject.append_entry_by_nid(Nid::ORGANIZATIONNAME, organisation).unwrap();
        subject.append_entry_by_nid(Nid::COMMONNAME, "Bob").unwrap();
        let bob = Authority { name: subject.build(), key: middle.key.clone() };
        let leaf = middle.certify(&bob, 3, &["leaf", "subjectAltName=email:bob@example.org"]);
        let report = ask(&leaf, std::slice::from_ref(&within), &anchor);
        assert_eq!(report.valid, is_valid, "{organisation} {report:?}");
    }
}
