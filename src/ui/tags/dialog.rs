//! The dialog of the tags: sets and clears them on what is chosen, makes, renames, colours and deletes them.

use egui::{Context, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, vec2};

use crate::engine::Command;
use crate::engine::topic::tags::{COLOURS, TagCommand, TagView, known_meaning};
use crate::engine::view::MessageId;
use crate::ui::confirm;
use crate::ui::icons::{self, Icon};
use crate::ui::state::State;
use crate::ui::theme::{self, palette, size, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word, one_line, short_name};

use super::{all, among, open_keywords, say, set, tell};

/// The dialog between frames.
#[derive(Clone, Debug, Default)]
pub struct Dialog {
    messages: Vec<MessageId>,
    name: String,
    colour: u8,
    /// The tag being changed.
    editing: Option<TagView>,
    /// The tag that is perhaps to go, with the name that is shown.
    removing: Option<TagView>,
    focuses: bool,
}

impl Dialog {
    pub(super) fn new(messages: Vec<MessageId>) -> Self {
        Self { messages, colour: 5, focuses: true, ..Self::default() }
    }
}

/// Draws the dialog when it is open.
pub fn show(ctx: &Context, state: &mut State, commands: &mut Vec<Command>) {
    let Some(mut dialog) = state.tags.dialog.take() else { return };
    let answer = if dialog.removing.is_some() {
        removal(ctx, state.language, &mut dialog, commands);
        None
    } else {
        confirm::dialog(ctx, "tags", |ui| contents(ui, state, &mut dialog, commands))
    };
    if answer.is_none() {
        state.tags.dialog = Some(dialog);
    }
}

fn contents(ui: &mut Ui, state: &State, dialog: &mut Dialog, commands: &mut Vec<Command>) -> Option<bool> {
    let language = state.language;
    let title = if dialog.messages.is_empty() { Word::Tags } else { Word::TagsOf };
    widgets::title(ui, language.say(title));
    if let Some(mut tag) = dialog.editing.take() {
        let done = change(ui, state, &mut tag, commands);
        if !done {
            dialog.editing = Some(tag);
        }
        return None;
    }
    if !ui.ctx().text_edit_focused() {
        super::digits(ui.ctx(), state, commands, &dialog.messages);
    }
    confirm::scrolled(ui, "tags", |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for (nth, tag) in all(state).iter().enumerate() {
            row(ui, state, (nth, tag), dialog, commands);
        }
    });
    widgets::hairline(ui);
    let field = widgets::field(ui, language.say(Word::TagNew), &mut dialog.name, "");
    swatches(ui, language, &mut dialog.colour);
    let is_taken = is_taken(state, &dialog.name, None);
    if is_taken {
        widgets::caption(ui, language.say(Word::TagTaken));
    }
    if std::mem::take(&mut dialog.focuses) && dialog.messages.is_empty() {
        field.request_focus();
    }
    let can = !dialog.name.trim().is_empty() && !is_taken;
    let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let mut answer = None;
    ui.horizontal(|ui| {
        let create = widgets::button_if(ui, can, Some(Icon::Plus), language.say(Word::TagCreate), Weight::Plain);
        if create.clicked() || entered && can {
            let (name, colour) = (std::mem::take(&mut dialog.name), dialog.colour);
            tell(commands, TagCommand::Create { name, colour, messages: dialog.messages.clone() });
            dialog.colour = (dialog.colour + 1) % COLOURS;
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            if widgets::button(ui, None, language.say(Word::Close), Weight::Primary).clicked() {
                answer = Some(true);
            }
        });
    });
    for address in &state.tags.view.local {
        widgets::caption(ui, language.fill(Word::TagsLocal, &[("address", &one_line(address))]));
    }
    widgets::caption(ui, language.say(Word::TagsHint));
    answer
}

/// One tag: set or not, with its digit, and what can be done with it.
fn row(ui: &mut Ui, state: &State, (nth, tag): (usize, &TagView), dialog: &mut Dialog, commands: &mut Vec<Command>) {
    let language = state.language;
    let name = say(language, tag);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let first = dialog.messages.first().copied();
        let is_set = first.is_some_and(|id| among(state, open_keywords(state, id)).contains(tag));
        let wide = (ui.available_width() - 4.0 * (size::HIT + space::XS)).max(80.0);
        let clicked = entry(ui, wide, &name, tag.colour, (first.is_some(), is_set, nth));
        if clicked && first.is_some() {
            set(commands, dialog.messages.clone(), &tag.keyword, !is_set);
        }
        let fill = |word| language.fill(word, &[("name", &name)]);
        if widgets::icon_button(ui, Icon::Write, &fill(Word::TagChange)).clicked() {
            dialog.editing = Some(TagView { name: name.clone(), ..tag.clone() });
        }
        let named: Vec<&TagView> = all(state).iter().filter(|tag| tag.colour.is_some()).collect();
        for (icon, word, other) in
            [(Icon::ChevronUp, Word::RuleUp, nth.checked_sub(1)), (Icon::ChevronDown, Word::RuleDown, Some(nth + 1))]
        {
            let can = other.is_some_and(|other| nth < named.len() && other < named.len());
            ui.add_enabled_ui(can, |ui| {
                if widgets::icon_button(ui, icon, &fill(word)).clicked()
                    && let Some(other) = other.filter(|_| can)
                {
                    let mut keywords: Vec<String> = named.iter().map(|tag| tag.keyword.clone()).collect();
                    keywords.swap(nth, other);
                    tell(commands, TagCommand::Order(keywords));
                }
            });
        }
        if widgets::icon_button(ui, Icon::Trash, &fill(Word::TagRemove)).clicked() {
            dialog.removing = Some(TagView { name: name.clone(), ..tag.clone() });
        }
    });
}

