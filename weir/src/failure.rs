//! Errors for people: what happened, why, and what to do about it.

use std::fmt::Write as _;
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

    /// All that went wrong in several places as one failure, each thing once; `None` when nothing did.
    pub(crate) fn all(failures: Vec<Self>) -> Option<Self> {
        let conflict = failures.first()?.conflict;
        let (mut whats, mut hints) = (Vec::new(), Vec::new());
        for failure in failures {
            // A file or a flag that all parts read is wrong for each of them.
            if !whats.contains(&failure.what) {
                whats.push(failure.what);
            }
            hints.extend(failure.hint.filter(|hint| !hints.contains(hint)));
        }
        Some(Self {
            what: whats.join("\n"),
            hint: (!hints.is_empty()).then(|| hints.join("\n")),
            conflict,
        })
    }

    /// Prints to standard error and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        note!("{self}");
        ExitCode::FAILURE
    }
}

/// As the command line's own errors look; lines are not broken, so that a program finds a phrase.
impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let part = |head: &str, text: &str| {
            let mut out = String::new();
            for (i, line) in text.trim_end().lines().enumerate() {
                let lead = if i == 0 { head } else { "\n       " };
                let _ = write!(out, "{lead}{line}");
            }
            out
        };
        write!(f, "{}", part("error: ", &self.what))?;
        match &self.hint {
            Some(hint) => write!(f, "\n{}", part(" hint: ", hint)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks() {
        let one = Failure::new("a\nb").hint("c");
        assert_eq!(one.to_string(), "error: a\n       b\n hint: c");
        let all = Failure::all(vec![one, Failure::new("d").hint("c"), Failure::new("e").hint("f")]);
        assert_eq!(
            all.map(|all| all.to_string()).unwrap_or_default(),
            "error: a\n       b\n       d\n       e\n hint: c\n       f"
        );
        let parts = ["no file", "no port", "no file", "no file"].map(Failure::new);
        let all = Failure::all(parts.into()).map(|all| all.to_string());
        assert_eq!(all.as_deref(), Some("error: no file\n       no port"));
    }
}
