use super::name::extension;

/// How much of a text is looked at to tell what it is.
const HEAD: usize = 1024;

/// The kinds of file that a reader tells apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileKind {
    /// A picture.
    Picture,
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
    /// Text to be read as it is.
    Text,
    /// A page of the web.
    Web,
    /// PDF or PostScript.
    Pdf,
    /// A document of a word processor.
    Document,
    /// A table of a calculation program.
    Spreadsheet,
    /// Slides.
    Slides,
    /// Files packed into one.
    Archive,
    /// A program, or something that installs one.
    Program,
    /// A program as text.
    Script,
    /// A disk in a file.
    DiskImage,
    /// Leads elsewhere.
    Shortcut,
    /// iCalendar.
    Calendar,
    /// vCard.
    Contact,
    /// A message in a message.
    Message,
    /// A key, a certificate or a signature.
    Key,
    /// A font.
    Font,
    /// Anything else.
    #[default]
    Other,
}

const BY_EXTENSION: &[(FileKind, &[&str])] = &[
    (
        FileKind::Picture,
        &[
            "png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "svg", "svgz", "heic", "heif", "avif", "ico",
            "psd",
        ],
    ),
    (FileKind::Audio, &["mp3", "wav", "ogg", "oga", "flac", "m4a", "aac", "amr", "mid", "midi", "opus"]),
    (FileKind::Video, &["mp4", "m4v", "mov", "avi", "mkv", "webm", "wmv", "mpg", "mpeg", "3gp"]),
    (FileKind::Text, &["txt", "log", "md", "csv", "tsv", "diff", "patch", "json", "xml", "yaml", "yml", "ini", "toml"]),
    (FileKind::Web, &["html", "htm", "xhtml", "shtml", "mht", "mhtml"]),
    (FileKind::Pdf, &["pdf", "ps", "eps"]),
    (FileKind::Document, &["doc", "docx", "docm", "dot", "dotx", "dotm", "odt", "ott", "rtf", "pages", "jtd", "epub"]),
    (FileKind::Spreadsheet, &["xls", "xlsx", "xlsm", "xlsb", "xlt", "xltx", "xltm", "xlam", "ods", "numbers"]),
    (FileKind::Slides, &["ppt", "pptx", "pptm", "pps", "ppsx", "ppsm", "potm", "ppam", "odp", "key"]),
    (
        FileKind::Archive,
        &["zip", "rar", "7z", "tar", "gz", "tgz", "bz2", "xz", "zst", "cab", "lzh", "lha", "arj", "ace", "z"],
    ),
    (
        FileKind::Program,
        &[
            "exe",
            "com",
            "scr",
            "pif",
            "cpl",
            "dll",
            "sys",
            "msi",
            "msix",
            "msp",
            "mst",
            "appx",
            "jar",
            "jnlp",
            "apk",
            "deb",
            "rpm",
            "appimage",
            "run",
            "bin",
            "app",
            "pkg",
            "command",
            "elf",
            "so",
            "dylib",
            "class",
            "dex",
            "xpi",
            "crx",
            "gadget",
            "application",
            "xll",
            "wasm",
            "msc",
            "msu",
            "msixbundle",
            "appxbundle",
            "appinstaller",
            "settingcontent-ms",
            "flatpak",
            "snap",
            "pyz",
            "pyzw",
            "pyc",
            "ocx",
            "drv",
            "mobileconfig",
            "terminal",
        ],
    ),
    (
        FileKind::Script,
        &[
            "js",
            "jse",
            "mjs",
            "vbs",
            "vbe",
            "vb",
            "wsf",
            "wsh",
            "wsc",
            "hta",
            "bat",
            "cmd",
            "ps1",
            "psm1",
            "ps1xml",
            "sh",
            "bash",
            "zsh",
            "csh",
            "py",
            "pyw",
            "pl",
            "rb",
            "php",
            "scpt",
            "applescript",
            "reg",
            "inf",
            "sct",
            "chm",
            "hlp",
            "action",
            "workflow",
            "lua",
            "tcl",
            "ahk",
            "au3",
            "ws",
            "ksh",
            "fish",
            "xsl",
            "xslt",
        ],
    ),
    (FileKind::DiskImage, &["iso", "img", "vhd", "vhdx", "dmg", "udf", "vmdk", "qcow2", "wim"]),
    (
        FileKind::Shortcut,
        &[
            "lnk",
            "url",
            "desktop",
            "webloc",
            "inetloc",
            "fileloc",
            "ftploc",
            "library-ms",
            "search-ms",
            "searchconnector-ms",
            "scf",
            "one",
            "rdp",
            "website",
            "appref-ms",
            "theme",
            "themepack",
            "flatpakref",
        ],
    ),
    (FileKind::Calendar, &["ics", "ical", "ifb", "vcs"]),
    (FileKind::Contact, &["vcf", "vcard"]),
    (FileKind::Message, &["eml", "msg", "mbox"]),
    (
        FileKind::Key,
        &["asc", "gpg", "pgp", "sig", "p7m", "p7s", "p7c", "p7b", "p12", "pfx", "pem", "crt", "cer", "der"],
    ),
    (FileKind::Font, &["ttf", "otf", "woff", "woff2", "ttc"]),
];

