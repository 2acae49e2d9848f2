//! Partition directories that the metadata knows nothing of, as a kill in the midst of a creation or a deletion leaves them.
//! What holds no records goes; what holds some is set aside under Kafka's suffix `-stray`, never removed: it may be all that
//! is left where metadata was lost (Kafka's `LogManager.addStrayLog`).

use crate::controller::METADATA_TOPIC;
use crate::disk::{Disk, topic_id_of};
use crate::removal::name_with;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use weir_core::seam::Files;
use weir_engine::metadata::{Metadata, TopicInfo};

const SUFFIX: &str = "-stray";

/// At start, before logs are opened and before what deletions have set aside comes back. A directory without any metadata is
/// left as it is: then it is the metadata that is missing. `journaled`: topics with entries in the journal.
pub(crate) fn sweep(
    disk: &Disk,
    files: &dyn Files,
    metadata: &Metadata,
    journaled: &BTreeSet<[u8; 16]>,
) -> io::Result<()> {
    if metadata.features().is_empty() {
        return Ok(());
    }
    let known: BTreeMap<&str, &TopicInfo> = metadata.topics().map(|topic| (topic.name.as_str(), topic)).collect();
    for entry in files.list(&disk.dir)?.into_iter().filter(|entry| entry.is_dir) {
        let Some((topic, index)) = partition_of(&entry.name).filter(|(topic, _)| *topic != METADATA_TOPIC) else {
            continue;
        };
        let dir = disk.dir.join(&entry.name);
        // Without its topic's id it is not known to be a partition of this cluster.
        let Ok(Some(id)) = topic_id_of(files, &dir) else {
            continue;
        };
        let owned = |known: &&TopicInfo| known.id == id && known.partitions.contains_key(&index);
        if known.get(topic).copied().filter(owned).is_some() {
            continue;
        }
        let swept = if !journaled.contains(id.as_bytes()) && is_empty(files, &dir)? {
            tracing::info!(dir = %dir.display(), "removed: an empty log without a topic");
            files.remove_dir_all(&dir)
        } else {
            let to = disk.dir.join(name_with(SUFFIX, topic, id, index));
            tracing::warn!(
                dir = %dir.display(),
                to = %to.display(),
                "the metadata knows no such topic: its log is set aside, remove it if it is not needed"
            );
            files.rename(&dir, &to)
        };
        // In nobody's way until a topic of that name is made.
        if let Err(e) = swept {
            tracing::warn!(dir = %dir.display(), error = %e, "a log without a topic stays where it is");
        }
    }
    Ok(())
}

/// `topic-index`, and nothing that Kafka has set aside or is moving.
fn partition_of(name: &str) -> Option<(&str, i32)> {
    let (topic, index) = name.rsplit_once('-')?;
    let index = index.parse().ok().filter(|index| *index >= 0)?;
    (!topic.is_empty()).then_some((topic, index))
}

/// Whether nothing is there but what a new log has, and indexes, which are reserved in full.
fn is_empty(files: &dyn Files, dir: &Path) -> io::Result<bool> {
    let of_new = |name: &str| {
        let own = ["partition.metadata", "leader-epoch-checkpoint"];
        own.contains(&name) || [".index", ".timeindex"].iter().any(|suffix| name.ends_with(suffix))
    };
    let entries = files.list(dir)?;
    Ok(entries.iter().all(|e| !e.is_dir && (e.len == 0 || of_new(&e.name))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_core::seam::OpenMode;
    use weir_core::sim::Sim;
    use weir_messages::{FeatureLevelRecord, MetadataRecord, PartitionRecord, TopicRecord, Uuid};

    fn metadata() -> Metadata {
        let mut metadata = Metadata::default();
        let feature = FeatureLevelRecord {
            name: "metadata.version".into(),
            feature_level: 29,
            ..Default::default()
        };
        metadata.apply(&MetadataRecord::FeatureLevel(feature));
        for (id, name) in [(1, "a-b"), (9, "back")] {
            let topic_id = Uuid::from_u128(id);
            metadata.apply(&MetadataRecord::Topic(TopicRecord {
                name: name.into(),
                topic_id,
                ..Default::default()
            }));
            metadata.apply(&MetadataRecord::Partition(PartitionRecord {
                topic_id,
                partition_id: 0,
                replicas: vec![1],
                ..Default::default()
            }));
        }
        metadata
    }

    #[test]
    fn what_has_no_topic_goes_if_empty_and_is_set_aside_otherwise() {
        let mut sim = Sim::new(1);
        let seam = sim.host("h");
        let disk = Disk::open(&seam, Path::new("/d"), 1).unwrap();
        let write = |name: &str, file: &str, text: &str| {
            let dir = disk.dir.join(name);
            seam.files.create_dir_all(&dir).unwrap();
            let file = seam.files.open(&dir.join(file), OpenMode::Create).unwrap();
            file.write_all_at(text.as_bytes(), 0).unwrap();
        };
        let log = |name: &str, id: Option<u128>, records: &str| {
            if let Some(id) = id {
                let id = crate::disk::uuid_text(Uuid::from_u128(id));
                write(name, "partition.metadata", &format!("version: 0\ntopic_id: {id}"));
            }
            write(name, "00000000000000000000.log", records);
        };
        log("a-b-0", Some(1), "records");
        log("a-b-1", Some(1), "");
        log("half-made-0", Some(2), "");
        log("lost-3", Some(3), "records");
        log("a-b-0.00000000000000000000000000000001-delete", Some(1), "");
        log("__cluster_metadata-0", Some(4), "");
        log("somebody-7", None, "");
        log("notes", Some(5), "");
        // Its records are in the journal, or in what a compaction was putting in place.
        log("lagging-0", Some(6), "");
        log("swapped-0", Some(7), "");
        write("swapped-0", "00000000000000000000.log.swap", "records");
        // Deleted and made again, of which nothing is durable.
        log("back-0", Some(8), "unacknowledged");
        log(
            "back-0.00000000000000000000000000000009-delete",
            Some(9),
            "acknowledged",
        );
        let left = || -> Vec<String> {
            let mut left: Vec<String> = (seam.files.list(&disk.dir).unwrap().into_iter())
                .filter(|e| e.is_dir)
                .map(|e| e.name)
                .collect();
            left.sort();
            left
        };
        let before = left();
        sweep(&disk, &*seam.files, &Metadata::default(), &BTreeSet::new()).unwrap();
        assert_eq!(left(), before, "without metadata nothing is a stray");
        let journaled = BTreeSet::from([*Uuid::from_u128(6).as_bytes()]);
        let metadata = metadata();
        sweep(&disk, &*seam.files, &metadata, &journaled).unwrap();
        crate::removal::settle(&disk, &seam.files, metadata.topics()).unwrap();
        assert_eq!(
            left(),
            [
                "__cluster_metadata-0",
                "a-b-0",
                "back-0",
                "back-0.00000000000000000000000000000008-stray",
                "lagging-0.00000000000000000000000000000006-stray",
                "lost-3.00000000000000000000000000000003-stray",
                "notes",
                "somebody-7",
                "swapped-0.00000000000000000000000000000007-stray",
            ]
        );
        let back = seam.files.read(&disk.dir.join("back-0/00000000000000000000.log"));
        assert_eq!(back.unwrap(), b"acknowledged");
    }
}
