use crate::message::{DefectCode, Limits, ParsedMessage, Part, parse_tnef};

/// Bytes of a TNEF stream, put together from attributes.
fn stream(attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"\x78\x9f\x3e\x22\x01\x00".to_vec();
    for attribute in attributes {
        bytes.extend(attribute);
    }
    bytes
}

fn attribute(level: u8, id: u32, data: &[u8]) -> Vec<u8> {
    let sum: u16 = data.iter().fold(0, |sum: u16, byte| sum.wrapping_add(u16::from(*byte)));
    [&[level], id.to_le_bytes().as_slice(), &size(data), data, &sum.to_le_bytes()].concat()
}

fn size(data: &[u8]) -> [u8; 4] {
    u32::try_from(data.len()).unwrap().to_le_bytes()
}

fn code_page(page: u32) -> Vec<u8> {
    attribute(1, 0x0006_9007, &[page.to_le_bytes(), [0; 4]].concat())
}

/// A property with one value of variable length.
fn property(kind: u16, id: u16, value: &[u8]) -> Vec<u8> {
    let pad = vec![0; value.len().wrapping_neg() % 4];
    [&kind.to_le_bytes(), id.to_le_bytes().as_slice(), &[1, 0, 0, 0], &size(value), value, &pad].concat()
}

fn number(id: u16, value: u32) -> Vec<u8> {
    [&3_u16.to_le_bytes(), id.to_le_bytes().as_slice(), &value.to_le_bytes()].concat()
}

fn unicode(id: u16, text: &str) -> Vec<u8> {
    let bytes: Vec<u8> = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    property(0x1f, id, &bytes)
}

fn properties(all: &[Vec<u8>]) -> Vec<u8> {
    [u32::try_from(all.len()).unwrap().to_le_bytes().to_vec(), all.concat()].concat()
}

fn message(all: &[Vec<u8>]) -> Vec<u8> {
    attribute(1, 0x0006_9003, &properties(all))
}

fn file(title: &[u8], data: &[u8], all: &[Vec<u8>]) -> Vec<u8> {
    [
        attribute(2, 0x0006_9002, &[0; 14]),
        attribute(2, 0x0001_8010, &[title, b"\0"].concat()),
        attribute(2, 0x0006_800f, data),
        attribute(2, 0x0006_9005, &properties(all)),
    ]
    .concat()
}

/// An RTF that is not compressed.
fn rtf(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap();
    let head = [(length + 12).to_le_bytes(), length.to_le_bytes(), *b"MELA", [0; 4]].concat();
    property(0x102, 0x1009, &[head, text.as_bytes().to_vec()].concat())
}

fn read(bytes: &[u8]) -> ParsedMessage {
    parse_tnef(bytes, &Limits::default()).expect("it is TNEF")
}

fn leaves(entity: &ParsedMessage) -> Vec<&Part> {
    entity.walk().filter(|part| part.children.is_empty()).collect()
}

fn only_text(attributes: &[Vec<u8>]) -> (String, String) {
    let entity = read(&stream(attributes));
    let [leaf] = leaves(&entity)[..] else { panic!("more than one part") };
    (leaf.content_type.to_string(), leaf.text(&entity.raw))
}

#[test]
fn files_come_out_with_their_names_types_and_bytes() {
    let pdf = file(b"REPORT~1.PDF", b"%PDF-1.7", &[unicode(0x3707, "報告書 最終.pdf")]);
    let picture = file(b"a.bin", b"\x89PNG", &[unicode(0x370e, "image/png"), unicode(0x3712, "pic@x")]);
    let entity = read(&stream(&[code_page(1252), pdf, picture, file(b"plain.txt", b"hello", &[])]));
    let found: Vec<_> = leaves(&entity)
        .iter()
        .map(|part| (part.filename.clone().unwrap(), part.content_type.to_string(), part.decoded(&entity.raw)))
        .collect();
    assert_eq!(
        found,
        [
            ("報告書 最終.pdf".to_owned(), "application/pdf".to_owned(), b"%PDF-1.7".to_vec()),
            ("a.bin".to_owned(), "image/png".to_owned(), b"\x89PNG".to_vec()),
            ("plain.txt".to_owned(), "text/plain".to_owned(), b"hello".to_vec()),
        ]
    );
    assert!(leaves(&entity).iter().all(|part| part.is_attachment));
    assert_eq!(leaves(&entity)[1].content_id.as_deref(), Some("pic@x"));
}

