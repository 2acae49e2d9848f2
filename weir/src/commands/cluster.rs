//! The cluster itself.

use super::{admin, unreachable};
use crate::cli::Output;
use crate::failure::Failure;
use crate::output;
use serde_json::json;

pub(crate) async fn describe(out: &Output) -> Result<(), Failure> {
    let cluster = admin(&out.bootstrap_servers)?
        .describe_cluster()
        .await
        .map_err(|e| unreachable(&out.bootstrap_servers, &e))?;
    let brokers: Vec<String> = cluster
        .brokers
        .iter()
        .map(|b| format!("{} at {}:{}", b.id, b.host, b.port))
        .collect();
    output::value(
        out.output,
        &json!({"cluster_id": cluster.cluster_id, "controller": cluster.controller, "brokers": brokers}),
    );
    Ok(())
}
