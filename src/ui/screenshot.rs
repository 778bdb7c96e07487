//! A picture of the window without a window.

use std::path::Path;

use egui::{Context, Pos2, RawInput, Rect, Vec2, ViewportId};

use super::app::App;
use super::raster::Raster;
use super::state::Theme;

/// Frames after which the picture is taken at the latest.
const FRAMES: usize = 12;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum ScreenshotError {
    /// The size is none.
    #[error("a picture of {0} by {1} points can't be made")]
    Size(f32, f32),
    /// The file could not be written.
    #[error("the picture could not be written: {0}")]
    File(#[from] image::ImageError),
}

/// Draws the window as it is, at a size in points and a number of pixels per point.
pub fn screenshot(app: &mut App, size: Vec2, scale: f32) -> Result<image::RgbaImage, ScreenshotError> {
    let fits = |side: f32| (64.0..=8_192.0).contains(&(side * scale));
    if !fits(size.x) || !fits(size.y) {
        return Err(ScreenshotError::Size(size.x, size.y));
    }
    let ctx = Context::default();
    super::fonts::install(&ctx);
    super::theme::install(&ctx);
    ctx.all_styles_mut(|style| style.animation_time = 0.0);
    if app.state.theme == Theme::System {
        ctx.set_theme(egui::ThemePreference::Light);
    }
    app.state.drawings.waits = true;
    app.state.album.waits = true;
    app.state.drawings.change_screen();
    let mut raster = Raster::default();
    let mut shapes = Vec::new();
    for frame in 0..FRAMES {
        let mut output = ctx.run_ui(input(size, scale, frame), |ui| app.show(ui));
        raster.apply(&mut output.textures_delta);
        shapes = output.shapes;
        let waits = output.viewport_output.values().any(|view| view.repaint_delay.is_zero());
        if frame >= 3 && !waits {
            break;
        }
    }
    app.state.drawings.waits = false;
    app.state.album.waits = false;
    app.state.drawings.change_screen();
    let primitives = ctx.tessellate(shapes, scale);
    let pixels = [(size.x * scale).round() as usize, (size.y * scale).round() as usize];
    Ok(raster.paint(&primitives, pixels, scale, egui::Color32::BLACK))
}

/// Writes a picture as PNG.
pub fn write_png(image: &image::RgbaImage, to: &Path) -> Result<(), ScreenshotError> {
    Ok(image.save_with_format(to, image::ImageFormat::Png)?)
}

fn input(size: Vec2, scale: f32, frame: usize) -> RawInput {
    let mut input = RawInput {
        screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)),
        time: Some(frame as f64),
        focused: true,
        ..RawInput::default()
    };
    if let Some(viewport) = input.viewports.get_mut(&ViewportId::ROOT) {
        viewport.native_pixels_per_point = Some(scale);
    }
    input
}
