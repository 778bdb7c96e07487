//! Tags, searches that are kept, and rules.

use egui::{Key, Modifiers};
use kakitome::engine::topic::mail::{MailCommand, MailFlag};
use kakitome::engine::topic::rules::{
    Action, Condition, RuleRecord, RuleView, RulesCommand, RulesView, Test, TextPlace, TrialView,
};
use kakitome::engine::topic::saved::{SavedCommand, SavedSearchView, SavedView};
use kakitome::engine::topic::tags::{TagCommand, TagView, TagsView};
use kakitome::engine::topic::{Topic, TopicView};
use kakitome::engine::view::MailboxView;
use kakitome::ui::Word;

use super::*;

fn tag(keyword: &str, name: &str, colour: Option<u8>) -> TagView {
    let rules = if keyword == "project_x" { vec!["請求書を整理".into(), "Forged".into()] } else { Vec::new() };
    TagView { keyword: keyword.into(), name: name.into(), colour, rules }
}

fn tags() -> TagsView {
    TagsView {
        tags: vec![
            tag("$label1", "", Some(0)),
            tag("$label2", "", Some(1)),
            tag("$label3", "", Some(2)),
            tag("$label4", "", Some(3)),
            tag("$label5", "", Some(4)),
            tag("&istsQmb4-", "請求書", Some(5)),
            tag("project_x", "Project X", Some(6)),
            tag("Server-Made", "Server-Made", None),
        ],
        local: vec!["alice@example.org".into()],
    }
}

fn tagged() -> MailboxView {
    let mut mailbox = sample::mailbox();
    let mut rows = (*mailbox.rows).clone();
    let all = [
        "$Forwarded $label1 &istsQmb4-",
        "$label4",
        "project_x Server-Made $label2 $label3 $label5",
        "",
        "NonJunk $MDNSent",
        "Server-Made",
    ];
    for (nth, row) in rows.iter_mut().enumerate() {
        row.keywords = all[nth % all.len()].into();
    }
    mailbox.rows = Arc::new(rows);
    mailbox
}

fn saved() -> SavedView {
    let one =
        |id, name: &str, query: &str, unread| SavedSearchView { id, name: name.into(), query: query.into(), unread };
    SavedView {
        searches: vec![one(1, "請求書", "tag:請求書", 3), one(2, "Unread with files", "is:unread has:attachment", 0)],
    }
}

fn rules() -> RulesView {
    let condition = |test| Condition { test, is_not: false };
    let text = |place, words: &str| condition(Test::Text { place, words: words.into() });
    let bills = RuleRecord {
        id: 1,
        name: "請求書を整理".into(),
        is_enabled: true,
        conditions: vec![text(TextPlace::From, "example.co.jp"), text(TextPlace::Subject, "請求書")],
        actions: vec![Action::Tag("&istsQmb4-".into()), Action::Move(7)],
        ..RuleRecord::default()
    };
    let list = RuleRecord {
        id: 2,
        name: "Mailing list".into(),
        is_enabled: false,
        is_any: true,
        conditions: vec![
            text(TextPlace::ListId, "dev.example.net"),
            Condition { test: Test::Query("subject:minutes".into()), is_not: true },
        ],
        actions: vec![Action::Read, Action::Move(99)],
        trouble: "folder_gone".into(),
        ..RuleRecord::default()
    };
    let forged = RuleRecord {
        id: 3,
        name: "Forged".into(),
        is_enabled: true,
        conditions: vec![
            condition(Test::Sender { method: "dmarc".into(), result: "fail".into() }),
            condition(Test::Seal("unsigned".into())),
        ],
        actions: vec![Action::Junk, Action::Stop],
        ..RuleRecord::default()
    };
    let view = |rule, believes_from| RuleView { rule, believes_from };
    RulesView { rules: vec![view(bills, true), view(list, false), view(forged, false)], trial: None }
}

