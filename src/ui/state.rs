//! What the window remembers between frames: the engine's newest snapshots, and where the user is.

use std::sync::Arc;

use crate::engine::topic::backup::BackupCommand;
use crate::engine::topic::{TopicView, TopicViews};
use crate::engine::view::{
    ComposerToken, KeysView, MailboxView, MessageId, OutboxView, PreferencesView, PreflightView, ReadingView,
    RemoteView,
};
use crate::engine::{Command, Event, Failure, FailureKind};

use super::backup::BackupState;
use super::compose::Composer;
use super::files::{Files, Purpose};
use super::finding::FindingState;
use super::html::Drawings;
use super::keys::KeysState;
use super::narrow::Narrowed;
use super::reader::Reader;
use super::settings::SettingsState;
use super::welcome::First;
use super::when::Clock;
use super::words::Language;

/// The newest snapshot of each kind.
#[derive(Clone, Default)]
pub struct Views {
    /// Accounts, folders, list; `None` until the engine has answered.
    pub mailbox: Option<Arc<MailboxView>>,
    /// What the user chose.
    pub preferences: PreferencesView,
    /// The profile waits for its passphrase; `true`: for the one it is to have.
    pub locked: Option<bool>,
    /// The open message.
    pub reading: Option<Arc<ReadingView>>,
    /// What the open message would fetch from the web.
    pub remote: Option<Arc<RemoteView>>,
    /// What would happen to the draft.
    pub preflight: Option<Arc<PreflightView>>,
    /// Certificates and keys.
    pub keys: Option<Arc<KeysView>>,
    /// Keys, certificates and trust by topic.
    pub topics: TopicViews,
    /// What waits to be sent.
    pub outbox: Option<Arc<OutboxView>>,
    /// The long work going on.
    pub activity: Option<Activity>,
    /// What was done last.
    pub notice: Option<Notice>,
    /// What could not be done, until it is dismissed.
    pub failure: Option<Failure>,
}

/// A long work.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// Its code.
    pub work: String,
    /// What it is at.
    pub subject: String,
    /// From 0 to 1, if known.
    pub fraction: Option<f32>,
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Its code.
    pub code: String,
    /// What it is about.
    pub subject: String,
}

/// Which screen fills the window beside the side bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// List and reading pane.
    #[default]
    Mailbox,
    /// The message being written.
    Compose,
    /// What was begun and kept.
    Drafts,
    /// One card a correspondent.
    People,
    /// People, certificates and keys.
    Keys,
    /// Who vouches for whom.
    Trust,
    /// What waits to be sent.
    Outbox,
    /// Accounts, language, look.
    Settings,
    /// Keys from other programs.
    Bringing,
    /// What was said with servers.
    Transcript,
}

