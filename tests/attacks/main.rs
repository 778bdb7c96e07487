//! Messages made to be believed. Each test is one attack, built with real keys of the corpus (bob is
//! believed, mallory is not or is believed to be mallory), and says what the program must not say of it.

#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod certificates;
mod encryption;
mod identity;
mod outgoing;
mod signatures;
mod world;
