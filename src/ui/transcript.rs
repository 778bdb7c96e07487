//! What was said with servers, line by line, each explained.

use std::fmt::Write as _;

use egui::{Align, CentralPanel, Frame, Layout, Margin, ScrollArea, Ui, vec2};

use crate::domain::RawMessage;
use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::transcript::{Dialogue, Entry, Said, TranscriptCommand};

use super::files::Purpose;
use super::icons::{self, Icon};
use super::state::{Screen, State, Views};
use super::theme::{self, palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, dialogue};

/// The width of the list of conversations.
const LIST: f32 = 232.0;
/// The width of the column with the seconds.
const SECONDS: f32 = 52.0;

/// The screen between frames.
#[derive(Clone, Debug, Default)]
pub struct TranscriptState {
    /// The conversation that is shown; `None`: the newest that went wrong, or the newest.
    pub chosen: Option<u64>,
    /// Where the reader came from.
    from: Screen,
}

/// Opens the screen.
pub fn enter(state: &mut State, commands: &mut Vec<Command>) {
    if state.screen != Screen::Transcript {
        state.transcript = TranscriptState { chosen: None, from: state.screen };
    }
    state.screen = Screen::Transcript;
    look(commands);
}

fn look(commands: &mut Vec<Command>) {
    commands.push(Command::Topic(Box::new(Topic::Transcript(TranscriptCommand::Look))));
}

/// Draws the screen.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let view = views.topics.transcript.clone();
    let dialogues = view.as_ref().map(|view| view.dialogues.as_slice()).unwrap_or_default();
    let frame = Frame::new().fill(palette(ui).paper).inner_margin(Margin { left: 24, right: 8, top: 16, bottom: 0 });
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            if widgets::icon_button(ui, Icon::Back, language.say(Word::CloseConversations)).clicked() {
                state.screen = state.transcript.from;
            }
            widgets::title(ui, language.say(Word::Conversations));
        });
        widgets::soft(ui, language.say(Word::ConversationsHint));
        ui.add_space(space::S);
        let Some(chosen) = chosen(dialogues, state) else {
            let (headline, sentence) = (Word::NoConversations, Word::NoConversationsHint);
            widgets::empty(ui, Icon::Server, language.say(headline), language.say(sentence));
            return;
        };
        toolbar(ui, chosen, state, commands);
        ui.add_space(space::S);
        let height = ui.available_height();
        ui.horizontal_top(|ui| {
            ui.allocate_ui_with_layout(vec2(LIST, height), Layout::top_down(Align::Min), |ui| {
                ui.set_width(LIST);
                list(ui, dialogues, chosen.number, state);
            });
            ui.add_space(space::S);
            ui.allocate_ui_with_layout(vec2(ui.available_width(), height), Layout::top_down(Align::Min), |ui| {
                lines(ui, language, chosen);
            });
        });
    });
}

/// The one that is shown.
fn chosen<'d>(dialogues: &'d [Dialogue], state: &State) -> Option<&'d Dialogue> {
    let wanted = state.transcript.chosen.and_then(|number| dialogues.iter().find(|one| one.number == number));
    wanted.or_else(|| dialogues.iter().find(|one| one.has_failed())).or_else(|| dialogues.first())
}

fn toolbar(ui: &mut Ui, dialogue: &Dialogue, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    ui.horizontal_wrapped(|ui| {
        if widgets::button(ui, Some(Icon::Text), language.say(Word::CopyAll), Weight::Plain).clicked() {
            ui.ctx().copy_text(plain(language, dialogue));
        }
        if widgets::button(ui, Some(Icon::Save), language.say(Word::SaveConversation), Weight::Plain).clicked() {
            let content = RawMessage::new(plain(language, dialogue).into_bytes());
            let name = format!("{}-{}.txt", dialogue.host, state.clock.iso_day());
            let purpose = Purpose::SaveConversation(content);
            state.ask_file(ui.ctx(), purpose, language.say(Word::SaveConversation), &name);
        }
        if widgets::button(ui, Some(Icon::Sync), language.say(Word::LookAgain), Weight::Quiet).clicked() {
            look(commands);
        }
    });
}

fn list(ui: &mut Ui, dialogues: &[Dialogue], chosen: u64, state: &mut State) {
    let language = state.language;
    ScrollArea::vertical().id_salt("dialogues").auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for dialogue in dialogues {
            if row(ui, language, dialogue, dialogue.number == chosen, state).clicked() {
                state.transcript.chosen = Some(dialogue.number);
            }
        }
    });
}

