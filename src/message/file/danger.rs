use std::io::Cursor;
use std::panic::AssertUnwindSafe;

use super::archive;
use super::kind::{FileKind, by_extension, by_media_type, found, is_svg};
use super::name::{extension, safe_name};

/// Storages of a compound file that are looked at.
const STORAGES: usize = 4_000;

/// What opening a file may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Danger {
    /// It is a program, or installs one.
    Program,
    /// It is a script: a program as text.
    Script,
    /// It is a disk image, whose content escapes what a system knows of where it came from.
    DiskImage,
    /// It leads elsewhere, or starts something.
    Shortcut,
    /// It is a document with macros: programs that run inside of it.
    Macros,
    /// It is an archive that holds one of those.
    ArchiveHolds,
    /// It is an archive that can't be looked into without its password.
    ArchiveLocked,
    /// It is a page of the web: a browser runs what is in it.
    Web,
}

/// Also tables that fetch or run something when they are opened (SYLK, web queries).
const MACRO_ENDINGS: [&str; 17] = [
    "slk", "iqy", "dqy", "docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "xll", "pptm", "potm", "ppam", "ppsm", "sldm",
    "mdb", "accdb",
];

/// What opening it may do; nothing of it is run or unpacked.
pub(super) fn dangers(name: &str, media_type: &str, content: &[u8]) -> Vec<Danger> {
    let mut dangers = Vec::new();
    let kinds = [by_extension(name), by_media_type(media_type), found(content)];
    dangers.extend(kinds.into_iter().flatten().filter_map(of_kind));
    if has_macros(name, content) {
        dangers.push(Danger::Macros);
    }
    if is_vector(name, media_type, content) {
        dangers.push(Danger::Web);
    }
    if is_installer(content) {
        dangers.push(Danger::Program);
    }
    if archive::is_zip(content) || kinds.contains(&Some(FileKind::Archive)) {
        dangers.extend(inside(content));
    }
    dangers.sort_unstable();
    dangers.dedup();
    dangers
}

fn of_kind(kind: FileKind) -> Option<Danger> {
    match kind {
        FileKind::Program => Some(Danger::Program),
        FileKind::Script => Some(Danger::Script),
        FileKind::DiskImage => Some(Danger::DiskImage),
        FileKind::Shortcut => Some(Danger::Shortcut),
        FileKind::Web => Some(Danger::Web),
        _ => None,
    }
}

/// A picture that a browser opens, with the scripts that may be in it (SVG, W3C).
fn is_vector(name: &str, media_type: &str, content: &[u8]) -> bool {
    let is_ending = |ending: &str| matches!(ending.to_ascii_lowercase().as_str(), "svg" | "svgz");
    extension(name).is_some_and(is_ending)
        || media_type.to_ascii_lowercase().starts_with("image/svg")
        || is_svg(content)
}

/// What a ZIP file holds. Office documents are such files; what they hold by their nature is no danger.
fn inside(content: &[u8]) -> Vec<Danger> {
    let Some(entries) = archive::entries(content) else { return Vec::new() };
    let is_office = entries.iter().any(|entry| entry.name == "[Content_Types].xml" || entry.name == "mimetype");
    let mut dangers = Vec::new();
    let harmful = |name: &str| {
        let kind = by_extension(name).and_then(of_kind);
        let is_web = kind == Some(Danger::Web);
        kind.is_some() && !(is_office && (is_web || extension(name) == Some("bin"))) || is_macro_name(name)
    };
    if entries.iter().any(|entry| harmful(&safe_name(&entry.name, ""))) {
        dangers.push(Danger::ArchiveHolds);
    }
    if entries.iter().any(|entry| entry.is_encrypted) {
        dangers.push(Danger::ArchiveLocked);
    }
    // A Java archive by its manifest, whatever it is called.
    if entries.iter().any(|entry| extension(&entry.name) == Some("class")) {
        dangers.push(Danger::Program);
    }
    dangers
}

fn is_macro_name(name: &str) -> bool {
    extension(name).is_some_and(|ending| MACRO_ENDINGS.contains(&ending.to_lowercase().as_str()))
}

/// By the ending, by the part of an Office Open XML file, by the storages of an older one, by Basic in an OpenDocument.
fn has_macros(name: &str, content: &[u8]) -> bool {
    if is_macro_name(name) {
        return true;
    }
    if let Some(entries) = archive::is_zip(content).then(|| archive::entries(content)).flatten() {
        return entries.iter().any(|entry| {
            let name = entry.name.to_ascii_lowercase();
            name.ends_with("vbaproject.bin") || name.starts_with("xl/macrosheets/") || name.starts_with("basic/script")
        });
    }
    storages(content).iter().any(|name| matches!(name.as_str(), "vba" | "_vba_project_cur" | "macros" | "_vba_project"))
}

/// A Windows Installer database: a compound file of that class ([MS-CFB] §2.6.1).
fn is_installer(content: &[u8]) -> bool {
    const CLASSES: [&str; 3] = [
        "000c1084-0000-0000-c000-000000000046",
        "000c1086-0000-0000-c000-000000000046",
        "000c1082-0000-0000-c000-000000000046",
    ];
    let class = compound(content, |file| file.root_entry().clsid().to_string());
    class.is_some_and(|class| CLASSES.contains(&class.as_str()))
}

fn storages(content: &[u8]) -> Vec<String> {
    let names = |file: &CompoundFile| file.walk().take(STORAGES).map(|entry| entry.name().to_lowercase()).collect();
    compound(content, names).unwrap_or_default()
}

type CompoundFile<'a> = cfb::CompoundFile<Cursor<&'a [u8]>>;

/// Looks into a compound file, if it is one.
fn compound<T>(content: &[u8], look: impl FnOnce(&CompoundFile) -> T) -> Option<T> {
    if !content.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return None;
    }
    // A file made to break its reader is one that can't be looked into; it must not take the message along.
    let look = AssertUnwindSafe(|| cfb::CompoundFile::open(Cursor::new(content)).ok().map(|file| look(&file)));
    std::panic::catch_unwind(look).ok().flatten()
}
