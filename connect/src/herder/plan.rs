//! The difference between what should run and what runs, as a list of actions. Pure.

use std::collections::BTreeMap;

use weir_connect_sdk::ConfigMap;

use crate::store::TaskId;
use crate::store::config::{ConfigState, Connector, TargetState};
use crate::task::Order;

/// A connector that was started here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorView {
    pub config: ConfigMap,
    pub target: TargetState,
    /// The connector has said which tasks it wants; before that (and if it fails to) none of its tasks start.
    pub configured: bool,
}

/// A task that was started here; it may have failed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskView {
    pub connector_config: ConfigMap,
    pub config: ConfigMap,
    pub order: Order,
}

/// What runs here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Running {
    pub connectors: BTreeMap<String, ConnectorView>,
    pub tasks: BTreeMap<TaskId, TaskView>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    StopTask(TaskId),
    /// Forget a connector; `removed` when it is gone for good.
    DropConnector {
        name: String,
        removed: bool,
    },
    /// Take up a connector's settings and target; its tasks are planned once it has said which it wants.
    StartConnector(String),
    OrderTask(TaskId, Order),
    StartTask(TaskId),
}

fn order_of(target: TargetState) -> Order {
    match target {
        TargetState::Started => Order::Run,
        TargetState::Paused => Order::Pause,
        TargetState::Stopped => Order::Stop,
    }
}

fn wanted_task<'a>(connectors: &'a BTreeMap<String, Connector>, id: &TaskId) -> Option<(&'a Connector, &'a ConfigMap)> {
    let connector = connectors
        .get(&id.connector)
        .filter(|connector| connector.target != TargetState::Stopped)?;
    Some((connector, connector.tasks.get(usize::try_from(id.task).ok()?)?))
}

/// What to do so that `running` becomes what `desired` says; nothing may run when the work is not ours.
pub fn plan(desired: &ConfigState, running: &Running, owns_work: bool) -> Vec<Action> {
    let nothing = BTreeMap::new();
    let wanted = if owns_work { desired.connectors() } else { &nothing };
    let mut actions = Vec::new();
    for (id, view) in &running.tasks {
        let same = |(connector, config): (&Connector, &ConfigMap)| {
            view.connector_config == connector.config && view.config == *config
        };
        if !wanted_task(wanted, id).is_some_and(same) {
            actions.push(Action::StopTask(id.clone()));
        }
    }
    for name in running.connectors.keys().filter(|name| !wanted.contains_key(*name)) {
        actions.push(Action::DropConnector {
            name: name.clone(),
            removed: desired.connector(name).is_none(),
        });
    }
    for (name, connector) in wanted {
        let current = running.connectors.get(name);
        let up_to_date = |view: &&ConnectorView| view.config == connector.config && view.target == connector.target;
        let Some(view) = current.filter(up_to_date) else {
            actions.push(Action::StartConnector(name.clone()));
            continue;
        };
        if !view.configured {
            continue;
        }
        for number in 0..u32::try_from(connector.tasks.len()).unwrap_or(u32::MAX) {
            let id = TaskId {
                connector: name.clone(),
                task: number,
            };
            if wanted_task(wanted, &id).is_none() {
                continue;
            }
            let stopping = actions.contains(&Action::StopTask(id.clone()));
            match running.tasks.get(&id).filter(|_| !stopping) {
                None => actions.push(Action::StartTask(id)),
                Some(view) if view.order != order_of(connector.target) => {
                    actions.push(Action::OrderTask(id, order_of(connector.target)));
                }
                Some(_) => {}
            }
        }
    }
    actions
}

#[cfg(test)]
mod tests {
    use weir_core::machine::MemoryHost;

    use super::*;
    use crate::store::config::{ConfigCommand, ConfigMachine};

    fn config(value: &str) -> ConfigMap {
        [("k".to_owned(), value.to_owned())].into()
    }

    fn task(number: u32) -> TaskId {
        TaskId {
            connector: "c".into(),
            task: number,
        }
    }

    struct World {
        store: MemoryHost<ConfigMachine>,
        running: Running,
    }

    impl World {
        fn new() -> Self {
            Self {
                store: MemoryHost::new(ConfigMachine::default()),
                running: Running::default(),
            }
        }

