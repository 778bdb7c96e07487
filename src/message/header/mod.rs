//! Header fields (RFC 5322): the block, its structured values, and the fields that are displayed.

mod address;
mod block;
mod parameters;
mod values;

pub(super) use address::mailboxes;
pub(super) use block::{Caps, Field, Scan, fields, line_ending, next_line, scan, without_break};
pub(super) use parameters::Parameterized;
pub(super) use values::{date, identifier, identifiers, text, text_near, unfolded, unfolded_near};
