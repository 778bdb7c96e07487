//! Keys from other programs: what was found, what to take of it, and what came.

mod report;

use std::path::PathBuf;

use egui::{CentralPanel, Frame, Margin, ScrollArea, Ui};

use crate::domain::Secret;
use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::bringing::{BringingCommand, BringingView, Secrets, Source, SourceKind, Wish};

use super::files::Purpose;
use super::icons::{self, Icon};
use super::state::{Screen, State, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, bringing as words, one_line, why::Explained as _};

/// The screen between frames.
#[derive(Clone, Debug, Default)]
pub struct BringingState {
    left: Vec<(SourceKind, PathBuf)>,
    secrets: Secrets,
    takes_trust: bool,
    passphrase: String,
    pin: String,
    named: Option<PathBuf>,
    /// What was looked at first.
    wish: Option<Box<Wish>>,
}

impl BringingState {
    fn is_ticked(&self, source: &Source) -> bool {
        !self.left.iter().any(|(kind, path)| *kind == source.kind && *path == source.path)
    }

    fn tick(&mut self, source: &Source, ticked: bool) {
        self.left.retain(|(kind, path)| *kind != source.kind || *path != source.path);
        if !ticked {
            self.left.push((source.kind, source.path.clone()));
        }
    }

    /// What was typed is not kept when the screen is left.
    pub fn forget(&mut self) {
        self.passphrase.clear();
        self.pin.clear();
        self.wish = None;
    }

    /// A folder or a file that the user chose.
    pub fn name(&mut self, path: PathBuf, commands: &mut Vec<Command>) {
        commands.push(command(BringingCommand::Look(Some(path.clone()))));
        self.named = Some(path);
    }
}

/// Goes to the screen and looks for keys.
pub fn begin(state: &mut State, commands: &mut Vec<Command>) {
    state.screen = Screen::Bringing;
    state.bringing = BringingState::default();
    commands.push(command(BringingCommand::Look(None)));
}

fn command(command: BringingCommand) -> Command {
    Command::Topic(Box::new(Topic::Bringing(command)))
}

/// Draws the screen.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let frame = Frame::new().fill(palette(ui).paper).inner_margin(Margin { left: 24, right: 8, top: 16, bottom: 0 });
    let language = state.language;
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            if widgets::icon_button(ui, Icon::Back, language.say(Word::BringBack)).clicked() {
                state.bringing.forget();
                state.screen = Screen::Keys;
                commands.push(Command::ListKeys);
            }
            widgets::title(ui, language.say(Word::BringTitle));
        });
        ScrollArea::vertical().id_salt("bringing").auto_shrink([false, false]).show(ui, |ui| {
            ui.set_max_width(size::MEASURE + 80.0);
            ui.spacing_mut().item_spacing.y = space::M;
            let nothing = BringingView::default();
            let view = views.topics.bringing.as_deref().unwrap_or(&nothing);
            match (&view.report, view.is_busy) {
                (_, true) => busy(ui, views, language, commands),
                (Some(report), false) => report::show(ui, report, state, commands),
                (None, false) => choose(ui, view, state, commands),
            }
            ui.add_space(space::L);
        });
    });
}

fn busy(ui: &mut Ui, views: &Views, language: Language, commands: &mut Vec<Command>) {
    let word = if views.activity.is_some() { Word::BringWorking } else { Word::BringLooking };
    widgets::card(ui, |ui| {
        ui.horizontal(|ui| {
            icons::show(ui, Icon::Sync, size::ICON_LARGE, palette(ui).indigo);
            widgets::emphasis(ui, language.say(word));
        });
        if let Some(activity) = &views.activity {
            widgets::caption(ui, one_line(&activity.subject));
            if let Some(fraction) = activity.fraction {
                ui.add(egui::ProgressBar::new(fraction).desired_height(space::XS));
            }
        }
        if widgets::button(ui, Some(Icon::Close), language.say(Word::BringStop), Weight::Plain).clicked() {
            commands.push(Command::Cancel);
        }
    });
}

fn choose(ui: &mut Ui, view: &BringingView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    widgets::soft(ui, language.say(Word::BringHint));
    let sources = view.sources.as_deref().unwrap_or_default();
    if sources.is_empty() {
        widgets::card(ui, |ui| {
            widgets::emphasis(ui, language.say(Word::BringNone));
            widgets::soft(ui, language.say(Word::BringNoneHint));
        });
    }
    if !sources.is_empty() {
        widgets::card(ui, |ui| {
            for (index, source) in sources.iter().enumerate() {
                if index > 0 {
                    widgets::hairline(ui);
                }
                self::source(ui, source, state);
            }
        });
    }
    ui.horizontal_wrapped(|ui| {
        if widgets::button(ui, Some(Icon::Folder), language.say(Word::BringFolder), Weight::Plain).clicked() {
            state.ask_file(&ui.ctx().clone(), Purpose::BringFolder, language.say(Word::BringFolder), "");
        }
        if widgets::button(ui, Some(Icon::File), language.say(Word::BringFile), Weight::Plain).clicked() {
            state.ask_file(&ui.ctx().clone(), Purpose::BringFile, language.say(Word::BringFile), "");
        }
    });
    if !sources.is_empty() {
        ways(ui, sources, state);
        answers(ui, sources, state, commands);
    }
    tokens(ui, sources, state, commands);
    sharing(ui, view, language, commands);
    widgets::folded(ui, "elsewhere", language.say(Word::BringElsewhere), |ui| {
        for word in [Word::BringMacHint, Word::BringWindowsHint, Word::BringThunderbirdHint] {
            widgets::soft(ui, language.say(word));
        }
    });
}

