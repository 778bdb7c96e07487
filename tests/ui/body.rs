//! The body of a message: pictures from the web, links, selecting, finding, size and colours.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use egui::{Event as Input, Key, Modifiers, PointerButton, Pos2};
use kakitome::domain::{EmailAddress, RawMessage};
use kakitome::engine::view::{AttachmentView, Caution, CautionCode, ReadingView, RemoteState, RemoteView};

use super::*;

const CONTROL: Modifiers = Modifiers::COMMAND;

fn remote(state: RemoteState) -> RemoteView {
    RemoteView {
        message: 1,
        state,
        pictures: 3,
        unencrypted: 0,
        failed: 0,
        sender: EmailAddress::parse("hanako@example.co.jp"),
        is_sender_allowed: false,
        loaded: Arc::default(),
    }
}

fn with_html(html: &str) -> ReadingView {
    let mut view = sample::newsletter();
    let mut all = (*view.assessment).clone();
    for block in &mut all.blocks {
        block.html = Some(html.to_owned());
    }
    view.assessment = Arc::new(all);
    view
}

fn with_text(text: &str) -> ReadingView {
    let mut view = message(Lock::NotEncrypted, Seal::Unsigned);
    let mut all = (*view.assessment).clone();
    for block in &mut all.blocks {
        text.clone_into(&mut block.text);
    }
    view.assessment = Arc::new(all);
    view
}

fn red() -> RawMessage {
    let mut png = Vec::new();
    let picture = image::RgbaImage::from_pixel(40, 40, image::Rgba([255, 0, 0, 255]));
    picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    RawMessage::new(png)
}

