//! Writes: a command is checked against the state and becomes records, or a refusal. Nothing is changed here.
//!
//! The rules are Confluent's (`KafkaSchemaRegistry`): which id and version a schema gets, when it counts as registered
//! already, what deleting needs.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::query::{Lookup, Settings};
use super::record::{ConfigValue, Mode, Record, SchemaValue};
use super::subject::{DEFAULT_CONTEXT, Subject};
use super::{State, Stored};
use crate::avro::{self, Strictness, canonical, equivalence_key, normalize};
use crate::compatibility::{self, CompatibilityLevel, Previous};
use crate::entity::{AVRO, Metadata, Reference, RuleSet};
use crate::error::RegistryError;
use crate::guid::Guid;

/// A schema as a client sends it.
#[derive(Debug, Clone, Default)]
pub struct SchemaRequest {
    /// The text; may be empty to change only metadata or rules.
    pub schema: String,
    /// `None` is Avro.
    pub schema_type: Option<String>,
    /// What it refers to.
    pub references: Vec<Reference>,
    /// Metadata.
    pub metadata: Option<Metadata>,
    /// Rules.
    pub rule_set: Option<RuleSet>,
    /// The version that it must get; 0 is any, -1 is any but always a new one.
    pub version: i32,
    /// The id that it must get, in mode IMPORT only.
    pub id: Option<i32>,
}

/// A write.
#[derive(Debug, Clone)]
pub enum Command {
    /// Register a schema.
    Register {
        /// Where.
        subject: Subject,
        /// What.
        request: Box<SchemaRequest>,
        /// Put it into normal form first.
        normalize: bool,
    },
    /// Delete a version.
    DeleteVersion {
        /// Of this subject.
        subject: Subject,
        /// `None` is the latest.
        version: Option<i32>,
        /// For good (after it was soft-deleted).
        permanent: bool,
    },
    /// Delete all versions of a subject.
    DeleteSubject {
        /// The subject.
        subject: Subject,
        /// For good.
        permanent: bool,
    },
    /// Change settings: members are set, null members are unset, others stay.
    SetConfig {
        /// `None` is global.
        subject: Option<Subject>,
        /// The members of the request.
        settings: Map<String, Value>,
    },
    /// Remove settings.
    DeleteConfig {
        /// `None` is global.
        subject: Option<Subject>,
    },
    /// Change the mode.
    SetMode {
        /// `None` is global.
        subject: Option<Subject>,
        /// The mode.
        mode: Mode,
    },
    /// Remove the mode.
    DeleteMode {
        /// `None` is global.
        subject: Option<Subject>,
    },
}

/// What a write came to.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The version under which the schema stands now.
    Registered {
        /// Its subject.
        subject: Subject,
        /// Its number.
        version: i32,
    },
    /// The version that was deleted.
    DeletedVersion(i32),
    /// The versions that were deleted.
    DeletedVersions(Vec<i32>),
    /// The settings that hold now, or that were removed.
    Config(ConfigValue),
    /// The mode that holds now, or that was removed.
    Mode(Mode),
}

/// Records to append, and the answer once they are.
pub type Decided = Result<(Vec<Record>, Outcome), RegistryError>;

/// A schema that is ready to be stored or looked for.
struct Prepared {
    schema: Arc<avro::Schema>,
    text: String,
    references: Vec<Reference>,
    metadata: Option<Metadata>,
    rule_set: Option<RuleSet>,
    guid: Guid,
}

const VERSION_PROPERTY: &str = "confluent:version";

impl State {
    /// Decides on a write.
    pub fn decide(&self, command: &Command) -> Decided {
        match command {
            Command::Register {
                subject,
                request,
                normalize,
            } => self.register(subject, request, *normalize),
            Command::DeleteVersion {
                subject,
                version,
                permanent,
            } => self.delete_version(subject, *version, *permanent),
            Command::DeleteSubject { subject, permanent } => self.delete_subject(subject, *permanent),
            Command::SetConfig { subject, settings } => self.set_config(subject.as_ref(), settings),
            Command::DeleteConfig { subject } => self.delete_config(subject.as_ref()),
            Command::SetMode { subject, mode } => set_mode(subject.as_ref(), *mode),
            Command::DeleteMode { subject } => self.delete_mode(subject.as_ref()),
        }
    }

