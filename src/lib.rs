//! Kakitome (書留, registered mail): a desktop mail client for end-to-end security that people use.
//!
//! The rooms, and what each may use, are listed in `tests/tidy.rs`, which holds the code to them.

pub mod cli;
pub mod crypto;
pub mod domain;
pub mod engine;
pub mod flow;
pub mod message;
pub mod net;
pub mod sender;
pub mod store;
pub mod trust;
pub mod ui;
