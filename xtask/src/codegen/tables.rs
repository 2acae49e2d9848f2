//! What spans messages: module files, `ApiKey`, and one enum per family of records.

use std::fmt::Write;

use super::model::{Kind, Model};

/// A module of messages.
#[derive(Debug)]
pub struct Family {
    pub module: &'static str,
    pub about: &'static str,
    pub models: Vec<Model>,
}

/// `generated/mod.rs`.
pub fn root(families: &[Family], kafka: &str) -> String {
    let mut out = format!(
        "//! Apache Kafka {kafka}'s messages, one module per family. Written by `cargo xtask codegen`; do not edit.\n\
         //!\n\
         //! Names, numbers and field descriptions come from Apache Kafka's message definitions (Apache License 2.0).\n\n\
         mod api_key;\n"
    );
    for family in families {
        let _ = writeln!(out, "pub mod {};", family.module);
    }
    out += "\npub use api_key::{ApiKey, Listener};\n";
    for family in families {
        let _ = writeln!(out, "pub use {}::*;", family.module);
    }
    out
}

/// A family's `mod.rs`.
pub fn family(family: &Family) -> String {
    let mut out = format!(
        "//! {} Written by `cargo xtask codegen`; do not edit.\n\n",
        family.about
    );
    for model in &family.models {
        let _ = writeln!(out, "pub mod {};", model.module());
    }
    let unions = unions(family);
    if !unions.is_empty() {
        out += "mod union;\n";
    }
    out += "\n";
    for model in &family.models {
        let _ = writeln!(out, "pub use {}::{};", model.module(), model.name);
    }
    if !unions.is_empty() {
        out += "pub use union::*;\n";
    }
    out
}

/// `ApiKey` and what is known of each API.
pub fn api_key(models: &[Model]) -> String {
    let mut requests: Vec<&Model> = models.iter().filter(|m| m.kind == Kind::Request).collect();
    requests.sort_by_key(|m| m.key);
    let base = |m: &Model| m.name.strip_suffix("Request").unwrap_or(&m.name).to_owned();
    let mut out = String::from(
        "//! Every API by key. Written by `cargo xtask codegen`; do not edit.\n\n\
         /// Who listens for an API.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]\n\
         pub enum Listener {\n/// A broker.\nBroker,\n/// A controller.\nController,\n}\n\n\
         /// An API: the number that a request header starts with.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\n#[repr(i16)]\npub enum ApiKey {\n",
    );
    for m in &requests {
        let _ = writeln!(
            out,
            "/// `{}` and its response, versions {}-{}.",
            m.name, m.valid.min, m.valid.max
        );
        let _ = writeln!(out, "{} = {},", base(m), m.key.unwrap_or(-1));
    }
    out += "}\n\nimpl ApiKey {\n/// Every API, by key.\npub const ALL: &'static [Self] = &[\n";
    for m in &requests {
        let _ = writeln!(out, "Self::{},", base(m));
    }
    out += "];\n\n/// The API of a key, if Kafka has one.\npub const fn from_id(id: i16) -> Option<Self> {\nSome(match id {\n";
    for m in &requests {
        let _ = writeln!(out, "{} => Self::{},", m.key.unwrap_or(-1), base(m));
    }
    out += "_ => return None,\n})\n}\n\n/// The key.\npub const fn id(self) -> i16 {\nself as i16\n}\n\n";
    let mut arms = |doc: &str, name: &str, ty: &str, value: &dyn Fn(&Model) -> String| {
        let _ = write!(out, "/// {doc}\npub const fn {name}(self) -> {ty} {{\nmatch self {{\n");
        for (value, group) in grouped(&requests, value) {
            let patterns: Vec<_> = group.iter().map(|m| format!("Self::{}", base(m))).collect();
            let _ = writeln!(out, "{} => {value},", patterns.join(" | "));
        }
        out += "}\n}\n\n";
    };
    arms("Kafka's name, without `Request`.", "name", "&'static str", &|m| {
        format!("\"{}\"", base(m))
    });
    arms("Lowest valid version.", "min_version", "i16", &|m| {
        m.valid.min.to_string()
    });
    arms("Highest valid version.", "max_version", "i16", &|m| {
        m.valid.max.to_string()
    });
    arms(
        "Highest version that Kafka calls stable: what a broker advertises.",
        "latest_stable",
        "i16",
        &|m| (m.valid.max - i16::from(m.latest_unstable)).to_string(),
    );
    arms(
        "First flexible version; `i16::MAX` when there is none.",
        "first_flexible",
        "i16",
        &|m| match m.flexible.intersect(m.valid).is_empty() {
            true => "i16::MAX".to_owned(),
            false => m.flexible.min.to_string(),
        },
    );
    arms("Who listens for it.", "listeners", "&'static [Listener]", &|m| {
        let listeners: Vec<_> = m
            .listeners
            .iter()
            .filter_map(|l| match l.as_str() {
                "broker" => Some("Listener::Broker"),
                "controller" => Some("Listener::Controller"),
                _ => None,
            })
            .collect();
        format!("&[{}]", listeners.join(", "))
    });
    out + "}\n\nimpl TryFrom<i16> for ApiKey {\ntype Error = i16;\n\n/// The key itself is the error: no API has it.\n\
           fn try_from(id: i16) -> Result<Self, i16> {\nSelf::from_id(id).ok_or(id)\n}\n}\n"
}

