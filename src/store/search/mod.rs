//! Full-text search: an index over what messages say, encrypted like the database, and the language it is asked in.
//!
//! The index is an aid: all that is in it comes from the database, and it is made anew from there when anything is wrong with
//! it. What may change of a message without it being read again (flags, folders, what is known of its seal) is not in it, but
//! asked of the database with each search.

mod directory;
mod document;
mod highlight;
mod index;
mod letters;
mod plan;
pub mod query;
mod queue;
mod sealed;
#[cfg(test)]
mod tests;
mod token;
mod trial;

pub use document::SearchDocument;
pub use highlight::Highlighter;
pub use index::{Found, SearchIndex};
pub use letters::folded;
pub use queue::Due;
pub use trial::matching;
