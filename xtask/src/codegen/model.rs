//! Message definitions, resolved: types parsed, versions intersected, defaults typed.

use serde_json::Value;

use super::definition::{Definition, FieldDefinition};
use super::names;
use super::versions::Versions;

/// A message: the first struct is the message itself, the others are what it nests.
#[derive(Debug)]
pub struct Model {
    pub name: String,
    pub kind: Kind,
    pub key: Option<i16>,
    pub valid: Versions,
    pub flexible: Versions,
    pub listeners: Vec<String>,
    pub latest_unstable: bool,
    pub structs: Vec<Struct>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Request,
    Response,
    Header,
    Data,
    Metadata,
    CoordinatorKey,
    CoordinatorValue,
}

#[derive(Debug)]
pub struct Struct {
    pub name: String,
    /// The versions in which the struct can occur at all.
    pub context: Versions,
    pub fields: Vec<Field>,
}

#[derive(Debug)]
pub struct Field {
    /// As in Kafka's classes.
    pub name: String,
    /// As in Rust.
    pub rust: String,
    pub ty: Type,
    pub versions: Versions,
    pub nullable: Versions,
    pub tag: Option<u32>,
    pub default: Default,
    pub ignorable: bool,
    /// Never in compact form, whatever the message is.
    pub inflexible: bool,
    pub about: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    Bool,
    I8,
    I16,
    U16,
    I32,
    U32,
    I64,
    F64,
    Uuid,
    String,
    Bytes,
    Records,
    Struct(String),
    Array(Box<Type>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Default {
    /// Zero, false, empty.
    Zero,
    Null,
    True,
    Int(i64),
}

impl Model {
    pub fn new(definition: Definition) -> Result<Self, String> {
        let name = definition.name.clone();
        Self::resolve(definition).map_err(|error| format!("{name}: {error}"))
    }

    fn resolve(definition: Definition) -> Result<Self, String> {
        let valid = Versions::parse(&definition.valid_versions)?;
        let flexible = Versions::parse_or(definition.flexible_versions.as_deref(), Versions::NONE)?;
        let mut structs = Vec::new();
        add_struct(&mut structs, definition.name.clone(), valid, definition.fields)?;
        for common in definition.common_structs {
            let context = Versions::parse(&common.versions)?.intersect(valid);
            add_struct(&mut structs, common.name, context, common.fields)?;
        }
        Ok(Self {
            kind: Kind::parse(&definition.kind)?,
            name: definition.name,
            key: definition.api_key,
            valid,
            flexible: flexible.intersect(Versions { min: 0, max: i16::MAX }),
            listeners: definition.listeners,
            latest_unstable: definition.latest_version_unstable,
            structs,
        })
    }

    /// File and module name.
    pub fn module(&self) -> String {
        names::snake(&self.name)
    }

    pub fn find(&self, name: &str) -> Option<&Struct> {
        self.structs.iter().find(|s| s.name == name)
    }

    /// The fewest bytes that a struct takes in any version in which it occurs.
    pub fn min_size(&self, of: &Struct) -> usize {
        (of.context.min..=of.context.max)
            .map(|version| self.struct_size(of, version))
            .min()
            .unwrap_or(1)
            .max(1)
    }

    fn struct_size(&self, of: &Struct, version: i16) -> usize {
        let flexible = self.flexible.contains(version);
        let present = of
            .fields
            .iter()
            .filter(|f| f.tag.is_none() && f.versions.contains(version));
        let fields: usize = present.map(|f| self.field_size(f, flexible, version)).sum();
        fields + usize::from(flexible)
    }

    fn field_size(&self, field: &Field, flexible: bool, version: i16) -> usize {
        let flexible = flexible && !field.inflexible;
        match &field.ty {
            Type::Bool | Type::I8 => 1,
            Type::I16 | Type::U16 => 2,
            Type::I32 | Type::U32 => 4,
            Type::I64 | Type::F64 => 8,
            Type::Uuid => 16,
            Type::String => {
                if flexible {
                    1
                } else {
                    2
                }
            }
            Type::Bytes | Type::Records | Type::Array(_) => {
                if flexible {
                    1
                } else {
                    4
                }
            }
            Type::Struct(_) if field.nullable.contains(version) => 1,
            Type::Struct(name) => self.find(name).map_or(0, |s| self.struct_size(s, version)),
        }
    }
}

fn add_struct(
    structs: &mut Vec<Struct>,
    name: String,
    context: Versions,
    definitions: Vec<FieldDefinition>,
) -> Result<(), String> {
    let at = structs.len();
    structs.push(Struct {
        name,
        context,
        fields: Vec::new(),
    });
    let mut fields = Vec::new();
    for mut definition in definitions {
        let nested = std::mem::take(&mut definition.fields);
        let field = Field::new(definition)?;
        // A field of versions that are no longer valid would only be dead weight.
        let context = field.versions.intersect(context);
        if context.is_empty() {
            continue;
        }
        if !nested.is_empty() {
            let name = field
                .ty
                .struct_name()
                .ok_or_else(|| format!("{}: fields without a struct", field.name))?;
            add_struct(structs, name.to_owned(), context, nested)?;
        }
        fields.push(field);
    }
    if let Some(this) = structs.get_mut(at) {
        this.fields = fields;
    }
    Ok(())
}

impl Field {
    fn new(d: FieldDefinition) -> Result<Self, String> {
        let name = names::camel(&d.name);
        let in_field = |error: String| format!("{name}: {error}");
        let tagged = Versions::parse_or(d.tagged_versions.as_deref(), Versions::NONE).map_err(in_field)?;
        let versions = Versions::parse_or(d.versions.as_deref(), tagged).map_err(in_field)?;
        let nullable = Versions::parse_or(d.nullable_versions.as_deref(), Versions::NONE).map_err(in_field)?;
        if d.tag.is_some() && tagged != versions {
            return Err(in_field(
                "tagged only in some of its versions, which no definition had so far".to_owned(),
            ));
        }
        let ty = Type::parse(&d.ty).map_err(in_field)?;
        let default = Default::parse(d.default.as_ref(), &ty).map_err(in_field)?;
        Ok(Self {
            rust: names::field(&d.name),
            ty,
            versions,
            nullable,
            tag: d.tag,
            default,
            ignorable: d.ignorable.is_some_and(|v| v == Value::Bool(true) || v == "true"),
            inflexible: d.flexible_versions.as_deref() == Some("none"),
            about: d.about.unwrap_or_default(),
            name,
        })
    }

    /// Whether the Rust field is an `Option`.
    pub fn optional(&self) -> bool {
        self.ty == Type::Records || !self.nullable.is_empty()
    }
}

impl Kind {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(match text {
            "request" => Self::Request,
            "response" => Self::Response,
            "header" => Self::Header,
            "data" => Self::Data,
            "metadata" => Self::Metadata,
            "coordinator-key" => Self::CoordinatorKey,
            "coordinator-value" => Self::CoordinatorValue,
            other => return Err(format!("message type `{other}`")),
        })
    }
}

impl Type {
    fn parse(text: &str) -> Result<Self, String> {
        if let Some(element) = text.strip_prefix("[]") {
            return Ok(Self::Array(Box::new(Self::parse(element)?)));
        }
        Ok(match text {
            "bool" => Self::Bool,
            "int8" => Self::I8,
            "int16" => Self::I16,
            "uint16" => Self::U16,
            "int32" => Self::I32,
            "uint32" => Self::U32,
            "int64" => Self::I64,
            "float64" => Self::F64,
            "uuid" => Self::Uuid,
            "string" => Self::String,
            "bytes" => Self::Bytes,
            "records" => Self::Records,
            name if name.starts_with(|c: char| c.is_ascii_uppercase()) => Self::Struct(name.to_owned()),
            other => return Err(format!("type `{other}`")),
        })
    }

