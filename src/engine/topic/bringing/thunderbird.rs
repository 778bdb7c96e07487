//! A profile of Thunderbird: OpenPGP keys as its library leaves them, S/MIME out of the databases of NSS.

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use zeroize::Zeroizing;

use crate::crypto::pgp;
use crate::crypto::smime::X509;
use crate::crypto::smime::nss::{NssPassword, Ringed, ec_key, rsa_key};
use crate::domain::{Fingerprint, Secret};
use crate::engine::Failure;
use crate::store::nss::{self, NssKeys, NssObject};
use crate::store::{elsewhere, files};

use super::gnupg::{MAX_KEYRING, keyring};
use super::harvest::{Harvest, Watch, of_file};
use super::report::{TrustLevel, Why};
use super::{Secrets, SourceKind, Wish};

const KIND: SourceKind = SourceKind::Thunderbird;

/// Attributes of PKCS #11.
const CLASS: u32 = 0x00;
const VALUE: u32 = 0x11;
const KEY_TYPE: u32 = 0x100;
const ID: u32 = 0x102;
const MODULUS: u32 = 0x120;
const PUBLIC_EXPONENT: u32 = 0x122;
/// The private exponent, both primes, both exponents and the coefficient.
const RSA_SECRETS: [u32; 6] = [0x123, 0x124, 0x125, 0x126, 0x127, 0x128];
const EC_PARAMS: u32 = 0x180;
const CERTIFICATE: u32 = 1;
const PRIVATE_KEY: u32 = 3;
const SECRET_KEY: u32 = 4;
const RSA: u32 = 0;
const EC: u32 = 3;

/// Reads the profile.
pub(super) fn gather(profile: &Path, wish: &Wish, harvest: &mut Harvest, watch: &Watch<'_>) -> Result<(), Failure> {
    certificates(profile, harvest);
    watch.go_on()?;
    let keys = if wish.secrets == Secrets::Leave { None } else { secrets(profile, wish, harvest) };
    if let Some((password, keys)) = &keys {
        for object in &keys.objects {
            watch.go_on()?;
            own_key(profile, object, password, harvest);
        }
    }
    openpgp(profile, wish, keys.as_ref(), harvest, watch);
    watch.go_on()?;
    acceptance(profile, harvest);
    Ok(())
}

/// X.509 certificates lie open.
fn certificates(profile: &Path, harvest: &mut Harvest) {
    let name = profile.display().to_string();
    let objects = match nss::public(&profile.join("cert9.db")) {
        Ok(objects) => objects,
        Err(error) => return harvest.stays(KIND, profile, "cert9.db", of_file(&error)),
    };
    for certificate in objects.iter().filter_map(certificate) {
        harvest.met(certificate.fingerprint.clone(), KIND, &name);
        harvest.found.smime.add_certificate(Arc::new(certificate));
    }
}

fn certificate(object: &NssObject) -> Option<X509> {
    (object.number(CLASS) == Some(CERTIFICATE)).then(|| object.get(VALUE).and_then(X509::parse))?
}

/// The secret objects, and what opens them.
fn secrets(profile: &Path, wish: &Wish, harvest: &mut Harvest) -> Option<(NssPassword, NssKeys)> {
    let path = profile.join("key4.db");
    if !elsewhere::is_private(&path) {
        harvest.stays(KIND, profile, "key4.db", (Why::ReadableByOthers, String::new()));
        return None;
    }
    let keys = match nss::keys(&path) {
        Ok(keys) => keys,
        Err(error) => {
            harvest.stays(KIND, profile, "key4.db", of_file(&error));
            return None;
        }
    };
    if keys.objects.is_empty() {
        return None;
    }
    if !NssPassword::knows(&keys.check) {
        harvest.stays(KIND, profile, "key4.db", (Why::Unsupported, "pbe".to_owned()));
        return None;
    }
    let Some(password) = NssPassword::of(&keys.salt, &keys.check, &wish.passphrases) else {
        let why = if wish.passphrases.is_empty() { Why::PassphraseNeeded } else { Why::WrongPassphrase };
        harvest.stays(KIND, profile, "key4.db", (why, String::new()));
        return None;
    };
    Some((password, keys))
}

/// A secret key of S/MIME goes to its certificate.
fn own_key(profile: &Path, object: &NssObject, password: &NssPassword, harvest: &mut Harvest) {
    if object.number(CLASS) != Some(PRIVATE_KEY) {
        return;
    }
    let open = |attribute: u32| password.open(object.get(attribute)?);
    let key = match object.number(KEY_TYPE) {
        Some(RSA) => (|| {
            let public = [object.get(MODULUS)?, object.get(PUBLIC_EXPONENT)?];
            let secrets: Option<Vec<_>> = RSA_SECRETS.map(open).into_iter().collect();
            rsa_key(public, secrets?.first_chunk::<6>()?)
        })(),
        Some(EC) => (|| ec_key(object.get(EC_PARAMS)?, &open(VALUE)?))(),
        _ => None,
    };
    let name = hex::encode(object.get(ID).unwrap_or_default());
    match key {
        Some(key) if harvest.found.smime.add_key(key.clone()) => {}
        Some(_) => harvest.stays(KIND, profile, &name, (Why::NoCertificate, String::new())),
        None => harvest.stays(KIND, profile, &name, (Why::Unsupported, String::new())),
    }
}

