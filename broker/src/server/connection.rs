//! One connection: frames in, answers out in the order of their requests. What is read is handled at once on the task
//! that read it; an answer that must wait (a sync, a long poll) does not hold up the requests behind it, only their
//! answers.

use super::output::Output;
use crate::answer::Answer;
use crate::api::{self, Answered};
use crate::state::{Peer, State};
use bytes::{Bytes, BytesMut};
use futures_util::stream::FuturesOrdered;
use futures_util::{FutureExt, StreamExt};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use weir_core::be;
use weir_core::seam::Connection;

/// Requests of one connection that may wait for their answers at a time; beyond that nothing more is read.
const IN_FLIGHT_MAX: usize = 64;

/// Bytes of answers that are gathered, or kept behind one that waits, before no more requests are taken: small requests
/// may ask for large answers, and who asks without reading must not fill the memory.
const ANSWERS_MAX_BYTES: usize = 1 << 20;

/// Room that a read is offered: small for a connection that says little, large for one that fills what it is given.
const READ_BYTES: std::ops::RangeInclusive<usize> = 4 * 1024..=256 * 1024;

type Waiting = Pin<Box<dyn Future<Output = Result<Answer, String>> + Send>>;

/// What woke the connection's task.
enum Event {
    Read(io::Result<usize>),
    Answer(Result<Answer, String>),
    Idle,
}

/// Serves a connection, which `id` tells from the others, until it ends.
pub(super) async fn serve(state: &Arc<State>, id: u64, listener: Arc<str>, connection: &Arc<dyn Connection>) {
    let address = connection.peer_addr();
    let peer = Arc::new(Peer {
        host: format!("/{}", address.ip()),
        listener,
        principal: "User:ANONYMOUS".into(),
        dialled: connection.local_addr(),
    });
    if let Err(reason) = run(state, id, &peer, &**connection).await {
        tracing::info!(peer = %address, reason, "closed a connection");
    }
}

