//! "Why?": what can be done about what was found, each at the press of a button.

use kakitome::domain::{Fingerprint, Mailbox};
use kakitome::engine::topic::Topic;
use kakitome::engine::topic::own_keys::OwnKeysCommand;
use kakitome::engine::view::*;
use kakitome::ui::{KeyDialog, Word};

use super::*;

/// A message whose seal or lock is this, with what is at hand to do something about it.
fn with(change: impl FnOnce(&mut ReadingView, &mut Assessment)) -> ReadingView {
    let mut view = message(Lock::Encrypted, Seal::Unauthenticated);
    let own = sample::keys().own.into_iter().map(|key| key.report).collect();
    view.help = Help { own, ..Help::default() };
    let mut assessment = (*view.assessment).clone();
    change(&mut view, &mut assessment);
    view.assessment = Arc::new(assessment);
    view
}

fn signer(assessment: &Assessment) -> Fingerprint {
    assessment.signatures[0].check.signer.as_ref().unwrap().fingerprint.clone()
}

/// The signer's certificate came along and is not kept.
fn came_along() -> ReadingView {
    with(|view, assessment| {
        let mut report = (*sample::keys().others[0].report).clone();
        report.fingerprint = signer(assessment);
        view.help.carried = vec![report];
    })
}

fn missing() -> ReadingView {
    with(|_, assessment| {
        let check = &mut assessment.signatures[0].check;
        check.outcome = SignatureOutcome::MissingCertificate;
        check.reason = Some("no_certificate".into());
    })
}

fn closed(failure: DecryptFailure) -> ReadingView {
    let mut view = message(Lock::CannotOpen, Seal::Unsigned);
    view.locked_key = matches!(failure, DecryptFailure::Locked(_)).then(|| sample::print(9, 20));
    view.help.own = sample::keys().own.into_iter().map(|key| key.report).collect();
    let mut assessment = (*view.assessment).clone();
    assessment.encryption[0].failure = Some(failure);
    view.assessment = Arc::new(assessment);
    view
}

fn broken() -> ReadingView {
    with(|_, assessment| {
        assessment.headline.seal = Seal::Broken;
        assessment.signatures[0].check.outcome = SignatureOutcome::BadSignature;
        assessment.signatures[0].check.reason = Some("digest_mismatch".into());
    })
}

fn own_key_ended() -> ReadingView {
    with(|view, _| {
        for report in &mut view.help.own {
            report.problems = vec!["expired".into()];
            (report.can_encrypt, report.can_sign) = (false, false);
        }
    })
}

/// Presses a button of the evidence, in one language.
fn press(language: Language, view: ReadingView, word: Word) -> (Harness<'static, App>, Paper) {
    let (mut app, paper) = reads(language, view);
    app.state.drawer = true;
    let mut window = window(app, [1280.0, 2400.0]);
    let words = language.say(word);
    window.get_all_by_role_and_label(Role::Button, words).next().expect(words).click();
    window.run();
    (window, paper)
}

#[test]
fn a_certificate_that_came_along_is_kept() {
    for language in LANGUAGES {
        let view = came_along();
        let wanted = signer(&view.assessment);
        let (_, paper) = press(language, view, Word::DoKeep);
        assert!(sent(&paper, |command| matches!(command,
            Command::KeepCertificate { message: 1, fingerprint } if *fingerprint == wanted)));
    }
}

#[test]
fn comparing_keeps_the_certificate_first_and_counts_once_it_was_compared() {
    for language in LANGUAGES {
        let view = came_along();
        let wanted = signer(&view.assessment);
        let (mut window, paper) = press(language, view, Word::DoCompare);
        assert!(sent(&paper, |command| matches!(command, Command::KeepCertificate { .. })));
        assert_eq!(window.state().state.screen, Screen::Keys);
        assert!(!sent(&paper, |command| matches!(command, Command::SetTrusted { .. })));
        window.get_by_label(language.say(Word::CompareDone)).click();
        window.run();
        window.get_by_role_and_label(Role::Button, language.say(Word::Trust)).click();
        window.run();
        assert!(sent(&paper, |command| matches!(command,
            Command::SetTrusted { fingerprint, trusted: true } if *fingerprint == wanted)));
    }
}

