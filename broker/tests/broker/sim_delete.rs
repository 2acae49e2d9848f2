//! Power cuts while a topic is being deleted: what was acknowledged as deleted stays so, and a topic that is still there
//! has all its records.

use crate::sim_crash::{ADDRESS, Acked, load, produce};
use crate::wire::Wire;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use weir_core::Seam;
use weir_core::sim::seeds;
use weir_messages::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
use weir_messages::metadata_request::MetadataRequestTopic;
use weir_messages::{DeleteRecordsRequest, DeleteTopicsRequest, MetadataRequest};

/// More than the journal keeps: what is not in the segments any more is not anywhere.
async fn fill(seam: Seam, acked: Arc<Mutex<Acked>>) {
    let mut wire = Wire::connect(&seam, ADDRESS).await.unwrap();
    for value in 0..150 {
        let offset = produce(&mut wire, &acked, 0, -1, None, value, 20_000).await.unwrap();
        acked.lock().records.insert((0, offset), value);
    }
    // Until the journal's full files are free again.
    seam.sleep(Duration::from_secs(3)).await;
}

async fn delete(seam: Seam, done: Arc<AtomicBool>) {
    let request = DeleteTopicsRequest {
        topic_names: vec!["t".into()],
        timeout_ms: 1000,
        ..Default::default()
    };
    let mut wire = Wire::connect(&seam, ADDRESS).await.unwrap();
    if let Ok(response) = wire.ask(5, &request).await {
        assert_eq!(response.responses[0].error_code, 0);
        done.store(true, Ordering::Relaxed);
    }
}

async fn exists(seam: Seam) -> bool {
    let request = MetadataRequest {
        topics: Some(vec![MetadataRequestTopic {
            name: Some("t".into()),
            ..Default::default()
        }]),
        allow_auto_topic_creation: false,
        ..Default::default()
    };
    let mut wire = Wire::connect(&seam, ADDRESS).await.unwrap();
    wire.ask(9, &request).await.unwrap().topics[0].error_code == 0
}

#[test]
fn a_topic_that_survives_a_power_cut_has_its_records() {
    let (mut survived, mut gone) = (0, 0);
    for seed in seeds(0..60) {
        let mut load = load(seed);
        load.stop.store(true, Ordering::Relaxed);
        let work = fill(load.client.clone(), load.acked.clone());
        load.sim.run("driver", Duration::from_secs(60), work).unwrap();
        let done = Arc::new(AtomicBool::new(false));
        load.client.spawn("delete", delete(load.client.clone(), done.clone()));
        let until_cut = Duration::from_micros(load.client.random.next_u64() % 5_000);
        load.run_for(until_cut);
        load.power_cut();
        let client = load.client.clone();
        let there = load.sim.run("driver", Duration::from_secs(60), exists(client)).unwrap();
        if there {
            assert!(!done.load(Ordering::Relaxed), "seed {seed}: a deleted topic came back");
            assert!(!load.acked.lock().records.is_empty());
            load.check_records(&format!("seed {seed}"));
            survived += 1;
        } else {
            gone += 1;
        }
    }
    assert!(
        survived > 10 && gone > 10,
        "{survived} survived, {gone} went: the cuts come too soon or too late"
    );
}

/// Moves the log's start, as retention would.
async fn trim(seam: Seam, to: i64) {
    let request = DeleteRecordsRequest {
        timeout_ms: 1000,
        topics: vec![DeleteRecordsTopic {
            name: "t".into(),
            partitions: vec![DeleteRecordsPartition {
                partition_index: 0,
                offset: to,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let mut wire = Wire::connect(&seam, ADDRESS).await.unwrap();
    let response = wire.ask(2, &request).await.unwrap();
    assert_eq!(response.topics[0].partitions[0].error_code, 0);
}

#[test]
fn a_deletion_that_failed_leaves_the_topic_in_the_checkpoints() {
    let mut survived = 0;
    for seed in seeds(300..308) {
        let mut load = load(seed);
        load.stop.store(true, Ordering::Relaxed);
        let work = fill(load.client.clone(), load.acked.clone());
        load.sim.run("driver", Duration::from_secs(60), work).unwrap();
        let start = load
            .acked
            .lock()
            .records
            .keys()
            .map(|(_, offset)| *offset)
            .max()
            .unwrap()
            - 60;
        let work = trim(load.client.clone(), start);
        load.sim.run("driver", Duration::from_secs(60), work).unwrap();
        load.run_for(Duration::from_secs(50));
        load.sim.fail_syncs("broker", true);
        let done = Arc::new(AtomicBool::new(false));
        let refused = delete_refused(load.client.clone(), done.clone());
        load.sim.run("driver", Duration::from_secs(60), refused).unwrap();
        assert!(done.load(Ordering::Relaxed), "seed {seed}: the deletion did not fail");
        load.sim.fail_syncs("broker", false);
        // Checkpoints are written meanwhile, several times.
        for _ in 0..4 {
            load.run_for(Duration::from_secs(50));
        }
        load.power_cut();
        let client = load.client.clone();
        // What was refused may have come to pass nevertheless.
        if load.sim.run("driver", Duration::from_secs(60), exists(client)).unwrap() {
            {
                let mut acked = load.acked.lock();
                acked.first = start;
                acked.records.retain(|(_, offset), _| *offset >= start);
            }
            load.check_records(&format!("seed {seed}"));
            survived += 1;
        }
    }
    assert!(survived > 1, "{survived} survived");
}

async fn delete_refused(seam: Seam, refused: Arc<AtomicBool>) {
    let request = DeleteTopicsRequest {
        topic_names: vec!["t".into()],
        timeout_ms: 1000,
        ..Default::default()
    };
    let mut wire = Wire::connect(&seam, ADDRESS).await.unwrap();
    let response = wire.ask(5, &request).await.unwrap();
    refused.store(response.responses[0].error_code != 0, Ordering::Relaxed);
}
