//! Schema text to [`Schema`], with the rules of Java's `Schema.Parser` (Avro 1.12).
//!
//! A name may be used before its definition (1.12's `ParseContext`): it becomes a placeholder that is replaced once the
//! whole text is read. Extra attributes beside a name (`{"type": "Foo", "x": 1}`) are dropped, as in Java.

use std::collections::{BTreeSet, HashMap, HashSet};

use indexmap::{IndexMap, IndexSet};

use super::defaults::{self, Steps, Unknown};
use super::error::{SchemaError, shorten};
use super::json::{Json, MAX_DEPTH, java_parse_double};
use super::model::{Enum, Field, Fixed, Kind, Name, Named, Node, NodeId, Order, Primitive, Props, Record, Schema};
use super::names::{self, Strictness};
use super::print;

const NAMED_RESERVED: [&str; 10] = [
    "doc",
    "fields",
    "items",
    "name",
    "namespace",
    "size",
    "symbols",
    "values",
    "type",
    "aliases",
];
const FIELD_RESERVED: [&str; 6] = ["default", "doc", "name", "order", "type", "aliases"];

/// Parses a schema. `references` are the texts of the referenced schemas, each after those that it refers to itself.
///
/// Nesting is bounded by [`MAX_DEPTH`] levels of JSON, also of the canonical text.
pub fn parse(text: &str, references: &[&str], strictness: Strictness) -> Result<Schema, SchemaError> {
    let mut parser = Parser::new(strictness);
    let mut referenced = BTreeSet::new();
    for (i, reference) in references.iter().enumerate() {
        let root = parser.schema_text(reference).map_err(|source| SchemaError::Reference {
            number: i + 1,
            source: Box::new(source),
        })?;
        let root_node = parser.nodes.get(root.0).map(|node| &node.kind);
        referenced.extend(
            root_node
                .and_then(Kind::named)
                .map(|named| named.name.full().to_owned()),
        );
    }
    let root = parser.schema_text(text)?;
    let schema = Schema {
        nodes: parser.nodes,
        root,
        referenced,
    };
    if print::depth(&schema) > MAX_DEPTH {
        return Err(SchemaError::TooDeep);
    }
    Ok(schema)
}

struct Parser {
    nodes: Vec<Node>,
    strictness: Strictness,
    names: HashMap<String, NodeId>,
    /// Records whose fields are being read.
    open: HashSet<NodeId>,
    /// Placeholders of this text, each with its name and place of use.
    forward: IndexMap<NodeId, (String, String)>,
    default_steps: Steps,
    /// First node of the text that is being read.
    first: usize,
    /// JSON pointer to where the parser is.
    path: Vec<String>,
}

impl Parser {
    fn new(strictness: Strictness) -> Parser {
        Parser {
            nodes: Vec::new(),
            strictness,
            names: HashMap::new(),
            open: HashSet::new(),
            forward: IndexMap::new(),
            default_steps: Steps::default(),
            first: 0,
            path: Vec::new(),
        }
    }

    fn schema_text(&mut self, text: &str) -> Result<NodeId, SchemaError> {
        self.first = self.nodes.len();
        self.path.clear();
        let json = Json::parse(text)?;
        let root = self.schema(&json, None)?;
        self.resolve_forward(root)
    }

    fn at(&self) -> String {
        let mut pointer = String::from("#");
        for part in &self.path {
            pointer.push('/');
            pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
        }
        pointer
    }

    fn push(&mut self, kind: Kind, props: Props) -> NodeId {
        self.nodes.push(Node { kind, props });
        NodeId(self.nodes.len() - 1)
    }

    fn within<T>(
        &mut self,
        part: &str,
        read: impl FnOnce(&mut Self) -> Result<T, SchemaError>,
    ) -> Result<T, SchemaError> {
        self.path.push(part.to_owned());
        let result = read(self)?;
        self.path.pop();
        Ok(result)
    }

