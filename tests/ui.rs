//! Every screen of the window, in both languages, without an engine, a display or a GPU.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::cast_possible_wrap)]

#[path = "ui/authorities.rs"]
mod authorities;
#[path = "ui/backup.rs"]
mod backup;
#[path = "ui/body.rs"]
mod body;
#[path = "ui/bringing.rs"]
mod bringing;
#[path = "ui/delivery.rs"]
mod delivery;
#[path = "ui/finding.rs"]
mod finding;
#[path = "ui/listing.rs"]
mod listing;
#[path = "ui/outgoing.rs"]
mod outgoing;
#[path = "ui/own_keys.rs"]
mod own_keys;
#[path = "ui/pane.rs"]
mod pane;
#[path = "ui/people.rs"]
mod people;
#[path = "ui/sample.rs"]
mod sample;
#[path = "ui/setup.rs"]
mod setup;
#[path = "ui/storage.rs"]
mod storage;
#[path = "ui/tagging.rs"]
mod tagging;
#[path = "ui/threads.rs"]
mod threads;
#[path = "ui/why.rs"]
mod why;
#[path = "ui/writing.rs"]
mod writing;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, TestRenderer};
use kakitome::domain::{Draft, Fingerprint, Protection, Technology};
use kakitome::engine::topic::Topic;
use kakitome::engine::topic::setup::SetupCommand;
use kakitome::engine::view::{KeySummary, Lock, MailboxView, PopAccess, PreferencesView, Seal};
use kakitome::engine::{Command, Event, Failure, FailureKind, Retry};
use kakitome::ui::{self, Activity, App, Backend, Clock, Language, Raster, Screen, Theme};

const LANGUAGES: [Language; 2] = [Language::English, Language::Japanese];
const WIDE: [f32; 2] = [1280.0, 800.0];
const NARROW: [f32; 2] = [900.0, 600.0];

/// An engine that notes what it is told and says what it was given to say.
#[derive(Clone, Default)]
struct Paper {
    commands: Rc<RefCell<Vec<Command>>>,
    events: Rc<RefCell<VecDeque<Event>>>,
}

impl Backend for Paper {
    fn send(&mut self, command: Command) {
        self.commands.borrow_mut().push(command);
    }

    fn try_next(&mut self) -> Option<Event> {
        self.events.borrow_mut().pop_front()
    }
}

/// Gives kittest the program's own rasteriser.
struct Painter(Raster);

impl TestRenderer for Painter {
    fn handle_delta(&mut self, delta: &mut egui::TexturesDelta) {
        self.0.apply(delta);
    }

    fn render(&mut self, ctx: &egui::Context, output: &egui::FullOutput) -> Result<image::RgbaImage, String> {
        let primitives = ctx.tessellate(output.shapes.clone(), output.pixels_per_point);
        let size = ctx.content_rect().size() * output.pixels_per_point;
        Ok(self.0.paint(&primitives, [size.x as usize, size.y as usize], output.pixels_per_point, egui::Color32::BLACK))
    }
}

fn app(language: Language) -> (App, Paper) {
    let paper = Paper::default();
    let mut app = App::new(Box::new(paper.clone()));
    app.state.language = language;
    app.state.theme = Theme::Light;
    app.state.clock = Clock::standing(sample::at(sample::NOW));
    app.state.drawings.waits = true;
    app.update(Event::Mailbox(Arc::new(sample::mailbox())));
    (app, paper)
}

fn window(app: App, size: [f32; 2]) -> Harness<'static, App> {
    let show = |ui: &mut egui::Ui, app: &mut App| app.show(ui);
    let mut builder = Harness::builder();
    if !ui::system_has('書') {
        eprintln!("no Japanese font is installed: missing glyphs are let pass");
        builder = builder.allow_missing_glyphs();
    }
    let mut harness = builder
        .with_size(size)
        .with_max_steps(40)
        .with_context_setup(|ctx| {
            ui::install_fonts(ctx);
            ui::install_theme(ctx);
        })
        .renderer(Painter(Raster::default()))
        .build_ui_state(show, app);
    harness.run();
    harness
}

fn reads(language: Language, view: kakitome::engine::view::ReadingView) -> (App, Paper) {
    let (mut app, paper) = app(language);
    app.state.selected = Some(view.id);
    app.update(Event::Reading(Arc::new(view)));
    app.state.reads = true;
    (app, paper)
}

fn message(lock: Lock, seal: Seal) -> kakitome::engine::view::ReadingView {
    sample::reading(sample::assessment(Technology::OpenPgp, lock, seal))
}

fn draft() -> Draft {
    Draft {
        from: sample::alice(),
        to: vec![sample::hanako(), sample::bob()],
        cc: vec![kakitome::domain::Mailbox::new("Carol Danvers", "carol@example.com")],
        subject: "Re: 請求書のお知らせ".into(),
        text: "花子様\n\n受け取りました。ありがとうございます。\nThank you, it arrived.\n\nAlice\n".into(),
        attachments: vec![kakitome::domain::Attachment {
            name: "控え.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: vec![0; 50_000].into(),
        }],
        protection: Protection { sign: true, encrypt: true, ..Protection::default() },
        ..Draft::default()
    }
}

fn writes(language: Language, blocked: bool) -> (App, Paper) {
    let (mut app, paper) = app(language);
    app.update(Event::Compose { draft: Box::new(draft()), id: None });
    // The first frame asks; then the answer comes.
    let mut first = window(app, WIDE);
    first.run();
    let mut app = first.into_state();
    app.update(Event::Preflight(Arc::new(sample::preflight(blocked))));
    (app, paper)
}

/// To two hundred, each with a caution, and a long quotation.
fn writes_to_many(language: Language) -> App {
    let (mut app, _) = app(language);
    let person = |n| kakitome::domain::Mailbox::new(format!("Person {n}"), format!("person{n}@example.org"));
    let text = "花子様\n\n> いつもお世話になっております。\n> A line of a letter that was quoted.\n".repeat(600);
    let draft = Draft { to: (0..200).map(person).collect(), cc: vec![], text, ..draft() };
    app.update(Event::Compose { draft: Box::new(draft.clone()), id: None });
    let mut app = window(app, WIDE).into_state();
    let one = sample::preflight(false);
    let recipients = draft
        .to
        .iter()
        .map(|to| kakitome::engine::view::ReadinessView { mailbox: to.clone(), ..one.recipients[2].clone() });
    let cautions = draft.to.iter().map(|to| ("unauthenticated_certificate".to_owned(), to.name.clone()));
    let (recipients, cautions) = (recipients.collect(), cautions.collect());
    app.update(Event::Preflight(Arc::new(kakitome::engine::view::PreflightView { recipients, cautions, ..one })));
    app
}