fn copied(window: &Harness<'_, App>) -> Option<String> {
    window.output().platform_output.commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

fn press(window: &mut Harness<'_, App>, at: Pos2, pressed: bool) {
    window.event(Input::PointerMoved(at));
    window.event(Input::PointerButton { pos: at, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE });
    window.step();
}

fn drag(window: &mut Harness<'_, App>, from: Pos2, to: Pos2) {
    press(window, from, true);
    window.event(Input::PointerMoved(to));
    window.step();
    press(window, to, false);
    window.step();
}

fn copy(window: &mut Harness<'_, App>) -> String {
    window.event(Input::Copy);
    window.step();
    copied(window).unwrap_or_default()
}

fn document(window: &Harness<'_, App>) -> egui::Rect {
    window.get_by_role(Role::Document).rect()
}

#[test]
fn pictures_from_the_web_are_offered_once_for_the_sender_or_never() {
    for language in LANGUAGES {
        for (word, wanted) in [(ui::Word::RemoteLoad, 0), (ui::Word::RemoteAlways, 1), (ui::Word::RemoteNever, 2)] {
            let (mut app, paper) = reads(language, sample::newsletter());
            app.update(Event::Remote(Arc::new(remote(RemoteState::Blocked))));
            let mut window = window(app, WIDE);
            window.get_by_label(language.say(ui::Word::RemoteBlocked));
            window.get_by_label(&language.fill(word, &[("address", "hanako@example.co.jp")])).click();
            window.run();
            assert!(sent(&paper, |command| match command {
                Command::LoadRemote(1) => wanted == 0,
                Command::AllowRemote { address, allowed: true } =>
                    wanted == 1 && address.as_str() == "hanako@example.co.jp",
                Command::RefuseRemote(true) => wanted == 2,
                _ => false,
            }));
        }
    }
}

#[test]
fn a_sender_nobody_vouches_for_is_not_offered_and_an_encrypted_message_offers_nothing() {
    for language in LANGUAGES {
        let say = |word: ui::Word| language.say(word);
        let (mut app, _) = reads(language, sample::newsletter());
        app.update(Event::Remote(Arc::new(RemoteView { sender: None, ..remote(RemoteState::Blocked) })));
        let blocked = window(app, WIDE);
        blocked.get_by_label(say(ui::Word::RemoteLoad));
        assert!(blocked.query_by_label_contains("hanako@example.co.jp は").is_none());
        assert!(blocked.query_by_label_contains("Always for").is_none());
        let (mut app, _) = reads(language, sample::newsletter());
        app.update(Event::Remote(Arc::new(remote(RemoteState::Forbidden))));
        let forbidden = window(app, WIDE);
        forbidden.get_by_label(say(ui::Word::RemoteForbidden));
        assert!(forbidden.query_by_label(say(ui::Word::RemoteLoad)).is_none());
        let (mut app, _) = reads(language, sample::newsletter());
        app.update(Event::Remote(Arc::new(RemoteView { message: 2, ..remote(RemoteState::Loaded) })));
        let other = window(app, WIDE);
        assert!(other.query_by_label_contains(say(ui::Word::RemoteLoaded)).is_none(), "that of another message");
    }
}

#[test]
fn what_was_loaded_is_drawn_and_said_and_only_where_nothing_was_encrypted() {
    let count = |decrypted: bool| {
        let mut view = with_html("<img src='https://web.example/a.png'><p>words");
        let mut all = (*view.assessment).clone();
        all.blocks.iter_mut().for_each(|block| block.decrypted = decrypted);
        view.assessment = Arc::new(all);
        let (mut app, _) = reads(Language::English, view);
        let loaded: HashMap<_, _> = [("https://web.example/a.png".to_owned(), red())].into();
        let shown = RemoteView { loaded: Arc::new(loaded), failed: 1, unencrypted: 1, ..remote(RemoteState::Loaded) };
        app.update(Event::Remote(Arc::new(shown)));
        let mut window = window(app, WIDE);
        window
            .get_by_label_contains("1 of them could not be loaded. 1 more would need a connection without encryption.");
        let image = window.render().unwrap();
        image.pixels().filter(|pixel| pixel.0[0] > 240 && pixel.0[1] < 20 && pixel.0[2] < 20).count()
    };
    assert!(count(false) > 1_000);
    assert_eq!(count(true), 0);
}

/// "Why?" says what is true now.
#[test]
fn that_pictures_are_not_loaded_is_evidence_only_until_they_are() {
    for language in LANGUAGES {
        let words = language.say(ui::Word::RemoteBlocked);
        for (state, is_said) in
            [(RemoteState::Blocked, true), (RemoteState::Loading, false), (RemoteState::Loaded, false)]
        {
            let mut view = sample::newsletter();
            let mut all = (*view.assessment).clone();
            all.cautions.push(Caution { code: CautionCode::RemoteContent, subject: String::new() });
            view.assessment = Arc::new(all);
            let (mut app, _) = reads(language, view);
            app.update(Event::Remote(Arc::new(remote(state))));
            app.state.drawer = true;
            let window = window(app, [1280.0, 1400.0]);
            assert_eq!(window.query_all_by_label(words).count() > 1, is_said, "{state:?}");
            assert!(is_said || window.query_all_by_label(words).count() == 0, "{state:?}");
        }
    }
}

/// A picture between two texts, as telephones send photographs.
fn with_picture(before: &str, last: &str, content: &[u8], in_place: bool, protected: bool) -> ReadingView {
    let mut view = with_text(before);
    let mut all = (*view.assessment).clone();
    let mut after = all.blocks[0].clone();
    (all.blocks[0].path, after.path, after.text) = ("1".into(), "3".into(), last.into());
    all.blocks.push(after);
    all.headline.seal = Seal::Authenticated;
    all.blocks.iter_mut().for_each(|block| block.signed = true);
    let mut picture = sample::part("2", "image/png", None, protected, content);
    (picture.signed, picture.decrypted, picture.is_file) = (protected, false, true);
    all.parts = vec![picture];
    view.assessment = Arc::new(all);
    let file = AttachmentView {
        part: "2".into(),
        name: "red.png".into(),
        bytes: content.len(),
        ..view.attachments[1].clone()
    };
    view.attachments = vec![AttachmentView { in_place, signed: protected, decrypted: false, ..file }];
    view
}

#[test]
fn pictures_among_the_texts_are_drawn_in_their_place() {
    for (in_place, protected) in [(true, true), (false, true), (true, false)] {
        let view = with_picture("before", "after", &red(), in_place, protected);
        let (mut app, _) = reads(Language::English, view);
        app.state.album.waits = true;
        let mut window = window(app, [1280.0, 1400.0]);
        let image = window.render().unwrap();
        let is_red = |pixel: &image::Rgba<u8>| pixel.0[0] > 240 && pixel.0[1] < 20 && pixel.0[2] < 20;
        let rows: Vec<u32> =
            image.enumerate_pixels().filter(|(_, _, pixel)| is_red(pixel)).map(|(_, y, _)| y).collect();
        assert_eq!(rows.len() > 1_000, in_place, "{}", rows.len());
        let [before, after] = ["before", "after"].map(|words| window.get_by_label_contains(words).rect().center().y);
        assert!(before < after);
        for row in rows {
            assert_eq!((row as f32) < after, protected, "what is not sealed stands apart, below");
            assert!(row as f32 > before);
        }
        if in_place {
            window.get_by_role_and_label(egui::accesskit::Role::Image, "Look at red.png").click();
            window.run();
            assert!(window.state().state.preview.is_open());
        }
    }
}

#[test]
fn settings_list_the_senders_and_take_them_back() {
    for language in LANGUAGES {
        let (mut app, paper) = app(language);
        let remote_senders = vec!["hanako@example.co.jp".to_owned()];
        app.update(Event::Preferences(PreferencesView { remote_senders, remote_never: true, ..Default::default() }));
        app.state.screen = Screen::Settings;
        app.state.language = language;
        let mut window = window(app, [1280.0, 1600.0]);
        window.get_by_label("hanako@example.co.jp").scroll_to_me();
        window.run();
        window.get_by_label(language.say(ui::Word::Remove)).click();
        window.run();
        window.get_by_label(language.say(ui::Word::RemoteAsk)).scroll_to_me();
        window.run();
        window.get_by_label(language.say(ui::Word::RemoteAsk)).click();
        window.run();
        assert!(sent(&paper, |command| matches!(command, Command::AllowRemote { allowed: false, .. })));
        assert!(sent(&paper, |command| matches!(command, Command::RefuseRemote(false))));
    }
}

#[test]
fn text_is_selected_with_the_pointer_and_copied() {
    let (app, _) = reads(Language::English, with_text("first line\nsecond 書留 line\nthird"));
    let mut window = window(app, WIDE);
    let text = window.get_by_label_contains("first line").rect();
    drag(&mut window, text.left_top() + egui::vec2(1.0, 5.0), text.left_top() + egui::vec2(600.0, 30.0));
    assert_eq!(copy(&mut window), "first line\nsecond 書留 line");
    window.key_press_modifiers(CONTROL, Key::A);
    window.step();
    assert_eq!(copy(&mut window), "first line\nsecond 書留 line\nthird");
    // A press beside the text selects nothing.
    let beside = egui::pos2(1268.0, 740.0);
    press(&mut window, beside, true);
    press(&mut window, beside, false);
    assert_eq!(copy(&mut window), "");
}

#[test]
fn a_selection_goes_on_over_quotations_and_what_is_found_in_a_folded_one_unfolds_it() {
    let text =
        format!("Dear Alice\n> quoted words\n>> twice\nmy answer https://example.org/\n{}end", "> folded\n".repeat(30));
    let (app, _) = reads(
        Language::English,
        with_text(&text.replacen("> folded", "> needle", 30).replacen("> needle", "> folded", 29)),
    );
    let mut window = window(app, WIDE);
    let first = window.get_by_label_contains("Dear Alice").rect();
    let last = window.get_by_label_contains("my answer").rect();
    drag(&mut window, first.left_top() + egui::vec2(1.0, 8.0), last.left_top() + egui::vec2(82.0, 8.0));
    assert_eq!(copy(&mut window).trim_end(), "Dear Alice\n> quoted words\n>> twice\nmy answer");
    window.event(Input::PointerMoved(last.left_top() + egui::vec2(120.0, 8.0)));
    window.run();
    window.get_by_label("example.org   https://example.org/");
    assert!(window.query_by_label_contains("needle").is_none());
    window.key_press_modifiers(CONTROL, Key::F);
    window.run();
    window.event(Input::Text("needle".to_owned()));
    window.run();
    window.get_by_label("1 of 1");
    window.get_by_label_contains("> needle");
}

#[test]
fn an_address_of_the_web_after_a_wide_space_is_followed() {
    let (app, _) = reads(Language::Japanese, with_text("詳しくは　https://example.org/a　まで"));
    let mut window = window(app, WIDE);
    let text = window.get_by_label_contains("詳しくは").rect();
    window.event(Input::PointerMoved(text.left_top() + egui::vec2(140.0, 8.0)));
    window.run();
    window.get_by_label("example.org   https://example.org/a");
}

#[test]
fn html_is_selected_with_the_pointer_and_copied() {
    let (app, _) =
        reads(Language::Japanese, with_html("<p>first line</p><table><tr><td>請求書<td>cell</table><p>last"));
    let mut window = window(app, WIDE);
    let area = document(&window);
    drag(&mut window, area.left_top() + egui::vec2(2.0, 2.0), area.right_bottom() - egui::vec2(2.0, 2.0));
    assert_eq!(copy(&mut window), "first line\n請求書\ncell\nlast");
    window.key_press_modifiers(CONTROL, Key::A);
    window.step();
    assert_eq!(copy(&mut window), "first line\n請求書\ncell\nlast");
    let before = window.render().unwrap();
    let beside = egui::pos2(1268.0, 740.0);
    press(&mut window, beside, true);
    press(&mut window, beside, false);
    window.run();
    assert!(window.render().unwrap() != before, "the selection is seen");
}

#[test]
fn a_double_click_takes_a_word_and_the_menu_copies_it() {
    let (app, _) = reads(Language::English, with_text("one wonderful word"));
    let mut window = window(app, WIDE);
    let at = window.get_by_label_contains("one wonderful").rect().left_top() + egui::vec2(60.0, 10.0);
    window.event(Input::PointerMoved(at));
    window.step();
    for _ in 0..2 {
        // In one frame: those of a test are far apart.
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        let click = [true, false].map(|pressed| Input::PointerButton { pos: at, button, pressed, modifiers });
        window.input_mut().events.extend(click);
        window.step();
    }
    assert_eq!(copy(&mut window), "wonderful");
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Secondary, Modifiers::NONE);
        window.event(Input::PointerButton { pos: at, button, pressed, modifiers });
        window.step();
    }
    window.run();
    let copy = window.get_by_label("Copy").rect().center();
    press(&mut window, copy, true);
    press(&mut window, copy, false);
    assert_eq!(copied(&window).as_deref(), Some("wonderful"));
}

