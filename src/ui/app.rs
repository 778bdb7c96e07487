//! The window's content: takes events, draws the screen, sends commands.

use std::time::Instant;

use egui::{Context, Frame, Key, KeyboardShortcut, Modifiers, Panel, Ui};

use crate::domain::{EmailAddress, Technology};
use crate::engine::view::{KeyView, MessageId};
use crate::engine::{Command, Event, Failure, FailureKind, Retry};

use super::files::{Files, Purpose, Spawn};
use super::frames::Frames;
use super::shed::Shed;
use super::state::{Pane, Screen, State, Theme, Views};
use super::theme::{palette, size};
use super::words::Language;
use super::{
    attachments, backup, bringing, compare, compose, confirm, drafts, evidence, finding, keys, list, outbox, people,
    preview, print, reading, settings, sidebar, status, trust, unlock, welcome,
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
    keyboard(ui.ctx(), views, state, commands);
    chosen_files(views, state, commands);
    let is_narrow = ui.available_width() < size::NARROW;

    status::show(ui, views, state, commands);
    if views.locked.is_some() {
        unlock::show(ui, views, state, commands);
        return;
    }
    sidebar::show(ui, views, state, commands, is_narrow);
    match state.screen {
        Screen::Mailbox => mailbox(ui, views, state, commands, is_narrow),
        Screen::Compose => compose::show(ui, views, state, commands),
        Screen::Drafts => drafts::show(ui, views, state, commands),
        Screen::Keys => keys::show(ui, views, state, commands),
        Screen::People => people::show(ui, views, state, commands, is_narrow),
        Screen::Trust => trust::show(ui, views, state, commands),
        Screen::Outbox => outbox::show(ui, views, state, commands),
        Screen::Settings => settings::show(ui, views, state, commands),
        Screen::Bringing => bringing::show(ui, views, state, commands),
    }
    finding::dialogs(ui.ctx(), views, state, commands);
    confirm::link(ui.ctx(), views, state);
    attachments::ask(ui.ctx(), state, commands);
    backup::dialogs(ui.ctx(), views, state, commands);
    preview::show(ui.ctx(), state);
    print::go_on(ui.ctx(), views, state, commands);
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

/// The system has no file dialog: said, so that a click is never without an answer.
fn no_dialog() -> Failure {
    Failure {
        kind: FailureKind::File,
        retry: Retry::Never,
        subject: String::new(),
        source: "no file dialog could be opened".to_owned(),
    }
}

fn mailbox(ui: &mut Ui, views: &mut Views, state: &mut State, commands: &mut Vec<Command>, is_narrow: bool) {
    let colours = palette(ui);
    let desk = Frame::new().fill(colours.desk);
    if welcome::is_due(views, state) {
        welcome::show(ui, views, state, commands);
        return;
    }
    let shows_drawer = state.drawer && views.reading.is_some();
    if is_narrow {
        if shows_drawer && state.reads {
            Panel::right("drawer")
                .frame(desk)
                .exact_size(size::DRAWER)
                .resizable(false)
                .show_separator_line(false)
                .show(ui, |ui| {
                    evidence::show(ui, views, state, commands);
                });
        }
        egui::CentralPanel::no_frame().show(ui, |ui| {
            if state.reads && state.selected.is_some() {
                reading::show(ui, views, state, commands, true);
            } else {
                ui.painter().rect_filled(ui.max_rect(), 0.0, colours.desk);
                list::show(ui, views, state, commands);
            }
        });
        return;
    }
    let is_tight = shows_drawer && ui.available_width() < size::LIST + size::DRAWER + size::FORM;
    if !is_tight {
        let narrower = if shows_drawer { size::LIST * 0.85 } else { size::LIST };
        Panel::left("list").frame(desk).exact_size(narrower).resizable(false).show_separator_line(false).show(
            ui,
            |ui| {
                list::show(ui, views, state, commands);
            },
        );
    }
    if shows_drawer {
        Panel::right("drawer").frame(desk).exact_size(size::DRAWER).resizable(false).show_separator_line(false).show(
            ui,
            |ui| {
                evidence::show(ui, views, state, commands);
            },
        );
    }
    egui::CentralPanel::no_frame().show(ui, |ui| reading::show(ui, views, state, commands, false));
}

fn chosen_files(views: &mut Views, state: &mut State, commands: &mut Vec<Command>) {
    if state.files.take_breakdown() {
        views.failure = Some(no_dialog());
    }
    let Some((purpose, paths)) = state.files.poll() else { return };
    let first = paths.first().cloned();
    match (purpose, first) {
        (Purpose::Attach, _) => commands.push(Command::ReadAttachments(paths)),
        (Purpose::SaveAttachment { message, part }, Some(to)) => {
            commands.push(Command::SaveAttachment { message, part, to });
        }
        (Purpose::SaveAttachments { message, parts }, Some(to)) => {
            commands.push(Command::SaveAttachments { message, parts, to });
        }
        (Purpose::SaveSource { message, layer }, Some(to)) => commands.push(Command::SaveSource { message, layer, to }),
        (Purpose::BringFolder | Purpose::BringFile, Some(path)) => state.bringing.name(path, commands),
        (Purpose::Print, Some(to)) => state.print.begin(to),
        (Purpose::ExportCertificate(fingerprint), Some(to)) => {
            commands.push(Command::ExportKey { fingerprint, secret: false, passphrase: None, to });
        }
        (Purpose::CompareCode, Some(path)) => commands.push(compare::read_picture(path)),
        (Purpose::SaveGraph, Some(to)) => commands.extend(trust::save(views, state, to)),
        (Purpose::Root, Some(path)) => super::authorities::read_root(path, commands),
        (Purpose::Import | Purpose::Export | Purpose::Request, Some(path)) => {
            state.keys.path = path.to_string_lossy().into_owned();
        }
        (Purpose::Backup(choice), Some(path)) => backup::chosen(state, choice, &path),
        (Purpose::PublishDirectory { fingerprint }, Some(to)) => commands.push(finding::export(fingerprint, to)),
        (_, None) => {}
    }
}

const fn shortcut(modifiers: Modifiers, key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(modifiers, key)
}

fn keyboard(ctx: &Context, views: &mut Views, state: &mut State, commands: &mut Vec<Command>) {
    let pressed = |keys: KeyboardShortcut| ctx.input_mut(|input| input.consume_shortcut(&keys));
    if views.locked.is_some() {
        return;
    }
    if pressed(shortcut(Modifiers::COMMAND, Key::N)) {
        compose::begin(views, state);
    }
    if pressed(shortcut(Modifiers::COMMAND, Key::Comma)) {
        state.screen = Screen::Settings;
    }
    // Ctrl+F looks through the message that is open, Ctrl+K through the folder.
    let opens = views.reading.as_ref().is_some_and(|view| state.selected == Some(view.id));
    let searches =
        !opens && pressed(shortcut(Modifiers::COMMAND, Key::F)) || pressed(shortcut(Modifiers::COMMAND, Key::K));
    if state.screen == Screen::Mailbox && searches {
        (state.searches, state.reads) = (true, false);
    }
    state.people.searches |= state.screen == Screen::People && searches;
    if pressed(shortcut(Modifiers::NONE, Key::F6)) {
        next_pane(ctx, state);
    }
    if pressed(shortcut(Modifiers::NONE, Key::F5)) {
        commands.push(Command::Synchronise);
    }
    if ctx.text_edit_focused() || egui::Popup::is_any_open(ctx) {
        return;
    }
    if pressed(shortcut(Modifiers::NONE, Key::Escape)) {
        escape(state);
    }
    if state.screen == Screen::People && state.people.vouch.is_none() && state.keys.dialog == keys::Dialog::None {
        let in_list = ctx.memory(egui::Memory::focused).is_none_or(|id| id == people::pane_id());
        if pressed(shortcut(Modifiers::NONE, Key::J)) || in_list && pressed(shortcut(Modifiers::NONE, Key::ArrowDown)) {
            people::step(views, state, commands, 1);
        }
        if pressed(shortcut(Modifiers::NONE, Key::K)) || in_list && pressed(shortcut(Modifiers::NONE, Key::ArrowUp)) {
            people::step(views, state, commands, -1);
        }
    }
    let is_asking = state.link.is_some() || state.opening.is_some() || state.finding.is_open();
    if state.screen != Screen::Mailbox || is_asking || state.preview.is_open() {
        return;
    }
    let in_list = ctx.memory(egui::Memory::focused).is_none_or(|id| id == list::pane_id());
    if pressed(shortcut(Modifiers::NONE, Key::J)) || in_list && pressed(shortcut(Modifiers::NONE, Key::ArrowDown)) {
        list::step(views, state, commands, 1);
    }
    if pressed(shortcut(Modifiers::NONE, Key::K)) || in_list && pressed(shortcut(Modifiers::NONE, Key::ArrowUp)) {
        list::step(views, state, commands, -1);
    }
    about_the_message(ctx, views, state, commands);
}

/// The keys that other mail programs have taught: R or Ctrl+R, Ctrl+Shift+R, Ctrl+L, Ctrl+P, and M.
fn about_the_message(ctx: &Context, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(message) = views.reading.as_ref().map(|view| view.id).filter(|id| state.selected == Some(*id)) else {
        return;
    };
    let pressed = |modifiers, key| ctx.input_mut(|input| input.consume_shortcut(&shortcut(modifiers, key)));
    if pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::R) {
        commands.push(Command::Reply { message, all: true });
    }
    if pressed(Modifiers::COMMAND, Key::R) || pressed(Modifiers::NONE, Key::R) {
        commands.push(Command::Reply { message, all: false });
    }
    if pressed(Modifiers::COMMAND, Key::P)
        && let Some(view) = &views.reading
    {
        print::ask(ctx, view, state);
    }
    if pressed(Modifiers::COMMAND, Key::L) {
        commands.push(Command::Forward(message));
    }
    let rows = views.mailbox.as_ref().map(|mailbox| mailbox.rows.as_slice()).unwrap_or_default();
    if let Some(row) = rows.iter().find(|row| row.id == message)
        && pressed(Modifiers::NONE, Key::M)
    {
        commands.push(Command::SetSeen { message, seen: !row.is_seen });
    }
}

fn escape(state: &mut State) {
    if state.link.take().is_some() || state.opening.take().is_some() {
        return;
    }
    if state.finding.close() {
        return;
    }
    if state.preview.is_open() {
        state.preview.close();
        return;
    }
    match state.screen {
        Screen::Compose => compose::ask_discard(state),
        Screen::Mailbox if state.reader.find.is_open => state.reader.find.close(),
        Screen::Mailbox if state.drawer => state.drawer = false,
        Screen::Mailbox => state.reads = false,
        Screen::Keys | Screen::People | Screen::Trust if state.keys.close_dialog() => {}
        Screen::People if state.people.vouch.take().is_some() => {}
        _ => state.screen = Screen::Mailbox,
    }
}

fn next_pane(ctx: &Context, state: &mut State) {
    state.pane = match state.pane {
        Pane::Side => Pane::List,
        Pane::List => Pane::Reading,
        Pane::Reading => Pane::Side,
    };
    let id = match state.pane {
        Pane::Side => sidebar::pane_id(),
        Pane::List => list::pane_id(),
        Pane::Reading => reading::pane_id(),
    };
    ctx.memory_mut(|memory| memory.request_focus(id));
}
