//! A disk that is full, and a disk whose syncs fail: what was acknowledged stays, nothing is acknowledged that is not
//! durable, reads go on, and a restart on a healthy disk goes on as if nothing had been.

use crate::sim_crash::{Load, PARTITIONS, load};
use std::sync::atomic::Ordering;
use std::time::Duration;
use weir_core::sim::seeds;

fn storage_errors(load: &Load) -> u32 {
    load.acked.lock().storage_errors.values().sum()
}

fn acknowledged(load: &Load) -> (usize, i64) {
    let acked = load.acked.lock();
    (acked.records.len(), acked.committed)
}

/// Runs until the broker has refused `more` produce requests with a storage error.
fn run_until_refused(load: &mut Load, more: u32) {
    let before = storage_errors(load);
    for _ in 0..3_000 {
        load.run_for(Duration::from_millis(4));
        if storage_errors(load) >= before + more {
            return;
        }
    }
    panic!("nothing was refused");
}

/// Where the journal alone has no room: `journal.rs`.
#[test]
fn a_full_disk_refuses_and_heals_and_loses_nothing() {
    let mut refused = 0;
    for seed in seeds(0..5) {
        let mut load = load(seed);
        load.run_for(Duration::from_millis(100));
        let mut limit = load.sim.disk_bytes("broker") + load.client.random.next_u64() % (5 << 20);
        load.sim.limit_disk("broker", Some(limit));
        run_until_refused(&mut load, 20);
        load.check(&format!("seed {seed}, disk full"));
        // Room again, a little at a time: no restart is needed.
        for _ in 0..4 {
            // The neighbours without a journal take their share, a segment reserves up to a MiB if it can get it, and a
            // journal file is made of whole blocks.
            let enough = limit + u64::from(PARTITIONS.unsigned_abs() + 1) * (1 << 20);
            let before = acknowledged(&load).0;
            while acknowledged(&load).0 == before {
                assert!(limit < enough, "seed {seed}: produce does not resume");
                limit += 60_000;
                load.sim.limit_disk("broker", Some(limit));
                load.run_for(Duration::from_millis(50));
            }
            run_until_refused(&mut load, 5);
            // Killed and started while it is full: it serves what it has.
            load.kill();
            load.check(&format!("seed {seed}, started on a full disk"));
            load.power_cut();
            load.check(&format!("seed {seed}, the power went on a full disk"));
        }
        // Power goes while the disk is full.
        load.sim.limit_disk("broker", None);
        load.power_cut();
        load.check(&format!("seed {seed}, after the power cut"));
        let before = acknowledged(&load).0;
        load.run_for(Duration::from_millis(300));
        assert!(
            acknowledged(&load).0 > before,
            "seed {seed}: a restarted broker takes nothing"
        );
        load.power_cut();
        load.check(&format!("seed {seed}, after another power cut"));
        load.stop.store(true, Ordering::Relaxed);
        refused += storage_errors(&load);
    }
    assert!(refused > 100, "only {refused} requests met a full disk");
}

#[test]
fn a_failed_sync_is_never_retried_into_an_acknowledgement() {
    for seed in seeds(100..106) {
        let mut load = load(seed);
        load.run_for(Duration::from_millis(200));
        assert!(acknowledged(&load).0 > 20);
        load.sim.fail_syncs("broker", true);
        run_until_refused(&mut load, 5);
        // Acknowledgements of what was synced before may still be on their way.
        load.run_for(Duration::from_millis(50));
        let before = acknowledged(&load);
        load.run_for(Duration::from_millis(200));
        // A disk that works again changes nothing: what it lost meanwhile nobody knows.
        load.sim.fail_syncs("broker", false);
        load.run_for(Duration::from_millis(500));
        assert_eq!(
            acknowledged(&load),
            before,
            "seed {seed}: acknowledged on a directory that had failed"
        );
        assert!(
            load.acked
                .lock()
                .storage_errors
                .keys()
                .any(|text| text.contains("offline")),
            "seed {seed}"
        );
        // Offsets are not told: the coordinator's state rests on a commit that is not durable.
        load.check_records(&format!("seed {seed}, offline"));
        load.power_cut();
        load.check(&format!("seed {seed}, after the power cut"));
        load.run_for(Duration::from_millis(300));
        assert!(
            acknowledged(&load).0 > before.0,
            "seed {seed}: a restarted broker takes nothing"
        );
        load.stop.store(true, Ordering::Relaxed);
    }
}
