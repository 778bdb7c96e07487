//! The picture itself: drawn from the layout, moved with the pointer, walked with the arrow keys.

use egui::epaint::CubicBezierShape;
use egui::{
    Color32, CornerRadius, EventFilter, Id, Key, Modifiers, Painter, Pos2, Rect, Response, Role as AccessRole, Sense,
    Shape, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::engine::Command;
use crate::engine::graph::{Curve, Edge, Graph, Layout, NODE, Node, Role};
use crate::engine::topic::certifying::TrustView;
use crate::engine::view::TrustVerdict;
use crate::ui::compose::{verdict_colour, verdict_icon};
use crate::ui::icons::{self, Icon};
use crate::ui::people;
use crate::ui::state::State;
use crate::ui::theme::{self, palette, size};
use crate::ui::widgets;
use crate::ui::words::{Language, Word, short_address, short_name, vouching};

/// One step nearer.
pub(super) const STEP: f32 = 1.2;
/// As small and as large as it gets.
const ZOOM: [f32; 2] = [0.2, 2.5];
/// Below this nothing can be read: a large picture begins with its top instead.
const READABLE: f32 = 0.62;

/// From where the picture is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Eye {
    /// Points of the window to a point of the picture; 0 until it is fitted.
    zoom: f32,
    /// Where the picture's corner is, from that of the canvas.
    corner: Vec2,
    /// What it was fitted for.
    size: [f32; 2],
    /// The canvas that it was fitted to, until somebody moves.
    fitted: Option<Vec2>,
}

impl Eye {
    /// It was set for a picture of this size.
    pub(super) fn fits(&self, layout: &Layout) -> bool {
        let same = |one: f32, other: f32| (one - other).abs() < 0.5;
        self.zoom > 0.0 && same(self.size[0], layout.size[0]) && same(self.size[1], layout.size[1])
    }

    /// Looks at the middle from nearer by.
    pub(super) fn nearer(&mut self, by: f32) {
        self.fitted = None;
        self.zoom = (self.zoom * by).clamp(ZOOM[0], ZOOM[1]);
        self.corner *= by;
    }

    fn fit(&mut self, canvas: Rect, layout: &Layout) {
        let [wide, high] = layout.size;
        let whole = (canvas.width() / wide).min(canvas.height() / high).min(1.0);
        self.zoom = whole.max(READABLE);
        let left = (canvas.width() - wide * self.zoom) / 2.0;
        let top = ((canvas.height() - high * self.zoom) / 2.0).max(0.0);
        self.corner = vec2(left, top);
        self.size = layout.size;
        self.fitted = Some(canvas.size());
    }

    fn place(&self, canvas: Rect, [x, y]: [f32; 2]) -> Pos2 {
        canvas.min + self.corner + vec2(x, y) * self.zoom
    }

    fn node(&self, canvas: Rect, place: crate::engine::graph::Place) -> Rect {
        Rect::from_min_size(self.place(canvas, [place.x, place.y]), vec2(NODE[0], NODE[1]) * self.zoom)
    }

    fn around(&mut self, canvas: Rect, at: Pos2, by: f32) {
        self.fitted = None;
        let zoom = (self.zoom * by).clamp(ZOOM[0], ZOOM[1]);
        let from = at - canvas.min;
        self.corner = from - (from - self.corner) * (zoom / self.zoom.max(f32::MIN_POSITIVE));
        self.zoom = zoom;
    }

    /// Moves so that a node is seen.
    fn reveal(&mut self, canvas: Rect, node: Rect) {
        let inside = canvas.shrink(16.0);
        if !inside.contains_rect(node) {
            self.fitted = None;
        }
        let beyond = |low: f32, high: f32, from: f32, to: f32| {
            if from < low { low - from } else { (high - to).min(0.0) }
        };
        self.corner.x += beyond(inside.left(), inside.right(), node.left(), node.right());
        self.corner.y += beyond(inside.top(), inside.bottom(), node.top(), node.bottom());
    }
}

