//! Rules: their card in the settings, and the dialog that runs one on a folder.

mod editor;
mod say;

use egui::{Context, Key, Modifiers, Role, Sense, Ui, WidgetInfo, vec2};

use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::mail::MailCommand;
use crate::engine::topic::rules::{RuleView, RulesCommand, RulesView};
use crate::engine::view::FolderId;

use super::confirm;
use super::icons::{self, Icon};
use super::state::{State, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Word, one_line, short_name};

pub use editor::page;

/// Rules between frames.
#[derive(Clone, Debug, Default)]
pub struct RulesState {
    /// They were asked for.
    is_asked: bool,
    /// The rule being made or changed: its page is shown in place of the other settings.
    pub editor: Option<editor::Editor>,
    /// The rule that is perhaps to go: its row id and name.
    removing: Option<(i64, String)>,
    /// The rule that is to be run on a folder.
    running: Option<Running>,
    /// The rule that takes the focus when it was moved.
    follows: Option<i64>,
}

impl RulesState {
    /// What was asked for has failed, and can be asked for again.
    pub fn fail(&mut self) {
        if let Some(running) = &mut self.running {
            (running.waits, running.runs) = (false, false);
        }
        if let Some(editor) = &mut self.editor {
            editor.fail();
        }
    }

    /// The rules came as they are kept now.
    pub fn take(&mut self) {
        self.editor.take_if(|editor| editor.is_done());
    }

    /// Closes what is open above the settings; whether anything was.
    pub fn close(&mut self) -> bool {
        self.removing.take().is_some() || self.running.take().is_some() || self.editor.take().is_some()
    }
}

#[derive(Clone, Debug)]
struct Running {
    /// `None`: all that are on.
    rule: Option<i64>,
    name: String,
    folder: Option<FolderId>,
    /// What it would be run on was asked for, and the answer is awaited.
    waits: bool,
    /// It is being run: it is not asked for a second time.
    runs: bool,
}

fn tell(commands: &mut Vec<Command>, command: RulesCommand) {
    commands.push(Command::Topic(Box::new(Topic::Rules(command))));
}

/// The card of the settings.
pub fn card(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    if !std::mem::replace(&mut state.settings.rules.is_asked, true) {
        tell(commands, RulesCommand::Look);
    }
    let language = state.language;
    widgets::card(ui, |ui| {
        widgets::emphasis(ui, language.say(Word::Rules));
        widgets::caption(ui, language.say(Word::RulesHint));
        let rules = views.topics.rules.as_ref().map(|view| view.rules.as_slice()).unwrap_or_default();
        if rules.is_empty() {
            widgets::soft(ui, language.say(Word::RulesNone));
        }
        for nth in 0..rules.len() {
            row(ui, views, rules, nth, state, commands);
        }
        ui.horizontal_wrapped(|ui| {
            if widgets::button(ui, Some(Icon::Plus), language.say(Word::RuleAdd), Weight::Plain).clicked() {
                editor::begin(state, None);
            }
            let are_on = rules.iter().any(|one| one.rule.is_enabled);
            let words = language.say(Word::RuleRunAll);
            if are_on && widgets::button(ui, Some(Icon::Run), words, Weight::Quiet).clicked() {
                begin_run(views, state, commands, None);
            }
        });
    });
    removal(ui.ctx(), state, commands);
    running(ui.ctx(), views, state, commands);
}

