//! What an array may hold: primitives, strings and the structs of a message.

use bytes::Bytes;
use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::reader::Reader;
use crate::str::Str;
use crate::writer::Writer;

/// One element on the wire. `flexible` picks compact lengths and tagged fields, `version` is the message's.
pub(crate) trait Wire: Sized {
    /// The fewest bytes that an element takes in any version.
    const MIN_SIZE: usize;

    fn read(r: &mut Reader, flexible: bool, version: i16) -> Result<Self, DecodeError>;

    fn write(&self, w: &mut Writer, flexible: bool, version: i16) -> Result<(), EncodeError>;
}

macro_rules! fixed {
    ($($ty:ty, $size:literal, $get:ident, $put:ident;)*) => {$(
        impl Wire for $ty {
            const MIN_SIZE: usize = $size;

            fn read(r: &mut Reader, _: bool, _: i16) -> Result<Self, DecodeError> {
                r.$get()
            }

            fn write(&self, w: &mut Writer, _: bool, _: i16) -> Result<(), EncodeError> {
                w.$put(*self);
                Ok(())
            }
        }
    )*};
}

fixed! {
    i8, 1, i8, put_i8;
    i16, 2, i16, put_i16;
    i32, 4, i32, put_i32;
    i64, 8, i64, put_i64;
    Uuid, 16, uuid, put_uuid;
}

impl Wire for Str {
    const MIN_SIZE: usize = 1;

    fn read(r: &mut Reader, flexible: bool, _: i16) -> Result<Self, DecodeError> {
        r.string(flexible)
    }

    fn write(&self, w: &mut Writer, flexible: bool, _: i16) -> Result<(), EncodeError> {
        w.put_string(self, flexible)
    }
}

impl Wire for Bytes {
    const MIN_SIZE: usize = 1;

    fn read(r: &mut Reader, flexible: bool, _: i16) -> Result<Self, DecodeError> {
        r.bytes(flexible)
    }

    fn write(&self, w: &mut Writer, flexible: bool, _: i16) -> Result<(), EncodeError> {
        w.put_prefixed(self, flexible)
    }
}