    fn register(&self, subject: &Subject, request: &SchemaRequest, normalize: bool) -> Decided {
        if !subject.is_valid() {
            return Err(RegistryError::InvalidSubject(subject.qualified()));
        }
        let settings = self.settings(subject);
        let normalize = normalize || settings.normalize;
        // A schema that stands here already is found before modes and strict checks can refuse it.
        if request.version == 0
            && request.id.is_none()
            && let Ok(Some(found)) = self.look_up(subject, request, normalize, false)
        {
            return Ok((vec![], registered(&found)));
        }
        self.check_register_mode(subject, request.id)?;
        let live = self.versions(subject, Lookup::Live);
        let version = self
            .versions(subject, Lookup::WithDeleted)
            .last()
            .map_or(1, |last| last.version.saturating_add(1));
        let request = with_previous(request, live.last().map(Arc::as_ref), Some(version))?;
        let strictness = if settings.validate_new_schemas {
            Strictness::New
        } else {
            Strictness::Stored
        };
        let prepared = self.prepare(subject, &request, normalize, strictness)?;
        let known = self.id_of(subject, &prepared.guid);
        if request.version == 0
            && let Some(found) = self.find(subject, &prepared, false)
        {
            return Ok((vec![], registered(&found)));
        }
        self.check_compatible(subject, &settings, &prepared, &live)?;
        if request.version > 0 && request.version != version {
            return Err(RegistryError::InvalidSchema(
                "Version is not one more than previous version".into(),
            ));
        }
        let id = known.unwrap_or_else(|| self.max_id(&subject.context).saturating_add(1));
        let mut records = Vec::new();
        if subject.context != DEFAULT_CONTEXT && self.context(&subject.context).is_none() {
            records.push(Record::Context {
                context: subject.context.clone(),
            });
        }
        records.extend(self.superseded(subject, id, version));
        let value = SchemaValue {
            subject: subject.qualified(),
            version,
            id,
            md5: None,
            schema_type: None,
            references: prepared.references,
            metadata: prepared.metadata,
            rule_set: prepared.rule_set,
            schema: prepared.text,
            deleted: false,
        };
        records.push(Record::Schema {
            subject: subject.qualified(),
            version,
            value: Some(Box::new(value)),
        });
        Ok((
            records,
            Outcome::Registered {
                subject: subject.clone(),
                version,
            },
        ))
    }

    fn check_register_mode(&self, subject: &Subject, id: Option<i32>) -> Result<(), RegistryError> {
        self.check_writable(subject)?;
        let refused = |what| {
            let (subject, context) = (subject.qualified(), &subject.context);
            Err(RegistryError::OperationNotPermitted(format!(
                "Subject {subject} in context {context} is not in {what} mode"
            )))
        };
        match (self.mode_in_scope(Some(subject)), id) {
            // The modes that choose ids are read from the log but registering in them is not built yet.
            (Mode::ReadWrite, None) => Ok(()),
            (_, Some(_)) => refused("import"),
            (_, None) => refused("read-write"),
        }
    }

    fn check_writable(&self, subject: &Subject) -> Result<(), RegistryError> {
        match self.mode_in_scope(Some(subject)) {
            Mode::ReadOnly | Mode::ReadOnlyOverride => Err(RegistryError::OperationNotPermitted(format!(
                "Subject {} in context {} is in read-only mode",
                subject.qualified(),
                subject.context
            ))),
            Mode::ReadWrite | Mode::Import | Mode::Forward => Ok(()),
        }
    }

