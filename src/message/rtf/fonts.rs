use std::collections::BTreeMap;

/// No document has more fonts.
const MAX_FONTS: usize = 4_000;

/// Which code page the bytes of a text are in, by the font that it is set in.
#[derive(Default)]
pub(super) struct Fonts {
    /// Of the document: `\ansicpg`.
    pub(super) document: Option<u32>,
    /// The font that text is in before any is named: `\deff`.
    pub(super) default: i32,
    pages: BTreeMap<i32, u32>,
    /// The font that the table is just describing.
    described: Option<i32>,
}

impl Fonts {
    /// A control word inside of the font table.
    pub(super) fn describe(&mut self, word: &str, number: i32) {
        match word {
            "f" => self.described = Some(number),
            "fcharset" => self.set(of_charset(number)),
            "cpg" => self.set(u32::try_from(number).ok()),
            _ => {}
        }
    }

    fn set(&mut self, page: Option<u32>) {
        if let (Some(font), Some(page)) = (self.described, page)
            && self.pages.len() < MAX_FONTS
        {
            self.pages.insert(font, page);
        }
    }

    pub(super) fn page(&self, font: Option<i32>) -> u32 {
        let own = self.pages.get(&font.unwrap_or(self.default)).copied();
        own.or(self.document).unwrap_or(1252)
    }
}

/// The code page of a `\fcharset`; none of one that says nothing.
fn of_charset(number: i32) -> Option<u32> {
    Some(match number {
        77 => 10_000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}
