//! The list of anchors; only those in sight are laid out.

use egui::{Layout, Role, ScrollArea, Sense, TextEdit, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::engine::Command;
use crate::engine::topic::authorities::{AnchorSet, AnchorView, AuthoritiesCommand, AuthoritiesView};
use crate::ui::confirm;
use crate::ui::icons::Icon;
use crate::ui::state::State;
use crate::ui::theme::{self, palette, size, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word, one_line, short_name};

use super::tell;

/// One anchor in the list.
const ROW: f32 = 54.0;
/// Rows that are in sight also in a small window.
const LEAST: f32 = ROW * 4.0;
/// What stands above the list on the page.
const ABOVE: f32 = 310.0;
/// The column of the details' button.
const BUTTON: f32 = 90.0;

/// The list with its search, on a page so high.
pub fn card(ui: &mut Ui, page: f32, view: &AuthoritiesView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    widgets::card(ui, |ui| {
        let hint = language.say(Word::SearchAuthorities);
        let search = TextEdit::singleline(&mut state.settings.authorities.search)
            .id_salt("search-authorities")
            .hint_text(hint)
            .margin(egui::Margin::symmetric(8, 5))
            .desired_width(f32::INFINITY);
        ui.add(search);
        let found = narrowed(view, &state.settings.authorities.search);
        if found.is_empty() {
            widgets::soft(ui, language.say(Word::NoAuthorityFound));
            return;
        }
        let height = (ROW * found.len() as f32).min((page - ABOVE).max(LEAST));
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().id_salt("anchors").auto_shrink([false, true]).max_height(height).show_rows(
            ui,
            ROW,
            found.len(),
            |ui, range| {
                for anchor in found.get(range).unwrap_or_default() {
                    row(ui, view, anchor, state, commands);
                }
            },
        );
    });
}

fn narrowed<'a>(view: &'a AuthoritiesView, search: &str) -> Vec<&'a AnchorView> {
    let words: Vec<String> = search.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let holds = |anchor: &&AnchorView| {
        let text = format!("{} {} {}", anchor.name, anchor.organisation, anchor.fingerprint).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    view.anchors.iter().filter(holds).collect()
}

fn row(ui: &mut Ui, view: &AuthoritiesView, anchor: &AnchorView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::empty());
    if !ui.is_rect_visible(rect) {
        return;
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, palette(ui).line));
    let mut inside =
        ui.new_child(UiBuilder::new().max_rect(rect.shrink2(vec2(0.0, space::XS))).id_salt(&anchor.fingerprint));
    let text = rect.width() - BUTTON - space::S;
    let top = egui::Rect::from_min_size(inside.max_rect().min, vec2(text, size::HIT));
    let mut used = anchor.is_used;
    let name = short_name(&anchor.name);
    let mut line = inside.new_child(UiBuilder::new().max_rect(top).layout(Layout::left_to_right(egui::Align::Center)));
    line.set_clip_rect(top.expand(2.0).intersect(ui.clip_rect()));
    if line.checkbox(&mut used, name.as_str()).changed() {
        tell(commands, AuthoritiesCommand::UseAnchor { fingerprint: anchor.fingerprint.clone(), used });
    }
    let below = egui::Rect::from_min_max(
        pos2(rect.left() + size::ICON + space::XS, top.bottom() - 4.0),
        pos2(top.right(), rect.bottom() - space::XS),
    );
    let facts = facts(language, view, anchor, state);
    let label = ui.interact(below, ui.scope_id().with(("facts", &anchor.fingerprint)), Sense::hover());
    label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &facts));
    let soft = palette(ui).ink_soft;
    widgets::line(ui.painter(), below, &facts, theme::plain(size::CAPTION), soft);
    let at = egui::Rect::from_min_max(pos2(rect.right() - BUTTON, rect.top() + 12.0), rect.max);
    let mut aside = ui.new_child(UiBuilder::new().max_rect(at).layout(Layout::right_to_left(egui::Align::Min)));
    let more = widgets::button(&mut aside, None, language.say(Word::AuthorityDetails), Weight::Quiet);
    if more.on_hover_text(name).clicked() {
        state.settings.authorities.detail = Some(anchor.fingerprint.clone());
    }
}