    fn prepare(
        &self,
        subject: &Subject,
        request: &SchemaRequest,
        normal: bool,
        strictness: Strictness,
    ) -> Result<Prepared, RegistryError> {
        let schema_type = request.schema_type.as_deref().unwrap_or(AVRO);
        match schema_type {
            AVRO => {}
            "JSON" | "PROTOBUF" => {
                let text = format!("Invalid schema type {schema_type}: not supported yet, only {AVRO} is");
                return Err(RegistryError::InvalidSchema(text));
            }
            other => return Err(RegistryError::InvalidSchema(format!("Invalid schema type {other}"))),
        }
        if request.schema.trim().is_empty() {
            return Err(RegistryError::InvalidSchema("Empty schema".into()));
        }
        let invalid =
            |details| RegistryError::InvalidSchema(format!("Invalid schema of type {AVRO}, details: {details}"));
        let schema = self
            .parse(subject, &request.schema, &request.references, strictness)
            .map_err(invalid)?;
        let mut references: Vec<Reference> = request
            .references
            .iter()
            .map(|reference| self.pinned(subject, reference))
            .collect();
        let schema = if normal { normalize(&schema) } else { schema };
        if normal {
            references.sort();
            references.dedup();
        }
        let text = canonical(&schema);
        let guid = Guid::of(&text, &references, request.metadata.as_ref(), request.rule_set.as_ref());
        let (metadata, rule_set) = (request.metadata.clone(), request.rule_set.clone());
        Ok(Prepared {
            schema: Arc::new(schema),
            text,
            references,
            metadata,
            rule_set,
            guid,
        })
    }

    /// A reference with the number of the latest version in the place of -1.
    fn pinned(&self, subject: &Subject, reference: &Reference) -> Reference {
        let mut reference = reference.clone();
        if reference.version == -1
            && let Some(latest) = self.version(&Subject::parse(&reference.subject, &subject.context), None, false)
        {
            reference.version = latest.version;
        }
        reference
    }

    fn id_of(&self, subject: &Subject, guid: &Guid) -> Option<i32> {
        self.context(&subject.context)?.guids.get(guid).copied()
    }

    /// The version of the subject that is this schema: the same identity, else the newest that means the same.
    fn find(&self, subject: &Subject, prepared: &Prepared, with_deleted: bool) -> Option<Arc<Stored>> {
        let own = self
            .id_of(subject, &prepared.guid)
            .and_then(|id| self.by_id(id, Some(subject)));
        let same = own.filter(|stored| stored.subject == *subject && (with_deleted || !stored.deleted));
        if same.is_some() {
            return same;
        }
        let key = equivalence_key(&prepared.schema);
        let lookup = if with_deleted {
            Lookup::WithDeleted
        } else {
            Lookup::Live
        };
        let mut versions = self.versions(subject, lookup).into_iter().rev();
        versions.find(|stored| self.means_the_same(prepared, &key, stored))
    }

    /// A schema sent with all references written out is the one that was registered with references, and a difference in
    /// the order of attributes or in `confluent:version` does not count (`ParsedSchema.canLookup`).
    fn means_the_same(&self, prepared: &Prepared, key: &str, stored: &Stored) -> bool {
        let references = prepared.references.is_empty() || prepared.references == stored.references;
        references
            && prepared.rule_set == stored.rule_set
            && same_metadata(prepared.metadata.as_ref(), stored)
            && self.parsed(stored).is_ok_and(|schema| equivalence_key(schema) == key)
    }

    /// Looks for a schema under a subject.
    pub fn look_up(
        &self,
        subject: &Subject,
        request: &SchemaRequest,
        normalize: bool,
        with_deleted: bool,
    ) -> Result<Option<Arc<Stored>>, RegistryError> {
        let normalize = normalize || self.settings(subject).normalize;
        let prepared = self.prepare(subject, request, normalize, Strictness::Stored)?;
        if let Some(found) = self.find(subject, &prepared, with_deleted) {
            return Ok(Some(found));
        }
        // Registering takes metadata and rules from the latest version where the request has none; so does looking up.
        let latest = self.version(subject, None, false);
        let request = with_previous(request, latest.as_deref(), None)?;
        if request.metadata == prepared.metadata && request.rule_set == prepared.rule_set {
            return Ok(None);
        }
        let prepared = self.prepare(subject, &request, normalize, Strictness::Stored)?;
        Ok(self.find(subject, &prepared, with_deleted))
    }

    fn check_compatible(
        &self,
        subject: &Subject,
        settings: &Settings,
        prepared: &Prepared,
        live: &[Arc<Stored>],
    ) -> Result<(), RegistryError> {
        let messages = self.differences(settings, prepared, live);
        if messages.is_empty() {
            return Ok(());
        }
        Err(RegistryError::Incompatible {
            subject: subject.qualified(),
            messages,
        })
    }

