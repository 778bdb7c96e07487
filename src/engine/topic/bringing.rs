//! Keys and certificates brought from other programs and tokens.

use crate::engine::Failure;

use super::{Effect, Work};

/// What the user wants.
#[derive(Clone, Debug)]
pub enum BringingCommand {}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BringingView {}

pub(super) fn carry_out(_work: &Work, command: BringingCommand) -> Result<Effect, Failure> {
    match command {}
}
