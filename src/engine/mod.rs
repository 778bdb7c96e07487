//! The only place where things happen by themselves: runs commands, joins flow, net and store, publishes views.
//! May use: domain, message, crypto, trust, sender, flow, net, store.

mod command;
mod failure;
pub mod view;

pub use command::{Command, Event};
pub use failure::{Failure, FailureKind, Retry};
