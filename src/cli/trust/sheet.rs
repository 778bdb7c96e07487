//! `trust sheet`: a fingerprint in the forms in which people compare it.

use serde_json::json;

use crate::domain::Fingerprint;
use crate::engine::{Profile, sheet};

use super::super::args::{Common, Lang};
use super::super::{Problem, load, output, words};

pub(super) fn run(
    common: &Common,
    profile: &Profile,
    fingerprint: &Fingerprint,
    with: Option<&str>,
) -> Result<(), Problem> {
    let report = profile.keyring().report(fingerprint, profile.now());
    let report = report.ok_or_else(|| format!("{fingerprint}: no such certificate in the profile; import it first"))?;
    let tongue = match words::lang(common) {
        Lang::En => sheet::Tongue::English,
        Lang::Ja => sheet::Tongue::Japanese,
    };
    let said = sheet::words(fingerprint, tongue);
    let uri = sheet::uri(fingerprint, report.technology);
    let same = match with {
        None => None,
        Some(text) => Some(given(text)? == *fingerprint),
    };
    if common.json {
        output::json(&json!({
            "fingerprint": fingerprint.as_str(), "groups": fingerprint.spaced(), "words": said, "uri": uri, "same": same,
        }));
        return Ok(());
    }
    output::line(&format!("{}\n{}\n{uri}", fingerprint.spaced(), said.join(" ")));
    match same {
        Some(true) => output::line(&words::pick(words::lang(common), "the same", "同じです")),
        Some(false) => output::line(&words::pick(words::lang(common), "another one", "別のものです")),
        None => {}
    }
    Ok(())
}

/// What the owner gave: the text itself, or a picture in a file.
fn given(text: &str) -> Result<Fingerprint, Problem> {
    if let Some(print) = sheet::read(text) {
        return Ok(print);
    }
    let path = std::path::Path::new(text);
    if path.is_file() {
        let found = sheet::read_picture(&load::file(path)?);
        return found.ok_or_else(|| Problem(format!("{text}: no QR code with a fingerprint is in this picture")));
    }
    Err("that is no fingerprint, neither digits nor words nor a URI; a word may be missing or misspelt".into())
}
