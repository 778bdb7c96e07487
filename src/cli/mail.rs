//! What is done with messages and folders.

use serde_json::json;

use crate::engine::topic::mail::{MailCommand, MailFlag};
use crate::engine::topic::tags;
use crate::engine::{Profile, headless};

use super::args::{Common, FlagArgs, FolderCommand, MailArgs, PlaceArgs};
use super::profile::{find_folder, folders, told};
use super::{Problem, keys, output, words};

/// `move`, `copy`.
pub(crate) fn place(common: &Common, args: &PlaceArgs, copies: bool) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let (messages, to) = (args.ids.clone(), find_folder(common, &profile, &args.to)?.id);
    let command = if copies { MailCommand::Copy { messages, to } } else { MailCommand::Move { messages, to } };
    run(common, &profile, vec![command])
}

/// `archive`, `delete`, `junk`: the messages are put where such go.
pub(crate) fn send_away(
    common: &Common,
    args: &MailArgs,
    command: impl Fn(Vec<i64>) -> MailCommand,
) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    run(common, &profile, vec![command(args.ids.clone())])
}

/// `delete`: into the trash, and for good what lies there already.
pub(crate) fn delete(common: &Common, args: &MailArgs) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let ids = || args.ids.clone();
    run(common, &profile, vec![MailCommand::DeleteForGood(ids()), MailCommand::Delete(ids())])
}

/// `flag`.
pub(crate) fn flag(common: &Common, args: &FlagArgs) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let words = args.set.iter().map(|word| (word, true)).chain(args.clear.iter().map(|word| (word, false)));
    let commands = words.map(|(word, on)| MailCommand::SetFlag {
        messages: args.ids.clone(),
        flag: match word.to_ascii_lowercase().as_str() {
            "seen" => MailFlag::Seen,
            "flagged" => MailFlag::Flagged,
            "answered" => MailFlag::Answered,
            "forwarded" => MailFlag::Forwarded,
            _ => MailFlag::Keyword(word.clone()),
        },
        on,
    });
    let mut commands: Vec<MailCommand> = commands.collect();
    for name in &args.tag {
        let flag = MailFlag::Keyword(told(common, tags::find(&profile, name))?);
        commands.push(MailCommand::SetFlag { messages: args.ids.clone(), flag, on: !args.off });
    }
    run(common, &profile, commands)
}

/// `folder`.
pub(crate) fn folder(common: &Common, command: &FolderCommand) -> Result<(), Problem> {
    if let FolderCommand::List = command {
        return folders(common);
    }
    let (profile, _) = keys::profile(common)?;
    let command = match command {
        FolderCommand::Create { name, account, below } => {
            let view = told(common, headless::mailbox(&profile, None))?;
            let fits =
                |address: &str| account.as_ref().is_none_or(|wanted| wanted.as_str().eq_ignore_ascii_case(address));
            let mut accounts = view.accounts.iter().filter(|account| fits(&account.identity.address));
            let account = accounts.next().ok_or("there is no such account; `account list` names them")?.id;
            let parent = match below {
                Some(below) => Some(find_folder(common, &profile, below)?.id),
                None => None,
            };
            MailCommand::CreateFolder { account, parent, name: name.clone() }
        }
        FolderCommand::Rename { folder, name } => {
            MailCommand::RenameFolder { folder: find_folder(common, &profile, folder)?.id, name: name.clone() }
        }
        FolderCommand::Delete { folder } => MailCommand::DeleteFolder(find_folder(common, &profile, folder)?.id),
        FolderCommand::List => return Ok(()),
    };
    run(common, &profile, vec![command])
}

/// Does it here, and tells the servers unless there is to be no network.
pub(super) fn run(common: &Common, profile: &Profile, commands: Vec<MailCommand>) -> Result<(), Problem> {
    let mut changed = 0;
    for command in commands {
        changed += told(common, headless::mail(profile, command))?;
    }
    let mut failure = None;
    if !common.offline {
        let done = told(common, headless::tell(profile))?;
        failure = done.failures.into_iter().next();
    }
    let untold = told(common, profile.store.untold())?;
    for address in told(common, tags::newly_local(profile))? {
        output::error(&words::pick(
            words::lang(common),
            &format!("the server of {address} takes no new keywords: tags of its messages stay on this computer"),
            &format!(
                "{address} のサーバーは新しいキーワードを受け付けないため、タグはこのコンピューターにだけ残ります"
            ),
        ));
    }
    if common.json {
        output::json(&json!({ "changed": changed, "untold": untold }));
    } else if untold > 0 {
        output::line(&format!("{changed} changed, {untold} to be told to the server"));
    } else {
        output::line(&format!("{changed} changed"));
    }
    match failure {
        Some(failure) => told(common, Err::<(), _>(failure)),
        None => Ok(()),
    }
}
