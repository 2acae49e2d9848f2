//! Serialiser and deserialiser against the in-memory registry: ids, subjects, versions, references, the synchronous path.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use apache_avro::types::Value;
use weir_serdes::avro::TryDecoded;
use weir_serdes::{
    AvroDeserializer, AvroSchema, AvroSerializer, CachedRegistryClient, MemoryRegistry, SchemaReference,
    SchemaRegistryClient, SchemaText, SerdeConfig, SubjectNameStrategy,
};

const USER: &str = r#"{"type":"record","name":"User","namespace":"n","fields":[{"name":"name","type":"string"}]}"#;
const USER2: &str = r#"{"type":"record","name":"User","namespace":"n","fields":[{"name":"name","type":"string"},
    {"name":"age","type":"int","default":-1}]}"#;

fn user(name: &str) -> Value {
    Value::Record(vec![("name".into(), Value::String(name.into()))])
}

fn schema(text: &str) -> Arc<AvroSchema> {
    Arc::new(AvroSchema::parse(text).unwrap())
}

#[tokio::test]
async fn registers_frames_and_reads_back() {
    let registry = Arc::new(MemoryRegistry::new());
    let client: Arc<dyn SchemaRegistryClient> = Arc::new(CachedRegistryClient::new(registry.clone()));
    let serializer = AvroSerializer::new(client.clone(), SerdeConfig::default(), false);
    let bytes = serializer.serialize("t", &schema(USER), &user("Ada")).await.unwrap();
    assert_eq!(bytes, [&[0, 0, 0, 0, 1, 6][..], b"Ada"].concat());
    assert_eq!(
        registry.subjects().into_iter().collect::<Vec<_>>(),
        [("t-value".to_owned(), 1)]
    );

    let deserializer = AvroDeserializer::new(client.clone());
    assert!(matches!(
        deserializer.try_deserialize(&bytes).unwrap(),
        TryDecoded::Missing(1)
    ));
    let decoded = deserializer.deserialize(&bytes).await.unwrap();
    assert_eq!((decoded.id, decoded.value), (1, user("Ada")));
    assert!(matches!(
        deserializer.try_deserialize(&bytes).unwrap(),
        TryDecoded::Value(_)
    ));
    let unknown = deserializer.deserialize(&[0, 0, 0, 0, 9, 0]).await.unwrap_err();
    assert_eq!(unknown.to_string(), "schema 9: Schema 9 not found (error code 40403)");

    let evolved = AvroDeserializer::new(client)
        .with_reader(schema(USER2))
        .deserialize(&bytes)
        .await
        .unwrap();
    let Value::Record(fields) = evolved.value else {
        panic!("a record")
    };
    assert_eq!(fields.last(), Some(&("age".to_owned(), Value::Int(-1))));
}

#[tokio::test]
async fn without_auto_register_the_schema_must_be_there() {
    let registry: Arc<dyn SchemaRegistryClient> = Arc::new(MemoryRegistry::new());
    let config = SerdeConfig {
        auto_register: false,
        ..SerdeConfig::default()
    };
    let serializer = AvroSerializer::new(registry.clone(), config, true);
    let error = serializer.serialize("t", &schema(USER), &user("x")).await.unwrap_err();
    assert_eq!(error.to_string(), "Subject 't-key' not found. (error code 40401)");
    registry
        .register("t-key", &SchemaText::avro(USER), false)
        .await
        .unwrap();
    assert!(serializer.serialize("t", &schema(USER), &user("x")).await.is_ok());
}

#[tokio::test]
async fn latest_version_is_written_with_its_defaults() {
    let registry: Arc<dyn SchemaRegistryClient> = Arc::new(MemoryRegistry::new());
    registry
        .register("n.User", &SchemaText::avro(USER), false)
        .await
        .unwrap();
    registry
        .register("n.User", &SchemaText::avro(USER2), false)
        .await
        .unwrap();
    let config = SerdeConfig {
        auto_register: false,
        use_latest: true,
        value_strategy: SubjectNameStrategy::RecordName,
        ..SerdeConfig::default()
    };
    let serializer = AvroSerializer::new(registry, config, false);
    let bytes = serializer.serialize("t", &schema(USER), &user("Ada")).await.unwrap();
    assert_eq!(bytes, [&[0, 0, 0, 0, 2, 6][..], b"Ada", &[1]].concat());
}

#[tokio::test]
async fn references_are_fetched() {
    let registry: Arc<dyn SchemaRegistryClient> = Arc::new(MemoryRegistry::new());
    registry.register("user", &SchemaText::avro(USER), false).await.unwrap();
    let reference = SchemaReference {
        name: "n.User".into(),
        subject: "user".into(),
        version: 1,
    };
    let text = r#"{"type":"record","name":"Pair","namespace":"n","fields":[{"name":"a","type":"User"},{"name":"b","type":"n.User"}]}"#;
    let text = SchemaText {
        references: vec![reference],
        ..SchemaText::avro(text)
    };
    let id = registry.register("pair", &text, false).await.unwrap();
    let bytes = [&[0, 0, 0, 0, u8::try_from(id).unwrap(), 2][..], b"x", &[2], b"y"].concat();
    let decoded = AvroDeserializer::new(registry).deserialize(&bytes).await.unwrap();
    assert_eq!(
        decoded.value,
        Value::Record(vec![("a".into(), user("x")), ("b".into(), user("y"))])
    );
}

/// Random and damaged data under schemas of every kind: an error or a value, never a panic, never much memory.
#[test]
fn garbage_is_an_error_or_a_value() {
    let text = r#"{"type":"record","name":"R","fields":[
        {"name":"a","type":["null","R",{"type":"array","items":["string","long"]}]},
        {"name":"b","type":{"type":"map","values":{"type":"bytes","logicalType":"decimal","precision":5}}},
        {"name":"c","type":{"type":"enum","name":"E","symbols":["X","Y"],"default":"X"}},
        {"name":"d","type":{"type":"fixed","name":"F","size":12,"logicalType":"duration"}},
        {"name":"e","type":{"type":"string","logicalType":"uuid"}},
        {"name":"f","type":{"type":"bytes","logicalType":"big-decimal"}}]}"#;
    let writer = AvroSchema::parse(text).unwrap();
    let reader = AvroSchema::parse(
        &text
            .replace("\"long\"", "\"double\"")
            .replace("[\"X\",\"Y\"]", "[\"X\"]"),
    )
    .unwrap();
    let mut state = 7_u64;
    let mut next = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut decoded = 0;
    let uuid = b"00000000-0000-0000-0000-000000000001";
    let whole = [
        &[4, 4, 0, 2, b's', 2, 6, 0][..],
        &[2, 2, b'k', 2, 1, 0],
        &[0],
        &[7; 12],
        &[72],
        uuid,
        &[8, 4, 1, 2, 4],
    ]
    .concat();
    assert!(writer.decode(&whole, Some(&reader)).is_ok());
    for _ in 0..50_000 {
        let mut bytes = whole.clone();
        for _ in 0..=next() % 3 {
            let at = next() as usize % bytes.len().max(1);
            match next() % 4 {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, (next() % 8) as u8),
                _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = next() as u8),
            }
        }
        if let Ok(value) = writer.decode(&bytes, None) {
            decoded += 1;
            let mut again = Vec::new();
            // A decimal without bytes can be read but not written.
            if writer.encode(&value, &mut again).is_ok() {
                assert_eq!(writer.decode(&again, None).unwrap(), value);
            }
        }
        let _ = writer.decode(&bytes, Some(&reader));
    }
    assert!(decoded > 1_000, "some data must make sense");
}
