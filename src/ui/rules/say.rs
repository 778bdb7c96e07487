//! Conditions and actions in words, and the boxes that choose among them.

use egui::{ComboBox, Role, Ui, WidgetInfo};

use crate::engine::topic::rules::{Action, Condition, RuleRecord, Test, TextPlace};
use crate::engine::view::{FolderId, FolderView};
use crate::ui::sidebar::folder_name;
use crate::ui::state::{State, Views};
use crate::ui::tags;
use crate::ui::words::{Language, Word, one_line};

/// The words of a seal, as rules have them.
pub(super) const SEALS: [(&str, Word); 5] = [
    ("authenticated", Word::RuleSealAuthenticated),
    ("partial", Word::RuleSealPartial),
    ("unauthenticated", Word::RuleSealUnauthenticated),
    ("broken", Word::RuleSealBroken),
    ("unsigned", Word::RuleSealUnsigned),
];

/// The results of SPF, DKIM and DMARC (RFC 8601 §2.7), which are called so in every language.
pub(super) const RESULTS: [&str; 6] = ["pass", "fail", "softfail", "neutral", "none", "temperror"];

/// What kind of condition it is.
pub(super) fn test_word(test: &Test) -> Word {
    match test {
        Test::Text { place: TextPlace::From, .. } => Word::RuleFrom,
        Test::Text { place: TextPlace::To, .. } => Word::RuleTo,
        Test::Text { place: TextPlace::Subject, .. } => Word::RuleSubject,
        Test::Text { place: TextPlace::ListId, .. } => Word::RuleListId,
        Test::Query(_) => Word::RuleQuery,
        Test::Attachments => Word::RuleAttachments,
        Test::Signed => Word::RuleSigned,
        Test::Encrypted => Word::RuleEncrypted,
        Test::Vouched => Word::RuleVouched,
        Test::Seal(_) => Word::RuleSeal,
        Test::Sender { method, .. } => match method.as_str() {
            "spf" => Word::RuleSpf,
            "dkim" => Word::RuleDkim,
            _ => Word::RuleDmarc,
        },
    }
}

/// A condition of each kind.
pub(super) fn tests() -> Vec<Test> {
    let text = |place| Test::Text { place, words: String::new() };
    let sender = |method: &str| Test::Sender { method: method.to_owned(), result: "pass".to_owned() };
    vec![
        text(TextPlace::From),
        text(TextPlace::To),
        text(TextPlace::Subject),
        text(TextPlace::ListId),
        Test::Query(String::new()),
        Test::Vouched,
        Test::Attachments,
        Test::Signed,
        Test::Encrypted,
        Test::Seal("authenticated".to_owned()),
        sender("spf"),
        sender("dkim"),
        sender("dmarc"),
    ]
}

/// What kind of action it is.
pub(super) fn action_word(action: &Action) -> Word {
    match action {
        Action::Move(_) => Word::RuleMove,
        Action::Copy(_) => Word::RuleCopy,
        Action::Tag(_) => Word::RuleTag,
        Action::Star => Word::RuleStar,
        Action::Read => Word::RuleRead,
        Action::Junk => Word::RuleJunk,
        Action::Delete => Word::RuleDelete,
        Action::Stop => Word::RuleStop,
    }
}

/// An action of each kind; a folder that is still to be chosen is 0.
pub(super) fn actions() -> Vec<Action> {
    let tag = Action::Tag("$label1".to_owned());
    vec![Action::Move(0), Action::Copy(0), tag, Action::Star, Action::Read, Action::Junk, Action::Delete, Action::Stop]
}

/// A rule in one line.
pub(super) fn summary(views: &Views, state: &State, rule: &RuleRecord) -> String {
    let language = state.language;
    let between = match (rule.is_any, language) {
        (_, Language::Japanese) => "・",
        (true, Language::English) => " / ",
        (false, Language::English) => " · ",
    };
    let conditions: Vec<String> = rule.conditions.iter().map(|one| condition(language, one)).collect();
    let actions: Vec<String> = rule.actions.iter().map(|one| action(views, state, one)).collect();
    let when = language.say(if rule.is_any { Word::RuleAny } else { Word::RuleAll });
    let several = if rule.conditions.len() > 1 { format!("{when}: ") } else { String::new() };
    format!("{several}{} → {}", conditions.join(between), actions.join(between))
}

