//! Trust: who vouches for whom, from the user outwards, in both worlds, as a picture that can be walked.

mod picture;

use std::path::PathBuf;
use std::sync::Arc;

use egui::{CentralPanel, Frame, Margin, Rect, Role, Sense, TextEdit, Ui, Vec2, WidgetInfo, vec2};

use crate::domain::{EmailAddress, RawMessage, Timestamp};
use crate::engine::Command;
use crate::engine::graph::{Captions, Layout, svg};
use crate::engine::topic::Topic;
use crate::engine::topic::certifying::{TrustCommand, TrustView};

use super::files::Purpose;
use super::icons::Icon;
use super::keys;
use super::state::{Screen, State, Views};
use super::theme::{self, palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, short_address, vouching};

/// The screen between frames.
#[derive(Debug, Default)]
pub struct TrustState {
    /// The address that is asked about, as it is being typed.
    pub about: String,
    /// The day that is asked about, as it is being typed.
    pub day: String,
    /// The node that has the focus.
    pub chosen: Option<usize>,
    is_asked: bool,
    eye: picture::Eye,
    /// The picture that the eye was set for.
    seen: Option<Arc<Layout>>,
}

/// Opens the screen, about an address or everybody.
pub fn enter(state: &mut State, commands: &mut Vec<Command>, about: Option<&EmailAddress>) {
    state.screen = Screen::Trust;
    state.trust.about = about.map(ToString::to_string).unwrap_or_default();
    state.trust.chosen = None;
    commands.push(ask(state));
}

/// Keys or trust changed: what is shown is asked for anew.
pub fn changed(state: &mut State) {
    state.trust.is_asked = false;
}

fn ask(state: &mut State) -> Command {
    state.trust.is_asked = true;
    let about = EmailAddress::parse(&state.trust.about);
    let at = moment(&state.trust.day, state);
    Command::Topic(Box::new(Topic::Trust(TrustCommand::Show { about, at })))
}

/// The end of a day, or the moment, as it is written.
fn moment(day: &str, state: &State) -> Option<Timestamp> {
    let day = day.trim();
    let of_day = || {
        let date: jiff::civil::Date = day.parse().ok()?;
        Some(date.at(23, 59, 59, 0).to_zoned(state.clock.zone.clone()).ok()?.timestamp())
    };
    day.parse().ok().or_else(of_day)
}

/// Draws the screen.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    if !state.trust.is_asked {
        commands.push(ask(state));
    }
    let language = state.language;
    let frame = Frame::new().fill(palette(ui).paper).inner_margin(Margin { left: 24, right: 16, top: 16, bottom: 8 });
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        heading(ui, views, state, commands);
        let Some(view) = views.topics.certifying.clone() else {
            widgets::empty(ui, Icon::Trust, language.say(Word::Loading), "");
            return;
        };
        if view.graph.edges.is_empty() && view.graph.nodes.len() <= 1 {
            widgets::empty(ui, Icon::Trust, language.say(Word::TrustEmpty), language.say(Word::TrustEmptyHint));
            return;
        }
        // Another picture is looked at as a whole; the same one, judged anew, from where the eye was.
        if !state.trust.seen.as_ref().is_some_and(|seen| Arc::ptr_eq(seen, &view.layout)) {
            let is_alike = state.trust.seen.is_some() && state.trust.eye.fits(&view.layout);
            state.trust.seen = Some(Arc::clone(&view.layout));
            if !is_alike {
                state.trust.eye = picture::Eye::default();
                state.trust.chosen = None;
            }
        }
        let below = size::CAPTION * 1.45 + space::S;
        let canvas = vec2(ui.available_width(), (ui.available_height() - below).max(80.0));
        let (rect, response) = ui.allocate_exact_size(canvas, Sense::click_and_drag());
        picture::show(ui, rect, &response, &view, state, commands);
        foot(ui, &view, state);
    });
    keys::dialogs(ui, views, state, commands);
}

