//! Files that were chosen in the system's dialog, each for its purpose.

use crate::engine::{Command, Failure, FailureKind, Retry};
use crate::ui::files::Purpose;
use crate::ui::state::{State, Views};
use crate::ui::{authorities, backup, compare, finding, storage, trust};

/// Takes what was chosen since the last frame.
pub(super) fn take(views: &mut Views, state: &mut State, commands: &mut Vec<Command>) {
    if state.files.take_breakdown() {
        views.failure = Some(no_dialog());
    }
    let Some((purpose, paths)) = state.files.poll() else { return };
    let first = paths.first().cloned();
    match (purpose, first) {
        (Purpose::Attach { token }, Some(_)) => commands.push(Command::ReadAttachments { paths, token }),
        (Purpose::SaveAttachment { message, part }, Some(to)) => {
            commands.push(Command::SaveAttachment { message, part, to });
        }
        (Purpose::SaveAttachments { message, parts }, Some(to)) => {
            commands.push(Command::SaveAttachments { message, parts, to });
        }
        (Purpose::SaveSource { message, layer }, Some(to)) => commands.push(Command::SaveSource { message, layer, to }),
        (Purpose::BringFolder | Purpose::BringFile, Some(path)) => state.bringing.name(path, commands),
        (Purpose::Print, Some(to)) => state.print.begin(to),
        (Purpose::SaveConversation(content), Some(to)) => commands.push(Command::WriteFile { to, content }),
        (Purpose::ExportCertificate(fingerprint), Some(to)) => {
            commands.push(Command::ExportKey { fingerprint, secret: false, passphrase: None, to });
        }
        (Purpose::CompareCode, Some(path)) => commands.push(compare::read_picture(path)),
        (Purpose::SaveGraph, Some(to)) => commands.extend(trust::save(views, state, to)),
        (Purpose::Root, Some(path)) => authorities::read_root(path, commands),
        (Purpose::Import | Purpose::Export | Purpose::Request, Some(path)) => {
            state.keys.path = path.to_string_lossy().into_owned();
        }
        (Purpose::Backup(choice), Some(path)) => backup::chosen(state, choice, &path),
        (Purpose::PublishDirectory { fingerprint }, Some(to)) => commands.push(finding::export(fingerprint, to)),
        (Purpose::ExportEverything, Some(to)) => commands.push(storage::export(state, &to)),
        (_, None) => {}
    }
}

/// The system has no file dialog: said, so that a click is never without an answer.
fn no_dialog() -> Failure {
    Failure {
        kind: FailureKind::File,
        retry: Retry::Never,
        subject: String::new(),
        source: "no file dialog could be opened".to_owned(),
    }
}
