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
