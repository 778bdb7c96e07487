//! Domains made to be taken for others: scripts mixed in one label, or letters that look like Latin ones.

use unicode_script::{Script, ScriptExtension, UnicodeScript as _};

use crate::domain::EmailAddress;

/// Scripts that are written together (UTS 39 §5.2, Highly Restrictive): besides one script alone.
const TOGETHER: [&[Script]; 3] = [
    &[Script::Latin, Script::Han, Script::Hiragana, Script::Katakana],
    &[Script::Latin, Script::Han, Script::Bopomofo],
    &[Script::Latin, Script::Han, Script::Hangul],
];

/// Letters of other scripts that look like Latin ones in common fonts (after UTS 39 §4).
const LATIN_TWINS: &str = "аеорсухѕіјԁһӏԛԝүѵьгпкоѐёїαοντυκιρχγϲͺաոսօհցզյ";
/// Characters that look like a slash, and so end a domain for the eye.
const SLASH_TWINS: [char; 6] = ['ノ', 'ﾉ', '〳', '⁄', '∕', '／'];
/// Latin letters from outside any orthography, made to be taken for others.
const ODD_LATIN: [char; 6] = ['ɑ', 'ɡ', 'ɩ', 'ʟ', 'ꞵ', 'ᴏ'];

/// Whether a label of the address's domain is easily taken for another one: it mixes scripts that
/// are not written together, is whole in letters that look like Latin ones, or is an A-label that
/// does not decode. Japanese, Chinese and Korean with Latin are fine.
pub fn is_look_alike(address: &EmailAddress) -> bool {
    address.domain().split('.').any(|label| match label.strip_prefix("xn--") {
        // Longer than a label can be (RFC 1035 §2.3.4); to decode it takes quadratic time.
        Some(_) if label.len() > 63 => true,
        Some(encoded) => match idna::punycode::decode_to_string(encoded) {
            // An A-label whose letters are all ASCII is no A-label (RFC 5890 §2.3.2.1).
            Some(decoded) => decoded.is_ascii() || is_odd(&decoded),
            None => true,
        },
        None => !label.is_ascii() && is_odd(label),
    })
}

fn is_odd(label: &str) -> bool {
    is_mixed(label) || is_whole_twin(label) || has_slash(label) || label.contains(ODD_LATIN)
}

fn is_mixed(label: &str) -> bool {
    let extensions = || label.chars().map(|c| c.script_extension());
    let mut common = extensions().filter(|extension| !is_shared(*extension));
    let first = common.next();
    let single = first.is_none_or(|first| !common.fold(first, ScriptExtension::intersection).is_empty());
    let together = TOGETHER.iter().any(|scripts| {
        extensions()
            .all(|extension| is_shared(extension) || scripts.iter().any(|script| extension.contains_script(*script)))
    });
    !single && !together
}

/// Digits, hyphens, marks: written with every script.
fn is_shared(extension: ScriptExtension) -> bool {
    extension.is_common() || extension.is_inherited()
}

/// Every letter is the twin of a Latin one, and none is Latin.
fn is_whole_twin(label: &str) -> bool {
    let letters = || label.chars().filter(|c| c.is_alphabetic());
    letters().next().is_some() && letters().all(|c| LATIN_TWINS.contains(c))
}

/// `example.comノlogin`: something like a slash next to a Latin letter.
fn has_slash(label: &str) -> bool {
    let latin = |c: Option<&char>| c.is_some_and(char::is_ascii_alphanumeric);
    let letters: Vec<char> = label.chars().collect();
    (0..letters.len()).any(|at| {
        letters.get(at).is_some_and(|c| SLASH_TWINS.contains(c))
            && (latin(at.checked_sub(1).and_then(|before| letters.get(before))) || latin(letters.get(at + 1)))
    })
}
