//! HTML mail made text, made safe to draw, and asked whether it would reach out.

mod css;
mod pictures;
mod remote;
mod sanitize;
mod to_text;
mod tokens;
mod walk;

pub use pictures::{names_cid, remote_pictures};
pub use remote::has_remote_content;
pub use sanitize::sanitize_html;
pub use to_text::html_to_text;
