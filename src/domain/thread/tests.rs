use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use super::*;

/// Which members belong together, by the definition and nothing else: the smallest index of each one's conversation.
pub(crate) fn groups(members: &[Member]) -> Vec<usize> {
    let mut group: Vec<usize> = (0..members.len()).collect();
    let merge = |a: usize, b: usize, group: &mut Vec<usize>| {
        let (low, high) = (group[a].min(group[b]), group[a].max(group[b]));
        group.iter_mut().filter(|one| **one == high).for_each(|one| *one = low);
    };
    let mut named: HashMap<i64, usize> = HashMap::new();
    for (at, member) in members.iter().enumerate() {
        for id in member.id.iter().chain(&member.references) {
            let first = *named.entry(*id).or_insert(at);
            merge(first, at, &mut group);
        }
    }
    for a in 0..members.len() {
        for b in 0..members.len() {
            if a != b && members[a].answers(&members[b]) {
                merge(a, b, &mut group);
            }
        }
    }
    group
}

/// A generator of numbers that look like chance and are the same each time (SplitMix64).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }

    fn number(&mut self, limit: usize) -> i64 {
        i64::try_from(self.below(limit)).unwrap()
    }

    pub(crate) fn shuffle<T>(&mut self, all: &mut [T]) {
        for at in (1..all.len()).rev() {
            all.swap(at, self.below(at + 1));
        }
    }
}

/// Messages that name each other wildly: in circles, twice, themselves, those that are nowhere.
pub(crate) fn wild(chance: &mut Chance, count: usize) -> Vec<Member> {
    let one = |chance: &mut Chance| {
        let references: Vec<i64> = (0..chance.below(4)).map(|_| chance.number(count * 2)).collect();
        Member {
            id: (chance.below(8) > 0).then(|| chance.number(count * 2)),
            is_bare: references.is_empty() && chance.below(2) == 0,
            references,
            at: chance.number(20) * NEAR_MS / 10,
            subject: (chance.below(3) > 0).then(|| 1_000 + chance.number(3)),
            people: (0..=chance.below(3)).map(|_| 2_000 + chance.number(6)).collect(),
        }
    };
    (0..count).map(|_| one(chance)).collect()
}

/// A tree as something that does not depend on the order: each member with the one above it.
fn edges(members: &[Member], placed: &[Placed]) -> Vec<(String, String)> {
    let name = |at: usize| format!("{:?}", members[at]);
    let mut found: Vec<_> =
        placed.iter().map(|one| (name(one.member), one.parent.map(name).unwrap_or_default())).collect();
    found.sort();
    found
}

#[test]
fn whatever_messages_say_of_each_other_the_tree_holds_each_once_and_no_circle() {
    let mut chance = Chance(1);
    for round in 0..400 {
        let members = wild(&mut chance, 2 + round % 30);
        let placed = forest(&members);
        let seen: BTreeSet<usize> = placed.iter().map(|one| one.member).collect();
        assert_eq!((seen.len(), placed.len()), (members.len(), members.len()));
        let mut depths: HashMap<usize, u16> = HashMap::new();
        for one in &placed {
            // A parent comes before those below it: so there is no circle.
            let above = one.parent.map(|parent| depths[&parent]);
            assert_eq!(one.depth, above.map_or(0, |depth| depth + 1));
            depths.insert(one.member, one.depth);
        }
    }
}

#[test]
fn in_whatever_order_messages_come_the_tree_is_the_same() {
    let mut chance = Chance(2);
    for round in 0..400 {
        let mut members = wild(&mut chance, 2 + round % 20);
        let first = edges(&members, &forest(&members));
        chance.shuffle(&mut members);
        assert_eq!(edges(&members, &forest(&members)), first, "{members:#?}");
    }
}

fn member(id: i64, references: &[i64], at: i64) -> Member {
    Member { id: Some(id), references: references.to_vec(), at, ..Member::default() }
}

fn shown(members: &[Member]) -> Vec<(i64, u16)> {
    forest(members).iter().map(|one| (members[one.member].id.unwrap(), one.depth)).collect()
}

#[test]
fn answers_stand_below_what_they_answer_and_the_older_before_the_newer() {
    let mail =
        [member(4, &[1, 2], 40), member(3, &[1], 30), member(2, &[1], 20), member(1, &[], 10), member(5, &[3], 50)];
    assert_eq!(shown(&mail), [(1, 0), (2, 1), (4, 2), (3, 1), (5, 2)]);
}

#[test]
fn what_is_missing_is_stepped_over_and_a_wrong_clock_changes_no_parent() {
    // 2 is nowhere; 3 was written by a clock that is behind.
    let mail = [member(1, &[], 10), member(3, &[1, 2], 5), member(4, &[1, 2, 3], 40), member(5, &[2], 50)];
    assert_eq!(shown(&mail), [(1, 0), (3, 1), (4, 2), (5, 1)], "where 2 belongs is known from what others say");
}

#[test]
fn those_that_name_each_other_in_a_circle_are_all_there() {
    let mail = [member(1, &[3], 10), member(2, &[1], 20), member(3, &[2], 30)];
    assert_eq!(shown(&mail).len(), 3);
    assert_eq!(groups(&mail), [0, 0, 0]);
    assert_eq!(shown(&[member(1, &[1], 1)]), [(1, 0)]);
}

#[test]
fn the_second_of_a_message_id_is_a_message_of_its_own() {
    let mut twice = member(1, &[], 20);
    twice.subject = Some(9);
    let mail = [member(1, &[], 10), twice, member(2, &[1], 30)];
    let placed = forest(&mail);
    assert_eq!(placed.iter().find(|one| one.member == 2).unwrap().parent, Some(0));
    assert_eq!(placed.len(), 3);
}

