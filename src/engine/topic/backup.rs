//! Backups: making, rehearsing and restoring them, and whether one is due.

use crate::engine::Failure;

use super::{Effect, Work};

/// What the user wants.
#[derive(Clone, Debug)]
pub enum BackupCommand {}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BackupView {}

pub(super) fn carry_out(_work: &Work, command: BackupCommand) -> Result<Effect, Failure> {
    match command {}
}
