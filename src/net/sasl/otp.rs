//! One-time passwords (RFC 2289) as an answer to a challenge (RFC 2444 §4): `otp-md5 487 dog2`.

use openssl::hash::{MessageDigest, hash};
use zeroize::Zeroizing;

use crate::domain::Secret;
use crate::net::NetError;

/// Longest count that is worked out: a server that asks for more is after time.
const MOST: u32 = 100_000;

/// The answer in hexadecimal (RFC 2444 §4.3: `hex:`).
pub(super) fn answer(challenge: &[u8], pass_phrase: &Secret<String>) -> Result<Zeroizing<Vec<u8>>, NetError> {
    let text = std::str::from_utf8(challenge).unwrap_or_default();
    let odd = || NetError::protocol(text);
    let mut words = text.split_whitespace();
    let algorithm = words.next().and_then(|word| word.strip_prefix("otp-")).ok_or_else(odd)?;
    let count: u32 = words.next().and_then(|word| word.parse().ok()).filter(|count| *count <= MOST).ok_or_else(odd)?;
    // RFC 2289 §6.0: the seed is of letters and digits, and is made lower case.
    let seed = words.next().map(str::to_ascii_lowercase).ok_or_else(odd)?;
    if seed.len() > 16 || !seed.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(odd());
    }
    let fold = match algorithm {
        "md5" => md5,
        "sha1" => sha1,
        _ => return Err(odd()),
    };
    let first = Zeroizing::new(format!("{seed}{}", pass_phrase.declassify()).into_bytes());
    let mut word = fold(&first)?;
    for _ in 0..count {
        word = fold(&word)?;
    }
    Ok(Zeroizing::new(format!("hex:{}", hex::encode(word)).into_bytes()))
}

/// RFC 2289 appendix A, MD5: the halves of the digest, one over the other.
fn md5(input: &[u8]) -> Result<[u8; 8], NetError> {
    let digest = digest(MessageDigest::md5(), input)?;
    let mut word = [0; 8];
    for (at, byte) in digest.iter().enumerate().take(16) {
        if let Some(place) = word.get_mut(at % 8) {
            *place ^= byte;
        }
    }
    Ok(word)
}

/// RFC 2289 appendix A, SHA1: five words of four bytes, the first, third and fifth over each other, the second and
/// fourth over each other, each written with its least significant byte first.
fn sha1(input: &[u8]) -> Result<[u8; 8], NetError> {
    let digest = digest(MessageDigest::sha1(), input)?;
    let words: Vec<u32> =
        digest.chunks_exact(4).map(|four| four.iter().fold(0, |n, b| n << 8 | u32::from(*b))).collect();
    let over = |odd: usize| words.iter().skip(odd).step_by(2).fold(0, |n, word| n ^ word);
    let pair = u64::from(over(0)) | u64::from(over(1)) << 32;
    Ok(pair.to_le_bytes())
}

fn digest(kind: MessageDigest, input: &[u8]) -> Result<Vec<u8>, NetError> {
    Ok(hash(kind, input).map_err(NetError::protocol)?.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2289 appendix C.
    #[test]
    fn the_vectors_of_the_standard() {
        let vectors = [
            ("otp-md5 0 TeSt", "This is a test.", "9E876134D90499DD"),
            ("otp-md5 1 TeSt", "This is a test.", "7965E05436F5029F"),
            ("otp-md5 99 TeSt ext", "This is a test.", "50FE1962C4965880"),
            ("otp-md5 99 alpha1", "AbCdEfGhIjK", "5AA37A81F212146C"),
            ("otp-md5 99 correct", "OTP's are good", "B203E28FA525BE47"),
            ("otp-sha1 0 TeSt", "This is a test.", "BB9E6AE1979D8FF4"),
            ("otp-sha1 1 TeSt", "This is a test.", "63D936639734385B"),
            ("otp-sha1 99 TeSt", "This is a test.", "87FEC7768B73CCF9"),
            ("otp-sha1 99 alpha1", "AbCdEfGhIjK", "27BC71035AAF3DC6"),
            ("otp-sha1 99 correct", "OTP's are good", "4F296A74FE1567EC"),
        ];
        for (challenge, pass_phrase, expected) in vectors {
            let answer = answer(challenge.as_bytes(), &Secret::from(pass_phrase)).unwrap();
            assert_eq!(String::from_utf8_lossy(&answer).to_uppercase(), format!("HEX:{expected}"), "{challenge}");
        }
    }

    #[test]
    fn odd_challenges_are_refused() {
        for odd in [
            "",
            "otp-md4 1 seed",
            "otp-md5 x seed",
            "otp-md5 4000000000 seed",
            "otp-md5 1",
            "md5 1 seed",
            "otp-md5 1 a,b",
        ] {
            assert!(answer(odd.as_bytes(), &Secret::from("x")).is_err(), "{odd}");
        }
    }
}
