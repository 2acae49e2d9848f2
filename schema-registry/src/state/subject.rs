//! Subject names with their context: `:.context:subject`, or just `subject` in the default context.

/// Name of the default context.
pub const DEFAULT_CONTEXT: &str = ".";

/// Names that Confluent keeps for itself.
const RESERVED: [&str; 2] = ["__GLOBAL", "__EMPTY"];
/// The context whose settings hold in all contexts that have none; it has no schemas.
pub const GLOBAL_CONTEXT: &str = ".__GLOBAL";

/// A subject in its context. Schema ids are allocated per context.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject {
    /// Starts with a dot; [`DEFAULT_CONTEXT`] unless named.
    pub context: String,
    /// The name inside the context.
    pub name: String,
}

impl Subject {
    /// A subject in the default context.
    pub fn new(name: impl Into<String>) -> Subject {
        Subject {
            context: DEFAULT_CONTEXT.into(),
            name: name.into(),
        }
    }

    /// Reads a name as it stands in a request or in the log; `within` is the context for names that name none.
    pub fn parse(text: &str, within: &str) -> Subject {
        if let Some(rest) = text.strip_prefix(':')
            && rest.starts_with('.')
            && let Some((context, name)) = rest.split_once(':')
        {
            return Subject {
                context: context.into(),
                name: name.into(),
            };
        }
        Subject {
            context: within.into(),
            name: text.into(),
        }
    }

    /// The name as it stands in answers and in the log.
    pub fn qualified(&self) -> String {
        if self.context == DEFAULT_CONTEXT {
            self.name.clone()
        } else {
            format!(":{}:{}", self.context, self.name)
        }
    }

    /// Whether schemas may be registered under this subject (`QualifiedSubject.isValidSubject`).
    pub fn is_valid(&self) -> bool {
        self.may_have_settings() && self.context != GLOBAL_CONTEXT
    }

    /// Whether a subject or context of this name may have settings and a mode.
    pub fn may_have_settings(&self) -> bool {
        let control = |text: &str| {
            text.chars()
                .any(|c| c.is_ascii_control() || ('\u{80}'..='\u{9f}').contains(&c))
        };
        !control(&self.name) && !control(&self.context) && !RESERVED.contains(&self.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts() {
        let subject = Subject::parse(":.ctx:a:b", DEFAULT_CONTEXT);
        assert_eq!((subject.context.as_str(), subject.name.as_str()), (".ctx", "a:b"));
        assert_eq!(subject.qualified(), ":.ctx:a:b");
        assert_eq!(Subject::parse(":.:a", ".x"), Subject::new("a"));
        assert_eq!(Subject::parse("a", ".x").qualified(), ":.x:a");
        assert_eq!(Subject::parse(":a", DEFAULT_CONTEXT), Subject::new(":a"));
        assert!(
            !Subject::new("__GLOBAL").is_valid()
                && !Subject::new("a\nb").is_valid()
                && Subject::new("a b/é").is_valid()
        );
    }
}
