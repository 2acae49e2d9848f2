//! Single message transforms. One pure file each, found by Kafka's class names; [`TRANSFORMS`] is the only list.

mod extract_field;
mod field_path;
mod insert_field;
mod part;
mod regex_router;
mod replace_field;

pub use part::Part;
pub(crate) use regex_router::check_regex;
use weir_connect_sdk::{ConfigDef, ConfigMap, ConnectError, Settings};

use crate::record::Record;

/// Changes a record, or drops it with `None`.
pub trait Transform: Send + Sync {
    /// Applies the transform.
    ///
    /// # Errors
    /// The record is not what the transform needs.
    fn apply(&self, record: Record) -> Result<Option<Record>, ConnectError>;
}

/// A transform that only changes the key or the value.
pub(crate) type Make = fn(&Settings, Part) -> Result<Box<dyn Transform>, ConnectError>;

/// A known transform class.
pub struct TransformClass {
    /// The full Java name, with `$Key` or `$Value` where it has both.
    pub class: &'static str,
    pub def: fn() -> ConfigDef,
    pub part: Part,
    pub(crate) make: Make,
}

/// Every transform, in the order in which the REST API lists them.
pub const TRANSFORMS: &[TransformClass] = &[
    extract_field::KEY,
    extract_field::VALUE,
    insert_field::KEY,
    insert_field::VALUE,
    regex_router::CLASS,
    replace_field::KEY,
    replace_field::VALUE,
];

/// Finds a transform by its full class name, or by the simple name with `$Key` or `$Value`.
pub fn transform_class(class: &str) -> Option<&'static TransformClass> {
    TRANSFORMS
        .iter()
        .find(|known| known.class == class || known.class.rsplit('.').next() == Some(class))
}

impl TransformClass {
    /// Makes the transform out of its settings (prefix taken off).
    ///
    /// # Errors
    /// Bad settings.
    pub fn configure(&self, settings: &ConfigMap) -> Result<Box<dyn Transform>, ConnectError> {
        (self.make)(&(self.def)().parse(settings.clone())?, self.part)
    }
}

#[cfg(test)]
mod testing {
    //! Shared by the transforms' tests.

    use weir_connect_sdk::{ConnectError, SchemaAndValue};

    use super::TransformClass;
    use crate::record::Record;

    pub fn record(value: impl Into<SchemaAndValue>) -> Record {
        Record {
            topic: "topic".into(),
            partition: Some(1),
            key: SchemaAndValue::null(),
            value: value.into(),
            timestamp: Some(9),
            headers: vec![],
            offset: Some(7),
        }
    }

    pub fn apply(class: &TransformClass, settings: &[(&str, &str)], record: Record) -> Result<Record, ConnectError> {
        let settings = settings
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        Ok(class
            .configure(&settings)?
            .apply(record)?
            .expect("none of these drops a record"))
    }
}
