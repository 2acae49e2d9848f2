//! A disk that is really full: a small file system in memory, filled by produce requests.

use crate::requests::{create, produce, read_all};
use crate::wire::Wire;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use weir_tests::peers::{Missing, Weir, skip};

const STORAGE_ERROR: i16 = 56;

/// A file system of 20 MiB; gone with its owner.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Result<Self, Missing> {
        fs::create_dir_all(at).unwrap();
        let out = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=20m", "tmpfs"])
            .arg(at)
            .output();
        let missing = |reason: String| Missing {
            peer: "a small file system (mount needs root)",
            reason,
        };
        let out = out.map_err(|e| missing(e.to_string()))?;
        match out.status.success() {
            true => Ok(Self(at.to_owned())),
            false => Err(missing(String::from_utf8_lossy(&out.stderr).into_owned())),
        }
    }

    fn fill(&self, name: &str, mib: usize) {
        fs::write(self.0.join(name), vec![1; mib << 20]).unwrap();
    }

    fn free(&self, name: &str) {
        fs::remove_file(self.0.join(name)).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Produces until ten in a row are refused; values of what was acknowledged go to `acked`.
fn fill_up(wire: &mut Wire, acks: i16, acked: &mut Vec<(i64, Vec<u8>)>) {
    let mut refused = 0;
    for i in 0..100_000_u32 {
        let mut value = vec![acks as u8; 20_000];
        value[..4].copy_from_slice(&i.to_be_bytes());
        match produce(wire, "t", acks, &value) {
            (0, offset) => {
                refused = 0;
                acked.push((offset, value));
            }
            (STORAGE_ERROR, _) => refused += 1,
            (other, _) => panic!("error {other}"),
        }
        if refused == 10 {
            return;
        }
    }
    panic!("the disk does not fill up");
}

fn check(wire: &mut Wire, acked: &[(i64, Vec<u8>)], what: &str) {
    let found: std::collections::BTreeMap<_, _> = read_all(wire, "t").into_iter().collect();
    for (offset, value) in acked {
        let same = found.get(offset).is_some_and(|v| v[..] == value[..]);
        assert!(same, "{what}: acknowledged record {offset} is lost or changed");
    }
}

fn run() -> Result<(), Missing> {
    let home = tempfile::tempdir().unwrap();
    let disk = SmallDisk::mount(&home.path().join("disk"))?;
    let data = disk.0.join("data");
    let settings = [("log.segment.bytes", "2097152")];
    let mut round = 0;
    let mut start = || {
        round += 1;
        Weir::broker_in(&data, &home.path().join(format!("run{round}")), &settings)
    };
    let weir = start()?;
    let mut wire = Wire::connect(weir.bootstrap());
    create(&mut wire, "t", 1);
    disk.fill("filler1", 3);
    disk.fill("filler2", 3);
    let mut acked = Vec::new();
    fill_up(&mut wire, -1, &mut acked);
    assert!(acked.len() > 100, "{}", acked.len());
    assert_eq!(produce(&mut wire, "t", 1, &[1; 100_000]).0, STORAGE_ERROR);
    check(&mut wire, &acked, "full");
    // Room again: no restart is needed.
    disk.free("filler1");
    let before = acked.len();
    fill_up(&mut wire, -1, &mut acked);
    assert!(acked.len() > before, "produce does not resume");
    check(&mut wire, &acked, "full again");
    // Killed while it is full, and started while it is full: it serves what it has.
    drop((wire, weir));
    let weir = start()?;
    let mut wire = Wire::connect(weir.bootstrap());
    check(&mut wire, &acked, "restarted on a full disk");
    disk.free("filler2");
    assert_eq!(produce(&mut wire, "t", -1, b"at last").0, 0);
    drop((wire, weir));
    let weir = start()?;
    let mut wire = Wire::connect(weir.bootstrap());
    check(&mut wire, &acked, "restarted");
    assert!(!weir.log().contains("panicked"), "{}", weir.log());
    Ok(())
}

#[test]
fn a_full_file_system_refuses_heals_and_loses_nothing() {
    run().unwrap_or_else(|missing| skip(&missing));
}
