//! Expressions and statements for one field: its default, whether it differs from it, how it is read and written.

use super::model::{Default, Field, Type};
use super::versions::{Versions, When};

pub fn derivable(field: &Field) -> bool {
    match field.default {
        Default::Zero => !field.optional(),
        Default::Null => true,
        Default::True | Default::Int(_) => false,
    }
}

pub fn zero(ty: &Type) -> String {
    match ty {
        Type::Bool => "false".to_owned(),
        Type::I8 | Type::I16 | Type::U16 | Type::I32 | Type::U32 | Type::I64 => "0".to_owned(),
        Type::F64 => "0.0".to_owned(),
        Type::Uuid => "Uuid::nil()".to_owned(),
        Type::String => "Str::new()".to_owned(),
        Type::Bytes | Type::Records => "Bytes::new()".to_owned(),
        Type::Struct(name) => format!("{name}::default()"),
        Type::Array(_) => "Vec::new()".to_owned(),
    }
}

pub fn int(value: i64, ty: &Type) -> String {
    match (value, ty) {
        (i64::MAX, Type::I64) => "i64::MAX".to_owned(),
        (v, Type::I32) if v == i64::from(i32::MAX) => "i32::MAX".to_owned(),
        (v, Type::I32) if v == i64::from(i32::MIN) => "i32::MIN".to_owned(),
        _ => value.to_string(),
    }
}

/// Whether the field differs from its default, as Kafka's generator decides it.
pub fn non_default(field: &Field) -> String {
    let name = format!("self.{}", field.rust);
    if field.default == Default::Null {
        return format!("{name}.is_some()");
    }
    let of = |name: &str| match (&field.ty, &field.default) {
        (_, Default::True) => format!("!{name}"),
        (_, Default::Int(value)) => format!("{name} != {}", int(*value, &field.ty)),
        (Type::Bool, _) => name.to_owned(),
        (Type::Uuid, _) => format!("!{name}.is_nil()"),
        (Type::String | Type::Bytes | Type::Records | Type::Array(_), _) => format!("!{name}.is_empty()"),
        (Type::Struct(ty), _) => format!("{name} != {ty}::default()"),
        (ty, _) => format!("{name} != {}", zero(ty)),
    };
    if field.optional() {
        return format!(
            "{name}.as_ref().is_none_or(|value| {})",
            of("value").replace("value !=", "*value !=")
        );
    }
    of(&name)
}

/// An expression that reads the field's value; `?` inside.
pub fn read_value(field: &Field, r: &str, flexible: &str, known: Versions) -> String {
    let arg = if r == "r" { "r" } else { "&mut field" };
    let plain = |ty: &Type| match ty {
        Type::Bool => format!("{r}.bool()?"),
        Type::I8 => format!("{r}.i8()?"),
        Type::I16 => format!("{r}.i16()?"),
        Type::U16 => format!("{r}.u16()?"),
        Type::I32 => format!("{r}.i32()?"),
        Type::U32 => format!("{r}.u32()?"),
        Type::I64 => format!("{r}.i64()?"),
        Type::F64 => format!("{r}.f64()?"),
        Type::Uuid => format!("{r}.uuid()?"),
        Type::String => format!("{r}.string({flexible})?"),
        Type::Bytes | Type::Records => format!("{r}.bytes({flexible})?"),
        Type::Struct(name) => format!("{name}::read({arg}, {flexible}, version)?"),
        Type::Array(_) => format!("{r}.array({flexible}, version)?"),
    };
    let nullable = match &field.ty {
        Type::String => format!("{r}.nullable_string({flexible})?"),
        Type::Bytes | Type::Records => format!("{r}.nullable_bytes({flexible})?"),
        Type::Array(_) => format!("{r}.nullable_array({flexible}, version)?"),
        // Presence is a varint in a tagged field, a byte elsewhere.
        ty if field.tag.is_some() => format!("if {r}.uvarint()? > 0 {{ Some({}) }} else {{ None }}", plain(ty)),
        ty => format!("if {r}.present()? {{ Some({}) }} else {{ None }}", plain(ty)),
    };
    if !field.optional() {
        return plain(&field.ty);
    }
    match When::new(field.nullable, known) {
        When::Always => nullable,
        When::Never => format!("Some({})", plain(&field.ty)),
        When::If(expr) => format!("if {expr} {{ {nullable} }} else {{ Some({}) }}", plain(&field.ty)),
    }
}

/// Statements that write the field's value.
pub fn write_value(field: &Field, w: &str, flexible: &str, known: Versions) -> String {
    let name = format!("self.{}", field.rust);
    let arg = if w == "w" { "w" } else { "&mut field" };
    let plain = |value: &str, reference: &str| match &field.ty {
        Type::Bool => format!("{w}.put_bool({value});\n"),
        Type::I8 => format!("{w}.put_i8({value});\n"),
        Type::I16 => format!("{w}.put_i16({value});\n"),
        Type::U16 => format!("{w}.put_u16({value});\n"),
        Type::I32 => format!("{w}.put_i32({value});\n"),
        Type::U32 => format!("{w}.put_u32({value});\n"),
        Type::I64 => format!("{w}.put_i64({value});\n"),
        Type::F64 => format!("{w}.put_f64({value});\n"),
        Type::Uuid => format!("{w}.put_uuid({value});\n"),
        Type::String => format!("{w}.put_string({reference}, {flexible})?;\n"),
        Type::Bytes | Type::Records => format!("{w}.put_prefixed({reference}, {flexible})?;\n"),
        Type::Struct(_) => format!("{value}.write({arg}, {flexible}, version)?;\n"),
        Type::Array(_) => format!("{w}.put_array({reference}, {flexible}, version)?;\n"),
    };
    if !field.optional() {
        return plain(&name, &format!("&{name}"));
    }
    let nullable = match &field.ty {
        Type::String => format!("{w}.put_nullable_string({name}.as_ref(), {flexible})?;\n"),
        Type::Bytes | Type::Records => format!("{w}.put_nullable_prefixed({name}.as_ref(), {flexible})?;\n"),
        Type::Array(_) => format!("{w}.put_nullable_array({name}.as_deref(), {flexible}, version)?;\n"),
        _ if field.tag.is_some() => format!(
            "{w}.put_uvarint(u32::from({name}.is_some()));\nif let Some(value) = &{name} {{\n{}}}\n",
            plain("value", "value")
        ),
        _ => format!(
            "match &{name} {{\nSome(value) => {{\n{w}.put_i8(1);\n{}}}\nNone => {w}.put_i8(-1),\n}}\n",
            plain("value", "value")
        ),
    };
    let required = || {
        let missing = format!("EncodeError::null(\"{}\", version)", field.name);
        format!(
            "let value = {name}.as_ref().ok_or({missing})?;\n{}",
            plain("value", "value")
        )
    };
    match When::new(field.nullable, known) {
        When::Always => nullable,
        When::Never => format!("{{\n{}}}\n", required()),
        When::If(expr) => format!("if {expr} {{\n{nullable}}} else {{\n{}}}\n", required()),
    }
}
