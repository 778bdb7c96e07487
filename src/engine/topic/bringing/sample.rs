//! What the demo shows: nothing of this computer is looked at for it.

use std::path::PathBuf;

use crate::crypto::pgp::Gain;
use crate::engine::Profile;

use super::report::{Bringing, Brought, Outcome, TrustHint, TrustLevel, Why};
use super::{BringingView, Source, SourceKind};

/// Sources as many people have them.
pub(super) fn view() -> BringingView {
    let source = |kind, path: &str, name: &str, keys, certificates| Source {
        kind,
        path: PathBuf::from(path),
        name: name.to_owned(),
        keys,
        certificates,
        problem: None,
        is_waiting: kind == SourceKind::Token,
    };
    let sources = vec![
        source(SourceKind::Gnupg, "/home/alice/.gnupg", "", 3, 41),
        source(SourceKind::Gpgsm, "/home/alice/.gnupg", "", 1, 6),
        source(SourceKind::Thunderbird, "/home/alice/.thunderbird/k3x9.default", "", 2, 12),
        source(SourceKind::Token, "/usr/lib/opensc-pkcs11.so", "Alice's card", 2, 1),
    ];
    let sharing = Some((false, PathBuf::from("/home/alice/.local/share/pgp.cert.d")));
    BringingView { sources: Some(sources), sharing, ..BringingView::default() }
}

/// What an import would look like, with the demo's own certificates.
pub(super) fn report(profile: &Profile) -> Bringing {
    let mut items: Vec<Brought> = profile
        .reports(profile.now())
        .into_iter()
        .enumerate()
        .map(|(index, report)| {
            let gain = [Gain::New, Gain::Known, Gain::Updated].get(index % 3).copied().unwrap_or(Gain::New);
            let hint = TrustHint { level: TrustLevel::Full, taken: false };
            let (outside, trust) = (report.has_secret && index % 2 == 1, (index % 4 == 2).then_some(hint));
            Brought {
                source: SourceKind::Gnupg,
                from: "/home/alice/.gnupg".to_owned(),
                outcome: Outcome::Came { report: Box::new(report), gain, outside, trust },
            }
        })
        .collect();
    let (gnupg, files) = ((SourceKind::Gnupg, "/home/alice/.gnupg"), (SourceKind::Files, "/home/alice/Documents"));
    for ((source, from), subject, why, detail) in [
        (gnupg, "D1A66E1A23B182C9980F788CFBFCC82A015E7330", Why::WrongPassphrase, ""),
        (files, "old-laptop.p12", Why::ReadableByOthers, ""),
        (gnupg, "A4FF2279B8E1C3D5F60718293A4B5C6D7E8F9012", Why::ProgramFailed, "gpg: error receiving key from agent"),
    ] {
        items.push(Brought {
            source,
            from: from.to_owned(),
            outcome: Outcome::Stayed { subject: subject.to_owned(), why, detail: detail.to_owned() },
        });
    }
    Bringing { items, dry_run: true }
}
