//! Ctrl-C and SIGTERM: the first asks for an end in order, the second ends the process at once.

use std::future::Future;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// Listens from now on and ends at the first signal. What is done then may take as long as it takes: at a second signal the
/// process ends with the code that a shell gives to one that was killed by it.
pub(crate) fn stop_signal() -> impl Future<Output = ()> {
    let (first, told) = oneshot::channel();
    tokio::spawn(async move {
        let mut signals = Signals::listen();
        signals.next().await;
        // Nobody waits where an end in order is under way already.
        let _ = first.send(());
        std::process::exit(signals.next().await);
    });
    async move {
        // An error means that the runtime ends.
        let _ = told.await;
    }
}

/// What cannot be listened to ends the process, as without this.
struct Signals {
    interrupt: Option<Signal>,
    terminate: Option<Signal>,
}

impl Signals {
    fn listen() -> Self {
        Self {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
        }
    }

    /// 128 and the signal's number.
    async fn next(&mut self) -> i32 {
        let kind = tokio::select! {
            () = one(&mut self.interrupt) => SignalKind::interrupt(),
            () = one(&mut self.terminate) => SignalKind::terminate(),
        };
        128 + kind.as_raw_value()
    }
}

async fn one(signal: &mut Option<Signal>) {
    let received = match signal {
        Some(signal) => signal.recv().await,
        None => None,
    };
    if received.is_none() {
        std::future::pending().await
    }
}
