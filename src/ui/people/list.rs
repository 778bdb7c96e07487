//! Everybody, one row each; only those in sight are laid out.

use std::ops::Range;
use std::sync::Arc;

use egui::{Id, Rect, Role, ScrollArea, Sense, Stroke, TextEdit, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::domain::Technology;
use crate::engine::Command;
use crate::engine::topic::people::{PeopleCommand, PeopleView, Person};
use crate::ui::compose::{verdict_colour, verdict_icon};
use crate::ui::icons::{self, Icon};
use crate::ui::state::{State, Views};
use crate::ui::theme::{self, palette, size, space};
use crate::ui::widgets;
use crate::ui::words::{Word, short_address, short_name, vouching};

/// People between the first and the last in sight that are judged along.
const FAR: usize = 200;
/// One person in the list.
const ROW: f32 = 58.0;

/// The pane, for the arrow keys.
pub fn pane_id() -> Id {
    Id::unique("pane-people")
}

/// Whom the search leaves, found anew only when the list or the search changes.
#[derive(Debug, Default)]
pub struct Narrowed {
    list: Option<Arc<Vec<Person>>>,
    wanted: String,
    places: Arc<Vec<usize>>,
}

impl Narrowed {
    fn look(&mut self, people: &Arc<Vec<Person>>, search: &str) -> Arc<Vec<usize>> {
        let wanted = search.trim().to_lowercase();
        let is_same = self.list.as_ref().is_some_and(|list| Arc::ptr_eq(list, people));
        if !is_same || self.wanted != wanted {
            let tight: String = wanted.chars().filter(|c| !c.is_whitespace()).collect();
            let fits = |person: &Person| wanted.is_empty() || fits(person, &wanted, &tight);
            let places = people.iter().enumerate().filter(|(_, person)| fits(person)).map(|(place, _)| place);
            *self = Self { list: Some(Arc::clone(people)), places: Arc::new(places.collect()), wanted };
        }
        Arc::clone(&self.places)
    }
}

fn fits(person: &Person, wanted: &str, tight: &str) -> bool {
    let addresses = std::iter::once(&person.address).chain(&person.others);
    let is_print = |(_, print): &(Technology, crate::domain::Fingerprint)| {
        tight.len() >= 4 && print.as_str().contains(&tight.to_ascii_uppercase())
    };
    person.name.to_lowercase().contains(wanted)
        || addresses.into_iter().any(|address| address.canonical().contains(wanted))
        || person.certificates.iter().any(is_print)
}

pub(super) fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let whole = ui.max_rect();
    let pane = ui.interact(whole, pane_id(), Sense::focusable_noninteractive());
    pane.widget_info(|| WidgetInfo::labeled(Role::List, true, language.say(Word::People)));
    ui.spacing_mut().item_spacing = Vec2::ZERO;
    ui.add_space(space::M);
    ui.horizontal(|ui| {
        ui.add_space(space::M);
        ui.spacing_mut().item_spacing.x = space::S;
        super::tabs(ui, views, state, commands);
    });
    search_field(ui, state);
    ui.painter().vline(whole.right() - 0.5, whole.y_range(), Stroke::new(1.0, palette(ui).line));
    let Some(view) = views.topics.people.clone() else {
        widgets::empty(ui, Icon::Person, language.say(Word::Loading), "");
        return;
    };
    let places = state.people.narrowed.look(&view.people, &state.people.search);
    if places.is_empty() {
        // That there is nobody at all is said where a card would be.
        if !view.people.is_empty() {
            let (headline, hint) = (Word::NoSuchPerson, Word::NoSuchPersonHint);
            widgets::empty(ui, Icon::Person, language.say(headline), language.say(hint));
        }
        return;
    }
    ScrollArea::vertical().id_salt("people").auto_shrink([false, false]).show_rows(
        ui,
        ROW,
        places.len(),
        |ui, range| {
            if std::mem::take(&mut state.people.follows) {
                follow(ui, &view, &places, range.start, state);
            }
            let in_sight: Vec<usize> = places.get(range).unwrap_or_default().to_vec();
            judge(&view, &in_sight, state, commands);
            for person in in_sight.iter().filter_map(|place| view.people.get(*place)) {
                row(ui, &view, person, state, commands);
            }
        },
    );
    widgets::ring(ui, &pane, whole);
}

/// Asks whether those in sight are believed, once for each list and sight.
fn judge(view: &Arc<PeopleView>, in_sight: &[usize], state: &mut State, commands: &mut Vec<Command>) {
    let is_open = |place: &&usize| view.people.get(**place).is_some_and(|person| person.verdict.is_none());
    let (Some(first), Some(last)) = (in_sight.iter().find(is_open), in_sight.iter().rfind(is_open)) else { return };
    // A search may leave people far apart; those between are not worth the work.
    let places = if last - first < FAR { *first..*last + 1 } else { *first..*first + 1 };
    let is_asked = |(asked, of): &(Arc<PeopleView>, Range<usize>)| Arc::ptr_eq(asked, view) && *of == places;
    if !state.people.judged.as_ref().is_some_and(is_asked) {
        commands.push(super::people(PeopleCommand::Judge { view: Arc::clone(view), places: places.clone() }));
        state.people.judged = Some((Arc::clone(view), places));
    }
}

