use std::io::Write as _;

use super::*;

const EXE: &[u8] =
    b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8\x00\x00\x00\x00\x00\x00\x00\x40\x00";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/// A ZIP file whose entries have these names and no content.
fn zip(names: &[&str], flags: u16) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for name in names {
        let offset = u32::try_from(out.len()).unwrap();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let mut fields = vec![20, 0];
        fields.extend(flags.to_le_bytes());
        fields.extend([0; 18]);
        fields.extend(length);
        fields.extend([0; 2]);
        out.extend(b"PK\x03\x04");
        out.extend(&fields);
        out.extend(name.as_bytes());
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&fields);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (size, offset) = (u32::try_from(directory.len()).unwrap(), u32::try_from(out.len()).unwrap());
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    let count = u16::try_from(names.len()).unwrap().to_le_bytes();
    out.extend(count);
    out.extend(count);
    out.extend(size.to_le_bytes());
    out.extend(offset.to_le_bytes());
    out.extend([0; 2]);
    out
}

fn compound(storages: &[&str]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    for storage in storages {
        file.create_storage(storage).unwrap();
    }
    file.create_stream("/WordDocument").unwrap().write_all(b"text").unwrap();
    file.into_inner().into_inner()
}

#[test]
fn a_name_is_one_component_that_hides_nothing() {
    for (name, safe) in [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system32\\calc.exe", "calc.exe"),
        ("in\u{202e}fdp.exe", "infdp.exe"),
        ("a\u{0}b\r\nc\u{200b}.txt", "abc.txt"),
        ("invoice.pdf                                             .exe", "invoice.pdf .exe"),
        ("report.pdf . . .", "report.pdf"),
        (".bashrc", "bashrc"),
        ("..", "file"),
        ("", "file"),
        ("CON", "_CON"),
        ("com1.txt", "_com1.txt"),
        ("lpt\u{b9}.log", "_lpt\u{b9}.log"),
        ("nul.tar.gz", "_nul.tar.gz"),
        ("console.txt", "console.txt"),
        ("what? <now>: \"x\"|*.txt", "what_ _now__ _x___.txt"),
        ("請求書①.pdf", "請求書①.pdf"),
    ] {
        assert_eq!(safe_name(name, "file"), safe, "{name:?}");
    }
}

#[test]
fn a_long_name_keeps_its_ending_and_fits_a_file_system() {
    let name = safe_name(&format!("{}.pdf.exe", "書".repeat(300)), "file");
    assert!(name.len() <= 240 && name.strip_suffix(".exe").is_some(), "{name}");
    let name = safe_name(&format!("a.{}", "x".repeat(3_000)), "file");
    assert!(name.len() <= 240, "{}", name.len());
}

#[test]
fn a_program_that_calls_itself_a_document_is_a_program() {
    let report = report("invoice.pdf", "application/pdf", EXE);
    assert_eq!((report.kind, report.claimed), (FileKind::Program, FileKind::Pdf));
    assert!(report.disagrees && report.dangers == [Danger::Program], "{report:?}");
}

#[test]
fn the_last_ending_counts() {
    let report = report("invoice.pdf.exe", "application/pdf", b"whatever");
    assert!(report.dangers.contains(&Danger::Program) && report.disagrees, "{report:?}");
    assert_eq!(super::report("a.js. ", "text/plain", b"x").dangers, [Danger::Script]);
}

