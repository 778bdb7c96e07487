use openssl::pkey::{PKey, Private};

use super::{
    Evidence, Method, SenderResult, SenderWord, Zone, evaluate, key_record, result_of, rsa, signed_message_from,
    word_and_reason,
};
use crate::domain::EmailAddress;

fn dmarc(raw: &str, evidence: &Evidence, zone: &Zone) -> SenderResult {
    result_of(&evaluate(raw, evidence, zone), Method::Dmarc).clone()
}

/// Signed by a domain for an author, with these DMARC records.
fn judge(author: &str, signer: &str, records: &[(&str, &str)]) -> SenderResult {
    judge_with(&rsa(2048), author, signer, records)
}

fn judge_with(key: &PKey<Private>, author: &str, signer: &str, records: &[(&str, &str)]) -> SenderResult {
    let mut zone = Zone::default().with_txt(&format!("sel._domainkey.{signer}"), &key_record(key));
    for (name, text) in records {
        zone = zone.with_txt(name, text);
    }
    dmarc(&signed_message_from(author, key, signer, ""), &Evidence::default(), &zone)
}

const REJECT: (&str, &str) = ("_dmarc.example.org", "v=DMARC1; p=reject; sp=quarantine");

#[test]
fn a_signature_of_the_same_organization_passes() {
    let key = rsa(2048);
    for (author, signer) in [
        ("alice@example.org", "example.org"),
        ("alice@mail.example.org", "example.org"),
        ("alice@example.org", "mail.example.org"),
        ("alice@a.example.org", "b.example.org"),
    ] {
        assert_eq!(judge_with(&key, author, signer, &[REJECT]).result, SenderWord::Pass, "{author} {signer}");
    }
}

#[test]
fn a_signature_of_anybody_else_does_not() {
    let key = rsa(2048);
    for (author, signer) in [
        ("alice@example.org", "example.net"),
        ("alice@example.org", "badexample.org"),
        ("alice@example.org", "org"),
        ("alice@example.org", "example.org.example.net"),
    ] {
        let result = judge_with(&key, author, signer, &[REJECT]);
        assert_eq!(word_and_reason(&result), (SenderWord::Fail, Some("not_aligned")), "{author} {signer}");
        assert_eq!(result.policy.as_deref(), Some("reject"));
    }
}

#[test]
fn strict_alignment_wants_the_same_name() {
    let strict = ("_dmarc.example.org", "v=DMARC1; p=reject; adkim=s");
    assert_eq!(judge("alice@example.org", "mail.example.org", &[strict]).result, SenderWord::Fail);
    assert_eq!(judge("alice@example.org", "example.org", &[strict]).result, SenderWord::Pass);
}

#[test]
fn customers_of_a_public_suffix_are_not_one_organization() {
    let suffix = ("_dmarc.shop.example", "v=DMARC1; p=reject; psd=y");
    let result = judge("alice@alice.shop.example", "mallory.shop.example", &[suffix]);
    assert_eq!((result.result, result.policy.as_deref()), (SenderWord::Fail, Some("reject")));
    let top = ("_dmarc.example", "v=DMARC1; p=reject");
    let result = judge("alice@alice.example", "mallory.example", &[top]);
    assert_ne!(result.result, SenderWord::Pass);
}

#[test]
fn the_policy_for_names_below_and_names_that_do_not_exist_is_told_apart() {
    let key = rsa(2048);
    let records = [("_dmarc.example.org", "v=DMARC1; p=none; sp=quarantine; np=reject"), ("real.example.org", "x")];
    for (author, policy) in [
        ("alice@example.org", "none"),
        ("alice@real.example.org", "quarantine"),
        ("alice@unreal.example.org", "reject"),
    ] {
        let result = judge_with(&key, author, "example.net", &records);
        assert_eq!((result.result, result.policy.as_deref()), (SenderWord::Fail, Some(policy)), "{author}");
    }
}

#[test]
fn a_policy_under_test_counts_one_step_lower() {
    let record = ("_dmarc.example.org", "v=DMARC1; p=reject; t=y");
    assert_eq!(judge("alice@example.org", "example.net", &[record]).policy.as_deref(), Some("quarantine"));
}

