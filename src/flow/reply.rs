//! The draft of an answer.

use crate::domain::{Confidential, Draft, EmailAddress, Mailbox, Protection, TechnologyChoice};
use crate::message;

use super::{Assessment, HeaderScheme, Lock, Seal};

/// What kind of answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To the author.
    Reply,
    /// To the author and everybody it was for.
    ReplyAll,
    /// To somebody else.
    Forward,
}

/// Makes the draft of an answer by `me`.
///
/// What was decrypted alone, apart from the rest, never leaves in an answer. An answer to an encrypted message asks for encryption.
pub fn draft(found: &Assessment, me: &Mailbox, answer: Answer) -> Draft {
    let own = me.email();
    let is_own = |mailbox: &Mailbox| own.is_some() && mailbox.email() == own;
    let mut to = Vec::new();
    let mut cc = Vec::new();
    let mut hidden = if answer == Answer::Forward { Confidential::default() } else { confidential(found) };
    if answer != Answer::Forward {
        let back = if found.reply_to.is_empty() { &found.from } else { &found.reply_to };
        to.extend(back.iter().cloned());
        if to.iter().all(is_own) && !found.to.is_empty() {
            to.clone_from(&found.to);
            hidden.to = hidden.cc;
        }
    }
    if answer == Answer::ReplyAll {
        cc.extend(found.to.iter().chain(&found.cc).filter(|mailbox| !is_own(mailbox)).cloned());
    }
    let mut seen: Vec<EmailAddress> = Vec::new();
    for list in [&mut to, &mut cc] {
        list.retain(|mailbox| match mailbox.email() {
            Some(address) if seen.contains(&address) => false,
            Some(address) => {
                seen.push(address);
                true
            }
            None => false,
        });
    }
    let was_encrypted = found.headline.lock != Lock::NotEncrypted || !found.encryption.is_empty();
    let was_signed = found.headline.seal != Seal::Unsigned;
    let mut references = found.references.clone();
    references.extend(found.message_id.clone());
    Draft {
        from: me.clone(),
        to,
        cc,
        bcc: Vec::new(),
        subject: subject(&found.subject, answer),
        text: quoted(found, answer),
        html: None,
        attachments: Vec::new(),
        in_reply_to: if answer == Answer::Forward { None } else { found.message_id.clone() },
        references: if answer == Answer::Forward { Vec::new() } else { references },
        confidential: hidden,
        dispatch: crate::domain::Dispatch::default(),
        protection: Protection {
            sign: was_encrypted || was_signed,
            encrypt: was_encrypted,
            technology: TechnologyChoice::Auto,
        },
    }
}

/// What an answer takes over of what was hidden in a message. The older schemes don't tell what was meant to be hidden from
/// what a server wrote in another way: of those only the thread counts, where nothing of it stood outside.
pub fn confidential(found: &Assessment) -> Confidential {
    let protection = &found.header_protection;
    let is_hidden = |names: &[&str]| protection.confidential.iter().any(|field| names.contains(&field.as_str()));
    if protection.scheme != HeaderScheme::Rfc9788 {
        return Confidential { thread: is_hidden(&["references", "in-reply-to"]), ..Confidential::default() };
    }
    // From always stands outside: what is hidden of it is a name.
    Confidential {
        to: is_hidden(&["reply-to"]),
        cc: is_hidden(&["to", "cc"]),
        names: is_hidden(&["from", "sender"]),
        thread: is_hidden(&["message-id", "in-reply-to", "references"]),
    }
}

fn subject(subject: &str, answer: Answer) -> String {
    let lower = subject.to_lowercase();
    match answer {
        Answer::Forward if lower.starts_with("fwd:") => subject.to_owned(),
        Answer::Forward => format!("Fwd: {subject}"),
        _ if lower.starts_with("re:") => subject.to_owned(),
        _ => format!("Re: {subject}"),
    }
}

fn quoted(found: &Assessment, answer: Answer) -> String {
    let from = found.from.first().map(ToString::to_string).unwrap_or_default();
    let date = found.date.map(|date| date.strftime("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
    let texts: Vec<&str> =
        found.blocks.iter().filter(|block| block.is_quotable).map(|block| block.text.as_str()).collect();
    let text = texts.join("\n");
    if answer == Answer::Forward {
        return format!("\n\n---- {from} · {date} ----\n{}\n\n{text}", found.subject);
    }
    if text.trim().is_empty() {
        return String::new();
    }
    format!("\n\n{from} · {date}\n{}", message::reply_quote(&text))
}