fn condition(language: Language, Condition { test, is_not }: &Condition) -> String {
    let kind = language.say(test_word(test));
    let not = if *is_not { format!(" ({})", language.say(Word::RuleNo)) } else { String::new() };
    match test {
        Test::Text { words, .. } => {
            let verb = language.say(if *is_not { Word::RuleContainsNot } else { Word::RuleContains });
            let words = one_line(words);
            match language {
                Language::English => format!("{kind} {verb} “{words}”"),
                Language::Japanese => format!("{kind}が「{words}」{verb}"),
            }
        }
        Test::Query(text) => match language {
            Language::English => format!("{kind} “{}”{not}", one_line(text)),
            Language::Japanese => format!("「{}」{kind}{not}", one_line(text)),
        },
        Test::Seal(word) => {
            let seal = SEALS.iter().find(|(one, _)| one == word).map_or("", |(_, word)| language.say(*word));
            format!("{kind} {seal}{not}")
        }
        Test::Sender { result, .. } => format!("{kind} {result}{not}"),
        _ => format!("{kind}{not}"),
    }
}

fn action(views: &Views, state: &State, action: &Action) -> String {
    let language = state.language;
    let kind = language.say(action_word(action));
    let with = |what: &str| match language {
        Language::English => format!("{kind} {what}"),
        Language::Japanese => format!("{kind}（{what}）"),
    };
    match action {
        Action::Move(folder) | Action::Copy(folder) => {
            with(&path(views, language, *folder).unwrap_or_else(|| "…".to_owned()))
        }
        Action::Tag(keyword) => {
            with(&tags::among(state, keyword).first().map(|tag| tags::say(language, tag)).unwrap_or_default())
        }
        _ => kind.to_owned(),
    }
}

/// A folder's name, with its account's where there are several.
pub(super) fn path(views: &Views, language: Language, folder: FolderId) -> Option<String> {
    let mailbox = views.mailbox.as_ref()?;
    let of = |account: &crate::engine::view::AccountView| {
        account.folders.iter().find(|one| one.id == folder).map(|one| named(views, language, account, one))
    };
    mailbox.accounts.iter().find_map(of)
}

fn named(views: &Views, language: Language, account: &crate::engine::view::AccountView, folder: &FolderView) -> String {
    let name = one_line(folder_name(language, folder));
    let count = views.mailbox.as_ref().map_or(0, |mailbox| mailbox.accounts.len());
    let of = if account.identity.address.is_empty() { &account.identity.name } else { &account.identity.address };
    if count > 1 { format!("{name} — {}", one_line(of)) } else { name }
}

/// A box with every folder.
pub(super) fn folder(ui: &mut Ui, views: &Views, language: Language, salt: &str, chosen: &mut Option<FolderId>) {
    let shown = chosen.and_then(|id| path(views, language, id)).unwrap_or_else(|| "…".to_owned());
    let response =
        ComboBox::from_id_salt(salt).selected_text(shown.clone()).width(220.0).height(360.0).show_ui(ui, |ui| {
            let accounts = views.mailbox.as_ref().map(|mailbox| mailbox.accounts.as_slice()).unwrap_or_default();
            for account in accounts {
                for one in &account.folders {
                    let name = named(views, language, account, one);
                    if ui.selectable_label(*chosen == Some(one.id), name).clicked() {
                        *chosen = Some(one.id);
                    }
                }
            }
        });
    let name = format!("{}, {shown}", language.say(Word::RuleFolder));
    response.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
}

/// A box with some words; the place of the one that was chosen just now.
pub(super) fn words(ui: &mut Ui, salt: &str, name: &str, shown: &str, wide: f32, all: &[String]) -> Option<usize> {
    let mut chosen = None;
    let response =
        ComboBox::from_id_salt(salt).selected_text(shown.to_owned()).width(wide).height(420.0).show_ui(ui, |ui| {
            for (nth, words) in all.iter().enumerate() {
                if ui.selectable_label(words == shown, words).clicked() {
                    chosen = Some(nth);
                }
            }
        });
    let name = format!("{name}, {shown}");
    response.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
    chosen
}
