//! What the reading pane shows beside the text: files, invitations, quotations, the source.

use kakitome::domain::{Mailbox, RawMessage};
use kakitome::engine::view::*;
use kakitome::ui::Word;

use super::*;

/// A message with one file of a kind, and its content.
fn with_file(name: &str, media_type: &str, report: FileReport, content: &[u8]) -> ReadingView {
    let mut view = message(Lock::NotEncrypted, Seal::Authenticated);
    view.attachments = vec![AttachmentView {
        part: "2".into(),
        name: name.into(),
        media_type: media_type.into(),
        bytes: content.len(),
        decrypted: false,
        signed: true,
        in_place: false,
        report,
    }];
    let mut assessment = (*view.assessment).clone();
    assessment.parts = vec![ShownPart {
        path: "2".into(),
        media_type: media_type.into(),
        filename: Some(name.into()),
        bytes: content.len(),
        signed: true,
        decrypted: false,
        shown: false,
        is_file: true,
        is_inline: false,
        content_id: None,
        layer: 0,
        content: RawMessage::new(content),
    }];
    view.assessment = Arc::new(assessment);
    view
}

fn kind(kind: FileKind) -> FileReport {
    FileReport { kind, claimed: kind, ..FileReport::default() }
}

fn named(language: Language, word: Word, name: &str) -> String {
    language.fill(word, &[("name", name)])
}

#[test]
fn a_program_that_calls_itself_a_document_is_named_and_never_opened() {
    for language in LANGUAGES {
        let report = FileReport {
            kind: FileKind::Program,
            claimed: FileKind::Pdf,
            disagrees: true,
            dangers: vec![Danger::Program],
        };
        let (app, paper) = reads(language, with_file("invoice.pdf", "application/pdf", report, b"MZ"));
        let mut window = window(app, WIDE);
        let (claimed, found) = (language.say(Word::KindPdf), language.say(Word::KindProgram));
        window.get_by_label(&language.fill(Word::FileDisagrees, &[("claimed", claimed), ("found", found)]));
        window.get_by_label(language.say(Word::DangerProgram));
        assert!(window.query_by_label(&named(language, Word::OpenFileNamed, "invoice.pdf")).is_none());
        window.get_by_label(&named(language, Word::FileAbout, "invoice.pdf")).click();
        window.run();
        window.get_by_label(language.say(Word::OpenRefused));
        assert!(window.query_by_label(language.say(Word::OpenAnyway)).is_none());
        assert!(window.query_by_label(language.say(Word::OpenFile)).is_none());
        window.get_by_label(language.say(Word::Dismiss)).click();
        window.run();
        assert!(window.query_by_label(language.say(Word::OpenRefused)).is_none());
        assert!(!sent(&paper, |command| matches!(command, Command::OpenAttachment { .. })));
    }
}

#[test]
fn a_document_with_macros_is_opened_only_by_who_expected_it() {
    for language in LANGUAGES {
        let report = FileReport { dangers: vec![Danger::Macros], ..kind(FileKind::Document) };
        let (app, paper) = reads(language, with_file("a.docm", "application/msword", report, b"PK"));
        let mut window = window(app, [900.0, 1200.0]);
        window.get_by_label(&named(language, Word::FileAbout, "a.docm")).click();
        window.run();
        window.get_by_label(language.say(Word::OpenAnyway)).click();
        window.run();
        assert!(!sent(&paper, |command| matches!(command, Command::OpenAttachment { .. })));
        window.get_by_label(language.say(Word::OpenKnown)).click();
        window.run();
        window.get_by_label(language.say(Word::OpenAnyway)).click();
        window.run();
        assert!(sent(&paper, |command| matches!(command, Command::OpenAttachment { confirmed: true, .. })));
    }
}

#[test]
fn an_honest_file_is_opened_after_one_question() {
    for language in LANGUAGES {
        let view = with_file("a.pdf", "application/pdf", kind(FileKind::Pdf), b"%PDF-");
        let (app, paper) = reads(language, view);
        let mut window = window(app, WIDE);
        window.get_by_label(&named(language, Word::OpenFileNamed, "a.pdf")).click();
        window.run();
        window.get_by_label(language.say(Word::OpenFile)).click();
        window.run();
        let is_it =
            |command: &Command| matches!(command, Command::OpenAttachment { message: 1, part, .. } if part == "2");
        assert!(sent(&paper, is_it));
    }
}

#[test]
fn the_protection_of_each_file_is_said() {
    for language in LANGUAGES {
        let mut view = message(Lock::Encrypted, Seal::Authenticated);
        view.attachments[1].decrypted = false;
        view.attachments[1].signed = false;
        let (app, _) = reads(language, view);
        let window = window(app, [1280.0, 1400.0]);
        let inside = format!("{} · {}", language.say(Word::FileEncrypted), language.say(Word::FileSealed));
        let outside = format!("{} · {}", language.say(Word::FileClear), language.say(Word::FileUnsealed));
        window.get_by_label_contains(&inside);
        window.get_by_label_contains(&outside);
    }
}

