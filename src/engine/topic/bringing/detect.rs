//! Which other programs' keys there are, and where.

use std::path::{Path, PathBuf};

use crate::engine::outside::{self, TokenInfo, known_modules};
use crate::store::elsewhere;

use super::report::Why;
use super::{directory, gnupg, gpgsm, thunderbird};

/// From what kind of place keys come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SourceKind {
    /// A home of GnuPG: its OpenPGP keys.
    Gnupg,
    /// A home of GnuPG: the S/MIME keys of gpgsm and Kleopatra.
    Gpgsm,
    /// A profile of Thunderbird.
    Thunderbird,
    /// The certificate directory that OpenPGP programs share.
    CertD,
    /// Tokens and cards that a library speaks to (PKCS #11).
    Token,
    /// Files, one or a folder.
    Files,
}

impl SourceKind {
    /// The word that it is kept and printed as.
    pub fn word(self) -> &'static str {
        match self {
            Self::Gnupg => "gnupg",
            Self::Gpgsm => "gpgsm",
            Self::Thunderbird => "thunderbird",
            Self::CertD => "cert-d",
            Self::Token => "pkcs11",
            Self::Files => "file",
        }
    }
}

/// A place with keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it is.
    pub kind: SourceKind,
    /// Where it is; of a token the library.
    pub path: PathBuf,
    /// What its owner calls it, if it has a name.
    pub name: String,
    /// Certificates whose secret keys are there.
    pub keys: usize,
    /// Certificates without.
    pub certificates: usize,
    /// Why it can't be looked into.
    pub problem: Option<Why>,
    /// A token whose keys are used here, and that waits for its PIN.
    pub is_waiting: bool,
}

/// Where to look.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Homes of GnuPG.
    pub gnupg: Vec<PathBuf>,
    /// Folders that hold profiles of Thunderbird.
    pub thunderbird: Vec<PathBuf>,
    /// Certificate directories.
    pub cert_d: Vec<PathBuf>,
    /// Libraries that speak to tokens.
    pub modules: Vec<PathBuf>,
    /// A folder that the user names: of any of these kinds, or with files.
    pub named: Option<PathBuf>,
}

impl Places {
    /// Where the programs of this user keep them.
    pub fn of_user(named: Option<PathBuf>) -> Self {
        Self {
            gnupg: gnupg_home().into_iter().collect(),
            thunderbird: thunderbird_folders(),
            cert_d: openpgp_cert_d::CertD::user_configured_store_path().into_iter().collect(),
            modules: known_modules(),
            named,
        }
    }
}

/// Where GnuPG has its home unless told otherwise.
pub(super) fn gnupg_home() -> Option<PathBuf> {
    let named = std::env::var_os("GNUPGHOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    let usual = || {
        if cfg!(windows) {
            dirs::config_dir().map(|dir| dir.join("gnupg"))
        } else {
            dirs::home_dir().map(|dir| dir.join(".gnupg"))
        }
    };
    named.or_else(usual)
}

fn thunderbird_folders() -> Vec<PathBuf> {
    let home = dirs::home_dir();
    let at_home = [
        ".thunderbird",
        "snap/thunderbird/common/.thunderbird",
        ".var/app/org.mozilla.Thunderbird/.thunderbird",
        "Library/Thunderbird/Profiles",
    ];
    let mut folders: Vec<PathBuf> =
        home.map(|home| at_home.iter().map(|folder| home.join(folder)).collect()).unwrap_or_default();
    if cfg!(windows) {
        folders.extend(dirs::config_dir().map(|dir| dir.join("Thunderbird").join("Profiles")));
    }
    folders
}

