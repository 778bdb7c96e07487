//! Invitations and contacts as cards. They say what their author wrote, and stand where the part's protection puts them.

use egui::Ui;
use jiff::civil::{Date, DateTime, Time, Weekday};

use crate::domain::Mailbox;
use crate::engine::view::{
    Answer, Attendee, CalendarMethod, CardContent, CardView, Contact, Frequency, Invitation, Moment, ReadingView,
    Repeats,
};

use super::attachments::has_protection;
use super::files::Purpose;
use super::icons::{self, Icon};
use super::state::State;
use super::theme::{palette, size, space};
use super::when::Clock;
use super::widgets::{self, Weight};
use super::words::{Language, Word, one_line, short_address, short_name};

/// Attendees that are named.
const NAMED: usize = 12;
/// A description that is longer is folded, in characters.
const SHORT: usize = 280;

/// Draws the cards that have, or have not, the protection that the headline speaks of. Gives whether there was one.
pub fn show(ui: &mut Ui, view: &ReadingView, protected: bool, state: &mut State) -> bool {
    let belongs = |card: &&CardView| has_protection(view, card.decrypted, card.signed) == protected;
    let cards: Vec<_> = view.cards.iter().filter(belongs).collect();
    for card in &cards {
        let width = ui.available_width().clamp(0.0, size::MEASURE);
        ui.allocate_ui_with_layout(egui::vec2(width, 0.0), egui::Layout::top_down(egui::Align::Min), |ui| {
            ui.set_width(width);
            widgets::card(ui, |ui| match &card.content {
                CardContent::Invitation(event) => invitation(ui, view, card, event, state),
                CardContent::Contacts(people) => contacts(ui, view, card, people, state),
            });
        });
        ui.add_space(space::XS);
    }
    !cards.is_empty()
}

/// Whether a card is apart from what the headline speaks of.
pub fn has_apart(view: &ReadingView) -> bool {
    view.cards.iter().any(|card| !has_protection(view, card.decrypted, card.signed))
}

fn invitation(ui: &mut Ui, view: &ReadingView, card: &CardView, event: &Invitation, state: &mut State) {
    let colours = palette(ui);
    let language = state.language;
    let colour = if event.is_cancelled { colours.plum } else { colours.indigo };
    ui.horizontal_top(|ui| {
        icons::show(ui, Icon::Calendar, size::ICON_LARGE, colour);
        let width = ui.available_width().max(0.0);
        ui.allocate_ui_with_layout(egui::vec2(width, 0.0), egui::Layout::top_down(egui::Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            widgets::caption(ui, kind(language, event));
            let title = one_line(&event.title);
            let title = if title.is_empty() { language.say(Word::NoSubject).to_owned() } else { title };
            widgets::text(ui, title, super::theme::strong(size::READING), colours.ink);
        });
    });
    if organizes_elsewhere(view, event) {
        widgets::signed_line(ui, Icon::Caution, colours.amber, language.say(Word::OrganizerElsewhere));
    }
    facts(ui, event, state);
    description(ui, card, &event.description, language);
    if event.others > 0 {
        widgets::caption(ui, language.fill(Word::EventsMore, &[("count", &event.others.to_string())]));
    }
    save(ui, view, card, Word::SaveIcs, "invitation.ics", state);
}

fn facts(ui: &mut Ui, event: &Invitation, state: &State) {
    ui.spacing_mut().item_spacing.y = space::XS;
    for (word, value) in said(event, state) {
        widgets::fact(ui, state.language.say(word), &value);
    }
}

/// What an event says, for paper: what it is, and its facts by name; with what the reader should know of it.
pub fn facts_of(view: &ReadingView, event: &Invitation, state: &State) -> (String, Vec<(String, String)>) {
    let language = state.language;
    let facts = said(event, state).into_iter().filter(|(_, value)| !value.is_empty());
    let facts = facts.map(|(word, value)| (language.say(word).to_owned(), value)).collect();
    let kind = kind(language, event);
    let elsewhere = organizes_elsewhere(view, event).then(|| language.say(Word::OrganizerElsewhere));
    (elsewhere.map_or(kind.clone(), |words| format!("{kind}\n{words}")), facts)
}