fn opened(language: Language) -> (App, Paper) {
    let (mut app, paper) = reads(language, message(Lock::Encrypted, Seal::Authenticated));
    app.update(Event::Mailbox(Arc::new(tagged())));
    app.update(Event::Topic(TopicView::Tags(Arc::new(tags()))));
    app.update(Event::Topic(TopicView::Saved(Arc::new(saved()))));
    app.state.selected = Some(1);
    (app, paper)
}

fn ruled(language: Language) -> (App, Paper) {
    let (mut app, paper) = opened(language);
    app.update(Event::Topic(TopicView::Rules(Arc::new(rules()))));
    app.state.screen = Screen::Settings;
    (app, paper)
}

fn of_tags(paper: &Paper) -> Vec<TagCommand> {
    topics(paper, |topic| if let Topic::Tags(command) = topic { Some(command) } else { None })
}

fn of_rules(paper: &Paper) -> Vec<RulesCommand> {
    topics(paper, |topic| if let Topic::Rules(command) = topic { Some(command) } else { None })
}

fn of_saved(paper: &Paper) -> Vec<SavedCommand> {
    topics(paper, |topic| if let Topic::Saved(command) = topic { Some(command) } else { None })
}

fn topics<T>(paper: &Paper, wanted: impl Fn(Topic) -> Option<T>) -> Vec<T> {
    let commands = paper.commands.borrow();
    let topics = commands.iter().filter_map(|command| match command {
        Command::Topic(topic) => Some((**topic).clone()),
        _ => None,
    });
    topics.filter_map(wanted).collect()
}

/// What was set and cleared: keyword, and whether it is on.
fn set(paper: &Paper) -> Vec<(String, bool)> {
    topics(paper, |topic| match topic {
        Topic::Mail(MailCommand::SetFlag { messages, flag: MailFlag::Keyword(word), on }) => {
            assert_eq!(messages, [1]);
            Some((word, on))
        }
        _ => None,
    })
}

#[test]
fn a_row_says_its_tags_and_nothing_that_programs_tell_each_other() {
    for language in LANGUAGES {
        let (app, _) = opened(language);
        let window = window(app, WIDE);
        let important = language.say(Word::TagImportant);
        assert!(window.query_all_by_role(Role::ListItem).any(|row| {
            let label = row.accesskit_node().label().unwrap_or_default();
            label.ends_with(&format!("{important}, 請求書"))
        }));
        for hidden in ["Forwarded", "NonJunk", "MDNSent"] {
            assert!(window.query_by_label_contains(hidden).is_none(), "{hidden}");
        }
        // And in the head of the open message.
        window.get_by_label(important);
        window.get_by_label("請求書");
    }
}

#[test]
fn digits_set_and_clear_tags_of_the_open_message() {
    let (app, paper) = opened(Language::English);
    let mut window = window(app, WIDE);
    for key in [Key::Num1, Key::Num2, Key::Num6, Key::Num7] {
        window.key_press(key);
        window.run();
    }
    let word = |word: &str| word.to_owned();
    assert_eq!(
        set(&paper),
        [(word("$label1"), false), (word("$label2"), true), (word("&istsQmb4-"), false), (word("project_x"), true)]
    );
    window.key_press(Key::Num0);
    window.run();
    assert!(of_tags(&paper).iter().any(|one| matches!(one, TagCommand::Clear(ids) if *ids == [1])));
    // What is written in the search field is no key.
    window.state_mut().state.searches = true;
    window.run();
    window.key_press(Key::Num3);
    window.run();
    assert_eq!(set(&paper).len(), 4);
}