#[test]
fn a_chain_of_a_hundred_thousand_that_fans_out_ends_soon() {
    let chain: Vec<Member> = (0..20_000).map(|n| member(n, &[n - 1], 20_000 - n)).collect();
    let crossed: Vec<Member> =
        (0..20_000).map(|n| member(n, &(0..64).map(|k| (n * 31 + k * 977) % 20_000).collect::<Vec<_>>(), n)).collect();
    let begin = Instant::now();
    assert_eq!(forest(&chain).len(), 20_000);
    assert_eq!(forest(&crossed).len(), 20_000);
    assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
}

#[test]
fn ten_thousand_references_are_no_more_than_the_first_and_the_last() {
    let ids: Vec<String> = (0..10_000).map(|n| format!("{n}@example.test")).collect();
    let found = Lineage::new(Some("own@example.test"), &ids, []);
    assert_eq!(found.references.len(), MOST_REFERENCES);
    assert_eq!(found.references.first().map(String::as_str), Some("0@example.test"));
    assert_eq!(found.references.last().map(String::as_str), Some("9999@example.test"));
    assert_eq!(found.references[1], "9937@example.test");
}

#[test]
fn the_last_reference_is_what_is_answered_and_none_is_there_twice() {
    let ids = ["b@x", "a@x", "own@x", "\"a\"@x", "b@x"].map(ToOwned::to_owned);
    let found = Lineage::new(Some("own@x"), &ids, []);
    assert_eq!(found.references, ["a@x", "b@x"], "quotation marks make no other message (RFC 5256 §3)");
    let mailboxes = [Mailbox::new("", "Bob@Example.test"), Mailbox::new("", "bob@example.TEST"), Mailbox::new("x", "")];
    assert_eq!(Lineage::new(None, &[], &mailboxes).people, ["Bob@Example.test".to_lowercase()]);
}

/// Base subjects: those of RFC 5256 §2.1 by its own rules, and what other programs write.
#[test]
fn subjects_lose_what_answering_adds_and_nothing_else() {
    let cases = [
        ("Minutes", "minutes", false),
        ("Re: Minutes", "minutes", true),
        ("RE :  Minutes", "minutes", true),
        ("Re[2]: Re: minutes (fwd)", "minutes", true),
        ("Re^3: Minutes", "minutes", true),
        ("Re(2): Minutes", "minutes", true),
        ("[list] Re: [list] Minutes", "minutes", true),
        ("Re: [list] Re: Minutes", "minutes", true),
        ("[list]", "[list]", false),
        ("Re: [...]", "[...]", true),
        ("[Fwd: Re: Minutes]", "minutes", true),
        ("Fwd: Minutes", "minutes", false),
        ("Regards", "regards", false),
        ("Rear: view", "rear: view", false),
        ("AW: Protokoll", "protokoll", true),
        ("Sv: SV: Referat", "referat", true),
        ("返信: 議事録", "議事録", true),
        ("Ｒｅ：　議事録", "議事録", true),
        ("転送: 議事録", "議事録", false),
        ("【重要】Re: 議事録", "議事録", true),
        ("Re:Re:Re:", "", true),
        ("", "", false),
        ("[", "[", false),
        ("(fwd)", "", false),
    ];
    for (subject, text, is_answer) in cases {
        let found = base_subject(subject);
        assert_eq!((found.text.as_str(), found.is_answer), (text, is_answer), "{subject}");
    }
    assert!(!base_subject("Re: [...]").has_words());
    assert!(!base_subject("...").has_words());
    assert!(base_subject("件名").has_words());
}

#[test]
fn a_subject_that_never_ends_is_read_soon() {
    let begin = Instant::now();
    for piece in ["Re: ", "[a] ", "[", "Re[1", "(fwd)", "[fwd: "] {
        base_subject(&piece.repeat(1_000_000));
    }
    assert!(begin.elapsed() < Duration::from_secs(10));
}

fn bare(at: i64, people: &[i64]) -> Member {
    Member { at, subject: Some(7), is_bare: true, people: people.to_vec(), ..Member::default() }
}

#[test]
fn a_bare_answer_joins_those_who_were_told_and_no_stranger_of_the_same_subject() {
    let (alice, bob, carol, mallory) = (1, 2, 3, 4);
    let first = Member { is_bare: false, ..bare(0, &[alice, bob, carol]) };
    assert!(bare(1, &[bob, alice]).answers(&first));
    assert!(bare(NEAR_MS, &[bob, carol]).answers(&first));
    assert!(!bare(1, &[mallory, alice]).answers(&first), "a stranger");
    assert!(!bare(1, &[bob, mallory]).answers(&first), "to nobody who was told");
    assert!(!bare(1, &[bob]).answers(&first), "to nobody");
    assert!(!bare(NEAR_MS + 1, &[bob, alice]).answers(&first), "too late");
    assert!(!bare(-1, &[bob, alice]).answers(&first), "before it");
    assert!(
        !Member { is_bare: false, ..bare(1, &[bob, alice]) }.answers(&first),
        "it does not say that it is an answer"
    );
    assert!(
        !Member { subject: None, ..bare(1, &[bob, alice]) }.answers(&Member { subject: None, ..first }),
        "no words"
    );
}

#[test]
fn two_strangers_with_one_subject_stay_apart() {
    let mail = [bare(0, &[1, 9]), bare(1, &[2, 9]), Member { is_bare: false, ..bare(2, &[3, 9]) }];
    assert_eq!(groups(&mail), [0, 1, 2]);
}
