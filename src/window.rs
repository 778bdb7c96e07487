//! Opens the window, or draws it without one.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use kakitome::cli::{self, Common, GuiArgs, Lang};
use kakitome::domain::EmailAddress;
use kakitome::engine::topic::Topic;
use kakitome::engine::topic::bringing::BringingCommand;
use kakitome::engine::{Command, EngineHandle, Event, Failure, Start, start};
use kakitome::ui::{self, App, Backend, Frames, Language, Options, Screen, Theme};

use crate::{first, hardening};

/// How long a picture waits for the engine.
const PATIENCE: Duration = Duration::from_secs(90);

struct Engine(EngineHandle);

impl Backend for Engine {
    fn send(&mut self, command: Command) {
        self.0.send(command);
    }

    fn try_next(&mut self) -> Option<Event> {
        self.0.try_next()
    }

    fn spawn(&self) -> Option<ui::Spawn> {
        let dialog = |work: Box<dyn FnOnce() + Send>| {
            kakitome::engine::stateless::in_thread(Box::new(|| hardening::while_looked_into(work)));
        };
        Some(std::sync::Arc::new(dialog))
    }
}

/// Opens the window that the options describe.
pub fn open(common: &Common, args: &GuiArgs) -> Result<()> {
    let what = if args.demo { Start::Demo } else { profile(common)? };
    let language = common.lang.map(|lang| match lang {
        Lang::En => Language::English,
        Lang::Ja => Language::Japanese,
    });
    let theme = if args.dark { Theme::Dark } else { Theme::System };
    if let Some(to) = &args.screenshot {
        return picture(&what, language, theme, common.verbose, args, to);
    }
    if cfg!(target_os = "linux") && ["DISPLAY", "WAYLAND_DISPLAY"].iter().all(|name| std::env::var_os(name).is_none()) {
        bail!("there is no display for a window; without one, use `kakitome inspect FILE` and `kakitome --help`");
    }
    let frames = args.frames.map(u64::from);
    let began = Instant::now();
    let options = Options { language, theme, frames };
    let drawn = ui::run_window(options, move |wake| start(&what, wake).map(Engine))?;
    if let Some(frames) = frames {
        println!("{frames} frames, {} ms; {}", began.elapsed().as_millis(), spread(&drawn));
    }
    Ok(())
}

/// How long the window's thread was busy with a frame.
fn spread(drawn: &Frames) -> String {
    let [half, most, longest] =
        [drawn.share(0.5), drawn.share(0.99), drawn.longest()].map(|time| time.as_secs_f64() * 1000.0);
    format!("busy with a frame: {half:.1} ms, 99 of 100 within {most:.1} ms, the longest {longest:.1} ms")
}

fn profile(common: &Common) -> Result<Start> {
    let (dir, secrets) = cli::profile_of(common).map_err(anyhow::Error::msg)?;
    Ok(Start::Profile { dir, secrets })
}

/// Draws one screen to a file: `--screen` names it, with what it shows after a colon
/// (`reading:3` opens the third message of the list, `evidence:3` its drawer).
fn picture(
    what: &Start,
    language: Option<Language>,
    theme: Theme,
    is_verbose: bool,
    args: &GuiArgs,
    to: &std::path::Path,
) -> Result<()> {
    let dress = |app: &mut App| {
        app.dress(if theme == Theme::System { Theme::Light } else { theme });
        if let Some(language) = language {
            app.speak(language);
        }
    };
    let size = args.size.as_deref().unwrap_or("1280x800");
    let (width, height) = size.split_once('x').context("a size is written like 1280x800")?;
    let size = ui::size(width.parse()?, height.parse()?);
    let name = args.screen.as_deref().unwrap_or("mailbox");
    let (name, number) = name.split_once(':').unwrap_or((name, ""));
    let quiet = |mut app: App| {
        dress(&mut app);
        first::tell_words(&mut app);
        Ok(ui::write_png(&ui::screenshot(&mut app, size, 1.0)?, to)?)
    };
    if name == "first" {
        return quiet(first::newcomer(number.parse().unwrap_or(1)));
    }
    let engine = start(what, || {}).map_err(|failure: Failure| anyhow::anyhow!("{failure}"))?;
    let mut app = App::new(Box::new(Engine(engine)));
    dress(&mut app);
    settle(&mut app, |app| app.views.mailbox.is_some())?;
    turn_to(&mut app, name, number, size)?;
    if name == "backup" {
        return quiet(first::making_backup(&app));
    }
    let image = ui::screenshot(&mut app, size, 1.0)?;
    ui::write_png(&image, to)?;
    if is_verbose {
        println!("{} frames; {}", app.frames.drawn(), spread(&app.frames));
    }
    Ok(())
}

