use async_imap::imap_proto::rfc4315::UidSetMember;
use async_imap::imap_proto::{Response, ResponseCode};
use jiff::Timestamp;
use jiff::fmt::strtime;

use super::fetch::{Flags, sets};
use super::session::{BAD_FLAG, Session, not_put, quote};
use super::{ImapError, mutf7};

/// Which UIDs messages got elsewhere (RFC 4315 §3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// The UIDVALIDITY of the folder that they are in now.
    pub uid_validity: u32,
    /// The old UID and the new one. Empty when the server does not say it.
    pub uids: Vec<(u32, u32)>,
}

impl Session {
    /// Sets or clears a flag or keyword on messages of the open folder.
    pub async fn set_flag(&mut self, uids: &[u32], flag: &str, is_on: bool) -> Result<(), ImapError> {
        if !is_flag(flag) {
            return Err(ImapError::Rejected { code: 0, text: BAD_FLAG.to_owned(), recipient: None });
        }
        let sign = if is_on { '+' } else { '-' };
        for set in sets(uids) {
            self.run(&format!("UID STORE {set} {sign}FLAGS.SILENT ({flag})"), |_| {}).await?;
        }
        Ok(())
    }

    /// Sets or clears `\Seen` on messages of a folder.
    pub async fn set_seen(&mut self, folder: &str, uids: &[u32], is_seen: bool) -> Result<(), ImapError> {
        self.open(folder, None).await?;
        self.set_flag(uids, "\\Seen", is_seen).await
    }

    /// Moves messages of the open folder into another one. Without MOVE (RFC 6851) they are copied, and then deleted
    /// here as by [`Session::delete_messages`].
    pub async fn move_messages(&mut self, uids: &[u32], to: &str) -> Result<Moved, ImapError> {
        if self.capabilities.has("MOVE") {
            return self.transfer("MOVE", uids, to).await;
        }
        let moved = self.transfer("COPY", uids, to).await?;
        self.delete_messages(uids).await?;
        Ok(moved)
    }

    /// Copies messages of the open folder into another one.
    pub async fn copy_messages(&mut self, uids: &[u32], to: &str) -> Result<Moved, ImapError> {
        self.transfer("COPY", uids, to).await
    }

    async fn transfer(&mut self, verb: &str, uids: &[u32], to: &str) -> Result<Moved, ImapError> {
        let mut moved = Moved::default();
        for set in sets(uids) {
            self.run(&format!("UID {verb} {set} {}", quote(to)?), |response| {
                // MOVE tells it before its end (RFC 6851 §4.3), COPY at its end.
                if let Response::Data { outcome, .. } | Response::Done { outcome, .. } = response
                    && let Some(ResponseCode::CopyUid(uid_validity, from, to)) = &outcome.code
                {
                    moved.uid_validity = *uid_validity;
                    moved.uids.extend(members(from).zip(members(to)));
                }
            })
            .await?;
        }
        Ok(moved)
    }

    /// Deletes messages of the open folder for good, and no others: with UID EXPUNGE (RFC 4315 §2.1). A server that
    /// lacks it keeps them with the mark `\Deleted`, because a plain EXPUNGE would take what others have marked.
    pub async fn delete_messages(&mut self, uids: &[u32]) -> Result<(), ImapError> {
        self.set_flag(uids, "\\Deleted", true).await?;
        if self.capabilities.has("UIDPLUS") {
            for set in sets(uids) {
                self.run(&format!("UID EXPUNGE {set}"), |_| {}).await?;
            }
        }
        Ok(())
    }

    /// Puts a message into a folder, marked as read.
    pub async fn append(&mut self, folder: &str, message: &[u8]) -> Result<(), ImapError> {
        let flags = Flags { is_seen: true, ..Flags::default() };
        self.append_with(folder, &flags, None, message).await.map(|_| ())
    }

