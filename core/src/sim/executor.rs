//! The single-threaded executor: ready tasks run in a drawn order; when none is ready, time jumps to the next timer.

use crate::seam::{BoxFuture, Task};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

#[derive(Default)]
struct State {
    now: Duration,
    next_id: u64,
    tasks: BTreeMap<u64, Slot>,
    ready: Vec<u64>,
    timers: BTreeMap<(Duration, u64), Waker>,
}

struct Slot {
    host: String,
    /// Taken out while it is polled.
    future: Option<BoxFuture<'static, ()>>,
}

/// Runs tasks.
#[derive(Clone, Default)]
pub(super) struct Executor {
    state: Arc<Mutex<State>>,
}

struct TaskWaker {
    id: u64,
    state: Arc<Mutex<State>>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let mut state = self.state.lock();
        if state.tasks.contains_key(&self.id) && !state.ready.contains(&self.id) {
            state.ready.push(self.id);
        }
    }
}

/// A spawned task.
pub(super) struct SimTask {
    id: u64,
    state: Arc<Mutex<State>>,
}

impl Task for SimTask {
    fn abort(&self) {
        let slot = self.state.lock().tasks.remove(&self.id);
        drop(slot);
    }
}

impl Executor {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn now(&self) -> Duration {
        self.state.lock().now
    }

    pub(super) fn spawn(&self, host: &str, _name: &'static str, future: BoxFuture<'static, ()>) -> SimTask {
        let mut state = self.state.lock();
        let id = state.next_id;
        state.next_id += 1;
        state.tasks.insert(
            id,
            Slot {
                host: host.to_owned(),
                future: Some(future),
            },
        );
        state.ready.push(id);
        SimTask {
            id,
            state: self.state.clone(),
        }
    }

    /// Drops every task of a host.
    pub(super) fn kill(&self, host: &str) {
        let dead: Vec<Slot> = {
            let mut state = self.state.lock();
            let ids: Vec<u64> = state
                .tasks
                .iter()
                .filter(|(_, s)| s.host == host)
                .map(|(id, _)| *id)
                .collect();
            ids.iter().filter_map(|id| state.tasks.remove(id)).collect()
        };
        // Dropped without the lock: a task's drop may wake others.
        drop(dead);
    }

    pub(super) fn sleep(&self, duration: Duration) -> Sleep {
        Sleep {
            state: self.state.clone(),
            at: None,
            duration,
            key: None,
        }
    }

    /// Runs one ready task, or jumps to the next timer; false when neither is there or time would pass `end`.
    pub(super) fn step(&self, draw: u64, end: Duration) -> bool {
        let (id, future) = {
            let mut state = self.state.lock();
            let ready = std::mem::take(&mut state.ready);
            let mut ready: Vec<u64> = ready.into_iter().filter(|id| state.tasks.contains_key(id)).collect();
            if ready.is_empty() {
                let Some((&(at, _), _)) = state.timers.first_key_value() else {
                    return false;
                };
                if at > end {
                    return false;
                }
                state.now = state.now.max(at);
                let mut due = Vec::new();
                while let Some(entry) = state.timers.first_entry() {
                    if entry.key().0 > at {
                        break;
                    }
                    due.push(entry.remove());
                }
                drop(state);
                due.into_iter().for_each(Waker::wake);
                return true;
            }
            let pick = ready.swap_remove((draw % ready.len() as u64) as usize);
            state.ready = ready;
            let future = state.tasks.get_mut(&pick).and_then(|slot| slot.future.take());
            (pick, future)
        };
        let Some(mut future) = future else { return true };
        let waker = Waker::from(Arc::new(TaskWaker {
            id,
            state: self.state.clone(),
        }));
        let done = future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
        let leftover = {
            let mut state = self.state.lock();
            if done {
                state.tasks.remove(&id);
                Some(future)
            } else if let Some(slot) = state.tasks.get_mut(&id) {
                slot.future = Some(future);
                None
            } else {
                // Aborted or crashed while it ran.
                Some(future)
            }
        };
        drop(leftover);
        true
    }
}

/// A timer.
pub(super) struct Sleep {
    state: Arc<Mutex<State>>,
    duration: Duration,
    at: Option<Duration>,
    key: Option<(Duration, u64)>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let shared = self.state.clone();
        let mut state = shared.lock();
        let due = state.now + self.duration;
        let at = *self.at.get_or_insert(due);
        if state.now >= at {
            return Poll::Ready(());
        }
        if let Some(key) = self.key {
            state.timers.insert(key, cx.waker().clone());
        } else {
            let key = (at, state.next_id);
            state.next_id += 1;
            state.timers.insert(key, cx.waker().clone());
            self.key = Some(key);
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            let waker = self.state.lock().timers.remove(&key);
            drop(waker);
        }
    }
}
