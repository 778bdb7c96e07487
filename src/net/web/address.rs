//! Which addresses a letter, a certificate or the user may make this computer talk to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::Url;

use super::{Reach, Schemes, WebError};

/// Looks at an address before anything is sent to it.
pub(super) fn check(url: &Url, reach: Reach, schemes: Schemes) -> Result<(), WebError> {
    let may_be_asked = url.scheme() == "https" || url.scheme() == "http" && schemes == Schemes::HttpToo;
    if !may_be_asked {
        return Err(WebError::NotHttps);
    }
    let names_user = !url.username().is_empty() || url.password().is_some();
    let port = url.port_or_known_default().unwrap_or_default();
    // Ports of other services could be spoken to by way of a picture.
    let is_odd = port < 1024 && port != 443 && !(port == 80 && url.scheme() == "http");
    let is_odd = is_odd && reach != Reach::Named;
    if names_user || is_odd || url.host_str().is_none_or(str::is_empty) {
        return Err(WebError::BadAddress);
    }
    match url.host() {
        Some(url::Host::Ipv4(ip)) if !is_within(ip.into(), reach) => Err(WebError::PrivateAddress),
        Some(url::Host::Ipv6(ip)) if !is_within(ip.into(), reach) => Err(WebError::PrivateAddress),
        _ => Ok(()),
    }
}

/// The port of an address.
pub(super) fn port(url: &Url, reach: Reach) -> Option<u16> {
    let port = url.port_or_known_default();
    match reach {
        #[cfg(test)]
        Reach::Port(lab) if url.port().is_none() => Some(lab),
        _ => port,
    }
}

/// Whether an address lies where connections may lead.
pub(super) fn is_within(ip: IpAddr, reach: Reach) -> bool {
    match reach {
        Reach::Public => is_public(ip),
        Reach::Named => true,
        #[cfg(test)]
        Reach::Anywhere | Reach::Port(_) => true,
    }
}

/// An address of the public internet (the registries of RFC 6890): not this computer, not its
/// network, nothing that leads there in other clothes.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let is_special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_unspecified();
    let is_reserved = match ip.octets() {
        [0 | 240..=255, ..] | [192, 0, 0, _] | [192, 88, 99, _] => true,
        // Shared address space (RFC 6598) and benchmarks (RFC 2544).
        [100, second, ..] => (64..128).contains(&second),
        [198, second, ..] => second == 18 || second == 19,
        _ => false,
    };
    !is_special && !is_reserved
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(inner) = inner_v4(ip) {
        return is_public_v4(inner);
    }
    let [first, second, ..] = ip.segments();
    // Global unicast is 2000::/3 (RFC 4291); Teredo, benchmarks, ORCHID and documentation lie within it.
    let is_global = (0x2000..0x4000).contains(&first);
    let is_special = first == 0x2001 && (second < 0x0200 || second == 0x0db8) || first == 0x3fff;
    is_global && !is_special
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, NAT64 (RFC 6052), 6to4.
fn inner_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let pair = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match ip.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            Some(pair(high, low))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_computer_and_its_network_are_out_of_reach_in_whatever_clothes() {
        let inside = "0.0.0.0 10.1.2.3 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 \
            192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 fe80::1 \
            fc00::1 fd12::1 ff02::1 fec0::1 2001:db8::1 2001::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 \
            64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1 2002:7f00:1:: 2002:c0a8:101::1 3fff::1 100::1";
        for ip in inside.split_whitespace() {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in "1.1.1.1 8.8.8.8 100.63.255.255 172.32.0.1 198.20.0.1 2606:4700::1111 2a00:1450::1 ::ffff:8.8.8.8"
            .split_whitespace()
        {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn numbers_that_are_addresses_are_seen_through() {
        for host in ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "[::ffff:7f00:1]", "169.254.169.254"] {
            let url = Url::parse(&format!("https://{host}/x.png")).unwrap();
            assert_eq!(check(&url, Reach::Public, Schemes::Https), Err(WebError::PrivateAddress), "{host}");
        }
    }

    #[test]
    fn only_https_without_a_user_and_on_ports_of_the_web_is_asked() {
        let outcome = |url: &str| check(&Url::parse(url).unwrap(), Reach::Public, Schemes::Https);
        assert_eq!(outcome("https://example.org/a.png"), Ok(()));
        assert_eq!(outcome("https://example.org:8443/a.png"), Ok(()));
        for url in ["http://example.org/", "ftp://example.org/", "file:///etc/passwd", "data:image/png,x"] {
            assert_eq!(outcome(url), Err(WebError::NotHttps), "{url}");
        }
        for url in ["https://alice@example.org/", "https://:secret@example.org/", "https://example.org:25/"] {
            assert_eq!(outcome(url), Err(WebError::BadAddress), "{url}");
        }
    }
    #[test]
    fn without_tls_only_what_is_published_so_is_asked_and_only_at_the_port_for_it() {
        let outcome = |url: &str| check(&Url::parse(url).unwrap(), Reach::Public, Schemes::HttpToo);
        assert_eq!(outcome("http://example.org/ca.cer"), Ok(()));
        assert_eq!(outcome("https://example.org/ca.cer"), Ok(()));
        assert_eq!(outcome("ldap://example.org/cn=ca"), Err(WebError::NotHttps));
        assert_eq!(outcome("http://example.org:25/"), Err(WebError::BadAddress));
        assert_eq!(outcome("https://example.org:80/"), Err(WebError::BadAddress));
        assert_eq!(outcome("http://127.0.0.1/"), Err(WebError::PrivateAddress));
    }

    #[test]
    fn only_a_server_that_the_user_named_may_be_of_this_network() {
        let url = Url::parse("https://192.168.1.5:636/").unwrap();
        assert_eq!(check(&url, Reach::Named, Schemes::Https), Ok(()));
        assert_eq!(check(&url, Reach::Public, Schemes::Https), Err(WebError::BadAddress));
    }
}