#[test]
fn honest_files_agree_with_their_labels() {
    let office = zip(&["[Content_Types].xml", "word/document.xml"], 0);
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    for (name, media_type, content) in [
        ("a.png", "image/png", PNG),
        ("a.pdf", "application/pdf", b"%PDF-1.7\n".as_slice()),
        ("a.pdf", "application/octet-stream", b"\r\n%PDF-1.4\n"),
        ("a.txt", "text/plain", "書留です\n".as_bytes()),
        ("a.docx", word, &office),
        ("a.zip", "application/zip", &zip(&["a.txt", "b/c.pdf"], 0)),
        ("invite.ics", "text/calendar", b"BEGIN:VCALENDAR\r\n"),
        ("a.csv", "text/csv", b"a,b\n1,2\n"),
        ("a.asc", "application/pgp-keys", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n"),
        ("a.doc", "application/msword", &compound(&[])),
        ("", "application/octet-stream", b"\x01\x02"),
    ] {
        let report = report(name, media_type, content);
        assert!(!report.disagrees && !report.is_dangerous(), "{name} {media_type}: {report:?}");
    }
}

#[test]
fn macros_are_found_in_both_generations_of_office_files() {
    let with = zip(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"], 0);
    assert_eq!(report("a.docx", "", &with).dangers, [Danger::Macros]);
    assert_eq!(report("a.docm", "", &zip(&["[Content_Types].xml"], 0)).dangers, [Danger::Macros]);
    assert_eq!(report("a.doc", "application/msword", &compound(&["/Macros", "/Macros/VBA"])).dangers, [Danger::Macros]);
    assert!(report("a.doc", "application/msword", &compound(&["/ObjectPool"])).dangers.is_empty());
}

#[test]
fn an_archive_is_looked_into_but_not_unpacked() {
    let holds = |names: &[&str]| report("a.zip", "application/zip", &zip(names, 0)).dangers;
    assert_eq!(holds(&["readme.txt", "x/invoice.pdf.EXE"]), [Danger::ArchiveHolds]);
    assert_eq!(holds(&["run.lnk"]), [Danger::ArchiveHolds]);
    assert_eq!(holds(&["report.xlsm"]), [Danger::ArchiveHolds]);
    assert!(holds(&["readme.txt", "a.png"]).is_empty());
    assert_eq!(report("a.zip", "application/zip", &zip(&["a.txt"], 1)).dangers, [Danger::ArchiveLocked]);
    let mut unpacks_itself = EXE.to_vec();
    unpacks_itself.extend(zip(&["a.txt"], 0));
    assert_eq!(report("a.zip", "application/zip", &unpacks_itself).dangers, [Danger::Program]);
}

#[test]
fn shortcuts_scripts_disks_and_pages_are_named_by_what_is_in_them() {
    let mut disk = vec![0; 0x8001];
    disk.extend(b"CD001");
    for (content, danger) in [
        (b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F".as_slice(), Danger::Shortcut),
        (b"[InternetShortcut]\r\nURL=file://evil", Danger::Shortcut),
        (b"[Desktop Entry]\nExec=sh", Danger::Shortcut),
        (b"#!/bin/sh\nrm", Danger::Script),
        (&disk, Danger::DiskImage),
        (b"\xef\xbb\xbf <!DOCTYPE html><p>", Danger::Web),
    ] {
        assert!(report("readme", "application/octet-stream", content).dangers.contains(&danger), "{danger:?}");
        assert!(report("readme.txt", "text/plain", content).dangers.contains(&danger), "{danger:?}");
    }
}

#[test]
fn a_drawing_that_a_browser_opens_is_a_page() {
    let svg =
        b"<?xml version='1.0'?>\n<!-- x --><svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    for (name, media_type, content) in [
        ("a.svg", "image/svg+xml", svg.as_slice()),
        ("a.SVGZ", "application/octet-stream", b"\x1f\x8b"),
        ("a", "image/svg+xml", b"x"),
        ("a.xml", "text/xml", svg),
        ("a.png", "image/png", b"<svg onload=alert(1)>"),
    ] {
        assert_eq!(report(name, media_type, content).dangers, [Danger::Web], "{name} {media_type}");
    }
    assert!(report("a.txt", "text/plain", b"about <svg> and more").dangers.is_empty());
}

#[test]
fn what_starts_something_on_some_system_is_known_by_its_ending() {
    for (name, danger) in [
        ("a.msc", Danger::Program),
        ("a.settingcontent-ms", Danger::Program),
        ("a.rdp", Danger::Shortcut),
        ("a.appref-ms", Danger::Shortcut),
        ("a.fileloc", Danger::Shortcut),
        ("a.ws", Danger::Script),
        ("a.xsl", Danger::Script),
        ("a.slk", Danger::Macros),
        ("a.iqy", Danger::Macros),
    ] {
        assert_eq!(report(name, "application/octet-stream", b"x").dangers, [danger], "{name}");
        assert_eq!(
            report("a.zip", "application/zip", &zip(&[&format!("{name}\u{200b}")], 0)).dangers,
            [Danger::ArchiveHolds]
        );
    }
}

#[test]
fn no_file_stops_the_looking() {
    let mut files = vec![zip(&["a", "b.exe"], 0), compound(&["/Macros"])];
    files.push(b"PK\x05\x06\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff".to_vec());
    for file in files {
        for length in 0..file.len().min(1_200) {
            let _ = report("a.zip", "application/zip", &file[..length]);
            let mut broken = file.clone();
            broken[length] ^= 0xff;
            let _ = report("a.doc", "application/msword", &broken);
        }
    }
}
