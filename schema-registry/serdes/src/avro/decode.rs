//! Avro data to [`Value`]: the crate's own decoder is not used, because data from a topic may be hostile.
//!
//! Here each length is checked against the bytes that are left before anything is allocated, the end of the data is always
//! an error, and depth and the number of parts are bounded (`apache_avro` 0.22 takes a cut string for `null`, allocates what a length claims, and
//! recurses as deep as the data says).

use std::collections::HashMap;

use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::schema::{InnerDecimalSchema, Name, Schema, UuidSchema};
use apache_avro::types::Value;
use apache_avro::{Decimal, Duration, Uuid};

/// Deepest nesting of records, arrays, maps and unions in a value.
pub const MAX_VALUE_DEPTH: usize = 160;
/// Most items without bytes (nulls, empty records) in one block of an array: nothing in the data bounds their number.
const MAX_EMPTY_ITEMS: usize = 10_000;
/// Parts that a value may have for each byte of its data. A byte can rightly stand for several: a record, its field, the union
/// in it and the null in that.
const PARTS_PER_BYTE: usize = 4;
/// Parts that a value may have besides.
const SPARE_PARTS: usize = 1 << 16;
/// A name or symbol of a schema is copied into each value of its type: a long one counts as several parts.
const NAME_OF_ONE_PART: usize = 64;

/// Why bytes are not a value of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The data ends inside the value, or a length points behind its end.
    #[error("the data ends inside the value")]
    End,
    /// A number is longer than its type.
    #[error("a number is too long for its type")]
    Number,
    /// A length is negative.
    #[error("negative length")]
    Length,
    /// A boolean is neither 0 nor 1.
    #[error("a boolean is neither 0 nor 1")]
    Boolean,
    /// Text is not UTF-8.
    #[error("a string is not UTF-8")]
    Utf8,
    /// An index is outside of a union's branches or an enum's symbols.
    #[error("index {0} is out of range")]
    Index(i64),
    /// A value of a logical type is malformed.
    #[error("malformed {0}")]
    Logical(&'static str),
    /// A name that the schema does not define.
    #[error("the schema refers to a name that it does not define")]
    Name,
    /// The value nests deeper than [`MAX_VALUE_DEPTH`].
    #[error("the value nests deeper than {MAX_VALUE_DEPTH} levels")]
    TooDeep,
    /// The value has far more parts than bytes.
    #[error("the value has too many parts for so few bytes")]
    TooManyParts,
}

/// Decodes one value; `names` holds the definitions of all named types. Returns the value and the bytes after it.
pub(super) fn decode<'b>(
    schema: &Schema,
    names: &HashMap<Name, Schema>,
    bytes: &'b [u8],
) -> Result<(Value, &'b [u8]), DecodeError> {
    let parts = bytes.len().saturating_mul(PARTS_PER_BYTE).saturating_add(SPARE_PARTS);
    let mut decoder = Decoder {
        names,
        rest: bytes,
        parts,
    };
    let value = decoder.value(schema, 0)?;
    Ok((value, decoder.rest))
}

struct Decoder<'a, 'b> {
    names: &'a HashMap<Name, Schema>,
    rest: &'b [u8],
    /// How many more parts the value may have.
    parts: usize,
}

impl<'a, 'b> Decoder<'a, 'b> {
    fn value(&mut self, schema: &Schema, depth: usize) -> Result<Value, DecodeError> {
        if depth > MAX_VALUE_DEPTH {
            return Err(DecodeError::TooDeep);
        }
        self.charge(1)?;
        let names: &'a HashMap<Name, Schema> = self.names;
        let schema = match schema {
            Schema::Ref { name } => names.get(name).ok_or(DecodeError::Name)?,
            other => other,
        };
        match schema {
            Schema::Record(record) => {
                let mut fields = Vec::with_capacity(record.fields.len());
                for field in &record.fields {
                    self.charge(field.name.len() / NAME_OF_ONE_PART)?;
                    fields.push((field.name.clone(), self.value(&field.schema, depth + 1)?));
                }
                Ok(Value::Record(fields))
            }
            Schema::Union(union) => {
                let index = self.long()?;
                let branch = usize::try_from(index).ok().and_then(|at| union.variants().get(at));
                let value = self.value(branch.ok_or(DecodeError::Index(index))?, depth + 1)?;
                Ok(Value::Union(
                    u32::try_from(index).map_err(|_| DecodeError::Index(index))?,
                    Box::new(value),
                ))
            }
            Schema::Array(array) => self.array(&array.items, depth + 1),
            Schema::Map(map) => self.map(&map.types, depth + 1),
            leaf => self.leaf(leaf),
        }
    }

    /// Nothing in the data bounds parts without bytes: nulls, records without fields, fixed types of size 0.
    fn charge(&mut self, parts: usize) -> Result<(), DecodeError> {
        self.parts = self.parts.checked_sub(parts).ok_or(DecodeError::TooManyParts)?;
        Ok(())
    }

    fn array(&mut self, items: &Schema, depth: usize) -> Result<Value, DecodeError> {
        let mut values = Vec::new();
        while let Some(count) = self.block()? {
            for _ in 0..count {
                values.push(self.value(items, depth)?);
            }
        }
        Ok(Value::Array(values))
    }

