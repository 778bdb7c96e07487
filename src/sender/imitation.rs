//! Addresses that read like those of people the reader knows, in letters of one script: `examp1e.org`.

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::EmailAddress;

/// The addresses that the reader knows, to compare others with.
#[derive(Debug, Default)]
pub struct KnownAddresses {
    domains: HashSet<String>,
    addresses: HashSet<String>,
    by_domain: HashMap<String, String>,
    by_address: HashMap<String, String>,
}

impl KnownAddresses {
    /// Of lower-cased addresses; what is no address is left out.
    pub fn new<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        let mut known = Self::default();
        for address in addresses.into_iter().filter_map(EmailAddress::parse) {
            let whole = address.canonical().to_owned();
            known.by_domain.insert(skeleton_of_domain(address.domain()), whole.clone());
            known.by_address.insert(skeleton_of_address(&address), whole.clone());
            known.domains.insert(address.domain().to_owned());
            known.addresses.insert(whole);
        }
        known
    }

    /// The known address that another one is easily taken for; `None` when it is known itself.
    pub fn imitated_by(&self, address: &EmailAddress) -> Option<&str> {
        if self.addresses.contains(address.canonical()) {
            return None;
        }
        let found = if self.domains.contains(address.domain()) {
            self.by_address.get(&skeleton_of_address(address))
        } else {
            self.by_domain.get(&skeleton_of_domain(address.domain()))
        };
        found.map(String::as_str)
    }
}

fn skeleton_of_address(address: &EmailAddress) -> String {
    format!("{}@{}", skeleton(address.local_part()), address.domain())
}

/// Hyphens and dots are hardly seen: `my-bank.example` and `my.bank.example` are one to the eye.
fn skeleton_of_domain(domain: &str) -> String {
    let decode = |label: &str| {
        let decoded = label.strip_prefix("xn--").and_then(idna::punycode::decode_to_string);
        decoded.unwrap_or_else(|| label.to_owned())
    };
    let decoded: Vec<String> = domain.split('.').map(decode).collect();
    skeleton(&decoded.join(".")).replace(['-', '.'], "")
}

/// What the eye makes of a text: letters without their marks, each group of twins as one of them
/// (the idea of UTS 39 §4, for the few that matter in addresses).
fn skeleton(text: &str) -> String {
    let plain = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).map(twin);
    let plain: String = plain.collect();
    plain.replace("rn", "m").replace("vv", "w").replace("cl", "d")
}

fn twin(c: char) -> char {
    match c {
        '0' | 'о' | 'ο' | 'օ' => 'o',
        '1' | 'i' | 'ı' | 'і' | 'ι' | 'ӏ' | '|' => 'l',
        '5' | 'ѕ' => 's',
        'а' | 'α' | 'ɑ' => 'a',
        'с' | 'ϲ' => 'c',
        'е' => 'e',
        'р' | 'ρ' => 'p',
        'у' | 'γ' => 'y',
        'х' | 'χ' => 'x',
        'һ' => 'h',
        'ј' => 'j',
        'ԁ' => 'd',
        'ν' | 'ѵ' => 'v',
        'ԝ' => 'w',
        'ԛ' => 'q',
        'κ' | 'к' => 'k',
        'τ' | 'т' => 't',
        '_' => '-',
        c => c,
    }
}
