//! The floor broker: the least that a broker on this machine can do. It reads a frame, checks the batch's CRC, appends the
//! batch to a file, answers; and serves fetches by `pread`. No topics, no safety, offsets are not even written into the
//! batches: one file a topic and partition with an index in memory. It understands only what [`crate::wire`] sends.

use crate::Outcome;
use bytes::{Buf, Bytes};
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use weir_core::record::Batch;
use weir_messages::fetch_response::{FetchableTopicResponse, PartitionData};
use weir_messages::produce_response::{PartitionProduceResponse, TopicProduceResponse};
use weir_messages::{
    ApiKey, FetchRequest, FetchResponse, Message, ProduceRequest, ProduceResponse, Reader, RequestHeader,
    ResponseHeader, Writer, request_header_version, response_header_version,
};

struct Partition {
    file: File,
    size: u64,
    next_offset: i64,
    /// First offset and position of each batch.
    index: Vec<(i64, u64)>,
}

type Partitions = HashMap<(String, i32), Arc<Mutex<Partition>>>;

#[derive(Clone)]
struct Floor {
    dir: PathBuf,
    partitions: Arc<Mutex<Partitions>>,
}

/// Serves until killed.
pub fn serve(port: u16, dir: &Path) -> Outcome<()> {
    let floor = Floor {
        dir: dir.to_owned(),
        partitions: Arc::default(),
    };
    for stream in TcpListener::bind(("127.0.0.1", port))?.incoming() {
        let (floor, stream) = (floor.clone(), stream?);
        // A connection that fails ends; the load generator sees it.
        std::thread::spawn(move || floor.connection(stream).map_err(|e| e.to_string()));
    }
    Ok(())
}

impl Floor {
    fn partition(&self, topic: &str, index: i32) -> Outcome<Arc<Mutex<Partition>>> {
        let mut all = self.partitions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = all.get(&(topic.to_owned(), index)) {
            return Ok(found.clone());
        }
        let path = self.dir.join(format!("{topic}-{index}"));
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)?;
        let new = Arc::new(Mutex::new(Partition {
            file,
            size: 0,
            next_offset: 0,
            index: Vec::new(),
        }));
        all.insert((topic.to_owned(), index), new.clone());
        Ok(new)
    }

    fn connection(&self, mut stream: TcpStream) -> Outcome<()> {
        stream.set_nodelay(true)?;
        let mut len = [0; 4];
        loop {
            stream.read_exact(&mut len)?;
            let mut frame = vec![0; u32::from_be_bytes(len) as usize];
            stream.read_exact(&mut frame)?;
            self.answer(&mut stream, frame.into())?;
        }
    }

    fn answer(&self, stream: &mut TcpStream, frame: Bytes) -> Outcome<()> {
        let (mut front, mut reader) = (frame.clone(), Reader::new(frame));
        let key = ApiKey::from_id(front.get_i16()).ok_or("unknown API key")?;
        let version = front.get_i16();
        let header = RequestHeader::decode(&mut reader, request_header_version(key, version))?;
        let mut out = Writer::framed();
        let head = ResponseHeader {
            correlation_id: header.correlation_id,
            ..Default::default()
        };
        head.encode(&mut out, response_header_version(key, version))?;
        match key {
            ApiKey::Produce => self
                .produce(ProduceRequest::decode(&mut reader, version)?)?
                .encode(&mut out, version)?,
            ApiKey::Fetch => self
                .fetch(FetchRequest::decode(&mut reader, version)?)?
                .encode(&mut out, version)?,
            other => return Err(format!("the floor has no {other:?}").into()),
        }
        for chunk in out.into_frame()? {
            stream.write_all(&chunk)?;
        }
        Ok(())
    }

    fn produce(&self, request: ProduceRequest) -> Outcome<ProduceResponse> {
        let mut responses = Vec::new();
        for topic in request.topic_data {
            let mut answers = Vec::new();
            for one in topic.partition_data {
                let records = one.records.ok_or("no records")?;
                let batch = Batch::parse_unchecked(&records)?;
                batch.verify()?;
                let partition = self.partition(&topic.name, one.index)?;
                let mut partition = partition.lock().unwrap_or_else(PoisonError::into_inner);
                partition.file.write_all_at(&records, partition.size)?;
                let (base_offset, position) = (partition.next_offset, partition.size);
                partition.index.push((base_offset, position));
                partition.size += records.len() as u64;
                partition.next_offset += i64::from(batch.header.record_count);
                answers.push(PartitionProduceResponse {
                    index: one.index,
                    base_offset,
                    ..Default::default()
                });
            }
            responses.push(TopicProduceResponse {
                name: topic.name,
                partition_responses: answers,
                ..Default::default()
            });
        }
        Ok(ProduceResponse {
            responses,
            ..Default::default()
        })
    }

    fn fetch(&self, request: FetchRequest) -> Outcome<FetchResponse> {
        let mut responses = Vec::new();
        for topic in request.topics {
            let mut answers = Vec::new();
            for one in topic.partitions {
                let partition = self.partition(&topic.topic, one.partition)?;
                let partition = partition.lock().unwrap_or_else(PoisonError::into_inner);
                let at = partition
                    .index
                    .partition_point(|(offset, _)| *offset < one.fetch_offset);
                let at = partition
                    .index
                    .get(at)
                    .map_or(partition.size, |(_, position)| *position);
                let want = usize::try_from(one.partition_max_bytes)?.min(usize::try_from(partition.size - at)?);
                let mut buf = vec![0; want];
                partition.file.read_exact_at(&mut buf, at)?;
                answers.push(PartitionData {
                    partition_index: one.partition,
                    high_watermark: partition.next_offset,
                    records: Some(buf.into()),
                    ..Default::default()
                });
            }
            responses.push(FetchableTopicResponse {
                topic: topic.topic,
                partitions: answers,
                ..Default::default()
            });
        }
        Ok(FetchResponse {
            responses,
            ..Default::default()
        })
    }
}