/// Light, dark, or as the system is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system is.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The word it is kept as.
    pub fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// From the word it was kept as.
    pub fn from_code(code: &str) -> Self {
        match code {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// The parts of the main window that F6 goes round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The side bar.
    Side,
    /// The list.
    #[default]
    List,
    /// The reading pane.
    Reading,
}

/// Where the user is.
pub struct State {
    /// The language of every word.
    pub language: Language,
    /// The look.
    pub theme: Theme,
    /// The language was asked for on starting: what was kept does not change it.
    pub is_language_given: bool,
    /// The look, likewise.
    pub is_theme_given: bool,
    /// The screen shown.
    pub screen: Screen,
    /// The pane that F6 chose last.
    pub pane: Pane,
    /// The message selected in the list; the reading pane shows this one and no other.
    pub selected: Option<MessageId>,
    /// Conversations.
    pub threads: super::conversation::ThreadsState,
    /// Several selected messages, and what is done with them.
    pub list: super::list::ListState,
    /// What is done with folders.
    pub folders: super::sidebar::FoldersState,
    /// The list scrolls to the selected message with the next frame.
    pub follows: bool,
    /// At a narrow window: the reading pane is shown instead of the list.
    pub reads: bool,
    /// What the list is narrowed to.
    pub search: String,
    /// What the engine was asked to find.
    pub searched: String,
    /// What of the list that leaves.
    pub narrowed: Narrowed,
    /// Tags.
    pub tags: super::tags::TagsState,
    /// Searches that are kept.
    pub saved: super::saved::SavedState,
    /// The message that could not be opened, and why.
    pub unopened: Option<(MessageId, Failure)>,
    /// The first field of what was just opened takes the focus with the next frame.
    pub focuses: bool,
    /// The search field takes the focus with the next frame.
    pub searches: bool,
    /// The evidence drawer is open.
    pub drawer: bool,
    /// HTML messages are shown as their plain text.
    pub plain_text: bool,
    /// The message source is shown.
    pub source: bool,
    /// A passphrase being typed: for a locked message, a locked key or the profile.
    pub passphrase: String,
    /// The same again, when a new one is chosen.
    pub passphrase_again: String,
    /// The message being written.
    pub composer: Option<Composer>,
    /// How many composers there were; the newest one's token.
    pub composers: ComposerToken,
    /// The keys screen.
    pub keys: KeysState,
    /// The people screen.
    pub people: super::people::PeopleState,
    /// The trust screen.
    pub trust: super::trust::TrustState,
    /// Looking for certificates, and publishing one's own.
    pub finding: FindingState,
    /// The settings screen.
    pub settings: SettingsState,
    /// The first screens of a new user.
    pub welcome: First,
    /// Backups.
    pub backup: BackupState,
    /// Keys from other programs.
    pub bringing: super::bringing::BringingState,
    /// What was said with servers.
    pub transcript: super::transcript::TranscriptState,
    /// A file that the reader is asked about before it is opened.
    pub opening: Option<super::attachments::Opening>,
    /// A file that is looked at.
    pub preview: super::preview::Preview,
    /// Pictures of the open message that are drawn in their place.
    pub album: super::album::Album,
    /// What is shown of the source.
    pub sources: super::source::Source,
    /// What is being printed.
    pub print: super::print::Print,
    /// A link that the reader is asked about.
    pub link: Option<super::html::Link>,
    /// File dialogs.
    pub files: Files,
    /// Drawings of HTML bodies.
    pub drawings: Drawings,
    /// Size, colours, what is selected and found in the open message.
    pub reader: Reader,
    /// The language in which the engine says that mail came.
    pub spoken: Option<Language>,
    /// The present moment and place.
    pub clock: Clock,
    /// Commands that follow from events: sent with the next frame.
    pub owed: Vec<Command>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            language: Language::from_system(),
            theme: Theme::default(),
            is_language_given: false,
            is_theme_given: false,
            screen: Screen::default(),
            pane: Pane::default(),
            selected: None,
            threads: super::conversation::ThreadsState::default(),
            list: super::list::ListState::default(),
            folders: super::sidebar::FoldersState::default(),
            follows: false,
            reads: false,
            search: String::new(),
            searched: String::new(),
            narrowed: Narrowed::default(),
            tags: super::tags::TagsState::default(),
            saved: super::saved::SavedState::default(),
            unopened: None,
            focuses: false,
            searches: false,
            drawer: false,
            plain_text: false,
            source: false,
            passphrase: String::new(),
            passphrase_again: String::new(),
            composer: None,
            composers: 0,
            keys: KeysState::default(),
            people: super::people::PeopleState::default(),
            trust: super::trust::TrustState::default(),
            finding: FindingState::default(),
            settings: SettingsState::default(),
            welcome: First::default(),
            backup: BackupState::default(),
            bringing: super::bringing::BringingState::default(),
            transcript: super::transcript::TranscriptState::default(),
            opening: None,
            preview: super::preview::Preview::default(),
            album: super::album::Album::default(),
            sources: super::source::Source::default(),
            print: super::print::Print::default(),
            link: None,
            files: Files::default(),
            drawings: Drawings::default(),
            reader: Reader::default(),
            spoken: None,
            clock: Clock::system(),
            owed: Vec::new(),
        }
    }
}

impl State {
    /// Opens what the engine sent, or takes note of it.
    pub fn take(&mut self, views: &mut Views, event: Event) {
        match event {
            Event::Mailbox(view) => self.take_mailbox(views, view),
            Event::Reading(view) => self.take_reading(views, view),
            Event::Source(view) => self.sources.take(view),
            Event::Remote(view) => views.remote = Some(view),
            Event::Preflight(view) => {
                views.preflight = Some(view);
                if let Some(composer) = &mut self.composer {
                    composer.is_checking = false;
                }
            }
            Event::Compose { draft, id } => super::compose::take_draft(self, views, *draft, id),
            Event::AttachmentsRead { files, token } => super::compose::attached(self, files, token),
            Event::Queued(token) => super::compose::queued(self, views, token),
            Event::NotQueued { token, failure } => super::compose::not_queued(self, views, token, failure),
            Event::DraftSaved { id, token, draft } => super::compose::saved(self, views, (id, token), &draft),
            Event::FingerprintRead(print) => {
                self.keys.sheet.entry = print.map_or_else(|| "?".to_owned(), |print| print.spaced());
            }
            Event::Keys(view) => self.take_keys(views, view),
            Event::Topic(view) => {
                self.take_topic(views, &view);
                views.topics.take(view);
            }
            Event::Outbox(view) => views.outbox = Some(view),
            Event::Progress(progress) => {
                views.activity = progress.map(|progress| Activity {
                    work: progress.work.to_owned(),
                    subject: progress.subject,
                    fraction: progress.fraction,
                });
            }
            Event::ProfileLocked { is_new } => {
                views.locked = Some(is_new);
                self.focuses = true;
            }
            Event::Preferences(view) => {
                if !self.is_language_given {
                    self.language = view.language.as_deref().and_then(Language::from_code).unwrap_or(self.language);
                }
                if !self.is_theme_given {
                    self.theme = view.theme.as_deref().map_or(self.theme, Theme::from_code);
                }
                if let Some(zoom) = view.zoom {
                    self.reader.set_zoom(zoom);
                }
                self.threads.is_on = view.conversations;
                views.preferences = view;
            }
            Event::Done { code, subject } => views.notice = Some(Notice { code: code.to_owned(), subject }),
            Event::Failed(failure) => self.take_failure(views, failure),
        }
    }

