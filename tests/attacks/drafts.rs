//! Drafts of bob's, with a secret in every place.

use kakitome::domain::{Attachment, Draft, Mailbox, Protection, Technology, TechnologyChoice};
use kakitome::flow::outgoing::{OutgoingMessage, Stamp, preflight, seal};

use super::world::{BOB, SECRET, WORLD};

pub fn draft(to: &[&str], cc: &[&str], bcc: &[&str], protection: Protection) -> Draft {
    let all = |list: &[&str]| list.iter().map(|one| Mailbox::new("", *one)).collect();
    Draft {
        from: Mailbox::new("Bob Baker", BOB),
        to: all(to),
        cc: all(cc),
        bcc: all(bcc),
        subject: "the secret subject".to_owned(),
        text: SECRET.to_owned(),
        html: Some(format!("<p>{SECRET}</p>")),
        attachments: vec![Attachment {
            name: "secret-name.txt".to_owned(),
            media_type: "text/plain".to_owned(),
            bytes: SECRET.as_bytes().to_vec().into(),
        }],
        in_reply_to: None,
        references: Vec::new(),
        confidential: kakitome::domain::Confidential::default(),
        protection,
        dispatch: kakitome::domain::Dispatch::default(),
    }
}

pub fn sealed(draft: &Draft) -> Result<OutgoingMessage, String> {
    let plan = preflight(draft, &WORLD.all, &WORLD.policy).approve(true).map_err(|blockers| format!("{blockers:?}"))?;
    let stamp = Stamp { at: WORLD.at(), message_id: "1@example.test".to_owned(), autocrypt: None, gossips: true };
    seal(&plan, &WORLD.all, &stamp).map_err(|error| error.to_string())
}

pub fn every_protection() -> Vec<Protection> {
    let mut all = Vec::new();
    for technology in
        [TechnologyChoice::Auto, TechnologyChoice::Only(Technology::OpenPgp), TechnologyChoice::Only(Technology::Smime)]
    {
        for sign in [true, false] {
            for encrypt in [true, false] {
                all.push(Protection { sign, encrypt, technology });
            }
        }
    }
    all
}
