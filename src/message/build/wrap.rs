use super::encode::{base64, parameter};

/// `multipart/signed` of RFC 3156 §5: the entity exactly as it was signed, and the signature.
/// `micalg` such as `pgp-sha512`.
pub fn multipart_signed_pgp(entity: &[u8], armored_signature: &[u8], micalg: &str) -> Vec<u8> {
    let mut signature = b"Content-Type: application/pgp-signature; name=\"signature.asc\"\r\n\
        Content-Description: OpenPGP digital signature\r\n\
        Content-Disposition: attachment; filename=\"signature.asc\"\r\n\r\n"
        .to_vec();
    signature.extend(canonical(armored_signature));
    signed("application/pgp-signature", entity, &signature, micalg)
}

/// `multipart/signed` of RFC 8551 §3.5.3: the entity exactly as it was signed, and a detached CMS
/// signature. `micalg` such as `sha-256`.
pub fn multipart_signed_smime(entity: &[u8], signature: &[u8], micalg: &str) -> Vec<u8> {
    let part = format!(
        "Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n{}",
        base64(signature)
    );
    signed("application/pkcs7-signature", entity, part.as_bytes(), micalg)
}

/// `multipart/encrypted` of RFC 3156 §4 around an armored OpenPGP message.
pub fn multipart_encrypted(armored: &[u8]) -> Vec<u8> {
    let version = b"Content-Type: application/pgp-encrypted\r\n\
        Content-Description: PGP/MIME version identification\r\n\r\nVersion: 1\r\n"
        .as_slice();
    let mut content = b"Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n\
        Content-Description: OpenPGP encrypted message\r\n\
        Content-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n"
        .to_vec();
    content.extend(canonical(armored));
    let parts = [version, content.as_slice()];
    let boundary = boundary_for(&parts);
    let head = format!(
        "Content-Type: multipart/encrypted;\r\n\tprotocol=\"application/pgp-encrypted\";\r\n\tboundary=\"{boundary}\"\r\n\r\n"
    );
    multipart(&head, &boundary, &parts)
}

/// `application/pkcs7-mime` (RFC 8551 §3.2) around a DER object. `smime_type` such as
/// `enveloped-data`, `authEnveloped-data` or `signed-data`; `file_name` such as `smime.p7m`.
pub fn pkcs7_mime(der: &[u8], smime_type: &str, file_name: &str) -> Vec<u8> {
    format!(
        "Content-Type: application/pkcs7-mime{}{}\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment{}\r\n\r\n{}",
        parameter("smime-type", smime_type),
        parameter("name", file_name),
        parameter("filename", file_name),
        base64(der)
    )
    .into_bytes()
}

fn signed(protocol: &str, entity: &[u8], signature: &[u8], micalg: &str) -> Vec<u8> {
    let parts = [entity, signature];
    let boundary = boundary_for(&parts);
    let head = format!(
        "Content-Type: multipart/signed;\r\n\tprotocol=\"{protocol}\"{};\r\n\tboundary=\"{boundary}\"\r\n\r\n",
        parameter("micalg", micalg)
    );
    multipart(&head, &boundary, &parts)
}

/// Parts between delimiters; each ends where its own bytes end, the line break after it is the
/// delimiter's (RFC 2046 §5.1.1).
pub(super) fn multipart(head: &str, boundary: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = head.as_bytes().to_vec();
    for (at, part) in parts.iter().enumerate() {
        let before = if at == 0 { "" } else { "\r\n" };
        bytes.extend_from_slice(format!("{before}--{boundary}\r\n").as_bytes());
        bytes.extend_from_slice(part);
    }
    bytes.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    bytes
}

/// A boundary that none of the parts contains, the same for the same parts: it is a hash of them,
/// which nobody can foresee who does not know them all.
pub(super) fn boundary_for(parts: &[&[u8]]) -> String {
    let mut attempt = 0_u32;
    loop {
        let mut hasher = openssl::sha::Sha256::new();
        hasher.update(&attempt.to_be_bytes());
        for part in parts {
            hasher.update(&part.len().to_be_bytes());
            hasher.update(part);
        }
        let digest = hasher.finish();
        let boundary: String =
            digest.iter().take(12).fold(String::from("=_"), |text, byte| format!("{text}{byte:02x}"));
        let is_in = |part: &&[u8]| part.windows(boundary.len()).any(|window| window == boundary.as_bytes());
        if !parts.iter().any(is_in) {
            return boundary;
        }
        attempt += 1;
    }
}

/// Lines ended by CRLF, the last too.
fn canonical(text: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(text.len() + text.len() / 32);
    for line in text.split(|b| *b == b'\n') {
        lines.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        lines.extend_from_slice(b"\r\n");
    }
    if text.ends_with(b"\n") {
        lines.truncate(lines.len() - 2);
    }
    lines
}
