//! Tests: texts that ask for far more work than their size.

use std::time::{Duration, Instant};

use super::{SchemaError, Strictness, parse};

#[test]
fn names_that_nothing_defines_cost_no_more_than_others() {
    let names: Vec<String> = (0..150_000).map(|i| format!("\"n{i}\"")).collect();
    let start = Instant::now();
    let refused = parse(&format!("[{}]", names.join(",")), &[], Strictness::New);
    assert!(matches!(refused, Err(SchemaError::Undefined { .. })), "{refused:?}");
    // A look at all names for each of them takes half a minute.
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn all_defaults_of_a_text_have_one_bound() {
    // A record per level with two fields of the level below: 2^16 steps for a default of the last one.
    let mut fields = vec![r#"{"name":"r0","type":{"type":"record","name":"R0","fields":[]}}"#.to_owned()];
    for i in 1..=15 {
        let below = i - 1;
        fields.push(format!(
            r#"{{"name":"r{i}","type":{{"type":"record","name":"R{i}","fields":[
                {{"name":"a","type":"R{below}","default":{{}}}},{{"name":"b","type":"R{below}","default":{{}}}}]}}}}"#
        ));
    }
    let text = |defaults: usize| {
        let mut fields = fields.clone();
        fields.extend((0..defaults).map(|i| format!(r#"{{"name":"d{i}","type":"R15","default":{{}}}}"#)));
        format!(r#"{{"type":"record","name":"Top","fields":[{}]}}"#, fields.join(","))
    };
    assert!(parse(&text(10), &[], Strictness::New).is_ok());
    let refused = parse(&text(20), &[], Strictness::New);
    assert!(matches!(refused, Err(SchemaError::TooComplex)), "{refused:?}");
    // Also where a reference has a share of it.
    let other = text(10).replace("Top", "Other").replace("\"R", "\"S");
    let refused = parse(&text(10), &[&other], Strictness::New);
    assert!(
        matches!(refused, Err(SchemaError::TooComplex)),
        "{:?}",
        refused.map(|_| ())
    );
}
