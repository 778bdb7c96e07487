//! Certification paths (RFC 5280), by certval.
