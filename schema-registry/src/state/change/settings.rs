//! Changing settings and modes.

use serde_json::{Map, Value};

use super::{Decided, Outcome};
use crate::compatibility::CompatibilityLevel;
use crate::error::RegistryError;
use crate::state::State;
use crate::state::record::{ConfigValue, Mode, Record};
use crate::state::subject::Subject;

impl State {
    pub(super) fn set_config(&self, subject: Option<&Subject>, settings: &Map<String, Value>) -> Decided {
        if let Some(invalid) = subject.filter(|subject| !subject.may_have_settings()) {
            return Err(RegistryError::InvalidSubject(invalid.qualified()));
        }
        let mut value = self.config(subject).cloned().unwrap_or_default();
        value.subject = subject.map(Subject::qualified);
        for (name, setting) in settings {
            change_setting(&mut value, name, setting)?;
        }
        self.check_writable(subject)?;
        let (name, answer) = (value.subject.clone(), value.clone());
        Ok((
            vec![Record::Config {
                subject: name,
                value: Some(Box::new(value)),
            }],
            Outcome::Config(answer),
        ))
    }

    pub(super) fn delete_config(&self, subject: Option<&Subject>) -> Decided {
        let name = subject.map(Subject::qualified);
        let old = self
            .config_told(subject)
            .ok_or_else(|| RegistryError::SubjectNotFound(name.clone().unwrap_or_default()))?;
        self.check_writable(subject)?;
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

    pub(super) fn delete_mode(&self, subject: Option<&Subject>) -> Decided {
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

    pub(super) fn set_mode(subject: Option<&Subject>, mode: Mode) -> Decided {
        if let Some(invalid) = subject.filter(|subject| !subject.may_have_settings()) {
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
