//! One message definition → one Rust file.

use std::fmt::Write;

use super::model::{Default, Field, Kind, Model, Struct};
use super::values::{derivable, int, non_default, read_value, write_value, zero};
use super::versions::{Versions, When};

/// The text of a message's file, before rustfmt.
pub fn message(model: &Model, source: &str) -> String {
    let mut body = String::new();
    for (i, s) in model.structs.iter().enumerate() {
        let e = Emitter {
            model,
            of: s,
            top: i == 0,
        };
        body += &e.declaration();
        body += &e.default_impl();
        body += &e.codec();
        if i == 0 {
            body += &message_impl(model);
        }
    }
    header(model, source, &body) + &body
}

fn header(model: &Model, source: &str, body: &str) -> String {
    let mut out = String::new();
    let key = model.key.map_or(String::new(), |key| format!(", key {key}"));
    let versions = match model.valid.min == model.valid.max {
        true => format!("version {}", model.valid.min),
        false => format!("versions {}-{}", model.valid.min, model.valid.max),
    };
    let _ = writeln!(
        out,
        "//! `{}`{key}, {versions}. Written by `cargo xtask codegen` from {source}; do not edit.\n",
        model.name
    );
    let mut uses = vec![];
    if body.contains("Bytes") {
        uses.push("use bytes::Bytes;".to_owned());
    }
    if body.contains("Uuid") {
        uses.push("use uuid::Uuid;".to_owned());
    }
    if !uses.is_empty() {
        uses.push(String::new());
    }
    let kind = if body.contains("DecodeErrorKind") {
        "DecodeErrorKind, "
    } else {
        ""
    };
    uses.push(format!("use crate::error::{{DecodeError, {kind}EncodeError}};"));
    if body.contains("ApiKey") {
        uses.push("use crate::generated::ApiKey;".to_owned());
    }
    let mut traits = vec!["Message", "check_decode", "check_encode"];
    traits.extend(
        ["CoordinatorMessage", "MetadataMessage", "Request"]
            .into_iter()
            .filter(|t| body.contains(&format!("impl {t} "))),
    );
    uses.push(format!("use crate::message::{{{}}};", traits.join(", ")));
    uses.push("use crate::reader::Reader;".to_owned());
    if body.contains("Str>") || body.contains("Str,") || body.contains("Str::") {
        uses.push("use crate::str::Str;".to_owned());
    }
    let tags: Vec<_> = ["TagWriter", "UnknownTags"]
        .into_iter()
        .filter(|t| body.contains(t))
        .collect();
    if !tags.is_empty() {
        uses.push(format!("use crate::tags::{{{}}};", tags.join(", ")));
    }
    if body.contains("impl Wire for") {
        uses.push("use crate::wire::Wire;".to_owned());
    }
    uses.push("use crate::writer::Writer;".to_owned());
    out + &uses.join("\n") + "\n\n"
}

fn message_impl(model: &Model) -> String {
    let Model { name, valid, .. } = model;
    let flexible = match model.flexible.intersect(*valid).is_empty() {
        true => "i16::MAX".to_owned(),
        false => model.flexible.min.to_string(),
    };
    let mut out = format!(
        "impl Message for {name} {{
            const NAME: &'static str = \"{name}\";
            const MIN_VERSION: i16 = {};
            const MAX_VERSION: i16 = {};
            const FIRST_FLEXIBLE: i16 = {flexible};

            fn decode(r: &mut Reader, version: i16) -> Result<Self, DecodeError> {{
                check_decode::<Self>(r, version)?;
                let mut message = Self::default();
                message.read_fields(r, version)?;
                Ok(message)
            }}

            fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {{
                check_encode::<Self>(version)?;
                self.write_fields(w, version)
            }}
        }}\n\n",
        valid.min, valid.max
    );
    let key = model.key.unwrap_or(-1);
    match model.kind {
        Kind::Request => {
            let base = name.strip_suffix("Request").unwrap_or(name);
            let _ = write!(
                out,
                "impl Request for {name} {{
                    const KEY: ApiKey = ApiKey::{base};
                    type Response = crate::{base}Response;
                }}\n\n"
            );
        }
        Kind::Metadata => {
            let _ = write!(
                out,
                "impl MetadataMessage for {name} {{\nconst KEY: i16 = {key};\n}}\n\n"
            );
        }
        Kind::CoordinatorKey | Kind::CoordinatorValue => {
            let _ = write!(
                out,
                "impl CoordinatorMessage for {name} {{\nconst KEY: i16 = {key};\n}}\n\n"
            );
        }
        Kind::Response | Kind::Header | Kind::Data => {}
    }
    out
}

