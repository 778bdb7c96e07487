//! IMAP: what changed, and changing it.

use kakitome::net::imap::{Flags, Heard, Since};

use super::servers::{BARE_HOST, MIDDLING_HOST, Proxy, Rule};
use super::*;

/// Somebody's session, with a folder of their own for this test.
async fn session(server: &Server, name: &str, folder: &str) -> Session {
    let mut session = Session::log_in(server, &user(name)).await.unwrap();
    session.prepare().await.unwrap();
    session.create_folder(folder).await.unwrap();
    session
}

async fn put(session: &mut Session, folder: &str, count: u32) {
    for number in 0..count {
        session.append(folder, &message(&format!("number {number}"))).await.unwrap();
    }
}

async fn uids(session: &mut Session, folder: &str) -> Vec<u32> {
    session.open(folder, None).await.unwrap();
    session.list().await.unwrap().iter().map(|one| one.uid).collect()
}

#[tokio::test]
async fn the_server_says_what_changed_since_and_nothing_else() {
    let Some(servers) = servers() else { return };
    let mut mine = session(&imap(servers), "erin", "since").await;
    put(&mut mine, "since", 20).await;
    let before = mine.open("since", None).await.unwrap();
    assert!(before.modseq > 0 && before.takes_keywords && before.messages == 20, "{before:?}");
    mine.open("INBOX", None).await.unwrap();

    let mut other = Session::log_in(&imap(servers), &user("erin")).await.unwrap();
    other.open("since", None).await.unwrap();
    other.set_flag(&[3], "$Work", true).await.unwrap();
    other.delete_messages(&[5, 6]).await.unwrap();
    put(&mut other, "since", 1).await;

    let since = Since { uid_validity: before.uid_validity, modseq: before.modseq };
    let news = mine.open("since", Some(since)).await.unwrap().news.unwrap();
    let mut changed: Vec<_> = news.changed.iter().map(|(uid, flags)| (*uid, flags.keywords.join(" "))).collect();
    changed.sort();
    assert_eq!(changed, [(3, "$Work".to_owned()), (21, String::new())]);
    let vanished: Vec<u32> = news.vanished.into_iter().flatten().collect();
    assert_eq!(vanished, [5, 6]);
    let mut since_then = mine.changed_since(before.modseq).await.unwrap();
    since_then.sort_by_key(|(uid, _)| *uid);
    assert_eq!(since_then.iter().map(|(uid, _)| *uid).collect::<Vec<_>>(), [3, 21]);
    // Of another UIDVALIDITY there is no news.
    let stale = Since { uid_validity: 1, modseq: before.modseq };
    assert_eq!(mine.open("since", Some(stale)).await.unwrap().news, None);
    let status = mine.status("INBOX").await.unwrap();
    assert!(status.uid_validity > 0 && status.modseq > 0, "{status:?}");
    mine.log_out().await;
    other.log_out().await;
}

#[tokio::test]
async fn moving_says_where_to_and_deleting_takes_nothing_of_others_with_it() {
    let Some(servers) = servers() else { return };
    // With MOVE, with UIDPLUS alone, and with neither.
    for (name, host) in [("with", "127.0.0.1"), ("middling", MIDDLING_HOST), ("bare", BARE_HOST)] {
        let proxy = Proxy::start_to((host, servers.imap_port()), Rule::Watch);
        let mut mine = session(&at(servers, proxy.port()), "erin", &format!("from {name}")).await;
        let (from, to) = (format!("from {name}"), format!("to {name}"));
        mine.create_folder(&to).await.unwrap();
        assert_eq!(mine.offers("MOVE"), name == "with");
        assert_eq!(mine.offers("UIDPLUS"), name != "bare");
        put(&mut mine, &from, 4).await;
        let validity = mine.open(&to, None).await.unwrap().uid_validity;
        mine.open(&from, None).await.unwrap();
        // Somebody else is not sure about this one.
        mine.set_flag(&[4], "\\Deleted", true).await.unwrap();
        let moved = mine.move_messages(&[1, 3], &to).await.unwrap();
        // Dovecot says the UIDs whether it offers UIDPLUS or not.
        assert_eq!((moved.uid_validity, &moved.uids[..]), (validity, &[(1, 1), (3, 2)][..]), "{name}");
        let copied = mine.copy_messages(&[2], &to).await.unwrap();
        assert_eq!(copied.uids, [(2, 3)]);
        assert_eq!(uids(&mut mine, &to).await, [1, 2, 3]);
        mine.open(&from, None).await.unwrap();
        let left: Vec<_> = mine.list().await.unwrap().iter().map(|one| (one.uid, one.flags.is_deleted)).collect();
        if name == "bare" {
            assert_eq!(left, [(1, true), (2, false), (3, true), (4, true)], "nothing was expunged");
        } else {
            assert_eq!(left, [(2, false), (4, true)], "{name}");
        }
        mine.log_out().await;
    }
}

