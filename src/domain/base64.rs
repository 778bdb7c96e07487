use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memchr;

/// What is longer is worth a second thread, in bytes.
const LARGE: usize = 1 << 20;
/// Digits that are decoded at once, at least.
const AT_ONCE: usize = 16 << 10;

/// Base64 (RFC 4648 §4) as programs write it: lines of nothing but digits, the last one padded, each ended by LF or CRLF.
/// Whatever is odd about it in any way gives `None`, and is for a patient reader; what is not is read very fast.
pub fn base64_lines(text: &[u8]) -> Option<Vec<u8>> {
    let (first, rest, count) = halves(text);
    let exact = count / 4 * 3;
    let mut out = vec![0; exact + rest.len() / 4 * 3 + 3];
    let (to_first, to_rest) = out.split_at_mut_checked(exact)?;
    let length = std::thread::scope(|scope| {
        let first = (!first.is_empty()).then(|| scope.spawn(|| decode(first, to_first, false)));
        let rest = decode(rest, to_rest, true);
        let first = first.map_or(Some(0), |thread| thread.join().ok().flatten());
        first.filter(|length| *length == exact).zip(rest).map(|(first, rest)| first + rest)
    })?;
    out.truncate(length);
    Some(out)
}

/// Divides a long text between two lines, where a group of four digits ends; and how many digits are in the first half,
/// which may be empty.
fn halves(text: &[u8]) -> (&[u8], &[u8], usize) {
    let middle = text.len() / 2;
    let after = if text.len() < LARGE { None } else { text.get(middle..).and_then(|rest| memchr(b'\n', rest)) };
    let halves = after.and_then(|at| text.split_at_checked(middle + at + 1));
    let counted = halves.map(|(first, rest)| (first, rest, digits(first)));
    counted.filter(|(.., count)| count.is_multiple_of(4)).unwrap_or((b"", text, 0))
}

/// What is no line break, counted in pieces that the compiler makes wide instructions of.
fn digits(lines: &[u8]) -> usize {
    let breaks =
        |piece: &[u8]| usize::from(piece.iter().fold(0_u8, |sum, b| sum + u8::from(*b == b'\n' || *b == b'\r')));
    lines.len() - lines.chunks(usize::from(u8::MAX)).map(breaks).sum::<usize>()
}

/// Decodes lines; how many bytes they gave. Only at the end of the whole there may be padding.
fn decode(lines: &[u8], out: &mut [u8], is_end: bool) -> Option<usize> {
    let mut waiting: Vec<u8> = Vec::with_capacity(2 * AT_ONCE);
    let (mut rest, mut length) = (lines, 0);
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(memchr(b'\n', rest).map_or(rest.len(), |at| at + 1))?;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        waiting.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        rest = after;
        if waiting.len() > AT_ONCE {
            let whole = (waiting.len() - 1) / 4 * 4;
            length += groups(waiting.get(..whole)?, out.get_mut(length..)?, false)?;
            waiting.drain(..whole);
        }
    }
    length += groups(&waiting, out.get_mut(length..)?, is_end)?;
    Some(length)
}

fn groups(digits: &[u8], out: &mut [u8], may_be_padded: bool) -> Option<usize> {
    if digits.ends_with(b"=") && !may_be_padded {
        return None;
    }
    STANDARD.decode_slice(digits, out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(content: &[u8], width: usize, end: &str) -> String {
        let digits = STANDARD.encode(content);
        digits.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap().to_owned() + end).collect()
    }

    #[test]
    fn what_programs_write_comes_out_as_it_went_in_whatever_its_size() {
        let all: Vec<u8> = (0..2_000_000_u32).map(|n| (n.wrapping_mul(0x9e37_79b1) >> 24) as u8).collect();
        for size in [0, 1, 2, 3, 56, 57, 58, 12_287, 12_288, 12_289, 900_000, 1_999_999, 2_000_000] {
            let content = &all[..size];
            for (width, end) in [(64, "\n"), (64, "\r\n"), (76, "\r\n"), (75, "\n"), (1 << 22, "")] {
                let text = written(content, width, end);
                assert_eq!(base64_lines(text.as_bytes()).as_deref(), Some(content), "{size} {width} {end:?}");
            }
        }
    }

    #[test]
    fn a_second_thread_is_given_whole_groups() {
        let text = written(&vec![7; 1 << 20], 64, "\r\n");
        let (first, rest, count) = halves(text.as_bytes());
        assert!(
            count % 4 == 0
                && count == first.len() / 66 * 64
                && first.len().abs_diff(rest.len()) < 100
                && first.ends_with(b"\n")
        );
        assert!(halves(&text.as_bytes()[..LARGE - 1]).0.is_empty(), "that is soon done");
    }

    #[test]
    fn what_is_odd_is_not_read_at_all() {
        let text = written(&vec![7; 2 << 20], 64, "\n");
        let place = |at: usize, with: &str| format!("{}{with}{}", &text[..at], &text[at..]);
        for at in [65, text.len() / 4, text.len() / 2, text.len() / 4 * 3] {
            let at = at / 65 * 65;
            for with in [" ", "-", "=", "QQ==\n", "Q\n", "\r\r", "\u{a0}", "words\n"] {
                assert_eq!(base64_lines(place(at, with).as_bytes()), None, "{with:?} at {at}");
            }
        }
        for odd in ["Q", "QQ", "QQ=", "QR==", "QQ==\nQQ==", "=QQQ", "QQ== "] {
            assert_eq!(base64_lines(odd.as_bytes()), None, "{odd}");
        }
    }
}
