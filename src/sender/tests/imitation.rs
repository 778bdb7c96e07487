use crate::domain::EmailAddress;
use crate::sender::KnownAddresses;

fn imitated(address: &str) -> Option<String> {
    let known = KnownAddresses::new(["bob@example.test", "carol@modern-bank.test", "no address"]);
    known.imitated_by(&EmailAddress::parse(address).unwrap()).map(str::to_owned)
}

#[test]
fn addresses_that_read_like_a_known_one_are_found() {
    for address in [
        "bob@examp1e.test",
        "bob@exampie.test",
        "carol@example-test.test",
        "someone@exarnple.test",
        "bob@éxample.test",
        "bob@xn--xample-9ua.test",
        "b0b@example.test",
        "carol@modembank.test",
        "carol@rnodern-bank.test",
        "bob@ехаmрlе.test",
    ] {
        let expected = !address.contains("example-test");
        assert_eq!(imitated(address).is_some(), expected, "{address}");
    }
}

#[test]
fn known_addresses_and_others_are_left_alone() {
    for address in ["bob@example.test", "Bob@EXAMPLE.test", "dave@example.test", "bob@example.org", "bob@sample.test"] {
        assert_eq!(imitated(address), None, "{address}");
    }
}
