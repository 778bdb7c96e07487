use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use crate::crypto::smime::X509;
use crate::crypto::{Certificate, Keyring, pgp};
use crate::domain::{EmailAddress, Fingerprint, Technology};
use crate::trust::{self, Counting, Judgement, PathStep, StepKind, TrustPolicy, TrustVerdict};

use super::{CertificationState, Edge, EdgeKind, Graph, Node, Role, Vouching};

/// Certificates that a picture holds at the most: more can't be told apart by anybody.
const MOST: usize = 120;
/// Certificates that are looked at backwards from what was asked about.
const MOST_BEHIND: usize = 4_000;
/// Strangers who vouch for what was asked about and are shown.
const MOST_STRANGERS: usize = 8;

/// Gathers who vouches for whom: about an address, or about everybody that is known, those near to the user first.
pub fn gather(keyring: &Keyring, policy: &TrustPolicy, about: Option<&EmailAddress>) -> Graph {
    let mut picture = Picture::new(keyring, policy, about);
    let (openpgp, left_out) = picture.chosen_openpgp();
    let (x509, also_left_out) = picture.chosen_x509();
    picture.graph.left_out = left_out + also_left_out;
    for cert in &openpgp {
        picture.add_openpgp(cert);
    }
    for certificate in &x509 {
        picture.add_x509(certificate);
    }
    picture.certified(&openpgp);
    picture.finish()
}

struct Picture<'a> {
    keyring: &'a Keyring,
    policy: &'a TrustPolicy,
    graph: Graph,
    places: HashMap<Fingerprint, usize>,
    ways: Vec<(usize, Vec<PathStep>)>,
}

type Cert = Arc<sequoia_openpgp::Cert>;

impl<'a> Picture<'a> {
    fn new(keyring: &'a Keyring, policy: &'a TrustPolicy, about: Option<&EmailAddress>) -> Self {
        let you = Node {
            fingerprint: None,
            technology: None,
            name: String::new(),
            address: None,
            role: Role::You,
            verdict: TrustVerdict::Authenticated,
            reason: None,
            path: vec![0],
            layer: 0,
        };
        let graph = Graph { nodes: vec![you], at: policy.at, about: about.cloned(), ..Graph::default() };
        Self { keyring, policy, graph, places: HashMap::new(), ways: Vec::new() }
    }

    /// The user's own word is behind it.
    fn is_near(&self, fingerprint: &Fingerprint) -> bool {
        self.policy.roots.contains(fingerprint) || self.policy.direct.contains_key(fingerprint)
    }

    fn chosen_openpgp(&self) -> (Vec<Cert>, usize) {
        let ring = &self.keyring.pgp;
        let Some(about) = self.graph.about.clone() else { return self.everybody() };
        let asked: Vec<Cert> = ring.naming(&about).map(Arc::clone).collect();
        let mut chosen: BTreeMap<Fingerprint, Cert> =
            asked.iter().map(|cert| (pgp::fingerprint(cert), Arc::clone(cert))).collect();
        let behind = self.behind(&asked);
        for (fingerprint, cert) in &behind.on_the_way {
            if chosen.len() < MOST {
                chosen.entry(fingerprint.clone()).or_insert_with(|| Arc::clone(cert));
            }
        }
        for cert in behind.strangers.into_iter().take(MOST_STRANGERS) {
            chosen.entry(pgp::fingerprint(&cert)).or_insert(cert);
        }
        (chosen.into_values().collect(), 0)
    }

    /// Who vouches for these, and for those, back to the user; what signatures say of their issuers is not proven yet.
    fn behind(&self, asked: &[Cert]) -> Behind {
        let ring = &self.keyring.pgp;
        let mut seen: HashMap<Fingerprint, Cert> = HashMap::new();
        let mut says: HashMap<Fingerprint, BTreeSet<Fingerprint>> = HashMap::new();
        let mut queue: VecDeque<Cert> = asked.iter().map(Arc::clone).collect();
        let mut strangers = Vec::new();
        while let Some(cert) = queue.pop_front() {
            let fingerprint = pgp::fingerprint(&cert);
            if seen.len() > MOST_BEHIND || seen.insert(fingerprint.clone(), Arc::clone(&cert)).is_some() {
                continue;
            }
            for issuer in pgp::certifiers(&cert, ring) {
                says.entry(pgp::fingerprint(issuer)).or_default().insert(fingerprint.clone());
                queue.push_back(Arc::clone(issuer));
                if asked.iter().any(|one| Arc::ptr_eq(one, &cert)) {
                    strangers.push(Arc::clone(issuer));
                }
            }
        }
        let mut reached = HashSet::new();
        let mut next: Vec<Fingerprint> = seen.keys().filter(|one| self.is_near(one)).cloned().collect();
        while let Some(fingerprint) = next.pop() {
            if reached.insert(fingerprint.clone()) {
                next.extend(says.get(&fingerprint).into_iter().flatten().cloned());
            }
        }
        Behind { on_the_way: seen.into_iter().filter(|(one, _)| reached.contains(one)).collect(), strangers }
    }

