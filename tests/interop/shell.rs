//! kcat (librdkafka 2.0) as a user runs it.

use std::io::Write;
use std::process::{Command, Stdio};
use weir_tests::peers::{Missing, Weir, skip};

fn kcat(args: &[&str], input: &str) -> Result<String, Missing> {
    let missing = |reason: String| Missing { peer: "kcat", reason };
    let child = Command::new("kcat")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.map_err(|e| missing(e.to_string()))?;
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(
        out.status.success(),
        "kcat {args:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

#[test]
fn kcat_produces_and_consumes_with_every_codec() {
    let run = || -> Result<(), Missing> {
        let weir = Weir::broker(&[])?;
        let b = weir.bootstrap();
        let lines: String = (0..5_000).map(|i| format!("key{}:value {i}\n", i % 7)).collect();
        for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
            kcat(
                &["-b", b, "-P", "-t", codec, "-K:", "-z", codec, "-H", "h=1", "-H", "h=2"],
                &lines,
            )?;
            let out = kcat(&["-b", b, "-C", "-t", codec, "-e", "-q", "-K:"], "")?;
            assert_eq!(out, lines, "{codec}");
            let headers = kcat(&["-b", b, "-C", "-t", codec, "-e", "-q", "-c1", "-f", "%h"], "")?;
            assert_eq!(headers, "h=1,h=2", "order and duplicates are kept");
        }
        let out = kcat(&["-b", b, "-L"], "")?;
        assert!(out.contains("topic \"zstd\" with 1 partitions"), "{out}");
        Ok(())
    };
    run().unwrap_or_else(|missing| skip(&missing));
}
