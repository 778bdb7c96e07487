//! Messages that go to another account, or to this computer: their server has no say any more.

use super::*;

const SECOND: jiff::SignedDuration = jiff::SignedDuration::from_secs(1);

/// A folder of this computer.
fn local(store: &Store) -> i64 {
    let account = store.save_account(&AccountRecord { name: "local".into(), ..AccountRecord::default() }).unwrap();
    store.ensure_folder(account, "Kept", "Kept", "").unwrap()
}

/// Another account with a server, and its inbox.
fn other(store: &Store) -> (i64, i64) {
    let record = AccountRecord { id: 0, ..store.accounts().unwrap().remove(0) };
    let account = store.save_account(&record).unwrap();
    let inbox = store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
    store.renumber(inbox, 3).unwrap();
    (account, inbox)
}

fn all(world: &World, folder: i64) -> Vec<i64> {
    let mut ids: Vec<i64> = world.store.rows(folder, 100, 0).unwrap().iter().map(|row| row.id).collect();
    ids.sort_unstable();
    ids
}

/// What the user took to this computer is nowhere else when its server has it no longer, whoever deleted it there.
#[test]
fn what_was_taken_to_this_computer_stays_whatever_becomes_of_it_on_the_server() {
    let ways: [fn(&World); 4] = [
        |world| world.store.take_news(world.inbox, &news(&[], Gone::These(vec![1..=5]))).unwrap(),
        |world| world.store.take_news(world.inbox, &news(&[], Gone::AllBut(Vec::new()))).unwrap(),
        |world| {
            world.store.renumber(world.inbox, 8).unwrap();
            world.store.end_renumbering(world.inbox).unwrap();
        },
        |world| world.store.drop_folder(world.inbox).unwrap(),
    ];
    for goes in ways {
        let world = world();
        let kept = local(&world.store);
        let (there, inbox) = other(&world.store);
        world.store.mark(world.ids[0], "\\Flagged", true).unwrap();
        world.store.relocate(world.ids[0], kept, now()).unwrap();
        world.store.relocate(world.ids[1], inbox, now()).unwrap();
        world.store.relocate(world.ids[2], world.archive, now()).unwrap();
        goes(&world);
        assert_eq!((all(&world, kept), all(&world, inbox)), (vec![world.ids[0]], vec![world.ids[1]]));
        assert_eq!(all(&world, world.archive).len(), 0, "the server was to move it, and does not have it");
        // Nobody is to be told of the one; the other is still to be brought.
        let placings = world.store.placings(there).unwrap();
        let [placing] = placings.as_slice() else { panic!("{placings:?}") };
        assert_eq!((placing.message, placing.way, placing.uid), (world.ids[1], Way::Append, None));
        assert_eq!(world.store.untold().unwrap(), 1);
    }
}

#[test]
fn what_was_taken_to_this_computer_is_nothing_to_another_server_of_the_account() {
    let world = world();
    let kept = local(&world.store);
    world.store.receive_from(world.account, "alice one.example").unwrap();
    world.store.mark(world.ids[0], "\\Flagged", true).unwrap();
    world.store.relocate(world.ids[0], kept, now()).unwrap();
    world.store.receive_from(world.account, "alice two.example").unwrap();
    world.store.renumber(world.inbox, 7).unwrap();
    world.store.bring_instead(world.inbox, false).unwrap();
    world.store.end_renumbering(world.inbox).unwrap();
    assert_eq!((all(&world, kept), world.store.untold().unwrap()), (vec![world.ids[0]], 0));
}

#[test]
fn what_is_taken_back_while_the_server_deletes_it_is_a_message_of_its_own() {
    let world = world();
    let (kept, limbo) = (local(&world.store), world.store.limbo(world.account).unwrap());
    world.store.mark(world.ids[0], "\\Flagged", true).unwrap();
    world.store.relocate(world.ids[0], kept, now()).unwrap();
    world.store.relocate(world.ids[1], limbo, now()).unwrap();
    // The one was taken back before anybody asked.
    world.store.relocate(world.ids[2], kept, now()).unwrap();
    world.store.relocate(world.ids[2], world.inbox, now()).unwrap();
    world.store.let_go(world.inbox, &world.ids[..3]).unwrap();
    assert_eq!(world.store.discards(world.inbox).unwrap(), [1, 2]);
    assert_eq!(world.store.unknown_uids(world.inbox, &[1, 2, 9]).unwrap(), [9]);
    assert!(matches!(world.store.relocate(world.ids[1], world.inbox, now()), Err(StoreError::NotFound)));
    // Home again, while the server deletes what it has of it: it is brought there.
    world.store.relocate(world.ids[0], world.inbox, now()).unwrap();
    world.store.take_news(world.inbox, &news(&[], Gone::These(vec![1..=2]))).unwrap();
    assert_eq!(all(&world, world.inbox), [world.ids[0], world.ids[2], world.ids[3], world.ids[4]]);
    let placing = &world.store.placings(world.account).unwrap()[0];
    assert_eq!((placing.message, placing.way, placing.folder), (world.ids[0], Way::Append, None));
    assert_eq!(world.store.discards(world.inbox).unwrap(), Vec::<u32>::new());
    world.store.settle(world.ids[0], world.inbox, 6).unwrap();
    assert_eq!(world.store.untold().unwrap(), 0);
}

