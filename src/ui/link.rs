//! Where a link really leads, and what about it could deceive.

use url::{Host, Url};

use crate::domain::{EmailAddress, Mailbox, percent_decoded};
use crate::engine::view::is_look_alike;

use super::html::Link;
use super::prose;
use super::words::{Language, Word, one_line};

/// The schemes that a letter may lead to.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];
/// Recipients that a mail link may name.
const RECIPIENTS: usize = 20;
/// Addresses in the words of a link that are looked at.
const NAMED: usize = 20;
/// What a host is called at most, in characters.
const HOST: usize = 80;

/// What stands around an address without belonging to it.
const AROUND: [char; 15] = ['<', '>', '(', ')', '[', ']', '"', '\'', '「', '」', '（', '）', '.', ',', '…'];

/// A link looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The address, written out.
    pub address: String,
    /// The host that is asked, as its name is read; the recipient of a mail link.
    pub host: String,
    /// Whether it is followed at all.
    pub opens: bool,
    /// What could deceive.
    pub warnings: Vec<Warning>,
}

/// What could deceive about a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// It says another address than it leads to.
    SaysElse(String),
    /// What stands before an `@` looks like the host, and is not.
    User(String),
    /// The name of the host has letters that are not ASCII: as the network writes it.
    Unusual(String),
    /// Its letters are made to be taken for others.
    LookAlike(String),
    /// A number stands in the place of a name.
    Number,
    /// The connection is not encrypted.
    Unencrypted,
    /// Links of this kind are never followed.
    NotFollowed(String),
}

impl Target {
    /// Looks at a link.
    pub fn of(link: &Link) -> Self {
        let written = link.target.trim();
        let url = Url::parse(written).ok();
        let scheme = url.as_ref().map(|url| url.scheme().to_owned()).unwrap_or_default();
        let opens = url.is_some() && SCHEMES.contains(&scheme.as_str());
        let mut warnings = Vec::new();
        if !opens {
            warnings.push(Warning::NotFollowed(if scheme.is_empty() {
                written.chars().take(20).collect()
            } else {
                scheme
            }));
            return Self { address: one_line(written), host: String::new(), opens, warnings };
        }
        let Some(url) = url else { return Self { address: one_line(written), host: String::new(), opens, warnings } };
        let ascii = url.host_str().unwrap_or_default().to_owned();
        // An imitation is never written as it wants to be read.
        let imitates = is_imitation(&ascii);
        let host = match scheme.as_str() {
            "mailto" => url.path().to_owned(),
            _ if imitates => ascii.clone(),
            _ => readable(&ascii),
        };
        if says_else(&link.words, &url) {
            warnings.push(Warning::SaysElse(one_line(&link.words)));
        }
        if !url.username().is_empty() || url.password().is_some() {
            warnings.push(Warning::User(one_line(url.username())));
        }
        if imitates {
            warnings.push(Warning::LookAlike(ascii.clone()));
        } else if host != ascii && scheme != "mailto" {
            warnings.push(Warning::Unusual(ascii));
        }
        if matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_))) {
            warnings.push(Warning::Number);
        }
        if scheme == "http" {
            warnings.push(Warning::Unencrypted);
        }
        Self { address: one_line(url.as_str()), host: shortened(&one_line(&host)), opens, warnings }
    }

    /// What stands in the line at the bottom while the pointer is over the link: the host first,
    /// so that no long address hides it.
    pub fn status(&self) -> String {
        if self.host.is_empty() { self.address.clone() } else { format!("{}   {}", self.host, self.address) }
    }

    /// Something about it asks for care; that http is not encrypted is not it.
    pub fn is_doubtful(&self) -> bool {
        self.warnings.iter().any(|warning| *warning != Warning::Unencrypted)
    }
}

impl Warning {
    /// In words.
    pub fn say(&self, language: Language) -> String {
        let (word, words) = match self {
            Self::SaysElse(words) => (Word::LinkDeceives, words.as_str()),
            Self::User(words) => (Word::LinkUser, words.as_str()),
            Self::Unusual(words) => (Word::LinkUnusual, words.as_str()),
            Self::LookAlike(words) => (Word::LinkLookAlike, words.as_str()),
            Self::Number => (Word::LinkNumber, ""),
            Self::Unencrypted => (Word::LinkUnencrypted, ""),
            Self::NotFollowed(words) => (Word::LinkNotFollowed, words.as_str()),
        };
        language.fill(word, &[("words", &shortened(&one_line(words)))])
    }
}

