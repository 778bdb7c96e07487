//! Lists by conversations, and the conversation of a message.

use serde_json::{Value, json};

use crate::engine::topic::threads;
use crate::engine::view::{MailboxView, RowView};
use crate::engine::{Profile, headless};

use super::args::Common;
use super::profile::{row_document, told};
use super::{Problem, output};

/// No line is indented further.
const DEEPEST: u16 = 30;

/// `list --threads`: each conversation's messages after one another, answers indented below what they answer.
pub(crate) fn list(common: &Common, profile: &Profile, view: &MailboxView, limit: usize) -> Result<(), Problem> {
    let found = told(common, headless::conversations_of(profile, view))?;
    let row = |at: u32| view.rows.get(at as usize);
    for conversation in found.all.iter().take(limit) {
        for seat in found.seats(conversation) {
            let Some(one) = row(seat.row) else { continue };
            if common.json {
                let parent = seat.parent.and_then(row).map(|row| row.id);
                let place = [("depth", json!(seat.depth)), ("parent", json!(parent))];
                output::json(&with(row_document(one, view), place));
            } else {
                output::line(&line(one, seat.depth));
            }
        }
    }
    Ok(())
}

/// A document with more in it.
pub(crate) fn with<const N: usize>(mut document: Value, more: [(&str, Value); N]) -> Value {
    if let Value::Object(all) = &mut document {
        all.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
    document
}

fn line(row: &RowView, depth: u16) -> String {
    let date = row.date.map(|date| date.to_string()).unwrap_or_default();
    let indent = "  ".repeat(usize::from(depth.min(DEEPEST)));
    format!("{:>6}  {date}  {indent}{}  {}", row.id, row.from, row.subject)
}

/// What `show` says of a message's conversation: its messages in its account.
pub(crate) fn document(common: &Common, profile: &Profile, message: i64) -> Result<Value, Problem> {
    told(common, headless::thread_all(profile))?;
    let view = told(common, threads::look(profile, message, false))?;
    let one = |one: &threads::ThreadMessage| json!({ "id": one.row.id, "depth": one.depth, "parent": one.parent });
    Ok(json!({ "id": view.thread, "messages": view.messages.iter().map(one).collect::<Vec<_>>() }))
}
