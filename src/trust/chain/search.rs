use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use crate::crypto::smime::{LARGEST, X509, comparable, verify_signed};

/// Certificates between anchor and target; real paths have one to three.
const DEPTH: usize = 12;
/// Signatures that are checked while searching. Whoever sends a message chooses what is searched
/// through, and this bounds the time it takes.
const SIGNATURES: usize = 400;
/// Turns of the search: authorities that certify each other make as many ways as their order allows.
const STEPS: usize = 2_000;
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
    let mut search = Search {
        anchors: Names::of(anchors),
        intermediates: Names::of(intermediates),
        checked: HashMap::new(),
        steps: 0,
        found: Found { paths: Vec::new(), gave_up: None },
    };
    search.above(&mut vec![target.clone()]);
    search.found
}

/// What a search brought.
pub struct Found {
    pub paths: Vec<Candidate>,
    /// There was more to search than the bounds allow: `too_many_paths`, or `path_too_long` when it was depth alone.
    pub gave_up: Option<&'static str>,
}

struct Search<'a> {
    anchors: Names<'a>,
    intermediates: Names<'a>,
    /// Whether an issuer's key made a certificate's signature, by both fingerprints.
    checked: HashMap<(String, String), bool>,
    steps: usize,
    found: Found,
}

impl Search<'_> {
    /// Goes on from the certificate that was added last; `path` runs from the target upwards.
    fn above(&mut self, path: &mut Vec<Arc<X509>>) {
        let Some(last) = path.last().cloned() else { return };
        self.steps += 1;
        if self.steps > STEPS {
            self.found.gave_up = Some("too_many_paths");
            return;
        }
        for anchor in self.anchors.issuers_of(&last) {
            if self.found.paths.len() >= PATHS {
                self.found.gave_up = Some("too_many_paths");
                return;
            }
            if self.issued(&anchor, &last) {
                self.found.paths.push(Candidate { anchor, below: path.iter().rev().cloned().collect() });
            }
        }
        let mut next = self.intermediates.issuers_of(&last);
        let wanted = last.authority_key_identifier();
        next.sort_by_key(|candidate| wanted.is_some() && wanted.as_deref() != Some(&candidate.key_identifier()));
        for candidate in next {
            if self.found.gave_up == Some("too_many_paths") {
                return;
            }
            let again =
                path.iter().any(|member| member.spki() == candidate.spki() && member.subject() == candidate.subject());
            if again || !self.issued(&candidate, &last) {
                continue;
            }
            if path.len() > DEPTH {
                // Another way may be shorter.
                self.found.gave_up = self.found.gave_up.or(Some("path_too_long"));
                return;
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
            self.found.gave_up = Some("too_many_paths");
            return false;
        }
        let holds = verify_signed(&below.der, issuer.spki());
        self.checked.insert(key, holds);
        holds
    }
}

/// Certificates by their subjects.
struct Names<'a> {
    all: &'a [Arc<X509>],
    encoded: HashMap<&'a [u8], Vec<&'a Arc<X509>>>,
    alike: OnceCell<HashMap<String, Vec<&'a Arc<X509>>>>,
}

impl<'a> Names<'a> {
    fn of(certificates: &'a [Arc<X509>]) -> Self {
        let mut encoded: HashMap<_, Vec<_>> = HashMap::with_capacity(certificates.len());
        for certificate in certificates.iter().filter(|certificate| certificate.der.len() <= LARGEST) {
            if let Ok(parts) = certificate.encoded() {
                encoded.entry(parts.subject).or_default().push(certificate);
            }
        }
        Self { all: certificates, encoded, alike: OnceCell::new() }
    }

    /// The certificates whose subject is a certificate's issuer: as it is encoded, or, when there is
    /// none, as names are compared.
    fn issuers_of(&self, below: &X509) -> Vec<Arc<X509>> {
        let Ok(wanted) = below.encoded() else { return Vec::new() };
        let found = match self.encoded.get(wanted.issuer) {
            Some(same) => Some(same),
            None => self.alike.get_or_init(|| self.by_words()).get(&comparable(&below.issuer())),
        };
        let mut found: Vec<Arc<X509>> = found.into_iter().flatten().map(|issuer| Arc::clone(issuer)).collect();
        found.sort_by(|one, other| one.fingerprint.cmp(&other.fingerprint));
        found.dedup();
        found
    }

    fn by_words(&self) -> HashMap<String, Vec<&'a Arc<X509>>> {
        let mut words: HashMap<_, Vec<_>> = HashMap::new();
        for certificate in self.all.iter().filter(|certificate| certificate.der.len() <= LARGEST) {
            words.entry(comparable(&certificate.subject())).or_default().push(certificate);
        }
        words
    }
}
