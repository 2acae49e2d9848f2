//! Schemas, over the registry's REST API.

use crate::cli::SchemaCommand;
use crate::failure::Failure;
use crate::http::{call, segment};
use crate::output;
use serde_json::{Value, json};

fn read(file: &std::path::Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|e| Failure::new(format!("cannot read {}: {e}", file.display())))?;
    // The registry takes no schema for the latest one.
    match text.trim().is_empty() {
        true => Err(Failure::new(format!("{} is empty", file.display()))),
        false => Ok(text),
    }
}

pub(crate) async fn run(command: SchemaCommand) -> Result<(), Failure> {
    match command {
        SchemaCommand::List { reg } => output::value(reg.output, &call("GET", &reg.url, "/subjects", None).await?),
        SchemaCommand::Get { subject, number, reg } => {
            let path = format!("/subjects/{}/versions/{}", segment(&subject), segment(&number));
            output::value(reg.output, &call("GET", &reg.url, &path, None).await?);
        }
        SchemaCommand::Register { subject, file, reg } => {
            let path = format!("/subjects/{}/versions", segment(&subject));
            output::value(
                reg.output,
                &call("POST", &reg.url, &path, Some(&json!({"schema": read(&file)?}))).await?,
            );
        }
        SchemaCommand::Check { subject, file, reg } => {
            let path = format!("/compatibility/subjects/{}/versions?verbose=true", segment(&subject));
            let answer = call("POST", &reg.url, &path, Some(&json!({"schema": read(&file)?}))).await?;
            output::value(reg.output, &answer);
            if answer.get("is_compatible") != Some(&Value::Bool(true)) {
                return Err(Failure::new(format!(
                    "the schema is not compatible with subject {subject}"
                )));
            }
        }
        SchemaCommand::Delete {
            subject,
            permanent,
            reg,
        } => {
            let path = format!("/subjects/{}?permanent={permanent}", segment(&subject));
            output::value(reg.output, &call("DELETE", &reg.url, &path, None).await?);
        }
    }
    Ok(())
}