fn row(ui: &mut Ui, views: &Views, rules: &[RuleView], nth: usize, state: &mut State, commands: &mut Vec<Command>) {
    let Some(RuleView { rule, believes_from }) = rules.get(nth) else { return };
    let language = state.language;
    let name = short_name(&rule.name);
    let fill = |word| language.fill(word, &[("name", &name)]);
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let mut on = rule.is_enabled;
        let wide = (ui.available_width() - 5.0 * (size::HIT + space::XS)).max(120.0);
        let switch =
            ui.allocate_ui_with_layout(vec2(wide, size::HIT), egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.set_width(wide);
                ui.add(egui::Checkbox::new(&mut on, &name))
            });
        let switch = switch.inner;
        if switch.changed() {
            tell(commands, RulesCommand::Enable { rule: rule.id, on });
        }
        if state.settings.rules.follows == Some(rule.id) {
            state.settings.rules.follows = None;
            switch.request_focus();
        }
        let alt = |key| switch.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::ALT, key));
        let (up, down) = (alt(Key::ArrowUp), alt(Key::ArrowDown));
        let ends = [
            (Icon::ChevronUp, Word::RuleUp, nth.checked_sub(1), up),
            (Icon::ChevronDown, Word::RuleDown, (nth + 1 < rules.len()).then_some(nth + 1), down),
        ];
        for (icon, word, other, pressed) in ends {
            ui.add_enabled_ui(other.is_some(), |ui| {
                let clicked = widgets::icon_button(ui, icon, &fill(word)).clicked();
                if let Some(other) = other.filter(|_| clicked || pressed) {
                    let mut ids: Vec<i64> = rules.iter().map(|one| one.rule.id).collect();
                    ids.swap(nth, other);
                    state.settings.rules.follows = pressed.then_some(rule.id);
                    tell(commands, RulesCommand::Order(ids));
                }
            });
        }
        if widgets::icon_button(ui, Icon::Run, &fill(Word::RuleRun)).clicked() {
            begin_run(views, state, commands, Some((rule.id, &rule.name)));
        }
        if widgets::icon_button(ui, Icon::Write, &fill(Word::RuleChange)).clicked() {
            editor::begin(state, Some(rule.clone()));
        }
        if widgets::icon_button(ui, Icon::Trash, &fill(Word::RuleRemove)).clicked() {
            state.settings.rules.removing = Some((rule.id, rule.name.clone()));
        }
    });
    ui.indent(("rule", rule.id), |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        widgets::caption(ui, say::summary(views, state, rule));
        let amber = palette(ui).amber;
        if !rule.trouble.is_empty() {
            let is_tag = rule.trouble == "tag_gone";
            caution(ui, amber, language.say(if is_tag { Word::RuleTagGone } else { Word::RuleFolderGone }));
        }
        if *believes_from {
            caution(ui, amber, language.say(Word::RuleFromClaimed));
        }
    });
    ui.spacing_mut().item_spacing.y = space::M;
    ui.add_space(space::XS);
}

fn begin_run(views: &Views, state: &mut State, commands: &mut Vec<Command>, rule: Option<(i64, &str)>) {
    let folder = views.mailbox.as_ref().and_then(|mailbox| mailbox.open_folder);
    let name = rule.map(|(_, name)| name.to_owned()).unwrap_or_default();
    state.settings.rules.running =
        Some(Running { rule: rule.map(|(id, _)| id), name, folder, waits: false, runs: false });
    tell(commands, RulesCommand::CloseTrial);
}

fn caution(ui: &mut Ui, colour: egui::Color32, words: &str) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        icons::show(ui, Icon::Caution, size::ICON, colour);
        widgets::caption(ui, words);
    });
}

fn removal(ctx: &Context, state: &mut State, commands: &mut Vec<Command>) {
    let Some((id, name)) = state.settings.rules.removing.clone() else { return };
    let language = state.language;
    let answer = confirm::dialog(ctx, "remove-rule", |ui| {
        widgets::title(ui, language.fill(Word::RuleRemoveTitle, &[("name", &short_name(&name))]));
        widgets::soft(ui, language.say(Word::RuleRemoveHint));
        confirm::answers(ui, language, Word::RuleRemoveYes, Weight::Danger)
    });
    if answer == Some(true) {
        tell(commands, RulesCommand::Remove(id));
    }
    if answer.is_some() {
        state.settings.rules.removing = None;
    }
}

