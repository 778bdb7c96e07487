use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::domain::EmailAddress;

/// Which numbering a symbol is in: each of the Japanese networks had its own, in the same room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Carrier {
    Docomo,
    Au,
    SoftBank,
}

impl Carrier {
    /// The network of an address.
    pub(in super::super) fn of(address: &EmailAddress) -> Option<Self> {
        let of_domain = |known: &str| {
            let rest = address.domain().strip_suffix(known);
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let is_any = |known: &[&str]| known.iter().any(|known| of_domain(known));
        if is_any(&["docomo.ne.jp", "docomo-camera.ne.jp", "mopera.net"]) {
            Some(Self::Docomo)
        } else if is_any(&["ezweb.ne.jp", "au.com", "ido.ne.jp"]) {
            Some(Self::Au)
        } else if is_any(&["softbank.ne.jp", "vodafone.ne.jp", "jp-t.ne.jp", "disney.ne.jp", "i.softbank.jp"]) {
            Some(Self::SoftBank)
        } else {
            None
        }
    }
}

/// Text with the symbols of Japanese mobile phones, which lie in the private area after decoding,
/// as the Unicode characters that have the same meaning. Whose symbols they are is told by the
/// sender's network, else by what all of them can be; where that is nobody's, or several's, they stay.
pub(in super::super) fn with_emoji(text: String, carrier: Option<Carrier>) -> String {
    let is_private = |c: char| matches!(c, '\u{e000}'..='\u{e757}');
    if !text.contains(is_private) {
        return text;
    }
    let private = || text.chars().filter(|c| is_private(*c));
    let mut readings = [
        Reading::ShiftJis(Carrier::Docomo),
        Reading::ShiftJis(Carrier::Au),
        Reading::SoftBankUnicode,
        Reading::ShiftJis(Carrier::SoftBank),
    ];
    // The sender's own numbering comes first.
    readings.sort_by_key(|reading| carrier.is_some_and(|carrier| reading.carrier() != carrier));
    let fits = |reading: &&Reading| private().all(|c| reading.symbol(c).is_some());
    let mut fitting = readings.iter().filter(fits);
    let Some(reading) = fitting.next() else { return text };
    if carrier != Some(reading.carrier()) && fitting.next().is_some() {
        return text;
    }
    let mut read = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match reading.symbol(c) {
            Some(symbol) if is_private(c) => read.push_str(symbol),
            _ => read.push(c),
        }
    }
    read
}

/// The symbol at a place of ISO-2022-JP that only au uses.
pub(super) fn of_au(first: u8, second: u8) -> Option<&'static str> {
    let row = u16::from(first.checked_sub(0x75).filter(|row| *row < 10)?);
    let cell = u16::from(second);
    let lead = 0xeb + row / 2;
    let trail = match (row % 2, cell) {
        (0, ..0x60) => cell + 0x1f,
        (0, _) => cell + 0x20,
        _ => cell + 0x7e,
    };
    // The rows were cut out of two places of Shift_JIS.
    let code = (lead << 8 | trail) + if lead < 0xed { 0x0b00 } else { 0x0600 };
    symbol(Carrier::Au, code)
}

/// How characters of the private area are taken.
#[derive(Clone, Copy)]
enum Reading {
    /// As the user-defined rows of Shift_JIS.
    ShiftJis(Carrier),
    /// As SoftBank puts its symbols into Unicode.
    SoftBankUnicode,
}

impl Reading {
    fn carrier(self) -> Carrier {
        match self {
            Self::ShiftJis(carrier) => carrier,
            Self::SoftBankUnicode => Carrier::SoftBank,
        }
    }

    fn symbol(self, c: char) -> Option<&'static str> {
        let point = u32::from(c);
        let (carrier, code) = match self {
            Self::ShiftJis(carrier) => {
                let index = point.checked_sub(0xe000)?;
                let (lead, cell) = (0xf0 + index / 188, index % 188);
                (carrier, lead << 8 | trail(cell))
            }
            Self::SoftBankUnicode => {
                let start = match point >> 8 {
                    0xe0 => 0xf941,
                    0xe1 => 0xf741,
                    0xe2 => 0xf7a1,
                    0xe3 => 0xf9a1,
                    0xe4 => 0xfb41,
                    0xe5 => 0xfba1,
                    _ => return None,
                };
                let place = start + (point & 0xff).checked_sub(1)?;
                // Shift_JIS leaves one place out.
                (Carrier::SoftBank, place + u32::from(start & 0xff == 0x41 && place & 0xff >= 0x7f))
            }
        };
        symbol(carrier, u16::try_from(code).ok()?)
    }
}

fn trail(cell: u32) -> u32 {
    cell + if cell < 0x3f { 0x40 } else { 0x41 }
}

fn symbol(carrier: Carrier, code: u16) -> Option<&'static str> {
    let table = TABLE.get_or_init(|| {
        let mut tables = Table::default();
        for line in SOURCES.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split(';');
            let points = fields.next().unwrap_or_default().split(' ');
            let text: String = points.filter_map(|p| char::from_u32(u32::from_str_radix(p, 16).ok()?)).collect();
            for (table, field) in tables.iter_mut().zip(fields) {
                if let Ok(code) = u16::from_str_radix(field, 16) {
                    table.insert(code, text.clone());
                }
            }
        }
        tables
    });
    let [docomo, au, softbank] = table;
    let table = match carrier {
        Carrier::Docomo => docomo,
        Carrier::Au => au,
        Carrier::SoftBank => softbank,
    };
    table.get(&code).map(String::as_str)
}

type Table = [BTreeMap<u16, String>; 3];

static TABLE: OnceLock<Table> = OnceLock::new();

const SOURCES: &str = include_str!("emoji-sources.txt");