#[test]
fn names_are_in_the_code_page_that_the_stream_names() {
    let name = encoding_rs::SHIFT_JIS.encode("表計算①.xls").0.into_owned();
    let entity = read(&stream(&[code_page(932), file(&name, b"x", &[])]));
    assert_eq!(leaves(&entity)[0].filename.as_deref(), Some("表計算①.xls"));
}

#[test]
fn a_name_brings_no_folder() {
    let entity = read(&stream(&[file(b"..\\..\\evil.exe", b"MZ", &[])]));
    assert_eq!(leaves(&entity)[0].filename.as_deref(), Some("evil.exe"));
}

#[test]
fn plain_text_and_html_are_two_forms_of_one_text() {
    let html = property(0x102, 0x1013, &[b"<p>caf\xe9 <img src=\"cid:pic\"></p>".as_slice()].concat());
    let body = message(&[unicode(0x1000, "café"), number(0x3fde, 1252), html]);
    let entity = read(&stream(&[body, file(b"pic.gif", b"GIF89a", &[unicode(0x3712, "pic")])]));
    let forms = &entity.root.children[0];
    assert!(forms.content_type.is("multipart", "alternative"));
    assert_eq!(forms.children[0].text(&entity.raw), "café");
    assert!(forms.children[1].text(&entity.raw).contains("<p>café"));
    // A picture of the text is no file beside it.
    assert!(!entity.root.children[1].is_attachment);
}

#[test]
fn rtf_is_decompressed() {
    // The example of MS-OXRTFCP §4.1.
    let compressed = b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\x00\x0a\x00rcpg125B2\x0a\xf3 hel\x09\x00 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
    let text = only_text(&[message(&[property(0x102, 0x1009, compressed)])]);
    assert_eq!(text, ("text/plain".to_owned(), "hello world".to_owned()));
}

#[test]
fn html_encapsulated_in_rtf_is_html_again() {
    let source = concat!(
        "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}{\\f1\\fmodern\\fcharset128 MS;}}\r\n",
        "{\\*\\htmltag19 <html>}{\\*\\generator x;}{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 \r\n",
        "caf\\'e9 \\f1 \\'8a\\'bf\\'8e\\'9a\\f0  {\\*\\htmltag84 &lt;}\\htmlrtf <\\htmlrtf0 \\u8364 ?\r\n",
        "{\\*\\htmltag241 \\par }{\\*\\mhtmltag4 <no>}\\htmlrtf\\par}\\htmlrtf0{\\*\\htmltag72 </p>}{\\*\\htmltag27 </html>}}"
    );
    let text = only_text(&[message(&[rtf(source)])]);
    assert_eq!(text, ("text/html".to_owned(), "<html><p>café 漢字 &lt;€\n</p></html>".to_owned()));
}

#[test]
fn plain_text_in_rtf_is_text_again() {
    let source = "{\\rtf1\\ansi\\ansicpg932\\fromtext {\\colortbl\\red0;}\\uc1\\pard one\\par \\'93\\'f1\\u-10179 ?\\u-8694 ?\\tab \\{x\\}\\~\\bullet\\par}";
    assert_eq!(only_text(&[message(&[rtf(source)])]).1, "one\n二😊\t{x}\u{a0}•\n");
}

#[test]
fn an_attached_message_is_a_message() {
    let inner = stream(&[message(&[
        unicode(0x0037, "会議 for all"),
        unicode(0x0c1a, "Bob"),
        unicode(0x5d01, "bob@example.org"),
        unicode(0x1000, "inside"),
    ])]);
    let object = property(0x0d, 0x3701, &[vec![7; 16], inner].concat());
    let outer = stream(&[message(&[unicode(0x1000, "outside")]), file(b"fwd", b"", &[object])]);
    let entity = read(&outer);
    let nested = entity.root.children[1].nested.as_deref().expect("a message");
    assert_eq!(nested.subject, "会議 for all");
    assert_eq!(nested.from[0].address, "bob@example.org");
    assert_eq!(leaves(nested)[0].text(&nested.raw), "inside");
}

/// A property that is named by a number in a set.
fn named(kind: u16, set: u32, id: u32, value: &[u8]) -> Vec<u8> {
    let plain = property(kind, 0x8001, value);
    let name = [&set.to_le_bytes(), [0; 12].as_slice(), &[0; 4], &id.to_le_bytes()].concat();
    let skipped = if kind == 0x40 { 12 } else { 4 };
    [&plain[..4], &name, &plain[skipped..]].concat()
}

