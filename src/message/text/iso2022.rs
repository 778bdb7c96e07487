use super::charset::Decoded;

/// The sets that an escape sequence brings in (RFC 1468, RFC 1554, CP50221).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Ascii,
    Kana,
    Jis0208,
    Jis0212,
    /// The second plane of JIS X 0213: its letters have no place in the others.
    Jis0213,
    Gb2312,
    Ksc5601,
}

/// The 96-character sets of ISO-2022-JP-2 that a single shift reaches.
#[derive(Clone, Copy)]
enum Upper {
    Latin1,
    Greek,
}

const ESCAPES: [(&[u8], Set); 17] = [
    (b"(B", Set::Ascii),
    (b"(J", Set::Ascii),
    (b"(H", Set::Ascii),
    (b"(I", Set::Kana),
    (b")I", Set::Kana),
    (b"$@", Set::Jis0208),
    (b"$B", Set::Jis0208),
    (b"$(@", Set::Jis0208),
    (b"$(B", Set::Jis0208),
    (b"$(O", Set::Jis0208),
    (b"$(Q", Set::Jis0208),
    (b"$(P", Set::Jis0213),
    (b"$(D", Set::Jis0212),
    (b"$A", Set::Gb2312),
    (b"$(A", Set::Gb2312),
    (b"$(C", Set::Ksc5601),
    (b"&@", Set::Jis0208),
];

/// Whether bytes hold an escape sequence into a Japanese set, which no other charset has.
pub(super) fn is_announced(bytes: &[u8]) -> bool {
    memchr::memchr_iter(0x1b, bytes)
        .any(|at| matches!(bytes.get(at + 1..at + 3), Some([b'$', b'@' | b'B' | b'('] | [b'(', b'I' | b'J'])))
}

/// Decodes ISO-2022-JP as it is really sent: the vendor rows of JIS X 0208, half-width kana by
/// escape, by shift-out and as raw eighth-bit bytes, escapes in any number.
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    let mut state = Decoder { euc: Vec::new(), text: String::with_capacity(bytes.len()), is_sound: true };
    let (mut set, mut upper, mut shifted) = (Set::Ascii, None, false);
    let mut torn = None;
    let mut rest = bytes;
    while let [byte, tail @ ..] = rest {
        // A server broke the line within letters of two bytes, without an escape before it.
        if !matches!(byte, b'\r' | b'\n')
            && let Some(before) = torn.take()
            && is_torn(rest)
        {
            set = before;
        }
        rest = tail;
        match *byte {
            0x1b => {
                if let Some((escape, next)) = ESCAPES.iter().find(|(escape, _)| tail.starts_with(escape)) {
                    set = *next;
                    rest = tail.get(escape.len()..).unwrap_or_default();
                } else if let [b'.', which @ (b'A' | b'F'), after @ ..] = tail {
                    upper = Some(if *which == b'A' { Upper::Latin1 } else { Upper::Greek });
                    rest = after;
                } else if let (Some(upper), [b'N', c, after @ ..]) = (upper, tail) {
                    state.upper(upper, *c);
                    rest = after;
                } else {
                    state.is_sound = false;
                }
            }
            0x0e => shifted = true,
            0x0f => shifted = false,
            b'\r' | b'\n' => {
                // Every line begins in ASCII.
                torn = torn.or_else(|| (!matches!(set, Set::Ascii | Set::Kana)).then_some(set));
                (set, shifted) = (Set::Ascii, false);
                state.euc.push(*byte);
            }
            c if c <= b' ' || c == 0x7f => state.euc.push(c),
            c @ 0x21..=0x5f if shifted || set == Set::Kana => state.euc.extend([0x8e, c | 0x80]),
            c @ 0xa1..=0xdf if matches!(set, Set::Ascii | Set::Kana) => state.euc.extend([0x8e, c]),
            c if c > 0x7f => state.broken(),
            c if matches!(set, Set::Ascii | Set::Kana) => state.euc.push(c),
            c => {
                if let [second @ 0x21..=0x7e, after @ ..] = tail {
                    state.pair(set, c, *second);
                    rest = after;
                } else {
                    state.broken();
                }
            }
        }
    }
    state.flush();
    Decoded { text: state.text, is_sound: state.is_sound }
}

/// A line goes back to ASCII from letters of two bytes, which it never went into.
fn is_torn(rest: &[u8]) -> bool {
    let line = rest.get(..memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len())).unwrap_or_default();
    let (letters, escape) = line.split_at(memchr::memchr(0x1b, line).unwrap_or(line.len()));
    let is_back = [b"\x1b(B".as_slice(), b"\x1b(J"].iter().any(|back| escape.starts_with(back));
    is_back
        && !letters.is_empty()
        && letters.len().is_multiple_of(2)
        && letters.iter().all(|byte| matches!(byte, 0x21..=0x7e))
}

/// Everything Japanese is collected as EUC-JP, which has the same sets in other clothes.
struct Decoder {
    euc: Vec<u8>,
    text: String,
    is_sound: bool,
}

impl Decoder {
    fn pair(&mut self, set: Set, first: u8, second: u8) {
        let pair = [first | 0x80, second | 0x80];
        match set {
            Set::Jis0212 => {
                self.euc.push(0x8f);
                self.euc.extend(pair);
            }
            // The mark that printers put where they lack a letter: better than another one.
            Set::Jis0213 => {
                self.flush();
                self.text.push('〓');
                self.is_sound = false;
            }
            Set::Gb2312 => self.foreign(encoding_rs::GBK, &pair),
            Set::Ksc5601 => self.foreign(encoding_rs::EUC_KR, &pair),
            Set::Jis0208 if first >= 0x75 && super::emoji::of_au(first, second).is_some() => {
                self.flush();
                self.text.push_str(super::emoji::of_au(first, second).unwrap_or_default());
            }
            Set::Ascii | Set::Kana | Set::Jis0208 => self.euc.extend(pair),
        }
    }

    fn upper(&mut self, upper: Upper, c: u8) {
        let encoding = match upper {
            Upper::Latin1 => encoding_rs::WINDOWS_1252,
            Upper::Greek => encoding_rs::ISO_8859_7,
        };
        self.foreign(encoding, &[c | 0x80]);
    }

    fn foreign(&mut self, encoding: &'static encoding_rs::Encoding, bytes: &[u8]) {
        self.flush();
        let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
        self.text.push_str(&text);
        self.is_sound &= !had_errors;
    }

    fn broken(&mut self) {
        self.flush();
        self.text.push('\u{fffd}');
        self.is_sound = false;
    }

    fn flush(&mut self) {
        let (text, had_errors) = encoding_rs::EUC_JP.decode_without_bom_handling(&self.euc);
        self.text.push_str(&text);
        self.is_sound &= !had_errors;
        self.euc.clear();
    }
}
