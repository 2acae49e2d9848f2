//! Every route of the JSON API on live data: a broker, a registry and a Connect worker of the same workspace.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, in its helpers too"
)]

use std::io::{BufRead as _, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use weir_client::admin::Admin;
use weir_client::config::{AdminConfig, ProducerConfig};
use weir_client::producer::{Producer, ProducerRecord};
use weir_client::{OffsetAndMetadata, TopicPartition};
use weir_connect::kafka::client::ClientKafka;
use weir_connect::{Plugins, Worker, WorkerConfig};
use weir_connect_sdk::ConfigMap;
use weir_console::{Console, ConsoleConfig, StartError};
use weir_schema_registry::log::MemoryLog;
use weir_schema_registry::{Registry, RegistryConfig};
use weir_tests::peers::{Kafka, Missing, Weir, skip};

/// One raw request; reads until the server closes or `enough` is in what came.
fn exchange(address: SocketAddr, request: &str, enough: Option<&str>) -> (u16, String) {
    exchange_until(address, request, |text| {
        enough.is_some_and(|enough| text.contains(enough))
    })
}

fn exchange_until(address: SocketAddr, request: &str, enough: impl Fn(&str) -> bool) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    // A live tail says every ten seconds that it lives, so that reading alone never times out.
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        assert!(
            Instant::now() < end,
            "{request} brought only {}",
            String::from_utf8_lossy(&answer)
        );
        let read = stream.read(&mut part).unwrap();
        answer.extend_from_slice(&part[..read]);
        if read == 0 || enough(&String::from_utf8_lossy(&answer)) {
            break;
        }
    }
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// A request with a body (if any), off the async threads; the answer must be JSON.
async fn call(address: SocketAddr, method: &str, path: &str, headers: &str, body: Value) -> (u16, Value) {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let host = format!("host: {address}\r\n");
    let host = if headers.starts_with("host:") { "" } else { &host };
    let request = format!(
        "{method} {path} HTTP/1.1\r\n{host}{headers}connection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let work = move || exchange(address, &request, None);
    let (status, text) = tokio::task::spawn_blocking(work).await.unwrap();
    if text.is_empty() {
        return (status, Value::Null);
    }
    let json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{method} {path}: {status} {error}: {text}"));
    (status, json)
}

async fn get(address: SocketAddr, path: &str) -> Value {
    let (status, json) = call(address, "GET", path, "", Value::Null).await;
    assert_eq!(status, 200, "{path}: {json}");
    json
}

/// A refusal's status; it must say what is wrong and what to do.
async fn refusal(address: SocketAddr, method: &str, path: &str, headers: &str, body: Value) -> u16 {
    let (status, json) = call(address, method, path, headers, body).await;
    for part in ["error", "hint"] {
        assert!(
            json[part].as_str().is_some_and(|text| !text.is_empty()),
            "{path}: {json}"
        );
    }
    status
}

async fn eventually(address: SocketAddr, path: &str, done: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let (_, json) = call(address, "GET", path, "", Value::Null).await;
        if done(&json) {
            return json;
        }
        assert!(Instant::now() < end, "{path} is still {json}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The row of a list with this value in this field.
fn row(list: &Value, field: &str, value: &str) -> Value {
    let found = list.as_array().unwrap().iter().find(|row| row[field] == value);
    found.unwrap_or_else(|| panic!("no {value} in {list}")).clone()
}

fn loopback() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

async fn worker(bootstrap: &str) -> Worker {
    let settings = [
        ("bootstrap.servers", bootstrap),
        ("group.id", "connect-cluster"),
        ("listeners", "http://127.0.0.1:0"),
        ("key.converter", "org.apache.kafka.connect.storage.StringConverter"),
        ("value.converter", "org.apache.kafka.connect.json.JsonConverter"),
        ("config.storage.topic", "connect-configs"),
        ("offset.storage.topic", "connect-offsets"),
        ("status.storage.topic", "connect-status"),
        ("config.storage.replication.factor", "1"),
        ("offset.storage.replication.factor", "1"),
        ("status.storage.replication.factor", "1"),
    ];
    let settings: ConfigMap = settings
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    let config = WorkerConfig::parse(&settings).unwrap();
    let kafka = ClientKafka::new(weir_runtime::real(), &[bootstrap.to_owned()], &ConfigMap::new()).unwrap();
    let plugins = Plugins::new([weir_plugin_datagen::SOURCE]);
    Worker::start(config, plugins, Arc::new(kafka)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_on_weir() {
    match Weir::broker(&[]) {
        Ok(weir) => every_route_on_live_data(weir.bootstrap(), true).await,
        Err(missing) => skip(&missing),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_on_apache_kafka() {
    match tokio::task::spawn_blocking(Kafka::start).await.unwrap() {
        Ok(kafka) => every_route_on_live_data(kafka.bootstrap(), false).await,
        Err(missing) => skip(&missing),
    }
}

async fn every_route_on_live_data(bootstrap: &str, pictures: bool) {
    let bootstrap = bootstrap.to_owned();
    let registry = RegistryConfig::parse([("listeners", "http://127.0.0.1:0")]).unwrap();
    let registry = Registry::start(registry, Arc::new(MemoryLog::default())).await.unwrap();
    let worker = worker(&bootstrap).await;
    let config = ConsoleConfig {
        listen: loopback(),
        bootstrap_servers: bootstrap.clone(),
        registry_url: Some(format!("http://{}", registry.addr())),
        connect_url: Some(format!("http://{}", worker.rest_addr())),
    };
    let console = Console::start(config, weir_runtime::real()).await.unwrap();
    let at = console.addr();

    topics(at).await;
    let schema = subjects(at, registry.addr()).await;
    messages(at, &bootstrap, schema).await;
    groups(at, &bootstrap).await;
    connectors(at, worker.rest_addr()).await;
    let overview = get(at, "/api/overview").await;
    assert_eq!(overview["brokers"].as_array().map(Vec::len), Some(1));
    assert_eq!(overview["registry"], json!({"subjects": 1}));
    assert_eq!(overview["connect"], json!({"connectors": 1, "failing": 0}));
    assert!(
        overview["topics"].as_u64() >= Some(1) && overview["groups"].as_u64() >= Some(2),
        "{overview}"
    );
    refusals(at).await;
    page(at).await;
    browser(at, &bootstrap, pictures).await;

    let (status, gone) = call(at, "DELETE", "/api/topics/flights", "", Value::Null).await;
    assert_eq!((status, gone), (200, json!({"deleted": "flights"})));
    assert_eq!(refusal(at, "GET", "/api/topics/flights", "", Value::Null).await, 404);
    worker.shutdown().await;
    registry.shutdown().await;
    // The services are away now: the overview says so, and the rest of it still stands.
    let alone = get(at, "/api/overview").await;
    assert!(
        alone["registry"]["error"].is_string() && alone["connect"]["hint"].is_string(),
        "{alone}"
    );
    assert_eq!(refusal(at, "GET", "/api/subjects", "", Value::Null).await, 502);
    console.shutdown().await;
}

async fn topics(at: SocketAddr) {
    let wanted = json!({"name": "flights", "partitions": 3, "configs": {"cleanup.policy": "compact"}});
    let (status, created) = call(at, "POST", "/api/topics", "", wanted.clone()).await;
    assert_eq!(status, 201, "{created}");
    assert_eq!(
        created,
        json!({"name": "flights", "partitions": 3, "replicationFactor": 1})
    );
    let create = |body: Value| refusal(at, "POST", "/api/topics", "", body);
    assert_eq!(create(wanted).await, 409);
    assert_eq!(create(json!({"name": "a b", "partitions": 1})).await, 400);
    assert_eq!(create(json!({"name": "x", "partitions": 0})).await, 400);
    assert_eq!(create(json!({"nam": "x"})).await, 400);
    // Kafka's brokers hear of a topic after the controller that made it.
    let topic = eventually(at, "/api/topics/flights", |topic| {
        topic["partitions"].as_array().map(Vec::len) == Some(3)
    })
    .await;
    assert_eq!(topic["partitions"][2]["latest"], 0);
    let policy = row(&topic["configs"], "name", "cleanup.policy");
    assert_eq!(
        (&policy["value"], &policy["source"]),
        (&json!("compact"), &json!("topic"))
    );
    assert_eq!(get(at, "/api/topics/flights/messages").await["messages"], json!([]));
}

const SCHEMA: &str = r#"{"type":"record","name":"Flight","fields":
    [{"name":"carrier","type":"string"},{"name":"delay","type":"long"}]}"#;

async fn subjects(at: SocketAddr, registry: SocketAddr) -> u32 {
    assert_eq!(get(at, "/api/subjects").await, json!({"subjects": []}));
    let register = json!({"schema": SCHEMA});
    let (_, id) = call(registry, "POST", "/subjects/flights-value/versions", "", register).await;
    let id = id["id"].as_u64().unwrap();
    let list = json!({"subjects": [{"subject": "flights-value", "versions": [1]}]});
    assert_eq!(get(at, "/api/subjects").await, list);
    let subject = get(at, "/api/subjects/flights-value").await;
    assert_eq!(subject["compatibility"], "BACKWARD");
    assert_eq!(subject["latest"]["id"], id);
    let version = get(at, "/api/subjects/flights-value/versions/1").await;
    let schema: Value = serde_json::from_str(version["schema"].as_str().unwrap()).unwrap();
    assert_eq!(schema["name"], "Flight");
    let missing = |path: &'static str| refusal(at, "GET", path, "", Value::Null);
    assert_eq!(missing("/api/subjects/none").await, 404);
    assert_eq!(missing("/api/subjects/flights-value/versions/7").await, 404);
    u32::try_from(id).unwrap()
}

async fn messages(at: SocketAddr, bootstrap: &str, schema: u32) {
    let config = ProducerConfig::from_map([("bootstrap.servers", bootstrap)]).unwrap();
    let producer = Producer::new(weir_runtime::real(), config);
    // "AA" and the number 7.
    let avro = [&[0][..], &schema.to_be_bytes(), &[4, b'A', b'A', 14]].concat();
    let record = |partition, time: i64, value: Vec<u8>| {
        let record = ProducerRecord::keyed("flights", "key", value);
        record.partition(partition).timestamp(1_700_000_000_000 + time)
    };
    let big = r#"{"n": 9223372036854775807}"#;
    let tombstone = ProducerRecord::tombstone("flights", "gone");
    for record in [
        record(0, 1, big.into()),
        record(0, 2, b"plain text".to_vec()),
        record(1, 3, avro).header("trace", "t-1"),
        record(0, 4, vec![0xff, 0]),
        tombstone.partition(2).timestamp(1_700_000_000_005),
    ] {
        producer.send(record).await.unwrap();
    }
    let all = get(at, "/api/topics/flights/messages?limit=10").await;
    assert_eq!(all["complete"], true);
    let all = all["messages"].as_array().unwrap();
    let column = |part: &str| -> Vec<String> {
        let texts = all.iter().map(|message| message["value"][part].as_str().unwrap());
        texts.map(str::to_owned).collect()
    };
    let newest_first = ["null", "binary", "avro", "text", "json"];
    assert_eq!(column("format"), newest_first);
    let texts = ["", "ff 00", r#"{"carrier":"AA","delay":7}"#, "plain text", big];
    assert_eq!(column("text"), texts);
    assert_eq!(all[2]["value"]["schemaId"], schema);
    assert_eq!(all[2]["headers"][0][0], "trace");
    assert_eq!(all[2]["headers"][0][1]["text"], "t-1");
    assert_eq!(all[0]["key"]["text"], "gone");
    assert_eq!(all[0]["timestamp"], 1_700_000_000_005_i64);
    let newest = get(at, "/api/topics/flights/messages?limit=1").await;
    assert_eq!(newest["messages"].as_array().unwrap()[..], all[..1]);
    let from = get(at, "/api/topics/flights/messages?partition=0&offset=1&limit=10").await;
    let offsets = from["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["offset"]);
    assert_eq!(offsets.collect::<Vec<_>>(), [1, 2]);
    assert_eq!(
        from["partitions"],
        json!([{"partition": 0, "earliest": 0, "latest": 3}])
    );
    let listed = row(&get(at, "/api/topics").await["topics"], "name", "flights");
    assert_eq!(
        listed,
        json!({"name": "flights", "internal": false, "partitions": 3, "records": 5})
    );

    let request = format!("GET /api/topics/flights/tail HTTP/1.1\r\nhost: {at}\r\n\r\n");
    let tail = tokio::task::spawn_blocking(move || exchange(at, &request, Some("fresh")));
    // What is sent while the tail is open comes; what was there before does not.
    while !tail.is_finished() {
        producer.send(record(1, 9, b"fresh".to_vec())).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (status, events) = tail.await.unwrap();
    assert_eq!(status, 200);
    assert!(
        events.contains("event: ready") && events.contains("event: message"),
        "{events}"
    );
    assert!(!events.contains("plain text"), "{events}");

    // The connection was lost; what came meanwhile comes first, and nothing twice.
    let last = events
        .lines()
        .filter_map(|line| line.strip_prefix("id:"))
        .next_back()
        .unwrap()
        .trim()
        .to_owned();
    for (partition, text) in [(2, "missed-0"), (2, "missed-1"), (2, "missed-2")] {
        producer.send(record(partition, 9, text.into())).await.unwrap();
    }
    let again = |place: String| {
        let request = format!("GET /api/topics/flights/tail{place}\r\n\r\n");
        tokio::task::spawn_blocking(move || {
            let enough = |text: &str| ["missed-0", "missed-1", "missed-2"].iter().all(|m| text.contains(m));
            exchange_until(at, &request, enough).1
        })
    };
    let by_header = again(format!(" HTTP/1.1\r\nhost: {at}\r\nlast-event-id: {last}"))
        .await
        .unwrap();
    let by_query = again(format!("?after={last} HTTP/1.1\r\nhost: {at}")).await.unwrap();
    let places = |events: &str| -> Vec<(i64, i64)> {
        let data = events.lines().filter_map(|line| line.strip_prefix("data:"));
        let messages = data
            .filter_map(|text| serde_json::from_str::<Value>(text).ok())
            .filter(|m| m["offset"].is_i64());
        messages
            .map(|m| (m["partition"].as_i64().unwrap(), m["offset"].as_i64().unwrap()))
            .collect()
    };
    let before = places(&events);
    for after in [by_header, by_query].map(|events| places(&events)) {
        assert!(
            after.iter().filter(|(partition, _)| *partition == 2).count() == 3,
            "{after:?}"
        );
        assert!(
            !after.iter().any(|place| before.contains(place)),
            "{before:?} {after:?}"
        );
    }
    assert_eq!(
        refusal(at, "GET", "/api/topics/flights/tail?after=x", "", Value::Null).await,
        400
    );
    producer.close().await;
}

async fn groups(at: SocketAddr, bootstrap: &str) {
    let admin = Admin::new(weir_runtime::real(), AdminConfig::new(bootstrap).unwrap());
    let committed = [(TopicPartition::new("flights", 0), OffsetAndMetadata::new(1))].into();
    admin.alter_group_offsets("readers", &committed).await.unwrap();
    let readers = row(&get(at, "/api/groups").await["groups"], "group", "readers");
    assert_eq!(readers["state"], "Empty");
    assert_eq!((&readers["lag"], &readers["members"]), (&json!(2), &json!(0)));
    let group = get(at, "/api/groups/readers").await;
    let lag = json!({"topic": "flights", "partition": 0, "committed": 1, "end": 3, "lag": 2, "client": null});
    assert_eq!(group["partitions"], json!([lag]));
    // The Connect worker is a live member.
    let connect = eventually(at, "/api/groups/connect-cluster", |group| group["state"] == "Stable").await;
    assert_eq!(connect["members"].as_array().map(Vec::len), Some(1));
    assert_eq!(refusal(at, "GET", "/api/groups/none", "", Value::Null).await, 404);
}

async fn connectors(at: SocketAddr, worker: SocketAddr) {
    let config = json!({
        "connector.class": "io.confluent.kafka.connect.datagen.DatagenConnector", "kafka.topic": "users",
        "quickstart": "users", "tasks.max": "1", "max.interval": "50", "my.password": "hush",
    });
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        // Refused while the worker joins its group.
        let (status, answer) = call(worker, "PUT", "/connectors/people/config", "", config.clone()).await;
        if status == 201 {
            break;
        }
        assert!(Instant::now() < end, "{status} {answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let people = "/api/connectors/people";
    let running = |connector: &Value| connector["state"] == "RUNNING" && connector["tasks"][0]["state"] == "RUNNING";
    let one = eventually(at, people, running).await;
    assert_eq!(one["type"], "source");
    assert_eq!(one["config"]["my.password"], "(hidden)");
    assert_eq!(get(at, "/api/connectors").await["connectors"][0]["name"], "people");
    let act = async |action: &str| call(at, "POST", &format!("{people}/{action}"), "", Value::Null).await.0;
    assert_eq!(act("pause").await, 200);
    eventually(at, people, |connector| connector["state"] == "PAUSED").await;
    assert_eq!(act("resume").await, 200);
    eventually(at, people, running).await;
    assert_eq!(act("restart").await, 200);
    eventually(at, people, running).await;
    assert_eq!(act("explode").await, 400);
    assert_eq!(refusal(at, "GET", "/api/connectors/none", "", Value::Null).await, 404);
}

async fn refusals(at: SocketAddr) {
    let missing = |path: &'static str| refusal(at, "GET", path, "", Value::Null);
    assert_eq!(missing("/api/nothing").await, 404);
    assert_eq!(missing("/nothing.js").await, 404);
    assert_eq!(missing("/api/topics/%FF").await, 400);
    assert_eq!(missing("/api/topics/none").await, 404);
    assert_eq!(missing("/api/topics/none/messages").await, 404);
    assert_eq!(missing("/api/topics/none/tail").await, 404);
    assert_eq!(missing("/api/topics/flights/messages?offset=1").await, 400);
    assert_eq!(missing("/api/topics/flights/messages?offset=x").await, 400);
    assert_eq!(missing("/api/topics/flights/messages?partition=9").await, 404);
    assert_eq!(refusal(at, "PUT", "/api/overview", "", Value::Null).await, 405);
    let host = "host: rebound.example.com\r\n";
    assert_eq!(refusal(at, "GET", "/api/overview", host, Value::Null).await, 421);
    let origin = "origin: http://example.com\r\n";
    assert_eq!(
        refusal(at, "DELETE", "/api/topics/flights", origin, Value::Null).await,
        403
    );
}

async fn page(at: SocketAddr) {
    let fetch = async |path: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost:1\r\nconnection: close\r\n\r\n");
        tokio::task::spawn_blocking(move || exchange(at, &request, None))
            .await
            .unwrap()
    };
    let (status, html) = fetch("/").await;
    assert_eq!(status, 200);
    assert!(html.contains("/console.js") && html.contains("/console.css"), "{html}");
    assert!(!html.contains("https://"), "no external asset");
    for file in ["/console.js", "/console.css"] {
        let (status, text) = fetch(file).await;
        assert!(status == 200 && text.len() > 1000, "{file}");
    }
}

/// Every page in a real browser, if there is one. `WEIR_SCREENSHOTS` names a folder for pictures.
async fn browser(at: SocketAddr, bootstrap: &str, pictures: bool) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".into());
    if !here.join("app/node_modules/playwright-core").exists() || !Path::new(&chromium).exists() {
        return skip(&Missing {
            peer: "chromium",
            reason: "needs `npm ci` in console/app and Debian's chromium".into(),
        });
    }
    let node = match tokio::task::spawn_blocking(xtask::peers::node).await.unwrap() {
        Ok(node) => node,
        Err(e) => {
            return skip(&Missing {
                peer: "Node",
                reason: e.to_string(),
            });
        }
    };
    let mut node = Command::new(node);
    node.arg(here.join("tests/browser.mjs")).arg(format!("http://{at}"));
    node.args(std::env::var_os("WEIR_SCREENSHOTS").filter(|_| pictures));
    node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut walk = node.spawn().unwrap();
    let (mut answer, says) = (walk.stdin.take().unwrap(), walk.stdout.take().unwrap());
    let (asked, wanted) = tokio::sync::oneshot::channel();
    let listener = std::thread::spawn(move || {
        let mut asked = Some(asked);
        for line in std::io::BufReader::new(says).lines().map_while(Result::ok) {
            if let Some(asked) = asked.take_if(|_| line == "produce") {
                asked.send(()).unwrap();
            }
        }
    });
    // The browser is offline now; when the walk ends without having asked, that is told below.
    if wanted.await.is_ok() {
        let config = ProducerConfig::from_map([("bootstrap.servers", bootstrap)]).unwrap();
        let producer = Producer::new(weir_runtime::real(), config);
        producer
            .send(ProducerRecord::keyed("flights", "key", "while offline").partition(0))
            .await
            .unwrap();
        producer.close().await;
        answer.write_all(b"done\n").unwrap();
    }
    drop(answer);
    let output = tokio::task::spawn_blocking(move || walk.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    listener.join().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The checked-in assets are what the sources build; so nobody needs Node to build Weir.
#[test]
fn assets_are_built_from_the_sources() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let app = here.join("app");
    if !app.join("node_modules/esbuild").exists() {
        return skip(&Missing {
            peer: "esbuild",
            reason: "needs `npm ci` in console/app".into(),
        });
    }
    let run = |program: &str, args: &[&str]| {
        let output = Command::new(app.join("node_modules/.bin").join(program))
            .args(args)
            .current_dir(&app)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success(),
            "{program}: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        text
    };
    run("tsc", &["--noEmit"]);
    let asset = |name: &str| std::fs::read_to_string(here.join("assets").join(name)).unwrap();
    let script = run("esbuild", &["src/main.ts", "--bundle", "--minify", "--target=es2022"]);
    assert!(script == asset("console.js"), "run `npm run build` in console/app");
    assert!(
        run("esbuild", &["src/console.css", "--minify"]) == asset("console.css"),
        "run `npm run build` in console/app"
    );
    assert_eq!(
        std::fs::read_to_string(app.join("src/index.html")).unwrap(),
        asset("index.html")
    );
}

#[tokio::test]
async fn will_not_start_where_it_must_not() {
    let config = |listen: SocketAddr, registry: Option<&str>| ConsoleConfig {
        listen,
        bootstrap_servers: "127.0.0.1:9".into(),
        registry_url: registry.map(str::to_owned),
        connect_url: None,
    };
    let start = |config| Console::start(config, weir_runtime::real());
    let exposed = start(config(([0, 0, 0, 0], 0).into(), None)).await;
    assert!(matches!(exposed, Err(StartError::Exposed(_))));
    let tls = start(config(loopback(), Some("https://registry"))).await;
    assert!(matches!(tls, Err(StartError::Address { what: "registry", .. })));
    let first = start(config(loopback(), None)).await.unwrap();
    let taken = start(config(first.addr(), None)).await;
    assert!(matches!(taken, Err(StartError::Listen { .. })));
    first.shutdown().await;
}
