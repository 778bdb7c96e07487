use std::collections::HashMap;

use super::Graph;

/// A node's width and height.
pub const NODE: [f32; 2] = [184.0, 54.0];
/// Between two nodes side by side, and between two rows.
const GAP: [f32; 2] = [28.0, 76.0];
/// Between two rows of one layer that did not fit into one.
const FOLD: f32 = 26.0;
/// Nodes side by side; a wider layer goes on below.
const ACROSS: usize = 6;
/// Around the picture.
const MARGIN: f32 = 32.0;
/// Rounds of putting each node below the middle of those that vouch for it.
const ROUNDS: usize = 4;

/// Where everything stands, in points from the top left corner.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Width and height of the whole.
    pub size: [f32; 2],
    /// The nodes, in the order of the graph.
    pub places: Vec<Place>,
    /// The edges, in the order of the graph.
    pub curves: Vec<Curve>,
    /// The nodes of each row, from left to right, from top to bottom.
    pub rows: Vec<Vec<usize>>,
}

/// The top left corner of a node.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
}

impl Place {
    fn centre(self) -> f32 {
        self.x + NODE[0] / 2.0
    }
}

/// A cubic Bézier curve: both ends, and the two points between that draw it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Curve(pub [[f32; 2]; 4]);

impl Curve {
    /// A point on it, from 0 at its beginning to 1 at its end.
    pub fn at(&self, t: f32) -> [f32; 2] {
        let rest = 1.0 - t;
        let parts = [rest * rest * rest, 3.0 * rest * rest * t, 3.0 * rest * t * t, t * t * t];
        let mix = |nth: usize| {
            self.0.iter().zip(parts).map(|(point, part)| part * point.get(nth).copied().unwrap_or_default()).sum()
        };
        [mix(0), mix(1)]
    }
}

/// Puts a graph on paper: the user on top, below whom they trust, and so on; those side by side are ordered so that
/// few lines cross.
pub fn lay_out(graph: &Graph) -> Layout {
    let layers = ordered(graph);
    let mut layout = Layout { places: vec![Place::default(); graph.nodes.len()], ..Layout::default() };
    let width = layers.iter().map(|layer| row_width(layer.len().min(ACROSS))).fold(NODE[0], f32::max);
    let mut y = MARGIN;
    for layer in &layers {
        let rows = layer.len().div_ceil(ACROSS).max(1);
        // Rows of one layer are about equally long.
        let across = layer.len().div_ceil(rows).max(1);
        for (nth, row) in layer.chunks(across).enumerate() {
            if nth > 0 {
                y += NODE[1] + FOLD;
            }
            let left = MARGIN + (width - row_width(row.len())) / 2.0;
            for (column, node) in row.iter().enumerate() {
                if let Some(place) = layout.places.get_mut(*node) {
                    *place = Place { x: left + column as f32 * (NODE[0] + GAP[0]), y };
                }
            }
            layout.rows.push(row.to_vec());
        }
        y += NODE[1] + GAP[1];
    }
    layout.size = [width + MARGIN * 2.0, y - GAP[1] + MARGIN];
    layout.curves = graph.edges.iter().map(|edge| curve(&layout.places, edge.from, edge.to)).collect();
    layout
}

fn row_width(count: usize) -> f32 {
    count as f32 * NODE[0] + count.saturating_sub(1) as f32 * GAP[0]
}

/// The nodes of each layer, each near to those that vouch for it.
fn ordered(graph: &Graph) -> Vec<Vec<usize>> {
    let mut layers: Vec<Vec<usize>> = Vec::new();
    let mut by_layer: Vec<usize> = (0..graph.nodes.len()).collect();
    let of = |node: usize| graph.nodes.get(node);
    by_layer.sort_by_key(|node| of(*node).map(|one| (one.layer, one.technology, one.role != super::Role::Own)));
    for node in by_layer {
        let layer = of(node).map(|one| one.layer).unwrap_or_default();
        while layers.len() <= layer {
            layers.push(Vec::new());
        }
        if let Some(row) = layers.get_mut(layer) {
            row.push(node);
        }
    }
    layers.retain(|layer| !layer.is_empty());
    for round in 0..ROUNDS {
        let downwards = round % 2 == 0;
        let order: Vec<usize> = if downwards { (0..layers.len()).collect() } else { (0..layers.len()).rev().collect() };
        for nth in order {
            let stands = positions(&layers);
            let Some(layer) = layers.get_mut(nth) else { continue };
            let middle = |node: usize| {
                let others: Vec<f32> = graph
                    .edges
                    .iter()
                    .filter_map(|edge| match downwards {
                        true if edge.to == node => Some(edge.from),
                        false if edge.from == node => Some(edge.to),
                        _ => None,
                    })
                    .filter_map(|other| stands.get(&other).copied())
                    .collect();
                let own = stands.get(&node).copied().unwrap_or_default();
                if others.is_empty() { own } else { others.iter().sum::<f32>() / others.len() as f32 }
            };
            let mut keyed: Vec<(f32, usize)> = layer.iter().map(|node| (middle(*node), *node)).collect();
            keyed.sort_by(|one, other| one.0.total_cmp(&other.0));
            *layer = keyed.into_iter().map(|(_, node)| node).collect();
        }
    }
    layers
}

/// Where each node stands in its layer, from 0 at the left to 1 at the right.
fn positions(layers: &[Vec<usize>]) -> HashMap<usize, f32> {
    let place = |layer: &Vec<usize>| {
        let count = layer.len() as f32;
        layer.iter().enumerate().map(move |(nth, node)| (*node, (nth as f32 + 0.5) / count)).collect::<Vec<_>>()
    };
    layers.iter().flat_map(place).collect()
}

fn curve(places: &[Place], from: usize, to: usize) -> Curve {
    let (Some(a), Some(b)) = (places.get(from), places.get(to)) else { return Curve::default() };
    let (start, end) = (a.centre(), b.centre());
    if b.y > a.y {
        let (top, bottom) = (a.y + NODE[1], b.y);
        let reach = ((bottom - top) * 0.5).max(12.0);
        return Curve([[start, top], [start, top + reach], [end, bottom - reach], [end, bottom]]);
    }
    if b.y < a.y {
        // Back up, beside the way down.
        let aside = NODE[0] * 0.28;
        let (start, end) = (start + aside, end + aside);
        let (top, bottom) = (b.y + NODE[1], a.y);
        let reach = ((bottom - top) * 0.5).max(12.0);
        return Curve([[start, bottom], [start, bottom - reach], [end, top + reach], [end, top]]);
    }
    // Beside each other: below both.
    let under = a.y + NODE[1];
    let deep = under + FOLD;
    Curve([[start, under], [start, deep], [end, deep], [end, under]])
}
