use std::sync::Arc;

use jiff::Timestamp;
use openssl::pkey::{PKey, Private};

use crate::crypto::{ImportError, Imported};
use crate::domain::{EmailAddress, Fingerprint, Secret};

use super::import::{self, Found};
use super::issue::KeyPair;
use super::{Keeper, X509};

/// The label of PKCS #8 under a passphrase (RFC 7468 §11).
pub(super) const KEY: &str = "ENCRYPTED PRIVATE KEY";

/// X.509 certificates and secret keys.
#[derive(Clone, Debug, Default)]
pub struct SmimeRing {
    certificates: Vec<Arc<X509>>,
    identities: Vec<Identity>,
    /// Keys whose certificate has not come yet.
    orphans: Vec<PKey<Private>>,
}

/// A certificate with its secret key.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate.
    pub certificate: Arc<X509>,
    pub(super) key: SecretKey,
}

/// Secret key material.
#[derive(Clone, Debug)]
pub(super) enum SecretKey {
    /// Open, in memory only.
    Open(PKey<Private>),
    /// PKCS #8 under a passphrase that is not known.
    Locked(Arc<[u8]>),
    /// On a token.
    Outside(Arc<dyn Keeper>),
}

/// A secret key that can be used.
pub(super) enum OpenKey {
    /// In memory.
    Here(PKey<Private>),
    /// On a token.
    Outside(Arc<dyn Keeper>),
}

impl Identity {
    /// Whether a passphrase is needed before the key can be used.
    pub fn is_locked(&self) -> bool {
        match &self.key {
            SecretKey::Open(_) => false,
            SecretKey::Locked(_) => true,
            SecretKey::Outside(keeper) => keeper.is_locked(),
        }
    }

    /// Whether a token keeps the key.
    pub fn is_outside(&self) -> bool {
        matches!(self.key, SecretKey::Outside(_))
    }

    /// The same with its key open, if it is or one of the passphrases opens it.
    pub fn unlock(&self, passphrases: &[Secret<String>]) -> Option<Self> {
        let key = match self.open(passphrases)? {
            OpenKey::Here(key) => SecretKey::Open(key),
            OpenKey::Outside(keeper) => SecretKey::Outside(keeper),
        };
        Some(Self { certificate: self.certificate.clone(), key })
    }

    /// Its key alone, when it is open.
    pub fn into_key_pair(self) -> Option<KeyPair> {
        match self.key {
            SecretKey::Open(key) => Some(KeyPair(key)),
            SecretKey::Locked(_) | SecretKey::Outside(_) => None,
        }
    }

    pub(super) fn open(&self, passphrases: &[Secret<String>]) -> Option<OpenKey> {
        match &self.key {
            SecretKey::Open(key) => Some(OpenKey::Here(key.clone())),
            SecretKey::Locked(pkcs8) => import::open_pkcs8(pkcs8, passphrases)
                .filter(|key| key.public_key_to_der().is_ok_and(|spki| same_key(&self.certificate, &spki)))
                .map(OpenKey::Here),
            SecretKey::Outside(keeper) => (!keeper.is_locked()).then(|| OpenKey::Outside(Arc::clone(keeper))),
        }
    }
}

impl SmimeRing {
    /// Adds every certificate and key in a file: PEM, DER, PKCS#7, PKCS#8, PKCS#12. Keys are
    /// matched to certificates by their public keys, whichever comes first.
    ///
    /// # Errors
    /// [`ImportError`] says why it brought nothing.
    pub fn add(&mut self, bytes: &[u8], passphrases: &[Secret<String>]) -> Result<Vec<Imported>, ImportError> {
        let found = import::read(bytes, passphrases)?;
        let mut fingerprints = Vec::new();
        for certificate in &found.certificates {
            self.add_certificate(certificate.clone());
            fingerprints.push(certificate.fingerprint.clone());
        }
        let has_keys = !found.keys.is_empty();
        self.add_keys(found, &mut fingerprints);
        if fingerprints.is_empty() && !has_keys {
            return Err(ImportError::Nothing);
        }
        Ok(self.imported(&fingerprints))
    }

    /// Adds a secret key; it is matched to its certificates, also to those that come later. Whether one was here.
    pub fn add_key(&mut self, key: PKey<Private>) -> bool {
        let mut owners = Vec::new();
        self.add_keys(Found { keys: vec![key], ..Found::default() }, &mut owners);
        !owners.is_empty()
    }

    /// Adds one certificate; a second copy changes nothing.
    pub fn add_certificate(&mut self, certificate: Arc<X509>) {
        if self.find(&certificate.fingerprint).is_some() {
            return;
        }
        let fits = |key: &PKey<Private>| key.public_key_to_der().is_ok_and(|spki| same_key(&certificate, &spki));
        if let Some(key) = self.orphans.iter().find(|key| fits(key)) {
            self.identities.push(Identity { certificate: certificate.clone(), key: SecretKey::Open(key.clone()) });
        }
        self.certificates.push(certificate);
    }

    /// Adds an identity, in place of one with the same certificate.
    pub fn add_identity(&mut self, identity: Identity) {
        self.add_certificate(identity.certificate.clone());
        self.identities.retain(|old| {
            old.certificate.fingerprint != identity.certificate.fingerprint || identity.is_locked() && !old.is_locked()
        });
        if !self.identities.iter().any(|old| old.certificate.fingerprint == identity.certificate.fingerprint) {
            self.identities.push(identity);
        }
    }

