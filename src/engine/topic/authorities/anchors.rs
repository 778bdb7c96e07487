//! The sets of trust anchors, and which of them count.
//!
//! Trust for mail is not trust for web servers. Mozilla looks at each authority for each of the two, and its set for
//! mail counts from the beginning: it is what Thunderbird goes by. The platform's set is on most systems a list for web
//! servers; it counts only when the user says so, as when a company puts its own root there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::crypto::smime::{X509, pem_contents};
use crate::domain::Fingerprint;
use crate::engine::Failure;
use crate::engine::profile::{Profile, store_failure};
use crate::trust::{Revocation, TrustPolicy};

/// Mozilla's roots for mail, with what it says of them; see assets/anchors/make.
const MOZILLA: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/anchors/email.pem"));
const END: &str = "-----END CERTIFICATE-----";
const SETTING: &str = "authorities";

/// A set of anchors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AnchorSet {
    /// Those that Mozilla trusts for mail.
    Mozilla,
    /// Those of the operating system.
    Platform,
    /// Those that the user added.
    Own,
}

/// What is made of certificates of which nobody says whether they were withdrawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RevocationRule {
    /// They are let pass.
    #[default]
    Soft,
    /// They are refused.
    Hard,
}

impl From<RevocationRule> for Revocation {
    fn from(rule: RevocationRule) -> Self {
        match rule {
            RevocationRule::Soft => Self::Soft,
            RevocationRule::Hard => Self::Hard,
        }
    }
}

/// What the user chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// Mozilla's set counts.
    pub mozilla: bool,
    /// The platform's set counts.
    pub platform: bool,
    /// Anchors that count whatever their set does.
    pub on: BTreeSet<Fingerprint>,
    /// Anchors that don't.
    pub off: BTreeSet<Fingerprint>,
    /// Authorities are asked whether certificates were withdrawn.
    pub asks: bool,
    /// What is made of what is not known.
    pub rule: RevocationRule,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            mozilla: true,
            platform: false,
            on: BTreeSet::new(),
            off: BTreeSet::new(),
            // Asking tells the authority that somebody reads mail of this sender.
            asks: false,
            rule: RevocationRule::Soft,
        }
    }
}

impl Choices {
    pub(super) fn of(profile: &Profile) -> Result<Self, Failure> {
        Ok(profile.store.setting(SETTING).map_err(store_failure)?.unwrap_or_default())
    }

    pub(super) fn keep(&self, profile: &Profile) -> Result<(), Failure> {
        profile.store.set_setting(SETTING, self).map_err(store_failure)
    }

    pub(super) fn use_set(&mut self, set: AnchorSet, used: bool) {
        match set {
            AnchorSet::Mozilla => self.mozilla = used,
            AnchorSet::Platform => self.platform = used,
            AnchorSet::Own => {}
        }
    }

    pub(super) fn use_anchor(&mut self, fingerprint: &Fingerprint, used: bool) {
        self.forget(fingerprint);
        let chosen = if used { &mut self.on } else { &mut self.off };
        chosen.insert(fingerprint.clone());
    }

    pub(super) fn forget(&mut self, fingerprint: &Fingerprint) {
        self.on.remove(fingerprint);
        self.off.remove(fingerprint);
    }

    /// Whether an anchor of some sets counts.
    fn counts(&self, fingerprint: &Fingerprint, sets: &BTreeSet<AnchorSet>) -> bool {
        let by_set = sets.iter().any(|set| match set {
            AnchorSet::Mozilla => self.mozilla,
            AnchorSet::Platform => self.platform,
            AnchorSet::Own => true,
        });
        !self.off.contains(fingerprint) && (self.on.contains(fingerprint) || by_set)
    }
}

