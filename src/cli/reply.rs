//! `reply`: prints the draft that the window would open with.

use serde_json::json;

use crate::domain::{Mailbox, RawMessage};
use crate::flow::incoming::{Circumstances, assess};
use crate::flow::reply::{self, Answer};
use crate::message::Limits;
use crate::store::spool::SpoolFolder;

use super::args::{Common, ReplyArgs};
use super::{Problem, inspect, load, output};

/// Runs the command.
pub(crate) fn run(common: &Common, args: &ReplyArgs) -> Result<(), Problem> {
    let (keyring, policy) = load::trust(common, &args.trust)?;
    let raw = RawMessage::new(load::file(&args.file)?);
    let limits = Limits::default();
    let spool = SpoolFolder::of_system();
    let circumstances = Circumstances {
        keyring: &keyring,
        policy: &policy,
        limits: &limits,
        plaintext_limit: inspect::PLAINTEXT_LIMIT,
        spool: Some(&spool),
    };
    let found = assess(&raw, Vec::new(), &circumstances);
    let answer = match (args.forward, args.all) {
        (true, _) => Answer::Forward,
        (_, true) => Answer::ReplyAll,
        _ => Answer::Reply,
    };
    // Without a profile, the reader is whom the message was for and whose key is at hand.
    let own = keyring.own_addresses(policy.at);
    let me =
        found.to.iter().chain(&found.cc).find(|mailbox| mailbox.email().is_some_and(|address| own.contains(&address)));
    let me = me.or(found.to.first()).cloned().unwrap_or_default();
    let draft = reply::draft(&found, &me, answer);
    let list = |mailboxes: &[Mailbox]| {
        mailboxes.iter().map(|mailbox| json!({ "name": mailbox.name, "address": mailbox.address })).collect::<Vec<_>>()
    };
    if common.json {
        output::json(&json!({
            "schema": 1,
            "from": { "name": draft.from.name, "address": draft.from.address },
            "to": list(&draft.to),
            "cc": list(&draft.cc),
            "subject": draft.subject,
            "text": draft.text,
            "in_reply_to": draft.in_reply_to,
            "references": draft.references,
            "sign": draft.protection.sign,
            "encrypt": draft.protection.encrypt,
        }));
        return Ok(());
    }
    let names = |mailboxes: &[Mailbox]| mailboxes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    output::line(&format!(
        "To: {}\nCc: {}\nSubject: {}\n{}",
        names(&draft.to),
        names(&draft.cc),
        draft.subject,
        draft.text
    ));
    Ok(())
}
