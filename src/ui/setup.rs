//! Setting an account up: name, address and password; the steps of the search in sight; what was found, and whether it
//! lets the user in; and every field by hand for who wants that.

mod identities;
mod parts;

use egui::{CentralPanel, Frame, Margin, OpenUrl, ScrollArea, Ui};

use crate::domain::{EmailAddress, Mailbox, Secret};
use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::setup::{Beginning, Pages, SetupCommand, SetupView, Stage};
use crate::engine::view::AccountForm;

use super::icons::Icon;
use super::state::{Screen, State, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, one_line};
use super::{confirm, icons, settings};

pub use identities::{are_good, fields as identities};

/// The page between frames.
#[derive(Clone, Debug, Default)]
pub struct SetupState {
    /// The page is open.
    pub is_open: bool,
    /// The name, as typed.
    pub name: String,
    /// The address, as typed.
    pub address: String,
    /// The password, as typed.
    pub password: String,
    /// Every field, once the user wants to see them.
    pub by_hand: Option<AccountForm>,
    /// What the browser was told to open last.
    opened: Option<String>,
    /// The engine has answered since the page was opened.
    has_begun: bool,
}

/// A command of the topic.
pub fn command(command: SetupCommand) -> Command {
    Command::Topic(Box::new(Topic::Setup(command)))
}

/// Opens the page for a new account.
pub fn begin(state: &mut State) {
    state.settings.setup = SetupState {
        is_open: true,
        name: state.welcome.name.clone(),
        address: state.welcome.address.clone(),
        ..SetupState::default()
    };
    state.focuses = true;
    state.screen = Screen::Settings;
    state.owed.push(command(SetupCommand::Close));
}

/// Signs an account that is there in again.
pub fn sign_in(state: &mut State, form: &AccountForm) {
    state.settings = settings::SettingsState::default();
    state.settings.setup.is_open = true;
    state.screen = Screen::Settings;
    state.owed.push(command(SetupCommand::Close));
    state.owed.push(signing(state.language, form.clone()));
}

fn signing(language: Language, form: AccountForm) -> Command {
    let say = |word: Word| language.say(word).to_owned();
    let pages = Pages { done: say(Word::PageDone), failed: say(Word::PageFailed), stray: say(Word::PageStray) };
    command(SetupCommand::SignIn { form: Box::new(form), pages })
}

/// Draws the page.
pub fn page(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let view = views.topics.setup.clone().unwrap_or_default();
    if view.stage != Stage::Saved {
        state.settings.setup.has_begun = true;
    } else if state.settings.setup.has_begun {
        close(state, commands);
        state.screen = Screen::Mailbox;
        return;
    }
    open_browser(ui, &view, state);
    let frame = Frame::new().fill(palette(ui).paper).inner_margin(Margin { left: 24, right: 8, top: 16, bottom: 0 });
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        ScrollArea::vertical().id_salt("setup").auto_shrink([false, false]).show(ui, |ui| {
            ui.set_max_width(size::FORM + 80.0);
            ui.spacing_mut().item_spacing.y = space::M;
            ui.horizontal(|ui| {
                let language = state.language;
                if widgets::icon_button(ui, Icon::Back, language.say(Word::Cancel)).clicked() {
                    close(state, commands);
                }
                let is_new = view.form.id.is_none();
                widgets::title(ui, language.say(if is_new { Word::AddAccount } else { Word::SignInAgain }));
            });
            // What can be done now is in sight whatever the height of the window.
            outcome(ui, &view, state, commands);
            let asks = matches!(view.stage, Stage::Found | Stage::Asking | Stage::Failed(_));
            if asks {
                parts::found(ui, &view, state, commands);
            }
            if state.settings.setup.by_hand.is_some() {
                by_hand(ui, &view, state, commands);
            } else if is_busy(&view) || view.stage == Stage::Works {
                whom(ui, &view, state.language, commands);
            } else if view.form.id.is_none() {
                who(ui, &view, state, commands);
            }
            parts::searched(ui, &view, state.language);
            if !asks {
                parts::found(ui, &view, state, commands);
            }
            parts::tried(ui, &view, state.language);
            ui.add_space(space::L);
        });
    });
}

