use std::fmt;
use std::sync::{Arc, OnceLock, RwLock};

use jiff::Timestamp;

use crate::crypto::{CertificateSource, Described};
use crate::domain::{Fingerprint, Technology};

use super::facts::Facts;
use super::{X509, import};

/// A certificate in a ring, read when it is first needed.
pub(super) struct Entry {
    pub(super) fingerprint: Fingerprint,
    pub(super) facts: Facts,
    certificate: OnceLock<Arc<X509>>,
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
    pub(super) fn of(certificate: Arc<X509>) -> Self {
        Self {
            fingerprint: certificate.fingerprint.clone(),
            facts: Facts::of(&certificate),
            certificate: OnceLock::from(certificate),
            source: None,
            described: RwLock::new(None),
        }
    }

    /// Of one that was not.
    pub(super) fn unread(
        fingerprint: Fingerprint,
        facts: Facts,
        described: Described,
        source: Arc<dyn CertificateSource>,
    ) -> Self {
        Self {
            fingerprint,
            facts,
            certificate: OnceLock::new(),
            source: Some(source),
            described: RwLock::new(Some(described)),
        }
    }

    /// The certificate; `None` when its bytes are gone or can't be read any more.
    pub(super) fn certificate(&self) -> Option<&Arc<X509>> {
        if self.certificate.get().is_none() {
            // What can't be read now may be read later; another thread may have been faster.
            let _ = self.certificate.set(self.read()?);
        }
        self.certificate.get()
    }

    /// The same without keeping it: for work that goes through all of them once.
    pub(super) fn passing(&self) -> Option<Arc<X509>> {
        self.certificate.get().cloned().or_else(|| self.read())
    }

    fn read(&self) -> Option<Arc<X509>> {
        let bytes = self.source.as_ref()?.bytes(Technology::Smime, &self.fingerprint)?;
        let found = import::read(&bytes, &[]).ok()?.certificates;
        found.into_iter().find(|certificate| certificate.fingerprint == self.fingerprint)
    }

    /// Describes it at a moment, from memory as long as that holds. Its secret key is not looked at.
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

/// Describes a certificate at a moment, and says how long that holds: before, within or after its validity.
fn describe(certificate: &X509, at: Timestamp) -> Described {
    // A moment within a second counts to the next.
    let begin = certificate.not_before().as_second();
    let end = certificate.not_after().as_second().saturating_add(1);
    let holds = match at.as_second() {
        now if now < begin => i64::MIN..begin.min(end),
        now if now >= end => begin.max(end)..i64::MAX,
        _ => begin..end,
    };
    Described { report: Arc::new(certificate.report(false, false, at)), holds }
}
