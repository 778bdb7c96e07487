//! As much of MIME as it takes to hand a part to another program.

use base64::Engine as _;

/// The header block and the body.
pub(crate) fn split(entity: &[u8]) -> (&[u8], &[u8]) {
    let end = entity.windows(4).position(|window| window == b"\r\n\r\n").expect("a blank line");
    (&entity[..end + 2], &entity[end + 4..])
}

/// The unfolded value of a header field.
pub(crate) fn field(entity: &[u8], name: &str) -> Option<String> {
    let (header, _) = split(entity);
    let text = String::from_utf8_lossy(header).replace("\r\n\t", " ").replace("\r\n ", " ");
    let start = format!("{}:", name.to_lowercase());
    text.lines().find(|line| line.to_lowercase().starts_with(&start)).map(|line| line[start.len()..].trim().to_owned())
}

/// The parts of a multipart, byte by byte.
pub(crate) fn parts(entity: &[u8]) -> Vec<Vec<u8>> {
    let kind = field(entity, "Content-Type").expect("a type");
    let after = kind.split("boundary=").nth(1).expect("a boundary");
    let boundary = match after.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default(),
        None => after.split(';').next().unwrap_or_default().trim(),
    };
    let body = [b"\r\n", split(entity).1].concat();
    let mark = format!("\r\n--{boundary}").into_bytes();
    let mut starts: Vec<usize> =
        (0..body.len().saturating_sub(mark.len() - 1)).filter(|at| body[*at..].starts_with(&mark)).collect();
    let last = starts.pop().expect("an end");
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([last]).collect();
    starts.iter().zip(ends).map(|(start, end)| body[start + mark.len() + 2..end].to_vec()).collect()
}

/// The body, without base64 if it is in it.
pub(crate) fn content(entity: &[u8]) -> Vec<u8> {
    let (_, body) = split(entity);
    if field(entity, "Content-Transfer-Encoding").is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64")) {
        let text: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        return base64::engine::general_purpose::STANDARD.decode(text).expect("base64");
    }
    body.to_vec()
}

/// A part with a body in base64.
pub(crate) fn encoded(kind: &str, bytes: &[u8]) -> Vec<u8> {
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    let mut part = format!("Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    for line in text.as_bytes().chunks(76) {
        part.push_str(&String::from_utf8_lossy(line));
        part.push_str("\r\n");
    }
    part.into_bytes()
}

/// A whole message from bob to alice around an entity.
pub(crate) fn mail(from: &str, entity: &[u8]) -> Vec<u8> {
    let head = format!(
        "From: {from}\r\nTo: alice@example.test\r\nSubject: Tuesday\r\nDate: Sun, 1 Nov 2026 09:00:00 +0900\r\nMIME-Version: 1.0\r\n"
    );
    [head.as_bytes(), entity].concat()
}

/// multipart/signed around what was signed.
pub(crate) fn signed(entity: &[u8], protocol: &str, signature: &[u8]) -> Vec<u8> {
    let head = format!(
        "Content-Type: multipart/signed; protocol=\"{protocol}\"; micalg=\"sha-256\"; boundary=\"cut\"\r\n\r\n--cut\r\n"
    );
    let signature = encoded(protocol, signature);
    [head.as_bytes(), entity, b"\r\n--cut\r\n", &signature, b"\r\n--cut--\r\n"].concat()
}

/// multipart/encrypted around an armored message.
pub(crate) fn encrypted(armored: &[u8]) -> Vec<u8> {
    let head = "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"cut\"\r\n\r\n--cut\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--cut\r\nContent-Type: application/octet-stream\r\n\r\n";
    [head.as_bytes(), armored, b"\r\n--cut--\r\n"].concat()
}

/// application/pkcs7-mime around CMS.
pub(crate) fn pkcs7(kind: &str, der: &[u8]) -> Vec<u8> {
    encoded(&format!("application/pkcs7-mime; smime-type={kind}; name=smime.p7m"), der)
}
