//! The data directory in Kafka's layout: `meta.properties`, checkpoints, one directory per partition with
//! `partition.metadata`, the clean-shutdown marker; and what a start after a crash has to put right.

use crate::journal::{Lsn, SUFFIX};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use weir_core::Seam;
use weir_core::seam::{FileLock, Files, OpenMode};
use weir_engine::journal::{Entries, Entry, FILE_MAGIC, FileHead};
use weir_engine::log::{Log, LogConfig, OpenFrom};
use weir_messages::Uuid;

const LOCK: &str = ".lock";
const META: &str = "meta.properties";
const CLEAN: &str = ".kafka_cleanshutdown";
const RECOVERY_POINTS: &str = "recovery-point-offset-checkpoint";
const HIGH_WATERMARKS: &str = "replication-offset-checkpoint";
const PARTITION_METADATA: &str = "partition.metadata";
const LOG_STARTS: &str = "log-start-offset-checkpoint";

/// Why the data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("data directory {} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// The file system refuses.
    #[error("data directory {}: {source}", .path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// Of a layout that this version does not know.
    #[error("data directory {}: meta.properties has version {version}, this version of Weir knows 1", .path.display())]
    NewerFormat {
        /// Where.
        path: PathBuf,
        /// As found.
        version: String,
    },
    /// Of a cluster whose metadata may hold records that this version does not know.
    #[error("data directory {}: metadata.version is {found}, this version of Weir knows up to {known}", .path.display())]
    NewerMetadata {
        /// Where.
        path: PathBuf,
        /// As found.
        found: i16,
        /// The newest that is known.
        known: i16,
    },
    /// Of another node.
    #[error("data directory {}: meta.properties says node.id={found}, configured is {configured}", .path.display())]
    OtherNode {
        /// Where.
        path: PathBuf,
        /// As found.
        found: String,
        /// As configured.
        configured: i32,
    },
    /// A journal of another format; what it holds may have been acknowledged.
    #[error("journal file {} begins with \"{found}\", this version of Weir knows \"{}\": start the version that wrote it and stop it cleanly, which empties the journal", .path.display(), FILE_MAGIC.escape_ascii())]
    NewerJournal {
        /// Which file.
        path: PathBuf,
        /// Its first bytes.
        found: String,
    },
    /// A log's bytes are not what they should be.
    #[error("{0}")]
    Corrupt(String),
}

/// A partition's name in directories and checkpoints.
pub(crate) type TopicPartition = (String, i32);

/// The open directory.
pub(crate) struct Disk {
    pub(crate) dir: PathBuf,
    files: Arc<dyn Files>,
    _lock: Box<dyn FileLock>,
    pub(crate) cluster_id: String,
    pub(crate) directory_id: Uuid,
    /// The last stop was clean: nothing needs checking.
    pub(crate) clean: bool,
    /// Without a journal: Apache Kafka's, or new.
    foreign: bool,
    recovery_points: BTreeMap<TopicPartition, i64>,
    log_starts: BTreeMap<TopicPartition, i64>,
}

/// Kafka writes UUIDs in URL-safe base64 without padding.
pub(crate) fn uuid_text(id: Uuid) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits = id.as_u128();
    (0..22)
        .map(|i| {
            let shift = 122 - 6 * i;
            let six = if shift >= 0 {
                (bits >> shift) & 63
            } else {
                (bits << -shift) & 63
            };
            ALPHABET.get(six as usize).map_or('A', |c| char::from(*c))
        })
        .collect()
}

fn parse_uuid(text: &str) -> Option<Uuid> {
    let mut bits = 0_u128;
    let mut n = 0;
    for c in text.bytes() {
        let six = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = if n < 21 {
            bits << 6 | u128::from(six)
        } else {
            bits << 2 | u128::from(six >> 4)
        };
        n += 1;
    }
    (n == 22).then(|| Uuid::from_u128(bits))
}

/// Whose log a directory is, as its `partition.metadata` says.
pub(crate) fn topic_id_of(files: &dyn Files, dir: &Path) -> io::Result<Option<Uuid>> {
    let meta = dir.join(PARTITION_METADATA);
    if !files.exists(&meta) {
        return Ok(None);
    }
    let bytes = files.read(&meta)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text
        .lines()
        .find_map(|l| parse_uuid(l.strip_prefix("topic_id: ")?.trim_end())))
}

