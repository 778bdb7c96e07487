//! Draws views, emits commands. The only egui, the only human text.
//! May use: domain, engine.

mod album;
mod app;
mod attachments;
mod authorities;
mod backup;
mod bringing;
mod calendar;
mod column;
mod compare;
mod compose;
mod confirm;
mod conversation;
mod delivery;
mod drafts;
mod evidence;
mod files;
mod find;
mod finding;
mod fonts;
mod found;
mod frames;
mod fresh;
#[cfg(test)]
#[path = "growth/tests.rs"]
mod growth;
mod html;
mod icons;
mod inboxes;
mod keys;
mod link;
mod list;
mod menu;
mod narrow;
mod news;
mod numbers;
mod outbox;
mod outline;
mod people;
mod picture;
mod preview;
mod print;
mod prose;
mod raster;
mod reader;
mod reading;
mod remedies;
mod remote;
mod rules;
mod saved;
mod screenshot;
mod selection;
mod settings;
mod setup;
mod shed;
mod sidebar;
mod source;
mod state;
mod status;
mod storage;
mod stretch;
mod strip;
mod tags;
mod theme;
mod transcript;
mod trust;
mod undo;
mod unlock;
mod welcome;
mod when;
mod widgets;
mod window;
mod words;

pub use app::{App, Backend};
pub use backup::{Dialog as BackupDialog, setup_text};
pub use files::Spawn;
pub use fonts::{install as install_fonts, system_has};
pub use frames::Frames;
pub use html::Link;
pub use icons::Icon;
pub use keys::{Dialog as KeyDialog, RenewalWay};
pub use print::{print_pdf, recovery_sheet};
pub use raster::Raster;
pub use screenshot::{ScreenshotError, screenshot, write_png};
pub use state::{Activity, Notice, Pane, Screen, State, Theme, Views};
pub use theme::install as install_theme;
pub use welcome::Stage;
pub use when::Clock;
pub use window::{Options, WindowError, run_window};
pub use words::{Language, Word};

/// A size in points.
pub fn size(width: f32, height: f32) -> egui::Vec2 {
    egui::vec2(width, height)
}
