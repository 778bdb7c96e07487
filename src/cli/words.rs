//! The sentences that the command line prints, in both languages.

use crate::flow::{Caution, CautionCode, Headline, Lock, Seal};

use super::args::{Common, Lang};

/// The language asked for, else the environment's.
pub(crate) fn lang(common: &Common) -> Lang {
    common.lang.unwrap_or_else(|| match sys_locale::get_locale() {
        Some(locale) if locale.starts_with("ja") => Lang::Ja,
        _ => Lang::En,
    })
}

/// One of two texts.
pub(crate) fn pick(lang: Lang, english: &str, japanese: &str) -> String {
    match lang {
        Lang::En => english.to_owned(),
        Lang::Ja => japanese.to_owned(),
    }
}

/// What a caution means.
pub(crate) fn caution(caution: &Caution, lang: Lang) -> String {
    let subject = &caution.subject;
    let (english, japanese) = match caution.code {
        CautionCode::NameNotInCertificate => (
            format!("The name {subject} is not in the certificate of the seal; anybody can write a name."),
            format!("「{subject}」という名前は封印の証明書にありません。名前はだれでも書けます。"),
        ),
        CautionCode::NameHoldsAddress => (
            format!("The name {subject} looks like an address, but the mail comes from another one."),
            format!("名前が「{subject}」とアドレスのように書かれていますが、実際の差出人は別です。"),
        ),
        CautionCode::NoIntegrity => (
            "Encrypted without protection against changes on the way; web content and links are not to be trusted.".into(),
            "途中での改変を防ぐ仕組みのない暗号化です。Web上の画像やリンクは信用できません。".into(),
        ),
        CautionCode::SeveralFrom => (
            format!("The message names several senders ({subject}), so no seal can speak for it."),
            format!("差出人が複数書かれているため（{subject}）、封印で確かめられません。"),
        ),
        CautionCode::NoFrom => (
            "The message names no sender with a usable address.".into(),
            "差出人のアドレスがありません。".into(),
        ),
        CautionCode::Mixture => (
            "Only parts of the message are sealed or encrypted; they are shown apart.".into(),
            "封印や暗号化はメールの一部だけです。その部分は分けて表示しています。".into(),
        ),
        CautionCode::HeaderMismatch => (
            format!("The field {subject} was changed on the way; the protected value is shown."),
            format!("{subject} が途中で変わっています。保護された値を表示しています。"),
        ),
        CautionCode::ReplyToElsewhere => (
            format!("An answer would go to {subject}, at another domain than the sender's."),
            format!("返信は差出人と異なるドメインの {subject} に届きます。"),
        ),
        CautionCode::RemoteContent => (
            "Pictures from the web are not loaded, so the sender can't see that you read this.".into(),
            "Web上の画像は読み込んでいません。開封したことは差出人に伝わりません。".into(),
        ),
        CautionCode::DateDiffers => (
            "The seal was made on another day than the date of the message says.".into(),
            "封印の日付がメールの日付と異なります。".into(),
        ),
        CautionCode::LookAlike => (
            format!("The address {subject} mixes letters of different scripts; it may imitate another."),
            format!("アドレス {subject} は異なる文字体系が混ざっています。別のアドレスに似せた可能性があります。"),
        ),
        CautionCode::SenderDiffers => (
            format!("Another address, {subject}, handed this message in."),
            format!("このメールは別のアドレス {subject} から出されています。"),
        ),
    };
    match lang {
        Lang::En => english,
        Lang::Ja => japanese,
    }
}

/// The two words of a headline.
pub(crate) fn headline(headline: Headline, lang: Lang) -> String {
    let lock = match headline.lock {
        Lock::NotEncrypted => pick(lang, "not encrypted", "暗号化なし"),
        Lock::Encrypted => pick(lang, "encrypted", "暗号化"),
        Lock::CannotOpen => pick(lang, "encrypted, can't be opened", "暗号化（開けません）"),
    };
    let seal = match headline.seal {
        Seal::Unsigned => pick(lang, "no seal", "封印なし"),
        Seal::Authenticated => pick(lang, "sealed", "封印あり"),
        Seal::Partial => pick(lang, "sealed, not enough vouch for the key", "封印あり（保証は不十分）"),
        Seal::Unauthenticated => pick(lang, "sealed, nobody vouches for the key", "封印あり（保証なし）"),
        Seal::Broken => pick(lang, "the seal does not hold", "封印が一致しません"),
    };
    format!("{lock} · {seal}")
}
