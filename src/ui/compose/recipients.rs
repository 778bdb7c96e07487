//! From, To, Cc and Bcc: each recipient is a chip whose lock says how they get the message.

use egui::{
    ComboBox, CornerRadius, Frame, Key, Margin, Rect, Response, Role, Sense, Stroke, StrokeKind, TextEdit, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use crate::engine::view::{ReadinessView, TrustVerdict};

use crate::ui::icons::{self, Icon};
use crate::ui::state::{State, Views};
use crate::ui::theme::{self, palette, size, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word, codes, one_line};

use super::composer::Answer;
use super::{Composer, Entry, Recipients};

/// More recipients of a field are folded.
const MANY: usize = 40;
/// So many of them at each end stay in sight.
const ENDS: usize = 12;
/// The width of the names at the left.
const NAMES: f32 = 64.0;

/// Draws the four fields.
pub fn fields(ui: &mut Ui, views: &Views, state: &mut State, composer: &mut Composer) {
    let language = state.language;
    // Put back below: meanwhile the fields change.
    let answer = composer.answer.take();
    let known = answer.as_ref().filter(|_| !composer.is_checking);
    row(ui, language.say(Word::From), |ui| {
        ui.horizontal(|ui| {
            from(ui, views, language, composer);
            // Before the recipients, so that Tab goes from them to the subject.
            if !composer.shows_copies && widgets::button(ui, None, language.say(Word::CcBcc), Weight::Quiet).clicked() {
                composer.shows_copies = true;
            }
        });
    });
    row(ui, language.say(Word::To), |ui| {
        let typed = field(ui, language, "to", Word::To, &mut composer.to, known);
        if composer.to.entries.is_empty() {
            state.focus_first(&typed);
        }
    });
    if composer.shows_copies {
        row(ui, language.say(Word::Cc), |ui| {
            field(ui, language, "cc", Word::Cc, &mut composer.cc, known);
        });
        row(ui, language.say(Word::Bcc), |ui| {
            field(ui, language, "bcc", Word::Bcc, &mut composer.bcc, known);
        });
    }
    composer.answer = answer;
}

/// A field with its name at the left.
pub fn row(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui)) {
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(NAMES, size::HIT + space::XS), Sense::empty());
        widgets::line(ui.painter(), rect, name, theme::plain(size::CAPTION), palette(ui).ink_soft);
        ui.vertical(|ui| add(ui));
    });
}

fn from(ui: &mut Ui, views: &Views, language: Language, composer: &mut Composer) {
    let accounts = views.mailbox.as_ref().map(|mailbox| mailbox.accounts.as_slice()).unwrap_or_default();
    let shown = one_line(&composer.from.to_string());
    let name = language.say(Word::From);
    let response = ComboBox::from_id_salt("from").selected_text(shown).width(280.0).show_ui(ui, |ui| {
        for account in accounts.iter().filter(|account| !account.identity.address.is_empty()) {
            for identity in std::iter::once(&account.identity).chain(&account.form.identities) {
                let words = one_line(&identity.to_string());
                if ui.selectable_label(composer.from == *identity, words).clicked() {
                    composer.from = identity.clone();
                }
            }
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, name));
}

fn field(
    ui: &mut Ui,
    language: Language,
    salt: &str,
    name: Word,
    field: &mut Recipients,
    known: Option<&Answer>,
) -> Response {
    let colours = palette(ui);
    Frame::new()
        .fill(colours.raised)
        .stroke(Stroke::new(1.0, colours.edge))
        .corner_radius(CornerRadius::same(size::RADIUS))
        .inner_margin(Margin::symmetric(6, 3))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
                if let Some(index) = chips(ui, language, field, known) {
                    field.entries.remove(index);
                }
                entry(ui, language, salt, name, field)
            })
            .inner
        })
        .inner
}

