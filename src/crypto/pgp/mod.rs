//! The OpenPGP wing (RFC 9580, RFC 3156), over sequoia-openpgp.

use std::sync::Arc;

use super::{ImportError, Imported};

/// OpenPGP certificates and secret keys, one entry a certificate.
#[derive(Clone, Debug, Default)]
pub struct PgpRing {
    certs: Vec<Arc<sequoia_openpgp::Cert>>,
}

impl PgpRing {
    /// Adds every certificate and key in an armored or binary file.
    ///
    /// # Errors
    /// [`ImportError::Nothing`] when it holds none.
    pub fn add(&mut self, _bytes: &[u8]) -> Result<Vec<Imported>, ImportError> {
        Err(ImportError::Nothing)
    }

    /// Every certificate.
    pub fn certs(&self) -> &[Arc<sequoia_openpgp::Cert>] {
        &self.certs
    }
}
