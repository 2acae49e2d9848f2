//! Partition directories that the metadata knows nothing of, as a kill in the midst of a creation or a deletion leaves them.
//! What holds no records goes; what holds some is set aside under Kafka's suffix `-stray`, never removed: it may be all that
//! is left where metadata was lost (Kafka's `LogManager.addStrayLog`).

use crate::controller::METADATA_TOPIC;
use crate::disk::{Disk, topic_id_of};
use crate::removal::name_with;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use weir_core::seam::Files;
use weir_engine::metadata::TopicInfo;
use weir_messages::Uuid;

const SUFFIX: &str = "-stray";

/// At start, before logs are opened and after deleted topics have been settled.
pub(crate) fn sweep<'a>(disk: &Disk, files: &dyn Files, topics: impl Iterator<Item = &'a TopicInfo>) -> io::Result<()> {
    let known: BTreeMap<&str, &TopicInfo> = topics.map(|topic| (topic.name.as_str(), topic)).collect();
    for entry in files.list(&disk.dir)?.into_iter().filter(|entry| entry.is_dir) {
        let Some((topic, index)) = partition_of(&entry.name) else {
            continue;
        };
        let dir = disk.dir.join(&entry.name);
        // Without its topic's id it is not known to be a partition of this cluster.
        let Some(id) = topic_id_of(files, &dir)?.filter(|_| topic != METADATA_TOPIC) else {
            continue;
        };
        let owned = |known: &&TopicInfo| known.id == id && known.partitions.contains_key(&index);
        if known.get(topic).copied().filter(owned).is_some() {
            continue;
        }
        if is_empty(files, &dir)? {
            tracing::info!(dir = %dir.display(), "removed: an empty log without a topic");
            files.remove_dir_all(&dir)?;
        } else {
            set_aside(disk, files, &dir, (topic, id, index))?;
        }
    }
    Ok(())
}

fn set_aside(disk: &Disk, files: &dyn Files, dir: &Path, (topic, id, index): (&str, Uuid, i32)) -> io::Result<()> {
    let to = disk.dir.join(name_with(SUFFIX, topic, id, index));
    tracing::warn!(
        dir = %dir.display(),
        to = %to.display(),
        "the metadata knows no such topic: its log is set aside, remove it if it is not needed"
    );
    files.rename(dir, &to)
}

/// `topic-index`, and nothing that Kafka has set aside or is moving.
fn partition_of(name: &str) -> Option<(&str, i32)> {
    let (topic, index) = name.rsplit_once('-')?;
    let index = index.parse().ok().filter(|index| *index >= 0)?;
    (!topic.is_empty()).then_some((topic, index))
}

/// Whether no segment holds a byte.
fn is_empty(files: &dyn Files, dir: &Path) -> io::Result<bool> {
    let entries = files.list(dir)?;
    Ok(!entries
        .iter()
        .any(|e| e.is_dir || (e.name.ends_with(".log") && e.len > 0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_core::seam::OpenMode;
    use weir_core::sim::Sim;
    use weir_engine::metadata::PartitionInfo;
    use weir_messages::Str;

    #[test]
    fn what_has_no_topic_goes_if_empty_and_is_set_aside_otherwise() {
        let mut sim = Sim::new(1);
        let seam = sim.host("h");
        let disk = Disk::open(&seam, Path::new("/d"), 1).unwrap();
        let partition = PartitionInfo {
            replicas: vec![1],
            isr: vec![1],
            leader: 1,
            leader_epoch: 0,
            partition_epoch: 0,
        };
        let known = [TopicInfo {
            id: Uuid::from_u128(1),
            name: Str::from_static("a-b"),
            partitions: BTreeMap::from([(0, partition)]),
        }];
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
        sweep(&disk, &*seam.files, known.iter()).unwrap();
        let mut left: Vec<String> = seam
            .files
            .list(&disk.dir)
            .unwrap()
            .into_iter()
            .map(|e| e.name)
            .collect();
        left.retain(|name| !["meta.properties", ".lock"].contains(&name.as_str()));
        left.sort();
        assert_eq!(
            left,
            [
                "__cluster_metadata-0",
                "a-b-0",
                "a-b-0.00000000000000000000000000000001-delete",
                "lost-3.00000000000000000000000000000003-stray",
                "notes",
                "somebody-7",
            ]
        );
    }
}
