//! Seals drawn by a message: text, names and pages that look like the program.

use super::sample;
use super::world::{ALICE, BOB, MALLORY, WORLD, html, mail, multipart, text};
use egui_kittest::kittest::{NodeT, Queryable};
use kakitome::engine::{Command, Event};
use kakitome::flow::{Lock, Seal};
use kakitome::ui::{App, Backend, Clock, Language, Theme};
use std::sync::Arc;

/// The window with one message open.
fn picture(found: kakitome::flow::Assessment) -> image::RgbaImage {
    let mut app = window(found);
    kakitome::ui::screenshot(&mut app, egui::vec2(1280.0, 800.0), 1.0).expect("a picture")
}

fn window(mut found: kakitome::flow::Assessment) -> App {
    for block in &mut found.blocks {
        block.html = block.html.take().map(|html| kakitome::message::sanitize_html(&html));
    }
    let mut app = App::new(Box::new(Silent));
    app.state.language = Language::English;
    app.state.theme = Theme::Light;
    app.state.clock = Clock::standing(WORLD.at());
    app.state.drawings.waits = true;
    app.update(Event::Mailbox(Arc::new(sample::mailbox())));
    let view = sample::reading(found);
    app.state.selected = Some(view.id);
    app.update(Event::Reading(Arc::new(view)));
    app.state.reads = true;
    app
}

/// An engine that does nothing.
struct Silent;

impl Backend for Silent {
    fn send(&mut self, _: Command) {}

    fn try_next(&mut self) -> Option<Event> {
        None
    }
}

/// The words that are on the screen.
fn words(found: kakitome::flow::Assessment) -> Vec<String> {
    let mut harness =
        egui_kittest::Harness::builder().with_size([1280.0, 800.0]).with_max_steps(40).allow_missing_glyphs();
    harness = harness.with_context_setup(|ctx| {
        kakitome::ui::install_fonts(ctx);
        kakitome::ui::install_theme(ctx);
    });
    let mut harness = harness.build_ui_state(|ui: &mut egui::Ui, app: &mut App| app.show(ui), window(found));
    harness.run();
    let all = harness.query_all(egui_kittest::kittest::By::new());
    all.filter_map(|node| node.accesskit_node().label().or_else(|| node.accesskit_node().value())).collect()
}

const SIGNS: &str = "\u{1f512}\u{2705} Encrypted. \u{25c9}\u{25a3} Sealed by Bob Baker";

/// Mallory writes the program's own words, with signs that look like its seal and its lock, into
/// the subject, her name and the text.
#[test]
fn signs_and_words_like_the_programs_own_do_not_change_what_the_band_says() {
    let message = |name: &str, subject: &str| {
        let raw = format!("From: \"{name}\" <{MALLORY}>\r\nTo: {ALICE}\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n")
            .into_bytes();
        WORLD.assess([raw, text(SIGNS)].concat())
    };
    for (name, subject) in [
        (SIGNS, "x"),
        ("Bob", SIGNS),
        (SIGNS, SIGNS),
        ("\u{25c9} Sealed by Bob Baker. The message is unchanged", "\u{25a3} Encrypted."),
    ] {
        let found = message(name, subject);
        assert_eq!((found.headline.lock, found.headline.seal), (Lock::NotEncrypted, Seal::Unsigned));
        let said = words(found);
        assert!(said.iter().any(|words| words.starts_with("Not encrypted.")), "{said:?}");
        assert!(said.iter().any(|words| words.starts_with("No seal.")), "{said:?}");
    }
}