fn source(ui: &mut Ui, source: &Source, state: &mut State) {
    let language = state.language;
    let colours = palette(ui);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut ticked = state.bringing.is_ticked(source);
        let name = words::source(language, source.kind, &source.name);
        ui.horizontal_wrapped(|ui| {
            if ui.checkbox(&mut ticked, name).changed() {
                state.bringing.tick(source, ticked);
            }
            if source.kind != SourceKind::Files {
                let counts = [("keys", source.keys.to_string()), ("certificates", source.certificates.to_string())];
                let counts = counts.each_ref().map(|(blank, count)| (*blank, count.as_str()));
                widgets::soft(ui, language.fill(Word::BringCounts, &counts));
            }
        });
        widgets::caption(ui, one_line(&source.path.display().to_string()));
        if let Some(why) = source.problem {
            let row = why.row();
            widgets::signed_line(ui, Icon::Caution, colours.amber, row.means(language, &[]));
        }
    });
}

/// What to take, and how.
fn ways(ui: &mut Ui, sources: &[Source], state: &mut State) {
    let language = state.language;
    let ticked: Vec<&Source> = sources.iter().filter(|source| state.bringing.is_ticked(source)).collect();
    let has = |kinds: &[SourceKind]| ticked.iter().any(|source| kinds.contains(&source.kind));
    let brings_secrets = has(&[SourceKind::Gnupg, SourceKind::Gpgsm, SourceKind::Thunderbird, SourceKind::Files]);
    if brings_secrets {
        widgets::caption(ui, language.say(Word::BringSecrets));
        ui.horizontal_wrapped(|ui| {
            let mut ways = vec![(Secrets::Bring, Word::BringCopy)];
            if has(&[SourceKind::Gnupg]) {
                ways.push((Secrets::WithAgent, Word::BringAgent));
            }
            ways.push((Secrets::Leave, Word::BringPublic));
            for (way, word) in ways {
                if widgets::choice(ui, state.bringing.secrets == way, language.say(word)).clicked() {
                    state.bringing.secrets = way;
                }
            }
        });
        widgets::caption(
            ui,
            language.say(match state.bringing.secrets {
                Secrets::Bring => Word::BringCopyHint,
                Secrets::WithAgent => Word::BringAgentHint,
                Secrets::Leave => Word::BringPublicHint,
            }),
        );
        if state.bringing.secrets != Secrets::Leave {
            ui.set_max_width(ui.available_width().min(size::FORM));
            widgets::secret_field(ui, language.say(Word::BringPassphrase), &mut state.bringing.passphrase);
        }
    }
    if has(&[SourceKind::Gnupg, SourceKind::Gpgsm, SourceKind::Thunderbird]) {
        ui.checkbox(&mut state.bringing.takes_trust, language.say(Word::BringTrust));
        widgets::caption(ui, language.say(Word::BringTrustHint));
    }
}

fn answers(ui: &mut Ui, sources: &[Source], state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let ticked: Vec<_> = sources
        .iter()
        .filter(|source| state.bringing.is_ticked(source))
        .map(|source| (source.kind, source.path.clone()))
        .collect();
    ui.horizontal_wrapped(|ui| {
        let is_possible = !ticked.is_empty();
        let bring = widgets::button_if(ui, is_possible, Some(Icon::Import), language.say(Word::Bring), Weight::Primary)
            .clicked();
        let look = widgets::button_if(ui, is_possible, None, language.say(Word::BringPreview), Weight::Plain).clicked();
        if bring || look {
            let passphrases = (!state.bringing.passphrase.is_empty())
                .then(|| Secret::from(state.bringing.passphrase.as_str()))
                .into_iter()
                .collect();
            let wish = Box::new(Wish {
                sources: ticked,
                passphrases,
                secrets: state.bringing.secrets,
                takes_trust: state.bringing.takes_trust,
                dry_run: look,
            });
            state.bringing.wish = Some(wish.clone());
            commands.push(command(BringingCommand::Bring(wish)));
        }
    });
}

/// The PIN of a token whose keys are used.
fn tokens(ui: &mut Ui, sources: &[Source], state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    for token in sources.iter().filter(|source| source.is_waiting) {
        widgets::card(ui, |ui| {
            widgets::emphasis(ui, words::source(language, token.kind, &token.name));
            widgets::secret_field(ui, language.say(Word::BringPin), &mut state.bringing.pin);
            widgets::caption(ui, language.say(Word::BringPinHint));
            let is_typed = !state.bringing.pin.is_empty();
            if widgets::button_if(ui, is_typed, None, language.say(Word::BringUnlockToken), Weight::Plain).clicked() {
                let pin = Secret::new(std::mem::take(&mut state.bringing.pin));
                let (module, label) = (token.path.clone(), token.name.clone());
                commands.push(command(BringingCommand::Pin { module, label, pin }));
            }
        });
    }
}

fn sharing(ui: &mut Ui, view: &BringingView, language: Language, commands: &mut Vec<Command>) {
    let Some((mut is_on, folder)) = view.sharing.clone() else { return };
    if ui.checkbox(&mut is_on, language.say(Word::BringShare)).changed() {
        commands.push(command(BringingCommand::Share(is_on)));
    }
    let folder = one_line(&folder.display().to_string());
    widgets::caption(ui, language.fill(Word::BringShareHint, &[("folder", &folder)]));
}
