//! How records are wrapped in a log: metadata records carry a frame (version 1, type, version as varints), coordinator
//! records carry the type in front of the key and the version in front of the value.

use bytes::Bytes;

use crate::error::{DecodeError, EncodeError};
use crate::message::{CoordinatorMessage, MetadataMessage};
use crate::reader::Reader;
use crate::writer::Writer;

/// The only frame version there is (Kafka's `AbstractApiMessageSerde`).
const FRAME_VERSION: u32 = 1;

/// Why a framed record could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The bytes do not decode.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A frame version other than 1.
    #[error("metadata frame version {0} is not supported")]
    FrameVersion(u32),
    /// A record type that is not known.
    #[error("record type {0} is not known")]
    UnknownType(i32),
}

/// Reads a metadata record's frame and returns its type and version.
pub fn read_frame_header(r: &mut Reader) -> Result<(i16, i16), FrameError> {
    let frame = r.uvarint()?;
    if frame != FRAME_VERSION {
        return Err(FrameError::FrameVersion(frame));
    }
    let (key, version) = (r.uvarint()?, r.uvarint()?);
    let key = i16::try_from(key).map_err(|_| FrameError::UnknownType(i32::try_from(key).unwrap_or(i32::MAX)))?;
    // A version that does not fit is out of every message's range, and is reported as such.
    Ok((key, i16::try_from(version).unwrap_or(i16::MAX)))
}

/// A metadata record with its frame.
pub fn write_framed<M: MetadataMessage>(message: &M, version: i16) -> Result<Bytes, EncodeError> {
    let mut w = Writer::with_capacity(64);
    w.put_uvarint(FRAME_VERSION);
    w.put_uvarint(u32::from(M::KEY.cast_unsigned()));
    w.put_uvarint(u32::from(version.cast_unsigned()));
    message.encode(&mut w, version)?;
    Ok(w.into_bytes())
}

/// A coordinator record's key: its type, then the key. Keys have one version, 0.
pub fn encode_key<M: CoordinatorMessage>(key: &M) -> Result<Bytes, EncodeError> {
    let mut w = Writer::with_capacity(64);
    w.put_i16(M::KEY);
    key.encode(&mut w, 0)?;
    Ok(w.into_bytes())
}

/// A coordinator record's value: its version, then the value.
pub fn encode_value<M: CoordinatorMessage>(value: &M, version: i16) -> Result<Bytes, EncodeError> {
    let mut w = Writer::with_capacity(64);
    w.put_i16(version);
    value.encode(&mut w, version)?;
    Ok(w.into_bytes())
}

/// Reads a coordinator record's value of a known type.
pub fn decode_value<M: CoordinatorMessage>(bytes: Bytes) -> Result<M, DecodeError> {
    let mut r = Reader::new(bytes);
    let version = r.i16()?;
    M::decode(&mut r, version)
}
