//! Other programs of the same user look into the running one.

use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::peers::text;

/// Root may look into everything, so the program and who looks run as somebody without rights then.
fn as_nobody(program: &Path) -> Command {
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(program);
    command
}

/// What reading a file of a process in `/proc` says to the same user, after an end was put to the question.
fn may_read(process: u32, name: &str) -> bool {
    let mut look = as_nobody(Path::new("head"));
    look.args(["-c", "1", &format!("/proc/{process}/{name}")]).stdout(Stdio::null()).stderr(Stdio::null());
    look.status().expect("coreutils are installed").success()
}

/// The program where everybody may start it.
fn for_everybody(folder: &Path) -> PathBuf {
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (own, copy) = (Path::new(env!("CARGO_BIN_EXE_kakitome")), folder.join("kakitome"));
    if std::fs::hard_link(own, &copy).is_err() {
        std::fs::copy(own, &copy).unwrap();
    }
    copy
}

/// `maps` and `environ` are opened only to whom the kernel lets trace the process (`PTRACE_MODE_READ`), as is its memory.
#[test]
fn its_memory_is_open_to_no_other_program_of_the_same_user() {
    let folder = tempfile::tempdir().unwrap();
    let mut other = as_nobody(Path::new("sleep")).arg("120").spawn().unwrap();
    let mut program = as_nobody(&for_everybody(folder.path()));
    program.args(["inspect", "-", "--offline", "--json"]).env("HOME", text(folder.path())).current_dir("/");
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = program.spawn().unwrap();
    let id = program.id();
    let end = Instant::now() + Duration::from_secs(90);
    // Until setpriv has become another program.
    while !may_read(other.id(), "environ") && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
    }
    let any = ["environ", "maps"].map(|name| may_read(other.id(), name));
    let mut own = [true; 2];
    // It is read as a stream: the program waits for more, and is there until it has all.
    program.stdin.as_mut().unwrap().write_all(b"From: a@example.test\r\n").unwrap();
    let is_it = || {
        let command = std::fs::read(format!("/proc/{id}/cmdline")).unwrap();
        command.starts_with(text(folder.path()).as_bytes())
    };
    while (!is_it() || own != [false; 2]) && Instant::now() < end {
        own = ["environ", "maps"].map(|name| may_read(id, name));
        std::thread::sleep(Duration::from_millis(20));
    }
    let is_it = is_it();
    program.stdin.take().unwrap().write_all(b"Subject: x\r\n\r\nhello\r\n").unwrap();
    let done = program.wait_with_output().unwrap();
    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!((any, own, is_it), ([true; 2], [false; 2], true), "any other program, and this one");
    assert!(done.status.success() && done.stdout.starts_with(b"{"), "{}", String::from_utf8_lossy(&done.stderr));
}
