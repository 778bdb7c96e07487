use std::collections::BTreeMap;

use rusqlite::Connection;
use tempfile::TempDir;

use super::super::tests::{inbox, message, now, profile};
use super::super::{AccountRecord, FolderNews, Gone, MessageFlags, ProfileKey, ServerFlags, Store, schema};
use super::*;

mod apart;

/// A store with an inbox of messages 1 to 5, and an archive.
struct World {
    _dir: TempDir,
    _key: ProfileKey,
    store: Store,
    account: i64,
    inbox: i64,
    archive: i64,
    ids: Vec<i64>,
}

fn world() -> World {
    let (dir, key, store) = profile();
    let inbox = inbox(&store);
    let account = store.accounts().unwrap()[0].id;
    let archive = store.ensure_folder(account, "Archive", "Archive", "archive").unwrap();
    for folder in [inbox, archive] {
        store.renumber(folder, 7).unwrap();
    }
    let messages: Vec<_> = (1..=5).map(message).collect();
    let ids = store.add_messages(inbox, &messages).unwrap().into_iter().flatten().collect();
    World { _dir: dir, _key: key, store, account, inbox, archive, ids }
}

impl World {
    fn uids(&self, folder: i64) -> Vec<Option<u32>> {
        let mut uids: Vec<_> = self.store.rows(folder, 100, 0).unwrap().iter().map(|row| row.uid).collect();
        uids.sort_unstable();
        uids
    }

    fn flags(&self, message: i64) -> MessageFlags {
        self.store.row(message).unwrap().1.flags
    }
}

fn news(changed: &[(u32, bool)], gone: Gone) -> FolderNews {
    let flags =
        |is_seen| ServerFlags { flags: MessageFlags { is_seen, ..MessageFlags::default() }, keywords: String::new() };
    FolderNews {
        modseq: 9,
        uid_next: 10,
        changed: changed.iter().map(|(uid, is_seen)| (*uid, flags(*is_seen))).collect(),
        gone,
        ..FolderNews::default()
    }
}

#[test]
fn a_message_moved_twice_is_one_wish_and_one_brought_home_is_none() {
    let world = world();
    let trash = world.store.ensure_folder(world.account, "Trash", "Trash", "trash").unwrap();
    assert_eq!(world.store.relocate(world.ids[0], world.archive, now()).unwrap(), world.inbox);
    assert_eq!(world.store.relocate(world.ids[0], trash, now()).unwrap(), world.archive);
    let placings = world.store.placings(world.account).unwrap();
    let [placing] = placings.as_slice() else { panic!("{placings:?}") };
    assert_eq!((placing.folder, placing.uid, placing.target), (Some(world.inbox), Some(1), trash));
    assert_eq!((world.uids(world.archive), world.uids(trash)), (vec![], vec![None]));
    world.store.relocate(world.ids[0], world.inbox, now()).unwrap();
    assert_eq!(world.store.placings(world.account).unwrap(), []);
    assert_eq!(world.uids(world.inbox), [1, 2, 3, 4, 5].map(Some));
    assert_eq!(world.store.untold().unwrap(), 0);
}

