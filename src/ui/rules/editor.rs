//! The page on which a rule is made or changed.

use egui::{CentralPanel, Frame, Margin, ScrollArea, TextEdit, Ui};

use crate::engine::Command;
use crate::engine::topic::rules::{Action, Condition, RuleRecord, RulesCommand, Test, TextPlace, asks_for_from, slips};
use crate::ui::found;
use crate::ui::icons::Icon;
use crate::ui::state::{State, Views};
use crate::ui::tags;
use crate::ui::theme::{palette, size, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word, one_line};

use super::say;

/// Room for the box that names a condition or an action.
const KIND: f32 = 190.0;

/// A rule being made or changed.
#[derive(Clone, Debug, Default)]
pub struct Editor {
    rule: RuleRecord,
    focuses: bool,
    /// It was handed over, and stays here until it is kept.
    saves: bool,
}

impl Editor {
    /// What was handed over is kept.
    pub(super) fn is_done(&self) -> bool {
        self.saves
    }

    /// It was refused; nothing that was typed is lost.
    pub(super) fn fail(&mut self) {
        self.saves = false;
    }
}

/// Opens the page: for a new rule, or with one.
pub(super) fn begin(state: &mut State, rule: Option<RuleRecord>) {
    let new = || RuleRecord {
        is_enabled: true,
        conditions: vec![Condition { test: first_test(), is_not: false }],
        actions: vec![Action::Move(0)],
        ..RuleRecord::default()
    };
    state.settings.rules.editor = Some(Editor { rule: rule.unwrap_or_else(new), focuses: true, saves: false });
}

fn first_test() -> Test {
    Test::Text { place: TextPlace::From, words: String::new() }
}

/// Draws the page.
pub fn page(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(mut editor) = state.settings.rules.editor.take() else { return };
    let language = state.language;
    let mut closes = false;
    let frame = Frame::new().fill(palette(ui).paper).inner_margin(Margin { left: 24, right: 8, top: 16, bottom: 0 });
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        ScrollArea::vertical().id_salt("rule").auto_shrink([false, false]).show(ui, |ui| {
            ui.set_max_width(size::FORM + 120.0);
            ui.spacing_mut().item_spacing.y = space::M;
            let title = if editor.rule.id == 0 { Word::RuleNew } else { Word::RuleEdit };
            widgets::title(ui, language.say(title));
            widgets::card(ui, |ui| {
                let name = widgets::field(ui, language.say(Word::RuleName), &mut editor.rule.name, "");
                if std::mem::take(&mut editor.focuses) {
                    name.request_focus();
                }
                account(ui, views, language, &mut editor.rule);
            });
            widgets::card(ui, |ui| conditions(ui, language, &mut editor.rule));
            widgets::card(ui, |ui| actions(ui, views, state, &mut editor.rule));
            closes = ends(ui, views, language, &mut editor, commands);
            ui.add_space(space::L);
        });
    });
    if !closes {
        state.settings.rules.editor = Some(editor);
    }
}

fn account(ui: &mut Ui, views: &Views, language: Language, rule: &mut RuleRecord) {
    let accounts = views.mailbox.as_ref().map(|mailbox| mailbox.accounts.as_slice()).unwrap_or_default();
    let accounts: Vec<_> = accounts.iter().filter(|one| !one.identity.address.is_empty()).collect();
    let mut all = vec![language.say(Word::RuleAllAccounts).to_owned()];
    all.extend(accounts.iter().map(|one| one_line(&one.identity.address)));
    let chosen = rule.account.and_then(|id| accounts.iter().position(|one| one.id == id)).map_or(0, |at| at + 1);
    let shown = all.get(chosen).cloned().unwrap_or_default();
    ui.horizontal(|ui| {
        widgets::caption(ui, language.say(Word::RuleAccount));
        if let Some(at) = say::words(ui, "rule-account", language.say(Word::RuleAccount), &shown, 240.0, &all) {
            rule.account = at.checked_sub(1).and_then(|at| accounts.get(at)).map(|one| one.id);
        }
    });
}