/// A doc comment, wrapped; what Markdown would take for a link or a tag is escaped.
pub fn doc(text: &str) -> String {
    let text = text
        .replace('[', "\\[")
        .replace(']', "\\]")
        .replace('<', "\\<")
        .replace('>', "\\>");
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().map_or(0, |l| l.len());
        if line > 0 && line + 1 + word.len() > 104 {
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
        .iter()
        .filter(|l| !l.is_empty())
        .map(|line| format!("/// {line}\n"))
        .collect()
}

struct Emitter<'a> {
    model: &'a Model,
    of: &'a Struct,
    top: bool,
}

impl Emitter<'_> {
    fn known(&self) -> Versions {
        self.of.context
    }

    /// When the struct is in flexible form.
    fn flexible(&self) -> When {
        When::new(self.model.flexible, self.known())
    }

    fn has_tags(&self) -> bool {
        self.flexible() != When::Never
    }

    fn declaration(&self) -> String {
        let name = &self.of.name;
        let mut out = match self.top {
            true => doc(&match self.model.key {
                Some(key) => format!(
                    "`{name}`: key {key}, versions {}-{}.",
                    self.model.valid.min, self.model.valid.max
                ),
                None => format!("`{name}`: versions {}-{}.", self.model.valid.min, self.model.valid.max),
            }),
            false => doc(&format!("Part of [`{}`].", self.model.name)).replace('\\', ""),
        };
        let derives_default = self.of.fields.iter().all(derivable);
        out += if derives_default {
            "#[derive(Debug, Clone, Default, PartialEq)]\n"
        } else {
            "#[derive(Debug, Clone, PartialEq)]\n"
        };
        let _ = writeln!(out, "pub struct {name} {{");
        for field in &self.of.fields {
            out += &doc(&field_doc(field, self.known()));
            let ty = field.ty.rust();
            let ty = if field.optional() { format!("Option<{ty}>") } else { ty };
            let _ = writeln!(out, "pub {}: {ty},", field.rust);
        }
        if self.has_tags() {
            out += "/// Tagged fields that this version of the definition does not know.\npub unknown_tagged_fields: UnknownTags,\n";
        }
        out + "}\n\n"
    }

    fn default_impl(&self) -> String {
        if self.of.fields.iter().all(derivable) {
            return String::new();
        }
        let mut out = format!(
            "impl Default for {} {{\nfn default() -> Self {{\nSelf {{\n",
            self.of.name
        );
        for field in &self.of.fields {
            let value = match &field.default {
                Default::Zero => zero(&field.ty),
                Default::Null => "None".to_owned(),
                Default::True => "true".to_owned(),
                Default::Int(value) => int(*value, &field.ty),
            };
            let value = if field.optional() && field.default != Default::Null {
                format!("Some({value})")
            } else {
                value
            };
            let _ = writeln!(out, "{}: {value},", field.rust);
        }
        if self.has_tags() {
            out += "unknown_tagged_fields: UnknownTags::default(),\n";
        }
        out + "}\n}\n}\n\n"
    }

    fn codec(&self) -> String {
        let (read, write) = (self.read_body(), self.write_body());
        let name = &self.of.name;
        let uses = mentions;
        let flexible_let = |body: &str| match self.flexible() {
            When::If(expr) if uses(body, "flexible") => format!("let flexible = {expr};\n"),
            _ => String::new(),
        };
        let arg = |body: &str, name: &str| {
            if uses(body, name) {
                name.to_owned()
            } else {
                format!("_{name}")
            }
        };
        let (read, write) = (flexible_let(&read) + &read, flexible_let(&write) + &write);
        let (rr, rv) = (if uses(&read, "r") { "r" } else { "_r" }, arg(&read, "version"));
        let (ww, wv) = (if uses(&write, "w") { "w" } else { "_w" }, arg(&write, "version"));
        let mut out = format!(
            "impl {name} {{
                fn read_fields(&mut self, {rr}: &mut Reader, {rv}: i16) -> Result<(), DecodeError> {{
                    {read}Ok(())
                }}

                fn write_fields(&self, {ww}: &mut Writer, {wv}: i16) -> Result<(), EncodeError> {{
                    {write}Ok(())
                }}
            }}\n\n"
        );
        if !self.top {
            let _ = write!(
                out,
                "impl Wire for {name} {{
                    const MIN_SIZE: usize = {};

                    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {{
                        let mut value = Self::default();
                        value.read_fields(r, version)?;
                        Ok(value)
                    }}

                    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {{
                        self.write_fields(w, version)
                    }}
                }}\n\n",
                self.model.min_size(self.of)
            );
        }
        out
    }

    fn read_body(&self) -> String {
        let mut out = String::new();
        let mut last = None;
        for field in self.of.fields.iter().filter(|f| f.tag.is_none()) {
            let known = field.versions.intersect(self.known());
            let flexible = self.flexible_word(field, known);
            let assign = format!("self.{} = {};\n", field.rust, read_value(field, "r", &flexible, known));
            push_conditional(
                &mut out,
                &mut last,
                &When::new(field.versions, self.known()),
                &assign,
                "",
            );
        }
        match self.flexible() {
            When::Never => {}
            When::Always => out += &self.read_tags(),
            When::If(_) => {
                let _ = writeln!(out, "if flexible {{\n{}}}", self.read_tags());
            }
        }
        out
    }

    fn read_tags(&self) -> String {
        let known = self.model.flexible.intersect(self.known());
        let tagged = self.tagged();
        if tagged.is_empty() {
            return "self.unknown_tagged_fields = r.unknown_tags()?;\n".to_owned();
        }
        let mut out = "for _ in 0..r.uvarint()? {\nlet (tag, mut field) = r.tagged_field()?;\nmatch tag {\n".to_owned();
        for (tag, field) in tagged {
            let when = When::new(field.versions, known);
            let guard = match &when {
                When::If(expr) => format!(" if {expr}"),
                When::Always | When::Never => String::new(),
            };
            let value = read_value(field, "field", "true", field.versions.intersect(known));
            let _ = writeln!(out, "{tag}{guard} => self.{} = {value},", field.rust);
            if when != When::Always {
                let _ = writeln!(
                    out,
                    "{tag} => return Err(field.error(DecodeErrorKind::TagNotInVersion {{ tag }})),"
                );
            }
        }
        out + "_ => self.unknown_tagged_fields.push(tag, field.rest()),\n}\nfield.finish_tag(tag)?;\n}\n"
    }

    fn write_body(&self) -> String {
        let mut out = String::new();
        let mut last = None;
        for field in self.of.fields.iter().filter(|f| f.tag.is_none()) {
            let known = field.versions.intersect(self.known());
            let flexible = self.flexible_word(field, known);
            let write = write_value(field, "w", &flexible, known);
            push_conditional(
                &mut out,
                &mut last,
                &When::new(field.versions, self.known()),
                &write,
                &self.refuse(field),
            );
        }
        let mut tags = String::new();
        let known = self.model.flexible.intersect(self.known());
        let tagged = self.tagged();
        for (_, field) in &tagged {
            // Below the tag's first version: an error unless the field may be lost.
            match When::new(field.versions, self.known()) {
                When::Always | When::Never => {}
                When::If(expr) if !field.ignorable => {
                    let _ = writeln!(
                        out,
                        "if {} && {} {{\n{}}}",
                        negated(&expr),
                        non_default(field),
                        refuse_now(field)
                    );
                }
                When::If(_) => {}
            }
        }
        if tagged.is_empty() {
            tags += "self.unknown_tagged_fields.write(w)?;\n";
        } else {
            tags += "let mut tags = TagWriter::new(&self.unknown_tagged_fields);\n";
            for (tag, field) in &tagged {
                let guard = match When::new(field.versions, known) {
                    When::If(expr) => format!("{expr} && "),
                    When::Always | When::Never => String::new(),
                };
                let write = write_value(field, "field", "true", field.versions.intersect(known));
                let _ = writeln!(
                    tags,
                    "if {guard}{} {{\nlet mut field = Writer::new();\n{write}tags.put({tag}, field)?;\n}}",
                    non_default(field)
                );
            }
            tags += "tags.finish(w)?;\n";
        }
        match self.flexible() {
            When::Never => {}
            When::Always => out += &tags,
            When::If(_) => {
                let _ = writeln!(
                    out,
                    "if flexible {{\n{tags}}} else {{\nself.unknown_tagged_fields.refuse(version)?;\n}}"
                );
            }
        }
        out
    }

    fn tagged(&self) -> Vec<(u32, &Field)> {
        let mut tagged: Vec<_> = self.of.fields.iter().filter_map(|f| Some((f.tag?, f))).collect();
        tagged.sort_by_key(|(tag, _)| *tag);
        tagged
    }

    /// What to do with a field that the version lacks.
    fn refuse(&self, field: &Field) -> String {
        if field.ignorable {
            return String::new();
        }
        format!("if {} {{\n{}}}\n", non_default(field), refuse_now(field))
    }

    fn flexible_word(&self, field: &Field, known: Versions) -> String {
        if field.inflexible {
            return "false".to_owned();
        }
        match When::new(self.model.flexible, known) {
            When::Always => "true".to_owned(),
            When::Never => "false".to_owned(),
            When::If(_) => "flexible".to_owned(),
        }
    }
}

