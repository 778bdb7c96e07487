//! OpenPGP from a home of GnuPG: what is public is read from its files, secret keys through its own programs, because
//! only they know how they are kept.

use std::collections::HashSet;
use std::path::Path;

use serde_json::json;

use crate::crypto::{ImportError, pgp};
use crate::domain::{Fingerprint, Secret, Technology};
use crate::engine::Failure;
use crate::store::{OutsideKeyRecord, elsewhere, files};

use super::harvest::{Harvest, Watch, of_file, of_import};
use super::keybox::{self, Record};
use super::program::{self, Agent, NotRun, last_words, of_gnupg};
use super::report::{TrustLevel, Why};
use super::{Secrets, SourceKind, Wish};

const KIND: SourceKind = SourceKind::Gnupg;
/// No keyring is larger.
pub(super) const MAX_KEYRING: u64 = 256 << 20;
/// Passphrases tried on one key: the agent lets each take a tenth of a second.
const MAX_TRIES: usize = 8;

/// Reads the home.
pub(super) fn gather(home: &Path, wish: &Wish, harvest: &mut Harvest, watch: &Watch<'_>) -> Result<(), Failure> {
    public(home, harvest, watch)?;
    let own = own(home, harvest);
    if wish.secrets != Secrets::Leave {
        secrets(home, wish, &own, harvest, watch)?;
    }
    owner_trust(home, harvest, watch);
    revocations(home, &own, harvest);
    Ok(())
}

/// The secret parts that the agent keeps: the names of its files, and whether each is only a note of a card.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) here: HashSet<String>,
    pub(super) on_cards: HashSet<String>,
}

impl Kept {
    pub(super) fn of(home: &Path) -> Self {
        let mut kept = Self::default();
        for path in elsewhere::files_below(&home.join("private-keys-v1.d")).unwrap_or_default() {
            let Some(grip) = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".key"))
            else {
                continue;
            };
            let content = zeroize::Zeroizing::new(files::read(&path, 64 << 10).unwrap_or_default());
            let is_note = content.windows(SHADOWED.len()).any(|part| part == SHADOWED);
            let names = if is_note { &mut kept.on_cards } else { &mut kept.here };
            names.insert(grip.to_ascii_uppercase());
        }
        kept
    }

    pub(super) fn knows(&self, grip: &str) -> bool {
        self.here.contains(grip) || self.on_cards.contains(grip)
    }
}

const SHADOWED: &[u8] = b"shadowed-private-key";

/// Every public certificate.
fn public(home: &Path, harvest: &mut Harvest, watch: &Watch<'_>) -> Result<(), Failure> {
    let keybox = home.join("pubring.kbx");
    if home.join("public-keys.d/pubring.db").exists() {
        exported(home, harvest, watch)?;
    } else if keybox.exists() {
        match files::read(&keybox, MAX_KEYRING) {
            Ok(bytes) => from_keybox(home, &bytes, harvest, watch),
            Err(error) => harvest.stays(KIND, home, "pubring.kbx", of_file(&error)),
        }
        watch.go_on()?;
    }
    let old = home.join("pubring.gpg");
    if old.exists() {
        match files::read(&old, MAX_KEYRING) {
            Ok(bytes) => from_keyring(home, "pubring.gpg", &bytes, harvest, watch),
            Err(error) => harvest.stays(KIND, home, "pubring.gpg", of_file(&error)),
        }
        watch.go_on()?;
    }
    Ok(())
}

fn from_keybox(home: &Path, bytes: &[u8], harvest: &mut Harvest, watch: &Watch<'_>) {
    let name = home.display().to_string();
    let read = keybox::each(bytes, keybox::is_pgp, &mut |behind, record| {
        watch.at(&name, behind, bytes.len());
        match record {
            Ok(Record::Pgp(cert)) => {
                harvest.met(pgp::fingerprint(&cert), KIND, &name);
                harvest.found.pgp.add_cert(*cert);
            }
            Ok(Record::X509(_)) => {}
            Err(error) => harvest.stays(KIND, home, "pubring.kbx", of_import(&error, false)),
        }
        !watch.cancel.is_cancelled()
    });
    if let Err(error) = read {
        harvest.stays(KIND, home, "pubring.kbx", of_import(&error, false));
    }
}

/// A keyring of one certificate after the other.
pub(super) fn from_keyring(home: &Path, file: &str, bytes: &[u8], harvest: &mut Harvest, watch: &Watch<'_>) {
    keyring(KIND, home, file, bytes, harvest, watch);
}

