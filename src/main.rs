//! The `kakitome` program: the window without a command, the command line with one.

fn main() {}
