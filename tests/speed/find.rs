//! Queries over a profile as it is, each from its words to the rows of the list.

use std::path::Path;
use std::time::Instant;

use kakitome::domain::Secret;
use kakitome::engine::topic::searching;
use kakitome::engine::{Profile, SecretsIn};

/// Asks the queries of a file, one a line, and prints for each the milliseconds and how many were found.
pub fn run(profile: &Path, passphrase: &Path, queries: &Path) {
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let secrets = SecretsIn::File(Secret::new(read(passphrase).trim_end().to_owned()));
    let profile = Profile::open(profile, &secrets).unwrap();
    for query in read(queries).lines() {
        let began = Instant::now();
        let query = searching::parse(&profile, query, false);
        let (found, hits) = searching::find(&profile, &query, searching::MOST).unwrap();
        println!("{:.3} {} {}", began.elapsed().as_secs_f64() * 1000.0, found.total, hits.len());
    }
}
