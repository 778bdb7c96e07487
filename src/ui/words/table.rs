//! The table: English on the left, Japanese on the right; its rows lie in files by topic.
//!
//! Each file is a macro that adds its rows to those before and hands them on to the next one named.

#[macro_use]
mod authorities;
#[macro_use]
mod backup;
#[macro_use]
mod body;
#[macro_use]
mod bringing;
#[macro_use]
mod delivery;
#[macro_use]
mod evidence;
#[macro_use]
mod finding;
#[macro_use]
mod keys;
#[macro_use]
mod mail;
#[macro_use]
mod outgoing;
#[macro_use]
mod own_keys;
#[macro_use]
mod pane;
#[macro_use]
mod people;
#[macro_use]
mod remedy;
#[macro_use]
mod searching;
#[macro_use]
mod settings;
#[macro_use]
mod setup;
#[macro_use]
mod storage;
#[macro_use]
mod window;
#[macro_use]
mod writing;

use super::Language;

macro_rules! words {
    (; $($name:ident => $english:literal, $japanese:literal;)*) => {
        /// Every word and sentence of the window.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Word { $(#[doc = $english] $name),* }

        impl Word {
            /// All of them.
            pub const ALL: &'static [Word] = &[$(Word::$name),*];

            /// In a language.
            pub const fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Word::$name, Language::English) => $english, (Word::$name, Language::Japanese) => $japanese,)*
                }
            }
        }
    };
}

window! { backup body evidence writing keys own_keys searching settings setup pane remedy bringing finding authorities people mail outgoing storage delivery words; }