        fn put(&mut self, value: &str, tasks: usize) {
            self.store.submit(
                0,
                ConfigCommand::PutConnector {
                    name: "c".into(),
                    config: config(value),
                    target: None,
                },
            );
            self.store.submit(
                0,
                ConfigCommand::PutTasks {
                    name: "c".into(),
                    tasks: vec![config(value); tasks],
                },
            );
        }

        fn target(&mut self, target: TargetState) {
            self.store.submit(
                0,
                ConfigCommand::SetTarget {
                    name: "c".into(),
                    target,
                },
            );
        }

        /// Does what the plan says, as the owner would, until there is nothing left; returns what was done.
        fn settle(&mut self, owns_work: bool) -> Vec<Action> {
            let mut done = vec![];
            loop {
                let state = &self.store.machine.0;
                let actions = plan(state, &self.running, owns_work);
                if actions.is_empty() {
                    return done;
                }
                for action in actions {
                    match &action {
                        Action::StopTask(id) => drop(self.running.tasks.remove(id)),
                        Action::DropConnector { name, .. } => drop(self.running.connectors.remove(name)),
                        Action::StartConnector(name) => {
                            let connector = state.connector(name).unwrap();
                            let view = ConnectorView {
                                config: connector.config.clone(),
                                target: connector.target,
                                configured: true,
                            };
                            self.running.connectors.insert(name.clone(), view);
                        }
                        Action::OrderTask(id, order) => self.running.tasks.get_mut(id).unwrap().order = *order,
                        Action::StartTask(id) => {
                            let (connector, config) = wanted_task(state.connectors(), id).unwrap();
                            let order = order_of(connector.target);
                            let view = TaskView {
                                connector_config: connector.config.clone(),
                                config: config.clone(),
                                order,
                            };
                            assert!(self.running.tasks.insert(id.clone(), view).is_none(), "{id} runs twice");
                        }
                    }
                    done.push(action);
                }
            }
        }
    }

    #[test]
    fn a_life() {
        let mut world = World::new();
        world.put("1", 2);
        assert_eq!(world.settle(false), []);
        let start = || Action::StartConnector("c".into());
        assert_eq!(
            world.settle(true),
            [start(), Action::StartTask(task(0)), Action::StartTask(task(1))]
        );
        world.target(TargetState::Paused);
        assert_eq!(
            world.settle(true),
            [
                start(),
                Action::OrderTask(task(0), Order::Pause),
                Action::OrderTask(task(1), Order::Pause)
            ]
        );
        world.target(TargetState::Started);
        world.settle(true);
        world.put("2", 1);
        assert_eq!(
            world.settle(true),
            [
                Action::StopTask(task(0)),
                Action::StopTask(task(1)),
                start(),
                Action::StartTask(task(0))
            ]
        );
        world.target(TargetState::Stopped);
        assert_eq!(world.settle(true), [Action::StopTask(task(0)), start()]);
        world.target(TargetState::Started);
        world.store.submit(
            0,
            ConfigCommand::PutTasks {
                name: "c".into(),
                tasks: vec![config("2")],
            },
        );
        world.settle(true);
        assert_eq!(
            world.settle(false),
            [
                Action::StopTask(task(0)),
                Action::DropConnector {
                    name: "c".into(),
                    removed: false
                }
            ]
        );
        world.settle(true);
        world
            .store
            .submit(0, ConfigCommand::RemoveConnector { name: "c".into() });
        assert_eq!(
            world.settle(true),
            [
                Action::StopTask(task(0)),
                Action::DropConnector {
                    name: "c".into(),
                    removed: true
                }
            ]
        );
        assert_eq!(world.running, Running::default());
    }

    #[test]
    fn no_task_starts_by_old_settings() {
        let mut world = World::new();
        world.put("1", 1);
        world.settle(true);
        world.store.submit(
            0,
            ConfigCommand::PutConnector {
                name: "c".into(),
                config: config("2"),
                target: None,
            },
        );
        let actions = plan(&world.store.machine.0, &world.running, true);
        assert_eq!(actions, [Action::StopTask(task(0)), Action::StartConnector("c".into())]);
        world.running.tasks.clear();
        let view = ConnectorView {
            config: config("2"),
            target: TargetState::Started,
            configured: false,
        };
        world.running.connectors.insert("c".into(), view);
        assert_eq!(plan(&world.store.machine.0, &world.running, true), []);
    }
}
