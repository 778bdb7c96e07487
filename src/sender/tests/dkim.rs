use openssl::pkey::PKey;

use super::{
    Evidence, Method, NOW, SenderResult, SenderWord, Zone, base64, evaluate, key_record, result_of, rsa,
    signed_message, word_and_reason,
};

const KEY_NAME: &str = "sel._domainkey.example.org";

fn dkim(raw: &str, zone: &Zone) -> SenderResult {
    result_of(&evaluate(raw, &Evidence::default(), zone), Method::Dkim).clone()
}

fn with_key(record: &str) -> Zone {
    Zone::default().with_txt(KEY_NAME, record)
}

#[test]
fn signatures_of_openssl_pass_with_rsa_and_ed25519() {
    for key in [rsa(2048), PKey::generate_ed25519().unwrap()] {
        let result = dkim(&signed_message(&key, "example.org", ""), &with_key(&key_record(&key)));
        assert_eq!((word_and_reason(&result), result.domain.as_str()), ((SenderWord::Pass, None), "example.org"));
    }
}

#[test]
fn a_signature_of_mail_auth_passes_in_every_canonicalization() {
    use mail_auth::common::crypto::Ed25519Key;
    use mail_auth::common::headers::HeaderWriter as _;
    use mail_auth::dkim::{Canonicalization, DkimSigner};
    let message =
        "From:  Alice\t<alice@example.org>\r\nSubject: a\r\n  folded   one \r\n\r\nText  with \t space \r\n\r\n\r\n";
    let der = Ed25519Key::generate_pkcs8().unwrap();
    for header in [Canonicalization::Simple, Canonicalization::Relaxed] {
        for body in [Canonicalization::Simple, Canonicalization::Relaxed] {
            let key = Ed25519Key::from_pkcs8_der(&der).unwrap();
            let record = format!("k=ed25519; p={}", base64(&key.public_key()));
            let signer = DkimSigner::from_key(key).domain("example.org").selector("sel").headers(["From", "Subject"]);
            let signer = signer.header_canonicalization(header).body_canonicalization(body);
            let signature = signer.sign(message.as_bytes()).unwrap().to_header();
            let result = dkim(&format!("{signature}{message}"), &with_key(&record));
            assert_eq!(word_and_reason(&result), (SenderWord::Pass, None), "{header:?} {body:?}");
        }
    }
}

#[test]
fn a_message_stored_with_bare_line_feeds_is_judged_as_it_was_on_the_wire() {
    let key = rsa(2048);
    let stored = signed_message(&key, "example.org", "").replace("\r\n", "\n");
    assert_eq!(dkim(&stored, &with_key(&key_record(&key))).result, SenderWord::Pass);
}

#[test]
fn a_changed_body_or_field_fails() {
    let key = rsa(2048);
    let zone = with_key(&key_record(&key));
    let message = signed_message(&key, "example.org", "");
    let body = dkim(&message.replace("noon", "nine"), &zone);
    assert_eq!(word_and_reason(&body), (SenderWord::Fail, Some("body_hash_mismatch")));
    let field = dkim(&message.replace("Subject: Lunch", "Subject: Money"), &zone);
    assert_eq!(word_and_reason(&field), (SenderWord::Fail, Some("bad_signature")));
    let other = dkim(&message, &with_key(&key_record(&rsa(2048))));
    assert_eq!(word_and_reason(&other), (SenderWord::Fail, Some("bad_signature")));
}

#[test]
fn a_second_field_above_the_signed_one_is_refused() {
    let key = rsa(2048);
    let message = format!("Subject: Money\r\n{}", signed_message(&key, "example.org", ""));
    let result = dkim(&message, &with_key(&key_record(&key)));
    assert_eq!(word_and_reason(&result), (SenderWord::Permerror, Some("signed_field_repeated")));
}

#[test]
fn a_signature_over_the_beginning_of_the_body_never_passes() {
    let key = rsa(2048);
    let zone = with_key(&key_record(&key));
    let length = super::BODY.len();
    let whole = signed_message(&key, "example.org", &format!("l={length}; "));
    assert_eq!(dkim(&whole, &zone).result, SenderWord::Pass);
    let longer = dkim(&format!("{whole}and send money\r\n"), &zone);
    assert_eq!(word_and_reason(&longer), (SenderWord::Policy, Some("body_partly_signed")));
    let nothing = signed_message(&key, "example.org", "l=99999; ");
    assert_eq!(word_and_reason(&dkim(&nothing, &zone)), (SenderWord::Permerror, Some("body_length_beyond_end")));
}

#[test]
fn weak_keys_and_old_hashes_are_refused() {
    let key = rsa(512);
    let weak = dkim(&signed_message(&key, "example.org", ""), &with_key(&key_record(&key)));
    assert_eq!(word_and_reason(&weak), (SenderWord::Policy, Some("key_size")));
    let key = rsa(2048);
    let hash = base64(&openssl::sha::sha1(b"Hello\r\n"));
    let tags = format!("v=1; a=rsa-sha1; d=example.org; s=sel; h=From; bh={hash}; b=");
    let input = format!("From: alice@example.org\r\nDKIM-Signature: {tags}");
    let mut signer = openssl::sign::Signer::new(openssl::hash::MessageDigest::sha1(), &key).unwrap();
    let signature = base64(&signer.sign_oneshot_to_vec(input.as_bytes()).unwrap());
    let message = format!("DKIM-Signature: {tags}{signature}\r\nFrom: alice@example.org\r\n\r\nHello\r\n");
    let zone = with_key(&key_record(&key));
    assert_eq!(word_and_reason(&dkim(&message, &zone)), (SenderWord::Policy, Some("algorithm_sha1")));
    let changed = message.replace("From: alice", "From: mallory");
    assert_eq!(word_and_reason(&dkim(&changed, &zone)), (SenderWord::Fail, Some("bad_signature")));
}

