//! Avro schemas as the registry needs them: parsed, printed canonically, normalised and compared by Java Avro's rules.
//!
//! Pure: texts in, texts and verdicts out. Encoding of data is not done here (`weir-serdes` uses `apache-avro` for that);
//! that crate's own parser and checker are not used, because they differ from Java in identity and in verdicts
//! (aliases, enum defaults, decimals, one error only).

pub mod compat;
mod defaults;
mod error;
#[cfg(test)]
mod hostile;
pub mod json;
mod model;
mod names;
mod normalize;
mod parse;
mod print;

pub use error::SchemaError;
pub use model::{Enum, Field, Fixed, Kind, Name, Named, Node, NodeId, Order, Primitive, Props, Record, Schema};
pub use names::Strictness;
pub use normalize::normalize;
pub use parse::parse;
pub use print::{canonical, equivalence_key, resolved};

#[cfg(test)]
mod tests;