impl Disk {
    /// Opens or makes the directory.
    pub(crate) fn open(seam: &Seam, dir: &Path, node_id: i32) -> Result<Self, OpenError> {
        let files = seam.files.clone();
        let io = |source| OpenError::Io {
            path: dir.to_owned(),
            source,
        };
        files.create_dir_all(dir).map_err(io)?;
        let lock = files.lock(&dir.join(LOCK)).map_err(|e| match e.kind() {
            io::ErrorKind::WouldBlock => OpenError::InUse(dir.to_owned()),
            _ => io(e),
        })?;
        let meta_path = dir.join(META);
        let mut cluster_id = uuid_text(seam.random_uuid());
        let mut directory_id = seam.random_uuid();
        if files.exists(&meta_path) {
            let text = String::from_utf8_lossy(&files.read(&meta_path).map_err(io)?).into_owned();
            let get = |key: &str| {
                text.lines()
                    .find_map(|l| l.strip_prefix(key)?.strip_prefix('='))
                    .map(str::trim)
            };
            match get("version") {
                Some("1") => {}
                other => {
                    let version = other.unwrap_or("none").to_owned();
                    return Err(OpenError::NewerFormat {
                        path: dir.to_owned(),
                        version,
                    });
                }
            }
            if let Some(found) = get("node.id").filter(|found| *found != node_id.to_string()) {
                return Err(OpenError::OtherNode {
                    path: dir.to_owned(),
                    found: found.to_owned(),
                    configured: node_id,
                });
            }
            cluster_id = get("cluster.id").unwrap_or(&cluster_id).to_owned();
            directory_id = get("directory.id").and_then(parse_uuid).unwrap_or(directory_id);
        } else {
            let text = format!(
                "#\nnode.id={node_id}\ndirectory.id={}\nversion=1\ncluster.id={cluster_id}\n",
                uuid_text(directory_id)
            );
            files.write_atomic(&meta_path, text.as_bytes()).map_err(io)?;
        }
        let mut disk = Self {
            dir: dir.to_owned(),
            _lock: lock,
            cluster_id,
            directory_id,
            clean: files.exists(&dir.join(CLEAN)),
            foreign: !files
                .list(dir)
                .map_err(io)?
                .iter()
                .any(|entry| entry.name.ends_with(SUFFIX)),
            recovery_points: BTreeMap::new(),
            log_starts: BTreeMap::new(),
            files,
        };
        disk.recovery_points = disk.read_checkpoint(RECOVERY_POINTS);
        disk.log_starts = disk.read_checkpoint(LOG_STARTS);
        // Gone before anything is loaded (KAFKA-10471): a crash from here on is an unclean stop.
        if disk.clean {
            disk.files
                .remove_file(&dir.join(CLEAN))
                .and_then(|()| disk.files.sync_dir(dir))
                .map_err(io)?;
        }
        Ok(disk)
    }

