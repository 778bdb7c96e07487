//! The buttons below an explanation. Each does something: sends a command, or leads to where it is done.

use egui::Ui;

use crate::domain::{EmailAddress, Fingerprint, Mailbox};
use crate::engine::Command;
use crate::engine::view::{CertificateReport, JudgedSignature, ReadingView, SignatureOutcome};

use super::icons::Icon;
use super::keys;
use super::people;
use super::state::{Screen, State, Views};
use super::theme::space;
use super::widgets::{self, Weight};
use super::words::why::{Question, Remedy};
use super::words::{Language, Word, ask, one_line, verdict};

/// What a remedy is for: the open message, and perhaps one of its signatures.
pub struct Desk<'a> {
    /// The newest snapshots.
    pub views: &'a Views,
    /// The open message.
    pub view: &'a ReadingView,
    /// The signature that the explanation is of.
    pub signature: Option<&'a JudgedSignature>,
}

/// What is offered already: the same button stands once in the evidence.
#[derive(Default)]
pub struct Offered {
    buttons: Vec<(Remedy, Option<Fingerprint>)>,
    /// That a question goes to nobody yet was said.
    is_told: bool,
}

impl Desk<'_> {
    /// Draws those that can be done now.
    pub fn show(&self, ui: &mut Ui, remedies: &[Remedy], state: &mut State, commands: &mut Vec<Command>) {
        self.show_new(ui, remedies, &mut Offered::default(), state, commands);
    }

    /// Draws those that can be done now and are not offered above.
    pub fn show_new(
        &self,
        ui: &mut Ui,
        remedies: &[Remedy],
        offered: &mut Offered,
        state: &mut State,
        commands: &mut Vec<Command>,
    ) {
        let language = state.language;
        let mut due = Vec::new();
        for remedy in remedies.iter().copied().filter(|remedy| self.can(*remedy, state)) {
            let name = (remedy, self.subject(remedy));
            if !offered.buttons.contains(&name) {
                offered.buttons.push(name);
                due.push(remedy);
            }
        }
        if due.is_empty() {
            return;
        }
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(space::S, space::S);
            for remedy in &due {
                let (icon, words) = label(*remedy);
                if widgets::button(ui, Some(icon), language.say(words), Weight::Plain).clicked() {
                    self.act(*remedy, state, commands);
                }
            }
        });
        let asks = due.iter().any(|remedy| matches!(remedy, Remedy::Ask(_)));
        if asks && self.view.help.is_author_doubtful && !offered.is_told {
            offered.is_told = true;
            widgets::caption(ui, language.say(Word::DoubtfulAuthor));
        }
    }

    /// Whose certificate it is about, if it is about one.
    fn subject(&self, remedy: Remedy) -> Option<Fingerprint> {
        match remedy {
            Remedy::Keep | Remedy::Compare => self.signer().cloned(),
            Remedy::Unlock
            | Remedy::Import
            | Remedy::Find
            | Remedy::Ask(_)
            | Remedy::Renew
            | Remedy::MakeKey
            | Remedy::Card
            | Remedy::Source => None,
        }
    }

    /// The only author, by address.
    fn author(&self) -> Option<EmailAddress> {
        let [from] = self.view.assessment.from.as_slice() else { return None };
        from.email()
    }

    fn signer(&self) -> Option<&Fingerprint> {
        Some(&self.signature?.check.signer.as_ref()?.fingerprint)
    }

    fn can(&self, remedy: Remedy, state: &State) -> bool {
        let help = &self.view.help;
        let came = |one: &Fingerprint| help.carried.iter().any(|report| report.fingerprint == *one);
        let has_key = help.own.iter().any(|report| report.can_encrypt);
        match remedy {
            Remedy::Unlock => self.view.locked_key.is_some(),
            Remedy::Keep => self.signer().is_some_and(came),
            Remedy::Compare => self.signer().is_some_and(|one| came(one) || help.kept.contains(one)),
            Remedy::Find => self
                .view
                .assessment
                .signatures
                .iter()
                .any(|signature| signature.check.outcome == SignatureOutcome::MissingCertificate),
            Remedy::Ask(question) => has_key || !ask::attaches(question),
            Remedy::Renew => self.ended_key().is_some(),
            Remedy::MakeKey => help.own.is_empty(),
            Remedy::Source => !state.source,
            Remedy::Card => self.author().is_some(),
            Remedy::Import => true,
        }
    }

    /// An own key that has ended: that of the signature, else the one for the message's account.
    fn ended_key(&self) -> Option<&CertificateReport> {
        let mut ended = self.view.help.own.iter().filter(|report| report.problems.iter().any(|code| code == "expired"));
        match self.signer() {
            Some(signer) => ended.find(|report| report.fingerprint == *signer),
            None => ended.next(),
        }
    }

    fn act(&self, remedy: Remedy, state: &mut State, commands: &mut Vec<Command>) {
        let message = self.view.id;
        match remedy {
            Remedy::Unlock => {
                (state.focuses, state.source, state.reads) = (true, false, true);
            }
            Remedy::Import => {
                state.screen = Screen::Keys;
                keys::begin_import(state);
            }
            Remedy::Keep => {
                let keep =
                    |fingerprint: &Fingerprint| Command::KeepCertificate { message, fingerprint: fingerprint.clone() };
                commands.extend(self.signer().map(keep));
            }
            Remedy::Find => commands.push(Command::FindCertificate(message)),
            Remedy::Compare => self.compare(state, commands),
            Remedy::Ask(question) => commands.push(self.ask(question, state)),
            Remedy::Renew => {
                if let Some(report) = self.ended_key() {
                    keys::begin_renew(self.views, state, report);
                }
            }
            Remedy::MakeKey => {
                state.screen = Screen::Keys;
                keys::begin_generate(self.views, state);
            }
            Remedy::Card => {
                if let Some(address) = self.author() {
                    people::open(state, commands, address);
                }
            }
            Remedy::Source => (state.source, state.reads) = (true, true),
        }
    }

    /// Leads to the comparison. What is compared is kept first: else the answer would be of nothing.
    fn compare(&self, state: &mut State, commands: &mut Vec<Command>) {
        let (Some(signature), Some(fingerprint)) = (self.signature, self.signer()) else { return };
        if !self.view.help.kept.contains(fingerprint) {
            commands.push(Command::KeepCertificate { message: self.view.id, fingerprint: fingerprint.clone() });
        }
        keys::begin_compare(state, fingerprint, verdict::signer_name(signature));
    }

    fn ask(&self, question: Question, state: &State) -> Command {
        let assessment = &self.view.assessment;
        let author = assessment.from.first().filter(|_| !self.view.help.is_author_doubtful);
        let me = identity(self.views, self.view.id);
        let (subject, text) = ask::question(state.language, question, author, assessment.date, &me, &state.clock);
        Command::Ask { message: self.view.id, subject, text, attach: ask::attaches(question) }
    }
}

