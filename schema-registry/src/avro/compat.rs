//! Can data written with one schema be read with another? The rules of Java's `SchemaCompatibility` (Avro 1.12), with
//! every incompatibility listed, not only the first.
//!
//! Logical types, decimal precision, docs, field order and namespaces (but for aliases) play no role, as in Java.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::model::{Enum, Field, Fixed, Kind, Named, NodeId, Primitive, Record, Schema};

/// At most this many incompatibilities are listed: a type used twice by a type used twice … lists its own 2^n times.
pub const MAX_LISTED: usize = 10_000;
/// At most this many pairs of types are compared.
pub const MAX_PAIRS: usize = 250_000;
/// Deepest chain of pairs: types that refer to each other in two circles meet in as many pairs as both lengths multiply.
pub const MAX_PAIR_DEPTH: usize = 300;

/// What is wrong with a pair of schemas (Java's `SchemaIncompatibilityType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncompatibilityType {
    /// Named types have different names.
    NameMismatch,
    /// Fixed types have different sizes.
    FixedSizeMismatch,
    /// The writer's enum has symbols that the reader's lacks, and the reader's has no default.
    MissingEnumSymbols,
    /// The writer lacks a field that has no default in the reader.
    ReaderFieldMissingDefaultValue,
    /// Types that no promotion connects.
    TypeMismatch,
    /// The reader's union has no branch for the writer's type.
    MissingUnionBranch,
}

impl IncompatibilityType {
    /// Java's name of the constant, as it stands in messages.
    pub fn name(self) -> &'static str {
        match self {
            IncompatibilityType::NameMismatch => "NAME_MISMATCH",
            IncompatibilityType::FixedSizeMismatch => "FIXED_SIZE_MISMATCH",
            IncompatibilityType::MissingEnumSymbols => "MISSING_ENUM_SYMBOLS",
            IncompatibilityType::ReaderFieldMissingDefaultValue => "READER_FIELD_MISSING_DEFAULT_VALUE",
            IncompatibilityType::TypeMismatch => "TYPE_MISMATCH",
            IncompatibilityType::MissingUnionBranch => "MISSING_UNION_BRANCH",
        }
    }
}

/// One reason why a reader cannot read a writer's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incompatibility {
    /// The kind of reason.
    pub kind: IncompatibilityType,
    /// Java's message for it: a field name, a list of symbols, sizes, …
    pub message: String,
    /// JSON pointer into the reader's schema, for example `/fields/0/type/1`; `/` for the whole.
    pub location: String,
}

/// The check could not be completed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompatError {
    /// A reader's field and its aliases name more than one field of the writer.
    #[error("field \"{field}\" of the reader matches several fields of record \"{record}\" of the writer")]
    AmbiguousField {
        /// The reader's field.
        field: String,
        /// Full name of the writer's record.
        record: String,
    },
    /// [`MAX_PAIRS`] or [`MAX_PAIR_DEPTH`] was reached.
    #[error("the schemas are too entangled to compare")]
    TooComplex,
}

/// All reasons why `reader` may fail to read what `writer` wrote; none means compatible.
pub fn check(reader: &Schema, writer: &Schema) -> Result<Vec<Incompatibility>, CompatError> {
    let mut checker = Checker {
        reader,
        writer,
        memo: HashMap::new(),
        depth: 0,
    };
    let found = checker.pair("", reader.root(), writer.root(), &mut Vec::new())?;
    Ok(found.to_vec())
}

type Found = Rc<[Incompatibility]>;

struct Checker<'a> {
    reader: &'a Schema,
    writer: &'a Schema,
    /// Verdicts by pair; `None` while a pair is being compared, which counts as compatible.
    memo: HashMap<(NodeId, NodeId), Option<Found>>,
    depth: usize,
}

/// Where the walk is, from the root. The first part stands for the root itself and is not printed.
type Location = Vec<String>;

