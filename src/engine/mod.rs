//! The only place where things happen by themselves: runs commands, joins flow, net and store, publishes views.
//! May use: domain, message, crypto, trust, sender, flow, net, store.

mod account;
mod assessing;
pub mod attachment;
mod carried;
pub mod certify;
mod command;
mod conversations;
mod delivered;
mod demo;
mod dispatch;
mod failure;
pub mod graph;
pub mod headless;
mod indexing;
mod keys;
mod login;
mod network;
pub mod outside;
mod popping;
mod profile;
mod reading;
mod receiving;
mod remedy;
mod remote;
mod sending;
pub mod sheet;
mod showing;
mod sighting;
pub mod stateless;
pub mod topic;
pub mod view;
mod worker;

pub use command::{Command, Event, Progress};
pub use failure::{Failure, FailureKind, Retry};
pub use profile::{Profile, SecretsIn};
pub use sending::{OutboxCommand, UNDO};
pub use worker::{EngineHandle, Start, start};