fn said(event: &Invitation, state: &State) -> Vec<(Word, String)> {
    let language = state.language;
    let times = times(language, &state.clock, event.start.as_ref(), event.end.as_ref());
    let mut named: Vec<String> = event.attendees.iter().take(NAMED).map(|who| attendee(language, who)).collect();
    if event.attendees.len() > NAMED {
        let more = (event.attendees.len() - NAMED).to_string();
        named.push(language.fill(Word::AndMore, &[("count", &more)]));
    }
    let comma = if language == Language::Japanese { "、" } else { ", " };
    vec![
        (Word::When, times.join("\n")),
        (Word::Repeated, event.repeats.as_ref().map(|rule| repeats(language, rule)).unwrap_or_default()),
        (Word::Where, one_line(&event.location)),
        (Word::Organizer, event.organizer.as_ref().map(full).unwrap_or_default()),
        (Word::Attendees, named.join(comma)),
    ]
}

fn description(ui: &mut Ui, card: &CardView, text: &str, language: Language) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    let text: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    if text.chars().count() <= SHORT {
        widgets::soft(ui, text);
    } else {
        let salt = format!("description-{}", card.part);
        widgets::folded(ui, &salt, language.say(Word::Details), |ui| {
            widgets::soft(ui, text);
        });
    }
}

fn save(ui: &mut Ui, view: &ReadingView, card: &CardView, word: Word, fallback: &str, state: &mut State) {
    let language = state.language;
    if widgets::button(ui, Some(Icon::Save), language.say(word), Weight::Plain).clicked() {
        let file = view.attachments.iter().find(|file| file.part == card.part);
        let name = file.map_or(fallback, |file| file.name.as_str()).to_owned();
        let purpose = Purpose::SaveAttachment { message: view.id, part: card.part.clone() };
        state.ask_file(ui.ctx(), purpose, language.say(word), &name);
    }
}

fn contacts(ui: &mut Ui, view: &ReadingView, card: &CardView, people: &[Contact], state: &mut State) {
    let colours = palette(ui);
    for person in people {
        ui.horizontal_top(|ui| {
            icons::show(ui, Icon::Person, size::ICON_LARGE, colours.indigo);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                widgets::emphasis(ui, short_name(&person.name));
                if !person.organization.is_empty() {
                    widgets::caption(ui, one_line(&person.organization));
                }
                for line in person.addresses.iter().chain(&person.telephones) {
                    widgets::body(ui, short_address(line));
                }
            });
        });
    }
    save(ui, view, card, Word::SaveVcf, "contact.vcf", state);
}

/// Whoever speaks in an event is not the one that the message is from: its organizer; of an answer, who answers. A name
/// without an address is anybody's.
fn organizes_elsewhere(view: &ReadingView, event: &Invitation) -> bool {
    let is_answer = matches!(event.method, CalendarMethod::Reply | CalendarMethod::Counter);
    let speaker = if is_answer { event.attendees.first().map(|who| &who.mailbox) } else { event.organizer.as_ref() };
    let is_author = |speaker: &Mailbox| {
        let is_them = |from: &Mailbox| speaker.email().is_some() && from.email() == speaker.email();
        view.assessment.from.iter().any(is_them)
    };
    speaker.is_some_and(|speaker| !(is_author(speaker) || speaker.address.is_empty() && speaker.name.is_empty()))
}

