//! The open message: its header and the band with lock and seal, drawn by the frame; below a
//! hairline, and clipped to it, what its author wrote.

use std::collections::HashMap;

use egui::text::LayoutJob;
use egui::{
    Align, Color32, CornerRadius, Frame, Id, Label, Layout, Margin, Rect, Role, ScrollArea, Sense, Stroke, TextFormat,
    Ui, UiBuilder, Vec2, WidgetInfo, vec2,
};

use crate::domain::{Mailbox, Secret};
use crate::engine::Command;
use crate::engine::view::{Assessment, Lock, ReadingView, ShownBlock};

use super::html::{Request, Shown};
use super::icons::{self, Icon};
use super::state::{State, Views};
use super::theme::{self, palette, size, space};
use super::widgets::{self, Weight};
use super::words::verdict::{self, Sentence};
use super::words::{Word, one_line, short_address, short_name};
use super::{attachments, confirm, prose, remedies};

/// Authors that are named in full.
const AUTHORS: usize = 2;
/// Recipients that are named before "and more".
const NAMED: usize = 6;

/// Parts with a text of their own that are drawn; the message source has all of them.
const BLOCKS: usize = 40;

/// Parts that are drawn as HTML; the others are shown as their text.
const DRAWINGS: usize = 4;

/// What is left of what one message may take.
struct Budget {
    text: usize,
    drawings: usize,
}

/// The pane, for F6.
pub fn pane_id() -> Id {
    Id::unique("pane-reading")
}

/// Draws the reading pane; `has_back` when it hides the list.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>, has_back: bool) {
    let whole = ui.max_rect();
    ui.painter().rect_filled(whole, 0.0, palette(ui).paper);
    let pane = ui.interact(whole, pane_id(), Sense::focusable_noninteractive());
    pane.widget_info(|| WidgetInfo::labeled(Role::Group, true, state.language.say(Word::Message)));
    // While another message is being looked at, the one before says nothing about it.
    let Some(view) = views.reading.clone().filter(|view| state.selected == Some(view.id)) else {
        absent(ui, state, commands, has_back);
        widgets::ring(ui, &pane, whole);
        return;
    };
    ui.spacing_mut().item_spacing = vec2(space::S, space::S);
    // A long header never takes the message's place: beyond this share it scrolls.
    let most = whole.height() * 0.62;
    ScrollArea::vertical().id_salt("head").max_height(most).auto_shrink([false, true]).show(ui, |ui| {
        Frame::new().inner_margin(Margin { left: 24, right: 24, top: 16, bottom: 12 }).show(ui, |ui| {
            head(ui, &view, state, commands, has_back);
        });
    });
    ui.add_space(-space::S);
    widgets::hairline(ui);
    ui.add_space(-space::S);
    let rest = ui.available_rect_before_wrap();
    let mut area = ui.new_child(UiBuilder::new().max_rect(rest).layout(Layout::top_down(Align::Min)));
    // Nothing of the message can be painted above the hairline.
    area.shrink_clip_rect(rest);
    ScrollArea::vertical().id_salt(("body", view.id)).auto_shrink([false, false]).show(&mut area, |ui| {
        Frame::new().inner_margin(Margin { left: 24, right: 24, top: 16, bottom: 24 }).show(ui, |ui| {
            contents(ui, views, &view, state, commands);
        });
    });
    ui.advance_cursor_after_rect(rest);
    widgets::ring(ui, &pane, whole);
}

/// There is no message to show: none was chosen, it isn't there yet, or it could not be opened.
fn absent(ui: &mut Ui, state: &mut State, commands: &mut Vec<Command>, has_back: bool) {
    let language = state.language;
    if has_back && widgets::icon_button(ui, Icon::Back, language.say(Word::BackToList)).clicked() {
        state.reads = false;
    }
    let Some(id) = state.selected else {
        widgets::empty(ui, Icon::Mark, language.say(Word::NothingOpen), language.say(Word::NothingOpenHint));
        return;
    };
    let Some((_, failure)) = state.unopened.clone().filter(|(failed, _)| *failed == id) else {
        widgets::empty(ui, Icon::Mark, language.say(Word::Loading), language.say(Word::LoadingHint));
        return;
    };
    let (happened, now) = super::words::failure::sentences(language, &failure);
    widgets::empty(ui, Icon::Caution, language.say(Word::NotOpened), &format!("{happened} {now}"));
    ui.add_space(space::M);
    ui.vertical_centered(|ui| {
        if widgets::button(ui, Some(Icon::Sync), language.say(Word::TryAgain), Weight::Primary).clicked() {
            state.unopened = None;
            commands.push(Command::OpenMessage(id));
        }
        if !failure.source.is_empty() {
            widgets::caption(ui, one_line(&failure.source));
        }
    });
}

