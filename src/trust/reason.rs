//! Every code that says why a certificate is not believed to be somebody's.

/// All of them, in alphabetical order.
pub const ALL: &[&str] = &[
    "address_missing",
    "critical_extension",
    "expired",
    "malformed",
    "name_chaining",
    "name_constraints",
    "no_path",
    "not_an_authority",
    "not_bound",
    "not_enough",
    "not_for_email",
    "not_yet_valid",
    "other_address",
    "path_length",
    "policy",
    "revocation_unknown",
    "revoked",
    "signature",
    "too_complex",
    "weak_algorithm",
    "wrong_key_usage",
];