fn sent(paper: &Paper, wanted: impl Fn(&Command) -> bool) -> bool {
    paper.commands.borrow().iter().any(wanted)
}

#[test]
fn why_opens_the_evidence_and_closes_it_again() {
    for language in LANGUAGES {
        let (app, _) = reads(language, message(Lock::Encrypted, Seal::Authenticated));
        let mut window = window(app, WIDE);
        assert!(!window.state().state.drawer);
        window.get_by_label(language.say(ui::Word::Why)).click();
        window.run();
        assert!(window.state().state.drawer);
        for card in [ui::Word::Encryption, ui::Word::Signature, ui::Word::TrustPath, ui::Word::Delivery] {
            window.get_all_by_label(language.say(card)).next().unwrap();
        }
        window.get_by_label("Bob Ross");
        window.get_all_by_label(language.say(ui::Word::HideWhy)).next().unwrap().click();
        window.run();
        assert!(!window.state().state.drawer);
    }
}

#[test]
fn another_language_changes_every_word_at_once() {
    let (mut app, _) = app(Language::English);
    app.state.screen = Screen::Settings;
    let mut window = window(app, WIDE);
    window.get_by_label("Accounts");
    window.get_by_label("日本語").click();
    window.run();
    window.get_by_label("アカウント");
    window.get_by_label("受信箱, 12");
    assert!(window.query_by_label("Accounts").is_none());
}

#[test]
fn every_lock_and_every_seal_is_said_in_words() {
    let locks = [
        (Lock::Encrypted, "Encrypted. Only you", "暗号化されています"),
        (Lock::NotEncrypted, "Not encrypted. Mail servers", "暗号化されていません"),
        (Lock::CannotOpen, "Your key is locked", "鍵がロックされています"),
    ];
    let seals = [
        (Seal::Unsigned, "No seal.", "封印がありません"),
        (Seal::Authenticated, "Sealed by Hanako Yamada.", "Hanako Yamadaさんの封印があります"),
        (Seal::Partial, "may be Hanako Yamada's", "Hanako Yamadaさんのものらしい"),
        (Seal::Unauthenticated, "nobody you trust vouches", "この鍵を保証する人がいません"),
        (Seal::Broken, "The seal doesn't match", "封印と内容が一致しません"),
    ];
    for (lock, english_lock, japanese_lock) in locks {
        for (seal, english_seal, japanese_seal) in seals {
            for (language, wanted) in [
                (Language::English, [english_lock, english_seal]),
                (Language::Japanese, [japanese_lock, japanese_seal]),
            ] {
                let window = window(reads(language, message(lock, seal)).0, WIDE);
                for words in wanted {
                    assert!(window.query_all_by_label_contains(words).next().is_some(), "{lock:?} {seal:?}: {words}");
                }
            }
        }
    }
}

#[test]
fn a_delivery_by_another_domain_confirms_nothing() {
    let window = window(reads(Language::English, sample::delivered_by_another()).0, WIDE);
    assert!(window.query_by_label_contains("confirms that it sent").is_none());
    window.get_by_label_contains("delivered by evil.example, which is not the domain");
}

#[test]
fn a_seal_that_is_anothers_or_was_withdrawn_says_so_with_name_and_date() {
    use kakitome::engine::view::TrustVerdict;
    let says = |seal, verdict, at: Option<&str>, english: &str, japanese: &str| {
        for (language, wanted) in [(Language::English, english), (Language::Japanese, japanese)] {
            let view = sample::judged(seal, verdict, at.map(sample::at));
            let window = window(reads(language, view).0, WIDE);
            assert!(window.query_all_by_label_contains(wanted).next().is_some(), "{wanted}");
        }
    };
    says(
        Seal::Unauthenticated,
        TrustVerdict::Mismatch,
        None,
        "Sealed by hanako@example.co.jp, but the message says it is from hanako@evil.example.",
        "封印は hanako@example.co.jp のものですが、差出人は hanako@evil.example",
    );
    let day = Some("2025-03-01T00:00:00Z");
    says(Seal::Broken, TrustVerdict::Revoked, day, "withdrawn on 1 March 2025", "2025年3月1日に失効");
    says(Seal::Broken, TrustVerdict::Expired, None, "had expired", "期限が切れています");
}

#[test]
fn a_message_that_is_not_the_chosen_one_is_never_shown() {
    let (mut app, _) = reads(Language::English, message(Lock::Encrypted, Seal::Authenticated));
    app.state.selected = Some(2);
    let window = window(app, WIDE);
    assert!(window.query_by_label_contains("Dear Alice").is_none());
    assert!(window.query_by_label_contains("Sealed by Hanako Yamada.").is_none());
}

#[test]
fn a_locked_message_asks_for_the_passphrase_and_shows_nothing_else() {
    for language in LANGUAGES {
        let (app, paper) = reads(language, message(Lock::CannotOpen, Seal::Unsigned));
        let mut window = window(app, WIDE);
        assert!(window.query_by_label_contains("Dear Alice").is_none());
        let field = window.get_by_role_and_label(Role::PasswordInput, language.say(ui::Word::Passphrase));
        field.focus();
        window.run();
        window
            .get_by_role_and_label(Role::PasswordInput, language.say(ui::Word::Passphrase))
            .type_text("correct horse");
        window.run();
        window.get_by_label(language.say(ui::Word::Unlock)).click();
        window.run();
        assert!(sent(&paper, |command| matches!(command,
            Command::Unlock { passphrase } if passphrase.declassify() == "correct horse")));
        assert!(window.state().state.passphrase.is_empty(), "the passphrase does not stay");
    }
}

#[test]
fn of_many_recipients_and_a_long_text_nothing_is_lost_and_all_can_be_seen() {
    for language in LANGUAGES {
        let mut window = window(writes_to_many(language), WIDE);
        let chips = |window: &Harness<'_, App>| {
            let label = format!("{} Person", language.say(ui::Word::Remove));
            window.query_all_by_label_contains(&label).count()
        };
        assert_eq!(chips(&window), 24);
        window.get_by_label(&language.fill(ui::Word::AndMore, &[("count", "176")])).click();
        window.run();
        assert!(chips(&window) > 24);
        let composer = window.state().state.composer.as_ref().unwrap();
        let (draft, lines) = (composer.draft(), composer.beyond.lines);
        assert_eq!((draft.to.len(), draft.text.lines().count()), (200, 2_400));
        assert!(lines > 1_500 && composer.text.lines().count() + lines == 2_400);
        let rest = language.fill(ui::Word::BeyondLines, &[("count", &lines.to_string())]);
        window.get_by_label(&rest).scroll_to_me();
        window.run();
        window.get_by_label(language.say(ui::Word::LeaveOutBeyond)).click();
        window.run();
        let composer = window.state().state.composer.as_ref().unwrap();
        assert_eq!(composer.draft().text.lines().count(), 2_400 - lines);
        assert!(window.query_by_label(&rest).is_none());
    }
}

