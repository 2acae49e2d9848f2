//! The REST API over an in-memory log: routes, codes, bodies, media types, hostile requests, restart.

mod support;

use serde_json::{Value, json};
use support::{Answer, call, exchange, send, start};
use weir_schema_registry::log::MemoryLog;
use weir_schema_registry::{Registry, RegistryConfig, StartError};

const INT: &str = r#"{"schema":"\"int\""}"#;

fn schema(text: &str) -> Value {
    json!({"schema": text})
}

fn record(fields: &str) -> Value {
    schema(&format!(r#"{{"type":"record","name":"R","fields":[{fields}]}}"#))
}

struct Api(Registry);

impl Api {
    async fn new() -> Api {
        Api(start(&MemoryLog::new(), &[]).await)
    }

    async fn call(&self, method: &str, path: &str, body: impl Into<Option<Value>>) -> Answer {
        call(self.0.addr(), method, path, body).await
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, None).await;
        assert_eq!(answer.status, 200, "GET {path}: {answer:?}");
        answer.json()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.call("POST", path, body).await;
        assert_eq!(answer.status, 200, "POST {path}: {answer:?}");
        answer.json()
    }

    async fn refusal(&self, method: &str, path: &str, body: impl Into<Option<Value>>) -> (u16, i64) {
        self.call(method, path, body).await.refusal()
    }
}

#[tokio::test]
async fn a_schema_from_registration_to_deletion() {
    let api = Api::new().await;
    assert_eq!(api.get("/").await, json!({}));
    assert_eq!(api.get("/subjects").await, json!([]));
    let registered = api
        .post("/subjects/a-value/versions", record(r#"{"name":"x","type":"int"}"#))
        .await;
    assert_eq!((&registered["id"], &registered["version"]), (&json!(1), &json!(1)));
    let text = r#"{"type":"record","name":"R","fields":[{"name":"x","type":"int"}]}"#;
    assert_eq!(registered["schema"], text);
    assert!(registered.get("schemaType").is_none(), "absent for Avro");
    let guid = registered["guid"].as_str().unwrap().to_owned();
    let wider = record(r#"{"name":"x","type":"int"},{"name":"y","type":"long","default":0}"#);
    assert_eq!(
        api.post("/subjects/a-value/versions?normalize=true", wider).await["id"],
        2
    );
    assert_eq!(api.get("/subjects").await, json!(["a-value"]));
    assert_eq!(api.get("/subjects/a-value/versions").await, json!([1, 2]));
    let version = api.get("/subjects/a-value/versions/1").await;
    assert_eq!(
        (&version["subject"], &version["version"], &version["id"]),
        (&json!("a-value"), &json!(1), &json!(1))
    );
    assert_eq!(api.get("/subjects/a-value/versions/latest").await["version"], 2);
    assert_eq!(api.get("/subjects/a-value/versions/-1").await["version"], 2);
    assert_eq!(api.get("/subjects/a-value/versions/1/schema").await.to_string(), text);
    assert_eq!(api.get("/subjects/a-value/versions/1/referencedby").await, json!([]));
    let found = api
        .post("/subjects/a-value", record(r#"{"name":"x","type":"int"}"#))
        .await;
    assert_eq!(
        (&found["id"], &found["version"], &found["guid"]),
        (&json!(1), &json!(1), &json!(guid))
    );

    assert_eq!(api.get("/schemas/types").await, json!(["AVRO"]));
    let by_id = api.get("/schemas/ids/1").await;
    assert!(
        by_id["schema"] == text && by_id["guid"] == guid && by_id.get("subject").is_none(),
        "{by_id}"
    );
    assert_eq!(
        api.get("/schemas/ids/1?subject=a-value&fetchMaxId=true").await["maxId"],
        2
    );
    assert_eq!(api.get("/schemas/ids/1/schema").await.to_string(), text);
    assert_eq!(api.get("/schemas/ids/1/subjects").await, json!(["a-value"]));
    assert_eq!(
        api.get("/schemas/ids/1/versions").await,
        json!([{"subject": "a-value", "version": 1}])
    );
    assert_eq!(api.get(&format!("/schemas/guids/{guid}")).await["schema"], text);
    assert_eq!(
        api.get(&format!("/schemas/guids/{guid}/ids")).await,
        json!([{"context": ".", "id": 1}])
    );
    assert_eq!(
        api.get("/schemas?subjectPrefix=a-&latestOnly=true")
            .await
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(api.get("/schemas?limit=1&offset=1").await[0]["version"], 2);
    assert_eq!(api.get("/contexts").await, json!(["."]));

    assert_eq!(
        api.refusal("DELETE", "/subjects/a-value/versions/1?permanent=true", None)
            .await,
        (404, 40407)
    );
    assert_eq!(api.call("DELETE", "/subjects/a-value/versions/1", None).await.json(), 1);
    assert_eq!(
        api.refusal("GET", "/subjects/a-value/versions/1", None).await,
        (404, 40402)
    );
    assert_eq!(
        api.get("/subjects/a-value/versions/1?deleted=true").await["deleted"],
        true
    );
    assert_eq!(api.get("/subjects/a-value/versions?deletedOnly=true").await, json!([1]));
    assert_eq!(api.call("DELETE", "/subjects/a-value", None).await.json(), json!([2]));
    assert_eq!(api.refusal("DELETE", "/subjects/a-value", None).await, (404, 40404));
    assert_eq!(api.get("/subjects").await, json!([]));
    assert_eq!(api.get("/subjects?deleted=true").await, json!(["a-value"]));
    assert_eq!(api.get("/schemas/ids/1").await["schema"], text, "data stays readable");
    assert_eq!(
        api.call("DELETE", "/subjects/a-value?permanent=true", None)
            .await
            .json(),
        json!([1, 2])
    );
    assert_eq!(api.refusal("GET", "/schemas/ids/1", None).await, (404, 40403));
}

#[tokio::test]
async fn refusals_have_confluents_codes() {
    let api = Api::new().await;
    api.post("/subjects/a/versions", schema("\"int\"")).await;
    for (method, path, body, expected) in [
        ("GET", "/subjects/b/versions", None, (404, 40401)),
        ("GET", "/subjects/b/versions/1", None, (404, 40401)),
        ("GET", "/subjects/a/versions/7", None, (404, 40402)),
        ("GET", "/subjects/a/versions/x", None, (422, 42202)),
        ("GET", "/subjects/a/versions/0", None, (422, 42202)),
        ("DELETE", "/subjects/a/versions/-7", None, (422, 42202)),
        ("DELETE", "/subjects/b", None, (404, 40401)),
        ("POST", "/subjects/b", Some(schema("\"int\"")), (404, 40401)),
        ("POST", "/subjects/a", Some(schema("\"long\"")), (404, 40403)),
        ("POST", "/subjects/a", Some(schema("{")), (422, 42201)),
        ("POST", "/subjects/a/versions", Some(schema("{")), (422, 42201)),
        ("POST", "/subjects/b/versions", Some(schema("")), (422, 42201)),
        (
            "POST",
            "/subjects/a/versions",
            Some(json!({"schema": "{}", "schemaType": "JSON"})),
            (422, 42201),
        ),
        ("POST", "/subjects/a/versions", Some(schema("\"string\"")), (409, 40901)),
        (
            "POST",
            "/subjects/__EMPTY/versions",
            Some(schema("\"int\"")),
            (422, 42208),
        ),
        ("POST", "/subjects/a/versions", Some(json!({"schema": 5})), (400, 400)),
        ("POST", "/subjects/a/versions", Some(json!([])), (400, 400)),
        ("POST", "/subjects/a/versions", None, (422, 422)),
        ("GET", "/schemas/ids/99", None, (404, 40403)),
        ("GET", "/schemas/ids/x", None, (404, 404)),
        ("GET", "/schemas/guids/nonsense", None, (404, 40403)),
        ("GET", "/config/a", None, (404, 40408)),
        ("GET", "/mode/a", None, (404, 40409)),
        (
            "PUT",
            "/config",
            Some(json!({"compatibility": "sideways"})),
            (422, 42203),
        ),
        ("PUT", "/config/a", Some(json!({"alias": "b"})), (422, 422)),
        ("PUT", "/mode", Some(json!({"mode": "sideways"})), (422, 42204)),
        ("PUT", "/mode", Some(json!({"mode": "IMPORT"})), (422, 42204)),
        ("DELETE", "/config/a", None, (404, 40401)),
        (
            "POST",
            "/compatibility/subjects/a/versions/7",
            Some(schema("\"int\"")),
            (404, 40402),
        ),
        ("GET", "/nothing", None, (404, 404)),
        ("GET", "/associations/resources/ns/name", None, (404, 404)),
        ("PUT", "/associations", Some(json!({})), (404, 404)),
        ("PUT", "/subjects", None, (405, 405)),
        ("GET", "/subjects/%ff/versions", None, (404, 404)),
    ] {
        assert_eq!(api.refusal(method, path, body).await, expected, "{method} {path}");
    }
    let answer = api.call("GET", "/associations/resources/-/t", None).await;
    assert_eq!(
        answer.json(),
        json!({"error_code": 404, "message": "HTTP 404 Not Found"})
    );
    assert_eq!(answer.media_type, "application/vnd.schemaregistry.v1+json");
}

#[tokio::test]
async fn compatibility_is_tested_and_explained() {
    let api = Api::new().await;
    let path = "/compatibility/subjects/a/versions";
    assert_eq!(
        api.post(path, schema("\"int\"")).await,
        json!({"is_compatible": true}),
        "an unknown subject takes anything"
    );
    assert_eq!(
        api.post(&format!("{path}/latest"), schema("\"int\"")).await,
        json!({"is_compatible": true})
    );
    api.post("/subjects/a/versions", record(r#"{"name":"x","type":"int"}"#))
        .await;
    let wrong = record(r#"{"name":"x","type":"string"},{"name":"y","type":"int"}"#);
    assert_eq!(
        api.post(&format!("{path}/1"), wrong.clone()).await,
        json!({"is_compatible": false})
    );
    let verbose = api.post(&format!("{path}/latest?verbose=true"), wrong.clone()).await;
    let messages: Vec<&str> = verbose["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m.as_str().unwrap())
        .collect();
    assert_eq!(verbose["is_compatible"], false);
    assert!(
        messages[0].starts_with("{errorType:'TYPE_MISMATCH', description:'") && messages[0].contains("/fields/0/type")
    );
    assert!(messages[1].contains("additionalInfo:'y'"), "{messages:?}");
    assert_eq!(messages[2], "{oldSchemaVersion: 1}");
    assert!(
        messages[3].starts_with("{oldSchema: '{\"type\":\"record\""),
        "{messages:?}"
    );
    assert_eq!(messages[4], "{validateFields: 'false', compatibility: 'BACKWARD'}");
    let invalid = api.post(&format!("{path}/1?verbose=true"), schema("{")).await;
    assert!(invalid["is_compatible"] == false && invalid["messages"][0].as_str().unwrap().contains("not valid JSON"));
    assert_eq!(
        api.refusal("POST", &format!("{path}/1"), schema("{")).await,
        (422, 42201)
    );
    api.call("PUT", "/config/a", json!({"compatibility": "NONE"})).await;
    assert_eq!(api.post(path, wrong).await, json!({"is_compatible": true}));
}

#[tokio::test]
async fn versions_by_their_deletion() {
    let api = Api::new().await;
    let path = "/subjects/a/versions";
    api.post(path, schema("\"int\"")).await;
    assert_eq!(api.get(&format!("{path}?deletedOnly=true")).await, json!([]));
    api.post(path, schema("\"long\"")).await;
    api.call("DELETE", &format!("{path}/1"), None).await;
    assert_eq!(api.get(path).await, json!([2]));
    assert_eq!(api.get(&format!("{path}?deletedOnly=true")).await, json!([1]));
    for flags in ["", "&deleted=true", "&deletedOnly=true"] {
        let negative = api.get(&format!("{path}?deletedAsNegative=true{flags}")).await;
        assert_eq!(negative, json!([-1, 2]), "{flags}");
    }
    api.call("DELETE", &format!("{path}/2"), None).await;
    for flags in ["", "?deletedAsNegative=true"] {
        assert_eq!(api.refusal("GET", &format!("{path}{flags}"), None).await, (404, 40401));
    }
    assert_eq!(
        api.get(&format!("{path}?deletedAsNegative=true&deleted=true")).await,
        json!([-1, -2])
    );
}

/// Stock clients read the level from the answer without asking whether it is there.
#[tokio::test]
async fn answers_always_tell_a_level() {
    let api = Api::new().await;
    let told = json!({"normalize": true, "compatibilityLevel": "BACKWARD"});
    for path in ["/config", "/config/a"] {
        let put = api.call("PUT", path, json!({"normalize": true})).await;
        assert_eq!(put.json(), json!({"normalize": true}), "what is set, no more");
        assert_eq!(api.get(path).await, told);
    }
    assert_eq!(api.get("/config/a?defaultToGlobal=true").await, told);
    for path in ["/config/a", "/config"] {
        assert_eq!(api.call("DELETE", path, None).await.json(), told);
    }
}

#[tokio::test]
async fn what_is_read_only_keeps_its_settings() {
    let api = Api::new().await;
    let (full, none) = (json!({"compatibility": "FULL"}), json!({"compatibility": "NONE"}));
    for (scope, others) in [("/a", "/b"), ("", "/b")] {
        let (config, mode) = (format!("/config{scope}"), format!("/mode{scope}"));
        assert_eq!(api.call("PUT", &config, full.clone()).await.status, 200);
        api.call("PUT", &mode, json!({"mode": "READONLY"})).await;
        assert_eq!(api.refusal("PUT", &config, none.clone()).await, (422, 42205));
        assert_eq!(api.refusal("DELETE", &config, None).await, (422, 42205));
        assert_eq!(api.get(&config).await["compatibilityLevel"], "FULL");
        // A subject of its own is as free as its mode says.
        let other = api.call("PUT", &format!("/config{others}"), none.clone()).await;
        assert_eq!(other.status, if scope.is_empty() { 422 } else { 200 });
        assert_eq!(api.call("PUT", &mode, json!({"mode": "READWRITE"})).await.status, 200);
        assert_eq!(api.call("DELETE", &config, None).await.status, 200);
    }
}

#[tokio::test]
async fn null_unsets_a_mode() {
    let api = Api::new().await;
    let null = json!({"mode": null});
    for path in ["/mode", "/mode/a"] {
        api.call("PUT", path, json!({"mode": "READONLY"})).await;
        for _ in 0..2 {
            assert_eq!(api.call("PUT", path, null.clone()).await.json(), null);
        }
    }
    assert_eq!(api.get("/mode").await, json!({"mode": "READWRITE"}));
    assert_eq!(api.refusal("GET", "/mode/a", None).await, (404, 40409));
    assert_eq!(api.refusal("PUT", "/mode/__GLOBAL", null).await, (422, 42208));
    assert_eq!(api.refusal("PUT", "/mode", json!({})).await, (422, 42204));
}

#[tokio::test]
async fn settings_and_modes() {
    let api = Api::new().await;
    assert_eq!(api.get("/config").await, json!({"compatibilityLevel": "BACKWARD"}));
    assert_eq!(
        api.call("PUT", "/config", json!({"compatibility": "full"}))
            .await
            .json(),
        json!({"compatibility": "FULL"})
    );
    assert_eq!(api.get("/config").await, json!({"compatibilityLevel": "FULL"}));
    assert_eq!(
        api.get("/config/a?defaultToGlobal=true").await,
        json!({"compatibilityLevel": "FULL"})
    );
    api.call(
        "PUT",
        "/config/a",
        json!({"compatibility": "NONE", "normalize": true, "somethingNew": 1}),
    )
    .await;
    assert_eq!(
        api.get("/config/a").await,
        json!({"normalize": true, "compatibilityLevel": "NONE"})
    );
    assert_eq!(
        api.call("DELETE", "/config/a", None).await.json(),
        json!({"normalize": true, "compatibilityLevel": "NONE"})
    );
    assert_eq!(
        api.call("DELETE", "/config", None).await.json(),
        json!({"compatibilityLevel": "FULL"})
    );
    assert_eq!(api.get("/config").await, json!({"compatibilityLevel": "BACKWARD"}));
    assert_eq!(api.get("/mode").await, json!({"mode": "READWRITE"}));
    assert_eq!(
        api.call("PUT", "/mode/a", json!({"mode": "readonly"})).await.json(),
        json!({"mode": "READONLY"})
    );
    assert_eq!(
        api.refusal("POST", "/subjects/a/versions", schema("\"int\"")).await,
        (422, 42205)
    );
    assert_eq!(
        api.call("DELETE", "/mode/a", None).await.json(),
        json!({"mode": "READONLY"})
    );
    assert_eq!(
        api.get("/mode/a?defaultToGlobal=true").await,
        json!({"mode": "READWRITE"})
    );
    assert_eq!(api.get("/v1/metadata/id").await["scope"]["path"], json!([]));
    assert_eq!(
        api.get("/v1/metadata/version").await["version"],
        env!("CARGO_PKG_VERSION")
    );
}

#[tokio::test]
async fn references_and_odd_subject_names() {
    let api = Api::new().await;
    let subject = "a%2Fb%20%C3%A9%3F%25";
    api.post(
        &format!("/subjects/{subject}/versions"),
        record(r#"{"name":"x","type":"int"}"#),
    )
    .await;
    assert_eq!(
        api.get("/subjects/").await,
        json!(["a/b é?%"]),
        "percent-encoding and a slash at the end"
    );
    let outer = json!({
        "schema": r#"{"type":"record","name":"O","fields":[{"name":"r","type":"R"}]}"#,
        "references": [{"name": "R", "subject": "a/b é?%", "version": 1}],
        "unknownMember": {"x": 1}
    });
    assert_eq!(api.post("/subjects/outer/versions", outer).await["id"], 2);
    assert_eq!(
        api.get(&format!("/subjects/{subject}/versions/1/referencedby")).await,
        json!([2])
    );
    assert_eq!(
        api.refusal("DELETE", &format!("/subjects/{subject}/versions/1"), None)
            .await,
        (422, 42206)
    );
    let resolved = api.get("/schemas/ids/2?format=resolved").await;
    assert!(
        resolved["schema"].as_str().unwrap().contains(r#""name":"R","fields""#),
        "{resolved}"
    );
    assert_eq!(resolved["references"][0]["subject"], "a/b é?%");
    let context = api.post("/subjects/:.ctx:a/versions", schema("\"int\"")).await;
    assert_eq!(context["id"], 1, "each context has its own ids");
    assert_eq!(api.get("/contexts").await, json!([".", ".ctx"]));
    assert_eq!(api.get("/schemas/ids/1?subject=:.ctx:").await["schema"], "\"int\"");
    // The same under the context's own path.
    let registered = api.post("/contexts/.ctx/subjects/b/versions", schema("\"long\"")).await;
    assert_eq!(registered["id"], 2);
    assert_eq!(api.get("/contexts/.ctx/subjects").await, json!([":.ctx:a", ":.ctx:b"]));
    assert_eq!(api.get("/contexts/.ctx/schemas/ids/2").await["schema"], "\"long\"");
    assert_eq!(
        api.get("/contexts/.ctx/subjects/b/versions/1").await["subject"],
        ":.ctx:b"
    );
    let level = json!({"compatibility": "NONE"});
    assert_eq!(api.call("PUT", "/contexts/.ctx/config", level).await.status, 200);
    assert_eq!(api.get("/config").await["compatibilityLevel"], "BACKWARD");
    api.post("/contexts/.ctx/subjects/b/versions", schema("\"string\""))
        .await;
    assert_eq!(
        api.refusal("GET", "/contexts/.ctx/subjects/c/versions", None).await,
        (404, 40401)
    );
}

#[tokio::test]
async fn media_types_and_hostile_requests() {
    let registry = start(
        &MemoryLog::new(),
        &[("size.limit.filter.max.request.body.size", "100000")],
    )
    .await;
    let address = registry.addr();
    let work = tokio::task::spawn_blocking(move || {
        let json = [("content-type", "application/json")];
        let accept = |value| send(address, "GET", "/subjects", &[("accept", value)], "");
        assert_eq!(accept("application/json").media_type, "application/json");
        assert_eq!(accept("text/html").refusal(), (406, 406));
        let typed = |value| send(address, "POST", "/subjects/a/versions", &[("content-type", value)], INT);
        assert_eq!(typed("text/plain").refusal(), (415, 415));
        assert_eq!(typed("application/vnd.schemaregistry.v1+json").status, 200);
        assert_eq!(typed("application/octet-stream").status, 200);
        let large = format!(r#"{{"schema":"{}"}}"#, " ".repeat(200_000));
        // The second is still being sent when it is too large, and is read on, so that the answer is seen.
        for body in [&large, &" ".repeat(20_000_000)] {
            assert_eq!(
                send(address, "POST", "/subjects/a/versions", &json, body).refusal(),
                (413, 413)
            );
        }
        for body in [
            "{",
            "nonsense",
            "\u{0}",
            "{\"schema\":\"\\ud800\"}",
            "[[[[",
            &"[".repeat(50_000),
            "5",
        ] {
            let answer = send(address, "POST", "/subjects/a/versions", &json, body);
            assert!(
                matches!(answer.refusal(), (400, 400) | (422, _)),
                "{body:.20}: {answer:?}"
            );
        }
        let deep = format!(r#"{{"schema":{}}}"#, json!(r#"{"type":"array","items":"#.repeat(2_000)));
        assert_eq!(
            send(address, "POST", "/subjects/a/versions", &json, &deep).refusal(),
            (422, 42201)
        );
        for path in [
            "/subjects/%",
            "/subjects/%zz/versions",
            "/subjects/a/versions/1%00",
            "/schemas/ids/99999999999999999999",
            "/schemas?limit=x",
            "/subjects//versions",
            "/..%2f..",
            "/subjects/%00/versions",
        ] {
            let answer = send(address, "GET", path, &[], "");
            assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
            assert!(answer.refusal().1 >= 400, "{path}: {answer:?}");
        }
        // Not HTTP at all: closed, and the next request is answered.
        for garbage in [
            &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
            b"GET\r\n\r\n",
            b"POST / HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n",
        ] {
            assert!(exchange(address, garbage).status >= 400);
        }
        assert_eq!(send(address, "GET", "/subjects", &[], "").status, 200);
    });
    work.await.unwrap();
    registry.shutdown().await;
}

#[tokio::test]
async fn survives_a_restart_and_stops_cleanly() {
    let log = MemoryLog::new();
    let first = start(&log, &[]).await;
    call(first.addr(), "POST", "/subjects/a/versions", schema("\"int\"")).await;
    call(first.addr(), "PUT", "/config/a", json!({"compatibility": "NONE"})).await;
    let address = first.addr();
    first.shutdown().await;
    assert!(std::net::TcpStream::connect(address).is_err());
    let second = start(&log, &[]).await;
    assert_eq!(
        call(second.addr(), "GET", "/subjects/a/versions/1", None).await.json()["id"],
        1
    );
    assert_eq!(
        call(second.addr(), "GET", "/config/a", None).await.json()["compatibilityLevel"],
        "NONE"
    );
    assert_eq!(
        call(second.addr(), "POST", "/subjects/a/versions", schema("\"string\""))
            .await
            .json()["id"],
        2
    );
}

#[tokio::test]
async fn addresses_that_cannot_be_used() {
    let log = std::sync::Arc::new(MemoryLog::new());
    let config = |listener: &str| RegistryConfig::parse([("listeners", listener)]).unwrap();
    let exposed = Registry::start(config("http://0.0.0.0:0"), log.clone()).await;
    assert!(matches!(exposed, Err(StartError::Exposed(_))));
    let taken = start(&MemoryLog::new(), &[]).await;
    let again = Registry::start(config(&format!("http://{}", taken.addr())), log).await;
    assert!(matches!(again, Err(StartError::Listen { .. })));
}
