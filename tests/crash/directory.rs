//! Directories and ports that a broker cannot have: it says so, with a hint, and touches nothing.

use crate::requests::{create, produce, read_all};
use crate::wire::Wire;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use weir_tests::peers::{Kafka, Missing, Weir, binary, free_port, skip};

/// Runs a broker that should not start; its exit code and what it says.
fn refused(data: &Path, port: u16) -> Result<String, Missing> {
    let listeners = format!("listeners=PLAINTEXT://127.0.0.1:{port}");
    let mut child = Command::new(binary()?)
        .arg("broker")
        .arg("--data-dir")
        .arg(data)
        .args(["--set", &listeners])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let end = Instant::now() + Duration::from_secs(20);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            child.kill().unwrap();
            panic!("the broker started on {}", data.display());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&stderr).into_owned();
    assert!(!status.success() && status.code().is_some(), "{status}: {said}");
    assert!(!said.contains("panicked"), "{said}");
    Ok(said)
}

fn run(test: impl FnOnce() -> Result<(), Missing>) {
    test().unwrap_or_else(|missing| skip(&missing));
}

/// Every file with its bytes.
fn contents(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn a_port_in_use() {
    run(|| {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let home = tempfile::tempdir().unwrap();
        let said = refused(&home.path().join("data"), taken.local_addr().unwrap().port())?;
        assert!(
            said.contains("cannot listen on") && said.contains("choose another port"),
            "{said}"
        );
        Ok(())
    });
}

#[test]
fn a_directory_in_use_by_another_weir() {
    run(|| {
        let weir = Weir::broker(&[])?;
        let said = refused(weir.data_dir(), free_port().unwrap())?;
        assert!(
            said.contains("in use by another process") && said.contains("--data-dir"),
            "{said}"
        );
        create(&mut Wire::connect(weir.bootstrap()), "t", 1);
        Ok(())
    });
}

/// Java locks files in another way than Rust does: both ways are tried.
#[test]
fn a_directory_in_use_by_apache_kafka() {
    run(|| {
        let kafka = Kafka::start()?;
        let said = refused(&kafka.log_dir(), free_port().unwrap())?;
        assert!(said.contains("in use by another process"), "{said}");
        create(&mut Wire::connect(kafka.bootstrap()), "t", 1);
        Ok(())
    });
}

#[test]
fn a_directory_that_cannot_be_written() {
    run(|| {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "not a directory").unwrap();
        let said = refused(&file.join("data"), free_port().unwrap())?;
        assert!(
            said.contains("Not a directory") && said.contains("--data-dir"),
            "{said}"
        );
        assert_eq!(fs::read(&file).unwrap(), b"not a directory");
        Ok(())
    });
}

/// A stopped broker's directory with a record in it, which was acknowledged and is in the journal.
fn used(home: &Path) -> Result<(), Missing> {
    let weir = Weir::broker_in(&home.join("data"), &home.join("run"), &[])?;
    let mut wire = Wire::connect(weir.bootstrap());
    create(&mut wire, "t", 1);
    assert_eq!(produce(&mut wire, "t", -1, b"kept"), (0, 0));
    // Dropping it is kill -9.
    Ok(())
}

#[test]
fn a_newer_directory_is_left_as_it_is() {
    run(|| {
        let home = tempfile::tempdir().unwrap();
        used(home.path())?;
        let meta = home.path().join("data/logs/meta.properties");
        let text = fs::read_to_string(&meta).unwrap();
        for (now, then, says) in [
            ("version=1", "version=2", "meta.properties has version 2"),
            ("node.id=1", "node.id=7", "meta.properties says node.id=7"),
        ] {
            fs::write(&meta, text.replace(now, then)).unwrap();
            let before = contents(&home.path().join("data"));
            let said = refused(&home.path().join("data"), free_port().unwrap())?;
            assert!(said.contains(says), "{said}");
            assert!(contents(&home.path().join("data")) == before, "something was changed");
        }
        Ok(())
    });
}

/// What a journal of another version holds may have been acknowledged: it is neither read nor removed.
#[test]
fn a_newer_journal_is_left_as_it_is() {
    run(|| {
        let home = tempfile::tempdir().unwrap();
        used(home.path())?;
        let logs = home.path().join("data/logs");
        let journal = fs::read_dir(&logs)
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.extension().is_some_and(|e| e == "weir-journal"))
            // The reserve is empty.
            .find(|p| fs::metadata(p).unwrap().len() > 0)
            .unwrap();
        let mut bytes = fs::read(&journal).unwrap();
        assert_eq!(&bytes[..8], b"WEIRJNL1");
        bytes[7] = b'2';
        fs::write(&journal, &bytes).unwrap();
        let said = refused(&home.path().join("data"), free_port().unwrap())?;
        assert!(
            said.contains("WEIRJNL2") && said.contains("the version that wrote it"),
            "{said}"
        );
        assert!(fs::read(&journal).unwrap() == bytes);
        bytes[7] = b'1';
        fs::write(&journal, &bytes).unwrap();
        let weir = Weir::broker_in(&home.path().join("data"), &home.path().join("again"), &[])?;
        let found = read_all(&mut Wire::connect(weir.bootstrap()), "t");
        assert_eq!(found, [(0, "kept".into())]);
        Ok(())
    });
}
