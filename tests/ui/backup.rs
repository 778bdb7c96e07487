//! The first three screens, and the dialogs about backups.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use kakitome::domain::Secret;
use kakitome::engine::topic::backup::words::{self, List};
use kakitome::engine::topic::backup::{
    Back, BackupCommand, BackupView, Found, Key, KeyOutcome, LastBackup, Made, Outcome, Rehearsal, sheet::Sheet,
};
use kakitome::engine::topic::{Topic, TopicView};
use kakitome::engine::view::{CertificateReport, MailboxView};
use kakitome::engine::{Command, Event, Failure, FailureKind, Retry};
use kakitome::ui::{self, App, BackupDialog, Language, Screen, Stage, Theme};

use super::{LANGUAGES, NARROW, Paper, WIDE, app, sample, window};

const ENGLISH: &str = "legal winner thank year wave sausage worth useful legal winner thank yellow";

fn phrase(language: Language) -> Secret<String> {
    match language {
        Language::English => Secret::from(ENGLISH),
        Language::Japanese => {
            words::read("そつう れきだい ほんやく わかす りくつ ばいか ろせん やちん そつう れきだい ほんやく わかめ")
                .unwrap()
        }
    }
}

fn sheet(language: Language) -> Sheet {
    Sheet { id: "3F2A-91C0".into(), phrase: phrase(language), made_at: sample::at(sample::NOW), keys: own() }
}

fn own() -> Vec<CertificateReport> {
    sample::keys().own.into_iter().map(|key| key.report).collect()
}

fn last(keys: &[CertificateReport]) -> LastBackup {
    LastBackup {
        made_at: sample::at("2025-11-20T10:00:00Z"),
        file: "/home/alice/Documents/kakitome-backup-2025-11-20.pgp".into(),
        keys: keys.iter().map(|key| key.fingerprint.to_string()).collect(),
    }
}

fn view() -> BackupView {
    BackupView { folder: Some("/home/alice/Documents".into()), ..BackupView::default() }
}

fn event(view: BackupView) -> Event {
    Event::Topic(TopicView::Backup(Arc::new(view)))
}

fn outcome(outcome: Outcome) -> Event {
    event(BackupView { outcome: Some(outcome), ..view() })
}

fn made() -> Outcome {
    let file = PathBuf::from("/home/alice/Documents/kakitome-backup-2025-11-24.pgp");
    Outcome::Made(Made { file, id: "3F2A-91C0".into(), keys: own(), certificates: 3 })
}

fn tried(found: Found) -> Outcome {
    let keys = own().into_iter().map(|report| KeyOutcome { report, found }).collect();
    Outcome::Rehearsed(Rehearsal { made_at: sample::at("2025-11-20T10:00:00Z"), keys, in_backup: 2 })
}

/// A window in which nothing was ever done.
fn newcomer(language: Language) -> (App, Paper) {
    let (mut app, paper) = app(language);
    app.update(Event::Mailbox(Arc::new(MailboxView::default())));
    app.update(Event::Keys(Arc::default()));
    app.update(event(view()));
    (app, paper)
}

/// After the first three screens: an account is still to come.
pub fn without_account(language: Language) -> App {
    let (mut app, _) = app(language);
    app.update(Event::Mailbox(Arc::new(MailboxView::default())));
    app.update(Event::Keys(Arc::new(sample::keys())));
    app
}

fn with_keys(language: Language) -> (App, Paper) {
    let (mut app, paper) = app(language);
    app.update(Event::Keys(Arc::new(sample::keys())));
    app.update(event(view()));
    app.state.screen = Screen::Keys;
    (app, paper)
}

fn asked(paper: &Paper) -> Vec<BackupCommand> {
    let of = |command: &Command| match command {
        Command::Topic(topic) => match &**topic {
            Topic::Backup(command) => Some(command.clone()),
            _ => None,
        },
        _ => None,
    };
    paper.commands.borrow().iter().filter_map(of).collect()
}

