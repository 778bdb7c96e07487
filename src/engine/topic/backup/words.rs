//! Recovery words (BIP 39): twelve of a list, the last of which proves the others.

use bip39::{Error, Language, Mnemonic};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::domain::Secret;

/// Bytes of chance in twelve words.
const ENTROPY: usize = 16;
/// How many words there are.
pub const COUNT: usize = 12;
/// So many of what was typed are words of a list: then words are meant, and one of them may be mistyped.
const ENOUGH: usize = 6;

/// The language of a list of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// 2048 English words.
    English,
    /// 2048 Japanese words in hiragana.
    Japanese,
}

impl List {
    fn of(self) -> Language {
        match self {
            Self::English => Language::English,
            Self::Japanese => Language::Japanese,
        }
    }

    /// The list's code, as it is kept.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }
}

/// What is wrong with typed words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slip {
    /// One of them is not in the list; the word that is nearest to it, if one is near.
    Unknown {
        /// Which, counted from one.
        number: usize,
        /// As it was typed.
        word: String,
        /// What may have been meant.
        near: Option<String>,
    },
    /// There are not twelve.
    Count(usize),
    /// Each is in the list, and they don't belong together: one was taken for another, or two changed places.
    Checksum,
}

/// New words.
///
/// # Errors
/// When the cryptographic library has no chance to give.
pub fn generate(list: List) -> Result<Secret<String>, openssl::error::ErrorStack> {
    let mut entropy = Zeroizing::new([0_u8; ENTROPY]);
    openssl::rand::rand_bytes(&mut *entropy)?;
    let words = Mnemonic::from_entropy_in(list.of(), &*entropy).map(|words| words.to_string());
    // Sixteen bytes are always a length that is allowed.
    Ok(Secret::new(words.unwrap_or_default()))
}

/// Typed words in the form that opens a backup (NFKD, one space between two). Numbers before them, capitals, katakana
/// and wide spaces don't matter.
///
/// # Errors
/// [`Slip`] says which word is wrong.
pub fn read(typed: &str) -> Result<Secret<String>, Slip> {
    let words = split(typed);
    let list = list_of(&words);
    if words.len() != COUNT {
        // A word that is none explains a wrong number better.
        let unknown = slip_of_word(&words, list).filter(|_| words.len().abs_diff(COUNT) <= 1);
        return Err(unknown.unwrap_or(Slip::Count(words.len())));
    }
    let phrase = Zeroizing::new(words.join(" "));
    match Mnemonic::parse_in_normalized(list.of(), &phrase) {
        Ok(_) => Ok(Secret::new(phrase.to_string())),
        Err(Error::UnknownWord(_)) => Err(slip_of_word(&words, list).unwrap_or(Slip::Checksum)),
        Err(_) => Err(Slip::Checksum),
    }
}

/// Whether what was typed are meant to be recovery words, right or not, and no passphrase.
pub fn looks_like_words(typed: &str) -> bool {
    let words = split(typed);
    let list = list_of(&words);
    words.iter().filter(|word| list.of().find_word(word).is_some()).count() >= ENOUGH
}

/// The words one by one, as people read them (composed).
pub fn shown(phrase: &Secret<String>) -> Vec<String> {
    phrase.declassify().split_whitespace().map(|word| word.nfc().collect()).collect()
}

/// Whether somebody typed the word at a place, counted from one.
pub fn is_word(phrase: &Secret<String>, number: usize, typed: &str) -> bool {
    let wanted = phrase.declassify().split_whitespace().nth(number.saturating_sub(1));
    wanted.is_some_and(|wanted| split(typed) == [wanted])
}

/// The same secret in the forms in which keyboards give it: composed and decomposed. Each of them opens the backup in
/// other programs.
pub fn spellings(secret: &Secret<String>) -> Vec<Secret<String>> {
    let given = secret.declassify();
    let mut forms = vec![given.clone(), given.nfkd().collect(), given.nfc().collect::<String>()];
    forms.dedup();
    let mut kept: Vec<Secret<String>> = Vec::new();
    for form in forms {
        if !kept.iter().any(|known| *known.declassify() == form) {
            kept.push(Secret::new(form));
        }
    }
    kept
}

