//! Against openssl's OCSP responder and a web server on loopback, with openssl as judge beside us.

mod lab;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::unbounded_channel;

use crate::crypto::Certificate;
use crate::crypto::smime::{SmimeRing, X509};
use crate::domain::EmailAddress;
use crate::engine::profile::Profile;
use crate::engine::topic::{Effect, TopicView, Work};
use crate::engine::view::{RevocationSource, RevocationStatus, TrustVerdict};
use crate::engine::{Command, Event};
use crate::net::Cancel;
use crate::net::web::Reach;
use crate::store::{EvidenceKind, TrustKind};
use crate::trust::{self, Judgement};

use super::asking::{self, Seals};
use super::*;
use lab::Lab;

/// A profile that knows the lab's authority, and what the engine said.
struct Desk {
    work: Work,
    events: Receiver<Event>,
    commands: tokio::sync::mpsc::UnboundedReceiver<Command>,
    _hold: tokio::sync::mpsc::UnboundedSender<Command>,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new(lab: &Lab) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::fleeting(folder.path(), None).unwrap();
        let ca = profile.import(&lab.read("ca.pem"), &[]).unwrap();
        profile.store.set_trust(&ca[0].fingerprint, TrustKind::Anchor, true).unwrap();
        let (sender, events) = channel();
        let (hold, commands) = unbounded_channel();
        let work = Work {
            profile: Arc::new(profile),
            publish: Arc::new(move |event| drop(sender.send(event))),
            cancel: Cancel::new(),
            is_demo: false,
            again: hold.downgrade(),
        };
        Self { work, events, commands, _hold: hold, _folder: folder }
    }

    /// Asks about a certificate; the newest view.
    async fn ask(&self, certificate: &Arc<X509>) -> AuthoritiesView {
        let subjects: Seals = vec![(Arc::clone(certificate), Vec::new(), Vec::new())];
        self.work.profile.authorities.forget_pauses();
        asking::look(&self.work, &subjects, true, Reach::Anywhere).await.unwrap();
        self.view()
    }

    fn view(&self) -> AuthoritiesView {
        let views = self.events.try_iter().filter_map(|event| match event {
            Event::Topic(TopicView::Authorities(view)) => Some((*view).clone()),
            _ => None,
        });
        views.last().expect("the authorities are shown")
    }

    fn judge(&self, certificate: &Arc<X509>, at: Timestamp) -> Judgement {
        let policy = self.work.profile.policy(at).unwrap();
        let who = EmailAddress::parse("alice@example.org").unwrap();
        let certificate = Certificate::X509(Arc::clone(certificate));
        trust::judge(&certificate, &[], Some(&who), &self.work.profile.keyring(), &policy)
    }

    fn verdict(&self, certificate: &Arc<X509>) -> (TrustVerdict, Option<String>) {
        let judged = self.judge(certificate, soon());
        (judged.verdict, judged.reason)
    }

    fn rule(&self, rule: RevocationRule) {
        let command = AuthoritiesCommand::SetRevocation { asks: false, rule };
        assert_eq!(carry_out(&self.work, command).unwrap(), Effect::Keys);
    }
}

fn soon() -> Timestamp {
    Timestamp::now().checked_add(SignedDuration::from_secs(2)).unwrap()
}

fn status(view: &AuthoritiesView, certificate: &X509) -> (RevocationStatus, Option<RevocationSource>) {
    let check = view.checks.get(&certificate.fingerprint).expect("the certificate was looked at");
    (check.status, check.by)
}

fn authenticated() -> (TrustVerdict, Option<String>) {
    (TrustVerdict::Authenticated, None)
}

