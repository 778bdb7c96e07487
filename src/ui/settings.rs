//! Accounts, language, look.

use egui::{CentralPanel, Frame, Margin, ScrollArea, Ui};

use crate::domain::{EmailAddress, Secret};
use crate::engine::Command;
use crate::engine::topic::setup::SetupCommand;
use crate::engine::view::{AccountForm, AccountView, PopAccess};

use super::icons::Icon;
use super::setup::{self, SetupState};
use super::state::{Screen, State, Theme, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, one_line, short_address};

/// The ports of message submission (RFC 8314): STARTTLS and implicit TLS.
const SUBMISSION: [u16; 2] = [587, 465];
/// The ports of IMAP: implicit TLS and STARTTLS.
const IMAP: [u16; 2] = [993, 143];
/// The ports of POP3: implicit TLS and STLS.
const POP3: [u16; 2] = [995, 110];

/// The settings screen between frames.
#[derive(Clone, Debug, Default)]
pub struct SettingsState {
    /// The account being filled in.
    pub form: Option<AccountForm>,
    /// Its password, as typed.
    pub password: String,
    /// The servers whose reports are believed, as typed; `None` until something was.
    pub reporters: Option<String>,
    /// The page of the authorities.
    pub authorities: super::authorities::AuthoritiesState,
    /// The page that sets an account up.
    pub setup: SetupState,
    /// What is kept.
    pub storage: super::storage::StorageState,
    /// The account that is perhaps to go: its row id and address.
    pub removing: Option<(i64, String)>,
    /// Rules for new mail.
    pub rules: super::rules::RulesState,
}

/// Draws the screen.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    if state.settings.authorities.is_open {
        super::authorities::page(ui, views, state, commands);
        return;
    }
    if state.settings.setup.is_open {
        setup::page(ui, views, state, commands);
        return;
    }
    if state.settings.rules.editor.is_some() {
        super::rules::page(ui, views, state, commands);
        return;
    }
    let frame = Frame::new().fill(palette(ui).paper).inner_margin(Margin { left: 24, right: 8, top: 16, bottom: 0 });
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        ScrollArea::vertical().id_salt("settings").auto_shrink([false, false]).show(ui, |ui| {
            ui.set_max_width(size::FORM + 80.0);
            ui.spacing_mut().item_spacing.y = space::M;
            widgets::title(ui, state.language.say(Word::Settings));
            // What is damaged comes before everything.
            let is_damaged = views.topics.storage.as_ref().is_some_and(|view| view.is_damaged);
            if is_damaged {
                super::storage::card(ui, views, state, commands);
            }
            look(ui, state);
            accounts(ui, views, state, commands);
            super::rules::card(ui, views, state, commands);
            super::tags::settings(ui, state, commands);
            if !is_damaged {
                super::storage::card(ui, views, state, commands);
            }
            super::undo::settings(ui, views, state.language, commands);
            super::news::settings(ui, views, state.language, commands);
            conversations(ui, state, commands);
            delivery(ui, views, state, commands);
            super::remote::settings(ui, views, state.language, commands);
            super::finding::settings(ui, views, state, commands);
            super::authorities::card(ui, views, state, commands);
            ui.add_space(space::L);
        });
    });
}

fn look(ui: &mut Ui, state: &mut State) {
    let language = state.language;
    widgets::card(ui, |ui| {
        widgets::emphasis(ui, language.say(Word::LanguageName));
        ui.horizontal(|ui| {
            for (choice, name) in [(Language::English, "English"), (Language::Japanese, "日本語")] {
                if widgets::choice(ui, language == choice, name).clicked() {
                    state.language = choice;
                }
            }
        });
        ui.add_space(space::XS);
        widgets::emphasis(ui, language.say(Word::Look));
        ui.horizontal(|ui| {
            for (choice, word) in
                [(Theme::System, Word::AsSystem), (Theme::Light, Word::Light), (Theme::Dark, Word::Dark)]
            {
                if widgets::choice(ui, state.theme == choice, language.say(word)).clicked() {
                    state.theme = choice;
                }
            }
        });
    });
}

