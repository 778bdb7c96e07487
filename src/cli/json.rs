//! The JSON of `inspect`: schema 1 of the contract.

use serde_json::{Value, json};

use crate::crypto::{DecryptFailure, Integrity, SignatureOutcome};
use crate::domain::{Fingerprint, Mailbox};
use crate::flow::{Assessment, CautionCode, Coverage, Encryption, HeaderScheme, JudgedSignature};
use crate::message::DefectCode;
use crate::sender::{Method, SenderResult, SenderWord, Source};
use crate::trust::{StepKind, TrustVerdict};

use super::args::Lang;
use super::words;

/// One message.
pub(crate) fn assessment(name: &str, found: &Assessment, lang: Lang) -> Value {
    json!({
        "schema": 1,
        "file": name,
        "displayed": {
            "from": mailboxes(&found.from),
            "to": mailboxes(&found.to),
            "cc": mailboxes(&found.cc),
            "subject": found.subject,
            "date": found.date.map(|date| date.to_string()).unwrap_or_default(),
        },
        "headline": { "lock": found.headline.lock.word(), "seal": found.headline.seal.word() },
        "encryption": found.encryption.iter().map(encryption).collect::<Vec<_>>(),
        "signatures": found.signatures.iter().map(signature).collect::<Vec<_>>(),
        "header_protection": {
            "scheme": scheme(found.header_protection.scheme),
            "confidential": found.header_protection.confidential,
            "mismatches": found.header_protection.mismatches,
        },
        "sender": found.sender.iter().map(sender).collect::<Vec<_>>(),
        "cautions": found.cautions.iter().map(|caution| json!({
            "code": caution_code(caution.code),
            "text": words::caution(caution, lang),
        })).collect::<Vec<_>>(),
        "defects": found.defects.iter().map(|defect| json!({
            "code": defect_code(defect.code),
            "part": defect.part,
        })).collect::<Vec<_>>(),
        "parts": found.parts.iter().map(|part| json!({
            "path": part.path,
            "type": part.media_type,
            "filename": part.filename,
            "bytes": part.bytes,
            "signed": part.signed,
            "decrypted": part.decrypted,
            "shown": part.shown,
        })).collect::<Vec<_>>(),
        "text": found.text,
    })
}

fn mailboxes(list: &[Mailbox]) -> Value {
    list.iter().map(|mailbox| json!({ "name": mailbox.name, "address": mailbox.address })).collect()
}

fn encryption(layer: &Encryption) -> Value {
    let outcome = match &layer.failure {
        None => "decrypted",
        Some(DecryptFailure::Locked(_)) => "locked",
        Some(_) => "failed",
    };
    json!({
        "technology": layer.technology.word(),
        "outcome": outcome,
        "coverage": coverage(layer.coverage),
        "cipher": layer.cipher,
        "integrity": layer.integrity.map_or("none", integrity),
        "recipients": layer.recipients,
        "reason": layer.failure.as_ref().map(failure),
    })
}

/// The code of a decryption's failure.
pub(crate) fn failure(failure: &DecryptFailure) -> String {
    match failure {
        DecryptFailure::Locked(_) => "locked".to_owned(),
        DecryptFailure::NoKey => "no_key".to_owned(),
        DecryptFailure::IntegrityFailed => "integrity_failed".to_owned(),
        DecryptFailure::NoIntegrity => "no_integrity".to_owned(),
        DecryptFailure::Unsupported(what) => format!("unsupported:{what}"),
        DecryptFailure::Malformed(_) => "malformed".to_owned(),
        DecryptFailure::TooLarge => "too_large".to_owned(),
    }
}

fn signature(signature: &JudgedSignature) -> Value {
    let check = &signature.check;
    let no_addresses = Vec::new();
    let signer = check.signer.as_ref();
    json!({
        "technology": check.technology.word(),
        "outcome": outcome(check.outcome),
        "coverage": coverage(signature.coverage),
        "signed_at": check.signed_at.map(|at| at.to_string()).unwrap_or_default(),
        "inside_encryption": signature.inside_encryption,
        "hash": check.hash,
        "reason": check.reason,
        "signer": {
            "fingerprint": signer.map_or("", |signer| signer.fingerprint.as_str()),
            "addresses": signer.map_or(&no_addresses, |signer| &signer.addresses),
            "subject": signer.and_then(|signer| signer.subject.clone()),
            "issuer": signer.and_then(|signer| signer.issuer.clone()),
        },
        "trust": {
            "verdict": verdict(signature.judgement.verdict),
            "path": signature.judgement.path.0.iter().map(|step| json!({
                "kind": self::step(step.kind),
                "name": step.name,
                "fingerprint": Fingerprint::as_str(&step.fingerprint),
            })).collect::<Vec<_>>(),
            "reason": signature.judgement.reason,
        },
    })
}

