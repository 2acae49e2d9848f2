//! Tests of the rules, on the log machine.

use serde_json::json;
use weir_core::machine::{LogMachine, MemoryHost};

use super::change::{Command, Outcome, SchemaRequest};
use super::machine::Stamped;
use super::query::Lookup;
use super::record::{Mode, Record};
use super::replay::Applied;
use super::subject::Subject;
use super::*;
use crate::error::RegistryError;

const INT: &str = "\"int\"";
const LONG: &str = "\"long\"";

struct Registry(MemoryHost<State>);

impl Registry {
    fn new() -> Registry {
        Registry(MemoryHost::new(State::default()))
    }

    fn run(&mut self, command: Command) -> Result<Outcome, RegistryError> {
        let (_, mut replies) = self.0.submit(0, command);
        let differs = self.0.replayed_differs(State::default());
        assert!(differs.is_none(), "replay differs: {differs:?}");
        replies.pop().unwrap().1
    }

    fn register(&mut self, subject: &str, request: SchemaRequest) -> Result<(i32, i32), RegistryError> {
        let command = Command::Register {
            subject: name(subject),
            request: Box::new(request),
            normalize: false,
        };
        let Outcome::Registered { subject, version } = self.run(command)? else {
            panic!("registered")
        };
        let stored = self.state().version(&subject, Some(version), false).unwrap();
        Ok((stored.id, stored.version))
    }

    fn put(&mut self, subject: &str, schema: &str) -> (i32, i32) {
        self.register(subject, text(schema)).unwrap()
    }

    fn delete(&mut self, subject: &str, version: i32, permanent: bool) -> Result<Outcome, RegistryError> {
        self.run(Command::DeleteVersion {
            subject: name(subject),
            version: Some(version),
            permanent,
        })
    }

    fn delete_subject(&mut self, subject: &str, permanent: bool) -> Result<Vec<i32>, RegistryError> {
        match self.run(Command::DeleteSubject {
            subject: name(subject),
            permanent,
        })? {
            Outcome::DeletedVersions(versions) => Ok(versions),
            other => panic!("{other:?}"),
        }
    }

    fn config(&mut self, subject: Option<&str>, settings: serde_json::Value) -> Result<Outcome, RegistryError> {
        let serde_json::Value::Object(settings) = settings else {
            panic!("an object")
        };
        self.run(Command::SetConfig {
            subject: subject.map(name),
            settings,
        })
    }

    fn state(&self) -> &State {
        &self.0.machine
    }

    fn versions(&self, subject: &str, lookup: Lookup) -> Vec<i32> {
        self.state()
            .versions(&name(subject), lookup)
            .iter()
            .map(|stored| stored.version)
            .collect()
    }
}

fn name(subject: &str) -> Subject {
    Subject::parse(subject, ".")
}

fn text(schema: &str) -> SchemaRequest {
    SchemaRequest {
        schema: schema.into(),
        ..SchemaRequest::default()
    }
}

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"R","fields":[{fields}]}}"#)
}

fn refers_to(subject: &str, version: i32, schema: &str) -> SchemaRequest {
    let references = vec![Reference {
        name: "R".into(),
        subject: subject.into(),
        version,
    }];
    SchemaRequest {
        references,
        ..text(schema)
    }
}

#[test]
fn ids_belong_to_schemas_versions_to_subjects() {
    let mut registry = Registry::new();
    assert_eq!(registry.put("a", INT), (1, 1));
    assert_eq!(
        registry.put("a", " \"int\" "),
        (1, 1),
        "the same again, written differently"
    );
    assert_eq!(registry.put("a", LONG), (2, 2));
    assert_eq!(registry.put("b", LONG), (2, 1), "the same schema under another subject");
    assert_eq!(registry.put("a", INT), (1, 1), "an old version is still registered");
    assert_eq!(registry.put(":.ctx:a", LONG), (1, 1), "each context counts its own ids");
    assert_eq!(registry.state().contexts(), [".", ".ctx"]);
    let again = SchemaRequest {
        version: -1,
        ..text(INT)
    };
    let refusal = registry.register("a", again).unwrap_err();
    assert!(
        matches!(refusal, RegistryError::Incompatible { .. }),
        "as a new version it must fit the latest"
    );
    registry.config(None, json!({"compatibility": "NONE"})).unwrap();
    for (schema, version) in [(LONG, 2), (LONG, 2), (INT, 3), (INT, 3), (LONG, 4)] {
        let latest = SchemaRequest {
            version: -1,
            ..text(schema)
        };
        assert_eq!(
            registry.register("a", latest).unwrap().1,
            version,
            "only the latest counts"
        );
    }
}

