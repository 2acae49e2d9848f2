//! kill -9 while segments lag behind the journal: what was acknowledged is there, with `acks=all` because the journal has
//! it, with `acks=1` because it had reached its file, and all that came before it too.

use crate::requests::{create, produce, read_all};
use crate::wire::Wire;
use std::path::Path;
use weir_tests::peers::{Missing, Weir, skip};

/// Bytes in the topic's segment files.
fn in_files(partition: &Path) -> u64 {
    let entries = std::fs::read_dir(partition).unwrap().map(|e| e.unwrap());
    let logs = entries.filter(|e| e.path().extension().is_some_and(|x| x == "log"));
    logs.map(|e| e.metadata().unwrap().len()).sum()
}

fn run() -> Result<(), Missing> {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    // Space is reserved, which is what may lag, from a sixteenth of a segment on.
    let start = |round: u32| {
        let settings = [("log.segment.bytes", "2097152")];
        Weir::broker_in(&data, &home.path().join(format!("run{round}")), &settings)
    };
    let mut acked = Vec::new();
    let mut lagged = 0;
    for (round, last) in [-1, 1, -1].into_iter().enumerate() {
        let weir = start(round as u32)?;
        let mut wire = Wire::connect(weir.bootstrap()).at_once();
        if round == 0 {
            create(&mut wire, "t", 1);
        }
        for n in 0..101_u32 {
            let acks = if n == 100 || n % 7 == 0 { last } else { -1 };
            let value = [[round as u8, n as u8].as_slice(), &[7; 20_000]].concat();
            let before = in_files(&data.join("logs/t-0"));
            let (error, offset) = produce(&mut wire, "t", acks, &value);
            assert_eq!(error, 0);
            acked.push((offset, value));
            lagged += u32::from(acks == -1 && in_files(&data.join("logs/t-0")) == before);
        }
        // Dropping kills with signal 9.
        drop((wire, weir));
    }
    assert!(lagged > 100, "only {lagged} batches were not in their file at once");
    let weir = start(9)?;
    let found = read_all(&mut Wire::connect(weir.bootstrap()), "t");
    let found: Vec<_> = found.into_iter().map(|(at, value)| (at, value.to_vec())).collect();
    assert!(found == acked, "{} records of {}", found.len(), acked.len());
    assert!(!weir.log().contains("panicked"), "{}", weir.log());
    Ok(())
}

#[test]
fn a_kill_loses_nothing_that_lagged() {
    run().unwrap_or_else(|missing| skip(&missing));
}
