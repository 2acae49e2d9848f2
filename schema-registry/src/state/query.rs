//! Reads.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::record::{ConfigValue, Mode};
use super::subject::{DEFAULT_CONTEXT, GLOBAL_CONTEXT, Subject};
use super::{ContextId, State, Stored};
use crate::compatibility::CompatibilityLevel;
use crate::guid::Guid;

/// Which versions count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// Those that are not deleted.
    Live,
    /// All.
    WithDeleted,
    /// Soft-deleted ones only.
    DeletedOnly,
}

impl Lookup {
    /// By the query parameters `deleted` and `deletedOnly`.
    pub fn from_flags(deleted: bool, deleted_only: bool) -> Lookup {
        match (deleted, deleted_only) {
            (_, true) => Lookup::DeletedOnly,
            (true, false) => Lookup::WithDeleted,
            (false, false) => Lookup::Live,
        }
    }

    fn takes(self, stored: &Stored) -> bool {
        match self {
            Lookup::Live => !stored.deleted,
            Lookup::WithDeleted => true,
            Lookup::DeletedOnly => stored.deleted,
        }
    }
}

/// The settings that hold for a subject after all levels are merged.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Compatibility level.
    pub compatibility: CompatibilityLevel,
    /// Compatibility group.
    pub group: Option<String>,
    /// Put schemas into normal form.
    pub normalize: bool,
    /// Check names and defaults of new schemas strictly.
    pub validate_new_schemas: bool,
}

/// Matches every context in a prefix.
const ANY_CONTEXT: &str = ":*:";

impl State {
    /// Versions of a subject, oldest first.
    pub fn versions(&self, subject: &Subject, lookup: Lookup) -> Vec<Arc<Stored>> {
        let all = self
            .versions_of(subject)
            .into_iter()
            .flat_map(|versions| versions.values());
        all.filter(|stored| lookup.takes(stored)).cloned().collect()
    }

    /// Whether the subject has any version.
    pub fn has_subject(&self, subject: &Subject, lookup: Lookup) -> bool {
        self.versions_of(subject)
            .is_some_and(|versions| versions.values().any(|stored| lookup.takes(stored)))
    }

    /// A version; `None` asks for the latest that is not deleted.
    pub fn version(&self, subject: &Subject, version: Option<i32>, with_deleted: bool) -> Option<Arc<Stored>> {
        let versions = self.versions_of(subject)?;
        match version {
            Some(version) => versions
                .get(&version)
                .filter(|stored| with_deleted || !stored.deleted)
                .cloned(),
            None => versions.values().rev().find(|stored| !stored.deleted).cloned(),
        }
    }

    /// All versions whose qualified subject starts with `prefix`, by subject and version.
    pub fn schemas(&self, prefix: &str, lookup: Lookup, latest_only: bool) -> Vec<Arc<Stored>> {
        let mut found = Vec::new();
        for subject in self.subjects_with(prefix) {
            let mut versions = self.versions(&subject, lookup);
            if latest_only {
                versions = versions.pop().into_iter().collect();
            }
            found.extend(versions);
        }
        found
    }

    /// Qualified names of all subjects that start with `prefix`.
    pub fn subjects(&self, prefix: &str, lookup: Lookup) -> Vec<String> {
        let subjects = self.subjects_with(prefix).into_iter().filter(|subject| match lookup {
            // A subject with a live version is not a deleted one.
            Lookup::DeletedOnly => !self.has_subject(subject, Lookup::Live),
            other => self.has_subject(subject, other),
        });
        let names: BTreeSet<String> = subjects.map(|subject| subject.qualified()).collect();
        names.into_iter().collect()
    }

    fn subjects_with(&self, prefix: &str) -> Vec<Subject> {
        let (context, prefix) = match prefix.strip_prefix(ANY_CONTEXT) {
            Some(prefix) => (None, prefix.to_owned()),
            None => {
                let subject = Subject::parse(prefix, DEFAULT_CONTEXT);
                (Some(subject.context), subject.name)
            }
        };
        let contexts = self
            .contexts
            .iter()
            .filter(|(name, _)| context.as_ref().is_none_or(|context| context == *name));
        let subjects = contexts.flat_map(|(context, all)| {
            let names = all.subjects.range(prefix.clone()..).map(|(name, _)| name);
            names.take_while(|name| name.starts_with(&prefix)).map(|name| Subject {
                context: context.clone(),
                name: name.clone(),
            })
        });
        subjects.collect()
    }

    /// Names of the contexts, the default one first.
    pub fn contexts(&self) -> Vec<String> {
        let others = self.contexts.keys().filter(|name| *name != DEFAULT_CONTEXT);
        std::iter::once(DEFAULT_CONTEXT.to_owned())
            .chain(others.cloned())
            .collect()
    }

