use super::harden::harden;
use super::render::draw;
use super::*;

fn request(html: &str) -> Request {
    Request { html: html.to_owned(), width: 300.0, scale: 1.0, parts: HashMap::new() }
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
    let pictures = pictures::Pictures::new(HashMap::new());
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
