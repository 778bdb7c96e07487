//! Reading and writing ASN.1 with the encoded bytes at hand (X.690). CMS has to be read as BER
//! (RFC 5652 §5, §6: indefinite lengths and constructed strings), while signatures are over exact
//! bytes; so values are slices into the object and nothing is decoded and encoded again.

use std::borrow::Cow;

use der::asn1::ObjectIdentifier;

/// Nesting that real objects never reach.
const DEPTH: usize = 48;

pub const INTEGER: u8 = 0x02;
pub const BIT_STRING: u8 = 0x03;
pub const OCTET_STRING: u8 = 0x04;
pub const NULL: u8 = 0x05;
pub const OID: u8 = 0x06;
pub const UTC_TIME: u8 = 0x17;
pub const GENERALIZED_TIME: u8 = 0x18;
pub const SEQUENCE: u8 = 0x30;
pub const SET: u8 = 0x31;

/// A structure is not what it should be; the word says where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken(pub &'static str);

/// One element: its identifier octet, its contents, and both with the length.
#[derive(Clone, Copy, Debug)]
pub struct Tlv<'a> {
    /// The identifier octet; tag numbers above 30 don't occur in CMS.
    pub tag: u8,
    /// The contents octets.
    pub value: &'a [u8],
    /// The whole element.
    pub whole: &'a [u8],
}

/// Reads elements of definite length one after the other.
#[derive(Clone, Debug)]
pub struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    /// At the first of some elements.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Into the contents of a single element with this tag, which begins the bytes.
    pub fn inside(bytes: &'a [u8], tag: u8) -> Result<Self, Broken> {
        Ok(Self(Self(bytes).need(tag)?.value))
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next identifier octet.
    pub fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The next element.
    pub fn any(&mut self) -> Result<Tlv<'a>, Broken> {
        let head = Head::read(self.0).ok_or(Broken("length"))?;
        let length = head.length.ok_or(Broken("indefinite"))?;
        let end = head.size.checked_add(length).ok_or(Broken("length"))?;
        let (whole, rest) = self.0.split_at_checked(end).ok_or(Broken("truncated"))?;
        let value = whole.get(head.size..).ok_or(Broken("truncated"))?;
        self.0 = rest;
        Ok(Tlv { tag: head.tag, value, whole })
    }

    /// The next element, which has to have this tag.
    pub fn need(&mut self, tag: u8) -> Result<Tlv<'a>, Broken> {
        if self.peek() == Some(tag) { self.any() } else { Err(Broken("tag")) }
    }

    /// The next element if it has this tag.
    pub fn maybe(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, Broken> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// The contents of the next element, which has to have this tag.
    pub fn enter(&mut self, tag: u8) -> Result<Self, Broken> {
        self.need(tag).map(|tlv| Self(tlv.value))
    }

    /// The next element as an object identifier.
    pub fn oid(&mut self) -> Result<ObjectIdentifier, Broken> {
        ObjectIdentifier::from_bytes(self.need(OID)?.value).map_err(|_| Broken("oid"))
    }

    /// The next element as a small number that is not negative.
    pub fn small(&mut self) -> Result<u32, Broken> {
        let value = self.need(INTEGER)?.value;
        let digits = value.strip_prefix(&[0]).unwrap_or(value);
        let negative = value.first().is_some_and(|byte| byte & 0x80 != 0);
        if value.is_empty() || negative || digits.len() > 4 {
            return Err(Broken("integer"));
        }
        Ok(digits.iter().fold(0, |sum, &byte| sum << 8 | u32::from(byte)))
    }

    /// The next element as an OCTET STRING, whole or in pieces, behind the given primitive tag.
    pub fn octets(&mut self, primitive: u8) -> Result<Cow<'a, [u8]>, Broken> {
        let tlv = self.any()?;
        if tlv.tag == primitive {
            return Ok(Cow::Borrowed(tlv.value));
        }
        if tlv.tag != primitive | 0x20 {
            return Err(Broken("octets"));
        }
        let mut joined = Vec::with_capacity(tlv.value.len());
        join(tlv.value, &mut joined, 8)?;
        Ok(Cow::Owned(joined))
    }
}