    fn take_mailbox(&mut self, views: &mut Views, view: Arc<MailboxView>) {
        views.locked = None;
        if views.mailbox.is_none() && views.keys.is_none() {
            // Whether there are own keys decides what a newcomer is shown.
            self.owed.push(Command::ListKeys);
            self.owed.push(super::backup::command(BackupCommand::Look));
        }
        // However it came that another folder is open.
        if views.mailbox.as_ref().is_some_and(|before| before.open_folder != view.open_folder) {
            super::list::leave(self);
        }
        views.mailbox = Some(view);
        // What is found may be other now.
        self.searched.clear();
        self.saved.is_due = true;
    }

    fn take_topic(&mut self, views: &mut Views, view: &TopicView) {
        match view {
            // The passphrase was right, and is not what is missing.
            TopicView::Storage(view) if view.closed.is_some() => {
                views.locked = None;
                // No profile is open: what is handed over is not taken.
                if let Some(composer) = &mut self.composer {
                    composer.is_sending = false;
                }
            }
            TopicView::Backup(view) => super::backup::take(self, view),
            TopicView::Tags(view) => self.tags.take(view),
            TopicView::Rules(_) => self.settings.rules.take(),
            _ => {}
        }
    }

    fn take_keys(&mut self, views: &mut Views, view: Arc<KeysView>) {
        super::people::changed(self);
        super::trust::changed(self);
        views.keys = Some(view);
        // More may be known of whom is written to.
        if let Some(composer) = &mut self.composer {
            composer.ask_again();
        }
    }

    fn take_failure(&mut self, views: &mut Views, failure: Failure) {
        views.activity = None;
        (self.backup.is_busy, self.welcome.is_making) = (false, false);
        self.settings.rules.fail();
        match self.selected.filter(|id| views.reading.as_ref().is_none_or(|view| view.id != *id)) {
            Some(id) if is_local(failure.kind) && self.screen == Screen::Mailbox => {
                self.unopened = Some((id, failure));
            }
            _ => views.failure = Some(failure),
        }
    }

    fn take_reading(&mut self, views: &mut Views, view: Arc<ReadingView>) {
        // What arrives late does not take the place of what was chosen since.
        if self.selected != Some(view.id) {
            return;
        }
        if views.reading.as_ref().is_none_or(|old| old.id != view.id) {
            self.source = false;
            self.preview.close();
            self.album.turn_to(Some(view.id));
            self.opening = None;
            self.plain_text = false;
            self.passphrase.clear();
        }
        if self.unopened.as_ref().is_some_and(|(id, _)| *id == view.id) {
            self.unopened = None;
        }
        // It may have been unlocked.
        self.sources.forget();
        views.reading = Some(view);
    }

    /// Gives the focus to the first field of what was just opened.
    pub fn focus_first(&mut self, field: &egui::Response) {
        if std::mem::take(&mut self.focuses) {
            field.request_focus();
        }
    }

    /// Asks for a file in the system's dialog.
    pub fn ask_file(&mut self, ctx: &egui::Context, purpose: Purpose, title: &str, name: &str) {
        self.files.ask(ctx, purpose, title, name);
    }
}

/// What can keep a message of the store from being opened; servers have no part in that.
fn is_local(kind: FailureKind) -> bool {
    use FailureKind::{File, Input, Internal, ProfileLocked, Protect, SecretStore, Store, WrongPassphrase};
    matches!(kind, Store | SecretStore | ProfileLocked | File | Input | Internal | Protect | WrongPassphrase)
}
