//! The keys of the user: making them in every form, requests to authorities, an authority of one's own, revoking and extending.

use crate::engine::Failure;

use super::{Effect, Work};

/// What the user wants.
#[derive(Clone, Debug)]
pub enum OwnKeysCommand {}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnKeysView {}

pub(super) fn carry_out(_work: &Work, command: OwnKeysCommand) -> Result<Effect, Failure> {
    match command {}
}