#[test]
fn many_are_done_as_one_by_one_and_what_is_gone_holds_nothing_up() {
    let (many, single) = (world(), world());
    let (ids, gone) = (many.ids.clone(), many.ids[2]);
    assert_eq!(ids, single.ids);
    for world in [&many, &single] {
        world.store.remove_message(gone).unwrap();
    }
    let stay: Vec<i64> = ids.iter().copied().filter(|id| *id != gone).collect();

    let mut marked = Vec::new();
    many.store.mark(ids[1], "\\Flagged", true).unwrap();
    single.store.mark(ids[1], "\\Flagged", true).unwrap();
    many.store.mark_all(&ids, "\\Flagged", true, &mut marked).unwrap();
    let alone: Vec<_> =
        ids.iter().filter_map(|id| single.store.mark(*id, "\\Flagged", true).unwrap().map(|was| (*id, was))).collect();
    assert_eq!(marked, alone);
    assert_eq!(marked.iter().filter(|(_, was)| *was).map(|(id, _)| *id).collect::<Vec<_>>(), [ids[1]]);

    let going: Vec<_> = ids.iter().map(|id| (*id, many.archive)).collect();
    let mut went = Vec::new();
    many.store.relocate_all(&going, now(), &mut went).unwrap();
    assert_eq!(went, stay.iter().map(|id| (*id, many.inbox)).collect::<Vec<_>>());
    for id in &stay {
        single.store.relocate(*id, single.archive, now()).unwrap();
    }
    assert_eq!(many.store.placings(many.account).unwrap(), single.store.placings(single.account).unwrap());
    assert_eq!((many.uids(many.inbox).len(), many.uids(many.archive).len()), (0, 4));

    let mut copies = Vec::new();
    many.store.duplicate_all(&ids, many.inbox, now(), &mut copies).unwrap();
    assert_eq!((copies.len(), many.uids(many.inbox).len()), (4, 4));
}

#[test]
fn a_message_moved_on_while_the_server_moves_it_goes_on_from_where_it_is() {
    let world = world();
    let trash = world.store.ensure_folder(world.account, "Trash", "Trash", "trash").unwrap();
    let id = world.ids[2];
    world.store.relocate(id, world.archive, now()).unwrap();
    assert_eq!(world.store.note_asked(&[id], world.archive, 1).unwrap(), [id]);
    world.store.relocate(id, trash, now()).unwrap();
    world.store.settle(id, world.archive, 41).unwrap();
    let placings = world.store.placings(world.account).unwrap();
    let [placing] = placings.as_slice() else { panic!("{placings:?}") };
    assert_eq!(
        (placing.folder, placing.uid, placing.asked, placing.target),
        (Some(world.archive), Some(41), None, trash)
    );
    world.store.settle(id, trash, 3).unwrap();
    assert_eq!((world.uids(trash), world.store.untold().unwrap()), (vec![Some(3)], 0));
}

#[test]
fn what_the_server_deleted_is_deleted_wherever_it_was_put_here_unless_it_was_asked_to_move_it() {
    let world = world();
    for id in &world.ids[..3] {
        world.store.relocate(*id, world.archive, now()).unwrap();
    }
    world.store.note_asked(&world.ids[..1], world.archive, 1).unwrap();
    let copy = world.store.duplicate(world.ids[3], world.archive, now()).unwrap();
    world.store.take_news(world.inbox, &news(&[], Gone::AllBut(vec![3, 5]))).unwrap();
    assert_eq!(world.uids(world.inbox), [Some(5)]);
    let mut left: Vec<i64> = world.store.rows(world.archive, 10, 0).unwrap().iter().map(|row| row.id).collect();
    left.sort_unstable();
    assert_eq!(left, [world.ids[0], world.ids[2], copy], "asked about, still there, a copy of what is gone");
    let placings = world.store.placings(world.account).unwrap();
    let ways: BTreeMap<i64, (Way, Option<u32>)> =
        placings.iter().map(|placing| (placing.message, (placing.way, placing.uid))).collect();
    assert_eq!(ways[&copy], (Way::Append, None), "it is brought");
    assert_eq!(ways[&world.ids[2]], (Way::Move, Some(3)));
}

