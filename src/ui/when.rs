//! Moments in words.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::words::Language;

/// Now, and where: given from outside, so that a picture is the same every day.
#[derive(Clone, Debug)]
pub struct Clock {
    /// The present moment.
    pub now: Timestamp,
    /// The reader's time zone.
    pub zone: TimeZone,
    /// Set by a test or for a screenshot: `now` stays.
    pub stands: bool,
}

impl Clock {
    /// The system's.
    pub fn system() -> Self {
        Self { now: Timestamp::now(), zone: TimeZone::system(), stands: false }
    }

    /// One that stands at a moment, in UTC.
    pub fn standing(now: Timestamp) -> Self {
        Self { now, zone: TimeZone::UTC, stands: true }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The day as a file's name has it.
    pub fn iso_day(&self) -> String {
        self.now.to_zoned(self.zone.clone()).strftime("%Y-%m-%d").to_string()
    }

    /// Goes on, unless it stands.
    pub fn tick(&mut self) {
        if !self.stands {
            self.now = Timestamp::now();
        }
    }

    /// As short as a list needs: the time today, the day this year, else the date.
    pub fn brief(&self, language: Language, at: Timestamp) -> String {
        let (at, now) = (at.to_zoned(self.zone.clone()), self.now.to_zoned(self.zone.clone()));
        let form = match language {
            _ if at.date() == now.date() => "%H:%M",
            Language::English if at.year() == now.year() => "%-d %b",
            Language::Japanese if at.year() == now.year() => "%-m月%-d日",
            Language::English => "%-d %b %Y",
            Language::Japanese => "%Y/%m/%d",
        };
        at.strftime(form).to_string()
    }

    /// The time of day alone.
    pub fn time(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%H:%M").to_string()
    }

    /// The day alone.
    pub fn day(&self, language: Language, at: Timestamp) -> String {
        let form = match language {
            Language::English => "%-d %B %Y",
            Language::Japanese => "%Y年%-m月%-d日",
        };
        at.to_zoned(self.zone.clone()).strftime(form).to_string()
    }

    /// Day and time.
    pub fn full(&self, language: Language, at: Timestamp) -> String {
        format!("{} {}", self.day(language, at), self.time(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_in_the_list_is_as_short_as_it_can_be() {
        let clock = Clock::standing("2025-11-24T12:00:00Z".parse().unwrap());
        let brief = |language, at: &str| clock.brief(language, at.parse().unwrap());
        assert_eq!(brief(Language::English, "2025-11-24T09:05:00Z"), "09:05");
        assert_eq!(brief(Language::English, "2025-03-02T09:05:00Z"), "2 Mar");
        assert_eq!(brief(Language::Japanese, "2025-03-02T09:05:00Z"), "3月2日");
        assert_eq!(brief(Language::Japanese, "2024-03-02T09:05:00Z"), "2024/03/02");
    }
}
