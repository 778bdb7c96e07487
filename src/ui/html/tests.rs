use super::harden::harden;
use super::render::draw;
use super::*;

/// A dark paper like the window's.
const DARK: Paper = Paper { ground: [0.09, 0.09, 0.11], ink: [0.91, 0.9, 0.88], link: [0.56, 0.69, 0.88] };

fn request(html: &str) -> Request {
    Request {
        html: html.to_owned(),
        width: 300.0,
        scale: 1.0,
        zoom: 1.0,
        widens: true,
        paper: None,
        parts: HashMap::new(),
        remote: Arc::default(),
    }
}

fn red_picture() -> RawMessage {
    let mut png = Vec::new();
    let picture = image::RgbaImage::from_pixel(40, 40, image::Rgba([255, 0, 0, 255]));
    picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    RawMessage::new(png)
}

fn count_red(picture: &Picture) -> usize {
    picture.tiles.iter().flat_map(|tile| &tile.pixels).filter(|p| p.r() > 200 && p.g() < 60 && p.b() < 60).count()
}

#[test]
fn a_letter_in_html_is_drawn_with_its_colours() {
    let picture = draw(&request("<p style='background:#ff0000;height:50px'>書留</p>")).ok().unwrap();
    assert!(count_red(&picture) > 5_000);
    assert_eq!(picture.refused, 0);
}

#[test]
fn pictures_of_the_web_are_refused_and_counted() {
    let html = "<p>hello<img src='http://tracker.example/x.png'><img src='https://tracker.example/y.png'></p>\
                <div style=\"background:url('http://tracker.example/z.png')\">x</div>";
    let picture = draw(&request(html)).ok().unwrap();
    assert!(picture.refused >= 2, "{}", picture.refused);
}

#[test]
fn a_picture_of_the_same_message_is_drawn() {
    let mut with = request("<img src='cid:red@example.org'>");
    with.parts.insert("red@example.org".to_owned(), red_picture());
    assert!(count_red(&draw(&with).ok().unwrap()) > 1_000);
    assert_eq!(count_red(&draw(&request("<img src='cid:red@example.org'>")).ok().unwrap()), 0);
}

#[test]
fn a_picture_in_the_html_itself_is_drawn() {
    use base64::Engine;
    let digits = base64::engine::general_purpose::STANDARD.encode(&*red_picture());
    assert!(count_red(&draw(&request(&format!("<img src='data:image/png;base64,{digits}'>"))).ok().unwrap()) > 1_000);
}

#[test]
fn files_of_the_disk_are_out_of_reach() {
    let hardened = harden("<SVG><image href='/dev/zero'/></SVG><iFrame src='file:///etc/passwd'></iframe>").unwrap();
    assert!(!hardened.to_lowercase().contains("<svg") && !hardened.to_lowercase().contains("<iframe"), "{hardened}");
    let picture = draw(&request("<img src='file:///etc/hostname'>")).ok().unwrap();
    assert_eq!(picture.refused, 1);
}

#[test]
fn a_stylesheet_of_the_web_does_not_hold_the_drawing_up() {
    let html = "<link rel=stylesheet href='https://example.org/a.css'><style>@import 'https://example.org/b.css';</style>\
                <p style='background:#ff0000;height:50px'>x</p>";
    assert!(count_red(&draw(&request(html)).ok().unwrap()) > 5_000);
}

#[test]
fn what_nests_too_deeply_is_not_drawn() {
    assert_eq!(draw(&request(&"<div>".repeat(100_000))).err(), Some(Why::Size));
    assert!(draw(&request(&"<p>line<br>".repeat(2_000))).is_ok());
}

#[test]
fn a_very_long_letter_is_cut_and_says_so() {
    let picture = draw(&request(&"<p>line</p>".repeat(3_000))).ok().unwrap();
    assert!(picture.is_cut);
    assert!(picture.size.y <= 20_001.0);
}

