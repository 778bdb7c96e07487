//! Pictures of what shows secrets of one's own or folders of this computer: drawn without an engine, with words that
//! are nobody's.

use std::path::PathBuf;
use std::sync::Arc;

use kakitome::engine::topic::TopicView;
use kakitome::engine::topic::backup::BackupView;
use kakitome::engine::topic::backup::sheet::Sheet;
use kakitome::engine::topic::backup::words;
use kakitome::engine::view::MailboxView;
use kakitome::engine::{Command, Event};
use kakitome::ui::{App, Backend, BackupDialog, Language, Screen, Stage};

/// The known answer of BIP 39 for sixteen bytes of 0x7F; the same bytes in the Japanese words.
const WORDS: [&str; 2] = [
    "legal winner thank year wave sausage worth useful legal winner thank yellow",
    "そつう れきだい ほんやく わかす りくつ ばいか ろせん やちん そつう れきだい ほんやく わかめ",
];

/// Nobody listens, and nothing happens by itself.
struct Silence;

impl Backend for Silence {
    fn send(&mut self, _: Command) {}

    fn try_next(&mut self) -> Option<Event> {
        None
    }
}

/// One of the first three screens of a new user.
pub(super) fn newcomer(step: usize) -> App {
    let mut app = App::new(Box::new(Silence));
    app.update(Event::Mailbox(Arc::new(MailboxView::default())));
    app.update(Event::Keys(Arc::default()));
    app.update(backup(None));
    (app.state.welcome.name, app.state.welcome.address) = ("Alice Sample".into(), "alice@example.org".into());
    match step {
        2 => app.state.welcome.stage = Stage::Keys,
        3 => app.state.welcome.stage = Stage::Backup,
        _ => {}
    }
    app
}

/// The same keys, and the dialog that makes a backup of them.
pub(super) fn making_backup(app: &App) -> App {
    let mut quiet = App::new(Box::new(Silence));
    quiet.views = app.views.clone();
    quiet.state.screen = Screen::Keys;
    quiet.state.clock = app.state.clock.clone();
    quiet.state.backup.dialog = BackupDialog::Make;
    quiet
}

/// Shows the words, once it is known in which language.
pub(super) fn tell_words(app: &mut App) {
    let [english, japanese] = WORDS;
    let wanted = if app.state.language == Language::Japanese { japanese } else { english };
    let Ok(phrase) = words::read(wanted) else { return };
    let keys = app.views.keys.iter().flat_map(|keys| &keys.own).map(|key| key.report.clone()).collect();
    let sheet = Sheet { id: "3F2A-91C0".to_owned(), phrase, made_at: app.state.clock.now(), keys };
    app.update(backup(Some(sheet)));
}

fn backup(sheet: Option<Sheet>) -> Event {
    let folder = Some(PathBuf::from("/home/alice/Documents"));
    Event::Topic(TopicView::Backup(Arc::new(BackupView { folder, sheet, ..BackupView::default() })))
}