#[test]
fn a_blocker_keeps_the_message_here_and_says_why() {
    for language in LANGUAGES {
        let (app, paper) = writes(language, true);
        let mut window = window(app, WIDE);
        let send = window.get_by_label(language.say(ui::Word::SendEncrypted));
        assert!(send.accesskit_node().is_disabled());
        send.click();
        window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Enter);
        window.run();
        assert!(!sent(&paper, |command| matches!(command, Command::Send { .. })));
        assert!(window.query_all_by_label_contains("Carol Danvers").next().is_some());
        let why = language.fill(ui::Word::BlockNoCertificate, &[("name", "Carol Danvers")]);
        window.get_by_label(&why);
    }
}

#[test]
fn cautions_are_confirmed_before_the_message_goes() {
    let (app, paper) = writes(Language::English, false);
    let mut window = window(app, WIDE);
    window.get_by_label("Send encrypted").click();
    window.run();
    assert!(!sent(&paper, |command| matches!(command, Command::Send { .. })));
    window.get_by_label("Before you send");
    window.get_all_by_label("Send encrypted").last().unwrap().click();
    window.run();
    assert!(sent(&paper, |command| matches!(command,
        Command::Send { draft, .. } if draft.protection.encrypt && draft.recipients().count() == 3)));
}

#[test]
fn switching_encryption_off_changes_the_word_on_the_button_and_asks_preflight_again() {
    let (app, paper) = writes(Language::English, false);
    let mut window = window(app, WIDE);
    paper.commands.borrow_mut().clear();
    window.get_by_role_and_label(Role::Switch, "Encrypt").click();
    window.run();
    window.get_by_label("Send unencrypted");
    assert!(sent(&paper, |command| matches!(command, Command::Preflight(draft) if !draft.protection.encrypt)));
    let send = window.get_by_label("Send unencrypted");
    assert!(send.accesskit_node().is_disabled(), "an old preflight says nothing about the new wish");
}

#[test]
fn leaving_a_message_that_was_begun_asks_first() {
    let (mut app, _) = writes(Language::English, false);
    app.state.composer.as_mut().unwrap().is_saved = false;
    let mut window = window(app, WIDE);
    window.key_press(egui::Key::Escape);
    window.run();
    window.get_by_label("Discard this message?");
    window.get_by_label("Cancel").click();
    window.run();
    assert!(window.state().state.composer.is_some());
    assert!(window.query_by_label("Discard this message?").is_none());
}

#[test]
fn the_list_is_walked_with_the_keyboard() {
    let (app, paper) = app(Language::English);
    let mut window = window(app, WIDE);
    window.key_press(egui::Key::J);
    window.run();
    window.key_press(egui::Key::J);
    window.run();
    assert_eq!(window.state().state.selected, Some(2));
    window.key_press(egui::Key::K);
    window.run();
    assert_eq!(window.state().state.selected, Some(1));
    assert!(sent(&paper, |command| matches!(command, Command::OpenMessage(1))));
    assert!(sent(&paper, |command| matches!(command, Command::SetSeen { message: 1, seen: true })));
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::N);
    window.run();
    assert_eq!(window.state().state.screen, Screen::Compose);
    window.key_press(egui::Key::Escape);
    window.run();
    assert_eq!(window.state().state.screen, Screen::Mailbox, "an empty message is left without a question");
}

#[test]
fn walking_down_the_list_keeps_the_selected_message_in_sight() {
    let (app, _) = app(Language::English);
    let mut window = window(app, WIDE);
    for _ in 0..25 {
        window.key_press(egui::Key::J);
        window.run();
    }
    assert_eq!(window.state().state.selected, Some(25));
    let seen = |window: &Harness<'_, App>| {
        let rows = window.query_all_by_role(Role::ListItem);
        rows.filter(|row| row.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True))
            .map(|row| row.rect())
            .next()
    };
    let rect = seen(&window).expect("the selected message is laid out");
    assert!(rect.top() > 40.0 && rect.bottom() < 780.0, "{rect:?}");
}

#[test]
fn ten_thousand_messages_are_listed_without_laying_them_all_out() {
    let (mut app, _) = app(Language::English);
    let row = sample::mailbox().rows[0].clone();
    let rows = (0..10_000).map(|id| kakitome::engine::view::RowView { id, ..row.clone() }).collect();
    app.update(Event::Mailbox(Arc::new(MailboxView { rows: Arc::new(rows), ..sample::mailbox() })));
    let window = window(app, WIDE);
    let listed = window.query_all_by_role(Role::ListItem).count();
    assert!((5..40).contains(&listed), "{listed}");
}

#[test]
fn a_failure_says_what_happened_and_what_to_do_until_it_is_dismissed() {
    for language in LANGUAGES {
        let (mut app, _) = app(language);
        app.update(Event::Failed(Failure {
            kind: FailureKind::NoStartTls,
            retry: Retry::Never,
            subject: "mail.example.org".into(),
            source: "EHLO answered without STARTTLS".into(),
        }));
        let mut window = window(app, NARROW);
        assert!(window.query_by_label_contains("mail.example.org").is_some());
        window.get_by_label(language.say(ui::Word::Dismiss)).click();
        window.run();
        assert!(window.query_by_label_contains("mail.example.org").is_none());
    }
}

#[test]
fn long_work_shows_and_can_be_stopped() {
    let (mut app, paper) = app(Language::Japanese);
    app.views.activity = Some(Activity { work: "synchronise".into(), subject: "INBOX".into(), fraction: Some(0.4) });
    let show = |ui: &mut egui::Ui, app: &mut App| app.show(ui);
    let setup = |ctx: &egui::Context| ui::install_fonts(ctx);
    let mut window = Harness::builder().with_size(WIDE).with_context_setup(setup).build_ui_state(show, app);
    window.run_steps(3);
    window.get_by_label(Language::Japanese.say(ui::Word::Cancel)).click();
    window.run_steps(3);
    assert!(sent(&paper, |command| matches!(command, Command::Cancel)));
}