#[test]
fn words_are_found_in_text_and_html_and_gone_through() {
    let words = "請求書 and Invoice and ｉｎｖｏｉｃｅ and 請求\n書";
    for language in LANGUAGES {
        for view in [with_text(words), with_html(&format!("<pre>{words}</pre>"))] {
            let (app, _) = reads(language, view);
            let mut window = window(app, WIDE);
            window.key_press_modifiers(CONTROL, Key::F);
            window.run();
            window.event(Input::Text("invoice".to_owned()));
            window.run();
            let count = |position: &str| language.fill(ui::Word::FindCount, &[("position", position), ("count", "2")]);
            window.get_by_label(&count("1"));
            let first = window.render().unwrap();
            window.key_press(Key::Enter);
            window.run();
            window.get_by_label(&count("2"));
            assert!(window.render().unwrap() != first);
            window.key_press_modifiers(Modifiers::SHIFT, Key::Enter);
            window.run();
            window.get_by_label(&count("1"));
            window.key_press(Key::F3);
            window.run();
            window.get_by_label(&count("2"));
            window.get_by_label(language.say(ui::Word::FindPrevious)).click();
            window.run();
            window.get_by_label(&count("1"));
            window.get_by_role_and_label(Role::TextInput, language.say(ui::Word::FindInMessage)).focus();
            window.run();
            window.key_press_modifiers(CONTROL, Key::A);
            window.event(Input::Text("請求書".to_owned()));
            window.run();
            window.get_by_label(&count("1"));
            window.key_press(Key::Escape);
            window.run();
            assert!(window.query_by_label(language.say(ui::Word::FindNext)).is_none());
        }
    }
}