#[test]
fn a_picture_and_a_text_are_looked_at_without_opening_them() {
    let mut png = Vec::new();
    let picture = image::RgbaImage::from_pixel(40, 30, image::Rgba([200, 60, 35, 255]));
    picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    for language in LANGUAGES {
        for (name, report, content, seen) in [
            ("seal.png", kind(FileKind::Picture), png.as_slice(), "seal.png"),
            ("メモ.txt", kind(FileKind::Text), "来週の火曜日まで".as_bytes(), "来週の火曜日まで"),
            ("broken.png", kind(FileKind::Picture), b"\x89PNG\r\n\x1a\nno", language.say(Word::PreviewFailed)),
        ] {
            let (mut app, paper) = reads(language, with_file(name, "application/octet-stream", report, content));
            app.state.preview.waits = true;
            let mut window = window(app, WIDE);
            window.get_by_label(&named(language, Word::PreviewNamed, name)).click();
            window.run();
            window.get_all_by_label(seen).next().unwrap();
            assert!(window.state().state.preview.is_open());
            if name == "seal.png" {
                let image = window.render().unwrap();
                let drawn = image.pixels().filter(|pixel| pixel.0 == [200, 60, 35, 255]).count();
                assert!(drawn >= 40 * 30 - 140, "{drawn}");
            }
            window.key_press(egui::Key::Escape);
            window.run();
            assert!(!window.state().state.preview.is_open());
            assert!(!sent(&paper, |command| matches!(command, Command::OpenAttachment { .. })));
        }
    }
}

#[test]
fn a_long_quotation_is_folded_and_unfolds() {
    for language in LANGUAGES {
        let mut view = message(Lock::NotEncrypted, Seal::Unsigned);
        let mut assessment = (*view.assessment).clone();
        let quoted = (1..=24).map(|n| format!("> line {n}\n")).collect::<Vec<_>>().concat();
        assessment.blocks[0].text = format!("my answer\n\n{quoted}\n-- \nBob\n");
        view.assessment = Arc::new(assessment);
        let (app, _) = reads(language, view);
        let mut window = window(app, [1280.0, 1400.0]);
        let words = language.fill(Word::ShowQuoted, &[("count", "24")]);
        assert!(window.query_by_label_contains("line 12").is_none());
        window.get_by_label(&words).click();
        window.run();
        let text = window.get_by_label_contains("line 12");
        assert!(!text.accesskit_node().label().unwrap_or_default().contains('>'));
    }
}

fn invitation() -> Invitation {
    Invitation {
        method: CalendarMethod::Request,
        title: "秋の演奏会".into(),
        location: "会議室A".into(),
        start: Some(Moment::At {
            at: sample::at("2026-11-05T01:00:00Z"),
            time: "2026-11-05T10:00:00".parse().unwrap(),
            zone: Some("Asia/Tokyo".into()),
        }),
        organizer: Some(Mailbox::new("Carol", "carol@example.com")),
        attendees: vec![Attendee { mailbox: sample::alice(), answer: Answer::Accepted, is_optional: false }],
        ..Invitation::default()
    }
}

fn invited(signed: bool, event: Invitation) -> ReadingView {
    let mut view = message(Lock::NotEncrypted, Seal::Authenticated);
    let content = CardContent::Invitation(Box::new(event));
    view.cards = vec![CardView { part: "2".into(), decrypted: false, signed, content }];
    view
}

#[test]
fn an_invitation_is_a_card_that_names_an_organizer_who_is_not_the_sender() {
    for language in LANGUAGES {
        let (app, _) = reads(language, invited(true, invitation()));
        let window = window(app, [1280.0, 1200.0]);
        window.get_by_label(language.say(Word::InvitationRequest));
        window.get_by_label_contains("秋の演奏会");
        window.get_by_label_contains("Asia/Tokyo");
        window.get_by_label(language.say(Word::OrganizerElsewhere));
        window.get_by_label(language.say(Word::SaveIcs));
    }
    let honest = Invitation { organizer: Some(sample::hanako()), ..invitation() };
    let (app, _) = reads(Language::English, invited(true, honest));
    let window = window(app, [1280.0, 1200.0]);
    assert!(window.query_by_label(Word::OrganizerElsewhere.text(Language::English)).is_none());
}

/// Mallory answers in bob's name, and organizes under a name that looks like an address.
#[test]
fn a_card_that_speaks_in_the_name_of_somebody_else_says_so() {
    let bob = |address: &str| Mailbox::new("Bob Baker", address);
    let answers = |mailbox| Invitation {
        method: CalendarMethod::Reply,
        organizer: Some(Mailbox::new("Alice", "alice@example.org")),
        attendees: vec![Attendee { mailbox, answer: Answer::Declined, is_optional: false }],
        ..invitation()
    };
    let nowhere = Invitation { organizer: Some(Mailbox::new("Bob Baker <bob@example.net>", "")), ..invitation() };
    for (event, is_told) in [
        (answers(bob("bob@example.net")), true),
        (answers(bob("")), true),
        (answers(sample::hanako()), false),
        (nowhere, true),
    ] {
        for language in LANGUAGES {
            let (app, _) = reads(language, invited(true, event.clone()));
            let window = window(app, [1280.0, 1200.0]);
            assert_eq!(window.query_by_label(language.say(Word::OrganizerElsewhere)).is_some(), is_told, "{event:?}");
            assert!(
                window.query_by_label_contains("Bob Baker <bob@example.net>").is_none() || event.attendees.len() == 1
            );
        }
    }
}

