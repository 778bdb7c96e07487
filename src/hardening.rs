//! Keeps secrets in memory out of files, and others of the same user out of the memory.

/// No core file is written of this program: it would hold keys and plaintexts. On Linux no other process of the same
/// user may trace it either, or read its memory through `/proc` (`PR_SET_DUMPABLE`). What fails here only leaves
/// things as the system has them.
pub fn begin() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
    close();
}

/// Does what the system's portals have part in: they look into `/proc` to know who asks them for a file dialog, and
/// refuse whom they can't look at. So the program may be looked into as long as that takes, and no longer; the limit
/// of core files, which crash reporters keep to as well, stays.
pub fn while_looked_into(work: impl FnOnce()) {
    struct Closing;
    impl Drop for Closing {
        fn drop(&mut self) {
            close();
        }
    }
    let _closing = Closing;
    open();
    work();
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn close() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn open() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    let _ = set_dumpable_behavior(DumpableBehavior::Dumpable);
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn close() {}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn open() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior};

    use super::*;

    #[test]
    fn the_program_is_closed_but_while_a_dialog_is_open_and_also_when_that_breaks_down() {
        begin();
        let is = || dumpable_behavior().unwrap();
        assert_eq!(is(), DumpableBehavior::NotDumpable);
        let mut within = None;
        while_looked_into(|| within = Some(is()));
        assert_eq!((within, is()), (Some(DumpableBehavior::Dumpable), DumpableBehavior::NotDumpable));
        let broke = std::panic::catch_unwind(|| while_looked_into(|| panic!("the dialog broke down")));
        assert!(broke.is_err() && is() == DumpableBehavior::NotDumpable);
    }
}
