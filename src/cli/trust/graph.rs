//! `trust graph`: who vouches for whom, as a picture, as JSON, or line by line.

use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::domain::EmailAddress;
use crate::engine::graph::{Captions, Edge, EdgeKind, Graph, Node, Role, lay_out, svg};
use crate::engine::topic::certifying;
use crate::engine::{Profile, headless};
use crate::trust::TrustVerdict;

use super::super::args::{Common, Lang};
use super::super::profile::told;
use super::super::{Problem, json as documents, output, words};

pub(super) fn run(
    common: &Common,
    profile: &Profile,
    address: Option<&EmailAddress>,
    to: Option<&Path>,
    at: Option<Timestamp>,
) -> Result<(), Problem> {
    let graph = told(common, certifying::graph(profile, address, at))?;
    if let Some(to) = to {
        let picture = drawn(&graph, words::lang(common));
        told(common, headless::write_file(to, picture.as_bytes()))
            .map_err(|problem| Problem(format!("{}: {}", to.display(), problem.0)))?;
    }
    if common.json {
        output::json(&document(&graph));
    } else if to.is_none() {
        lines(&graph, words::lang(common));
    }
    Ok(())
}

fn drawn(graph: &Graph, lang: Lang) -> String {
    let title = match &graph.about {
        Some(address) => format!("{} {address}", words::pick(lang, "Who vouches for", "保証する人")),
        None => words::pick(lang, "Who vouches for whom", "だれがだれを保証しているか"),
    };
    let you = you(lang);
    let captions =
        Captions { title: &title, you: &you, edge: &|edge| brief(edge, lang), node: &|node| in_full(node, lang) };
    svg(graph, &lay_out(graph), &captions)
}

fn you(lang: Lang) -> String {
    words::pick(lang, "You", "あなた")
}

/// What stands on an edge: only what is unusual.
fn brief(edge: &Edge, lang: Lang) -> String {
    match &edge.kind {
        EdgeKind::Compared => words::pick(lang, "compared", "照合済み"),
        EdgeKind::Third => "1/3".to_owned(),
        EdgeKind::Certification { vouching, .. } => {
            let amount = (vouching.amount < 120).then(|| format!("{}/120", vouching.amount));
            let depth = (vouching.depth > 0)
                .then(|| format!("{} {}", words::pick(lang, "introducer", "紹介者"), vouching.depth));
            [amount, depth].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
        _ => String::new(),
    }
}

fn in_full(node: &Node, lang: Lang) -> String {
    if node.role == Role::You {
        return you(lang);
    }
    let verdict = match node.verdict {
        TrustVerdict::Authenticated => words::pick(lang, "believed", "信じる根拠あり"),
        TrustVerdict::Partial => words::pick(lang, "believed in part", "保証は一部"),
        TrustVerdict::Unauthenticated => words::pick(lang, "nobody vouches for it", "保証なし"),
        TrustVerdict::Mismatch => words::pick(lang, "believed for another address", "別のアドレスの証明書"),
        TrustVerdict::Revoked => words::pick(lang, "withdrawn", "失効"),
        TrustVerdict::Expired => words::pick(lang, "expired", "期限切れ"),
    };
    let address = node.address.as_ref().map(ToString::to_string);
    let print = node.fingerprint.as_ref().map(crate::domain::Fingerprint::spaced);
    [Some(node.name.clone()), address, Some(verdict), print].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn document(graph: &Graph) -> Value {
    json!({
        "schema": 1,
        "at": graph.at.to_string(),
        "about": graph.about,
        "left_out": graph.left_out,
        "nodes": graph.nodes.iter().map(|node| json!({
            "fingerprint": node.fingerprint.as_ref().map(crate::domain::Fingerprint::as_str),
            "technology": node.technology.map(crate::domain::Technology::word),
            "name": node.name,
            "address": node.address,
            "role": node.role.word(),
            "verdict": documents::verdict(node.verdict),
            "reason": node.reason,
            "path": node.path,
        })).collect::<Vec<_>>(),
        "edges": graph.edges.iter().map(edge).collect::<Vec<_>>(),
    })
}

fn edge(edge: &Edge) -> Value {
    let mut document = json!({ "from": edge.from, "to": edge.to, "kind": edge.kind.word(), "lit": edge.is_lit, "counts": edge.kind.counts() });
    if let (EdgeKind::Certification { vouching, made_at, .. }, Some(document)) = (&edge.kind, document.as_object_mut())
    {
        document.insert("certification".to_owned(), super::said_by(vouching));
        document.insert("made_at".to_owned(), made_at.to_string().into());
    }
    document
}

fn lines(graph: &Graph, lang: Lang) {
    let called = |place: usize| match graph.nodes.get(place) {
        Some(node) if node.role == Role::You => you(lang),
        Some(node) => {
            let print = node.fingerprint.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{} {print}", node.name)
        }
        None => String::new(),
    };
    for edge in &graph.edges {
        let mark = if edge.is_lit { "*" } else { " " };
        output::line(&format!("{mark} {} -> {}  {}", called(edge.from), called(edge.to), super::how(&edge.kind)));
    }
}