#[test]
fn a_fingerprint_counts_only_after_it_was_compared() {
    let (mut app, paper) = app(Language::English);
    app.update(Event::Keys(Arc::new(sample::keys())));
    app.state.screen = Screen::Keys;
    app.state.keys.shows_others = true;
    let mut window = window(app, WIDE);
    window.get_all_by_label("Compare fingerprint").next().unwrap().click();
    window.run();
    assert!(window.get_by_label("Mark as compared").accesskit_node().is_disabled());
    window.get_by_label("I compared every group with the owner").click();
    window.run();
    window.get_by_label("Mark as compared").click();
    window.run();
    assert!(sent(&paper, |command| matches!(command, Command::SetTrusted { trusted: true, .. })));
}

#[test]
fn of_ten_thousand_certificates_only_those_in_sight_are_drawn() {
    let (mut app, _) = app(Language::English);
    let mut keys = sample::keys();
    let one = keys.others[1].clone();
    let person = |number: u32| {
        let mut report = (*one.report).clone();
        report.fingerprint = Fingerprint::from_bytes(&[&[7; 16][..], &number.to_be_bytes()].concat());
        report.names = vec![format!("Person {number}")];
        KeySummary { report: Arc::new(report), ..one.clone() }
    };
    keys.others = Arc::new((0..10_000).map(person).collect());
    app.update(Event::Keys(Arc::new(keys)));
    app.state.screen = Screen::Keys;
    app.state.keys.shows_others = true;
    let mut window = window(app, WIDE);
    let drawn = window.get_all_by_label("Compare fingerprint").count();
    assert!((3..12).contains(&drawn), "{drawn} cards");
    assert!(window.query_by_label("Person 0").is_some() && window.query_by_label("Person 9999").is_none());
    // Dragged to the end, the last one is there, whole.
    window.event(egui::Event::PointerMoved(egui::pos2(700.0, 500.0)));
    for _ in 0..40 {
        window.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, -200_000.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: egui::Modifiers::NONE,
        });
        window.run_steps(2);
    }
    window.run_steps(40);
    let drawn = window.get_all_by_label("Compare fingerprint").count();
    assert!((2..12).contains(&drawn), "{drawn} cards");
    assert!(window.query_by_label("Person 9999").is_some());
}

#[test]
fn nothing_of_a_message_is_painted_above_its_hairline() {
    let (mut app, _) = reads(Language::English, sample::newsletter());
    let mut view = sample::newsletter();
    let mut all = (*view.assessment).clone();
    for block in &mut all.blocks {
        block.html = Some(
            "<div style='position:fixed;left:0;top:-2000px;width:4000px;height:6000px;background:#00ff00'>x</div>\
             <div style='margin-top:-500px;height:3000px;background:#00ff00'>Encrypted</div>"
                .into(),
        );
    }
    view.assessment = Arc::new(all);
    app.update(Event::Reading(Arc::new(view)));
    let mut window = window(app, WIDE);
    let image = window.render().unwrap();
    let reply = window.get_by_label("Reply").rect();
    let why = window.get_by_label("Why?").rect();
    let green = |pixel: &image::Rgba<u8>| pixel.0[1] > 200 && pixel.0[0] < 60 && pixel.0[2] < 60;
    let highest = image.enumerate_pixels().filter(|(_, _, pixel)| green(pixel)).map(|(_, y, _)| y).min();
    let leftmost = image.enumerate_pixels().filter(|(_, _, pixel)| green(pixel)).map(|(x, _, _)| x).min();
    let highest = highest.expect("the message is drawn at all");
    assert!(highest as f32 > why.bottom() && highest as f32 > reply.bottom(), "{highest}");
    assert!(leftmost.unwrap() > 540, "it stays in its pane");
}

#[test]
fn a_picture_of_the_window_takes_no_display() {
    let (mut app, _) = reads(Language::Japanese, message(Lock::Encrypted, Seal::Authenticated));
    let image = ui::screenshot(&mut app, egui::vec2(1280.0, 800.0), 1.0).unwrap();
    let colours: std::collections::HashSet<_> = image.pixels().map(|pixel| pixel.0).collect();
    assert!(colours.len() > 200, "{}", colours.len());
    assert!(ui::screenshot(&mut app, egui::vec2(0.0, 800.0), 1.0).is_err());
}

/// Writes every screen as a picture to the folder named by `KAKITOME_SCREENS`, for looking at; `KAKITOME_ONLY` takes
/// those alone whose names begin with one of these words.
#[test]
fn every_screen_is_drawn_in_both_languages_both_looks_and_both_sizes() {
    let folder = std::env::var_os("KAKITOME_SCREENS").map(PathBuf::from);
    let only = std::env::var("KAKITOME_ONLY").unwrap_or_default();
    let is_wanted = |name: &str| only.is_empty() || only.split_whitespace().any(|one| name.starts_with(one));
    for language in LANGUAGES {
        for theme in [Theme::Light, Theme::Dark] {
            for size in [WIDE, NARROW] {
                for (name, mut app) in all_screens(language).into_iter().filter(|(name, _)| is_wanted(name)) {
                    app.state.theme = theme;
                    let mut app = window(app, size).into_state();
                    let Some(folder) = &folder else { continue };
                    let image = ui::screenshot(&mut app, size.into(), 1.0).unwrap();
                    let theme = if theme == Theme::Dark { "dark" } else { "light" };
                    let tongue = if language == Language::English { "en" } else { "ja" };
                    let file = format!("{name}-{tongue}-{theme}-{}.png", size[0]);
                    ui::write_png(&image, &folder.join(file)).unwrap();
                }
            }
        }
    }
}

/// Pictures of what lies below the edge of a window, likewise.
#[test]
fn what_scrolls_is_drawn_too() {
    let folder = std::env::var_os("KAKITOME_SCREENS").map(PathBuf::from);
    for language in LANGUAGES {
        let mut pages = Vec::new();
        for technology in [Technology::OpenPgp, Technology::Smime] {
            let (mut app, _) =
                reads(language, sample::reading(sample::assessment(technology, Lock::Encrypted, Seal::Authenticated)));
            app.state.drawer = true;
            pages.push((format!("tall-{}", technology.word()), app));
        }
        let (mut app, _) = reads(language, sample::suspicious());
        app.state.drawer = true;
        pages.push(("tall-suspicious".to_owned(), app));
        let (app, _) = writes(language, false);
        pages.push(("tall-compose".to_owned(), app));
        for (name, mut app) in pages {
            let image = ui::screenshot(&mut app, egui::vec2(1280.0, 1700.0), 1.0).unwrap();
            if let Some(folder) = &folder {
                let tongue = if language == Language::English { "en" } else { "ja" };
                ui::write_png(&image, &folder.join(format!("{name}-{tongue}.png"))).unwrap();
            }
        }
    }
}

