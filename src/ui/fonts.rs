//! Fonts of the system: a good sans for Latin and Japanese together when there is one, and
//! whatever else a message needs, found when it is needed. Without any, egui's own fonts stay.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use egui::epaint::text::{FallbackRequest, FontInsert, FontPriority, FontProvider, InsertFontFamily};
use egui::{Context, FontData, FontDefinitions, FontFamily};
use fontique::{
    Attributes, Collection, CollectionOptions, FallbackKey, FontStyle, FontWeight, FontWidth, GenericFamily, Language,
    QueryFamily, QueryFont, QueryStatus, Script, SourceCache, SourceCacheOptions,
};

use super::theme::STRONG;

/// Families that hold Latin and Japanese in one design, best first.
const TEXT_FAMILIES: [&str; 12] = [
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "Source Han Sans JP",
    "Source Han Sans",
    "Hiragino Sans",
    "Yu Gothic UI",
    "Meiryo UI",
    "BIZ UDPGothic",
    "IPAexGothic",
    "IPAPGothic",
    "VL PGothic",
    "TakaoPGothic",
];

/// Scripts that are tried in turn for a character that no font at hand has.
const SCRIPTS: [&[u8; 4]; 14] = [
    b"Hani", b"Hira", b"Hang", b"Cyrl", b"Grek", b"Arab", b"Hebr", b"Thai", b"Deva", b"Beng", b"Taml", b"Armn",
    b"Geor", b"Ethi",
];

/// Characters that no font has, after which no more are looked for: a letter could hold a hundred thousand.
const MISSES: usize = 500;

static DEFINITIONS: LazyLock<FontDefinitions> = LazyLock::new(definitions);
static FINDER: LazyLock<Arc<Finder>> =
    LazyLock::new(|| Arc::new(Finder { system: Mutex::new(System::enumerate()), misses: AtomicUsize::new(0) }));

/// Gives a context its fonts.
pub fn install(ctx: &Context) {
    ctx.set_fonts(DEFINITIONS.clone());
    let finder: Arc<dyn FontProvider> = FINDER.clone();
    ctx.set_font_providers(vec![finder]);
}

/// Whether the system has a font for a character, beside egui's own.
pub fn system_has(c: char) -> bool {
    FINDER.find(c, GenericFamily::SansSerif).is_some()
}

struct System {
    collection: Collection,
    cache: SourceCache,
}

impl System {
    fn enumerate() -> Self {
        Self {
            collection: Collection::new(CollectionOptions { shared: false, system_fonts: true }),
            cache: SourceCache::new(SourceCacheOptions::default()),
        }
    }

    fn face(&mut self, family: &str, weight: FontWeight) -> Option<QueryFont> {
        let mut query = self.collection.query(&mut self.cache);
        query.set_families([QueryFamily::Named(family)]);
        query.set_attributes(Attributes::new(FontWidth::NORMAL, FontStyle::Normal, weight));
        let mut found = None;
        query.matches_with(|font| {
            found = Some(font.clone());
            QueryStatus::Stop
        });
        found
    }

    fn face_for(&mut self, c: char, generic: GenericFamily) -> Option<QueryFont> {
        let generics =
            [generic, GenericFamily::SystemUi, GenericFamily::Emoji, GenericFamily::Math, GenericFamily::Serif];
        self.first_with(c, |query| query.set_families(generics.map(QueryFamily::Generic))).or_else(|| {
            SCRIPTS.iter().find_map(|script| {
                self.first_with(c, |query| {
                    query.set_families([QueryFamily::Generic(generic)]);
                    let japanese = Language::parse("ja").ok();
                    query.set_fallbacks(FallbackKey::new(Script::from_bytes(**script), japanese.as_ref()));
                })
            })
        })
    }

    fn first_with(&mut self, c: char, choose: impl FnOnce(&mut fontique::Query<'_>)) -> Option<QueryFont> {
        let mut query = self.collection.query(&mut self.cache);
        choose(&mut query);
        let mut found = None;
        query.matches_with(|font| {
            let has = font.charmap().and_then(|map| map.map(c)).is_some_and(|glyph| glyph != 0);
            if has {
                found = Some(font.clone());
                QueryStatus::Stop
            } else {
                QueryStatus::Continue
            }
        });
        found
    }
}

/// Finds a system font for a character when one is needed.
struct Finder {
    system: Mutex<System>,
    misses: AtomicUsize,
}

impl Finder {
    fn find(&self, c: char, generic: GenericFamily) -> Option<QueryFont> {
        if self.misses.load(Ordering::Relaxed) >= MISSES {
            return None;
        }
        let found = self.system.lock().ok()?.face_for(c, generic);
        if found.is_none() {
            self.misses.fetch_add(1, Ordering::Relaxed);
        }
        found
    }
}

impl FontProvider for Finder {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let first = request.cluster.chars().next()?;
        let generic = match request.family {
            FontFamily::Monospace => GenericFamily::Monospace,
            _ => GenericFamily::SansSerif,
        };
        let font = self.find(first, generic)?;
        Some(FontInsert {
            name: format!("system-{:?}-{}", font.family, font.index),
            data: data(font),
            families: vec![InsertFontFamily { family: request.family.clone(), priority: FontPriority::Lowest }],
        })
    }
}

fn data(font: QueryFont) -> FontData {
    let index = font.index;
    let (bytes, _) = font.blob.into_raw_parts();
    FontData::from_blob(bytes, index)
}

fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let (regular, bold) = text_faces();
    let strong = FontFamily::Name(STRONG.into());
    let builtin = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let mut plain_names = builtin.clone();
    let mut strong_names = builtin;
    if let Some(font) = regular {
        fonts.font_data.insert("text".to_owned(), Arc::new(data(font)));
        plain_names.insert(0, "text".to_owned());
        strong_names.insert(0, "text".to_owned());
        fonts.families.entry(FontFamily::Monospace).or_default().push("text".to_owned());
    }
    if let Some(font) = bold {
        fonts.font_data.insert("text-strong".to_owned(), Arc::new(data(font)));
        strong_names.insert(0, "text-strong".to_owned());
    }
    fonts.families.insert(FontFamily::Proportional, plain_names);
    fonts.families.insert(strong, strong_names);
    fonts
}

fn text_faces() -> (Option<QueryFont>, Option<QueryFont>) {
    let Ok(mut system) = FINDER.system.lock() else { return (None, None) };
    for family in TEXT_FAMILIES {
        if let Some(regular) = system.face(family, FontWeight::NORMAL) {
            return (Some(regular), system.face(family, FontWeight::BOLD));
        }
    }
    (None, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_full_of_unknown_characters_is_laid_out_in_time() {
        let finder = Finder { system: Mutex::new(System::enumerate()), misses: AtomicUsize::new(0) };
        // What this thread computes, however much else the machine does.
        let computed = || rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime).tv_sec;
        let start = computed();
        for c in '\u{E000}'..'\u{F000}' {
            finder.find(c, GenericFamily::SansSerif);
        }
        assert!(finder.misses.load(Ordering::Relaxed) <= MISSES, "no more are looked for");
        let took = computed() - start;
        assert!(took < 5, "{took} s");
    }

    #[test]
    fn a_font_for_every_kind_of_japanese_character_is_found_where_one_is_installed() {
        if !super::system_has('書') {
            eprintln!("skipped: no Japanese font is installed");
            return;
        }
        for c in "書留①㈱髙ｶあア、。「」…—漢字".chars() {
            assert!(super::system_has(c), "{c}");
        }
    }
}
