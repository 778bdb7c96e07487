//! Invitations (iCalendar, RFC 5545 and RFC 5546) and contacts (vCard, RFC 6350) as a reader needs them.

mod contact;
mod repeats;
mod time;

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarParameterName, ICalendarProperty,
    ICalendarStatus, ICalendarValue,
};
use calcard::{Entry, Parser};

use crate::domain::Mailbox;

use super::access::bare_text;

pub use contact::{Contact, contacts};
pub use repeats::{Frequency, Repeats};
pub use time::Moment;

/// More of a calendar is not looked at, in bytes.
const MOST: usize = 512 << 10;
/// Attendees that are named.
const ATTENDEES: usize = 500;
/// The longest text of a property, in characters.
const TEXT: usize = 8_000;

/// What the sender asks or says (RFC 5546 §1.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Method {
    /// Made known; nothing is asked.
    #[default]
    Publish,
    /// You are invited, or the event changed.
    Request,
    /// Somebody answers.
    Reply,
    /// It does not take place.
    Cancel,
    /// Another time is proposed, or such a proposal declined.
    Counter,
    /// Something else.
    Other,
}

/// How somebody answered (RFC 5545 §3.2.12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Not yet.
    #[default]
    None,
    /// Comes.
    Accepted,
    /// May come.
    Tentative,
    /// Doesn't come.
    Declined,
    /// Sends somebody else.
    Delegated,
}

/// Somebody who is invited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attendee {
    /// Who.
    pub mailbox: Mailbox,
    /// Their answer.
    pub answer: Answer,
    /// Need not come.
    pub is_optional: bool,
}

/// One event of a calendar. It says what its author wrote, like any other part of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invitation {
    /// What is asked or said.
    pub method: Method,
    /// SUMMARY.
    pub title: String,
    /// LOCATION.
    pub location: String,
    /// DESCRIPTION.
    pub description: String,
    /// DTSTART.
    pub start: Option<Moment>,
    /// DTEND, or DTSTART with DURATION. Of whole days: the last one, not the one after it.
    pub end: Option<Moment>,
    /// RRULE.
    pub repeats: Option<Repeats>,
    /// ORGANIZER.
    pub organizer: Option<Mailbox>,
    /// ATTENDEE.
    pub attendees: Vec<Attendee>,
    /// It is cancelled, by method or by STATUS.
    pub is_cancelled: bool,
    /// It is one of several events of the calendar; those are not shown.
    pub others: usize,
}

/// The first event of a calendar.
pub fn invitation(content: &[u8]) -> Option<Invitation> {
    let text = bare_text(content.get(..content.len().min(MOST))?);
    // What makes the calendar's reader give up must not take the message along.
    std::panic::catch_unwind(|| read(&text)).ok().flatten()
}

fn read(text: &str) -> Option<Invitation> {
    let calendar = calendar(text)?;
    let root = calendar.components.iter().find(|part| part.component_type == ICalendarComponentType::VCalendar)?;
    let events: Vec<_> = calendar
        .components
        .iter()
        .filter(|part| matches!(part.component_type, ICalendarComponentType::VEvent | ICalendarComponentType::VTodo))
        .collect();
    // An exception of a series comes after the series.
    let event = events.iter().find(|event| !event.is_recurrence_override()).or(events.first())?;
    let method = root.property(&ICalendarProperty::Method).map(|entry| method(&first_text(entry)));
    let method = method.unwrap_or_default();
    let (start, end) = time::span(&calendar, event);
    Some(Invitation {
        method,
        title: one_line(&text_of(event, &ICalendarProperty::Summary)),
        location: one_line(&text_of(event, &ICalendarProperty::Location)),
        description: text_of(event, &ICalendarProperty::Description),
        start,
        end,
        repeats: event.property(&ICalendarProperty::Rrule).and_then(|entry| repeats::of(entry, &calendar, event)),
        organizer: event.property(&ICalendarProperty::Organizer).map(mailbox),
        attendees: event.properties(&ICalendarProperty::Attendee).take(ATTENDEES).map(attendee).collect(),
        is_cancelled: method == Method::Cancel || event.status() == Some(&ICalendarStatus::Cancelled),
        others: events.iter().filter(|other| !other.is_recurrence_override()).count().saturating_sub(1),
    })
}

fn calendar(text: &str) -> Option<ICalendar> {
    let mut parser = Parser::new(text);
    loop {
        match parser.entry() {
            Entry::ICalendar(calendar) => return Some(calendar),
            Entry::Eof | Entry::TooManyComponents => return None,
            _ => {}
        }
    }
}

fn method(word: &str) -> Method {
    match word.to_ascii_uppercase().as_str() {
        "PUBLISH" => Method::Publish,
        "REQUEST" | "ADD" => Method::Request,
        "REPLY" => Method::Reply,
        "CANCEL" => Method::Cancel,
        "COUNTER" | "DECLINECOUNTER" => Method::Counter,
        _ => Method::Other,
    }
}

fn attendee(entry: &ICalendarEntry) -> Attendee {
    let parameter = |name| entry.parameter(&name).and_then(|value| value.as_text()).unwrap_or_default();
    let answer = match parameter(ICalendarParameterName::Partstat).to_ascii_uppercase().as_str() {
        "ACCEPTED" => Answer::Accepted,
        "TENTATIVE" => Answer::Tentative,
        "DECLINED" => Answer::Declined,
        "DELEGATED" => Answer::Delegated,
        _ => Answer::None,
    };
    let role = parameter(ICalendarParameterName::Role).to_ascii_uppercase();
    Attendee {
        mailbox: mailbox(entry),
        answer,
        is_optional: matches!(role.as_str(), "OPT-PARTICIPANT" | "NON-PARTICIPANT"),
    }
}

/// A calendar user: `mailto:` and CN.
fn mailbox(entry: &ICalendarEntry) -> Mailbox {
    let name = entry.parameter(&ICalendarParameterName::Cn).and_then(|value| value.as_text()).unwrap_or_default();
    let address = first_text(entry);
    let address = match address.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => address.get(7..).unwrap_or_default(),
        _ => address.as_str(),
    };
    Mailbox::new(one_line(name.trim_matches('"')), one_line(address))
}

fn text_of(event: &ICalendarComponent, name: &ICalendarProperty) -> String {
    event.property(name).map(first_text).unwrap_or_default()
}

fn first_text(entry: &ICalendarEntry) -> String {
    let text = entry.values.first().and_then(ICalendarValue::as_text).unwrap_or_default();
    super::text::clean_body(&text.chars().take(TEXT).collect::<String>())
}

fn one_line(text: &str) -> String {
    super::text::clean_line(text)
}

#[cfg(test)]
mod tests;
