//! Paints egui's triangles into memory: the same picture as on a screen, without display or GPU.

use std::collections::HashMap;

use egui::epaint::{ClippedPrimitive, ImageData, ImageDelta, Mesh, Primitive, Vertex};
use egui::{Color32, Pos2, Rect, TextureId, TexturesDelta};

/// The textures of a context, kept from frame to frame.
#[derive(Default)]
pub struct Raster {
    textures: HashMap<TextureId, Texture>,
    freed: Vec<TextureId>,
}

struct Texture {
    width: usize,
    height: usize,
    pixels: Vec<Color32>,
}

/// The picture being painted.
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Color32>,
}

/// A clip in whole pixels: left, top, right, bottom.
#[derive(Clone, Copy)]
struct Clip {
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
}

impl Raster {
    /// Takes over what changed in the context's textures. Each delta must be given once.
    pub fn apply(&mut self, delta: &mut TexturesDelta) {
        for id in self.freed.drain(..) {
            self.textures.remove(&id);
        }
        let delta = std::mem::take(delta);
        let mut delta = delta;
        for (id, changes) in delta.set.drain() {
            for change in changes {
                self.change(id, change);
            }
        }
        self.freed.extend(delta.free.drain());
    }

    fn change(&mut self, id: TextureId, change: ImageDelta) {
        let ImageData::Color(image) = change.image;
        let [width, height] = image.size;
        let Some([x, y]) = change.pos else {
            self.textures.insert(id, Texture { width, height, pixels: image.pixels.clone() });
            return;
        };
        let Some(texture) = self.textures.get_mut(&id) else { return };
        for (row, pixels) in image.pixels.chunks_exact(width.max(1)).enumerate() {
            let start = (y + row) * texture.width + x;
            if let Some(target) = texture.pixels.get_mut(start..start + width) {
                target.copy_from_slice(pixels);
            }
        }
    }

    /// Paints what `Context::tessellate` gave; `size` in pixels.
    pub fn paint(
        &self,
        primitives: &[ClippedPrimitive],
        size: [usize; 2],
        pixels_per_point: f32,
        background: Color32,
    ) -> image::RgbaImage {
        let [width, height] = size;
        let mut canvas = Canvas { width, height, pixels: vec![background; width * height] };
        for primitive in primitives {
            let clip = canvas.clip(primitive.clip_rect, pixels_per_point);
            if let Primitive::Mesh(mesh) = &primitive.primitive
                && let Some(texture) = self.textures.get(&mesh.texture_id)
            {
                canvas.mesh(mesh, texture, clip, pixels_per_point);
            }
        }
        let mut bytes = Vec::with_capacity(width * height * 4);
        for pixel in &canvas.pixels {
            bytes.extend_from_slice(&pixel.to_srgba_unmultiplied());
        }
        image::RgbaImage::from_raw(width as u32, height as u32, bytes).unwrap_or_default()
    }
}

impl Canvas {
    fn clip(&self, rect: Rect, scale: f32) -> Clip {
        let edge = |value: f32, most: usize| (value * scale).round().clamp(0.0, most as f32) as i32;
        Clip {
            left: edge(rect.min.x, self.width),
            top: edge(rect.min.y, self.height),
            right: edge(rect.max.x, self.width),
            bottom: edge(rect.max.y, self.height),
        }
    }

    fn mesh(&mut self, mesh: &Mesh, texture: &Texture, clip: Clip, scale: f32) {
        for triangle in mesh.indices.chunks_exact(3) {
            let corner = |at: usize| {
                let vertex = triangle.get(at).and_then(|index| mesh.vertices.get(*index as usize))?;
                Some(Vertex { pos: (vertex.pos.to_vec2() * scale).to_pos2(), ..*vertex })
            };
            if let (Some(a), Some(b), Some(c)) = (corner(0), corner(1), corner(2)) {
                self.triangle(a, b, c, texture, clip);
            }
        }
    }

