//! Searches that are kept: below the folders, and what the search field offers to do with them.

use std::time::Duration;

use egui::{Context, Sense, Ui, vec2};

use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::saved::{SavedCommand, SavedSearchView};

use super::confirm;
use super::icons::Icon;
use super::sidebar;
use super::state::{Screen, State, Views};
use super::theme::{self, palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Word, one_line, short_name};

/// What is unread in them is counted anew so seldom, in seconds: it means a search for each.
const COUNT_EVERY: f64 = 20.0;

/// Kept searches between frames.
#[derive(Clone, Debug, Default)]
pub struct SavedState {
    /// Mail has changed since they were counted.
    pub is_due: bool,
    /// When they were counted last.
    counted_at: Option<f64>,
    /// What is asked.
    dialog: Option<Dialog>,
    focuses: bool,
}

#[derive(Clone, Debug)]
enum Dialog {
    /// The name of a new one, with its query.
    Save { name: String, query: String },
    /// Another name.
    Rename { id: i64, name: String },
    /// Whether one is to go.
    Remove { id: i64, name: String },
}

fn tell(commands: &mut Vec<Command>, command: SavedCommand) {
    commands.push(Command::Topic(Box::new(Topic::Saved(command))));
}

/// The kept search whose query is in the field.
fn opened<'v>(views: &'v Views, state: &State) -> Option<&'v SavedSearchView> {
    let typed = state.search.trim();
    let all = &views.topics.saved.as_ref()?.searches;
    all.iter().find(|search| !typed.is_empty() && search.query == typed)
}

/// Whether one of them is shown in place of a folder.
pub fn is_open(views: &Views, state: &State) -> bool {
    state.screen == Screen::Mailbox && opened(views, state).is_some()
}

/// Has them counted, when that is due.
fn count(ui: &Ui, state: &mut State, commands: &mut Vec<Command>) {
    let now = ui.input(|input| input.time);
    let since = state.saved.counted_at.map_or(f64::INFINITY, |at| now - at);
    if since >= COUNT_EVERY && (state.saved.is_due || state.saved.counted_at.is_none()) {
        (state.saved.counted_at, state.saved.is_due) = (Some(now), false);
        tell(commands, SavedCommand::Look);
    } else if state.saved.is_due && !state.clock.stands {
        ui.ctx().request_repaint_after(Duration::from_secs_f64((COUNT_EVERY - since).max(0.5)));
    }
}

/// The part of the side bar below the folders.
pub fn side_bar(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>, is_folded: bool) {
    count(ui, state, commands);
    let Some(view) = views.topics.saved.as_ref().filter(|view| !view.searches.is_empty()) else { return };
    if !is_folded {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), size::READING + space::XS), Sense::hover());
        let name = state.language.say(Word::SavedSearches);
        let font = theme::plain(size::CAPTION);
        widgets::line(ui.painter(), rect.shrink2(vec2(space::S, 0.0)), name, font, palette(ui).ink_soft);
    }
    let open = opened(views, state).map(|search| search.id).filter(|_| state.screen == Screen::Mailbox);
    for search in &view.searches {
        let name = short_name(&search.name);
        let item = sidebar::item(ui, Icon::Search, &name, search.unread, open == Some(search.id), is_folded);
        if item.clicked() {
            state.screen = Screen::Mailbox;
            state.reads = false;
            state.search.clone_from(&search.query);
        }
        item.context_menu(|ui| {
            if ui.button(state.language.say(Word::RenameSearch)).clicked() {
                rename(state, search);
            }
            if ui.button(state.language.say(Word::RemoveSearch)).clicked() {
                remove(state, search);
            }
        });
    }
    ui.add_space(space::S);
}

fn rename(state: &mut State, search: &SavedSearchView) {
    state.saved.dialog = Some(Dialog::Rename { id: search.id, name: search.name.clone() });
    state.saved.focuses = true;
}

