//! What is asked before something is done that can't be taken back.

use egui::{Context, Frame, Id, Margin, Modal, OpenUrl, Ui};

use super::html::Link;
use super::state::State;
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, one_line};

/// The schemes that a letter may lead to.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// Goes where a link leads, by way of a question; other schemes lead nowhere.
pub fn follow(_ctx: &Context, state: &mut State, link: Link) {
    if scheme(&link.target).is_some_and(|scheme| SCHEMES.contains(&scheme.as_str())) {
        state.link = Some(link);
    }
}

/// The question about a link: where it really leads, and whether it says something else.
pub fn link(ctx: &Context, state: &mut State) {
    let Some(link) = state.link.clone() else { return };
    let language = state.language;
    let answer = dialog(ctx, "link", |ui| {
        widgets::title(ui, language.say(Word::OpenLink));
        widgets::soft(ui, language.say(Word::OpenLinkHint));
        widgets::card(ui, |ui| widgets::body(ui, one_line(&link.target)));
        if is_deceptive(&link) {
            let words = language.fill(Word::LinkDeceives, &[("words", &one_line(&link.words))]);
            widgets::signed_line(ui, super::icons::Icon::Caution, palette(ui).plum, words);
        }
        answers(ui, language, Word::Open, Weight::Primary)
    });
    match answer {
        Some(true) => {
            ctx.open_url(OpenUrl::new_tab(&link.target));
            state.link = None;
        }
        Some(false) => state.link = None,
        None => {}
    }
}

/// A question in the middle of the window; escape and a click beside it answer no.
pub fn dialog(ctx: &Context, name: &str, ask: impl FnOnce(&mut Ui) -> Option<bool>) -> Option<bool> {
    let modal = Modal::new(Id::unique(("dialog", name)));
    let style = ctx.global_style();
    let response = modal.frame(Frame::popup(&style).inner_margin(Margin::same(20))).show(ctx, |ui| {
        ui.set_width(size::DIALOG);
        ui.spacing_mut().item_spacing.y = space::M;
        ask(ui)
    });
    response.inner.or_else(|| response.should_close().then_some(false))
}

/// The two answers, at the right.
pub fn answers(ui: &mut Ui, language: Language, yes: Word, weight: Weight) -> Option<bool> {
    answers_if(ui, language, true, yes, weight)
}

/// The same; yes may not be possible yet.
pub fn answers_if(ui: &mut Ui, language: Language, can: bool, yes: Word, weight: Weight) -> Option<bool> {
    let mut answer = None;
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
        if widgets::button_if(ui, can, None, language.say(yes), weight).clicked() {
            answer = Some(true);
        }
        if widgets::button(ui, None, language.say(Word::Cancel), Weight::Plain).clicked() {
            answer = Some(false);
        }
    });
    answer
}

/// Enter was pressed in a field of one line: the form is meant.
pub fn is_entered(ui: &Ui) -> bool {
    ui.input(|input| input.key_pressed(egui::Key::Enter)) && ui.memory(|memory| memory.focused().is_none())
}

fn scheme(target: &str) -> Option<String> {
    let (scheme, _) = target.split_once(':')?;
    Some(scheme.to_ascii_lowercase())
}

/// The words of a link are an address of the web other than the one that it leads to.
fn is_deceptive(link: &Link) -> bool {
    let words = link.words.trim();
    let says = host(words).filter(|host| host.contains('.') && !words.contains(char::is_whitespace));
    match (says, host(&link.target)) {
        (Some(says), Some(leads)) => says.trim_start_matches("www.") != leads.trim_start_matches("www."),
        (Some(says), None) => !words.contains('@') && says.contains('.'),
        (None, _) => false,
    }
}

fn host(url: &str) -> Option<String> {
    let rest = match url.split_once("://") {
        Some((_, rest)) => rest,
        None if url.contains(':') || url.contains('@') => return None,
        None => url,
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    (!host.is_empty()).then(|| host.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(words: &str, target: &str) -> Link {
        Link { target: target.to_owned(), words: words.to_owned(), areas: Vec::new() }
    }

    #[test]
    fn a_link_that_names_another_host_than_it_leads_to_is_deceptive() {
        assert!(is_deceptive(&link("https://bank.example/login", "https://evil.example/login")));
        assert!(is_deceptive(&link("www.bank.example", "http://bank.example.evil.test/")));
        assert!(is_deceptive(&link("https://bank.example", "https://bank.example@evil.example/")));
        assert!(!is_deceptive(&link("https://www.bank.example/", "https://bank.example/a")));
        assert!(!is_deceptive(&link("our page", "https://evil.example/")));
        assert!(!is_deceptive(&link("3.5 percent more", "https://news.example/")));
    }

    #[test]
    fn a_link_of_another_scheme_leads_nowhere() {
        let ctx = Context::default();
        for target in ["file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "smb://server/share", "//x"] {
            let mut state = State::default();
            follow(&ctx, &mut state, link("x", target));
            assert!(state.link.is_none(), "{target}");
        }
    }
}