    /// Fills the pixels whose centres lie inside: left and top edges belong to it, right and bottom don't.
    fn triangle(&mut self, a: Vertex, b: Vertex, c: Vertex, texture: &Texture, clip: Clip) {
        let area = (b.pos.x - a.pos.x) * (c.pos.y - a.pos.y) - (c.pos.x - a.pos.x) * (b.pos.y - a.pos.y);
        if !area.is_finite() || area.abs() < 1e-6 {
            return;
        }
        let top = a.pos.y.min(b.pos.y).min(c.pos.y);
        let bottom = a.pos.y.max(b.pos.y).max(c.pos.y);
        let first = ((top - 0.5).ceil() as i32).max(clip.top);
        let last = ((bottom - 0.5).ceil() as i32).min(clip.bottom);
        let flat = a.color == b.color && b.color == c.color;
        let solid = (flat && a.uv == b.uv && b.uv == c.uv).then(|| modulate(a.color, texture.sample(a.uv.x, a.uv.y)));
        if solid == Some(Color32::TRANSPARENT) {
            return;
        }
        let gradient = Gradient::new(a, b, c, area);
        for y in first..last {
            let Some((from, to)) = span([a.pos, b.pos, c.pos], y as f32 + 0.5) else { continue };
            let from = ((from - 0.5).ceil() as i32).max(clip.left);
            let to = ((to - 0.5).ceil() as i32).min(clip.right);
            if from >= to {
                continue;
            }
            let start = y as usize * self.width;
            let Some(row) = self.pixels.get_mut(start + from as usize..start + to as usize) else { continue };
            match solid {
                Some(colour) if colour.a() == 255 => row.fill(colour),
                Some(colour) => row.iter_mut().for_each(|under| *under = over(colour, *under)),
                None => gradient.fill(row, from, y, texture, flat.then_some(a.color)),
            }
        }
    }
}

/// Where the line at `y` enters and leaves the triangle.
fn span([first, second, third]: [Pos2; 3], y: f32) -> Option<(f32, f32)> {
    let mut from = f32::INFINITY;
    let mut to = f32::NEG_INFINITY;
    for (start, end) in [(first, second), (second, third), (third, first)] {
        if (start.y <= y) != (end.y <= y) {
            let x = start.x + (y - start.y) / (end.y - start.y) * (end.x - start.x);
            from = from.min(x);
            to = to.max(x);
        }
    }
    (from < to).then_some((from, to))
}

/// How colour and texture position change over a triangle.
struct Gradient {
    origin: [f32; 6],
    by_x: [f32; 6],
    by_y: [f32; 6],
}

impl Gradient {
    fn new(a: Vertex, b: Vertex, c: Vertex, area: f32) -> Self {
        let values = |v: Vertex| {
            let [red, green, blue, alpha] = v.color.to_array();
            [v.uv.x, v.uv.y, f32::from(red), f32::from(green), f32::from(blue), f32::from(alpha)]
        };
        let (va, vb, vc) = (values(a), values(b), values(c));
        let mut this = Self { origin: [0.0; 6], by_x: [0.0; 6], by_y: [0.0; 6] };
        let slots = this.origin.iter_mut().zip(&mut this.by_x).zip(&mut this.by_y);
        for (((origin, by_x), by_y), ((va, vb), vc)) in slots.zip(va.iter().zip(&vb).zip(&vc)) {
            let (db, dc) = (vb - va, vc - va);
            *by_x = (db * (c.pos.y - a.pos.y) - dc * (b.pos.y - a.pos.y)) / area;
            *by_y = (dc * (b.pos.x - a.pos.x) - db * (c.pos.x - a.pos.x)) / area;
            *origin = va - *by_x * a.pos.x - *by_y * a.pos.y;
        }
        this
    }

    fn fill(&self, row: &mut [Color32], from: i32, y: i32, texture: &Texture, flat: Option<Color32>) {
        let (x, y) = (from as f32 + 0.5, y as f32 + 0.5);
        let mut at = self.origin;
        for ((value, by_x), by_y) in at.iter_mut().zip(&self.by_x).zip(&self.by_y) {
            *value += by_x * x + by_y * y;
        }
        let textured = self.by_x.iter().chain(&self.by_y).zip([true, true, false, false, false, false].iter().cycle());
        let textured = textured.filter(|(_, is_uv)| **is_uv).any(|(step, _)| step.abs() > 1e-9);
        let still = (!textured).then(|| texture.sample(at[0], at[1]));
        for under in row {
            let texel = still.unwrap_or_else(|| texture.sample(at[0], at[1]));
            let colour = flat.unwrap_or_else(|| {
                let byte = |value: f32| value.clamp(0.0, 255.0) as u8;
                Color32::from_rgba_premultiplied(byte(at[2]), byte(at[3]), byte(at[4]), byte(at[5]))
            });
            let colour = modulate(colour, texel);
            if colour != Color32::TRANSPARENT {
                *under = over(colour, *under);
            }
            for (value, step) in at.iter_mut().zip(&self.by_x) {
                *value += step;
            }
        }
    }
}

