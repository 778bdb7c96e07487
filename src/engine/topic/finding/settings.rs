use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::engine::Failure;
use crate::engine::profile::{Profile, store_failure};
use crate::net::{hkp, ldap};

use super::input;

const NAME: &str = "finding";

/// A way to look certificates up, each of which tells somebody else something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LookUp {
    /// Web Key Directory: the domain of the address, and whoever runs its web server, learn that somebody looked for
    /// that person; the domain's name servers, that somebody looked for the domain.
    Wkd,
    /// A verifying key server: its operator learns whom was looked for.
    Vks,
    /// A key server of the older kind: its operator learns whom was looked for.
    Hkp,
    /// The DNS: the resolvers on the way and the domain's name servers learn that somebody looked for that person,
    /// and the question travels unencrypted.
    Dane,
    /// A directory of an organisation: whoever runs it learns whom was looked for.
    Ldap,
    /// The address that a certificate gives for its issuer's: whoever issued it learns that somebody looks at a
    /// certificate of theirs, and so may a sender that a message was opened.
    Aia,
}

impl LookUp {
    /// Every one.
    pub const ALL: [Self; 6] = [Self::Wkd, Self::Vks, Self::Hkp, Self::Dane, Self::Ldap, Self::Aia];
    /// Those that an address is looked up in.
    pub const BY_ADDRESS: [Self; 5] = [Self::Wkd, Self::Vks, Self::Hkp, Self::Dane, Self::Ldap];

    /// The word on the command line and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Wkd => "wkd",
            Self::Vks => "vks",
            Self::Hkp => "hkp",
            Self::Dane => "dane",
            Self::Ldap => "ldap",
            Self::Aia => "aia",
        }
    }

    /// The one with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.word() == word)
    }
}

/// In which ways certificates are looked up, taken and given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FindingSettings {
    /// The ways that the user allowed. None at first: each tells somebody whom the user writes to.
    pub allowed: BTreeSet<LookUp>,
    /// Certificates that come with mail are kept, as unverified. Nobody learns of that.
    pub harvests: bool,
    /// The verifying key server.
    pub vks: String,
    /// Key servers of the older kind.
    pub hkp: Vec<String>,
    /// Directories of organisations.
    pub ldap: Vec<String>,
    /// One's own certificate goes along in the header of what is sent (Autocrypt), where it fits.
    pub announces: bool,
    /// There it says that encrypted answers are wanted.
    pub prefers_encryption: bool,
    /// One's own certificate goes along as a file with what is signed.
    pub attaches_key: bool,
}

impl Default for FindingSettings {
    fn default() -> Self {
        Self {
            allowed: BTreeSet::new(),
            harvests: true,
            vks: "https://keys.openpgp.org".to_owned(),
            hkp: vec!["hkps://keyserver.ubuntu.com".to_owned()],
            ldap: Vec::new(),
            announces: true,
            prefers_encryption: false,
            attaches_key: false,
        }
    }
}

impl FindingSettings {
    /// Those of a profile.
    pub fn of(profile: &Profile) -> Self {
        profile.store.setting(NAME).ok().flatten().unwrap_or_default()
    }

    /// Whether every server can be asked.
    ///
    /// # Errors
    /// When one is not of a kind that can be asked over TLS.
    pub fn check(&self) -> Result<(), Failure> {
        let servers = self.hkp.iter().chain(std::iter::once(&self.vks)).filter(|server| !server.is_empty());
        if let Some(bad) = servers.clone().find(|server| hkp::server(server).is_none()) {
            return Err(input("bad_server", bad));
        }
        if let Some(bad) = self.ldap.iter().find(|server| ldap::server(server).is_none()) {
            return Err(input("bad_server", bad));
        }
        Ok(())
    }

    /// Keeps them.
    ///
    /// # Errors
    /// As for [`FindingSettings::check`], or when the store can't be written.
    pub fn save(&self, profile: &Profile) -> Result<(), Failure> {
        self.check()?;
        profile.store.set_setting(NAME, self).map_err(store_failure)
    }
}