    /// From now on a token keeps the secret key of a certificate that is here; one that is here itself stays.
    pub fn keep_outside(&mut self, fingerprint: &Fingerprint, keeper: Arc<dyn Keeper>) {
        if let Some(certificate) = self.find(fingerprint).cloned() {
            self.add_identity(Identity { certificate, key: SecretKey::Outside(keeper) });
        }
    }

    /// Gives a key that waited for its certificate to every certificate here that is for it: PKCS #8 under a
    /// passphrase, PEM, and the SubjectPublicKeyInfo that goes with it; opened, if the passphrase is given. Gives whether
    /// there is any.
    pub fn pair(&mut self, spki: &[u8], secret: &[u8], passphrase: Option<&Secret<String>>) -> bool {
        let mut blocks = super::content::pem_blocks(secret).into_iter();
        let Some(pkcs8) = blocks.find(|block| block.label == KEY) else { return false };
        let key: Arc<[u8]> = pkcs8.der.into();
        let fitting: Vec<_> = self.certificates.iter().filter(|one| same_key(one, spki)).cloned().collect();
        for certificate in &fitting {
            let locked = Identity { certificate: certificate.clone(), key: SecretKey::Locked(key.clone()) };
            let opened = passphrase.and_then(|passphrase| locked.unlock(std::slice::from_ref(passphrase)));
            self.add_identity(opened.unwrap_or(locked));
        }
        !fitting.is_empty()
    }

    /// Every certificate.
    pub fn certificates(&self) -> &[Arc<X509>] {
        &self.certificates
    }

    /// A certificate by its fingerprint.
    pub fn find(&self, fingerprint: &Fingerprint) -> Option<&Arc<X509>> {
        self.certificates.iter().find(|certificate| certificate.fingerprint == *fingerprint)
    }

    /// Certificates whose secret keys are at hand, locked or not.
    pub fn own(&self) -> &[Identity] {
        &self.identities
    }

    /// Identities that can sign as an address at a moment, those that last longest first.
    pub fn for_signing(&self, address: &EmailAddress, at: Timestamp) -> Vec<&Identity> {
        let mut fit: Vec<&Identity> = self
            .identities
            .iter()
            .filter(|own| own.certificate.report(true, own.is_locked(), at).can_sign)
            .filter(|own| own.certificate.is_for_address(address))
            .collect();
        fit.sort_by_key(|own| std::cmp::Reverse(own.certificate.not_before()));
        fit
    }

    /// Certificates that mail to an address can be encrypted to at a moment, newest first.
    pub fn for_encryption(&self, address: &EmailAddress, at: Timestamp) -> Vec<Arc<X509>> {
        let mut fit: Vec<Arc<X509>> = self
            .certificates
            .iter()
            .filter(|certificate| certificate.is_for_address(address))
            .filter(|certificate| certificate.report(false, false, at).can_encrypt)
            .cloned()
            .collect();
        fit.sort_by_key(|certificate| std::cmp::Reverse(certificate.not_before()));
        fit
    }

    fn add_keys(&mut self, found: Found, fingerprints: &mut Vec<Fingerprint>) {
        for key in found.keys {
            let Ok(spki) = key.public_key_to_der() else { continue };
            let owners: Vec<_> = self.certificates.iter().filter(|cert| same_key(cert, &spki)).cloned().collect();
            for certificate in &owners {
                if !fingerprints.contains(&certificate.fingerprint) {
                    fingerprints.push(certificate.fingerprint.clone());
                }
                self.add_identity(Identity { certificate: certificate.clone(), key: SecretKey::Open(key.clone()) });
            }
            self.orphans.push(key);
        }
        // Whose a locked key is can't be seen; in a file of a certificate and its key it is clear.
        let owner = found.certificates.iter().find(|certificate| !certificate.is_authority());
        if let (Some(owner), [locked]) = (owner.or(found.certificates.first()), &*found.locked) {
            self.add_identity(Identity { certificate: owner.clone(), key: SecretKey::Locked(locked.clone()) });
        }
    }

    fn imported(&self, fingerprints: &[Fingerprint]) -> Vec<Imported> {
        let describe = |fingerprint: &Fingerprint| {
            let certificate = self.find(fingerprint)?;
            let own = self.identities.iter().find(|own| own.certificate.fingerprint == *fingerprint);
            // An import looks at what a certificate is, not at what day it is: its own first moment.
            let at = certificate.not_before();
            Some(Imported { report: certificate.report(own.is_some(), own.is_some_and(Identity::is_locked), at) })
        };
        fingerprints.iter().filter_map(describe).collect()
    }
}

/// Whether a certificate is for a public key. Only the key itself is compared: RSA parameters may
/// be NULL or left out.
fn same_key(certificate: &X509, spki: &[u8]) -> bool {
    let bits = |spki: &[u8]| {
        let mut inside = super::asn1::Cursor::inside(spki, super::asn1::SEQUENCE).ok()?;
        inside.need(super::asn1::SEQUENCE).ok()?;
        inside.need(super::asn1::BIT_STRING).ok().map(|tlv| tlv.value.to_vec())
    };
    bits(certificate.spki()).is_some_and(|own| Some(own) == bits(spki))
}
