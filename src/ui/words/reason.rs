//! The codes of reasons in words, for the technical detail. Each room's list of codes is held complete by a test.

mod delivery;
mod seal;
mod trust;

use super::{Language, one_line};

/// A code, and what it says in English and in Japanese.
type Row = (&'static str, &'static str, &'static str);

/// What a reason is about: one code may mean different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A signature, an encrypted object or a certificate (`crypto`, `flow`).
    Seal,
    /// Whether a certificate is somebody's (`trust`).
    Trust,
    /// A mechanism of the delivery (`sender`).
    Delivery,
}

/// A code in words; one that is not known here is made readable, never hidden. What a code has after a colon stays.
pub fn reason(language: Language, about: About, code: &str) -> String {
    let (name, detail) = code.split_once(':').unwrap_or((code, ""));
    let known = words(language, about, name).map_or_else(|| one_line(&name.replace('_', " ")), str::to_owned);
    match (detail.trim(), language) {
        ("", _) => known,
        (detail, Language::English) => format!("{known} ({})", one_line(detail)),
        (detail, Language::Japanese) => format!("{known}（{}）", one_line(detail)),
    }
}

/// A code in words, if it is known here.
fn words(language: Language, about: About, code: &str) -> Option<&'static str> {
    let table = match about {
        About::Seal => seal::ROWS,
        About::Trust => trust::ROWS,
        About::Delivery => delivery::ROWS,
    };
    let (_, english, japanese) = table.iter().find(|(name, ..)| *name == code)?;
    Some(match language {
        Language::English => english,
        Language::Japanese => japanese,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::engine::view::reasons;

    fn rooms() -> [(About, &'static [Row], BTreeSet<&'static str>); 3] {
        let seal = reasons::CRYPTO.iter().chain(reasons::FLOW);
        // Flow judges where there is nothing to judge; its codes are shown where those of trust are.
        let trust = reasons::TRUST.iter().chain(&["key_refused", "no_certificate", "no_single_from"]);
        [
            (About::Seal, seal::ROWS, seal.copied().collect()),
            (About::Trust, trust::ROWS, trust.copied().collect()),
            (About::Delivery, delivery::ROWS, reasons::SENDER.iter().copied().collect()),
        ]
    }

    #[test]
    fn every_code_of_every_room_has_its_own_words_in_both_languages_and_no_word_is_left_over() {
        for (about, rows, codes) in rooms() {
            let named: BTreeSet<&str> = rows.iter().map(|(code, ..)| *code).collect();
            assert_eq!(named, codes, "{about:?}");
            assert_eq!(named.len(), rows.len(), "{about:?}: a code occurs twice");
            for language in [Language::English, Language::Japanese] {
                let said: BTreeSet<String> = codes.iter().map(|code| reason(language, about, code)).collect();
                assert_eq!(said.len(), codes.len(), "{about:?} {language:?}: two codes say the same");
            }
        }
    }

    #[test]
    fn each_language_is_itself_and_speaks_of_one_thing() {
        let is_japanese = |c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
        for (code, english, japanese) in rooms().iter().flat_map(|(_, rows, _)| *rows) {
            assert!(!english.chars().any(is_japanese) && japanese.chars().any(is_japanese), "{code}");
            assert!(!english.ends_with('.') && !japanese.ends_with('。'), "{code}");
        }
    }

    #[test]
    fn what_a_code_goes_on_with_is_said_too_and_an_unknown_code_is_made_readable() {
        let say = |code| reason(Language::English, About::Seal, code);
        assert_eq!(say("algorithm: 1.2.840"), "its algorithm is not known here (1.2.840)");
        assert_eq!(say("brand_new\u{202e}"), "brand new");
    }
}