impl<'a> Checker<'a> {
    fn pair(
        &mut self,
        part: &str,
        reader: NodeId,
        writer: NodeId,
        location: &mut Location,
    ) -> Result<Found, CompatError> {
        match self.memo.get(&(reader, writer)) {
            Some(Some(found)) => return Ok(found.clone()),
            Some(None) => return Ok(Rc::default()),
            None => {}
        }
        if self.memo.len() >= MAX_PAIRS || self.depth >= MAX_PAIR_DEPTH {
            return Err(CompatError::TooComplex);
        }
        self.depth += 1;
        self.memo.insert((reader, writer), None);
        location.push(part.to_owned());
        let mut found = self.compare(reader, writer, location)?;
        location.pop();
        found.truncate(MAX_LISTED);
        let found: Found = found.into();
        self.memo.insert((reader, writer), Some(found.clone()));
        self.depth -= 1;
        Ok(found)
    }

    /// A verdict without a place: what is found inside a tried branch is not reported, and (as in Java) what the memo
    /// keeps of it has locations that start at that branch.
    fn readable(&mut self, reader: NodeId, writer: NodeId) -> Result<bool, CompatError> {
        Ok(self.pair("", reader, writer, &mut Vec::new())?.is_empty())
    }

    fn compare(
        &mut self,
        reader: NodeId,
        writer: NodeId,
        location: &mut Location,
    ) -> Result<Vec<Incompatibility>, CompatError> {
        let (schema_r, schema_w): (&'a Schema, &'a Schema) = (self.reader, self.writer);
        let mut found = Vec::new();
        match (schema_r.kind(reader), schema_w.kind(writer)) {
            (Kind::Array(reader), Kind::Array(writer)) => Ok(self.pair("items", *reader, *writer, location)?.to_vec()),
            (Kind::Map(reader), Kind::Map(writer)) => Ok(self.pair("values", *reader, *writer, location)?.to_vec()),
            (Kind::Fixed(reader), Kind::Fixed(writer)) => {
                names(&reader.named, &writer.named, location, &mut found);
                sizes(reader, writer, location, &mut found);
                Ok(found)
            }
            (Kind::Enum(reader), Kind::Enum(writer)) => {
                names(&reader.named, &writer.named, location, &mut found);
                symbols(reader, writer, location, &mut found);
                Ok(found)
            }
            (Kind::Record(r), Kind::Record(w)) => {
                names(&r.named, &w.named, location, &mut found);
                self.fields(r, w, writer, location, &mut found)?;
                Ok(found)
            }
            (Kind::Union(_), Kind::Union(branches)) => {
                for (i, branch) in branches.iter().enumerate() {
                    if !self.readable(reader, *branch)? {
                        location.push(i.to_string());
                        found.push(missing_branch(schema_w.kind(*branch), location));
                        location.pop();
                    }
                }
                Ok(found)
            }
            (_, Kind::Union(branches)) => {
                for (i, branch) in branches.iter().enumerate() {
                    let inner = self.pair(&i.to_string(), reader, *branch, location)?;
                    extend(&mut found, &inner);
                }
                Ok(found)
            }
            (Kind::Union(branches), other) => {
                for branch in branches {
                    if self.readable(*branch, writer)? {
                        return Ok(found);
                    }
                }
                found.push(missing_branch(other, location));
                Ok(found)
            }
            (Kind::Primitive(reader), Kind::Primitive(writer)) if promotes(*reader, *writer) => Ok(found),
            (reader, writer) => {
                let message = format!(
                    "reader type: {} not compatible with writer type: {}",
                    upper(reader),
                    upper(writer)
                );
                found.push(incompatible(IncompatibilityType::TypeMismatch, message, location));
                Ok(found)
            }
        }
    }

