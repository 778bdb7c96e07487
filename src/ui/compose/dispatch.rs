//! How a message goes out: when, and what is asked of the servers on the way.

use egui::Ui;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};

use crate::ui::icons::Icon;
use crate::ui::state::State;
use crate::ui::theme::{palette, space};
use crate::ui::widgets;
use crate::ui::words::Word;

use super::Composer;

/// Draws it below the toolbar, while it is in sight or something of it is chosen.
pub(super) fn show(ui: &mut Ui, state: &State, composer: &mut Composer) {
    let language = state.language;
    if let Some(at) = composer.dispatch.at {
        let words = language.fill(Word::GoesOutAt, &[("time", &state.clock.full(language, at))]);
        widgets::signed_line(ui, Icon::Outbox, palette(ui).indigo, words);
    }
    if !composer.shows_dispatch {
        return;
    }
    let before = composer.dispatch;
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        widgets::emphasis(ui, language.say(Word::SendLater));
        ui.horizontal_wrapped(|ui| moments(ui, state, composer));
        other(ui, state, composer);
        ui.add_space(space::XS);
        ui.checkbox(&mut composer.dispatch.reports, language.say(Word::AskReports));
        widgets::caption(ui, language.say(Word::AskReportsHint));
        ui.checkbox(&mut composer.dispatch.requires_tls, language.say(Word::RequireTls));
        widgets::caption(ui, language.say(Word::RequireTlsHint));
    });
    if before != composer.dispatch {
        composer.is_saved = false;
    }
}

fn moments(ui: &mut Ui, state: &State, composer: &mut Composer) {
    let language = state.language;
    ui.spacing_mut().item_spacing.x = space::XS;
    if widgets::choice(ui, composer.dispatch.at.is_none(), language.say(Word::AtOnce)).clicked() {
        composer.dispatch.at = None;
        composer.moment.clear();
    }
    for (word, at) in choices(&state.clock.now().to_zoned(state.clock.zone.clone())) {
        if widgets::choice(ui, composer.dispatch.at == Some(at), language.say(word)).clicked() {
            composer.dispatch.at = Some(at);
            composer.moment.clear();
        }
    }
}

/// The moments that people choose, those to come.
fn choices(now: &Zoned) -> Vec<(Word, Timestamp)> {
    let at_hour = |day: Option<Date>, hour: i8| day?.at(hour, 0, 0, 0).to_zoned(now.time_zone().clone()).ok();
    let hour = now.checked_add(1.hour()).ok().and_then(|at| at.with().second(0).subsec_nanosecond(0).build().ok());
    let tomorrow = now.date().tomorrow().ok();
    let monday = now.date().nth_weekday(1, Weekday::Monday).ok();
    let all = [
        (Word::InAnHour, hour),
        (Word::ThisEvening, at_hour(Some(now.date()), 18)),
        (Word::TomorrowMorning, at_hour(tomorrow, 8)),
        (Word::NextMonday, at_hour(monday, 8)),
    ];
    all.into_iter().filter_map(|(word, at)| Some((word, at.filter(|at| at > now)?.timestamp()))).collect()
}

/// Any other moment, typed.
fn other(ui: &mut Ui, state: &State, composer: &mut Composer) {
    let language = state.language;
    ui.scope(|ui| {
        ui.set_max_width(240.0);
        let field = widgets::field(ui, language.say(Word::OtherMoment), &mut composer.moment, "2026-11-30 08:00");
        if field.changed()
            && let Some(at) = moment(&composer.moment, &state.clock.zone).filter(|at| *at > state.clock.now())
        {
            composer.dispatch.at = Some(at);
        }
    });
    let is_one = moment(&composer.moment, &state.clock.zone).is_some_and(|at| at > state.clock.now());
    if !composer.moment.trim().is_empty() && !is_one {
        widgets::caption(ui, language.say(Word::NotAMoment));
    }
}

fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    let form = if text.contains('/') { "%Y/%m/%d %H:%M" } else { "%Y-%m-%d %H:%M" };
    let at = DateTime::strptime(form, text).ok()?;
    Some(at.to_zoned(zone.clone()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Zoned {
        text.parse().unwrap()
    }

    #[test]
    fn only_moments_to_come_are_offered_in_the_readers_zone() {
        let now = at("2026-11-28T17:30:20+09:00[Asia/Tokyo]");
        let offered: Vec<String> =
            choices(&now).iter().map(|(_, at)| at.to_zoned(now.time_zone().clone()).to_string()).collect();
        assert_eq!(
            offered,
            [
                "2026-11-28T18:30:00+09:00[Asia/Tokyo]",
                "2026-11-28T18:00:00+09:00[Asia/Tokyo]",
                "2026-11-29T08:00:00+09:00[Asia/Tokyo]",
                "2026-11-30T08:00:00+09:00[Asia/Tokyo]",
            ]
        );
        let late: Vec<Word> =
            choices(&at("2026-11-28T22:00:00+00:00[UTC]")).into_iter().map(|(word, _)| word).collect();
        assert_eq!(late, [Word::InAnHour, Word::TomorrowMorning, Word::NextMonday]);
    }

    #[test]
    fn a_moment_is_read_as_people_write_it_and_nothing_else() {
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        let expected: Timestamp = "2026-11-29T23:00:00Z".parse().unwrap();
        for text in ["2026-11-30 08:00", " 2026/11/30 8:00 "] {
            assert_eq!(moment(text, &tokyo), Some(expected), "{text}");
        }
        for text in ["", "tomorrow", "2026-11-31 08:00", "2026-11-30"] {
            assert_eq!(moment(text, &tokyo), None, "{text}");
        }
    }
}