#[tokio::test]
async fn a_message_is_put_where_and_as_it_is_wanted() {
    let Some(servers) = servers() else { return };
    let mut mine = session(&imap(servers), "erin", "put").await;
    let flags =
        Flags { is_flagged: true, keywords: vec!["$Forwarded".into(), "not a keyword".into()], ..Flags::default() };
    let at = "2026-11-04T15:30:00Z".parse().unwrap();
    let (validity, uid) = mine.append_with("put", &flags, Some(at), &message("put")).await.unwrap().unwrap();
    assert_eq!(mine.open("put", None).await.unwrap().uid_validity, validity);
    let all = fetch(&mut mine).await;
    assert_eq!((all[0].uid, all[0].internal_date), (uid, Some(at)));
    assert_eq!(all[0].flags, Flags { is_flagged: true, keywords: vec!["$Forwarded".into()], ..Flags::default() });
    assert_eq!(all[0].bytes, message("put"));
    assert_eq!(mine.piece(uid, 3, 10).await.unwrap().as_deref(), message("put").get(3..13));
    assert_eq!(mine.piece(uid + 1, 0, 10).await.unwrap(), None);
    let ids = mine.message_ids(&[uid]).await.unwrap();
    assert!(String::from_utf8_lossy(&ids[0].1).contains("<1@example.test>"), "{ids:?}");
    mine.log_out().await;
}

#[tokio::test]
async fn folders_are_renamed_with_those_below_them_and_deleted() {
    let Some(servers) = servers() else { return };
    let mut mine = session(&imap(servers), "erin", "Projects/書留").await;
    let has = async |mine: &mut Session, name: &str| {
        mine.list_folders().await.unwrap().into_iter().find(|folder| folder.name == name)
    };
    let folder = has(&mut mine, "Projects/書留").await.unwrap();
    assert_eq!(folder.delimiter, "/");
    assert!(folder.status.is_some_and(|status| status.uid_validity > 0 && status.modseq > 0), "{folder:?}");
    mine.rename_path("Projects", "Work").await.unwrap();
    assert!(has(&mut mine, "Projects/書留").await.is_none());
    let folder = has(&mut mine, "Work/書留").await.unwrap();
    mine.delete_path(&folder.path).await.unwrap();
    assert!(has(&mut mine, "Work/書留").await.is_none());
    mine.log_out().await;
}

#[tokio::test]
async fn what_is_compressed_is_smaller_on_the_way_and_the_same_at_its_end() {
    let Some(servers) = servers() else { return };
    let text: Vec<u8> = [&message("long")[..], &b"The same words again and again.\r\n".repeat(60_000)].concat();
    let mut first = session(&imap(servers), "frank", "compressed").await;
    assert!(first.is_compressed());
    first.append("compressed", &text).await.unwrap();
    first.log_out().await;
    let mut came = Vec::new();
    for compresses in [false, true] {
        let proxy = Proxy::start(servers.imap_port(), Rule::Watch);
        let mut mine = Session::log_in(&at(servers, proxy.port()), &user("frank")).await.unwrap();
        if compresses {
            mine.prepare().await.unwrap();
        }
        assert_eq!(mine.is_compressed(), compresses);
        mine.open("compressed", None).await.unwrap();
        proxy.arm();
        let all = fetch(&mut mine).await;
        assert!(all.len() == 1 && all[0].bytes == text);
        came.push(proxy.came());
        mine.log_out().await;
    }
    assert!(came[0] > text.len() as u64 && came[1] < came[0] / 20, "{came:?}");
}

#[tokio::test]
async fn new_mail_is_noticed_while_waiting_and_waiting_ends_when_asked() {
    let Some(servers) = servers() else { return };
    let mut mine = session(&imap(servers), "frank", "waiting").await;
    assert!(mine.offers("IDLE"));
    mine.open("waiting", None).await.unwrap();
    let never = Cancel::new();
    assert_eq!(mine.idle(Duration::from_millis(100), &never).await.unwrap(), Heard::Silence);
    let mut other = Session::log_in(&imap(servers), &user("frank")).await.unwrap();
    let (heard, ()) = tokio::join!(mine.idle(Duration::from_mins(2), &never), async {
        other.append("waiting", &message("new")).await.unwrap();
    });
    assert_eq!(heard.unwrap(), Heard::News);
    let cancel = Cancel::new();
    let (heard, ()) = tokio::join!(mine.idle(Duration::from_mins(2), &cancel), async { cancel.cancel() });
    assert_eq!(heard.unwrap(), Heard::Cancelled);
    assert_eq!(uids(&mut mine, "waiting").await, [1], "the session goes on");
    mine.log_out().await;
}
