use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sequoia_openpgp::Cert;

use super::*;
use crate::crypto::{Keyring, pgp};
use crate::domain::Secret;
use crate::trust::TrustPolicy;
use CertificationState::{Expired, Good, Revoked};
use TrustVerdict::{Authenticated, Unauthenticated};

const NONE: &[Secret<String>] = &[];

fn then() -> Timestamp {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

fn days(count: i64) -> Timestamp {
    then() + SignedDuration::from_hours(count * 24)
}

fn address(name: &str) -> EmailAddress {
    EmailAddress::parse(&format!("{}@kakitome.example", name.to_lowercase())).unwrap()
}

fn person(name: &str) -> Cert {
    pgp::generate(name, &address(name), None, then()).unwrap().cert.as_ref().clone()
}

fn vouches(by: &Cert, of: &Cert, vouching: &Vouching) -> Cert {
    let address = pgp::addresses(of, days(1))[0].clone();
    (*pgp::certify(by, of, &address, vouching, NONE, days(1)).unwrap()).clone()
}

fn public(cert: &Cert) -> Cert {
    cert.clone().strip_secret_key_material()
}

/// Alice's own key; she vouches for bob, an introducer, for half; bob vouches for carol; nobody for mallory.
fn world() -> (Keyring, TrustPolicy, Fingerprint) {
    let (alice, bob, carol, mallory) = (person("Alice"), person("Bob"), person("Carol"), person("Mallory"));
    let half = Vouching { amount: 60, depth: 1, ..Vouching::default() };
    let bob_known = vouches(&alice, &bob, &half);
    let carol = vouches(&bob, &carol, &Vouching::default());
    let mut keyring = Keyring::default();
    for cert in [alice.clone(), public(&bob_known), public(&carol), public(&mallory)] {
        keyring.pgp.add_cert(cert);
    }
    let mut policy = TrustPolicy::nobody(days(2));
    let own = pgp::fingerprint(&alice);
    policy.roots.insert(own.clone());
    policy.compare(own.clone(), &keyring);
    (keyring, policy, own)
}

fn named<'a>(graph: &'a Graph, name: &str) -> (usize, &'a Node) {
    graph.nodes.iter().enumerate().find(|(_, node)| node.name.starts_with(name)).unwrap()
}

#[test]
fn the_picture_leads_from_the_user_over_introducers_to_certificates() {
    let (keyring, policy, own) = world();
    let graph = gather(&keyring, &policy, None);
    assert_eq!(graph.nodes[0].role, Role::You);
    let (alice, node) = named(&graph, "Alice");
    assert_eq!((node.role, node.layer, node.fingerprint.as_ref()), (Role::Own, 1, Some(&own)));
    let (bob, node) = named(&graph, "Bob");
    assert_eq!((node.role, node.layer, node.verdict), (Role::Introducer, 2, TrustVerdict::Partial));
    let (carol, node) = named(&graph, "Carol");
    assert_eq!((node.layer, node.verdict, node.path.clone()), (3, TrustVerdict::Partial, vec![0, alice, bob, carol]));
    let (mallory, node) = named(&graph, "Mallory");
    assert_eq!((node.verdict, node.path.len(), node.layer), (TrustVerdict::Unauthenticated, 0, 4));
    let lit: Vec<(usize, usize)> =
        graph.edges.iter().filter(|edge| edge.is_lit).map(|edge| (edge.from, edge.to)).collect();
    assert!([(0, alice), (alice, bob), (bob, carol)].iter().all(|edge| lit.contains(edge)), "{lit:?}");
    assert!(graph.edges.iter().all(|edge| edge.to != mallory));
    let between = graph.edges.iter().find(|edge| (edge.from, edge.to) == (alice, bob)).unwrap();
    let EdgeKind::Certification { vouching, state, .. } = &between.kind else { panic!("{between:?}") };
    assert_eq!((vouching.amount, vouching.depth, *state), (60, 1, CertificationState::Good));
    assert_eq!((graph.below(alice), graph.above(carol), graph.above(alice)), (Some(bob), Some(bob), Some(0)));
}

