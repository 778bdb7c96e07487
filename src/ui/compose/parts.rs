use egui::{CornerRadius, Frame, Margin, Stroke, Ui};

use crate::ui::icons::{self, Icon};
use crate::ui::theme::{palette, size, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word, bytes, one_line};

use super::Composer;

/// The files that go along, each of which can be taken out.
pub fn attachments(ui: &mut Ui, composer: &mut Composer) {
    if composer.attachments.is_empty() {
        return;
    }
    let colours = palette(ui);
    let mut removed = None;
    ui.horizontal_wrapped(|ui| {
        for (index, file) in composer.attachments.iter().enumerate() {
            Frame::new()
                .fill(colours.raised)
                .stroke(Stroke::new(1.0, colours.line))
                .corner_radius(CornerRadius::same(size::RADIUS_CARD))
                .inner_margin(Margin::symmetric(8, 0))
                .show(ui, |ui| {
                    ui.horizontal(|ui| {
                        ui.spacing_mut().item_spacing.x = space::XS;
                        icons::show(ui, Icon::Attach, size::ICON, colours.ink_soft);
                        ui.label(one_line(&file.name));
                        widgets::caption(ui, bytes(file.bytes.len()));
                        if widgets::icon_button(ui, Icon::Close, &one_line(&file.name)).clicked() {
                            removed = Some(index);
                        }
                    });
                });
        }
    });
    if let Some(index) = removed {
        composer.attachments.remove(index);
        composer.is_saved = false;
    }
}

/// Below a long text: what of it goes along without being edited.
pub fn beyond(ui: &mut Ui, language: Language, composer: &mut Composer) {
    if composer.beyond.lines == 0 {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        let count = composer.beyond.lines.to_string();
        widgets::soft(ui, language.fill(Word::BeyondLines, &[("count", &count)]));
        if widgets::button(ui, None, language.say(Word::EditBeyond), Weight::Quiet).clicked() {
            composer.edit_all();
        }
        if widgets::button(ui, None, language.say(Word::LeaveOutBeyond), Weight::Quiet).clicked() {
            composer.leave_out();
        }
    });
}
