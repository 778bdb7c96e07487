use super::{
    Evidence, Method, SenderWord, Zone, evaluate, key_record, result_of, rsa, signed_message, word_and_reason,
};
use crate::sender::check_svg;

fn logo(root: &str, inside: &str) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" {root}>{inside}</svg>")
}

const ROOT: &str = r#"version="1.2" baseProfile="tiny-ps" viewBox="0 0 64 64""#;
const TITLE: &str = "<title>Example</title>";

#[test]
fn a_plain_square_logo_is_accepted() {
    let inside = format!(
        "{TITLE}<desc>A dot</desc><defs><linearGradient id=\"g\"><stop offset=\"0\" stop-color=\"red\"/>\
         </linearGradient></defs><circle cx=\"32\" cy=\"32\" r=\"9\" fill=\"url(#g)\"/>"
    );
    assert_eq!(check_svg(logo(ROOT, &inside).as_bytes()), Ok(()));
}

#[test]
fn whatever_runs_moves_or_loads_is_refused() {
    for (inside, reason) in [
        ("<script>x</script>", "element_not_allowed"),
        ("<SCRIPT>x</SCRIPT>", "element_not_allowed"),
        ("<rect><animate/></rect>", "element_not_allowed"),
        ("<foreignObject/>", "element_not_allowed"),
        ("<image href=\"https://evil.example/x.png\"/>", "element_not_allowed"),
        ("<x:script xmlns:x=\"http://www.w3.org/1999/xhtml\">x</x:script>", "element_not_allowed"),
        ("<use href=\"https://evil.example/#a\"/>", "external_reference"),
        ("<use xmlns:l=\"http://www.w3.org/1999/xlink\" l:href=\"data:x\"/>", "external_reference"),
        ("<rect fill=\"url(https://evil.example/#a)\"/>", "external_reference"),
        ("<rect onload=\"x\"/>", "event_handler"),
        ("<rect style=\"fill:red\"/>", "attribute_not_allowed"),
        ("<?xml-stylesheet href=\"x\"?>", "processing_instruction"),
    ] {
        assert_eq!(check_svg(logo(ROOT, &format!("{TITLE}{inside}")).as_bytes()), Err(reason), "{inside}");
    }
}

#[test]
fn the_root_says_what_the_profile_wants() {
    for (root, inside, reason) in [
        (r#"version="1.2" viewBox="0 0 64 64""#, TITLE, "base_profile"),
        (r#"version="1.1" baseProfile="tiny-ps" viewBox="0 0 64 64""#, TITLE, "version"),
        (r#"version="1.2" baseProfile="tiny-ps" viewBox="0 0 64 32""#, TITLE, "view_box"),
        (r#"version="1.2" baseProfile="tiny-ps""#, TITLE, "view_box"),
        (r#"version="1.2" baseProfile="tiny-ps" viewBox="0 0 64 64" x="0""#, TITLE, "root_position"),
        (ROOT, "", "no_title"),
        (ROOT, "<title> </title>", "no_title"),
    ] {
        assert_eq!(check_svg(logo(root, inside).as_bytes()), Err(reason), "{root}");
    }
    assert_eq!(check_svg(b"<html/>"), Err("not_svg"));
    assert_eq!(check_svg(b"\x1f\x8b\x08"), Err("not_utf8"));
}

#[test]
fn bombs_are_refused_at_once() {
    let bomb = "<!DOCTYPE svg [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>".to_owned() + &logo(ROOT, "&b;");
    assert_eq!(check_svg(bomb.as_bytes()), Err("document_type"));
    assert_eq!(check_svg(logo(ROOT, &" ".repeat(40_000)).as_bytes()), Err("too_large"));
    let deep = TITLE.to_owned() + &"<g>".repeat(4_000) + &"</g>".repeat(4_000);
    assert_eq!(check_svg(logo(ROOT, &deep).as_bytes()), Err("too_deep"));
    for open in ["<g>", "<g a='/'>", "<!-- <g/> --><g>", "<g a=\"</g>\">"] {
        assert_eq!(check_svg(open.repeat(1_500).as_bytes()), Err("too_deep"), "{open}");
    }
}

#[test]
fn a_logo_is_offered_only_under_an_enforced_policy_and_never_passes_unvalidated() {
    let key = rsa(2048);
    let message = signed_message(&key, "example.org", "");
    let judge = |policy: &str, record: &str| {
        let zone = Zone::default()
            .with_txt("sel._domainkey.example.org", &key_record(&key))
            .with_txt("_dmarc.example.org", policy)
            .with_txt("default._bimi.example.org", record);
        let results = evaluate(&message, &Evidence::default(), &zone);
        let (word, reason) = word_and_reason(result_of(&results, Method::Bimi));
        (word, reason.unwrap_or("").to_owned())
    };
    let record = "v=BIMI1; l=https://example.org/logo.svg; a=";
    let offered = judge("v=DMARC1; p=reject", record);
    assert_eq!(offered, (SenderWord::Neutral, "indicator_not_validated".to_owned()));
    assert_eq!(judge("v=DMARC1; p=none", record).1, "dmarc_not_enforced");
    assert_eq!(judge("v=DMARC1; p=reject", "v=BIMI1; l=; a=;").1, "declined");
    assert_eq!(judge("v=DMARC1; p=reject", "v=BIMI1; l=http://example.org/logo.svg").0, SenderWord::Permerror);
}