fn refuse_now(field: &Field) -> String {
    format!(
        "return Err(EncodeError::not_in_version(\"{}\", version));\n",
        field.name
    )
}

/// The opposite of a condition that [`When`] wrote.
fn negated(expr: &str) -> String {
    if let Some(min) = expr.strip_prefix("version >= ") {
        return format!("version < {min}");
    }
    if let Some(max) = expr.strip_prefix("version <= ") {
        return format!("version > {max}");
    }
    if let Some(only) = expr.strip_prefix("version == ") {
        return format!("version != {only}");
    }
    format!("!{expr}")
}

/// Whether `word` occurs in Rust text as a whole identifier that is not a field.
fn mentions(text: &str, word: &str) -> bool {
    let ident = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|t| t.chars().next());
        !before.is_some_and(|c| ident(c) || c == '.' || c == '"') && !after.is_some_and(ident)
    })
}

/// Appends `then` under a condition; a neighbour under the same condition shares its `if`.
fn push_conditional(out: &mut String, last: &mut Option<String>, when: &When, then: &str, otherwise: &str) {
    match (when, &last) {
        (When::If(expr), Some(open)) if open == expr && otherwise.is_empty() && out.ends_with("}\n") => {
            out.truncate(out.len() - 2);
            out.push_str(then);
            out.push_str("}\n");
        }
        _ => out.push_str(&conditional(when, then, otherwise)),
    }
    *last = match when {
        When::If(expr) if otherwise.is_empty() => Some(expr.clone()),
        _ => None,
    };
}