fn at_backup(language: Language) -> (App, Paper) {
    let (mut app, paper) = newcomer(language);
    app.state.welcome.address = "alice@example.org".into();
    app.update(outcome(Outcome::Begun));
    app.update(Event::Keys(Arc::new(sample::keys())));
    app.update(event(BackupView { sheet: Some(sheet(language)), ..view() }));
    (app, paper)
}

/// Every screen and dialog about backups.
pub fn screens(language: Language) -> Vec<(&'static str, App)> {
    let mut all = vec![("first-who", newcomer(language).0)];
    let (mut keys, _) = newcomer(language);
    (keys.state.welcome.name, keys.state.welcome.address) = ("Alice Sample".into(), "alice@example.org".into());
    keys.state.welcome.stage = Stage::Keys;
    all.push(("first-keys", keys));
    let (mut making, _) = newcomer(language);
    making.state.welcome.address = "alice@example.org".into();
    making.state.welcome.stage = Stage::Keys;
    making.state.welcome.is_making = true;
    all.push(("first-making", making));
    all.push(("first-backup", at_backup(language).0));
    let (mut saved, _) = at_backup(language);
    saved.update(outcome(Outcome::SheetWritten("/home/alice/Documents/sheet.pdf".into())));
    saved.update(outcome(made()));
    all.push(("first-saved", saved));
    all.push(("keys-backup-due", with_keys(language).0));
    let (mut kept, _) = with_keys(language);
    let rehearsed_at = Some(sample::at("2025-11-21T10:00:00Z"));
    kept.update(event(BackupView { last: Some(last(&own())), rehearsed_at, ..view() }));
    all.push(("keys-backup-kept", kept));
    let dialog = |dialog| {
        let (mut app, _) = with_keys(language);
        app.state.backup.dialog = dialog;
        app.update(event(BackupView { sheet: Some(sheet(language)), ..view() }));
        app
    };
    all.push(("backup-make", dialog(BackupDialog::Make)));
    all.push(("backup-try", dialog(BackupDialog::Rehearse)));
    all.push(("backup-restore", dialog(BackupDialog::Restore)));
    let fingerprint = own()[0].fingerprint.clone();
    all.push(("backup-setup", dialog(BackupDialog::Setup(fingerprint.clone()))));
    let mut code = dialog(BackupDialog::Setup(fingerprint));
    let number = Secret::from("1742-0185-6197-1303-7016-8412-3581-4441-0597");
    code.update(outcome(Outcome::SetupMessage("/home/alice/autocrypt-setup-message.eml".into(), number)));
    all.push(("backup-setup-code", code));
    let mut complete = dialog(BackupDialog::Rehearse);
    complete.update(outcome(tried(Found::Complete)));
    all.push(("backup-tried", complete));
    let mut lacking = dialog(BackupDialog::Rehearse);
    lacking.update(outcome(tried(Found::Missing)));
    all.push(("backup-lacking", lacking));
    let mut back = dialog(BackupDialog::Restore);
    let restored = Back { is_setup_message: false, keys: own(), certificates: 5, trust: 3, accounts: 1 };
    back.update(outcome(Outcome::Restored(restored)));
    all.push(("backup-restored", back));
    let mut failed = dialog(BackupDialog::Restore);
    failed.update(wrong());
    all.push(("backup-failed", failed));
    all
}

fn wrong() -> Event {
    let subject = "3F2A-91C0".to_owned();
    Event::Failed(Failure { kind: FailureKind::WrongWords, retry: Retry::Now, subject, source: "mistyped".into() })
}

/// Writes these screens alone to the folder named by `KAKITOME_SCREENS`.
#[test]
fn the_screens_about_backups_are_drawn_in_both_languages_looks_and_sizes() {
    let folder = std::env::var_os("KAKITOME_SCREENS").map(PathBuf::from);
    for language in LANGUAGES {
        for (theme, look) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
            for size in [WIDE, NARROW] {
                for (name, mut app) in screens(language) {
                    app.state.theme = theme;
                    let mut app = window(app, size).into_state();
                    let Some(folder) = &folder else { continue };
                    let image = ui::screenshot(&mut app, size.into(), 1.0).unwrap();
                    let file = format!("{name}-{}-{look}-{}.png", language.code(), size[0]);
                    ui::write_png(&image, &folder.join(file)).unwrap();
                }
            }
        }
    }
}

