//! Can data written with one schema be read with another? The rules of Java's `SchemaCompatibility` (Avro 1.12), with
//! every incompatibility listed, not only the first.
//!
//! Logical types, decimal precision, docs, field order and namespaces (but for aliases) play no role, as in Java.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::model::{Enum, Field, Kind, Named, NodeId, Primitive, Record, Schema};

/// At most this many incompatibilities are listed: a type used twice by a type used twice … lists its own 2^n times.
pub const MAX_LISTED: usize = 10_000;
/// At most this many pairs of types are compared.
pub const MAX_PAIRS: usize = 250_000;
/// At most this much is looked at: pairs again, fields, aliases, symbols.
const MAX_STEPS: usize = 5_000_000;
/// Letters of a name that are compared in one step.
const LETTERS_PER_STEP: usize = 64;
/// Findings that are kept of branches that were only tried; beyond them one for each pair, so that it stays incompatible.
const MAX_TRIED: usize = 100_000;
/// Bytes that the findings which are listed may have together.
const MAX_TEXT: usize = 16 << 20;
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
    /// [`MAX_PAIRS`], [`MAX_PAIR_DEPTH`] or the bound on steps was reached.
    #[error("the schemas are too entangled to compare")]
    TooComplex,
}

/// All reasons why `reader` may fail to read what `writer` wrote; none means compatible.
pub fn check(reader: &Schema, writer: &Schema) -> Result<Vec<Incompatibility>, CompatError> {
    let mut checker = Checker::new(reader, writer);
    let found = checker.pair(reader.root(), writer.root(), Place::default)?;
    Ok(checker.list(&found))
}

/// What is wrong with a pair: its own findings and those of the pairs inside it, in order. None means compatible.
type Found = Rc<[Part]>;

enum Part {
    Own(Finding),
    Inner(Found),
}

/// A finding that is not put into words yet: most of them never are.
struct Finding {
    reason: Reason,
    reader: NodeId,
    writer: NodeId,
    place: Place,
}

#[derive(Clone, Copy)]
enum Reason {
    Name,
    Size,
    Symbols,
    /// The reader's field with this index.
    Field(usize),
    Type,
    Branch,
}

struct Checker<'a> {
    reader: &'a Schema,
    writer: &'a Schema,
    /// Verdicts by pair; `None` while a pair is being compared, which counts as compatible.
    memo: HashMap<(NodeId, NodeId), Option<Found>>,
    /// Fields by name of the writer's records.
    fields: HashMap<NodeId, Rc<HashMap<&'a str, &'a Field>>>,
    depth: usize,
    steps: usize,
    /// Whether a branch is being tried whose findings will not be told.
    trying: bool,
    /// Findings of tried branches, and others.
    tried: usize,
    told: usize,
}

/// Where the walk is, from the root or from the branch that is tried.
#[derive(Clone, Default)]
struct Place(Option<Rc<Step>>);

struct Step {
    part: Word,
    before: Place,
}

#[derive(Clone, Copy)]
enum Word {
    Word(&'static str),
    Index(usize),
}

impl Place {
    fn then(&self, part: Word) -> Place {
        let before = self.clone();
        Place(Some(Rc::new(Step { part, before })))
    }

    fn word(&self, part: &'static str) -> Place {
        self.then(Word::Word(part))
    }

    fn index(&self, part: usize) -> Place {
        self.then(Word::Index(part))
    }

    /// As a JSON pointer. No part has a character that would have to be escaped.
    fn pointer(&self) -> String {
        let mut parts = Vec::new();
        let mut place = self;
        while let Some(step) = &place.0 {
            parts.push(match step.part {
                Word::Word(part) => part.to_owned(),
                Word::Index(part) => part.to_string(),
            });
            place = &step.before;
        }
        parts.reverse();
        format!("/{}", parts.join("/"))
    }
}

/// The findings of the pair that is being compared.
struct Parts<'p> {
    reader: NodeId,
    writer: NodeId,
    place: &'p Place,
    found: Vec<Part>,
}

