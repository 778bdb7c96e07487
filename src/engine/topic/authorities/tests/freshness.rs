//! Answers are to this question, and what is old goes.

use std::process::Stdio;

use crate::engine::view::RevocationStatus;
use crate::store::{EvidenceKind, EvidenceRecord};

use super::lab::{Front, Place};
use super::*;

fn days(number: i64) -> SignedDuration {
    SignedDuration::from_hours(number * 24)
}

/// What openssl reads of an answer that bears out a nonce, or of a question.
fn nonce(lab: &Lab, kind: &str, bytes: &[u8]) -> Option<String> {
    std::fs::write(lab.path("seen.der"), bytes).unwrap();
    let mut command = lab.command(&["ocsp", kind, "seen.der", "-text", "-noverify"]);
    let output = command.stdout(Stdio::piped()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.lines().skip_while(|line| !line.contains("OCSP Nonce:"));
    lines.nth(1).map(|line| line.trim().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_another_question_is_none_and_one_made_for_everybody_is() {
    let (lab, place) = (Lab::new(), Place::new());
    let front = Front::new(&place);
    let alice = lab.issue("alice", &[&front.aia()]);
    let _responder = lab.responder(&place, "ca", &[]);
    let told = |view: &AuthoritiesView| status(view, &alice).0;

    let desk = Desk::new(&lab);
    assert_eq!(told(&desk.ask(&alice).await), RevocationStatus::Good);
    let (question, answer) = front.seen().remove(0);
    let asked = nonce(&lab, "-reqin", &question).expect("a nonce goes along");
    assert_eq!(asked.len(), 2 * (2 + 32), "an octet string of 32 bytes: {asked}");
    assert_eq!(nonce(&lab, "-respin", &answer), Some(asked.clone()), "openssl answers with it");

    // The same answer again, as somebody on the way can give it who wants a withdrawal not to be known.
    front.answers(Some(answer));
    let desk = Desk::new(&lab);
    desk.rule(RevocationRule::Hard);
    let view = desk.ask(&alice).await;
    assert_eq!(told(&view), RevocationStatus::Unknown);
    assert!(view.evidence.is_empty() && desk.verdict(&alice) == unknown());
    let (question, _) = front.seen().pop().unwrap();
    assert_ne!(nonce(&lab, "-reqin", &question), Some(asked), "each question has its own");

    // RFC 9654 §2.1, RFC 5019: without a nonce it may be one for everybody.
    let mut plain = lab.command(&["ocsp", "-no_nonce", "-issuer", "ca.pem", "-cert", "alice.pem", "-CAfile", "ca.pem"]);
    let output = plain.args(["-url", &place.url(), "-respout", "plain.der"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(nonce(&lab, "-respin", &lab.read("plain.der")), None);
    front.answers(Some(lab.read("plain.der")));
    assert_eq!(told(&desk.ask(&alice).await), RevocationStatus::Good);
    assert_eq!(desk.verdict(&alice), authenticated());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_long_ago_goes_but_nobodys_withdrawal_is_forgotten() {
    let (lab, place) = (Lab::new(), Place::new());
    let desk = Desk::new(&lab);
    let alice = lab.issue("alice", &[]);
    let (bob, carol) = (lab.issue("bob", &[&place.aia()]), lab.issue("carol", &[&place.aia()]));
    for name in ["alice", "bob", "carol"] {
        desk.work.profile.import(&lab.read(&format!("{name}.pem")), &[]).unwrap();
    }
    let nobody = lab.list();
    lab.revoke("alice");
    let of_alice = lab.list();
    lab.revoke("carol");
    let _responder = lab.responder(&place, "ca", &[]);
    assert_eq!(status(&desk.ask(&bob).await, &bob).0, RevocationStatus::Good);
    assert!(matches!(status(&desk.ask(&carol).await, &carol).0, RevocationStatus::Revoked(_)));
    assert_eq!(desk.verdict(&alice), authenticated(), "nobody said yet that she was withdrawn");
    let store = &desk.work.profile.store;
    let now = Timestamp::now();
    for (locator, bytes) in [("nobody", nobody), ("alice", of_alice)] {
        let next_at = Some(now + days(20));
        let record = EvidenceRecord { locator: locator.to_owned(), bytes, fetched_at: now, next_at };
        store.put_evidence(EvidenceKind::Crl, &record).unwrap();
    }
    let kept = || [EvidenceKind::Ocsp, EvidenceKind::Crl].map(|kind| store.evidence(kind).unwrap().len());
    let verdicts = || [&alice, &bob, &carol].map(|one| desk.verdict(one).0);
    let before = verdicts();
    // Bob's is believed, and is not alice's, whom all are asked for.
    assert_eq!(before, [TrustVerdict::Revoked, TrustVerdict::Mismatch, TrustVerdict::Revoked]);
    // The answers end after two days, the lists after twenty, and all stay for thirty more.
    for (day, left) in [(25, [2, 2]), (40, [1, 2]), (60, [1, 1]), (4_000, [1, 1])] {
        remove_old(&desk.work.profile, now + days(day)).unwrap();
        assert_eq!(kept(), left, "after {day} days");
        assert_eq!(verdicts(), before, "after {day} days");
    }
    assert_eq!(store.evidence(EvidenceKind::Crl).unwrap()[0].locator, "alice");
    assert!(store.evidence(EvidenceKind::Ocsp).unwrap()[0].locator.ends_with(carol.fingerprint.as_str()));
}
