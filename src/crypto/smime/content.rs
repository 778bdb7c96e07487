use std::borrow::Cow;
use std::io::Read;

use base64::Engine;

use crate::crypto::DecryptFailure;

use super::algorithm::{
    AUTH_ENVELOPED_DATA, Algorithm, COMPRESSED_DATA, DATA, ENVELOPED_DATA, SIGNED_DATA, ZLIB_COMPRESS,
};
use super::asn1::{Broken, Cursor, OCTET_STRING, SEQUENCE, definite};
use super::signed::SignedData;

/// What a CMS object is (RFC 5652 §3), whatever its media type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CmsKind {
    /// Content with signatures, or signatures alone.
    SignedData,
    /// Certificates without content and without a signature (RFC 8551 §3.8).
    CertsOnly,
    /// Encrypted, without integrity protection of its own.
    EnvelopedData,
    /// Encrypted with authentication (RFC 5083).
    AuthEnvelopedData,
    /// Compressed (RFC 3274).
    CompressedData,
    /// Something else, or nothing that can be read.
    Other,
}

/// What a CMS object is.
pub fn kind(bytes: &[u8]) -> CmsKind {
    let Ok(object) = unwrap(bytes) else { return CmsKind::Other };
    let Ok((content_type, inside)) = content_info(&object) else { return CmsKind::Other };
    match content_type {
        SIGNED_DATA => match SignedData::read(inside) {
            Ok(signed) if signed.content.is_none() && signed.signers.is_empty() => CmsKind::CertsOnly,
            _ => CmsKind::SignedData,
        },
        ENVELOPED_DATA => CmsKind::EnvelopedData,
        AUTH_ENVELOPED_DATA => CmsKind::AuthEnvelopedData,
        COMPRESSED_DATA => CmsKind::CompressedData,
        _ => CmsKind::Other,
    }
}

/// The content of CompressedData (RFC 3274 §1.1), no more than `limit` octets of it. In mail it is a MIME entity
/// (RFC 8551 §3.6); what says that it is another object is not taken for one.
///
/// # Errors
/// [`DecryptFailure::TooLarge`] beyond the limit, [`DecryptFailure::Unsupported`] for another algorithm than zlib,
/// [`DecryptFailure::Malformed`] for what can't be read to its end.
pub fn decompress(bytes: &[u8], limit: usize) -> Result<Vec<u8>, DecryptFailure> {
    let object = unwrap(bytes).map_err(malformed)?;
    let (algorithm, compressed) = compressed_content(&object).map_err(malformed)?;
    if algorithm != ZLIB_COMPRESS {
        return Err(DecryptFailure::Unsupported(algorithm.to_string()));
    }
    let mut content = Vec::new();
    let mut reader = flate2::read::ZlibDecoder::new(&*compressed).take(limit as u64 + 1);
    reader.read_to_end(&mut content).map_err(|_| DecryptFailure::Malformed("zlib".to_owned()))?;
    if content.len() > limit { Err(DecryptFailure::TooLarge) } else { Ok(content) }
}

/// The algorithm, and what is to be inflated.
fn compressed_content(object: &[u8]) -> Result<(der::asn1::ObjectIdentifier, Cow<'_, [u8]>), Broken> {
    let (content_type, mut inside) = content_info(object)?;
    if content_type != COMPRESSED_DATA {
        return Err(Broken("content_type"));
    }
    inside.small()?;
    let algorithm = Algorithm::read(&mut inside)?.oid;
    let mut encapsulated = inside.enter(SEQUENCE)?;
    if encapsulated.oid()? != DATA {
        return Err(Broken("content_type"));
    }
    Ok((algorithm, encapsulated.enter(0xa0)?.octets(OCTET_STRING)?))
}

/// An object as DER in its lengths: without the armour of PEM (RFC 7468 §9, §12), if it has one.
pub fn unwrap(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Broken> {
    if bytes.first() != Some(&SEQUENCE)
        && let Some(block) = pem_blocks(bytes).into_iter().find(|block| matches!(&*block.label, "PKCS7" | "CMS"))
    {
        return Ok(Cow::Owned(definite(&block.der)?.into_owned()));
    }
    definite(bytes)
}

/// ContentInfo (RFC 5652 §3): the type, and the first element of the content opened.
pub fn content_info(object: &[u8]) -> Result<(der::asn1::ObjectIdentifier, Cursor<'_>), Broken> {
    let mut outer = Cursor::inside(object, SEQUENCE)?;
    let content_type = outer.oid()?;
    Ok((content_type, outer.enter(0xa0)?.enter(SEQUENCE)?))
}

/// One block of a PEM file (RFC 7468).
pub struct PemBlock {
    /// What is said to be in it, such as `CERTIFICATE`.
    pub label: String,
    /// It has RFC 1421 header fields: a key encrypted in the traditional way.
    pub has_headers: bool,
    /// What is in it, decoded.
    pub der: Vec<u8>,
    /// The block with its delimiters.
    pub text: Vec<u8>,
}

/// Every block of a PEM file; what is between them, and blocks that do not decode, are passed over.
/// A label is on one line and no content holds dashes (RFC 7468 §3), so that each byte is looked at once.
pub fn pem_blocks(bytes: &[u8]) -> Vec<PemBlock> {
    let text = String::from_utf8_lossy(bytes);
    let mut blocks = Vec::new();
    let mut rest = &*text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        rest = after;
        let Some((label, body)) = after.split_once("-----") else { break };
        if label.contains('\n') {
            continue;
        }
        let Some((body, tail)) = body.find("-----").and_then(|at| body.split_at_checked(at)) else { break };
        rest = tail;
        let end = format!("-----END {label}-----");
        let Some(after) = tail.strip_prefix(end.as_str()) else { continue };
        rest = after;
        let has_headers = body.contains("Proc-Type:");
        let base64: String = body.split_ascii_whitespace().collect();
        let decoded = base64::engine::general_purpose::STANDARD.decode(base64.as_bytes());
        if has_headers || decoded.is_ok() {
            let text = format!("-----BEGIN {label}-----{body}{end}\n").into_bytes();
            blocks.push(PemBlock { label: label.to_owned(), has_headers, der: decoded.unwrap_or_default(), text });
        }
    }
    blocks
}

/// The failure that a broken structure is.
pub fn malformed(broken: Broken) -> DecryptFailure {
    DecryptFailure::Malformed(broken.0.to_owned())
}

/// Text with every line break as CRLF (RFC 8551 §3.1.1); borrowed when it is so already.
pub fn canonical(content: &[u8]) -> Cow<'_, [u8]> {
    let bare = |(index, &byte): (usize, &u8)| {
        byte == b'\n' && index.checked_sub(1).and_then(|before| content.get(before)) != Some(&b'\r')
    };
    let count = content.iter().enumerate().filter(|&pair| bare(pair)).count();
    if count == 0 {
        return Cow::Borrowed(content);
    }
    let mut out = Vec::with_capacity(content.len() + count);
    for (index, byte) in content.iter().enumerate() {
        if bare((index, byte)) {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    Cow::Owned(out)
}

/// What is in a file that is DER, or PEM with blocks of one label.
pub fn pem_contents(bytes: &[u8], label: &str) -> Vec<Vec<u8>> {
    if bytes.first() == Some(&SEQUENCE) {
        return vec![bytes.to_vec()];
    }
    pem_blocks(bytes).into_iter().filter(|block| block.label == label).map(|block| block.der).collect()
}
