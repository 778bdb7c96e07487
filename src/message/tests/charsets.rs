use super::{codes, read};
use crate::domain::EmailAddress;
use crate::message::{DefectCode, Part, uuencoded_files, with_mobile_emoji};

fn body(charset: &str, bytes: &[u8]) -> (String, Vec<DefectCode>) {
    let head = format!("From: a@example.org\r\nContent-Type: text/plain{charset}\r\n\r\n");
    let message = read(&[head.as_bytes(), bytes].concat());
    (message.root.text(&message.raw), codes(&message))
}

fn subject(from: &str, value: &[u8]) -> String {
    read(&[format!("From: {from}\r\nSubject: ").as_bytes(), value, b"\r\n\r\n"].concat()).subject
}

fn encoded(label: &str, text: &str) -> Vec<u8> {
    let (bytes, _, had_errors) = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap().encode(text);
    assert!(!had_errors);
    bytes.into_owned()
}

const RUSSIAN: &str = "Добрый день! Напоминаем, что собрание состоится во вторник в десять часов.";
const CHINESE: &str = "您好，会议定于星期二上午十点举行，请准时参加，谢谢。";
const TRADITIONAL: &str = "您好，會議定於星期二上午十點舉行，請準時參加，謝謝。";
const KOREAN: &str = "안녕하세요. 회의는 화요일 오전 열 시에 시작합니다. 감사합니다.";

#[test]
fn the_charsets_of_the_world_are_read_under_their_labels() {
    for (label, text) in [
        ("gb18030", "会议 € 㐀"),
        ("gb2312", "会议"),
        ("gbk", "會議"),
        ("cp936", "会议"),
        ("big5", "會議"),
        ("euc-kr", "회의 똠방"),
        ("ks_c_5601-1987", "회의"),
        ("koi8-r", "встреча"),
        ("koi8-u", "зустріч"),
        ("windows-1250", "schůze"),
        ("windows-1251", "встреча"),
        ("windows-1252", "réunion €"),
        ("windows-1253", "συνάντηση"),
        ("windows-1254", "görüşme"),
        ("windows-1255", "פגישה"),
        ("windows-1256", "اجتماع"),
        ("windows-1257", "sapulcē"),
        ("windows-1258", "hôp"),
        ("iso-8859-2", "schůze"),
        ("iso-8859-5", "встреча"),
        ("iso-8859-7", "συνάντηση"),
        ("iso-8859-15", "réunion €"),
        ("tis-620", "ประชุม"),
    ] {
        let canonical = match label {
            "cp936" => "gbk",
            other => other,
        };
        let found = body(&format!("; charset={label}"), &encoded(canonical, text));
        assert_eq!(found, (text.to_owned(), vec![]), "{label}");
    }
    assert_eq!(body("; charset=cp949", &encoded("euc-kr", "회의")).0, "회의");
    assert_eq!(body("; charset=cp1251", &encoded("windows-1251", "встреча")).0, "встреча");
}

#[test]
fn charsets_of_seven_bits_are_read() {
    assert_eq!(body("; charset=iso-2022-kr", b"\x1b$)C\x0eGQ19\x0f ok").0, "한국 ok");
    assert_eq!(body("; charset=hz-gb-2312", b"~{VPND~} ~~ ok").0, "中文 ~ ok");
}

#[test]
fn utf_16_is_read_in_either_order_and_told_from_text_that_is_none() {
    let little: Vec<u8> = "会議 at 10".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = "会議 at 10".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(body("; charset=utf-16le", &little).0, "会議 at 10");
    assert_eq!(body("; charset=utf-16be", &big).0, "会議 at 10");
    assert_eq!(body("; charset=utf-16", &[b"\xfe\xff".as_slice(), &big].concat()).0, "会議 at 10");
    assert_eq!(body("; charset=utf-16", &big).0, "会議 at 10");
    assert_eq!(body("; charset=utf-16", b"plain"), ("plain".to_owned(), vec![DefectCode::BadCharset]));
}

#[test]
fn utf_7_is_never_decoded() {
    let (text, defects) = body("; charset=utf-7", b"+ADw-script+AD4-");
    assert_eq!((text.as_str(), defects), ("+ADw-script+AD4-", vec![DefectCode::BadCharset]));
    assert_eq!(subject("a@example.org", b"=?utf-7?Q?+ADw-?="), "+ADw-");
}