fn accounts(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    widgets::card(ui, |ui| {
        widgets::emphasis(ui, language.say(Word::Accounts));
        let accounts = views.mailbox.as_ref().map(|mailbox| mailbox.accounts.as_slice()).unwrap_or_default();
        let accounts: Vec<&AccountView> =
            accounts.iter().filter(|account| !account.identity.address.is_empty()).collect();
        for number in 0..accounts.len() {
            account(ui, views, &accounts, number, state, commands);
        }
        if state.settings.form.is_none() {
            if accounts.is_empty() {
                widgets::soft(ui, language.say(Word::NoAccountHint));
            }
            if widgets::button(ui, Some(Icon::Plus), language.say(Word::AddAccount), Weight::Plain).clicked() {
                begin(state);
            }
            return;
        }
        let is_first = accounts.is_empty();
        ui.add_space(space::XS);
        widgets::hairline(ui);
        form(ui, is_first, state, commands);
    });
    removal(ui, state, commands);
}

/// One account of the list: what it is, its place, and whether it waits for its user.
fn account(
    ui: &mut Ui,
    views: &Views,
    accounts: &[&AccountView],
    number: usize,
    state: &mut State,
    commands: &mut Vec<Command>,
) {
    let Some(account) = accounts.get(number) else { return };
    let language = state.language;
    ui.horizontal_wrapped(|ui| {
        super::icons::show(ui, Icon::Person, size::ICON, palette(ui).ink_soft);
        widgets::body(ui, one_line(&account.identity.to_string()));
        if widgets::button(ui, None, language.say(Word::Change), Weight::Quiet).clicked() {
            state.settings = SettingsState { form: Some(account.form.clone()), ..SettingsState::default() };
            state.focuses = true;
        }
        if widgets::button(ui, None, language.say(Word::RemoveAccount), Weight::Quiet).clicked() {
            state.settings.removing = Some((account.id, account.identity.address.clone()));
        }
        for (icon, word, other) in [
            (Icon::ChevronUp, Word::MoveUp, number.checked_sub(1)),
            (Icon::ChevronDown, Word::MoveDown, Some(number + 1)),
        ] {
            if let Some(other) = other.filter(|other| *other < accounts.len())
                && widgets::icon_button(ui, icon, language.say(word)).clicked()
            {
                let mut ids: Vec<i64> = accounts.iter().map(|account| account.id).collect();
                ids.swap(number, other);
                commands.push(setup::command(SetupCommand::Order(ids)));
            }
        }
    });
    super::found::choice(ui, views, account.id, language, commands);
    if account.form.is_signed_out {
        ui.horizontal_wrapped(|ui| {
            super::icons::show(ui, Icon::Caution, size::ICON, palette(ui).amber);
            widgets::soft(ui, language.say(Word::SignedOut));
            if widgets::button(ui, Some(Icon::Web), language.say(Word::SignInAgain), Weight::Plain).clicked() {
                setup::sign_in(state, &account.form);
            }
        });
    }
}

/// The question before an account goes.
fn removal(ui: &mut Ui, state: &mut State, commands: &mut Vec<Command>) {
    let Some((id, address)) = state.settings.removing.clone() else { return };
    let language = state.language;
    let answer = super::confirm::dialog(ui.ctx(), "remove-account", |ui| {
        widgets::title(ui, language.fill(Word::RemoveAccountTitle, &[("address", &short_address(&address))]));
        widgets::soft(ui, language.say(Word::RemoveAccountHint));
        super::confirm::answers(ui, language, Word::RemoveAccount, Weight::Danger)
    });
    if answer == Some(true) {
        commands.push(setup::command(SetupCommand::Remove(id)));
        state.settings.form = None;
    }
    if answer.is_some() {
        state.settings.removing = None;
    }
}

fn conversations(ui: &mut Ui, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    widgets::card(ui, |ui| {
        widgets::emphasis(ui, language.say(Word::Conversations));
        widgets::caption(ui, language.say(Word::ConversationsHint));
        if widgets::button(ui, Some(Icon::Server), language.say(Word::ShowConversation), Weight::Plain).clicked() {
            super::transcript::enter(state, commands);
        }
    });
}

