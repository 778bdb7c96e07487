use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarEntry, ICalendarFrequency, ICalendarProperty, ICalendarValue,
    ICalendarWeekday,
};
use jiff::civil::{Date, Weekday};

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Frequency {
    /// More often than each day.
    WithinADay,
    /// Each day.
    Daily,
    /// Each week.
    Weekly,
    /// Each month.
    Monthly,
    /// Each year.
    Yearly,
}

/// How an event is repeated, as far as it can be said in a sentence (RFC 5545 §3.3.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeats {
    /// How often.
    pub frequency: Frequency,
    /// Every so many of them.
    pub interval: u16,
    /// On these days of the week; the number is which one of the month (negative: from its end).
    pub days: Vec<(Option<i16>, Weekday)>,
    /// On these days of the month (negative: from its end).
    pub month_days: Vec<i8>,
    /// So many times.
    pub count: Option<u32>,
    /// Until this day.
    pub until: Option<Date>,
    /// There is more in the rule than is said here, or days are left out.
    pub has_more: bool,
}

pub(super) fn of(entry: &ICalendarEntry, calendar: &ICalendar, event: &ICalendarComponent) -> Option<Repeats> {
    let ICalendarValue::RecurrenceRule(rule) = entry.values.first()? else { return None };
    let frequency = match rule.freq {
        ICalendarFrequency::Daily => Frequency::Daily,
        ICalendarFrequency::Weekly => Frequency::Weekly,
        ICalendarFrequency::Monthly => Frequency::Monthly,
        ICalendarFrequency::Yearly => Frequency::Yearly,
        _ => Frequency::WithinADay,
    };
    let day = |day: &calcard::icalendar::ICalendarDay| (day.ordwk.filter(|which| *which != 0), weekday(day.weekday));
    let until = rule.until.as_ref().and_then(|until| {
        let (year, month, day) = (until.year?, until.month?, until.day?);
        Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    });
    let is_exception = |part: &ICalendarComponent| part.is_recurrence_override();
    let has_more = !rule.bysetpos.is_empty()
        || !rule.byyearday.is_empty()
        || !rule.byweekno.is_empty()
        || !rule.byhour.is_empty()
        || !rule.byminute.is_empty()
        || rule.bymonth.len() > 1
        || event.has_property(&ICalendarProperty::Exdate)
        || event.has_property(&ICalendarProperty::Rdate)
        || calendar.components.iter().any(is_exception);
    Some(Repeats {
        frequency,
        interval: rule.interval.unwrap_or(1).max(1),
        days: rule.byday.iter().take(7).map(day).collect(),
        month_days: rule.bymonthday.iter().take(31).copied().collect(),
        count: rule.count,
        until,
        has_more,
    })
}

fn weekday(day: ICalendarWeekday) -> Weekday {
    match day {
        ICalendarWeekday::Sunday => Weekday::Sunday,
        ICalendarWeekday::Monday => Weekday::Monday,
        ICalendarWeekday::Tuesday => Weekday::Tuesday,
        ICalendarWeekday::Wednesday => Weekday::Wednesday,
        ICalendarWeekday::Thursday => Weekday::Thursday,
        ICalendarWeekday::Friday => Weekday::Friday,
        ICalendarWeekday::Saturday => Weekday::Saturday,
    }
}