#[test]
fn text_without_a_label_is_recognised() {
    for (label, text) in [
        ("koi8-r", RUSSIAN),
        ("windows-1251", RUSSIAN),
        ("gbk", CHINESE),
        ("big5", TRADITIONAL),
        ("euc-kr", KOREAN),
        ("utf-8", KOREAN),
        ("windows-1252", "Guten Tag, die Besprechung beginnt am Dienstag um zehn. Mit freundlichen Grüßen"),
        ("shift_jis", "会議は火曜日の十時からです。よろしくお願いします。"),
        ("euc-jp", "会議は火曜日の十時からです。よろしくお願いします。"),
    ] {
        assert_eq!(body("", &encoded(label, text)).0, text, "{label}");
    }
}

#[test]
fn a_label_that_is_plainly_wrong_does_not_hide_the_text() {
    for (label, text) in [("koi8-r", RUSSIAN), ("euc-kr", KOREAN), ("shift_jis", "会議は火曜日の十時からです。")]
    {
        let found = body("; charset=utf-8", &encoded(label, text));
        assert_eq!(found, (text.to_owned(), vec![DefectCode::BadCharset]), "{label}");
    }
    for label in ["euc-kr", "shift_jis", "iso-8859-1", "windows-1252", "us-ascii"] {
        let found = body(&format!("; charset={label}"), "会議は火曜日です。".as_bytes());
        assert_eq!(found, ("会議は火曜日です。".to_owned(), vec![DefectCode::BadCharset]), "{label}");
    }
    // One letter that happens to be UTF-8 as well stays what it is said to be.
    assert_eq!(body("; charset=iso-8859-1", b"SEPA\xc2\xa3").0, "SEPA\u{c2}£");
    // A little damage is no reason to take another charset.
    let damaged = [encoded("euc-jp", "会議は火曜日の十時からです。").as_slice(), b"\xff"].concat();
    assert_eq!(body("; charset=euc-jp", &damaged).0, "会議は火曜日の十時からです。\u{fffd}");
}

#[test]
fn raw_header_bytes_are_in_the_charset_of_the_text() {
    let head = b"From: Ji\xf8\xed <a@example.org>\r\nContent-Type: text/plain; charset=iso-8859-2\r\nSubject: sch\xf9ze\r\n\r\n";
    let message = read(head);
    assert_eq!((message.subject.as_str(), message.from[0].name.as_str()), ("schůze", "Jiří"));
}

#[test]
fn a_subject_that_was_cut_off_within_a_word_is_read_as_far_as_it_goes() {
    assert_eq!(subject("a@example.org", b"Re: =?iso-2022-jp?B?GyRCRnxLXDhs"), "Re: 日本語");
    assert_eq!(subject("a@example.org", b"=?utf-8?B?5pel5pys6Kqe?"), "日本語");
    // What only looks like the beginning of one stays.
    assert_eq!(subject("a@example.org", b"=?utf-8?B? no word"), "=?utf-8?B? no word");
}

#[test]
fn hostile_texts_take_linear_time() {
    let begin = std::time::Instant::now();
    for piece in [
        ">",
        "> ",
        " ",
        "-- \n",
        "> \n",
        "begin 644 a\n",
        "begin 644 a\n#0V%T\n",
        "end\n",
        "<",
        "<<",
        "<param>",
        "\n",
        "\u{e001}",
    ] {
        let text = piece.repeat((1 << 20) / piece.len());
        flowed("", &text);
        uuencoded_files(&text);
        crate::message::enriched_to_text(&text);
        with_mobile_emoji(text, None);
    }
    assert!(begin.elapsed() < std::time::Duration::from_mins(1), "{:?}", begin.elapsed());
}

#[test]
fn symbols_of_japanese_phones_become_unicode() {
    // docomo's sun in Shift_JIS, au's microphone in ISO-2022-JP, SoftBank's trumpet in Shift_JIS and Unicode.
    let docomo = body("; charset=shift_jis", b"\xf8\x9f").0;
    let from = |address: &str| EmailAddress::parse(address);
    assert_eq!(with_mobile_emoji(docomo, from("a@docomo.ne.jp").as_ref()), "☀");
    assert_eq!(body("; charset=iso-2022-jp", b"\x1b$BBjL>v^\x1b(B").0, "題名🎤");
    let softbank = body("; charset=shift_jis", b"\xf9\x83").0;
    assert_eq!(with_mobile_emoji(softbank, from("a@softbank.ne.jp").as_ref()), "🎺");
    assert_eq!(with_mobile_emoji("\u{e03c}".to_owned(), from("a@softbank.ne.jp").as_ref()), "🎤");
    // The same number is another symbol at another network.
    let au = body("; charset=shift_jis", b"\xf7\x41").0;
    assert_eq!(with_mobile_emoji(au.clone(), from("a@ezweb.ne.jp").as_ref()), "4\u{20e3}");
    assert_ne!(with_mobile_emoji(au, from("a@softbank.ne.jp").as_ref()), "4\u{20e3}");
    assert_eq!(subject("a@ezweb.ne.jp", b"=?Shift_JIS?B?90E=?="), "4\u{20e3}");
    // What could be of several networks, or of none, stays.
    assert_eq!(with_mobile_emoji("\u{e69d}".to_owned(), None), "\u{e69d}");
    assert_eq!(with_mobile_emoji("\u{e757}\u{e000}".to_owned(), None), "\u{e757}\u{e000}");
}