    fn map(&mut self, types: &Schema, depth: usize) -> Result<Value, DecodeError> {
        let mut values = HashMap::new();
        while let Some(count) = self.block()? {
            for _ in 0..count {
                let key = self.text()?;
                values.insert(key, self.value(types, depth)?);
            }
        }
        Ok(Value::Map(values))
    }

    /// The number of items in the next block; `None` at the end.
    fn block(&mut self) -> Result<Option<usize>, DecodeError> {
        let mut count = self.long()?;
        if count < 0 {
            // The size of the block in bytes follows, for readers that skip.
            self.long()?;
            count = count.checked_neg().ok_or(DecodeError::Length)?;
        }
        let count = usize::try_from(count).map_err(|_| DecodeError::Length)?;
        if count > self.rest.len().max(MAX_EMPTY_ITEMS) {
            return Err(DecodeError::End);
        }
        Ok(Some(count).filter(|count| *count > 0))
    }

    fn leaf(&mut self, schema: &Schema) -> Result<Value, DecodeError> {
        Ok(match schema {
            Schema::Null => Value::Null,
            Schema::Boolean => match self.take(1)? {
                [0] => Value::Boolean(false),
                [1] => Value::Boolean(true),
                _ => return Err(DecodeError::Boolean),
            },
            Schema::Int => Value::Int(self.int()?),
            Schema::Long => Value::Long(self.long()?),
            Schema::Float => Value::Float(f32::from_le_bytes(self.array_of()?)),
            Schema::Double => Value::Double(f64::from_le_bytes(self.array_of()?)),
            Schema::Bytes => Value::Bytes(self.bytes()?.to_vec()),
            Schema::String => Value::String(self.text()?),
            Schema::Fixed(fixed) => Value::Fixed(fixed.size, self.take(fixed.size)?.to_vec()),
            Schema::Enum(symbols) => {
                let index = self.int()?;
                let symbol = usize::try_from(index).ok().and_then(|at| symbols.symbols.get(at));
                let symbol = symbol.ok_or(DecodeError::Index(index.into()))?;
                self.charge(symbol.len() / NAME_OF_ONE_PART)?;
                Value::Enum(index.unsigned_abs(), symbol.clone())
            }
            Schema::Date => Value::Date(self.int()?),
            Schema::TimeMillis => Value::TimeMillis(self.int()?),
            Schema::TimeMicros => Value::TimeMicros(self.long()?),
            Schema::TimestampMillis => Value::TimestampMillis(self.long()?),
            Schema::TimestampMicros => Value::TimestampMicros(self.long()?),
            Schema::TimestampNanos => Value::TimestampNanos(self.long()?),
            Schema::LocalTimestampMillis => Value::LocalTimestampMillis(self.long()?),
            Schema::LocalTimestampMicros => Value::LocalTimestampMicros(self.long()?),
            Schema::LocalTimestampNanos => Value::LocalTimestampNanos(self.long()?),
            Schema::Duration(_) => Value::Duration(Duration::from(self.array_of::<12>()?)),
            Schema::Decimal(decimal) => Value::Decimal(Decimal::from(match &decimal.inner {
                InnerDecimalSchema::Fixed(fixed) => self.take(fixed.size)?,
                InnerDecimalSchema::Bytes => self.bytes()?,
            })),
            Schema::Uuid(UuidSchema::String) => {
                Value::Uuid(Uuid::parse_str(&self.text()?).map_err(|_| DecodeError::Logical("uuid"))?)
            }
            Schema::Uuid(UuidSchema::Bytes) => {
                Value::Uuid(Uuid::from_slice(self.bytes()?).map_err(|_| DecodeError::Logical("uuid"))?)
            }
            Schema::Uuid(UuidSchema::Fixed(fixed)) => {
                Value::Uuid(Uuid::from_slice(self.take(fixed.size)?).map_err(|_| DecodeError::Logical("uuid"))?)
            }
            Schema::BigDecimal => self.big_decimal()?,
            Schema::Ref { .. } | Schema::Record(_) | Schema::Union(_) | Schema::Array(_) | Schema::Map(_) => {
                return Err(DecodeError::Name);
            }
        })
    }

    /// A flat value, so the crate's decoder may read it, once it is known that its bytes are there.
    fn big_decimal(&mut self) -> Result<Value, DecodeError> {
        let start = self.rest;
        self.bytes()?;
        let mut own = start.get(..start.len() - self.rest.len()).unwrap_or_default();
        let reader = GenericDatumReader::builder(&Schema::BigDecimal).build();
        reader
            .and_then(|reader| reader.read_value(&mut own))
            .map_err(|_| DecodeError::Logical("big-decimal"))
    }

    fn take(&mut self, n: usize) -> Result<&'b [u8], DecodeError> {
        let (taken, rest) = self.rest.split_at_checked(n).ok_or(DecodeError::End)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array_of<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(DecodeError::End)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn bytes(&mut self) -> Result<&'b [u8], DecodeError> {
        let length = usize::try_from(self.long()?).map_err(|_| DecodeError::Length)?;
        self.take(length)
    }

    fn text(&mut self) -> Result<String, DecodeError> {
        let bytes = self.bytes()?;
        std::str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| DecodeError::Utf8)
    }

    fn int(&mut self) -> Result<i32, DecodeError> {
        i32::try_from(self.long()?).map_err(|_| DecodeError::Number)
    }

    fn long(&mut self) -> Result<i64, DecodeError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array_of()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
            }
        }
        Err(DecodeError::Number)
    }
}