#[test]
fn incompatible_schemas_are_refused_with_the_reasons() {
    let mut registry = Registry::new();
    registry.put("a", &record(r#"{"name":"x","type":"int"}"#));
    let wider = record(r#"{"name":"x","type":"int"},{"name":"y","type":"int"}"#);
    let refusal = registry.register("a", text(&wider)).unwrap_err();
    let said = refusal.to_string();
    assert!(said.starts_with("Schema being registered is incompatible with an earlier schema for subject \"a\", details: [{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', "), "{said}");
    assert!(
        said.ends_with("{validateFields: 'false', compatibility: 'BACKWARD'}]"),
        "{said}"
    );
    assert_eq!((refusal.code(), refusal.status()), (40901, 409));
    registry.config(Some("a"), json!({"compatibility": "none"})).unwrap();
    assert_eq!(registry.register("a", text(&wider)).unwrap(), (2, 2));
    assert_eq!(
        registry.config(None, json!({"compatibility": "sideways"})).unwrap_err(),
        RegistryError::InvalidCompatibilityLevel
    );
}

#[test]
fn deleting_is_soft_then_permanent() {
    let mut registry = Registry::new();
    registry.put("a", INT);
    registry.put("a", LONG);
    assert_eq!(registry.delete("a", 1, true).unwrap_err().code(), 40407);
    assert!(matches!(registry.delete("a", 1, false), Ok(Outcome::DeletedVersion(1))));
    assert_eq!(registry.delete("a", 1, false).unwrap_err().code(), 40406);
    assert_eq!(registry.delete("a", 9, false).unwrap_err().code(), 40402);
    assert_eq!(registry.delete("z", 1, false).unwrap_err().code(), 40401);
    assert_eq!(
        (
            registry.versions("a", Lookup::Live),
            registry.versions("a", Lookup::WithDeleted)
        ),
        (vec![2], vec![1, 2])
    );
    assert!(
        registry.state().by_id(1, None).is_some(),
        "data with the id stays readable"
    );
    registry.delete("a", 1, true).unwrap();
    assert!(registry.state().by_id(1, None).is_none());

    assert_eq!(registry.delete_subject("a", true).unwrap_err().code(), 40405);
    assert_eq!(registry.delete_subject("a", false).unwrap(), [2]);
    assert_eq!(registry.delete_subject("a", false).unwrap_err().code(), 40404);
    // A new version counts soft-deleted ones, and takes the place of one with its id.
    assert_eq!(registry.put("a", LONG), (2, 3));
    assert_eq!(registry.versions("a", Lookup::WithDeleted), [3]);
    registry.delete_subject("a", false).unwrap();
    registry.config(Some("a"), json!({"compatibility": "FULL"})).unwrap();
    assert_eq!(registry.delete_subject("a", true).unwrap(), [3]);
    assert!(
        registry.state().config(Some(&name("a"))).is_none(),
        "settings go with the subject"
    );
    assert_eq!(registry.delete_subject("a", true).unwrap_err().code(), 40401);
    assert_eq!(registry.put("a", INT), (3, 1), "ids are not used again, versions are");
}

#[test]
fn references_hold_what_they_refer_to() {
    let mut registry = Registry::new();
    let inner = record(r#"{"name":"x","type":"int"}"#);
    registry.put("inner", &inner);
    let outer = r#"{"type":"record","name":"O","fields":[{"name":"r","type":"R"}]}"#;
    assert_eq!(registry.register("outer", text(outer)).unwrap_err().code(), 42201);
    let missing = registry
        .register("outer", refers_to("inner", 7, outer))
        .unwrap_err()
        .to_string();
    assert!(
        missing.contains("No schema reference found for subject \"inner\" and version 7"),
        "{missing}"
    );
    assert_eq!(
        registry.register("outer", refers_to("inner", -1, outer)).unwrap(),
        (2, 1)
    );
    let stored = registry.state().version(&name("outer"), None, false).unwrap();
    assert_eq!(
        (stored.references[0].version, stored.schema.as_str()),
        (1, outer),
        "-1 is pinned, the text keeps the name"
    );
    let ids = registry.state().referenced_by(&name("inner"), 1, false);
    assert_eq!(ids.iter().map(|id| id.id).collect::<Vec<_>>(), [2]);
    assert_eq!(registry.delete("inner", 1, false).unwrap_err().code(), 42206);
    assert_eq!(registry.delete_subject("inner", false).unwrap_err().code(), 42206);
    // Sent with everything written out it is the same schema.
    let whole = format!(r#"{{"type":"record","name":"O","fields":[{{"name":"r","type":{inner}}}]}}"#);
    assert_eq!(registry.put("outer", &whole), (2, 1));
    registry.delete_subject("outer", false).unwrap();
    assert!(registry.state().referenced_by(&name("inner"), 1, false).is_empty());
    registry.delete("inner", 1, false).unwrap();
    assert_eq!(
        registry.delete("inner", 1, true).unwrap_err().code(),
        42206,
        "a deleted referrer may come back"
    );
    registry.delete_subject("outer", true).unwrap();
    registry.delete("inner", 1, true).unwrap();
}

#[test]
fn lookup_metadata_and_normal_form() {
    let mut registry = Registry::new();
    let metadata: Metadata = serde_json::from_value(json!({"properties": {"owner": "me"}})).unwrap();
    registry
        .register(
            "a",
            SchemaRequest {
                metadata: Some(metadata.clone()),
                ..text(INT)
            },
        )
        .unwrap();
    let find = |registry: &Registry, subject: &str, request: &SchemaRequest| {
        registry
            .state()
            .look_up(&name(subject), request, false, false)
            .unwrap()
            .map(|stored| stored.version)
    };
    assert_eq!(
        find(&registry, "a", &text(INT)),
        Some(1),
        "metadata is taken from the latest version"
    );
    assert_eq!(registry.put("a", LONG), (2, 2));
    let stored = registry.state().version(&name("a"), None, false).unwrap();
    assert_eq!(stored.metadata, Some(metadata));
    assert_eq!(
        (
            find(&registry, "a", &text("\"string\"")),
            find(&registry, "b", &text(INT))
        ),
        (None, None)
    );
    // Only metadata: the schema is taken from the latest version.
    let only: Metadata = serde_json::from_value(json!({"properties": {"owner": "you"}})).unwrap();
    assert_eq!(
        registry
            .register(
                "a",
                SchemaRequest {
                    metadata: Some(only),
                    ..text("")
                }
            )
            .unwrap(),
        (3, 3)
    );

    let plain = r#"{"type":"bytes","scale":2,"logicalType":"decimal","precision":4}"#;
    registry.config(Some("n"), json!({"normalize": true})).unwrap();
    registry.put("n", plain);
    let normal = registry.state().version(&name("n"), None, false).unwrap();
    assert_eq!(
        normal.schema,
        r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}"#
    );
}

#[test]
fn versions_and_ids_that_a_request_names() {
    let mut registry = Registry::new();
    registry.config(None, json!({"compatibility": "NONE"})).unwrap();
    registry.put("a", INT);
    let version = |version, schema| SchemaRequest {
        version,
        ..text(schema)
    };
    let refusal = registry.register("a", version(5, LONG)).unwrap_err();
    assert_eq!(refusal.to_string(), "Version is not one more than previous version");
    let (id, number) = registry.register("a", version(2, LONG)).unwrap();
    assert_eq!((id, number), (2, 2));
    let stored = registry.state().version(&name("a"), Some(2), false).unwrap();
    assert_eq!(
        stored.metadata.as_ref().unwrap().properties.as_ref().unwrap()["confluent:version"],
        "2"
    );
    let refusal = registry
        .register(
            "a",
            SchemaRequest {
                id: Some(9),
                ..text("\"string\"")
            },
        )
        .unwrap_err();
    assert_eq!(refusal.to_string(), "Subject a in context . is not in import mode");
}

#[test]
fn types_modes_and_names_that_are_refused() {
    let mut registry = Registry::new();
    for (schema_type, said) in [
        ("JSON", "not supported yet"),
        ("PROTOBUF", "not supported yet"),
        ("X", "Invalid schema type X"),
    ] {
        let refusal = registry
            .register(
                "a",
                SchemaRequest {
                    schema_type: Some(schema_type.into()),
                    ..text(INT)
                },
            )
            .unwrap_err();
        assert!(
            refusal.code() == 42201 && refusal.to_string().contains(said),
            "{refusal}"
        );
    }
    assert_eq!(
        registry.register("a", text(" ")).unwrap_err().to_string(),
        "Empty schema"
    );
    assert_eq!(registry.register("__GLOBAL", text(INT)).unwrap_err().code(), 42208);
    registry.put("a", INT);
    let mode = |subject: Option<&str>, mode| Command::SetMode {
        subject: subject.map(name),
        mode,
    };
    registry.run(mode(Some("a"), Mode::ReadOnly)).unwrap();
    assert_eq!(registry.put("a", INT), (1, 1), "what is there may be registered again");
    assert_eq!(
        registry.register("a", text(LONG)).unwrap_err().to_string(),
        "Subject a in context . is in read-only mode"
    );
    assert_eq!(registry.delete("a", 1, false).unwrap_err().code(), 42205);
    assert_eq!(registry.put("b", LONG), (2, 1));
    assert_eq!(registry.run(mode(None, Mode::Import)).unwrap_err().code(), 42204);
    registry
        .run(Command::DeleteMode {
            subject: Some(name("a")),
        })
        .unwrap();
    assert_eq!(registry.put("a", LONG), (2, 2));
    assert_eq!(
        registry.config(Some("a"), json!({"alias": "b"})).unwrap_err().code(),
        422
    );
}

#[test]
fn settings_merge_over_levels() {
    let mut registry = Registry::new();
    let level = |registry: &Registry, subject: &str| registry.state().settings(&name(subject)).compatibility.name();
    assert_eq!(level(&registry, "a"), "BACKWARD");
    registry.config(None, json!({"compatibility": "FULL"})).unwrap();
    registry.config(Some("a"), json!({"normalize": true})).unwrap();
    assert_eq!(level(&registry, "a"), "FULL");
    registry.config(Some("a"), json!({"compatibility": "FORWARD"})).unwrap();
    assert!(level(&registry, "a") == "FORWARD" && registry.state().settings(&name("a")).normalize);
    registry.config(Some("a"), json!({"compatibility": null})).unwrap();
    assert_eq!(level(&registry, "a"), "FULL");
    registry
        .run(Command::DeleteConfig {
            subject: Some(name("a")),
        })
        .unwrap();
    assert_eq!(
        registry
            .run(Command::DeleteConfig {
                subject: Some(name("a"))
            })
            .unwrap_err()
            .code(),
        40401
    );
    registry.run(Command::DeleteConfig { subject: None }).unwrap();
    assert_eq!(level(&registry, "a"), "BACKWARD");
}

fn schema_record(subject: &str, version: i32, id: i32, schema: &str) -> Record {
    let body =
        json!({"subject": subject, "version": version, "id": id, "schema": schema, "deleted": false}).to_string();
    let key = json!({"keytype": "SCHEMA", "subject": subject, "version": version, "magic": 1}).to_string();
    Record::decode(key.as_bytes(), Some(body.as_bytes())).unwrap()
}

#[test]
fn numbers_can_be_used_up() {
    let mut state = State::default();
    state.apply(&schema_record("a", 1, i32::MAX, INT), 0);
    state.apply(&schema_record(":.x:a", i32::MAX, 1, INT), 0);
    let decide = |subject, schema| {
        state.decide(&Command::Register {
            subject: name(subject),
            request: Box::new(text(schema)),
            normalize: false,
        })
    };
    let refused = |subject| decide(subject, LONG).unwrap_err();
    assert_eq!(
        (refused("a").code(), refused("a").to_string()),
        (50001, "No schema ids in context . are left: 2147483647 is taken".into())
    );
    assert_eq!(
        refused(":.x:a").to_string(),
        "No versions of subject :.x:a are left: 2147483647 is taken"
    );
    assert!(decide("b", INT).is_ok(), "a known schema needs no new id");
}

#[test]
fn odd_logs_are_survived() {
    let mut state = State::default();
    assert!(matches!(
        state.apply(&schema_record("a", 1, 5, "not avro {"), 0),
        Applied::Yes
    ));
    assert!(matches!(
        state.apply(&schema_record("b", 1, 5, INT), 0),
        Applied::DuplicateId
    ));
    assert!(state.version(&name("b"), None, true).is_none());
    assert!(matches!(
        state.apply(&schema_record("a", 1, 6, INT), 0),
        Applied::Replaced
    ));
    assert!(state.by_id(5, None).is_none() && state.by_id(6, None).is_some());
    state.apply(
        &Record::DeleteSubject {
            subject: "nobody".into(),
            version: 9,
        },
        0,
    );
    state.apply(
        &Record::Schema {
            subject: "nobody".into(),
            version: 1,
            value: None,
        },
        0,
    );
    state.apply(&Record::ClearSubject { subject: "a".into() }, 0);
    assert!(state.subjects(":*:", Lookup::WithDeleted).is_empty() && state.max_id(".") == 6);
    // A stored schema that does not parse makes new ones incompatible, not the registry fail.
    state.apply(&schema_record("a", 1, 7, "not avro {"), 0);
    let command = Command::Register {
        subject: name("a"),
        request: Box::new(text(INT)),
        normalize: false,
    };
    assert!(matches!(
        State::decide(&state, &command),
        Err(RegistryError::Incompatible { .. })
    ));
}

/// Random commands; the live state, the replayed log and the replayed compacted log agree on all that is visible.
#[test]
fn replay_and_compaction_keep_the_state() {
    for seed in 0..60_u64 {
        let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut below = move |n: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % n
        };
        let mut registry = Registry::new();
        registry.config(None, json!({"compatibility": "NONE"})).unwrap();
        for _ in 0..60 {
            let subject = name(["a", "b", ":.c:a"][below(3) as usize]);
            let version = i32::try_from(below(4)).unwrap() + 1;
            let permanent = below(2) == 0;
            let command = match below(9) {
                0..=3 => {
                    let schema = format!(
                        r#"{{"type":"record","name":"R","fields":[{{"name":"f{}","type":"int"}}]}}"#,
                        below(4)
                    );
                    Command::Register {
                        subject,
                        request: Box::new(text(&schema)),
                        normalize: false,
                    }
                }
                4 => {
                    let schema = r#"{"type":"record","name":"O","fields":[{"name":"r","type":"R"}]}"#;
                    Command::Register {
                        subject: name("o"),
                        request: Box::new(refers_to("a", -1, schema)),
                        normalize: false,
                    }
                }
                5 | 6 => Command::DeleteVersion {
                    subject,
                    version: Some(version),
                    permanent,
                },
                7 => Command::DeleteSubject { subject, permanent },
                _ => Command::SetConfig {
                    subject: Some(subject),
                    settings: json!({"normalize": permanent}).as_object().unwrap().clone(),
                },
            };
            let _ = registry.run(command);
        }
        let visible = |state: &State| {
            let mut durable = state.durable();
            // Which id was the highest may be forgotten with its record.
            durable.retain(|key, _| !key.starts_with("context"));
            durable
        };
        let mut compacted = State::default();
        for (i, stamped) in registry.0.log.iter().enumerate() {
            let key = |stamped: &Stamped| stamped.record.encode().unwrap().0;
            let newest = registry
                .0
                .log
                .iter()
                .skip(i + 1)
                .all(|later| key(later) != key(stamped));
            if newest {
                compacted.replay(stamped);
            }
        }
        assert_eq!(visible(&compacted), visible(registry.state()), "seed {seed}");
    }
}
