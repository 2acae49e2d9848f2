//! Taking part: a task that stays in the group and tells who leads.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use weir_client::Cluster;
use weir_client::group::{GroupClient, GroupConfig};

use super::Leadership;
use super::protocol::{Identity, Protocol, leader_of};

/// Pause after a join that failed.
const PAUSE: Duration = Duration::from_millis(500);

/// Settings.
#[derive(Debug, Clone)]
pub struct ElectionConfig {
    /// `schema.registry.group.id`
    pub group_id: String,
    /// `kafkagroup.session.timeout.ms`
    pub session_timeout: Duration,
    /// `kafkagroup.heartbeat.interval.ms`
    pub heartbeat_interval: Duration,
    /// `kafkagroup.rebalance.timeout.ms`
    pub rebalance_timeout: Duration,
    /// How other registries reach this one.
    pub own: Identity,
}

/// A place in the group. Dropping it ends the task; [`Election::leave`] tells the others at once.
pub struct Election {
    leadership: watch::Receiver<Leadership>,
    stop: watch::Sender<bool>,
    task: tokio::sync::Mutex<Option<JoinHandle<()>>>,
    abort: Option<tokio::task::AbortHandle>,
}

impl Election {
    /// The only registry there is: it always leads.
    pub fn alone() -> Election {
        Election {
            leadership: watch::channel(Leadership::Me).1,
            stop: watch::channel(false).0,
            task: tokio::sync::Mutex::new(None),
            abort: None,
        }
    }

    /// Joins the group in the background.
    pub fn join(cluster: Cluster, config: ElectionConfig) -> Election {
        let (told, leadership) = watch::channel(Leadership::Unknown);
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(take_part(cluster, config, told, stopped));
        Election {
            leadership,
            stop,
            abort: Some(task.abort_handle()),
            task: tokio::sync::Mutex::new(Some(task)),
        }
    }

    /// Who leads now. An election that is under way is waited for, up to `patience`.
    pub async fn leader(&self, patience: Duration) -> Leadership {
        let mut leadership = self.leadership.clone();
        let known = leadership.wait_for(|now| *now != Leadership::Unknown);
        match tokio::time::timeout(patience, known).await {
            Ok(Ok(now)) => now.clone(),
            Ok(Err(_)) | Err(_) => Leadership::Unknown,
        }
    }

    /// Leaves the group, so that another leads without waiting for the session to end.
    pub async fn leave(&self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task.lock().await.take()
            && let Err(error) = task.await
        {
            tracing::warn!(%error, "the registry did not leave its group cleanly");
        }
    }
}

impl Drop for Election {
    fn drop(&mut self) {
        if let Some(task) = &self.abort {
            task.abort();
        }
    }
}

async fn take_part(
    cluster: Cluster,
    config: ElectionConfig,
    told: watch::Sender<Leadership>,
    mut stopped: watch::Receiver<bool>,
) {
    let group = GroupConfig {
        group_id: config.group_id.as_str().into(),
        instance_id: None,
        session_timeout: config.session_timeout,
        heartbeat_interval: config.heartbeat_interval,
        rebalance_timeout: config.rebalance_timeout,
        max_poll_interval: None,
    };
    let own = config.own.clone();
    let mut group = GroupClient::new(cluster, group, Protocol { own: own.clone() });
    loop {
        let term = async {
            match group.join().await {
                Ok(joined) => {
                    told.send_replace(match leader_of(&joined.assignment) {
                        Ok(leader) if leader == own => Leadership::Me,
                        Ok(leader) => Leadership::Other(leader.url()),
                        Err(nobody) => {
                            tracing::error!(group = config.group_id, "no leader: {nobody}");
                            Leadership::Unknown
                        }
                    });
                    if let Err(error) = group.rejoin_needed().await {
                        tracing::warn!(group = config.group_id, %error, "lost the registries' group");
                    }
                    told.send_replace(Leadership::Unknown);
                }
                Err(error) => {
                    told.send_replace(Leadership::Unknown);
                    tracing::warn!(group = config.group_id, %error, "cannot join the registries' group; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        };
        tokio::select! {
            () = term => {}
            // An error means that the election was dropped.
            _ = stopped.wait_for(|stop| *stop) => break,
        }
    }
    told.send_replace(Leadership::Unknown);
    group.leave("the registry stops").await;
}
