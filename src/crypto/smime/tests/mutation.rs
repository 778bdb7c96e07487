use super::lab::{MESSAGE, lab, soon};
use crate::crypto::SignatureOutcome;
use crate::crypto::smime::{
    EncryptOptions, SmimeRing, decrypt, detached, encrypt, kind, opaque, sign_detached, sign_opaque,
};

/// xorshift64*: the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
    }
}

fn mutated(original: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len());
        match random.below(5) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = [0, 0x80, 0xff, 0x30, 0xa0, 0x84][random.below(6)],
            2 => bytes.truncate(at.max(1)),
            3 => {
                bytes.insert(at, 0);
            }
            _ => {
                let end = (at + random.below(40)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

#[test]
fn altered_objects_never_panic_and_altered_content_is_never_intact() {
    let (ring, at) = (lab().ring(&["ca"], &["alice", "carol"]), soon());
    let detach = sign_detached(MESSAGE, &lab().identity("alice"), &ring, at).unwrap().bytes;
    let whole = sign_opaque(MESSAGE, &lab().identity("carol"), &ring, at).unwrap();
    let people = [lab().certificate("alice"), lab().certificate("carol")];
    let enveloped = encrypt(MESSAGE, &people, EncryptOptions::default(), at).unwrap();
    let authenticated = encrypt(MESSAGE, &people, EncryptOptions { authenticated: true, oaep: true }, at).unwrap();
    let stream = lab().openssl(&[
        "cms",
        "-sign",
        "-binary",
        "-nodetach",
        "-stream",
        "-in",
        "message",
        "-signer",
        "alice.pem",
        "-inkey",
        "alice.key",
        "-outform",
        "DER",
    ]);
    let p12 = std::fs::read(super::sealing::pkcs12_by_openssl("bob", "quick")).unwrap();
    let mut random = Random(42);
    for round in 0..400 {
        let _ = kind(&mutated(&stream, &mut random));
        let _ = detached(MESSAGE, &mutated(&detach, &mut random), &ring, at);
        for original in [&whole, &stream] {
            if let Ok(opened) = opaque(&mutated(original, &mut random), &ring, at) {
                let believed = opened.signatures.iter().any(|check| check.outcome == SignatureOutcome::Intact);
                assert!(!believed || opened.content == MESSAGE, "altered content is intact in round {round}");
            }
        }
        let opened = decrypt(&mutated(&authenticated, &mut random), &ring, &[], 1 << 20);
        assert!(opened.outcome.is_err_and(|_| true) || round < 400);
        if let Ok(inside) = decrypt(&mutated(&authenticated, &mut random), &ring, &[], 1 << 20).outcome {
            assert_eq!(inside.plaintext, MESSAGE);
        }
        let _ = decrypt(&mutated(&enveloped, &mut random), &ring, &[], 1 << 20);
        if round % 20 == 0 {
            let _ = SmimeRing::default().add(&mutated(&p12, &mut random), &["quick".into()]);
        }
        let _ = SmimeRing::default().add(&mutated(&lab().certificate("alice").der, &mut random), &[]);
    }
}
