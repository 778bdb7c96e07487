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

/// A real Knot DNS on loopback with the corpus' zone; stopped at the end.
struct Knot {
    child: std::process::Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Knot {
    fn start() -> Self {
        let port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().display();
        let records: Value =
            serde_json::from_slice(&std::fs::read(super::corpus().join("zone.json")).unwrap()).unwrap();
        let mut zone =
            "$TTL 60\ntest. SOA ns.test. a.test. 1 60 60 60 60\ntest. NS ns.test.\nns.test. A 127.0.0.1\n".to_owned();
        for (name, of_name) in records.as_object().unwrap() {
            for record in of_name["TXT"].as_array().into_iter().flatten() {
                // One string of a TXT record holds 255 octets (RFC 1035 §3.3).
                let pieces: Vec<String> = record
                    .as_str()
                    .unwrap()
                    .as_bytes()
                    .chunks(200)
                    .map(|piece| format!("\"{}\"", std::str::from_utf8(piece).unwrap()))
                    .collect();
                zone += &[name, " TXT ", &pieces.join(" "), "\n"].concat();
            }
        }
        std::fs::write(folder.path().join("zone"), zone).unwrap();
        let config = format!(
            "server:\n    listen: 127.0.0.1@{port}\n    rundir: \"{here}\"\ndatabase:\n    storage: \"{here}\"\n\
             zone:\n  - domain: test\n    file: \"{here}/zone\"\n"
        );
        let file = folder.path().join("knot.conf");
        std::fs::write(&file, config).unwrap();
        let child = std::process::Command::new("/usr/sbin/knotd")
            .arg("-c")
            .arg(&file)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("Knot DNS is installed");
        Self { child, port, _folder: folder }
    }
}

impl Drop for Knot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn inspect_asks_a_real_name_server_who_vouches_and_says_no_more_of_lock_and_seal() {
    let server = Knot::start();
    let dns = format!("127.0.0.1:{}", server.port);
    let asked =
        |file: &str| kakitome(["inspect", text(&mail(file)), "--json", "--evaluate-sender", "--dns", &dns]).document();
    // The server needs a moment to begin.
    let end = std::time::Instant::now() + std::time::Duration::from_secs(90);
    let mut good = asked("dkim");
    while result(&good, "dkim") != "pass" && std::time::Instant::now() < end {
        std::thread::sleep(std::time::Duration::from_millis(200));
        good = asked("dkim");
    }
    assert_eq!((result(&good, "dkim"), result(&good, "dmarc")), ("pass", "pass"), "{good}");
    assert_eq!((word(&good, "/headline/lock"), word(&good, "/headline/seal")), ("not_encrypted", "unsigned"));
    let altered = asked("dkim-altered");
    assert_eq!(result(&altered, "dkim"), "fail", "{altered}");
    let offline = kakitome(["inspect", text(&mail("dkim")), "--json", "--evaluate-sender", "--dns", &dns, "--offline"])
        .document();
    assert_eq!(offline["sender"].as_array().map(Vec::len), Some(0), "nobody is asked offline");
}