/// What the sender asks or says.
fn kind(language: Language, event: &Invitation) -> String {
    if event.is_cancelled {
        return language.say(Word::InvitationCancel).to_owned();
    }
    match event.method {
        CalendarMethod::Request => language.say(Word::InvitationRequest).to_owned(),
        CalendarMethod::Publish => language.say(Word::InvitationPublish).to_owned(),
        CalendarMethod::Counter => language.say(Word::InvitationCounter).to_owned(),
        CalendarMethod::Cancel => language.say(Word::InvitationCancel).to_owned(),
        CalendarMethod::Other => language.say(Word::InvitationOther).to_owned(),
        CalendarMethod::Reply => match event.attendees.first() {
            Some(who) => {
                let word = match who.answer {
                    Answer::Accepted => Word::InvitationAccepted,
                    Answer::Tentative => Word::InvitationTentative,
                    Answer::Declined => Word::InvitationDeclined,
                    Answer::Delegated => Word::InvitationDelegated,
                    Answer::None => Word::InvitationReply,
                };
                language.fill(word, &[("name", &full(&who.mailbox))])
            }
            None => language.say(Word::InvitationOther).to_owned(),
        },
    }
}

fn attendee(language: Language, who: &Attendee) -> String {
    let answer = match who.answer {
        Answer::Accepted => Some(Word::AnswerAccepted),
        Answer::Tentative => Some(Word::AnswerTentative),
        Answer::Declined => Some(Word::AnswerDeclined),
        Answer::Delegated => Some(Word::AnswerDelegated),
        Answer::None => None,
    };
    let notes: Vec<_> =
        answer.into_iter().chain(who.is_optional.then_some(Word::Optional)).map(|word| language.say(word)).collect();
    match (notes.is_empty(), language) {
        (true, _) => name(&who.mailbox),
        (false, Language::English) => format!("{} ({})", name(&who.mailbox), notes.join(", ")),
        (false, Language::Japanese) => format!("{}（{}）", name(&who.mailbox), notes.join("・")),
    }
}

fn name(mailbox: &Mailbox) -> String {
    let name = short_name(&mailbox.name);
    if name.is_empty() { short_address(&mailbox.address) } else { name }
}

fn full(mailbox: &Mailbox) -> String {
    let (name, address) = (short_name(&mailbox.name), short_address(&mailbox.address));
    match (name.is_empty(), address.is_empty()) {
        (true, _) => address,
        // A name must not look like an address where there is none.
        (false, true) => name.replace(['<', '>', '@'], " "),
        (false, false) => format!("{name} <{address}>"),
    }
}

/// When, on the reader's clock; and, where that differs, on the author's.
fn times(language: Language, clock: &Clock, start: Option<&Moment>, end: Option<&Moment>) -> Vec<String> {
    let Some(start) = start else { return Vec::new() };
    let spoken = |from: Stamp, to: Option<Stamp>| span(language, from, to);
    match start {
        Moment::Day(_) => vec![spoken(Stamp::of(start), end.map(Stamp::of))],
        Moment::Local { zone, .. } => {
            let time = spoken(Stamp::of(start), end.map(Stamp::of));
            vec![match zone {
                Some(zone) => language.fill(Word::ZoneUnknown, &[("time", &time), ("zone", &one_line(zone))]),
                None => language.fill(Word::ZoneNone, &[("time", &time)]),
            }]
        }
        Moment::At { zone, .. } => {
            let here = |moment: &Moment| Stamp::here(clock, moment);
            let mut lines = vec![spoken(here(start), end.map(here))];
            let there = spoken(Stamp::of(start), end.map(Stamp::of));
            if let Some(zone) = zone.as_ref().filter(|_| lines.first() != Some(&there)) {
                lines.push(language.fill(Word::InZone, &[("time", &there), ("zone", &one_line(zone))]));
            }
            lines
        }
    }
}

/// A day, and perhaps a time of it.
#[derive(Clone, Copy, PartialEq)]
struct Stamp {
    day: Date,
    time: Option<Time>,
}

impl Stamp {
    fn of(moment: &Moment) -> Self {
        match moment {
            Moment::Day(day) => Self { day: *day, time: None },
            Moment::Local { time, .. } | Moment::At { time, .. } => Self::at(*time),
        }
    }

