//! IMAP: folders, flags, new messages.

use kakitome::net::NetError;

use super::*;

#[tokio::test]
async fn folders_are_listed_with_their_roles_and_names() {
    let Some(servers) = servers() else { return };
    let mut session = Session::log_in(&imap(servers), &user("carol")).await.unwrap();
    session.create_folder("請求書 & more").await.unwrap();
    let folders = session.list_folders().await.unwrap();
    let found: Vec<_> = folders.iter().map(|folder| (folder.name.as_str(), folder.role.as_str())).collect();
    assert_eq!(found[0], ("INBOX", "inbox"));
    for expected in [("Sent", "sent"), ("Drafts", "drafts"), ("書留", ""), ("請求書 & more", "")] {
        assert!(found.contains(&expected), "{found:?}");
    }
    let path = &folders.iter().find(|folder| folder.name == "請求書 & more").unwrap().path;
    session.append(path, &message("filed")).await.unwrap();
    session.log_out().await;
    assert_eq!(fetch_all(&imap(servers), "carol", path).await[0].bytes, message("filed"));
}

#[tokio::test]
async fn what_is_read_here_is_read_on_the_server_and_fetching_reads_nothing() {
    let Some(servers) = servers() else { return };
    let mut session = Session::log_in(&imap(servers), &user("carol")).await.unwrap();
    session.append("Drafts", &message("seen")).await.unwrap();
    let uid = fetch_all(&imap(servers), "carol", "Drafts").await[0].uid;
    session.set_seen("Drafts", &[uid], false).await.unwrap();
    assert!(!fetch_all(&imap(servers), "carol", "Drafts").await[0].flags.is_seen);
    assert!(!session.list().await.unwrap()[0].flags.is_seen, "fetching did not mark it");
    session.set_seen("Drafts", &[uid], true).await.unwrap();
    assert!(session.list().await.unwrap()[0].flags.is_seen);
    session.log_out().await;
}

#[tokio::test]
async fn fetching_stops_when_asked_and_a_missing_folder_is_said_so() {
    let Some(servers) = servers() else { return };
    let mut session = Session::log_in(&imap(servers), &user("alice")).await.unwrap();
    for number in 0..3 {
        session.append("Drafts", &message(&format!("draft {number}"))).await.unwrap();
    }
    session.open("Drafts", None).await.unwrap();
    let sizes: Vec<_> = session.list().await.unwrap().iter().map(|one| (one.uid, one.bytes)).collect();
    let cancel = Cancel::new();
    let mut seen = 0;
    let stop = |_| {
        seen += 1;
        cancel.cancel();
        ControlFlow::Continue(())
    };
    let outcome = session.fetch(&sizes, &cancel, stop).await;
    assert_eq!((outcome, seen), (Err(NetError::Cancelled), 1));
    let mut session = Session::log_in(&imap(servers), &user("alice")).await.unwrap();
    let missing = session.open("No such folder", None).await;
    assert!(matches!(missing, Err(NetError::NoFolder { .. })), "{missing:?}");
    session.log_out().await;
}
