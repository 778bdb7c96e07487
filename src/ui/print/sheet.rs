//! The recovery sheet on paper.

use qrcode::{Color, EcLevel, QrCode};

use crate::domain::Technology;
use crate::engine::topic::backup::sheet::Sheet;
use crate::ui::when::Clock;
use crate::ui::words::{Language, Word, one_line};

use super::setting::{self, BODY, CAPTION, Course, Item, Paper, Style, TITLE};

/// Light modules around a code (ISO/IEC 18004 §6.3.8).
const QUIET: usize = 4;
/// Keys that are named on the sheet.
const KEYS: usize = 8;

/// A recovery sheet as a PDF file; `None` when it can't be drawn.
pub fn recovery_sheet(sheet: &Sheet, language: Language) -> Option<Vec<u8>> {
    setting::set(&paper(sheet, language)?, &Course::default())
}

fn paper(sheet: &Sheet, language: Language) -> Option<Paper> {
    let date = Clock::system().day(language, sheet.made_at);
    let id = sheet.id.as_str();
    let heading = Style { size: 11.5, is_strong: true, is_soft: false };
    let text = |words: String, style| Item::Text { words, style, level: 0 };
    let say = |word| language.say(word).to_owned();
    let (modules, side) = code(sheet.code().declassify())?;
    let mut items = vec![
        text(say(Word::SheetTitle), Style { size: 22.0, ..TITLE }),
        text(language.fill(Word::SheetMade, &[("id", id), ("date", &date)]), CAPTION),
        Item::Rule,
        Item::Gap(4.0),
        text(say(Word::SheetWhat), BODY),
        Item::Gap(4.0),
        text(say(Word::SheetKeep), BODY),
        Item::Gap(12.0),
        Item::Code { modules, side, words: sheet.words() },
        Item::Gap(6.0),
        text(say(Word::SheetHow), heading),
        text(language.fill(Word::SheetSteps, &[("id", id)]), BODY),
        Item::Gap(8.0),
        text(say(Word::SheetWithout), heading),
        text(say(Word::SheetWithoutHint), BODY),
        Item::Gap(8.0),
    ];
    if !sheet.keys.is_empty() {
        items.push(text(say(Word::SheetKeys), heading));
    }
    for key in sheet.keys.iter().take(KEYS) {
        let label = match key.technology {
            Technology::OpenPgp => "OpenPGP",
            Technology::Smime => "S/MIME",
        };
        let address = key.addresses.first().map(|address| one_line(address.as_str())).unwrap_or_default();
        let words = format!("{address}\n{}", key.fingerprint.spaced());
        items.push(Item::Field { label: label.to_owned(), words });
    }
    items.push(Item::Gap(12.0));
    items.push(Item::Blank(say(Word::SheetPlace)));
    Some(Paper {
        title: language.fill(Word::SheetMade, &[("id", id), ("date", &date)]),
        language: language.code(),
        items,
        cut: say(Word::PrintCut),
        number: language.say(Word::PageOf),
    })
}

/// The modules of a code with its quiet zone, and how many are in a row.
fn code(text: &str) -> Option<(Vec<bool>, usize)> {
    // A quarter of it may be stained or folded (level Q).
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::Q).ok()?;
    let (inner, side) = (code.width(), code.width() + 2 * QUIET);
    let colours = code.to_colors();
    let dark = |x: usize, y: usize| {
        let (Some(x), Some(y)) = (x.checked_sub(QUIET), y.checked_sub(QUIET)) else { return false };
        x < inner && colours.get(y * inner + x) == Some(&Color::Dark)
    };
    let modules = (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).map(|(x, y)| dark(x, y)).collect();
    Some((modules, side))
}
