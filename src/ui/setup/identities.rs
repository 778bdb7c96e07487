//! The other addresses that an account may send as.

use egui::Ui;

use crate::domain::{EmailAddress, Mailbox};
use crate::engine::view::AccountForm;
use crate::ui::icons::Icon;
use crate::ui::theme::space;
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word};

/// Draws them, each with its name.
pub fn fields(ui: &mut Ui, language: Language, form: &mut AccountForm) {
    let begins_open = !form.identities.is_empty();
    widgets::folded_from(ui, "identities", language.say(Word::Identities), begins_open, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        widgets::caption(ui, language.say(Word::IdentitiesHint));
        let mut removed = None;
        for (number, identity) in form.identities.iter_mut().enumerate() {
            ui.push_id(number, |ui| {
                if one(ui, language, identity) {
                    removed = Some(number);
                }
            });
        }
        if let Some(number) = removed {
            form.identities.remove(number);
        }
        if widgets::button(ui, Some(Icon::Plus), language.say(Word::AddIdentity), Weight::Quiet).clicked() {
            form.identities.push(Mailbox::new(form.name.clone(), ""));
        }
    });
}

/// One of them; whether it is to go.
fn one(ui: &mut Ui, language: Language, identity: &mut Mailbox) -> bool {
    let mut is_removed = false;
    ui.horizontal_top(|ui| {
        let width = ((ui.available_width() - 60.0) / 2.0).max(120.0);
        for (word, value, hint) in
            [(Word::Name, &mut identity.name, ""), (Word::Address, &mut identity.address, "sales@example.org")]
        {
            ui.allocate_ui_with_layout(egui::vec2(width, 0.0), egui::Layout::top_down(egui::Align::Min), |ui| {
                ui.set_width(width);
                widgets::field(ui, language.say(word), value, hint);
            });
        }
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            widgets::caption(ui, " ");
            is_removed = widgets::icon_button(ui, Icon::Close, language.say(Word::RemoveIdentity)).clicked();
        });
    });
    is_removed
}

/// Whether every one is an address.
pub fn are_good(form: &AccountForm) -> bool {
    form.identities.iter().all(|one| EmailAddress::parse(one.address.trim()).is_some())
}