/// Match arms with the same value belong together (and clippy says so).
fn grouped<'a>(models: &[&'a Model], value: &dyn Fn(&Model) -> String) -> Vec<(String, Vec<&'a Model>)> {
    let mut groups: Vec<(String, Vec<&Model>)> = Vec::new();
    for model in models {
        let value = value(model);
        match groups.iter_mut().find(|(v, _)| *v == value) {
            Some((_, group)) => group.push(model),
            None => groups.push((value, vec![model])),
        }
    }
    groups
}

struct Union<'a> {
    name: String,
    about: String,
    suffix: &'static str,
    kind: Kind,
    models: Vec<&'a Model>,
}

fn unions(family: &Family) -> Vec<Union<'_>> {
    let title = match family.module {
        "group_coordinator" => "Group",
        "transaction_coordinator" => "Transaction",
        "share_coordinator" => "Share",
        "metadata" => "Metadata",
        "remote_log" => "RemoteLog",
        _ => return Vec::new(),
    };
    let of = |kind: Kind| {
        let mut models: Vec<&Model> = family.models.iter().filter(|m| m.kind == kind).collect();
        models.sort_by_key(|m| m.key);
        models
    };
    let mut unions = Vec::new();
    for (kind, name, suffix, about) in [
        (Kind::CoordinatorKey, "Key", "Key", "Any key of the topic."),
        (Kind::CoordinatorValue, "Value", "Value", "Any value of the topic."),
        (Kind::Metadata, "Record", "Record", "Any record of the log."),
    ] {
        let models = of(kind);
        if !models.is_empty() {
            unions.push(Union {
                name: format!("{title}{name}"),
                about: about.to_owned(),
                suffix,
                kind,
                models,
            });
        }
    }
    unions
}

/// A family's `union.rs`: enums over its records, or nothing.
pub fn union_file(family: &Family) -> Option<String> {
    let unions = unions(family);
    if unions.is_empty() {
        return None;
    }
    let mut body = String::new();
    for union in &unions {
        body += &union_enum(union);
    }
    let mut names: Vec<&str> = unions
        .iter()
        .flat_map(|u| u.models.iter().map(|m| m.name.as_str()))
        .collect();
    names.sort_unstable();
    let mut uses = String::from("use bytes::Bytes;\n\n");
    if body.contains("DecodeError>") {
        uses += "use crate::error::{DecodeError, EncodeError};\n";
    } else {
        uses += "use crate::error::EncodeError;\n";
    }
    let framing: Vec<_> = [
        "FrameError",
        "decode_value",
        "encode_key",
        "encode_value",
        "read_frame_header",
        "write_framed",
    ]
    .into_iter()
    .filter(|n| body.contains(n))
    .collect();
    let _ = writeln!(uses, "use crate::framing::{{{}}};", framing.join(", "));
    if body.contains("::decode(&mut r") {
        uses += "use crate::message::Message;\n";
    }
    if body.contains("Reader") {
        uses += "use crate::reader::Reader;\n";
    }
    let _ = writeln!(uses, "use super::{{{}}};", names.join(", "));
    Some(format!(
        "//! The family's records as one type. Written by `cargo xtask codegen`; do not edit.\n\n{uses}\n{body}"
    ))
}

