//! Errors for people: what happened, why, and what to do about it.

use std::process::ExitCode;

/// A command that did not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
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
