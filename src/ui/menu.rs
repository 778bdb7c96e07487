//! Menus that open at a place: under the pointer's other button, or beside what has the focus.

use egui::{
    CornerRadius, Id, Popup, PopupKind, Pos2, Rect, Response, Role, Sense, SetOpenCommand, Ui, Vec2, WidgetInfo,
};
use egui::{pos2, vec2};

use super::icons::{self, Icon};
use super::theme::{self, palette, size, space};
use super::widgets;

/// How wide a menu is.
const WIDTH: f32 = 250.0;

/// A menu that is open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Opened {
    at: Pos2,
    /// Its first entry takes the focus with the next frame.
    focuses: bool,
    is_shown: bool,
}

impl Opened {
    /// For a thing on the screen: at the pointer, or below the thing when a key asked for it.
    pub fn of(ui: &Ui, rect: Rect, by_key: bool) -> Self {
        let below = pos2(rect.left() + space::XL, rect.center().y);
        let at = if by_key { below } else { ui.ctx().pointer_latest_pos().unwrap_or(below) };
        Self { at, focuses: by_key, is_shown: false }
    }
}

/// What stands in a menu.
pub struct Entry<'a, T> {
    /// Its drawing.
    pub icon: Icon,
    /// Its words.
    pub words: &'a str,
    /// The key that does the same; empty when there is none.
    pub key: &'a str,
    /// What it stands for.
    pub meaning: T,
}

/// Draws a menu; whether it stays open, and what was chosen.
pub fn show<T: Copy>(ui: &Ui, name: &str, menu: Opened, entries: &[Entry<'_, T>]) -> (Option<Opened>, Option<T>) {
    let id = Id::unique(("menu", name));
    let mut chosen = None;
    let popup = Popup::new(id, ui.ctx().clone(), menu.at, ui.layer_id())
        .kind(PopupKind::Menu)
        .open_memory((!menu.is_shown).then_some(SetOpenCommand::Bool(true)))
        .gap(0.0)
        .width(WIDTH);
    let drawn = popup.show(|ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 0.0;
        for (nth, entry) in entries.iter().enumerate() {
            let response = line(ui, entry);
            if menu.focuses && nth == 0 {
                response.request_focus();
            }
            if response.clicked() {
                chosen = Some(entry.meaning);
                ui.close();
            }
        }
    });
    let is_open = drawn.is_some() && Popup::is_id_open(ui.ctx(), id);
    (is_open.then_some(Opened { focuses: false, is_shown: true, ..menu }), chosen)
}

fn line<T>(ui: &mut Ui, entry: &Entry<'_, T>) -> Response {
    let colours = palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::HIT + space::XS), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, true, entry.words));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CornerRadius::same(size::RADIUS), colours.hover);
    }
    let square = Rect::from_center_size(pos2(rect.left() + space::L, rect.center().y), Vec2::splat(size::ICON));
    icons::paint(ui, entry.icon, square, colours.ink_soft);
    let mut right = rect.right() - space::S;
    if !entry.key.is_empty() {
        let font = theme::plain(size::CAPTION);
        let galley = ui.painter().layout_no_wrap(entry.key.to_owned(), font, colours.ink_soft);
        right -= galley.size().x;
        ui.painter().galley(pos2(right, rect.center().y - galley.size().y / 2.0), galley, colours.ink_soft);
        right -= space::S;
    }
    let area = Rect::from_min_max(pos2(square.right() + space::S, rect.top()), pos2(right, rect.bottom()));
    widgets::line(ui.painter(), area, entry.words, theme::plain(size::BODY), colours.ink);
    widgets::ring(ui, &response, rect);
    response
}
