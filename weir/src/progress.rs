//! How far something is, on standard error: one line that changes on a terminal, a line now and then elsewhere.

use crate::output;
use std::fmt::Display;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Where every change would fill a log, only one in this time is told.
const EVERY: Duration = Duration::from_secs(5);

pub(crate) struct Progress {
    what: String,
    terminal: bool,
    /// When something was last told, and whether the latest is still to be told.
    told: Option<Instant>,
    latest: Option<String>,
}

impl Progress {
    pub(crate) fn new(what: &str) -> Self {
        Self {
            what: what.to_owned(),
            terminal: std::io::stderr().is_terminal(),
            told: None,
            latest: None,
        }
    }

    pub(crate) fn at(&mut self, now: impl Display) {
        let text = format!("{}: {now}", self.what);
        if self.terminal {
            output::again(&text);
            self.told = Some(Instant::now());
        } else if self.told.is_some_and(|at| at.elapsed() >= EVERY) {
            note!("{text}");
            (self.told, self.latest) = (Some(Instant::now()), None);
        } else {
            self.told.get_or_insert_with(Instant::now);
            self.latest = Some(text);
        }
    }
}

/// The line ends with what was last, however it ended.
impl Drop for Progress {
    fn drop(&mut self) {
        match self.latest.take() {
            Some(text) => note!("{text}"),
            None if self.terminal && self.told.is_some() => note!(""),
            None => {}
        }
    }
}
