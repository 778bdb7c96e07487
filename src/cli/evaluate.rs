//! `kakitome evaluate`: SPF, DKIM, DMARC, ARC and BIMI of one message, a BIMI image, an
//! Authentication-Results field. See the command line's contract.

use std::io::Read as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use crate::domain::{DnsResolver, Timestamp};
use crate::sender::{self, AuthenticationResults, Evidence, Method, SenderResult, Source, Zone};

/// The options of `evaluate`; `--json`, `--dns` and `--offline` are common to all commands.
#[derive(Args, Clone, Debug)]
pub struct EvaluateArgs {
    /// The message, or `-` for standard input
    #[arg(value_name = "FILE", required_unless_present_any = ["svg", "header", "only"])]
    pub file: Option<PathBuf>,
    /// Answer every DNS question from this JSON file instead of asking a server
    #[arg(long, value_name = "FILE")]
    pub zone: Option<PathBuf>,
    /// The address that handed the message in
    #[arg(long)]
    pub ip: Option<IpAddr>,
    /// The name that it gave
    #[arg(long, value_name = "NAME")]
    pub helo: Option<String>,
    /// The envelope's sender; empty for a bounce
    #[arg(long, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Show only this method (spf, dkim, dmarc, arc, bimi, iprev); `spf` needs no message but --ip
    #[arg(long, value_name = "METHOD", value_parser = method, requires_if("spf", "ip"))]
    pub only: Option<Method>,
    /// Check a BIMI image (SVG Tiny PS)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "header", "only"])]
    pub svg: Option<PathBuf>,
    /// Read the Authentication-Results fields of a file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "only"])]
    pub header: Option<PathBuf>,
}

fn method(word: &str) -> Result<Method, String> {
    Method::parse(word).ok_or_else(|| "it is one of spf, dkim, dmarc, arc, bimi, iprev".to_owned())
}

/// Does what the arguments say and gives the JSON document. `dns` is asked unless there is a zone.
///
/// # Errors
/// One line that says what could not be read, and why.
pub async fn run(args: &EvaluateArgs, at: Timestamp, dns: &dyn DnsResolver) -> Result<Value, String> {
    if let Some(file) = &args.svg {
        let checked = sender::check_svg(&read(file)?);
        let verdict = if checked.is_ok() { "accepted" } else { "rejected" };
        return Ok(json!({ "verdict": verdict, "reason": checked.err() }));
    }
    if let Some(file) = &args.header {
        return header(&read(file)?).ok_or_else(|| format!("{}: no Authentication-Results field", file.display()));
    }
    let zone = match &args.zone {
        Some(file) => {
            let zone = Zone::parse(&read(file)?);
            Some(zone.map_err(|error| format!("{}: not a zone file: {error}", file.display()))?)
        }
        None => None,
    };
    let resolver = zone.as_ref().map_or(dns, |zone| zone as &dyn DnsResolver);
    let evidence = Evidence { ip: args.ip, helo: args.helo.clone(), mail_from: args.mail_from.clone(), shown: None };
    let mut results = match (&args.file, args.only) {
        (None, Some(Method::Spf)) => sender::evaluate_spf(&evidence, resolver).await.into_iter().collect(),
        (None, _) => return Err("no message given: name a file, or - for standard input".to_owned()),
        (Some(file), _) => sender::evaluate(&read(file)?, &evidence, at, resolver).await,
    };
    results.retain(|result| args.only.is_none_or(|only| only == result.method));
    Ok(json!({ "schema": 1, "sender": results.iter().map(result).collect::<Vec<_>>() }))
}

/// The same document for people: one line a result.
pub fn text(document: &Value) -> String {
    let word = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
    let Some(results) = document.get("sender").and_then(Value::as_array) else {
        return format!("{} {}", word(document, "verdict"), word(document, "reason")).trim_end().to_owned() + "\n";
    };
    let line = |value: &Value| {
        let mut line = format!("{:<6} {:<10} {}", word(value, "method"), word(value, "result"), word(value, "domain"));
        for (key, label) in [("policy", "policy"), ("explanation", "because"), ("authserv_id", "says")] {
            let word = word(value, key);
            if !word.is_empty() {
                line.push_str(&format!("  {label} {word}"));
            }
        }
        line.trim_end().to_owned() + "\n"
    };
    results.iter().map(line).collect()
}

/// One result as `inspect` shows it, with its explanation.
pub fn result(result: &SenderResult) -> Value {
    let (source, id) = match &result.source {
        Source::Evaluated => ("evaluated", None),
        Source::Reported { authserv_id } => ("reported", Some(authserv_id)),
    };
    json!({
        "method": result.method.word(),
        "result": result.result.word(),
        "domain": result.domain,
        "policy": result.policy,
        "source": source,
        "authserv_id": id,
        "explanation": result.explanation,
    })
}

/// The fields of a message or header, or else the whole file as one field's value.
fn header(bytes: &[u8]) -> Option<Value> {
    let mut fields = sender::authentication_results_fields(bytes);
    if fields.is_empty() {
        fields.push(sender::parse_header(std::str::from_utf8(bytes).ok()?.trim_end()).ok()?);
    }
    let known = fields.iter().flat_map(|field| field.sender_results());
    Some(json!({
        "schema": 1,
        "sender": known.map(|known| result(&known)).collect::<Vec<_>>(),
        "fields": fields.iter().map(field).collect::<Vec<_>>(),
    }))
}

fn field(field: &AuthenticationResults) -> Value {
    let results = field.results.iter().map(|result| {
        let properties: serde_json::Map<String, Value> =
            result.properties.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({
            "method": result.method, "result": result.result, "reason": result.reason, "properties": properties,
        })
    });
    json!({ "authserv_id": field.authserv_id, "results": results.collect::<Vec<_>>() })
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let done = if file == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(file).map(|read| bytes = read)
    };
    done.map(|()| bytes).map_err(|error| format!("{}: {error}", file.display()))
}
