//! Reads what a command is given: files, passphrases, certificates, whom to trust.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::crypto::smime::{SmimeRing, X509};
use crate::crypto::{ImportError, Keyring};
use crate::domain::Secret;
use crate::engine::outside;
use crate::trust::{Revocation, TrustPolicy};

use super::args::{Common, TrustArgs};
use super::{Problem, token};

/// No certificate file of a `--keys` folder is larger.
const MAX_KEY_FILE: u64 = 16 << 20;

/// Reads a file, or standard input for `-`.
pub(crate) fn file(path: &Path) -> Result<Vec<u8>, Problem> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| format!("standard input: {error}"))?;
        return Ok(bytes);
    }
    fs::read(path).map_err(|error| Problem(format!("{}: {error}; check the name and the permissions", path.display())))
}

/// Every file below a folder, sorted, without hidden ones and without following links to folders.
pub(crate) fn below(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries.flatten() {
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !hidden => waiting.push(entry.path()),
                Ok(_) if !hidden && entry.path().is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The passphrases given, in order.
pub(crate) fn passphrases(common: &Common) -> Result<Vec<Secret<String>>, Problem> {
    let mut found = Vec::new();
    if let Some(descriptor) = common.passphrase_fd {
        found.extend(lines(&Zeroizing::new(file(Path::new(&format!("/dev/fd/{descriptor}")))?)));
    }
    if let Some(path) = &common.passphrase_file {
        found.extend(lines(&Zeroizing::new(file(path)?)));
    }
    Ok(found)
}

/// The PIN of a token, if one is given.
pub(crate) fn pin(common: &Common) -> Result<Option<Secret<String>>, Problem> {
    let Some(path) = &common.pin_file else { return Ok(None) };
    let first = lines(&file(path)?).into_iter().next();
    Ok(first.filter(|pin| !pin.declassify().is_empty()))
}

fn lines(bytes: &[u8]) -> Vec<Secret<String>> {
    let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
    text.lines().map(|line| Secret::new(line.trim_end_matches('\r').to_owned())).collect()
}

/// The keyring and the trust policy that the options describe.
pub(crate) fn trust(common: &Common, args: &TrustArgs) -> Result<(Keyring, TrustPolicy), Problem> {
    let mut keyring = Keyring { passphrases: passphrases(common)?, ..Keyring::default() };
    let mut policy = TrustPolicy::nobody(args.at.unwrap_or_else(Timestamp::now));
    let mut given = Vec::new();
    for path in args.certs.iter().chain(&args.keys) {
        let imported = keyring.add(&file(path)?).map_err(|error| import_problem(path, &error))?;
        given.extend(imported);
    }
    for folder in &args.folders {
        for path in below(folder)? {
            if fs::metadata(&path).is_ok_and(|data| data.len() <= MAX_KEY_FILE)
                && let Ok(bytes) = fs::read(&path)
                && let Ok(imported) = keyring.add(&bytes)
            {
                given.extend(imported);
            }
        }
    }
    for home in &args.agents {
        outside::through_agent(&mut keyring, home);
    }
    if !args.tokens.is_empty() {
        let pin = pin(common)?;
        for module in &args.tokens {
            outside::through_tokens(&mut keyring, module, pin.as_ref())
                .map_err(|failure| token::problem(common, &failure))?;
        }
    }
    if args.trust_given {
        for imported in given {
            policy.compare(imported.report.fingerprint, &keyring);
        }
    }
    policy.roots.extend(args.roots.iter().cloned());
    policy.anchors = anchors(&args.anchors)?;
    if args.system_anchors {
        policy.anchors.extend(system_anchors());
    }
    policy.crls = crls(&args.crls)?.into_iter().map(Into::into).collect();
    policy.ocsp = args.ocsp.iter().map(|path| Ok(file(path)?.into())).collect::<Result<_, Problem>>()?;
    // Whoever gives revocation information wants it to be there for every certificate.
    let given = !policy.crls.is_empty() || !policy.ocsp.is_empty();
    policy.revocation = if given { Revocation::Hard } else { Revocation::Soft };
    Ok((keyring, policy))
}

pub(crate) fn import_problem(path: &Path, error: &ImportError) -> Problem {
    let advice = match error {
        ImportError::WrongPassphrase => "; give it with --passphrase-file or --passphrase-fd",
        ImportError::Nothing => "; OpenPGP, PEM, DER, PKCS#7, PKCS#8 and PKCS#12 files are read",
        ImportError::Malformed(_) | ImportError::Unsupported(_) => "; ask for a new copy of it",
    };
    Problem(format!("{}: {error}{advice}", path.display()))
}

/// X.509 certificates of files.
pub(crate) fn anchors(paths: &[PathBuf]) -> Result<Vec<Arc<X509>>, Problem> {
    let mut ring = SmimeRing::default();
    for path in paths {
        ring.add(&file(path)?, &[]).map_err(|error| import_problem(path, &error))?;
    }
    Ok(ring.certificates())
}

fn system_anchors() -> Vec<Arc<X509>> {
    let mut ring = SmimeRing::default();
    for certificate in rustls_native_certs::load_native_certs().certs {
        // One odd root of the platform's hundred is no reason to fail.
        let _ = ring.add(certificate.as_ref(), &[]);
    }
    ring.certificates()
}

/// Certificate revocation lists of files and folders, PEM or DER.
pub(crate) fn crls(paths: &[PathBuf]) -> Result<Vec<Arc<[u8]>>, Problem> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            for path in below(path)? {
                found.extend(crl(&file(&path)?));
            }
        } else {
            let read = crl(&file(path)?);
            if read.is_none() {
                return Err(Problem(format!("{}: not a certificate revocation list", path.display())));
            }
            found.extend(read);
        }
    }
    Ok(found)
}

fn crl(bytes: &[u8]) -> Option<Arc<[u8]>> {
    let list = if bytes.starts_with(b"-----") {
        openssl::x509::X509Crl::from_pem(bytes)
    } else {
        openssl::x509::X509Crl::from_der(bytes)
    };
    list.and_then(|list| list.to_der()).ok().map(Into::into)
}
