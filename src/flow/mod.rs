//! The two stories, incoming and outgoing, and the headline; pure: no clock, no socket, no disk.
//! May use: domain, message, crypto, trust, sender.

mod assessment;
mod headline;
pub mod incoming;
pub mod outgoing;
mod pictures;
pub mod reason;
pub mod reply;
mod signed;

pub use assessment::{
    Assessment, Caution, CautionCode, Coverage, Encryption, HeaderProtection, HeaderScheme, JudgedSignature,
    ShownBlock, ShownPart,
};
pub use headline::{Headline, Lock, Seal};
pub use signed::by_author;