    /// The struct that this type is or holds.
    pub fn struct_name(&self) -> Option<&str> {
        match self {
            Self::Struct(name) => Some(name),
            Self::Array(element) => element.struct_name(),
            _ => None,
        }
    }

    /// In Rust, without the `Option` of nullable fields.
    pub fn rust(&self) -> String {
        match self {
            Self::Bool => "bool".to_owned(),
            Self::I8 => "i8".to_owned(),
            Self::I16 => "i16".to_owned(),
            Self::U16 => "u16".to_owned(),
            Self::I32 => "i32".to_owned(),
            Self::U32 => "u32".to_owned(),
            Self::I64 => "i64".to_owned(),
            Self::F64 => "f64".to_owned(),
            Self::Uuid => "Uuid".to_owned(),
            Self::String => "Str".to_owned(),
            Self::Bytes | Self::Records => "Bytes".to_owned(),
            Self::Struct(name) => name.clone(),
            Self::Array(element) => format!("Vec<{}>", element.rust()),
        }
    }
}

impl Default {
    fn parse(value: Option<&Value>, ty: &Type) -> Result<Self, String> {
        let text = match value {
            _ if *ty == Type::Records => return Ok(Self::Null),
            // `null` without quotes is no default at all to Kafka's generator: only the text "null" is.
            None | Some(Value::Null) => return Ok(Self::Zero),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        match (ty, text.as_str()) {
            (_, "") => Ok(Self::Zero),
            (Type::Bool, "true") => Ok(Self::True),
            (Type::Bool, "false") => Ok(Self::Zero),
            (Type::I8 | Type::I16 | Type::U16 | Type::I32 | Type::U32 | Type::I64, text) => {
                let value = match text.strip_prefix("0x") {
                    Some(hex) => i64::from_str_radix(hex, 16),
                    None => text.parse(),
                };
                match value.map_err(|_| format!("default `{text}`"))? {
                    0 => Ok(Self::Zero),
                    value => Ok(Self::Int(value)),
                }
            }
            (Type::String | Type::Bytes | Type::Struct(_) | Type::Array(_), "null") => Ok(Self::Null),
            (_, text) => Err(format!("default `{text}`")),
        }
    }
}