    /// Puts a message into a folder: UIDVALIDITY and UID, where the server says them (RFC 4315 §3).
    pub async fn append_with(
        &mut self,
        folder: &str,
        flags: &Flags,
        internal_date: Option<Timestamp>,
        message: &[u8],
    ) -> Result<Option<(u32, u32)>, ImapError> {
        let date = internal_date.and_then(date_time).map(|date| format!(" \"{date}\"")).unwrap_or_default();
        let command = format!("APPEND {} ({}){date}", quote(folder)?, flags.words().join(" "));
        let (mut got, mut is_to_be_created) = (None, false);
        let done = self
            .run_with_literal(&command, message, |response| {
                let Response::Done { outcome, .. } = response else { return };
                match &outcome.code {
                    Some(ResponseCode::AppendUid(uid_validity, uids)) => {
                        got = members(uids).next().map(|uid| (*uid_validity, uid));
                    }
                    Some(ResponseCode::TryCreate) => is_to_be_created = true,
                    _ => {}
                }
            })
            .await;
        done.map_err(|error| not_put(error, is_to_be_created))?;
        Ok(got)
    }

    /// Creates a folder and subscribes to it, so that other programs show it; the name is encoded as the protocol wants
    /// it.
    pub async fn create_folder(&mut self, name: &str) -> Result<(), ImapError> {
        self.create_path(&mutf7::encode(name)).await
    }

    /// Creates the folder of a path.
    pub async fn create_path(&mut self, path: &str) -> Result<(), ImapError> {
        let path = quote(path)?;
        self.run(&format!("CREATE {path}"), |_| {}).await?;
        self.subscribe(&path, true).await
    }

    /// Renames a folder, with those below it (RFC 3501 §6.3.5).
    pub async fn rename_path(&mut self, from: &str, to: &str) -> Result<(), ImapError> {
        let (from, to) = (quote(from)?, quote(to)?);
        self.run(&format!("RENAME {from} {to}"), |_| {}).await?;
        self.subscribe(&from, false).await?;
        self.subscribe(&to, true).await
    }

    /// Deletes a folder with everything in it.
    pub async fn delete_path(&mut self, path: &str) -> Result<(), ImapError> {
        let path = quote(path)?;
        self.run(&format!("DELETE {path}"), |_| {}).await?;
        self.subscribe(&path, false).await
    }

    /// A server that refuses that has done what was wanted all the same.
    async fn subscribe(&mut self, quoted: &str, is_on: bool) -> Result<(), ImapError> {
        let verb = if is_on { "SUBSCRIBE" } else { "UNSUBSCRIBE" };
        match self.run(&format!("{verb} {quoted}"), |_| {}).await {
            Err(ImapError::Rejected { .. } | ImapError::Protocol { .. }) => Ok(()),
            other => other,
        }
    }
}

fn members(set: &[UidSetMember]) -> impl Iterator<Item = u32> {
    set.iter().flat_map(|member| match member {
        UidSetMember::Uid(uid) => *uid..=*uid,
        UidSetMember::UidRange(range) => range.clone(),
    })
}

/// A flag or a keyword: an atom (RFC 3501 §9), so that nothing in it can end the command.
pub(super) fn is_flag(flag: &str) -> bool {
    let atom = flag.strip_prefix('\\').unwrap_or(flag);
    let is_atom = |byte: u8| byte.is_ascii_graphic() && !b"(){%*\"\\]".contains(&byte);
    !atom.is_empty() && atom.bytes().all(is_atom)
}

/// `date-time` of RFC 3501 §9, in UTC.
fn date_time(at: Timestamp) -> Option<String> {
    strtime::format("%d-%b-%Y %H:%M:%S +0000", at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_can_not_end_the_command() {
        for good in ["\\Seen", "$Junk", "work", "a-b_c"] {
            assert!(is_flag(good), "{good}");
        }
        for bad in ["", "\\", "a b", "a)", "a\r\nk9 LOGOUT", "書留", "\\\\Seen", "a*", "{3}"] {
            assert!(!is_flag(bad), "{bad}");
        }
    }

    #[test]
    fn a_moment_is_written_as_servers_read_it() {
        let at: Timestamp = "2026-11-04T15:30:00Z".parse().unwrap();
        assert_eq!(date_time(at).as_deref(), Some("04-Nov-2026 15:30:00 +0000"));
    }

    #[test]
    fn sets_of_uids_are_read_in_their_order() {
        let set = [UidSetMember::UidRange(3..=5), UidSetMember::Uid(9)];
        assert_eq!(members(&set).collect::<Vec<_>>(), [3, 4, 5, 9]);
    }
}
