//! Colours of a letter on dark paper.
//!
//! A letter that lays no ground of its own is written on the window's paper; where its ink could
//! not be read there, it is lightened until it can. A letter with a ground of its own keeps it.

use blitz_dom::{BaseDocument, NodeId};

/// Red, green and blue, from 0 to 1.
pub type Colour = [f32; 3];

/// The colours of the window's paper, for letters that say nothing about theirs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paper {
    /// The ground.
    pub ground: Colour,
    /// The ink.
    pub ink: Colour,
    /// Links.
    pub link: Colour,
}

/// What a letter looks like that says nothing about it.
pub const WHITE: Paper = Paper {
    ground: [1.0, 1.0, 1.0],
    ink: [30.0 / 255.0, 35.0 / 255.0, 40.0 / 255.0],
    link: [40.0 / 255.0, 69.0 / 255.0, 107.0 / 255.0],
};

/// The least contrast that text is read at (WCAG 2.2, 1.4.3).
const READABLE: f32 = 4.5;
/// The contrast of ink that was lightened.
const COMFORTABLE: f32 = 6.5;
/// A ground that is lighter than this, and without a hue, is white paper.
const PAPER_WHITE: f32 = 0.94;

impl Paper {
    /// How a letter looks that says nothing about it.
    pub(super) fn sheet(&self) -> String {
        let [ground, letters, link] = [self.ground, self.ink, self.link].map(hex);
        format!(
            "html {{ background: {ground}; color: {letters}; font-family: sans-serif; font-size: 16px; line-height: 1.5 }} \
             body {{ margin: 16px; overflow-wrap: anywhere }} img {{ max-width: 100% }} \
             a, a:link, a:any-link {{ color: {link} }}"
        )
    }
}

/// Makes a letter readable on this paper. `false` when it lays grounds of its own: then it belongs
/// on white.
pub(super) fn adapt(document: &mut BaseDocument, html: &str, paper: &Paper) -> bool {
    if has_pictures_as_ground(html) {
        return false;
    }
    let root = document.try_root_element().map(|root| root.id);
    let (mut whites, mut dark_inks): (Vec<NodeId>, Vec<(NodeId, Colour)>) = (Vec::new(), Vec::new());
    let mut waiting: Vec<NodeId> = root.into_iter().collect();
    while let Some(id) = waiting.pop() {
        let Some(node) = document.get_node(id) else { continue };
        waiting.extend(node.children.iter().copied());
        let Some(style) = node.primary_styles() else { continue };
        let ink = style.clone_color().into_srgb_legacy().components;
        let ink = [ink.0, ink.1, ink.2];
        let ground = style.clone_background_color().resolve_to_absolute(&style.clone_color()).into_srgb_legacy();
        let (ground, alpha) = ([ground.components.0, ground.components.1, ground.components.2], ground.alpha);
        let is_own = alpha > 0.0 && !(Some(id) == root && is_near(ground, paper.ground));
        if is_own && !is_white(ground) {
            return false;
        }
        if is_own {
            whites.push(id);
        }
        if node.element_data().is_some() && contrast(ink, paper.ground) < READABLE {
            dark_inks.push((id, lightened(ink, paper)));
        }
    }
    for id in whites {
        document.set_style_property(id, "background-color", &hex(paper.ground));
    }
    for (id, ink) in dark_inks {
        document.set_style_property(id, "color", &hex(ink));
    }
    true
}

/// Pictures and gradients as grounds: what stands on them was chosen for them.
fn has_pictures_as_ground(html: &str) -> bool {
    let lower = html.to_ascii_lowercase();
    ["background-image", "gradient(", "background:url", "background: url", " background="]
        .iter()
        .any(|mark| lower.contains(mark))
}

/// The same hue, mixed with the paper's ink until it can be read.
fn lightened(ink: Colour, paper: &Paper) -> Colour {
    let mix = |share: f32| {
        std::array::from_fn(|at| {
            let (from, to) = (ink.get(at).copied().unwrap_or(0.0), paper.ink.get(at).copied().unwrap_or(1.0));
            from + (to - from) * share
        })
    };
    let shares = (1..=20).map(|step| step as f32 / 20.0);
    shares.map(mix).find(|colour| contrast(*colour, paper.ground) >= COMFORTABLE).unwrap_or(paper.ink)
}

fn is_white([red, green, blue]: Colour) -> bool {
    let (least, most) = (red.min(green).min(blue), red.max(green).max(blue));
    least >= PAPER_WHITE && most - least < 0.03
}

fn is_near(one: Colour, other: Colour) -> bool {
    one.iter().zip(other).all(|(a, b)| (a - b).abs() < 0.01)
}

/// The contrast ratio of WCAG 2.2.
fn contrast(one: Colour, other: Colour) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance([red, green, blue]: Colour) -> f32 {
    let linear = |value: f32| if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

fn hex(colour: Colour) -> String {
    let [red, green, blue] = colour.map(|value| (value.clamp(0.0, 1.0) * 255.0).round() as u8);
    format!("#{red:02x}{green:02x}{blue:02x}")
}