impl<'a> Checker<'a> {
    fn new(reader: &'a Schema, writer: &'a Schema) -> Checker<'a> {
        Checker {
            reader,
            writer,
            memo: HashMap::new(),
            fields: HashMap::new(),
            depth: 0,
            steps: 0,
            trying: false,
            tried: 0,
            told: 0,
        }
    }

    fn charge(&mut self, steps: usize) -> Result<(), CompatError> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MAX_STEPS {
            return Err(CompatError::TooComplex);
        }
        Ok(())
    }

    fn pair(&mut self, reader: NodeId, writer: NodeId, place: impl FnOnce() -> Place) -> Result<Found, CompatError> {
        self.charge(1)?;
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
        let mut parts = Parts {
            reader,
            writer,
            place: &place(),
            found: Vec::new(),
        };
        self.compare(&mut parts)?;
        let found: Found = parts.found.into();
        self.memo.insert((reader, writer), Some(found.clone()));
        self.depth -= 1;
        Ok(found)
    }

    /// A verdict without a place: what is found inside a tried branch is not reported, and (as in Java) what the memo
    /// keeps of it has locations that start at that branch.
    fn readable(&mut self, reader: NodeId, writer: NodeId) -> Result<bool, CompatError> {
        let trying = std::mem::replace(&mut self.trying, true);
        let found = self.pair(reader, writer, Place::default)?;
        self.trying = trying;
        Ok(found.is_empty())
    }

    /// Adds a finding, unless enough are kept: of those that will be told only the first [`MAX_LISTED`] are listed, and
    /// they are found in the order of the list.
    fn add(&mut self, parts: &mut Parts<'_>, reason: Reason, writer: NodeId, place: impl FnOnce() -> Place) {
        let (count, most) = if self.trying {
            (&mut self.tried, MAX_TRIED)
        } else {
            (&mut self.told, MAX_LISTED)
        };
        let place = if *count < most {
            *count += 1;
            place()
        } else if parts.found.is_empty() {
            Place::default()
        } else {
            return;
        };
        let reader = parts.reader;
        parts.found.push(Part::Own(Finding {
            reason,
            reader,
            writer,
            place,
        }));
    }

    fn compare(&mut self, parts: &mut Parts<'_>) -> Result<(), CompatError> {
        let (schema_r, schema_w): (&'a Schema, &'a Schema) = (self.reader, self.writer);
        let (reader, writer, place) = (parts.reader, parts.writer, parts.place);
        match (schema_r.kind(reader), schema_w.kind(writer)) {
            (Kind::Array(reader), Kind::Array(writer)) => {
                parts.inner(self.pair(*reader, *writer, || place.word("items"))?);
            }
            (Kind::Map(reader), Kind::Map(writer)) => {
                parts.inner(self.pair(*reader, *writer, || place.word("values"))?);
            }
            (Kind::Fixed(r), Kind::Fixed(w)) => {
                self.names(&r.named, &w.named, parts)?;
                if r.size != w.size {
                    self.add(parts, Reason::Size, writer, || place.word("size"));
                }
            }
            (Kind::Enum(r), Kind::Enum(w)) => {
                self.names(&r.named, &w.named, parts)?;
                self.charge(r.symbols.len().saturating_add(w.symbols.len()))?;
                if r.default.is_none() && !missing_symbols(r, w).is_empty() {
                    self.add(parts, Reason::Symbols, writer, || place.word("symbols"));
                }
            }
            (Kind::Record(r), Kind::Record(w)) => {
                self.names(&r.named, &w.named, parts)?;
                self.fields(r, w, parts)?;
            }
            (Kind::Union(_), Kind::Union(branches)) => {
                for (i, branch) in branches.iter().enumerate() {
                    if !self.readable(reader, *branch)? {
                        self.add(parts, Reason::Branch, *branch, || place.index(i));
                    }
                }
            }
            (_, Kind::Union(branches)) => {
                for (i, branch) in branches.iter().enumerate() {
                    parts.inner(self.pair(reader, *branch, || place.index(i))?);
                }
            }
            (Kind::Union(branches), _) => {
                for branch in branches {
                    if self.readable(*branch, writer)? {
                        return Ok(());
                    }
                }
                self.add(parts, Reason::Branch, writer, || place.clone());
            }
            (Kind::Primitive(reader), Kind::Primitive(writer)) if promotes(*reader, *writer) => {}
            _ => self.add(parts, Reason::Type, writer, || place.clone()),
        }
        Ok(())
    }

    fn names(&mut self, reader: &Named, writer: &Named, parts: &mut Parts<'_>) -> Result<(), CompatError> {
        self.charge(reader.aliases.len())?;
        let same = reader.name.simple() == writer.name.simple();
        // Java calls an alias without a namespace ".Name" where the type itself has one, so that it equals no full name.
        let alias = reader.aliases.iter().any(|alias| {
            alias.full() == writer.name.full() && (alias.space().is_some() || reader.name.space().is_none())
        });
        if !same && !alias {
            let (id, place) = (parts.writer, parts.place);
            self.add(parts, Reason::Name, id, || place.word("name"));
        }
        Ok(())
    }

    fn fields_of(&mut self, id: NodeId, record: &'a Record) -> Rc<HashMap<&'a str, &'a Field>> {
        let by_name = || record.fields.iter().map(|field| (field.name.as_str(), field)).collect();
        self.fields.entry(id).or_insert_with(|| Rc::new(by_name())).clone()
    }

    fn fields(&mut self, reader: &'a Record, writer: &'a Record, parts: &mut Parts<'_>) -> Result<(), CompatError> {
        let writer_id = parts.writer;
        let by_name = self.fields_of(writer_id, writer);
        let place = parts.place;
        for (i, field) in reader.fields.iter().enumerate() {
            let here = || place.word("fields").index(i);
            let names = std::iter::once(&field.name).chain(&field.aliases);
            self.charge(names.clone().map(|name| 1 + name.len() / LETTERS_PER_STEP).sum())?;
            let mut matches = names.filter_map(|name| by_name.get(name.as_str()));
            match (matches.next(), matches.next()) {
                (Some(_), Some(_)) => {
                    let (field, record) = (field.name.clone(), writer.named.name.full().to_owned());
                    return Err(CompatError::AmbiguousField { field, record });
                }
                (Some(written), None) => {
                    parts.inner(self.pair(field.schema, written.schema, || here().word("type"))?);
                }
                (None, _) if field.default.is_some() => {}
                // Java compares an absent enum field that has only an enum default with the whole record: a TYPE_MISMATCH.
                (None, _) if matches!(self.reader.kind(field.schema), Kind::Enum(e) if e.default.is_some()) => {
                    parts.inner(self.pair(field.schema, writer_id, || here().word("type"))?);
                }
                (None, _) => self.add(parts, Reason::Field(i), writer_id, here),
            }
        }
        Ok(())
    }

    /// The first findings in words.
    fn list(&self, found: &Found) -> Vec<Incompatibility> {
        let (mut listed, mut bytes) = (Vec::new(), 0_usize);
        let mut open = vec![found.iter()];
        while let Some(parts) = open.last_mut() {
            match parts.next() {
                None => {
                    open.pop();
                }
                Some(Part::Inner(found)) => open.push(found.iter()),
                Some(Part::Own(finding)) => {
                    let words = self.in_words(finding);
                    bytes = bytes.saturating_add(words.message.len() + words.location.len());
                    listed.push(words);
                    if listed.len() >= MAX_LISTED || bytes > MAX_TEXT {
                        break;
                    }
                }
            }
        }
        listed
    }

    fn in_words(&self, finding: &Finding) -> Incompatibility {
        let (reader, writer) = (self.reader.kind(finding.reader), self.writer.kind(finding.writer));
        let (kind, message) = match (finding.reason, reader, writer) {
            (Reason::Name, ..) => {
                let name = writer.named().map_or("", |named| named.name.full());
                (IncompatibilityType::NameMismatch, format!("expected: {name}"))
            }
            (Reason::Size, Kind::Fixed(reader), Kind::Fixed(writer)) => (
                IncompatibilityType::FixedSizeMismatch,
                format!("expected: {}, found: {}", writer.size, reader.size),
            ),
            (Reason::Symbols, Kind::Enum(reader), Kind::Enum(writer)) => {
                let missing: Vec<&str> = missing_symbols(reader, writer).into_iter().collect();
                (
                    IncompatibilityType::MissingEnumSymbols,
                    format!("[{}]", missing.join(", ")),
                )
            }
            (Reason::Field(i), Kind::Record(reader), _) => {
                let name = reader.fields.get(i).map_or("", |field| &field.name);
                (IncompatibilityType::ReaderFieldMissingDefaultValue, name.to_owned())
            }
            (Reason::Branch, ..) => (
                IncompatibilityType::MissingUnionBranch,
                format!("reader union lacking writer type: {}", upper(writer)),
            ),
            (_, reader, writer) => (
                IncompatibilityType::TypeMismatch,
                format!(
                    "reader type: {} not compatible with writer type: {}",
                    upper(reader),
                    upper(writer)
                ),
            ),
        };
        Incompatibility {
            kind,
            message,
            location: finding.place.pointer(),
        }
    }
}