fn flowed(parameters: &str, text: &str) -> String {
    let head = format!("From: a@example.org\r\nContent-Type: text/plain; format=flowed{parameters}\r\n\r\n");
    let message = read(&[head.as_bytes(), text.replace('\n', "\r\n").as_bytes()].concat());
    let root: &Part = &message.root;
    root.unwrapped(root.text(&message.raw))
}

#[test]
fn flowed_text_is_one_line_a_paragraph() {
    assert_eq!(flowed("", "one \ntwo \nthree\nnext\n"), "one two three\nnext\n");
    assert_eq!(flowed("; delsp=yes", "会議は \n火曜日\n"), "会議は火曜日\n");
    assert_eq!(flowed("; DelSp=\"YES\"; Format=x", "a  \nb\n"), "a b\n");
    // Stuffed spaces go, and what they protect stays as it is.
    assert_eq!(flowed("", " From me\n  two\n >no quote\n"), "From me\n two\n>no quote\n");
    // A paragraph ends where the depth changes; the separator never flows.
    assert_eq!(flowed("", "> a \n> b \n>> c\nd \n-- \nme\n"), "> a b\n>> c\nd\n-- \nme\n");
    assert_eq!(flowed("", ">\n> x\n\ny\n"), ">\n> x\n\ny\n");
    // Nothing else is unwrapped.
    let message = read(b"From: a@example.org\r\n\r\none \r\ntwo\r\n");
    assert_eq!(message.root.unwrapped(message.root.text(&message.raw)), "one \ntwo\n");
}

#[test]
fn uuencoded_files_are_found_in_a_text_and_prose_is_not() {
    let text = "see\nbegin 644 ../hello.txt\n+:&5L;&\\@=V]R;&0 \n`\nend\nbye\n";
    let found = uuencoded_files(text);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].name.as_deref(), found[0].content.as_slice()), (Some("hello.txt"), b"hello world".as_slice()));
    assert_eq!(&text[..found[0].range.start], "see\n");
    assert_eq!(&text[found[0].range.end..], "bye\n");
    for prose in
        ["begin 644 and more\nthis is the end\nend\n", "begin here\nend\n", "begin 644 x\n", "begin 999 x\n`\nend\n"]
    {
        assert!(uuencoded_files(prose).is_empty(), "{prose}");
    }
}

#[test]
fn what_is_labelled_base64_and_is_none_is_read_as_it_is() {
    let message = read(b"From: a@example.org\r\nContent-Transfer-Encoding: base64\r\n\r\nDear Alice, see you.\r\n");
    assert_eq!(message.root.text(&message.raw), "Dear Alice, see you.\n");
    assert_eq!(codes(&message), [DefectCode::BadTransferEncoding]);
}

#[test]
fn a_multipart_that_does_not_say_its_boundary_is_read_by_the_lines_that_are_there() {
    let message = read(b"From: a@example.org\r\nContent-Type: multipart/mixed\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\none\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>two\r\n--x--\r\n");
    assert_eq!(message.root.children.len(), 2);
    assert!(codes(&message).contains(&DefectCode::MissingBoundary));
}

#[test]
fn file_names_are_read_in_their_wrong_forms_too() {
    let name = |value: &str| {
        let head = format!("From: a@example.org\r\nContent-Disposition: attachment; {value}\r\n\r\n");
        read(head.as_bytes()).root.filename.unwrap_or_default()
    };
    assert_eq!(name("filename*=utf-8''=?utf-8?Q?=C3=A4.zip?="), "ä.zip");
    let split = "filename*0*=\"=?UTF-8?B?5LiA6YOo44Gu?=;\r\n filename*1*=\"=?UTF-8?B?5pyr5bC+?=\"";
    assert_eq!(name(split), "一部の末尾");
    assert_eq!(name("filename=\"\"a b.txt\""), "a b.txt");
    assert_eq!(name("filename=a b.txt\"; x=y"), "a b.txt");
    assert_eq!(name("filename==?koi8-r?B?89DJ08/LLmRvYw==?="), "Список.doc");
}
