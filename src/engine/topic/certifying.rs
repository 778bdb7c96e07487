//! The web of trust: certifying, trust roots, and the graph of who vouches for whom.

use crate::engine::Failure;

use super::{Effect, Work};

/// What the user wants.
#[derive(Clone, Debug)]
pub enum TrustCommand {}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrustView {}

pub(super) fn carry_out(_work: &Work, command: TrustCommand) -> Result<Effect, Failure> {
    match command {}
}