/// A line that is clicked to set or clear a tag.
fn entry(ui: &mut Ui, wide: f32, name: &str, colour: Option<u8>, (can_set, is_set, nth): (bool, bool, usize)) -> bool {
    let colours = palette(ui);
    let sense = if can_set { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(wide, size::HIT), sense);
    let role = if can_set { Role::CheckBox } else { Role::Label };
    response.widget_info(|| WidgetInfo::selected(role, true, is_set, name));
    if response.hovered() && can_set {
        ui.painter().rect_filled(rect, CornerRadius::same(size::RADIUS), colours.hover);
    }
    let mut left = rect.left() + space::XS;
    let square =
        |left: f32| Rect::from_min_size(egui::pos2(left, rect.center().y - size::ICON / 2.0), Vec2::splat(size::ICON));
    if can_set {
        let edge = if is_set { colours.indigo } else { colours.edge };
        let of = square(left);
        ui.painter().rect(of, CornerRadius::same(3), colours.raised, Stroke::new(1.0, edge), StrokeKind::Inside);
        if is_set {
            icons::paint(ui, Icon::Check, of, colours.indigo);
        }
        left += size::ICON + space::S;
    }
    let chip = Rect::from_min_size(
        egui::pos2(left, rect.top() + 4.0),
        vec2(super::width(ui, name).min(wide * 0.7), rect.height() - 8.0),
    );
    super::paint(ui, chip, name, colour);
    if nth < 9 && can_set {
        let at = Rect::from_min_max(egui::pos2(rect.right() - size::HIT, rect.top()), rect.max);
        widgets::line(ui.painter(), at, &(nth + 1).to_string(), theme::plain(size::CAPTION), colours.ink_soft);
    }
    widgets::ring(ui, &response, rect);
    response.clicked()
}

/// Name and colour of a tag; whether that has ended.
fn change(ui: &mut Ui, state: &State, tag: &mut TagView, commands: &mut Vec<Command>) -> bool {
    let language = state.language;
    let field = widgets::field(ui, language.say(Word::TagName), &mut tag.name, "");
    let mut colour = tag.colour.unwrap_or(7);
    swatches(ui, language, &mut colour);
    tag.colour = Some(colour);
    let is_taken = is_taken(state, &tag.name, Some(&tag.keyword));
    if is_taken {
        widgets::caption(ui, language.say(Word::TagTaken));
    }
    let can = !tag.name.trim().is_empty() && !is_taken;
    let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let answer = confirm::answers_if(ui, language, can, Word::KeepChange, Weight::Primary);
    if answer == Some(true) || entered && can {
        // A name that is its known meaning stays one, in both languages.
        let known = TagView { name: String::new(), ..tag.clone() };
        let is_known = known_meaning(&tag.keyword).is_some() && say(language, &known) == tag.name.trim();
        let name = if is_known { String::new() } else { tag.name.clone() };
        tell(commands, TagCommand::Change { keyword: tag.keyword.clone(), name, colour });
        return true;
    }
    answer == Some(false)
}

fn is_taken(state: &State, name: &str, of: Option<&str>) -> bool {
    let wanted = name.trim().to_lowercase();
    let is_other = |tag: &&TagView| of.is_none_or(|keyword| tag.keyword != keyword);
    let others = all(state).iter().filter(|tag| tag.colour.is_some()).filter(is_other);
    let mut names = others.map(|tag| say(state.language, tag).to_lowercase());
    !wanted.is_empty() && names.any(|one| one == wanted)
}

/// The colours to choose from.
fn swatches(ui: &mut Ui, language: Language, colour: &mut u8) {
    let words = [
        Word::TagRose,
        Word::TagAmber,
        Word::TagGreen,
        Word::TagBlue,
        Word::TagViolet,
        Word::TagTeal,
        Word::TagBrown,
        Word::TagGrey,
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        for (number, word) in (0..COLOURS).zip(words) {
            let is_chosen = *colour == number;
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(size::HIT), Sense::click());
            let name = language.fill(Word::TagColour, &[("colour", language.say(word))]);
            response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_chosen, &name));
            let ink = theme::tag(ui, Some(number));
            ui.painter().circle_filled(rect.center(), 8.0, ink);
            if is_chosen {
                ui.painter().circle_stroke(rect.center(), 11.5, Stroke::new(2.0, palette(ui).ink));
            }
            if response.clicked() {
                *colour = number;
            }
            widgets::ring(ui, &response, rect);
            response.on_hover_text(language.say(word));
        }
    });
}

/// The question before a tag goes.
fn removal(ctx: &Context, language: Language, dialog: &mut Dialog, commands: &mut Vec<Command>) {
    let Some(TagView { keyword, name, rules, .. }) = dialog.removing.clone() else { return };
    let answer = confirm::dialog(ctx, "remove-tag", |ui| {
        widgets::title(ui, language.fill(Word::TagRemoveTitle, &[("name", &name)]));
        widgets::soft(ui, language.say(Word::TagRemoveHint));
        if !rules.is_empty() {
            let between = if language == Language::Japanese { "、" } else { ", " };
            let names: Vec<String> = rules.iter().map(|rule| short_name(rule)).collect();
            widgets::body(ui, language.fill(Word::TagRemoveRules, &[("names", &names.join(between))]));
        }
        confirm::answers(ui, language, Word::TagRemoveYes, Weight::Danger)
    });
    if answer == Some(true) {
        tell(commands, TagCommand::Remove(keyword));
    }
    if answer.is_some() {
        dialog.removing = None;
    }
}
