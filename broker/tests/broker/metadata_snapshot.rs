//! A metadata log that does not go back to its beginning, as Kafka's does not after a week: what was before is in its
//! newest snapshot.

use crate::sim_crash::{ADDRESS, config, start};
use crate::wire::Wire;
use std::path::{Path, PathBuf};
use std::time::Duration;
use weir_broker::Broker;
use weir_core::Seam;
use weir_core::record::{Batch, BatchBuilder, Batches};
use weir_core::seam::{Files, OpenMode};
use weir_core::sim::Sim;
use weir_messages::create_topics_request::CreatableTopic;
use weir_messages::{CreateTopicsRequest, MetadataRequest, Str};

const DIR: &str = "/data/logs/__cluster_metadata-0";

async fn topics(seam: &Seam) -> Vec<(Str, usize)> {
    let mut wire = Wire::connect(seam, ADDRESS).await.unwrap();
    let request = MetadataRequest {
        topics: None,
        ..Default::default()
    };
    let response = wire.ask(9, &request).await.unwrap();
    let found = response.topics.into_iter();
    found.map(|t| (t.name.unwrap(), t.partitions.len())).collect()
}

/// Puts the log's batches into a snapshot between Kafka's control batches, and begins the log anew behind them.
fn make_snapshot(files: &dyn Files) -> PathBuf {
    let dir = Path::new(DIR);
    let log = files.read(&dir.join("00000000000000000000.log")).unwrap();
    let batches: Vec<Batch> = Batches::of(log.into()).collect();
    let last = batches.last().unwrap();
    let marker = {
        let mut b = BatchBuilder::new(weir_core::compress::Compression::None).control();
        // Version 0, SnapshotHeader.
        b.append(1, Some(&[0, 0, 0, 3]), Some(&[0, 0, 0]), &[]);
        b.build().unwrap()
    };
    let mut bytes = marker.to_vec();
    batches.iter().for_each(|batch| bytes.extend_from_slice(&batch.bytes));
    bytes.extend_from_slice(&marker);
    let (end, epoch) = (last.header.next_offset(), last.header.leader_epoch);
    let snapshot = dir.join(format!("{end:020}-{epoch:010}.checkpoint"));
    files.write_atomic(&snapshot, &bytes).unwrap();
    for entry in files.list(dir).unwrap() {
        if entry.name.starts_with("00000000000000000000.") {
            files.remove_file(&dir.join(entry.name)).unwrap();
        }
    }
    let begun = files
        .open(&dir.join(format!("{end:020}.log")), OpenMode::Create)
        .unwrap();
    begun.sync_data().unwrap();
    files.sync_dir(dir).unwrap();
    // As after a crash of Kafka, which notes neither of its metadata log.
    for name in [".kafka_cleanshutdown", "recovery-point-offset-checkpoint"] {
        files.remove_file(&Path::new("/data/logs").join(name)).unwrap();
    }
    files.sync_dir(Path::new("/data/logs")).unwrap();
    snapshot
}

#[test]
fn what_the_log_no_longer_has_is_in_the_snapshot() {
    let mut sim = Sim::new(3);
    let seam = sim.host("broker");
    let s = seam.clone();
    let broker = sim
        .run("broker", Duration::from_secs(60), async move {
            Broker::start(s, config()).await.unwrap()
        })
        .unwrap();
    let client = sim.host("client");
    let before = sim
        .run("client", Duration::from_secs(60), async move {
            let mut wire = Wire::connect(&client, ADDRESS).await.unwrap();
            let topic = |name: &str, num_partitions| CreatableTopic {
                name: name.into(),
                num_partitions,
                replication_factor: 1,
                ..Default::default()
            };
            let request = CreateTopicsRequest {
                topics: vec![topic("a", 2), topic("b", 3)],
                timeout_ms: 1000,
                ..Default::default()
            };
            wire.ask(7, &request).await.unwrap();
            topics(&client).await
        })
        .unwrap();
    assert_eq!(before, [("a".into(), 2), ("b".into(), 3)]);
    sim.run("broker", Duration::from_secs(60), async move {
        broker.stop().await.unwrap()
    })
    .unwrap();
    sim.crash("broker");
    let snapshot = make_snapshot(&*seam.files);

    start(&mut sim);
    let client = sim.host("client");
    let after = sim.run("client", Duration::from_secs(60), async move { topics(&client).await });
    assert_eq!(after.unwrap(), before);

    // Without it nothing is known of the topics: that is told, and nobody starts with none.
    sim.crash("broker");
    seam.files.remove_file(&snapshot).unwrap();
    let s = sim.host("broker");
    let refused = sim.run("broker", Duration::from_secs(60), async move {
        Broker::start(s, config()).await.err()
    });
    let error = refused.unwrap().expect("it must not start").to_string();
    assert!(error.contains("there is no snapshot"), "{error}");
}