    fn here(clock: &Clock, moment: &Moment) -> Self {
        match moment {
            Moment::At { at, .. } => Self::at(at.to_zoned(clock.zone.clone()).datetime()),
            other => Self::of(other),
        }
    }

    fn at(time: DateTime) -> Self {
        Self { day: time.date(), time: Some(time.time()) }
    }
}

fn span(language: Language, from: Stamp, to: Option<Stamp>) -> String {
    let clock = |time: Option<Time>| time.map(|time| format!(" {}", time.strftime("%H:%M"))).unwrap_or_default();
    let begin = format!("{}{}", day(language, from.day), clock(from.time));
    let dash = if language == Language::Japanese { "〜" } else { "–" };
    match to {
        None => begin,
        Some(to) if to.day == from.day => format!("{begin}{dash}{}", clock(to.time).trim_start()),
        Some(to) => format!("{begin} {dash} {}{}", day(language, to.day), clock(to.time)),
    }
}

fn day(language: Language, day: Date) -> String {
    let weekday = weekday(language, day.weekday());
    match language {
        Language::English => format!("{weekday} {}", day.strftime("%-d %B %Y")),
        Language::Japanese => format!("{}（{weekday}）", day.strftime("%Y年%-m月%-d日")),
    }
}

fn weekday(language: Language, day: Weekday) -> &'static str {
    match (language, day) {
        (Language::English, Weekday::Monday) => "Monday",
        (Language::English, Weekday::Tuesday) => "Tuesday",
        (Language::English, Weekday::Wednesday) => "Wednesday",
        (Language::English, Weekday::Thursday) => "Thursday",
        (Language::English, Weekday::Friday) => "Friday",
        (Language::English, Weekday::Saturday) => "Saturday",
        (Language::English, Weekday::Sunday) => "Sunday",
        (Language::Japanese, Weekday::Monday) => "月",
        (Language::Japanese, Weekday::Tuesday) => "火",
        (Language::Japanese, Weekday::Wednesday) => "水",
        (Language::Japanese, Weekday::Thursday) => "木",
        (Language::Japanese, Weekday::Friday) => "金",
        (Language::Japanese, Weekday::Saturday) => "土",
        (Language::Japanese, Weekday::Sunday) => "日",
    }
}

/// How often, in words.
fn repeats(language: Language, rule: &Repeats) -> String {
    let count = rule.interval.to_string();
    let (one, several) = match rule.frequency {
        Frequency::WithinADay => (Word::SeveralTimesADay, Word::SeveralTimesADay),
        Frequency::Daily => (Word::EveryDay, Word::EveryDays),
        Frequency::Weekly => (Word::EveryWeek, Word::EveryWeeks),
        Frequency::Monthly => (Word::EveryMonth, Word::EveryMonths),
        Frequency::Yearly => (Word::EveryYear, Word::EveryYears),
    };
    let often =
        if rule.interval == 1 { language.say(one).to_owned() } else { language.fill(several, &[("count", &count)]) };
    let (comma, dot) = if language == Language::Japanese { ("、", "・") } else { (", ", ", ") };
    let mut days: Vec<String> = rule.days.iter().map(|(which, day)| on_day(language, *which, *day)).collect();
    days.extend(rule.month_days.iter().map(|day| match day {
        -1 => language.say(Word::LastMonthDay).to_owned(),
        day => language.fill(Word::MonthDay, &[("day", &day.to_string())]),
    }));
    let days = days.join(dot);
    let mut said =
        vec![if days.is_empty() { often } else { language.fill(Word::OnDays, &[("often", &often), ("days", &days)]) }];
    if let Some(count) = rule.count {
        said.push(language.fill(Word::TimesCount, &[("count", &count.to_string())]));
    }
    if let Some(until) = rule.until {
        said.push(language.fill(Word::UntilDay, &[("day", &day(language, until))]));
    }
    if rule.has_more {
        said.push(language.say(Word::WithExceptions).to_owned());
    }
    said.join(comma)
}

