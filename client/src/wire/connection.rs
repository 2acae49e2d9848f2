//! A connection: requests are written in the order of the calls, answers come back in the same order.
//!
//! Two tasks serve it, one writes what callers queue, one reads frames and hands each to the caller that waits for it. Callers
//! do not wait for each other: many requests may be on their way (pipelining). Whatever goes wrong closes the connection and
//! fails all that wait.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};
use weir_core::ErrorCode;
use weir_core::seam::{self, Seam};
use weir_messages::{
    ApiKey, ApiVersionsRequest, ApiVersionsResponse, EncodeError, Message, Reader, Request, RequestHeader,
    ResponseHeader, Str, Writer, request_header_version, response_header_version,
};

use super::error::CallError;
use super::versions::Versions;

/// Largest answer that is read; a fetch response is bounded by `fetch.max.bytes`, which is an `int32` as well.
const RESPONSE_BYTES_MAX: usize = 1 << 30;
/// A frame buffer is grown by at most so much ahead of the bytes that came: a lying length costs no more than that.
const READ_AHEAD_BYTES: usize = 4 << 20;

/// How this client introduces itself.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) client_id: Str,
}

/// A connection whose versions are known.
pub(crate) struct Connection {
    shared: Arc<Shared>,
    seam: Seam,
    identity: Identity,
    address: String,
    versions: Versions,
}

struct Shared {
    socket: Arc<dyn seam::Connection>,
    state: Mutex<State>,
    /// Something to write, or the end.
    wake_writer: Notify,
}

#[derive(Default)]
struct State {
    next_correlation: i32,
    /// Who waits for an answer, oldest first.
    waiting: VecDeque<(i32, oneshot::Sender<Bytes>)>,
    outbox: VecDeque<Bytes>,
    /// Who waits until what is in the outbox is written.
    written: Vec<oneshot::Sender<()>>,
    closed: bool,
}

/// What a caller waits for.
enum Reply {
    Answer(oneshot::Sender<Bytes>),
    Written(oneshot::Sender<()>),
}