    /// Everybody, those whom the user knows first, then those that they vouch for.
    fn everybody(&self) -> (Vec<Cert>, usize) {
        let ring = &self.keyring.pgp;
        let near: HashSet<Fingerprint> = ring.fingerprints().filter(|one| self.is_near(one)).cloned().collect();
        let distance = |cert: &Cert| {
            if near.contains(&pgp::fingerprint(cert)) {
                return 0;
            }
            let is_known = ring.len() <= MOST
                || pgp::certifiers(cert, ring).any(|issuer| near.contains(&pgp::fingerprint(issuer)));
            if is_known { 1 } else { 2 }
        };
        let mut all: Vec<(u8, Cert)> = ring.certs().into_iter().map(|cert| (distance(&cert), cert)).collect();
        all.sort_by_key(|(distance, _)| *distance);
        let left_out = all.len().saturating_sub(MOST);
        (all.into_iter().take(MOST).map(|(_, cert)| cert).collect(), left_out)
    }

    fn chosen_x509(&self) -> (Vec<Arc<X509>>, usize) {
        let about = self.graph.about.as_ref();
        let wanted = |one: &&Arc<X509>| {
            let addresses = one.addresses();
            !one.is_authority()
                && match about {
                    Some(address) => addresses.contains(address),
                    None => !addresses.is_empty(),
                }
        };
        let mut all: Vec<_> = self.keyring.smime.certificates().iter().filter(wanted).map(Arc::clone).collect();
        all.sort_by_key(|one| !self.is_near(&one.fingerprint));
        let left_out = all.len().saturating_sub(MOST);
        all.truncate(MOST);
        (all, left_out)
    }

    fn add_openpgp(&mut self, cert: &Cert) {
        let fingerprint = pgp::fingerprint(cert);
        let at = self.policy.at;
        let addresses = pgp::addresses(cert, at);
        let address = self.judged_for(&addresses);
        let judgement =
            trust::judge(&Certificate::Pgp(Arc::clone(cert)), &[], address.as_ref(), self.keyring, self.policy);
        let name = pgp::names(cert, at).into_iter().next();
        let name = name.or_else(|| address.as_ref().map(ToString::to_string)).unwrap_or_default();
        let role = match (self.keyring.pgp.is_own(cert), self.policy.counting(&fingerprint)) {
            (true, _) => Role::Own,
            (false, Counting::Full) => Role::Root,
            (false, Counting::Third) => Role::Third,
            (false, Counting::Not) => Role::Certificate,
        };
        let place = self.add(fingerprint.clone(), Technology::OpenPgp, name, address, role, &judgement);
        let kind = match role {
            Role::Own => Some(EdgeKind::Own),
            Role::Root => Some(EdgeKind::Root),
            Role::Third => Some(EdgeKind::Third),
            _ => self.policy.direct.contains_key(&fingerprint).then_some(EdgeKind::Compared),
        };
        self.edge(0, place, kind);
    }