/// By the last ending of a name.
pub(super) fn by_extension(name: &str) -> Option<FileKind> {
    let ending = extension(name)?.to_lowercase();
    BY_EXTENSION.iter().find(|(_, endings)| endings.contains(&ending.as_str())).map(|(kind, _)| *kind)
}

/// By a declared media type; `None` when it says nothing.
pub(super) fn by_media_type(media_type: &str) -> Option<FileKind> {
    let media_type = media_type.to_ascii_lowercase();
    let (top, sub) = media_type.split_once('/')?;
    Some(match (top, sub) {
        ("text", "html") | ("application", "xhtml+xml") => FileKind::Web,
        ("text", "calendar") => FileKind::Calendar,
        ("text", "vcard" | "x-vcard" | "directory") => FileKind::Contact,
        ("text", "javascript" | "x-shellscript" | "x-python") => FileKind::Script,
        ("text", _) => FileKind::Text,
        ("image", _) => FileKind::Picture,
        ("audio", _) => FileKind::Audio,
        ("video", _) => FileKind::Video,
        ("font", _) => FileKind::Font,
        ("message", _) => FileKind::Message,
        ("application", sub) => return application(sub),
        _ => return None,
    })
}

fn application(sub: &str) -> Option<FileKind> {
    Some(match sub {
        "pdf" | "postscript" => FileKind::Pdf,
        "rtf" | "msword" | "epub+zip" => FileKind::Document,
        "zip"
        | "gzip"
        | "x-gzip"
        | "x-tar"
        | "x-7z-compressed"
        | "vnd.rar"
        | "x-rar-compressed"
        | "x-bzip2"
        | "x-xz"
        | "x-zip-compressed"
        | "zstd"
        | "x-lzip"
        | "x-lz4"
        | "vnd.ms-cab-compressed"
        | "x-compress"
        | "x-cpio"
        | "vnd.bzip3"
        | "x-lzh-compressed" => FileKind::Archive,
        "javascript" | "x-javascript" | "x-sh" | "x-python-code" | "hta" | "x-bat" => FileKind::Script,
        "x-msdownload"
        | "x-dosexec"
        | "vnd.microsoft.portable-executable"
        | "x-executable"
        | "x-mach-binary"
        | "java-archive"
        | "x-msi"
        | "vnd.debian.binary-package"
        | "x-debian-package"
        | "x-rpm"
        | "java"
        | "vnd.android.package-archive"
        | "vnd.android.dex"
        | "wasm"
        | "x-google-chrome-extension" => FileKind::Program,
        "x-iso9660-image" | "x-apple-diskimage" | "x-qemu-disk" => FileKind::DiskImage,
        "x-ms-shortcut" | "x-desktop" | "internet-shortcut" => FileKind::Shortcut,
        "pgp-keys" | "pgp-signature" | "pgp-encrypted" | "pkcs7-signature" | "x-pkcs7-signature" | "pkcs7-mime"
        | "x-pkcs7-mime" | "pkix-cert" | "x-x509-ca-cert" | "x-pkcs12" | "pkcs12" => FileKind::Key,
        "json" | "xml" => FileKind::Text,
        "ics" => FileKind::Calendar,
        _ if sub.contains("spreadsheet") || sub.contains("ms-excel") => FileKind::Spreadsheet,
        _ if sub.contains("presentation") || sub.contains("powerpoint") => FileKind::Slides,
        _ if sub.contains("wordprocessing") || sub.contains("opendocument.text") || sub.contains("ms-word") => {
            FileKind::Document
        }
        _ if sub.starts_with("font-") => FileKind::Font,
        _ => return None,
    })
}

/// What the label says: the ending of the name, which is what a system goes by, else the media type.
pub(super) fn claimed(name: &str, media_type: &str) -> FileKind {
    by_extension(name).or_else(|| by_media_type(media_type)).unwrap_or_default()
}

