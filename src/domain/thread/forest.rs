use std::collections::HashMap;

use super::Member;

/// Where a message stands in its conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Which of the members it is.
    pub member: usize,
    /// The member that it answers, or the nearest that is there of those before it.
    pub parent: Option<usize>,
    /// How many stand above it.
    pub depth: u16,
}

/// Steps up a tree for each member, beside those of every conversation: what is hostile stays flat after them.
const STEPS: usize = 256;

/// The members of a conversation as a tree: answers below what they answer, the older before the newer. Every member is in
/// it once, whatever the members say of each other, and the order in which they are given makes no difference.
pub fn forest(members: &[Member]) -> Vec<Placed> {
    let mut tree = Tree::of(members);
    for one in canonical(members) {
        tree.take(one, members.get(one).map(|member| member.references.as_slice()).unwrap_or_default());
    }
    tree.placed(members)
}

/// By date; what is of the same moment, by what else is known of it.
fn canonical(members: &[Member]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by_key(|one| members.get(*one).map(|member| (member.at, member.id, &member.references)));
    order
}

/// Messages, there or only named, each with the one above it.
struct Tree {
    /// The message of a Message-ID; those that are not there come after the members.
    by_id: HashMap<i64, usize>,
    parents: Vec<Option<usize>>,
    steps: usize,
}

impl Tree {
    fn of(members: &[Member]) -> Self {
        let mut by_id = HashMap::with_capacity(members.len());
        // Of several with one Message-ID the first counts; the others have none.
        for one in canonical(members) {
            if let Some(id) = members.get(one).and_then(|member| member.id) {
                by_id.entry(id).or_insert(one);
            }
        }
        Self { by_id, parents: vec![None; members.len()], steps: (members.len() + 64) * STEPS }
    }

    fn container(&mut self, id: i64) -> usize {
        let next = self.parents.len();
        let container = *self.by_id.entry(id).or_insert(next);
        if container == next {
            self.parents.push(None);
        }
        container
    }

    /// Takes a member's word for what is above it, and as long as nobody said otherwise for what is above that.
    fn take(&mut self, one: usize, references: &[i64]) {
        let mut above: Option<usize> = None;
        for id in references {
            let container = self.container(*id);
            if let Some(parent) = above
                && self.parent(container).is_none()
            {
                self.link(container, parent);
            }
            above = Some(container);
        }
        if let Some(parent) = above {
            self.link(one, parent);
        }
    }

    fn parent(&self, one: usize) -> Option<usize> {
        self.parents.get(one).copied().flatten()
    }

    /// Puts one below another, unless that is below it.
    fn link(&mut self, one: usize, parent: usize) {
        let mut at = Some(parent);
        while let Some(step) = at {
            if step == one || self.steps == 0 {
                return;
            }
            self.steps -= 1;
            at = self.parent(step);
        }
        if let Some(place) = self.parents.get_mut(one) {
            *place = Some(parent);
        }
    }

    /// Leaves out what is not there, and walks through the rest.
    fn placed(mut self, members: &[Member]) -> Vec<Placed> {
        let order = canonical(members);
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); members.len()];
        let mut waiting: Vec<(usize, Option<usize>, u16)> = Vec::new();
        for one in order.into_iter().rev() {
            match self.nearest(one, members.len()) {
                Some(parent) => below.get_mut(parent).map(|list| list.push(one)).unwrap_or_default(),
                None => waiting.push((one, None, 0)),
            }
        }
        let mut placed = Vec::with_capacity(members.len());
        while let Some((member, parent, depth)) = waiting.pop() {
            placed.push(Placed { member, parent, depth });
            let list = below.get_mut(member).map(std::mem::take).unwrap_or_default();
            waiting.extend(list.into_iter().map(|one| (one, Some(member), depth.saturating_add(1))));
        }
        placed
    }

    /// The nearest above that is a member. What is passed on the way is left out for those who come after.
    fn nearest(&mut self, one: usize, members: usize) -> Option<usize> {
        let mut at = self.parent(one);
        let mut passed = Vec::new();
        while let Some(step) = at.filter(|step| *step >= members) {
            passed.push(step);
            at = self.parent(step);
        }
        for step in passed {
            if let Some(place) = self.parents.get_mut(step) {
                *place = at;
            }
        }
        at
    }
}
