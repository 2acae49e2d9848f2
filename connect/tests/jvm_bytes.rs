//! JsonConverter, InsertField and ReplaceField give the bytes, or the class of error, that Apache Kafka Connect 4.3.1 gave for the same
//! lines (`data/json_answers.txt`, recorded with `data/RecordJson.java`).

#![expect(clippy::unwrap_used, reason = "helpers of a test file")]

use weir_connect::convert::{ConvertError, Converter, converter};
use weir_connect::record::Record;
use weir_connect::transform::{Transform, transform_class};
use weir_connect_sdk::{ConfigMap, ConnectError, SchemaAndValue};

fn map(pairs: &[(&str, &str)]) -> ConfigMap {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn class(error: &ConnectError) -> String {
    format!("E:{}", error.java_class().rsplit('.').next().unwrap())
}

fn failure(error: ConvertError) -> ConnectError {
    match error {
        ConvertError::Data(error) => error,
        ConvertError::Lacks(lack) => panic!("JSON needs no {lack:?}"),
    }
}

fn written(converter: &dyn Converter, data: &SchemaAndValue) -> Result<String, ConnectError> {
    let bytes = converter.to_bytes("t", data).map_err(failure)?;
    Ok(bytes.map_or_else(|| "null".to_owned(), |bytes| String::from_utf8(bytes).unwrap()))
}

/// All that becomes of a line with one converter.
fn answers(
    converter: &dyn Converter,
    transforms: &[Box<dyn Transform>],
    line: &str,
) -> Result<Vec<String>, ConnectError> {
    let data = converter.to_data("t", Some(line.as_bytes())).map_err(failure)?;
    let mut all = vec![written(converter, &data)?];
    for transform in transforms {
        let record = Record {
            topic: "topic".to_owned(),
            partition: Some(1),
            key: SchemaAndValue::null(),
            value: data.clone(),
            timestamp: Some(99),
            headers: vec![],
            offset: Some(7),
        };
        let changed = transform
            .apply(record)
            .and_then(|changed| written(converter, &changed.unwrap().value));
        all.push(changed.unwrap_or_else(|error| class(&error)));
    }
    Ok(all)
}

#[test]
fn the_same_bytes_as_kafka_connect() {
    let converters = ["false", "true"]
        .map(|schemas| converter("JsonConverter", &map(&[("schemas.enable", schemas)]), false).unwrap());
    let insert = [
        ("topic.field", "tt"),
        ("timestamp.field", "ts!"),
        ("static.field", "st"),
        ("static.value", "v"),
        ("offset.field", "off"),
    ];
    let replace = [("exclude", "b,k3"), ("renames", "a:zz,k1:k9")];
    let transforms = [("InsertField$Value", &insert[..]), ("ReplaceField$Value", &replace[..])]
        .map(|(class, settings)| transform_class(class).unwrap().configure(&map(settings)).unwrap());
    let (cases, answers_there) = (
        include_str!("data/json_cases.txt"),
        include_str!("data/json_answers.txt"),
    );
    assert_eq!(cases.lines().count(), answers_there.lines().count());
    for (line, theirs) in cases.lines().zip(answers_there.lines()) {
        let mut ours = String::new();
        for converter in &converters {
            let all = answers(converter.as_ref(), &transforms, line).unwrap_or_else(|error| vec![class(&error)]);
            all.iter().for_each(|answer| ours.push_str(&format!("{answer}\t")));
        }
        assert_eq!(ours, theirs, "for {line}");
    }
}
