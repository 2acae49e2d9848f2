//! Bytes to values and back, one [`Serde`] a type; bytes are those of Kafka's serialisers.

use crate::dsl::Windowed;
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;
use std::sync::Arc;

/// Why bytes are not a value, or a value has no bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SerdeError(pub String);

/// Turns values of one type into bytes and back. `topic` is where they go to or come from: a schema registry's subject
/// depends on it.
pub trait Serde<T>: Send + Sync {
    /// To bytes.
    fn serialize(&self, topic: &str, value: &T) -> Result<Bytes, SerdeError>;
    /// From bytes.
    fn deserialize(&self, topic: &str, bytes: &Bytes) -> Result<T, SerdeError>;
    /// For keys: the bytes that choose the partition, when they are not the serialised key itself.
    fn partition_key(&self, _topic: &str, _value: &T) -> Result<Option<Bytes>, SerdeError> {
        Ok(None)
    }
}

/// A shared serde.
pub type SerdeRef<T> = Arc<dyn Serde<T>>;

struct Strings;

impl Serde<String> for Strings {
    fn serialize(&self, _topic: &str, value: &String) -> Result<Bytes, SerdeError> {
        Ok(Bytes::copy_from_slice(value.as_bytes()))
    }

    fn deserialize(&self, _topic: &str, bytes: &Bytes) -> Result<String, SerdeError> {
        // As Java's StringDeserializer: what is not UTF-8 is replaced, not refused.
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }
}

/// UTF-8 text (`Serdes.String()`).
#[must_use]
pub fn string() -> SerdeRef<String> {
    Arc::new(Strings)
}

struct Raw;

impl Serde<Bytes> for Raw {
    fn serialize(&self, _topic: &str, value: &Bytes) -> Result<Bytes, SerdeError> {
        Ok(value.clone())
    }

    fn deserialize(&self, _topic: &str, bytes: &Bytes) -> Result<Bytes, SerdeError> {
        Ok(bytes.clone())
    }
}

/// Bytes as they are (`Serdes.Bytes()`).
#[must_use]
pub fn bytes() -> SerdeRef<Bytes> {
    Arc::new(Raw)
}

struct BigEndian<T>(PhantomData<fn() -> T>);

macro_rules! numbers {
    ($($(#[$doc:meta])* $fn:ident: $ty:ty, $n:literal;)*) => {
        $(
            impl Serde<$ty> for BigEndian<$ty> {
                fn serialize(&self, _topic: &str, value: &$ty) -> Result<Bytes, SerdeError> {
                    Ok(Bytes::copy_from_slice(&value.to_be_bytes()))
                }

                fn deserialize(&self, _topic: &str, bytes: &Bytes) -> Result<$ty, SerdeError> {
                    <[u8; $n]>::try_from(&bytes[..]).map(<$ty>::from_be_bytes).map_err(|_| {
                        SerdeError(format!("Size of data received is not {}: {}", $n, bytes.len()))
                    })
                }
            }

            $(#[$doc])*
            #[must_use]
            pub fn $fn() -> SerdeRef<$ty> {
                Arc::new(BigEndian::<$ty>(PhantomData))
            }
        )*
    };
}

numbers! {
    /// 8 bytes, big-endian (`Serdes.Long()`).
    long: i64, 8;
    /// 4 bytes, big-endian (`Serdes.Integer()`).
    integer: i32, 4;
    /// 8 bytes, IEEE 754, big-endian (`Serdes.Double()`).
    double: f64, 8;
}

struct Json<T>(PhantomData<fn() -> T>);

impl<T: Serialize + DeserializeOwned> Serde<T> for Json<T> {
    fn serialize(&self, _topic: &str, value: &T) -> Result<Bytes, SerdeError> {
        serde_json::to_vec(value)
            .map(Bytes::from)
            .map_err(|e| SerdeError(e.to_string()))
    }

    fn deserialize(&self, _topic: &str, bytes: &Bytes) -> Result<T, SerdeError> {
        serde_json::from_slice(bytes).map_err(|e| SerdeError(e.to_string()))
    }
}

/// JSON by `serde`.
#[must_use]
pub fn json<T: Serialize + DeserializeOwned + 'static>() -> SerdeRef<T> {
    Arc::new(Json(PhantomData))
}

struct TimeWindowed<K> {
    inner: SerdeRef<K>,
    size_ms: i64,
}

impl<K> Serde<Windowed<K>> for TimeWindowed<K> {
    fn serialize(&self, topic: &str, value: &Windowed<K>) -> Result<Bytes, SerdeError> {
        let key = self.inner.serialize(topic, &value.key)?;
        Ok([&key[..], &value.start_ms.to_be_bytes()].concat().into())
    }

    fn partition_key(&self, topic: &str, value: &Windowed<K>) -> Result<Option<Bytes>, SerdeError> {
        // All windows of a key live in the key's partition.
        self.inner.serialize(topic, &value.key).map(Some)
    }

    fn deserialize(&self, topic: &str, bytes: &Bytes) -> Result<Windowed<K>, SerdeError> {
        let at = bytes
            .len()
            .checked_sub(8)
            .ok_or_else(|| SerdeError("a windowed key has at least 8 bytes".into()))?;
        let start_ms = bytes
            .get(at..)
            .and_then(|b| b.try_into().ok())
            .map_or(0, i64::from_be_bytes);
        let key = self.inner.deserialize(topic, &bytes.slice(..at))?;
        Ok(Windowed {
            key,
            start_ms,
            end_ms: start_ms + self.size_ms,
        })
    }
}

/// A windowed key: the key, then the window's start in 8 bytes (`TimeWindowedSerde`). The end follows from `size_ms`.
#[must_use]
pub fn time_windowed<K: 'static>(inner: SerdeRef<K>, size_ms: i64) -> SerdeRef<Windowed<K>> {
    Arc::new(TimeWindowed { inner, size_ms })
}
