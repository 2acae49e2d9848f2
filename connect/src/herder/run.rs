//! Doing what the plan says: starting and stopping connectors and tasks.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};
use weir_connect_sdk::{ConfigMap, ConnectError, Plugin, Settings};

use super::Owner;
use super::plan::{Action, ConnectorView, TaskView, plan};
use crate::config::connector::{Defaults, base, enrich};
use crate::config::validate::{plugin_of, with_prefix};
use crate::errors::{ErrorPolicy, trace};
use crate::pipeline::Pipeline;
use crate::store::TaskId;
use crate::store::config::{ConfigCommand, Connector, TargetState};
use crate::store::status::{State, StatusCommand};
use crate::task::{self, Order, TaskSetup};

/// Rounds of planning after one event; each round ends nearer to the goal, so this is never reached.
const ROUNDS: usize = 10;

/// A connector that was taken up.
pub(super) struct RunningConnector {
    version: Option<&'static str>,
    start: u64,
}

/// A task that was started.
pub(super) struct RunningTask {
    order: watch::Sender<Order>,
    handle: JoinHandle<()>,
    /// Of the task itself, which `handle` waits for.
    abort: Option<AbortHandle>,
    start: u64,
    version: &'static str,
    /// It failed and is only remembered, so that it does not start again by itself.
    failed: bool,
}

/// What started work reports to the owner. `start` tells which start it was: an old one no longer counts.
pub(super) enum Event {
    /// A task ended that was not stopped.
    TaskFailed { id: TaskId, start: u64 },
    /// A connector said which tasks it wants.
    Configured {
        name: String,
        start: u64,
        tasks: Result<Vec<ConfigMap>, ConnectError>,
    },
}

impl Owner {
    /// Brings what runs in line with what should.
    pub(super) async fn reconcile(&mut self) {
        for _ in 0..ROUNDS {
            let desired = self.shared.configs.read(|machine| machine.0.clone());
            let actions = plan(&desired, &self.running, self.owns_work());
            if actions.is_empty() {
                return;
            }
            let (stops, others): (Vec<Action>, Vec<Action>) = actions
                .into_iter()
                .partition(|action| matches!(action, Action::StopTask(_)));
            let stops = stops.into_iter().filter_map(|action| match action {
                Action::StopTask(id) => Some(id),
                _ => None,
            });
            self.stop_tasks(stops.collect()).await;
            for action in others {
                match action {
                    Action::StopTask(_) => {}
                    Action::DropConnector { name, removed } => self.drop_connector(&name, removed).await,
                    Action::StartConnector(name) => {
                        if let Some(connector) = desired.connector(&name) {
                            self.start_connector(&name, connector).await;
                        }
                    }
                    Action::OrderTask(id, order) => self.order_task(&id, order),
                    Action::StartTask(id) => {
                        if let Some(connector) = desired.connector(&id.connector) {
                            self.start_task(id, connector).await;
                        }
                    }
                }
            }
        }
        tracing::error!("planning does not come to rest");
    }

    pub(super) async fn on_event(&mut self, event: Event) {
        match event {
            Event::TaskFailed { id, start } => {
                if let Some(task) = self.tasks.get_mut(&id).filter(|task| task.start == start) {
                    task.failed = true;
                }
            }
            Event::Configured { name, start, tasks } => {
                if self
                    .connectors
                    .get(&name)
                    .is_some_and(|connector| connector.start == start)
                {
                    self.on_configured(&name, tasks).await;
                    self.reconcile().await;
                }
            }
        }
    }

    pub(super) fn forget_connector(&mut self, name: &str) {
        self.connectors.remove(name);
        self.running.connectors.remove(name);
    }

    async fn drop_connector(&mut self, name: &str, removed: bool) {
        let version = self.connectors.get(name).and_then(|connector| connector.version);
        self.forget_connector(name);
        self.shared
            .reporter
            .connector(name, State::Unassigned, None, version)
            .await;
        if !removed {
            return;
        }
        let tasks: Vec<TaskId> = self
            .shared
            .statuses
            .read(|machine| machine.0.tasks(name).map(|(id, _)| id.clone()).collect());
        let mut commands: Vec<StatusCommand> = tasks
            .into_iter()
            .map(|id| StatusCommand::Task { id, status: None })
            .collect();
        commands.push(StatusCommand::Connector {
            name: name.to_owned(),
            status: None,
        });
        commands.push(StatusCommand::RemoveTopics {
            connector: name.to_owned(),
        });
        self.shared.reporter.submit(commands).await;
    }

