//! Giving one's own certificate to others: where to, and what that means.

use egui::{Context, Ui};
use url::Url;

use crate::domain::Fingerprint;
use crate::engine::Command;
use crate::engine::topic::finding::{FindingCommand, FindingSettings, LookUp, PublicationView};
use crate::ui::confirm;
use crate::ui::files::Purpose;
use crate::ui::icons::Icon;
use crate::ui::state::{State, Views};
use crate::ui::theme::{palette, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word, one_line};

use super::wish;

/// Opens the dialog for an own key.
pub fn begin(state: &mut State, fingerprint: &Fingerprint, name: String, commands: &mut Vec<Command>) {
    state.finding.close();
    state.finding.publishes = Some((fingerprint.clone(), name));
    commands.push(wish(FindingCommand::Show));
}

/// Draws it, if it is open.
pub fn dialog(ctx: &Context, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some((fingerprint, name)) = state.finding.publishes.clone() else { return };
    let language = state.language;
    let view = views.topics.finding.clone().unwrap_or_default();
    let answer = confirm::dialog(ctx, "publish", |ui| {
        widgets::title(ui, language.fill(Word::PublishTitle, &[("name", &name)]));
        widgets::soft(ui, language.say(Word::PublishHint));
        widgets::fingerprint(ui, &fingerprint.spaced());
        ways(ui, ctx, &view.settings, &fingerprint, state, commands);
        if let Some(publication) = view.publication.as_ref().filter(|one| one.fingerprint == fingerprint) {
            standing(ui, language, publication, commands);
        }
        let mut answer = None;
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            if widgets::button(ui, None, language.say(Word::Close), Weight::Primary).clicked() {
                answer = Some(false);
            }
        });
        answer
    });
    if answer.is_some() {
        state.finding.close();
    }
}

fn ways(
    ui: &mut Ui,
    ctx: &Context,
    settings: &FindingSettings,
    fingerprint: &Fingerprint,
    state: &mut State,
    commands: &mut Vec<Command>,
) {
    let language = state.language;
    let server = Url::parse(&settings.vks).ok().and_then(|url| url.host_str().map(str::to_owned));
    let server = one_line(&server.unwrap_or_default());
    let mut publish = |ui: &mut Ui, words: &str, hint: Word, way: LookUp| {
        if explained(ui, Icon::Export, words, language.say(hint)) {
            commands.push(wish(FindingCommand::Publish { fingerprint: fingerprint.clone(), way }));
        }
    };
    publish(ui, &language.fill(Word::PublishVks, &[("server", &server)]), Word::PublishVksHint, LookUp::Vks);
    publish(ui, language.say(Word::PublishHkp), Word::PublishHkpHint, LookUp::Hkp);
    if explained(ui, Icon::File, language.say(Word::PublishFolder), language.say(Word::PublishFolderHint)) {
        let purpose = Purpose::PublishDirectory { fingerprint: fingerprint.clone() };
        state.ask_file(ctx, purpose, language.say(Word::PublishFolder), "");
    }
}

/// A button with what it means below; gives whether it was pressed.
fn explained(ui: &mut Ui, icon: Icon, words: &str, hint: &str) -> bool {
    let draw = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        let is_pressed = widgets::button(ui, Some(icon), words, Weight::Plain).clicked();
        widgets::caption(ui, hint);
        is_pressed
    };
    ui.vertical(draw).inner
}

/// How it stands with each address at the server.
fn standing(ui: &mut Ui, language: Language, publication: &PublicationView, commands: &mut Vec<Command>) {
    let server = one_line(&publication.server);
    let line = |word, address: &str| language.fill(word, &[("address", &one_line(address)), ("server", &server)]);
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        for address in &publication.published {
            widgets::signed_line(ui, Icon::Check, palette(ui).pine, line(Word::ConfirmDone, address.as_str()));
        }
        for address in &publication.pending {
            widgets::signed_line(ui, Icon::Mail, palette(ui).ink_soft, line(Word::ConfirmPending, address.as_str()));
        }
        for address in &publication.unpublished {
            let words = line(Word::ConfirmSend, address.as_str());
            if widgets::button(ui, Some(Icon::Sync), &words, Weight::Plain).clicked() {
                let language = language.code().to_owned();
                commands.push(wish(FindingCommand::Confirm { addresses: vec![address.clone()], language }));
            }
        }
    });
}
