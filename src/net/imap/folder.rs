use async_imap::imap_proto::{MailboxDatum, NameAttribute, Response};

use super::ImapError;
use super::mutf7;
use super::session::Session;

/// A folder on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteFolder {
    /// As the server wants it back.
    pub path: String,
    /// For people.
    pub name: String,
    /// `inbox`, `drafts`, `sent`, `archive`, `junk`, `trash` or empty (RFC 6154).
    pub role: String,
}

impl Session {
    /// Every folder that can hold messages, the inbox first.
    pub async fn list_folders(&mut self) -> Result<Vec<RemoteFolder>, ImapError> {
        let extended = self.capabilities.has("SPECIAL-USE") && self.capabilities.has("LIST-EXTENDED");
        let command = if extended { "LIST \"\" \"*\" RETURN (SPECIAL-USE)" } else { "LIST \"\" \"*\"" };
        let mut folders = Vec::new();
        self.run(command, |response| {
            if let Response::MailboxData(MailboxDatum::List(list)) = response
                && !list.name_attributes.iter().any(|attribute| matches!(attribute, NameAttribute::NoSelect))
                && !list.name_attributes.iter().any(|attribute| is_word(attribute, "\\NonExistent"))
            {
                let role = list.name_attributes.iter().find_map(role).unwrap_or_default();
                folders.push(folder(&list.name, role));
            }
        })
        .await?;
        guess_roles(&mut folders);
        folders.sort_by_key(|folder| (folder.role != "inbox", folder.name.to_lowercase()));
        Ok(folders)
    }
}

fn folder(path: &str, role: &str) -> RemoteFolder {
    let role = if path.eq_ignore_ascii_case("INBOX") { "inbox" } else { role };
    RemoteFolder { path: path.to_owned(), name: mutf7::decode(path), role: role.to_owned() }
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
        let mut folders =
            vec![folder("Inbox", ""), folder("&kAFP4W4IMH8-", ""), folder("INBOX.Trash", ""), folder("Bin", "trash")];
        guess_roles(&mut folders);
        let roles: Vec<_> = folders.iter().map(|folder| folder.role.as_str()).collect();
        assert_eq!(roles, ["inbox", "sent", "", "trash"]);
    }
}
