//! What can be asked of the herder, and the simple ones done.

use std::sync::Arc;

use weir_connect_sdk::weir_config::Warning;
use weir_connect_sdk::weir_config::connect_json::ConfigInfos;
use weir_connect_sdk::{ConfigMap, OffsetMap};

use super::info::connector_info;
use super::{HerderError, Outcome, Owner, Shared};
use crate::config::validate::{ValidateError, error_text, validate};
use crate::store::TaskId;
use crate::store::config::{ConfigCommand, RestartRequest, TargetState};
use crate::store::status::StatusCommand;

/// Offsets to alter: pairs of a partition and an offset, either of which may be missing.
pub type OffsetsRequest = Vec<(Option<OffsetMap>, Option<OffsetMap>)>;

/// A request that changes something.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    Create {
        name: String,
        config: ConfigMap,
        target: Option<TargetState>,
    },
    /// Creates or replaces.
    Put {
        name: String,
        config: ConfigMap,
    },
    /// `None` removes a setting.
    Patch {
        name: String,
        changes: Vec<(String, Option<String>)>,
    },
    Delete {
        name: String,
    },
    SetTarget {
        name: String,
        target: TargetState,
    },
    Restart(RestartRequest),
    RestartTask(TaskId),
    /// `None` removes all offsets.
    AlterOffsets {
        name: String,
        offsets: Option<OffsetsRequest>,
    },
    ResetTopics {
        name: String,
    },
    /// Shows that commands are taken.
    Nothing,
}

impl Owner {
    pub(super) async fn execute(&mut self, command: Command) -> Result<Outcome, HerderError> {
        match command {
            Command::Nothing => Ok(Outcome::Done),
            Command::Create { name, config, target } => {
                if self.config_of(&name).is_ok() {
                    return Err(HerderError::AlreadyExists(format!("Connector {name} already exists")));
                }
                self.put(name, config, target).await
            }
            Command::Put { name, config } => self.put(name, config, None).await,
            Command::Patch { name, changes } => {
                let mut config = self.config_of(&name)?;
                for (setting, value) in changes {
                    match value {
                        Some(value) => config.insert(setting, value),
                        None => config.remove(&setting),
                    };
                }
                self.put(name, config, None).await
            }
            Command::Delete { name } => {
                self.config_of(&name)?;
                self.shared
                    .configs
                    .submit(vec![ConfigCommand::RemoveConnector { name }])
                    .await?;
                Ok(Outcome::Done)
            }
            Command::SetTarget { name, target } => {
                self.config_of(&name)
                    .map_err(|_| HerderError::NotFound(format!("Unknown connector {name}")))?;
                self.shared
                    .configs
                    .submit(vec![ConfigCommand::SetTarget { name, target }])
                    .await?;
                Ok(Outcome::Done)
            }
            Command::Restart(request) => self.restart(request).await,
            Command::RestartTask(id) => self.restart_task(id).await,
            Command::AlterOffsets { name, offsets } => self.alter_offsets(&name, offsets).await,
            Command::ResetTopics { name } => {
                self.shared
                    .reporter
                    .submit(vec![StatusCommand::RemoveTopics { connector: name }])
                    .await;
                Ok(Outcome::Done)
            }
        }
    }

    async fn put(
        &mut self,
        name: String,
        config: ConfigMap,
        target: Option<TargetState>,
    ) -> Result<Outcome, HerderError> {
        self.validated(&name, &config).await?;
        let created = self.config_of(&name).is_err();
        self.shared
            .configs
            .submit(vec![ConfigCommand::PutConnector {
                name: name.clone(),
                config,
                target,
            }])
            .await?;
        let info = connector_info(&self.shared, &name)?;
        Ok(Outcome::Connector { info, created })
    }

    async fn validated(&self, name: &str, config: &ConfigMap) -> Result<ConfigInfos, HerderError> {
        let (infos, warnings) = checked(&self.shared, config)
            .await?
            .map_err(|error| HerderError::BadRequest(error.to_string()))?;
        if let Some(text) = error_text(&infos, &warnings) {
            return Err(HerderError::BadRequest(text));
        }
        for warning in warnings {
            tracing::warn!(connector = name, "{warning}");
        }
        Ok(infos)
    }
}

/// Validates settings, in a task of its own: a panic in a plugin's check is that request's failure and nothing more.
///
/// # Errors
/// The plugin panicked.
pub async fn checked(shared: &Arc<Shared>, config: &ConfigMap) -> Result<Validated, HerderError> {
    let (shared, config) = (shared.clone(), config.clone());
    let task = tokio::spawn(async move { validate(&shared.config, &shared.plugins, &config) });
    task.await
        .map_err(|error| HerderError::Internal(format!("the plugin panicked while it checked its settings: {error}")))
}

/// What validating came to.
pub type Validated = Result<(ConfigInfos, Vec<Warning>), ValidateError>;