fn entry(ui: &mut Ui, language: Language, salt: &str, name: Word, field: &mut Recipients) -> Response {
    let was_empty = field.typing.is_empty();
    let width = ui.available_size_before_wrap().x.max(160.0);
    let edit = TextEdit::singleline(&mut field.typing)
        .id_salt(salt)
        .frame(Frame::NONE)
        .margin(Margin::symmetric(4, 5))
        .desired_width(width);
    let response = ui.add(edit).accessible_name(language.say(name));
    if response.changed() {
        field.settle(false);
    }
    if response.lost_focus() {
        field.settle(true);
    }
    if response.has_focus() && was_empty && ui.input(|input| input.key_pressed(Key::Backspace)) {
        field.entries.pop();
    }
    response
}

/// The recipients; of many, the first and the last ones and those that have to be mended, until all are wanted. Gives
/// which of them to take out.
fn chips(ui: &mut Ui, language: Language, field: &mut Recipients, known: Option<&Answer>) -> Option<usize> {
    let count = field.entries.len();
    let is_folded = count > MANY && !field.shows_all;
    let mut removed = None;
    let (mut hidden, mut broken) = (0, 0);
    for (index, entry) in field.entries.iter_mut().enumerate() {
        let is_between = is_folded && index >= ENDS && index + ENDS < count;
        if is_between && entry.mailbox().is_none() {
            broken += 1;
        }
        if is_between && (entry.mailbox().is_some() || broken > ENDS) {
            hidden += 1;
            continue;
        }
        if is_folded && index + ENDS == count && unfolds(ui, language, hidden) {
            field.shows_all = true;
        }
        if chip(ui, language, entry, known) {
            removed = Some(index);
        }
    }
    removed
}

fn unfolds(ui: &mut Ui, language: Language, hidden: usize) -> bool {
    let words = language.fill(Word::AndMore, &[("count", &hidden.to_string())]);
    widgets::button(ui, None, &words, Weight::Quiet).clicked()
}

/// Draws a recipient; gives whether to take it out. One that is out of sight only takes its place.
fn chip(ui: &mut Ui, language: Language, entry: &mut Entry, known: Option<&Answer>) -> bool {
    let colours = palette(ui);
    let ready = known.and_then(|answer| answer.of(entry));
    let is_address = entry.mailbox().is_some();
    let signs = signs(ui, is_address, ready);
    let side = size::ICON + space::XS;
    let around = (signs.len() as f32 + 1.0) * side + space::M * 2.0;
    // It may still move to the next line.
    let (line, sight) = (ui.cursor().y_range(), ui.clip_rect().y_range());
    if line.min > sight.max || line.min + 2.0 * (size::HIT + space::S) < sight.min {
        let width = entry.width.unwrap_or_else(|| guess(name_of(entry)));
        ui.allocate_exact_size(vec2(width + around, size::HIT), Sense::empty());
        return false;
    }
    let name = one_line(name_of(entry));
    let galley = ui.painter().layout_no_wrap(name.clone(), theme::plain(size::BODY), colours.ink);
    entry.width = Some(galley.size().x);
    let (rect, _) = ui.allocate_exact_size(vec2(galley.size().x + around, size::HIT), Sense::hover());
    let edge = if is_address { colours.line } else { colours.plum };
    let radius = CornerRadius::same((size::HIT / 2.0) as u8);
    ui.painter().rect(rect, radius, colours.desk, Stroke::new(1.0, edge), StrokeKind::Inside);
    let mut x = rect.left() + space::M;
    for (icon, colour) in &signs {
        let square = Rect::from_center_size(pos2(x + size::ICON / 2.0, rect.center().y), Vec2::splat(size::ICON));
        icons::paint(ui, *icon, square, *colour);
        x += side;
    }
    ui.painter().galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, colours.ink);
    let cross = Rect::from_center_size(pos2(rect.right() - space::M - 2.0, rect.center().y), Vec2::splat(size::HIT));
    let id = ui.scope_id().with(("remove", entry.text()));
    let remove = ui.interact(cross, id, Sense::click());
    let label = format!("{} {name}", language.say(Word::Remove));
    remove.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    let faint = if remove.hovered() { colours.ink } else { colours.ink_soft };
    icons::paint(ui, Icon::Close, Rect::from_center_size(cross.center(), Vec2::splat(size::CAPTION)), faint);
    widgets::ring(ui, &remove, cross);
    let hover = ui.interact(rect.with_max_x(cross.left()), id.with("words"), Sense::hover());
    if hover.hovered() {
        let words = ready.map_or_else(|| one_line(entry.text()), |ready| codes::readiness(language, ready));
        let words = if is_address { words } else { language.say(Word::NotAnAddressShort).to_owned() };
        hover.on_hover_text(words);
    }
    remove.clicked()
}

