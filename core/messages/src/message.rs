//! What all messages share.

use std::fmt::Debug;

use bytes::Bytes;

use crate::error::{DecodeError, DecodeErrorKind, EncodeError, EncodeErrorKind};
use crate::generated::ApiKey;
use crate::reader::Reader;
use crate::writer::Writer;

/// A message that stands alone: a request, response, header or record.
pub trait Message: Sized + Default + Clone + Debug + PartialEq {
    /// Kafka's name.
    const NAME: &'static str;
    /// Lowest valid version.
    const MIN_VERSION: i16;
    /// Highest valid version.
    const MAX_VERSION: i16;
    /// First version with compact lengths and tagged fields; `i16::MAX` when there is none.
    const FIRST_FLEXIBLE: i16;

    /// Reads one message and leaves the reader behind it.
    fn decode(r: &mut Reader, version: i16) -> Result<Self, DecodeError>;

    /// Writes the message. A field that `version` lacks is dropped when Kafka calls it ignorable, else setting it is an error.
    fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError>;
}

/// A request and the response that answers it.
pub trait Request: Message {
    /// The API.
    const KEY: ApiKey;
    /// What answers it, in the same version.
    type Response: Message;
}

/// A record of a metadata log, framed by [`crate::write_framed`].
pub trait MetadataMessage: Message {
    /// The record's type.
    const KEY: i16;
}

/// A key or value of a coordinator's internal topic.
pub trait CoordinatorMessage: Message {
    /// The record's type: the first two bytes of a key.
    const KEY: i16;
}

/// Decodes a message that must fill `bytes` exactly.
pub fn decode_all<M: Message>(bytes: Bytes, version: i16) -> Result<M, DecodeError> {
    let mut r = Reader::new(bytes);
    let message = M::decode(&mut r, version)?;
    r.finish()?;
    Ok(message)
}

pub(crate) fn check_decode<M: Message>(r: &Reader, version: i16) -> Result<(), DecodeError> {
    let (min, max) = (M::MIN_VERSION, M::MAX_VERSION);
    if (min..=max).contains(&version) {
        return Ok(());
    }
    Err(r.error(DecodeErrorKind::Version {
        message: M::NAME,
        version,
        min,
        max,
    }))
}

pub(crate) fn check_encode<M: Message>(version: i16) -> Result<(), EncodeError> {
    let (min, max) = (M::MIN_VERSION, M::MAX_VERSION);
    if (min..=max).contains(&version) {
        return Ok(());
    }
    Err(EncodeErrorKind::Version {
        message: M::NAME,
        version,
        min,
        max,
    }
    .into())
}
