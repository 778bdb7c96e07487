//! Holds the code to the architecture: who may use whom, where side effects live, what things are called.
//!
//! The rooms are the folders under `src/`. Each begins with its charter and a line `May use: …`; what follows
//! reads the sources as text, without comments, strings and test code.

#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const SENTENCE_WORDS: usize = 4;

#[test]
fn every_room_begins_with_its_charter_and_says_whom_it_may_use() {
    for room in rooms() {
        let charter = fs::read_to_string(src().join(&room).join("mod.rs")).expect("a room has a mod.rs");
        assert!(charter.starts_with("//! "), "src/{room}/mod.rs does not begin with a charter");
        assert!(may_use(&room).is_some(), "src/{room}/mod.rs has no line `//! May use: …`");
    }
}

#[test]
fn no_room_uses_another_that_its_charter_does_not_name() {
    let mut wrong = String::new();
    for (room, used) in edges() {
        let allowed = may_use(&room).unwrap_or_default();
        for (other, file) in used {
            if !allowed.contains(&other) {
                let _ = writeln!(wrong, "{file}: {room} uses {other}");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn no_charter_names_a_room_that_is_not_used() {
    let edges = edges();
    let mut wrong = String::new();
    for room in rooms() {
        let used = edges.get(&room);
        for other in may_use(&room).unwrap_or_default() {
            if !used.is_some_and(|used| used.contains_key(&other)) {
                let _ = writeln!(wrong, "src/{room}/mod.rs: {other} may be used and is not");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_rooms_use_each_other_without_a_circle() {
    let edges = edges();
    let mut left: BTreeSet<String> = rooms().into_iter().collect();
    while !left.is_empty() {
        let free: Vec<String> = left
            .iter()
            .filter(|room| edges.get(*room).is_none_or(|used| used.keys().all(|other| !left.contains(other))))
            .cloned()
            .collect();
        assert!(!free.is_empty(), "these rooms use each other in a circle: {left:?}");
        left.retain(|room| !free.contains(room));
    }
}

#[test]
fn egui_is_in_ui_alone() {
    forbid(&["egui", "eframe", "egui_extras"], &["ui", "main.rs"]);
}

#[test]
fn tokio_is_in_engine_and_net_alone() {
    forbid(&["tokio"], &["engine", "net", "main.rs"]);
}

#[test]
fn sql_and_the_keyring_of_the_system_are_in_store_alone() {
    forbid(&["rusqlite", "keyring::Entry"], &["store"]);
}

#[test]
fn files_are_opened_in_store_and_by_the_command_line_alone() {
    forbid(&["std::fs", "fs::read", "fs::write", "File::open", "File::create"], &["store", "cli"]);
}

#[test]
fn nothing_below_the_engine_reads_a_clock() {
    let clocks = ["Timestamp::now", "Zoned::now", "SystemTime::now", "Instant::now", "Utc::now"];
    forbid(&clocks, &["engine", "net", "ui", "cli", "main.rs", "window.rs"]);
}

#[test]
fn no_room_and_no_file_has_a_name_that_says_nothing() {
    let empty = ["utils", "util", "common", "helpers", "helper", "types", "misc", "shared"];
    for file in files(&src()) {
        for part in relative(&file).split('/') {
            assert!(!empty.contains(&part.trim_end_matches(".rs")), "{} says nothing", relative(&file));
        }
    }
}

#[test]
fn no_sentence_for_people_is_below_ui_and_cli() {
    let mut wrong = String::new();
    for (room, file, source) in sources() {
        if ["ui", "cli", "main.rs"].contains(&room.as_str()) {
            continue;
        }
        for text in source.strings.iter().filter(|text| is_sentence(text)) {
            let _ = writeln!(wrong, "{file}: {text:?}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_reader_of_sources_leaves_out_comments_strings_and_tests() {
    let source = Source::read(concat!(
        "/* crate::a /* crate::b */ */ use crate::{c, d::E};\n// crate::f\n",
        "fn x<'a>(y: &'a str) { let q = '\"'; z(\"crate::g is a whole sentence.\", r#\"crate::\"h\"\"#); }\n",
        "#[error(\"this is a whole sentence.\")]\nstruct S;\n",
        "#[cfg(test)]\nmod tests { use crate::i; fn s() { t(\"this is a whole sentence.\") } }\n",
    ));
    assert_eq!(source.rooms_named(2), ["c", "d"].map(String::from).into());
    assert_eq!(source.strings, ["crate::g is a whole sentence.", "crate::\"h\""]);
}

/// Each word may occur in the code of the rooms named, and nowhere else.
fn forbid(words: &[&str], rooms: &[&str]) {
    let mut wrong = String::new();
    for (room, file, source) in sources() {
        for word in words.iter().filter(|word| !rooms.contains(&room.as_str()) && source.has_word(word)) {
            let _ = writeln!(wrong, "{file}: {word}");
        }
    }
    assert!(wrong.is_empty(), "allowed in {rooms:?} only:\n{wrong}");
}

fn is_sentence(text: &str) -> bool {
    text.trim_end().ends_with(['.', '。', '!'])
        && (text.split_whitespace().count() >= SENTENCE_WORDS || !text.is_ascii())
}

/// Room → other room → a file that uses it.
fn edges() -> BTreeMap<String, BTreeMap<String, String>> {
    let rooms = rooms();
    let mut edges: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (room, file, source) in sources() {
        if !rooms.contains(&room) {
            continue;
        }
        for other in source.rooms_named(file.split('/').count() - 1) {
            if rooms.contains(&other) && other != room {
                edges.entry(room.clone()).or_default().entry(other).or_insert_with(|| file.clone());
            }
        }
    }
    edges
}

fn may_use(room: &str) -> Option<Vec<String>> {
    let charter = fs::read_to_string(src().join(room).join("mod.rs")).ok()?;
    let line = charter.lines().find_map(|line| line.strip_prefix("//! May use: "))?;
    let names = line.trim_end_matches('.').split(',').map(|name| name.trim().to_owned());
    Some(names.filter(|name| !["std", "nothing", ""].contains(&name.as_str())).collect())
}

fn rooms() -> Vec<String> {
    let folders = fs::read_dir(src()).expect("src is there").flatten().filter(|entry| entry.path().is_dir());
    folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// (room, or `main.rs` for the program itself, path from `src/` on, code) of every source that is not test code.
fn sources() -> Vec<(String, String, Source)> {
    let mut all = Vec::new();
    for file in files(&src()) {
        let path = relative(&file);
        let is_test = path.ends_with("/tests.rs") || path.contains("/tests/");
        if file.extension().is_some_and(|kind| kind == "rs") && !is_test {
            let room = match path.trim_start_matches("src/").split_once('/') {
                Some((room, _)) => room.to_owned(),
                // What lies beside `main.rs` belongs to the program, which joins the rooms.
                None if path != "src/lib.rs" => "main.rs".to_owned(),
                None => "lib.rs".to_owned(),
            };
            all.push((room, path, Source::read(&fs::read_to_string(&file).expect("sources are UTF-8"))));
        }
    }
    all
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn relative(file: &Path) -> String {
    file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(file).to_string_lossy().replace('\\', "/")
}

/// A source file taken apart: its code with comments, strings and test items blanked, and the strings.
struct Source {
    code: String,
    strings: Vec<String>,
}

impl Source {
    fn read(text: &str) -> Self {
        let (mut code, strings) = blank_comments_and_strings(&text.chars().collect::<Vec<_>>());
        let mut hidden = test_items(&code);
        // Texts of error enums are for logs and developers: attributes are not sentences for people.
        hidden.extend(attributes(&code));
        let strings = strings.into_iter().filter(|(at, _)| !hidden.iter().any(|range| range.contains(at)));
        let strings = strings.map(|(_, text)| text).collect();
        for range in hidden {
            for char in &mut code[range] {
                *char = ' ';
            }
        }
        Self { code: code.into_iter().collect(), strings }
    }

    fn has_word(&self, word: &str) -> bool {
        let is_part = |char: char| char.is_alphanumeric() || char == '_';
        self.code.match_indices(word).any(|(at, _)| {
            let before = self.code[..at].chars().next_back();
            let after = self.code[at + word.len()..].chars().next();
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
    }

    /// The first names after `crate::`, after `kakitome::`, and after as many `super::` as lead to the root.
    fn rooms_named(&self, depth: usize) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let squeezed: String =
            self.code.split_whitespace().collect::<Vec<_>>().join(" ").replace(":: ", "::").replace("{ ", "{");
        for start in ["crate::".to_owned(), "super::".repeat(depth)] {
            for (at, _) in squeezed.match_indices(&start) {
                let rest = &squeezed[at + start.len()..];
                match rest.strip_prefix('{') {
                    Some(group) => names.extend(group_heads(group)),
                    None => names.extend(head(rest)),
                }
            }
        }
        names
    }
}

fn head(path: &str) -> Option<String> {
    let name: String = path.trim_start().chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// `c, d::{E, F}}` → c, d
fn group_heads(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut heads) = (0_i32, true, Vec::new());
    for (at, char) in group.char_indices() {
        match char {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            _ if start && !char.is_whitespace() => {
                heads.extend(head(&group[at..]));
                start = false;
            }
            _ => {}
        }
    }
    heads
}

type Strings = Vec<(usize, String)>;

fn blank_comments_and_strings(text: &[char]) -> (Vec<char>, Strings) {
    let (mut code, mut strings, mut at) = (text.to_vec(), Vec::new(), 0);
    let starts = |at: usize, word: &str| word.chars().enumerate().all(|(i, char)| text.get(at + i) == Some(&char));
    while at < text.len() {
        let end = if starts(at, "//") {
            (at..text.len()).find(|i| text[*i] == '\n').unwrap_or(text.len())
        } else if starts(at, "/*") {
            end_of_comment(text, at)
        } else if let Some((open, close)) = string_at(text, at) {
            strings.push((at, text[open..close].iter().collect()));
            (close + 1).min(text.len())
        } else if text[at] == '\'' && (starts(at + 1, "\\") || text.get(at + 2) == Some(&'\'')) {
            let skip = if starts(at + 1, "\\") { 3 } else { 2 };
            (at + skip..text.len()).find(|i| text[*i] == '\'').map_or(text.len(), |i| i + 1)
        } else {
            at += 1;
            continue;
        };
        for char in &mut code[at..end] {
            if *char != '\n' {
                *char = ' ';
            }
        }
        at = end;
    }
    (code, strings)
}

fn end_of_comment(text: &[char], start: usize) -> usize {
    let (mut depth, mut at) = (0, start);
    while at + 1 < text.len() {
        match (text[at], text[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The range inside the quotes of a string that begins here, plain, byte or raw.
fn string_at(text: &[char], at: usize) -> Option<(usize, usize)> {
    let is_name = |char: &char| char.is_alphanumeric() || *char == '_';
    let mut open = at;
    if at > 0 && is_name(&text[at - 1]) && text[at] != '"' {
        return None;
    }
    open += usize::from(text.get(open) == Some(&'b'));
    let raw = text.get(open) == Some(&'r');
    open += usize::from(raw);
    let hashes = if raw { text[open..].iter().take_while(|char| **char == '#').count() } else { 0 };
    open += hashes;
    if text.get(open) != Some(&'"') {
        return None;
    }
    let mut close = open + 1;
    while close < text.len() {
        if !raw && text[close] == '\\' {
            close += 1;
        } else if text[close] == '"' && text[close + 1..].iter().take_while(|char| **char == '#').count() >= hashes {
            break;
        }
        close += 1;
    }
    Some((open + 1, close.min(text.len())))
}

/// Items under `#[cfg(test)]`: to the end of their braces, or to their semicolon.
fn test_items(code: &[char]) -> Vec<std::ops::Range<usize>> {
    let mark: Vec<char> = "#[cfg(test)]".chars().collect();
    let starts = (0..code.len()).filter(|at| code[*at..].starts_with(&mark));
    let mut ranges = Vec::new();
    for start in starts {
        let (mut depth, mut end) = (0_i32, code.len());
        for (at, char) in code.iter().enumerate().skip(start + mark.len()) {
            match char {
                '{' => depth += 1,
                '}' => depth -= 1,
                ';' if depth == 0 => {}
                _ => continue,
            }
            if depth == 0 {
                end = at + 1;
                break;
            }
        }
        ranges.push(start..end);
    }
    ranges
}

fn attributes(code: &[char]) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    for start in (0..code.len()).filter(|at| code[*at] == '#' && code.get(at + 1) == Some(&'[')) {
        let mut depth = 0_i32;
        for (at, char) in code.iter().enumerate().skip(start + 1) {
            depth += i32::from(*char == '[') - i32::from(*char == ']');
            if depth == 0 {
                ranges.push(start..at + 1);
                break;
            }
        }
    }
    ranges
}
