//! Unobtrusive signatures (draft-ietf-mailmaint-unobtrusive-signatures): the signature stands in `Sig` fields at the
//! top of the header of the only part of a multipart/mixed, where programs that know nothing of it show nothing.

use std::borrow::Cow;

use crate::crypto::{SignatureCheck, SignatureOutcome, pgp, smime};
use crate::message::{Encoding, ParsedMessage, Part};

use super::Circumstances;

/// Signatures in one part that are looked at; each may cost three times what it costs elsewhere.
const MAX_SIGNATURES: usize = 4;

/// Whether the header of a part begins with such a signature.
pub(super) fn is_signed(message: &ParsedMessage, part: &Part) -> bool {
    let header = message.raw.get(part.header.clone()).unwrap_or_default();
    header.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"Sig:"))
}

/// The signatures over a part. One that does not hold is none (§ on verification: a list or a server on the way has
/// changed the text, and what was meant not to be in the way must not look broken): then nothing is left.
pub(super) fn checks(message: &ParsedMessage, part: &Part, circumstances: &Circumstances) -> Vec<SignatureCheck> {
    let whole = message.raw.get(part.whole.clone()).unwrap_or_default();
    let (fields, covered) = leading(whole);
    // Where CR alone ends a line, what is read as a field here may be the content.
    let has_odd_end = |field: &Vec<u8>| {
        let ends = field.iter().zip(field.iter().skip(1).chain([&b'\n']));
        ends.into_iter().any(|(byte, next)| *byte == b'\r' && *next != b'\n')
    };
    if fields.iter().any(has_odd_end) || !covered.contains(&b'\n') {
        return Vec::new();
    }
    let mut found: Vec<SignatureCheck> =
        fields.iter().take(MAX_SIGNATURES).flat_map(|field| verify(field, covered, circumstances)).collect();
    found.retain(|check| !matches!(check.outcome, SignatureOutcome::BadSignature | SignatureOutcome::Malformed));
    found
}

/// The values of the `Sig` fields at the top of an entity, unfolded, and the rest, which they are over.
fn leading(entity: &[u8]) -> (Vec<Vec<u8>>, &[u8]) {
    let mut fields: Vec<Vec<u8>> = Vec::new();
    let mut at = 0;
    for line in entity.split_inclusive(|byte| *byte == b'\n') {
        let is_folded = line.starts_with(b" ") || line.starts_with(b"\t");
        match (is_folded, fields.last_mut()) {
            (true, Some(field)) => field.extend_from_slice(line),
            _ if line.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"Sig:")) => {
                fields.push(line.get(4..).unwrap_or_default().to_vec());
            }
            _ => break,
        }
        at += line.len();
    }
    (fields, entity.get(at..).unwrap_or_default())
}

/// One field: `t=p` holds an OpenPGP signature, `t=c` one of CMS, in base64 after `b=`. Of a kind that is not known
/// there is nothing to say.
fn verify(field: &[u8], covered: &[u8], circumstances: &Circumstances) -> Vec<SignatureCheck> {
    let value = |name: &str| {
        field.split(|byte| *byte == b';').find_map(|parameter| {
            let at = parameter.iter().position(|byte| *byte == b'=')?;
            let (key, value) = parameter.split_at_checked(at)?;
            key.trim_ascii().eq_ignore_ascii_case(name.as_bytes()).then(|| value.get(1..).unwrap_or_default())
        })
    };
    let (Some(kind), Some(signature)) = (value("t"), value("b")) else { return Vec::new() };
    let packed: Vec<u8> = signature.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let object = Encoding::Base64.decode(&packed);
    let at = circumstances.policy.at;
    let keyring = circumstances.keyring;
    let check = |content: &[u8]| match kind.trim_ascii() {
        b"p" | b"P" => pgp::detached(content, &object, &keyring.pgp, at),
        b"c" | b"C" => smime::detached(content, &object, &keyring.smime, at),
        _ => Vec::new(),
    };
    let mut best = Vec::new();
    for content in forms(covered) {
        let found = check(&content);
        let fits = !found.iter().any(|check| check.outcome == SignatureOutcome::BadSignature);
        if best.is_empty() || fits {
            best = found;
        }
        if fits {
            break;
        }
    }
    best
}

/// What may have been signed: without empty lines at the end, its last line ended; or as multipart/signed would have
/// it. They differ in nothing that anybody sees.
fn forms(covered: &[u8]) -> [Cow<'_, [u8]>; 3] {
    let end = covered.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    let trimmed = covered.get(..end).unwrap_or_default();
    [[trimmed, b"\r\n"].concat().into(), Cow::Borrowed(covered), [covered, b"\r\n"].concat().into()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_fields_at_the_top_are_signatures_and_the_rest_is_what_they_cover() {
        let entity = b"Sig: t=p; b=QUJD\r\n REVG\r\nsig: t=c; b=R0hJ\r\nFrom: a@b.c\r\nSig: t=p; b=x\r\n\r\nbody\r\n";
        let (fields, rest) = leading(entity);
        assert_eq!(fields, [b" t=p; b=QUJD\r\n REVG\r\n".to_vec(), b" t=c; b=R0hJ\r\n".to_vec()]);
        assert!(rest.starts_with(b"From: a@b.c\r\nSig: "));
        assert_eq!(leading(b" folded\r\nSig: t=p\r\n").0.len(), 0);
        assert_eq!(leading(b"").0.len(), 0);
    }

    #[test]
    fn lines_that_nobody_sees_make_no_difference() {
        let [first, ..] = forms(b"a\r\n\r\nb\r\n\r\n\r\n");
        assert_eq!(*first, *b"a\r\n\r\nb\r\n");
    }
}
