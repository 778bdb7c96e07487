//! Outlook's appointments and contacts, in the formats that everybody reads.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::properties::{Name, Properties};

/// Sets of named properties, by the beginnings of their GUIDs (MS-OXPROPS §1.3.2).
const APPOINTMENT: u32 = 0x0006_2002;
const MEETING: u32 = 0x6ed8_da90;
const ADDRESS: u32 = 0x0006_2004;

/// A file made of an item: its name, its type with parameters, and its text.
pub(super) struct Item {
    pub(super) name: &'static str,
    pub(super) media_type: String,
    pub(super) text: String,
}

/// What an item of a class is as a file. `organizer`: name and address of who sent it.
pub(super) fn read(class: &str, properties: &Properties<'_>, organizer: Option<&(String, String)>) -> Option<Item> {
    let class = class.to_ascii_lowercase();
    if class.starts_with("ipm.contact") {
        return contact(properties);
    }
    let method = match class.trim_end_matches('\0') {
        "ipm.schedule.meeting.request" | "ipm.microsoft schedule.mtgreq" => "REQUEST",
        "ipm.schedule.meeting.canceled" | "ipm.microsoft schedule.mtgcncl" => "CANCEL",
        "ipm.schedule.meeting.resp.pos"
        | "ipm.schedule.meeting.resp.neg"
        | "ipm.schedule.meeting.resp.tent"
        | "ipm.microsoft schedule.mtgrespp"
        | "ipm.microsoft schedule.mtgrespn"
        | "ipm.microsoft schedule.mtgrespa" => "REPLY",
        "ipm.appointment" => "PUBLISH",
        _ => return None,
    };
    let start = properties.time(Name::Numbered(APPOINTMENT, 0x820d)).or_else(|| properties.time(Name::Id(0x0060)))?;
    let end = properties.time(Name::Numbered(APPOINTMENT, 0x820e)).or_else(|| properties.time(Name::Id(0x0061)));
    let mut lines =
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//kakitome//tnef//\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\n");
    let mut line = |name: &str, value: Option<String>| put(&mut lines, name, value);
    line("UID", uid(properties));
    line("DTSTART", Some(moment(start)));
    line("DTEND", end.map(moment));
    line("SUMMARY", properties.text(0x0037));
    line("LOCATION", properties.named_text(Name::Numbered(APPOINTMENT, 0x8208)));
    line("DESCRIPTION", properties.text(0x1000));
    if let Some((name, address)) = organizer {
        let name: String = name.chars().filter(|c| !c.is_control() && *c != '"').collect();
        let address: String = address.chars().filter(|c| !c.is_control()).collect();
        let _ = write!(lines, "ORGANIZER;CN=\"{name}\":mailto:{address}\r\n");
    }
    lines.push_str("END:VEVENT\r\nEND:VCALENDAR\r\n");
    Some(Item { name: "invite.ics", media_type: format!("text/calendar; method={method}; charset=utf-8"), text: lines })
}

/// The identifier of a meeting: one that came from another program is kept inside of Outlook's own
/// (MS-OXOCAL §2.2.1.27).
fn uid(properties: &Properties<'_>) -> Option<String> {
    let id = properties.named_binary(Name::Numbered(MEETING, 0x23));
    let id = id.or_else(|| properties.named_binary(Name::Numbered(MEETING, 0x03)))?;
    let foreign = id.get(40..).and_then(|rest| rest.strip_prefix(b"vCal-Uid\x01\0\0\0"));
    let foreign = foreign.map(|uid| String::from_utf8_lossy(uid).trim_end_matches('\0').to_owned());
    Some(foreign.unwrap_or_else(|| hex::encode_upper(id.get(..id.len().min(256)).unwrap_or_default())))
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A vCard (RFC 6350).
fn contact(properties: &Properties<'_>) -> Option<Item> {
    let name = properties.text(0x3001).or_else(|| properties.text(0x0037))?;
    let mut lines = String::from("BEGIN:VCARD\r\nVERSION:3.0\r\n");
    put(&mut lines, "FN", Some(name));
    let family = [properties.text(0x3a11), properties.text(0x3a06)];
    if family.iter().any(Option::is_some) {
        let [family, given] = family.map(Option::unwrap_or_default);
        let _ = write!(lines, "N:{};{};;;\r\n", escaped(&family), escaped(&given));
    }
    let mut line = |name: &str, value: Option<String>| put(&mut lines, name, value);
    for email in [0x8083, 0x8093, 0x80a3] {
        let address = properties.named_text(Name::Numbered(ADDRESS, email));
        line("EMAIL", address.filter(|address| address.contains('@')));
    }
    line("ORG", properties.text(0x3a16));
    line("TITLE", properties.text(0x3a17));
    line("TEL;TYPE=work", properties.text(0x3a08));
    line("TEL;TYPE=home", properties.text(0x3a09));
    line("TEL;TYPE=cell", properties.text(0x3a1c));
    lines.push_str("END:VCARD\r\n");
    Some(Item { name: "contact.vcf", media_type: "text/vcard; charset=utf-8".to_owned(), text: lines })
}

/// A line, when there is something to say on it.
fn put(lines: &mut String, name: &str, value: Option<String>) {
    if let Some(value) = value {
        let _ = write!(lines, "{name}:{}\r\n", escaped(&value));
    }
}

/// A text value (RFC 5545 §3.3.11, RFC 6350 §3.4).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
