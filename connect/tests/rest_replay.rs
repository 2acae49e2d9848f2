//! The calls of `data/*_calls.json` get the answers that Apache Kafka Connect 4.3.1 gave (`data/*_answers.json`, recorded with
//! `data/record_rest.py`). What differs from run to run is masked: worker ids, versions, traces; `compare` in a call says what else.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of a test file")]

mod common;

use std::time::{Duration, Instant};

use common::Running;
use serde_json::Value;
use weir_connect::Plugins;
use weir_connect::kafka::memory::MemoryKafka;

/// Masks what no two runs have in common.
fn masked(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(name, _)| name.as_str() != "trace");
            kept.map(|(name, value)| {
                let mask = matches!(name.as_str(), "worker_id" | "version");
                (name.clone(), if mask { "*".into() } else { masked(value) })
            })
            .collect()
        }
        Value::Array(items) if items.iter().all(Value::is_string) => {
            // Lists of names come in the order of a Java HashMap there.
            let mut items = items.clone();
            items.sort_by_key(|item| item.as_str().unwrap_or_default().to_owned());
            items.into()
        }
        Value::Array(items) => items.iter().map(masked).collect(),
        other => other.clone(),
    }
}

/// A validation without texts of our own, versions and lists of known classes, and without settings that only we have.
fn validation(answer: &Value, names: &[String]) -> Value {
    let mut out = serde_json::Map::new();
    for config in answer["configs"].as_array().unwrap() {
        let name = config["value"]["name"].as_str().unwrap().to_owned();
        if !names.contains(&name) {
            continue;
        }
        let mut config = config.clone();
        config["definition"].as_object_mut().unwrap().remove("documentation");
        config["value"].as_object_mut().unwrap().remove("recommended_values");
        if name.ends_with("plugin.version") {
            config["definition"]["default_value"] = "*".into();
            config["value"]["value"] = "*".into();
        }
        out.insert(name, config);
    }
    serde_json::json!({"configs": out, "errors": answer["error_count"], "groups": answer["groups"], "name": answer["name"]})
}

fn names(answer: &Value) -> Vec<String> {
    let configs = answer["configs"].as_array().unwrap();
    configs
        .iter()
        .map(|config| config["value"]["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_answers_as_kafka_connect() {
    replay(
        include_str!("data/rest_calls.json"),
        include_str!("data/rest_answers.json"),
    )
    .await;
}

/// Media types, odd names and paths, offsets and settings that are refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_manners_as_kafka_connect() {
    replay(
        include_str!("data/manners_calls.json"),
        include_str!("data/manners_answers.json"),
    )
    .await;
}

async fn replay(calls: &str, answers: &str) {
    let calls: Vec<Value> = serde_json::from_str(calls).unwrap();
    let answers: Vec<Value> = serde_json::from_str(answers).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let dir = directory.path().display().to_string();
    std::fs::write(directory.path().join("in.txt"), "hello\nworld\n").unwrap();
    let running = Running::start(
        &MemoryKafka::new(),
        Plugins::new([weir_plugin_file::SOURCE, weir_plugin_file::SINK]),
        &[],
    )
    .await;
    let mut answers = answers.into_iter();
    let mut wrong = vec![];
    for call in calls {
        if let Some(wait) = call["wait"].as_u64() {
            // Their waits are for a JVM; what needs time here is compared "eventually".
            tokio::time::sleep(Duration::from_millis(wait * 50)).await;
            continue;
        }
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let body = if call["body"].is_null() {
            String::new()
        } else {
            text(&call["body"]).replace("{dir}", &dir)
        };
        let (method, path) = (call["method"].as_str().unwrap(), call["path"].as_str().unwrap());
        let expected: Value =
            serde_json::from_str(&answers.next().unwrap().to_string().replace("{dir}", &dir)).unwrap();
        let compare = call["compare"].as_str().unwrap_or_default();
        let headers: Vec<(String, String)> = call["headers"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect();
        let began = Instant::now();
        loop {
            let (status, answer, response) = running.call_with(method, path, &body, &headers).await;
            let location = response
                .header("location")
                .map(|location| location.replace(&running.url(), "{url}"));
            let same_head = expected["status"] == status && location.as_deref() == expected["location"].as_str();
            let theirs = &expected["body"];
            let same = same_head
                && match compare {
                    "status" => answer["error_code"] == theirs["error_code"],
                    "keys of" => answer
                        .as_object()
                        .unwrap()
                        .keys()
                        .eq(theirs.as_object().unwrap().keys()),
                    "keys" => answer
                        .as_object()
                        .unwrap()
                        .keys()
                        .eq(["version", "commit", "kafka_cluster_id"].iter()),
                    "validate" => validation(&answer, &names(theirs)) == validation(theirs, &names(theirs)),
                    _ => masked(&answer) == masked(theirs),
                };
            if same || compare != "eventually" || began.elapsed() > Duration::from_secs(10) {
                if !same && compare == "validate" {
                    let known = names(theirs);
                    let (theirs, ours) = (validation(theirs, &known), validation(&answer, &known));
                    for name in known
                        .iter()
                        .filter(|name| theirs["configs"][name] != ours["configs"][name])
                    {
                        wrong.push(format!(
                            "{path}\n  theirs {}\n  ours   {}",
                            theirs["configs"][name], ours["configs"][name]
                        ));
                    }
                    for part in ["errors", "groups", "name"] {
                        wrong.push(format!(
                            "{path} {part}\n  theirs {}\n  ours   {}",
                            theirs[part], ours[part]
                        ));
                    }
                } else if !same {
                    wrong.push(format!(
                        "{method} {path} {body}\n  theirs {} {theirs}\n  ours   {status} {answer} {location:?}",
                        expected["status"]
                    ));
                }
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    assert!(
        wrong.is_empty(),
        "{} answers differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    running.worker.shutdown().await;
}
