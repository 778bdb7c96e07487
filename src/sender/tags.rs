//! Tag lists (RFC 6376 §3.2), the syntax of DKIM signatures and keys, ARC fields, DMARC and BIMI records.

/// A tag list as written: names in order, each once, values without the white space around them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tags<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Tags<'a> {
    /// `None` when it is no tag list, or a tag occurs twice, which makes the whole list worthless.
    pub(super) fn parse(text: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let text = text.trim_matches(is_space);
        let text = text.strip_suffix(';').unwrap_or(text);
        let mut tags: Vec<(&str, &str)> = Vec::new();
        for tag in text.split(';') {
            let (name, value) = tag.split_once('=')?;
            let name = name.trim_matches(is_space);
            let well_named = name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
            // A list longer than any in use is an attack on the search for duplicates.
            if !well_named || tags.len() > 64 || tags.iter().any(|(other, _)| *other == name) {
                return None;
            }
            tags.push((name, value.trim_matches(is_space)));
        }
        Some(Self(tags))
    }

    /// A tag's value.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }

    /// The first tag, which DKIM1, DMARC1 and BIMI1 records want to be `v`.
    pub(super) fn first(&self) -> Option<(&'a str, &'a str)> {
        self.0.first().copied()
    }

    /// The values of a list separated by colons, without the white space around them.
    pub(super) fn list(&self, name: &str) -> Option<Vec<&'a str>> {
        self.get(name).map(|value| value.split(':').map(|item| item.trim_matches(is_space)).collect())
    }
}

/// White space with folding.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// Base64 with white space inside (RFC 6376 §3.2); `None` also when it is empty.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let dense: String = text.chars().filter(|c| !is_space(*c)).collect();
    ENGINE.decode(dense).ok().filter(|bytes| !bytes.is_empty())
}
