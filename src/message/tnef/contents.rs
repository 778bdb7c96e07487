use super::super::rtf;
use super::super::text::{decode_bytes, file_name, html_label, label_of_code_page};
use super::items::{self, Item};
use super::properties::{Properties, string};
use super::stream::{Cursor, attributes};

/// What a TNEF stream holds.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) plain: Option<String>,
    pub(super) html: Option<String>,
    pub(super) files: Vec<File>,
    /// An appointment or a contact, as a file.
    pub(super) item: Option<Item>,
    pub(super) subject: Option<String>,
    /// Name and address of who sent it.
    pub(super) from: Option<(String, String)>,
    /// Whether there are more than the limits allow.
    pub(super) is_cut: bool,
}

/// One attachment.
pub(super) struct File {
    pub(super) name: Option<String>,
    /// `type/subtype`, as the sender says it, lower-cased.
    pub(super) media_type: Option<String>,
    pub(super) content_id: Option<String>,
    pub(super) content: FileContent,
}

pub(super) enum FileContent {
    Bytes(Vec<u8>),
    /// A message that was attached.
    Message(Box<Contents>),
}

/// Attributes (MS-OXTNEF §2.1.3.2).
mod attribute {
    pub(super) const FROM: u16 = 0x8000;
    pub(super) const CLASS: u16 = 0x8008;
    pub(super) const SUBJECT: u16 = 0x8004;
    pub(super) const BODY: u16 = 0x800c;
    pub(super) const ATTACH_DATA: u16 = 0x800f;
    pub(super) const ATTACH_TITLE: u16 = 0x8010;
    pub(super) const ATTACH_TRANSPORT_NAME: u16 = 0x9001;
    /// It begins an attachment.
    pub(super) const ATTACH_RENDERING: u16 = 0x9002;
    pub(super) const PROPERTIES: u16 = 0x9003;
    pub(super) const ATTACH_PROPERTIES: u16 = 0x9005;
    pub(super) const CODE_PAGE: u16 = 0x9007;
}

/// Properties (MS-OXPROPS §2).
mod id {
    pub(super) const CLASS: u16 = 0x001a;
    pub(super) const SUBJECT: u16 = 0x0037;
    pub(super) const SENDER_NAME: u16 = 0x0c1a;
    pub(super) const SENDER_ADDRESS: u16 = 0x0c1f;
    pub(super) const BODY: u16 = 0x1000;
    pub(super) const RTF: u16 = 0x1009;
    pub(super) const HTML: u16 = 0x1013;
    pub(super) const SENDER_SMTP: u16 = 0x5d01;
    pub(super) const ATTACH_DATA: u16 = 0x3701;
    pub(super) const ATTACH_NAME: u16 = 0x3704;
    pub(super) const ATTACH_LONG_NAME: u16 = 0x3707;
    pub(super) const ATTACH_TYPE: u16 = 0x370e;
    pub(super) const ATTACH_CONTENT_ID: u16 = 0x3712;
    pub(super) const DISPLAY_NAME: u16 = 0x3001;
    pub(super) const INTERNET_PAGE: u16 = 0x3fde;
}

/// No text of a TNEF is longer.
const MAX_TEXT: usize = 16 << 20;

/// Reads a stream. `parts` is how many more may be made of it.
pub(super) fn read(bytes: &[u8], depth: usize, parts: &mut usize) -> Option<Contents> {
    let mut found = Contents::default();
    let mut code_page = 1252;
    let mut class = String::new();
    let mut files: Vec<Pieces<'_>> = Vec::new();
    for attribute in attributes(bytes)? {
        let data = attribute.data;
        match (attribute.level, attribute.id) {
            (1, attribute::CODE_PAGE) => code_page = Cursor::new(data).u32().filter(|p| *p > 0).unwrap_or(code_page),
            (1, attribute::SUBJECT) => found.subject = Some(string(data, code_page)),
            (1, attribute::BODY) => found.plain = Some(string(data, code_page)),
            (1, attribute::FROM) => found.from = found.from.or_else(|| triple(data, code_page)),
            (1, attribute::CLASS) => class = string(data, code_page),
            (1, attribute::PROPERTIES) => found.take_message(&Properties::read(data, code_page), &class),
            (2, attribute::ATTACH_RENDERING) => {
                if files.len() >= *parts {
                    found.is_cut = true;
                    break;
                }
                files.push(Pieces::default());
            }
            (2, id) => {
                if files.is_empty() && *parts > 0 {
                    files.push(Pieces::default());
                }
                if let Some(file) = files.last_mut() {
                    file.take(id, data, code_page);
                }
            }
            _ => {}
        }
    }
    *parts = parts.saturating_sub(files.len() + 3);
    for pieces in files {
        found.files.extend(pieces.file(depth, parts));
    }
    let is_empty = found.item.is_none() && found.plain.is_none() && found.html.is_none() && found.files.is_empty();
    (!is_empty).then_some(found)
}

