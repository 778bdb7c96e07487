//! Writing: what will happen to the message is said before it is sent, and nothing is lowered silently.

mod composer;
mod desk;
mod dispatch;
mod entries;
mod parts;
mod recipients;
mod sample;
mod summary;

use egui::{Align, CentralPanel, Frame, Id, Layout, Margin, ScrollArea, TextEdit, Ui, UiBuilder, vec2};

use crate::domain::{Mailbox, Protection, Secret, Technology, TechnologyChoice};
use crate::engine::Command;
use crate::engine::view::{ComposerToken, PreflightView};

use super::confirm;
use super::files::Purpose;
use super::icons::Icon;
use super::state::{Screen, State, Views};
use super::theme::{self, palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, codes};

pub use composer::{Composer, Question};
pub(super) use desk::{attached, not_queued, queued, saved, take_draft};
pub use entries::{Entry, Recipients};
pub use recipients::{verdict_colour, verdict_icon};
pub use sample::sample;

/// The least height of the text field; in a low window the rest scrolls away from it.
const BODY: f32 = 240.0;

/// Starts a new message, or goes back to the one that is being written.
pub fn begin(views: &mut Views, state: &mut State) {
    if state.composer.is_none() {
        let from = views.mailbox.as_ref().and_then(|mailbox| {
            let own = |account: &&crate::engine::view::AccountView| !account.identity.address.is_empty();
            mailbox.accounts.iter().find(own).map(|account| account.identity.clone())
        });
        views.preflight = None;
        desk::open(state, Composer::new(from.unwrap_or_default()));
        state.focuses = true;
    }
    state.screen = Screen::Compose;
}

/// Begins a message to whom a mail link names (RFC 6068). Of the rest of such a link only the
/// subject counts: a text or a file that others choose is never written here.
pub fn write_to(views: &mut Views, state: &mut State, link: &str) {
    desk::put_aside(state);
    begin(views, state);
    let Some(mut draft) = state.composer.as_ref().map(Composer::draft) else { return };
    (draft.to, draft.subject) = super::link::mail(link);
    desk::open(state, Composer::of(draft));
}

/// Leaves the composer: at once when nothing was written, else by way of a question.
pub fn ask_discard(state: &mut State) {
    let Some(composer) = &mut state.composer else {
        state.screen = Screen::Mailbox;
        return;
    };
    if composer.is_unsaved() {
        composer.question = Some(Question::Discard);
    } else {
        state.composer = None;
        state.screen = Screen::Mailbox;
    }
}

/// Draws the composer.
pub fn show(ui: &mut Ui, views: &mut Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(mut composer) = state.composer.take() else {
        state.screen = Screen::Mailbox;
        return;
    };
    composer.ask_preflight(commands);
    composer.look_at(views.preflight.as_ref());
    dropped_files(ui, composer.token, commands);
    let frame = Frame::new().fill(palette(ui).paper).inner_margin(Margin { left: 24, right: 24, top: 16, bottom: 12 });
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        toolbar(ui, views, state, &mut composer, commands);
        ScrollArea::vertical().id_salt("draft").auto_shrink([false, false]).show(ui, |ui| {
            // The scroll bar has a place of its own.
            ui.set_max_width((ui.available_width() - space::S).max(0.0));
            // What is being handed over can't change any more.
            if composer.is_sending {
                ui.disable();
            }
            summary::show(ui, views.preflight.as_deref(), state, &composer);
            // What preflight says appears above while the author writes: the fields keep their ids, and the focus.
            ui.scope_builder(UiBuilder::new().scope_id(Id::unique("draft-fields")), |ui| {
                recipients::fields(ui, views, state, &mut composer);
                body(ui, state, &mut composer);
            });
        });
    });
    let closes = questions(ui, views, state, &mut composer, commands);
    if closes {
        state.screen = Screen::Mailbox;
        views.preflight = None;
    } else {
        state.composer = Some(composer);
    }
}

/// Why it can't be sent now, in words; `None` when it can.
fn obstacle(language: Language, composer: &Composer) -> Option<String> {
    let say = |word: Word| language.say(word).to_owned();
    if composer.is_sending {
        return Some(say(Word::Sending));
    }
    if let Some(wrong) = composer.malformed() {
        return Some(language.fill(Word::NotAnAddress, &[("words", wrong)]));
    }
    if !composer.has_recipients() {
        return Some(say(Word::NoRecipient));
    }
    if composer.from.address.is_empty() {
        return Some(say(Word::NoSenderAccount));
    }
    let Some(preflight) = composer.answered() else { return Some(say(Word::Checking)) };
    let (code, about) = preflight.blockers.first()?;
    Some(codes::blocker(language, code, about))
}

