use jiff::Timestamp;
use thiserror::Error;

use crate::domain::{EmailAddress, Fingerprint, Secret};

use super::{CertificateReport, pgp::PgpRing, smime::SmimeRing};

/// Every certificate and secret key that a story may use, and the passphrases that may open them.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    /// OpenPGP certificates and keys.
    pub pgp: PgpRing,
    /// X.509 certificates and keys.
    pub smime: SmimeRing,
    /// Tried in turn on whatever is locked.
    pub passphrases: Vec<Secret<String>>,
}

/// One thing that an import brought.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What it is.
    pub report: CertificateReport,
}

/// Why a file brought nothing.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ImportError {
    /// No certificate or key of a known form is in it.
    #[error("no certificate or key was found")]
    Nothing,
    /// It is protected and none of the passphrases opens it.
    #[error("none of the passphrases opens it")]
    WrongPassphrase,
    /// It is of a known form and broken.
    #[error("it is damaged: {0}")]
    Malformed(String),
    /// It uses an algorithm that is not supported.
    #[error("it uses {0}, which is not supported")]
    Unsupported(String),
}

impl Keyring {
    /// Adds every certificate and key in a file of any known form: OpenPGP armored or binary,
    /// X.509 PEM or DER, PKCS#7 bundles, PKCS#8, PKCS#12.
    ///
    /// # Errors
    /// [`ImportError`] says why the file brought nothing.
    pub fn add(&mut self, bytes: &[u8]) -> Result<Vec<Imported>, ImportError> {
        match self.pgp.add(bytes) {
            Err(ImportError::Nothing) => {}
            other => return other,
        }
        match self.smime.add(bytes, &self.passphrases) {
            // A revocation of a key that is here already.
            Err(ImportError::Nothing) => self.pgp.withdraw(bytes),
            other => other,
        }
    }
}

impl Keyring {
    /// Describes a certificate of the ring at a moment.
    pub fn report(&self, fingerprint: &Fingerprint, at: Timestamp) -> Option<CertificateReport> {
        if let Some(cert) = self.pgp.find(fingerprint) {
            let mut report = super::pgp::report(cert, at);
            report.has_secret |= self.pgp.keeper(cert).is_some();
            return Some(report);
        }
        let certificate = self.smime.find(fingerprint)?;
        let own = self.smime.own().iter().find(|own| own.certificate.fingerprint == *fingerprint);
        Some(certificate.report(own.is_some(), own.is_some_and(super::smime::Identity::is_locked), at))
    }

    /// Whether the secret part of a certificate is here itself, and not with an agent or on a token.
    pub fn holds_secret(&self, fingerprint: &Fingerprint) -> bool {
        self.pgp.find(fingerprint).is_some_and(|cert| cert.is_tsk())
            || self.smime.own().iter().any(|own| own.certificate.fingerprint == *fingerprint && !own.is_outside())
    }

    /// The addresses of every certificate whose secret key is here, at a moment.
    pub fn own_addresses(&self, at: Timestamp) -> Vec<EmailAddress> {
        let pgp = self.pgp.own().flat_map(|cert| super::pgp::addresses(cert, at));
        let smime = self.smime.own().iter().flat_map(|own| own.certificate.addresses());
        pgp.chain(smime).collect()
    }
}