#[test]
fn what_the_server_will_not_delete_is_shown_again() {
    let world = world();
    world.store.take_news(world.inbox, &news(&[], Gone::AllBut((1..=5).collect()))).unwrap();
    world.store.relocate(world.ids[0], world.store.limbo(world.account).unwrap(), now()).unwrap();
    world.store.let_go(world.inbox, &world.ids).unwrap();
    world.store.give_up_discards(world.inbox).unwrap();
    assert_eq!(world.store.unknown_uids(world.inbox, &[1, 2]).unwrap(), [1]);
    assert_eq!(world.store.folder_state(world.inbox).unwrap().modseq, 0, "all of it is listed");
    assert_eq!(world.store.untold().unwrap(), 0);
}

#[test]
fn a_message_taken_back_while_another_server_takes_it_is_at_home_and_what_was_brought_goes() {
    let world = world();
    let (there, inbox) = other(&world.store);
    let id = world.ids[0];
    world.store.relocate(id, inbox, now()).unwrap();
    assert_eq!(world.store.note_asked(&[id], inbox, 1).unwrap(), [id]);
    world.store.relocate(id, world.inbox, now()).unwrap();
    let placing = &world.store.placings(there).unwrap()[0];
    assert_eq!((placing.asked, placing.asked_account), (Some(inbox), Some(there)), "its server is still to be asked");
    assert!(world.store.is_untold(there).unwrap());
    world.store.settle(id, inbox, 50).unwrap();
    assert_eq!(world.uids(world.inbox), [1, 2, 3, 4, 5].map(Some));
    assert_eq!((world.store.discards(inbox).unwrap(), world.store.discards(world.inbox).unwrap()), (vec![50], vec![]));

    // The other server did not take it.
    let id = world.ids[1];
    world.store.relocate(id, inbox, now()).unwrap();
    world.store.note_asked(&[id], inbox, 1).unwrap();
    world.store.relocate(id, world.inbox, now()).unwrap();
    world.store.note_not_taken(id).unwrap();
    assert_eq!(world.uids(world.inbox), [1, 2, 3, 4, 5].map(Some));
    assert!(world.store.placings(world.account).unwrap().is_empty());
}

#[test]
fn no_server_is_asked_to_move_a_message_to_another() {
    let world = world();
    let (there, inbox) = other(&world.store);
    let id = world.ids[0];
    // The server was asked to move it, and then it was to be with another.
    world.store.relocate(id, world.archive, now()).unwrap();
    world.store.note_asked(&[id], world.archive, 1).unwrap();
    world.store.relocate(id, inbox, now()).unwrap();
    world.store.settle(id, world.archive, 9).unwrap();
    let placing = &world.store.placings(there).unwrap()[0];
    assert_eq!((placing.way, placing.folder, placing.uid), (Way::Append, Some(world.archive), Some(9)));
    world.store.settle(id, inbox, 4).unwrap();
    assert_eq!(world.store.discards(world.archive).unwrap(), [9]);
}

#[test]
fn a_copy_that_goes_elsewhere_leaves_what_it_was_made_of() {
    let world = world();
    let (_, inbox) = other(&world.store);
    let kept = local(&world.store);
    let brought = world.store.duplicate(world.ids[0], world.archive, now()).unwrap();
    world.store.relocate(brought, inbox, now()).unwrap();
    world.store.settle(brought, inbox, 4).unwrap();
    let here = world.store.duplicate(world.ids[1], world.archive, now()).unwrap();
    world.store.relocate(here, kept, now()).unwrap();
    assert_eq!((all(&world, inbox), all(&world, kept)), (vec![brought], vec![here]));
    assert_eq!(world.store.discards(world.inbox).unwrap(), Vec::<u32>::new());
    assert_eq!(world.store.untold().unwrap(), 0);
}

