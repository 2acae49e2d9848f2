//! The command line as a stranger types it: help, both outputs, settings and their precedence, wrong input, and each part
//! alone on Weir's broker and on Apache Kafka.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use weir_tests::peers::{Missing, Process, Weir, binary, bootstrap, free_port, skip};

/// Runs `weir`, without what the developer's own environment says.
fn weir(args: &[&str], input: impl AsRef<[u8]>) -> Result<Output, Missing> {
    let mut child = Command::new(binary()?)
        .args(args)
        .env_remove("WEIR_CONFIG")
        .env_remove("WEIR_BOOTSTRAP_SERVERS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_ref()).unwrap();
    Ok(child.wait_with_output().unwrap())
}

/// Standard output of what must succeed.
fn ok(args: &[&str], input: &str) -> Result<String, Missing> {
    let out = weir(args, input)?;
    let errors = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "weir {args:?}: {errors}");
    Ok(String::from_utf8(out.stdout).unwrap())
}

/// With `-o json`: one JSON document and nothing else.
fn json(args: &[&str]) -> Result<Value, Missing> {
    let text = ok(&[args, &["-o", "json"]].concat(), "")?;
    Ok(serde_json::from_str(&text).unwrap_or_else(|e| panic!("weir {args:?}: {e}: {text}")))
}

/// Standard error of what must fail: it says why, and prints nothing where data is expected.
fn refused(args: &[&str]) -> Result<String, Missing> {
    let out = weir(args, "")?;
    let errors = String::from_utf8(out.stderr).unwrap();
    assert!(
        !out.status.success() && out.stdout.is_empty(),
        "weir {args:?}: {errors}"
    );
    assert!(errors.contains("error: "), "{errors}");
    Ok(errors)
}

/// A part in a process of its own, once its address answers.
fn part(args: &[&str], environment: &[&str], port: u16) -> Result<Process, Missing> {
    let folder = tempfile::tempdir().unwrap().keep();
    let program = binary()?.display().to_string();
    let words: Vec<&OsStr> = environment
        .iter()
        .copied()
        .chain([program.as_str()])
        .chain(args.iter().copied())
        .map(OsStr::new)
        .collect();
    let process = Process::start("env", &words, &folder).unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        let log = || std::fs::read_to_string(folder.join("server.log")).unwrap_or_default();
        assert!(!process.ended() && Instant::now() < end, "weir {args:?}: {}", log());
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(process)
}

fn or_skip(test: impl FnOnce() -> Result<(), Missing>) {
    test().unwrap_or_else(|missing| skip(&missing));
}

