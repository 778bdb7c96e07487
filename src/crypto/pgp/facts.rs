use std::collections::BTreeMap;

use sequoia_openpgp::{Cert, KeyID};

use super::cert;

/// What is asked of a certificate when it is looked for: known of it without reading it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The key ID of every key, the primary first: what a signature or a message names.
    pub(crate) keys: Vec<u64>,
    /// Every address that some User ID claims, bound or not, lower-cased: only to find candidates.
    pub(crate) addresses: Vec<String>,
    /// By whose keys certifications on it say that they were made, none of them verified, and how far the furthest
    /// of them reaches (the depth of a trust signature, RFC 9580 §5.2.3.21; 0 for a plain certification).
    pub(crate) vouchers: Vec<(u64, u8)>,
}

impl Facts {
    /// Those of a certificate.
    pub(crate) fn of(cert: &Cert) -> Self {
        let keys: Vec<u64> = cert.keys().map(|key| id(&key.key().keyid())).collect();
        let mut addresses: Vec<String> = Vec::new();
        for user_id in cert.userids() {
            if let Some(address) = cert::address_of(user_id.userid())
                && !addresses.iter().any(|known| known == address.canonical())
            {
                addresses.push(address.canonical().to_owned());
            }
        }
        let own = cert.key_handle();
        let on_ids = cert.userids().flat_map(|one| one.certifications().collect::<Vec<_>>());
        let on_key = cert.primary_key().certifications().collect::<Vec<_>>();
        let mut vouchers: BTreeMap<u64, u8> = BTreeMap::new();
        for signature in on_ids.chain(on_key) {
            let depth = signature.trust_signature().map_or(0, |(depth, _)| depth);
            // Every one that it names: somebody on the way can write another one in front.
            for issuer in signature.get_issuers().iter().filter(|one| !one.aliases(&own)) {
                let furthest = vouchers.entry(id(&KeyID::from(issuer))).or_default();
                *furthest = (*furthest).max(depth);
            }
        }
        Self { keys, addresses, vouchers: vouchers.into_iter().collect() }
    }
}

/// A key ID as a number; one of a length that is not known is nobody's.
pub(super) fn id(key: &KeyID) -> u64 {
    key.as_u64().unwrap_or(0)
}
