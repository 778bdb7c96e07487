//! The head of the open message: its subject, its people, and what can be done with it.

use egui::text::LayoutJob;
use egui::{Align, Label, Layout, TextFormat, Ui};

use crate::domain::Mailbox;
use crate::engine::Command;
use crate::engine::view::{Assessment, ReadingView};
use crate::ui::icons::Icon;
use crate::ui::state::{State, Views};
use crate::ui::tags;
use crate::ui::theme::{self, palette, size, space};
use crate::ui::widgets;
use crate::ui::words::{Word, one_line, short_address, short_name};
use crate::ui::{list, print};

use super::band::{band, below_band};

/// Authors that are named in full.
const AUTHORS: usize = 2;
/// Recipients that are named before "and more".
const NAMED: usize = 6;

pub(super) fn head(
    ui: &mut Ui,
    views: &Views,
    view: &ReadingView,
    state: &mut State,
    commands: &mut Vec<Command>,
    has_back: bool,
) {
    let assessment = &view.assessment;
    let subject = one_line(&assessment.subject);
    let subject = if subject.is_empty() { state.language.say(Word::NoSubject).to_owned() } else { subject };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        if has_back && widgets::icon_button(ui, Icon::Back, state.language.say(Word::BackToList)).clicked() {
            state.reads = false;
        }
        list::actions::buttons(ui, views, state, commands);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            actions_row(ui, view, state, commands);
        });
    });
    headline(ui, &subject);
    people(ui, assessment, state);
    tags::head(ui, view.id, state, commands);
    ui.add_space(space::XS);
    band(ui, assessment, state);
    below_band(ui, assessment, state);
}

fn actions_row(ui: &mut Ui, view: &ReadingView, state: &mut State, commands: &mut Vec<Command>) {
    let say = |word| state.language.say(word);
    let message = view.id;
    if widgets::icon_button(ui, Icon::File, say(if state.source { Word::HideSource } else { Word::ShowSource }))
        .clicked()
    {
        state.source = !state.source;
    }
    if widgets::icon_button(ui, Icon::Print, say(Word::Print)).clicked() {
        print::ask(ui.ctx(), view, state);
        return;
    }
    if widgets::icon_button(ui, Icon::Forward, say(Word::Forward)).clicked() {
        commands.push(Command::Forward(message));
    }
    if widgets::icon_button(ui, Icon::ReplyAll, say(Word::ReplyAll)).clicked() {
        commands.push(Command::Reply { message, all: true });
    }
    if widgets::icon_button(ui, Icon::Reply, say(Word::Reply)).clicked() {
        commands.push(Command::Reply { message, all: false });
    }
}

fn people(ui: &mut Ui, assessment: &Assessment, state: &State) {
    let colours = palette(ui);
    ui.spacing_mut().item_spacing.y = 2.0;
    let mut job = LayoutJob::default();
    let strong = TextFormat::simple(theme::strong(size::BODY), colours.ink);
    let soft = TextFormat::simple(theme::plain(size::BODY), colours.ink_soft);
    if assessment.from.is_empty() {
        job.append(state.language.say(Word::NoSender), 0.0, strong.clone());
    }
    for (index, Mailbox { name, address }) in assessment.from.iter().take(AUTHORS).enumerate() {
        let gap = if index > 0 { space::M } else { 0.0 };
        let (name, address) = (short_name(name), short_address(address));
        if name.is_empty() {
            job.append(&address, gap, strong.clone());
        } else {
            job.append(&name, gap, strong.clone());
            job.append(&format!("  <{address}>"), 0.0, soft.clone());
        }
    }
    if assessment.from.len() > AUTHORS {
        let more = (assessment.from.len() - AUTHORS).to_string();
        job.append(&state.language.fill(Word::AndMore, &[("count", &more)]), space::M, soft.clone());
    }
    if let Some(date) = assessment.date {
        let words = format!("   {}", state.clock.full(state.language, date));
        job.append(&words, 0.0, TextFormat::simple(theme::plain(size::CAPTION), colours.ink_soft));
    }
    ui.add(Label::new(job).wrap().selectable(true));
    for (word, mailboxes) in [(Word::To, &assessment.to), (Word::Cc, &assessment.cc)] {
        if !mailboxes.is_empty() {
            let mut names: Vec<String> = mailboxes.iter().take(NAMED).map(full).collect();
            if mailboxes.len() > NAMED {
                let more = (mailboxes.len() - NAMED).to_string();
                names.push(state.language.fill(Word::AndMore, &[("count", &more)]));
            }
            rows(ui, &format!("{}  {}", state.language.say(word), names.join(", ")), 2);
        }
    }
    ui.spacing_mut().item_spacing.y = space::S;
}

fn full(mailbox: &Mailbox) -> String {
    let (name, address) = (short_name(&mailbox.name), short_address(&mailbox.address));
    if name.is_empty() { address } else { format!("{name} <{address}>") }
}

/// The subject, in three lines at most: it never pushes the band out of sight.
fn headline(ui: &mut Ui, subject: &str) {
    let mut job = LayoutJob::default();
    job.append(subject, 0.0, TextFormat::simple(theme::strong(size::TITLE), palette(ui).ink));
    job.wrap.max_rows = 3;
    ui.add(Label::new(job).wrap().selectable(true));
}

/// Secondary text in so many lines at most.
fn rows(ui: &mut Ui, words: &str, most: usize) {
    let mut job = LayoutJob::default();
    job.append(words, 0.0, TextFormat::simple(theme::plain(size::CAPTION), palette(ui).ink_soft));
    job.wrap.max_rows = most;
    ui.add(Label::new(job).wrap().selectable(true));
}
