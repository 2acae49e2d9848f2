//! Structs: one value per field of a struct schema.

use super::DataError;
use super::schema::{Schema, Type};
use super::value::{Value, validate};

/// A struct value. Fields that were never put are null.
#[derive(Debug, Clone, PartialEq)]
pub struct Struct {
    schema: Schema,
    values: Vec<Value>,
}

impl Struct {
    /// An empty struct of this schema.
    ///
    /// # Errors
    /// The schema is not a struct schema.
    pub fn new(schema: &Schema) -> Result<Self, DataError> {
        if schema.kind() != Type::Struct {
            return Err(DataError(format!("Not a struct schema: {}", schema.describe())));
        }
        Ok(Self {
            schema: schema.clone(),
            values: vec![Value::Null; schema.fields().len()],
        })
    }

    /// The struct's schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Sets a field.
    ///
    /// # Errors
    /// No such field, or the value does not fit its schema.
    pub fn put(&mut self, name: &str, value: impl Into<Value>) -> Result<&mut Self, DataError> {
        let field = self
            .schema
            .field(name)
            .ok_or_else(|| DataError(format!("{name} is not a valid field name")))?;
        let value = value.into();
        validate(&field.schema, &value, Some(name))?;
        if let Some(slot) = self.values.get_mut(field.index) {
            *slot = value;
        }
        Ok(self)
    }

    /// The same, for building in one expression.
    ///
    /// # Errors
    /// As [`Struct::put`].
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Result<Self, DataError> {
        self.put(name, value)?;
        Ok(self)
    }

    /// A field's value; its schema's default stands in for null. `None` when there is no such field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let field = self.schema.field(name)?;
        match self.values.get(field.index)? {
            Value::Null => Some(field.schema.default_value().unwrap_or(&Value::Null)),
            value => Some(value),
        }
    }

    /// A field's value as it was put, without the schema's default.
    pub fn get_without_default(&self, name: &str) -> Option<&Value> {
        self.values.get(self.schema.field(name)?.index)
    }

    /// Values in field order, without defaults.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Checks that each required field without default has a value.
    ///
    /// # Errors
    /// The first field that does not fit its schema.
    pub fn validate(&self) -> Result<(), DataError> {
        for (field, value) in self.schema.fields().iter().zip(&self.values) {
            let absent_is_fine = field.schema.is_optional() || field.schema.default_value().is_some();
            if !(*value == Value::Null && absent_is_fine) {
                validate(&field.schema, value, Some(&field.name))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        let with_default = Schema::int32()
            .to_builder()
            .default_value(Value::Int32(7))
            .unwrap()
            .build();
        Schema::structure()
            .field("id", Schema::int64())
            .field("n", with_default)
            .build()
    }

    #[test]
    fn put_get_default() {
        let value = Struct::new(&schema()).unwrap().with("id", 1i64).unwrap();
        assert_eq!(value.get("n"), Some(&Value::Int32(7)));
        assert_eq!(value.get_without_default("n"), Some(&Value::Null));
        assert!(value.validate().is_ok());
        assert_eq!(value.get("x"), None);
    }

    #[test]
    fn errors_read_as_connects() {
        let mut value = Struct::new(&schema()).unwrap();
        assert_eq!(value.put("x", 1i64).unwrap_err().0, "x is not a valid field name");
        assert_eq!(
            value.put("id", "a").unwrap_err().0,
            "Invalid Java object for schema with type INT64: class java.lang.String for field: \"id\""
        );
        assert_eq!(
            value.validate().unwrap_err().0,
            "Invalid value: null used for required field: \"id\", schema type: INT64"
        );
    }
}
