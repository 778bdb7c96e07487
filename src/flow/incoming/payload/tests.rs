use jiff::Timestamp;

use crate::crypto::Keyring;
use crate::domain::RawMessage;
use crate::flow::Assessment;
use crate::flow::incoming::{Circumstances, assess};
use crate::message::{DefectCode, Limits};
use crate::trust::TrustPolicy;

fn read(text: &str) -> Assessment {
    let policy = TrustPolicy::nobody(Timestamp::from_second(1_793_500_000).unwrap());
    let (keyring, limits) = (Keyring::default(), Limits::default());
    let circumstances =
        Circumstances { keyring: &keyring, policy: &policy, limits: &limits, plaintext_limit: 64 << 20, spool: None };
    assess(&RawMessage::new(text.replace('\n', "\r\n").into_bytes()), Vec::new(), &circumstances)
}

fn mail(entity: &str) -> String {
    format!("From: alice@example.test\nTo: bob@example.test\nSubject: outer\n{entity}")
}

fn paths(found: &Assessment) -> Vec<(&str, &str, bool)> {
    found.parts.iter().map(|part| (part.path.as_str(), part.media_type.as_str(), part.shown)).collect()
}

#[test]
fn a_message_passed_on_is_shown_apart_with_the_header_lines_that_matter() {
    let inner = "From: =?utf-8?Q?B=C3=B6b?= <bob@example.test>\nX-Other: hidden\nSubject: inner\nContent-Type: text/html\n\n<p>Hello</p>\n";
    let found = read(&mail(&format!(
        "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nSee below.\n--x\nContent-Type: message/rfc822\n\n{inner}--x--\n"
    )));
    let texts: Vec<_> = found.blocks.iter().map(|block| (block.path.as_str(), block.text.as_str())).collect();
    assert_eq!(
        texts,
        [("1", "See below."), ("2", "From: Böb <bob@example.test>\nSubject: inner\n"), ("2.1", "Hello\n")]
    );
    assert_eq!(paths(&found), [("1", "text/plain", true), ("2", "message/rfc822", false), ("2.1", "text/html", true)]);
    assert!(found.parts[1].is_file);
    assert_eq!(found.subject, "outer");
    assert!(found.cautions.iter().all(|caution| caution.code != crate::flow::CautionCode::Mixture));
}

#[test]
fn no_layer_of_a_message_passed_on_is_opened() {
    let inner = "From: alice@example.test\nContent-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=y\n\n--y\n\nThe text.\n--y\nContent-Type: application/pgp-signature\n\nx\n--y--\n";
    let found = read(&mail(&format!(
        "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: message/rfc822\n\n{inner}\n--x--\n"
    )));
    assert!(found.signatures.is_empty() && found.encryption.is_empty());
    assert!(found.text.contains("The text."));
    assert!(found.blocks.iter().all(|block| !block.signed && !block.decrypted));
}

#[test]
fn a_line_of_a_message_passed_on_is_one_line() {
    let inner = "From: =?utf-8?Q?bob=0AFrom=3A_carol?= <bob@example.test>\nSubject: =?utf-8?Q?a=E2=80=AEb=0Ac?=\n\nx\n";
    let found = read(&mail(&format!("Content-Type: message/rfc822\n\n{inner}")));
    let lines = &found.blocks[0].text;
    assert_eq!(lines.lines().count(), 2, "{lines}");
    assert!(!lines.contains('\u{202e}'));
}

#[test]
fn messages_in_messages_without_end_are_cut_off() {
    let many = "--x\nContent-Type: message/rfc822\n\nSubject: a\n\nb\n".repeat(300);
    let found = read(&mail(&format!("Content-Type: multipart/digest; boundary=x\n\n{many}--x--\n")));
    assert!(found.defects.iter().any(|defect| defect.code == DefectCode::LimitReached));
    assert_eq!(found.blocks.len(), 2 * super::within::MAX_FORWARDED);
}

