//! Restarting connectors and tasks on request (KIP-745).

use super::info::{ConnectorState, state_info};
use super::{HerderError, Outcome, Owner};
use crate::store::TaskId;
use crate::store::config::{ConfigCommand, RestartRequest};
use crate::store::status::State;

impl Owner {
    pub(super) async fn restart(&mut self, request: RestartRequest) -> Result<Outcome, HerderError> {
        let name = request.connector.clone();
        self.config_of(&name)
            .map_err(|_| HerderError::NotFound(format!("Unknown connector: {name}")))?;
        if !request.include_tasks && !request.only_failed {
            // Only the connector itself: it is taken up again in the round of planning that follows.
            self.forget_connector(&name);
            return Ok(Outcome::Done);
        }
        let mut info = state_info(&self.shared, &name)
            .map_err(|_| HerderError::NotFound(format!("Status for connector {name} not found")))?;
        self.shared
            .configs
            .submit(vec![ConfigCommand::Restart(request.clone())])
            .await?;
        let chosen = |state: &ConnectorState| !request.only_failed || state.state == State::Failed.name();
        if chosen(&info.connector) {
            info.connector.state = State::Restarting.name();
            self.shared
                .reporter
                .connector(&name, State::Restarting, None, None)
                .await;
            self.forget_connector(&name);
        }
        for task in info
            .tasks
            .iter_mut()
            .filter(|task| request.include_tasks && chosen(&task.state))
        {
            task.state.state = State::Restarting.name();
            let id = TaskId {
                connector: name.clone(),
                task: task.id,
            };
            self.stop_tasks(vec![id.clone()]).await;
            self.shared.reporter.task(&id, State::Restarting, None, None).await;
        }
        Ok(Outcome::State(info))
    }

    pub(super) async fn restart_task(&mut self, id: TaskId) -> Result<Outcome, HerderError> {
        let tasks = self.shared.configs.read(|machine| {
            machine
                .0
                .connector(&id.connector)
                .map(|connector| connector.tasks.len())
        });
        let tasks = tasks.ok_or_else(|| HerderError::NotFound(format!("Unknown connector: {}", id.connector)))?;
        if usize::try_from(id.task).unwrap_or(usize::MAX) >= tasks {
            return Err(HerderError::NotFound(format!("Unknown task: {id}")));
        }
        self.stop_tasks(vec![id]).await;
        Ok(Outcome::Done)
    }
}