#[test]
fn what_is_found_far_below_comes_into_sight() {
    let long = format!("{}needle\n{}", "hay and more hay\n".repeat(3_000), "hay\n".repeat(500));
    let html =
        long.lines().map(|line| format!("<p>{line}")).take(400).collect::<String>() + "<p>needle" + &"<p>x".repeat(50);
    for view in [with_text(&long), with_html(&html)] {
        let (app, _) = reads(Language::English, view);
        let mut window = window(app, WIDE);
        window.run();
        let before = window.render().unwrap();
        window.key_press_modifiers(CONTROL, Key::F);
        window.run();
        window.event(Input::Text("needle".to_owned()));
        for _ in 0..40 {
            window.step();
            std::thread::sleep(Duration::from_millis(10));
        }
        window.get_by_label("1 of 1");
        let image = window.render().unwrap();
        // The place at hand is amber on paper.
        let is_amber = |pixel: &image::Rgba<u8>| {
            let [r, g, b, _] = pixel.0.map(i32::from);
            (r - b) > 60 && (g - b) > 30 && r > 110
        };
        let marked = |image: &image::RgbaImage| image.pixels().filter(|pixel| is_amber(pixel)).count();
        assert!(marked(&image) > marked(&before) + 100, "{} {}", marked(&image), marked(&before));
    }
}