/// OpenPGP: two keyrings. The secret one is under a passphrase that Thunderbird made, and hid with NSS.
fn openpgp(
    profile: &Path,
    wish: &Wish,
    keys: Option<&(NssPassword, NssKeys)>,
    harvest: &mut Harvest,
    watch: &Watch<'_>,
) {
    match files::read(&profile.join("pubring.gpg"), MAX_KEYRING) {
        Ok(bytes) => keyring(KIND, profile, "pubring.gpg", &bytes, harvest, watch),
        Err(crate::store::StoreError::File(error)) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => harvest.stays(KIND, profile, "pubring.gpg", of_file(&error)),
    }
    let path = profile.join("secring.gpg");
    if wish.secrets == Secrets::Leave || elsewhere::size(&path) == 0 {
        return;
    }
    if !elsewhere::is_private(&path) {
        return harvest.stays(KIND, profile, "secring.gpg", (Why::ReadableByOthers, String::new()));
    }
    let bytes = match files::read(&path, MAX_KEYRING) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) => return harvest.stays(KIND, profile, "secring.gpg", of_file(&error)),
    };
    let automatic = automatic(profile, keys);
    let name = profile.display().to_string();
    let mut locked = Vec::new();
    let read = pgp::each_cert(&bytes, &mut |behind, cert| {
        watch.at(&name, behind, bytes.len());
        if let Ok(cert) = cert {
            let fingerprint = pgp::fingerprint(&cert);
            // Under a passphrase that nobody knows, the key would be lost with Thunderbird.
            let open = automatic.as_ref().and_then(|passphrase| pgp::opened_by(&cert, passphrase));
            let is_usable = open.is_some() || pgp::unlockable(&cert, &wish.passphrases);
            if is_usable {
                harvest.met(fingerprint, KIND, &name);
                harvest.found.pgp.add_cert(open.unwrap_or(cert));
            } else {
                locked.push(fingerprint);
            }
        }
        !watch.cancel.is_cancelled()
    });
    if read.is_err() {
        harvest.stays(KIND, profile, "secring.gpg", (Why::Malformed, String::new()));
    }
    for fingerprint in locked {
        let why = if wish.passphrases.is_empty() { Why::PassphraseNeeded } else { Why::WrongPassphrase };
        harvest.stays(KIND, profile, fingerprint.as_str(), (why, String::new()));
    }
}

/// The passphrase that Thunderbird made.
fn automatic(profile: &Path, keys: Option<&(NssPassword, NssKeys)>) -> Option<Secret<String>> {
    let (password, keys) = keys?;
    let text = files::read(&profile.join("encrypted-openpgp-passphrase.txt"), 64 << 10).ok()?;
    let text: Vec<u8> = text.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let hidden = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    let ringed = Ringed::read(&hidden)?;
    let is_it = |object: &&NssObject| object.number(CLASS) == Some(SECRET_KEY) && object.get(ID) == Some(ringed.key);
    let key = keys.objects.iter().find(is_it).and_then(|object| password.open(object.get(VALUE)?))?;
    let opened = ringed.open(&key)?;
    std::str::from_utf8(&opened).ok().map(|text| Secret::new(text.to_owned()))
}

/// What its user decided of others' keys.
fn acceptance(profile: &Path, harvest: &mut Harvest) {
    let path = profile.join("openpgp.sqlite");
    if !path.exists() {
        return;
    }
    let decisions = match nss::acceptance(&path) {
        Ok(decisions) => decisions,
        Err(error) => return harvest.stays(KIND, profile, "openpgp.sqlite", of_file(&error)),
    };
    for (fingerprint, word) in decisions {
        let level = match word.as_str() {
            "verified" => TrustLevel::Verified,
            "unverified" => TrustLevel::Accepted,
            "rejected" => TrustLevel::Never,
            _ => continue,
        };
        if let Some(fingerprint) = Fingerprint::parse(&fingerprint) {
            harvest.trust.insert(fingerprint, level);
        }
    }
}

/// How many secret keys and certificates a profile holds.
pub(super) fn count(profile: &Path) -> Result<(usize, usize), Why> {
    let certificates = nss::public(&profile.join("cert9.db")).map_err(|_| Why::Unreadable)?;
    let certificates = certificates.iter().filter(|object| object.number(CLASS) == Some(CERTIFICATE)).count();
    let keys = nss::keys(&profile.join("key4.db")).map_err(|_| Why::Unreadable)?;
    let keys = keys.objects.iter().filter(|object| object.number(CLASS) == Some(PRIVATE_KEY)).count();
    let (own, others) = (rings(profile, "secring.gpg"), rings(profile, "pubring.gpg"));
    Ok((keys + own, certificates.saturating_sub(keys) + others.saturating_sub(own)))
}

fn rings(profile: &Path, file: &str) -> usize {
    let bytes = files::read(&profile.join(file), MAX_KEYRING).unwrap_or_default();
    let mut count = 0;
    // One that is broken counts as empty here; the import says so.
    let _ = pgp::each_cert(&bytes, &mut |_, cert| {
        count += usize::from(cert.is_ok());
        true
    });
    count
}