    fn add_x509(&mut self, certificate: &Arc<X509>) {
        let address = self.judged_for(&certificate.addresses());
        let judged = Certificate::X509(Arc::clone(certificate));
        let judgement = trust::judge(&judged, &[], address.as_ref(), self.keyring, self.policy);
        let is_own = self.keyring.smime.own().iter().any(|own| own.certificate.fingerprint == certificate.fingerprint);
        let role = if is_own { Role::Own } else { Role::Certificate };
        let name = common_name(&certificate.subject());
        let place = self.add(certificate.fingerprint.clone(), Technology::Smime, name, address, role, &judgement);
        let kind = match role {
            Role::Own => Some(EdgeKind::Own),
            _ => self.policy.direct.contains_key(&certificate.fingerprint).then_some(EdgeKind::Compared),
        };
        self.edge(0, place, kind);
        if is_own {
            // Who vouches for the user's own keys makes no difference here.
            let fingerprint = certificate.fingerprint.clone();
            let step = PathStep { kind: StepKind::Direct, name: String::new(), fingerprint };
            if let Some(way) = self.ways.last_mut() {
                *way = (place, vec![step]);
            }
            return;
        }
        let steps = &judgement.path.0;
        for (nth, pair) in steps.windows(2).enumerate() {
            let [above, below] = pair else { continue };
            if above.kind != StepKind::Ca {
                continue;
            }
            let role = if nth == 0 { Role::Anchor } else { Role::Authority };
            let from = self.authority(above, role);
            if nth == 0 {
                self.edge(0, from, Some(EdgeKind::Anchor));
            }
            let is_last = below.fingerprint == certificate.fingerprint;
            let to = if is_last { place } else { self.authority(below, Role::Authority) };
            self.edge(from, to, Some(EdgeKind::Issued));
        }
    }

    fn authority(&mut self, step: &PathStep, role: Role) -> usize {
        if let Some(place) = self.places.get(&step.fingerprint) {
            return *place;
        }
        let judgement = Judgement {
            verdict: TrustVerdict::Authenticated,
            path: trust::TrustPath::default(),
            reason: None,
            revoked_at: None,
        };
        let name = common_name(&step.name);
        self.add(step.fingerprint.clone(), Technology::Smime, name, None, role, &judgement)
    }

    fn judged_for(&self, addresses: &[EmailAddress]) -> Option<EmailAddress> {
        let asked = self.graph.about.as_ref().filter(|about| addresses.contains(about));
        asked.or(addresses.first()).cloned()
    }

    fn add(
        &mut self,
        fingerprint: Fingerprint,
        technology: Technology,
        name: String,
        address: Option<EmailAddress>,
        role: Role,
        judgement: &Judgement,
    ) -> usize {
        let place = self.graph.nodes.len();
        self.places.insert(fingerprint.clone(), place);
        self.graph.nodes.push(Node {
            fingerprint: Some(fingerprint),
            technology: Some(technology),
            name,
            address,
            role,
            verdict: judgement.verdict,
            reason: judgement.reason.clone(),
            path: Vec::new(),
            layer: 0,
        });
        self.ways.push((place, judgement.path.0.clone()));
        place
    }

    fn edge(&mut self, from: usize, to: usize, kind: Option<EdgeKind>) {
        let Some(kind) = kind else { return };
        if from != to && !self.graph.edges.iter().any(|edge| edge.from == from && edge.to == to) {
            self.graph.edges.push(Edge { from, to, kind, is_lit: false });
        }
    }

    /// The certifications among these, each proven. Who vouches for the user's own keys makes no difference here.
    fn certified(&mut self, among: &[Cert]) {
        let ring = &self.keyring.pgp;
        let at = self.policy.at;
        for cert in among.iter().filter(|cert| !ring.is_own(cert)) {
            let Some(to) = self.places.get(&pgp::fingerprint(cert)).copied() else { continue };
            let mut done = HashSet::new();
            let issuers: Vec<Cert> = pgp::certifiers(cert, ring).map(Arc::clone).collect();
            for issuer in issuers {
                let fingerprint = pgp::fingerprint(&issuer);
                let Some(from) = self.places.get(&fingerprint).copied().filter(|_| done.insert(fingerprint)) else {
                    continue;
                };
                let best = pgp::certifications(&issuer, cert, at)
                    .into_iter()
                    .max_by_key(|one| (one.state == CertificationState::Good, one.vouching.amount, one.made_at));
                if let Some(best) = best {
                    let passes_on = best.vouching.depth > 0 && best.state == CertificationState::Good;
                    let (vouching, made_at, state) = (best.vouching, best.made_at, best.state);
                    self.edge(from, to, Some(EdgeKind::Certification { vouching, made_at, state }));
                    if let Some(node) = self.graph.nodes.get_mut(to).filter(|node| node.role == Role::Certificate)
                        && passes_on
                    {
                        node.role = Role::Introducer;
                    }
                }
            }
        }
    }

