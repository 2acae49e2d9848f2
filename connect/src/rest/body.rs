//! Request bodies, read as leniently and as strictly as Connect's JSON mapper does.

use serde_json::{Map, Value as Json};
use weir_connect_sdk::{ConfigMap, OffsetMap};

use super::error::RestError;
use crate::herder::OffsetsRequest;
use crate::store::config::TargetState;

/// `POST /connectors`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateRequest {
    pub name: String,
    pub config: ConfigMap,
    pub target: Option<TargetState>,
}

fn object(body: &[u8]) -> Result<Map<String, Json>, RestError> {
    match serde_json::from_slice(body) {
        Ok(Json::Object(map)) => Ok(map),
        Ok(other) => Err(RestError::internal(format!(
            "Cannot read the request: a JSON object is needed, not {other}"
        ))),
        Err(error) => Err(RestError::internal(format!("Cannot read the request as JSON: {error}"))),
    }
}

/// Connect's mapper takes no fields that it does not know.
fn known(map: &Map<String, Json>, names: &[&str]) -> Result<(), RestError> {
    let Some(unknown) = map.keys().find(|key| !names.contains(&key.as_str())) else {
        return Ok(());
    };
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let count = match names.len() {
        1 => "one known property".to_owned(),
        n => format!("{n} known properties"),
    };
    Err(RestError::internal(format!(
        "Unrecognized field \"{unknown}\", not marked as ignorable ({count}: {})",
        quoted.join(", ")
    )))
}

/// A setting's value as text: numbers and booleans are accepted, null is none.
fn text(name: &str, value: &Json) -> Result<Option<String>, RestError> {
    match value {
        Json::Null => Ok(None),
        Json::String(text) => Ok(Some(text.clone())),
        Json::Number(number) => Ok(Some(number.to_string())),
        Json::Bool(flag) => Ok(Some(flag.to_string())),
        Json::Array(_) | Json::Object(_) => Err(RestError::internal(format!("The value of '{name}' must be a string"))),
    }
}

/// Settings with nulls kept, for a patch.
pub fn changes(body: &[u8]) -> Result<Vec<(String, Option<String>)>, RestError> {
    object(body)?
        .iter()
        .map(|(name, value)| Ok((name.clone(), text(name, value)?)))
        .collect()
}

/// Settings; a null value is no value.
pub fn settings(body: &[u8]) -> Result<ConfigMap, RestError> {
    Ok(changes(body)?
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect())
}

/// Settings of the connector in the URL, with its name put in.
pub fn named_settings(body: &[u8], name: &str) -> Result<ConfigMap, RestError> {
    with_name(settings(body)?, name)
}

fn with_name(mut config: ConfigMap, name: &str) -> Result<ConfigMap, RestError> {
    match config.get("name") {
        Some(included) if included != name => Err(RestError::bad_request(format!(
            "Connector name configuration ({included}) doesn't match connector name in the URL ({name})"
        ))),
        _ => {
            config.insert("name".to_owned(), name.to_owned());
            Ok(config)
        }
    }
}

/// The body of `POST /connectors`.
pub fn create(body: &[u8]) -> Result<CreateRequest, RestError> {
    let map = object(body)?;
    known(&map, &["config", "name", "initial_state"])?;
    let config = match map.get("config") {
        Some(Json::Object(config)) => {
            let pairs = config
                .iter()
                .map(|(name, value)| Ok((name.clone(), text(name, value)?)));
            let pairs = pairs.collect::<Result<Vec<_>, RestError>>()?;
            pairs
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .collect::<ConfigMap>()
        }
        _ => {
            return Err(RestError::bad_request(
                "The request needs the connector's settings in \"config\"",
            ));
        }
    };
    let given = match map.get("name") {
        Some(name) => text("name", name)?.unwrap_or_default(),
        None => String::new(),
    };
    let name = match given.trim() {
        // As Connect does, the name may stand in the settings alone.
        "" => config
            .get("name")
            .map(|name| name.trim().to_owned())
            .unwrap_or_default(),
        name => name.to_owned(),
    };
    if name.is_empty() {
        return Err(RestError::bad_request(
            "The request needs the connector's name in \"name\"",
        ));
    }
    let state = match map.get("initial_state") {
        Some(state) => text("initial_state", state)?,
        None => None,
    };
    let target = match state.map(|state| state.to_uppercase()).as_deref() {
        None => None,
        Some("RUNNING") => Some(TargetState::Started),
        Some("PAUSED") => Some(TargetState::Paused),
        Some("STOPPED") => Some(TargetState::Stopped),
        Some(other) => {
            return Err(RestError::internal(format!(
                "\"{other}\" is no initial_state: RUNNING, PAUSED or STOPPED"
            )));
        }
    };
    Ok(CreateRequest {
        config: with_name(config, &name)?,
        name,
        target,
    })
}

/// The body of `PATCH /connectors/{c}/offsets`.
pub fn offsets(body: &[u8]) -> Result<OffsetsRequest, RestError> {
    let map = object(body)?;
    known(&map, &["offsets"])?;
    let items = match map.get("offsets") {
        None | Some(Json::Null) => None,
        Some(Json::Array(items)) => Some(items).filter(|items| !items.is_empty()),
        Some(_) => return Err(RestError::internal("\"offsets\" must be a JSON array")),
    };
    let none = || RestError::bad_request("Partitions / offsets need to be provided for an alter offsets request");
    let part = |item: &Map<String, Json>, name: &str| match item.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Object(map)) => Ok(Some::<OffsetMap>(map.clone())),
        Some(_) => Err(RestError::internal(format!("\"{name}\" must be a JSON object or null"))),
    };
    items
        .ok_or_else(none)?
        .iter()
        .map(|item| {
            let item = item
                .as_object()
                .ok_or_else(|| RestError::internal("an item of \"offsets\" must be a JSON object"))?;
            known(item, &["partition", "offset"])?;
            Ok((part(item, "partition")?, part(item, "offset")?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn creating() {
        let request =
            create(br#"{"name":" a ","config":{"n":1,"b":true,"x":null},"initial_state":"stopped"}"#).unwrap();
        let config: ConfigMap = [("n", "1"), ("b", "true"), ("name", "a")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into();
        assert_eq!(
            request,
            CreateRequest {
                name: "a".into(),
                config,
                target: Some(TargetState::Stopped)
            }
        );
        let error = create(br#"{"name":"a","config":{"name":"b"}}"#).unwrap_err();
        assert_eq!(
            error,
            RestError::bad_request("Connector name configuration (b) doesn't match connector name in the URL (a)")
        );
        for bad in [
            "",
            "[]",
            "{",
            r#"{"foo":1}"#,
            r#"{"name":"a"}"#,
            r#"{"config":{}}"#,
            r#"{"name":"a","config":{"x":[]}}"#,
        ] {
            assert!(create(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn altering_offsets() {
        let request = offsets(br#"{"offsets":[{"partition":{"f":"x"},"offset":null},{"offset":{"p":1}}]}"#).unwrap();
        assert_eq!(
            (request.len(), request[0].1.is_none(), request[1].0.is_none()),
            (2, true, true)
        );
        assert!(offsets(br#"{"offsets":[]}"#).is_err() && offsets(br#"{"offsets":[{"partition":1}]}"#).is_err());
    }
}
