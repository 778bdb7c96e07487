use jiff::Timestamp;

use super::*;

fn now() -> Zoned {
    "2026-11-28T09:00:00+09:00[Asia/Tokyo]".parse().unwrap()
}

fn parsed(text: &str) -> Query {
    parse(text, &now(), false)
}

/// A query as text again, to compare with.
fn shown(text: &str) -> String {
    parsed(text).root.as_ref().map(show).unwrap_or_default()
}

fn show(node: &Node) -> String {
    let list = |nodes: &[Node]| nodes.iter().map(show).collect::<Vec<_>>().join(" ");
    match node {
        Node::All(nodes) => format!("(& {})", list(nodes)),
        Node::Any(nodes) => format!("(| {})", list(nodes)),
        Node::Not(node) => format!("!{}", show(node)),
        Node::Text(text) => format!(
            "{}[{}]{}",
            if text.place == Place::Anywhere { String::new() } else { format!("{:?}", text.place) },
            text.words,
            if text.is_prefix { "*" } else { "" }
        ),
        Node::Has(what) => format!("has:{what}"),
        Node::Fact(fact) => format!("{fact:?}"),
        Node::Date(from, to) => {
            let side = |at: &Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
            format!("{}..{}", side(from), side(to))
        }
        Node::Size(from, to) => format!("size {from:?} {to:?}"),
    }
}

#[test]
fn words_phrases_alternatives_and_negations() {
    for (text, tree) in [
        ("", ""),
        ("  　 ", ""),
        ("invoice", "[invoice]"),
        ("invoice may", "(& [invoice] [may])"),
        ("\"two words\" x", "(& [two words] [x])"),
        ("a OR b c", "(& (| [a] [b]) [c])"),
        ("a | b", "(| [a] [b])"),
        ("-draft NOT old", "(& ![draft] ![old])"),
        ("e-mail a - b --", "(& [e-mail] [a] [-] [b] [--])"),
        ("(a OR (b c)) -(d e)", "(& (| [a] (& [b] [c])) !(& [d] [e]))"),
        ("a AND b", "(& [a] [b])"),
        ("ORACLE or OR", "(& [ORACLE] [or] [OR])"),
        ("invo*", "[invo]*"),
        ("()", ""),
        ("from: bob", "[bob]"),
    ] {
        assert_eq!(shown(text), tree, "{text}");
        assert_eq!(parsed(text).notes, [], "{text}");
    }
}

#[test]
fn fields_and_their_values() {
    for (text, tree) in [
        ("from:bob to:carol cc:dave", "(& From[bob] To[carol] Cc[dave])"),
        ("Subject:\"the bill\" body:x filename:a.pdf", "(& Subject[the bill] Body[x] Filename[a.pdf])"),
        ("from:(bob OR carol)", "(| From[bob] From[carol])"),
        ("-from:bob", "!From[bob]"),
        ("has:attachment has:calendar -has:PDF", "(& Attachment has:calendar !has:pdf)"),
        ("is:signed is:encrypted is:unread is:flagged", "(& Signed Encrypted Unread Flagged)"),
        ("folder:inbox tag:work in:\"To do\"", "(& Folder(\"inbox\") Tag(\"work\") Folder(\"To do\"))"),
        ("larger:5M smaller:1GiB", "(& size Some(5242880) None size None Some(1073741824))"),
        ("from:a:b http://x.test:80/y 12:30", "(& From[a:b] [http://x.test:80/y] [12:30])"),
    ] {
        assert_eq!(shown(text), tree, "{text}");
        assert_eq!(parsed(text).notes, [], "{text}");
    }
}

#[test]
fn full_width_and_japanese_forms_are_the_same() {
    for (text, same) in [
        ("ｆｒｏｍ：bob", "from:bob"),
        ("Ｓｕｂｊｅｃｔ：“請求書 5月”", "subject:\"請求書 5月\""),
        ("件名：＂請求書＂　－下書き", "subject:\"請求書\" -下書き"),
        ("差出人：田中　ＯＲ　（宛先：佐藤　添付：添付）", "from:田中 OR (to:佐藤 has:attachment)"),
        ("ｌａｒｇｅｒ：５Ｍ", "larger:5M"),
        ("ａｆｔｅｒ：２０２６年１１月１日", "after:2026-11-01"),
        ("is:未読", "is:unread"),
    ] {
        assert_eq!(shown(text), shown(same), "{text}");
        assert_eq!(parsed(text).notes, [], "{text}");
    }
}