#[test]
fn the_size_of_what_is_read_changes_with_the_keys_and_the_wheel_and_is_kept() {
    let (app, paper) = reads(Language::English, with_html("<p>words"));
    let mut window = window(app, WIDE);
    let small = document(&window).height();
    window.key_press_modifiers(CONTROL, Key::Plus);
    window.key_press_modifiers(CONTROL, Key::Plus);
    window.run();
    assert!(sent(&paper, |command| matches!(command, Command::RememberZoom(125))));
    assert!(document(&window).height() > small);
    window.key_press_modifiers(CONTROL, Key::Num0);
    window.run();
    assert!(sent(&paper, |command| matches!(command, Command::RememberZoom(100))));
    window.event(Input::PointerMoved(document(&window).center()));
    window.event(Input::Zoom(1.2));
    window.run();
    assert!(sent(&paper, |command| matches!(command, Command::RememberZoom(110))));
    assert!((window.ctx.zoom_factor() - 1.0).abs() < f32::EPSILON, "the window keeps its size");
    window.state_mut().update(Event::Preferences(PreferencesView { zoom: Some(200), ..Default::default() }));
    window.run();
    assert!(document(&window).height() > small);
}

#[test]
fn on_dark_paper_the_original_colours_are_one_click_away() {
    for language in LANGUAGES {
        let (mut app, _) = reads(language, with_html("<p style='color:#000000'>words"));
        app.state.theme = Theme::Dark;
        let mut window = window(app, WIDE);
        let lightness = |window: &mut Harness<'_, App>| {
            let at = document(window).right_bottom() - egui::vec2(8.0, 8.0);
            window.render().unwrap().get_pixel(at.x as u32, at.y as u32).0[0]
        };
        assert!(lightness(&mut window) < 60);
        window.get_by_label(language.say(ui::Word::OriginalColours)).click();
        window.run();
        assert_eq!(lightness(&mut window), 255);
        window.get_by_label(language.say(ui::Word::AdaptedColours)).click();
        window.run();
        assert!(lightness(&mut window) < 60);
    }
}

#[test]
fn the_line_at_the_bottom_says_where_a_link_leads_while_the_pointer_is_over_it() {
    let html =
        "<a href='https://bank.example@evil.example/x' style='display:block;font-size:40px'>https://bank.example</a>";
    for view in [with_html(html), with_text("https://bank.example@evil.example/x")] {
        let (app, _) = reads(Language::English, view);
        let mut window = window(app, WIDE);
        let at = match window.query_by_role(Role::Document) {
            Some(node) => node.rect().left_top() + egui::vec2(60.0, 40.0),
            None => window.get_by_label_contains("bank.example").rect().left_top() + egui::vec2(60.0, 10.0),
        };
        window.event(Input::PointerMoved(at));
        window.run();
        window.get_by_label("evil.example   https://bank.example@evil.example/x");
        press(&mut window, at, true);
        press(&mut window, at, false);
        window.run();
        window.get_by_label("evil.example");
        window.get_by_label_contains("“bank.example” before the @");
        assert!(window.output().platform_output.commands.is_empty());
        window.event(Input::PointerMoved(egui::pos2(5.0, 5.0)));
        window.get_by_label("Cancel").click();
        window.run();
        assert!(window.query_by_label_contains("evil.example   ").is_none());
    }
}

