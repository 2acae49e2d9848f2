//! Random values of a schema. The same state gives the same values.

use weir_connect_sdk::data::Type;
use weir_connect_sdk::{Result, Schema, Struct, Value};

use crate::random::Random;
use crate::schema::{Node, Rule};

/// Makes one value after the other.
#[derive(Debug, Clone)]
pub struct Generator {
    root: Node,
    /// How many values were made before.
    pub made: u64,
    pub random: Random,
}

impl Generator {
    /// A generator that goes on after `made` values with this random state.
    pub fn new(root: Node, made: u64, random: Random) -> Self {
        Self { root, made, random }
    }

    /// The schema of the values.
    pub fn schema(&self) -> &Schema {
        &self.root.schema
    }

    /// The next value.
    ///
    /// # Errors
    /// The schema contradicts itself.
    pub fn generate(&mut self) -> Result<Value> {
        let root = self.root.clone();
        let value = self.value(&root)?;
        self.made += 1;
        Ok(value)
    }

    fn value(&mut self, node: &Node) -> Result<Value> {
        let kind = node.schema.kind();
        Ok(match &node.rule {
            Rule::Options(options) => options
                .get(self.random.below(options.len()))
                .cloned()
                .unwrap_or(Value::Null),
            Rule::Range(low, high) => self.between(kind, *low, *high),
            Rule::Iteration {
                start,
                step,
                restart,
                initial,
            } => {
                let made = self.made as f64;
                number(kind, iterated(*start, *step, *restart, *initial, made))
            }
            Rule::Pattern(pattern) => pattern.generate(&mut self.random).into(),
            Rule::Any { length } => self.any(kind, *length),
            Rule::Record(fields) => {
                let mut record = Struct::new(&node.schema)?;
                for (name, field) in fields {
                    record.put(name, self.value(field)?)?;
                }
                record.into()
            }
            Rule::Array(item, (low, high)) => {
                let length = self.random.range(*low, *high);
                Value::Array((0..length).map(|_| self.value(item)).collect::<Result<_>>()?)
            }
            Rule::Optional(inner) => match self.random.range(0, 10) {
                0 => Value::Null,
                _ => self.optional(inner)?,
            },
        })
    }

    /// A value for an optional schema: a struct must carry that very schema.
    fn optional(&mut self, inner: &Node) -> Result<Value> {
        let optional = Node {
            schema: inner.schema.to_optional(),
            rule: inner.rule.clone(),
        };
        self.value(&optional)
    }

    fn between(&mut self, kind: Type, low: f64, high: f64) -> Value {
        match kind {
            Type::Int32 | Type::Int64 => number(kind, self.random.range(low as i64, high as i64) as f64),
            _ => number(kind, self.random.range_f64(low, high)),
        }
    }

    fn any(&mut self, kind: Type, length: (i64, i64)) -> Value {
        match kind {
            Type::Boolean => Value::Boolean(self.random.next_u64() & 1 == 1),
            Type::Int32 => Value::Int32(self.random.next_u64() as i32),
            Type::Int64 => Value::Int64(self.random.next_u64() as i64),
            Type::Float32 => Value::Float32(self.random.range_f64(0.0, 1.0) as f32),
            Type::Float64 => Value::Float64(self.random.range_f64(0.0, 1.0)),
            Type::Bytes => {
                let length = self.random.range(length.0, length.1);
                Value::Bytes((0..length).map(|_| self.random.next_u64() as u8).collect())
            }
            _ => {
                let length = self.random.range(length.0, length.1);
                let letter =
                    |random: &mut Random| char::from(b'a' + u8::try_from(random.below(26)).unwrap_or_default());
                Value::String((0..length).map(|_| letter(&mut self.random)).collect())
            }
        }
    }
}

/// The value of an iteration after `made` steps.
fn iterated(start: f64, step: f64, restart: Option<f64>, initial: f64, made: f64) -> f64 {
    let value = initial + step * made;
    match restart {
        Some(restart) if restart != start && step != 0.0 => {
            let period = ((restart - start) / step).ceil().max(1.0);
            let offset = ((initial - start) / step + made).rem_euclid(period);
            start + step * offset
        }
        _ => value,
    }
}

fn number(kind: Type, value: f64) -> Value {
    match kind {
        Type::Int32 => Value::Int32(value as i32),
        Type::Int64 => Value::Int64(value as i64),
        Type::Float32 => Value::Float32(value as f32),
        Type::Float64 => Value::Float64(value),
        _ => Value::String(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::parse;

    fn values(schema: &str, count: usize) -> Vec<Value> {
        let mut generator = Generator::new(parse(schema).unwrap(), 0, Random(1));
        (0..count).map(|_| generator.generate().unwrap()).collect()
    }

    #[test]
    fn iterations_restart() {
        let schema = r#"{"type":"long","arg.properties":{"iteration":{"start":1,"restart":4}}}"#;
        let numbers: Vec<_> = values(schema, 5).iter().filter_map(Value::as_i64).collect();
        assert_eq!(numbers, [1, 2, 3, 1, 2]);
        let schema = r#"{"type":"int","arg.properties":{"iteration":{"start":10,"step":5}}}"#;
        assert_eq!(values(schema, 3), [10.into(), 15.into(), 20.into()]);
    }

    #[test]
    fn everything_fits_its_schema() {
        let schema = r#"{"type":"record","name":"r","namespace":"n","fields":[
            {"name":"a","type":{"type":"int","arg.properties":{"range":{"min":-3,"max":3}}}},
            {"name":"b","type":["null",{"type":"record","name":"inner","fields":[{"name":"x","type":"double"}]}]},
            {"name":"c","type":{"type":"array","items":{"type":"string","arg.properties":{"length":2}},"arg.properties":{"length":{"min":2,"max":4}}}},
            {"name":"d","type":{"type":"enum","name":"e","symbols":["A","B"]}},
            {"name":"e","type":{"type":"string","arg.properties":{"options":["x","y"]}}},
            {"name":"f","type":"boolean"},{"name":"g","type":"bytes"},{"name":"h","type":"float"}]}"#;
        let node = parse(schema).unwrap();
        for value in values(schema, 100) {
            weir_connect_sdk::data::validate(&node.schema, &value, None).unwrap();
        }
        assert_eq!(node.schema.name(), Some("n.r"));
        assert_eq!(values(schema, 5), values(schema, 5), "reproducible");
    }

    #[test]
    fn bad_schemas_say_why() {
        for bad in [
            "",
            "1",
            r#"{"type":"nope"}"#,
            r#"["int","string"]"#,
            r#"{"type":"record","fields":[]}"#,
            r#"{"type":"array"}"#,
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        let deep = "{\"type\":".repeat(100) + "\"int\"" + &"}".repeat(100);
        assert!(parse(&deep).is_err());
    }
}
