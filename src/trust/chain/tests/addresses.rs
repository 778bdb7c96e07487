//! Certificates without an address, with several, and with those that are not ASCII.

use super::*;
use crate::domain::EmailAddress;

fn judged(names: &str, who: &str) -> (TrustVerdict, Option<String>) {
    let (root, bob) = (Authority::new("Root"), Authority::new("Bob"));
    let mut extensions = vec!["leaf"];
    if !names.is_empty() {
        extensions.push(names);
    }
    let leaf = root.certify(&bob, 7, &extensions);
    let mut policy = TrustPolicy::nobody(soon());
    policy.anchors = vec![root.certify(&root, 1, &[])];
    let who = EmailAddress::parse(who).unwrap();
    let judged = judge(&leaf, &[], Some(&who), &SmimeRing::default(), &policy);
    (judged.verdict, judged.reason)
}

#[test]
fn a_certificate_without_an_address_vouches_for_none_and_says_so() {
    let expected = (TrustVerdict::Mismatch, Some("no_address".to_owned()));
    assert_eq!(judged("", "bob@example.org"), expected);
    assert_eq!(judged("subjectAltName=DNS:example.org", "bob@example.org"), expected);
    assert_eq!(judged("subjectAltName=otherName:1.2.3.4;UTF8:bob@example.org", "bob@example.org"), expected);
}

#[test]
fn a_certificate_with_several_addresses_vouches_for_each_and_no_other() {
    let names = "subjectAltName=email:bob@example.org,email:robert@example.com,otherName:1.3.6.1.5.5.7.8.9;UTF8:ボブ@example.jp";
    for who in ["bob@example.org", "robert@example.com", "Bob@Example.Org", "ボブ@example.jp"] {
        assert_eq!(judged(names, who), (TrustVerdict::Authenticated, None), "{who}");
    }
    for who in ["bob@example.com", "ボブ@example.org", "ホブ@example.jp"] {
        assert_eq!(judged(names, who), (TrustVerdict::Mismatch, Some("address_missing".to_owned())), "{who}");
    }
}

#[test]
fn one_domain_in_two_writings_is_one_domain() {
    for names in [
        "subjectAltName=email:bob@xn--r8jz45g.jp",
        "subjectAltName=otherName:1.3.6.1.5.5.7.8.9;UTF8:bob@例え.jp",
        "subjectAltName=otherName:1.3.6.1.5.5.7.8.9;UTF8:bob@xn--r8jz45g.jp",
    ] {
        for who in ["bob@例え.jp", "bob@xn--r8jz45g.jp", "bob@XN--R8JZ45G.JP"] {
            assert_eq!(judged(names, who), (TrustVerdict::Authenticated, None), "{names} {who}");
        }
        assert_eq!(judged(names, "bob@例え.com").0, TrustVerdict::Mismatch, "{names}");
    }
}

#[test]
fn what_an_authority_issued_after_it_lost_trust_is_not_believed() {
    let (root, bob) = (Authority::new("Root"), Authority::new("Bob"));
    let leaf = root.certify(&bob, 7, &["leaf", "subjectAltName=email:bob@example.org"]);
    let anchor = root.certify(&root, 1, &[]);
    let mut request = PathRequest::new(leaf.clone(), soon());
    request.anchors = vec![anchor.clone()];
    let limited = |at: Timestamp| Arc::new(std::collections::BTreeMap::from([(anchor.fingerprint.clone(), at)]));
    request.distrust_after = limited("2020-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(validate(&request).reason.as_deref(), Some("authority_distrusted"));
    request.distrust_after = limited(leaf.not_before());
    assert!(validate(&request).valid, "what was issued until then still counts");
}

#[test]
fn what_came_along_with_a_signature_counts_as_far_as_its_own_signature_goes() {
    use crate::crypto::Stapled;
    let (before, after) = lists();
    let der = |pem: &[u8]| openssl::x509::X509Crl::from_pem(pem).unwrap().to_der().unwrap();
    let dave = lab().certificate("dave");
    let with = |list: &[u8]| {
        let mut policy = TrustPolicy::nobody(soon());
        policy.anchors = vec![lab().certificate("ca")];
        policy.revocation = Revocation::Hard;
        let policy = policy.with_stapled(&[Stapled::Crl(list.into())]);
        judge(&dave, &[], Some(&address("dave")), &SmimeRing::default(), &policy).verdict
    };
    assert_eq!(with(&der(&before)), TrustVerdict::Authenticated);
    assert_eq!(with(&der(&after)), TrustVerdict::Revoked);
    let mut forged = der(&before);
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(with(&forged), TrustVerdict::Unauthenticated, "nobody who may say so said it");
}

#[test]
fn authorities_that_were_fetched_may_stand_between_and_are_trusted_by_that_in_nothing() {
    let (root, middle, bob) = (Authority::new("Root"), Authority::new("Middle"), Authority::new("Bob"));
    let between = root.certify(&middle, 2, &[]);
    let leaf = middle.certify(&bob, 7, &["leaf", "subjectAltName=email:bob@example.org"]);
    let who = EmailAddress::parse("bob@example.org").unwrap();
    let mut policy = TrustPolicy::nobody(soon());
    policy.issuers = vec![between];
    let ask = |policy: &TrustPolicy| judge(&leaf, &[], Some(&who), &SmimeRing::default(), policy);
    assert_eq!(ask(&policy).reason.as_deref(), Some("no_path"));
    policy.anchors = vec![root.certify(&root, 1, &[])];
    assert_eq!(ask(&policy).verdict, TrustVerdict::Authenticated);
    policy.issuers.clear();
    assert_eq!(ask(&policy).reason.as_deref(), Some("no_path"));
}
