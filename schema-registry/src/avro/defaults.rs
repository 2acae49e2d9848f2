//! Does a default fit the type of its field? The rules of Java's `Schema.isValidDefault` (Avro 1.12: any branch of a union).

use std::cell::Cell;
use std::collections::HashSet;

use super::json::Json;
use super::model::{Kind, Node, NodeId, Primitive};

/// Steps that all defaults of one parse may take: defaults of records can refer to defaults of records, which multiplies.
const MAX_STEPS: u32 = 1_000_000;
/// Deepest chain of such defaults; far above what [`MAX_DEPTH`](super::json::MAX_DEPTH) lets a text nest.
const MAX_CHAIN: u32 = 500;

/// Why the question has no answer.
#[derive(Debug)]
pub(super) enum Unknown {
    /// An object would have to be a record whose fields are not read yet; Java refuses such a default.
    OpenRecord,
    /// The bound on steps or depth was reached.
    TooComplex,
}

/// Steps taken so far.
#[derive(Debug, Default)]
pub(super) struct Steps(Cell<u32>);

/// Whether `default` is a value of the type. `open` are the records whose fields are not read yet.
pub(super) fn fits(
    nodes: &[Node],
    open: &HashSet<NodeId>,
    steps: &Steps,
    schema: NodeId,
    default: &Json,
) -> Result<bool, Unknown> {
    Check { nodes, open, steps }.fits(schema, Some(default), 0)
}

struct Check<'a> {
    nodes: &'a [Node],
    open: &'a HashSet<NodeId>,
    steps: &'a Steps,
}

impl Check<'_> {
    fn fits(&self, schema: NodeId, value: Option<&Json>, depth: u32) -> Result<bool, Unknown> {
        let steps = self.steps.0.get() + 1;
        self.steps.0.set(steps);
        if steps > MAX_STEPS || depth > MAX_CHAIN {
            return Err(Unknown::TooComplex);
        }
        let (Some(value), Some(node)) = (value, self.nodes.get(schema.0)) else {
            return Ok(false);
        };
        match &node.kind {
            Kind::Primitive(primitive) => Ok(primitive_fits(*primitive, value)),
            Kind::Enum(_) | Kind::Fixed(_) => Ok(value.as_str().is_some()),
            Kind::Array(items) => match value {
                Json::Array(elements) => self.all(elements.iter().map(|element| (*items, Some(element))), depth),
                _ => Ok(false),
            },
            Kind::Map(values) => match value {
                Json::Object(entries) => self.all(entries.values().map(|entry| (*values, Some(entry))), depth),
                _ => Ok(false),
            },
            Kind::Union(branches) => {
                for branch in branches {
                    if self.fits(*branch, Some(value), depth + 1)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Kind::Record(record) => match value {
                Json::Object(_) if self.open.contains(&schema) => Err(Unknown::OpenRecord),
                Json::Object(entries) => {
                    let fields = record.fields.iter();
                    self.all(
                        fields.map(|f| (f.schema, entries.get(&f.name).or(f.default.as_ref()))),
                        depth,
                    )
                }
                _ => Ok(false),
            },
        }
    }

    fn all<'v>(&self, parts: impl Iterator<Item = (NodeId, Option<&'v Json>)>, depth: u32) -> Result<bool, Unknown> {
        for (schema, value) in parts {
            if !self.fits(schema, value, depth + 1)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn primitive_fits(primitive: Primitive, value: &Json) -> bool {
    match (primitive, value) {
        (Primitive::Int, Json::Int(digits)) => digits.parse::<i32>().is_ok(),
        (Primitive::Long, Json::Int(digits)) => digits.parse::<i64>().is_ok(),
        (Primitive::Float | Primitive::Double, Json::Int(_) | Json::Double(_))
        | (Primitive::String | Primitive::Bytes, Json::String(_))
        | (Primitive::Boolean, Json::Bool(_))
        | (Primitive::Null, Json::Null) => true,
        _ => false,
    }
}