/// Opens the screen of that name, and waits until what it shows is there.
fn turn_to(app: &mut App, name: &str, number: &str, size: egui::Vec2) -> Result<()> {
    match name {
        "mailbox" => {}
        "reading" | "evidence" => {
            let number: usize = number.parse().unwrap_or(1);
            let mailbox = app.views.mailbox.clone().context("no mailbox")?;
            let row = mailbox.rows.get(number.saturating_sub(1)).context("there is no such message in the list")?;
            let id = row.id;
            app.open_message(id);
            app.state.drawer = name == "evidence";
            settle(app, |app| app.views.reading.as_ref().is_some_and(|view| view.id == id))?;
        }
        "compose" => {
            app.compose_sample();
            // The first frame asks what would happen; the picture waits for the answer.
            ui::screenshot(app, size, 1.0)?;
            settle(app, |app| app.views.preflight.is_some())?;
        }
        "write" => app.compose(),
        "drafts" => app.state.screen = Screen::Drafts,
        "keys" | "certificates" | "backup" => {
            app.state.screen = Screen::Keys;
            app.state.keys.shows_others = name == "certificates";
            app.ask(Command::ListKeys);
            settle(app, |app| app.views.keys.is_some() && app.views.topics.own_keys.is_some())?;
        }
        "people" | "compare" | "trust" => people(app, name, number)?,
        "find" | "found" | "publish" => finding(app, name)?,
        "bringing" => {
            app.bring_keys();
            settle(app, |app| app.views.topics.bringing.as_ref().is_some_and(|view| view.sources.is_some()))?;
        }
        "brought" => {
            app.bring_keys();
            app.ask(Command::Topic(Box::new(Topic::Bringing(BringingCommand::Bring(Box::default())))));
            settle(app, |app| app.views.topics.bringing.as_ref().is_some_and(|view| view.report.is_some()))?;
        }
        "setup" => app.add_account(),
        "outbox" => app.state.screen = Screen::Outbox,
        "conversations" => {
            app.show_conversations();
            settle(app, |app| app.views.topics.transcript.is_some())?;
        }
        "settings" => {
            app.state.screen = Screen::Settings;
            // The first frame asks for what is set.
            ui::screenshot(app, size, 1.0)?;
            settle(app, |app| app.views.topics.finding.is_some())?;
        }
        "authorities" | "withdrawals" => {
            app.state.screen = Screen::Settings;
            app.state.settings.authorities.is_open = true;
            app.state.settings.authorities.shows_withdrawals = name == "withdrawals";
            // The first frame asks for them.
            ui::screenshot(app, size, 1.0)?;
            let counted = |app: &App| app.views.topics.authorities.as_ref().is_some_and(|view| view.vouches.is_some());
            settle(app, counted)?;
        }
        other => bail!(
            "there is no screen {other}; they are mailbox, reading[:N], evidence[:N], compose, write, drafts, first[:1-3], keys, backup, certificates, people[:ADDRESS], compare:ADDRESS, trust[:ADDRESS], find, found, publish, bringing, brought, outbox, conversations, settings, setup, authorities, withdrawals"
        ),
    }
    Ok(())
}

/// The dialogs of looking for a certificate, and of publishing one's own.
fn finding(app: &mut App, name: &str) -> Result<()> {
    if name == "publish" {
        app.state.screen = Screen::Keys;
        app.ask(Command::ListKeys);
        settle(app, |app| app.views.keys.is_some())?;
        app.publish();
        return Ok(());
    }
    app.find("hanako@example.co.jp", name == "found");
    let search = |app: &App| app.views.topics.finding.as_ref().and_then(|view| view.search.clone());
    settle(app, |app| name == "find" || search(app).is_some_and(|search| !search.is_running))
}

/// The people, a card of theirs and the sheet that compares its first key, or who vouches for whom.
fn people(app: &mut App, name: &str, about: &str) -> Result<()> {
    let address = EmailAddress::parse(about);
    if name == "trust" {
        app.show_trust(address.as_ref());
        return settle(app, |app| app.views.topics.certifying.is_some());
    }
    app.ask(Command::ListKeys);
    let is_one = address.is_some();
    app.show_people(address);
    settle(app, |app| {
        let view = app.views.topics.people.as_ref();
        app.views.keys.is_some() && view.is_some_and(|view| view.card.is_some() == is_one)
    })?;
    if name == "compare" {
        app.compare();
    }
    Ok(())
}

/// Lets the engine answer until what is wanted is there.
fn settle(app: &mut App, done: impl Fn(&App) -> bool) -> Result<()> {
    let end = Instant::now() + PATIENCE;
    while !done(app) {
        if Instant::now() > end {
            bail!("the engine did not answer");
        }
        app.listen();
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
