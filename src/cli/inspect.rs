//! `inspect`: assesses messages and prints what was found, one after the other.

use std::path::Path;

use crate::crypto::Keyring;
use crate::domain::RawMessage;
use crate::engine::stateless::{self, SenderQuestion};
use crate::flow::Assessment;
use crate::flow::incoming::Circumstances;
use crate::message::{self, Limits};
use crate::store::spool::SpoolFolder;
use crate::trust::TrustPolicy;

use super::args::{Common, InspectArgs, Lang};
use super::{Problem, json, load, output, words};

/// The most bytes that the layers of one message may open to.
pub(crate) const PLAINTEXT_LIMIT: usize = 256 << 20;

struct Inspection<'a> {
    common: &'a Common,
    args: &'a InspectArgs,
    keyring: Keyring,
    policy: TrustPolicy,
    lang: Lang,
}

/// Runs the command.
pub(crate) fn run(common: &Common, args: &InspectArgs) -> Result<(), Problem> {
    let (keyring, policy) = load::trust(common, &args.trust)?;
    let inspection = Inspection { common, args, keyring, policy, lang: words::lang(common) };
    for path in &args.files {
        if path.is_dir() {
            let files = load::below(path)?;
            inspection.files(&files)?;
        } else {
            inspection.file(path)?;
        }
    }
    Ok(())
}

impl Inspection<'_> {
    /// Assesses files on every core; prints them in order.
    fn files(&self, files: &[std::path::PathBuf]) -> Result<(), Problem> {
        let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        for batch in files.chunks(workers * 16) {
            let share = batch.len().div_ceil(workers).max(1);
            let printed: Vec<Result<Vec<String>, Problem>> = std::thread::scope(|scope| {
                let running: Vec<_> = batch
                    .chunks(share)
                    .map(|files| {
                        scope.spawn(move || {
                            let mut lines = Vec::new();
                            for path in files {
                                lines.extend(self.assessed(path)?);
                            }
                            Ok(lines)
                        })
                    })
                    .collect();
                running
                    .into_iter()
                    .map(|worker| {
                        worker.join().unwrap_or_else(|_| Err(Problem("a message could not be assessed".into())))
                    })
                    .collect()
            });
            for lines in printed {
                lines?.iter().for_each(|line| self.print(line));
            }
        }
        Ok(())
    }

    fn file(&self, path: &Path) -> Result<(), Problem> {
        for line in self.assessed(path)? {
            self.print(&line);
        }
        Ok(())
    }

    fn print(&self, line: &str) {
        if self.common.json { output::document(line) } else { output::line(line) }
    }

    fn assessed(&self, path: &Path) -> Result<Vec<String>, Problem> {
        let name = path.display().to_string();
        let bytes = load::file(path)?;
        if let Some(technology) = self.args.bare {
            let content = self.args.content.as_deref().map(load::file).transpose()?;
            let wrapped = stateless::wrap_bare(technology, &bytes, content.as_deref());
            return Ok(vec![self.printed(&name, &self.assess(&RawMessage::new(wrapped)))]);
        }
        if message::is_mbox(&bytes) {
            let messages = message::split_mbox(&bytes);
            return Ok(messages.into_iter().map(|raw| self.printed(&name, &self.assess(&raw))).collect());
        }
        Ok(vec![self.printed(&name, &self.assess(&RawMessage::new(bytes)))])
    }

    fn assess(&self, raw: &RawMessage) -> Assessment {
        let question = SenderQuestion {
            authserv_ids: &self.args.authserv_ids,
            evaluate: self.args.evaluate_sender && !self.common.offline,
            dns: self.common.dns,
        };
        let sender = stateless::sender(raw, &question, self.policy.at);
        let spool = SpoolFolder::of_system();
        let circumstances = Circumstances {
            keyring: &self.keyring,
            policy: &self.policy,
            limits: &Limits::default(),
            plaintext_limit: PLAINTEXT_LIMIT,
            spool: Some(&spool),
        };
        crate::flow::incoming::assess(raw, sender, &circumstances)
    }

    fn printed(&self, name: &str, found: &Assessment) -> String {
        if self.common.json {
            return json::assessment(name, found, self.lang).to_string();
        }
        self.text(name, found)
    }

    fn text(&self, name: &str, found: &Assessment) -> String {
        let from: Vec<String> = found.from.iter().map(ToString::to_string).collect();
        let mut lines = vec![
            format!("{name}: {}", words::headline(found.headline, self.lang)),
            format!("  {}: {}", words::pick(self.lang, "From", "差出人"), from.join(", ")),
            format!("  {}: {}", words::pick(self.lang, "Subject", "件名"), found.subject),
        ];
        for signature in &found.signatures {
            let signer = signature.check.signer.as_ref();
            let who = signer.and_then(|signer| signer.addresses.first()).map_or("?", |address| address.as_str());
            lines.push(format!(
                "  {}: {} · {} · {who} · {}",
                words::pick(self.lang, "Signature", "署名"),
                json::outcome(signature.check.outcome),
                json::verdict(signature.judgement.verdict),
                signer.map(|signer| signer.fingerprint.spaced()).unwrap_or_default()
            ));
        }
        for result in &found.sender {
            lines.push(format!(
                "  {}: {} {}",
                json::method(result.method),
                json::sender_word(result.result),
                result.domain
            ));
        }
        for caution in &found.cautions {
            lines.push(format!("  ! {}", words::caution(caution, self.lang)));
        }
        if self.common.verbose {
            lines.push(found.text.clone());
        }
        lines.join("\n")
    }
}
