use std::collections::HashMap;
use std::sync::Arc;

use crate::crypto::smime::{X509, comparable, verify_signed};

/// Certificates between anchor and target; real paths have one to three.
const DEPTH: usize = 12;
/// Signatures that are checked while searching. Whoever sends a message chooses what is searched
/// through, and this bounds the time it takes.
const SIGNATURES: usize = 400;
/// Paths that are found, at the most.
const PATHS: usize = 32;

/// A path without its validation: the anchor, then the certificates below it down to the target.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub anchor: Arc<X509>,
    pub below: Vec<Arc<X509>>,
}

/// Every path from an anchor to a certificate whose names chain and whose signatures hold,
/// shorter ones first at each turn. The search never meets a key twice in one path.
pub fn paths(target: &Arc<X509>, intermediates: &[Arc<X509>], anchors: &[Arc<X509>]) -> Found {
    let mut search =
        Search { anchors, intermediates, checked: HashMap::new(), found: Found { paths: Vec::new(), gave_up: false } };
    search.above(&mut vec![target.clone()]);
    search.found
}

/// What a search brought.
pub struct Found {
    pub paths: Vec<Candidate>,
    /// There was more to search than the bounds allow.
    pub gave_up: bool,
}

struct Search<'a> {
    anchors: &'a [Arc<X509>],
    intermediates: &'a [Arc<X509>],
    /// Whether an issuer's key made a certificate's signature, by both fingerprints.
    checked: HashMap<(String, String), bool>,
    found: Found,
}

impl Search<'_> {
    /// Goes on from the certificate that was added last; `path` runs from the target upwards.
    fn above(&mut self, path: &mut Vec<Arc<X509>>) {
        let Some(last) = path.last().cloned() else { return };
        for anchor in of_the_issuer(self.anchors, &last) {
            if self.found.paths.len() >= PATHS {
                self.found.gave_up = true;
                return;
            }
            if self.issued(&anchor, &last) {
                self.found.paths.push(Candidate { anchor, below: path.iter().rev().cloned().collect() });
            }
        }
        if path.len() > DEPTH {
            self.found.gave_up = true;
            return;
        }
        let mut next = of_the_issuer(self.intermediates, &last);
        let wanted = last.authority_key_identifier();
        next.sort_by_key(|candidate| wanted.is_some() && wanted.as_deref() != Some(&candidate.key_identifier()));
        for candidate in next {
            let again =
                path.iter().any(|member| member.spki() == candidate.spki() && member.subject() == candidate.subject());
            if again || self.found.gave_up || !self.issued(&candidate, &last) {
                continue;
            }
            path.push(candidate);
            self.above(path);
            path.pop();
        }
    }

    fn issued(&mut self, issuer: &X509, below: &X509) -> bool {
        let key = (issuer.fingerprint.as_str().to_owned(), below.fingerprint.as_str().to_owned());
        if let Some(&known) = self.checked.get(&key) {
            return known;
        }
        if self.checked.len() >= SIGNATURES {
            self.found.gave_up = true;
            return false;
        }
        let holds = verify_signed(&below.der, issuer.spki());
        self.checked.insert(key, holds);
        holds
    }
}

/// The certificates whose subject is a certificate's issuer: as it is encoded, or, when there is
/// none, as names are compared.
fn of_the_issuer(certificates: &[Arc<X509>], below: &X509) -> Vec<Arc<X509>> {
    let Ok(wanted) = below.encoded() else { return Vec::new() };
    let same = |candidate: &&Arc<X509>| candidate.encoded().is_ok_and(|encoded| encoded.subject == wanted.issuer);
    let mut found: Vec<Arc<X509>> = certificates.iter().filter(same).cloned().collect();
    if found.is_empty() {
        let wanted = comparable(&below.issuer());
        let alike = |candidate: &&Arc<X509>| comparable(&candidate.subject()) == wanted;
        found = certificates.iter().filter(alike).cloned().collect();
    }
    found.sort_by(|one, other| one.fingerprint.cmp(&other.fingerprint));
    found.dedup();
    found
}
