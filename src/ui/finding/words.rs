//! The codes of looking certificates up, in words.

use crate::engine::topic::finding::{LookUp, NoAnswer, Outcome};
use crate::engine::view::{CertificateReport, Provenance, ProvenanceSource};
use crate::ui::state::State;
use crate::ui::words::{Language, Word, one_line, short_address};

/// A way's name, and what it tells to whom.
pub fn way(way: LookUp) -> (Word, Word) {
    match way {
        LookUp::Wkd => (Word::WayWkd, Word::WayWkdHint),
        LookUp::Vks => (Word::WayVks, Word::WayVksHint),
        LookUp::Hkp => (Word::WayHkp, Word::WayHkpHint),
        LookUp::Dane => (Word::WayDane, Word::WayDaneHint),
        LookUp::Ldap => (Word::WayLdap, Word::WayLdapHint),
        LookUp::Aia => (Word::WayAia, Word::WayAiaHint),
    }
}

/// What became of a question.
pub fn outcome(language: Language, outcome: Outcome) -> String {
    let word = match outcome {
        Outcome::Waiting => Word::AskWaiting,
        Outcome::Found(count) => return language.fill(Word::AskFound, &[("count", &count.to_string())]),
        Outcome::Nothing => Word::AskNothing,
        Outcome::NoAnswer(why) => match why {
            NoAnswer::Unreachable => Word::AskUnreachable,
            NoAnswer::NoSuchHost => Word::AskNoHost,
            NoAnswer::BadCertificate => Word::AskBadCertificate,
            NoAnswer::TimedOut => Word::AskTimedOut,
            NoAnswer::TooLarge => Word::AskTooLarge,
            NoAnswer::PrivateAddress => Word::AskPrivate,
            NoAnswer::Refused => Word::AskRefused,
            NoAnswer::Protocol => Word::AskProtocol,
            NoAnswer::DnsNotSigned => Word::AskNotSigned,
            NoAnswer::DnsBogus => Word::AskBogus,
            NoAnswer::NoStartTls => Word::AskNoStartTls,
            NoAnswer::NoServer => Word::AskNoServer,
            NoAnswer::BadAddress => Word::AskBadAddress,
            NoAnswer::Offline => Word::AskOffline,
        },
    };
    language.say(word).to_owned()
}

/// Where a certificate was met.
pub fn met(state: &State, place: &Provenance) -> String {
    let language = state.language;
    let word = match place.source {
        ProvenanceSource::Message => Word::MetMessage,
        ProvenanceSource::Autocrypt => Word::MetAutocrypt,
        ProvenanceSource::Gossip => Word::MetGossip,
        ProvenanceSource::Wkd => Word::MetWkd,
        ProvenanceSource::Vks | ProvenanceSource::Hkp => Word::MetServer,
        ProvenanceSource::Dane => Word::MetDane,
        ProvenanceSource::Ldap => Word::MetLdap,
        ProvenanceSource::Aia => Word::MetAia,
        ProvenanceSource::File => Word::MetFile,
        ProvenanceSource::Gnupg => Word::MetGnupg,
        ProvenanceSource::Gpgsm => Word::MetGpgsm,
        ProvenanceSource::Thunderbird => Word::MetThunderbird,
        ProvenanceSource::CertD => Word::MetCertD,
        ProvenanceSource::Pkcs11 => Word::MetToken,
        ProvenanceSource::Generated => Word::MetGenerated,
        ProvenanceSource::Issued => Word::MetIssued,
    };
    let day = state.clock.day(language, place.last_at);
    language.fill(word, &[("detail", &short_address(&place.detail)), ("day", &day)])
}

/// The addresses that a certificate names.
pub fn addresses(report: &CertificateReport) -> String {
    let all: Vec<_> = report.addresses.iter().map(|address| one_line(address.as_str())).collect();
    all.join(", ")
}
