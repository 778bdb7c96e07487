//! Opening a profile that is damaged: it is repaired first, and where that can't be done, the window says so and waits.

use std::path::Path;
use std::sync::Arc;

use crate::engine::network::Publish;
use crate::engine::profile::{Profile, SecretsIn, store_failure};
use crate::engine::{Event, Failure, FailureKind, Retry};
use crate::store::rescue;

use super::{StorageView, TopicView, Work, progress, repair};

/// Why no profile is open. Its files are as they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It could not be opened.
    Unopened(Failure),
    /// Its database is damaged and could not be repaired.
    Unrepaired(Failure),
    /// Its database is gone: whether it is to begin empty, its owner says.
    Missing,
}

/// How a profile is to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Wish {
    /// As it is; repaired when it is damaged.
    Open,
    /// The same, also when nothing is left of it.
    Repair,
    /// Repaired in any case.
    Renew,
}

/// Opens a profile; one that is damaged is repaired first, and what was done is shown then.
pub(in crate::engine) fn open_or_repair(
    dir: &Path,
    secrets: &SecretsIn,
    wish: Wish,
    publish: &Publish,
) -> Result<Profile, Closed> {
    if wish != Wish::Renew {
        match Profile::open(dir, secrets) {
            Err(failure) if failure.kind == FailureKind::Damaged => {}
            other => return other.map_err(Closed::Unopened),
        }
    }
    // There may be a copy of it somewhere, which an empty one would stand in the way of.
    if wish == Wish::Open && rescue::is_missing(dir).map_err(|error| Closed::Unrepaired(store_failure(error)))? {
        return Err(Closed::Missing);
    }
    show(publish, StorageView { busy: Some("repair"), ..StorageView::default() });
    let done = repair(dir, secrets, &|done| {
        progress(publish, "repair", "", done);
        true
    });
    publish(Event::Progress(None));
    match (done, wish) {
        (Ok(_), _) => Profile::open(dir, secrets).map_err(Closed::Unopened),
        (Err(failure), Wish::Renew) => {
            // It was in use before, and may be again.
            let profile = Profile::open(dir, secrets).map_err(|_| Closed::Unrepaired(failure.clone()))?;
            show(publish, StorageView { is_damaged: true, ..StorageView::default() });
            publish(Event::Failed(failure));
            Ok(profile)
        }
        (Err(failure), _) => Err(Closed::Unrepaired(failure)),
    }
}

/// Says that no profile is open, and why.
pub(in crate::engine) fn show_closed(publish: &Publish, closed: Closed) {
    show(publish, StorageView { is_damaged: true, closed: Some(Arc::new(closed)), ..StorageView::default() });
}

fn show(publish: &Publish, view: StorageView) {
    publish(Event::Topic(TopicView::Storage(Arc::new(view))));
}

/// Shows what the last repair did, and looks at the database after a program that did not end as it should.
pub(in crate::engine) fn begin(work: &Work) {
    if work.is_demo {
        return;
    }
    if let Ok(Some(report)) = work.profile.store.repair_report() {
        let repaired = Some(Arc::new(report));
        work.show(TopicView::Storage(Arc::new(StorageView { repaired, ..StorageView::default() })));
    }
    if !work.profile.store.was_open() {
        return;
    }
    let work = work.clone();
    tokio::task::spawn_blocking(move || {
        let checked = work.profile.store.check_quickly(&|_, _| !work.cancel.is_cancelled());
        if let Ok(Some(false)) = checked {
            work.show(TopicView::Storage(Arc::new(StorageView { is_damaged: true, ..StorageView::default() })));
            (work.publish)(Event::Failed(Failure {
                kind: FailureKind::Damaged,
                retry: Retry::Never,
                subject: String::new(),
                source: "quick_check".to_owned(),
            }));
        }
    });
}