/// Whom a mail link names, and its subject.
pub fn mail(link: &str) -> (Vec<Mailbox>, String) {
    let Ok(url) = Url::parse(link) else { return (Vec::new(), String::new()) };
    let people = percent_decoded(url.path());
    let people = people.split(',').filter_map(EmailAddress::parse).take(RECIPIENTS);
    let subject = url.query_pairs().find(|(name, _)| name.eq_ignore_ascii_case("subject"));
    let subject = subject.map(|(_, subject)| one_line(&subject)).unwrap_or_default();
    (people.map(|address| Mailbox::new("", address.as_str())).collect(), subject)
}

/// Long names keep their end: there the owner of the name stands.
fn shortened(name: &str) -> String {
    let length = name.chars().count();
    if length <= HOST {
        return name.to_owned();
    }
    let tail: String = name.chars().skip(length - HOST).collect();
    format!("…{tail}")
}

/// A host's name as it is read.
fn readable(ascii: &str) -> String {
    let (unicode, outcome) = idna::domain_to_unicode(ascii);
    if outcome.is_ok() { unicode } else { ascii.to_owned() }
}

fn is_imitation(host: &str) -> bool {
    EmailAddress::parse(&format!("x@{host}")).is_some_and(|address| is_look_alike(&address))
}

/// The words of a link name an address other than the one that it leads to; one that fits does not make up for it, since
/// it may be made not to be seen.
fn says_else(words: &str, leads: &Url) -> bool {
    let named: Vec<Said> = match said(words.trim()) {
        Some(one) => vec![one],
        None => among(words),
    };
    !named.iter().all(|one| one.is(leads))
}

/// The addresses that stand among other words: those that are plainly meant as such.
fn among(words: &str) -> Vec<Said> {
    let whole = prose::addresses(words).into_iter().filter_map(|range| words.get(range));
    let begins = |word: &&str| word.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."));
    let bare = words.split_whitespace().map(|word| word.trim_start_matches(AROUND)).filter(begins);
    whole.chain(bare).take(NAMED).filter_map(said).collect()
}

enum Said {
    Host(String),
    Mail(String),
}

impl Said {
    /// It is where a link leads.
    fn is(&self, leads: &Url) -> bool {
        let plain = |host: &str| host.trim_start_matches("www.").trim_end_matches('.').to_owned();
        match (self, leads.host_str()) {
            (Self::Host(said), Some(host)) => plain(said) == plain(host),
            (Self::Host(_), None) => false,
            // A page about an address is one of its domain.
            (Self::Mail(said), Some(host)) => said.rsplit('@').next().is_some_and(|domain| {
                let domain = plain(&domain.to_ascii_lowercase());
                plain(host).strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }),
            (Self::Mail(said), None) => percent_decoded(leads.path()).eq_ignore_ascii_case(said),
        }
    }
}

