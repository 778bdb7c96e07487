use std::fmt;
use std::sync::{Arc, OnceLock, RwLock};

use jiff::Timestamp;
use sequoia_openpgp::Cert;

use crate::crypto::{CertificateSource, Described};
use crate::domain::{Fingerprint, Technology};

use super::facts::Facts;
use super::moments::Moments;
use super::{cert, import};

/// Describes a certificate at a moment, and says how long that holds.
fn describe(cert: &Cert, at: Timestamp) -> Described {
    let mut moments = Moments::default();
    moments.of_owner(cert);
    Described { report: Arc::new(cert::report(cert, at)), holds: moments.around(at) }
}

/// A certificate in a ring, read when it is first needed.
pub(super) struct Entry {
    pub(super) fingerprint: Fingerprint,
    pub(super) facts: Facts,
    /// Secret key material is there.
    pub(super) has_secret: bool,
    cert: OnceLock<Arc<Cert>>,
    source: Option<Arc<dyn CertificateSource>>,
    described: RwLock<Option<Described>>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({})", self.fingerprint)
    }
}

impl Entry {
    /// Of a certificate that was read.
    pub(super) fn of(cert: Arc<Cert>) -> Self {
        Self {
            fingerprint: cert::fingerprint(&cert),
            facts: Facts::of(&cert),
            has_secret: cert.is_tsk(),
            cert: OnceLock::from(cert),
            source: None,
            described: RwLock::new(None),
        }
    }

    /// Of a public one that was not.
    pub(super) fn unread(
        fingerprint: Fingerprint,
        facts: Facts,
        described: Described,
        source: Arc<dyn CertificateSource>,
    ) -> Self {
        Self {
            fingerprint,
            facts,
            has_secret: false,
            cert: OnceLock::new(),
            source: Some(source),
            described: RwLock::new(Some(described)),
        }
    }

    /// The certificate; `None` when its bytes are gone or can't be read any more.
    pub(super) fn cert(&self) -> Option<&Arc<Cert>> {
        if self.cert.get().is_none() {
            // What can't be read now may be read later; another thread may have been faster.
            let _ = self.cert.set(self.read()?);
        }
        self.cert.get()
    }

    /// The same without keeping it: for work that goes through all of them once.
    pub(super) fn passing(&self) -> Option<Arc<Cert>> {
        self.cert.get().cloned().or_else(|| self.read())
    }

    fn read(&self) -> Option<Arc<Cert>> {
        let bytes = self.source.as_ref()?.bytes(Technology::OpenPgp, &self.fingerprint)?;
        let found = import::kept(&bytes).ok()?;
        found.into_iter().find(|cert| cert::fingerprint(cert) == self.fingerprint).map(Arc::new)
    }

    /// Describes it at a moment, from memory as long as that holds.
    pub(super) fn describe(&self, at: Timestamp) -> Option<Described> {
        let known = self.described.read().ok().and_then(|known| known.clone());
        if let Some(known) = known.filter(|known| known.at(at).is_some()) {
            return Some(known);
        }
        let described = describe(&*self.passing()?, at);
        if let Ok(mut slot) = self.described.write() {
            *slot = Some(described.clone());
        }
        Some(described)
    }
}
