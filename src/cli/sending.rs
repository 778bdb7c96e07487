//! `send` and `outbox`, and what was said with servers.

use serde_json::json;

use crate::domain::{Dispatch, RawMessage};
use crate::engine::topic::transcript::Said;
use crate::engine::view::SubmissionView;
use crate::engine::{Profile, headless};

use super::args::{Common, OutboxCommand, SendArgs};
use super::profile::{explained, online, told};
use super::{Problem, keys, load, output};

/// `send`.
pub(crate) fn send(common: &Common, args: &SendArgs) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let dispatch = Dispatch { at: args.at, reports: args.dsn, requires_tls: args.require_tls };
    for path in &args.files {
        let raw = RawMessage::new(load::file(path)?);
        headless::enqueue_as(&profile, &raw, dispatch)
            .map_err(|failure| Problem(format!("{}: {}", path.display(), explained(common, &failure).0)))?;
    }
    if common.offline { Ok(()) } else { send_due(common, &profile) }
}

fn send_due(common: &Common, profile: &Profile) -> Result<(), Problem> {
    let done = headless::send_due(profile);
    transcript(common, profile);
    report(common, &done.map_err(|failure| explained(common, &failure))?)
}

/// Prints what was done; what failed on the way is an error.
pub(crate) fn report(common: &Common, done: &headless::Done) -> Result<(), Problem> {
    if common.json {
        output::json(&json!({ "fetched": done.fetched, "sent": done.sent, "waiting": done.waiting }));
    } else {
        output::line(&format!("{} fetched, {} sent, {} waiting", done.fetched, done.sent, done.waiting));
    }
    match done.failures.first() {
        Some(failure) => Err(explained(common, failure)),
        None => Ok(()),
    }
}

/// `outbox`.
pub(crate) fn outbox(common: &Common, command: &OutboxCommand) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    match command {
        OutboxCommand::List => {
            for row in told(common, headless::outbox(&profile))?.submissions {
                list(common, &row);
            }
            Ok(())
        }
        OutboxCommand::Send => {
            online(common)?;
            send_due(common, &profile)
        }
        OutboxCommand::Retry { ids } => {
            for id in ids {
                told(common, profile.store.requeue(*id))?;
            }
            online(common)?;
            send_due(common, &profile)
        }
        OutboxCommand::Cancel { id } => told(common, profile.store.remove_submission(*id)),
        OutboxCommand::Arrived { id } => told(common, profile.store.mark_arrived(*id)),
    }
}

fn list(common: &Common, row: &SubmissionView) {
    if common.json {
        output::json(&json!({
            "id": row.id, "message": row.batch, "subject": row.subject, "recipients": row.recipients,
            "state": row.state, "detail": row.detail, "attempts": row.attempts,
            "retry_at": row.retry_at.map(|at| at.to_string()),
            "held_until": row.held_until.map(|at| at.to_string()),
            "queued_at": row.created_at.map(|at| at.to_string()),
            "reports": row.reports, "requires_tls": row.requires_tls,
        }));
        return;
    }
    let held = row.held_until.filter(|_| row.state == "queued").map(|at| format!("  {at}")).unwrap_or_default();
    let detail = row.detail.replace('\n', "; ");
    output::line(&format!("{:>4}  {}{held}  {}  {detail}", row.id, row.state, row.recipients.join(", ")));
}

/// What was said with servers, when it was asked for: on standard error, so that what is printed stays as it is.
pub(crate) fn transcript(common: &Common, profile: &Profile) {
    if !common.transcript {
        return;
    }
    for dialogue in profile.transcripts.dialogues().iter().rev() {
        let protocol = dialogue.protocol.map_or("", |protocol| protocol.name());
        output::error(&format!("# {} {}:{} {protocol}", dialogue.began, dialogue.host, dialogue.port));
        for entry in dialogue.entries() {
            output::error(&match &entry.said {
                Said::Client(line) => format!("C: {line}"),
                Said::Server(line) => format!("S: {line}"),
                Said::ClientContent(bytes) => format!("C: [{bytes} bytes]"),
                Said::ServerContent(bytes) => format!("S: [{bytes} bytes]"),
                Said::Connected => "# connected".to_owned(),
                Said::Encrypted(version) => format!("# {version}"),
                Said::Compressed => "# compressed".to_owned(),
                Said::Failed { code, detail } => format!("# {code} {detail}"),
                Said::ServerClosed => "# closed by the server".to_owned(),
                Said::Closed => "# closed".to_owned(),
            });
        }
    }
}