#[test]
fn the_dialog_sets_makes_renames_and_deletes_tags() {
    for language in LANGUAGES {
        let (app, paper) = opened(language);
        let mut window = window(app, WIDE);
        window.key_press(Key::T);
        window.run();
        let named = |word, name: &str| language.fill(word, &[("name", name)]);
        window.get_by_role_and_label(Role::CheckBox, language.say(Word::TagWork)).click();
        window.run();
        assert_eq!(set(&paper), [("$label2".to_owned(), true)]);
        window.get_by_label(&language.fill(Word::TagsLocal, &[("address", "alice@example.org")]));

        window.get_by_label(language.say(Word::TagNew)).focus();
        window.run();
        window.get_by_label(language.say(Word::TagNew)).type_text("Project x");
        window.run();
        window.get_by_label(language.say(Word::TagTaken));
        assert!(window.get_by_label(language.say(Word::TagCreate)).accesskit_node().is_disabled());
        window.get_by_label(language.say(Word::TagNew)).type_text("yz");
        window.run();
        window.get_by_label(&language.fill(Word::TagColour, &[("colour", language.say(Word::TagViolet))])).click();
        window.run();
        window.get_by_label(language.say(Word::TagCreate)).click();
        window.run();
        assert!(of_tags(&paper).iter().any(|one| matches!(
            one,
            TagCommand::Create { name, colour: 4, messages } if name == "Project xyz" && *messages == [1]
        )));

        // A name that is known in both languages stays so when only the colour changes.
        window.get_by_label(&named(Word::TagChange, language.say(Word::TagLater))).click();
        window.run();
        window.get_by_label(&language.fill(Word::TagColour, &[("colour", language.say(Word::TagGreen))])).click();
        window.run();
        window.get_by_label(language.say(Word::KeepChange)).click();
        window.run();
        assert!(of_tags(&paper).iter().any(|one| matches!(
            one,
            TagCommand::Change { keyword, name, colour: 2 } if keyword == "$label5" && name.is_empty()
        )));

        window.get_by_label(&named(Word::RuleDown, "請求書")).click();
        window.run();
        let order =
            of_tags(&paper).into_iter().find_map(|one| if let TagCommand::Order(all) = one { Some(all) } else { None });
        assert_eq!(order.unwrap()[5..], ["project_x", "&istsQmb4-"]);

        window.get_by_label(&named(Word::TagRemove, "Server-Made")).click();
        window.run();
        assert!(!of_tags(&paper).iter().any(|one| matches!(one, TagCommand::Remove(_))), "it asks first");
        window.get_by_label(language.say(Word::TagRemoveYes)).click();
        window.run();
        assert!(of_tags(&paper).iter().any(|one| matches!(one, TagCommand::Remove(word) if word == "Server-Made")));
        // The rules that would bring it back are named.
        window.get_by_label(&named(Word::TagRemove, "Project X")).click();
        window.run();
        window.get_by_label_contains("請求書を整理");
        window.get_by_label(language.say(Word::Cancel)).click();
        window.run();
        // Nothing that the keys mean outside happened to the message meanwhile.
        window.key_press(Key::Escape);
        window.run();
        assert!(window.query_by_label(language.say(Word::TagCreate)).is_none());
    }
}

#[test]
fn a_search_is_kept_opened_renamed_and_removed() {
    for language in LANGUAGES {
        let (mut app, paper) = opened(language);
        app.state.search = "from:bob".into();
        let mut window = window(app, WIDE);
        window.get_by_label(language.say(Word::SaveSearch)).click();
        window.run();
        window.get_by_label(language.say(Word::SavedName)).type_text("ボブ");
        window.run();
        window.get_by_label(language.say(Word::KeepChange)).click();
        window.run();
        assert!(of_saved(&paper).iter().any(|one| matches!(
            one,
            SavedCommand::Save { name, query } if name == "ボブ" && query == "from:bob"
        )));
        window.get_by_label("請求書, 3").click();
        window.run();
        assert_eq!(window.state().state.search, "tag:請求書");
        window.get_by_label(&language.fill(Word::SavedOpen, &[("name", "請求書")]));
        window.get_by_label(language.say(Word::RenameSearch)).click();
        window.run();
        window.get_by_label(language.say(Word::SavedName)).type_text("2026");
        window.run();
        window.get_by_label(language.say(Word::KeepChange)).click();
        window.run();
        assert!(of_saved(&paper).iter().any(|one| matches!(
            one,
            SavedCommand::Rename { id: 1, name } if name.contains("請求書") && name.contains("2026")
        )));
        window.get_by_label(language.say(Word::RemoveSearch)).click();
        window.run();
        window.key_press(Key::Escape);
        window.run();
        assert!(!of_saved(&paper).iter().any(|one| matches!(one, SavedCommand::Remove(_))));
    }
}