#[test]
fn a_flag_is_as_it_was_set_here_until_the_server_knows_and_then_as_the_server_says() {
    let world = world();
    let id = world.ids[0];
    assert_eq!(world.store.mark(id, "\\Seen", true).unwrap(), Some(false));
    assert_eq!(world.store.mark(id, "$Junk", true).unwrap(), Some(false));
    assert_eq!(world.store.mark(id, "$junk", true).unwrap(), Some(true), "keywords have no case");
    world.store.take_news(world.inbox, &news(&[(1, false), (2, true)], Gone::default())).unwrap();
    assert!(world.flags(id).is_seen && world.flags(world.ids[1]).is_seen);
    assert_eq!(world.store.keywords(id).unwrap(), ["$Junk"]);
    let marks = world.store.marks(world.inbox).unwrap();
    assert_eq!(marks.len(), 2);
    // Changed again while the server is told.
    world.store.mark(id, "\\Seen", false).unwrap();
    world.store.clear_marks(&marks).unwrap();
    let left: Vec<_> =
        world.store.marks(world.inbox).unwrap().into_iter().map(|mark| (mark.flag, mark.is_on)).collect();
    assert_eq!(left, [("\\Seen".to_owned(), false)]);
    world.store.clear_marks(&world.store.marks(world.inbox).unwrap()).unwrap();
    world.store.take_news(world.inbox, &news(&[(1, true)], Gone::default())).unwrap();
    assert!(world.flags(id).is_seen);
    assert_eq!(world.store.keywords(id).unwrap(), Vec::<String>::new());
}

#[test]
fn a_renumbered_folder_keeps_what_is_found_again_and_loses_what_is_not() {
    let world = world();
    world.store.relocate(world.ids[4], world.archive, now()).unwrap();
    world.store.renumber(world.inbox, 8).unwrap();
    assert!(world.store.folder_state(world.inbox).unwrap().is_renumbered);
    let sought: Vec<i64> = world.store.unnumbered(world.inbox).unwrap().iter().map(|one| one.message).collect();
    assert_eq!(sought, world.ids);
    let found = [(world.ids[0], 101), (world.ids[1], 102), (world.ids[4], 105)];
    world.store.found_again(world.inbox, &found).unwrap();
    world.store.end_renumbering(world.inbox).unwrap();
    assert_eq!(world.uids(world.inbox), [Some(101), Some(102)]);
    let placings = world.store.placings(world.account).unwrap();
    assert_eq!((placings.len(), placings[0].uid), (1, Some(105)));
    assert!(!world.store.folder_state(world.inbox).unwrap().is_renumbered);
}

#[test]
fn at_another_server_nothing_is_lost_and_what_bears_the_same_name_there_is_let_be() {
    let world = world();
    let store = &world.store;
    let dropped = store.note_folder(world.account, "Dropped", ("Dropped", "", "/")).unwrap();
    store.receive_from(world.account, "alice one.example").unwrap();
    store.relocate(world.ids[3], store.limbo(world.account).unwrap(), now()).unwrap();
    store.relocate(world.ids[4], world.archive, now()).unwrap();
    store.plan_rename(world.archive, "Elsewhere", "Elsewhere").unwrap();
    store.renumber(dropped, 7).unwrap();
    let saved = store.add_message(dropped, &message(6)).unwrap().unwrap();
    store.relocate(saved, world.archive, now()).unwrap();
    store.plan_removal(dropped).unwrap();
    store.receive_from(world.account, "alice one.example").unwrap();
    assert!(!store.folder_state(world.inbox).unwrap().has_moved, "it is the same mailbox");

    store.receive_from(world.account, "alice two.example").unwrap();
    assert!(matches!(store.folder_state(dropped), Err(StoreError::NotFound)));
    assert_eq!(store.folder_state(world.archive).unwrap().wanted_path, None);
    store.renumber(world.inbox, 7).unwrap();
    assert!(store.folder_state(world.inbox).unwrap().has_moved, "also under the same UIDVALIDITY");
    store.found_again(world.inbox, &[(world.ids[0], 101)]).unwrap();
    store.bring_instead(world.inbox, false).unwrap();
    let left = store.not_found_there(world.inbox, false).unwrap();
    assert_eq!(left, world.ids[1..3]);
    let here = store.ensure_folder(world.account, "here", "here", "").unwrap();
    store.keep_here(&left, here).unwrap();
    store.end_renumbering(world.inbox).unwrap();
    assert_eq!((world.uids(world.inbox), world.uids(here)), (vec![Some(101)], vec![Some(1), Some(2)]));
    assert!(!store.folder_state(world.inbox).unwrap().has_moved);
    assert!(matches!(store.row(world.ids[3]), Err(StoreError::NotFound)), "it was to be deleted");
    let placings = store.placings(world.account).unwrap();
    let brought: Vec<_> = placings.iter().map(|one| (one.message, one.way, one.folder)).collect();
    let all = [(world.ids[4], Way::Append, None), (saved, Way::Append, None)];
    assert!(all.iter().all(|one| brought.contains(one)) && brought.len() == 2, "{brought:?}");
    // The other server does not have the archive: what is on its way there waits for it, the rest stays here.
    assert_eq!(store.not_found_there(world.archive, true).unwrap(), Vec::<i64>::new());
    store.drop_folder(world.archive).unwrap();
    assert!(store.folder_state(world.archive).unwrap().is_new);
    // An account with the row id of one that was removed has no mailbox of before.
    store.remove_account(world.account).unwrap();
    assert_eq!(store.setting::<BTreeMap<i64, String>>("mailboxes").unwrap(), Some(BTreeMap::new()));
}

