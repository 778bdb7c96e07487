//! The few controls that every screen is made of.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Color32, CornerRadius, FontId, Frame, InnerResponse, Label, Margin, Painter, Rect, Response, RichText, Role, Sense,
    Stroke, StrokeKind, TextEdit, Ui, Vec2, WidgetInfo, WidgetText, pos2, vec2,
};

use super::icons::{self, Icon};
use super::theme::{self, palette, size, space};

/// How much a button asks to be pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The one thing to do here.
    Primary,
    /// One of several.
    Plain,
    /// Without a border.
    Quiet,
    /// Takes something away.
    Danger,
}

/// A button with words, and perhaps an icon.
pub fn button(ui: &mut Ui, icon: Option<Icon>, words: &str, weight: Weight) -> Response {
    button_if(ui, true, icon, words, weight)
}

/// The same, that may not be pressed now.
pub fn button_if(ui: &mut Ui, enabled: bool, icon: Option<Icon>, words: &str, weight: Weight) -> Response {
    let colours = palette(ui);
    let enabled = enabled && ui.is_enabled();
    let galley = ui.painter().layout_no_wrap(words.to_owned(), theme::plain(size::BODY), Color32::PLACEHOLDER);
    let icon_width = if icon.is_some() { size::ICON + space::S } else { 0.0 };
    let padding = if weight == Weight::Quiet { space::S } else { space::M };
    let wanted = vec2(galley.size().x + icon_width + padding * 2.0, size::HIT);
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(wanted, sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, words));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let hot = response.hovered() && enabled;
    let (fill, edge, text) = match weight {
        Weight::Primary | Weight::Danger if !enabled => (colours.hover, colours.line, colours.ink_soft),
        Weight::Primary => (colours.indigo, colours.indigo, colours.on_accent),
        Weight::Plain => (if hot { colours.hover } else { colours.raised }, colours.line, colours.ink),
        Weight::Quiet => (if hot { colours.hover } else { Color32::TRANSPARENT }, Color32::TRANSPARENT, colours.indigo),
        Weight::Danger => (if hot { colours.hover } else { colours.raised }, colours.line, colours.plum),
    };
    let text = if enabled { text } else { text.gamma_multiply(0.75) };
    let fill = if hot && weight == Weight::Primary { fill.gamma_multiply(0.88) } else { fill };
    let radius = CornerRadius::same(size::RADIUS);
    ui.painter().rect(rect, radius, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    let mut x = rect.left() + padding;
    if let Some(icon) = icon {
        let square = Rect::from_center_size(pos2(x + size::ICON / 2.0, rect.center().y), Vec2::splat(size::ICON));
        icons::paint(ui, icon, square, text);
        x += icon_width;
    }
    ui.painter().galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, text);
    ring(ui, &response, rect);
    response
}

/// How wide a button with words and no icon is.
pub fn button_width(ui: &Ui, words: &str, weight: Weight) -> f32 {
    let galley = ui.painter().layout_no_wrap(words.to_owned(), theme::plain(size::BODY), Color32::PLACEHOLDER);
    let padding = if weight == Weight::Quiet { space::S } else { space::M };
    galley.size().x + padding * 2.0
}

/// A button that is only an icon; its name is read aloud and shown when the pointer rests on it.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    let colours = palette(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(size::HIT), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(size::RADIUS), colours.hover);
    }
    let colour = if response.hovered() { colours.ink } else { colours.ink_soft };
    icons::paint(ui, icon, Rect::from_center_size(rect.center(), Vec2::splat(size::ICON_LARGE)), colour);
    ring(ui, &response, rect);
    response.on_hover_text(name)
}

/// A switch with words.
pub fn toggle(ui: &mut Ui, on: &mut bool, icon: Icon, words: &str, colour: Color32) -> Response {
    let colours = palette(ui);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), theme::plain(size::BODY), Color32::PLACEHOLDER);
    let wanted = vec2(galley.size().x + size::ICON + space::S + space::M * 2.0, size::HIT);
    let (rect, mut response) = ui.allocate_exact_size(wanted, Sense::click());
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, *on, words));
    let fill = if *on { colours.selected } else { colours.raised };
    let edge = if *on { colour } else { colours.line };
    ui.painter().rect(rect, CornerRadius::same(size::RADIUS), fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    let text = if *on { colours.ink } else { colours.ink_soft };
    let square = Rect::from_center_size(
        pos2(rect.left() + space::M + size::ICON / 2.0, rect.center().y),
        Vec2::splat(size::ICON),
    );
    icons::paint(ui, icon, square, if *on { colour } else { colours.ink_soft });
    let at = pos2(square.right() + space::S, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, text);
    ring(ui, &response, rect);
    response
}

