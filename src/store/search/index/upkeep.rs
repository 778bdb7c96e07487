//! The index as a whole: how large it is, what is in it, and making it one piece.

use std::fs;
use std::path::Path;

use tantivy::SegmentMeta;

use super::{MEMORY, SearchIndex, Store, StoreError};

impl SearchIndex {
    /// Bytes that its files take.
    pub fn bytes(&self) -> u64 {
        below(&self.folder)
    }

    /// Messages that it holds.
    ///
    /// # Errors
    /// As [`SearchIndex::take`].
    pub fn documents(&self, store: &Store) -> Result<u64, StoreError> {
        let counted = Self::guarded(|| Ok(self.open(store)?.reader.searcher().num_docs()));
        match counted {
            Ok(count) => Ok(count),
            Err(trouble) => self.healed(store, Err(trouble)).map(|()| 0),
        }
    }

    /// Makes it one piece, without what was deleted.
    ///
    /// # Errors
    /// As [`SearchIndex::take`].
    pub fn merge(&self, store: &Store) -> Result<(), StoreError> {
        let done = Self::guarded(|| {
            let mut writing = self.writing();
            let opened = self.open(store)?;
            Self::settle(store, &opened, &mut writing)?;
            let mut writer = match writing.writer.take() {
                Some(writer) => writer,
                None => opened.index.writer_with_num_threads(1, MEMORY)?,
            };
            let segments = opened.index.searchable_segment_metas()?;
            if segments.len() > 1 || segments.iter().any(SegmentMeta::has_deletes) {
                let ids: Vec<_> = segments.iter().map(SegmentMeta::id).collect();
                // Merging in the background may have taken some of them already.
                let _ = writer.merge(&ids).wait();
            }
            opened.reader.reload()?;
            let _ = writer.garbage_collect_files().wait();
            writer.wait_merging_threads()?;
            opened.reader.reload()?;
            Ok(())
        });
        self.healed(store, done)
    }
}

fn below(folder: &Path) -> u64 {
    let length = |entry: fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => below(&entry.path()),
        _ => entry.metadata().map_or(0, |data| data.len()),
    };
    fs::read_dir(folder).into_iter().flatten().flatten().map(length).sum()
}