/// The names under `Commands:` of a help text.
fn commands(help: &str) -> Vec<String> {
    let list = help.split_once("Commands:\n").map_or("", |(_, rest)| rest);
    list.lines()
        .take_while(|line| !line.is_empty())
        // Names stand two columns in; what wraps stands further.
        .filter_map(|line| line.strip_prefix("  ").filter(|l| !l.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .filter(|name| name != "help")
        .collect()
}

#[test]
fn every_command_has_help_and_examples() {
    or_skip(|| {
        let top = commands(&ok(&["--help"], "")?);
        let nouns = ["topic", "produce", "consume", "group", "schema", "connector", "cluster"];
        let parts = ["start", "broker", "registry", "connect", "console", "demo"];
        let found: BTreeSet<&str> = top.iter().map(String::as_str).collect();
        assert_eq!(found, nouns.into_iter().chain(parts).collect());
        for name in &top {
            let help = ok(&[name, "--help"], "")?;
            assert!(
                help.contains("Examples:\n  ") && help.contains(&format!("weir {name}")),
                "{help}"
            );
            for verb in commands(&help) {
                let help = ok(&[name, &verb, "--help"], "")?;
                assert!(help.contains(&format!("Examples:\n  weir {name} {verb}")), "{help}");
            }
        }
        Ok(())
    });
}

#[test]
fn nouns_work_the_same_on_both_clusters() {
    or_skip(|| nouns(Weir::broker(&[])?.bootstrap()));
    if let Some(kafka) = bootstrap() {
        or_skip(|| nouns(&kafka));
    }
}

fn nouns(cluster: &str) -> Result<(), Missing> {
    let at = ["--bootstrap-servers", cluster];
    let with = |args: &[&str]| json(&[args, &at].concat());
    let created = with(&[
        "topic",
        "create",
        "cli",
        "--partitions",
        "2",
        "--config",
        "retention.ms=60000",
    ])?;
    assert_eq!(
        created,
        json!({"topic": "cli", "partitions": 2, "replication_factor": 1})
    );
    let lines: String = (0..100).map(|i| format!("k{}:{i}\n", i % 10)).collect();
    let produce = [
        "produce",
        "cli",
        "--key-separator",
        ":",
        "--compression",
        "zstd",
        "--property",
        "acks=1",
    ];
    assert_eq!(ok(&[&produce[..], &at].concat(), &lines)?, "");
    let consume = ["consume", "cli", "--from-beginning", "--exit-at-end"];
    let text = ok(&[&consume[..], &at].concat(), "")?;
    let read: BTreeSet<&str> = text.lines().collect();
    assert!(read.len() == 100 && read.contains("k7\t17"), "{text}");
    // A group reads 30, commits 30, and goes on where it was.
    let grouped = [&consume[..], &["--group", "cli-readers", "-o", "json"], &at].concat();
    let first = ok(&[&grouped[..], &["--max", "30"]].concat(), "")?;
    let group = with(&["group", "describe", "cli-readers"])?;
    let lag = |group: &Value| -> i64 {
        group["offsets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|o| o["lag"].as_i64().unwrap())
            .sum()
    };
    assert!(first.lines().count() == 30 && lag(&group) <= 70, "{group}");
    let rest = ok(&grouped, "")?;
    let value = |line: &str| {
        serde_json::from_str::<Value>(line).unwrap()["value"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let values: BTreeSet<String> = first.lines().chain(rest.lines()).map(value).collect();
    assert_eq!((rest.lines().count(), values.len()), (70, 100));
    let group = with(&["group", "describe", "cli-readers"])?;
    assert_eq!(
        (&group["state"], &group["members"], lag(&group)),
        (&json!("Empty"), &json!(0), 0)
    );
    let listed = with(&["group", "list"])?;
    assert!(
        listed.as_array().unwrap().iter().any(|g| g["group"] == "cli-readers"),
        "{listed}"
    );
    let topic = with(&["topic", "describe", "cli"])?;
    let ends: i64 = topic["partitions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["latest"].as_i64().unwrap())
        .sum();
    assert_eq!((ends, &topic["configs"]), (100, &json!({"retention.ms": "60000"})));
    let table = ok(&[&["topic", "describe", "cli"], &at[..]].concat(), "")?;
    assert!(
        table.starts_with("PARTITION") && table.contains("retention.ms=60000"),
        "{table}"
    );
    let listed = with(&["topic", "list"])?;
    assert!(
        listed
            .as_array()
            .unwrap()
            .contains(&json!({"topic": "cli", "partitions": 2})),
        "{listed}"
    );
    let (host, port) = cluster.split_once(':').unwrap();
    let brokers = json!([{"id": 1, "host": host, "port": port.parse::<u16>().unwrap()}]);
    assert_eq!(with(&["cluster"])?["brokers"], brokers);
    bytes(&at)?;
    // What cannot be done is said, and the rest is done.
    let out = weir(
        &[&["topic", "delete", "cli", "no-such", "-o", "json"], &at[..]].concat(),
        "",
    )?;
    assert!(!out.status.success() && String::from_utf8_lossy(&out.stderr).contains("no-such"));
    assert_eq!(
        serde_json::from_slice::<Value>(&out.stdout).unwrap(),
        json!([{"deleted": "cli"}])
    );
    assert_eq!(
        with(&["group", "delete", "cli-readers"])?,
        json!([{"deleted": "cli-readers"}])
    );
    let again = refused(&[&["group", "delete", "cli-readers"], &at[..]].concat())?;
    assert!(again.contains("cli-readers"), "{again}");
    assert!(refused(&[&["topic", "describe", "cli"], &at[..]].concat())?.contains("cli"));
    Ok(())
}

/// Lines that are no text go through as they are.
fn bytes(at: &[&str]) -> Result<(), Missing> {
    ok(&[&["topic", "create", "cli-bytes"], at].concat(), "")?;
    let lines = b"\xff\xfe\x00k:v\xe4\nnext\r\nlast".as_slice();
    let out = weir(&[&["produce", "cli-bytes", "--key-separator", ":"], at].concat(), lines)?;
    assert!(out.status.success() && String::from_utf8_lossy(&out.stderr).contains("3 records"));
    let consume = [&["consume", "cli-bytes", "--from-beginning", "--exit-at-end"], at].concat();
    assert_eq!(weir(&consume, "")?.stdout, b"\xff\xfe\x00k\tv\xe4\nnext\nlast\n");
    let first = ok(&[&consume[..], &["--max", "1", "-o", "json"]].concat(), "")?;
    let first: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(
        (&first["key_base64"], &first["value_base64"]),
        (&json!("//4Aaw=="), &json!("duQ="))
    );
    // What is not there is told as that, not as a cluster that gives no answer.
    let refusal = refused(&[&["topic", "delete", "no-such"], at].concat())?;
    assert!(
        refusal.contains("no-such") && !refusal.contains("is a broker running"),
        "{refusal}"
    );
    Ok(())
}

#[test]
fn parts_alone_work_the_same_on_both_clusters() {
    or_skip(|| parts(Weir::broker(&[])?.bootstrap()));
    if let Some(kafka) = bootstrap() {
        or_skip(|| parts(&kafka));
    }
}

fn parts(cluster: &str) -> Result<(), Missing> {
    let port = || free_port().unwrap();
    let (registry, connect, console) = (port(), port(), port());
    let listen = |port: u16| format!("listeners=http://127.0.0.1:{port}");
    let (one, two, three) = (listen(registry), listen(connect), listen(console));
    let at = ["--bootstrap-servers", cluster];
    let _registry = part(&[&["registry", "--set", &one], &at[..]].concat(), &[], registry)?;
    let worker = part(&[&["connect", "--set", &two], &at[..]].concat(), &[], connect)?;
    let (registry_url, connect_url) = (
        format!("http://127.0.0.1:{registry}"),
        format!("http://127.0.0.1:{connect}"),
    );
    let (decode, show) = (
        format!("schema.registry.url={registry_url}"),
        format!("connect.url={connect_url}"),
    );
    let settings = ["console", "--set", &three, "--set", &decode, "--set", &show];
    let _console = part(&[&settings[..], &at].concat(), &[], console)?;

    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let url = ["--url", registry_url.as_str()];
    let schema = |fields: &str| format!(r#"{{"type": "record", "name": "R", "fields": [{fields}]}}"#);
    let first = file("r1.avsc", &schema(r#"{"name": "a", "type": "int"}"#));
    let wrong = file("r2.avsc", &schema(r#"{"name": "b", "type": "int"}"#));
    assert!(json(&[&["schema", "register", "r-value", &first], &url[..]].concat())?["id"].is_u64());
    assert_eq!(json(&[&["schema", "list"], &url[..]].concat())?, json!(["r-value"]));
    assert_eq!(
        json(&[&["schema", "get", "r-value", "1"], &url[..]].concat())?["version"],
        1
    );
    assert_eq!(
        json(&[&["schema", "check", "r-value", &first], &url[..]].concat())?["is_compatible"],
        true
    );
    let out = weir(&[&["schema", "check", "r-value", &wrong], &url[..]].concat(), "")?;
    assert!(!out.status.success() && String::from_utf8_lossy(&out.stderr).contains("not compatible"));

    let url = ["--url", connect_url.as_str()];
    ok(&[&["topic", "create", "cli-lines"], &at[..]].concat(), "")?;
    let lines = file("lines.txt", "one\ntwo\n");
    let source = json!({"name": "lines", "config": {"connector.class": "FileStreamSource", "file": lines, "topic": "cli-lines",
        "value.converter": "org.apache.kafka.connect.storage.StringConverter"}});
    let source = file("lines.json", &source.to_string());
    // The worker joins its group before it takes connectors: until then it says 503 or 409.
    let end = Instant::now() + Duration::from_secs(60);
    let apply = [&["connector", "apply", &source, "-o", "json"], &url[..]].concat();
    while !weir(&apply, "")?.status.success() {
        assert!(
            Instant::now() < end && !worker.ended(),
            "{}",
            weir(&apply, "").map(|o| format!("{o:?}"))?
        );
        std::thread::sleep(Duration::from_millis(200));
    }
    let text = ok(
        &[&["consume", "cli-lines", "--from-beginning", "--max", "2"], &at[..]].concat(),
        "",
    );
    assert_eq!(text?, "one\ntwo\n");
    let row = json!([{"connector": "lines", "type": "source", "state": "RUNNING", "tasks": "RUNNING"}]);
    assert_eq!(json(&[&["connector", "list"], &url[..]].concat())?, row);
    assert!(
        json(&[&["connector", "plugins"], &url[..]].concat())?
            .as_array()
            .is_some_and(|p| p.len() >= 4)
    );
    assert_eq!(
        json(&[&["connector", "status", "lines"], &url[..]].concat())?["name"],
        "lines"
    );
    let table = ok(&[&["connector", "status", "lines"], &url[..]].concat(), "")?;
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    let worker = format!("127.0.0.1:{connect}");
    assert_eq!(
        rows[1..],
        [
            vec!["source", "RUNNING", &worker],
            vec!["task", "0", "RUNNING", &worker]
        ],
        "{table}"
    );
    for verb in ["pause", "resume", "restart", "stop", "delete"] {
        ok(&[&["connector", verb, "lines"], &url[..]].concat(), "")?;
    }
    // Deleted when the worker has read that from its config topic.
    let status = [&["connector", "status", "lines"], &url[..]].concat();
    while weir(&status, "")?.status.success() {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(refused(&status)?.contains("404"));
    let page = Command::new("curl")
        .args(["-s", &format!("http://127.0.0.1:{console}/api/overview")])
        .output();
    let page: Value = serde_json::from_slice(&page.unwrap().stdout).unwrap();
    assert_eq!(
        (&page["registry"], &page["connect"]),
        (&json!({"subjects": 1}), &json!({"connectors": 0, "failing": 0}))
    );
    Ok(())
}

#[test]
fn settings_come_from_files_environment_and_flags() {
    or_skip(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("weir.toml");
        std::fs::write(&file, "num.partitions = 2\n[broker]\n\"num.partitions\" = 3\n").unwrap();
        let file = file.display().to_string();
        let partitions = |environment: &[&str], more: &[&str]| -> Result<Value, Missing> {
            let port = free_port().unwrap();
            let (listen, data) = (
                format!("listeners=PLAINTEXT://127.0.0.1:{port}"),
                tempfile::tempdir().unwrap(),
            );
            let data = data.path().display().to_string();
            let args = [&["broker", "--set", &listen, "--data-dir", &data], more].concat();
            let _broker = part(&args, environment, port)?;
            let at = format!("127.0.0.1:{port}");
            Ok(json(&["topic", "create", "t", "--bootstrap-servers", &at])?["partitions"].clone())
        };
        assert_eq!(partitions(&[], &[])?, 1);
        assert_eq!(partitions(&[], &["--config", &file])?, 3);
        let config = format!("WEIR_CONFIG={file}");
        assert_eq!(partitions(&[&config, "WEIR_NUM_PARTITIONS=4"], &[])?, 4);
        assert_eq!(
            partitions(&[&config, "WEIR_NUM_PARTITIONS=4", "WEIR_BROKER_NUM_PARTITIONS=5"], &[])?,
            5
        );
        assert_eq!(
            partitions(&[&config, "WEIR_NUM_PARTITIONS=4"], &["--set", "num.partitions=6"])?,
            6
        );
        Ok(())
    });
}

/// Apache Kafka 4.3.1's own files, with other addresses.
#[test]
fn kafkas_own_files_are_read() {
    or_skip(|| {
        let folder = tempfile::tempdir().unwrap();
        let (port, controller, rest) = (free_port().unwrap(), free_port().unwrap(), free_port().unwrap());
        let logs = folder.path().join("kraft-combined-logs");
        let text = include_str!("files/server.properties")
            .replace(":9092", &format!("127.0.0.1:{port}"))
            .replace("localhost127", "127")
            .replace(":9093", &format!("127.0.0.1:{controller}"))
            .replace("/tmp/kraft-combined-logs", &logs.display().to_string());
        let server = folder.path().join("server.properties");
        std::fs::write(&server, text).unwrap();
        let server = server.display().to_string();
        let broker = part(&["broker", "--config", &server], &[], port)?;
        let at = format!("127.0.0.1:{port}");
        assert_eq!(
            json(&["topic", "create", "t", "--bootstrap-servers", &at])?["partitions"],
            1
        );
        assert!(logs.join("t-0").is_dir() && std::net::TcpStream::connect(("127.0.0.1", controller)).is_err());
        let worker = folder.path().join("connect-distributed.properties");
        let text = include_str!("files/connect-distributed.properties").replace("localhost:9092", &at);
        std::fs::write(&worker, format!("{text}\nlisteners=HTTP://127.0.0.1:{rest}\n")).unwrap();
        let worker = worker.display().to_string();
        let _worker = part(&["connect", "--config", &worker], &[], rest)?;
        drop(broker);
        Ok(())
    });
}

#[test]
fn wrong_input_is_refused_with_a_reason() {
    or_skip(|| {
        let says = |args: &[&str], words: &[&str]| -> Result<(), Missing> {
            let said = refused(args)?;
            for word in words {
                assert!(said.contains(word), "weir {args:?} says {said:?}, not {word:?}");
            }
            Ok(())
        };
        says(
            &["topic", "list", "--bootstrap-servers", "127.0.0.1:1"],
            &["127.0.0.1:1", "refused", "is a broker running"],
        )?;
        says(
            &["topic", "list", "--bootstrap-servers", "nonsense"],
            &["bootstrap.servers", "nonsense"],
        )?;
        says(&["topic", "lst"], &["lst", "list"])?;
        says(&["topic", "list", "--outpt", "json"], &["--output"])?;
        says(&["topic", "list", "-o", "yaml"], &["yaml", "table, json"])?;
        says(
            &["schema", "list", "--url", "http://127.0.0.1:1"],
            &["127.0.0.1:1", "is it running"],
        )?;
        says(
            &["connector", "list", "--url", "http://127.0.0.1:1"],
            &["127.0.0.1:1", "is it running"],
        )?;
        says(&["schema", "register", "s", "no-such-file"], &["no-such-file"])?;
        says(&["broker", "--set", "nonsense"], &["key=value"])?;
        says(&["broker", "--set", "listeners=x"], &["listeners", "HOST:PORT"])?;
        says(
            &["broker", "--set", "listeners=SSL://127.0.0.1:0"],
            &["listeners", "SSL is not supported yet"],
        )?;
        // What is wrong in any part is told at once.
        let parts = [
            "broker.num.partitions=x",
            "registry.listeners=x",
            "connect.offset.flush.interval.ms=x",
        ];
        let parts = parts.iter().flat_map(|set| ["--set", set]);
        let all: Vec<&str> = ["start"].into_iter().chain(parts).collect();
        says(
            &all,
            &[
                "configuration num.partitions",
                "configuration listeners",
                "configuration offset.flush.interval.ms",
            ],
        )?;
        says(&["broker", "--bootstrap-servers", "a:1"], &["--bootstrap-servers"])?;
        says(&["broker", "--config", "no-such-file"], &["no-such-file"])?;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let taken = port.local_addr().unwrap();
        let data = tempfile::tempdir().unwrap();
        let data = data.path().display().to_string();
        says(
            &[
                "broker",
                "--data-dir",
                &data,
                "--set",
                &format!("listeners=PLAINTEXT://{taken}"),
            ],
            &["in use", "--set broker.listeners"],
        )?;
        says(
            &["console", "--set", &format!("listeners=http://{taken}")],
            &["in use", "--set console.listeners"],
        )?;
        for part in ["broker", "registry", "connect"] {
            let scheme = if part == "broker" { "PLAINTEXT" } else { "http" };
            let open = format!("{part}.listeners={scheme}://0.0.0.0:{}", free_port().unwrap());
            let data = ["--data-dir", data.as_str()];
            let more: &[&str] = if part == "broker" { &data } else { &[] };
            says(&[&[part, "--set", &open], more].concat(), &["reach", "--insecure"])?;
        }
        Ok(())
    });
}

#[test]
fn an_output_that_takes_no_more_is_no_panic() {
    or_skip(|| {
        let broker = Weir::broker(&[])?;
        let binary = binary()?.display().to_string();
        let run = |redirection: &str| {
            let at = broker.bootstrap();
            let list = format!("{binary} topic list --internal --bootstrap-servers {at} {redirection}");
            Command::new("bash").args(["-c", &list]).output().unwrap()
        };
        // Who reads nothing is content.
        let out = run("| true; exit ${PIPESTATUS[0]}");
        assert!(out.status.success() && out.stderr.is_empty(), "{out:?}");
        let out = run("> /dev/full");
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.code() == Some(1) && said.contains("No space left"), "{said}");
        Ok(())
    });
}

#[test]
fn unknown_settings_are_told_with_the_nearest_name() {
    or_skip(|| {
        for (part, wrong, right) in [
            ("broker", "num.partitons", "num.partitions"),
            ("registry", "kafkastore.topc", "kafkastore.topic"),
            ("connect", "offset.flush.intervall.ms", "offset.flush.interval.ms"),
            ("console", "connect.ulr", "connect.url"),
        ] {
            // A listener that is refused: the warning comes first, and nothing starts.
            let (warned, listen) = (format!("{wrong}=1"), "listeners=nonsense".to_owned());
            let said = refused(&[part, "--set", &warned, "--set", &listen])?;
            assert!(
                said.contains(&format!("unknown configuration '{wrong}', did you mean '{right}'?")),
                "{said}"
            );
        }
        assert!(!Path::new("weir-data").exists());
        Ok(())
    });
}