#[test]
fn reports_and_what_came_back_are_readable() {
    let found = read(&mail(
        "Content-Type: multipart/report; boundary=x\n\n--x\n\nSorry.\n--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nAction: failed\n--x\nContent-Type: text/rfc822-headers\n\nReceived: from x\nSubject: sent\n--x--\n",
    ));
    assert_eq!(found.text, "Sorry.\nReporting-MTA: dns; mx\n\nAction: failed\n\nSubject: sent\n");
}

#[test]
fn pieces_and_pointers_are_shown_and_named() {
    let found = read(&mail("Content-Type: message/partial; number=2; id=x\n\nthe middle\n"));
    assert!(found.text.contains("the middle"));
    assert!(found.defects.iter().any(|defect| defect.code == DefectCode::PartialMessage));
    let found = read(&mail(
        "Content-Type: message/external-body; access-type=url; url=\"http://x.test/\"\n\nContent-Type: image/gif\n\n",
    ));
    assert_eq!(found.text, "access-type: url\nurl: http://x.test/\n");
    assert!(found.defects.iter().any(|defect| defect.code == DefectCode::ExternalBody));
}

#[test]
fn texts_between_files_are_shown_in_order() {
    let found = read(&mail(
        "Content-Type: multipart/mixed; boundary=x\n\n--x\n\none\n--x\nContent-Type: image/png\nContent-Disposition: inline; filename=a.png\n\nx\n--x\nContent-Type: text/html\n\n<b>two</b>\n--x\nContent-Type: text/x-patch\n\nthree\n--x--\n",
    ));
    assert_eq!(found.text, "one\ntwo\n\nthree");
}

#[test]
fn html_in_pieces_is_better_than_the_plain_text_beside_it() {
    let pieces = "Content-Type: multipart/mixed; boundary=y\n\n--y\nContent-Type: text/html\n\n<p>before</p>\n--y\nContent-Type: image/png\n\nx\n--y\nContent-Type: text/html\n\n<p>after</p>\n--y--\n";
    let found =
        read(&mail(&format!("Content-Type: multipart/alternative; boundary=x\n\n--x\n\nplain\n--x\n{pieces}--x--\n")));
    let texts: Vec<_> = found.blocks.iter().map(|block| block.text.as_str()).collect();
    assert_eq!(texts, ["before\n", "after\n"]);
}

#[test]
fn files_written_into_a_text_are_files() {
    let found = read(&mail("\nsee\nbegin 644 a.pdf\n#0V%T\n`\nend\nbye\n"));
    assert_eq!(found.text, "see\nbye\n");
    let file = found.parts.iter().find(|part| part.is_file).expect("a file");
    assert_eq!(
        (file.path.as_str(), file.filename.as_deref(), file.media_type.as_str()),
        ("1.1", Some("a.pdf"), "application/pdf")
    );
    assert_eq!(&*file.content, b"Cat");
}

#[test]
fn text_that_came_as_a_file_and_is_all_there_is_can_be_read() {
    let found = read(&mail("Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nGreetings\n"));
    assert_eq!(found.text, "Greetings\n");
    assert!(found.parts[0].is_file);
    // Beside a text it stays a file.
    let found = read(&mail(
        "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nbody\n--x\nContent-Disposition: attachment; filename=a.txt\n\nfile\n--x--\n",
    ));
    assert_eq!(found.text, "body");
}

#[test]
fn other_forms_of_one_text_are_files_and_enriched_text_is_read() {
    let found = read(&mail(
        "Content-Type: multipart/alternative; boundary=x\n\n--x\n\nplain\n--x\nContent-Type: text/enriched\n\n<bold>plain</bold>\n--x--\n",
    ));
    assert_eq!(found.text, "plain");
    let found = read(&mail("Content-Type: text/enriched\n\n<bold>one</bold>\ntwo\n\n<<three<param>x</param>\n"));
    assert_eq!(found.text, "one two\n<three\n");
}
