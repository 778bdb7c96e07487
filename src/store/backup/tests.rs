use super::*;
use crate::store::tests::{inbox, profile};
use crate::store::{AccountRecord, Action, Condition, RuleRecord, TagRecord, Test};

fn rule(name: &str, account: Option<i64>, actions: Vec<Action>) -> RuleRecord {
    RuleRecord {
        name: name.into(),
        is_enabled: true,
        account,
        conditions: vec![Condition { test: Test::Attachments, is_not: false }],
        actions,
        ..RuleRecord::default()
    }
}

fn tag(keyword: &str, name: &str, colour: u8) -> TagRecord {
    TagRecord { keyword: keyword.into(), name: name.into(), colour }
}

/// What a person has made, whose accounts and folders have other row ids than they would get in a new profile.
fn made(store: &Store) -> (i64, i64) {
    let gone = store.save_account(&AccountRecord { address: "gone@example.test".into(), ..AccountRecord::default() });
    inbox(store);
    store.remove_account(gone.unwrap()).unwrap();
    let account = store.accounts().unwrap()[0].id;
    store.ensure_folder(account, "Other", "Other", "").unwrap();
    let bills = store.ensure_folder(account, "Work/Bills", "Bills", "").unwrap();
    store.save_tag(&tag("$label1", "Urgent", 7)).unwrap();
    store.save_tag(&tag("&Zvh1WQ-", "書留", 3)).unwrap();
    store.order_tags(&["&Zvh1WQ-", "$label1", "$label2", "$label3", "$label4", "$label5"].map(String::from)).unwrap();
    store.save_search("請求書", "tag:請求書").unwrap();
    store.save_search("files", "has:attachment").unwrap();
    store.save_rule(&rule("bills", Some(account), vec![Action::Move(bills), Action::Tag("&Zvh1WQ-".into())])).unwrap();
    store.save_rule(&RuleRecord { is_enabled: false, ..rule("stars", None, vec![Action::Star]) }).unwrap();
    store.note_synchronised(account, crate::store::tests::now()).unwrap();
    (account, bills)
}

fn searches(store: &Store) -> Vec<(String, String)> {
    store.saved_searches().unwrap().into_iter().map(|one| (one.name, one.query)).collect()
}

#[test]
fn tags_searches_and_rules_come_into_a_new_profile_as_they_were() {
    let (_dir, _, store) = profile();
    let (_, bills) = made(&store);
    let rows = store.rows_beside_mail().unwrap();
    let (_dir, _, other) = profile();
    for _ in 0..2 {
        // The second time all of it is there.
        other.restore(&[], &rows).unwrap();
        assert_eq!(other.tags().unwrap(), store.tags().unwrap());
        assert_eq!(searches(&other), searches(&store));
        let rules = other.rules().unwrap();
        assert_eq!(rules.iter().map(|rule| &*rule.name).collect::<Vec<_>>(), ["bills", "stars"]);
        assert_eq!(rules.iter().map(|rule| rule.is_enabled).collect::<Vec<_>>(), [true, false]);
        let account = other.accounts().unwrap()[0].id;
        assert_eq!(rules[0].account, Some(account));
        let Action::Move(folder) = rules[0].actions[0] else { panic!() };
        let place = other.folders().unwrap().into_iter().find(|one| one.id == folder).unwrap();
        assert_eq!((place.account, &*place.path, &*place.name), (account, "Work/Bills", "Bills"));
        assert_ne!(folder, bills, "row ids are not taken over");
    }
    store.restore(&[], &rows).unwrap();
    assert_eq!((store.rules().unwrap().len(), store.tags().unwrap().len(), searches(&store).len()), (2, 6, 2));
    assert!(other.synchronised().unwrap().is_empty(), "nothing was fetched here yet");
}

#[test]
fn what_is_there_stays_and_nothing_is_doubled() {
    let (_dir, _, store) = profile();
    made(&store);
    let mut rows = store.rows_beside_mail().unwrap();
    let (_dir, _, other) = profile();
    // Another search has the row id of one that comes; another tag has a name that comes.
    other.save_search("own", "from:me").unwrap();
    other.save_search("files", "has:pdf").unwrap();
    other.save_tag(&tag("$label2", "Office", 2)).unwrap();
    other.save_tag(&tag("mine", "書留", 1)).unwrap();
    let accounts = rows.0.remove("account");
    other.restore(&[], &rows).unwrap();
    let own = |name: &str, query: &str| (name.to_owned(), query.to_owned());
    assert_eq!(searches(&other), [own("own", "from:me"), own("files", "has:pdf"), own("請求書", "tag:請求書")]);
    let found: Vec<_> = other.tags().unwrap().into_iter().map(|tag| (tag.keyword, tag.name, tag.colour)).collect();
    let tag = |keyword: &str, name: &str, colour| (keyword.to_owned(), name.to_owned(), colour);
    assert_eq!(
        found,
        [
            tag("$label1", "Urgent", 7),
            tag("$label2", "Office", 2),
            tag("$label3", "", 2),
            tag("$label4", "", 3),
            tag("$label5", "", 4),
            tag("mine", "書留", 1),
        ]
    );
    // The rule's account is not there: it would be for everybody's mail.
    assert_eq!(other.rules().unwrap().iter().map(|rule| &*rule.name).collect::<Vec<_>>(), ["stars"]);
    // A rule whose folder is not named is there, and off.
    rows.0.extend(accounts.map(|all| ("account".to_owned(), all)));
    for row in rows.0.get_mut("rule").unwrap() {
        row.remove("folders");
    }
    other.restore(&[], &rows).unwrap();
    let bills = other.rules().unwrap().into_iter().find(|rule| rule.name == "bills").unwrap();
    assert_eq!((bills.is_enabled, &*bills.trouble), (false, "folder_gone"));
}