/// One choice of a few, side by side.
pub fn choice(ui: &mut Ui, chosen: bool, words: &str) -> Response {
    let colours = palette(ui);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), theme::plain(size::BODY), Color32::PLACEHOLDER);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + space::M * 2.0, size::HIT), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, words));
    let fill = match (chosen, response.hovered()) {
        (true, _) => colours.selected,
        (false, true) => colours.hover,
        (false, false) => colours.raised,
    };
    let edge = if chosen { colours.indigo } else { colours.line };
    ui.painter().rect(rect, CornerRadius::same(size::RADIUS), fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    let at = rect.center() - galley.size() / 2.0;
    ui.painter().galley(at, galley, if chosen { colours.ink } else { colours.ink_soft });
    ring(ui, &response, rect);
    response
}

/// The focus ring.
pub fn ring(ui: &Ui, response: &Response, rect: Rect) {
    if response.has_focus() {
        let stroke = Stroke::new(size::RING, palette(ui).indigo);
        ui.painter().rect_stroke(rect, CornerRadius::same(size::RADIUS), stroke, StrokeKind::Inside);
    }
    // Tab never goes out of sight.
    if response.gained_focus() {
        ui.scroll_to_rect(rect, None);
    }
}

/// Text that wraps and can be selected.
pub fn text(ui: &mut Ui, words: impl Into<String>, font: FontId, colour: Color32) -> Response {
    ui.add(Label::new(rich(words, font, colour)).wrap().selectable(true))
}

fn rich(words: impl Into<String>, font: FontId, colour: Color32) -> RichText {
    let leading = font.size * 1.45;
    RichText::new(words).font(font).color(colour).line_height(Some(leading))
}

/// Body text.
pub fn body(ui: &mut Ui, words: impl Into<String>) -> Response {
    let ink = palette(ui).ink;
    text(ui, words, theme::plain(size::BODY), ink)
}

/// Secondary text.
pub fn soft(ui: &mut Ui, words: impl Into<String>) -> Response {
    let ink = palette(ui).ink_soft;
    text(ui, words, theme::plain(size::BODY), ink)
}

/// Small secondary text.
pub fn caption(ui: &mut Ui, words: impl Into<String>) -> Response {
    let ink = palette(ui).ink_soft;
    text(ui, words, theme::plain(size::CAPTION), ink)
}

/// Emphasised body text.
pub fn emphasis(ui: &mut Ui, words: impl Into<String>) -> Response {
    let ink = palette(ui).ink;
    text(ui, words, theme::strong(size::BODY), ink)
}

/// A screen's title.
pub fn title(ui: &mut Ui, words: impl Into<String>) -> Response {
    let ink = palette(ui).ink;
    text(ui, words, theme::strong(size::TITLE), ink)
}

/// One line of text in a rectangle, cut with an ellipsis when it is too long. Gives its width.
pub fn line(painter: &Painter, rect: Rect, words: &str, font: FontId, colour: Color32) -> f32 {
    let mut job = LayoutJob::simple_singleline(words.to_owned(), font, colour);
    job.wrap =
        TextWrapping { max_width: rect.width().max(0.0), max_rows: 1, break_anywhere: true, ..Default::default() };
    let galley = painter.layout_job(job);
    let at = pos2(rect.left(), rect.center().y - galley.size().y / 2.0);
    let width = galley.size().x;
    painter.with_clip_rect(rect.expand(2.0).intersect(painter.clip_rect())).galley(at, galley, colour);
    width
}

/// A line of which stretches (in bytes, in order) are marked: with their font, their colour, and that of the marks.
pub fn marked_line(
    painter: &Painter,
    rect: Rect,
    words: &str,
    marks: &[std::ops::Range<usize>],
    (font, colour, mark): (FontId, Color32, Color32),
) {
    if marks.is_empty() {
        line(painter, rect, words, font, colour);
        return;
    }
    let plain = TextFormat::simple(font, colour);
    // Told by more than its colour.
    let marked =
        TextFormat { background: mark.gamma_multiply(0.3), underline: Stroke::new(1.0, mark), ..plain.clone() };
    let wrap =
        TextWrapping { max_width: rect.width().max(0.0), max_rows: 1, break_anywhere: true, ..Default::default() };
    let mut job = LayoutJob { wrap, ..LayoutJob::default() };
    let mut at = 0;
    for mark in marks {
        job.append(words.get(at..mark.start).unwrap_or_default(), 0.0, plain.clone());
        job.append(words.get(mark.clone()).unwrap_or_default(), 0.0, marked.clone());
        at = mark.end;
    }
    job.append(words.get(at..).unwrap_or_default(), 0.0, plain);
    let galley = painter.layout_job(job);
    let at = pos2(rect.left(), rect.center().y - galley.size().y / 2.0);
    painter.with_clip_rect(rect.expand(2.0).intersect(painter.clip_rect())).galley(at, galley, colour);
}

/// A line across.
pub fn hairline(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::empty());
    ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(1.0, palette(ui).line));
}

/// A raised card over the whole width.
pub fn card<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    let edge = palette(ui).line;
    card_with(ui, edge, add)
}

