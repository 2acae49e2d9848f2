//! The demo, as the README starts it: its result is computed again from the CSV, by other code.

use std::collections::BTreeMap;
use std::process::Command;
use weir_tests::peers::{Missing, binary, free_port, skip};

const FLIGHTS: &str = include_str!("../../examples/data/flights.csv");
const AIRPORTS: &str = include_str!("../../examples/data/airports.csv");

fn config(dir: &std::path::Path) -> std::path::PathBuf {
    let port = || free_port().unwrap();
    let text = format!(
        "[broker]\nlisteners = \"PLAINTEXT://127.0.0.1:{}\"\n[registry]\nlisteners = \"http://127.0.0.1:{}\"\n[connect]\nlisteners = \"http://127.0.0.1:{}\"\n[console]\nlisteners = \"http://127.0.0.1:{}\"\n",
        port(),
        port(),
        port(),
        port()
    );
    let path = dir.join("weir.toml");
    std::fs::write(&path, text).unwrap();
    path
}

fn run(args: &[&str], dir: &std::path::Path) -> Result<String, Missing> {
    let out = Command::new(binary()?)
        .args(["demo", "--once", "--config"])
        .arg(config(dir))
        .arg("--data-dir")
        .arg(dir)
        .args(args)
        .output()
        .map_err(|e| Missing {
            peer: "the weir binary",
            reason: e.to_string(),
        })?;
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    );
    assert!(out.status.success(), "{text}");
    Ok(text)
}

#[test]
fn the_demos_result_is_what_the_csv_says() {
    let dir = tempfile::tempdir().unwrap();
    if let Err(missing) = run(&[], dir.path()) {
        return skip(&missing);
    }
    // Counted from the end: a name may have a comma of its own.
    let city: BTreeMap<&str, &str> = AIRPORTS
        .lines()
        .skip(1)
        .map(|l| l.split(',').collect::<Vec<_>>())
        .map(|r| (r[0], r[r.len() - 5]))
        .collect();
    let mut expect: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
    for line in FLIGHTS.lines().skip(1) {
        let row: Vec<&str> = line.split(',').collect();
        let sum = expect.entry((row[3].to_owned(), row[0][..10].to_owned())).or_default();
        *sum = (sum.0 + 1, sum.1 + row[1].parse::<i64>().unwrap());
    }
    // The file sink has every change in order: the last of a key counts.
    let text = std::fs::read_to_string(dir.path().join("delays.ndjson")).unwrap();
    let mut found = BTreeMap::new();
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |k: &str| row[k].as_str().unwrap().to_owned();
        let (origin, day) = (text("origin"), text("day"));
        assert_eq!(Some(&text("city").as_str()), city.get(origin.as_str()), "{line}");
        let (n, sum) = (row["flights"].as_i64().unwrap(), row["delay_minutes"].as_i64().unwrap());
        assert!((row["average_delay"].as_f64().unwrap() - sum as f64 / n as f64).abs() < 1e-9);
        found.insert((origin, day), (n, sum));
    }
    assert_eq!(text.lines().count(), 5000);
    assert_eq!(found, expect);
    // The SQL sink has one row a key.
    let python = "import sqlite3,sys,json; print(json.dumps(sqlite3.connect(sys.argv[1]).execute('select origin, day, flights, delay_minutes from delays').fetchall()))";
    let out = Command::new("python3")
        .args(["-c", python])
        .arg(dir.path().join("delays.db"))
        .output()
        .unwrap();
    let rows: Vec<(String, String, i64, i64)> = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(
        rows.into_iter()
            .map(|(o, d, n, s)| ((o, d), (n, s)))
            .collect::<BTreeMap<_, _>>(),
        expect
    );
}

#[test]
fn a_file_of_ones_own_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let csv = dir.path().join("mine.csv");
    // Quotes, a name that Avro does not allow, a byte order mark, and a last line without an end.
    let text = "\u{feff}n,Lieblings-Farbe (1.)\r\n1,red\r\n2,\"dark, \"\"old\"\" blue\"\r\n\r\n3,red\r\n4,\r\n5,red";
    std::fs::write(&csv, text).unwrap();
    let file = csv.display().to_string();
    match run(&["--file", &file, "--count-by", "Lieblings-Farbe (1.)"], dir.path()) {
        Ok(text) => {
            let rows: Vec<Vec<&str>> = text.lines().map(|l| l.split_whitespace().collect()).collect();
            assert!(
                rows.contains(&vec!["red", "3"]) && rows.contains(&vec!["dark,", "\"old\"", "blue", "1"]),
                "{text}"
            );
        }
        Err(missing) => skip(&missing),
    }
}

#[test]
fn a_file_that_cannot_be_counted_is_told_with_the_reason() {
    let Ok(binary) = binary() else {
        return skip(&Missing {
            peer: "the weir binary",
            reason: "it was not built".into(),
        });
    };
    for (text, column, reason) in [
        (&b""[..], "a", "is empty"),
        (b"a,b\n", "a", "has no rows"),
        (b"a,b\n1,2\n", "c", "has no column c"),
        (b"a,b\n1\n2,3\n", "a", "CSV row has 1 cells, the header 2"),
        (b"a,b\n1,\"2\n", "a", "a quoted CSV cell is not closed"),
        (b"a,a\n1,2\n", "a", "two columns have the name 'a'"),
        (b"a,b\nM\xfcnchen,2\n", "a", "CSV row is not UTF-8"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let csv = dir.path().join("mine.csv");
        std::fs::write(&csv, text).unwrap();
        let out = Command::new(&binary)
            .args(["demo", "--once", "--count-by", column, "--config"])
            .arg(config(dir.path()))
            .arg("--file")
            .arg(&csv)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(!out.status.success() && said.contains(reason), "{said}");
    }
}
