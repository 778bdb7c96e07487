//! Files in a message: a name that can do no harm, what the content is, what its label says, and what it may do.

mod archive;
mod danger;
mod kind;
mod name;

pub use danger::Danger;
pub use kind::FileKind;
pub use name::safe_name;

/// What is known of a file by looking at it. Nothing in it is run, unpacked or followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileReport {
    /// What it is, by its content where that can be told, else by its label.
    pub kind: FileKind,
    /// What its name or its declared media type says it is.
    pub claimed: FileKind,
    /// The content is not what the label says.
    pub disagrees: bool,
    /// What it may do when it is opened; worst first, each once.
    pub dangers: Vec<Danger>,
}

impl FileReport {
    /// Opening it may run what is in it.
    pub fn is_dangerous(&self) -> bool {
        !self.dangers.is_empty()
    }
}

/// Looks at a file: its name, its declared media type and its content.
pub fn report(name: &str, media_type: &str, content: &[u8]) -> FileReport {
    let claimed = kind::claimed(name, media_type);
    let found = kind::found(content);
    let disagrees = kind::disagree(name, media_type, found, content);
    let kind = match found {
        // An office document is an archive by its bytes, a script a text: the label says it better.
        _ if !disagrees && claimed != FileKind::Other => claimed,
        Some(found) => found,
        None => FileKind::Other,
    };
    FileReport { kind, claimed, disagrees, dangers: danger::dangers(name, media_type, content) }
}

#[cfg(test)]
mod tests;
