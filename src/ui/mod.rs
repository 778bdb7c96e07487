//! Draws views, emits commands. The only egui, the only human text.
//! May use: domain, engine.