fn conditions(ui: &mut Ui, language: Language, rule: &mut RuleRecord) {
    widgets::emphasis(ui, language.say(Word::RuleWhen));
    ui.horizontal(|ui| {
        for (is_any, word) in [(false, Word::RuleAll), (true, Word::RuleAny)] {
            if widgets::choice(ui, rule.is_any == is_any, language.say(word)).clicked() {
                rule.is_any = is_any;
            }
        }
    });
    let mut gone = None;
    for (nth, one) in rule.conditions.iter_mut().enumerate() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            condition(ui, language, nth, one);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if widgets::icon_button(ui, Icon::Minus, language.say(Word::RuleTakeAway)).clicked() {
                    gone = Some(nth);
                }
            });
        });
        if let Test::Query(text) = &one.test
            && let Some(slip) = slips(text).first()
        {
            let amber = palette(ui).amber;
            widgets::signed_line(ui, Icon::Caution, amber, found::note(language, slip, text));
        }
    }
    if let Some(nth) = gone {
        rule.conditions.remove(nth);
    }
    if widgets::button(ui, Some(Icon::Plus), language.say(Word::RuleAddCondition), Weight::Quiet).clicked() {
        rule.conditions.push(Condition { test: first_test(), is_not: false });
    }
    // A query may ask for it in other words: the engine says so in the list.
    if asks_for_from(rule) {
        let amber = palette(ui).amber;
        widgets::signed_line(ui, Icon::Caution, amber, language.say(Word::RuleFromHint));
        let is_asked = rule.conditions.iter().any(|one| matches!(one.test, Test::Vouched) && !one.is_not);
        let can_ask = rule.is_any || !is_asked;
        if can_ask
            && widgets::button(ui, Some(Icon::Check), language.say(Word::RuleAndVouched), Weight::Plain).clicked()
        {
            rule.is_any = false;
            rule.conditions.push(Condition { test: Test::Vouched, is_not: false });
        }
    }
}

fn condition(ui: &mut Ui, language: Language, nth: usize, one: &mut Condition) {
    let tests = say::tests();
    let names: Vec<String> = tests.iter().map(|test| language.say(say::test_word(test)).to_owned()).collect();
    let shown = language.say(say::test_word(&one.test));
    let salt = |what: &str| format!("rule-{what}-{nth}");
    if let Some(at) = say::words(ui, &salt("test"), language.say(Word::RuleKind), shown, KIND, &names)
        && let Some(test) = tests.get(at)
    {
        one.test = kept(&one.test, test.clone());
    }
    let (yes, no) = match one.test {
        Test::Text { .. } => (Word::RuleContains, Word::RuleContainsNot),
        _ => (Word::RuleYes, Word::RuleNo),
    };
    let ways = [yes, no].map(|word| language.say(word).to_owned());
    let way = ways.get(usize::from(one.is_not)).cloned().unwrap_or_default();
    if let Some(at) = say::words(ui, &salt("is"), language.say(Word::RuleIs), &way, 120.0, &ways) {
        one.is_not = at == 1;
    }
    let room = (ui.available_width() - size::HIT - space::M).max(80.0);
    match &mut one.test {
        Test::Text { words: text, .. } | Test::Query(text) => {
            let edit = TextEdit::singleline(text).id_salt(salt("value")).margin(Margin::symmetric(8, 4));
            let field = ui.add(edit.desired_width(room - 16.0));
            let name = language.say(Word::RuleValue);
            field.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, name));
        }
        Test::Seal(word) => {
            let names: Vec<String> = say::SEALS.iter().map(|(_, word)| language.say(*word).to_owned()).collect();
            let at = say::SEALS.iter().position(|(one, _)| one == word).unwrap_or(0);
            let shown = names.get(at).cloned().unwrap_or_default();
            if let Some((seal, _)) = say::words(ui, &salt("seal"), language.say(Word::RuleValue), &shown, 150.0, &names)
                .and_then(|at| say::SEALS.get(at))
            {
                (*seal).clone_into(word);
            }
        }
        Test::Sender { result, .. } => {
            let names = say::RESULTS.map(str::to_owned);
            if let Some(word) = say::words(ui, &salt("result"), language.say(Word::RuleValue), result, 120.0, &names)
                .and_then(|at| say::RESULTS.get(at))
            {
                (*word).clone_into(result);
            }
        }
        _ => {}
    }
}

/// What was typed stays when the kind is changed.
fn kept(before: &Test, after: Test) -> Test {
    let typed = match before {
        Test::Text { words, .. } | Test::Query(words) => words.clone(),
        _ => String::new(),
    };
    match after {
        Test::Text { place, .. } => Test::Text { place, words: typed },
        Test::Query(_) => Test::Query(typed),
        other => other,
    }
}

