//! Authentication-Results (RFC 8601): what a server that the user trusts says it saw.

mod lexer;

use self::lexer::Lexer;
use super::fields::{Field, Fields, on_the_wire};
use super::received::is_public;
use super::signed::domain_name;
use super::{Method, SenderError, SenderResult, SenderWord, Source};

/// More results than this in one field are not read.
const RESULTS: usize = 64;
/// More properties than this of one result are not read.
const PROPERTIES: usize = 64;

/// One field, read (§2.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthenticationResults {
    /// Who says so (§2.5).
    pub authserv_id: String,
    /// The results in order, unknown methods too; empty for `none`.
    pub results: Vec<MethodResult>,
}

impl AuthenticationResults {
    /// The results of known methods, in the program's words.
    pub fn sender_results(&self) -> Vec<SenderResult> {
        self.results.iter().filter_map(|result| result.to_result(&self.authserv_id)).collect()
    }
}

/// One `resinfo`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MethodResult {
    /// The method, lower-cased.
    pub method: String,
    /// The result, lower-cased.
    pub result: String,
    /// `reason=`.
    pub reason: Option<String>,
    /// `ptype.property`, lower-cased, with its value; as written otherwise.
    pub properties: Vec<(String, String)>,
}

impl MethodResult {
    fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The domain that the result is about, as each method names it (§2.7, RFC 9989 §12).
    fn domain(&self, method: Method) -> String {
        let names: &[&str] = match method {
            Method::Dkim => &["header.d", "header.i", "header.from"],
            Method::Spf => &["smtp.mailfrom", "smtp.mail", "smtp.helo"],
            Method::Dmarc => &["header.from", "from.domain"],
            Method::Arc | Method::Bimi => &["header.d"],
            Method::Iprev => &[],
        };
        let value = names.iter().find_map(|name| self.property(name)).unwrap_or("");
        let domain = value.rsplit_once('@').map_or(value, |(_, domain)| domain);
        domain_name(domain.trim_end_matches('.')).unwrap_or_default()
    }

    /// The result as the program's own words; `None` for methods and words that are not known (§2.7.6).
    fn to_result(&self, authserv_id: &str) -> Option<SenderResult> {
        let method = Method::parse(&self.method)?;
        let policy = ["policy.dmarc", "policy.published-domain-policy"].iter().find_map(|name| self.property(name));
        let policy = policy.map(str::to_ascii_lowercase);
        Some(SenderResult {
            method,
            result: SenderWord::parse(&self.result)?,
            domain: self.domain(method),
            policy: policy.filter(|policy| ["none", "quarantine", "reject"].contains(&policy.as_str())),
            source: Source::Reported { authserv_id: authserv_id.to_owned() },
            explanation: None,
        })
    }
}

/// Reads the value of a field, or a whole field with its name.
///
/// # Errors
/// When it does not follow §2.2: nothing of such a field is believed.
pub fn parse_header(text: &str) -> Result<AuthenticationResults, SenderError> {
    let name = "authentication-results:";
    let value = match text.trim_start().split_at_checked(name.len()) {
        Some((start, value)) if start.eq_ignore_ascii_case(name) => value,
        _ => text,
    };
    read(value).ok_or(SenderError::AuthenticationResults)
}

/// Every Authentication-Results field of a message or of a header, from above, whoever says so.
/// For showing only: nothing here is to be believed, see [`reported`].
pub fn fields(raw: &[u8]) -> Vec<AuthenticationResults> {
    let raw = on_the_wire(raw);
    let fields = Fields::split(&raw);
    fields.named("Authentication-Results").filter_map(|field| read(std::str::from_utf8(field.value).ok()?)).collect()
}

/// What the servers of these authserv-ids report.
///
/// Every server may write such a field, and so may the author of the message. Believed is a field
/// - whose authserv-id is one of those given, compared without regard to case;
/// - that stands above every Authentication-Results field of anybody else, and above every Received
///   field of a server that belongs to none of the ids (§4.1: results are added at the top);
/// - and of its results those of methods that no field above it reported: what the server itself
///   wrote stands higher than what came in with the message.
///
/// A server that neither reports a method nor removes fields with its own id that come in (§5 tells
/// it to) can't be told from one that does: such an id must not be configured.
pub fn reported(raw: &[u8], authserv_ids: &[String]) -> Vec<SenderResult> {
    if authserv_ids.is_empty() {
        return Vec::new();
    }
    // Where lines end in LF, the header ends here at the latest.
    let end = memchr::memmem::find(raw, b"\n\n").map_or(raw.len(), |at| at + 2);
    let is_unix = memchr::memchr(b'\n', raw).is_some_and(|at| at > 0 && raw.get(at - 1) != Some(&b'\r'));
    let raw = on_the_wire(if is_unix { raw.get(..end).unwrap_or(raw) } else { raw });
    let fields = Fields::split(&raw);
    let mut results: Vec<SenderResult> = Vec::new();
    for field in &fields.list {
        if field.is("Received") {
            if !is_ours(field, authserv_ids) {
                break;
            }
        } else if field.is("Authentication-Results") {
            let parsed = std::str::from_utf8(field.value).ok().and_then(read);
            let Some(parsed) = parsed else { break };
            if !authserv_ids.iter().any(|id| id.eq_ignore_ascii_case(&parsed.authserv_id)) {
                break;
            }
            let above: Vec<Method> = results.iter().map(|result| result.method).collect();
            results.extend(parsed.sender_results().into_iter().filter(|result| !above.contains(&result.method)));
        }
    }
    results
}

