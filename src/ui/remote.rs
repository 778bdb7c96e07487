//! Pictures from the web: the line in the reading pane's frame, and the card of the settings.

use egui::Ui;

use crate::domain::EmailAddress;
use crate::engine::Command;
use crate::engine::view::{CautionCode, ReadingView, RemoteState, RemoteView};

use super::icons::Icon;
use super::state::{State, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, one_line, short_address};

/// Says how it stands with the open message, and offers what can be chosen.
pub fn show(ui: &mut Ui, view: &ReadingView, views: &Views, state: &State, commands: &mut Vec<Command>) {
    let language = state.language;
    let soft = palette(ui).ink_soft;
    let known = views.remote.as_ref().filter(|remote| remote.message == view.id);
    let Some(remote) = known.filter(|remote| remote.state != RemoteState::Nothing) else {
        if view.assessment.cautions.iter().any(|caution| caution.code == CautionCode::RemoteContent) {
            widgets::signed_line(ui, Icon::Picture, soft, language.say(Word::RemoteBlocked));
        }
        return;
    };
    widgets::signed_line(ui, Icon::Picture, soft, sentence(language, remote));
    match remote.state {
        RemoteState::Blocked if remote.pictures > 0 => offers(ui, remote, language, commands),
        RemoteState::Loading if widgets::button(ui, None, language.say(Word::Cancel), Weight::Plain).clicked() => {
            commands.push(Command::Cancel);
        }
        RemoteState::Loaded => {
            let allowed = remote.sender.as_ref().filter(|_| remote.is_sender_allowed);
            let Some(address) = allowed else { return };
            let words = language.fill(Word::RemoteStop, &[("address", &short_address(address.as_str()))]);
            if widgets::button(ui, None, &words, Weight::Quiet).clicked() {
                commands.push(Command::AllowRemote { address: address.clone(), allowed: false });
            }
        }
        _ => {}
    }
}

fn offers(ui: &mut Ui, remote: &RemoteView, language: Language, commands: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(space::S, space::XS);
        ui.add_space(size::ICON);
        if widgets::button(ui, None, language.say(Word::RemoteLoad), Weight::Plain).clicked() {
            commands.push(Command::LoadRemote(remote.message));
        }
        if let Some(address) = &remote.sender {
            let words = language.fill(Word::RemoteAlways, &[("address", &short_address(address.as_str()))]);
            if widgets::button(ui, None, &words, Weight::Plain).clicked() {
                commands.push(Command::AllowRemote { address: address.clone(), allowed: true });
            }
        }
        let never = widgets::button(ui, None, language.say(Word::RemoteNever), Weight::Quiet);
        if never.on_hover_text(language.say(Word::RemoteNeverHint)).clicked() {
            commands.push(Command::RefuseRemote(true));
        }
    });
}

fn sentence(language: Language, remote: &RemoteView) -> String {
    let main = language.say(match remote.state {
        RemoteState::Forbidden => Word::RemoteForbidden,
        RemoteState::Loading => Word::RemoteLoading,
        RemoteState::Loaded => Word::RemoteLoaded,
        _ if remote.pictures == 0 => return language.say(Word::RemoteOnlyUnencrypted).to_owned(),
        _ => Word::RemoteBlocked,
    });
    let mut words = vec![main.to_owned()];
    if remote.state == RemoteState::Loaded {
        for (count, word) in [(remote.failed, Word::RemoteFailed), (remote.unencrypted, Word::RemoteUnencrypted)] {
            if count > 0 {
                words.push(language.fill(word, &[("count", &count.to_string())]));
            }
        }
    }
    words.join(if language == Language::English { " " } else { "" })
}

/// The card of the settings: whether to ask, and who was let.
pub fn settings(ui: &mut Ui, views: &Views, language: Language, commands: &mut Vec<Command>) {
    let kept = &views.preferences;
    widgets::card(ui, |ui| {
        widgets::emphasis(ui, language.say(Word::RemotePictures));
        ui.horizontal(|ui| {
            for (never, word) in [(false, Word::RemoteAsk), (true, Word::RemoteNever)] {
                if widgets::choice(ui, kept.remote_never == never, language.say(word)).clicked() {
                    commands.push(Command::RefuseRemote(never));
                }
            }
        });
        widgets::caption(ui, language.say(Word::RemoteSettingHint));
        ui.add_space(space::XS);
        widgets::body(ui, language.say(Word::RemoteSenders));
        if kept.remote_senders.is_empty() {
            widgets::caption(ui, language.say(Word::RemoteNobody));
        }
        for sender in &kept.remote_senders {
            ui.horizontal_wrapped(|ui| {
                super::icons::show(ui, Icon::Person, size::ICON, palette(ui).ink_soft);
                widgets::body(ui, one_line(sender));
                let name = format!("{} {}", language.say(Word::Remove), one_line(sender));
                let button = widgets::button(ui, None, language.say(Word::Remove), Weight::Quiet).on_hover_text(name);
                if let Some(address) = EmailAddress::parse(sender).filter(|_| button.clicked()) {
                    commands.push(Command::AllowRemote { address, allowed: false });
                }
            });
        }
    });
}