fn head(ui: &mut Ui, view: &ReadingView, state: &mut State, commands: &mut Vec<Command>, has_back: bool) {
    let assessment = &view.assessment;
    let subject = one_line(&assessment.subject);
    let subject = if subject.is_empty() { state.language.say(Word::NoSubject).to_owned() } else { subject };
    ui.horizontal_top(|ui| {
        if has_back && widgets::icon_button(ui, Icon::Back, state.language.say(Word::BackToList)).clicked() {
            state.reads = false;
        }
        let actions = 5.0 * size::HIT + 5.0 * space::XS;
        let width = (ui.available_width() - actions).max(120.0);
        ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            headline(ui, &subject);
        });
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            actions_row(ui, view, state, commands);
        });
    });
    people(ui, assessment, state);
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

/// The band: what the program found, in its own signs and words.
fn band(ui: &mut Ui, assessment: &Assessment, state: &mut State) {
    let language = state.language;
    let lock = assessment.headline.lock;
    let seal = assessment.headline.seal;
    let (lock_colour, seal_colour) = (icons::lock_colour(ui, lock), icons::seal_colour(ui, seal));
    widgets::card(ui, |ui| {
        ui.horizontal_top(|ui| {
            let why = language.say(if state.drawer { Word::HideWhy } else { Word::Why });
            let button = 136.0;
            let width = (ui.available_width() - button).max(160.0);
            ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 6.0;
                sign(ui, Icon::of_lock(lock), lock_colour, &verdict::lock(language, assessment));
                sign(ui, Icon::of_seal(seal), seal_colour, &verdict::seal(language, assessment, &state.clock));
            });
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                if widgets::button(ui, None, why, Weight::Plain).clicked() {
                    state.drawer = !state.drawer;
                }
            });
        });
    });
}

/// A sign, the main statement in strong letters, and what follows from it.
pub fn sign(ui: &mut Ui, icon: Icon, colour: Color32, sentence: &Sentence) {
    let colours = palette(ui);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 10.0;
        let (rect, _) = ui.allocate_exact_size(vec2(size::ICON_LARGE, size::BODY * 1.45), Sense::empty());
        icons::paint(ui, icon, Rect::from_center_size(rect.center(), Vec2::splat(size::ICON_LARGE)), colour);
        let leading = Some(size::BODY * 1.45);
        let format = |font, color| TextFormat { line_height: leading, ..TextFormat::simple(font, color) };
        let mut job = LayoutJob::default();
        job.append(&sentence.main, 0.0, format(theme::strong(size::BODY), colours.ink));
        job.append(&sentence.rest, 0.0, format(theme::plain(size::BODY), colours.ink_soft));
        ui.add(Label::new(job).wrap().selectable(true));
    });
}

/// Delivery and cautions: still the frame's, still above the hairline.
fn below_band(ui: &mut Ui, assessment: &Assessment, state: &State) {
    let colours = palette(ui);
    ui.spacing_mut().item_spacing.y = space::XS;
    if let Some((passes, words)) = verdict::delivery(state.language, assessment) {
        let colour = if passes { colours.ink_soft } else { colours.amber };
        widgets::signed_line(ui, if passes { Icon::Server } else { Icon::Caution }, colour, words);
    }
    for words in verdict::cautions(state.language, assessment) {
        widgets::signed_line(ui, Icon::Caution, colours.amber, words);
    }
}

fn contents(ui: &mut Ui, views: &Views, view: &ReadingView, state: &mut State, commands: &mut Vec<Command>) {
    if state.source {
        source(ui, view);
        return;
    }
    let assessment = &view.assessment;
    if assessment.headline.lock == Lock::CannotOpen {
        closed(ui, views, view, state, commands);
    }
    let mut budget = Budget { text: prose::SHOWN, drawings: DRAWINGS };
    let (main, apart): (Vec<_>, Vec<_>) = assessment.blocks.iter().partition(|block| block.is_headline);
    if main.iter().chain(&apart).any(|block| block.html.is_some()) {
        kind_switch(ui, state);
    }
    for (index, block) in main.iter().take(BLOCKS).enumerate() {
        if index > 0 {
            widgets::hairline(ui);
        }
        self::block(ui, view, block, &mut budget, state);
    }
    if assessment.blocks.is_empty() && assessment.headline.lock != Lock::CannotOpen {
        widgets::soft(ui, state.language.say(Word::NoBody));
    }
    if main.len().max(apart.len()) > BLOCKS {
        widgets::signed_line(ui, Icon::Caution, palette(ui).amber, state.language.say(Word::TextCut));
    }
    attachments::show(ui, view, true, state);
    if !apart.is_empty() || view.attachments.iter().any(|file| !attachments::belongs(view, file)) {
        self::apart(ui, view, &apart, &mut budget, state);
    }
}