    /// Takes up a connector. If it should run, it is asked in the background which tasks it wants: a plugin may take its time, or panic.
    async fn start_connector(&mut self, name: &str, connector: &Connector) {
        let configured = connector.target != TargetState::Started;
        let view = ConnectorView {
            config: connector.config.clone(),
            target: connector.target,
            configured,
        };
        self.running.connectors.insert(name.to_owned(), view);
        let plugin = plugin_of(&self.shared.plugins, &connector.config).copied();
        let version = plugin.as_ref().ok().map(|plugin| plugin.version);
        self.starts += 1;
        let start = self.starts;
        self.connectors
            .insert(name.to_owned(), RunningConnector { version, start });
        let settings = plugin.map_err(|error| ConnectError::Config(error.to_string()));
        let settings = settings.and_then(|plugin| Ok((plugin, settings_of(&plugin, &connector.config)?)));
        let (plugin, settings) = match settings {
            Ok(both) => both,
            Err(error) => return self.connector_failed(name, &error).await,
        };
        let state = match connector.target {
            TargetState::Started => {
                let (name, config, events) = (name.to_owned(), connector.config.clone(), self.events.clone());
                tokio::spawn(async move {
                    let tasks = wanted_tasks(&name, &plugin, &settings, config).await;
                    // The owner may be gone.
                    let _ = events.send(Event::Configured { name, start, tasks }).await;
                });
                return;
            }
            TargetState::Paused => State::Paused,
            TargetState::Stopped => State::Stopped,
        };
        self.shared.reporter.connector(name, state, None, version).await;
        if connector.target == TargetState::Stopped {
            let tasks: Vec<TaskId> = self
                .shared
                .statuses
                .read(|machine| machine.0.tasks(name).map(|(id, _)| id.clone()).collect());
            self.shared
                .reporter
                .submit(
                    tasks
                        .into_iter()
                        .map(|id| StatusCommand::Task { id, status: None })
                        .collect(),
                )
                .await;
        }
    }

    /// Writes the tasks that the connector wants, unless they are there already.
    async fn on_configured(&mut self, name: &str, tasks: Result<Vec<ConfigMap>, ConnectError>) {
        let tasks = match tasks {
            Ok(tasks) => tasks,
            Err(error) => return self.connector_failed(name, &error).await,
        };
        let up_to_date = self.shared.configs.read(|machine| {
            machine
                .0
                .connector(name)
                .is_some_and(|connector| connector.tasks == tasks && !connector.inconsistent)
        });
        if !up_to_date {
            let put = ConfigCommand::PutTasks {
                name: name.to_owned(),
                tasks,
            };
            if let Err(error) = self.shared.configs.submit(vec![put]).await {
                return self
                    .connector_failed(name, &ConnectError::Fatal(error.to_string()))
                    .await;
            }
        }
        if let Some(view) = self.running.connectors.get_mut(name) {
            view.configured = true;
        }
        let version = self.connectors.get(name).and_then(|connector| connector.version);
        self.shared
            .reporter
            .connector(name, State::Running, None, version)
            .await;
    }

    async fn connector_failed(&self, name: &str, error: &ConnectError) {
        tracing::error!(connector = name, %error, "connector failed");
        let version = self.connectors.get(name).and_then(|connector| connector.version);
        self.shared
            .reporter
            .connector(name, State::Failed, Some(trace(error)), version)
            .await;
    }

    fn order_task(&mut self, id: &TaskId, order: Order) {
        if let Some(task) = self.tasks.get(id) {
            task.order.send_replace(order);
        }
        if let Some(view) = self.running.tasks.get_mut(id) {
            view.order = order;
        }
    }

    async fn start_task(&mut self, id: TaskId, connector: &Connector) {
        let Some(task_config) = usize::try_from(id.task)
            .ok()
            .and_then(|at| connector.tasks.get(at))
            .cloned()
        else {
            return;
        };
        let first = if connector.target == TargetState::Paused {
            Order::Pause
        } else {
            Order::Run
        };
        let (order, receiver) = watch::channel(first);
        self.starts += 1;
        let start = self.starts;
        let plugin = plugin_of(&self.shared.plugins, &connector.config).copied();
        let version = plugin.as_ref().map_or("", |plugin| plugin.version);
        let setup = plugin.map_err(|error| ConnectError::Config(error.to_string()));
        let setup = setup.and_then(|plugin| self.setup(&id, connector, &task_config, plugin, receiver));
        let (reporter, events) = (self.shared.reporter.clone(), self.events.clone());
        let task_id = id.clone();
        // A task of its own, so that a panic in a plugin is that task's failure and nothing more.
        let running = setup.map(|setup| tokio::spawn(task::run(setup)));
        let abort = running.as_ref().ok().map(JoinHandle::abort_handle);
        let work = async move {
            let result = match running {
                Ok(running) => match running.await {
                    Ok(result) => result,
                    Err(error) => Err(ConnectError::Fatal(format!("the task panicked: {error}"))),
                },
                Err(error) => Err(error),
            };
            if let Err(error) = result {
                tracing::error!(task = %task_id, %error, "task failed");
                reporter
                    .task(&task_id, State::Failed, Some(trace(&error)), Some(version))
                    .await;
                // The owner may be gone.
                let _ = events.send(Event::TaskFailed { id: task_id, start }).await;
            }
        };
        let handle = tokio::spawn(work);
        let view = TaskView {
            connector_config: connector.config.clone(),
            config: task_config,
            order: first,
        };
        self.running.tasks.insert(id.clone(), view);
        self.tasks.insert(
            id,
            RunningTask {
                order,
                handle,
                abort,
                start,
                version,
                failed: false,
            },
        );
    }