/// Finds what there is, with counts. Nothing is changed, and no program is started.
pub fn detect(places: &Places) -> Vec<Source> {
    let mut found = Vec::new();
    for home in &places.gnupg {
        found.extend(of_gnupg(home));
    }
    for folder in &places.thunderbird {
        for profile in elsewhere::folders_in(folder).iter().filter(|path| is_thunderbird(path)) {
            found.push(of_thunderbird(profile));
        }
    }
    found.extend(places.cert_d.iter().filter(|path| is_cert_d(path)).map(|path| of_cert_d(path)));
    for module in &places.modules {
        found.extend(of_module(module));
    }
    if let Some(path) = &places.named {
        for source in of_path(path) {
            if !found.iter().any(|known| known.kind == source.kind && known.path == source.path) {
                found.push(source);
            }
        }
    }
    found
}

/// What a path that the user names is.
pub fn of_path(path: &Path) -> Vec<Source> {
    if is_gnupg(path) {
        return of_gnupg(path);
    }
    if is_thunderbird(path) {
        return vec![of_thunderbird(path)];
    }
    if is_cert_d(path) {
        return vec![of_cert_d(path)];
    }
    let profiles: Vec<Source> = elsewhere::folders_in(path)
        .iter()
        .filter(|path| is_thunderbird(path))
        .map(|path| of_thunderbird(path))
        .collect();
    if path.join("profiles.ini").exists() && !profiles.is_empty() {
        return profiles;
    }
    vec![Source {
        kind: SourceKind::Files,
        path: path.to_owned(),
        name: String::new(),
        keys: 0,
        certificates: 0,
        problem: None,
        is_waiting: false,
    }]
}

fn is_gnupg(path: &Path) -> bool {
    let marks = ["pubring.kbx", "pubring.gpg", "private-keys-v1.d", "trustdb.gpg", "public-keys.d"];
    // Thunderbird's profile has a pubring.gpg, too.
    path.is_dir() && marks.iter().any(|mark| path.join(mark).exists()) && !path.join("key4.db").exists()
}

fn is_thunderbird(path: &Path) -> bool {
    path.join("key4.db").is_file() && path.join("cert9.db").is_file()
}

fn of_thunderbird(path: &Path) -> Source {
    let counted = thunderbird::count(path);
    let problem = counted.as_ref().err().copied();
    let (keys, certificates) = counted.unwrap_or_default();
    Source {
        kind: SourceKind::Thunderbird,
        path: path.to_owned(),
        name: String::new(),
        keys,
        certificates,
        problem,
        is_waiting: false,
    }
}

/// One for each token that is there; none for a library that can't be loaded, since nobody asked for it.
fn of_module(module: &Path) -> Vec<Source> {
    let source = |token: TokenInfo| {
        let keys = token.certificates.iter().filter(|one| one.has_key).count();
        Source {
            kind: SourceKind::Token,
            path: module.to_owned(),
            name: token.label,
            keys,
            certificates: token.certificates.len() - keys,
            problem: None,
            is_waiting: false,
        }
    };
    outside::tokens(module).unwrap_or_default().into_iter().map(source).collect()
}

/// Its folders are named by the first two digits of fingerprints.
fn is_cert_d(path: &Path) -> bool {
    let is_shelf = |folder: &PathBuf| {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    elsewhere::folders_in(path).iter().any(is_shelf)
}

fn of_cert_d(path: &Path) -> Source {
    let certificates = directory::count(path);
    Source {
        kind: SourceKind::CertD,
        path: path.to_owned(),
        name: String::new(),
        keys: 0,
        certificates,
        problem: None,
        is_waiting: false,
    }
}

fn of_gnupg(home: &Path) -> Vec<Source> {
    if !is_gnupg(home) {
        return Vec::new();
    }
    let source = |kind, keys, certificates, problem| Source {
        kind,
        path: home.to_owned(),
        name: String::new(),
        keys,
        certificates,
        problem,
        is_waiting: false,
    };
    let mut found = Vec::new();
    match gnupg::count(home) {
        Ok((keys, certificates)) => found.push(source(SourceKind::Gnupg, keys, certificates, None)),
        Err(_) => found.push(source(SourceKind::Gnupg, 0, 0, Some(Why::Malformed))),
    }
    let (keys, certificates) = gpgsm::count(home);
    if keys + certificates > 0 {
        found.push(source(SourceKind::Gpgsm, keys, certificates, None));
    }
    found
}