/// Counting what is unread means a search for each: not with every message that comes.
#[test]
fn kept_searches_are_not_counted_with_every_event() {
    let (app, paper) = opened(Language::English);
    let mut window = window(app, WIDE);
    for _ in 0..5 {
        window.state_mut().update(Event::Mailbox(Arc::new(tagged())));
        window.run();
    }
    assert_eq!(of_saved(&paper).iter().filter(|one| matches!(one, SavedCommand::Look)).count(), 1);
}

#[test]
fn a_rule_is_moved_with_the_keyboard_and_says_what_it_does_and_what_is_wrong_with_it() {
    for language in LANGUAGES {
        let (app, paper) = ruled(language);
        let mut window = window(app, [1280.0, 2400.0]);
        window.get_by_label(language.say(Word::RuleFromClaimed));
        window.get_by_label(language.say(Word::RuleFolderGone));
        let summary = match language {
            Language::English => {
                "All of these: From contains “example.co.jp” · Subject contains “請求書” → Tag it 請求書 · Move it to プロジェクト"
            }
            Language::Japanese => {
                "すべてに合う: 差出人が「example.co.jp」を含む・件名が「請求書」を含む → タグを付ける（請求書）・移動する（プロジェクト）"
            }
        };
        window.get_by_label(summary);
        window.get_by_label("Forged").focus();
        window.run();
        window.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
        window.run();
        let orders = || {
            of_rules(&paper)
                .into_iter()
                .filter_map(|one| if let RulesCommand::Order(ids) = one { Some(ids) } else { None })
        };
        assert_eq!(orders().next_back(), Some(vec![1, 3, 2]));
        window.get_by_label("Mailing list").click();
        window.run();
        assert!(of_rules(&paper).iter().any(|one| matches!(one, RulesCommand::Enable { rule: 2, on: true })));
        window.get_by_label(&language.fill(Word::RuleRemove, &[("name", "Forged")])).click();
        window.run();
        window.get_by_label(language.say(Word::RuleRemoveYes)).click();
        window.run();
        assert!(of_rules(&paper).iter().any(|one| matches!(one, RulesCommand::Remove(3))));
    }
}

#[test]
fn a_rule_by_sender_is_offered_the_condition_that_closes_it() {
    for language in LANGUAGES {
        let (app, paper) = ruled(language);
        let mut window = window(app, [1280.0, 2400.0]);
        window.get_by_label(language.say(Word::RuleAdd)).click();
        window.run();
        let save = || language.say(Word::KeepChange);
        assert!(window.get_by_label(save()).accesskit_node().is_disabled());
        window.get_by_label(language.say(Word::RuleName)).type_text("From the bank");
        window.get_by_role_and_label(Role::TextInput, language.say(Word::RuleValue)).focus();
        window.run();
        window.get_by_role_and_label(Role::TextInput, language.say(Word::RuleValue)).type_text("bank.example");
        window.run();
        window.get_by_label(language.say(Word::RuleFolderMissing));
        let folder = format!("{}, …", language.say(Word::RuleFolder));
        window.get_by_label(&folder).click();
        window.run();
        // The side bar has it, too.
        let right = |node: &egui_kittest::Node<'_>| node.rect().left() > 300.0;
        window.get_all_by_label("プロジェクト").find(right).unwrap().click();
        window.run();
        window.get_by_label(&format!("{}, プロジェクト", language.say(Word::RuleFolder)));
        window.get_by_label(language.say(Word::RuleFromHint));
        window.get_by_label(language.say(Word::RuleAndVouched)).click();
        window.run();
        assert!(window.query_by_label(language.say(Word::RuleFromHint)).is_none());
        window.get_by_label(save()).click();
        window.run();
        let kept = of_rules(&paper)
            .into_iter()
            .find_map(|one| if let RulesCommand::Save(rule) = one { Some(*rule) } else { None });
        let condition = |test| Condition { test, is_not: false };
        let expected = RuleRecord {
            name: "From the bank".into(),
            is_enabled: true,
            conditions: vec![
                condition(Test::Text { place: TextPlace::From, words: "bank.example".into() }),
                condition(Test::Vouched),
            ],
            actions: vec![Action::Move(7)],
            ..RuleRecord::default()
        };
        assert_eq!(kept, Some(expected));
    }
}

