//! RTF as mail carries it: compressed (MS-OXRTFCP), with HTML or plain text encapsulated in it
//! (MS-OXRTFEX), or a text of its own. Nothing here grows beyond a small multiple of its input.

mod compressed;
mod fonts;
mod reader;
mod tokens;

pub(super) use compressed::decompress;
pub(super) use reader::{Content, read};
