//! Names: Kafka's camel case to Rust's snake case.

/// `IsKRaftController` → `is_kraft_controller`, as Kafka's own generator does for its schemas.
pub fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut previous_upper = true;
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            if !previous_upper {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
            previous_upper = true;
        } else {
            out.push(c);
            previous_upper = false;
        }
    }
    out
}

/// A field name that is no Rust keyword.
pub fn field(name: &str) -> String {
    let name = snake(name);
    match name.as_str() {
        "type" | "match" | "ref" | "use" | "where" | "move" | "final" => format!("r#{name}"),
        _ => name,
    }
}

/// The name as Kafka's classes have it: first letter small.
pub fn camel(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_ascii_lowercase().to_string() + chars.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_kafka() {
        assert_eq!(snake("IsKRaftController"), "is_kraft_controller");
        assert_eq!(snake("topicID"), "topic_id");
        assert_eq!(field("Type"), "r#type");
        assert_eq!(camel("ThrottleTimeMs"), "throttleTimeMs");
    }
}
