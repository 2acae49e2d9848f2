//! The simulated network: in-memory pipes. Bytes arrive after a drawn latency and in order; a crashed host's
//! connections break at both ends. All hosts share one port space, as processes on one machine do.

use super::World;
use crate::seam::{BoxFuture, Connection, Listener, Network};
use bytes::BytesMut;
use parking_lot::Mutex;
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, IoSlice};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Bytes in flight that one direction of a connection holds before its writer waits.
const PIPE_BYTES_MAX: usize = 256 * 1024;

#[derive(Default)]
pub(super) struct NetState {
    listeners: Mutex<BTreeMap<u16, Weak<Accept>>>,
    pipes: Mutex<Vec<(String, Weak<Pipe>)>>,
    next_port: Mutex<u16>,
}

impl NetState {
    pub(super) fn sever(&self, host: &str) {
        let severed: Vec<Arc<Pipe>> = {
            let mut pipes = self.pipes.lock();
            pipes.retain(|(_, p)| p.strong_count() > 0);
            pipes
                .iter()
                .filter(|(h, _)| h == host)
                .filter_map(|(_, p)| p.upgrade())
                .collect()
        };
        severed.iter().for_each(|p| p.shut());
        let mut listeners = self.listeners.lock();
        listeners.retain(|_, l| l.upgrade().is_some_and(|l| l.host != host));
    }
}

/// Connections that nobody took yet, and who waits for one.
type AcceptQueue = (VecDeque<Arc<dyn Connection>>, Option<Waker>);

struct Accept {
    host: String,
    queue: Mutex<AcceptQueue>,
}

