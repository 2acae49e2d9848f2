//! confluent-kafka-python (librdkafka) and kafka-python, from scripts beside this file.

use std::path::Path;
use std::process::Command;
use weir_tests::peers::{Missing, Weir, skip};

fn script(name: &str) {
    let run = || -> Result<(), Missing> {
        let missing = |reason: String| Missing {
            peer: "Python clients",
            reason,
        };
        let python = xtask::peers::python_venv().map_err(|e| missing(e.to_string()))?;
        let weir = Weir::broker(&[])?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop").join(name);
        let out = Command::new(python)
            .arg(script)
            .arg(weir.bootstrap())
            .output()
            .map_err(|e| missing(e.to_string()))?;
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
        assert!(out.status.success(), "{name}:\n{text}");
        Ok(())
    };
    run().unwrap_or_else(|missing| skip(&missing));
}

#[test]
fn confluent_kafka_python() {
    script("confluent_client.py");
}

#[test]
fn kafka_python() {
    script("kafka_python_client.py");
}
