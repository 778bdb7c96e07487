use crate::domain::EmailAddress;
use crate::sender::is_look_alike;

fn is_odd(domain: &str) -> bool {
    is_look_alike(&EmailAddress::parse(&format!("alice@{domain}")).unwrap())
}

#[test]
fn domains_as_people_write_them_are_fine() {
    for domain in [
        "example.org",
        "書留.jp",
        "カキトメ便り123.jp",
        "ソニーstore漢字ひらがな.jp",
        "xn--wgv71a119e.jp",
        "bücher.example",
        "xn--bcher-kva.example",
        "пример.example",
        "παράδειγμα.example",
        "한국mail.example",
        "mail-1.例え.jp",
    ] {
        assert!(!is_odd(domain), "{domain}");
    }
}

#[test]
fn mixed_scripts_and_twins_of_latin_letters_are_found() {
    for domain in [
        "pаypal.com",            // Cyrillic а
        "xn--pypal-4ve.com",     // the same as an A-label
        "gοοgle.com",            // Greek omicron
        "mail.раура.com",        // all Cyrillic twins
        "xn--80ak6aa92e.com",    // the same trick, as an A-label
        "example.comノlogin.jp", // a slash for the eye
        "xn--99999999.com",      // decodes to nothing
        "ɑpple.com",
    ] {
        assert!(is_odd(domain), "{domain}");
    }
}

#[test]
fn a_label_longer_than_any_is_doubtful_and_not_decoded() {
    let started = std::time::Instant::now();
    assert!(is_odd(&format!("xn--{}.example", "teject-".repeat(100_000))));
    assert!(started.elapsed().as_secs() < 5);
}
