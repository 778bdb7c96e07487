use async_imap::imap_proto::{MailboxDatum, NameAttribute, Response, StatusAttribute};

use super::ImapError;
use super::mutf7;
use super::session::{Session, no_folder, quote};

/// A folder on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteFolder {
    /// As the server wants it back.
    pub path: String,
    /// For people.
    pub name: String,
    /// `inbox`, `drafts`, `sent`, `archive`, `junk`, `trash` or empty (RFC 6154).
    pub role: String,
    /// What parts the levels of the path; empty when there are none.
    pub delimiter: String,
    /// How it stands, if the server said that along with the list (RFC 5819).
    pub status: Option<FolderStatus>,
}

/// How a folder stands (RFC 3501 §6.3.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FolderStatus {
    /// Its UIDVALIDITY.
    pub uid_validity: u32,
    /// Its UIDNEXT.
    pub uid_next: u32,
    /// How many messages are in it.
    pub messages: u32,
    /// Its highest mod-sequence; 0 for none.
    pub modseq: u64,
}

impl Session {
    /// Every folder that can hold messages, the inbox first.
    pub async fn list_folders(&mut self) -> Result<Vec<RemoteFolder>, ImapError> {
        let mut options = Vec::new();
        if self.capabilities.has("SPECIAL-USE") {
            options.push("SPECIAL-USE".to_owned());
        }
        if self.capabilities.has("LIST-STATUS") {
            options.push(format!("STATUS ({})", self.status_items()));
        }
        let command = if options.is_empty() {
            "LIST \"\" \"*\"".to_owned()
        } else {
            format!("LIST \"\" \"*\" RETURN ({})", options.join(" "))
        };
        let mut folders = Vec::new();
        let mut states = Vec::new();
        self.run(&command, |response| match response {
            Response::MailboxData(MailboxDatum::List(list)) => {
                let is_no_folder = |attribute: &NameAttribute<'_>| {
                    matches!(attribute, NameAttribute::NoSelect) || is_word(attribute, "\\NonExistent")
                };
                if !list.name_attributes.iter().any(is_no_folder) {
                    let role = list.name_attributes.iter().find_map(role).unwrap_or_default();
                    folders.push(folder(&list.name, role, list.delimiter.as_deref().unwrap_or_default()));
                }
            }
            Response::MailboxData(MailboxDatum::Status { mailbox, status }) => {
                states.push((mailbox.to_string(), read_status(status)));
            }
            _ => {}
        })
        .await?;
        for folder in &mut folders {
            folder.status = states.iter().find(|(path, _)| *path == folder.path).map(|(_, status)| *status);
        }
        guess_roles(&mut folders);
        folders.sort_by_key(|folder| (folder.role != "inbox", folder.name.to_lowercase()));
        Ok(folders)
    }

    /// How a folder stands that is not the open one.
    pub async fn status(&mut self, path: &str) -> Result<FolderStatus, ImapError> {
        let mut found = FolderStatus::default();
        self.run(&format!("STATUS {} ({})", quote(path)?, self.status_items()), |response| {
            if let Response::MailboxData(MailboxDatum::Status { status, .. }) = response {
                found = read_status(status);
            }
        })
        .await
        .map_err(no_folder)?;
        Ok(found)
    }

    fn status_items(&self) -> &'static str {
        if self.has_condstore { "MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ" } else { "MESSAGES UIDNEXT UIDVALIDITY" }
    }
}

fn read_status(items: &[StatusAttribute]) -> FolderStatus {
    let mut status = FolderStatus::default();
    for item in items {
        match item {
            StatusAttribute::Messages(count) => status.messages = *count,
            StatusAttribute::UidNext(uid) => status.uid_next = *uid,
            StatusAttribute::UidValidity(value) => status.uid_validity = *value,
            StatusAttribute::HighestModSeq(value) => status.modseq = *value,
            _ => {}
        }
    }
    status
}

/// The path of a folder below another one, or at the top; the name is encoded as the protocol wants it.
pub fn path_of(parent: &str, delimiter: &str, name: &str) -> String {
    let name = mutf7::encode(name);
    if parent.is_empty() { name } else { format!("{parent}{delimiter}{name}") }
}

/// A path for people.
pub fn name_of(path: &str) -> String {
    mutf7::decode(path)
}

fn folder(path: &str, role: &str, delimiter: &str) -> RemoteFolder {
    let role = if path.eq_ignore_ascii_case("INBOX") { "inbox" } else { role };
    RemoteFolder {
        path: path.to_owned(),
        name: mutf7::decode(path),
        role: role.to_owned(),
        delimiter: delimiter.to_owned(),
        status: None,
    }
}

fn role(attribute: &NameAttribute<'_>) -> Option<&'static str> {
    match attribute {
        NameAttribute::Archive => Some("archive"),
        NameAttribute::Drafts => Some("drafts"),
        NameAttribute::Junk => Some("junk"),
        NameAttribute::Sent => Some("sent"),
        NameAttribute::Trash => Some("trash"),
        _ => None,
    }
}

fn is_word(attribute: &NameAttribute<'_>, word: &str) -> bool {
    matches!(attribute, NameAttribute::Extension(text) if text.eq_ignore_ascii_case(word))
}

/// Servers that don't know special use have folders with the usual names.
fn guess_roles(folders: &mut [RemoteFolder]) {
    const USUAL: [(&str, &[&str]); 5] = [
        ("sent", &["sent", "sent items", "sent messages", "sent mail", "送信済み", "送信済みトレイ"]),
        ("drafts", &["drafts", "draft", "下書き"]),
        ("trash", &["trash", "deleted items", "deleted messages", "ゴミ箱", "ごみ箱"]),
        ("junk", &["junk", "spam", "junk e-mail", "迷惑メール"]),
        ("archive", &["archive", "archives", "アーカイブ"]),
    ];
    for (role, names) in USUAL {
        if folders.iter().any(|folder| folder.role == role) {
            continue;
        }
        let usual = |folder: &&mut RemoteFolder| {
            let last = folder.name.rsplit(['/', '.']).next().unwrap_or_default().to_lowercase();
            folder.role.is_empty() && names.contains(&last.as_str())
        };
        if let Some(folder) = folders.iter_mut().find(usual) {
            role.clone_into(&mut folder.role);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_get_their_role_when_the_server_does_not_say_it() {
        let mut folders = [("Inbox", ""), ("&kAFP4W4IMH8-", ""), ("INBOX.Trash", ""), ("Bin", "trash")]
            .map(|(path, role)| folder(path, role, "/"))
            .to_vec();
        guess_roles(&mut folders);
        let roles: Vec<_> = folders.iter().map(|folder| folder.role.as_str()).collect();
        assert_eq!(roles, ["inbox", "sent", "", "trash"]);
    }
}
