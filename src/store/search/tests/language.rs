use super::*;

fn bob() -> SearchDocument {
    SearchDocument {
        from: vec![Mailbox::new("Bob Baker", "bob.baker@mail.example.org")],
        to: vec![Mailbox::new("髙橋 花子", "hanako@example.test")],
        cc: vec![Mailbox::new("Carol", "carol@example.net")],
        subject: "Die Rechnung für Mai".into(),
        body: vec!["please pay 1,234,567 yen".into(), "apart from that".into()],
        files: vec!["invoice-2026.pdf".into(), "予定.ics".into()],
        attached: vec!["the text of a file".into()],
        kinds: vec!["pdf", "calendar"],
        date: Some(at("2026-11-01T14:30:00Z")),
        size: 6 << 20,
        ..SearchDocument::default()
    }
}

/// One message that is `bob()`, and one that is nothing.
fn one() -> (Lab, i64) {
    let lab = Lab::new();
    let id = lab.message(lab.folder, "not_encrypted", "1");
    let other = lab.message(lab.folder, "not_encrypted", "2");
    lab.work(|this| if this == id { bob() } else { text("nothing", 0) });
    assert_eq!(lab.found("").len(), 2);
    assert_eq!(lab.found("nothing"), [other]);
    (lab, id)
}

#[test]
fn japanese_is_found_by_what_stands_in_it() {
    let lab = Lab::new();
    let ids = lab.texts(&[
        "11月分の請求書をお送りします。",
        "請求は求書ではない",
        "ｶﾀｶﾅのﾃﾞｰﾀ",
        "かたかなとカタカナのデータ",
        "御請求\r\n書の件",
        "書",
        "髙橋様",
        "高橋様",
    ]);
    for (query, places) in [
        ("請求書", vec![0, 4]),
        ("請求", vec![0, 1, 4]),
        ("書", vec![0, 1, 4, 5]),
        ("カタカナ", vec![2, 3]),
        ("ｶﾀｶﾅ", vec![2, 3]),
        ("かたかな", vec![2, 3]),
        ("データ", vec![2, 3]),
        ("テータ", vec![]),
        ("11月分", vec![0]),
        ("１１月分の請求書", vec![0]),
        ("\"11月分 請求書\"", vec![]),
        ("請求 -請求書", vec![1]),
        ("高橋", vec![6, 7]),
        ("髙橋", vec![6, 7]),
        ("件", vec![4]),
        ("存在しない", vec![]),
    ] {
        assert_eq!(lab.places(&ids, query), places, "{query}");
    }
}

#[test]
fn other_languages_are_found() {
    let lab = Lab::new();
    let ids = lab.texts(&[
        "电子邮件已经发送",
        "電子郵件",
        "한국어로 쓴 메일입니다",
        "Un café à la crème brûlée",
        "Die Straße nach Łódź",
        "Привет, мир! Ёлка",
        "שָׁלוֹם",
        "สวัสดีครับ",
        "don't fold; e-mail us 🎉",
    ]);
    for (query, places) in [
        ("邮件", vec![0]),
        ("郵件", vec![1]),
        ("电子邮件", vec![0]),
        ("한국", vec![2]),
        ("메일", vec![2]),
        ("CAFÉ creme", vec![3]),
        ("cafe\u{301}", vec![3]),
        ("strasse lodz", vec![4]),
        ("привет", vec![5]),
        ("ёлка", vec![5]),
        ("елка", vec![5]),
        ("שלום", vec![6]),
        ("สวัสดี", vec![7]),
        ("don’t", vec![8]),
        ("e-mail", vec![8]),
        ("🎉", vec![8]),
    ] {
        assert_eq!(lab.places(&ids, query), places, "{query}");
    }
}

#[test]
fn phrases_beginnings_alternatives_and_negations() {
    let lab = Lab::new();
    let ids = lab.texts(&["the quick brown fox", "brown and quick", "a slow fox", "quickly now", "A4版の書類"]);
    for (query, places) in [
        ("quick brown", vec![0, 1]),
        ("\"quick brown\"", vec![0]),
        ("quick*", vec![0, 1, 3]),
        ("quick", vec![0, 1]),
        ("\"quick brown\" OR slow", vec![0, 2]),
        ("fox -brown", vec![2]),
        ("-fox", vec![1, 3, 4]),
        ("-(fox OR quickly) -A4", vec![1]),
        ("NOT fox NOT quick", vec![3, 4]),
        ("(quick | slow) fox", vec![0, 2]),
        ("fox fox", vec![0, 2]),
        ("\"A4 版\"", vec![4]),
        ("A4版", vec![4]),
        // A single letter before others has to be there, and that is all that is known of its place.
        ("\"版 書類\"", vec![4]),
        ("\"版 書物\"", vec![]),
        ("... fox & --", vec![0, 2]),
        ("...", vec![]),
    ] {
        assert_eq!(lab.places(&ids, query), places, "{query}");
    }
    let typed = |query: &str| lab.index.search(&lab.store, &parse(query, &now(), true), 10).unwrap().total;
    assert_eq!((typed("qui"), typed("q"), typed("the qui"), typed("書")), (3, 0, 1, 1));
}