/// The dialog that runs a rule on a folder: first it only looks.
fn running(ctx: &Context, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(mut running) = state.settings.rules.running.take() else { return };
    let language = state.language;
    let view = views.topics.rules.clone();
    let answer = confirm::dialog(ctx, "run-rule", |ui| {
        let one = language.fill(Word::RuleRunTitle, &[("name", &short_name(&running.name))]);
        widgets::title(ui, if running.rule.is_some() { one } else { language.say(Word::RuleRunAll).to_owned() });
        let before = running.folder;
        say::folder(ui, views, language, "run-rule-folder", &mut running.folder);
        running.waits &= running.folder == before;
        let ask = |commands: &mut Vec<Command>, folder, is_trial| {
            tell(commands, RulesCommand::Run { rule: running.rule, folder, is_trial });
        };
        let trial = view.as_ref().and_then(|view| view.trial.as_ref());
        running.runs &= !trial.is_some_and(|one| one.is_done && one.rule == running.rule);
        let trial = trial.filter(|one| one.rule == running.rule && Some(one.folder) == running.folder);
        running.waits &= trial.is_none();
        found(ui, language, view.as_deref().filter(|_| trial.is_some()));
        let mut answer = None;
        ui.horizontal(|ui| {
            let can = running.folder.is_some() && !running.waits && !running.runs;
            match (trial, running.folder) {
                (Some(trial), _) if trial.is_done => {
                    let undo = || language.say(Word::RuleUndo);
                    if trial.can_undo && widgets::button(ui, None, undo(), Weight::Plain).clicked() {
                        commands.push(Command::Topic(Box::new(Topic::Mail(MailCommand::Undo))));
                        tell(commands, RulesCommand::CloseTrial);
                    }
                }
                (Some(trial), Some(folder)) => {
                    let words = language.fill(Word::RuleRunOn, &[("hits", &trial.hits.to_string())]);
                    let can = can && trial.hits > 0;
                    if widgets::button_if(ui, can, Some(Icon::Check), &words, Weight::Primary).clicked() {
                        running.runs = true;
                        ask(commands, folder, false);
                    }
                }
                (_, folder) => {
                    let look = language.say(Word::RuleLook);
                    if widgets::button_if(ui, can, Some(Icon::Search), look, Weight::Primary).clicked()
                        && let Some(folder) = folder
                    {
                        running.waits = true;
                        ask(commands, folder, true);
                    }
                }
            }
            if let Some(activity) = views.activity.as_ref().filter(|activity| activity.work == "rules") {
                widgets::caption(ui, super::words::codes::work(language, &activity.work, &activity.subject));
                if widgets::button(ui, None, language.say(Word::Cancel), Weight::Quiet).clicked() {
                    commands.push(Command::Cancel);
                    running.waits = false;
                }
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
                if widgets::button(ui, None, language.say(Word::Close), Weight::Plain).clicked() {
                    answer = Some(false);
                }
            });
        });
        answer
    });
    if answer.is_none() {
        state.settings.rules.running = Some(running);
    } else {
        tell(commands, RulesCommand::CloseTrial);
    }
}

/// Which messages a rule would be run on.
fn found(ui: &mut Ui, language: super::words::Language, view: Option<&RulesView>) {
    let Some(trial) = view.and_then(|view| view.trial.as_ref()) else { return };
    let (hits, looked) = (trial.hits.to_string(), trial.looked.to_string());
    let word = if trial.is_done { Word::RuleRan } else { Word::RuleHits };
    widgets::body(ui, language.fill(word, &[("hits", &hits), ("looked", &looked)]));
    confirm::scrolled(ui, "rule-hits", |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for row in &trial.rows {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::HIT), Sense::hover());
            let from = one_line(if row.from.name.is_empty() { &row.from.address } else { &row.from.name });
            let words = format!("{from}  {}", one_line(&row.subject));
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
            let font = super::theme::plain(size::BODY);
            widgets::line(ui.painter(), rect, &words, font, palette(ui).ink);
        }
    });
}
