use super::{Evidence, SenderWord, Zone, wait, word_and_reason};

/// The answer for a record at example.org, next to a few other names.
fn judge(record: &str, ip: &str) -> (SenderWord, Option<String>) {
    let others = r#"
        "mx.example.org.": {"A": ["192.0.2.25"], "AAAA": ["2001:db8::25"]},
        "ok.example.net.": {"TXT": ["v=spf1 ip4:198.51.100.0/24 -all"]},
        "slow.example.net.": "TIMEOUT",
        "two.example.net.": {"TXT": ["v=spf1 -all", "v=spf1 +all"]},
        "loop.example.net.": {"TXT": ["v=spf1 include:loop.example.net -all"]},
        "2.0.192.alice.%{o}.example.org.": {"A": ["127.0.0.2"]},
        "alice.at.example.org.": {"A": ["127.0.0.2"]},
        "9.2.0.192.in-addr.arpa.": {"PTR": ["mail.example.org.", "mail.example.com."]},
        "mail.example.org.": {"A": ["192.0.2.9"]},
        "mail.example.com.": {"A": ["203.0.113.1"]}"#;
    let json = format!(
        r#"{{"example.org.": {{"TXT": [{record:?}], "MX": [[10, "mx.example.org."]], "A": ["192.0.2.80"]}}, {others}}}"#
    );
    let zone = Zone::parse(json.as_bytes()).unwrap();
    judge_in(&zone, ip, "client.example.net", "alice@example.org")
}

fn judge_in(zone: &Zone, ip: &str, helo: &str, mail_from: &str) -> (SenderWord, Option<String>) {
    let evidence = Evidence {
        ip: Some(ip.parse().unwrap()),
        helo: Some(helo.to_owned()),
        mail_from: Some(mail_from.to_owned()),
        shown: None,
    };
    let result = wait(crate::sender::evaluate_spf(&evidence, zone)).unwrap();
    let (word, reason) = word_and_reason(&result);
    (word, reason.map(str::to_owned))
}

fn word(record: &str, ip: &str) -> SenderWord {
    judge(record, ip).0
}

#[test]
fn the_first_matching_mechanism_decides() {
    assert_eq!(word("v=spf1 ip4:192.0.2.0/24 -all", "192.0.2.1"), SenderWord::Pass);
    assert_eq!(word("v=spf1 ip4:192.0.2.0/24 -all", "192.0.3.1"), SenderWord::Fail);
    assert_eq!(word("v=spf1 -ip4:192.0.2.1 +all", "192.0.2.1"), SenderWord::Fail);
    assert_eq!(word("v=spf1 ~all", "192.0.2.1"), SenderWord::Softfail);
    assert_eq!(word("v=spf1 a", "192.0.2.1"), SenderWord::Neutral);
    assert_eq!(word("v=spf1 a -all", "192.0.2.80"), SenderWord::Pass);
    assert_eq!(word("v=spf1 mx -all", "192.0.2.25"), SenderWord::Pass);
    assert_eq!(word("v=spf1 mx -all", "2001:db8::25"), SenderWord::Pass);
    assert_eq!(word("v=spf1 mx//64 -all", "2001:db8::99"), SenderWord::Pass);
    assert_eq!(word("v=spf1 mx/24 -all", "2001:db8::99"), SenderWord::Fail);
    assert_eq!(word("v=spf1 ip6:2001:db8::/32 -all", "2001:db8:1::1"), SenderWord::Pass);
}

#[test]
fn an_ipv4_mapped_address_is_judged_as_ipv4() {
    assert_eq!(word("v=spf1 ip4:192.0.2.1 -all", "::ffff:192.0.2.1"), SenderWord::Pass);
}

#[test]
fn an_error_anywhere_in_the_record_is_a_permanent_error() {
    for record in [
        "v=spf1 +all ipv4:192.0.2.1",
        "v=spf1 all:x",
        "v=spf1 a:example.org/33",
        "v=spf1 a/024",
        "v=spf1 ip4:192.0.2.0/33",
        "v=spf1 ip4:192.0.2",
        "v=spf1 include",
        "v=spf1 exists:com",
        "v=spf1 a:%{x}.example.org",
        "v=spf1 a:%{d0}.example.org",
        "v=spf1 a:%(d).example.org",
        "v=spf1 redirect=example.net redirect=example.net",
        "v=spf1 +all redirect:example.net",
        "v=spf1 1up=yes +all",
        "v=spf1 +all\u{e9}",
    ] {
        assert_eq!(judge(record, "192.0.2.1"), (SenderWord::Permerror, Some("syntax".into())), "{record}");
    }
}