/// The account whose folder the message is in, else the one that is open.
fn identity(views: &Views, message: i64) -> Mailbox {
    let Some(mailbox) = &views.mailbox else { return Mailbox::default() };
    let own = mailbox.rows.iter().find(|row| row.id == message).map(|row| row.folder).filter(|folder| *folder > 0);
    let is_open = |folder: i64| Some(folder) == own.or(mailbox.open_folder);
    let open = mailbox.accounts.iter().find(|account| account.folders.iter().any(|folder| is_open(folder.id)));
    open.or(mailbox.accounts.first()).map(|account| account.identity.clone()).unwrap_or_default()
}

/// Certificates that came with the message and belong to none of its signatures.
pub fn carried(ui: &mut Ui, view: &ReadingView, language: Language, commands: &mut Vec<Command>) {
    /// No more are drawn.
    const SHOWN: usize = 20;
    let is_signer = |one: &Fingerprint| {
        view.assessment
            .signatures
            .iter()
            .any(|signature| signature.check.signer.as_ref().is_some_and(|signer| signer.fingerprint == *one))
    };
    let others: Vec<_> = view.help.carried.iter().filter(|report| !is_signer(&report.fingerprint)).collect();
    if others.is_empty() {
        return;
    }
    widgets::caption(ui, language.say(Word::CameAlong));
    for report in others.into_iter().take(SHOWN) {
        let name = report.addresses.first().map(ToString::to_string).or_else(|| report.names.first().cloned());
        let name = name.or_else(|| report.subject.clone()).unwrap_or_else(|| report.fingerprint.spaced());
        let words = language.fill(Word::KeepOf, &[("name", &super::words::short_name(&one_line(&name)))]);
        if widgets::button(ui, Some(Icon::Save), &words, Weight::Plain).clicked() {
            let fingerprint = report.fingerprint.clone();
            commands.push(Command::KeepCertificate { message: view.id, fingerprint });
        }
    }
    widgets::caption(ui, language.say(Word::CameAlongHint));
}

fn label(remedy: Remedy) -> (Icon, Word) {
    match remedy {
        Remedy::Unlock => (Icon::Keys, Word::DoUnlock),
        Remedy::Import => (Icon::Import, Word::DoImport),
        Remedy::Keep => (Icon::Save, Word::DoKeep),
        Remedy::Find => (Icon::Search, Word::DoFind),
        Remedy::Compare => (Icon::Check, Word::DoCompare),
        Remedy::Renew => (Icon::Sync, Word::DoRenew),
        Remedy::MakeKey => (Icon::Plus, Word::DoMakeKey),
        Remedy::Card => (Icon::Person, Word::DoCard),
        Remedy::Source => (Icon::File, Word::DoSource),
        Remedy::Ask(question) => (
            Icon::Mail,
            match question {
                Question::Resend => Word::AskResend,
                Question::Smaller => Word::AskSmaller,
                Question::Certificate => Word::AskCertificate,
                Question::CannotOpen => Word::AskCannotOpen,
                Question::NewKey => Word::AskNewKey,
                Question::Newer => Word::AskNewer,
                Question::Confirm => Word::AskConfirm,
                Question::Encrypt => Word::AskEncrypt,
            },
        ),
    }
}