/// The address that words are, if they are one.
fn said(words: &str) -> Option<Said> {
    let words = words.trim_matches(AROUND);
    let has_scheme =
        words.split_once("://").is_some_and(|(scheme, _)| scheme.chars().all(|c| c.is_ascii_alphanumeric()));
    if !has_scheme && words.contains('@') {
        return EmailAddress::parse(words).map(|address| Said::Mail(address.as_str().to_owned()));
    }
    let url = if has_scheme { words.to_owned() } else { format!("https://{words}") };
    let host = Url::parse(&url).ok()?.host_str()?.to_owned();
    // Numbers and words with a dot in them are no hosts: the last label is one of letters.
    let last = readable(&host).rsplit('.').next().map(str::to_owned)?;
    let is_host = host.contains('.') && last.chars().count() >= 2 && last.chars().all(char::is_alphabetic);
    (has_scheme || is_host).then_some(Said::Host(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(words: &str, target: &str) -> Target {
        Target::of(&Link { target: target.to_owned(), words: words.to_owned(), place: None, areas: Vec::new() })
    }

    fn deceives(words: &str, leads: &str) -> bool {
        target(words, leads).warnings.iter().any(|warning| matches!(warning, Warning::SaysElse(_)))
    }

    #[test]
    fn a_link_that_names_another_host_than_it_leads_to_says_so() {
        assert!(deceives("https://bank.example/login", "https://evil.example/login"));
        assert!(deceives("www.bank.example", "http://bank.example.evil.test/"));
        assert!(deceives("bank.example", "https://evil.example/bank.example"));
        assert!(deceives("<https://bank.example>", "https://evil.example/"));
        assert!(deceives("https://bank.example", "https://bank.example@evil.example/"));
        assert!(deceives("HTTPS://BANK.EXAMPLE", "https://evil.example/"));
        assert!(deceives("日本語.example", "https://evil.example/"));
        assert!(deceives("bob@example.org", "mailto:mallory@evil.example"));
        assert!(deceives("https://bank.example", "mailto:mallory@evil.example"));
        assert!(deceives("Sign in: https://www.bank.example/", "https://evil.example/"));
        assert!(deceives("ログイン：https://bank.example", "https://evil.example/"));
        assert!(deceives("our page (www.bank.example)", "https://evil.example/"));
        assert!(deceives("support@bank.example", "https://evil.example/"));
        assert!(deceives("support@bank.example", "https://evilbank.example/"));
        assert!(deceives("write to bob@example.org", "mailto:mallory@evil.example"));
        assert!(!deceives("Sign in: https://www.bank.example/", "https://bank.example/login"));
        assert!(deceives("https://bank.example https://evil.example", "https://evil.example/"));
        assert!(!deceives("support@bank.example", "https://www.bank.example/support"));
        assert!(!deceives("write to bob@example.org", "mailto:bob%40example.org"));
        assert!(!deceives("ASP.NET and Node.js today", "https://news.example/"));
        assert!(!deceives("https://www.bank.example/", "https://bank.example/a"));
        assert!(!deceives("日本語.example", "https://xn--wgv71a119e.example/"));
        assert!(!deceives("bob@example.org", "mailto:Bob@example.org?subject=x"));
        assert!(!deceives("our page", "https://evil.example/"));
        assert!(!deceives("3.5 percent more", "https://news.example/"));
        assert!(!deceives("3.5", "https://news.example/"));
        assert!(!deceives("readme.2", "https://news.example/"));
    }

    #[test]
    fn what_stands_before_an_at_is_not_the_host() {
        let target = target("x", "https://bank.example@evil.example/login");
        assert_eq!(target.host, "evil.example");
        assert!(target.warnings.contains(&Warning::User("bank.example".to_owned())));
        assert!(target.status().starts_with("evil.example "));
    }

    #[test]
    fn names_in_other_letters_are_read_and_imitations_are_called_so() {
        let honest = target("x", "https://日本語.example/");
        assert_eq!(honest.host, "日本語.example");
        assert_eq!(honest.warnings, [Warning::Unusual("xn--wgv71a119e.example".to_owned())]);
        for url in ["https://аррӏе.example/", "https://pаypal.example/", "https://xn--pypal-4ve.example/"] {
            let target = target("x", url);
            assert!(matches!(target.warnings[..], [Warning::LookAlike(_)]), "{url} {target:?}");
        }
    }

    #[test]
    fn numbers_and_missing_encryption_are_named() {
        let target = target("x", "http://2130706433/");
        assert_eq!(target.warnings, [Warning::Number, Warning::Unencrypted]);
        assert_eq!(target.host, "127.0.0.1");
    }

    #[test]
    fn links_of_other_kinds_are_never_followed() {
        let written = [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "smb://server/share",
            "//x",
            "",
            "java\nscript:alert(1)",
            " JavaScript:alert(1)",
            "tel:+1",
            "kakitome:x",
            "vbscript:x",
            "blob:https://x/",
        ];
        for one in written {
            let target = target("x", one);
            assert!(!target.opens && matches!(target.warnings[..], [Warning::NotFollowed(_)]), "{one} {target:?}");
        }
        for one in ["https://a.example", "HTTP://a.example", "mailto:bob@example.org"] {
            assert!(target("x", one).opens, "{one}");
        }
    }

    #[test]
    fn a_mail_link_names_people_and_a_subject_and_nothing_else() {
        let (to, subject) = mail(
            "mailto:bob@example.org,carol%40example.com?subject=%E8%AB%8B%E6%B1%82%0D%0ABcc:x&body=secret&attach=/etc/passwd&cc=mallory@evil.example",
        );
        let to: Vec<&str> = to.iter().map(|mailbox| mailbox.address.as_str()).collect();
        assert_eq!(to, ["bob@example.org", "carol@example.com"]);
        assert_eq!(subject, "請求 Bcc:x");
    }

    #[test]
    fn a_long_name_shows_its_end() {
        let host = target("x", &format!("https://bank.example.{}evil.example/", "a.".repeat(100))).host;
        assert!(host.starts_with('…') && host.ends_with("evil.example"), "{host}");
    }
}