#[test]
fn a_link_knows_where_it_is_and_where_it_leads() {
    let picture = draw(&request("<p>see <a href='https://evil.example/'>https://bank.example/</a></p>")).ok().unwrap();
    let [link] = &picture.links[..] else { panic!("{:?}", picture.links) };
    assert_eq!(link.target, "https://evil.example/");
    assert_eq!(link.words, "https://bank.example/");
    assert!(link.areas.iter().any(|area| area.width() > 20.0 && area.height() > 5.0), "{:?}", link.areas);
}

#[test]
fn style_sheets_that_nest_too_deeply_are_not_read() {
    for opening in ["calc(", ":is(", "a{", "["] {
        let html = format!("<style>p {{ width: {} }}</style><p>x", opening.repeat(200_000));
        assert_eq!(draw(&request(&html)).err(), Some(Why::Size), "{opening}");
    }
}

#[test]
fn many_large_pictures_do_not_fill_the_memory() {
    use base64::Engine;
    let mut png = Vec::new();
    let wide = image::GrayImage::from_pixel(5_000, 5_000, image::Luma([7]));
    wide.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    let digits = base64::engine::general_purpose::STANDARD.encode(&png);
    let pictures = pictures::Pictures::new(HashMap::new(), Arc::default());
    let url = format!("data:image/png;base64,{digits}");
    assert!(pictures.content(&url).is_some());
    assert!(pictures.content(&url).is_none(), "the second one goes beyond the budget");
}

/// Each of these has stopped some program that draws HTML.
#[test]
fn hostile_letters_end_in_time() {
    let hostile = [
        "<table><tr><td colspan=4000000000 rowspan=4000000000>x</table>".to_owned(),
        "<div style='display:grid;grid-template-columns:repeat(1000000000,1px)'>x</div>".to_owned(),
        "<div style='display:grid'><p style='grid-column:2000000000;grid-row:2000000000'>x</div>".to_owned(),
        "<div style='width:1e30px;height:1e30px;background:red'>x</div>".to_owned(),
        "<div style='font-size:1e9px'>x</div>".to_owned(),
        "<div style='filter:blur(100000px);width:100px;height:100px;background:red'>x</div>".to_owned(),
        "<div style='box-shadow:0 0 100000px 100000px red'>x</div>".to_owned(),
        "<div style='transform:scale(1e20);border-radius:1e20px;background:red'>x</div>".to_owned(),
        "<div style='background:repeating-linear-gradient(red 0,blue 0.0001px);height:900px'>x</div>".to_owned(),
        "<div style='columns:1000000000'>x</div>".to_owned(),
        format!("<p>{}", "\u{0301}".repeat(50_000)),
        format!("<ul>{}</ul>", "<li>x".repeat(5_000)),
        format!("<table>{}</table>", "<tr><td>x<td>y".repeat(2_000)),
        "<input type=file><textarea rows=1000000000 cols=1000000000>x</textarea><select><option>x</select>".to_owned(),
        "<img src=x width=4000000000 height=4000000000><canvas width=4000000000 height=4000000000></canvas>".to_owned(),
        "<meta http-equiv=refresh content='0;url=http://evil.example/'><p>x".to_owned(),
        String::new(),
        "\0\0\0<\0p>".to_owned(),
    ];
    for html in hostile {
        let start = Instant::now();
        let (sender, receiver) = channel();
        let request = request(&html);
        let work = move || {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| draw(&request).is_ok()));
            sender.send(outcome.unwrap_or(false)).unwrap();
        };
        std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap();
        let shown: String = html.chars().take(70).collect();
        let outcome = receiver.recv_timeout(Duration::from_secs(20));
        eprintln!("{:>6} ms {outcome:?} {shown}", start.elapsed().as_millis());
        assert_eq!(outcome, Ok(true), "{shown}");
    }
}

#[test]
fn what_was_fetched_is_drawn_and_nothing_else_of_the_web() {
    let mut with = request("<img src='https://web.example/a.png?x=1&amp;y=%20'><img src='https://web.example/b.png'>");
    with.remote = Arc::new([("https://web.example/a.png?x=1&y=%20".to_owned(), red_picture())].into());
    let picture = draw(&with).ok().unwrap();
    assert!(count_red(&picture) > 1_000);
    assert_eq!(picture.refused, 1);
    // The same address without TLS is another one.
    with.html = "<img src='http://web.example/a.png?x=1&amp;y=%20'>".to_owned();
    assert_eq!(count_red(&draw(&with).ok().unwrap()), 0);
}