pub(super) fn keyring(
    kind: SourceKind,
    home: &Path,
    file: &str,
    bytes: &[u8],
    harvest: &mut Harvest,
    watch: &Watch<'_>,
) {
    let name = home.display().to_string();
    let read = pgp::each_cert(bytes, &mut |behind, cert| {
        watch.at(&name, behind, bytes.len());
        match cert {
            Ok(cert) => {
                harvest.met(pgp::fingerprint(&cert), kind, &name);
                harvest.found.pgp.add_cert(cert);
            }
            Err(error) => harvest.stays(kind, home, file, of_import(&error, false)),
        }
        !watch.cancel.is_cancelled()
    });
    // An empty file is an empty keyring.
    if let Err(error) = read
        && !bytes.is_empty()
    {
        harvest.stays(kind, home, file, of_import(&error, false));
    }
}

/// Through gpg, where a service of GnuPG's keeps the certificates.
fn exported(home: &Path, harvest: &mut Harvest, watch: &Watch<'_>) -> Result<(), Failure> {
    let ran = program::run(of_gnupg("gpg", home).arg("--export"), None, watch);
    watch.go_on()?;
    match ran {
        Ok(ran) if ran.is_good => from_keyring(home, "gpg", &ran.output, harvest, watch),
        other => harvest.stays(KIND, home, "gpg", of_run(other)),
    }
    Ok(())
}

/// The certificates whose secret parts the agent keeps.
fn own(home: &Path, harvest: &Harvest) -> Vec<Own> {
    let kept = Kept::of(home);
    let mut own = Vec::new();
    for cert in &harvest.found.pgp.certs() {
        let grips = keybox::grips(cert);
        let is_here = grips.iter().any(|grip| kept.here.contains(grip));
        if is_here || grips.iter().any(|grip| kept.on_cards.contains(grip)) {
            own.push(Own { fingerprint: pgp::fingerprint(cert), is_on_card: !is_here });
        }
    }
    own
}

struct Own {
    fingerprint: Fingerprint,
    /// Nothing of it is here but the note which card has it.
    is_on_card: bool,
}

fn secrets(home: &Path, wish: &Wish, own: &[Own], harvest: &mut Harvest, watch: &Watch<'_>) -> Result<(), Failure> {
    let _agent = Agent::of(home, watch);
    for (index, one) in own.iter().enumerate() {
        watch.go_on()?;
        watch.at(one.fingerprint.as_str(), index, own.len());
        if one.is_on_card || wish.secrets == Secrets::WithAgent {
            harvest.outside.push(OutsideKeyRecord {
                fingerprint: one.fingerprint.clone(),
                technology: Technology::OpenPgp,
                keeper: "gpg-agent".to_owned(),
                locator: json!({ "home": home }).to_string(),
            });
            continue;
        }
        match secret(home, &one.fingerprint, &wish.passphrases, watch) {
            Ok(bytes) => match harvest.found.pgp.add(&bytes) {
                Ok(_) => {}
                Err(error) => {
                    harvest.stays(KIND, home, one.fingerprint.as_str(), of_import(&error, false));
                }
            },
            Err(why) => harvest.stays(KIND, home, one.fingerprint.as_str(), why),
        }
    }
    old_secrets(home, harvest, watch);
    Ok(())
}

/// One secret key, under the passphrase that it has there.
fn secret(
    home: &Path,
    fingerprint: &Fingerprint,
    passphrases: &[Secret<String>],
    watch: &Watch<'_>,
) -> Result<zeroize::Zeroizing<Vec<u8>>, (Why, String)> {
    let none = Secret::new(String::new());
    let tries = passphrases.iter().take(MAX_TRIES).chain(std::iter::once(&none));
    let mut last = (Why::Nothing, String::new());
    for passphrase in tries {
        let mut command = of_gnupg("gpg", home);
        command.args(["--pinentry-mode", "loopback", "--passphrase-fd", "0", "--export-secret-keys"]);
        let ran = program::run(command.arg(fingerprint.as_str()), Some(passphrase), watch);
        match ran {
            Ok(ran) if ran.is_good && !ran.output.is_empty() => return Ok(zeroize::Zeroizing::new(ran.output)),
            Ok(ran) if is_passphrase(&ran.words) => {
                let why = if passphrases.is_empty() { Why::PassphraseNeeded } else { Why::WrongPassphrase };
                last = (why, String::new());
            }
            other => return Err(of_run(other)),
        }
    }
    Err(last)
}

/// gpg complains of the passphrase.
pub(super) fn is_passphrase(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    ["bad passphrase", "no passphrase", "no pinentry", "invalid passphrase"].iter().any(|text| words.contains(text))
}

/// The keyring of secret keys that GnuPG had before version 2.1.
fn old_secrets(home: &Path, harvest: &mut Harvest, watch: &Watch<'_>) {
    let path = home.join("secring.gpg");
    // Newer versions took the keys out of it once, and left it there.
    if !path.exists() || home.join("private-keys-v1.d").exists() {
        return;
    }
    if !elsewhere::is_private(&path) {
        harvest.stays(KIND, home, "secring.gpg", (Why::ReadableByOthers, String::new()));
        return;
    }
    match files::read(&path, MAX_KEYRING) {
        Ok(bytes) => from_keyring(home, "secring.gpg", &zeroize::Zeroizing::new(bytes), harvest, watch),
        Err(error) => harvest.stays(KIND, home, "secring.gpg", of_file(&error)),
    }
}