#[test]
fn a_mail_link_begins_a_message_here_with_nothing_of_its_text() {
    let (mut app, _) = app(Language::English);
    let target = "mailto:bob@example.org?subject=Hello&body=my%20secret&attach=/etc/passwd".to_owned();
    app.state.link = Some(ui::Link { target, words: "write".into(), place: None, areas: vec![] });
    let mut window = window(app, WIDE);
    window.get_by_label("Open").click();
    window.run();
    let composer = window.state().state.composer.as_ref().unwrap();
    assert_eq!((composer.subject.as_str(), composer.text.as_str(), composer.attachments.len()), ("Hello", "", 0));
    assert_eq!(composer.draft().to[0].address, "bob@example.org");
    assert!(window.output().platform_output.commands.is_empty(), "no other program is started");
}

#[test]
fn a_link_that_is_never_followed_says_so() {
    for language in LANGUAGES {
        let (mut app, _) = app(language);
        let target = "javascript:alert(1)".to_owned();
        app.state.link = Some(ui::Link { target, words: "x".into(), place: None, areas: vec![] });
        let mut window = window(app, WIDE);
        window.get_by_label(&language.fill(ui::Word::LinkNotFollowed, &[("words", "javascript")]));
        let open = window.get_by_label(language.say(ui::Word::Open));
        assert!(open.accesskit_node().is_disabled());
        open.click();
        window.run();
        assert!(window.output().platform_output.commands.is_empty());
    }
}

