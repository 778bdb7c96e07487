//! An account whose server became another: what that one does not have is kept on this computer.

use crate::net::imap::name_of;
use crate::store::FolderState;

use super::super::headless::local_folder;
use super::super::profile::store_failure;
use super::super::{Event, Failure};
use super::round::Round;

/// Keeps what was not found of a folder at the other server, in a folder without one; all of it when the folder is gone.
pub(super) fn keep(round: &Round<'_>, state: &FolderState, is_gone: bool) -> Result<(), Failure> {
    round.store().bring_instead(state.id, is_gone).map_err(store_failure)?;
    let messages = round.store().not_found_there(state.id, is_gone).map_err(store_failure)?;
    if messages.is_empty() {
        return Ok(());
    }
    let name = format!("{} ({})", name_of(&state.path), round.account.address);
    let folder = local_folder(round.profile, &name)?;
    round.store().keep_here(&messages, folder).map_err(store_failure)?;
    (round.once)(Event::Done { code: "kept_here", subject: name });
    Ok(())
}