    fn setup(
        &self,
        id: &TaskId,
        connector: &Connector,
        task_config: &ConfigMap,
        plugin: Plugin,
        order: watch::Receiver<Order>,
    ) -> Result<TaskSetup, ConnectError> {
        let shared = &self.shared;
        let settings = settings_of(&plugin, &connector.config)?;
        let client = |kind: &str| {
            let mut client = with_prefix(&shared.config.given, &format!("{kind}."));
            client.extend(with_prefix(&connector.config, &format!("{kind}.override.")));
            client
        };
        Ok(TaskSetup {
            id: id.clone(),
            plugin,
            connector_config: connector.config.clone(),
            task_config: task_config.clone(),
            pipeline: Pipeline::new(&shared.config.converters, &connector.config)?,
            policy: ErrorPolicy::read(&settings, !plugin.is_source())?,
            kafka: shared.kafka.clone(),
            offsets: shared.offsets.clone(),
            reporter: shared.reporter.clone(),
            order,
            flush_interval: shared.config.offset_flush_interval,
            flush_timeout: shared.config.offset_flush_timeout,
            topic_creation: shared.config.topic_creation,
            producer_settings: client("producer"),
            consumer_settings: client("consumer"),
        })
    }

    /// Stops tasks together, and drops those that do not stop in time.
    pub(super) async fn stop_tasks(&mut self, ids: Vec<TaskId>) {
        let mut stopping = Vec::new();
        for id in ids {
            self.running.tasks.remove(&id);
            if let Some(task) = self.tasks.remove(&id) {
                task.order.send_replace(Order::Stop);
                stopping.push((id, task));
            }
        }
        let deadline =
            tokio::time::Instant::now() + self.shared.config.task_shutdown_timeout + Duration::from_millis(1);
        for (id, mut task) in stopping {
            if tokio::time::timeout_at(deadline, &mut task.handle).await.is_err() {
                tracing::warn!(task = %id, "the task did not stop in time and is dropped");
                task.handle.abort();
                if let Some(abort) = task.abort {
                    abort.abort();
                }
            }
            self.shared
                .reporter
                .task(&id, State::Unassigned, None, Some(task.version))
                .await;
        }
    }

    /// The worker stops: all tasks and connectors are given up.
    pub(super) async fn stop_everything(&mut self) {
        self.stop_tasks(self.tasks.keys().cloned().collect()).await;
        for name in self.connectors.keys().cloned().collect::<Vec<_>>() {
            self.drop_connector(&name, false).await;
        }
    }
}

/// Tasks that a connector gets at most: one number in a config must not fill the memory of all.
const TASKS_MAX: usize = 1_000;

/// The tasks that a connector wants.
async fn wanted_tasks(
    name: &str,
    plugin: &Plugin,
    settings: &Settings,
    config: ConfigMap,
) -> Result<Vec<ConfigMap>, ConnectError> {
    let asked: usize = settings.get("tasks.max")?;
    let max = asked.min(TASKS_MAX);
    if max < asked {
        tracing::warn!(connector = name, asked, max, "tasks.max is larger than one worker runs");
    }
    // A task of its own, so that a panic in a plugin is that connector's failure and nothing more.
    let asked = tokio::spawn((plugin.task_configs)(config, max)).await;
    let mut tasks = asked.map_err(|error| ConnectError::Fatal(format!("the connector panicked: {error}")))??;
    if tasks.len() > max && settings.get("tasks.max.enforce")? {
        return Err(ConnectError::Fatal(format!(
            "The connector {name} has generated {} tasks, which is greater than {max}, the maximum number of tasks it is configured to create.",
            tasks.len()
        )));
    }
    for task in &mut tasks {
        // JVM workers start a task by this class when they take over.
        task.insert("task.class".to_owned(), task_class(plugin.class));
    }
    Ok(tasks)
}

/// A connector's settings as Connect's own table has them.
fn settings_of(plugin: &Plugin, config: &ConfigMap) -> Result<Settings, ConnectError> {
    let mut def = base(
        plugin.is_source(),
        &Defaults {
            worker: None,
            plugin_version: plugin.version,
        },
    );
    enrich(&mut def, config);
    Ok(def.parse(config.clone())?)
}

/// The class of a connector's tasks by Java's usual naming.
fn task_class(class: &str) -> String {
    match class.strip_suffix("Connector") {
        Some(base) => format!("{base}Task"),
        None => format!("{class}Task"),
    }
}
