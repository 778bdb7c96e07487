//! Every colour, size and space of the window; nothing else names one.

use egui::{Color32, Context, CornerRadius, FontFamily, FontId, Margin, Stroke, TextStyle, Theme, Visuals};

/// Spaces between and around things, in points.
pub mod space {
    /// Between an icon and its word.
    pub const XS: f32 = 4.0;
    /// Between related things.
    pub const S: f32 = 8.0;
    /// Inside a card or a row.
    pub const M: f32 = 12.0;
    /// Around a pane's content.
    pub const L: f32 = 16.0;
    /// Between groups.
    pub const XL: f32 = 24.0;
    /// Around an empty state.
    pub const XXL: f32 = 32.0;
}

/// Fixed measures, in points.
pub mod size {
    /// The side bar, unfolded.
    pub const SIDE: f32 = 208.0;
    /// The side bar, folded to icons.
    pub const SIDE_FOLDED: f32 = 48.0;
    /// The message list beside the reading pane.
    pub const LIST: f32 = 344.0;
    /// The evidence drawer.
    pub const DRAWER: f32 = 380.0;
    /// One message in the list.
    pub const ROW: f32 = 76.0;
    /// The least height of anything that can be clicked.
    pub const HIT: f32 = 28.0;
    /// A small icon.
    pub const ICON: f32 = 16.0;
    /// A large icon, and the two signs of the band.
    pub const ICON_LARGE: f32 = 20.0;
    /// The icon of an empty state.
    pub const ICON_HERO: f32 = 48.0;
    /// The widest column of text that is read at ease: about 72 characters.
    pub const MEASURE: f32 = 680.0;
    /// A form's column.
    pub const FORM: f32 = 520.0;
    /// A dialog.
    pub const DIALOG: f32 = 460.0;
    /// Below this width the side bar folds and list and pane share the window.
    pub const NARROW: f32 = 1000.0;
    /// Corners of controls.
    pub const RADIUS: u8 = 4;
    /// Corners of cards.
    pub const RADIUS_CARD: u8 = 8;
    /// The focus ring.
    pub const RING: f32 = 2.0;
    /// Caption text.
    pub const CAPTION: f32 = 12.0;
    /// Body text and lists.
    pub const BODY: f32 = 14.0;
    /// Text that is read.
    pub const READING: f32 = 16.0;
    /// Titles.
    pub const TITLE: f32 = 20.0;
}

/// The family of emphasised text; see `fonts`.
pub const STRONG: &str = "strong";

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    /// Reading pane and composer.
    pub paper: Color32,
    /// Side bar and list.
    pub desk: Color32,
    /// Cards, menus and chips.
    pub raised: Color32,
    /// Hairlines.
    pub line: Color32,
    /// Edges of fields and of boxes to tick: three times as light or dark as what is around them (WCAG 2.2, 1.4.11).
    pub edge: Color32,
    /// Text.
    pub ink: Color32,
    /// Secondary text.
    pub ink_soft: Color32,
    /// What could stand in an empty field; never taken for what stands there.
    pub hint: Color32,
    /// Accent, links, selection and focus ring.
    pub indigo: Color32,
    /// The seal, and nothing else.
    pub vermilion: Color32,
    /// The closed lock.
    pub pine: Color32,
    /// Cautions.
    pub amber: Color32,
    /// Broken, refused, destructive.
    pub plum: Color32,
    /// A row under the pointer.
    pub hover: Color32,
    /// The selected row.
    pub selected: Color32,
    /// Text on indigo.
    pub on_accent: Color32,
}

/// The light theme.
pub const LIGHT: Palette = Palette {
    paper: Color32::from_rgb(0xFB, 0xFA, 0xF7),
    desk: Color32::from_rgb(0xF1, 0xEF, 0xEA),
    raised: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    line: Color32::from_rgb(0xDD, 0xD9, 0xD0),
    edge: Color32::from_rgb(0x94, 0x90, 0x87),
    ink: Color32::from_rgb(0x1E, 0x23, 0x28),
    ink_soft: Color32::from_rgb(0x5B, 0x63, 0x6B),
    hint: Color32::from_rgb(0x7A, 0x81, 0x89),
    indigo: Color32::from_rgb(0x28, 0x45, 0x6B),
    vermilion: Color32::from_rgb(0xB5, 0x34, 0x1F),
    pine: Color32::from_rgb(0x2E, 0x6B, 0x4A),
    amber: Color32::from_rgb(0x8A, 0x5A, 0x00),
    plum: Color32::from_rgb(0x8C, 0x2F, 0x4B),
    hover: Color32::from_rgb(0xE8, 0xE5, 0xDE),
    selected: Color32::from_rgb(0xDB, 0xE2, 0xEC),
    on_accent: Color32::from_rgb(0xFF, 0xFF, 0xFF),
};

/// The dark theme.
pub const DARK: Palette = Palette {
    paper: Color32::from_rgb(0x16, 0x18, 0x1B),
    desk: Color32::from_rgb(0x1D, 0x20, 0x24),
    raised: Color32::from_rgb(0x24, 0x28, 0x2D),
    line: Color32::from_rgb(0x34, 0x3A, 0x41),
    edge: Color32::from_rgb(0x6D, 0x75, 0x7E),
    ink: Color32::from_rgb(0xE8, 0xE6, 0xE1),
    ink_soft: Color32::from_rgb(0xA4, 0xAB, 0xB3),
    hint: Color32::from_rgb(0x7F, 0x87, 0x90),
    indigo: Color32::from_rgb(0x8F, 0xB1, 0xE0),
    vermilion: Color32::from_rgb(0xF0, 0x73, 0x5C),
    pine: Color32::from_rgb(0x7C, 0xC7, 0x9B),
    amber: Color32::from_rgb(0xE5, 0xB4, 0x54),
    plum: Color32::from_rgb(0xEE, 0x8D, 0xA6),
    hover: Color32::from_rgb(0x27, 0x2B, 0x31),
    selected: Color32::from_rgb(0x2B, 0x38, 0x4B),
    on_accent: Color32::from_rgb(0x12, 0x1A, 0x26),
};