/// Goes to the next person, or the one before.
pub fn step(views: &Views, state: &mut State, commands: &mut Vec<Command>, by: isize) {
    let Some(view) = &views.topics.people else { return };
    let places = state.people.narrowed.look(&view.people, &state.people.search);
    let at = places.iter().position(|place| view.people.get(*place).is_some_and(|person| is_open(person, state)));
    let next = at.map_or(0, |at| at.saturating_add_signed(by).min(places.len().saturating_sub(1)));
    let person = places.get(next).and_then(|place| view.people.get(*place));
    if let Some(address) = person.map(|person| person.address.clone()) {
        super::choose(view, &address, state, commands);
        state.people.follows = true;
    }
}

fn is_open(person: &Person, state: &State) -> bool {
    let wanted = state.people.open.as_ref();
    wanted.is_some_and(|wanted| person.address == *wanted || person.others.contains(wanted))
}

fn follow(ui: &Ui, view: &PeopleView, places: &[usize], first: usize, state: &State) {
    let at = places.iter().position(|place| view.people.get(*place).is_some_and(|person| is_open(person, state)));
    let Some(at) = at else { return };
    let area = ui.max_rect();
    let top = area.top() + (at as f32 - first as f32) * ROW;
    ui.scroll_to_rect(Rect::from_min_size(pos2(area.left(), top), vec2(area.width(), ROW)), None);
}

fn search_field(ui: &mut Ui, state: &mut State) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 58.0), Sense::empty());
    let inner = rect.shrink2(vec2(space::M, 11.0));
    let edit = TextEdit::singleline(&mut state.people.search)
        .id_salt("search-people")
        .hint_text(state.language.say(Word::FindPeople))
        .margin(egui::Margin { left: 30, right: 8, top: 7, bottom: 7 })
        .desired_width(inner.width());
    let field = ui.place(inner, edit);
    if std::mem::take(&mut state.people.searches) {
        field.request_focus();
    }
    let square = Rect::from_center_size(pos2(inner.left() + space::L, inner.center().y), Vec2::splat(size::ICON));
    icons::paint(ui, Icon::Search, square, palette(ui).ink_soft);
}

fn row(ui: &mut Ui, view: &Arc<PeopleView>, person: &Person, state: &mut State, commands: &mut Vec<Command>) {
    let colours = palette(ui);
    let language = state.language;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let is_selected = is_open(person, state);
    let name = if person.name.is_empty() { short_address(person.address.as_str()) } else { short_name(&person.name) };
    let address = short_address(person.address.as_str());
    response.widget_info(|| {
        let mut words = vec![name.clone(), address.clone()];
        words.extend(person.verdict.map(|verdict| vouching::verdict(language, verdict).to_owned()));
        words.extend(person.is_in_question.then(|| language.say(Word::InQuestion).to_owned()));
        WidgetInfo::selected(Role::ListItem, true, is_selected, words.join(", "))
    });
    if response.clicked() {
        super::choose(view, &person.address, state, commands);
    }
    if !ui.is_rect_visible(rect) {
        return;
    }
    let fill = match (is_selected, response.hovered()) {
        (true, _) => colours.selected,
        (false, true) => colours.hover,
        (false, false) => colours.desk,
    };
    let inside = rect.shrink2(vec2(1.0, 0.0));
    ui.painter().rect_filled(inside, 0.0, fill);
    if is_selected {
        ui.painter().rect_filled(Rect::from_min_size(inside.min, vec2(3.0, rect.height())), 0.0, colours.indigo);
    }
    ui.painter().hline(inside.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, colours.line));
    contents(ui, rect.shrink2(vec2(space::L, 9.0)), person, &name, &address, language);
    widgets::ring(ui, &response, rect);
}

fn contents(ui: &Ui, rect: Rect, person: &Person, name: &str, address: &str, language: crate::ui::words::Language) {
    let colours = palette(ui);
    let square = |x: f32, y: f32| Rect::from_center_size(pos2(x, y), Vec2::splat(size::ICON_LARGE));
    if let Some(verdict) = person.verdict {
        icons::paint(
            ui,
            verdict_icon(verdict),
            square(rect.left() + 10.0, rect.center().y),
            verdict_colour(ui, verdict),
        );
    }
    let left = rect.left() + size::ICON_LARGE + space::M;
    let (first, second) = rect.split_top_bottom_at_fraction(0.5);
    let mut first = first.with_min_x(left);
    if person.is_in_question {
        let at = pos2(first.right() - size::ICON / 2.0, first.center().y);
        icons::paint(ui, Icon::Caution, Rect::from_center_size(at, Vec2::splat(size::ICON)), colours.amber);
        first.max.x -= size::ICON + space::XS;
    }
    widgets::line(ui.painter(), first, name, theme::strong(size::BODY), colours.ink);
    let mut second = second.with_min_x(left);
    let has = |wanted: Technology| person.certificates.iter().any(|(technology, _)| *technology == wanted);
    for (technology, words) in [(Technology::Smime, "S/MIME"), (Technology::OpenPgp, "OpenPGP")] {
        if has(technology) {
            let galley = ui.painter().layout_no_wrap(words.to_owned(), theme::plain(11.0), colours.ink_soft);
            let at = pos2(second.right() - galley.size().x, second.center().y - galley.size().y / 2.0);
            second.max.x = at.x - space::S;
            ui.painter().galley(at, galley, colours.ink_soft);
        }
    }
    // Who has no name is called by the address already.
    let address = if person.name.is_empty() { "" } else { address };
    let words = if person.is_in_question { language.say(Word::InQuestion) } else { address };
    let colour = if person.is_in_question { colours.amber } else { colours.ink_soft };
    widgets::line(ui.painter(), second, words, theme::plain(size::CAPTION), colour);
}
