/// A mechanism (the registry of RFC 8601 §2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// RFC 7208.
    Spf,
    /// RFC 6376, RFC 8463.
    Dkim,
    /// RFC 9989.
    Dmarc,
    /// RFC 8617.
    Arc,
    /// The BIMI drafts.
    Bimi,
    /// RFC 8601 §3.
    Iprev,
}

/// The result words of RFC 8601 §2.7, put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SenderWord {
    /// The domain vouches.
    Pass,
    /// It does not.
    Fail,
    /// It probably does not (SPF).
    Softfail,
    /// It says nothing either way.
    Neutral,
    /// It has nothing published, or the message carries nothing.
    None,
    /// Could not be evaluated now.
    Temperror,
    /// What is published, or carried, is broken.
    Permerror,
    /// Refused by local policy (too weak a key, …).
    Policy,
}

/// Who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Evaluated here.
    Evaluated,
    /// Reported in an Authentication-Results field by a server that the user trusts.
    Reported {
        /// The authserv-id (RFC 8601 §2.5).
        authserv_id: String,
    },
}

/// One mechanism's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderResult {
    /// Which mechanism.
    pub method: Method,
    /// Its answer.
    pub result: SenderWord,
    /// The domain that the answer is about; empty if there is none.
    pub domain: String,
    /// DMARC: the policy that applies (`none`, `quarantine`, `reject`).
    pub policy: Option<String>,
    /// Who says so.
    pub source: Source,
    /// A short machine code of the reason (`key_not_found`, `body_hash_mismatch`, …).
    pub explanation: Option<String>,
}