#[test]
fn fields_are_sought_apart_and_addresses_by_their_parts() {
    let (lab, id) = one();
    for query in [
        "from:bob",
        "from:baker@mail.example.org",
        "from:example.org",
        "bob.baker@mail.example.org",
        "to:高橋",
        "to:hanako",
        "to:carol",
        "cc:carol",
        "subject:rechnung",
        "subject:\"fur mai\"",
        "件名：Ｍａｉ",
        "body:pay",
        "body:\"text of a file\"",
        "filename:invoice",
        "filename:予定",
        "1234567",
        "1,234,567",
        "has:pdf has:calendar",
        "larger:5M smaller:7M",
        "foo:bar OR pay",
        "from:(nobody OR bob)",
    ] {
        assert_eq!(lab.found(query), [id], "{query}");
    }
    for query in [
        "from:carol",
        "cc:hanako",
        "subject:pay",
        "body:rechnung",
        "filename:pay",
        "has:picture",
        "larger:6M",
        "smaller:6M -nothing",
        "foo:bar",
        "\"yen apart\"",
        "from:\"baker bob\"",
    ] {
        assert_eq!(lab.found(query), [0_i64; 0], "{query}");
    }
}

#[test]
fn dates_are_those_of_the_reader_s_clock() {
    let (lab, id) = one();
    // 14:30 in Greenwich is half an hour before midnight in Tokyo.
    assert_eq!(lab.found("on:2026-11-01"), [id]);
    assert_eq!(lab.found("on:2026-11-02 -nothing"), [0_i64; 0]);
    assert_eq!(lab.found("after:2026-11-01 before:2026-11-02"), [id]);
    let kiritimati = "2026-11-28T09:00:00+14:00[Pacific/Kiritimati]".parse().unwrap();
    let there = |query| lab.index.search(&lab.store, &parse(query, &kiritimati, false), 10).unwrap().messages;
    assert_eq!((there("on:2026-11-02"), there("on:2026-11-01")), (vec![id], vec![]));
}

#[test]
fn what_changes_without_reading_is_asked_of_the_database() {
    let (lab, id) = one();
    let other = lab.found("nothing")[0];
    let archive = lab.store.ensure_folder(lab.account, "Archive/2026", "古い箱", "archive").unwrap();
    let third = lab.message(archive, "encrypted", "3");
    lab.work(|_| text("third", 1));
    lab.assess(third, "encrypted", "authenticated");
    assert_eq!(lab.store.count_due_for_search().unwrap(), 0, "a seal is not in the index");
    assert_eq!(lab.found("is:unread").len(), 3);
    lab.store.set_seen(id, true).unwrap();
    assert_eq!(lab.found("is:unread"), [third, other]);
    assert_eq!(lab.found("is:read"), [id]);
    assert_eq!(lab.found("is:signed is:encrypted is:authenticated"), [third]);
    assert_eq!(lab.found("is:read OR third"), [id, third]);
    assert_eq!(lab.found("-is:encrypted in:inbox"), [id, other]);
    for folder in ["archive", "in:archive", "folder:古い", "folder:\"古い箱\"", "folder:ARCHIVE/2026"] {
        let query = if folder.contains(':') { folder.to_owned() } else { format!("folder:{folder}") };
        assert_eq!(lab.found(&query), [third], "{query}");
    }
    assert_eq!(lab.found("folder:nowhere OR tag:work OR has:attachment"), [0_i64; 0]);
}

#[test]
fn what_is_gone_is_not_found_and_its_number_may_be_given_again() {
    let lab = Lab::new();
    let ids = lab.texts(&["first", "second"]);
    lab.store.remove_message(ids[1]).unwrap();
    assert_eq!(lab.found("second"), [0_i64; 0], "before the index knows");
    // As it was given in profiles of before.
    lab.store.set_setting("last-message-id", &0).unwrap();
    let new = lab.message(lab.folder, "not_encrypted", "third");
    assert_eq!(new, ids[1], "the database gives the number again");
    assert_eq!(lab.found("second"), [0_i64; 0]);
    lab.work(|_| text("third", 3));
    assert_eq!((lab.found("second"), lab.found("third")), (vec![], vec![new]));
    lab.store.remove_folder(lab.folder).unwrap();
    assert_eq!(lab.found(""), [0_i64; 0]);
    lab.work(|_| panic!("nothing is left"));
    assert_eq!(lab.index.vocabulary(&lab.store).len(), 0);
}

#[test]
fn the_newest_come_first_and_not_more_than_asked_for() {
    let lab = Lab::new();
    let ids: Vec<i64> = (0..500).map(|at| lab.message(lab.folder, "not_encrypted", &at.to_string())).collect();
    lab.work(|id| text("word", id * 7919 % 1_000));
    let found = lab.index.search(&lab.store, &parse("word", &now(), false), 20).unwrap();
    let mut sorted = ids;
    sorted.sort_by_key(|id| std::cmp::Reverse((id * 7919 % 1_000, *id)));
    assert_eq!((found.total, found.messages), (500, sorted[..20].to_vec()));
}