impl Parts<'_> {
    /// Takes over what is wrong with a pair inside this one.
    fn inner(&mut self, found: Found) {
        if !found.is_empty() {
            self.found.push(Part::Inner(found));
        }
    }
}

fn missing_symbols<'s>(reader: &'s Enum, writer: &'s Enum) -> BTreeSet<&'s str> {
    let known: HashSet<&str> = reader.symbols.iter().map(String::as_str).collect();
    let written = writer.symbols.iter().map(String::as_str);
    written.filter(|symbol| !known.contains(symbol)).collect()
}

fn promotes(reader: Primitive, writer: Primitive) -> bool {
    use Primitive::{Bytes, Double, Float, Int, Long, String};
    reader == writer
        || matches!(
            (reader, writer),
            (Long, Int) | (Float, Int | Long) | (Double, Int | Long | Float) | (Bytes, String) | (String, Bytes)
        )
}

fn upper(kind: &Kind) -> String {
    kind.type_name().to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::avro::{Strictness, parse};

    fn new(text: &str) -> Schema {
        parse(text, &[], Strictness::New).unwrap()
    }

    /// A union of records that have no field in common with those of another letter.
    fn union(letter: char, records: usize, fields: usize) -> Schema {
        let fields: Vec<String> = (0..fields)
            .map(|i| format!(r#"{{"name":"{letter}{i}","type":"int"}}"#))
            .collect();
        let fields = fields.join(",");
        let records: Vec<String> = (0..records)
            .map(|i| format!(r#"{{"type":"record","name":"R{letter}{i}","fields":[{fields}]}}"#))
            .collect();
        new(&format!("[{}]", records.join(",")))
    }

    /// The verdict, and how many findings were kept for it.
    fn kept(reader: &Schema, writer: &Schema) -> (Vec<Incompatibility>, usize) {
        let mut checker = Checker::new(reader, writer);
        let found = checker.pair(reader.root(), writer.root(), Place::default).unwrap();
        let own = |found: &Found| found.iter().filter(|part| matches!(part, Part::Own(_))).count();
        let kept = checker.memo.values().flatten().map(own).sum();
        (checker.list(&found), kept)
    }

    #[test]
    fn fields_count_as_work() {
        let (reader, writer) = (union('a', 20, 100), union('b', 20, 100));
        let mut checker = Checker::new(&reader, &writer);
        // Enough for the pairs.
        checker.steps = MAX_STEPS - 10_000;
        let found = checker.pair(reader.root(), writer.root(), Place::default);
        assert!(matches!(found, Err(CompatError::TooComplex)));
        assert!(check(&reader, &writer).is_ok());
    }

    #[test]
    fn of_tried_branches_few_findings_are_kept() {
        // 60 * 60 pairs with a name and 60 fields each.
        let (found, kept) = kept(&union('a', 60, 60), &union('b', 60, 60));
        assert_eq!(found.len(), 60);
        assert!(
            found
                .iter()
                .all(|one| one.kind == IncompatibilityType::MissingUnionBranch)
        );
        assert!(kept > MAX_TRIED && kept <= MAX_TRIED + 60 * 60 + 60, "{kept}");
    }

    #[test]
    fn a_finding_is_kept_once_wherever_it_is_told() {
        let big: Vec<String> = (0..2_000)
            .map(|i| format!(r#"{{"name":"x{i}","type":"int"}}"#))
            .collect();
        let schema = |big: &str| {
            let mut fields = vec![format!(
                r#"{{"name":"b","type":{{"type":"record","name":"Big","fields":[{big}]}}}}"#
            )];
            fields.extend((0..200).map(|i| {
                format!(
                    r#"{{"name":"r{i}","type":{{"type":"record","name":"R{i}","fields":[{{"name":"b","type":"Big"}}]}}}}"#
                )
            }));
            new(&format!(
                r#"{{"type":"record","name":"Top","fields":[{}]}}"#,
                fields.join(",")
            ))
        };
        let (found, kept) = kept(&schema(&big.join(",")), &schema(""));
        assert_eq!((found.len(), kept), (MAX_LISTED, 2_000));
        assert_eq!(found.last().unwrap().location, "/fields/0/type/fields/1999");
    }

    #[test]
    fn the_list_has_a_size() {
        let schema = |name: char, symbols: &str| {
            let mut fields = vec![];
            for i in 0..100 {
                let list = if i == 0 || name == 'R' { Some(symbols) } else { None };
                let enumeration =
                    list.map(|list| format!(r#"{{"type":"enum","name":"{name}{i}","symbols":[{list}]}}"#));
                let known = format!("\"{name}0\"");
                fields.push(format!(r#"{{"name":"f{i}","type":{}}}"#, enumeration.unwrap_or(known)));
            }
            new(&format!(
                r#"{{"type":"record","name":"Top","fields":[{}]}}"#,
                fields.join(",")
            ))
        };
        let many: Vec<String> = (0..20_000).map(|i| format!("\"symbol_of_twenty_{i}\"")).collect();
        let found = check(&schema('R', "\"a\""), &schema('W', &many.join(","))).unwrap();
        let bytes: usize = found.iter().map(|one| one.message.len()).sum();
        assert!(bytes > MAX_TEXT && bytes < 2 * MAX_TEXT, "{bytes}");
    }
}