#[test]
fn a_card_that_the_seal_does_not_cover_stands_apart() {
    for language in LANGUAGES {
        let (app, _) = reads(language, invited(false, invitation()));
        let window = window(app, [1280.0, 1600.0]);
        let card = window.get_by_label(language.say(Word::InvitationRequest)).rect();
        let apart = window.get_by_label_contains(language.say(Word::Apart).split(['.', '。']).next().unwrap()).rect();
        assert!(card.top() > apart.top());
    }
}

#[test]
fn an_event_that_is_cancelled_says_so() {
    for language in LANGUAGES {
        let (app, _) = reads(language, invited(true, Invitation { is_cancelled: true, ..invitation() }));
        let window = window(app, WIDE);
        window.get_by_label(language.say(Word::InvitationCancel));
        assert!(window.query_by_label(language.say(Word::InvitationRequest)).is_none());
    }
}

fn source(lines: usize) -> SourceView {
    let layer = |path: &str, text: String| {
        let starts = text.match_indices('\n').map(|(at, _)| at as u32 + 1).filter(|at| (*at as usize) < text.len());
        let lines = std::iter::once(0).chain(starts).collect();
        SourceLayer { path: path.into(), lines: Arc::new(lines), content: RawMessage::new(text.clone()) }
    };
    let text = (0..lines).map(|n| format!("X-Line: number {n}\r\n")).collect::<Vec<_>>().concat();
    SourceView { id: 1, layers: vec![layer("", text), layer("2", "Subject: opened\r\n".into())] }
}

#[test]
fn the_source_is_asked_for_and_only_what_is_in_sight_is_laid_out() {
    for language in LANGUAGES {
        let (mut app, paper) = reads(language, message(Lock::Encrypted, Seal::Unsigned));
        app.state.source = true;
        let mut window = window(app, WIDE);
        assert!(sent(&paper, |command| matches!(command, Command::ShowSource(1))));
        window.state_mut().update(Event::Source(Arc::new(source(200_000))));
        window.run();
        let drawn = window.get_all_by_label_contains("X-Line: number").count();
        assert!((10..80).contains(&drawn), "{drawn}");
        window.get_by_label(language.say(Word::SourceFind)).focus();
        window.run();
        window.get_by_label(language.say(Word::SourceFind)).type_text("number 150000\r");
        window.run();
        window.get_by_label(language.say(Word::SourceNext)).click();
        window.run();
        window.get_by_label("X-Line: number 150000");
        window.get_by_label(&language.fill(Word::SourceOpened, &[("part", "2")])).click();
        window.run();
        window.get_by_label("Subject: opened");
    }
}

/// Screens for `every_screen_is_drawn_in_both_languages_both_looks_and_both_sizes`.
pub fn screens(language: Language) -> Vec<(&'static str, App)> {
    let after_click = |app: App, label: &str| {
        let mut window = window(app, [1280.0, 1400.0]);
        window.get_by_label(label).click();
        window.run();
        window.into_state()
    };
    let macros = FileReport { dangers: vec![Danger::Macros, Danger::ArchiveLocked], ..kind(FileKind::Document) };
    let program =
        FileReport { kind: FileKind::Program, claimed: FileKind::Pdf, disagrees: true, dangers: vec![Danger::Program] };
    let (name, about) = ("四半期の数字と見通し（取扱注意）の最終版を改めてお送りします.pdf.docm", Word::FileAbout);
    let (asks, _) = reads(language, with_file(name, "application/msword", macros, b"PK"));
    let (refuses, _) = reads(language, with_file("invoice.pdf", "application/pdf", program, b"MZ"));
    let mut png = Vec::new();
    let picture = image::RgbaImage::from_fn(900, 600, |x, y| image::Rgba([(x / 4) as u8, (y / 3) as u8, 120, 255]));
    picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    let (mut looks, _) = reads(language, with_file("seal.png", "image/png", kind(FileKind::Picture), &png));
    looks.state.preview.waits = true;
    let (mut shows_source, _) = reads(language, message(Lock::Encrypted, Seal::Authenticated));
    shows_source.state.source = true;
    shows_source.update(Event::Source(Arc::new(source(60_000))));
    let (invited, _) = reads(language, invited(true, invitation()));
    vec![
        ("pane-asks", after_click(asks, &named(language, about, name))),
        ("pane-refuses", after_click(refuses, &named(language, about, "invoice.pdf"))),
        ("pane-picture", after_click(looks, &named(language, Word::PreviewNamed, "seal.png"))),
        ("pane-source", shows_source),
        ("pane-invitation", invited),
    ]
}
