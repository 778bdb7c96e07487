//! What certifications say, in words: in full for a card, in few letters for a picture.

use crate::engine::graph::{CertificationState, EdgeKind, Node, Role, Vouching};
use crate::engine::view::TrustVerdict;
use crate::ui::when::Clock;

use super::{Language, Word, one_line, short_address, short_name};

/// All that a certification says.
pub fn says(language: Language, clock: &Clock, vouching: &Vouching, state: CertificationState) -> String {
    let mut words = vec![if vouching.amount >= 120 {
        language.say(Word::SaysFull).to_owned()
    } else {
        language.fill(Word::SaysAmount, &[("amount", &vouching.amount.to_string())])
    }];
    match vouching.depth {
        0 => {}
        1 => words.push(language.say(Word::SaysIntroducer).to_owned()),
        depth => words.push(language.fill(Word::SaysChain, &[("depth", &depth.to_string())])),
    }
    if !vouching.scope.is_empty() {
        let scope: Vec<String> = vouching.scope.iter().map(|one| scope(one)).collect();
        words.push(language.fill(Word::SaysScope, &[("scope", &scope.join(", "))]));
    }
    if vouching.is_local {
        words.push(language.say(Word::SaysLocal).to_owned());
    }
    match state {
        CertificationState::Good => {
            let until = vouching.expires_at.map(|at| clock.day(language, at));
            words.extend(until.map(|day| language.fill(Word::SaysUntil, &[("day", &day)])));
        }
        CertificationState::Expired => words.push(language.say(Word::SaysExpired).to_owned()),
        CertificationState::Revoked => words.push(language.say(Word::SaysRevoked).to_owned()),
    }
    words.join(separator(language))
}

/// What is unusual of a line in the picture; empty for nothing.
pub fn brief(language: Language, kind: &EdgeKind) -> String {
    let EdgeKind::Certification { vouching, state, .. } = kind else {
        return match kind {
            EdgeKind::Compared => language.say(Word::EdgeCompared).to_owned(),
            EdgeKind::Third => "1/3".to_owned(),
            _ => String::new(),
        };
    };
    let mut words = Vec::new();
    match state {
        CertificationState::Good => {}
        CertificationState::Expired => words.push(language.say(Word::SaysExpired).to_owned()),
        CertificationState::Revoked => words.push(language.say(Word::SaysRevoked).to_owned()),
    }
    if vouching.amount < 120 {
        words.push(format!("{}/120", vouching.amount));
    }
    if vouching.depth > 0 {
        let scope = vouching.scope.first().map(|one| format!(" {}", scope(one))).unwrap_or_default();
        words.push(format!("{}{scope}", language.say(Word::IntroducesShort)));
    }
    words.join(separator(language))
}

/// A regular expression as people know it: that of a domain as the domain.
fn scope(expression: &str) -> String {
    let domain = expression.strip_prefix("<[^>]+[@.]").and_then(|rest| rest.strip_suffix(">$"));
    one_line(&domain.map_or_else(|| expression.to_owned(), |domain| format!("@{}", domain.replace('\\', ""))))
}

fn separator(language: Language) -> &'static str {
    if language == Language::English { ", " } else { "・" }
}

/// What a node of the picture is.
pub fn role(language: Language, role: Role) -> &'static str {
    language.say(match role {
        Role::You => Word::You,
        Role::Own => Word::RoleOwn,
        Role::Root => Word::RoleRoot,
        Role::Third => Word::RoleThird,
        Role::Introducer => Word::RoleIntroducer,
        Role::Anchor => Word::RoleAnchor,
        Role::Authority => Word::RoleAuthority,
        Role::Certificate => Word::RoleCertificate,
    })
}

/// A verdict in two or three words.
pub fn verdict(language: Language, verdict: TrustVerdict) -> &'static str {
    language.say(match verdict {
        TrustVerdict::Authenticated => Word::VerdictYes,
        TrustVerdict::Partial => Word::VerdictPartial,
        TrustVerdict::Unauthenticated => Word::VerdictNo,
        TrustVerdict::Mismatch => Word::VerdictMismatch,
        TrustVerdict::Revoked => Word::VerdictRevoked,
        TrustVerdict::Expired => Word::VerdictExpired,
    })
}

/// A node of the picture, read aloud.
pub fn spoken(language: Language, node: &Node) -> String {
    if node.role == Role::You {
        return language.say(Word::You).to_owned();
    }
    let mut words = vec![short_name(&node.name)];
    words.extend(node.address.as_ref().map(|address| short_address(address.as_str())));
    words.push(role(language, node.role).to_owned());
    if !matches!(node.role, Role::Anchor | Role::Authority) {
        words.push(verdict(language, node.verdict).to_owned());
    }
    words.retain(|word| !word.is_empty());
    words.join(separator(language))
}