#[test]
fn dates_are_the_reader_s() {
    for (text, tree) in [
        ("on:2026-11-01", "2026-10-31T15:00:00Z..2026-11-01T15:00:00Z"),
        ("before:2026-11-01", "..2026-10-31T15:00:00Z"),
        ("after:2026/11", "2026-10-31T15:00:00Z.."),
        ("on:2026-11", "2026-10-31T15:00:00Z..2026-11-30T15:00:00Z"),
        ("on:2026", "2025-12-31T15:00:00Z..2026-12-31T15:00:00Z"),
        ("on:today", "2026-11-27T15:00:00Z..2026-11-28T15:00:00Z"),
        ("on:昨日", "2026-11-26T15:00:00Z..2026-11-27T15:00:00Z"),
        ("after:2w", "2026-11-13T15:00:00Z.."),
        ("before:1y", "..2025-11-27T15:00:00Z"),
        ("on:2026年2月28日", "2026-02-27T15:00:00Z..2026-02-28T15:00:00Z"),
    ] {
        assert_eq!(shown(text), tree, "{text}");
    }
    let berlin = "2026-03-29T12:00:00+02:00[Europe/Berlin]".parse().unwrap();
    let Some(Node::Date(Some(from), Some(to))) = parse("on:today", &berlin, false).root else { panic!() };
    assert_eq!(to.as_second() - from.as_second(), 23 * 3600, "summer time begins on that day");
}

#[test]
fn what_is_not_understood_is_sought_as_text_and_said() {
    use NoteKind::{NotADate, NotASize, OpenQuotation, Parenthesis, UnknownField, UnknownValue};
    for (text, tree, kind, at) in [
        ("foo:bar x", "(& [foo:bar] [x])", UnknownField, 0..3),
        ("is:lovely", "[is:lovely]", UnknownValue, 0..9),
        ("x on:2026-13-01", "(& [x] [on:2026-13-01])", NotADate, 2..15),
        ("on:2026-02-30", "[on:2026-02-30]", NotADate, 0..13),
        ("larger:big", "[larger:big]", NotASize, 0..10),
        ("larger:99999999999999999999", "[larger:99999999999999999999]", NotASize, 0..27),
        ("\"no end", "[no end]", OpenQuotation, 0..1),
        ("(a b", "(& [a] [b])", Parenthesis, 0..1),
        ("a) b", "(& [a] [b])", Parenthesis, 1..2),
    ] {
        assert_eq!(shown(text), tree, "{text}");
        assert_eq!(parsed(text).notes, [Note { kind, at }], "{text}");
    }
    for text in
        ["from:", "from: bob", ":x", "-", "\"\"", "a OR", "OR", "NOT", "*", "from:\"", "-(", "from:(", "))((", "｜"]
    {
        let _ = parsed(text);
    }
}

#[test]
fn the_last_word_may_go_on_while_it_is_typed() {
    let typed = |text: &str| parse(text, &now(), true).root.as_ref().map(show).unwrap_or_default();
    assert_eq!(typed("may invo"), "(& [may] [invo]*)");
    assert_eq!(typed("may invoice "), "(& [may] [invoice])");
    assert_eq!(typed("from:bo"), "From[bo]*");
    assert_eq!(typed("\"may invo\""), "[may invo]");
    assert_eq!(typed("is:unr"), "[is:unr]*");
}

#[test]
fn a_query_without_measure_ends() {
    let deep = format!("{}a{}", "(".repeat(5_000), ")".repeat(5_000));
    let _ = parsed(&deep);
    let wide = "a OR ".repeat(20_000);
    let found = parsed(&wide);
    assert!(found.notes.iter().any(|note| note.kind == NoteKind::TooLong));
    for pieces in ["from:", "\"", "-", "(", ")", "：", "｜ ", "a:b:c:"] {
        let _ = parsed(&pieces.repeat(3_000));
    }
}