    fn schema(&mut self, json: &Json, space: Option<&str>) -> Result<NodeId, SchemaError> {
        match json {
            Json::String(name) => Ok(self.reference(name, space)),
            Json::Array(branches) => self.union(branches, space),
            Json::Object(members) => self.object(json, members, space),
            Json::Null | Json::Bool(_) | Json::Int(_) | Json::Double(_) => Err(SchemaError::NotASchema {
                at: self.at(),
                found: shorten(&json.print()),
            }),
        }
    }

    fn object(
        &mut self,
        json: &Json,
        members: &IndexMap<String, Json>,
        space: Option<&str>,
    ) -> Result<NodeId, SchemaError> {
        let word = json
            .get("type")
            .and_then(Json::as_str)
            .ok_or_else(|| self.missing("type", "a string"))?;
        if let Some(primitive) = Primitive::by_name(word) {
            return Ok(self.push(Kind::Primitive(primitive), props(members, &NAMED_RESERVED)));
        }
        match word {
            "record" | "error" => self.record(json, members, space, word == "error"),
            "enum" => self.enumeration(json, members, space),
            "fixed" => self.fixed(json, members, space),
            "array" | "map" => self.container(json, members, space, word == "map"),
            name => Ok(self.reference(name, space)),
        }
    }

    fn container(
        &mut self,
        json: &Json,
        members: &IndexMap<String, Json>,
        space: Option<&str>,
        map: bool,
    ) -> Result<NodeId, SchemaError> {
        let part = if map { "values" } else { "items" };
        let written = json.get(part).ok_or_else(|| self.missing(part, "a schema"))?;
        let child = self.within(part, |parser| parser.schema(written, space))?;
        let kind = if map { Kind::Map(child) } else { Kind::Array(child) };
        Ok(self.push(kind, props(members, &NAMED_RESERVED)))
    }

    /// A type by name: in the current namespace first, then exactly as written (`ParseContext.find`).
    fn reference(&mut self, name: &str, space: Option<&str>) -> NodeId {
        if let Some(primitive) = Primitive::by_name(name) {
            return self.push(Kind::Primitive(primitive), Props::new());
        }
        let full = match space {
            Some(space) if !name.contains('.') => format!("{space}.{name}"),
            _ => name.to_owned(),
        };
        if let Some(known) = self.names.get(&full).or_else(|| self.names.get(name)) {
            return *known;
        }
        // Until it is resolved Java sees an empty record here, which matters for the check of defaults.
        let named = Named {
            name: Name::new("unresolved", None),
            doc: None,
            aliases: IndexSet::new(),
        };
        let placeholder = self.push(
            Kind::Record(Record {
                named,
                error: false,
                fields: Vec::new(),
            }),
            Props::new(),
        );
        self.forward.insert(placeholder, (full, self.at()));
        placeholder
    }

    fn union(&mut self, branches: &[Json], space: Option<&str>) -> Result<NodeId, SchemaError> {
        let mut ids = Vec::with_capacity(branches.len());
        for (i, branch) in branches.iter().enumerate() {
            ids.push(self.within(&i.to_string(), |parser| parser.schema(branch, space))?);
        }
        self.check_branches(&ids)?;
        Ok(self.push(Kind::Union(ids), Props::new()))
    }

    fn check_branches(&self, branches: &[NodeId]) -> Result<(), SchemaError> {
        let mut seen = HashSet::new();
        for branch in branches {
            let Some(node) = self.nodes.get(branch.0) else { continue };
            if matches!(node.kind, Kind::Union(_)) {
                return Err(SchemaError::NestedUnion { at: self.at() });
            }
            let name = node
                .kind
                .named()
                .map_or(node.kind.type_name(), |named| named.name.full());
            let placeholder = self.forward.contains_key(branch);
            if !placeholder && !seen.insert(name) {
                return Err(SchemaError::DuplicateBranch {
                    at: self.at(),
                    name: name.to_owned(),
                });
            }
        }
        Ok(())
    }