fn toolbar(ui: &mut Ui, views: &Views, state: &mut State, composer: &mut Composer, commands: &mut Vec<Command>) {
    let language = state.language;
    let obstacle = obstacle(language, composer);
    let pressed = |key| ui.input_mut(|input| input.consume_key(egui::Modifiers::COMMAND, key));
    let (send, save) = (pressed(egui::Key::Enter), pressed(egui::Key::S));
    ui.horizontal_wrapped(|ui| {
        let (icon, word) = if composer.protection.encrypt {
            (Icon::LockClosed, Word::SendEncrypted)
        } else {
            (Icon::LockOpen, Word::SendUnencrypted)
        };
        let can = obstacle.is_none();
        let button = widgets::button_if(ui, can, Some(icon), language.say(word), Weight::Primary);
        let button = match &obstacle {
            Some(why) => button.on_hover_text(why),
            None => button,
        };
        if can && (button.clicked() || send) {
            begin_sending(views, composer, commands);
        }
        if widgets::button(ui, Some(Icon::Attach), language.say(Word::Attach), Weight::Plain).clicked() {
            state.ask_file(ui.ctx(), Purpose::Attach { token: composer.token }, language.say(Word::Attach), "");
        }
        if widgets::button(ui, Some(Icon::Save), language.say(Word::SaveDraft), Weight::Plain).clicked() || save {
            commands.push(composer.save());
        }
        if widgets::button(ui, Some(Icon::Outbox), language.say(Word::HowItGoes), Weight::Plain).clicked() {
            composer.shows_dispatch = !composer.shows_dispatch;
        }
        if widgets::button(ui, Some(Icon::Trash), language.say(Word::Discard), Weight::Danger).clicked() {
            composer.question = Some(Question::Discard);
        }
    });
    ui.horizontal_wrapped(|ui| protection(ui, language, composer));
    dispatch::show(ui, state, composer);
    if composer.is_locked && !composer.is_sending {
        locked(ui, state, composer, commands);
    }
    let Some(why) = obstacle.filter(|_| composer.has_recipients() || composer.malformed().is_some()) else { return };
    if composer.is_checking || composer.is_sending {
        widgets::signed_line(ui, Icon::Sync, palette(ui).ink_soft, why);
        return;
    }
    widgets::signed_line(ui, Icon::Caution, palette(ui).plum, why);
    if let Some(preflight) = views.preflight.as_ref().filter(|_| composer.malformed().is_none()) {
        ways_out(ui, preflight, state, composer, commands);
    }
}

/// The author's key is locked: its passphrase, and it goes.
fn locked(ui: &mut Ui, state: &mut State, composer: &mut Composer, commands: &mut Vec<Command>) {
    let language = state.language;
    widgets::card_with(ui, palette(ui).amber, |ui| {
        ui.set_max_width(size::FORM);
        widgets::signed_line(ui, Icon::LockQuestion, palette(ui).amber, language.say(Word::LockedToSend));
        widgets::secret_field(ui, language.say(Word::Passphrase), &mut state.passphrase);
        let can = !state.passphrase.is_empty();
        if widgets::button_if(ui, can, Some(Icon::Keys), language.say(Word::UnlockAndSend), Weight::Primary).clicked() {
            let passphrase = Secret::new(std::mem::take(&mut state.passphrase));
            commands.push(Command::Unlock { passphrase });
            commands.push(composer.send());
        }
    });
}

/// What can be done about a blocker: each is the author's own choice, none is taken for them.
fn ways_out(
    ui: &mut Ui,
    preflight: &PreflightView,
    state: &mut State,
    composer: &mut Composer,
    commands: &mut Vec<Command>,
) {
    let language = state.language;
    let is_own = |(code, _): &&(String, String)| codes::is_about_own_key(code);
    let own = preflight.blockers.iter().filter(is_own).count();
    let others = preflight.blockers.len() - own;
    if own + others == 0 {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        let mut lacking =
            preflight.blockers.iter().filter(|(code, _)| code != "bad_address" && !codes::is_about_own_key(code));
        if let Some(address) = lacking.find_map(|(_, who)| Mailbox::parse(who)?.email()) {
            let words = language.say(Word::FindCertificate);
            if widgets::button(ui, Some(Icon::Search), words, Weight::Plain).clicked() {
                crate::ui::finding::begin(state, Some(&address), commands);
            }
        }
        let place = if own == 0 { Word::AllCertificates } else { Word::MyKeys };
        if widgets::button(ui, Some(Icon::Keys), language.say(place), Weight::Plain).clicked() {
            state.screen = Screen::Keys;
            state.keys.shows_others = own == 0;
            commands.push(Command::ListKeys);
        }
        let Protection { sign, encrypt, .. } = &mut composer.protection;
        if others > 0 && *encrypt {
            let words = language.say(Word::WithoutEncryption);
            *encrypt = !widgets::button(ui, Some(Icon::LockOpen), words, Weight::Plain).clicked();
        }
        if own > 0 && *sign {
            let words = language.say(Word::WithoutSeal);
            *sign = !widgets::button(ui, Some(Icon::SealUnsigned), words, Weight::Plain).clicked();
        }
    });
}

