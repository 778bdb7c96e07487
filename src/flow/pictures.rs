use crate::domain::RawMessage;

use super::{Assessment, ShownBlock};

impl Assessment {
    /// The parts that a block may draw as pictures (`cid:`, RFC 2392), each with its Content-ID:
    /// only those of the very layer that the block lies in. Others may have signed or encrypted what
    /// lies in another layer, even where its protection looks the same.
    pub fn pictures<'a>(&'a self, block: &ShownBlock) -> impl Iterator<Item = (&'a str, &'a RawMessage)> {
        let layer = block.layer;
        let same = (block.signed, block.decrypted);
        let of_layer = move |part: &&super::ShownPart| part.layer == layer && (part.signed, part.decrypted) == same;
        let parts = self.parts.iter().filter(of_layer);
        parts.filter_map(|part| Some((part.content_id.as_deref()?, &part.content)))
    }
}