/// One anchor, for the list.
#[derive(Clone, Debug, PartialEq)]
pub struct AnchorView {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// What it is called: its common name, else its organisation, else all of its name.
    pub name: String,
    /// The organisation, if it is not the name.
    pub organisation: String,
    /// The algorithm of its key.
    pub algorithm: String,
    /// When it begins.
    pub not_before: Timestamp,
    /// When it ends.
    pub not_after: Timestamp,
    /// What it issues after this is not believed.
    pub distrust_after: Option<Timestamp>,
    /// The sets that it is in.
    pub sets: BTreeSet<AnchorSet>,
    /// It counts.
    pub is_used: bool,
}

impl AnchorView {
    fn of(certificate: &X509) -> Self {
        let organisation = certificate.organisation().unwrap_or_default();
        let named = certificate.names().into_iter().next().filter(|name| !name.trim().is_empty());
        let name =
            named.unwrap_or_else(|| if organisation.is_empty() { certificate.subject() } else { organisation.clone() });
        Self {
            fingerprint: certificate.fingerprint.clone(),
            organisation: if organisation == name { String::new() } else { organisation },
            name,
            algorithm: certificate.key_name(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            distrust_after: None,
            sets: BTreeSet::new(),
            is_used: false,
        }
    }
}

/// A root that the user thinks of adding.
#[derive(Clone, Debug, PartialEq)]
pub struct RootCandidate {
    /// What it is.
    pub anchor: AnchorView,
    /// It signed itself, as roots do. Else it is an authority below another.
    pub is_root: bool,
    /// It may vouch for addresses of these domains alone; empty for all.
    pub only_for: Vec<String>,
    /// Its encoding.
    pub der: Arc<[u8]>,
}

impl RootCandidate {
    pub(super) fn of(root: &X509) -> Self {
        Self {
            anchor: AnchorView { sets: BTreeSet::from([AnchorSet::Own]), ..AnchorView::of(root) },
            is_root: root.subject() == root.issuer(),
            only_for: root.permitted_mail(),
            der: Arc::clone(&root.der),
        }
    }
}

/// An anchor that Mozilla trusts for mail.
struct Trusted {
    certificate: Arc<X509>,
    distrust_after: Option<Timestamp>,
}

static MOZILLAS: LazyLock<Vec<Trusted>> = LazyLock::new(|| read(MOZILLA));
static LIMITED: LazyLock<Arc<BTreeMap<Fingerprint, Timestamp>>> = LazyLock::new(|| {
    let limited = MOZILLAS.iter().filter_map(|one| Some((one.certificate.fingerprint.clone(), one.distrust_after?)));
    Arc::new(limited.collect())
});
/// Read when they are first wanted: it takes a while on some systems.
static PLATFORMS: LazyLock<Vec<Arc<X509>>> = LazyLock::new(|| {
    let found = rustls_native_certs::load_native_certs().certs;
    found.iter().filter_map(|der| X509::parse(der.as_ref())).map(Arc::new).collect()
});

/// The anchors of a file as `make` writes it.
fn read(text: &str) -> Vec<Trusted> {
    let block = |block: &str| {
        let after = block.lines().find_map(|line| line.strip_prefix("# distrust-after "));
        let der = pem_contents(format!("{block}{END}\n").as_bytes(), "CERTIFICATE").into_iter().next()?;
        let certificate = Arc::new(X509::parse(&der)?);
        Some(Trusted { certificate, distrust_after: after.and_then(|at| at.trim().parse().ok()) })
    };
    text.split(END).filter_map(block).collect()
}

/// Adds the anchors that count, and takes away those that the user switched off.
pub(super) fn extend(choices: &Choices, policy: &mut TrustPolicy) {
    policy.anchors.retain(|own| !choices.off.contains(&own.fingerprint));
    let add = |policy: &mut TrustPolicy, certificate: &Arc<X509>, set| {
        if choices.counts(&certificate.fingerprint, &BTreeSet::from([set])) {
            policy.anchors.push(Arc::clone(certificate));
        }
    };
    for one in MOZILLAS.iter() {
        add(policy, &one.certificate, AnchorSet::Mozilla);
    }
    if choices.platform || !choices.on.is_empty() {
        for certificate in PLATFORMS.iter() {
            add(policy, certificate, AnchorSet::Platform);
        }
    }
    policy.anchors.sort_by(|one, other| one.fingerprint.cmp(&other.fingerprint));
    policy.anchors.dedup();
    policy.distrust_after = Arc::clone(&LIMITED);
}

/// Every anchor of every set, sorted by name.
pub(super) fn all(choices: &Choices, own: &[Arc<X509>]) -> Vec<AnchorView> {
    let mut found: BTreeMap<Fingerprint, AnchorView> = BTreeMap::new();
    let mut note = |certificate: &X509, set, distrust_after: Option<Timestamp>| {
        let one = found.entry(certificate.fingerprint.clone()).or_insert_with(|| AnchorView::of(certificate));
        one.sets.insert(set);
        one.distrust_after = one.distrust_after.or(distrust_after);
    };
    for one in MOZILLAS.iter() {
        note(&one.certificate, AnchorSet::Mozilla, one.distrust_after);
    }
    for certificate in PLATFORMS.iter() {
        note(certificate, AnchorSet::Platform, None);
    }
    for certificate in own {
        note(certificate, AnchorSet::Own, None);
    }
    let mut all: Vec<AnchorView> = found.into_values().collect();
    for anchor in &mut all {
        anchor.is_used = choices.counts(&anchor.fingerprint, &anchor.sets);
    }
    all.sort_by_cached_key(|anchor| {
        (!anchor.sets.contains(&AnchorSet::Own), anchor.name.to_lowercase(), anchor.fingerprint.clone())
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mozillas_set_is_read_whole_with_what_it_says_of_each() {
        assert_eq!(MOZILLAS.len(), MOZILLA.matches("BEGIN CERTIFICATE").count());
        assert!(MOZILLAS.len() > 90, "{}", MOZILLAS.len());
        for one in MOZILLAS.iter() {
            let named = format!("# sha256 {}", one.certificate.fingerprint.as_str().to_lowercase());
            assert!(MOZILLA.contains(&named), "{}", one.certificate.subject());
            // Some of the oldest are of version 1 or without keyUsage; none is an end entity's.
            assert!(one.certificate.may_certify() || one.certificate.subject() == one.certificate.issuer());
        }
        let limited: Vec<_> = MOZILLAS.iter().filter(|one| one.distrust_after.is_some()).collect();
        assert_eq!(limited.len(), MOZILLA.matches("# distrust-after").count());
        assert_eq!(limited[0].distrust_after, "2024-06-30T00:00:00Z".parse().ok());
        assert!(limited[0].certificate.subject().contains("GLOBALTRUST 2020"));
    }

    #[test]
    fn the_users_word_about_one_anchor_counts_more_than_its_set() {
        let mut choices = Choices::default();
        let one = MOZILLAS[0].certificate.fingerprint.clone();
        let mozilla = BTreeSet::from([AnchorSet::Mozilla]);
        assert!(choices.counts(&one, &mozilla));
        choices.use_anchor(&one, false);
        assert!(!choices.counts(&one, &mozilla));
        choices.use_set(AnchorSet::Mozilla, false);
        choices.use_anchor(&one, true);
        assert!(choices.counts(&one, &mozilla));
        assert!(!choices.counts(&MOZILLAS[1].certificate.fingerprint, &mozilla));
        choices.forget(&one);
        assert!(!choices.counts(&one, &mozilla));
        assert!(choices.counts(&one, &BTreeSet::from([AnchorSet::Own])), "an own root counts until it is switched off");
    }

    #[test]
    fn choices_of_an_older_shape_are_read_with_the_defaults_for_the_rest() {
        let read: Choices = serde_json::from_str(r#"{"platform":true,"asks":true}"#).unwrap();
        assert!(read.mozilla && read.platform && read.asks && read.rule == RevocationRule::Soft);
    }
}
