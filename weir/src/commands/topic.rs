//! Topics.

use super::{admin, failed, unreachable};
use crate::cli::{Format, Output, TopicCommand};
use crate::failure::Failure;
use crate::output;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use weir_client::TopicPartition;
use weir_client::admin::{AlterConfig, ConfigResource, ConfigSource, NewTopic, OffsetSpec};
use weir_client::config::IsolationLevel;

pub(crate) async fn run(command: TopicCommand) -> Result<(), Failure> {
    match command {
        TopicCommand::List { internal, out } => list(internal, &out).await,
        TopicCommand::Create {
            name,
            partitions,
            replication_factor,
            config,
            out,
        } => {
            let mut topic = NewTopic::new(name.as_str(), partitions.unwrap_or(-1));
            topic.partitions = partitions;
            topic.replication_factor = replication_factor;
            for pair in &config {
                let (k, v) = pair
                    .split_once('=')
                    .ok_or_else(|| Failure::new(format!("--config wants KEY=VALUE, got {pair}")))?;
                topic = topic.config(k, v);
            }
            let created = admin(&out.bootstrap_servers)?.create_topics(&[topic], false).await;
            let created = created.map_err(|e| unreachable(&out.bootstrap_servers, &e))?;
            for (topic, result) in created {
                let done = result.map_err(|e| failed(format!("topic {topic} was not created"))(&e))?;
                output::value(
                    out.output,
                    &json!({"topic": &*topic, "partitions": done.partitions, "replication_factor": done.replication_factor}),
                );
            }
            Ok(())
        }
        TopicCommand::Describe { name, out } => describe(&name, &out).await,
        TopicCommand::Alter {
            name,
            config,
            delete_config,
            out,
        } => {
            let mut changes = Vec::new();
            for pair in &config {
                let (k, v) = pair
                    .split_once('=')
                    .ok_or_else(|| Failure::new(format!("--config wants KEY=VALUE, got {pair}")))?;
                changes.push(AlterConfig::Set(k.into(), v.into()));
            }
            changes.extend(delete_config.into_iter().map(AlterConfig::Delete));
            if changes.is_empty() {
                return Err(Failure::new(format!("nothing to alter in topic {name}"))
                    .hint("--config KEY=VALUE gives a setting, --delete-config KEY puts it back to its default"));
            }
            let changes = BTreeMap::from([(ConfigResource::topic(name.as_str()), changes)]);
            let altered = admin(&out.bootstrap_servers)?
                .incremental_alter_configs(&changes, false)
                .await;
            for result in altered
                .map_err(|e| unreachable(&out.bootstrap_servers, &e))?
                .into_values()
            {
                result.map_err(|e| failed(format!("topic {name} was not altered"))(&e))?;
            }
            Ok(())
        }
        TopicCommand::Delete { names, out } => {
            let deleted = admin(&out.bootstrap_servers)?.delete_topics(names).await;
            let deleted = deleted.map_err(|e| unreachable(&out.bootstrap_servers, &e))?;
            super::deleted(out.output, "topic", deleted)
        }
    }
}

async fn list(internal: bool, out: &Output) -> Result<(), Failure> {
    let topics = admin(&out.bootstrap_servers)?
        .list_topics()
        .await
        .map_err(|e| unreachable(&out.bootstrap_servers, &e))?;
    let rows = topics
        .into_iter()
        .filter(|t| internal || !t.internal)
        .map(|t| vec![json!(&*t.name), json!(t.partitions)]);
    output::rows(out.output, &["topic", "partitions"], rows.collect());
    Ok(())
}

async fn describe(name: &str, out: &Output) -> Result<(), Failure> {
    let admin = admin(&out.bootstrap_servers)?;
    let described = admin
        .describe_topics([name])
        .await
        .map_err(|e| unreachable(&out.bootstrap_servers, &e))?;
    let Some((_, topic)) = described.into_iter().next() else {
        return Ok(());
    };
    let topic = topic.map_err(|e| failed(format!("topic {name}"))(&e))?;
    let partitions: Vec<TopicPartition> = (0..topic.partitions.len())
        .filter_map(|i| i32::try_from(i).ok())
        .map(|i| TopicPartition::new(name, i))
        .collect();
    let ask = |spec: OffsetSpec| partitions.iter().map(|p| (p.clone(), spec)).collect::<BTreeMap<_, _>>();
    let level = IsolationLevel::ReadUncommitted;
    let earliest = admin
        .list_offsets(&ask(OffsetSpec::Earliest), level)
        .await
        .map_err(|e| unreachable(&out.bootstrap_servers, &e))?;
    let latest = admin
        .list_offsets(&ask(OffsetSpec::Latest), level)
        .await
        .map_err(|e| unreachable(&out.bootstrap_servers, &e))?;
    let rows = partitions.iter().zip(&topic.partitions).map(|(tp, p)| {
        let at = |of: &BTreeMap<TopicPartition, Option<weir_client::OffsetAndTimestamp>>| {
            of.get(tp)
                .and_then(|o| o.as_ref())
                .map_or(Value::Null, |o| json!(o.offset))
        };
        vec![
            json!(tp.partition),
            json!(p.leader),
            json!(p.replicas),
            json!(p.isr),
            at(&earliest),
            at(&latest),
        ]
    });
    let rows = rows.collect();
    let columns = ["partition", "leader", "replicas", "isr", "earliest", "latest"];
    let resource = ConfigResource::topic(name);
    let configs = admin
        .describe_configs(std::slice::from_ref(&resource))
        .await
        .map_err(|e| unreachable(&out.bootstrap_servers, &e))?;
    let configs = configs.into_values().next().and_then(Result::ok).unwrap_or_default();
    let own = configs.into_iter().filter(|e| e.source == ConfigSource::Topic);
    let own: Map<String, Value> = own.map(|e| (e.name.to_string(), json!(e.value))).collect();
    match out.output {
        Format::Json => output::value(
            out.output,
            &json!({"topic": name, "partitions": output::objects(&columns, rows), "configs": own}),
        ),
        Format::Table => {
            output::rows(out.output, &columns, rows);
            for (key, value) in own {
                say!("{key}={}", value.as_str().unwrap_or_default());
            }
        }
    }
    Ok(())
}
