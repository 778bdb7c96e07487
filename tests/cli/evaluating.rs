//! `evaluate` answers from a zone file, and never touches lock or seal.

use serde_json::Value;

use super::peers::text;
use super::{Answer, inspect, kakitome, mail, word, write};

const ZONE: [&str; 3] = ["--zone", "zone.json", "--json"];

fn result<'a>(answer: &'a Value, method: &str) -> &'a str {
    let found = answer["sender"].as_array().unwrap().iter().find(|one| one["method"] == method);
    word(found.unwrap_or_else(|| panic!("{method}: {answer}")), "/result")
}

fn evaluate(args: &[&str]) -> Answer {
    kakitome([&["evaluate"], args, &ZONE].concat())
}

#[test]
fn a_message_that_its_domain_signed_passes_and_an_altered_one_fails() {
    let from = ["--ip", "192.0.2.10", "--mail-from", "bob@example.test", "--helo", "mx.example.test"];
    let good = evaluate(&[&["mail/dkim.eml"], &from[..]].concat()).document();
    for method in ["spf", "dkim", "dmarc"] {
        assert_eq!(result(&good, method), "pass", "{method}");
    }
    for one in good["sender"].as_array().unwrap() {
        assert_eq!(one["source"], "evaluated");
        assert!(one.as_object().unwrap().contains_key("explanation"));
    }
    let dmarc = good["sender"].as_array().unwrap().iter().find(|one| one["method"] == "dmarc").unwrap();
    assert_eq!(word(dmarc, "/policy"), "reject");
    let altered =
        evaluate(&["mail/dkim-altered.eml", "--ip", "192.0.2.99", "--mail-from", "bob@example.test"]).document();
    for method in ["spf", "dkim", "dmarc"] {
        assert_eq!(result(&altered, method), "fail", "{method}");
    }
}

#[test]
fn spf_needs_no_message_and_says_when_dns_does_not_answer() {
    let spf = |ip: &str, from: &str, zone: &str| {
        let args = ["evaluate", "--only", "spf", "--ip", ip, "--mail-from", from, "--zone", zone, "--json"];
        result(&kakitome(args).document(), "spf").to_owned()
    };
    assert_eq!(spf("192.0.2.10", "bob@example.test", "zone.json"), "pass");
    assert_eq!(spf("2001:db8::1", "bob@example.test", "zone.json"), "fail");
    assert_eq!(spf("192.0.2.10", "bob@elsewhere.test", "zone.json"), "none");
    let folder = tempfile::tempdir().unwrap();
    let zone = write(
        folder.path(),
        "zone.json",
        r#"{"slow.test.": "TIMEOUT", "down.test.": "SERVFAIL", "gone.test.": "NXDOMAIN", "odd.test.": {"TXT": ["v=spf1 ip4:1.2.3 -all"]}, "two.test.": {"TXT": ["v=spf1 -all", "v=spf1 +all"]}}"#,
    );
    for (domain, expected) in
        [("slow", "temperror"), ("down", "temperror"), ("gone", "none"), ("odd", "permerror"), ("two", "permerror")]
    {
        assert_eq!(spf("192.0.2.10", &format!("bob@{domain}.test"), text(&zone)), expected, "{domain}");
    }
    let wrong = write(folder.path(), "wrong.json", "no zone");
    let answer =
        kakitome(["evaluate", "--only", "spf", "--ip", "192.0.2.1", "--mail-from", "a@b.test", "--zone", text(&wrong)]);
    assert!(answer.refused(1).contains("wrong.json"), "{}", answer.error);
}

#[test]
fn wrong_usage_and_missing_files_are_told_apart() {
    evaluate(&["--only", "spf"]).refused(2);
    evaluate(&[]).refused(2);
    evaluate(&["mail/plain.eml", "--ip", "nowhere"]).refused(2);
    assert!(evaluate(&["no-such.eml"]).refused(1).contains("no-such.eml"));
    assert!(kakitome(["evaluate", "mail/plain.eml", "--zone", "no-zone"]).refused(1).contains("no-zone"));
}

#[test]
fn a_picture_for_bimi_is_accepted_or_rejected_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let good = "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.2\" baseProfile=\"tiny-ps\" viewBox=\"0 0 10 10\"><title>Seal</title><rect width=\"10\" height=\"10\"/></svg>";
    let verdict = |svg: &str| {
        let file = write(folder.path(), "x.svg", svg);
        let found = kakitome(["evaluate", "--svg", text(&file), "--json"]).document();
        (word(&found, "/verdict").to_owned(), found["reason"].clone())
    };
    assert_eq!(verdict(good), ("accepted".to_owned(), Value::Null));
    for bad in [
        good.replace("<rect", "<script>1</script><rect"),
        good.replace("baseProfile=\"tiny-ps\" ", ""),
        good.replace("<title>Seal</title>", ""),
        "<html/>".to_owned(),
        String::new(),
    ] {
        let (word, reason) = verdict(&bad);
        assert_eq!(word, "rejected", "{bad}");
        assert!(reason.is_string(), "{bad}");
    }
}

#[test]
fn who_delivered_a_message_says_nothing_about_its_lock_and_seal() {
    let plain = inspect(&[&mail("dkim")], &["--authserv-id", "mx.example.test"]).document();
    assert_eq!(result(&plain, "dkim"), "pass");
    assert_eq!(super::headline(&plain), ("not_encrypted", "unsigned"));
}
