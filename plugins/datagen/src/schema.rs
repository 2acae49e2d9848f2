//! What to generate: an Avro schema in JSON with `arg.properties` on its types.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use weir_connect_sdk::data::{SchemaBuilder, Type};
use weir_connect_sdk::{ConnectError, Result, Schema, Value};

use crate::pattern::Pattern;

/// Deepest nesting of types.
const DEPTH: usize = 32;

/// A type with how its values are made.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub schema: Schema,
    pub rule: Rule,
}

/// How a value is made.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Any value of the type; `length` for strings, bytes and arrays.
    Any {
        length: (i64, i64),
    },
    /// One of these.
    Options(Vec<Value>),
    /// A number between; the upper end is not reached.
    Range(f64, f64),
    /// `start`, then `step` more each time, and from `initial` again at `restart`.
    Iteration {
        start: f64,
        step: f64,
        restart: Option<f64>,
        initial: f64,
    },
    Pattern(Pattern),
    Record(Vec<(String, Node)>),
    /// Items and how many.
    Array(Box<Node>, (i64, i64)),
    /// One of the branches that are not null, or null.
    Optional(Box<Node>),
}

fn wrong<T>(text: impl Into<String>) -> Result<T> {
    Err(ConnectError::Config(format!("datagen schema: {}", text.into())))
}

/// Reads a schema.
///
/// # Errors
/// It is not JSON, not Avro, or uses something that is not supported.
pub fn parse(text: &str) -> Result<Node> {
    let json: Json = serde_json::from_str(text)
        .map_err(|error| ConnectError::Config(format!("datagen schema is not JSON: {error}")))?;
    node(&json, &mut BTreeMap::new(), 0)
}

type Names = BTreeMap<String, Node>;

fn node(json: &Json, names: &mut Names, depth: usize) -> Result<Node> {
    if depth > DEPTH {
        return wrong("types are nested too deeply");
    }
    match json {
        Json::String(name) => named(name, &Json::Null, names),
        Json::Array(branches) => union(branches, names, depth),
        Json::Object(object) => match object.get("type") {
            Some(Json::String(kind)) => match kind.as_str() {
                "record" => record(json, names, depth),
                "array" => array(json, names, depth),
                "enum" => enumeration(json, names),
                other => named(other, object.get("arg.properties").unwrap_or(&Json::Null), names),
            },
            // {"type": {"type": …}}
            Some(inner) => node(inner, names, depth + 1),
            None => wrong(format!("no type in {json}")),
        },
        other => wrong(format!("{other} is no type")),
    }
}

fn primitive(name: &str) -> Option<Type> {
    Some(match name {
        "boolean" => Type::Boolean,
        "int" => Type::Int32,
        "long" => Type::Int64,
        "float" => Type::Float32,
        "double" => Type::Float64,
        "string" => Type::String,
        "bytes" => Type::Bytes,
        _ => return None,
    })
}

fn named(name: &str, properties: &Json, names: &Names) -> Result<Node> {
    match primitive(name) {
        Some(kind) => Ok(Node {
            schema: SchemaBuilder::new(kind).build(),
            rule: rule(kind, properties)?,
        }),
        None => names
            .get(name)
            .cloned()
            .ok_or_else(|| ConnectError::Config(format!("datagen schema: unknown type {name}"))),
    }
}

fn number(json: &Json, name: &str) -> Option<f64> {
    json.get(name)?.as_f64()
}

fn length(properties: &Json, default: (i64, i64)) -> (i64, i64) {
    match properties.get("length") {
        Some(Json::Object(bounds)) => {
            let bound = |name: &str| bounds.get(name).and_then(Json::as_i64);
            let low = bound("min").unwrap_or(0).max(0);
            (low, bound("max").unwrap_or(low + 1).clamp(low + 1, low + 100_000))
        }
        Some(exact) => exact
            .as_i64()
            .map_or(default, |exact| (exact.clamp(0, 100_000), exact.clamp(0, 100_000) + 1)),
        None => default,
    }
}

