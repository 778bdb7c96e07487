use super::*;
use crate::store::tests::{inbox, message, profile};
use crate::store::{FolderNews, ServerFlags};

#[test]
fn tags_are_found_by_their_names_in_both_languages_and_by_their_keywords() {
    let (_dir, _, store) = profile();
    let folder = inbox(&store);
    let ids: Vec<i64> = (1..=4).map(|uid| store.add_message(folder, &message(uid)).unwrap().unwrap()).collect();
    store.mark(ids[0], "$label1", true).unwrap();
    store.mark(ids[1], "&Zvh1WQ-", true).unwrap();
    store.mark(ids[2], "Server-Made", true).unwrap();
    store.mark(ids[3], "$Forwarded", true).unwrap();
    let found = |name: &str| -> Vec<i64> {
        let mut found: Vec<i64> = store.tagged_as(name).unwrap().into_iter().collect();
        found.sort_unstable();
        found
    };
    for name in ["Important", "重要", "$label1", "$LABEL1"] {
        assert_eq!(found(name), [ids[0]], "{name}");
    }
    assert_eq!(found("書留"), [ids[1]], "another program's, that nobody named here");
    for name in ["server-made", "Server"] {
        assert_eq!(found(name), [ids[2]], "{name}");
    }
    assert!(found("$Forwarded").is_empty() && found("nothing").is_empty());
    // What the user calls it counts, and no longer what it is known as.
    store.save_tag(&TagRecord { keyword: "$label1".into(), name: "請求書".into(), colour: 2 }).unwrap();
    assert_eq!(found("請求書"), [ids[0]]);
    assert!(found("Important").is_empty());
    assert_eq!(store.keywords_in_use().unwrap(), ["$Forwarded", "$label1", "&Zvh1WQ-", "Server-Made"]);
}

#[test]
fn a_tag_goes_from_every_message_with_the_rules_that_set_it_or_not_at_all() {
    let (_dir, _, store) = profile();
    let folder = inbox(&store);
    let ids: Vec<i64> = (1..=3).map(|uid| store.add_message(folder, &message(uid)).unwrap().unwrap()).collect();
    for id in &ids[..2] {
        store.mark(*id, "Mine", true).unwrap();
    }
    let marks = store.marks(folder).unwrap();
    store.keep_local(&marks).unwrap();
    store.clear_marks(&marks).unwrap();
    store.save_tag(&TagRecord { keyword: "mine".into(), name: "Mine".into(), colour: 1 }).unwrap();
    let rule = |name: &str, keyword: &str| {
        let (actions, is_enabled) = (vec![crate::store::Action::Tag(keyword.into())], true);
        let rule = crate::store::RuleRecord { name: name.into(), is_enabled, actions, ..Default::default() };
        store.save_rule(&rule).unwrap();
    };
    rule("sets it", "MINE");
    rule("sets another", "mines");
    // It fails at the second of them: nothing is done.
    store.fail_to_mark(ids[1], true).unwrap();
    assert!(store.remove_tag("mine").is_err());
    assert_eq!((store.with_keyword("mine").unwrap().len(), store.tags().unwrap().len()), (2, 6));
    assert!(store.rules().unwrap().iter().all(|rule| rule.is_enabled));
    store.fail_to_mark(ids[1], false).unwrap();
    let removed = RemovedTag { messages: 2, rules: vec!["sets it".into()] };
    assert_eq!(store.remove_tag("mine").unwrap(), removed);
    assert!(store.with_keyword("mine").unwrap().is_empty() && store.keeps_local().unwrap().is_empty());
    assert_eq!(store.marks(folder).unwrap().len(), 2, "the server is told");
    assert!(store.tags().unwrap().iter().all(|tag| tag.keyword != "mine"));
    let rules: Vec<_> = store.rules().unwrap().into_iter().map(|rule| (rule.is_enabled, rule.trouble)).collect();
    assert_eq!(rules, [(false, "tag_gone".to_owned()), (true, String::new())]);
}

#[test]
fn a_keyword_is_not_part_of_another() {
    let (_dir, _, store) = profile();
    let folder = inbox(&store);
    let id = store.add_message(folder, &message(1)).unwrap().unwrap();
    store.mark(id, "workshop", true).unwrap();
    assert!(store.with_keyword("work").unwrap().is_empty());
    assert!(store.with_keyword("w%").unwrap().is_empty());
    assert_eq!(store.with_keyword("WORKSHOP").unwrap().len(), 1);
}

#[test]
fn what_the_server_does_not_take_stays_here_and_the_rest_is_as_the_server_says() {
    let (_dir, _, store) = profile();
    let folder = inbox(&store);
    let id = store.add_message(folder, &message(1)).unwrap().unwrap();
    store.mark(id, "mine", true).unwrap();
    store.mark(id, "other", true).unwrap();
    let marks = store.marks(folder).unwrap();
    let (mine, other): (Vec<_>, Vec<_>) = marks.into_iter().partition(|mark| mark.flag == "mine");
    store.keep_local(&mine).unwrap();
    store.clear_marks(&mine).unwrap();
    store.clear_marks(&other).unwrap();
    let says = |keywords: &str| {
        let flags = ServerFlags { keywords: keywords.into(), ..ServerFlags::default() };
        store.take_news(folder, &FolderNews { changed: vec![(1, flags)], ..FolderNews::default() }).unwrap();
        store.keywords(id).unwrap()
    };
    assert_eq!(says("$label2"), ["$label2", "mine"]);
    assert_eq!(store.keeps_local().unwrap().len(), 1);
    store.mark(id, "mine", false).unwrap();
    let marks = store.marks(folder).unwrap();
    store.keep_local(&marks).unwrap();
    store.clear_marks(&marks).unwrap();
    assert_eq!(says("$label2"), ["$label2"]);
    assert!(store.keeps_local().unwrap().is_empty());
}