#[test]
fn a_new_user_has_both_key_pairs_and_a_backup_after_three_screens() {
    for (language, size) in [(Language::English, WIDE), (Language::Japanese, NARROW), (Language::English, NARROW)] {
        let (app, paper) = newcomer(language);
        let mut window = window(app, size);
        let say = |word| language.say(word);
        // One: who one is.
        window.get_by_label(say(ui::Word::Welcome));
        window.get_by_label(&language.fill(ui::Word::FirstStep, &[("number", "1")]));
        for text in ["Alice Sample", "alice@example.org"] {
            window.event(egui::Event::Text(text.into()));
            window.run();
            window.key_press(egui::Key::Tab);
            window.run();
        }
        window.get_by_label(say(ui::Word::Continue)).click();
        window.run();
        // Two: one click makes both.
        window.get_by_label(&language.fill(ui::Word::FirstStep, &[("number", "2")]));
        window.get_by_label(say(ui::Word::RestoreBackup));
        window.get_by_label(say(ui::Word::ImportInstead));
        window.get_by_label(say(ui::Word::MakeBothKeys)).click();
        window.run_steps(4);
        assert!(asked(&paper).iter().any(|command| matches!(command,
            BackupCommand::Begin { name, address, .. } if name == "Alice Sample" && address == "alice@example.org")));
        window.get_by_label(say(ui::Word::MakingKeys));
        window.state_mut().update(outcome(Outcome::Begun));
        window.state_mut().update(Event::Keys(Arc::new(sample::keys())));
        window.run();
        // Three: the words, the sheet, the file, and the check.
        window.get_by_label(&language.fill(ui::Word::FirstStep, &[("number", "3")]));
        let list = if language == Language::Japanese { List::Japanese } else { List::English };
        assert!(
            asked(&paper).iter().any(|one| matches!(one, BackupCommand::ShowWords { list: wanted } if *wanted == list))
        );
        window.state_mut().update(event(BackupView { sheet: Some(sheet(language)), ..view() }));
        window.run();
        let shown = words::shown(&phrase(language));
        for word in &shown {
            assert!(window.query_all_by_label(word).next().is_some(), "{word}");
        }
        let content = save_sheet(&mut window, &paper, language);
        assert!(content.declassify().starts_with(b"%PDF-"));
        window.get_by_label(say(ui::Word::SaveBackup)).click();
        window.run();
        assert!(asked(&paper).iter().any(|command| matches!(command,
            BackupCommand::Make { to, passphrase: None } if to.to_str().unwrap().ends_with("kakitome-backup-2025-11-24.pgp"))));
        window.state_mut().update(outcome(made()));
        window.run();
        window.get_by_label_contains(say(ui::Word::BackupSaved));
        // Not before somebody has the words.
        for (number, word) in [(4, "zebra"), (4, shown[3].as_str()), (9, shown[8].as_str())] {
            window.get_by_label(say(ui::Word::Finish)).click();
            window.run();
            assert_eq!(window.state().state.welcome.stage, Stage::Backup);
            let label = language.fill(ui::Word::WordNumber, &[("number", &number.to_string())]);
            let field = window.get_by_role_and_label(Role::TextInput, &label);
            field.focus();
            window.run();
            window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
            window.event(egui::Event::Text(word.into()));
            window.run();
        }
        let finish = window.get_by_label(say(ui::Word::Finish));
        let rect = finish.rect();
        finish.click();
        window.run();
        assert_eq!(window.state().state.welcome.stage, Stage::Over, "{language:?} {size:?} {rect:?}");
        assert!(window.state().state.backup.sheet.is_none(), "the words are gone from the window");
    }
}