    fn record(
        &mut self,
        json: &Json,
        members: &IndexMap<String, Json>,
        space: Option<&str>,
        error: bool,
    ) -> Result<NodeId, SchemaError> {
        let named = self.named(json, space)?;
        let name = named.name.clone();
        let id = self.push(
            Kind::Record(Record {
                named,
                error,
                fields: Vec::new(),
            }),
            Props::new(),
        );
        self.open.insert(id);
        self.define(&name, id)?;
        let Some(Json::Array(written)) = json.get("fields") else {
            return Err(self.missing("fields", "an array"));
        };
        let mut seen = HashSet::new();
        let mut fields = Vec::with_capacity(written.len());
        for (i, field) in written.iter().enumerate() {
            self.path.push("fields".into());
            let field = self.within(&i.to_string(), |parser| parser.field(field, name.space()))?;
            self.path.pop();
            if !seen.insert(field.name.clone()) {
                let (record, field) = (name.full().to_owned(), field.name);
                return Err(SchemaError::DuplicateField {
                    at: self.at(),
                    record,
                    field,
                });
            }
            fields.push(field);
        }
        self.open.remove(&id);
        let aliases = self.type_aliases(json, &name)?;
        if let Some(node) = self.nodes.get_mut(id.0) {
            node.props = props(members, &NAMED_RESERVED);
            if let Kind::Record(record) = &mut node.kind {
                record.fields = fields;
                record.named.aliases = aliases;
            }
        }
        Ok(id)
    }

    fn field(&mut self, json: &Json, space: Option<&str>) -> Result<Field, SchemaError> {
        let name = json
            .get("name")
            .and_then(Json::as_str)
            .ok_or_else(|| self.missing("name", "a string"))?;
        let written = json.get("type").ok_or_else(|| self.missing("type", "a schema"))?;
        let schema = self.within("type", |parser| parser.schema(written, space))?;
        let order = match json.get("order") {
            None => Order::Ascending,
            Some(order) => order
                .as_str()
                .and_then(|word| {
                    [Order::Ascending, Order::Descending, Order::Ignore]
                        .into_iter()
                        .find(|order| order.name().eq_ignore_ascii_case(word))
                })
                .ok_or_else(|| self.missing("order", "one of ascending, descending, ignore"))?,
        };
        self.check_name("field name", name)?;
        let kind = self.nodes.get(schema.0).map(|node| &node.kind);
        let floating = matches!(kind, Some(Kind::Primitive(Primitive::Float | Primitive::Double)));
        let default = match json.get("default") {
            Some(Json::String(text)) if floating => {
                let number = java_parse_double(text);
                Some(Json::Double(
                    number.ok_or_else(|| self.bad_default(name, text, schema))?,
                ))
            }
            other => other.cloned(),
        };
        if let Some(default) = default.as_ref().filter(|_| self.strictness == Strictness::New) {
            self.check_default(name, default, schema)?;
        }
        let aliases = match json.get("aliases") {
            None => IndexSet::new(),
            Some(aliases) => self.strings("aliases", aliases)?.map(str::to_owned).collect(),
        };
        let Json::Object(members) = json else {
            return Err(self.missing("name", "a string"));
        };
        Ok(Field {
            name: name.to_owned(),
            schema,
            doc: json.get("doc").and_then(Json::as_str).map(str::to_owned),
            default,
            order,
            aliases,
            props: props(members, &FIELD_RESERVED),
        })
    }

    fn check_default(&self, field: &str, default: &Json, schema: NodeId) -> Result<(), SchemaError> {
        match defaults::fits(&self.nodes, &self.open, &self.default_steps, schema, default) {
            Ok(true) => Ok(()),
            Ok(false) | Err(Unknown::OpenRecord) => Err(self.bad_default(field, &default.print(), schema)),
            Err(Unknown::TooComplex) => Err(SchemaError::TooComplex),
        }
    }

    fn bad_default(&self, field: &str, default: &str, schema: NodeId) -> SchemaError {
        let expected = self.nodes.get(schema.0).map_or("value", |node| match &node.kind {
            Kind::Record(record) => record.named.name.full(),
            other => other.type_name(),
        });
        let (at, field) = (self.at(), field.to_owned());
        SchemaError::Default {
            at,
            field,
            default: shorten(default),
            expected: expected.to_owned(),
        }
    }