#[test]
fn a_picture_of_a_wide_window_is_made_in_well_under_a_second() {
    let (mut app, _) = reads(Language::Japanese, message(Lock::Encrypted, Seal::Authenticated));
    ui::screenshot(&mut app, egui::vec2(1280.0, 800.0), 1.0).unwrap();
    let start = std::time::Instant::now();
    ui::screenshot(&mut app, egui::vec2(1280.0, 800.0), 1.0).unwrap();
    let spent = start.elapsed();
    eprintln!("1280 by 800: {spent:?}");
    assert!(spent < std::time::Duration::from_secs(3), "{spent:?}");
}

#[test]
fn an_old_preflight_is_never_taken_for_the_message_as_it_stands() {
    let (mut app, _) = writes(Language::English, false);
    // The author takes somebody else in; then the answer to the question before arrives.
    let composer = app.state.composer.as_mut().unwrap();
    composer.to.entries.push("mallory@evil.example".into());
    app.update(Event::Preflight(Arc::new(sample::preflight(false))));
    let mut window = window(app, WIDE);
    window.state_mut().update(Event::Preflight(Arc::new(sample::preflight(false))));
    window.run();
    assert!(window.get_by_label("Send encrypted").accesskit_node().is_disabled());
}

#[test]
fn an_answer_to_another_message_does_not_throw_away_what_was_being_written() {
    let (mut app, paper) = writes(Language::English, false);
    let composer = app.state.composer.as_mut().unwrap();
    composer.is_saved = false;
    composer.text = "half a thought".into();
    app.update(Event::Compose { draft: Box::new(draft()), id: None });
    let _window = window(app, WIDE);
    assert!(sent(
        &paper,
        |command| matches!(command, Command::SaveDraft { draft, .. } if draft.text == "half a thought")
    ));
}

#[test]
fn a_profile_that_is_locked_shows_nothing_but_the_question_for_its_passphrase() {
    for language in LANGUAGES {
        let (mut app, paper) = app(language);
        app.update(Event::ProfileLocked { is_new: true });
        let mut window = window(app, NARROW);
        assert!(window.query_by_role(Role::ListItem).is_none());
        let type_into = |window: &mut Harness<'_, App>, word: ui::Word, text: &str| {
            window.get_by_role_and_label(Role::PasswordInput, language.say(word)).focus();
            window.run();
            window.get_by_role_and_label(Role::PasswordInput, language.say(word)).type_text(text);
            window.run();
        };
        type_into(&mut window, ui::Word::ProfilePassphrase, "correct horse");
        type_into(&mut window, ui::Word::ProfilePassphraseAgain, "correct hors");
        let open = language.say(ui::Word::UsePassphrase);
        assert!(window.get_by_role_and_label(Role::Button, open).accesskit_node().is_disabled(), "they differ");
        type_into(&mut window, ui::Word::ProfilePassphraseAgain, "e");
        window.get_by_role_and_label(Role::Button, open).click();
        window.run();
        assert!(sent(&paper, |command| matches!(command,
            Command::OpenProfile { passphrase } if passphrase.declassify() == "correct horse")));
        window.state_mut().update(Event::Mailbox(Arc::new(sample::mailbox())));
        window.run();
        assert!(window.query_all_by_role(Role::ListItem).next().is_some());
    }
}

#[test]
fn a_kept_draft_is_gone_on_with_or_thrown_away() {
    let (mut app, paper) = app(Language::English);
    app.state.screen = Screen::Drafts;
    let mut window = window(app, WIDE);
    window.get_all_by_label("Continue writing").next().unwrap().click();
    window.run();
    assert!(sent(&paper, |command| matches!(command, Command::OpenDraft(7))));
    window.get_all_by_label("Discard").last().unwrap().click();
    window.run();
    assert!(sent(&paper, |command| matches!(command, Command::DiscardDraft(8))));
}

#[test]
fn a_locked_key_is_asked_for_where_the_message_is_sent() {
    let (mut app, paper) = writes(Language::English, false);
    let composer = app.state.composer.as_mut().unwrap();
    composer.is_sending = true;
    let (token, subject) = (composer.token, sample::print(9, 20).spaced());
    let (kind, retry, source) = (FailureKind::WrongPassphrase, Retry::Now, String::new());
    app.update(Event::NotQueued { token, failure: Failure { kind, retry, subject, source } });
    let mut window = window(app, WIDE);
    window.get_by_role_and_label(Role::PasswordInput, "Passphrase of your key").focus();
    window.run();
    window.get_by_role_and_label(Role::PasswordInput, "Passphrase of your key").type_text("correct horse");
    window.run();
    window.get_by_label("Unlock and send").click();
    window.run();
    let commands = paper.commands.borrow();
    let unlock = commands.iter().position(|command| matches!(command, Command::Unlock { .. }));
    let send = commands.iter().position(|command| matches!(command, Command::Send { .. }));
    assert!(unlock.is_some() && unlock < send);
}

#[test]
fn the_choice_of_language_is_kept_and_an_explicit_one_wins_over_it() {
    let (mut app, paper) = app(Language::English);
    app.state.screen = Screen::Settings;
    let mut window = window(app, WIDE);
    window.get_by_label("日本語").click();
    window.run();
    assert!(sent(&paper, |command| matches!(command, Command::Remember { language, .. } if language == "ja")));
    let app = window.state_mut();
    let kept = PreferencesView { language: Some("en".into()), theme: Some("dark".into()), ..Default::default() };
    app.update(Event::Preferences(kept.clone()));
    assert_eq!((app.state.language, app.state.theme), (Language::English, Theme::Dark));
    app.speak(Language::Japanese);
    app.update(Event::Preferences(kept));
    assert_eq!(app.state.language, Language::Japanese);
}

#[test]
fn nothing_in_a_message_and_no_size_of_the_window_stops_the_drawing() {
    for size in [[64.0, 64.0], [320.0, 240.0], WIDE] {
        let (mut app, _) = reads(Language::Japanese, sample::overdone());
        app.state.drawer = true;
        let start = std::time::Instant::now();
        ui::screenshot(&mut app, size.into(), 1.0).unwrap();
        eprintln!("overdone at {size:?}: {:?}", start.elapsed());
        app.state.source = true;
        ui::screenshot(&mut app, size.into(), 1.0).unwrap();
        eprintln!("and its source: {:?}", start.elapsed());
    }
    for (_, mut app) in all_screens(Language::English) {
        ui::screenshot(&mut app, egui::vec2(64.0, 64.0), 1.0).unwrap();
        ui::screenshot(&mut app, egui::vec2(500.0, 180.0), 2.0).unwrap();
    }
}

