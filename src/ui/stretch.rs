//! How high the parts of a text are, so that those that are far from sight are not drawn: a letter may be quoted and
//! answered in hundreds of places, and each of them is a few boxes for the window.

use std::collections::HashMap;

use egui::{Rect, Ui, pos2};

/// So far outside of what is seen a part is drawn all the same, in points: the keyboard goes there from part to part.
const NEAR: f32 = 800.0;
/// Parts that were never drawn, and are, in one frame.
const STEP: usize = 40;
/// Frames for which a text that is not shown is remembered.
const KEPT: u64 = 60;

/// Of the texts seen last.
#[derive(Default)]
pub struct Stretches {
    kept: HashMap<String, Stretch>,
    frame: u64,
}

/// Of one text.
#[derive(Default)]
pub struct Stretch {
    /// Another number for another text; the width, and how much larger than usual.
    look: (u64, f32, f32),
    /// For each part: where it ends in the text, and its height, once it was drawn.
    parts: Vec<Option<(usize, f32)>>,
    /// Parts that may still be drawn in this frame though nobody sees them.
    left: usize,
    used: u64,
}

impl Stretches {
    /// Begins a frame.
    pub fn begin(&mut self) {
        self.frame += 1;
        let oldest = self.frame.saturating_sub(KEPT);
        self.kept.retain(|_, stretch| stretch.used >= oldest);
    }

    /// Lends what is known of a text, which is drawn now.
    #[allow(clippy::float_cmp)]
    pub fn lend(&mut self, block: &str, look: (u64, f32, f32)) -> Stretch {
        let known = self.kept.remove(block).filter(|known| known.look == look).unwrap_or_default();
        Stretch { look, left: STEP, used: self.frame, ..known }
    }

    /// Takes it back.
    pub fn take_back(&mut self, block: &str, stretch: Stretch) {
        self.kept.insert(block.to_owned(), stretch);
    }
}

impl Stretch {
    /// Draws a part, or leaves room for it: `guess` is about its height, `ends` where it ends in the text.
    pub fn part(
        &mut self,
        ui: &mut Ui,
        number: usize,
        ends: usize,
        guess: f32,
        is_wanted: bool,
        draw: impl FnOnce(&mut Ui),
    ) {
        let known = self.parts.get(number).copied().flatten();
        let is_new = known.is_none_or(|(end, _)| end != ends);
        let height = known.map_or(guess, |(_, height)| height);
        let top = ui.cursor().top();
        let sight = ui.clip_rect();
        let room = Rect::from_min_max(pos2(sight.left(), top), pos2(sight.right(), top + height));
        let is_near = room.intersects(sight.expand(NEAR));
        if !is_near && !is_wanted && (!is_new || self.left == 0) {
            if is_new {
                ui.ctx().request_repaint();
            }
            ui.add_space(height);
            return;
        }
        self.left -= usize::from(is_new && !is_near).min(self.left);
        // Whatever is left out before it, its boxes are the same ones.
        ui.push_id(number, draw);
        if self.parts.len() <= number {
            self.parts.resize(number + 1, None);
        }
        if let Some(part) = self.parts.get_mut(number) {
            *part = Some((ends, ui.cursor().top() - top));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Context, RawInput, vec2};

    /// Draws a thousand parts, each 50 points high and guessed to be 20, on a window of 500; which were drawn.
    fn frame(ctx: &Context, stretches: &mut Stretches, look: (u64, f32, f32), wanted: usize) -> (Vec<usize>, f32) {
        let (mut drawn, mut height) = (Vec::new(), 0.0);
        let screen_rect = Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(400.0, 500.0)));
        stretches.begin();
        let mut output = ctx.run_ui(RawInput { screen_rect, ..RawInput::default() }, |ui| {
            let mut stretch = stretches.lend("text", look);
            drawn.clear();
            ui.spacing_mut().item_spacing.y = 0.0;
            let top = ui.cursor().top();
            for number in 0..1_000 {
                stretch.part(ui, number, number + 1, 20.0, number == wanted, |ui| {
                    drawn.push(number);
                    ui.add_space(50.0);
                });
            }
            height = ui.cursor().top() - top;
            stretches.take_back("text", stretch);
        });
        output.textures_delta.clear();
        (drawn, height)
    }

    #[test]
    fn what_is_far_from_sight_is_drawn_once_and_then_has_its_room() {
        let (ctx, mut stretches) = (Context::default(), Stretches::default());
        let (drawn, _) = frame(&ctx, &mut stretches, (1, 400.0, 1.0), 1_000);
        assert!(drawn.len() < 120, "{}", drawn.len());
        let mut frames = 1;
        while frame(&ctx, &mut stretches, (1, 400.0, 1.0), 1_000).1 < 50_000.0 {
            frames += 1;
            assert!(frames < 200);
        }
        let (drawn, height) = frame(&ctx, &mut stretches, (1, 400.0, 1.0), 900);
        assert_eq!(drawn.last(), Some(&900), "what is wanted is drawn wherever it is");
        assert!(drawn.len() < 40 && (height - 50_000.0).abs() < 0.5, "{drawn:?} {height}");
        let (_, height) = frame(&ctx, &mut stretches, (1, 300.0, 1.0), 1_000);
        assert!(height < 30_000.0, "in another width it is found out anew: {height}");
    }
}