fn conditional(when: &When, then: &str, otherwise: &str) -> String {
    match when {
        When::Always => then.to_owned(),
        When::Never => otherwise.to_owned(),
        When::If(expr) if otherwise.is_empty() => format!("if {expr} {{\n{then}}}\n"),
        When::If(expr) => match otherwise.starts_with("if ") {
            true => format!("if {expr} {{\n{then}}} else {otherwise}"),
            false => format!("if {expr} {{\n{then}}} else {{\n{otherwise}}}\n"),
        },
    }
}

fn field_doc(field: &Field, context: Versions) -> String {
    let mut about = field.about.trim().to_owned();
    if !about.is_empty() && !about.ends_with('.') {
        about.push('.');
    }
    let mut notes = Vec::new();
    if !field.versions.covers(context) {
        let Versions { min, max } = field.versions;
        notes.push(match (min <= context.min, max >= context.max) {
            (true, _) => format!("Versions up to {max}."),
            (false, true) => format!("Since version {min}."),
            (false, false) => format!("Versions {min}-{max}."),
        });
    }
    if let Default::Int(value) = field.default {
        notes.push(format!("Default {value}."));
    } else if field.default == Default::True {
        notes.push("Default true.".to_owned());
    }
    [about]
        .into_iter()
        .chain(notes)
        .filter(|s| !s.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