#[test]
fn letters_are_where_they_are_drawn_in_the_order_they_are_read() {
    let html = "<p style='text-align:right'>right</p><table><tr><td>one <b>two</b><td>three</table>\
                <p>請求書の<a href='https://example.org/'>お知らせ</a></p><div>loose <p>inner</p> end</div>";
    let letters = draw(&request(html)).ok().unwrap().letters;
    let lines: Vec<&str> = letters.text.lines().map(str::trim).collect();
    assert_eq!(lines, ["right", "one two", "three", "請求書のお知らせ", "loose", "inner", "end"]);
    let area = |words: &str| {
        let at = letters.text.find(words).unwrap();
        letters.areas(&(at..at + words.len())).first().copied().unwrap()
    };
    assert!(area("right").left() > 200.0, "{:?}", area("right"));
    assert!(area("two").left() >= area("one").right());
    assert!(area("three").left() > area("two").right());
    let place = letters.place(area("お知らせ").left_center() + egui::vec2(1.0, 0.0));
    assert!(letters.text[place..].starts_with("お知らせ"), "{}", &letters.text[place..]);
    for line in &letters.lines {
        assert!(line.clusters.iter().all(|cluster| letters.text.get(cluster.start..cluster.end).is_some()));
    }
}

#[test]
fn letters_of_lines_that_wrap_are_one_text() {
    let letters = draw(&request(&"wrapped words ".repeat(20))).ok().unwrap().letters;
    assert!(letters.lines.len() > 4);
    assert_eq!(letters.text.trim_end(), "wrapped words ".repeat(20).trim_end());
    assert_eq!(letters.areas(&(0..letters.text.len())).len(), letters.lines.len());
}

#[test]
fn a_larger_size_wraps_earlier_and_keeps_links_and_letters_together() {
    let html = "<p>some words before the <a href='https://example.org/'>link</a> and some more after it</p>";
    let (small, large) =
        (draw(&request(html)).ok().unwrap(), draw(&Request { zoom: 2.0, ..request(html) }).ok().unwrap());
    assert!((small.size.x - large.size.x).abs() < 0.5);
    assert!(large.letters.lines.len() > small.letters.lines.len());
    for picture in [small, large] {
        let at = picture.letters.text.find("link").unwrap();
        let letters = picture.letters.areas(&(at..at + 4))[0];
        assert!(picture.links[0].areas.iter().any(|area| area.expand(1.0).contains(letters.center())), "{letters:?}");
    }
}

#[test]
fn a_link_within_a_letter_knows_where_it_leads() {
    let html = "<a href='#end'>to the end</a> <a href='#'>up</a> <a href='#none'>nowhere</a> \
                <a href='https://example.org/#end'>away</a><div style='height:500px'></div><p id=end>the end</p>";
    for zoom in [1.0, 2.0] {
        let picture = draw(&Request { zoom, ..request(html) }).ok().unwrap();
        let places: Vec<_> = picture.links.iter().map(|link| link.place).collect();
        assert!(
            matches!(places[..], [Some(end), Some(0.0), None, None] if end > 500.0 * zoom && end < 700.0 * zoom),
            "{places:?}"
        );
    }
}

/// A red stripe on the right edge of a table so wide.
fn wide(width: u32) -> String {
    format!(
        "<table width={width} cellspacing=0 cellpadding=0><tr><td>some words<td width=40 \
         style='background:#ff0000;height:200px'>&nbsp;</table>"
    )
}

