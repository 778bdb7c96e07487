//! What is printed of a message, in the reader's language.

use crate::engine::view::{CardContent, Lock, ReadingView, ShownBlock};
use crate::ui::attachments::{self, has_protection};
use crate::ui::html::Request;
use crate::ui::prose;
use crate::ui::state::State;
use crate::ui::words::verdict::{self, Sentence};
use crate::ui::words::{Language, Word, bytes, one_line, short_address, short_name};

use super::setting::{BODY, CAPTION, Item, Paper, Style, TITLE};

/// The width of a drawing, in its points: the text's width on A4.
const WIDTH: f32 = 649.0;
/// Addresses that are named in a field.
const NAMED: usize = 60;
/// Parts that are printed.
const BLOCKS: usize = 40;
/// Files that are listed.
const FILES: usize = 200;

/// Everything of a message that is printed.
pub fn of(view: &ReadingView, state: &State) -> Paper {
    let language = state.language;
    let assessment = &view.assessment;
    let mut items = head(view, state);
    let (main, apart): (Vec<_>, Vec<_>) = assessment.blocks.iter().partition(|block| block.is_headline);
    cards(&mut items, view, true, state);
    for block in main.iter().take(BLOCKS) {
        body(&mut items, view, block, state);
    }
    if assessment.blocks.is_empty() && assessment.headline.lock != Lock::CannotOpen {
        items.push(text(language.say(Word::NoBody), CAPTION));
    }
    files(&mut items, view, true, language);
    let has_apart = !apart.is_empty()
        || view.cards.iter().any(|card| !has_protection(view, card.decrypted, card.signed))
        || view.attachments.iter().any(|file| !attachments::belongs(view, file));
    if has_apart {
        items.push(Item::Gap(10.0));
        items.push(Item::Rule);
        items.push(text(language.say(Word::PrintedApart), Style { is_strong: true, ..CAPTION }));
        for block in apart.iter().take(BLOCKS) {
            items.push(Item::Rule);
            body(&mut items, view, block, state);
        }
        cards(&mut items, view, false, state);
        files(&mut items, view, false, language);
    }
    Paper {
        title: subject(view, language),
        language: language.code(),
        items,
        cut: language.say(Word::PrintCut).to_owned(),
        number: language.say(Word::PageOf),
    }
}

/// The name that is proposed for the file.
pub fn file_name(view: &ReadingView, language: Language) -> String {
    let name: String = subject(view, language).chars().take(60).collect();
    let name: String = name.chars().map(|c| if r#"/\:*?"<>|."#.contains(c) { '_' } else { c }).collect();
    format!("{}.pdf", name.trim())
}

fn subject(view: &ReadingView, language: Language) -> String {
    let subject = one_line(&view.assessment.subject);
    if subject.is_empty() { language.say(Word::NoSubject).to_owned() } else { subject }
}

fn text(words: impl Into<String>, style: Style) -> Item {
    Item::Text { words: words.into(), style, level: 0 }
}

fn head(view: &ReadingView, state: &State) -> Vec<Item> {
    let language = state.language;
    let assessment = &view.assessment;
    let mut items = vec![text(subject(view, language), TITLE), Item::Gap(4.0)];
    let lists = [(Word::From, &assessment.from), (Word::To, &assessment.to), (Word::Cc, &assessment.cc)];
    for (word, mailboxes) in lists {
        if mailboxes.is_empty() {
            continue;
        }
        let mut named: Vec<String> = mailboxes.iter().take(NAMED).map(full).collect();
        if mailboxes.len() > NAMED {
            let more = (mailboxes.len() - NAMED).to_string();
            named.push(language.fill(Word::AndMore, &[("count", &more)]));
        }
        items.push(Item::Field { label: language.say(word).to_owned(), words: named.join(", ") });
    }
    if assessment.from.is_empty() {
        let (label, words) = (language.say(Word::From).to_owned(), language.say(Word::NoSender).to_owned());
        items.push(Item::Field { label, words });
    }
    if let Some(date) = assessment.date {
        let words = state.clock.full(language, date);
        items.push(Item::Field { label: language.say(Word::Date).to_owned(), words });
    }
    items.push(Item::Rule);
    let whole = |sentence: Sentence| text(format!("{}{}", sentence.main, sentence.rest), Style { size: 9.5, ..BODY });
    items.push(whole(verdict::lock(language, assessment)));
    items.push(whole(verdict::seal(language, assessment, &state.clock)));
    if let Some((_, words)) = verdict::delivery(language, assessment) {
        items.push(text(words, CAPTION));
    }
    items.extend(verdict::cautions(language, assessment).into_iter().take(20).map(|words| text(words, CAPTION)));
    items.push(Item::Rule);
    items.push(Item::Gap(6.0));
    items
}

fn full(mailbox: &crate::domain::Mailbox) -> String {
    let (name, address) = (short_name(&mailbox.name), short_address(&mailbox.address));
    if name.is_empty() { address } else { format!("{name} <{address}>") }
}

fn body(items: &mut Vec<Item>, view: &ReadingView, block: &ShownBlock, state: &State) {
    if let Some(html) = block.html.as_ref().filter(|_| !state.plain_text) {
        let parts = crate::ui::reading::pictures(view, block);
        let request = Request {
            html: html.clone(),
            width: WIDTH,
            scale: 2.0,
            zoom: 1.0,
            widens: false,
            paper: None,
            parts,
            remote: std::sync::Arc::default(),
        };
        items.push(Item::Html { request: Box::new(request), text: block.text.clone() });
        return;
    }
    items.extend(prose::levels(&block.text).into_iter().map(|(words, level, is_signature)| Item::Text {
        words,
        style: Style { is_soft: level > 0 || is_signature, ..BODY },
        level,
    }));
}

fn cards(items: &mut Vec<Item>, view: &ReadingView, protected: bool, state: &State) {
    for card in view.cards.iter().filter(|card| has_protection(view, card.decrypted, card.signed) == protected) {
        match &card.content {
            CardContent::Invitation(event) => {
                let (kind, facts) = crate::ui::calendar::facts_of(view, event, state);
                items.push(text(kind, CAPTION));
                items.push(text(one_line(&event.title), Style { is_strong: true, ..BODY }));
                items.extend(facts.into_iter().map(|(label, words)| Item::Field { label, words }));
            }
            CardContent::Contacts(people) => {
                for person in people {
                    let lines = person.addresses.iter().chain(&person.telephones);
                    let lines: Vec<String> = lines.map(|line| one_line(line)).collect();
                    items.push(text(short_name(&person.name), Style { is_strong: true, ..BODY }));
                    items.push(text(lines.join("\n"), BODY));
                }
            }
        }
        items.push(Item::Rule);
        items.push(Item::Gap(6.0));
    }
}

fn files(items: &mut Vec<Item>, view: &ReadingView, protected: bool, language: Language) {
    let files: Vec<_> = view.attachments.iter().filter(|file| attachments::belongs(view, file) == protected).collect();
    if files.is_empty() {
        return;
    }
    items.push(Item::Gap(8.0));
    items.push(Item::Rule);
    items.push(text(language.say(Word::Files), Style { is_strong: true, is_soft: false, ..CAPTION }));
    for file in files.into_iter().take(FILES) {
        let kind = language.say(attachments::kind_word(file.report.kind));
        items.push(text(
            format!("{}  ({kind}, {})", one_line(&file.name), bytes(file.bytes)),
            Style { size: 9.5, ..BODY },
        ));
    }
}