/// Nothing that was typed is lost by a slip of the pen: what is wrong stands below the field, and nothing is handed over.
#[test]
fn a_slip_in_a_rules_search_is_shown_and_the_page_stays_until_the_rule_is_kept() {
    for language in LANGUAGES {
        let (app, paper) = ruled(language);
        let mut window = window(app, [1280.0, 2400.0]);
        window.get_by_label(&language.fill(Word::RuleChange, &[("name", "Mailing list")])).click();
        window.run();
        let field = |window: &Harness<'_, App>| {
            let mut all = window.get_all_by_role_and_label(Role::TextInput, language.say(Word::RuleValue));
            all.nth(1).unwrap().focus();
        };
        field(&window);
        window.run();
        let all = window.get_all_by_role_and_label(Role::TextInput, language.say(Word::RuleValue));
        all.last().unwrap().type_text(" form:bob");
        window.run();
        window.get_by_label(&language.fill(Word::SearchUnknownField, &[("what", "form")]));
        // The folder is gone, too; of two things that are wrong the first is said.
        window.get_by_label(language.say(Word::RuleQueryWrong));
        assert!(window.get_by_label(language.say(Word::KeepChange)).accesskit_node().is_disabled());
        assert!(!of_rules(&paper).iter().any(|one| matches!(one, RulesCommand::Save(_))));
    }
}

#[test]
fn a_rule_that_is_refused_stays_on_its_page() {
    for language in LANGUAGES {
        let (app, paper) = ruled(language);
        let mut window = window(app, [1280.0, 2400.0]);
        window.get_by_label(&language.fill(Word::RuleChange, &[("name", "請求書を整理")])).click();
        window.run();
        let save = language.say(Word::KeepChange);
        window.get_by_label(save).click();
        window.run();
        assert!(of_rules(&paper).iter().any(|one| matches!(one, RulesCommand::Save(_))));
        let (kind, source) = (FailureKind::Input, "rule_folder_gone".to_owned());
        let failure = Failure { kind, retry: Retry::Never, subject: String::new(), source };
        window.state_mut().update(Event::Failed(failure));
        window.run();
        window.get_by_label(save).click();
        window.run();
        window.state_mut().update(Event::Topic(TopicView::Rules(Arc::new(rules()))));
        window.run();
        assert!(window.query_by_label(save).is_none(), "it is kept");
    }
}

