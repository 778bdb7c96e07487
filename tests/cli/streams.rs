//! Output comes as soon as it is known, and ends quietly when nobody reads it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::peers::{run, text};
use super::{mail, of_corpus, program};

#[test]
fn the_first_message_is_answered_before_the_last_one_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("last.eml");
    run(Command::new("mkfifo").arg(&pipe), b"");
    let mut child = program()
        .args(["inspect", text(&mail("plain")), text(&pipe), "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.contains("plain.eml"));
    // Only now does the last message begin to exist.
    let mut writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    writer.write_all(&std::fs::read(mail("plain")).unwrap()).unwrap();
    drop(writer);
    assert!(lines.next().unwrap().unwrap().contains("last.eml"));
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_folder_of_many_messages_is_answered_as_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let message = std::fs::read(mail("plain")).unwrap();
    for number in 0..400 {
        std::fs::write(folder.path().join(format!("{number:03}.eml")), &message).unwrap();
    }
    let pipe = folder.path().join("zzz.eml");
    // A file that can't be read at once comes last; what was before it must not wait for it.
    run(Command::new("mkfifo").arg(&pipe), b"");
    let mut child = program().arg("inspect").arg(folder.path()).arg("--json").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.contains("000.eml"));
    let mut left = 0;
    // A pipe is no file, so the folder ends with the messages.
    for line in &mut lines {
        line.unwrap();
        left += 1;
    }
    assert_eq!(left, 399);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_goes_away_is_no_reason_to_complain() {
    for form in [&["--json"][..], &[]] {
        let mut child = program()
            .arg("inspect")
            .arg(of_corpus("mail"))
            .args(form)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = child.stdout.take().unwrap();
        let mut some = [0_u8; 64];
        output.read_exact(&mut some).unwrap();
        drop(output);
        let begin = Instant::now();
        let done = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&done.stderr), "");
        assert!(begin.elapsed() < Duration::from_mins(1));
    }
}
