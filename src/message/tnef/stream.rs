/// A cursor over little-endian bytes; nothing is read beyond their end.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    /// All that is left.
    pub(super) fn take_rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    pub(super) fn length(&mut self) -> Option<usize> {
        usize::try_from(self.u32()?).ok()
    }
}

/// One attribute of a TNEF stream (MS-OXTNEF §2.1.3).
pub(super) struct Attribute<'a> {
    /// `1` of the message, `2` of an attachment.
    pub(super) level: u8,
    /// Without the type in its upper half.
    pub(super) id: u16,
    pub(super) data: &'a [u8],
}

const SIGNATURE: u32 = 0x223e_9f78;

/// The attributes of a stream, up to where it breaks off; `None` when it is no TNEF. Of the last
/// one, what there is of it. The checksums are not asked for.
pub(super) fn attributes(bytes: &[u8]) -> Option<impl Iterator<Item = Attribute<'_>>> {
    let mut cursor = Cursor::new(bytes);
    if cursor.u32()? != SIGNATURE {
        return None;
    }
    // A key that says nothing to anybody but its writer.
    cursor.u16()?;
    Some(std::iter::from_fn(move || {
        let level = cursor.u8().filter(|level| matches!(level, 1 | 2))?;
        let id = cursor.u16()?;
        cursor.u16()?;
        let length = cursor.length()?;
        let data = match cursor.take(length) {
            Some(data) => data,
            None => cursor.take_rest(),
        };
        cursor.take(2);
        Some(Attribute { level, id, data })
    }))
}
