//! The same commands for scripts: prints views as text or JSON.
//! May use: domain, message, crypto, trust, sender, flow, engine.

pub mod evaluate;
