//! The bar above the message in which words are looked for, and its keys.

use egui::{Context, Frame, Key, KeyboardShortcut, Margin, Modifiers, TextEdit, Ui, WidgetText};

use crate::ui::icons::Icon;
use crate::ui::theme::{palette, space};
use crate::ui::widgets;
use crate::ui::words::{Language, Word};

use super::Find;

/// The field's width, in points.
const FIELD: f32 = 220.0;

/// Draws the bar, if it is open.
pub fn show(ui: &mut Ui, find: &mut Find, language: Language) {
    if !find.is_open {
        return;
    }
    let frame = Frame::new().fill(palette(ui).desk).inner_margin(Margin { left: 24, right: 16, top: 4, bottom: 4 });
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            field(ui, find, language);
            widgets::caption(ui, count(find, language));
            if widgets::icon_button(ui, Icon::ChevronUp, language.say(Word::FindPrevious)).clicked() {
                find.step(-1);
            }
            if widgets::icon_button(ui, Icon::ChevronDown, language.say(Word::FindNext)).clicked() {
                find.step(1);
            }
            if widgets::icon_button(ui, Icon::Close, language.say(Word::FindClose)).clicked() {
                find.close();
            }
        });
    });
}

fn field(ui: &mut Ui, find: &mut Find, language: Language) {
    let name = language.say(Word::FindInMessage);
    let hint = WidgetText::from(egui::RichText::new(name).color(palette(ui).ink_soft));
    let edit = TextEdit::singleline(&mut find.words)
        .id_salt("find")
        .hint_text(hint)
        .margin(Margin::symmetric(8, 5))
        .desired_width(FIELD.min(ui.available_width() * 0.5));
    let field = ui.add(edit);
    field.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, name));
    if std::mem::take(&mut find.focuses) {
        field.request_focus();
    }
    if field.changed() {
        find.restart();
    }
    if field.lost_focus() {
        let (enter, escape, shift) =
            ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Escape), input.modifiers.shift));
        if enter {
            find.step(if shift { -1 } else { 1 });
            field.request_focus();
        } else if escape {
            find.close();
        }
    }
}

fn count(find: &Find, language: Language) -> String {
    if find.words.trim().is_empty() {
        return String::new();
    }
    if find.is_working() {
        return language.say(Word::FindWorking).to_owned();
    }
    let (position, count) = (find.position().to_string(), find.count().to_string());
    match find.count() {
        0 => language.say(Word::FindNothing).to_owned(),
        _ => language.fill(Word::FindCount, &[("position", &position), ("count", &count)]),
    }
}

/// Ctrl+F opens the bar, F3 and Shift+F3 go on and back.
pub fn keys(ctx: &Context, find: &mut Find) {
    let pressed =
        |modifiers, key| ctx.input_mut(|input| input.consume_shortcut(&KeyboardShortcut::new(modifiers, key)));
    if pressed(Modifiers::COMMAND, Key::F) {
        find.open();
    }
    let steps = [(Modifiers::SHIFT, -1), (Modifiers::NONE, 1)];
    for (modifiers, by) in steps {
        if pressed(modifiers, Key::F3) {
            if find.is_open { find.step(by) } else { find.open() }
        }
    }
}