    fn differences(&self, settings: &Settings, prepared: &Prepared, live: &[Arc<Stored>]) -> Vec<String> {
        let group = |metadata: Option<&Metadata>| {
            let group = settings.group.as_ref()?;
            metadata?.properties.as_ref()?.get(group).cloned()
        };
        let own = group(prepared.metadata.as_ref());
        let same_group = live.iter().filter(|stored| group(stored.metadata.as_ref()) == own);
        let previous: Vec<Previous<'_>> = same_group
            .map(|stored| Previous {
                version: stored.version,
                schema: self.parsed(stored).map(Arc::as_ref),
            })
            .collect();
        let mut messages = compatibility::check(settings.compatibility, &prepared.schema, &previous);
        if !messages.is_empty() {
            let level = settings.compatibility.name();
            messages.push(format!("{{validateFields: 'false', compatibility: '{level}'}}"));
        }
        messages
    }

    /// Messages why a schema may not follow these versions of a subject.
    pub fn test_compatibility(
        &self,
        subject: &Subject,
        request: &SchemaRequest,
        normalize: bool,
        previous: &[Arc<Stored>],
    ) -> Result<Vec<String>, RegistryError> {
        let settings = self.settings(subject);
        let strictness = if settings.validate_new_schemas {
            Strictness::New
        } else {
            Strictness::Stored
        };
        let prepared = self.prepare(subject, request, normalize || settings.normalize, strictness)?;
        Ok(self.differences(&settings, &prepared, previous))
    }

    /// Tombstones for soft-deleted versions with the id that a new version gets, but for those that are referred to.
    fn superseded(&self, subject: &Subject, id: i32, version: i32) -> Vec<Record> {
        let deleted = self.versions(subject, Lookup::DeletedOnly);
        let gone = deleted.iter().filter(|stored| {
            stored.id == id && stored.version < version && self.referenced_by(subject, stored.version, true).is_empty()
        });
        gone.map(|stored| tombstone(subject, stored.version)).collect()
    }

    fn delete_version(&self, subject: &Subject, version: Option<i32>, permanent: bool) -> Decided {
        let Some(stored) = self.version(subject, version, true) else {
            return Err(match version {
                _ if !self.has_subject(subject, Lookup::WithDeleted) => {
                    RegistryError::SubjectNotFound(subject.qualified())
                }
                version => RegistryError::VersionNotFound(version.unwrap_or(-1)),
            });
        };
        let (name, version) = (subject.qualified(), stored.version);
        if stored.deleted && !permanent {
            return Err(RegistryError::VersionSoftDeleted(name, version));
        }
        self.check_writable(subject)?;
        if !self.referenced_by(subject, version, permanent).is_empty() {
            return Err(RegistryError::ReferenceExists(name, version));
        }
        if permanent && !stored.deleted {
            return Err(RegistryError::VersionNotSoftDeleted(name, version));
        }
        let mut records = vec![if permanent {
            tombstone(subject, version)
        } else {
            soft_deleted(&stored)
        }];
        if permanent && self.versions(subject, Lookup::WithDeleted).len() == 1 {
            records.extend(self.settings_tombstones(subject));
        }
        Ok((records, Outcome::DeletedVersion(version)))
    }

    fn delete_subject(&self, subject: &Subject, permanent: bool) -> Decided {
        let name = subject.qualified();
        if !self.has_subject(subject, Lookup::WithDeleted) {
            return Err(RegistryError::SubjectNotFound(name));
        }
        if !permanent && !self.has_subject(subject, Lookup::Live) {
            return Err(RegistryError::SubjectSoftDeleted(name));
        }
        self.check_writable(subject)?;
        let versions = self.versions(subject, if permanent { Lookup::WithDeleted } else { Lookup::Live });
        for stored in &versions {
            if self.referenced_elsewhere(subject, stored.version, permanent) {
                return Err(RegistryError::ReferenceExists(name, stored.version));
            }
            if permanent && !stored.deleted {
                return Err(RegistryError::SubjectNotSoftDeleted(name));
            }
        }
        let numbers: Vec<i32> = versions.iter().map(|stored| stored.version).collect();
        let records = if permanent {
            // Downwards, because versions may refer to earlier ones of their subject.
            let tombstones = numbers.iter().rev().map(|version| tombstone(subject, *version));
            tombstones.chain(self.settings_tombstones(subject)).collect()
        } else {
            vec![Record::DeleteSubject {
                subject: name,
                version: numbers.last().copied().unwrap_or(0),
            }]
        };
        Ok((records, Outcome::DeletedVersions(numbers)))
    }

