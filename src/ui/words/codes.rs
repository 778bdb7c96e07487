//! The engine's codes in words. A code that is not known here is shown as it is, never hidden.

use crate::domain::{Mailbox, Technology};
use crate::engine::view::{Method, PreflightView, ReadinessView, SenderWord, TrustVerdict};

use super::reason::{About, reason};
use super::{Language, Word, one_line};

/// A mechanism's name, and what it asks.
pub fn method(language: Language, method: Method) -> (&'static str, &'static str) {
    let (name, word) = match method {
        Method::Spf => ("SPF", Word::WhatSpf),
        Method::Dkim => ("DKIM", Word::WhatDkim),
        Method::Dmarc => ("DMARC", Word::WhatDmarc),
        Method::Arc => ("ARC", Word::WhatArc),
        Method::Bimi => ("BIMI", Word::WhatBimi),
        Method::Iprev => ("iprev", Word::WhatIprev),
    };
    (name, language.say(word))
}

/// A mechanism's answer.
pub fn sender_word(language: Language, word: SenderWord) -> &'static str {
    language.say(match word {
        SenderWord::Pass => Word::ResultPass,
        SenderWord::Fail => Word::ResultFail,
        SenderWord::Softfail => Word::ResultSoftfail,
        SenderWord::Neutral => Word::ResultNeutral,
        SenderWord::None => Word::ResultNone,
        SenderWord::Temperror => Word::ResultTemperror,
        SenderWord::Permerror => Word::ResultPermerror,
        SenderWord::Policy => Word::ResultPolicy,
    })
}

/// A header field's name.
pub fn field(language: Language, name: &str) -> String {
    let word = match name {
        "subject" => Word::Subject,
        "from" => Word::From,
        "to" => Word::To,
        _ => return one_line(name),
    };
    language.say(word).to_owned()
}

/// A key's problem.
pub fn problem(language: Language, code: &str) -> String {
    let word = match code {
        "expired" => Word::ProblemExpired,
        "not_yet_valid" => Word::ProblemNotYet,
        "revoked" => Word::ProblemRevoked,
        "weak_algorithm" => Word::ProblemAlgorithm,
        "weak_key" => Word::ProblemKey,
        "no_address" => Word::ProblemAddress,
        "wrong_key_usage" => Word::ProblemUsage,
        "no_email_protection" => Word::ProblemMail,
        "unreadable" => Word::ProblemUnreadable,
        "not_bound" => Word::ProblemNotBound,
        "flooded" => Word::ProblemFlooded,
        "too_large" => Word::ProblemTooLarge,
        other => return language.fill(Word::ProblemOther, &[("code", &reason(language, About::Seal, other))]),
    };
    language.say(word).to_owned()
}

/// What stands in the way of sending.
pub fn blocker(language: Language, code: &str, about: &str) -> String {
    let word = match code {
        "no_certificate" => Word::BlockNoCertificate,
        "certificate_expired" | "expired" => Word::BlockExpired,
        "certificate_revoked" | "revoked" => Word::BlockRevoked,
        "certificate_mismatch" => Word::BlockMismatch,
        "certificate_cannot_encrypt" => Word::BlockCannotEncrypt,
        "bad_address" => Word::BlockBadAddress,
        "no_recipients" => Word::NoRecipient,
        "no_signing_key" => Word::BlockNoSigningKey,
        "too_big" => return language.fill(Word::BlockTooBig, &[("limit", &limit(about))]),
        _ => Word::BlockOther,
    };
    language.fill(word, &[("name", &one_line(about)), ("code", code)])
}

/// A number of bytes that a code came with.
fn limit(about: &str) -> String {
    about.parse().map_or_else(|_| one_line(about), super::bytes)
}

/// Whether a blocker is about the author's own key, and not a recipient's.
pub fn is_about_own_key(code: &str) -> bool {
    code == "no_signing_key"
}

/// What may be confirmed before sending.
pub fn send_caution(language: Language, code: &str, about: &str) -> String {
    let word = match code {
        "unauthenticated_certificate" | "unauthenticated" => Word::AskUnauthenticated,
        "bcc_own_delivery" => Word::AskBcc,
        "subject_visible" | "subject_not_hidden" => Word::AskSubject,
        "not_encrypted" | "cleartext" => Word::AskClear,
        "not_signed" | "unsigned" => Word::AskUnsigned,
        "sent_copy_unreadable" => Word::AskCopy,
        "empty_subject" => Word::AskEmptySubject,
        "perhaps_too_big" => return language.fill(Word::AskTooBig, &[("limit", &limit(about))]),
        _ => Word::AskOther,
    };
    language.fill(word, &[("name", &one_line(about)), ("code", code)])
}

/// How a recipient gets the message.
pub fn readiness(language: Language, ready: &ReadinessView) -> String {
    let way = language.say(match ready.technology {
        Some(Technology::OpenPgp) => Word::ReadyOpenPgp,
        Some(Technology::Smime) => Word::ReadySmime,
        None => Word::ReadyClear,
    });
    let belief = ready.verdict.filter(|_| ready.technology.is_some()).map(|verdict| {
        language.say(match verdict {
            TrustVerdict::Authenticated => Word::ReadyCompared,
            TrustVerdict::Partial => Word::ReadyPartial,
            TrustVerdict::Unauthenticated | TrustVerdict::Mismatch => Word::ReadyUnknown,
            TrustVerdict::Revoked => Word::ReadyRevoked,
            TrustVerdict::Expired => Word::ReadyExpired,
        })
    });
    [Some(way), belief].into_iter().flatten().collect::<Vec<_>>().join(separator(language))
}

