//! A finished drawing on the screen.

use std::sync::Arc;

use egui::{Color32, ColorImage, Pos2, Rect, Response, Sense, TextureHandle, TextureOptions, Ui, Vec2, pos2, vec2};

use crate::ui::selection::Lettering;

use super::render::{Link, Picture};

/// Textures that are handed to the screen in one frame.
const PER_FRAME: usize = 2;
/// Textures that are kept beyond those in sight, in points.
const MARGIN: f32 = 1_500.0;

/// A body drawn. Only the tiles that are in sight are on the screen.
pub struct Sheet {
    tiles: Vec<Tile>,
    /// In points.
    pub size: Vec2,
    /// How much of its width was to be seen at once, in points.
    room: f32,
    /// Its links.
    pub links: Vec<Link>,
    /// Its letters.
    pub letters: Arc<Lettering>,
    /// Requests that were refused because they lead to the web.
    pub refused: usize,
    /// It goes on below what is shown.
    pub is_cut: bool,
    /// Its colours were made readable on dark paper.
    pub is_adapted: bool,
}

struct Tile {
    area: Rect,
    picture: Arc<ColorImage>,
    texture: Option<TextureHandle>,
}

impl Sheet {
    pub(super) fn new(picture: Picture) -> Self {
        let Picture { tiles, size, room, links, letters, refused, is_cut, is_adapted } = picture;
        let mut top = 0.0;
        let mut placed = Vec::new();
        for picture in tiles {
            let [columns, rows] = picture.size;
            let height = rows as f32 * size.x / (columns as f32).max(1.0);
            let area = Rect::from_min_size(pos2(0.0, top), vec2(size.x, height));
            top += height;
            placed.push(Tile { area, picture: Arc::new(picture), texture: None });
        }
        Self { tiles: placed, size, room, links, letters: Arc::new(letters), refused, is_cut, is_adapted }
    }

    /// Takes it off the screen.
    pub(super) fn take_down(&mut self) {
        self.tiles.iter_mut().for_each(|tile| tile.texture = None);
    }

    /// It goes on to the right of the width that there is for it.
    pub fn is_wide(&self) -> bool {
        self.size.x > self.room + 1.0
    }

    /// How many pixels it has.
    pub fn pixels(&self) -> usize {
        self.tiles.iter().map(|tile| tile.picture.pixels.len()).sum()
    }

    /// Draws what is in sight of it, over a width, and lets it be clicked and dragged.
    pub fn show(&mut self, ui: &mut Ui, width: f32, id: egui::Id) -> (Response, Rect) {
        // While a new drawing is made the old one is shown, perhaps in another size.
        let size = self.size * (width / self.room.max(1.0));
        let (_, rect) = ui.allocate_space(size);
        let response = ui.interact(rect, id, Sense::click_and_drag());
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        let (scale, mut handed) = (size.x / self.size.x.max(1.0), 0);
        let sight = ui.clip_rect();
        for (index, tile) in self.tiles.iter_mut().enumerate() {
            let target = (tile.area * scale).translate(rect.min.to_vec2());
            if !target.intersects(sight) {
                if !target.intersects(sight.expand(MARGIN)) {
                    tile.texture = None;
                }
                continue;
            }
            if tile.texture.is_none() && handed < PER_FRAME {
                handed += 1;
                let name = format!("html-{index}");
                tile.texture = Some(ui.ctx().load_texture(name, Arc::clone(&tile.picture), TextureOptions::LINEAR));
            }
            match &tile.texture {
                Some(texture) => {
                    ui.painter().image(texture.id(), target, whole, Color32::WHITE);
                }
                None => ui.ctx().request_repaint(),
            }
        }
        (response, rect)
    }

    /// A point of the window on the drawing.
    pub fn point(&self, rect: Rect, at: Pos2) -> Pos2 {
        ((at - rect.min) * (self.size.x / rect.width().max(1.0))).to_pos2()
    }

    /// An area of the drawing in the window.
    pub fn area(&self, rect: Rect, area: Rect) -> Rect {
        (area * (rect.width() / self.size.x.max(1.0))).translate(rect.min.to_vec2())
    }

    /// The link at a point of the window.
    pub fn link(&self, rect: Rect, at: Pos2) -> Option<&Link> {
        let at = self.point(rect, at);
        self.links.iter().find(|link| link.areas.iter().any(|area| area.contains(at)))
    }
}