#[test]
fn a_meeting_is_an_invitation_that_every_program_reads() {
    // 2026-12-01T01:00:00Z in hundreds of nanoseconds since 1601.
    let at = |seconds: u64| ((11_644_473_600 + seconds) * 10_000_000).to_le_bytes();
    let place: Vec<u8> = "Room 1; 東京".encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    let id = [[0; 40].as_slice(), b"vCal-Uid\x01\0\0\0abc@example.org\0"].concat();
    let all = [
        unicode(0x001a, "IPM.Schedule.Meeting.Request"),
        unicode(0x0037, "Plans, big ones"),
        unicode(0x5d01, "bob@example.org"),
        unicode(0x0c1a, "Bob"),
        named(0x40, 0x0006_2002, 0x820d, &at(1_796_086_800)),
        named(0x40, 0x0006_2002, 0x820e, &at(1_796_090_400)),
        named(0x1f, 0x0006_2002, 0x8208, &place),
        named(0x102, 0x6ed8_da90, 0x03, &id),
    ];
    let entity = read(&stream(&[message(&all)]));
    let [part] = leaves(&entity)[..] else { panic!("more than one part") };
    assert_eq!(part.content_type.to_string(), "text/calendar");
    assert_eq!(part.content_type.parameter("method"), Some("REQUEST"));
    let text = part.text(&entity.raw);
    for line in [
        "UID:abc@example.org",
        "DTSTART:20261201T010000Z",
        "DTEND:20261201T020000Z",
        "SUMMARY:Plans\\, big ones",
        "LOCATION:Room 1\\; 東京",
        "ORGANIZER;CN=\"Bob\":mailto:bob@example.org",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
}

#[test]
fn a_contact_is_a_card() {
    let mail: Vec<u8> = "bob@example.org".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let all = [unicode(0x001a, "IPM.Contact"), unicode(0x3001, "Bob Baker"), named(0x1f, 0x0006_2004, 0x8083, &mail)];
    let entity = read(&stream(&[message(&all)]));
    assert_eq!(leaves(&entity)[0].content_type.to_string(), "text/vcard");
    let text = leaves(&entity)[0].text(&entity.raw);
    assert!(text.contains("FN:Bob Baker\nEMAIL:bob@example.org\n"), "{text}");
}

#[test]
fn what_is_no_tnef_is_left_alone() {
    for bytes in [b"".as_slice(), b"PK\x03\x04", b"\x78\x9f\x3e", b"\x78\x9f\x3e\x22\x01\x00"] {
        assert!(parse_tnef(bytes, &Limits::default()).is_none());
    }
}

#[test]
fn a_cut_or_damaged_stream_is_read_as_far_as_it_goes_and_never_fails() {
    let body = message(&[unicode(0x1000, "a text"), rtf("{\\rtf1\\fromhtml1 {\\*\\htmltag1 <p>}x\\'8a\\u55357?}")]);
    let whole = stream(&[code_page(932), body, file(b"a.txt", b"content", &[unicode(0x3707, "long name.txt")])]);
    assert_eq!(leaves(&read(&whole[..whole.len() - 2])).len(), 3);
    for end in 0..whole.len() {
        parse_tnef(&whole[..end], &Limits::default());
        for value in [0, 1, 0x7f, 0xff] {
            let mut damaged = whole.clone();
            damaged[end] = value;
            parse_tnef(&damaged, &Limits::default());
        }
    }
}

#[test]
fn a_hostile_stream_costs_no_more_than_it_is_long() {
    let many = stream(&vec![file(b"x", b"y", &[]); 5_000]);
    let entity = read(&many);
    assert!(leaves(&entity).len() <= Limits::default().parts);
    assert!(entity.defects.iter().any(|defect| defect.code == DefectCode::LimitReached));
    // A message in a message, and so on without an end.
    let mut deep = stream(&[message(&[unicode(0x1000, "deep")])]);
    for _ in 0..200 {
        deep = stream(&[file(b"m", b"", &[property(0x0d, 0x3701, &[vec![0; 16], deep].concat())])]);
    }
    let entity = read(&deep);
    assert!(entity.raw.len() < 10 * deep.len());
    // Each pair of bytes stands for the longest piece there is.
    let bomb = [
        &[0; 4],
        (1_u32 << 30).to_le_bytes().as_slice(),
        b"LZFu",
        &[0; 4],
        &[[0xff; 1].as_slice(), &[0, 15].repeat(8)].concat().repeat(60_000),
    ]
    .concat();
    if let Some(entity) = parse_tnef(&stream(&[message(&[property(0x102, 0x1009, &bomb)])]), &Limits::default()) {
        assert!(entity.raw.len() < 20 * bomb.len());
    }
    // Groups in groups.
    let nested = format!("{{\\rtf1 {}", "{\\b x".repeat(300_000));
    read(&stream(&[message(&[rtf(&nested)])]));
}