/// Whether a Received field was written inside the organization of one of the ids: its `by` host is
/// the id, or below it, or beside it; or it names no sender at all, or a host that only exists inside and took the
/// message from one that does, too. Who takes mail from the world is a border, whatever it calls itself.
fn is_ours(received: &Field<'_>, ids: &[String]) -> bool {
    let text = String::from_utf8_lossy(received.value).to_ascii_lowercase();
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    if words.first() != Some(&"from") {
        return true;
    }
    let Some(at) = words.iter().position(|word| *word == "by") else { return false };
    let Some(by) = words.get(at + 1).map(|by| by.trim_end_matches(['.', ';'])) else { return false };
    let inside = !by.contains('.') || [".internal", ".local", ".localdomain"].iter().any(|end| by.ends_with(end));
    // Only programs of one place speak LMTP (RFC 2033 §1).
    let is_local = words.windows(2).any(|two| matches!(two, ["with", protocol] if protocol.starts_with("lmtp")));
    inside && (is_local || !words.iter().take(at).any(|word| names_public(word)))
        || ids.iter().any(|id| {
            let id = id.to_ascii_lowercase();
            let beside = id.split_once('.').map(|(_, parent)| parent).filter(|parent| is_one_owners(parent));
            let below = |parent: &str| by.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'));
            by == id || below(&id) || beside.is_some_and(below)
        })
}

/// A word about the sender is an address of the world, in whatever brackets.
fn names_public(word: &str) -> bool {
    let parts = word.split(['(', ')', '[', ']', '=', ',', ';']);
    parts.filter_map(|part| part.trim_start_matches("ipv6:").parse().ok()).any(is_public)
}

/// A domain below which everything belongs to one owner: not `net`, and nothing like `ne.jp` or `co.uk`, below which
/// countries register.
fn is_one_owners(domain: &str) -> bool {
    const REGISTERS: [&str; 16] =
        ["ac", "ad", "co", "com", "ed", "edu", "go", "gob", "gov", "gr", "id", "lg", "ne", "net", "or", "org"];
    match domain.rsplit('.').collect::<Vec<_>>().as_slice() {
        [top, second] => top.len() > 2 || !REGISTERS.contains(second),
        [_, _, ..] => true,
        _ => false,
    }
}

/// authres-payload.
fn read(text: &str) -> Option<AuthenticationResults> {
    let mut lexer = Lexer::new(text);
    lexer.skip()?;
    let authserv_id = lexer.value(";=")?;
    lexer.skip()?;
    if lexer.peek() != Some(';') && lexer.peek().is_some() {
        // The version, which is 1 or left out.
        if lexer.value(";=")? != "1" {
            return None;
        }
        lexer.skip()?;
    }
    let mut parsed = AuthenticationResults { authserv_id, results: Vec::new() };
    while lexer.take(';') {
        lexer.skip()?;
        if lexer.peek().is_none() {
            break; // A semicolon at the end is common.
        }
        let method = lexer.keyword()?;
        lexer.skip()?;
        if method == "none" && matches!(lexer.peek(), None | Some(';')) {
            continue;
        }
        parsed.results.push(result(&mut lexer, method)?);
        if parsed.results.len() > RESULTS {
            return None;
        }
    }
    lexer.peek().is_none().then_some(parsed)
}

/// resinfo after its method's name.
fn result(lexer: &mut Lexer<'_>, method: String) -> Option<MethodResult> {
    if lexer.take('/') {
        lexer.skip()?;
        lexer.keyword()?;
        lexer.skip()?;
    }
    lexer.equals()?;
    let mut result = MethodResult { method, result: lexer.value(";")?.to_ascii_lowercase(), ..MethodResult::default() };
    loop {
        lexer.skip()?;
        if matches!(lexer.peek(), None | Some(';')) {
            return Some(result);
        }
        let mut name = lexer.keyword()?;
        lexer.skip()?;
        while lexer.take('.') {
            lexer.skip()?;
            name.push('.');
            name.push_str(&lexer.keyword()?);
            lexer.skip()?;
        }
        lexer.equals()?;
        let value = if matches!(lexer.peek(), None | Some(';')) { String::new() } else { lexer.value(";")? };
        if name == "reason" {
            result.reason = Some(value);
        } else {
            result.properties.push((name, value));
        }
        if result.properties.len() > PROPERTIES {
            return None;
        }
    }
}