/// Who is believed about the delivery: a server of one's own, this program, or nobody.
fn delivery(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let kept = &views.preferences;
    widgets::card(ui, |ui| {
        widgets::emphasis(ui, language.say(Word::DeliveryChecks));
        let mut evaluates = kept.evaluates_sender;
        let switched = ui.checkbox(&mut evaluates, language.say(Word::EvaluateHere)).changed();
        widgets::caption(ui, language.say(Word::EvaluateHereHint));
        let before = kept.authserv_ids.join(", ");
        let mut typed = state.settings.reporters.clone().unwrap_or_else(|| before.clone());
        let field = widgets::field(ui, language.say(Word::BelievedServers), &mut typed, "mx.example.org");
        widgets::caption(ui, language.say(Word::BelievedServersHint));
        if field.changed() {
            state.settings.reporters = Some(typed.clone());
        }
        if switched || field.lost_focus() && typed != before {
            let ids = typed.split([',', ';', ' ']).map(str::trim).filter(|id| !id.is_empty());
            let authserv_ids = ids.map(str::to_owned).collect();
            commands.push(Command::SaveDelivery { authserv_ids, evaluates_sender: evaluates });
            state.settings.reporters = None;
        }
    });
}

/// Opens the page for a new account.
pub fn begin(state: &mut State) {
    setup::begin(state);
}

fn form(ui: &mut Ui, is_first: bool, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let focuses = std::mem::take(&mut state.focuses);
    let SettingsState { form: Some(form), password, .. } = &mut state.settings else { return };
    fields(ui, language, form, password, focuses);
    let missing = missing(language, form, password);
    let filled =
        AccountForm { password: (!password.is_empty()).then(|| Secret::from(password.as_str())), ..form.clone() };
    let mut closes = false;
    let entered = super::confirm::is_entered(ui);
    ui.horizontal_wrapped(|ui| {
        let can = missing.is_none();
        let save = widgets::button_if(ui, can, Some(Icon::Check), language.say(Word::SaveAccount), Weight::Primary);
        if save.clicked() || can && entered {
            commands.push(Command::SaveAccount(Box::new(filled.clone())));
            closes = true;
            if is_first {
                // What comes next on the first day is shown there.
                state.screen = Screen::Mailbox;
            }
        }
        if widgets::button_if(ui, can, Some(Icon::Server), language.say(Word::TestAccount), Weight::Plain).clicked() {
            commands.push(Command::TestAccount(Box::new(filled)));
        }
        closes |= widgets::button(ui, None, language.say(Word::Cancel), Weight::Plain).clicked();
    });
    if let Some(missing) = missing {
        widgets::caption(ui, missing);
    }
    if closes {
        state.settings = SettingsState::default();
    }
}

/// Every field of an account.
pub(super) fn fields(ui: &mut Ui, language: Language, form: &mut AccountForm, password: &mut String, focuses: bool) {
    let name = widgets::field(ui, language.say(Word::Name), &mut form.name, "");
    if focuses {
        name.request_focus();
    }
    let address = widgets::field(ui, language.say(Word::Address), &mut form.address, "alice@example.org");
    if address.lost_focus() && form.user.is_empty() {
        form.user.clone_from(&form.address);
    }
    server(ui, language.say(Word::SmtpServer), &mut form.smtp_host, &mut form.smtp_port, SUBMISSION, 587);
    widgets::caption(ui, language.say(Word::Port25Hint));
    receiving(ui, language, form);
    widgets::field(ui, language.say(Word::UserName), &mut form.user, "");
    if !form.smtp_user.is_empty() {
        widgets::field(ui, language.say(Word::SmtpUser), &mut form.smtp_user, "");
    }
    if let Some(server) = &form.oauth {
        widgets::soft(ui, language.fill(Word::SignsInAt, &[("name", &one_line(&server.name))]));
        if widgets::button(ui, None, language.say(Word::UsePassword), Weight::Quiet).clicked() {
            form.oauth = None;
        }
    } else {
        let word = if form.id.is_some() { Word::PasswordKept } else { Word::Password };
        widgets::secret_field(ui, language.say(word), password);
    }
    setup::identities(ui, language, form);
    widgets::caption(ui, language.say(Word::AccountHint));
}

