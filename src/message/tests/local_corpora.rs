use std::path::Path;

use crate::domain::RawMessage;
use crate::message::{Limits, ParsedMessage, parse};

fn norm(s: &str) -> String {
    s.split_whitespace().collect()
}

fn names(m: &ParsedMessage, out: &mut Vec<String>) {
    for p in m.walk() {
        if let Some(f) = &p.filename {
            out.push(norm(f));
        }
        if let Some(n) = &p.nested {
            names(n, out);
        }
    }
}
fn texts(m: &ParsedMessage, out: &mut String) {
    for p in m.walk() {
        if p.is_inline_text() {
            out.push_str(&p.text(&m.raw));
        }
        if let Some(n) = &p.nested {
            texts(n, out);
        }
    }
}

#[test]
fn run() {
    let Ok(root) = std::env::var("MSG_CORPORA") else { return };
    let sets = std::env::var("MSG_SETS").unwrap_or_else(|_| {
        "japanese-mail,mime-mixed,mime-mime4j,mime-mail-parser,bounces-sisimai,protected-headers-autocrypt".into()
    });
    let (mut ok, mut bad) = (0, 0);
    for set in sets.split(',') {
        let dir = Path::new(&root).join(set);
        let manifest: serde_json::Value =
            serde_json::from_slice(&std::fs::read(dir.join("manifest.json")).unwrap()).unwrap();
        for case in manifest["cases"].as_array().unwrap() {
            let file = case["file"].as_str().unwrap();
            let Ok(bytes) = std::fs::read(dir.join(file)) else { continue };
            let t = std::time::Instant::now();
            let raw = RawMessage::new(bytes);
            let m = parse(&raw, &Limits::default());
            if t.elapsed().as_millis() > 500 {
                println!("SLOW {set}/{file} {:?} {}", t.elapsed(), raw.len());
            }
            let mime = &case["expect"]["mime"];
            if mime.is_null() {
                continue;
            }
            let mut row = |good: bool, what: String| {
                if good {
                    ok += 1
                } else {
                    bad += 1;
                    println!("{set}/{file}: {what}")
                }
            };
            if let Some(s) = mime["subject"].as_str() {
                row(norm(&m.subject) == norm(s), format!("subject\n   ours {:?}\n   want {:?}", m.subject, s));
            }
            if let Some(f) = mime["filenames"].as_array() {
                let want: Vec<_> = f.iter().map(|x| norm(x.as_str().unwrap_or_default())).collect();
                let mut got = vec![];
                names(&m, &mut got);
                row(got == want, format!("names\n   ours {got:?}\n   want {want:?}"));
            }
            if let Some(s) = mime["first_text"].as_str() {
                if !s.is_empty() {
                    let mut text = String::new();
                    texts(&m, &mut text);
                    let b: String = norm(s).chars().take(24).collect();
                    let a: String = norm(&text).chars().take(40).collect();
                    row(norm(&text).contains(&b), format!("text\n   ours {a:?}\n   want {b:?}"));
                }
            }
            if let Some(p) = mime["parts"].as_array() {
                let want: Vec<_> = p.iter().map(|x| x.as_str().unwrap_or_default().to_owned()).collect();
                let mut got = vec![];
                fn tree(m: &ParsedMessage, out: &mut Vec<String>) {
                    for p in m.walk() {
                        out.push(p.content_type.to_string());
                        if let Some(n) = &p.nested {
                            tree(n, out);
                        }
                    }
                }
                tree(&m, &mut got);
                row(
                    got.iter().zip(&want).take(want.len()).all(|(a, b)| a == b),
                    format!("parts\n   ours {got:?}\n   want {want:?} {:?}", m.defects),
                );
            }
        }
    }
    println!("ok {ok} bad {bad}");
}