#[test]
fn long_names_are_walked_in_eight_steps() {
    let record = ("_dmarc.example.org", "v=DMARC1; p=reject");
    let result = judge("alice@a.b.c.d.e.f.g.h.i.j.example.org", "example.org", &[record]);
    assert_eq!(result.result, SenderWord::Pass);
}

#[test]
fn no_record_is_none_two_are_none_and_a_silent_server_is_a_temporary_error() {
    assert_eq!(judge("alice@example.org", "example.org", &[]).result, SenderWord::None);
    assert_eq!(judge("alice@example.org", "example.org", &[REJECT, REJECT]).result, SenderWord::None);
    let silent = Zone::parse(br#"{"_dmarc.example.org.": "SERVFAIL"}"#).unwrap();
    let result = dmarc("From: alice@example.org\r\n\r\n", &Evidence::default(), &silent);
    assert_eq!(result.result, SenderWord::Temperror);
}

#[test]
fn spf_speaks_for_its_domain_too() {
    let zone = Zone::default().with_txt(REJECT.0, REJECT.1).with_txt("bounce.example.org", "v=spf1 ip4:192.0.2.1 -all");
    let evidence = |ip: &str, mail_from: &str| Evidence {
        ip: Some(ip.parse().unwrap()),
        mail_from: Some(mail_from.to_owned()),
        ..Evidence::default()
    };
    let message = "From: alice@example.org\r\n\r\nHello\r\n";
    let aligned = dmarc(message, &evidence("192.0.2.1", "x@bounce.example.org"), &zone);
    assert_eq!(aligned.result, SenderWord::Pass);
    assert_eq!(dmarc(message, &evidence("192.0.2.2", "x@bounce.example.org"), &zone).result, SenderWord::Fail);
}

#[test]
fn a_display_name_that_repeats_the_address_is_no_second_reading() {
    let zone = Zone::default().with_txt(REJECT.0, REJECT.1);
    for from in [
        "alice@example.org <alice@example.org>",
        "\"bob@example.net\" <alice@example.org>",
        "a (b@c.d) <alice@example.org>",
        "\"Alice\" <ALICE@Example.ORG>",
        "alice@example.org, bob@example.org",
    ] {
        let result = dmarc(&format!("From: {from}\r\n\r\nHello\r\n"), &Evidence::default(), &zone);
        assert_eq!((result.result, result.domain.as_str()), (SenderWord::Fail, "example.org"), "{from}");
    }
}

#[test]
fn a_from_that_can_be_read_in_two_ways_is_never_judged_good() {
    let key = rsa(2048);
    let zone = Zone::default()
        .with_txt("sel._domainkey.example.org", &key_record(&key))
        .with_txt(REJECT.0, REJECT.1)
        .with_txt("_dmarc.mallory.example.net", "v=DMARC1; p=none");
    for from in [
        "From: alice@example.org, mallory@mallory.example.net",
        "From: alice@example.org\r\nFrom: mallory@mallory.example.net",
        "From: <alice@example.org> <mallory@mallory.example.net>",
        "From: alice@example.org@mallory.example.net",
        "From: \"a\" <@mallory.example.net:alice@example.org>",
        "From: alice@example.org <mallory@mallory.example.net>",
        "From: =?utf-8?q?x?= alice@example.org via <mallory@mallory.example.net>",
        "From: \"Alice <alice@example.org>",
        "From: (Alice <alice@example.org>",
        " From: mallory@mallory.example.net\r\nFrom: alice@example.org",
        "Fr\0om: mallory@mallory.example.net\r\nFrom: alice@example.org",
        "From : mallory@mallory.example.net\r\nFrom: alice@example.org",
        "From\r\n : mallory@mallory.example.net\r\nFrom: alice@example.org",
        "From: alice",
        "From:",
        "From: alice@example.org\0@x",
        "Subject: no from",
    ] {
        let result = dmarc(&format!("{from}\r\n\r\nHello\r\n"), &Evidence::default(), &zone);
        assert_eq!(result.result, SenderWord::Permerror, "{from}");
    }
    let shown = Evidence { shown: EmailAddress::parse("bob@example.com").map(|a| vec![a]), ..Evidence::default() };
    let message = signed_message_from("alice@example.org", &key, "example.org", "");
    assert_eq!(word_and_reason(&dmarc(&message, &shown, &zone)), (SenderWord::Permerror, Some("from_ambiguous")));
}