fn unknown() -> (TrustVerdict, Option<String>) {
    (TrustVerdict::Unauthenticated, Some("revocation_unknown".to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_responder_says_good_and_then_revoked_and_its_word_outlasts_it() {
    let lab = Lab::new();
    let place = lab::Place::new();
    let alice = lab.issue("alice", &[&place.aia()]);
    let responder = lab.responder(&place, "ca", &[]);
    let mut desk = Desk::new(&lab);
    desk.rule(RevocationRule::Hard);
    assert_eq!(desk.verdict(&alice), unknown());

    let view = desk.ask(&alice).await;
    assert_eq!(status(&view, &alice), (RevocationStatus::Good, Some(RevocationSource::Ocsp)));
    assert_eq!(desk.verdict(&alice), authenticated());
    let kept = &view.evidence[0];
    assert!(!kept.is_list && kept.address == place.url() && kept.next_at > Some(kept.fetched_at), "{kept:?}");
    assert!(view.checks[&alice.fingerprint].fetched_at.is_some());
    assert!(matches!(desk.commands.try_recv(), Ok(Command::KeysChanged)), "seals are looked at anew");
    assert!(!view.can_ask, "nothing more is to be asked");

    // The server is gone; what it said is kept until it is to say something newer, and no longer.
    drop(responder);
    let view = desk.ask(&alice).await;
    assert_eq!(status(&view, &alice).0, RevocationStatus::Good);
    assert_eq!(desk.verdict(&alice), authenticated());
    let later = Timestamp::now().checked_add(SignedDuration::from_hours(5 * 24)).unwrap();
    assert_eq!(desk.judge(&alice, later).reason.as_deref(), Some("revocation_unknown"));

    // Withdrawn: who has the good answer still believes it; who asks anew does not.
    lab.revoke("alice");
    let responder = lab.responder(&place, "ca", &[]);
    let other = Desk::new(&lab);
    let view = other.ask(&alice).await;
    let (told, by) = status(&view, &alice);
    assert!(matches!(told, RevocationStatus::Revoked(Some(at)) if at <= soon()), "{told:?}");
    assert_eq!(by, Some(RevocationSource::Ocsp));
    assert_eq!(other.verdict(&alice).0, TrustVerdict::Revoked, "also when what is unknown is let pass");
    // And stays so when the answer has grown old.
    assert_eq!(other.judge(&alice, later).verdict, TrustVerdict::Revoked);
    drop(responder);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_only_when_the_issuer_or_whom_it_authorised_gave_it() {
    let lab = Lab::new();
    lab.delegate("delegated", "extendedKeyUsage=OCSPSigning\nnoCheck=ignored");
    lab.delegate("undelegated", "extendedKeyUsage=emailProtection");
    lab.stranger();
    for (signer, options, is_good) in [
        ("ca", &[][..], true),
        ("ca", &["-resp_key_id"][..], true),
        ("delegated", &[][..], true),
        ("delegated", &["-resp_key_id"][..], true),
        ("undelegated", &[][..], false),
        ("stranger", &[][..], false),
    ] {
        let place = lab::Place::new();
        let alice = lab.issue("alice", &[&place.aia()]);
        let _responder = lab.responder(&place, signer, options);
        let desk = Desk::new(&lab);
        let view = desk.ask(&alice).await;
        let expected = if is_good { RevocationStatus::Good } else { RevocationStatus::Unknown };
        assert_eq!(status(&view, &alice).0, expected, "{signer} {options:?}");
        assert_eq!(desk.verdict(&alice), authenticated(), "{signer}: what is unknown is let pass");
        desk.rule(RevocationRule::Hard);
        assert_eq!(desk.verdict(&alice), if is_good { authenticated() } else { unknown() }, "{signer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_responder_that_was_withdrawn_itself_is_not_believed() {
    let (lab, place) = (Lab::new(), lab::Place::new());
    lab.delegate("delegated", "extendedKeyUsage=OCSPSigning");
    let alice = lab.issue("alice", &[&place.aia()]);
    let _responder = lab.responder(&place, "delegated", &[]);
    let desk = Desk::new(&lab);
    assert_eq!(status(&desk.ask(&alice).await, &alice), (RevocationStatus::Good, Some(RevocationSource::Ocsp)));
    lab.revoke("delegated");
    let now = Timestamp::now();
    let list =
        crate::store::EvidenceRecord { locator: "list".to_owned(), bytes: lab.list(), fetched_at: now, next_at: None };
    desk.work.profile.store.put_evidence(EvidenceKind::Crl, &list).unwrap();
    let view = desk.ask(&alice).await;
    assert_eq!(status(&view, &alice), (RevocationStatus::Good, Some(RevocationSource::Crl)), "the list itself is");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_responder_that_does_not_know_the_certificate_says_nothing_and_lists_are_asked_too() {
    let (lab, web) = (Lab::new(), lab::Web::new());
    let place = lab::Place::new();
    let alice = lab.issue("alice", &[&place.aia(), &web.crl("ca.crl")]);
    lab.forget_issued();
    let _responder = lab.responder(&place, "ca", &[]);
    let desk = Desk::new(&lab);
    let view = desk.ask(&alice).await;
    assert_eq!(status(&view, &alice), (RevocationStatus::Unknown, None));
    assert!(view.can_ask && view.evidence.is_empty(), "an answer that says nothing is not kept");
    web.put("ca.crl", &lab.list());
    let view = desk.ask(&alice).await;
    assert_eq!(status(&view, &alice), (RevocationStatus::Good, Some(RevocationSource::Crl)));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_fetched_kept_and_held_to_their_signer() {
    let (lab, web) = (Lab::new(), lab::Web::new());
    let alice = lab.issue("alice", &[&web.crl("ca.crl")]);
    let desk = Desk::new(&lab);
    desk.rule(RevocationRule::Hard);

    // Something else than a list, a list by nobody of that name, nothing at all.
    lab.stranger();
    for wrong in [b"<html>not here</html>".to_vec(), lab.list_by("stranger")] {
        web.put("ca.crl", &wrong);
        let view = desk.ask(&alice).await;
        assert_eq!(status(&view, &alice).0, RevocationStatus::Unknown);
        assert_eq!(desk.verdict(&alice), unknown());
    }
    web.put("ca.crl", &lab.list());
    let view = desk.ask(&alice).await;
    assert_eq!(status(&view, &alice), (RevocationStatus::Good, Some(RevocationSource::Crl)));
    assert_eq!(desk.verdict(&alice), authenticated());
    assert!(lab.openssl_accepts("alice", &lab.list()), "openssl says the same");

    // It is asked once while it is current, also by others of the same issuer.
    let asked = web.requests();
    let bob = lab.issue("bob", &[&web.crl("ca.crl")]);
    let view = desk.ask(&bob).await;
    assert_eq!(status(&view, &bob).0, RevocationStatus::Good);
    desk.ask(&alice).await;
    assert_eq!(web.requests(), asked);

    lab.revoke("alice");
    let withdrawn = lab.list();
    assert!(!lab.openssl_accepts("alice", &withdrawn), "openssl says the same");
    web.put("ca.crl", &withdrawn);
    let other = Desk::new(&lab);
    let view = other.ask(&alice).await;
    assert!(matches!(status(&view, &alice).0, RevocationStatus::Revoked(Some(_))));
    assert_eq!(other.verdict(&alice).0, TrustVerdict::Revoked);
    assert_eq!(status(&other.ask(&bob).await, &bob).0, RevocationStatus::Good);
    // The list has grown old: good is no longer known, withdrawn is.
    let later = Timestamp::now().checked_add(SignedDuration::from_hours(25 * 24)).unwrap();
    assert_eq!(other.judge(&alice, later).verdict, TrustVerdict::Revoked);
    other.rule(RevocationRule::Hard);
    assert_eq!(other.judge(&bob, later).verdict, TrustVerdict::Unauthenticated);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_unless_the_user_lets_it_and_nobody_inside_at_all() {
    let (lab, web) = (Lab::new(), lab::Web::new());
    web.put("ca.crl", &lab.list());
    let alice = lab.issue("alice", &[&web.crl("ca.crl")]);
    let desk = Desk::new(&lab);
    let subjects: Seals = vec![(Arc::clone(&alice), Vec::new(), Vec::new())];
    asking::look(&desk.work, &subjects, false, Reach::Anywhere).await.unwrap();
    assert!(desk.view().can_ask);
    assert_eq!(web.requests(), 0);
    // A certificate can't make this computer talk to its own network.
    asking::look(&desk.work, &subjects, true, Reach::Public).await.unwrap();
    assert_eq!(web.requests(), 0);
    carry_out(&desk.work, AuthoritiesCommand::SetRevocation { asks: true, rule: RevocationRule::Soft }).unwrap();
    desk.work.profile.authorities.forget_pauses();
    asking::look(&desk.work, &subjects, false, Reach::Anywhere).await.unwrap();
    assert_eq!(status(&desk.view(), &alice).0, RevocationStatus::Good);
    assert_eq!(web.requests(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_gives_nothing_is_left_alone_for_a_while() {
    let (lab, web) = (Lab::new(), lab::Web::new());
    let alice = lab.issue("alice", &[&web.crl("missing.crl")]);
    let desk = Desk::new(&lab);
    let subjects: Seals = vec![(Arc::clone(&alice), Vec::new(), Vec::new())];
    for _ in 0..3 {
        asking::look(&desk.work, &subjects, true, Reach::Anywhere).await.unwrap();
    }
    assert_eq!(web.requests(), 1);
    desk.ask(&alice).await;
    assert_eq!(web.requests(), 2, "the user asks again");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_kept_is_asked_about_in_one_go() {
    let (lab, web) = (Lab::new(), lab::Web::new());
    web.put("ca.crl", &lab.list());
    let mut desk = Desk::new(&lab);
    for name in ["alice", "bob", "carol"] {
        lab.issue(name, &[&web.crl("ca.crl")]);
        desk.work.profile.import(&lab.read(&format!("{name}.pem")), &[]).unwrap();
    }
    assert_eq!(asking::all(&desk.work, Reach::Anywhere).await.unwrap(), 1);
    assert_eq!(web.requests(), 1);
    let progress = desk
        .events
        .try_iter()
        .any(|event| matches!(event, Event::Progress(Some(progress)) if progress.work == "check_revocation"));
    assert!(progress);
    assert!(matches!(desk.commands.try_recv(), Ok(Command::KeysChanged)));
    assert_eq!(desk.work.profile.store.evidence(EvidenceKind::Crl).unwrap().len(), 1);
    desk.work.cancel.cancel();
    assert_eq!(asking::all(&desk.work, Reach::Anywhere).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_root_is_looked_at_compared_added_switched_and_removed() {
    let lab = Lab::new();
    let alice = lab.issue("alice", &[]);
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(folder.path(), None).unwrap();
    let mut desk = Desk::new(&lab);
    desk.work.profile = Arc::new(profile);
    let did = |command| carry_out(&desk.work, command).unwrap();
    assert_eq!(desk.verdict(&alice).1.as_deref(), Some("no_path"));

    let refused = carry_out(&desk.work, AuthoritiesCommand::ReadRoot(lab.path("alice.pem"))).unwrap_err();
    assert_eq!(refused.source, "not_an_authority");
    did(AuthoritiesCommand::ReadRoot(lab.path("ca.pem")));
    let view = desk.view();
    let candidate = view.candidate.clone().unwrap();
    assert!(candidate.is_root && candidate.anchor.name == "Lab CA" && candidate.only_for.is_empty());
    assert_eq!(desk.verdict(&alice).1.as_deref(), Some("no_path"), "looking at it trusts nobody");
    did(AuthoritiesCommand::LeaveRoot);
    assert!(desk.view().candidate.is_none());

    did(AuthoritiesCommand::ReadRoot(lab.path("ca.pem")));
    assert_eq!(did(AuthoritiesCommand::AddRoot), Effect::Keys);
    assert_eq!(desk.verdict(&alice), authenticated());
    let view = desk.view();
    let own = view.anchors.first().unwrap();
    assert!(own.sets.contains(&AnchorSet::Own) && own.is_used && view.candidate.is_none());
    let fingerprint = own.fingerprint.clone();
    did(AuthoritiesCommand::UseAnchor { fingerprint: fingerprint.clone(), used: false });
    assert_eq!(desk.verdict(&alice).1.as_deref(), Some("no_path"));
    did(AuthoritiesCommand::UseAnchor { fingerprint: fingerprint.clone(), used: true });
    assert_eq!(desk.verdict(&alice), authenticated());
    did(AuthoritiesCommand::RemoveRoot(fingerprint));
    assert_eq!(desk.verdict(&alice).1.as_deref(), Some("no_path"));
}

#[tokio::test(flavor = "multi_thread")]
async fn mozillas_set_counts_from_the_beginning_the_platforms_does_not_and_each_can_be_switched() {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(folder.path(), None).unwrap();
    let mut desk = Desk::new(&Lab::new());
    desk.work.profile = Arc::new(profile);
    let anchors = |desk: &Desk| desk.work.profile.policy(soon()).unwrap().anchors.len();
    carry_out(&desk.work, AuthoritiesCommand::Show).unwrap();
    let view = desk.view();
    let of = |set| view.anchors.iter().filter(|anchor| anchor.sets.contains(&set)).count();
    assert!(view.uses_mozilla && !view.uses_platform && !view.asks && view.rule == RevocationRule::Soft);
    assert_eq!(anchors(&desk), of(AnchorSet::Mozilla));
    assert!(view.anchors.iter().all(|anchor| anchor.is_used == anchor.sets.contains(&AnchorSet::Mozilla)));
    carry_out(&desk.work, AuthoritiesCommand::UseSet { set: AnchorSet::Platform, used: true }).unwrap();
    assert_eq!(anchors(&desk), view.anchors.len());
    carry_out(&desk.work, AuthoritiesCommand::UseSet { set: AnchorSet::Platform, used: false }).unwrap();
    carry_out(&desk.work, AuthoritiesCommand::UseSet { set: AnchorSet::Mozilla, used: false }).unwrap();
    assert_eq!(anchors(&desk), 0);
    let one = view.anchors[0].fingerprint.clone();
    carry_out(&desk.work, AuthoritiesCommand::UseAnchor { fingerprint: one.clone(), used: true }).unwrap();
    let used: Vec<_> =
        desk.work.profile.policy(soon()).unwrap().anchors.iter().map(|a| a.fingerprint.clone()).collect();
    assert_eq!(used, [one]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_anchor_says_for_how_many_it_vouches() {
    let lab = Lab::new();
    let desk = Desk::new(&lab);
    let mut ring = SmimeRing::default();
    ring.add(&lab.read("ca.pem"), &[]).unwrap();
    for name in ["alice", "bob"] {
        lab.issue(name, &[]);
        desk.work.profile.import(&lab.read(&format!("{name}.pem")), &[]).unwrap();
    }
    carry_out(&desk.work, AuthoritiesCommand::Show).unwrap();
    let counted = loop {
        let event = desk.events.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
        if let Event::Topic(TopicView::Authorities(view)) = event
            && let Some(vouches) = &view.vouches
        {
            break vouches.clone();
        }
    };
    assert_eq!(counted.get(&ring.certificates()[0].fingerprint), Some(&2));
    assert_eq!(counted.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_a_silent_server_ends_when_the_user_stops_it() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let lab = Lab::new();
    let alice = lab.issue("alice", &[&format!("authorityInfoAccess=OCSP;URI:http://127.0.0.1:{port}/")]);
    let desk = Desk::new(&lab);
    let cancel = desk.work.cancel.clone();
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        cancel.cancel();
    });
    let started = std::time::Instant::now();
    let view = desk.ask(&alice).await;
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(status(&view, &alice).0, RevocationStatus::Unknown);
    assert!(!view.is_asking && view.can_ask);
}