#[test]
fn a_missing_certificate_is_looked_for_imported_or_asked_for() {
    for language in LANGUAGES {
        let (_, paper) = press(language, missing(), Word::DoFind);
        assert!(sent(&paper, |command| matches!(command, Command::FindCertificate(1))));
        let (window, _) = press(language, missing(), Word::DoImport);
        assert_eq!(window.state().state.keys.dialog, KeyDialog::Import);
        assert_eq!(window.state().state.screen, Screen::Keys);
        let (_, paper) = press(language, missing(), Word::AskCertificate);
        assert!(asked(&paper, "certificate", "証明書", false));
    }
}

/// A question was asked in the window's language, in polite words, with one's certificate or without.
fn asked(paper: &Paper, english: &str, japanese: &str, wanted: bool) -> bool {
    sent(paper, |command| {
        matches!(command, Command::Ask { message: 1, subject, text, attach }
        if *attach == wanted && !subject.is_empty()
            && (text.contains("please") && text.contains(english)
                || text.contains("いただけますでしょうか") && text.contains(japanese))
            && text.trim_end().ends_with("Alice Sample") && !text.contains("請求書"))
    })
}

#[test]
fn the_author_is_asked_in_the_words_of_the_window() {
    for language in LANGUAGES {
        for (view, word, english, japanese, attach) in [
            (broken(), Word::AskResend, "send it again", "もう一度", false),
            (closed(DecryptFailure::NoKey), Word::AskCannotOpen, "can't open", "開けない", true),
            (closed(DecryptFailure::TooLarge), Word::AskSmaller, "smaller", "分けて", false),
            (closed(DecryptFailure::NoIntegrity), Word::AskNewer, "method", "方式", false),
            (message_with_own_keys(Lock::NotEncrypted), Word::AskEncrypt, "encrypt", "暗号化", true),
            (message_with_own_keys(Lock::NotEncrypted), Word::AskConfirm, "from you", "ご本人", false),
            (
                sample::judged(Seal::Broken, TrustVerdict::Revoked, None),
                Word::AskNewKey,
                "use now",
                "現在お使い",
                false,
            ),
        ] {
            let (_, paper) = press(language, view, word);
            assert!(asked(&paper, english, japanese, attach), "{word:?}: {:?}", paper.commands.borrow());
        }
    }
}

fn message_with_own_keys(lock: Lock) -> ReadingView {
    let mut view = message(lock, Seal::Unsigned);
    view.help.own = sample::keys().own.into_iter().map(|key| key.report).collect();
    view
}

#[test]
fn a_doubtful_author_is_not_addressed_by_name_and_the_reader_is_told() {
    for language in LANGUAGES {
        let mut view = broken();
        view.help.is_author_doubtful = true;
        let (window, paper) = press(language, view, Word::AskResend);
        window.get_by_label(language.say(Word::DoubtfulAuthor));
        assert!(sent(&paper, |command| matches!(command, Command::Ask { text, .. } if !text.contains("花子"))));
    }
}

#[test]
fn a_locked_key_gets_its_passphrase_from_the_evidence() {
    for language in LANGUAGES {
        let (window, _) = press(language, closed(DecryptFailure::Locked(sample::print(9, 20))), Word::DoUnlock);
        let field = window.get_by_role_and_label(Role::PasswordInput, language.say(Word::Passphrase));
        assert!(field.is_focused());
    }
}

#[test]
fn a_key_of_ones_own_that_has_ended_is_renewed() {
    for language in LANGUAGES {
        // Alice's OpenPGP key is locked: the passphrase is asked for.
        let (mut window, paper) = press(language, own_key_ended(), Word::DoRenew);
        window.get_by_role_and_label(Role::PasswordInput, language.say(Word::Passphrase)).type_text("correct horse");
        window.run();
        window.get_by_role_and_label(Role::Button, language.say(Word::Renew)).click();
        window.run();
        assert!(sent(&paper, |command| matches!(command, Command::RenewKey { fingerprint, passphrase: Some(words) }
            if *fingerprint == sample::print(9, 20) && words.declassify() == "correct horse")));
        // An S/MIME certificate has no end that its owner can move: it gets a successor.
        let mut view = own_key_ended();
        let smime = view.help.own.remove(1);
        view.help.own[0] = CertificateReport { issuer: smime.subject.clone(), ..smime.clone() };
        let (mut window, paper) = press(language, view, Word::DoRenew);
        window.get_by_role_and_label(Role::Button, language.say(Word::Renew)).click();
        window.run();
        let renews = |command: &Command| match command {
            Command::Topic(topic) => match &**topic {
                Topic::OwnKeys(OwnKeysCommand::Renew { renewal, request_to }) => {
                    renewal.fingerprint == smime.fingerprint && request_to.is_none()
                }
                _ => false,
            },
            _ => false,
        };
        assert!(sent(&paper, renews));
    }
}