fn actions(ui: &mut Ui, views: &Views, state: &State, rule: &mut RuleRecord) {
    let language = state.language;
    widgets::emphasis(ui, language.say(Word::RuleThen));
    let mut gone = None;
    for (nth, one) in rule.actions.iter_mut().enumerate() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            action(ui, views, state, nth, one);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if widgets::icon_button(ui, Icon::Minus, language.say(Word::RuleTakeAway)).clicked() {
                    gone = Some(nth);
                }
            });
        });
    }
    if let Some(nth) = gone {
        rule.actions.remove(nth);
    }
    if widgets::button(ui, Some(Icon::Plus), language.say(Word::RuleAddAction), Weight::Quiet).clicked() {
        rule.actions.push(Action::Read);
    }
}

fn action(ui: &mut Ui, views: &Views, state: &State, nth: usize, one: &mut Action) {
    let language = state.language;
    let actions = say::actions();
    let names: Vec<String> = actions.iter().map(|action| language.say(say::action_word(action)).to_owned()).collect();
    let shown = language.say(say::action_word(one));
    let salt = |what: &str| format!("rule-{what}-{nth}");
    if let Some(chosen) = say::words(ui, &salt("action"), language.say(Word::RuleAction), shown, KIND, &names)
        .and_then(|at| actions.get(at))
    {
        *one = match (&*one, chosen) {
            (Action::Move(folder), Action::Copy(_)) => Action::Copy(*folder),
            (Action::Copy(folder), Action::Move(_)) => Action::Move(*folder),
            (_, chosen) => chosen.clone(),
        };
    }
    match one {
        Action::Move(folder) | Action::Copy(folder) => {
            let mut chosen = (*folder != 0).then_some(*folder);
            say::folder(ui, views, language, &salt("folder"), &mut chosen);
            *folder = chosen.unwrap_or(0);
        }
        Action::Tag(keyword) => {
            let all = tags::all(state);
            let names: Vec<String> = all.iter().map(|tag| tags::say(language, tag)).collect();
            let shown = tags::among(state, keyword).first().map(|tag| tags::say(language, tag)).unwrap_or_default();
            if let Some(tag) =
                say::words(ui, &salt("tag"), language.say(Word::Tags), &shown, 220.0, &names).and_then(|at| all.get(at))
            {
                keyword.clone_from(&tag.keyword);
            }
        }
        _ => {}
    }
}

/// The buttons, and what is missing; whether the page closes.
fn ends(ui: &mut Ui, views: &Views, language: Language, editor: &mut Editor, commands: &mut Vec<Command>) -> bool {
    let missing = missing(views, language, &editor.rule);
    let mut closes = false;
    ui.horizontal(|ui| {
        let save = language.say(Word::KeepChange);
        let can = missing.is_none() && !editor.saves;
        if widgets::button_if(ui, can, Some(Icon::Check), save, Weight::Primary).clicked() {
            super::tell(commands, RulesCommand::Save(Box::new(editor.rule.clone())));
            editor.saves = true;
        }
        closes |= widgets::button(ui, None, language.say(Word::Cancel), Weight::Plain).clicked();
    });
    if let Some(word) = missing {
        widgets::caption(ui, language.say(word));
    }
    closes
}

fn missing(views: &Views, language: Language, rule: &RuleRecord) -> Option<Word> {
    let is_empty = |condition: &Condition| match &condition.test {
        Test::Text { words, .. } | Test::Query(words) => words.trim().is_empty(),
        _ => false,
    };
    if rule.name.trim().is_empty() {
        return Some(Word::RuleNameMissing);
    }
    if rule.conditions.is_empty() || rule.conditions.iter().any(is_empty) {
        return Some(Word::RuleConditionMissing);
    }
    let is_wrong = |condition: &Condition| matches!(&condition.test, Test::Query(text) if !slips(text).is_empty());
    if rule.conditions.iter().any(is_wrong) {
        return Some(Word::RuleQueryWrong);
    }
    if rule.actions.is_empty() {
        return Some(Word::RuleActionMissing);
    }
    let is_nowhere = |action: &Action| match action {
        Action::Move(folder) | Action::Copy(folder) => say::path(views, language, *folder).is_none(),
        _ => false,
    };
    rule.actions.iter().any(is_nowhere).then_some(Word::RuleFolderMissing)
}