/// What the content is, if that can be told.
pub(super) fn found(content: &[u8]) -> Option<FileKind> {
    let head = content.get(..content.len().min(HEAD)).unwrap_or_default();
    if let Some(kind) = by_first_bytes(content, head) {
        return Some(kind);
    }
    // It looks into compound files too, which may be made to break their reader.
    let found = std::panic::catch_unwind(|| infer::get(content)).ok().flatten()?;
    match found.mime_type() {
        // What these are depends on what is in them.
        "application/x-ole-storage" | "application/octet-stream" => None,
        "text/html" => Some(FileKind::Web),
        "text/x-shellscript" => Some(FileKind::Script),
        other => by_media_type(other),
    }
}

/// A picture in XML, by how it begins.
pub(super) fn is_svg(content: &[u8]) -> bool {
    let head = String::from_utf8_lossy(content.get(..content.len().min(HEAD)).unwrap_or_default());
    let start = head.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    start.starts_with("<svg")
        || ["<?xml", "<!--", "<!doctype svg"].iter().any(|mark| start.starts_with(mark)) && start.contains("<svg")
}

fn by_first_bytes(content: &[u8], head: &[u8]) -> Option<FileKind> {
    const LINK: &[u8] = b"\x4c\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46";
    if head.starts_with(LINK) {
        return Some(FileKind::Shortcut);
    }
    // PDF programs find the mark anywhere near the beginning.
    if head.windows(5).any(|window| window == b"%PDF-") {
        return Some(FileKind::Pdf);
    }
    if content.get(0x8001..0x8006) == Some(b"CD001") || head.starts_with(b"vhdxfile") || head.starts_with(b"conectix") {
        return Some(FileKind::DiskImage);
    }
    if content.len() > 512 && content.get(content.len() - 512..content.len() - 508) == Some(b"koly") {
        return Some(FileKind::DiskImage);
    }
    let text = String::from_utf8_lossy(head);
    let start = text.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    let begins = |marks: &[&str]| marks.iter().any(|mark| start.starts_with(mark));
    if begins(&["#!/", "#! /", "@echo off"]) {
        Some(FileKind::Script)
    } else if begins(&["[internetshortcut]", "[desktop entry]", "[shell]"]) {
        Some(FileKind::Shortcut)
    } else if begins(&["<!doctype html", "<html", "<script", "<head", "<body"]) {
        Some(FileKind::Web)
    } else if is_svg(head) {
        Some(FileKind::Picture)
    } else if begins(&["begin:vcalendar"]) {
        Some(FileKind::Calendar)
    } else if begins(&["begin:vcard"]) {
        Some(FileKind::Contact)
    } else if begins(&["-----begin pgp", "-----begin cert", "-----begin pkcs"]) {
        Some(FileKind::Key)
    } else {
        None
    }
}

/// The content is something else than what the label says.
pub(super) fn disagree(name: &str, media_type: &str, found: Option<FileKind>, content: &[u8]) -> bool {
    if content.is_empty() {
        return false;
    }
    let labels = [by_extension(name), by_media_type(media_type)];
    labels.into_iter().flatten().any(|label| !agrees(label, found, content))
}

fn agrees(label: FileKind, found: Option<FileKind>, content: &[u8]) -> bool {
    use FileKind::{
        Archive, Audio, Calendar, Contact, Document, Key, Message, Other, Pdf, Picture, Program, Script, Shortcut,
        Slides, Spreadsheet, Text, Video, Web,
    };
    let Some(found) = found else {
        // These begin with a mark; without it they are something else.
        return !matches!(label, Pdf)
            && (label != Picture || !is_text(content))
            && (label != Archive || !is_text(content));
    };
    let is_ole_or_zip = |kind| matches!(kind, Document | Spreadsheet | Slides);
    label == found
        || match (label, found) {
            // A text may be about anything; but not a program that begins as one.
            (Audio, Video)
            | (Video, Audio)
            | (Other, _)
            | (Text, Web | Calendar | Contact | Key)
            | (Web | Key, Text)
            | (Message, Text | Web)
            | (Script | Shortcut, Text | Web | Script) => true,
            // Office files are archives, and packed programs too.
            (label, Archive) => is_ole_or_zip(label) || matches!(label, Program | Message | Key),
            (Archive, found) => is_ole_or_zip(found),
            (Document | Spreadsheet, Web | Text) => is_text(content),
            _ => false,
        }
}

/// No byte of its beginning is one that a text doesn't have.
fn is_text(content: &[u8]) -> bool {
    let head = content.get(..content.len().min(HEAD)).unwrap_or_default();
    head.iter().all(|byte| !matches!(byte, 0..=6 | 14..=26 | 28..=31))
}
