//! S/MIME from a home of GnuPG (gpgsm, and Kleopatra over it).

use std::path::Path;
use std::sync::Arc;

use crate::crypto::smime::{SmimeRing, X509};
use crate::domain::{Fingerprint, Secret};
use crate::engine::Failure;
use crate::store::files;

use super::gnupg::{Kept, MAX_KEYRING, is_passphrase, of_run};
use super::harvest::{Harvest, Watch, of_file, of_import};
use super::keybox::{self, Record};
use super::program::{self, Agent, of_gnupg};
use super::report::{TrustLevel, Why};
use super::{Secrets, SourceKind, Wish};

const KIND: SourceKind = SourceKind::Gpgsm;

/// Reads the home.
pub(super) fn gather(home: &Path, wish: &Wish, harvest: &mut Harvest, watch: &Watch<'_>) -> Result<(), Failure> {
    let certificates = match read(home) {
        Ok(certificates) => certificates,
        Err(why) => {
            harvest.stays(KIND, home, "pubring.kbx", why);
            return Ok(());
        }
    };
    let name = home.display().to_string();
    for certificate in &certificates {
        harvest.met(certificate.fingerprint.clone(), KIND, &name);
        harvest.found.smime.add_certificate(Arc::clone(certificate));
    }
    roots(home, &certificates, harvest);
    if wish.secrets == Secrets::Leave {
        return Ok(());
    }
    let kept = Kept::of(home);
    let _agent = Agent::of(home, watch);
    for (index, certificate) in certificates.iter().enumerate() {
        watch.go_on()?;
        watch.at(&name, index, certificates.len());
        let Some(grip) = keybox::grip(certificate) else { continue };
        if kept.on_cards.contains(&grip) {
            let subject = certificate.fingerprint.as_str();
            harvest.stays(KIND, home, subject, (Why::SecretElsewhere, String::new()));
        } else if kept.here.contains(&grip) {
            secret(home, certificate, &wish.passphrases, harvest, watch);
        }
    }
    Ok(())
}

fn read(home: &Path) -> Result<Vec<Arc<X509>>, (Why, String)> {
    let path = home.join("pubring.kbx");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let bytes = files::read(&path, MAX_KEYRING).map_err(|error| of_file(&error))?;
    let mut found = Vec::new();
    keybox::each(&bytes, keybox::is_x509, &mut |_, record| {
        if let Ok(Record::X509(certificate)) = record {
            found.push(Arc::new(*certificate));
        }
        true
    })
    .map_err(|error| of_import(&error, false))?;
    Ok(found)
}

/// One secret key, as the PKCS #12 file that gpgsm makes of it.
fn secret(home: &Path, certificate: &X509, passphrases: &[Secret<String>], harvest: &mut Harvest, watch: &Watch<'_>) {
    let (subject, mark) = (certificate.fingerprint.as_str(), sha1(certificate));
    let none = Secret::new(String::new());
    let mut last = (Why::PassphraseNeeded, String::new());
    for passphrase in passphrases.iter().take(8).chain(std::iter::once(&none)) {
        let mut command = of_gnupg("gpgsm", home);
        command.args(["--disable-dirmngr", "--pinentry-mode", "loopback", "--passphrase-fd", "0"]);
        command.args(["--export-secret-key-p12", &mark]);
        let ran = program::run(&mut command, Some(passphrase), watch);
        match ran {
            Ok(ran) if !ran.output.is_empty() => {
                let mut ring = SmimeRing::default();
                let opened = ring.add(&zeroize::Zeroizing::new(ran.output), std::slice::from_ref(passphrase));
                if let Err(error) = opened {
                    harvest.stays(KIND, home, subject, of_import(&error, true));
                }
                for identity in ring.own() {
                    harvest.found.smime.add_identity(identity.clone());
                }
                return;
            }
            Ok(ran) if is_passphrase(&ran.words) => {
                let why = if passphrases.is_empty() { Why::PassphraseNeeded } else { Why::WrongPassphrase };
                last = (why, String::new());
            }
            other => {
                harvest.stays(KIND, home, subject, of_run(other));
                return;
            }
        }
    }
    harvest.stays(KIND, home, subject, last);
}

/// The authorities that gpgsm's user trusts, by the SHA-1 of each (`trustlist.txt`).
fn roots(home: &Path, certificates: &[Arc<X509>], harvest: &mut Harvest) {
    let bytes = files::read(&home.join("trustlist.txt"), 4 << 20).unwrap_or_default();
    for line in String::from_utf8_lossy(&bytes).lines() {
        let mut words = line.split_whitespace();
        // An exclamation mark before it means that it is not trusted.
        let mark = words.next().filter(|word| !word.starts_with(['#', '!'])).unwrap_or_default().replace(':', "");
        let is_for_smime = words.next().is_none_or(|word| matches!(word, "S" | "s" | "*"));
        for certificate in certificates.iter().filter(|one| is_for_smime && sha1(one).eq_ignore_ascii_case(&mark)) {
            harvest.trust.insert(certificate.fingerprint.clone(), TrustLevel::Anchor);
        }
    }
}

fn sha1(certificate: &X509) -> String {
    Fingerprint::from_bytes(&openssl::sha::sha1(&certificate.der)).to_string()
}

/// How many certificates and secret keys a home holds.
pub(super) fn count(home: &Path) -> (usize, usize) {
    let kept = Kept::of(home);
    let certificates = read(home).unwrap_or_default();
    let own = |one: &&Arc<X509>| keybox::grip(one).is_some_and(|grip| kept.knows(&grip));
    let keys = certificates.iter().filter(own).count();
    (keys, certificates.len() - keys)
}
