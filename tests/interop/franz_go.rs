//! franz-go: the same Go program on Weir and on Apache Kafka finds the same.

use std::path::Path;
use std::process::Command;
use weir_tests::peers::{Kafka, Missing, Weir, skip};

fn franz(bootstrap: &str) -> Result<String, Missing> {
    let missing = |reason: String| Missing {
        peer: "franz-go",
        reason,
    };
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/franz");
    let program = xtask::peers::go_program(&source).map_err(|e| missing(e.to_string()))?;
    let out = Command::new(program)
        .arg(bootstrap)
        .output()
        .map_err(|e| missing(e.to_string()))?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(
        out.status.success(),
        "{bootstrap}: {text}{}",
        String::from_utf8_lossy(&out.stderr)
    );
    Ok(text)
}

#[test]
fn produces_consumes_and_administers_as_on_kafka() {
    let run = || -> Result<(), Missing> {
        let on_weir = franz(Weir::broker(&[])?.bootstrap())?;
        // The program checks what was read against what was acknowledged; here is what must not be empty.
        for line in ["acknowledged: 10000", "shared: 3 3", "read: 10000 twice: 0"] {
            assert!(on_weir.lines().any(|l| l == line), "no {line:?} in\n{on_weir}");
        }
        // Kafka's own internal topic is the only thing that listings may differ in; the program lists no internal ones.
        assert_eq!(on_weir, franz(Kafka::start()?.bootstrap())?);
        Ok(())
    };
    run().unwrap_or_else(|missing| skip(&missing));
}
