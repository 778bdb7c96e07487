//! The real window, started as a user starts it, on a display without a screen: it opens, answers the mouse,
//! and draws a seal in vermilion.
//!
//! Needs Xvfb, xdotool and ImageMagick's `import` (`tests/run` installs them); says so where they are missing.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use image::RgbImage;

/// A debug build with pixels drawn by the processor is slow.
const PATIENCE: Duration = Duration::from_mins(1);
/// 朱, in the light and in the dark theme.
const VERMILION: [[u8; 3]; 2] = [[0xB5, 0x34, 0x1F], [0xF0, 0x73, 0x5C]];
/// So many pixels of a colour are a sign and not a coincidence of smoothing.
const SIGN_PIXELS: usize = 20;

#[test]
fn the_demo_window_opens_and_a_click_on_a_message_shows_it_with_its_seal() {
    if let Some(program) = ["Xvfb", "xdotool", "import"].iter().find(|program| !is_installed(program)) {
        eprintln!("skipped: {program} is not installed");
        return;
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    let display = Display::start();
    let mut program = Killed(program(home.path(), &display.name).spawn().expect("kakitome starts"));

    let window = display.wait_for_window(&mut program.0);
    let before = display.wait_until_still(home.path());
    assert!(colours(&before) > 8, "the window is empty");

    let (mut changed, mut sealed) = (0, has_vermilion(&before));
    for row in 0..6_u32 {
        display.click(&window, before.width() * 28 / 100, before.height() * (20 + row * 10) / 100);
        let after = display.wait_until_still(home.path());
        changed += usize::from(reading_pane_differs(&before, &after));
        sealed |= has_vermilion(&after);
    }
    assert!(program.0.try_wait().expect("a child can be asked").is_none(), "the program ended by itself");
    assert!(changed > 0, "no click on the list changed the reading pane");
    assert!(sealed, "no seal is drawn in vermilion");
}

/// Types faster than a frame is drawn: what stands before a Tab and after it still lands in its own field.
#[test]
fn a_new_profile_is_made_in_the_real_window_with_the_keyboard_alone() {
    if let Some(program) = ["Xvfb", "xdotool", "import"].iter().find(|program| !is_installed(program)) {
        eprintln!("skipped: {program} is not installed");
        return;
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    let profile = home.path().join("profile");
    let display = Display::start();
    let arguments = ["gui", "--profile", profile.to_str().expect("an ASCII path")];
    let mut program = Killed(command(home.path(), &display.name, &arguments).spawn().expect("kakitome starts"));

    let window = display.wait_for_window(&mut program.0);
    let before = display.wait_until_still(home.path());
    // Without a window manager nobody else gives the window the keyboard.
    display.xdotool(&["windowfocus", &window]);
    std::thread::sleep(Duration::from_millis(500));
    for arguments in [["type", "--delay", "1", "correct horse"], ["key", "--delay", "1", "Tab"]] {
        display.xdotool(&arguments);
    }
    display.xdotool(&["type", "--delay", "1", "correct horse"]);
    let typed = display.wait_until_other(home.path(), &before);
    assert!(before != typed, "nothing of what was typed is seen");
    display.xdotool(&["key", "Return"]);

    let begin = Instant::now();
    while !profile.join("secrets.vault").exists() {
        assert!(begin.elapsed() < PATIENCE, "the two passphrases did not agree");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(program.0.try_wait().expect("a child can be asked").is_none(), "the program ended by itself");
}

/// From nothing to both key pairs and a backup, through three screens and with the keyboard alone; the two words that
/// are asked for are read from the sheet that was saved, as a person would read them from paper.
#[test]
fn a_new_user_has_both_key_pairs_and_a_backup_in_the_real_window() {
    let needed = ["Xvfb", "xdotool", "import", "pdftotext"];
    if let Some(program) = needed.iter().find(|program| !is_installed(program)) {
        eprintln!("skipped: {program} is not installed");
        return;
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    let (profile, passphrase) = (home.path().join("profile"), home.path().join("passphrase"));
    std::fs::write(&passphrase, "correct horse\n").expect("a temporary file");
    let text = |path: &Path| path.to_str().expect("an ASCII path").to_owned();
    let vault = [
        "--profile",
        &text(&profile),
        "--secret-store",
        "file",
        "--passphrase-file",
        &text(&passphrase),
        "--lang",
        "en",
    ]
    .map(str::to_owned);
    let display = Display::start();
    let mut window_of = command(home.path(), &display.name, &["gui"]);
    let mut program = Killed(window_of.args(&vault).spawn().expect("kakitome starts"));
    let window = display.wait_for_window(&mut program.0);
    display.wait_until_still(home.path());
    display.xdotool(&["windowfocus", &window]);
    std::thread::sleep(Duration::from_millis(500));
    let press = |key: &str| {
        display.xdotool(&["key", key]);
        std::thread::sleep(Duration::from_millis(400));
    };
    // One: name and address.
    display.xdotool(&["type", "--delay", "30", "Dora"]);
    press("Tab");
    display.xdotool(&["type", "--delay", "30", "dora@example.test"]);
    press("Return");
    display.wait_until_still(home.path());
    // Two: the button has the focus.
    press("Return");
    // Three, as soon as both are made: the sheet's button has the focus, the file's is three further.
    let saved = |ending: &str| {
        let found = std::fs::read_dir(home.path()).expect("the home folder").flatten();
        found.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|end| end == ending))
    };
    let wait_for = |ending: &str, again: &dyn Fn()| {
        let begin = Instant::now();
        loop {
            if let Some(path) = saved(ending) {
                return path;
            }
            assert!(begin.elapsed() < PATIENCE * 2, "no {ending} file was saved");
            again();
            std::thread::sleep(Duration::from_millis(500));
        }
    };
    display.wait_until_still(home.path());
    let sheet = wait_for("pdf", &|| press("Return"));
    for _ in 0..3 {
        press("Tab");
    }
    let backup = wait_for("pgp", &|| press("Return"));
    let read = Command::new("pdftotext").args(["-layout", &text(&sheet), "-"]).output().expect("pdftotext starts");
    let words = words_of(&String::from_utf8_lossy(&read.stdout));
    assert_eq!(words.len(), 12, "{words:?}");
    for number in [4, 9] {
        press("Tab");
        display.xdotool(&["type", "--delay", "30", &words[number - 1]]);
    }
    press("Tab");
    let before = display.wait_until_still(home.path());
    press("Return");
    let after = display.wait_until_other(home.path(), &before);
    assert!(before != after, "the third screen is not left");
    assert!(program.0.try_wait().expect("a child can be asked").is_none(), "the program ended by itself");
    drop(program);

    // Another program of the same profile sees both pairs, and the backup brings them back with the printed words.
    std::fs::write(&passphrase, format!("correct horse\n{}\n", words.join(" "))).expect("a temporary file");
    let mut tries = command(home.path(), &display.name, &["key", "backup", "--rehearse", &text(&backup), "--json"]);
    let done = tries.args(&vault).stdout(Stdio::piped()).output().expect("kakitome starts");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(said.contains("\"complete\":true") && said.matches("\"state\":\"complete\"").count() == 2, "{said}");
}

/// The numbered words of a sheet.
fn words_of(sheet: &str) -> Vec<String> {
    let pieces: Vec<&str> = sheet.split_whitespace().collect();
    let follows = |number: usize| {
        let number = number.to_string();
        let is_word = |word: &str| word.len() > 2 && word.chars().all(|c| c.is_ascii_lowercase());
        pieces.windows(2).find(|pair| pair[0] == number && is_word(pair[1])).map(|pair| pair[1].to_owned())
    };
    (1..=12).filter_map(follows).collect()
}

fn program(home: &Path, display: &str) -> Command {
    command(home, display, &["gui", "--demo"])
}

fn command(home: &Path, display: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kakitome"));
    command.args(arguments).env("DISPLAY", display).env("HOME", home).env("LIBGL_ALWAYS_SOFTWARE", "1");
    for (variable, folder) in [
        ("XDG_RUNTIME_DIR", "run"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
    ] {
        let folder = home.join(folder);
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        command.env(variable, folder);
    }
    for variable in ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DBUS_SESSION_BUS_ADDRESS", "KAKITOME_PROFILE"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

fn is_installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

/// Ends the process whatever becomes of the test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Display {
    name: String,
    _server: Killed,
}

impl Display {
    /// Xvfb chooses a free number itself and prints it. It must not start over whenever its last
    /// client leaves, as each xdotool does: a program that connects at that moment is turned away.
    fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts");
        let mut number = String::new();
        let output = server.stdout.take().expect("its output is a pipe");
        BufReader::new(output).read_line(&mut number).expect("Xvfb prints its number");
        Self { name: format!(":{}", number.trim()), _server: Killed(server) }
    }

    fn xdotool(&self, arguments: &[&str]) -> String {
        let done = Command::new("xdotool").args(arguments).env("DISPLAY", &self.name).output().expect("xdotool starts");
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }

    fn wait_for_window(&self, program: &mut Child) -> String {
        let begin = Instant::now();
        loop {
            // Nothing else is on this display.
            let found = self.xdotool(&["search", "--onlyvisible", "--name", "."]);
            if let Some(window) = found.lines().next() {
                return window.to_owned();
            }
            if let Some(status) = program.try_wait().expect("a child can be asked") {
                panic!("the program ended before its window opened: {status}");
            }
            assert!(begin.elapsed() < PATIENCE, "no window opened");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn click(&self, window: &str, x: u32, y: u32) {
        // Two steps: the program must see the pointer come before it is pressed.
        self.xdotool(&["mousemove", "--window", window, &x.to_string(), &y.to_string()]);
        std::thread::sleep(Duration::from_millis(100));
        self.xdotool(&["click", "1"]);
    }

    /// A picture of the screen, once two in a row are the same.
    fn wait_until_still(&self, folder: &Path) -> RgbImage {
        let begin = Instant::now();
        let mut last = self.screenshot(folder);
        loop {
            std::thread::sleep(Duration::from_millis(400));
            let next = self.screenshot(folder);
            let is_drawn = colours(&next) > 1;
            if is_drawn && next == last || begin.elapsed() > PATIENCE {
                return next;
            }
            last = next;
        }
    }

    /// The same, once it is another picture; the one of before when it stays that.
    fn wait_until_other(&self, folder: &Path, before: &RgbImage) -> RgbImage {
        let begin = Instant::now();
        loop {
            let next = self.wait_until_still(folder);
            if next != *before || begin.elapsed() > PATIENCE {
                return next;
            }
        }
    }

    fn screenshot(&self, folder: &Path) -> RgbImage {
        let file = folder.join("screen.png");
        let status = Command::new("import").args(["-window", "root"]).arg(&file).env("DISPLAY", &self.name).status();
        assert!(status.is_ok_and(|status| status.success()), "import takes a picture of the screen");
        image::open(&file).expect("import writes PNG").to_rgb8()
    }
}

fn colours(picture: &RgbImage) -> usize {
    picture.pixels().map(|pixel| pixel.0).collect::<std::collections::HashSet<_>>().len()
}

fn has_vermilion(picture: &RgbImage) -> bool {
    picture.pixels().filter(|pixel| VERMILION.contains(&pixel.0)).count() >= SIGN_PIXELS
}

/// The right half of the window, without the status line.
fn reading_pane_differs(before: &RgbImage, after: &RgbImage) -> bool {
    let (width, height) = before.dimensions();
    let differing = |(x, y, pixel): (u32, u32, &image::Rgb<u8>)| {
        x > width / 2 && y < height * 9 / 10 && after.get_pixel(x, y) != pixel
    };
    before.enumerate_pixels().filter(|pixel| differing(*pixel)).count() > 500
}
