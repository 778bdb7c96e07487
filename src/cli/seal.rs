//! `seal`: builds and protects a message as the composer does, one .eml a delivery.

use std::fs;
use std::path::Path;

use crate::domain::{Attachment, Draft, EmailAddress, Protection, Technology, TechnologyChoice};
use crate::engine::stateless;
use crate::flow::outgoing::{self, SealError};

use super::args::{Common, Lang, SealArgs};
use super::{Problem, load, output, words};

/// Runs the command.
pub(crate) fn run(common: &Common, args: &SealArgs) -> Result<(), Problem> {
    let (keyring, policy) = load::trust(common, &args.trust)?;
    let lang = words::lang(common);
    let draft = draft(args)?;
    let preflight = outgoing::preflight(&draft, &keyring, &policy);
    let cautions = preflight.cautions.clone();
    let plan = preflight.approve(true).map_err(|blockers| refusal(&blockers, lang))?;
    // A refusal is one line; cautions are worth their lines when the message goes.
    for caution in &cautions {
        output::error(&words::send_caution(caution, lang));
    }
    let stamp = stateless::stamp(policy.at, &draft.from)?;
    let sealed = outgoing::seal(&plan, &keyring, &stamp).map_err(|error| seal_problem(&error, lang))?;
    fs::create_dir_all(&args.output).map_err(|error| format!("{}: {error}", args.output.display()))?;
    for (index, delivery) in sealed.deliveries.iter().enumerate() {
        let path = args.output.join(format!("delivery-{}.eml", index + 1));
        fs::write(&path, &*delivery.bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        let recipients: Vec<&str> = delivery.envelope.recipients.iter().map(EmailAddress::as_str).collect();
        if common.json {
            output::json(&serde_json::json!({
                "file": path,
                "recipients": recipients,
                "technology": delivery.technology.map(Technology::word),
            }));
        } else {
            output::line(&format!("{}: {}", path.display(), recipients.join(", ")));
        }
    }
    Ok(())
}

fn draft(args: &SealArgs) -> Result<Draft, Problem> {
    let html = args.html.as_deref().map(text).transpose()?;
    let technology = match args.technology.as_str() {
        "openpgp" => TechnologyChoice::Only(Technology::OpenPgp),
        "smime" => TechnologyChoice::Only(Technology::Smime),
        _ => TechnologyChoice::Auto,
    };
    let attachments = args
        .attachments
        .iter()
        .map(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let media_type = stateless::media_type(&name).to_owned();
            Ok(Attachment { name, media_type, bytes: load::file(path)?.into() })
        })
        .collect::<Result<_, Problem>>()?;
    Ok(Draft {
        from: args.from.clone(),
        to: args.to.clone(),
        cc: args.cc.clone(),
        bcc: args.bcc.clone(),
        subject: args.subject.clone(),
        text: text(&args.body)?,
        html,
        attachments,
        in_reply_to: None,
        references: Vec::new(),
        confidential: crate::domain::Confidential::default(),
        dispatch: crate::domain::Dispatch::default(),
        protection: Protection { sign: args.sign, encrypt: args.encrypt, technology },
    })
}

fn text(path: &Path) -> Result<String, Problem> {
    String::from_utf8(load::file(path)?).map_err(|_| Problem(format!("{}: not UTF-8 text", path.display())))
}

/// One line for all blockers.
fn refusal(blockers: &[outgoing::Blocker], lang: Lang) -> Problem {
    use outgoing::BlockerCode as Code;
    let one = |blocker: &outgoing::Blocker| {
        let who = &blocker.subject;
        let (english, japanese) = match blocker.code {
            Code::NoRecipients => (
                "there is no recipient; name one with --to".to_owned(),
                "宛先がありません。--to で指定できます".to_owned(),
            ),
            Code::BadAddress => (format!("{who} is not an address"), format!("{who} はアドレスではありません")),
            Code::NoCertificate => (
                format!("{who} has no certificate here; give it with --cert"),
                format!("{who} の証明書がありません。--cert で渡せます"),
            ),
            Code::CertificateExpired => (
                format!("the certificate of {who} has expired; ask for a new one"),
                format!("{who} の証明書は期限切れです。新しい証明書が必要です"),
            ),
            Code::CertificateRevoked => (
                format!("the certificate of {who} was withdrawn; ask for a new one"),
                format!("{who} の証明書は失効しています。新しい証明書が必要です"),
            ),
            Code::CertificateMismatch => {
                (format!("the certificate for {who} is another's"), format!("{who} の証明書は別の人のものです"))
            }
            Code::CertificateCannotEncrypt => (
                format!("nothing can be encrypted to the certificate of {who}; ask for one with an encryption key"),
                format!("{who} の証明書では暗号化できません"),
            ),
            Code::NoSigningKey => (
                format!("{who} has no key to sign with; give it with --key"),
                format!("{who} の署名用の鍵がありません。--key で渡せます"),
            ),
            Code::Unconfirmed => ("cautions were not confirmed".to_owned(), "注意が確認されていません".to_owned()),
        };
        words::pick(lang, &english, &japanese)
    };
    Problem(blockers.iter().map(one).collect::<Vec<_>>().join("; "))
}

fn seal_problem(error: &SealError, lang: Lang) -> Problem {
    match error {
        SealError::Protect(crate::crypto::ProtectError::Locked(key)) => Problem(words::pick(
            lang,
            &format!("the key {key} is locked; give its passphrase with --passphrase-file or --passphrase-fd"),
            &format!("鍵 {key} はロックされています。--passphrase-file か --passphrase-fd でパスフレーズを渡せます"),
        )),
        other => Problem(other.to_string()),
    }
}
