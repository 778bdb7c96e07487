use super::{Method, SenderWord};
use crate::sender::{SenderResult, Source, parse_header, reported};

fn believed(raw: &str) -> Vec<SenderResult> {
    reported(raw.as_bytes(), &["mx.example.net".to_owned()])
}

fn words(raw: &str) -> Vec<(Method, SenderWord)> {
    believed(raw).iter().map(|result| (result.method, result.result)).collect()
}

#[test]
fn comments_quotes_versions_and_properties_are_read() {
    let field = parse_header(
        "Authentication-Results: (a (nested \\) one)) \"mx.example.net\" 1 (c);\r\n\
         dkim = pass (good; spf=fail) reason=\"it; \\\"holds\\\"\" header . d=example.org header.b=Ab=;\r\n\
         spf/1=softfail smtp.mailfrom=\"a; dmarc=pass\"@example.org;\r\n x-odd=yes policy.x=;\r\n",
    )
    .unwrap();
    assert_eq!(field.authserv_id, "mx.example.net");
    let [dkim, spf, odd] = field.results.as_slice() else { panic!("{field:?}") };
    assert_eq!((dkim.result.as_str(), dkim.reason.as_deref()), ("pass", Some("it; \"holds\"")));
    let property = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(dkim.properties, [property("header.d", "example.org"), property("header.b", "Ab=")]);
    assert_eq!(spf.properties, [property("smtp.mailfrom", "a; dmarc=pass@example.org")]);
    assert_eq!((odd.method.as_str(), odd.result.as_str()), ("x-odd", "yes"));
}

#[test]
fn none_is_no_result() {
    assert_eq!(parse_header("mx.example.net; none").unwrap().results, []);
    assert_eq!(parse_header("mx.example.net 1; none").unwrap().results, []);
}

#[test]
fn what_does_not_follow_the_grammar_is_not_believed_at_all() {
    for text in [
        "",
        "; spf=pass",
        "mx.example.net; spf=pass (never closed",
        "mx.example.net; spf=pass reason=\"never closed",
        "mx.example.net; spf",
        "mx.example.net 2; spf=pass",
        "mx.example.net; =pass",
        "mx.example.net; spf=pass stray",
        "mx.example.net spf=pass",
    ] {
        assert!(parse_header(text).is_err(), "{text}");
    }
}

#[test]
fn the_configured_servers_results_are_reported_with_their_domains() {
    let results = believed(
        "Authentication-Results: MX.example.net; dmarc=pass policy.dmarc=reject header.from=example.org;\r\n\
         \tspf=pass smtp.mailfrom=bounce@news.example.org; dkim=fail header.i=@example.org; auth=pass\r\n\r\n",
    );
    let [dmarc, spf, dkim] = results.as_slice() else { panic!("{results:?}") };
    assert_eq!((dmarc.domain.as_str(), dmarc.policy.as_deref()), ("example.org", Some("reject")));
    assert_eq!((spf.domain.as_str(), spf.result), ("news.example.org", SenderWord::Pass));
    assert_eq!((dkim.domain.as_str(), dkim.result), ("example.org", SenderWord::Fail));
    assert_eq!(dmarc.source, Source::Reported { authserv_id: "MX.example.net".into() });
}

#[test]
fn nobody_elses_field_is_believed_nor_anything_below_it() {
    assert_eq!(words("Authentication-Results: mx.example.com; dmarc=pass\r\n\r\n"), []);
    assert_eq!(words("Authentication-Results: mx.example.net.evil.example; dmarc=pass\r\n\r\n"), []);
    let below = "Authentication-Results: evil.example; dmarc=fail\r\n\
        Authentication-Results: mx.example.net; dmarc=pass\r\n\r\n";
    assert_eq!(words(below), []);
    let garbled = "Authentication-Results: mx.example.net; (\r\n\
        Authentication-Results: mx.example.net; dmarc=pass\r\n\r\n";
    assert_eq!(words(garbled), []);
}

#[test]
fn a_forged_field_below_the_servers_own_changes_nothing() {
    let raw = "Authentication-Results: mx.example.net; dmarc=fail header.from=example.org\r\n\
        Received: from mallory (x [192.0.2.1]) by mx.example.net with ESMTP\r\n\
        Authentication-Results: mx.example.net; dmarc=pass header.from=example.org\r\n\r\n";
    assert_eq!(words(raw), [(Method::Dmarc, SenderWord::Fail)]);
}

#[test]
fn a_field_below_a_foreign_servers_line_came_in_with_the_message() {
    let raw = "Received: from a (a [192.0.2.1]) by mail.example.com with ESMTP\r\n\
        Authentication-Results: mx.example.net; dmarc=pass\r\n\r\n";
    assert_eq!(words(raw), []);
    let inside = "Received: by 2001:db8::1 with SMTP id 7; Mon\r\n\
        Received: from a (a [192.0.2.1]) by mx2.example.net with ESMTP\r\n\
        Authentication-Results: mx.example.net; dmarc=pass\r\n\r\n";
    assert_eq!(words(inside), [(Method::Dmarc, SenderWord::Pass)]);
}

/// A mailbox of another provider, whose border keeps the fields that come in: none of them is the configured server's.
#[test]
fn a_border_of_another_provider_is_not_beside_the_servers_own() {
    let field = "Authentication-Results: biglobe.ne.jp; dmarc=pass header.from=bank.example\r\n";
    let results = |received: &str| {
        let raw = format!("{received}\r\n{field}From: a@bank.example\r\n\r\n");
        reported(raw.as_bytes(), &["biglobe.ne.jp".to_owned()]).len()
    };
    assert_eq!(results("Received: from evil (evil [203.0.113.9]) by mx.so-net.ne.jp with ESMTP; Mon"), 0);
    assert_eq!(results("Received: from evil (evil [203.0.113.9]) by EXCH01.corp.local with ESMTP; Mon"), 0);
    assert_eq!(results("Received: from evil (evil [203.0.113.9])\r\n\tby exch01 with ESMTP; Mon"), 0);
    assert_eq!(results("Received: from evil (evil [IPv6:2001:db8::9]) by exch01 with ESMTP; Mon"), 0);
    assert_eq!(
        results("Received: from evil (203.0.113.9) by EXCH01.corp.local (10.0.0.5) with Microsoft SMTP Server"),
        0
    );
    assert_eq!(results("Received: from unknown (HELO x) (203.0.113.9) by mail with SMTP; Mon"), 0);
    assert_eq!(results("Received: from mx.biglobe.ne.jp ([203.0.113.4])\r\n\tby imap03.internal with LMTP; Mon"), 1);
    assert_eq!(results("Received: from relay (relay [100.64.0.9]) by store.local with ESMTP; Mon"), 1);
    assert_eq!(results("Received: from evil (evil [203.0.113.9]) by mx.biglobe.ne.jp with ESMTP; Mon"), 1);
    assert_eq!(results("Received: from filter (filter [10.0.0.9]) by store.local with LMTP; Mon"), 1);
    assert_eq!(results("Received: from localhost (localhost [IPv6:::1]) by store with LMTP; Mon"), 1);
}
