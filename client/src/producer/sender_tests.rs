//! The producer against a broker of a few lines that answers late.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::sync::mpsc;
use weir_core::seam::{Connection, read_some, write_all};
use weir_core::sim::Sim;
use weir_core::{ErrorCode, Seam};
use weir_messages::api_versions_response::ApiVersion;
use weir_messages::metadata_response::{MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic};
use weir_messages::produce_response::{PartitionProduceResponse, TopicProduceResponse};
use weir_messages::{
    ApiKey, ApiVersionsRequest, ApiVersionsResponse, Message, MetadataRequest, MetadataResponse, ProduceRequest,
    ProduceResponse, Reader, Request, RequestHeader, Writer, request_header_version, response_header_version,
};

use super::{Producer, ProducerRecord, SendError};
use crate::config::ProducerConfig;

const ADDRESS: &str = "127.0.0.1:9092";
/// Names topics by name.
const PRODUCE_VERSION: i16 = 9;
const METADATA_VERSION: i16 = 9;

/// Versions, and topic `t` with two partitions. A produce is answered after `latency`, to partition 0 with a refusal that can be retried.
fn answer(key: i16, version: i16, body: &mut Reader) -> Writer {
    let mut w = Writer::new();
    if key == ApiKey::ApiVersions.id() {
        let api = |key: ApiKey, min_version, max_version| ApiVersion {
            api_key: key.id(),
            min_version,
            max_version,
            ..Default::default()
        };
        let response = ApiVersionsResponse {
            api_keys: vec![
                api(ApiKey::ApiVersions, 0, ApiVersionsRequest::MAX_VERSION),
                api(ApiKey::Metadata, METADATA_VERSION, METADATA_VERSION),
                api(ApiKey::Produce, PRODUCE_VERSION, PRODUCE_VERSION),
            ],
            ..Default::default()
        };
        response.encode(&mut w, version).unwrap();
    } else if key == MetadataRequest::KEY.id() {
        let partition = |partition_index| MetadataResponsePartition {
            partition_index,
            leader_id: 1,
            ..Default::default()
        };
        let response = MetadataResponse {
            brokers: vec![MetadataResponseBroker {
                node_id: 1,
                host: "127.0.0.1".into(),
                port: 9092,
                ..Default::default()
            }],
            topics: vec![MetadataResponseTopic {
                name: Some("t".into()),
                partitions: vec![partition(0), partition(1)],
                ..Default::default()
            }],
            ..Default::default()
        };
        response.encode(&mut w, version).unwrap();
    } else {
        let request = ProduceRequest::decode(body, version).unwrap();
        let index = request.topic_data[0].partition_data[0].index;
        let refused = ErrorCode::NotEnoughReplicas.code();
        let response = ProduceResponse {
            responses: vec![TopicProduceResponse {
                name: "t".into(),
                partition_responses: vec![PartitionProduceResponse {
                    index,
                    error_code: if index == 0 { refused } else { 0 },
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        response.encode(&mut w, version).unwrap();
    }
    w
}

async fn serve(seam: Seam, connection: Arc<dyn Connection>, latency: Duration) {
    let (replies, mut queue) = mpsc::unbounded_channel::<(Duration, Bytes)>();
    let (clock, socket) = (seam.clone(), connection.clone());
    seam.spawn("replies", async move {
        while let Some((due, frame)) = queue.recv().await {
            clock.sleep(due.saturating_sub(clock.clock.monotonic())).await;
            if write_all(&*socket, &mut [frame].into()).await.is_err() {
                return;
            }
        }
    });
    let mut buf = BytesMut::new();
    while read_some(&*connection, &mut buf).await.unwrap_or(0) > 0 {
        while let Some(len) = buf.get(..4).map(|mut len| usize::try_from(len.get_i32()).unwrap()) {
            if buf.len() < 4 + len {
                break;
            }
            buf.advance(4);
            let frame = buf.split_to(len).freeze();
            let (key, version) = ((&frame[..2]).get_i16(), (&frame[2..4]).get_i16());
            let api = [ApiKey::ApiVersions, ApiKey::Metadata, ApiKey::Produce]
                .into_iter()
                .find(|api| api.id() == key)
                .unwrap();
            let mut body = Reader::new(frame);
            let header = RequestHeader::decode(&mut body, request_header_version(api, version)).unwrap();
            let content = answer(key, version, &mut body).into_bytes();
            let tags: &[u8] = if response_header_version(api, version) > 0 {
                &[0]
            } else {
                &[]
            };
            let id = header.correlation_id.to_be_bytes();
            let size = i32::try_from(id.len() + tags.len() + content.len())
                .unwrap()
                .to_be_bytes();
            let pause = if api == ApiKey::Produce {
                latency
            } else {
                Duration::ZERO
            };
            let frame = Bytes::from([&size, &id, tags, &content].concat());
            let _ = replies.send((seam.clock.monotonic() + pause, frame));
        }
    }
}

#[test]
fn a_batch_at_its_deadline_does_not_take_the_connection_from_the_others() {
    let mut sim = Sim::new(1);
    let connections = Arc::new(AtomicUsize::new(0));
    let (server, count) = (sim.host("server"), connections.clone());
    let s = server.clone();
    server.spawn("accept", async move {
        let listener = s.net.listen(ADDRESS.parse().unwrap()).await.unwrap();
        while let Ok(connection) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            s.spawn("serve", serve(s.clone(), connection, Duration::from_millis(400)));
        }
    });
    let seam = sim.host("client");
    let done = sim.run("client", Duration::from_secs(100), async move {
        let ms = Duration::from_millis;
        let settings = [
            ("bootstrap.servers", ADDRESS),
            ("enable.idempotence", "false"),
            ("linger.ms", "0"),
            ("retry.backoff.ms", "10"),
            ("request.timeout.ms", "500"),
            ("delivery.timeout.ms", "600"),
        ];
        seam.sleep(ms(1)).await;
        let producer = Producer::new(seam.clone(), ProducerConfig::from_map(settings).unwrap());
        let record = |partition| ProducerRecord::new("t", "v").partition(partition);
        let begun = seam.clock.monotonic();
        // Refused after 400 ms and sent again: 200 ms are left then, the answer takes 400.
        let late = producer.enqueue(record(0)).await.unwrap();
        seam.sleep(ms(450)).await;
        let beside = producer.enqueue(record(1)).await.unwrap();
        let error = late.await;
        assert!(
            matches!(error, Err(SendError::DeliveryTimeout { last: Some(_), .. })),
            "{error:?}"
        );
        let waited = seam.clock.monotonic() - begun;
        assert!(
            waited > ms(599) && waited < ms(620),
            "{waited:?}: it does not wait for the answer"
        );
        beside.await.unwrap();
        assert!(seam.clock.monotonic() - begun < ms(900), "in one attempt");
        producer.close().await;
    });
    assert!(done.is_some());
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}
