//! Keeps secrets in memory out of files.

/// No core file is written of this program: it would hold keys and plaintexts. What fails here only leaves things as
/// the system has them.
///
/// The window stays readable for the system's portals, which look into `/proc` to know who asks them for a file dialog;
/// that is why `PR_SET_DUMPABLE` is left alone, and the limit, which crash reporters keep to as well, is used.
pub fn begin() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
}