#[test]
fn nothing_in_a_header_pushes_the_band_out_of_sight() {
    for (language, size) in [(Language::English, NARROW), (Language::Japanese, WIDE)] {
        let window = window(reads(language, sample::overdone()).0, size);
        let why = window.get_by_label(language.say(ui::Word::Why)).rect();
        // The row of buttons above is a sixteenth of the smaller window.
        assert!(why.bottom() < size[1] * 0.64, "{why:?}");
        let broken = window.query_all_by_label_contains(match language {
            Language::English => "The seal doesn't match",
            Language::Japanese => "封印と内容が一致しません",
        });
        let seal = broken.map(|node| node.rect()).next().unwrap();
        assert!(seal.bottom() < size[1] * 0.66, "{seal:?}");
    }
}

#[test]
fn f6_goes_round_the_panes() {
    use kakitome::ui::Pane;
    let (app, _) = reads(Language::English, message(Lock::Encrypted, Seal::Authenticated));
    let mut window = window(app, WIDE);
    for wanted in [Pane::Reading, Pane::Side, Pane::List] {
        window.key_press(egui::Key::F6);
        window.run();
        assert_eq!(window.state().state.pane, wanted);
        assert!(window.ctx.memory(egui::Memory::focused).is_some());
    }
}

#[test]
fn a_new_account_chooses_how_it_receives_and_one_that_is_there_keeps_it() {
    for language in LANGUAGES {
        let hint = language.say(ui::Word::ReceiveByHint);
        let new = window(by_pop3(language), WIDE);
        new.get_by_role_and_label(Role::RadioButton, "IMAP");
        assert!(new.query_by_label(hint).is_none());
        let old = window(at_a_port_of_its_own(language), WIDE);
        assert!(old.query_by_role_and_label(Role::RadioButton, "POP3").is_none());
        old.get_by_label("IMAP");
        old.get_by_label(hint);
    }
}

/// A link that says that it leads to a bank.
fn deceiving_link(target: &str) -> ui::Link {
    ui::Link { target: target.into(), words: "https://bank.example/login".into(), place: None, areas: vec![] }
}

#[test]
fn a_link_is_asked_about_and_its_deception_is_named() {
    for language in LANGUAGES {
        let (mut app, _) = app(language);
        app.state.link = Some(deceiving_link("https://evil.example/login"));
        let mut window = window(app, WIDE);
        window.get_by_label("https://evil.example/login");
        window.get_by_label(&language.fill(ui::Word::LinkDeceives, &[("words", "https://bank.example/login")]));
        window.get_by_label(language.say(ui::Word::Cancel)).click();
        window.run();
        assert!(window.state().state.link.is_none());
        assert!(window.output().platform_output.commands.is_empty());
    }
}

