//! The wing against real peers: OpenSSL's command line and gpgsm.

mod files;
pub(crate) mod lab;
mod mutation;
mod opening;
mod sealing;
mod signatures;
mod stapled;