#[test]
fn no_wish_stays_when_a_message_on_its_way_goes_for_good_or_to_this_computer() {
    let world = world();
    let (_, inbox) = other(&world.store);
    let kept = local(&world.store);
    // It was not brought yet.
    world.store.relocate(world.ids[0], inbox, now()).unwrap();
    world.store.relocate(world.ids[0], kept, now() + SECOND).unwrap();
    assert_eq!((all(&world, kept), world.store.discards(world.inbox).unwrap()), (vec![world.ids[0]], vec![1]));
    // It may have been: that server is asked first.
    for (id, goes_to) in [(world.ids[1], kept), (world.ids[2], world.store.limbo(world.account).unwrap())] {
        world.store.relocate(id, inbox, now()).unwrap();
        world.store.note_asked(&[id], inbox, 1).unwrap();
        world.store.relocate(id, goes_to, now() + SECOND).unwrap();
        world.store.note_not_taken(id).unwrap();
    }
    assert_eq!(all(&world, kept), world.ids[..2]);
    assert!(matches!(world.store.row(world.ids[2]), Err(StoreError::NotFound)));
    assert_eq!(world.store.discards(world.inbox).unwrap(), [1, 2, 3]);
    world.store.clear_discards(world.inbox, &[1, 2, 3]).unwrap();
    assert_eq!(world.store.untold().unwrap(), 0);
}

#[test]
fn what_was_brought_and_is_to_go_for_good_by_now_goes_from_both_servers() {
    let world = world();
    let (there, inbox) = other(&world.store);
    let id = world.ids[0];
    world.store.relocate(id, inbox, now()).unwrap();
    world.store.note_asked(&[id], inbox, 1).unwrap();
    world.store.relocate(id, world.archive, now() + SECOND).unwrap();
    world.store.relocate(id, world.store.limbo(world.account).unwrap(), now() + SECOND).unwrap();
    world.store.settle(id, inbox, 50).unwrap();
    assert!(matches!(world.store.row(id), Err(StoreError::NotFound)));
    assert_eq!((world.store.discards(world.inbox).unwrap(), world.store.discards(inbox).unwrap()), (vec![1], vec![50]));
    assert!(world.store.placings(there).unwrap().is_empty());
}

#[test]
fn no_wish_stays_when_the_folder_that_was_to_take_a_message_is_gone() {
    type Goes = fn(&World, (i64, i64));
    let goes: [Goes; 2] = [
        |world, (there, _)| world.store.remove_account(there).unwrap(),
        |world, (_, inbox)| world.store.drop_folder(inbox).unwrap(),
    ];
    for goes in goes {
        let world = world();
        let (place, kept) = (other(&world.store), local(&world.store));
        // With its server, and without: the other account's was asked last.
        world.store.mark(world.ids[1], "\\Flagged", true).unwrap();
        for id in &world.ids[..2] {
            world.store.relocate(*id, place.1, now()).unwrap();
            world.store.note_asked(&[*id], place.1, 1).unwrap();
            world.store.relocate(*id, kept, now() + SECOND).unwrap();
        }
        world.store.take_news(world.inbox, &news(&[], Gone::These(vec![2..=2]))).unwrap();
        goes(&world, place);
        // What is left is for the server that has it.
        let left: Vec<_> = world.store.placings(world.account).unwrap().iter().map(|one| one.message).collect();
        for id in left {
            world.store.note_not_taken(id).unwrap();
        }
        assert_eq!(all(&world, kept), world.ids[..2]);
        let discards = world.store.discards(world.inbox).unwrap();
        assert!(discards.contains(&1), "{discards:?}");
        world.store.clear_discards(world.inbox, &discards).unwrap();
        assert_eq!(world.store.untold().unwrap(), 0);
    }
}

#[test]
fn what_is_nowhere_else_is_not_given_up() {
    let world = world();
    let kept = local(&world.store);
    let saved = world.store.add_message(kept, &message(7)).unwrap().unwrap();
    world.store.relocate(saved, world.archive, now()).unwrap();
    world.store.relocate(world.ids[0], world.archive, now()).unwrap();
    assert!(!world.store.give_up_placing(saved).unwrap() && world.store.give_up_placing(world.ids[0]).unwrap());
    assert_eq!((all(&world, world.archive), world.store.untold().unwrap()), (vec![saved], 1));
}