#[test]
fn a_folder_that_went_takes_its_messages_and_not_those_that_were_still_to_come() {
    let world = world();
    world.store.relocate(world.ids[0], world.archive, now()).unwrap();
    world.store.add_message(world.archive, &message(6)).unwrap();
    world.store.drop_folder(world.archive).unwrap();
    assert_eq!(world.uids(world.inbox), [1, 2, 3, 4, 5].map(Some));
    assert!(world.store.folders().unwrap().iter().all(|folder| folder.id != world.archive));
    // A copy is nowhere else: its folder is to be made again.
    let other = world.store.ensure_folder(world.account, "Other", "Other", "").unwrap();
    world.store.duplicate(world.ids[1], other, now()).unwrap();
    world.store.drop_folder(other).unwrap();
    let state = world.store.folder_state(other).unwrap();
    assert!(state.is_new && state.uid_validity.is_none());
    assert_eq!(world.uids(other), [None]);
}

#[test]
fn what_goes_for_good_is_shown_nowhere_and_can_come_back_until_it_went() {
    let world = world();
    let limbo = world.store.limbo(world.account).unwrap();
    world.store.relocate(world.ids[0], limbo, now()).unwrap();
    assert!(world.store.folders().unwrap().iter().all(|folder| folder.id != limbo));
    assert!(world.store.placings(world.account).unwrap()[0].is_deletion);
    let second = jiff::SignedDuration::from_secs(1);
    assert_eq!(world.store.placings_before(world.account, now() - second).unwrap(), Vec::<i64>::new());
    assert_eq!(world.store.placings_before(world.account, now() + second).unwrap(), [world.ids[0]]);
    world.store.relocate(world.ids[0], world.inbox, now()).unwrap();
    assert_eq!(world.uids(world.inbox), [1, 2, 3, 4, 5].map(Some));
}

#[test]
fn between_accounts_a_message_is_brought_first_and_then_deleted_where_it_was() {
    let world = world();
    let other =
        world.store.save_account(&AccountRecord { id: 0, ..world.store.accounts().unwrap().remove(0) }).unwrap();
    let there = world.store.ensure_folder(other, "INBOX", "INBOX", "inbox").unwrap();
    world.store.relocate(world.ids[0], there, now()).unwrap();
    let placing = &world.store.placings(other).unwrap()[0];
    assert_eq!((placing.way, placing.folder, placing.uid), (Way::Append, Some(world.inbox), Some(1)));
    assert_eq!(world.store.unknown_uids(world.inbox, &[1, 2, 9]).unwrap(), [9], "it is no new message at home");
    assert!(world.store.is_untold(world.account).unwrap() && world.store.is_untold(other).unwrap());
    world.store.settle(world.ids[0], there, 50).unwrap();
    assert_eq!(world.store.discards(world.inbox).unwrap(), [1]);
    assert_eq!(world.uids(there), [Some(50)]);
    assert!(world.store.is_untold(world.account).unwrap() && !world.store.is_untold(other).unwrap());
    world.store.clear_discards(world.inbox, &[1]).unwrap();
    assert!(!world.store.is_untold(world.account).unwrap());
}