fn on_day(language: Language, which: Option<i16>, day: Weekday) -> String {
    let name = match language {
        Language::English => weekday(language, day).to_owned(),
        Language::Japanese => format!("{}曜日", weekday(language, day)),
    };
    match which {
        None => name,
        Some(-1) => language.fill(Word::TheLast, &[("day", &name)]),
        Some(number) => {
            let nth = match (language, number) {
                (Language::English, 1) => "1st".to_owned(),
                (Language::English, 2) => "2nd".to_owned(),
                (Language::English, 3) => "3rd".to_owned(),
                (Language::English, number) => format!("{number}th"),
                (Language::Japanese, number) => number.to_string(),
            };
            language.fill(Word::TheNth, &[("nth", &nth), ("day", &name)])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    fn clock(zone: &str) -> Clock {
        Clock { zone: TimeZone::posix(zone).unwrap(), ..Clock::standing("2026-09-15T00:00:00Z".parse().unwrap()) }
    }

    fn tokyo(at: &str, hour: i8, minute: i8) -> Moment {
        let time = date(2026, 10, 1).at(hour, minute, 0, 0);
        Moment::At { at: at.parse().unwrap(), time, zone: Some("Asia/Tokyo".into()) }
    }

    #[test]
    fn a_time_is_said_on_the_readers_clock_and_on_the_authors_where_it_differs() {
        let (start, end) = (tokyo("2026-10-01T01:00:00Z", 10, 0), tokyo("2026-10-01T02:30:00Z", 11, 30));
        let say = |language, zone| times(language, &clock(zone), Some(&start), Some(&end));
        assert_eq!(say(Language::Japanese, "JST-9"), ["2026年10月1日（木） 10:00〜11:30"]);
        assert_eq!(
            say(Language::English, "CET-2"),
            ["Thursday 1 October 2026 03:00–04:30", "Thursday 1 October 2026 10:00–11:30 in Asia/Tokyo"]
        );
        assert_eq!(say(Language::English, "PST8").len(), 2);
    }

    #[test]
    fn days_and_times_without_a_zone_say_so() {
        let day = |day| Moment::Day(date(2026, 10, day));
        assert_eq!(
            times(Language::English, &clock("JST-9"), Some(&day(1)), Some(&day(3))),
            ["Thursday 1 October 2026 – Saturday 3 October 2026"]
        );
        let local =
            |zone: Option<&str>| Moment::Local { time: date(2026, 10, 1).at(9, 0, 0, 0), zone: zone.map(Into::into) };
        let unknown = times(Language::English, &clock("JST-9"), Some(&local(Some("Mars"))), None);
        assert!(unknown[0].contains("Mars") && unknown[0].contains("09:00"), "{unknown:?}");
        let floating = times(Language::Japanese, &clock("JST-9"), Some(&local(None)), None);
        assert_eq!(floating, ["2026年10月1日（木） 09:00（どこでも現地時刻）"]);
    }

    #[test]
    fn a_series_is_said_in_words() {
        let rule = Repeats {
            frequency: Frequency::Weekly,
            interval: 2,
            days: vec![(None, Weekday::Monday), (None, Weekday::Wednesday)],
            month_days: vec![],
            count: None,
            until: Some(date(2026, 12, 31)),
            has_more: false,
        };
        assert_eq!(
            repeats(Language::English, &rule),
            "every 2 weeks on Monday, Wednesday, until Thursday 31 December 2026"
        );
        assert_eq!(repeats(Language::Japanese, &rule), "2週間ごとの月曜日・水曜日、2026年12月31日（木）まで");
        let last = Repeats {
            frequency: Frequency::Monthly,
            interval: 1,
            days: vec![(Some(-1), Weekday::Friday)],
            count: Some(5),
            until: None,
            has_more: true,
            ..rule
        };
        assert_eq!(repeats(Language::English, &last), "every month on the last Friday, 5 times, with exceptions");
        assert_eq!(repeats(Language::Japanese, &last), "毎月の最終金曜日、全5回、例外あり");
    }
}