fn save_sheet(window: &mut egui_kittest::Harness<'_, App>, paper: &Paper, language: Language) -> Secret<Vec<u8>> {
    window.get_by_label(language.say(ui::Word::SaveSheet)).click();
    let begin = Instant::now();
    loop {
        window.run_steps(2);
        let written = asked(paper).into_iter().find_map(|command| match command {
            BackupCommand::WriteSheet { content, .. } => Some(content),
            _ => None,
        });
        if let Some(content) = written {
            window.state_mut().update(outcome(Outcome::SheetWritten("sheet.pdf".into())));
            window.run();
            window.get_by_label(language.say(ui::Word::SheetSaved));
            return content;
        }
        assert!(begin.elapsed() < Duration::from_mins(1), "no sheet was drawn");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn later_leads_to_a_reminder_that_can_be_put_off_and_comes_back() {
    for language in LANGUAGES {
        let (mut app, paper) = at_backup(language);
        app.update(Event::Mailbox(Arc::new(sample::mailbox())));
        let mut window = window(app, WIDE);
        let say = |word| language.say(word);
        assert!(window.query_by_label(say(ui::Word::BackupDue)).is_none(), "the screen speaks of it itself");
        window.get_by_label(say(ui::Word::Later)).click();
        window.run();
        window.get_by_label(say(ui::Word::BackupDue)).click();
        window.run();
        assert_eq!(window.state().state.backup.dialog, BackupDialog::Make);
        window.get_by_label(say(ui::Word::Cancel)).click();
        window.run();
        window.state_mut().state.screen = Screen::Keys;
        window.run();
        window.get_by_label(say(ui::Word::NoBackup));
        window.get_by_label(say(ui::Word::Later)).click();
        window.run();
        assert!(asked(&paper).iter().any(|command| matches!(command, BackupCommand::Later)));
        let off = Some(sample::at("2025-12-01T00:00:00Z"));
        window.state_mut().update(event(BackupView { later_until: off, ..view() }));
        window.run();
        assert!(window.query_by_label(say(ui::Word::NoBackup)).is_none());
        // A key that is in no backup makes it due again, one that is doesn't.
        for (keys, word) in [(&own()[..1], Some(ui::Word::NewerKeys)), (&own()[..], None)] {
            window.state_mut().update(event(BackupView { last: Some(last(keys)), ..view() }));
            window.run();
            let is_due = window.query_by_label(say(ui::Word::NewerKeys)).is_some();
            assert_eq!(is_due, word.is_some());
        }
    }
}

#[test]
fn a_mistyped_word_is_named_while_it_is_typed() {
    let (mut app, paper) = with_keys(Language::English);
    app.state.backup.dialog = BackupDialog::Restore;
    let mut window = window(app, NARROW);
    window.get_by_role_and_label(Role::TextInput, "Backup file").focus();
    window.run();
    window.event(egui::Event::Text("/home/alice/backup.pgp".into()));
    window.run();
    let field = "Recovery words, passphrase or Setup Code";
    window.get_by_role_and_label(Role::MultilineTextInput, field).focus();
    window.run();
    window.event(egui::Event::Text(ENGLISH.replace("sausage", "sasuage")));
    window.run();
    window.get_by_label("Word 6, sasuage, is not a recovery word. sausage may be meant.");
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    window.event(egui::Event::Text(ENGLISH.into()));
    window.run();
    window.get_by_label("The twelve words belong together.");
    window.get_by_label("Restore").click();
    window.run();
    assert!(asked(&paper).iter().any(|command| matches!(command,
        BackupCommand::Restore { from, with: Key::Typed(typed) }
            if from == std::path::Path::new("/home/alice/backup.pgp") && typed.declassify() == ENGLISH)));
    window.state_mut().update(wrong());
    window.run();
    assert!(window.query_all_by_label_contains("don't open the backup (3F2A-91C0)").count() >= 1);
    window.get_by_label("Restore").click();
    window.run();
    window.state_mut().update(outcome(Outcome::Restored(Back {
        is_setup_message: false,
        keys: own(),
        certificates: 5,
        trust: 3,
        accounts: 1,
    })));
    window.run();
    window.get_by_label("Your keys are back.");
    window.get_by_label("Close").click();
    window.run();
    assert_eq!(window.state().state.backup.dialog, BackupDialog::None);
}
