//! What the ending of a file's name says of its type, and the other way round.

/// Endings and types; the first ending of a type is the one that it is given.
const KINDS: [(&str, &str); 62] = [
    ("txt", "text/plain"),
    ("html", "text/html"),
    ("htm", "text/html"),
    ("csv", "text/csv"),
    ("ics", "text/calendar"),
    ("vcf", "text/vcard"),
    ("vcf", "text/x-vcard"),
    ("vcf", "text/directory"),
    ("md", "text/markdown"),
    ("rtf", "text/rtf"),
    ("rtf", "application/rtf"),
    ("css", "text/css"),
    ("patch", "text/x-patch"),
    ("diff", "text/x-diff"),
    ("xml", "text/xml"),
    ("xml", "application/xml"),
    ("json", "application/json"),
    ("eml", "message/rfc822"),
    ("eml", "message/global"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpg"),
    ("jpg", "image/pjpeg"),
    ("png", "image/png"),
    ("png", "image/x-png"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("bmp", "image/bmp"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("svg", "image/svg+xml"),
    ("heic", "image/heic"),
    ("pdf", "application/pdf"),
    ("pdf", "application/x-pdf"),
    ("zip", "application/zip"),
    ("zip", "application/x-zip-compressed"),
    ("gz", "application/gzip"),
    ("gz", "application/x-gzip"),
    ("tar", "application/x-tar"),
    ("7z", "application/x-7z-compressed"),
    ("lzh", "application/x-lzh-compressed"),
    ("doc", "application/msword"),
    ("xls", "application/vnd.ms-excel"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("asc", "application/pgp-keys"),
    ("asc", "application/pgp-signature"),
    ("p7m", "application/pkcs7-mime"),
    ("p7m", "application/x-pkcs7-mime"),
    ("p7s", "application/pkcs7-signature"),
    ("p7s", "application/x-pkcs7-signature"),
    ("dat", "application/ms-tnef"),
    ("mp3", "audio/mpeg"),
    ("wav", "audio/wav"),
    ("m4a", "audio/mp4"),
    ("mp4", "video/mp4"),
    ("mov", "video/quicktime"),
];

/// The type of a file by the ending of its name.
pub(super) fn of_name(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    KINDS.iter().find(|(known, _)| ending.eq_ignore_ascii_case(known)).map(|(_, kind)| *kind)
}

/// The ending for a type; `kind` in lower case.
pub(super) fn ending(kind: &str) -> Option<&'static str> {
    KINDS.iter().find(|(_, known)| *known == kind).map(|(ending, _)| *ending)
}