    fn settings_tombstones(&self, subject: &Subject) -> Vec<Record> {
        let name = Some(subject.qualified());
        let mode = self.mode(Some(subject)).map(|_| Record::Mode {
            subject: name.clone(),
            value: None,
        });
        let config = self.config(Some(subject)).map(|_| Record::Config {
            subject: name,
            value: None,
        });
        mode.into_iter().chain(config).collect()
    }

    fn set_config(&self, subject: Option<&Subject>, settings: &Map<String, Value>) -> Decided {
        if let Some(invalid) = subject.filter(|subject| !subject.is_valid()) {
            return Err(RegistryError::InvalidSubject(invalid.qualified()));
        }
        let mut value = self.config(subject).cloned().unwrap_or_default();
        value.subject = subject.map(Subject::qualified);
        for (name, setting) in settings {
            change_setting(&mut value, name, setting)?;
        }
        let (name, answer) = (value.subject.clone(), value.clone());
        Ok((
            vec![Record::Config {
                subject: name,
                value: Some(Box::new(value)),
            }],
            Outcome::Config(answer),
        ))
    }

    fn delete_config(&self, subject: Option<&Subject>) -> Decided {
        let (old, name) = match subject {
            None => (self.global_config(), None),
            Some(subject) => {
                let name = subject.qualified();
                let old = self.config(Some(subject)).cloned();
                (
                    old.ok_or_else(|| RegistryError::SubjectNotFound(name.clone()))?,
                    Some(name),
                )
            }
        };
        let exists = self.config(subject).is_some();
        let records = if exists {
            vec![Record::Config {
                subject: name,
                value: None,
            }]
        } else {
            vec![]
        };
        Ok((records, Outcome::Config(old)))
    }

    fn delete_mode(&self, subject: Option<&Subject>) -> Decided {
        let name = subject.map(Subject::qualified);
        match (self.mode(subject), &name) {
            (None, Some(name)) => Err(RegistryError::SubjectNotFound(name.clone())),
            (None, None) => Ok((vec![], Outcome::Mode(Mode::default()))),
            (Some(mode), _) => Ok((
                vec![Record::Mode {
                    subject: name,
                    value: None,
                }],
                Outcome::Mode(mode),
            )),
        }
    }
}

fn set_mode(subject: Option<&Subject>, mode: Mode) -> Decided {
    if let Some(invalid) = subject.filter(|subject| !subject.is_valid()) {
        return Err(RegistryError::InvalidSubject(invalid.qualified()));
    }
    match mode {
        Mode::ReadWrite | Mode::ReadOnly | Mode::ReadOnlyOverride => {
            let records = vec![Record::Mode {
                subject: subject.map(Subject::qualified),
                value: Some(mode),
            }];
            Ok((records, Outcome::Mode(mode)))
        }
        Mode::Import | Mode::Forward => Err(RegistryError::InvalidMode(format!(
            "Mode {} is not supported yet; READWRITE and READONLY are",
            mode.name()
        ))),
    }
}

/// Applies one member of a settings request.
fn change_setting(value: &mut ConfigValue, name: &str, setting: &Value) -> Result<(), RegistryError> {
    let malformed = || RegistryError::Unprocessable(format!("Setting {name} has a value of the wrong type: {setting}"));
    let flag = || match setting {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(*flag)),
        _ => Err(malformed()),
    };
    let text = || match setting {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(malformed()),
    };
    match name {
        // Older clients send the level under the name that answers have.
        "compatibility" | "compatibilityLevel" => {
            let level =
                |name: String| CompatibilityLevel::by_name(&name).ok_or(RegistryError::InvalidCompatibilityLevel);
            value.compatibility_level = text()?.map(level).transpose()?;
        }
        "normalize" => value.normalize = flag()?,
        "validateNewSchemas" => value.validate_new_schemas = flag()?,
        "compatibilityGroup" => value.compatibility_group = text()?,
        "compatibilityPolicy" if setting.as_str().is_none_or(|policy| policy == "STRICT") => {}
        "validateFields" | "validateRules" if setting.as_bool() != Some(true) => {}
        "alias"
        | "aliasForDeks"
        | "compatibilityPolicy"
        | "validateFields"
        | "validateRules"
        | "defaultMetadata"
        | "overrideMetadata"
        | "defaultRuleSet"
        | "overrideRuleSet" => {
            // Unsetting what an earlier registry has left in the log is always possible.
            if !setting.is_null() {
                return Err(RegistryError::Unprocessable(format!(
                    "Setting {name} is not supported yet"
                )));
            }
            value.other.shift_remove(name);
        }
        // Unknown members are accepted, as everywhere in this API.
        _ => {}
    }
    Ok(())
}