    /// The schema with this id, as `subject` has it if it does. Without a context the default one is meant, but a subject
    /// is looked for in all of them.
    pub fn by_id(&self, id: i32, subject: Option<&Subject>) -> Option<Arc<Stored>> {
        let Some(subject) = subject else {
            return self.any_by_id(id, DEFAULT_CONTEXT);
        };
        if subject.name.is_empty() {
            return self.any_by_id(id, &subject.context);
        }
        let own = self.under_subject(id, &subject.context, &subject.name);
        if own.is_some() || subject.context != DEFAULT_CONTEXT {
            return own;
        }
        let mut elsewhere = self
            .contexts
            .keys()
            .filter_map(|context| self.under_subject(id, context, &subject.name));
        elsewhere.next().or_else(|| self.any_by_id(id, DEFAULT_CONTEXT))
    }

    fn under_subject(&self, id: i32, context: &str, name: &str) -> Option<Arc<Stored>> {
        let context = self.context(context)?;
        let version = context.ids.get(&id)?.get(name)?;
        context.subjects.get(name)?.get(version).cloned()
    }

    fn any_by_id(&self, id: i32, context: &str) -> Option<Arc<Stored>> {
        let name = self.context(context)?.ids.get(&id)?.keys().next()?;
        self.under_subject(id, context, name)
    }

    /// The highest id of a context.
    pub fn max_id(&self, context: &str) -> i32 {
        self.context(context).map_or(0, |context| context.max_id)
    }

    /// Ids of a GUID, by context.
    pub fn ids_of_guid(&self, guid: &Guid) -> Vec<ContextId> {
        let ids = self.contexts.iter().filter_map(|(name, context)| {
            let id = *context.guids.get(guid)?;
            Some(ContextId {
                context: name.clone(),
                id,
            })
        });
        ids.collect()
    }

    /// The schema with this GUID.
    pub fn by_guid(&self, guid: &Guid) -> Option<Arc<Stored>> {
        let id = self.ids_of_guid(guid).into_iter().next()?;
        self.any_by_id(id.id, &id.context)
    }

    /// The versions that have the id of `stored`; `None` if the id is unknown.
    pub fn versions_of_id(&self, id: i32, subject: Option<&Subject>, lookup: Lookup) -> Option<Vec<Arc<Stored>>> {
        let context = self.by_id(id, subject)?.subject.context.clone();
        let names = self.context(&context)?.ids.get(&id)?.keys();
        let versions = names.filter_map(|name| self.under_subject(id, &context, name));
        Some(versions.filter(|stored| lookup.takes(stored)).collect())
    }

    /// Ids of the schemas that refer to a version; unless asked for, only those with a live version themselves.
    pub fn referenced_by(&self, subject: &Subject, version: i32, with_deleted: bool) -> Vec<ContextId> {
        let key = (subject.name.clone(), version);
        let ids = self
            .context(&subject.context)
            .and_then(|context| context.referenced_by.get(&key));
        let live = |id: &&ContextId| with_deleted || !self.referrers(id, false).is_empty();
        ids.into_iter().flatten().filter(live).cloned().collect()
    }

    /// Whether a version is referred to by another subject than its own.
    pub(super) fn referenced_elsewhere(&self, subject: &Subject, version: i32, with_deleted: bool) -> bool {
        let ids = self.referenced_by(subject, version, true);
        ids.iter().any(|id| {
            self.referrers(id, with_deleted)
                .iter()
                .any(|stored| stored.subject != *subject)
        })
    }

    fn referrers(&self, id: &ContextId, with_deleted: bool) -> Vec<Arc<Stored>> {
        let context = Subject {
            context: id.context.clone(),
            name: String::new(),
        };
        let lookup = if with_deleted {
            Lookup::WithDeleted
        } else {
            Lookup::Live
        };
        self.versions_of_id(id.id, Some(&context), lookup).unwrap_or_default()
    }

    /// The settings of a subject (or the global ones) as written; `None` if there are none.
    pub fn config(&self, subject: Option<&Subject>) -> Option<&ConfigValue> {
        self.configs.get(&subject.map(Subject::qualified))
    }

    /// The same as answers tell them: with the default level where none is written (`InMemoryCache.config`); clients count on
    /// one. There always are settings of the default context and of all.
    pub fn config_told(&self, subject: Option<&Subject>) -> Option<ConfigValue> {
        let mut config = match (self.config(subject), subject) {
            (Some(config), _) => config.clone(),
            (None, subject) if is_global(subject) => ConfigValue::default(),
            (None, _) => return None,
        };
        config.compatibility_level = config.compatibility_level.or(Some(self.defaults.compatibility));
        Some(config)
    }

