//! The program's own drawings: one optical weight, drawn as masks and tinted with a colour of the theme.

use std::collections::HashMap;

use egui::{Color32, ColorImage, Rect, Sense, TextureHandle, TextureOptions, Ui, Vec2};
use resvg::{tiny_skia, usvg};

use super::words::{Language, Word};
use crate::engine::view::{Lock, Seal};

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident => $file:literal;)*) => {
        /// A drawing of the set in `assets/icons`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Icon { $(#[doc = $file] $name),* }

        impl Icon {
            /// Every drawing.
            pub const ALL: &'static [Icon] = &[$(Icon::$name),*];

            fn svg(self) -> &'static str {
                match self {
                    $(Icon::$name => include_str!(concat!("../../assets/icons/", $file, ".svg"))),*
                }
            }
        }
    };
}

icons! {
    LockOpen => "lock-open";
    LockClosed => "lock-closed";
    LockQuestion => "lock-question";
    SealUnsigned => "seal-unsigned";
    SealAuthenticated => "seal-authenticated";
    SealPartial => "seal-partial";
    SealUnauthenticated => "seal-unauthenticated";
    SealBroken => "seal-broken";
    Write => "write";
    Search => "search";
    Inbox => "inbox";
    Drafts => "drafts";
    Sent => "sent";
    Archive => "archive";
    Junk => "junk";
    Trash => "trash";
    Folder => "folder";
    Keys => "keys";
    Outbox => "outbox";
    Settings => "settings";
    Reply => "reply";
    ReplyAll => "reply-all";
    Forward => "forward";
    Attach => "attach";
    Save => "save";
    Close => "close";
    ChevronDown => "chevron-down";
    ChevronUp => "chevron-up";
    ChevronRight => "chevron-right";
    Back => "back";
    Caution => "caution";
    Sync => "sync";
    Server => "server";
    Check => "check";
    Person => "person";
    Import => "import";
    Export => "export";
    Plus => "plus";
    Mail => "mail";
    Mark => "mark";
    File => "file";
    Picture => "picture";
    Link => "link";
    Text => "text";
    Table => "table";
    Slides => "slides";
    Package => "package";
    Program => "program";
    Audio => "audio";
    Video => "video";
    Disk => "disk";
    Web => "web";
    Calendar => "calendar";
    Eye => "eye";
    Open => "open";
    Print => "print";
    Trust => "trust";
    Minus => "minus";
    Tag => "tag";
    Run => "run";
    Authority => "authority";
    Threads => "threads";
    Inboxes => "inboxes";
    Star => "star";
    Starred => "starred";
    Move => "move";
    MailOpen => "mail-open";
    Unread => "unread";
}

impl Icon {
    /// The lock's sign.
    pub fn of_lock(lock: Lock) -> Self {
        match lock {
            Lock::NotEncrypted => Self::LockOpen,
            Lock::Encrypted => Self::LockClosed,
            Lock::CannotOpen => Self::LockQuestion,
        }
    }

    /// The seal's sign.
    pub fn of_seal(seal: Seal) -> Self {
        match seal {
            Seal::Unsigned => Self::SealUnsigned,
            Seal::Authenticated => Self::SealAuthenticated,
            Seal::Partial => Self::SealPartial,
            Seal::Unauthenticated => Self::SealUnauthenticated,
            Seal::Broken => Self::SealBroken,
        }
    }

    /// The drawing for a folder of that role (RFC 6154).
    pub fn of_role(role: &str) -> Self {
        match role {
            "inbox" => Self::Inbox,
            "drafts" => Self::Drafts,
            "sent" => Self::Sent,
            "archive" => Self::Archive,
            "junk" => Self::Junk,
            "trash" => Self::Trash,
            _ => Self::Folder,
        }
    }
}

/// The colour of a lock's sign.
pub fn lock_colour(ui: &Ui, lock: Lock) -> Color32 {
    let colours = super::theme::palette(ui);
    match lock {
        Lock::NotEncrypted => colours.ink_soft,
        Lock::Encrypted => colours.pine,
        Lock::CannotOpen => colours.amber,
    }
}

/// The colour of a seal's sign.
pub fn seal_colour(ui: &Ui, seal: Seal) -> Color32 {
    let colours = super::theme::palette(ui);
    match seal {
        Seal::Unsigned => colours.ink_soft,
        Seal::Authenticated | Seal::Partial | Seal::Unauthenticated => colours.vermilion,
        Seal::Broken => colours.plum,
    }
}