fn kind_switch(ui: &mut Ui, state: &mut State) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        if widgets::choice(ui, !state.plain_text, state.language.say(Word::AsWritten)).clicked() {
            state.plain_text = false;
        }
        if widgets::choice(ui, state.plain_text, state.language.say(Word::PlainText)).clicked() {
            state.plain_text = true;
        }
    });
    ui.add_space(space::XS);
}

fn block(ui: &mut Ui, view: &ReadingView, block: &ShownBlock, budget: &mut Budget, state: &mut State) {
    let Some(html) = block.html.as_ref().filter(|_| !state.plain_text && budget.drawings > 0) else {
        prose::show(ui, &block.text, &mut budget.text, state);
        return;
    };
    budget.drawings -= 1;
    let width = ui.available_width().min(size::MEASURE + 2.0 * space::XL).floor();
    let scale = ui.pixels_per_point();
    let mut clicked = None;
    let name = state.language.say(Word::Message);
    let request = || Request { html: html.clone(), width, scale, parts: pictures(view, block) };
    let shown = Frame::new()
        .stroke(Stroke::new(1.0, palette(ui).line))
        .corner_radius(CornerRadius::same(size::RADIUS))
        .show(ui, |ui| state.drawings.show(ui, request, name, &mut clicked))
        .inner;
    if let Some(link) = clicked {
        confirm::follow(ui.ctx(), state, link);
    }
    let noted = view.assessment.cautions.iter().any(|c| c.code == crate::engine::view::CautionCode::RemoteContent);
    match shown {
        Shown::Drawn { refused, is_cut } => {
            if refused > 0 && !noted {
                widgets::signed_line(ui, Icon::Picture, palette(ui).ink_soft, state.language.say(Word::RemoteBlocked));
            }
            if is_cut {
                widgets::signed_line(ui, Icon::Caution, palette(ui).amber, state.language.say(Word::HtmlCut));
            }
        }
        Shown::Waiting => {
            widgets::soft(ui, state.language.say(Word::Loading));
        }
        Shown::Failed(_) => {
            widgets::signed_line(ui, Icon::Caution, palette(ui).amber, state.language.say(Word::HtmlFailed));
            prose::show(ui, &block.text, &mut budget.text, state);
        }
    }
}

/// Pictures of the block's own layer, by Content-ID.
fn pictures(view: &ReadingView, block: &ShownBlock) -> HashMap<String, crate::domain::RawMessage> {
    view.assessment.pictures(block).map(|(id, content)| (id.to_owned(), content.clone())).collect()
}

/// Encrypted, and not open: what can be done, here.
fn closed(ui: &mut Ui, views: &Views, view: &ReadingView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let colours = palette(ui);
    ui.set_max_width(ui.available_width().min(size::FORM));
    widgets::card_with(ui, colours.amber, |ui| {
        let row = verdict::lock_row(&view.assessment);
        sign(ui, Icon::LockQuestion, colours.amber, &row.whole(language, &[]));
        let Some(key) = &view.locked_key else {
            remedies::Desk { views, view, signature: None }.show(ui, row.remedies, state, commands);
            return;
        };
        let field = widgets::secret_field(ui, language.say(Word::Passphrase), &mut state.passphrase);
        state.focus_first(&field);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let can = !state.passphrase.is_empty();
        if widgets::button_if(ui, can, Some(Icon::Keys), language.say(Word::Unlock), Weight::Primary).clicked()
            || entered && can
        {
            commands.push(Command::Unlock { passphrase: Secret::new(std::mem::take(&mut state.passphrase)) });
        }
        widgets::folded(ui, "locked-key", language.say(Word::WhichKey), |ui| widgets::fingerprint(ui, &key.spaced()));
    });
}

/// What the headline does not speak of, in a frame of its own that says so.
fn apart(ui: &mut Ui, view: &ReadingView, blocks: &[&ShownBlock], budget: &mut Budget, state: &mut State) {
    let colours = palette(ui);
    ui.add_space(space::XL);
    widgets::card_with(ui, colours.amber, |ui| {
        sign(ui, Icon::Caution, colours.amber, &Sentence::of(state.language, state.language.say(Word::Apart), &[]));
        for block in blocks.iter().take(BLOCKS) {
            widgets::hairline(ui);
            let word = match (block.decrypted, block.signed) {
                (false, false) => Word::ApartNeither,
                (true, false) => Word::ApartUnsigned,
                (false, true) => Word::ApartUnencrypted,
                (true, true) => Word::ApartOther,
            };
            widgets::caption(ui, state.language.say(word));
            self::block(ui, view, block, budget, state);
        }
        attachments::show(ui, view, false, state);
    });
}

fn source(ui: &mut Ui, view: &ReadingView) {
    let colours = palette(ui);
    ui.spacing_mut().item_spacing.y = 0.0;
    for piece in prose::pieces(&view.source) {
        widgets::text(ui, piece, theme::fixed(size::CAPTION), colours.ink);
    }
}