fn remove(state: &mut State, search: &SavedSearchView) {
    state.saved.dialog = Some(Dialog::Remove { id: search.id, name: search.name.clone() });
}

/// Below the search field: keeps what is searched for, or says under which name it is kept.
pub fn bar(ui: &mut Ui, views: &Views, state: &mut State) {
    let query = state.search.trim().to_owned();
    if query.is_empty() {
        return;
    }
    let language = state.language;
    egui::Frame::new().inner_margin(egui::Margin { left: 4, right: 4, top: 0, bottom: 4 }).show(ui, |ui| {
        let Some(search) = opened(views, state) else {
            if widgets::button(ui, Some(Icon::Save), language.say(Word::SaveSearch), Weight::Quiet).clicked() {
                state.saved.dialog = Some(Dialog::Save { name: String::new(), query });
                state.saved.focuses = true;
            }
            return;
        };
        ui.horizontal_wrapped(|ui| {
            ui.add_space(space::S);
            widgets::caption(ui, language.fill(Word::SavedOpen, &[("name", &short_name(&search.name))]));
            if widgets::button(ui, None, language.say(Word::RenameSearch), Weight::Quiet).clicked() {
                rename(state, search);
            }
            if widgets::button(ui, None, language.say(Word::RemoveSearch), Weight::Quiet).clicked() {
                remove(state, search);
            }
        });
    });
}

/// Whether something is asked about one.
pub fn is_asking(state: &State) -> bool {
    state.saved.dialog.is_some()
}

/// Closes what is asked; whether anything was.
pub fn close(state: &mut State) -> bool {
    state.saved.dialog.take().is_some()
}

/// What is asked about one.
pub fn dialog(ctx: &Context, state: &mut State, commands: &mut Vec<Command>) {
    let Some(mut dialog) = state.saved.dialog.take() else { return };
    let language = state.language;
    let focuses = std::mem::take(&mut state.saved.focuses);
    let name = match dialog {
        Dialog::Save { .. } => "save-search",
        Dialog::Rename { .. } => "rename-search",
        Dialog::Remove { .. } => "remove-search",
    };
    let answer = confirm::dialog(ctx, name, |ui| match &mut dialog {
        Dialog::Save { name, query } => {
            widgets::title(ui, language.say(Word::SaveSearchTitle));
            widgets::soft(ui, one_line(query));
            widgets::caption(ui, language.say(Word::SaveSearchHint));
            naming(ui, state, name, focuses)
        }
        Dialog::Rename { name, .. } => {
            widgets::title(ui, language.say(Word::RenameSearchTitle));
            naming(ui, state, name, focuses)
        }
        Dialog::Remove { name, .. } => {
            widgets::title(ui, language.fill(Word::RemoveSearchTitle, &[("name", &short_name(name))]));
            widgets::soft(ui, language.say(Word::RemoveSearchHint));
            confirm::answers(ui, language, Word::RemoveSearch, Weight::Danger)
        }
    });
    match (answer, dialog) {
        (None, dialog) => state.saved.dialog = Some(dialog),
        (Some(false), _) => {}
        (Some(true), Dialog::Save { name, query }) => tell(commands, SavedCommand::Save { name, query }),
        (Some(true), Dialog::Rename { id, name }) => tell(commands, SavedCommand::Rename { id, name }),
        (Some(true), Dialog::Remove { id, .. }) => tell(commands, SavedCommand::Remove(id)),
    }
}

fn naming(ui: &mut Ui, state: &State, name: &mut String, focuses: bool) -> Option<bool> {
    let field = widgets::field(ui, state.language.say(Word::SavedName), name, "");
    if focuses {
        field.request_focus();
    }
    let can = !name.trim().is_empty();
    let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let answer = confirm::answers_if(ui, state.language, can, Word::KeepChange, Weight::Primary);
    if entered && can { Some(true) } else { answer }
}