    fn enumeration(
        &mut self,
        json: &Json,
        members: &IndexMap<String, Json>,
        space: Option<&str>,
    ) -> Result<NodeId, SchemaError> {
        let mut named = self.named(json, space)?;
        let name = named.name.clone();
        let written = json
            .get("symbols")
            .ok_or_else(|| self.missing("symbols", "an array of strings"))?;
        let symbols: Vec<String> = self.strings("symbols", written)?.map(str::to_owned).collect();
        let mut seen = HashSet::new();
        for symbol in &symbols {
            self.check_name("symbol", symbol)?;
            if !seen.insert(symbol) {
                let (name, symbol) = (name.full().to_owned(), symbol.clone());
                return Err(SchemaError::DuplicateSymbol {
                    at: self.at(),
                    name,
                    symbol,
                });
            }
        }
        let default = json.get("default").and_then(Json::as_str).map(str::to_owned);
        if let Some(default) = default.as_ref().filter(|default| !symbols.contains(default)) {
            let (name, default) = (name.full().to_owned(), default.clone());
            return Err(SchemaError::EnumDefault {
                at: self.at(),
                name,
                default,
            });
        }
        named.aliases = self.type_aliases(json, &name)?;
        let id = self.push(
            Kind::Enum(Enum {
                named,
                symbols,
                default,
            }),
            Props::new(),
        );
        self.define(&name, id)?;
        self.set_props(id, props_but(members, "default"));
        Ok(id)
    }

    fn fixed(
        &mut self,
        json: &Json,
        members: &IndexMap<String, Json>,
        space: Option<&str>,
    ) -> Result<NodeId, SchemaError> {
        let mut named = self.named(json, space)?;
        let name = named.name.clone();
        let size = match json.get("size") {
            Some(Json::Int(digits)) => digits.parse::<i32>().ok(),
            _ => None,
        };
        let size = size.ok_or_else(|| self.missing("size", "an integer of 32 bits"))?;
        // The upper bound is Java's (`SystemLimitException`): the largest array of its virtual machine.
        if !(0..=i32::MAX - 8).contains(&size) {
            return Err(SchemaError::Size {
                at: self.at(),
                name: name.full().to_owned(),
                size,
            });
        }
        named.aliases = self.type_aliases(json, &name)?;
        let id = self.push(Kind::Fixed(Fixed { named, size }), Props::new());
        self.define(&name, id)?;
        self.set_props(id, props(members, &NAMED_RESERVED));
        Ok(id)
    }

    fn set_props(&mut self, id: NodeId, props: Props) {
        if let Some(node) = self.nodes.get_mut(id.0) {
            node.props = props;
        }
    }

    fn named(&mut self, json: &Json, space: Option<&str>) -> Result<Named, SchemaError> {
        let space = json.get("namespace").and_then(Json::as_str).or(space);
        let written = json
            .get("name")
            .and_then(Json::as_str)
            .ok_or_else(|| self.missing("name", "a string"))?;
        let name = Name::new(written, space);
        self.check_name("name", names::simple(written))?;
        if Primitive::by_name(name.full()).is_some() {
            return Err(SchemaError::NamedAfterPrimitive {
                at: self.at(),
                name: name.full().to_owned(),
            });
        }
        if let (Strictness::New, Some(space)) = (self.strictness, name.space()) {
            for part in space.split('.') {
                self.check_name("namespace part", part)?;
            }
        }
        let doc = json.get("doc").and_then(Json::as_str).map(str::to_owned);
        Ok(Named {
            name,
            doc,
            aliases: IndexSet::new(),
        })
    }

