use crate::domain::{Attachment, Draft, Mailbox, Protection, TechnologyChoice};
use crate::engine::Event;
use crate::ui::state::{State, Views};
use crate::ui::words::{Language, Word};

/// Begins a message to two people of the demo mailbox: one uses OpenPGP, the other S/MIME.
pub fn sample(views: &mut Views, state: &mut State) {
    let accounts = views.mailbox.as_ref().map(|mailbox| mailbox.accounts.as_slice()).unwrap_or_default();
    let from = accounts.first().map(|account| account.identity.clone()).unwrap_or_default();
    let say = |word: Word| state.language.say(word).to_owned();
    let hanako = if state.language == Language::Japanese { "山田 花子" } else { "Hanako Yamada" };
    let draft = Draft {
        from,
        to: vec![Mailbox::new("Bob Rossi", "bob@example.com"), Mailbox::new(hanako, "hanako@example.co.jp")],
        subject: say(Word::SampleSubject),
        text: say(Word::SampleText),
        attachments: vec![Attachment {
            name: say(Word::SampleFile),
            media_type: "application/pdf".to_owned(),
            bytes: vec![0; 84_000].into(),
        }],
        protection: Protection { sign: true, encrypt: true, technology: TechnologyChoice::Auto },
        ..Draft::default()
    };
    state.take(views, Event::Compose { draft: Box::new(draft), id: None });
    if let Some(composer) = &mut state.composer {
        composer.unfolds = true;
    }
}
