use serde::{Deserialize, Serialize};

/// What a submission server says that it can do (the answer to EHLO inside TLS, RFC 5321 §4.1.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// SIZE (RFC 1870): the largest message in bytes; 0 when there is no fixed limit; `None` when it is not offered.
    pub size: Option<u64>,
    /// PIPELINING (RFC 2920).
    pub pipelining: bool,
    /// 8BITMIME (RFC 6152).
    pub eight_bit: bool,
    /// SMTPUTF8 (RFC 6531).
    pub utf8: bool,
    /// DSN (RFC 3461).
    pub dsn: bool,
    /// REQUIRETLS (RFC 8689).
    pub require_tls: bool,
}

impl Offer {
    /// Of the lines of the answer.
    pub(super) fn of<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut offer = Self::default();
        for line in lines {
            let mut words = line.split_whitespace();
            match words.next().unwrap_or_default().to_ascii_uppercase().as_str() {
                "SIZE" => offer.size = Some(words.next().and_then(|limit| limit.parse().ok()).unwrap_or(0)),
                "PIPELINING" => offer.pipelining = true,
                "8BITMIME" => offer.eight_bit = true,
                "SMTPUTF8" => offer.utf8 = true,
                "DSN" => offer.dsn = true,
                "REQUIRETLS" => offer.require_tls = true,
                _ => {}
            }
        }
        offer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_is_read_whatever_the_case_and_a_size_without_a_number_is_no_limit() {
        let offer = Offer::of(["mail.example.org", "pipelining", "Size 30000000", "DSN", "X-REQUIRETLS", "SMTPUTF8"]);
        let expected = Offer { size: Some(30_000_000), pipelining: true, dsn: true, utf8: true, ..Offer::default() };
        assert_eq!(offer, expected);
        assert_eq!(Offer::of(["x", "SIZE"]).size, Some(0));
        assert_eq!(Offer::of(["x", "8BITMIME", "REQUIRETLS"]).size, None);
    }
}
