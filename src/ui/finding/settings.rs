//! The cards of the settings: which places may be asked, and how one's own certificate is given.

use egui::Ui;

use crate::engine::Command;
use crate::engine::topic::finding::{FindingCommand, FindingSettings, LookUp};
use crate::ui::icons::Icon;
use crate::ui::state::{State, Views};
use crate::ui::theme::{palette, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word};

use super::{hint_below, toggled, wish};

/// The servers as typed; `None` until something was.
#[derive(Clone, Debug, Default)]
pub struct SettingsState {
    vks: Option<String>,
    hkp: Option<String>,
    ldap: Option<String>,
}

/// Draws both cards.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let Some(view) = views.topics.finding.clone() else {
        // They come with the next frame.
        commands.push(wish(FindingCommand::Show));
        return;
    };
    let mut settings = view.settings.clone();
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        widgets::emphasis(ui, language.say(Word::FindingSettingsTitle));
        switch(ui, language, &mut settings.harvests, Word::TakeFromMail, Word::TakeFromMailHint);
        widgets::soft(ui, language.say(Word::FindingSettingsHint));
        for way in LookUp::ALL {
            toggled(ui, language, way, &mut settings.allowed);
        }
        widgets::hairline(ui);
        servers(ui, language, &mut settings, &mut state.finding.settings);
        widgets::hairline(ui);
        refresh(ui, language, &settings, commands);
    });
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        widgets::emphasis(ui, language.say(Word::GivingTitle));
        switch(ui, language, &mut settings.announces, Word::Announce, Word::AnnounceHint);
        ui.add_enabled_ui(settings.announces, |ui| {
            ui.checkbox(&mut settings.prefers_encryption, language.say(Word::PreferEncryption));
        });
        ui.checkbox(&mut settings.attaches_key, language.say(Word::AttachKey));
    });
    if settings != view.settings {
        commands.push(wish(FindingCommand::Save(Box::new(settings))));
    }
}

/// A switch with what it means.
fn switch(ui: &mut Ui, language: Language, on: &mut bool, name: Word, hint: Word) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.checkbox(on, language.say(name));
        hint_below(ui, language.say(hint));
    });
}

fn servers(ui: &mut Ui, language: Language, settings: &mut FindingSettings, typed: &mut SettingsState) {
    let kept = (settings.vks.clone(), settings.hkp.join(" "), settings.ldap.join(" "));
    let mut vks = typed.vks.clone().unwrap_or_else(|| kept.0.clone());
    let mut hkp = typed.hkp.clone().unwrap_or_else(|| kept.1.clone());
    let mut ldap = typed.ldap.clone().unwrap_or_else(|| kept.2.clone());
    widgets::field(ui, language.say(Word::VksServer), &mut vks, "https://keys.openpgp.org");
    widgets::field(ui, language.say(Word::HkpServers), &mut hkp, "hkps://keyserver.ubuntu.com");
    widgets::field(ui, language.say(Word::LdapServers), &mut ldap, "ldaps://ldap.example.org/dc=example,dc=org");
    let now = (vks.clone(), hkp.clone(), ldap.clone());
    if now != kept && widgets::button(ui, Some(Icon::Check), language.say(Word::SaveServers), Weight::Plain).clicked() {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        vks.trim().clone_into(&mut settings.vks);
        settings.hkp = list(&hkp);
        settings.ldap = list(&ldap);
        *typed = SettingsState::default();
        return;
    }
    *typed = SettingsState { vks: Some(vks), hkp: Some(hkp), ldap: Some(ldap) };
}

fn refresh(ui: &mut Ui, language: Language, settings: &FindingSettings, commands: &mut Vec<Command>) {
    let can = [LookUp::Vks, LookUp::Hkp, LookUp::Aia].iter().any(|way| settings.allowed.contains(way));
    if widgets::button_if(ui, can, Some(Icon::Sync), language.say(Word::RefreshNow), Weight::Plain).clicked() {
        commands.push(wish(FindingCommand::Refresh));
    }
    let hint = if can { Word::RefreshHint } else { Word::RefreshNeedsServer };
    widgets::text(
        ui,
        language.say(hint),
        crate::ui::theme::plain(crate::ui::theme::size::CAPTION),
        palette(ui).ink_soft,
    );
}