fn union_enum(union: &Union<'_>) -> String {
    let Union {
        name,
        about,
        suffix,
        kind,
        models,
    } = union;
    let variant = |m: &Model| m.name.strip_suffix(suffix).unwrap_or(&m.name).to_owned();
    let mut out = format!("/// {about}\n#[derive(Debug, Clone, PartialEq)]\npub enum {name} {{\n");
    for m in models {
        let _ = writeln!(out, "/// Type {}.\n{}({}),", m.key.unwrap_or(-1), variant(m), m.name);
    }
    let _ = write!(out, "}}\n\nimpl {name} {{\n");
    let mut arms = |before: &str, arm: &dyn Fn(&Model) -> String, after: &str| {
        out += before;
        for m in models {
            let _ = writeln!(out, "{},", arm(m));
        }
        out += after;
    };
    arms(
        "/// The record's type.\npub const fn key(&self) -> i16 {\nmatch self {\n",
        &|m| format!("Self::{}(_) => {}", variant(m), m.key.unwrap_or(-1)),
        "}\n}\n\n",
    );
    match kind {
        Kind::CoordinatorKey => {
            arms(
                "/// Reads a key: its type, then the key.\n\
                 pub fn decode(bytes: Bytes) -> Result<Self, FrameError> {\n\
                 let mut r = Reader::new(bytes);\nOk(match r.i16()? {\n",
                &|m| {
                    format!(
                        "{} => Self::{}({}::decode(&mut r, 0)?)",
                        m.key.unwrap_or(-1),
                        variant(m),
                        m.name
                    )
                },
                "other => return Err(FrameError::UnknownType(i32::from(other))),\n})\n}\n\n",
            );
            arms(
                "/// The key with its type in front.\npub fn encode(&self) -> Result<Bytes, EncodeError> {\nmatch self {\n",
                &|m| format!("Self::{}(key) => encode_key(key)", variant(m)),
                "}\n}\n",
            );
        }
        Kind::CoordinatorValue => {
            arms(
                "/// Reads the value that belongs to a key of type `key`: its version, then the value.\n\
                 pub fn decode(key: i16, bytes: Bytes) -> Result<Self, FrameError> {\nOk(match key {\n",
                &|m| format!("{} => Self::{}(decode_value(bytes)?)", m.key.unwrap_or(-1), variant(m)),
                "other => return Err(FrameError::UnknownType(i32::from(other))),\n})\n}\n\n",
            );
            arms(
                "/// The value with its version in front.\n\
                 pub fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {\nmatch self {\n",
                &|m| format!("Self::{}(value) => encode_value(value, version)", variant(m)),
                "}\n}\n",
            );
        }
        _ => {
            arms(
                "/// Reads a framed record; also returns its version.\n\
                 pub fn decode(bytes: Bytes) -> Result<(Self, i16), FrameError> {\n\
                 let mut r = Reader::new(bytes);\nlet (key, version) = read_frame_header(&mut r)?;\nlet record = match key {\n",
                &|m| {
                    format!(
                        "{} => Self::{}({}::decode(&mut r, version)?)",
                        m.key.unwrap_or(-1),
                        variant(m),
                        m.name
                    )
                },
                "other => return Err(FrameError::UnknownType(i32::from(other))),\n};\nr.finish()?;\nOk((record, version))\n}\n\n",
            );
            arms(
                "/// The record with its frame.\n\
                 pub fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {\nmatch self {\n",
                &|m| format!("Self::{}(record) => write_framed(record, version)", variant(m)),
                "}\n}\n",
            );
        }
    }
    out + "}\n\n"
}

/// Rows of the round-trip test: every message by name.
pub fn test_table(families: &[Family]) -> String {
    let mut rows: Vec<String> = families
        .iter()
        .flat_map(|f| f.models.iter().map(|m| m.name.clone()))
        .collect();
    rows.sort_unstable();
    let mut out = String::from(
        "//! Every message, for the round-trip and fuzz tests. Written by `cargo xtask codegen`; do not edit.\n\n\
         use crate::codec::Codec;\n\n/// All messages by name.\npub fn all() -> Vec<Codec> {\nvec![\n",
    );
    for name in rows {
        let _ = writeln!(out, "Codec::of::<weir_messages::{name}>(),");
    }
    out + "]\n}\n"
}
