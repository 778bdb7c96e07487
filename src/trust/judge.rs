use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use crate::crypto::smime::X509;
use crate::crypto::{Certificate, Keyring, Stapled, pgp};
use crate::domain::{EmailAddress, Fingerprint};

use super::chain::{Crl, OcspAnswer};

/// Whether a certificate is believed to be that of an address, at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrustVerdict {
    /// Good reason to believe it.
    Authenticated,
    /// Some vouch for it, not enough.
    Partial,
    /// Nobody that is trusted vouches for it.
    Unauthenticated,
    /// It is believed, but to be of another address.
    Mismatch,
    /// It was withdrawn.
    Revoked,
    /// It, or what vouches for it, had ended at that moment.
    Expired,
}

/// Why a certificate is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustPath(pub Vec<PathStep>);

/// One station of a [`TrustPath`], from the trusted end to the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// How it vouches for the next.
    pub kind: StepKind,
    /// Its name, as its own certificate gives it.
    pub name: String,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
}

/// How a station of a path vouches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// The user said so.
    Direct,
    /// An OpenPGP certification.
    Certification,
    /// A certificate authority.
    Ca,
}

/// How much is made of revocation information that is not there (RFC 5280 §6.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Revocation {
    /// What is known counts; what is unknown is let pass.
    #[default]
    Soft,
    /// What is unknown is refused.
    Hard,
    /// Not looked at.
    Off,
}

/// The trust amount that is enough (RFC 9580 §5.2.3.21).
const FULL: u8 = 120;

/// What the user trusts, and when we are.
#[derive(Clone, Debug)]
pub struct TrustPolicy {
    /// The moment to judge at.
    pub at: Timestamp,
    /// Every certificate given is trusted for the identities it names.
    pub trust_given: bool,
    /// Certificates that the user compared with their owner, and the User IDs that each bore then:
    /// its owner can add others later. X.509 certificates never change, their sets are not read.
    pub direct: BTreeMap<Fingerprint, BTreeSet<String>>,
    /// OpenPGP certificates whose certifications count.
    pub roots: BTreeSet<Fingerprint>,
    /// Those of them that count less than in full, with their trust amounts (RFC 9580 §5.2.3.21).
    pub amounts: BTreeMap<Fingerprint, u8>,
    /// X.509 trust anchors.
    pub anchors: Vec<Arc<X509>>,
    /// Anchors whose certificates are not believed when they were issued after a moment.
    pub distrust_after: Arc<BTreeMap<Fingerprint, Timestamp>>,
    /// Authorities that were fetched: paths may lead over them, nothing trusts them.
    pub issuers: Vec<Arc<X509>>,
    /// Certificate revocation lists.
    pub crls: Vec<Crl>,
    /// OCSP responses.
    pub ocsp: Vec<OcspAnswer>,
    /// What to make of missing revocation information.
    pub revocation: Revocation,
    /// What the user answered when another certificate came for an address (in its canonical form): is it theirs? Nobody
    /// is believed by that; it decides which of several certificates is written to, and takes a seal its belief.
    pub answers: BTreeMap<(String, Fingerprint), bool>,
}

/// How far the certifications that an OpenPGP certificate made count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counting {
    /// Not by themselves.
    #[default]
    Not,
    /// By a third, as GnuPG counts those of whom it trusts marginally.
    Third,
    /// In full: a trust root.
    Full,
}

impl TrustPolicy {
    /// Trusting nobody, at a moment.
    pub fn nobody(at: Timestamp) -> Self {
        Self {
            at,
            trust_given: false,
            direct: BTreeMap::new(),
            roots: BTreeSet::new(),
            amounts: BTreeMap::new(),
            anchors: Vec::new(),
            distrust_after: Arc::default(),
            issuers: Vec::new(),
            crls: Vec::new(),
            ocsp: Vec::new(),
            revocation: Revocation::Soft,
            answers: BTreeMap::new(),
        }
    }

    /// The certifications of an OpenPGP certificate count by a third, as GnuPG counts those of whom it trusts
    /// marginally: it wants three of them. One that counts in full stays so.
    pub fn count_by_a_third(&mut self, introducer: Fingerprint) {
        if self.roots.insert(introducer.clone()) {
            self.amounts.insert(introducer, FULL / 3);
        }
    }

    /// How far the certifications of an OpenPGP certificate count.
    pub fn counting(&self, fingerprint: &Fingerprint) -> Counting {
        match (self.roots.contains(fingerprint), self.amounts.contains_key(fingerprint)) {
            (false, _) => Counting::Not,
            (true, true) => Counting::Third,
            (true, false) => Counting::Full,
        }
    }

    /// The certifications of an OpenPGP certificate count in full.
    pub fn count_in_full(&mut self, root: Fingerprint) {
        self.amounts.remove(&root);
        self.roots.insert(root);
    }

    /// The same, knowing also what came along with a signature.
    #[must_use]
    pub fn with_stapled(&self, stapled: &[Stapled]) -> Self {
        let mut more = self.clone();
        for one in stapled {
            match one {
                Stapled::Crl(bytes) => more.crls.push(Arc::clone(bytes).into()),
                Stapled::Ocsp(bytes) => more.ocsp.push(Arc::clone(bytes).into()),
            }
        }
        more
    }

    /// Trusts a certificate of a keyring directly, for the User IDs that it bears now.
    pub fn compare(&mut self, fingerprint: Fingerprint, keyring: &Keyring) {
        let borne = borne(&fingerprint, keyring, self.at);
        self.direct.insert(fingerprint, borne);
    }
}

/// The User IDs that an OpenPGP certificate of a keyring bears at a moment; none of X.509.
pub fn borne(fingerprint: &Fingerprint, keyring: &Keyring, at: Timestamp) -> BTreeSet<String> {
    let user_ids = keyring.pgp.find(fingerprint).map(|cert| pgp::user_ids(cert, at)).unwrap_or_default();
    user_ids.iter().map(|user_id| String::from_utf8_lossy(user_id.value()).into_owned()).collect()
}

/// What `trust` says of one certificate and one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: TrustVerdict,
    /// Why; empty when nothing vouches.
    pub path: TrustPath,
    /// A short code for verdicts below `Authenticated`, such as `no_path`, `expired`,
    /// `not_for_email`, `address_missing`, `revocation_unknown`.
    pub reason: Option<String>,
    /// When the certificate was withdrawn, for `Revoked`.
    pub revoked_at: Option<Timestamp>,
}

/// Judges the certificate of a signature, or of a recipient, for an address: dispatches to the
/// wing of its technology.
///
/// `bundled` are certificates that came along (CMS): path building may use them.
pub fn judge(
    certificate: &Certificate,
    bundled: &[Certificate],
    address: Option<&EmailAddress>,
    keyring: &Keyring,
    policy: &TrustPolicy,
) -> Judgement {
    match certificate {
        Certificate::Pgp(cert) => super::web::judge(cert, address, &keyring.pgp, policy),
        Certificate::X509(certificate) => super::chain::judge(certificate, bundled, address, &keyring.smime, policy),
    }
}

/// The seconds around the moment of the policy within which [`judge`] says the same of a certificate of the keyring,
/// as long as neither the keyring nor what the policy says becomes another one.
pub fn holds(certificate: &Certificate, keyring: &Keyring, policy: &TrustPolicy) -> Range<i64> {
    match certificate {
        Certificate::Pgp(cert) => super::web::holds(cert, &keyring.pgp, policy),
        Certificate::X509(certificate) => super::chain::holds(certificate, &keyring.smime, policy),
    }
}
