//! Queries tried on a few messages, without the index: they mean there what they mean everywhere.

use std::collections::HashSet;

use tantivy::tokenizer::{TextAnalyzer, TokenizerManager};
use tantivy::{Index, TantivyError};

use crate::store::{Store, StoreError};

use super::document::{Fields, SearchDocument, TOKENIZER};
use super::index::Newest;
use super::plan::plan;
use super::query::Query;

/// Memory for the few, in bytes: the least that is taken.
const MEMORY: usize = 16 << 20;

/// For each query the messages among these that it finds. Nothing of it is ever on the disk.
///
/// # Errors
/// Those of the database, and when the memory is not to be had.
pub fn matching(
    store: &Store,
    documents: &[(i64, SearchDocument)],
    queries: &[Query],
) -> Result<Vec<HashSet<i64>>, StoreError> {
    let failed = |_: TantivyError| StoreError::Corrupt("trial");
    let fields = Fields::new();
    let mut index = Index::create_in_ram(fields.schema.clone());
    let tokenizers = TokenizerManager::default();
    tokenizers.register(TOKENIZER, TextAnalyzer::from(super::token::MailTokenizer));
    index.set_tokenizers(tokenizers);
    let mut writer = index.writer_with_num_threads(1, MEMORY).map_err(failed)?;
    for (message, document) in documents {
        writer.add_document(fields.document(*message, 0, document)).map_err(failed)?;
    }
    writer.commit().map_err(failed)?;
    let searcher = index.reader().map_err(failed)?.searcher();
    let one = |query: &Query| {
        let Some(root) = &query.root else { return Ok(HashSet::new()) };
        let Some(search) = plan(root, &fields, &mut |fact| store.having(fact))? else { return Ok(HashSet::new()) };
        let found = searcher.search(&search, &Newest).map_err(failed)?;
        Ok(found.into_iter().map(|(_, id)| id).collect())
    };
    queries.iter().map(one).collect()
}