/// The longest frame after the first, with a bound that is generous for a program without optimisation.
#[test]
fn a_long_message_is_scrolled_without_a_long_frame() {
    let line = "A line of an honest letter 書留の請求書をお送りします, with https://example.org/ in it.\n";
    let (text, one_line) = (line.repeat((1 << 20) / line.len()), "書".repeat(350_000));
    let html = format!("<p>{}", line.repeat(2_000));
    for (name, view) in [("text", with_text(&text)), ("one line", with_text(&one_line)), ("html", with_html(&html))] {
        let (mut app, _) = reads(Language::English, view);
        app.state.drawings.waits = false;
        let begins = Instant::now();
        let mut window = window(app, WIDE);
        let first = begins.elapsed();
        let start = Instant::now();
        while start.elapsed() < Duration::from_mins(1) && window.query_by_label("Loading").is_some() {
            window.step();
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut longest = Duration::ZERO;
        window.event(Input::PointerMoved(egui::pos2(900.0, 600.0)));
        for _ in 0..60 {
            let (unit, modifiers) = (egui::MouseWheelUnit::Point, Modifiers::NONE);
            let (delta, phase) = (egui::vec2(0.0, -900.0), egui::TouchPhase::Move);
            let source = egui::MouseWheelSource::Unknown;
            window.event(Input::MouseWheel { unit, delta, phase, modifiers, source });
            let frame = Instant::now();
            window.step();
            longest = longest.max(frame.elapsed());
        }
        eprintln!("{name}: first frames {first:?}, longest frame while scrolling {longest:?}");
        assert!(longest < Duration::from_millis(400), "{name}: {longest:?}");
    }
}

/// Pictures of every state for looking at, as those of the screens.
#[test]
fn every_state_of_a_body_is_drawn() {
    let folder = std::env::var_os("KAKITOME_SCREENS").map(PathBuf::from);
    for language in LANGUAGES {
        for theme in [Theme::Light, Theme::Dark] {
            for size in [WIDE, NARROW] {
                for (name, mut app) in states(language) {
                    app.state.theme = theme;
                    let mut app = window(app, size).into_state();
                    let Some(folder) = &folder else { continue };
                    let image = ui::screenshot(&mut app, size.into(), 1.0).unwrap();
                    let theme = if theme == Theme::Dark { "dark" } else { "light" };
                    let tongue = if language == Language::English { "en" } else { "ja" };
                    let file = format!("body-{name}-{tongue}-{theme}-{}.png", size[0]);
                    ui::write_png(&image, &folder.join(file)).unwrap();
                }
            }
        }
    }
}

/// A letter as shops send them: of a fixed width, wider than the pane.
const WIDE_LETTER: &str = "<body style='margin:0;background:#eef2f6'><table width=900 align=center cellspacing=0 \
    cellpadding=16 style='background:#ffffff'><tr><td colspan=3 style='background:#23406b;color:#ffffff'>\
    <h2>冬のごあいさつ — Winter catalogue</h2><tr><td width=300 style='background:#f6e3d5'>りんご<br>1,200 円\
    <td width=300 style='background:#e3eed5'>みかん<br>980 円<td width=300 style='background:#d5dcee'>ゆず<br>1,450 円\
    <tr><td colspan=3><a href='#end'>Terms</a> · this line stands at the left, and this one at the right edge →</table>\
    <p id=end>Terms</p></body>";

/// An answer as Outlook writes it, above what it answers.
const ANSWERED: &str = "はい、火曜日の十時で大丈夫です。\n\n-- \n山田 花子\n\n________________________________\n\
    差出人: Alice Archer <alice@example.com>\n送信日時: 2026年11月27日 16:02\n宛先: 山田 花子\n件名: 打ち合わせ\n\n\
    花子さん\n\n来週の打ち合わせですが、火曜日の十時はいかがでしょうか。\n場所は橋のそばの喫茶店です。\n\n\
    資料は前日までに送ります。\n\nアリス\n";

/// A picture like a photograph.
fn photograph() -> RawMessage {
    let mut jpeg = Vec::new();
    let picture = image::RgbImage::from_fn(1_600, 1_000, |x, y| {
        let sky = y < 600 + (x / 7 % 40);
        image::Rgb(if sky { [120, 160 + (y / 8) as u8 % 90, 220] } else { [60, 110 + (x / 20) as u8 % 60, 70] })
    });
    picture.write_to(&mut std::io::Cursor::new(&mut jpeg), image::ImageFormat::Jpeg).unwrap();
    RawMessage::new(jpeg)
}

fn states(language: Language) -> Vec<(&'static str, App)> {
    let mut all = vec![
        ("wide", reads(language, with_html(WIDE_LETTER)).0),
        ("answered", reads(language, with_text(ANSWERED)).0),
        ("photograph", {
            let view = with_picture("橋から見た川です。", "また来週。\n花子", &photograph(), true, true);
            reads(language, view).0
        }),
    ];
    for (name, state) in
        [("blocked", RemoteState::Blocked), ("forbidden", RemoteState::Forbidden), ("loaded", RemoteState::Loaded)]
    {
        let (mut app, _) = reads(language, sample::newsletter());
        let is_sender_allowed = state == RemoteState::Loaded;
        app.update(Event::Remote(Arc::new(RemoteView {
            is_sender_allowed,
            failed: 1,
            unencrypted: 2,
            ..remote(state)
        })));
        all.push((name, app));
    }
    let plain = "<p>Dear Alice,</p><p style='color:#1f497d'>the invoice <b>請求書</b> is attached. See \
        <a href='https://example.org/'>our page</a>.</p><blockquote>quoted words</blockquote><p>Hanako</p>";
    for (name, view) in [("find-html", with_html(plain)), ("find-text", message(Lock::Encrypted, Seal::Authenticated))]
    {
        // What was looked for in one message is not looked for in the next.
        let mut app = window(reads(language, view).0, WIDE).into_state();
        app.state.reader.find.open();
        app.state.reader.find.words = "請求書".into();
        let key = if name == "find-html" { "html 1" } else { "text 1" };
        app.state.reader.selection.select(key, 3..60);
        all.push((name, app));
    }
    let (mut app, _) = reads(language, with_html(plain));
    app.state.reader.set_zoom(175);
    all.push(("zoom", app));
    let (mut app, _) = reads(language, sample::newsletter());
    app.state.link = Some(ui::Link {
        target: "http://bank.example@аррӏе.example/login?a=1".into(),
        words: "https://bank.example/login".into(),
        place: None,
        areas: vec![],
    });
    all.push(("link", app));
    let (mut app, _) = self::app(language);
    app.update(Event::Preferences(PreferencesView {
        remote_senders: vec!["hanako@example.co.jp".into(), "news@example.org".into()],
        ..Default::default()
    }));
    app.state.language = language;
    app.state.screen = Screen::Settings;
    all.push(("settings", app));
    all
}