/// With cautions there is a question first; without, it goes.
fn begin_sending(views: &Views, composer: &mut Composer, commands: &mut Vec<Command>) {
    if views.preflight.as_ref().is_some_and(|preflight| !preflight.cautions.is_empty()) {
        composer.question = Some(Question::Send);
    } else {
        commands.push(composer.send());
    }
}

fn protection(ui: &mut Ui, language: Language, composer: &mut Composer) {
    let colours = palette(ui);
    let Protection { sign, encrypt, technology } = &mut composer.protection;
    widgets::toggle(ui, encrypt, Icon::LockClosed, language.say(Word::Encrypt), colours.pine);
    widgets::toggle(ui, sign, Icon::SealAuthenticated, language.say(Word::Sign), colours.vermilion);
    ui.add_space(space::S);
    let choices = [
        (TechnologyChoice::Auto, language.say(Word::Automatic)),
        (TechnologyChoice::Only(Technology::OpenPgp), "OpenPGP"),
        (TechnologyChoice::Only(Technology::Smime), "S/MIME"),
    ];
    ui.spacing_mut().item_spacing.x = space::XS;
    for (choice, words) in choices {
        if widgets::choice(ui, *technology == choice, words).clicked() {
            *technology = choice;
        }
    }
}

fn body(ui: &mut Ui, state: &mut State, composer: &mut Composer) {
    let language = state.language;
    let colours = palette(ui);
    let mut changed = false;
    recipients::row(ui, language.say(Word::Subject), |ui| {
        let edit = TextEdit::singleline(&mut composer.subject)
            .id_salt("subject")
            .margin(Margin::symmetric(10, 6))
            .desired_width(f32::INFINITY);
        changed = ui.add(edit).accessible_name(language.say(Word::Subject)).changed();
    });
    parts::attachments(ui, composer);
    let below = if composer.beyond.lines > 0 { size::HIT + space::S } else { 0.0 };
    let height = (ui.available_height() - space::S - below).max(BODY);
    let edit = TextEdit::multiline(&mut composer.text)
        .id_salt("body")
        .font(theme::plain(size::READING))
        .hint_text(language.say(Word::BodyHint))
        .background_color(colours.raised)
        .margin(Margin::same(12))
        .desired_width(f32::INFINITY)
        .min_size(vec2(0.0, height));
    let text = ui.add(edit).accessible_name(language.say(Word::Body));
    // Whoever answers has named everybody already.
    state.focus_first(&text);
    changed |= text.changed();
    parts::beyond(ui, language, composer);
    if changed {
        composer.is_saved = false;
    }
}

fn dropped_files(ui: &Ui, token: ComposerToken, commands: &mut Vec<Command>) {
    let dropped = ui.input(|input| input.raw.dropped_files.clone());
    let paths: Vec<_> = dropped.into_iter().map(|file| file.path().to_path_buf()).collect();
    if !paths.is_empty() {
        commands.push(Command::ReadAttachments { paths, token });
    }
}

/// Asks what was left open; gives whether the composer closes.
fn questions(ui: &Ui, views: &Views, state: &State, composer: &mut Composer, commands: &mut Vec<Command>) -> bool {
    let language = state.language;
    match composer.question {
        None => false,
        Some(Question::Discard) => {
            let mut keeps = false;
            let answer = confirm::dialog(ui.ctx(), "discard", |ui| {
                widgets::title(ui, language.say(Word::DiscardTitle));
                widgets::soft(ui, language.say(Word::DiscardHint));
                let mut answer = None;
                ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                    if widgets::button(ui, None, language.say(Word::SaveDraft), Weight::Primary).clicked() {
                        keeps = true;
                        answer = Some(true);
                    }
                    if widgets::button(ui, None, language.say(Word::Discard), Weight::Danger).clicked() {
                        answer = Some(true);
                    }
                    if widgets::button(ui, None, language.say(Word::Cancel), Weight::Plain).clicked() {
                        answer = Some(false);
                    }
                });
                answer
            });
            if keeps {
                commands.push(composer.save());
            }
            if answer == Some(false) {
                composer.question = None;
            }
            if answer == Some(true) && !keeps {
                commands.push(composer.abandon());
            }
            answer == Some(true)
        }
        Some(Question::Send) => {
            let cautions = views.preflight.as_ref().map(|preflight| preflight.cautions.clone()).unwrap_or_default();
            let yes = if composer.protection.encrypt { Word::SendEncrypted } else { Word::SendUnencrypted };
            let answer = confirm::dialog(ui.ctx(), "send", |ui| {
                widgets::title(ui, language.say(Word::SendAnyway));
                summary::cautions(ui, language, cautions.iter());
                confirm::answers(ui, language, yes, Weight::Primary)
            });
            if answer.is_some() {
                composer.question = None;
            }
            if answer == Some(true) {
                commands.push(composer.send());
            }
            false
        }
    }
}
