//! [`Schema`] to text, as Java's `Schema.toString` (Avro 1.12) writes it: fixed order of attributes, each named type in full
//! where it first appears and by name after that, names as short as the namespace allows, no white space.

use std::collections::HashSet;

use super::json::{Json, java_order, write_string};
use super::model::{Kind, Named, NodeId, Order, Props, Schema};

/// The canonical text: what is stored, hashed and served. Types from references appear by name only.
pub fn canonical(schema: &Schema) -> String {
    print(schema, schema.referenced.iter().map(String::as_str).collect(), false).0
}

/// The text with the types from references written out (`format=resolved`).
pub fn resolved(schema: &Schema) -> String {
    print(schema, HashSet::new(), false).0
}

/// A text that is equal for two schemas exactly if they mean the same: references written out, attributes sorted.
/// Two schemas that differ only in how they are split into references have one id (`AvroSchema.equivalent`).
pub fn equivalence_key(schema: &Schema) -> String {
    print(schema, HashSet::new(), true).0
}

/// Nesting of arrays and objects in the fully written out text.
pub(super) fn depth(schema: &Schema) -> usize {
    print(schema, HashSet::new(), false).1
}

fn print<'a>(schema: &'a Schema, known: HashSet<&'a str>, sort: bool) -> (String, usize) {
    let mut printer = Printer {
        schema,
        known,
        sort,
        out: String::new(),
        depth: 0,
        deepest: 0,
    };
    printer.schema(schema.root(), None);
    (printer.out, printer.deepest)
}

struct Printer<'a> {
    schema: &'a Schema,
    known: HashSet<&'a str>,
    sort: bool,
    out: String,
    depth: usize,
    deepest: usize,
}

/// A printer stops writing below this depth; the parser refuses such schemas, so their text is never used.
const STOP: usize = super::json::MAX_DEPTH + 1;

impl<'a> Printer<'a> {
    fn open(&mut self, bracket: char) {
        self.out.push(bracket);
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
    }

    fn close(&mut self, bracket: char) {
        self.out.push(bracket);
        self.depth -= 1;
    }

    /// The key of the next member, with the comma before it.
    fn key(&mut self, key: &str) {
        if !self.out.ends_with('{') {
            self.out.push(',');
        }
        write_string(key, &mut self.out);
        self.out.push(':');
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        write_string(value, &mut self.out);
    }

    fn schema(&mut self, id: NodeId, space: Option<&str>) {
        if self.depth >= STOP {
            return;
        }
        let node = self.schema.node(id);
        if let Some(named) = node.kind.named()
            && !self.known.insert(named.name.full())
        {
            write_string(named.name.relative_to(space), &mut self.out);
            return;
        }
        match &node.kind {
            Kind::Primitive(primitive) if node.props.is_empty() => write_string(primitive.name(), &mut self.out),
            Kind::Primitive(primitive) => {
                self.open('{');
                self.text("type", primitive.name());
                self.props(&node.props);
                self.close('}');
            }
            Kind::Union(branches) => {
                self.open('[');
                for (i, branch) in branches.iter().enumerate() {
                    if i > 0 {
                        self.out.push(',');
                    }
                    self.schema(*branch, space);
                }
                self.close(']');
            }
            Kind::Array(child) | Kind::Map(child) => {
                self.open('{');
                self.text("type", node.kind.type_name());
                self.key(if matches!(node.kind, Kind::Array(_)) {
                    "items"
                } else {
                    "values"
                });
                self.schema(*child, space);
                self.props(&node.props);
                self.close('}');
            }
            Kind::Enum(symbols) => {
                self.open('{');
                self.head("enum", &symbols.named, space);
                self.key("symbols");
                self.strings(symbols.symbols.iter().map(String::as_str));
                if let Some(default) = &symbols.default {
                    self.text("default", default);
                }
                self.tail(&symbols.named, &node.props);
            }
            Kind::Fixed(fixed) => {
                self.open('{');
                self.head("fixed", &fixed.named, space);
                self.key("size");
                self.out.push_str(&fixed.size.to_string());
                self.tail(&fixed.named, &node.props);
            }
            Kind::Record(record) => {
                self.open('{');
                // An error is equal to a record of the same parts.
                self.head(
                    if record.error && !self.sort { "error" } else { "record" },
                    &record.named,
                    space,
                );
                self.key("fields");
                self.open('[');
                for (i, field) in record.fields.iter().enumerate() {
                    if i > 0 {
                        self.out.push(',');
                    }
                    self.open('{');
                    self.text("name", &field.name);
                    self.key("type");
                    self.schema(field.schema, record.named.name.space());
                    if let Some(doc) = &field.doc {
                        self.text("doc", doc);
                    }
                    if let Some(default) = &field.default {
                        self.key("default");
                        self.json(default);
                    }
                    if field.order != Order::Ascending {
                        self.text("order", field.order.name());
                    }
                    if !field.aliases.is_empty() {
                        self.aliases(field.aliases.iter().map(String::as_str).collect());
                    }
                    self.props(&field.props);
                    self.close('}');
                }
                self.close(']');
                self.tail(&record.named, &node.props);
            }
        }
    }

    fn head(&mut self, word: &str, named: &'a Named, space: Option<&str>) {
        self.text("type", word);
        self.text("name", named.name.simple());
        match named.name.space() {
            Some(own) if Some(own) != space => self.text("namespace", own),
            None if space.is_some() => self.text("namespace", ""),
            _ => {}
        }
        if let Some(doc) = &named.doc {
            self.text("doc", doc);
        }
    }

    fn tail(&mut self, named: &Named, props: &Props) {
        self.props(props);
        if !named.aliases.is_empty() {
            self.aliases(
                named
                    .aliases
                    .iter()
                    .map(|alias| alias.relative_to(named.name.space()))
                    .collect(),
            );
        }
        self.close('}');
    }

    fn aliases(&mut self, mut aliases: Vec<&str>) {
        if self.sort {
            aliases.sort_by(|a, b| java_order(a, b));
        }
        self.key("aliases");
        self.strings(aliases.into_iter());
    }

    fn strings<'s>(&mut self, items: impl Iterator<Item = &'s str>) {
        self.out.push('[');
        for (i, item) in items.enumerate() {
            if i > 0 {
                self.out.push(',');
            }
            write_string(item, &mut self.out);
        }
        self.out.push(']');
    }

    fn props(&mut self, props: &Props) {
        let mut entries: Vec<_> = props.iter().collect();
        if self.sort {
            entries.sort_by(|(a, _), (b, _)| java_order(a, b));
        }
        for (key, value) in entries {
            self.key(key);
            self.json(value);
        }
    }

    fn json(&mut self, value: &Json) {
        self.deepest = self.deepest.max(self.depth + value.depth());
        if self.sort {
            value.sorted().write(&mut self.out)
        } else {
            value.write(&mut self.out)
        }
    }
}