/// One mechanism's answer.
pub(crate) fn sender(result: &SenderResult) -> Value {
    let (source, authserv_id) = match &result.source {
        Source::Evaluated => ("evaluated", None),
        Source::Reported { authserv_id } => ("reported", Some(authserv_id)),
    };
    json!({
        "method": method(result.method),
        "result": sender_word(result.result),
        "domain": result.domain,
        "policy": result.policy,
        "source": source,
        "authserv_id": authserv_id,
        "explanation": result.explanation,
    })
}

pub(crate) fn method(method: Method) -> &'static str {
    match method {
        Method::Spf => "spf",
        Method::Dkim => "dkim",
        Method::Dmarc => "dmarc",
        Method::Arc => "arc",
        Method::Bimi => "bimi",
        Method::Iprev => "iprev",
    }
}

pub(crate) fn sender_word(word: SenderWord) -> &'static str {
    match word {
        SenderWord::Pass => "pass",
        SenderWord::Fail => "fail",
        SenderWord::Softfail => "softfail",
        SenderWord::Neutral => "neutral",
        SenderWord::None => "none",
        SenderWord::Temperror => "temperror",
        SenderWord::Permerror => "permerror",
        SenderWord::Policy => "policy",
    }
}

/// How a station of a path vouches.
pub(crate) fn step(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Direct => "direct",
        StepKind::Certification => "certification",
        StepKind::Ca => "ca",
    }
}

fn coverage(coverage: Coverage) -> &'static str {
    match coverage {
        Coverage::Whole => "whole",
        Coverage::Part => "part",
    }
}

fn integrity(integrity: Integrity) -> &'static str {
    match integrity {
        Integrity::Seipd1 => "seipd1",
        Integrity::Seipd2 => "seipd2",
        Integrity::AuthEnveloped => "auth_enveloped",
        Integrity::None => "none",
    }
}

pub(crate) fn outcome(outcome: SignatureOutcome) -> &'static str {
    match outcome {
        SignatureOutcome::Intact => "intact",
        SignatureOutcome::BadSignature => "bad_signature",
        SignatureOutcome::Malformed => "malformed",
        SignatureOutcome::UnsupportedAlgorithm => "unsupported_algorithm",
        SignatureOutcome::UnboundKey => "unbound_key",
        SignatureOutcome::BadKey => "bad_key",
        SignatureOutcome::MissingCertificate => "missing_certificate",
    }
}

pub(crate) fn verdict(verdict: TrustVerdict) -> &'static str {
    match verdict {
        TrustVerdict::Authenticated => "authenticated",
        TrustVerdict::Partial => "partial",
        TrustVerdict::Unauthenticated => "unauthenticated",
        TrustVerdict::Mismatch => "mismatch",
        TrustVerdict::Revoked => "revoked",
        TrustVerdict::Expired => "expired",
    }
}

fn scheme(scheme: HeaderScheme) -> &'static str {
    match scheme {
        HeaderScheme::None => "none",
        HeaderScheme::Rfc9788 => "rfc9788",
        HeaderScheme::Legacy => "legacy",
    }
}

/// The code of a caution.
pub(crate) fn caution_code(code: CautionCode) -> &'static str {
    match code {
        CautionCode::NameNotInCertificate => "name_not_in_certificate",
        CautionCode::NameHoldsAddress => "name_holds_address",
        CautionCode::NoIntegrity => "no_integrity",
        CautionCode::SeveralFrom => "several_from",
        CautionCode::NoFrom => "no_from",
        CautionCode::Mixture => "mixture",
        CautionCode::HeaderMismatch => "header_mismatch",
        CautionCode::ReplyToElsewhere => "reply_to_elsewhere",
        CautionCode::RemoteContent => "remote_content",
        CautionCode::DateDiffers => "date_differs",
        CautionCode::LookAlike => "look_alike",
        CautionCode::SenderDiffers => "sender_differs",
        CautionCode::ListFooter => "list_footer",
        CautionCode::FromUnproven => "from_unproven",
        CautionCode::KeyChanged => "key_changed",
        CautionCode::KeyRefused => "key_refused",
        CautionCode::ImitatesKnown => "imitates_known",
        CautionCode::EncryptedLater => "encrypted_later",
        CautionCode::EncryptionRemoved => "encryption_removed",
        CautionCode::AddressedToOthers => "addressed_to_others",
    }
}

fn defect_code(code: DefectCode) -> &'static str {
    match code {
        DefectCode::MissingEndBoundary => "missing_end_boundary",
        DefectCode::MissingBoundary => "missing_boundary",
        DefectCode::BareLineFeed => "bare_line_feed",
        DefectCode::BadTransferEncoding => "bad_transfer_encoding",
        DefectCode::BadCharset => "bad_charset",
        DefectCode::DuplicateHeader => "duplicate_header",
        DefectCode::EightBitHeader => "eight_bit_header",
        DefectCode::NulByte => "nul_byte",
        DefectCode::MalformedHeader => "malformed_header",
        DefectCode::MissingFrom => "missing_from",
        DefectCode::PartialMessage => "partial_message",
        DefectCode::ExternalBody => "external_body",
        DefectCode::LimitReached => "limit_reached",
        DefectCode::MangledEncryption => "mangled_encryption",
        DefectCode::LostSignature => "lost_signature",
    }
}
