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
                line.push_str("  ");
                line.push_str(label);
                line.push(' ');
                line.push_str(&word);
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
    let known = fields.iter().flat_map(AuthenticationResults::sender_results);
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

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use clap::Parser as _;

    use super::*;
    use crate::sender::Offline;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: EvaluateArgs,
    }

    fn parse(words: &[&str]) -> Result<EvaluateArgs, clap::Error> {
        Line::try_parse_from([&["evaluate"], words].concat()).map(|line| line.args)
    }

    /// Without a network nothing is waited for.
    fn run_now(words: &[&str]) -> Result<Value, String> {
        let args = parse(words).unwrap();
        let mut future = std::pin::pin!(run(&args, Timestamp::UNIX_EPOCH, &Offline));
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => done,
            Poll::Pending => panic!("waits for a network"),
        }
    }

    fn file(content: &str) -> tempfile::TempPath {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        file.into_temp_path()
    }

    #[test]
    fn spf_alone_needs_an_address_but_no_message() {
        let zone = file(r#"{"example.org.": {"TXT": ["v=spf1 ip4:192.0.2.1 -all"]}}"#);
        let zone = zone.to_str().unwrap();
        let done =
            run_now(&["--only", "spf", "--ip", "192.0.2.1", "--mail-from", "a@example.org", "--zone", zone]).unwrap();
        let expected = json!({"schema": 1, "sender": [{"method": "spf", "result": "pass", "domain": "example.org",
            "policy": null, "source": "evaluated", "authserv_id": null, "explanation": null}]});
        assert_eq!(done, expected);
        assert_eq!(text(&done), "spf    pass       example.org\n");
        assert!(parse(&["--only", "spf"]).is_err());
        assert!(parse(&[]).is_err());
        assert!(parse(&["x.eml", "--only", "spam"]).is_err());
    }

    #[test]
    fn a_message_offline_is_judged_by_silence_nowhere() {
        let message = file("From: alice@example.org\r\n\r\nHello\r\n");
        let done = run_now(&[message.to_str().unwrap(), "--ip", "192.0.2.1", "--helo", "mail.example.org"]).unwrap();
        let results = done["sender"].as_array().unwrap();
        assert!(results.iter().all(|result| result["result"] != "pass"));
        let dmarc = results.iter().find(|result| result["method"] == "dmarc").unwrap();
        assert_eq!((&dmarc["result"], &dmarc["explanation"]), (&json!("temperror"), &json!("policy_unavailable")));
    }

    #[test]
    fn images_and_header_fields_have_their_own_documents() {
        let image = file("<svg/>");
        let done = run_now(&["--svg", image.to_str().unwrap()]).unwrap();
        assert_eq!(done, json!({"verdict": "rejected", "reason": "not_svg"}));
        let field = file("Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=a@example.org; x-y=z\r\n");
        let done = run_now(&["--header", field.to_str().unwrap()]).unwrap();
        assert_eq!(done["sender"][0]["authserv_id"], "mx.example.net");
        assert_eq!(done["fields"][0]["results"][1]["method"], "x-y");
        assert_eq!(done["fields"][0]["results"][0]["properties"], json!({"smtp.mailfrom": "a@example.org"}));
        let nothing = file("Subject: x\r\n");
        assert!(run_now(&["--header", nothing.to_str().unwrap()]).is_err());
    }

    #[test]
    fn a_file_that_is_missing_or_no_zone_is_one_line() {
        assert!(run_now(&["/nowhere/at/all.eml"]).unwrap_err().starts_with("/nowhere/at/all.eml: "));
        let zone = file(r#"{"a.": {"A": ["nonsense"]}}"#);
        let error = run_now(&["--only", "spf", "--ip", "192.0.2.1", "--zone", zone.to_str().unwrap()]).unwrap_err();
        assert!(error.contains("not a zone file") && !error.contains('\n'), "{error}");
    }
}