/// Where mail is received: by IMAP, or by POP3 and what goes with that.
fn receiving(ui: &mut Ui, language: Language, form: &mut AccountForm) {
    let is_pop = form.imap_host.is_empty() && form.pop.is_some();
    let has_way = form.id.is_some();
    ui.horizontal(|ui| {
        widgets::body(ui, language.say(Word::ReceiveBy));
        if has_way {
            widgets::emphasis(ui, if is_pop { "POP3" } else { "IMAP" });
            return;
        }
        if widgets::choice(ui, !is_pop, "IMAP").clicked() && is_pop {
            // What was typed as the one server's name is the start of the other's.
            form.imap_host = form.pop.take().map(|pop| pop.host).unwrap_or_default();
        }
        if widgets::choice(ui, is_pop, "POP3").clicked() && !is_pop {
            let host = std::mem::take(&mut form.imap_host);
            form.pop = Some(PopAccess { host, port: 995, leaves: true, before_smtp: false });
        }
    });
    if has_way {
        widgets::caption(ui, language.say(Word::ReceiveByHint));
    }
    let Some(pop) = form.pop.as_mut().filter(|_| is_pop) else {
        server(ui, language.say(Word::ImapServer), &mut form.imap_host, &mut form.imap_port, IMAP, 143);
        return;
    };
    server(ui, language.say(Word::PopServer), &mut pop.host, &mut pop.port, POP3, 110);
    ui.checkbox(&mut pop.leaves, language.say(Word::LeaveOnServer));
    if !pop.leaves {
        widgets::caption(ui, language.say(Word::LeaveOnServerHint));
    }
    ui.checkbox(&mut pop.before_smtp, language.say(Word::PopBeforeSmtp));
    widgets::caption(ui, language.say(Word::PopBeforeSmtpHint));
}

/// What is missing before the form can be kept.
pub(super) fn missing(language: Language, form: &AccountForm, password: &str) -> Option<String> {
    let word = if EmailAddress::parse(&form.address).is_none() {
        Word::AddressMissing
    } else if form.smtp_host.trim().is_empty() || received_from(form).trim().is_empty() {
        Word::ServerMissing
    } else if form.user.trim().is_empty() {
        Word::UserMissing
    } else if form.id.is_none() && form.oauth.is_none() && password.is_empty() {
        Word::PasswordMissing
    } else if !setup::are_good(form) {
        Word::IdentityWrong
    } else {
        return None;
    };
    Some(language.say(word).to_owned())
}

fn received_from(form: &AccountForm) -> &str {
    let pop = form.pop.as_ref().filter(|_| form.imap_host.is_empty());
    pop.map_or(&form.imap_host, |pop| &pop.host)
}

/// A host with a port of its own, as in `mail.example.org:2525`. An address of IPv6 has more colons.
fn with_port(text: &str) -> Option<(String, u16)> {
    let (host, port) = text.trim().rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port != 0)?;
    (!host.is_empty() && !host.contains(':')).then(|| (host.to_owned(), port))
}

fn server(ui: &mut Ui, name: &str, host: &mut String, port: &mut u16, ports: [u16; 2], starttls: u16) {
    ui.horizontal_top(|ui| {
        let other = (!ports.contains(port)).then_some(*port);
        let choices = if other.is_some() { 380.0 } else { 230.0 };
        let width = (ui.available_width() - choices).max(160.0);
        ui.allocate_ui_with_layout(egui::vec2(width, 0.0), egui::Layout::top_down(egui::Align::Min), |ui| {
            ui.set_width(width);
            let field = widgets::field(ui, name, host, "mail.example.org");
            if field.lost_focus()
                && let Some((name, number)) = with_port(host)
            {
                (*host, *port) = (name, number);
            }
        });
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            widgets::caption(ui, " ");
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                for choice in ports.into_iter().chain(other) {
                    let kind = match choice {
                        _ if other == Some(choice) => "TLS/STARTTLS",
                        _ if choice == starttls => "STARTTLS",
                        _ => "TLS",
                    };
                    if widgets::choice(ui, *port == choice, &format!("{choice} {kind}")).clicked() {
                        *port = choice;
                    }
                }
            });
        });
    });
}
