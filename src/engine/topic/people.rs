//! Correspondents: one card each, with every certificate seen and what was decided about it.

use crate::engine::Failure;

use super::{Effect, Work};

/// What the user wants.
#[derive(Clone, Debug)]
pub enum PeopleCommand {}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeopleView {}

pub(super) fn carry_out(_work: &Work, command: PeopleCommand) -> Result<Effect, Failure> {
    match command {}
}