fn close(state: &mut State, commands: &mut Vec<Command>) {
    state.settings.setup = SetupState::default();
    commands.push(command(SetupCommand::Close));
}

/// The system's browser, once for each question.
fn open_browser(ui: &Ui, view: &SetupView, state: &mut State) {
    if view.url.is_some() && view.url != state.settings.setup.opened {
        state.settings.setup.opened.clone_from(&view.url);
        if let Some(url) = &view.url {
            ui.ctx().open_url(OpenUrl::new_tab(url));
        }
    }
}

fn is_busy(view: &SetupView) -> bool {
    matches!(view.stage, Stage::Searching | Stage::Trying | Stage::SigningIn)
}

/// Whose account it is, in one line while there is nothing to enter.
fn whom(ui: &mut Ui, view: &SetupView, language: Language, commands: &mut Vec<Command>) {
    let whom = Mailbox::new(view.form.name.clone(), view.form.address.clone());
    widgets::card(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            icons::show(ui, Icon::Person, size::ICON, palette(ui).ink_soft);
            widgets::body(ui, one_line(&whom.to_string()));
            let busy = is_busy(view);
            let (icon, word) = if busy { (Some(Icon::Close), Word::SetupStop) } else { (None, Word::Change) };
            if widgets::button(ui, icon, language.say(word), Weight::Quiet).clicked() {
                commands.push(command(if busy { SetupCommand::Stop } else { SetupCommand::Close }));
            }
        });
    });
}

/// Name, address and password.
fn who(ui: &mut Ui, view: &SetupView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let focuses = std::mem::take(&mut state.focuses);
    let setup = &mut state.settings.setup;
    widgets::card(ui, |ui| {
        let name = widgets::field(ui, language.say(Word::Name), &mut setup.name, "");
        if focuses {
            name.request_focus();
        }
        widgets::field(ui, language.say(Word::Address), &mut setup.address, "alice@example.org");
        widgets::secret_field(ui, language.say(Word::Password), &mut setup.password);
        widgets::caption(ui, language.say(Word::SetupPasswordHint));
        widgets::soft(ui, language.say(Word::SetupAccountHint));
        let can = EmailAddress::parse(setup.address.trim()).is_some();
        let entered = can && confirm::is_entered(ui);
        ui.horizontal_wrapped(|ui| {
            let has_password = !setup.password.is_empty();
            let words = language.say(if has_password { Word::SetupFindAndLogIn } else { Word::SetupFind });
            let weight = if view.stage == Stage::Found && !has_password { Weight::Plain } else { Weight::Primary };
            if widgets::button_if(ui, can, Some(Icon::Search), words, weight).clicked() || entered {
                commands.push(discover(setup));
            }
            if widgets::button(ui, Some(Icon::Server), language.say(Word::SetupByHand), Weight::Quiet).clicked() {
                edit(setup, view);
                state.focuses = true;
            }
        });
        if !can {
            widgets::caption(ui, language.say(Word::AddressMissing));
        }
    });
}

fn discover(setup: &SetupState) -> Command {
    command(SetupCommand::Discover(Box::new(Beginning {
        name: setup.name.clone(),
        address: setup.address.trim().to_owned(),
        user: None,
        password: password(setup),
    })))
}

fn password(setup: &SetupState) -> Option<Secret<String>> {
    (!setup.password.is_empty()).then(|| Secret::from(setup.password.as_str()))
}

/// Opens every field, filled in with what is known.
pub(super) fn edit(setup: &mut SetupState, view: &SetupView) {
    let mut form = view.form.clone();
    if form.address.is_empty() {
        form = AccountForm {
            name: setup.name.clone(),
            address: setup.address.trim().to_owned(),
            user: setup.address.trim().to_owned(),
            smtp_port: 587,
            imap_port: 993,
            ..AccountForm::default()
        };
    }
    setup.by_hand = Some(form);
}