fn row(ui: &mut Ui, language: Language, dialogue: &Dialogue, is_chosen: bool, state: &State) -> egui::Response {
    let colours = palette(ui);
    let wanted = vec2(ui.available_width(), size::HIT + space::L);
    let (rect, response) = ui.allocate_exact_size(wanted, egui::Sense::click());
    let protocol = dialogue.protocol.map_or("", |protocol| protocol.name());
    let time = state.clock.brief(language, dialogue.began);
    let server = format!("{}:{}", dialogue.host, dialogue.port);
    let blanks = [("protocol", protocol), ("server", server.as_str()), ("time", time.as_str())];
    let mut spoken = language.fill(Word::ConversationNumber, &blanks).trim().to_owned();
    let has_failed = dialogue.has_failed();
    if has_failed {
        spoken = format!("{spoken}, {}", language.say(Word::ConversationFailed));
    }
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::RadioButton, true, is_chosen, &spoken));
    let fill = match (is_chosen, response.hovered()) {
        (true, _) => colours.selected,
        (false, true) => colours.hover,
        (false, false) => egui::Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, egui::CornerRadius::same(size::RADIUS), fill);
    let inner = rect.shrink2(vec2(space::S, space::XS));
    let (icon, colour) = if has_failed { (Icon::Caution, colours.plum) } else { (Icon::Check, colours.pine) };
    let square = egui::Rect::from_min_size(
        egui::pos2(inner.left(), inner.center().y - size::ICON / 2.0),
        egui::Vec2::splat(size::ICON),
    );
    icons::paint(ui, icon, square, colour);
    let words = inner.with_min_x(square.right() + space::S);
    let (above, below) = words.split_top_bottom_at_fraction(0.5);
    widgets::line(ui.painter(), above, &format!("{protocol} · {time}"), theme::plain(size::BODY), colours.ink);
    widgets::line(ui.painter(), below, &server, theme::plain(size::CAPTION), colours.ink_soft);
    widgets::ring(ui, &response, rect);
    response
}

fn lines(ui: &mut Ui, language: Language, dialogue: &Dialogue) {
    ScrollArea::vertical().id_salt(("lines", dialogue.number)).auto_shrink([false, false]).show(ui, |ui| {
        ui.set_max_width((ui.available_width() - space::M).max(0.0));
        ui.spacing_mut().item_spacing.y = space::S;
        for entry in &dialogue.first {
            line(ui, language, dialogue, entry);
        }
        if dialogue.left_out > 0 {
            let count = dialogue.left_out.to_string();
            widgets::soft(ui, language.fill(Word::ConversationsLeftOut, &[("count", &count)]));
        }
        for entry in &dialogue.last {
            line(ui, language, dialogue, entry);
        }
        ui.add_space(space::L);
    });
}

/// The time, who speaks, the line, and below it what it means.
fn line(ui: &mut Ui, language: Language, dialogue: &Dialogue, entry: &Entry) {
    let colours = palette(ui);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let seconds = entry.after.as_secs_f64().max(0.0);
        let (rect, _) = ui.allocate_exact_size(vec2(SECONDS, size::BODY * 1.45), egui::Sense::hover());
        widgets::line(ui.painter(), rect, &format!("{seconds:.2} s"), theme::fixed(size::CAPTION), colours.ink_soft);
        let (icon, colour, who) = match entry.said {
            Said::Client(_) | Said::ClientContent(_) => (Icon::Export, colours.indigo, Word::SaidByClient),
            Said::Server(_) | Said::ServerContent(_) => (Icon::Import, colours.ink_soft, Word::SaidByServer),
            Said::Encrypted(_) => (Icon::LockClosed, colours.pine, Word::Conversations),
            Said::Failed { .. } | Said::ServerClosed => (Icon::Caution, colours.plum, Word::Conversations),
            _ => (Icon::Server, colours.ink_soft, Word::Conversations),
        };
        let (rect, response) = ui.allocate_exact_size(vec2(size::ICON, size::BODY * 1.45), egui::Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, language.say(who)));
        icons::paint(ui, icon, egui::Rect::from_center_size(rect.center(), egui::Vec2::splat(size::ICON)), colour);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let words = dialogue::line(language, &entry.said);
            if !words.is_empty() {
                widgets::text(ui, words, theme::fixed(size::CAPTION), colours.ink);
            }
            let meaning = dialogue::meaning(language, dialogue.protocol, &entry.said);
            if !meaning.is_empty() {
                widgets::caption(ui, meaning);
            }
        });
    });
}

/// The same as plain text, for a report.
fn plain(language: Language, dialogue: &Dialogue) -> String {
    let protocol = dialogue.protocol.map_or("", |protocol| protocol.name());
    let mut text = format!("{protocol} {}:{} {}\n", dialogue.host, dialogue.port, dialogue.began);
    let mut add = |entry: &Entry| {
        let who = match entry.said {
            Said::Client(_) | Said::ClientContent(_) => "C",
            Said::Server(_) | Said::ServerContent(_) => "S",
            _ => "-",
        };
        let meaning = dialogue::meaning(language, dialogue.protocol, &entry.said);
        let line = dialogue::line(language, &entry.said);
        let words = if line.is_empty() { meaning } else { &line };
        let _ = writeln!(text, "{:8.2} {who} {words}", entry.after.as_secs_f64().max(0.0));
    };
    dialogue.first.iter().for_each(&mut add);
    dialogue.last.iter().for_each(&mut add);
    text
}