/// The one or two words that go with a lock.
pub fn lock_word(language: Language, lock: Lock) -> &'static str {
    language.say(match lock {
        Lock::NotEncrypted => Word::NotEncrypted,
        Lock::Encrypted => Word::Encrypted,
        Lock::CannotOpen => Word::CannotOpen,
    })
}

/// The one or two words that go with a seal.
pub fn seal_word(language: Language, seal: Seal) -> &'static str {
    language.say(match seal {
        Seal::Unsigned => Word::Unsigned,
        Seal::Authenticated => Word::Authenticated,
        Seal::Partial => Word::Partial,
        Seal::Unauthenticated => Word::Unauthenticated,
        Seal::Broken => Word::Broken,
    })
}

/// Draws an icon into a square.
pub fn paint(ui: &Ui, icon: Icon, rect: Rect, colour: Color32) {
    let scale = ui.pixels_per_point();
    let pixels = (rect.width() * scale).round().clamp(1.0, 512.0) as u32;
    if let Some(texture) = texture(ui.ctx(), icon, pixels) {
        let side = pixels as f32 / scale;
        let corner = ((rect.center() - Vec2::splat(side / 2.0)).to_vec2() * scale).round() / scale;
        let target = Rect::from_min_size(corner.to_pos2(), Vec2::splat(side));
        let whole = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
        ui.painter().image(texture.id(), target, whole, colour);
    }
}

/// Puts an icon that says nothing by itself beside its words.
pub fn show(ui: &mut Ui, icon: Icon, size: f32, colour: Color32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(size), Sense::empty());
    paint(ui, icon, rect, colour);
}

#[derive(Clone, Default)]
struct Drawn(HashMap<(Icon, u32), TextureHandle>);

fn texture(ctx: &egui::Context, icon: Icon, pixels: u32) -> Option<TextureHandle> {
    let id = egui::Id::unique("kakitome-icons");
    let key = (icon, pixels);
    let drawn = ctx.data_mut(|data| data.get_temp_mut_or_default::<Drawn>(id).0.get(&key).cloned());
    if drawn.is_some() {
        return drawn;
    }
    let image = rasterise(icon, pixels)?;
    let texture = ctx.load_texture(format!("{icon:?}-{pixels}"), image, TextureOptions::LINEAR);
    ctx.data_mut(|data| data.get_temp_mut_or_default::<Drawn>(id).0.insert(key, texture.clone()));
    Some(texture)
}

/// White where the drawing is, with its coverage as alpha.
pub fn rasterise(icon: Icon, pixels: u32) -> Option<ColorImage> {
    let tree = usvg::Tree::from_str(icon.svg(), &usvg::Options::default()).ok()?;
    let mut pixmap = tiny_skia::Pixmap::new(pixels, pixels)?;
    let scale = pixels as f32 / tree.size().width();
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let white = pixmap.pixels().iter().map(|p| Color32::from_white_alpha(p.alpha())).collect();
    Some(ColorImage::new([pixels as usize, pixels as usize], white))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(icon: Icon) -> Vec<u8> {
        rasterise(icon, 20).unwrap().pixels.iter().map(Color32::a).collect()
    }

    #[test]
    fn every_drawing_puts_ink_on_the_page_and_leaves_the_edge_free() {
        for icon in Icon::ALL {
            let pixels = coverage(*icon);
            assert!(pixels.iter().filter(|alpha| **alpha > 128).count() > 10, "{icon:?} is empty");
            assert!(pixels[..20].iter().all(|alpha| *alpha < 64), "{icon:?} touches the edge");
        }
    }

    #[test]
    fn the_signs_of_lock_and_seal_are_told_apart_by_shape_alone() {
        let locks = [Icon::LockOpen, Icon::LockClosed, Icon::LockQuestion];
        let seals = [
            Icon::SealUnsigned,
            Icon::SealAuthenticated,
            Icon::SealPartial,
            Icon::SealUnauthenticated,
            Icon::SealBroken,
        ];
        for set in [&locks[..], &seals[..]] {
            for (index, one) in set.iter().enumerate() {
                for other in &set[index + 1..] {
                    let (a, b) = (coverage(*one), coverage(*other));
                    let different = a.iter().zip(&b).filter(|(a, b)| a.abs_diff(**b) > 96).count();
                    assert!(different >= 8, "{one:?} and {other:?} look alike: {different}");
                }
            }
        }
    }
}
