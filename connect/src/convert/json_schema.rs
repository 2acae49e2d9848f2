//! The schema half of JsonConverter's envelope: `{"type":"struct","fields":[…],"optional":false}`.

use serde_json::Value as Json;
use weir_connect_sdk::data::{SchemaBuilder, Type};
use weir_connect_sdk::{ConnectError, Schema};

use super::json::{JsonConverter, wrong};
use super::json_read::read;
use super::json_text::push_string;
use super::json_write::write;

fn type_name(kind: Type) -> &'static str {
    match kind {
        Type::Int8 => "int8",
        Type::Int16 => "int16",
        Type::Int32 => "int32",
        Type::Int64 => "int64",
        Type::Float32 => "float",
        Type::Float64 => "double",
        Type::Boolean => "boolean",
        Type::String => "string",
        Type::Bytes => "bytes",
        Type::Array => "array",
        Type::Map => "map",
        Type::Struct => "struct",
    }
}

/// Appends the JSON form of a schema, members in JsonConverter's order.
///
/// # Errors
/// The default value has no JSON form.
pub fn push_schema(
    out: &mut String,
    converter: &JsonConverter,
    schema: Option<&Schema>,
    field: Option<&str>,
) -> Result<(), ConnectError> {
    let Some(schema) = schema else {
        out.push_str("null");
        return Ok(());
    };
    out.push_str("{\"type\":\"");
    out.push_str(type_name(schema.kind()));
    out.push('"');
    match schema.kind() {
        Type::Array => {
            out.push_str(",\"items\":");
            push_schema(out, converter, schema.value_schema(), None)?;
        }
        Type::Map => {
            out.push_str(",\"keys\":");
            push_schema(out, converter, schema.key_schema(), None)?;
            out.push_str(",\"values\":");
            push_schema(out, converter, schema.value_schema(), None)?;
        }
        Type::Struct => {
            out.push_str(",\"fields\":[");
            for field in schema.fields() {
                out.push_str(if field.index == 0 { "" } else { "," });
                push_schema(out, converter, Some(&field.schema), Some(&field.name))?;
            }
            out.push(']');
        }
        _ => {}
    }
    out.push_str(if schema.is_optional() {
        ",\"optional\":true"
    } else {
        ",\"optional\":false"
    });
    if let Some(name) = schema.name() {
        out.push_str(",\"name\":");
        push_string(out, name);
    }
    if let Some(version) = schema.version() {
        out.push_str(&format!(",\"version\":{version}"));
    }
    if let Some(doc) = schema.doc() {
        out.push_str(",\"doc\":");
        push_string(out, doc);
    }
    if !schema.parameters().is_empty() {
        out.push_str(",\"parameters\":{");
        for (at, (name, value)) in schema.parameters().iter().enumerate() {
            out.push_str(if at == 0 { "" } else { "," });
            push_string(out, name);
            out.push(':');
            push_string(out, value);
        }
        out.push('}');
    }
    if let Some(default) = schema.default_value() {
        out.push_str(",\"default\":");
        write(out, converter, Some(schema), default)?;
    }
    // A field's name comes last: it is added to a copy of the finished schema.
    if let Some(name) = field {
        out.push_str(",\"field\":");
        push_string(out, name);
    }
    out.push('}');
    Ok(())
}

/// The schema that a JSON document describes; `None` for JSON null.
///
/// # Errors
/// Connect's text for what is wrong with it.
pub fn parse_schema(converter: &JsonConverter, json: &Json) -> Result<Option<Schema>, ConnectError> {
    if json.is_null() {
        return Ok(None);
    }
    let Some(kind) = json.get("type").and_then(Json::as_str) else {
        return wrong("Schema must contain 'type' field");
    };
    let inner = |name: &str, missing: &str| match json.get(name) {
        None => wrong(missing),
        Some(schema) => parse_schema(converter, schema)?.ok_or_else(|| ConnectError::Data(missing.to_owned())),
    };
    let primitive = [
        Type::Int8,
        Type::Int16,
        Type::Int32,
        Type::Int64,
        Type::Float32,
        Type::Float64,
        Type::Boolean,
        Type::String,
        Type::Bytes,
    ];
    let mut builder = match kind {
        "array" => Schema::array(inner("items", "Array schema did not specify the element type")?),
        "map" => Schema::map(
            inner("keys", "Map schema did not specify the key type")?,
            inner("values", "Map schema did not specify the value type")?,
        ),
        "struct" => {
            let Some(fields) = json.get("fields").and_then(Json::as_array) else {
                return wrong("Struct schema's \"fields\" argument is not an array.");
            };
            let mut builder = Schema::structure();
            for field in fields {
                let Some(name) = field.get("field").and_then(Json::as_str) else {
                    return wrong("Struct schema's field name not specified properly");
                };
                let schema = parse_schema(converter, field)?;
                builder = builder.field(
                    name,
                    schema.ok_or_else(|| ConnectError::Data(format!("field {name} has no schema")))?,
                );
            }
            builder
        }
        other => match primitive.into_iter().find(|kind| type_name(*kind) == other) {
            Some(kind) => SchemaBuilder::new(kind),
            None => return wrong(format!("Unknown schema type: {other}")),
        },
    };
    if json.get("optional").and_then(Json::as_bool) == Some(true) {
        builder = builder.optional();
    }
    if let Some(name) = json.get("name").and_then(Json::as_str) {
        builder = builder.name(name);
    }
    if let Some(version) = json.get("version").and_then(Json::as_i64) {
        // As Jackson's intValue: the low 32 bits.
        builder = builder.version(version as i32);
    }
    if let Some(doc) = json.get("doc").and_then(Json::as_str) {
        builder = builder.doc(doc);
    }
    for (name, value) in json.get("parameters").and_then(Json::as_object).into_iter().flatten() {
        let Some(value) = value.as_str() else {
            return wrong("Schema parameters must have string values.");
        };
        builder = builder.parameter(name, value);
    }
    if let Some(default) = json.get("default") {
        let default = read(converter, Some(&builder.clone().build()), default)?;
        if !default.is_null() {
            builder = builder.default_value(default)?;
        }
    }
    Ok(Some(builder.build()))
}