    fn finish(mut self) -> Graph {
        for (place, steps) in std::mem::take(&mut self.ways) {
            let is_believed = self
                .graph
                .nodes
                .get(place)
                .is_some_and(|node| matches!(node.verdict, TrustVerdict::Authenticated | TrustVerdict::Partial));
            let known: Option<Vec<usize>> =
                steps.iter().map(|step| self.places.get(&step.fingerprint).copied()).collect();
            let Some(known) = known.filter(|known| is_believed && !known.is_empty()) else { continue };
            let mut path = vec![0];
            path.extend(known);
            path.dedup();
            for pair in path.windows(2) {
                if let [from, to] = *pair {
                    // A way that the network knows and the list of certifications does not: a delegation.
                    let kind = if from == 0 { EdgeKind::Compared } else { delegation(self.policy.at) };
                    self.edge(from, to, Some(kind));
                }
            }
            if let Some(node) = self.graph.nodes.get_mut(place) {
                node.path = path;
            }
        }
        self.ways_of_authorities();
        self.light();
        self.layers();
        self.graph
    }

    /// An authority is believed as those below it are.
    fn ways_of_authorities(&mut self) {
        let paths: Vec<Vec<usize>> = self.graph.nodes.iter().map(|node| node.path.clone()).collect();
        for path in paths {
            for (nth, place) in path.iter().enumerate() {
                if let Some(node) = self.graph.nodes.get_mut(*place)
                    && matches!(node.role, Role::Anchor | Role::Authority)
                    && node.path.is_empty()
                {
                    node.path = path.get(..=nth).unwrap_or_default().to_vec();
                }
            }
        }
    }

    fn light(&mut self) {
        let about = self.graph.about.clone();
        let is_asked = |node: &Node| {
            about.is_none() || node.address == about && node.role != Role::You && node.fingerprint.is_some()
        };
        let lit: HashSet<(usize, usize)> = self
            .graph
            .nodes
            .iter()
            .filter(|node| is_asked(node))
            .flat_map(|node| node.path.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))))
            .collect();
        for edge in &mut self.graph.edges {
            edge.is_lit = lit.contains(&(edge.from, edge.to));
        }
    }

    /// The fewest steps from the user over what counts.
    fn layers(&mut self) {
        let mut layer: HashMap<usize, usize> = HashMap::from([(0, 0)]);
        let mut queue = VecDeque::from([0]);
        while let Some(from) = queue.pop_front() {
            let next = layer.get(&from).copied().unwrap_or_default() + 1;
            for edge in self.graph.edges.iter().filter(|edge| edge.from == from && edge.kind.counts()) {
                layer.entry(edge.to).or_insert_with(|| {
                    queue.push_back(edge.to);
                    next
                });
            }
        }
        let last = layer.values().max().copied().unwrap_or_default() + 1;
        for (place, node) in self.graph.nodes.iter_mut().enumerate() {
            node.layer = layer.get(&place).copied().unwrap_or(last);
        }
    }
}

struct Behind {
    on_the_way: Vec<(Fingerprint, Cert)>,
    strangers: Vec<Cert>,
}

fn delegation(at: Timestamp) -> EdgeKind {
    EdgeKind::Certification { vouching: Vouching::default(), made_at: at, state: CertificationState::Good }
}

/// The common name in a distinguished name as text (RFC 4514), or all of it.
fn common_name(subject: &str) -> String {
    let part = subject.split(',').map(str::trim).find_map(|part| part.strip_prefix("CN="));
    part.unwrap_or(subject).to_owned()
}

/// What stands between two stations of a believed way: for each station how the one before vouches for it.
pub fn stations(steps: &[PathStep], keyring: &Keyring, at: Timestamp) -> Vec<Option<EdgeKind>> {
    let before = std::iter::once(None).chain(steps.iter().map(Some));
    let kind = |(before, step): (Option<&PathStep>, &PathStep)| {
        let before = before?;
        match step.kind {
            StepKind::Ca => Some(EdgeKind::Issued),
            StepKind::Direct => None,
            StepKind::Certification => {
                let (by, of) = (keyring.pgp.find(&before.fingerprint)?, keyring.pgp.find(&step.fingerprint)?);
                let best = pgp::certifications(by, of, at)
                    .into_iter()
                    .max_by_key(|one| (one.state == CertificationState::Good, one.vouching.amount))?;
                let (vouching, made_at, state) = (best.vouching, best.made_at, best.state);
                Some(EdgeKind::Certification { vouching, made_at, state })
            }
        }
    };
    before.zip(steps).map(kind).collect()
}
