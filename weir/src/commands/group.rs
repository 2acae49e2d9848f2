//! Consumer groups.

use super::{admin, failed, unreachable};
use crate::cli::{Format, GroupCommand, Output};
use crate::failure::Failure;
use crate::output;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use weir_client::admin::OffsetSpec;
use weir_client::config::IsolationLevel;

pub(crate) async fn run(command: GroupCommand) -> Result<(), Failure> {
    match command {
        GroupCommand::List { out } => {
            let groups = admin(&out.bootstrap_servers)?
                .list_groups()
                .await
                .map_err(|e| unreachable(&out.bootstrap_servers, &e))?;
            let rows = groups
                .into_iter()
                .map(|g| vec![json!(&*g.group_id), json!(g.state), json!(g.protocol_type)]);
            output::rows(out.output, &["group", "state", "protocol"], rows.collect());
            Ok(())
        }
        GroupCommand::Describe { name, out } => describe(&name, &out).await,
        GroupCommand::Delete { names, out } => {
            let deleted = admin(&out.bootstrap_servers)?.delete_groups(names).await;
            let deleted = deleted.map_err(|e| unreachable(&out.bootstrap_servers, &e))?;
            super::deleted(out.output, "group", deleted)
        }
    }
}

async fn describe(name: &str, out: &Output) -> Result<(), Failure> {
    let admin = admin(&out.bootstrap_servers)?;
    let described = admin
        .describe_groups([name])
        .await
        .map_err(|e| unreachable(&out.bootstrap_servers, &e))?;
    let Some((_, group)) = described.into_iter().next() else {
        return Ok(());
    };
    let group = group.map_err(|e| failed(format!("group {name}"))(&e))?;
    let offsets = admin
        .list_group_offsets(name, None)
        .await
        .map_err(|e| unreachable(&out.bootstrap_servers, &e))?;
    let ends: BTreeMap<_, _> = offsets.keys().map(|p| (p.clone(), OffsetSpec::Latest)).collect();
    let ends = admin
        .list_offsets(&ends, IsolationLevel::ReadUncommitted)
        .await
        .map_err(|e| unreachable(&out.bootstrap_servers, &e))?;
    let owner = |p: &weir_client::TopicPartition| {
        let owns = |m: &&weir_client::admin::MemberDescription| m.partitions().is_some_and(|ps| ps.contains(p));
        group
            .members
            .iter()
            .find(owns)
            .map_or(Value::Null, |m| json!(m.client_id))
    };
    let rows = offsets.iter().map(|(p, committed)| {
        let end = ends.get(p).and_then(|o| o.as_ref()).map(|o| o.offset);
        let lag = end.map(|end| (end - committed.offset).max(0));
        vec![
            json!(&*p.topic),
            json!(p.partition),
            json!(committed.offset),
            json!(end),
            json!(lag),
            owner(p),
        ]
    });
    let rows = rows.collect();
    let columns = ["topic", "partition", "committed", "end", "lag", "member"];
    match out.output {
        Format::Json => output::value(
            out.output,
            &json!({
                "group": name, "state": group.state, "members": group.members.len(),
                "offsets": output::objects(&columns, rows),
            }),
        ),
        Format::Table => {
            say!("{name}: {}, {} members", group.state, group.members.len());
            output::rows(out.output, &columns, rows);
        }
    }
    Ok(())
}