/// Every field.
fn by_hand(ui: &mut Ui, view: &SetupView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let busy = is_busy(view);
    let focuses = std::mem::take(&mut state.focuses);
    let setup = &mut state.settings.setup;
    let mut closes = false;
    widgets::card(ui, |ui| {
        let Some(form) = &mut setup.by_hand else { return };
        ui.add_enabled_ui(!busy, |ui| settings::fields(ui, language, form, &mut setup.password, focuses));
        let missing = settings::missing(language, form, &setup.password);
        let can = missing.is_none();
        let password = (!setup.password.is_empty()).then(|| Secret::from(setup.password.as_str()));
        let filled = AccountForm { password, ..form.clone() };
        ui.horizontal_wrapped(|ui| {
            if busy {
                if widgets::button(ui, Some(Icon::Close), language.say(Word::SetupStop), Weight::Plain).clicked() {
                    commands.push(command(SetupCommand::Stop));
                }
                return;
            }
            let weight = if view.stage == Stage::Works { Weight::Plain } else { Weight::Primary };
            if widgets::button_if(ui, can, Some(Icon::Server), language.say(Word::SetupTry), weight).clicked() {
                commands.push(command(SetupCommand::Try(Box::new(filled.clone()))));
            }
            let save = language.say(Word::SetupSaveUntried);
            if widgets::button_if(ui, can, Some(Icon::Check), save, Weight::Plain).clicked() {
                commands.push(Command::SaveAccount(Box::new(filled)));
                closes = true;
            }
            if widgets::button(ui, None, language.say(Word::GoBack), Weight::Quiet).clicked() {
                (setup.by_hand, state.focuses) = (None, true);
            }
        });
        if let Some(missing) = missing {
            widgets::caption(ui, missing);
        }
    });
    if closes {
        close(state, commands);
        state.screen = Screen::Mailbox;
    }
}

/// How it ended, and what can be done now.
fn outcome(ui: &mut Ui, view: &SetupView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let colours = palette(ui);
    match &view.stage {
        Stage::Works => {
            widgets::card_with(ui, colours.pine, |ui| {
                widgets::signed_line(ui, Icon::Check, colours.pine, language.say(Word::SetupWorks));
                ui.horizontal_wrapped(|ui| {
                    let words = language.say(Word::SaveAccount);
                    if widgets::button(ui, Some(Icon::Check), words, Weight::Primary).clicked() {
                        commands.push(command(SetupCommand::Save));
                    }
                    change(ui, view, state);
                });
            });
        }
        Stage::NothingFound => {
            let domain = EmailAddress::parse(&view.form.address).map(|one| one.domain().to_owned());
            widgets::card_with(ui, colours.amber, |ui| {
                let domain = domain.unwrap_or_default();
                let words = language.fill(Word::SetupNothing, &[("domain", &super::words::short_address(&domain))]);
                widgets::signed_line(ui, Icon::Caution, colours.amber, words);
                change(ui, view, state);
            });
        }
        Stage::Failed(failure) => {
            widgets::card_with(ui, colours.plum, |ui| {
                parts::failed(ui, language, failure);
                ui.horizontal_wrapped(|ui| {
                    let words = language.say(Word::SetupAgain);
                    let can_again = state.settings.setup.by_hand.is_none();
                    if can_again && widgets::button(ui, Some(Icon::Sync), words, Weight::Plain).clicked() {
                        commands.push(match (view.form.id, &view.form.oauth) {
                            (Some(_), _) | (None, Some(_)) => signing(language, view.form.clone()),
                            (None, None) => discover(&state.settings.setup),
                        });
                    }
                    change(ui, view, state);
                });
            });
        }
        Stage::SigningIn => {
            widgets::card(ui, |ui| {
                parts::waiting(ui, language.say(Word::SigningIn));
                let Some(url) = &view.url else { return };
                ui.horizontal_wrapped(|ui| {
                    let again = language.say(Word::OpenBrowserAgain);
                    if widgets::button(ui, Some(Icon::Web), again, Weight::Plain).clicked() {
                        ui.ctx().open_url(OpenUrl::new_tab(url));
                    }
                    if widgets::button(ui, None, language.say(Word::CopyAddress), Weight::Quiet).clicked() {
                        ui.copy_text(url.clone());
                    }
                });
            });
        }
        _ => {}
    }
}

fn change(ui: &mut Ui, view: &SetupView, state: &mut State) {
    let setup = &mut state.settings.setup;
    if setup.by_hand.is_some() {
        return;
    }
    let words = state.language.say(Word::SetupChangeByHand);
    if widgets::button(ui, Some(Icon::Server), words, Weight::Quiet).clicked() {
        edit(setup, view);
        state.focuses = true;
    }
}
