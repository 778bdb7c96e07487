//! The steps of a set-up in words.

use crate::engine::topic::setup::{Hints, Note, Outcome, Protocol, Security, Step};

use super::{Language, Word, one_line, short_address};

/// What a step of the search asks.
pub fn step(language: Language, step: Step, domain: &str) -> String {
    let word = match step {
        Step::Known => Word::StepKnown,
        Step::Autoconfig => Word::StepAutoconfig,
        Step::WellKnown => Word::StepWellKnown,
        Step::Services => Word::StepServices,
        Step::Exchanger => Word::StepExchanger,
        Step::Guess => Word::StepGuess,
    };
    language.fill(word, &[("domain", &short_address(domain))])
}

/// How it went.
pub fn outcome(language: Language, outcome: &Outcome) -> &'static str {
    language.say(match outcome {
        Outcome::Trying => Word::StepTrying,
        Outcome::Found => Word::StepFound,
        Outcome::Nothing => Word::StepNothing,
        Outcome::Failed(code) => match code.as_str() {
            "bad_certificate" => Word::StepBadCertificate,
            "not_https" => Word::StepNotHttps,
            "private_address" => Word::StepPrivate,
            "timed_out" => Word::StepTimedOut,
            "unreachable" | "dns" => Word::StepUnreachable,
            _ => Word::StepUnreadable,
        },
    })
}

/// What the user has to know of a provider.
pub fn note(language: Language, note: Note, hints: &Hints) -> String {
    let word = match note {
        Note::AppPassword => Word::NoteAppPassword,
        Note::SwitchOn => Word::NoteSwitchOn,
        Note::OwnUser => Word::NoteOwnUser,
        Note::MailPassword => Word::NoteMailPassword,
    };
    let link = hints.link.as_deref().unwrap_or("");
    language.fill(word, &[("name", &one_line(&hints.name)), ("link", &one_line(link))])
}

/// A protocol's name.
pub fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Imap => "IMAP",
        Protocol::Pop3 => "POP3",
        Protocol::Submission => "SMTP",
    }
}

/// How TLS starts, as people write it.
pub fn security(security: Security) -> &'static str {
    match security {
        Security::Implicit => "TLS",
        Security::StartTls => "STARTTLS",
        Security::Either => "TLS/STARTTLS",
    }
}