    /// Enters a name. A second definition is accepted where Java finds the two equal at that moment, before it has read
    /// the extra attributes of the second: a record inside its own fields, an equal enum or fixed without attributes.
    fn define(&mut self, name: &Name, id: NodeId) -> Result<(), SchemaError> {
        let Some(known) = self.names.get(name.full()).copied() else {
            self.names.insert(name.full().to_owned(), id);
            return Ok(());
        };
        let equal = match (self.nodes.get(known.0), self.nodes.get(id.0)) {
            (Some(first), Some(second)) => {
                first.props.is_empty()
                    && match (&first.kind, &second.kind) {
                        (Kind::Record(_), Kind::Record(_)) => self.open.contains(&known),
                        (Kind::Enum(first), Kind::Enum(second)) => first.symbols == second.symbols,
                        (Kind::Fixed(first), Kind::Fixed(second)) => first.size == second.size,
                        _ => false,
                    }
            }
            _ => false,
        };
        if equal {
            Ok(())
        } else {
            Err(SchemaError::Redefined {
                at: self.at(),
                name: name.full().to_owned(),
            })
        }
    }

    fn type_aliases(&self, json: &Json, name: &Name) -> Result<IndexSet<Name>, SchemaError> {
        let Some(aliases) = json.get("aliases") else {
            return Ok(IndexSet::new());
        };
        let mut names = IndexSet::new();
        for alias in self.strings("aliases", aliases)? {
            // Java leaves the names of stored schemas' aliases unchecked, like their namespaces.
            if self.strictness == Strictness::New {
                self.check_name("alias", names::simple(alias))?;
            }
            names.insert(Name::new(alias, name.space()));
        }
        Ok(names)
    }

    fn strings<'j>(
        &self,
        attribute: &'static str,
        json: &'j Json,
    ) -> Result<impl Iterator<Item = &'j str> + use<'j>, SchemaError> {
        match json {
            Json::Array(items) if items.iter().all(|item| item.as_str().is_some()) => {
                Ok(items.iter().filter_map(Json::as_str))
            }
            _ => Err(self.missing(attribute, "an array of strings")),
        }
    }

    fn check_name(&self, what: &'static str, name: &str) -> Result<(), SchemaError> {
        match names::invalid(name, self.strictness) {
            None => Ok(()),
            Some(reason) => Err(SchemaError::Name {
                at: self.at(),
                what,
                name: shorten(name),
                reason,
            }),
        }
    }

    fn missing(&self, attribute: &'static str, expected: &'static str) -> SchemaError {
        SchemaError::Attribute {
            at: self.at(),
            attribute,
            expected,
        }
    }

    /// Puts the definitions in the place of placeholders, then repeats the checks that could not see them.
    fn resolve_forward(&mut self, root: NodeId) -> Result<NodeId, SchemaError> {
        if self.forward.is_empty() {
            return Ok(root);
        }
        let mut target = HashMap::new();
        for (placeholder, (name, at)) in self.forward.drain(..) {
            let Some(known) = self.names.get(&name) else {
                return Err(SchemaError::Undefined { at, name });
            };
            target.insert(placeholder, *known);
        }
        let resolved = |id: &mut NodeId| {
            if let Some(known) = target.get(id) {
                *id = *known;
            }
        };
        for node in self.nodes.iter_mut().skip(self.first) {
            match &mut node.kind {
                Kind::Array(child) | Kind::Map(child) => resolved(child),
                Kind::Union(branches) => branches.iter_mut().for_each(resolved),
                Kind::Record(record) => record.fields.iter_mut().for_each(|field| resolved(&mut field.schema)),
                Kind::Primitive(_) | Kind::Enum(_) | Kind::Fixed(_) => {}
            }
        }
        for node in self.nodes.iter().skip(self.first) {
            match &node.kind {
                Kind::Union(branches) => self.check_branches(branches)?,
                Kind::Record(record) if self.strictness == Strictness::New => {
                    for field in &record.fields {
                        if let Some(default) = &field.default {
                            self.check_default(&field.name, default, field.schema)?;
                        }
                    }
                }
                _ => {}
            }
        }
        let mut root = root;
        resolved(&mut root);
        Ok(root)
    }
}

fn props(members: &IndexMap<String, Json>, reserved: &[&str]) -> Props {
    let extra = members.iter().filter(|(key, _)| !reserved.contains(&key.as_str()));
    extra.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The extra attributes of an enum, for which `default` is reserved too.
fn props_but(members: &IndexMap<String, Json>, also: &str) -> Props {
    let mut props = props(members, &NAMED_RESERVED);
    props.shift_remove(also);
    props
}
