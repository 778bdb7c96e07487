"""OpenPGP objects that the programs of today refuse to write, from a session key that they told us."""
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESOCB3


def _packet(tag, body):
    return bytes([0xC0 | tag, 0xFF]) + struct.pack(">I", len(body)) + body


def literal(text):
    return _packet(11, b"b\0" + b"\0\0\0\0" + text)


def first_packets(binary):
    """The packets that carry the session key: everything before the encrypted data."""
    at = 0
    while (binary[at] & 0x3F if binary[at] & 0x40 else binary[at] >> 2 & 0xF) in (1, 3):
        if binary[at] & 0x40:
            at += 2 + binary[at + 1] if binary[at + 1] < 192 else 3 + (binary[at + 1] - 192 << 8) + binary[at + 2] + 192
        else:
            size = 1 << (binary[at] & 3)
            at += 1 + size + int.from_bytes(binary[at + 1:at + 1 + size], "big")
    return binary[:at]


def without_integrity(binary, key, text):
    """Symmetrically Encrypted Data, tag 9 (RFC 9580 §5.7): CFB with the resynchronisation of OpenPGP, no MDC."""
    prefix = os.urandom(16)
    prefix += prefix[14:16]
    first = Cipher(algorithms.AES(key), modes.CFB(bytes(16))).encryptor()
    head = first.update(prefix)
    second = Cipher(algorithms.AES(key), modes.CFB(head[2:18])).encryptor()
    return first_packets(binary) + _packet(9, head + second.update(literal(text)))


def librepgp_ocb(binary, key, text):
    """OCB Encrypted Data, tag 20 of LibrePGP: AES-256, one chunk of up to 4 MiB."""
    nonce, data = os.urandom(15), literal(text)
    head = bytes([0xC0 | 20, 1, 9, 2, 16])

    def chunk(number, content, more=b""):
        counter = int.from_bytes(nonce[7:], "big") ^ number
        return AESOCB3(key).encrypt(nonce[:7] + counter.to_bytes(8, "big"), content, head + struct.pack(">Q", number) + more)
    return first_packets(binary) + _packet(20, head[1:] + nonce + chunk(0, data) + chunk(1, b"", struct.pack(">Q", len(data))))