fn separator(language: Language) -> &'static str {
    match language {
        Language::English => " · ",
        Language::Japanese => "・",
    }
}

/// Preflight in one line.
pub fn summary(language: Language, preflight: &PreflightView, from: &Mailbox) -> String {
    let name = |mailbox: &Mailbox| one_line(if mailbox.name.is_empty() { &mailbox.address } else { &mailbox.name });
    let count = preflight.recipients.len();
    let mut words = Vec::new();
    if !preflight.blockers.is_empty() {
        return language.say(Word::SummaryBlocked).to_owned();
    }
    words.push(match (preflight.is_encrypted, &preflight.recipients[..]) {
        (false, _) => language.say(Word::SummaryClear).to_owned(),
        (true, [only]) => language.fill(Word::SummaryEncryptedOne, &[("name", &name(&only.mailbox))]),
        (true, _) => language.fill(Word::SummaryEncrypted, &[("count", &count.to_string())]),
    });
    words.push(if preflight.signs_with.is_empty() {
        language.say(Word::SummaryUnsigned).to_owned()
    } else {
        language.fill(Word::SummarySigned, &[("name", &name(from))])
    });
    if preflight.hides_subject {
        words.push(language.say(Word::SummaryHides).to_owned());
    }
    words.join(separator(language))
}

/// A submission's state.
pub fn submission(language: Language, state: &str) -> String {
    let word = match state {
        "queued" => Word::StateQueued,
        "sending" => Word::StateSending,
        "deferred" => Word::StateDeferred,
        "rejected" => Word::StateRejected,
        "expired" => Word::StateExpired,
        "uncertain" => Word::StateUncertain,
        "accepted" => Word::StateAccepted,
        other => return other.to_owned(),
    };
    language.say(word).to_owned()
}

/// What goes on.
pub fn work(language: Language, code: &str, subject: &str) -> String {
    let word = match code {
        "synchronise" => Word::WorkSynchronise,
        "send" => Word::WorkSend,
        "generate_key" => Word::WorkGenerate,
        "assess" => Word::WorkAssess,
        "index" => Word::WorkIndex,
        "rules" => Word::WorkRules,
        "thread" => Word::WorkThread,
        "import" => Word::WorkImport,
        "check" => Word::WorkCheck,
        "compact" => Word::WorkCompact,
        "export_all" => Word::WorkExportAll,
        "repair" => Word::WorkRepair,
        "find_certificate" => Word::WorkFind,
        "remote" => Word::WorkRemote,
        "change_mail" => Word::WorkChangeMail,
        "refresh_certificates" => Word::WorkRefresh,
        "print" => Word::WorkPrint,
        "backup" => Word::WorkBackup,
        "rehearse" => Word::WorkRehearse,
        "restore" => Word::WorkRestore,
        "check_revocation" => Word::WorkRevocation,
        _ => Word::WorkOther,
    };
    language.fill(word, &[("subject", subject)])
}

/// What was done.
pub fn done(language: Language, code: &str, subject: &str) -> String {
    let word = match code {
        "queued" => Word::DoneQueued,
        "draft_saved" => Word::DoneDraft,
        "imported" => Word::DoneImported,
        "exported" => Word::DoneExported,
        "saved" | "attachment_saved" | "account_saved" => Word::DoneSaved,
        "generated" | "key_generated" => Word::DoneGenerated,
        "account_removed" => Word::DoneAccountRemoved,
        "account_works" => Word::DoneAccount,
        "moved" => Word::DoneMoved,
        "copied" => Word::DoneCopied,
        "archived" => Word::DoneArchived,
        "marked_spam" => Word::DoneSpam,
        "marked_not_spam" => Word::DoneNotSpam,
        "deleted" => Word::DoneDeleted,
        "undone" => Word::DoneUndone,
        "tag_removed" => Word::DoneTagRemoved,
        "tags_stay_here" => return language.fill(Word::TagsLocal, &[("address", subject)]),
        "ruled" => Word::DoneRuled,
        "rule_off" => Word::DoneRuleOff,
        "rules_left" => Word::DoneRulesLeft,
        "all_read" => Word::DoneAllRead,
        "certificate_kept" => Word::DoneKept,
        "certificate_found" => Word::DoneFound,
        "certificate_not_found" => Word::DoneNotFound,
        "key_renewed" => Word::DoneRenewed,
        "key_accepted" => Word::DoneAccepted,
        "key_refused" => Word::DoneRefused,
        "certified" => Word::DoneCertified,
        "retracted" => Word::DoneRetracted,
        "root_added" => Word::DoneRootAdded,
        "revocation_checked" => Word::DoneRevocation,
        "request_saved" => Word::DoneRequest,
        "request_made" => Word::DoneRequestMade,
        "key_revoked" => Word::DoneRevoked,
        "authority_made" => Word::DoneAuthority,
        "certificate_issued" => Word::DoneIssued,
        "certificate_revoked" => Word::DoneCertificateRevoked,
        "list_published" => Word::DoneList,
        "certificates_fresh" => Word::DoneFresh,
        "certificates_refreshed" => Word::DoneRefreshed,
        "certificate_published" => Word::DonePublished,
        "sent_without_report" => Word::DoneNoReport,
        "kept_here" => Word::DoneKeptHere,
        _ => Word::DoneOther,
    };
    language.fill(word, &[("subject", subject)])
}
