//! `normalize=true`: schemas that differ only in the order of attributes become one, as in Confluent's registry.
//!
//! Extra attributes and aliases are sorted (a valid logical type with its parameters comes first), keys inside attribute
//! values and defaults are sorted, numbers of defaults take the form of their type, an empty `doc` of a type and the word
//! `error` vanish. Two accidents of Confluent's text-based way are not repeated: a type without a namespace inside one that
//! has a namespace keeps its name, and the default of a union that fits only a later branch is kept.

use super::json::{Json, java_order};
use super::model::{Kind, Node, NodeId, Primitive, Props, Schema};

/// The normal form.
pub fn normalize(schema: &Schema) -> Schema {
    let nodes = schema.nodes.iter().map(|node| normalize_node(schema, node)).collect();
    Schema {
        nodes,
        root: schema.root,
        referenced: schema.referenced.clone(),
    }
}

fn normalize_node(schema: &Schema, node: &Node) -> Node {
    let mut node = node.clone();
    node.props = sorted_props(&node.props, logical_props(&node));
    match &mut node.kind {
        Kind::Record(record) => {
            record.error = false;
            for field in &mut record.fields {
                field.aliases.sort_by(|a, b| java_order(a, b));
                field.props = sorted_props(&field.props, &[]);
                field.default = field
                    .default
                    .as_ref()
                    .map(|default| canonical_default(schema, default, Some(field.schema)));
            }
            normalize_named(&mut record.named);
        }
        Kind::Enum(symbols) => normalize_named(&mut symbols.named),
        Kind::Fixed(fixed) => normalize_named(&mut fixed.named),
        Kind::Primitive(_) | Kind::Array(_) | Kind::Map(_) | Kind::Union(_) => {}
    }
    node
}

fn normalize_named(named: &mut super::model::Named) {
    named.doc = named.doc.take().filter(|doc| !doc.is_empty());
    named.aliases.sort_by(|a, b| java_order(a.full(), b.full()));
}

/// `first` in this order where present, the rest sorted.
fn sorted_props(props: &Props, first: &[&str]) -> Props {
    let mut rest: Vec<_> = props.iter().filter(|(key, _)| !first.contains(&key.as_str())).collect();
    rest.sort_by(|(a, _), (b, _)| java_order(a, b));
    let first = first.iter().filter_map(|key| props.get_key_value(*key));
    first
        .chain(rest)
        .map(|(key, value)| (key.clone(), value.sorted()))
        .collect()
}

/// The attributes of a logical type that Java accepts for this type (`LogicalTypes.fromSchemaIgnoreInvalid`).
fn logical_props(node: &Node) -> &'static [&'static str] {
    let Some(name) = node.props.get("logicalType").and_then(Json::as_str) else {
        return &[];
    };
    let number = |key: &str| match node.props.get(key) {
        Some(Json::Int(digits)) => digits.parse::<i64>().ok(),
        _ => None,
    };
    let fixed = match &node.kind {
        Kind::Fixed(fixed) => Some(fixed.size),
        _ => None,
    };
    let is = |primitive| matches!(node.kind, Kind::Primitive(p) if p == primitive);
    let valid = match name {
        "date" | "time-millis" => is(Primitive::Int),
        "time-micros"
        | "timestamp-millis"
        | "timestamp-micros"
        | "timestamp-nanos"
        | "local-timestamp-millis"
        | "local-timestamp-micros"
        | "local-timestamp-nanos" => is(Primitive::Long),
        "uuid" => is(Primitive::String) || fixed == Some(16),
        "big-decimal" => is(Primitive::Bytes),
        "decimal" => {
            let precision = number("precision").unwrap_or(0);
            let scale = number("scale").unwrap_or(0);
            // Digits that fit a two's complement number of this many bytes.
            let room = fixed.map_or(f64::MAX, |size| {
                (f64::from(size) * 8.0 - 1.0) * std::f64::consts::LOG10_2
            });
            let backed = fixed.is_some() || is(Primitive::Bytes);
            if backed && precision > 0 && precision as f64 <= room.floor() && (0..=precision).contains(&scale) {
                return if scale == 0 {
                    &["logicalType", "precision"]
                } else {
                    &["logicalType", "precision", "scale"]
                };
            }
            false
        }
        _ => false,
    };
    if valid { &["logicalType"] } else { &[] }
}

/// A default in the form that Java gives it after reading it as a value of its type.
fn canonical_default(schema: &Schema, value: &Json, of: Option<NodeId>) -> Json {
    let kind = of.map(|id| schema.kind(id));
    if let Some(Kind::Union(branches)) = kind {
        return canonical_default(schema, value, branches.first().copied());
    }
    match (kind, value) {
        (Some(Kind::Primitive(Primitive::Float)), Json::Int(_) | Json::Double(_)) => as_float(value),
        (Some(Kind::Primitive(Primitive::Double)), Json::Int(digits)) => {
            digits.parse().map_or_else(|_| value.clone(), Json::Double)
        }
        (Some(Kind::Array(items)), Json::Array(elements)) => Json::Array(
            elements
                .iter()
                .map(|element| canonical_default(schema, element, Some(*items)))
                .collect(),
        ),
        (Some(Kind::Map(values)), Json::Object(entries)) => {
            let entries = entries
                .iter()
                .map(|(k, v)| (k.clone(), canonical_default(schema, v, Some(*values))));
            Json::Object(entries.collect()).sorted()
        }
        (Some(Kind::Record(record)), Json::Object(entries)) => {
            let field = |name: &str| {
                record
                    .fields
                    .iter()
                    .find(|field| field.name == name)
                    .map(|field| field.schema)
            };
            let entries = entries
                .iter()
                .map(|(k, v)| (k.clone(), canonical_default(schema, v, field(k))));
            Json::Object(entries.collect()).sorted()
        }
        _ => value.sorted(),
    }
}

/// The number as Java prints it after narrowing it to 32 bits.
fn as_float(value: &Json) -> Json {
    let narrow = match value {
        Json::Int(digits) => digits.parse::<f32>().ok(),
        Json::Double(number) => Some(*number as f32),
        _ => None,
    };
    match narrow {
        Some(number) if number.is_finite() => number.to_string().parse().map_or_else(|_| value.clone(), Json::Double),
        _ => value.clone(),
    }
}