/// How far the user trusts others there (`gpg --export-ownertrust`).
fn owner_trust(home: &Path, harvest: &mut Harvest, watch: &Watch<'_>) {
    if !home.join("trustdb.gpg").exists() {
        return;
    }
    let ran = program::run(of_gnupg("gpg", home).args(["--no-auto-check-trustdb", "--export-ownertrust"]), None, watch);
    let text = match ran {
        Ok(ran) if ran.is_good => String::from_utf8_lossy(&ran.output).into_owned(),
        other => return harvest.stays(KIND, home, "trustdb.gpg", of_run(other)),
    };
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split(':');
        let fingerprint = fields.next().and_then(Fingerprint::parse);
        let level = match fields.next() {
            Some("3") => TrustLevel::Never,
            Some("4") => TrustLevel::Marginal,
            Some("5") => TrustLevel::Full,
            Some("6") => TrustLevel::Ultimate,
            _ => continue,
        };
        if let Some(fingerprint) = fingerprint {
            harvest.trust.insert(fingerprint, level);
        }
    }
    if harvest.trust.values().any(|level| *level == TrustLevel::Marginal) {
        believed(home, harvest, watch);
    }
}

/// Notes whose certificates GnuPG fully believes in: trust in somebody as an introducer counts there only from then on.
fn believed(home: &Path, harvest: &mut Harvest, watch: &Watch<'_>) {
    let list = ["--no-auto-check-trustdb", "--with-colons", "--list-keys"];
    // What is not known to be believed does not count: an error takes nothing away that was there.
    let Ok(ran) = program::run(of_gnupg("gpg", home).args(list), None, watch) else { return };
    let mut is_believed = false;
    for line in String::from_utf8_lossy(&ran.output).lines() {
        let mut fields = line.split(':');
        match fields.next() {
            Some("pub") => is_believed = matches!(fields.next(), Some("f" | "u")),
            Some("fpr") if is_believed => {
                harvest.believed.extend(fields.nth(8).and_then(Fingerprint::parse));
                is_believed = false;
            }
            _ => {}
        }
    }
}

/// The revocations that GnuPG made with each key; a colon before the armor keeps them from being taken in by accident.
fn revocations(home: &Path, own: &[Own], harvest: &mut Harvest) {
    for one in own {
        let path = home.join("openpgp-revocs.d").join(format!("{}.rev", one.fingerprint));
        let Ok(bytes) = files::read(&path, 1 << 20) else { continue };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(begin) = text.find("-----BEGIN PGP") {
            let armor = text.get(begin..).unwrap_or_default().to_owned();
            harvest.revocations.push((one.fingerprint.clone(), armor));
        }
    }
}

/// Why a program of GnuPG's gave nothing.
pub(super) fn of_run(ran: Result<program::Ran, NotRun>) -> (Why, String) {
    match ran {
        Err(NotRun::Missing) => (Why::ProgramMissing, String::new()),
        Err(NotRun::Stopped(detail)) => (Why::ProgramFailed, detail),
        Ok(ran) => (Why::ProgramFailed, last_words(&ran.words)),
    }
}

/// How many certificates and secret keys a home holds, for the list of what was found.
pub(super) fn count(home: &Path) -> Result<(usize, usize), ImportError> {
    let (mut certificates, mut keys) = (0, 0);
    let kept = Kept::of(home);
    let mut one = |cert: &sequoia_openpgp::Cert| {
        let is_own = cert.is_tsk() || keybox::grips(cert).iter().any(|grip| kept.knows(grip));
        if is_own { keys += 1 } else { certificates += 1 }
    };
    if let Ok(bytes) = files::read(&home.join("pubring.kbx"), MAX_KEYRING) {
        keybox::each(&bytes, keybox::is_pgp, &mut |_, record| {
            if let Ok(Record::Pgp(cert)) = &record {
                one(cert);
            }
            true
        })?;
    }
    let old = if kept.here.is_empty() { ["pubring.gpg", "secring.gpg"].as_slice() } else { &["pubring.gpg"] };
    let mut ring = pgp::PgpRing::default();
    for file in old {
        if let Ok(bytes) = files::read(&home.join(file), MAX_KEYRING) {
            pgp::each_cert(&bytes, &mut |_, cert| {
                if let Ok(cert) = cert {
                    ring.add_cert(cert);
                }
                true
            })?;
        }
    }
    ring.certs().iter().for_each(|cert| one(cert));
    Ok((keys, certificates))
}
