//! Tags as keywords of IMAP: the atom that stands for a name, as Thunderbird makes it, so that both programs mean the same
//! one.
//!
//! Thunderbird writes `_` for what no atom may hold, takes modified UTF-7 for everything that is not ASCII, and makes all of it
//! lower-case. Keywords are the same whatever their case (RFC 3501 §9, `flag-keyword`; Thunderbird looks them up so): here the
//! digits of modified UTF-7 keep theirs, and so the name can be read again on another computer.

use super::mutf7;

/// Longer keywords are refused by some servers (Dovecot: `mail_max_keyword_length`).
const LONGEST: usize = 50;

/// The keyword for a name. Of a long name it is the beginning; empty only for a name that is.
pub fn keyword_of(name: &str) -> String {
    let plain: String = name.trim().chars().map(|char| if is_special(char) { '_' } else { char }).collect();
    let lower: String = plain.chars().map(|char| char.to_ascii_lowercase()).collect();
    let mut end = lower.len();
    loop {
        let keyword = mutf7::encode(lower.get(..end).unwrap_or_default());
        if keyword.len() <= LONGEST {
            return keyword;
        }
        end = lower.get(..end).and_then(|head| head.char_indices().next_back()).map_or(0, |(at, _)| at);
    }
}

/// A keyword as people read it: decoded where it is modified UTF-7 for certain, else as it is.
pub fn decoded_keyword(keyword: &str) -> String {
    let decoded = mutf7::decode(keyword);
    // What was made lower-case can be read no longer, and would give another text.
    let is_whole = keyword.split('&').skip(1).all(|run| {
        let digits = run.split('-').next().unwrap_or_default();
        digits.is_empty() || digits.bytes().any(|byte| byte.is_ascii_uppercase())
    });
    let is_text = !decoded.chars().any(char::is_control) && mutf7::encode(&decoded) == keyword;
    if is_whole && is_text { decoded } else { keyword.to_owned() }
}

/// What no atom may hold (RFC 3501 §9), and `<` and `>`, which Thunderbird leaves out too.
fn is_special(char: char) -> bool {
    char.is_control() || matches!(char, ' ' | '(' | ')' | '/' | '{' | '%' | '*' | '<' | '>' | '\\' | '"' | ']')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Thunderbird's `nsMsgTagService::AddTag` gives for a name: keywords are the same whatever their case.
    #[test]
    fn a_name_has_the_keyword_that_thunderbird_gives_it() {
        for (name, keyword) in [
            ("Invoices", "invoices"),
            ("Work trip", "work_trip"),
            ("R&D", "r&-d"),
            ("a(b)/c{d%e*f<g>h\\i\"", "a_b__c_d_e_f_g_h_i_"),
            ("書留", "&zvh1wq-"),
            ("請求書 2026", "&istsqmb4-_2026"),
        ] {
            assert_eq!(keyword_of(name).to_ascii_lowercase(), keyword, "{name}");
        }
    }

    #[test]
    fn a_name_in_japanese_is_read_again_from_its_keyword() {
        for name in ["書留", "請求書", "後で読む"] {
            assert_eq!(decoded_keyword(&keyword_of(name)), name);
        }
        // Thunderbird's own: its digits have lost their case.
        assert_eq!(decoded_keyword("&zvh1wq-"), "&zvh1wq-");
        for odd in ["todo", "&", "a&b", "&-", "&AAo-"] {
            assert!(!decoded_keyword(odd).contains('\n'), "{odd}");
        }
    }

    #[test]
    fn a_keyword_is_never_longer_than_servers_take_nor_anything_but_an_atom() {
        for name in ["請求書".repeat(40), "x".repeat(400), " \r\n)\u{7f}é] ".to_owned()] {
            let keyword = keyword_of(&name);
            assert!((1..=50).contains(&keyword.len()), "{keyword}");
            assert!(keyword.bytes().all(|byte| byte.is_ascii_graphic() && !b"(){%*\"\\]".contains(&byte)), "{keyword}");
        }
        assert_eq!(keyword_of("  "), "");
    }
}
