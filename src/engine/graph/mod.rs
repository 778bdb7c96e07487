//! Who vouches for whom, in both worlds, as one picture: the data, where each thing stands in it, and SVG.

mod gather;
mod layout;
mod svg;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::domain::{EmailAddress, Fingerprint, Technology};
use crate::trust::TrustVerdict;

pub use crate::crypto::pgp::{CertificationState, Vouching};
pub use gather::{gather, stations};
pub use layout::{Curve, Layout, NODE, Place, lay_out};
pub use svg::{Captions, svg};

/// Who vouches for whom at a moment, as far as it leads from the user to certificates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// Everybody; the first is the user.
    pub nodes: Vec<Node>,
    /// Who vouches for whom.
    pub edges: Vec<Edge>,
    /// The moment.
    pub at: Timestamp,
    /// The address that was asked about, if one was.
    pub about: Option<EmailAddress>,
    /// Certificates that are known and not in the picture.
    pub left_out: usize,
}

/// A certificate in the picture, or the user.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Of the certificate; `None` for the user.
    pub fingerprint: Option<Fingerprint>,
    /// Of the certificate.
    pub technology: Option<Technology>,
    /// What it is called; empty for the user.
    pub name: String,
    /// The address that it is judged for.
    pub address: Option<EmailAddress>,
    /// What it is in the picture.
    pub role: Role,
    /// Whether it is believed to be that of the address.
    pub verdict: TrustVerdict,
    /// A code for why not.
    pub reason: Option<String>,
    /// The believed way from the user to it, by places in [`Graph::nodes`], both ends included; empty for none.
    pub path: Vec<usize>,
    /// How many steps it is away from the user; those that nothing leads to come last.
    pub layer: usize,
}

impl Node {
    /// What stands below the name: the address, or of the user's own keys, of which there may be several for one
    /// address, which one it is.
    pub fn below(&self) -> String {
        let tail = || {
            let digits = self.fingerprint.as_ref().map(Fingerprint::as_str).unwrap_or_default();
            digits.get(digits.len().saturating_sub(4)..).unwrap_or_default()
        };
        let technology = match self.technology {
            Some(Technology::OpenPgp) => "OpenPGP",
            Some(Technology::Smime) => "S/MIME",
            None => "",
        };
        match (&self.address, self.role) {
            (_, Role::Own) => format!("{technology} …{}", tail()),
            (Some(address), _) => address.to_string(),
            (None, _) => String::new(),
        }
    }
}

/// What a certificate is in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The user, from whom all trust comes.
    You,
    /// A key of the user's own.
    Own,
    /// Its certifications count.
    Root,
    /// They count by a third: three such have to agree.
    Third,
    /// Somebody trusted to vouch for others.
    Introducer,
    /// A trust anchor of X.509.
    Anchor,
    /// An authority below an anchor.
    Authority,
    /// Somebody's certificate.
    Certificate,
}

impl Role {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::Own => "own",
            Self::Root => "root",
            Self::Third => "third",
            Self::Introducer => "introducer",
            Self::Anchor => "anchor",
            Self::Authority => "authority",
            Self::Certificate => "certificate",
        }
    }
}

/// One vouches for the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Place in [`Graph::nodes`].
    pub from: usize,
    /// Place in [`Graph::nodes`].
    pub to: usize,
    /// How.
    pub kind: EdgeKind,
    /// It lies on the believed way to what was asked about; without a question, to anything believed.
    pub is_lit: bool,
}

/// How one vouches for the other.
#[derive(Clone, Debug, PartialEq)]
pub enum EdgeKind {
    /// It is the user's own key.
    Own,
    /// The user lets its certifications count.
    Root,
    /// By a third.
    Third,
    /// The user believes this authority.
    Anchor,
    /// The user compared it with its owner.
    Compared,
    /// An OpenPGP certification.
    Certification {
        /// What it says.
        vouching: Vouching,
        /// When it was made.
        made_at: Timestamp,
        /// Whether it counts.
        state: CertificationState,
    },
    /// The authority issued it.
    Issued,
}

impl EdgeKind {
    /// The word in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Root => "root",
            Self::Third => "third",
            Self::Anchor => "anchor",
            Self::Compared => "compared",
            Self::Certification { .. } => "certification",
            Self::Issued => "issued",
        }
    }

    /// It counts at the moment.
    pub fn counts(&self) -> bool {
        !matches!(self, Self::Certification { state: CertificationState::Expired | CertificationState::Revoked, .. })
    }
}

impl Graph {
    /// Whether an edge lies on the believed way to a node.
    pub fn leads_to(&self, edge: &Edge, node: usize) -> bool {
        let path = self.nodes.get(node).map(|node| node.path.as_slice()).unwrap_or_default();
        path.windows(2).any(|pair| *pair == [edge.from, edge.to])
    }

    /// Where the arrow keys lead from a node: to whom it vouches for, the believed way first.
    pub fn below(&self, node: usize) -> Option<usize> {
        let mut next: Vec<_> = self.edges.iter().filter(|edge| edge.from == node && edge.to != node).collect();
        next.sort_by_key(|edge| (!edge.is_lit, edge.to));
        next.first().map(|edge| edge.to)
    }

    /// Where the arrow keys lead from a node: to who vouches for it, the believed way first.
    pub fn above(&self, node: usize) -> Option<usize> {
        let path = self.nodes.get(node).map(|node| node.path.as_slice()).unwrap_or_default();
        if let [.., before, _] = path {
            return Some(*before);
        }
        let mut next: Vec<_> = self.edges.iter().filter(|edge| edge.to == node && edge.from != node).collect();
        next.sort_by_key(|edge| (!edge.is_lit, edge.from));
        next.first().map(|edge| edge.from)
    }
}