impl Shared {
    fn close(&self) {
        let waiting = {
            let mut state = self.state.lock();
            state.closed = true;
            state.outbox.clear();
            (std::mem::take(&mut state.waiting), std::mem::take(&mut state.written))
        };
        self.socket.close();
        self.wake_writer.notify_one();
        // Dropping the senders tells the callers.
        drop(waiting);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl Connection {
    /// Connects and learns the broker's versions.
    pub(crate) async fn open(
        seam: &Seam,
        address: String,
        identity: Identity,
        setup_timeout: Duration,
    ) -> Result<Self, CallError> {
        let connecting = seam.timeout(setup_timeout, seam.net.connect(address.clone())).await;
        let socket = match connecting {
            Some(Ok(socket)) => socket,
            Some(Err(source)) => {
                return Err(CallError::Connect {
                    address,
                    source: Arc::new(source),
                });
            }
            None => {
                return Err(CallError::Connect {
                    address,
                    source: Arc::new(std::io::ErrorKind::TimedOut.into()),
                });
            }
        };
        let shared = Arc::new(Shared {
            socket,
            state: Mutex::default(),
            wake_writer: Notify::new(),
        });
        seam.spawn("client-write", write_loop(shared.clone()));
        seam.spawn("client-read", read_loop(shared.clone()));
        let mut connection = Self {
            shared,
            seam: seam.clone(),
            identity,
            address,
            versions: Versions::default(),
        };
        connection.versions = connection.negotiate(setup_timeout).await?;
        Ok(connection)
    }

    /// KIP-511: the newest version first; a broker that is older refuses in version 0 and says what it knows.
    async fn negotiate(&self, timeout: Duration) -> Result<Versions, CallError> {
        let request = ApiVersionsRequest {
            client_software_name: Str::from_static("weir"),
            client_software_version: Str::from_static(env!("CARGO_PKG_VERSION")),
            ..Default::default()
        };
        let newest = ApiVersionsRequest::MAX_VERSION;
        let payload = self.exchange(&request, newest, timeout).await?;
        let code = payload.get(4..6).map_or(0, |mut code| code.get_i16());
        if ErrorCode::from_code(code) != ErrorCode::UnsupportedVersion {
            let response: ApiVersionsResponse = self.decode::<ApiVersionsRequest>(payload, newest)?;
            return match ErrorCode::check(response.error_code) {
                Ok(()) => Ok(Versions::of(&response)),
                Err(code) => Err(CallError::refused(ApiKey::ApiVersions, code)),
            };
        }
        let refusal: ApiVersionsResponse = self.decode::<ApiVersionsRequest>(payload, 0)?;
        let version = Versions::of(&refusal).pick::<ApiVersionsRequest>(newest).unwrap_or(0);
        let response = self.call_version(&request, version, timeout).await?;
        Ok(Versions::of(&response))
    }

    /// Whether the connection ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.shared.state.lock().closed
    }

    /// The version in which to send `R`, at most `cap`.
    pub(crate) fn version<R: Request>(&self, cap: i16) -> Result<i16, CallError> {
        self.versions
            .pick::<R>(cap)
            .ok_or_else(|| CallError::UnsupportedVersion {
                api: R::KEY.name(),
                address: self.address.clone(),
            })
    }

    /// Sends a request in a version that [`Self::version`] picked, and waits for the answer. Without an answer in time the connection
    /// is closed: whatever is behind that answer would not come either.
    pub(crate) async fn call_version<R: Request>(
        &self,
        request: &R,
        version: i16,
        timeout: Duration,
    ) -> Result<R::Response, CallError> {
        let payload = self.exchange(request, version, timeout).await?;
        self.decode::<R>(payload, version)
    }

    /// As [`Self::start`], for a request that the broker does not answer (produce with acks=0); done when the socket has taken it.
    pub(crate) fn start_only<R: Request>(
        self: &Arc<Self>,
        request: &R,
        version: i16,
    ) -> impl Future<Output = Result<(), CallError>> + Send + use<R> {
        let (sender, receiver) = oneshot::channel();
        let queued = self.enqueue(request, version, Reply::Written(sender));
        let connection = self.clone();
        async move {
            queued?;
            receiver.await.map_err(|_| connection.disconnected::<R>())
        }
    }

    /// Queues a request at once, before the future is polled for the first time: requests leave in the order of these calls.
    pub(crate) fn start<R: Request>(
        self: &Arc<Self>,
        request: &R,
        version: i16,
        timeout: Duration,
    ) -> impl Future<Output = Result<R::Response, CallError>> + Send + use<R> {
        let (sender, receiver) = oneshot::channel();
        let queued = self.enqueue(request, version, Reply::Answer(sender));
        let connection = self.clone();
        async move {
            queued?;
            let payload = connection.answer::<R>(receiver, timeout).await?;
            connection.decode::<R>(payload, version)
        }
    }

    async fn exchange<R: Request>(&self, request: &R, version: i16, timeout: Duration) -> Result<Bytes, CallError> {
        let (sender, receiver) = oneshot::channel();
        self.enqueue(request, version, Reply::Answer(sender))?;
        self.answer::<R>(receiver, timeout).await
    }

    async fn answer<R: Request>(
        &self,
        receiver: oneshot::Receiver<Bytes>,
        timeout: Duration,
    ) -> Result<Bytes, CallError> {
        match self.seam.timeout(timeout, receiver).await {
            Some(Ok(payload)) => Ok(payload),
            Some(Err(_)) => Err(self.disconnected::<R>()),
            None => {
                self.shared.close();
                Err(CallError::Timeout {
                    api: R::KEY.name(),
                    address: self.address.clone(),
                })
            }
        }
    }

    fn disconnected<R: Request>(&self) -> CallError {
        CallError::Disconnected {
            api: R::KEY.name(),
            address: self.address.clone(),
        }
    }

    /// Encodes and queues; the correlation id is drawn under the lock that orders the queue.
    fn enqueue<R: Request>(&self, request: &R, version: i16, reply: Reply) -> Result<(), CallError> {
        let failed = |source: EncodeError| CallError::Encode {
            api: R::KEY.name(),
            source,
        };
        // Encoding may be long (records are not copied, but metadata of thousands of topics is): not under the lock.
        let mut body = Writer::new();
        request.encode(&mut body, version).map_err(failed)?;
        {
            let mut state = self.shared.state.lock();
            if state.closed {
                return Err(self.disconnected::<R>());
            }
            let correlation_id = state.next_correlation;
            state.next_correlation = correlation_id.wrapping_add(1) & i32::MAX;
            let mut frame = Writer::framed();
            let header = RequestHeader {
                request_api_key: R::KEY.id(),
                request_api_version: version,
                correlation_id,
                client_id: Some(self.identity.client_id.clone()),
                ..Default::default()
            };
            header
                .encode(&mut frame, request_header_version(R::KEY, version))
                .map_err(failed)?;
            frame.append(body);
            state.outbox.extend(frame.into_frame().map_err(failed)?);
            match reply {
                Reply::Answer(sender) => state.waiting.push_back((correlation_id, sender)),
                Reply::Written(sender) => state.written.push(sender),
            }
        }
        self.shared.wake_writer.notify_one();
        Ok(())
    }

    /// `payload` starts with the response header.
    fn decode<R: Request>(&self, payload: Bytes, version: i16) -> Result<R::Response, CallError> {
        let mut r = Reader::new(payload);
        let header_version = response_header_version(R::KEY, version);
        ResponseHeader::decode(&mut r, header_version)
            .and_then(|_| <R::Response as Message>::decode(&mut r, version))
            .map_err(|source| CallError::Decode {
                api: R::KEY.name(),
                address: self.address.clone(),
                source,
            })
    }
}

async fn write_loop(shared: Arc<Shared>) {
    loop {
        let (mut chunks, written) = {
            let mut state = shared.state.lock();
            if state.closed {
                return;
            }
            (std::mem::take(&mut state.outbox), std::mem::take(&mut state.written))
        };
        if chunks.is_empty() {
            shared.wake_writer.notified().await;
            continue;
        }
        if let Err(error) = seam::write_all(&*shared.socket, &mut chunks).await {
            tracing::debug!(%error, peer = %shared.socket.peer_addr(), "write failed");
            shared.close();
            return;
        }
        for sender in written {
            // Whoever does not wait does not need to know.
            let _ = sender.send(());
        }
    }
}

async fn read_loop(shared: Arc<Shared>) {
    let mut buf = BytesMut::new();
    loop {
        match read_frame(&*shared.socket, &mut buf).await {
            Ok(Some(frame)) => {
                if !deliver(&shared, frame) {
                    tracing::warn!(peer = %shared.socket.peer_addr(), "an answer that nobody asked for; closing");
                    break;
                }
            }
            Ok(None) => break,
            Err(error) => {
                tracing::debug!(%error, peer = %shared.socket.peer_addr(), "read failed");
                break;
            }
        }
    }
    shared.close();
}

/// Hands a frame to the caller at the head of the queue; `false` when it is not that caller's.
fn deliver(shared: &Shared, frame: Bytes) -> bool {
    let Some(mut correlation) = frame.get(..4) else {
        return false;
    };
    let id = correlation.get_i32();
    let sender = {
        let mut state = shared.state.lock();
        match state.waiting.front() {
            Some((expected, _)) if *expected == id => state.waiting.pop_front(),
            _ => None,
        }
    };
    match sender {
        // A caller that went away does not want it any more.
        Some((_, sender)) => {
            let _ = sender.send(frame);
            true
        }
        None => false,
    }
}

/// The next frame without its length, `None` at a clean end.
async fn read_frame(socket: &dyn seam::Connection, buf: &mut BytesMut) -> std::io::Result<Option<Bytes>> {
    loop {
        if let Some(mut prefix) = buf.get(..4) {
            let len = usize::try_from(prefix.get_i32()).unwrap_or(usize::MAX);
            if len > RESPONSE_BYTES_MAX {
                return Err(std::io::Error::new(
                    std::io::ErrorKind::InvalidData,
                    "impossible frame length",
                ));
            }
            if buf.len() >= 4 + len {
                buf.advance(4);
                return Ok(Some(buf.split_to(len).freeze()));
            }
            let missing = 4 + len - buf.len();
            buf.reserve(missing.min(READ_AHEAD_BYTES));
        }
        if seam::read_some(socket, buf).await? == 0 {
            return match buf.is_empty() {
                true => Ok(None),
                false => Err(std::io::ErrorKind::UnexpectedEof.into()),
            };
        }
    }
}