impl Contents {
    fn take_message(&mut self, properties: &Properties<'_>, class: &str) {
        let page = properties.number(id::INTERNET_PAGE).unwrap_or(properties.code_page);
        self.subject = properties.text(id::SUBJECT).or_else(|| self.subject.take());
        let address = properties.text(id::SENDER_SMTP).or_else(|| properties.text(id::SENDER_ADDRESS));
        if let Some(address) = address.filter(|address| address.contains('@')) {
            self.from = Some((properties.text(id::SENDER_NAME).unwrap_or_default(), address));
        }
        self.plain = properties.text(id::BODY).or_else(|| self.plain.take());
        self.html = properties.text(id::HTML).or_else(|| {
            let bytes = properties.binary(id::HTML).filter(|bytes| !bytes.trim_ascii().is_empty())?;
            let bytes = bytes.get(..bytes.len().min(MAX_TEXT)).unwrap_or_default();
            let label = html_label(bytes).unwrap_or_else(|| label_of_code_page(page));
            Some(decode_bytes(bytes, Some(&label)))
        });
        if self.html.is_none()
            && let Some(content) = properties.binary(id::RTF).and_then(rtf::decompress).as_deref().and_then(rtf::read)
        {
            match content {
                rtf::Content::Html(html) => self.html = Some(html),
                rtf::Content::Text(text) => self.plain = self.plain.take().or(Some(text)),
            }
        }
        let class = properties.text(id::CLASS).unwrap_or_else(|| class.to_owned());
        self.item = items::read(&class, properties, self.from.as_ref());
        self.plain = self.plain.take().filter(|text| !text.trim().is_empty());
        self.html = self.html.take().filter(|html| !html.trim().is_empty());
    }
}

/// What is known of an attachment while its attributes are read.
#[derive(Default)]
struct Pieces<'a> {
    title: Option<String>,
    data: Option<&'a [u8]>,
    properties: Option<Properties<'a>>,
}

impl<'a> Pieces<'a> {
    fn take(&mut self, id: u16, data: &'a [u8], code_page: u32) {
        match id {
            attribute::ATTACH_DATA => self.data = Some(data),
            attribute::ATTACH_TITLE => self.title = Some(string(data, code_page)),
            attribute::ATTACH_TRANSPORT_NAME if self.title.is_none() => self.title = Some(string(data, code_page)),
            attribute::ATTACH_PROPERTIES => self.properties = Some(Properties::read(data, code_page)),
            _ => {}
        }
    }

    fn file(self, depth: usize, parts: &mut usize) -> Option<File> {
        let text = |id| self.properties.as_ref().and_then(|properties| properties.text(id));
        let name = text(id::ATTACH_LONG_NAME).or_else(|| text(id::ATTACH_NAME)).or(self.title.clone());
        let name = name.or_else(|| text(id::DISPLAY_NAME)).and_then(|name| file_name(&name));
        let data = self.properties.as_ref().and_then(|properties| properties.binary(id::ATTACH_DATA)).or(self.data);
        let data = data.unwrap_or_default();
        let message = if depth > 0 && *parts > 0 { read(data, depth - 1, parts) } else { None };
        let content = match message {
            Some(message) => FileContent::Message(Box::new(message)),
            None if data.is_empty() && name.is_none() => return None,
            None => FileContent::Bytes(data.to_vec()),
        };
        Some(File {
            name,
            media_type: text(id::ATTACH_TYPE).map(|kind| kind.trim().to_ascii_lowercase()),
            content_id: text(id::ATTACH_CONTENT_ID).map(|id| id.trim_matches(['<', '>', ' ']).to_owned()),
            content,
        })
    }
}

/// `attFrom`: sizes, then a name and an address with its kind before a colon (MS-OXTNEF §2.1.3.3.1).
fn triple(data: &[u8], code_page: u32) -> Option<(String, String)> {
    let mut cursor = Cursor::new(data);
    cursor.take(4)?;
    let (name, address) = (usize::from(cursor.u16()?), usize::from(cursor.u16()?));
    let (name, address) = (string(cursor.take(name)?, code_page), string(cursor.take(address)?, code_page));
    let address = address.split_once(':').map_or(address.as_str(), |(_, rest)| rest).to_owned();
    address.contains('@').then_some((name, address))
}
