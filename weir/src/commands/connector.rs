//! Connectors, over Connect's REST API.

use crate::cli::{ConnectorCommand, Format};
use crate::failure::Failure;
use crate::http::{call, segment};
use crate::output;
use serde_json::{Value, json};

pub(crate) async fn run(command: ConnectorCommand) -> Result<(), Failure> {
    match command {
        ConnectorCommand::List { con } => {
            let all = call("GET", &con.url, "/connectors?expand=status", None).await?;
            let text = |v: Option<&Value>| v.cloned().unwrap_or(Value::Null);
            let rows = all.as_object().into_iter().flatten().map(|(name, v)| {
                let status = v.get("status");
                let tasks = status.and_then(|s| s.get("tasks")).and_then(Value::as_array);
                let states: Vec<&str> = tasks
                    .into_iter()
                    .flatten()
                    .filter_map(|t| t.get("state")?.as_str())
                    .collect();
                let state = status.and_then(|s| s.get("connector")).and_then(|c| c.get("state"));
                vec![
                    json!(name),
                    text(status.and_then(|s| s.get("type"))),
                    text(state),
                    json!(states.join(",")),
                ]
            });
            output::rows(con.output, &["connector", "type", "state", "tasks"], rows.collect());
        }
        ConnectorCommand::Plugins { con } => {
            let all = call("GET", &con.url, "/connector-plugins", None).await?;
            let text = |p: &Value, key: &str| p.get(key).cloned().unwrap_or(Value::Null);
            let rows = all
                .as_array()
                .into_iter()
                .flatten()
                .map(|p| vec![text(p, "class"), text(p, "type"), text(p, "version")]);
            output::rows(con.output, &["class", "type", "version"], rows.collect());
        }
        ConnectorCommand::Apply { file, con } => {
            let text = std::fs::read_to_string(&file)
                .map_err(|e| Failure::new(format!("cannot read {}: {e}", file.display())))?;
            let doc: Value = serde_json::from_str(&text)
                .map_err(|e| Failure::new(format!("{} is not JSON: {e}", file.display())))?;
            let name = doc.get("name").and_then(Value::as_str);
            let (Some(name), Some(config)) = (name, doc.get("config")) else {
                return Err(
                    Failure::new(format!("{} has no \"name\" or no \"config\"", file.display()))
                        .hint("it must look like {\"name\": \"x\", \"config\": {\"connector.class\": \"...\"}}"),
                );
            };
            let answer = call(
                "PUT",
                &con.url,
                &format!("/connectors/{}/config", segment(name)),
                Some(config),
            )
            .await?;
            output::value(con.output, &answer);
        }
        ConnectorCommand::Status { name, con } => {
            let path = format!("/connectors/{}/status", segment(&name));
            let status = call("GET", &con.url, &path, None).await?;
            match con.output {
                Format::Json => output::value(con.output, &status),
                Format::Table => show(&status),
            }
        }
        ConnectorCommand::Restart { name, con } => {
            let path = format!("/connectors/{}/restart?includeTasks=true", segment(&name));
            call("POST", &con.url, &path, None).await?;
        }
        ConnectorCommand::Pause { name, con } => act(&con.url, &name, "pause").await?,
        ConnectorCommand::Resume { name, con } => act(&con.url, &name, "resume").await?,
        ConnectorCommand::Stop { name, con } => act(&con.url, &name, "stop").await?,
        ConnectorCommand::Delete { name, con } => {
            call("DELETE", &con.url, &format!("/connectors/{}", segment(&name)), None).await?;
        }
    }
    Ok(())
}

/// The connector and its tasks, a row each, with why one failed.
fn show(status: &Value) {
    let row = |part: &str, of: &Value| {
        let text = |key: &str| of.get(key).cloned().unwrap_or(Value::Null);
        let trace = of.get("trace").and_then(Value::as_str).unwrap_or_default();
        // What caused it stands last.
        let why = trace
            .lines()
            .rfind(|line| !line.starts_with(['\t', ' ']))
            .unwrap_or_default();
        vec![json!(part), text("state"), text("worker_id"), json!(why)]
    };
    let connector = status.get("connector").unwrap_or(&Value::Null);
    let kind = status.get("type").and_then(Value::as_str).unwrap_or("connector");
    let mut rows = vec![row(kind, connector)];
    for task in status.get("tasks").and_then(Value::as_array).into_iter().flatten() {
        let id = task.get("id").map(Value::to_string).unwrap_or_default();
        rows.push(row(&format!("task {id}"), task));
    }
    output::rows(Format::Table, &["part", "state", "worker", "why"], rows);
}

async fn act(url: &str, name: &str, what: &str) -> Result<(), Failure> {
    call("PUT", url, &format!("/connectors/{}/{what}", segment(name)), None)
        .await
        .map(|_| ())
}
