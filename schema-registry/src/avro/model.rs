//! The parsed Avro schema: an arena of nodes, since named types may refer to each other in circles.

use std::collections::BTreeSet;

use indexmap::{IndexMap, IndexSet};

use super::json::Json;

/// Index of a node of one [`Schema`]; meaningless in another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) usize);

/// Extra attributes (anything that Avro does not reserve), in the order written.
pub type Props = IndexMap<String, Json>;

/// A parsed schema. Made by [`parse`](super::parse()) only, so every reference inside it is resolved.
#[derive(Debug, Clone)]
pub struct Schema {
    pub(super) nodes: Vec<Node>,
    pub(super) root: NodeId,
    /// Full names that come from schema references: printed as names, never inlined.
    pub(super) referenced: BTreeSet<String>,
}

/// One type with its extra attributes.
#[derive(Debug, Clone)]
pub struct Node {
    /// The type.
    pub kind: Kind,
    /// Extra attributes; always empty on unions.
    pub props: Props,
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A type without parts.
    Primitive(Primitive),
    /// A record or an error.
    Record(Record),
    /// An enum.
    Enum(Enum),
    /// A fixed.
    Fixed(Fixed),
    /// An array of items.
    Array(NodeId),
    /// A map from strings to values.
    Map(NodeId),
    /// A union of branches.
    Union(Vec<NodeId>),
}

/// The eight primitive types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Primitive {
    /// `null`
    Null,
    /// `boolean`
    Boolean,
    /// `int`
    Int,
    /// `long`
    Long,
    /// `float`
    Float,
    /// `double`
    Double,
    /// `bytes`
    Bytes,
    /// `string`
    String,
}

/// Name, documentation and aliases of a named type.
#[derive(Debug, Clone)]
pub struct Named {
    /// The name.
    pub name: Name,
    /// The `doc` attribute.
    pub doc: Option<String>,
    /// Other names that a reader accepts, with the namespace filled in.
    pub aliases: IndexSet<Name>,
}

/// A record type.
#[derive(Debug, Clone)]
pub struct Record {
    /// Name, doc, aliases.
    pub named: Named,
    /// Declared with type `error`.
    pub error: bool,
    /// Fields in order.
    pub fields: Vec<Field>,
}

/// An enum type.
#[derive(Debug, Clone)]
pub struct Enum {
    /// Name, doc, aliases.
    pub named: Named,
    /// Symbols in order.
    pub symbols: Vec<String>,
    /// The symbol that a reader takes for an unknown one; always one of the symbols.
    pub default: Option<String>,
}

/// A fixed type.
#[derive(Debug, Clone)]
pub struct Fixed {
    /// Name, doc, aliases.
    pub named: Named,
    /// Size in bytes, not negative.
    pub size: i32,
}

/// A field of a record.
#[derive(Debug, Clone)]
pub struct Field {
    /// Field name.
    pub name: String,
    /// Its type.
    pub schema: NodeId,
    /// The `doc` attribute.
    pub doc: Option<String>,
    /// The default as written (a JSON `null` is a default too).
    pub default: Option<Json>,
    /// Sort order.
    pub order: Order,
    /// Other names that a reader accepts for this field.
    pub aliases: IndexSet<String>,
    /// Extra attributes.
    pub props: Props,
}

/// How values of a field sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `ascending`, the default; not printed.
    Ascending,
    /// `descending`
    Descending,
    /// `ignore`
    Ignore,
}

/// A full name: namespace and simple name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    full: String,
}

impl Schema {
    /// The outermost type.
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// The node with this id.
    #[expect(
        clippy::indexing_slicing,
        reason = "ids are handed out by the parser for nodes that are never removed"
    )]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// The type with this id.
    pub fn kind(&self, id: NodeId) -> &Kind {
        &self.node(id).kind
    }

    /// Full name of the outermost type if it is a named one.
    pub fn name(&self) -> Option<&str> {
        self.kind(self.root).named().map(|named| named.name.full())
    }
}

impl Kind {
    /// Name, doc and aliases of a record, enum or fixed.
    pub fn named(&self) -> Option<&Named> {
        match self {
            Kind::Record(record) => Some(&record.named),
            Kind::Enum(symbols) => Some(&symbols.named),
            Kind::Fixed(fixed) => Some(&fixed.named),
            Kind::Primitive(_) | Kind::Array(_) | Kind::Map(_) | Kind::Union(_) => None,
        }
    }

    /// The word for the type in a schema text.
    pub fn type_name(&self) -> &'static str {
        match self {
            Kind::Primitive(primitive) => primitive.name(),
            Kind::Record(_) => "record",
            Kind::Enum(_) => "enum",
            Kind::Fixed(_) => "fixed",
            Kind::Array(_) => "array",
            Kind::Map(_) => "map",
            Kind::Union(_) => "union",
        }
    }
}

impl Primitive {
    /// The type of this name.
    pub fn by_name(name: &str) -> Option<Primitive> {
        Some(match name {
            "null" => Primitive::Null,
            "boolean" => Primitive::Boolean,
            "int" => Primitive::Int,
            "long" => Primitive::Long,
            "float" => Primitive::Float,
            "double" => Primitive::Double,
            "bytes" => Primitive::Bytes,
            "string" => Primitive::String,
            _ => return None,
        })
    }

    /// The name in a schema text.
    pub fn name(self) -> &'static str {
        match self {
            Primitive::Null => "null",
            Primitive::Boolean => "boolean",
            Primitive::Int => "int",
            Primitive::Long => "long",
            Primitive::Float => "float",
            Primitive::Double => "double",
            Primitive::Bytes => "bytes",
            Primitive::String => "string",
        }
    }
}

impl Order {
    /// The word in a schema text.
    pub fn name(self) -> &'static str {
        match self {
            Order::Ascending => "ascending",
            Order::Descending => "descending",
            Order::Ignore => "ignore",
        }
    }
}

impl Name {
    /// A name as written: a dot in `name` overrides `space`; an empty namespace is none (Java's `Schema.Name`).
    pub fn new(name: &str, space: Option<&str>) -> Name {
        let (space, simple) = match name.rsplit_once('.') {
            Some((space, simple)) => (Some(space), simple),
            None => (space, name),
        };
        match space {
            Some(space) if !space.is_empty() => Name {
                full: format!("{space}.{simple}"),
            },
            _ => Name {
                full: simple.to_owned(),
            },
        }
    }

    /// Namespace and name with a dot between them.
    pub fn full(&self) -> &str {
        &self.full
    }

    /// The name without its namespace.
    pub fn simple(&self) -> &str {
        self.full
            .rsplit_once('.')
            .map_or(self.full.as_str(), |(_, simple)| simple)
    }

    /// The namespace, never empty.
    pub fn space(&self) -> Option<&str> {
        self.full.rsplit_once('.').map(|(space, _)| space)
    }

    /// How the name is written where `default_space` is the namespace: without its namespace if that says the same and
    /// the simple name is not a word for a type.
    pub fn relative_to(&self, default_space: Option<&str>) -> &str {
        let is_type_word = Primitive::by_name(self.simple()).is_some()
            || matches!(self.simple(), "record" | "enum" | "array" | "map" | "union" | "fixed");
        if self.space().is_some() && self.space() == default_space && !is_type_word {
            self.simple()
        } else {
            &self.full
        }
    }
}