/// The colours in use.
pub fn palette(ui: &egui::Ui) -> Palette {
    if ui.visuals().dark_mode { DARK } else { LIGHT }
}

/// The colours of tags, of each theme: rose, amber, green, blue, violet, teal, brown, grey. Vermilion is the seal's.
const TAGS: [[Color32; 8]; 2] = [
    [
        LIGHT.plum,
        LIGHT.amber,
        LIGHT.pine,
        Color32::from_rgb(0x2A, 0x5A, 0x9C),
        Color32::from_rgb(0x6B, 0x3F, 0xA0),
        Color32::from_rgb(0x0F, 0x66, 0x74),
        Color32::from_rgb(0x6B, 0x4A, 0x2F),
        LIGHT.ink_soft,
    ],
    [
        DARK.plum,
        DARK.amber,
        DARK.pine,
        DARK.indigo,
        Color32::from_rgb(0xC3, 0xA2, 0xEE),
        Color32::from_rgb(0x6C, 0xC7, 0xD3),
        Color32::from_rgb(0xD0, 0xA9, 0x8A),
        DARK.ink_soft,
    ],
];

/// The colour of a tag; grey for one that has none.
pub fn tag(ui: &egui::Ui, colour: Option<u8>) -> Color32 {
    let [light, dark] = TAGS;
    let colours = if ui.visuals().dark_mode { dark } else { light };
    colours.get(usize::from(colour.unwrap_or(7))).copied().unwrap_or_else(|| palette(ui).ink_soft)
}

/// Emphasised text of a size.
pub fn strong(points: f32) -> FontId {
    FontId::new(points, FontFamily::Name(STRONG.into()))
}

/// Plain text of a size.
pub fn plain(points: f32) -> FontId {
    FontId::proportional(points)
}

/// Digits of equal width.
pub fn fixed(points: f32) -> FontId {
    FontId::monospace(points)
}

/// Teaches a context both themes.
pub fn install(ctx: &Context) {
    // What a system that says nothing looks like.
    ctx.options_mut(|options| {
        options.fallback_theme = Theme::Light;
        // Those keys are for the message.
        options.zoom_with_keyboard = false;
    });
    ctx.style_mut_of(Theme::Light, |style| dress(style, &LIGHT, Visuals::light()));
    ctx.style_mut_of(Theme::Dark, |style| dress(style, &DARK, Visuals::dark()));
}

fn dress(style: &mut egui::Style, colours: &Palette, base: Visuals) {
    style.text_styles = [
        (TextStyle::Small, plain(size::CAPTION)),
        (TextStyle::Body, plain(size::BODY)),
        (TextStyle::Button, plain(size::BODY)),
        (TextStyle::Heading, strong(size::TITLE)),
        (TextStyle::Monospace, fixed(size::CAPTION)),
    ]
    .into();
    style.animation_time = 0.1;
    let spacing = &mut style.spacing;
    spacing.item_spacing = egui::vec2(space::S, space::S);
    spacing.button_padding = egui::vec2(10.0, 4.0);
    spacing.interact_size = egui::vec2(size::HIT, size::HIT);
    spacing.icon_width = size::ICON;
    spacing.window_margin = Margin::same(16);
    spacing.menu_margin = Margin::same(6);
    spacing.combo_width = 120.0;
    spacing.tooltip_width = 360.0;
    spacing.scroll = egui::style::ScrollStyle::floating();
    spacing.scroll.floating_width = 4.0;
    style.visuals = paint(colours, base);
}

fn paint(colours: &Palette, mut visuals: Visuals) -> Visuals {
    let radius = CornerRadius::same(size::RADIUS);
    visuals.panel_fill = colours.paper;
    visuals.window_fill = colours.raised;
    visuals.window_stroke = Stroke::new(1.0, colours.line);
    visuals.window_corner_radius = CornerRadius::same(size::RADIUS_CARD);
    visuals.menu_corner_radius = CornerRadius::same(size::RADIUS_CARD);
    visuals.extreme_bg_color = colours.raised;
    visuals.faint_bg_color = colours.desk;
    visuals.code_bg_color = colours.desk;
    visuals.hyperlink_color = colours.indigo;
    visuals.warn_fg_color = colours.amber;
    visuals.error_fg_color = colours.plum;
    visuals.weak_text_color = Some(colours.hint);
    visuals.selection.bg_fill = colours.selected;
    visuals.selection.stroke = Stroke::new(size::RING, colours.indigo);
    visuals.disabled_alpha = 0.55;

    let widgets = &mut visuals.widgets;
    for state in [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ] {
        state.corner_radius = radius;
        state.expansion = 0.0;
        state.bg_fill = colours.raised;
        state.weak_bg_fill = colours.raised;
        state.bg_stroke = Stroke::new(1.0, colours.line);
        state.fg_stroke = Stroke::new(1.0, colours.ink);
    }
    widgets.inactive.bg_stroke = Stroke::new(1.0, colours.edge);
    widgets.hovered.bg_stroke = Stroke::new(1.0, colours.indigo);
    widgets.hovered.weak_bg_fill = colours.hover;
    widgets.hovered.bg_fill = colours.hover;
    widgets.active.bg_stroke = Stroke::new(size::RING, colours.indigo);
    widgets.active.weak_bg_fill = colours.selected;
    widgets.open.weak_bg_fill = colours.hover;
    visuals
}