#[derive(Default)]
struct PipeState {
    /// Bytes with the virtual time at which they arrive.
    data: VecDeque<(Duration, Vec<u8>)>,
    len: usize,
    shut: bool,
    last_arrival: Duration,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// One direction.
#[derive(Default)]
struct Pipe {
    state: Mutex<PipeState>,
}

impl Pipe {
    fn shut(&self) {
        let mut state = self.state.lock();
        state.shut = true;
        let wakers = [state.reader.take(), state.writer.take()];
        drop(state);
        wakers.into_iter().flatten().for_each(Waker::wake);
    }
}

struct SimConnection {
    world: Arc<World>,
    label: String,
    incoming: Arc<Pipe>,
    outgoing: Arc<Pipe>,
    timer: Mutex<Option<super::executor::Sleep>>,
    local: SocketAddr,
    peer: SocketAddr,
}

impl Drop for SimConnection {
    fn drop(&mut self) {
        self.close();
    }
}

impl Connection for SimConnection {
    fn poll_read(&self, cx: &mut Context<'_>, buf: &mut BytesMut) -> Poll<io::Result<usize>> {
        let now = self.world.executor.now();
        let mut state = self.incoming.state.lock();
        let mut n = 0;
        while state.data.front().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, bytes)) = state.data.pop_front() {
                n += bytes.len();
                state.len -= bytes.len();
                buf.extend_from_slice(&bytes);
            }
        }
        if n > 0 {
            let writer = state.writer.take();
            drop(state);
            writer.into_iter().for_each(Waker::wake);
            self.world.note(format!("{} read {n}", self.label));
            return Poll::Ready(Ok(n));
        }
        if state.shut && state.data.is_empty() {
            return Poll::Ready(Ok(0));
        }
        state.reader = Some(cx.waker().clone());
        let next = state.data.front().map(|(at, _)| *at);
        drop(state);
        if let Some(at) = next {
            let mut sleep = self.world.executor.sleep(at.saturating_sub(now));
            if std::pin::Pin::new(&mut sleep).poll_once(cx) {
                cx.waker().wake_by_ref();
            }
            *self.timer.lock() = Some(sleep);
        }
        Poll::Pending
    }

    fn poll_write(&self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let mut state = self.outgoing.state.lock();
        if state.shut {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        if state.len >= PIPE_BYTES_MAX {
            state.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let mut bytes: Vec<u8> = bufs.iter().flat_map(|b| b.iter().copied()).collect();
        // A socket may take less than it is offered.
        let draw = self.world.draw();
        if draw.is_multiple_of(4) && bytes.len() > 1 {
            bytes.truncate(1 + (draw >> 8) as usize % bytes.len());
        }
        let n = bytes.len();
        let latency = Duration::from_micros(20 + self.world.draw() % 500);
        let at = state.last_arrival.max(self.world.executor.now() + latency);
        state.last_arrival = at;
        state.len += n;
        state.data.push_back((at, bytes));
        let reader = state.reader.take();
        drop(state);
        reader.into_iter().for_each(Waker::wake);
        self.world.note(format!("{} wrote {n}", self.label));
        Poll::Ready(Ok(n))
    }

    fn peer_addr(&self) -> SocketAddr {
        self.peer
    }

    fn local_addr(&self) -> SocketAddr {
        self.local
    }

    fn close(&self) {
        self.incoming.shut();
        self.outgoing.shut();
    }
}

/// Polling a timer without awaiting it.
trait PollOnce {
    fn poll_once(self, cx: &mut Context<'_>) -> bool;
}

impl PollOnce for std::pin::Pin<&mut super::executor::Sleep> {
    fn poll_once(self, cx: &mut Context<'_>) -> bool {
        Future::poll(self, cx).is_ready()
    }
}

struct SimListener {
    addr: SocketAddr,
    accept: Arc<Accept>,
}

impl Listener for SimListener {
    fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    fn accept(&self) -> BoxFuture<'_, io::Result<Arc<dyn Connection>>> {
        Box::pin(std::future::poll_fn(|cx| {
            let mut queue = self.accept.queue.lock();
            match queue.0.pop_front() {
                Some(connection) => Poll::Ready(Ok(connection)),
                None => {
                    queue.1 = Some(cx.waker().clone());
                    Poll::Pending
                }
            }
        }))
    }
}

/// The network as one host sees it.
pub(super) struct SimNet {
    world: Arc<World>,
    host: String,
}

impl SimNet {
    pub(super) fn new(world: Arc<World>, host: &str) -> Self {
        Self {
            world,
            host: host.to_owned(),
        }
    }

    fn free_port(&self) -> u16 {
        let mut next = self.world.net.next_port.lock();
        *next = next.wrapping_add(1);
        40_000 + *next % 20_000
    }
}

impl Network for SimNet {
    fn listen(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Listener>>> {
        Box::pin(async move {
            let port = if address.port() == 0 {
                self.free_port()
            } else {
                address.port()
            };
            let accept = Arc::new(Accept {
                host: self.host.clone(),
                queue: Mutex::default(),
            });
            let mut listeners = self.world.net.listeners.lock();
            if listeners.get(&port).is_some_and(|l| l.strong_count() > 0) {
                return Err(io::ErrorKind::AddrInUse.into());
            }
            listeners.insert(port, Arc::downgrade(&accept));
            let addr = SocketAddr::new(address.ip(), port);
            Ok(Box::new(SimListener { addr, accept }) as Box<dyn Listener>)
        })
    }

    fn connect(&self, address: String) -> BoxFuture<'_, io::Result<Arc<dyn Connection>>> {
        Box::pin(async move {
            let port = address.rsplit(':').next().and_then(|p| p.parse::<u16>().ok());
            let port = port.ok_or(io::ErrorKind::InvalidInput)?;
            self.world
                .executor
                .sleep(Duration::from_micros(50 + self.world.draw() % 200))
                .await;
            let accept = self.world.net.listeners.lock().get(&port).and_then(Weak::upgrade);
            let accept = accept.ok_or(io::ErrorKind::ConnectionRefused)?;
            let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
            let (near, far) = (
                SocketAddr::new(loopback, self.free_port()),
                SocketAddr::new(loopback, port),
            );
            let (there, back) = (Arc::new(Pipe::default()), Arc::new(Pipe::default()));
            {
                let mut pipes = self.world.net.pipes.lock();
                for host in [&self.host, &accept.host] {
                    pipes.push((host.clone(), Arc::downgrade(&there)));
                    pipes.push((host.clone(), Arc::downgrade(&back)));
                }
            }
            let end = |host: &str, other: &str, incoming: &Arc<Pipe>, outgoing: &Arc<Pipe>, local, peer| {
                Arc::new(SimConnection {
                    world: self.world.clone(),
                    label: format!("{host}->{other}"),
                    incoming: incoming.clone(),
                    outgoing: outgoing.clone(),
                    timer: Mutex::new(None),
                    local,
                    peer,
                })
            };
            let client = end(&self.host, &accept.host, &back, &there, near, far);
            let server = end(&accept.host, &self.host, &there, &back, far, near);
            let waker = {
                let mut queue = accept.queue.lock();
                queue.0.push_back(server);
                queue.1.take()
            };
            waker.into_iter().for_each(Waker::wake);
            self.world
                .note(format!("{}->{} connect {address}", self.host, accept.host));
            Ok(client as Arc<dyn Connection>)
        })
    }
}