#[test]
fn a_letter_of_a_fixed_width_is_drawn_smaller_until_its_right_edge_is_seen() {
    let narrow = count_red(&draw(&request(&wide(250))).ok().unwrap());
    assert!(narrow > 7_000);
    let fitted = draw(&request(&wide(420))).ok().unwrap();
    assert!((fitted.size.x - 300.0).abs() < 1.0, "{}", fitted.size.x);
    assert!(count_red(&fitted) > narrow / 3, "{}", count_red(&fitted));
    // Much wider ones, and those that the reader makes larger, are moved from side to side instead.
    let far = draw(&request(&wide(900))).ok().unwrap();
    assert!(far.size.x > 500.0 && (far.room - 300.0).abs() < 0.1 && count_red(&far) > narrow / 4, "{}", far.size.x);
    let larger = draw(&Request { zoom: 1.5, ..request(&wide(420)) }).ok().unwrap();
    assert!((larger.size.x / fitted.size.x - 1.5).abs() < 0.05, "{}", larger.size.x);
    assert!(count_red(&larger) > count_red(&fitted));
    // On paper nothing can be moved.
    let printed = draw(&Request { widens: false, ..request(&wide(900)) }).ok().unwrap();
    assert!((printed.size.x - 300.0).abs() < 1.0 && count_red(&printed) > 300, "{}", count_red(&printed));
}

#[test]
fn a_letter_that_claims_to_be_endless_sideways_is_not_drawn_so() {
    let picture = draw(&request("<div style='width:4000000px;height:20px;background:#ff0000'>x</div>")).ok().unwrap();
    assert!(picture.size.x <= 2_048.0, "{}", picture.size.x);
}

fn share(picture: &Picture, is_it: impl Fn(egui::Color32) -> bool) -> f32 {
    let pixels: Vec<_> = picture.tiles.iter().flat_map(|tile| &tile.pixels).collect();
    pixels.iter().filter(|pixel| is_it(***pixel)).count() as f32 / pixels.len() as f32
}

fn on_dark_paper(html: &str) -> Picture {
    draw(&Request { paper: Some(DARK), ..request(html) }).ok().unwrap()
}

#[test]
fn a_letter_without_a_ground_of_its_own_is_readable_on_dark_paper() {
    let is_dark = |pixel: egui::Color32| pixel.r() < 40 && pixel.g() < 40 && pixel.b() < 40;
    let is_light = |pixel: egui::Color32| pixel.r() > 110 || pixel.g() > 110 || pixel.b() > 110;
    for html in [
        "<p>written in nothing special".repeat(5),
        "<p style='color:#1f497d'>written in Outlook's blue".repeat(5),
        "<body bgcolor=#ffffff><div style='background:white;color:black'><font color=#000000>written on white"
            .repeat(5),
    ] {
        let picture = on_dark_paper(&html);
        assert!(picture.is_adapted, "{html}");
        assert!(share(&picture, is_dark) > 0.7, "{html}");
        assert!(share(&picture, is_light) > 0.01, "{html}");
    }
    let blue = on_dark_paper(&"<p style='color:#1f497d;font-size:40px'>####".repeat(5));
    assert!(share(&blue, |pixel| pixel.b() > pixel.r().saturating_add(20) && is_light(pixel)) > 0.01, "it stays blue");
}

#[test]
fn a_letter_with_a_ground_of_its_own_keeps_its_colours() {
    for html in [
        "<body bgcolor=#ffffcc><p>yellow paper",
        "<table bgcolor=#003366><tr><td style='color:#ffffff'>white on blue</table>",
        "<style>.x{background-color:#eeeeee}</style><p class=x>grey",
        "<p style='background:linear-gradient(red,blue)'>x",
    ] {
        let picture = on_dark_paper(html);
        assert!(!picture.is_adapted, "{html}");
        let plain = draw(&request(html)).ok().unwrap();
        assert!(picture.tiles == plain.tiles, "{html}");
    }
}

#[test]
fn a_line_with_nothing_but_a_picture_is_no_text() {
    let mut with =
        request("<p>before</p><img src='cid:red@example.org'><br><br><p>after <img src='cid:red@example.org'></p>");
    with.parts.insert("red@example.org".to_owned(), red_picture());
    let letters = draw(&with).ok().unwrap().letters;
    assert_eq!(letters.text.split_whitespace().collect::<Vec<_>>(), ["before", "after"]);
}
