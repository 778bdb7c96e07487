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

impl Method {
    /// The word of the registry.
    pub fn word(self) -> &'static str {
        match self {
            Self::Spf => "spf",
            Self::Dkim => "dkim",
            Self::Dmarc => "dmarc",
            Self::Arc => "arc",
            Self::Bimi => "bimi",
            Self::Iprev => "iprev",
        }
    }

    /// The method of a word, without regard to case.
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Spf, Self::Dkim, Self::Dmarc, Self::Arc, Self::Bimi, Self::Iprev];
        all.into_iter().find(|method| word.eq_ignore_ascii_case(method.word()))
    }
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

impl SenderWord {
    /// The word of the registry.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Softfail => "softfail",
            Self::Neutral => "neutral",
            Self::None => "none",
            Self::Temperror => "temperror",
            Self::Permerror => "permerror",
            Self::Policy => "policy",
        }
    }

    /// The result of a word, without regard to case. `hardfail` is what RFC 5451 called a failed SPF.
    pub fn parse(word: &str) -> Option<Self> {
        let all = [
            Self::Pass,
            Self::Fail,
            Self::Softfail,
            Self::Neutral,
            Self::None,
            Self::Temperror,
            Self::Permerror,
            Self::Policy,
        ];
        let known = all.into_iter().find(|result| word.eq_ignore_ascii_case(result.word()));
        known.or_else(|| word.eq_ignore_ascii_case("hardfail").then_some(Self::Fail))
    }
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
