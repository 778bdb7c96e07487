//! The band with lock and seal, and what stands below it: what the program found, in its own signs and words.

use egui::text::LayoutJob;
use egui::{Align, Color32, Label, Layout, Rect, Sense, TextFormat, Ui, Vec2, vec2};

use crate::engine::view::Assessment;
use crate::ui::icons::{self, Icon};
use crate::ui::state::State;
use crate::ui::theme::{self, palette, size, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::Word;
use crate::ui::words::verdict::{self, Sentence};

/// The band: what the program found, in its own signs and words.
pub(super) fn band(ui: &mut Ui, assessment: &Assessment, state: &mut State) {
    let language = state.language;
    let lock = assessment.headline.lock;
    let seal = assessment.headline.seal;
    let (lock_colour, seal_colour) = (icons::lock_colour(ui, lock), icons::seal_colour(ui, seal));
    widgets::card(ui, |ui| {
        ui.horizontal_top(|ui| {
            let words = if state.drawer { verdict::seal_alone } else { verdict::seal };
            let why = language.say(if state.drawer { Word::HideWhy } else { Word::Why });
            let button = 136.0;
            let width = (ui.available_width() - button).max(160.0);
            ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 6.0;
                sign(ui, Icon::of_lock(lock), lock_colour, &verdict::lock(language, assessment));
                sign(ui, Icon::of_seal(seal), seal_colour, &words(language, assessment, &state.clock));
            });
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                if widgets::button(ui, None, why, Weight::Plain).clicked() {
                    state.drawer = !state.drawer;
                }
            });
        });
    });
}

/// A sign, the main statement in strong letters, and what follows from it.
pub fn sign(ui: &mut Ui, icon: Icon, colour: Color32, sentence: &Sentence) {
    let colours = palette(ui);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 10.0;
        let (rect, _) = ui.allocate_exact_size(vec2(size::ICON_LARGE, size::BODY * 1.45), Sense::empty());
        icons::paint(ui, icon, Rect::from_center_size(rect.center(), Vec2::splat(size::ICON_LARGE)), colour);
        let leading = Some(size::BODY * 1.45);
        let format = |font, color| TextFormat { line_height: leading, ..TextFormat::simple(font, color) };
        let mut job = LayoutJob::default();
        job.append(&sentence.main, 0.0, format(theme::strong(size::BODY), colours.ink));
        job.append(&sentence.rest, 0.0, format(theme::plain(size::BODY), colours.ink_soft));
        ui.add(Label::new(job).wrap().selectable(true));
    });
}

/// Delivery and cautions: still the frame's, still above the hairline.
pub(super) fn below_band(ui: &mut Ui, assessment: &Assessment, state: &State) {
    let colours = palette(ui);
    ui.spacing_mut().item_spacing.y = space::XS;
    if let Some((passes, words)) = verdict::delivery(state.language, assessment) {
        let colour = if passes { colours.ink_soft } else { colours.amber };
        widgets::signed_line(ui, if passes { Icon::Server } else { Icon::Caution }, colour, words);
    }
    for words in verdict::cautions(state.language, assessment) {
        widgets::signed_line(ui, Icon::Caution, colours.amber, words);
    }
}