/// What a recipient is called.
fn name_of(entry: &Entry) -> &str {
    match entry.mailbox() {
        Some(mailbox) if !mailbox.name.is_empty() => &mailbox.name,
        Some(mailbox) => &mailbox.address,
        None => entry.text(),
    }
}

/// About how wide a name is.
fn guess(name: &str) -> f32 {
    name.chars().map(|c| if c.is_ascii() { 0.52 } else { 1.0 }).sum::<f32>() * size::BODY
}

fn signs(ui: &Ui, is_address: bool, ready: Option<&ReadinessView>) -> Vec<(Icon, egui::Color32)> {
    let colours = palette(ui);
    match ready {
        _ if !is_address => vec![(Icon::Caution, colours.plum)],
        None => Vec::new(),
        Some(ready) if ready.technology.is_none() => vec![(Icon::LockOpen, colours.ink_soft)],
        Some(ready) => {
            let mut signs = vec![(Icon::LockClosed, colours.pine)];
            signs.extend(ready.verdict.map(|verdict| (verdict_icon(verdict), verdict_colour(ui, verdict))));
            signs
        }
    }
}

/// The sign of how far a certificate is believed.
pub fn verdict_icon(verdict: TrustVerdict) -> Icon {
    match verdict {
        TrustVerdict::Authenticated => Icon::SealAuthenticated,
        TrustVerdict::Partial => Icon::SealPartial,
        TrustVerdict::Unauthenticated | TrustVerdict::Mismatch => Icon::SealUnauthenticated,
        TrustVerdict::Revoked | TrustVerdict::Expired => Icon::SealBroken,
    }
}

/// Its colour.
pub fn verdict_colour(ui: &Ui, verdict: TrustVerdict) -> egui::Color32 {
    match verdict {
        TrustVerdict::Revoked | TrustVerdict::Expired => palette(ui).plum,
        _ => palette(ui).vermilion,
    }
}

/// One recipient in the unfolded preflight.
pub fn readiness(ui: &mut Ui, language: Language, ready: &ReadinessView) {
    let signs = signs(ui, true, Some(ready));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        for (icon, colour) in signs {
            icons::show(ui, icon, size::ICON, colour);
        }
        widgets::emphasis(ui, one_line(&ready.mailbox.to_string()));
        widgets::soft(ui, codes::readiness(language, ready));
    });
}

/// The same of one among many: on one line, as far as it fits.
pub fn readiness_line(ui: &mut Ui, language: Language, ready: &ReadinessView, high: f32) {
    let colours = palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), high), Sense::hover());
    let mut left = rect.left();
    for (icon, colour) in signs(ui, true, Some(ready)) {
        let middle = pos2(left + size::ICON / 2.0, rect.center().y);
        icons::paint(ui, icon, Rect::from_center_size(middle, Vec2::splat(size::ICON)), colour);
        left += size::ICON + space::XS;
    }
    let (who, how) = (one_line(&ready.mailbox.to_string()), codes::readiness(language, ready));
    let words = format!("{who}  {how}");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    widgets::line(ui.painter(), rect.with_min_x(left), &words, theme::plain(size::BODY), colours.ink);
    response.on_hover_text(words);
}
