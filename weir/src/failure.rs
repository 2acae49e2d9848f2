//! Errors for people: what happened, why, and what to do about it.

use std::process::ExitCode;

/// A command that did not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    hint: Option<String>,
    conflict: bool,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: None,
            conflict: false,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A server said 409: worth another try.
    pub(crate) fn conflict(mut self, conflict: bool) -> Self {
        self.conflict = conflict;
        self
    }

    /// Whether another try is worth it.
    pub(crate) fn is_conflict(&self) -> bool {
        self.conflict
    }

    /// Prints to standard error and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        let report = miette::MietteDiagnostic::new(&self.what);
        let report = match &self.hint {
            Some(hint) => report.with_help(hint),
            None => report,
        };
        eprintln!("{:?}", miette::Report::new(report));
        ExitCode::FAILURE
    }
}
