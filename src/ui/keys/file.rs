//! A file of keys, named by its path or chosen in the system's dialog.

use egui::{Margin, TextEdit, Ui};

use crate::ui::files::Purpose;
use crate::ui::icons::Icon;
use crate::ui::state::State;
use crate::ui::theme::{size, space};
use crate::ui::widgets;
use crate::ui::words::Word;

/// The field for the path, and beside it the way to the dialog; `name` is proposed there.
pub(super) fn path_field(ui: &mut Ui, state: &mut State, purpose: Purpose, name: &str) {
    let language = state.language;
    let label = language.say(if matches!(purpose, Purpose::Import) { Word::FilePath } else { Word::FileToWrite });
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let caption = widgets::caption(ui, label);
        ui.horizontal(|ui| {
            let edit = TextEdit::singleline(&mut state.keys.path)
                .id_salt(label)
                .margin(Margin::symmetric(8, 5))
                .desired_width(ui.available_width() - size::HIT - space::S);
            let field = ui.add(edit).labelled_by(caption.id);
            state.focus_first(&field);
            if widgets::icon_button(ui, Icon::Folder, language.say(Word::ChooseFile)).clicked() {
                state.ask_file(ui.ctx(), purpose, language.say(Word::ChooseFile), name);
            }
        });
    });
}
