//! Certification authorities: which anchors count, and revocation lists and answers.

use crate::engine::Failure;

use super::{Effect, Work};

/// What the user wants.
#[derive(Clone, Debug)]
pub enum AuthoritiesCommand {}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuthoritiesView {}

pub(super) fn carry_out(_work: &Work, command: AuthoritiesCommand) -> Result<Effect, Failure> {
    match command {}
}