    /// Kafka's checkpoint: version, count, then `topic partition offset` a line.
    fn read_checkpoint(&self, name: &str) -> BTreeMap<TopicPartition, i64> {
        let bytes = self.files.read(&self.dir.join(name)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.lines()
            .skip(2)
            .filter_map(|line| {
                let mut parts = line.split(' ');
                let (topic, partition, offset) = (parts.next()?, parts.next()?, parts.next()?);
                Some(((topic.to_owned(), partition.parse().ok()?), offset.parse().ok()?))
            })
            .collect()
    }

    fn write_checkpoint(&self, name: &str, entries: &BTreeMap<TopicPartition, i64>) -> io::Result<()> {
        let mut text = format!("0\n{}\n", entries.len());
        for ((topic, partition), offset) in entries {
            text.push_str(&format!("{topic} {partition} {offset}\n"));
        }
        self.files.write_atomic(&self.dir.join(name), text.as_bytes())
    }

    /// Writes all three checkpoints.
    pub(crate) fn write_checkpoints(&self, logs: &[(TopicPartition, i64, i64, i64)]) -> io::Result<()> {
        let pick = |f: fn(&(TopicPartition, i64, i64, i64)) -> i64| logs.iter().map(|l| (l.0.clone(), f(l))).collect();
        self.write_checkpoint(RECOVERY_POINTS, &pick(|l| l.1))?;
        self.write_checkpoint(HIGH_WATERMARKS, &pick(|l| l.2))?;
        let started: BTreeMap<_, _> = logs.iter().filter(|l| l.3 > 0).map(|l| (l.0.clone(), l.3)).collect();
        self.write_checkpoint(LOG_STARTS, &started)
    }

    /// Marks the stop as clean.
    pub(crate) fn mark_clean(&self) -> io::Result<()> {
        self.files
            .write_atomic(&self.dir.join(CLEAN), b"{\"version\":0,\"brokerEpoch\":-1}")
    }

    /// Directory of a partition.
    pub(crate) fn partition_dir(&self, topic: &str, index: i32) -> PathBuf {
        self.dir.join(format!("{topic}-{index}"))
    }

    /// Opens a partition's log, making its directory when there is none. A directory of another topic id of the same
    /// name is a deleted topic's leftover.
    pub(crate) fn open_log(&self, topic: &str, topic_id: Uuid, index: i32, config: LogConfig) -> io::Result<Log> {
        let dir = self.partition_dir(topic, index);
        let meta = dir.join(PARTITION_METADATA);
        let found = topic_id_of(&*self.files, &dir)?;
        if found.is_some_and(|found| found != topic_id) {
            tracing::warn!(dir = %dir.display(), "removed the log of a deleted topic of the same name");
            self.files.remove_dir_all(&dir)?;
        }
        if found != Some(topic_id) {
            self.files.create_dir_all(&dir)?;
            let text = format!("version: 0\ntopic_id: {}", uuid_text(topic_id));
            self.files.write_replaced(&meta, text.as_bytes())?;
        }
        let key = (topic.to_owned(), index);
        let log_start = match self.log_starts.get(&key) {
            Some(start) => *start,
            // Kafka notes a log start only where it is not that of the first segment, and none of the metadata log. Where
            // Weir ran, what is missing at the beginning is in the journal.
            None if self.foreign => self.first_segment(&dir)?,
            None => 0,
        };
        let from = OpenFrom {
            log_start,
            recovery_point: self.recovery_points.get(&key).copied().unwrap_or(0),
            clean: self.clean,
        };
        Log::open(self.files.clone(), &dir, config, from)
    }

    fn first_segment(&self, dir: &Path) -> io::Result<i64> {
        let segments = self.files.list(dir)?.into_iter();
        let bases = segments.filter_map(|e| e.name.strip_suffix(".log")?.parse().ok());
        Ok(bases.min().unwrap_or(0))
    }

    /// The newest metadata snapshot of Kafka's that covers all before `log_start`, and the offset after it; none is needed
    /// when the log goes back to its beginning.
    pub(crate) fn metadata_snapshot(&self, topic: &str, log_start: i64) -> io::Result<Option<(i64, Bytes)>> {
        if log_start == 0 {
            return Ok(None);
        }
        let dir = self.partition_dir(topic, 0);
        let of = |name: &str| -> Option<i64> {
            // End offset, epoch.
            name.strip_suffix(".checkpoint")?.split_once('-')?.0.parse().ok()
        };
        let newest = self.files.list(&dir)?.into_iter();
        let newest = newest.filter_map(|e| Some((of(&e.name)?, e.name))).max();
        match newest {
            Some((end, name)) if end >= log_start => Ok(Some((end, self.files.read(&dir.join(name))?.into()))),
            _ => Ok(None),
        }
    }

    /// Entries of all journal files in order, and the number after the last.
    pub(crate) fn read_journal(&self) -> Result<(Vec<Entry>, Lsn), OpenError> {
        let io = |source| OpenError::Io {
            path: self.dir.clone(),
            source,
        };
        let mut files = Vec::new();
        for entry in self.files.list(&self.dir).map_err(io)? {
            if entry.name.ends_with(SUFFIX) {
                let path = self.dir.join(entry.name);
                let bytes = Bytes::from(self.files.read(&path).map_err(io)?);
                match FileHead::of(&bytes) {
                    FileHead::First(first) => files.push((first, path, bytes)),
                    FileHead::Empty => self.cut(&path, 0).map_err(io)?,
                    FileHead::Unknown(found) => return Err(OpenError::NewerJournal { path, found }),
                }
            }
        }
        files.sort_by_key(|(first, ..)| *first);
        let mut all: Vec<Entry> = Vec::new();
        let mut next: Lsn = 1;
        // A hole in the numbers means that what came before it was given up, and is here only because its end was not synced: a
        // file is begun only when its predecessor is wholly on disk. Putting back the old does no harm.
        for (_, path, bytes) in files {
            if let Some(mut entries) = Entries::of(&bytes) {
                all.extend(entries.by_ref().filter(|e| e.lsn >= next));
                next = next.max(entries.next_lsn());
                self.cut(&path, entries.end()).map_err(io)?;
            }
        }
        Ok((all, next))
    }

    /// Gives back what a journal file has reserved behind its entries: on a full disk recovery needs the room.
    fn cut(&self, path: &Path, len: usize) -> io::Result<()> {
        self.files.open(path, OpenMode::Create)?.set_len(len as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_in_kafkas_base64() {
        assert_eq!(uuid_text(Uuid::from_u128(1)), "AAAAAAAAAAAAAAAAAAAAAQ");
        for n in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef] {
            let id = Uuid::from_u128(n);
            assert_eq!(parse_uuid(&uuid_text(id)), Some(id));
        }
        assert_eq!(parse_uuid("short"), None);
    }
}
