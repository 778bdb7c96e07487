use jiff::civil::{Weekday, date};

use super::*;

const INVITATION: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n\
UID:1@example.test\r\nDTSTAMP:20260901T000000Z\r\nSUMMARY:定例会議\\, 第三回\r\nLOCATION:会議室A\r\n\
DESCRIPTION:議題は\\n1. 予算\r\nORGANIZER;CN=\"山田 花子\":mailto:hanako@example.co.jp\r\n\
ATTENDEE;CN=Alice Archer;PARTSTAT=ACCEPTED:MAILTO:alice@example.test\r\n\
ATTENDEE;ROLE=OPT-PARTICIPANT:mailto:bob@example.test\r\n{TIME}END:VEVENT\r\nEND:VCALENDAR\r\n";

fn with(time: &str) -> Invitation {
    invitation(INVITATION.replace("{TIME}", time).as_bytes()).unwrap()
}

fn instant(moment: Option<&Moment>) -> (String, Option<String>) {
    match moment {
        Some(Moment::At { at, zone, .. }) => (at.to_string(), zone.clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_invitation_is_read_with_its_people() {
    let found = with("DTSTART;TZID=Asia/Tokyo:20261001T100000\r\nDTEND;TZID=Asia/Tokyo:20261001T113000\r\n");
    assert_eq!(found.method, Method::Request);
    assert_eq!((found.title.as_str(), found.location.as_str()), ("定例会議, 第三回", "会議室A"));
    assert_eq!(found.description, "議題は\n1. 予算");
    assert_eq!(found.organizer, Some(Mailbox::new("山田 花子", "hanako@example.co.jp")));
    assert_eq!(found.attendees[0].mailbox, Mailbox::new("Alice Archer", "alice@example.test"));
    assert_eq!((found.attendees[0].answer, found.attendees[1].answer), (Answer::Accepted, Answer::None));
    assert!(found.attendees[1].is_optional && !found.is_cancelled);
    assert_eq!(instant(found.start.as_ref()), ("2026-10-01T01:00:00Z".into(), Some("Asia/Tokyo".into())));
    assert_eq!(instant(found.end.as_ref()).0, "2026-10-01T02:30:00Z");
}

#[test]
fn zones_are_known_by_the_names_of_windows_too() {
    let found = with("DTSTART;TZID=Tokyo Standard Time:20261001T100000\r\nDURATION:PT90M\r\n");
    assert_eq!(instant(found.start.as_ref()), ("2026-10-01T01:00:00Z".into(), Some("Asia/Tokyo".into())));
    assert_eq!(instant(found.end.as_ref()).0, "2026-10-01T02:30:00Z");
    let found =
        with("DTSTART;TZID=\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\":20260701T100000\r\n");
    assert_eq!(instant(found.start.as_ref()).0, "2026-07-01T08:00:00Z");
}

#[test]
fn a_time_that_the_clock_skips_or_shows_twice_is_a_moment_all_the_same() {
    let skipped = with("DTSTART;TZID=Europe/Berlin:20260329T023000\r\n");
    assert_eq!(instant(skipped.start.as_ref()).0, "2026-03-29T01:30:00Z");
    let twice = with("DTSTART;TZID=Europe/Berlin:20261025T023000\r\n");
    assert_eq!(instant(twice.start.as_ref()).0, "2026-10-25T00:30:00Z");
}

#[test]
fn a_zone_that_the_calendar_describes_itself_is_used_when_it_never_changes_its_clocks() {
    let zone = "BEGIN:VTIMEZONE\r\nTZID:Ours\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETFROM:+0900\r\n\
                TZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
    let text = INVITATION.replace("{TIME}", "DTSTART;TZID=Ours:20261001T100000\r\n");
    let text = text.replace("BEGIN:VEVENT", &format!("{zone}BEGIN:VEVENT"));
    let found = invitation(text.as_bytes()).unwrap();
    assert_eq!(instant(found.start.as_ref()), ("2026-10-01T01:00:00Z".into(), Some("Ours".into())));
    let unknown = with("DTSTART;TZID=Nowhere:20261001T100000\r\n");
    assert!(matches!(unknown.start, Some(Moment::Local { zone: Some(zone), .. }) if zone == "Nowhere"));
}

#[test]
fn whole_days_end_on_the_last_of_them() {
    let found = with("DTSTART;VALUE=DATE:20261001\r\nDTEND;VALUE=DATE:20261004\r\n");
    assert_eq!(found.start, Some(Moment::Day(date(2026, 10, 1))));
    assert_eq!(found.end, Some(Moment::Day(date(2026, 10, 3))));
    let one = with("DTSTART;VALUE=DATE:20261001\r\nDTEND;VALUE=DATE:20261002\r\n");
    assert_eq!(one.end, None);
}

#[test]
fn a_series_is_described() {
    let found = with("DTSTART:20261001T100000Z\r\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20261231T000000Z\r\n");
    let repeats = found.repeats.unwrap();
    assert_eq!((repeats.frequency, repeats.interval), (Frequency::Weekly, 2));
    assert_eq!(repeats.days, [(None, Weekday::Monday), (None, Weekday::Wednesday)]);
    assert_eq!(repeats.until, Some(date(2026, 12, 31)));
    assert!(!repeats.has_more);
    let monthly =
        with("DTSTART:20261001T100000Z\r\nRRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=5\r\nEXDATE:20261127T100000Z\r\n");
    let repeats = monthly.repeats.unwrap();
    assert_eq!((repeats.days, repeats.count, repeats.has_more), (vec![(Some(-1), Weekday::Friday)], Some(5), true));
}

#[test]
fn what_is_cancelled_is_so_by_method_or_status() {
    let text = INVITATION.replace("{TIME}", "DTSTART:20261001T100000Z\r\n");
    let cancelled = invitation(text.replace("REQUEST", "CANCEL").as_bytes()).unwrap();
    assert!(cancelled.is_cancelled && cancelled.method == Method::Cancel);
    assert!(with("DTSTART:20261001T100000Z\r\nSTATUS:CANCELLED\r\n").is_cancelled);
}

#[test]
fn a_time_that_no_clock_shows_leaves_the_rest_of_the_invitation() {
    let found = with("DTSTART:20261001T250000\r\n");
    assert_eq!((found.title.as_str(), found.start), ("定例会議, 第三回", None));
    assert_eq!(with("DTSTART:20261001T106100Z\r\n").start, None);
}

#[test]
fn what_is_no_calendar_is_none_and_nothing_stops_the_reading() {
    assert_eq!(invitation(b"Hello"), None);
    assert_eq!(invitation(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR"), None);
    let whole = INVITATION.replace("{TIME}", "DTSTART;TZID=Asia/Tokyo:20261001T100000\r\nRRULE:FREQ=DAILY;COUNT=3\r\n");
    for length in 0..whole.len() {
        let _ = invitation(&whole.as_bytes()[..length]);
        let mut broken = whole.clone().into_bytes();
        broken[length] ^= 0x15;
        let _ = invitation(&broken);
    }
    let _ = invitation("BEGIN:VCALENDAR\r\n".repeat(20_000).as_bytes());
    let many =
        format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{}END:VEVENT\nEND:VCALENDAR", "ATTENDEE:mailto:a@b\n".repeat(20_000));
    assert_eq!(invitation(many.as_bytes()).unwrap().attendees.len(), ATTENDEES);
}

#[test]
fn contacts_are_read_from_old_and_new_cards() {
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Yamada;Hanako;;;\r\nFN:山田 花子\r\nORG:Example KK;Sales\r\n\
                EMAIL;TYPE=work:hanako@example.co.jp\r\nTEL;TYPE=cell:+81-90-0000-0000\r\nEND:VCARD\r\n";
    let found = contacts(card.as_bytes());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].name, "山田 花子");
    assert_eq!(found[0].addresses, ["hanako@example.co.jp"]);
    assert_eq!(found[0].telephones, ["+81-90-0000-0000"]);
    assert!(found[0].organization.contains("Example KK"), "{:?}", found[0]);
    let quoted =
        "BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=B1=B1=E7=94=B0\r\nEND:VCARD\r\n";
    assert_eq!(contacts(quoted.as_bytes())[0].name, "山田");
    assert!(contacts(b"nothing").is_empty());
}
