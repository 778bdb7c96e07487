//! The window's content: takes events, draws the screen, sends commands.

mod chosen;
mod keyboard;
mod mailbox;

use std::time::Instant;

use egui::{Context, Ui};

use crate::domain::{EmailAddress, Technology};
use crate::engine::view::{KeyView, MessageId};
use crate::engine::{Command, Event};

use super::files::{Files, Spawn};
use super::frames::Frames;
use super::shed::Shed;
use super::state::{Screen, State, Theme, Views};
use super::theme::size;
use super::words::Language;
use super::{
    attachments, backup, bringing, compose, confirm, drafts, finding, fresh, keys, list, news, outbox, people, preview,
    print, saved, settings, sidebar, status, storage, tags, transcript, trust, unlock,
};

/// The engine, as the window sees it.
pub trait Backend {
    /// Hands over what the user wants. Never waits.
    fn send(&mut self, command: Command);
    /// The next thing that happened, if any. Never waits.
    fn try_next(&mut self) -> Option<Event>;
    /// Somewhere that a blocking file dialog can run; `None` for plain threads.
    fn spawn(&self) -> Option<Spawn> {
        None
    }
}

/// The whole window.
pub struct App {
    /// The engine's newest snapshots.
    pub views: Views,
    /// Where the user is.
    pub state: State,
    /// How long the frames took, without what the graphics do.
    pub frames: Frames,
    backend: Box<dyn Backend>,
    is_choice_kept: bool,
    warms: bool,
    shed: Shed,
}

impl App {
    /// A window on an engine.
    pub fn new(backend: Box<dyn Backend>) -> Self {
        let state = State { files: Files::with_spawn(backend.spawn()), ..State::default() };
        Self {
            views: Views::default(),
            state,
            frames: Frames::default(),
            backend,
            is_choice_kept: true,
            warms: false,
            shed: Shed::default(),
        }
    }

    /// Takes note of one event.
    pub fn update(&mut self, event: Event) {
        let old = match &event {
            Event::Mailbox(_) => (self.views.mailbox.clone(), None),
            Event::Reading(_) => (None, self.views.reading.clone()),
            _ => (None, None),
        };
        self.state.take(&mut self.views, event);
        if old.0.is_some() || old.1.is_some() {
            self.shed.throw(old);
        }
    }

    /// Takes every waiting event.
    pub fn listen(&mut self) {
        while let Some(event) = self.backend.try_next() {
            self.update(event);
        }
    }

    /// Makes common letters ready once the first frame is drawn: for a window that somebody looks at.
    pub fn warm_letters(&mut self) {
        self.warms = true;
    }

    /// Asks the engine for something.
    pub fn ask(&mut self, command: Command) {
        self.backend.send(command);
    }

    /// Speaks this language, whatever was kept.
    pub fn speak(&mut self, language: Language) {
        self.state.language = language;
        self.state.is_language_given = true;
    }

    /// Looks so, whatever was kept.
    pub fn dress(&mut self, theme: Theme) {
        self.state.theme = theme;
        self.state.is_theme_given = true;
    }

    /// Opens a message of the list, as a click does.
    pub fn open_message(&mut self, id: MessageId) {
        self.state.list.selected.only(Some(id));
        self.state.selected = Some(id);
        self.state.reads = true;
        self.state.follows = true;
        self.state.unopened = None;
        self.ask(Command::OpenMessage(id));
    }

    /// Looks for the keys of other programs, as the button does.
    pub fn bring_keys(&mut self) {
        let mut commands = Vec::new();
        bringing::begin(&mut self.state, &mut commands);
        for command in commands {
            self.ask(command);
        }
    }

    /// Opens the page that sets an account up, as the button does.
    pub fn add_account(&mut self) {
        settings::begin(&mut self.state);
    }

    /// Shows what was said with servers.
    pub fn show_conversations(&mut self) {
        let mut commands = Vec::new();
        transcript::enter(&mut self.state, &mut commands);
        for command in commands {
            self.ask(command);
        }
    }

    /// Begins a new message, as the button does.
    pub fn compose(&mut self) {
        compose::begin(&mut self.views, &mut self.state);
    }

    /// Opens the search for an address's certificate; `asks` in every way at once, as far as anything may leave.
    pub fn find(&mut self, address: &str, asks: bool) {
        let mut commands = Vec::new();
        finding::begin(&mut self.state, EmailAddress::parse(address).as_ref(), &mut commands);
        if asks {
            finding::ask_everywhere(&mut self.state, &mut commands);
        }
        for command in commands {
            self.ask(command);
        }
    }

    /// Opens the publishing of the first own OpenPGP key.
    pub fn publish(&mut self) {
        let own = self.views.keys.as_ref().map(|keys| keys.own.as_slice()).unwrap_or_default();
        let is_one = |key: &&KeyView| key.report.technology == Technology::OpenPgp;
        let Some(report) = own.iter().find(is_one).map(|key| key.report.clone()) else { return };
        let name = report.names.first().cloned().unwrap_or_default();
        let mut commands = Vec::new();
        finding::begin_publish(&mut self.state, &report.fingerprint, name, &mut commands);
        for command in commands {
            self.ask(command);
        }
    }