pub(super) fn show(
    ui: &mut Ui,
    canvas: Rect,
    response: &Response,
    view: &TrustView,
    state: &mut State,
    commands: &mut Vec<Command>,
) {
    let language = state.language;
    response.widget_info(|| WidgetInfo::labeled(AccessRole::Group, true, language.say(Word::TrustPicture)));
    // In another window the whole is shown again, unless somebody looks at a part.
    if state.trust.eye.fitted.is_some_and(|size| size != canvas.size()) {
        state.trust.eye = Eye::default();
    }
    if state.trust.eye.zoom <= 0.0 {
        state.trust.eye.fit(canvas, &view.layout);
    }
    look(ui, canvas, response, &mut state.trust.eye);
    if state.trust.eye.zoom <= 0.0 {
        state.trust.eye.fit(canvas, &view.layout);
    }
    let eye = state.trust.eye;
    let painter = ui.painter_at(canvas);
    let lit_for = state.trust.chosen;
    let is_lit = |edge: &Edge| lit_for.map_or(edge.is_lit, |node| view.graph.leads_to(edge, node));
    let edges = || view.graph.edges.iter().zip(&view.layout.curves);
    for wanted in [false, true] {
        for (edge, curve) in edges().filter(|(edge, _)| is_lit(edge) == wanted) {
            self::edge(ui, &painter, canvas, eye, edge, curve, wanted);
        }
    }
    for (edge, curve) in edges() {
        label(ui, &painter, canvas, eye, &vouching::brief(language, &edge.kind), curve);
    }
    let mut wish = None;
    for (nth, (node, place)) in view.graph.nodes.iter().zip(&view.layout.places).enumerate() {
        let rect = eye.node(canvas, *place);
        let answer = self::node(ui, &painter, canvas, rect, node, nth, eye.zoom, state);
        wish = answer.or(wish);
    }
    match wish {
        Some(Wish::Go(node)) => go(ui, canvas, view, node, state),
        Some(Wish::Card(node)) => {
            if let Some(address) = view.graph.nodes.get(node).and_then(|node| node.address.clone()) {
                people::open(state, commands, address);
            }
        }
        Some(Wish::Walk(from, key)) => {
            if let Some(next) = neighbour(&view.graph, &view.layout, from, key) {
                go(ui, canvas, view, next, state);
            }
        }
        None => {}
    }
    let edge = Stroke::new(1.0, palette(ui).line);
    ui.painter().rect_stroke(canvas, CornerRadius::same(size::RADIUS_CARD), edge, StrokeKind::Inside);
}

fn look(ui: &Ui, canvas: Rect, response: &Response, eye: &mut Eye) {
    if response.dragged() {
        eye.corner += response.drag_delta();
        eye.fitted = None;
    }
    if let Some(at) = response.hover_pos().or_else(|| ui.input(|input| input.pointer.hover_pos()))
        && canvas.contains(at)
    {
        let (zoom, scroll) = ui.input(|input| (input.zoom_delta(), input.smooth_scroll_delta()));
        if (zoom - 1.0).abs() > f32::EPSILON {
            eye.around(canvas, at, zoom);
        } else if scroll != Vec2::ZERO {
            eye.corner += scroll;
            eye.fitted = None;
        }
    }
    if ui.ctx().text_edit_focused() {
        return;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::Plus) || pressed(Key::Equals) {
        eye.around(canvas, canvas.min + super::middle(canvas), STEP);
    }
    if pressed(Key::Minus) {
        eye.around(canvas, canvas.min + super::middle(canvas), 1.0 / STEP);
    }
    if pressed(Key::Num0) {
        *eye = Eye::default();
    }
}

/// What the user does with a node.
enum Wish {
    Go(usize),
    Walk(usize, Key),
    Card(usize),
}

fn node_id(nth: usize) -> Id {
    Id::unique(("trust-node", nth))
}

fn go(ui: &Ui, canvas: Rect, view: &TrustView, node: usize, state: &mut State) {
    state.trust.chosen = Some(node);
    ui.memory_mut(|memory| memory.request_focus(node_id(node)));
    if let Some(place) = view.layout.places.get(node) {
        let rect = state.trust.eye.node(canvas, *place);
        state.trust.eye.reveal(canvas, rect);
    }
}

/// Up and down along the lines, left and right in the row.
fn neighbour(graph: &Graph, layout: &Layout, from: usize, key: Key) -> Option<usize> {
    let beside = |by: isize| {
        let row = layout.rows.iter().find(|row| row.contains(&from))?;
        let at = row.iter().position(|node| *node == from)?.checked_add_signed(by)?;
        row.get(at).copied()
    };
    match key {
        Key::ArrowDown => graph.below(from),
        Key::ArrowUp => graph.above(from),
        Key::ArrowLeft => beside(-1),
        Key::ArrowRight => beside(1),
        _ => None,
    }
}

#[allow(clippy::too_many_arguments)] // the parts of one node, all different
fn node(
    ui: &Ui,
    painter: &Painter,
    canvas: Rect,
    rect: Rect,
    node: &Node,
    nth: usize,
    zoom: f32,
    state: &State,
) -> Option<Wish> {
    let colours = palette(ui);
    let language = state.language;
    let response = ui.interact(rect.intersect(canvas), node_id(nth), Sense::click());
    let is_chosen = state.trust.chosen == Some(nth);
    response
        .widget_info(|| WidgetInfo::selected(AccessRole::Button, true, is_chosen, vouching::spoken(language, node)));
    if canvas.intersects(rect) {
        let (edge, wide) = match node.role {
            Role::You => (colours.indigo, 2.0),
            Role::Own | Role::Root | Role::Anchor => (colours.indigo, 1.3),
            _ => (colours.line, 1.0),
        };
        let fill = if is_chosen || response.hovered() { colours.selected } else { colours.raised };
        let radius = CornerRadius::same(size::RADIUS_CARD);
        painter.rect(rect, radius, fill, Stroke::new(wide, edge), StrokeKind::Inside);
        words(ui, painter, rect, node, zoom, language);
        if response.has_focus() {
            let ring = Stroke::new(size::RING, colours.indigo);
            painter.rect_stroke(rect.expand(2.0), radius, ring, StrokeKind::Outside);
        }
    }
    asked(ui, &response, node, nth, is_chosen)
}