#[test]
fn without_a_key_of_ones_own_one_is_made_and_no_certificate_is_promised() {
    for language in LANGUAGES {
        let mut view = closed(DecryptFailure::NoKey);
        view.help.own.clear();
        let (mut app, _) = reads(language, view.clone());
        app.state.drawer = true;
        let shown = window(app, [1280.0, 2400.0]);
        assert!(shown.query_all_by_label(language.say(Word::AskCannotOpen)).next().is_none());
        let (window, _) = press(language, view, Word::DoMakeKey);
        assert_eq!(window.state().state.keys.dialog, KeyDialog::Generate);
    }
}

#[test]
fn the_source_is_shown() {
    for language in LANGUAGES {
        let (_, paper) = press(language, broken(), Word::DoSource);
        assert!(sent(&paper, |command| matches!(command, Command::ShowSource(1))));
    }
}

#[test]
fn a_message_that_is_not_open_offers_the_same_where_its_text_would_be() {
    for language in LANGUAGES {
        for (failure, word) in [
            (DecryptFailure::NoKey, Word::DoImport),
            (DecryptFailure::NoKey, Word::AskCannotOpen),
            (DecryptFailure::IntegrityFailed, Word::AskResend),
            (DecryptFailure::Unsupported("librepgp_ocb".into()), Word::AskCannotOpen),
            (DecryptFailure::Malformed("structure".into()), Word::DoSource),
        ] {
            let window = window(reads(language, closed(failure.clone())).0, NARROW);
            window.get_by_role_and_label(Role::Button, language.say(word));
        }
    }
}

#[test]
fn why_and_its_buttons_are_reached_and_pressed_with_the_keyboard() {
    for language in LANGUAGES {
        let (app, paper) = reads(language, missing());
        let mut window = window(app, WIDE);
        let is_focused = |window: &Harness<'_, App>, word| {
            window.query_all_by_role_and_label(Role::Button, language.say(word)).any(|node| node.is_focused())
        };
        let walk = |window: &mut Harness<'_, App>, word| {
            for _ in 0..120 {
                if is_focused(window, word) {
                    return;
                }
                window.key_press(egui::Key::Tab);
                window.run();
            }
            panic!("Tab does not lead to {}", language.say(word));
        };
        walk(&mut window, Word::Why);
        window.key_press(egui::Key::Enter);
        window.run();
        assert!(window.state().state.drawer);
        walk(&mut window, Word::DoFind);
        window.key_press(egui::Key::Space);
        window.run();
        assert!(sent(&paper, |command| matches!(command, Command::FindCertificate(1))));
    }
}

#[test]
fn every_caution_says_what_to_do() {
    for language in LANGUAGES {
        let view = sample::suspicious();
        let (mut app, _) = reads(language, view);
        app.state.drawer = true;
        let window = window(app, [1280.0, 2400.0]);
        window.get_by_label(language.say(Word::Cautions));
        let advice = match language {
            Language::English => "Go by mallory@evil.example alone.",
            Language::Japanese => "確かなのは mallory@evil.example だけです。",
        };
        window.get_by_label_contains(advice);
    }
}

/// Mallory's own seal goes around a text of hers and a part that somebody else sealed.
#[test]
fn a_part_is_not_called_all_that_is_shown_because_another_seal_goes_around_it() {
    for language in LANGUAGES {
        for is_around in [false, true] {
            let view = with(|_, assessment| {
                assessment.headline = Headline { lock: Lock::NotEncrypted, seal: Seal::Unsigned };
                assessment.encryption.clear();
                assessment.blocks.iter_mut().for_each(|block| block.signed = true);
                assessment.signatures[0].coverage = Coverage::Part;
                assessment.signatures[0].check.outcome = SignatureOutcome::Intact;
                if is_around {
                    let around = JudgedSignature { coverage: Coverage::Whole, ..assessment.signatures[0].clone() };
                    assessment.signatures.insert(0, around);
                }
            });
            let (mut app, _) = reads(language, view);
            app.state.drawer = true;
            let window = window(app, [1280.0, 2400.0]);
            let [part, within] = match language {
                Language::English => ["A seal covers only a part.", "Sealed within a wrapping that is not"],
                Language::Japanese => ["封印は一部だけを覆っています。", "封印のない包みの中に"],
            };
            assert_eq!(window.query_all_by_label_contains(within).count() > 0, !is_around);
            assert_eq!(window.query_all_by_label_contains(part).count() > 0, is_around);
        }
    }
}