#[test]
fn what_is_asked_each_turn_does_not_go_through_the_whole_mailbox() {
    let (_dir, _key, store) = profile();
    let db = store.db();
    for sql in [IS_UNTOLD, super::super::rule::UNRULED] {
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let parameters = vec![1; statement.parameter_count()];
        let steps = statement.query_map(rusqlite::params_from_iter(parameters), |row| row.get::<_, String>(3)).unwrap();
        let steps: Vec<String> = steps.map(Result::unwrap).collect();
        let mut of_messages = steps.iter().filter(|step| step.split(' ').any(|word| word == "message")).peekable();
        assert!(of_messages.peek().is_some(), "{steps:#?}");
        assert!(of_messages.all(|step| step.contains("(rowid=?)")), "{steps:#?}");
    }
}

#[test]
fn what_was_too_large_for_pop3_hides_no_message_when_the_account_has_imap() {
    let (_dir, _key, store) = profile();
    let inbox = inbox(&store);
    store.note_too_large(inbox, 3).unwrap();
    assert_eq!(store.too_large().unwrap()[&inbox], 3);
    store.renumber(inbox, 7).unwrap();
    assert!(store.too_large().unwrap().is_empty());
    assert_eq!(store.unknown_uids(inbox, &[1, 2, 3, 4]).unwrap(), [1, 2, 3, 4]);
}

#[test]
fn pieces_of_a_large_message_are_put_together_up_to_the_first_gap() {
    let world = world();
    for (start, bytes) in [(0, &b"abc"[..]), (3, b"def"), (9, b"xyz")] {
        world.store.add_piece(world.inbox, 77, start, bytes).unwrap();
    }
    assert_eq!(world.store.pieces_length(world.inbox, 77).unwrap(), 6);
    assert_eq!(world.store.pieces(world.inbox, 77).unwrap(), b"abcdef");
}

#[test]
fn a_profile_of_before_keeps_its_messages_and_what_its_server_was_not_told() {
    let mut connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    let at = schema::MIGRATIONS.iter().position(|sql| sql.contains("CREATE TABLE placing")).unwrap();
    for sql in &schema::MIGRATIONS[..at] {
        connection.execute_batch(sql).unwrap();
    }
    connection
        .execute_batch(
            "INSERT INTO account (id, name, address, smtp_host, smtp_port, imap_host, imap_port, user)
                 VALUES (1, 'a', 'a@b', 'c', 587, 'd', 993, 'e');
             INSERT INTO folder (id, account, path, name, role, uid_validity) VALUES (3, 1, 'INBOX', 'INBOX', 'inbox', 7);
             INSERT INTO raw (id, sha256, size, deflated) VALUES (1, x'00', 1, x'00');
             INSERT INTO message (id, folder, uid, raw, is_seen, is_flagged, is_answered, has_attachments, position,
                     from_name, from_address, subject, preview)
                 VALUES (11, 3, 20, 1, 1, 0, 0, 0, 0, '', '', '', ''), (12, 3, 21, 1, 0, 0, 0, 0, 0, '', '', '', '');
             INSERT INTO setting (name, value) VALUES ('pending_seen', '[[3,20,true],[3,99,true]]'), ('zoom', '120');",
        )
        .unwrap();
    let transaction = connection.transaction().unwrap();
    transaction.execute_batch(schema::MIGRATIONS[at]).unwrap();
    transaction.commit().unwrap();
    let marked: (i64, String, bool) = connection
        .query_row("SELECT message, flag, is_on FROM marked", [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    assert_eq!(marked, (11, "\\Seen".to_owned(), true));
    let kept: (i64, i64, i64) = connection
        .query_row(
            "SELECT (SELECT count(*) FROM message WHERE keywords = ''), (SELECT count(*) FROM setting),
                 (SELECT count(*) FROM folder WHERE modseq = 0 AND NOT is_new AND NOT is_gone)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    assert_eq!(kept, (2, 1, 1));
}