async fn run(state: &Arc<State>, id: u64, peer: &Arc<Peer>, connection: &dyn Connection) -> Result<(), String> {
    let mut input = BytesMut::new();
    let mut room = *READ_BYTES.start();
    let mut output = Output::default();
    let mut waiting: FuturesOrdered<Waiting> = FuturesOrdered::new();
    let idle = Duration::from_millis(
        u64::try_from(state.config.connections_max_idle_ms)
            .unwrap_or(u64::MAX >> 20)
            .max(1),
    );
    // Whether anything went by since the alarm was set: asking for the time at each request is not needed for that.
    let mut active = false;
    let mut alarm: Option<weir_core::seam::BoxFuture<'static, ()>> = None;
    // Bytes kept in `waiting`; a long poll is the last request that is taken until it ends.
    let (mut kept, mut alone) = (0, false);
    loop {
        if waiting.is_empty() {
            (kept, alone) = (0, false);
        }
        // Everything that is here already is handled before anything is written: one gathering write answers it all.
        while waiting.len() < IN_FLIGHT_MAX
            && output.len() + kept < ANSWERS_MAX_BYTES
            && !alone
            && let Some(frame) = take_frame(&mut input, state.config.request_max_bytes)?
        {
            match api::handle(state, peer, frame)? {
                Answered::Now(answer) if waiting.is_empty() => output.push(answer),
                Answered::Now(answer) => {
                    kept += answer.len();
                    waiting.push_back(Box::pin(std::future::ready(Ok(answer))));
                }
                Answered::Later(answer) => waiting.push_back(answer),
                Answered::Alone(answer) => {
                    waiting.push_back(answer);
                    alone = true;
                }
                Answered::Nothing => {}
            }
        }
        if output.len() > 0 {
            let full = output.len() >= ANSWERS_MAX_BYTES;
            write_out(state, connection, &mut output, idle).await?;
            if full {
                // There may be whole requests left.
                continue;
            }
        }
        // Behind a long poll a little is read, to see the peer go.
        let may_read =
            waiting.len() < IN_FLIGHT_MAX && (kept < ANSWERS_MAX_BYTES && !alone || input.len() < *READ_BYTES.start());
        if may_read && input.capacity() - input.len() < room {
            input.reserve(room);
        }
        let event = std::future::poll_fn(|cx| {
            // Reading comes first: what is already here joins the sync that the answers behind it will wait for.
            if may_read && let Poll::Ready(read) = connection.poll_read(cx, &mut input) {
                return Poll::Ready(Event::Read(read));
            }
            if !waiting.is_empty()
                && let Poll::Ready(Some(answer)) = waiting.poll_next_unpin(cx)
            {
                return Poll::Ready(Event::Answer(answer));
            }
            // One alarm an idle period, not one a request: it checks what went by and is set anew.
            match alarm
                .get_or_insert_with(|| state.seam.clock.sleep(idle))
                .as_mut()
                .poll(cx)
            {
                Poll::Ready(()) => Poll::Ready(Event::Idle),
                Poll::Pending => Poll::Pending,
            }
        })
        .await;
        match event {
            Event::Read(Ok(0)) if input.is_empty() => return Ok(()),
            Event::Read(Ok(0)) => {
                return Err(format!(
                    "the peer closed in the middle of a request, {} bytes in",
                    input.len()
                ));
            }
            Event::Read(Ok(_)) => {
                state.turns.take(id);
                if input.len() == input.capacity() {
                    room = (room * 4).min(*READ_BYTES.end());
                }
                active = true;
            }
            Event::Read(Err(e)) if e.kind() == io::ErrorKind::ConnectionReset => return Ok(()),
            Event::Read(Err(e)) => return Err(format!("read failed: {e}")),
            Event::Answer(answer) => {
                output.push(answer?);
                // What else is ready goes along.
                while let Some(Some(answer)) = waiting.next().now_or_never() {
                    output.push(answer?);
                }
                active = true;
            }
            Event::Idle => {
                alarm = None;
                room = *READ_BYTES.start();
                if waiting.is_empty() && !std::mem::take(&mut active) {
                    return Err("idle for connections.max.idle.ms".into());
                }
            }
        }
    }
}

/// Writes all there is. A peer that takes nothing of it for as long as it may be idle is given up, with what is kept for
/// it.
async fn write_out(
    state: &State,
    connection: &dyn Connection,
    output: &mut Output,
    idle: Duration,
) -> Result<(), String> {
    let failed = |e: io::Error| format!("write failed: {e}");
    // Most writes go through at once: only one that does not needs a timer.
    if let Some(written) = output.write(connection).now_or_never() {
        return written.map_err(failed);
    }
    loop {
        let before = output.len();
        match state.seam.timeout(idle, output.write(connection)).await {
            Some(written) => return written.map_err(failed),
            None if output.len() == before => {
                return Err("the peer has read nothing for connections.max.idle.ms".into());
            }
            None => {}
        }
    }
}

/// The next whole frame, without its length; the buffer is grown to what the frame needs, never to what it claims
/// beyond the limit.
fn take_frame(input: &mut BytesMut, max: usize) -> Result<Option<Bytes>, String> {
    if input.len() < 4 {
        return Ok(None);
    }
    let claimed = be::i32_at(input, 0);
    let len = usize::try_from(claimed).map_err(|_| format!("invalid request size {claimed}"))?;
    if len > max {
        return Err(format!(
            "invalid request size {len}: larger than socket.request.max.bytes={max}"
        ));
    }
    if input.len() < 4 + len {
        // A peer that claims much and sends little gets no more than twice what it sent.
        let want = (4 + len - input.len()).min(input.len().max(64 * 1024));
        input.reserve(want);
        return Ok(None);
    }
    let mut frame = input.split_to(4 + len).freeze();
    bytes::Buf::advance(&mut frame, 4);
    Ok(Some(frame))
}