/// What a server found when the message came stands before what is found now; and nobody vouches for an author who has no
/// address.
#[test]
fn the_first_that_decides_counts_and_without_an_author_nothing_is_confirmed() {
    let says = |change: &dyn Fn(&mut Assessment)| {
        let view = with(|_, assessment| {
            assessment.headline = Headline { lock: Lock::NotEncrypted, seal: Seal::Unsigned };
            assessment.signatures.clear();
            change(assessment);
        });
        window(reads(Language::English, view).0, [1280.0, 1400.0])
    };
    let confirmed = "confirms that it sent this message";
    says(&|_| {}).get_by_label_contains(confirmed);
    for (reported, evaluated, is_confirmed) in [
        (SenderWord::Pass, SenderWord::Fail, true),
        (SenderWord::Fail, SenderWord::Pass, false),
        (SenderWord::None, SenderWord::Fail, false),
        (SenderWord::Temperror, SenderWord::Pass, true),
    ] {
        let window = says(&|assessment| {
            let mut found = assessment.sender.clone();
            for one in &mut assessment.sender {
                one.result = reported;
            }
            for one in &mut found {
                (one.result, one.source) = (evaluated, Source::Evaluated);
            }
            assessment.sender.extend(found);
        });
        assert_eq!(window.query_by_label_contains(confirmed).is_some(), is_confirmed, "{reported:?} {evaluated:?}");
    }
    let nobody = says(&|assessment| assessment.from = vec![Mailbox::new("Bob Baker <bob@bank.example>", "")]);
    assert!(nobody.query_by_label_contains(confirmed).is_none());
    let wide = says(&|assessment| {
        assessment.from = vec![Mailbox::new("", "a@日本語.example")];
        for one in &mut assessment.sender {
            one.domain = "xn--wgv71a119e.example".into();
        }
    });
    wide.get_by_label_contains(confirmed);
}

/// A server that the domain did not allow, and no signature: what forged mail looks like.
#[test]
fn a_delivery_that_something_speaks_against_is_not_called_unsuspicious() {
    for language in LANGUAGES {
        let says = |word: SenderWord| {
            let view = with(|_, assessment| {
                assessment.headline = Headline { lock: Lock::NotEncrypted, seal: Seal::Unsigned };
                assessment.signatures.clear();
                for result in &mut assessment.sender {
                    result.result = if result.method == Method::Spf { word } else { SenderWord::None };
                }
            });
            let (mut app, _) = reads(language, view);
            app.state.drawer = true;
            window(app, [1280.0, 1400.0])
        };
        let (doubt, calm) = match language {
            Language::English => ("example.co.jp does not confirm this message.", "no reason for doubt"),
            Language::Japanese => {
                ("example.co.jp は、このメールを確認していません。", "それだけで疑わしいわけではありません")
            }
        };
        for word in [SenderWord::Fail, SenderWord::Softfail] {
            let window = says(word);
            assert!(window.query_all_by_label_contains(doubt).count() > 0, "{word:?}");
            assert!(window.query_by_label_contains(calm).is_none(), "{word:?}");
        }
        let window = says(SenderWord::Neutral);
        assert!(window.query_by_label_contains(doubt).is_none());
        window.get_by_label_contains(calm);
    }
}

/// The screens of this file, for the pictures.
pub fn screens(language: Language) -> Vec<(&'static str, App)> {
    let shown = |name, view: ReadingView, drawer| {
        let (mut app, _) = reads(language, view);
        app.state.drawer = drawer;
        (name, app)
    };
    let someone = with(|view, assessment| {
        assessment.from = vec![Mailbox::new("Hanako Yamada", "hanako@evil.example")];
        assessment.signatures[0].judgement.verdict = TrustVerdict::Mismatch;
        view.help.is_author_doubtful = true;
    });
    vec![
        shown("why-missing", missing(), true),
        shown("why-came-along", came_along(), true),
        shown("why-broken", broken(), true),
        shown("why-mismatch", someone, true),
        shown("why-no-key", closed(DecryptFailure::NoKey), false),
        shown("why-no-key-evidence", closed(DecryptFailure::NoKey), true),
        shown("why-own-key-ended", own_key_ended(), true),
        shown("why-not-encrypted", message_with_own_keys(Lock::NotEncrypted), true),
    ]
}
