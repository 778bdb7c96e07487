//! Messages that are known here, found again on the server: same size, same Message-ID.

use std::collections::{HashMap, HashSet};

use crate::store::Unnumbered;

use super::super::Failure;
use super::super::profile::store_failure;
use super::folder::by_size;
use super::round::Round;

/// Finds the messages of a renumbered folder among those of the open one, so that they need not come again.
pub(super) async fn find_again(round: &mut Round<'_>, folder: i64, sizes: &[(u32, u32)]) -> Result<(), Failure> {
    let sought = round.store().unnumbered(folder).map_err(store_failure)?;
    let found = pair(round, &sought, sizes).await?;
    round.store().found_again(folder, &found).map_err(store_failure)
}

/// Which of these messages has which UID in the open folder. Each UID is given once; what has no Message-ID has none.
pub(super) async fn pair(
    round: &mut Round<'_>,
    sought: &[Unnumbered],
    sizes: &[(u32, u32)],
) -> Result<Vec<(i64, u32)>, Failure> {
    let there = by_size(sizes);
    let wanted: HashSet<u64> = sought.iter().map(|one| one.bytes).collect();
    let uids: Vec<u32> =
        there.iter().filter(|(bytes, _)| wanted.contains(bytes)).flat_map(|(_, uids)| uids.iter().copied()).collect();
    if uids.is_empty() {
        return Ok(Vec::new());
    }
    let fields = round.session.message_ids(&uids).await.map_err(|error| round.fail(&error))?;
    let bytes_of: HashMap<u32, u64> = sizes.iter().map(|(uid, bytes)| (*uid, u64::from(*bytes))).collect();
    let mut free: HashMap<(u64, Vec<u8>), Vec<u32>> = HashMap::new();
    for (uid, field) in fields {
        let id = message_id(&field);
        if let (Some(bytes), false) = (bytes_of.get(&uid), id.is_empty()) {
            free.entry((*bytes, id)).or_default().push(uid);
        }
    }
    // The lowest is taken first: messages that are the same stay in their order.
    for uids in free.values_mut() {
        uids.sort_unstable_by(|one, other| other.cmp(one));
    }
    let mut found = Vec::new();
    for one in sought.iter().filter(|one| there.contains_key(&one.bytes)) {
        let raw = round.store().raw(one.message).map_err(store_failure)?;
        if let Some(uid) = free.get_mut(&(one.bytes, message_id(&raw))).and_then(Vec::pop) {
            found.push((one.message, uid));
        }
    }
    Ok(found)
}

/// The Message-ID field of a header, without white space; empty when there is none.
fn message_id(header: &[u8]) -> Vec<u8> {
    const NAME: &[u8] = b"message-id:";
    let mut id = Vec::new();
    let mut is_within = false;
    for line in header.split_inclusive(|byte| *byte == b'\n') {
        let is_folded = line.starts_with(b" ") || line.starts_with(b"\t");
        if !is_folded && (is_within || line.iter().all(u8::is_ascii_whitespace)) {
            break;
        }
        let starts = line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME));
        if !is_folded {
            is_within = starts;
        }
        if is_within {
            let text = if starts { line.get(NAME.len()..).unwrap_or_default() } else { line };
            id.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_wherever_it_is_folded_and_never_in_the_body() {
        assert_eq!(message_id(b"From: a\r\nMessage-Id:\r\n <1@a>\r\nTo: b\r\n\r\n"), b"<1@a>");
        assert_eq!(message_id(b"MESSAGE-ID: <1@a> \r\n\r\n"), b"<1@a>");
        assert_eq!(message_id(b"From: a\r\n\r\nMessage-ID: <1@a>\r\n"), b"");
        assert_eq!(message_id(b""), b"");
    }
}