#[test]
fn about_an_address_only_what_leads_there_is_lit_and_strangers_are_left_out() {
    let (keyring, policy, _) = world();
    let graph = gather(&keyring, &policy, Some(&address("Bob")));
    assert!(graph.nodes.iter().all(|node| !node.name.starts_with("Carol") && !node.name.starts_with("Mallory")));
    assert_eq!(graph.edges.iter().filter(|edge| edge.is_lit).count(), 2);
    assert!(gather(&keyring, &policy, Some(&address("Nobody"))).edges.is_empty());
}

#[test]
fn a_certification_through_time_counts_ends_and_is_taken_back() {
    let (alice, bob) = (person("Alice"), person("Bob"));
    let year = Vouching { expires_at: Some(days(100)), ..Vouching::default() };
    let known = vouches(&alice, &bob, &year);
    let back = pgp::retract(&alice, &known, None, NONE, days(50)).unwrap();
    let state = |cert: &Cert, at: i64| {
        let mut keyring = Keyring::default();
        keyring.pgp.add_cert(alice.clone());
        keyring.pgp.add_cert(public(cert));
        let mut policy = TrustPolicy::nobody(days(at));
        policy.roots.insert(pgp::fingerprint(&alice));
        let graph = gather(&keyring, &policy, Some(&address("Bob")));
        let (place, node) = named(&graph, "Bob");
        let edge = graph.edges.iter().find(|edge| edge.to == place && edge.from != 0);
        let state = edge.map(|edge| match &edge.kind {
            EdgeKind::Certification { state, .. } => *state,
            other => panic!("{other:?}"),
        });
        (node.verdict, state)
    };
    assert_eq!(state(&known, 0).0, Unauthenticated, "it is not made yet");
    assert_eq!(state(&known, 99), (Authenticated, Some(Good)));
    assert_eq!(state(&known, 101), (Unauthenticated, Some(Expired)));
    assert_eq!(state(&back, 49), (Authenticated, Some(Good)));
    assert_eq!(state(&back, 51), (Unauthenticated, Some(Revoked)));
}

#[test]
fn a_forged_certification_draws_no_line() {
    let (alice, bob, mallory) = (person("Alice"), person("Bob"), person("Mallory"));
    // Mallory's signature, said to be alice's.
    let forged = vouches(&mallory, &bob, &Vouching::default());
    let mut keyring = Keyring::default();
    keyring.pgp.add_cert(alice.clone());
    keyring.pgp.add_cert(public(&forged));
    let mut policy = TrustPolicy::nobody(days(2));
    policy.roots.insert(pgp::fingerprint(&alice));
    assert!(pgp::certifications(&alice, &forged, days(2)).is_empty());
    assert_eq!(pgp::certifications(&mallory, &forged, days(2)).len(), 1);
    let graph = gather(&keyring, &policy, None);
    assert!(graph.edges.iter().all(|edge| edge.from == 0), "{:?}", graph.edges);
}

/// Drawn with a name that tries to be markup.
fn captions(graph: &Graph) -> String {
    let mut graph = graph.clone();
    for node in graph.nodes.iter_mut().filter(|node| node.name == "Mallory") {
        node.name = "Mallory <&> \"\u{202e}x".to_owned();
    }
    let graph = &graph;
    let captions = Captions {
        title: "Who & <whom>",
        you: "You",
        edge: &|edge| edge.kind.word().to_owned(),
        node: &|node| node.name.clone(),
    };
    svg(graph, &lay_out(graph), &captions)
}