/// A raised card with an edge of a colour that means something.
pub fn card_with<R>(ui: &mut Ui, edge: Color32, add: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    Frame::new()
        .fill(palette(ui).raised)
        .stroke(Stroke::new(1.0, edge))
        .corner_radius(CornerRadius::same(size::RADIUS_CARD))
        .inner_margin(Margin::same(12))
        .show(ui, |ui| {
            ui.set_width(ui.available_width().max(0.0));
            add(ui)
        })
}

/// A small label on a tinted ground.
pub fn tag(ui: &mut Ui, words: &str) {
    let colours = palette(ui);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), theme::plain(size::CAPTION), colours.ink_soft);
    let wanted = galley.size() + vec2(space::M, 2.0);
    let (rect, response) = ui.allocate_exact_size(wanted, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    let edge = Stroke::new(1.0, colours.line);
    ui.painter().rect(rect, CornerRadius::same(size::RADIUS), colours.desk, edge, StrokeKind::Inside);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, colours.ink_soft);
}

/// A sign with its words, on one line that wraps.
pub fn signed_line(ui: &mut Ui, icon: Icon, colour: Color32, words: impl Into<String>) {
    let words = words.into();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let leading = size::BODY * 1.45;
        let (rect, _) = ui.allocate_exact_size(vec2(size::ICON, leading), Sense::empty());
        icons::paint(ui, icon, Rect::from_center_size(rect.center(), Vec2::splat(size::ICON)), colour);
        body(ui, words);
    });
}

/// A labelled field of one line.
pub fn field(ui: &mut Ui, label: &str, value: &mut String, hint: &str) -> Response {
    entry(ui, label, value, hint, false)
}

/// A labelled field whose content isn't shown.
pub fn secret_field(ui: &mut Ui, label: &str, value: &mut String) -> Response {
    entry(ui, label, value, "", true)
}

fn entry(ui: &mut Ui, label: &str, value: &mut String, hint: &str, secret: bool) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let name = caption(ui, label);
        let hint = WidgetText::from(RichText::new(hint).color(palette(ui).hint));
        let edit = TextEdit::singleline(value)
            // What appears above the field meanwhile does not take the focus from it.
            .id_salt(label)
            .password(secret)
            .hint_text(hint)
            .margin(Margin::symmetric(8, 5))
            .desired_width(f32::INFINITY);
        let field = ui.add(edit).labelled_by(name.id);
        if field.gained_focus() {
            field.scroll_to_me(None);
        }
        field
    })
    .inner
}

/// A section that unfolds.
pub fn folded(ui: &mut Ui, salt: &str, words: &str, add: impl FnOnce(&mut Ui)) {
    folded_from(ui, salt, words, false, add);
}

/// The same, that may begin open.
pub fn folded_from(ui: &mut Ui, salt: &str, words: &str, begins_open: bool, add: impl FnOnce(&mut Ui)) {
    let id = ui.make_persistent_id(salt);
    let mut open = ui.data_mut(|data| data.get_temp(id)).unwrap_or(begins_open);
    let colours = palette(ui);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), theme::plain(size::CAPTION), colours.ink_soft);
    let wanted = vec2(galley.size().x + size::ICON + space::XS, size::HIT);
    let (rect, response) = ui.allocate_exact_size(wanted, Sense::click());
    if response.clicked() {
        open = !open;
        ui.data_mut(|data| data.insert_temp(id, open));
    }
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, open, words));
    let square = Rect::from_center_size(pos2(rect.left() + size::ICON / 2.0, rect.center().y), Vec2::splat(size::ICON));
    icons::paint(ui, if open { Icon::ChevronDown } else { Icon::ChevronRight }, square, colours.ink_soft);
    let at = pos2(square.right() + space::XS, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, colours.ink_soft);
    ring(ui, &response, rect);
    if open {
        add(ui);
    }
}

/// What a pane says when there is nothing in it.
pub fn empty(ui: &mut Ui, icon: Icon, headline: &str, sentence: &str) {
    let colours = palette(ui);
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.3).max(space::XXL));
        icons::show(ui, icon, size::ICON_HERO, colours.line);
        ui.add_space(space::S);
        text(ui, headline, theme::strong(size::READING), colours.ink_soft);
        ui.set_max_width((ui.available_width() - space::XL).clamp(0.0, size::FORM));
        soft(ui, sentence);
    });
}

/// A name and a value, one above the other.
pub fn fact(ui: &mut Ui, name: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        caption(ui, name);
        body(ui, value);
    });
}

/// A fingerprint for reading aloud: few groups on a line, all lines equally long.
pub fn fingerprint_lines(ui: &mut Ui, spaced: &str) {
    let groups: Vec<_> = spaced.split(' ').collect();
    let lines: Vec<_> = groups.chunks(if groups.len() == 10 { 5 } else { 4 }).map(|line| line.join("  ")).collect();
    let ink = palette(ui).ink;
    text(ui, lines.join("\n"), theme::fixed(size::READING), ink);
}

/// A fingerprint in groups, in digits of equal width.
pub fn fingerprint(ui: &mut Ui, spaced: &str) {
    let colours = palette(ui);
    text(ui, spaced, theme::fixed(size::CAPTION), colours.ink);
}
