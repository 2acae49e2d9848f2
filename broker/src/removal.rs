//! Directories of deleted topics: set aside at once, so that their names are free (Kafka's `-delete` suffix), and removed
//! when the deletion is durable. What a crash finds set aside comes back if the metadata still has the topic: nobody was
//! told that it is gone.

use crate::disk::Disk;
use crate::journal::Lsn;
use crate::state::State;
use crate::topics::TopicHandle;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use weir_core::seam::Files;
use weir_engine::metadata::TopicInfo;
use weir_messages::Uuid;

const SUFFIX: &str = "-delete";

/// What file systems allow a name.
const NAME_MAX: usize = 255;

/// Name of a directory that is set aside; the topic id tells a topic from its successor of the same name.
fn name_aside(topic: &str, topic_id: Uuid, index: i32) -> String {
    name_with(SUFFIX, topic, topic_id, index)
}

/// `topic-index.id-suffix` as Kafka's `UnifiedLog.logDirNameWithSuffixCappedLength` has it: the topic gives way.
pub(crate) fn name_with(suffix: &str, topic: &str, topic_id: Uuid, index: i32) -> String {
    let tail = format!("-{index}.{}{suffix}", topic_id.simple());
    let mut name: String = topic.chars().take(NAME_MAX.saturating_sub(tail.len())).collect();
    name.push_str(&tail);
    name
}

/// Takes a deleted topic's directories out of the way, and has them removed once everything up to `lsn`, its deletion, is
/// durable.
pub(crate) fn remove_topic(state: &State, topic: &TopicHandle, lsn: Lsn) {
    let mut aside = Vec::new();
    for partition in topic.partitions() {
        let mut hosted = partition.lock();
        hosted.wake();
        let to = state.disk.dir.join(name_aside(&topic.name, topic.id, partition.index));
        let from = state.disk.partition_dir(&topic.name, partition.index);
        let moved = state.seam.files.rename(&from, &to);
        drop(hosted);
        match moved {
            Ok(()) => aside.push(to),
            Err(e) => {
                tracing::error!(topic = %topic.name, partition = partition.index, error = %e, "cannot remove a log");
            }
        }
    }
    let (id, topics) = (topic.id, state.topics.clone());
    let (journal, spawn, files) = (
        state.journal.clone(),
        state.seam.spawn.clone(),
        state.seam.files.clone(),
    );
    state.seam.spawn("remove a topic", async move {
        if journal.committed(lsn, || false).await.is_err() {
            // The next start sees what became of the deletion.
            return;
        }
        // The system frees a file's pages when the last handle goes, which takes a while for a large one: not on a worker.
        let open = topics.gone(id);
        let job = move || {
            drop(open);
            for dir in aside {
                if let Err(e) = files.remove_dir_all(&dir) {
                    tracing::error!(dir = %dir.display(), error = %e, "cannot remove a log");
                }
            }
        };
        spawn.blocking("remove a topic", Box::new(job)).await;
    });
}

/// At start, before logs are opened: what is set aside comes back to a topic that still exists, and goes otherwise.
pub(crate) fn settle<'a>(
    disk: &Disk,
    files: &Arc<dyn Files>,
    topics: impl Iterator<Item = &'a TopicInfo>,
) -> io::Result<()> {
    let aside: Vec<String> = files
        .list(&disk.dir)?
        .into_iter()
        .filter(|entry| entry.is_dir && entry.name.ends_with(SUFFIX))
        .map(|entry| entry.name)
        .collect();
    if aside.is_empty() {
        return Ok(());
    }
    let owners: BTreeMap<String, PathBuf> = topics
        .flat_map(|topic| topic.partitions.keys().map(move |index| (topic, *index)))
        .map(|(topic, index)| {
            let home = disk.partition_dir(&topic.name, index);
            (name_aside(&topic.name, topic.id, index), home)
        })
        .collect();
    for name in aside {
        let dir: &Path = &disk.dir.join(&name);
        match owners.get(&name).filter(|home| !files.exists(home)) {
            Some(home) => {
                tracing::info!(dir = %home.display(), "put back: a crash came before the topic's deletion");
                files.rename(dir, home)?;
            }
            None => files.remove_dir_all(dir)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_core::seam::OpenMode;
    use weir_core::sim::Sim;
    use weir_engine::metadata::PartitionInfo;
    use weir_messages::Str;

    #[test]
    fn what_a_crash_finds_set_aside_comes_back_only_to_a_topic_that_still_exists() {
        let mut sim = Sim::new(1);
        let seam = sim.host("h");
        let disk = Disk::open(&seam, Path::new("/d"), 1).unwrap();
        let long = "l".repeat(249);
        let partition = || PartitionInfo {
            replicas: vec![1],
            isr: vec![1],
            leader: 1,
            leader_epoch: 0,
            partition_epoch: 0,
        };
        let topic = |name: &str, id| TopicInfo {
            id: Uuid::from_u128(id),
            name: Str::from(name),
            partitions: BTreeMap::from([(0, partition()), (11, partition())]),
        };
        // The second has the name of one that is gone, and a log of its own by now.
        let known = [topic(&long, 1), topic("again", 3)];
        let gone = [topic("gone", 2), topic("again", 4)];
        let log = |dir: &Path, text: &[u8]| {
            seam.files.create_dir_all(dir).unwrap();
            let file = seam.files.open(&dir.join("0.log"), OpenMode::Create).unwrap();
            file.write_all_at(text, 0).unwrap();
        };
        let aside = |t: &TopicInfo, index| disk.dir.join(name_aside(&t.name, t.id, index));
        for topic in [&known[0], &gone[0], &gone[1]] {
            for index in [0, 11] {
                log(&aside(topic, index), b"old");
            }
        }
        log(&disk.partition_dir("again", 0), b"new");
        assert!(aside(&known[0], 11).file_name().unwrap().len() <= NAME_MAX);
        settle(&disk, &seam.files, known.iter()).unwrap();
        let read = |topic: &str, index| seam.files.read(&disk.partition_dir(topic, index).join("0.log")).ok();
        assert_eq!(read(&long, 0).as_deref(), Some(b"old".as_slice()));
        assert_eq!(read(&long, 11).as_deref(), Some(b"old".as_slice()));
        assert_eq!(read("again", 0).as_deref(), Some(b"new".as_slice()));
        let left = seam.files.list(&disk.dir).unwrap();
        assert!(left.iter().all(|e| !e.name.ends_with(SUFFIX)), "{left:?}");
    }
}
