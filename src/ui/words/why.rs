//! "Why?": the table of every kind of finding. Each has what it means for you, what to do now, and what can be done
//! with one button. The rows lie in files by topic; a kind without a row does not compile.

mod caution;
mod delivery;
mod kinds;
mod lock;
mod seal;

use super::verdict::Sentence;
use super::{Language, fill};

pub use kinds::{Closed, Delivered, Extent, OwnKey, Particular};

/// What is filled into the blanks of a sentence.
pub type Blanks<'a> = [(&'a str, &'a str)];

/// Something that can be done at the press of a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// Enter the passphrase of a locked key.
    Unlock,
    /// Read a certificate or key from a file.
    Import,
    /// Keep the certificate that came with the message.
    Keep,
    /// Look for the certificate in the stored mail.
    Find,
    /// Compare the fingerprint with its owner.
    Compare,
    /// Ask the author, with words that are there already.
    Ask(Question),
    /// Renew an own key that has ended.
    Renew,
    /// Make a key of one's own.
    MakeKey,
    /// Look at what is known of the author.
    Card,
    /// Look at the message as it was transmitted.
    Source,
}

/// What the author can be asked for. The words are in [`super::ask`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// To send the message again: it was damaged.
    Resend,
    /// To send it in smaller parts.
    Smaller,
    /// For their certificate.
    Certificate,
    /// To encrypt for the certificate that goes along: this one can't be opened.
    CannotOpen,
    /// For a key in place of one that ended or was withdrawn.
    NewKey,
    /// To seal and encrypt with a current program.
    Newer,
    /// Whether it is from them.
    Confirm,
    /// To encrypt from now on, for the certificate that goes along.
    Encrypt,
}

/// One row: English, then Japanese.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    means: [&'static str; 2],
    advice: [&'static str; 2],
    /// What can be done, the best first.
    pub remedies: &'static [Remedy],
}

impl Row {
    /// What it means for you.
    pub fn means(&self, language: Language, blanks: &Blanks) -> String {
        fill(in_language(language, self.means), blanks)
    }

    /// What to do now.
    pub fn advice(&self, language: Language, blanks: &Blanks) -> String {
        fill(in_language(language, self.advice), blanks)
    }

    /// There is nothing to do.
    pub fn is_calm(&self) -> bool {
        self.remedies.iter().all(|remedy| *remedy == Remedy::Keep)
            && in_language(Language::English, self.advice).starts_with("There is nothing to do")
    }

    /// What it means: the statement, and the rest.
    pub fn sentence(&self, language: Language, blanks: &Blanks) -> Sentence {
        Sentence::of(language, in_language(language, self.means), blanks)
    }

    /// The same with what to do now.
    pub fn whole(&self, language: Language, blanks: &Blanks) -> Sentence {
        let mut sentence = self.sentence(language, blanks);
        let gap = if language == Language::English { " " } else { "" };
        sentence.rest = format!("{}{gap}{}", sentence.rest, self.advice(language, blanks));
        sentence
    }
}

fn in_language(language: Language, both: [&'static str; 2]) -> &'static str {
    let [english, japanese] = both;
    match language {
        Language::English => english,
        Language::Japanese => japanese,
    }
}

/// A kind of finding that has a row for each of its forms.
pub trait Explained: Copy + std::fmt::Debug + 'static {
    /// Every form.
    #[cfg(test)]
    fn all() -> Vec<Self>;

    /// Its row.
    fn row(self) -> Row;
}

/// Gives each form of a kind its row: what it means and what to do, in English, then in Japanese, then the remedies.
macro_rules! explained {
    ($kind:ident {
        $($form:ident => $means:literal, $advice:literal; $imi:literal, $ima:literal; [$($remedy:expr),*];)*
    }) => {
        impl $crate::ui::words::why::Explained for $kind {
            #[cfg(test)]
            fn all() -> Vec<Self> {
                vec![$($kind::$form),*]
            }

            fn row(self) -> $crate::ui::words::why::Row {
                // Without a wildcard: who adds a form adds its row.
                match self {
                    $($kind::$form => $crate::ui::words::why::row([$means, $imi], [$advice, $ima], &[$($remedy),*]),)*
                }
            }
        }
    };
}
pub(crate) use explained;

/// One row.
pub(crate) const fn row(means: [&'static str; 2], advice: [&'static str; 2], remedies: &'static [Remedy]) -> Row {
    Row { means, advice, remedies }
}

#[cfg(test)]
mod tests;