fn rule(kind: Type, properties: &Json) -> Result<Rule> {
    if let Some(options) = properties.get("options").and_then(Json::as_array) {
        let options = options
            .iter()
            .map(|option| literal(kind, option))
            .collect::<Option<Vec<_>>>();
        return match options.filter(|options| !options.is_empty()) {
            Some(options) => Ok(Rule::Options(options)),
            None => wrong(format!("options that are no {}", kind.name())),
        };
    }
    if let Some(iteration) = properties.get("iteration") {
        let start = number(iteration, "start").unwrap_or(0.0);
        let restart = number(iteration, "restart");
        let step = number(iteration, "step").unwrap_or(if restart.is_some_and(|restart| restart < start) {
            -1.0
        } else {
            1.0
        });
        return Ok(Rule::Iteration {
            start,
            step,
            restart,
            initial: number(iteration, "initial").unwrap_or(start),
        });
    }
    if let Some(range) = properties.get("range") {
        let low = number(range, "min").unwrap_or(f64::from(i32::MIN));
        let high = number(range, "max").unwrap_or(f64::from(i32::MAX));
        return if low < high {
            Ok(Rule::Range(low, high))
        } else {
            wrong("a range whose min is not below its max")
        };
    }
    if let Some(pattern) = properties.get("regex").and_then(Json::as_str) {
        return Ok(Rule::Pattern(Pattern::parse(pattern)?));
    }
    Ok(Rule::Any {
        length: length(properties, (8, 17)),
    })
}

/// A JSON value as a value of this type.
fn literal(kind: Type, json: &Json) -> Option<Value> {
    Some(match kind {
        Type::Boolean => Value::Boolean(json.as_bool()?),
        Type::Int32 => Value::Int32(i32::try_from(json.as_i64()?).ok()?),
        Type::Int64 => Value::Int64(json.as_i64()?),
        Type::Float32 => Value::Float32(json.as_f64()? as f32),
        Type::Float64 => Value::Float64(json.as_f64()?),
        Type::String => Value::from(json.as_str()?),
        _ => return None,
    })
}

fn record(json: &Json, names: &mut Names, depth: usize) -> Result<Node> {
    let Some(name) = json.get("name").and_then(Json::as_str) else {
        return wrong("a record without a name");
    };
    let full = match json.get("namespace").and_then(Json::as_str) {
        Some(namespace) => format!("{namespace}.{name}"),
        None => name.to_owned(),
    };
    let mut builder = Schema::structure().name(&full);
    let mut fields = Vec::new();
    for field in json
        .get("fields")
        .and_then(Json::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
    {
        let Some(field_name) = field.get("name").and_then(Json::as_str) else {
            return wrong(format!("a field without a name in {name}"));
        };
        let node = node(field.get("type").unwrap_or(&Json::Null), names, depth + 1)?;
        builder = builder.field(field_name, node.schema.clone());
        fields.push((field_name.to_owned(), node));
    }
    let node = Node {
        schema: builder.build(),
        rule: Rule::Record(fields),
    };
    names.insert(full, node.clone());
    names.insert(name.to_owned(), node.clone());
    Ok(node)
}

fn array(json: &Json, names: &mut Names, depth: usize) -> Result<Node> {
    let items = node(json.get("items").unwrap_or(&Json::Null), names, depth + 1)?;
    let length = length(json.get("arg.properties").unwrap_or(&Json::Null), (1, 6));
    Ok(Node {
        schema: Schema::array(items.schema.clone()).build(),
        rule: Rule::Array(Box::new(items), length),
    })
}

fn enumeration(json: &Json, names: &mut Names) -> Result<Node> {
    let symbols = json
        .get("symbols")
        .and_then(Json::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let symbols: Vec<Value> = symbols.iter().filter_map(Json::as_str).map(Value::from).collect();
    if symbols.is_empty() {
        return wrong("an enum without symbols");
    }
    let node = Node {
        schema: Schema::string(),
        rule: Rule::Options(symbols),
    };
    if let Some(name) = json.get("name").and_then(Json::as_str) {
        names.insert(name.to_owned(), node.clone());
    }
    Ok(node)
}

fn union(branches: &[Json], names: &mut Names, depth: usize) -> Result<Node> {
    let is_null = |branch: &&Json| branch.as_str() == Some("null");
    let others: Vec<&Json> = branches.iter().filter(|branch| !is_null(branch)).collect();
    match (others.as_slice(), branches.iter().any(|branch| is_null(&branch))) {
        ([only], false) => node(only, names, depth + 1),
        ([only], true) => {
            let inner = node(only, names, depth + 1)?;
            Ok(Node {
                schema: inner.schema.to_optional(),
                rule: Rule::Optional(Box::new(inner)),
            })
        }
        _ => wrong("a union of more than one type and null"),
    }
}
