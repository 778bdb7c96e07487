use std::sync::Arc;

use jiff::Timestamp;
use thiserror::Error;

use crate::domain::{EmailAddress, Fingerprint, Secret};

use super::{Certificate, CertificateReport, CertificateSource, Facts, Kept, pgp::PgpRing, smime::SmimeRing};

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
    /// Adds what was kept before: the same, all of it.
    ///
    /// # Errors
    /// As those of [`Keyring::add`].
    pub fn add_kept(&mut self, bytes: &[u8]) -> Result<Vec<Imported>, ImportError> {
        match self.pgp.add_kept(bytes) {
            Err(ImportError::Nothing) => self.smime.add(bytes, &self.passphrases),
            other => other,
        }
    }

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
        self.described(fingerprint, at).map(|report| (*report).clone())
    }

    /// The same, shared.
    pub fn described(&self, fingerprint: &Fingerprint, at: Timestamp) -> Option<Arc<CertificateReport>> {
        self.pgp.report(fingerprint, at).or_else(|| self.smime.report(fingerprint, at))
    }

    /// Describes every certificate at a moment, OpenPGP first; those of a profile without reading them.
    pub fn reports(&self, at: Timestamp) -> impl Iterator<Item = Arc<CertificateReport>> {
        self.pgp.reports(at).chain(self.smime.reports(at))
    }

    /// It is here; that is known without reading it.
    pub fn holds(&self, fingerprint: &Fingerprint) -> bool {
        self.pgp.holds(fingerprint) || self.smime.holds(fingerprint)
    }

    /// One certificate, not kept in memory if it was not: for work that goes through many of them once.
    pub fn find_passing(&self, fingerprint: &Fingerprint) -> Option<Certificate> {
        let pgp = || self.pgp.find_passing(fingerprint).map(Certificate::Pgp);
        pgp().or_else(|| self.smime.find_passing(fingerprint).map(Certificate::X509))
    }

    /// Every certificate that names an address, whoever believes it.
    pub fn naming(&self, address: &EmailAddress) -> Vec<Certificate> {
        let pgp = self.pgp.naming(address).cloned().map(Certificate::Pgp);
        pgp.chain(self.smime.naming(address).into_iter().cloned().map(Certificate::X509)).collect()
    }

    /// Adds a public certificate of a profile without reading it.
    pub fn add_unread(&mut self, kept: Kept, source: &Arc<dyn CertificateSource>) {
        let (fingerprint, source) = (kept.described.report.fingerprint.clone(), Arc::clone(source));
        match kept.facts {
            Facts::Pgp(facts) => self.pgp.add_unread(fingerprint, facts, kept.described, source),
            Facts::X509(facts) => self.smime.add_unread(fingerprint, facts, kept.described, source),
        }
    }

    /// What is known of a certificate, to be kept beside its bytes; `None` for one's own, which is always read.
    pub fn kept(&self, fingerprint: &Fingerprint, at: Timestamp) -> Option<Kept> {
        let of_pgp = self.pgp.known(fingerprint, at).map(|(facts, described)| (Facts::Pgp(facts.clone()), described));
        let of_x509 =
            || self.smime.known(fingerprint, at).map(|(facts, described)| (Facts::X509(facts.clone()), described));
        let (facts, described) = of_pgp.or_else(of_x509)?;
        (!described.report.has_secret).then_some(Kept { described, facts })
    }

    /// Without one certificate and its key.
    pub fn remove(&mut self, fingerprint: &Fingerprint) {
        if self.pgp.holds(fingerprint) {
            self.pgp.remove(fingerprint);
        } else if self.smime.holds(fingerprint) {
            self.smime.remove(fingerprint);
        }
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
