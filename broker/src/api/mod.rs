//! The API table: which keys are served, and the way from a frame to its handler and back. Each key has a file of its
//! own; [`partitions`] and [`coordinator`] hold what several share.

mod alter_configs;
mod api_versions;
mod coordinator;
mod create_partitions;
mod create_topics;
mod delete_groups;
mod delete_records;
mod delete_topics;
mod describe_cluster;
mod describe_configs;
mod describe_groups;
mod describe_topic_partitions;
mod fetch;
mod find_coordinator;
mod heartbeat;
mod incremental_alter_configs;
mod init_producer_id;
mod join_group;
mod leave_group;
mod list_groups;
mod list_offsets;
mod metadata;
mod offset_commit;
mod offset_delete;
mod offset_fetch;
mod offset_for_leader_epoch;
mod partitions;
mod produce;
mod sync_group;
mod twice;

use crate::answer::Answer;
use crate::state::{Context, Peer, State};
use bytes::Bytes;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use weir_core::be;
use weir_core::seam::FileRange;
use weir_messages::{
    ApiKey, Message, Reader, Request, RequestHeader, ResponseHeader, Str, Writer, request_header_version,
    response_header_version,
};

/// An answer that comes later.
type Later<R> = Pin<Box<dyn Future<Output = R> + Send>>;

/// What a handler comes to.
pub(crate) enum Outcome<R> {
    /// The response.
    Now(R),
    /// The response, once something else has happened.
    Later(Later<R>),
    /// No response: a produce with `acks=0`.
    Nothing,
    /// The connection must close: the only way to tell a producer with `acks=0` of an error.
    Close(String),
}

impl<R> Outcome<R> {
    pub(crate) fn later(future: impl Future<Output = R> + Send + 'static) -> Self {
        Self::Later(Box::pin(future))
    }
}

/// What a handler makes: a response, or one with stretches of files in it.
trait Reply<R> {
    fn parts(self) -> (R, Vec<FileRange>);
}

impl<M: Message> Reply<M> for M {
    fn parts(self) -> (M, Vec<FileRange>) {
        (self, Vec::new())
    }
}

/// What the connection gets to write.
pub(crate) enum Answered {
    Now(Answer),
    Later(Later<Result<Answer, String>>),
    /// Later, and it may be large: nothing behind it is handled before it is answered (Kafka handles one request of a
    /// connection at a time).
    Alone(Later<Result<Answer, String>>),
    Nothing,
}

impl Answered {
    fn alone(self) -> Self {
        match self {
            Self::Later(answer) => Self::Alone(answer),
            other => other,
        }
    }
}

/// Keys that are served, in the version ranges that a stock 4.3.1 broker advertises.
pub(crate) const SERVED: &[ApiKey] = &[
    ApiKey::Produce,
    ApiKey::Fetch,
    ApiKey::ListOffsets,
    ApiKey::Metadata,
    ApiKey::OffsetCommit,
    ApiKey::OffsetFetch,
    ApiKey::FindCoordinator,
    ApiKey::JoinGroup,
    ApiKey::Heartbeat,
    ApiKey::LeaveGroup,
    ApiKey::SyncGroup,
    ApiKey::DescribeGroups,
    ApiKey::ListGroups,
    ApiKey::ApiVersions,
    ApiKey::CreateTopics,
    ApiKey::DeleteTopics,
    ApiKey::DeleteRecords,
    ApiKey::InitProducerId,
    ApiKey::OffsetForLeaderEpoch,
    ApiKey::DescribeConfigs,
    ApiKey::AlterConfigs,
    ApiKey::CreatePartitions,
    ApiKey::DeleteGroups,
    ApiKey::IncrementalAlterConfigs,
    ApiKey::OffsetDelete,
    ApiKey::DescribeCluster,
    ApiKey::DescribeTopicPartitions,
];