/// The server was asked to move or copy them, and the user took them to this computer, or threw the copy away, before its
/// answer was known.
#[test]
fn what_was_taken_to_this_computer_while_the_server_was_asked_stays_and_is_no_wish() {
    for is_there in [true, false] {
        let world = world();
        let (kept, limbo) = (local(&world.store), world.store.limbo(world.account).unwrap());
        let [moved, of] = [world.ids[0], world.ids[1]];
        let copies = [(); 2].map(|()| world.store.duplicate(of, world.archive, now()).unwrap());
        world.store.relocate(moved, world.archive, now()).unwrap();
        world.store.note_asked(&[moved, copies[0], copies[1]], world.archive, 1).unwrap();
        for (id, goes_to) in [(moved, kept), (copies[0], kept), (copies[1], limbo)] {
            world.store.relocate(id, goes_to, now() + SECOND).unwrap();
            if is_there { world.store.note_not_taken(id) } else { world.store.note_nowhere(id) }.unwrap();
        }
        assert_eq!(all(&world, kept), [moved, copies[0]]);
        assert!(matches!(world.store.row(copies[1]), Err(StoreError::NotFound)));
        // Where the server still has it, it is told to let it go.
        world.store.let_go(world.inbox, &[moved]).unwrap();
        let discards = world.store.discards(world.inbox).unwrap();
        assert_eq!(discards, if is_there { vec![1] } else { Vec::new() });
        world.store.clear_discards(world.inbox, &discards).unwrap();
        assert_eq!(world.store.untold().unwrap(), 0);
    }
}

#[test]
fn only_what_is_still_wished_for_is_asked_for() {
    let world = world();
    for id in &world.ids[..3] {
        world.store.relocate(*id, world.archive, now()).unwrap();
    }
    let trash = world.store.ensure_folder(world.account, "Trash", "Trash", "trash").unwrap();
    world.store.relocate(world.ids[0], world.inbox, now()).unwrap();
    world.store.relocate(world.ids[1], trash, now()).unwrap();
    assert_eq!(world.store.note_asked(&world.ids[..3], world.archive, 1).unwrap(), [world.ids[2]]);
    let asked: Vec<_> = world.store.placings(world.account).unwrap().iter().map(|one| one.asked).collect();
    assert_eq!(asked, [None, Some(world.archive)]);
}

#[test]
fn a_folder_is_not_deleted_with_what_could_not_leave_it() {
    let world = world();
    world.store.relocate(world.ids[0], world.archive, now()).unwrap();
    world.store.relocate(world.ids[1], local(&world.store), now()).unwrap();
    world.store.plan_removal(world.inbox).unwrap();
    assert!(world.store.is_being_left(world.inbox).unwrap());
    // The server refuses to move it.
    world.store.give_up_placing(world.ids[0]).unwrap();
    assert!(!world.store.folder_state(world.inbox).unwrap().is_gone);
    assert!(!world.store.is_being_left(world.inbox).unwrap(), "what is on this computer has left it");
    // Nor when the folder that it went to is gone.
    world.store.relocate(world.ids[2], world.archive, now()).unwrap();
    world.store.plan_removal(world.inbox).unwrap();
    world.store.drop_folder(world.archive).unwrap();
    assert!(!world.store.folder_state(world.inbox).unwrap().is_gone);
    assert!(world.uids(world.inbox).contains(&Some(3)));
}

#[test]
fn an_account_that_goes_leaves_nothing_to_tell() {
    let world = world();
    let kept = local(&world.store);
    let (there, inbox) = other(&world.store);
    world.store.take_news(world.inbox, &news(&[], Gone::AllBut((1..=5).collect()))).unwrap();
    world.store.relocate(world.ids[0], inbox, now()).unwrap();
    world.store.remove_account(there).unwrap();
    assert_eq!(world.store.unknown_uids(world.inbox, &[1, 2]).unwrap(), [1], "it is still there");
    assert_eq!(world.store.folder_state(world.inbox).unwrap().modseq, 0, "and is looked for");
    world.store.mark(world.ids[1], "\\Flagged", true).unwrap();
    world.store.relocate(world.ids[1], kept, now()).unwrap();
    world.store.remove_account(world.account).unwrap();
    assert_eq!((all(&world, kept), world.store.untold().unwrap()), (vec![world.ids[1]], 0));
}