#[test]
fn included_failures_do_not_match_and_missing_records_are_errors() {
    assert_eq!(word("v=spf1 include:ok.example.net ~all", "198.51.100.7"), SenderWord::Pass);
    assert_eq!(word("v=spf1 include:ok.example.net ~all", "192.0.2.1"), SenderWord::Softfail);
    assert_eq!(word("v=spf1 include:none.example.net +all", "192.0.2.1"), SenderWord::Permerror);
    assert_eq!(word("v=spf1 redirect=none.example.net", "192.0.2.1"), SenderWord::Permerror);
    assert_eq!(word("v=spf1 redirect=ok.example.net", "198.51.100.7"), SenderWord::Pass);
    assert_eq!(word("v=spf1 redirect=two.example.net", "192.0.2.1"), SenderWord::Permerror);
    assert_eq!(word("v=spf1 include:slow.example.net +all", "192.0.2.1"), SenderWord::Temperror);
}

#[test]
fn loops_and_too_many_questions_end_in_a_permanent_error() {
    let (word, reason) = judge("v=spf1 include:loop.example.net +all", "192.0.2.1");
    assert_eq!((word, reason.as_deref()), (SenderWord::Permerror, Some("too_many_lookups")));
    let many = format!("v=spf1 {}+all", "exists:mx.example.com.none a ".repeat(6));
    assert_eq!(judge(&many, "192.0.2.1").0, SenderWord::Permerror);
    let (word, reason) = judge("v=spf1 a:x1.example.org a:x2.example.org a:x3.example.org +all", "192.0.2.1");
    assert_eq!((word, reason.as_deref()), (SenderWord::Permerror, Some("too_many_void_lookups")));
    assert_eq!(judge("v=spf1 a:x1.example.org a:x2.example.org ?all", "192.0.2.1").0, SenderWord::Neutral);
}

#[test]
fn a_name_counts_only_if_it_leads_back_to_the_address() {
    assert_eq!(word("v=spf1 ptr -all", "192.0.2.9"), SenderWord::Pass);
    assert_eq!(word("v=spf1 ptr:example.com -all", "192.0.2.9"), SenderWord::Fail);
    assert_eq!(word("v=spf1 exists:%{l}.at.%{o} -all", "192.0.2.9"), SenderWord::Pass);
    assert_eq!(word("v=spf1 a:%{p} -all", "192.0.2.9"), SenderWord::Pass);
}

#[test]
fn a_bounce_is_judged_by_the_greeting_and_a_bare_name_not_at_all() {
    let zone = Zone::parse(br#"{"mail.example.org.": {"TXT": ["v=spf1 ip4:192.0.2.1 -all"]}}"#).unwrap();
    assert_eq!(judge_in(&zone, "192.0.2.1", "mail.example.org", "").0, SenderWord::Pass);
    assert_eq!(judge_in(&zone, "192.0.2.2", "mail.example.org", "<>").0, SenderWord::Fail);
    assert_eq!(judge_in(&zone, "192.0.2.1", "[192.0.2.1]", "").0, SenderWord::None);
    assert_eq!(judge_in(&zone, "192.0.2.1", "localhost", "").0, SenderWord::None);
    assert_eq!(judge_in(&zone, "192.0.2.1", "x", "a@mail.example.org\0.example.net").0, SenderWord::None);
    assert_eq!(judge_in(&zone, "192.0.2.1", "x", "a@mail.example.org").0, SenderWord::Pass);
}

#[test]
fn hostile_records_end_quickly() {
    for record in ["v=spf1 ".to_owned() + &"%{".repeat(20_000), "v=spf1 ".to_owned() + &"ip4:1.2.3.4 ".repeat(20_000)] {
        judge(&record, "192.0.2.1");
    }
    let long = format!("v=spf1 exists:{}.example.org ?all", "%{s}".repeat(5_000));
    assert_eq!(word(&long, "192.0.2.1"), SenderWord::Neutral);
}
