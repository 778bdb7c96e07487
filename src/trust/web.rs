//! The web of trust: OpenPGP certifications, by sequoia-wot.