impl<'a> Iterator for Cursor<'a> {
    type Item = Result<Tlv<'a>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_empty() {
            return None;
        }
        let item = self.any();
        if item.is_err() {
            self.0 = &[];
        }
        Some(item)
    }
}

/// The pieces of a constructed OCTET STRING (X.690 §8.7.3).
fn join(pieces: &[u8], into: &mut Vec<u8>, depth: usize) -> Result<(), Broken> {
    for piece in Cursor::new(pieces) {
        let piece = piece?;
        match piece.tag {
            OCTET_STRING => into.extend_from_slice(piece.value),
            0x24 if depth > 0 => join(piece.value, into, depth - 1)?,
            _ => return Err(Broken("octets")),
        }
    }
    Ok(())
}

/// Identifier and length octets.
struct Head {
    tag: u8,
    size: usize,
    /// `None` for the indefinite form.
    length: Option<usize>,
}

impl Head {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (&tag, &first) = (bytes.first()?, bytes.get(1)?);
        if tag & 0x1f == 0x1f {
            return None;
        }
        match first {
            0x80 => (tag & 0x20 != 0).then_some(Self { tag, size: 2, length: None }),
            0..0x80 => Some(Self { tag, size: 2, length: Some(usize::from(first)) }),
            _ => {
                let count = usize::from(first & 0x7f);
                let digits = bytes.get(2..2 + count)?;
                let significant = digits.iter().skip_while(|&&byte| byte == 0);
                if significant.clone().count() > 4 {
                    return None;
                }
                let length = significant.fold(0usize, |sum, &byte| sum << 8 | usize::from(byte));
                Some(Self { tag, size: 2 + count, length: Some(length) })
            }
        }
    }
}

/// The first element of the bytes with every length in the definite form. Elements that hold no
/// indefinite length are left exactly as they are, so that what was signed stays what is hashed.
/// What follows the element is ignored. Time and memory are linear in the input.
pub fn definite(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Broken> {
    let mut plan = Vec::new();
    let (end, length, changed) = measure(bytes, 0, bytes.len(), DEPTH, &mut plan)?;
    if !changed {
        return bytes.get(..end).map(Cow::Borrowed).ok_or(Broken("truncated"));
    }
    let mut out = Vec::with_capacity(length);
    let mut steps = plan.into_iter();
    rewrite(bytes, 0, &mut steps, &mut out)?;
    Ok(Cow::Owned(out))
}

/// What `measure` found out about one constructed element: where it ends, the length of its new
/// contents, and whether anything in it changes. In the order in which they begin.
type Step = (usize, usize, bool);

fn measure(
    bytes: &[u8],
    at: usize,
    limit: usize,
    depth: usize,
    plan: &mut Vec<Step>,
) -> Result<(usize, usize, bool), Broken> {
    let head = bytes.get(at..limit).and_then(Head::read).ok_or(Broken("length"))?;
    let start = at + head.size;
    if head.tag & 0x20 == 0 {
        let end = head.length.and_then(|n| start.checked_add(n)).ok_or(Broken("length"))?;
        return if end <= limit { Ok((end, end - at, false)) } else { Err(Broken("truncated")) };
    }
    let depth = depth.checked_sub(1).ok_or(Broken("too_deep"))?;
    let index = plan.len();
    plan.push((0, 0, false));
    let (mut position, mut contents, mut changed) = (start, 0usize, head.length.is_none());
    let end = match head.length {
        Some(n) => start.checked_add(n).filter(|&end| end <= limit).ok_or(Broken("truncated"))?,
        None => limit,
    };
    loop {
        if head.length.is_none() && bytes.get(position..position + 2) == Some(&[0, 0]) {
            position += 2;
            break;
        }
        if position >= end {
            if head.length.is_none() {
                return Err(Broken("truncated"));
            }
            break;
        }
        let (next, size, differs) = measure(bytes, position, end, depth, plan)?;
        position = next;
        contents = contents.checked_add(size).ok_or(Broken("length"))?;
        changed |= differs;
    }
    if let Some(step) = plan.get_mut(index) {
        *step = (position, contents, changed);
    }
    if !changed {
        plan.truncate(index + 1);
        return Ok((position, position - at, false));
    }
    Ok((position, 1 + length_size(contents) + contents, true))
}

fn rewrite(
    bytes: &[u8],
    at: usize,
    steps: &mut impl Iterator<Item = Step>,
    out: &mut Vec<u8>,
) -> Result<usize, Broken> {
    let head = bytes.get(at..).and_then(Head::read).ok_or(Broken("length"))?;
    let start = at + head.size;
    let mut verbatim = |end: usize| {
        out.extend_from_slice(bytes.get(at..end).ok_or(Broken("truncated"))?);
        Ok(end)
    };
    if head.tag & 0x20 == 0 {
        return verbatim(start + head.length.ok_or(Broken("length"))?);
    }
    let (end, contents, changed) = steps.next().ok_or(Broken("length"))?;
    if !changed {
        return verbatim(end);
    }
    out.push(head.tag);
    push_length(out, contents);
    let last = if head.length.is_none() { end.saturating_sub(2) } else { end };
    let mut position = start;
    while position < last {
        position = rewrite(bytes, position, steps, out)?;
    }
    Ok(end)
}

fn length_size(length: usize) -> usize {
    if length < 0x80 { 1 } else { 1 + length.to_be_bytes().iter().skip_while(|&&b| b == 0).count() }
}

fn push_length(out: &mut Vec<u8>, length: usize) {
    if length < 0x80 {
        out.push(length as u8);
        return;
    }
    out.push(0x7f + length_size(length) as u8);
    out.extend(length.to_be_bytes().iter().skip_while(|&&byte| byte == 0));
}

/// An element in DER from its tag and the parts of its contents.
pub fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 6);
    out.push(tag);
    push_length(&mut out, length);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// A SEQUENCE in DER.
pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, parts)
}

/// A SET OF in DER: its elements in ascending order (X.690 §11.6).
pub fn set_of(tag: u8, mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    elements.sort();
    let parts: Vec<&[u8]> = elements.iter().map(Vec::as_slice).collect();
    element(tag, &parts)
}

/// An object identifier in DER.
pub fn oid(oid: ObjectIdentifier) -> Vec<u8> {
    element(OID, &[oid.as_bytes()])
}

/// A small INTEGER in DER.
pub fn integer(value: u8) -> Vec<u8> {
    if value & 0x80 == 0 { element(INTEGER, &[&[value]]) } else { element(INTEGER, &[&[0, value]]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indefinite_lengths_become_definite_and_what_has_none_stays_byte_for_byte() {
        // SEQUENCE (indefinite) { OCTET STRING (constructed, indefinite) { 04 01 aa, 04 02 bb cc }, 30 81 03 02 01 05 }
        let ber = hex::decode("30802480 0401aa 0402bbcc 0000 308103020105 0000 ffff".replace(' ', "")).unwrap();
        let der = definite(&ber).unwrap();
        assert_eq!(hex::encode(&der), "300f 2407 0401aa 0402bbcc 308103020105".replace(' ', ""));
        let mut inside = Cursor::inside(&der, SEQUENCE).unwrap();
        assert_eq!(&*inside.octets(OCTET_STRING).unwrap(), &[0xaa, 0xbb, 0xcc]);
        assert!(matches!(definite(&der).unwrap(), Cow::Borrowed(_)));
    }

    #[test]
    fn truncated_and_too_deep_objects_are_refused() {
        assert!(definite(&[0x30, 0x80, 0x04, 0x01]).is_err());
        assert!(definite(&[0x30, 0x80]).is_err());
        assert!(definite(&[0x04, 0x80, 0, 0]).is_err());
        assert!(definite(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]).is_err());
        assert_eq!(definite(&[0x30, 0x80].repeat(100_000)), Err(Broken("too_deep")));
    }

    #[test]
    fn lengths_are_written_minimally() {
        assert_eq!(element(4, &[&[0; 0x7f]]).get(..2), Some(&[4u8, 0x7f][..]));
        assert_eq!(element(4, &[&[0; 0x80]]).get(..3), Some(&[4u8, 0x81, 0x80][..]));
        assert_eq!(element(4, &[&[0; 0x1234]]).get(..4), Some(&[4u8, 0x82, 0x12, 0x34][..]));
    }
}
