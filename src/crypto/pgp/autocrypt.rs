//! The fields of Autocrypt Level 1: a certificate in the header of a message.

use base64::Engine as _;
use jiff::Timestamp;
use sequoia_autocrypt::AutocryptHeaders;
use sequoia_openpgp::Cert;

use crate::domain::EmailAddress;

use super::{found, guarded};

/// The longest value that is read or written; the specification advises to stay far below.
const MAX_READ: usize = 256 << 10;
/// A field that many servers refuse is worth less than none.
const MAX_WRITTEN: usize = 10 << 10;
/// Characters of base64 between two places where the field may be folded.
const PIECE: usize = 72;

/// What an `Autocrypt` or `Autocrypt-Gossip` field says.
#[derive(Clone, Debug)]
pub struct AutocryptField {
    /// Whose certificate it is, as the field says.
    pub address: EmailAddress,
    /// Its owner wants encrypted mail.
    pub prefers_encryption: bool,
    /// Without secret parts; nobody vouches for it.
    pub cert: Cert,
}

/// Reads the value of a field (§2.1); `None` when it is not one of Level 1.
pub fn autocrypt_field(value: &str) -> Option<AutocryptField> {
    if value.len() > MAX_READ {
        return None;
    }
    let value: String = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let read = guarded(|| AutocryptHeaders::from_bytes(format!("Autocrypt: {value}\r\n\r\n").as_bytes()))?;
    let header = read.ok()?.headers.into_iter().next()?;
    // One that is not known and does not begin with an underscore is critical: the field is not for us. The library
    // takes the underscore off and says so by `critical`.
    let is_known = |key: &str| matches!(key, "addr" | "prefer-encrypt" | "keydata");
    let is_for_others = header.attributes.iter().any(|one| !one.critical && !is_known(&one.key) && !one.key.is_empty());
    let mut addresses = header.attributes.iter().filter(|one| one.key == "addr" && !one.critical);
    let (address, further) = (EmailAddress::parse(&addresses.next()?.value)?, addresses.next());
    if is_for_others || further.is_some() {
        return None;
    }
    let cert = header.key.as_ref()?.clone().strip_secret_key_material();
    let prefers_encryption = header.get("prefer-encrypt").is_some_and(|one| one.value == "mutual");
    Some(AutocryptField { address, prefers_encryption, cert })
}

/// The value of a field for one's own certificate, with places to fold it; `None` when the certificate has no User ID
/// of the address, can't be used now, or is too large for a header.
pub fn autocrypt_value(own: &Cert, address: &EmailAddress, at: Timestamp, prefers_encryption: bool) -> Option<String> {
    let minimal = found::minimal(own, address, at)?;
    let data = base64::engine::general_purpose::STANDARD.encode(found::binary_public(&minimal));
    let pieces = data.as_bytes().chunks(PIECE).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
    let wish = if prefers_encryption { "prefer-encrypt=mutual; " } else { "" };
    let value = format!("addr={address}; {wish}keydata= {pieces}");
    (value.len() <= MAX_WRITTEN).then_some(value)
}