/// Those of this file, and those of the topics.
fn all_screens(language: Language) -> Vec<(&'static str, App)> {
    [
        screens(language),
        why::screens(language),
        pane::screens(language),
        own_keys::screens(language),
        backup::screens(language),
        people::screens(language),
        finding::screens(language),
        bringing::screens(language),
        authorities::screens(language),
        setup::screens(language),
        outgoing::screens(language),
        storage::screens(language),
        tagging::screens(language),
        threads::screens(language),
        listing::screens(language),
        delivery::screens(language),
        vec![("settings-pop3", by_pop3(language)), ("settings-port", at_a_port_of_its_own(language))],
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The form of an account that receives by POP3.
fn by_pop3(language: Language) -> App {
    let (mut by_pop, _) = app(language);
    by_pop.state.screen = Screen::Settings;
    let pop = PopAccess { host: "pop.example.org".into(), port: 995, leaves: false, before_smtp: false };
    by_pop.state.settings.form = Some(kakitome::engine::view::AccountForm {
        smtp_port: 587,
        imap_port: 993,
        pop: Some(pop),
        ..Default::default()
    });
    by_pop
}

/// The form of an account that is there, whose servers answer at ports that only they have.
fn at_a_port_of_its_own(language: Language) -> App {
    let (mut other, _) = app(language);
    other.state.screen = Screen::Settings;
    other.state.settings.form = Some(kakitome::engine::view::AccountForm {
        id: Some(1),
        name: "Hana".into(),
        address: "hana@example.org".into(),
        smtp_host: "mail.example.org".into(),
        smtp_port: 10587,
        imap_host: "mail.example.org".into(),
        imap_port: 10993,
        ..Default::default()
    });
    other
}

fn screens(language: Language) -> Vec<(&'static str, App)> {
    let mut all = Vec::new();
    let mut add = |name, app: App| all.push((name, app));
    add("mailbox", app(language).0);
    add("reading", reads(language, message(Lock::Encrypted, Seal::Authenticated)).0);
    let smime = sample::reading(sample::assessment(Technology::Smime, Lock::Encrypted, Seal::Authenticated));
    let (mut why, _) = reads(language, smime);
    why.state.drawer = true;
    add("evidence", why);
    let (mut suspicious, _) = reads(language, sample::suspicious());
    add("suspicious", std::mem::replace(&mut suspicious, app(language).0));
    let (mut bad, _) = reads(language, sample::suspicious());
    bad.state.drawer = true;
    add("suspicious-evidence", bad);
    add("locked", reads(language, message(Lock::CannotOpen, Seal::Unsigned)).0);
    add("newsletter", reads(language, sample::newsletter()).0);
    add("compose", writes(language, false).0);
    add("compose-blocked", writes(language, true).0);
    add("compose-many", writes_to_many(language));
    let with_keys = |others, dialog| {
        let (mut app, _) = app(language);
        app.update(Event::Keys(Arc::new(sample::keys())));
        app.state.screen = Screen::Keys;
        app.state.keys.shows_others = others;
        app.state.keys.dialog = dialog;
        app
    };
    add("keys-others", with_keys(true, ui::KeyDialog::None));
    let mut nobody = with_keys(true, ui::KeyDialog::None);
    nobody.update(Event::Keys(Arc::default()));
    add("keys-others-none", nobody);
    let compare = ui::KeyDialog::Compare { fingerprint: sample::print(5, 20), name: "Bob Ross".into() };
    add("keys-compare", with_keys(true, compare));
    let (mut outbox, _) = app(language);
    outbox.update(Event::Outbox(Arc::new(sample::outbox())));
    outbox.state.screen = Screen::Outbox;
    add("outbox", outbox);
    let (mut drafts, _) = app(language);
    drafts.state.screen = Screen::Drafts;
    add("drafts", drafts);
    for is_new in [false, true] {
        let (mut locked, _) = app(language);
        locked.update(Event::ProfileLocked { is_new });
        add(if is_new { "profile-new" } else { "profile-locked" }, locked);
    }
    let (mut link, _) = reads(language, sample::newsletter());
    link.state.link = Some(deceiving_link("https://evil.example/login?session=1"));
    add("link", link);
    let (mut locked_key, _) = writes(language, false);
    locked_key.state.composer.as_mut().unwrap().is_locked = true;
    add("compose-locked", locked_key);
    let (mut settings, _) = app(language);
    settings.state.screen = Screen::Settings;
    settings.state.settings.form =
        Some(kakitome::engine::view::AccountForm { smtp_port: 587, imap_port: 993, ..Default::default() });
    add("settings", settings);
    let (mut failed, _) = app(language);
    failed.update(Event::Failed(Failure {
        kind: FailureKind::BadServerCertificate,
        retry: Retry::Now,
        subject: "mail.example.org".into(),
        source: "certificate is for other.example".into(),
    }));
    failed.update(Event::Mailbox(Arc::new(MailboxView::default())));
    add("failure-empty", failed);
    add("welcome", backup::without_account(language));
    let (mut unopened, _) = app(language);
    unopened.state.selected = Some(1);
    unopened.state.reads = true;
    unopened.update(Event::Failed(Failure {
        kind: FailureKind::Store,
        retry: Retry::Now,
        subject: String::new(),
        source: "database disk image is malformed".into(),
    }));
    add("unopened", unopened);
    all
}

/// The window after a click on the last thing of this name, without the time that passes.
fn clicked(app: App, name: &str) -> App {
    let mut window = window(app, [1280.0, 2400.0]);
    window.get_all_by_label(name).last().unwrap().click();
    window.run();
    window.into_state()
}

/// Types, and goes to the next field.
fn type_and_tab(window: &mut Harness<'_, App>, text: &str) {
    window.event(egui::Event::Text(text.into()));
    window.run();
    window.key_press(egui::Key::Tab);
    window.run();
}

#[test]
fn tab_goes_from_the_first_passphrase_to_the_second_and_enter_opens() {
    let (mut app, paper) = app(Language::English);
    app.update(Event::ProfileLocked { is_new: true });
    let mut window = window(app, WIDE);
    type_and_tab(&mut window, "correct horse");
    window.event(egui::Event::Text("correct horse".into()));
    window.run();
    window.key_press(egui::Key::Enter);
    window.run();
    assert!(sent(&paper, |command| matches!(command,
        Command::OpenProfile { passphrase } if passphrase.declassify() == "correct horse")));
}

#[test]
fn a_message_is_written_without_the_mouse_from_recipients_to_subject_to_text() {
    for size in [WIDE, NARROW] {
        let (app, paper) = app(Language::English);
        let mut window = window(app, size);
        window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::N);
        window.run();
        type_and_tab(&mut window, "hanako@example.co.jp");
        // Preflight answers, and what it says appears above.
        assert!(sent(&paper, |command| matches!(command, Command::Preflight(_))));
        window.state_mut().update(Event::Preflight(Arc::new(sample::preflight(true))));
        window.run();
        type_and_tab(&mut window, "Minutes");
        window.event(egui::Event::Text("Dear Hanako".into()));
        window.run();
        let composer = window.state().state.composer.as_ref().unwrap();
        assert_eq!(composer.to.entries, ["hanako@example.co.jp"]);
        assert_eq!((composer.subject.as_str(), composer.text.as_str()), ("Minutes", "Dear Hanako"));
    }
}

#[test]
fn an_answer_begins_with_its_text() {
    let (mut app, _) = app(Language::English);
    app.update(Event::Compose { draft: Box::new(Draft { text: String::new(), ..draft() }), id: None });
    let mut window = window(app, WIDE);
    window.event(egui::Event::Text("Thank you".into()));
    window.run();
    assert_eq!(window.state().state.composer.as_ref().unwrap().text, "Thank you");
}

#[test]
fn a_file_of_keys_is_imported_without_the_mouse() {
    let (mut app, paper) = app(Language::English);
    app.update(Event::Keys(Arc::new(sample::keys())));
    app.state.screen = Screen::Keys;
    let mut window = window(app, WIDE);
    window.get_by_label("Import").click();
    window.run();
    window.event(egui::Event::Text("bob.asc".into()));
    window.run();
    window.key_press(egui::Key::Enter);
    window.run();
    assert!(sent(&paper, |command| matches!(command,
        Command::ImportKeys { from, .. } if from == std::path::Path::new("bob.asc"))));
}

#[test]
fn an_account_is_filled_in_without_the_mouse_and_changing_it_begins_with_what_is_kept() {
    let (mut app, paper) = app(Language::English);
    app.update(Event::Mailbox(Arc::new(MailboxView::default())));
    app.update(Event::Keys(Arc::default()));
    let mut window = window(app, WIDE);
    window.get_by_label("Welcome to Kakitome");
    window.get_by_label("Add account").click();
    window.run();
    for text in ["Alice", "alice@example.org"] {
        type_and_tab(&mut window, text);
    }
    window.event(egui::Event::Text("secret".into()));
    window.run();
    window.key_press(egui::Key::Enter);
    window.run();
    assert!(sent(&paper, |command| matches!(command, Command::Topic(topic)
        if matches!(topic.as_ref(), Topic::Setup(SetupCommand::Discover(_))))));
    window.get_by_label(Language::English.say(ui::Word::SetupByHand)).click_accesskit();
    window.run();
    for text in ["", "", "smtp.example.org", "", "", "", "", "imap.example.org:10993"] {
        type_and_tab(&mut window, text);
    }
    window.get_by_label(Language::English.say(ui::Word::SetupSaveUntried)).click_accesskit();
    window.run();
    let kept = paper.commands.borrow().iter().find_map(|command| match command {
        Command::SaveAccount(form) => Some(form.clone()),
        _ => None,
    });
    let mut form = kept.expect("the account is saved");
    assert_eq!((form.name.as_str(), form.user.as_str()), ("Alice", "alice@example.org"));
    assert_eq!((form.smtp_host.as_str(), form.imap_host.as_str()), ("smtp.example.org", "imap.example.org"));
    assert_eq!((form.smtp_port, form.imap_port), (587, 10_993), "a port of its own can be typed after the name");
    assert_eq!(form.password.as_ref().map(|password| password.declassify().clone()).as_deref(), Some("secret"));

    (form.id, form.password) = (Some(1), None);
    let mut mailbox = sample::mailbox();
    mailbox.accounts[0].form = *form;
    window.state_mut().update(Event::Mailbox(Arc::new(mailbox)));
    window.state_mut().state.screen = Screen::Settings;
    window.run();
    window.get_by_label("Change").click();
    window.run();
    for kept in ["smtp.example.org", "imap.example.org"] {
        assert!(window.query_all_by_value(kept).next().is_some(), "{kept}");
    }
}

#[test]
fn a_message_that_cannot_be_opened_says_why_in_its_pane_and_can_be_tried_again() {
    for (language, size) in [(Language::English, WIDE), (Language::Japanese, NARROW)] {
        let (app, paper) = app(language);
        let mut window = window(app, size);
        window.key_press(egui::Key::J);
        window.run();
        window.get_by_label(language.say(ui::Word::Loading));
        window.state_mut().update(Event::Failed(Failure {
            kind: FailureKind::Store,
            retry: Retry::Now,
            subject: String::new(),
            source: "database disk image is malformed".into(),
        }));
        window.run();
        assert!(window.query_by_label(language.say(ui::Word::Loading)).is_none());
        window.get_by_label(language.say(ui::Word::NotOpened));
        paper.commands.borrow_mut().clear();
        window.get_by_label(language.say(ui::Word::TryAgain)).click();
        window.run();
        assert!(sent(&paper, |command| matches!(command, Command::OpenMessage(1))));
        window.state_mut().update(Event::Reading(Arc::new(message(Lock::Encrypted, Seal::Authenticated))));
        window.run();
        assert!(window.query_by_label(language.say(ui::Word::NotOpened)).is_none());
        window.get_by_label(language.say(ui::Word::Why));
    }
}

#[test]
fn a_server_out_of_reach_says_nothing_about_the_message_being_opened() {
    let (app, _) = app(Language::English);
    let mut window = window(app, WIDE);
    window.key_press(egui::Key::J);
    window.run();
    window.state_mut().update(Event::Failed(Failure {
        kind: FailureKind::Unreachable,
        retry: Retry::Now,
        subject: "mail.example.org".into(),
        source: String::new(),
    }));
    window.run();
    window.get_by_label("Loading");
    window.get_by_label_contains("mail.example.org");
}

#[test]
fn a_system_that_says_nothing_about_its_look_gets_the_light_one() {
    let ctx = egui::Context::default();
    ui::install_theme(&ctx);
    let mut output = ctx.run_ui(egui::RawInput { system_theme: None, ..Default::default() }, |_| {});
    Raster::default().apply(&mut output.textures_delta);
    assert!(!ctx.global_style().visuals.dark_mode);
}

#[test]
fn the_first_day_is_over_once_there_are_an_account_and_keys() {
    for language in LANGUAGES {
        let (mut app, _) = app(language);
        let mut mailbox = sample::mailbox();
        mailbox.rows = Arc::default();
        app.update(Event::Mailbox(Arc::new(mailbox)));
        app.update(Event::Keys(Arc::default()));
        let mut window = window(app, NARROW);
        window.get_by_label(language.say(ui::Word::Welcome));
        assert!(window.query_all_by_value("alice@example.org").next().is_some(), "the account says so already");
        window.get_by_label(language.say(ui::Word::Continue)).click();
        window.run();
        window.get_by_label(language.say(ui::Word::MakeBothKeys));
        window.state_mut().update(Event::Keys(Arc::new(sample::keys())));
        window.state_mut().state.screen = Screen::Mailbox;
        window.run();
        assert!(window.query_by_label(language.say(ui::Word::Welcome)).is_none());
    }
}

#[test]
fn the_keys_of_other_mail_programs_answer_forward_search_and_mark() {
    let (app, paper) = reads(Language::English, message(Lock::Encrypted, Seal::Authenticated));
    let mut window = window(app, WIDE);
    let (control, shift) = (egui::Modifiers::COMMAND, egui::Modifiers::SHIFT);
    let mut press = |modifiers, key| {
        paper.commands.borrow_mut().clear();
        window.key_press_modifiers(modifiers, key);
        window.run();
        paper.commands.borrow().clone()
    };
    assert!(matches!(press(control, egui::Key::R)[..], [Command::Reply { message: 1, all: false }]));
    assert!(matches!(press(control | shift, egui::Key::R)[..], [Command::Reply { message: 1, all: true }]));
    assert!(matches!(press(control, egui::Key::L)[..], [Command::Forward(1)]));
    let mail = |command: &Command| match command {
        Command::Topic(topic) => match &**topic {
            Topic::Mail(command) => Some(format!("{command:?}")),
            _ => None,
        },
        _ => None,
    };
    let mut asks = |modifiers, key| press(modifiers, key).iter().find_map(mail).unwrap_or_default();
    assert_eq!(asks(egui::Modifiers::NONE, egui::Key::S), "SetFlag { messages: [1], flag: Flagged, on: true }");
    assert_eq!(asks(egui::Modifiers::NONE, egui::Key::M), "SetFlag { messages: [1], flag: Seen, on: true }");
    assert_eq!(asks(control, egui::Key::Z), "Undo");
    assert_eq!(asks(egui::Modifiers::NONE, egui::Key::A), "Archive([1])");
    assert!(press(control, egui::Key::K).is_empty());
    window.event(egui::Event::Text("minutes".into()));
    window.run();
    assert_eq!(window.state().state.search, "minutes");
}

#[test]
fn a_server_out_of_reach_is_not_said_to_have_asked_for_anything() {
    let (mut app, _) = app(Language::English);
    let mut view = sample::outbox();
    view.submissions.truncate(2);
    view.submissions[0].state = "deferred".into();
    view.submissions[0].detail = "unreachable Connection refused (os error 111)".into();
    view.submissions[1].detail = "deferred 451 4.7.1 Greylisted".into();
    app.update(Event::Outbox(Arc::new(view)));
    app.state.screen = Screen::Outbox;
    let window = window(app, WIDE);
    window.get_by_label("The server could not be reached.");
    window.get_by_label("Connection refused (os error 111)");
    window.get_by_label("The server asked to try later.");
    window.get_by_label("451 4.7.1 Greylisted");
    assert_eq!(window.query_all_by_label("The server said").count(), 1);
}
