//! Tests in a network of their own, where nothing else is: what a message or a certificate names is never looked for on
//! this computer itself, so what answers there has an address of the public internet.

use std::process::Command;

/// An address of the public internet, which in a network of its own leads to this computer.
pub(crate) const PUBLIC: &str = "45.33.0.1";
/// Set in the network of its own.
const INSIDE: &str = "KAKITOME_TEST_INSIDE";

/// Runs a test, named with its module, in a network and with mounts of its own.
pub(crate) fn within(name: &str, test: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        system("ip", &["link", "set", "lo", "up"]);
        system("ip", &["address", "add", &format!("{PUBLIC}/32"), "dev", "lo"]);
        return test();
    }
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount"]).arg(std::env::current_exe().unwrap()).args(["--exact", name, "--nocapture"]);
    let done = command.env(INSIDE, "1").output();
    let done = done.expect("util-linux is installed");
    if String::from_utf8_lossy(&done.stderr).contains("unshare failed") {
        assert!(std::env::var_os("CI").is_none(), "a network of its own needs root: {done:?}");
        eprintln!("SKIPPED: a network of its own needs root; run the tests as root to run this one");
        return;
    }
    let said = [done.stdout.as_slice(), &done.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
}

/// Runs a program of the system, which must succeed.
pub(crate) fn system(program: &str, args: &[&str]) {
    let done = Command::new(program).args(args).output().expect("tests/run installs it");
    assert!(done.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&done.stderr));
}
