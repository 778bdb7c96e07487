//! Is this certificate really theirs? `web` (certifications) and `chain` (certification paths) answer in one language.
//! May use: domain, crypto.

pub mod chain;
mod glance;
mod judge;
mod names;
pub mod reason;
pub mod web;

pub use glance::Glance;
pub use judge::{
    Counting, Judgement, PathStep, Revocation, StepKind, TrustPath, TrustPolicy, TrustVerdict, borne, holds, judge,
};
pub use names::{BelievedUserId, believed_user_ids};
