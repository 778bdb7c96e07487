use std::fmt::Write as _;

use openssl::pkey::{PKey, Private};

use super::{
    BODY, Evidence, Method, SenderResult, SenderWord, Zone, base64, evaluate, key_record, result_of, rsa, sha256, sign,
    word_and_reason,
};

const HEADER: &str = "From: Alice <alice@example.org>\r\nSubject: Lunch\r\n";

/// One set, its canonical bytes written out as in [`super::signed_message`].
struct Set {
    results: String,
    message: String,
    seal: String,
}

fn set(key: &PKey<Private>, number: usize, state: &str, older: &[Set]) -> Set {
    let results = format!("i={number}; list.example.net; dkim=pass header.d=example.org");
    let hash = base64(&sha256(BODY.as_bytes()));
    let tags = format!(
        "i={number}; a=rsa-sha256; c=relaxed/relaxed; d=list.example.net; s=arc; h=from:subject; bh={hash}; b="
    );
    let signed = format!("from:Alice <alice@example.org>\r\nsubject:Lunch\r\narc-message-signature:{tags}");
    let message = tags + &sign(key, signed.as_bytes());
    let tags = format!("i={number}; a=rsa-sha256; cv={state}; d=list.example.net; s=arc; b=");
    let mut sealed = String::new();
    for set in older {
        let _ = write!(
            sealed,
            "arc-authentication-results:{}\r\narc-message-signature:{}\r\narc-seal:{}\r\n",
            set.results, set.message, set.seal
        );
    }
    let _ =
        write!(sealed, "arc-authentication-results:{results}\r\narc-message-signature:{message}\r\narc-seal:{tags}");
    let seal = tags + &sign(key, sealed.as_bytes());
    Set { results, message, seal }
}

fn message(sets: &[Set]) -> String {
    let mut out = String::new();
    for set in sets.iter().rev() {
        let _ = write!(
            out,
            "ARC-Seal: {}\r\nARC-Message-Signature: {}\r\nARC-Authentication-Results: {}\r\n",
            set.seal, set.message, set.results
        );
    }
    out + HEADER + "\r\n" + BODY
}

fn judge(raw: &str, key: &PKey<Private>) -> SenderResult {
    let zone = Zone::default().with_txt("arc._domainkey.list.example.net", &key_record(key));
    result_of(&evaluate(raw, &Evidence::default(), &zone), Method::Arc).clone()
}

#[test]
fn a_chain_of_two_passes_and_names_the_newest_sealer() {
    let key = rsa(2048);
    let first = set(&key, 1, "none", &[]);
    let second = set(&key, 2, "pass", std::slice::from_ref(&first));
    let result = judge(&message(&[first, second]), &key);
    assert_eq!((word_and_reason(&result), result.domain.as_str()), ((SenderWord::Pass, None), "list.example.net"));
}

#[test]
fn what_was_changed_after_the_seal_breaks_the_chain() {
    let key = rsa(2048);
    let good = message(&[set(&key, 1, "none", &[])]);
    assert_eq!(judge(&good, &key).result, SenderWord::Pass);
    assert_eq!(judge(&good.replace("noon", "nine"), &key).result, SenderWord::Fail);
    assert_eq!(judge(&good.replace("Subject: Lunch", "Subject: Money"), &key).result, SenderWord::Fail);
    assert_eq!(judge(&good.replace("dkim=pass header", "dkim=fail header"), &key).result, SenderWord::Fail);
    assert_eq!(judge(&good, &rsa(2048)).result, SenderWord::Fail);
}

#[test]
fn incomplete_doubled_or_failed_chains_fail() {
    let key = rsa(2048);
    let first = || set(&key, 1, "none", &[]);
    let good = message(&[first()]);
    let line = |name: &str| good.lines().find(|line| line.starts_with(name)).unwrap().to_owned() + "\r\n";
    for name in ["ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results"] {
        assert_eq!(judge(&good.replace(&line(name), ""), &key).result, SenderWord::Fail, "{name} missing");
        assert_eq!(judge(&(line(name) + &good), &key).result, SenderWord::Fail, "{name} doubled");
    }
    assert_eq!(judge(&message(&[set(&key, 2, "pass", &[])]), &key).result, SenderWord::Fail);
    assert_eq!(judge(&message(&[set(&key, 1, "pass", &[])]), &key).result, SenderWord::Fail);
    let failed = set(&key, 2, "fail", &[first()]);
    let result = judge(&message(&[first(), failed]), &key);
    assert_eq!(word_and_reason(&result), (SenderWord::Fail, Some("chain_failed_before")));
}

#[test]
fn a_message_without_a_chain_has_none() {
    let key = rsa(2048);
    assert_eq!(judge(&message(&[]), &key).result, SenderWord::None);
}