/// Whose it is, how long it lasts, where it is from, and for how many people it vouches.
fn facts(language: Language, view: &AuthoritiesView, anchor: &AnchorView, state: &State) -> String {
    let mut facts = Vec::new();
    let people = view.vouches.as_ref().map(|vouches| vouches.get(&anchor.fingerprint).copied().unwrap_or_default());
    if let Some(people @ 1..) = people {
        facts.push(language.fill(Word::VouchesFor, &[("count", &people.to_string())]));
    }
    if !anchor.organisation.is_empty() {
        facts.push(one_line(&anchor.organisation));
    }
    facts.push(if anchor.not_after < state.clock.now {
        language.say(Word::ProblemExpired).trim_end_matches(['.', '。']).to_owned()
    } else {
        language.fill(Word::AuthorityUntil, &[("day", &state.clock.day(language, anchor.not_after))])
    });
    facts.extend(anchor.sets.iter().map(|set| language.say(set_word(*set)).to_owned()));
    facts.join(" · ")
}

fn set_word(set: AnchorSet) -> Word {
    match set {
        AnchorSet::Mozilla => Word::AuthorityFromMozilla,
        AnchorSet::Platform => Word::AuthorityFromPlatform,
        AnchorSet::Own => Word::AuthorityFromYou,
    }
}

/// Everything about one anchor.
pub fn detail(ui: &Ui, view: &AuthoritiesView, state: &mut State, commands: &mut Vec<Command>) {
    let Some(fingerprint) = state.settings.authorities.detail.clone() else { return };
    let Some(anchor) = view.anchors.iter().find(|anchor| anchor.fingerprint == fingerprint) else { return };
    let language = state.language;
    let closes = confirm::dialog(ui.ctx(), "authority", |ui| {
        widgets::title(ui, short_name(&anchor.name));
        about(ui, language, anchor, state);
        let sets: Vec<&str> = anchor.sets.iter().map(|set| language.say(set_word(*set))).collect();
        widgets::fact(ui, language.say(Word::AuthorityFrom), &sets.join(" · "));
        if let Some(vouches) = &view.vouches {
            let people = vouches.get(&anchor.fingerprint).copied().unwrap_or_default();
            let words = language.fill(Word::VouchesFor, &[("count", &people.to_string())]);
            widgets::fact(ui, language.say(Word::AuthorityPeople), &words);
        }
        if let Some(at) = anchor.distrust_after {
            let words = language.fill(Word::DistrustAfter, &[("day", &state.clock.day(language, at))]);
            widgets::signed_line(ui, Icon::Caution, palette(ui).amber, words);
        }
        let mut used = anchor.is_used;
        if ui.checkbox(&mut used, language.say(Word::AuthorityCounts)).changed() {
            tell(commands, AuthoritiesCommand::UseAnchor { fingerprint: fingerprint.clone(), used });
        }
        let mut closes = None;
        ui.horizontal(|ui| {
            if widgets::button(ui, None, language.say(Word::AuthorityClose), Weight::Plain).clicked() {
                closes = Some(false);
            }
            let is_own = anchor.sets.contains(&AnchorSet::Own);
            if is_own && widgets::button(ui, None, language.say(Word::RemoveRoot), Weight::Danger).clicked() {
                tell(commands, AuthoritiesCommand::RemoveRoot(fingerprint.clone()));
                closes = Some(false);
            }
        });
        closes
    });
    if closes.is_some() {
        state.settings.authorities.detail = None;
    }
}

/// The facts of a root that matter for deciding about it.
pub fn about(ui: &mut Ui, language: Language, anchor: &AnchorView, state: &State) {
    widgets::fact(ui, language.say(Word::AuthorityOrganisation), &one_line(&anchor.organisation));
    let (begin, end) = (state.clock.day(language, anchor.not_before), state.clock.day(language, anchor.not_after));
    widgets::body(ui, language.fill(Word::ValidSpan, &[("begin", &begin), ("end", &end)]));
    widgets::fact(ui, language.say(Word::Algorithms), &anchor.algorithm);
    widgets::caption(ui, language.say(Word::Fingerprint));
    widgets::fingerprint_lines(ui, &anchor.fingerprint.spaced());
}
