//! A way drawn from station to station.

use egui::{Color32, Sense, Stroke, Ui, vec2};

use crate::ui::theme::{palette, size, space};

/// One station of a way: a dot, the line to the next, and words.
pub fn station(
    ui: &mut Ui,
    goes_on: bool,
    is_filled: bool,
    colour: Color32,
    words: impl FnOnce(&mut Ui),
) -> egui::Response {
    let line = palette(ui).line;
    let inner = ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::M;
        let (dot, _) = ui.allocate_exact_size(vec2(size::ICON, size::BODY * 1.45), Sense::empty());
        let block = ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            words(ui);
        });
        (dot, block.response.rect)
    });
    let (dot, block) = inner.inner;
    let bottom = block.bottom().max(dot.bottom()) + ui.spacing().item_spacing.y;
    if goes_on {
        ui.painter().vline(dot.center().x, dot.center().y + 7.0..=bottom + 4.0, Stroke::new(1.5, line));
    }
    if is_filled {
        ui.painter().circle_filled(dot.center(), 5.0, colour);
    } else {
        ui.painter().circle_stroke(dot.center(), 4.5, Stroke::new(1.5, colour));
    }
    inner.response.interact(Sense::hover())
}