fn heading(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    widgets::title(ui, language.say(Word::TrustScreen));
    if ui.available_height() > 600.0 {
        widgets::soft(ui, language.say(Word::TrustHint));
    }
    ui.horizontal_wrapped(|ui| {
        let about = entry(ui, &mut state.trust.about, Word::TrustAbout, 210.0, "hanako@example.co.jp", language);
        let day = entry(ui, &mut state.trust.day, Word::TrustAt, 112.0, language.say(Word::TrustNow), language);
        let entered = (about.lost_focus() || day.lost_focus()) && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let whole = (state.trust.about.trim().is_empty() || EmailAddress::parse(&state.trust.about).is_some())
            && (state.trust.day.trim().is_empty() || moment(&state.trust.day, state).is_some());
        if entered && whole {
            commands.push(ask(state));
        }
        let is_narrowed = !state.trust.about.is_empty() || !state.trust.day.is_empty();
        if is_narrowed && widgets::button(ui, None, language.say(Word::TrustEverybody), Weight::Plain).clicked() {
            state.trust.about.clear();
            state.trust.day.clear();
            commands.push(ask(state));
        }
        for (icon, word, by) in
            [(Icon::Plus, Word::ZoomIn, picture::STEP), (Icon::Minus, Word::ZoomOut, 1.0 / picture::STEP)]
        {
            if widgets::icon_button(ui, icon, language.say(word)).clicked() {
                state.trust.eye.nearer(by);
            }
        }
        if widgets::button(ui, None, language.say(Word::ZoomFit), Weight::Quiet).clicked() {
            state.trust.eye = picture::Eye::default();
        }
        let can = views.topics.certifying.is_some();
        if widgets::button_if(ui, can, Some(Icon::Save), language.say(Word::SaveSvg), Weight::Quiet).clicked() {
            state.ask_file(ui.ctx(), Purpose::SaveGraph, language.say(Word::SaveSvg), "trust.svg");
        }
    });
    if !state.trust.day.trim().is_empty() && moment(&state.trust.day, state).is_none() {
        widgets::caption(ui, language.say(Word::TrustNoDay));
    }
}

fn entry(ui: &mut Ui, value: &mut String, name: Word, wide: f32, hint: &str, language: Language) -> egui::Response {
    let label = widgets::caption(ui, language.say(name));
    let edit = TextEdit::singleline(value)
        .id_salt(("trust", language.say(name)))
        .hint_text(hint)
        .margin(Margin::symmetric(8, 5))
        .desired_width(wide);
    ui.add(edit).labelled_by(label.id)
}

fn foot(ui: &mut Ui, view: &TrustView, state: &State) {
    let language = state.language;
    if let Some(node) = state.trust.chosen.and_then(|chosen| view.graph.nodes.get(chosen)) {
        let words = vouching::spoken(language, node);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::CAPTION * 1.45), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
        widgets::line(ui.painter(), rect, &words, theme::plain(size::CAPTION), palette(ui).ink);
        return;
    }
    let words = match view.graph.left_out {
        0 => language.say(Word::TrustKeys).to_owned(),
        count => language.fill(Word::TrustLeftOut, &[("count", &count.to_string())]),
    };
    widgets::caption(ui, words);
}

/// The picture as a file: the same that the command line writes.
pub fn save(views: &Views, state: &State, to: PathBuf) -> Option<Command> {
    let view = views.topics.certifying.as_ref()?;
    let language = state.language;
    let title = match &view.graph.about {
        Some(address) => language.fill(Word::TrustPictureOf, &[("address", &short_address(address.as_str()))]),
        None => language.say(Word::TrustPicture).to_owned(),
    };
    let captions = Captions {
        title: &title,
        you: language.say(Word::You),
        edge: &|edge| vouching::brief(language, &edge.kind),
        node: &|node| vouching::spoken(language, node),
    };
    let content = svg(&view.graph, &view.layout, &captions);
    Some(Command::WriteFile { to, content: RawMessage::new(content.into_bytes()) })
}

/// What of a rectangle's middle.
fn middle(rect: Rect) -> Vec2 {
    rect.size() / 2.0
}