fn asked(ui: &Ui, response: &Response, node: &Node, nth: usize, is_chosen: bool) -> Option<Wish> {
    if response.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if let Some(key) =
            [Key::ArrowDown, Key::ArrowUp, Key::ArrowLeft, Key::ArrowRight].into_iter().find(|key| pressed(*key))
        {
            return Some(Wish::Walk(nth, key));
        }
        if node.address.is_some() && pressed(Key::Enter) {
            return Some(Wish::Card(nth));
        }
        if !is_chosen {
            return Some(Wish::Go(nth));
        }
    }
    if response.double_clicked() && node.address.is_some() {
        return Some(Wish::Card(nth));
    }
    response.clicked().then_some(Wish::Go(nth))
}

fn words(ui: &Ui, painter: &Painter, rect: Rect, node: &Node, zoom: f32, language: Language) {
    let colours = palette(ui);
    let font = |points: f32| (points * zoom * 2.0).round() / 2.0;
    if node.role == Role::You {
        let galley = painter.layout_no_wrap(
            language.say(Word::You).to_owned(),
            theme::strong(font(size::READING)),
            colours.indigo,
        );
        painter.galley(rect.center() - galley.size() / 2.0, galley, colours.indigo);
        return;
    }
    let is_authority = matches!(node.role, Role::Anchor | Role::Authority);
    let icon = if is_authority { Icon::Authority } else { verdict_icon(node.verdict) };
    let colour = if is_authority { colours.indigo } else { verdict_colour(ui, node.verdict) };
    let colour = if !is_authority && node.verdict == TrustVerdict::Unauthenticated { colours.ink_soft } else { colour };
    let square = Rect::from_center_size(pos2(rect.left() + 20.0 * zoom, rect.center().y), Vec2::splat(20.0 * zoom));
    icons::paint(ui, icon, square.intersect(painter.clip_rect().expand(40.0)), colour);
    let left = rect.left() + 38.0 * zoom;
    let right = rect.right() - 6.0 * zoom;
    let line = |top: f32, high: f32| {
        Rect::from_min_max(pos2(left, rect.top() + top * zoom), pos2(right, rect.top() + (top + high) * zoom))
    };
    let under = short_address(&node.below());
    let under = if under.is_empty() { vouching::role(language, node.role).to_owned() } else { under };
    cut(painter, line(8.0, 20.0), &short_name(&node.name), theme::strong(font(13.5)), colours.ink);
    cut(painter, line(28.0, 18.0), &under, theme::plain(font(11.0)), colours.ink_soft);
}

fn cut(painter: &Painter, rect: Rect, words: &str, font: egui::FontId, colour: Color32) {
    widgets::line(painter, rect, words, font, colour);
}

fn edge(ui: &Ui, painter: &Painter, canvas: Rect, eye: Eye, edge: &Edge, curve: &Curve, is_lit: bool) {
    let colours = palette(ui);
    let counts = edge.kind.counts();
    let stroke = match (is_lit, counts) {
        (true, _) => Stroke::new((2.4 * eye.zoom).max(1.5), colours.vermilion),
        (false, true) => Stroke::new((1.3 * eye.zoom).max(1.0), colours.line.lerp_to_gamma(colours.ink_soft, 0.35)),
        (false, false) => Stroke::new((1.2 * eye.zoom).max(1.0), colours.plum),
    };
    let points = curve.0.map(|point| eye.place(canvas, point));
    let shape = CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, stroke);
    if counts {
        painter.add(shape);
    } else {
        painter.extend(Shape::dashed_line(&shape.flatten(None), stroke, 5.0, 4.0));
    }
    let [_, _, before, tip] = points;
    let back = if before.y <= tip.y { -7.0 } else { 7.0 } * eye.zoom;
    let wide = 4.0 * eye.zoom;
    let head = vec![tip, tip + vec2(-wide, back), tip + vec2(wide, back)];
    painter.add(Shape::convex_polygon(head, stroke.color, Stroke::NONE));
}

fn label(ui: &Ui, painter: &Painter, canvas: Rect, eye: Eye, words: &str, curve: &Curve) {
    if words.is_empty() || eye.zoom < 0.45 {
        return;
    }
    let colours = palette(ui);
    let points = ((10.5 * eye.zoom * 2.0).round() / 2.0).max(9.0);
    let galley = painter.layout_no_wrap(words.to_owned(), theme::plain(points), colours.ink_soft);
    let at = eye.place(canvas, curve.at(0.6));
    let rect = Rect::from_center_size(at, galley.size() + vec2(10.0, 2.0));
    let edge = Stroke::new(1.0, colours.line);
    painter.rect(rect, CornerRadius::same(size::RADIUS), colours.paper, edge, StrokeKind::Inside);
    painter.galley(rect.center() - galley.size() / 2.0, galley, colours.ink_soft);
}
