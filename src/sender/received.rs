//! The delivery's evidence as the trusted border server noted it (RFC 5321 §4.4).

use std::net::IpAddr;

use super::Evidence;
use super::fields::{Field, Fields, on_the_wire};

impl Evidence {
    /// Reads the topmost Received field that one of these hosts wrote when it took the message from a
    /// public address, and the Return-Path above it. Hosts with private addresses count as part of the
    /// organization. Fields below it came in with the message, and
    /// are not looked at. Without such a field nothing is known.
    pub fn from_received(raw: &[u8], trusted_hosts: &[String]) -> Self {
        let raw = on_the_wire(raw);
        let fields = Fields::split(&raw);
        let mut mail_from = None;
        for field in &fields.list {
            if field.is("Return-Path") && mail_from.is_none() {
                mail_from = return_path(field);
            }
            if !field.is("Received") {
                continue;
            }
            let Some(hop) = read(field) else { return Self::default() };
            if !trusted_hosts.iter().any(|host| host.eq_ignore_ascii_case(&hop.by)) {
                return Self::default();
            }
            match hop.from {
                Some((helo, Some(ip))) if is_public(ip) => {
                    return Self { ip: Some(ip), helo: Some(helo), mail_from, shown: None };
                }
                // Where the message came from can't be told; what stands below may be forged.
                Some((_, None)) => return Self::default(),
                None | Some(_) => {}
            }
        }
        Self::default()
    }
}

struct Hop {
    /// What the client called itself, and its address; `None` for a hand-over inside one server.
    from: Option<(String, Option<IpAddr>)>,
    by: String,
}

/// `from HELO (name [address]) by HOST …`. The address is that in the comment, which the server
/// writes itself; the name before it is what the client said, even if it looks like an address.
fn read(field: &Field<'_>) -> Option<Hop> {
    let text = std::str::from_utf8(field.value).ok()?;
    let text = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let Some(rest) = text.strip_prefix("from ") else {
        let by = text.strip_prefix("by ")?.split([' ', ';']).next()?;
        return Some(Hop { from: None, by: by.to_owned() });
    };
    let (helo, rest) = rest.split_once(' ')?;
    let (comment, rest) = match rest.strip_prefix('(') {
        Some(rest) => rest.split_once(')')?,
        None => ("", rest),
    };
    // A comment after the first is not from where the address is noted; it is stepped over.
    let by = rest.trim_start().strip_prefix("by ").or_else(|| rest.split_once(") by ").map(|(_, by)| by))?;
    let by = by.split([' ', ';']).next()?.to_owned();
    let address = comment.rsplit_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(address, _)| address);
    let address = address.map(|address| address.strip_prefix("IPv6:").unwrap_or(address));
    Some(Hop { from: Some((helo.to_owned(), address.and_then(|address| address.parse().ok()))), by })
}

fn return_path(field: &Field<'_>) -> Option<String> {
    let text = std::str::from_utf8(field.value).ok()?.trim();
    Some(text.strip_prefix('<')?.strip_suffix('>')?.trim().to_owned())
}

/// Not an address inside the organization: then the border lies further down.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => {
            // Addresses that a provider shares among its own (RFC 6598).
            let is_shared = matches!(v4.octets(), [100, 64..=127, ..]);
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || is_shared)
        }
        IpAddr::V6(v6) => {
            !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_unspecified())
        }
    }
}
