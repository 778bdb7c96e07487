/// No more of one RTF is taken out; each two bytes of it stand for at most seventeen.
const MAX_RTF: usize = 16 << 20;

/// What the dictionary holds before the first byte (MS-OXRTFCP §2.1.3.1.1).
const START: &[u8] =
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \
\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \
\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Size of the dictionary.
const RING: usize = 4096;

const COMPRESSED: [u8; 4] = *b"LZFu";
const PLAIN: [u8; 4] = *b"MELA";

/// The RTF in a `PidTagRtfCompressed` (MS-OXRTFCP). Its checksum is not asked for: a damaged text
/// is read as far as it goes.
pub(in super::super) fn decompress(bytes: &[u8]) -> Option<Vec<u8>> {
    let (header, data) = bytes.split_at_checked(16)?;
    let size: [u8; 4] = header.get(4..8)?.try_into().ok()?;
    let size = usize::try_from(u32::from_le_bytes(size)).ok()?.min(MAX_RTF);
    let kind: [u8; 4] = header.get(8..12)?.try_into().ok()?;
    match kind {
        PLAIN => Some(data.get(..size).unwrap_or(data).to_vec()),
        COMPRESSED => Some(inflate(data, size)),
        _ => None,
    }
}

fn inflate(data: &[u8], size: usize) -> Vec<u8> {
    let mut ring = Ring::new();
    let mut out = Vec::with_capacity(size.min(data.len().saturating_mul(9)));
    let mut rest = data;
    while let [control, tail @ ..] = rest {
        rest = tail;
        for bit in 0..8 {
            if control >> bit & 1 == 0 {
                let [byte, tail @ ..] = rest else { return out };
                rest = tail;
                ring.push(*byte, &mut out);
            } else {
                let [high, low, tail @ ..] = rest else { return out };
                rest = tail;
                let reference = usize::from(u16::from_be_bytes([*high, *low]));
                let (offset, length) = (reference >> 4, (reference & 15) + 2);
                if offset == ring.at {
                    return out;
                }
                for step in 0..length {
                    let byte = ring.get(offset + step);
                    ring.push(byte, &mut out);
                }
            }
            if out.len() >= size {
                out.truncate(size);
                return out;
            }
        }
    }
    out
}

/// The last 4096 bytes.
struct Ring {
    bytes: Vec<u8>,
    at: usize,
}

impl Ring {
    fn new() -> Self {
        let mut bytes = START.to_vec();
        bytes.resize(RING, 0);
        Self { bytes, at: START.len() }
    }

    fn get(&self, at: usize) -> u8 {
        self.bytes.get(at % RING).copied().unwrap_or_default()
    }

    fn push(&mut self, byte: u8, out: &mut Vec<u8>) {
        if let Some(slot) = self.bytes.get_mut(self.at) {
            *slot = byte;
        }
        self.at = (self.at + 1) % RING;
        out.push(byte);
    }
}
