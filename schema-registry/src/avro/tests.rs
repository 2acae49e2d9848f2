//! Tests of the Avro model that need no Java: bounds, references, normal form, equivalence, errors.

use super::compat::{CompatError, check};
use super::*;

/// Runs with three quarters of the stack that a thread of the server has (a debug build takes the most).
fn on_small_stack(test: fn()) {
    std::thread::Builder::new()
        .stack_size(3 << 19)
        .spawn(test)
        .unwrap()
        .join()
        .unwrap();
}

fn new(text: &str) -> Schema {
    parse(text, &[], Strictness::New).unwrap()
}

fn refused(text: &str) -> String {
    parse(text, &[], Strictness::New).unwrap_err().to_string()
}

#[test]
fn errors_name_place_and_reason() {
    let field = |f: &str| refused(&format!(r#"{{"type":"record","name":"R","fields":[{f}]}}"#));
    assert_eq!(
        field(r#"{"name":"a"}"#),
        "#/fields/0: attribute \"type\" is missing or is not a schema"
    );
    assert_eq!(
        field(r#"{"name":"a","type":"int","default":"x"}"#),
        "#/fields/0: invalid default for field \"a\": \"x\" is not a int"
    );
    assert_eq!(
        field(r#"{"name":"a","type":"Nope"}"#),
        "#/fields/0/type: undefined type \"Nope\""
    );
    assert_eq!(
        refused("{"),
        "not valid JSON: expected a quoted key in an object at line 1, column 2"
    );
    assert_eq!(refused("17"), "#: 17 is not a schema");
    assert_eq!(refused(r#"["int","int"]"#), "#: duplicate \"int\" in a union");
    assert!(
        refused(&format!("[1{}]", "0".repeat(900))).contains('…'),
        "long values are shortened"
    );
}

#[test]
fn references_are_names_in_the_text_and_bodies_when_resolved() {
    let reference = r#"{"type":"record","name":"Inner","namespace":"n","fields":[{"name":"x","type":"int"}]}"#;
    let text = r#"{"type":"record","name":"Outer","namespace":"n","fields":[{"name":"i","type":"Inner"}]}"#;
    let schema = parse(text, &[reference], Strictness::New).unwrap();
    assert_eq!(canonical(&schema), text);
    let inlined = resolved(&schema);
    assert!(
        inlined.contains(r#""type":{"type":"record","name":"Inner","fields":"#),
        "{inlined}"
    );
    assert_eq!(equivalence_key(&schema), equivalence_key(&new(&inlined)));
    assert_eq!(
        parse(text, &[], Strictness::New).unwrap_err().to_string(),
        "#/fields/0/type: undefined type \"n.Inner\""
    );
    let broken = parse(text, &["{}"], Strictness::New).unwrap_err().to_string();
    assert!(broken.starts_with("reference 1: "), "{broken}");
}

#[test]
fn normal_form_ignores_attribute_order_only() {
    let a = new(r#"{"type":"record","name":"R","doc":"","aliases":["Z","A"],"fields":[
        {"name":"d","type":{"scale":2,"type":"bytes","x":{"b":1,"a":2},"precision":9,"logicalType":"decimal"}},
        {"name":"f","type":"float","default":1,"aliases":["q","p"]}]}"#);
    let b = new(r#"{"type":"record","name":"R","aliases":["A","Z"],"fields":[
        {"name":"d","type":{"logicalType":"decimal","precision":9,"scale":2,"type":"bytes","x":{"a":2,"b":1}}},
        {"name":"f","type":"float","default":1.0,"aliases":["p","q"]}]}"#);
    assert_ne!(canonical(&a), canonical(&b));
    assert_eq!(canonical(&normalize(&a)), canonical(&normalize(&b)));
    assert_eq!(
        canonical(&normalize(&a)),
        r#"{"type":"record","name":"R","fields":[{"name":"d","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2,"x":{"a":2,"b":1}}},{"name":"f","type":"float","default":1.0,"aliases":["p","q"]}],"aliases":["A","Z"]}"#
    );
    let other_order =
        new(r#"{"type":"record","name":"R","fields":[{"name":"f","type":"float"},{"name":"d","type":"int"}]}"#);
    assert_eq!(
        canonical(&normalize(&other_order)),
        canonical(&other_order),
        "order of fields stays"
    );
}

#[test]
fn deepest_schema_fits_the_stack() {
    on_small_stack(|| {
        let deepest = |leaf: &str| {
            let n = json::MAX_DEPTH - 1;
            new(&(r#"{"type":"array","items":"#.repeat(n) + leaf + &"}".repeat(n)))
        };
        let (a, b) = (deepest("\"int\""), deepest("\"string\""));
        assert_eq!(check(&a, &b).unwrap().len(), 1);
        assert_eq!(canonical(&normalize(&a)), canonical(&a));
    });
}

#[test]
fn depth_is_bounded_also_through_forward_references() {
    let deep = |n: usize| r#"{"type":"array","items":"#.repeat(n) + "\"int\"" + &"}".repeat(n);
    assert!(parse(&deep(150), &[], Strictness::New).is_ok());
    assert!(refused(&deep(50_000)).contains("nested too deeply"));
    // A flat list of records, each used before it is defined: the canonical text would nest them all.
    let mut fields: Vec<String> = vec![r#"{"name":"first","type":"R0"}"#.into()];
    for i in 0..400 {
        fields.push(format!(
            r#"{{"name":"f{i}","type":{{"type":"record","name":"R{i}","fields":[{{"name":"x","type":"R{}"}}]}}}}"#,
            i + 1
        ));
    }
    fields.push(r#"{"name":"last","type":{"type":"fixed","name":"R400","size":1}}"#.into());
    let text = format!(r#"{{"type":"record","name":"Root","fields":[{}]}}"#, fields.join(","));
    assert_eq!(parse(&text, &[], Strictness::New).unwrap_err(), SchemaError::TooDeep);
}

/// A record per level with two fields of the level below: small text, 2^n paths.
fn doubling(levels: usize, leaf: &str, default: &str) -> String {
    let mut body = format!(r#"{{"type":"record","name":"L0","fields":[{{"name":"x","type":"{leaf}"{default}}}]}}"#);
    for i in 1..=levels {
        body = format!(
            r#"{{"type":"record","name":"L{i}","fields":[{{"name":"a","type":{body}{default}}},{{"name":"b","type":"L{}"{default}}}]}}"#,
            i - 1
        );
    }
    body
}

#[test]
fn doubling_does_not_explode() {
    let found = check(&new(&doubling(60, "int", "")), &new(&doubling(60, "string", ""))).unwrap();
    assert_eq!(found.len(), compat::MAX_LISTED);
    assert_eq!(
        refused(
            &doubling(40, "int", r#","default":{}"#)
                .replace(r#""type":"int","default":{}"#, r#""type":"int","default":0"#)
        ),
        SchemaError::TooComplex.to_string()
    );
}

#[test]
fn circles_of_coprime_lengths_are_refused_not_overflowed() {
    on_small_stack(circles);
}

fn circles() {
    let circle = |n: usize| {
        let mut body = String::from(r#""C0""#);
        for i in (0..n).rev() {
            body = format!(r#"{{"type":"record","name":"C{i}","fields":[{{"name":"next","type":{body}}}]}}"#);
        }
        new(&body)
    };
    assert_eq!(check(&circle(61), &circle(67)), Err(CompatError::TooComplex));
    assert_eq!(check(&circle(7), &circle(9)).map(|found| found.len()), Ok(7 * 9 - 7));
}

#[test]
fn ambiguous_alias_is_an_error() {
    let reader = new(r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int","aliases":["b"]}]}"#);
    let writer = new(r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int"}]}"#);
    assert!(matches!(
        check(&reader, &writer),
        Err(CompatError::AmbiguousField { .. })
    ));
}

#[test]
fn garbage_never_panics() {
    let seed = r#"{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":["null",{"type":"enum","name":"E","symbols":["A","B"]}],"default":null,"order":"ignore"}]} "#;
    let bytes = seed.as_bytes();
    let mut state = 1_u64;
    for _ in 0..20_000 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let at = (state >> 33) as usize % bytes.len();
        let mut mutated = bytes.to_vec();
        match (state >> 20) & 3 {
            0 => mutated[at] = (state >> 40) as u8,
            1 => mutated.truncate(at),
            2 => {
                mutated.remove(at);
            }
            _ => mutated.insert(at, b"{}[],:\"\\1e"[(state >> 50) as usize % 10]),
        }
        if let Ok(text) = String::from_utf8(mutated)
            && let Ok(schema) = parse(&text, &[], Strictness::Stored)
        {
            let canonical = canonical(&schema);
            assert!(
                parse(&canonical, &[], Strictness::Stored).is_ok(),
                "{text} → {canonical}"
            );
            check(&schema, &new(seed)).unwrap();
        }
    }
}