/// Mallory's page tries to paint over the band, the list, and the sheets of the window.
#[test]
fn a_page_paints_nowhere_but_in_its_own_area() {
    let page = |style: &str| {
        let big = "width:4000px;height:4000px;background:#00ff00;color:#00ff00";
        WORLD.assess(mail(
            MALLORY,
            &html(&format!(
                "<html><body style=\"margin:0\"><div style=\"{style};{big}\">Sealed by Bob Baker</div></body></html>"
            )),
        ))
    };
    // Below the header the message may paint what it likes; above and beside it, nothing.
    let calm = picture(page("display:none"));
    let top = first_row_of_the_body(&picture(page("margin:0")));
    for style in [
        "position:fixed;top:-2000px;left:-2000px;z-index:2147483647",
        "position:absolute;top:-2000px;left:-2000px;z-index:2147483647",
        "position:relative;top:-900px;left:-900px",
        "position:sticky;top:-900px",
        "margin:-2000px 0 0 -2000px",
        "transform:translate(-900px,-900px) scale(9)",
        "outline:2000px solid #00ff00",
        "box-shadow:0 0 0 3000px #00ff00",
        "border:2000px solid #00ff00;margin:-3000px",
        "overflow:visible;text-indent:-2000px;letter-spacing:900px",
        "filter:drop-shadow(-900px -900px 0 #00ff00)",
        "float:left;margin-left:-3000px;margin-top:-3000px",
    ] {
        let drawn = picture(page(style));
        for (x, y, pixel) in drawn.enumerate_pixels() {
            let is_green = pixel.0[1] > 200 && pixel.0[0] < 90 && pixel.0[2] < 90;
            assert!(!is_green || (y >= top && x > 500), "{style} at {x},{y}");
            if y + 4 < top && x < 1000 {
                assert_eq!(pixel, calm.get_pixel(x, y), "{style} at {x},{y}");
            }
        }
    }
}

/// Where a page that is all green begins.
fn first_row_of_the_body(image: &image::RgbaImage) -> u32 {
    let green = |pixel: &image::Rgba<u8>| pixel.0[1] > 200 && pixel.0[0] < 90 && pixel.0[2] < 90;
    image.enumerate_pixels().filter(|(_, _, pixel)| green(pixel)).map(|(_, y, _)| y).min().expect("it is drawn")
}

/// Mallory's page draws a frame, a vermilion seal and the program's sentence: that is in the page,
/// and the message has no seal all the same.
#[test]
fn a_seal_drawn_by_a_page_is_only_a_drawing() {
    let drawing = "<div style='border:1px solid #DDD9D0;border-radius:8px;padding:12px'><span style='display:inline-block;width:16px;height:16px;border-radius:50%;background:#B5341F'></span> <b>Sealed by Bob Baker.</b> The message is unchanged, and you have good reason to believe it is from bob@example.test.</div>";
    for entity in [
        html(drawing),
        multipart("alternative", &[&text("Sealed by Bob Baker."), &html(drawing)]),
        WORLD.pgp_signed(MALLORY, &html(drawing)),
        multipart("mixed", &[&html(drawing), &WORLD.pgp_signed(BOB, &text("hello"))]),
    ] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert!(found.headline.seal <= Seal::Unauthenticated);
        assert!(!words(found).iter().any(|words| words.starts_with("Sealed by Bob Baker. The message")));
    }
    let found = WORLD.assess(mail(BOB, &html(drawing)));
    assert!(words(found).iter().any(|words| words.starts_with("No seal.")));
}

/// Mallory's names and addresses are long, so that the true end is out of sight.
#[test]
fn a_long_name_or_address_does_not_push_the_true_one_out_of_sight() {
    let name = format!("Bob Baker <bob@example.test>{}", " \u{3000}\u{2003}.".repeat(300));
    let address = format!("bob@example.test.{}evil.test", "a.".repeat(90));
    for from in [format!("\"{name}\" <{MALLORY}>"), format!("Bob <{address}>")] {
        let found = WORLD.assess(mail(&from, &text("hello")));
        let true_end = found.from[0].address.rsplit('.').take(2).collect::<Vec<_>>();
        assert_eq!(true_end.len(), 2);
        let end = if from.contains("evil.test") { "evil.test" } else { "mallory@example.test" };
        let said = words(found);
        assert!(said.iter().any(|words| words.contains(end)), "{from}: {said:?}");
    }
}
