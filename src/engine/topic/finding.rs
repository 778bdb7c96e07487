//! Looking certificates up outside, and publishing one's own.

use crate::engine::Failure;

use super::{Effect, Work};

/// What the user wants.
#[derive(Clone, Debug)]
pub enum FindingCommand {}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindingView {}

pub(super) fn carry_out(_work: &Work, command: FindingCommand) -> Result<Effect, Failure> {
    match command {}
}