    /// The settings of a subject over those of its context over those of all contexts.
    pub fn config_in_scope(&self, subject: Option<&Subject>) -> ConfigValue {
        let mut merged = ConfigValue {
            compatibility_level: Some(self.defaults.compatibility),
            ..ConfigValue::default()
        };
        for own in scopes(subject).filter_map(|scope| self.config(scope.as_ref())) {
            merged.other.extend(own.other.clone());
            merged = ConfigValue {
                subject: own.subject.clone(),
                normalize: own.normalize.or(merged.normalize),
                validate_new_schemas: own.validate_new_schemas.or(merged.validate_new_schemas),
                compatibility_level: own.compatibility_level.or(merged.compatibility_level),
                compatibility_group: own.compatibility_group.clone().or(merged.compatibility_group),
                other: merged.other,
            };
        }
        merged
    }

    /// What holds for a subject.
    pub fn settings(&self, subject: &Subject) -> Settings {
        let config = self.config_in_scope(Some(subject));
        Settings {
            compatibility: config.compatibility_level.unwrap_or(self.defaults.compatibility),
            group: config.compatibility_group,
            normalize: config.normalize.unwrap_or(false),
            validate_new_schemas: config
                .validate_new_schemas
                .unwrap_or(self.defaults.validate_new_schemas),
        }
    }

    /// The mode of a subject (or the global one) as set; `None` if it is not.
    pub fn mode(&self, subject: Option<&Subject>) -> Option<Mode> {
        self.modes.get(&subject.map(Subject::qualified)).copied()
    }

    /// The same as answers tell it: the default context and that for all always have one.
    pub fn mode_told(&self, subject: Option<&Subject>) -> Option<Mode> {
        self.mode(subject).or(is_global(subject).then(Mode::default))
    }

    /// The mode that holds for a subject; `None` is the default context.
    pub fn mode_in_scope(&self, subject: Option<&Subject>) -> Mode {
        if self.mode(None) == Some(Mode::ReadOnlyOverride) {
            return Mode::ReadOnlyOverride;
        }
        let set = scopes(subject).filter_map(|scope| self.mode(scope.as_ref()));
        set.last().unwrap_or_default()
    }
}

/// The default context, or the one whose settings hold everywhere.
fn is_global(subject: Option<&Subject>) -> bool {
    subject.is_none_or(|subject| subject.context == GLOBAL_CONTEXT)
}

/// Where settings may stand that hold for a subject, the nearest last: those of all contexts, of its own one, its own
/// (`InMemoryCache.config`). `None` is the default context, whose settings do not hold in others.
fn scopes(subject: Option<&Subject>) -> impl Iterator<Item = Option<Subject>> {
    let context = |name: &str| Subject {
        context: name.to_owned(),
        name: String::new(),
    };
    let mut scopes = vec![Some(context(GLOBAL_CONTEXT))];
    scopes.push(match subject {
        Some(subject) if subject.context != DEFAULT_CONTEXT => Some(context(&subject.context)),
        _ => None,
    });
    scopes.extend(subject.map(|subject| Some(subject.clone())));
    scopes.dedup();
    scopes.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::record::Record;

    #[test]
    fn settings_and_modes_by_context() {
        let mut state = State::default();
        let name = |text: &str| Subject::parse(text, DEFAULT_CONTEXT);
        let mut set = |subject: Option<&str>, level, mode| {
            let subject = subject.map(str::to_owned);
            let value = ConfigValue {
                compatibility_level: Some(level),
                ..ConfigValue::default()
            };
            let config = Record::Config {
                subject: subject.clone(),
                value: Some(Box::new(value)),
            };
            let value = Some(mode);
            state.apply(&config, 0);
            state.apply(&Record::Mode { subject, value }, 0);
        };
        use CompatibilityLevel::{Forward, Full, None as Anything};
        set(None, Full, Mode::ReadOnly);
        set(Some(":.__GLOBAL:"), Forward, Mode::ReadWrite);
        set(Some(":.own:"), Anything, Mode::ReadOnly);
        let holds = |state: &State, subject: &str| {
            let subject = name(subject);
            let level = state.settings(&subject).compatibility;
            (level, state.mode_in_scope(Some(&subject)))
        };
        assert_eq!(holds(&state, "a"), (Full, Mode::ReadOnly));
        assert_eq!(holds(&state, ":.own:a"), (Anything, Mode::ReadOnly));
        // The settings of the default context do not reach into another.
        assert_eq!(holds(&state, ":.other:a"), (Forward, Mode::ReadWrite));
        assert_eq!(
            holds(&State::default(), ":.other:a"),
            (CompatibilityLevel::Backward, Mode::ReadWrite)
        );
        let everywhere = name(":.__GLOBAL:");
        assert!(State::default().config_told(Some(&everywhere)).is_some());
        assert!(!everywhere.is_valid() && everywhere.may_have_settings());
        // Where the default context has none, those of all hold there too.
        let value = None;
        state.apply(&Record::Config { subject: None, value }, 0);
        assert_eq!(holds(&state, "a").0, Forward);
    }
}