fn registered(stored: &Stored) -> Outcome {
    Outcome::Registered {
        subject: stored.subject.clone(),
        version: stored.version,
    }
}

fn tombstone(subject: &Subject, version: i32) -> Record {
    Record::Schema {
        subject: subject.qualified(),
        version,
        value: None,
    }
}

/// The record that holds a stored version.
pub(crate) fn record_of(stored: &Stored, deleted: bool) -> Record {
    let computed = Guid::of(
        &stored.schema,
        &stored.references,
        stored.metadata.as_ref(),
        stored.rule_set.as_ref(),
    );
    let value = SchemaValue {
        subject: stored.subject.qualified(),
        version: stored.version,
        id: stored.id,
        md5: (computed != stored.guid).then(|| stored.guid.to_base64()),
        schema_type: stored.schema_type.clone(),
        references: stored.references.clone(),
        metadata: stored.metadata.clone(),
        rule_set: stored.rule_set.clone(),
        schema: stored.schema.clone(),
        deleted,
    };
    Record::Schema {
        subject: stored.subject.qualified(),
        version: stored.version,
        value: Some(Box::new(value)),
    }
}

fn soft_deleted(stored: &Stored) -> Record {
    record_of(stored, true)
}

/// Fills what a request leaves out from the latest version, and sets `confluent:version` where it is wanted.
fn with_previous(
    request: &SchemaRequest,
    latest: Option<&Stored>,
    version: Option<i32>,
) -> Result<SchemaRequest, RegistryError> {
    let mut request = request.clone();
    if request.schema.trim().is_empty() {
        let latest = latest.ok_or_else(|| RegistryError::InvalidSchema("Empty schema".into()))?;
        request.schema.clone_from(&latest.schema);
        request.schema_type.clone_from(&latest.schema_type);
        request.references.clone_from(&latest.references);
    }
    if let Some(latest) = latest {
        request.metadata = request.metadata.or_else(|| latest.metadata.clone());
        request.rule_set = request.rule_set.or_else(|| latest.rule_set.clone());
    }
    let has_property = request
        .metadata
        .as_ref()
        .and_then(|m| m.properties.as_ref()?.get(VERSION_PROPERTY))
        .is_some();
    if let Some(version) = version.filter(|_| request.version != 0 || has_property) {
        let properties = request
            .metadata
            .get_or_insert_default()
            .properties
            .get_or_insert_default();
        properties.insert(VERSION_PROPERTY.into(), version.to_string());
    }
    Ok(request)
}

/// Whether metadata agree but for `confluent:version`, which if given must name the stored version.
fn same_metadata(asked: Option<&Metadata>, stored: &Stored) -> bool {
    let version = |metadata: Option<&Metadata>| {
        let text = metadata?.properties.as_ref()?.get(VERSION_PROPERTY)?;
        text.parse::<i32>().ok()
    };
    let without = |metadata: Option<&Metadata>| {
        let mut metadata = metadata.cloned().unwrap_or_default();
        if let Some(properties) = &mut metadata.properties {
            properties.remove(VERSION_PROPERTY);
        }
        metadata.properties = metadata.properties.filter(|properties| !properties.is_empty());
        metadata
    };
    match (version(asked), version(stored.metadata.as_ref())) {
        (None, Some(_)) => without(asked) == without(stored.metadata.as_ref()),
        (Some(asked_version), None) => {
            asked_version == stored.version && without(asked) == without(stored.metadata.as_ref())
        }
        _ => asked == stored.metadata.as_ref(),
    }
}