#[test]
fn a_rule_is_run_on_a_folder_only_after_it_was_seen_on_what() {
    for language in LANGUAGES {
        let (app, paper) = ruled(language);
        let mut window = window(app, [1280.0, 2400.0]);
        window.get_by_label(&language.fill(Word::RuleRun, &[("name", "Forged")])).click();
        window.run();
        window.get_by_label(language.say(Word::RuleLook)).click();
        window.run();
        let runs = || {
            of_rules(&paper).into_iter().filter_map(|one| match one {
                RulesCommand::Run { rule, folder, is_trial } => Some((rule, folder, is_trial)),
                _ => None,
            })
        };
        assert_eq!(runs().collect::<Vec<_>>(), [(Some(3), 1, true)]);
        let trial = |is_done| TrialView {
            rule: Some(3),
            folder: 1,
            looked: 40,
            hits: 2,
            rows: tagged().rows[1..3].to_vec(),
            is_done,
            can_undo: is_done,
        };
        let view = |is_done| RulesView { trial: Some(trial(is_done)), ..rules() };
        window.state_mut().update(Event::Topic(TopicView::Rules(Arc::new(view(false)))));
        window.run();
        window.get_by_label(&language.fill(Word::RuleHits, &[("hits", "2"), ("looked", "40")]));
        window.get_by_label("Bob Ross  Re: minutes of Thursday");
        window.get_by_label(&language.fill(Word::RuleRunOn, &[("hits", "2")])).click();
        window.run();
        assert_eq!(runs().next_back(), Some((Some(3), 1, false)));
        // It runs: a second click asks for nothing; when it has failed, it can be asked for again.
        let run_on = language.fill(Word::RuleRunOn, &[("hits", "2")]);
        assert!(window.get_by_label(&run_on).accesskit_node().is_disabled());
        let (kind, source) = (FailureKind::Store, String::new());
        let failure = Failure { kind, retry: Retry::Now, subject: String::new(), source };
        window.state_mut().update(Event::Failed(failure));
        window.run();
        assert!(!window.get_by_label(&run_on).accesskit_node().is_disabled());
        // What changed nothing is not taken back: that would be something else.
        let nothing = RulesView { trial: Some(TrialView { can_undo: false, ..trial(true) }), ..rules() };
        window.state_mut().update(Event::Topic(TopicView::Rules(Arc::new(nothing))));
        window.run();
        assert!(window.query_by_label(language.say(Word::RuleUndo)).is_none());
        window.state_mut().update(Event::Topic(TopicView::Rules(Arc::new(view(true)))));
        window.run();
        window.get_by_label(language.say(Word::RuleUndo)).click();
        window.run();
        assert!(sent(&paper, |command| matches!(
            command,
            Command::Topic(topic) if matches!(**topic, Topic::Mail(MailCommand::Undo))
        )));
    }
}

/// The page of a rule whose search has a slip.
fn slipped(language: Language) -> App {
    let change = language.fill(Word::RuleChange, &[("name", "Mailing list")]);
    let mut window = window(clicked(ruled(language).0, &change), [1280.0, 2400.0]);
    window.run();
    let value = language.say(Word::RuleValue);
    window.get_all_by_role_and_label(Role::TextInput, value).last().unwrap().focus();
    window.run();
    window.get_all_by_role_and_label(Role::TextInput, value).last().unwrap().type_text(" form:bob");
    window.run();
    window.into_state()
}

pub fn screens(language: Language) -> Vec<(&'static str, App)> {
    let mut all = vec![("tags", opened(language).0)];
    let (app, _) = opened(language);
    let mut dialog = window(app, WIDE);
    dialog.key_press(Key::T);
    dialog.run();
    all.push(("tags-dialog", dialog.into_state()));
    let (mut app, _) = opened(language);
    app.state.search = "tag:請求書".into();
    all.push(("saved-search", app));
    let (mut app, _) = opened(language);
    app.state.search = "from:bob has:attachment".into();
    all.push(("save-search", clicked(app, language.say(Word::SaveSearch))));
    all.push(("rules", ruled(language).0));
    all.push(("rules-run", clicked(ruled(language).0, &language.fill(Word::RuleRun, &[("name", "Forged")]))));
    let change = language.fill(Word::RuleChange, &[("name", "Mailing list")]);
    all.push(("rules-editor", clicked(ruled(language).0, &change)));
    let change = language.fill(Word::RuleChange, &[("name", "請求書を整理")]);
    all.push(("rules-editor-from", clicked(ruled(language).0, &change)));
    all.push(("rules-editor-slip", slipped(language)));
    all
}