#[test]
fn a_signature_ends_when_it_says_so() {
    let key = rsa(2048);
    let zone = with_key(&key_record(&key));
    let past = signed_message(&key, "example.org", &format!("t={}; x={}; ", NOW - 20, NOW - 10));
    assert_eq!(word_and_reason(&dkim(&past, &zone)), (SenderWord::Fail, Some("signature_expired")));
    let future = signed_message(&key, "example.org", &format!("t={}; x={}; ", NOW - 20, NOW + 10));
    assert_eq!(dkim(&future, &zone).result, SenderWord::Pass);
    let absurd = signed_message(&key, "example.org", &format!("t={}; x={}; ", NOW, NOW - 10));
    assert_eq!(dkim(&absurd, &zone).result, SenderWord::Permerror);
}

#[test]
fn the_identity_lies_in_the_signing_domain() {
    let key = rsa(2048);
    let zone = with_key(&key_record(&key));
    let below = signed_message(&key, "example.org", "i=@news.example.org; ");
    assert_eq!(dkim(&below, &zone).result, SenderWord::Pass);
    let strict = with_key(&(key_record(&key) + "; t=s"));
    assert_eq!(word_and_reason(&dkim(&below, &strict)), (SenderWord::Permerror, Some("identity_not_domain")));
    for identity in ["i=@example.com; ", "i=@badexample.org; ", "i=nonsense; "] {
        assert_eq!(dkim(&signed_message(&key, "example.org", identity), &zone).result, SenderWord::Permerror);
    }
}

#[test]
fn keys_that_do_not_serve_are_permanent_errors_and_a_silent_server_a_temporary_one() {
    let key = rsa(2048);
    let message = signed_message(&key, "example.org", "");
    let good = key_record(&key);
    for (record, reason) in [
        ("v=DKIM1; p=".to_owned(), "key_revoked"),
        (good.replace("k=rsa", "k=ed25519"), "key_algorithm"),
        (good.clone() + "; h=sha1", "key_hash"),
        (good.clone() + "; s=tlsrpt", "key_service"),
        (good.replace("v=DKIM1", "v=DKIM2"), "key_syntax"),
        (good.clone() + "; p=AAAA", "key_syntax"),
        ("v=DKIM1; p=????".to_owned(), "key_syntax"),
    ] {
        assert_eq!(word_and_reason(&dkim(&message, &with_key(&record))), (SenderWord::Permerror, Some(reason)));
    }
    let missing = dkim(&message, &Zone::default());
    assert_eq!(word_and_reason(&missing), (SenderWord::Permerror, Some("key_not_found")));
    let silent = Zone::parse(br#"{"sel._domainkey.example.org.": "TIMEOUT"}"#).unwrap();
    assert_eq!(word_and_reason(&dkim(&message, &silent)), (SenderWord::Temperror, Some("key_unavailable")));
}

#[test]
fn malformed_signatures_are_permanent_errors() {
    let key = rsa(2048);
    let zone = with_key(&key_record(&key));
    let message = signed_message(&key, "example.org", "");
    for (from, to) in [
        ("v=1; ", ""),
        ("v=1; ", "v=2; "),
        ("v=1; ", "v=1; v=1; "),
        ("h=from:subject", "h=subject"),
        ("c=relaxed/relaxed", "c=loose/relaxed"),
        ("a=rsa-sha256", "a=rsa-md5"),
        ("s=sel; ", ""),
        ("d=example.org", "d=example..org"),
        ("v=1; ", "v=1; q=dns/other; "),
        ("v=1; ", "v=1; l=-1; "),
    ] {
        let changed = message.replacen(from, to, 1);
        assert_ne!(changed, message);
        assert_eq!(dkim(&changed, &zone).result, SenderWord::Permerror, "{to}");
    }
}

#[test]
fn a_message_without_a_signature_has_none_and_a_flood_of_signatures_is_cut() {
    let none = dkim("From: alice@example.org\r\n\r\n", &Zone::default());
    assert_eq!(word_and_reason(&none), (SenderWord::None, Some("no_signature")));
    let flood = "DKIM-Signature: v=1\r\n".repeat(3_000) + "From: alice@example.org\r\n\r\n";
    let results = evaluate(&flood, &Evidence::default(), &Zone::default());
    assert_eq!(results.iter().filter(|result| result.method == Method::Dkim).count(), 17);
    let huge = "X: y\r\n".repeat(300_000);
    let results = evaluate(&huge, &Evidence::default(), &Zone::default());
    assert!(results.iter().all(|result| result.explanation.as_deref() == Some("too_many_fields")));
}