#[test]
fn the_svg_is_well_formed_names_everybody_and_runs_nothing() {
    let (keyring, policy, _) = world();
    let graph = gather(&keyring, &policy, None);
    let text = captions(&graph);
    let document = roxmltree::Document::parse(&text).unwrap();
    let titles: Vec<&str> =
        document.descendants().filter(|node| node.has_tag_name("title")).filter_map(|node| node.text()).collect();
    assert_eq!(titles[0], "Who & <whom>");
    assert!(titles.iter().any(|title| title.starts_with("Mallory <&> \"x")), "{titles:?}");
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(["svg", "title", "rect", "path", "g", "circle", "text"].contains(&node.tag_name().name()), "{node:?}");
        assert!(node.attributes().all(|one| !one.name().starts_with("on") && one.name() != "href"), "{node:?}");
    }
    let lines =
        document.descendants().filter(|node| node.attribute("fill") == Some("none") && node.has_tag_name("path"));
    assert!(lines.count() >= graph.edges.len());
}

#[test]
fn the_svg_is_drawn_by_others_and_what_is_lit_is_red() {
    let (keyring, policy, _) = world();
    let tree =
        resvg::usvg::Tree::from_str(&captions(&gather(&keyring, &policy, None)), &resvg::usvg::Options::default())
            .unwrap();
    let (wide, high) = (tree.size().width() as u32, tree.size().height() as u32);
    let mut pixmap = resvg::tiny_skia::Pixmap::new(wide, high).unwrap();
    resvg::render(&tree, resvg::tiny_skia::Transform::default(), &mut pixmap.as_mut());
    let red = pixmap.pixels().iter().filter(|p| p.red() > 160 && p.green() < 90 && p.blue() < 80).count();
    assert!(red > 200, "{red} red pixels in {wide} by {high}");
}

#[test]
fn nodes_never_overlap_and_lines_run_from_one_to_the_next() {
    let nodes = 90;
    let mut graph = Graph::default();
    for nth in 0..nodes {
        graph.nodes.push(Node {
            fingerprint: None,
            technology: Some(Technology::OpenPgp),
            name: nth.to_string(),
            address: None,
            role: Role::Certificate,
            verdict: TrustVerdict::Partial,
            reason: None,
            path: vec![],
            layer: usize::from(nth > 0) + usize::from(nth > 10) + usize::from(nth > 40),
        });
        if nth > 0 {
            let kind = EdgeKind::Issued;
            graph.edges.push(Edge { from: nth / 4, to: nth, kind, is_lit: false });
        }
    }
    let layout = lay_out(&graph);
    for (nth, one) in layout.places.iter().enumerate() {
        assert!(one.x >= 0.0 && one.y >= 0.0 && one.x + NODE[0] <= layout.size[0] && one.y + NODE[1] <= layout.size[1]);
        for other in &layout.places[nth + 1..] {
            let apart = (one.x - other.x).abs() >= NODE[0] || (one.y - other.y).abs() >= NODE[1];
            assert!(apart, "{one:?} {other:?}");
        }
    }
    assert_eq!(layout.rows.iter().map(Vec::len).sum::<usize>(), nodes);
    for (edge, curve) in graph.edges.iter().zip(&layout.curves) {
        let (from, to) = (layout.places[edge.from], layout.places[edge.to]);
        assert!(
            (curve.at(0.0)[0] - from.x - NODE[0] / 2.0).abs() < NODE[0]
                && (curve.at(1.0)[0] - to.x - NODE[0] / 2.0).abs() < NODE[0]
        );
    }
}

#[test]
fn a_crowd_is_cut_to_those_near_to_the_user_and_said() {
    let alice = person("Alice");
    let mut keyring = Keyring::default();
    let friend = vouches(&alice, &person("Friend"), &Vouching::default());
    for nth in 0..130 {
        keyring.pgp.add_cert(public(&person(&format!("P{nth}"))));
    }
    keyring.pgp.add_cert(public(&friend));
    keyring.pgp.add_cert(alice.clone());
    let mut policy = TrustPolicy::nobody(days(2));
    policy.roots.insert(pgp::fingerprint(&alice));
    let graph = gather(&keyring, &policy, None);
    assert_eq!(graph.nodes.len() - 1 + graph.left_out, 132);
    assert!(graph.left_out > 0 && graph.nodes.iter().any(|node| node.name == "Friend"));
    let _ = Arc::new(graph);
}
