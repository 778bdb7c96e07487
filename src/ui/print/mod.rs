//! A message on paper.
use std::path::PathBuf;
/// What is being printed.
#[derive(Default)]
pub struct Print;
impl Print {
    /// Goes on with printing, to that file.
    pub fn begin(&mut self, _to: PathBuf) {}
}