    /// Begins a message that shows what writing looks like: to users of both technologies.
    pub fn compose_sample(&mut self) {
        compose::sample(&mut self.views, &mut self.state);
    }

    /// Shows the people, and the card of one.
    pub fn show_people(&mut self, address: Option<EmailAddress>) {
        let mut commands = Vec::new();
        match address {
            Some(address) => people::open(&mut self.state, &mut commands, address),
            None => people::enter(&mut self.state, &mut commands),
        }
        for command in commands {
            self.ask(command);
        }
    }

    /// Asks to compare the first certificate of the open card.
    pub fn compare(&mut self) {
        let card = self.views.topics.people.as_ref().and_then(|view| view.card.clone());
        let Some(card) = card else { return };
        if let Some(first) = card.certificates.first() {
            keys::compare_here(&mut self.state, &first.report.fingerprint, card.person.name.clone());
        }
    }

    /// Shows who vouches for whom, or for an address.
    pub fn show_trust(&mut self, about: Option<&EmailAddress>) {
        let mut commands = Vec::new();
        trust::enter(&mut self.state, &mut commands, about);
        for command in commands {
            self.ask(command);
        }
    }

    /// Takes every waiting event, draws one frame, and sends what the user did.
    pub fn show(&mut self, ui: &mut Ui) {
        let began = Instant::now();
        self.draw(ui);
        self.frames.note(began.elapsed());
    }

    fn draw(&mut self, ui: &mut Ui) {
        if std::mem::take(&mut self.warms) {
            fresh::warm(ui.ctx());
        }
        self.listen();
        self.state.clock.tick();
        let chosen = (self.state.language, self.state.theme);
        let mut commands = std::mem::take(&mut self.state.owed);
        draw(ui, &mut self.views, &mut self.state, &mut commands);
        for command in commands {
            self.backend.send(command);
        }
        self.is_choice_kept &= chosen == (self.state.language, self.state.theme);
        // A profile that isn't open yet can keep nothing.
        if !self.is_choice_kept && self.views.locked.is_none() {
            self.is_choice_kept = true;
            let (language, theme) = (self.state.language.code().to_owned(), self.state.theme.code().to_owned());
            self.backend.send(Command::Remember { language, theme });
        }
    }
}

/// Draws one frame; everything that the user did is in `commands`.
pub fn draw(ui: &mut Ui, views: &mut Views, state: &mut State, commands: &mut Vec<Command>) {
    choose_theme(ui.ctx(), state.theme);
    keep_open(ui.ctx(), state);
    keyboard::take(ui.ctx(), views, state, commands);
    chosen::take(views, state, commands);
    tags::prepare(views, state, commands);
    list::keep(ui.ctx(), views, state, commands);
    news::speak(views, state, commands);
    let is_narrow = ui.available_width() < size::NARROW;
    state.list.is_narrow = is_narrow;

    status::show(ui, views, state, commands);
    if views.locked.is_some() {
        unlock::show(ui, views, state, commands);
        return;
    }
    sidebar::show(ui, views, state, commands, is_narrow);
    match state.screen {
        Screen::Mailbox => mailbox::show(ui, views, state, commands, is_narrow),
        Screen::Compose => compose::show(ui, views, state, commands),
        Screen::Drafts => drafts::show(ui, views, state, commands),
        Screen::Keys => keys::show(ui, views, state, commands),
        Screen::People => people::show(ui, views, state, commands, is_narrow),
        Screen::Trust => trust::show(ui, views, state, commands),
        Screen::Outbox => outbox::show(ui, views, state, commands),
        Screen::Settings => settings::show(ui, views, state, commands),
        Screen::Bringing => bringing::show(ui, views, state, commands),
        Screen::Transcript => transcript::show(ui, views, state, commands),
    }
    finding::dialogs(ui.ctx(), views, state, commands);
    confirm::link(ui.ctx(), views, state);
    attachments::ask(ui.ctx(), state, commands);
    backup::dialogs(ui.ctx(), views, state, commands);
    storage::dialog(ui.ctx(), views, state, commands);
    preview::show(ui.ctx(), state);
    tags::dialog(ui.ctx(), state, commands);
    saved::dialog(ui.ctx(), state, commands);
    print::go_on(ui.ctx(), views, state, commands);
    list::overlays(ui.ctx(), views, state, commands);
    sidebar::ask(ui.ctx(), views, state, commands);
}

/// The window does not close over a message that would be lost.
fn keep_open(ctx: &Context, state: &mut State) {
    let closes = ctx.input(|input| input.viewport().close_requested());
    if closes && state.composer.as_ref().is_some_and(compose::Composer::is_unsaved) {
        ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
        state.screen = Screen::Compose;
        compose::ask_discard(state);
    }
}

fn choose_theme(ctx: &Context, theme: Theme) {
    let wanted = match theme {
        Theme::System => return,
        Theme::Light => egui::ThemePreference::Light,
        Theme::Dark => egui::ThemePreference::Dark,
    };
    if ctx.options(|options| options.theme_preference) != wanted {
        ctx.set_theme(wanted);
    }
}