    fn fields(
        &mut self,
        reader: &'a Record,
        writer: &'a Record,
        writer_id: NodeId,
        location: &mut Location,
        found: &mut Vec<Incompatibility>,
    ) -> Result<(), CompatError> {
        let by_name: HashMap<&str, &Field> = writer.fields.iter().map(|field| (field.name.as_str(), field)).collect();
        location.push("fields".into());
        for (i, field) in reader.fields.iter().enumerate() {
            location.push(i.to_string());
            let names = std::iter::once(&field.name).chain(&field.aliases);
            let mut matches = names.filter_map(|name| by_name.get(name.as_str()));
            match (matches.next(), matches.next()) {
                (Some(_), Some(_)) => {
                    let (field, record) = (field.name.clone(), writer.named.name.full().to_owned());
                    return Err(CompatError::AmbiguousField { field, record });
                }
                (Some(written), None) => {
                    let inner = self.pair("type", field.schema, written.schema, location)?;
                    extend(found, &inner);
                }
                (None, _) if field.default.is_some() => {}
                // Java compares an absent enum field that has only an enum default with the whole record: a TYPE_MISMATCH.
                (None, _) if matches!(self.reader.kind(field.schema), Kind::Enum(e) if e.default.is_some()) => {
                    let inner = self.pair("type", field.schema, writer_id, location)?;
                    extend(found, &inner);
                }
                (None, _) => {
                    let kind = IncompatibilityType::ReaderFieldMissingDefaultValue;
                    found.push(incompatible(kind, field.name.clone(), location));
                }
            }
            location.pop();
        }
        location.pop();
        Ok(())
    }
}

fn extend(found: &mut Vec<Incompatibility>, more: &[Incompatibility]) {
    let room = MAX_LISTED.saturating_sub(found.len());
    found.extend(more.iter().take(room).cloned());
}

fn names(reader: &Named, writer: &Named, location: &mut Location, found: &mut Vec<Incompatibility>) {
    let same = reader.name.simple() == writer.name.simple();
    // Java calls an alias without a namespace ".Name" where the type itself has one, so that it equals no full name.
    let alias = reader
        .aliases
        .iter()
        .any(|alias| alias.full() == writer.name.full() && (alias.space().is_some() || reader.name.space().is_none()));
    if !same && !alias {
        location.push("name".into());
        let message = format!("expected: {}", writer.name.full());
        found.push(incompatible(IncompatibilityType::NameMismatch, message, location));
        location.pop();
    }
}

fn sizes(reader: &Fixed, writer: &Fixed, location: &mut Location, found: &mut Vec<Incompatibility>) {
    if reader.size != writer.size {
        location.push("size".into());
        let message = format!("expected: {}, found: {}", writer.size, reader.size);
        found.push(incompatible(IncompatibilityType::FixedSizeMismatch, message, location));
        location.pop();
    }
}

fn symbols(reader: &Enum, writer: &Enum, location: &mut Location, found: &mut Vec<Incompatibility>) {
    let known: BTreeSet<&str> = reader.symbols.iter().map(String::as_str).collect();
    let missing: BTreeSet<&str> = writer
        .symbols
        .iter()
        .map(String::as_str)
        .filter(|s| !known.contains(s))
        .collect();
    if !missing.is_empty() && reader.default.is_none() {
        location.push("symbols".into());
        let message = format!("[{}]", missing.into_iter().collect::<Vec<_>>().join(", "));
        found.push(incompatible(IncompatibilityType::MissingEnumSymbols, message, location));
        location.pop();
    }
}

fn promotes(reader: Primitive, writer: Primitive) -> bool {
    use Primitive::{Bytes, Double, Float, Int, Long, String};
    reader == writer
        || matches!(
            (reader, writer),
            (Long, Int) | (Float, Int | Long) | (Double, Int | Long | Float) | (Bytes, String) | (String, Bytes)
        )
}

fn missing_branch(writer: &Kind, location: &Location) -> Incompatibility {
    let message = format!("reader union lacking writer type: {}", upper(writer));
    incompatible(IncompatibilityType::MissingUnionBranch, message, location)
}

fn upper(kind: &Kind) -> String {
    kind.type_name().to_ascii_uppercase()
}

fn incompatible(kind: IncompatibilityType, message: String, location: &Location) -> Incompatibility {
    let parts: Vec<String> = location
        .iter()
        .skip(1)
        .map(|part| part.replace('~', "~0").replace('/', "~1"))
        .collect();
    Incompatibility {
        kind,
        message,
        location: format!("/{}", parts.join("/")),
    }
}
