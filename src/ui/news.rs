//! Notices of new mail: their words, and the switch for them.

use egui::Ui;

use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::news::{NewsCommand, NewsSettings, Phrases};

use super::icons::Icon;
use super::state::{State, Views};
use super::theme::palette;
use super::widgets;
use super::words::{Language, Word};

fn command(command: NewsCommand) -> Command {
    Command::Topic(Box::new(Topic::News(command)))
}

/// Tells the engine the words for notices, once it listens and whenever the language is another.
pub fn speak(views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    if views.mailbox.is_none() || state.spoken == Some(language) {
        return;
    }
    state.spoken = Some(language);
    commands.push(command(NewsCommand::Speak(phrases(language))));
}

/// Asks the engine how it is set.
pub fn look(commands: &mut Vec<Command>) {
    commands.push(command(NewsCommand::Look));
}

fn phrases(language: Language) -> Phrases {
    Phrases {
        one: language.say(Word::NewsOne).to_owned(),
        several: language.fill(Word::NewsSeveral, &[("count", "{count}")]),
        encrypted: language.say(Word::NewsEncrypted).to_owned(),
        no_subject: language.say(Word::NoSubject).to_owned(),
    }
}

/// The settings' card: whether new mail is said, and how much of it.
pub fn settings(ui: &mut Ui, views: &Views, language: Language, commands: &mut Vec<Command>) {
    let view = views.topics.news.as_deref().copied().unwrap_or_default();
    let NewsSettings { mut is_on, mut names } = view.settings;
    widgets::card(ui, |ui| {
        widgets::emphasis(ui, language.say(Word::News));
        let switched = ui.checkbox(&mut is_on, language.say(Word::NewsOn)).changed();
        widgets::caption(ui, language.say(Word::NewsOnHint));
        let mut named = false;
        if is_on {
            named = ui.checkbox(&mut names, language.say(Word::NewsNames)).changed();
            widgets::caption(ui, language.say(Word::NewsNamesHint));
            if view.is_unheard {
                widgets::signed_line(ui, Icon::Caution, palette(ui).amber, language.say(Word::NewsUnheard));
            }
        }
        if switched || named {
            commands.push(command(NewsCommand::Set(NewsSettings { is_on, names })));
        }
    });
}
