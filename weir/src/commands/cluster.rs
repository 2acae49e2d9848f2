//! The cluster itself.

use super::{admin, unreachable};
use crate::cli::{Format, Output};
use crate::failure::Failure;
use crate::output;
use serde_json::json;

pub(crate) async fn describe(out: &Output) -> Result<(), Failure> {
    let cluster = admin(&out.bootstrap_servers)?
        .describe_cluster()
        .await
        .map_err(|e| unreachable(&out.bootstrap_servers, &e))?;
    let brokers = cluster.brokers.iter();
    let rows = brokers
        .map(|b| vec![json!(b.id), json!(b.host), json!(b.port)])
        .collect();
    let columns = ["id", "host", "port"];
    match out.output {
        Format::Json => output::value(
            out.output,
            &json!({
                "cluster_id": cluster.cluster_id, "controller": cluster.controller,
                "brokers": output::objects(&columns, rows),
            }),
        ),
        Format::Table => {
            let head = json!({"cluster_id": cluster.cluster_id, "controller": cluster.controller});
            output::value(out.output, &head);
            output::rows(out.output, &columns, rows);
        }
    }
    Ok(())
}
