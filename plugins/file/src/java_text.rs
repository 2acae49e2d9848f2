//! Values as Java's `toString` prints them: what Kafka's FileStreamSink writes.

use weir_connect_sdk::Value;

/// `Struct{a=1,b=x}`, `{k=v}`, `[1, 2]`, `null`.
pub fn java_text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Float32(v) => float(v.to_string(), v.fract() == 0.0),
        Value::Float64(v) => float(v.to_string(), v.fract() == 0.0),
        Value::Array(items) => format!("[{}]", items.iter().map(java_text).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(k, v)| format!("{}={}", java_text(k), java_text(v)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Struct(inner) => {
            let fields = inner
                .schema()
                .fields()
                .iter()
                .zip(inner.values())
                .filter(|(_, value)| !value.is_null());
            let fields: Vec<String> = fields
                .map(|(field, value)| format!("{}={}", field.name, java_text(value)))
                .collect();
            format!("Struct{{{}}}", fields.join(","))
        }
        other => other.to_text(),
    }
}

fn float(text: String, whole: bool) -> String {
    if whole { format!("{text}.0") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_connect_sdk::{Schema, Struct};

    #[test]
    fn as_java() {
        let schema = Schema::structure()
            .field("a", Schema::int32())
            .field("b", Schema::optional_string())
            .build();
        let value = Struct::new(&schema).unwrap().with("a", 1).unwrap();
        assert_eq!(java_text(&value.into()), "Struct{a=1}");
        assert_eq!(
            java_text(&Value::Map(vec![("k".into(), 1.5.into()), ("l".into(), 2.0.into())])),
            "{k=1.5, l=2.0}"
        );
        assert_eq!(java_text(&Value::Array(vec![Value::Null, true.into()])), "[null, true]");
    }
}