impl Texture {
    fn pixel(&self, x: i32, y: i32) -> Color32 {
        let x = (x.max(0) as usize).min(self.width.saturating_sub(1));
        let y = (y.max(0) as usize).min(self.height.saturating_sub(1));
        self.pixels.get(y * self.width + x).copied().unwrap_or(Color32::TRANSPARENT)
    }

    /// Bilinear, clamped at the edges.
    fn sample(&self, u: f32, v: f32) -> Color32 {
        let x = u * self.width as f32 - 0.5;
        let y = v * self.height as f32 - 0.5;
        let (left, top) = (x.floor(), y.floor());
        let (right_share, bottom_share) = (x - left, y - top);
        let (left, top) = (left as i32, top as i32);
        let near = self.pixel(left, top);
        let is_on_texel = right_share < 0.004 && bottom_share < 0.004;
        if is_on_texel {
            return near;
        }
        let across = self.pixel(left + 1, top);
        let below = self.pixel(left, top + 1);
        let diagonal = self.pixel(left + 1, top + 1);
        if near == across && near == below && near == diagonal {
            return near;
        }
        mix(mix(near, across, right_share), mix(below, diagonal, right_share), bottom_share)
    }
}

fn mix(a: Color32, b: Color32, share: f32) -> Color32 {
    let weight = (share * 256.0) as u32;
    let channel = |a: u8, b: u8| ((u32::from(a) * (256 - weight) + u32::from(b) * weight) >> 8) as u8;
    Color32::from_rgba_premultiplied(
        channel(a.r(), b.r()),
        channel(a.g(), b.g()),
        channel(a.b(), b.b()),
        channel(a.a(), b.a()),
    )
}

fn modulate(colour: Color32, texel: Color32) -> Color32 {
    if texel == Color32::WHITE {
        return colour;
    }
    let channel = |a: u8, b: u8| ((u32::from(a) * u32::from(b) + 127) / 255) as u8;
    Color32::from_rgba_premultiplied(
        channel(colour.r(), texel.r()),
        channel(colour.g(), texel.g()),
        channel(colour.b(), texel.b()),
        channel(colour.a(), texel.a()),
    )
}

/// Premultiplied source-over.
fn over(top: Color32, under: Color32) -> Color32 {
    let rest = 255 - u32::from(top.a());
    let channel = |a: u8, b: u8| (u32::from(a) + (u32::from(b) * rest + 127) / 255).min(255) as u8;
    Color32::from_rgba_premultiplied(
        channel(top.r(), under.r()),
        channel(top.g(), under.g()),
        channel(top.b(), under.b()),
        channel(top.a(), under.a()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::pos2;

    fn quad(rect: Rect, colour: Color32) -> ClippedPrimitive {
        let mut mesh = Mesh::default();
        mesh.add_colored_rect(rect, colour);
        ClippedPrimitive { clip_rect: Rect::EVERYTHING, primitive: Primitive::Mesh(mesh) }
    }

    fn raster() -> Raster {
        let mut raster = Raster::default();
        let white = Texture { width: 1, height: 1, pixels: vec![Color32::WHITE] };
        raster.textures.insert(TextureId::default(), white);
        raster
    }

    #[test]
    fn a_rectangle_covers_its_pixels_and_no_others() {
        let rect = Rect::from_min_max(pos2(2.0, 3.0), pos2(5.0, 6.0));
        let image = raster().paint(&[quad(rect, Color32::RED)], [8, 8], 1.0, Color32::BLACK);
        for (x, y, pixel) in image.enumerate_pixels() {
            let inside = (2..5).contains(&x) && (3..6).contains(&y);
            assert_eq!(pixel.0[0] == 255, inside, "{x},{y}");
        }
    }

    #[test]
    fn half_transparent_paint_covers_each_pixel_once() {
        let half = Color32::from_rgba_premultiplied(128, 128, 128, 128);
        let rect = Rect::from_min_max(Pos2::ZERO, pos2(8.0, 8.0));
        let image = raster().paint(&[quad(rect, half)], [8, 8], 1.0, Color32::BLACK);
        assert!(image.pixels().all(|pixel| pixel.0[0] == 128), "the diagonal is not painted twice");
    }

    #[test]
    fn a_clip_rectangle_holds_at_any_scale() {
        let mut part = quad(Rect::from_min_max(Pos2::ZERO, pos2(4.0, 4.0)), Color32::RED);
        part.clip_rect = Rect::from_min_max(pos2(1.0, 1.0), pos2(2.0, 2.0));
        let image = raster().paint(&[part], [8, 8], 2.0, Color32::BLACK);
        assert_eq!(image.pixels().filter(|pixel| pixel.0[0] == 255).count(), 4);
    }
}
