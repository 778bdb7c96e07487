//! The system's file dialogs, asked on a thread of their own so that the window never waits.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

/// Why a file is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    /// Files to attach to what is being written.
    Attach {
        /// Its composer's: another may be open when the dialog closes.
        token: crate::engine::view::ComposerToken,
    },
    /// Where to write an attachment.
    SaveAttachment {
        /// The message that it is in: another may be open when the dialog closes.
        message: crate::engine::view::MessageId,
        /// Its part.
        part: String,
    },
    /// The folder to write attachments into.
    SaveAttachments {
        /// The message that they are in.
        message: crate::engine::view::MessageId,
        /// Their parts.
        parts: Vec<String>,
    },
    /// Where to write a layer of the source.
    SaveSource {
        /// The message.
        message: crate::engine::view::MessageId,
        /// Which layer.
        layer: usize,
    },
    /// Where to write a printed message.
    Print,
    /// Where to write this conversation with a server.
    SaveConversation(crate::domain::RawMessage),
    /// A file of certificates or keys to read.
    Import,
    /// A folder of another program to bring keys from.
    BringFolder,
    /// A file to bring keys from.
    BringFile,
    /// A file with the root of an authority.
    Root,
    /// Where to write a certificate or key.
    Export,
    /// Where to write a certificate request.
    Request,
    /// Where to write this certificate.
    ExportCertificate(crate::domain::Fingerprint),
    /// A picture of a fingerprint's QR code.
    CompareCode,
    /// Where to write the picture of who vouches for whom.
    SaveGraph,
    /// A file of a backup.
    Backup(super::backup::Choice),
    /// The folder to write everything into.
    ExportEverything,
    /// The folder to write a Web Key Directory into.
    PublishDirectory {
        /// The certificate in it.
        fingerprint: crate::domain::Fingerprint,
    },
}

/// Runs work that may block, somewhere that a file dialog can run.
pub type Spawn = Arc<dyn Fn(Box<dyn FnOnce() + Send>) + Send + Sync>;

/// At most one open dialog.
#[derive(Default)]
pub struct Files {
    open: Option<(Purpose, Receiver<Vec<PathBuf>>)>,
    spawn: Option<Spawn>,
    broke_down: bool,
}

impl Files {
    /// Uses `spawn` for the dialogs instead of plain threads.
    pub fn with_spawn(spawn: Option<Spawn>) -> Self {
        Self { spawn, ..Self::default() }
    }

    /// Opens a dialog; `name` is the proposed file name when something is to be written.
    pub fn ask(&mut self, ctx: &egui::Context, purpose: Purpose, title: &str, name: &str) {
        let (sender, receiver) = channel();
        let (ctx, kind, title, name) = (ctx.clone(), purpose.clone(), title.to_owned(), name.to_owned());
        let work = Box::new(move || {
            let dialog = rfd::FileDialog::new().set_title(title);
            let chosen = match kind {
                Purpose::Attach { .. } => dialog.pick_files().unwrap_or_default(),
                Purpose::SaveAttachments { .. }
                | Purpose::PublishDirectory { .. }
                | Purpose::ExportEverything
                | Purpose::BringFolder => dialog.pick_folder().into_iter().collect(),
                Purpose::Backup(choice) if choice.is_read() => dialog.pick_file().into_iter().collect(),
                Purpose::Import | Purpose::BringFile | Purpose::Root | Purpose::CompareCode => {
                    dialog.pick_file().into_iter().collect()
                }
                _ => dialog.set_file_name(name).save_file().into_iter().collect(),
            };
            if sender.send(chosen).is_ok() {
                ctx.request_repaint();
            }
        });
        match &self.spawn {
            Some(spawn) => spawn(work),
            None => drop(std::thread::Builder::new().name("file-dialog".to_owned()).spawn(work)),
        }
        self.open = Some((purpose, receiver));
    }

    /// Whether a dialog ended without an answer since this was asked last.
    pub fn take_breakdown(&mut self) -> bool {
        std::mem::take(&mut self.broke_down)
    }

    /// What was chosen, once; nothing when the dialog was closed.
    pub fn poll(&mut self) -> Option<(Purpose, Vec<PathBuf>)> {
        let (_, receiver) = self.open.as_ref()?;
        match receiver.try_recv() {
            Ok(paths) => self.open.take().map(|(purpose, _)| (purpose, paths)).filter(|(_, paths)| !paths.is_empty()),
            Err(std::sync::mpsc::TryRecvError::Empty) => None,
            Err(std::sync::mpsc::TryRecvError::Disconnected) => {
                self.open = None;
                self.broke_down = true;
                None
            }
        }
    }
}
