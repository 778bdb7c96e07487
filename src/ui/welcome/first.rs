//! The first three screens: who one is, both key pairs, and the backup.

use egui::{Align, Layout, ProgressBar, Rect, Sense, Ui, vec2};

use crate::domain::EmailAddress;
use crate::engine::Command;
use crate::engine::topic::backup::BackupCommand;
use crate::ui::backup;
use crate::ui::icons::{self, Icon};
use crate::ui::state::{Screen, State, Views};
use crate::ui::theme::{palette, size, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word, one_line};
use crate::ui::{bringing, settings};

/// Which of the screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Name and address.
    #[default]
    Who,
    /// Both key pairs.
    Keys,
    /// The backup.
    Backup,
    /// All done, or put off.
    Over,
}

/// The first screens between frames.
#[derive(Clone, Debug, Default)]
pub struct First {
    /// Where the user is.
    pub stage: Stage,
    /// The name.
    pub name: String,
    /// The address.
    pub address: String,
    /// Keys are being made.
    pub is_making: bool,
    has_begun: bool,
}

/// Draws the screen that it is the time for.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    propose(views, state);
    ui.vertical_centered(|ui| {
        let is_tall = ui.available_height() > 640.0;
        ui.add_space(if is_tall { space::XXL } else { 0.0 });
        ui.set_max_width(ui.available_width().min(size::FORM + 40.0));
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = if is_tall { space::M } else { space::S * 0.75 };
            match state.welcome.stage {
                Stage::Backup => backup(ui, views, state, commands),
                Stage::Keys => both_keys(ui, views, state, commands),
                Stage::Who | Stage::Over => who(ui, state),
            }
            ui.add_space(space::M);
        });
    });
}

/// What an account says already need not be entered again.
fn propose(views: &Views, state: &mut State) {
    if std::mem::replace(&mut state.welcome.has_begun, true) {
        return;
    }
    let accounts = views.mailbox.as_ref().map(|mailbox| mailbox.accounts.as_slice()).unwrap_or_default();
    if let Some(account) = accounts.iter().find(|account| !account.identity.address.is_empty()) {
        state.welcome.name.clone_from(&account.identity.name);
        state.welcome.address.clone_from(&account.identity.address);
    }
    state.focuses = true;
}

fn heading(ui: &mut Ui, language: Language, number: usize, title: Word) {
    ui.horizontal(|ui| {
        icons::show(ui, Icon::Mark, size::ICON_HERO, palette(ui).vermilion);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.horizontal(|ui| {
                widgets::caption(ui, language.fill(Word::FirstStep, &[("number", &number.to_string())]));
                steps(ui, number);
            });
            widgets::title(ui, language.say(title));
        });
    });
}

/// Three short lines, as many of them dark as screens were reached.
fn steps(ui: &mut Ui, number: usize) {
    let (rect, _) = ui.allocate_exact_size(vec2(3.0 * 22.0, size::CAPTION), Sense::empty());
    let colours = palette(ui);
    for step in 0..3_u8 {
        let left = rect.left() + f32::from(step) * 22.0;
        let bar = Rect::from_min_size(egui::pos2(left, rect.center().y - 1.0), vec2(18.0, 2.0));
        let colour = if usize::from(step) < number { colours.indigo } else { colours.line };
        ui.painter().rect_filled(bar, 1.0, colour);
    }
}

fn who(ui: &mut Ui, state: &mut State) {
    let language = state.language;
    heading(ui, language, 1, Word::Welcome);
    widgets::soft(ui, language.say(Word::FirstWhoHint));
    ui.add_space(space::S);
    let name = widgets::field(ui, language.say(Word::Name), &mut state.welcome.name, "");
    state.focus_first(&name);
    let hint = "alice@example.org";
    let address = widgets::field(ui, language.say(Word::Address), &mut state.welcome.address, hint);
    let can = EmailAddress::parse(state.welcome.address.trim()).is_some();
    let entered = (name.lost_focus() || address.lost_focus()) && ui.input(|input| input.key_pressed(egui::Key::Enter));
    ui.add_space(space::S);
    ui.horizontal(|ui| {
        let goes_on = widgets::button_if(ui, can, None, language.say(Word::Continue), Weight::Primary).clicked();
        if goes_on || can && entered {
            state.welcome.stage = Stage::Keys;
            state.focuses = true;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if widgets::button(ui, Some(Icon::Mail), language.say(Word::AddAccount), Weight::Quiet).clicked() {
                state.screen = Screen::Settings;
                settings::begin(state);
            }
        });
    });
}

fn both_keys(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    heading(ui, language, 2, Word::FirstKeys);
    widgets::soft(ui, language.say(Word::FirstKeysHint));
    ui.add_space(space::XS);
    let pairs = [(Word::KeyForOpenPgp, Word::KeyForOpenPgpHint), (Word::KeyForSmime, Word::KeyForSmimeHint)];
    ui.columns(2, |columns| {
        for (ui, (name, hint)) in columns.iter_mut().zip(pairs) {
            widgets::card(ui, |ui| {
                ui.spacing_mut().item_spacing.y = space::XS;
                ui.horizontal(|ui| {
                    icons::show(ui, Icon::Keys, size::ICON_LARGE, palette(ui).indigo);
                    widgets::emphasis(ui, language.say(name));
                });
                widgets::soft(ui, language.say(hint));
                widgets::caption(ui, one_line(&state.welcome.address));
            });
        }
    });
    ui.add_space(space::S);
    if state.welcome.is_making {
        widgets::body(ui, language.say(Word::MakingKeys));
        let fraction = views.activity.as_ref().and_then(|activity| activity.fraction).unwrap_or(0.0);
        ui.add(ProgressBar::new(fraction).desired_height(6.0).fill(palette(ui).indigo));
        return;
    }
    ui.horizontal(|ui| {
        let make = widgets::button(ui, Some(Icon::Plus), language.say(Word::MakeBothKeys), Weight::Primary);
        state.focus_first(&make);
        if make.clicked() {
            state.welcome.is_making = true;
            let (name, address) = (state.welcome.name.trim().to_owned(), state.welcome.address.trim().to_owned());
            commands.push(backup::command(BackupCommand::Begin { name, address, passphrase: None }));
        }
        if widgets::button(ui, None, language.say(Word::GoBack), Weight::Plain).clicked() {
            state.welcome.stage = Stage::Who;
            state.focuses = true;
        }
    });
    ui.add_space(space::M);
    widgets::hairline(ui);
    widgets::soft(ui, language.say(Word::HaveKeys));
    ui.horizontal_wrapped(|ui| {
        if widgets::button(ui, Some(Icon::Sync), language.say(Word::RestoreBackup), Weight::Plain).clicked() {
            backup::begin_restore(state);
        }
        if widgets::button(ui, Some(Icon::Import), language.say(Word::ImportInstead), Weight::Plain).clicked() {
            bringing::begin(state, commands);
        }
    });
}

fn backup(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    heading(ui, language, 3, Word::FirstBackup);
    backup::body(ui, views, state, commands);
    backup::check(ui, state);
    ui.horizontal(|ui| {
        let can = backup::is_kept(state);
        let weight = if can { Weight::Primary } else { Weight::Plain };
        let finished = widgets::button_if(ui, can, Some(Icon::Check), language.say(Word::Finish), weight).clicked();
        let later = !can && widgets::button(ui, None, language.say(Word::Later), Weight::Quiet).clicked();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| backup::switch(ui, state));
        if finished || later {
            state.welcome.stage = Stage::Over;
            state.backup.close();
        }
    });
}