/// Handles one frame. An error closes the connection, as Kafka does with what it cannot parse or does not serve.
pub(crate) fn handle(state: &Arc<State>, peer: &Arc<Peer>, frame: Bytes) -> Result<Answered, String> {
    if frame.len() < 4 {
        return Err(format!("unreadable request header: {} bytes", frame.len()));
    }
    let (raw_key, version) = (be::i16_at(&frame, 0), be::i16_at(&frame, 2));
    let key = ApiKey::from_id(raw_key).filter(|key| SERVED.contains(key));
    let key = key.ok_or_else(|| format!("received request for api key {raw_key}, which is not served"))?;
    let mut reader = Reader::new(frame);
    let unsupported = !(key.min_version()..=key.latest_stable()).contains(&version);
    if unsupported && key != ApiKey::ApiVersions {
        return Err(format!(
            "received request for api {} with unsupported version {version}",
            key.name()
        ));
    }
    let header = RequestHeader::decode(&mut reader, request_header_version(key, version))
        .map_err(|e| format!("unreadable {} request header: {e}", key.name()))?;
    let id = header.correlation_id;
    if unsupported {
        let response = api_versions::unsupported_version();
        return Ok(Answered::Now(encode(key, 0, id, response)?));
    }
    let context = Context {
        version,
        client_id: header.client_id.unwrap_or_default(),
        peer: peer.clone(),
    };
    let call = Call {
        state,
        context,
        reader,
        id,
    };
    match key {
        ApiKey::Produce => call.run(produce::handle),
        ApiKey::Fetch => call.run(fetch::handle).map(Answered::alone),
        ApiKey::ListOffsets => call.run(list_offsets::handle),
        ApiKey::Metadata => call.run(metadata::handle),
        ApiKey::OffsetCommit => call.run(offset_commit::handle),
        ApiKey::OffsetFetch => call.run(offset_fetch::handle),
        ApiKey::FindCoordinator => call.run(find_coordinator::handle),
        ApiKey::JoinGroup => call.run(join_group::handle),
        ApiKey::Heartbeat => call.run(heartbeat::handle),
        ApiKey::LeaveGroup => call.run(leave_group::handle),
        ApiKey::SyncGroup => call.run(sync_group::handle),
        ApiKey::DescribeGroups => call.run(describe_groups::handle),
        ApiKey::ListGroups => call.run(list_groups::handle),
        ApiKey::ApiVersions => call.run(api_versions::handle),
        ApiKey::CreateTopics => call.run(create_topics::handle),
        ApiKey::DeleteTopics => call.run(delete_topics::handle),
        ApiKey::DeleteRecords => call.run(delete_records::handle),
        ApiKey::InitProducerId => call.run(init_producer_id::handle),
        ApiKey::OffsetForLeaderEpoch => call.run(offset_for_leader_epoch::handle),
        ApiKey::DescribeConfigs => call.run(describe_configs::handle),
        ApiKey::CreatePartitions => call.run(create_partitions::handle),
        ApiKey::DeleteGroups => call.run(delete_groups::handle),
        ApiKey::AlterConfigs => call.run(alter_configs::handle),
        ApiKey::IncrementalAlterConfigs => call.run(incremental_alter_configs::handle),
        ApiKey::OffsetDelete => call.run(offset_delete::handle),
        ApiKey::DescribeCluster => call.run(describe_cluster::handle),
        ApiKey::DescribeTopicPartitions => call.run(describe_topic_partitions::handle),
        other => Err(format!(
            "received request for api {}, which is not served",
            other.name()
        )),
    }
}

struct Call<'a> {
    state: &'a Arc<State>,
    context: Context,
    reader: Reader,
    id: i32,
}

impl Call<'_> {
    fn run<R: Request, A: Reply<R::Response> + Send + 'static>(
        mut self,
        handler: impl FnOnce(&Arc<State>, Context, R) -> Outcome<A>,
    ) -> Result<Answered, String> {
        let (version, id) = (self.context.version, self.id);
        let unreadable =
            |e: weir_messages::DecodeError| format!("unreadable {} request of version {version}: {e}", R::KEY.name());
        // Bytes behind the request are ignored, as in Kafka: librdkafka (2.3 to 2.16 at least) sends three too many when it
        // asks for the metadata of all topics.
        let request = R::decode(&mut self.reader, version).map_err(unreadable)?;
        match handler(self.state, self.context, request) {
            Outcome::Now(response) => Ok(Answered::Now(encode(R::KEY, version, id, response)?)),
            Outcome::Later(later) => Ok(Answered::Later(Box::pin(async move {
                encode(R::KEY, version, id, later.await)
            }))),
            Outcome::Nothing => Ok(Answered::Nothing),
            Outcome::Close(reason) => Err(reason),
        }
    }
}

fn encode<M: Message>(key: ApiKey, version: i16, correlation_id: i32, reply: impl Reply<M>) -> Result<Answer, String> {
    let (response, files) = reply.parts();
    let mut w = Writer::framed();
    let header = ResponseHeader {
        correlation_id,
        ..Default::default()
    };
    let failed = |e: weir_messages::EncodeError| format!("a {} response could not be written: {e}", key.name());
    header
        .encode(&mut w, response_header_version(key, version))
        .map_err(failed)?;
    response.encode(&mut w, version).map_err(failed)?;
    let chunks = w.into_frame().map_err(failed)?;
    Ok(Answer { chunks, files })
}

/// A message for a response's `error_message`.
fn text(message: impl Into<String>) -> Option<Str> {
    Some(Str::from(message.into()))
}
