//! Where the letters of a drawn body stand.

use blitz_dom::{BaseDocument, Node, NodeId};
use parley::PositionedLayoutItem;

use crate::ui::selection::{Cluster, Lettering, Line};

/// The most letters whose places are kept.
const CLUSTERS: usize = 400_000;

/// Everything that can be read down to a height, in the order of the document.
pub(super) fn lettering(document: &BaseDocument, height: f32) -> Lettering {
    let mut letters = Lettering::default();
    let mut left = CLUSTERS;
    let Some(root) = document.try_root_element() else { return letters };
    let mut waiting = vec![root.id];
    while let Some(id) = waiting.pop() {
        let Some(node) = document.get_node(id) else { continue };
        if node.flags.is_inline_root() {
            read(document, node, height, &mut letters, &mut left);
        }
        let children = node.layout_children.borrow();
        let children: &[NodeId] = children.as_deref().unwrap_or(&node.children);
        waiting.extend(children.iter().rev());
    }
    letters
}

/// Adds the lines of one paragraph.
fn read(document: &BaseDocument, node: &Node, height: f32, letters: &mut Lettering, left: &mut usize) {
    let Some(inline) = node.element_data().and_then(|element| element.inline_layout_data.as_deref()) else { return };
    let Some(bounds) = document.get_client_bounding_rect(node.id) else { return };
    let box_of = node.final_layout();
    let origin_x = bounds.x as f32 + box_of.padding.left + box_of.border.left;
    let origin_y = bounds.y as f32 + box_of.padding.top + box_of.border.top + inline.block_offset;
    let scale = inline.layout.scale().max(0.01);
    let begins = letters.text.len();
    for line in inline.layout.lines() {
        let metrics = line.metrics();
        let top = origin_y + metrics.block_min_coord / scale;
        let bottom = origin_y + metrics.block_max_coord / scale;
        if top > height || *left == 0 {
            break;
        }
        let mut shown = Line { range: 0..0, top, bottom, clusters: Vec::new() };
        let mut last_run = None;
        for item in line.items() {
            let PositionedLayoutItem::GlyphRun(glyphs) = item else { continue };
            let run = glyphs.run();
            // A run with several styles comes several times; its letters are taken once.
            if last_run.replace(run.index()) == Some(run.index()) {
                continue;
            }
            let mut x = glyphs.offset();
            for cluster in run.visual_clusters().take(*left) {
                let range = cluster.text_range();
                let next = x + cluster.advance();
                if inline.text.get(range.clone()) == Some("\n") {
                    continue;
                }
                shown.clusters.push(Cluster {
                    start: begins + range.start,
                    end: begins + range.end,
                    left: origin_x + x / scale,
                    right: origin_x + next / scale,
                    is_rtl: cluster.is_rtl(),
                });
                x = next;
            }
        }
        *left -= shown.clusters.len().min(*left);
        // What the line says of its own range is of no use when there is only a picture on it.
        let starts = shown.clusters.iter().map(|cluster| cluster.start).min();
        let ends = shown.clusters.iter().map(|cluster| cluster.end).max();
        shown.range = starts.unwrap_or(begins)..ends.unwrap_or(begins);
        if !shown.clusters.is_empty() {
            letters.lines.push(shown);
        }
    }
    letters.text.push_str(&inline.text);
    if !inline.text.is_empty() {
        letters.text.push('\n');
    }
}
