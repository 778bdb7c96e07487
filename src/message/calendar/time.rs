use calcard::common::PartialDateTime;
use calcard::common::timezone::Tz;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarProperty, ICalendarValue,
};
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Span, Timestamp, ToSpan as _};

/// When something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A whole day, wherever one is.
    Day(Date),
    /// A time on the clock, wherever one is (RFC 5545 §3.3.5, form 1), or in a zone that nobody knows.
    Local {
        /// As the clock there shows it.
        time: DateTime,
        /// What the zone is called, if it has a name.
        zone: Option<String>,
    },
    /// A moment.
    At {
        /// Which.
        at: Timestamp,
        /// As the author's clock shows it.
        time: DateTime,
        /// The author's time zone, as IANA names it; `None` for UTC.
        zone: Option<String>,
    },
}

/// Where in a zone the clock shows this.
enum Zone {
    Known(Tz, Option<String>),
    Unknown(Option<String>),
}

/// When an event begins and ends.
pub(super) fn span(calendar: &ICalendar, event: &ICalendarComponent) -> (Option<Moment>, Option<Moment>) {
    let entry = |name| event.property(name);
    let start_entry = entry(&ICalendarProperty::Dtstart).or_else(|| entry(&ICalendarProperty::Due));
    let start = start_entry.and_then(|entry| moment(calendar, entry));
    let end = entry(&ICalendarProperty::Dtend).and_then(|entry| moment(calendar, entry)).map(last_day).or_else(|| {
        let duration = match entry(&ICalendarProperty::Duration)?.values.first()? {
            ICalendarValue::Duration(duration) => duration.as_seconds(),
            _ => return None,
        };
        start.as_ref()?.later(duration)
    });
    // The end of a day that is the only one says nothing.
    let end = end.filter(|end| {
        Some(end) != start.as_ref()
            && !matches!((end, &start), (Moment::Day(end), Some(Moment::Day(start))) if end <= start)
    });
    (start, end)
}

/// One moment of a property with its TZID.
pub(super) fn moment(calendar: &ICalendar, entry: &ICalendarEntry) -> Option<Moment> {
    let ICalendarValue::PartialDateTime(value) = entry.values.first()? else { return None };
    let zone = match entry.tz_id() {
        Some(name) => zone(calendar, name),
        None => Zone::Known(Tz::Floating, None),
    };
    resolve(value, zone)
}

fn resolve(value: &PartialDateTime, zone: Zone) -> Option<Moment> {
    let date = Date::new(i16::try_from(value.year?).ok()?, to_i8(value.month?)?, to_i8(value.day?)?).ok()?;
    let Some(hour) = value.hour else { return Some(Moment::Day(date)) };
    let minute = value.minute.unwrap_or(0);
    // A leap second is read as the one before it.
    let second = value.second.unwrap_or(0).min(59);
    let time = date.to_datetime(Time::new(to_i8(hour)?, to_i8(minute)?, to_i8(second)?, 0).ok()?);
    if value.tz_hour.is_some() {
        let at = Timestamp::from_second(value.to_date_time_with_tz(Tz::UTC)?.timestamp()).ok()?;
        return Some(Moment::At { at, time, zone: None });
    }
    match zone {
        Zone::Known(Tz::Floating, _) => Some(Moment::Local { time, zone: None }),
        Zone::Known(tz, zone) => match instant(value, tz) {
            Some(at) => Some(Moment::At { at, time, zone }),
            None => Some(Moment::Local { time, zone }),
        },
        Zone::Unknown(name) => Some(Moment::Local { time, zone: name }),
    }
}

/// The moment at which a clock in a zone shows a time. One that is shown twice, or never, is
/// reckoned from the hour before it (RFC 5545 §3.3.5).
fn instant(value: &PartialDateTime, tz: Tz) -> Option<Timestamp> {
    let second = if let Some(found) = value.to_date_time_with_tz(tz) {
        found.timestamp()
    } else {
        let before = PartialDateTime { hour: value.hour?.checked_sub(1), ..value.clone() };
        before.to_date_time_with_tz(tz)?.timestamp() + 3_600
    };
    Timestamp::from_second(second).ok()
}

/// By IANA's name, by the name that Windows gives it, or by what the calendar says of it.
fn zone(calendar: &ICalendar, name: &str) -> Zone {
    let resolver = calendar.build_tz_resolver();
    if let Some(tz) = resolver.resolve(name) {
        let known = tz.name().map(std::borrow::Cow::into_owned);
        return Zone::Known(tz, known.filter(|_| !tz.is_utc()));
    }
    match own_offset(calendar, name) {
        Some(tz) => Zone::Known(tz, Some(one_line(name))),
        None => Zone::Unknown(Some(one_line(name))),
    }
}

/// The offset of a VTIMEZONE that never changes its clocks.
fn own_offset(calendar: &ICalendar, name: &str) -> Option<Tz> {
    let named = |zone: &&ICalendarComponent| {
        let own = zone.property(&ICalendarProperty::Tzid).and_then(|entry| entry.values.first());
        own.and_then(ICalendarValue::as_text) == Some(name)
    };
    let zone = calendar.timezones().find(named)?;
    let rules: Vec<_> =
        zone.component_ids.iter().filter_map(|id| calendar.components.get(usize::try_from(*id).ok()?)).collect();
    let [rule] = rules[..] else { return None };
    if rule.component_type != ICalendarComponentType::Standard {
        return None;
    }
    let ICalendarValue::PartialDateTime(offset) = rule.property(&ICalendarProperty::Tzoffsetto)?.values.first()? else {
        return None;
    };
    // It is read as an offset of a time that is otherwise empty.
    let moment = PartialDateTime {
        year: Some(2000),
        month: Some(1),
        day: Some(2),
        hour: Some(0),
        minute: Some(0),
        second: Some(0),
        ..PartialDateTime::clone(offset)
    };
    moment.to_date_time()?.tz()
}

/// RFC 5545 §3.6.1: the end of whole days is the day after the last.
fn last_day(moment: Moment) -> Moment {
    match moment {
        Moment::Day(day) => Moment::Day(day.yesterday().unwrap_or(day)),
        other => other,
    }
}

impl Moment {
    fn later(&self, seconds: i64) -> Option<Moment> {
        let seconds = seconds.clamp(0, 400 * 86_400);
        Some(match self {
            Moment::Day(day) => {
                let days: Span = (seconds / 86_400 - 1).max(0).days();
                Moment::Day(day.checked_add(days).ok()?)
            }
            Moment::Local { time, zone } => {
                Moment::Local { time: time.checked_add(seconds.seconds()).ok()?, zone: zone.clone() }
            }
            Moment::At { at, time, zone } => Moment::At {
                at: at.checked_add(SignedDuration::from_secs(seconds)).ok()?,
                time: time.checked_add(seconds.seconds()).ok()?,
                zone: zone.clone(),
            },
        })
    }
}

fn one_line(text: &str) -> String {
    super::one_line(text)
}

fn to_i8(value: u8) -> Option<i8> {
    i8::try_from(value).ok()
}