fn split(typed: &str) -> Vec<String> {
    let plain: Zeroizing<String> = Zeroizing::new(typed.nfkd().map(hiragana).collect());
    let pieces = plain.split(|c: char| c.is_whitespace() || matches!(c, ',' | '、' | '・' | ';'));
    let words = pieces.map(|piece| piece.trim_matches(|c: char| c.is_ascii_digit() || ".):(-".contains(c)));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Words are written in hiragana; a keyboard may give katakana.
fn hiragana(c: char) -> char {
    match c {
        '\u{30a1}'..='\u{30f6}' => char::from_u32(c as u32 - 0x60).unwrap_or(c),
        other => other,
    }
}

fn list_of(words: &[String]) -> List {
    let foreign = words.iter().filter(|word| !word.is_ascii()).count();
    if foreign * 2 > words.len() { List::Japanese } else { List::English }
}

fn slip_of_word(words: &[String], list: List) -> Option<Slip> {
    let (at, word) = words.iter().enumerate().find(|(_, word)| list.of().find_word(word).is_none())?;
    let typed: String = word.nfc().collect();
    let distance = |known: &str| strsim::damerau_levenshtein(&typed, &known.nfc().collect::<String>());
    let nearest = list.of().word_list().iter().map(|known| (distance(known), *known)).min_by_key(|(far, _)| *far);
    let near = nearest.filter(|(far, _)| *far <= 2).map(|(_, known)| known.nfc().collect());
    Some(Slip::Unknown { number: at + 1, word: typed, near })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_both_lists_are_read_again_however_they_are_typed() {
        for list in [List::English, List::Japanese] {
            let phrase = generate(list).unwrap();
            let words = shown(&phrase);
            assert_eq!(words.len(), COUNT);
            let numbered: Vec<String> =
                words.iter().enumerate().map(|(i, word)| format!("{}. {word}", i + 1)).collect();
            let wide = words.join("\u{3000}");
            let upper = words.join(" ").to_uppercase();
            let lines = format!("  {}\r\n", words.join("\n"));
            for typed in [numbered.join(" "), wide, upper, lines] {
                assert_eq!(read(&typed).unwrap().declassify(), phrase.declassify(), "{typed}");
                assert!(looks_like_words(&typed));
            }
        }
        assert_ne!(generate(List::English).unwrap().declassify(), generate(List::English).unwrap().declassify());
    }

    #[test]
    fn katakana_of_half_the_width_are_the_same_words() {
        let typed = "ｱｲｺｸｼﾝ ".repeat(11) + "ｱﾌﾞﾗ";
        let wanted = Slip::Checksum;
        assert_eq!(read(&typed).unwrap_err(), wanted, "each is in the list");
        let phrase = "あいこくしん ".repeat(11) + "あおぞら";
        assert!(read(&phrase).is_ok(), "sixteen bytes of zero");
    }

    #[test]
    fn a_mistyped_word_is_named_with_what_was_meant() {
        let right = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
        assert!(read(right).is_ok());
        let unknown = |number, word: &str, near: Option<&str>| Slip::Unknown {
            number,
            word: word.to_owned(),
            near: near.map(str::to_owned),
        };
        assert_eq!(read(&right.replacen("abandon", "abandno", 1)).unwrap_err(), unknown(1, "abandno", Some("abandon")));
        assert_eq!(read(&right.replace("about", "xylophone9z")).unwrap_err(), unknown(12, "xylophone9z", None));
        assert_eq!(read(&right.replace("about", "ability")).unwrap_err(), Slip::Checksum);
        assert_eq!(read("abandon about").unwrap_err(), Slip::Count(2));
        assert_eq!(read(&format!("{right} about")).unwrap_err(), Slip::Count(13));
        let japanese = "あいこくしん ".repeat(11) + "あおぞうら";
        assert_eq!(read(&japanese).unwrap_err(), unknown(12, "あおぞうら", Some("あおぞら")));
        assert!(!looks_like_words("correct horse battery staple"));
    }
}
