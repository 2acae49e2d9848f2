//! One message type behind plain functions, so that tests can walk over all of them.

use bytes::Bytes;
use weir_messages::{DecodeError, EncodeError, Message, Reader, Writer};

/// A message's name, versions, and what to do with its bytes.
pub struct Codec {
    pub name: &'static str,
    pub min: i16,
    pub max: i16,
    pub recode: fn(Bytes, i16) -> Recoded,
}

/// What became of some bytes.
pub enum Recoded {
    /// They do not decode.
    Refused(DecodeError),
    /// They decode, but `left` bytes remain.
    Leftover(usize),
    /// They decode, and the message encodes to this.
    Bytes(Result<Bytes, EncodeError>),
}

impl Codec {
    pub fn of<M: Message>() -> Self {
        Self {
            name: M::NAME,
            min: M::MIN_VERSION,
            max: M::MAX_VERSION,
            recode: recode::<M>,
        }
    }
}

fn recode<M: Message>(bytes: Bytes, version: i16) -> Recoded {
    let mut r = Reader::new(bytes);
    let message = match M::decode(&mut r, version) {
        Ok(message) => message,
        Err(error) => return Recoded::Refused(error),
    };
    if r.remaining() > 0 {
        return Recoded::Leftover(r.remaining());
    }
    let mut w = Writer::new();
    let written = message.encode(&mut w, version);
    Recoded::Bytes(written.map(|()| w.into_bytes()))
}

/// A small generator with a fixed seed (xorshift64*): the same run every time.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 1) as usize % limit.max(1)
    }

    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| (self.next() >> 32) as u8).collect()
    }
}
